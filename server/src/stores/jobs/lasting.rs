//! Connections over the years: those that would lapse are renewed while they can be, and who keeps a store is told where
//! they cannot, and where one is lost.

use chrono::Duration;
use serde::{Deserialize, Serialize};

use super::super::actions::keep_alive;
use super::super::model::{RENEWED, Store, StoreState, warning};
use super::super::queries::tokens::Lapsing;
use super::super::queries::{stores, tokens};
use crate::floor::access::{Caller, Permission};
use crate::floor::jobs::{Halt, Job, Run, Turns};
use crate::floor::kernel::{Day, Error, MemberId, Personal, Result, StoreId};
use crate::floor::ledger::{Event, Witnessed};
use crate::floor::mail::Letter;
use crate::floor::platforms::{self, Platform};
use crate::floor::tools::Tools;
use crate::tenants::write_to_owners;

/// For so long nobody is bothered with what may yet be renewed by itself.
const HOPED: Duration = Duration::days(40);

/// Looks after connections that nothing was read over for long. Where a platform turns the refresh token by its use, what is
/// not used lapses, and so it is used; of what lapses all the same its owners are warned 60, 30 and 7 days before, each
/// time once.
#[derive(Debug, Serialize, Deserialize)]
pub struct WatchConnections {}

impl Job for WatchConnections {
    const NAME: &'static str = "watch_connections";

    async fn run(self, run: Run) -> Result<(), Halt> {
        let (tools, mut turns) = (run.tools()?, Turns::default());
        let before = tools.watch.now().plus(RENEWED);
        let desk =
            tools.ledger.desk_scope(Caller::house().permit_desk(Permission::SeeQueue)?, "connections that lapse");
        let lapsing = tools.ledger.desk(&desk.await?, move |tx| tokens::lapsing(tx, before)).await?;
        for lapsing in lapsing {
            if run.is_stopping() {
                return Err(Halt::GiveBack);
            }
            run.hold().await?;
            turns.took(look_after(&tools, &lapsing).await);
        }
        turns.end()
    }
}

async fn look_after(tools: &Tools, lapsing: &Lapsing) -> Result<()> {
    if is_renewed(tools, lapsing).await? { Ok(()) } else { warn(tools, lapsing).await }
}

/// Renews what can be. What is lost by that has been told; what is not reached is tried again tomorrow, and is as good as
/// renewed while there are many such days.
async fn is_renewed(tools: &Tools, lapsing: &Lapsing) -> Result<bool> {
    let platform = tools.platforms.find(&lapsing.platform);
    if !platform.is_some_and(|(platform, _)| platform.turns_refresh()) {
        return Ok(false);
    }
    let lane = Caller::house().permit(Permission::KeepStores, lapsing.at.tenant)?;
    match keep_alive(tools, &lane, lapsing.at.id).await {
        Ok(()) | Err(Error::Refused(_)) => Ok(true),
        Err(Error::Unavailable { .. }) => Ok(lapsing.lapses_at > tools.watch.now().plus(HOPED)),
        Err(other) => Err(other),
    }
}

async fn warn(tools: &Tools, lapsing: &Lapsing) -> Result<()> {
    let now = tools.watch.now();
    // What has lapsed is lost, and told as that.
    let due = warning(lapsing.lapses_at, now.day()).filter(|_| lapsing.lapses_at > now);
    let Some(day) = due.filter(|day| lapsing.warned_for.is_none_or(|told| told < *day)) else { return Ok(()) };
    let (tenant, id, ends) = (lapsing.at.tenant, lapsing.at.id, lapsing.lapses_at.day());
    let lane = Caller::house().permit(Permission::KeepHouse, tenant)?;
    let Some(store) = tools.ledger.read(&lane, move |tx| stores::one(tx, id)).await? else { return Ok(()) };
    let letter = |member, to| lapses(&store, (ends, day), member, to);
    let letters = write_to_owners(tools, tenant, WatchConnections::NAME, letter).await?;
    let told = tools.ledger.write(lane, move |tx| {
        if !tokens::set_warned(tx, id, day)? {
            return Err(Error::Conflict);
        }
        Ok(Witnessed::new((), Event::new("store.lapse_warned", "store", id.uuid()).count("letters", letters)))
    });
    match told.await {
        // Another run told them.
        Ok(()) | Err(Error::Conflict) => Ok(()),
        Err(other) => Err(other),
    }
}

/// Tells who keeps a store that its platform lets us in no more; or, of one that is disconnected, that it still would.
#[derive(Debug, Serialize, Deserialize)]
pub struct TellOfLostConnection {
    pub store: StoreId,
}

/// What one of the owners is told of a store, and since when it is so.
type Written = fn(&Store, Day, MemberId, Personal) -> Letter;

impl Job for TellOfLostConnection {
    const NAME: &'static str = "tell_of_lost_connection";

    async fn run(self, run: Run) -> Result<(), Halt> {
        let (lane, tools, id) = (run.scope()?, run.tools()?, self.store);
        let read = run.ledger.read(&lane, move |tx| Ok((stores::one(tx, id)?, tokens::untold_since(tx, id)?)));
        let (found, untold) = read.await?;
        let (Some(store), Some(since)) = (found, untold) else { return Ok(()) };
        let (letter, action): (Option<Written>, _) = match store.state {
            StoreState::NeedsReconnecting => (Some(lost), "store.loss_told"),
            StoreState::Disconnected => (Some(still_good), "store.still_good_told"),
            // Whoever has connected it anew by now need not be told.
            StoreState::Pending | StoreState::Connected => (None, "store.loss_told"),
        };
        let mut letters = 0;
        if let Some(letter) = letter {
            run.hold().await?;
            let letter = |member, to| letter(&store, since.day(), member, to);
            letters = write_to_owners(&tools, run.job.tenant, Self::NAME, letter).await?;
        }
        let told = run.ledger.write(lane, move |tx| {
            tokens::set_untold(tx, id, None)?;
            Ok(Witnessed::new((), Event::new(action, "store", id.uuid()).count("letters", letters)))
        });
        Ok(told.await?)
    }
}

fn lapses(store: &Store, (ends, told_for): (Day, Day), member: MemberId, to: Personal) -> Letter {
    let Store { name, domain, id, .. } = store;
    let text = format!(
        "{name} ({domain}) is connected until {ends}. After that its platform lets us in no more, and nothing is synced.\n\n\
         Connect it anew before then: ask for a link at the desk and say yes at the platform. The store: {id}.\n"
    );
    let subject = format!("{name} is connected until {ends}");
    Letter::automatic(
        to,
        subject,
        text,
        format!("lapse-{}-{told_for}-{}", id.uuid().as_simple(), member.uuid().as_simple()),
    )
}

fn lost(store: &Store, since: Day, member: MemberId, to: Personal) -> Letter {
    let Store { name, domain, id, .. } = store;
    let text = format!(
        "{name} ({domain}) does not let us in any more. Nothing is read from it and nothing is synced.\n\n\
         Connect it anew: ask for a link at the desk and say yes at the platform. The store: {id}.\n"
    );
    let subject = format!("{name} is not connected any more");
    Letter::automatic(
        to,
        subject,
        text,
        format!("lost-{}-{since}-{}", id.uuid().as_simple(), member.uuid().as_simple()),
    )
}

/// What a merchant does where no page of a platform's own is known.
const ANYWHERE: &str =
    "At the platform, open the list of those that your shop lets in, and remove this desk's app from it.";

fn still_good(store: &Store, since: Day, member: MemberId, to: Personal) -> Letter {
    let Store { name, domain, id, .. } = store;
    let how = platforms::find(&store.platform).and_then(Platform::ended_by_hand).unwrap_or(ANYWHERE);
    let text = format!(
        "{name} ({domain}) is disconnected. Nothing is read or written there any more, and what let us in is deleted here. \
         Its platform did not take it back from us: there it is good until you end it yourself.\n\n{how}\n\nThe store: {id}.\n"
    );
    let subject = format!("{name} is disconnected: end our access at its platform too");
    Letter::automatic(
        to,
        subject,
        text,
        format!("still-good-{}-{since}-{}", id.uuid().as_simple(), member.uuid().as_simple()),
    )
}
