//! The verbs of this slice.

mod reading;
mod taking;
mod telling;

pub use reading::{
    count_records, find_customer, find_order, find_product, find_subject, list_customers, list_orders, list_products,
};
pub use taking::{take_in, take_in_turn, take_out, updated_at};
pub use telling::{
    link_supplier, list_billing, list_entries, list_links, list_snapshots, list_usage, record_billing, record_entry,
    record_shipment, record_snapshot, record_usage,
};
