//! The verbs of this slice: who sees that there are files, who takes one along, and how they all stand.

use std::collections::HashSet;

use chrono::Duration;
use futures_util::TryStreamExt;
use sha2::{Digest, Sha256};

use super::model::{self, Report, ReportKind};
use super::queries;
use crate::floor::access::{Caller, Permission};
use crate::floor::blobs::{Blob, Kind};
use crate::floor::graphql::Page;
use crate::floor::kernel::{Error, Instant, Ref, ReportId, Result, Sealed, TenantId};
use crate::floor::policy::Policy;
use crate::floor::tools::Tools;
use crate::floor::vault::{Place, Shut};

/// The files of a tenant, newest first, and how many there are in all.
pub async fn list_reports(
    tools: &Tools,
    caller: &Caller,
    tenant: TenantId,
    kind: Option<ReportKind>,
    page: Page,
) -> Result<(Vec<Report>, i64)> {
    let scope = caller.permit(Permission::SeeTenants, tenant)?;
    tools.ledger.read(&scope, move |tx| queries::list(tx, kind, &page)).await
}

/// A file in clear. That it was opened stands in the book of accesses.
pub async fn open_report(tools: &Tools, caller: &Caller, at: Ref<ReportId>) -> Result<(Report, String)> {
    let scope = caller.permit(Permission::SeeTenants, at.tenant)?;
    let found = tools.ledger.read(&scope, move |tx| queries::one(tx, at.id)).await?;
    let (report, digest) = found
        .and_then(|report| report.made.as_ref().map(|made| made.digest).map(|digest| (report, digest)))
        .ok_or(Error::NotFound("report"))?;
    let pieces: Vec<bytes::Bytes> = tools.blobs.get(report.blob()).await?.try_collect().await?;
    let (sealed, vault) = (Sealed::from_bytes(pieces.concat()), tools.vault.clone());
    let opened = tools.ledger.reveal(scope, "reports", move |tx| {
        let key = vault.request_key(tx, at.id.uuid(), "reports.file")?.map_err(shut)?;
        let clear = key.open_blob(&place_of(at), &sealed).map_err(shut)?;
        Ok(clear.bytes().to_vec())
    });
    let clear = opened.await?;
    if <[u8; 32]>::from(Sha256::digest(&clear)) != digest {
        return Err(Error::internal("a report is not what was made"));
    }
    let text = String::from_utf8(clear).map_err(|_| Error::internal("a report is no text"))?;
    Ok((report, text))
}

/// How the files of all tenants stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    pub made: i64,
    /// Longer there than the policy lets them be.
    pub overdue: i64,
    /// Not there, although their time is not over.
    pub lost: i64,
}

/// Within this a sweep has come by.
const SWEPT_WITHIN: Duration = Duration::hours(26);

/// Holds the rows against the files that lie there, all of them.
pub async fn standing(tools: &Tools, policy: &Policy) -> Result<Standing> {
    let over = model::beyond(tools.watch.now(), model::window(policy), true);
    let desk = tools.ledger.desk_scope(Caller::house().permit_desk(Permission::SeeQueue)?, "reports").await?;
    let files = tools.ledger.desk(&desk, queries::made).await?;
    let made = files.len();
    let overdue = files.iter().filter(|(_, at)| over.is_some_and(|over| *at < over.plus(-SWEPT_WITHIN))).count();
    // One whose end is near may go while the others are looked for.
    let stays = |at: Instant| over.is_none_or(|over| at > over.plus(SWEPT_WITHIN));
    let mut sought: HashSet<Blob> = files.into_iter().filter(|(_, at)| stays(*at)).map(|(file, _)| file).collect();
    let mut listed = tools.blobs.list(Kind::Report);
    while let Some(found) = listed.try_next().await? {
        sought.remove(&found.blob);
    }
    let [made, overdue, lost] = [made, overdue, sought.len()].map(|count| i64::try_from(count).unwrap_or(i64::MAX));
    Ok(Standing { made, overdue, lost })
}

pub fn place_of(at: Ref<ReportId>) -> Place<'static> {
    Place { tenant: at.tenant, table: "report", column: "file", row: at.id.uuid(), generation: 0 }
}

pub fn shut(shut: Shut) -> Error {
    Error::internal(format!("a report stays shut: {}", shut.code()))
}
