//! `--demo`: invented merchants with faults to find and requests to work, the same ones every time; and desks that are not
//! planted.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Output;

use chrono::Duration;
use harness::asked::{ask, desk_seat, done};
use harness::course::{BEGIN, answered};
use harness::page::{Node, Page, fetch, post, send};
use harness::program::{Program, command};
use harness::scratch;
use harness::world::World;
use nix::sys::signal::Signal;
use rightsdesk_server::audit::verify::{Books, Case, verify};
use rightsdesk_server::floor::access::{Caller, Role};
use rightsdesk_server::floor::egress::{Egress, Host};
use rightsdesk_server::floor::kernel::{Error, Instant, Mode, Watch};
use rightsdesk_server::floor::platforms::{Platforms, Settings};
use rightsdesk_server::floor::policy::SHIPPED;
use rightsdesk_server::floor::vault::PublicKeys;
use rightsdesk_server::roof::demo::{Amounts, Ground, Planted, furnish, plant};
use rightsdesk_server::roof::http::Listening;
use serde_json::{Value, json};
use url::Url;

const FEW: Amounts = Amounts { merchants: 14, stores: 60 };

/// All that the API tells of the desk, but for ids and what hangs on them.
const TOLD: &[(&str, &str)] = &[
    (
        "tenants",
        "legalName reference locale region plan appSlots ourRole state openedAt closingAt closesOn version
         members { nodes { role state hasLogin addedAt } }",
    ),
    (
        "stores",
        "tenant { reference } platform domain name region state syncIsOn addedAt connectedAt lastReadAt disconnectedAt
         version driftKinds scopes { name verdict isListed isGranted grantedAt lastUsedAt revokedAt provenAt }
         grants { nodes { at how scopes added removed by reason } } receipt { at by tokenDeleted scopes whatStays }",
    ),
    (
        "apps",
        "tenant { reference } kind { code } name provider policyUrl region state granted excess missing isUnused
         credential { hint setAt rotateBy isDue } lastUsedAt connectedAt connectedBy disconnectedAt version
         receipt { at by slotFreed sharingStopped whatStays offersErasure } tasks { kind state openedAt askedAt }",
    ),
    ("subscribers", "state since locale tenant { reference }"),
    ("policyVersions", "name version effectiveOn state proposedAt publishedAt text"),
    ("notices", "kind policyVersion announcedAt effectiveOn objectionUntil text processor { code }"),
    (
        "objections",
        "tenant { reference } notice { kind policyVersion } objectedAt by state answerBy answeredAt answeredBy",
    ),
    ("campaigns", "title covers state openedAt openedBy { handle } dueOn figures { rows open } extract { rows }"),
    ("staff", "handle roles permissions state invitedUntil endsAt tenants { reference }"),
    (
        "requests",
        "tenant { reference } store { domain } right source role locale stage receivedAt isLate due { regime on }
         owner { handle } team",
    ),
];
const FIGURES: &str = "{ drift { stores withDrift notListed missing unused writesWhileSyncIsOff } }";

async fn planted(policy: &str, amounts: Amounts) -> World {
    let world = World::empty(policy, Mode::Demo, Watch::held(Instant::from_micros(1_790_000_000_000_000))).await;
    let done = plant(&world.tools, amounts, None).await.unwrap_or_else(|error| panic!("{policy}: {error:?}"));
    assert!(done.told().lines().filter(|line| line.contains("rdi_")).count() > 5, "{}", done.told());
    world
}

async fn asked(world: &World, caller: &Caller, document: &str) -> Value {
    let answer = ask(world, Some(caller), document, json!({})).await;
    assert!(answer.get("errors").is_none(), "{answer}");
    answer["data"].clone()
}

/// The rows of a list, page by page.
async fn rows(world: &World, caller: &Caller, list: &str, fields: &str) -> Vec<Value> {
    rows_of(world, caller, (list, ""), fields).await
}

/// The same of those that a filter lets through.
async fn rows_of(world: &World, caller: &Caller, (list, filter): (&str, &str), fields: &str) -> Vec<Value> {
    let (mut rows, mut place) = (Vec::new(), String::new());
    loop {
        let document = format!(
            "{{ {list}(first: 20 {filter} {place}) {{ nodes {{ {fields} }} pageInfo {{ hasNextPage endCursor }} }} }}"
        );
        let page = asked(world, caller, &document).await[list].clone();
        rows.extend(page["nodes"].as_array().expect("rows").clone());
        if page["pageInfo"]["hasNextPage"] == false {
            return rows;
        }
        place = format!("after: {}", page["pageInfo"]["endCursor"]);
    }
}

/// Everything, in an order that no id decides.
async fn told(world: &World) -> BTreeSet<String> {
    let admin = desk_seat(world, &[Role::Admin]);
    let mut told = BTreeSet::from([asked(world, &admin, FIGURES).await.to_string()]);
    for (list, fields) in TOLD {
        told.extend(rows(world, &admin, list, fields).await.iter().map(Value::to_string));
    }
    for tenant in rows(world, &admin, "tenants", "id reference").await {
        let document = format!(
            "{{ events(filter: {{tenant: {}}}, first: 100) {{ nodes {{ seq at actor action facts }} }} }}",
            tenant["id"]
        );
        let mut events = asked(world, &admin, &document).await["events"]["nodes"].clone();
        events.as_array_mut().expect("a list").iter_mut().for_each(without_ids);
        told.insert(format!("{} {events}", tenant["reference"]));
    }
    told
}

/// Which seat it was is another one each time, and so is every digest of what names ids or moments of the day: plans, tasks,
/// certificates, packages.
fn without_ids(event: &mut Value) {
    let text = |field: &str| event[field].as_str().unwrap_or_default().to_owned();
    let (actor, facts) = (text("actor"), text("facts"));
    let names_ids = |fact: &&str| fact.split_once('=').is_some_and(|(_, value)| value.len() == 64);
    let facts: Vec<&str> = facts.split(' ').filter(|fact| !names_ids(fact)).collect();
    let (actor, facts) = (actor.split(':').next().unwrap_or_default().to_owned(), facts.join(" "));
    event["actor"] = json!(actor);
    event["facts"] = json!(facts);
}

/// A kind of fault, and how it is known.
type Kind<'k> = (&'k str, &'k dyn Fn(&Value) -> bool);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_seed_tells_the_same_story() {
    let (one, other) = tokio::join!(planted("shopiq", FEW), planted("shopiq", FEW));
    let (one, other) = (told(&one).await, told(&other).await);
    assert!(one.len() > FEW.merchants * 2 + FEW.stores, "{}", one.len());
    let differ: Vec<_> = one.symmetric_difference(&other).collect();
    assert!(differ.is_empty(), "{differ:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_every_policy_there_is_something_to_find_and_the_books_hold() {
    for (policy, _) in SHIPPED {
        let world = planted(policy, FEW).await;
        let ops = desk_seat(&world, &[Role::Ops]);
        let writes = world.tools.policy.in_force().expect("a policy").policy.scopes.iter().any(|scope| scope.writes);
        let figures = asked(&world, &ops, FIGURES).await["drift"].clone();
        let figure = |name: &str| figures[name].as_u64().expect("a figure");
        for kind in ["notListed", "missing", "unused"] {
            assert!((1..30).contains(&figure(kind)), "{policy}: {kind} of {figures}");
        }
        assert_eq!(figure("writesWhileSyncIsOff") > 0, writes, "{policy}: {figures}");
        assert!(figure("withDrift") < figure("stores") / 2, "{policy}: {figures}");

        let apps = rows(&world, &ops, "apps", "state isUnused excess missing credential { isDue }").await;
        let some = |holds: &dyn Fn(&Value) -> bool| apps.iter().filter(|app| holds(app)).count();
        let kinds: [Kind<'_>; 5] = [
            ("over-granted", &|app| app["excess"] != json!([])),
            ("short of something", &|app| app["missing"] != json!([])),
            ("unused", &|app| app["isUnused"] == true),
            ("due", &|app| app["credential"]["isDue"] == true),
            ("disconnected", &|app| app["state"] == "DISCONNECTED"),
        ];
        let has_apps = !world.tools.policy.in_force().expect("a policy").policy.app_kinds.is_empty();
        for (what, kind) in kinds {
            assert_eq!(some(kind) > 0, has_apps, "{policy}: {what}");
            assert!(some(kind) * 2 <= apps.len(), "{policy}: {what}");
        }

        let campaigns = rows(&world, &ops, "campaigns", "state figures { rows open }").await;
        let rows_to_decide = campaigns[0]["figures"]["open"].as_u64().expect("a figure");
        assert!(campaigns[0]["state"] == "OPEN" && rows_to_decide > 60, "{policy}: {campaigns:?}");
        merchants_object_to_what_is_announced(&world, &ops, policy).await;
        people_ask_of_it(&world, policy).await;

        let tenants = rows(&world, &ops, "tenants", "legalName region openedAt").await;
        let regions: BTreeSet<_> = tenants.iter().map(|tenant| tenant["region"].to_string()).collect();
        assert!(tenants.len() == FEW.merchants && regions.len() > 5, "{tenants:?}");
        assert!(tenants.iter().any(|tenant| !tenant["legalName"].to_string().is_ascii()), "{tenants:?}");

        world.work().await;
        world.later(Duration::minutes(1));
        world.work().await;
        let public = scratch::folder("demo-public").expect("a folder");
        let key = world.tools.vault.sign_key().expect("a key");
        std::fs::write(public.join("sign-0001.pub"), key.public()).expect("written");
        let case = Case {
            books: Books::of(&world.ledger),
            checkpoints: world.tools.journal.checkpoints.path().to_owned(),
            keys: PublicKeys::at(&public).expect("the public key"),
            kept: None,
        };
        let report = verify(case).await.expect("it can be verified");
        assert!(report.faults.is_empty() && report.chains == 1 + FEW.merchants as u64, "{policy}: {:?}", report.faults);
    }
}

/// A change whose window is open, and two merchants that are told of such changes: one waits for its answer.
async fn merchants_object_to_what_is_announced(world: &World, ops: &Caller, policy: &str) {
    let notices =
        rows(world, ops, "notices", "id kind announcedAt effectiveOn objectionUntil text processor { code }").await;
    let today = world.tools.watch.now().day().to_string();
    assert_eq!(notices.len(), 1, "{policy}: {notices:?}");
    let (until, from) = (notices[0]["objectionUntil"].as_str(), notices[0]["effectiveOn"].as_str());
    assert!(Some(today.as_str()) < until && until < from, "{policy}: {notices:?}");
    let versions = rows(world, ops, "policyVersions", "version state effectiveOn proposedBy publishedBy").await;
    assert_eq!((versions.len(), &versions[0]["state"]), (2, &json!("ANNOUNCED")), "{policy}: {versions:?}");
    assert_ne!(versions[0]["proposedBy"], versions[0]["publishedBy"], "{policy}");

    let told: BTreeSet<_> = rows(world, ops, "subscribers", "state tenant { reference }")
        .await
        .iter()
        .map(|subscriber| subscriber["tenant"].to_string())
        .collect();
    let objections = rows(world, ops, "objections", "state notice { id } tenant { reference } answeredAt").await;
    let states: BTreeSet<_> = objections.iter().filter_map(|one| one["state"].as_str()).collect();
    assert_eq!((objections.len(), states), (2, BTreeSet::from(["OPEN", "SETTLED"])), "{policy}");
    for objection in &objections {
        assert!(told.contains(&objection["tenant"].to_string()), "{policy}: {objection} of {told:?}");
        assert_eq!(objection["notice"]["id"], notices[0]["id"], "{policy}");
        assert_eq!(objection["state"] == "OPEN", objection["answeredAt"].is_null(), "{policy}: {objection}");
    }
}

/// Something of each kind, whatever became of it.
const EVERY: &str = "filter: { text: \"stage:any\" }";

/// Requests wherever a request can be, spread over the days to come; one is late, and nobody said why.
async fn people_ask_of_it(world: &World, policy: &str) {
    const FIELDS: &str = "right source role locale stage outcome nextAction isLate lateReason due { regime }
                          owner { handle } team";
    const DESK: &str = "{ nextRequests(first: 50) { stage } requestFigures { overdue days { count }
                        waiting { what count } week { received closed } } }";
    let (support, approver) = (desk_seat(world, &[Role::Support]), desk_seat(world, &[Role::Approver]));
    let every = rows_of(world, &support, ("requests", EVERY), FIELDS).await;
    assert!((36..48).contains(&every.len()), "{policy}: {}", every.len());
    let kinds = |of: &str| every.iter().map(|one| one[of].as_str().unwrap_or_default()).collect::<BTreeSet<_>>();
    let wanted: [(&str, &[&str]); 6] = [
        ("stage", &["RECEIVED", "OPEN", "PAUSED", "AWAITING_APPROVAL", "IN_PROGRESS", "CLOSED"]),
        ("outcome", &["FULFILLED", "PARTLY_FULFILLED", "REFUSED", "WITHDRAWN", "SPAM", "DUPLICATE"]),
        ("source", &["WEB", "MAIL", "CONSOLE", "SHOPIFY"]),
        ("role", &["CONTROLLER", "PROCESSOR"]),
        ("locale", &["ur", "hi-IN", "de", "pt-BR"]),
        ("team", &["shoppers", "merchants"]),
    ];
    for (of, wanted) in wanted {
        let found = kinds(of);
        assert!(wanted.iter().all(|kind| found.contains(kind)), "{policy}: {of}: {found:?}");
    }
    assert!(kinds("right").len() > 6, "{policy}: {:?}", kinds("right"));
    let regimes: BTreeSet<_> = every.iter().filter_map(|one| one["due"]["regime"].as_str()).collect();
    assert!(regimes.len() > 2, "{policy}: {regimes:?}");
    let owners: BTreeSet<_> = every.iter().filter_map(|one| one["owner"]["handle"].as_str()).collect();
    assert_eq!(owners, BTreeSet::from(["leyla", "tariq"]), "{policy}");

    let late: Vec<_> = every.iter().filter(|one| one["isLate"] == true).collect();
    let unsaid: Vec<_> = late.iter().filter(|one| one["nextAction"] == "SAY_WHY_LATE").collect();
    assert_eq!((late.len(), unsaid.len()), (2, 1), "{policy}: {late:?}");
    assert!(late.iter().any(|one| one["lateReason"] == "MERCHANT" && one["stage"] == "CLOSED"), "{policy}: {late:?}");

    let desk = asked(world, &support, DESK).await;
    let figures = &desk["requestFigures"];
    assert_eq!(figures["overdue"], 1, "{policy}: {figures}");
    let busy = figures["days"].as_array().expect("days").iter().filter(|day| day["count"] != 0).count();
    assert!(busy > 5, "{policy}: {figures}");
    let waiting: BTreeSet<_> =
        figures["waiting"].as_array().expect("a list").iter().filter_map(|one| one["what"].as_str()).collect();
    let each = ["PROOF", "US", "SECOND_PERSON", "COOLING_OFF", "RECIPIENTS", "PERSON"];
    assert_eq!(waiting, BTreeSet::from(each), "{policy}: {figures}");
    assert!(figures["week"]["received"].as_i64() > Some(5), "{policy}: {figures}");
    assert!(figures["week"]["closed"].as_i64() > Some(2), "{policy}: {figures}");
    assert!(desk["nextRequests"].as_array().is_some_and(|next| next.len() > 5), "{policy}: {desk}");
    let read = asked(world, &approver, "{ nextRequests(first: 50) { stage } }").await;
    let read = read["nextRequests"].as_array().expect("a list").clone();
    let stages: BTreeSet<_> = read.iter().filter_map(|one| one["stage"].as_str()).collect();
    // Plans to approve, and a copy to let go.
    assert!(read.len() > 3 && stages == BTreeSet::from(["AWAITING_APPROVAL", "IN_PROGRESS"]), "{policy}: {read:?}");
}

/// A request with its recipients, its copies and what was certified.
const CARRIED: &str = "right stage outcome nextAction isLate answeredAt certificates { number }
                       tasks { recipient kind state attempts { did } } packages { state } evidence { number } fences { kind }";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_approved_is_carried_out_as_far_as_it_is_told() {
    for (policy, kinds) in
        [("inventorysync", &["MAIL", "OPEN_DSR", "TEMPLATE"][..]), ("sooperseller", &["MAIL", "MANUAL", "OPEN_DSR"])]
    {
        let watch = Watch::held(Instant::from_micros(BEGIN));
        let mut world = World::empty(policy, Mode::Demo, watch.clone()).await;
        let (ground, settings) = Ground::open(watch.clone(), Settings::default()).await.expect("a street");
        world.tools.platforms = Platforms::open(&settings, Mode::Demo.reach()).expect("platforms");
        let desk = world.serve_where_it_is_found().await;
        let own = Host::of(&Url::parse(&desk.url()).expect("an address"));
        world.tools.egress = Egress::open(own.into_iter().chain(ground.host()), Mode::Demo.reach()).expect("a way out");
        let planted =
            plant(&world.tools, FEW, Some(&ground)).await.unwrap_or_else(|error| panic!("{policy}: {error:?}"));

        let support = desk_seat(&world, &[Role::Support]);
        let every = rows_of(&world, &support, ("requests", EVERY), CARRIED).await;
        let told: BTreeSet<_> = every
            .iter()
            .flat_map(|one| one["tasks"].as_array().expect("tasks"))
            .filter_map(|task| task["kind"].as_str())
            .collect();
        assert!(kinds.iter().all(|kind| told.contains(kind)), "{policy}: {told:?}");

        // Carried out to its end: certified, and everybody has answered.
        let is_certified = |one: &&Value| one["certificates"].as_array().is_some_and(|all| !all.is_empty());
        let settled: Vec<_> = every.iter().filter(is_certified).filter(|one| one["stage"] == "CLOSED").collect();
        assert_eq!(settled.len(), 1, "{policy}: {every:?}");
        let ended = |task: &Value| ["DONE", "ALREADY_GONE"].iter().any(|state| task["state"] == *state);
        let tasks = settled[0]["tasks"].as_array().expect("tasks");
        assert!(tasks.len() > 2 && tasks.iter().all(ended), "{policy}: {tasks:?}");

        // Answered in time, with the one named that keeps silent: late for nobody.
        let is_silent = |task: &Value| task["state"] == "SILENT";
        let silent = |one: &&Value| one["tasks"].as_array().is_some_and(|tasks| tasks.iter().any(is_silent));
        let waiting: Vec<_> = every.iter().filter(silent).collect();
        assert_eq!(waiting.len(), 1, "{policy}: {every:?}");
        assert_eq!((&waiting[0]["stage"], &waiting[0]["isLate"]), (&json!("IN_PROGRESS"), &json!(false)), "{policy}");
        assert!(!waiting[0]["answeredAt"].is_null() && is_certified(&waiting[0]), "{policy}: {waiting:?}");
        let reminded = waiting[0]["tasks"].as_array().expect("tasks").iter().find(|task| is_silent(task));
        let did = reminded.expect("one")["attempts"].to_string();
        assert!(["SENT", "REMINDED", "WAITED"].iter().all(|what| did.contains(what)), "{policy}: {did}");

        // One copy waits to be read, another may be fetched; what was put right and what is restricted is so.
        let states: BTreeSet<_> = every
            .iter()
            .flat_map(|one| one["packages"].as_array().expect("packages"))
            .filter_map(|package| package["state"].as_str())
            .collect();
        assert_eq!(states, BTreeSet::from(["MADE", "RELEASED"]), "{policy}");
        let fenced = every.iter().filter(|one| one["fences"].as_array().is_some_and(|all| !all.is_empty()));
        assert!(fenced.clone().any(|one| one["right"] == "RESTRICTION"), "{policy}: {every:?}");
        let put_right = |one: &Value| one["right"] == "CORRECTION" && one["outcome"] == "FULFILLED";
        assert!(every.iter().any(put_right), "{policy}: {every:?}");
        people_follow_it(&planted, &desk, policy).await;

        // The street of another start stands elsewhere, and recipients are called there.
        let base = world.base;
        let called = || base.lines("select address as line from recipient_ways where address like 'http%' order by 1");
        let (before, (next, _)) = (called(), Ground::open(watch, Settings::default()).await.expect("a street"));
        let host = next.host().expect("it has one");
        world.tools.egress = Egress::open([host.clone()], Mode::Demo.reach()).expect("a way out");
        next.admit(&world.tools).await.expect("moved in");
        let is_there = |address: &String| address.contains(&host.to_string());
        assert!(!before.is_empty() && !before.iter().any(is_there), "{policy}: {before:?}");
        assert!(called().iter().all(is_there), "{policy}: {:?}", called());

        // The desk's own worker goes on from there: what is closed and written is sealed as evidence.
        world.base.tamper(AT_ONCE);
        world.work().await;
        let every = rows_of(&world, &support, ("requests", EVERY), CARRIED).await;
        let settled =
            every.iter().filter(is_certified).find(|one| one["stage"] == "CLOSED").expect("it is there still");
        assert!(settled["evidence"].as_array().is_some_and(|all| !all.is_empty()), "{policy}: {settled}");
    }
}

/// The pages that whoever planted it was told of stand, and the copy is fetched there.
async fn people_follow_it(planted: &Planted, desk: &Listening, policy: &str) {
    assert_eq!(planted.pages.len(), 3, "{policy}");
    assert!(planted.told().contains("/trust/ask/follow?token="), "{policy}");
    for page in &planted.pages {
        let url = Url::parse(page.address.expose()).expect("an address");
        let path = format!("{}&lang=en", &url[url::Position::BeforePath..]);
        let own = Page::open(desk, &path).await;
        assert_eq!((own.status, own.one("h1").text().as_str()), (200, "How it stands"), "{policy}: {}", page.what);
        let words = own.words();
        match page.what {
            what if what.contains("copy") => {
                let to = "/trust/ask/package";
                let leads = |form: &&Node| form.attribute("action").is_some_and(|action| action.starts_with(to));
                let form = own.root.all("form").into_iter().find(leads).unwrap_or_else(|| panic!("{policy}: {words}"));
                let hidden = form.all("input").into_iter().filter(|input| input.attribute("type") == Some("hidden"));
                let sent: Vec<_> = hidden.map(|input| (input.attribute("name"), input.attribute("value"))).collect();
                let sent: Vec<_> = sent.into_iter().filter_map(|(name, value)| name.zip(value)).collect();
                let fetching = send(desk, form.attribute("action").expect("where it leads"), &sent).await;
                assert!(fetching.status == 200 && fetching.words().contains("Download now"), "{}", fetching.words());
                assert!(words.contains("Passphrase"), "{policy}: {words}");
            }
            what if what.contains("silent") => assert!(words.contains("has not answered in time"), "{policy}: {words}"),
            _ => assert!(words.contains("Read what was deleted"), "{policy}: {words}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_an_empty_desk_of_mode_demo_is_planted() {
    let now = || Watch::held(Instant::from_micros(1_790_000_000_000_000));
    let refused = |done: Result<(), Error>| done.expect_err("refused").to_string();
    let own = World::empty("shopiq", Mode::Development, now()).await;
    assert!(refused(plant(&own.tools, FEW, None).await.map(drop)).contains("--data"));
    let busy = World::empty("shopiq", Mode::Demo, now()).await;
    busy.neighbour().await;
    assert!(refused(furnish(&busy.tools, 1, None).await.map(drop)).contains("merchants already"));
}

/// The shelves of a store, and how far the reading of each is.
async fn shelves(world: &World, caller: &Caller, store: &Value) -> Vec<Value> {
    let document = format!("{{ syncs(store: {}) {{ shelf state lastRun {{ outcome }} }} }}", store["id"]);
    asked(world, caller, &document).await["syncs"].as_array().expect("a list").clone()
}

/// Who was told to come back later comes at once.
const AT_ONCE: &str = "update jobs set retry_at = now() where retry_at > now();
                       update lanes set retry_at = now() where retry_at > now()";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_of_a_demo_is_connected_on_its_own_street_and_read_as_few_are_from_the_first_day() {
    const CONNECT: &str = "mutation ($input: ConnectStoreInput!) { connectStore(input: $input) {
      begun { url } userErrors { code message } } }";
    let watch = Watch::held(Instant::from_micros(BEGIN));
    let mut world = World::empty("inventorysync", Mode::Demo, watch.clone()).await;
    let (ground, settings) = Ground::open(watch, Settings::default()).await.expect("a street");
    world.tools.platforms = Platforms::open(&settings, Mode::Demo.reach()).expect("platforms");
    let desk = world.serve_where_it_is_found().await;
    plant(&world.tools, FEW, Some(&ground)).await.expect("planted");
    ground.register(&desk.url()).expect("an address to come back to");
    ground.admit(&world.tools).await.expect("let in");

    let ops = desk_seat(&world, &[Role::Ops]);
    let stores = rows(&world, &ops, "stores", "id platform domain state").await;
    let mut open = Vec::new();
    for store in stores.iter().filter(|store| store["state"] == "CONNECTED") {
        let shelves = shelves(&world, &ops, store).await;
        if shelves.iter().any(|shelf| shelf["state"] == "RUNNING") {
            open.push(store);
        } else {
            assert!(
                shelves.iter().all(|shelf| ["PAUSED", "OFF"].iter().any(|state| shelf["state"] == *state)),
                "{store}: {shelves:?}"
            );
        }
    }
    assert_eq!(open.len(), 5, "{open:?}");

    let waits = |store: &&Value| store["platform"] == "shopify" && store["state"] == "PENDING";
    let store = stores.iter().find(waits).unwrap_or_else(|| panic!("{stores:?}"));
    let begun = done(&world, &ops, CONNECT, json!({ "id": store["id"] })).await["begun"].clone();
    let link = begun["url"].as_str().unwrap_or_else(|| panic!("{begun}")).parse().expect("an address");
    let back = answered(&desk, &link, "allow").await;
    let page = Page::of(fetch(&desk, &back[url::Position::BeforePath..], &[]).await).await;
    assert_eq!(page.status, 200, "{}", page.text);

    open.push(store);
    for _ in 0..120 {
        world.base.tamper(AT_ONCE);
        world.work().await;
        world.later(Duration::seconds(20));
        let mut are_read = true;
        for store in &open {
            let shelves = shelves(&world, &ops, store).await;
            let is_read = |shelf: &Value| shelf["state"] == "OFF" || shelf["lastRun"]["outcome"] == "DONE";
            are_read = are_read && !shelves.is_empty() && shelves.iter().all(is_read);
        }
        if are_read {
            return;
        }
    }
    for store in open {
        println!("{store}: {:?}", shelves(&world, &ops, store).await);
    }
    panic!("it does not end");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_notice_of_shopify_is_sent_on_order() {
    let watch = Watch::held(Instant::from_micros(BEGIN));
    let mut world = World::empty("sooperseller", Mode::Demo, watch.clone()).await;
    let (ground, settings) = Ground::open(watch, Settings::default()).await.expect("a street");
    world.tools.platforms = Platforms::open(&settings, Mode::Demo.reach()).expect("platforms");
    let desk = world.serve_where_it_is_found().await;
    plant(&world.tools, FEW, Some(&ground)).await.expect("planted");
    ground.register(&desk.url()).expect("an address to come back to");
    ground.admit(&world.tools).await.expect("let in");

    let ops = desk_seat(&world, &[Role::Ops]);
    let stores = rows(&world, &ops, "stores", "platform domain state").await;
    let is_told_of = |store: &&Value| store["platform"] == "shopify" && store["state"] == "CONNECTED";
    let shop = stores.iter().find(is_told_of).and_then(|store| store["domain"].as_str()).expect("a shop");
    let at = ground.orders_at().expect("a place for orders");
    let of_shop = at.replace("/notices", &format!("/{shop}/notices"));
    let notices = async || {
        let every = rows_of(&world, &ops, ("requests", EVERY), "source right specialCase store { domain }").await;
        let own = every.iter().filter(|one| one["source"] == "SHOPIFY" && one["store"]["domain"] == shop);
        own.map(|one| format!("{} {}", one["right"], one["specialCase"])).collect::<Vec<_>>()
    };

    let (status, told) = post(&format!("{at}/customers/redact")).await;
    assert_eq!(status, 409, "nothing is asked of a shop that tells nothing: {told}");
    assert_eq!(post(&format!("{of_shop}/orders/create")).await.0, 404);
    let mut wanted = notices().await;
    for (topic, asks) in [
        ("customers/data_request", "\"ACCESS\" null"),
        ("customers/redact", "\"DELETION\" null"),
        ("shop/redact", "\"DELETION\" \"shop\""),
    ] {
        let (status, told) = post(&format!("{of_shop}/{topic}?customer=7")).await;
        assert_eq!((status, &told["answered"]), (200, &json!([200])), "{told}");
        assert_eq!(told["sent"]["shop_domain"], shop, "{told}");
        wanted.push(asks.to_owned());
    }
    wanted.sort();
    for _ in 0..120 {
        world.base.tamper(AT_ONCE);
        world.work().await;
        let mut found = notices().await;
        found.sort();
        if found == wanted {
            return;
        }
    }
    panic!("{:?} where {wanted:?} was asked for", notices().await);
}

fn run(data: &Path, words: &[&str]) -> Output {
    command(data, &[&["serve", "--http-listen", "127.0.0.1:0"], words].concat()).output().expect("it ran")
}

fn start(data: &Path, words: &[&str]) -> Program {
    Program::run(command(data, &[&["serve", "--http-listen", "127.0.0.1:0"], words].concat()))
}

fn stop(mut program: Program) {
    program.signal(Signal::SIGTERM);
    program.child.wait().expect("stopped");
}

fn complaint(output: &Output) -> String {
    assert!(!output.status.success());
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// With as many stores as it says, and the time that takes.
#[cfg(target_os = "linux")]
#[test]
fn one_word_starts_a_desk_that_is_full() {
    let folder = scratch::folder("demo").expect("a folder");
    let data = folder.join("desk");
    let first = start(&data, &["--demo", "--policy", "inventorysync"]);
    println!("a thousand stores were planted within {:.1?} of the start", first.took);
    let invitations = |program: &Program| program.heard.iter().filter(|line| line.contains("rdi_")).count();
    assert!(invitations(&first) > 5, "{:?}", first.heard);
    let street = std::fs::read_to_string(data.join("street")).expect("a file that says where orders are taken");
    assert!(first.heard.iter().any(|line| line.contains(street.trim())), "{street}: {:?}", first.heard);
    stop(first);

    let again = start(&data, &["--demo", "--policy", "inventorysync"]);
    assert_eq!(invitations(&again), 0, "told once: {:?}", again.heard);
    stop(again);
    for (words, wanted) in [
        (&["--demo"][..], "keeps the policy inventorysync"),
        (&["--demo", "--demo-scale", "2", "--policy", "inventorysync"], "planted with merchants=120 stores=1000"),
        (&["--demo", "--mode", "production"], "leave it out"),
        (&["--demo-scale", "2"], "give it too"),
    ] {
        let complaint = complaint(&run(&data, words));
        assert!(complaint.contains(wanted), "{words:?}: {complaint}");
    }

    let own = folder.join("own");
    stop(start(&own, &[]));
    let complaint = complaint(&run(&own, &["--demo"]));
    assert!(complaint.contains("a desk of its own"), "{complaint}");
}
