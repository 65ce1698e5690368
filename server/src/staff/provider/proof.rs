//! What a provider's word is worth here: who it is, that a second factor was shown, and that it was shown just now.
//! Pure.

use crate::floor::issuers::{Claims, Login, SKEW};
use crate::floor::kernel::{Error, Instant, Result};

/// A person who signed in at the provider.
pub struct Proof {
    pub subject: String,
    /// When the second factor was shown, never later than now.
    pub shown_at: Instant,
}

/// Reads what a proven token says, or tells the person what is missing in it.
pub fn of(claims: &Claims, login: &Login, nonce: &str, now: Instant) -> Result<Proof> {
    let subject = claims.text("sub").filter(|sub| !sub.is_empty() && sub.len() <= 255);
    let Some(subject) = subject else {
        return Err(refused("the identity provider did not say who you are: its administrator can mend that"));
    };
    // The device grant need not carry our word back; where it does, it must be ours.
    if claims.text("nonce").is_some_and(|theirs| theirs != nonce) {
        return Err(refused("the identity provider answered another sign-in: begin again"));
    }
    // A token without its moment could have been made at any time.
    if !matches!(claims.time("iat"), Ok(Some(_))) {
        return Err(refused("the identity provider did not say when it answered: its administrator can mend that"));
    }
    let acr = claims.text("acr").is_some_and(|acr| login.acr.iter().any(|one| one == acr));
    let amr = claims.list("amr").iter().any(|used| login.amr.iter().any(|one| one == used));
    if !acr && !amr {
        return Err(refused("your sign-in at the identity provider had no second factor: sign in there with one"));
    }
    let Ok(Some(at)) = claims.time("auth_time") else {
        return Err(refused("the identity provider did not say when you signed in: its administrator can mend that"));
    };
    if at.since(now) > SKEW {
        return Err(refused("the identity provider's clock is ahead of ours: its administrator can mend that"));
    }
    if now.since(at) > login.max_age {
        return Err(refused("your sign-in at the identity provider is too old: sign out there, then begin again"));
    }
    Ok(Proof { subject: subject.to_owned(), shown_at: at.min(now) })
}

pub(super) fn refused(why: &str) -> Error {
    Error::refused("PROVIDER", why)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Duration;
    use serde_json::{Value, json};

    const NOW: i64 = 1_800_000_000;

    fn login(acr: &[&str]) -> Login {
        Login {
            issuer: "https://login.example".to_owned(),
            client_id: "desk".to_owned(),
            client_secret: None,
            acr: acr.iter().map(|one| (*one).to_owned()).collect(),
            amr: vec!["mfa".to_owned(), "hwk".to_owned()],
            max_age: Duration::minutes(5),
            desk: "https://desk.example".to_owned(),
        }
    }

    fn outcome(acr: &[&str], change: impl FnOnce(&mut Value)) -> Result<Proof> {
        let mut claims =
            json!({ "sub": "mira", "iat": NOW, "auth_time": NOW - 20, "amr": ["pwd", "mfa"], "nonce": "n" });
        change(&mut claims);
        of(&Claims::of(&claims), &login(acr), "n", Instant::from_micros(NOW * 1_000_000))
    }

    #[test]
    fn a_fresh_sign_in_with_a_second_factor_is_believed() {
        let proof = outcome(&[], |_| {}).expect("believed");
        assert_eq!((proof.subject.as_str(), proof.shown_at.micros()), ("mira", (NOW - 20) * 1_000_000));
        assert!(outcome(&[], |claims| claims["nonce"] = Value::Null).is_ok(), "the device grant may drop our word");
        assert!(
            outcome(&["gold"], |claims| {
                claims["amr"] = json!(["pwd"]);
                claims["acr"] = json!("gold");
            })
            .is_ok()
        );
        let ahead = outcome(&[], |claims| claims["auth_time"] = json!(NOW + 60)).expect("within the skew");
        assert_eq!(ahead.shown_at.micros(), NOW * 1_000_000, "never fresher than now");
        assert!(outcome(&[], |claims| claims["auth_time"] = json!(NOW - 300)).is_ok());
    }

    #[test]
    fn whatever_is_missing_is_said() {
        type Change = fn(&mut Value);
        let cases: [(&str, Change); 13] = [
            ("who you are", |claims| claims["sub"] = Value::Null),
            ("who you are", |claims| claims["sub"] = json!("")),
            ("another sign-in", |claims| claims["nonce"] = json!("other")),
            ("when it answered", |claims| claims["iat"] = Value::Null),
            ("second factor", |claims| claims["amr"] = Value::Null),
            ("second factor", |claims| claims["amr"] = json!(["pwd", "sms", "pin"])),
            ("second factor", |claims| claims["acr"] = json!("gold")),
            ("second factor", |claims| claims["amr"] = json!([["mfa"]])),
            ("when you signed in", |claims| claims["auth_time"] = Value::Null),
            ("when you signed in", |claims| claims["auth_time"] = json!("now")),
            ("ahead", |claims| claims["auth_time"] = json!(NOW + 61)),
            ("too old", |claims| claims["auth_time"] = json!(NOW - 301)),
            ("too old", |claims| claims["auth_time"] = json!(0)),
        ];
        for (said, change) in cases {
            let refusal = outcome(&[], |claims| {
                change(claims);
                if claims["acr"] == json!("gold") {
                    claims["amr"] = json!([]);
                }
            });
            let error = refusal.err().unwrap_or_else(|| panic!("refused: {said}"));
            assert!(error.code() == "PROVIDER" && error.to_string().contains(said), "{said}: {error}");
        }
    }
}
