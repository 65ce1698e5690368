//! Turning keys: a new root and new tenant keys, a new epoch. Every row is rewrapped by compare-and-set, in pages, by
//! *version*; the versions in the rows are the only state, so that whoever was killed is followed by anyone. A version
//! is retired when no row needs it, and never before. No value is opened on the way, only keys.

use std::future::Future;
use std::time::Duration;

use uuid::Uuid;

use super::files::FileKind;
use super::keyring::{KeyState, Vault, known, up};
use super::keys::{Epoch, RequestKey, SubjectKey, Wraps};
use super::owned::Owned;
use super::turning::{self, TenantRow};
use crate::floor::access::{Caller, Permission};
use crate::floor::kernel::{Error, Result, TenantId};
use crate::floor::ledger::{Event, Ledger, Role, Witnessed};

/// How often a page is tried again when somebody holds its rows or the database is away for a moment.
const TRIES: u32 = 20;

/// How far a turning has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// The root or epoch that is active now.
    pub version: u32,
    pub tenants: u64,
    /// Tenants' keys, persons' and requests' keys under their new key.
    pub keys: u64,
    /// Secrets under their tenant's new key.
    pub secrets: u64,
    /// Rows that do not open under the key they name, met in the last pass: they keep their old version in use.
    pub shut: u64,
    /// Versions that no row needs any more.
    pub retired: u64,
}

impl Vault {
    /// Turns the root and every tenant's kek, or takes up a rotation that was broken off. `tell` hears of each page.
    pub async fn rotate(&self, ledger: &Ledger, mut tell: impl FnMut(Progress)) -> Result<Progress> {
        self.turn_unless_draining(ledger, FileKind::Root).await?;
        self.tend(ledger, &mut tell).await
    }

    /// Finishes whatever rotation is under way, and turns keks that are worn: after 2^28 wraps or 90 days.
    pub async fn tend(&self, ledger: &Ledger, mut tell: impl FnMut(Progress)) -> Result<Progress> {
        let mut progress = Progress::default();
        'anew: loop {
            let before = progress;
            let root = self.active_version(ledger, FileKind::Root).await?;
            (progress.version, progress.shut) = (root, 0);
            let due = turning::due_tenants(ledger, root).await?;
            progress.tenants = progress.tenants.max(due.len() as u64);
            for tenant in &due {
                if !self.rotate_tenant(ledger, *tenant, root, &mut progress, &mut tell).await? {
                    continue 'anew;
                }
            }
            // What is left and does not move is shut: told in numbers, and kept with its key.
            if due.is_empty() || (progress.keys, progress.secrets) == (before.keys, before.secrets) {
                break;
            }
        }
        progress.retired = turning::retire(ledger, FileKind::Root).await?;
        tell(progress);
        Ok(progress)
    }

    /// Turns the epoch and rewraps every living person's and request's key, or takes up where it was broken off.
    pub async fn turn_epoch(&self, ledger: &Ledger, tell: impl FnMut(Progress)) -> Result<Progress> {
        self.turn_unless_draining(ledger, FileKind::Epoch).await?;
        self.drain_epochs(ledger, tell).await
    }

    /// Rewraps every living person's and request's key that stands under another epoch than the active one.
    pub(super) async fn drain_epochs(&self, ledger: &Ledger, mut tell: impl FnMut(Progress)) -> Result<Progress> {
        let mut progress = Progress::default();
        'anew: loop {
            let before = progress;
            let epoch = self.active_version(ledger, FileKind::Epoch).await?;
            (progress.version, progress.shut) = (epoch, 0);
            let due = turning::due_epochs(ledger, epoch).await?;
            progress.tenants = progress.tenants.max(due.len() as u64);
            for (tenant, old) in &due {
                if !(self.rewrap_owned::<SubjectKey>(ledger, *tenant, *old, epoch, &mut progress, &mut tell).await?
                    && self.rewrap_owned::<RequestKey>(ledger, *tenant, *old, epoch, &mut progress, &mut tell).await?)
                {
                    continue 'anew;
                }
            }
            if due.is_empty() || progress.keys == before.keys {
                break;
            }
        }
        progress.retired = turning::retire(ledger, FileKind::Epoch).await?;
        tell(progress);
        Ok(progress)
    }

    async fn turn_unless_draining(&self, ledger: &Ledger, kind: FileKind) -> Result<()> {
        let versions = known(ledger).await?;
        if versions.iter().any(|key| key.kind == kind && key.state == KeyState::Draining) {
            return Ok(());
        }
        match self.turn(ledger, kind, None).await {
            // Somebody else turned it at this moment: we help to rewrap.
            Err(Error::Conflict) => Ok(()),
            other => other.map(drop),
        }
    }

    async fn active_version(&self, ledger: &Ledger, kind: FileKind) -> Result<u32> {
        let active = known(ledger).await?.into_iter().find(|key| key.kind == kind && key.state == KeyState::Active);
        active.map(|key| up(key.version)).ok_or_else(|| Error::internal("no version of a key is active"))
    }

    /// `false` where another root became the active one meanwhile.
    async fn rotate_tenant(
        &self,
        ledger: &Ledger,
        tenant: TenantId,
        root: u32,
        progress: &mut Progress,
        tell: &mut impl FnMut(Progress),
    ) -> Result<bool> {
        let Some(keks) = insist(|| {
            let vault = self.clone();
            turning::upkeep(ledger, tenant, move |tx| vault.rewrap_keks(tx, root))
        })
        .await?
        else {
            return Ok(false);
        };
        progress.keys += keks.moved;
        progress.shut += keks.shut;
        insist(|| self.turn_kek(ledger, tenant, root)).await?;
        let branches = insist(|| {
            let vault = self.clone();
            turning::upkeep(ledger, tenant, move |tx| vault.rewrap_branches(tx))
        })
        .await?;
        progress.keys += branches.moved;
        progress.shut += branches.shut;
        for old in turning::upkeep(ledger, tenant, turning::draining_keks).await? {
            let mut after = Some(Uuid::nil());
            while let Some(from) = after {
                let page = insist(|| {
                    let vault = self.clone();
                    turning::upkeep(ledger, tenant, move |tx| vault.rewrap_secrets(tx, old, from))
                })
                .await?;
                progress.secrets += page.moved;
                progress.shut += page.shut;
                after = page.next;
                tell(*progress);
            }
        }
        turning::upkeep(ledger, tenant, turning::retire_keks).await?;
        Ok(true)
    }

    /// A new kek, if the active one is due. The old one is locked while it is turned, so no writer still seals under it
    /// afterwards.
    async fn turn_kek(&self, ledger: &Ledger, tenant: TenantId, root: u32) -> Result<()> {
        if !turning::upkeep(ledger, tenant, move |tx| turning::is_kek_due(tx, root)).await? {
            return Ok(());
        }
        let vault = self.clone();
        let scope = Caller::house().permit(Permission::KeepHouse, tenant)?;
        let turned = ledger
            .as_role(Role::Worker)
            .write(scope, move |tx| {
                let TenantRow { version, .. } = turning::drain_kek(tx, root)?.ok_or(Error::Conflict)?;
                vault.make_kek(tx, up(version) + 1)?;
                let turned = Event::new("key.turned", "tenant", tenant.uuid());
                Ok(Witnessed::new((), turned.count("version", u64::from(up(version) + 1))))
            })
            .await;
        // Another process was first.
        if matches!(turned, Err(Error::Conflict)) { Ok(()) } else { turned }
    }

    /// `false` where another epoch became the active one meanwhile.
    async fn rewrap_owned<R: Owned + 'static>(
        &self,
        ledger: &Ledger,
        tenant: TenantId,
        old: u32,
        epoch: u32,
        progress: &mut Progress,
        tell: &mut impl FnMut(Progress),
    ) -> Result<bool>
    where
        Epoch: Wraps<R>,
    {
        let mut after = Some(Uuid::nil());
        while let Some(from) = after {
            let page = insist(|| {
                let vault = self.clone();
                turning::upkeep(ledger, tenant, move |tx| vault.rewrap_owned_page::<R>(tx, old, epoch, from))
            });
            let Some(page) = page.await? else { return Ok(false) };
            progress.keys += page.moved;
            progress.shut += page.shut;
            after = page.next;
            tell(*progress);
        }
        Ok(true)
    }
}

/// Tries again where somebody else held the rows or the database was away: every page may be run twice.
async fn insist<T, F: Future<Output = Result<T>>>(mut page: impl FnMut() -> F) -> Result<T> {
    let mut tries = 0;
    loop {
        match page().await {
            Err(Error::Conflict | Error::Unavailable { .. }) if tries < TRIES => {
                tries += 1;
                tokio::time::sleep(Duration::from_millis(50 * u64::from(tries))).await;
            }
            outcome => return outcome,
        }
    }
}
