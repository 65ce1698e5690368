//! The queue as its workers use it: claim, keep, settle, rescue, each one short transaction of the dispatcher. It knows
//! leases and fences and never what a job does.

use diesel::RunQueryDsl;
use diesel::sql_types::{Double, Uuid as SqlUuid};

use tokio::time::{Instant as Moment, sleep_until, timeout_at};

use super::claim::Claim;
use super::model::Pace;
use crate::floor::kernel::Result;
use crate::floor::ledger::{Ledger, Role, statement};

/// The way to every tenant's jobs, for one worker. Cheap to clone.
#[derive(Clone)]
pub struct Queue {
    pub(super) ledger: Ledger,
    pub(super) pace: Pace,
}

impl Queue {
    pub fn new(ledger: &Ledger, pace: Pace) -> Self {
        Self { ledger: ledger.as_role(Role::Dispatcher), pace }
    }

    /// Renews a lease: a full one from now, by the database's clock. `false` where the job is no longer the claim's.
    pub async fn renew(&self, claim: &Claim) -> Result<bool> {
        let (job, fence, lease) = (claim.job, claim.fence, self.pace.lease.as_secs_f64());
        self.ledger
            .bookkeep(Some(job.tenant), move |tx| {
                let renewed = statement(RENEW)
                    .bind::<Double, _>(lease)
                    .bind::<SqlUuid, _>(job.tenant)
                    .bind::<SqlUuid, _>(job.id)
                    .bind::<SqlUuid, _>(fence)
                    .execute(tx.conn())?;
                Ok(renewed == 1)
            })
            .await
    }

    /// Keeps a claim's lease by a sign of life at each third of it. Resolves when the lease is lost: by the database's
    /// word, or by this process's own reckoning when the database is out of reach, or silent, for too long.
    pub(super) async fn keep(&self, claim: &Claim) {
        let third = self.pace.lease / 3;
        let (mut until, mut next) = (claim.until, claim.until - third * 2);
        loop {
            sleep_until(next.min(until)).await;
            let asked = Moment::now();
            match timeout_at(until, self.renew(claim)).await {
                Ok(Ok(true)) => (until, next) = (asked + self.pace.lease, asked + third),
                Ok(Ok(false)) | Err(_) => return,
                Ok(Err(_)) if Moment::now() >= until => return,
                Ok(Err(_)) => next = Moment::now() + third / 4,
            }
        }
    }
}

const RENEW: &str = "
update jobs
   set leased_until = statement_timestamp() + ? * interval '1 second'
 where tenant_id = ? and id = ? and fence = ? and state = 'running'";

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::floor::jobs::testing::{Silence, claim, unanswered};
    use crate::floor::kernel::TenantId;

    #[test]
    fn a_lease_ends_by_our_own_reckoning_when_the_database_falls_silent() {
        let silence = Silence::new();
        unanswered(async {
            let lease = Duration::from_millis(300);
            let queue = Queue::new(&silence.ledger(), Pace { lease, ..Pace::default() });
            let claim = Claim { until: Moment::now() + lease, ..claim(TenantId::fresh()) };
            let begun = Moment::now();
            queue.keep(&claim).await;
            assert!((lease..Duration::from_secs(20)).contains(&begun.elapsed()), "{:?}", begun.elapsed());
        });
    }
}
