//! The policy in one reader's language: its texts, names of what it refers to, spans and days.

use std::borrow::Cow;

use chrono::NaiveDate;
use serde::{Serialize, Serializer};

use super::codes::Listed;
use super::rows::Rows;
use super::words::Words;
use crate::floor::html::Html;
use crate::floor::kernel::Day;
use crate::floor::policy::{Name, Policy, Text, Window};
use crate::floor::tongues::language;

/// What a page is written with.
pub struct Reader<'a> {
    pub policy: &'a Policy,
    pub words: &'static Words,
    pub locale: &'a str,
    /// Where people reach this desk, without a slash at its end.
    pub base: &'a str,
    pub rows: &'a Rows,
    /// The reader named the language, so links keep it.
    pub is_named: bool,
}

/// A text of the policy, and its language where it is not the page's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said<'a> {
    text: &'a str,
    lang: Option<&'a str>,
}

/// A day of a row.
#[derive(Debug, Clone, Copy)]
pub struct On(pub Day);

impl Serialize for On {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&self.0)
    }
}

/// A category, or one of its fields.
#[derive(Debug, Clone, Serialize)]
pub struct Part<'a> {
    pub code: &'a str,
    pub title: Said<'a>,
}

/// A code, and its word in the reader's language.
#[derive(Debug, Clone, Serialize)]
pub struct Coded<'a> {
    pub code: Cow<'a, str>,
    pub word: Cow<'a, str>,
}

/// How long, for programs and for people.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Span {
    /// As ISO 8601 writes a duration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lasts: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r#while: Option<&'static str>,
    pub words: String,
}

impl<'a> Reader<'a> {
    pub fn said(&self, text: &'a Text) -> Said<'a> {
        let first = self.policy.first_locale();
        let is_ours = text.speaks(self.locale, first);
        Said { text: text.in_locale(self.locale, first), lang: (!is_ours).then_some(first) }
    }

    /// What a row holds in the policy's first language.
    pub fn firstly(&self, text: &'a str) -> Said<'a> {
        self.written_in(text, self.policy.first_locale())
    }

    /// What a row holds in this language.
    pub fn written_in(&self, text: &'a str, lang: &'a str) -> Said<'a> {
        Said { text, lang: (language(lang) != self.language()).then_some(lang) }
    }

    pub fn language(&self) -> &'a str {
        language(self.locale)
    }

    /// What `category` or `category.field` is called.
    pub fn part(&self, name: &'a str) -> Part<'a> {
        let field = || self.policy.fields_of(name).and_then(|fields| fields.first().map(|(_, field)| &field.title));
        let title = self.policy.category(name).map(|category| &category.title).or_else(field);
        Part { code: name, title: title.map_or(Said { text: name, lang: None }, |title| self.said(title)) }
    }

    pub fn parts(&self, names: &'a [Name]) -> Vec<Part<'a>> {
        names.iter().map(|name| self.part(name.get_ref())).collect()
    }

    pub fn coded<L: Listed>(&self, value: L) -> Coded<'a> {
        Coded { code: Cow::Borrowed(value.listed()), word: self.words.value(value) }
    }

    pub fn code(&self, list: &str, code: &'a str) -> Coded<'a> {
        Coded { code: Cow::Borrowed(code), word: self.words.code(list, code) }
    }

    pub fn places(&self, names: &'a [Name]) -> Vec<Coded<'a>> {
        names.iter().map(|name| self.code("place", name.get_ref())).collect()
    }

    /// What a platform is called: as the policy names it among its recipients.
    pub fn platform(&self, code: &'a str) -> &'a str {
        let named = self.policy.recipients.iter().find(|one| one.code.get_ref() == code);
        named.map_or(code, |recipient| &recipient.name)
    }

    pub fn span(&self, window: Window) -> Span {
        let span = &self.words.span;
        let (lasts, count, number) = match window {
            Window::Hours(hours) => (format!("PT{hours}H"), &span.hours, hours),
            Window::Days(days) => (format!("P{days}D"), &span.days, days),
            Window::Months(months) => (format!("P{months}M"), &span.months, months),
            Window::Years(years) => (format!("P{years}Y"), &span.years, years),
            Window::While(what) => {
                let words = self.words.value(what).into_owned();
                return Span { lasts: None, r#while: Some(what.code()), words };
            }
            Window::ForEver => return Span { lasts: None, r#while: None, words: span.ever.clone() },
        };
        Span { lasts: Some(lasts), r#while: None, words: self.words.count(count, number as usize) }
    }

    pub fn day(&self, html: &mut Html, day: NaiveDate) {
        html.line("time", &[("datetime", &day.to_string())], &self.words.date(day));
    }

    pub fn on(&self, html: &mut Html, On(day): On) {
        self.day(html, day.0);
    }

    pub fn maybe_on(&self, html: &mut Html, day: Option<On>) {
        match day {
            Some(day) => self.on(html, day),
            None => html.text("–"),
        }
    }

    /// The same language on another of our pages.
    pub fn to(&self, path: &str) -> String {
        if self.is_named { format!("{path}?lang={}", self.locale) } else { path.to_owned() }
    }

    /// Things in a row, with commas between them.
    pub fn list<T>(&self, html: &mut Html, things: &[T], mut put: impl FnMut(&mut Html, &T)) {
        for (at, thing) in things.iter().enumerate() {
            if at > 0 {
                html.text(&self.words.speech.comma);
            }
            put(html, thing);
        }
    }

    pub fn yes(&self, is_so: bool) -> &'static str {
        if is_so { &self.words.speech.yes } else { &self.words.speech.no }
    }
}

impl Said<'_> {
    pub fn put(&self, html: &mut Html) {
        match self.lang {
            Some(lang) => html.line("span", &[("lang", lang), ("dir", "auto")], self.text),
            None => html.text(self.text),
        }
    }

    pub fn text(&self) -> &str {
        self.text
    }
}

impl Serialize for Said<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.text)
    }
}
