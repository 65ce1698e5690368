//! The verbs of this slice.

mod agreeing;
mod approving;
mod assigning;
mod at_the_page;
mod bringing;
mod bulk;
mod closing;
mod controllers;
mod correcting;
mod extending;
mod fetching;
mod figures;
mod following;
mod handing_on;
mod holding;
mod judging;
mod lifting;
mod listing;
mod messaging;
mod naming_case;
mod packaging;
mod pausing;
mod planning;
mod previewing;
mod proving;
mod reading;
mod receiving;
mod refusing;
mod stopping;
mod views;

use std::sync::Arc;

use super::asking::Desk;
use super::model::{Due, Request, Source};
use super::queries::{intakes, requests};
use crate::floor::access::{Caller, One, Permission, Scope};
use crate::floor::kernel::{Error, Personal, Ref, RequestId, Result};
use crate::floor::ledger::{Event, Once, Witnessed, WriteTx};
use crate::floor::policy::Adopted;
use crate::floor::tools::Tools;
use crate::floor::vault::{Place, Vault};

pub use approving::{COOLING_OFF, approve_plan, return_plan, reveal_plan_reason};
pub use assigning::{assign, colleagues, set_late_reason};
pub use at_the_page::{AtPage, ask_at_page, behind_link};
pub use bringing::{Brought, Flawed, Imported, Post, bring_letter, import_backlog};
pub use bulk::{Deed, Done as BulkDone, Item, do_to_each, freeze, these};
pub(super) use closing::{close, seal};
pub use closing::{join, mark_spam, settle_by_hand, withdraw};
pub(in crate::requests) use controllers::news;
pub use controllers::{
    BEGUN, REUSED, Receipt, ask_by_machine, asked_by_machine, cancel_by_machine, controller, may_be_told_at,
};
pub use correcting::{
    CorrectionAt, corrections_of, drop_correction, evidence_of, fences_of, lift_restriction, name_correction,
    reveal_correction,
};
pub use extending::{extend, withdraw_extension};
pub use fetching::{
    Door, Fetchable, behind_package_link, door_of, fetch_package, file_behind, link_to_package, packages_for_person,
};
pub use figures::{AHEAD, MonthFigures, QueueFigures, is_answer, queue_figures, timeliness, yearly_table};
pub use following::{
    Carried, Followed, FollowedRequest, appeal_by_person, follow, follow_link, shown_to_person, withdraw_by_person,
};
pub use handing_on::hand_on;
pub use holding::{find_hold, holds_of, list_holds, place_hold, release_hold, reveal_hold_reason};
pub use judging::{judge, judge_mandate};
pub use lifting::{ask_to_lift, lift_tombstones};
pub use listing::{
    Details, Listed, PossibleExtension, PossiblePause, Wants, beside, count_requests, details, find_called,
    find_listed, find_of_mail, list_requests, may, may_work, seats, shops, timeline,
};
pub(super) use messaging::nearness;
pub use messaging::{
    Slots, ask_person, list_messages, messages_for_person, person_writes, queue_letter, read_messages, save_draft,
    write_message, write_note,
};
pub use naming_case::{disconnect_store, set_special_case};
pub use packaging::{
    Leafed, LeafedRow, Spot, Standing, clear, day_in, end_package, leave_out, list_packages, list_packed,
    list_redactions, open_rows, put_back, release_package, see_to,
};
pub use pausing::{pause, resume, withdraw_pause};
pub(super) use planning::{Draughtsman, draw, drawn_now, is_plannable};
pub use planning::{draw_plan, find_plan, list_plans, submit_plan};
pub use previewing::{Draught, Previewed, preview_letter};
pub use proving::{MOST_TRIES, ask_for_proof, ask_for_proof_again, draw_code, prove_by_code};
pub use reading::{Shown, find_request};
pub use receiving::{receive, receive_once, take_aside, take_in, take_in_of};
pub use refusing::refuse;
pub use stopping::{list_certificates, list_steps, stop_carrying};
pub use views::{NewView, delete_view, list_views, save_view};

/// A request, and the date it is worked by before and after what was done to its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    pub request: Request,
    pub before: Option<Due>,
    pub after: Option<Due>,
}

/// What a change holds, to be taken along into a transaction.
#[derive(Clone)]
pub(in crate::requests) struct Doors {
    vault: Vault,
    adopted: Arc<Adopted>,
}

impl Doors {
    pub(super) fn of(tools: &Tools) -> Result<Self> {
        Ok(Self { vault: tools.vault.clone(), adopted: tools.policy.in_force()? })
    }

    pub(super) fn desk(&self) -> Desk<'_> {
        Desk { vault: &self.vault, policy: &self.adopted.policy }
    }
}

/// A request as somebody read it, held until the transaction ends.
fn held(tx: &mut WriteTx, id: RequestId, version: Option<i32>) -> Result<Request> {
    let request = requests::lock(tx, id)?;
    if version.is_some_and(|version| version != request.version) { Err(Error::Conflict) } else { Ok(request) }
}

/// What a change came to: the request to be saved, and what is told of it, the fact itself first.
type Done = (Request, Vec<Event>);

/// Changes a request that somebody works: as it was read, once, and told.
async fn change<F>(
    tools: &Tools,
    caller: &Caller,
    (at, version): (Ref<RequestId>, Option<i32>),
    once: Option<Once>,
    work: F,
) -> Result<Request>
where
    F: FnOnce(&mut WriteTx, &Desk<'_>, Request) -> Result<Done> + Clone + Send + 'static,
{
    let scope = caller.permit(Permission::WorkRequests, at.tenant)?;
    change_under(tools, scope, (at, version), once, work).await
}

/// The same under a scope that was opened for it.
async fn change_under<F>(
    tools: &Tools,
    scope: Scope<One>,
    (at, version): (Ref<RequestId>, Option<i32>),
    once: Option<Once>,
    work: F,
) -> Result<Request>
where
    F: FnOnce(&mut WriteTx, &Desk<'_>, Request) -> Result<Done> + Clone + Send + 'static,
{
    let doors = Doors::of(tools)?;
    let written = tools.ledger.write_once(scope.clone(), once, "request", move |tx| {
        let request = held(tx, at.id, version)?;
        let was_closed = request.stage.is_closed();
        let (request, told) = work(tx, &doors.desk(), request)?;
        requests::save(tx, &request)?;
        if was_closed {
            seal(tx, &request)?;
        }
        witnessed(at.id.uuid(), told)
    });
    written.await?;
    tools.ledger.read(&scope, move |tx| requests::get(tx, at.id)).await
}

/// A value and all that is told of it.
pub(super) fn witnessed<T>(value: T, told: Vec<Event>) -> Result<Witnessed<T>> {
    let mut told = told.into_iter();
    let first = told.next().ok_or_else(|| Error::internal("a change that nobody tells of"))?;
    Ok(told.fold(Witnessed::new(value, first), Witnessed::and))
}

/// An event about a request.
pub(super) fn event(action: &'static str, request: &Request) -> Event {
    Event::new(action, "request", request.id.uuid())
}

/// Why something was done, in words, for the book: sealed under the contact's own key.
fn reasoned(tx: &mut WriteTx, desk: &Desk<'_>, request: &Request, reason: &Personal) -> Result<Event> {
    let sealer = intakes::sealer(tx, desk.vault, request.intake)?;
    let place =
        Place { tenant: request.tenant, table: "request", column: "reason", row: request.id.uuid(), generation: 0 };
    let envelope = sealer.seal_blob(&place, reason.disclose().as_bytes())?;
    Ok(event("request.reasoned", request).sealed(envelope))
}

/// A reason that says something, in so many bytes at most.
fn checked_reason(reason: &Personal) -> Result<()> {
    let text = reason.disclose();
    if text.trim().is_empty() || text.len() > MOST_REASON {
        return Err(Error::invalid("reason", "say why, in up to 4000 bytes"));
    }
    Ok(())
}

/// The most bytes of a reason.
const MOST_REASON: usize = 4_000;

/// Whether letters about it go to the person: what a platform or controller asked is answered to them.
pub(super) fn is_answered_to_the_person(request: &Request) -> bool {
    !request.is_test && !matches!(request.source, Source::Shopify | Source::Ebay | Source::Opendsr)
}
