//! What is not in a package, and why: what stands beside the data but is no value of the person's, what a law forbids, what
//! staff left out, what opens no more. Pure.

use serde_json::{Value, json};

use super::html::Seen;
use super::reading::{Sheet, is_forbidden};
use crate::floor::datamap::{Class, Map, Table};

/// The file of what a person asked: about a request by the map, and in no package. What was written stands on the person's own
/// page, where they follow it.
const FILE: &[&str] = &[
    "intakes",
    "intake_identifiers",
    "request_clock_events",
    "request_plans",
    "request_messages",
    "request_corrections",
    "request_matches",
    "package_redactions",
    "holds",
    "tombstones",
];

/// Whether a table is of that file.
pub fn is_file(table: &str) -> bool {
    FILE.contains(&table)
}

/// Tables that tell of a person and hand out nothing: what persons are found by, and the file of what they asked. What is
/// taken along came from the person, and these did not.
pub fn beside(map: Map, is_given: bool) -> Vec<&'static Table> {
    let is_beside = |table: &&'static Table| {
        let is_about_them = map.about_people().any(|about| about.name == table.name);
        is_file(table.name) || is_about_them && table.disclosed().next().is_none()
    };
    map.tables().filter(is_beside).filter(|_| !is_given).collect()
}

/// Columns of these tables that are not handed out by their own nature: table, column, and why where it is said.
pub fn own(tables: &[&'static Table]) -> Vec<(&'static str, &'static str, Option<&'static str>)> {
    let tells = |class: Class| matches!(class, Class::Personal(_) | Class::Pseudonym | Class::Secret { .. });
    let of = |table: &&'static Table| {
        let table = *table;
        let kept = table.columns.iter().filter(move |column| !column.is_disclosed && tells(column.class));
        kept.map(move |column| (table.name, column.name, column.note))
    };
    tables.iter().flat_map(of).collect()
}

/// The document of it.
pub fn document(tables: &[&'static Table], seen: &[(Sheet, Seen)], forbidden: &[(String, String)]) -> Value {
    let by_nature: Vec<Value> = own(tables)
        .into_iter()
        .map(|(table, column, note)| json!({ "table": table, "column": column, "why": note }))
        .collect();
    let kinds: Vec<String> = forbidden.iter().map(|(kind, _)| kind.clone()).collect();
    let cut = tables.iter().flat_map(|table| {
        table
            .disclosed()
            .filter(|column| is_forbidden(column, &kinds))
            .map(|column| json!({ "table": table.name, "column": column.name }))
    });
    let by_law: Vec<Value> = forbidden.iter().map(|(kind, cite)| json!({ "kind": kind, "cite": cite })).collect();
    let mut by_staff = Vec::new();
    let (mut of_others, mut unreadable) = (Vec::new(), Vec::new());
    for (sheet, seen) in seen {
        let table = sheet.table.name;
        for (why, rows) in &seen.left_out.rows {
            by_staff.push(json!({ "table": table, "column": null, "rows": rows, "why": why.code() }));
        }
        for ((column, why), cells) in &seen.left_out.cells {
            by_staff.push(json!({ "table": table, "column": column, "rows": cells, "why": why.code() }));
        }
        for (column, cells) in &seen.left_out.others {
            of_others.push(json!({ "table": table, "column": column, "rows": cells }));
        }
        for (column, cells) in &seen.left_out.shut {
            unreadable.push(json!({ "table": table, "column": column, "rows": cells }));
        }
    }
    for told in [&mut by_staff, &mut of_others, &mut unreadable] {
        told.sort_by_key(Value::to_string);
    }
    json!({
        "by_nature": by_nature,
        "by_law": { "kinds": by_law, "columns": cut.collect::<Vec<_>>() },
        "by_staff": by_staff,
        "of_others": of_others,
        "unreadable": unreadable,
    })
}
