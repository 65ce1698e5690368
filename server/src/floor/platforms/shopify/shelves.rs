//! Lists of a shop by cursor, for a price that the shop's budget bears.

use std::time::Duration;

use serde_json::{Value, json};

use super::super::goods::Shelf;
use super::super::read::goods;
use super::super::talk::ODD;
use super::super::{Ask, Fate, Page, Visit};
use super::goods::{self as own, Chosen, chosen};
use super::{admin, bulk};
use crate::floor::kernel::{Instant, Secret};

/// Rows of the list within a node that come along; the rest is asked for node by node.
const WITHIN: u32 = 10;
const REST: u32 = 100;

/// In front of a cursor.
const CURSOR: &str = "c.";

/// A shelf is first read by a bulk file, and from then on by what changed.
pub(super) async fn read(visit: Visit<'_>, access: &Secret, ask: Ask<'_>) -> Result<Page, Fate> {
    match ask.after {
        None if ask.since.is_none() => bulk::begin(visit, access, ask.of).await,
        None => by_cursor(visit, access, ask, None).await,
        Some(after) => match after.strip_prefix(CURSOR) {
            Some(cursor) => by_cursor(visit, access, ask, Some(cursor).filter(|cursor| !cursor.is_empty())).await,
            None => bulk::go_on(visit, access, ask.of, after).await,
        },
    }
}

/// Where a list begins, for those for whom no file was made.
pub(super) fn from_the_start() -> String {
    CURSOR.to_owned()
}

fn document(chosen: &Chosen) -> String {
    let sorted = if chosen.is_sorted { ", sortKey: UPDATED_AT" } else { "" };
    let within = chosen.within.map_or_else(String::new, |(list, node)| {
        format!(" {list}(first: {WITHIN}) {{ nodes {{ {node} }} pageInfo {{ hasNextPage endCursor }} }}")
    });
    format!(
        "query($first: Int!, $after: String, $query: String) {{ page: {}(first: $first, after: $after, query: $query{sorted}) \
         {{ nodes {{ {}{within} }} pageInfo {{ hasNextPage endCursor }} }} }}",
        chosen.list, chosen.node
    )
}

async fn by_cursor(visit: Visit<'_>, access: &Secret, ask: Ask<'_>, cursor: Option<&str>) -> Result<Page, Fate> {
    let chosen = chosen(ask.of);
    let changed = |since: Instant| {
        let at = since.utc().to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
        format!("updated_at:>='{at}'")
    };
    let variables =
        json!({ "first": ask.most.clamp(1, chosen.most), "after": cursor, "query": ask.since.map(changed) });
    let (mut told, mut rest) = admin::page(visit, access, &document(&chosen), variables).await?;
    let next = next(&told["page"]).map(|cursor| [CURSOR, &cursor].concat());
    let rows = told["page"].get_mut("nodes").and_then(Value::as_array_mut).ok_or(ODD)?;
    let mut calls = 1;
    for row in rows.iter_mut() {
        let (more, last) = whole(visit, access, &chosen, row).await?;
        calls += more;
        rest = rest.max(last);
    }
    let mut page = goods(rows.iter(), |row| own::read(ask.of, row))?;
    (page.next, page.rest, page.calls) = (next, rest, calls);
    Ok(page)
}

/// The cursor of the page after this one.
fn next(page: &Value) -> Option<String> {
    let info = &page["pageInfo"];
    info["endCursor"].as_str().filter(|_| info["hasNextPage"] == true).map(str::to_owned)
}

/// Asks for what of the list within a node did not come along.
async fn whole(visit: Visit<'_>, access: &Secret, chosen: &Chosen, row: &mut Value) -> Result<(u32, Duration), Fate> {
    let Some((list, node)) = chosen.within else { return Ok((0, Duration::ZERO)) };
    let (mut calls, mut rest) = (0, Duration::ZERO);
    while let Some(cursor) = next(&row[list]) {
        let document = format!(
            "query($id: ID!, $after: String) {{ page: node(id: $id) {{ ... on {} {{ {list}(first: {REST}, after: $after) \
             {{ nodes {{ {node} }} pageInfo {{ hasNextPage endCursor }} }} }} }} }}",
            chosen.kind
        );
        let (mut told, pause) =
            admin::page(visit, access, &document, json!({ "id": row["id"], "after": cursor })).await?;
        let nodes = told.pointer_mut(&format!("/page/{list}/nodes"));
        let more = nodes.and_then(Value::as_array_mut).ok_or(ODD)?;
        row[list]["nodes"].as_array_mut().ok_or(ODD)?.append(more);
        row[list]["pageInfo"] = told["page"][list]["pageInfo"].take();
        (calls, rest) = (calls + 1, pause);
    }
    Ok((calls, rest))
}

/// What a bulk file is made of.
pub(super) fn bulk_document(of: Shelf) -> String {
    let Chosen { list, node, within, .. } = chosen(of);
    let within = within.map_or_else(String::new, |(list, node)| format!(" {list} {{ edges {{ node {{ {node} }} }} }}"));
    format!("{{ {list} {{ edges {{ node {{ {node}{within} }} }} }} }}")
}
