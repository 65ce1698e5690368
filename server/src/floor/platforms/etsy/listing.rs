//! What a shop is asked to sell a thing as: its title stands on the listing, its price in the listing's inventory. Both are
//! looked at first: Etsy takes no key.

use super::super::page::{price_stands, title_stands};
use super::super::read::coins;
use super::super::talk::{ODD, document, field, send, yes};
use super::super::{Fate, Listed, Money, Relisting, SetListing, VariantAt, Visit};
use super::by_member;
use super::shelves::{change, number, shop};
use crate::floor::egress::Call;
use crate::floor::kernel::Secret;

pub(super) async fn set(visit: Visit<'_>, access: &Secret, set: &SetListing) -> Result<Listed, Fate> {
    match &set.wish {
        Relisting::Title { to, from } => title(visit, access, set, (to, from)).await,
        Relisting::Price { of, to, from } => price(visit, access, set, (of, *to, *from)).await,
    }
}

async fn title(visit: Visit<'_>, access: &Secret, set: &SetListing, (to, from): (&str, &str)) -> Result<Listed, Fate> {
    let listing = number(&set.product)?;
    let at = visit.at(&format!("/v3/application/listings/{listing}"))?;
    let answer = send(visit.out, by_member(visit, access, Call::get(at))).await?;
    if answer.status == 404 {
        return Ok(Listed::Gone);
    }
    if let Some(listed) = title_stands(document(&yes(answer)?)?["title"].as_str(), to, from) {
        return Ok(listed);
    }
    let at = visit.at(&format!("/v3/application/shops/{}/listings/{listing}", shop(visit, access).await?))?;
    let call = Call::form(at, [("title", to)]).as_patch();
    yes(send(visit.out, by_member(visit, access, call)).await?).map(|_| Listed::Done)
}

async fn price(
    visit: Visit<'_>,
    access: &Secret,
    set: &SetListing,
    (of, to, from): (&VariantAt, Money, Option<Money>),
) -> Result<Listed, Fate> {
    let done = change(visit, access, of.item.as_ref().unwrap_or(&set.product), |offering| {
        let price = &offering["price"];
        if let Some(listed) = price_stands((coins(price).ok_or(ODD)?, None), set, (to, from))? {
            return Ok(Some(listed));
        }
        let coins = price["divisor"].as_i64().and_then(|divisor| to.micros.checked_mul(divisor)).ok_or(ODD)?;
        if coins % 1_000_000 != 0 {
            return Err(Fate::Over("coins"));
        }
        *field(offering, "/price", "amount")? = (coins / 1_000_000).into();
        Ok(None)
    });
    Ok(done.await?.map_or(Listed::Gone, |settled| settled.unwrap_or(Listed::Done)))
}
