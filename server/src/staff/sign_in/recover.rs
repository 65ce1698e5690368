//! The day the second factor is lost: a recovery code, once, takes it away and lets its holder enrol another. It never
//! stands in for the factor itself.

use super::enrol::{forget_factor, recovery_digest};
use super::factor::{count, open};
use super::{SignIn, halfway, queries, wrong};
use crate::floor::access::Caller;
use crate::floor::graphql::sign_in_needed;
use crate::floor::kernel::{Result, Secret};
use crate::floor::ledger::Event;
use crate::floor::tools::Tools;
use crate::staff::seats;
use crate::staff::sessions::{self, Origin, SessionEnd, SignInMethod, SignedIn};

pub async fn recover(
    tools: &Tools,
    desk: &SignIn,
    origin: Origin,
    (caller, code): (Option<&Caller>, Secret),
) -> Result<SignedIn> {
    let half = halfway(caller)?;
    count(tools, half.staff).await?;
    let (lives, doors) = (desk.lives, tools.clone());
    tools
        .ledger
        .write(half.scope, move |tx| {
            let staff = open(tx, half.staff)?.id;
            if !queries::use_recovery_code(tx, staff, recovery_digest(&code))? {
                return Err(wrong());
            }
            if !sessions::queries::end(tx, half.session, Some(staff), SessionEnd::Replaced)? {
                return Err(sign_in_needed());
            }
            // Whoever has the lost factor has nothing any more.
            sessions::queries::end_all(tx, staff, None, SessionEnd::Replaced)?;
            forget_factor(&doors, tx, staff)?;
            let seat = seats::queries::hold(tx, staff)?;
            let signed_in = sessions::issue(tx, lives, &seat, (SignInMethod::Recovery, None), origin)?;
            Ok(signed_in.told().and(Event::new("staff.recovered", "staff", staff.uuid())))
        })
        .await
}
