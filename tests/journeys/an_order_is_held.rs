//! An order that somebody holds stays whole, under nobody's name, and the rest of the person is erased around it. A plan that
//! does not know of the hold is not carried out, and once it is let go the order goes too.

use std::collections::BTreeSet;

use chrono::Duration;
use harness::asked::ask;
use harness::goods::order;
use harness::planned::{ASHA, Planned, code, short};
use rightsdesk_server::floor::jobs;
use rightsdesk_server::floor::kernel::{HoldId, Instant, OrderId, Personal, Ref, RequestId, SubjectId, TenantId};
use rightsdesk_server::floor::ledger::{Event, Witnessed};
use rightsdesk_server::floor::platforms::{Good, Order};
use rightsdesk_server::floor::regulations::Right;
use rightsdesk_server::requests::{self, COOLING_OFF, EndKeeps, Hold, HoldKind, NewHold, Stage};
use serde_json::{Value, json};

/// Who bought something too and asked for nothing.
const BILAL: &str = "bilal@mail.example";

/// What is held of the order, but for whom it names and under which key it is.
const WHOLE: &str = "select t.line from (
    select 'o ' || (to_jsonb(o) - 'subject_id')::text as line from orders o where o.platform_id = '3'
    union all select 'l ' || to_jsonb(l)::text from order_lines l join orders o on o.id = l.order_id
               where o.platform_id = '3'
    union all select 's ' || (to_jsonb(s) - 'subject_id')::text from shipments s join orders o on o.id = s.order_id
               where o.platform_id = '3'
    union all select 'x ' || num_nonnulls(x.handle, x.mail, x.phone, x.address, x.country) from order_contacts x
                join orders o on o.id = x.id where o.platform_id = '3') t order by 1";

/// Everything that is held of buyers, as it is stored.
const ALL: &str = "select t.line from (
    select 'c ' || c::text as line from customers c
    union all select 'o ' || o::text from orders o
    union all select 'x ' || x::text from order_contacts x
    union all select 's ' || s::text from shipments s
    union all select 'k ' || k::text from subject_keys k) t order by 1";

const OF_ORDER: &str = "select subject_id::text as line from orders where platform_id = '3'";
const KEEPS: &str = "select distinct ground || ' ' || coalesce(until_on::text, 'open') as line from keeps
    where ended_at is null";

const PLACE: &str = "mutation ($input: PlaceHoldInput!) { placeHold(input: $input) {
  hold { reference order } userErrors { code field message } } }";

struct Story {
    scene: Planned,
    at: Ref<RequestId>,
}

impl Story {
    /// Asha asks to be forgotten, whose orders bind nobody any more; the third is the one that she disputes.
    async fn begins() -> Self {
        let scene = Planned::begins().await;
        let long_ago = Instant::from_micros(1_700_000_000_000_000);
        let old = |id: &str, mail: &str| Order {
            fulfilment: Some("fulfilled".to_owned()),
            placed_at: long_ago,
            ..order(id, mail, 1)
        };
        let disputed = Order {
            phone: Some(Personal::new("+49 170 5500001")),
            handle: Some(Personal::new("asha_buys")),
            customer: Some("c1".to_owned()),
            ..old("3", ASHA)
        };
        scene.comes_in(vec![Good::Order(disputed), Good::Order(old("9", BILAL))]).await;
        scene.world.base.tamper(
            "update orders set placed_at = placed_at - interval '2 years' where platform_id = '2';
             insert into shipments (tenant_id, id, order_id, number, subject_id, courier, generation, state, recorded_at)
             select tenant_id, gen_random_uuid(), id, 1, subject_id, 'TCS', 0, 'shipped', placed_at from orders
              where platform_id in ('1', '3')",
        );
        let at = scene.asks(Right::Deletion).await;
        Self { scene, at }
    }

    fn one(&self, sql: &str) -> String {
        self.scene.lines(sql).pop().expect("a line")
    }

    fn order(&self, platform_id: &str) -> Ref<OrderId> {
        let id = self.one(&format!("select id::text as line from orders where platform_id = '{platform_id}'"));
        Ref::new(self.scene.tenant, OrderId::from_uuid(id.parse().expect("an id")))
    }

    fn on(order: Ref<OrderId>) -> NewHold {
        let reason = Personal::new("the jug came broken");
        NewHold { kind: HoldKind::Dispute, order: Some(order), reason, review_on: None }
    }

    async fn holds(&self) -> Hold {
        let (tools, new) = (&self.scene.world.tools, Self::on(self.order("3")));
        requests::place_hold(tools, &self.scene.support, self.at, new, None).await.expect("held")
    }

    async fn lets_go(&self, hold: HoldId) {
        let (tools, at) = (&self.scene.world.tools, Ref::new(self.scene.tenant, hold));
        requests::release_hold(tools, &self.scene.approver, at, None).await.expect("let go");
    }

    /// The plan that stands is approved.
    async fn approves(&self) {
        let digest = self.scene.plan(self.at).await.digest;
        self.scene.submits(self.at, digest).await.expect("submitted");
        self.scene.approves(&self.scene.approver, self.at, digest).await.expect("approved");
    }

    async fn works(&self) {
        while self.scene.world.work().await > 0 {}
    }

    async fn cools_off(&self) {
        self.scene.world.later(COOLING_OFF);
        self.works().await;
    }

    /// Whoever is awaited is given up.
    async fn gives_up(&self) {
        self.scene.gives_up().await;
        self.works().await;
    }

    /// The look of the next day.
    async fn a_night_goes_by(&self) {
        self.scene.world.later(Duration::days(1));
        let written = self.scene.world.ledger.write(self.scene.world.scope(TenantId::HOUSE), |tx| {
            let id = jobs::enqueue(tx, &EndKeeps {})?;
            Ok(Witnessed::new((), Event::new("test.looks", "job", id.uuid())))
        });
        written.await.expect("enqueued");
        self.works().await;
    }

    /// What is held under this subject's name, opened by its key.
    async fn opened(&self, subject: SubjectId) -> BTreeSet<String> {
        let world = &self.scene.world;
        let (map, vault) = (world.tools.map, world.tools.vault.clone());
        let opened = world.ledger.reveal(world.scope(self.scene.tenant), "test", move |tx| {
            let (held, key) = (map.disclose(tx, subject)?, vault.subject_key(tx, subject, "test")?);
            let key = key.expect("a key that opens");
            let cells = held.iter().flat_map(|held| &held.rows).flat_map(|row| &row.cells);
            Ok(cells.filter_map(|cell| cell.open(&key).expect("it opens")).collect::<BTreeSet<String>>())
        });
        opened.await.expect("opened")
    }
}

/// Whether anything is left of whom the order went to.
fn is_reachable(whole: &[String]) -> bool {
    whole.iter().any(|line| line.starts_with("x ") && line != "x 0")
}

/// How many contacts there are of orders of these names.
fn contacts(names: &str) -> String {
    format!(
        "select count(*) || '' as line from order_contacts x join orders o on o.id = x.id where o.name in ({names})"
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_that_is_held_stays_whole_and_everything_else_goes_until_it_is_let_go() {
    let story = Story::begins().await;
    let (scene, tools) = (&story.scene, &story.scene.world.tools);
    let (asha, whole) = (story.one(OF_ORDER), scene.lines(WHOLE));
    assert!(is_reachable(&whole), "{whole:#?}");
    let hold = story.holds().await;
    let ground = format!("order_hold:{}", hold.reference);
    let told = short(&scene.plan(story.at).await.lines);
    for line in [
        format!("order orders 1 keep {ground}"),
        format!("customer order_contacts 1 keep {ground}"),
        format!("order shipments 1 keep {ground}"),
        "customer customers 1 delete".to_owned(),
    ] {
        assert!(told.contains(&line), "{line}: {told:#?}");
    }
    assert!(told.iter().any(|line| line.ends_with(&format!("by_hand to shopify {ground}"))), "{told:#?}");
    story.approves().await;
    story.cools_off().await;

    assert_eq!(scene.lines(WHOLE), whole, "it stands as it stood");
    let keeper = story.one(OF_ORDER);
    assert_ne!(keeper, asha, "of nobody's name");
    let opened = story.opened(SubjectId::from_uuid(keeper.parse().expect("an id"))).await;
    assert!(opened.iter().any(|value| value == ASHA), "whoever decides the dispute can read it: {opened:?}");
    for gone in [
        "select count(*) || '' as line from customers where platform_id = 'c1'".to_owned(),
        format!("select count(*) || '' as line from orders where subject_id = '{asha}'"),
        contacts("'#1', '#2'"),
        "select count(*) || '' as line from shipments s join orders o on o.id = s.order_id where o.name = '#1'"
            .to_owned(),
        format!("select count(*) || '' as line from subject_keys where subject_id = '{asha}' and wrapped is not null"),
    ] {
        assert_eq!(story.one(&gone), "0", "{gone}");
    }
    assert_eq!(scene.lines(KEEPS), [format!("{ground} open")]);
    let shop = format!(
        "select kind || ' ' || (advice like 'An order at this store is held%') as line from recipient_tasks
          where store_id = '{}'",
        scene.store.id.uuid()
    );
    assert_eq!(story.one(&shop), "manual true", "the shop keeps it too");

    story.gives_up().await;
    let certificates = requests::list_certificates(tools, &scene.support, story.at).await.expect("read");
    let document: Value = serde_json::from_str(&certificates.first().expect("certified").document).expect("JSON");
    let kept = document["keeps"].as_array().expect("a list");
    let is_named =
        kept.iter().any(|keep| keep["place"] == "orders" && keep["ground"] == ground && keep["until"].is_null());
    assert!(is_named, "{document}");
    assert!(matches!(scene.stands(story.at).await.stage, Stage::Closed { .. }), "nothing waits for the hold");
    let letters = tools.mail.mailbox().expect("letters are kept in memory").letters_to(ASHA);
    assert!(letters.iter().any(|kept| kept.letter.text.contains("legal claim")), "she is told why");

    // What went over is nobody's any more, whoever asks.
    let again = requests::place_hold(tools, &scene.support, story.at, Story::on(story.order("3")), None).await;
    assert_eq!(code(again), "INVALID");

    story.a_night_goes_by().await;
    assert_eq!(scene.lines(WHOLE), whole, "as long as it is held");
    story.lets_go(hold.id).await;
    let today = tools.watch.now().day();
    assert_eq!(scene.lines(KEEPS), [format!("{ground} {today}")]);
    story.a_night_goes_by().await;
    assert_eq!(scene.lines(KEEPS), Vec::<String>::new());
    let left = "select coalesce(subject_id::text, 'nobody') || ' ' || total as line from orders where name = '#3'";
    assert_eq!(story.one(left), "nobody 50000000", "the books stay whole");
    for gone in [
        contacts("'#3'"),
        "select count(*) || '' as line from shipments".to_owned(),
        format!(
            "select count(*) || '' as line from subject_keys where subject_id = '{keeper}' and wrapped is not null"
        ),
    ] {
        assert_eq!(story.one(&gone), "0", "{gone}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_approved_plan_that_does_not_know_of_it_goes_back_and_the_next_goes_around_it() {
    let story = Story::begins().await;
    let scene = &story.scene;
    story.approves().await;
    let hold = story.holds().await;
    assert!(matches!(scene.stands(story.at).await.stage, Stage::Open { .. }), "it is read again");
    let told = short(&scene.plan(story.at).await.lines);
    assert!(told.contains(&format!("order orders 1 keep order_hold:{}", hold.reference)), "{told:#?}");

    let story = Story::begins().await;
    let scene = &story.scene;
    story.approves().await;
    let all = scene.lines(ALL);
    // As one that was placed while the step before was at work, when nobody had looked at its request yet.
    scene.world.base.tamper(
        "insert into holds (tenant_id, id, reference, subject_id, order_id, kind, reason, placed_at, placed_by, review_on)
         select tenant_id, gen_random_uuid(), 'H-TESTED', subject_id, id, 'dispute', '\\x00', now(), gen_random_uuid(),
                current_date + 100 from orders where platform_id = '3'",
    );
    story.cools_off().await;
    assert_eq!(scene.lines(ALL), all, "nothing of hers is gone");
    assert!(matches!(scene.stands(story.at).await.stage, Stage::Open { .. }), "it is read again");
    let whole = scene.lines(WHOLE);
    story.approves().await;
    story.cools_off().await;
    assert_eq!(scene.lines(WHOLE), whole, "the next plan knows of it");
    assert_eq!(scene.lines(KEEPS), ["order_hold:H-TESTED open"]);
    assert_eq!(story.one("select count(*) || '' as line from customers where platform_id = 'c1'"), "0");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_that_two_hold_stays_until_nobody_does() {
    let story = Story::begins().await;
    let scene = &story.scene;
    let (first, second) = (story.holds().await, story.holds().await);
    let plan = scene.plan(story.at).await;
    assert!(short(&plan.lines).iter().all(|line| !line.contains(&second.reference)), "one ground is enough");
    story.approves().await;
    story.cools_off().await;
    let whole = scene.lines(WHOLE);
    assert!(is_reachable(&whole), "{whole:#?}");
    story.lets_go(first.id).await;
    story.a_night_goes_by().await;
    assert_eq!(scene.lines(WHOLE), whole, "somebody holds it still");
    story.lets_go(second.id).await;
    story.a_night_goes_by().await;
    assert_eq!(scene.lines(KEEPS), Vec::<String>::new());
    assert_eq!(scene.lines(OF_ORDER), Vec::<String>::new(), "not even its shop's number is left");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hold_is_on_an_order_of_the_persons_and_tells_which() {
    let story = Story::begins().await;
    let scene = &story.scene;
    let held = async |order: String| {
        let input =
            json!({ "id": story.at.to_string(), "order": order, "kind": "DISPUTE", "reason": "it came broken" });
        ask(&scene.world, Some(&scene.support), PLACE, json!({ "input": input })).await["data"]["placeHold"].clone()
    };
    let neighbour = Ref::new(scene.world.neighbour().await, story.order("3").id);
    let nowhere = Ref::new(scene.tenant, OrderId::fresh());
    let mut said = BTreeSet::new();
    for order in [story.order("9").to_string(), neighbour.to_string(), nowhere.to_string(), "#3".to_owned()] {
        let answer = held(order.clone()).await;
        let wrong = &answer["userErrors"][0];
        assert!(answer["hold"].is_null() && wrong["field"].to_string().contains("order"), "{order}: {answer}");
        said.insert(wrong["message"].to_string());
    }
    assert_eq!(said.len(), 1, "nobody learns whose it is: {said:?}");
    assert_eq!(story.one("select count(*) || '' as line from holds"), "0");

    let placed = held(story.order("3").to_string()).await;
    assert_eq!(placed["hold"]["order"], story.order("3").to_string(), "{placed}");
    let told = short(&scene.plan(story.at).await.lines);
    assert!(told.iter().all(|line| !line.contains(" hold:")), "the rest is not held: {told:#?}");

    // No other right stops, nor is told otherwise.
    let access = scene.asks(Right::Access).await;
    assert!(short(&scene.plan(access).await.lines).iter().all(|line| !line.contains("hold:")));
}
