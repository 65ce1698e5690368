//! What a contact was made of is let go when its time is over: what the person goes by, wrote and was written. That it was
//! asked, when, how it was answered and what proves it stays. A hold on the person stops it. What staff wrote in words beside
//! requests has the same time, and is nobody's to hold.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::floor::access::{Caller, One, Permission, Scope};
use crate::floor::jobs::{Halt, Job, Run, Turns};
use crate::floor::kernel::{Error, Instant, IntakeId, RequestId, Result, SubjectId, TenantId};
use crate::floor::ledger::{Event, Tx, Witnessed};
use crate::floor::tools::Tools;
use crate::floor::vault::RequestKey;
use crate::propagation;
use crate::requests::model::Stage;
use crate::requests::queries::{corrections, estate, evidence as rows, holds, intakes, requests};

/// How many contacts one look brings.
const BATCH: i64 = 500;

/// Lets go of what contacts were made of whose time is over, and of what staff wrote that long ago.
#[derive(Debug, Serialize, Deserialize)]
pub struct ForgetRequests {}

const NOTHING: &str = "contact past its time";

impl Job for ForgetRequests {
    const NAME: &'static str = "forget_requests";

    async fn run(self, run: Run) -> Result<(), Halt> {
        let tools = run.tools()?;
        let (before, mut turns, mut beyond) = (since(&tools), Turns::default(), None);
        for (tenant, owners) in words_past(&tools, before).await? {
            if run.is_stopping() {
                return Err(Halt::GiveBack);
            }
            turns.took(forget_words(&tools, tenant, owners).await);
        }
        loop {
            let permit = Caller::house().permit_desk(Permission::SeeQueue)?;
            let desk = tools.ledger.desk_scope(permit, "contacts past their time").await?;
            let found = tools.ledger.desk(&desk, move |tx| rows::overdue(tx, before, beyond, BATCH)).await?;
            // The next look goes on behind these: what stays of them would only be found again.
            let Some(last) = found.last() else { return turns.end() };
            beyond = Some(*last);
            for (_, tenant, id) in found {
                if run.is_stopping() {
                    return Err(Halt::GiveBack);
                }
                turns.took(forget(&tools, (tenant, id), before).await.map(|_| ()));
            }
        }
    }
}

/// What was closed before then is past its time.
fn since(tools: &Tools) -> Instant {
    let months = chrono::Months::new(tools.keeping.request_months);
    let now = tools.watch.now();
    now.utc().checked_sub_months(months).map_or(Instant::EPOCH, Instant::from_utc)
}

/// Over which rows' words there still are keys, by tenant.
async fn words_past(tools: &Tools, before: Instant) -> Result<BTreeMap<TenantId, Vec<Uuid>>> {
    let permit = Caller::house().permit_desk(Permission::SeeQueue)?;
    let desk = tools.ledger.desk_scope(permit, "words past their time").await?;
    let mut words: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (tenant, owner) in tools.ledger.desk(&desk, move |tx| rows::words_overdue(tx, before)).await? {
        words.entry(tenant).or_default().push(owner);
    }
    Ok(words)
}

async fn forget_words(tools: &Tools, tenant: TenantId, owners: Vec<Uuid>) -> Result<()> {
    let (scope, vault) = (Caller::house().permit(Permission::KeepHouse, tenant)?, tools.vault.clone());
    let written = tools.ledger.write(scope, move |tx| {
        let mut gone = 0;
        for owner in owners {
            gone += u64::from(vault.forget::<RequestKey>(tx, owner)?);
        }
        if gone == 0 {
            return Err(Error::NotFound(NOTHING));
        }
        Ok(Witnessed::new((), Event::new("tenant.words_forgotten", "tenant", tenant.uuid()).count("values", gone)))
    });
    match written.await {
        // Another run was first.
        Ok(()) | Err(Error::NotFound(NOTHING)) => Ok(()),
        Err(other) => Err(other),
    }
}

/// Lets one go, unless somebody holds the person or it is not over.
async fn forget(tools: &Tools, (tenant, id): (TenantId, IntakeId), before: Instant) -> Result<bool> {
    let (scope, vault) = (Caller::house().permit(Permission::KeepHouse, tenant)?, tools.vault.clone());
    let written = tools.ledger.write(scope, move |tx| {
        let asked = requests::of_intake(tx, id)?;
        let mut persons = Vec::new();
        for request in &asked {
            persons.extend(estate::persons_of(tx, request)?);
        }
        persons.sort_unstable();
        persons.dedup();
        // A hold takes them too before it is placed.
        holds::take_person(tx, &persons)?;
        let intake = intakes::lock(tx, id)?;
        let asked = requests::lock_of_intake(tx, id)?;
        let is_over = asked.iter().all(|request| match request.stage {
            Stage::Closed { at, .. } => at < before,
            _ => false,
        });
        if intake.forgotten_at.is_some() || !is_over || !holds::standing(tx, &persons)?.is_empty() {
            return Err(Error::NotFound(NOTHING));
        }
        vault.forget::<RequestKey>(tx, id.uuid())?;
        if let Some(notice) = intakes::notice_of(tx, id)? {
            intakes::unname(tx, notice)?;
            vault.forget::<RequestKey>(tx, notice)?;
        }
        for request in &asked {
            vault.forget::<RequestKey>(tx, request.id.uuid())?;
        }
        let values = intakes::forget(tx, id)? + corrections::forget(tx, id)?;
        let mut objects = Vec::new();
        for request in &asked {
            objects.extend(propagation::forget_words(tx, &vault, request.id)?);
        }
        let told = Event::new("intake.forgotten", "intake", id.uuid()).count("values", values as u64);
        let told = told.count("files", objects.len() as u64);
        Ok(Witnessed::new(objects, told))
    });
    let objects = match written.await {
        Ok(objects) => objects,
        Err(Error::NotFound(NOTHING) | Error::Conflict) => return Ok(false),
        Err(other) => return Err(other),
    };
    for object in objects {
        // Nothing opens it any more, whether it goes or not.
        if tools.blobs.delete(object).await.is_err() {
            tracing::warn!("an attached file whose key is gone was not taken away");
        }
    }
    Ok(true)
}

/// Whoever is erased takes along what earlier contacts of theirs were made of: letters, what they wrote, whom a platform's notice
/// meant, why something of theirs was once held. What is open still, and the contact of the erasure itself, have their own
/// time. Says how many went; may be run again.
pub async fn forget_earlier(
    tools: &Tools,
    lane: &Scope<One>,
    (request, own): (RequestId, IntakeId),
    persons: &[SubjectId],
) -> Result<u64> {
    let all = persons.to_vec();
    let found = tools.ledger.read(lane, move |tx: &mut Tx| {
        let over = intakes::over_of(tx, &all, (request, own))?;
        Ok((over, holds::let_go(tx, &all)?, intakes::notice_of(tx, own)?))
    });
    let (over, let_go, notice) = found.await?;
    let (tenant, before, mut gone) = (lane.tenant(), tools.watch.now().plus(chrono::Duration::seconds(1)), 0);
    for id in over {
        gone += u64::from(forget(tools, (tenant, id), before).await?);
    }
    if let_go.is_empty() && notice.is_none() {
        return Ok(gone);
    }
    let vault = tools.vault.clone();
    let persons = persons.to_vec();
    let written = tools.ledger.write(lane.clone(), move |tx| {
        holds::require_none(tx, &persons)?;
        let mut words = 0;
        for hold in let_go {
            words += u64::from(vault.forget::<RequestKey>(tx, hold.uuid())?);
        }
        if let Some(notice) = notice {
            intakes::unname(tx, notice)?;
            words += u64::from(vault.forget::<RequestKey>(tx, notice)?);
        }
        let told = Event::new("request.words_forgotten", "request", request.uuid()).count("values", words);
        Ok(Witnessed::new(words, told))
    });
    Ok(gone + written.await?)
}
