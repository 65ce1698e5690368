//! The key files and what the database remembers of them, held together. Nothing starts with a wrong, short, missing
//! or unknown key, nor with one of another mode; every flaw is told at once, by the file's name and never its content.
//!
//! A new version stands in the keyring before its file gets its name, and its file is on disk before the row commits:
//! killed anywhere, the next start completes it or finds a leftover nobody used.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use chrono::Duration;
use diesel::sql_types::{Binary, Integer, Nullable, Text, Timestamptz};
use diesel::{OptionalExtension, QueryableByName, RunQueryDsl};
use uuid::Uuid;

use super::blind::SuppressKey;
use super::calls::CallKey;
use super::envelope::{Opening, Shut};
use super::fault::KeyFault;
use super::files::{FileKind, KeyFiles, KeySource};
use super::keys::KeyBytes;
use super::public::PublicKeys;
use super::signing::SignKey;
use super::turning::upkeep;
use crate::floor::access::{Caller, One, Permission, Scope};
use crate::floor::kernel::vocabulary::vocabulary;
use crate::floor::kernel::{Error, Flaws, Mode, Result, TenantId};
use crate::floor::ledger::{Event, Ledger, Role, Tx, Witnessed, WriteTx, statement};

vocabulary! {
    /// How far a version of a key has come. It only ever moves down this list.
    pub enum KeyState {
        /// What is sealed now is sealed under it.
        Active = "active",
        /// Still opens; what it wrapped is being rewrapped.
        Draining = "draining",
        /// No row needs it; recent dumps may.
        Retired = "retired",
        /// Overwritten and gone.
        Destroyed = "destroyed",
    }
}

/// Opens and seals. Cheap to clone; every clone holds the same keys.
#[derive(Clone)]
pub struct Vault(Arc<Held>);

struct Held {
    files: KeyFiles,
    mode: Mode,
    keys: RwLock<BTreeMap<(FileKind, u32), KeyBytes>>,
    /// The operator's own key for answers to controllers' machines.
    calls: OnceLock<Arc<CallKey>>,
}

/// A key file as the keyring knows it.
#[derive(QueryableByName)]
pub(super) struct Known {
    #[diesel(sql_type = Text)]
    pub kind: FileKind,
    #[diesel(sql_type = Integer)]
    pub version: i32,
    #[diesel(sql_type = Binary)]
    check_value: Vec<u8>,
    #[diesel(sql_type = Text)]
    mode: Mode,
    #[diesel(sql_type = Text)]
    pub state: KeyState,
}

#[derive(QueryableByName)]
struct Version {
    #[diesel(sql_type = Integer)]
    version: i32,
}

/// Versions count from one and stay far below what either side holds.
pub(super) fn up(version: i32) -> u32 {
    version.unsigned_abs()
}

pub(super) fn down(version: u32) -> i32 {
    i32::try_from(version).unwrap_or(i32::MAX)
}

/// The house's scope: keys are upkeep.
pub(super) fn house() -> Result<Scope<One>> {
    Caller::house().permit(Permission::KeepHouse, TenantId::HOUSE)
}

impl Vault {
    /// Opens the key files and compares them with the keyring; at the very first start makes both.
    pub async fn open(ledger: &Ledger, source: KeySource, mode: Mode) -> Result<Self> {
        let files = KeyFiles::open(source).map_err(KeyFault::told)?;
        let vault = Self(Arc::new(Held { files, mode, keys: RwLock::default(), calls: OnceLock::new() }));
        // The files first: a file gets its name after its row, so one seen now has had its row for longer.
        let files = vault.files().list().map_err(KeyFault::told)?;
        let known = known(ledger).await?;
        if known.is_empty() {
            vault.refuse_strangers(&files, &known)?;
        }
        vault.catch_up(ledger, &files, &known).await?;
        for kind in FileKind::ALL {
            if !known.iter().any(|key| key.kind == *kind) {
                vault.begin(ledger, *kind).await?;
            }
        }
        vault.load(ledger).await?;
        Ok(vault)
    }

    /// What kind of desk the keys are of.
    pub fn mode(&self) -> Mode {
        self.0.mode
    }

    /// The tombstone keys in use, one digest per version; the first seals new ones.
    pub fn suppress_keys(&self) -> Vec<SuppressKey> {
        let keys = self.0.keys.read().unwrap_or_else(PoisonError::into_inner);
        let in_use = keys.iter().rev().filter(|((kind, _), _)| *kind == FileKind::Suppress);
        in_use.map(|((_, version), key)| SuppressKey::new(key.copy(), *version)).collect()
    }

    /// The newest signing key.
    pub fn sign_key(&self) -> Result<SignKey> {
        let keys = self.0.keys.read().unwrap_or_else(PoisonError::into_inner);
        let newest = keys.iter().rev().find(|((kind, _), _)| *kind == FileKind::Sign);
        let ((_, version), seed) = newest.ok_or_else(|| Error::internal("no signing key is loaded"))?;
        Ok(SignKey::new(seed, *version))
    }

    /// Has answers to controllers' machines signed with the operator's own key, from the first to the last.
    pub fn answer_with(&self, key: CallKey) -> Result<()> {
        self.0.calls.set(Arc::new(key)).map_err(|_| Error::internal("a key for calls is given already"))
    }

    /// What answers to controllers' machines are signed with: the operator's own key, or the one that belongs to the newest
    /// signing key.
    pub fn call_key(&self) -> Result<Arc<CallKey>> {
        match self.0.calls.get() {
            Some(given) => Ok(Arc::clone(given)),
            None => self.sign_key()?.for_calls().map(Arc::new),
        }
    }

    /// The public halves of all signing keys there were.
    pub fn public_keys(&self) -> Result<PublicKeys> {
        PublicKeys::at(self.files().folder())
    }

    pub(super) fn files(&self) -> &KeyFiles {
        &self.0.files
    }

    /// The key of this kind and version. One that another process turned meanwhile is looked up on the way.
    pub(super) fn key(&self, tx: &mut Tx, kind: FileKind, version: u32) -> Result<Opening<KeyBytes>> {
        if let Some(key) = self.0.keys.read().unwrap_or_else(PoisonError::into_inner).get(&(kind, version)) {
            return Ok(Ok(key.copy()));
        }
        let row =
            statement("select kind, version, check_value, mode, state from keyring where kind = ? and version = ?")
                .bind::<Text, _>(kind)
                .bind::<Integer, _>(down(version))
                .get_result::<Known>(tx.conn())
                .optional()?;
        match row {
            None => Ok(Err(Shut::UnknownKey)),
            Some(row) if row.state == KeyState::Destroyed => Ok(Err(Shut::Forgotten)),
            Some(row) => {
                let key = self.examine(&row)?;
                self.hold(kind, version, key.copy());
                Ok(Ok(key))
            }
        }
    }

    /// The version to seal under now. It cannot be turned before this transaction ends.
    pub(super) fn active(tx: &mut WriteTx, kind: FileKind) -> Result<u32> {
        // One that is turned while we wait for it is no longer active; its successor is seen by the second look.
        for _ in 0..2 {
            let active = statement("select version from keyring where kind = ? and state = 'active' for share")
                .bind::<Text, _>(kind)
                .get_result::<Version>(tx.conn())
                .optional()?;
            if let Some(active) = active {
                return Ok(up(active.version));
            }
        }
        Err(Error::Conflict)
    }

    async fn begin(&self, ledger: &Ledger, kind: FileKind) -> Result<()> {
        let version = self.first_version(kind)?;
        let vault = self.clone();
        let begun = ledger
            .as_role(Role::Worker)
            .write(house()?, move |tx| {
                if vault.enter(tx, kind, version)? {
                    Ok(Witnessed::new((), made(kind, version)))
                } else {
                    Err(Error::Conflict)
                }
            })
            .await;
        // Another process made it at the same moment: the better for us.
        if matches!(begun, Err(Error::Conflict)) { Ok(()) } else { begun }
    }

    /// A database that came back from a backup knows no epoch that was made since: it goes on under the newest, as the one it
    /// had was turned. Of keys that are another desk's none is taken up.
    async fn catch_up(&self, ledger: &Ledger, files: &[(FileKind, u32)], known: &[Known]) -> Result<()> {
        let (epochs, others): (Vec<&Known>, Vec<&Known>) = known.iter().partition(|row| row.kind == FileKind::Epoch);
        let Some(newest) = epochs.iter().map(|row| up(row.version)).max() else { return Ok(()) };
        let mut kept = others.iter().filter(|row| row.state != KeyState::Destroyed);
        if !kept.all(|row| self.examine(row).is_ok()) {
            return Ok(());
        }
        for (_, version) in files.iter().filter(|(kind, version)| *kind == FileKind::Epoch && *version > newest) {
            let (version, mode) = (*version, self.0.mode);
            let key = self.files().read(FileKind::Epoch, version).map_err(KeyFault::told)?;
            let check = key.check_value().to_vec();
            // No event yet: whoever restores says first where the books end.
            upkeep(ledger, TenantId::HOUSE, move |tx| take_up(tx, version, check, mode)).await?;
        }
        Ok(())
    }

    /// 1, or where roots are given, the newest of them.
    fn first_version(&self, kind: FileKind) -> Result<u32> {
        let listed = self.files().list().map_err(KeyFault::told)?;
        Ok(listed.into_iter().filter(|key| key.0 == kind).map(|key| key.1).max().unwrap_or(1))
    }

    /// Draws a key, writes its row, then prepares its file; the row holds off everyone else who would. `false` if
    /// another process was first.
    fn enter(&self, tx: &mut WriteTx, kind: FileKind, version: u32) -> Result<bool> {
        let (key, now) = (self.files().draw(kind, version).map_err(KeyFault::told)?, tx.now()?.utc());
        let entered = statement(
            "insert into keyring (kind, version, check_value, mode, made_at) values (?, ?, ?, ?, ?)
             on conflict do nothing",
        )
        .bind::<Text, _>(kind)
        .bind::<Integer, _>(down(version))
        .bind::<Binary, _>(key.check_value().to_vec())
        .bind::<Text, _>(self.0.mode)
        .bind::<Timestamptz, _>(now)
        .execute(tx.conn())?;
        if entered == 1 {
            self.files().prepare(kind, version, &key).map_err(KeyFault::told)?;
        }
        Ok(entered == 1)
    }

    /// A new version of this kind: the old one drains from here on, and no writer still seals under it. `Conflict` where
    /// another process was first, or where the old one is younger than this.
    pub(super) async fn turn(&self, ledger: &Ledger, kind: FileKind, age: Option<Duration>) -> Result<u32> {
        let vault = self.clone();
        let worker = ledger.as_role(Role::Worker);
        let version = worker
            .write(house()?, move |tx| {
                let now = tx.now()?;
                let old = statement(
                    "update keyring set state = 'draining', turned_at = ?
                      where kind = ? and state = 'active' and made_at <= coalesce(?, made_at)
                     returning version",
                )
                .bind::<Timestamptz, _>(now.utc())
                .bind::<Text, _>(kind)
                .bind::<Nullable<Timestamptz>, _>(age.map(|age| now.plus(-age).utc()))
                .get_result::<Version>(tx.conn())
                .optional()?
                .ok_or(Error::Conflict)?;
                let version = up(old.version) + 1;
                if vault.enter(tx, kind, version)? {
                    Ok(Witnessed::new(version, made(kind, version)))
                } else {
                    Err(Error::Conflict)
                }
            })
            .await?;
        self.files().publish(kind, version).map_err(KeyFault::told)?;
        self.load(ledger).await?;
        Ok(version)
    }

    /// Reads every key that is still needed and forgets the others. All flaws at once.
    async fn load(&self, ledger: &Ledger) -> Result<()> {
        let files = self.files().list().map_err(KeyFault::told)?;
        let known = known(ledger).await?;
        let mut flaws = Flaws::default();
        let mut keys = BTreeMap::new();
        for row in &known {
            let version = up(row.version);
            if row.state == KeyState::Destroyed {
                self.files().destroy(row.kind, version).map_err(KeyFault::told)?;
                continue;
            }
            match self.examine(row) {
                Ok(key) => {
                    self.files().publish(row.kind, version).map_err(KeyFault::told)?;
                    keys.insert((row.kind, version), key);
                }
                Err(fault) => flaws.add("keys", fault.to_string()),
            }
        }
        flaws.or(())?;
        self.refuse_strangers(&files, &known)?;
        *self.0.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
        Ok(())
    }

    /// The file of this row, if it is the one the row was made with.
    fn examine(&self, row: &Known) -> Result<KeyBytes, KeyFault> {
        let (kind, version) = (row.kind, up(row.version));
        let name = self.files().name(kind, version);
        if row.mode != self.0.mode {
            return Err(KeyFault::Mode { name, theirs: row.mode.to_string(), ours: self.0.mode.to_string() });
        }
        let key = match self.files().read(kind, version) {
            Err(KeyFault::Missing(_)) => {
                self.files().read_prepared(kind, version).map_err(|_| KeyFault::Missing(name.clone()))?
            }
            other => other?,
        };
        if key.is_known_by(&row.check_value) { Ok(key) } else { Err(KeyFault::Wrong(name)) }
    }

    /// A file no row knows: the database is older than its keys, or these are another desk's. A root that is given
    /// ahead of its rotation is neither.
    fn refuse_strangers(&self, files: &[(FileKind, u32)], known: &[Known]) -> Result<()> {
        let mut flaws = Flaws::default();
        for (kind, version) in files {
            let is_known = known.iter().any(|row| row.kind == *kind && up(row.version) == *version);
            if !is_known && !self.files().is_given(*kind) {
                flaws.add("keys", KeyFault::Unknown(self.files().name(*kind, *version)).to_string());
            }
        }
        flaws.or(())
    }

    pub(super) fn drop_key(&self, kind: FileKind, version: u32) {
        self.0.keys.write().unwrap_or_else(PoisonError::into_inner).remove(&(kind, version));
    }

    fn hold(&self, kind: FileKind, version: u32, key: KeyBytes) {
        self.0.keys.write().unwrap_or_else(PoisonError::into_inner).insert((kind, version), key);
    }
}

pub(super) async fn known(ledger: &Ledger) -> Result<Vec<Known>> {
    let worker = ledger.as_role(Role::Worker);
    worker
        .read(&house()?, |tx| {
            let rows = statement("select kind, version, check_value, mode, state from keyring order by kind, version");
            Ok(rows.load::<Known>(tx.conn())?)
        })
        .await
}

/// An epoch that is there and that no row knows. It counts as old as the one before it, so that it is kept no longer than was
/// promised of it.
fn take_up(tx: &mut WriteTx, version: u32, check: Vec<u8>, mode: Mode) -> Result<()> {
    let now = tx.now()?.utc();
    statement("update keyring set state = 'draining', turned_at = ? where kind = 'epoch' and state = 'active'")
        .bind::<Timestamptz, _>(now)
        .execute(tx.conn())?;
    // Another process may have taken it up at the same moment: the first statement waited for it.
    statement(
        "insert into keyring (kind, version, check_value, mode, made_at)
         select 'epoch', ?, ?, ?, max(made_at) from keyring where kind = 'epoch' on conflict do nothing",
    )
    .bind::<Integer, _>(down(version))
    .bind::<Binary, _>(check)
    .bind::<Text, _>(mode)
    .execute(tx.conn())?;
    Ok(())
}

fn made(kind: FileKind, version: u32) -> Event {
    Event::new("key.made", "keyring", Uuid::nil()).code("kind", kind.code()).count("version", version.into())
}
