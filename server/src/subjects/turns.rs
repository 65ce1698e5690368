//! Pages one behind another: each may pass the gate when the one before it has, while that one is still being taken in,
//! and ends after it. It never ends where that one did not, and nobody it was lent is written about who was erased or proved
//! to be another meanwhile.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::Duration;

use tokio::sync::oneshot;

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
    guests: Guests,
    words: Receiver<Word>,
}

/// Whether somebody is not any more as they were lent: erased, restricted, or proved to be another.
fn is_another(row: &queries::Row) -> bool {
    row.same_as.is_some() || row.erased_at.is_some() || row.restricted_at.is_some()
}

/// What a page tells the one behind it.
#[derive(PartialEq, Eq)]
enum Word {
    Committed,
    /// It waits for somebody who may wait for the next page, and ends only after that one.
    GiveWay,
}

/// What the page behind one is begun with.
pub struct Ahead {
    passed: oneshot::Receiver<Guests>,
    words: Receiver<Word>,
    says: Sender<Word>,
}

impl Ahead {
    /// Once it has passed the gate, what the next page is behind of, and the way to tell that one of its end. None where it
    /// ended before.
    pub async fn passed(self) -> Option<(Before, Committed)> {
        let guests = self.passed.await.ok()?;
        Some((Before { guests, words: self.words }, Committed(self.says)))
    }
}

/// The way to tell the next page that the one before it is committed. Dropped, it tells that it is not.
pub struct Committed(Sender<Word>);

impl Committed {
    pub fn tell(self) {
        // A page that ended by itself asks for nothing any more.
        let _ = self.0.send(Word::Committed);
    }
}

/// A page's place in a row of them.
pub struct Turn {
    before: Option<Before>,
    next: Option<(oneshot::Sender<Guests>, Sender<Word>)>,
    /// To the next page, once this one has passed the gate.
    says: Option<Sender<Word>>,
    /// Whom the page before lent, and what is to be written down beside what they go by.
    lent: BTreeMap<SubjectId, BTreeSet<Mark>>,
}

impl Turn {
    /// Of a page that no other is before or behind.
    pub fn alone() -> Self {
        Self { before: None, next: None, says: None, lent: BTreeMap::new() }
    }

    /// Of a page in a row, and what the next one is begun with.
    pub fn in_row(before: Option<Before>) -> (Self, Ahead) {
        let (let_in, passed) = oneshot::channel();
        let (says, words) = mpsc::channel();
        let turn = Self { before, next: Some((let_in, says.clone())), ..Self::alone() };
        (turn, Ahead { passed, words, says })
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
        if let Some((next, says)) = self.next.take() {
            self.says = Some(says);
            // Whoever does not listen any more has no next page.
            let _ = next.send(guests());
        }
    }

    /// Waits until the page before is committed, then holds those it lent as the gate holds everybody. `Conflict` where it
    /// was not, or where one of them was erased or proved to be another before they were held here: take the page in alone.
    pub fn come(&mut self, tx: &mut WriteTx, vault: &Vault) -> Result<()> {
        let Some(before) = self.before.take() else { return Ok(()) };
        if before.words.recv_timeout(PATIENCE) != Ok(Word::Committed) {
            return Err(Error::Conflict);
        }
        let lent = std::mem::take(&mut self.lent);
        if lent.is_empty() {
            return Ok(());
        }
        let subjects: Vec<SubjectId> = lent.keys().copied().collect();
        let mut rows = queries::hold_the_free(tx, subjects.clone())?;
        if rows.len() < subjects.len() {
            // Whoever holds them may wait for somebody whom the next page holds, which waits for us where no database sees it.
            if let Some(says) = &self.says {
                let _ = says.send(Word::GiveWay);
            }
            rows = queries::hold(tx, subjects.clone())?;
        }
        if rows.len() < subjects.len() || rows.iter().any(is_another) {
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
