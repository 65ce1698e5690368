//! Who changes with the policy, a line each, in this order. It decides nothing.

use crate::floor::policy::Follower;

pub const FOLLOWERS: &[Follower] = &[];
