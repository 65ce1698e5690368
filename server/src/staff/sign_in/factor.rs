//! The one-time code: shown once after the password, and again before what is dangerous.

use super::throttle::{Budget, spend};
use super::{SignIn, device, halfway, queries, totp, wrong};
use crate::floor::access::{Caller, One, Scope};
use crate::floor::graphql::sign_in_needed;
use crate::floor::kernel::ids::SecretId;
use crate::floor::kernel::{Error, Result, StaffId, TenantId};
use crate::floor::ledger::{Event, Witnessed, WriteTx};
use crate::floor::tools::Tools;
use crate::staff::seats::{self, StaffMember};
use crate::staff::sessions::{self, Origin, Session, SessionEnd, SignInMethod, SignedIn};

/// A code that fits, before it is taken.
#[derive(Clone, Copy)]
pub(super) struct Shown {
    secret: SecretId,
    step: i64,
    /// Whether a code of this secret was taken before: else it is being enrolled.
    is_enrolled: bool,
}

impl Shown {
    /// Takes it: of all who show the same code, one succeeds.
    pub(super) fn take(self, tx: &mut WriteTx, staff: StaffId) -> Result<()> {
        let is_current = totp::is_current(self.step, tx.now()?);
        if is_current && queries::accept_step(tx, staff, self.secret, self.step)? { Ok(()) } else { Err(wrong()) }
    }
}

/// Counts one try at the second factor of a seat; the tenth in a quarter of an hour is somebody who knows the password
/// and not the code, and alarms.
pub(super) async fn count(tools: &Tools, staff: StaffId) -> Result<()> {
    let counted = tools
        .ledger
        .bookkeep(Some(TenantId::HOUSE), move |tx| spend(tx, Budget::FactorOfAccount, staff.uuid().as_bytes()))
        .await?;
    if counted >= Budget::FactorOfAccount.most() {
        metrics::counter!("rightsdesk_second_factor_alarms_total").increment(1);
        tracing::warn!(staff = %staff.uuid(), "ten tries at a second factor in a quarter of an hour");
    }
    Ok(())
}

/// The code's step, if it is one of this seat's. Counted before it is compared.
pub(super) async fn prove(tools: &Tools, scope: &Scope<One>, staff: StaffId, code: String) -> Result<Shown> {
    count(tools, staff).await?;
    let vault = tools.vault.clone();
    let shown = tools.ledger.reveal(scope.clone(), "sign_in", move |tx| {
        let factor = seats::queries::factor(tx, staff)?
            .ok_or_else(|| Error::refused("REFUSED", "this seat has no second factor of its own yet"))?;
        let secret = vault
            .open_secret(tx, totp::STAFF_TOTP, factor.totp_secret_id)?
            .map_err(|shut| shut.of_secret(factor.totp_secret_id))?;
        let step = totp::matching(&secret, &code, tx.now()?)?;
        Ok(step.map(|step| Shown { secret: factor.totp_secret_id, step, is_enrolled: factor.totp_step.is_some() }))
    });
    shown.await?.ok_or_else(wrong)
}

/// The second half of the local way in: another session takes the place of the one that showed the password.
pub async fn confirm(
    tools: &Tools,
    desk: &SignIn,
    origin: Origin,
    (caller, code): (Option<&Caller>, String),
) -> Result<SignedIn> {
    let half = halfway(caller)?;
    let shown = prove(tools, &half.scope, half.staff, code).await?;
    if !shown.is_enrolled {
        return Err(Error::refused("REFUSED", "end the enrolment first"));
    }
    let (lives, doors) = (desk.lives, tools.clone());
    tools
        .ledger
        .write(half.scope, move |tx| {
            let seat = open(tx, half.staff)?;
            shown.take(tx, seat.id)?;
            if !sessions::queries::end(tx, half.session, Some(seat.id), SessionEnd::Replaced)? {
                return Err(sign_in_needed());
            }
            Ok(whole(&doors, tx, lives, &seat, origin)?.told())
        })
        .await
}

/// A whole session of the local way in, with the token that keeps the console known.
pub(super) fn whole(
    tools: &Tools,
    tx: &mut WriteTx,
    lives: super::Lives,
    seat: &StaffMember,
    origin: Origin,
) -> Result<SignedIn> {
    let now = tx.now()?;
    let mut signed_in = sessions::issue(tx, lives, seat, (SignInMethod::Local, Some(now)), origin)?;
    if let Some(hash) = queries::password_hash(tx, seat.id)? {
        signed_in.device = Some(device::mint(tools, tx, seat.id, &hash)?);
    }
    Ok(signed_in)
}

/// The seat, held, if it may still be sat on.
pub(super) fn open(tx: &mut WriteTx, staff: StaffId) -> Result<StaffMember> {
    let seat = seats::queries::hold(tx, staff)?;
    if seat.is_open(tx.now()?) { Ok(seat) } else { Err(sign_in_needed()) }
}

/// The second factor shown again.
pub async fn step_up(tools: &Tools, caller: &Caller, code: String) -> Result<(Session, StaffMember)> {
    let (scope, session) = (caller.permit_own()?, caller.session().ok_or_else(sign_in_needed)?);
    let staff = caller.staff_id().ok_or_else(sign_in_needed)?;
    let shown = prove(tools, &scope, staff, code).await?;
    tools
        .ledger
        .write(scope, move |tx| {
            let seat = open(tx, staff)?;
            shown.take(tx, staff)?;
            if !sessions::queries::freshen(tx, session.id)? {
                return Err(sign_in_needed());
            }
            let fresh = sessions::queries::find(tx, session.id)?.ok_or_else(sign_in_needed)?;
            Ok(Witnessed::new((fresh, seat), Event::new("session.freshened", "session", session.id.uuid())))
        })
        .await
}
