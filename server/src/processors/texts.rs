//! What notices and letters say, in every language there are words for: closed slots, no template. It opens no address
//! and sends nothing.

use std::collections::BTreeMap;

use super::model::{Entry, Notice, NoticeKind};
use super::words::Words;
use crate::floor::kernel::text::scrub;
use crate::floor::kernel::{Day, Personal, Result};
use crate::floor::mail::Letter;
use crate::floor::policy::Policy;
use crate::floor::tongues::{fill, language};

/// A language that a notice is worded in: our words for it, and the locale whose texts of the policy go with them.
#[derive(Debug, Clone, Copy)]
pub struct Tongue<'a> {
    words: &'static Words,
    pub locale: &'a str,
}

/// The same in every locale of the policy that there are words for, and in every other language there are words for,
/// where the policy speaks in its first.
pub fn in_every_tongue(policy: &Policy, say: impl Fn(Tongue<'_>) -> String) -> BTreeMap<String, String> {
    let locales = policy.locales.get_ref();
    let mut texts = BTreeMap::new();
    for (own, words) in Words::all() {
        let theirs: Vec<&str> = locales.iter().map(String::as_str).filter(|one| language(one) == own).collect();
        for locale in if theirs.is_empty() { vec![own] } else { theirs } {
            texts.insert(locale.to_owned(), say(Tongue { words, locale }));
        }
    }
    texts
}

/// The headline of a notice.
pub fn title(words: &Words, operator: &str, notice: &Notice) -> String {
    let saying = match notice.kind {
        NoticeKind::Added => &words.added,
        NoticeKind::Changed => &words.changed,
        NoticeKind::Removed => &words.removed,
        NoticeKind::PolicyChanged if notice.is_withdrawal => &words.withdrawn,
        NoticeKind::PolicyChanged => &words.policy_changed,
    };
    let name = notice.processor.as_ref().map_or(operator, |(_, name)| name);
    let from = notice.effective_on.to_string();
    scrub(&fill(&saying.title, &[("operator", operator), ("name", name), ("from", &from)]))
}

/// A new sub-processor, and until when merchants may object.
pub fn added(Tongue { words, .. }: Tongue<'_>, operator: &str, entry: &Entry, (from, until): (Day, Day)) -> String {
    let slots = [("operator", operator), ("name", &entry.name), ("from", &from.to_string())];
    let facts = facts(words, entry)
        .into_iter()
        .map(|(label, value)| fill(&words.facts.one, &[("label", label), ("value", &value)]));
    lines(fill(&words.added.text, &slots), facts, window(words, until))
}

/// What means something else than before, each with both.
pub fn changed(
    Tongue { words, .. }: Tongue<'_>,
    (before, after): (&Entry, &Entry),
    (from, until): (Day, Day),
) -> String {
    let pairs = facts(words, before).into_iter().zip(facts(words, after));
    let facts = pairs.filter(|(was, is)| was.1 != is.1).map(|((label, was), (_, is))| {
        fill(&words.facts.other_than, &[("label", label), ("value", &is), ("before", &was)])
    });
    let first = fill(&words.changed.text, &[("name", &before.name), ("from", &from.to_string())]);
    lines(first, facts, window(words, until))
}

/// A sub-processor leaves.
pub fn removed(Tongue { words, .. }: Tongue<'_>, operator: &str, name: &str, from: Day) -> String {
    fill(&words.removed.text, &[("operator", operator), ("name", name), ("from", &from.to_string())])
}

/// Something else in the policy changes.
pub fn policy_changed(tongue: Tongue<'_>, operator: &str, version: i32, from: Day) -> String {
    of_version(&tongue.words.policy_changed.text, operator, version, from)
}

/// What was announced does not come.
pub fn withdrawn(tongue: Tongue<'_>, operator: &str, version: i32, from: Day) -> String {
    of_version(&tongue.words.withdrawn.text, operator, version, from)
}

fn of_version(sentence: &str, operator: &str, version: i32, from: Day) -> String {
    let (version, from) = (version.to_string(), from.to_string());
    fill(sentence, &[("operator", operator), ("version", &version), ("from", &from)])
}

fn window(words: &Words, until: Day) -> String {
    fill(&words.window, &[("until", &until.to_string())])
}

fn lines(first: String, facts: impl Iterator<Item = String>, last: String) -> String {
    let facts = facts.collect::<Vec<_>>().join("\n");
    [first, facts, last].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n")
}

/// What the list says, fact by fact, in an order that is the same for every entry.
fn facts<'w>(words: &'w Words, entry: &Entry) -> Vec<(&'w str, String)> {
    let labels = &words.facts;
    let receives = entry.receives.iter().map(|one| format!("{} ({})", one.what, words.form(one.form)));
    vec![
        (&labels.name, entry.name.clone()),
        (&labels.service, entry.service.clone()),
        (&labels.purposes, entry.purposes.join("; ")),
        (&labels.receives, receives.collect::<Vec<_>>().join("; ")),
        (&labels.regions, entry.regions.join(", ")),
        (&labels.transfer, words.transfer(entry.transfer).to_owned()),
    ]
}

/// The letter of a notice to a reader of this language, with the way out of all such letters.
pub fn letter_of_notice(
    policy: &Policy,
    notice: &Notice,
    (to, reads): (Personal, &str),
    (id, leave): (&str, &str),
) -> Result<Letter> {
    let (text, told_in) = notice.told_in(reads, policy.first_locale());
    let words = Words::of(&[told_in])?;
    let one_click = [("List-Unsubscribe", format!("<{leave}>")), ("List-Unsubscribe-Post", ONE_CLICK.to_owned())];
    let subject = title(words, &policy.operator.name, notice);
    let text = format!("{text}\n\n{}\n", fill(&words.letter.leave, &[("link", leave)]));
    let mut letter = Letter::automatic(to, subject, text, id.to_owned());
    letter.headers.extend(one_click.map(|(name, value)| (name.to_owned(), value)));
    Ok(letter)
}

/// What RFC 8058 wants to be posted.
const ONE_CLICK: &str = "List-Unsubscribe=One-Click";

/// The letter that asks whether the address wants to be told.
pub fn letter_that_asks(policy: &Policy, (to, reads): (Personal, &str), (id, confirm): (&str, &str)) -> Result<Letter> {
    let words = &Words::of(&[reads, policy.first_locale()])?.letter;
    let slots = [("operator", policy.operator.name.as_str())];
    Ok(Letter::automatic(
        to,
        scrub(&fill(&words.asks_title, &slots)),
        format!("{}\n\n{confirm}\n\n{}\n", fill(&words.asks, &slots), words.not_you),
        id.to_owned(),
    ))
}
