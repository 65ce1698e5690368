//! Which field goes to whom, in which form.

use serde::Serialize;

use super::{Page, Place, lead, sign};
use crate::floor::html::Html;
use crate::floor::policy::{self, Field, Form, Retention};
use crate::trust::reader::{Coded, Reader, Said, Span};
use crate::trust::table::wide;
use crate::trust::words::Words;

#[derive(Serialize)]
pub struct Fields<'a> {
    destinations: Vec<Destination<'a>>,
    categories: Vec<Kind<'a>>,
}

#[derive(Serialize)]
struct Destination<'a> {
    code: &'a str,
    name: &'a str,
    kind: Coded<'a>,
}

#[derive(Serialize)]
struct Kind<'a> {
    code: &'a str,
    title: Said<'a>,
    fields: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    code: &'a str,
    title: Said<'a>,
    received: bool,
    held: Held<'a>,
    /// One for each destination, in their order.
    forms: Vec<Coded<'a>>,
}

/// How long it is held here.
#[derive(Serialize)]
struct Held<'a> {
    words: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    kept: Option<Span>,
    #[serde(skip_serializing_if = "Option::is_none")]
    anchor: Option<Coded<'a>>,
}

impl<'a> Fields<'a> {
    pub fn of(reader: &Reader<'a>) -> Self {
        let destinations = reader.policy.destinations().into_iter().map(|recipient| Destination {
            code: recipient.code.get_ref(),
            name: &recipient.name,
            kind: reader.coded(recipient.kind),
        });
        let mut categories: Vec<Kind<'a>> = Vec::new();
        for policy::Row { category, field, kept, forms } in reader.policy.matrix() {
            let code = category.code.get_ref().as_str();
            if categories.last().is_none_or(|kind| kind.code != code) {
                categories.push(Kind { code, title: reader.said(&category.title), fields: Vec::new() });
            }
            let row = Row {
                code: field.code.get_ref(),
                title: reader.said(&field.title),
                received: field.received,
                held: held(reader, field, kept),
                forms: forms.into_iter().map(|form| reader.coded(form)).collect(),
            };
            if let Some(kind) = categories.last_mut() {
                kind.fields.push(row);
            }
        }
        Self { destinations: destinations.collect(), categories }
    }
}

fn held<'a>(reader: &Reader<'a>, field: &Field, kept: Option<&'a Retention>) -> Held<'a> {
    let words = reader.words;
    let plainly = |words: &str| Held { words: words.to_owned(), kept: None, anchor: None };
    let Some(rule) = kept else {
        return plainly(if field.received { &words.fields.passes } else { &words.speech.no });
    };
    let kept = reader.span(*rule.window.get_ref());
    // What lasts while something is so is counted from no day.
    let anchor = kept.lasts.is_some().then(|| reader.code("anchor", &rule.anchor));
    Held { words: kept.words.clone(), kept: Some(kept), anchor }
}

impl Page for Fields<'_> {
    const SHAPE: &'static str = "rightsdesk.trust.fields/1";
    const PLACE: Place = Place::Fields;

    fn title<'a>(&'a self, words: &'a Words) -> &'a str {
        &words.fields.title
    }

    fn put(&self, html: &mut Html, reader: &Reader<'_>) {
        let words = &reader.words.fields;
        lead(html, if self.destinations.is_empty() { &words.none } else { &words.lead });
        html.tag("p", &[("class", "legend")], |html| {
            html.text(&words.legend);
            for form in [Form::Raw, Form::Truncated, Form::Hashed, Form::TruncatedHashed, Form::Never] {
                html.text(" ");
                sign(html, &reader.coded(form));
            }
        });
        wide(html, &words.caption, |html| self.table(html, reader));
    }
}

impl Fields<'_> {
    /// Roles are written out, because a browser that lays rows out as cards may forget them.
    fn table(&self, html: &mut Html, reader: &Reader<'_>) {
        let words = &reader.words.fields;
        html.tag("table", &[("role", "table"), ("class", "matrix")], |html| {
            html.line("caption", &[], &words.caption);
            html.tag("thead", &[("role", "rowgroup")], |html| {
                html.tag("tr", &[("role", "row")], |html| {
                    for column in [&words.field, &words.received, &words.held] {
                        html.line("th", &COLUMN, column);
                    }
                    for destination in &self.destinations {
                        html.tag("th", &COLUMN, |html| {
                            html.line("bdi", &[], destination.name);
                            html.line("span", &[("class", "under")], &destination.kind.word);
                        });
                    }
                });
            });
            for kind in &self.categories {
                html.tag("tbody", &[("role", "rowgroup")], |html| kind.put(html, reader, &self.destinations));
            }
        });
    }
}

const COLUMN: [(&str, &str); 2] = [("role", "columnheader"), ("scope", "col")];

/// A cell that brings its header along, for where rows are cards.
const fn cell(header: &str) -> [(&'static str, &str); 2] {
    [("role", "cell"), ("data-label", header)]
}

impl Kind<'_> {
    fn put(&self, html: &mut Html, reader: &Reader<'_>, destinations: &[Destination<'_>]) {
        let (words, columns) = (&reader.words.fields, (destinations.len() + 3).to_string());
        html.tag("tr", &[("role", "row"), ("class", "group")], |html| {
            html.tag("th", &[("role", "rowheader"), ("scope", "rowgroup"), ("colspan", &columns)], |html| {
                html.tag("span", &[], |html| self.title.put(html));
            });
        });
        for field in &self.fields {
            html.tag("tr", &[("role", "row")], |html| {
                html.tag("th", &[("role", "rowheader"), ("scope", "row")], |html| field.title.put(html));
                html.line("td", &cell(&words.received), reader.yes(field.received));
                html.tag("td", &cell(&words.held), |html| field.held.put(html, reader));
                for (form, to) in field.forms.iter().zip(destinations) {
                    html.tag("td", &cell(to.name), |html| sign(html, form));
                }
            });
        }
    }
}

impl Held<'_> {
    fn put(&self, html: &mut Html, reader: &Reader<'_>) {
        html.text(&self.words);
        if let Some(anchor) = &self.anchor {
            let counted = reader.words.fields.counted.replace("{anchor}", &anchor.word);
            html.line("span", &[("class", "under")], &counted);
        }
    }
}
