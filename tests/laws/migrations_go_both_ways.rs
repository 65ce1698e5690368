//! Up, down, up is the same schema; and what is generated from it is what is committed.

use std::fmt::Write;

use harness::base::{fresh, migrated};
use harness::tree::{must_equal, root};
use rightsdesk_server::floor::ledger::migrations;

const SHAPE: &str = "
select 'column ' || table_schema || '.' || table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable
       || ' ' || coalesce(column_default, '') as line
  from information_schema.columns where table_schema in ('app', 'public')
union all
select 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
  from pg_constraint where connamespace = 'public'::regnamespace
union all
select 'index ' || indexdef from pg_indexes where schemaname = 'public'
union all
select 'policy ' || tablename || ' ' || policyname || ' ' || cmd || ' ' || array_to_string(roles, ',') || ' '
       || coalesce(qual, '') || ' ' || coalesce(with_check, '')
  from pg_policies
union all
select 'routine ' || p.oid::regprocedure || ' ' || md5(p.prosrc)
  from pg_proc p where p.pronamespace = to_regnamespace('app')
union all
select 'grant ' || grantee || ' ' || table_name || ' ' || privilege_type
  from information_schema.role_table_grants where table_schema = 'public'
order by line";

#[test]
fn migrations_go_both_ways() {
    let base = fresh();
    let first = base.lines(SHAPE);
    assert!(first.len() > 20, "the law sees no schema");
    migrations::revert_all(&base.migrator).expect("every down.sql is real");
    let after = base.lines(SHAPE);
    let left: Vec<_> = after.iter().filter(|line| !line.contains("__diesel_schema_migrations")).collect();
    assert!(left.is_empty(), "down leaves these behind: {left:?}");
    migrations::migrate(&base.migrator).expect("every up.sql runs again");
    assert_eq!(base.lines(SHAPE), first);
}

/// What was said in two languages is said by language since; on the way back nothing of it is lost, nor of what was said
/// in the meantime.
#[test]
fn what_notices_said_survives_both_ways() {
    let base = fresh();
    let notice = |number: u32, names: &str, words: &str| {
        base.tamper(&format!(
            "insert into notices (tenant_id, id, kind, policy_version, announced_at, effective_on, {names})
             values ('00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-{number:012}', 'policy_changed',
                     {number}, now(), now()::date, {words})"
        ));
    };
    // As the migrator does, whom row security binds like anybody.
    let way = |name: &str| {
        let path = root().join("migrations/00000000000018_texts").join(name);
        let sql = std::fs::read_to_string(path).expect("the migration");
        base.tamper(&format!("set role rd_owner; begin; {sql}; commit"));
    };
    notice(1, "locales, texts", "'{en,hi,ur}', array['It changes.', 'यह बदलेगा।', 'یہ بدلے گا۔']");
    notice(2, "locales, texts", "'{de}', array['Es ändert sich.']");
    way("down.sql");
    let fixed = base.lines("select text_en || ' ' || text_hi as line from notices order by policy_version");
    assert_eq!(fixed, ["It changes. यह बदलेगा।", "Es ändert sich. Es ändert sich."]);
    notice(3, "text_en, text_hi", "'It came.', 'यह आया।'");
    way("up.sql");
    let texts = base.lines(
        "select policy_version || ' ' || locale || ' ' || said as line
           from notices, unnest(locales, texts) as worded (locale, said) order by policy_version, locale",
    );
    assert_eq!(
        texts,
        [
            "1 en It changes.",
            "1 hi यह बदलेगा।",
            "1 ur یہ بدلے گا۔",
            "2 de Es ändert sich.",
            "3 en It came.",
            "3 hi यह आया।",
        ]
    );
}

/// The sections of `server/diesel.toml` say which slice sees which tables.
#[test]
fn tables_are_current() {
    let text = std::fs::read_to_string(root().join("server/diesel.toml")).expect("server/diesel.toml");
    let config: toml::Table = text.parse().expect("TOML");
    let sections = config["print_schema"].as_table().expect("sections");
    for section in sections.values() {
        let file = section["file"].as_str().expect("file");
        let only = section["filter"]["only_tables"].as_array().expect("only_tables");
        let mut out =
            String::from("// Generated from the migrated database; the law `tables_are_current` compares it.\n");
        for table in only.iter().filter_map(toml::Value::as_str) {
            out.push_str(&printed(table));
        }
        must_equal(&format!("server/{file}"), &out);
    }
}

fn printed(table: &str) -> String {
    let keys = migrated().lines(&format!(
        "select a.attname::text as line from pg_index i
           join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
          where i.indrelid = '{table}'::regclass and i.indisprimary order by array_position(i.indkey::int2[], a.attnum)"
    ));
    let columns = migrated().lines(&format!(
        "select a.attname || ' ' || a.attnotnull || ' ' || format_type(a.atttypid, null) as line from pg_attribute a
          where a.attrelid = '{table}'::regclass and a.attnum > 0 and not a.attisdropped order by a.attnum"
    ));
    let mut out = format!("\ndiesel::table! {{\n    {table} ({}) {{\n", keys.join(", "));
    for column in &columns {
        let (name, rest) = column.split_once(' ').expect("a name");
        let (filled, kind) = rest.split_once(' ').expect("a type");
        let kind = match kind {
            "uuid" => "Uuid",
            "timestamp with time zone" => "Timestamptz",
            "text" => "Text",
            "bytea" => "Bytea",
            "boolean" => "Bool",
            "smallint" => "Int2",
            "integer" => "Int4",
            "bigint" => "Int8",
            "date" => "Date",
            "text[]" => "Array<Text>",
            "uuid[]" => "Array<Uuid>",
            other => panic!("{table}.{name}: no Rust type is known for {other}"),
        };
        let kind = if filled == "true" { kind.to_owned() } else { format!("Nullable<{kind}>") };
        let _ = writeln!(out, "        {name} -> {kind},");
    }
    out.push_str("    }\n}\n");
    out
}
