//! What a password must be: long, or hard to guess; and never one that everybody or everybody here would think of.
//! No rule about kinds of letters: those make passwords worse.

use unicode_normalization::UnicodeNormalization;
use zxcvbn::{Score, zxcvbn};

use crate::floor::kernel::{Error, Personal, Result, Secret};

const LONG: usize = 15;
const LONGEST: usize = 256;

/// Words anybody would try first at this desk.
const OURS: [&str; 7] = ["rightsdesk", "rights", "desk", "privacy", "datenschutz", "admin", "staff"];

/// Refuses a weak password under the name of the field it came in.
pub async fn require(field: &'static str, password: &Secret, handle: &str, mail: &Personal) -> Result<()> {
    let (password, handle, mail) = (password.clone(), handle.to_owned(), mail.clone());
    let flaw = tokio::task::spawn_blocking(move || flaw(password.expose(), &handle, mail.disclose()));
    match flaw.await.map_err(|_| Error::internal("the password rule broke off"))? {
        None => Ok(()),
        Some(advice) => Err(Error::invalid(field, advice)),
    }
}

fn flaw(password: &str, handle: &str, mail: &str) -> Option<&'static str> {
    let password: String = password.nfc().collect();
    let length = password.chars().count();
    if length > LONGEST {
        return Some("256 letters are the most that are taken");
    }
    let local = mail.split('@').next().unwrap_or_default();
    let words: Vec<&str> = OURS.into_iter().chain([handle, local, mail]).collect();
    let score = zxcvbn(&password, &words).score();
    match () {
        () if score < Score::Two => Some(
            "this one is among the first to be guessed: take several words that have nothing to do with you or this desk",
        ),
        () if length < LONG && score < Score::Three => Some("take at least 15 letters: four or five words will do"),
        () => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_or_hard_to_guess_is_taken_and_what_everybody_thinks_of_is_not() {
        let cases = [
            ("correct horse battery staple", true),
            ("x7#Kq!9vPz2m", true),
            ("नमस्ते दुनिया की हर एक बिल्ली", true),
            ("passwordpassword", false),
            ("qwertyuiopasdfgh", false),
            ("aaaaaaaaaaaaaaaaaaaa", false),
            ("rightsdeskrightsdesk", false),
            ("mira.kaya@desk.example", false),
            ("mirakaya1", false),
            ("dragonfly7", false),
            ("", false),
        ];
        for (password, is_taken) in cases {
            assert_eq!(flaw(password, "mira", "mira.kaya@desk.example").is_none(), is_taken, "{password}");
        }
    }

    #[test]
    fn two_hundred_and_fifty_six_letters_are_the_most() {
        let words = "neem bazaar lantern ".repeat(13);
        let of = |length: usize| words.chars().take(length).collect::<String>();
        assert!(flaw(&of(256), "mira", "mira@desk.example").is_none());
        assert!(flaw(&of(257), "mira", "mira@desk.example").is_some());
    }
}
