//! Past notices: what the console said, the newest first, with the whole of the one under the cursor.
//!
//! Nothing is kept beyond the life of the console.

use crate::core::action::{Action, Cli, Effect, Effects, On, Scope, Target, Verb};
use crate::core::canvas::Canvas;
use crate::core::cursor::Cursor;
use crate::core::due;
use crate::core::notice::OPENER;
use crate::core::page::{Body, Line, Page, Row, Rows, Section};
use crate::core::screen::{Ctx, Entry, Screen, Shape};

pub const ENTRY: Entry = Entry {
    name: "notices",
    title: "Notices",
    shape: Shape::Layer { width: 100, height: 24 },
    opener: Some(&OPEN),
    verbs: VERBS,
    open: |_| Box::new(Notices { cursor: Cursor::default() }),
};

const OPEN: Verb = Verb {
    hint: "notices",
    cli: Cli::None("commands write their words to stderr as they come"),
    ..Verb::new(OPENER, "past notices", "What the console said, the newest first", Scope::Global, &["!"])
};

const COPY: Verb = Verb {
    hint: "copy",
    on: On::One,
    cli: Cli::None("commands write their words to stderr as they come"),
    ..Verb::new(
        "notices.copy",
        "copy the notice",
        "Hands the chosen notice to the clipboard of the terminal",
        Scope::Place("notices"),
        &["y"],
    )
};

const VERBS: &[Verb] = &[OPEN, COPY];

struct Notices {
    cursor: Cursor,
}

impl Notices {
    fn chosen(&self, ctx: &Ctx) -> Option<String> {
        let ids: Vec<String> = ctx.notices.past().map(|notice| notice.id.clone()).collect();
        self.cursor.on(&ids).cloned()
    }
}

/// What the list keeps, however long the chosen notice is: the row of the notice itself.
const LIST: u16 = 1;

impl Screen for Notices {
    fn update(&mut self, action: &Action, ctx: &Ctx) -> Effects {
        match action {
            Action::Opened => {
                // The cursor takes hold of a row at once: news that arrives later does not move it.
                if let Some(id) = self.chosen(ctx) {
                    self.follow(&Action::Picked(id), ctx);
                }
                vec![Effect::Then(Action::Seen)]
            }
            Action::Do(verb, target) if **verb == COPY => {
                let text = target.0.first().and_then(|id| ctx.notices.find(id)).map(|notice| notice.text.clone());
                text.map(Effect::Copy).into_iter().collect()
            }
            action => {
                self.follow(action, ctx);
                Effects::new()
            }
        }
    }

    fn page(&self, ctx: &Ctx) -> Page {
        let rows = ctx.notices.past().map(|notice| Row {
            id: notice.id.clone(),
            cells: vec![Line::dim(due::second(notice.at, ctx.zone())), Line::of(notice.tone, notice.text.clone())],
        });
        let chosen = self.chosen(ctx);
        let whole = chosen.as_ref().and_then(|id| ctx.notices.find(id)).map(|notice| {
            let at = due::minute(notice.at, ctx.now, ctx.zone());
            Section {
                id: "whole",
                title: "The whole of it",
                note: Line::dim(at),
                body: Body::Words(vec![Line::plain(notice.text.clone())]),
            }
        });
        let list = Section {
            id: "notices",
            title: "",
            note: Line::default(),
            body: Body::Rows(Rows {
                heads: Vec::new(),
                rows: rows.collect(),
                cursor: chosen,
                none: "nothing was said yet",
                leaves: &[],
            }),
        };
        Page {
            title: Line::plain(format!("Notices · {}", ctx.notices.past().len())),
            sections: std::iter::once(list).chain(whole).collect(),
            foot: Line::default(),
        }
    }

    fn view(&self, ctx: &Ctx, canvas: &mut dyn Canvas) {
        let page = self.page(ctx);
        let mut area = canvas.area();
        if let [_, whole] = page.sections.as_slice() {
            let height = (canvas.height(whole, area.width) + 1).min(area.height.saturating_sub(LIST));
            let (below, above) = area.cut_bottom(height);
            canvas.section(below, whole);
            area = above;
        }
        if let Some(list) = page.sections.first() {
            canvas.section(area, list);
        }
    }

    fn target(&self, ctx: &Ctx) -> Target {
        Target(self.chosen(ctx).into_iter().collect())
    }

    fn is_a_list(&self) -> bool {
        true
    }
}

impl Notices {
    fn follow(&mut self, action: &Action, ctx: &Ctx) {
        let ids: Vec<String> = ctx.notices.past().map(|notice| notice.id.clone()).collect();
        self.cursor.follow(action, &ids, ctx);
    }
}
