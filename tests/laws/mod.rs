//! Properties of the whole repository. A law is a sentence that stays true.

mod answers_keep_their_shape;
mod authority_is_as_published;
mod bad_policies_are_refused_by_line;
mod contract_is_current;
mod deadlines_are_as_published;
mod deadlines_are_reckoned_twice;
mod every_column_is_classified;
mod every_tenant_table_is_fenced;
mod figures_are_described;
mod grants_are_as_published;
mod imports_flow_downward;
mod jobs_may_run_twice;
mod known_documents_are_sound;
mod migrations_go_both_ways;
mod only_doors_reach_outside;
mod personal_reads_are_access_records;
mod platforms_conform;
mod promises_have_checks;
mod secrets_never_print;
mod settings_are_documented;
mod strangers_learn_nothing;
mod the_chain_detects_tampering;
mod trust_speaks_every_language_of_the_policies;
mod vocabularies_match_the_database;
mod what_is_disclosed_is_what_is_erased;
