//! Five policies, five desks: for each published page a desk that keeps it, and a walk over what the page claims.

mod claims;
mod dropshipped;
mod inventorysync;
mod littledata;
mod seen;
mod shopiq;
mod sooperseller;
mod walk;
