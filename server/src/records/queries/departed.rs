//! What platforms said is gone, by a pseudonym of its id.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, Binary, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl};

use super::super::actions::updated_at;
use super::super::model::{TakenIn, key};
use crate::floor::kernel::{Error, Result, StoreId};
use crate::floor::ledger::{WriteTx, statement};
use crate::floor::platforms::{Good, Shelf};
use crate::floor::vault::{Key, Pseudonym, Vault};

#[derive(QueryableByName)]
struct Mark {
    #[diesel(sql_type = Text)]
    shelf: Shelf,
    #[diesel(sql_type = Binary)]
    platform_id: Vec<u8>,
    #[diesel(sql_type = Timestamptz)]
    at: DateTime<Utc>,
}

/// These are gone from now on.
pub fn mark(tx: &mut WriteTx, vault: &Vault, store: StoreId, shelf: Shelf, ids: &[String]) -> Result<()> {
    let (key, now) = (pseudonyms(tx, vault)?, tx.now()?.utc());
    let mut marks: Vec<_> = ids.iter().map(|id| pseudonym(&key, store, shelf, id)).collect();
    marks.sort_unstable();
    marks.dedup();
    statement(
        "insert into departed (tenant_id, store_id, shelf, at, platform_id)
         select ?, ?, ?, ?, n from unnest(?) as n
         on conflict (tenant_id, store_id, shelf, platform_id) do update set at = excluded.at",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(store)
    .bind::<Text, _>(shelf)
    .bind::<Timestamptz, _>(now)
    .bind::<Array<Binary>, _>(marks)
    .execute(tx.conn())?;
    Ok(())
}

/// Those that are not gone. What changed after we heard that it was is there again.
pub fn sift<'g>(
    tx: &mut WriteTx,
    vault: &Vault,
    store: StoreId,
    goods: Vec<&'g Good>,
    taken: &mut TakenIn,
) -> Result<Vec<&'g Good>> {
    let key_of = pseudonyms(tx, vault)?;
    let own: Vec<_> = goods.iter().map(|good| pseudonym(&key_of, store, good.shelf(), key(good).0)).collect();
    let marks: Vec<Mark> = statement(
        "select shelf, platform_id, at from departed where tenant_id = ? and store_id = ? and platform_id = any(?)",
    )
    .planned_anew()
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(store)
    .bind::<Array<Binary>, _>(own.clone())
    .load(tx.conn())?;
    if marks.is_empty() {
        return Ok(goods);
    }
    let marks: HashMap<_, _> = marks.into_iter().map(|mark| ((mark.shelf, mark.platform_id), mark.at)).collect();
    let (mut there, mut back) = (Vec::new(), Vec::new());
    for (good, own) in goods.into_iter().zip(own) {
        match marks.get(&(good.shelf(), own.clone())) {
            Some(at) if updated_at(good).utc() <= *at => taken.older += 1,
            Some(_) => {
                back.push(own);
                there.push(good);
            }
            None => there.push(good),
        }
    }
    statement("delete from departed where tenant_id = ? and store_id = ? and platform_id = any(?)")
        .planned_anew()
        .bind::<SqlUuid, _>(tx.tenant()?)
        .bind::<SqlUuid, _>(store)
        .bind::<Array<Binary>, _>(back)
        .execute(tx.conn())?;
    Ok(there)
}

fn pseudonyms(tx: &mut WriteTx, vault: &Vault) -> Result<Key<Pseudonym>> {
    vault.pseudonym_key(tx)?.map_err(|_| Error::internal("the tenant's pseudonym key is not at hand"))
}

/// One of each shelf and store of its own.
fn pseudonym(key: &Key<Pseudonym>, store: StoreId, shelf: Shelf, id: &str) -> Vec<u8> {
    let own = [store.uuid().as_bytes(), shelf.code().as_bytes(), &[0], id.as_bytes()].concat();
    key.handle("departed", &own).to_vec()
}
