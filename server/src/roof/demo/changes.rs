//! A change of the policy that is announced and may still be objected to: a sub-processor that is to work in one more
//! place. Two merchants say no, and one of them is answered. Nothing of it comes into force by itself.

use std::ops::Range;

use chrono::{Days, NaiveDate};
use rand::rngs::StdRng;

use super::Plot;
use super::deeds::{Desk, Made};
use crate::catalogue;
use crate::floor::access::{Caller, Permission};
use crate::floor::kernel::{NoticeId, Personal, Result};
use crate::floor::policy::{CHECKS, Policy, RecipientKind, Transfer, check, parse};
use crate::processors::{self, NewSubscription, ObjectionState};

/// Who proposes it; the house publishes.
const PROPOSER: &str = "olena";

/// Where the sub-processor may come to work, as far as the policy lets data go there.
const PLACES: [&str; 4] = ["DE", "SG", "us-west-2", "US"];

/// Why they say no, and the answer of those who got one.
const OBJECTIONS: [(&str, Option<&str>); 2] = [
    (
        "Our own contracts name the countries that customers' data may go to, and this is none of them.",
        Some("For your stores it stays where it is: we wrote it into our agreement with them."),
    ),
    ("We were told of no such place when we signed, and would have to ask our customers first.", None),
];

pub(super) fn plan(plot: &mut Plot<'_>, _: StdRng) {
    let announced = Made::nothing_yet();
    let notice = announced.clone();
    plot.at_desk(plot.now, async move |desk| {
        if let Some(id) = announce(&desk).await? {
            notice.set(id);
        }
        Ok(())
    });
    let staying: Vec<usize> =
        plot.merchants.iter().enumerate().filter(|(_, one)| !one.closes).map(|(place, _)| place).collect();
    for (merchant, (reason, answer)) in staying.into_iter().zip(OBJECTIONS) {
        let (announced, locale) = (announced.clone(), plot.merchants[merchant].new.locale.clone());
        plot.at_desk(plot.now, async move |desk| {
            // A policy without a sub-processor has nothing to object to.
            let Ok(notice) = announced.get() else { return Ok(()) };
            let (tools, house, tenant) = (&desk.tools, Caller::house(), desk.merchants[merchant]);
            processors::subscribe(tools, &house, NewSubscription { tenant, mail: None, locale }, None).await?;
            let objection = processors::object(tools, &house, (notice, tenant), Personal::new(reason), None).await?;
            if let Some(answer) = answer {
                let settled = (objection.id, ObjectionState::Settled);
                processors::answer(tools, &house, settled, Personal::new(answer), None).await?;
            }
            Ok(())
        });
    }
}

/// Proposes the change and publishes it. The notice of it, where the policy has a sub-processor that can change so.
async fn announce(desk: &Desk) -> Result<Option<NoticeId>> {
    let (tools, house) = (&desk.tools, Caller::house());
    let adopted = tools.policy.in_force()?;
    let kept = catalogue::find(tools, &house.permit_house(Permission::KeepPolicy)?, adopted.id).await?;
    let today = tools.watch.now().day().0;
    let Some(text) = kept.and_then(|kept| changed(&kept.text, &adopted.policy, today)) else { return Ok(None) };
    let version = catalogue::propose(tools, &desk.seated(PROPOSER)?, text, None).await?;
    catalogue::publish(tools, &house, version.id, None).await?;
    let announced = processors::history(tools).await?;
    Ok(announced.into_iter().find(|notice| notice.objection_until.is_some()).map(|notice| notice.id))
}

/// The policy's own text, as the next version and with a sub-processor in one more place; the first such that is sound.
fn changed(text: &str, policy: &Policy, today: NaiveDate) -> Option<String> {
    let announces = &policy.announces;
    let ahead = u64::from(announces.days.max(announces.objection_days)) + 14;
    let next = [
        (policy.version.span(), (policy.version.get_ref() + 1).to_string()),
        (policy.effective.span(), (today + Days::new(ahead)).to_string()),
    ];
    let listed = policy.recipients.iter().rev().filter(|one| one.kind == RecipientKind::Processor);
    let mut candidates = listed.flat_map(|one| {
        let last = one.regions.last().map_or(0, |region| region.span().end);
        let end = text[last..].find(']').map_or(last, |end| last + end + 1);
        let ground = if one.transfer == Transfer::None { "\ntransfer = \"standard_clauses\"" } else { "" };
        let is_new = |place: &&str| one.regions.iter().all(|region| region.get_ref() != place);
        PLACES.into_iter().filter(is_new).map(move |place| (last..end, format!(", \"{place}\"]{ground}")))
    });
    candidates.find_map(|more| {
        let text = edited(text, next.iter().cloned().chain([more]));
        parse(&text).is_ok_and(|policy| check(&text, &policy, CHECKS).is_empty()).then_some(text)
    })
}

/// A text with other words at these places.
fn edited(text: &str, edits: impl Iterator<Item = (Range<usize>, String)>) -> String {
    let mut edits: Vec<_> = edits.collect();
    edits.sort_by_key(|(place, _)| std::cmp::Reverse(place.start));
    edits.into_iter().fold(text.to_owned(), |mut text, (place, words)| {
        text.replace_range(place, &words);
        text
    })
}
