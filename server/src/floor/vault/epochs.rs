//! How long an epoch is in force and kept, and the round that sees to it: one that was in force long enough is turned, one
//! that was retired long enough is destroyed, and then no copy of the database opens what was erased before. Whoever is
//! killed on a round is followed by anyone. It opens no value, and destroys no epoch that a row still stands under.

use chrono::{DateTime, Duration, Utc};
use diesel::sql_types::{Integer, Nullable, Text, Timestamptz};
use diesel::{QueryableByName, RunQueryDsl};

use super::fault::KeyFault;
use super::files::FileKind;
use super::keyring::{KeyState, Vault, house, up};
use crate::floor::kernel::{Day, Error, Instant, Result};
use crate::floor::ledger::{Ledger, Role, Tx, statement};

/// How long an epoch is in force at most.
pub const LENGTH: Duration = Duration::days(30);

/// How long it is kept after it, so that recent dumps can be restored.
pub const GRACE: Duration = Duration::days(7);

/// How often somebody looks whether a time is over.
pub const LOOK: std::time::Duration = std::time::Duration::from_hours(1);

/// So much sooner is it turned: two looks may come late, and rewrapping takes its time.
const AHEAD: Duration = Duration::hours(4);

/// An epoch as the keyring knows it.
#[derive(Debug, Clone, Copy, QueryableByName)]
struct Life {
    #[diesel(sql_type = Integer)]
    version: i32,
    #[diesel(sql_type = Text)]
    state: KeyState,
    #[diesel(sql_type = Timestamptz)]
    made_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    retired_at: Option<DateTime<Utc>>,
}

impl Life {
    /// Whether it is to be turned.
    fn is_due(&self, now: Instant) -> bool {
        self.state == KeyState::Active && Instant::from_utc(self.made_at).plus(LENGTH - AHEAD) <= now
    }

    /// Whether it is to be destroyed.
    fn is_ripe(&self, now: Instant) -> bool {
        let retired = self.retired_at.filter(|_| self.state == KeyState::Retired);
        retired.is_some_and(|at| Instant::from_utc(at).plus(GRACE) <= now)
    }

    /// Whether it is there though its time is over.
    fn is_behind(&self, now: Instant) -> bool {
        let time = if self.state == KeyState::Active { LENGTH } else { LENGTH + GRACE };
        self.state != KeyState::Destroyed && Instant::from_utc(self.made_at).plus(time) <= now
    }
}

/// The day by which every epoch of now is destroyed. `None` where that is behind, and nobody could keep a day.
pub fn gone_by(tx: &mut Tx) -> Result<Option<Day>> {
    let now = tx.now()?;
    Ok(reckoned(&lives(tx)?, now))
}

fn reckoned(lives: &[Life], now: Instant) -> Option<Day> {
    let active = lives.iter().find(|life| life.state == KeyState::Active)?;
    let ends_at = Instant::from_utc(active.made_at).plus(LENGTH + GRACE);
    lives.iter().all(|life| !life.is_behind(now)).then(|| ends_at.day())
}

fn lives(tx: &mut Tx) -> Result<Vec<Life>> {
    let rows =
        statement("select version, state, made_at, retired_at from keyring where kind = 'epoch' order by version");
    Ok(rows.load(tx.conn())?)
}

impl Vault {
    /// One round over the epochs. May be run again, and by several at once.
    pub async fn tend_epochs(&self, ledger: &Ledger) -> Result<()> {
        let (now, lives) = self.lives(ledger).await?;
        if lives.iter().any(|life| life.is_due(now)) {
            match self.turn(ledger, FileKind::Epoch, Some(LENGTH - AHEAD)).await {
                // Another process was first.
                Ok(_) | Err(Error::Conflict) => {}
                Err(other) => return Err(other),
            }
        }
        let (now, lives) = self.lives(ledger).await?;
        // What came back under an old epoch is brought along before that is destroyed.
        if lives.iter().any(|life| life.state == KeyState::Draining || life.is_ripe(now)) {
            self.drain_epochs(ledger, |_| ()).await?;
        }
        let files = self.files().list().map_err(KeyFault::told)?;
        for life in lives {
            let version = up(life.version);
            let is_left = life.state == KeyState::Destroyed && files.contains(&(FileKind::Epoch, version));
            if !is_left && !life.is_ripe(now) {
                continue;
            }
            match self.destroy(ledger, FileKind::Epoch, version).await {
                // A row that does not open keeps the epoch that it names, or another process was first.
                Ok(()) | Err(Error::Refused(_) | Error::Conflict) => {}
                Err(other) => return Err(other),
            }
        }
        Ok(())
    }

    /// How many epochs are there though their time is over.
    pub async fn epochs_behind(&self, ledger: &Ledger) -> Result<usize> {
        let (now, lives) = self.lives(ledger).await?;
        Ok(lives.iter().filter(|life| life.is_behind(now)).count())
    }

    /// Forgets in this process what another one destroyed.
    pub async fn let_epochs_go(&self, ledger: &Ledger) -> Result<()> {
        let (_, lives) = self.lives(ledger).await?;
        for life in lives.iter().filter(|life| life.state == KeyState::Destroyed) {
            self.drop_key(FileKind::Epoch, up(life.version));
        }
        Ok(())
    }

    async fn lives(&self, ledger: &Ledger) -> Result<(Instant, Vec<Life>)> {
        ledger.as_role(Role::Worker).read(&house()?, |tx| Ok((tx.now()?, lives(tx)?))).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn life(version: i32, state: KeyState, (made, retired): (i64, Option<i64>)) -> Life {
        let at = |day| day_of(day).utc();
        Life { version, state, made_at: at(made), retired_at: retired.map(at) }
    }

    fn day_of(day: i64) -> Instant {
        Instant::EPOCH.plus(Duration::days(day))
    }

    #[test]
    fn an_epoch_is_turned_before_its_length_and_destroyed_after_its_grace() {
        let active = life(1, KeyState::Active, (0, None));
        let turned = day_of(30).plus(-AHEAD);
        assert!(active.is_due(turned) && !active.is_due(turned.plus(-Duration::seconds(1))));
        assert!(!active.is_ripe(day_of(99)) && !life(1, KeyState::Draining, (0, None)).is_ripe(day_of(99)));
        let retired = life(1, KeyState::Retired, (0, Some(29)));
        assert!(retired.is_ripe(day_of(36)) && !retired.is_ripe(day_of(36).plus(-Duration::seconds(1))));
        assert!(!retired.is_due(day_of(36)) && !life(1, KeyState::Destroyed, (0, Some(29))).is_ripe(day_of(36)));
    }

    #[test]
    fn a_day_is_said_as_long_as_it_can_be_kept() {
        let alone = [life(1, KeyState::Active, (0, None))];
        assert_eq!(reckoned(&alone, day_of(29)), Some(day_of(37).day()));
        assert_eq!(reckoned(&alone, day_of(30)), None, "it should have been turned");
        let two = |state, retired| [life(1, state, (0, retired)), life(2, KeyState::Active, (29, None))];
        assert_eq!(reckoned(&two(KeyState::Retired, Some(29)), day_of(36)), Some(day_of(66).day()));
        assert_eq!(reckoned(&two(KeyState::Retired, Some(29)), day_of(37)), None, "it should have been destroyed");
        assert_eq!(reckoned(&two(KeyState::Draining, None), day_of(37)), None, "something still stands under it");
        assert_eq!(reckoned(&two(KeyState::Destroyed, Some(29)), day_of(40)), Some(day_of(66).day()));
        assert_eq!(reckoned(&[], day_of(0)), None);
    }
}
