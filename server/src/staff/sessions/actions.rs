//! Sessions begun, recognised, listed and ended.

use chrono::Duration;

use super::model::{Origin, Session, SessionEnd, SessionStage, SignInMethod, SignedIn};
use super::queries::{self, Filter, Holder, New};
use crate::floor::access::{Bounds, Caller, Permission, Seat, Session as Shown};
use crate::floor::graphql::{Page, sign_in_needed};
use crate::floor::kernel::{Error, Instant, Result, SessionId, TenantId};
use crate::floor::ledger::{Event, Once, Witnessed, WriteTx};
use crate::floor::tools::Tools;
use crate::staff::seats::{self, StaffMember};
use crate::staff::sign_in::Lives;
use crate::staff::token::{Token, digest};

/// The first letters of a session's token, for whoever scans for leaked secrets.
pub const PREFIX: &str = "rds_";

/// How long the password alone opens the way to the second factor.
const HALFWAY: Duration = Duration::minutes(10);

/// A new session of a seat, in the transaction that accepted what was shown; `fresh_at` is when the second factor was,
/// where it was at all.
pub fn issue(
    tx: &mut WriteTx,
    lives: Lives,
    seat: &StaffMember,
    (method, fresh_at): (SignInMethod, Option<Instant>),
    origin: Origin,
) -> Result<SignedIn> {
    let (now, token) = (tx.now()?, Token::fresh(PREFIX)?);
    let is_full = fresh_at.is_some();
    let session = Session {
        id: SessionId::fresh(),
        staff: seat.id,
        stage: if is_full { SessionStage::Full } else { SessionStage::Password },
        method,
        started_at: now,
        seen_at: now,
        expires_at: now.plus(if is_full { lives.whole } else { HALFWAY }),
        idle: lives.idle,
        fresh_at,
        source: origin.source,
        client: origin.client,
        ended: None,
    };
    queries::insert(tx, &New { session: &session, digest: token.digest, version: seat.version })?;
    Ok(SignedIn { token: token.text, session, must_enrol: !is_full && seat.must_enrol(), device: None })
}

impl SignedIn {
    /// What the books say of it.
    pub fn told(self) -> Witnessed<Self> {
        let Session { id, stage, method, .. } = self.session;
        let begun = Event::new("session.begun", "session", id.uuid()).code("stage", stage.code());
        Witnessed::new(self, begun.code("method", method.code()))
    }
}

/// Who holds this token, with what the seat may at this moment.
pub async fn recognise(tools: &Tools, token: &str) -> Result<Caller> {
    let digest = digest(token);
    let holder = tools.ledger.bookkeep(Some(TenantId::HOUSE), move |tx| queries::recognise(tx, digest)).await?;
    holder.map(caller).ok_or_else(sign_in_needed)
}

/// The same for whoever only looks whether it still lives: that is no use of the session.
pub async fn still(tools: &Tools, token: &str) -> Result<Caller> {
    let (digest, scope) = (digest(token), Caller::house().permit_house(Permission::KeepHouse)?);
    let holder = tools.ledger.read(&scope, move |tx| queries::still(tx, digest)).await?;
    holder.map(caller).ok_or_else(sign_in_needed)
}

fn caller(holder: Holder) -> Caller {
    let bounds = holder.tenants.map_or(Bounds::Desk, Bounds::Named);
    let shown = Shown {
        id: holder.id,
        fresh_at: holder.fresh_at.filter(|_| holder.stage == SessionStage::Full).map(Instant::from_utc),
        is_fresh: holder.is_fresh && holder.stage == SessionStage::Full,
    };
    Caller::staff(holder.staff_id, Seat::new(&holder.roles, &holder.permissions, bounds), shown)
}

/// Ends the caller's own session, whatever it was shown.
pub async fn sign_out(tools: &Tools, caller: &Caller) -> Result<(Session, StaffMember)> {
    let (scope, shown) = (caller.permit_own()?, caller.session().ok_or_else(sign_in_needed)?);
    tools
        .ledger
        .write(scope, move |tx| {
            if !queries::end(tx, shown.id, None, SessionEnd::SignedOut)? {
                return Err(sign_in_needed());
            }
            Ok(Witnessed::new(read(tx, shown.id)?, ended(shown.id, SessionEnd::SignedOut)))
        })
        .await
}

/// Ends a session of one's own; of somebody else's with leave to keep seats.
pub async fn end(tools: &Tools, caller: &Caller, id: SessionId, once: Option<Once>) -> Result<(Session, StaffMember)> {
    let (scope, of) = match caller.permit_house(Permission::KeepStaff) {
        Ok(scope) => (scope, None),
        Err(_) => (caller.permit_own()?, caller.staff_id()),
    };
    tools
        .ledger
        .write_once(scope.clone(), once, "session", move |tx| {
            if !queries::end(tx, id, of, SessionEnd::Ended)? {
                return Err(Error::NotFound("session"));
            }
            Ok(Witnessed::new(id.uuid(), ended(id, SessionEnd::Ended)))
        })
        .await?;
    tools.ledger.read(&scope, move |tx| read(tx, id)).await
}

fn ended(id: SessionId, reason: SessionEnd) -> Event {
    Event::new("session.ended", "session", id.uuid()).code("reason", reason.code())
}

fn read(tx: &mut crate::floor::ledger::Tx, id: SessionId) -> Result<(Session, StaffMember)> {
    let session = queries::find(tx, id)?.ok_or(Error::NotFound("session"))?;
    let seat = seats::queries::find(tx, session.staff)?.ok_or(Error::NotFound("staff member"))?;
    Ok((session, seat))
}

/// One session, of one's own or with leave to see seats.
pub async fn find(tools: &Tools, caller: &Caller, id: SessionId) -> Result<(Session, StaffMember)> {
    let may_see = caller.permit_house(Permission::SeeStaff);
    let own = caller.staff_id();
    let is_seen = may_see.is_ok();
    let scope = may_see.or_else(|_| caller.permit_own())?;
    let found = tools.ledger.read(&scope, move |tx| read(tx, id)).await?;
    if is_seen || own == Some(found.0.staff) { Ok(found) } else { Err(Error::NotFound("session")) }
}

/// A page of sessions with their seats: one's own, or others' with leave to see seats.
pub async fn page(
    tools: &Tools,
    caller: &Caller,
    filter: Filter,
    page: Page,
) -> Result<(Vec<(Session, StaffMember)>, i64)> {
    let is_own = filter.staff.is_some() && filter.staff == caller.staff_id();
    let scope = if is_own { caller.permit_own()? } else { caller.permit_house(Permission::SeeStaff)? };
    tools
        .ledger
        .read(&scope, move |tx| {
            let (sessions, total) = queries::page(tx, filter, &page)?;
            let mut ids: Vec<_> = sessions.iter().map(|session| session.staff).collect();
            ids.sort_unstable();
            ids.dedup();
            let seats = seats::queries::find_many(tx, ids)?;
            let seat_of = |session: Session| {
                let seat = seats.iter().find(|seat| seat.id == session.staff)?.clone();
                Some((session, seat))
            };
            Ok((sessions.into_iter().filter_map(seat_of).collect(), total))
        })
        .await
}
