//! All SQL of this slice, by the page: rows are read, sealed and written as sets. An envelope is bound to its row and to
//! how often that was overwritten, so what is there already is looked up before anything is sealed.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::result::{DatabaseErrorKind, Error as Diesel};
use diesel::sql_types::{Array, Bool, Integer, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl};
use uuid::Uuid;

use super::model::{Again, TakenIn};
use crate::floor::kernel::{Error, Instant, Personal, Result, StoreId};
use crate::floor::ledger::{WriteTx, statement};
use crate::floor::vault::{Place, Sealer, SubjectKey};

mod corrected;
pub mod customers;
pub mod departed;
pub mod levels;
pub mod orders;
pub mod products;
pub mod reading;
pub mod telling;

/// A row that is there already.
#[derive(QueryableByName)]
struct Held {
    #[diesel(sql_type = Text)]
    platform_id: String,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Integer)]
    generation: i32,
    #[diesel(sql_type = Timestamptz)]
    updated_at: DateTime<Utc>,
    #[diesel(sql_type = Bool)]
    is_corrected: bool,
}

impl Held {
    fn is_replaced_by(&self, updated_at: Instant, again: Again) -> bool {
        let (held, told) = (self.updated_at, updated_at.utc());
        held < told || (held == told && again.is_for(updated_at))
    }
}

/// How rows of a page are looked up: those that are there already, and these again to be held until the transaction ends, in
/// order of id.
#[derive(Clone, Copy)]
struct Look {
    known: &'static str,
    held: &'static str,
}

#[derive(QueryableByName)]
struct Known {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// The row that a version goes to.
#[derive(Clone, Copy)]
struct Slot {
    id: Uuid,
    generation: i32,
    /// Whether something of it was put right, and the platform has told nothing else since.
    is_corrected: bool,
}

/// For each version that replaces what is held, its row; none for the others.
fn slots<'g>(
    tx: &mut WriteTx,
    look: Look,
    store: StoreId,
    versions: impl Iterator<Item = (&'g str, Instant)> + Clone,
    fresh: impl Fn() -> Uuid,
    again: Again,
    taken: &mut TakenIn,
) -> Result<Vec<Option<Slot>>> {
    let tenant = tx.tenant()?;
    let known: Vec<Known> = statement(look.known)
        .planned_anew()
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(store)
        .bind::<Array<Text>, _>(versions.clone().map(|(id, _)| id.to_owned()).collect::<Vec<_>>())
        .load(tx.conn())?;
    let held: Vec<Held> = if known.is_empty() {
        Vec::new()
    } else {
        statement(look.held)
            .planned_anew()
            .bind::<SqlUuid, _>(tenant)
            .bind::<Array<SqlUuid>, _>(known.into_iter().map(|known| known.id).collect::<Vec<_>>())
            .load(tx.conn())?
    };
    let held: HashMap<String, Held> = held.into_iter().map(|held| (held.platform_id.clone(), held)).collect();
    let slot = |(id, updated_at): (&str, Instant)| match held.get(id) {
        None => {
            taken.new += 1;
            Some(Slot { id: fresh(), generation: 0, is_corrected: false })
        }
        Some(held) if held.is_replaced_by(updated_at, again) => {
            taken.changed += 1;
            Some(Slot { id: held.id, generation: held.generation + 1, is_corrected: held.is_corrected })
        }
        Some(_) => {
            taken.older += 1;
            None
        }
    };
    Ok(versions.map(slot).collect())
}

/// Somebody else may bring the same thing for the first time at this moment: it is a row by then.
fn first(error: Diesel, constraint: &str) -> Error {
    match &error {
        Diesel::DatabaseError(DatabaseErrorKind::UniqueViolation, info)
            if info.constraint_name() == Some(constraint) =>
        {
            Error::Conflict
        }
        _ => error.into(),
    }
}

/// What goes into a sealed column.
pub fn envelope(
    sealer: &Sealer<SubjectKey>,
    place: &Place<'_>,
    column: &'static str,
    value: Option<&Personal>,
) -> Result<Option<Vec<u8>>> {
    value.map(|value| Ok(sealer.seal_personal(&Place { column, ..*place }, value)?.into_bytes())).transpose()
}
