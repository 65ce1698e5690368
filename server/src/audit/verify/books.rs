//! Where the rows of a chain come from, a sheaf at a time: Postgres as the auditor's role, or an export. Reading holds
//! one sheaf in memory, however long the chain is.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::audit::model::{Entry, Head, Sheaf, is_envelope};
use crate::audit::queries;
use crate::floor::access::{Caller, Permission};
use crate::floor::journal::{Lines, hex};
use crate::floor::kernel::{Error, Result, TenantId};
use crate::floor::ledger::{Ledger, Role};

/// The books of a desk, to be read.
#[derive(Clone)]
pub enum Books {
    Desk(Ledger),
    Export(Arc<Export>),
}

impl Books {
    /// Those in the database, with no more rights than an auditor's.
    pub fn of(ledger: &Ledger) -> Self {
        Self::Desk(ledger.as_role(Role::Auditor))
    }

    /// Reads a chain from its first row on.
    pub fn reader(&self, tenant: TenantId) -> Reader {
        let place = match self {
            Self::Desk(_) => Some(Place::After(i64::MIN)),
            Self::Export(export) => export.places.get(&tenant).copied().map(Place::Byte),
        };
        Reader { books: self.clone(), tenant, place }
    }
}

/// A chain on its way through a reader's hands.
pub struct Reader {
    books: Books,
    tenant: TenantId,
    /// Where the next sheaf begins; none in an export that has nothing of it.
    place: Option<Place>,
}

#[derive(Clone, Copy)]
enum Place {
    After(i64),
    Byte(u64),
}

impl Reader {
    /// The next sheaf, and the reader for the one after it.
    pub async fn next(mut self) -> Result<(Sheaf, Self)> {
        let tenant = self.tenant;
        let sheaf = match (&self.books, self.place) {
            (_, None) => Sheaf { is_last: true, ..Sheaf::default() },
            (Books::Desk(ledger), Some(Place::After(after))) => {
                let scope = Caller::house().permit(Permission::ReadBooks, tenant)?;
                let sheaf = ledger.read(&scope, move |tx| queries::sheaf(tx, tenant, after)).await?;
                self.place = Some(Place::After(sheaf.entries.last().map_or(after, |entry| entry.seq)));
                sheaf
            }
            (Books::Export(export), Some(Place::Byte(from))) => {
                let export = Arc::clone(export);
                let read = tokio::task::spawn_blocking(move || export.sheaf(tenant, from));
                let (sheaf, to) = read.await.map_err(|_| Error::internal("reading an export was broken off"))??;
                self.place = Some(Place::Byte(to));
                sheaf
            }
            _ => return Err(Error::internal("a reader stands in other books than its own")),
        };
        Ok((sheaf, self))
    }
}

/// What the first line of an export says.
#[derive(Debug, Serialize, Deserialize)]
pub struct Title {
    pub format: String,
    /// Every chain of the desk, or one.
    pub whole: bool,
}

/// The form of an export.
pub const FORMAT: &str = "rightsdesk/books/1";

/// A line of an export: a link, or where the chain ends.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Row {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub action: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub actor: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<i64>,
    pub hash: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub head: bool,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub object: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload_hash: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sealed: bool,
    pub seq: i64,
    pub tenant: uuid::Uuid,
}

impl Row {
    /// Of a link. A sealed payload stays at home; its hash goes along.
    pub fn link(tenant: TenantId, entry: &Entry) -> Self {
        let facts = entry.payload.as_deref().filter(|payload| !is_envelope(payload));
        Self {
            action: entry.action.clone(),
            actor: entry.actor.clone(),
            at: Some(entry.micros),
            hash: hex(&entry.hash),
            head: false,
            object: entry.object.clone(),
            payload: facts.map(hex),
            payload_hash: entry.payload_hash.as_deref().map(hex),
            sealed: entry.payload.is_some() && facts.is_none(),
            seq: entry.seq,
            tenant: tenant.uuid(),
        }
    }

    pub fn head(tenant: TenantId, head: &Head) -> Self {
        Self { hash: hex(&head.hash), head: true, seq: head.seq, tenant: tenant.uuid(), ..Self::default() }
    }

    fn entry(self) -> Entry {
        // What is no hex is no hash either: an empty one holds nowhere.
        let bytes = |text: String| data_encoding::HEXLOWER.decode(text.as_bytes()).unwrap_or_default();
        Entry {
            seq: self.seq,
            micros: self.at.unwrap_or(i64::MIN),
            actor: self.actor,
            action: self.action,
            object: self.object,
            payload_hash: self.payload_hash.map(bytes),
            payload: self.payload.map(bytes),
            is_kept_back: self.sealed,
            hash: bytes(self.hash),
        }
    }
}

/// An export: where each chain stands in it.
pub struct Export {
    path: PathBuf,
    pub whole: bool,
    places: BTreeMap<TenantId, u64>,
}

#[derive(Deserialize)]
struct Whose {
    tenant: uuid::Uuid,
}

impl Export {
    /// Looks through an export for its chains. Each stands in one place; rows of it elsewhere would not be read.
    pub fn open(path: &Path) -> Result<Self> {
        let unreadable = |error: io::Error| flawed(path, &format!("cannot be read: {}", error.kind()));
        let mut lines = Lines::open(path, 0).map_err(unreadable)?;
        let title = lines.read().map_err(unreadable)?;
        let title = title.and_then(|found| serde_json::from_slice::<Title>(found.text).ok());
        let title = title.filter(|title| title.format == FORMAT);
        let whole = title.ok_or_else(|| flawed(path, &format!("is no export of the form {FORMAT}")))?.whole;
        let (mut places, mut at) = (BTreeMap::new(), None);
        let mut number = 1_u64;
        while let Some(found) = lines.read().map_err(unreadable)? {
            number += 1;
            let row = serde_json::from_slice::<Whose>(found.text);
            let tenant = row.map(|row| TenantId::from_uuid(row.tenant));
            let tenant = tenant.map_err(|_| flawed(path, &format!("line {number} is no row of an export")))?;
            if at != Some(tenant) {
                if places.insert(tenant, found.from).is_some() {
                    return Err(flawed(path, &format!("line {number}: the rows of {tenant} stand in several places")));
                }
                at = Some(tenant);
            }
        }
        Ok(Self { path: path.to_owned(), whole, places })
    }

    pub fn tenants(&self) -> impl Iterator<Item = TenantId> {
        self.places.keys().copied()
    }

    /// The rows that stand from a byte on, and where the next do.
    fn sheaf(&self, tenant: TenantId, from: u64) -> Result<(Sheaf, u64)> {
        let unreadable = |error: io::Error| flawed(&self.path, &format!("cannot be read: {}", error.kind()));
        let mut lines = Lines::open(&self.path, from).map_err(unreadable)?;
        let (mut sheaf, mut to) = (Sheaf::default(), from);
        while let Some(found) = lines.read().map_err(unreadable)? {
            let row = serde_json::from_slice::<Row>(found.text);
            let row = row.map_err(|_| flawed(&self.path, &format!("byte {}: no row of an export", found.from)))?;
            if row.tenant != tenant.uuid() {
                break;
            }
            to = found.to;
            if row.head {
                let entry = row.entry();
                sheaf.head = Some(Head { seq: entry.seq, hash: entry.hash });
            } else {
                sheaf.entries.push(row.entry());
            }
            if sheaf.entries.len() == SHEAF {
                return Ok((sheaf, to));
            }
        }
        sheaf.is_last = true;
        Ok((sheaf, to))
    }
}

/// How many rows of an export are held at a time.
const SHEAF: usize = 10_000;

fn flawed(path: &Path, advice: &str) -> Error {
    Error::invalid(path.display().to_string(), advice)
}
