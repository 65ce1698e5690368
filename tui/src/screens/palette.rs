//! The palette: every verb that is reachable from the screen beneath, found by letters of its name.
//!
//! It runs nothing itself: Enter closes it and hands the verb on, with the ids that were chosen when it opened.

use crate::core::action::{Action, Cli, Effect, Effects, On, Scope, Target, Verb};
use crate::core::cursor::Cursor;
use crate::core::page::{Body, Line, Page, Row, Rows, Section, Tone};
use crate::core::screen::{Ctx, Entry, Screen, Shape};
use crate::core::search::{Field, score};
use crate::core::shell;

pub const ENTRY: Entry = Entry {
    name: "palette",
    title: "Palette",
    shape: Shape::Layer { width: 76, height: 18 },
    opener: Some(&OPEN),
    verbs: VERBS,
    open: |_| Box::new(Palette { wanted: Field::default(), cursor: Cursor::default() }),
};

const WHY_NO_COMMAND: Cli = Cli::None("it finds what the commands already name");

const OPEN: Verb = Verb {
    hint: "command",
    cli: WHY_NO_COMMAND,
    ..Verb::new(
        "palette.open",
        "find a command",
        "Finds what can be done by letters of its name",
        Scope::Global,
        &[":"],
    )
};

const RUN: Verb = Verb {
    hint: "run",
    on: On::One,
    cli: WHY_NO_COMMAND,
    ..Verb::new(
        "palette.run",
        "run the chosen",
        "Closes the palette and runs the chosen verb",
        Scope::Place("palette"),
        &["Enter"],
    )
};

const ERASE: Verb = Verb {
    cli: WHY_NO_COMMAND,
    ..Verb::new(
        "palette.erase",
        "erase a letter",
        "Erases the last letter of the search",
        Scope::Place("palette"),
        &["Backspace", "Ctrl-h"],
    )
};

const CLEAR: Verb = Verb {
    cli: WHY_NO_COMMAND,
    ..Verb::new("palette.clear", "erase the search", "Erases the whole search", Scope::Place("palette"), &["Ctrl-w"])
};

const VERBS: &[Verb] = &[OPEN, RUN, ERASE, CLEAR];

struct Palette {
    wanted: Field,
    cursor: Cursor,
}

impl Palette {
    /// The best first; without a search, in the order of the table.
    fn found(&self, ctx: &Ctx) -> Vec<&'static Verb> {
        let mut verbs: Vec<_> = ctx
            .keymap
            .heard(&ctx.beneath.0)
            .into_iter()
            .filter(|verb| **verb != OPEN && **verb != shell::ESCAPE && **verb != shell::CANCEL)
            .filter(|verb| shell::step(verb, 0).is_none())
            .filter_map(|verb| Some((score(self.wanted.text(), verb.title)?, verb)))
            .collect();
        verbs.sort_by_key(|(score, _)| *score);
        verbs.into_iter().map(|(_, verb)| verb).collect()
    }

    fn ids(&self, ctx: &Ctx) -> Vec<String> {
        self.found(ctx).iter().map(|verb| verb.id.to_owned()).collect()
    }
}

impl Screen for Palette {
    fn update(&mut self, action: &Action, ctx: &Ctx) -> Effects {
        match action {
            Action::Do(verb, target) if **verb == RUN => {
                let chosen = target.0.first();
                let verb = self.found(ctx).into_iter().find(|verb| chosen.is_some_and(|id| verb.id == id));
                let run = verb.map(|verb| Effect::Then(Action::Do(verb, ctx.beneath_for(verb).clone())));
                return std::iter::once(Effect::Then(Action::Close)).chain(run).collect();
            }
            Action::Do(verb, _) if **verb == shell::ESCAPE => return vec![Effect::Then(Action::Close)],
            Action::Do(verb, _) if **verb == ERASE => self.wanted.erase(),
            Action::Do(verb, _) if **verb == CLEAR => self.wanted.clear(),
            Action::Typed(c) => self.wanted.push(*c),
            Action::Pasted(text) => text.chars().for_each(|c| self.wanted.push(c)),
            action => {
                let ids = self.ids(ctx);
                self.cursor.follow(action, &ids, ctx);
                return Effects::new();
            }
        }
        self.cursor.reset();
        Effects::new()
    }

    fn page(&self, ctx: &Ctx) -> Page {
        let rows = self.found(ctx).into_iter().map(|verb| {
            let key = verb.keys.first().copied().unwrap_or_default();
            let off = verb.refusal(ctx.beneath_for(verb), ctx);
            let tone = if off.is_some() { Tone::Dim } else { Tone::Plain };
            let last = match (off, verb.cli) {
                (Some(why), _) => Line::dim(format!("off: {why}")),
                (None, Cli::Form(form)) => Line::dim(format!("rightsdesk {form}")),
                (None, Cli::None(_)) => Line::default(),
            };
            Row { id: verb.id.to_owned(), cells: vec![Line::of(tone, verb.title), Line::of(Tone::Key, key), last] }
        });
        let rows: Vec<Row> = rows.collect();
        let ids: Vec<String> = rows.iter().map(|row| row.id.clone()).collect();
        let cursor = self.cursor.on(&ids).cloned();
        let none = "no verb has these letters";
        Page {
            title: Line::of(Tone::Key, ": ") + Line::of(Tone::Strong, self.wanted.text()) + Line::plain("▏"),
            sections: vec![Section {
                id: "verbs",
                title: "",
                note: Line::default(),
                body: Body::Rows(Rows { heads: Vec::new(), rows, cursor, none, leaves: &[] }),
            }],
            foot: Line::default(),
        }
    }

    fn target(&self, ctx: &Ctx) -> Target {
        let ids = self.ids(ctx);
        Target(self.cursor.on(&ids).cloned().into_iter().collect())
    }

    fn is_a_list(&self) -> bool {
        true
    }

    fn takes_text(&self) -> bool {
        true
    }
}
