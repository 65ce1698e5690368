//! How the list of sub-processors changes: what is to come, what is gone, what was announced, and how to be told.

use serde::Serialize;

use super::{badge, section};
use crate::floor::html::Html;
use crate::processors::{Entry, FEED_PATH, Notice, NoticeKind, Processor, ProcessorState};
use crate::trust::reader::{Coded, On, Reader, Said};
use crate::trust::table::table;
use crate::trust::web::SUBSCRIBE_PATH;

#[derive(Serialize)]
pub struct Changes<'a> {
    announced: Vec<Announced<'a>>,
    past: Vec<Past<'a>>,
    notices: Vec<Told<'a>>,
    feed: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Announced<'a> {
    code: &'a str,
    name: &'a str,
    service: Said<'a>,
    purposes: Vec<Said<'a>>,
    receives: Vec<Receives<'a>>,
    regions: Vec<Coded<'a>>,
    transfer: Coded<'a>,
    from_on: On,
    objection_until: Option<On>,
}

#[derive(Serialize)]
struct Receives<'a> {
    what: Said<'a>,
    form: Coded<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Past<'a> {
    code: &'a str,
    name: &'a str,
    listed_on: On,
    ended_on: Option<On>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Told<'a> {
    kind: Coded<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    about: Option<&'a str>,
    policy_version: i32,
    announced_on: On,
    effective_on: On,
    objection_until: Option<On>,
    withdrawn_on: Option<On>,
    lines: Vec<Said<'a>>,
}

impl<'a> Changes<'a> {
    pub fn of(reader: &Reader<'a>) -> Self {
        let of = |state| reader.rows.processors.iter().filter(move |one| one.state == state);
        let past = of(ProcessorState::Ended).filter_map(|one| {
            let name = &one.shown()?.entry.name;
            Some(Past { code: &one.code, name, listed_on: On(one.listed_on), ended_on: one.ends_on.map(On) })
        });
        Self {
            announced: of(ProcessorState::Announced).filter_map(|one| announced(reader, one)).collect(),
            past: past.collect(),
            notices: reader.rows.notices.iter().map(|notice| told(reader, notice)).collect(),
            feed: FEED_PATH,
        }
    }
}

fn announced<'a>(reader: &Reader<'a>, one: &'a Processor) -> Option<Announced<'a>> {
    let version = one.versions.first()?;
    let Entry { name, service, purposes, receives, regions, transfer, .. } = &version.entry;
    let said = |text: &'a String| reader.firstly(text);
    let receives = receives.iter().map(|one| Receives { what: said(&one.what), form: reader.coded(one.form) });
    Some(Announced {
        code: &one.code,
        name,
        service: said(service),
        purposes: purposes.iter().map(said).collect(),
        receives: receives.collect(),
        regions: regions.iter().map(|region| reader.code("place", region)).collect(),
        transfer: reader.coded(*transfer),
        from_on: On(version.from_on),
        objection_until: one.objection_until.map(On),
    })
}

fn told<'a>(reader: &Reader<'a>, notice: &'a Notice) -> Told<'a> {
    let (text, lang) = notice.told_in(reader.locale, reader.policy.first_locale());
    Told {
        kind: reader.coded(notice.kind),
        about: notice.processor.as_ref().map(|(_, name)| name.as_str()),
        policy_version: notice.policy_version,
        announced_on: On(notice.announced_at.day()),
        effective_on: On(notice.effective_on),
        objection_until: notice.objection_until.map(On),
        withdrawn_on: notice.withdrawn_at.map(|at| On(at.day())),
        lines: text.lines().filter(|line| !line.trim().is_empty()).map(|line| reader.written_in(line, lang)).collect(),
    }
}

impl Changes<'_> {
    pub fn put(&self, html: &mut Html, reader: &Reader<'_>) {
        let words = &reader.words.changes;
        if !self.announced.is_empty() {
            section(html, "announced", &words.announced, |html| self.announced(html, reader));
        }
        if !self.past.is_empty() {
            section(html, "past", &words.past, |html| self.past(html, reader));
        }
        section(html, "history", &words.history, |html| {
            if self.notices.is_empty() {
                html.line("p", &[], &words.none);
            } else {
                html.tag("ol", &[("class", "promises")], |html| {
                    for notice in &self.notices {
                        html.tag("li", &[], |html| notice.put(html, reader));
                    }
                });
            }
        });
        section(html, "subscribe", &reader.words.subscribe.title, |html| subscribe(html, reader));
    }

    fn announced(&self, html: &mut Html, reader: &Reader<'_>) {
        let (words, list) = (&reader.words.changes, &reader.words.processors);
        html.line("p", &[], &words.announced_lead);
        let columns = [
            &*list.name,
            &*list.purposes,
            &*list.receives,
            &*list.regions,
            &*list.transfer,
            &*words.from,
            &*words.until,
        ];
        table(html, &words.announced, &columns, |rows| {
            for one in &self.announced {
                rows.row(
                    Some(&format!("announced-{}", one.code)),
                    &[
                        &|html| {
                            html.line("bdi", &[], one.name);
                            html.tag("span", &[("class", "under")], |html| one.service.put(html));
                        },
                        &|html| reader.list(html, &one.purposes, |html, purpose| purpose.put(html)),
                        &|html| {
                            reader.list(html, &one.receives, |html, part| {
                                part.what.put(html);
                                html.text(" ");
                                super::sign(html, &part.form);
                            });
                        },
                        &|html| reader.list(html, &one.regions, |html, region| html.line("bdi", &[], &region.word)),
                        &|html| html.text(&one.transfer.word),
                        &|html| reader.on(html, one.from_on),
                        &|html| reader.maybe_on(html, one.objection_until),
                    ],
                );
            }
        });
    }

    fn past(&self, html: &mut Html, reader: &Reader<'_>) {
        let words = &reader.words.changes;
        table(html, &words.past, &[&reader.words.processors.name, &words.joined, &words.left], |rows| {
            for one in &self.past {
                rows.row(
                    None,
                    &[&|html| html.line("bdi", &[], one.name), &|html| reader.on(html, one.listed_on), &|html| {
                        reader.maybe_on(html, one.ended_on);
                    }],
                );
            }
        });
    }
}

impl Told<'_> {
    fn put(&self, html: &mut Html, reader: &Reader<'_>) {
        let words = &reader.words.changes;
        html.tag("p", &[("class", "sentence")], |html| {
            reader.on(html, self.announced_on);
            html.text(" ");
            let sign = if self.kind.code == NoticeKind::PolicyChanged.code() { "§" } else { "●" };
            badge(html, "plain", sign, &self.kind.word);
            if let Some(about) = self.about {
                html.text(" ");
                html.line("bdi", &[], about);
            }
        });
        for line in &self.lines {
            html.tag("p", &[], |html| line.put(html));
        }
        html.tag("p", &[("class", "under")], |html| {
            html.fill(&words.effective, |html, _| reader.on(html, self.effective_on));
            for (sentence, day) in [(&words.objections, self.objection_until), (&words.withdrawn, self.withdrawn_on)] {
                if let Some(day) = day {
                    html.text(" ");
                    html.fill(sentence, |html, _| reader.on(html, day));
                }
            }
        });
    }
}

fn subscribe(html: &mut Html, reader: &Reader<'_>) {
    let words = &reader.words.subscribe;
    html.line("p", &[], &words.lead);
    let to = format!("{SUBSCRIBE_PATH}?lang={}", reader.locale);
    html.tag("form", &[("method", "post"), ("action", &to)], |html| {
        html.line("label", &[("for", "mail")], &words.mail);
        html.lone(
            "input",
            &[
                ("id", "mail"),
                ("name", "mail"),
                ("type", "email"),
                ("autocomplete", "email"),
                ("maxlength", "254"),
                ("dir", "ltr"),
                ("required", ""),
            ],
        );
        html.line("button", &[("type", "submit")], &words.send);
    });
    html.tag("p", &[("class", "after")], |html| {
        html.line(
            "a",
            &[("href", &reader.to(FEED_PATH)), ("type", "application/atom+xml")],
            &reader.words.changes.feed,
        );
    });
}
