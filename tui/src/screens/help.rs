//! Help: every key that is heard on the screen beneath, from the live table, with what it does and why it is off.
//!
//! `/` finds. It lists nothing that is not in the table.

use crate::core::action::{Action, Cli, Effect, Effects, Scope, Verb};
use crate::core::cursor::Cursor;
use crate::core::page::{Body, Line, Page, Row, Rows, Section, Tone, heads};
use crate::core::screen::{Ctx, Entry, Screen, Shape};
use crate::core::search::Field;
use crate::core::shell;

pub const ENTRY: Entry = Entry {
    name: "help",
    title: "Help",
    shape: Shape::Layer { width: 104, height: 30 },
    opener: Some(&OPEN),
    verbs: VERBS,
    open: |_| Box::new(Help { wanted: Field::default(), is_finding: false, cursor: Cursor::default() }),
};

const KEYMAP: Cli = Cli::Form("keymap");

const OPEN: Verb = Verb {
    hint: "help",
    cli: KEYMAP,
    ..Verb::new("help.open", "help", "Every key that is heard here", Scope::Global, &["?"])
};

const FIND: Verb = Verb {
    hint: "find",
    cli: KEYMAP,
    ..Verb::new(
        "help.find",
        "find in help",
        "Narrows the list to rows with these letters",
        Scope::Place("help"),
        &["/"],
    )
};

const ERASE: Verb = Verb {
    cli: KEYMAP,
    ..Verb::new(
        "help.erase",
        "erase a letter",
        "Erases the last letter of the search",
        Scope::Place("help"),
        &["Backspace", "Ctrl-h"],
    )
};

const KEEP: Verb = Verb {
    cli: KEYMAP,
    ..Verb::new(
        "help.keep",
        "keep what was found",
        "Ends the typing and keeps the narrowed list",
        Scope::Place("help"),
        &["Enter"],
    )
};

const VERBS: &[Verb] = &[OPEN, FIND, ERASE, KEEP];

struct Help {
    wanted: Field,
    is_finding: bool,
    cursor: Cursor,
}

impl Help {
    fn found(&self, ctx: &Ctx) -> Vec<&'static Verb> {
        let wanted = self.wanted.text().to_lowercase();
        let has = |verb: &&'static Verb| {
            let row = format!("{} {} {}", verb.keys.join(" "), verb.title, verb.help);
            row.to_lowercase().contains(&wanted)
        };
        ctx.keymap.heard(&ctx.beneath.0).into_iter().filter(|verb| !verb.keys.is_empty()).filter(has).collect()
    }
}

impl Screen for Help {
    fn update(&mut self, action: &Action, ctx: &Ctx) -> Effects {
        match action {
            Action::Do(verb, _) if **verb == shell::ESCAPE => {
                self.is_finding = false;
                self.wanted.clear();
            }
            Action::Do(verb, _) if **verb == FIND => self.is_finding = true,
            Action::Do(verb, _) if **verb == KEEP => self.is_finding = false,
            Action::Do(verb, _) if **verb == ERASE => self.wanted.erase(),
            Action::Typed(c) => self.wanted.push(*c),
            Action::Pasted(text) => text.chars().for_each(|c| self.wanted.push(c)),
            action => {
                let ids: Vec<String> = self.found(ctx).iter().map(|verb| verb.id.to_owned()).collect();
                self.cursor.follow(action, &ids, ctx);
                return Effects::new();
            }
        }
        self.cursor.reset();
        Vec::<Effect>::new()
    }

    fn page(&self, ctx: &Ctx) -> Page {
        let rows = self.found(ctx).into_iter().map(|verb| {
            let off = verb.refusal(ctx.beneath_for(verb), ctx);
            let help = off.map_or(Line::plain(verb.help), |why| Line::dim(format!("off: {why}")));
            Row {
                id: verb.id.to_owned(),
                cells: vec![Line::of(Tone::Key, verb.keys.join("  ")), Line::plain(verb.title), help],
            }
        });
        let rows: Vec<Row> = rows.collect();
        let ids: Vec<String> = rows.iter().map(|row| row.id.clone()).collect();
        let cursor = self.cursor.on(&ids).cloned();
        let mut title = Line::plain("Help");
        if self.is_finding || !self.wanted.text().is_empty() {
            let caret = if self.is_finding { "▏" } else { "" };
            title =
                title + Line::of(Tone::Key, " / ") + Line::of(Tone::Strong, self.wanted.text()) + Line::plain(caret);
        }
        Page {
            title,
            sections: vec![Section {
                id: "keys",
                title: "",
                note: Line::default(),
                body: Body::Rows(Rows {
                    heads: heads(&["Keys", "Verb", "What it does"]),
                    rows,
                    cursor,
                    none: "no row has these letters",
                    leaves: &[],
                }),
            }],
            foot: Line::dim("from the live table"),
        }
    }

    fn is_a_list(&self) -> bool {
        true
    }

    fn takes_text(&self) -> bool {
        self.is_finding
    }
}
