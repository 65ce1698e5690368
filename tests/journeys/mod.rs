//! The product tried from outside, as stories.

mod a_job_meets_its_fate;
mod a_session_ends_at_once;
mod a_tenant_opens_and_closes;
#[cfg(target_os = "linux")]
mod a_whole_desk_is_killed;
mod accesses_age_by_themselves;
mod an_api_key_is_rotated_with_overlap;
mod an_outsider_reads_what_is_stored;
#[cfg(target_os = "linux")]
mod checkpoints_are_kept_outside;
#[cfg(target_os = "linux")]
mod cluster_crashes;
#[cfg(target_os = "linux")]
mod cluster_heirs;
#[cfg(target_os = "linux")]
mod cluster_leavings;
mod cluster_life;
mod cluster_refusals;
mod grants_end_by_themselves;
mod keys_turn_and_nothing_is_lost;
mod the_edge_refuses_what_it_should;
mod the_glass_is_broken_and_it_alarms;
mod the_ledger_keeps_its_word;
#[cfg(target_os = "linux")]
mod work_is_shared_fairly;
#[cfg(target_os = "linux")]
mod workers_die_and_nothing_is_lost;
