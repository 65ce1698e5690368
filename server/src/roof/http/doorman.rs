//! Who a call comes from: what stands behind its bearer token. A token of ours leads to a session or a key, another's is
//! read by the merchants' identity provider's keys. It answers only whether and as whom; it opens nothing.

use std::net::IpAddr;

use axum::http::{HeaderMap, header};
use sha2::{Digest, Sha256};

use crate::floor::access::Caller;
use crate::floor::graphql::{Asking, sign_in_needed};
use crate::floor::kernel::Result;
use crate::floor::tools::Tools;
use crate::staff;
use crate::tenants;

/// Stands at every way in: calls, sockets, files.
#[derive(Clone)]
pub struct Doorman {
    pub tools: Tools,
}

impl Doorman {
    pub fn new(tools: Tools) -> Self {
        Self { tools }
    }

    /// The asking of a call. A token that stands for nobody is told so, and is not a stranger's call.
    pub async fn ask(&self, headers: &HeaderMap, from: Option<IpAddr>) -> Result<Asking> {
        let token = bearer(headers);
        self.ask_with(token, from, client(headers)).await
    }

    /// The same for a way in that carries its token elsewhere than in a header.
    pub async fn ask_with(&self, token: Option<&str>, from: Option<IpAddr>, client: Option<String>) -> Result<Asking> {
        let caller = match token {
            Some(token) => Some(self.recognise(token).await?),
            None => None,
        };
        let token = token.map(|token| Sha256::digest(token).into());
        Ok(Asking { tools: self.tools.clone(), caller, token, source: from.map(network), client })
    }

    /// The caller behind a token that was asked about before, for whoever only looks whether it still opens anything.
    pub async fn still(&self, token: &str) -> Result<Caller> {
        if token.starts_with(staff::sessions::PREFIX) {
            return staff::still(&self.tools, token).await;
        }
        self.recognise(token).await
    }

    async fn recognise(&self, token: &str) -> Result<Caller> {
        match token {
            token if token.starts_with(staff::sessions::PREFIX) => staff::recognise(&self.tools, token).await,
            token if token.starts_with(tenants::KEY_MARK) => tenants::recognise_key(&self.tools, token).await,
            token if token.matches('.').count() == 2 => self.member(token).await,
            _ => Err(sign_in_needed()),
        }
    }

    /// Whom a token of the merchants' own identity provider proves, as a member of the tenant it names. A token that
    /// proves nobody, a tenant that is not there and a stranger to it are one answer.
    async fn member(&self, token: &str) -> Result<Caller> {
        let tools = &self.tools;
        let bearer = tools.issuers.bearer(token, tools.watch.now()).await?.ok_or_else(sign_in_needed)?;
        let tenant = tenants::tenant_by_reference(tools, &bearer.tenant).await?.ok_or_else(sign_in_needed)?;
        tenants::member_by_login(tools, tenant, &bearer.issuer, &bearer.subject).await?.ok_or_else(sign_in_needed)
    }
}

/// The token of a call, where it carries one.
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

/// What the client calls itself, for the list of sessions.
pub(super) fn client(headers: &HeaderMap) -> Option<String> {
    let name = headers.get(header::USER_AGENT)?.to_str().ok()?;
    Some(crate::floor::kernel::text::scrub(name).chars().take(80).collect())
}

/// The network of an address: its last part is dropped before anything is written.
pub fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        IpAddr::V6(v6) => {
            let [a, b, c, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}::/48")
        }
    }
}
