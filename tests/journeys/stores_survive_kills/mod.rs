//! Stores are read and written to by processes that are killed at any moment: no row is lost, none is there twice, and no
//! write is made twice at a platform.

mod storm;
mod truth;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use harness::course::Course;
use harness::draft::Draft;
use harness::world::World;
use harness::yard::turn;
use rightsdesk_server::floor::kernel::Watch;

use self::storm::{Storm, There};

/// Kills of the run: two hundred with `E2E_KILLS=200`.
#[expect(clippy::disallowed_methods, reason = "said by whoever runs the tests, and no setting of the desk")]
fn kills() -> u32 {
    std::env::var("E2E_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(12)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_killed_no_row_is_lost_or_doubled_and_no_write_is_made_twice() {
    let _turn = turn().await;
    let course = Course::of(World::alone_with(Draft::with_persons().text(), Watch::host()).await).await;
    let mut storm = Storm::gathers(&course).await;
    let begun = std::time::Instant::now();
    let wanted = kills();
    for number in 0..wanted {
        let patience = Duration::from_mins(1) + Duration::from_secs(10) * wanted;
        assert!(begun.elapsed() < patience, "after {number} kills: {:#?}", storm.standing());
        storm.rages(number).await;
    }
    let raged = begun.elapsed();
    storm.blows_over().await;

    let written = every_write_was_made_once(&course, &storm);
    let rows = every_row_is_there_once(&course, &storm).await;
    counts_agree(&course, &storm);
    everybody_has_what_was_counted_last(&storm);
    let broken = storm.broken_off();
    let hit = storm.carried_out_by_the_killed();
    println!(
        "{wanted} kills in {raged:?}, whole in {:?}: {} stores, {rows} rows, {written} writes; broken off: {broken:?}, of \
         them {hit} writes that the platform had carried out",
        begun.elapsed(),
        storm.stores().count()
    );
    for job in ["pull_page", "set_stock_at_platform"] {
        assert!(broken.get(job).is_some_and(|count| *count > 0), "no kill hit any {job}: {broken:?}");
    }
    assert!(hit > 0, "no kill came between a platform's deed and our note of it");
}

/// Each write on record that was sent was carried out once, and nothing was carried out that is not on record.
fn every_write_was_made_once(course: &Course, storm: &Storm<'_>) -> usize {
    let mut total = 0;
    for there in storm.stores() {
        let rows = course.world.base.lines(&format!(
            "select sku || ' to ' || quantity || ' ' || state || coalesce(' ' || code, '') as line from stock_writes
              where store_id = '{}' order by at",
            there.at.id.uuid()
        ));
        let mut made: BTreeMap<String, usize> = BTreeMap::new();
        let mut keys = BTreeSet::new();
        for seen in there.written() {
            *made.entry(format!("{} to {}", seen.sku, seen.quantity)).or_default() += 1;
            assert!(seen.key.is_none_or(|key| keys.insert(key)), "a key was carried out twice");
        }
        let twice: Vec<_> = made.iter().filter(|(_, times)| **times > 1).collect();
        assert!(twice.is_empty(), "written again at {}: {twice:?}", there.platform);
        for row in &rows {
            let what =
                row.strip_suffix(" sent").unwrap_or_else(|| panic!("{} of {}: {row}", there.shop, there.platform));
            assert_eq!(made.remove(what), Some(1), "{row} at {}", there.platform);
        }
        assert!(made.is_empty(), "nobody asked for {made:?} at {}", there.platform);
        total += rows.len();
    }
    total
}

/// What a plain reading of each store brings to a store of nobody's is what is held of it, to the last value.
async fn every_row_is_there_once(course: &Course, storm: &Storm<'_>) -> usize {
    let mut total = 0;
    let plain = course.world.shop("Qamar Textiles", 0).await.tenant;
    for (number, there) in storm.stores().enumerate() {
        let beside = course.world.store(plain, &format!("plain{number}.example"), &[]).await;
        for shelf in truth::shelves(course, there).await {
            course.world.take_in(beside, shelf).await.expect("taken");
        }
        // eBay does not say when a product was changed: that is when it was read.
        let has_times = there.platform != "ebay";
        let (held, told) =
            (truth::held(course, there.at, has_times).await, truth::held(course, beside, has_times).await);
        for (kind, count) in there.kept() {
            assert_eq!(told.iter().filter(|line| line.starts_with(kind)).count(), count, "{kind} of {}", there.shop);
        }
        let lost: Vec<_> = told.difference(&held).collect();
        let made_up: Vec<_> = held.difference(&told).collect();
        assert!(lost.is_empty() && made_up.is_empty(), "{} lost {lost:#?} and holds {made_up:#?}", there.shop);
        total += held.len();
    }
    total
}

/// Nothing runs or waits, and of the shops at which nothing happened all runs together tell of each row once.
fn counts_agree(course: &Course, storm: &Storm<'_>) {
    let odd = course.world.base.lines(
        "select shelf || ' ' || state || ' ' || coalesce(failure, '') as line from syncs where state <> 'idle' or failure is
           not null or run_id is not null
         union all
         select shelf || ' ' || outcome || ' unread ' || unread from sync_runs where outcome <> 'done' or unread > 0",
    );
    assert!(odd.is_empty(), "{odd:#?}");
    let given_up = course.world.base.lines(
        "select name || ' ' || state || ' ' || coalesce(code, '') as line from jobs where state in ('dead', 'quarantined')",
    );
    assert!(given_up.is_empty(), "{given_up:#?}");
    for there in storm.untouched() {
        let runs = course.world.base.lines(&format!(
            "select concat_ws(' ', shelf, sum(new), sum(changed), sum(refused)) as line from sync_runs where store_id = '{}'
              group by shelf order by shelf",
            there.at.id.uuid()
        ));
        let counts = there.counts;
        let expected = [
            format!("customers {} 0 0", counts.customers),
            format!("inventory {} 0 0", counts.products),
            format!("orders {} 0 0", counts.orders),
            format!("products {} 0 0", counts.products),
        ];
        assert_eq!(runs, expected, "{} of {}", there.shop, there.platform);
        let hooks = there.stand.hooks(&there.shop);
        let distinct: BTreeSet<_> = hooks.iter().map(|hook| (hook.topic.clone(), hook.to.to_string())).collect();
        assert_eq!(hooks.len(), distinct.len(), "{} of {} tells twice of the same", there.shop, there.platform);
    }
}

/// The four that sell the same agree on what was counted last.
fn everybody_has_what_was_counted_last(storm: &Storm<'_>) {
    for (place, quantity) in storm.last_counts() {
        for there in storm.in_step() {
            let available = there.stand.available(&there.shop, place);
            assert_eq!(available, quantity, "product {place} at {}", there.platform);
        }
    }
}

impl There<'_> {
    /// What a plain reading of it has to bring, by the beginning of its line.
    fn kept(&self) -> [(&'static str, usize); 3] {
        [("order ", self.counts.orders), ("product ", self.counts.products), ("level ", self.counts.products)]
    }
}
