//! The verbs of the console itself: leaving, moving, redrawing, the clock's zone.
//!
//! No screen rebinds these keys. What they do is in `update.rs`.

use super::action::{Cli, Scope, Verb};

pub const ESCAPE: Verb = Verb {
    hint: "close",
    off: |_, ctx| match (ctx.is_locked, ctx.beneath.0.is_empty()) {
        (true, _) => Some("a lock is opened, not closed".to_owned()),
        (false, true) => Some("nothing is open".to_owned()),
        (false, false) => None,
    },
    ..Verb::new(
        "shell.escape",
        "close the innermost",
        "Closes the innermost of search, layer and waiting keys",
        Scope::Everywhere,
        &["Esc"],
    )
};
pub const CANCEL: Verb = Verb::new(
    "shell.cancel",
    "close or leave",
    "As Esc; twice where nothing is left to close, it leaves the console",
    Scope::Everywhere,
    &["Ctrl-c"],
);
pub const REDRAW: Verb = Verb::new("shell.redraw", "redraw", "Paints every cell anew", Scope::Everywhere, &["Ctrl-l"]);
pub const SUSPEND: Verb = Verb::new(
    "shell.suspend",
    "suspend",
    "Gives the terminal back to the shell; fg comes back here",
    Scope::Everywhere,
    &["Ctrl-z"],
);
pub const LEAVE: Verb = Verb {
    hint: "leave",
    ..Verb::new(
        "shell.leave",
        "leave the screen",
        "Leaves this screen, and at the first one the console",
        Scope::Global,
        &["q"],
    )
};
pub const CHECK: Verb = Verb {
    hint: "ask again",
    cli: Cli::Form("status"),
    ..Verb::new(
        "shell.check",
        "ask the server now",
        "Asks the server now and does not wait for the next try",
        Scope::Global,
        &["R"],
    )
};
pub const ZONE: Verb = Verb {
    hint: "zone",
    ..Verb::new("shell.zone", "switch the zone", "Shows times in this machine's zone, or in UTC", Scope::Global, &["t"])
};
pub const MOUSE: Verb = Verb::new(
    "shell.mouse",
    "mouse on or off",
    "Off, the terminal selects text by itself; on, hold Shift for that",
    Scope::Global,
    &[],
);
pub const DOWN: Verb = Verb::new("list.down", "down", "One row down", Scope::Lists, &["j", "Down"]);
pub const UP: Verb = Verb::new("list.up", "up", "One row up", Scope::Lists, &["k", "Up"]);
pub const HALF_DOWN: Verb =
    Verb::new("list.half-down", "half a page down", "Half a page down", Scope::Lists, &["Ctrl-d", "PgDn"]);
pub const HALF_UP: Verb =
    Verb::new("list.half-up", "half a page up", "Half a page up", Scope::Lists, &["Ctrl-u", "PgUp"]);
pub const FIRST: Verb = Verb::new("list.first", "first row", "The first row", Scope::Lists, &["g g", "Home"]);
pub const LAST: Verb = Verb::new("list.last", "last row", "The last row", Scope::Lists, &["G", "End"]);

pub const SIGN_OUT: Verb = Verb {
    cli: Cli::Form("sign-out"),
    off: |_, ctx| ctx.me.person().is_none().then(|| "nobody is signed in".to_owned()),
    ..Verb::new("shell.sign-out", "sign out", "Ends the session and forgets its token", Scope::Global, &[])
};

/// What the key before a letter is for, in the footer and above its pop-up.
pub const PREFIXES: &[(&str, &str)] = &[("g", "go"), ("a", "act")];

pub const VERBS: &[Verb] =
    &[CHECK, ZONE, LEAVE, MOUSE, SIGN_OUT, ESCAPE, CANCEL, REDRAW, SUSPEND, DOWN, UP, HALF_DOWN, HALF_UP, FIRST, LAST];

/// How far a verb of movement goes in a list that shows `page` rows; `None` for any other verb.
pub fn step(verb: &Verb, page: usize) -> Option<isize> {
    let half = isize::try_from(page / 2).unwrap_or(1).max(1);
    [
        (DOWN.id, 1),
        (UP.id, -1),
        (HALF_DOWN.id, half),
        (HALF_UP.id, -half),
        (FIRST.id, isize::MIN),
        (LAST.id, isize::MAX),
    ]
    .into_iter()
    .find_map(|(id, step)| (id == verb.id).then_some(step))
}
