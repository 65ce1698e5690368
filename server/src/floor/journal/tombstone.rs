//! A tombstone: that nothing is written any more of whoever goes by what the digest is over, or that this was lifted. It
//! stands here before the first thing of the person goes, so that a database taken back to an earlier day is brought up to it.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use uuid::Uuid;

use super::book::Document;
use super::line::{Hash, Line, hex, unhex};
use crate::floor::kernel::{Instant, SubjectId, TenantId};

/// What a line does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Deed {
    Set,
    Lift,
}

/// What a line says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tombstone {
    /// Counts the lines of the file from one. It is given when the line is written.
    pub seq: u64,
    #[serde(rename = "type")]
    pub deed: Deed,
    #[serde(serialize_with = "write_tenant", deserialize_with = "read_tenant")]
    pub tenant: TenantId,
    #[serde(serialize_with = "write_subject", deserialize_with = "read_subject")]
    pub subject: SubjectId,
    /// The word that the digest is over: `email`, `phone`, `customer_gid`, `handle`, `order`.
    pub kind: String,
    /// The store's id, where it counts in one store only.
    pub scope: String,
    #[serde(serialize_with = "write_hash", deserialize_with = "read_hash")]
    pub digest: Hash,
    /// Version of the normaliser.
    pub nv: i16,
    /// Version of the suppression key.
    pub kv: u32,
    /// A code.
    pub reason: String,
    #[serde(serialize_with = "write_time", deserialize_with = "read_time")]
    pub at: Instant,
}

/// How many lines there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Buried {
    pub lines: u64,
}

impl Document for Tombstone {
    const CONTEXT: &'static str = "rightsdesk/tombstone/1";
    const FILE: &'static str = "tombstones.jsonl";
    type Standing = Buried;

    fn stand(self, _: &Line, standing: &mut Buried) {
        standing.lines = standing.lines.max(self.seq);
    }
}

fn write_time<S: Serializer>(at: &Instant, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&at.utc().to_rfc3339_opts(SecondsFormat::Micros, true))
}

fn read_time<'de, D: Deserializer<'de>>(from: D) -> Result<Instant, D::Error> {
    let text = String::deserialize(from)?;
    let at = DateTime::parse_from_rfc3339(&text).map_err(|_| de::Error::custom("no time"))?;
    Ok(Instant::from_utc(at.with_timezone(&Utc)))
}

fn write_tenant<S: Serializer>(tenant: &TenantId, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(&tenant.uuid().as_hyphenated())
}

fn read_tenant<'de, D: Deserializer<'de>>(from: D) -> Result<TenantId, D::Error> {
    read_uuid(from).map(TenantId::from_uuid)
}

fn write_subject<S: Serializer>(subject: &SubjectId, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(&subject.uuid().as_hyphenated())
}

fn read_subject<'de, D: Deserializer<'de>>(from: D) -> Result<SubjectId, D::Error> {
    read_uuid(from).map(SubjectId::from_uuid)
}

fn read_uuid<'de, D: Deserializer<'de>>(from: D) -> Result<Uuid, D::Error> {
    let text = String::deserialize(from)?;
    Uuid::try_parse(&text).map_err(|_| de::Error::custom("no id"))
}

fn write_hash<S: Serializer>(hash: &Hash, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&hex(hash))
}

fn read_hash<'de, D: Deserializer<'de>>(from: D) -> Result<Hash, D::Error> {
    let text = String::deserialize(from)?;
    unhex(&text).ok_or_else(|| de::Error::custom("no digest"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::journal::NOTHING;
    use crate::floor::vault::testing::{TENANT, id, sign_key};

    #[test]
    fn a_line_is_written_and_read_and_names_nobody() {
        let digest = unhex("550bf7d960b82b894f7f448ccd2dc2b1a59c6c27fc412a9ffc631453f81c4a99").expect("hex");
        let stone = Tombstone {
            seq: 1,
            deed: Deed::Set,
            tenant: TenantId::from_uuid(id(TENANT)),
            subject: SubjectId::from_uuid(id(TENANT)),
            kind: "email".to_owned(),
            scope: String::new(),
            digest,
            nv: 1,
            kv: 1,
            reason: "erased".to_owned(),
            at: Instant::from_micros(1_767_225_660_000_000),
        };
        let key = sign_key(0xa0, 1);
        let document = serde_json::to_value(&stone).expect("a document");
        let bytes = Line::write(Tombstone::CONTEXT, document, &NOTHING, &key).expect("written");
        let line = Line::read(&bytes).expect("whole");
        assert!(line.is_signed_by(Tombstone::CONTEXT, &key.public()));
        assert!(!line.is_signed_by("rightsdesk/checkpoint/1", &key.public()));
        assert_eq!(serde_json::from_value::<Tombstone>(line.document).ok(), Some(stone));
        let text = String::from_utf8(bytes).expect("text");
        assert!(text.contains(r#""type":"set""#), "{text}");
    }
}
