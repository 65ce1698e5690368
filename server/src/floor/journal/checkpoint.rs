//! A checkpoint: where the chains ended at a moment. A line names the chains that moved since the line before; one that
//! is not named still stands where an earlier line put it, so the file never grows faster than the books.

use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use uuid::Uuid;

use super::book::Document;
use super::line::{Hash, Line, hex, unhex};
use crate::floor::kernel::{Instant, TenantId};

/// What a line says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checkpoint {
    #[serde(serialize_with = "write_time", deserialize_with = "read_time")]
    pub at: Instant,
    pub heads: Vec<Mark>,
    /// What was lost with a database, in the place of which a backup came back; nothing otherwise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lost: Vec<Lost>,
}

/// From which link on a chain was lost: what earlier lines say of it from there on is void.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lost {
    #[serde(serialize_with = "write_tenant", deserialize_with = "read_tenant")]
    pub tenant: TenantId,
    pub seq: u64,
}

/// Where a tenant's chain ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    #[serde(serialize_with = "write_tenant", deserialize_with = "read_tenant")]
    pub tenant: TenantId,
    pub seq: u64,
    #[serde(serialize_with = "write_hash", deserialize_with = "read_hash")]
    pub hash: Hash,
}

/// All that the lines of a file say together.
#[derive(Debug, Clone, Default)]
pub struct Standing {
    pub heads: BTreeMap<TenantId, (u64, Hash)>,
    pub last: Option<Last>,
}

/// The last line of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Last {
    pub at: Instant,
    pub digest: Hash,
    pub key: u32,
}

impl Document for Checkpoint {
    const CONTEXT: &'static str = "rightsdesk/checkpoint/1";
    const FILE: &'static str = "checkpoints.jsonl";
    type Standing = Standing;

    fn stand(self, line: &Line, standing: &mut Standing) {
        for lost in &self.lost {
            standing.heads.remove(&lost.tenant);
        }
        standing.heads.extend(self.heads.iter().map(|mark| (mark.tenant, (mark.seq, mark.hash))));
        standing.last = Some(Last { at: self.at, digest: line.digest, key: line.key });
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
    let text = String::deserialize(from)?;
    Uuid::try_parse(&text).map(TenantId::from_uuid).map_err(|_| de::Error::custom("no tenant"))
}

fn write_hash<S: Serializer>(hash: &Hash, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&hex(hash))
}

fn read_hash<'de, D: Deserializer<'de>>(from: D) -> Result<Hash, D::Error> {
    let text = String::deserialize(from)?;
    unhex(&text).ok_or_else(|| de::Error::custom("no hash"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::journal::NOTHING;
    use crate::floor::vault::testing::{TENANT, id, sign_key};

    /// The line that `docs/formats.md` publishes.
    const PUBLISHED: &str = concat!(
        r#"{"at":"2026-01-01T00:01:00.000000Z","heads":[{"hash":"eb7e268860647b56a84d46515b0c7eddb087a7b13dedd884"#,
        r#"e104e3d67c513c40","seq":1,"tenant":"11111111-1111-4111-8111-111111111111"}],"key":1,"prev":"00000000000"#,
        r#"00000000000000000000000000000000000000000000000000000","sig":"dcc538f870aec62fc2f8cd2f910d4bad639d1d03e5"#,
        r#"f2701267c951b83defd79937abcbc86aacb4eca369f6ae8c0bd62d1047700dbb553a068cf8247436c93009","v":1}"#,
    );

    #[test]
    fn the_published_line_is_written_and_read() {
        let hash = unhex("eb7e268860647b56a84d46515b0c7eddb087a7b13dedd884e104e3d67c513c40").expect("hex");
        let mark = Mark { tenant: TenantId::from_uuid(id(TENANT)), seq: 1, hash };
        let checkpoint =
            Checkpoint { at: Instant::from_micros(1_767_225_660_000_000), heads: vec![mark], lost: Vec::new() };
        let key = sign_key(0xa0, 1);
        let document = serde_json::to_value(&checkpoint).expect("a document");
        let bytes = Line::write(Checkpoint::CONTEXT, document, &NOTHING, &key).expect("written");
        assert_eq!(String::from_utf8(bytes.clone()).expect("text"), PUBLISHED);
        let line = Line::read(&bytes).expect("whole");
        assert_eq!(hex(&key.public()), "4fd099ccd47d7893dfe9ec24414ecb0d9b5420232aad30d91c465be33cbe65c4");
        assert_eq!(hex(&line.digest), "988148a661bc9117a3d4a79c2fa1c5658053ae8303ec25e339ee77d0d871dfa6");
        assert!(line.is_signed_by(Checkpoint::CONTEXT, &key.public()));
        assert_eq!(serde_json::from_value::<Checkpoint>(line.document).ok(), Some(checkpoint));
    }
}
