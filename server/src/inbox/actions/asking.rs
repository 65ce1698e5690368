//! What a platform's notice asks of the desk, as a request: it is opened in the same write that keeps the notice, under the
//! proof of its signature, and the platform's own clock runs from when it came.

use super::super::model::Delivered;
use super::super::queries::notices;
use crate::floor::kernel::{DeliveryId, Instant, Personal, PrivacyNoticeId, Result, StoreId, SubjectId, TenantId};
use crate::floor::ledger::{Event, WriteTx};
use crate::floor::platforms::{Notice, PrivacyNoticeKind};
use crate::floor::regulations::Right;
use crate::requests::{
    self, Asking, Desk, GoesBy, Mandate, Proof, SHOP, Source, Stated, SubjectKind, Wanted, take_in, take_in_of,
};

/// A notice that the desk knows no way of asking from is kept, and asks for nothing by itself.
fn source(platform: &str) -> Option<Source> {
    match platform {
        "shopify" => Some(Source::Shopify),
        "ebay" => Some(Source::Ebay),
        _ => None,
    }
}

/// What a kind of notice is called in its platform's list, and what it asks.
fn wanted(kind: PrivacyNoticeKind) -> (&'static str, Wanted) {
    let asks = |name, right, case: Option<&str>| (name, Wanted { right, case: case.map(str::to_owned) });
    match kind {
        PrivacyNoticeKind::DataRequest => asks("customers/data_request", Right::Access, None),
        PrivacyNoticeKind::RedactCustomer => asks("customers/redact", Right::Deletion, None),
        PrivacyNoticeKind::RedactShop => asks("shop/redact", Right::Deletion, Some(SHOP)),
        PrivacyNoticeKind::AccountClosed => asks("account_deletion", Right::Deletion, None),
    }
}

/// By what a platform names somebody. What says nothing to us names nobody.
fn goes_by(name: &str) -> Option<GoesBy> {
    Some(match name {
        "customer" | "user" => GoesBy::Customer,
        "handle" => GoesBy::Handle,
        "mail" => GoesBy::Mail,
        "phone" => GoesBy::Phone,
        "order" => GoesBy::Order,
        _ => return None,
    })
}

fn asking(
    (tenant, store, source): (TenantId, Option<StoreId>, Source),
    (kind, platform): (PrivacyNoticeKind, &str),
    (delivery, received_at): (String, Instant),
    identifiers: Vec<Stated>,
) -> Asking {
    let (name, wanted) = wanted(kind);
    Asking {
        source,
        tenant,
        subject_kind: SubjectKind::Shopper,
        store,
        delivery: Some(delivery),
        rights: vec![wanted],
        identifiers,
        words: None,
        original: None,
        locale: None,
        place: None,
        received_at: Some(received_at),
        notice: Some(requests::Notice { platform: platform.to_owned(), name: name.to_owned() }),
        mandate: Mandate::None,
        is_test: false,
        appeal_of: None,
    }
}

/// Opens the request of a notice that came to a store's tenant. One that names somebody and no store waits until it is known
/// whose buyer that is.
pub fn open_for(
    tx: &mut WriteTx,
    desk: &Desk<'_>,
    of: &Delivered,
    (id, notice): (PrivacyNoticeId, &Notice),
) -> Result<Vec<Event>> {
    let Some(source) = source(&of.platform).filter(|_| notice.kind != PrivacyNoticeKind::AccountClosed) else {
        return Ok(Vec::new());
    };
    let stated = |(name, value): &(&'static str, Personal)| {
        let kind = goes_by(name)?;
        // Of what a platform names, what could not be written down is left to the ids beside it.
        let text = value.disclose();
        let fits = !text.trim().is_empty() && text.len() <= 400 && !text.contains(char::is_control);
        let is_sound = fits && (kind != GoesBy::Mail || crate::floor::mail::is_address(value));
        let is_dialled = kind != GoesBy::Phone || text.bytes().filter(u8::is_ascii_digit).count() >= 5;
        (is_sound && is_dialled).then(|| Stated {
            kind,
            store: of.store,
            value: value.clone(),
            proof: Proof::Signature,
        })
    };
    let whole_shop = notice.kind == PrivacyNoticeKind::RedactShop;
    let identifiers = notice.named.iter().filter(|_| !whole_shop).filter_map(stated).take(MOST).collect();
    let place = (tx.tenant()?, of.store, source);
    let asking = asking(place, (notice.kind, &of.platform), (of.id.to_string(), of.received_at), identifiers);
    let (_, told) = take_in(tx, desk, None, asking)?;
    notices::taken(tx, id)?;
    Ok(told)
}

/// The most names that one notice brings.
const MOST: usize = 200;

/// Opens a request in the pinned tenant for each of these buyers, whose account at the platform is closed.
pub fn open_for_buyers(
    tx: &mut WriteTx,
    desk: &Desk<'_>,
    (id, of, delivery): (PrivacyNoticeId, &notices::Opened, DeliveryId),
    subjects: &[SubjectId],
) -> Result<Vec<Event>> {
    let Some(source) = source(&of.notice.platform) else { return Ok(Vec::new()) };
    let (tenant, mut told) = (tx.tenant()?, Vec::new());
    for subject in subjects {
        let delivery = [&delivery.to_string(), " ", &subject.to_string()].concat();
        let kind = (of.notice.kind, of.notice.platform.as_str());
        let asking = asking((tenant, None, source), kind, (delivery, of.notice.received_at), Vec::new());
        told.extend(take_in_of(tx, desk, (None, Some(*subject)), asking)?.1);
    }
    notices::taken(tx, id)?;
    Ok(told)
}
