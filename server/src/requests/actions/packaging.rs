//! What becomes of a package: it is ordered when a plan is carried out, read and cut by staff, let go by somebody else, and
//! ended when another takes its place, when its time is over or when the person is erased.

use uuid::Uuid;

use super::{checked_reason, event, seal};
use crate::floor::access::{Caller, One, Permission, Scope};
use crate::floor::datamap::{Leaf, Map, Table};
use crate::floor::jobs;
use crate::floor::kernel::{
    Day, Error, Instant, PackageId, Personal, RedactionId, Ref, RequestId, Result, StaffId, SubjectId,
};
use crate::floor::ledger::{Event, Leave, Once, Tx, Witnessed, WriteTx};
use crate::floor::regulations::{Right, Tz};
use crate::floor::tools::Tools;
use crate::floor::vault::{Place, RequestKey, Shut};
use crate::requests::jobs::{CarryOut, MakePackage};
use crate::requests::model::{Request, Stage};
use crate::requests::package::{
    Cells, LIES, LeftOut, Package, PackageState, Packed, Redacted, Redaction, Release, opened, tables, until,
};
use crate::requests::queries::{estate, holds, intakes, packages, plans, requests};

/// How far the package of a request is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is being made, or read by a second person.
    Waits,
    /// The person may fetch it.
    Released { rows: u64, left_out: u64 },
}

/// Sees to it that there is a package of a request that is carried out: ordered where none stands, and ordered anew where
/// the plan was drawn again since.
pub fn see_to(tx: &mut WriteTx, request: &Request) -> Result<(Standing, Vec<Event>)> {
    let plan = match request.stage.plan() {
        Some(plan) => Some(plans::get(tx, plan)?),
        None => None,
    };
    let by = plan.as_ref().and_then(|plan| plan.submitted).map(|(_, by)| by);
    let Some(standing) = packages::standing(tx, request.id)? else {
        return Ok((Standing::Waits, order(tx, request, by)?));
    };
    let unsigned = |count: i64| count.unsigned_abs();
    if let (PackageState::Released, Some(made)) = (standing.state, standing.made) {
        return Ok((Standing::Released { rows: unsigned(made.rows), left_out: unsigned(made.left_out) }, Vec::new()));
    }
    if plan.is_some_and(|plan| plan.drawn_at > standing.ordered_at) {
        return Ok((Standing::Waits, order_anew(tx, request, &standing, by)?));
    }
    Ok((Standing::Waits, Vec::new()))
}

fn order(tx: &mut WriteTx, request: &Request, by: Option<StaffId>) -> Result<Vec<Event>> {
    let number = packages::of(tx, request.id)?.first().map_or(1, |last| last.number + 1);
    let package = Package {
        tenant: request.tenant,
        id: PackageId::fresh(),
        request: request.id,
        number,
        state: PackageState::Ordered,
        is_given: request.right == Right::Portability,
        locale: request.locale.clone(),
        ordered_at: tx.now()?,
        ordered_by: by,
        file: None,
        made: None,
        released: None,
        ended_at: None,
        version: 1,
    };
    let persons = estate::persons_of(tx, request)?;
    packages::order(tx, &package, &persons)?;
    // In the order in which they were approved: whoever came first has it before the others' are ordered.
    jobs::redeem(tx, jobs::Ticket::of(&MakePackage { package: package.id })?.due(request.moved_at));
    Ok(vec![event("package.ordered", request).count("number", u64::from(number.unsigned_abs()))])
}

fn order_anew(tx: &mut WriteTx, request: &Request, standing: &Package, by: Option<StaffId>) -> Result<Vec<Event>> {
    packages::end(tx, standing.id, PackageState::Replaced)?;
    if standing.file.is_none() {
        packages::cleared(tx, standing.id)?;
    }
    order(tx, request, by)
}

/// Ends a package and takes its file away: its links lead nowhere first, then the file goes, then its name. May be run again.
pub async fn end_package(tools: &Tools, lane: &Scope<One>, at: Ref<PackageId>, state: PackageState) -> Result<bool> {
    let ended = tools.ledger.write(lane.clone(), move |tx| {
        let of = packages::one(tx, at.id)?.request;
        let request = requests::lock(tx, of)?;
        let package = packages::lock(tx, at.id)?;
        let is_first = packages::end(tx, at.id, state)?;
        seal(tx, &request)?;
        let told = event("package.ended", &request);
        Ok(Witnessed::new((package, is_first), told.code("as", state.code())))
    });
    let (package, is_first) = ended.await?;
    if let Some(blob) = package.blob() {
        tools.blobs.delete(blob).await?;
    }
    forget_whom(tools, lane, &package).await?;
    Ok(is_first)
}

async fn forget_whom(tools: &Tools, lane: &Scope<One>, package: &Package) -> Result<()> {
    let (id, request) = (package.id, package.request);
    let cleared = tools.ledger.write(lane.clone(), move |tx| {
        let request = requests::lock(tx, request)?;
        packages::cleared(tx, id)?;
        seal(tx, &request)?;
        Ok(Witnessed::new((), event("package.cleared", &request)))
    });
    cleared.await
}

/// Takes away every package about these persons, with all that leads to it: how many there were. May be run again.
pub async fn clear(tools: &Tools, lane: &Scope<One>, persons: &[SubjectId]) -> Result<u64> {
    let (persons, named) = (persons.to_vec(), persons.to_vec());
    let about = tools.ledger.read(lane, move |tx: &mut Tx| packages::about(tx, &named)).await?;
    if let Some(first) = about.first().copied() {
        let all = about.clone();
        // Whoever is held keeps what was made for them: all of it ends at once, while nobody can place a hold.
        let whom = persons.clone();
        let ended = tools.ledger.write(lane.clone(), move |tx| {
            holds::require_none(tx, &whom)?;
            let mut files = Vec::new();
            for id in all {
                files.extend(packages::lock(tx, id)?.blob());
                packages::end(tx, id, PackageState::Gone)?;
            }
            Ok(Witnessed::new(files, Event::new("package.all_ended", "package", first.uuid())))
        });
        // Nothing opens these any more. Their names go after them, so that whoever runs this again finds what is left.
        for file in ended.await? {
            tools.blobs.delete(file).await?;
        }
        let all = about.clone();
        let cleared = tools.ledger.write(lane.clone(), move |tx| {
            holds::require_none(tx, &persons)?;
            for id in all {
                packages::lock(tx, id)?;
                packages::cleared(tx, id)?;
            }
            Ok(Witnessed::new((), Event::new("package.all_cleared", "package", first.uuid())))
        });
        cleared.await?;
    }
    Ok(about.len() as u64)
}

/// The packages of a request, the newest first.
pub async fn list_packages(tools: &Tools, caller: &Caller, at: Ref<RequestId>) -> Result<Vec<Package>> {
    let scope = caller.permit(Permission::SeeTenants, at.tenant)?;
    tools.ledger.read(&scope, move |tx: &mut Tx| packages::of(tx, at.id)).await
}

/// What a package holds: names, counts and digests.
pub async fn list_packed(tools: &Tools, caller: &Caller, at: Ref<PackageId>) -> Result<Vec<Packed>> {
    let scope = caller.permit(Permission::SeeTenants, at.tenant)?;
    tools.ledger.read(&scope, move |tx: &mut Tx| packages::files(tx, at.id)).await
}

/// What was left out of a request's packages, and what was put back.
pub async fn list_redactions(tools: &Tools, caller: &Caller, at: Ref<RequestId>) -> Result<Vec<Redaction>> {
    let scope = caller.permit(Permission::SeeTenants, at.tenant)?;
    tools.ledger.read(&scope, move |tx: &mut Tx| packages::redactions(tx, at.id)).await
}

/// Where something stands that is in a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spot {
    /// The table.
    pub place: String,
    pub row: Uuid,
    /// The one column; the whole row where there is none.
    pub field: Option<String>,
}

/// Leaves a row or a cell out of what the person gets, and has the package made anew without it.
pub async fn leave_out(
    tools: &Tools,
    caller: &Caller,
    at: Ref<RequestId>,
    (spot, code): (Spot, LeftOut),
    reason: Personal,
    once: Option<Once>,
) -> Result<Package> {
    let scope = caller.permit(Permission::WorkRequests, at.tenant)?;
    let by = caller.staff_id().ok_or(Error::Forbidden(Permission::WorkRequests.code()))?;
    checked_reason(&reason)?;
    let (vault, map) = (tools.vault.clone(), tools.map);
    let written = tools.ledger.write_once(scope.clone(), once, "request", move |tx| {
        let (request, standing) = read_now(tx, at.id)?;
        is_there(map, standing.is_given, &spot)?;
        let sealer = intakes::sealer(tx, &vault, request.intake)?;
        let leaving = packages::Leaving {
            request: request.id,
            place: &spot.place,
            row: spot.row,
            field: spot.field.as_deref(),
            code,
            by,
        };
        if packages::leave_out(tx, &sealer, &leaving, &reason)?.is_none() {
            return Err(Error::refused("LEFT_OUT", "it is left out already"));
        }
        let told = order_anew(tx, &request, &standing, standing.ordered_by)?;
        let first = Witnessed::new(at.id.uuid(), event("package.left_out", &request).code("why", code.code()));
        Ok(told.into_iter().fold(first, Witnessed::and))
    });
    written.await?;
    newest(tools, &scope, at.id).await
}

/// Puts back what was left out, and has the package made anew with it.
pub async fn put_back(
    tools: &Tools,
    caller: &Caller,
    at: Ref<RequestId>,
    redaction: RedactionId,
    once: Option<Once>,
) -> Result<Package> {
    let scope = caller.permit(Permission::WorkRequests, at.tenant)?;
    let by = caller.staff_id().ok_or(Error::Forbidden(Permission::WorkRequests.code()))?;
    let written = tools.ledger.write_once(scope.clone(), once, "request", move |tx| {
        let (request, standing) = read_now(tx, at.id)?;
        if !packages::put_back(tx, request.id, redaction, by)? {
            return Err(Error::NotFound("redaction"));
        }
        let told = order_anew(tx, &request, &standing, standing.ordered_by)?;
        let first = Witnessed::new(at.id.uuid(), event("package.put_back", &request));
        Ok(told.into_iter().fold(first, Witnessed::and))
    });
    written.await?;
    newest(tools, &scope, at.id).await
}

/// Lets a package go that somebody else made ready: the very one that was read, by the digest of what it holds.
pub async fn release_package(
    tools: &Tools,
    caller: &Caller,
    at: Ref<RequestId>,
    read: [u8; 32],
    once: Option<Once>,
) -> Result<Package> {
    let scope = caller.permit(Permission::ApprovePlans, at.tenant)?;
    let by = caller.staff_id().ok_or(Error::Forbidden(Permission::ApprovePlans.code()))?;
    caller.require_fresh()?;
    let written = tools.ledger.write_once(scope.clone(), once, "request", move |tx| {
        let (request, standing) = read_now(tx, at.id)?;
        let Some(made) = standing.made else {
            return Err(Error::refused("NOT_MADE", "it is still being made: wait until it lies there"));
        };
        if made.manifest != read {
            return Err(Error::refused("PACKAGE_CHANGED", "another package stands by now: read that one"));
        }
        let cut = packages::redactions(tx, request.id)?;
        let has_cut =
            cut.iter().any(|one| one.made_by == by || one.lifted.is_some_and(|(_, lifted_by)| lifted_by == by));
        if standing.ordered_by == Some(by) || has_cut {
            let why = "who made a package ready does not let it go: ask a colleague";
            return Err(Error::refused("SECOND_PERSON", why));
        }
        let now = tx.now()?;
        if !packages::release(tx, standing.id, &Release { at: now, by, until: now.plus(LIES) })? {
            return Err(Error::Conflict);
        }
        jobs::enqueue(tx, &CarryOut { request: request.id })?;
        let told = event("package.released", &request).digest("manifest", &made.manifest);
        Ok(Witnessed::new(at.id.uuid(), told))
    });
    written.await?;
    newest(tools, &scope, at.id).await
}

/// The request and its package, both held, as long as it may be read and cut.
fn read_now(tx: &mut WriteTx, id: RequestId) -> Result<(Request, Package)> {
    let request = requests::lock(tx, id)?;
    let standing = packages::standing(tx, id)?;
    let standing = standing.ok_or_else(|| Error::refused("NO_PACKAGE", "there is no package of it"))?;
    if standing.state == PackageState::Released {
        return Err(Error::refused("RELEASED", "the person may fetch it already"));
    }
    // One that was stopped, taken back or refused meanwhile hands nothing out.
    if !matches!(request.stage, Stage::InProgress { .. }) {
        return Err(Error::refused("ILLEGAL_STEP", "nothing of it is being carried out"));
    }
    Ok((request, standing))
}

/// Whether such a thing is in a package at all.
fn is_there(map: Map, is_given: bool, spot: &Spot) -> Result<&'static Table> {
    let table = tables(map, is_given).into_iter().find(|table| table.name == spot.place);
    let table = table.ok_or_else(|| Error::invalid("table", "name a table that the package holds"))?;
    let names = |field: &String| table.disclosed().any(|column| column.name == field.as_str());
    if spot.field.as_ref().is_some_and(|field| !names(field)) {
        return Err(Error::invalid("column", "name a column that the package holds of this table"));
    }
    Ok(table)
}

async fn newest(tools: &Tools, scope: &Scope<One>, request: RequestId) -> Result<Package> {
    let found = tools.ledger.read(scope, move |tx: &mut Tx| packages::of(tx, request)).await?;
    found.into_iter().next().ok_or(Error::NotFound("package"))
}

/// Some rows of a table as they are in a package, opened for whoever reads it. They never print.
pub struct Leafed {
    pub columns: Vec<&'static str>,
    pub rows: Vec<LeafedRow>,
    /// Where the next rows begin; none where these were the last.
    pub next: Option<(usize, Option<Uuid>)>,
}

/// One of them.
pub struct LeafedRow {
    pub row: Uuid,
    pub cells: Cells,
    /// Why it is left out, where it is.
    pub left_out: Option<LeftOut>,
    /// The columns that are left out of it, and why.
    pub fields: Vec<(&'static str, LeftOut)>,
}

/// Rows that are read at a time.
const ROWS: u16 = 50;

/// What the book of accesses calls it.
const READ: &str = "read_package";
const VIEW: &str = "packages";

/// Opens rows of a table as the person would get them: who looked and why is on record.
pub async fn open_rows(
    tools: &Tools,
    caller: &Caller,
    at: Ref<PackageId>,
    (table, from): (String, (usize, Option<Uuid>)),
    reason: Personal,
) -> Result<Leafed> {
    let scope = caller.permit(Permission::SeeData, at.tenant)?;
    caller.require_fresh()?;
    checked_reason(&reason)?;
    let (vault, map) = (tools.vault.clone(), tools.map);
    let opened = tools.ledger.reveal(scope, READ, move |tx| {
        let package = packages::one(tx, at.id)?;
        let request = requests::get(tx, package.request)?;
        let spot = Spot { place: table, row: Uuid::nil(), field: None };
        let table = is_there(map, package.is_given, &spot)?;
        let sealer = vault.known_sealer::<RequestKey>(tx, request.intake.uuid())?.map_err(shut)?;
        let row = tx.next_access().uuid();
        let place = Place { tenant: at.tenant, table: "access", column: "reason", row, generation: 0 };
        let reason = Some(sealer.seal_blob(&place, reason.disclose().as_bytes())?);
        tx.under(Leave { grant: None, ticket: Some(request.reference.clone()), reason });
        let (persons, redactions) = (packages::persons(tx, at.id)?, packages::redactions(tx, request.id)?);
        let (redacted, keys) = (Redacted::of(&redactions), vault.subject_keys(tx, &persons, VIEW)?);
        let mut leafed = Leafed {
            columns: table.disclosed().map(|column| column.name).collect(),
            rows: Vec::new(),
            next: Some(from),
        };
        while let Some((person, after)) = leafed.next.filter(|_| leafed.rows.len() < usize::from(ROWS)) {
            let Some(subject) = persons.get(person) else {
                leafed.next = None;
                break;
            };
            let most = ROWS.saturating_sub(u16::try_from(leafed.rows.len()).unwrap_or(ROWS)).max(1);
            let leaf = Leaf { after, to: None, until: until(table, request.received_at), most };
            let lines = map.leaf(tx, table, *subject, leaf)?;
            leafed.next = match lines.last() {
                Some(last) if lines.len() >= usize::from(most) => Some((person, Some(last.row))),
                _ if person + 1 < persons.len() => Some((person + 1, None)),
                _ => None,
            };
            for line in lines {
                let cells = line.cells.iter().map(|cell| opened(cell, keys.get(subject)).unwrap_or_default());
                leafed.rows.push(LeafedRow {
                    row: line.row,
                    cells: cells.collect(),
                    left_out: redacted.row(table, line.row),
                    fields: redacted.fields(table, line.row),
                });
            }
        }
        Ok(leafed)
    });
    opened.await
}

fn shut(shut: Shut) -> Error {
    match shut {
        Shut::Forgotten => Error::refused("FORGOTTEN", "what this request was about is forgotten"),
        other => Error::internal(format!("a package stays shut: {}", other.code())),
    }
}

/// The day of a moment where the person's days end.
pub fn day_in(zone: Option<Tz>, at: Instant) -> Day {
    zone.map_or_else(|| at.day(), |zone| Day(at.utc().with_timezone(&zone).date_naive()))
}
