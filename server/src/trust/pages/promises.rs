//! Every sentence that promises something, and how it is held to.

use serde::Serialize;

use super::{Page, Place, lead};
use crate::floor::html::Html;
use crate::floor::policy::Promise;
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
    }
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

impl Told<'_> {
    fn put(&self, html: &mut Html, reader: &Reader<'_>) {
        let words = &reader.words.promises;
        html.tag("li", &[("id", &format!("promise-{}", self.code))], |html| {
            html.tag("p", &[("class", "sentence")], |html| self.text.put(html));
            html.tag("dl", &[("class", "facts")], |html| {
                if let Some(check) = &self.check {
                    super::fact(html, &words.how, |html| html.text(&check.word));
                }
                if let Some(why) = &self.unmeasured {
                    super::fact(html, &words.unmeasured, |html| why.put(html));
                }
            });
        });
    }
}
