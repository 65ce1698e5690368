//! Whether the books are the ones that were written: every link of every chain, every payload, every head, every
//! signature of the checkpoints, and that each chain still holds what they say of it. It needs no running server, no
//! secret key and no right to write, and its memory does not grow with the books.

mod books;
mod claims;
mod fault;
mod walk;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use futures_util::{StreamExt, TryStreamExt, stream};

pub use books::{Books, Export, FORMAT, Row, Title};
pub use claims::{Kept, Survey, claims};
pub use fault::{Fault, Kind};
pub use walk::{Claim, Walk};

use crate::floor::journal::{Last, Mark};
use crate::floor::kernel::{Error, Result, TenantId};
use crate::floor::vault::PublicKeys;

/// What is to be verified, and against what.
pub struct Case {
    pub books: Books,
    /// The file of checkpoints.
    pub checkpoints: PathBuf,
    pub keys: PublicKeys,
    /// A line that somebody kept outside the operator's reach.
    pub kept: Option<PathBuf>,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Report {
    pub chains: u64,
    pub links: u64,
    /// Links that hold and that no checkpoint vouches for yet.
    pub beyond: u64,
    /// Lines of the file of checkpoints that hold, and pieces that crashes left between them.
    pub checkpoints: u64,
    pub pieces: u64,
    /// How often a backup came back in the place of the database: what was lost with it is vouched for by nobody.
    pub restored: u64,
    pub last: Option<Last>,
    /// All chains of the desk were looked for; not so in an export of one.
    pub whole: bool,
    /// The first fault of each chain, that of the checkpoints before them all, then the house's, then by tenant.
    pub faults: Vec<Fault>,
}

/// How many claims are held in memory at a time.
const CLAIMS: usize = 1_000_000;

/// Verifies. An error means that it could not be done, not that something is wrong.
pub async fn verify(case: Case) -> Result<Report> {
    let Case { books, checkpoints, keys, kept } = case;
    let (kept, survey, checkpoints) = tokio::task::spawn_blocking(move || {
        let kept = kept.map(|path| claims::kept(&path, &keys)).transpose()?;
        let survey = claims::survey(&checkpoints, &keys, kept.as_ref())?;
        Ok::<_, Error>((kept, survey, checkpoints))
    })
    .await
    .map_err(|_| Error::internal("reading the checkpoints was broken off"))??;
    let whole = !matches!(&books, Books::Export(export) if !export.whole);
    let mut report = Report {
        checkpoints: survey.lines,
        pieces: survey.pieces,
        restored: survey.restored,
        last: survey.last,
        whole,
        faults: survey.fault.into_iter().collect(),
        ..Report::default()
    };
    let mut counts = survey.chains;
    let is_lost = |mark: &Mark| survey.lost.get(&mark.tenant).is_some_and(|seq| mark.seq >= *seq);
    let kept: Vec<Mark> = kept.into_iter().flat_map(|kept| kept.heads).filter(|mark| !is_lost(mark)).collect();
    for mark in &kept {
        *counts.entry(mark.tenant).or_default() += 1;
    }
    let claims_of = |wanted: BTreeSet<TenantId>| {
        let (path, lines, kept) = (checkpoints.clone(), survey.lines, kept.clone());
        async move {
            let read = tokio::task::spawn_blocking(move || {
                let mut found = claims::claims(&path, lines, |tenant| wanted.contains(&tenant))?;
                for mark in kept.into_iter().filter(|mark| wanted.contains(&mark.tenant)) {
                    // Line 0 is the one that was kept.
                    found.entry(mark.tenant).or_default().push(Claim { seq: mark.seq, hash: mark.hash, line: 0 });
                }
                Ok::<_, Error>(found)
            });
            read.await.map_err(|_| Error::internal("reading the checkpoints was broken off"))?
        }
    };

    let mut tenants: BTreeSet<TenantId> = BTreeSet::new();
    if let Books::Export(export) = &books {
        tenants.extend(export.tenants());
    }
    if whole {
        let own = claims_of([TenantId::HOUSE].into()).await?.remove(&TenantId::HOUSE).unwrap_or_default();
        let house = follow(books.clone(), TenantId::HOUSE, own).await?;
        tenants.extend(&house.born);
        tenants.extend(counts.keys());
        tenants.remove(&TenantId::HOUSE);
        report.take(house);
    }
    for batch in batches(&tenants, &counts) {
        let mut found = claims_of(batch.clone()).await?;
        let cores = std::thread::available_parallelism().map_or(2, usize::from).min(4);
        let walked: Vec<Walked> = stream::iter(batch)
            .map(|tenant| {
                let walk = follow(books.clone(), tenant, found.remove(&tenant).unwrap_or_default());
                async { tokio::spawn(walk).await.map_err(|_| Error::internal("a walk was broken off"))? }
            })
            .buffered(cores)
            .try_collect()
            .await?;
        for walked in walked {
            report.take(walked);
        }
    }
    Ok(report)
}

impl Report {
    fn take(&mut self, walked: Walked) {
        self.chains += 1;
        self.links += walked.links;
        self.beyond += walked.beyond;
        self.faults.extend(walked.fault);
    }
}

/// What came of one chain.
struct Walked {
    links: u64,
    beyond: u64,
    fault: Option<Fault>,
    /// Tenants whose birth stands in it: in the house's, every other.
    born: BTreeSet<TenantId>,
}

/// Walks along a chain, and fetches the next sheaf meanwhile.
async fn follow(books: Books, tenant: TenantId, claims: Vec<Claim>) -> Result<Walked> {
    let mut walk = Walk::new(tenant, claims);
    let (mut born, mut fault) = (BTreeSet::new(), None);
    let mut coming = tokio::spawn(books.reader(tenant).next());
    loop {
        let fetched = coming.await.map_err(|_| Error::internal("reading a chain was broken off"))?;
        let (sheaf, reader) = fetched?;
        // After a fault only the house's births are still looked for.
        let is_last = sheaf.is_last || (fault.is_some() && tenant != TenantId::HOUSE);
        coming = if is_last { tokio::spawn(async { Err(Error::Conflict) }) } else { tokio::spawn(reader.next()) };
        for entry in &sheaf.entries {
            if tenant == TenantId::HOUSE {
                born.extend(entry.birth());
            }
            if fault.is_none() {
                fault = walk.step(entry).err();
            }
        }
        if is_last {
            if fault.is_none() {
                fault = walk.end(sheaf.head.as_ref()).err();
            }
            let (links, beyond) = walk.tally();
            return Ok(Walked { links, beyond, fault, born });
        }
    }
}

/// Tenants together whose claims fit into memory; one that alone has more is a batch of its own.
fn batches(tenants: &BTreeSet<TenantId>, counts: &BTreeMap<TenantId, usize>) -> Vec<BTreeSet<TenantId>> {
    let (mut batches, mut held) = (vec![BTreeSet::new()], 0);
    for tenant in tenants {
        let count = counts.get(tenant).copied().unwrap_or_default();
        if held > 0 && held + count > CLAIMS {
            batches.push(BTreeSet::new());
            held = 0;
        }
        held += count;
        if let Some(batch) = batches.last_mut() {
            batch.insert(*tenant);
        }
    }
    batches
}
