//! Spans for a collector, OTLP over HTTP, in batches from a thread of their own.
//! Nothing leaves that has not passed the same redaction as the log; a collector that is away costs spans, never calls.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use opentelemetry::trace::{Status, TracerProvider as _};
use opentelemetry::{KeyValue, Value};
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{SpanExporter as OtlpExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{
    BatchConfigBuilder, BatchSpanProcessor, Sampler, SdkTracerProvider, SpanData, SpanExporter,
};
use tokio::runtime::{Builder, Runtime};
use tracing_subscriber::Layer;

use super::{Listener, Otlp, redact};
use crate::floor::kernel::Flaw;

const CONNECT: Duration = Duration::from_secs(5);
const TOTAL: Duration = Duration::from_secs(10);
/// A collector says "taken" in a few bytes.
const LONGEST_ANSWER: usize = 64 * 1024;

pub(super) fn are_possible() -> bool {
    true
}

/// The sending side; dropping it sends what is held and waits for it within [`TOTAL`].
pub(super) struct Spans(SdkTracerProvider);

impl Drop for Spans {
    fn drop(&mut self) {
        let _ = self.0.shutdown_with_timeout(TOTAL);
    }
}

pub(super) fn begin(otlp: &Otlp) -> Result<(Listener, Spans), Flaw> {
    let flaw = |advice: &'static str| Flaw::new("telemetry.otlp_endpoint", advice);
    let post = Post::open().ok_or_else(|| flaw("no client could be made for this address"))?;
    let exporter = OtlpExporter::builder()
        .with_http()
        .with_http_client(post)
        .with_endpoint(otlp.endpoint.as_str())
        .with_timeout(TOTAL)
        .build()
        .map_err(|_| flaw("no exporter could be made for this address"))?;
    let batches = BatchConfigBuilder::default()
        .with_max_queue_size(4096)
        .with_max_export_batch_size(512)
        .with_scheduled_delay(Duration::from_secs(2))
        .build();
    let resource = Resource::builder_empty()
        .with_attributes([
            KeyValue::new("service.name", "rightsdesk"),
            KeyValue::new("service.version", env!("CARGO_PKG_VERSION")),
        ])
        .build();
    let provider = SdkTracerProvider::builder()
        .with_span_processor(BatchSpanProcessor::builder(Redacted(exporter)).with_batch_config(batches).build())
        .with_sampler(Sampler::AlwaysOn)
        .with_resource(resource)
        .build();
    let layer = tracing_opentelemetry::layer()
        .with_location(false)
        .with_threads(false)
        .with_tracked_inactivity(false)
        .with_tracer(provider.tracer("rightsdesk"));
    Ok((layer.boxed(), Spans(provider)))
}

/// The exporter behind the net.
#[derive(Debug)]
struct Redacted<E>(E);

impl<E: SpanExporter> SpanExporter for Redacted<E> {
    async fn export(&self, mut batch: Vec<SpanData>) -> OTelSdkResult {
        for span in &mut batch {
            span.name = redact::prose(&span.name).into();
            span.attributes.iter_mut().for_each(clean);
            for event in &mut span.events.events {
                event.name = redact::prose(&event.name).into();
                event.attributes.iter_mut().for_each(clean);
            }
            if let Status::Error { description } = &mut span.status {
                *description = redact::prose(description).into();
            }
        }
        self.0.export(batch).await
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.0.shutdown_with_timeout(timeout)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.0.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.0.set_resource(resource);
    }
}

fn clean(pair: &mut KeyValue) {
    let name = pair.key.as_str();
    match &pair.value {
        Value::Bool(_) | Value::I64(_) | Value::F64(_) if !redact::is_telling(name) => {}
        other => pair.value = redact::value(name, &other.as_str()).into(),
    }
}

/// Carries batches out. It is called on the batch thread alone, which may block, and brings its own small runtime
/// there, so that it works while the program's is busy stopping.
struct Post {
    client: reqwest::Client,
    runtime: Option<Arc<Runtime>>,
}

impl Post {
    fn open() -> Option<Self> {
        // Only the first provider in a process counts; `main` installs the same one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .connect_timeout(CONNECT)
            .timeout(TOTAL)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .pool_max_idle_per_host(0)
            .build()
            .ok()?;
        let runtime = Builder::new_current_thread().enable_all().build().ok()?;
        Some(Self { client, runtime: Some(Arc::new(runtime)) })
    }

    async fn send(client: &reqwest::Client, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let request = reqwest::Request::try_from(request).map_err(|_| NotSent)?;
        let mut answer = client.execute(request).await.map_err(|_| NotSent)?;
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|_| NotSent)? {
            if body.len() + chunk.len() > LONGEST_ANSWER {
                return Err(NotSent.into());
            }
            body.extend_from_slice(&chunk);
        }
        let mut response = Response::new(Bytes::from(body));
        *response.status_mut() = answer.status();
        *response.headers_mut() = std::mem::take(answer.headers_mut());
        Ok(response)
    }
}

impl HttpClient for Post {
    fn send_bytes<'post, 'call>(
        &'post self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'call>>
    where
        'post: 'call,
        Self: 'call,
    {
        Box::pin(async move {
            let runtime = self.runtime.as_ref().ok_or(NotSent)?;
            runtime.block_on(Self::send(&self.client, request))
        })
    }
}

impl fmt::Debug for Post {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Post")
    }
}

impl Drop for Post {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take().and_then(Arc::into_inner) {
            runtime.shutdown_background();
        }
    }
}

/// The batch did not arrive; why is the collector's affair, and its words are not repeated.
#[derive(Debug)]
struct NotSent;

impl fmt::Display for NotSent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the collector of spans did not answer")
    }
}

impl std::error::Error for NotSent {}
