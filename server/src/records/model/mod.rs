//! What may be kept, and what is kept, as a caller sees it. Pure.

mod shown;
mod taking;

pub use shown::{Amount, Contact, Counts, Customer, Found, Line, Order, Product, Variant};
pub use taking::{Fields, Kept, TakenIn, address, clean, columns, key};
