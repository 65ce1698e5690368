//! What must not be erased for now: somebody holds it with a reason, and somebody else lets it go. A hold stops every
//! deletion of the person that is not carried out yet, and whatever others are still to be told of one, in the same write. Where
//! it is on one order, each of those is planned anew around it.

use std::collections::BTreeSet;
use std::time::Duration;

use super::approving::shut;
use super::listing::look;
use super::planning::{Draughtsman, Drawn, draw, drawn_now};
use crate::floor::access::{Caller, One, Permission, Scope};
use crate::floor::graphql::Page;
use crate::floor::jobs;
use crate::floor::kernel::{Error, HoldId, OrderId, Ref, RequestId, Result, SubjectId};
use crate::floor::ledger::{Event, Once, Tx, Witnessed, WriteTx};
use crate::floor::tools::Tools;
use crate::grants::Revealed;
use crate::propagation;
use crate::requests::jobs::DrawPlan;
use crate::requests::model::{Hold, NewHold, hold_reference, not_their_order, order_gone_over};
use crate::requests::plan::is_alike;
use crate::requests::queries::holds::{self, HoldFilter};
use crate::requests::queries::{estate, fulfilling, keeps, plans, requests};

/// Between two looks at what was on its way to a recipient when a hold was placed, and how many there are: what takes longer
/// is not waited for.
const LOOK: Duration = Duration::from_millis(50);
const LOOKS: usize = 100;

/// Holds all that is held of whom a request is about, or one order of theirs.
pub async fn place_hold(
    tools: &Tools,
    caller: &Caller,
    at: Ref<RequestId>,
    new: NewHold,
    once: Option<Once>,
) -> Result<Hold> {
    let scope = caller.permit(Permission::WorkRequests, at.tenant)?;
    let by = caller.staff_id().ok_or(Error::Forbidden(Permission::WorkRequests.code()))?;
    let (by_what, vault) = (Draughtsman::of(tools)?, tools.vault.clone());
    let written = tools.ledger.write_once(scope.clone(), once, "hold", move |tx| {
        let now = tx.now()?;
        let review_on = new.checked(now.day())?;
        let request = requests::get(tx, at.id)?;
        let persons = estate::persons_of(tx, &request)?;
        let subject = request.subject.filter(|subject| persons.contains(subject)).or(persons.first().copied());
        let subject = subject.ok_or_else(nobody)?;
        holds::take_person(tx, &persons)?;
        let order = their_order(tx, (at, new.order), &persons)?;
        let id = HoldId::fresh();
        let hold = Hold {
            tenant: at.tenant,
            id,
            reference: hold_reference(id),
            subject,
            order,
            kind: new.kind,
            placed_at: now,
            placed_by: by,
            review_on,
            released: None,
            version: 1,
        };
        holds::add(tx, &vault, &hold, &new.reason)?;
        let told = Event::new("hold.placed", "hold", id.uuid()).code("kind", new.kind.code());
        let told = if order.is_some() { told.code("on", "order") } else { told };
        let mut witnessed = Witnessed::new(id.uuid(), told);
        let stopped = holds::stopped(tx, (&persons, at.id))?;
        let told_of = holds::told_of(tx, (&persons, at.id))?;
        let both: BTreeSet<RequestId> = stopped.iter().chain(&told_of).copied().collect();
        let mut worked = Vec::new();
        // Whoever lets another hold go takes the requests too, and reads what stands after that.
        for id in both {
            let request = requests::lock(tx, id)?;
            if stopped.contains(&id) {
                worked.push(request);
            }
        }
        witnessed = propagation::hold_back(tx, &told_of)?.into_iter().fold(witnessed, Witnessed::and);
        for request in worked {
            let read = request.stage.plan().map(|plan| plans::get(tx, plan)).transpose()?;
            let now = drawn_now(tx, &by_what, &request)?;
            if read.is_none_or(|read| !is_alike(&read.lines, &now)) {
                let Drawn { is_new, events, .. } = draw(tx, &by_what, request, Some(by))?;
                witnessed = events.into_iter().filter(|_| is_new).fold(witnessed, Witnessed::and);
            }
        }
        Ok(witnessed)
    });
    let id = HoldId::from_uuid(written.await?.id);
    let_it_land(tools, &scope).await?;
    tools.ledger.read(&scope, move |tx| holds::get(tx, id)).await
}

/// The order that is to be held, where it is one of these persons' now.
fn their_order(
    tx: &mut Tx,
    (at, order): (Ref<RequestId>, Option<Ref<OrderId>>),
    persons: &[SubjectId],
) -> Result<Option<OrderId>> {
    let Some(order) = order else { return Ok(None) };
    let buyer = if order.tenant == at.tenant { holds::buyer(tx, order.id)? } else { None };
    match buyer {
        Some(buyer) if persons.contains(&buyer) => Ok(Some(order.id)),
        Some(buyer) if fulfilling::find_keeper(tx, at.id)? == Some(buyer) => Err(order_gone_over()),
        _ => Err(not_their_order()),
    }
}

/// Waits for what had begun to leave before the hold: once it is said that something is held, nothing is on its way.
async fn let_it_land(tools: &Tools, scope: &Scope<One>) -> Result<()> {
    for _ in 0..LOOKS {
        if !tools.ledger.read(scope, propagation::is_leaving).await? {
            break;
        }
        tokio::time::sleep(LOOK).await;
    }
    Ok(())
}

fn nobody() -> Error {
    Error::refused("NOBODY", "nobody was found in the records whom this request is about: there is nothing to hold")
}

/// Lets a hold go that somebody else placed. What it stopped is planned anew, and who was not told because of it is told.
pub async fn release_hold(tools: &Tools, caller: &Caller, at: Ref<HoldId>, once: Option<Once>) -> Result<Hold> {
    let approves = caller.permit(Permission::ApprovePlans, at.tenant);
    let scope = approves.or_else(|_| caller.permit(Permission::WorkRequests, at.tenant))?;
    let by = caller.staff_id().ok_or(Error::Forbidden(Permission::ApprovePlans.code()))?;
    caller.require_fresh()?;
    let written = tools.ledger.write_once(scope.clone(), once, "hold", move |tx| {
        let now = tx.now()?;
        let hold = holds::get(tx, at.id)?.release(now, by)?;
        let persons = estate::persons(tx, hold.subject)?;
        // A step that still saw it has written by then what it keeps.
        holds::take_person(tx, &persons)?;
        holds::release(tx, &hold)?;
        let kept = hold.order.map_or(Ok(0), |order| keeps::let_go(tx, order))?;
        for request in holds::set_free(tx, &persons)? {
            jobs::enqueue(tx, &DrawPlan { request })?;
        }
        let free = no_longer_held(tx)?;
        let told = Event::new("hold.released", "hold", hold.id.uuid());
        let told = if hold.order.is_some() { told.count("keeps", kept) } else { told };
        let first = Witnessed::new(hold.id.uuid(), told);
        Ok(propagation::let_on(tx, &free)?.into_iter().fold(first, Witnessed::and))
    });
    let id = HoldId::from_uuid(written.await?.id);
    tools.ledger.read(&scope, move |tx| holds::get(tx, id)).await
}

/// The requests whose recipients were held back, and of whose persons nothing is held any more but what was planned around;
/// held until the transaction ends.
fn no_longer_held(tx: &mut WriteTx) -> Result<Vec<RequestId>> {
    let mut free = Vec::new();
    for id in propagation::kept_back(tx)? {
        let request = requests::lock(tx, id)?;
        let persons = estate::persons_of(tx, &request)?;
        if !holds::keeps_any(tx, &persons)? {
            free.push(id);
        }
    }
    Ok(free)
}

pub async fn find_hold(tools: &Tools, caller: &Caller, at: Ref<HoldId>) -> Result<Hold> {
    let scope = caller.permit(Permission::SeeTenants, at.tenant)?;
    tools.ledger.read(&scope, move |tx: &mut Tx| holds::get(tx, at.id)).await
}

/// The holds that exist for the caller, what is to be looked at first before, and how many there are.
pub async fn list_holds(
    tools: &Tools,
    caller: &Caller,
    filter: HoldFilter,
    (page, counts): (Page, bool),
) -> Result<(Vec<Hold>, i64)> {
    let reach = match (caller.named(), filter.reach) {
        (Some(named), Some(wanted)) => Some(wanted.into_iter().filter(|tenant| named.contains(tenant)).collect()),
        (named, wanted) => wanted.or(named.map(<[_]>::to_vec)),
    };
    let filter = HoldFilter { reach, ..filter };
    let listed = look(tools, caller, "holds", move |tx: &mut Tx| {
        let total = if counts { holds::count(tx, &filter)? } else { 0 };
        Ok((holds::page(tx, &filter, &page)?, total))
    });
    listed.await
}

/// The holds that stand for whom a request is about.
pub async fn holds_of(tools: &Tools, caller: &Caller, at: Ref<RequestId>) -> Result<Vec<Hold>> {
    let scope = caller.permit(Permission::SeeTenants, at.tenant)?;
    let found = tools.ledger.read(&scope, move |tx: &mut Tx| {
        let request = requests::get(tx, at.id)?;
        let persons = estate::persons_of(tx, &request)?;
        holds::standing(tx, &persons)
    });
    found.await
}

/// Opens the words for which something is held: the look is on record.
pub async fn reveal_hold_reason(tools: &Tools, caller: &Caller, at: Ref<HoldId>) -> Result<Revealed> {
    const VIEW: &str = "holds.reason";
    let scope = caller.permit(Permission::SeeData, at.tenant)?;
    caller.require_fresh()?;
    let vault = tools.vault.clone();
    let opened = tools.ledger.reveal(scope, "reveal", move |tx| {
        let sealed = holds::reason(tx, at.id)?;
        let access = tx.note(None, VIEW);
        let key = vault.request_key(tx, at.id.uuid(), VIEW)?.map_err(shut)?;
        let value = key.open_blob(&holds::place_of_reason(at.tenant, at.id), &sealed).map_err(shut)?;
        Ok(Revealed { value: value.into_personal().map_err(shut)?, access: Ref::new(at.tenant, access) })
    });
    opened.await
}
