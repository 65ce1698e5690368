//! The public pages: what the operator asks for, holds, keeps and hands on, and how its promises stand, drawn from the
//! policy in force and the rows that follow it, in each language the policy is written in; and the same as JSON. No
//! script, no cookie, nothing from elsewhere. It changes nothing but by asking, on behalf of a reader, to be told of changes,
//! and types nothing that a row could say.

mod accept;
mod codes;
mod frame;
mod locale;
mod pages;
mod reader;
mod rows;
mod table;
mod web;
mod words;

pub use web::{Source, routes};
pub use words::speaks;
