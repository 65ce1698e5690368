//! What the law wants said beside a copy: what the data are used for, who gets them, how long they stay, what may be asked
//! and where to complain. It comes from the policy in force, from the regimes that apply and from the book of disclosures.
//! Pure.

use std::collections::BTreeSet;

use serde::Serialize;

use super::words::Words;
use crate::floor::kernel::{Day, Error, Result};
use crate::floor::policy::{self, Policy};
use crate::floor::regulations::{self, Regime, Right};
use crate::floor::tongues::fill;
use crate::requests::letters::{self, authority};
use crate::requests::model::{Request, SubjectKind};

/// All that is said beside the data, in the person's language.
#[derive(Debug, Clone, Serialize)]
pub struct About {
    pub reference: String,
    pub right: &'static str,
    pub language: String,
    pub operator: String,
    pub contact: String,
    pub officer: Option<String>,
    pub representative: Option<String>,
    pub merchant: Option<String>,
    pub policy_version: u32,
    pub asked_on: String,
    pub made_on: String,
    pub purposes: Vec<Purpose>,
    pub categories: Vec<Category>,
    pub recipients: Vec<Recipient>,
    pub retention: Vec<Limit>,
    pub keeps: Vec<Limit>,
    pub rights: Vec<String>,
    pub regimes: Vec<Law>,
    pub complaint: Vec<String>,
    pub automated_decisions: String,
}

/// What data are used for.
#[derive(Debug, Clone, Serialize)]
pub struct Purpose {
    pub title: String,
    pub ground: Option<String>,
}

/// A kind of data, and where it comes from.
#[derive(Debug, Clone, Serialize)]
pub struct Category {
    pub title: String,
    pub sources: Vec<String>,
}

/// Who may get some of it.
#[derive(Debug, Clone, Serialize)]
pub struct Recipient {
    pub name: String,
    pub service: String,
    pub regions: Vec<String>,
    pub safeguard: Option<String>,
    /// The book of disclosures says that something of the person went there.
    pub got_something: bool,
}

/// How long something stays.
#[derive(Debug, Clone, Serialize)]
pub struct Limit {
    pub title: String,
    pub window: String,
    pub ground: Option<String>,
}

/// A law or promise that the request is answered under.
#[derive(Debug, Clone, Serialize)]
pub struct Law {
    pub title: String,
    pub law: String,
}

/// What it is said from.
pub struct Ground<'a> {
    pub policy: &'a Policy,
    pub request: &'a Request,
    pub kind: SubjectKind,
    pub merchant: Option<String>,
    /// Codes of the regimes whose clocks it has, the first that is due in front.
    pub regimes: &'a [String],
    /// Codes of the recipients that got something of the person.
    pub reached: &'a BTreeSet<String>,
    pub asked_on: Day,
    pub made_on: Day,
}

impl Ground<'_> {
    /// All of it, in the language of these words.
    pub fn told(&self, locale: &str, words: &Words, letters: &letters::Words) -> About {
        let policy = self.policy;
        let (spoken, first) = (policy.spoken(locale), policy.first_locale());
        let said = |text: &policy::Text| text.in_locale(spoken, first).to_owned();
        let held: Vec<&policy::Category> =
            policy.categories.iter().filter(|category| category.is_held() && self.is_theirs(category.about)).collect();
        let is_held = |code: &str| held.iter().any(|category| category.code.get_ref() == head(code));
        let limit = |title: &policy::Text, window, ground: Option<policy::Ground>| Limit {
            title: said(title),
            window: words.window(window),
            ground: ground.map(|ground| words.ground(ground).to_owned()),
        };
        let retention =
            policy.retention.iter().filter(|rule| rule.categories.iter().any(|code| is_held(code.get_ref())));
        let keeps = policy.keeps.iter().filter(|keep| keep.categories.iter().any(|code| is_held(code.get_ref())));
        let purposes =
            policy.purposes.iter().filter(|purpose| purpose.needs.iter().any(|need| is_held(need.get_ref())));
        About {
            reference: self.request.reference.clone(),
            right: self.request.right.code(),
            language: locale.to_owned(),
            operator: policy.operator.name.clone(),
            contact: policy.operator.contact.clone(),
            officer: policy.operator.protection_officer.clone(),
            representative: policy.operator.representative.clone(),
            merchant: self.merchant.clone(),
            policy_version: *policy.version.get_ref(),
            asked_on: letters.day(self.asked_on),
            made_on: letters.day(self.made_on),
            purposes: purposes
                .map(|purpose| Purpose {
                    title: said(&purpose.title),
                    ground: purpose.ground.map(|ground| words.ground(ground).to_owned()),
                })
                .collect(),
            categories: held
                .iter()
                .map(|category| Category {
                    title: said(&category.title),
                    sources: category.sources.iter().map(said).collect(),
                })
                .collect(),
            recipients: self.recipients(&held, words, said),
            retention: retention.map(|rule| limit(&rule.title, *rule.window.get_ref(), None)).collect(),
            keeps: keeps.map(|keep| limit(&keep.title, *keep.window.get_ref(), Some(keep.ground))).collect(),
            rights: self.rights().into_iter().map(|right| letters.right(right).to_owned()).collect(),
            regimes: self.laws().map(|regime| Law { title: regime.title.clone(), law: regime.law.clone() }).collect(),
            complaint: self.complaint(letters),
            automated_decisions: words.automated.clone(),
        }
    }

    fn is_theirs(&self, about: policy::About) -> bool {
        matches!(
            (self.kind, about),
            (SubjectKind::Member, policy::About::Member)
                | (SubjectKind::Shopper, policy::About::Shopper)
                | (SubjectKind::Visitor, policy::About::Visitor)
        )
    }

    fn recipients(
        &self,
        held: &[&policy::Category],
        words: &Words,
        said: impl Fn(&policy::Text) -> String,
    ) -> Vec<Recipient> {
        let gets = |recipient: &policy::Recipient| {
            held.iter().any(|&category| {
                category.fields.iter().any(|field| recipient.form_of((category, field)) != policy::Form::Never)
            })
        };
        let recipient = |recipient: &policy::Recipient| {
            let got_something = self.reached.contains(recipient.code.get_ref());
            (got_something || gets(recipient)).then(|| Recipient {
                name: recipient.name.clone(),
                service: said(&recipient.service),
                regions: recipient.regions.iter().map(|region| region.get_ref().clone()).collect(),
                safeguard: (recipient.transfer != policy::Transfer::None)
                    .then(|| words.transfer(recipient.transfer).to_owned()),
                got_something,
            })
        };
        let mut all: Vec<Recipient> = self.policy.recipients.iter().filter_map(recipient).collect();
        // One that the policy names no more is told by what the book calls it.
        let is_named = |code: &&String| self.policy.recipients.iter().any(|one| one.code.get_ref() == *code);
        all.extend(self.reached.iter().filter(|code| !is_named(code)).map(|code| Recipient {
            name: code.clone(),
            service: String::new(),
            regions: Vec::new(),
            safeguard: None,
            got_something: true,
        }));
        all
    }

    /// What may be asked: by the policy's page, and by the laws that apply.
    fn rights(&self) -> BTreeSet<Right> {
        let promised = self.policy.rights.iter().filter(|right| right.who.iter().any(|who| self.is_theirs(*who)));
        let promised = promised.filter_map(|right| Right::from_code(right.right.get_ref()));
        promised.chain(self.laws().flat_map(Regime::offers).map(|offer| offer.right)).collect()
    }

    fn laws(&self) -> impl Iterator<Item = &'static Regime> {
        self.regimes.iter().filter_map(|code| regulations::shipped().ok()?.regime(code))
    }

    fn complaint(&self, letters: &letters::Words) -> Vec<String> {
        let named: Vec<String> = self
            .regimes
            .iter()
            .filter_map(|code| authority(code))
            .map(|body| {
                let body = [body.name, " (", body.site, ")"].concat();
                fill(&letters.route.authority, &[("body", &body)])
            })
            .collect();
        if named.is_empty() { vec![letters.route.any_authority.clone()] } else { named }
    }
}

/// The kinds of values that these regimes forbid to hand out, each with the place that says so.
pub fn forbidden(regimes: &[String]) -> Vec<(String, String)> {
    let Ok(book) = regulations::shipped() else { return Vec::new() };
    let withheld = regimes.iter().filter_map(|code| book.regime(code)?.withholds.as_ref());
    withheld.flat_map(|withheld| withheld.kinds.iter().map(|kind| (kind.clone(), withheld.cite.clone()))).collect()
}

/// The category of `category` or `category.field`.
fn head(what: &str) -> &str {
    what.split('.').next().unwrap_or(what)
}

impl About {
    pub fn bytes(&self) -> Result<Vec<u8>> {
        let value =
            serde_json::to_value(self).map_err(|_| Error::internal("what is said beside a copy is no document"))?;
        super::json::bytes(&value)
    }
}
