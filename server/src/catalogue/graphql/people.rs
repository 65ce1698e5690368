//! What a policy says to people and merchants, in one language.

use async_graphql::SimpleObject;

use super::parts::{PolicyWindow, Speech, codes};
use super::words::{PolicyAbout, PolicyParty};
use crate::floor::policy::{AppKind, Cookie, Policy, Right};

/// What people may ask.
#[derive(SimpleObject)]
pub struct PolicyRight {
    /// Which right: access, portability, deletion, correction, restriction, objection, `opt_out`, complaint, disconnection.
    right: String,
    /// What it is called.
    title: String,
    /// Who has it.
    who: Vec<PolicyAbout>,
    /// By when it is answered; null where the page names no time and the law's own clock runs.
    answer: Option<PolicyWindow>,
    /// The regimes the page names.
    regimes: Vec<String>,
}

impl PolicyRight {
    pub fn of(right: &Right, speech: Speech<'_>) -> Self {
        Self {
            right: right.right.get_ref().clone(),
            title: speech.say(&right.title),
            who: right.who.iter().map(|who| (*who).into()).collect(),
            answer: right.answer.map(|window| PolicyWindow::of(window, speech.locale)),
            regimes: codes(&right.regimes),
        }
    }
}

/// A kind of app that a merchant may connect.
#[derive(SimpleObject)]
pub struct PolicyAppKind {
    /// Its code.
    code: String,
    /// What it is called.
    title: String,
    /// The data an app of it touches: categories, or fields as `category.field`.
    touches: Vec<String>,
    /// The permissions its work needs; more is more than needed.
    needs: Vec<String>,
    /// Days after which its credentials are to be replaced.
    rotate_days: u32,
    /// What stays with the provider after disconnecting.
    stays: String,
}

impl PolicyAppKind {
    /// A kind, in the language of the policy that a reader of `locale` understands best.
    pub fn of(kind: &AppKind, policy: &Policy, locale: &str) -> Self {
        let speech = Speech { policy, locale: policy.spoken(locale) };
        Self {
            code: kind.code.get_ref().clone(),
            title: speech.say(&kind.title),
            touches: codes(&kind.touches),
            needs: kind.needs.clone(),
            rotate_days: kind.rotate_days,
            stays: speech.say(&kind.stays),
        }
    }
}

/// A cookie that the pages set.
#[derive(SimpleObject)]
pub struct PolicyCookie {
    /// Its code.
    code: String,
    /// What it is for.
    title: String,
    /// Whether nothing works without it.
    is_essential: bool,
}

impl PolicyCookie {
    pub fn of(cookie: &Cookie, speech: Speech<'_>) -> Self {
        Self { code: cookie.code.get_ref().clone(), title: speech.say(&cookie.title), is_essential: cookie.essential }
    }
}

/// What one side answers for.
#[derive(SimpleObject)]
pub struct PolicyDuty {
    /// Who answers for it.
    of: PolicyParty,
    /// For what.
    text: String,
}

impl PolicyDuty {
    /// All of them, in the language of the policy that a reader of `locale` understands best.
    pub fn all(policy: &Policy, locale: &str) -> Vec<Self> {
        let speech = Speech { policy, locale: policy.spoken(locale) };
        policy.duties.iter().map(|duty| Self { of: duty.of.into(), text: speech.say(&duty.text) }).collect()
    }
}
