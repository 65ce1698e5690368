//! A policy as a list of things with facts, each with its place in the file: what an outline shows and a comparison goes
//! through.

use std::collections::BTreeSet;

use super::places::Places;
use super::places::Step::{self, Key};
use super::{Category, Form, Name, Policy, Recipient, RecipientKind, Text, Window};
use crate::floor::kernel::vocabulary::vocabulary;

vocabulary! {
    /// A part of a policy file.
    pub enum Part {
        /// Its title and languages.
        Policy = "policy",
        /// Who promises.
        Operator = "operator",
        /// How changes are told.
        Announcement = "announcement",
        /// What nobody may be there for.
        Forbidden = "forbidden",
        /// Where data stays.
        Region = "region",
        /// Where stores may be.
        Platform = "platform",
        /// What stores are asked for.
        Scope = "scope",
        /// A kind of data.
        Category = "category",
        /// A field of a category.
        Field = "field",
        /// What data is used for.
        Purpose = "purpose",
        /// Who is given data.
        Recipient = "recipient",
        /// How long data is kept.
        Retention = "retention",
        /// What the law lets us keep.
        Keep = "keep",
        /// What people may ask.
        Right = "right",
        /// What merchants may connect.
        AppKind = "app_kind",
        /// What the pages set.
        Cookie = "cookie",
        /// Who answers for what.
        Duty = "duty",
        /// What the page says.
        Promise = "promise",
    }
}

/// One thing of a policy.
#[derive(Debug, Clone)]
pub struct Item {
    pub part: Part,
    /// What it is called, once within its part.
    pub code: String,
    pub facts: Vec<Fact>,
    /// Where the file has it.
    pub(super) at: usize,
    /// Of a recipient, what it is.
    pub(super) recipient: Option<RecipientKind>,
}

/// One fact about it.
#[derive(Debug, Clone)]
pub struct Fact {
    pub name: &'static str,
    pub value: Value,
    /// Whether another value changes what is promised, and not only how it is said.
    pub(super) is_material: bool,
    pub(super) at: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    Text(Text),
    Word(String),
    Set(BTreeSet<String>),
    Window(Option<Window>),
    Yes(bool),
}

impl Value {
    pub fn in_words(&self, locale: &str, first: &str) -> String {
        match self {
            Self::Text(text) => text.in_locale(locale, first).to_owned(),
            Self::Word(word) => word.clone(),
            Self::Set(words) => words.iter().map(String::as_str).collect::<Vec<_>>().join(", "),
            Self::Window(window) => {
                window.map_or_else(|| "without a time".to_owned(), |window| window.in_words(locale))
            }
            Self::Yes(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        }
    }

    pub fn is_empty(&self) -> bool {
        match self {
            Self::Text(text) => text.is_empty(),
            Self::Word(word) => word.is_empty(),
            Self::Set(words) => words.is_empty(),
            Self::Window(_) | Self::Yes(_) => false,
        }
    }
}

impl Item {
    fn new(part: Part, code: impl Into<String>, at: usize) -> Self {
        Self { part, code: code.into(), facts: Vec::new(), at, recipient: None }
    }

    fn of(part: Part, name: &Name) -> Self {
        Self::new(part, name.get_ref(), name.span().start)
    }

    /// A fact that binds.
    fn with(self, name: &'static str, value: Value) -> Self {
        let at = self.at;
        self.put(Fact { name, value, is_material: true, at })
    }

    /// A fact that may be said otherwise.
    fn saying(self, name: &'static str, value: Value) -> Self {
        let at = self.at;
        self.put(Fact { name, value, is_material: false, at })
    }

    fn put(mut self, fact: Fact) -> Self {
        self.facts.push(fact);
        self
    }

    /// The place of the fact that was put last.
    fn found(mut self, at: usize) -> Self {
        if let Some(last) = self.facts.last_mut() {
            last.at = at;
        }
        self
    }

    fn text(self, name: &'static str, text: &Text) -> Self {
        self.saying(name, Value::Text(text.clone())).found(text.at())
    }
}

fn set<'n>(names: impl IntoIterator<Item = &'n Name>) -> Value {
    Value::Set(names.into_iter().map(|name| name.get_ref().clone()).collect())
}

fn word(word: &impl ToString) -> Value {
    Value::Word(word.to_string())
}

fn maybe(text: Option<impl ToString>) -> Value {
    Value::Word(text.map(|text| text.to_string()).unwrap_or_default())
}

/// Every thing of a policy, part by part, as the file has them.
pub fn items(text: &str, policy: &Policy) -> Vec<Item> {
    let mut items = head(&Places::of(text), policy);
    items.extend(policy.scopes.iter().map(|scope| {
        let mut item = Item::of(Part::Scope, &scope.name)
            .text("reason", &scope.reason)
            .with("categories", set(&scope.categories))
            .with("sensitivity", word(&scope.sensitivity))
            .with("writes", Value::Yes(scope.writes))
            .saying("feature", word(&scope.feature));
        item.code = format!("{} {}", scope.platform, scope.name);
        item
    }));
    items.extend(policy.categories.iter().flat_map(category));
    items.extend(policy.purposes.iter().map(|purpose| {
        Item::of(Part::Purpose, &purpose.code)
            .text("title", &purpose.title)
            .with("needs", set(&purpose.needs))
            .with("ground", maybe(purpose.ground))
            .with("amounts to", maybe(purpose.amounts_to.as_ref()))
            .saying("key", maybe(purpose.key.as_ref()))
    }));
    items.extend(policy.recipients.iter().map(recipient));
    items.extend(kept(policy));
    items.extend(people(policy));
    items.extend(policy.promises.iter().map(|promise| {
        let mut item = Item::of(Part::Promise, &promise.code)
            .with("text", Value::Text(promise.text.clone()))
            .found(promise.text.at())
            .text("section", &promise.section)
            .saying("check", maybe(promise.check.as_ref()))
            .saying("of", set(&promise.of));
        if let Some(reason) = &promise.unmeasured {
            item = item.text("unmeasured", reason);
        }
        item
    }));
    items
}

fn head(places: &Places<'_>, policy: &Policy) -> Vec<Item> {
    let at = |steps: &[Step<'_>]| places.at(steps);
    let operator = &policy.operator;
    let locales = Value::Set(policy.locales.get_ref().iter().cloned().collect());
    let announces = Item::new(Part::Announcement, "announces", at(&[Key("announces")]))
        .with("days", word(&policy.announces.days))
        .found(at(&[Key("announces"), Key("days")]))
        .with("objection days", word(&policy.announces.objection_days))
        .found(at(&[Key("announces"), Key("objection_days")]))
        .with("standing is public", Value::Yes(policy.announces.standing))
        .found(at(&[Key("announces"), Key("standing")]));
    let mut items = vec![
        Item::new(Part::Policy, policy.name.get_ref(), policy.name.span().start)
            .text("title", &policy.title)
            .saying("languages", locales)
            .found(policy.locales.span().start),
        Item::new(Part::Operator, "operator", at(&[Key("operator")]))
            .with("name", word(&operator.name))
            .with("role", word(&operator.role))
            .with("contact", word(&operator.contact))
            .with("country", word(&operator.country))
            .with("representative", maybe(operator.representative.as_ref()))
            .with("protection officer", maybe(operator.protection_officer.as_ref()))
            .saying("site", word(&operator.site))
            .saying("page", maybe(operator.page.as_ref()))
            .saying("time zone", word(&operator.time_zone)),
        announces,
    ];
    let forbidden = at(&[Key("forbids")]);
    items
        .extend(policy.forbids.iter().map(|forbidden_use| Item::new(Part::Forbidden, forbidden_use.code(), forbidden)));
    items.extend(policy.region.iter().map(|region| {
        Item::new(Part::Region, "region", at(&[Key("region"), Key("home")]))
            .with("home", word(&region.home))
            .with("pinned to", set(&region.pinned))
    }));
    items.extend(policy.platforms.iter().map(|platform| Item::of(Part::Platform, platform)));
    items
}

fn category(category: &Category) -> Vec<Item> {
    let first = category.sources.first().map_or(category.code.span().start, Text::at);
    let sources = category.sources.iter().map(|source| source.in_locale("", "").to_owned()).collect();
    let whole = Item::of(Part::Category, &category.code)
        .text("title", &category.title)
        .with("about", word(&category.about))
        .with("sources", Value::Set(sources))
        .found(first);
    let fields = category.fields.iter().map(|field| {
        let mut item = Item::of(Part::Field, &field.code)
            .text("title", &field.title)
            .with("personal", Value::Yes(field.personal))
            .with("received", Value::Yes(field.received))
            .with("stored", Value::Yes(field.stored))
            .saying("key", maybe(field.key.as_ref()));
        item.code = format!("{}.{}", category.code, field.code);
        item
    });
    std::iter::once(whole).chain(fields).collect()
}

fn recipient(recipient: &Recipient) -> Item {
    let mut item = Item::of(Part::Recipient, &recipient.code)
        .with("name", word(&recipient.name))
        .with("kind", word(&recipient.kind))
        .text("service", &recipient.service)
        .with("purposes", set(&recipient.purposes))
        .with("regions", set(&recipient.regions))
        .found(recipient.regions.first().map_or(0, |region| region.span().start))
        .with("transfer", word(&recipient.transfer))
        .with("agreement", maybe(recipient.agreement.map(|agreement| agreement.0)))
        .saying("policy", maybe(recipient.policy.as_ref()))
        .saying("hosts", Value::Set(recipient.hosts.iter().cloned().collect()));
    for (form, name) in [
        (Form::Raw, "gets raw"),
        (Form::Truncated, "gets cut short"),
        (Form::Hashed, "gets hashed"),
        (Form::TruncatedHashed, "gets cut short and hashed"),
    ] {
        let given: Vec<_> =
            recipient.receives.iter().filter(|given| given.form == form).flat_map(|given| &given.what).collect();
        let at = given.first().map_or(item.at, |name| name.span().start);
        item = item.with(name, set(given)).found(at);
    }
    item.recipient = Some(recipient.kind);
    item
}

fn kept(policy: &Policy) -> impl Iterator<Item = Item> {
    let rules = policy.retention.iter().map(|rule| {
        Item::of(Part::Retention, &rule.code)
            .text("title", &rule.title)
            .with("window", Value::Window(Some(*rule.window.get_ref())))
            .found(rule.window.span().start)
            .with("from", word(&rule.anchor))
            .with("ends with", word(&rule.end))
            .with("categories", set(&rule.categories))
    });
    let keeps = policy.keeps.iter().map(|keep| {
        Item::of(Part::Keep, &keep.code)
            .text("title", &keep.title)
            .with("window", Value::Window(Some(*keep.window.get_ref())))
            .found(keep.window.span().start)
            .with("from", word(&keep.anchor))
            .with("ground", word(&keep.ground))
            .with("categories", set(&keep.categories))
    });
    rules.chain(keeps)
}

fn people(policy: &Policy) -> Vec<Item> {
    let rights = policy.rights.iter().map(|right| {
        Item::of(Part::Right, &right.right)
            .text("title", &right.title)
            .with("who", Value::Set(right.who.iter().map(ToString::to_string).collect()))
            .with("answer", Value::Window(right.answer))
            .with("regimes", set(&right.regimes))
    });
    let kinds = policy.app_kinds.iter().map(|kind| {
        Item::of(Part::AppKind, &kind.code)
            .text("title", &kind.title)
            .with("touches", set(&kind.touches))
            .with("needs", Value::Set(kind.needs.iter().cloned().collect()))
            .with("credentials last", Value::Window(Some(Window::Days(kind.rotate_days))))
            .text("stays", &kind.stays)
    });
    let cookies = policy.cookies.iter().map(|cookie| {
        Item::of(Part::Cookie, &cookie.code)
            .text("title", &cookie.title)
            .with("essential", Value::Yes(cookie.essential))
    });
    let duties = policy.duties.iter().enumerate().map(|(nth, duty)| {
        let earlier = policy.duties.iter().take(nth).filter(|other| other.of == duty.of).count();
        let code = if earlier == 0 { duty.of.to_string() } else { format!("{} {}", duty.of, earlier + 1) };
        let at = duty.text.at();
        Item::new(Part::Duty, code, at).with("text", Value::Text(duty.text.clone())).found(at)
    });
    rights.chain(kinds).chain(cookies).chain(duties).collect()
}
