//! Correction, restriction, objection and opt-out as they really act: fences that everybody finds who writes or sends, and
//! values that are put right in our own records. What a shop or recipient has is theirs to change; they are told of it by
//! the steps after this one.
//!
//! Each may be run again: what stands or is put right already stays as it is.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use rand::TryRng;
use rand::rngs::SysRng;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::floor::access::{One, Scope};
use crate::floor::datamap::{Map, Table, Whole};
use crate::floor::kernel::{Error, Personal, RequestId, Result, StoreId, SubjectId};
use crate::floor::ledger::{Event, RevealTx, Tx, Witnessed, WriteTx};
use crate::floor::regulations::Right;
use crate::floor::tools::Tools;
use crate::floor::vault::{Key, Shut, SubjectKey, Vault};
use crate::propagation;
use crate::requests::model::{
    Correction, CorrectionState, GoesBy, Identifier, Plan, PlannedAction, Request, Stage, in_one_line, nothing_named,
};
use crate::requests::playbooks::{Came, Receipt};
use crate::requests::queries::{corrections, estate, fulfilling, holds, identifiers, requests};
use crate::subjects::{self, Corrected, EVERYWHERE, FenceKind, IdentifierKind, Named};

/// What the access book calls a look at what is right.
const VIEW: &str = "request_corrections.value";

/// What acting came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Acted {
    /// Rows that were put right, or fences that were new.
    pub rows: u64,
    /// Of the lines of the plan that are carried out here.
    pub receipts: Vec<Receipt>,
}

/// Carries out what a plan says about our own records, for every right that deletes nothing and hands nothing out. Where
/// the right wants none of that, there is nothing to be done.
pub async fn act(tools: &Tools, lane: &Scope<One>, request: &Request, plan: &Plan) -> Result<Acted> {
    match request.right {
        Right::Correction => put_right(tools, lane, request, plan).await,
        Right::Restriction | Right::Objection | Right::OptOut => fence(tools, lane, request, plan).await,
        _ => Ok(Acted::default()),
    }
}

/// What the lines of a plan forbid, as fences.
fn forbidden(right: Right, plan: &Plan) -> Vec<(FenceKind, Vec<String>)> {
    let codes = |action: PlannedAction| {
        let lines = plan.lines.iter().filter(|line| line.action == action);
        let codes: BTreeSet<String> = lines.filter_map(|line| line.recipient.clone()).collect();
        codes.into_iter().collect::<Vec<_>>()
    };
    match right {
        Right::Restriction => vec![(FenceKind::Restriction, vec![String::new()])],
        Right::Objection => vec![
            (FenceKind::Objection, codes(PlannedAction::Stop)),
            (FenceKind::OptOut, codes(PlannedAction::Suppress)),
        ],
        Right::OptOut => {
            let everywhere = std::iter::once(EVERYWHERE.to_owned());
            vec![(FenceKind::OptOut, everywhere.chain(codes(PlannedAction::Suppress)).collect())]
        }
        _ => Vec::new(),
    }
}

/// The lines that are carried out here, each sworn of.
fn sworn(plan: &Plan, came: impl Fn(usize) -> Came) -> Vec<Receipt> {
    let ours = |action| matches!(action, PlannedAction::Restrict | PlannedAction::Stop | PlannedAction::Correct);
    let lines = plan.lines.iter().enumerate().filter(|(_, line)| ours(line.action));
    lines.map(|(line, _)| Receipt { line, came: came(line) }).collect()
}

/// A request whose plan is being carried out, and whom it is about, all held as everybody holds them who writes of them.
fn held(tx: &mut WriteTx, id: RequestId, plan: &Plan) -> Result<(Request, Vec<SubjectId>)> {
    let read = requests::get(tx, id)?;
    let persons = whom(tx, &read)?;
    fulfilling::pass_gate(tx)?;
    holds::take_person(tx, &persons)?;
    let request = requests::lock(tx, id)?;
    let is_carried_out = matches!(request.stage, Stage::InProgress { plan: begun, .. } if begun == plan.id);
    if is_carried_out { Ok((request, persons)) } else { Err(Error::Conflict) }
}

/// Whom a request is about. An opt-out asks for no proof, so what was only stated counts there too.
fn whom(tx: &mut Tx, request: &Request) -> Result<Vec<SubjectId>> {
    let mut persons: BTreeSet<SubjectId> = estate::persons_of(tx, request)?.into_iter().collect();
    if request.right == Right::OptOut {
        for subject in identifiers::stated_subjects(tx, request.intake)? {
            persons.extend(estate::persons(tx, subject)?);
        }
    }
    Ok(persons.into_iter().collect())
}

async fn fence(tools: &Tools, lane: &Scope<One>, request: &Request, plan: &Plan) -> Result<Acted> {
    let strangers = strangers(tools, lane, request).await?;
    let (vault, id, plan_read) = (tools.vault.clone(), request.id, plan.clone());
    let written = tools.ledger.write(lane.clone(), move |tx| {
        let (request, mut persons) = held(tx, id, &plan_read)?;
        if persons.is_empty() {
            persons = meet(tx, &vault, &request, &strangers)?;
        }
        let mut made = 0;
        for (kind, codes) in forbidden(request.right, &plan_read) {
            made += subjects::fence(tx, id, &persons, kind, &codes)?;
        }
        let told = Event::new("request.fenced", "request", id.uuid()).code("right", request.right.code());
        let told = told.count("persons", persons.len() as u64).count("fences", made as u64);
        Ok(Witnessed::new(made as u64, told))
    });
    let rows = written.await?;
    Ok(Acted { rows, receipts: sworn(plan, |_| Came::Done) })
}

/// What somebody goes by who may be in no record yet: whoever opts out is known when they come.
async fn strangers(tools: &Tools, lane: &Scope<One>, request: &Request) -> Result<Vec<(Identifier, Personal)>> {
    if request.right == Right::Restriction {
        return Ok(Vec::new());
    }
    let (read, intake) = (request.clone(), request.intake);
    let is_known = tools.ledger.read(lane, move |tx| Ok(!whom(tx, &read)?.is_empty())).await?;
    if is_known {
        return Ok(Vec::new());
    }
    let vault = tools.vault.clone();
    let opened = tools
        .ledger
        .reveal(lane.clone(), "opt_out", move |tx| identifiers::open(tx, &vault, intake, "intake_identifiers.value"));
    opened.await
}

/// Writes down that there is somebody who goes by this, as the gate does, and nothing else of them.
fn meet(
    tx: &mut WriteTx,
    vault: &Vault,
    request: &Request,
    strangers: &[(Identifier, Personal)],
) -> Result<Vec<SubjectId>> {
    let of = |kind: GoesBy| strangers.iter().filter(move |(one, _)| one.kind == kind);
    let at = |one: &Identifier| one.store.or(request.store).unwrap_or(StoreId::from_uuid(Uuid::nil()));
    let nameless = |store| Named { store, customer: None, handle: None, mail: None, phones: Vec::new(), order: None };
    let mut named: Vec<Named<'_>> = Vec::new();
    named.extend(of(GoesBy::Mail).map(|(one, mail)| Named { mail: Some(mail), ..nameless(at(one)) }));
    named.extend(of(GoesBy::Phone).map(|(one, phone)| Named { phones: vec![phone], ..nameless(at(one)) }));
    let of_a_shop = |one: &Identifier| one.store.or(request.store).is_some();
    let customers = of(GoesBy::Customer).filter(|(one, _)| of_a_shop(one));
    named.extend(customers.map(|(one, id)| Named { customer: Some(id.disclose()), ..nameless(at(one)) }));
    let handles = of(GoesBy::Handle).filter(|(one, _)| of_a_shop(one));
    named.extend(handles.map(|(one, handle)| Named { handle: Some(handle), ..nameless(at(one)) }));
    let passed = subjects::gate(tx, vault, &named)?;
    let persons: BTreeSet<SubjectId> = passed.into_iter().map(|passed| passed.subject).collect();
    Ok(persons.into_iter().collect())
}

/// A row that is to be written anew: as it was read, and what is to stand in its columns.
struct Anew {
    table: &'static Table,
    whole: Whole,
    clear: Vec<Option<Personal>>,
    /// What it is found by from then on, where that is a mail address.
    mail: Option<Vec<u8>>,
}

/// What is put right, looked up and not yet written.
struct Draft {
    rows: Vec<Anew>,
    settled: Vec<(Correction, Personal, Vec<Corrected>)>,
}

async fn put_right(tools: &Tools, lane: &Scope<One>, request: &Request, plan: &Plan) -> Result<Acted> {
    let (vault, map, read) = (tools.vault.clone(), tools.map, request.clone());
    let drafted = tools.ledger.reveal(lane.clone(), "correction", move |tx| draft(tx, &vault, map, &read));
    let draft = drafted.await?;
    let (vault, id, plan_read, map) = (tools.vault.clone(), request.id, plan.clone(), tools.map);
    if let Some(draft) = draft.filter(|draft| !draft.settled.is_empty()) {
        let written = tools.ledger.write(lane.clone(), move |tx| {
            held(tx, id, &plan_read)?;
            write(tx, &vault, map, id, &draft)
        });
        written.await?;
    }
    let all = tools.ledger.read(lane, move |tx| corrections::of(tx, id)).await?;
    let done = |table: &str| {
        let of = all.iter().filter(|one| one.about == table && one.state == CorrectionState::Done);
        of.map(|one| i64::from(one.rows)).sum::<i64>()
    };
    let came = |line: usize| match plan.lines.get(line).map_or(0, |line| done(&line.place)) {
        0 => Came::AlreadyGone,
        _ => Came::Done,
    };
    let rows = all.iter().filter(|one| one.state == CorrectionState::Done).map(|one| i64::from(one.rows)).sum::<i64>();
    Ok(Acted { rows: rows.unsigned_abs(), receipts: sworn(plan, came) })
}

/// What would be put right: rows with what stands in them, opened, and with what is right in its place. None where all that
/// was named is settled.
fn draft(tx: &mut RevealTx, vault: &Vault, map: Map, request: &Request) -> Result<Option<Draft>> {
    let persons = estate::persons_of(tx, request)?;
    let all = corrections::of(tx, request.id)?;
    if all.iter().all(|one| one.state == CorrectionState::Dropped) {
        return Err(nothing_named());
    }
    if all.iter().all(|one| one.state != CorrectionState::Named) {
        return Ok(None);
    }
    let named = corrections::open(tx, vault, (request.id, request.intake), VIEW)?;
    let named = named.into_iter().filter(|(one, _)| one.state == CorrectionState::Named);
    let mut rows: BTreeMap<(&'static str, Uuid), Anew> = BTreeMap::new();
    let mut settled = Vec::new();
    for (correction, value) in named {
        let table = map.table(&correction.about).ok_or_else(|| Error::internal("a correction of no table"))?;
        let mut values = Vec::new();
        for whole in map.rows_of(tx, table, &persons, correction.store)? {
            let at = whole.cells.iter().position(|cell| cell.column.name == correction.field);
            let at = at.ok_or_else(|| Error::internal("a correction of no column"))?;
            // What was never told of an order is not made up afterwards.
            if whole.cells[at].envelope.is_none() && table.name == "order_contacts" {
                continue;
            }
            let (row, subject) = (whole.row, whole.subject);
            let is_found_by_it = correction.field == "mail" && table.column("mail_bidx").is_some();
            let mail = if is_found_by_it { index_of(tx, vault, &value)? } else { None };
            // What is another's already is nobody else's.
            if let Some(index) = &mail
                && corrections::is_taken(tx, index, row)?
            {
                continue;
            }
            if let Some(kind) = known_by(&correction) {
                let store = if kind == IdentifierKind::Handle { corrections::store_of(tx, row)? } else { None };
                if is_anothers(tx, vault, &persons, (kind, store), &value)? {
                    continue;
                }
            }
            let anew = match rows.entry((table.name, row)) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(free) => {
                    let Some(key) = key_of(tx, vault, table, subject)? else { continue };
                    let clear = opened(tx, table, &whole, &key)?;
                    free.insert(Anew { table, whole, clear, mail: None })
                }
            };
            values.push(Corrected::of((subject, row), salt()?, (anew.clear[at].as_ref(), &value)));
            anew.clear[at] = Some(value.clone());
            anew.mail = mail.or(anew.mail.take());
        }
        settled.push((correction, value, values));
    }
    Ok(Some(Draft { rows: rows.into_values().collect(), settled }))
}

/// By what a mail address is found; none where nobody of the tenant's is.
fn index_of(tx: &mut RevealTx, vault: &Vault, mail: &Personal) -> Result<Option<Vec<u8>>> {
    let Ok(key) = vault.find_index_key(tx)? else { return Ok(None) };
    Ok(subjects::trace(&key, IdentifierKind::Mail, None, mail)?.map(|trace| trace.index().to_vec()))
}

/// As what a buyer is known by a value that is to be put right.
fn known_by(correction: &Correction) -> Option<IdentifierKind> {
    match (correction.about.as_str(), correction.field.as_str()) {
        ("customers" | "order_contacts", "mail") => Some(IdentifierKind::Mail),
        ("order_contacts", "handle") => Some(IdentifierKind::Handle),
        _ => None,
    }
}

/// Whether somebody else than these is known by a value: whoever had it in their rows would be taken for that one.
fn is_anothers(
    tx: &mut RevealTx,
    vault: &Vault,
    persons: &[SubjectId],
    (kind, store): (IdentifierKind, Option<StoreId>),
    value: &Personal,
) -> Result<bool> {
    let Ok(key) = vault.find_index_key(tx)? else { return Ok(false) };
    let Some(trace) = subjects::trace(&key, kind, store, value)? else { return Ok(false) };
    Ok(!subjects::of_others(tx, &[trace], persons)?.is_empty())
}

/// The key of whom a row is sealed for; none where they were forgotten meanwhile.
fn key_of(
    tx: &mut RevealTx,
    vault: &Vault,
    table: &'static Table,
    subject: SubjectId,
) -> Result<Option<Key<SubjectKey>>> {
    match vault.subject_key(tx, subject, table.name)? {
        Ok(key) => Ok(Some(key)),
        Err(Shut::Forgotten) => Ok(None),
        Err(shut) => Err(Error::internal(format!("a row that is to be put right stays shut: {}", shut.code()))),
    }
}

fn opened(tx: &RevealTx, table: &'static Table, whole: &Whole, key: &Key<SubjectKey>) -> Result<Vec<Option<Personal>>> {
    let tenant = tx.tenant()?;
    let mut clear = Vec::with_capacity(whole.cells.len());
    for cell in &whole.cells {
        let shut = |_: Shut| Error::corrupt(table.name, cell.column.name, whole.row);
        let place = whole.place(table, tenant, cell);
        let opened = cell.envelope.as_ref().map(|sealed| key.open_personal(&place, sealed).map_err(shut));
        clear.push(opened.transpose()?);
    }
    Ok(clear)
}

fn salt() -> Result<[u8; 16]> {
    let mut salt = [0; 16];
    SysRng.try_fill_bytes(&mut salt).map_err(|_| Error::internal("no random bytes are to be had"))?;
    Ok(salt)
}

/// Writes each row anew, sealed under the same person's key, and beside it what was put right.
fn write(tx: &mut WriteTx, vault: &Vault, map: Map, request: RequestId, draft: &Draft) -> Result<Witnessed<()>> {
    let tenant = tx.tenant()?;
    for Anew { table, whole, clear, mail } in &draft.rows {
        let table: &'static Table = table;
        // Erased meanwhile: look again.
        let sealer = vault.known_sealer::<SubjectKey>(tx, whole.subject)?.map_err(|_| Error::Conflict)?;
        let mut envelopes = Vec::with_capacity(clear.len());
        for (cell, value) in whole.cells.iter().zip(clear) {
            let place = whole.next_place(table, tenant, cell);
            envelopes.push(value.as_ref().map(|value| sealer.seal_personal(&place, value)).transpose()?);
        }
        if !map.write_anew(tx, table, whole, (envelopes, mail.clone()))? {
            return Err(Error::Conflict);
        }
    }
    let (mut all, mut values) = (Sha256::new(), 0_u64);
    for (correction, value, corrected) in &draft.settled {
        corrections::settle(tx, correction, corrected)?;
        for one in corrected {
            all.update(one.was.unwrap_or_default());
            all.update(one.is);
            values += 1;
        }
        if let Some(one) = corrected.first() {
            be_known(tx, vault, one.subject, correction, value)?;
        }
    }
    let told = Event::new("request.corrected", "request", request.uuid()).count("values", values);
    Ok(Witnessed::new((), told.digest("digests", &all.finalize().into())))
}

/// Somebody is found by what is right from now on, and by what was wrong too: it was theirs where they are known by it.
fn be_known(
    tx: &mut WriteTx,
    vault: &Vault,
    subject: SubjectId,
    correction: &Correction,
    value: &Personal,
) -> Result<()> {
    // A merchant's own user is found by the row itself.
    if correction.field != "mail" || correction.about == "members" {
        return Ok(());
    }
    let root = estate::root(tx, subject)?;
    let key = vault.index_key(tx)?.map_err(|_| Error::internal("the tenant's index key is not at hand"))?;
    match subjects::trace(&key, IdentifierKind::Mail, None, value)? {
        Some(trace) => subjects::go_by(tx, root, &trace),
        None => Ok(()),
    }
}

/// What a shop or recipient is told to put right of whom it knows: what was named of buyers and on their orders, in clear, but
/// for what somebody else is known by. None where nothing of it is theirs to know. The look is noted.
pub fn corrected_at(
    tx: &mut RevealTx,
    vault: &Vault,
    request: &Request,
    store: Option<StoreId>,
) -> Result<Option<propagation::Corrected>> {
    let mut told = propagation::Corrected::default();
    let named = corrections::open(tx, vault, (request.id, request.intake), VIEW)?;
    let persons = estate::persons_of(tx, request)?;
    let mut is_any = false;
    for (correction, value) in named {
        let is_meant = correction.store.is_none() || correction.store == store;
        if !is_meant {
            continue;
        }
        if let Some(kind) = known_by(&correction)
            && is_anothers(tx, vault, &persons, (kind, None), &value)?
        {
            continue;
        }
        let value = Some(in_one_line(&correction.field, &value));
        match (correction.about.as_str(), correction.field.as_str()) {
            ("customers", "given_name") => told.given_name = value,
            ("customers", "family_name") => told.family_name = value,
            ("customers", "mail") => told.mail = value,
            ("customers", "phone") => told.phone = value,
            ("customers", "address") => told.address = value,
            ("order_contacts", "handle") => told.on_orders.handle = value,
            ("order_contacts", "mail") => told.on_orders.mail = value,
            ("order_contacts", "phone") => told.on_orders.phone = value,
            ("order_contacts", "address") => told.on_orders.address = value,
            _ => continue,
        }
        is_any = true;
    }
    Ok(is_any.then_some(told))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::requests::plan::line;

    fn plan(lines: Vec<crate::requests::model::PlanLine>) -> Plan {
        Plan {
            id: crate::floor::kernel::PlanId::fresh(),
            request: RequestId::fresh(),
            number: 1,
            digest: crate::requests::model::digest(&lines),
            drawn_at: crate::floor::kernel::Instant::EPOCH,
            drawn_by: None,
            state: crate::requests::model::PlanState::Approved,
            submitted: None,
            decided: None,
            starts_at: None,
            lines,
        }
    }

    fn to(recipient: &str, action: PlannedAction) -> crate::requests::model::PlanLine {
        crate::requests::model::PlanLine {
            recipient: Some(recipient.to_owned()),
            ..line("customer", "recipient", 0, action)
        }
    }

    #[test]
    fn an_opt_out_is_of_every_place_to_come_too() {
        let plan = plan(vec![to("meta", PlannedAction::Suppress), to("meta", PlannedAction::Suppress)]);
        let fences = forbidden(Right::OptOut, &plan);
        assert_eq!(fences, [(FenceKind::OptOut, vec![EVERYWHERE.to_owned(), "meta".to_owned()])]);
    }

    #[test]
    fn an_objection_ends_uses_and_what_was_given_for_them() {
        let plan = plan(vec![to("ads", PlannedAction::Stop), to("meta", PlannedAction::Suppress)]);
        let fences = forbidden(Right::Objection, &plan);
        assert_eq!(
            fences,
            [(FenceKind::Objection, vec!["ads".to_owned()]), (FenceKind::OptOut, vec!["meta".to_owned()])]
        );
        assert_eq!(sworn(&plan, |_| Came::Done), [Receipt { line: 0, came: Came::Done }]);
    }
}
