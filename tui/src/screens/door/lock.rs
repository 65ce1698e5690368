//! The lock: an empty screen until a second factor is shown again. Comes after some minutes without a key, or at once by
//! its own.
//!
//! Nothing that was open is seen or heard meanwhile; what was written is kept. It is opened, never closed.

use crate::core::action::{Action, Cli, Effect, Effects, Scope, Verb};
use crate::core::due::Moment;
use crate::core::me;
use crate::core::page::{Line, Page};
use crate::core::screen::{Ctx, Entry, Screen, Shape};

use super::step_up::Factors;
use super::{verb, words};

const NAME: &str = me::LOCK;
const CONSOLE: Cli = Cli::None("a command shows nothing that could be locked");

pub const ENTRY: Entry = Entry {
    name: NAME,
    title: "Locked",
    shape: Shape::Alone { width: 60, height: 16 },
    opener: Some(&LOCK),
    verbs: &[LOCK, OPEN, BROWSER, OUT],
    open: |ctx| {
        let is_idle = ctx.now - ctx.touched_at >= ctx.locks_after;
        Box::new(Lock { factors: Factors::default(), is_idle })
    },
};

const LOCK: Verb = Verb {
    cli: CONSOLE,
    off: |_, ctx| match ctx.me.person() {
        None => Some("nobody is signed in".to_owned()),
        Some(person) if !person.can_unlock() => Some("a key has no second factor to open it again".to_owned()),
        Some(_) => None,
    },
    ..verb("lock.lock", "lock", "Empties the screen until your second factor is shown", "lock", Scope::Global, &["L"])
};
const OPEN: Verb = Verb {
    cli: CONSOLE,
    ..verb(
        "lock.open",
        "open",
        "Shows the code to the server and opens the lock",
        "open",
        Scope::Place(NAME),
        &["Enter"],
    )
};
const BROWSER: Verb = Verb {
    cli: CONSOLE,
    ..verb(
        "lock.browser",
        "in the browser instead",
        "Opens the lock at your company's identity provider",
        "browser",
        Scope::Place(NAME),
        &["Ctrl-o"],
    )
};
const OUT: Verb = Verb {
    cli: Cli::Form("sign-out"),
    ..verb("lock.out", "sign out", "Ends the session without opening the lock", "sign out", Scope::Place(NAME), &["q"])
};

struct Lock {
    factors: Factors,
    /// It came by itself.
    is_idle: bool,
}

impl Screen for Lock {
    fn update(&mut self, action: &Action, ctx: &Ctx) -> Effects {
        match action {
            Action::Do(verb, _) if **verb == OUT => vec![Effect::Then(Action::SignOut)],
            Action::Do(verb, _) if **verb == OPEN && ctx.me.person().is_none() => {
                // The session has ended meanwhile: only a sign-in opens it now.
                vec![Effect::Then(Action::Known(Ok(crate::core::me::Me::Nobody)))]
            }
            Action::SteppedUp if self.factors.is_sent() => vec![Effect::Then(Action::Unlocked)],
            Action::FileShown(Err(trouble)) => {
                self.factors.fail(trouble);
                Effects::new()
            }
            action => {
                let (effects, is_shown) = self.factors.follow(NAME, (&OPEN, &BROWSER), action, ctx);
                let opened = is_shown.then_some([Effect::Then(Action::Unlocked), Effect::WhoAmI]);
                effects.into_iter().chain(opened.into_iter().flatten()).collect()
            }
        }
    }

    fn page(&self, ctx: &Ctx) -> Page {
        let minutes = ctx.locks_after.num_minutes();
        let title =
            if self.is_idle { format!("Locked after {minutes} min without a key") } else { "Locked".to_owned() };
        let who = ctx.me.person().map_or_else(|| "signed out meanwhile".to_owned(), me::Person::title);
        let mut page = Page {
            title: Line::plain(title),
            sections: vec![words(vec![
                Line::plain("Screen empty, personal data gone; drafts are kept"),
                Line::plain(who),
                Line::default(),
            ])],
            foot: Line::dim("q signs out"),
        };
        self.factors.add_to(&mut page, ctx);
        page
    }

    fn has_fields(&self) -> bool {
        self.factors.has_code()
    }

    fn takes_text(&self) -> bool {
        self.factors.has_code()
    }

    fn takes(&self, c: char) -> bool {
        self.factors.takes(c)
    }

    fn hears_escape(&self) -> bool {
        true
    }

    fn wakes(&self, _: &Ctx) -> Option<Moment> {
        self.factors.wakes()
    }
}
