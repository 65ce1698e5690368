//! A policy is changed by two people, told before it holds, and holds on its day; what does not hold yet is withdrawn.

use std::sync::Arc;

use chrono::Duration;
use harness::asked::{ask, desk_seat, done, refused};
use harness::books::links_of;
use harness::draft::Draft;
use harness::world::World;
use rightsdesk_server::catalogue;
use rightsdesk_server::floor::access::{Caller, Role};
use rightsdesk_server::floor::kernel::{Error, Instant, Result, TenantId, Watch};
use rightsdesk_server::floor::ledger::{Event, WriteTx};
use rightsdesk_server::floor::policy::{Book, Chosen, Follower, Moment, Turn, shipped};
use rightsdesk_server::floor::tools::Tools;
use rightsdesk_server::floor::vault::Vault;
use rightsdesk_server::roof::followers::FOLLOWERS;
use serde_json::{Value, json};

const CHECK: &str = "query ($text: String!) { checkPolicy(text: $text) {
  canBeKept faults { line reason } changes { part kind code effect isMaterial worsens line } } }";
const PROPOSE: &str = "mutation ($input: ProposePolicyInput!) { proposePolicy(input: $input) {
  version { id state version effectiveOn proposedBy publishedAt } userErrors { code message field } } }";
const PUBLISH: &str = "mutation ($input: PublishPolicyInput!) { publishPolicy(input: $input) {
  version { state publishedAt publishedBy inForceAt } userErrors { code message } } }";
const WITHDRAW: &str = "mutation ($input: WithdrawPolicyInput!) { withdrawPolicy(input: $input) {
  version { state endedAt } userErrors { code message } } }";
const DIFF: &str = "query ($id: ID!) { policyDiff(id: $id) { from { version } to { version }
  changes { part kind code before after effect isMaterial worsens line } } }";
const VERSIONS: &str = "{ policyVersions(first: 10) { totalCount nodes { version state heldBackOn } } }";
const HOLDS: &str = "{ policy { version scopes { name } recipients { code } retention { code window { words } } } }";

async fn world() -> World {
    World::alone(Watch::held(Instant::from_micros(1_790_000_000_000_000))).await
}

fn original() -> &'static str {
    shipped("sooperseller").expect("it comes along")
}

/// A new sub-processor, shorter retention, a dropped scope; it holds from this day on.
fn changed(version: u32, day: &str) -> String {
    let added = "[[recipient]]\ncode = \"post\"\nname = \"Post\"\nkind = \"processor\"\nservice = \"Letters\"\n\
                 purposes = [\"notices\"]\nregions = [\"PK\"]\nagreement = 2025-12-01\n\
                 receives = [{ what = [\"account.email\"], form = \"raw\" }]\n";
    Draft::of("sooperseller")
        .version(version, day)
        .saying("window = { days = 90 }", "window = { days = 60 }")
        .saying("Retained for 90 days", "Retained for 60 days")
        .without("[[scope]]\nplatform = \"shopify\"\nname = \"read_products\"")
        .without("[[promise]]\ncode = \"sync_products\"")
        .and(added)
        .text()
}

async fn asked(world: &World, caller: &Caller, document: &str, variables: Value) -> Value {
    let answer = ask(world, Some(caller), document, variables).await;
    assert!(answer.get("errors").is_none(), "{answer}");
    answer["data"].clone()
}

async fn holds(world: &World) -> Value {
    let answer = ask(world, None, HOLDS, json!({})).await;
    assert!(answer.get("errors").is_none(), "{answer}");
    answer["data"]["policy"].clone()
}

async fn versions(world: &World, caller: &Caller) -> Vec<(i64, String)> {
    let listed = asked(world, caller, VERSIONS, json!({})).await["policyVersions"]["nodes"].clone();
    let told =
        |node: &Value| (node["version"].as_i64().expect("a number"), node["state"].as_str().expect("one").into());
    listed.as_array().expect("a list").iter().map(told).collect()
}

async fn proposed(world: &World, caller: &Caller, text: &str) -> Value {
    let answer = done(world, caller, PROPOSE, json!({ "text": text })).await;
    assert_eq!(answer["userErrors"], json!([]), "{answer}");
    answer["version"].clone()
}

/// What the books of the house say happened to policies, in order; what those who follow one did beside is theirs to tell.
fn told(world: &World) -> Vec<String> {
    world.base.lines(
        "select action as line from audit_events
          where object like 'policy%' and split_part(action, '.', 1) in ('policy', 'test', 'call') order by seq",
    )
}

/// From now on these follow the policy.
fn followed_by(world: &mut World, followers: &'static [Follower]) {
    let page = world.tools.policy.in_force().expect("a policy");
    world.tools.policy = Book::new(followers);
    world.tools.policy.open(page);
}

/// Writes down each turn it sees.
fn notes(tx: &mut WriteTx, _: &Vault, turn: &Turn<'_>) -> Result<Vec<Event>> {
    assert_eq!(tx.tenant()?, TenantId::HOUSE);
    let (before, after) = (turn.before.map(|before| before.id), turn.after.id);
    assert!(before.is_some_and(|before| before != after));
    let action = match turn.moment {
        Moment::Published => "test.published",
        Moment::InForce => "test.in_force",
        Moment::Withdrawn => "test.withdrawn",
    };
    Ok(vec![Event::new(action, "policy", after.uuid())])
}

/// Does not want it to come.
fn refuses(_: &mut WriteTx, _: &Vault, turn: &Turn<'_>) -> Result<Vec<Event>> {
    if turn.moment == Moment::InForce { Err(Error::refused("REFUSED", "an objection is open")) } else { Ok(Vec::new()) }
}

/// Fails, whatever happens.
fn fails(_: &mut WriteTx, _: &Vault, _: &Turn<'_>) -> Result<Vec<Event>> {
    Err(Error::internal("a follower that falls"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_policy_changes_on_its_day_and_not_before() {
    let mut world = world().await;
    followed_by(&mut world, &[notes]);
    let (ops, approver) = (desk_seat(&world, &[Role::Ops]), desk_seat(&world, &[Role::Approver]));
    let early = changed(2, "2026-10-20");
    let judged = asked(&world, &ops, CHECK, json!({ "text": early })).await["checkPolicy"].clone();
    assert_eq!((&judged["canBeKept"], &judged["faults"]), (&json!(true), &json!([])), "{judged}");
    assert_eq!(refused(&world, &ops, PROPOSE, json!({ "text": early })).await, "REFUSED", "a day too early");

    let text = changed(2, "2026-10-21");
    let version = proposed(&world, &ops, &text).await;
    assert_eq!((&version["state"], &version["effectiveOn"]), (&json!("PROPOSED"), &json!("2026-10-21")));
    let id = version["id"].clone();
    assert_eq!(refused(&world, &ops, PROPOSE, json!({ "text": changed(3, "2026-12-01") })).await, "TAKEN");

    let diff = asked(&world, &approver, DIFF, json!({ "id": id })).await["policyDiff"].clone();
    assert_eq!((&diff["from"]["version"], &diff["to"]["version"]), (&json!(1), &json!(2)));
    let effect = |part: &str, code: &str| {
        let mut changes = diff["changes"].as_array().expect("changes").iter();
        let change = changes.find(|change| change["part"] == part && change["code"] == code);
        let change = change.unwrap_or_else(|| panic!("{part} {code}: {diff}"));
        (change["effect"].as_str().expect("words").to_owned(), change["worsens"] == true)
    };
    let new = "new sub-processor: subscribers are told, objections 30 days";
    assert_eq!(effect("RECIPIENT", "post"), (new.to_owned(), true));
    assert_eq!(effect("RETENTION", "usage"), ("shorter: from 90 days to 60 days".to_owned(), false));
    let dropped = "dropped scope: stores that granted it drift";
    assert_eq!(effect("SCOPE", "shopify read_products"), (dropped.to_owned(), false));
    assert_eq!(diff["changes"].as_array().map(Vec::len), Some(5), "{diff}");

    assert_eq!(refused(&world, &ops, PUBLISH, json!({ "id": id })).await, "FORBIDDEN");
    world.later(Duration::minutes(6));
    assert_eq!(refused(&world, &approver, PUBLISH, json!({ "id": id })).await, "STEP_UP_REQUIRED");
    let approver = desk_seat(&world, &[Role::Approver]);
    let published = done(&world, &approver, PUBLISH, json!({ "id": id })).await["version"].clone();
    assert_eq!((&published["state"], &published["inForceAt"]), (&json!("ANNOUNCED"), &json!(null)));
    assert_ne!(published["publishedBy"], version["proposedBy"]);
    assert_eq!(refused(&world, &approver, PUBLISH, json!({ "id": id })).await, "REFUSED", "it is published once");

    world.later(Duration::days(29));
    world.work().await;
    assert_eq!(holds(&world).await["version"], 1, "the last day but one");
    world.later(Duration::days(1));
    world.work().await;
    let now = holds(&world).await;
    assert_eq!(now["version"], 2);
    let words =
        |list: &str, name: &str, word: &str| now[list].as_array().expect("a list").iter().any(|one| one[name] == word);
    assert!(words("recipients", "code", "post") && !words("scopes", "name", "read_products"), "{now}");
    let usage = now["retention"].as_array().expect("rules").iter().find(|rule| rule["code"] == "usage");
    assert_eq!(usage.expect("kept")["window"]["words"], "60 days");
    let states = [(2, "IN_FORCE".to_owned()), (1, "PAST".to_owned())];
    assert_eq!(versions(&world, &ops).await, states);
    let expected = [
        "policy.in_force",
        "policy.proposed",
        "policy.published",
        "test.published",
        "policy.past",
        "policy.in_force",
        "test.in_force",
    ];
    assert_eq!(told(&world), expected);
    assert_eq!(refused(&world, &approver, WITHDRAW, json!({ "id": id })).await, "REFUSED", "it holds");
    links_of(world.base, TenantId::HOUSE);

    // Another process: the file it was started with is the old one, what it follows is what holds.
    let other = Tools { policy: Book::new(FOLLOWERS), ..world.tools.clone() };
    let file = Chosen { from: "sooperseller".to_owned(), text: original().to_owned() };
    catalogue::settle(&other, file).await.expect("it starts");
    assert_eq!(*other.policy.in_force().expect("a policy").policy.version.get_ref(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_publishes_what_he_proposed_and_what_is_faulty_is_not_written_down() {
    let world = world().await;
    let both = desk_seat(&world, &[Role::Ops, Role::Approver]);
    let spoiled = changed(2, "2026-12-01").replacen("check = \"tls\"", "check = \"tsl\"", 1);
    let spoiled = spoiled.replacen("categories = [\"usage\"]\nanchor", "categories = []\nanchor", 1);
    let answer = done(&world, &both, PROPOSE, json!({ "text": spoiled })).await;
    let faults = answer["userErrors"].as_array().expect("errors").clone();
    assert_eq!(faults.len(), 2, "{answer}");
    for fault in &faults {
        let message = fault["message"].as_str().expect("words");
        assert!(message.contains("line ") && fault["field"].to_string().contains("text"), "{fault}");
    }
    assert_eq!(told(&world), ["policy.in_force"]);
    assert_eq!(refused(&world, &both, PROPOSE, json!({ "text": original() })).await, "INVALID", "the same version");

    let version = proposed(&world, &both, &changed(2, "2026-12-01")).await;
    assert_eq!(refused(&world, &both, PUBLISH, json!({ "id": version["id"] })).await, "SAME_PERSON");
    let key = json!({ "id": version["id"], "idempotencyKey": "publish-2" });
    let approver = desk_seat(&world, &[Role::Approver]);
    for _ in 0..2 {
        let published = done(&world, &approver, PUBLISH, key.clone()).await;
        assert_eq!(published["version"]["state"], "ANNOUNCED", "{published}");
    }
    assert_eq!(told(&world), ["policy.in_force", "policy.proposed", "policy.published", "call.repeated"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_does_not_hold_yet_is_withdrawn() {
    let mut world = world().await;
    followed_by(&mut world, &[notes]);
    let (ops, approver) = (desk_seat(&world, &[Role::Ops]), desk_seat(&world, &[Role::Approver]));
    let first = proposed(&world, &ops, &changed(2, "2026-12-01")).await;
    let withdrawn = done(&world, &ops, WITHDRAW, json!({ "id": first["id"] })).await;
    assert_eq!(withdrawn["version"]["state"], "WITHDRAWN", "{withdrawn}");
    assert_eq!(refused(&world, &approver, PUBLISH, json!({ "id": first["id"] })).await, "REFUSED");
    let again = changed(2, "2026-12-01");
    assert_eq!(refused(&world, &ops, PROPOSE, json!({ "text": again })).await, "INVALID", "a number is used once");

    let second = proposed(&world, &ops, &changed(3, "2026-12-01")).await;
    done(&world, &approver, PUBLISH, json!({ "id": second["id"] })).await;
    assert_eq!(refused(&world, &ops, WITHDRAW, json!({ "id": second["id"] })).await, "FORBIDDEN");
    world.work().await;
    let withdrawn = done(&world, &approver, WITHDRAW, json!({ "id": second["id"] })).await;
    assert_eq!(withdrawn["version"]["state"], "WITHDRAWN", "{withdrawn}");
    world.later(Duration::days(100));
    world.work().await;
    assert_eq!(holds(&world).await["version"], 1);
    let expected = [
        "policy.in_force",
        "policy.proposed",
        "policy.withdrawn",
        "policy.proposed",
        "policy.published",
        "test.published",
        "policy.withdrawn",
        "test.withdrawn",
    ];
    assert_eq!(told(&world), expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_follows_does_so_in_the_same_transaction_or_holds_it_back() {
    let mut world = world().await;
    let (ops, approver) = (desk_seat(&world, &[Role::Ops]), desk_seat(&world, &[Role::Approver]));
    let id = proposed(&world, &ops, &changed(2, "2026-10-21")).await["id"].clone();
    followed_by(&mut world, &[notes, fails]);
    assert_eq!(refused(&world, &approver, PUBLISH, json!({ "id": id })).await, "INTERNAL");
    assert_eq!(told(&world), ["policy.in_force", "policy.proposed"], "nothing of it was done");

    followed_by(&mut world, &[notes, refuses]);
    done(&world, &approver, PUBLISH, json!({ "id": id })).await;
    world.work().await;
    world.later(Duration::days(30));
    world.work().await;
    world.work().await;
    world.later(Duration::days(1));
    world.work().await;
    assert_eq!(holds(&world).await["version"], 1);
    let held = ["policy.held_back", "policy.held_back"];
    assert_eq!(told(&world)[4..], held, "once a day");
    let listed = asked(&world, &ops, VERSIONS, json!({})).await["policyVersions"]["nodes"][0].clone();
    assert_eq!(listed, json!({ "version": 2, "state": "ANNOUNCED", "heldBackOn": "2026-10-22" }));

    followed_by(&mut world, &[notes]);
    world.later(Duration::days(1));
    world.work().await;
    assert_eq!(holds(&world).await["version"], 2, "when nobody says no any more");
    let listed = asked(&world, &ops, VERSIONS, json!({})).await["policyVersions"]["nodes"][0].clone();
    assert_eq!(listed, json!({ "version": 2, "state": "IN_FORCE", "heldBackOn": null }));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_desk_starts_with_no_faulty_file_and_with_no_other_operators() {
    let world = world().await;
    let started = |text: String| {
        let tools = Tools { policy: Book::new(FOLLOWERS), ..world.tools.clone() };
        async move {
            let chosen = Chosen { from: "policy.toml".to_owned(), text };
            catalogue::settle(&tools, chosen).await.map(|()| Arc::clone(&tools.policy.in_force().expect("one")))
        }
    };
    let faulty =
        original().replacen("check = \"tls\"", "check = \"tsl\"", 1).replacen("privacy@sooperseller.com", "nobody", 1);
    let Err(Error::Invalid(flaws)) = started(faulty.clone()).await else { panic!("it started") };
    let said: Vec<_> = flaws.iter().map(|flaw| flaw.advice.clone()).collect();
    assert_eq!(said.len(), 2, "{said:?}");
    for (said, needle) in said.iter().zip(["contact = \"nobody\"", "check = \"tsl\""]) {
        let line = faulty.lines().position(|line| line == needle).expect("there") + 1;
        assert!(said.starts_with(&format!("line {line}: ")), "{said}");
    }
    let other = started(shipped("shopiq").expect("it comes along").to_owned()).await;
    assert!(matches!(other, Err(Error::Refused(_))), "a desk keeps one operator's");
    let adopted = started(changed(2, "2027-01-01")).await.expect("it starts, and keeps what holds");
    assert_eq!(*adopted.policy.version.get_ref(), 1);
}
