//! What comes in, whatever way it came: who asks, for what, and what speaks for them. It is held against all its rules at
//! once, so that nobody mends it flaw by flaw, and it decides nothing.

use chrono::Duration;

use super::model::{DataRole, GoesBy, Mandate, Proof, Request, Source, SubjectKind};
use crate::floor::datamap::Whose;
use crate::floor::kernel::{Flaw, Instant, IntakeId, Personal, RequestId, Secret, StoreId, TenantId};
use crate::floor::mail;
use crate::floor::policy::Policy;
use crate::floor::regulations::{self, Right};
use crate::floor::vault::Vault;
use crate::tenants;

/// What a request needs beside its transaction.
#[derive(Clone, Copy)]
pub struct Desk<'a> {
    pub vault: &'a Vault,
    pub policy: &'a Policy,
}

/// What somebody asks, on its way in.
#[derive(Clone)]
pub struct Asking {
    pub source: Source,
    pub tenant: TenantId,
    pub subject_kind: SubjectKind,
    pub store: Option<StoreId>,
    /// What the sender calls it: the same is taken once.
    pub delivery: Option<String>,
    pub rights: Vec<Wanted>,
    pub identifiers: Vec<Stated>,
    /// What the person wrote.
    pub words: Option<Personal>,
    /// As it came, to the last byte.
    pub original: Option<Vec<u8>>,
    pub locale: Option<String>,
    /// Where the person is, as far as it is known: `DE`, `US-CA`.
    pub place: Option<String>,
    /// When it came, where that was before it is taken in.
    pub received_at: Option<Instant>,
    pub notice: Option<Notice>,
    pub mandate: Mandate,
    pub is_test: bool,
    /// The refused request that is to be looked at again.
    pub appeal_of: Option<RequestId>,
}

/// A platform's own notice, by the name that its list has for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The code of the platform.
    pub platform: String,
    /// Such as `customers/redact`.
    pub name: String,
}

/// One right that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    pub right: Right,
    /// The special case of it, such as `direct_marketing`.
    pub case: Option<String>,
}

/// One thing that somebody says they go by, and by what it is proved already.
#[derive(Clone)]
pub struct Stated {
    pub kind: GoesBy,
    pub store: Option<StoreId>,
    pub value: Personal,
    pub proof: Proof,
}

/// What came of it.
#[derive(Clone)]
pub struct Taken {
    pub intake: IntakeId,
    pub requests: Vec<Request>,
    /// The secret of the person's own page, where they have a mail address; told this once.
    pub follow: Option<Secret>,
    /// Whether it came for the first time.
    pub is_new: bool,
}

/// The most that one contact asks for.
const MOST_RIGHTS: usize = 9;
/// The most things that somebody goes by.
const MOST_IDENTIFIERS: usize = 200;
/// The most bytes of what somebody wrote.
const MOST_WORDS: usize = 20_000;
/// The most bytes of what is kept as it came.
const MOST_ORIGINAL: usize = 10 << 20;
/// Older than this is nothing that still waits for an answer.
const OLDEST: Duration = Duration::days(3_660);
/// How far the sender's clock may be ahead of ours.
const AHEAD: Duration = Duration::minutes(5);

/// The special case of deletion that is about a whole shop: it names nobody.
pub const SHOP: &str = "shop";

/// The special case of deletion that is about a whole account: its merchant wants everything gone, earlier than the page
/// would let it go.
pub const ACCOUNT: &str = "account";

/// The special case of deletion that the desk opens itself when an account is over: what the page ties to the account goes.
pub const CLOSURE: &str = "closure";

/// The special case of deletion where somebody is a child: nothing is waited for that may be left out.
pub const CHILD: &str = "child";

/// What the desk's own word is signed with, where a platform's notice names the platform.
pub const DESK: &str = "desk";

/// Everybody whom a request is about at once; none where it is one person's.
pub fn whole(request: &Request) -> Option<Whose> {
    match (request.right, request.case.as_deref(), request.store) {
        (Right::Deletion, Some(SHOP), Some(store)) => Some(Whose::Shop(store)),
        (Right::Deletion, Some(ACCOUNT | CLOSURE), _) => Some(Whose::Account),
        _ => None,
    }
}

impl Asking {
    /// What the operator is to the data: a merchant's shoppers are the merchant's.
    pub fn role(&self) -> DataRole {
        match self.subject_kind {
            SubjectKind::Shopper => DataRole::Processor,
            SubjectKind::Member | SubjectKind::Visitor => DataRole::Controller,
        }
    }

    /// Whether it is about a whole shop, and so about nobody by name.
    pub(super) fn is_about_a_shop(&self) -> bool {
        !self.rights.is_empty() && self.rights.iter().all(|wanted| wanted.case.as_deref() == Some(SHOP))
    }

    /// Whether the desk opens it by itself.
    pub(super) fn is_of_the_desk(&self) -> bool {
        self.notice.as_ref().is_some_and(|notice| notice.platform == DESK)
    }

    /// All that is wrong with it, by the names of its fields.
    pub fn flaws(&self, now: Instant, policy: &Policy) -> Vec<Flaw> {
        let mut flaws = Vec::new();
        self.flaws_of_rights(&mut flaws);
        self.flaws_of_identifiers(&mut flaws);
        let mut flaw = |field: &str, advice: &str| flaws.push(Flaw::new(field, advice));
        if self.words.as_ref().is_some_and(|words| words.disclose().len() > MOST_WORDS) {
            flaw("words", "write at most 20000 bytes");
        }
        if self.original.as_ref().is_some_and(|original| original.len() > MOST_ORIGINAL) {
            flaw("original", "keep it below 10 MiB");
        }
        if self.delivery.as_ref().is_some_and(|delivery| !tenants::is_line(delivery, 200)) {
            flaw("delivery", "give one line of at most 200 bytes");
        }
        if self.locale.as_deref().is_some_and(|locale| !is_locale(locale)) {
            flaw("locale", "give a language, such as en or pt-BR");
        }
        if self.place.as_deref().is_some_and(|place| !is_place(place)) {
            flaw("place", "give a country or region by its ISO 3166 code, such as DE or US-CA");
        }
        match self.received_at {
            Some(at) if at > now.plus(AHEAD) => flaw("receivedAt", "give a time that has come"),
            Some(at) if now.since(at) > OLDEST => flaw("receivedAt", "give a time of the last ten years"),
            _ => {}
        }
        if regulations::zone(&policy.operator.time_zone).is_none() {
            flaw("policy", "the operator's time zone is none that is known");
        }
        flaws
    }

    /// All that is wrong with what is asked for.
    pub(super) fn flaws_of_rights(&self, flaws: &mut Vec<Flaw>) {
        let mut flaw = |field: &str, advice: &str| flaws.push(Flaw::new(field, advice));
        if self.rights.is_empty() {
            flaw("rights", "say what is asked for");
        }
        if self.rights.len() > MOST_RIGHTS {
            flaw("rights", "ask for each right once");
        }
        let twice = |at: usize| self.rights[..at].iter().any(|before| before.right == self.rights[at].right);
        for (at, wanted) in self.rights.iter().enumerate() {
            if twice(at) {
                flaw(&format!("rights.{at}.right"), "ask for each right once");
            }
            if wanted.case.as_deref().is_some_and(|case| !is_word(case)) {
                flaw(&format!("rights.{at}.case"), "give a word of at most 40 letters, such as direct_marketing");
            }
        }
        let appeals = self.rights.iter().any(|wanted| wanted.right == Right::Appeal);
        if appeals && self.appeal_of.is_none() {
            flaw("appealOf", "say which refusal is to be looked at again");
        }
        if self.appeal_of.is_some() && !(appeals && self.rights.len() == 1) {
            flaw("rights", "an appeal is asked for by itself");
        }
        if self.is_about_a_shop() && self.store.is_none() && self.notice.is_none() {
            flaw("store", "say which shop");
        }
        let asks = |case: &str| self.rights.iter().any(|wanted| wanted.case.as_deref() == Some(case));
        if asks(CLOSURE) && !self.is_of_the_desk() {
            flaw("rights", "close the account: what ends with it is opened by itself on its day");
        }
        if asks(ACCOUNT) && (self.subject_kind != SubjectKind::Member || self.rights.len() != 1) {
            flaw("rights", "only a merchant's own user asks for everything of an account, and for nothing beside it");
        }
    }

    fn flaws_of_identifiers(&self, flaws: &mut Vec<Flaw>) {
        let mut flaw = |field: &str, advice: &str| flaws.push(Flaw::new(field, advice));
        let leads = |stated: &Stated| !matches!(stated.kind, GoesBy::Name | GoesBy::Agent);
        // A letter that nobody could read is kept all the same.
        let is_kept = self.source == Source::Mail && self.original.is_some();
        let names_nobody = self.is_about_a_shop() || self.notice.is_some() || is_kept;
        if !names_nobody && !self.identifiers.iter().any(leads) {
            flaw("identifiers", "give a mail address, or something else the person is known by");
        }
        if self.identifiers.len() > MOST_IDENTIFIERS {
            flaw("identifiers", "give at most 200");
        }
        for (at, stated) in self.identifiers.iter().enumerate() {
            let value = stated.value.disclose().trim();
            if value.is_empty() || value.len() > 400 || value.contains(char::is_control) {
                flaw(&format!("identifiers.{at}.value"), "give one line of at most 400 bytes");
            } else if matches!(stated.kind, GoesBy::Mail | GoesBy::Agent) && !mail::is_address(&stated.value) {
                flaw(&format!("identifiers.{at}.value"), "give one mail address");
            } else if stated.kind == GoesBy::Phone && value.bytes().filter(u8::is_ascii_digit).count() < 5 {
                flaw(&format!("identifiers.{at}.value"), "give a telephone number");
            }
            let of_a_store = matches!(stated.kind, GoesBy::Customer | GoesBy::Handle | GoesBy::Order);
            // A controller knows its own customers by names of its own, whatever store they bought at.
            let says_no_store = self.notice.is_some() || self.source == Source::Opendsr;
            if of_a_store && stated.store.or(self.store).is_none() && !says_no_store {
                flaw(&format!("identifiers.{at}.store"), "say at which store");
            }
            if matches!(stated.proof, Proof::Judged | Proof::NotNeeded) {
                flaw(&format!("identifiers.{at}.proof"), "judge it once it is taken in, with a reason");
            }
            // Only the door that a code or a signature came in by knows that it was right.
            let is_told = matches!(self.source, Source::Api | Source::Console);
            if is_told && matches!(stated.proof, Proof::Code | Proof::Signature) {
                flaw(&format!("identifiers.{at}.proof"), "nobody saw that here: say none, and have a code sent");
            }
        }
        let speaks = self.identifiers.iter().any(|stated| stated.kind == GoesBy::Agent);
        if self.mandate != Mandate::None && !speaks {
            flaw("identifiers", "give the address of whoever speaks for the person");
        }
        if speaks && self.mandate == Mandate::None {
            flaw("mandate", "say that somebody speaks for the person");
        }
    }
}

fn is_word(text: &str) -> bool {
    let letters = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    (1..=40).contains(&text.len()) && letters
}

fn is_locale(text: &str) -> bool {
    let mut parts = text.split('-');
    let language = parts.next().unwrap_or_default();
    let is_part = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    text.len() <= 35
        && (2..=3).contains(&language.len())
        && language.bytes().all(|byte| byte.is_ascii_alphabetic())
        && parts.all(is_part)
}

fn is_place(text: &str) -> bool {
    let (country, region) = text.split_once('-').map_or((text, None), |(country, region)| (country, Some(region)));
    let is_region = |region: &str| {
        (1..=3).contains(&region.len()) && region.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    };
    country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_uppercase()) && region.is_none_or(is_region)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::policy::{parse, shipped};

    fn asking() -> Asking {
        let mail = Personal::new("asha@example.com");
        Asking {
            source: Source::Web,
            tenant: TenantId::fresh(),
            subject_kind: SubjectKind::Shopper,
            store: None,
            delivery: None,
            rights: vec![Wanted { right: Right::Deletion, case: None }],
            identifiers: vec![Stated { kind: GoesBy::Mail, store: None, value: mail, proof: Proof::None }],
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

    fn fields(asking: &Asking) -> Vec<String> {
        let policy = parse(shipped("sooperseller").expect("it comes along")).expect("it is sound");
        let now = Instant::from_micros(1_780_000_000_000_000);
        asking.flaws(now, &policy).into_iter().map(|flaw| flaw.field).collect()
    }

    #[test]
    fn what_is_sound_has_no_flaw() {
        assert_eq!(fields(&asking()), Vec::<String>::new());
    }

    #[test]
    fn all_flaws_come_back_together_each_with_its_field() {
        let mut wrong = asking();
        wrong.rights.push(Wanted { right: Right::Deletion, case: Some("Not A Word".to_owned()) });
        wrong.identifiers.push(Stated { value: Personal::new("nobody"), ..wrong.identifiers[0].clone() });
        wrong.identifiers.push(Stated {
            kind: GoesBy::Order,
            store: None,
            value: Personal::new("7"),
            proof: Proof::Judged,
        });
        wrong.place = Some("Berlin".to_owned());
        wrong.locale = Some("deutsch!".to_owned());
        wrong.received_at = Some(Instant::from_micros(1_790_000_000_000_000));
        assert_eq!(
            fields(&wrong),
            [
                "rights.1.right",
                "rights.1.case",
                "identifiers.1.value",
                "identifiers.2.store",
                "identifiers.2.proof",
                "locale",
                "place",
                "receivedAt"
            ]
        );
    }

    #[test]
    fn nobody_says_of_a_code_that_it_was_right_but_who_sent_it() {
        for (source, proof, flawed) in [
            (Source::Api, Proof::Code, true),
            (Source::Console, Proof::Signature, true),
            (Source::Api, Proof::Member, false),
            (Source::Opendsr, Proof::Signature, false),
            (Source::Web, Proof::Code, false),
        ] {
            let mut asking = Asking { source, ..asking() };
            asking.identifiers[0].proof = proof;
            let told: &[&str] = if flawed { &["identifiers.0.proof"] } else { &[] };
            assert_eq!(fields(&asking), told, "{source} {proof}");
        }
    }

    #[test]
    fn who_speaks_for_another_is_named() {
        let claimed = Asking { mandate: Mandate::Claimed, ..asking() };
        assert_eq!(fields(&claimed), ["identifiers"]);
        let mut unclaimed = asking();
        let agent = Personal::new("agent@example.com");
        unclaimed.identifiers.push(Stated { kind: GoesBy::Agent, store: None, value: agent, proof: Proof::None });
        assert_eq!(fields(&unclaimed), ["mandate"]);
    }

    #[test]
    fn an_account_is_ended_by_its_own_people_and_its_day_by_the_desk_alone() {
        let of = |case: &str, subject_kind| Asking {
            subject_kind,
            rights: vec![Wanted { right: Right::Deletion, case: Some(case.to_owned()) }],
            ..asking()
        };
        assert_eq!(fields(&of(ACCOUNT, SubjectKind::Shopper)), ["rights"]);
        assert_eq!(fields(&of(ACCOUNT, SubjectKind::Member)), Vec::<String>::new());
        assert_eq!(fields(&of(CLOSURE, SubjectKind::Member)), ["rights"]);
        let notice = Some(Notice { platform: DESK.to_owned(), name: CLOSURE.to_owned() });
        let opened = Asking { notice, identifiers: Vec::new(), ..of(CLOSURE, SubjectKind::Member) };
        assert_eq!(fields(&opened), Vec::<String>::new());
    }

    #[test]
    fn a_shopper_s_data_are_the_merchant_s() {
        assert_eq!(asking().role(), DataRole::Processor);
        assert_eq!(Asking { subject_kind: SubjectKind::Member, ..asking() }.role(), DataRole::Controller);
    }
}
