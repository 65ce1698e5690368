//! The look after what is carried out: a job that was given up, because worker after worker died with it, leaves nobody's
//! wish half done. What waits for a recipient, a second person or a date is left alone.
//!
//! The look that comes often reads the jobs that were given up, which are few. The thorough one reads every request that is
//! carried out, and comes seldom.

use chrono::Duration;
use serde::{Deserialize, Serialize};

use super::{CarryOut, SealEvidence, TellMerchant};
use crate::floor::access::{Caller, Permission};
use crate::floor::jobs::{self, Halt, Job, Run};
use crate::floor::kernel::{Error, JobId, Ref, RequestId, Result};
use crate::floor::ledger::{Event, Witnessed};
use crate::floor::tools::Tools;
use crate::propagation::{MindRecipient, TellRecipient};
use crate::requests::queries::fulfilling;

/// How long something may lie that nobody is at.
const PATIENCE: Duration = Duration::seconds(20);

/// How many one look takes up.
const MOST: i64 = 500;

/// What may not lie until a person comes.
const STEADY: &[&str] =
    &[CarryOut::NAME, TellRecipient::NAME, MindRecipient::NAME, TellMerchant::NAME, SealEvidence::NAME];

/// Takes up what nobody carries out any more.
#[derive(Debug, Serialize, Deserialize)]
pub struct LookAfterFulfilment {
    /// Whether every request is looked at that is carried out, and not only the jobs that were given up.
    #[serde(default)]
    pub is_thorough: bool,
}

const AT_WORK: &str = "somebody is at it";

impl Job for LookAfterFulfilment {
    const NAME: &'static str = "look_after_fulfilment";

    async fn run(self, run: Run) -> Result<(), Halt> {
        let tools = run.tools()?;
        let permit = Caller::house().permit_desk(Permission::SeeQueue)?;
        let desk = tools.ledger.desk_scope(permit, "what is carried out").await?;
        for at in tools.ledger.desk(&desk, |tx| jobs::given_up(tx, STEADY, MOST)).await? {
            if run.is_stopping() {
                return Err(Halt::GiveBack);
            }
            put_back(&tools, at).await?;
        }
        if !self.is_thorough {
            return Ok(());
        }
        let since = tools.watch.now().plus(-PATIENCE);
        for at in tools.ledger.desk(&desk, move |tx| fulfilling::left_lying(tx, since, MOST)).await? {
            if run.is_stopping() {
                return Err(Halt::GiveBack);
            }
            take_up(&tools, at).await?;
        }
        Ok(())
    }
}

async fn put_back(tools: &Tools, at: Ref<JobId>) -> Result<()> {
    let scope = Caller::house().permit(Permission::KeepHouse, at.tenant)?;
    let put = tools.ledger.write(scope, move |tx| {
        let is_back = jobs::reopen_alone(tx, at.id)?;
        let action = if is_back { "job.put_back" } else { "job.let_go" };
        Ok(Witnessed::new((), Event::new(action, "job", at.id.uuid())))
    });
    match put.await {
        // Somebody was first.
        Ok(()) | Err(Error::NotFound(_)) => Ok(()),
        Err(other) => Err(other),
    }
}

async fn take_up(tools: &Tools, at: Ref<RequestId>) -> Result<()> {
    let scope = Caller::house().permit(Permission::KeepHouse, at.tenant)?;
    let taken = tools.ledger.write(scope, move |tx| {
        if jobs::is_at_work::<CarryOut>(tx, at.id.uuid())? {
            return Err(Error::NotFound(AT_WORK));
        }
        jobs::enqueue(tx, &CarryOut { request: at.id })?;
        Ok(Witnessed::new((), Event::new("request.taken_up", "request", at.id.uuid())))
    });
    match taken.await {
        Ok(()) | Err(Error::NotFound(AT_WORK)) => Ok(()),
        Err(other) => Err(other),
    }
}
