//! Rightsdesk: the privacy desk of a multi-tenant e-commerce platform.

pub mod floor;
pub mod roof;
