//! The HTTP edge: one router, limits before anything is read, and a stop that lets calls in flight finish.
//! It decides nothing about data; it carries calls to the schema and answers back.

mod budget;
mod connect;
mod doorman;
mod gate;
#[cfg(feature = "graphiql")]
mod graphiql;
mod health;
mod mailbox;
mod opendsr;
mod pages;
mod router;
mod serve;
mod socket;
mod source;
mod webhooks;

pub use doorman::{Doorman, network};
pub use gate::{document_id, documents};
pub use router::{Edge, router};
pub use serve::{Listening, bind, listen};
pub use socket::Sockets;
