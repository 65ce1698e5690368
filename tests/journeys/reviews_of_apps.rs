//! A review of connected apps: every one that is connected is in it, with what it may beyond its need; one that is to go is
//! disconnected with its receipt, one that is to be narrowed is due until it is.

use std::collections::BTreeMap;

use chrono::Duration;
use harness::asked::{ask, done, refused, sitting};
use harness::people::Person;
use harness::shop::Shop;
use harness::world::World;
use rightsdesk_server::floor::access::{Bounds, Caller, Role, Seat};
use rightsdesk_server::floor::kernel::{Instant, Watch};
use rightsdesk_server::reviews::{digest_of_lines, line_of};
use serde_json::{Value, json};

const CONNECT: &str = "mutation ($input: ConnectAppInput!) { connectApp(input: $input) {
  app { id version } userErrors { code field message } } }";
const PERMIT: &str = "mutation ($input: ChangeAppPermissionsInput!) { changeAppPermissions(input: $input) {
  app { version } userErrors { code field } } }";
const APP: &str = "query ($id: ID!, $tenant: ID!) { app(id: $id) { state version receipt { by credentialsDeleted } }
  slots(tenant: $tenant) { taken } }";
const OPEN: &str = "mutation ($input: OpenCampaignInput!) { openCampaign(input: $input) {
  campaign { id extract { rows isWhole counts { subject rows } } } userErrors { code } } }";
const DECIDE: &str = "mutation ($input: DecideReviewItemInput!) { decideReviewItem(input: $input) {
  item { decision revocation hindrance isOverdue proof version } userErrors { code message } } }";
const SIGN: &str = "mutation ($input: SignOffCampaignInput!) { signOffCampaign(input: $input) {
  campaign { state evidenceDigest } userErrors { code message } } }";
const EXPORT: &str = "mutation ($input: ExportCampaignInput!) { exportCampaign(input: $input) {
  evidence { json digest } userErrors { code } } }";
const ITEMS: &str = "query ($id: ID!) { campaign(id: $id) { extract { isWhole } figures { open unproven exceptions }
  items(first: 100) { nodes { id label part object subject tenant { id } version decision revocation isOverdue isDueAgain
    proof facts { name value } } } } }";

/// A Monday.
const MORNING: i64 = 1_799_049_600_000_000;

/// A merchant with three apps that ops connected: one may what it should, one may too much, one is never used.
struct Desk {
    world: World,
    shop: Shop,
    ada: Person,
    omar: Person,
    ibrahim: Person,
    apps: BTreeMap<&'static str, Value>,
}

impl Desk {
    async fn open() -> Self {
        let world = World::alone_under("shopiq", Watch::held(Instant::from_micros(MORNING))).await;
        let (ada, omar) = (world.staff(&[Role::Admin]).await, world.staff(&[Role::Ops]).await);
        let ibrahim = world.staff(&[Role::Approver]).await;
        let shop = world.shop("Zaitoon Home", 0).await;
        let mut desk = Self { world, shop, ada, omar, ibrahim, apps: BTreeMap::new() };
        for (name, more) in [("Good", &[][..]), ("Greedy", &["write_orders"]), ("Idle", &[])] {
            let app = desk.connect(name, more).await;
            desk.apps.insert(name, app);
        }
        desk
    }

    async fn connect(&self, name: &str, more: &[&str]) -> Value {
        let kind = self.world.kind();
        let permissions: Vec<_> = kind.needs.iter().map(String::as_str).chain(more.iter().copied()).collect();
        let wish = json!({ "tenant": self.shop.id, "kind": kind.code.get_ref(), "name": name, "provider": "WhatsCart Ltd",
                           "permissions": permissions, "credential": "wa_live_R7kq2L_x0pZ" });
        done(&self.world, &self.ops(), CONNECT, wish).await["app"].clone()
    }

    fn seat(&self, person: &Person, role: Role) -> Caller {
        sitting(&self.world, person.id, Seat::new(&[role], &[], Bounds::Desk))
    }

    fn ops(&self) -> Caller {
        self.seat(&self.omar, Role::Ops)
    }

    fn approver(&self) -> Caller {
        self.seat(&self.ibrahim, Role::Approver)
    }

    async fn campaign(&self) -> Value {
        let new = json!({ "title": "Apps of the winter", "covers": ["APPS"] });
        done(&self.world, &self.ops(), OPEN, new).await["campaign"].clone()
    }

    async fn look(&self, campaign: &Value) -> Value {
        let answer = ask(&self.world, Some(&self.approver()), ITEMS, json!({ "id": campaign["id"] })).await;
        assert!(answer.get("errors").is_none(), "{answer}");
        answer["data"]["campaign"].clone()
    }

    async fn row(&self, campaign: &Value, name: &str) -> Value {
        let rows = self.look(campaign).await["items"]["nodes"].clone();
        rows.as_array().expect("rows").iter().find(|row| row["label"] == name).expect("its row").clone()
    }

    async fn decide(&self, campaign: &Value, name: &str, more: Value) -> Value {
        let wish = wish(&self.row(campaign, name).await, more);
        done(&self.world, &self.approver(), DECIDE, wish).await["item"].clone()
    }

    async fn sign(&self, campaign: &Value) -> Value {
        let admin = self.seat(&self.ada, Role::Admin);
        let answer = ask(&self.world, Some(&admin), SIGN, json!({ "input": { "id": campaign["id"] } })).await;
        answer["data"]["signOffCampaign"].clone()
    }

    async fn app(&self, name: &str) -> Value {
        let variables = json!({ "id": self.apps[name]["id"], "tenant": self.shop.id });
        ask(&self.world, Some(&self.ops()), APP, variables).await["data"].clone()
    }

    /// What the greedy one may from now on.
    async fn permit(&self, version: i32, permissions: Value) {
        let input = json!({ "id": self.apps["Greedy"]["id"], "version": version, "permissions": permissions });
        done(&self.world, &self.ops(), PERMIT, input).await;
    }

    /// The jobs of the next while.
    async fn a_while(&self, time: Duration) {
        self.world.later(time);
        self.world.work().await;
    }
}

fn wish(row: &Value, more: Value) -> Value {
    let Value::Object(more) = more else { panic!("an object") };
    let mut wish = json!({ "id": row["id"], "version": row["version"], "reason": "Asked the merchant" });
    wish.as_object_mut().expect("an object").extend(more);
    wish
}

fn fact<'v>(row: &'v Value, name: &str) -> &'v str {
    let facts = row["facts"].as_array().expect("facts");
    facts.iter().find(|fact| fact["name"] == name).and_then(|fact| fact["value"].as_str()).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_connected_app_is_in_it_and_whoever_connected_it_does_not_judge_it() {
    let desk = Desk::open().await;
    let world = &desk.world;
    let campaign = desk.campaign().await;
    assert_eq!(campaign["extract"]["counts"], json!([{ "subject": "APPS", "rows": 3 }]));
    let greedy = desk.row(&campaign, "Greedy").await;
    assert_eq!((fact(&greedy, "excess"), fact(&greedy, "is_unused")), ("write_orders", "no"));
    assert_eq!((fact(&greedy, "given_by"), fact(&greedy, "policy")), (desk.omar.handle.as_str(), "shopiq 1"));
    assert_eq!((&greedy["object"], &greedy["tenant"]["id"]), (&desk.apps["Greedy"]["id"], &json!(desk.shop.id)));
    assert_eq!((fact(&desk.row(&campaign, "Good").await, "excess"), &greedy["part"]), ("", &Value::Null));
    let keep = wish(&greedy, json!({ "decision": "KEEP" }));
    assert_eq!(refused(world, &desk.ops(), DECIDE, keep.clone()).await, "SAME_PERSON", "he connected it");

    // Whoever changes what it may since the extract is barred as well.
    let (another, app) = (world.staff(&[Role::Ops]).await, &desk.apps["Greedy"]);
    let more = json!({ "id": app["id"], "version": app["version"], "permissions": ["write_orders", "write_prices"] });
    done(world, &desk.seat(&another, Role::Ops), PERMIT, more).await;
    assert_eq!(refused(world, &desk.seat(&another, Role::Ops), DECIDE, keep.clone()).await, "SAME_PERSON");
    done(world, &desk.approver(), DECIDE, keep).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_app_that_was_revoked_is_disconnected_and_one_to_be_changed_is_due_until_it_may_less() {
    let desk = Desk::open().await;
    let world = &desk.world;
    let campaign = desk.campaign().await;
    let item = desk.decide(&campaign, "Idle", json!({ "decision": "REVOKE" })).await;
    assert_eq!(item["revocation"], "PROVEN");
    let proof = item["proof"].as_str().expect("a proof");
    assert!(proof.starts_with("app.disconnected, link ") && proof.ends_with(": gone"), "{proof}");
    let idle = desk.app("Idle").await;
    assert_eq!((&idle["app"]["state"], &idle["slots"]["taken"]), (&json!("DISCONNECTED"), &json!(2)));
    assert_eq!(idle["app"]["receipt"], json!({ "by": "house", "credentialsDeleted": 1 }));

    let due = desk.decide(&campaign, "Greedy", json!({ "decision": "CHANGE" })).await;
    assert_eq!(due["revocation"], "DUE");
    desk.decide(&campaign, "Good", json!({ "decision": "KEEP" })).await;
    let needs = world.kind().needs;
    let other: Vec<_> = needs.iter().cloned().chain(["write_prices".to_owned()]).collect();
    desk.permit(1, json!(other)).await;
    desk.a_while(Duration::minutes(5)).await;
    assert_eq!(desk.row(&campaign, "Greedy").await["revocation"], "DUE", "another is not fewer");
    desk.a_while(Duration::days(8)).await;
    assert_eq!(desk.row(&campaign, "Greedy").await["isOverdue"], true);
    let why = desk.sign(&campaign).await["userErrors"][0]["message"].as_str().expect("why").to_owned();
    assert!(why.contains("Greedy: not proven"), "{why}");

    desk.permit(2, json!(needs)).await;
    desk.a_while(Duration::minutes(5)).await;
    let narrowed = desk.row(&campaign, "Greedy").await;
    let proof = narrowed["proof"].as_str().expect("a proof");
    assert!(proof.starts_with("app.permissions_changed, link ") && proof.ends_with(": narrower"), "{proof}");
    let signed = desk.sign(&campaign).await["campaign"].clone();
    let evidence = done(world, &desk.ops(), EXPORT, json!({ "id": campaign["id"] })).await["evidence"].clone();
    assert_eq!((&signed["state"], &signed["evidenceDigest"]), (&json!("SIGNED_OFF"), &evidence["digest"]));
    let told: Value = serde_json::from_str(evidence["json"].as_str().expect("a document")).expect("JSON");
    let lines: Vec<_> =
        told["items"].as_array().expect("items").iter().map(|item| line_of(item).expect("a line")).collect();
    let digest = data_encoding::HEXLOWER.encode(&digest_of_lines(&lines));
    assert_eq!((told["extract"]["digest"].as_str(), lines.len()), (Some(digest.as_str()), 3));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_exception_for_an_app_comes_back_and_an_app_that_comes_later_is_in_the_next_extract() {
    let desk = Desk::open().await;
    let campaign = desk.campaign().await;
    for name in ["Good", "Greedy"] {
        desk.decide(&campaign, name, json!({ "decision": "KEEP" })).await;
    }
    desk.decide(&campaign, "Idle", json!({ "decision": "KEEP", "exceptionUntil": "2027-01-10" })).await;
    assert_eq!(desk.look(&campaign).await["figures"], json!({ "open": 0, "unproven": 0, "exceptions": 1 }));
    desk.world.work().await;
    desk.a_while(Duration::days(7)).await;
    assert_eq!(desk.row(&campaign, "Idle").await["isDueAgain"], true);
    let why = desk.sign(&campaign).await["userErrors"][0]["message"].as_str().expect("why").to_owned();
    assert!(why.contains("Idle: its exception ended"), "{why}");
    desk.decide(&campaign, "Idle", json!({ "decision": "REVOKE" })).await;
    desk.connect("Later", &[]).await;
    let next = desk.campaign().await;
    assert_eq!((&next["extract"]["rows"], &next["extract"]["isWhole"]), (&json!(3), &json!(true)));
    let extract = desk.look(&campaign).await["extract"].clone();
    assert_eq!(extract["isWhole"], true, "and the former one holds what it held");
    assert_eq!(desk.sign(&campaign).await["campaign"]["state"], "SIGNED_OFF");
}
