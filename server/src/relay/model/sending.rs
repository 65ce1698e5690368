//! Where a delivery goes and how it is signed. Pure.

use data_encoding::{BASE64, HEXLOWER};
use url::Url;

use crate::floor::egress::{Carried, Host, Shared};
use crate::floor::jobs::effect_key;
use crate::floor::kernel::{DestinationId, Error, Instant, RelayedEventId, Result, Secret};
use crate::floor::platforms::sign;
use crate::floor::policy::{Form, Policy, Recipient, RecipientKind, is_within};

/// A recipient of the policy at an address of its own.
pub struct Place<'p> {
    pub recipient: &'p Recipient,
    pub url: Url,
    host: Host,
}

impl<'p> Place<'p> {
    /// The destination that the policy lists under this code, at this address, in this region; refused where the address
    /// is none of its own or the region one that data does not go to. `bounds` are those of the tenant and the store.
    pub fn of(
        policy: &'p Policy,
        (recipient, url, region): (&str, &str, &str),
        bounds: &[&str],
        is_listed: impl Fn(&Url) -> bool,
    ) -> Result<Self> {
        let listed = policy.recipients.iter().find(|one| one.code.get_ref() == recipient);
        let recipient = listed
            .filter(|one| one.kind == RecipientKind::Destination)
            .ok_or_else(|| Error::refused("REFUSED", "the policy lists no such destination"))?;
        let flaw = || Error::invalid("url", "give an address at one of the hosts that the policy lists for it");
        let url = Url::parse(url).map_err(|_| flaw())?;
        let host = Host::of(&url).ok_or_else(flaw)?;
        let is_own = url.scheme() == "https" && recipient.hosts.iter().any(|own| is_at(&host, own));
        if !(is_own || is_listed(&url)) {
            return Err(flaw());
        }
        let works = |place: &str| is_within(region, &[place]);
        if !recipient.regions.iter().any(|own| works(own.get_ref())) {
            return Err(Error::refused("REFUSED", "by the policy this destination does not work in that region"));
        }
        let pinned = policy.region.iter().flat_map(|region| &region.pinned).map(|place| place.get_ref().as_str());
        let pinned: Vec<&str> = pinned.collect();
        let is_out = !pinned.is_empty() && !is_within(region, &pinned);
        if is_out || !bounds.iter().all(|bound| works(bound)) {
            return Err(Error::refused("REFUSED", "data does not leave for that region"));
        }
        Ok(Self { recipient, url, host })
    }

    /// What goes there, declared.
    pub fn shared(&self, policy: &Policy, carries: Vec<Carried>) -> Shared {
        let may =
            policy.categories.iter().flat_map(|category| category.fields.iter().map(move |field| (category, field)));
        let may = may.filter_map(|(category, field)| {
            let form = Some(self.recipient.form_of((category, field))).filter(|form| *form != Form::Never)?;
            Some(Carried { field: format!("{}.{}", category.code.get_ref(), field.code.get_ref()), form: form.code() })
        });
        let purpose = self.recipient.purposes.first().map(|purpose| purpose.get_ref().clone()).unwrap_or_default();
        let recipient = self.recipient.code.get_ref().clone();
        Shared { recipient, host: self.host.clone(), purpose, carries, may: may.collect() }
    }
}

/// What this policy gives a recipient data for.
pub fn purposes<'p>(policy: &'p Policy, recipient: &str) -> Vec<&'p str> {
    let meant = policy.recipients.iter().filter(|one| one.code.get_ref() == recipient);
    meant.flat_map(|one| one.purposes.iter().map(|purpose| purpose.get_ref().as_str())).collect()
}

/// Whether a host is one that a policy names, which may be a family.
fn is_at(host: &Host, named: &str) -> bool {
    match named.strip_prefix("*.") {
        Some(parent) => host.is_below(parent),
        None => Host::parse("host", named).is_ok_and(|named| named == *host),
    }
}

/// What a destination knows a delivery by, however often it comes.
pub fn destination_key(event: RelayedEventId, destination: DestinationId) -> String {
    let key = effect_key(event.uuid(), "relay", &destination.uuid().to_string());
    format!("msg_{}", HEXLOWER.encode(&key))
}

/// The three headers of Standard Webhooks over this body.
pub fn signed(secret: &Secret, key: &str, at: Instant, body: &str) -> Result<[(&'static str, Secret); 3]> {
    let bare = secret.expose().strip_prefix("whsec_").and_then(|text| BASE64.decode(text.as_bytes()).ok());
    let bare = bare.ok_or_else(|| Error::internal("a destination's secret is none of ours"))?;
    let seconds = at.utc().timestamp().to_string();
    let signature = sign(&bare, format!("{key}.{seconds}.{body}").as_bytes());
    let signature = signature.map(|signature| format!("v1,{signature}"));
    let signature = signature.ok_or_else(|| Error::internal("a secret of no length"))?;
    Ok([
        ("webhook-id", Secret::new(key)),
        ("webhook-timestamp", Secret::new(seconds)),
        ("webhook-signature", Secret::new(signature)),
    ])
}
