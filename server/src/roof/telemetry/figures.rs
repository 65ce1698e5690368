//! Figures for Prometheus: their names, what they mean, and the recorder that keeps them.
//! No label carries a person, a tenant's name or anything a caller typed; nothing here opens a port.

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use metrics::Unit;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder};

use crate::floor::kernel::Flaw;

/// What is counted or measured under one name.
#[derive(Debug, Clone, Copy)]
pub struct Figure {
    pub name: &'static str,
    pub kind: Kind,
    pub help: &'static str,
}

/// How a figure moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Only up.
    Counter,
    /// Up and down.
    Gauge,
    /// Spread over time spans, in seconds.
    Seconds,
    /// Spread over small whole numbers.
    Numbers,
}

const fn figure(name: &'static str, kind: Kind, help: &'static str) -> Figure {
    Figure { name, kind, help }
}

/// Every figure the server keeps. Modules below the roof name theirs by the text that stands here.
pub const FIGURES: &[Figure] = &[
    figure("rightsdesk_build_info", Kind::Gauge, "Always 1; the version is the label"),
    figure("rightsdesk_calls_total", Kind::Counter, "Calls answered, by route, method and status"),
    figure("rightsdesk_call_seconds", Kind::Seconds, "Time to answer a call, by route"),
    figure("rightsdesk_sockets", Kind::Gauge, "Sockets that are open"),
    figure("rightsdesk_sockets_cut_total", Kind::Counter, "Sockets that the server closed, by code"),
    figure("rightsdesk_statements_per_call", Kind::Numbers, "Database statements one call needed"),
    figure("rightsdesk_ledger_wait_seconds", Kind::Seconds, "Time a call waited for a connection"),
    figure("rightsdesk_jobs", Kind::Gauge, "Jobs by state"),
    figure("rightsdesk_jobs_oldest_seconds", Kind::Gauge, "Age of the oldest job, by state"),
    figure("rightsdesk_jobs_lanes_waiting", Kind::Gauge, "Lanes with work that is due and none in flight"),
    figure("rightsdesk_jobs_claimed_total", Kind::Counter, "Attempts begun, by kind"),
    figure("rightsdesk_jobs_wait_seconds", Kind::Seconds, "Time from due to begun, by kind"),
    figure("rightsdesk_jobs_crashed_total", Kind::Counter, "Leases that ran out"),
    figure("rightsdesk_jobs_lost_total", Kind::Counter, "Attempts that lost their lease before they ended"),
    figure("rightsdesk_jobs_finished_total", Kind::Counter, "Attempts at jobs, by kind and fate"),
    figure("rightsdesk_sync_page_seconds", Kind::Seconds, "Time a platform took to tell a page, by platform and shelf"),
    figure(
        "rightsdesk_envelopes_shut_total",
        Kind::Counter,
        "Envelopes that did not open under the key they name: moved, altered or never ours",
    ),
    figure("rightsdesk_break_glass_total", Kind::Counter, "Times that somebody took leave without asking"),
    figure("rightsdesk_checkpoints_total", Kind::Counter, "Checkpoints written outside the database"),
    figure(
        "rightsdesk_chains_astray_total",
        Kind::Counter,
        "Chains that end otherwise than a checkpoint says: the database was taken back, or tampered with",
    ),
    figure(
        "rightsdesk_epochs_behind_total",
        Kind::Counter,
        "Epochs that were met though their time is over: what was erased under them can still be opened in an old backup",
    ),
    figure(
        "rightsdesk_deliveries_refused_total",
        Kind::Counter,
        "What came to the addresses of webhooks and did not prove what it said, by what was missing",
    ),
    figure("rightsdesk_password_checks_total", Kind::Counter, "Passwords that were compared, of accounts and of none"),
    figure("rightsdesk_throttled_total", Kind::Counter, "Tries refused because there were too many, by budget"),
    figure(
        "rightsdesk_trapped_total",
        Kind::Counter,
        "Forms of the public page that a program filled in, and nobody took",
    ),
    figure(
        "rightsdesk_second_factor_alarms_total",
        Kind::Counter,
        "Tenth tries at a second factor within a quarter of an hour: somebody knows the password and not the code",
    ),
    figure("rightsdesk_requests_alarms_total", Kind::Counter, "Requests whose last day went by without an answer"),
    figure("rightsdesk_letters_total", Kind::Counter, "Letters handed to the post, by way and fate"),
    figure("rightsdesk_calls_out_total", Kind::Counter, "Calls out, by host and status"),
    figure("rightsdesk_object_bytes_total", Kind::Counter, "Bytes of objects, by direction"),
    figure("rightsdesk_panics_total", Kind::Counter, "Panics caught; each is a fault of the program"),
];

/// From a read that hits the cache to a call that runs into its time-out.
const SECONDS: &[f64] = &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 120.0];
/// Statements: a flat query needs a handful.
const NUMBERS: &[f64] = &[1.0, 2.0, 3.0, 5.0, 8.0, 13.0, 21.0, 34.0, 55.0];

/// How often samples are folded into buckets while nobody asks for them.
const UPKEEP: Duration = Duration::from_secs(5);

/// A recorder of our figures with their buckets; described once it listens.
pub(super) fn recorder() -> Result<PrometheusRecorder, Flaw> {
    let mut builder = PrometheusBuilder::new();
    for figure in FIGURES {
        let buckets = match figure.kind {
            Kind::Seconds => SECONDS,
            Kind::Numbers => NUMBERS,
            Kind::Counter | Kind::Gauge => continue,
        };
        builder = builder
            .set_buckets_for_metric(Matcher::Full(figure.name.to_owned()), buckets)
            .map_err(|_| Flaw::new("telemetry", "a figure has no buckets"))?;
    }
    Ok(builder.build_recorder())
}

/// Tells the recorder in force what each figure means.
pub(super) fn describe() {
    for Figure { name, kind, help } in FIGURES {
        match kind {
            Kind::Counter => metrics::describe_counter!(*name, *help),
            Kind::Gauge => metrics::describe_gauge!(*name, *help),
            Kind::Seconds => metrics::describe_histogram!(*name, Unit::Seconds, *help),
            Kind::Numbers => metrics::describe_histogram!(*name, *help),
        }
    }
    metrics::gauge!("rightsdesk_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
}

/// Folds samples in a thread of its own until it is dropped.
pub(super) struct Upkeep {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Upkeep {
    pub(super) fn begin(handle: PrometheusHandle) -> Result<Self, Flaw> {
        let (stop, stopped) = channel::<()>();
        let thread = std::thread::Builder::new()
            .name("telemetry".to_owned())
            .spawn(move || {
                while stopped.recv_timeout(UPKEEP) == Err(RecvTimeoutError::Timeout) {
                    handle.run_upkeep();
                }
            })
            .map_err(|_| Flaw::new("telemetry", "the system gives no thread for its upkeep"))?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Upkeep {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_is_named_once_and_explained() {
        let mut names: Vec<_> = FIGURES.iter().map(|figure| figure.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), FIGURES.len());
        for figure in FIGURES {
            assert!(figure.name.starts_with("rightsdesk_") && !figure.help.is_empty() && !figure.help.ends_with('.'));
            assert_eq!(figure.kind == Kind::Counter, figure.name.ends_with("_total"), "{}", figure.name);
            assert_eq!(
                figure.kind == Kind::Seconds,
                figure.name.ends_with("_seconds") && figure.name != "rightsdesk_jobs_oldest_seconds"
            );
        }
    }

    #[test]
    fn figures_render_with_help_and_buckets() {
        let recorder = recorder().expect("buckets");
        let handle = recorder.handle();
        metrics::with_local_recorder(&recorder, || {
            describe();
            metrics::counter!("rightsdesk_calls_total", "route" => "/graphql", "status" => "200").increment(2);
            metrics::histogram!("rightsdesk_call_seconds", "route" => "/graphql").record(0.004);
            metrics::histogram!("rightsdesk_statements_per_call").record(4.0);
        });
        let text = handle.render();
        for line in [
            "# HELP rightsdesk_calls_total Calls answered, by route, method and status",
            "# TYPE rightsdesk_calls_total counter",
            "rightsdesk_calls_total{route=\"/graphql\",status=\"200\"} 2",
            "rightsdesk_call_seconds_bucket{route=\"/graphql\",le=\"0.005\"} 1",
            "rightsdesk_call_seconds_bucket{route=\"/graphql\",le=\"0.0025\"} 0",
            "rightsdesk_statements_per_call_bucket{le=\"5\"} 1",
            "rightsdesk_build_info{version=\"",
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
    }
}
