//! The work of requests that nobody waits for: plans are drawn, codes and letters are sent, what nobody proved is let go
//! of, and staff are told of what is due.

mod asking_for_proof;
mod carrying_out;
mod colleagues;
mod digesting;
mod ending;
mod evidencing;
mod expiring;
mod forgetting;
mod hearing;
mod keeping;
mod lifting;
mod looking_after;
mod packing;
mod planning;
mod reminding;
mod sending;
mod telling;
mod telling_merchants;

pub use asking_for_proof::AskForProof;
pub use carrying_out::CarryOut;
pub use digesting::DigestRequests;
pub use ending::EndAccounts;
pub use evidencing::SealEvidence;
pub use expiring::ExpireUnproved;
pub use forgetting::{ForgetRequests, forget_earlier};
pub use hearing::HearMailbox;
pub use keeping::EndKeeps;
pub use lifting::LiftRestrictions;
pub use looking_after::LookAfterFulfilment;
pub use packing::{MakePackage, SweepPackages};
pub use planning::DrawPlan;
pub use reminding::{RemindOfRequests, TellOfRequest};
pub use sending::SendLetter;
pub use telling::{LookAtControllers, TellController};
pub use telling_merchants::TellMerchant;
