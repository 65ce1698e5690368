//! Shopify has a whole shop forgotten: two days after the app was thrown out, without a token and without naming anybody.
//! Everything that came from that shop is planned to go, nothing of another's, and what the law keeps says until when.

use chrono::Duration;
use harness::asked::desk_seat;
use harness::course::{BEGIN, Course, SECRET};
use harness::goods;
use harness::planned::short;
use rightsdesk_server::floor::access::Role;
use rightsdesk_server::floor::kernel::{Instant, Personal, Ref, RequestId, Secret, StoreId};
use rightsdesk_server::floor::platforms::Good;
use rightsdesk_server::floor::regulations::Right;
use rightsdesk_server::requests::{self, HoldKind, NewHold, PlanState, PlannedAction, Proof, Stage};
use rightsdesk_server::roof::demo::street::Hook;
use serde_json::json;
use url::Url;

const SHOP: &str = "zaitoon.myshopify.com";

/// All that is to be done now. Who met another at the same thing comes at once.
async fn work(course: &Course) {
    for _ in 0..100 {
        while course.world.work().await > 0 {}
        let later = "select name as line from jobs where state = 'ready' and retry_at > now()";
        if course.world.base.lines(later).is_empty() {
            return;
        }
        course.world.base.tamper(
            "update jobs set retry_at = now() where retry_at > now();
             update lanes set retry_at = now() where retry_at > now()",
        );
    }
    panic!("it does not end");
}

fn listens(course: &Course, topic: &str) {
    let to: Url = format!("{}/webhooks/shopify", course.desk.url()).parse().expect("an address");
    let mut hook = Hook::new(to, Secret::new(SECRET));
    hook.topic = Some(topic.to_owned());
    course.street.shopify.subscribe(hook);
}

/// Tells it, twice by the same name, as a platform does that heard no answer.
async fn tells(course: &Course, topic: &str, body: &serde_json::Value) {
    for delivery in course.street.shopify.deliveries(SHOP, topic, body) {
        for _ in 0..2 {
            assert_eq!(course.street.shopify.post(&delivery).await.0, Some(200), "{topic}");
        }
    }
    work(course).await;
}

/// Two buyers of the shop, one with an order, and one who bought at the merchant's other shop.
async fn sells(course: &Course, own: Ref<StoreId>, other: Ref<StoreId>) {
    let goods = vec![
        Good::Customer(goods::customer("c1", "asha@mail.example", 1)),
        Good::Order(goods::order("1", "asha@mail.example", 1)),
        Good::Customer(goods::customer("c2", "bilal@mail.example", 1)),
    ];
    course.world.take_in(own, goods).await.expect("taken in");
    let elsewhere = vec![Good::Customer(goods::customer("c9", "dana@mail.example", 1))];
    course.world.take_in(other, elsewhere).await.expect("taken in");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_of_a_shop_is_planned_to_go_and_nothing_of_another() {
    let course = Course::under("sooperseller").await;
    let own = course.connected("shopify", "zaitoon").await;
    work(&course).await;
    let other = course.world.store(own.tenant, "other.example", &["read_orders"]).await;
    sells(&course, own, other).await;
    listens(&course, "shop/redact");
    listens(&course, "app/uninstalled");
    course.street.shopify.throw_out(SHOP);
    let shop = json!({ "id": 954_889, "name": "Zaitoon Home", "email": "m@mail.example", "myshopify_domain": SHOP });
    tells(&course, "app/uninstalled", &shop).await;
    course.world.later(Duration::hours(49));
    let body = json!({ "shop_id": 954_889, "shop_domain": SHOP });
    tells(&course, "shop/redact", &body).await;

    let ids = course.world.base.lines("select id::text as line from requests where special_case = 'shop'");
    assert_eq!(ids.len(), 1, "one request");
    let at = Ref::new(own.tenant, RequestId::from_uuid(ids[0].parse().expect("an id")));
    let (tools, support) = (&course.world.tools, desk_seat(&course.world, &[Role::Support]));
    let shown = requests::find_request(tools, &support, at).await.expect("shown");
    assert_eq!(
        (shown.request.right, shown.request.store, shown.intake.proof),
        (Right::Deletion, Some(own.id), Proof::Signature)
    );
    assert!(matches!(shown.request.stage, Stage::Open { .. }) && shown.identifiers.is_empty(), "it names nobody");
    let due = shown.request.due.expect("a date");
    let received = Instant::from_micros(BEGIN).plus(Duration::hours(49)).day();
    assert_eq!(due.regime, "platform_shopify");
    assert!((due.on.0 - received.0).num_days().abs_diff(30) <= 1, "{} from {received}", due.on);

    let plan = requests::find_plan(tools, &support, at, None).await.expect("readable").expect("a plan");
    let lines = short(&plan.lines);
    let gone = |place: &str| {
        let of = plan.lines.iter().filter(|line| line.place == place);
        of.filter(|line| matches!(line.action, PlannedAction::Delete | PlannedAction::Anonymise | PlannedAction::Keep))
            .map(|line| line.rows)
            .sum::<i64>()
    };
    assert_eq!((gone("customers"), gone("orders")), (2, 1), "{lines:#?}");
    let of_others = plan.lines.iter().filter(|line| line.store.is_some_and(|store| store != own.id));
    assert_eq!(of_others.count(), 0, "{lines:#?}");
    assert!(lines.iter().all(|line| !line.contains("tell to shopify")), "a dead token tells nobody: {lines:#?}");

    let submitted = requests::submit_plan(tools, &support, at, None, plan.digest, None).await.expect("submitted");
    assert_eq!(submitted.state, PlanState::Submitted);
    let approver = desk_seat(&course.world, &[Role::Approver]);
    let reference = shown.request.reference;
    let let_go = requests::approve_plan(tools, &approver, at, plan.digest, &reference, None).await.expect("approved");
    assert_eq!(let_go.state, PlanState::Approved);
    let letters = course.world.base.lines("select id::text as line from request_messages where way = 'out'");
    assert!(letters.is_empty(), "nobody is written to: the platform asked");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hold_on_one_buyer_stops_the_shop() {
    let course = Course::under("sooperseller").await;
    let own = course.connected("shopify", "zaitoon").await;
    work(&course).await;
    let other = course.world.store(own.tenant, "other.example", &["read_orders"]).await;
    sells(&course, own, other).await;
    let wish = harness::wishes::wish(own.tenant, &[Right::Access], "asha@mail.example");
    let opened = course.world.asks_and_proves(wish).await;
    let (tools, support) = (&course.world.tools, desk_seat(&course.world, &[Role::Support]));
    let new = NewHold { kind: HoldKind::Dispute, order: None, reason: Personal::new("the jug broke"), review_on: None };
    let asked = Ref::new(own.tenant, opened[0].id);
    let hold = requests::place_hold(tools, &support, asked, new, None).await.expect("held");
    listens(&course, "shop/redact");
    tells(&course, "shop/redact", &json!({ "shop_id": 954_889, "shop_domain": SHOP })).await;
    let ids = course.world.base.lines("select id::text as line from requests where special_case = 'shop'");
    let at = Ref::new(own.tenant, RequestId::from_uuid(ids[0].parse().expect("an id")));
    let plan = requests::find_plan(tools, &support, at, None).await.expect("readable").expect("a plan");
    let lines = short(&plan.lines);
    assert!(lines.iter().any(|line| line.contains(&format!("keep hold:{}", hold.reference))), "{lines:#?}");
}
