//! What many follow, looked at twice a second: once for each thing that somebody follows, however many do. It tells that
//! a thing stands otherwise than before, and never how: that is read by each follower in his own name.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::{Ledger, Tx};
use crate::floor::access::{One, Scope};
use crate::floor::kernel::Result;

/// Between two looks.
const PACE: Duration = Duration::from_millis(500);

/// The things that this process looks at.
#[derive(Clone)]
pub struct Looks<K>(Arc<Mutex<HashMap<K, Weak<Look>>>>);

/// One thing, looked at as long as anyone holds this.
pub struct Look {
    stamp: watch::Receiver<i64>,
    task: JoinHandle<()>,
}

impl Look {
    /// Tells when the thing stands otherwise.
    pub fn stamp(&self) -> watch::Receiver<i64> {
        self.stamp.clone()
    }
}

impl Drop for Look {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl<K> Default for Looks<K> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<K: Copy + Eq + Hash> Looks<K> {
    /// Looks at a thing that was last seen at `seen`; `read` learns where it stands, none where it is gone.
    pub fn look<F>(&self, ledger: &Ledger, (key, scope): (K, Scope<One>), seen: i64, read: F) -> Arc<Look>
    where
        F: Fn(&mut Tx) -> Result<Option<i64>> + Copy + Send + 'static,
    {
        let mut looks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(look) = looks.get(&key).and_then(Weak::upgrade) {
            return look;
        }
        looks.retain(|_, look| look.strong_count() > 0);
        let (tell, stamp) = watch::channel(seen);
        let ledger = ledger.clone();
        let task = tokio::spawn(async move {
            loop {
                tokio::time::sleep(PACE).await;
                // While Postgres does not answer nothing is known to have happened.
                if let Ok(Some(stamp)) = ledger.read(&scope, read).await {
                    tell.send_if_modified(|last| std::mem::replace(last, stamp) != stamp);
                }
            }
        });
        let look = Arc::new(Look { stamp, task });
        looks.insert(key, Arc::downgrade(&look));
        look
    }
}
