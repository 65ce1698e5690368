//! What controllers ask for by machine: taken in once under the controller's own id, shown as far as it has come, taken
//! back while nothing was begun. A controller is who holds its API key; it sees what it asked for itself and nothing else.

use url::Url;
use uuid::Uuid;

use super::closing::close;
use super::receiving::take_in;
use super::{Doors, event, witnessed};
use crate::floor::access::{Actor, Caller, Permission};
use crate::floor::egress::Host;
use crate::floor::graphql::sign_in_needed;
use crate::floor::kernel::{Error, Instant, RequestId, Result, TenantId};
use crate::floor::ledger::{Event, Tx, WriteTx};
use crate::floor::tools::Tools;
use crate::requests::asking::{Asking, Wanted};
use crate::requests::model::{Mandate, Outcome, Request, Source, SubjectKind};
use crate::requests::queries::controllers::{self, Call};
use crate::requests::queries::requests;
use crate::requests::ways::opendsr::{About, Called, Status, expected, status};

/// The receipt of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    pub about: About,
    pub received_at: Instant,
    pub expected_at: Instant,
}

/// The tenant that a machine asks for: the one of its key.
pub fn controller(caller: &Caller) -> Result<TenantId> {
    match (caller.actor(), caller.named()) {
        (Actor::ApiKey(_), Some([tenant])) => Ok(*tenant),
        _ => Err(sign_in_needed()),
    }
}

/// Whether a controller may be told there: at a host that the operator listed, and never at ourselves.
pub fn may_be_told_at(tools: &Tools, url: &Url) -> bool {
    let own = Url::parse(&tools.public_url).ok().and_then(|own| Host::of(&own));
    tools.egress.permits(url) && Host::of(url) != own
}

/// Takes a call in. The same call again has the same receipt; another under its id is refused.
pub async fn ask_by_machine(tools: &Tools, caller: &Caller, wish: Called, body: Vec<u8>) -> Result<Receipt> {
    let tenant = controller(caller)?;
    let scope = caller.permit(Permission::TakeRequests, tenant)?;
    let (doors, id) = (Doors::of(tools)?, wish.id);
    let callbacks: Vec<String> = wish.callbacks.iter().map(|url| url.as_str().to_owned()).collect();
    let asking = asking_of(tenant, wish, &body);
    let attempt = || {
        let (doors, asking, body, callbacks) = (doors.clone(), asking.clone(), body.clone(), callbacks.clone());
        tools.ledger.write(scope.clone(), move |tx| {
            let digest = controllers::digest(tx, &doors.vault, &body)?;
            if let Some(known) = controllers::find(tx, id)? {
                if known.digest != digest {
                    let why = "another request stands under this subject_request_id: give the new one an id of its own";
                    return Err(Error::refused(REUSED, why));
                }
                let told = Event::new("call.repeated", "request", known.request.uuid());
                return witnessed(receipt(tenant, &known), vec![told]);
            }
            let (taken, told) = take_in(tx, &doors.desk(), None, asking)?;
            let request = taken.requests.first().filter(|_| taken.is_new).ok_or(Error::Conflict)?;
            let due_at = expected(request);
            let call = Call {
                id,
                intake: taken.intake,
                request: request.id,
                digest,
                received_at: request.received_at,
                expected_at: due_at,
                callbacks,
                seen: request.version,
                status: status(request),
                due_at,
            };
            controllers::add(tx, &call)?;
            witnessed(receipt(tenant, &call), told)
        })
    };
    match attempt().await {
        // The same came at this very moment, and stands by now.
        Err(Error::Conflict) => attempt().await,
        outcome => outcome,
    }
}

/// The code of the refusal of another call under a known id.
pub const REUSED: &str = "REQUEST_ID_REUSED";

/// The code of the refusal to take back what was begun.
pub const BEGUN: &str = "NOT_PENDING";

fn receipt(controller: TenantId, call: &Call) -> Receipt {
    let about = About { controller, id: call.id };
    Receipt { about, received_at: call.received_at, expected_at: call.expected_at }
}

fn asking_of(tenant: TenantId, wish: Called, body: &[u8]) -> Asking {
    Asking {
        source: Source::Opendsr,
        tenant,
        subject_kind: SubjectKind::Shopper,
        store: None,
        delivery: Some(wish.id.to_string()),
        rights: vec![Wanted { right: wish.asked.right(), case: None }],
        identifiers: wish.identifiers,
        words: None,
        original: Some(body.to_vec()),
        locale: None,
        place: wish.place.map(str::to_owned),
        received_at: None,
        notice: None,
        mandate: Mandate::None,
        is_test: false,
        appeal_of: None,
    }
}

fn found(tx: &mut Tx, id: Uuid) -> Result<(Call, Request)> {
    let call = controllers::find(tx, id)?.ok_or(Error::NotFound("request"))?;
    let request = requests::get(tx, call.request)?;
    Ok((call, request))
}

/// How far a controller's request has come.
pub async fn asked_by_machine(tools: &Tools, caller: &Caller, id: Uuid) -> Result<(About, Status, Instant)> {
    let controller = controller(caller)?;
    let scope = caller.permit(Permission::TakeRequests, controller)?;
    let (_, request) = tools.ledger.read(&scope, move |tx| found(tx, id)).await?;
    Ok((About { controller, id }, status(&request), expected(&request)))
}

/// A controller takes a request back, as long as nothing was begun. Gives the moment; one that was taken back is so still.
pub async fn cancel_by_machine(tools: &Tools, caller: &Caller, id: Uuid) -> Result<(About, Instant)> {
    let controller = controller(caller)?;
    let scope = caller.permit(Permission::TakeRequests, controller)?;
    let written = tools.ledger.write(scope, move |tx| {
        let (call, _) = found(tx, id)?;
        let (request, now) = (requests::lock(tx, call.request)?, tx.now()?);
        if status(&request) != Status::Pending {
            let why = "it is not pending any more: only what was not begun is taken back";
            return Err(Error::refused(BEGUN, why));
        }
        let closed = close(tx, request, Outcome::Withdrawn)?;
        let closed = requests::save(tx, &closed)?;
        witnessed(now, vec![event("request.withdrawn", &closed).code("by", "controller")])
    });
    Ok((About { controller, id }, written.await?))
}

/// What a controller is to be told of a call since it was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    pub call: Uuid,
    pub request: RequestId,
    pub version: i32,
    pub status: Status,
    pub expected_at: Instant,
    pub callbacks: usize,
}

/// Looks at a call whose request has moved, inside another's write. None where its sender need not be told.
pub(in crate::requests) fn news(tx: &mut WriteTx, id: Uuid) -> Result<Option<News>> {
    let (call, request) = found(tx, id)?;
    let (now_is, due_at) = (status(&request), expected(&request));
    if request.version == call.seen || !controllers::note(tx, &call, (request.version, now_is, due_at))? {
        return Err(Error::Conflict);
    }
    let is_news = (now_is, due_at) != (call.status, call.due_at) && !call.callbacks.is_empty();
    Ok(is_news.then_some(News {
        call: id,
        request: request.id,
        version: request.version,
        status: now_is,
        expected_at: due_at,
        callbacks: call.callbacks.len(),
    }))
}
