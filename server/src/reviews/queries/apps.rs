//! Apps as a review sees them: every one that is connected. The statement is version 1 of its kind in `docs/formats.md`;
//! whoever changes it raises the version of the queries.

use chrono::{DateTime, Duration, Utc};
use diesel::sql_types::{Array, BigInt, Bool, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl};
use uuid::Uuid;

use crate::apps::{App, AppState, Credential, UNUSED_AFTER};
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

/// Connected apps that nobody uses, in numbers.
#[derive(Debug, Clone, Copy, QueryableByName)]
pub struct Unused {
    #[diesel(sql_type = BigInt)]
    pub connected: i64,
    #[diesel(sql_type = BigInt)]
    pub unused: i64,
    /// Unused, and neither in an open review nor decided in one since they are.
    #[diesel(sql_type = BigInt)]
    pub unasked: i64,
    /// Of those the ones that have been so for longer than a quarter: its review ought to have taken them in.
    #[diesel(sql_type = BigInt)]
    pub missed: i64,
}

/// The longest quarter, and a day for its review to be opened.
const QUARTER: Duration = Duration::days(93);

/// How the unused apps of all tenants stand in reviews, but for those of these kinds.
pub fn unused(tx: &mut Tx, but: &[String]) -> Result<Unused> {
    let since = tx.now()?.plus(-UNUSED_AFTER);
    let found = statement(
        "select count(*) as connected,
                count(*) filter (where a.idle_since <= ?) as unused,
                count(*) filter (where a.idle_since <= ? and not r.is_asked) as unasked,
                count(*) filter (where a.idle_since <= ? and not r.is_asked) as missed
           from apps a
           cross join lateral (select a.idle_since <= ? and exists (
             select from review_campaigns c join review_items i on i.tenant_id = c.tenant_id and i.campaign_id = c.id
              where c.tenant_id = ? and i.subject = 'apps' and i.of_tenant = a.tenant_id and i.object_id = a.id
                and (c.state = 'open' or i.decided_at >= a.idle_since + make_interval(days => ?))) as is_asked) r
          where a.state = 'connected' and a.kind <> all(?)",
    )
    .bind::<Timestamptz, _>(since.utc())
    .bind::<Timestamptz, _>(since.utc())
    .bind::<Timestamptz, _>(since.plus(-QUARTER).utc())
    .bind::<Timestamptz, _>(since.utc())
    .bind::<SqlUuid, _>(TenantId::HOUSE)
    .bind::<Integer, _>(i32::try_from(UNUSED_AFTER.num_days()).unwrap_or(i32::MAX))
    .bind::<Array<Text>, _>(but.to_vec())
    .get_result(tx.conn())?;
    Ok(found)
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
