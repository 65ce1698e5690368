//! The way in at a desk of one's own: who can read the machine's token file has the machine. Shown again, it is shown
//! afresh.

use subtle::ConstantTimeEq;

use super::{SignIn, wrong};
use crate::floor::kernel::{Error, Result, Secret, TenantId};
use crate::floor::tools::Tools;
use crate::staff::seats;
use crate::staff::sessions::{self, Origin, SignInMethod, SignedIn};
use crate::staff::{digest, himself};

pub async fn sign_in_with_file(tools: &Tools, desk: &SignIn, origin: Origin, token: Secret) -> Result<SignedIn> {
    let Some(kept) = desk.file else {
        return Err(Error::refused("REFUSED", "this desk is no local one: sign in with mail address and password"));
    };
    if !bool::from(kept.ct_eq(&digest(token.expose()))) {
        return Err(wrong());
    }
    let admin = tools.ledger.bookkeep(Some(TenantId::HOUSE), |tx| seats::queries::first_admin(tx)).await?;
    let admin = admin.ok_or_else(|| Error::refused("REFUSED", "no admin's seat is in use: take up its invitation"))?;
    let lives = desk.lives;
    tools
        .ledger
        .write(himself(admin.id)?, move |tx| {
            let (seat, now) = (super::factor::open(tx, admin.id)?, tx.now()?);
            Ok(sessions::issue(tx, lives, &seat, (SignInMethod::File, Some(now)), origin)?.told())
        })
        .await
}
