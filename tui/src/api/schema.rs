//! The contract, `server/schema.graphql`: every query below is checked against it while this crate compiles.

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::core::connection::News;
use crate::core::due::Moment;
use crate::core::scrub::Clean;

#[cynic::schema("rightsdesk")]
pub mod schema {}

cynic::impl_scalar!(Clean, schema::String);
cynic::impl_scalar!(Lines, schema::String);
cynic::impl_scalar!(Large, schema::Int);
// Every text of an answer was scrubbed where it entered (`client.rs`).
cynic::impl_scalar!(Moment, schema::DateTime);
cynic::impl_scalar!(NaiveDate, schema::Date);

/// A text of several lines, asked for under the name that `scrub` knows it by.
#[derive(Clone, Debug, Deserialize)]
pub struct Lines(pub Vec<String>);

/// A number that may be larger than most: how long a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Large(pub i64);

/// A word of one of the contract's enums, as it is written there: `Word<schema::Role>` may be `SUPPORT`. Words that a
/// newer server adds are words too.
pub struct Word<M>(pub String, PhantomData<M>);

impl<M> cynic::Enum for Word<M> {
    type SchemaType = M;
}

impl<M> Word<M> {
    pub fn new(word: impl Into<String>) -> Self {
        Self(word.into(), PhantomData)
    }

    /// In the words of the desk: `keep_staff`.
    pub fn code(&self) -> String {
        self.0.to_lowercase()
    }
}

impl<M> Clone for Word<M> {
    fn clone(&self) -> Self {
        Self::new(self.0.clone())
    }
}

impl<M> PartialEq for Word<M> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<M> fmt::Debug for Word<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de, M> Deserialize<'de> for Word<M> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from).map(Self::new)
    }
}

impl<M> Serialize for Word<M> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.0)
    }
}

/// What stands in the way of a mutation. Every payload selects it: an answer that holds one arrives as `Refused`.
#[derive(cynic::QueryFragment, Clone, Debug)]
pub struct UserError {
    pub message: String,
    pub field: Option<Vec<String>>,
    pub code: Word<schema::UserErrorCode>,
}

/// The server that answers, as the connection asks for it.
#[derive(cynic::QueryFragment, Debug)]
#[cynic(graphql_type = "Query")]
pub struct ServerQuery {
    pub server: Server,
}

#[derive(cynic::QueryFragment, Debug)]
pub struct Server {
    pub version: Clean,
}

impl ServerQuery {
    /// What this answer says of the connection.
    pub fn news(self, trip: Duration) -> News {
        News::Answered { version: self.server.version.0, trip }
    }
}
