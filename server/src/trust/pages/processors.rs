//! Who else receives data: what for, what of it, where, and on what ground.

use serde::Serialize;

use super::changes::Changes;
use super::{Page, Place, lead, sign};
use crate::floor::html::Html;
use crate::floor::policy::{Recipient, RecipientKind};
use crate::trust::reader::{Coded, On, Part, Reader, Said};
use crate::trust::table::table;
use crate::trust::words::Words;

#[derive(Serialize)]
pub struct Processors<'a> {
    recipients: Vec<Listed<'a>>,
    #[serde(flatten)]
    changes: Changes<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Listed<'a> {
    code: &'a str,
    name: &'a str,
    kind: &'static str,
    service: Said<'a>,
    purposes: Vec<Part<'a>>,
    receives: Vec<Receives<'a>>,
    regions: Vec<Coded<'a>>,
    transfer: Coded<'a>,
    agreement_on: Option<String>,
    policy_url: Option<&'a str>,
    /// Since when it is on the list of sub-processors, if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<On>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ends_on: Option<On>,
    #[serde(skip)]
    recipient: &'a Recipient,
}

#[derive(Serialize)]
struct Receives<'a> {
    what: Vec<Part<'a>>,
    form: Coded<'a>,
}

impl<'a> Processors<'a> {
    pub fn of(reader: &Reader<'a>) -> Self {
        let recipients = reader.policy.recipients.iter().map(|recipient| listed(reader, recipient)).collect();
        Self { recipients, changes: Changes::of(reader) }
    }
}

fn listed<'a>(reader: &Reader<'a>, recipient: &'a Recipient) -> Listed<'a> {
    let purpose = |code: &'a str| {
        let purpose = reader.policy.purposes.iter().find(|one| one.code.get_ref() == code);
        purpose.map(|purpose| Part { code, title: reader.said(&purpose.title) })
    };
    let receives =
        recipient.receives.iter().map(|one| Receives { what: reader.parts(&one.what), form: reader.coded(one.form) });
    let row = reader.rows.processors.iter().find(|row| row.code == *recipient.code.get_ref());
    Listed {
        code: recipient.code.get_ref(),
        name: &recipient.name,
        kind: recipient.kind.code(),
        service: reader.said(&recipient.service),
        purposes: recipient.purposes.iter().filter_map(|code| purpose(code.get_ref())).collect(),
        receives: receives.collect(),
        regions: reader.places(&recipient.regions),
        transfer: reader.coded(recipient.transfer),
        agreement_on: recipient.agreement.map(|day| day.0.to_string()),
        policy_url: recipient.policy.as_deref(),
        since: row.map(|row| On(row.listed_on)),
        ends_on: row.and_then(|row| row.ends_on).map(On),
        recipient,
    }
}

impl Page for Processors<'_> {
    const SHAPE: &'static str = "rightsdesk.trust.processors/1";
    const PLACE: Place = Place::Processors;

    fn title<'a>(&'a self, words: &'a Words) -> &'a str {
        &words.processors.title
    }

    fn put(&self, html: &mut Html, reader: &Reader<'_>) {
        let words = &reader.words.processors;
        lead(html, if self.recipients.is_empty() { &words.none } else { &words.lead });
        for kind in
            [RecipientKind::Processor, RecipientKind::Destination, RecipientKind::Platform, RecipientKind::Authority]
        {
            let these: Vec<_> = self.recipients.iter().filter(|one| one.kind == kind.code()).collect();
            if !these.is_empty() {
                group(html, reader, kind, &these);
            }
        }
        self.changes.put(html, reader);
    }
}

fn group(html: &mut Html, reader: &Reader<'_>, kind: RecipientKind, these: &[&Listed<'_>]) {
    let words = &reader.words.processors;
    let title = reader.words.code("recipients", kind.code());
    let columns =
        [&*words.name, &*words.purposes, &*words.receives, &*words.regions, &*words.transfer, &*words.agreement];
    html.tag("section", &[], |html| {
        html.line("h2", &[], &title);
        table(html, &title, &columns, |rows| {
            for one in these {
                rows.row(
                    Some(&format!("recipient-{}", one.code)),
                    &[
                        &|html| one.name(html, reader),
                        &|html| reader.list(html, &one.purposes, |html, purpose| purpose.title.put(html)),
                        &|html| one.receives(html, reader),
                        &|html| reader.list(html, &one.regions, |html, region| html.line("bdi", &[], &region.word)),
                        &|html| html.text(&one.transfer.word),
                        &|html| one.agreement(html, reader),
                    ],
                );
            }
        });
    });
}

impl Listed<'_> {
    fn name(&self, html: &mut Html, reader: &Reader<'_>) {
        html.line("bdi", &[], self.name);
        html.tag("span", &[("class", "under")], |html| {
            self.service.put(html);
            if let Some(policy) = self.policy_url {
                html.text(" · ");
                html.link(policy, &reader.words.processors.policy);
            }
        });
        let words = &reader.words.changes;
        for (sentence, day) in [(&words.since, self.since), (&words.ends, self.ends_on)] {
            if let Some(day) = day {
                html.tag("span", &[("class", "under")], |html| {
                    html.fill(sentence, |html, _| reader.on(html, day));
                });
            }
        }
    }

    fn receives(&self, html: &mut Html, reader: &Reader<'_>) {
        let words = &reader.words.processors;
        if self.receives.is_empty() {
            html.text(&words.nothing);
        }
        for one in &self.receives {
            html.tag("p", &[], |html| {
                reader.list(html, &one.what, |html, part| part.title.put(html));
                html.text(" ");
                sign(html, &one.form);
            });
        }
    }

    fn agreement(&self, html: &mut Html, reader: &Reader<'_>) {
        match self.recipient.agreement {
            Some(day) => reader.day(html, day.0),
            None => html.text(&reader.words.processors.unknown),
        }
    }
}
