//! A second factor for a seat that has none: its secret leaves once, and a first code proves that it arrived.

use data_encoding::BASE32_NOPAD;

use super::factor::{open, prove, whole};
use super::{SignIn, halfway, queries, totp};
use crate::floor::access::Caller;
use crate::floor::graphql::sign_in_needed;
use crate::floor::kernel::{Error, Result, Secret, StaffId};
use crate::floor::ledger::{Event, Witnessed, WriteTx};
use crate::floor::tools::Tools;
use crate::staff::seats;
use crate::staff::sessions::{self, Origin, SessionEnd, SignedIn};
use crate::staff::token::{digest, random};

const CODES: usize = 10;

/// What an authenticator needs, shown once.
pub struct Enrolment {
    pub secret: Secret,
    pub uri: Secret,
}

/// The session, and the codes for the day the authenticator is lost.
pub struct Enrolled {
    pub signed_in: SignedIn,
    pub recovery_codes: Vec<Secret>,
}

/// A new secret, which no code has proved yet. Begun again, the earlier one is forgotten.
pub async fn begin_enrolment(tools: &Tools, caller: Option<&Caller>) -> Result<Enrolment> {
    let half = halfway(caller)?;
    let (doors, secret) = (tools.clone(), totp::fresh()?);
    tools
        .ledger
        .write(half.scope, move |tx| {
            let seat = open(tx, half.staff)?;
            if !seat.must_enrol() {
                return Err(enrolled_already());
            }
            forget_factor(&doors, tx, seat.id)?;
            let id = doors.vault.put(tx, totp::STAFF_TOTP, &secret)?;
            queries::set_factor(tx, seat.id, Some(id))?;
            let enrolment = Enrolment { uri: totp::uri(&secret, &seat.handle)?, secret };
            Ok(Witnessed::new(enrolment, Event::new("staff.enrolment_begun", "staff", seat.id.uuid())))
        })
        .await
}

/// The first code: from here on the seat has a second factor, and the session is whole.
pub async fn confirm_enrolment(
    tools: &Tools,
    desk: &SignIn,
    origin: Origin,
    (caller, code): (Option<&Caller>, String),
) -> Result<Enrolled> {
    let half = halfway(caller)?;
    let shown = prove(tools, &half.scope, half.staff, code).await?;
    let recovery_codes = (0..CODES).map(|_| recovery_code()).collect::<Result<Vec<_>>>()?;
    let (lives, doors) = (desk.lives, tools.clone());
    tools
        .ledger
        .write(half.scope, move |tx| {
            let seat = open(tx, half.staff)?;
            if !seat.must_enrol() {
                return Err(enrolled_already());
            }
            shown.take(tx, seat.id)?;
            if !sessions::queries::end(tx, half.session, Some(seat.id), SessionEnd::Replaced)? {
                return Err(sign_in_needed());
            }
            // Whoever else stands halfway with the same password goes no further.
            sessions::queries::end_all(tx, seat.id, None, SessionEnd::Replaced)?;
            let digests = recovery_codes.iter().map(recovery_digest).collect();
            queries::set_recovery_codes(tx, seat.id, digests)?;
            let signed_in = whole(&doors, tx, lives, &seat, origin)?;
            let told = Event::new("staff.enrolled", "staff", seat.id.uuid());
            let begun = Event::new("session.begun", "session", signed_in.session.id.uuid());
            Ok(Witnessed::new(Enrolled { signed_in, recovery_codes }, told).and(begun))
        })
        .await
}

/// Takes a seat's second factor away, with the codes that stand in for it.
pub(crate) fn forget_factor(tools: &Tools, tx: &mut WriteTx, id: StaffId) -> Result<()> {
    if let Some(factor) = seats::queries::factor(tx, id)? {
        tools.vault.delete(tx, factor.totp_secret_id)?;
        queries::set_factor(tx, id, None)?;
    }
    queries::set_recovery_codes(tx, id, Vec::new())
}

/// Eighty bits in four groups of letters that are not mistaken for one another.
fn recovery_code() -> Result<Secret> {
    let letters = BASE32_NOPAD.encode(&random::<10>()?);
    let groups: Vec<&str> = (0..4).filter_map(|at| letters.get(at * 4..at * 4 + 4)).collect();
    Ok(Secret::new(groups.join("-")))
}

/// However it was typed.
pub(super) fn recovery_digest(code: &Secret) -> [u8; 32] {
    let plain: String = code.expose().chars().filter(char::is_ascii_alphanumeric).collect();
    digest(&plain.to_ascii_uppercase())
}

fn enrolled_already() -> Error {
    Error::refused("REFUSED", "this seat has a second factor already: an admin can renew the seat")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recovery_code_is_known_however_it_is_typed() {
        let code = recovery_code().unwrap();
        assert_eq!(code.expose().len(), 19);
        let typed = Secret::new(format!(" {} ", code.expose().to_lowercase().replace('-', " ")));
        assert_eq!(recovery_digest(&typed), recovery_digest(&code));
    }
}
