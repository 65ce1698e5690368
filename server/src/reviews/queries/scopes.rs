//! Scopes as a review sees them: every one that a platform grants. The statement is version 1 of its kind in
//! `docs/formats.md`; whoever changes it raises the version of the queries.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Bool, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl};
use uuid::Uuid;

use crate::floor::kernel::{Instant, Result, StoreId, TenantId};
use crate::floor::ledger::{Tx, statement};
use crate::stores::{Held, Store, StoreState};

/// A store, and each scope it grants.
pub struct Granted {
    pub store: Store,
    pub scopes: Vec<Scope>,
}

/// A scope, and by whom it came: as the books name them, and as the desk calls them.
pub struct Scope {
    pub held: Held,
    pub givers: Vec<String>,
    pub called: Vec<String>,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    tenant_id: TenantId,
    #[diesel(sql_type = SqlUuid)]
    id: StoreId,
    #[diesel(sql_type = Text)]
    platform: String,
    #[diesel(sql_type = Text)]
    domain: String,
    #[diesel(sql_type = Text)]
    called_itself: String,
    #[diesel(sql_type = Text)]
    region: String,
    #[diesel(sql_type = Text)]
    state: StoreState,
    #[diesel(sql_type = Bool)]
    sync_is_on: bool,
    #[diesel(sql_type = Timestamptz)]
    added_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    connected_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    read_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    disconnected_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Integer)]
    version: i32,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Timestamptz)]
    granted_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    last_used_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    revoked_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Array<Text>)]
    givers: Vec<String>,
    #[diesel(sql_type = Array<Text>)]
    called: Vec<String>,
}

/// Every store that grants anything, with what it grants; or one.
pub fn extract(tx: &mut Tx, only: Option<Uuid>) -> Result<Vec<Granted>> {
    let rows = statement(
        "select s.tenant_id, s.id, s.platform, s.domain, s.name as called_itself, s.region, s.state, s.sync_is_on,
                s.added_at, s.connected_at, s.read_at, s.disconnected_at, s.version,
                c.name, c.granted_at, c.last_used_at, c.revoked_at,
                coalesce(g.givers, '{}') as givers, coalesce(g.called, '{}') as called
           from store_scopes c
           join stores s on s.tenant_id = c.tenant_id and s.id = c.store_id
           left join lateral (
             select array_agg(distinct e.by_actor order by e.by_actor) as givers,
                    array_agg(distinct coalesce(p.handle, e.by_actor) order by coalesce(p.handle, e.by_actor)) as called
               from store_grants e
               left join staff p on p.tenant_id = ? and e.by_actor = 'staff:' || p.id
              where e.tenant_id = c.tenant_id and e.store_id = c.store_id and c.name = any(e.added)) g on true
          where c.gone_at is null and (? or c.store_id = ?)
          order by s.tenant_id, s.id, c.name",
    )
    .bind::<SqlUuid, _>(TenantId::HOUSE)
    .bind::<Bool, _>(only.is_none())
    .bind::<SqlUuid, _>(only.unwrap_or_default())
    .load::<Row>(tx.conn())?;
    let mut stores: Vec<Granted> = Vec::new();
    for row in rows {
        let (store, scope) = row.read();
        match stores.last_mut().filter(|last| (last.store.tenant, last.store.id) == (store.tenant, store.id)) {
            Some(last) => last.scopes.push(scope),
            None => stores.push(Granted { store, scopes: vec![scope] }),
        }
    }
    Ok(stores)
}

/// How many scopes there are: counted by themselves, without the stores they are of.
pub fn count(tx: &mut Tx) -> Result<i64> {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        count: i64,
    }
    let counted =
        statement("select count(*) from store_scopes where gone_at is null").get_result::<Count>(tx.conn())?;
    Ok(counted.count)
}

impl Row {
    fn read(self) -> (Store, Scope) {
        let store = Store {
            tenant: self.tenant_id,
            id: self.id,
            platform: self.platform,
            domain: self.domain,
            name: self.called_itself,
            region: self.region,
            state: self.state,
            sync_is_on: self.sync_is_on,
            added_at: Instant::from_utc(self.added_at),
            connected_at: self.connected_at.map(Instant::from_utc),
            read_at: self.read_at.map(Instant::from_utc),
            disconnected_at: self.disconnected_at.map(Instant::from_utc),
            // A review is about scopes, not about how long they are held.
            token_ends_at: None,
            lapses_at: None,
            version: self.version,
        };
        let held = Held {
            name: self.name,
            granted_at: Instant::from_utc(self.granted_at),
            last_used_at: self.last_used_at.map(Instant::from_utc),
            gone_at: None,
            revoked_at: self.revoked_at.map(Instant::from_utc),
        };
        (store, Scope { held, givers: self.givers, called: self.called })
    }
}
