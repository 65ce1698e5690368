//! Everybody at once: a shop that is forgotten, and an account that ends. The steps are those of one person's deletion; they
//! differ in whom they are about, in what of theirs goes, and in whose key goes: who is known elsewhere keeps it.
//!
//! It never takes what came from another shop, nor what the page keeps by a time of its own where an account merely ends.

use std::collections::BTreeSet;

use super::scanning::looked;
use super::{Ran, Stood, burying, came};
use crate::apps;
use crate::floor::access::Caller;
use crate::floor::datamap::{Apart, Map, Picked, Row, Table, Whose};
use crate::floor::journal::{Deed, Tombstone};
use crate::floor::kernel::text::NORMALISER;
use crate::floor::kernel::{Error, Personal, Ref, Result, StoreId, SubjectId, TenantId};
use crate::floor::ledger::{Event, Tx, WriteTx};
use crate::floor::tools::Tools;
use crate::relay;
use crate::requests::actions::event;
use crate::requests::asking::whole;
use crate::requests::fulfil::{Carrier, Ground};
use crate::requests::model::{PlanLine, PlannedAction, Request, Step, StepName};
use crate::requests::queries::{ending, fulfilling};
use crate::stores;
use crate::subjects::{self, TombstoneReason};
use crate::tenants;

/// What the journal calls the line of a whole shop, and that of a whole account.
pub const STORE_LINE: &str = "store";
pub const ACCOUNT_LINE: &str = "account";

/// The table in which persons are found by what they go by: it says of nobody that something is held of them.
pub const IDENTIFIERS: &str = "subject_identifiers";

/// Why the line is taken back where somebody placed a hold at the last moment.
const HELD: &str = "held";

/// What hangs on orders is told apart by them.
fn of_orders() -> Apart {
    Apart { table: "orders", key: "order_id", rows: Vec::new() }
}

/// Tables of which rows stay as they are, by the lines of a plan: books that the law wants whole, and what the page keeps by
/// a time of its own.
pub fn staying(lines: &[PlanLine]) -> BTreeSet<&str> {
    let stays = |line: &&PlanLine| {
        let ground = line.ground.as_deref().unwrap_or_default();
        line.action == PlannedAction::Keep && (ground.starts_with("law:") || ground.starts_with("retention:"))
    };
    lines.iter().filter(stays).map(|line| line.place.as_str()).collect()
}

/// Everybody of whom something is there that is to go. None where the request is one person's.
pub fn everybody(tx: &mut Tx, map: Map, request: &Request, lines: &[PlanLine]) -> Result<Option<Vec<SubjectId>>> {
    let Some(whose) = whole(request) else { return Ok(None) };
    let stays = staying(lines);
    map.everybody(tx, &whose, |table| stays.contains(table.name)).map(Some)
}

/// Of whom nothing is left anywhere: their keys go. Where the request is one person's, that person.
pub fn going(tx: &mut Tx, map: Map, ground: &Ground) -> Result<Vec<SubjectId>> {
    if whole(&ground.request).is_none() {
        return Ok(ground.persons.clone());
    }
    map.without_rows(tx, &ground.persons, IDENTIFIERS)
}

/// Nobody is found any more by what a shop called them, and whoever goes is found by nothing at all and written of no more.
/// With an account its name goes.
pub fn let_go(tx: &mut WriteTx, ground: &Ground, going: &[SubjectId]) -> Result<Vec<Event>> {
    let store = match whole(&ground.request) {
        None => return Ok(Vec::new()),
        Some(Whose::Shop(store)) => Some(store),
        Some(_) => None,
    };
    let gone = ending::unname(tx, (&ground.persons, going), store)?;
    subjects::bury(tx, going, Some(ground.request.id), (TombstoneReason::Erased, &[]))?;
    relay::end_of_persons(tx, going)?;
    let mut told = vec![event("request.unnamed", &ground.request).count("identifiers", gone)];
    if store.is_none() && tenants::unname(tx)? {
        told.push(Event::new("tenant.unnamed", "tenant", ground.request.tenant.uuid()));
    }
    Ok(told)
}

/// From here on nothing is written there any more: what is connected is disconnected, and the journal outside says so
/// before the first row goes.
pub async fn bury(carrier: &Carrier, step: &Step, whose: &Whose) -> Result<Ran> {
    let begun = burying::begin(carrier, step).await?;
    if begun != Ran::Done {
        burying::take_back(carrier).await?;
        return Ok(begun);
    }
    let tenant = carrier.lane.tenant();
    let store = match whose {
        Whose::Shop(store) => Some(*store),
        _ => None,
    };
    disconnect(&carrier.tools, tenant, store).await?;
    write_down(carrier, store, Deed::Set).await?;
    let own = step.clone();
    let stood = carrier.write(Some(step), move |tx, ground| {
        let mut told = ground.done(tx, &own, 1, None)?;
        if store.is_none() && tenants::end_now(tx)? {
            told.push(Event::new("tenant.closed", "tenant", ground.request.tenant.uuid()));
        }
        Ok(Some(((), told)))
    });
    let stood = stood.await?;
    if stood == Stood::SentBack {
        burying::take_back(carrier).await?;
    }
    Ok(came(&stood))
}

/// Ends the connections of a tenant, or of one shop: tokens go, sharing stops, slots are free. What is over already stays so.
pub async fn disconnect(tools: &Tools, tenant: TenantId, only: Option<StoreId>) -> Result<()> {
    let house = Caller::house();
    let scope = house.permit(crate::floor::access::Permission::KeepHouse, tenant)?;
    let (held, connected) = tools.ledger.read(&scope, move |tx| ending::connected(tx, only)).await?;
    for (store, version) in held {
        match stores::disconnect_store(tools, &house, (Ref::new(tenant, store), version), None).await {
            // Somebody else ended it at this moment, or the platform did.
            Ok(_) | Err(Error::Refused(_)) => {}
            Err(other) => return Err(other),
        }
    }
    for (app, version) in connected {
        // With it goes the task of asking the provider for what it has.
        match apps::disconnect_app(tools, &house, (Ref::new(tenant, app), version), None).await {
            Ok(_) | Err(Error::Refused(_)) => {}
            Err(other) => return Err(other),
        }
    }
    Ok(())
}

/// One line for a whole shop, or for a whole account: whoever takes the database back to an earlier day finds it there.
pub async fn write_down(carrier: &Carrier, store: Option<StoreId>, deed: Deed) -> Result<()> {
    let (tenant, at, id) = (carrier.lane.tenant(), carrier.tools.watch.now(), carrier.request);
    let request = carrier.tools.ledger.read(&carrier.lane, move |tx| crate::requests::queries::requests::get(tx, id));
    let case = request.await?.case.unwrap_or_default();
    let reason = if deed == Deed::Set { case } else { HELD.to_owned() };
    let keys = carrier.tools.vault.suppress_keys();
    let key = keys.first().ok_or_else(|| Error::internal("no suppression key is at hand"))?;
    let (kind, named) = match store {
        Some(store) => (STORE_LINE, store.uuid()),
        None => (ACCOUNT_LINE, tenant.uuid()),
    };
    let digest = key.tombstone(tenant, kind, "", &Personal::new(named.to_string()));
    let turn = carrier.tools.journal.tombstones.turn().await?;
    let line = Tombstone {
        seq: turn.standing().lines + 1,
        deed,
        tenant,
        subject: SubjectId::from_uuid(named),
        kind: kind.to_owned(),
        scope: store.map(|store| store.uuid().to_string()).unwrap_or_default(),
        digest,
        nv: NORMALISER,
        kv: key.version(),
        reason,
        at,
    };
    turn.append(line, &carrier.tools.vault.sign_key()?).await?;
    Ok(())
}

/// The shop, where everybody at one is meant and not under an account.
fn shop_of(request: &Request) -> Option<StoreId> {
    match whole(request) {
        Some(Whose::Shop(store)) => Some(store),
        _ => None,
    }
}

/// Looks whether anything of anybody is left there: rows, what the keys sealed of whoever is gone, wherever it lies, and what
/// they are found by. Whatever came meanwhile goes, and is looked for again.
pub async fn scan(carrier: &Carrier, step: &Step) -> Result<Ran> {
    let (inside, own) = (carrier.clone(), step.clone());
    let stood = carrier.write(Some(step), move |tx, ground| {
        let map = inside.tools.map;
        let keeper = fulfilling::find_keeper(tx, ground.request.id)?;
        let mut left = everybody(tx, map, &ground.request, &ground.plan.lines)?.unwrap_or_default();
        left.retain(|person| Some(*person) != keeper);
        let gone = going(tx, map, ground)?;
        let (keys, open) = fulfilling::keys_of(tx, &gone)?;
        let sealed = map.sealed_under(tx, &keys)?.iter().map(|left| left.rows).sum::<i64>();
        let named = ending::named(tx, &gone, shop_of(&ground.request))?;
        let persons = i64::try_from(left.len() + open + named.len()).unwrap_or(i64::MAX);
        let look = looked(map, persons.saturating_add(sealed));
        fulfilling::note_look(tx, &own, look)?;
        let found = look.rows_left.unsigned_abs();
        if found == 0 {
            let mut told = ground.done(tx, &own, 0, None)?;
            let columns = u64::from(look.columns.unsigned_abs());
            told.push(event("request.scanned", &ground.request).count("columns", columns).count("rows_left", found));
            return Ok(Some((true, told)));
        }
        let rows = clear_rest(tx, map, ground, &left)?;
        // Who is only named there still is found by it no more once this was done again.
        left.extend(named);
        fulfilling::remember_persons(tx, ground.request.id, &left)?;
        fulfilling::do_again(tx, ground.plan.id, &[StepName::Keep, StepName::Forget, StepName::Files, StepName::Key])?;
        let told = event("request.scan_found", &ground.request).count("rows", found).count("cleared", rows);
        Ok(Some((false, vec![told])))
    });
    Ok(match stood.await? {
        Stood::Done(true) => Ran::Done,
        Stood::Done(false) => Ran::Again,
        other => came(&other),
    })
}

/// What is left in tables of which no line says that anything stays.
fn clear_rest(tx: &mut WriteTx, map: Map, ground: &Ground, left: &[SubjectId]) -> Result<u64> {
    let (apart, mut rows) = (of_orders(), 0);
    let store = shop_of(&ground.request).map(Some);
    let keeps: BTreeSet<&str> = ground
        .plan
        .lines
        .iter()
        .filter(|line| line.action == PlannedAction::Keep)
        .map(|line| line.place.as_str())
        .collect();
    for table in map.children_first().filter(|table| is_cleared(table) && !keeps.contains(table.name)) {
        let picked = Picked { persons: left, store, apart: &apart, part: None, since: None };
        rows += map.clear(tx, table, &picked)? as u64;
    }
    Ok(rows)
}

/// What names persons by what they go by is let go of with their keys.
fn is_cleared(table: &Table) -> bool {
    table.erased_by != Row::Kept && table.name != IDENTIFIERS
}
