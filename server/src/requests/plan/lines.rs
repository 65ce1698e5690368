//! The lines that rights share: one for each piece, one for whoever else has something of the person.

use super::binding::{Bound, is_instructed};
use super::comparing::identity;
use super::held::{HeldBy, is_held_order};
use super::{Estate, Kept, Piece, UNLISTED};
use crate::requests::model::{DataRole, PlanLine, PlannedAction};

/// The category of lines that are about the request itself.
const REQUEST: &str = "request";

/// Recipients with an interface of their own by which a person's wish can be passed on. (RULES §8; with others somebody
/// has to write.)
const WITH_INTERFACE: &[&str] =
    &["clerk", "google", "klaviyo", "mailchimp", "pinterest", "resend", "segment", "stripe"];

impl Estate {
    /// A line for each category, in the policy's order: what `fate` says of its pieces, or that there is nothing. What it
    /// says nothing of is left out.
    pub fn lines(&self, fate: impl Fn(&Piece) -> Option<(PlannedAction, Option<Kept>)>) -> Vec<PlanLine> {
        let mut lines: Vec<PlanLine> = Vec::new();
        let said: Vec<_> = self.pieces.iter().filter_map(|piece| Some((piece, fate(piece)?))).collect();
        let listed = |code: &str| self.categories.iter().any(|category| category == code);
        for category in &self.categories {
            let mut of = said.iter().filter(|(piece, _)| &piece.category == category).peekable();
            if of.peek().is_none() {
                lines.push(line(category, "desk", 0, PlannedAction::Nothing));
            }
            of.for_each(|(piece, said)| put(&mut lines, piece, said));
        }
        let others = said.iter().filter(|(piece, _)| !listed(&piece.category));
        others.for_each(|(piece, said)| put(&mut lines, piece, said));
        lines
    }

    /// What whoever got something of the person is told.
    pub fn tell_recipients(&self) -> impl Iterator<Item = PlanLine> {
        self.reached.iter().map(|reached| {
            // Of everybody at once nobody is named: somebody asks for all of it.
            let has_interface = !self.is_whole && WITH_INTERFACE.contains(&reached.recipient.as_str());
            let action = if has_interface { PlannedAction::Tell } else { PlannedAction::ByHand };
            let recipient = Some(reached.recipient.clone());
            PlanLine { recipient, ..line(&reached.category, "recipient", reached.times, action) }
        })
    }

    /// The shops that know the person: each is told by its platform's own call, or by hand. Whoever told us is not told.
    pub fn tell_stores(&self) -> impl Iterator<Item = PlanLine> {
        let others = self.stores.iter().filter(|known| known.platform != self.source.code());
        others.map(|known| {
            let action = if known.hears_wishes { PlannedAction::Tell } else { PlannedAction::ByHand };
            let there = || self.pieces.iter().filter(|piece| piece.store == Some(known.store));
            let buyers = there().find(|piece| piece.table.name == "customers").or(there().next());
            let category = buyers.map_or(UNLISTED, |piece| piece.category.as_str());
            let (store, recipient) = (Some(known.store), Some(known.platform.clone()));
            PlanLine { store, recipient, ..line(category, "store", known.rows, action) }
        })
    }

    /// The shops that know the person and are to forget them. One that still owes them goods, or waits for their money, needs
    /// to know them until then, and one with an order that is held until nobody holds it: somebody sees to it there once that is
    /// over.
    pub fn have_stores_forget(&self) -> impl Iterator<Item = PlanLine> {
        self.tell_stores().map(|line| {
            let store = line.store;
            let there = || {
                let pieces = self.pieces.iter().filter(move |piece| piece.store == store);
                pieces.filter_map(|piece| piece.kept.as_ref())
            };
            let held = there().find(|kept| is_held_order(&kept.ground));
            let open = || there().filter(|kept| kept.ground == Bound::Open.ground()).max_by_key(|kept| kept.until);
            match held.or_else(open) {
                Some(kept) => PlanLine {
                    action: PlannedAction::ByHand,
                    ground: Some(kept.ground.clone()),
                    until_on: kept.until,
                    ..line
                },
                None => line,
            }
        })
    }

    /// What connected apps have is under their providers' own policies: somebody asks there.
    pub fn ask_providers(&self) -> impl Iterator<Item = PlanLine> {
        self.apps.iter().filter(|_| self.is_known).map(|touching| {
            let recipient = Some(touching.app.to_string());
            PlanLine { recipient, ..line(&touching.category, "app", 0, PlannedAction::ByHand) }
        })
    }

    /// The merchant decides where we carry out for one, so the merchant is told; unless the request is its own word.
    pub fn tell_merchant(&self) -> Option<PlanLine> {
        let is_told = self.role == DataRole::Processor && !is_instructed(self.source);
        let recipient = Some("merchant".to_owned());
        is_told.then(|| PlanLine { recipient, ..line(REQUEST, "merchant", 0, PlannedAction::Tell) })
    }

    /// The first hold that stands: nothing that cannot be undone happens to what it names.
    pub fn hold(&self) -> Option<Kept> {
        let hold = self.holds.iter().min_by_key(|hold| (hold.placed_at, hold.id))?;
        Some(Kept { ground: HeldBy::Person(&hold.reference).ground(), until: Some(hold.review_on) })
    }
}

/// A line with nothing beside it.
pub fn line(category: &str, place: &str, rows: i64, action: PlannedAction) -> PlanLine {
    PlanLine {
        category: category.to_owned(),
        place: place.to_owned(),
        store: None,
        recipient: None,
        rows,
        action,
        ground: None,
        until_on: None,
    }
}

/// An answer in words.
pub fn answer() -> PlanLine {
    line(REQUEST, "letter", 0, PlannedAction::Answer)
}

/// What is kept carries its ground and day, whatever the line was.
pub fn keep(line: PlanLine, kept: Kept) -> PlanLine {
    PlanLine { action: PlannedAction::Keep, ground: Some(kept.ground), until_on: kept.until, ..line }
}

/// Adds a piece to the line that it belongs to.
fn put(lines: &mut Vec<PlanLine>, piece: &Piece, (action, kept): &(PlannedAction, Option<Kept>)) {
    let new = PlanLine { store: piece.store, ..line(&piece.category, piece.table.name, piece.rows, *action) };
    let new = kept.clone().map_or_else(|| new.clone(), |kept| keep(new.clone(), kept));
    let is_same = |known: &&mut PlanLine| identity(known) == identity(&new);
    match lines.iter_mut().find(is_same) {
        Some(known) => {
            known.rows += new.rows;
            known.until_on = known.until_on.max(new.until_on);
        }
        None => lines.push(new),
    }
}
