//! How promises are measured: one check a file, a line each in the list. A check looks through the same doors as everybody
//! else and says what it saw, with a figure; it never looks at what it wants to see, and never mends.
//!
//! One that has nothing to look at yet says whom it waits for: such a promise is not measured, and never holds.

mod access_logged;
mod account_closure;
mod answers;
mod apps_listed;
mod chain_whole;
mod children;
mod cookies_essential;
mod credentials_rotated;
mod deletion_everywhere;
mod disconnect_stops;
mod drift;
mod early_deletion;
mod encryption;
mod grounds_stated;
mod holdings;
mod logs_redact;
mod mail_intake;
mod modes_apart;
mod need_to_know;
mod never_held;
mod oauth_only;
mod partners_bounded;
mod passwords_strong;
mod permissions_needed;
mod policy_announced;
mod processors_announced;
mod processors_listed;
mod provider_policies;
mod receipts_left;
mod recipients_allowed;
mod region_pinned;
mod relay_forms;
mod relay_store;
mod reports_end;
mod reviews_on_time;
mod rights_offered;
mod roles_stated;
mod scopes_listed;
mod second_factor;
mod slots_freed;
mod sync_history;
mod sync_only_while_on;
mod tls;
mod tokens_deleted;
mod tokens_sealed;
mod unused_flagged;
mod waiting;
mod write_on_action;

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;

use super::model::Look;
use crate::apps::{self, Figures};
use crate::floor::access::{Caller, One, Permission, Scope};
use crate::floor::jobs::Rhythm;
use crate::floor::kernel::{Result, TenantId};
use crate::floor::ledger::Tx;
use crate::floor::policy::{Adopted, Policy};
use crate::floor::tools::Tools;
use crate::tenants::{self, Tenant};

/// A way of measuring.
#[derive(Debug, Clone, Copy)]
pub struct Check {
    /// As policies call it.
    pub name: &'static str,
    /// In words, for whoever reads the ledger.
    pub how: &'static str,
    /// Where the rows behind the figure are: a question of the API, or a command.
    pub evidence: &'static str,
    pub rhythm: Rhythm,
    pub way: Way,
}

/// Whether it can look.
#[derive(Debug, Clone, Copy)]
pub enum Way {
    Looks(fn(Asked) -> Looking),
    /// What it would look at is not built yet: this.
    Waits(&'static str),
}

/// A look under way.
pub type Looking = BoxFuture<'static, Result<Look>>;

/// What a check is given.
pub struct Asked {
    pub tools: Tools,
    pub adopted: Arc<Adopted>,
    /// What the promise is about: a category, a recipient, a scope … Nothing named is everything.
    pub of: Vec<String>,
}

/// Every check, a line each.
const LISTS: &[&[Check]] = &[
    &[
        access_logged::CHECK,
        account_closure::CHECK,
        answers::CHECK,
        apps_listed::CHECK,
        chain_whole::CHECK,
        children::CHECK,
        cookies_essential::CHECK,
        credentials_rotated::CHECK,
        deletion_everywhere::CHECK,
        disconnect_stops::CHECK,
        drift::CHECK,
        early_deletion::CHECK,
        encryption::CHECK,
        grounds_stated::CHECK,
        holdings::CHECK,
        logs_redact::CHECK,
        mail_intake::CHECK,
        modes_apart::CHECK,
        need_to_know::CHECK,
        never_held::CHECK,
        oauth_only::CHECK,
        partners_bounded::CHECK,
        passwords_strong::CHECK,
        permissions_needed::CHECK,
        policy_announced::CHECK,
        processors_announced::CHECK,
        processors_listed::CHECK,
        provider_policies::CHECK,
        receipts_left::CHECK,
        recipients_allowed::CHECK,
        region_pinned::CHECK,
        relay_forms::CHECK,
        relay_store::CHECK,
        reports_end::CHECK,
        reviews_on_time::CHECK,
        rights_offered::CHECK,
        roles_stated::CHECK,
        scopes_listed::CHECK,
        second_factor::CHECK,
        slots_freed::CHECK,
        sync_history::CHECK,
        sync_only_while_on::CHECK,
        tls::CHECK,
        tokens_deleted::CHECK,
        tokens_sealed::CHECK,
        unused_flagged::CHECK,
        write_on_action::CHECK,
    ],
    waiting::CHECKS,
];

pub fn all() -> impl Iterator<Item = &'static Check> {
    LISTS.iter().copied().flatten()
}

pub fn find(name: &str) -> Option<&'static Check> {
    all().find(|check| check.name == name)
}

impl Check {
    /// One that looks every hour.
    const fn hourly(name: &'static str, how: &'static str, evidence: &'static str, look: fn(Asked) -> Looking) -> Self {
        Self { name, how, evidence, rhythm: HOURLY, way: Way::Looks(look) }
    }

    /// One that looks every night, because it reads much.
    const fn daily(name: &'static str, how: &'static str, evidence: &'static str, look: fn(Asked) -> Looking) -> Self {
        Self { name, how, evidence, rhythm: Rhythm::Daily { hour: 2, minute: 15 }, way: Way::Looks(look) }
    }

    const fn waits(name: &'static str, whom: &'static str, how: &'static str) -> Self {
        Self { name, how, evidence: "nothing yet", rhythm: HOURLY, way: Way::Waits(whom) }
    }

    pub const fn waits_for(&self) -> Option<&'static str> {
        match self.way {
            Way::Waits(whom) => Some(whom),
            Way::Looks(_) => None,
        }
    }

    /// How often it looks, in words.
    pub fn schedule(&self) -> String {
        match self.rhythm {
            Rhythm::Every(span) if span == HOUR => "hourly".to_owned(),
            Rhythm::Every(span) => format!("every {} minutes", span.as_secs() / 60),
            Rhythm::Daily { hour, minute } => format!("daily at {hour:02}:{minute:02} UTC"),
        }
    }
}

const HOUR: Duration = Duration::from_hours(1);
const HOURLY: Rhythm = Rhythm::Every(HOUR);

impl Asked {
    fn policy(&self) -> &Policy {
        &self.adopted.policy
    }

    /// Whether the promise is about this: by its code, or about everything.
    fn is_about(&self, code: &str) -> bool {
        self.of.is_empty() || self.of.iter().any(|of| of == code)
    }

    /// Asks the house's own rows.
    async fn house<T: Send + 'static>(&self, ask: impl FnOnce(&mut Tx) -> Result<T> + Send + 'static) -> Result<T> {
        self.tools.ledger.read(&hand(TenantId::HOUSE)?, ask).await
    }

    /// Asks the keys and facts of all tenants.
    async fn desk<T: Send + 'static>(&self, ask: impl FnOnce(&mut Tx) -> Result<T> + Send + 'static) -> Result<T> {
        let permit = Caller::house().permit_desk(Permission::KeepHouse)?;
        let desk = self.tools.ledger.desk_scope(permit, "promises").await?;
        self.tools.ledger.desk(&desk, ask).await
    }

    /// Every merchant whose account is not closed.
    async fn merchants(&self) -> Result<Vec<Tenant>> {
        self.desk(tenants::open_tenants).await
    }

    /// The kinds of apps that the promise is not about. One that the policy knows no more is never among them: nobody can
    /// say that it is none of those that are promised about.
    fn other_kinds(&self) -> Vec<String> {
        let kinds = self.policy().app_kinds.iter().map(|kind| kind.code.get_ref());
        kinds.filter(|code| !self.is_about(code)).cloned().collect()
    }

    /// The apps that the promise is about, in numbers.
    async fn apps(&self) -> Result<Figures> {
        let (adopted, others) = (Arc::clone(&self.adopted), self.other_kinds());
        self.desk(move |tx| apps::figures(tx, &adopted.policy, &others)).await
    }

    /// Asks each tenant's rows, the house's first.
    async fn each<T: Send + 'static>(
        &self,
        ask: impl Fn(&mut Tx, &Tools) -> Result<T> + Clone + Send + 'static,
    ) -> Result<Vec<T>> {
        let merchants = self.merchants().await?;
        let mut found = Vec::with_capacity(merchants.len() + 1);
        for tenant in std::iter::once(TenantId::HOUSE).chain(merchants.into_iter().map(|tenant| tenant.id)) {
            let (tools, ask) = (self.tools.clone(), ask.clone());
            found.push(self.tools.ledger.read(&hand(tenant)?, move |tx| ask(tx, &tools)).await?);
        }
        Ok(found)
    }
}

/// A fault for each of these that there is any of.
fn counted<const N: usize>(found: [(i64, &str); N]) -> Vec<String> {
    found.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect()
}

/// The operator's own hand on one tenant.
fn hand(tenant: TenantId) -> Result<Scope<One>> {
    Caller::house().permit(Permission::KeepHouse, tenant)
}
