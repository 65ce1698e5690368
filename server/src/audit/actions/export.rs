//! An export of the books, to be kept or verified elsewhere.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use crate::audit::verify::{Books, FORMAT, Row, Title};
use crate::floor::journal::Sheet;
use crate::floor::kernel::{Error, Result, TenantId};

/// How much was exported.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Exported {
    pub chains: u64,
    pub links: u64,
}

/// Writes the chains of the desk, or one, to a new file. Sealed payloads stay at home. `known` names tenants beside
/// those whose birth stands in the house's chain, so that one whose birth was deleted comes along all the same.
pub async fn export(books: &Books, to: &Path, only: Option<TenantId>, known: BTreeSet<TenantId>) -> Result<Exported> {
    let mut sheet = Sheet::create(to)?;
    let title = Title { format: FORMAT.to_owned(), whole: only.is_none() };
    sheet.line(&json(&title)?).map_err(|error| unwritten(&error))?;
    let mut exported = Exported::default();
    let born = write_chain(books, &mut sheet, only.unwrap_or(TenantId::HOUSE), &mut exported).await?;
    if only.is_none() {
        for tenant in born.into_iter().chain(known).filter(|tenant| *tenant != TenantId::HOUSE).collect::<BTreeSet<_>>()
        {
            write_chain(books, &mut sheet, tenant, &mut exported).await?;
        }
    }
    sheet.finish().map_err(|error| unwritten(&error))?;
    Ok(exported)
}

/// Writes one chain and its head; returns the births that stand in it.
async fn write_chain(
    books: &Books,
    sheet: &mut Sheet,
    tenant: TenantId,
    exported: &mut Exported,
) -> Result<BTreeSet<TenantId>> {
    let (mut reader, mut born) = (books.reader(tenant), BTreeSet::new());
    exported.chains += 1;
    loop {
        let (sheaf, next) = reader.next().await?;
        for entry in &sheaf.entries {
            born.extend(entry.birth());
            sheet.line(&json(&Row::link(tenant, entry))?).map_err(|error| unwritten(&error))?;
            exported.links += 1;
        }
        if sheaf.is_last {
            if let Some(head) = &sheaf.head {
                sheet.line(&json(&Row::head(tenant, head))?).map_err(|error| unwritten(&error))?;
            }
            return Ok(born);
        }
        reader = next;
    }
}

fn json(row: &impl serde::Serialize) -> Result<Vec<u8>> {
    serde_json::to_vec(row).map_err(|_| Error::internal("a row of an export is no JSON"))
}

fn unwritten(error: &io::Error) -> Error {
    Error::invalid("--to", format!("the export cannot be written: {}", error.kind()))
}
