//! Another password for oneself. Every session of the seat ends with the old one, this one too: another takes its
//! place.

use super::hasher::Verdict;
use super::throttle::{Budget, spend};
use super::{SignIn, device, password, queries, wrong};
use crate::floor::access::Caller;
use crate::floor::graphql::sign_in_needed;
use crate::floor::kernel::{Error, Result, Secret, TenantId};
use crate::floor::ledger::Event;
use crate::floor::tools::Tools;
use crate::staff::seats;
use crate::staff::sessions::{self, Origin, SessionEnd, SignedIn};

pub async fn change_password(
    tools: &Tools,
    desk: &SignIn,
    origin: Origin,
    caller: &Caller,
    (current, new): (Secret, Secret),
) -> Result<SignedIn> {
    let (scope, session) = (caller.permit_own()?, caller.session().ok_or_else(sign_in_needed)?);
    let staff = caller.staff_id().ok_or_else(sign_in_needed)?;
    let (version, stored) = tools
        .ledger
        .bookkeep(Some(TenantId::HOUSE), move |tx| {
            spend(tx, Budget::PasswordChange, staff.uuid().as_bytes())?;
            let (now, found) = (tx.now()?, queries::by_id(tx, staff)?.ok_or_else(sign_in_needed)?);
            Ok((found.version, found.hash(now).map(str::to_owned)))
        })
        .await?;
    if stored.is_none() {
        return Err(Error::refused("REFUSED", "this seat is signed in to without a password"));
    }
    if desk.hasher.check(current, stored).await? == Verdict::Wrong {
        return Err(wrong());
    }
    let doors = tools.clone();
    let (handle, mail) = tools
        .ledger
        .reveal(scope.clone(), "password_rule", move |tx| {
            let seat = seats::queries::find(tx, staff)?.ok_or_else(sign_in_needed)?;
            Ok((seat.handle, seats::open_mail(&doors, tx, staff)?))
        })
        .await?;
    password::require("new", &new, &handle, &mail).await?;
    let hash = desk.hasher.hash(new).await?;
    let (lives, doors) = (desk.lives, tools.clone());
    tools
        .ledger
        .write(scope, move |tx| {
            let old = sessions::queries::find(tx, session.id)?.filter(|old| old.ended.is_none());
            let old = old.ok_or_else(sign_in_needed)?;
            if !queries::set_password(tx, (staff, version), &hash)? {
                return Err(Error::Conflict);
            }
            sessions::queries::end_all(tx, staff, None, SessionEnd::Replaced)?;
            let seat = seats::queries::hold(tx, staff)?;
            // The password is no second factor: the new session is as fresh as the old one was.
            let mut signed_in = sessions::issue(tx, lives, &seat, (old.method, old.fresh_at), origin)?;
            signed_in.device = Some(device::mint(&doors, tx, staff, &hash)?);
            Ok(signed_in.told().and(Event::new("staff.password_changed", "staff", staff.uuid())))
        })
        .await
}
