//! What is held of a shop's buyers, orders, goods and stock. A person's values are sealed; what an order was about
//! outlives the person, because books must be kept.

use crate::floor::datamap::{Row, Table, fact, key, personal, pseudonym};
use crate::floor::policy::Ground;

const BOOKS: Ground = Ground::LegalObligation;

pub const CUSTOMERS: Table = Table::of_tenant("customers")
    .label("customer")
    .about("subject_id")
    .listed(&["customer"])
    .ages("updated_at")
    .erased_by(Row::Deleted)
    .columns(&[
        key("id"),
        key("store_id"),
        pseudonym("platform_id").as_text().disclosed(),
        key("subject_id"),
        personal("given_name", "name").counted_in("generation"),
        personal("family_name", "name").counted_in("generation"),
        personal("mail", "mail").counted_in("generation"),
        personal("phone", "phone").counted_in("generation"),
        personal("address", "address").counted_in("generation"),
        fact("generation"),
        fact("country").disclosed(),
        fact("wants_mail").disclosed(),
        fact("created_at").disclosed(),
        fact("updated_at").disclosed(),
        fact("taken_at").disclosed(),
    ]);

pub const ORDERS: Table = Table::of_tenant("orders")
    .about("subject_id")
    .listed(&["order", "sales", "event"])
    .ages("placed_at")
    .erased_by(Row::Cleared)
    .columns(&[
        key("id"),
        key("store_id"),
        pseudonym("platform_id").as_text().disclosed(),
        key("subject_id").cleared(),
        pseudonym("customer").as_text(),
        fact("name").disclosed().kept_under(BOOKS).because("the number on the invoice"),
        fact("placed_at").disclosed().kept_under(BOOKS),
        fact("cancelled_at").disclosed().kept_under(BOOKS),
        fact("payment").disclosed().kept_under(BOOKS),
        fact("fulfilment").disclosed().kept_under(BOOKS),
        fact("total").disclosed().kept_under(BOOKS),
        fact("currency").disclosed().kept_under(BOOKS),
        fact("generation"),
        fact("updated_at"),
        fact("taken_at"),
    ]);

pub const ORDER_CONTACTS: Table = Table::of_tenant("order_contacts")
    .label("order_contact")
    .about_through("id", "orders")
    .listed(&["customer"])
    .erased_by(Row::Deleted)
    .columns(&[
        key("id"),
        personal("handle", "name").counted_in("generation"),
        personal("mail", "mail").counted_in("generation"),
        personal("phone", "phone").counted_in("generation"),
        personal("address", "address").counted_in("generation"),
        fact("country").disclosed(),
        fact("generation"),
    ]);

pub const ORDER_LINES: Table =
    Table::of_tenant("order_lines").about_through("order_id", "orders").listed(&["order", "sales", "cart"]).columns(&[
        key("order_id"),
        fact("place"),
        fact("platform_id"),
        fact("variant"),
        fact("sku").disclosed().kept_under(BOOKS),
        fact("title").disclosed().kept_under(BOOKS),
        fact("quantity").disclosed().kept_under(BOOKS),
        fact("price").disclosed().kept_under(BOOKS),
        fact("currency").disclosed().kept_under(BOOKS),
    ]);

pub const PRODUCTS: Table = Table::of_tenant("products").listed(&["product", "inventory"]).columns(&[
    key("id"),
    key("store_id"),
    fact("platform_id").because("of a thing, not of a person"),
    fact("title"),
    fact("status"),
    fact("updated_at"),
    fact("taken_at"),
    fact("version"),
]);

pub const VARIANTS: Table = Table::of_tenant("variants").listed(&["product", "inventory"]).columns(&[
    key("product_id"),
    fact("place"),
    key("store_id"),
    fact("platform_id"),
    fact("sku"),
    fact("title"),
    fact("price"),
    fact("currency"),
    fact("item"),
]);

pub const INVENTORY: Table = Table::of_tenant("inventory").listed(&["stock", "inventory", "product"]).columns(&[
    key("store_id"),
    fact("item"),
    fact("place"),
    fact("sku"),
    fact("available"),
    fact("updated_at"),
    fact("taken_at"),
    fact("version"),
]);

pub const DEPARTED: Table = Table::of_tenant("departed").ages("at").columns(&[
    key("store_id"),
    fact("shelf"),
    pseudonym("platform_id"),
    fact("at"),
]);
