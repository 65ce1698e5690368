//! Codes and pairs of tokens: who holds which, until when, and what became of the one before. It never decides what a
//! platform answers to a wrong one.

use std::collections::HashMap;
use std::fmt::Write;

use chrono::Duration;

use super::wire::digest;
use crate::floor::kernel::{Instant, Secret};

/// How long a code waits to be redeemed.
const CODE: Duration = Duration::seconds(60);

/// How long an old refresh token may be tried again, where the platform allows it at all.
const AGAIN: Duration = Duration::days(30);

/// What a merchant agreed to.
#[derive(Clone)]
pub(super) struct Lease {
    pub shop: String,
    pub client: String,
    pub scopes: Vec<String>,
}

/// What a browser brought along to the consent page, and must be told again at the token endpoint.
pub(super) struct Asking {
    pub lease: Lease,
    pub back: String,
    pub challenge: Option<String>,
}

/// How long what is handed out lasts; none is for ever.
#[derive(Clone, Copy)]
pub(super) struct Lasts {
    pub access: Option<Duration>,
    pub refresh: Option<Duration>,
}

/// What becomes of a refresh token that was used.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Turning {
    /// It is replaced, and works again until its replacement is used.
    Lenient,
    /// It is replaced and dead.
    Strict,
}

pub(super) struct Pair {
    number: usize,
    pub lease: Lease,
    pub access: Secret,
    pub access_ends: Option<Instant>,
    pub refresh: Option<Secret>,
    pub refresh_ends: Option<Instant>,
    /// What a pair of keys signs with.
    pub signs: Option<Secret>,
    came_of: Option<usize>,
    first_used: Option<Instant>,
    is_retired: bool,
}

/// A token that would be let in now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Live {
    /// As [`digest`] makes it of the token.
    pub access: String,
    pub refresh: Option<String>,
    pub scopes: Vec<String>,
    pub ends: Option<Instant>,
}

/// Everything that was handed out.
#[derive(Default)]
pub(super) struct Tokens {
    codes: HashMap<String, (Asking, Instant)>,
    pairs: Vec<Pair>,
    made: usize,
    /// Whatever was handed out, though it be dead by now.
    all: Vec<Secret>,
}

impl Tokens {
    pub fn code(&mut self, asking: Asking, now: Instant) -> String {
        let code = drawn("");
        self.all.push(Secret::new(code.clone()));
        self.codes.insert(code.clone(), (asking, now.plus(CODE)));
        code
    }

    /// A code is gone as soon as somebody shows it.
    pub fn redeem(&mut self, code: &str, now: Instant) -> Option<Asking> {
        self.codes.remove(code).filter(|(_, ends)| now < *ends).map(|(asking, _)| asking)
    }

    pub fn hand_out(
        &mut self,
        lease: Lease,
        access: String,
        refresh: Option<String>,
        now: Instant,
        lasts: Lasts,
    ) -> &mut Pair {
        let number = self.made;
        self.made += 1;
        self.all.extend([&access].into_iter().chain(&refresh).map(|token| Secret::new(token.clone())));
        self.pairs.push(Pair {
            number,
            lease,
            access: Secret::new(access),
            access_ends: lasts.access.map(|span| now.plus(span)),
            refresh: refresh.map(Secret::new),
            refresh_ends: lasts.refresh.map(|span| now.plus(span)),
            signs: None,
            came_of: None,
            first_used: None,
            is_retired: false,
        });
        let last = self.pairs.len() - 1;
        &mut self.pairs[last]
    }

    /// Whose refresh token this is, if it works.
    pub fn refreshes(&self, client: &str, shown: &str, now: Instant) -> Option<&Pair> {
        self.pairs.iter().find(|pair| {
            pair.lease.client == client
                && !pair.is_retired
                && pair.refresh.as_ref().is_some_and(|refresh| refresh.expose() == shown)
                && pair.refresh_ends.is_none_or(|ends| now < ends)
                && pair.first_used.is_none_or(|first| now < first.plus(AGAIN))
        })
    }

    /// Replaces the pair whose refresh token works, and settles what becomes of it and of the one before.
    pub fn turn(
        &mut self,
        number: usize,
        access: String,
        refresh: String,
        now: Instant,
        (lasts, turning): (Lasts, Turning),
    ) -> Option<&Pair> {
        let at = self.pairs.iter().position(|pair| pair.number == number)?;
        let (lease, before) = (self.pairs[at].lease.clone(), self.pairs[at].came_of);
        self.pairs[at].first_used.get_or_insert(now);
        self.pairs[at].is_retired = turning == Turning::Strict;
        for pair in self.pairs.iter_mut().filter(|pair| Some(pair.number) == before) {
            pair.is_retired = true;
        }
        let new = self.hand_out(lease, access, Some(refresh), now, lasts);
        new.came_of = Some(number);
        Some(new)
    }

    /// A token that is let in now.
    pub fn lets_in(&self, shown: &str, now: Instant) -> Option<&Pair> {
        self.pairs.iter().find(|pair| pair.access.expose() == shown && pair.access_ends.is_none_or(|ends| now < ends))
    }

    /// A pair of keys signs with this from now on.
    pub fn sign_with(&mut self, number: usize, secret: &Secret) {
        self.all.push(secret.clone());
        for pair in self.pairs.iter_mut().filter(|pair| pair.number == number) {
            pair.signs = Some(secret.clone());
        }
    }

    pub fn all(&self) -> Vec<Secret> {
        self.all.clone()
    }

    /// Takes scopes from every token of an app at a shop.
    pub fn narrow(&mut self, of: &Lease, revoked: &[String]) {
        for pair in self.pairs.iter_mut().filter(|pair| pair.lease.shop == of.shop && pair.lease.client == of.client) {
            pair.lease.scopes.retain(|scope| !revoked.contains(scope));
        }
    }

    /// Ends every token of a shop, or of one app there.
    pub fn end(&mut self, shop: &str, client: Option<&str>) {
        self.pairs.retain(|pair| pair.lease.shop != shop || client.is_some_and(|client| pair.lease.client != client));
    }

    pub fn is_installed(&self, shop: &str) -> bool {
        self.pairs.iter().any(|pair| pair.lease.shop == shop)
    }

    pub fn live(&self, shop: &str, now: Instant) -> Vec<Live> {
        self.pairs
            .iter()
            .filter(|pair| pair.lease.shop == shop && pair.access_ends.is_none_or(|ends| now < ends))
            .map(|pair| Live {
                access: digest(pair.access.expose()),
                refresh: pair.refresh.as_ref().filter(|_| !pair.is_retired).map(|refresh| digest(refresh.expose())),
                scopes: pair.lease.scopes.clone(),
                ends: pair.access_ends,
            })
            .collect()
    }
}

impl Pair {
    pub fn number(&self) -> usize {
        self.number
    }

    pub fn allows(&self, scope: &str) -> bool {
        self.lease.scopes.iter().any(|granted| granted == scope)
    }
}

/// 160 bits that nobody guesses, in hex, after a beginning.
pub(super) fn drawn(beginning: &str) -> String {
    rand::random::<[u8; 20]>().iter().fold(beginning.to_owned(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
