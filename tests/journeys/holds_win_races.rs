//! Holds are placed while erasures are carried out, before, between and after their steps: no step of whoever is held commits
//! after the hold, nobody else is told to delete anything, what stood then stands byte for byte, and the request goes back, or
//! had ended before.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use harness::asked::ask;
use harness::erasing::{Asked, Erasing};
use harness::yard::{Hand, turn};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rightsdesk_server::floor::graphql::tenant_node_id;
use rightsdesk_server::floor::kernel::{Error, HoldId, OrderId, Personal, RecipientTaskId, Ref};
use rightsdesk_server::propagation;
use rightsdesk_server::requests::{self, HoldKind, NewHold};
use rightsdesk_server::roof::demo::street::{Fault, Kind};
use serde_json::json;

const MERCHANTS: usize = 4;
const LEASE: Duration = Duration::from_secs(2);
const SEED: u64 = 43;
/// How many are on their way at a time.
const WAVE: usize = 4;
/// How long a moment is waited for that may not come: whoever waits for a recipient takes no further step.
const PATIENCE: Duration = Duration::from_millis(1_500);

/// What says in the books that a step of a request was begun or has ended.
const STEPS: &str = "('request.carrying_out', 'request.burying', 'request.person_buried', 'request.step_done',
    'request.key_destroyed', 'request.recipients_to_be_told', 'request.files_going', 'request.scanned',
    'request.scan_found', 'request.recipients_awaited', 'request.certified', 'request.answered_in_part',
    'request.settled', 'recipient.trying')";

/// What says that a try, which had begun, came to something.
const LANDED: &str = "('recipient.tried', 'recipient.sent', 'recipient.acknowledged', 'recipient.done',
    'recipient.already_gone', 'recipient.refused')";

const TASKS: &str = "query ($filter: RecipientTaskFilter!) { recipientTasks(filter: $filter, first: 5) {
  nodes { state isHeld isByHand isLate advice } } }";

/// Steps up to which nothing of the person's rows has gone.
const BEFORE_ROWS: &str = "('compare', 'match', 'tombstone')";

/// How many holds are placed: five hundred with `E2E_HELD=500`.
#[expect(clippy::disallowed_methods, reason = "said by whoever runs the tests, and no setting of the desk")]
fn wanted() -> usize {
    std::env::var("E2E_HELD").ok().and_then(|held| held.parse().ok()).unwrap_or(40)
}

/// A hold that was placed.
struct Held {
    hold: HoldId,
    /// Everything that was held of the person when it stood.
    rows: Vec<String>,
    /// The same before anything was carried out.
    whole: Vec<String>,
    /// How often the shop had been called to delete the person when it was said that they are held.
    deletes: usize,
    /// Where the tenant's book stood then.
    seq: usize,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_step_of_whoever_is_held_commits_after_the_hold() {
    let _turn = turn().await;
    let wanted = wanted();
    let mut scene = Erasing::begins(MERCHANTS, wanted).await;
    for number in 0..wanted {
        // Every other one waits for a recipient that nobody has set up; the others come to their end.
        let told: &[&str] = if (number / MERCHANTS).is_multiple_of(2) { &["leopards"] } else { &[] };
        scene.asks(number, told).await;
    }
    let mut dice = StdRng::seed_from_u64(SEED);
    let hands: Vec<Hand> = (0..2).map(|_| scene.hired(LEASE, 6)).collect();
    let mut held = Vec::new();
    for wave in scene.asked.chunks(WAVE) {
        let whole: Vec<Vec<String>> = wave.iter().map(|one| rows_of(&scene, one)).collect();
        let moments: Vec<usize> = wave.iter().map(|_| dice.random_range(0..16)).collect();
        scene.cool_off(wave);
        let mut order: Vec<usize> = (0..wave.len()).collect();
        order.sort_by_key(|at| moments[*at]);
        for at in order {
            held.push((at, placed(&scene, &wave[at], moments[at], whole[at].clone()).await));
        }
    }
    let held: Vec<(&Asked, Held)> = order_of(&scene, held);
    nothing_goes_on(&scene).await;
    drop(hands);

    let (mut before, mut amid, mut after) = (0, 0, 0);
    let mut steps: BTreeMap<usize, usize> = BTreeMap::new();
    for (one, held) in &held {
        let id = one.at.id.uuid();
        let placed = format!(
            "select seq from audit_events where tenant_id = '{}' and action = 'hold.placed' and object like '%{}%'",
            one.at.tenant.uuid(),
            held.hold.uuid()
        );
        assert_eq!(
            scene.lines(&format!("select count(*)::text as line from ({placed}) t")),
            ["1"],
            "it is in the books"
        );
        let late = scene.lines(&format!(
            "select action || ' ' || seq as line from audit_events
              where tenant_id = '{}' and object like '%{id}%' and action in {STEPS} and seq > ({placed}) order by seq",
            one.at.tenant.uuid()
        ));
        assert!(late.is_empty(), "after the hold: {late:?}");
        let landed = scene.lines(&format!(
            "select action || ' ' || seq as line from audit_events
              where tenant_id = '{}' and object like '%{id}%' and action in {LANDED} and seq > {} order by seq",
            one.at.tenant.uuid(),
            held.seq
        ));
        assert!(landed.is_empty(), "on its way after it was said that they are held: {landed:?}");
        assert_eq!(scene.calls_to_delete(one), held.deletes, "the shop is told nothing after the hold");
        assert_eq!(rows_of(&scene, one), held.rows, "what stood when it was placed stands");

        let done =
            scene.count(&format!("select count(*) from request_steps where request_id = '{id}' and state = 'done'"));
        let cleared = scene.count(&format!(
            "select count(*) from request_steps where request_id = '{id}' and state = 'done' and name not in {BEFORE_ROWS}"
        ));
        if cleared == 0 {
            assert_eq!(held.rows, held.whole, "it came before the rows, and all of them stand");
        }
        *steps.entry(done).or_default() += 1;
        let stands = scene.lines(&format!("select stage as line from requests where id = '{id}'")).pop();
        match stands.as_deref() {
            Some("closed") => after += 1,
            Some("open" | "awaiting_approval") if done == 0 => before += 1,
            Some("open" | "awaiting_approval") => amid += 1,
            other => panic!("neither carried out nor sent back: {other:?} after {done} steps"),
        }
    }
    println!("{wanted} holds: {before} before, {amid} amid and {after} after the steps; by steps done: {steps:?}");
    assert_eq!(before + amid + after, wanted);
    assert!(amid > wanted / 10, "holds came amid the steps: {steps:?}");
    assert!(before > 0 || after > 0, "and elsewhere: {steps:?}");

    // Who was not erased is not said to be: a stone stands for those alone whose burial was carried out.
    let stones = scene.lines(
        "select r.reference as line from requests r where exists (select from tombstones t where t.request_id = r.id)
            and not exists (select from request_steps s
                             where s.request_id = r.id and s.name = 'tombstone' and s.state = 'done')",
    );
    assert!(stones.is_empty(), "{stones:?}");
    let path = scene.course.world.tools.journal.tombstones.path().to_owned();
    let journal = std::fs::read_to_string(path).expect("a journal");
    let said: BTreeMap<&str, bool> = journal.lines().filter_map(said).collect();
    let stand = scene.lines("select encode(digest, 'hex') as line from tombstones where lifted_at is null");
    let left: Vec<_> =
        said.iter().filter(|(digest, is_set)| **is_set && !stand.iter().any(|one| one == *digest)).collect();
    assert!(left.is_empty(), "the journal says of somebody who is held that they were erased: {left:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_else_is_told_to_delete_what_is_held_until_it_is_let_go() {
    let _turn = turn().await;
    let mut scene = Erasing::begins(1, 1).await;
    scene.asks(0, &[]).await;
    let (one, tools) = (&scene.asked[0], &scene.course.world.tools);
    let standing = || {
        scene.lines(
            "select kind || ' ' || state || ' ' || (held_at is not null) || ' ' || (until > now()) as line from recipient_tasks",
        )
    };
    // The person's key is gone, and the shop does not answer us just now.
    scene.course.stand("woocommerce").order(Fault::always("/", Kind::Fails));
    scene.cool_off(&scene.asked);
    scene.works().await;
    assert_eq!(standing(), ["platform waiting false true"]);
    let before = scene.calls_to_delete(one);

    let reason = Personal::new("a claim before the court of Lahore");
    let new = NewHold { kind: HoldKind::Litigation, order: None, reason, review_on: None };
    let hold = requests::place_hold(tools, &scene.support, one.at, new, None).await.expect("held");
    scene.course.stand("woocommerce").lift();
    // Its date comes while it is held.
    scene.tamper(
        "update recipient_tasks set until = now();
         update jobs set due_at = now() where name = 'mind_recipient' and state = 'ready';
         update lanes set due_at = now()",
    );
    scene.come_back();
    scene.works().await;
    assert_eq!(standing(), ["platform waiting true false"], "it is not silent: nobody asked it");
    assert_eq!(scene.calls_to_delete(one), before, "nothing left");
    let filter = json!({ "filter": { "tenant": tenant_node_id(one.at.tenant) } });
    let shown = ask(&scene.course.world, Some(&scene.support), TASKS, filter).await;
    let task = &shown["data"]["recipientTasks"]["nodes"][0];
    assert_eq!((&task["isHeld"], &task["isByHand"], &task["isLate"]), (&json!(true), &json!(false), &json!(false)));
    assert!(task["advice"].as_str().is_some_and(|words| words.contains("hold")), "{shown}");
    let id = scene.lines("select id::text as line from recipient_tasks")[0].parse().expect("an id");
    let at = Ref::new(one.at.tenant, RecipientTaskId::from_uuid(id));
    let version = scene.count("select version from recipient_tasks").try_into().expect("a version");
    let again = propagation::retry(tools, &scene.support, at, version, None).await;
    assert!(matches!(again, Err(Error::Refused(why)) if why.code == "HELD"));

    let released = requests::release_hold(tools, &scene.approver, Ref::new(one.at.tenant, hold.id), None).await;
    released.expect("let go");
    scene.come_back();
    scene.works().await;
    let ended = standing();
    assert!(ended.len() == 1 && ended[0].starts_with("platform done false"), "it is told now: {ended:?}");
    assert_eq!(scene.calls_to_delete(one), before + 1);
}

/// What a line of the journal says last of a digest: that it stands, or that it was lifted.
fn said(line: &str) -> Option<(&str, bool)> {
    let digest = line.split(r#""digest":""#).nth(1)?.split('"').next()?;
    Some((digest, line.contains(r#""type":"set""#)))
}

/// Waits until so many steps of a request are done, or until no more are done, and holds the person.
async fn placed(scene: &Erasing, one: &Asked, moment: usize, whole: Vec<String>) -> Held {
    let id = one.at.id.uuid();
    let begun = Instant::now();
    let enough = format!(
        "select count(*)::text as line from request_steps where request_id = '{id}' and state = 'done'
         having count(*) >= {moment}"
    );
    while moment > 0 && begun.elapsed() < PATIENCE && scene.lines(&enough).is_empty() {
        let has_ended = format!("select reference as line from requests where id = '{id}' and stage = 'closed'");
        if !scene.lines(&has_ended).is_empty() {
            break;
        }
    }
    let tools = &scene.course.world.tools;
    // Every other one is on one of their orders alone, as long as one is theirs.
    let mut order = if moment.is_multiple_of(2) { an_order(scene, one) } else { None };
    for _ in 0..50 {
        let reason = Personal::new("a claim before the court of Lahore");
        let new = NewHold { kind: HoldKind::Litigation, order, reason, review_on: None };
        match requests::place_hold(tools, &scene.support, one.at, new, None).await {
            Ok(hold) => {
                let tenant = one.at.tenant.uuid();
                return Held {
                    hold: hold.id,
                    deletes: scene.calls_to_delete(one),
                    seq: scene.count(&format!("select max(seq) from audit_events where tenant_id = '{tenant}'")),
                    rows: rows_of(scene, one),
                    whole,
                };
            }
            // It went over to nobody's name just now, or is cleared.
            Err(Error::Invalid(_)) if order.is_some() => order = None,
            // Whoever carries it out was first.
            Err(Error::Conflict | Error::Unavailable { .. }) => tokio::time::sleep(Duration::from_millis(10)).await,
            Err(other) => panic!("a hold was not placed: {other:?}"),
        }
    }
    panic!("a hold was never placed");
}

/// An order that is this buyer's now.
fn an_order(scene: &Erasing, one: &Asked) -> Option<Ref<OrderId>> {
    let ids = scene.lines(&format!(
        "select id::text as line from orders
          where tenant_id = '{}' and customer = '{}' and subject_id is not null order by placed_at limit 1",
        one.at.tenant.uuid(),
        one.customer
    ));
    let id = ids.first()?.parse().expect("an id");
    Some(Ref::new(one.at.tenant, OrderId::from_uuid(id)))
}

/// Holds in the order of whom they are of.
fn order_of(scene: &Erasing, held: Vec<(usize, Held)>) -> Vec<(&Asked, Held)> {
    let places = held.iter().enumerate().map(|(number, (at, _))| number / WAVE * WAVE + at).collect::<Vec<_>>();
    places.into_iter().zip(held).map(|(place, (_, held))| (&scene.asked[place], held)).collect()
}

/// Everybody has done what there was to do.
async fn nothing_goes_on(scene: &Erasing) {
    const LEFT: &str = "select count(*) from jobs where name in ('carry_out', 'tell_recipient', 'draw_plan')
        and (state = 'running' or state = 'ready' and due_at <= now()
             or name = 'carry_out' and state = 'ready' and due_at <= now() + interval '20 seconds')";
    let begun = Instant::now();
    let mut quiet = 0;
    while quiet < 5 {
        assert!(begun.elapsed() < Duration::from_mins(1), "it does not end");
        quiet = if scene.count(LEFT) == 0 { quiet + 1 } else { 0 };
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// What is held of somebody of whom nothing may go, as it is stored: by the ids that were theirs and by what the platform
/// calls them.
fn rows_of(scene: &Erasing, one: &Asked) -> Vec<String> {
    let (id, customer, tenant) = (one.at.id.uuid(), &one.customer, one.at.tenant.uuid());
    scene.lines(&format!(
        "with person as (
           select r.subject_id as id from requests r where r.id = '{id}' and r.subject_id is not null
            union select p.subject_id from request_persons p where p.request_id = '{id}'
         ), bought as (
           select * from orders o
            where o.tenant_id = '{tenant}' and (o.subject_id in (select id from person) or o.customer = '{customer}')
         )
         select t.line from (
           select 'c ' || c::text as line from customers c
            where c.tenant_id = '{tenant}' and (c.subject_id in (select id from person) or c.platform_id = '{customer}')
           union all select 'o ' || b::text from bought b
           union all select 'x ' || x::text from order_contacts x join bought b on b.tenant_id = x.tenant_id and b.id = x.id
           union all select 'k ' || k::text from subject_keys k
            where k.tenant_id = '{tenant}' and k.subject_id in (select id from person)) t order by 1"
    ))
}
