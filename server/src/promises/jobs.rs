//! Time looks at promises, and those who keep the policy are told when one turns.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::actions::look_at_due;
use super::model::{Promise, Standing};
use super::queries;
use crate::floor::access::{Caller, Permission};
use crate::floor::jobs::{Halt, Job, Run};
use crate::floor::kernel::{Error, Personal, Result, StaffId, TenantId};
use crate::floor::ledger::{Event, Witnessed};
use crate::floor::mail::Letter;
use crate::floor::tools::Tools;
use crate::staff;

/// How often it is asked whose hour has come.
pub const EVERY: Duration = Duration::from_mins(5);

/// Looks at every promise whose hour has come.
#[derive(Debug, Serialize, Deserialize)]
pub struct LookAtPromises {}

impl Job for LookAtPromises {
    const NAME: &'static str = "look_at_promises";

    async fn run(self, run: Run) -> Result<(), Halt> {
        look_at_due(&run.tools()?, run.scope()?).await?;
        Ok(())
    }
}

/// Writes to every open seat that keeps the policy, one letter about all promises that turned. It is done when every
/// letter has left; one that goes out twice, because the worker died in between, is the same letter.
#[derive(Debug, Serialize, Deserialize)]
pub struct TellOfPromises {}

impl Job for TellOfPromises {
    const NAME: &'static str = "tell_of_promises";

    async fn run(self, run: Run) -> Result<(), Halt> {
        let (lane, tools) = (run.scope()?, run.tools()?);
        let turned = run.ledger.read(&lane, queries::untold).await?;
        if turned.is_empty() {
            return Ok(());
        }
        let mut letters = 0;
        for (staff, mail) in keepers(&tools).await? {
            run.hold().await?;
            match tools.mail.send(&letter(&turned, staff, mail)).await {
                Ok(()) => letters += 1,
                // One address that takes no letters does not silence the others.
                Err(Error::Refused(_)) => tracing::warn!(%staff, "a letter about promises was not taken"),
                Err(other) => return Err(other.into()),
            }
        }
        let done = run.ledger.write(lane, move |tx| {
            for promise in &turned {
                queries::set_told(tx, promise)?;
            }
            let promises = u64::try_from(turned.len()).unwrap_or(u64::MAX);
            let told = Event::new("promises.told", "house", TenantId::HOUSE.uuid());
            Ok(Witnessed::new((), told.count("promises", promises).count("letters", letters)))
        });
        Ok(done.await?)
    }
}

/// The open addresses of those who keep the policy. That the house opened them for this stands in its access book.
async fn keepers(tools: &Tools) -> Result<Vec<(StaffId, Personal)>> {
    let house = Caller::house().permit_house(Permission::KeepHouse)?;
    let inside = tools.clone();
    let opened = tools.ledger.reveal(house, TellOfPromises::NAME, move |tx| {
        let now = tx.now()?;
        let seats = staff::seats::queries::active(tx)?;
        let keeps = |seat: &&staff::StaffMember| {
            seat.is_open(now) && seat.seat().permissions().contains(&Permission::KeepPolicy)
        };
        let mails =
            seats.iter().filter(keeps).map(|seat| Ok((seat.id, staff::seats::open_mail(&inside, tx, seat.id)?)));
        mails.collect()
    });
    opened.await
}

fn letter(turned: &[Promise], staff: StaffId, to: Personal) -> Letter {
    let broken = turned.iter().filter(|promise| promise.standing == Standing::Broken).count();
    let subject = match broken {
        0 => format!("{} of our promises stand otherwise", turned.len()),
        1 => "A promise of ours is broken".to_owned(),
        more => format!("{more} promises of ours are broken"),
    };
    let lines: Vec<String> = turned.iter().map(line).collect();
    let last = turned.iter().map(|promise| promise.since.micros()).max().unwrap_or_default();
    Letter::automatic(
        to,
        subject,
        format!("{}\n\nThe console shows the rows behind each of them.\n", lines.join("\n\n")),
        format!("promises-{last}-{}-{staff}", turned.len()),
    )
}

fn line(promise: &Promise) -> String {
    let figure = promise.figure.as_deref().unwrap_or("no figure");
    let why = promise.why.as_deref().map(|why| format!("\n  {why}")).unwrap_or_default();
    format!("{}: {}\n  \u{ab}{}\u{bb}\n  {figure}{why}", promise.code, words(promise.standing), promise.text)
}

const fn words(standing: Standing) -> &'static str {
    match standing {
        Standing::Holds => "holds again",
        Standing::AtRisk => "at risk",
        Standing::Broken => "BROKEN",
        Standing::NotYetMeasured => "not yet measured",
        Standing::NotMeasurable => "not measurable",
    }
}
