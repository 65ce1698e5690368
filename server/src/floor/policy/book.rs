//! The policy that is in force, as this process knows it. Whoever adopts one, or sees that another process did, opens
//! the book at the new page; it turns no page by itself.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use super::{Follower, Policy};
use crate::floor::kernel::{Error, PolicyId, Result};

/// A policy, and its place on record.
#[derive(Debug, Clone)]
pub struct Adopted {
    pub id: PolicyId,
    pub policy: Policy,
}

/// Where everything reads what is promised, and who follows when it changes.
#[derive(Clone)]
pub struct Book {
    page: Arc<RwLock<Option<Arc<Adopted>>>>,
    followers: &'static [Follower],
}

impl Book {
    /// A book that is opened nowhere yet.
    pub fn new(followers: &'static [Follower]) -> Self {
        Self { page: Arc::default(), followers }
    }

    pub fn followers(&self) -> &'static [Follower] {
        self.followers
    }

    /// The policy in force.
    pub fn in_force(&self) -> Result<Arc<Adopted>> {
        let page = self.page.read().unwrap_or_else(PoisonError::into_inner);
        page.clone().ok_or(Error::Unavailable { whom: "policy", after: Duration::from_secs(1) })
    }

    /// From now on this one is in force.
    pub fn open(&self, adopted: Arc<Adopted>) {
        *self.page.write().unwrap_or_else(PoisonError::into_inner) = Some(adopted);
    }
}
