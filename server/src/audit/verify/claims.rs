//! What the lines of a checkpoint file say, first whether they are the ones that were written, then chain by chain.
//! Neither reading holds more of the file than it was asked for.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use super::fault::{Fault, Kind};
use super::walk::Claim;
use crate::floor::journal::{Checkpoint, Document, Hash, Last, Line, Lines, Mark, NOTHING};
use crate::floor::kernel::{Error, Result, TenantId};
use crate::floor::vault::PublicKeys;

/// A file of checkpoints, looked through.
#[derive(Debug, Default)]
pub struct Survey {
    /// Lines that are what they say and follow each other.
    pub lines: u64,
    /// Pieces of lines that crashes left.
    pub pieces: u64,
    pub last: Option<Last>,
    /// How many claims there are about each chain.
    pub chains: BTreeMap<TenantId, usize>,
    /// How often a backup came back in the place of the database, by the desk's own signed word.
    pub restored: u64,
    /// From which link on chains were lost since the line that somebody kept.
    pub lost: BTreeMap<TenantId, u64>,
    /// What is wrong with the first line that does not hold; what stands after it is not believed.
    pub fault: Option<Fault>,
}

/// A line that somebody kept: the last whole one of a file.
pub struct Kept {
    digest: Hash,
    pub heads: Vec<Mark>,
}

/// Reads the line that somebody kept.
pub fn kept(path: &Path, keys: &PublicKeys) -> Result<Kept> {
    let mut last = None;
    read(path, |_, text| {
        last = Line::read(text).or(last.take());
        Ok(true)
    })?;
    let shown = || path.display().to_string();
    let line = last.ok_or_else(|| Error::invalid(shown(), "holds no checkpoint"))?;
    let checkpoint = believed(&line, keys)?;
    let checkpoint = checkpoint.ok_or_else(|| Error::invalid(shown(), "was not signed by the key of this desk"))?;
    Ok(Kept { digest: line.digest, heads: checkpoint.heads })
}

/// Looks a file through: every signature, and that each line follows the one before.
pub fn survey(path: &Path, keys: &PublicKeys, kept: Option<&Kept>) -> Result<Survey> {
    let mut survey = Survey::default();
    let (mut prev, mut is_kept) = (NOTHING, kept.is_none());
    let found = read(path, |number, text| {
        let Some(line) = Line::read(text) else {
            // A piece of a line is no JSON; what is, was never written by us.
            if serde_json::from_slice::<serde::de::IgnoredAny>(text).is_ok() {
                survey.fault = Some(altered(None, "is in another form").on_line(number));
                return Ok(false);
            }
            survey.pieces += 1;
            return Ok(true);
        };
        let said = serde_json::from_value::<Checkpoint>(line.document.clone()).ok();
        let place = said.as_ref().and_then(|said| said.heads.first()).copied();
        let Some(checkpoint) = believed(&line, keys)? else {
            survey.fault = Some(altered(place, "was not signed by the key it names").on_line(number));
            return Ok(false);
        };
        if line.prev != prev {
            survey.fault = Some(altered(place, "does not follow the line before").on_line(number));
            return Ok(false);
        }
        prev = line.digest;
        survey.restored += u64::from(!checkpoint.lost.is_empty());
        for lost in &checkpoint.lost {
            // A chain that was lost whole is looked for no more.
            if lost.seq <= 1 {
                survey.chains.remove(&lost.tenant);
            }
            if is_kept {
                survey.lost.entry(lost.tenant).and_modify(|seq| *seq = lost.seq.min(*seq)).or_insert(lost.seq);
            }
        }
        is_kept |= kept.is_some_and(|kept| kept.digest == line.digest);
        survey.lines += 1;
        for mark in &checkpoint.heads {
            *survey.chains.entry(mark.tenant).or_default() += 1;
        }
        survey.last = Some(Last { at: checkpoint.at, digest: line.digest, key: line.key });
        Ok(true)
    })?;
    if survey.fault.is_none() {
        survey.fault = match kept {
            _ if !found => Some(altered(None, "there is no file of checkpoints")),
            _ if survey.lines == 0 => Some(altered(None, "the file of checkpoints holds none")),
            Some(kept) if !is_kept => {
                Some(altered(kept.heads.first().copied(), "the line that was kept is not in the file"))
            }
            _ => None,
        };
    }
    Ok(survey)
}

/// What the first `lines` whole lines say of the chains that are `wanted`.
pub fn claims(path: &Path, lines: u64, wanted: impl Fn(TenantId) -> bool) -> Result<BTreeMap<TenantId, Vec<Claim>>> {
    let mut found: BTreeMap<TenantId, Vec<Claim>> = BTreeMap::new();
    let mut taken = 0;
    read(path, |number, text| {
        let Some(line) = Line::read(text) else { return Ok(true) };
        taken += 1;
        if taken > lines {
            return Ok(false);
        }
        let Ok(checkpoint) = serde_json::from_value::<Checkpoint>(line.document) else { return Ok(true) };
        for lost in &checkpoint.lost {
            if let Some(claims) = found.get_mut(&lost.tenant) {
                claims.retain(|claim| claim.seq < lost.seq);
            }
        }
        for Mark { tenant, seq, hash } in checkpoint.heads {
            if wanted(tenant) {
                found.entry(tenant).or_default().push(Claim { seq, hash, line: number });
            }
        }
        Ok(true)
    })?;
    Ok(found)
}

/// The checkpoint, if its signature holds.
fn believed(line: &Line, keys: &PublicKeys) -> Result<Option<Checkpoint>> {
    let key = keys.get(line.key).ok_or_else(|| {
        Error::invalid("--public", format!("sign-{:04}.pub is needed, the public key the checkpoints name", line.key))
    })?;
    let is_ours = line.is_signed_by(Checkpoint::CONTEXT, key);
    Ok(if is_ours { serde_json::from_value(line.document.clone()).ok() } else { None })
}

fn altered(place: Option<Mark>, told: &'static str) -> Fault {
    let (tenant, seq) = place.map_or((TenantId::HOUSE, 0), |mark| (mark.tenant, mark.seq));
    Fault::new(Kind::CheckpointAltered, tenant, seq, told)
}

/// Every line that is not empty, with its number, until `take` has enough. `false` where there is no file.
fn read(path: &Path, mut take: impl FnMut(u64, &[u8]) -> Result<bool>) -> Result<bool> {
    let unreadable =
        |error: io::Error| Error::invalid(path.display().to_string(), format!("cannot be read: {}", error.kind()));
    let mut lines = match Lines::open(path, 0) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        opened => opened.map_err(unreadable)?,
    };
    let mut number = 0;
    while let Some(found) = lines.read().map_err(unreadable)? {
        number += 1;
        if !found.text.is_empty() && !take(number, found.text)? {
            break;
        }
    }
    Ok(true)
}
