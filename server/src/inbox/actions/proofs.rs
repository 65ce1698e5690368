//! What deliveries are proved by and has to be fetched: eBay's keys, and the secrets of stores' hooks. It is kept in memory
//! for a while and nowhere else; no stranger's word makes the desk call eBay more often than it wants to.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::Duration;

use crate::floor::kernel::{HookId, Instant, Result};
use crate::floor::platforms::{PublicKey, public_key};
use crate::floor::tools::Tools;
use crate::stores::{self, Hooked};

/// For how long eBay lets a key be kept.
const KEY: Duration = Duration::hours(1);

/// A hook's secret is read anew after this.
const HOOK: Duration = Duration::minutes(5);

/// How often within a minute an unknown key is asked for.
const ASKED: usize = 20;

/// More than these are not kept.
const MOST: usize = 10_000;

/// Cheap to share, empty at first.
#[derive(Default)]
pub struct Proofs {
    keys: Mutex<HashMap<String, (Arc<PublicKey>, Instant)>>,
    hooks: Mutex<HashMap<HookId, (Arc<Hooked>, Instant)>>,
    /// When keys were asked for, within the last minute. Whoever asks holds it, so that one key is asked for once.
    asked: tokio::sync::Mutex<Vec<Instant>>,
}

impl Proofs {
    /// eBay's key of this id, if there is one.
    pub(super) async fn key(&self, tools: &Tools, kid: &str) -> Option<Arc<PublicKey>> {
        let now = tools.watch.now();
        if let Some(kept) = fresh(&self.keys, &kid.to_owned(), now) {
            return Some(kept);
        }
        let mut asked = self.asked.lock().await;
        if let Some(kept) = fresh(&self.keys, &kid.to_owned(), now) {
            return Some(kept);
        }
        asked.retain(|at| now.since(*at) < Duration::minutes(1));
        if asked.len() >= ASKED {
            tracing::warn!("keys of eBay are asked for too often: what comes is not believed");
            return None;
        }
        asked.push(now);
        let (_, setup) = tools.platforms.find("ebay")?;
        match public_key(tools.platforms.out(), setup, kid, now).await {
            Ok(key) => Some(keep(&self.keys, kid.to_owned(), key, now.plus(KEY), now)),
            Err(fate) => {
                tracing::warn!(?fate, "eBay gave no key");
                None
            }
        }
    }

    /// The store behind a hook's address, and what it signs with.
    pub(super) async fn hook(&self, tools: &Tools, id: HookId) -> Result<Option<Arc<Hooked>>> {
        // A hook that is gone leads nowhere from that moment on, whatever is kept here.
        let Some(at) = stores::find_hook(tools, id).await? else { return Ok(None) };
        let now = tools.watch.now();
        if let Some(kept) = fresh(&self.hooks, &id, now) {
            return Ok(Some(kept));
        }
        let Some(hooked) = stores::open_hook(tools, at).await? else { return Ok(None) };
        Ok(Some(keep(&self.hooks, id, hooked, now.plus(HOOK), now)))
    }
}

type Kept<K, V> = Mutex<HashMap<K, (Arc<V>, Instant)>>;

fn fresh<K: std::hash::Hash + Eq, V>(kept: &Kept<K, V>, at: &K, now: Instant) -> Option<Arc<V>> {
    let kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
    kept.get(at).filter(|(_, until)| now < *until).map(|(value, _)| Arc::clone(value))
}

fn keep<K: std::hash::Hash + Eq, V>(kept: &Kept<K, V>, at: K, value: V, until: Instant, now: Instant) -> Arc<V> {
    let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
    kept.retain(|_, (_, until)| now < *until);
    let value = Arc::new(value);
    if kept.len() < MOST {
        kept.insert(at, (Arc::clone(&value), until));
    }
    value
}
