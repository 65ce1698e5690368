//! What somebody holds is not erased, however far its erasure was approved; somebody else lets it go.

use harness::asked::{ask, desk_seat, partner};
use harness::planned::{Planned, code, short, stale};
use rightsdesk_server::floor::access::{Caller, Permission, Role};
use rightsdesk_server::floor::graphql::{PageArgs, tenant_node_id};
use rightsdesk_server::floor::kernel::{Day, HoldId, Personal, Ref};
use rightsdesk_server::floor::regulations::Right;
use rightsdesk_server::requests::{self, HoldFilter, HoldKind, NewHold, PlanState, Stage};
use serde_json::{Value, json};

fn new(reason: &str) -> NewHold {
    NewHold { kind: HoldKind::Litigation, order: None, reason: Personal::new(reason), review_on: None }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hold_stops_an_approved_deletion_and_its_release_frees_it() {
    let scene = Planned::begins().await;
    let at = scene.asks(Right::Deletion).await;
    let (tools, plan) = (&scene.world.tools, scene.plan(at).await);
    scene.submits(at, plan.digest).await.expect("submitted");
    scene.approves(&scene.approver, at, plan.digest).await.expect("approved");

    let hold = requests::place_hold(tools, &scene.support, at, new("she sued over the jug"), None).await.expect("held");
    let stands = scene.plan(at).await;
    assert!(matches!(scene.stands(at).await.stage, Stage::Open { .. }), "nothing is carried out");
    assert_eq!((stands.number, stands.state), (2, PlanState::Drawn));
    let told = short(&stands.lines);
    let keeps = format!("customer customers 1 keep hold:{} until {}", hold.reference, hold.review_on);
    assert!(told.contains(&keeps), "{keeps}: {told:#?}");
    let undone = [" delete", " anonymise", " by_hand", "tell to shopify"];
    assert!(told.iter().all(|line| !undone.iter().any(|verb| line.contains(verb))), "{told:#?}");
    assert_eq!(hold.review_on.to_string(), "2027-03-20", "half a year on");
    let sealed = scene.lines("select encode(reason, 'escape') as line from holds");
    assert!(sealed.iter().all(|reason| !reason.contains("jug")), "the reason is sealed");
    let opened = requests::reveal_hold_reason(tools, &scene.approver, Ref::new(scene.tenant, hold.id)).await;
    assert_eq!(opened.expect("opened").value.disclose(), "she sued over the jug");

    // An access is not stopped by it, and what comes after is.
    let access = scene.asks(Right::Access).await;
    assert!(short(&scene.plan(access).await.lines).iter().all(|line| !line.contains("hold:")));
    let holds = requests::holds_of(tools, &scene.support, access).await.expect("readable");
    assert_eq!(holds, std::slice::from_ref(&hold));

    let held_at = Ref::new(scene.tenant, hold.id);
    assert_eq!(code(requests::release_hold(tools, &scene.support, held_at, None).await), "SECOND_PERSON");
    assert_eq!(code(requests::release_hold(tools, &stale(&[Role::Approver]), held_at, None).await), "STEP_UP_REQUIRED");
    let released = requests::release_hold(tools, &scene.approver, held_at, None).await.expect("released");
    assert_eq!(released.released.map(|(_, by)| by), scene.approver.staff_id());
    assert_eq!(code(requests::release_hold(tools, &scene.approver, held_at, None).await), "RELEASED");
    scene.world.work().await;
    let freed = scene.plan(at).await;
    assert_eq!((freed.number, freed.digest), (3, plan.digest), "planned anew as it was");

    let list = async |with_released| {
        let filter = HoldFilter { reach: Some(vec![scene.tenant]), subject: None, with_released };
        let page = PageArgs::default().page("holds.review").expect("a page");
        requests::list_holds(tools, &scene.support, filter, (page, true)).await.expect("readable").1
    };
    assert_eq!((list(false).await, list(true).await), (0, 1));
    let told = scene.lines("select action as line from audit_events where action like 'hold.%' order by seq");
    assert_eq!(told, ["hold.placed", "hold.released"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hold_says_why_names_somebody_and_is_placed_by_who_works_requests() {
    let scene = Planned::begins().await;
    let at = scene.asks(Right::Deletion).await;
    let tools = &scene.world.tools;
    assert_eq!(code(requests::place_hold(tools, &scene.support, at, new(" "), None).await), "INVALID");
    let auditor = desk_seat(&scene.world, &[Role::Auditor]);
    assert_eq!(code(requests::place_hold(tools, &auditor, at, new("why"), None).await), "FORBIDDEN");

    let stranger = harness::wishes::wish(scene.tenant, &[Right::Deletion], "nobody@mail.example");
    let opened = scene.world.asks_and_proves(stranger).await;
    let nobody = Ref::new(scene.tenant, opened[0].id);
    assert_eq!(code(requests::place_hold(tools, &scene.support, nobody, new("why"), None).await), "NOBODY");
}

const HOLDS: &str = "query ($tenant: ID, $released: Boolean, $first: Int, $after: String) {
  holds(tenant: $tenant, withReleased: $released, first: $first, after: $after) {
    totalCount nodes { reference kind reviewOn placedBy { id } } pageInfo { hasNextPage endCursor } } }";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn holds_are_listed_by_the_day_they_are_looked_at_page_by_page_within_ones_bounds() {
    let scene = Planned::begins().await;
    let (tools, at) = (&scene.world.tools, scene.asks(Right::Deletion).await);
    let mut placed = Vec::new();
    for days in [90, 30, 60] {
        let on = Day(tools.watch.now().day().0 + chrono::Duration::days(days));
        let held = NewHold { review_on: Some(on), ..new("a dispute") };
        placed.push(requests::place_hold(tools, &scene.support, at, held, None).await.expect("held").reference);
    }
    let list = async |caller: &Caller, variables: Value| {
        let answer = ask(&scene.world, Some(caller), HOLDS, variables).await;
        assert!(answer.get("errors").is_none(), "{answer}");
        answer["data"]["holds"].clone()
    };
    let names = |page: &Value| {
        let nodes = page["nodes"].as_array().expect("a list").clone();
        nodes.iter().map(|one| one["reference"].as_str().expect("text").to_owned()).collect::<Vec<_>>()
    };
    let first = list(&scene.support, json!({ "first": 2 })).await;
    assert_eq!(names(&first), [placed[1].as_str(), placed[2].as_str()], "the next to be looked at first");
    assert_eq!((&first["totalCount"], &first["pageInfo"]["hasNextPage"]), (&json!(3), &json!(true)));
    let after = first["pageInfo"]["endCursor"].clone();
    let rest = list(&scene.support, json!({ "first": 2, "after": after })).await;
    assert_eq!((names(&rest), &rest["pageInfo"]["hasNextPage"]), (vec![placed[0].clone()], &json!(false)));
    let back = "query ($before: String) { holds(last: 1, before: $before) { nodes { reference } } }";
    let before =
        ask(&scene.world, Some(&scene.support), back, json!({ "before": first["pageInfo"]["endCursor"] })).await;
    assert_eq!(names(&before["data"]["holds"]), [placed[1].as_str()], "{before}");

    let neighbour = scene.world.neighbour().await;
    let stranger = partner(&scene.world, &[Permission::SeeTenants], &[neighbour]);
    for variables in [json!({}), json!({ "tenant": tenant_node_id(scene.tenant) })] {
        assert_eq!(list(&stranger, variables).await["totalCount"], 0);
    }
    let ids = scene.lines("select id::text as line from holds order by review_on");
    let soonest = HoldId::from_uuid(ids[0].parse().expect("an id"));
    requests::release_hold(tools, &scene.approver, Ref::new(scene.tenant, soonest), None).await.expect("released");
    let own = json!({ "tenant": tenant_node_id(scene.tenant) });
    assert_eq!(list(&scene.support, own).await["totalCount"], 2);
    assert_eq!(list(&scene.support, json!({ "released": true })).await["totalCount"], 3);
}
