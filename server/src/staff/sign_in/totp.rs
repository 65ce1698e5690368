//! One-time codes: six digits, thirty seconds, as every authenticator makes them. The current step and the one before
//! are known, never a later one. It holds a secret for one comparison and does not look at a clock.

use data_encoding::BASE32_NOPAD;
use totp_rs::{Algorithm, Builder, Totp};

use crate::floor::kernel::{Error, Instant, Result, Secret};
use crate::floor::vault::SecretKind;
use crate::staff::token::random;

/// How it stands in the vault.
pub const STAFF_TOTP: SecretKind = SecretKind::new("staff_totp");

const SECONDS: i64 = 30;

/// A new secret, in base 32.
pub fn fresh() -> Result<Secret> {
    Ok(Secret::new(BASE32_NOPAD.encode(&random::<20>()?)))
}

/// The step a moment falls into.
pub fn step_at(now: Instant) -> i64 {
    now.micros().div_euclid(SECONDS * 1_000_000)
}

/// Whether a step is one whose code is still good.
pub fn is_current(step: i64, now: Instant) -> bool {
    (step_at(now) - 1..=step_at(now)).contains(&step)
}

/// The step whose code this is, if it is a good one.
pub fn matching(secret: &Secret, code: &str, now: Instant) -> Result<Option<i64>> {
    let (totp, code): (_, String) = (generator(secret, "")?, code.chars().filter(|letter| *letter != ' ').collect());
    let fits = |step: &i64| u64::try_from(step * SECONDS).is_ok_and(|time| totp.check(&code, time).is_some());
    Ok([step_at(now), step_at(now) - 1].into_iter().find(fits))
}

/// What an authenticator scans. It names the seat by its handle; the mail address is nobody's to photograph.
pub fn uri(secret: &Secret, handle: &str) -> Result<Secret> {
    generator(secret, handle)?
        .to_url()
        .map(Secret::new)
        .map_err(|_| Error::internal("a handle makes no otpauth address"))
}

fn generator(secret: &Secret, handle: &str) -> Result<Totp> {
    let bytes = BASE32_NOPAD
        .decode(secret.expose().as_bytes())
        .map_err(|_| Error::internal("the secret of a second factor is not base 32"))?;
    let builder = Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(6)
        .with_skew(0)
        .with_step_duration(SECONDS.unsigned_abs())
        .with_secret(bytes.into_boxed_slice())
        .with_account_name(handle)
        .with_issuer(Some("Rightsdesk"));
    builder.build().map_err(|_| Error::internal("the secret of a second factor is too short"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Duration;

    /// "12345678901234567890" in base 32, the secret of RFC 6238.
    const KNOWN: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

    fn at(seconds: i64) -> Instant {
        Instant::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn the_known_codes_come_out() {
        for (seconds, code) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")] {
            let step = matching(&Secret::new(KNOWN), code, at(seconds)).unwrap();
            assert_eq!(step, Some(seconds / 30), "{seconds}");
        }
    }

    #[test]
    fn a_code_is_good_in_its_step_and_the_next_and_never_before() {
        let now = at(1_111_111_109);
        let good = |span| matching(&Secret::new(KNOWN), "081804", now.plus(Duration::seconds(span))).unwrap().is_some();
        assert!(good(0) && good(1) && good(30));
        assert!(!good(31) && !good(-30));
        assert!(matching(&Secret::new(KNOWN), "081 804", now).unwrap().is_some());
        assert!(matching(&Secret::new(KNOWN), "+81804", now).unwrap().is_none());
    }

    #[test]
    fn what_is_scanned_names_the_handle() {
        let uri = uri(&Secret::new(KNOWN), "mira").unwrap();
        assert!(uri.expose().starts_with("otpauth://totp/Rightsdesk:mira?"), "{}", uri.expose());
        assert_eq!(fresh().unwrap().expose().len(), 32);
    }
}
