//! All SQL of this slice: rows to models and back. What is personal is sealed on its way in, and comes out as an
//! envelope.

pub mod api_keys;
pub mod members;
pub mod tenants;

pub use members::{PersonalColumn, SealedValue, one as member, owners, sealed_value};
pub use tenants::{closed as closed_tenants, held as hold, one as tenant, open as open_tenants, some as tenants};
