//! What is sealed under a key that is gone. It opens nothing; ids and versions tell.

use diesel::sql_types::{BigInt, Text};
use diesel::{QueryableByName, RunQueryDsl};

use crate::floor::kernel::{Mode, Result};
use crate::floor::ledger::{Tx, statement};

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// How many keys and secrets of all tenants hang on a key that was destroyed, retired or never was. Asked at the desk.
pub fn stranded(tx: &mut Tx) -> Result<i64> {
    let counted = statement(
        "select (select count(*) from subject_keys s where s.epoch is not null and not exists (select from keyring k
                  where k.kind = 'epoch' and k.version = s.epoch and k.state <> 'destroyed'))
              + (select count(*) from request_keys r where r.epoch is not null and not exists (select from keyring k
                  where k.kind = 'epoch' and k.version = r.epoch and k.state <> 'destroyed'))
              + (select count(*) from tenant_keys t where t.root_version is not null and t.state <> 'retired'
                  and not exists (select from keyring k
                  where k.kind = 'root' and k.version = t.root_version and k.state <> 'destroyed'))
              + (select count(*) from secrets s where not exists (select from tenant_keys t
                  where t.tenant_id = s.tenant_id and t.purpose = 'kek' and t.version = s.kek_version
                    and t.state <> 'retired')) as count",
    )
    .get_result::<Counted>(tx.conn())?;
    Ok(counted.count)
}

#[derive(QueryableByName)]
struct Kind {
    #[diesel(sql_type = Text)]
    kind: String,
}

/// The kinds of secrets that are stored, over all tenants. Asked at the desk.
pub fn secret_kinds(tx: &mut Tx) -> Result<Vec<String>> {
    let kinds = statement("select distinct kind from secrets order by kind").load::<Kind>(tx.conn())?;
    Ok(kinds.into_iter().map(|found| found.kind).collect())
}

#[derive(QueryableByName)]
struct Moded {
    #[diesel(sql_type = Text)]
    mode: Mode,
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// How many key files of each kind of desk the database was made with. Asked at the desk.
pub fn modes(tx: &mut Tx) -> Result<Vec<(Mode, i64)>> {
    let found = statement("select mode, count(*) as count from keyring group by mode order by mode")
        .load::<Moded>(tx.conn())?;
    Ok(found.into_iter().map(|found| (found.mode, found.count)).collect())
}
