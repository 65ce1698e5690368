//! The evidence of a campaign: one document that says all of it, and the same each time it is asked for.

use std::collections::BTreeMap;

use chrono::SecondsFormat;
use serde_json::{Value, json};

use super::campaign::Campaign;
use super::item::Item;
use crate::floor::journal::{canonical, hex};
use crate::floor::kernel::{Error, Instant, Result, StaffId};

/// Kind and version of the document; it is signed with it.
pub const EVIDENCE: &str = "rightsdesk/review-evidence/1";

/// A link of the house's chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub seq: i64,
    pub hash: Vec<u8>,
    /// What stands beside it.
    pub facts: String,
}

/// The bytes of the document: canonical, so that whoever hashes it hashes the same. `handles` says who people are.
pub fn evidence_of(
    campaign: &Campaign,
    items: &[Item],
    opened: &Link,
    handles: &BTreeMap<StaffId, String>,
) -> Result<Vec<u8>> {
    let extract = &campaign.extract;
    let document = json!({
        "format": EVIDENCE,
        "campaign": campaign.id.to_string(),
        "title": campaign.title,
        "covers": extract.counted.iter().map(|(subject, _)| subject.code()).collect::<Vec<_>>(),
        "state": campaign.state.code(),
        "opened": { "at": time(campaign.opened_at), "by": campaign.opened_by.map_or_else(|| "house".to_owned(), actor) },
        "due": campaign.due_on.to_string(),
        "extract": {
            "at": time(extract.taken_at),
            "query": extract.query_version,
            "rows": extract.counted.iter().map(|(subject, rows)| (subject.code(), *rows)).collect::<BTreeMap<_, _>>(),
            "digest": hex(&extract.digest),
            "event": { "seq": opened.seq, "hash": hex(&opened.hash) },
        },
        "items": items.iter().map(row).collect::<Vec<_>>(),
        "people": handles.iter().map(|(staff, handle)| (actor(*staff), handle)).collect::<BTreeMap<_, _>>(),
        "signed_off": campaign.signed_off.map(|(at, by, _)| json!({ "at": time(at), "by": actor(by) })),
    });
    canonical(&document).ok_or_else(|| Error::internal("evidence of a review has no canonical form"))
}

fn row(item: &Item) -> Value {
    let mut row = item.found.value();
    row["decision"] = item.decided.as_ref().map_or(Value::Null, |decided| {
        json!({
            "what": decided.decision.code(),
            "at": time(decided.at),
            "by": actor(decided.by),
            "reason_sha256": hex(&decided.reason),
            "exception_until": decided.exception_until.map(|until| until.to_string()),
        })
    });
    row["revocation"] = json!({
        "state": item.revocation.code(),
        "due": item.due_on.map(|due| due.to_string()),
        "hindrance": item.hindrance,
        "proven_at": item.proven.as_ref().map(|(at, _)| time(*at)),
        "proof": item.proven.as_ref().map(|(_, proof)| proof),
    });
    row
}

/// As the books name a person.
fn actor(staff: StaffId) -> String {
    format!("staff:{}", staff.uuid())
}

fn time(at: Instant) -> String {
    at.utc().to_rfc3339_opts(SecondsFormat::Micros, true)
}
