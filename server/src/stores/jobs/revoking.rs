//! After a connection's end the platform is asked to forget the token. Where that came to nothing the merchant is told.

use chrono::Duration;
use serde::{Deserialize, Serialize};

use super::super::ENDING;
use super::super::actions::Place;
use super::super::model::Store;
use super::super::queries::{stores, tokens};
use super::TellOfLostConnection;
use crate::floor::jobs::{self, Halt, Job, Run};
use crate::floor::kernel::{Error, Result, Secret, StoreId};
use crate::floor::ledger::{Event, Witnessed};
use crate::floor::platforms::{Back, Fate, Revoked};
use crate::floor::tools::Tools;
use crate::floor::vault::SecretId;

/// For how long a platform that does not answer is asked.
const TRIED_FOR: Duration = Duration::days(1);

/// What came of it where the token is as good at the platform as it was.
const STILL_GOOD: [&str; 3] = ["by_hand", "not_reached", "shut"];

/// Gives a token back to the platform whose store was disconnected. Nothing else can read it any more; it is deleted once
/// the platform has said its word, and after a day in any case.
#[derive(Debug, Serialize, Deserialize)]
pub struct RevokeAtPlatform {
    pub store: StoreId,
    pub secret: SecretId,
    /// What the platform calls the hooks that it is to forget too.
    #[serde(default)]
    pub hooks: Vec<String>,
}

impl Job for RevokeAtPlatform {
    const NAME: &'static str = "revoke_at_platform";

    async fn run(self, run: Run) -> Result<(), Halt> {
        let (lane, tools) = (run.scope()?, run.tools()?);
        let (id, secret, vault) = (self.store, self.secret, tools.vault.clone());
        let store = run.ledger.read(&lane, move |tx| stores::one(tx, id)).await?.ok_or(Error::NotFound("store"))?;
        let opened = run.ledger.reveal(lane.clone(), Self::NAME, move |tx| vault.open_secret(tx, ENDING, secret));
        let outcome = match opened.await {
            Ok(Ok(token)) => {
                run.hold().await?;
                given_back(&tools, &store, &token, &self.hooks).await?
            }
            // Nobody can read it any more, and so it goes.
            Ok(Err(_)) => "shut",
            // It was given back before the worker died.
            Err(Error::NotFound(_)) => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        let vault = tools.vault.clone();
        let done = run.ledger.write(lane, move |tx| {
            vault.delete(tx, secret)?;
            if STILL_GOOD.contains(&outcome) {
                let now = tx.now()?;
                tokens::set_untold(tx, id, Some(now))?;
                jobs::enqueue(tx, &TellOfLostConnection { store: id })?;
            }
            let told = Event::new("store.given_back", "store", id.uuid());
            Ok(Witnessed::new((), told.code("outcome", outcome)))
        });
        Ok(done.await?)
    }
}

async fn given_back(tools: &Tools, store: &Store, token: &Secret, hooks: &[String]) -> Result<&'static str, Halt> {
    let place = Place::of(tools, store)?;
    for hook in hooks {
        // One that stays is told no, and falls silent after a few times.
        if let Err(fate) = place.platform.unsubscribe(place.visit(), token, hook).await {
            tracing::warn!(?fate, "a hook of a store that is disconnected stays at its platform");
        }
    }
    let now = tools.watch.now();
    let since = store.disconnected_at.unwrap_or(now);
    match place.platform.revoke(place.visit(), token, Back::Everything).await {
        Ok(Revoked::Done) => Ok("done"),
        Ok(Revoked::AlreadyGone) | Err(Fate::Stale | Fate::Over(_)) => Ok("gone"),
        Ok(Revoked::ByHand(_)) => Ok("by_hand"),
        Err(Fate::Again { after }) if now < since.plus(TRIED_FOR) => Err(Halt::SlowDown { after }),
        Err(Fate::Again { .. }) => Ok("not_reached"),
    }
}
