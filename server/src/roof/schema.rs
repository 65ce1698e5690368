//! The sum of the GraphQL roots, and the contract it publishes as `server/schema.graphql`.

use async_graphql::{EmptyMutation, MergedSubscription, Object, SDLExportOptions, Schema};

use crate::feed::Heads;
use crate::feed::graphql::FeedSubscription;

pub type Desk = Schema<Query, EmptyMutation, Subscription>;

/// The schema, with the library's own limits as the second line behind the gate.
pub fn desk(introspection: bool) -> Desk {
    let schema = Schema::build(Query, EmptyMutation, Subscription::default())
        .data(Heads::default())
        .limit_depth(10)
        .limit_complexity(500)
        .limit_directives(5)
        .limit_recursive_depth(32)
        .disable_suggestions();
    if introspection { schema.finish() } else { schema.disable_introspection().finish() }
}

/// The contract, as it is committed.
pub fn contract() -> String {
    let options = SDLExportOptions::new().sorted_fields().sorted_arguments().sorted_enum_items().include_specified_by();
    let sdl = desk(true).sdl_with_options(options);
    format!("{}\n", sdl.replace('\t', "  ").trim())
}

/// What clients may follow.
#[derive(MergedSubscription, Default)]
pub struct Subscription(FeedSubscription);

/// What clients may ask.
pub struct Query;

#[Object]
impl Query {
    /// The server that answers.
    async fn server(&self) -> Server {
        Server
    }
}

/// The server that answers.
pub struct Server;

#[Object]
impl Server {
    /// Its version, as in its package.
    async fn version(&self) -> &'static str {
        env!("CARGO_PKG_VERSION")
    }
}
