//! A whole shelf as a file that Shopify makes: begun, waited for, and read a piece at a time, line by line. It is never
//! held whole, and whoever is killed reads the same piece again.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::super::goods::Shelf;
use super::super::read::goods;
use super::super::talk::{LATER, ODD, PAGE, later, send};
use super::super::{Fate, Page, Visit};
use super::goods::{self as own, chosen};
use super::{admin, shelves};
use crate::floor::egress::{Answer, Call};
use crate::floor::kernel::Secret;

/// Children stand under their parents, so that a piece can be read by itself.
const BEGIN: &str = "mutation($query: String!) { page: bulkOperationRunQuery(query: $query, groupObjects: true) \
     { bulkOperation { id } userErrors { code } } }";
const LOOK: &str = "query($id: ID!) { page: bulkOperation(id: $id) { status rootObjectCount url } }";

/// Bytes of a piece.
const PIECE: u64 = 2 << 20;
/// Between two looks.
const WHILE: Duration = Duration::from_secs(5);

pub(super) async fn begin(visit: Visit<'_>, access: &Secret, of: Shelf) -> Result<Page, Fate> {
    let (told, _) = admin::page(visit, access, BEGIN, json!({ "query": shelves::bulk_document(of) })).await?;
    let told = &told["page"];
    if let Some(id) = own::number(&told["bulkOperation"]["id"]) {
        return Ok(Page { next: Some(format!("b.{id}.0")), rest: WHILE, total: None, calls: 1, ..Page::empty() });
    }
    let is_busy =
        told["userErrors"].as_array().ok_or(ODD)?.iter().any(|error| error["code"] == "OPERATION_IN_PROGRESS");
    if is_busy {
        return Err(Fate::Again { after: WHILE * 6 });
    }
    Ok(listed())
}

/// It goes on by lists: no file was made.
fn listed() -> Page {
    Page { next: Some(shelves::from_the_start()), total: None, calls: 1, ..Page::empty() }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Operation {
    status: String,
    root_object_count: Option<Value>,
    url: Option<String>,
}

pub(super) async fn go_on(visit: Visit<'_>, access: &Secret, of: Shelf, after: &str) -> Result<Page, Fate> {
    let ["b", id, from] = after.splitn(3, '.').collect::<Vec<_>>()[..] else { return Err(ODD) };
    let from: u64 = from.parse().map_err(|_| ODD)?;
    let asked = json!({ "id": format!("gid://shopify/BulkOperation/{id}") });
    let (mut told, _) = admin::page(visit, access, LOOK, asked).await?;
    let Ok(Some(operation)) = serde_json::from_value::<Option<Operation>>(told["page"].take()) else { return Err(ODD) };
    let count = operation.root_object_count.as_ref();
    let total = count.and_then(|count| count.as_u64().or_else(|| count.as_str()?.parse().ok()));
    match operation.status.as_str() {
        "CREATED" | "RUNNING" => {
            Ok(Page { next: Some(after.to_owned()), total, rest: WHILE, calls: 1, ..Page::empty() })
        }
        "COMPLETED" => match operation.url {
            // A file of nothing is not made.
            None => Ok(Page { calls: 1, ..Page::empty() }),
            Some(url) => {
                let url = Url::parse(&url).map_err(|_| ODD)?;
                let piece = Piece::fetch(visit, url, from).await?;
                let read = piece.read(of)?;
                let next = read.1.map(|bytes| format!("b.{id}.{}", from + bytes));
                Ok(Page { next, total, calls: 2, ..read.0 })
            }
        },
        // It was made and is gone, or never came to be.
        _ => Ok(listed()),
    }
}

/// A part of a file, from a line's beginning on.
struct Piece {
    answer: Answer,
    is_last: bool,
}

impl Piece {
    async fn fetch(visit: Visit<'_>, url: Url, from: u64) -> Result<Self, Fate> {
        let range = Secret::new(format!("bytes={from}-{}", from + PIECE - 1));
        let answer = send(visit.out, Call::get(url).with("range", range).up_to(PAGE)).await?;
        match answer.status {
            206 => {
                let told = answer.headers("content-range").next().and_then(|told| told.strip_prefix("bytes "));
                let (span, whole) = told.and_then(|told| told.split_once('/')).ok_or(ODD)?;
                let (first, last) = span.split_once('-').ok_or(ODD)?;
                let number = |text: &str| text.parse::<u64>().map_err(|_| ODD);
                let (first, last, whole) = (number(first)?, number(last)?, number(whole)?);
                let is_all_of_it = first == from && last.checked_sub(first) == Some(answer.bytes().len() as u64 - 1);
                let is_last = last + 1 >= whole;
                is_all_of_it.then_some(Self { answer, is_last }).ok_or(ODD)
            }
            // A small file may come whole.
            200 if from == 0 => Ok(Self { answer, is_last: true }),
            416 => Ok(Self { answer, is_last: true }),
            401 | 403 | 404 | 410 => Err(ODD),
            _ => Err(later(&answer)),
        }
    }

    /// The goods in it, and how many bytes they took where it is not the last. The last parent of a piece may have more
    /// children in the next, so it is read there.
    fn read(&self, of: Shelf) -> Result<(Page, Option<u64>), Fate> {
        let text = if self.answer.status == 416 { &[] } else { self.answer.bytes() };
        let end =
            if self.is_last { text.len() } else { text.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1) };
        let within = chosen(of).within.map(|(list, _)| list);
        let (mut families, mut last_begins, mut at) = (Vec::<Value>::new(), 0, 0);
        for line in text[..end].split_inclusive(|byte| *byte == b'\n') {
            let begins = at;
            at += line.len();
            if line.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            let mut row: Value = serde_json::from_slice(line).ok().filter(Value::is_object).ok_or(ODD)?;
            if row["__parentId"].is_null() {
                if let Some(list) = within {
                    row[list] = json!({ "nodes": [] });
                }
                families.push(row);
                last_begins = begins;
            } else if let Some((parent, list)) = families.last_mut().zip(within) {
                // A child of another than the one it stands under is no child that was asked for.
                if parent["id"] == row["__parentId"] {
                    parent[list]["nodes"].as_array_mut().ok_or(ODD)?.push(row);
                }
            }
        }
        let next = if self.is_last {
            None
        } else {
            families.pop();
            // One whose children fill a whole piece is more than any shop has.
            Some((last_begins > 0).then_some(last_begins as u64).ok_or(Fate::Again { after: LATER })?)
        };
        Ok((goods(&families, |row| own::read(of, row))?, next))
    }
}
