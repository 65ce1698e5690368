//! What shall have happened: a moment, whom it is about, and an action. Merchants open one after the other; then each
//! one's story is told in the order of time, several merchants' at once, each by a watch of its own; the desk's own comes
//! last.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::Duration;
use futures_util::future::{BoxFuture, FutureExt};
use futures_util::{StreamExt, TryStreamExt, stream};

use super::{OwnPage, Plot};
use crate::floor::access::{Caller, Session};
use crate::floor::kernel::{Error, Instant, Result, SessionId, TenantId, Watch};
use crate::floor::tools::Tools;
use crate::staff::seats::Invited;
use crate::tenants::{NewTenant, open_tenant};

/// As many stories at once as a pool has connections.
pub(super) const AT_ONCE: usize = 4;

/// Somebody by name and address.
#[derive(Default)]
pub(super) struct Person {
    pub name: String,
    pub mail: String,
}

/// Somebody who sells.
pub(super) struct Merchant {
    pub new: NewTenant,
    pub opened_at: Instant,
    /// The name in letters of an address.
    pub slug: String,
    pub owner: Person,
    /// It is on its way out by now, and asks for nothing more.
    pub closes: bool,
}

/// The doors as they stood at the moment of a deed, and the merchant it is about.
pub(super) struct Hand {
    pub tools: Tools,
    pub tenant: TenantId,
}

/// The doors as they stood at the moment of a deed of the desk's, and all merchants, in the order in which they were
/// thought of.
pub(super) struct Desk {
    pub tools: Tools,
    pub merchants: Arc<[TenantId]>,
    /// Who was given a seat so far.
    pub invited: Arc<Mutex<Vec<Invited>>>,
    /// Pages of people that are told to whoever plants this.
    pub pages: Arc<Mutex<Vec<OwnPage>>>,
}

impl Desk {
    /// Somebody with a seat, whom the invitation names; the second factor was just shown.
    pub fn seated(&self, handle: &str) -> Result<Caller> {
        let invited = self.invited.lock().unwrap_or_else(PoisonError::into_inner);
        let staff = invited.iter().map(|invited| &invited.staff).find(|staff| staff.handle == handle);
        let staff = staff.ok_or_else(|| Error::internal("nobody of the demo has this seat"))?;
        let session = Session { id: SessionId::fresh(), fresh_at: None, is_fresh: true };
        Ok(Caller::staff(staff.id, staff.seat(), session))
    }
}

type Act<Of> = Box<dyn FnOnce(Of) -> BoxFuture<'static, Result<()>> + Send>;

/// Something that shall have happened to a merchant.
pub(super) struct Deed {
    at: Instant,
    /// Which of the merchants.
    merchant: usize,
    act: Act<Hand>,
}

/// Something that shall have happened at the desk itself.
pub(super) struct DeskDeed {
    at: Instant,
    act: Act<Desk>,
}

/// What one deed makes and later ones change.
pub(super) struct Made<T>(Arc<Mutex<Option<T>>>);

impl<T> Clone for Made<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: Clone> Made<T> {
    pub fn nothing_yet() -> Self {
        Self(Arc::default())
    }

    pub fn set(&self, thing: T) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(thing);
    }

    /// What was made, as it is after the last deed; a deed whose thing was never made is out of order.
    pub fn get(&self) -> Result<T> {
        let made = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        made.ok_or_else(|| Error::internal("a deed came before what it changes"))
    }
}

impl Plot<'_> {
    /// This shall have happened to the merchant then.
    pub fn deed<Fut>(&mut self, merchant: usize, at: Instant, act: impl FnOnce(Hand) -> Fut + Send + 'static)
    where
        Fut: Future<Output = Result<()>> + Send + 'static,
    {
        self.deeds.push(Deed { at, merchant, act: Box::new(move |hand| act(hand).boxed()) });
    }

    /// This shall have happened at the desk then. The merchants' stories are over by the time it is done.
    pub fn at_desk<Fut>(&mut self, at: Instant, act: impl FnOnce(Desk) -> Fut + Send + 'static)
    where
        Fut: Future<Output = Result<()>> + Send + 'static,
    {
        self.desk.push(DeskDeed { at, act: Box::new(move |desk| act(desk).boxed()) });
    }

    /// So many seconds ago.
    pub fn ago(&self, seconds: i64) -> Instant {
        self.now.plus(-Duration::seconds(seconds))
    }
}

/// Opens the merchants, then does all that is to be done. Who was given a seat, with the invitations, and the pages of people
/// that are told.
pub(super) async fn carry_out(tools: &Tools, plot: Plot<'_>) -> Result<(Vec<Invited>, Vec<OwnPage>)> {
    let Plot { merchants, mut deeds, mut desk, .. } = plot;
    let mut opening: Vec<(usize, Merchant)> = merchants.into_iter().enumerate().collect();
    opening.sort_by_key(|(_, merchant)| merchant.opened_at);
    let mut stories: Vec<(usize, TenantId, Vec<Deed>)> = Vec::with_capacity(opening.len());
    for (place, merchant) in opening {
        let then = at(tools, merchant.opened_at);
        let opened = open_tenant(&then, &Caller::house(), merchant.new, None).await?;
        stories.push((place, opened.id, Vec::new()));
    }
    stories.sort_by_key(|(place, ..)| *place);
    let merchants: Arc<[TenantId]> = stories.iter().map(|(_, tenant, _)| *tenant).collect();
    deeds.sort_by_key(|deed| deed.at);
    for deed in deeds {
        stories[deed.merchant].2.push(deed);
    }
    stream::iter(stories.into_iter().map(|(_, tenant, story)| tell(tools.clone(), tenant, story)))
        .buffer_unordered(AT_ONCE)
        .try_collect::<()>()
        .await?;
    desk.sort_by_key(|deed| deed.at);
    let (invited, pages) = (Arc::<Mutex<Vec<Invited>>>::default(), Arc::<Mutex<Vec<OwnPage>>>::default());
    for deed in desk {
        let (merchants, invited, pages) = (Arc::clone(&merchants), Arc::clone(&invited), Arc::clone(&pages));
        (deed.act)(Desk { tools: at(tools, deed.at), merchants, invited, pages }).await?;
    }
    let mut pages = taken(&pages);
    pages.sort_by_key(|page| page.what);
    Ok((taken(&invited), pages))
}

fn taken<T>(all: &Mutex<Vec<T>>) -> Vec<T> {
    std::mem::take(&mut *all.lock().unwrap_or_else(PoisonError::into_inner))
}

/// One merchant's story, deed by deed.
async fn tell(tools: Tools, tenant: TenantId, story: Vec<Deed>) -> Result<()> {
    for deed in story {
        (deed.act)(Hand { tools: at(&tools, deed.at), tenant }).await?;
    }
    Ok(())
}

/// The doors at another moment.
pub(super) fn at(tools: &Tools, moment: Instant) -> Tools {
    let watch = Watch::held(moment);
    Tools { ledger: tools.ledger.by(watch.clone()), watch, ..tools.clone() }
}
