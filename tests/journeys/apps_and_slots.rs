//! An app from its slot to its receipt, and what its provider is asked afterwards: as a merchant's own owner does it, as a
//! frontend with a key does it, and as the desk does it for them.

use chrono::Duration;
use harness::asked::{ask, desk_seat, done, partner, refused};
use harness::books::links_of;
use harness::shop::Shop;
use harness::world::World;
use rightsdesk_server::apps;
use rightsdesk_server::floor::access::{Bounds, Caller, Permission, Role, Seat};
use rightsdesk_server::floor::graphql::tenant_node_id;
use rightsdesk_server::floor::jobs::{Halt, Job, Pace, Queue, Run, Suspects, enqueue};
use rightsdesk_server::floor::kernel::{ApiKeyId, AppId, Error, Instant, Ref, TenantId, Watch};
use rightsdesk_server::floor::ledger::{Event, Role as DatabaseRole, Witnessed, counting};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

const CONNECT: &str = "mutation ($input: ConnectAppInput!) { connectApp(input: $input) {
  app { id name kind { code } provider policyUrl state slot touches granted needed excess missing
    credential { hint setAt rotateBy isDue } lastUsedAt isUnused connectedAt connectedBy disconnectedAt version
    duties { of text } receipt { id } tasks { id } tenant { id } } userErrors { code field message } } }";
const DISCONNECT: &str = "mutation ($input: DisconnectAppInput!) { disconnectApp(input: $input) {
  app { id state slot granted excess missing credential { hint } isUnused disconnectedAt version receipt { id at by slotFreed
    credentialsDeleted jobsCancelled permissionsWithdrawn sharingStopped whatStays providerPolicy offersErasure app { id } }
    tasks { id kind state openedAt openedBy until remindedAt askedAt settledAt note { masked } app { id } } }
  userErrors { code } } }";
const PERMIT: &str = "mutation ($input: ChangeAppPermissionsInput!) { changeAppPermissions(input: $input) {
  app { granted excess missing version } userErrors { code field } } }";
const REPLACE: &str = "mutation ($input: SetAppCredentialInput!) { setAppCredential(input: $input) {
  app { credential { hint setAt rotateBy isDue } version } userErrors { code field } } }";
const ERASE: &str = "mutation ($input: AskProviderToEraseInput!) { askProviderToErase(input: $input) {
  task { id kind state openedAt openedBy askedAt settledAt note { masked } app { id } } userErrors { code message } } }";
const SETTLE: &str = "mutation ($input: SettleProviderTaskInput!) { settleProviderTask(input: $input) {
  task { state askedAt askedBy settledAt settledBy note { masked kind } } userErrors { code field } } }";
const NOTE: &str = "mutation ($input: RevealProviderNoteInput!) { revealProviderNote(input: $input) {
  revealed { value accessId } userErrors { code } } }";
const SLOTS: &str = "query ($tenant: ID!) { slots(tenant: $tenant) { limit taken free } }";

const SECRET: &str = "wa_live_R7kq2L_x0pZ";
const OTHER: &str = "wa_live_another9Tz1";

/// Work for an app, of a kind that no worker here knows.
#[derive(Serialize, Deserialize)]
struct Relay {
    app: AppId,
}

impl Job for Relay {
    const NAME: &'static str = "test_relay";

    async fn run(self, _: Run) -> Result<(), Halt> {
        Ok(())
    }
}

async fn world() -> World {
    World::alone_under("shopiq", Watch::held(Instant::from_micros(1_790_000_000_000_000))).await
}

/// An app of a kind that touches people, as it is asked for.
fn wish(world: &World, shop: &Shop, name: &str) -> Value {
    let kind = world.kind();
    json!({ "tenant": shop.id, "kind": kind.code.get_ref(), "name": name, "provider": "WhatsCart Ltd",
            "policyUrl": "https://whatscart.example/privacy", "permissions": kind.needs, "credential": SECRET })
}

fn at(app: &Value) -> Value {
    json!({ "id": app["id"], "version": app["version"] })
}

fn with(mut input: Value, more: Value) -> Value {
    let Value::Object(more) = more else { panic!("an object") };
    input.as_object_mut().expect("an object").extend(more);
    input
}

async fn connected(world: &World, caller: &Caller, wish: Value) -> Value {
    let answer = done(world, caller, CONNECT, wish).await;
    assert_eq!(answer["userErrors"], json!([]));
    answer["app"].clone()
}

async fn slots(world: &World, caller: &Caller, shop: &Shop) -> [i64; 3] {
    let answer = ask(world, Some(caller), SLOTS, json!({ "tenant": shop.id })).await;
    ["limit", "taken", "free"].map(|part| answer["data"]["slots"][part].as_i64().expect("a number"))
}

fn place(app: &Value) -> Ref<AppId> {
    app["id"].as_str().and_then(|id| id.parse().ok()).expect("an app's id")
}

/// A frontend of the merchant's, with a key that may keep apps.
fn frontend(tenant: TenantId) -> Caller {
    let may = [Permission::SeeTenants, Permission::KeepApps];
    Caller::api_key(ApiKeyId::fresh(), Seat::new(&[], &may, Bounds::Named(vec![tenant])))
}

/// Whether a secret stands anywhere in the database in any form that a search would find.
fn is_written(world: &World, secret: &str) -> bool {
    let tables = "select format('%I', relname) as line from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace";
    let hex = secret.bytes().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    let base64 = data_encoding::BASE64.encode(secret.as_bytes());
    world.base.lines(tables).iter().any(|table| {
        let rows = world.base.lines(&format!("select t::text as line from {table} as t"));
        rows.iter().any(|row| [secret, &hex, base64.trim_end_matches('=')].iter().any(|form| row.contains(*form)))
    })
}

fn secrets(world: &World) -> Vec<String> {
    world.base.lines("select count(*)::text as line from secrets where kind = 'app_credential'")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_app_is_connected_looked_after_and_disconnected_by_whoever_may() {
    let world = world().await;
    let ops = desk_seat(&world, &[Role::Ops]);
    for who in ["owner", "key", "ops"] {
        let shop = world.shop("नीम बाज़ार", 0).await;
        let caller = match who {
            "owner" => world.owner(shop.tenant, "meera").await.caller,
            "key" => frontend(shop.tenant),
            _ => desk_seat(&world, &[Role::Ops]),
        };
        let kind = world.kind();
        let permissions = json!([kind.needs[0], "export_everything", kind.needs[0]]);
        let app =
            connected(&world, &caller, with(wish(&world, &shop, "WhatsCart"), json!({ "permissions": permissions })))
                .await;
        assert_eq!(
            (&app["kind"]["code"], &app["state"], &app["slot"]),
            (&json!(kind.code.get_ref()), &json!("CONNECTED"), &json!(1))
        );
        assert_eq!(app["needed"], json!(kind.needs));
        assert_eq!((&app["excess"], &app["missing"]), (&json!(["export_everything"]), &json!(&kind.needs[1..])));
        assert_eq!(app["touches"].as_array().map(Vec::len), Some(kind.touches.len()));
        assert_eq!(app["connectedBy"], caller.actor().to_string());
        let by = world.tools.watch.now().plus(Duration::days(kind.rotate_days.into())).day().to_string();
        assert_eq!((&app["credential"]["hint"], &app["credential"]["rotateBy"]), (&json!("x0pZ"), &json!(by)));
        let parties: Vec<_> = app["duties"].as_array().expect("duties").iter().map(|duty| duty["of"].clone()).collect();
        assert!(
            ["PLATFORM", "MERCHANT", "PROVIDER"].iter().all(|party| parties.contains(&json!(party))),
            "{parties:?}"
        );
        assert_eq!(slots(&world, &caller, &shop).await, [3, 1, 2]);

        let change = with(at(&app), json!({ "permissions": kind.needs }));
        let changed = done(&world, &caller, PERMIT, change.clone()).await["app"].clone();
        assert_eq!((&changed["excess"], &changed["missing"], &changed["version"]), (&json!([]), &json!([]), &json!(2)));
        assert_eq!(refused(&world, &caller, PERMIT, change).await, "CONFLICT", "somebody changed it meanwhile");
        let replaced =
            done(&world, &caller, REPLACE, json!({ "id": app["id"], "version": 2, "credential": OTHER })).await;
        assert_eq!(replaced["app"]["credential"]["hint"], "9Tz1");
        assert_eq!(secrets(&world), ["1"], "the former one went with its key");

        let over = done(&world, &caller, DISCONNECT, json!({ "id": app["id"], "version": 3 })).await["app"].clone();
        assert_eq!(
            (&over["state"], &over["slot"], &over["credential"]),
            (&json!("DISCONNECTED"), &Value::Null, &Value::Null)
        );
        assert_eq!((&over["granted"], &over["missing"]), (&json!([]), &json!([])));
        let receipt = &over["receipt"];
        assert_eq!(
            (&receipt["slotFreed"], &receipt["credentialsDeleted"], &receipt["by"]),
            (&json!(1), &json!(1), &app["connectedBy"])
        );
        let mut held = kind.needs.clone();
        held.sort_unstable();
        assert_eq!((&receipt["permissionsWithdrawn"], &receipt["sharingStopped"]), (&json!(held), &app["touches"]));
        assert_eq!(
            (&receipt["providerPolicy"], &receipt["offersErasure"]),
            (&json!("https://whatscart.example/privacy"), &json!(true))
        );
        assert!(receipt["whatStays"].as_str().is_some_and(|stays| !stays.is_empty()));
        assert_eq!(slots(&world, &caller, &shop).await, [3, 0, 3], "free at once");
        assert_eq!(refused(&world, &caller, DISCONNECT, json!({ "id": app["id"], "version": 4 })).await, "REFUSED");
        connected(&world, &caller, with(wish(&world, &shop, "WhatsCart"), json!({ "credential": null }))).await;
        assert_eq!(secrets(&world), ["0"]);
        assert!(!is_written(&world, SECRET) && !is_written(&world, OTHER), "a credential is nowhere afterwards");
        links_of(world.base, shop.tenant);

        let document = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }";
        let found = ask(&world, Some(&ops), document, json!({ "ids": [app["id"], receipt["id"]] })).await;
        assert_eq!(found["data"]["nodes"][0]["__typename"], "App");
        assert_eq!(found["data"]["nodes"][1], json!({ "__typename": "AppReceipt", "id": receipt["id"] }));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_connected_where_no_slot_is_free() {
    let world = world().await;
    let ops = desk_seat(&world, &[Role::Ops]);
    let shop = world.shop("Zaitoon Home", 0).await;
    let owner = world.owner(shop.tenant, "imke").await.caller;
    let mut apps = Vec::new();
    for name in ["one", "two", "three"] {
        apps.push(connected(&world, &owner, wish(&world, &shop, name)).await);
    }
    assert_eq!(refused(&world, &owner, CONNECT, wish(&world, &shop, "two")).await, "TAKEN");
    assert_eq!(refused(&world, &owner, CONNECT, wish(&world, &shop, "four")).await, "SLOTS_FULL");
    done(&world, &owner, DISCONNECT, at(&apps[1])).await;
    let again = with(wish(&world, &shop, "two"), json!({ "idempotencyKey": "once" }));
    let two = connected(&world, &owner, again.clone()).await;
    assert_eq!(two["slot"], 2, "the slot that was freed");
    assert_eq!(connected(&world, &owner, again).await["id"], two["id"], "the same call is the same app, full or not");

    // A plan may be lowered below what is taken. Then nothing more is connected until enough is free.
    let change = "mutation ($input: ChangeTenantInput!) { changeTenant(input: $input) { tenant { appSlots } userErrors { code } } }";
    done(&world, &ops, change, json!({ "id": shop.id, "version": 1, "appSlots": 1 })).await;
    assert_eq!(slots(&world, &owner, &shop).await, [1, 3, 0]);
    done(&world, &owner, DISCONNECT, at(&apps[0])).await;
    assert_eq!(
        refused(&world, &owner, CONNECT, wish(&world, &shop, "four")).await,
        "SLOTS_FULL",
        "slot 1 is free, and one is too many"
    );
    done(&world, &owner, DISCONNECT, at(&two)).await;
    assert_eq!(refused(&world, &owner, CONNECT, wish(&world, &shop, "four")).await, "SLOTS_FULL");
    done(&world, &owner, DISCONNECT, at(&apps[2])).await;
    connected(&world, &owner, wish(&world, &shop, "four")).await;
    assert_eq!(slots(&world, &owner, &shop).await, [1, 1, 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_policy_says_what_may_be_connected() {
    let world = world().await;
    let shop = world.shop("Zaitoon Home", 0).await;
    let owner = world.owner(shop.tenant, "imke").await.caller;
    let flawed = with(
        wish(&world, &shop, " "),
        json!({ "kind": "pigeons", "policyUrl": "http://a.example", "permissions": ["a b"],
                      "credential": " " }),
    );
    let answer = done(&world, &owner, CONNECT, flawed).await;
    let fields: Vec<_> =
        answer["userErrors"].as_array().expect("errors").iter().map(|error| &error["field"][0]).collect();
    assert_eq!(fields, ["kind", "name", "policyUrl", "permissions", "credential"]);
    let advice = answer["userErrors"][0]["message"].as_str().expect("advice").to_owned();
    let adopted = world.tools.policy.in_force().expect("a policy");
    assert!(adopted.policy.app_kinds.iter().all(|kind| advice.contains(kind.code.get_ref().as_str())), "{advice}");

    let bare = World::alone(Watch::held(Instant::from_micros(1_790_000_000_000_000))).await;
    let shop = bare.shop("Zaitoon Home", 0).await;
    let owner = bare.owner(shop.tenant, "imke").await.caller;
    let wish =
        json!({ "tenant": shop.id, "kind": "messaging", "name": "WhatsCart", "provider": "W", "permissions": [] });
    let answer = done(&bare, &owner, CONNECT, wish).await;
    let error = &answer["userErrors"][0];
    assert_eq!(error["code"], "REFUSED");
    assert!(error["message"].as_str().is_some_and(|why| why.contains("knows no kind of app")), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_jobs_of_an_app_go_with_it_and_one_in_flight_commits_nothing_more() {
    let world = world().await;
    let shop = world.shop("Zaitoon Home", 0).await;
    let owner = world.owner(shop.tenant, "imke").await.caller;
    let (app, other) = (
        connected(&world, &owner, wish(&world, &shop, "one")).await,
        connected(&world, &owner, wish(&world, &shop, "two")).await,
    );
    let hand_over = |of: AppId| {
        world.ledger.write(world.scope(shop.tenant), move |tx| {
            enqueue(tx, &Relay { app: of })?;
            Ok(Witnessed::new((), Event::new("test.enqueued", "app", of.uuid())))
        })
    };
    hand_over(place(&app).id).await.expect("enqueued");
    let queue = Queue::new(&world.ledger, Pace::default());
    let claim = queue.claim(1, Suspects::None).await.expect("claimed").pop().expect("the job");
    for of in [&app, &app, &other] {
        hand_over(place(of).id).await.expect("enqueued");
    }

    let over = done(&world, &owner, DISCONNECT, at(&app)).await["app"].clone();
    assert_eq!(over["receipt"]["jobsCancelled"], 3);
    let standing =
        "select state || ' ' || count(*) as line from jobs where name = 'test_relay' group by state order by 1";
    assert_eq!(world.base.lines(standing), ["cancelled 3", "ready 1"]);
    let late = Caller::job(claim.lease()).permit(Permission::RunJobs, shop.tenant).expect("its own lane");
    let worker = world.ledger.as_role(DatabaseRole::Worker);
    let written = worker.write(late, |tx| {
        let tenant = tx.tenant()?;
        Ok(Witnessed::new((), Event::new("test.too_late", "tenant", tenant.uuid())))
    });
    assert!(matches!(written.await, Err(Error::Conflict)), "its fence is gone");
    assert!(!queue.renew(&claim).await.expect("an answer"));
    let left = queue.claim(8, Suspects::None).await.expect("claimed");
    assert_eq!(left.len(), 1, "the other app's");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_is_to_be_asked_from_the_moment_its_app_is_disconnected_and_its_silence_settles_nothing() {
    let world = world().await;
    let ops = desk_seat(&world, &[Role::Ops]);
    let shop = world.shop("Zaitoon Home", 0).await;
    let imke = world.owner(shop.tenant, "imke").await;
    let app = connected(&world, &ops, wish(&world, &shop, "WhatsCart")).await;
    assert_eq!(refused(&world, &ops, ERASE, json!({ "app": app["id"] })).await, "REFUSED", "it is connected");
    let over = done(&world, &ops, DISCONNECT, at(&app)).await["app"].clone();
    assert_eq!(over["tasks"].as_array().map(Vec::len), Some(1), "{over}");
    let task = over["tasks"][0].clone();
    assert_eq!((&task["kind"], &task["state"], &task["note"]), (&json!("ERASE"), &json!("OPEN"), &Value::Null));
    assert_eq!((&task["openedAt"], &task["openedBy"]), (&over["receipt"]["at"], &over["receipt"]["by"]));
    assert_eq!(refused(&world, &ops, ERASE, json!({ "app": app["id"] })).await, "TAKEN");

    let mailbox = world.tools.mail.mailbox().expect("letters are kept in memory");
    let desk = world.tools.policy.in_force().expect("a policy").policy.operator.contact.clone();
    let of_it =
        |to: &str| mailbox.letters_to(to).iter().filter(|sent| sent.letter.message_id.contains("provider-")).count();
    let letters = || [of_it(&imke.mail), of_it(&desk)];
    let lived = async |days: i64| {
        world.later(Duration::days(days));
        world.work().await;
        world.work().await;
    };
    world.work().await;
    lived(14).await;
    assert_eq!(letters(), [0, 0]);
    lived(2).await;
    assert_eq!(letters(), [1, 0], "half of its time has gone by");

    let told = |state: &str, note: Option<&str>| json!({ "id": task["id"], "state": state, "note": note });
    assert_eq!(
        refused(&world, &ops, SETTLE, told("CONFIRMED", Some("they say so"))).await,
        "REFUSED",
        "nobody asked yet"
    );
    let asked = done(&world, &ops, SETTLE, told("ASKED", None)).await["task"].clone();
    assert_eq!((&asked["state"], &asked["askedBy"]), (&json!("ASKED"), &task["openedBy"]));
    lived(13).await;
    assert_eq!(letters(), [1, 0]);
    lived(2).await;
    assert_eq!(letters(), [2, 1], "its time is over, and the desk is told");
    lived(400).await;
    assert_eq!(letters(), [2, 1], "once");
    let seen = ask(
        &world,
        Some(&ops),
        "query ($id: ID!) { node(id: $id) { ... on ProviderTask { state app { tasks { id } } } } }",
        json!({ "id": task["id"] }),
    )
    .await;
    assert_eq!(seen["data"]["node"], json!({ "state": "SILENT", "app": { "tasks": [{ "id": task["id"] }] } }));
    let books = "select action as line from audit_events where action like 'provider_task.%' order by seq";
    let moves = ["opened", "reminded", "moved", "silent"].map(|word| format!("provider_task.{word}"));
    assert_eq!(world.base.lines(books), moves);
    assert_eq!(
        refused(&world, &ops, SETTLE, told("SILENT", None)).await,
        "REFUSED",
        "its time says so, and nobody else"
    );
    assert_eq!(refused(&world, &ops, SETTLE, told("CONFIRMED", None)).await, "INVALID");
    let words = "Jonas of their desk wrote on Friday: gone";
    let settled = done(&world, &ops, SETTLE, told("CONFIRMED", Some(words))).await["task"].clone();
    assert_eq!((&settled["state"], &settled["note"]["kind"]), (&json!("CONFIRMED"), &json!("WORDS")));
    assert!(!settled.to_string().contains("Jonas") && !is_written(&world, "Jonas"));
    assert_eq!(refused(&world, &ops, SETTLE, told("WAIVED", Some("no"))).await, "REFUSED");
    assert_eq!(refused(&world, &ops, ERASE, json!({ "app": app["id"] })).await, "TAKEN", "it was confirmed");

    let key = frontend(shop.tenant);
    assert_eq!(refused(&world, &key, NOTE, json!({ "id": task["id"] })).await, "STEP_UP_REQUIRED");
    let fresh = desk_seat(&world, &[Role::Ops]);
    let revealed = done(&world, &fresh, NOTE, json!({ "id": task["id"] })).await["revealed"].clone();
    assert_eq!(revealed["value"], words);
    let looks = world.base.lines("select actor as line from access_log where view = 'provider_tasks.note'");
    assert_eq!(looks, [fresh.actor().to_string()]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn staff_show_their_second_factor_and_nobody_reaches_what_is_not_his() {
    let world = world().await;
    let ops = desk_seat(&world, &[Role::Ops]);
    let (shop, other) = (world.shop("Zaitoon Home", 1).await, world.shop("Neem Bazaar", 0).await);
    let app = connected(&world, &ops, wish(&world, &shop, "WhatsCart")).await;
    let support = desk_seat(&world, &[Role::Support]);
    assert_eq!(refused(&world, &support, DISCONNECT, at(&app)).await, "FORBIDDEN");
    let stranger = world.owner(other.tenant, "meera").await.caller;
    for (document, input) in [
        (DISCONNECT, at(&app)),
        (PERMIT, with(at(&app), json!({ "permissions": [] }))),
        (REPLACE, with(at(&app), json!({ "credential": OTHER }))),
        (ERASE, json!({ "app": app["id"] })),
        (CONNECT, wish(&world, &shop, "Mine")),
    ] {
        assert_eq!(refused(&world, &stranger, document, input).await, "NOT_FOUND");
    }
    let one = "query ($id: ID!) { app(id: $id) { name } }";
    assert_eq!(ask(&world, Some(&stranger), one, json!({ "id": app["id"] })).await, json!({ "data": { "app": null } }));
    let list = "{ apps { totalCount nodes { name tenant { legalName } } } }";
    let count = |caller: Caller| {
        let world = &world;
        async move { ask(world, Some(&caller), list, json!({})).await["data"]["apps"]["totalCount"].clone() }
    };
    connected(&world, &stranger, wish(&world, &other, "WhatsCart")).await;
    assert_eq!(count(stranger).await, 1);
    assert_eq!(count(frontend(shop.tenant)).await, 1);
    assert_eq!(count(partner(&world, &[Permission::SeeTenants], &[shop.tenant, other.tenant])).await, 2);
    assert_eq!(count(support).await, 2);
    let foreign = ask(&world, Some(&frontend(shop.tenant)), SLOTS, json!({ "tenant": other.id })).await;
    assert_eq!(foreign["errors"][0]["extensions"]["code"], "NOT_FOUND");

    world.later(Duration::minutes(6));
    assert_eq!(refused(&world, &ops, DISCONNECT, at(&app)).await, "STEP_UP_REQUIRED");
    assert_eq!(
        refused(&world, &ops, REPLACE, with(at(&app), json!({ "credential": OTHER }))).await,
        "STEP_UP_REQUIRED"
    );
    assert_eq!(secrets(&world), ["2"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_find_what_lies_idle_has_too_much_or_is_due() {
    let world = world().await;
    let ops = desk_seat(&world, &[Role::Ops]);
    let shop = world.shop("Zaitoon Home", 0).await;
    let change = "mutation ($input: ChangeTenantInput!) { changeTenant(input: $input) { tenant { appSlots } userErrors { code } } }";
    done(&world, &ops, change, json!({ "id": shop.id, "version": 1, "appSlots": 40 })).await;
    let mut apps = Vec::new();
    for number in 0..7 {
        let mut wish = wish(&world, &shop, &format!("App {}", number % 3 * 10 + number));
        if number % 2 == 1 {
            wish["permissions"] = json!(["export_everything"]);
            wish["credential"] = Value::Null;
        }
        apps.push(connected(&world, &ops, wish).await);
        world.later(Duration::minutes(1));
    }
    let mark = |app: Ref<AppId>| {
        world.ledger.write(world.scope(app.tenant), move |tx| {
            apps::used(tx, app.id)?;
            Ok(Witnessed::new((), Event::new("test.used", "app", app.id.uuid())))
        })
    };
    world.later(Duration::days(60));
    mark(place(&apps[0])).await.expect("marked");
    let written = "select xmin::text as line from apps where last_used_at is not null";
    let first = world.base.lines(written);
    world.later(Duration::minutes(59));
    mark(place(&apps[0])).await.expect("marked");
    assert_eq!(world.base.lines(written), first, "within the hour nothing is written");
    world.later(Duration::minutes(1));
    mark(place(&apps[0])).await.expect("marked");
    assert_ne!(world.base.lines(written), first);
    done(&world, &desk_seat(&world, &[Role::Ops]), DISCONNECT, at(&apps[6])).await;
    assert!(matches!(mark(place(&apps[6])).await, Err(Error::NotFound(_))), "what is disconnected is used no more");

    let page = |arguments: &str| {
        let document = format!("{{ apps({arguments}) {{ totalCount pageInfo {{ startCursor endCursor }} nodes {{ id name isUnused excess
            credential {{ isDue }} state receipt {{ at }} tasks {{ id }} tenant {{ legalName }} kind {{ code }} }} }} }}");
        let (world, ops) = (&world, &ops);
        async move {
            let (answer, asked) = counting(ask(world, Some(ops), &document, json!({}))).await;
            assert!(answer.get("errors").is_none(), "{answer}");
            (answer["data"]["apps"].clone(), asked)
        }
    };
    let found = |filter: &str| {
        let (arguments, page) = (format!("filter: {{ {filter} }}"), &page);
        async move { page(&arguments).await.0["totalCount"].as_i64().expect("a number") }
    };
    assert_eq!((found("isUnused: true").await, found("isUnused: false").await), (0, 7));
    assert_eq!((found("isOverGranted: true").await, found("isOverGranted: false").await), (3, 4));
    assert_eq!((found("state: CONNECTED").await, found("state: DISCONNECTED").await), (6, 1));
    let kind = world.kind().code.into_inner();
    assert_eq!((found(&format!("kind: [{kind:?}]")).await, found("kind: [\"pigeons\"]").await), (7, 0));
    assert_eq!((found("nameBegins: \"APP 1\"").await, found("nameBegins: \"%\"").await), (2, 0));
    assert_eq!(found(&format!("tenant: {:?}", tenant_node_id(TenantId::fresh()).as_str())).await, 0);
    world.later(Duration::days(30));
    assert_eq!(found("isUnused: true").await, 5, "of six, one was used 30 days ago");
    world.later(Duration::days(world.kind().rotate_days.into()));
    assert_eq!(found("rotationIsDue: true").await, 3, "of four credentials, one is gone");
    assert_eq!(found("rotationIsDue: false").await, 4);
    assert_eq!(found("rotationIsDue: true, isUnused: true, isOverGranted: false, state: CONNECTED").await, 3);

    for order in [
        "NAME, direction: ASC",
        "NAME, direction: DESC",
        "CONNECTED_AT, direction: DESC",
        "LAST_USED_AT, direction: ASC",
    ] {
        let (whole, many) = page(&format!("orderBy: {{ field: {order} }}")).await;
        let whole = whole["nodes"].as_array().expect("nodes").clone();
        let (mut forward, mut backward) = (Vec::new(), Vec::new());
        let (mut after, mut before) = (String::new(), String::new());
        for _ in 0..4 {
            let (next, few) = page(&format!("orderBy: {{ field: {order} }}, first: 2{after}")).await;
            assert_eq!(few, many, "a page asks Postgres as often, however long it is");
            forward.extend(next["nodes"].as_array().expect("nodes").clone());
            after = format!(", after: {}", next["pageInfo"]["endCursor"]);
            let (last, _) = page(&format!("orderBy: {{ field: {order} }}, last: 2{before}")).await;
            backward = [last["nodes"].as_array().expect("nodes").clone(), backward].concat();
            before = format!(", before: {}", last["pageInfo"]["startCursor"]);
        }
        assert_eq!((forward.len(), &forward), (7, &whole), "{order}");
        assert_eq!(backward, whole, "{order}");
    }
}
