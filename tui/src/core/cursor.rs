//! The cursor of a list: it holds an id, so a refresh, a filter or a new row never moves it to another thing.

use super::action::Action;
use super::screen::Ctx;
use super::shell;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    id: Option<String>,
    /// Where it was last seen, for the day its row leaves.
    row: usize,
}

impl Cursor {
    /// The id it stands on among these: its own, else its neighbour's.
    pub fn on<'a>(&self, ids: &'a [String]) -> Option<&'a String> {
        let own = self.id.as_ref().and_then(|id| ids.iter().find(|other| *other == id));
        own.or_else(|| ids.get(self.row.min(ids.len().saturating_sub(1))))
    }

    /// Follows keys of movement, the wheel and clicks.
    pub fn follow(&mut self, action: &Action, ids: &[String], ctx: &Ctx) {
        let step = match action {
            Action::Do(verb, _) => shell::step(verb, usize::from(ctx.size.height)),
            Action::Wheel(rows) => Some(*rows),
            Action::Picked(id) => return self.put(id, ids),
            _ => None,
        };
        let Some(step) = step else { return };
        let last = ids.len().saturating_sub(1);
        let row = self.on(ids).and_then(|id| ids.iter().position(|other| other == id)).unwrap_or(0);
        let to = row.saturating_add_signed(step).min(last);
        if let Some(id) = ids.get(to) {
            self.put(id, ids);
        }
    }

    /// Back to the first row, as after a new search.
    pub fn reset(&mut self) {
        *self = Self::default();
    }

    fn put(&mut self, id: &String, ids: &[String]) {
        if let Some(row) = ids.iter().position(|other| other == id) {
            *self = Self { id: Some(id.clone()), row };
        }
    }
}
