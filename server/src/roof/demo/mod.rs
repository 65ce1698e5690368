//! A desk of invented merchants, to look at and to try things on. Planters think of what shall have happened and when;
//! it is then done by the actions that everybody uses, in the order of time, as if the desk had stood for two years.
//! The same seed tells the same story every time, whatever ids come out.
//!
//! It plants once, into a desk of mode demo that is empty, and never touches another. Nobody in it exists.

mod apps;
mod changes;
mod deeds;
mod fulfilment;
mod ground;
mod names;
mod requests;
mod reviews;
mod staff;
mod stores;
pub mod street;
mod subscribers;
mod tenants;

use std::fmt::Write;
use std::sync::Arc;

use rand::SeedableRng;
use rand::rngs::StdRng;
use uuid::Uuid;

use self::deeds::{Deed, DeskDeed, Merchant, carry_out};
pub use self::ground::Ground;
use self::stores::Shop;
use self::street::Street;
use crate::audit::EventFilter;
use crate::audit::actions::list_events;
use crate::floor::access::{Caller, Permission, Role};
use crate::floor::graphql::Page;
use crate::floor::kernel::{Error, Instant, Mode, Result, Secret, TenantId};
use crate::floor::ledger::{Event, Witnessed};
use crate::floor::platforms::Platforms;
use crate::floor::policy::Policy;
use crate::floor::tools::Tools;
use crate::promises::look_at_due;
use crate::staff::seats::Invited;

/// What all dice of a demo are thrown from.
const SEED: u64 = 1_790;

/// The event that says a desk was planted.
const PLANTED: &str = "demo.planted";

/// How much is planted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amounts {
    pub merchants: usize,
    pub stores: usize,
}

impl Amounts {
    pub const USUAL: Self = Self { merchants: 120, stores: 1_000 };

    #[must_use]
    pub fn times(self, scale: u32) -> Self {
        let times = usize::try_from(scale).unwrap_or(usize::MAX);
        Self { merchants: self.merchants.saturating_mul(times), stores: self.stores.saturating_mul(times) }
    }

    /// As the event that tells of it says it.
    fn facts(self) -> String {
        format!("merchants={} stores={}", self.merchants, self.stores)
    }
}

/// Who thinks of what, in this order: whom something hangs on is thought of before it. Each throws dice of its own, so
/// that one more planter changes nothing of what the others tell.
const PLANTERS: &[fn(&mut Plot<'_>, StdRng)] = &[
    tenants::plan,
    stores::plan,
    staff::plan,
    apps::plan,
    subscribers::plan,
    reviews::plan,
    changes::plan,
    requests::plan,
];

/// What the planters have thought of so far.
struct Plot<'p> {
    amounts: Amounts,
    /// Up to when things have happened.
    now: Instant,
    policy: &'p Policy,
    platforms: Platforms,
    /// The platforms that have a stand on the demo's own street.
    on_street: &'p [&'static str],
    /// The street itself, where one stands.
    street: Option<Arc<Street>>,
    merchants: Vec<Merchant>,
    /// The stores that are connected to this day.
    shops: Vec<Shop>,
    deeds: Vec<Deed>,
    desk: Vec<DeskDeed>,
}

/// What was planted just now, and who may sit down.
pub struct Planted {
    pub amounts: Amounts,
    pub invited: Vec<Invited>,
    /// Where people follow what they asked, of some of them.
    pub pages: Vec<OwnPage>,
}

/// A person's own page. Its address leads there whoever has it.
pub struct OwnPage {
    pub what: &'static str,
    pub address: Secret,
}

impl Planted {
    /// For the terminal of whoever planted it, once: the invitations are kept nowhere.
    pub fn told(&self) -> String {
        let Amounts { merchants, stores } = self.amounts;
        let mut told = format!(
            "the demo is planted: {merchants} merchants with {stores} stores\n\
             its seats are taken up in the console (rightsdesk --server URL) by an invitation, each shown this once:"
        );
        for invited in &self.invited {
            let roles: Vec<&str> = invited.staff.authority.roles.iter().copied().map(Role::code).collect();
            let roles = if roles.is_empty() { "partner".to_owned() } else { roles.join(", ") };
            let token = invited.token.as_ref().map_or("", |token| token.expose());
            let _ = write!(told, "\n  {roles:<8}  {:<11}  {token}", invited.staff.handle);
        }
        if !self.pages.is_empty() {
            told.push_str("\npeople follow what they asked on pages of their own, each told this once:");
        }
        for page in &self.pages {
            told.push_str(&["\n  ", page.what, "\n    ", page.address.expose()].concat());
        }
        told
    }
}

/// Plants so many times over what is usual. A desk that was planted just so already stays as it has become meanwhile.
pub async fn furnish(tools: &Tools, scale: u32, ground: Option<&Ground>) -> Result<Option<Planted>> {
    let amounts = Amounts::USUAL.times(scale);
    match told(tools, PLANTED).await? {
        None => plant(tools, amounts, ground).await.map(Some),
        Some(facts) if facts == amounts.facts() => Ok(None),
        Some(facts) => {
            let why = format!("this demo was planted with {facts}: start it with --mode demo instead of --demo");
            Err(Error::refused("REFUSED", why))
        }
    }
}

/// Plants, on a street where one stands. Refused where the desk is of another mode, or holds anything already.
pub async fn plant(tools: &Tools, amounts: Amounts, ground: Option<&Ground>) -> Result<Planted> {
    if tools.vault.mode() != Mode::Demo {
        return Err(elsewhere("this desk is of another mode"));
    }
    if told(tools, "books.begun").await?.is_some() {
        return Err(elsewhere("there are merchants already at this desk"));
    }
    let (adopted, begun) = (tools.policy.in_force()?, std::time::Instant::now());
    let mut plot = Plot {
        amounts,
        now: tools.watch.now(),
        policy: &adopted.policy,
        platforms: tools.platforms.clone(),
        on_street: ground.map_or(&[], |ground| &ground.codes),
        street: ground.map(Ground::street),
        merchants: Vec::new(),
        shops: Vec::new(),
        deeds: Vec::new(),
        desk: Vec::new(),
    };
    for (planter, seed) in PLANTERS.iter().zip(SEED..) {
        planter(&mut plot, StdRng::seed_from_u64(seed));
    }
    let deeds = plot.deeds.len() + plot.desk.len();
    let (invited, pages) = carry_out(tools, plot).await?;
    let house = Caller::house().permit_house(Permission::KeepHouse)?;
    let planted = Event::new(PLANTED, "desk", Uuid::nil())
        .count("merchants", count(amounts.merchants))
        .count("stores", count(amounts.stores));
    tools.ledger.write(house.clone(), move |_| Ok(Witnessed::new((), planted))).await?;
    // Whoever comes now finds every promise looked at.
    look_at_due(tools, house).await?;
    tracing::info!(deeds, seconds = begun.elapsed().as_secs_f32(), "the demo is planted");
    Ok(Planted { amounts, invited, pages })
}

/// Refuses to plant here.
pub(super) fn elsewhere(why: &str) -> Error {
    let why = format!("a demo wants a desk of its own, in an empty folder: name one with --data ({why})");
    Error::refused("REFUSED", why)
}

/// What the house's book says of the last event of this kind, if there ever was one.
async fn told(tools: &Tools, action: &str) -> Result<Option<String>> {
    let filter = EventFilter { action: Some(action.to_owned()), ..EventFilter::default() };
    let page = Page { size: 1, beyond: None, is_backward: false };
    let events = list_events(tools, &Caller::house(), (TenantId::HOUSE, filter), page, false).await?;
    Ok(events.rows.into_iter().next().map(|event| event.facts.unwrap_or_default()))
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
