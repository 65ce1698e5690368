//! What merchants' own programs tell, checked.

use super::shown::Amount;
use crate::floor::kernel::vocabulary::vocabulary;
use crate::floor::kernel::{Flaws, Instant, MemberId, Personal, Ref, StoreId};
use crate::tenants::is_line;

vocabulary! {
    /// How far a parcel has come.
    pub enum ShipmentState {
        Announced = "announced",
        Shipped = "shipped",
        Delivered = "delivered",
        Returned = "returned",
        Lost = "lost",
    }
}

vocabulary! {
    /// What money was.
    pub enum LedgerKind {
        CashOnDelivery = "cash_on_delivery",
        Payment = "payment",
        Expense = "expense",
    }
}

/// An order, by what its platform calls it.
#[derive(Clone)]
pub struct OrderAt {
    pub store: Ref<StoreId>,
    pub platform_id: String,
}

/// A parcel of an order.
#[derive(Clone)]
pub struct NewShipment {
    pub order: OrderAt,
    pub number: i32,
    pub courier: String,
    pub tracking: Option<Personal>,
    pub state: ShipmentState,
    pub shipped_at: Option<Instant>,
    pub delivered_at: Option<Instant>,
}

impl NewShipment {
    pub fn check(&self, flaws: &mut Flaws) {
        check_line("courier", &self.courier, flaws);
        if self.number < 1 {
            flaws.add("number", "count parcels from 1");
        }
        if self.tracking.as_ref().is_some_and(|tracking| !is_line(tracking.disclose(), 200)) {
            flaws.add("tracking", "say it in one line of up to 200 characters");
        }
        if self.state == ShipmentState::Delivered && self.delivered_at.is_none() {
            flaws.add("deliveredAt", "say when it was delivered");
        }
    }
}

/// An amount in decimals, as it comes in.
#[derive(Clone)]
pub struct Written {
    pub value: String,
    pub currency: String,
}

impl Written {
    pub fn read(&self, field: &str, flaws: &mut Flaws) -> Amount {
        let micros = micros(&self.value);
        if micros.is_none() {
            flaws.add(format!("{field}.value"), "write it in decimals, such as 12.50, with up to six of them");
        }
        if self.currency.len() != 3 || !self.currency.bytes().all(|byte| byte.is_ascii_uppercase()) {
            flaws.add(format!("{field}.currency"), "name a currency by its code, such as EUR");
        }
        Amount { micros: micros.unwrap_or_default(), currency: self.currency.clone() }
    }
}

fn micros(text: &str) -> Option<i64> {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(whole) || !is_number(decimals) || decimals.len() > 6 {
        return None;
    }
    let decimals: i64 = format!("{decimals:0<6}").parse().ok()?;
    whole.parse::<i64>().ok()?.checked_mul(1_000_000)?.checked_add(decimals).map(|micros| sign * micros)
}

/// A line of the books of money.
#[derive(Clone)]
pub struct NewEntry {
    pub order: Option<OrderAt>,
    pub kind: LedgerKind,
    pub amount: Written,
    pub at: Instant,
}

/// Where something is bought.
#[derive(Clone)]
pub struct NewLink {
    pub sku: String,
    pub url: String,
    pub supplier_sku: Option<String>,
}

impl NewLink {
    pub fn check(&self, flaws: &mut Flaws) {
        check_line("sku", &self.sku, flaws);
        if !self.url.starts_with("https://") || !is_line(&self.url, 2000) {
            flaws.add("url", "give the whole address of the page, which begins with https://");
        }
        if let Some(sku) = &self.supplier_sku {
            check_line("supplierSku", sku, flaws);
        }
    }
}

/// What a supplier asks, and how much there is.
#[derive(Clone)]
pub struct NewSnapshot {
    pub sku: String,
    pub url: String,
    pub price: Option<Written>,
    pub stock: Option<i32>,
    pub at: Instant,
}

/// What a member used.
#[derive(Clone)]
pub struct NewUsage {
    pub member: Ref<MemberId>,
    pub kind: String,
    pub at: Instant,
}

/// What a billing provider told.
#[derive(Clone)]
pub struct NewBilling {
    pub kind: String,
    pub amount: Written,
    pub reference: String,
    pub at: Instant,
}

pub fn check_line(field: &str, text: &str, flaws: &mut Flaws) {
    if !is_line(text, 200) {
        flaws.add(field, "say it in one line of up to 200 characters");
    }
}

/// A code, in which nobody can be named.
pub fn check_code(field: &str, text: &str, flaws: &mut Flaws) {
    let is_code = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'.');
    if text.is_empty() || text.len() > 64 || !text.bytes().all(is_code) {
        flaws.add(field, "give a code of small letters, digits, points and underlines");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_read_as_it_is_written() {
        let read =
            ["12.50", "-0.07", "7", "0.000001", "1.0000001", "", "1.", ".5", "1,5", "99999999999999"].map(micros);
        assert_eq!(read[..4], [Some(12_500_000), Some(-70_000), Some(7_000_000), Some(1)]);
        assert!(read[4..].iter().all(Option::is_none), "{read:?}");
    }

    #[test]
    fn a_code_names_nobody() {
        let flawed = |code: &str| {
            let mut flaws = Flaws::default();
            check_code("kind", code, &mut flaws);
            !flaws.is_empty()
        };
        assert!(!flawed("image.credit_2"));
        assert!(["", "Ada Lovelace", "ada@example.com"].into_iter().all(flawed));
    }
}
