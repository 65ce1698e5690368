//! A write of how much there is: whom it goes to, by whose leave, and how it stands. Pure.

use uuid::Uuid;

use super::standing::Standing;
use crate::floor::jobs::effect_key;
use crate::floor::kernel::vocabulary::vocabulary;
use crate::floor::kernel::{Instant, StockWriteId, StoreId};

vocabulary! {
    /// By whose leave a store is written to.
    pub enum LeaveKind {
        /// Somebody asked for it.
        User = "user",
        /// The sync was on, of the store that changed and of this one.
        Sync = "sync",
    }
}

/// How much there is to be of what, where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    pub store: StoreId,
    pub item: String,
    pub place: String,
    pub sku: Option<String>,
    pub quantity: i32,
    /// What changed in the store that this follows, and when by the platform's clock.
    pub change: Option<(String, Instant)>,
}

impl Wish {
    /// The same for the same cause and target, on every try and every machine.
    pub fn key(&self, cause: Uuid) -> [u8; 32] {
        let change = self.change.as_ref().map_or_else(String::new, |(item, at)| format!("{} {item}", at.micros()));
        let target = format!("{} {} {}\0{}", self.store.uuid(), self.quantity, self.item, self.place);
        effect_key(cause, &format!("set_stock {change}"), &target)
    }
}

/// A wish on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockWrite {
    pub id: StockWriteId,
    pub wish: Wish,
    pub was: Option<i32>,
    pub leave: LeaveKind,
    pub standing: Standing,
    /// It was sent, and the store has told of it since, whatever became of the answer.
    pub is_told: bool,
}
