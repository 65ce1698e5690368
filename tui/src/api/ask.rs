//! Asks from typed operations: what a place sends was checked against the contract while this crate compiled.

use std::collections::HashSet;

use cynic::queries::{OperationType, build_executable_document};
use cynic::schema::{MutationRoot, QueryRoot, SubscriptionRoot};
use cynic::{Operation, QueryFragment, QueryVariables};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::core::ask::Ask;

/// The text of one operation.
pub type Document = fn() -> String;

/// An ask of the place `to`; it hears the answer under `tag`.
pub fn of<F, V: Serialize>(to: &'static str, tag: &'static str, operation: &Operation<F, V>) -> Ask {
    // Variables are structs of texts and numbers: they always are JSON.
    let variables = match serde_json::to_value(&operation.variables) {
        Ok(Value::Object(variables)) => Value::Object(variables),
        // An operation without variables has `()`.
        _ => Value::Object(Map::new()),
    };
    Ask { to, tag, document: operation.query.clone(), variables, is_again: false }
}

/// The document of a query, for the list of all.
pub fn query<F: QueryFragment, V: QueryVariables>() -> String
where
    F::SchemaType: QueryRoot,
{
    build_executable_document::<F, V>(OperationType::Query, F::name().as_deref(), HashSet::new(), None)
}

/// The document of a subscription, for the list of all.
pub fn subscription<F: QueryFragment, V: QueryVariables>() -> String
where
    F::SchemaType: SubscriptionRoot,
{
    build_executable_document::<F, V>(OperationType::Subscription, F::name().as_deref(), HashSet::new(), None)
}

/// The document of a mutation, for the list of all.
pub fn mutation<F: QueryFragment, V: QueryVariables>() -> String
where
    F::SchemaType: MutationRoot,
{
    build_executable_document::<F, V>(OperationType::Mutation, F::name().as_deref(), HashSet::new(), None)
}
