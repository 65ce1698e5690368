//! Who promises, since when, what never happens, and where to read on.

use serde::Serialize;

use super::{Page, Place, fact, lead, section};
use crate::floor::html::Html;
use crate::trust::frame::mail;
use crate::trust::reader::{Coded, Reader, Said};
use crate::trust::words::Words;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary<'a> {
    title: Said<'a>,
    operator: Operator<'a>,
    announce_days: u32,
    objection_days: u32,
    standing_is_public: bool,
    locales: &'a [String],
    home: Option<Coded<'a>>,
    pinned: Vec<Coded<'a>>,
    never: Vec<Coded<'a>>,
    figures: Figures,
    pages: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Operator<'a> {
    name: &'a str,
    site: &'a str,
    contact: &'a str,
    country: Coded<'a>,
    role: Coded<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    representative: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    protection_officer: Option<&'a str>,
}

#[derive(Serialize)]
struct Figures {
    scopes: usize,
    fields: usize,
    recipients: usize,
    destinations: usize,
    rules: usize,
    promises: usize,
}

impl<'a> Summary<'a> {
    pub fn of(reader: &Reader<'a>) -> Self {
        let policy = reader.policy;
        let operator = &policy.operator;
        let region = policy.region.as_ref();
        Self {
            title: reader.said(&policy.title),
            operator: Operator {
                name: &operator.name,
                site: &operator.site,
                contact: &operator.contact,
                country: reader.code("place", &operator.country),
                role: reader.coded(operator.role),
                representative: operator.representative.as_deref(),
                protection_officer: operator.protection_officer.as_deref(),
            },
            announce_days: policy.announces.days,
            objection_days: policy.announces.objection_days,
            standing_is_public: policy.announces.standing,
            locales: policy.locales.get_ref(),
            home: region.map(|region| reader.code("place", &region.home)),
            pinned: region.map(|region| reader.places(&region.pinned)).unwrap_or_default(),
            never: policy.forbids.iter().map(|one| reader.coded(*one)).collect(),
            figures: Figures {
                scopes: policy.scopes.len(),
                fields: policy.categories.iter().map(|category| category.fields.len()).sum(),
                recipients: policy.recipients.len(),
                destinations: policy.destinations().len(),
                rules: policy.retention.len(),
                promises: policy.promises.len(),
            },
            pages: Place::ALL.iter().map(|place| place.data()).collect(),
        }
    }
}

impl Page for Summary<'_> {
    const SHAPE: &'static str = "rightsdesk.trust.summary/1";
    const PLACE: Place = Place::Summary;

    fn title<'a>(&'a self, _: &'a Words) -> &'a str {
        self.title.text()
    }

    fn put(&self, html: &mut Html, reader: &Reader<'_>) {
        let words = &reader.words.summary;
        lead(html, &words.lead.replace("{operator}", self.operator.name));
        if !self.never.is_empty() {
            section(html, "never", &words.never, |html| {
                html.tag("ul", &[("class", "never")], |html| {
                    for never in &self.never {
                        html.line("li", &[], &never.word);
                    }
                });
            });
        }
        section(html, "pages", &words.further, |html| self.pages(html, reader));
        section(html, "operator", &words.operator, |html| {
            html.tag("dl", &[("class", "facts")], |html| self.facts(html, reader));
        });
    }
}

impl Summary<'_> {
    fn pages(&self, html: &mut Html, reader: &Reader<'_>) {
        let (words, figures) = (reader.words, &self.figures);
        html.tag("ul", &[("class", "doors")], |html| {
            for (place, title, figure) in [
                (Place::Scopes, &words.scopes.title, words.count(&words.scopes.count, figures.scopes)),
                (Place::Data, &words.data.title, words.count(&words.data.count, figures.fields)),
                (Place::Processors, &words.processors.title, words.count(&words.processors.count, figures.recipients)),
                (Place::Retention, &words.retention.title, words.count(&words.retention.count, figures.rules)),
                (Place::Fields, &words.fields.title, words.count(&words.fields.count, figures.destinations)),
                (Place::Promises, &words.promises.title, words.count(&words.promises.count, figures.promises)),
            ] {
                html.tag("li", &[], |html| {
                    html.line("a", &[("href", &reader.to(place.path()))], title);
                    html.line("span", &[("class", "under")], &figure);
                });
            }
        });
    }

    fn facts(&self, html: &mut Html, reader: &Reader<'_>) {
        let (words, operator) = (&reader.words.summary, &self.operator);
        fact(html, &words.operator, |html| {
            html.line("bdi", &[], operator.name);
            html.text(&reader.words.speech.comma);
            html.line("bdi", &[], &operator.country.word);
        });
        fact(html, &words.site, |html| html.tag("bdi", &[], |html| html.link(operator.site, operator.site)));
        fact(html, &words.contact, |html| mail(html, operator.contact));
        fact(html, &words.role, |html| html.text(&operator.role.word));
        for (name, who) in
            [(&words.officer, operator.protection_officer), (&words.representative, operator.representative)]
        {
            if let Some(who) = who {
                fact(html, name, |html| mail(html, who));
            }
        }
        fact(html, &words.version, |html| html.text(&reader.policy.version.get_ref().to_string()));
        fact(html, &words.effective, |html| reader.day(html, reader.policy.effective.get_ref().0));
        fact(html, &words.changes, |html| {
            html.text(&reader.words.count(&words.ahead, self.announce_days as usize));
            html.text(" ");
            html.text(&reader.words.count(&words.objection, self.objection_days as usize));
        });
        fact(html, &words.region, |html| match &self.home {
            Some(home) => html.line("bdi", &[], &home.word),
            None => html.text(&words.anywhere),
        });
        if !self.pinned.is_empty() {
            fact(html, &words.pinned, |html| {
                reader.list(html, &self.pinned, |html, place| html.line("bdi", &[], &place.word));
            });
        }
    }
}
