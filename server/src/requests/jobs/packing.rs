//! Packages are made, and go when their time is over or another takes their place: the file before its row.

use std::collections::BTreeSet;

use futures_util::{StreamExt, TryStreamExt};
use serde::{Deserialize, Serialize};

use crate::floor::access::{Caller, Desk, One, Permission, Scope};
use crate::floor::blobs::{Blob, Found, Kind};
use crate::floor::jobs::{Halt, Job, Run};
use crate::floor::kernel::{BlobId, Error, PackageId, Ref, Result, Secret, TenantId};
use crate::floor::ledger::{Event, Tx, Witnessed};
use crate::floor::policy::Policy;
use crate::floor::regulations::zone;
use crate::floor::tools::Tools;
use crate::requests::actions::{day_in, end_package};
use crate::requests::package::{Brief, Made, PackageState, pack};
use crate::requests::queries::{identifiers, intakes, messages, packages, requests};
use crate::staff::Token;
use crate::tenants;

/// Makes a package that was ordered. One that stands already, or that nobody waits for any more, is left as it is.
#[derive(Debug, Serialize, Deserialize)]
pub struct MakePackage {
    pub package: PackageId,
}

impl Job for MakePackage {
    const NAME: &'static str = "make_package";

    async fn run(self, run: Run) -> Result<(), Halt> {
        let (tools, lane, id) = (run.tools()?, run.scope()?, self.package);
        let adopted = tools.policy.in_force()?;
        let found = brief(&tools, &lane, id, &adopted.policy).await?;
        let Some(brief) = found else { return Ok(()) };
        run.hold().await?;
        // Each attempt writes an object of its own: what a run that lost its lease wrote is never offered for another's.
        let blob = Blob { tenant: lane.tenant(), id: BlobId::fresh(), kind: Kind::Package };
        let passphrase = passphrase()?;
        let came = Box::pin(pack(&tools, &lane, (&brief, &adopted.policy), (blob, &passphrase))).await?;
        let count = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        let made = Made {
            at: brief.made_at,
            rows: count(came.rows),
            left_out: count(came.left_out),
            bytes: count(came.written.bytes),
            digest: came.written.digest,
            manifest: came.manifest,
        };
        let (vault, intake, request) = (tools.vault.clone(), brief.request.intake, brief.request.id);
        let offered = run.ledger.write(lane, move |tx| {
            let sealer = intakes::sealer(tx, &vault, intake)?;
            let offer = packages::Offer { file: blob.id, made: &made, files: &came.files, passphrase: &passphrase };
            if !packages::offer(tx, &sealer, id, &offer)? {
                return Err(Error::Conflict);
            }
            let told = Event::new("package.made", "request", request.uuid());
            let told = told.count("rows", came.rows).count("left_out", came.left_out);
            Ok(Witnessed::new((), told.digest("manifest", &came.manifest).digest("file", &made.digest)))
        });
        if let Err(error) = offered.await {
            if is_nobodys(&error) {
                // Where this fails too, a sweep finds it.
                let _ = tools.blobs.delete(blob).await;
            }
            return Err(error.into());
        }
        Ok(())
    }
}

/// Whether no row names a file that was to be offered, as far as it is known: where the answer was lost on its way, a row
/// may, and what nobody names is found by a sweep.
const fn is_nobodys(error: &Error) -> bool {
    matches!(error, Error::Conflict | Error::Refused(_))
}

/// What it is made from; none where it is not to be made.
async fn brief(tools: &Tools, lane: &Scope<One>, id: PackageId, policy: &Policy) -> Result<Option<Brief>> {
    let now = tools.watch.now();
    let first = policy.first_locale().to_owned();
    let read = tools.ledger.read(lane, move |tx: &mut Tx| {
        let package = packages::one(tx, id)?;
        if package.state != PackageState::Ordered {
            return Ok(None);
        }
        let request = requests::get(tx, package.request)?;
        let intake = intakes::get(tx, request.intake)?;
        let persons = packages::persons(tx, id)?;
        let reached: BTreeSet<String> = packages::reached(tx, &persons)?.into_iter().collect();
        let zone = zone(&intake.zone);
        let merchant = tenants::tenant(tx, request.tenant)?.map(|tenant| tenant.legal_name);
        Ok(Some(Brief {
            id,
            number: package.number,
            is_given: package.is_given,
            kind: intake.subject_kind,
            locale: if package.locale.is_empty() { first } else { package.locale },
            merchant: merchant.filter(|_| request.tenant != TenantId::HOUSE),
            regimes: messages::regimes(tx, request.id)?,
            reached,
            persons,
            proved: identifiers::proved(tx, request.intake)?,
            redactions: packages::redactions(tx, request.id)?,
            asked_on: day_in(zone, request.received_at),
            made_at: now,
            made_on: day_in(zone, now),
            request,
        }))
    });
    read.await
}

/// Thirty letters and digits that nobody chose and nobody mixes up, in fives: 150 bits.
fn passphrase() -> Result<Secret> {
    const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let Token { digest, .. } = Token::fresh("")?;
    let mut bits = digest.iter().flat_map(|byte| (0..8).rev().map(move |at| byte >> at & 1));
    let mut text = String::with_capacity(35);
    for at in 0..30 {
        if at > 0 && at % 5 == 0 {
            text.push('-');
        }
        let letter = bits.by_ref().take(5).fold(0_usize, |letter, bit| letter << 1 | usize::from(bit));
        text.push(char::from(LETTERS[letter & 31]));
    }
    Ok(Secret::new(text))
}

/// Files held against the rows at a time.
const AT_ONCE: usize = 5_000;

/// How long a file may lie without a row that names it: longer than any job takes.
const NOBODYS: chrono::Duration = chrono::Duration::days(1);

/// Takes away packages whose time is over, the files of those that ended, and what lies there and no row names.
#[derive(Debug, Serialize, Deserialize)]
pub struct SweepPackages {}

impl Job for SweepPackages {
    const NAME: &'static str = "sweep_packages";

    async fn run(self, run: Run) -> Result<(), Halt> {
        let tools = run.tools()?;
        let desk = tools.ledger.desk_scope(Caller::house().permit_desk(Permission::SeeQueue)?, "packages").await?;
        take_what_is_over(&run, &tools, &desk).await?;
        take_what_is_nobodys(&run, &tools, &desk).await
    }
}

async fn take_what_is_over(run: &Run, tools: &Tools, desk: &Scope<Desk>) -> Result<(), Halt> {
    let now = tools.watch.now();
    loop {
        let over = tools.ledger.desk(desk, move |tx| packages::over(tx, now)).await?;
        if over.is_empty() {
            return Ok(());
        }
        for (tenant, id) in over {
            goes_on(run)?;
            let lane = Caller::house().permit(Permission::KeepHouse, tenant)?;
            end_package(tools, &lane, Ref::new(tenant, id), PackageState::Gone).await?;
        }
    }
}

async fn take_what_is_nobodys(run: &Run, tools: &Tools, desk: &Scope<Desk>) -> Result<(), Halt> {
    let before = tools.watch.now().plus(-NOBODYS);
    let is_old = move |found: &Found| std::future::ready(found.at < before);
    let files = tools.blobs.list(Kind::Package).try_filter(is_old).map_ok(|found| found.blob);
    let (mut files, mut removed) = (files.try_chunks(AT_ONCE), 0);
    while let Some(some) = files.next().await {
        let some = some.map_err(|broken_off| broken_off.1)?;
        for blob in tools.ledger.desk(desk, move |tx| packages::unnamed(tx, &some)).await? {
            goes_on(run)?;
            tools.blobs.delete(blob).await?;
            removed += 1;
        }
    }
    if removed > 0 {
        let told = Event::new("packages.cleared", "house", TenantId::HOUSE.uuid()).count("files", removed);
        tools.ledger.write(run.scope()?, move |_| Ok(Witnessed::new((), told))).await?;
    }
    Ok(())
}

fn goes_on(run: &Run) -> Result<(), Halt> {
    if run.is_stopping() { Err(Halt::GiveBack) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_taken_away_at_once_only_where_it_is_known_that_no_row_names_it() {
        assert!(is_nobodys(&Error::Conflict));
        assert!(!is_nobodys(&Error::unavailable("the database")) && !is_nobodys(&Error::internal("broken off")));
    }

    #[test]
    fn a_passphrase_is_thirty_letters_that_nobody_mixes_up() {
        let (one, other) = (passphrase().expect("drawn"), passphrase().expect("drawn"));
        assert_ne!(one.expose(), other.expose());
        let groups: Vec<&str> = one.expose().split('-').collect();
        assert!(groups.len() == 6 && groups.iter().all(|group| group.len() == 5), "{groups:?}");
        assert!(!one.expose().contains(['I', 'L', 'O', 'U']));
    }
}
