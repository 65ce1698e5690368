//! What is otherwise between two policies, and what that comes to. It compares meanings, not lines.

use std::collections::BTreeSet;

use super::items::{Fact, Item, Part, Value, items};
use super::parse::line_of;
use super::{Policy, RecipientKind, Window};
use crate::floor::kernel::vocabulary::vocabulary;

vocabulary! {
    /// What happened to a thing of a policy.
    pub enum ChangeKind {
        /// It is new.
        Added = "added",
        /// It is gone.
        Removed = "removed",
        /// A fact about it is another.
        Changed = "changed",
    }
}

/// One thing that is otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub part: Part,
    pub kind: ChangeKind,
    /// What it is called within its part.
    pub code: String,
    pub before: Option<String>,
    pub after: Option<String>,
    /// What it comes to, in words.
    pub effect: String,
    /// Whether something else is promised, and not only said otherwise.
    pub is_material: bool,
    /// Whether people may lose by it. Only what plainly takes or gives less of their data, or promises them more, is not
    /// to their disadvantage.
    pub worsens: bool,
    /// Where the new text says so; none of what it no longer says.
    pub line: Option<usize>,
}

/// A policy and the text it was read from.
pub type Written<'a> = (&'a str, &'a Policy);

/// All that is otherwise, in the order of the new text; what it no longer says comes last.
pub fn diff(old: Written<'_>, new: Written<'_>) -> Vec<Change> {
    let (before, after) = (items(old.0, old.1), items(new.0, new.1));
    let same = |item: &Item, others: &[Item]| {
        others.iter().find(|other| other.part == item.part && other.code == item.code).cloned()
    };
    let window = old.1.announces.objection_days;
    let mut changes = Vec::new();
    for item in &after {
        let line = Some(line_of(new.0, item.at));
        match same(item, &before) {
            None => changes.push(Change {
                before: None,
                after: Some(summary(item, new.1)),
                effect: gained(item, window),
                line,
                ..whole(item, ChangeKind::Added)
            }),
            Some(was) => changes.extend(differences(&was, item, (old.1, new))),
        }
    }
    changes.extend(before.iter().filter(|item| same(item, &after).is_none()).map(|item| Change {
        before: Some(summary(item, old.1)),
        after: None,
        effect: lost(item).to_owned(),
        line: None,
        ..whole(item, ChangeKind::Removed)
    }));
    changes
}

/// The codes of sub-processors that are new.
pub fn new_processors<'a>(old: &Policy, new: &'a Policy) -> Vec<&'a str> {
    let was = |code: &str| {
        old.recipients.iter().any(|known| known.code.get_ref() == code && known.kind == RecipientKind::Processor)
    };
    let processors = new.recipients.iter().filter(|recipient| recipient.kind == RecipientKind::Processor);
    processors.map(|recipient| recipient.code.get_ref().as_str()).filter(|code| !was(code)).collect()
}

fn whole(item: &Item, kind: ChangeKind) -> Change {
    let (part, code) = (item.part, item.code.clone());
    let worsens = match kind {
        ChangeKind::Added => !is_promise(part),
        ChangeKind::Removed => !is_taking(part),
        ChangeKind::Changed => true,
    };
    Change {
        part,
        kind,
        code,
        before: None,
        after: None,
        effect: String::new(),
        is_material: true,
        worsens,
        line: None,
    }
}

fn summary(item: &Item, of: &Policy) -> String {
    let first = of.first_locale();
    let facts = item.facts.iter().filter(|fact| !fact.value.is_empty());
    let said = facts.map(|fact| format!("{}: {}", fact.name, fact.value.in_words(first, first)));
    said.collect::<Vec<_>>().join("; ")
}

/// What people gain by: the more of it, the better for them.
fn is_promise(part: Part) -> bool {
    matches!(part, Part::Forbidden | Part::Region | Part::Right | Part::Promise)
}

/// What takes or gives their data: the less of it, the better for them.
fn is_taking(part: Part) -> bool {
    matches!(
        part,
        Part::Scope | Part::Category | Part::Field | Part::Purpose | Part::Recipient | Part::Keep | Part::Cookie
    )
}

/// Whether a fact that is otherwise plainly takes, gives or keeps less than before, or answers sooner.
fn is_less(part: Part, name: &str, (was, is): (&Value, &Value)) -> bool {
    match (was, is) {
        (Value::Window(Some(was)), Value::Window(Some(is))) if name == "window" || name == "answer" => {
            is_shorter(*was, *is)
        }
        (Value::Set(was), Value::Set(is)) => is_taking(part) && is.is_subset(was),
        (Value::Yes(_), Value::Yes(is)) => !is && (name == "writes" || name == "received" || name == "stored"),
        _ => false,
    }
}

/// Whether one window is over before the other, however long a month is.
fn is_shorter(was: Window, is: Window) -> bool {
    match (was.hours(), is.hours()) {
        (Some(was), Some(is)) => is < was,
        (None, Some(_)) => was == Window::ForEver,
        _ => false,
    }
}

fn differences(was: &Item, item: &Item, (old, new): (&Policy, Written<'_>)) -> Vec<Change> {
    let none = |fact: &Fact| Fact { value: empty(&fact.value), ..fact.clone() };
    let mut pairs: Vec<(Fact, Fact)> = Vec::new();
    for fact in &item.facts {
        let before = was.facts.iter().find(|known| known.name == fact.name).cloned();
        pairs.push((before.unwrap_or_else(|| none(fact)), fact.clone()));
    }
    for fact in was.facts.iter().filter(|fact| !item.facts.iter().any(|known| known.name == fact.name)) {
        pairs.push((fact.clone(), Fact { at: item.at, ..none(fact) }));
    }
    let (first, other) = (old.first_locale(), new.1.first_locale());
    pairs
        .into_iter()
        .filter(|(before, after)| before.value != after.value)
        .map(|(before, after)| Change {
            before: Some(before.value.in_words(first, first)),
            after: Some(after.value.in_words(other, other)),
            effect: turned(item.part, &before, &after),
            is_material: after.is_material,
            worsens: after.is_material && !is_less(item.part, after.name, (&before.value, &after.value)),
            line: Some(line_of(new.0, after.at)),
            ..whole(item, ChangeKind::Changed)
        })
        .collect()
}

fn empty(value: &Value) -> Value {
    match value {
        Value::Set(_) => Value::Set(BTreeSet::new()),
        Value::Window(_) => Value::Window(None),
        Value::Yes(_) => Value::Yes(false),
        Value::Text(_) | Value::Word(_) => Value::Word(String::new()),
    }
}

/// What a fact that is otherwise comes to.
fn turned(part: Part, before: &Fact, after: &Fact) -> String {
    let name = after.name;
    match (&before.value, &after.value) {
        (Value::Window(was), Value::Window(is)) => {
            let said = |window: &Option<Window>| Value::Window(*window).in_words("en", "en");
            format!("{}: from {} to {}", length(*was, *is), said(was), said(is))
        }
        (Value::Set(was), Value::Set(is)) => {
            let listed = |words: Vec<&String>| words.into_iter().map(String::as_str).collect::<Vec<_>>().join(", ");
            let (more, less) = (listed(is.difference(was).collect()), listed(was.difference(is).collect()));
            match (more.is_empty(), less.is_empty()) {
                (false, true) => format!("{name}: more, {more}"),
                (true, _) => format!("{name}: no more {less}"),
                (false, false) => format!("{name}: more, {more}; no more {less}"),
            }
        }
        (Value::Yes(_), Value::Yes(is)) if part == Part::Scope && name == "writes" => {
            if *is { "it lets us write from now on" } else { "it lets us write no more" }.to_owned()
        }
        (Value::Text(_), Value::Text(_)) => format!("{name}: said in other words"),
        (was, is) => {
            let said = |value: &Value| if value.is_empty() { "nothing".to_owned() } else { value.in_words("en", "en") };
            format!("{name}: from {} to {}", said(was), said(is))
        }
    }
}

fn length(was: Option<Window>, is: Option<Window>) -> &'static str {
    let hours = |window: Option<Window>| match window {
        Some(Window::ForEver) => Some(u64::MAX),
        Some(window) => window.hours(),
        None => None,
    };
    match (hours(was), hours(is)) {
        (Some(was), Some(is)) if is < was => "shorter",
        (Some(was), Some(is)) if is > was => "longer",
        _ => "another time",
    }
}

/// What a new thing comes to.
fn gained(item: &Item, objections: u32) -> String {
    let effect = match (item.part, item.recipient) {
        (_, Some(RecipientKind::Processor)) => {
            return format!("new sub-processor: subscribers are told, objections {objections} days");
        }
        (_, Some(RecipientKind::Destination)) => "new destination: events may be relayed there",
        (_, Some(RecipientKind::Platform)) => "new platform: it is given what its stores need",
        (_, Some(RecipientKind::Authority)) => "new authority: it may be given data",
        (Part::Scope, _) => "new scope: stores lack it until they grant it",
        (Part::Category | Part::Field, _) => "newly held",
        (Part::Purpose, _) => "used for this from now on",
        (Part::Retention, _) => "kept under this rule from now on",
        (Part::Keep, _) => "kept by law from now on",
        (Part::Right, _) => "newly offered",
        (Part::AppKind, _) => "may be connected from now on",
        (Part::Platform, _) => "stores may be connected from now on",
        (Part::Cookie, _) => "set from now on",
        (Part::Forbidden, _) => "ruled out from now on",
        (Part::Region, _) => "data has a region from now on",
        (Part::Promise, _) => "promised from now on",
        (Part::Policy | Part::Operator | Part::Announcement | Part::Duty | Part::Recipient, _) => "said from now on",
    };
    effect.to_owned()
}

/// What a thing that is gone comes to.
fn lost(item: &Item) -> &'static str {
    match (item.part, item.recipient) {
        (_, Some(RecipientKind::Processor)) => "sub-processor leaves: subscribers are told",
        (_, Some(_)) => "given nothing any more",
        (Part::Scope, _) => "dropped scope: stores that granted it drift",
        (Part::Category | Part::Field, _) => "held no more",
        (Part::Purpose, _) => "used for this no more",
        (Part::Retention, _) => "no longer kept under this rule",
        (Part::Keep, _) => "kept by law no more",
        (Part::Right, _) => "offered no more",
        (Part::AppKind, _) => "dropped kind: apps of it need nothing, and whatever they may is too much",
        (Part::Platform, _) => "dropped platform: no store of it is connected any more",
        (Part::Cookie, _) => "set no more",
        (Part::Forbidden, _) => "ruled out no more",
        (Part::Region, _) => "data has no region any more",
        (Part::Promise, _) => "promised no more",
        (Part::Policy | Part::Operator | Part::Announcement | Part::Duty | Part::Recipient, _) => "said no more",
    }
}

#[cfg(test)]
mod tests {
    use super::super::{parse, shipped};
    use super::*;

    fn changes(edit: impl Fn(&str) -> String) -> Vec<Change> {
        let old = shipped("sooperseller").expect("it comes along");
        let new = edit(old);
        assert_ne!(old, new, "the edit found nothing");
        diff((old, &parse(old).expect("sound")), (&new, &parse(&new).expect("sound")))
    }

    fn only(edit: impl Fn(&str) -> String) -> Change {
        let mut changes = changes(edit);
        assert_eq!(changes.len(), 1, "{changes:?}");
        changes.remove(0)
    }

    #[test]
    fn what_stands_elsewhere_and_says_the_same_is_no_change() {
        assert_eq!(changes(|old| old.replacen("\n# What we hold\n", "\n\n\n# Something\n", 1)), []);
        assert_eq!(changes(|old| old.replacen("version = 1\n", "version = 2\n", 1)), []);
    }

    #[test]
    fn a_shorter_window_is_told_with_both_and_with_its_line() {
        let change = only(|old| old.replacen("window = { days = 90 }", "window = { days = 60 }", 1));
        assert_eq!((change.part, change.kind, change.code.as_str()), (Part::Retention, ChangeKind::Changed, "usage"));
        assert_eq!(change.effect, "shorter: from 90 days to 60 days");
        assert_eq!((change.before.as_deref(), change.after.as_deref()), (Some("90 days"), Some("60 days")));
        let text = shipped("sooperseller").expect("it comes along");
        let line = text.lines().position(|line| line == "window = { days = 90 }").map(|line| line + 1);
        assert_eq!(change.line, line);
        assert!(change.is_material && !change.worsens, "{change:?}");
        let longer = only(|old| old.replacen("window = { days = 90 }", "window = { days = 120 }", 1));
        assert!(longer.worsens, "{longer:?}");
    }

    #[test]
    fn a_new_sub_processor_opens_a_window_and_a_dropped_scope_leaves_drift() {
        let added = "\n[[recipient]]\ncode = \"post\"\nname = \"Post\"\nkind = \"processor\"\nservice = \"Letters\"\n\
                     purposes = [\"notices\"]\nregions = [\"PK\"]\nagreement = 2025-12-01\n\
                     receives = [{ what = [\"account.email\"], form = \"raw\" }]\n";
        let change = only(|old| format!("{old}{added}"));
        assert_eq!(change.effect, "new sub-processor: subscribers are told, objections 30 days");
        assert!(change.worsens);
        let dropped = only(|old| {
            let (head, rest) =
                old.split_once("[[scope]]\nplatform = \"shopify\"\nname = \"read_products\"").expect("there");
            let (_, tail) = rest.split_once("\n# What we use it for").expect("there");
            format!("{head}\n# What we use it for{tail}")
        });
        assert_eq!((dropped.kind, dropped.code.as_str()), (ChangeKind::Removed, "shopify read_products"));
        assert_eq!((dropped.effect.as_str(), dropped.line), ("dropped scope: stores that granted it drift", None));
        assert!(!dropped.worsens, "{dropped:?}");
    }

    #[test]
    fn other_words_bind_nobody_and_another_form_does() {
        let title = only(|old| old.replacen("title = \"Usage Data\"", "title = \"Data of use\"", 1));
        assert!(!title.is_material && !title.worsens, "{title:?}");
        let form =
            changes(|old| old.replacen("\"order.prices\"], form = \"raw\"", "\"order.prices\"], form = \"hashed\"", 1));
        assert_eq!(form.len(), 2, "{form:?}");
        assert!(form.iter().all(|change| change.is_material && change.code == "leopards"), "{form:?}");
    }
}
