//! The story of a partner: named tenants, lent permissions, and an end that ends it to the second.

use chrono::Duration;
use harness::people::{PASSWORD, ask, refusal};
use harness::world::World;
use rightsdesk_server::floor::access::{Caller, Permission};
use rightsdesk_server::floor::kernel::{Instant, TenantId, Watch};
use rightsdesk_server::tenants::{NewTenant, OurRole, open_tenant};
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_partner_seat_ends_at_its_date() {
    let world = World::alone(Watch::held(Instant::from_micros(1_800_000_000_000_000))).await;
    let url = world.serve().await.url();
    let neem = merchant(&world, "Neem Bazaar").await;
    let zaitoon = merchant(&world, "Zaitoon Home").await;
    let end = world.tools.watch.now().plus(Duration::minutes(20));
    let partner = world.partner(&[Permission::SeeTenants], &[neem], end).await;
    let asked = |document: &'static str| ask(&url, Some(&partner.token), document, json!({}));

    let who =
        asked("{ viewer { permissions staff { endsAt tenants { legalName } } } tenants { nodes { legalName } } }")
            .await;
    let viewer = &who["data"]["viewer"];
    assert_eq!(viewer["permissions"], json!(["SEE_TENANTS"]), "{who}");
    assert_eq!(viewer["staff"]["tenants"], json!([{ "legalName": "Neem Bazaar" }]), "{who}");
    assert_eq!(who["data"]["tenants"]["nodes"], json!([{ "legalName": "Neem Bazaar" }]), "{who}");
    let elsewhere = rightsdesk_server::floor::graphql::tenant_node_id(zaitoon);
    let foreign =
        ask(&url, Some(&partner.token), "query ($id: ID!) { node(id: $id) { id } }", json!({ "id": elsewhere })).await;
    assert!(foreign["data"]["node"].is_null() && foreign["errors"].is_null(), "{foreign}");
    assert_eq!(refusal(&asked("{ staff { totalCount } }").await), "FORBIDDEN");

    world.later(Duration::seconds(20 * 60 - 1));
    assert!(asked("{ viewer { name } }").await["errors"].is_null(), "a second before its end");
    world.later(Duration::seconds(1));
    assert_eq!(refusal(&asked("{ viewer { name } }").await), "UNAUTHENTICATED", "at its end");
    let sign_in = "mutation ($input: SignInInput!) { signIn(input: $input) { signIn { token } userErrors { code } } }";
    let again = ask(&url, None, sign_in, json!({ "input": { "mail": partner.mail, "password": PASSWORD } })).await;
    assert_eq!(again["data"]["signIn"]["userErrors"][0]["code"], "WRONG_CREDENTIALS", "{again}");
}

async fn merchant(world: &World, name: &str) -> TenantId {
    let new = NewTenant {
        legal_name: name.to_owned(),
        reference: None,
        locale: "en".to_owned(),
        region: "EU".to_owned(),
        plan: "growth".to_owned(),
        app_slots: 3,
        our_role: OurRole::Processor,
        role_note: None,
    };
    open_tenant(&world.tools, &Caller::house(), new, None).await.expect("a tenant").id
}
