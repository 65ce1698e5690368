//! Asking to be told, saying yes, and no longer wanting it. Whether an address is known is told to nobody: whoever asks is
//! answered the same, and what follows is decided by a job.

use sha2::{Digest, Sha256};

use super::super::jobs::AskSubscriber;
use super::super::model::{CONFIRM_WITHIN, Subscriber, SubscriberState, language};
use super::super::queries::{deliveries, subscribers};
use super::{find_subscriber, for_merchant, house};
use crate::floor::access::{Caller, Permission};
use crate::floor::jobs::enqueue;
use crate::floor::kernel::{Error, Personal, Result, SubscriberId, TenantId};
use crate::floor::ledger::{Event, KeyholeKind, Once, Witnessed, WriteTx};
use crate::floor::mail;
use crate::floor::tools::Tools;
use crate::staff::sign_in::{Budget, spend};
use crate::staff::{Token, digest};
use crate::tenants;

/// A subscription that is to be, for a merchant.
#[derive(Clone)]
pub struct NewSubscription {
    pub tenant: TenantId,
    /// Without one, the merchant reads notices by API.
    pub mail: Option<Personal>,
    pub locale: String,
}

/// The first words of the tokens in letters.
const CONFIRM: &str = "rdy_";
const LEAVE: &str = "rdn_";

/// A merchant wants to be told. An address says yes for itself; without one the merchant reads notices by API, at once.
pub async fn subscribe(tools: &Tools, caller: &Caller, new: NewSubscription, once: Option<Once>) -> Result<Subscriber> {
    let scope = for_merchant(caller, new.tenant)?;
    let (tenant, actor) = (new.tenant, caller.actor().to_string());
    let served = tools.ledger.read(&scope, move |tx| tenants::tenant(tx, tenant)).await?;
    served.ok_or(Error::NotFound("tenant"))?.require_open()?;
    let language = language(&new.locale);
    let once = once.map(|once| own(once, &actor));
    let done = if let Some(mail) = new.mail {
        let asked = Asked { merchant: Some(tenant), mail: checked(mail)?, language, by: sha(&actor) };
        ask(tools, asked, once).await?
    } else {
        let written = tools.ledger.write_once(house()?, once, "subscriber", move |tx| {
            if let Some(id) = subscribers::of_merchant(tx, tenant)? {
                return Ok(told("subscriber.renewed", id));
            }
            let id = SubscriberId::fresh();
            if !subscribers::add_reader(tx, id, tenant, &language)? {
                return Err(Error::Conflict);
            }
            Ok(told("subscriber.live", id))
        });
        SubscriberId::from_uuid(written.await?.id)
    };
    find_subscriber(tools, caller, done).await?.ok_or(Error::NotFound("subscriber"))
}

/// Somebody wants an address to be told. The answer is the same whether it is told already, was asked a moment ago, or is
/// new; `source` is the network the call came from.
pub async fn ask_by_mail(tools: &Tools, source: Option<&str>, mail: Personal, locale: &str) -> Result<()> {
    let (mail, by) = (checked(mail)?, sha(source.unwrap_or_default()));
    ask(tools, Asked { merchant: None, mail, language: language(locale), by }, None).await?;
    Ok(())
}

/// The address behind a token says yes. `false` where the link was used, is too old, or never was.
pub async fn confirm(tools: &Tools, token: &str) -> Result<bool> {
    let Some(id) = behind(tools, KeyholeKind::SubscriberConfirm, token).await? else { return Ok(false) };
    let vault = tools.vault.clone();
    let confirmed = tools.ledger.write(house()?, move |tx| {
        let subscriber = subscribers::held(tx, id)?.ok_or(Error::NotFound("subscriber"))?;
        if subscriber.state != SubscriberState::Unconfirmed || tx.now()? > subscriber.asked_at.plus(CONFIRM_WITHIN) {
            return Err(Error::NotFound("subscriber"));
        }
        if subscribers::go_live(tx, id)? {
            return Ok(Witnessed::new((), Event::new("subscriber.live", "subscriber", id.uuid())));
        }
        // The address is told already: one row of it is enough, and the answer is yes all the same.
        subscribers::end(tx, &vault, &subscriber)?;
        Ok(Witnessed::new((), Event::new("subscriber.ended", "subscriber", id.uuid())))
    });
    there(confirmed.await)
}

/// The address behind a token wants no more letters, and is forgotten. `false` where the link leads nowhere any more.
pub async fn leave(tools: &Tools, token: &str) -> Result<bool> {
    let Some(id) = behind(tools, KeyholeKind::SubscriberLeave, token).await? else { return Ok(false) };
    there(end(tools, id, None).await.map(|_| ()))
}

/// A merchant ends a subscription of its own; whoever keeps the policy, anyone's.
pub async fn unsubscribe(tools: &Tools, caller: &Caller, id: SubscriberId, once: Option<Once>) -> Result<Subscriber> {
    let known = find_subscriber(tools, caller, id).await?.ok_or(Error::NotFound("subscriber"))?;
    match known.merchant {
        Some(merchant) => for_merchant(caller, merchant)?,
        None => caller.permit_house(Permission::KeepPolicy)?,
    };
    end(tools, id, once.map(|once| own(once, &caller.actor().to_string()))).await
}

async fn end(tools: &Tools, id: SubscriberId, once: Option<Once>) -> Result<Subscriber> {
    let vault = tools.vault.clone();
    let written = tools.ledger.write_once(house()?, once, "subscriber", move |tx| {
        let known = subscribers::held(tx, id)?.filter(|known| known.state != SubscriberState::Ended);
        let known = known.ok_or(Error::NotFound("subscriber"))?;
        subscribers::end(tx, &vault, &known)?;
        deliveries::drop_waiting(tx, id)?;
        Ok(told("subscriber.ended", id))
    });
    written.await?;
    let found = tools.ledger.read(&house()?, move |tx| subscribers::one(tx, id)).await?;
    found.ok_or(Error::NotFound("subscriber"))
}

#[derive(Clone)]
struct Asked {
    merchant: Option<TenantId>,
    mail: Personal,
    language: String,
    /// Whose askings are counted together.
    by: [u8; 32],
}

/// A row, two links and a job, whoever it is: nothing that is looked up here could tell by the time it takes.
async fn ask(tools: &Tools, asked: Asked, once: Option<Once>) -> Result<SubscriberId> {
    let (vault, confirm, leave) = (tools.vault.clone(), link(CONFIRM)?, link(LEAVE)?);
    let written = tools.ledger.write_once(house()?, once, "subscriber", move |tx| {
        count(tx, &asked.by)?;
        let id = SubscriberId::fresh();
        let row = (id, asked.merchant);
        subscribers::add_address(tx, &vault, row, (&asked.mail, &asked.language), (&confirm, &leave))?;
        enqueue(tx, &AskSubscriber { subscriber: id })?;
        Ok(told("subscriber.asked", id))
    });
    Ok(SubscriberId::from_uuid(written.await?.id))
}

fn count(tx: &mut WriteTx, by: &[u8]) -> Result<()> {
    for (budget, of) in [(Budget::SubscribeOfSource, by), (Budget::SubscribeOfAll, &[])] {
        spend(tx, budget, of).map_err(|error| match error {
            Error::Refused(_) => Error::refused("THROTTLED", "too many addresses at once: wait a quarter of an hour"),
            other => other,
        })?;
    }
    Ok(())
}

async fn behind(tools: &Tools, kind: KeyholeKind, token: &str) -> Result<Option<SubscriberId>> {
    let found = tools.ledger.knock(digest(token)).await?;
    Ok(found.filter(|found| found.kind == kind).map(|found| SubscriberId::from_uuid(found.target)))
}

/// A link that leads nowhere is no fault of whoever follows it.
fn there(done: Result<()>) -> Result<bool> {
    match done {
        Ok(()) => Ok(true),
        Err(Error::NotFound(_)) => Ok(false),
        Err(other) => Err(other),
    }
}

fn link(prefix: &str) -> Result<subscribers::Link> {
    let Token { text, digest } = Token::fresh(prefix)?;
    Ok(subscribers::Link { token: text, digest })
}

fn checked(mail: Personal) -> Result<Personal> {
    if mail::is_address(&mail) { Ok(mail) } else { Err(Error::invalid("mail", "give one mail address")) }
}

fn sha(text: &str) -> [u8; 32] {
    Sha256::digest(text).into()
}

/// A key of the caller's own: the house carries the wish out, and others' keys are none of his.
pub(super) fn own(once: Once, actor: &str) -> Once {
    let mut key = Sha256::new_with_prefix(actor);
    key.update(once.key);
    Once { key: key.finalize().into(), ..once }
}

fn told(action: &'static str, id: SubscriberId) -> Witnessed<uuid::Uuid> {
    Witnessed::new(id.uuid(), Event::new(action, "subscriber", id.uuid()))
}
