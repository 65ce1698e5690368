//! The verbs of the console itself: leaving, moving, redrawing, the clock's zone.
//!
//! No screen rebinds these keys. What they do is in `update.rs`.

use super::action::{Cli, Scope, Verb};
use super::connection::Standing;
use super::screen::Escape;

pub const ESCAPE: Verb = Verb {
    hint: "close",
    off: |_, ctx| match (ctx.escape == Escape::Never, ctx.beneath.0.is_empty() && ctx.escape == Escape::Closes) {
        (true, _) => Some("a lock is opened, not closed".to_owned()),
        (false, true) => Some("nothing is open".to_owned()),
        (false, false) => None,
    },
    ..Verb::new(
        "shell.escape",
        "close the innermost",
        "Closes the innermost of search, layer, marks and waiting keys",
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

/// What a request is opened as, and the screen that lists them.
pub const REQUEST: &str = "request";
pub const QUEUE: &str = "queue";
/// Before the reference of a request that is done with: the one that is next after it.
pub const AFTER: &str = "after ";
/// Before the number of a view that is kept.
pub const VIEW: &str = "view ";

pub const NEXT: Verb = Verb {
    needs: Some("see_queue"),
    cli: Cli::Form("requests next"),
    ..Verb::new(
        "shell.next",
        "next for me",
        "Opens the request that I should work next: the earliest clock first",
        Scope::Global,
        &["n"],
    )
};

/// Who hears what came of taking something back.
pub const UNDONE: &str = "undo";
/// How long something can be taken back.
pub const UNDO_SECONDS: i64 = 10;

pub const UNDO: Verb = Verb {
    hint: "take back",
    off: |_, ctx| match &ctx.undo {
        None => Some("nothing was done that can be taken back".to_owned()),
        Some(undo) if undo.is_sent => Some("it is on its way".to_owned()),
        Some(undo) if undo.until <= ctx.now => Some(format!("that was more than {UNDO_SECONDS} s ago")),
        Some(_) => match ctx.connection.standing {
            Standing::Offline { .. } => Some("the server is away".to_owned()),
            _ => None,
        },
    },
    cli: Cli::None("a command that was mistaken is followed by another"),
    ..Verb::new(
        "shell.undo",
        "take it back",
        "Makes the last change as if it had not been, for ten seconds after it",
        Scope::Global,
        &["u"],
    )
};

const fn viewed(id: &'static str, title: &'static str, keys: &'static [&'static str]) -> Verb {
    Verb {
        needs: Some("see_queue"),
        cli: Cli::Form("requests list"),
        ..Verb::new(id, title, "Shows the queue as this view of mine has it", Scope::Global, keys)
    }
}

const VIEWS: [Verb; 9] = [
    viewed("shell.view-1", "my view 1", &["w 1"]),
    viewed("shell.view-2", "my view 2", &["w 2"]),
    viewed("shell.view-3", "my view 3", &["w 3"]),
    viewed("shell.view-4", "my view 4", &["w 4"]),
    viewed("shell.view-5", "my view 5", &["w 5"]),
    viewed("shell.view-6", "my view 6", &["w 6"]),
    viewed("shell.view-7", "my view 7", &["w 7"]),
    viewed("shell.view-8", "my view 8", &["w 8"]),
    viewed("shell.view-9", "my view 9", &["w 9"]),
];

/// Which of the kept views a verb shows, counted from 1; none for any other verb.
pub fn view(verb: &Verb) -> Option<usize> {
    VIEWS.iter().position(|view| view == verb).map(|at| at + 1)
}

/// What the key before a letter is for, in the footer and above its pop-up.
pub const PREFIXES: &[(&str, &str)] = &[("g", "go"), ("a", "act")];

pub const VERBS: &[Verb] = &[
    CHECK, ZONE, LEAVE, MOUSE, SIGN_OUT, NEXT, UNDO, VIEWS[0], VIEWS[1], VIEWS[2], VIEWS[3], VIEWS[4], VIEWS[5],
    VIEWS[6], VIEWS[7], VIEWS[8], ESCAPE, CANCEL, REDRAW, SUSPEND, DOWN, UP, HALF_DOWN, HALF_UP, FIRST, LAST,
];

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
