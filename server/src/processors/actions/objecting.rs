//! A merchant's no to what was announced, and the operator's answer to it.

use super::super::model::{Objection, ObjectionState, words};
use super::super::queries::{notices, objections};
use super::subscribing::own;
use super::{find_objection, for_merchant, house};
use crate::floor::access::{Caller, Permission};
use crate::floor::kernel::ids::AccessId;
use crate::floor::kernel::{Error, NoticeId, ObjectionId, Personal, Ref, Result, TenantId};
use crate::floor::ledger::{Event, Once, Witnessed};
use crate::floor::tools::Tools;
use crate::tenants;

/// A merchant objects, within the notice's window.
pub async fn object(
    tools: &Tools,
    caller: &Caller,
    (notice, tenant): (NoticeId, TenantId),
    reason: Personal,
    once: Option<Once>,
) -> Result<Objection> {
    let scope = for_merchant(caller, tenant)?;
    let served = tools.ledger.read(&scope, move |tx| tenants::tenant(tx, tenant)).await?;
    served.ok_or(Error::NotFound("tenant"))?.require_open()?;
    words("reason", &reason)?;
    let (vault, id, by) = (tools.vault.clone(), ObjectionId::fresh(), caller.actor().to_string());
    let once = once.map(|once| own(once, &by));
    let written = tools.ledger.write_once(house()?, once, "objection", move |tx| {
        let notice = notices::held(tx, notice)?.ok_or(Error::NotFound("notice"))?;
        let Some(until) = notice.objection_until else {
            return Err(Error::refused("REFUSED", "this notice opened no window for objections"));
        };
        if notice.withdrawn_at.is_some() {
            return Err(Error::refused("REFUSED", "what this notice announced was withdrawn: nothing is to come"));
        }
        let now = tx.now()?;
        if now.day() > until {
            return Err(Error::refused("EXPIRED", format!("objections to this notice were taken until {until}")));
        }
        let objection = Objection {
            id,
            notice: notice.id,
            merchant: tenant,
            objected_at: now,
            objected_by: by,
            state: ObjectionState::Open,
            answer_by: notice.effective_on,
            answered_at: None,
            answered_by: None,
            has_answer: false,
        };
        if !objections::add(tx, &vault, &objection, &reason)? {
            return Err(Error::refused("TAKEN", "an objection of this merchant to this notice is open already"));
        }
        Ok(told("objection.opened", id))
    });
    found(tools, ObjectionId::from_uuid(written.await?.id)).await
}

/// The operator answers. What is upheld keeps the version from coming into force for good.
pub async fn answer(
    tools: &Tools,
    caller: &Caller,
    (id, state): (ObjectionId, ObjectionState),
    answer: Personal,
    once: Option<Once>,
) -> Result<Objection> {
    let scope = caller.permit_house(Permission::KeepPolicy)?;
    words("answer", &answer)?;
    if !matches!(state, ObjectionState::Upheld | ObjectionState::Settled | ObjectionState::Declined) {
        return Err(Error::invalid("state", "answer with UPHELD, SETTLED or DECLINED"));
    }
    let vault = tools.vault.clone();
    let written = tools.ledger.write_once(scope, once, "objection", move |tx| {
        let objection = objections::held(tx, id)?.ok_or(Error::NotFound("objection"))?;
        require_open(&objection)?;
        let by = tx.actor().to_string();
        objections::end(tx, &vault, (id, state), (&by, Some(&answer)))?;
        let event = Event::new("objection.answered", "objection", id.uuid()).code("state", state.code());
        Ok(Witnessed::new(id.uuid(), event))
    });
    written.await?;
    found(tools, id).await
}

/// The merchant takes its no back.
pub async fn take_back(tools: &Tools, caller: &Caller, id: ObjectionId, once: Option<Once>) -> Result<Objection> {
    let known = find_objection(tools, caller, id).await?.ok_or(Error::NotFound("objection"))?;
    for_merchant(caller, known.merchant)?;
    let (vault, by) = (tools.vault.clone(), caller.actor().to_string());
    let once = once.map(|once| own(once, &by));
    let written = tools.ledger.write_once(house()?, once, "objection", move |tx| {
        let objection = objections::held(tx, id)?.ok_or(Error::NotFound("objection"))?;
        require_open(&objection)?;
        objections::end(tx, &vault, (id, ObjectionState::Withdrawn), (&by, None))?;
        Ok(told("objection.withdrawn", id))
    });
    written.await?;
    found(tools, id).await
}

/// Reason and answer in clear, and the row that says who looked.
pub struct Opened {
    pub reason: Personal,
    pub answer: Option<Personal>,
    pub access: Ref<AccessId>,
}

/// Opens the words of an objection: for the merchant whose it is, and for whoever answers it, with a fresh second factor.
pub async fn reveal(tools: &Tools, caller: &Caller, id: ObjectionId) -> Result<Opened> {
    let known = find_objection(tools, caller, id).await?.ok_or(Error::NotFound("objection"))?;
    if caller.named().is_none_or(|named| !named.contains(&known.merchant)) {
        caller.permit_house(Permission::KeepPolicy)?;
    }
    if caller.staff_id().is_some() {
        caller.require_fresh()?;
    }
    // Where the house opens its own row for one who does not reach it, the purpose says for whom.
    let (scope, purpose) = match caller.permit_house(Permission::KeepPolicy) {
        Ok(scope) => (scope, "reveal".to_owned()),
        Err(_) => (house()?, format!("reveal for {}", caller.actor())),
    };
    let vault = tools.vault.clone();
    let opened = tools.ledger.reveal(scope, &purpose, move |tx| {
        let access = tx.next_access();
        let (reason, answer) = objections::open(tx, &vault, id)?;
        Ok(Opened { reason, answer, access: Ref::of_house(access) })
    });
    opened.await
}

fn require_open(objection: &Objection) -> Result<()> {
    if objection.state == ObjectionState::Open {
        return Ok(());
    }
    Err(Error::refused("REFUSED", format!("this objection is {} already", objection.state)))
}

async fn found(tools: &Tools, id: ObjectionId) -> Result<Objection> {
    let found = tools.ledger.read(&house()?, move |tx| objections::one(tx, id)).await?;
    found.ok_or(Error::NotFound("objection"))
}

fn told(action: &'static str, id: ObjectionId) -> Witnessed<uuid::Uuid> {
    Witnessed::new(id.uuid(), Event::new(action, "objection", id.uuid()))
}
