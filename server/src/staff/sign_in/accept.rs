//! An invitation taken up with a password. The session it gives is good for enrolling a second factor.

use super::{SignIn, password, queries};
use crate::floor::kernel::{Error, Result, Secret, TenantId};
use crate::floor::ledger::Event;
use crate::floor::tools::Tools;
use crate::staff::seats::{self, StaffState};
use crate::staff::sessions::{self, Origin, SignInMethod, SignedIn};
use crate::staff::{digest, himself};

pub async fn accept(
    tools: &Tools,
    desk: &SignIn,
    origin: Origin,
    (invitation, password): (Secret, Secret),
) -> Result<SignedIn> {
    let digest = digest(invitation.expose());
    let seat = tools
        .ledger
        .bookkeep(Some(TenantId::HOUSE), move |tx| {
            let now = tx.now()?;
            let seat = seats::queries::by_invitation(tx, digest)?;
            Ok(seat.filter(|seat| seat.state == StaffState::Invited && seat.invited_until.is_some_and(|end| end > now)))
        })
        .await?
        .ok_or_else(ended)?;
    let (scope, doors, id) = (himself(seat.id)?, tools.clone(), seat.id);
    let mail = tools.ledger.reveal(scope.clone(), "password_rule", move |tx| seats::open_mail(&doors, tx, id)).await?;
    password::require("password", &password, &seat.handle, &mail).await?;
    let hash = desk.hasher.hash(password).await?;
    let lives = desk.lives;
    tools
        .ledger
        .write(scope, move |tx| {
            if !queries::accept(tx, id, digest, &hash)? {
                return Err(ended());
            }
            let seat = seats::queries::hold(tx, id)?;
            let signed_in = sessions::issue(tx, lives, &seat, (SignInMethod::Local, None), origin)?;
            Ok(signed_in.told().and(Event::new("staff.accepted", "staff", id.uuid())))
        })
        .await
}

fn ended() -> Error {
    Error::refused("EXPIRED", "this invitation has ended or was used: ask an admin for another")
}
