//! What is to be done next with a request, what it waits for, and which acts may be tried with it now. Pure: it is derived
//! from how things stand whenever somebody looks, and stored nowhere.

use super::actions::{COOLING_OFF, Details};
use super::model::{ClockMove, Mandate, Outcome, PlanState, Request, Stage};
use super::playbooks;
use super::queries::queue::Facts;
use crate::floor::access::Permission;
use crate::floor::kernel::{Error, Instant, PlanId, StaffId};
use crate::floor::regulations::PauseGround;

/// What is to be done next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextAction {
    AskForProof,
    AwaitProof,
    CheckMandate,
    AwaitPerson,
    DrawPlan,
    SubmitPlan,
    Replan,
    ApprovePlan,
    AwaitCoolingOff,
    ReleasePackage,
    CarryOut,
    SayWhyLate,
    Nothing,
}

/// What it waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitingFor {
    Proof,
    Us,
    SecondPerson,
    CoolingOff,
    Recipients,
    Person,
}

impl WaitingFor {
    /// As the figures name it.
    pub fn from_code(code: &str) -> Option<Self> {
        Some(match code {
            "proof" => Self::Proof,
            "us" => Self::Us,
            "second_person" => Self::SecondPerson,
            "cooling_off" => Self::CoolingOff,
            "recipients" => Self::Recipients,
            "person" => Self::Person,
            _ => return None,
        })
    }
}

fn is_cooling(facts: &Facts, now: Instant) -> bool {
    facts.plan.is_some_and(|(_, starts_at)| starts_at.is_some_and(|at| at > now))
}

/// What is to be done next with a request that stands so.
pub fn next_action(request: &Request, facts: &Facts, now: Instant) -> NextAction {
    let says_nothing = request.late_reason.is_none() && request.is_late(now);
    match request.stage {
        Stage::Closed { outcome, .. } => {
            let was_answered = matches!(outcome, Outcome::Fulfilled | Outcome::PartlyFulfilled | Outcome::Refused);
            if says_nothing && was_answered { NextAction::SayWhyLate } else { NextAction::Nothing }
        }
        Stage::Received | Stage::Open { .. } if facts.mandate == Mandate::Claimed => NextAction::CheckMandate,
        Stage::Received if facts.is_asked => NextAction::AwaitProof,
        Stage::Received => NextAction::AskForProof,
        Stage::Paused { .. } => NextAction::AwaitPerson,
        _ if says_nothing => NextAction::SayWhyLate,
        Stage::Open { .. } => match facts.plan {
            None => NextAction::DrawPlan,
            Some((PlanState::Drawn, _)) => NextAction::SubmitPlan,
            Some(_) => NextAction::Replan,
        },
        Stage::AwaitingApproval { .. } => NextAction::ApprovePlan,
        Stage::InProgress { .. } if is_cooling(facts, now) => NextAction::AwaitCoolingOff,
        Stage::InProgress { .. } if facts.has_package => NextAction::ReleasePackage,
        Stage::InProgress { .. } => NextAction::CarryOut,
    }
}

/// What a request that stands so waits for. None once it is closed.
pub fn waiting_for(request: &Request, facts: &Facts, now: Instant) -> Option<WaitingFor> {
    Some(match request.stage {
        Stage::Closed { .. } => return None,
        Stage::Received => WaitingFor::Proof,
        Stage::Open { .. } => WaitingFor::Us,
        Stage::Paused { .. } => WaitingFor::Person,
        Stage::AwaitingApproval { .. } => WaitingFor::SecondPerson,
        Stage::InProgress { .. } if is_cooling(facts, now) => WaitingFor::CoolingOff,
        Stage::InProgress { .. } if facts.has_package => WaitingFor::SecondPerson,
        Stage::InProgress { .. } => WaitingFor::Recipients,
    })
}

/// For how many hours an approved plan of this right waits.
pub fn cooling_hours(request: &Request) -> Option<i64> {
    let cools_off = playbooks::of(request.right).is_ok_and(playbooks::Playbook::cools_off);
    cools_off.then(|| COOLING_OFF.num_hours())
}

/// What can be tried with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    AskForProof,
    Judge,
    Assign,
    Pause,
    Resume,
    WithdrawPause,
    Extend,
    WithdrawExtension,
    Refuse,
    Withdraw,
    MarkSpam,
    Join,
    Settle,
    SetLateReason,
    DrawPlan,
    SubmitPlan,
    ApprovePlan,
    ReturnPlan,
    PlaceHold,
    Write,
    Note,
    Reveal,
}

impl Act {
    pub const ALL: &'static [Self] = &[
        Self::AskForProof,
        Self::Judge,
        Self::Assign,
        Self::Pause,
        Self::Resume,
        Self::WithdrawPause,
        Self::Extend,
        Self::WithdrawExtension,
        Self::Refuse,
        Self::Withdraw,
        Self::MarkSpam,
        Self::Join,
        Self::Settle,
        Self::SetLateReason,
        Self::DrawPlan,
        Self::SubmitPlan,
        Self::ApprovePlan,
        Self::ReturnPlan,
        Self::PlaceHold,
        Self::Write,
        Self::Note,
        Self::Reveal,
    ];

    const fn needs(self) -> Permission {
        match self {
            Self::ApprovePlan | Self::ReturnPlan => Permission::ApprovePlans,
            Self::Reveal => Permission::SeeData,
            _ => Permission::WorkRequests,
        }
    }
}

/// Who would try it: what he may, and which of the operator's people he is.
#[derive(Debug, Clone, Copy)]
pub struct Trier<'a> {
    pub permissions: &'a [Permission],
    pub staff: Option<StaffId>,
}

/// Whoever submitted the plan that waits.
pub type SubmittedBy = Option<StaffId>;

/// Why an act may not be tried now, in the words that it would be refused with. None where it may.
pub fn refusal(
    act: Act,
    (request, facts, details): (&Request, &Facts, &Details),
    (trier, submitted_by): (Trier<'_>, SubmittedBy),
    now: Instant,
) -> Option<String> {
    let (stage, needs) = (request.stage, act.needs());
    let is_own = act == Act::ReturnPlan && submitted_by.is_some() && submitted_by == trier.staff;
    if !trier.permissions.contains(&needs) && !is_own {
        return Some(format!("this takes the permission {needs}, which you do not have"));
    }
    let ending = |outcome: Outcome| words(stage.close(now, outcome));
    let closed = |verb: &str| stage.is_closed().then(|| format!("it cannot be {verb}: it is closed"));
    match act {
        Act::AskForProof => closed("proved"),
        Act::Judge => closed("judged"),
        Act::Assign => closed("assigned"),
        Act::Pause => words(stage.pause(PauseGround::IdentityAsked)).or_else(|| {
            let first = details.pauses.first().and_then(|pause| pause.refusal.clone());
            first.filter(|_| details.pauses.iter().all(|pause| pause.refusal.is_some()))
        }),
        Act::Resume => words(stage.resume()),
        Act::WithdrawPause => {
            let count = |what| details.events.iter().filter(|event| event.what == what).count();
            let is_left = count(ClockMove::Paused) > count(ClockMove::PauseWithdrawn);
            let none = || (!is_left).then(|| "its time never stood still: there is nothing to withdraw".to_owned());
            closed("changed").or_else(none)
        }
        Act::Extend => closed("extended").or_else(|| match details.extensions.first() {
            None => Some("no clock of it runs any more".to_owned()),
            Some(first) if details.extensions.iter().all(|extension| extension.refusal.is_some()) => {
                first.refusal.clone()
            }
            Some(_) => None,
        }),
        Act::WithdrawExtension => {
            let last = details.events.iter().rev().find_map(|event| match event.what {
                ClockMove::Extended => Some(true),
                ClockMove::ExtensionWithdrawn => Some(false),
                _ => None,
            });
            let none = || (last != Some(true)).then(|| "it was not extended: there is nothing to withdraw".to_owned());
            closed("changed").or_else(none)
        }
        Act::Refuse => ending(Outcome::Refused),
        Act::Withdraw => ending(Outcome::Withdrawn),
        Act::MarkSpam => ending(Outcome::Spam),
        Act::Join => ending(Outcome::Duplicate),
        Act::Settle => ending(Outcome::Fulfilled),
        Act::SetLateReason => (!request.is_late(now)).then(|| "it is not late: there is nothing to explain".to_owned()),
        Act::DrawPlan => unplannable(stage),
        Act::SubmitPlan => words(stage.submit(PlanId::from_uuid(uuid::Uuid::nil()))).or_else(|| match facts.plan {
            Some((PlanState::Drawn, _)) => None,
            _ => Some("no plan of it stands: draw one first".to_owned()),
        }),
        Act::ApprovePlan | Act::ReturnPlan if !matches!(stage, Stage::AwaitingApproval { .. }) => {
            Some("no plan of it waits for a second person".to_owned())
        }
        Act::ApprovePlan if submitted_by.is_some() && submitted_by == trier.staff => {
            Some("who submitted a plan does not approve it: ask a colleague".to_owned())
        }
        Act::PlaceHold => request
            .subject
            .is_none()
            .then(|| "nobody was found in the records whom this request is about: there is nothing to hold".to_owned()),
        Act::Write if request.is_test => Some("nobody is written to about a test".to_owned()),
        Act::ApprovePlan | Act::ReturnPlan | Act::Write | Act::Note | Act::Reveal => None,
    }
}

fn unplannable(stage: Stage) -> Option<String> {
    if super::actions::is_plannable(stage) {
        return None;
    }
    let why = match stage {
        Stage::InProgress { .. } => "its plan is being carried out",
        Stage::Closed { .. } => "it is closed",
        _ => "nobody proved yet that they may ask",
    };
    Some(format!("it cannot be planned: {why}"))
}

/// The words of a lawful no.
fn words<T>(tried: Result<T, Error>) -> Option<String> {
    match tried {
        Err(Error::Refused(refusal)) => Some(refusal.why),
        Err(other) => Some(other.to_string()),
        Ok(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::kernel::{IntakeId, RequestId, TenantId};
    use crate::floor::regulations::Right;
    use crate::requests::model::{DataRole, Due, Proof, Resumable, Source, SubjectKind};

    const NOW: Instant = Instant::EPOCH;

    fn request(stage: Stage) -> Request {
        let id = RequestId::fresh();
        let due = Due {
            regime: "eu_gdpr".into(),
            on: NOW.day(),
            at: NOW.plus(chrono::Duration::days(9)),
            target_on: Some(NOW.day()),
        };
        Request {
            tenant: TenantId::fresh(),
            id,
            intake: IntakeId::fresh(),
            reference: crate::requests::model::reference(id),
            right: Right::Deletion,
            case: None,
            source: Source::Web,
            role: DataRole::Processor,
            locale: "en".into(),
            store: None,
            subject: None,
            received_at: NOW,
            stage,
            ground: None,
            original: None,
            appeal_of: None,
            due: Some(due),
            answered_at: None,
            late_reason: None,
            owner: None,
            team: None,
            is_test: false,
            moved_at: NOW,
            version: 1,
        }
    }

    fn facts(plan: Option<(PlanState, Option<Instant>)>) -> Facts {
        Facts {
            proof: Proof::None,
            mandate: Mandate::None,
            subject_kind: SubjectKind::Shopper,
            prove_until: None,
            is_asked: false,
            paused_since: None,
            plan,
            has_package: false,
        }
    }

    #[test]
    fn what_is_next_follows_from_where_it_stands() {
        let (open, plan) = (Stage::Open { since: NOW }, PlanId::fresh());
        let later = Some(NOW.plus(chrono::Duration::hours(72)));
        let next = |stage, plan| next_action(&request(stage), &facts(plan), NOW);
        assert_eq!(next(Stage::Received, None), NextAction::AskForProof);
        assert_eq!(next(open, None), NextAction::DrawPlan);
        assert_eq!(next(open, Some((PlanState::Drawn, None))), NextAction::SubmitPlan);
        assert_eq!(next(open, Some((PlanState::Returned, None))), NextAction::Replan);
        assert_eq!(next(Stage::AwaitingApproval { since: NOW, plan }, None), NextAction::ApprovePlan);
        let begun = Stage::InProgress { since: NOW, plan };
        assert_eq!(next(begun, Some((PlanState::Approved, later))), NextAction::AwaitCoolingOff);
        assert_eq!(next(begun, Some((PlanState::Approved, Some(NOW)))), NextAction::CarryOut);
        let made = Facts { has_package: true, ..facts(Some((PlanState::Submitted, Some(NOW)))) };
        assert_eq!(next_action(&request(begun), &made, NOW), NextAction::ReleasePackage);
        let asked = Facts { is_asked: true, ..facts(None) };
        assert_eq!(next_action(&request(Stage::Received), &asked, NOW), NextAction::AwaitProof);
        let claimed = Facts { mandate: Mandate::Claimed, ..asked };
        assert_eq!(next_action(&request(Stage::Received), &claimed, NOW), NextAction::CheckMandate);
        let spam = Stage::Closed { at: NOW, outcome: Outcome::Spam };
        assert_eq!(next(spam, None), NextAction::Nothing);
    }

    #[test]
    fn what_is_late_wants_its_reason_first() {
        let (late, open) = (NOW.plus(chrono::Duration::days(10)), Stage::Open { since: NOW });
        assert_eq!(next_action(&request(open), &facts(None), late), NextAction::SayWhyLate);
        let said = Request { late_reason: Some(crate::requests::model::LateReason::Volume), ..request(open) };
        assert_eq!(next_action(&said, &facts(None), late), NextAction::DrawPlan);
        let paused = Stage::Paused { on: PauseGround::ScopeAsked, from: Resumable::Received };
        assert_eq!(next_action(&request(paused), &facts(None), late), NextAction::AwaitPerson);
        assert!(
            request(paused).is_late(late),
            "the date it is worked by runs on under a regime that knows no such pause"
        );
        let still = request(paused).due.map(|due| Due { target_on: None, ..due });
        assert!(!Request { due: still.clone(), ..request(paused) }.is_late(late));
        assert!(Request { due: still, ..request(open) }.is_late(late), "nothing stands still that is not paused");
    }

    #[test]
    fn everything_but_what_is_closed_waits_for_somebody() {
        let waits = |stage| waiting_for(&request(stage), &facts(None), NOW);
        assert_eq!(waits(Stage::Received), Some(WaitingFor::Proof));
        assert_eq!(waits(Stage::Open { since: NOW }), Some(WaitingFor::Us));
        assert_eq!(waits(Stage::Closed { at: NOW, outcome: Outcome::Refused }), None);
        let begun = Stage::InProgress { since: NOW, plan: PlanId::fresh() };
        assert_eq!(waits(begun), Some(WaitingFor::Recipients));
        let made = Facts { has_package: true, ..facts(None) };
        assert_eq!(waiting_for(&request(begun), &made, NOW), Some(WaitingFor::SecondPerson));
        assert_eq!(cooling_hours(&request(Stage::Received)), Some(72));
    }
}
