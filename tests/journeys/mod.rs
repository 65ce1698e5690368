//! The product tried from outside, as stories.

mod cluster_life;
