//! Whether evidence is what was sealed, and holds together: its signature, what it says it holds, each row of the books by
//! the hash before it, each plan by its digest, and that the books tell of what was approved. Pure; it needs no server and
//! no secret.

use data_encoding::HEXLOWER;
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::FORMAT;
use crate::floor::journal::{Line, canonical, hex, unhex};
use crate::floor::kernel::{Instant, TenantId};
use crate::floor::ledger::chain::{Hash, Link};
use crate::floor::vault::PublicKeys;

/// What was found.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// What people call the request.
    pub reference: String,
    pub number: u64,
    /// SHA-256 of the document, in hexadecimal.
    pub digest: String,
    /// The same of the evidence before it; zeros of the first.
    pub prev: String,
    /// The version of the key that signed it.
    pub key: u32,
    pub events: u64,
    pub plans: u64,
    /// What does not hold; nothing where it is what was sealed.
    pub faults: Vec<Fault>,
}

/// Something that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault(pub String);

fn fault(what: impl Into<String>) -> Fault {
    Fault(what.into())
}

/// Verifies a document. What is no line of evidence at all is one fault.
pub fn verify(document: &[u8], keys: &PublicKeys) -> Report {
    let document = document.strip_suffix(b"\n").unwrap_or(document);
    let mut report = Report { digest: hex(&Sha256::digest(document)), ..Report::default() };
    let Some(line) = Line::read(document) else {
        report.faults.push(fault("it is no document in canonical form, or was changed"));
        return report;
    };
    (report.key, report.prev) = (line.key, hex(&line.prev));
    match keys.get(line.key) {
        None => report.faults.push(fault(format!("the public key of version {} is not at hand", line.key))),
        Some(public) if !line.is_signed_by(FORMAT, public) => {
            report.faults.push(fault("its signature does not hold: it was changed, or another key signed it"));
        }
        Some(_) => {}
    }
    let whole = &line.document;
    if text(whole, "format") != Some(FORMAT) {
        report.faults.push(fault(format!("it is not of the form {FORMAT}")));
        return report;
    }
    report.number = whole.get("number").and_then(Value::as_u64).unwrap_or_default();
    let told = whole.get("told").unwrap_or(&Value::Null);
    told.pointer("/request/reference").and_then(Value::as_str).unwrap_or_default().clone_into(&mut report.reference);
    let content = canonical(told).map(|told| hex(&Sha256::digest(told)));
    if content.as_deref() != text(whole, "content") {
        report.faults.push(fault("what it tells is not what its digest is of"));
    }
    let tenant = text(whole, "tenant").and_then(|id| Uuid::try_parse(id).ok()).map(TenantId::from_uuid);
    let Some(tenant) = tenant else {
        report.faults.push(fault("it names no tenant"));
        return report;
    };
    let payloads = events(told, tenant, &mut report);
    plans(told, &payloads, &mut report);
    report
}

fn text<'v>(value: &'v Value, name: &str) -> Option<&'v str> {
    value.get(name).and_then(Value::as_str)
}

fn listed<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// Each row by the hash before it; what the ones tell whose payload is there.
fn events(told: &Value, tenant: TenantId, report: &mut Report) -> Vec<(String, String)> {
    let (mut payloads, mut former): (_, Option<(u64, Hash)>) = (Vec::new(), None);
    for event in listed(told, "events") {
        report.events += 1;
        let seq = event.get("seq").and_then(Value::as_u64).unwrap_or_default();
        match row(event, tenant, former) {
            Ok((hash, payload)) => {
                former = Some((seq, hash));
                let action = text(event, "action").unwrap_or_default().to_owned();
                payloads.extend(payload.map(|payload| (action, payload)));
            }
            Err(why) => report.faults.push(fault(format!("row {seq} of the books: {why}"))),
        }
    }
    payloads
}

/// The hash of a row that holds, and what it tells.
fn row(event: &Value, tenant: TenantId, former: Option<(u64, Hash)>) -> Result<(Hash, Option<String>), &'static str> {
    let word = |name| text(event, name).ok_or("a part of it is missing");
    let digest = |name| unhex::<32>(word(name)?).ok_or("a hash of it is none");
    let seq = event.get("seq").and_then(Value::as_u64).ok_or("it has no number")?;
    let at = event.get("at").and_then(Value::as_i64).ok_or("it has no time")?;
    let (prev, hash): (Hash, Hash) = (digest("prev")?, digest("hash")?);
    if former.is_some_and(|(before, _)| before >= seq) {
        return Err("it stands in another's place");
    }
    if former.is_some_and(|(before, hash)| before + 1 == seq && hash != prev) {
        return Err("it does not follow the row before it");
    }
    let covered: Option<Hash> = match text(event, "payload_hash") {
        Some(_) => Some(digest("payload_hash")?),
        None => None,
    };
    let payload = match text(event, "payload") {
        Some(payload) => Some(HEXLOWER.decode(payload.as_bytes()).map_err(|_| "its payload is none")?),
        None => None,
    };
    if payload.as_ref().is_some_and(|payload| covered != Some(Sha256::digest(payload).into())) {
        return Err("its payload is not what its hash covers");
    }
    let link = Link {
        tenant,
        seq,
        at: Instant::from_micros(at),
        actor: word("actor")?,
        action: word("action")?,
        object: word("object")?,
        payload: covered.as_ref(),
        prev: &prev,
    };
    if link.hash() != hash {
        return Err("it is not what its hash covers");
    }
    Ok((hash, payload.and_then(|payload| String::from_utf8(payload).ok())))
}

/// Each plan by its digest, and that the books tell of the one that was submitted and approved.
fn plans(told: &Value, payloads: &[(String, String)], report: &mut Report) {
    for plan in listed(told, "plans") {
        report.plans += 1;
        let number = plan.get("number").and_then(Value::as_u64).unwrap_or_default();
        let lines = listed(plan, "lines").iter().filter_map(Value::as_str);
        let digest = hex(&Sha256::digest(lines.map(|line| [line, "\n"].concat()).collect::<String>()));
        if text(plan, "digest") != Some(digest.as_str()) {
            report.faults.push(fault(format!("plan {number}: its lines are not what its digest is of")));
        }
        let said = format!("plan={digest}");
        let is_told = |wanted: &str| {
            payloads.iter().any(|(action, told)| action == wanted && told.split(' ').any(|fact| fact == said))
        };
        if plan.get("submitted").is_some_and(|by| !by.is_null()) && !is_told("request.plan_submitted") {
            report.faults.push(fault(format!("plan {number}: the books do not tell that it was submitted")));
        }
        if text(plan, "state") == Some("approved") && !is_told("request.plan_approved") {
            report.faults.push(fault(format!("plan {number}: the books do not tell that it was approved")));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::journal::NOTHING;
    use crate::floor::ledger::chain::GENESIS;
    use crate::floor::vault::testing::{TENANT, id, sign_key};
    use serde_json::json;

    const LINE: &str = "customer\tcustomers\t\t\t1\tcorrect\t\t";

    fn keys() -> PublicKeys {
        PublicKeys::one(1, sign_key(0xa0, 1).public())
    }

    fn told() -> Value {
        let digest = hex(&Sha256::digest(format!("{LINE}\n")));
        let payload = format!("plan={digest}");
        let covered: Hash = Sha256::digest(payload.as_bytes()).into();
        let (actor, action) = ("staff:55555555-5555-4555-8555-555555555555", "request.plan_submitted");
        let object = "request:44444444-4444-4444-8444-444444444444";
        let link = Link {
            tenant: TenantId::from_uuid(id(TENANT)),
            seq: 1,
            at: Instant::from_micros(1_767_225_600_000_000),
            actor,
            action,
            object,
            payload: Some(&covered),
            prev: &GENESIS,
        };
        json!({
            "request": { "reference": "R-7K4QD2M" },
            "plans": [{ "number": 1, "digest": digest, "state": "submitted", "submitted": { "at": "", "by": "" },
                        "lines": [LINE] }],
            "events": [{ "seq": 1, "at": 1_767_225_600_000_000_i64, "actor": actor, "action": action, "object": object,
                         "payload": hex(payload.as_bytes()), "payload_hash": hex(&covered), "prev": hex(&GENESIS),
                         "hash": hex(&link.hash()) }],
        })
    }

    fn sealed(told: &Value) -> Vec<u8> {
        let content = hex(&Sha256::digest(canonical(told).expect("canonical")));
        let document = json!({ "format": FORMAT, "number": 1, "tenant": id(TENANT), "content": content, "told": told });
        Line::write(FORMAT, document, &NOTHING, &sign_key(0xa0, 1)).expect("written")
    }

    fn found(document: &[u8]) -> Vec<String> {
        verify(document, &keys()).faults.into_iter().map(|fault| fault.0).collect()
    }

    #[test]
    fn what_was_sealed_holds() {
        let document = sealed(&told());
        let report = verify(&[document.as_slice(), b"\n"].concat(), &keys());
        assert_eq!(report.faults, []);
        assert_eq!((report.reference.as_str(), report.events, report.plans, report.key), ("R-7K4QD2M", 1, 1, 1));
        assert_eq!(report.digest, hex(&Sha256::digest(&document)));
    }

    #[test]
    fn a_changed_byte_is_seen_wherever_it_stands() {
        let document = sealed(&told());
        for at in (0..document.len()).step_by(7) {
            let mut changed = document.clone();
            changed[at] ^= 1;
            assert!(!found(&changed).is_empty(), "byte {at}");
        }
    }

    #[test]
    fn whoever_holds_the_key_cannot_make_up_what_the_books_told() {
        let mut other = told();
        other["events"][0]["action"] = json!("request.plan_approved");
        let faults = found(&sealed(&other));
        assert!(faults[0].starts_with("row 1 of the books"), "{faults:?}");
        let mut other = told();
        other["plans"][0]["lines"] = json!([LINE.replace("correct", "delete")]);
        let faults = found(&sealed(&other));
        assert!(faults.iter().any(|fault| fault.starts_with("plan 1")), "{faults:?}");
        let mut other = told();
        other["plans"][0]["state"] = json!("approved");
        assert_eq!(found(&sealed(&other)), ["plan 1: the books do not tell that it was approved"]);
    }
}
