//! What a store is asked to change: stock, and what it holds of a person. A store knows no key of ours, so it is asked how
//! things stand before anything is sent.

use serde_json::{Map, Value, json};

use super::super::read::count;
use super::super::talk::{document, send, send_of_one};
use super::super::{Correction, Fate, Forgotten, SetStock, Stocked, Visit, Whom};
use super::{ask, call, yes};
use crate::floor::egress::{Answer, Call};
use crate::floor::kernel::{Personal, Secret};

const GUEST: &str = "In WordPress, open WooCommerce, Orders, and remove the buyer's data from the order by the action \
     \"Remove personal data\": this buyer has no account.";

/// A number of the store's; nothing else goes into an address.
pub(super) fn number(text: &str) -> Result<&str, Fate> {
    let fits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    fits.then_some(text).ok_or(Fate::Over("id"))
}

/// Where a product is, or one of its variations.
pub(super) fn path(item: &str) -> Result<String, Fate> {
    Ok(match item.split_once('/') {
        Some((product, variation)) => {
            format!("/wp-json/wc/v3/products/{}/variations/{}", number(product)?, number(variation)?)
        }
        None => format!("/wp-json/wc/v3/products/{}", number(item)?),
    })
}

pub(super) async fn set_stock(visit: Visit<'_>, access: &Secret, set: &SetStock) -> Result<Stocked, Fate> {
    let path = path(&set.item)?;
    let answer = send(visit.out, ask(visit, &path, access)?).await?;
    if answer.status == 404 {
        return Ok(Stocked::Gone);
    }
    let there = count(&document(&yes(answer)?)?["stock_quantity"]);
    if there == Some(set.quantity) {
        return Ok(Stocked::Done);
    }
    if set.from.is_some() && set.from != there {
        return Ok(Stocked::Moved);
    }
    let wish = json!({ "manage_stock": true, "stock_quantity": set.quantity });
    put(visit, access, &path, &wish, false).await.map(|_| Stocked::Done)
}

pub(super) async fn put(
    visit: Visit<'_>,
    access: &Secret,
    path: &str,
    wish: &Value,
    is_of_one: bool,
) -> Result<Answer, Fate> {
    let call = call(visit, "PUT", path, access, |url| Call::put(url, wish))?;
    let answer = if is_of_one { send_of_one(visit.out, call).await } else { send(visit.out, call).await };
    yes(answer?)
}

/// The account goes first; what stands on orders stays behind, and is written over order by order.
pub(super) async fn forget(visit: Visit<'_>, access: &Secret, whom: &Whom) -> Result<Forgotten, Fate> {
    let mut forgotten = Forgotten::AlreadyGone;
    if let Some(customer) = &whom.customer {
        let path = format!("/wp-json/wc/v3/customers/{}?force=true", number(customer)?);
        let answer = send_of_one(visit.out, call(visit, "DELETE", &path, access, Call::delete)?).await?;
        if answer.status != 404 {
            yes(answer)?;
            forgotten = Forgotten::Done;
        }
    } else if whom.orders.is_empty() {
        return Ok(Forgotten::ByHand(GUEST));
    }
    for order in &whom.orders {
        let path = format!("/wp-json/wc/v3/orders/{}", number(order)?);
        let answer = send(visit.out, ask(visit, &path, access)?).await?;
        if answer.status == 404 {
            continue;
        }
        yes(answer)?;
        put(visit, access, &path, &deleted(), true).await?;
        forgotten = Forgotten::Done;
    }
    Ok(forgotten)
}

/// What stands in the place of a person. An empty mail is refused.
fn deleted() -> Value {
    const GONE: &str = "[deleted]";
    let address = |has_mail: bool| {
        let mut address: Map<String, Value> =
            ["first_name", "last_name", "company", "address_1", "address_2", "city", "postcode", "phone"]
                .into_iter()
                .map(|name| (name.to_owned(), GONE.into()))
                .collect();
        if has_mail {
            address.insert("email".to_owned(), "deleted@site.invalid".into());
        }
        address
    };
    json!({ "billing": address(true), "shipping": address(false), "customer_note": "" })
}

pub(super) async fn correct(visit: Visit<'_>, access: &Secret, right: &Correction) -> Result<Forgotten, Fate> {
    let path = format!("/wp-json/wc/v3/customers/{}", number(&right.customer)?);
    let answer = send(visit.out, ask(visit, &path, access)?).await?;
    if answer.status == 404 {
        return Ok(Forgotten::AlreadyGone);
    }
    yes(answer)?;
    let said = |pairs: [(&str, &Option<Personal>); 4]| -> Map<String, Value> {
        pairs
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value.as_ref()?.disclose().into())))
            .collect()
    };
    let names = [("first_name", &right.given_name), ("last_name", &right.family_name), ("email", &right.mail)];
    let mut wish = said([names[0], names[1], names[2], ("", &None)]);
    wish.insert("billing".to_owned(), said([names[0], names[1], names[2], ("phone", &right.phone)]).into());
    put(visit, access, &path, &wish.into(), true).await.map(|_| Forgotten::Done)
}
