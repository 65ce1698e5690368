//! The pages' own words, a file per language in `words/`. They say nothing that the policy or a row could say.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use chrono::{Datelike, NaiveDate};
use serde::Deserialize;

use super::codes::Listed;
use crate::floor::tongues::Tongues;

/// Name and text, as `words/` holds them.
const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/words.rs"));

static ALL: LazyLock<Tongues<Words>> = LazyLock::new(|| Tongues::read(FILES));

/// Whether pages can be shown in the language of this locale.
pub fn speaks(locale: &str) -> bool {
    ALL.speaks(locale)
}

/// What stands once for each section.
macro_rules! section {
    ($name:ident: $($text:ident),+ $(; $($count:ident),+)?) => {
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $(pub $text: String,)+
            $($(pub $count: Count,)+)?
        }
    };
}

/// The words of one language.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    pub speech: Speech,
    pub frame: Frame,
    pub summary: Summary,
    pub scopes: Scopes,
    pub data: Data,
    pub processors: Processors,
    pub changes: Changes,
    pub subscribe: Subscribe,
    pub retention: Retention,
    pub fields: Fields,
    pub promises: Promises,
    pub lost: Lost,
    pub failed: Failed,
    pub span: Span,
    pub ask: Ask,
    pub flaws: FlawWords,
    pub follow: Follow,
    pub course: Course,
    pub certificate: Certificate,
    pub talk: Talk,
    pub withdraw: Withdraw,
    pub appeal: Appeal,
    pub package: Package,
    pub gone: Gone,
    pub busy: Busy,
    pub reply: Reply,
    /// Words for codes, by list.
    codes: BTreeMap<String, BTreeMap<String, String>>,
}

/// How the language is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Speech {
    /// As it calls itself.
    pub name: String,
    pub dir: String,
    /// The numbers that take the form `one`.
    one: Vec<usize>,
    /// With slots `day`, `month` and `year`.
    date: String,
    months: Vec<String>,
    pub comma: String,
    pub yes: String,
    pub no: String,
}

/// A number of things.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Count {
    one: String,
    other: String,
}

section!(Frame: trust, skip, pages, languages, policy, drawn, data, contact);
section!(
    Summary: nav, lead, operator, site, role, contact, version, effective, changes, region, pinned,
    anywhere, officer, representative, never, further
    ; ahead, objection
);
section!(
    Scopes: nav, title, lead, none, caption, name, reason, opens, nothing, sensitivity, feature, kind, reads, writes,
    apps, apps_lead, apps_caption, app, touches, needs, rotation, stays
    ; count, rotates
);
section!(
    Data: nav, title, lead, categories, caption, about, sources, field, personal, received, stored, purposes,
    purposes_lead, purpose, ground, unnamed, uses, rights, rights_lead, right, who, answer, within, by_law, regimes, cookies,
    no_cookies, cookie, essential, duties
    ; count
);
section!(
    Processors: nav, title, lead, none, name, purposes, receives, nothing, regions, transfer, agreement, unknown, policy; count
);
section!(
    Changes: since, ends, announced, announced_lead, from, until, past, joined, left, history, none, effective,
    objections, withdrawn, feed
);
section!(
    Subscribe: title, lead, mail, send, asked_title, asked, wrong_title, wrong, busy_title, busy, confirm_title, confirm,
    confirm_yes, live_title, live, leave_title, leave, leave_yes, left_title, left, stale_title, stale, back
);
section!(Retention: nav, title, lead, caption, what, kept, anchor, then, keeps, keeps_lead, ground; count);
section!(Fields: nav, title, lead, caption, field, received, held, passes, counted, legend, none; count);
section!(Promises: nav, title, lead, how, unmeasured, standing, figure, looked, none; count);
section!(Lost: title, text, back);
section!(Failed: title, text);
section!(Span: ever; hours, days, working_days, months, years);
section!(
    Ask: nav, title, lead, first, shopper, shopper_text, member, member_text, visitor, visitor_text, as_shopper, as_member,
    as_visitor, change, none, rights, rights_hint, gpc, shop, shop_hint, whose, myself, another, agent, agent_hint, child,
    you, you_other, mail, mail_hint, more, more_hint, phone, phone_hint, order, name, place, place_hint, place_none,
    words, words_hint, locale, trap, send, privacy, wrong_title, wrong, error, thanks_title, thanks, thanks_list, thanks_spam,
    again, or_by
);
section!(
    FlawWords: rights, rights_unknown, shop, mail, agent, agent_alone, phone, order, name, place, words, words_needed,
    locale, form, busy, other, code, code_wrong, code_used_up, code_late, message, done
);
section!(
    Follow: title, lead, prove_title, prove, code, prove_send, anew, anew_send, no_code, until_proof, requests,
    reference, received, stage, next, until, late, closed, moves, moved, still, messages, messages_locked,
    messages_none, ours, yours, said_proved, said_sent, said_written, said_withdrawn, said_appealed
);
section!(
    Course: title, starts, told, until, store, app, copy, copy_ready, answer, answered, below, certificate,
    certificate_link
);
section!(
    Certificate: title, lead, number, begun, ended, supplement, gone, gone_none, category, fate, entries, stays,
    stays_none, why, until, others, others_none, recipient, answer, sure, scan, marks, copies, document, signed, digest,
    back
);
section!(Talk: title, about, all, words, send);
section!(Withdraw: link, title, text, yes, back);
section!(Appeal: link, title, text, words, send);
section!(
    Package: title, text, passphrase, until, size, link, once, open, page_title, page_text, fetch, resume_text, resume,
    gone_title, gone_text
);
section!(Gone: title, text, ask);
section!(Busy: title, text);
section!(
    Reply: title, lead, reference, asked, until, words, done, already_gone, acknowledged, refused, thanks_title, thanks,
    stale_title, stale, wrong
);

impl Words {
    /// The words for a locale; those of English where there are none.
    pub fn of(locale: &str) -> Option<&'static Self> {
        ALL.of(&[locale])
    }

    /// The languages there are words for; English first.
    pub fn locales() -> Vec<String> {
        ALL.all().map(|(language, _)| language.to_owned()).collect()
    }

    /// The word for a value of a closed list.
    pub fn value<L: Listed>(&self, value: L) -> Cow<'_, str> {
        self.code(L::LIST, value.listed())
    }

    /// The word for a code. One that nobody gave a word is told as it is, with spaces.
    pub fn code<'a>(&'a self, list: &str, code: &'a str) -> Cow<'a, str> {
        match self.codes.get(list).and_then(|list| list.get(code)) {
            Some(word) => Cow::Borrowed(word),
            None if list == "place" => Cow::Borrowed(code),
            None => Cow::Owned(spelled(code)),
        }
    }

    /// So many things.
    pub fn count(&self, count: &Count, number: usize) -> String {
        let form = if self.speech.one.contains(&number) { &count.one } else { &count.other };
        form.replace("{n}", &number.to_string())
    }

    pub fn date(&self, date: NaiveDate) -> String {
        let month = self.speech.months.get(date.month0() as usize).map_or("", String::as_str);
        let (day, year) = (date.day().to_string(), date.year().to_string());
        self.speech.date.replace("{day}", &day).replace("{month}", month).replace("{year}", &year)
    }
}

/// A code as words: `order_sync` as “Order sync”.
fn spelled(code: &str) -> String {
    let mut letters = code.chars();
    let first = letters.next().map(char::to_uppercase).into_iter().flatten();
    first.chain(letters).map(|letter| if letter == '_' { ' ' } else { letter }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trust::codes;

    #[test]
    fn every_value_of_a_closed_list_has_its_word() {
        for (locale, words) in ALL.all() {
            for (list, code) in codes::all() {
                assert!(words.codes[list].contains_key(code), "{locale} has no word for {code} of {list}");
            }
        }
        assert_eq!(ALL.all().count(), FILES.len(), "a file of words cannot be read");
    }

    #[test]
    fn numbers_days_and_unknown_codes_are_told_as_the_language_tells_them() {
        let (english, hindi) = (Words::of("en-GB").expect("words"), Words::of("hi").expect("words"));
        assert_eq!(
            (english.count(&english.span.days, 1), english.count(&english.span.days, 0)),
            ("1 day".to_owned(), "0 days".to_owned())
        );
        assert_eq!(hindi.count(&hindi.span.hours, 0), "0 घंटा");
        let day = NaiveDate::from_ymd_opt(2026, 3, 1).expect("a day");
        assert_eq!(
            (english.date(day), Words::of("de").expect("words").date(day)),
            ("1 March 2026".to_owned(), "1. März 2026".to_owned())
        );
        assert_eq!(english.code("feature", "some_new_thing"), "Some new thing");
        assert_eq!(english.code("place", "us-east-1"), "us-east-1");
    }
}
