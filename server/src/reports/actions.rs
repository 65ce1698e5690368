//! The verbs of this slice: who sees that there are files, and who takes one along.

use futures_util::TryStreamExt;
use sha2::{Digest, Sha256};

use super::model::{Report, ReportKind};
use super::queries;
use crate::floor::access::{Caller, Permission};
use crate::floor::graphql::Page;
use crate::floor::kernel::{Error, Ref, ReportId, Result, Sealed, TenantId};
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

pub fn place_of(at: Ref<ReportId>) -> Place<'static> {
    Place { tenant: at.tenant, table: "report", column: "file", row: at.id.uuid(), generation: 0 }
}

pub fn shut(shut: Shut) -> Error {
    Error::internal(format!("a report stays shut: {}", shut.code()))
}
