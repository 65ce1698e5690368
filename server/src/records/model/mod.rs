//! What may be kept, and what is kept, as a caller sees it. Pure.

mod shown;
mod taking;
mod telling;

pub use shown::{Amount, Contact, Counts, Customer, Found, Line, Order, Product, Shipment, Variant};
pub use taking::{Again, Fields, Kept, TakenIn, address, clean, columns, key};
pub use telling::{
    LedgerKind, NewBilling, NewEntry, NewLink, NewShipment, NewSnapshot, NewUsage, OrderAt, ShipmentState, Written,
    check_code, check_line,
};
