//! A secret that is shown: once and whole, for so many seconds, above everything else.
//!
//! It goes with the first key, on time, when the window loses the keyboard, and under whatever opens above it. It is in
//! no list, title, notice or history; one widget alone paints it, and it is wiped when it goes.

use std::time::Duration;

use chrono::TimeDelta;

use super::action::{Action, Effects};
use super::canvas::Canvas;
use super::due::{self, Moment};
use super::page::{Body, Line, Page, Section, Tone};
use super::screen::{Ctx, Entry, Screen, Shape};
use super::secret::Secret;

pub const NAME: &str = "shown";

pub const ENTRY: Entry = Entry {
    name: NAME,
    title: "Shown once",
    shape: Shape::Layer { width: 76, height: 12 },
    opener: None,
    verbs: &[],
    open: |ctx| Box::new(Shown { revealed: Revealed::default(), since: ctx.now }),
};

/// What is to be shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Revealed {
    /// What it is: `mail`, `API key`.
    pub what: String,
    /// Whose, by reference.
    pub object: String,
    /// What to do with it.
    pub advice: &'static str,
    pub value: Secret,
    pub lasts: Duration,
}

pub struct Shown {
    revealed: Revealed,
    since: Moment,
}

impl Shown {
    pub fn of(revealed: Revealed, now: Moment) -> Self {
        Self { revealed, since: now }
    }

    fn ends_at(&self) -> Moment {
        let lasts = TimeDelta::from_std(self.revealed.lasts).unwrap_or_default();
        self.since.checked_add_signed(lasts).unwrap_or(self.since)
    }
}

impl Screen for Shown {
    fn update(&mut self, _: &Action, _: &Ctx) -> Effects {
        Effects::new()
    }

    fn page(&self, ctx: &Ctx) -> Page {
        let Revealed { what, object, advice, value, .. } = &self.revealed;
        let section = |id, body| Section { id, title: "", note: Line::default(), body };
        let hides = Line::dim("hides ") + Line::word(Tone::Warn, due::countdown(self.ends_at(), ctx.now));
        Page {
            title: Line::plain(what.clone()),
            sections: vec![
                section("value", Body::Secret(value.clone())),
                section("advice", Body::Words(vec![Line::dim(format!("{object}. {advice}")), hides])),
            ],
            foot: Line::plain("any key hides it"),
        }
    }

    fn view(&self, ctx: &Ctx, canvas: &mut dyn Canvas) {
        // However long it is, the seconds that are left stay in view.
        let page = self.page(ctx);
        let [value, advice] = page.sections.as_slice() else { return canvas.page(&page) };
        let area = canvas.area();
        let (below, above) = area.cut_bottom(canvas.height(advice, area.width));
        canvas.section(above, value);
        canvas.section(below, advice);
    }

    fn is_over(&self, ctx: &Ctx) -> bool {
        // A clock that was put back does not make it last longer.
        ctx.now >= self.ends_at() || ctx.now < self.since
    }
}
