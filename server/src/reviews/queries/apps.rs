//! Apps as a review sees them: every one that is connected. The statement is version 1 of its kind in `docs/formats.md`;
//! whoever changes it raises the version of the queries.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Bool, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl};
use uuid::Uuid;

use crate::apps::{App, AppState, Credential};
use crate::floor::kernel::{AppId, Instant, Result, TenantId};
use crate::floor::ledger::{Tx, statement};
use crate::floor::vault::SecretId;

/// An app, and who gave it what it may: as the books name them, and as the desk calls them.
pub struct Connected {
    pub app: App,
    pub givers: Vec<String>,
    pub called: Vec<String>,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    tenant_id: TenantId,
    #[diesel(sql_type = SqlUuid)]
    id: AppId,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    provider: String,
    #[diesel(sql_type = Nullable<Text>)]
    policy_url: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    region: Option<String>,
    #[diesel(sql_type = Nullable<Integer>)]
    slot: Option<i32>,
    #[diesel(sql_type = Array<Text>)]
    granted: Vec<String>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    credential_id: Option<SecretId>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    credential_set_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    last_used_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Timestamptz)]
    connected_at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    connected_by: String,
    #[diesel(sql_type = Integer)]
    version: i32,
    #[diesel(sql_type = Array<Text>)]
    givers: Vec<String>,
    #[diesel(sql_type = Array<Text>)]
    called: Vec<String>,
}

/// Every app that is connected; or one, where it is.
pub fn extract(tx: &mut Tx, only: Option<Uuid>) -> Result<Vec<Connected>> {
    let rows = statement(
        "select a.tenant_id, a.id, a.kind, a.name, a.provider, a.policy_url, a.region, a.slot, a.granted,
                a.credential_id, a.credential_set_at, a.last_used_at, a.connected_at, a.connected_by, a.version,
                coalesce(g.givers, '{}') as givers, coalesce(g.called, '{}') as called
           from apps a
           left join lateral (
             select array_agg(distinct b.actor order by b.actor) as givers,
                    array_agg(distinct coalesce(p.handle, b.actor) order by coalesce(p.handle, b.actor)) as called
               from (select a.connected_by as actor union
                     select e.actor from audit_events e
                      where e.tenant_id = a.tenant_id and e.object = 'app:' || a.id
                        and e.action = 'app.permissions_changed') b
               left join staff p on p.tenant_id = ? and b.actor = 'staff:' || p.id) g on true
          where a.state = 'connected' and (? or a.id = ?)",
    )
    .bind::<SqlUuid, _>(TenantId::HOUSE)
    .bind::<Bool, _>(only.is_none())
    .bind::<SqlUuid, _>(only.unwrap_or_default())
    .load::<Row>(tx.conn())?;
    Ok(rows.into_iter().map(Row::read).collect())
}

/// How many there are: counted by themselves, without what is read beside them.
pub fn count(tx: &mut Tx) -> Result<i64> {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        count: i64,
    }
    let counted = statement("select count(*) from apps where state = 'connected'").get_result::<Count>(tx.conn())?;
    Ok(counted.count)
}

impl Row {
    fn read(self) -> Connected {
        let set = self.credential_id.zip(self.credential_set_at);
        let app = App {
            tenant: self.tenant_id,
            id: self.id,
            kind: self.kind,
            name: self.name,
            provider: self.provider,
            policy_url: self.policy_url,
            region: self.region,
            state: AppState::Connected,
            slot: self.slot,
            granted: self.granted,
            credential: set.map(|(secret, at)| Credential { secret, hint: None, set_at: Instant::from_utc(at) }),
            last_used_at: self.last_used_at.map(Instant::from_utc),
            connected_at: Instant::from_utc(self.connected_at),
            connected_by: self.connected_by,
            disconnected_at: None,
            reminded_for: None,
            version: self.version,
        };
        Connected { app, givers: self.givers, called: self.called }
    }
}
