//! What is not in a package, and why: what stands beside the data but is no value of the person's, what a law forbids, what
//! staff left out, what opens no more. Pure.

use serde_json::{Value, json};

use super::html::Seen;
use super::reading::{Sheet, is_forbidden};
use crate::floor::datamap::{Class, Table};

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
