//! Calls out over HTTP: to hosts the operator's settings name and to no other, never after a redirect, never by a proxy
//! that the environment slipped in, never for longer or larger than set here.
//!
//! It never logs more than host and status, and nothing of what was sent or answered reaches an error. What a call
//! carries about people is said with the call.

mod address;
mod call;
#[cfg(test)]
mod tests;

pub use address::{Host, address};
pub use call::{Answer, Call, Consignment};

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use url::Url;

use super::kernel::{Error, Reach, Result};

const CONNECT: Duration = Duration::from_secs(5);
const TOTAL: Duration = Duration::from_secs(10);
/// Longest answer that is read.
const LARGEST: usize = 256 * 1024;
/// Who was away is not back within a second.
const AGAIN: Duration = Duration::from_secs(5);

/// The way out. Cheap to clone; every clone shares the connections.
#[derive(Clone)]
pub struct Egress {
    client: reqwest::Client,
    hosts: Arc<HashSet<Host>>,
    reach: Reach,
}

impl Egress {
    /// A way to these hosts. Nobody is called yet.
    pub fn open(hosts: impl IntoIterator<Item = Host>, reach: Reach) -> Result<Self> {
        Self::within(hosts, reach, TOTAL)
    }

    fn within(hosts: impl IntoIterator<Item = Host>, reach: Reach, total: Duration) -> Result<Self> {
        // Only the first provider in a process counts; `main` installs the same one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .connect_timeout(CONNECT)
            .timeout(total)
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .no_proxy()
            .https_only(reach == Reach::World)
            .user_agent(concat!("rightsdesk/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|_| Error::internal("no client for calls out could be made"))?;
        Ok(Self { client, hosts: Arc::new(hosts.into_iter().collect()), reach })
    }

    /// Whether a call may go there.
    pub fn permits(&self, url: &Url) -> bool {
        address::flaw(url, self.reach).is_none() && Host::of(url).is_some_and(|host| self.hosts.contains(&host))
    }

    /// Sends one call and reads its answer, whatever its status.
    pub async fn send(&self, consignment: Consignment, call: Call) -> Result<Answer> {
        let Consignment::NoPersonalData { to } = consignment;
        let Some(host) = Host::of(&call.url).filter(|_| self.permits(&call.url)) else {
            tracing::warn!(to, "a call to a host that no setting names was not made");
            return Err(Error::internal(format!("a call to a host that no setting names, meant for {to}")));
        };
        let answered = self.carry(call).await;
        let fate = match &answered {
            Ok(answer) => answer.status.to_string(),
            Err(why) => (*why).to_owned(),
        };
        tracing::debug!(host = %host, status = %fate, "called out");
        metrics::counter!("rightsdesk_calls_out_total", "host" => host.to_string(), "status" => fate).increment(1);
        answered.map_err(|_| Error::Unavailable { whom: to, after: AGAIN })
    }

    async fn carry(&self, call: Call) -> Result<Answer, &'static str> {
        let mut answer = self.client.execute(call.into_request()?).await.map_err(|error| told(&error))?;
        let status = answer.status().as_u16();
        if answer.content_length().is_some_and(|length| length > LARGEST as u64) {
            return Err("too_large");
        }
        let headers = std::mem::take(answer.headers_mut());
        let mut body = Vec::new();
        while let Some(part) = answer.chunk().await.map_err(|error| told(&error))? {
            if body.len() + part.len() > LARGEST {
                return Err("too_large");
            }
            body.extend_from_slice(&part);
        }
        Ok(Answer { status, headers, body })
    }
}

/// The kind of what went wrong; the text names the address and is dropped.
fn told(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() {
        "timed_out"
    } else if error.is_connect() {
        "not_reached"
    } else {
        "broken_off"
    }
}
