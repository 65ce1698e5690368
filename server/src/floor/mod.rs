//! The floor: plumbing that every slice stands on. It never names a slice.

pub mod access;
pub mod blobs;
pub mod datamap;
pub mod egress;
pub mod forms;
pub mod graphql;
pub mod html;
pub mod issuers;
pub mod jobs;
pub mod journal;
pub mod kernel;
pub mod ledger;
pub mod mail;
pub mod platforms;
pub mod policy;
pub mod regulations;
pub mod tongues;
pub mod tools;
pub mod vault;
