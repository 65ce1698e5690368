//! Ten thousand connects and disconnects at once, of which some are broken off, some are repeated with their key, and some
//! lose their connection to Postgres in the middle. From outside, somebody watches all the while: never is a slot taken
//! twice, never more of them than there are, and none is lost.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant as Stop};

use futures_util::{StreamExt, stream};
use harness::base::Base;
use harness::books::links_of;
use harness::world::World;
use rand::RngExt;
use rand::seq::IndexedRandom;
use rightsdesk_server::apps::{App, connect_app, disconnect_app, slots};
use rightsdesk_server::floor::access::Caller;
use rightsdesk_server::floor::kernel::{AppId, Error, Ref, Result, TenantId, Watch};
use rightsdesk_server::floor::ledger::Once;
use rightsdesk_server::tenants::{TenantChange, change_tenant};

const CALLS: usize = 10_000;
const AT_ONCE: usize = 16;
const SLOTS: [usize; 2] = [9, 3];

/// What the watcher sees of one moment: per tenant what is taken, what is connected, how many different slots that is and
/// the highest; then credentials that hang on nothing, and disconnected apps without a receipt.
const MOMENT: &str = "
select t.tenant_id || ' ' || t.app_slots || ' ' || count(a.slot) || ' ' || count(*) filter (where a.state = 'connected')
       || ' ' || count(distinct a.slot) || ' ' || coalesce(max(a.slot), 0)
       || ' ' || (select count(*) from secrets s where s.tenant_id = t.tenant_id and s.kind = 'app_credential'
                   and not exists (select from apps x where x.tenant_id = s.tenant_id and x.credential_id = s.id))
       || ' ' || (select count(*) from apps x where x.tenant_id = t.tenant_id and x.state = 'disconnected'
                   and not exists (select from app_receipts r where r.tenant_id = x.tenant_id and r.app_id = x.id)) as line
  from tenants t left join apps a on a.tenant_id = t.tenant_id group by t.tenant_id, t.app_slots";

/// The apps that are connected.
const CONNECTED: &str = "select tenant_id || ' ' || id as line from apps where state = 'connected' order by random()";

/// One look; whether a tenant was full, and whether it was not.
fn look(base: &Base) -> (bool, bool) {
    let (mut full, mut room) = (false, false);
    for line in base.lines(MOMENT) {
        let parts: Vec<usize> = line.split(' ').skip(1).map(|part| part.parse().expect("a number")).collect();
        let [limit, taken, connected, different, highest, orphans, silent] = parts[..] else { panic!("{line}") };
        assert!(taken <= limit && highest <= limit, "more than there are: {line}");
        assert!(taken == connected && taken == different, "a slot is taken twice, or leaked: {line}");
        assert_eq!((orphans, silent), (0, 0), "something was left behind: {line}");
        full |= taken == limit;
        room |= taken < limit;
    }
    (full, room)
}

struct Race {
    world: World,
    owners: Vec<(TenantId, Caller)>,
    /// Apps that were connected when somebody last looked.
    seen: Mutex<Vec<String>>,
    connected: AtomicUsize,
    disconnected: AtomicUsize,
    turned_away: AtomicUsize,
    broken_off: AtomicUsize,
}

fn once(number: usize, verb: u8) -> Once {
    let mut key = [verb; 32];
    key[..8].copy_from_slice(&number.to_be_bytes());
    Once { key, input: key }
}

impl Race {
    async fn call(&self, number: usize) {
        if rand::random_bool(0.5) {
            self.connect(number).await;
        } else {
            self.disconnect(number).await;
        }
    }

    async fn connect(&self, number: usize) {
        let (tenant, owner) = self.owners.choose(&mut rand::rng()).expect("owners");
        // Now and then two want the same name.
        let name = if rand::random_bool(0.1) { "WhatsCart".to_owned() } else { format!("App {number}") };
        let secret = format!("wa_live_{number:012}");
        let attempt = |key| {
            let new = self.world.new_app(*tenant, &name, number.is_multiple_of(2).then_some(secret.as_str()));
            connect_app(&self.world.tools, owner, new, key)
        };
        let met = match number % 5 {
            // Twice at once with one key: one app, and one answer.
            0 => {
                let (one, two) = tokio::join!(attempt(Some(once(number, 1))), attempt(Some(once(number, 1))));
                if let (Ok(one), Ok(two)) = (&one, &two) {
                    assert_eq!(one.id, two.id, "one key, two apps");
                }
                if one.is_ok() { one } else { two }
            }
            // Broken off somewhere, and asked again with its key until there is an answer.
            1 => {
                self.break_off(attempt(Some(once(number, 1)))).await;
                self.insist(|| attempt(Some(once(number, 1)))).await
            }
            // Broken off and forgotten: whatever it came to stands.
            2 => return self.break_off(attempt(None)).await,
            _ => attempt(None).await,
        };
        self.note(met, &self.connected);
    }

    async fn disconnect(&self, number: usize) {
        let Some(picked) = self.pick().await else { return self.connect(number).await };
        let (tenant, id) = picked.split_once(' ').expect("two ids");
        let tenant = TenantId::from_uuid(tenant.parse().expect("an id"));
        let at = Ref::new(tenant, AppId::from_uuid(id.parse().expect("an id")));
        let owner = &self.owners.iter().find(|(tenant, _)| *tenant == at.tenant).expect("its owner").1;
        let attempt = |key| disconnect_app(&self.world.tools, owner, (at, 1), key);
        let met = match number % 4 {
            0 => {
                let (one, two) = tokio::join!(attempt(Some(once(number, 2))), attempt(Some(once(number, 2))));
                if one.is_ok() { one } else { two }
            }
            1 => {
                self.break_off(attempt(Some(once(number, 2)))).await;
                self.insist(|| attempt(Some(once(number, 2)))).await
            }
            2 => return self.break_off(attempt(None)).await,
            _ => attempt(None).await,
        };
        self.note(met, &self.disconnected);
    }

    /// An app that was connected a moment ago, whoever connected it; others may be at it too.
    async fn pick(&self) -> Option<String> {
        let picked = self.seen.lock().expect("nobody panicked").pop();
        if picked.is_some() {
            return picked;
        }
        let base = self.world.base;
        let mut connected = tokio::task::spawn_blocking(|| base.lines(CONNECTED)).await.expect("no panic");
        let picked = connected.pop();
        self.seen.lock().expect("nobody panicked").extend(connected);
        picked
    }

    /// The caller goes away in the middle.
    async fn break_off(&self, call: impl Future<Output = Result<App>>) {
        let patience = Duration::from_micros(rand::rng().random_range(0..20_000));
        if tokio::time::timeout(patience, call).await.is_err() {
            self.broken_off.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Asks again while nobody knows.
    async fn insist<F: Future<Output = Result<App>>>(&self, call: impl Fn() -> F) -> Result<App> {
        loop {
            match call().await {
                Err(Error::Unavailable { .. }) => tokio::time::sleep(Duration::from_millis(5)).await,
                met => return met,
            }
        }
    }

    fn note(&self, met: Result<App>, done: &AtomicUsize) {
        let counted = match met {
            Ok(_) => done,
            Err(Error::Refused(no)) if ["SLOTS_FULL", "TAKEN"].contains(&no.code) => &self.turned_away,
            // Another was first to disconnect it.
            Err(Error::Conflict) => &self.turned_away,
            Err(Error::Unavailable { .. }) => &self.broken_off,
            Err(other) => panic!("{other:?}"),
        };
        counted.fetch_add(1, Ordering::Relaxed);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ten_thousand_racing_calls_never_exceed_the_limit_and_never_leak_a_slot() {
    let world = World::alone_under("shopiq", Watch::host()).await;
    let mut owners = Vec::new();
    for slots in SLOTS {
        let tenant = world.shop("Zaitoon Home", 0).await.tenant;
        let change = TenantChange { app_slots: Some(i32::try_from(slots).expect("few")), ..TenantChange::default() };
        change_tenant(&world.tools, &Caller::house(), (tenant, 1), change, None).await.expect("changed");
        owners.push((tenant, world.owner(tenant, "imke").await.caller));
    }
    let base = world.base;
    let zero = AtomicUsize::default;
    let seen = Mutex::default();
    let race =
        Race { world, owners, seen, connected: zero(), disconnected: zero(), turned_away: zero(), broken_off: zero() };

    let over = Arc::new(AtomicBool::new(false));
    let ends = Arc::clone(&over);
    let watcher = std::thread::spawn(move || {
        let (mut looks, mut full, mut room) = (0, 0, 0);
        while !ends.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_millis(50));
            let seen = look(base);
            (looks, full, room) = (looks + 1, full + usize::from(seen.0), room + usize::from(seen.1));
        }
        (looks, full, room)
    });
    let ends = Arc::clone(&over);
    let breaker = std::thread::spawn(move || {
        let mut killed = 0;
        while !ends.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_millis(250));
            let kill = "select pg_terminate_backend(pid)::text as line from pg_stat_activity
                         where datname = current_database() and usename = 'rightsdesk' and state = 'active' limit 1";
            killed += base.lines(kill).len();
        }
        killed
    });
    let begun = Stop::now();
    stream::iter(0..CALLS).map(|number| race.call(number)).buffer_unordered(AT_ONCE).collect::<()>().await;
    let took = begun.elapsed();
    over.store(true, Ordering::Relaxed);
    let (looks, full, room) = watcher.join().expect("the watcher saw nothing wrong");
    let killed = breaker.join().expect("no panic");
    let count = |of: &AtomicUsize| of.load(Ordering::Relaxed);
    println!(
        "{CALLS} calls in {took:.1?}: {} connected, {} disconnected, {} turned away, {} broken off, {killed} connections \
         killed; {looks} looks, {full} of them at a full tenant",
        count(&race.connected),
        count(&race.disconnected),
        count(&race.turned_away),
        count(&race.broken_off)
    );
    assert!(looks > 20 && full > 5 && room > 5, "the watcher saw too little: {looks} {full} {room}");
    assert!(count(&race.connected) > CALLS / 20 && count(&race.broken_off) > CALLS / 50, "there was no race");
    settled(&race).await;
}

/// After the race: what the books tell is what stands, and each slot can be taken again, up to the limit and no further.
async fn settled(race: &Race) {
    let (world, base) = (&race.world, race.world.base);
    look(base);
    for ((tenant, owner), limit) in race.owners.iter().zip(SLOTS) {
        let id = tenant.uuid();
        let told = format!(
            "select count(*) filter (where action = 'app.connected') || ' ' || count(*) filter (where action = 'app.disconnected')
                    as line from audit_events where tenant_id = '{id}'
             union all
             select count(*) || ' ' || count(*) filter (where state = 'disconnected') from apps where tenant_id = '{id}'"
        );
        let told: BTreeSet<String> = base.lines(&told).into_iter().collect();
        assert_eq!(told.len(), 1, "the book and the rows differ: {told:?}");
        links_of(base, *tenant);
        for line in
            base.lines(&format!("select id::text as line from apps where tenant_id = '{id}' and state = 'connected'"))
        {
            let at = Ref::new(*tenant, AppId::from_uuid(line.parse().expect("an id")));
            disconnect_app(&world.tools, owner, (at, 1), None).await.expect("disconnected");
        }
        for number in 0..limit {
            let new = world.new_app(*tenant, &format!("Again {number}"), None);
            connect_app(&world.tools, owner, new, None).await.expect("a slot that leaked is missing now");
        }
        let new = world.new_app(*tenant, "One more", None);
        let full = connect_app(&world.tools, owner, new, None).await;
        assert!(matches!(full, Err(Error::Refused(no)) if no.code == "SLOTS_FULL"));
        let left = slots(&world.tools, owner, *tenant).await.expect("an answer");
        assert_eq!((left.limit, left.taken), (i32::try_from(limit).expect("few"), i32::try_from(limit).expect("few")));
    }
    look(base);
}
