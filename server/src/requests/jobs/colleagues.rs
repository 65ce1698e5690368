//! Letters to the operator's own people: to whoever works a request, to the second persons, or to the desk's own mailbox.
//! An address is opened to write to it and for nothing else, and the house's access book says so.

use crate::floor::access::{Bounds, Caller, Permission};
use crate::floor::kernel::{Error, Personal, Result, StaffId};
use crate::floor::mail::{self, Letter};
use crate::floor::tools::Tools;
use crate::staff::{self, StaffMember};

/// A letter that several get.
pub struct Told {
    pub subject: String,
    pub text: String,
    /// What its message id begins with.
    pub key: String,
}

/// What the access book says.
const PURPOSE: &str = "tell_of_request";

/// The desk's own mailbox, as part of a message id.
const DESK: &str = "desk";

/// Who is told of a request: its owner, or the desk where nobody works it, and the second persons where it presses.
pub async fn recipients(tools: &Tools, owner: Option<StaffId>, escalates: bool) -> Result<Vec<(String, Personal)>> {
    let wanted = move |seat: &StaffMember| {
        let is_desk = seat.seat().bounds() == &Bounds::Desk;
        let approves = seat.seat().permissions().contains(&Permission::ApprovePlans);
        owner == Some(seat.id) || (escalates && is_desk && approves)
    };
    let mut found = if owner.is_some() || escalates { open(tools, wanted).await? } else { Vec::new() };
    let is_owned = owner.is_some_and(|owner| found.iter().any(|(known, _)| *known == owner));
    let desk = if is_owned { None } else { mailbox(tools)? };
    let known = found.drain(..).map(|(id, mail)| (id.to_string(), mail));
    Ok(known.chain(desk.map(|desk| (DESK.to_owned(), desk))).collect())
}

/// The address that the operator's page gives to people.
fn mailbox(tools: &Tools) -> Result<Option<Personal>> {
    let adopted = tools.policy.in_force()?;
    Ok(Some(Personal::new(adopted.policy.operator.contact.clone())).filter(mail::is_address))
}

/// The addresses of open seats that are wanted.
pub async fn open(
    tools: &Tools,
    wanted: impl Fn(&StaffMember) -> bool + Send + 'static,
) -> Result<Vec<(StaffId, Personal)>> {
    let house = Caller::house().permit_house(Permission::KeepHouse)?;
    let inside = tools.clone();
    let opened = tools.ledger.reveal(house, PURPOSE, move |tx| {
        let now = tx.now()?;
        let seats = staff::seats::queries::active(tx)?;
        let wanted = seats.iter().filter(|seat| seat.is_open(now) && wanted(seat));
        wanted.map(|seat| Ok((seat.id, staff::seats::open_mail(&inside, tx, seat.id)?))).collect()
    });
    opened.await
}

/// Writes to one of them. An address that takes no letters silences no other.
pub async fn write(tools: &Tools, told: &Told, who: &str, to: Personal) -> Result<()> {
    let id = format!("{}-{who}", told.key);
    let letter = Letter::automatic(to, told.subject.clone(), told.text.clone(), id);
    match tools.mail.send(&letter).await {
        Err(Error::Refused(_)) => {
            tracing::warn!(who, "a letter about a request was not taken");
            Ok(())
        }
        sent => sent,
    }
}
