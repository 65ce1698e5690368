//! Who changes with the policy, a line each, in this order. It decides nothing.

use crate::floor::policy::Follower;
use crate::{processors, promises};

pub const FOLLOWERS: &[Follower] = &[processors::follow, promises::follow];
