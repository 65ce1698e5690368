//! The shapes that every list and every change of the contract share: connections, inputs made of a form, payloads.

use std::marker::PhantomData;

use cynic::variables::VariableType;
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::schema::schema;

/// An input object as a form or a filter made it. Its type is in the document, so the contract is kept by name; that its
/// fields fit is a law of the tests (`laws.rs`).
pub struct Raw<M>(pub Value, PhantomData<M>);

/// An input object of the contract.
pub trait Input {
    const NAME: &'static str;
}

/// Says of input objects of the contract that they may be made of forms.
macro_rules! inputs {
    ($($input:ident),*) => {
        $(impl $crate::api::graph::Input for $crate::api::schema::schema::$input {
            const NAME: &'static str = stringify!($input);
        })*
    };
}
pub(crate) use inputs;

impl<M: Input> schema::variable::Variable for Raw<M> {
    const TYPE: VariableType = VariableType::Named(M::NAME);
}

impl<M> Serialize for Raw<M> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(to)
    }
}

impl<M> cynic::coercions::CoercesTo<M> for Raw<M> {}

/// One thing by its id.
#[derive(cynic::QueryVariables)]
pub struct IdVariables {
    pub id: cynic::Id,
}

/// A page of what belongs to one thing.
#[derive(cynic::QueryVariables)]
pub struct PartVariables {
    pub id: cynic::Id,
    pub first: Option<i32>,
    pub after: Option<String>,
    pub last: Option<i32>,
    pub before: Option<String>,
}

/// A page of a list that nothing narrows.
#[derive(cynic::QueryVariables)]
pub struct PageVariables {
    pub first: Option<i32>,
    pub after: Option<String>,
    pub last: Option<i32>,
    pub before: Option<String>,
}

/// Where a page ends.
#[derive(cynic::QueryFragment, Clone, Debug)]
pub struct PageInfo {
    pub has_previous_page: bool,
    pub has_next_page: bool,
}

/// A list of the contract, page by page: its connection and its edge around this node, in a module of their own.
macro_rules! connection {
    ($module:ident, $connection:tt, $edge:tt, $node:ident) => {
        pub mod $module {
            use super::$node as Node;
            use $crate::api::graph::PageInfo;
            use $crate::api::schema::schema;

            #[derive(cynic::QueryFragment, Clone, Debug)]
            #[cynic(graphql_type = $connection)]
            pub struct Connection {
                pub page_info: PageInfo,
                pub total_count: i32,
                pub edges: Vec<Edge>,
            }

            #[derive(cynic::QueryFragment, Clone, Debug)]
            #[cynic(graphql_type = $edge)]
            pub struct Edge {
                pub cursor: String,
                pub node: Node,
            }
        }
    };
}
pub(crate) use connection;

/// What a page of a list is asked with: what narrows it and, where the contract has an order, how it is sorted.
macro_rules! narrowed {
    ($name:ident, $filter:ident $(, $order:ident)?) => {
        #[derive(cynic::QueryVariables)]
        pub struct $name {
            pub filter: Option<$crate::api::graph::Raw<schema::$filter>>,
            $(pub order_by: Option<$crate::api::graph::Raw<schema::$order>>,)?
            pub first: Option<i32>,
            pub after: Option<String>,
            pub last: Option<i32>,
            pub before: Option<String>,
        }
    };
}
pub(crate) use narrowed;

/// A change of the contract: what it takes, and that its payload says what stands in the way; of the rest of the
/// payload at most one thing is read.
macro_rules! change {
    ($module:ident, $field:ident($takes:ident) -> $payload:tt $(, $more:ident: $thing:ident)?) => {
        pub mod $module {
            $(use super::$thing as Thing;)?
            use $crate::api::graph::Raw;
            use $crate::api::schema::{UserError, schema};
            use schema::$takes as Takes;

            $crate::api::graph::inputs!($takes);

            #[derive(cynic::QueryVariables)]
            pub struct Variables {
                pub input: Raw<Takes>,
            }

            #[derive(cynic::QueryFragment, Debug)]
            #[cynic(graphql_type = "Mutation", variables = "Variables")]
            pub struct Change {
                #[arguments(input: $input)]
                pub $field: Payload,
            }

            #[derive(cynic::QueryFragment, Debug)]
            #[cynic(graphql_type = $payload)]
            pub struct Payload {
                pub user_errors: Vec<UserError>,
                $(pub $more: Option<Thing>,)?
            }

            pub fn document() -> String {
                $crate::api::ask::mutation::<Change, Variables>()
            }
        }
    };
}
pub(crate) use change;
