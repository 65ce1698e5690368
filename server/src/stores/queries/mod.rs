//! All SQL of this slice: rows to models and back. A token's secret is named here and nowhere read.

mod drift;
pub mod handshakes;
pub mod history;
pub mod hooks;
pub mod scopes;
pub mod stores;
pub mod tokens;

pub use drift::{Figures, Promised, figures};
pub use stores::{Filter, Order, still_asked, tokens_left};
