//! A page about people is taken in while the one before it still is. It knows whom that one let in, ends after it and never
//! without it, and nothing is written of anybody who was erased in between.

use std::sync::mpsc;
use std::time::Duration;

use harness::asked::ask;
use harness::course::Course;
use harness::goods::{customer, order};
use harness::world::World;
use rightsdesk_server::floor::graphql::node_id;
use rightsdesk_server::floor::kernel::{Error, Personal, Ref, Result, StoreId, SubjectId};
use rightsdesk_server::floor::ledger::{Event, Witnessed};
use rightsdesk_server::floor::platforms::{Good, Order};
use rightsdesk_server::floor::vault::SubjectKey;
use rightsdesk_server::records::{self, Again, TakenIn};
use rightsdesk_server::roof::demo::street::Counts;
use rightsdesk_server::subjects::{Ahead, Before, Committed, Turn};
use serde_json::json;
use tokio::task::JoinHandle;

const NONE: TakenIn = TakenIn { new: 0, changed: 0, older: 0, refused: 0 };

async fn shop(world: &World) -> Ref<StoreId> {
    let tenant = world.shop("Zaitoon Home", 0).await.tenant;
    world.store(tenant, &format!("{}.example", tenant.uuid().as_simple()), &["read_orders"]).await
}

/// A page that is being taken in, and commits once it is told to; where nobody tells it, it does not.
struct Open {
    taking: JoinHandle<Result<TakenIn>>,
    ends: mpsc::Sender<()>,
    ahead: Ahead,
}

fn take_in(world: &World, at: Ref<StoreId>, goods: Vec<Good>, before: Option<Before>) -> Open {
    let (ends, told) = mpsc::channel();
    let (mut turn, ahead) = Turn::in_row(before);
    let (ledger, tools, scope) = (world.ledger.clone(), world.tools.clone(), world.scope(at.tenant));
    let written = async move {
        let (vault, policy) = (tools.vault.clone(), tools.policy.in_force()?);
        let written = ledger.write(scope, move |tx| {
            let taken = records::take_in_turn(tx, &vault, &policy.policy, at.id, &goods, Again::NEVER, &mut turn)?;
            told.recv_timeout(Duration::from_secs(20)).map_err(|_| Error::Conflict)?;
            Ok(Witnessed::new(taken, Event::new("test.page", "store", at.id.uuid())))
        });
        written.await
    };
    let taking = tokio::spawn(written);
    Open { taking, ends, ahead }
}

impl Open {
    /// Once it has passed the gate: what the next page is behind of, and the rest of it.
    async fn passed(self) -> (Before, Committed, JoinHandle<Result<TakenIn>>, mpsc::Sender<()>) {
        let (before, committed) = self.ahead.passed().await.expect("it passes the gate");
        (before, committed, self.taking, self.ends)
    }
}

/// A page that the next one is behind of.
struct First {
    taking: JoinHandle<Result<TakenIn>>,
    ends: mpsc::Sender<()>,
    committed: Committed,
}

/// Two pages, of which the second is taken in before the first has ended.
async fn two(world: &World, at: Ref<StoreId>, first: Vec<Good>, second: Vec<Good>) -> (First, Open) {
    let (before, committed, taking, ends) = take_in(world, at, first, None).passed().await;
    let second = take_in(world, at, second, Some(before));
    second.ends.send(()).expect("it listens");
    (First { taking, ends, committed }, second)
}

fn lines(world: &World, at: Ref<StoreId>, sql: &str) -> Vec<String> {
    world.base.lines(&sql.replace("$tenant", &format!("'{}'", at.tenant.uuid())))
}

fn count(world: &World, at: Ref<StoreId>, table: &str) -> String {
    lines(world, at, &format!("select count(*)::text as line from {table} where tenant_id = $tenant")).concat()
}

fn called(id: &str, mail: &str, customer: Option<&str>) -> Good {
    let phone = Some(Personal::new("+49 170 5550100"));
    Good::Order(Order { customer: customer.map(str::to_owned), phone, ..order(id, mail, 1) })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_named_on_both_is_one_person_and_the_second_page_ends_after_the_first() {
    let world = World::new().await;
    let at = shop(&world).await;
    // Ada is known before; the first page knows her again, and lets Bob in.
    world.take_in(at, vec![Good::Order(order("0", "ada@example.com", 1))]).await.expect("taken");
    let first = vec![Good::Order(order("1", "ada@example.com", 1)), Good::Order(order("2", "bob@example.com", 1))];
    let second = vec![
        called("3", "ada@example.com", None),
        called("4", "bob@example.com", None),
        called("5", "carl@example.com", None),
    ];
    let (first, second) = two(&world, at, first, second).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!second.taking.is_finished() && count(&world, at, "orders") == "1", "the first has not ended");
    first.ends.send(()).expect("it listens");
    assert_eq!(first.taking.await.expect("no panic").expect("taken"), TakenIn { new: 2, ..NONE });
    first.committed.tell();
    assert_eq!(second.taking.await.expect("no panic").expect("taken"), TakenIn { new: 3, ..NONE });
    assert_eq!((count(&world, at, "subjects"), count(&world, at, "subject_keys")), ("3".to_owned(), "3".to_owned()));
    let bought =
        "select string_agg(platform_id, ' ' order by platform_id) as line from orders where tenant_id = $tenant
                   group by subject_id order by 1";
    assert_eq!(lines(&world, at, bought), ["0 1 3", "2 4", "5"]);
    let beside = "select count(*)::text as line from subject_identifiers where tenant_id = $tenant and kind = 'phone' and not tells";
    assert_eq!(lines(&world, at, beside), ["3"], "their telephones stand beside them");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_the_first_page_does_not_end_the_second_does_not_either() {
    let world = World::new().await;
    let at = shop(&world).await;
    let page = |id| vec![Good::Order(order(id, "ada@example.com", 1))];
    let (first, second) = two(&world, at, page("1"), page("2")).await;
    drop((first.ends, first.committed));
    assert!(matches!(first.taking.await.expect("no panic"), Err(Error::Conflict)));
    assert!(matches!(second.taking.await.expect("no panic"), Err(Error::Conflict)));
    assert_eq!((count(&world, at, "orders"), count(&world, at, "subjects")), ("0".to_owned(), "0".to_owned()));
    assert_eq!(world.take_in(at, page("2")).await.expect("taken"), TakenIn { new: 1, ..NONE });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_somebody_who_is_erased_between_two_pages_the_second_writes_nothing() {
    let world = World::new().await;
    let at = shop(&world).await;
    let second = || vec![Good::Order(order("2", "ada@example.com", 1)), Good::Order(order("3", "bob@example.com", 1))];
    let (first, waiting) = two(&world, at, vec![Good::Order(order("1", "ada@example.com", 1))], second()).await;
    first.ends.send(()).expect("it listens");
    first.taking.await.expect("no panic").expect("taken");
    let ada = lines(&world, at, "select subject_id::text as line from orders where tenant_id = $tenant").concat();
    let (ada, vault) = (SubjectId::from_uuid(ada.parse().expect("an id")), world.tools.vault.clone());
    let erased = world.ledger.write(world.scope(at.tenant), move |tx| {
        vault.forget::<SubjectKey>(tx, ada)?;
        Ok(Witnessed::new((), Event::new("test.forgot", "subject", ada.uuid())))
    });
    erased.await.expect("erased");
    first.committed.tell();
    assert!(matches!(waiting.taking.await.expect("no panic"), Err(Error::Conflict)));
    assert_eq!(count(&world, at, "orders"), "1");
    assert_eq!(world.take_in(at, second()).await.expect("taken"), TakenIn { new: 1, refused: 1, ..NONE });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_goes_by_something_new_is_looked_for_once_the_first_page_has_ended() {
    let world = World::new().await;
    let at = shop(&world).await;
    // Two who are one, as the second page tells; the first knows only one of them.
    world.take_in(at, vec![Good::Customer(customer("c9", "other@example.com", 1))]).await.expect("taken");
    let first = vec![Good::Order(order("1", "ada@example.com", 1))];
    let (first, second) = two(&world, at, first, vec![called("2", "ada@example.com", Some("c9"))]).await;
    first.ends.send(()).expect("it listens");
    first.taking.await.expect("no panic").expect("taken");
    first.committed.tell();
    assert_eq!(second.taking.await.expect("no panic").expect("taken"), TakenIn { new: 1, ..NONE });
    let there = "select count(*)::text as line from subjects where tenant_id = $tenant and same_as is null";
    assert_eq!(lines(&world, at, there), ["1"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_gives_way_where_somebody_else_waits_for_it_and_the_page_before_waits_for_them() {
    let world = World::new().await;
    let at = shop(&world).await;
    let of = |id: &str, who: &str| Good::Order(order(id, &format!("{who}@example.com"), 1));
    world.take_in(at, vec![of("0", "ada"), of("1", "bob")]).await.expect("taken");
    let (first, second) = two(&world, at, vec![of("2", "ada")], vec![of("3", "ada")]).await;
    let (before, committed, taking, _ends) = second.passed().await;
    first.ends.send(()).expect("it listens");
    first.taking.await.expect("no panic").expect("taken");
    // Somebody else comes by who holds Ada, and then asks for Bob, whom the third page holds.
    let (holds, held) = mpsc::channel();
    let (asks, asked) = mpsc::channel();
    let (vault, policy) = (world.tools.vault.clone(), world.tools.policy.in_force().expect("a policy"));
    let (ledger, scope) = (world.ledger.clone(), world.scope(at.tenant));
    let (one, other) = (vec![of("4", "ada")], vec![of("5", "bob")]);
    let stranger = tokio::spawn(async move {
        let written = ledger.write(scope, move |tx| {
            records::take_in(tx, &vault, &policy.policy, at.id, &one, Again::NEVER)?;
            holds.send(()).map_err(|_| Error::Conflict)?;
            asked.recv_timeout(Duration::from_secs(20)).map_err(|_| Error::Conflict)?;
            let taken = records::take_in(tx, &vault, &policy.policy, at.id, &other, Again::NEVER)?;
            Ok(Witnessed::new(taken, Event::new("test.page", "store", at.id.uuid())))
        });
        written.await
    });
    tokio::task::spawn_blocking(move || held.recv_timeout(Duration::from_secs(20)))
        .await
        .expect("no panic")
        .expect("held");
    let (_, _last, third, _third_ends) = take_in(&world, at, vec![of("6", "bob")], Some(before)).passed().await;
    let begun = std::time::Instant::now();
    asks.send(()).expect("it listens");
    tokio::time::sleep(Duration::from_millis(200)).await;
    first.committed.tell();
    assert!(matches!(third.await.expect("no panic"), Err(Error::Conflict)), "it gives way");
    assert_eq!(stranger.await.expect("no panic").expect("taken"), TakenIn { new: 1, ..NONE });
    assert_eq!(taking.await.expect("no panic").expect("taken"), TakenIn { new: 1, ..NONE });
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    drop(committed);
    assert_eq!(count(&world, at, "orders"), "6");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shop_whose_buyers_come_again_on_every_page_is_read_whole() {
    const SYNCS: &str =
        "query ($id: ID!) { syncs(store: $id) { shelf state done lastRun { outcome pages new refused } } }";
    let course = Course::under("sooperseller").await;
    let shop = course.on_street("shopify", "zaitoon");
    course.stand("shopify").keep(&shop, Counts { customers: 40, orders: 2_600, products: 5 });
    course.world.work().await;
    let at = course.connected("shopify", "zaitoon").await;
    course.world.later(chrono::Duration::minutes(1));
    for _ in 0..100 {
        course.world.base.tamper("update jobs set retry_at = now() where retry_at > now()");
        course.world.work().await;
        let left = "select count(*)::text as line from syncs where watermark is null and state <> 'off'";
        if course.world.base.lines(left) == ["0"] {
            break;
        }
        course.world.later(chrono::Duration::seconds(6));
    }
    let told = ask(&course.world, Some(&course.ops), SYNCS, json!({ "id": node_id(at) })).await;
    let syncs = told["data"]["syncs"].as_array().expect("a list");
    let orders = syncs.iter().find(|sync| sync["shelf"] == "ORDERS").expect("orders");
    assert_eq!((&orders["done"], &orders["lastRun"]["new"]), (&json!(2_600), &json!(2_600)), "{orders}");
    assert!(orders["lastRun"]["pages"].as_i64() >= Some(4), "{orders}");
    let world = &course.world;
    assert_eq!(
        (count(world, at, "orders"), count(world, at, "order_contacts")),
        ("2600".to_owned(), "2600".to_owned())
    );
    let lost = "select count(*)::text as line from orders o where o.tenant_id = $tenant and not exists (
                  select from subject_identifiers i join subjects s on (s.tenant_id, s.id) = (i.tenant_id, i.subject_id)
                   where i.tenant_id = o.tenant_id and i.subject_id = o.subject_id and i.kind = 'mail' and s.same_as is null)";
    assert_eq!(lines(world, at, lost), ["0"], "everybody who bought is somebody");
    assert_eq!(count(world, at, "subjects"), "40");
}
