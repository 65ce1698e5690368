//! Seats as a review sees them: every one that is not shut. The statement is version 1 of its kind in
//! `docs/formats.md`; whoever changes it raises the version of the queries.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl};
use uuid::Uuid;

use crate::floor::access::{Permission, Role};
use crate::floor::kernel::{Result, StaffId, TenantId};
use crate::floor::ledger::{Tx, statement};
use crate::staff::StaffState;

/// A seat, and who gave it what it may.
#[derive(QueryableByName)]
pub struct Seated {
    #[diesel(sql_type = SqlUuid)]
    pub id: StaffId,
    #[diesel(sql_type = Text)]
    pub handle: String,
    #[diesel(sql_type = Array<Text>)]
    pub roles: Vec<Role>,
    #[diesel(sql_type = Array<Text>)]
    pub permissions: Vec<Permission>,
    #[diesel(sql_type = Nullable<Array<SqlUuid>>)]
    pub tenants: Option<Vec<TenantId>>,
    #[diesel(sql_type = Text)]
    pub state: StaffState,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub ends_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Timestamptz)]
    pub added_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub seen_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Bool)]
    pub has_totp: bool,
    #[diesel(sql_type = Bool)]
    pub has_provider: bool,
    /// Who invited it, changed what it may, or enabled it: as the books name them, and as the desk calls them.
    #[diesel(sql_type = Array<Text>)]
    pub givers: Vec<String>,
    #[diesel(sql_type = Array<Text>)]
    pub called: Vec<String>,
}

/// Every seat that is not shut; or one, where it is not.
pub fn extract(tx: &mut Tx, only: Option<Uuid>) -> Result<Vec<Seated>> {
    Ok(statement(
        "select s.id, s.handle, s.roles, s.permissions, s.tenants, s.state, s.ends_at, s.added_at, s.seen_at,
                s.totp_step is not null as has_totp, s.provider is not null as has_provider,
                coalesce(g.givers, '{}') as givers, coalesce(g.called, '{}') as called
           from staff s
           left join lateral (
             select array_agg(distinct e.actor order by e.actor) as givers,
                    array_agg(distinct coalesce(p.handle, e.actor) order by coalesce(p.handle, e.actor)) as called
               from audit_events e
               left join staff p on p.tenant_id = e.tenant_id and e.actor = 'staff:' || p.id
              where e.tenant_id = s.tenant_id and e.object = 'staff:' || s.id
                and e.action in ('desk.bootstrapped', 'staff.invited', 'staff.changed', 'staff.enabled')) g on true
          where s.tenant_id = ? and s.state <> 'disabled' and (? or s.id = ?)",
    )
    .bind::<SqlUuid, _>(TenantId::HOUSE)
    .bind::<Bool, _>(only.is_none())
    .bind::<SqlUuid, _>(only.unwrap_or_default())
    .load::<Seated>(tx.conn())?)
}

/// How many there are: counted by themselves, without what is read beside them.
pub fn count(tx: &mut Tx) -> Result<i64> {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        count: i64,
    }
    let counted = statement("select count(*) from staff where tenant_id = ? and state <> 'disabled'")
        .bind::<SqlUuid, _>(TenantId::HOUSE)
        .get_result::<Count>(tx.conn())?;
    Ok(counted.count)
}
