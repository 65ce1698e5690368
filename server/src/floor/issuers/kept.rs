//! Something that was fetched and is kept for a while. One fetch at a time, and not again at once where it failed.

use std::sync::{Arc, PoisonError, RwLock};

use chrono::Duration;

use crate::floor::kernel::{Instant, Result, Watch};

/// How long something fetched is taken as it is.
const LIFE: Duration = Duration::hours(1);
/// How long it serves on while its source does not answer.
const WANING: Duration = Duration::hours(24);
/// How often, at most, something newer is asked for.
const PAUSE: Duration = Duration::minutes(1);
/// The same while there is nothing at all.
const HASTE: Duration = Duration::seconds(5);

pub(super) struct Kept<T> {
    here: RwLock<Option<(Instant, Arc<T>)>>,
    /// Held while one fetches; when it was last tried.
    tried: tokio::sync::Mutex<Option<Instant>>,
    watch: Watch,
}

impl<T> Kept<T> {
    pub(super) fn new(watch: Watch) -> Self {
        Self { here: RwLock::default(), tried: tokio::sync::Mutex::default(), watch }
    }

    fn here(&self) -> Option<(Instant, Arc<T>)> {
        self.here.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn younger(&self, age: Duration) -> Option<Arc<T>> {
        self.here().filter(|(at, _)| self.watch.now().since(*at) < age).map(|(_, value)| value)
    }

    /// What is kept, fetched where it is missing or an hour old.
    pub(super) async fn get(&self, fetch: impl Future<Output = Result<T>>) -> Result<Arc<T>> {
        if let Some(value) = self.younger(LIFE) {
            return Ok(value);
        }
        let mut tried = self.tried.lock().await;
        if let Some(value) = self.younger(LIFE) {
            return Ok(value);
        }
        let waning = self.younger(WANING);
        let pause = if waning.is_some() { PAUSE } else { HASTE };
        if tried.is_some_and(|tried| self.watch.now().since(tried) < pause) {
            return waning.ok_or(AWAY);
        }
        *tried = Some(self.watch.now());
        match fetch.await {
            Ok(value) => Ok(self.keep(value)),
            Err(error) => waning.ok_or(error),
        }
    }

    /// Something newer than `known`, unless it was asked for within the last minute.
    pub(super) async fn newer(&self, known: &Arc<T>, fetch: impl Future<Output = Result<T>>) -> Option<Arc<T>> {
        let mut tried = self.tried.lock().await;
        if let Some((_, value)) = self.here().filter(|(_, value)| !Arc::ptr_eq(value, known)) {
            return Some(value);
        }
        if tried.is_some_and(|tried| self.watch.now().since(tried) < PAUSE) {
            return None;
        }
        *tried = Some(self.watch.now());
        fetch.await.ok().map(|value| self.keep(value))
    }

    fn keep(&self, value: T) -> Arc<T> {
        let value = Arc::new(value);
        let kept = Some((self.watch.now(), Arc::clone(&value)));
        *self.here.write().unwrap_or_else(PoisonError::into_inner) = kept;
        value
    }
}

const AWAY: crate::floor::kernel::Error = crate::floor::kernel::Error::Unavailable {
    whom: super::issuer::PROVIDER,
    after: std::time::Duration::from_secs(5),
};
