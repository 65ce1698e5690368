//! By the call of the store's own platform: it is asked to forget a buyer, or to put right what it holds. A platform that is
//! asked again changes nothing more, so an unanswered call is simply made again.

use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::{AGAIN, CUSTOMER, Came, How, Kind, MAIL, NAME, PHONE, Telling};
use crate::calls::{self, Over};
use crate::floor::egress::Carried;
use crate::floor::kernel::{Error, Personal, Ref, Result, Secret, StoreId};
use crate::floor::platforms::{Correction, Fate, Forgotten, Whom};
use crate::floor::regulations::Right;
use crate::propagation::model::{AttemptKind, Corrected, TaskKind};
use crate::stores::{self, Store};

pub struct ByPlatform;

const NOT_CONNECTED: &str = "The store is not connected any more: ask the merchant to do it at the platform, and attach what \
     came back.";
const NOT_GRANTED: &str = "The merchant did not grant this app what it takes: grant it and try again, or do it at the \
     platform by hand.";
const NOT_TAKEN: &str = "The platform did not take it from this app: do it there by hand, and attach what came back.";

const NOT_FOR_A_CALL: &str =
    "Put it right at the platform by hand, by what the request names as right, and attach what came back.";

impl Kind for ByPlatform {
    fn kind(&self) -> TaskKind {
        TaskKind::Platform
    }

    fn tell<'a>(&'a self, telling: &'a Telling<'a>) -> BoxFuture<'a, Result<Came>> {
        tell(telling).boxed()
    }
}

async fn tell(telling: &Telling<'_>) -> Result<Came> {
    let Some(id) = telling.task.store else { return Ok(Came::by_hand("no_store", NOT_TAKEN)) };
    if let Some(advice) = nothing_to_call(telling) {
        return Ok(Came::by_hand("by_hand", advice));
    }
    let (store, access) = match stores::open_access(telling.tools, telling.lane, id).await {
        Ok(opened) => opened,
        Err(Error::Unavailable { after, .. }) => {
            return Ok(Came::of(How::Again { after, is_unsure: false }, AttemptKind::Waited, "not_reached"));
        }
        Err(Error::Refused(_) | Error::NotFound(_)) => return Ok(Came::by_hand("disconnected", NOT_CONNECTED)),
        Err(other) => return Err(other),
    };
    telling.run.hold().await?;
    let at = Ref::new(telling.task.tenant, id);
    let asked = calls::under_way(&telling.tools.ledger, at, ask(telling, &store, &access)).await?;
    let left = left(telling);
    match asked {
        Ok(Ok(forgotten)) => Ok(came(telling, forgotten).with(left)),
        Ok(Err(fate)) => failed(telling, id, fate).await.map(|came| came.with(left)),
        Err(Over::Before) => Ok(Came::by_hand("disconnected", NOT_CONNECTED)),
        Err(Over::OnTheWay) => Ok(Came::by_hand("disconnected", NOT_CONNECTED).with(left)),
    }
}

/// What a person does where no call would put anything right.
fn nothing_to_call(telling: &Telling<'_>) -> Option<String> {
    let (matches, said) = (telling.matches, telling.matches.correction.as_ref());
    let is_callable = !matches.customers.is_empty() && said.is_some_and(Corrected::is_for_a_call);
    if telling.task.right != Right::Correction || is_callable {
        return None;
    }
    let beside = said.filter(|said| !said.is_for_a_call()).and_then(|said| rest(said, false));
    Some(beside.unwrap_or_else(|| NOT_FOR_A_CALL.to_owned()))
}

/// What a person does about what no call carries: nothing of a buyer whom the platform does not know.
fn rest(said: &Corrected, is_gone: bool) -> Option<String> {
    let address = said.address.as_ref().filter(|_| !is_gone).map(|_| "the address");
    let on_orders = (!said.on_orders.is_empty()).then_some("what stands on orders");
    let beside: Vec<&str> = address.into_iter().chain(on_orders).collect();
    let advice = || ["No call of the platform's carries ", &beside.join(" or "), ". ", NOT_FOR_A_CALL].concat();
    (!beside.is_empty()).then(advice)
}

/// How many calls there are: one for each id that the platform knows the buyer by, one where it knows orders alone.
fn calls_of(telling: &Telling<'_>) -> usize {
    telling.matches.customers.len().max(1)
}

/// Asks the platform. Nothing is held meanwhile but the token.
async fn ask(telling: &Telling<'_>, store: &Store, access: &Secret) -> Result<Forgotten, Fate> {
    let (tools, matches) = (telling.tools, telling.matches);
    let (platform, setup) = tools.platforms.find(&store.platform).ok_or(Fate::Over("not_set_up"))?;
    let shop = platform.shop(setup, &store.domain).ok_or(Fate::Over("shop"))?;
    let visit = tools.platforms.visit(setup, &shop, tools.watch.now());
    let step = usize::try_from(telling.task.step).unwrap_or_default();
    let customer = matches.customers.get(step).cloned();
    if telling.task.right == Right::Correction {
        let (Some(customer), Some(said)) = (customer, &matches.correction) else {
            return Ok(Forgotten::ByHand(NOT_TAKEN));
        };
        return platform.correct(visit, access, &corrected(customer, said)).await;
    }
    let orders = if step == 0 { matches.orders.clone() } else { Vec::new() };
    platform.forget(visit, access, &Whom { customer, orders }).await
}

fn corrected(customer: String, said: &Corrected) -> Correction {
    let personal = |text: &Option<String>| text.as_ref().map(Personal::new);
    Correction {
        customer,
        given_name: personal(&said.given_name),
        family_name: personal(&said.family_name),
        mail: personal(&said.mail),
        phone: personal(&said.phone),
    }
}

fn came(telling: &Telling<'_>, forgotten: Forgotten) -> Came {
    let is_last = usize::try_from(telling.task.step).unwrap_or_default() + 1 >= calls_of(telling);
    // What was done in one of several calls stays done, whatever the last of them finds.
    let did_something = telling.task.answer.as_deref() == Some(DONE);
    let said = telling.matches.correction.as_ref().filter(|_| telling.task.right == Right::Correction);
    let is_gone = forgotten == Forgotten::AlreadyGone && !did_something;
    let ended = said.filter(|_| is_last && !matches!(forgotten, Forgotten::ByHand(_)));
    if let Some(advice) = ended.and_then(|said| rest(said, is_gone)) {
        return Came::of(How::ByHand(advice), AttemptKind::Sent, if is_gone { GONE } else { DONE });
    }
    match forgotten {
        Forgotten::ByHand(advice) => Came::by_hand("by_hand", advice),
        Forgotten::Done if is_last => Came::of(How::Done, AttemptKind::Sent, DONE),
        Forgotten::AlreadyGone if is_last && did_something => Came::of(How::Done, AttemptKind::Sent, DONE),
        Forgotten::AlreadyGone if is_last => Came::of(How::AlreadyGone, AttemptKind::Sent, GONE),
        Forgotten::AlreadyGone if !did_something => Came::of(How::OneMore { is_next: true }, AttemptKind::Sent, GONE),
        Forgotten::Done | Forgotten::AlreadyGone => Came::of(How::OneMore { is_next: true }, AttemptKind::Sent, DONE),
    }
}

const DONE: &str = "done";
const GONE: &str = "gone";

async fn failed(telling: &Telling<'_>, id: StoreId, fate: Fate) -> Result<Came> {
    let again = |after, answer| Came::of(How::Again { after, is_unsure: true }, AttemptKind::Sent, answer);
    Ok(match fate {
        Fate::Again { after } if after > AGAIN => Came::of(How::SlowDown(after), AttemptKind::Sent, "not_now"),
        Fate::Again { after } => again(after, "not_answered"),
        Fate::Stale => match stores::keep_alive(telling.tools, telling.lane, id).await {
            Ok(()) => again(Duration::from_secs(1), "token"),
            Err(Error::Unavailable { after, .. }) => again(after, "token"),
            Err(Error::Refused(_)) => Came::by_hand("disconnected", NOT_CONNECTED),
            Err(other) => return Err(other),
        },
        Fate::NOT_GRANTED => Came::by_hand("scope", NOT_GRANTED),
        Fate::Over(why) => Came::by_hand(why, NOT_TAKEN),
    })
}

/// What went along.
fn left(telling: &Telling<'_>) -> Vec<Carried> {
    let matches = telling.matches;
    let mut left = Vec::new();
    if !matches.customers.is_empty() || !matches.orders.is_empty() {
        left.push(telling.carried(CUSTOMER, "raw"));
    }
    if let Some(said) = matches.correction.as_ref().filter(|_| telling.task.right == Right::Correction) {
        let has_name = said.given_name.is_some() || said.family_name.is_some();
        let fields = [(has_name, NAME), (said.mail.is_some(), MAIL), (said.phone.is_some(), PHONE)];
        left.extend(fields.into_iter().filter(|(is_said, _)| *is_said).map(|(_, key)| telling.carried(key, "raw")));
    }
    left
}
