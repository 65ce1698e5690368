//! Two processes at work for stores, killed in turn, while merchants count, persons write and further stores are connected.

use std::collections::BTreeMap;
use std::process::Command;
use std::time::Duration;

use harness::asked::done;
use harness::course::{Course, Met};
use harness::desk::program;
use harness::yard::Hand;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rightsdesk_server::floor::access::{Caller, Permission};
use rightsdesk_server::floor::graphql::node_id;
use rightsdesk_server::floor::jobs;
use rightsdesk_server::floor::kernel::{JobId, Ref, StoreId, TenantId};
use rightsdesk_server::floor::ledger::{Event, Witnessed};
use rightsdesk_server::roof::demo::street::{Counts, Fault, Kind, Stand, Written};
use serde_json::json;
use uuid::Uuid;

const LEASE: Duration = Duration::from_millis(500);
/// Every call to a platform takes so many milliseconds after it was carried out, so that kills come in between.
const SLOW: u64 = 120;
const SEED: u64 = 29;

/// What the four in step sell, and what each of those has that are connected later.
const FEW: Counts = Counts { customers: 40, orders: 90, products: 24 };
const MANY: Counts = Counts { customers: 110, orders: 700, products: 30 };
/// Places of products: those that the first store counts, those that the second does, and those that persons write of.
const COUNTED_BY: [std::ops::Range<usize>; 2] = [0..8, 8..16];
const WRITTEN: [std::ops::Range<usize>; 2] = [16..20, 20..24];
/// Kills from one further store to the next.
const BETWEEN_STORES: u32 = 4;

const TURN: &str =
    "mutation ($input: TurnSyncInput!) { turnSync(input: $input) { store { syncIsOn } userErrors { code } } }";
const SET: &str =
    "mutation ($input: SetStockInput!) { setStock(input: $input) { write { state } userErrors { code } } }";
const START: &str =
    "mutation ($input: StartSyncInput!) { startSync(input: $input) { syncs { state } userErrors { code } } }";
const AT_ONCE: &str = "update jobs set retry_at = now() where retry_at > now();
                       update lanes set retry_at = now() where retry_at > now()";

/// A store, and where it stands.
pub struct There<'c> {
    pub at: Ref<StoreId>,
    pub platform: &'static str,
    pub shop: String,
    pub stand: &'c Stand,
    pub counts: Counts,
}

impl There<'_> {
    /// What was written there, in order.
    pub fn written(&self) -> Vec<Written> {
        self.stand.written().into_iter().filter(|written| written.shop == self.shop).collect()
    }
}

pub struct Storm<'c> {
    course: &'c Course,
    dice: StdRng,
    hands: Vec<Hand>,
    in_step: Vec<There<'c>>,
    later: Vec<There<'c>>,
    last: BTreeMap<usize, i64>,
    /// No two counts and no two writes are of the same quantity: what is carried out twice is seen.
    quantity: i64,
    turns: usize,
}

impl<'c> Storm<'c> {
    /// Four stores that sell the same, connected and with their sync on; nothing is read yet.
    pub async fn gathers(course: &'c Course) -> Self {
        let mut storm = Self {
            course,
            dice: StdRng::seed_from_u64(SEED),
            hands: Vec::new(),
            in_step: Vec::new(),
            later: Vec::new(),
            last: BTreeMap::new(),
            quantity: 1_000,
            turns: 0,
        };
        for platform in ["shopify", "woocommerce", "ebay", "etsy"] {
            let there = storm.connected(platform, "zaitoon", FEW).await;
            let version = course.seen(there.at).await["version"].clone();
            let input = json!({ "id": node_id(there.at), "version": version, "isOn": true });
            assert_eq!(done(&course.world, &course.ops, TURN, input).await["store"]["syncIsOn"], true);
            there.stand.order(Fault::always("/", Kind::Slow(Duration::from_millis(SLOW))));
            storm.in_step.push(there);
        }
        storm.hands = vec![storm.hired(), storm.hired()];
        storm
    }

    async fn connected(&self, platform: &'static str, name: &str, counts: Counts) -> There<'c> {
        let (shop, stand) = (self.course.on_street(platform, name), self.course.stand(platform));
        stand.keep(&shop, counts);
        let at = self.course.connected(platform, name).await;
        start(self.course, at).await;
        There { at, platform, shop, stand, counts }
    }

    /// A process with the product's own jobs.
    fn hired(&self) -> Hand {
        let world = &self.course.world;
        let mut command = Command::new(program());
        command.args(["stores", world.base.online.expose(), &LEASE.as_millis().to_string(), "6"]);
        command.arg(&world.keys).arg(self.course.desk.url());
        command.arg(serde_json::to_string(&Met::on(&self.course.street)).expect("JSON"));
        Hand::hired(command)
    }

    /// Something happens everywhere, and one of the two is killed: at any moment, or just when a platform did what it was
    /// asked to and has not answered yet.
    pub async fn rages(&mut self, number: u32) {
        if number.is_multiple_of(BETWEEN_STORES) {
            let platform = if number.is_multiple_of(2 * BETWEEN_STORES) { "woocommerce" } else { "shopify" };
            let there = self.connected(platform, &format!("later{number}"), MANY).await;
            self.later.push(there);
        }
        self.happens(2).await;
        let before = self.carried_out();
        if self.dice.random_range(0..3) == 0 {
            for _ in 0..200 {
                tokio::time::sleep(Duration::from_millis(15)).await;
                if self.carried_out() > before {
                    break;
                }
            }
            let moment = self.dice.random_range(0..SLOW);
            tokio::time::sleep(Duration::from_millis(moment)).await;
        } else {
            let moment = self.dice.random_range(200..1_500);
            tokio::time::sleep(Duration::from_millis(moment)).await;
        }
        let which = self.dice.random_range(0..self.hands.len());
        self.hands.swap_remove(which).kill();
        self.hands.push(self.hired());
        self.reopen().await;
        self.course.world.base.tamper(AT_ONCE);
    }

    /// Merchants count at two stores, persons write to the two others, and all four are read.
    async fn happens(&mut self, counts: usize) {
        for (store, own) in COUNTED_BY.iter().enumerate() {
            for _ in 0..counts {
                let place = self.place(own);
                self.count(store, place);
            }
            self.write(2 + store).await;
        }
        for there in &self.in_step {
            start(self.course, there.at).await;
        }
    }

    /// One after another, so that no product is counted twice in the same second.
    fn place(&mut self, of: &std::ops::Range<usize>) -> usize {
        self.turns += 1;
        of.start + self.turns % of.len()
    }

    fn count(&mut self, store: usize, place: usize) {
        self.quantity += 1;
        let there = &self.in_step[store];
        there.stand.count(&there.shop, place, self.quantity);
        self.last.insert(place, self.quantity);
    }

    async fn write(&mut self, store: usize) {
        self.quantity += 1;
        let place = self.place(&WRITTEN[store - 2]);
        let (there, sku) = (&self.in_step[store], format!("SKU-{place:04}"));
        let rows = format!(
            "select item || '|' || place as line from inventory where store_id = '{}' and sku = '{sku}'",
            there.at.id.uuid()
        );
        // Before its stock was read for the first time there is nothing to write to.
        let Some(row) = self.course.world.base.lines(&rows).pop() else { return };
        let (item, lies) = row.split_once('|').expect("two parts");
        let input = json!({ "store": node_id(there.at), "item": item, "place": lies, "quantity": self.quantity });
        assert_eq!(done(&self.course.world, &self.course.ops, SET, input).await["write"]["state"], "WAITING");
    }

    /// Nobody is killed any more: what is left is done, each product is counted once more, and that goes everywhere, too.
    pub async fn blows_over(&mut self) {
        self.settles().await;
        for there in &self.in_step {
            there.stand.lift();
        }
        tokio::time::sleep(Duration::from_secs(2)).await;
        for (store, of) in COUNTED_BY.iter().enumerate() {
            of.clone().for_each(|place| self.count(store, place));
        }
        for _ in 0..3 {
            for there in self.stores() {
                start(self.course, there.at).await;
            }
            self.settles().await;
            // What came of it is a second older when it is read.
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        self.hands.clear();
    }

    async fn settles(&mut self) {
        const LEFT: &str = "select ((select count(*) from syncs where state = 'running')
            + (select count(*) from stock_writes where state = 'waiting')
            + (select count(*) from jobs where name in ('pull_page', 'set_stock_at_platform', 'subscribe_store')
                 and state in ('ready', 'running', 'quarantined')))::text as line";
        let begun = std::time::Instant::now();
        while self.course.world.base.lines(LEFT) != ["0"] {
            assert!(begun.elapsed() < Duration::from_mins(3), "it does not end: {:#?}", self.standing());
            self.reopen().await;
            self.course.world.base.tamper(AT_ONCE);
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// Three kills of the same job look like poison, so a person is asked; here he knows better.
    async fn reopen(&self) {
        let world = &self.course.world;
        let rows = world.base.lines("select tenant_id || ' ' || id as line from jobs where state = 'quarantined'");
        let uuid = |text: &str| text.parse::<Uuid>().expect("an id");
        for (tenant, id) in rows.iter().filter_map(|row| row.split_once(' ')) {
            let (tenant, id) = (TenantId::from_uuid(uuid(tenant)), JobId::from_uuid(uuid(id)));
            let scope = Caller::house().permit(Permission::KeepHouse, tenant).expect("the house may");
            let written = world.ledger.write(scope, move |tx| {
                jobs::reopen(tx, id)?;
                Ok(Witnessed::new((), Event::new("job.reopened", "job", id.uuid())))
            });
            written.await.expect("reopened");
        }
    }

    pub fn stores(&self) -> impl Iterator<Item = &There<'c>> {
        self.in_step.iter().chain(&self.later)
    }

    pub fn in_step(&self) -> &[There<'c>] {
        &self.in_step
    }

    /// Those at which nothing was counted or written.
    pub fn untouched(&self) -> &[There<'c>] {
        &self.later
    }

    pub fn last_counts(&self) -> impl Iterator<Item = (usize, i64)> {
        self.last.iter().map(|(place, quantity)| (*place, *quantity))
    }

    fn carried_out(&self) -> usize {
        self.in_step.iter().map(|there| there.stand.written().len()).sum()
    }

    /// Attempts that ended with their process, by what they were at.
    pub fn broken_off(&self) -> BTreeMap<String, usize> {
        let rows = self.course.world.base.lines(
            "select j.name || ' ' || count(*) as line from job_attempts a join jobs j on j.tenant_id = a.tenant_id and
               j.id = a.job_id where a.code = 'CRASHED' group by j.name",
        );
        let parts = rows.iter().filter_map(|row| row.split_once(' '));
        parts.map(|(name, count)| (name.to_owned(), count.parse().expect("a count"))).collect()
    }

    /// Writes that a platform carried out within an attempt that ended with its process.
    pub fn carried_out_by_the_killed(&self) -> usize {
        let rows = self.course.world.base.lines(
            "select w.store_id || ' ' || w.sku || ' ' || w.quantity || ' ' ||
                    (extract(epoch from a.started_at) * 1000000)::bigint || ' ' ||
                    (extract(epoch from a.ended_at) * 1000000)::bigint as line
               from job_attempts a join jobs j on j.tenant_id = a.tenant_id and j.id = a.job_id
               join stock_writes w on w.tenant_id = j.tenant_id and w.id = (j.payload::json ->> 'write')::uuid
              where a.code = 'CRASHED' and j.name = 'set_stock_at_platform'",
        );
        let carried_out = |row: &&String| {
            let parts: Vec<&str> = row.split(' ').collect();
            let number = |at: usize| parts[at].parse::<i64>().expect("a number");
            self.in_step.iter().filter(|there| there.at.id.uuid().to_string() == parts[0]).any(|there| {
                let is_it = |seen: &Written| {
                    seen.sku == parts[1]
                        && seen.quantity == number(2)
                        && (number(3)..number(4)).contains(&seen.at.micros())
                };
                there.written().iter().any(is_it)
            })
        };
        rows.iter().filter(carried_out).count()
    }

    /// For a person who wonders.
    pub fn standing(&self) -> Vec<String> {
        self.course.world.base.lines(
            "select name || ' ' || state || ' ' || coalesce(code, '') || ' attempt ' || attempt || ' x' || count(*) as line
               from jobs where state <> 'done' group by name, state, code, attempt
             union all select 'sync ' || shelf || ' ' || state || ' ' || coalesce(failure, '') || ' x' || count(*) from syncs
               group by shelf, state, failure",
        )
    }
}

async fn start(course: &Course, at: Ref<StoreId>) {
    done(&course.world, &course.ops, START, json!({ "store": node_id(at) })).await;
}
