//! One line for one event, readable or JSON, with the fields of the spans around it.
//! It writes nothing that has not passed [`redact`], and to nothing but the one writer it was given.

use std::fmt::{Debug, Write as _};
use std::io::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use super::redact;
use crate::floor::kernel::Watch;

/// How a line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// For people: time, level, place, message, `name=value`.
    #[default]
    Readable,
    /// For machines: one object a line.
    Json,
}

/// Where lines go: standard error, or memory that a test reads. There are no log files of our own.
#[derive(Clone, Default)]
pub enum Writer {
    #[default]
    Stderr,
    Memory(Arc<Mutex<Vec<u8>>>),
}

impl Writer {
    /// A line that cannot be written is lost: a log must not stop what it reports on.
    fn line(&self, line: &str) {
        match self {
            Self::Stderr => {
                let _ = std::io::stderr().lock().write_all(line.as_bytes());
            }
            Self::Memory(lines) => {
                lines.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(line.as_bytes());
            }
        }
    }
}

/// The layer that writes lines.
pub(super) struct Lines {
    format: Format,
    writer: Writer,
    watch: Watch,
}

impl Lines {
    pub(super) fn new(format: Format, writer: Writer) -> Self {
        Self { format, writer, watch: Watch::host() }
    }

    fn readable(&self, event: &Event<'_>, fields: &Fields, spans: &[(&'static str, Fields)]) -> String {
        let meta = event.metadata();
        let mut line = format!("{} {:>5} {}: ", self.watch.now(), meta.level(), place(meta.target()));
        line.push_str(fields.message.as_deref().unwrap_or_default());
        pairs(&mut line, &fields.pairs);
        for (name, fields) in spans {
            let _ = write!(line, " | {name}");
            pairs(&mut line, &fields.pairs);
        }
        line.push('\n');
        line
    }

    fn json(&self, event: &Event<'_>, fields: Fields, spans: Vec<(&'static str, Fields)>) -> String {
        let meta = event.metadata();
        let mut line = Map::new();
        line.insert("at".to_owned(), self.watch.now().to_string().into());
        line.insert("level".to_owned(), meta.level().as_str().into());
        line.insert("target".to_owned(), meta.target().into());
        line.insert("message".to_owned(), fields.message.unwrap_or_default().into());
        if !fields.pairs.is_empty() {
            line.insert("fields".to_owned(), object(fields.pairs).into());
        }
        if !spans.is_empty() {
            let spans = spans.into_iter().map(|(name, fields)| {
                let mut span = object(fields.pairs);
                span.insert("span".to_owned(), name.into());
                Value::Object(span)
            });
            line.insert("spans".to_owned(), spans.collect());
        }
        let mut line = Value::Object(line).to_string();
        line.push('\n');
        line
    }
}

impl<S> Layer<S> for Lines
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        if let Some(span) = context.span(id) {
            span.extensions_mut().replace(fields);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(fields) = span.extensions_mut().get_mut::<Fields>()
        {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let spans: Vec<_> = context
            .event_scope(event)
            .into_iter()
            .flat_map(tracing_subscriber::registry::Scope::from_root)
            .map(|span| (span.name(), span.extensions().get::<Fields>().cloned().unwrap_or_default()))
            .collect();
        let line = match self.format {
            Format::Readable => self.readable(event, &fields, &spans),
            Format::Json => self.json(event, fields, spans),
        };
        self.writer.line(&line);
    }
}

/// The last two steps of a module's path are enough for people.
fn place(target: &str) -> &str {
    let start = target.rmatch_indices("::").nth(1).map_or(0, |(at, sign)| at + sign.len());
    target.get(start..).unwrap_or(target)
}

fn pairs(line: &mut String, pairs: &[(&'static str, Value)]) {
    for (name, value) in pairs {
        let _ = match value {
            Value::String(text) if !is_plain(text) => write!(line, " {name}={text:?}"),
            Value::String(text) => write!(line, " {name}={text}"),
            other => write!(line, " {name}={other}"),
        };
    }
}

fn is_plain(text: &str) -> bool {
    !text.is_empty() && !text.contains(|letter: char| letter.is_whitespace() || matches!(letter, '"' | '=' | '|'))
}

fn object(pairs: Vec<(&'static str, Value)>) -> Map<String, Value> {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Fields as they may be written; whatever enters is redacted on the way in.
#[derive(Clone, Default)]
struct Fields {
    message: Option<String>,
    pairs: Vec<(&'static str, Value)>,
}

impl Fields {
    fn set(&mut self, field: &Field, value: Value) {
        let name = field.name();
        match self.pairs.iter_mut().find(|(known, _)| *known == name) {
            Some(pair) => pair.1 = value,
            None => self.pairs.push((name, value)),
        }
    }

    fn set_text(&mut self, field: &Field, text: &str) {
        if field.name() == "message" {
            self.message = Some(redact::prose(text));
        } else {
            self.set(field, redact::value(field.name(), text).into());
        }
    }

    fn set_number(&mut self, field: &Field, value: impl Into<Value>) {
        let hidden = redact::is_telling(field.name());
        self.set(field, if hidden { redact::BLANK.into() } else { value.into() });
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.set_text(field, &format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.set_text(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.set_number(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.set_number(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.set_number(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.set_number(field, value);
    }
}
