//! Who asks, from where, and the doors an answer may use: one per call, put beside the document by the edge.

use async_graphql::Context;

use crate::floor::access::Caller;
use crate::floor::kernel::{Error, Result};
use crate::floor::tools::Tools;

use super::sign_in_needed;

/// What a resolver knows of the call.
#[derive(Clone)]
pub struct Asking {
    pub tools: Tools,
    /// None for a stranger.
    pub caller: Option<Caller>,
    /// Digest of the token the call came with, for what concerns the session itself.
    pub token: Option<[u8; 32]>,
    /// The network the call came from, truncated; never the address.
    pub source: Option<String>,
    /// What the client calls itself, cut short.
    pub client: Option<String>,
}

impl Asking {
    /// The caller, or the refusal that signing in mends. A session whose second factor was never shown is nobody yet.
    pub fn caller(&self) -> Result<&Caller> {
        match &self.caller {
            Some(caller) if caller.session().is_none_or(|session| session.fresh_at.is_some()) => Ok(caller),
            _ => Err(sign_in_needed()),
        }
    }
}

/// The asking of this call.
pub fn asking<'a>(ctx: &Context<'a>) -> Result<&'a Asking> {
    ctx.data::<Asking>().map_err(|_| Error::internal("a document came without its asking"))
}
