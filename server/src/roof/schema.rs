//! The sum of the GraphQL roots, and the contract it publishes as `server/schema.graphql`.

use async_graphql::{EmptySubscription, MergedObject, Object, SDLExportOptions, Schema};

use crate::staff::graphql::{StaffMutation, StaffQuery};
use crate::staff::{Lives, SignIn};

pub type Desk = Schema<Query, Mutation, EmptySubscription>;

/// The schema, with the library's own limits as the second line behind the gate.
pub fn desk(introspection: bool, sign_in: SignIn) -> Desk {
    let schema = Schema::build(Query::default(), Mutation::default(), EmptySubscription)
        .data(sign_in)
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
    let sdl = desk(true, SignIn::new(Lives::default())).sdl_with_options(options);
    format!("{}\n", sdl.replace('\t', "  ").trim())
}

/// What clients may ask.
#[derive(MergedObject, Default)]
pub struct Query(ServerQuery, StaffQuery);

/// What clients may have done.
#[derive(MergedObject, Default)]
pub struct Mutation(StaffMutation);

/// What anyone may ask.
#[derive(Default)]
pub struct ServerQuery;

#[Object]
impl ServerQuery {
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
