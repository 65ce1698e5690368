//! The work of telling recipients: one job that tells until there is an answer, and one that minds the time.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::CREDENTIAL;
use super::actions::{begin, late, settle};
use super::kinds::{self, Came, How, Telling};
use super::model::{AttemptKind, Matches, RecipientWay, Task};
use super::queries::{tasks, ways};
use crate::floor::access::{One, Scope};
use crate::floor::jobs::{Halt, Job, Run};
use crate::floor::kernel::{Error, Personal, RecipientTaskId, Result, Secret};
use crate::floor::ledger::RevealTx;
use crate::floor::mail::Letter;
use crate::floor::tools::Tools;
use crate::floor::vault::{Opening, Shut};
use crate::staff;

/// How many calls one run makes of a task that takes several.
const MOST: usize = 50;

/// Between two tries of one whose time is over.
const LATE: Duration = Duration::from_hours(6);

/// Tells a recipient what a person wishes, or asks it how that stands. Every try is noted before it leaves, so that one that
/// was broken off is asked about before anything is sent again.
#[derive(Debug, Serialize, Deserialize)]
pub struct TellRecipient {
    pub task: RecipientTaskId,
}

impl Job for TellRecipient {
    const NAME: &'static str = "tell_recipient";

    async fn run(self, run: Run) -> Result<(), Halt> {
        let (lane, tools, id) = (run.scope()?, run.tools()?, self.task);
        for _ in 0..MOST {
            if run.is_stopping() {
                return Err(Halt::GiveBack);
            }
            let begun = tools.ledger.write(lane.clone(), move |tx| begin(tx, id)).await;
            let task = match begun {
                Ok(Some(task)) => task,
                Ok(None) | Err(Error::NotFound(_)) => return Ok(()),
                Err(other) => return Err(other.into()),
            };
            let was_unsure = task.is_unsure;
            let came = told(&run, &tools, &lane, &task).await?;
            let how = came.how.clone();
            tools.ledger.write(lane.clone(), move |tx| settle(tx, id, was_unsure, &came)).await?;
            match how {
                How::OneMore { .. } => {}
                How::Again { after, .. } => return Err(again(&tools, &task, after)),
                How::SlowDown(after) => return Err(Halt::SlowDown { after }),
                _ => return Ok(()),
            }
        }
        Err(Halt::GiveBack)
    }
}

/// Whoever was away is tried again, and now and then for as long as the task is open.
fn again(tools: &Tools, task: &Task, after: Duration) -> Halt {
    let is_late = tools.watch.now() >= task.until;
    if is_late { Halt::SlowDown { after: LATE } } else { Error::Unavailable { whom: "a recipient", after }.into() }
}

/// What a try has at hand, opened for its length alone.
struct Opened {
    matches: Opening<Matches>,
    way: Option<RecipientWay>,
    credential: Option<Opening<Secret>>,
}

async fn told(run: &Run, tools: &Tools, lane: &Scope<One>, task: &Task) -> Result<Came> {
    let (vault, of) = (tools.vault.clone(), task.clone());
    let opened = tools.ledger.reveal(lane.clone(), TellRecipient::NAME, move |tx: &mut RevealTx| {
        let matches = tasks::matches(tx, &vault, &of)?;
        let way = if of.store.is_none() { ways::of(tx, &of.recipient)? } else { None };
        // What was set up for another kind of telling since, and what lets us in there, is not this task's.
        let way = way.filter(|way| way.kind == of.kind);
        let secret = way.as_ref().and_then(|way| way.secret);
        let credential = secret.map(|secret| vault.open_secret(tx, CREDENTIAL, secret)).transpose()?;
        Ok(Opened { matches, way, credential })
    });
    let Opened { matches, way, credential } = opened.await?;
    let matches = match matches {
        Ok(matches) => matches.in_order(),
        Err(Shut::Forgotten) => {
            let advice = "What this recipient knows the person by is gone: nothing can be sent any more. Write down what came \
                 back, or give it up.";
            return Ok(Came::by_hand("forgotten", advice));
        }
        Err(shut) => return Err(Error::internal(format!("what a recipient knows stays shut: {}", shut.code()))),
    };
    let credential = match credential {
        Some(Ok(credential)) => Some(credential),
        Some(Err(_)) => {
            let advice = "What let us in at this recipient cannot be opened: set it up anew and try again.";
            return Ok(Came::by_hand("shut", advice));
        }
        None => None,
    };
    let adopted = tools.policy.in_force()?;
    let telling = Telling {
        run,
        tools,
        lane,
        policy: &adopted.policy,
        task,
        matches: &matches,
        way: way.as_ref(),
        credential: credential.as_ref(),
    };
    match kinds::find(task.kind)?.tell(&telling).await {
        Err(Error::Unavailable { after, .. }) => {
            Ok(Came::of(How::Again { after, is_unsure: true }, AttemptKind::Waited, "not_now"))
        }
        told => told,
    }
}

/// Minds the time of a task: a letter that was not answered is sent once more halfway, and at the end silence is told as
/// such, to whoever waits for it and to the desk.
#[derive(Debug, Serialize, Deserialize)]
pub struct MindRecipient {
    pub task: RecipientTaskId,
}

impl Job for MindRecipient {
    const NAME: &'static str = "mind_recipient";

    async fn run(self, run: Run) -> Result<(), Halt> {
        let (lane, tools, id) = (run.scope()?, run.tools()?, self.task);
        let minded = match tools.ledger.write(lane, move |tx| late(tx, id)).await {
            Err(Error::NotFound(_)) => return Ok(()),
            minded => minded?,
        };
        let Some(task) = minded else { return Ok(()) };
        run.hold().await?;
        for (who, to) in staff::second_persons(&tools, Self::NAME).await? {
            let letter = letter(&task, &who, to);
            match tools.mail.send(&letter).await {
                Err(Error::Refused(_)) => tracing::warn!(who, "a letter about a recipient was not taken"),
                sent => sent?,
            }
        }
        Ok(())
    }
}

/// It names the request and the recipient, and nobody else.
fn letter(task: &Task, who: &str, to: Personal) -> Letter {
    let (reference, recipient) = (&task.reference, &task.recipient);
    let stands = task.state.code().replace('_', " ");
    let text = format!(
        "{recipient} was to be told of {reference} by {}, and nothing has ended it.\n\nIt stands at: {stands}\nTried: {} \
         times\n\nLook at it in the console: try again, write down what came back, or give it up with a reason. Until then \
         it is named as open.\n",
        task.last_day(),
        task.attempts,
    );
    let id = format!("recipient-late-{}-{who}", task.id.uuid().as_simple());
    Letter::automatic(to, format!("{reference}: {recipient} has not answered"), text, id)
}
