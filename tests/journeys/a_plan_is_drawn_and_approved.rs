//! What would be done about a request is drawn from what is held, read by a second person and approved by its digest; what
//! has changed meanwhile is read again.

use chrono::Duration;
use harness::asked::{ask, desk_seat};
use harness::goods::{customer, order};
use harness::planned::{ASHA, Planned, code, short, stale};
use harness::wishes::wish;
use rightsdesk_server::floor::access::{Caller, Role};
use rightsdesk_server::floor::kernel::{Error, Personal, Ref};
use rightsdesk_server::floor::platforms::Good;
use rightsdesk_server::floor::regulations::Right;
use rightsdesk_server::requests::{self, COOLING_OFF, PlanState, Stage, compare};
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_open_request_finds_its_plan_drawn_by_category_table_shop_and_recipient() {
    let scene = Planned::begins().await;
    let at = scene.asks(Right::Deletion).await;
    let plan = scene.plan(at).await;
    assert_eq!((plan.number, plan.state, plan.drawn_by), (1, PlanState::Drawn, None));
    assert_eq!(
        short(&plan.lines),
        [
            "account desk 0 nothing",
            "order orders 1 anonymise",
            "order orders 1 keep open_order until 2026-09-25",
            "order order_lines 4 anonymise",
            "order order_lines 4 keep open_order until 2026-09-25",
            "customer customers 1 keep open_order until 2026-09-25",
            "customer order_contacts 1 delete",
            "customer order_contacts 1 keep open_order until 2026-09-25",
            "customer subject_identifiers 2 delete",
            "financial ledger_entries 1 keep keep:tax until 2028-11-14",
            "usage desk 0 nothing",
            "disclosure_book disclosures 1 keep law:legal_obligation",
            "customer store 3 by_hand to shopify open_order until 2026-09-25",
            "customer recipient 1 by_hand to leopards",
            "request merchant 0 tell to merchant",
        ]
    );
    assert!(plan.lines.iter().filter(|line| line.place == "orders").all(|line| line.store == Some(scene.store.id)));
    let stored = scene.lines("select l::text as line from request_plan_lines l");
    assert!(stored.iter().all(|line| !line.contains("asha")), "a plan names nobody: {stored:?}");

    // Five days later the payment can be disputed no more, and the order is anybody's.
    scene.world.days(5);
    let again = requests::draw_plan(&scene.world.tools, &scene.support, at, None).await.expect("drawn");
    assert_eq!((again.number, again.drawn_by), (2, scene.support.staff_id()));
    let told = short(&again.lines);
    assert!(told.contains(&"order orders 2 anonymise".to_owned()), "{told:#?}");
    assert!(told.contains(&"customer customers 1 delete".to_owned()), "{told:#?}");
    assert!(told.contains(&"customer store 3 tell to shopify".to_owned()), "nothing there binds: {told:#?}");
    assert!(!compare(&plan.lines, &again.lines).is_empty());
    let unchanged = requests::draw_plan(&scene.world.tools, &scene.support, at, None).await.expect("drawn");
    assert_eq!(unchanged, again, "what is still so is not drawn twice");
    let states = scene.lines("select number || ' ' || state as line from request_plans order by number");
    assert_eq!(states, ["1 superseded", "2 drawn"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_person_approves_by_digest_and_reference_and_a_deletion_waits() {
    let scene = Planned::begins().await;
    let at = scene.asks(Right::Deletion).await;
    let digest = scene.plan(at).await.digest;
    assert_eq!(code(scene.approves(&scene.approver, at, digest).await), "ILLEGAL_STEP", "nobody submitted it");
    let both = desk_seat(&scene.world, &[Role::Support, Role::Approver]);
    let submitted = requests::submit_plan(&scene.world.tools, &both, at, None, digest, None).await.expect("submitted");
    assert_eq!(submitted.state, PlanState::Submitted);
    assert!(matches!(scene.stands(at).await.stage, Stage::AwaitingApproval { plan, .. } if plan == submitted.id));
    assert_eq!(code(scene.submits(at, digest).await), "ILLEGAL_STEP", "it is submitted already");

    assert_eq!(code(scene.approves(&scene.support, at, digest).await), "FORBIDDEN");
    assert_eq!(code(scene.approves(&both, at, digest).await), "SECOND_PERSON");
    assert_eq!(code(scene.approves(&stale(&[Role::Approver]), at, digest).await), "STEP_UP_REQUIRED");
    assert_eq!(code(scene.approves(&scene.approver, at, [7; 32]).await), "PLAN_CHANGED");
    let tools = &scene.world.tools;
    let mistyped = requests::approve_plan(tools, &scene.approver, at, digest, "R-0000000", None).await;
    assert_eq!(code(mistyped), "WRONG_REFERENCE");

    let approved = scene.approves(&scene.approver, at, digest).await.expect("approved");
    let now = tools.watch.now();
    assert_eq!((approved.state, approved.starts_at), (PlanState::Approved, Some(now.plus(COOLING_OFF))));
    assert_eq!(approved.decided.map(|(_, by)| by), scene.approver.staff_id());
    assert!(matches!(scene.stands(at).await.stage, Stage::InProgress { plan, .. } if plan == approved.id));
    assert_eq!(code(requests::draw_plan(tools, &scene.support, at, None).await), "ILLEGAL_STEP");
    let told = scene.lines("select action as line from audit_events where action like 'request.plan%' order by seq");
    assert_eq!(told, ["request.planned", "request.plan_submitted", "request.plan_approved"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_changed_before_it_is_submitted_is_read_again() {
    let scene = Planned::begins().await;
    let at = scene.asks(Right::Access).await;
    let seen = scene.plan(at).await;
    scene.comes_in(vec![Good::Order(order("3", ASHA, 1))]).await;
    assert_eq!(code(scene.submits(at, seen.digest).await), "PLAN_CHANGED");
    let stands = scene.plan(at).await;
    assert_eq!((stands.number, stands.state), (2, PlanState::Drawn));
    assert!(matches!(scene.stands(at).await.stage, Stage::Open { .. }));
    let rows = |line: &Option<requests::PlanLine>| line.as_ref().map(|line| (line.place.clone(), line.rows));
    let changed: Vec<_> =
        compare(&seen.lines, &stands.lines).iter().map(|one| (rows(&one.was), rows(&one.is))).collect();
    let from_to = |place: &str, was: i64, is: i64| (Some((place.to_owned(), was)), Some((place.to_owned(), is)));
    assert_eq!(changed, [from_to("orders", 2, 3), from_to("order_lines", 8, 12), from_to("order_contacts", 2, 3)]);
    scene.submits(at, stands.digest).await.expect("submitted");

    // More rows of the same kind are what was approved; another kind is not.
    scene.comes_in(vec![Good::Order(order("4", ASHA, 1))]).await;
    scene.approves(&scene.approver, at, stands.digest).await.expect("approved");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_not_read_is_not_approved() {
    let scene = Planned::begins().await;
    let at = scene.asks(Right::Deletion).await;
    let read = scene.plan(at).await;
    scene.submits(at, read.digest).await.expect("submitted");
    scene.world.base.tamper(
        "insert into disclosures (tenant_id, id, at, recipient, store_id, subject_id, category, fields, form, count, purpose, way)
         select tenant_id, gen_random_uuid(), placed_at, 'postex', store_id, subject_id, 'customer', '{name}', 'raw', 1,
                'courier', 'relay' from orders where platform_id = '2'",
    );
    assert_eq!(code(scene.approves(&scene.approver, at, read.digest).await), "PLAN_CHANGED");
    let stands = scene.plan(at).await;
    assert!(matches!(scene.stands(at).await.stage, Stage::Open { .. }), "it is read again");
    assert_eq!((stands.number, stands.state), (2, PlanState::Drawn));
    assert!(short(&stands.lines).contains(&"customer recipient 1 by_hand to postex".to_owned()));
    scene.submits(at, stands.digest).await.expect("submitted");
    scene.approves(&scene.approver, at, stands.digest).await.expect("approved");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_is_sent_back_in_words_that_stay_sealed() {
    let scene = Planned::begins().await;
    let at = scene.asks(Right::Deletion).await;
    let (tools, plan) = (&scene.world.tools, scene.plan(at).await);
    let why = || Personal::new("Asha has an order under way");
    assert_eq!(code(requests::return_plan(tools, &scene.approver, at, why(), None).await), "ILLEGAL_STEP");
    scene.submits(at, plan.digest).await.expect("submitted");
    let colleague = desk_seat(&scene.world, &[Role::Support]);
    assert_eq!(code(requests::return_plan(tools, &colleague, at, why(), None).await), "FORBIDDEN");
    assert_eq!(code(requests::return_plan(tools, &scene.approver, at, Personal::new(" "), None).await), "INVALID");
    let returned = requests::return_plan(tools, &scene.approver, at, why(), None).await.expect("returned");
    assert_eq!((returned.state, returned.decided.map(|(_, by)| by)), (PlanState::Returned, scene.approver.staff_id()));
    assert!(matches!(scene.stands(at).await.stage, Stage::Open { .. }));
    let stored = scene.lines("select encode(reason, 'escape') as line from request_plans where reason is not null");
    assert!(matches!(&stored[..], [one] if !one.contains("under way")), "{stored:?}");
    let opened = requests::reveal_plan_reason(tools, &scene.support, Ref::new(scene.tenant, returned.id)).await;
    assert_eq!(opened.expect("opened").value.disclose(), "Asha has an order under way");
    let looks = scene.lines("select view as line from access_log where view = 'request_plans.reason'");
    assert_eq!(looks.len(), 1);

    // What was sent back is not submitted again as it is: it is drawn anew, though it says the same.
    let again = scene.submits(at, plan.digest).await.expect("submitted");
    assert_eq!((again.number, again.digest), (2, plan.digest));
    // Whoever submitted it may take it back.
    let taken = requests::return_plan(tools, &scene.support, at, why(), None).await.expect("taken back");
    assert_eq!(taken.state, PlanState::Returned);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_right_that_takes_nothing_away_begins_when_it_is_submitted() {
    let scene = Planned::begins().await;
    let at = scene.asks(Right::Restriction).await;
    let plan = scene.plan(at).await;
    let begun = scene.submits(at, plan.digest).await.expect("submitted");
    let now = scene.world.tools.watch.now();
    assert_eq!((begun.state, begun.starts_at, begun.decided), (PlanState::Submitted, Some(now), None));
    assert!(matches!(scene.stands(at).await.stage, Stage::InProgress { .. }));
    assert_eq!(code(scene.approves(&scene.approver, at, plan.digest).await), "ILLEGAL_STEP");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_of_a_person_is_planned_before_they_are_proved_nor_for_whoever_may_not_see_them() {
    let scene = Planned::begins().await;
    let taken = scene.world.asks(wish(scene.tenant, &[Right::Access], ASHA)).await;
    scene.world.work().await;
    let (tools, at) = (&scene.world.tools, Ref::new(scene.tenant, taken.requests[0].id));
    assert_eq!(code(requests::draw_plan(tools, &scene.support, at, None).await), "ILLEGAL_STEP");
    assert_eq!(requests::find_plan(tools, &scene.support, at, None).await.expect("readable"), None);

    let opened = scene.asks(Right::Portability).await;
    let auditor = desk_seat(&scene.world, &[Role::Auditor]);
    assert_eq!(code(requests::draw_plan(tools, &auditor, opened, None).await), "FORBIDDEN");
    let elsewhere = Ref::new(scene.world.neighbour().await, opened.id);
    assert_eq!(code(requests::draw_plan(tools, &scene.support, elsewhere, None).await), "NOT_FOUND");
    assert_eq!(requests::find_plan(tools, &scene.support, elsewhere, None).await.expect("readable"), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_known_by_two_addresses_and_proves_one_is_planned_by_that_one() {
    let scene = Planned::begins().await;
    scene.comes_in(vec![Good::Customer(customer("c2", "asha@work.example", 1))]).await;
    let mut asking = wish(scene.tenant, &[Right::Access], ASHA);
    asking.identifiers.push(harness::wishes::goes_by(requests::GoesBy::Mail, "asha@work.example"));
    let opened = scene.world.asks_and_proves(asking).await;
    scene.world.work().await;
    let plan = scene.plan(Ref::new(scene.tenant, opened[0].id)).await;
    assert!(short(&plan.lines).contains(&"customer customers 1 disclose".to_owned()), "{:#?}", short(&plan.lines));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_proved_and_belongs_to_two_records_waits_for_somebody_s_judgement() {
    let scene = Planned::begins().await;
    scene.comes_in(vec![Good::Customer(customer("c2", "asha@work.example", 1))]).await;
    let mut asking = wish(scene.tenant, &[Right::Access], ASHA);
    asking.identifiers.push(harness::wishes::goes_by(requests::GoesBy::Mail, "asha@work.example"));
    let opened = scene.world.asks_and_proves(asking).await;
    let (at, intake) = (Ref::new(scene.tenant, opened[0].id), Ref::new(scene.tenant, opened[0].intake));
    let (tools, second) = (&scene.world.tools, scene.world.code("asha@work.example"));
    requests::prove_by_code(tools, intake, &second).await.expect("proved too");
    scene.world.work().await;
    let told = scene.lines("select action as line from audit_events where action = 'intake.records_differ'");
    assert_eq!(told.len(), 1, "staff are told as soon as it shows");

    let plan = requests::draw_plan(tools, &scene.support, at, None).await.expect("drawn");
    let Err(Error::Refused(why)) = scene.submits(at, plan.digest).await else { panic!("it was submitted") };
    assert_eq!(why.code, "RECORDS_DIFFER");
    assert!(why.why.contains("mail 1") && why.why.contains("mail 2"), "{}", why.why);
    assert!(matches!(scene.stands(at).await.stage, Stage::Open { .. }));

    let shown = requests::find_request(tools, &scene.support, at).await.expect("shown");
    scene.world.later(Duration::minutes(1));
    let hers = Personal::new("she wrote from both and named the other in each");
    let judged = requests::judge(tools, &scene.support, at, shown.identifiers[1].id, hers, true, None).await;
    judged.expect("judged");
    let plan = requests::draw_plan(tools, &scene.support, at, None).await.expect("drawn");
    assert!(short(&plan.lines).contains(&"customer customers 2 disclose".to_owned()), "{:#?}", short(&plan.lines));
    scene.submits(at, plan.digest).await.expect("submitted");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_of_a_request_that_ended_waits_for_nobody() {
    let scene = Planned::begins().await;
    let at = scene.asks(Right::Deletion).await;
    let plan = scene.plan(at).await;
    scene.submits(at, plan.digest).await.expect("submitted");
    scene.world.later(Duration::hours(1));
    requests::withdraw(&scene.world.tools, &scene.support, at, None, None).await.expect("withdrawn");
    assert_eq!(scene.plan(at).await.state, PlanState::Superseded);
    assert_eq!(code(scene.approves(&scene.approver, at, plan.digest).await), "ILLEGAL_STEP");
}

/// One waits for this and for nothing else, and the words of the queue find it by that.
async fn the_rows_are_those_that_were_counted(scene: &Planned, reference: &str, what: &str) {
    const COUNTED: &str = "query ($cooling: String, $second: String, $going: String) {
      requestFigures { waiting { what count } }
      cooling: requests(filter: { text: $cooling }) { totalCount nodes { reference } }
      second: requests(filter: { text: $second }) { totalCount nodes { reference } }
      going: requests(filter: { text: $going }) { totalCount nodes { reference } } }";
    let words = json!({ "cooling": "is:cooling", "second": "is:second",
        "going": "stage:in_progress -is:cooling -is:second" });
    let told = ask(&scene.world, Some(&scene.support), COUNTED, words).await;
    assert!(told.get("errors").is_none(), "{told}");
    for (named, counted) in [("cooling", "COOLING_OFF"), ("second", "SECOND_PERSON"), ("going", "RECIPIENTS")] {
        let waiting = told["data"]["requestFigures"]["waiting"].as_array().expect("waiting");
        let count = waiting.iter().find(|row| row["what"] == counted).map_or(json!(0), |row| row["count"].clone());
        let rows = &told["data"][named];
        let expected = if counted == what { json!([{ "reference": reference }]) } else { json!([]) };
        assert_eq!((&rows["totalCount"], &rows["nodes"]), (&count, &expected), "{counted}: {told}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_finds_next_what_he_can_do_and_nothing_that_only_waits() {
    const NEXT: &str = "{ nextRequests(first: 10) { reference nextAction } }";
    let scene = Planned::begins().await;
    let (deletion, access) = (scene.asks(Right::Deletion).await, scene.asks(Right::Access).await);
    let next = async |caller: &Caller| {
        let answer = ask(&scene.world, Some(caller), NEXT, json!({})).await;
        assert!(answer.get("errors").is_none(), "{answer}");
        let rows = answer["data"]["nextRequests"].as_array().expect("a list").clone();
        let mut told: Vec<_> = rows
            .iter()
            .map(|row| (row["reference"].as_str().unwrap_or_default().to_owned(), row["nextAction"].clone()))
            .collect();
        told.sort_by(|one, other| one.0.cmp(&other.0));
        told
    };
    let called = async |at| scene.stands(at).await.reference;
    let both = |mut rows: Vec<(String, serde_json::Value)>| {
        rows.sort_by(|one, other| one.0.cmp(&other.0));
        rows
    };
    let (first, second) = (called(deletion).await, called(access).await);
    let submit = json!("SUBMIT_PLAN");
    assert_eq!(
        next(&scene.support).await,
        both(vec![(first.clone(), submit.clone()), (second.clone(), submit.clone())])
    );
    assert_eq!(next(&scene.approver).await, [], "nothing waits for a second person yet");

    let digest = scene.plan(deletion).await.digest;
    scene.submits(deletion, digest).await.expect("submitted");
    assert_eq!(next(&scene.approver).await, [(first.clone(), json!("APPROVE_PLAN"))]);
    assert_eq!(next(&scene.support).await, [(second.clone(), submit.clone())], "it is out of his hands");
    scene.approves(&scene.approver, deletion, digest).await.expect("approved");
    assert_eq!(next(&scene.support).await, [(second.clone(), submit.clone())], "what cools off is nobody's next");
    the_rows_are_those_that_were_counted(&scene, &first, "COOLING_OFF").await;
    scene.world.days(4);
    the_rows_are_those_that_were_counted(&scene, &first, "RECIPIENTS").await;
    assert_eq!(next(&scene.support).await.len(), 2, "and is somebody's once it is over");
}
