//! The same for many. What somebody chose is fixed first, each request at the version it was seen at, so that nothing comes
//! in between; then it is done one by one, each in a write of its own, and of each it is told what came of it. What was done
//! is done once, however often it is asked for; what two persons decide is never done to many.

use chrono::Duration;
use futures_util::future::join_all;
use sha2::{Digest, Sha256};

use super::listing::look;
use super::{assign, extend, refuse};
use crate::floor::access::{Caller, Permission};
use crate::floor::kernel::{Day, Error, Instant, Personal, Ref, RequestId, Result, SelectionId, StaffId, TenantId};
use crate::floor::ledger::{Event, Once, Tx, Witnessed};
use crate::floor::tools::Tools;
use crate::requests::filter::{Sieve, StageWord, Wanted};
use crate::requests::model::Ground;
use crate::requests::queries::queue::{self, Asked, COUNTED};
use crate::requests::queries::views::{self, Selection};

/// How long somebody may think about it.
const THOUGHT: Duration = Duration::minutes(10);

/// How many are done in one call, where nobody says, and at most.
const USUAL: usize = 200;
const MOST: usize = 500;

/// How many are worked at the same time.
const ABREAST: usize = 4;

/// A call ends before its caller gives up on it.
const PATIENCE: Duration = Duration::seconds(6);

/// Fixes what fits a filter, or these very requests.
pub async fn freeze(tools: &Tools, caller: &Caller, wanted: Wanted) -> Result<Selection> {
    let house = caller.permit_house(Permission::WorkRequests)?;
    let staff = caller.staff_id().ok_or(Error::Forbidden(Permission::WorkRequests.code()))?;
    let asked = Asked { wanted, reach: None, me: Some(staff) };
    let found = look(tools, caller, "selection", move |tx: &mut Tx| queue::ids(tx, &asked)).await?;
    let most = usize::try_from(COUNTED).unwrap_or(usize::MAX);
    let is_cut = found.len() > most;
    let members: Vec<_> = found.into_iter().take(most).collect();
    let id = SelectionId::fresh();
    let written = tools.ledger.write(house, move |tx| {
        let now = tx.now()?;
        let selection = Selection { id, staff, made_at: now, ends_at: now.plus(THOUGHT), is_cut, members };
        views::keep(tx, &selection)?;
        let told = Event::new("requests.selected", "selection", id.uuid());
        let told = told.count("requests", u64::try_from(selection.members.len()).unwrap_or(u64::MAX));
        Ok(Witnessed::new(selection, told))
    });
    written.await
}

/// These requests, wherever they are.
pub fn these(ids: Vec<Ref<RequestId>>) -> Wanted {
    Wanted {
        ids: Sieve { one_of: vec![ids], none_of: Vec::new() },
        stages: Some(StageWord::ALL.to_vec()),
        ..Wanted::default()
    }
}

/// What is to be done with each.
#[derive(Clone)]
pub enum Deed {
    Assign { owner: Option<StaffId>, team: Option<String> },
    Extend { regime: Option<String>, until: Option<Day>, reason: Personal },
    Refuse { ground: Ground, reason: Personal },
}

impl Deed {
    /// What it is, without its words: the same to the same request is done once.
    fn wish(&self) -> String {
        match self {
            Self::Assign { owner, team } => format!("assign\0{owner:?}\0{team:?}"),
            Self::Extend { regime, until, .. } => format!("extend\0{regime:?}\0{until:?}"),
            Self::Refuse { ground, .. } => format!("refuse\0{ground}"),
        }
    }

    fn once(&self, selection: SelectionId, request: RequestId) -> Once {
        let verb = match self {
            Self::Assign { .. } => "assign",
            Self::Extend { .. } => "extend",
            Self::Refuse { .. } => "refuse",
        };
        let digest = |text: String| Sha256::digest(text).into();
        Once {
            key: digest(format!("selection\0{selection}\0{verb}\0{request}")),
            input: digest(format!("selection\0{selection}\0{}", self.wish())),
        }
    }
}

/// What came of one.
pub struct Item {
    pub at: Ref<RequestId>,
    pub reference: String,
    /// None: it was done.
    pub refusal: Option<Error>,
}

/// What came of a part of a selection, and where the next part begins.
pub struct Done {
    pub items: Vec<Item>,
    pub next: Option<usize>,
}

/// Does the same with each of a selection's requests, from one place on, as many as one call may.
pub async fn do_to_each(
    tools: &Tools,
    caller: &Caller,
    id: SelectionId,
    (from, first): (usize, Option<usize>),
    deed: Deed,
) -> Result<Done> {
    let house = caller.permit_house(Permission::WorkRequests)?;
    let staff = caller.staff_id().ok_or(Error::Forbidden(Permission::WorkRequests.code()))?;
    let first = first.unwrap_or(USUAL);
    if !(1..=MOST).contains(&first) {
        return Err(Error::invalid("first", "ask for 1 to 500"));
    }
    let found = tools.ledger.read(&house, move |tx| views::selection(tx, staff, id)).await?;
    let selection = found.ok_or_else(|| Error::refused("EXPIRED", "this selection is over: choose anew"))?;
    let members = selection.members.get(from..).unwrap_or_default();
    let begun: Instant = tools.watch.now();
    let mut items = Vec::new();
    for some in members.get(..first.min(members.len())).unwrap_or_default().chunks(ABREAST) {
        if tools.watch.now().since(begun) > PATIENCE {
            break;
        }
        items.extend(join_all(some.iter().map(|member| one(tools, caller, id, *member, deed.clone()))).await);
    }
    let items = items.into_iter().collect::<Result<Vec<_>>>()?;
    let next = Some(from + items.len()).filter(|next| *next < selection.members.len());
    Ok(Done { items, next })
}

/// One of them. What stands in the way of it is told of it alone; what stands in the way of all ends the call.
async fn one(
    tools: &Tools,
    caller: &Caller,
    selection: SelectionId,
    (tenant, id, version): (TenantId, RequestId, i32),
    deed: Deed,
) -> Result<Item> {
    let (at, once) = (Ref::new(tenant, id), Some(deed.once(selection, id)));
    let version = Some(version);
    let done = match deed {
        Deed::Assign { owner, team } => assign(tools, caller, at, version, (owner, team), once).await,
        Deed::Extend { regime, until, reason } => {
            extend(tools, caller, at, version, (regime, until), reason, once).await.map(|moved| moved.request)
        }
        Deed::Refuse { ground, reason } => refuse(tools, caller, at, version, ground, reason, once).await,
    };
    let refusal = match done {
        Ok(_) => None,
        Err(error @ (Error::Refused(_) | Error::Conflict | Error::NotFound(_) | Error::Invalid(_))) => Some(error),
        Err(error) => return Err(error),
    };
    Ok(Item { at, reference: crate::requests::model::reference(id), refusal })
}
