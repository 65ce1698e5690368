//! What the journal of tombstones says stands, read from its first line to its last. Every line is verified: nobody is erased
//! on the word of a line that was not written here.

use std::collections::HashMap;
use std::io;
use std::path::Path;

use super::book::Document;
use super::line::{Hash, Line, NOTHING};
use super::sheet::Lines;
use super::tombstone::{Deed, Tombstone};
use crate::floor::kernel::{Error, Result, TenantId};
use crate::floor::vault::PublicKeys;

/// The stones that stand, in the order in which they were set. A file that is not there says nothing; a piece that a crash
/// broke off is stepped over.
pub async fn standing_stones(path: &Path, keys: PublicKeys) -> Result<Vec<Tombstone>> {
    let path = path.to_owned();
    let read = tokio::task::spawn_blocking(move || read(&path, &keys));
    read.await.map_err(|_| Error::internal("reading the journal was broken off"))?
}

fn read(path: &Path, keys: &PublicKeys) -> Result<Vec<Tombstone>> {
    let mut lines = match Lines::open(path, 0) {
        Ok(lines) => lines,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(_) => return Err(Error::unavailable("the journal's folder")),
    };
    let (mut prev, mut standing): (Hash, HashMap<(TenantId, Hash), Tombstone>) = (NOTHING, HashMap::new());
    while let Some(found) = lines.read().map_err(|_| Error::unavailable("the journal's folder"))? {
        let Some(line) = Line::read(found.text) else { continue };
        let is_ours = keys.get(line.key).is_some_and(|key| line.is_signed_by(Tombstone::CONTEXT, key));
        if !is_ours || line.prev != prev {
            return Err(Error::refused(
                "JOURNAL_NOT_WHOLE",
                format!("the journal of tombstones is not the one that was written, from byte {} on", found.from),
            ));
        }
        prev = line.digest;
        let stone: Tombstone = serde_json::from_value(line.document)
            .map_err(|_| Error::internal("a line of the journal of tombstones says something else"))?;
        let key = (stone.tenant, stone.digest);
        match stone.deed {
            Deed::Set => drop(standing.insert(key, stone)),
            Deed::Lift => drop(standing.remove(&key)),
        }
    }
    let mut stones: Vec<Tombstone> = standing.into_values().collect();
    stones.sort_by_key(|stone| stone.seq);
    Ok(stones)
}
