//! Telling controllers how far what they asked for by machine has come: a look at what has moved, and a call for each
//! address that was given. What it says is a status and a date; it names nobody but the request.

use std::time::Duration;

use data_encoding::BASE64;
use serde::{Deserialize, Serialize};
use url::Url;
use uuid::Uuid;

use crate::floor::access::{Caller, Permission};
use crate::floor::egress::{Call, Consignment};
use crate::floor::jobs::{self, Halt, Job, Run};
use crate::floor::kernel::{Error, Instant, Result, Secret, TenantId};
use crate::floor::ledger::{Event, Witnessed};
use crate::floor::tools::Tools;
use crate::requests::actions::{may_be_told_at, news};
use crate::requests::queries::controllers;
use crate::requests::ways::opendsr::{About, Status};

/// How many calls one look settles.
const MOST: i64 = 500;

/// After so many tries a controller asks by itself: it has the request's address.
const TRIES: i32 = 12;

/// Who was away is not back within a minute.
const AGAIN: Duration = Duration::from_mins(1);

/// Looks which requests of controllers have moved, and has their senders told.
#[derive(Debug, Serialize, Deserialize)]
pub struct LookAtControllers {}

impl Job for LookAtControllers {
    const NAME: &'static str = "look_at_controllers";

    async fn run(self, run: Run) -> Result<(), Halt> {
        let tools = run.tools()?;
        let permit = Caller::house().permit_desk(Permission::SeeQueue)?;
        let desk = tools.ledger.desk_scope(permit, "requests of controllers that have moved").await?;
        for (tenant, id) in tools.ledger.desk(&desk, |tx| controllers::moved(tx, MOST)).await? {
            if run.is_stopping() {
                return Err(Halt::GiveBack);
            }
            match settle(&tools, tenant, id).await {
                // Another run was first.
                Ok(()) | Err(Error::Conflict) => {}
                Err(other) => return Err(other.into()),
            }
        }
        Ok(())
    }
}

/// Notes how far a request has come, and hands over a call for each address, in one write.
async fn settle(tools: &Tools, tenant: TenantId, id: Uuid) -> Result<()> {
    let scope = Caller::house().permit(Permission::KeepHouse, tenant)?;
    let written = tools.ledger.write(scope, move |tx| {
        let looked = Event::new("controller.looked_at", "controller_call", id);
        let Some(news) = news(tx, id)? else { return Ok(Witnessed::new((), looked)) };
        for at in 0..news.callbacks {
            let (status, due) = (news.status.code().to_owned(), news.expected_at.micros());
            jobs::enqueue(tx, &TellController { call: id, at, version: news.version, status, due })?;
        }
        Ok(Witnessed::new((), looked.code("status", news.status.code())))
    });
    written.await
}

/// Tells one address of a controller how far a request has come.
#[derive(Debug, Serialize, Deserialize)]
pub struct TellController {
    pub call: Uuid,
    /// Which of its addresses.
    pub at: usize,
    pub version: i32,
    pub status: String,
    pub due: i64,
}

impl Job for TellController {
    const NAME: &'static str = "tell_controller";

    async fn run(self, run: Run) -> Result<(), Halt> {
        let (lane, tools, id) = (run.scope()?, run.tools()?, self.call);
        let Some(call) = run.ledger.read(&lane, move |tx| controllers::find(tx, id)).await? else { return Ok(()) };
        let (Some(status), Some(url)) = (Status::from_code(&self.status), call.callbacks.get(self.at)) else {
            return Err(Error::internal("a call of a controller's names no address or status that is known").into());
        };
        // What is newer is told by another, and nobody is told what is not so any more after it.
        if run.attempt > 1 && call.seen > self.version {
            return Ok(());
        }
        let is_told = if let Some(url) = Url::parse(url).ok().filter(|url| may_be_told_at(&tools, url)) {
            tell(&run, &tools, (id, &url), (status, Instant::from_micros(self.due))).await?
        } else {
            tracing::warn!("a controller's address is at a host that is not listed any more: it is not told");
            false
        };
        let action = if is_told { "controller.told" } else { "controller.not_told" };
        let noted = run.ledger.write(lane, move |_| {
            Ok(Witnessed::new((), Event::new(action, "controller_call", id).code("status", status.code())))
        });
        Ok(noted.await?)
    }
}

/// One try. Whether the controller heard it; who does not hear is tried again until it asks by itself.
async fn tell(run: &Run, tools: &Tools, (id, url): (Uuid, &Url), (status, due): (Status, Instant)) -> Result<bool> {
    let told = About { controller: run.job.tenant, id }.callback(url, status, due);
    let signature = BASE64.encode(&tools.vault.call_key()?.sign(told.to_string().as_bytes())?);
    let out = Call::json(url.clone(), &told)
        .with("x-opendsr-processor-domain", Secret::new(tools.domain()))
        .with("x-opendsr-signature", Secret::new(signature));
    run.hold().await?;
    match tools.egress.send(Consignment::NoPersonalData { to: "a controller" }, out).await {
        Ok(answer) if answer.is_success() => Ok(true),
        Ok(_) | Err(Error::Unavailable { .. }) if run.attempt < TRIES => {
            Err(Error::Unavailable { whom: "a controller", after: AGAIN })
        }
        Ok(_) | Err(Error::Unavailable { .. }) => Ok(false),
        Err(other) => Err(other),
    }
}
