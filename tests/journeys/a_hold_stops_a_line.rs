//! What somebody holds is not erased, however far its erasure was approved; somebody else lets it go.

use harness::asked::desk_seat;
use harness::planned::{Planned, code, short, stale};
use rightsdesk_server::floor::access::Role;
use rightsdesk_server::floor::kernel::{Personal, Ref};
use rightsdesk_server::floor::regulations::Right;
use rightsdesk_server::requests::{self, HoldFilter, HoldKind, NewHold, PlanState, Stage};

fn new(reason: &str) -> NewHold {
    NewHold { kind: HoldKind::Litigation, reason: Personal::new(reason), review_on: None }
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
        let filter = HoldFilter { subject: None, with_released };
        requests::list_holds(tools, &scene.support, scene.tenant, filter).await.expect("readable").len()
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
