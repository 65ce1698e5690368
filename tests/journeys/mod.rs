//! The product tried from outside, as stories.

mod cluster_life;
mod the_edge_refuses_what_it_should;
mod the_ledger_keeps_its_word;
