//! A review of what stores let us do: every scope that a platform grants is in it, with what the policy says of it; what is
//! to go is used no more at once, and proven by the platform's own word.

use std::collections::BTreeMap;

use chrono::Duration;
use harness::asked::{ask, desk_seat, done, refused, sitting};
use harness::people::Person;
use harness::world::World;
use rightsdesk_server::floor::access::{Bounds, Caller, Role, Seat};
use rightsdesk_server::floor::graphql::{node_id, tenant_node_id};
use rightsdesk_server::floor::kernel::{Instant, Ref, StoreId, Watch};
use rightsdesk_server::floor::ledger::{Event, Witnessed};
use rightsdesk_server::stores::scopes::may_use;
use serde_json::{Value, json};

const OPEN: &str = "mutation ($input: OpenCampaignInput!) { openCampaign(input: $input) {
  campaign { id covers extract { rows isWhole counts { subject rows } } } userErrors { code } } }";
const DECIDE: &str = "mutation ($input: DecideReviewItemInput!) { decideReviewItem(input: $input) {
  item { decision revocation hindrance provenAt proof version } userErrors { code message } } }";
const SIGN: &str = "mutation ($input: SignOffCampaignInput!) { signOffCampaign(input: $input) {
  campaign { state } userErrors { code message } } }";
const EXPORT: &str = "mutation ($input: ExportCampaignInput!) { exportCampaign(input: $input) {
  evidence { json } userErrors { code } } }";
const ITEMS: &str = "query ($id: ID!) { campaign(id: $id) { extract { isWhole }
  items(first: 100) { nodes { id label part object subject tenant { id } version decision revocation hindrance proof
    facts { name value } } } } }";
const RECORD: &str = "mutation ($input: RecordGrantInput!) { recordGrant(input: $input) {
  store { version } userErrors { code } } }";

/// A Monday.
const MORNING: i64 = 1_799_049_600_000_000;
const LISTED: [&str; 3] = ["read_orders", "read_customers", "read_products"];

/// A desk whose one of ops read out what one shop grants, too much of it; another shop grants what it should.
struct Desk {
    world: World,
    ada: Person,
    omar: Person,
    ibrahim: Person,
    over: Ref<StoreId>,
    good: Ref<StoreId>,
}

impl Desk {
    async fn open() -> Self {
        let world = World::alone(Watch::held(Instant::from_micros(MORNING))).await;
        let (ada, omar) = (world.staff(&[Role::Admin]).await, world.staff(&[Role::Ops]).await);
        let ibrahim = world.staff(&[Role::Approver]).await;
        let zaitoon = world.shop("Zaitoon Home", 0).await.tenant;
        let over = world.store(zaitoon, "over.example", &LISTED).await;
        let good = world.store(world.shop("Kitayama", 0).await.tenant, "good.example", &LISTED).await;
        world.store(zaitoon, "pending.example", &[]).await;
        let desk = Self { world, ada, omar, ibrahim, over, good };
        desk.read_out(&[&LISTED[..], &["read_all_orders"]].concat()).await;
        desk
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

    /// What the platform says that the shop grants from now on.
    async fn read_out(&self, scopes: &[&str]) {
        done(&self.world, &self.ops(), RECORD, json!({ "store": node_id(self.over), "scopes": scopes })).await;
    }

    async fn campaign(&self) -> Value {
        let new = json!({ "title": "Scopes of the winter", "covers": ["SCOPES"] });
        done(&self.world, &self.approver(), OPEN, new).await["campaign"].clone()
    }

    /// Rows by shop and scope.
    async fn rows(&self, campaign: &Value) -> BTreeMap<(String, String), Value> {
        let answer = ask(&self.world, Some(&self.approver()), ITEMS, json!({ "id": campaign["id"] })).await;
        let nodes =
            answer["data"]["campaign"]["items"]["nodes"].as_array().unwrap_or_else(|| panic!("{answer}")).clone();
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        nodes.into_iter().map(|row| ((text(&row["label"]), text(&row["part"])), row)).collect()
    }

    async fn row(&self, campaign: &Value, shop: &str, scope: &str) -> Value {
        self.rows(campaign).await[&(shop.to_owned(), scope.to_owned())].clone()
    }

    async fn decide(&self, campaign: &Value, (shop, scope): (&str, &str), decision: &str) -> Value {
        let wish = wish(&self.row(campaign, shop, scope).await, decision);
        done(&self.world, &self.approver(), DECIDE, wish).await["item"].clone()
    }

    /// What is left is kept, as it is, by somebody who gave none of it.
    async fn keep_the_rest(&self, campaign: &Value) {
        for row in self.rows(campaign).await.values().filter(|row| row["decision"].is_null()) {
            done(&self.world, &self.approver(), DECIDE, wish(row, "KEEP")).await;
        }
    }

    /// The jobs of the next while.
    async fn a_while(&self) {
        self.world.later(Duration::minutes(5));
        self.world.work().await;
    }
}

fn wish(row: &Value, decision: &str) -> Value {
    json!({ "id": row["id"], "version": row["version"], "decision": decision, "reason": "Asked the shop" })
}

fn fact<'v>(row: &'v Value, name: &str) -> &'v str {
    let facts = row["facts"].as_array().expect("facts");
    facts.iter().find(|fact| fact["name"] == name).and_then(|fact| fact["value"].as_str()).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_scope_that_is_granted_is_in_it_with_what_the_policy_says() {
    let desk = Desk::open().await;
    let campaign = desk.campaign().await;
    assert_eq!(campaign["extract"]["counts"], json!([{ "subject": "SCOPES", "rows": 7 }]));
    assert_eq!(campaign["extract"]["isWhole"], true);
    let rows = desk.rows(&campaign).await;
    assert_eq!(rows.len(), 7);
    let over = &rows[&("over.example".to_owned(), "read_all_orders".to_owned())];
    assert_eq!((fact(over, "verdict"), fact(over, "revoked_at")), ("not_listed", "never"));
    assert_eq!((fact(over, "given_by"), fact(over, "policy")), (desk.omar.handle.as_str(), "sooperseller 1"));
    assert_eq!(
        (&over["object"], &over["tenant"]["id"]),
        (&json!(node_id(desk.over)), &json!(tenant_node_id(desk.over.tenant)))
    );
    let good = &rows[&("good.example".to_owned(), "read_orders".to_owned())];
    assert_eq!((fact(good, "verdict"), fact(good, "sensitivity"), fact(good, "writes")), ("needed", "high", "no"));
    assert_eq!(fact(good, "given_by"), "house");

    // Whoever granted it on a shop's behalf does not judge it; what he did not grant he may.
    let world = &desk.world;
    assert_eq!(refused(world, &desk.ops(), DECIDE, wish(over, "KEEP")).await, "SAME_PERSON");
    done(world, &desk.ops(), DECIDE, wish(good, "KEEP")).await;
    let support = desk_seat(world, &[Role::Support]);
    assert_eq!(refused(world, &support, DECIDE, wish(over, "KEEP")).await, "FORBIDDEN");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_scope_that_was_revoked_is_proven_by_the_platforms_word() {
    let desk = Desk::open().await;
    let world = &desk.world;
    let campaign = desk.campaign().await;
    let item = desk.decide(&campaign, ("over.example", "read_all_orders"), "REVOKE").await;
    assert_eq!((&item["revocation"], &item["proof"]), (&json!("DUE"), &Value::Null), "the platform still grants it");
    let over = desk.over;
    let used = world.ledger.write(world.scope(over.tenant), move |tx| {
        may_use(tx, over.id, "read_all_orders")?;
        Ok(Witnessed::new((), Event::new("test.used", "store", over.id.uuid())))
    });
    assert!(used.await.is_err(), "but we use it no more, from that moment on");
    let history = world.base.lines("select how || ' ' || reason as line from store_grants where reason is not null");
    assert_eq!(history, ["revoked review"]);

    // The platform goes on granting it: it stays due, and is not revoked twice.
    desk.read_out(&[&LISTED[..], &["read_all_orders"]].concat()).await;
    desk.a_while().await;
    let row = || desk.row(&campaign, "over.example", "read_all_orders");
    assert_eq!(row().await["revocation"], "DUE");
    desk.keep_the_rest(&campaign).await;
    let sign = || async {
        let admin = desk.seat(&desk.ada, Role::Admin);
        ask(world, Some(&admin), SIGN, json!({ "input": { "id": campaign["id"] } })).await["data"]["signOffCampaign"]
            .clone()
    };
    let why = sign().await["userErrors"][0]["message"].as_str().expect("why").to_owned();
    assert!(why.contains("1 not proven") && why.contains("over.example read_all_orders: not proven"), "{why}");

    desk.read_out(&LISTED).await;
    desk.a_while().await;
    let proven = row().await;
    let link = world.base.lines(&format!(
        "select action || ', link ' || seq || ' of ' as line from audit_events where tenant_id = '{}'
          and action = 'store.revocation_proven'",
        desk.over.tenant.uuid()
    ));
    let proof = proven["proof"].as_str().expect("a proof");
    assert_eq!(proven["revocation"], "PROVEN");
    assert!(proof.starts_with(&link[0]) && proof.ends_with(": gone"), "{proof}");
    let revoked = world.base.lines("select seq::text as line from audit_events where action = 'store.scopes_revoked'");
    assert_eq!(revoked.len(), 1, "what was begun is not begun again");
    assert_eq!(sign().await["campaign"]["state"], "SIGNED_OFF");
    let evidence = done(world, &desk.ops(), EXPORT, json!({ "id": campaign["id"] })).await["evidence"].clone();
    let told: Value = serde_json::from_str(evidence["json"].as_str().expect("a document")).expect("JSON");
    assert_eq!(told["extract"]["rows"], json!({ "scopes": 7 }));
    assert_eq!(told["people"].as_object().expect("people").len(), 3, "who gave it, who decided, who signed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_scope_to_be_changed_is_narrower_once_it_is_used_no_more_and_gone_with_its_store() {
    let desk = Desk::open().await;
    let world = &desk.world;
    let campaign = desk.campaign().await;
    let due = desk.decide(&campaign, ("good.example", "read_customers"), "CHANGE").await;
    assert_eq!(due["revocation"], "DUE");
    desk.a_while().await;
    let row = |scope: &'static str| desk.row(&campaign, "good.example", scope);
    assert_eq!(row("read_customers").await["revocation"], "DUE", "nobody changed anything");
    let revoke =
        "mutation ($input: RevokeScopesInput!) { revokeScopes(input: $input) { userErrors { code message } } }";
    let input = json!({ "id": node_id(desk.good), "version": 2, "scopes": ["read_customers"], "reason": "NOT_NEEDED" });
    done(world, &desk.ops(), revoke, input).await;
    desk.a_while().await;
    let proof = row("read_customers").await["proof"].as_str().expect("a proof").to_owned();
    assert!(proof.starts_with("store.scopes_revoked, link ") && proof.ends_with(": narrower"), "{proof}");

    desk.decide(&campaign, ("good.example", "read_products"), "REVOKE").await;
    let end =
        "mutation ($input: DisconnectStoreInput!) { disconnectStore(input: $input) { userErrors { code message } } }";
    done(world, &desk.ops(), end, json!({ "id": node_id(desk.good), "version": 4 })).await;
    desk.a_while().await;
    let proof = row("read_products").await["proof"].as_str().expect("a proof").to_owned();
    assert!(proof.starts_with("store.disconnected, link ") && proof.ends_with(": gone"), "{proof}");
    assert_eq!(campaign["covers"], json!(["SCOPES"]));
    assert_eq!(world.base.lines("select count(*)::text as line from review_items"), ["7"], "rows of an extract stay");
}
