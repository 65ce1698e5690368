//! What is held of a shop's buyers, orders, goods and stock. A person's values are sealed; what an order was about
//! outlives the person, because books must be kept.

use crate::floor::datamap::Reason::{self, Chargeback, OpenOrder};
use crate::floor::datamap::{Row, Table, derived, fact, key, personal, pseudonym};
use crate::floor::policy::Ground;

const BOOKS: Ground = Ground::LegalObligation;

/// What the law wants kept of somebody: what stands on a bill, and not how they are reached.
const BILLS: Reason = Reason::Law(Ground::LegalObligation);
/// Whom a claim is brought by or against, and where they are reached.
const CLAIMS: Reason = Reason::Law(Ground::LegalClaims);

pub const CUSTOMERS: Table = Table::of_tenant("customers")
    .label("customer")
    .about("subject_id")
    .listed(&["customer"])
    .ages("updated_at")
    .erased_by(Row::Deleted)
    .given()
    .columns(&[
        key("id"),
        key("store_id"),
        pseudonym("platform_id").as_text().disclosed(),
        key("subject_id"),
        // An order that is open says itself where it goes; whose it is stands here.
        personal("given_name", "name").counted_in("generation").needed_by(&[OpenOrder, BILLS, CLAIMS]),
        personal("family_name", "name").counted_in("generation").needed_by(&[OpenOrder, BILLS, CLAIMS]),
        personal("mail", "mail").counted_in("generation").needed_by(&[CLAIMS]),
        personal("phone", "phone").counted_in("generation"),
        personal("address", "address").counted_in("generation").needed_by(&[BILLS, CLAIMS]),
        fact("generation"),
        fact("country").disclosed().cleared().needed_by(&[BILLS, CLAIMS]),
        fact("wants_mail").disclosed().cleared(),
        fact("created_at").disclosed().cleared(),
        fact("updated_at").disclosed(),
        fact("taken_at").disclosed(),
        derived("sealed_by", "the key that its values are sealed under"),
    ]);

pub const ORDERS: Table = Table::of_tenant("orders")
    .about("subject_id")
    .listed(&["order", "sales", "event"])
    .ages("placed_at")
    .erased_by(Row::Cleared)
    .given()
    .columns(&[
        key("id"),
        key("store_id"),
        pseudonym("platform_id").as_text().disclosed().needed_by(&[OpenOrder, Chargeback]),
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
    .given()
    .columns(&[
        key("id"),
        personal("handle", "name").counted_in("generation"),
        personal("mail", "mail").counted_in("generation").needed_by(&[OpenOrder, Chargeback, CLAIMS]),
        personal("phone", "phone").counted_in("generation").needed_by(&[OpenOrder]),
        // A telephone may stand in it, which no dispute needs: that goods came is what the parcel says.
        personal("address", "address").counted_in("generation").needed_by(&[OpenOrder, BILLS, CLAIMS]),
        fact("country").disclosed(),
        fact("generation"),
        derived("sealed_by", "the key that its values are sealed under"),
    ]);

pub const ORDER_LINES: Table = Table::of_tenant("order_lines")
    .about_through("order_id", "orders")
    .listed(&["order", "sales", "cart"])
    .erased_by(Row::Cleared)
    .given()
    .columns(&[
        key("order_id"),
        fact("place"),
        fact("platform_id")
            .emptied()
            .needed_by(&[OpenOrder])
            .because("the shop's own number of the line, which leads back to who bought"),
        fact("variant").disclosed().kept_under(BOOKS).because("what was bought, as its title says"),
        fact("sku").disclosed().kept_under(BOOKS),
        fact("title").disclosed().kept_under(BOOKS),
        fact("quantity").disclosed().kept_under(BOOKS),
        fact("price").disclosed().kept_under(BOOKS),
        fact("currency").disclosed().kept_under(BOOKS),
    ]);

pub const PRODUCTS: Table =
    Table::of_tenant("products").listed(&["product", "inventory"]).ends_with_account().columns(&[
        key("id"),
        key("store_id"),
        fact("platform_id").because("of a thing, not of a person"),
        fact("title"),
        fact("status"),
        fact("updated_at"),
        fact("taken_at"),
        fact("version"),
    ]);

pub const VARIANTS: Table =
    Table::of_tenant("variants").listed(&["product", "inventory"]).ends_with_account().columns(&[
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

pub const INVENTORY: Table =
    Table::of_tenant("inventory").listed(&["stock", "inventory", "product"]).ends_with_account().columns(&[
        key("store_id"),
        fact("item"),
        fact("place"),
        fact("sku"),
        fact("available"),
        fact("updated_at"),
        fact("taken_at"),
        fact("version"),
    ]);

pub const SHIPMENTS: Table = Table::of_tenant("shipments")
    .label("shipment")
    .about("subject_id")
    .listed(&["order"])
    .ages("recorded_at")
    .erased_by(Row::Deleted)
    .columns(&[
        key("id"),
        key("order_id"),
        fact("number"),
        key("subject_id"),
        fact("courier").disclosed(),
        personal("tracking", "tracking").counted_in("generation").needed_by(&[OpenOrder, Chargeback]),
        fact("generation"),
        fact("state").disclosed(),
        fact("shipped_at").disclosed(),
        fact("delivered_at").disclosed(),
        fact("recorded_at"),
        derived("sealed_by", "the key that its values are sealed under"),
    ]);

pub const LEDGER_ENTRIES: Table = Table::of_tenant("ledger_entries")
    .about("subject_id")
    .listed(&["financial"])
    .ages("at")
    .erased_by(Row::Cleared)
    .columns(&[
        key("id"),
        key("order_id"),
        key("subject_id").cleared(),
        fact("kind").disclosed().kept_under(BOOKS),
        fact("amount").disclosed().kept_under(BOOKS),
        fact("currency").disclosed().kept_under(BOOKS),
        fact("at").disclosed().kept_under(BOOKS),
        fact("recorded_at"),
    ]);

pub const SUPPLIER_LINKS: Table =
    Table::of_tenant("supplier_links").listed(&["supplier"]).ends_with_account().columns(&[
        key("id"),
        fact("sku"),
        fact("url").because("a page of goods, not of a person"),
        fact("supplier_sku"),
        fact("linked_at"),
    ]);

pub const SUPPLIER_SNAPSHOTS: Table = Table::of_tenant("supplier_snapshots")
    .listed(&["supplier"])
    .ages("at")
    .ends_with_account()
    .columns(&[key("id"), key("link_id"), fact("at"), fact("price"), fact("currency"), fact("stock")]);

pub const USAGE_EVENTS: Table = Table::of_tenant("usage_events")
    .about("subject_id")
    .listed(&["usage"])
    .ages("at")
    .erased_by(Row::Deleted)
    .given()
    .columns(&[key("id"), key("subject_id"), fact("kind").disclosed(), fact("at").disclosed()]);

pub const BILLING_EVENTS: Table =
    Table::of_tenant("billing_events").listed(&["billing"]).ages("at").ends_with_account().columns(&[
        key("id"),
        fact("kind"),
        fact("amount"),
        fact("currency"),
        fact("at"),
        pseudonym("reference").as_text().because("of the merchant's account, not of a person"),
    ]);

pub const DEPARTED: Table = Table::of_tenant("departed").ages("at").columns(&[
    key("store_id"),
    fact("shelf"),
    pseudonym("platform_id"),
    fact("at"),
]);
