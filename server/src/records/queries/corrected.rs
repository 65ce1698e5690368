//! What was put right of rows of which a platform tells again. What stood there before is no newer word of the platform's: it
//! has not heard of the correction yet. Anything else is, and from then on the platform is heard as ever.
//!
//! A value that stays goes from one envelope into the next, and nobody reads it here. Where nothing was put right, nothing
//! is asked.

use std::collections::HashMap;

use diesel::sql_types::{Array, Binary, Integer, Nullable, Text, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl};
use uuid::Uuid;

use super::{Slot, envelope};
use crate::floor::kernel::{CorrectedValueId, Personal, Result, Sealed, SubjectId};
use crate::floor::ledger::{WriteTx, statement};
use crate::floor::vault::{Opening, Place, Sealer, SubjectKey, Vault};
use crate::subjects::{self, correction_digest};

/// A value that was put right, and the envelope that stands there.
#[derive(QueryableByName)]
struct Stood {
    #[diesel(sql_type = SqlUuid)]
    id: CorrectedValueId,
    #[diesel(sql_type = SqlUuid)]
    row_id: Uuid,
    #[diesel(sql_type = Text)]
    field: String,
    #[diesel(sql_type = Binary)]
    salt: Vec<u8>,
    #[diesel(sql_type = Nullable<Binary>)]
    was_digest: Option<Vec<u8>>,
    /// Under whose key it is sealed.
    #[diesel(sql_type = SqlUuid)]
    subject_id: SubjectId,
    #[diesel(sql_type = Integer)]
    generation: i32,
    #[diesel(sql_type = Nullable<Binary>)]
    sealed: Option<Vec<u8>>,
}

impl Stood {
    /// Whether this is what stood there before it was put right.
    fn was(&self, value: Option<&Personal>) -> bool {
        match (&self.was_digest, value) {
            (None, None) => true,
            (Some(was), Some(value)) => was[..] == correction_digest(&self.salt, value)[..],
            _ => false,
        }
    }
}

/// What was put right of the rows of a page.
#[derive(Default)]
pub(super) struct PutRight {
    rows: HashMap<Uuid, Vec<Stood>>,
    /// Who proved to be somebody else since a row was sealed.
    others: HashMap<SubjectId, Opening<Sealer<SubjectKey>>>,
    overtaken: Vec<CorrectedValueId>,
}

impl PutRight {
    /// Of the rows that these go to, and whom each is about by now.
    pub(super) fn of(
        tx: &mut WriteTx,
        vault: &Vault,
        sql: &'static str,
        told: impl Iterator<Item = (Slot, SubjectId)>,
    ) -> Result<Self> {
        let told = told.filter(|(slot, _)| slot.is_corrected);
        let whose: HashMap<Uuid, SubjectId> = told.map(|(slot, subject)| (slot.id, subject)).collect();
        if whose.is_empty() {
            return Ok(Self::default());
        }
        let found: Vec<Stood> = statement(sql)
            .planned_anew()
            .bind::<SqlUuid, _>(tx.tenant()?)
            .bind::<Array<SqlUuid>, _>(whose.keys().copied().collect::<Vec<_>>())
            .load(tx.conn())?;
        let is_another = |stood: &&Stood| whose.get(&stood.row_id) != Some(&stood.subject_id);
        let others: Vec<SubjectId> = found.iter().filter(is_another).map(|stood| stood.subject_id).collect();
        let others = vault.sealers::<SubjectKey>(tx, &others)?;
        let mut rows: HashMap<Uuid, Vec<Stood>> = HashMap::new();
        for stood in found {
            rows.entry(stood.row_id).or_default().push(stood);
        }
        Ok(Self { rows, others, overtaken: Vec::new() })
    }

    /// What goes into a sealed column: what the platform tells, or what was put right since it told that.
    pub(super) fn sealed(
        &mut self,
        sealer: &Sealer<SubjectKey>,
        place: &Place<'_>,
        column: &'static str,
        value: Option<&Personal>,
    ) -> Result<Option<Vec<u8>>> {
        let place = Place { column, ..*place };
        match self.standing(sealer, &place, value)? {
            Some(stays) => Ok(Some(stays)),
            None => envelope(sealer, &place, column, value),
        }
    }

    fn standing(
        &mut self,
        sealer: &Sealer<SubjectKey>,
        place: &Place<'_>,
        value: Option<&Personal>,
    ) -> Result<Option<Vec<u8>>> {
        let Some(stood) = self.rows.get(&place.row) else { return Ok(None) };
        let here = || stood.iter().filter(move |one| one.field == place.column);
        if !here().any(|one| one.was(value)) {
            self.overtaken.extend(here().map(|one| one.id));
            return Ok(None);
        }
        let Some((one, bytes)) = here().find_map(|one| Some((one, one.sealed.clone()?))) else { return Ok(None) };
        let own = match self.others.get(&one.subject_id) {
            None => sealer,
            Some(Ok(other)) => other,
            Some(Err(_)) => return Ok(None),
        };
        let from = Place { generation: one.generation.unsigned_abs(), ..*place };
        let carried = sealer.carry_personal(own, (&from, &Sealed::from_bytes(bytes)), place)?;
        // What opens no more is nobody's word: the platform's counts.
        Ok(carried.ok().map(Sealed::into_bytes))
    }

    /// Writes down of what the platform has told something else.
    pub(super) fn end(&self, tx: &mut WriteTx) -> Result<()> {
        subjects::overtake(tx, &self.overtaken)
    }
}
