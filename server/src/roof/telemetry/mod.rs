//! What the program tells about itself: lines on standard error, figures for Prometheus, spans for a collector.
//! It never tells a person's identifiers, tokens, bodies or documents: those are not logged in the first place, and
//! what slips is blanked before it is written. Crates that are not ours are heard from `info` upwards only, whatever the filter
//! says, because their finer words are what passes through them.

mod figures;
mod lines;
mod panics;
pub mod redact;
mod shapes;
#[cfg_attr(not(feature = "otlp"), path = "no_spans.rs")]
mod spans;
#[cfg(test)]
mod tests;
mod words;

use std::sync::{Arc, Mutex, PoisonError};

use metrics_exporter_prometheus::PrometheusHandle;
use tracing::level_filters::LevelFilter;
use tracing::{Level, Metadata, Subscriber};
use tracing_subscriber::Registry;
use tracing_subscriber::filter::{self, Targets};
use tracing_subscriber::layer::{Layer, SubscriberExt};

pub use figures::{FIGURES, Figure, Kind};
pub use lines::{Format, Writer};

use crate::floor::kernel::{Flaw, Flaws, Reach, reach};

/// How the program shall tell about itself.
#[derive(Clone, Default)]
pub struct Settings {
    pub format: Format,
    /// `info`, `debug`, or by module: `info,rightsdesk_server::floor::jobs=debug`. Empty is `info`.
    pub filter: String,
    /// A collector that takes spans; none is the rule.
    pub otlp: Option<Otlp>,
    pub writer: Writer,
}

/// A collector of spans that speaks OTLP over HTTP.
#[derive(Debug, Clone)]
pub struct Otlp {
    /// The whole address, `https://collector.example/v1/traces`.
    pub endpoint: String,
    pub reach: Reach,
}

/// The telemetry in force. Clones are the same one.
#[derive(Clone)]
pub struct Telemetry(Arc<Parts>);

struct Parts {
    figures: PrometheusHandle,
    /// Emptied by the first stop.
    running: Mutex<Option<Running>>,
}

/// What ends, and flushes, when it is dropped.
struct Running {
    _upkeep: figures::Upkeep,
    _spans: Option<spans::Spans>,
}

type Listener = Box<dyn Layer<Registry> + Send + Sync>;

/// All that is wrong with the settings, without putting anything in force.
pub fn check(settings: &Settings) -> Flaws {
    let mut flaws = Flaws::default();
    if let Err(flaw) = own_filter(&settings.filter) {
        flaws.add(flaw.field, flaw.advice);
    }
    if let Some(flaw) = settings.otlp.as_ref().and_then(|otlp| endpoint(otlp).err()) {
        flaws.add(flaw.field, flaw.advice);
    }
    flaws
}

/// Puts telemetry in force for the whole process, once; a second time is a flaw.
pub fn install(settings: &Settings) -> Result<Telemetry, Flaws> {
    let flaws = check(settings);
    if !flaws.is_empty() {
        return Err(flaws);
    }
    let twice = || Flaw::new("telemetry", "is already in force in this process");
    let recorder = figures::recorder()?;
    let figures = recorder.handle();
    let (subscriber, spans) = assemble(settings)?;
    tracing::subscriber::set_global_default(subscriber).map_err(|_| twice())?;
    metrics::set_global_recorder(recorder).map_err(|_| twice())?;
    figures::describe();
    panics::watch();
    let running = Running { _upkeep: figures::Upkeep::begin(figures.clone())?, _spans: spans };
    Ok(Telemetry(Arc::new(Parts { figures, running: Mutex::new(Some(running)) })))
}

impl Telemetry {
    /// The figures as Prometheus reads them.
    pub fn render(&self) -> String {
        self.0.figures.render()
    }

    /// Sends the spans still held, within the collector's time-out, and ends the upkeep. It blocks meanwhile, and a
    /// second call does nothing.
    pub fn stop(&self) {
        let running = self.0.running.lock().unwrap_or_else(PoisonError::into_inner).take();
        drop(running);
    }
}

fn assemble(settings: &Settings) -> Result<(impl Subscriber + Send + Sync + use<>, Option<spans::Spans>), Flaw> {
    let own = own_filter(&settings.filter)?;
    let foreign = filter::filter_fn(is_heard).with_max_level_hint(LevelFilter::TRACE);
    let mut listeners: Vec<Listener> = vec![lines::Lines::new(settings.format, settings.writer.clone()).boxed()];
    let mut spans = None;
    if let Some(otlp) = &settings.otlp {
        let (listener, sender) = spans::begin(otlp)?;
        listeners.push(listener);
        spans = Some(sender);
    }
    Ok((Registry::default().with(listeners).with(own).with(foreign), spans))
}

/// The words of other crates at `debug` and `trace` are what passes through them: headers, frames, statements.
fn is_heard(event: &Metadata<'_>) -> bool {
    *event.level() <= Level::INFO || event.target().starts_with("rightsdesk")
}

/// `level` or `module=level`, with commas between; written as its own reader because the library's takes any word for a
/// module, so that a misspelt level would silence the program.
fn own_filter(filter: &str) -> Result<Targets, Flaw> {
    let advice = "give error, warn, info, debug, trace or off, or module=level with commas between";
    let flaw = || Flaw::new("log.filter", advice);
    let level = |word: &str| match word {
        "off" => Ok(LevelFilter::OFF),
        "error" => Ok(LevelFilter::ERROR),
        "warn" => Ok(LevelFilter::WARN),
        "info" => Ok(LevelFilter::INFO),
        "debug" => Ok(LevelFilter::DEBUG),
        "trace" => Ok(LevelFilter::TRACE),
        _ => Err(flaw()),
    };
    let is_module = |word: &str| {
        !word.is_empty()
            && word.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | ':' | '-'))
    };
    let mut targets = Targets::new().with_default(LevelFilter::INFO);
    for part in filter.split(',').map(str::trim) {
        targets = match part.split_once('=') {
            None if part.is_empty() && filter.trim().is_empty() => targets,
            None => targets.with_default(level(part)?),
            Some((module, word)) if is_module(module) => targets.with_target(module, level(word)?),
            Some(_) => return Err(flaw()),
        };
    }
    Ok(targets)
}

fn endpoint(otlp: &Otlp) -> Result<(), Flaw> {
    let flaw = |advice: &str| Err(Flaw::new("telemetry.otlp_endpoint", advice));
    let Ok(uri) = otlp.endpoint.parse::<http::Uri>() else {
        return flaw("give a whole address, such as https://collector.example/v1/traces");
    };
    let (Some(scheme @ ("http" | "https")), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
        return flaw("give a whole address, such as https://collector.example/v1/traces");
    };
    if authority.as_str().contains('@') {
        return flaw("leave name and password out of the address");
    }
    if otlp.reach == Reach::World && (scheme == "http" || reach::is_loopback(authority.host())) {
        return flaw("production sends spans over https and to another machine only");
    }
    spans::are_possible().then_some(()).ok_or_else(|| {
        Flaw::new(
            "telemetry.otlp_endpoint",
            "this program was built without span export: build it with --features otlp",
        )
    })
}
