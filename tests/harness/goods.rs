//! Goods as a platform would tell them, about people who do not exist.

use rightsdesk_server::floor::kernel::{Instant, Personal, Ref, Result, StoreId};
use rightsdesk_server::floor::ledger::{Event, Witnessed};
use rightsdesk_server::floor::platforms::{
    Address, Customer, Good, Level, Line, Money, Order, Product, Shelf, Variant,
};
use rightsdesk_server::records::{self, Again, TakenIn};

use crate::world::World;

/// A moment of a platform's clock, in seconds from a beginning.
pub fn second(number: i64) -> Instant {
    Instant::from_micros(1_780_000_000_000_000 + number * 1_000_000)
}

fn said(text: impl Into<Option<String>>) -> Option<Personal> {
    text.into().map(Personal::new)
}

pub fn customer(id: &str, mail: &str, at: i64) -> Customer {
    Customer {
        id: id.to_owned(),
        given_name: said(format!("Given{id}")),
        family_name: said(format!("Family{id}")),
        mail: said(mail.to_owned()),
        phone: None,
        address: Some(address(id)),
        wants_mail: Some(true),
        created_at: Some(second(0)),
        updated_at: second(at),
    }
}

fn address(of: &str) -> Address {
    Address {
        name: said(format!("Recipient{of}")),
        lines: vec![Personal::new(format!("Street{of}"))],
        city: said(format!("City{of}")),
        province: None,
        zip: said(format!("ZIP{of}")),
        country: Some("DE".to_owned()),
        phone: None,
    }
}

/// An order of this mail address, with four lines.
pub fn order(id: &str, mail: &str, at: i64) -> Order {
    let line = |number: i32| Line {
        id: format!("{id}-{number}"),
        sku: Some(format!("SKU-{number}")),
        title: Some("Kettle".to_owned()),
        quantity: number,
        variant: Some(format!("v{number}")),
        price: Some(Money { micros: 12_500_000, currency: *b"EUR" }),
    };
    Order {
        id: id.to_owned(),
        name: format!("#{id}"),
        placed_at: second(0),
        cancelled_at: None,
        updated_at: second(at),
        payment: Some("paid".to_owned()),
        fulfilment: None,
        total: Some(Money { micros: 50_000_000, currency: *b"EUR" }),
        customer: None,
        handle: None,
        mail: said(mail.to_owned()),
        phone: None,
        ships_to: Some(address(id)),
        lines: (1..=4).map(line).collect(),
    }
}

pub fn product(id: &str, at: i64) -> Product {
    let variant = |number: u8| Variant {
        id: format!("{id}-{number}"),
        sku: Some(format!("SKU-{number}")),
        title: None,
        price: Some(Money { micros: 9_000_000, currency: *b"EUR" }),
        item: Some(format!("item-{id}-{number}")),
    };
    Product {
        id: id.to_owned(),
        title: format!("Kettle {id}, as of {at}"),
        status: Some("active".to_owned()),
        updated_at: second(at),
        variants: (1..=2).map(variant).collect(),
    }
}

pub fn level(item: &str, available: i32, at: i64) -> Level {
    Level { item: item.to_owned(), place: "hall".to_owned(), sku: None, available, updated_at: second(at) }
}

impl World {
    /// A page of this store, taken in by a worker.
    pub async fn take_in(&self, store: Ref<StoreId>, goods: Vec<Good>) -> Result<TakenIn> {
        self.take_in_again(store, goods, Again::NEVER).await
    }

    pub async fn take_in_again(&self, store: Ref<StoreId>, goods: Vec<Good>, again: Again) -> Result<TakenIn> {
        let (vault, policy) = (self.tools.vault.clone(), self.tools.policy.in_force()?);
        let written = self.ledger.write(self.scope(store.tenant), move |tx| {
            let taken = records::take_in(tx, &vault, &policy.policy, store.id, &goods, again)?;
            Ok(Witnessed::new(taken, Event::new("test.page", "store", store.id.uuid())))
        });
        written.await
    }

    /// A platform says that these are gone.
    pub async fn take_out(&self, at: Ref<StoreId>, of: Shelf, ids: &[&str]) -> usize {
        let vault = self.tools.vault.clone();
        let ids: Vec<String> = ids.iter().map(|id| (*id).to_owned()).collect();
        let written = self.ledger.write(self.scope(at.tenant), move |tx| {
            let gone = records::take_out(tx, &vault, at.id, of, &ids)?;
            Ok(Witnessed::new(gone, Event::new("test.gone", "store", at.id.uuid())))
        });
        written.await.expect("taken out")
    }
}
