//! What a ground keeps goes once its last day is over, with the key that opened it: a certificate names that day. A hold on the
//! person keeps it longer; what a hold on one order keeps has its last day when that is let go.
//!
//! It never touches what another ground keeps still, and opens nothing.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::floor::access::{Caller, Permission};
use crate::floor::datamap::{Map, Picked, Row, Table};
use crate::floor::jobs::{Halt, Job, Run};
use crate::floor::kernel::{Day, Error, Result, SubjectId, TenantId};
use crate::floor::ledger::{Event, Tx, Witnessed, WriteTx};
use crate::floor::tools::Tools;
use crate::floor::vault::SubjectKey;
use crate::requests::plan::{self, HeldBy};
use crate::requests::queries::keeps::{self, Kept};
use crate::requests::queries::{fulfilling, holds};

/// How many keepers one look brings.
const BATCH: i64 = 500;

/// Ends what no ground keeps any more.
#[derive(Debug, Serialize, Deserialize)]
pub struct EndKeeps {}

const NOTHING: &str = "kept rows whose time is over";

impl Job for EndKeeps {
    const NAME: &'static str = "end_keeps";

    async fn run(self, run: Run) -> Result<(), Halt> {
        let tools = run.tools()?;
        let (today, mut behind, mut failed) = (tools.watch.now().day(), None, None);
        loop {
            let permit = Caller::house().permit_desk(Permission::SeeQueue)?;
            let desk = tools.ledger.desk_scope(permit, "what no ground keeps any more").await?;
            let found = tools.ledger.desk(&desk, move |tx| keeps::over(tx, today, behind, BATCH)).await?;
            let Some(last) = found.last().copied() else { break };
            behind = Some(last);
            for keeper in found {
                if run.is_stopping() {
                    return Err(Halt::GiveBack);
                }
                // One that fails holds up nobody behind it, and is tried again.
                if let Err(error) = end(&tools, keeper).await {
                    tracing::warn!(code = error.code(), "rows that no ground keeps any more are there still");
                    failed = Some(error);
                }
            }
        }
        failed.map_or(Ok(()), |error| Err(error.into()))
    }
}

/// Ends what is over of a keeper's, unless somebody holds the person.
async fn end(tools: &Tools, (tenant, keeper): (TenantId, SubjectId)) -> Result<()> {
    let scope = Caller::house().permit(Permission::KeepHouse, tenant)?;
    let (map, vault) = (tools.map, tools.vault.clone());
    let written = tools.ledger.write(scope, move |tx| {
        fulfilling::pass_gate(tx)?;
        let persons = keeps::persons(tx, keeper)?;
        // A hold takes them too before it is placed.
        holds::take_person(tx, &persons)?;
        let (standing, today) = (keeps::standing(tx, keeper)?, tx.now()?.day());
        let over: Vec<&Kept> = standing.iter().filter(|kept| is_over(kept, &standing, today)).collect();
        if over.is_empty() || holds::keeps_all(tx, &persons)? {
            return Err(Error::NotFound(NOTHING));
        }
        let (mut ended, mut rows) = (Vec::new(), 0);
        let held = held(tx, &standing, today)?;
        let apart = keeps::told_apart(tx, keeper, today, &held)?;
        let own = std::slice::from_ref(&keeper);
        for table in map.children_first() {
            for kept in over.iter().filter(|kept| kept.place == table.name) {
                let of = |part| Picked { persons: own, store: Some(kept.store), apart: &apart, part, since: None };
                rows += map.clear(tx, table, &of(part_of(kept)))? as u64;
                // More may have come after the day was named, and has a later one.
                let is_alone = is_bound(kept) && !is_followed(kept, &standing, today);
                if !is_alone || map.tally(tx, table, &of(Some(keeps::BOUND)))? == 0 {
                    ended.push(kept.id);
                }
            }
        }
        if ended.is_empty() && rows == 0 {
            return Err(Error::NotFound(NOTHING));
        }
        keeps::end(tx, &ended)?;
        let is_last = ended.len() == standing.len();
        if is_last {
            rows += clear_rest(tx, map, keeper)?;
        }
        let is_shut = is_last && vault.forget::<SubjectKey>(tx, keeper)?;
        let told = match over.iter().find_map(|kept| kept.request) {
            Some(request) => Event::new("request.keep_ended", "request", request.uuid()),
            None => Event::new("subject.keep_ended", "subject", keeper.uuid()),
        };
        let told = told.count("keeps", ended.len() as u64).count("rows", rows).count("keys", u64::from(is_shut));
        Ok(Witnessed::new((), told))
    });
    match written.await {
        // Somebody holds the person, or another run was first.
        Ok(()) | Err(Error::NotFound(NOTHING)) => Ok(()),
        Err(other) => Err(other),
    }
}

/// Whether rows have had their last day. Those of the policy's keep wait for what an order binds beside them, which goes by
/// the time of each order.
fn is_over(kept: &Kept, all: &[Kept], today: Day) -> bool {
    let waits = part_of(kept).is_none() && beside(kept, all).next().is_some();
    kept.until.is_some_and(|until| until < today) && !waits
}

/// Whether what an order binds beside these rows has a day that is still to come: those that are left are that one's.
fn is_followed(kept: &Kept, all: &[Kept], today: Day) -> bool {
    beside(kept, all).filter(|other| is_bound(other)).any(|other| other.until.is_none_or(|until| until >= today))
}

/// Whether it is an order that binds these rows by its time.
fn is_bound(kept: &Kept) -> bool {
    plan::is_bound(&kept.ground)
}

/// What goes of these rows where it is an order that binds them: what its time, or whoever held it, does not keep any more.
fn part_of(kept: &Kept) -> Option<i32> {
    if plan::is_held_order(&kept.ground) {
        return Some(keeps::LET_GO);
    }
    is_bound(kept).then_some(keeps::FREE)
}

/// What else an order binds in the same table, from the same shop.
fn beside<'a>(kept: &'a Kept, all: &'a [Kept]) -> impl Iterator<Item = &'a Kept> {
    all.iter().filter(move |other| {
        part_of(other).is_some() && other.id != kept.id && other.place == kept.place && other.store == kept.store
    })
}

/// The orders that holds keep, by whether they do so still.
fn held(tx: &mut Tx, standing: &[Kept], today: Day) -> Result<BTreeMap<Uuid, i32>> {
    let (mut references, mut let_go) = (BTreeSet::new(), BTreeSet::new());
    for kept in standing {
        if let Some(HeldBy::Order(reference)) = HeldBy::of(&kept.ground) {
            references.insert(reference);
            // Of a hold that ended amid the steps, what went over last has a later day than the rest.
            if kept.until.is_some_and(|until| until < today) {
                let_go.insert(reference);
            }
        }
    }
    let named = holds::named(tx, references.into_iter().map(str::to_owned).collect())?;
    let part = |reference: &str| if let_go.contains(reference) { keeps::LET_GO } else { keeps::HELD };
    Ok(named.each().map(|(order, reference)| (order, part(reference))).collect())
}

/// What came to a keeper's rows later, such as a parcel of an order: nothing keeps it once the last of them is over.
fn clear_rest(tx: &mut WriteTx, map: Map, keeper: SubjectId) -> Result<u64> {
    let (apart, mut rows) = (keeps::nothing_apart(), 0);
    let left = map.left_of(tx, &[keeper])?;
    let is_left = |table: &&'static Table| left.iter().any(|left| left.table.name == table.name);
    for table in map.children_first().filter(|table| table.erased_by != Row::Kept).filter(is_left) {
        let picked = Picked { persons: &[keeper], store: None, apart: &apart, part: None, since: None };
        rows += map.clear(tx, table, &picked)? as u64;
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::kernel::KeepId;

    fn kept(ground: &str, until: Option<&str>) -> Kept {
        Kept {
            id: KeepId::fresh(),
            request: None,
            place: "order_contacts".to_owned(),
            store: None,
            ground: ground.to_owned(),
            until: until.map(|day| Day(day.parse().expect("a day"))),
        }
    }

    #[test]
    fn a_keep_is_over_on_the_day_after_its_last() {
        let today = Day("2026-09-25".parse().expect("a day"));
        for (until, is_it) in [("2026-09-24", true), ("2026-09-25", false), ("2026-09-26", false)] {
            let one = kept("open_order", Some(until));
            assert_eq!(is_over(&one, std::slice::from_ref(&one), today), is_it, "{until}");
        }
        for ground in ["keep:legal", "order_hold:H-1"] {
            let open_end = kept(ground, None);
            assert!(!is_over(&open_end, std::slice::from_ref(&open_end), today), "{ground} has no day");
        }
        let let_go = kept("order_hold:H-1", Some("2026-09-24"));
        assert!(is_over(&let_go, std::slice::from_ref(&let_go), today));
    }

    #[test]
    fn the_policys_keep_waits_for_what_an_order_binds_beside_it() {
        let today = Day("2026-09-25".parse().expect("a day"));
        let (policys, orders) = (kept("keep:tax", Some("2026-09-01")), kept("open_order", Some("2026-10-01")));
        let all = [policys.clone(), orders.clone()];
        assert!(!is_over(&policys, &all, today));
        assert!(!is_over(&orders, &all, today), "its day is still to come");
        assert!(!is_followed(&orders, &all, today), "nothing else is bound by an order");
        let disputed = kept("chargeback_window", Some("2026-10-20"));
        assert!(is_followed(&orders, &[orders.clone(), disputed], today));
        let held = kept("order_hold:H-1", None);
        assert!(!is_over(&policys, &[policys.clone(), held.clone()], today), "it keeps rows among the policy's");
        assert!(!is_followed(&orders, &[orders.clone(), held], today), "and none of what is bound by time");
        assert!(is_over(&policys, std::slice::from_ref(&policys), today));
    }
}
