//! The ledger of promises as people meet it: what is measured, what waits, what breaks and mends, and who may see it.

use std::sync::Arc;

use chrono::Duration;
use harness::asked::{ask, desk_seat, done, partner, refused};
use harness::world::{World, forenoon};
use rightsdesk_server::floor::access::{Caller, Permission, Role};
use rightsdesk_server::floor::graphql::node_id;
use rightsdesk_server::floor::kernel::{PolicyId, Watch};
use rightsdesk_server::floor::ledger::{Event, Witnessed};
use rightsdesk_server::floor::policy::{Adopted, Moment, Policy, SHIPPED, Turn, parse, shipped};
use rightsdesk_server::promises::follow;
use serde_json::{Value, json};

const ALL: &str = "query ($after: String, $filter: PromiseFilter) { promises(first: 7, after: $after, filter: $filter) {
  totalCount pageInfo { hasNextPage endCursor } nodes { id code section text how schedule standing figure waitsFor why checkedAt
  since evidence } } }";
const ONE: &str = "query ($id: ID!) { node(id: $id) { ... on Promise { code standing figure why checkedAt since text
  history(first: 20) { totalCount nodes { at standing figure } } } } }";
const CHECK: &str = "mutation ($input: CheckPromiseInput!) { checkPromise(input: $input) {
  promise { id standing figure why } userErrors { code } } }";
const RECORD: &str = "mutation ($input: RecordGrantInput!) { recordGrant(input: $input) {
  store { driftKinds } userErrors { code } } }";

async fn world_under(policy: &str) -> World {
    World::alone_under(policy, Watch::held(forenoon())).await
}

/// Every promise there is, page by page.
async fn promises(world: &World, caller: Option<&Caller>) -> Vec<Value> {
    let (mut found, mut after) = (Vec::new(), Value::Null);
    loop {
        let answer = ask(world, caller, ALL, json!({ "after": after })).await;
        assert!(answer.get("errors").is_none(), "{answer}");
        let page = &answer["data"]["promises"];
        found.extend(page["nodes"].as_array().expect("promises").clone());
        if page["pageInfo"]["hasNextPage"] == false {
            assert_eq!(page["totalCount"], found.len());
            return found;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

async fn one(world: &World, ops: &Caller, id: &Value) -> Value {
    ask(world, Some(ops), ONE, json!({ "id": id })).await["data"]["node"].clone()
}

fn stood(promise: &Value) -> Vec<&str> {
    let looks = promise["history"]["nodes"].as_array().unwrap_or_else(|| panic!("{promise}"));
    looks.iter().map(|look| look["standing"].as_str().expect("a standing")).collect()
}

/// The workers' hour: what is due is looked at.
async fn an_hour(world: &World) {
    world.later(Duration::minutes(61));
    world.work().await;
}

/// This policy comes into force, its promises with it.
async fn turn(world: &World, policy: Policy) {
    let after = Arc::new(Adopted { id: PolicyId::fresh(), policy });
    let (vault, turned) = (world.tools.vault.clone(), Arc::clone(&after));
    let house = Caller::house().permit_house(Permission::KeepHouse).expect("the house may");
    let written = world.ledger.write(house, move |tx| {
        let turn = Turn { before: None, after: &turned, moment: Moment::InForce };
        let done = Witnessed::new((), Event::new("test.turned", "policy", turned.id.uuid()));
        Ok(follow(tx, &vault, &turn)?.into_iter().fold(done, Witnessed::and))
    });
    written.await.expect("followed");
    world.tools.policy.open(after);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_sentence_of_every_policy_has_its_row_and_what_waits_never_holds() {
    for (name, text) in SHIPPED {
        let world = world_under(name).await;
        let ops = desk_seat(&world, &[Role::Ops]);
        world.shop("Zaitoon Home", 1).await;
        let policy = parse(text).expect("sound");
        let codes: Vec<&str> = policy.promises.iter().map(|said| said.code.get_ref().as_str()).collect();

        let fresh = promises(&world, None).await;
        assert_eq!(fresh.iter().map(|row| row["code"].as_str().expect("a code")).collect::<Vec<_>>(), codes, "{name}");
        for row in &fresh {
            assert!(row["standing"] == "NOT_YET_MEASURED" || row["standing"] == "NOT_MEASURABLE", "unseen: {row}");
            assert!(row["text"].as_str().is_some_and(|text| text.len() > 5), "{row}");
        }
        world.work().await;
        world.later(Duration::minutes(6));
        world.work().await;
        an_hour(&world).await;

        let (mut held, mut waiting) = (0, 0);
        for row in promises(&world, None).await {
            let (measured, waits) = (row["checkedAt"].is_string(), row["waitsFor"].is_string());
            if row["standing"] == "NOT_MEASURABLE" {
                assert!(!measured && !waits && row["why"].is_string(), "{name}: {row}");
            } else if waits {
                waiting += 1;
                assert!(!measured && row["figure"].is_null() && row["schedule"] == "never", "{name}: {row}");
                assert_eq!(row["standing"], "NOT_YET_MEASURED", "{name}: {row}");
                assert_eq!(refused(&world, &ops, CHECK, json!({ "id": row["id"] })).await, "REFUSED", "{name}");
            } else {
                assert!(measured && row["schedule"] != "never", "{name}: {row}");
                assert_ne!(row["standing"], "BROKEN", "{name}: nothing happened yet that could break it: {row}");
                assert!(
                    row["standing"] != "HOLDS" || row["figure"].is_string(),
                    "{name} holds without a figure: {row}"
                );
                held += i32::from(row["standing"] == "HOLDS");
            }
        }
        assert!(held > 0, "{name}: nothing holds at a sound desk");
        let filter = json!({ "filter": { "standing": ["NOT_YET_MEASURED"] } });
        let filtered = ask(&world, None, ALL, filter).await["data"]["promises"]["totalCount"].as_i64();
        assert!(filtered.is_some_and(|count| count >= waiting), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_grants_too_much_breaks_the_promise_and_its_mending_keeps_it_again() {
    let world = world_under("sooperseller").await;
    let keeper = world.staff(&[Role::Ops]).await;
    let ops = desk_seat(&world, &[Role::Ops]);
    let policy = world.tools.policy.in_force().expect("a policy");
    let listed: Vec<&str> =
        policy.policy.scopes.iter().filter(|scope| !scope.writes).map(|scope| scope.name.get_ref().as_str()).collect();
    let shop = world.shop("Zaitoon Home", 0).await;
    let at = world.store(shop.tenant, "zaitoon.example", &listed).await;
    let mailbox = world.tools.mail.mailbox().expect("letters are kept in memory");
    let told = || {
        let letters = mailbox.letters_to(&keeper.mail).into_iter().map(|kept| kept.letter.subject);
        letters.filter(|subject| subject.contains("promise")).collect::<Vec<_>>()
    };
    world.work().await;
    an_hour(&world).await;
    let all = promises(&world, Some(&ops)).await;
    let id = all.iter().find(|row| {
        row["code"].as_str().is_some_and(|code| {
            let said = policy.policy.promises.iter().find(|said| said.code.get_ref() == code).expect("a promise");
            said.check.as_ref().is_some_and(|check| check.get_ref() == "scopes_listed")
        })
    });
    let id = id.expect("a promise about scopes")["id"].clone();
    let sound = one(&world, &ops, &id).await;
    assert_eq!(sound["standing"], "HOLDS", "{sound}");
    assert_eq!(stood(&sound), ["HOLDS", "NOT_YET_MEASURED"]);
    assert!(told().is_empty(), "that it holds is no news: {:?}", told());

    let more = [&listed[..], &["read_all_orders"]].concat();
    done(&world, &ops, RECORD, json!({ "store": node_id(at), "scopes": more })).await;
    an_hour(&world).await;
    let broken = one(&world, &ops, &id).await;
    assert_eq!(
        (&broken["standing"], &broken["why"]),
        (&json!("BROKEN"), &json!("1 stores granted a scope beyond the list"),)
    );
    assert!(broken["figure"].as_str().is_some_and(|figure| figure.ends_with("0 of 1 stores within them")), "{broken}");
    assert_eq!(stood(&broken), ["BROKEN", "HOLDS", "NOT_YET_MEASURED"]);
    assert!(
        matches!(&told()[..], [one] if one.contains("broken")),
        "one letter about everything that turned: {:?}",
        told()
    );
    let turned = world.base.lines(&format!(
        "select convert_from(payload, 'UTF8') as line from audit_events
          where action = 'promise.turned' and object = (select 'promise:' || id from promises where code = '{}')
          order by seq desc limit 1",
        broken["code"].as_str().expect("a code")
    ));
    assert!(turned[0].contains("from=holds") && turned[0].contains("to=broken"), "{turned:?}");
    an_hour(&world).await;
    assert_eq!(told().len(), 1, "told once");
    assert_eq!(stood(&one(&world, &ops, &id).await).len(), 3, "what stays as it is adds no line that day");

    done(&world, &ops, RECORD, json!({ "store": node_id(at), "scopes": listed })).await;
    let mended = done(&world, &ops, CHECK, json!({ "id": id })).await["promise"].clone();
    assert_eq!((&mended["standing"], &mended["why"]), (&json!("HOLDS"), &Value::Null));
    assert_eq!(mended["figure"], sound["figure"]);
    let now = one(&world, &ops, &id).await;
    assert_eq!(stood(&now), ["HOLDS", "BROKEN", "HOLDS", "NOT_YET_MEASURED"]);
    assert_ne!(now["since"], sound["since"], "it holds anew");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_nobody_looked_at_for_long_is_at_risk_until_somebody_looks() {
    let world = world_under("sooperseller").await;
    world.work().await;
    an_hour(&world).await;
    let held = |rows: &[Value]| rows.iter().filter(|row| row["standing"] == "HOLDS").count();
    let before = held(&promises(&world, None).await);
    assert!(before > 0);
    world.later(Duration::days(3));
    let late = promises(&world, None).await;
    assert_eq!(held(&late), 0, "no worker ran for days: {late:?}");
    assert!(
        late.iter()
            .any(|row| row["standing"] == "AT_RISK" && row["why"].as_str().is_some_and(|why| why.contains("worker")))
    );
    world.work().await;
    assert_eq!(held(&promises(&world, None).await), before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sentence_that_goes_is_past_and_one_that_comes_back_takes_its_history_up() {
    let world = world_under("sooperseller").await;
    let ops = desk_seat(&world, &[Role::Ops]);
    world.work().await;
    an_hour(&world).await;
    let before = promises(&world, None).await;
    let modes = before.iter().find(|row| row["standing"] == "HOLDS").expect("one that holds").clone();
    let (code, id) = (modes["code"].as_str().expect("a code").to_owned(), modes["id"].clone());

    let whole = parse(shipped("sooperseller").expect("it comes along")).expect("sound");
    let mut shorter = whole.clone();
    shorter.promises.retain(|said| *said.code.get_ref() != code);
    turn(&world, shorter).await;
    let fewer = promises(&world, None).await;
    assert_eq!(fewer.len(), before.len() - 1);
    assert!(fewer.iter().all(|row| row["id"] != id));
    assert_eq!(one(&world, &ops, &id).await["code"], code.as_str(), "it stays on record");
    an_hour(&world).await;
    assert_eq!(one(&world, &ops, &id).await["checkedAt"], modes["checkedAt"], "nobody looks at what is past");

    turn(&world, whole.clone()).await;
    let again = one(&world, &ops, &id).await;
    assert_eq!((&again["standing"], stood(&again).len()), (&modes["standing"], 2), "{again}");
    world.work().await;
    world.later(Duration::minutes(6));
    world.work().await;
    assert_ne!(one(&world, &ops, &id).await["checkedAt"], modes["checkedAt"], "it is looked at anew at once");

    // Measured otherwise, it stands anew; said to be beyond measure, it holds no more.
    let mut unmeasured = whole;
    let said = unmeasured.promises.iter_mut().find(|said| *said.code.get_ref() == code).expect("it is back");
    (said.check, said.unmeasured) = (None, Some("Only a court could tell.".into()));
    said.of.clear();
    turn(&world, unmeasured).await;
    let now = one(&world, &ops, &id).await;
    assert_eq!((&now["standing"], &now["why"]), (&json!("NOT_MEASURABLE"), &json!("Only a court could tell.")));
    assert_eq!(stood(&now)[0], "NOT_MEASURABLE");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_sees_how_promises_stand_where_the_policy_publishes_it_and_else_the_desk() {
    let world = world_under("sooperseller").await;
    let shop = world.shop("Neem Bazaar", 0).await;
    let ops = desk_seat(&world, &[Role::Ops]);
    let outside = partner(&world, &[Permission::SeeTenants], &[shop.tenant]);
    let id = promises(&world, None).await[0]["id"].clone();
    let by = |caller| ask(&world, caller, ALL, json!({}));
    let code = |answer: &Value| answer["errors"][0]["extensions"]["code"].as_str().unwrap_or("none").to_owned();
    assert_eq!(code(&by(Some(&outside)).await), "none");
    assert_eq!(refused(&world, &outside, CHECK, json!({ "id": id })).await, "FORBIDDEN");
    assert_eq!(code(&ask(&world, None, CHECK, json!({ "input": { "id": id } })).await), "UNAUTHENTICATED");
    for question in ["{ dataMap { name } }", "{ recordOfProcessing(part: CONTROLLER) { policy } }"] {
        assert_eq!(code(&ask(&world, None, question, json!({})).await), "UNAUTHENTICATED", "{question}");
        assert_eq!(code(&ask(&world, Some(&outside), question, json!({})).await), "FORBIDDEN", "{question}");
        assert_eq!(code(&ask(&world, Some(&ops), question, json!({})).await), "none", "{question}");
    }

    let mut quiet = parse(shipped("sooperseller").expect("it comes along")).expect("sound");
    quiet.announces.standing = false;
    turn(&world, quiet).await;
    assert_eq!(code(&by(None).await), "UNAUTHENTICATED");
    assert_eq!(code(&by(Some(&outside)).await), "FORBIDDEN");
    assert_eq!(code(&by(Some(&ops)).await), "none");
}
