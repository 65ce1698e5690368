//! How a recipient is reached, set up and taken away. Where data may not go is refused here already.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};
use url::Url;

use super::super::CREDENTIAL;
use super::super::kinds;
use super::super::model::{RecipientWay, TaskKind, Wanted};
use super::super::queries::ways;
use crate::floor::access::{Caller, Permission};
use crate::floor::kernel::{Error, Reach, RecipientWayId, Result, Secret, TenantId};
use crate::floor::ledger::{Event, Once, Witnessed};
use crate::floor::tools::Tools;

/// How a recipient is wished to be reached.
pub struct NewWay {
    pub tenant: TenantId,
    pub recipient: String,
    pub kind: TaskKind,
    pub address: Option<String>,
    pub parts: BTreeMap<String, String>,
    /// None keeps the one that is there.
    pub credential: Option<Secret>,
}

/// Sets up how a recipient is reached, or changes it. A credential goes in and never comes out.
pub async fn set_way(tools: &Tools, caller: &Caller, new: NewWay, once: Option<Once>) -> Result<RecipientWay> {
    let scope = caller.permit(Permission::KeepStores, new.tenant)?;
    let NewWay { tenant, recipient, kind, address, parts, credential } = new;
    let recipient = recipient.trim().to_owned();
    let wanted = Wanted { recipient: recipient.clone(), kind, address, parts, credential };
    let (hosts, needs) = (kinds::hosts_of(&recipient), kinds::needs_of(&recipient));
    // Away from production the operator may list hosts that stand for others'.
    let is_listed = |url: &Url| tools.facts.mode.reach() == Reach::House && tools.egress.permits(url);
    wanted.flaws(&hosts, &needs, is_listed).or(())?;
    let Wanted { address, parts, credential, .. } = wanted;
    // Only what is called is let in anywhere.
    let lets_in = matches!(kind, TaskKind::Template | TaskKind::OpenDsr);
    require_callable(tools, address.as_deref().filter(|_| lets_in))?;
    if kind == TaskKind::Template {
        require_told(&recipient, credential.as_ref())?;
    }
    let credential = credential.filter(|_| lets_in);
    let (vault, id, named) = (tools.vault.clone(), RecipientWayId::fresh(), recipient.clone());
    let written = tools.ledger.write_once(scope.clone(), once, "recipient_way", move |tx| {
        let (there, now) = (ways::held(tx, &named)?, tx.now()?);
        let former = there.as_ref().and_then(|there| there.secret);
        let is_same_place = there.as_ref().is_some_and(|there| (there.kind, &there.address) == (kind, &address));
        if lets_in && credential.is_none() && former.is_some() && !is_same_place {
            return Err(Error::invalid(
                "credential",
                "give it anew: the one that is there was given for another place",
            ));
        }
        let secret = match (&credential, former.filter(|_| lets_in)) {
            (Some(credential), Some(former)) => {
                vault.reseal(tx, CREDENTIAL, former, credential)?;
                Some(former)
            }
            (Some(credential), None) => Some(vault.put(tx, CREDENTIAL, credential)?),
            (None, former) => former,
        };
        if kind == TaskKind::Template && secret.is_none() {
            return Err(Error::invalid("credential", "give what lets us in at the recipient's interface"));
        }
        let certificate = there.as_ref().filter(|_| is_same_place).and_then(|there| there.certificate.clone());
        let of = |id, version| RecipientWay {
            tenant,
            id,
            recipient: named.clone(),
            kind,
            address: address.clone(),
            parts: parts.clone(),
            secret,
            certificate: certificate.clone(),
            since: now,
            version,
        };
        let id = if let Some(there) = &there {
            ways::save(tx, &of(there.id, there.version))?;
            there.id
        } else {
            ways::add(tx, &of(id, 1))?;
            id
        };
        if let Some(former) = former.filter(|_| !lets_in) {
            vault.delete(tx, former)?;
        }
        let led_to = Sha256::digest(address.as_deref().unwrap_or_default()).into();
        let event = Event::new("recipient_way.set", "recipient_way", id.uuid()).code("kind", kind.code());
        let event = event.digest("address", &led_to);
        Ok(Witnessed::new(id.uuid(), event))
    });
    written.await?;
    let found = tools.ledger.read(&scope, move |tx| ways::of(tx, &recipient)).await?;
    found.ok_or(Error::NotFound("recipient way"))
}

/// Refuses an address at which nobody could ever be called: one that is not on the open network, or not on its own port.
fn require_callable(tools: &Tools, address: Option<&str>) -> Result<()> {
    let is_callable = |address: &str| Url::parse(address).is_ok_and(|url| tools.egress.reaches(&url));
    if address.is_none_or(is_callable) {
        return Ok(());
    }
    let advice = "give one on the open network, on port 443, with neither a name nor a password in it";
    Err(Error::invalid("address", advice))
}

/// Refuses an interface whose file names what nobody can say, and a credential that is not what its file is let in by.
fn require_told(recipient: &str, credential: Option<&Secret>) -> Result<()> {
    let unknown = kinds::unknown_of(recipient);
    if !unknown.is_empty() {
        let named = unknown.join(", ");
        let advice = format!("its interface is described with {named}, which nobody can give: ask it by hand");
        return Err(Error::invalid("recipient", advice));
    }
    let lacking = credential.map(|credential| kinds::lacking_of(recipient, credential)).unwrap_or_default();
    if !lacking.is_empty() {
        let advice = format!("give it as a JSON document that says {}", lacking.join(", "));
        return Err(Error::invalid("credential", advice));
    }
    Ok(())
}

/// Takes away how a recipient is reached, with what let us in there. From then on a person asks it.
pub async fn remove_way(
    tools: &Tools,
    caller: &Caller,
    (tenant, recipient): (TenantId, String),
    once: Option<Once>,
) -> Result<()> {
    let scope = caller.permit(Permission::KeepStores, tenant)?;
    let vault = tools.vault.clone();
    let written = tools.ledger.write_once(scope, once, "recipient_way", move |tx| {
        let way = ways::held(tx, &recipient)?.ok_or(Error::NotFound("recipient way"))?;
        ways::remove(tx, &way)?;
        if let Some(secret) = way.secret {
            vault.delete(tx, secret)?;
        }
        Ok(Witnessed::new(way.id.uuid(), Event::new("recipient_way.removed", "recipient_way", way.id.uuid())))
    });
    written.await.map(|_| ())
}
