//! A change of what a store sells: of what it is called or of what it costs, and who asked for it. Pure.

use super::standing::Standing;
use crate::floor::jobs::effect_key;
use crate::floor::kernel::{CatalogueWriteId, Instant, ProductId, StoreId};
use crate::floor::platforms::{Money, VariantAt};

/// What is to be another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    Title(String),
    Price(VariantAt, Money),
}

/// What a product is to be, for whoever has seen this version of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    pub store: StoreId,
    pub product: ProductId,
    /// As its platform calls it.
    pub platform_id: String,
    pub seen_at: Instant,
    pub change: Change,
}

impl Wish {
    /// The same on every try and every machine.
    pub fn key(&self, cause: uuid::Uuid) -> [u8; 32] {
        let what = match &self.change {
            Change::Title(title) => format!("title {title}"),
            Change::Price(of, to) => {
                format!("price {}\0{} {}", of.id, to.micros, String::from_utf8_lossy(&to.currency))
            }
        };
        effect_key(cause, "set_listing", &format!("{} {}\0{what}", self.store.uuid(), self.platform_id))
    }
}

/// A wish on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogueWrite {
    pub id: CatalogueWriteId,
    pub wish: Wish,
    pub was_title: Option<String>,
    pub was_price: Option<Money>,
    /// The version to hold the product against, once it is sent.
    pub known_at: Option<Instant>,
    pub by_hand: Option<String>,
    pub standing: Standing,
}
