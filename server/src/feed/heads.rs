//! Where chains end, looked at twice a second: once for each tenant that somebody follows, however many do.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::queries;
use crate::floor::access::{Caller, Permission};
use crate::floor::kernel::{Result, TenantId};
use crate::floor::ledger::Ledger;

/// Between two looks.
const PACE: Duration = Duration::from_millis(500);

/// The chains that this process looks at.
#[derive(Clone, Default)]
pub struct Heads(Arc<Mutex<HashMap<TenantId, Weak<Look>>>>);

/// One chain, looked at as long as anyone holds this.
pub(super) struct Look {
    head: watch::Receiver<i64>,
    task: JoinHandle<()>,
}

impl Look {
    /// Tells when the chain grows.
    pub fn head(&self) -> watch::Receiver<i64> {
        self.head.clone()
    }
}

impl Drop for Look {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Heads {
    /// Looks at a chain whose end was last seen at `seq`. Only its length is learned; what happened is read by each
    /// follower in his own name.
    pub(super) fn look(&self, ledger: &Ledger, tenant: TenantId, seq: i64) -> Result<Arc<Look>> {
        let mut looks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(look) = looks.get(&tenant).and_then(Weak::upgrade) {
            return Ok(look);
        }
        looks.retain(|_, look| look.strong_count() > 0);
        let scope = Caller::house().permit(Permission::KeepHouse, tenant)?;
        let (tell, head) = watch::channel(seq);
        let ledger = ledger.clone();
        let task = tokio::spawn(async move {
            loop {
                tokio::time::sleep(PACE).await;
                // While Postgres does not answer nothing is known to have happened.
                if let Ok(Some(seq)) = ledger.read(&scope, queries::head).await {
                    tell.send_if_modified(|last| std::mem::replace(last, seq) != seq);
                }
            }
        });
        let look = Arc::new(Look { head, task });
        looks.insert(tenant, Arc::downgrade(&look));
        Ok(look)
    }
}
