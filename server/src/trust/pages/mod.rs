//! The pages, one file each: what stands on it as rows, drawn as HTML and as JSON from the very same.

pub mod ask;
pub mod certificate;
mod changes;
mod course;
mod data;
mod fields;
pub mod follow;
pub mod package;
mod parts;
mod processors;
mod promises;
mod retention;
mod scopes;
mod summary;

use serde::Serialize;

use super::frame::Sheet;
use super::reader::{Coded, Reader};
use super::words::Words;
use crate::floor::html::{Forms, Html};
use crate::floor::kernel::{Error, Result};
use crate::floor::policy::Form;

/// Where a page stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Summary,
    Scopes,
    Data,
    Processors,
    Retention,
    Fields,
    Promises,
}

impl Place {
    pub const ALL: &[Self] =
        &[Self::Summary, Self::Scopes, Self::Data, Self::Processors, Self::Retention, Self::Fields, Self::Promises];

    pub const fn path(self) -> &'static str {
        match self {
            Self::Summary => "/trust",
            Self::Scopes => "/trust/scopes",
            Self::Data => "/trust/data",
            Self::Processors => "/trust/processors",
            Self::Retention => "/trust/retention",
            Self::Fields => "/trust/fields",
            Self::Promises => "/trust/promises",
        }
    }

    /// Where its forms lead.
    pub const fn forms(self) -> Forms {
        match self {
            Self::Processors => Forms::Home,
            _ => Forms::Nowhere,
        }
    }

    /// Where the same stands as JSON.
    pub fn data(self) -> String {
        format!("{}.json", self.path())
    }

    /// What the page is called where pages are listed.
    pub fn nav(self, words: &Words) -> &str {
        match self {
            Self::Summary => &words.summary.nav,
            Self::Scopes => &words.scopes.nav,
            Self::Data => &words.data.nav,
            Self::Processors => &words.processors.nav,
            Self::Retention => &words.retention.nav,
            Self::Fields => &words.fields.nav,
            Self::Promises => &words.promises.nav,
        }
    }
}

/// What a caller wants a page as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum As {
    Html,
    Json,
}

/// What stands on a page.
trait Page: Serialize {
    /// The name of its JSON and the edition of its shape.
    const SHAPE: &'static str;
    const PLACE: Place;

    fn title<'a>(&'a self, words: &'a Words) -> &'a str;

    /// All under its heading.
    fn put(&self, html: &mut Html, reader: &Reader<'_>);
}

/// The page at its place, in the reader's language.
pub fn written(place: Place, wanted: As, reader: &Reader<'_>) -> Result<String> {
    match place {
        Place::Summary => write(&summary::Summary::of(reader), wanted, reader),
        Place::Scopes => write(&scopes::Scopes::of(reader), wanted, reader),
        Place::Data => write(&data::Data::of(reader), wanted, reader),
        Place::Processors => write(&processors::Processors::of(reader), wanted, reader),
        Place::Retention => write(&retention::Retention::of(reader), wanted, reader),
        Place::Fields => write(&fields::Fields::of(reader), wanted, reader),
        Place::Promises => write(&promises::Promises::of(reader), wanted, reader),
    }
}

fn write<P: Page>(page: &P, wanted: As, reader: &Reader<'_>) -> Result<String> {
    match wanted {
        As::Html => {
            let sheet = Sheet { title: page.title(reader.words), place: Some(P::PLACE), ..Sheet::default() };
            Ok(sheet.around(reader, |html| page.put(html, reader)))
        }
        As::Json => json(page, reader),
    }
}

/// What every page's JSON begins with.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Envelope<'a, P> {
    shape: &'static str,
    policy: &'a str,
    version: u32,
    effective_on: String,
    locale: &'a str,
    #[serde(flatten)]
    page: &'a P,
}

fn json<P: Page>(page: &P, reader: &Reader<'_>) -> Result<String> {
    let policy = reader.policy;
    let envelope = Envelope {
        shape: P::SHAPE,
        policy: policy.name.get_ref(),
        version: *policy.version.get_ref(),
        effective_on: policy.effective.get_ref().0.to_string(),
        locale: reader.locale,
        page,
    };
    let mut text = serde_json::to_string_pretty(&envelope)
        .map_err(|_| Error::internal(format!("{} cannot be written", P::SHAPE)))?;
    text.push('\n');
    Ok(text)
}

/// A paragraph that leads in.
fn lead(html: &mut Html, words: &str) {
    html.line("p", &[("class", "lead")], words);
}

/// A section with its heading.
fn section(html: &mut Html, id: &'static str, title: &str, inside: impl FnOnce(&mut Html)) {
    let heading = format!("{id}-heading");
    html.tag("section", &[("id", id), ("aria-labelledby", &heading)], |html| {
        html.line("h2", &[("id", &heading)], title);
        inside(html);
    });
}

/// A fact with its name, within a list of facts.
fn fact(html: &mut Html, name: &str, value: impl FnOnce(&mut Html)) {
    html.tag("div", &[], |html| {
        html.line("dt", &[], name);
        html.tag("dd", &[], value);
    });
}

/// A word in a frame of its own: how sensitive, in which form, how it stands. The tone is never all that tells it.
fn badge(html: &mut Html, tone: &str, sign: &str, word: &str) {
    html.tag("span", &[("class", &format!("badge {tone}"))], |html| {
        html.line("span", &[("aria-hidden", "true")], sign);
        html.text(" ");
        html.text(word);
    });
}

/// A form, as a sign and in words.
fn sign(html: &mut Html, form: &Coded<'_>) {
    let (tone, sign) = match &*form.code {
        code if code == Form::Raw.code() => ("care", "●"),
        code if code == Form::Truncated.code() => ("plain", "◐"),
        code if code == Form::Hashed.code() => ("plain", "#"),
        code if code == Form::TruncatedHashed.code() => ("plain", "◐#"),
        _ => ("none", "–"),
    };
    badge(html, tone, sign, &form.word);
}
