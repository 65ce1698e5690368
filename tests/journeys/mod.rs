//! The product tried from outside, as stories.

mod a_backlog_is_brought_along;
mod a_backup_comes_back;
mod a_bulk_tells_of_each;
mod a_changed_page_takes_its_course;
mod a_code_works_once;
mod a_controller_calls_by_opendsr;
mod a_demo_is_planted;
mod a_hold_stops_a_line;
mod a_job_meets_its_fate;
mod a_link_is_used_once;
#[cfg(target_os = "linux")]
mod a_machine_opens_its_own_desk;
mod a_merchants_token_maps_to_a_member;
mod a_package_is_made_and_fetched;
mod a_package_waits_for_its_second_person;
mod a_partner_seat_ends_at_its_date;
mod a_plan_is_drawn_and_approved;
mod a_policy_changes;
mod a_policy_file_is_looked_at;
mod a_request_is_taken_in;
mod a_request_takes_its_course;
mod a_session_ends_at_once;
mod a_stranger_guesses;
mod a_tenant_opens_and_closes;
#[cfg(target_os = "linux")]
mod a_whole_desk_is_killed;
mod a_whole_shop_is_forgotten;
mod accesses_age_by_themselves;
mod an_admin_is_bootstrapped_and_invites;
mod an_api_key_is_rotated_with_overlap;
mod an_erasure_is_carried_out;
mod an_order_is_held;
mod an_outsider_reads_what_is_stored;
mod apps_and_slots;
mod apps_are_reminded;
mod apps_race;
mod canaries_are_searched_for;
mod changes_are_followed;
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
mod cookies_are_looked_for;
mod documents_are_known_and_paid_for;
mod epochs_end_by_themselves;
#[cfg(target_os = "linux")]
mod erasures_survive_kills;
mod every_right_is_planned;
mod everybody_goes_at_once;
mod evidence_stands;
mod five_policies_are_asked;
mod five_policies_five_desks;
mod grants_end_by_themselves;
#[cfg(target_os = "linux")]
mod holds_win_races;
mod keys_turn_and_nothing_is_lost;
mod letters_are_looked_at_first;
mod letters_go_out_once;
mod listings_are_changed;
mod markers_are_gone;
mod one_is_found_among_many;
mod orders_are_relayed;
mod others_clients_talk_to_us;
mod pages_follow_one_another;
mod processors_change;
mod processors_follow_the_policy;
mod processors_subscribers;

mod promises_break;
mod promises_stand_and_fall;
mod recipients_are_told;
mod records_are_read;
mod records_are_taken_in;
mod records_are_told;
mod reminders_come_once;
mod reports_are_made;
mod requests_come_by_mail;
mod reviews_of_apps;
mod reviews_of_scopes;
mod reviews_of_staff;
mod reviews_quarterly;
mod rights_act;
mod sockets_speak_the_protocol;
mod staff_sign_in_through_the_companys_provider;
mod stock_flows;
mod stores_connect;
mod stores_disconnect;
mod stores_drift;
mod stores_stay_connected;
#[cfg(target_os = "linux")]
mod stores_survive_kills;
mod stores_sync;
mod stores_sync_told;
mod the_books_can_be_read;
mod the_edge_refuses_what_it_should;
mod the_glass_is_broken_and_it_alarms;
mod the_ledger_keeps_its_word;
mod the_map_drives;
mod the_persons_pages;
mod the_persons_pages_tell_what_is_done;
#[cfg(target_os = "linux")]
mod the_queue_is_worked;
mod the_record_is_one;
mod the_relay_forwards;
mod the_street_speaks;
mod the_trust_page_tells;
#[cfg(target_os = "linux")]
mod the_zoo_is_turned_away;
mod webhooks_are_worked;
mod webhooks_arrive;
mod what_is_disclosed_is_what_goes;
mod what_is_kept_ends;
#[cfg(target_os = "linux")]
mod work_is_shared_fairly;
#[cfg(target_os = "linux")]
mod workers_die_and_nothing_is_lost;
