//! Mail address and password: the first half of the local way in.

use uuid::Uuid;

use super::hasher::Verdict;
use super::throttle::{Budget, source_digest, spend};
use super::{SignIn, device, queries, wrong};
use crate::floor::kernel::{Error, Personal, Result, Secret, StaffId, TenantId};
use crate::floor::ledger::WriteTx;
use crate::floor::tools::Tools;
use crate::staff::seats::{self, MAIL_INDEX};
use crate::staff::sessions::{self, Origin, SignInMethod, SignedIn};

/// A session that may go on to the second factor, or one answer for everything that is wrong.
pub async fn sign_in(
    tools: &Tools,
    desk: &SignIn,
    origin: Origin,
    (mail, password, known): (Personal, Secret, Option<Secret>),
) -> Result<SignedIn> {
    let (doors, source) = (tools.clone(), source_digest(origin.source.as_ref()));
    let found = tools
        .ledger
        .bookkeep(Some(TenantId::HOUSE), move |tx| admit(&doors, tx, &mail, known.as_ref(), source))
        .await?;
    let (seat, stored) = found.unzip();
    let verdict = desk.hasher.check(password.clone(), stored).await?;
    let (Some(seat), Verdict::Right { is_outdated }) = (seat, verdict) else { return Err(wrong()) };
    let renewed = if is_outdated { Some(desk.hasher.hash(password).await?) } else { None };
    let lives = desk.lives;
    tools
        .ledger
        .write(crate::staff::himself(seat.0)?, move |tx| {
            let held = seats::queries::hold(tx, seat.0)?;
            if held.version != seat.1 || !held.is_open(tx.now()?) {
                return Err(wrong());
            }
            if let Some(hash) = renewed {
                queries::rehash(tx, held.id, &hash)?;
            }
            Ok(sessions::issue(tx, lives, &held, (SignInMethod::Local, None), origin)?.told())
        })
        .await
}

/// A seat, its version, and the hash of its password.
type Found = ((StaffId, i32), String);

/// Counts the try before anything is compared, and finds what to compare with.
fn admit(
    tools: &Tools,
    tx: &mut WriteTx,
    mail: &Personal,
    known: Option<&Secret>,
    source: [u8; 32],
) -> Result<Option<Found>> {
    let index = tools
        .vault
        .index_key(tx)?
        .map_err(|shut| Error::internal(format!("the house's key stays shut: {}", shut.code())))?
        .field(MAIL_INDEX)?
        .of(mail);
    let now = tx.now()?;
    let seat = queries::by_mail(tx, index)?;
    let found = seat.and_then(|seat| Some(((seat.id, seat.version), seat.hash(now)?.to_owned())));
    let console = match known {
        // Where there is no seat, nobody's signature is reckoned: a token must not tell by the time it takes.
        Some(token) => {
            let (id, hash) =
                found.as_ref().map_or((StaffId::from_uuid(Uuid::nil()), ""), |((id, _), hash)| (*id, hash));
            device::number_of(tools, tx, token, (id, hash))?.filter(|_| found.is_some())
        }
        None => None,
    };
    if let Some(number) = console {
        spend(tx, Budget::PasswordOfDevice, &number)?;
    } else {
        spend(tx, Budget::PasswordOfAccount, &index)?;
        spend(tx, Budget::PasswordOfSource, &source)?;
        spend(tx, Budget::PasswordOfAll, &[])?;
    }
    Ok(found)
}
