//! Every sentence that promises something, and how it is held to.

use serde::Serialize;

use super::{Page, Place, badge, fact, lead};
use crate::floor::html::Html;
use crate::floor::policy::Promise;
use crate::promises::{Promise as Row, Standing};
use crate::trust::reader::{Coded, Reader, Said};
use crate::trust::words::Words;

#[derive(Serialize)]
pub struct Promises<'a> {
    sections: Vec<Section<'a>>,
}

#[derive(Serialize)]
struct Section<'a> {
    title: Said<'a>,
    promises: Vec<Told<'a>>,
}

#[derive(Serialize)]
struct Told<'a> {
    code: &'a str,
    text: Said<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    check: Option<Coded<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unmeasured: Option<Said<'a>>,
    #[serde(flatten)]
    stands: Option<Stands<'a>>,
}

/// How a promise stands, where the operator publishes that.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Stands<'a> {
    standing: Coded<'a>,
    since: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    checked_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    figure: Option<Said<'a>>,
    #[serde(skip)]
    row: &'a Row,
}

impl<'a> Promises<'a> {
    pub fn of(reader: &Reader<'a>) -> Self {
        let mut sections: Vec<Section<'a>> = Vec::new();
        for promise in &reader.policy.promises {
            let title = reader.said(&promise.section);
            let told = told(reader, promise);
            match sections.iter_mut().find(|section| section.title == title) {
                Some(section) => section.promises.push(told),
                None => sections.push(Section { title, promises: vec![told] }),
            }
        }
        Self { sections }
    }
}

fn told<'a>(reader: &Reader<'a>, promise: &'a Promise) -> Told<'a> {
    let is_public = reader.policy.announces.standing;
    Told {
        code: promise.code.get_ref(),
        text: reader.said(&promise.text),
        check: promise.check.as_ref().filter(|_| is_public).map(|check| reader.code("check", check.get_ref())),
        unmeasured: promise.unmeasured.as_ref().filter(|_| is_public).map(|why| reader.said(why)),
        stands: reader.rows.promises.iter().find(|row| row.code == *promise.code.get_ref()).map(|row| Stands {
            standing: reader.coded(row.standing),
            since: row.since.to_string(),
            checked_at: row.checked_at.map(|at| at.to_string()),
            // Checks write in English.
            figure: row.figure.as_deref().filter(|figure| !figure.is_empty()).map(|text| reader.written_in(text, "en")),
            row,
        }),
    }
}

fn stand(html: &mut Html, standing: Standing, words: &str) {
    let (tone, sign) = match standing {
        Standing::Holds => ("good", "✓"),
        Standing::AtRisk => ("care", "▲"),
        Standing::Broken => ("bad", "✕"),
        Standing::NotYetMeasured => ("plain", "○"),
        Standing::NotMeasurable => ("none", "–"),
    };
    badge(html, tone, sign, words);
}

impl Page for Promises<'_> {
    const SHAPE: &'static str = "rightsdesk.trust.promises/1";
    const PLACE: Place = Place::Promises;

    fn title<'a>(&'a self, words: &'a Words) -> &'a str {
        &words.promises.title
    }

    fn put(&self, html: &mut Html, reader: &Reader<'_>) {
        let words = &reader.words.promises;
        lead(html, if self.sections.is_empty() { &words.none } else { &words.lead });
        self.tally(html, reader);
        for section in &self.sections {
            html.tag("section", &[], |html| {
                html.tag("h2", &[], |html| section.title.put(html));
                html.tag("ul", &[("class", "promises")], |html| {
                    for promise in &section.promises {
                        promise.put(html, reader);
                    }
                });
            });
        }
    }
}

impl Promises<'_> {
    /// How many stand how.
    fn tally(&self, html: &mut Html, reader: &Reader<'_>) {
        let all = || self.sections.iter().flat_map(|section| &section.promises).filter_map(|told| told.stands.as_ref());
        if all().next().is_none() {
            return;
        }
        html.tag("p", &[("class", "legend")], |html| {
            for &standing in Standing::ALL {
                let count = all().filter(|stands| stands.row.standing == standing).count();
                if count > 0 {
                    stand(html, standing, &format!("{}: {count}", reader.words.value(standing)));
                    html.text(" ");
                }
            }
        });
    }
}

impl Told<'_> {
    fn put(&self, html: &mut Html, reader: &Reader<'_>) {
        let words = &reader.words.promises;
        html.tag("li", &[("id", &format!("promise-{}", self.code))], |html| {
            html.tag("p", &[("class", "sentence")], |html| self.text.put(html));
            html.tag("dl", &[("class", "facts")], |html| {
                if let Some(stands) = &self.stands {
                    fact(html, &words.standing, |html| stand(html, stands.row.standing, &stands.standing.word));
                    if let Some(figure) = &stands.figure {
                        fact(html, &words.figure, |html| figure.put(html));
                    }
                    if let Some(at) = stands.row.checked_at {
                        fact(html, &words.looked, |html| reader.day(html, at.day().0));
                    }
                }
                if let Some(check) = &self.check {
                    fact(html, &words.how, |html| html.text(&check.word));
                }
                if let Some(why) = &self.unmeasured {
                    fact(html, &words.unmeasured, |html| why.put(html));
                }
            });
        });
    }
}
