//! What ends as a whole goes by the steps of one person's deletion, and is certified: a shop, an account whose day has come,
//! an account whose owner does not want to wait. What is a child's waits for nothing, and a test touches nobody.

use chrono::Duration;
use harness::goods::{customer, order};
use harness::planned::{ASHA, Planned, code};
use harness::wishes::{goes_by, wish};
use rightsdesk_server::floor::access::Caller;
use rightsdesk_server::floor::jobs;
use rightsdesk_server::floor::kernel::{Error, Instant, Personal, Ref, RequestId, StoreId};
use rightsdesk_server::floor::ledger::{Event, Witnessed};
use rightsdesk_server::floor::platforms::{Good, Order};
use rightsdesk_server::floor::regulations::Right;
use rightsdesk_server::promises::Standing;
use rightsdesk_server::requests::{
    self, ACCOUNT, Asking, CHILD, COOLING_OFF, CarryOut, GoesBy, Notice, Outcome, SHOP, Source, Stage, StepName,
    StepState, SubjectKind, Wanted,
};
use rightsdesk_server::tenants::{self, MemberRole, NewMember};
use serde_json::Value;

const OWNER: &str = "owner@zaitoon.example";

async fn works(scene: &Planned) {
    while scene.world.work().await > 0 {}
}

/// It is planned, submitted and approved.
async fn approved(scene: &Planned, at: Ref<RequestId>) {
    let digest = scene.plan(at).await.digest;
    scene.submits(at, digest).await.expect("submitted");
    scene.approves(&scene.approver, at, digest).await.expect("approved");
}

/// Whoever is to be told by hand is given up: nobody answers in these stories.
async fn nobody_answers(scene: &Planned) {
    use rightsdesk_server::floor::kernel::ids::RecipientTaskId;
    for task in scene.lines("select id::text || ' ' || version as line from recipient_tasks where ended_at is null") {
        let (id, version) = task.split_once(' ').expect("two words");
        let id = RecipientTaskId::from_uuid(id.parse().expect("an id"));
        let given = (version.parse().expect("a version"), Personal::new("they do not answer"));
        let at = Ref::new(scene.tenant, id);
        rightsdesk_server::propagation::give_up(&scene.world.tools, &scene.support, at, given, None)
            .await
            .expect("given up");
    }
    works(scene).await;
}

async fn certified(scene: &Planned, at: Ref<RequestId>) -> Value {
    let all = requests::list_certificates(&scene.world.tools, &scene.support, at).await.expect("read");
    let last = all.last().expect("a certificate");
    serde_json::from_str(&last.document).expect("JSON")
}

fn one(scene: &Planned, sql: &str) -> String {
    scene.lines(sql).pop().expect("a line")
}

fn long_ago(id: &str, mail: &str) -> Order {
    let placed_at = Instant::from_micros(1_700_000_000_000_000);
    Order { fulfilment: Some("fulfilled".to_owned()), placed_at, ..order(id, mail, 1) }
}

/// A platform has everything of a shop forgotten.
async fn asks_of_shop(scene: &Planned, store: Ref<StoreId>) -> Ref<RequestId> {
    let asking = Asking {
        source: Source::Shopify,
        store: Some(store.id),
        delivery: Some("shop-1".to_owned()),
        rights: vec![Wanted { right: Right::Deletion, case: Some(SHOP.to_owned()) }],
        identifiers: Vec::new(),
        notice: Some(Notice { platform: "shopify".to_owned(), name: "shop/redact".to_owned() }),
        ..wish(scene.tenant, &[Right::Deletion], "nobody@mail.example")
    };
    let taken = requests::receive(&scene.world.tools, &Caller::house(), asking).await.expect("taken in");
    works(scene).await;
    Ref::new(scene.tenant, taken.requests[0].id)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shop_goes_whole_and_whoever_is_known_at_another_stays_there() {
    let scene = Planned::begins().await;
    let other = scene.world.store(scene.tenant, "bazaar.example", &["read_orders"]).await;
    scene.comes_in(vec![Good::Customer(customer("c5", "bilal@mail.example", 1))]).await;
    let known = vec![Good::Customer(customer("c7", ASHA, 1)), Good::Order(long_ago("71", ASHA))];
    scene.world.take_in(other, known).await.expect("taken in");
    let there = "select c::text as line from customers c where platform_id = 'c7'
                  union all select o::text from orders o where platform_id = '71' order by 1";
    let (before, bilal) =
        (scene.lines(there), one(&scene, "select subject_id::text as line from customers where platform_id = 'c5'"));

    let at = asks_of_shop(&scene, scene.store).await;
    approved(&scene, at).await;
    scene.world.later(COOLING_OFF);
    works(&scene).await;
    let steps = requests::list_steps(&scene.world.tools, &scene.support, at).await.expect("steps");
    for name in [StepName::Tombstone, StepName::Forget, StepName::Files, StepName::Key, StepName::Scan] {
        let done = steps.iter().any(|step| step.name == name && step.state == StepState::Done);
        assert!(done, "{name}: {steps:?}");
    }
    let store = scene.store.id.uuid();
    assert_eq!(one(&scene, &format!("select count(*) || '' as line from customers where store_id = '{store}'")), "0");
    let named =
        format!("select count(*) || '' as line from orders where store_id = '{store}' and subject_id is not null");
    assert_eq!(one(&scene, &named), "0");
    assert_eq!(one(&scene, &format!("select state as line from stores where id = '{store}'")), "disconnected");
    assert_eq!(scene.lines(there), before, "nothing of the other shop is another");
    let key = |who: &str| {
        format!("select count(*) || '' as line from subject_keys where wrapped is not null and subject_id {who}")
    };
    assert_eq!(one(&scene, &key(&format!("= '{bilal}'"))), "0", "who was known here alone is readable nowhere");
    let asha = "= (select subject_id from customers where platform_id = 'c7')";
    assert_eq!(one(&scene, &key(asha)), "1", "who is known elsewhere is readable there");

    nobody_answers(&scene).await;
    let document = certified(&scene, at).await;
    assert_eq!((&document["special_case"], &document["scan"]["rows_left"]), (&Value::from("shop"), &Value::from(0)));
    assert_eq!(document["subject_ref"], Value::Null);
    let stage = scene.stands(at).await.stage;
    assert!(matches!(stage, Stage::Closed { .. }), "{stage:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shop_is_not_clean_while_anything_of_who_is_gone_lies_anywhere() {
    let scene = Planned::begins().await;
    let other = scene.world.store(scene.tenant, "bazaar.example", &["read_orders"]).await;
    scene.comes_in(vec![Good::Customer(customer("c5", "bilal@mail.example", 1))]).await;
    let known = vec![
        Good::Customer(customer("c7", "chandra@mail.example", 1)),
        Good::Order(long_ago("71", "chandra@mail.example")),
    ];
    scene.world.take_in(other, known).await.expect("taken in");
    // Bilal's address lies beside another's at the other shop; and she is found by what this shop called her.
    scene.world.base.tamper(&format!(
        "update order_contacts x set phone = his.mail
           from orders o, (select mail from customers where platform_id = 'c5') as his
          where o.id = x.id and o.platform_id = '71';
         insert into subject_identifiers (tenant_id, id, subject_id, kind, scope, bidx, bidx_v, tells, made_at)
         select tenant_id, gen_random_uuid(), subject_id, 'handle', '{}', decode(repeat('cd', 16), 'hex'), 1, true, updated_at
           from customers where platform_id = 'c7'",
        scene.store.id.uuid()
    ));
    let hers = "select c::text as line from customers c where c.platform_id = 'c7'
                 union all select o::text from orders o where o.platform_id = '71'
                 union all select k::text from subject_keys k join customers c on c.subject_id = k.subject_id
                            where c.platform_id = 'c7' order by 1";
    let before = scene.lines(hers);

    let at = asks_of_shop(&scene, scene.store).await;
    approved(&scene, at).await;
    scene.world.later(COOLING_OFF);
    works(&scene).await;
    let look = || one(&scene, "select state || ' ' || left_over as line from request_steps where name = 'scan'");
    assert_eq!(look(), "waiting 1", "what his key sealed lies there still");
    let found = "select count(*) || '' as line from subject_identifiers where bidx = decode(repeat('cd', 16), 'hex')";
    assert_eq!(one(&scene, found), "0", "by what the shop called her nobody is found");
    assert!(requests::list_certificates(&scene.world.tools, &scene.support, at).await.expect("read").is_empty());

    scene
        .world
        .base
        .tamper("update order_contacts x set phone = null from orders o where o.id = x.id and o.platform_id = '71'");
    let written = scene.world.ledger.write(scene.world.scope(scene.tenant), move |tx| {
        jobs::enqueue(tx, &CarryOut { request: at.id })?;
        Ok(Witnessed::new((), Event::new("test.begun_again", "request", at.id.uuid())))
    });
    written.await.expect("enqueued");
    works(&scene).await;
    assert_eq!(look(), "done 0");
    assert_eq!(scene.lines(hers), before, "nothing of hers is another");
    nobody_answers(&scene).await;
    assert_eq!(certified(&scene, at).await["scan"]["rows_left"], 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shop_is_forgotten_with_its_connection_where_that_is_asked_for() {
    let scene = Planned::begins().await;
    let version = one(&scene, "select version::text as line from stores").parse().expect("a number");
    let held = "select count(*) || '' as line from customers";
    let at = (scene.store, version);
    let over = requests::disconnect_store(&scene.world.tools, &Caller::house(), at, true, None).await.expect("over");
    assert!(!over.is_held());
    works(&scene).await;
    let id = one(&scene, "select id::text as line from requests where special_case = 'shop'");
    let at = Ref::new(scene.tenant, RequestId::from_uuid(id.parse().expect("an id")));
    assert!(scene.stands(at).await.due.is_some(), "it has its date");
    assert_ne!(one(&scene, held), "0", "nobody agreed to it yet");

    approved(&scene, at).await;
    scene.world.later(COOLING_OFF);
    works(&scene).await;
    assert_eq!(one(&scene, held), "0");
    nobody_answers(&scene).await;
    let document = certified(&scene, at).await;
    assert_eq!((&document["special_case"], &document["scan"]["rows_left"]), (&Value::from("shop"), &Value::from(0)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_that_is_closed_is_disconnected_and_what_the_page_ties_to_it_goes() {
    let scene = Planned::begins().await;
    works(&scene).await;
    let tools = &scene.world.tools;
    let member = one(&scene, "select subject_id::text as line from members");
    tenants::close_tenant(tools, &Caller::house(), (scene.tenant, 1), None).await.expect("closing");
    scene.world.later(Duration::days(30));
    works(&scene).await;
    scene.world.later(Duration::minutes(20));
    works(&scene).await;
    assert_eq!(one(&scene, "select state as line from tenants"), "closed");
    let ended = "select name || ' ' || state || ' ' || coalesce(code, '') as line from jobs
                  where name in ('close_tenants', 'end_accounts') order by id";
    assert_eq!(one(&scene, "select state as line from stores"), "disconnected", "{:?}", scene.lines(ended));
    let id = one(&scene, "select id::text as line from requests where special_case = 'closure'");
    let at = Ref::new(scene.tenant, RequestId::from_uuid(id.parse().expect("an id")));
    assert!(scene.stands(at).await.due.is_some(), "it has its date");
    let promised = looked(&scene, "account_closure").await;
    assert!(matches!(promised, Standing::Holds | Standing::AtRisk), "there is time: {promised}");

    approved(&scene, at).await;
    scene.world.later(COOLING_OFF);
    works(&scene).await;
    nobody_answers(&scene).await;
    assert_eq!(one(&scene, "select count(*) || '' as line from members"), "0");
    let key = format!(
        "select count(*) || '' as line from subject_keys where wrapped is not null and subject_id = '{member}'"
    );
    assert_eq!(one(&scene, &key), "0");
    assert_eq!(one(&scene, "select legal_name as line from tenants where state = 'closed'"), "closed account");
    let orders = one(&scene, "select count(*) || '' as line from orders where subject_id is not null");
    assert_ne!(orders, "0", "orders stay for the two years that the page names");
    let document = certified(&scene, at).await;
    assert_eq!(document["special_case"], "closure");
    assert!(
        document["keeps"].as_array().expect("keeps").iter().any(|kept| kept["ground"] == "retention:orders"),
        "{document}"
    );
    assert_eq!(looked(&scene, "account_closure").await, Standing::Holds);
    scene.world.later(Duration::minutes(20));
    works(&scene).await;
    let opened = "select count(*) || '' as line from requests where special_case = 'closure'";
    assert_eq!(one(&scene, opened), "1", "it ends once");
}

/// Works until nothing is left that is due; who was told to come back later comes at once.
async fn comes_back(scene: &Planned) {
    for _ in 0..12 {
        scene.world.base.tamper(
            "update jobs set retry_at = now() where retry_at > now();
             update lanes set retry_at = now() where retry_at > now()",
        );
        if scene.world.work().await == 0 {
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_that_cannot_be_ended_keeps_none_behind_it() {
    let scene = Planned::begins().await;
    comes_back(&scene).await;
    let (tools, stuck) = (&scene.world.tools, scene.tenant);
    let behind = scene.world.shop("Qamar Home", 1).await.tenant;
    tenants::close_tenant(tools, &Caller::house(), (stuck, 1), None).await.expect("closing");
    scene.world.days(1);
    tenants::close_tenant(tools, &Caller::house(), (behind, 1), None).await.expect("closing");
    scene.world.base.tamper(&format!(
        "create function stuck() returns trigger language plpgsql as $$ begin raise exception 'stuck'; end $$;
         create trigger stuck before insert on intakes for each row when (new.tenant_id = '{}') execute function stuck()",
        stuck.uuid()
    ));
    // The first is over a day before the other, and is looked at before it.
    for days in [29, 1] {
        scene.world.days(days);
        comes_back(&scene).await;
        scene.world.later(Duration::minutes(20));
        comes_back(&scene).await;
    }
    assert_eq!(one(&scene, "select count(*) || '' as line from tenants where state = 'closed'"), "2");
    let ending = || {
        scene.lines("select tenant_id::text as line from requests where special_case = 'closure' order by received_at")
    };
    assert_eq!(ending(), [behind.uuid().to_string()], "the one behind it ends");
    scene.world.base.tamper("drop trigger stuck on intakes");
    scene.world.later(Duration::minutes(20));
    comes_back(&scene).await;
    assert_eq!(ending(), [stuck, behind].map(|tenant| tenant.uuid().to_string()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_owner_who_does_not_want_to_wait_has_everything_of_the_account_deleted() {
    let scene = Planned::begins().await;
    let tools = &scene.world.tools;
    for (mail, role) in [(OWNER, MemberRole::Owner), ("user@zaitoon.example", MemberRole::Member)] {
        let new = NewMember {
            tenant: scene.tenant,
            name: Personal::new("Imke Harms"),
            mail: Personal::new(mail),
            role,
            login: None,
        };
        tenants::add_member(tools, &Caller::house(), new, None).await.expect("added");
    }
    let asks = async |mail: &str| {
        let asking = Asking {
            subject_kind: SubjectKind::Member,
            rights: vec![Wanted { right: Right::Deletion, case: Some(ACCOUNT.to_owned()) }],
            identifiers: vec![goes_by(GoesBy::Mail, mail)],
            ..wish(scene.tenant, &[Right::Deletion], mail)
        };
        let opened = scene.world.asks_and_proves(asking).await;
        works(&scene).await;
        Ref::new(scene.tenant, opened[0].id)
    };
    let others = asks("user@zaitoon.example").await;
    let digest = scene.plan(others).await.digest;
    assert_eq!(code(scene.submits(others, digest).await), "NOT_AN_OWNER");

    let at = asks(OWNER).await;
    approved(&scene, at).await;
    scene.world.later(COOLING_OFF);
    works(&scene).await;
    nobody_answers(&scene).await;
    let left = "select (select count(*) from members) + (select count(*) from customers)
                     + (select count(*) from orders where subject_id is not null)
                     + (select count(*) from products) || '' as line";
    assert_eq!(one(&scene, left), "0");
    assert_eq!(one(&scene, "select state as line from tenants where legal_name = 'closed account'"), "closed");
    assert_eq!(certified(&scene, at).await["special_case"], "account");
    assert_eq!(looked(&scene, "early_deletion").await, Standing::Holds);
    assert_eq!(looked(&scene, "deletion_everywhere").await, Standing::Holds);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_a_childs_goes_as_soon_as_a_second_person_agreed() {
    let scene = Planned::begins().await;
    let asking = Asking {
        rights: vec![Wanted { right: Right::Deletion, case: Some(CHILD.to_owned()) }],
        ..wish(scene.tenant, &[Right::Deletion], ASHA)
    };
    let opened = scene.world.asks_and_proves(asking).await;
    works(&scene).await;
    let at = Ref::new(scene.tenant, opened[0].id);
    let plan = scene.plan(at).await;
    let is_bound = |ground: &Option<String>| matches!(ground.as_deref(), Some("open_order" | "chargeback_window"));
    assert!(!plan.lines.iter().any(|line| is_bound(&line.ground)), "no order stands against it: {:?}", plan.lines);
    scene.world.later(Duration::days(5));
    assert_eq!(looked(&scene, "children").await, Standing::AtRisk);
    approved(&scene, at).await;
    works(&scene).await;
    let left = "select (select count(*) from customers) + (select count(*) from orders where subject_id is not null) || '' as line";
    assert_eq!(one(&scene, left), "0", "nothing was waited for");
    nobody_answers(&scene).await;
    assert_eq!(looked(&scene, "children").await, Standing::Holds);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_to_light_as_a_childs_is_planned_anew_and_waits_for_nothing() {
    let scene = Planned::begins().await;
    let tools = &scene.world.tools;
    let at = scene.asks(Right::Deletion).await;
    works(&scene).await;
    let before = scene.plan(at).await;
    scene.submits(at, before.digest).await.expect("submitted");
    let sets = async |at, case: Option<&str>| {
        requests::set_special_case(tools, &scene.support, (at, None), case.map(str::to_owned), None).await
    };
    for case in ["shop", "account", "closure", "anything"] {
        let Err(Error::Invalid(flaws)) = sets(at, Some(case)).await else { panic!("{case} was taken") };
        assert!(flaws.iter().all(|flaw| flaw.field == "specialCase"), "{case}: {flaws:?}");
    }
    let access = scene.asks(Right::Access).await;
    assert_eq!(code(sets(access, Some(CHILD)).await), "OTHER_RIGHT");
    assert!(matches!(scene.stands(at).await.stage, Stage::AwaitingApproval { .. }), "nothing of it moved anything");

    let known = sets(at, Some(CHILD)).await.expect("set");
    assert_eq!(known.case.as_deref(), Some(CHILD));
    assert!(matches!(known.stage, Stage::Open { .. }), "nobody approves what was drawn before: {:?}", known.stage);
    let told = "select action as line from audit_events where action in ('request.case_set', 'request.plan_overtaken')
                 order by seq";
    assert_eq!(scene.lines(told), ["request.case_set", "request.plan_overtaken"]);
    assert_eq!(code(sets(at, Some(CHILD)).await), "UNCHANGED");
    works(&scene).await;
    let plan = scene.plan(at).await;
    let is_bound = |ground: &Option<String>| matches!(ground.as_deref(), Some("open_order" | "chargeback_window"));
    assert!(plan.number > before.number && !plan.lines.iter().any(|line| is_bound(&line.ground)), "{:?}", plan.lines);

    approved(&scene, at).await;
    assert_eq!(code(sets(at, None).await), "ILLEGAL_STEP", "it is begun");
    works(&scene).await;
    let left = "select (select count(*) from customers) + (select count(*) from orders where subject_id is not null) || '' as line";
    assert_eq!(one(&scene, left), "0", "nothing was waited for");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_test_is_certified_and_touches_nobody() {
    let scene = Planned::begins().await;
    let asking = Asking { is_test: true, store: Some(scene.store.id), ..of_customer(&scene) };
    let taken = requests::receive(&scene.world.tools, &Caller::house(), asking).await.expect("taken in");
    works(&scene).await;
    let at = Ref::new(scene.tenant, taken.requests[0].id);
    let held = "select c::text as line from customers c union all select o::text from orders o
                 union all select s::text from subjects s union all select k::text from subject_keys k order by 1";
    let before = scene.lines(held);
    approved(&scene, at).await;
    scene.world.later(COOLING_OFF);
    works(&scene).await;
    let stage = scene.stands(at).await.stage;
    assert!(matches!(stage, Stage::Closed { outcome: Outcome::Fulfilled, .. }), "{stage:?}");
    assert_eq!(scene.lines(held), before, "nobody's row is another");
    assert_eq!(one(&scene, "select count(*) || '' as line from tombstones"), "0");
    let document = certified(&scene, at).await;
    assert_eq!((&document["test"], &document["scan"]), (&Value::from(true), &Value::Null));
}

/// A platform tries what it would ask of one buyer.
fn of_customer(scene: &Planned) -> Asking {
    Asking {
        source: Source::Shopify,
        delivery: Some("tried-1".to_owned()),
        identifiers: vec![goes_by(GoesBy::Customer, "c1")],
        notice: Some(Notice { platform: "shopify".to_owned(), name: "customers/redact".to_owned() }),
        ..wish(scene.tenant, &[Right::Deletion], "nobody@mail.example")
    }
}

/// How a look of this check stands now.
async fn looked(scene: &Planned, check: &str) -> Standing {
    use rightsdesk_server::promises::checks;
    let tools = scene.world.tools.clone();
    let adopted = tools.policy.in_force().expect("a policy");
    let asked = checks::Asked { tools, adopted, of: Vec::new() };
    match checks::find(check).expect("a check").way {
        checks::Way::Looks(look) => look(asked).await.expect("a look").standing,
        checks::Way::Waits(whom) => panic!("{check} waits for {whom}"),
    }
}
