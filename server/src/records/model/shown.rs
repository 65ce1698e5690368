//! Records as a caller sees them: of what is personal, that it is there and whose it is.

use std::fmt;

use super::telling::ShipmentState;
use crate::floor::kernel::ids::{CustomerId, OrderId, ProductId};
use crate::floor::kernel::{Instant, StoreId, SubjectId, TenantId};

/// An amount of money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amount {
    pub micros: i64,
    pub currency: String,
}

impl Amount {
    pub fn of(micros: Option<i64>, currency: Option<String>) -> Option<Self> {
        Some(Self { micros: micros?, currency: currency? })
    }
}

/// In decimals, two of them at least.
impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const WHOLE: u64 = 1_000_000;
        let sign = if self.micros < 0 { "-" } else { "" };
        let micros = self.micros.unsigned_abs();
        let decimals = format!("{:06}", micros % WHOLE);
        let wanted = decimals.trim_end_matches('0').len().max(2);
        write!(f, "{sign}{}.{}", micros / WHOLE, decimals.get(..wanted).unwrap_or(&decimals))
    }
}

/// A buyer with an account, without a value of his.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each says of one column whether it is filled")]
pub struct Customer {
    pub tenant: TenantId,
    pub id: CustomerId,
    pub store: StoreId,
    pub subject: SubjectId,
    pub has_given_name: bool,
    pub has_family_name: bool,
    pub has_mail: bool,
    pub has_phone: bool,
    pub has_address: bool,
    pub country: Option<String>,
    pub wants_mail: Option<bool>,
    pub created_at: Option<Instant>,
    pub updated_at: Instant,
    pub taken_at: Instant,
}

/// What was bought, and what hangs on it.
#[derive(Debug, Clone)]
pub struct Order {
    pub tenant: TenantId,
    pub id: OrderId,
    pub store: StoreId,
    pub subject: Option<SubjectId>,
    pub name: String,
    pub placed_at: Instant,
    pub cancelled_at: Option<Instant>,
    pub payment: Option<String>,
    pub fulfilment: Option<String>,
    pub total: Option<Amount>,
    pub updated_at: Instant,
    pub taken_at: Instant,
    pub contact: Option<Contact>,
    pub lines: Vec<Line>,
    pub shipments: Vec<Shipment>,
}

/// Who ordered and where it was sent, without a value of it.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each says of one column whether it is filled")]
pub struct Contact {
    pub has_handle: bool,
    pub has_mail: bool,
    pub has_phone: bool,
    pub has_address: bool,
    pub country: Option<String>,
}

/// One thing of an order.
#[derive(Debug, Clone)]
pub struct Line {
    pub sku: Option<String>,
    pub title: Option<String>,
    pub quantity: i32,
    pub price: Option<Amount>,
}

/// One parcel of it, without its reference.
#[derive(Debug, Clone)]
pub struct Shipment {
    pub number: i32,
    pub subject: Option<SubjectId>,
    pub courier: String,
    pub has_tracking: bool,
    pub state: ShipmentState,
    pub shipped_at: Option<Instant>,
    pub delivered_at: Option<Instant>,
}

/// What a shop sells.
#[derive(Debug, Clone)]
pub struct Product {
    pub tenant: TenantId,
    pub id: ProductId,
    pub store: StoreId,
    pub title: String,
    pub status: Option<String>,
    pub updated_at: Instant,
    pub taken_at: Instant,
    pub variants: Vec<Variant>,
}

/// One kind it is sold in.
#[derive(Debug, Clone)]
pub struct Variant {
    pub platform_id: String,
    pub sku: Option<String>,
    pub title: Option<String>,
    pub price: Option<Amount>,
}

/// How much is kept of a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    pub customers: i64,
    pub orders: i64,
    pub products: i64,
    pub variants: i64,
    pub inventory: i64,
}

/// Somebody who was looked for and is known.
#[derive(Debug, Clone)]
pub struct Found {
    pub tenant: TenantId,
    pub subject: SubjectId,
    /// In which stores.
    pub stores: Vec<StoreId>,
    /// How many rows of which table are about the person.
    pub rows: Vec<(String, i64)>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_written_with_two_decimals_or_as_many_as_it_has() {
        let written = |micros| Amount { micros, currency: "EUR".to_owned() }.to_string();
        assert_eq!([12_500_000, -70_000, 1, 0].map(written), ["12.50", "-0.07", "0.000001", "0.00"]);
    }
}
