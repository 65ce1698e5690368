//! What Postgres has is what the data map says, both ways: every column of every table, its type, and who of the desk
//! may read it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use harness::base::migrated;
use harness::tree::must_equal;
use rightsdesk_server::floor::datamap::{About, Category, Class, Column, Fate, Of, Row, Table};
use rightsdesk_server::floor::policy::{SHIPPED, parse};
use rightsdesk_server::roof::map::MAP;

/// Table and column → type, and whether it must be filled.
fn stored() -> BTreeMap<(String, String), (String, bool)> {
    let lines = migrated().lines(
        "select c.relname || ' ' || a.attname || ' ' || a.attnotnull || ' ' || format_type(a.atttypid, null) as line
           from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
          where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition
            and a.attnum > 0 and not a.attisdropped",
    );
    let part = |line: &str| {
        let parts: Vec<&str> = line.splitn(4, ' ').collect();
        ((parts[0].to_owned(), parts[1].to_owned()), (parts[3].to_owned(), parts[2] == "true"))
    };
    lines.iter().map(|line| part(line)).collect()
}

fn declared() -> Vec<(&'static Table, &'static Column)> {
    MAP.tables().flat_map(|table| table.columns.iter().map(move |column| (table, column))).collect()
}

#[test]
fn every_column_is_classified() {
    let mut named = BTreeSet::new();
    let implied = MAP.tables().filter(|table| table.of == Of::Tenant).map(|table| (table.name, "tenant_id"));
    for (table, column) in declared().iter().map(|(table, column)| (table.name, column.name)).chain(implied) {
        assert!(named.insert((table.to_owned(), column.to_owned())), "{table}.{column} stands twice in the map");
    }
    let stored: BTreeSet<_> = stored().into_keys().collect();
    let strays: Vec<_> = stored.difference(&named).collect();
    assert!(strays.is_empty(), "no map.rs says what these are: {strays:?}");
    let ghosts: Vec<_> = named.difference(&stored).collect();
    assert!(ghosts.is_empty(), "the map tells of what is not there: {ghosts:?}");
}

#[test]
fn a_class_has_its_types() {
    let stored = stored();
    for (table, column) in declared() {
        let (kind, _) = &stored[&(table.name.to_owned(), column.name.to_owned())];
        let fits = match (column.class, column.fate) {
            _ if kind.starts_with("json") => false,
            (Class::Personal(_) | Class::Secret { is_sealed: true }, _) => kind == "bytea",
            (Class::Secret { .. }, _) => matches!(kind.as_str(), "bytea" | "text"),
            (Class::Pseudonym, Fate::SurrogateText) => kind == "text",
            (Class::Pseudonym, _) => kind == "bytea",
            (Class::Key, _) => matches!(kind.as_str(), "uuid" | "uuid[]" | "text"),
            (Class::Fact | Class::Derived(_), _) => true,
        };
        assert!(fits, "{}.{} cannot be {:?} as {kind}", table.name, column.name, column.class);
    }
}

#[test]
fn what_a_table_says_of_itself_names_its_own_columns() {
    let stored = stored();
    let has = |table: &str, column: &str| stored.contains_key(&(table.to_owned(), column.to_owned()));
    for table in MAP.tables() {
        let about = match table.about {
            About::Nobody => None,
            About::Subject(column) => Some(column),
            About::Through { column, table: parent } => {
                let before = MAP.tables().take_while(|other| other.name != table.name);
                assert!(before.into_iter().any(|other| other.name == parent), "{} stands before {parent}", table.name);
                Some(column)
            }
        };
        let generations = table.columns.iter().filter_map(|column| column.generation);
        for column in about.into_iter().chain(table.ages_from).chain(generations) {
            assert!(has(table.name, column), "{} has no column {column}", table.name);
        }
        if about.is_some() {
            assert!(table.category.is_some(), "{} tells of people under no heading", table.name);
            let hangs = matches!(table.about, About::Through { .. });
            assert!(hangs || table.ages_from.is_some(), "{} tells of people and never ages", table.name);
            let (row_type, _) = &stored[&(table.name.to_owned(), table.row_key().to_owned())];
            assert_eq!(row_type, "uuid", "nothing tells the rows of {} apart", table.name);
            let is_whole = table.row_key() == "id" || !table.columns.iter().any(Column::is_sealed);
            assert!(is_whole, "envelopes in {} are bound to no row", table.name);
        }
        let personal = table.columns.iter().any(|column| matches!(column.class, Class::Personal(_)));
        assert!(!personal || table.label.is_some(), "{} holds envelopes without a label", table.name);
    }
}

#[test]
fn what_is_to_be_forgotten_can_be() {
    let stored = stored();
    for table in MAP.about_people() {
        let verb = match table.erased_by {
            Row::Deleted => "delete",
            Row::Cleared => "update",
            Row::Kept => continue,
        };
        let may = migrated()
            .lines(&format!("select has_table_privilege('rd_worker', '{}', '{verb}')::text as line", table.name));
        assert_eq!(may, ["true"], "a worker may not {verb} {}", table.name);
        if table.erased_by == Row::Deleted {
            continue;
        }
        let nulled = table.erased().filter(|column| matches!(column.fate, Fate::Null | Fate::WithSecret));
        for column in nulled {
            let (_, is_filled) = &stored[&(table.name.to_owned(), column.name.to_owned())];
            assert!(!is_filled, "{}.{} must be filled and cannot be cleared", table.name, column.name);
        }
        let shows = table.erased().any(|column| matches!(column.fate, Fate::Null | Fate::Empty));
        assert!(shows, "nothing in {} shows whether it was cleared", table.name);
    }
}

#[test]
fn what_a_ground_does_not_need_can_be_taken_from_a_row() {
    let stored = stored();
    let may_be_kept = |table: &&'static Table| {
        let is_listed = matches!(table.category, Some(Category::Policy(_) | Category::Listed(_)));
        is_listed && table.erased_by != Row::Kept
    };
    for table in MAP.about_people().filter(may_be_kept) {
        for column in table.columns {
            let is_whose = table.about == About::Subject(column.name);
            let is_reckoned = matches!(column.class, Class::Derived(_));
            let goes = !is_reckoned && !matches!(column.fate, Fate::Stays | Fate::WithKey);
            let (table, name) = (table.name, column.name);
            assert!(goes || column.needed_by.is_empty(), "{table}.{name} stays anyhow");
            assert!(!is_whose || column.needed_by.is_empty(), "{table}.{name} says whose it is, and goes over");
            if !goes && !is_whose {
                continue;
            }
            let may = migrated().lines(&format!(
                "select has_column_privilege('rd_worker', '{table}', '{name}', 'update')::text as line"
            ));
            assert_eq!(may, ["true"], "a worker may not take {name} from a row of {table}");
            let (_, is_filled) = &stored[&(table.to_owned(), name.to_owned())];
            let is_nulled = matches!(column.fate, Fate::Null | Fate::WithSecret);
            assert!(
                is_whose || !is_nulled || !is_filled,
                "{table}.{name} must be filled and cannot be taken from a row"
            );
        }
    }
}

#[test]
fn the_desk_is_granted_keys_and_facts_and_nothing_else() {
    let granted = migrated().lines(
        "select table_name || ' ' || column_name as line from information_schema.column_privileges
          where grantee = 'rd_desk' and privilege_type = 'SELECT' and table_schema = 'public'",
    );
    assert!(granted.len() > 50, "the law sees no grants of the desk");
    for grant in granted {
        let (table, column) = grant.split_once(' ').expect("table and column");
        let table = MAP.table(table).unwrap_or_else(|| panic!("{table} is not in the map"));
        let is_fit = column == "tenant_id" || table.column(column).is_some_and(Column::is_for_the_desk);
        assert!(is_fit, "the desk may read {}.{column}", table.name);
    }
}

#[test]
fn what_stands_under_a_category_of_the_policy_is_counted_at_the_desk() {
    let is_counted = |category| matches!(category, Category::Policy(_) | Category::Listed(_));
    for table in MAP.tables().filter(|table| table.category.is_some_and(is_counted)) {
        let may = migrated()
            .lines(&format!("select has_any_column_privilege('rd_desk', '{}', 'select')::text as line", table.name));
        assert_eq!(may, ["true"], "the desk cannot count the rows of {}: grant it their keys", table.name);
    }
}

#[test]
fn every_heading_is_one_of_each_policy_or_the_operators_own() {
    for (name, text) in SHIPPED {
        let policy = parse(text).unwrap_or_else(|fault| panic!("{name}: {fault}"));
        for table in MAP.tables() {
            let Some(Category::Policy(code)) = table.category else { continue };
            let is_listed = policy.categories.iter().any(|category| category.code.get_ref() == code);
            assert!(is_listed, "{name} lists no category {code}, under which {} holds rows", table.name);
        }
    }
}

#[test]
fn a_heading_that_depends_on_the_policy_is_one_of_some_policy() {
    let policies: Vec<_> = SHIPPED.iter().map(|(_, text)| parse(text).expect("sound")).collect();
    for table in MAP.tables() {
        let Some(Category::Listed(codes)) = table.category else { continue };
        for code in codes {
            let is_listed = policies.iter().any(|policy| policy.category(code).is_some());
            assert!(is_listed, "no policy lists {code}, under which {} would hold rows", table.name);
        }
    }
}

#[test]
fn the_map_is_as_published() {
    let mut text = String::new();
    for table in MAP.tables() {
        let about = match table.about {
            About::Nobody => "nobody".to_owned(),
            About::Subject(column) => column.to_owned(),
            About::Through { column, table } => format!("{column} → {table}"),
        };
        let category = match table.category {
            None => "-".to_owned(),
            Some(Category::Policy(code)) => code.to_owned(),
            Some(Category::Listed(codes)) => codes.join(" or "),
            Some(Category::Operator(code)) => format!("operator's {code}"),
        };
        let ages = table.ages_from.unwrap_or("-");
        let (of, row) = (format!("{:?}", table.of).to_lowercase(), format!("{:?}", table.erased_by).to_lowercase());
        let row = if table.about == About::Nobody { "-".to_owned() } else { row };
        let _ = writeln!(text, "{}: of {of}, about {about}, category {category}, ages {ages}, row {row}", table.name);
        for column in table.columns {
            let class = match column.class {
                Class::Key => "key".to_owned(),
                Class::Fact => "fact".to_owned(),
                Class::Pseudonym => "pseudonym".to_owned(),
                Class::Personal(field) => format!("personal ({field})"),
                Class::Secret { is_sealed: true } => "secret".to_owned(),
                Class::Secret { is_sealed: false } => "secret, as a digest".to_owned(),
                Class::Derived(from) => format!("derived from {from}"),
            };
            let told = table.disclosed().any(|told| told == column);
            let gone = table.erased().any(|gone| gone == column);
            let marks = [(told, "disclosed"), (gone, "erased"), (column.kept.is_some(), "kept")];
            let marks =
                marks.iter().filter(|(is_set, _)| *is_set).fold(String::new(), |line, (_, mark)| line + ", " + mark);
            let _ = writeln!(text, "  {} {class}{marks}", column.name);
        }
    }
    must_equal("tests/golden/datamap.txt", &text);
}
