//! The verbs of this slice.

mod reading;
mod taking;

pub use reading::{
    count_records, find_customer, find_order, find_product, find_subject, list_customers, list_orders, list_products,
};
pub use taking::{take_in, take_out, updated_at};
