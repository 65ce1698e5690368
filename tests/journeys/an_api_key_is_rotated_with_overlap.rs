//! A frontend's key: shown once, known again, replaced while the shop goes on, and taken back at once.

use chrono::Duration;
use harness::asked::{ask, desk_seat, done, refused};
use harness::world::World;
use rightsdesk_server::floor::access::{Caller, Permission, Role};
use rightsdesk_server::floor::graphql::tenant_node_id;
use rightsdesk_server::floor::kernel::{Instant, TenantId, Watch};
use rightsdesk_server::tenants::{self, NewTenant, OurRole};
use serde_json::{Value, json};

const CREATE: &str = "mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) {
  created { secret apiKey { id name hint permissions state madeBy expiresAt lastUsedAt } } userErrors { code field } } }";
const ROTATE: &str = "mutation ($input: RotateApiKeyInput!) { rotateApiKey(input: $input) {
  created { secret apiKey { id name permissions state expiresAt } } userErrors { code } } }";
const REVOKE: &str = "mutation ($input: RevokeApiKeyInput!) { revokeApiKey(input: $input) {
  apiKey { state } userErrors { code } } }";
const KEYS: &str = "query ($id: ID!) { tenant(id: $id) { apiKeys { totalCount nodes {
  id state lastUsedAt expiresAt replacedBy { id } } } } }";

/// Noon of a day in 2026.
const NOON: i64 = 1_790_000_000_000_000;

struct Shop {
    world: World,
    ops: Caller,
    tenant: TenantId,
    id: String,
}

impl Shop {
    async fn open() -> Self {
        let world = World::alone(Watch::held(Instant::from_micros(NOON))).await;
        let ops = desk_seat(&world, &[Role::Ops]);
        let new = NewTenant {
            legal_name: "Neem Bazaar".to_owned(),
            reference: None,
            locale: "en".to_owned(),
            region: "IN".to_owned(),
            plan: "growth".to_owned(),
            app_slots: 2,
            our_role: OurRole::Processor,
            role_note: None,
        };
        let tenant = tenants::open_tenant(&world.tools, &ops, new, None).await.expect("opened").id;
        Self { world, ops, tenant, id: tenant_node_id(tenant).to_string() }
    }

    fn wish(&self) -> Value {
        let end = Instant::from_micros(NOON).plus(Duration::days(90)).to_string();
        json!({ "tenant": self.id, "name": "storefront", "permissions": ["SEE_TENANTS"], "expiresAt": end })
    }

    /// The same person, who shows the second factor once more.
    fn fresh(&self) -> Caller {
        desk_seat(&self.world, &[Role::Ops])
    }

    async fn opens(&self, secret: &str) -> bool {
        tenants::recognise_key(&self.world.tools, secret).await.is_ok()
    }
}

#[tokio::test]
async fn a_key_is_shown_once_and_opens_what_it_was_given() {
    let shop = Shop::open().await;
    let created = done(&shop.world, &shop.ops, CREATE, shop.wish()).await["created"].clone();
    let secret = created["secret"].as_str().expect("its token");
    let hint = created["apiKey"]["hint"].as_str().expect("a hint");
    assert!(secret.starts_with("rdk_") && secret.ends_with(hint) && secret.len() == 53);
    assert!(created["apiKey"]["madeBy"].as_str().is_some_and(|by| by.starts_with("staff:")));

    let key = tenants::recognise_key(&shop.world.tools, secret).await.expect("known");
    assert_eq!(key.permissions(), [Permission::SeeTenants]);
    let listed = ask(&shop.world, Some(&key), "{ tenants { nodes { id } } }", json!({})).await;
    assert_eq!(listed["data"]["tenants"]["nodes"], json!([{ "id": shop.id }]));
    let stored =
        shop.world.base.lines("select encode(k.hash, 'hex') || h.digest::text as line from api_keys k, keyholes h");
    assert!(stored.iter().all(|row| !row.contains(secret)));

    for wrong in ["rdk_", &secret[..52], &secret.to_lowercase(), &format!("{secret}x")] {
        assert!(!shop.opens(wrong).await);
    }
    let repeated = json!({ "idempotencyKey": "one", "tenant": shop.id, "name": "mobile", "permissions": ["READ_BOOKS"],
                           "expiresAt": shop.wish()["expiresAt"] });
    let first = done(&shop.world, &shop.ops, CREATE, repeated.clone()).await["created"].clone();
    let second = done(&shop.world, &shop.ops, CREATE, repeated).await["created"].clone();
    assert_eq!(first["apiKey"], second["apiKey"]);
    assert!(first["secret"].is_string() && second["secret"].is_null());
}

#[tokio::test]
async fn a_key_may_be_given_only_what_is_lent_and_only_for_a_time() {
    let shop = Shop::open().await;
    let with = |more: Value| {
        let mut wish = shop.wish();
        wish.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        wish
    };
    for wrong in [
        json!({ "permissions": ["KEEP_STAFF"] }),
        json!({ "permissions": [] }),
        json!({ "name": " " }),
        json!({ "expiresAt": Instant::from_micros(NOON).to_string() }),
        json!({ "expiresAt": Instant::from_micros(NOON).plus(Duration::days(731)).to_string() }),
    ] {
        assert_eq!(refused(&shop.world, &shop.ops, CREATE, with(wrong.clone())).await, "INVALID", "{wrong}");
    }
    let support = desk_seat(&shop.world, &[Role::Support]);
    assert_eq!(refused(&shop.world, &support, CREATE, shop.wish()).await, "FORBIDDEN");
    shop.world.later(Duration::minutes(6));
    assert_eq!(refused(&shop.world, &shop.ops, CREATE, shop.wish()).await, "STEP_UP_REQUIRED");
}

#[tokio::test]
async fn a_rotated_key_opens_until_the_end_of_its_overlap_to_the_second() {
    let shop = Shop::open().await;
    let old = done(&shop.world, &shop.ops, CREATE, shop.wish()).await["created"].clone();
    let (old_id, old_secret) = (old["apiKey"]["id"].clone(), old["secret"].as_str().expect("a token").to_owned());

    let rotate = json!({ "id": old_id, "overlapMinutes": 60 });
    let new = done(&shop.world, &shop.ops, ROTATE, rotate.clone()).await["created"].clone();
    let new_secret = new["secret"].as_str().expect("a token").to_owned();
    assert_eq!((&new["apiKey"]["name"], &new["apiKey"]["state"]), (&json!("storefront"), &json!("LIVE")));
    assert_eq!(refused(&shop.world, &shop.ops, ROTATE, rotate).await, "REFUSED");
    let keys =
        ask(&shop.world, Some(&shop.ops), KEYS, json!({ "id": shop.id })).await["data"]["tenant"]["apiKeys"].clone();
    assert_eq!(keys["nodes"][0]["state"], "OVERLAPPING");
    assert_eq!(keys["nodes"][0]["replacedBy"]["id"], new["apiKey"]["id"]);

    shop.world.later(Duration::seconds(3_599));
    assert!(shop.opens(&old_secret).await && shop.opens(&new_secret).await);
    shop.world.later(Duration::seconds(1));
    assert!(!shop.opens(&old_secret).await && shop.opens(&new_secret).await);
    let end = json!({ "id": old_id });
    assert_eq!(refused(&shop.world, &shop.fresh(), ROTATE, end).await, "EXPIRED");

    let revoked = done(&shop.world, &shop.fresh(), REVOKE, json!({ "id": new["apiKey"]["id"] })).await;
    assert_eq!(revoked["apiKey"]["state"], "REVOKED");
    assert!(!shop.opens(&new_secret).await);
}

#[tokio::test]
async fn the_last_use_is_kept_to_the_minute() {
    let shop = Shop::open().await;
    let made = done(&shop.world, &shop.ops, CREATE, shop.wish()).await["created"].clone();
    let secret = made["secret"].as_str().expect("a token").to_owned();
    let used = || async {
        let keys = ask(&shop.world, Some(&shop.ops), KEYS, json!({ "id": shop.id })).await;
        keys["data"]["tenant"]["apiKeys"]["nodes"][0]["lastUsedAt"].clone()
    };
    assert!(used().await.is_null());
    assert!(shop.opens(&secret).await);
    let first = used().await;
    shop.world.later(Duration::seconds(59));
    assert!(shop.opens(&secret).await);
    assert_eq!(used().await, first);
    shop.world.later(Duration::seconds(1));
    assert!(shop.opens(&secret).await);
    assert_ne!(used().await, first);
}

#[tokio::test]
async fn a_key_ends_with_its_tenant() {
    let shop = Shop::open().await;
    let made = done(&shop.world, &shop.ops, CREATE, shop.wish()).await["created"].clone();
    let secret = made["secret"].as_str().expect("a token").to_owned();
    tenants::close_tenant(&shop.world.tools, &shop.ops, (shop.tenant, 1), None).await.expect("closing");
    assert_eq!(refused(&shop.world, &shop.ops, CREATE, shop.wish()).await, "NOT_ACTIVE");
    shop.world.work().await;
    shop.world.later(Duration::days(30));
    assert!(shop.opens(&secret).await);
    shop.world.work().await;
    assert!(!shop.opens(&secret).await);
}
