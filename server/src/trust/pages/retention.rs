//! How long data is kept, what comes then, and what the law has us keep.

use serde::Serialize;

use super::{Page, Place, lead, section};
use crate::floor::html::Html;
use crate::trust::reader::{Coded, Part, Reader, Said, Span};
use crate::trust::table::table;
use crate::trust::words::Words;

#[derive(Serialize)]
pub struct Retention<'a> {
    rules: Vec<Rule<'a>>,
    keeps: Vec<Keep<'a>>,
}

#[derive(Serialize)]
struct Rule<'a> {
    code: &'a str,
    title: Said<'a>,
    categories: Vec<Part<'a>>,
    kept: Span,
    anchor: Coded<'a>,
    then: Coded<'a>,
}

#[derive(Serialize)]
struct Keep<'a> {
    code: &'a str,
    title: Said<'a>,
    categories: Vec<Part<'a>>,
    ground: Coded<'a>,
    kept: Span,
    anchor: Coded<'a>,
}

impl<'a> Retention<'a> {
    pub fn of(reader: &Reader<'a>) -> Self {
        let rules = reader.policy.retention.iter().map(|rule| Rule {
            code: rule.code.get_ref(),
            title: reader.said(&rule.title),
            categories: reader.parts(&rule.categories),
            kept: reader.span(*rule.window.get_ref()),
            anchor: reader.code("anchor", &rule.anchor),
            then: reader.coded(rule.end),
        });
        let keeps = reader.policy.keeps.iter().map(|keep| Keep {
            code: keep.code.get_ref(),
            title: reader.said(&keep.title),
            categories: reader.parts(&keep.categories),
            ground: reader.coded(keep.ground),
            kept: reader.span(*keep.window.get_ref()),
            anchor: reader.code("anchor", &keep.anchor),
        });
        Self { rules: rules.collect(), keeps: keeps.collect() }
    }
}

impl Page for Retention<'_> {
    const SHAPE: &'static str = "rightsdesk.trust.retention/1";
    const PLACE: Place = Place::Retention;

    fn title<'a>(&'a self, words: &'a Words) -> &'a str {
        &words.retention.title
    }

    fn put(&self, html: &mut Html, reader: &Reader<'_>) {
        let words = &reader.words.retention;
        lead(html, &words.lead);
        let columns = [&*words.what, &*words.kept, &*words.anchor, &*words.then];
        table(html, &words.caption, &columns, |rows| {
            for rule in &self.rules {
                rows.row(
                    Some(&format!("rule-{}", rule.code)),
                    &[
                        &|html| what(html, reader, rule.title, &rule.categories),
                        &|html| html.line("strong", &[], &rule.kept.words),
                        &|html| html.text(&rule.anchor.word),
                        &|html| html.text(&rule.then.word),
                    ],
                );
            }
        });
        if !self.keeps.is_empty() {
            section(html, "keeps", &words.keeps, |html| self.keeps(html, reader));
        }
    }
}

impl Retention<'_> {
    fn keeps(&self, html: &mut Html, reader: &Reader<'_>) {
        let words = &reader.words.retention;
        html.line("p", &[], &words.keeps_lead);
        let columns = [&*words.what, &*words.kept, &*words.anchor, &*words.ground];
        table(html, &words.keeps, &columns, |rows| {
            for keep in &self.keeps {
                rows.row(
                    Some(&format!("keep-{}", keep.code)),
                    &[
                        &|html| what(html, reader, keep.title, &keep.categories),
                        &|html| html.line("strong", &[], &keep.kept.words),
                        &|html| html.text(&keep.anchor.word),
                        &|html| html.text(&keep.ground.word),
                    ],
                );
            }
        });
    }
}

/// What a rule is about, and beneath it the categories, where they do not say the same.
fn what(html: &mut Html, reader: &Reader<'_>, title: Said<'_>, categories: &[Part<'_>]) {
    title.put(html);
    if categories.len() > 1 || categories.iter().any(|part| part.title != title) {
        html.tag("span", &[("class", "under")], |html| {
            reader.list(html, categories, |html, part| part.title.put(html));
        });
    }
}
