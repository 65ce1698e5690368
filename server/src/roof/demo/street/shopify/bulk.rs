//! Files of whole lists: one object a line, children under their parents. A file is made up as it is read, so that every
//! line and what stands under it take the same room.

use std::fmt::Write;

use axum::http::StatusCode;
use axum::response::Response;
use chrono::Duration;
use serde_json::{Value, json};

use super::super::asked::{Asked, answer, not_found, with};
use super::super::graphql::Root;
use super::super::stand::{File, Stand};
use super::admin::Call;
use super::lists;

/// Room of a parent and of its child, line ends and all.
const ROOM: (usize, usize) = (1536, 512);
const BLOCK: u64 = (ROOM.0 + ROOM.1) as u64;

/// How long it takes to make one.
const MAKING: Duration = Duration::seconds(2);
/// An app may have so many made at a time.
const AT_ONCE: usize = 5;

pub(super) fn begin(call: &Call<'_>, root: &Root, list: Option<&str>) -> Value {
    let wrong = |code: &str, why: &str| json!({ "bulkOperation": null, "userErrors": [{ "field": null, "code": code, "message": why }] });
    let Some(list) = list.filter(|list| lists::is_list(list)) else {
        return wrong("INVALID", "Bulk queries must contain at least one connection.");
    };
    let now = call.stand.now();
    let mut within = call.stand.within();
    let is_made = |file: &&File| file.shop == call.lease.shop && now.since(file.begun) < MAKING;
    if within.files.iter().filter(is_made).count() >= AT_ONCE {
        return wrong("OPERATION_IN_PROGRESS", "A bulk query operation for this app and shop is already in progress.");
    }
    within.files.push(File {
        shop: call.lease.shop.clone(),
        list: list.to_owned(),
        is_grouped: root.arguments["groupObjects"] == true,
        begun: now,
    });
    let id = format!("gid://shopify/BulkOperation/{}", within.files.len());
    json!({ "bulkOperation": { "id": id, "status": "CREATED" }, "userErrors": [] })
}

pub(super) fn told(call: &Call<'_>, root: &Root) -> Value {
    let id = root.arguments["id"].as_str().unwrap_or_default();
    let number: usize = id.rsplit('/').next().and_then(|number| number.parse().ok()).unwrap_or_default();
    let within = call.stand.within();
    let Some(file) = number.checked_sub(1).and_then(|at| within.files.get(at)) else { return Value::Null };
    if file.shop != call.lease.shop {
        return Value::Null;
    }
    let is_done = call.stand.now().since(file.begun) >= MAKING;
    let list = file.list.clone();
    drop(within);
    let count = call.stand.stock(&call.lease.shop).numbered(lists::kept(&list)).len();
    let url = format!("{}/bulk/{number}/{}", call.stand.shop_url(&call.lease.shop), key(call.stand, number));
    json!({
        "id": id, "status": if is_done { "COMPLETED" } else { "RUNNING" }, "errorCode": null,
        "objectCount": (count * 2).to_string(), "rootObjectCount": if is_done { count.to_string() } else { "0".to_owned() },
        "url": if is_done && count > 0 { json!(url) } else { Value::Null }, "partialDataUrl": null,
    })
}

/// What the address of a file holds so that nobody guesses it.
fn key(stand: &Stand, number: usize) -> String {
    super::super::wire::digest(&format!("{} {number}", stand.keys.kid))
}

/// A file or a part of it. Whoever knows the address needs no token.
pub(super) fn file(stand: &Stand, asked: &Asked, shop: &str, (number, shown): (&str, &str)) -> Response {
    let number: usize = number.parse().unwrap_or_default();
    let found = {
        let within = stand.within();
        let file = number.checked_sub(1).and_then(|at| within.files.get(at)).filter(|file| file.shop == shop);
        file.filter(|_| shown == key(stand, number)).map(|file| (file.list.clone(), file.is_grouped))
    };
    let Some((list, is_grouped)) = found else { return not_found() };
    let stock = stand.stock(shop);
    let listing = stock.numbered(lists::kept(&list));
    let whole = listing.len() as u64 * BLOCK;
    let part = asked.header("range").strip_prefix("bytes=").and_then(|range| range.split_once('-'));
    let part =
        part.map(|(from, to)| (from.parse().unwrap_or(0), to.parse().unwrap_or(whole).min(whole.saturating_sub(1))));
    let (from, to) = part.unwrap_or((0, whole.saturating_sub(1)));
    if from >= whole || to < from {
        return answer(StatusCode::RANGE_NOT_SATISFIABLE, "application/jsonl", Vec::new());
    }
    let index = |bytes: u64| usize::try_from(bytes / BLOCK).unwrap_or(usize::MAX);
    let mut text = Vec::new();
    for at in index(from)..=index(to) {
        let Some(place) = listing.place(at) else { break };
        let (parent, child) = lines(lists::row(stand, &stock, &list, place));
        // Where nobody asked for groups, a child stands wherever it was ready.
        let pair = if is_grouped { [(parent, ROOM.0), (child, ROOM.1)] } else { [(child, ROOM.1), (parent, ROOM.0)] };
        for (line, room) in pair {
            text.extend_from_slice(format!("{line:<width$}\n", width = room - 1).as_bytes());
        }
    }
    let skipped = usize::try_from(from % BLOCK).unwrap_or(0);
    let length = usize::try_from(to - from + 1).unwrap_or(0);
    let text = text.get(skipped..(skipped + length).min(text.len())).unwrap_or_default().to_vec();
    if part.is_none() {
        return answer(StatusCode::OK, "application/jsonl", text);
    }
    let told = answer(StatusCode::PARTIAL_CONTENT, "application/jsonl", text);
    with(told, "content-range", &format!("bytes {from}-{to}/{whole}"))
}

/// A row without its children, and the child, each as a line of ASCII.
fn lines(mut row: Value) -> (String, String) {
    let mut child = Value::Null;
    for list in ["lineItems", "variants", "inventoryLevels"] {
        if let Some(mut nodes) = row.as_object_mut().and_then(|row| row.remove(list)) {
            child = nodes["nodes"][0].take();
            child["__parentId"] = row["id"].clone();
        }
    }
    (plain(&row), if child.is_null() { String::new() } else { plain(&child) })
}

fn plain(value: &Value) -> String {
    let mut text = String::new();
    for letter in value.to_string().chars() {
        if letter.is_ascii() {
            text.push(letter);
        } else {
            for unit in letter.encode_utf16(&mut [0; 2]) {
                let _ = write!(text, "\\u{unit:04x}");
            }
        }
    }
    text
}
