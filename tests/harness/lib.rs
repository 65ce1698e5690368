//! What journeys and laws stand on: a throwaway Postgres, folders that vanish, and desks as real processes.
//! It mocks nothing of ours, and leaves no process and no file behind, however the run ends.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "the harness is part of tests: what it cannot do fails them"
)]
// An optimised build looks through every future of the schema at once, and they nest deep.
#![recursion_limit = "256"]

pub mod abroad;
pub mod aside;
pub mod asked;
pub mod audited;
pub mod backup;
pub mod base;
pub mod bells;
pub mod books;
pub mod cluster;
pub mod course;
pub mod crowd;
pub mod desk;
pub mod draft;
pub mod erasing;
pub mod estate;
pub mod goods;
pub mod janitor;
pub mod line;
pub mod logs;
pub mod page;
pub mod people;
pub mod planned;
pub mod post;
pub mod program;
pub mod provider;
pub mod safe;
pub mod scratch;
pub mod shop;
pub mod tree;
pub mod visitor;
pub mod wishes;
pub mod world;
pub mod yard;
