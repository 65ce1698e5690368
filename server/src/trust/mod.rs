//! The public pages: what the operator asks for, holds, keeps and hands on, and how its promises stand, drawn from the
//! policy in force and the rows that follow it, in each language the policy is written in; and the same as JSON. No
//! script, no cookie, nothing from elsewhere. And the pages where people ask about themselves and follow what they asked, in
//! every language there are words for. It changes nothing by itself: it hands on what a reader asks for, and types nothing
//! that a row could say.

mod accept;
mod codes;
mod frame;
mod locale;
mod pages;
mod places;
mod reader;
mod rows;
mod table;
mod web;
mod words;

pub use web::{Source, routes};
pub use words::speaks;
