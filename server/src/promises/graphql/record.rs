//! The record of processing as it is answered.

use async_graphql::{Enum, SimpleObject};

use crate::floor::datamap::record::{Data, Entry, Limit, Merchant, Part, Party, Receiver, Record};

/// Which of the two records.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "Part")]
pub enum RecordPart {
    /// What the operator does as controller: Art. 30(1).
    Controller,
    /// What it does for its merchants: Art. 30(2).
    Processor,
}

/// The record of processing.
#[derive(SimpleObject)]
pub struct RecordOfProcessing {
    /// Which part it is.
    part: RecordPart,
    /// The policy it was reckoned from.
    policy: String,
    /// Its version.
    version: u32,
    /// Who answers for it: the operator.
    controller: RecordController,
    /// For whom the operator processes; nobody in the controller's part.
    on_behalf_of: Vec<RecordMerchant>,
    /// An entry per purpose.
    entries: Vec<RecordEntry>,
    /// What is done for security, in the page's own words.
    security: Vec<String>,
}

/// Who answers for a record.
#[derive(SimpleObject)]
pub struct RecordController {
    /// Its name.
    name: String,
    /// Where it is written to.
    contact: String,
    /// Its site.
    site: String,
    /// Its country.
    country: String,
    /// Its representative in the Union, where it has one.
    representative: Option<String>,
    /// Its data protection officer, where it has one.
    protection_officer: Option<String>,
}

/// A merchant for whom data is processed.
#[derive(SimpleObject)]
pub struct RecordMerchant {
    /// Its id.
    id: String,
    /// Its legal name.
    name: String,
    /// Where it is.
    region: String,
}

/// One purpose.
#[derive(SimpleObject)]
pub struct RecordEntry {
    /// What it is for.
    purpose: String,
    /// The ground in law.
    ground: Option<String>,
    /// Whose data it takes.
    subjects: Vec<String>,
    /// Which data it takes.
    data: Vec<RecordData>,
    /// Who is given some of it.
    recipients: Vec<RecordRecipient>,
    /// When it goes, and what is kept.
    erasure: Vec<RecordLimit>,
}

/// A category of data.
#[derive(SimpleObject)]
pub struct RecordData {
    /// Its title.
    category: String,
    /// The fields of it that the purpose needs.
    fields: Vec<String>,
    /// The tables that hold it here.
    tables: Vec<String>,
}

/// A recipient.
#[derive(SimpleObject)]
pub struct RecordRecipient {
    /// Its name.
    name: String,
    /// What it does.
    service: String,
    /// Where it works.
    regions: Vec<String>,
    /// The safeguard under which data leaves for it, where it does.
    transfer: Option<String>,
}

/// When data goes.
#[derive(SimpleObject)]
pub struct RecordLimit {
    /// Which data.
    title: String,
    /// How long.
    window: String,
    /// From when.
    anchor: String,
    /// The ground on which it is kept although somebody asks for it to go.
    kept_under: Option<String>,
}

impl From<Record> for RecordOfProcessing {
    fn from(record: Record) -> Self {
        Self {
            part: record.part.into(),
            policy: record.policy,
            version: record.version,
            controller: record.operator.into(),
            on_behalf_of: each(record.on_behalf_of),
            entries: each(record.entries),
            security: record.security,
        }
    }
}

impl From<Party> for RecordController {
    fn from(party: Party) -> Self {
        let Party { name, contact, site, country, representative, protection_officer } = party;
        Self { name, contact, site, country, representative, protection_officer }
    }
}

impl From<Merchant> for RecordMerchant {
    fn from(Merchant { id, name, region }: Merchant) -> Self {
        Self { id, name, region }
    }
}

impl From<Entry> for RecordEntry {
    fn from(entry: Entry) -> Self {
        Self {
            purpose: entry.purpose,
            ground: entry.ground.map(str::to_owned),
            subjects: entry.subjects.into_iter().map(str::to_owned).collect(),
            data: each(entry.data),
            recipients: each(entry.recipients),
            erasure: each(entry.erasure),
        }
    }
}

impl From<Data> for RecordData {
    fn from(Data { category, fields, tables }: Data) -> Self {
        Self { category, fields, tables: tables.into_iter().map(str::to_owned).collect() }
    }
}

impl From<Receiver> for RecordRecipient {
    fn from(Receiver { name, service, regions, transfer }: Receiver) -> Self {
        Self { name, service, regions, transfer: transfer.map(str::to_owned) }
    }
}

impl From<Limit> for RecordLimit {
    fn from(Limit { title, window, anchor, kept_under }: Limit) -> Self {
        Self { title, window, anchor, kept_under: kept_under.map(str::to_owned) }
    }
}

fn each<A, B: From<A>>(items: Vec<A>) -> Vec<B> {
    items.into_iter().map(B::from).collect()
}
