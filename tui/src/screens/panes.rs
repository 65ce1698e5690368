//! A place about one thing: what is so of it, and the lists that belong to it, side by side or behind Tab.
//!
//! It is no screen, and knows no thing.

use crate::core::action::{Action, Effects, On, Target, Verb};
use crate::core::canvas::Canvas;
use crate::core::cursor::Cursor;
use crate::core::list::Looks;
use crate::core::page::{Body, Line, Row, Rows, Section, heads};
use crate::core::screen::Ctx;

use super::shared::verb;

/// A verb on the thing that a place shows, whichever row is chosen.
pub const fn whole(
    id: &'static str,
    title: &'static str,
    help: &'static str,
    place: &'static str,
    keys: &'static [&'static str],
    needs: &'static str,
) -> Verb {
    Verb { on: On::Nothing, needs: Some(needs), ..verb(id, title, help, place, keys) }
}

/// What every list of a place is to hear, whichever of them has the keys.
pub fn is_for_all(action: &Action, renew: &Verb) -> bool {
    match action {
        Action::Opened | Action::SignedIn | Action::Returned | Action::Changed(..) | Action::Answered(_) => true,
        Action::Do(verb, _) => *verb == renew,
        _ => false,
    }
}

/// From this width on, two columns.
const WIDE: u16 = 120;

/// What is so of a thing and the lists of it: side by side where there is room, else the list with the keys beneath.
pub fn panes(canvas: &mut dyn Canvas, thing: &Section, lists: &[Section], at: usize) {
    let area = canvas.area();
    let is_wide = area.width >= WIDE && lists.len() > 1;
    let (left, right) = if is_wide { area.columns(area.width * 11 / 20) } else { (area, area) };
    let (top, below) = left.cut_top((canvas.height(thing, left.width) + 1).min(left.height / 2));
    canvas.section(top, thing);
    let beneath = lists.get(if is_wide { 0 } else { at });
    if let Some(list) = beneath {
        canvas.section(below, list);
    }
    if !is_wide {
        return;
    }
    let mut rest = right;
    for (n, list) in lists.iter().enumerate().skip(1) {
        let share = rest.height / u16::try_from(lists.len() - n).unwrap_or(1);
        let wanted = if n + 1 == lists.len() { rest.height } else { share.min(canvas.height(list, rest.width) + 2) };
        let (here, under) = rest.cut_top(wanted);
        canvas.section(here, list);
        rest = under;
    }
    canvas.divide(left);
}

/// The rows of a list that came whole with its thing, and where the keys are in it.
#[derive(Default)]
pub struct Parts(Cursor);

impl Parts {
    pub fn follow(&mut self, action: &Action, ids: &[String], ctx: &Ctx) -> Effects {
        self.0.follow(action, ids, ctx);
        Effects::new()
    }

    pub fn target(&self, ids: &[String]) -> Target {
        Target(self.0.on(ids).cloned().into_iter().collect())
    }

    /// The rows, where they are there yet.
    pub fn section(&self, id: &'static str, looks: &Looks, rows: Option<Vec<Row>>) -> Section {
        let otherwise = if rows.is_some() { looks.none } else { "not known yet" };
        let rows = rows.unwrap_or_default();
        let ids: Vec<String> = rows.iter().map(|row| row.id.clone()).collect();
        let cursor = self.0.on(&ids).filter(|_| looks.is_heard).cloned();
        let at = cursor.as_ref().and_then(|id| ids.iter().position(|other| other == id));
        let note = at.map(|at| Line::dim(format!("{} of {}", at + 1, ids.len()))).unwrap_or_default();
        let body = Body::Rows(Rows { heads: heads(looks.heads), rows, cursor, none: otherwise, leaves: looks.leaves });
        Section { id, title: looks.title, note, body }
    }
}

/// A list, and beneath it what its chosen row says in full: as much as it needs, at most two fifths.
pub fn beneath(canvas: &mut dyn Canvas, list: &Section, chosen: &Section) {
    let area = canvas.area();
    let (below, above) = area.cut_bottom((canvas.height(chosen, area.width) + 1).min(area.height * 2 / 5));
    canvas.section(above, list);
    canvas.section(below, chosen);
}
