//! The HTTP edge: one router, limits before anything is read, and a stop that lets calls in flight finish.
//! It decides nothing about data; it carries calls to the schema and answers back.

mod doorman;
mod gate;
mod health;
mod pages;
mod router;
mod serve;

pub use doorman::{Doorman, network};
pub use router::{Edge, router};
pub use serve::{Listening, listen};
