//! Calls out over HTTP: to hosts the operator's settings name, to the shops of a platform they name, and to a tenant's own
//! shop at a public address; to no other, never after a redirect, never by a proxy that the environment slipped in, never
//! for longer or larger than set here.
//!
//! It never logs more than host and status, and nothing of what was sent or answered reaches an error. What a call
//! carries about people is said with the call; what one recipient is given of many people is weighed against what that
//! recipient may get, field by field and form by form, and goes to its own host or nowhere.

mod address;
mod call;
mod shared;
#[cfg(test)]
mod tests;
mod theirs;

pub use address::{Host, address};
pub use call::{Answer, Call, Consignment};
pub use shared::{Carried, Sent, Shared};

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use url::Url;

use super::kernel::{Error, Reach, Result};

/// Nobody was there, and so nothing left.
const NOT_REACHED: &str = "not_reached";
const CONNECT: Duration = Duration::from_secs(5);
const TOTAL: Duration = Duration::from_secs(10);
/// Longest answer that is read where a call names no other measure.
const LARGEST: usize = 256 * 1024;
/// Who was away is not back within a second.
const AGAIN: Duration = Duration::from_secs(5);

/// The way out. Cheap to clone; every clone shares the connections.
#[derive(Clone)]
pub struct Egress {
    client: reqwest::Client,
    /// For hosts that tenants named.
    judging: reqwest::Client,
    hosts: Arc<HashSet<Host>>,
    /// Names below which every shop of a platform has one of its own.
    families: Arc<[&'static str]>,
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
        let clients = || -> reqwest::Result<_> {
            let client = client(reach == Reach::World, total).build()?;
            Ok((client, self::client(true, total).dns_resolver(theirs::Judged).build()?))
        };
        let (client, judging) = clients().map_err(|_| Error::internal("no client for calls out could be made"))?;
        let hosts = Arc::new(hosts.into_iter().collect());
        Ok(Self { client, judging, hosts, families: Arc::default(), reach })
    }

    /// Also to every host that is one label below these.
    #[must_use]
    pub fn with_families(mut self, parents: impl IntoIterator<Item = &'static str>) -> Self {
        self.families = parents.into_iter().collect();
        self
    }

    /// Whether a call may go there.
    pub fn permits(&self, url: &Url) -> bool {
        address::flaw(url, self.reach).is_none() && Host::of(url).is_some_and(|host| self.named(&host).is_some())
    }

    /// Whether a call may go there on a tenant's word, as far as it shows before a name is looked up.
    pub fn reaches(&self, url: &Url) -> bool {
        self.way(&Call::get(url.clone()).theirs()).is_some()
    }

    /// What a permitted host is counted under. A family is one: figures name no shop.
    fn named(&self, host: &Host) -> Option<String> {
        let family = || self.families.iter().find(|parent| host.is_below(parent));
        if self.hosts.contains(host) { Some(host.to_string()) } else { family().map(|parent| ["*.", parent].concat()) }
    }

    /// By which client a call goes, and what its host is counted under; none if it may not go.
    fn way(&self, call: &Call) -> Option<(&reqwest::Client, String)> {
        let host = Host::of(&call.url)?;
        // In production a host that the operator listed is no more open to a tenant's word than any other.
        let is_listed = self.reach == Reach::House && self.hosts.contains(&host);
        if call.is_theirs && !is_listed {
            return theirs::flaw(&call.url).is_none().then(|| (&self.judging, "theirs".to_owned()));
        }
        self.permits(&call.url).then(|| self.named(&host)).flatten().map(|name| (&self.client, name))
    }

    /// Sends one call and reads its answer, whatever its status.
    pub async fn send(&self, consignment: Consignment, call: Call) -> Result<Answer> {
        let to = consignment.to();
        let Some((client, host)) = self.way(&call) else {
            tracing::warn!(to, "a call to a host that no setting names was not made");
            return Err(Error::internal(format!("a call to a host that no setting names, meant for {to}")));
        };
        Self::counted(client, host, call).await.map_err(|_| Error::Unavailable { whom: to, after: AGAIN })
    }

    /// Gives one recipient what it may get, at its own host. Anything else is refused before a byte leaves.
    pub async fn share(&self, shared: &Shared, call: Call) -> Result<Sent> {
        if let Some(flaw) = shared.flaw(&call.url) {
            tracing::warn!(recipient = shared.recipient, flaw, "a consignment was not sent");
            return Err(Error::internal(format!("a consignment for {} was not sent: {flaw}", shared.recipient)));
        }
        let Some((client, host)) = self.way(&call) else {
            return Err(Error::internal("a consignment to a host that may not be called"));
        };
        let answer = Self::counted(client, host, call).await;
        Ok(Sent { has_left: !matches!(answer, Err(NOT_REACHED)), answer })
    }

    async fn counted(client: &reqwest::Client, host: String, call: Call) -> Result<Answer, &'static str> {
        let answered = Self::carry(client, call).await;
        let fate = match &answered {
            Ok(answer) => answer.status.to_string(),
            Err(why) => (*why).to_owned(),
        };
        tracing::debug!(host, status = %fate, "called out");
        metrics::counter!("rightsdesk_calls_out_total", "host" => host, "status" => fate).increment(1);
        answered
    }

    async fn carry(client: &reqwest::Client, call: Call) -> Result<Answer, &'static str> {
        let most = call.most;
        let mut answer = client.execute(call.into_request()?).await.map_err(|error| told(&error))?;
        let status = answer.status().as_u16();
        if answer.content_length().is_some_and(|length| length > most as u64) {
            return Err("too_large");
        }
        let headers = std::mem::take(answer.headers_mut());
        let mut body = Vec::new();
        while let Some(part) = answer.chunk().await.map_err(|error| told(&error))? {
            if body.len() + part.len() > most {
                return Err("too_large");
            }
            body.extend_from_slice(&part);
        }
        Ok(Answer { status, headers, body })
    }
}

fn client(https_only: bool, total: Duration) -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .connect_timeout(CONNECT)
        .timeout(total)
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .no_proxy()
        .https_only(https_only)
        .user_agent(concat!("rightsdesk/", env!("CARGO_PKG_VERSION")))
}

/// The kind of what went wrong; the text names the address and is dropped.
fn told(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() {
        "timed_out"
    } else if error.is_connect() {
        NOT_REACHED
    } else {
        "broken_off"
    }
}
