//! Pages one behind another: each may pass the gate when the one before it has, while that one is still being taken in,
//! and ends after it. It never ends where that one did not, and nobody it was lent is written about who was erased or proved
//! to be another meanwhile.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use tokio::sync::oneshot::Sender;

use super::model::{Passed, Standing};
use super::queries::{self, Entry, Mark};
use crate::floor::kernel::{Error, Result, SubjectId};
use crate::floor::ledger::WriteTx;
use crate::floor::vault::{Sealer, SubjectKey, Vault};

/// How long a page waits for the end of the one before it, holding what it holds.
const PATIENCE: Duration = Duration::from_secs(10);

/// Whom a page let in: what they go by, and what is sealed with for them.
#[derive(Default)]
pub struct Guests {
    subjects: HashMap<Mark, SubjectId>,
    sealers: HashMap<SubjectId, Arc<Sealer<SubjectKey>>>,
}

impl Guests {
    pub(super) fn of<'p>(named: impl Iterator<Item = (Mark, &'p Passed)>) -> Self {
        let mut guests = Self::default();
        for (mark, passed) in named {
            // Who is erased is looked up by whoever meets them again.
            let Standing::Welcome(sealer) = &passed.standing else { continue };
            guests.subjects.insert(mark, passed.subject);
            guests.sealers.entry(passed.subject).or_insert_with(|| Arc::clone(sealer));
        }
        guests
    }

    pub(super) fn find(&self, mark: &Mark) -> Option<Passed> {
        let subject = *self.subjects.get(mark)?;
        let sealer = Arc::clone(self.sealers.get(&subject)?);
        Some(Passed { subject, standing: Standing::Welcome(sealer) })
    }
}

/// The page before, which has passed the gate and has not ended yet.
pub struct Before {
    pub guests: Guests,
    /// Told something once it is committed, and nothing where it is not.
    pub committed: Receiver<()>,
}

/// A page's place in a row of them.
pub struct Turn {
    before: Option<Before>,
    next: Option<Sender<Guests>>,
    /// Whom the page before lent, and what is to be written down beside what they go by.
    lent: BTreeMap<SubjectId, BTreeSet<Mark>>,
}

impl Turn {
    /// Of a page that no other is before or behind.
    pub fn alone() -> Self {
        Self { before: None, next: None, lent: BTreeMap::new() }
    }

    /// Of a page whose guests are wanted by the next.
    pub fn before(next: Sender<Guests>) -> Self {
        Self { next: Some(next), ..Self::alone() }
    }

    #[must_use]
    pub fn behind(self, before: Option<Before>) -> Self {
        Self { before, ..self }
    }

    /// Whether a page before it may not have ended yet.
    pub fn is_behind(&self) -> bool {
        self.before.is_some()
    }

    pub(super) fn guests(&self) -> Option<&Guests> {
        self.before.as_ref().map(|before| &before.guests)
    }

    pub(super) fn borrow<'m>(&mut self, subject: SubjectId, beside: impl Iterator<Item = &'m Mark>) {
        self.lent.entry(subject).or_default().extend(beside.cloned());
    }

    /// Tells the next page whom this one let in, where one waits for it.
    pub(super) fn let_in(&mut self, guests: impl FnOnce() -> Guests) {
        if let Some(next) = self.next.take() {
            // Whoever does not listen any more has no next page.
            let _ = next.send(guests());
        }
    }

    /// Waits until the page before is committed, then holds those it lent as the gate holds everybody. `Conflict` where it
    /// was not, or where one of them was erased or proved to be another before they were held here: ask the page again.
    pub fn come(&mut self, tx: &mut WriteTx, vault: &Vault) -> Result<()> {
        let Some(before) = self.before.take() else { return Ok(()) };
        before.committed.recv_timeout(PATIENCE).map_err(|_| Error::Conflict)?;
        let lent = std::mem::take(&mut self.lent);
        if lent.is_empty() {
            return Ok(());
        }
        let subjects: Vec<SubjectId> = lent.keys().copied().collect();
        let rows = queries::hold(tx, subjects.clone())?;
        if rows.len() < subjects.len() || rows.iter().any(|row| row.same_as.is_some()) {
            return Err(Error::Conflict);
        }
        let sealers = vault.sealers::<SubjectKey>(tx, &subjects)?;
        if subjects.iter().any(|subject| !matches!(sealers.get(subject), Some(Ok(_)))) {
            return Err(Error::Conflict);
        }
        let beside = lent.iter().flat_map(|(subject, marks)| marks.iter().map(|mark| Entry::beside(mark, *subject)));
        queries::stand_beside(tx, beside.collect())
    }
}
