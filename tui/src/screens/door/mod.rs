//! The door: signing in, enrolling a second factor, showing it again, and the lock.
//!
//! Passwords and codes are typed here, sent once and wiped; no place of the door holds a token for longer than it takes
//! to hand it on.

mod browser;
pub mod calls;
pub mod enrolment;
pub mod lock;
pub mod sign_in;
pub mod step_up;

use crate::core::action::{Cli, Scope, Verb};
use crate::core::ask::Trouble;
use crate::core::page::{Body, Line, Section, Tone};

const SIGN_IN: Cli = Cli::Form("sign-in");

/// A verb of one of the door's places.
const fn verb(
    id: &'static str,
    title: &'static str,
    help: &'static str,
    hint: &'static str,
    scope: Scope,
    keys: &'static [&'static str],
) -> Verb {
    Verb { hint, cli: SIGN_IN, ..Verb::new(id, title, help, scope, keys) }
}

fn words(lines: Vec<Line>) -> Section {
    Section { id: "words", title: "", note: Line::default(), body: Body::Words(lines) }
}

/// What the server had against it, or why it was not asked.
fn told(trouble: &Trouble) -> Line {
    match trouble {
        Trouble::Unreached(why) => Line::of(Tone::Bad, format!("not reached: {why}; Enter tries again")),
        trouble => Line::of(Tone::Bad, trouble.to_string()),
    }
}

/// The same of a code, which is often wrong for having been right a moment ago.
fn told_of_a_code(trouble: &Trouble) -> Line {
    let once = if trouble.code() == Some("WRONG_CREDENTIALS") { "; a code works once: wait for the next" } else { "" };
    told(trouble) + Line::dim(once)
}
