//! The letters: of notices, and the one that asks an address for its yes; and the forgetting of those that never said it.
//! Each opens an address only to write to it, and the house's access book says so.

use serde::{Deserialize, Serialize};

use super::model::{CONFIRM_WITHIN, DeliveryState, Notice};
use super::queries::deliveries::{self, Tried};
use super::queries::notices;
use super::queries::subscribers::{self, Column};
use super::texts;
use super::{CONFIRM_PATH, LEAVE_PATH};
use crate::floor::access::{Caller, Permission};
use crate::floor::jobs::{Halt, Job, Run};
use crate::floor::kernel::{Error, NoticeId, Personal, Result, SubscriberId};
use crate::floor::ledger::{Event, Witnessed};
use crate::floor::policy::Policy;
use crate::floor::tools::Tools;

/// Addresses that are open at a time.
const BATCH: usize = 50;

/// Between two tries of a letter that was refused.
const AGAIN: std::time::Duration = std::time::Duration::from_mins(15);

/// Sends one notice to everyone who is told of it by letter and was not yet. Each letter is noted as soon as it has left,
/// so that a worker that dies leaves at most one whose fate is not on record; sent again, it is the same letter.
#[derive(Debug, Serialize, Deserialize)]
pub struct DeliverNotice {
    pub notice: NoticeId,
}

impl Job for DeliverNotice {
    const NAME: &'static str = "deliver_notice";

    async fn run(self, run: Run) -> Result<(), Halt> {
        let (id, tools) = (self.notice, run.tools()?);
        let lane = run.scope()?;
        let Some(notice) = run.ledger.read(&lane, move |tx| notices::one(tx, id)).await? else { return Ok(()) };
        let adopted = tools.policy.in_force()?;
        let (mut beyond, mut again) = (SubscriberId::from_uuid(uuid::Uuid::nil()), false);
        loop {
            let batch = addressed(&tools, id, beyond).await?;
            let Some(last) = batch.last() else { break };
            beyond = last.id;
            for one in batch {
                if run.is_stopping() {
                    return Err(Halt::GiveBack);
                }
                let (to, tried) = (one.id, send(&run, &tools, (&adopted.policy, &notice), one).await?);
                let settled = run.ledger.write(lane.clone(), move |tx| {
                    let state = deliveries::settle(tx, (id, to), tried)?.ok_or(Error::Conflict)?;
                    let event = match state {
                        DeliveryState::Sent => "notice.sent",
                        DeliveryState::Waiting => "notice.refused",
                        DeliveryState::Failed => "notice.failed",
                    };
                    Ok(Witnessed::new(state, Event::new(event, "subscriber", to.uuid())))
                });
                match settled.await {
                    Ok(state) => again |= state == DeliveryState::Waiting,
                    // Its subscriber left while it was under way: there is nothing to note.
                    Err(Error::Conflict) => run.hold().await?,
                    Err(other) => return Err(other.into()),
                }
            }
        }
        if again { Err(Halt::SlowDown { after: AGAIN }) } else { Ok(()) }
    }
}

/// A letter that is to be written: address and way out in clear, or none where they do not open any more.
struct Addressed {
    id: SubscriberId,
    clear: Option<(Personal, Personal)>,
    /// The language it reads.
    reads: String,
}

async fn addressed(tools: &Tools, notice: NoticeId, beyond: SubscriberId) -> Result<Vec<Addressed>> {
    let house = Caller::house().permit_house(Permission::KeepHouse)?;
    let vault = tools.vault.clone();
    let opened = tools.ledger.reveal(house, DeliverNotice::NAME, move |tx| {
        let most = i64::try_from(BATCH).unwrap_or(i64::MAX);
        let mut batch = Vec::with_capacity(BATCH);
        for one in deliveries::waiting(tx, notice, beyond, most)? {
            let (mail, leave) = one.sealed();
            let whose = (one.id, one.subject_id);
            let clear = subscribers::open(tx, &vault, whose, (&mail, (Column::Leave, &leave)))?.ok();
            batch.push(Addressed { id: one.id, clear, reads: one.locale });
        }
        Ok(batch)
    });
    opened.await
}

async fn send(run: &Run, tools: &Tools, (policy, notice): (&Policy, &Notice), to: Addressed) -> Result<Tried> {
    let Some((mail, leave)) = to.clear else { return Ok(Tried::Unaddressed) };
    let id = format!("notice-{}-{}", notice.id, to.id);
    let leave = link(tools, LEAVE_PATH, &leave);
    let letter = texts::letter_of_notice(policy, notice, (mail, &to.reads), (&id, &leave))?;
    run.hold().await?;
    match tools.mail.send(&letter).await {
        Ok(()) => Ok(Tried::Sent),
        // One address that takes no letters does not silence the others.
        Err(Error::Refused(_)) => Ok(Tried::Refused),
        Err(other) => Err(other),
    }
}

/// Asks an address for its yes, unless it said it before or was asked within the hour.
#[derive(Debug, Serialize, Deserialize)]
pub struct AskSubscriber {
    pub subscriber: SubscriberId,
}

impl Job for AskSubscriber {
    const NAME: &'static str = "ask_subscriber";

    async fn run(self, run: Run) -> Result<(), Halt> {
        let (id, tools, lane) = (self.subscriber, run.tools()?, run.scope()?);
        let begun = run.ledger.write(lane.clone(), move |tx| {
            if !subscribers::begin_letter(tx, id)? {
                return Err(Error::Conflict);
            }
            Ok(Witnessed::new((), Event::new("subscriber.letter_begun", "subscriber", id.uuid())))
        });
        match begun.await {
            Ok(()) => {}
            Err(Error::Conflict) => return Ok(run.hold().await?),
            Err(other) => return Err(other.into()),
        }
        if let Some((mail, token, reads)) = question(&tools, id).await? {
            let adopted = tools.policy.in_force()?;
            let link = link(&tools, CONFIRM_PATH, &token);
            let message = format!("subscribe-{id}");
            let letter = texts::letter_that_asks(&adopted.policy, (mail, &reads), (&message, &link))?;
            run.hold().await?;
            match tools.mail.send(&letter).await {
                Ok(()) => {}
                Err(Error::Refused(_)) => tracing::warn!(subscriber = %id, "a first letter was not taken"),
                Err(other) => return Err(other.into()),
            }
        }
        let ended = run.ledger.write(lane, move |tx| {
            if !subscribers::end_letter(tx, id)? {
                return Err(Error::Conflict);
            }
            Ok(Witnessed::new((), Event::new("subscriber.letter_sent", "subscriber", id.uuid())))
        });
        Ok(ended.await?)
    }
}

async fn question(tools: &Tools, id: SubscriberId) -> Result<Option<(Personal, Personal, String)>> {
    let house = Caller::house().permit_house(Permission::KeepHouse)?;
    let vault = tools.vault.clone();
    let opened = tools.ledger.reveal(house, AskSubscriber::NAME, move |tx| {
        let Some((subject, mail, token, language)) = subscribers::sealed_question(tx, id)? else { return Ok(None) };
        let clear = subscribers::open(tx, &vault, (id, subject), (&mail, (Column::Confirm, &token)))?;
        Ok(clear.ok().map(|(mail, token)| (mail, token, language)))
    });
    opened.await
}

fn link(tools: &Tools, path: &str, token: &Personal) -> String {
    [tools.public_url.as_str(), path, "?token=", token.disclose()].concat()
}

/// Forgets addresses that never said yes.
#[derive(Debug, Serialize, Deserialize)]
pub struct SweepSubscribers {}

impl Job for SweepSubscribers {
    const NAME: &'static str = "sweep_subscribers";

    async fn run(self, run: Run) -> Result<(), Halt> {
        let (vault, lane) = (run.tools()?.vault, run.scope()?);
        loop {
            let vault = vault.clone();
            let swept = run.ledger.write(lane.clone(), move |tx| {
                let before = tx.now()?.plus(-CONFIRM_WITHIN);
                match subscribers::sweep(tx, &vault, before)? {
                    0 => Err(Error::NotFound(NOTHING)),
                    rows => {
                        let house = tx.tenant()?.uuid();
                        Ok(Witnessed::new((), Event::new("subscribers.swept", "tenant", house).count("rows", rows)))
                    }
                }
            });
            match swept.await {
                Ok(()) if run.is_stopping() => return Err(Halt::GiveBack),
                Ok(()) => {}
                Err(Error::NotFound(NOTHING)) => return Ok(()),
                Err(other) => return Err(other.into()),
            }
        }
    }
}

const NOTHING: &str = "silent address";
