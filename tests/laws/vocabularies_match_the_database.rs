//! A closed list in Rust and its CHECK in Postgres hold the same words.

use std::collections::BTreeSet;

use harness::base::migrated;
use rightsdesk_server::apps::{AppState, ProviderTaskKind, ProviderTaskState};
use rightsdesk_server::catalogue::PolicyState;
use rightsdesk_server::floor::jobs::{Fate, State};
use rightsdesk_server::floor::kernel::Mode;
use rightsdesk_server::floor::ledger::KeyholeKind;
use rightsdesk_server::floor::platforms::{PrivacyNoticeKind, Shelf};
use rightsdesk_server::floor::policy::{Form, Transfer};
use rightsdesk_server::floor::regulations::{Kind, PauseGround, Right, Whose};
use rightsdesk_server::floor::vault::{FileKind, KeyState};
use rightsdesk_server::grants::GrantKind;
use rightsdesk_server::inbox::{DeliveryState as InboxState, PrivacyNoticeState};
use rightsdesk_server::processors::{DeliveryState, NoticeKind, ObjectionState, ProcessorState, SubscriberState};
use rightsdesk_server::promises::{PromiseState, Standing};
use rightsdesk_server::propagation::{AttemptKind, Regulation, TaskKind, TaskState};
use rightsdesk_server::records::{LedgerKind, ShipmentState};
use rightsdesk_server::relay::{DeliveryState as RelayState, DestinationState, RelayedKind, Way};
use rightsdesk_server::reports::ReportKind;
use rightsdesk_server::requests::package::{LeftOut, PackageState};
use rightsdesk_server::requests::ways::opendsr;
use rightsdesk_server::requests::{
    ClockMove, CorrectionState, DataRole, GoesBy, Ground, HoldKind, LateReason, Mandate, MessageKind, MessageState,
    Outcome, PlanState, PlannedAction, Proof, ReminderKind, Source, StepName, StepState, SubjectKind, Way as LetterWay,
};
use rightsdesk_server::reviews::{CampaignState, ReviewDecision, ReviewSubject, RevocationState};
use rightsdesk_server::staff::sign_in::Budget;
use rightsdesk_server::staff::{SessionEnd, SessionStage, SignInMethod, StaffState};
use rightsdesk_server::stores::{GrantSource, HandshakeOutcome, RevocationReason, StoreState};
use rightsdesk_server::subjects::{FenceKind, IdentifierKind, TombstoneReason};
use rightsdesk_server::syncs::{LeaveKind, RunKind, RunOutcome, SyncState, WriteState};
use rightsdesk_server::tenants::{MemberRole, MemberState, OurRole, TenantState};

macro_rules! words {
    ($vocabulary:ty) => {
        <$vocabulary>::ALL.iter().map(|word| word.code()).collect()
    };
}

/// Table and column, and the words its vocabulary has.
type Column = (&'static str, &'static str, Vec<&'static str>);

fn columns() -> Vec<Column> {
    of_the_house().into_iter().chain(of_requests()).collect()
}

fn of_the_house() -> Vec<Column> {
    vec![
        ("keyring", "kind", words!(FileKind)),
        ("keyring", "mode", words!(Mode)),
        ("keyring", "state", words!(KeyState)),
        ("policies", "state", words!(PolicyState)),
        ("promises", "state", words!(PromiseState)),
        ("promises", "standing", words!(Standing)),
        ("promise_looks", "standing", words!(Standing)),
        ("staff", "state", words!(StaffState)),
        ("sessions", "stage", words!(SessionStage)),
        ("sessions", "method", words!(SignInMethod)),
        ("sessions", "end_reason", words!(SessionEnd)),
        ("throttles", "kind", words!(Budget)),
        ("jobs", "state", words!(State)),
        ("job_attempts", "fate", words!(Fate)),
        ("grants", "kind", words!(GrantKind)),
        ("review_campaigns", "state", words!(CampaignState)),
        ("review_extracts", "subject", words!(ReviewSubject)),
        ("review_items", "subject", words!(ReviewSubject)),
        ("review_items", "decision", words!(ReviewDecision)),
        ("review_items", "revocation", words!(RevocationState)),
        ("apps", "state", words!(AppState)),
        ("provider_tasks", "kind", words!(ProviderTaskKind)),
        ("provider_tasks", "state", words!(ProviderTaskState)),
        ("controller_calls", "status", words!(opendsr::Status)),
        ("keyholes", "kind", words!(KeyholeKind)),
        ("processors", "state", words!(ProcessorState)),
        ("processor_versions", "transfer", words!(Transfer)),
        ("notices", "kind", words!(NoticeKind)),
        ("notice_deliveries", "state", words!(DeliveryState)),
        ("subscribers", "state", words!(SubscriberState)),
        ("objections", "state", words!(ObjectionState)),
        ("subject_identifiers", "kind", words!(IdentifierKind)),
        ("departed", "shelf", words!(Shelf)),
        ("shipments", "state", words!(ShipmentState)),
        ("ledger_entries", "kind", words!(LedgerKind)),
        ("stores", "state", words!(StoreState)),
        ("syncs", "shelf", words!(Shelf)),
        ("syncs", "state", words!(SyncState)),
        ("sync_runs", "kind", words!(RunKind)),
        ("sync_runs", "outcome", words!(RunOutcome)),
        ("stock_writes", "leave", words!(LeaveKind)),
        ("stock_writes", "state", words!(WriteState)),
        ("reports", "kind", words!(ReportKind)),
        ("catalogue_writes", "state", words!(WriteState)),
        ("deliveries", "state", words!(InboxState)),
        ("privacy_notices", "kind", words!(PrivacyNoticeKind)),
        ("privacy_notices", "state", words!(PrivacyNoticeState)),
        (
            "disclosures",
            "form",
            Form::ALL.iter().filter(|form| **form != Form::Never).map(|form| form.code()).collect(),
        ),
        ("disclosures", "way", words!(Way)),
        ("recipient_ways", "kind", words!(TaskKind)),
        ("recipient_tasks", "kind", words!(TaskKind)),
        ("recipient_tasks", "state", words!(TaskState)),
        ("recipient_tasks", "regulation", words!(Regulation)),
        ("recipient_attempts", "did", words!(AttemptKind)),
        ("recipient_attempts", "state", words!(TaskState)),
        ("destinations", "state", words!(DestinationState)),
        ("relayed_events", "kind", words!(RelayedKind)),
        ("relay_deliveries", "state", words!(RelayState)),
        ("handshakes", "outcome", words!(HandshakeOutcome)),
        ("store_grants", "how", words!(GrantSource)),
        ("store_grants", "reason", words!(RevocationReason)),
        ("tenants", "our_role", words!(OurRole)),
        ("tenants", "state", words!(TenantState)),
        ("members", "role", words!(MemberRole)),
        ("members", "state", words!(MemberState)),
    ]
}

fn of_requests() -> Vec<Column> {
    vec![
        ("package_redactions", "code", words!(LeftOut)),
        ("request_packages", "state", words!(PackageState)),
        ("intakes", "source", words!(Source)),
        ("intakes", "role", words!(DataRole)),
        ("intakes", "subject_kind", words!(SubjectKind)),
        ("intakes", "proof", words!(Proof)),
        ("intakes", "mandate", words!(Mandate)),
        ("intake_identifiers", "kind", words!(GoesBy)),
        (
            "intake_identifiers",
            "proof",
            Proof::ALL.iter().filter(|proof| **proof != Proof::NotNeeded).map(|proof| proof.code()).collect(),
        ),
        ("requests", "right", words!(Right)),
        ("requests", "source", words!(Source)),
        ("requests", "role", words!(DataRole)),
        ("requests", "stage", vec!["received", "open", "paused", "awaiting_approval", "in_progress", "closed"]),
        ("requests", "paused_on", words!(PauseGround)),
        ("requests", "outcome", words!(Outcome)),
        ("requests", "ground", words!(Ground)),
        ("requests", "late_reason", words!(LateReason)),
        ("request_clocks", "kind", words!(Kind)),
        ("request_corrections", "state", words!(CorrectionState)),
        ("subject_fences", "kind", words!(FenceKind)),
        ("relay_withheld", "kind", words!(FenceKind)),
        ("request_clocks", "whose", words!(Whose)),
        ("request_clock_events", "what", words!(ClockMove)),
        ("request_clock_events", "pause_on", words!(PauseGround)),
        ("request_plans", "state", words!(PlanState)),
        ("request_plan_lines", "action", words!(PlannedAction)),
        ("request_messages", "way", words!(LetterWay)),
        ("request_messages", "kind", words!(MessageKind)),
        ("request_messages", "state", words!(MessageState)),
        ("request_reminders", "about", words!(ReminderKind)),
        ("holds", "kind", words!(HoldKind)),
        ("tombstones", "kind", words!(IdentifierKind)),
        ("tombstones", "reason", words!(TombstoneReason)),
        ("request_steps", "name", words!(StepName)),
        ("request_steps", "state", words!(StepState)),
        ("request_matches", "kind", words!(IdentifierKind)),
        ("request_persons", "part", vec!["person", "keeper"]),
    ]
}

/// CHECKs named `<table>_<column>_known` whose words have no vocabulary of their own in Rust.
const BARE: &[&str] = &["tenant_keys_purpose_known", "tenant_keys_state_known"];

#[test]
fn vocabularies_match_the_database() {
    for (table, column, words) in columns() {
        let definitions = migrated().lines(&format!(
            "select pg_get_constraintdef(oid) as line from pg_constraint
              where conrelid = '{table}'::regclass and contype = 'c' and conname = '{table}_{column}_known'"
        ));
        let definition = definitions.first().unwrap_or_else(|| panic!("{table} has no CHECK {table}_{column}_known"));
        let listed: BTreeSet<&str> = definition.split('\'').skip(1).step_by(2).collect();
        assert_eq!(listed, words.into_iter().collect(), "{table}.{column}");
    }
}

#[test]
fn every_closed_list_of_the_database_is_compared() {
    let named: BTreeSet<String> =
        columns().iter().map(|(table, column, _)| format!("{table}_{column}_known")).collect();
    for check in migrated().lines("select conname::text as line from pg_constraint where conname like '%\\_known'") {
        assert!(named.contains(&check) || BARE.contains(&check.as_str()), "{check} is compared with nothing");
    }
}
