//! The product tried from outside, as stories.

mod cluster_life;
mod keys_turn_and_nothing_is_lost;
