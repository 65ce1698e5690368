//! What a caller may see of the queue. One who is of the desk sees all of it as the desk does, keys and facts alone;
//! everyone else sees the requests of the tenants within his bounds. No look opens an envelope; that somebody is looked for
//! by an address is noted.

use std::collections::HashMap;

use super::super::clocks::{self, Times};
use super::super::filter::Wanted;
use super::super::model::{ClockEventRow, ClockMove, ClockRow, GoesBy, Hold, Identifier, Intake, Request};
use super::super::queries::queue::{self, Asked, Facts, Order, Told};
use super::super::queries::{holds, identifiers, intakes, requests};
use crate::floor::access::{Caller, Permission};
use crate::floor::graphql::Page;
use crate::floor::kernel::{
    ClockEventId, Day, Error, Instant, IntakeId, Personal, Ref, RequestId, Result, StaffId, StoreId, TenantId,
};
use crate::floor::ledger::Tx;
use crate::floor::policy::Policy;
use crate::floor::regulations::PauseGround;
use crate::floor::tools::Tools;
use crate::staff::{self, StaffMember};
use crate::tenants::{self, Tenant};
use crate::{stores, subjects};

/// What is wanted beside the rows of a list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each says of one thing whether somebody asked for it")]
pub struct Wants {
    pub facts: bool,
    pub tenants: bool,
    pub stores: bool,
    pub owners: bool,
    pub total: bool,
}

/// A request, and what was wanted beside it; what was not wanted is not known here.
#[derive(Clone)]
#[expect(clippy::option_option, reason = "not wanted, wanted and none, wanted and there")]
pub struct Listed {
    pub request: Request,
    pub facts: Option<Facts>,
    pub tenant: Option<Option<Tenant>>,
    pub store: Option<Option<stores::Shown>>,
    pub owner: Option<Option<StaffMember>>,
}

/// Why somebody is looked for, in the access book.
const SEARCH: &str = "search";

/// The requests that exist for the caller, and how many there are as far as they are counted.
pub async fn list_requests(
    tools: &Tools,
    caller: &Caller,
    wanted: Wanted,
    (order, is_rising): (Order, bool),
    (page, wants): (Page, Wants),
) -> Result<(Vec<Listed>, i64)> {
    if order == Order::DueAt && wanted.holds_closed() {
        return Err(Error::invalid("orderBy", "what is closed is listed by RECEIVED_AT: its clocks are over"));
    }
    let asked = Asked { wanted, reach: caller.named().map(<[_]>::to_vec), me: caller.staff_id() };
    let policy = tools.policy.in_force()?;
    let list = move |tx: &mut Tx| {
        let total = if wants.total { queue::count(tx, &asked)? } else { 0 };
        let rows = queue::page(tx, &asked, order, is_rising, &page)?;
        Ok((together(tx, &policy.policy, rows, wants)?, total))
    };
    let (mut rows, total) = look(tools, caller, "requests", list).await?;
    add_owners(tools, &mut rows, wants).await?;
    Ok((rows, total))
}

/// How many fit each of these, as far as they are counted.
pub async fn count_requests(tools: &Tools, caller: &Caller, wanted: Vec<Wanted>) -> Result<Vec<i64>> {
    let (reach, me) = (caller.named().map(<[_]>::to_vec), caller.staff_id());
    let count = move |tx: &mut Tx| {
        let counted = wanted.into_iter().map(|wanted| queue::count(tx, &Asked { wanted, reach: reach.clone(), me }));
        counted.collect::<Result<Vec<_>>>()
    };
    look(tools, caller, "saved views", count).await
}

/// Looks as far as the caller may: over the desk, or over the tenants within his bounds.
pub(super) async fn look<T, F>(tools: &Tools, caller: &Caller, view: &'static str, ask: F) -> Result<T>
where
    T: Send + 'static,
    F: FnOnce(&mut Tx) -> Result<T> + Send + 'static,
{
    match caller.named() {
        None => {
            let desk = tools.ledger.desk_scope(caller.permit_desk(Permission::SeeQueue)?, view).await?;
            tools.ledger.desk(&desk, ask).await
        }
        Some([own]) => tools.ledger.read(&caller.permit(Permission::SeeTenants, *own)?, ask).await,
        Some(named) => {
            let span = tools.ledger.span(caller.permit_span(Permission::SeeTenants, named)?, view).await?;
            tools.ledger.read(&span, ask).await
        }
    }
}

/// One request, as a list has it.
pub async fn find_listed(tools: &Tools, caller: &Caller, at: Ref<RequestId>) -> Result<Option<Request>> {
    let scope = caller.permit(Permission::SeeTenants, at.tenant)?;
    let found = tools.ledger.read(&scope, move |tx| requests::many(tx, &[at.id]));
    Ok(found.await?.pop())
}

/// Whether the caller may do this with a tenant's: asked before what he says is held against any rule.
pub fn may(caller: &Caller, permission: Permission, tenant: TenantId) -> Result<()> {
    caller.permit(permission, tenant).map(|_| ())
}

/// Whether he may work requests at all.
pub fn may_work(caller: &Caller) -> Result<()> {
    caller.permit_house(Permission::WorkRequests).map(|_| ())
}

/// What people call so.
pub async fn find_called(tools: &Tools, caller: &Caller, reference: String) -> Result<Option<Request>> {
    let reach = caller.named().map(<[_]>::to_vec);
    let reference = reference.trim().to_uppercase();
    let found = look(tools, caller, "request by reference", move |tx| queue::called(tx, &reference, reach.as_deref()));
    Ok(found.await?.into_iter().next())
}

/// What was asked by somebody who goes by this mail address, newest first. That somebody is found says something of them, so
/// the look is noted.
pub async fn find_of_mail(tools: &Tools, caller: &Caller, tenant: TenantId, mail: Personal) -> Result<Vec<Request>> {
    let scope = caller.permit(Permission::SeeTenants, tenant)?;
    let vault = tools.vault.clone();
    let found = tools.ledger.reveal(scope, SEARCH, move |tx| {
        let contacts: Vec<IntakeId> = identifiers::by_value(tx, &vault, GoesBy::Mail, &mail, 50)?;
        let found = queue::of_intakes(tx, &contacts)?;
        for request in &found {
            tx.note(request.subject, "intake_identifiers.mail");
        }
        Ok(found)
    });
    found.await
}

/// What is wanted beside one request, for whoever may see it.
pub async fn beside(tools: &Tools, request: &Request, wants: Wants) -> Result<Listed> {
    let scope = Caller::house().permit(Permission::KeepHouse, request.tenant)?;
    let (policy, request) = (tools.policy.in_force()?, request.clone());
    let listed = tools.ledger.read(&scope, move |tx| together(tx, &policy.policy, vec![request], wants));
    let mut listed = listed.await?;
    add_owners(tools, &mut listed, wants).await?;
    listed.pop().ok_or(Error::NotFound("request"))
}

/// Rows with what is wanted beside them: one look at each table, however many they are.
fn together(tx: &mut Tx, policy: &Policy, rows: Vec<Request>, wants: Wants) -> Result<Vec<Listed>> {
    let mut facts = if wants.facts { queue::facts(tx, &rows)? } else { HashMap::new() };
    let mut ids: Vec<TenantId> = rows.iter().map(|row| row.tenant).collect();
    ids.sort_unstable();
    ids.dedup();
    let tenants = if wants.tenants { tenants::tenants(tx, &ids)? } else { Vec::new() };
    let tenants: HashMap<TenantId, Tenant> = tenants.into_iter().map(|tenant| (tenant.id, tenant)).collect();
    let mut shops: Vec<_> = rows.iter().filter_map(|row| Some((row.tenant, row.store?))).collect();
    shops.sort_unstable();
    shops.dedup();
    let shops = if wants.stores && !shops.is_empty() { stores::some(tx, policy, &shops)? } else { Vec::new() };
    let shops: HashMap<_, _> = shops.into_iter().map(|shown| (shown.store.id, shown)).collect();
    let listed = rows.into_iter().map(|request| Listed {
        facts: facts.remove(&request.id),
        tenant: wants.tenants.then(|| tenants.get(&request.tenant).cloned()),
        store: wants.stores.then(|| request.store.and_then(|store| shops.get(&store).cloned())),
        owner: None,
        request,
    });
    Ok(listed.collect())
}

async fn add_owners(tools: &Tools, rows: &mut [Listed], wants: Wants) -> Result<()> {
    if !wants.owners {
        return Ok(());
    }
    let seats = seats(tools, rows.iter().filter_map(|row| row.request.owner).collect()).await?;
    for row in rows {
        row.owner = Some(row.request.owner.and_then(|id| seats.get(&id).cloned()));
    }
    Ok(())
}

/// The operator's people behind these ids.
pub async fn seats(tools: &Tools, mut ids: Vec<StaffId>) -> Result<HashMap<StaffId, StaffMember>> {
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let house = Caller::house().permit_house(Permission::KeepHouse)?;
    let seats = tools.ledger.read(&house, move |tx| staff::seats::queries::find_many(tx, ids)).await?;
    Ok(seats.into_iter().map(|seat| (seat.id, seat)).collect())
}

/// A pause that could be made now, or why it could not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PossiblePause {
    pub on: PauseGround,
    pub before: Option<Day>,
    pub after: Option<Day>,
    pub refusal: Option<String>,
}

/// An extension that could be told now, or why it could not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PossibleExtension {
    pub regime: String,
    pub title: String,
    pub before: Option<Day>,
    pub after: Option<Day>,
    /// What the request would be worked by then: another regime's date may come before.
    pub due_on: Option<Day>,
    /// The regime leaves open for how long: whoever extends says until when.
    pub needs_day: bool,
    pub refusal: Option<String>,
}

/// All that is told of one request beside its own row.
#[derive(Clone)]
pub struct Details {
    pub intake: Intake,
    pub identifiers: Vec<Identifier>,
    pub clocks: Vec<ClockRow>,
    pub events: Vec<ClockEventRow>,
    pub related: Vec<Request>,
    pub holds: Vec<Hold>,
    pub pauses: Vec<PossiblePause>,
    pub extensions: Vec<PossibleExtension>,
    /// The operator's people that any of it names.
    pub seats: HashMap<StaffId, StaffMember>,
}

/// The most that is shown together with one request.
const TOGETHER: i64 = 50;

/// All that is told of a request, for whoever may see it.
pub async fn details(tools: &Tools, request: &Request) -> Result<Details> {
    let scope = Caller::house().permit(Permission::KeepHouse, request.tenant)?;
    let request = request.clone();
    let read = tools.ledger.read(&scope, move |tx| {
        let now = tx.now()?;
        let intake = intakes::get(tx, request.intake)?;
        let times = Times::of(tx, &request)?;
        let (pauses, extensions) = possible(&request, &times, now)?;
        // What was asked in the same contact first.
        let mut related: Vec<RequestId> =
            requests::of_intake(tx, request.intake)?.into_iter().map(|other| other.id).collect();
        related.extend(identifiers::related(tx, (request.intake, request.subject), TOGETHER)?);
        related.retain(|id| *id != request.id);
        let persons = match request.subject {
            Some(subject) => subjects::persons(tx, subject)?,
            None => Vec::new(),
        };
        Ok(Details {
            identifiers: identifiers::of(tx, intake.id)?,
            related: requests::many(tx, &related)?,
            holds: if persons.is_empty() { Vec::new() } else { holds::standing(tx, &persons)? },
            clocks: times.rows.clone(),
            events: times.events.clone(),
            pauses,
            extensions,
            seats: HashMap::new(),
            intake,
        })
    });
    let read: Details = read.await?;
    let mut named: Vec<StaffId> = read.events.iter().filter_map(|event| event.made_by).collect();
    named.extend(read.identifiers.iter().filter_map(|identifier| identifier.proved_by));
    named.extend(read.intake.made_by);
    named.extend(read.holds.iter().map(|hold| hold.placed_by));
    Ok(Details { seats: seats(tools, named).await?, ..read })
}

/// What could be done with the time of a request now, asked of each regime's own arithmetic.
fn possible(request: &Request, times: &Times, now: Instant) -> Result<(Vec<PossiblePause>, Vec<PossibleExtension>)> {
    let open = times.open();
    let mut pauses = Vec::new();
    for on in PauseGround::ALL.iter().copied() {
        let mut pause =
            PossiblePause { on, before: None, after: None, refusal: Some("no clock of it runs any more".to_owned()) };
        // The first that may stand still is enough: what may not goes on by itself, and may then drive.
        for row in &open {
            match times.ask(row, None, |matter| matter.may_pause(on, now))? {
                Ok(moved) => {
                    pause =
                        PossiblePause { on, before: Some(moved.before.on), after: Some(moved.after.on), refusal: None };
                    break;
                }
                Err(refusal) => {
                    pause.before.get_or_insert(row.clock.on);
                    pause.refusal = Some(refusal.to_string());
                }
            }
        }
        pauses.push(pause);
    }
    let mut extensions = Vec::new();
    for row in open {
        let basis = &row.clock.basis;
        let (regime, title) = (basis.regime.clone(), basis.title.clone());
        let tried = |until: Option<Day>| times.ask(row, None, |matter| matter.may_extend(now, until));
        let far = Day(row.clock.on.0 + chrono::Duration::days(1));
        let (after, needs_day, refusal) = match tried(None)? {
            Ok(moved) => (Some(moved.after.on), false, None),
            // Where a day is all that is missing, with one it may be.
            Err(refusal) => match tried(Some(far))? {
                Ok(_) => (None, true, None),
                Err(_) => (None, false, Some(refusal.to_string())),
            },
        };
        let due_on = if after.is_some() { due_when_longer(request, times, &regime, now)? } else { None };
        let before = Some(row.clock.on);
        extensions.push(PossibleExtension { regime, title, before, after, due_on, needs_day, refusal });
    }
    Ok((pauses, extensions))
}

/// The day by which a request would be worked if this regime's time were made longer now.
fn due_when_longer(request: &Request, times: &Times, regime: &str, now: Instant) -> Result<Option<Day>> {
    let longer = ClockEventRow {
        id: ClockEventId::fresh(),
        request: request.id,
        at: now,
        what: ClockMove::Extended,
        pause_on: None,
        regime: Some(regime.to_owned()),
        until_on: None,
        before_on: None,
        after_on: None,
        made_by: None,
    };
    Ok(clocks::due(&times.anew(Some(&longer))?).map(|due| due.on))
}

/// What the book tells of a request, for whoever may see it.
pub async fn timeline(tools: &Tools, request: &Request) -> Result<Vec<Told>> {
    let scope = Caller::house().permit(Permission::KeepHouse, request.tenant)?;
    let request = request.clone();
    tools.ledger.read(&scope, move |tx| queue::told_of(tx, &request)).await
}

/// The stores behind these ids of a tenant, for whoever may see what names them.
pub async fn shops(tools: &Tools, tenant: TenantId, mut ids: Vec<StoreId>) -> Result<HashMap<StoreId, stores::Shown>> {
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let scope = Caller::house().permit(Permission::KeepHouse, tenant)?;
    let (policy, places) = (tools.policy.in_force()?, ids.into_iter().map(|id| (tenant, id)).collect::<Vec<_>>());
    let shown = tools.ledger.read(&scope, move |tx| stores::some(tx, &policy.policy, &places)).await?;
    Ok(shown.into_iter().map(|shown| (shown.store.id, shown)).collect())
}
