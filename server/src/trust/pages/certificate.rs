//! The certificate of an erasure in plain words, for the person it is about: what went, what stays and why, who else was
//! told, and how that was made sure of. It says what the signed document says, and nothing beside it.

use super::course::name;
use super::follow::{Behind, back, day_of};
use super::{fact, lead, section};
use crate::floor::html::Html;
use crate::floor::kernel::{Day, Result};
use crate::requests::{Attested, AttestedKeep, AttestedRecipient, Certificate, Intake};
use crate::trust::frame::Sheet;
use crate::trust::reader::Reader;
use crate::trust::table::table;
use crate::trust::web::Steps;

/// Books of ours and the like, which no policy lists as a category.
const OWN: [&str; 3] = ["access_book", "disclosure_book", "unlisted"];

/// A certificate on its way to a page.
pub struct Certified<'a> {
    pub behind: Behind<'a>,
    pub intake: &'a Intake,
    pub certificate: &'a Certificate,
}

/// The days that it names.
struct Days {
    begun: Day,
    ended: Day,
    unrecoverable: Option<Day>,
    kept_until: Vec<Option<Day>>,
}

impl Certified<'_> {
    pub fn page(&self, reader: &Reader<'_>) -> Result<String> {
        let (words, said) = (&reader.words.certificate, self.certificate.read()?);
        let days = Days {
            begun: day_of(self.intake, said.started_at()?),
            ended: day_of(self.intake, said.finished_at()?),
            unrecoverable: said.unrecoverable_after()?,
            kept_until: said.keeps.iter().map(AttestedKeep::until).collect::<Result<_>>()?,
        };
        let tongues = self.behind.tongues_of(Steps::CERTIFICATE, &said.reference);
        let sheet = Sheet { title: &words.title, tongues: Some(&tongues), ..Sheet::default() };
        Ok(sheet.around(reader, |html| {
            lead(html, &words.lead);
            self.head(html, reader, &said, &days);
            section(html, "gone", &words.gone, |html| gone(html, reader, &said));
            section(html, "stays", &words.stays, |html| stays(html, reader, &said, &days));
            section(html, "others", &words.others, |html| others(html, reader, &said.recipients));
            section(html, "sure", &words.sure, |html| self.sure(html, reader, &said, &days));
            back(html, reader, self.behind, &words.back);
        }))
    }

    fn head(&self, html: &mut Html, reader: &Reader<'_>, said: &Attested, days: &Days) {
        let words = &reader.words.certificate;
        html.tag("dl", &[("class", "facts")], |html| {
            fact(html, &reader.words.follow.reference, |html| html.line("bdi", &[], &said.reference));
            fact(html, &words.number, |html| html.text(&self.certificate.number.to_string()));
            fact(html, &words.begun, |html| reader.day(html, days.begun.0));
            fact(html, &words.ended, |html| reader.day(html, days.ended.0));
        });
        if said.supplements.is_some() {
            html.line("p", &[("class", "hint")], &words.supplement);
        }
    }

    fn sure(&self, html: &mut Html, reader: &Reader<'_>, said: &Attested, days: &Days) {
        let words = &reader.words.certificate;
        if let Some(scan) = said.scan {
            html.tag("p", &[], |html| html.fill(&words.scan, |html, _| html.text(&scan.columns.to_string())));
        }
        if said.tombstones > 0 {
            html.tag("p", &[], |html| html.fill(&words.marks, |html, _| html.text(&said.tombstones.to_string())));
        }
        if let Some(day) = days.unrecoverable {
            html.tag("p", &[], |html| html.fill(&words.copies, |html, _| reader.day(html, day.0)));
        }
        html.tag("p", &[], |html| {
            let to = self.behind.tongues_of(Steps::SIGNED, &said.reference);
            let to = [to.as_str(), reader.locale].concat();
            html.line("a", &[("href", &to), ("download", "")], &words.document);
        });
        html.tag("p", &[("class", "hint")], |html| {
            html.fill(&words.signed, |html, _| html.text(&said.key.to_string()));
        });
        html.tag("p", &[("class", "hint")], |html| {
            html.text(&words.digest);
            html.text(" ");
            html.line("code", &[("dir", "ltr")], &data_encoding::HEXLOWER.encode(&self.certificate.digest));
        });
    }
}

fn gone(html: &mut Html, reader: &Reader<'_>, said: &Attested) {
    let words = &reader.words.certificate;
    let gone = said.gone();
    if gone.is_empty() {
        html.line("p", &[], &words.gone_none);
        return;
    }
    table(html, &words.gone, &[&words.category, &words.fate, &words.entries], |rows| {
        for (code, action, count) in gone {
            rows.row(
                None,
                &[
                    &|html| category(html, reader, code),
                    &|html| html.text(&reader.words.code("fate", action)),
                    &|html| html.text(&count.to_string()),
                ],
            );
        }
    });
}

fn stays(html: &mut Html, reader: &Reader<'_>, said: &Attested, days: &Days) {
    let words = &reader.words.certificate;
    if said.keeps.is_empty() {
        html.line("p", &[], &words.stays_none);
        return;
    }
    table(html, &words.stays, &[&words.category, &words.why, &words.until, &words.entries], |rows| {
        for (keep, until) in said.keeps.iter().zip(&days.kept_until) {
            rows.row(
                None,
                &[
                    &|html| category(html, reader, &keep.category),
                    &|html| why(html, reader, keep.ground.as_deref().unwrap_or_default()),
                    &|html| match until {
                        Some(until) => reader.day(html, until.0),
                        None => html.text("–"),
                    },
                    &|html| html.text(&keep.count.to_string()),
                ],
            );
        }
    });
}

fn others(html: &mut Html, reader: &Reader<'_>, recipients: &[AttestedRecipient]) {
    let words = &reader.words.certificate;
    if recipients.is_empty() {
        html.line("p", &[], &words.others_none);
        return;
    }
    table(html, &words.others, &[&words.recipient, &words.answer], |rows| {
        for one in recipients {
            let came = reader.words.code("told", &one.state);
            rows.row(None, &[&|html| name(html, reader, &one.place, &one.name), &|html| html.text(&came)]);
        }
    });
}

/// A category as the policy calls it, or a book of ours in our own words.
fn category(html: &mut Html, reader: &Reader<'_>, code: &str) {
    if OWN.contains(&code) {
        html.text(&reader.words.code("book", code));
    } else {
        reader.part(code).title.put(html);
    }
}

/// Why something stays: as the policy calls what the law has it keep, or in our own words.
fn why(html: &mut Html, reader: &Reader<'_>, ground: &str) {
    match ground.split_once(':') {
        Some(("keep", code)) => match reader.policy.keeps.iter().find(|keep| keep.code.get_ref() == code) {
            Some(keep) => reader.said(&keep.title).put(html),
            None => html.text(&reader.words.code("kept", "keep")),
        },
        Some(("retention", code)) => match reader.policy.retention.iter().find(|rule| rule.code.get_ref() == code) {
            Some(rule) => reader.said(&rule.title).put(html),
            None => html.text(&reader.words.code("kept", "retention")),
        },
        Some(("law", code)) => html.text(&reader.words.code("ground", code)),
        Some((what, _)) => html.text(&reader.words.code("kept", what)),
        None => html.text(&reader.words.code("kept", ground)),
    }
}
