//! Views of the queue that one of the operator's people keeps for himself.

use crate::floor::access::Caller;
use crate::floor::kernel::{Error, Flaws, Result, SavedViewId};
use crate::floor::ledger::{Event, Once, Witnessed};
use crate::floor::tools::Tools;
use crate::requests::filter;
use crate::requests::queries::views::{self, SavedView};
use crate::tenants;

/// The most that one person keeps.
const MOST: usize = 50;

/// A view that is to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewView {
    /// The one that is written anew.
    pub id: Option<SavedViewId>,
    pub name: String,
    /// In the words of the queue.
    pub filter: String,
    pub position: Option<i16>,
}

/// The views of whoever asks, in their order; none of one who has no seat.
pub async fn list_views(tools: &Tools, caller: &Caller) -> Result<Vec<SavedView>> {
    let Some(staff) = caller.staff_id() else { return Ok(Vec::new()) };
    tools.ledger.read(&caller.permit_own()?, move |tx| views::views(tx, staff)).await
}

/// Keeps a view, or writes one anew.
pub async fn save_view(tools: &Tools, caller: &Caller, new: NewView, once: Option<Once>) -> Result<SavedView> {
    let scope = caller.permit_own()?;
    let staff = caller.staff_id().ok_or(Error::NotFound("seat"))?;
    let mut flaws = Flaws::default();
    let name = new.name.trim().to_owned();
    if !tenants::is_line(&name, 80) {
        flaws.add("name", "give one line of at most 80 bytes");
    }
    let read = filter::read(&new.filter);
    if let Err(faults) = &read {
        for fault in faults {
            flaws.add("filter", format!("at column {}: {}", fault.from + 1, fault.advice));
        }
    }
    flaws.or(())?;
    let filter = read.map(|read| read.text).unwrap_or_default();
    let fresh = SavedViewId::fresh();
    let written = tools.ledger.write_once(scope.clone(), once, "saved_view", move |tx| {
        let now = tx.now()?;
        let own = views::views(tx, staff)?;
        let known = match new.id {
            Some(id) => Some(own.iter().find(|view| view.id == id).ok_or(Error::NotFound("view"))?),
            None => None,
        };
        if known.is_none() && own.len() >= MOST {
            return Err(Error::refused("REFUSED", "50 views are kept already: delete one first"));
        }
        let last = own.iter().map(|view| view.position).max().map_or(0, |last| last.saturating_add(1));
        let view = SavedView {
            id: known.map_or(fresh, |known| known.id),
            staff,
            name,
            filter,
            position: new.position.or(known.map(|known| known.position)).unwrap_or(last),
            made_at: known.map_or(now, |known| known.made_at),
        };
        if !views::save(tx, &view)? {
            return Err(Error::refused("TAKEN", "another of your views is called so"));
        }
        Ok(Witnessed::new(view.id.uuid(), Event::new("view.saved", "saved_view", view.id.uuid())))
    });
    let id = SavedViewId::from_uuid(written.await?.id);
    let own = tools.ledger.read(&scope, move |tx| views::views(tx, staff)).await?;
    own.into_iter().find(|view| view.id == id).ok_or(Error::NotFound("view"))
}

/// Deletes a view of whoever asks, and gives back those that are left.
pub async fn delete_view(
    tools: &Tools,
    caller: &Caller,
    id: SavedViewId,
    once: Option<Once>,
) -> Result<Vec<SavedView>> {
    let scope = caller.permit_own()?;
    let staff = caller.staff_id().ok_or(Error::NotFound("seat"))?;
    let written = tools.ledger.write_once(scope.clone(), once, "saved_view", move |tx| {
        if !views::delete(tx, staff, id)? {
            return Err(Error::NotFound("view"));
        }
        Ok(Witnessed::new(id.uuid(), Event::new("view.deleted", "saved_view", id.uuid())))
    });
    written.await?;
    tools.ledger.read(&scope, move |tx| views::views(tx, staff)).await
}
