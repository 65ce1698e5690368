//! Filters that somebody keeps, and requests that somebody chose. Rows of the house.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Integer, SmallInt, Text, Timestamptz, Uuid as SqlUuid};

use crate::floor::kernel::{Instant, RequestId, Result, SavedViewId, SelectionId, StaffId, TenantId};
use crate::floor::ledger::{Tx, WriteTx, statement};

/// A filter of the queue that somebody keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedView {
    pub id: SavedViewId,
    pub staff: StaffId,
    pub name: String,
    /// In the words of the queue.
    pub filter: String,
    pub position: i16,
    pub made_at: Instant,
}

#[derive(QueryableByName)]
struct ViewRow {
    #[diesel(sql_type = SqlUuid)]
    id: SavedViewId,
    #[diesel(sql_type = SqlUuid)]
    staff_id: StaffId,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    filter: String,
    #[diesel(sql_type = SmallInt)]
    position: i16,
    #[diesel(sql_type = Timestamptz)]
    made_at: DateTime<Utc>,
}

impl From<ViewRow> for SavedView {
    fn from(row: ViewRow) -> Self {
        let ViewRow { id, staff_id, name, filter, position, made_at } = row;
        Self { id, staff: staff_id, name, filter, position, made_at: Instant::from_utc(made_at) }
    }
}

/// The views of one of the operator's people, in their order.
pub fn views(tx: &mut Tx, staff: StaffId) -> Result<Vec<SavedView>> {
    let rows: Vec<ViewRow> = statement(
        "select id, staff_id, name, filter, position, made_at from saved_views
          where tenant_id = ? and staff_id = ? order by position, made_at, id",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(staff)
    .load(tx.conn())?;
    Ok(rows.into_iter().map(SavedView::from).collect())
}

/// Keeps a view, or writes one of the same person's anew. `false` where another of theirs has the name.
pub fn save(tx: &mut WriteTx, view: &SavedView) -> Result<bool> {
    let tenant = tx.tenant()?;
    let saved = statement(
        "insert into saved_views (tenant_id, id, staff_id, name, filter, position, made_at)
         select ?, ?, ?, n.name, ?, ?, ? from (values (?)) as n (name)
          where not exists (select from saved_views o
                             where o.tenant_id = ? and o.staff_id = ? and o.name = n.name and o.id <> ?)
         on conflict on constraint saved_views_pk
         do update set name = excluded.name, filter = excluded.filter, position = excluded.position
          where saved_views.staff_id = excluded.staff_id",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(view.id)
    .bind::<SqlUuid, _>(view.staff)
    .bind::<Text, _>(view.filter.clone())
    .bind::<SmallInt, _>(view.position)
    .bind::<Timestamptz, _>(view.made_at.utc())
    .bind::<Text, _>(view.name.clone())
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(view.staff)
    .bind::<SqlUuid, _>(view.id)
    .execute(tx.conn())?;
    Ok(saved == 1)
}

/// Deletes a view of one of the operator's people. `false` where there is none.
pub fn delete(tx: &mut WriteTx, staff: StaffId, id: SavedViewId) -> Result<bool> {
    let deleted = statement("delete from saved_views where tenant_id = ? and staff_id = ? and id = ?")
        .bind::<SqlUuid, _>(tx.tenant()?)
        .bind::<SqlUuid, _>(staff)
        .bind::<SqlUuid, _>(id)
        .execute(tx.conn())?;
    Ok(deleted == 1)
}

/// Requests that somebody chose, fixed at that moment: which, and at which version each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    pub id: SelectionId,
    pub staff: StaffId,
    pub made_at: Instant,
    pub ends_at: Instant,
    /// More fitted than it holds.
    pub is_cut: bool,
    pub members: Vec<(TenantId, RequestId, i32)>,
}

#[derive(QueryableByName)]
struct SelectionRow {
    #[diesel(sql_type = SqlUuid)]
    id: SelectionId,
    #[diesel(sql_type = SqlUuid)]
    staff_id: StaffId,
    #[diesel(sql_type = Timestamptz)]
    made_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    ends_at: DateTime<Utc>,
    #[diesel(sql_type = Bool)]
    is_cut: bool,
    #[diesel(sql_type = Array<SqlUuid>)]
    of_tenant: Vec<TenantId>,
    #[diesel(sql_type = Array<SqlUuid>)]
    request: Vec<RequestId>,
    #[diesel(sql_type = Array<Integer>)]
    at_version: Vec<i32>,
}

/// A selection of one of the operator's people, if it is not over.
pub fn selection(tx: &mut Tx, staff: StaffId, id: SelectionId) -> Result<Option<Selection>> {
    let now = tx.now()?;
    let row: Option<SelectionRow> = statement(
        "select id, staff_id, made_at, ends_at, is_cut, of_tenant, request, at_version from request_selections
          where tenant_id = ? and id = ? and staff_id = ? and ends_at > ?",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<SqlUuid, _>(id)
    .bind::<SqlUuid, _>(staff)
    .bind::<Timestamptz, _>(now.utc())
    .get_result(tx.conn())
    .optional()?;
    Ok(row.map(|row| Selection {
        id: row.id,
        staff: row.staff_id,
        made_at: Instant::from_utc(row.made_at),
        ends_at: Instant::from_utc(row.ends_at),
        is_cut: row.is_cut,
        members: row
            .of_tenant
            .into_iter()
            .zip(row.request)
            .zip(row.at_version)
            .map(|((tenant, id), version)| (tenant, id, version))
            .collect(),
    }))
}

/// Keeps a selection, and lets go of those that are over.
pub fn keep(tx: &mut WriteTx, selection: &Selection) -> Result<()> {
    let (tenant, now) = (tx.tenant()?, tx.now()?);
    statement("delete from request_selections where tenant_id = ? and ends_at <= ?")
        .bind::<SqlUuid, _>(tenant)
        .bind::<Timestamptz, _>(now.utc())
        .execute(tx.conn())?;
    let members = &selection.members;
    statement(
        "insert into request_selections (tenant_id, id, staff_id, made_at, ends_at, is_cut, of_tenant, request, at_version)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(selection.id)
    .bind::<SqlUuid, _>(selection.staff)
    .bind::<Timestamptz, _>(selection.made_at.utc())
    .bind::<Timestamptz, _>(selection.ends_at.utc())
    .bind::<Bool, _>(selection.is_cut)
    .bind::<Array<SqlUuid>, _>(members.iter().map(|(tenant, _, _)| *tenant).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(members.iter().map(|(_, id, _)| *id).collect::<Vec<_>>())
    .bind::<Array<Integer>, _>(members.iter().map(|(_, _, version)| *version).collect::<Vec<_>>())
    .execute(tx.conn())?;
    Ok(())
}
