//! The special case of a deletion, where it comes to light after somebody asked: that it is about a child, a whole shop or a
//! whole account; and a shop that is forgotten with the end of its connection. It decides nothing of what goes: that is what
//! the plan is for, which is drawn anew.

use super::planning::is_plannable;
use super::receiving::take_in;
use super::{Doors, change, event};
use crate::floor::access::{Caller, Permission};
use crate::floor::jobs;
use crate::floor::kernel::{Error, Flaws, Ref, RequestId, Result, StoreId, TenantId};
use crate::floor::ledger::{Once, Tx, WriteTx};
use crate::floor::regulations::Right;
use crate::floor::tools::Tools;
use crate::requests::asking::{ACCOUNT, Asking, CHILD, CLOSURE, DESK, Notice, SHOP, Wanted, whole};
use crate::requests::jobs::DrawPlan;
use crate::requests::model::{Mandate, Request, Source, Stage, SubjectKind};
use crate::requests::plan::is_instructed;
use crate::requests::queries::{ending, identifiers, intakes, plans, requests};
use crate::stores::{self, Store};

/// The cases that somebody names after the request came.
const CASES: [&str; 3] = [ACCOUNT, CHILD, SHOP];

/// What is wrong is told at this field.
const FIELD: &str = "specialCase";

/// Names the special case of a deletion of which nothing is begun, or takes it back.
pub async fn set_special_case(
    tools: &Tools,
    caller: &Caller,
    (at, version): (Ref<RequestId>, Option<i32>),
    case: Option<String>,
    once: Option<Once>,
) -> Result<Request> {
    let case = match case {
        Some(case) => Some(CASES.into_iter().find(|known| *known == case).ok_or_else(unknown)?),
        None => None,
    };
    change(tools, caller, (at, version), once, move |tx, _, request| {
        require_open_case(&request)?;
        if request.case.as_deref() == case {
            return Err(Error::refused("UNCHANGED", "it is that already"));
        }
        check(tx, &request, case)?;
        let mut told = vec![event("request.case_set", &request).code("case", case.unwrap_or("none"))];
        let stage = match request.stage {
            // Nobody approves what was drawn under another case.
            read @ Stage::AwaitingApproval { .. } => {
                plans::let_go(tx, request.id, true)?;
                told.push(event("request.plan_overtaken", &request));
                read.reopen()?
            }
            stage => stage,
        };
        if is_plannable(stage) {
            jobs::enqueue(tx, &DrawPlan { request: request.id })?;
        }
        Ok((Request { case: case.map(str::to_owned), stage, ..request }, told))
    })
    .await
}

fn unknown() -> Error {
    Error::invalid(FIELD, format!("choose among {}, or say nothing", CASES.join(", ")))
}

/// Refuses where a request has no case that people name, or where what it led to is on its way.
fn require_open_case(request: &Request) -> Result<()> {
    if request.right != Right::Deletion {
        return Err(Error::refused("OTHER_RIGHT", "these are cases of a deletion: this asks for another right"));
    }
    if is_instructed(request.source) || request.case.as_deref() == Some(CLOSURE) {
        return Err(Error::refused("ILLEGAL_STEP", "whoever opened it said what it is about, and that stands"));
    }
    match request.stage {
        Stage::InProgress { .. } => Err(Error::refused("ILLEGAL_STEP", "its plan is being carried out: stop it first")),
        Stage::Closed { .. } => Err(Error::refused("ILLEGAL_STEP", "it is closed")),
        _ => Ok(()),
    }
}

/// Whether it could have been asked so in the first place, by the same rules.
fn check(tx: &mut Tx, request: &Request, case: Option<&'static str>) -> Result<()> {
    let intake = intakes::get(tx, request.intake)?;
    let asked = requests::of_intake(tx, request.intake)?.into_iter().map(|other| {
        let case = if other.id == request.id { case.map(str::to_owned) } else { other.case };
        Wanted { right: other.right, case }
    });
    let asking = Asking {
        store: request.store,
        subject_kind: intake.subject_kind,
        is_test: intake.is_test,
        ..nobodys((request.tenant, intake.source), asked.collect())
    };
    let mut found = Vec::new();
    asking.flaws_of_rights(&mut found);
    let mut flaws = Flaws::default();
    for flaw in found {
        flaws.add(FIELD, flaw.advice);
    }
    // What is asked beside it may be about one person, who names no shop.
    if flaws.is_empty() && case == Some(SHOP) && request.store.is_none() {
        flaws.add(FIELD, "say which shop: this request names none");
    }
    flaws.or(())?;
    if case == Some(SHOP) && !ending::is_asked_by_owner(tx, request.intake)? {
        let why = "only an owner of the merchant has a whole shop forgotten: have an owner ask, and prove who that is";
        return Err(Error::refused("NOT_AN_OWNER", why));
    }
    if whole(request).is_some() && identifiers::of(tx, request.intake)?.is_empty() {
        return Err(Error::refused("NOBODY_NAMED", "it names nobody, and so it stays about everybody"));
    }
    Ok(())
}

/// A wish that names nobody.
fn nobodys((tenant, source): (TenantId, Source), rights: Vec<Wanted>) -> Asking {
    Asking {
        source,
        tenant,
        subject_kind: SubjectKind::Shopper,
        store: None,
        delivery: None,
        rights,
        identifiers: Vec::new(),
        words: None,
        original: None,
        locale: None,
        place: None,
        received_at: None,
        notice: None,
        mandate: Mandate::None,
        is_test: false,
        appeal_of: None,
    }
}

/// Ends a store's connection. Where it is to be forgotten too, the deletion of all that came from it is opened in the same
/// write, and goes the way of every deletion: planned, approved by a second person, carried out and certified.
pub async fn disconnect_store(
    tools: &Tools,
    caller: &Caller,
    at: (Ref<StoreId>, i32),
    is_forgotten: bool,
    once: Option<Once>,
) -> Result<Store> {
    if !is_forgotten {
        return stores::disconnect_store(tools, caller, at, once).await;
    }
    let (tenant, store) = (at.0.tenant, at.0.id);
    caller.permit(Permission::TakeRequests, tenant)?;
    let (doors, by) = (Doors::of(tools)?, caller.staff_id());
    let source = if by.is_some() { Source::Console } else { Source::Api };
    let also = move |tx: &mut WriteTx| {
        let asked = vec![Wanted { right: Right::Deletion, case: Some(SHOP.to_owned()) }];
        let notice = Some(Notice { platform: DESK.to_owned(), name: SHOP.to_owned() });
        let asking = Asking { store: Some(store), notice, ..nobodys((tenant, source), asked) };
        Ok(take_in(tx, &doors.desk(), by, asking)?.1)
    };
    stores::disconnect_store_and(tools, caller, at, once, also).await
}
