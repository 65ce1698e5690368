//! ShopIQ's page "Are integrations secure?", whose title stands in Hindi too.

use chrono::Duration;
use harness::asked::{done, refused};
use serde_json::{Value, json};

use super::claims::Claim;
use super::claims::Sight::{AppKind, Duty, In, Right, Said, Stays, Title, Unmeasured};
use super::walk::Walk;

const APART: &[Claim] = &[
    Claim(
        "Integrations and API, in two languages",
        &[
            Title("Integrations & API: are integrations secure?"),
            In("", "hi", "इंटीग्रेशन और API"),
            In("/promises", "hi", "क्या ShopIQ के इंटीग्रेशन सुरक्षित हैं?"),
        ],
    ),
    Claim(
        "Controlled workflows, with supported services",
        &[
            Duty("PLATFORM", "ShopIQ connects supported third-party services through controlled integration workflows"),
            Said(
                "ShopIQ is designed to connect with supported third-party services through controlled integration workflows.",
                "apps_listed",
            ),
        ],
    ),
    Claim(
        "Security depends on others too",
        &[
            Duty("PROVIDER", "security standards"),
            Said(
                "Security also depends on the merchant's account practices, provider security, access permissions, credentials, and responsible use of third-party apps.",
                "roles_stated",
            ),
            Said(
                "Merchants should connect only trusted providers and manage permissions carefully.",
                "permissions_needed",
            ),
            Said(
                "Integration security depends on multiple factors including ShopIQ integration design, third-party provider security, merchant account settings, authentication method, permissions granted, API keys or credentials, team access, data sharing requirements, and provider policies.",
                "roles_stated",
            ),
            Unmeasured("Merchants should use integrations responsibly.", "judgement of people"),
        ],
    ),
    Claim(
        "What an integration sees depends on its purpose and permissions",
        &[Said("The data an integration can access depends on its purpose and permissions.", "permissions_needed")],
    ),
    Claim(
        "Payment gateways: payment and checkout",
        &[
            AppKind(
                "Payment gateways",
                &["Payment and checkout", "Order IDs", "Amounts"],
                &["read_checkout", "write_payments"],
            ),
            Said("Payment gateways may access payment and checkout-related data.", "apps_listed"),
        ],
    ),
    Claim(
        "Logistics: shipping and orders",
        &[
            AppKind(
                "Logistics providers",
                &["Orders", "Name", "Shipping address", "Phone"],
                &["read_orders", "write_shipments"],
            ),
            Said("Logistics providers may access shipping and order details.", "apps_listed"),
        ],
    ),
    Claim(
        "WhatsApp: messages and customers",
        &[
            AppKind(
                "WhatsApp and messaging providers",
                &["Messages", "Name", "Phone"],
                &["read_customers", "send_messages"],
            ),
            Said("WhatsApp providers may access message and customer communication details.", "apps_listed"),
        ],
    ),
    Claim(
        "Analytics: website activity",
        &[
            AppKind("Analytics tools", &["Website activity"], &["read_events"]),
            Said("Analytics tools may track website activity.", "apps_listed"),
        ],
    ),
    Claim(
        "Ads: events and conversions",
        &[
            AppKind("Ad platforms", &["Events and conversions"], &["read_conversions"]),
            Said("Ad platforms may receive event and conversion data.", "apps_listed"),
        ],
    ),
    Claim(
        "Marketplaces: products, orders, inventory",
        &[
            AppKind(
                "Marketplaces",
                &["Products and inventory", "Orders"],
                &["read_products", "read_orders", "write_inventory"],
            ),
            Said("Marketplace integrations may access product, order, or inventory data.", "apps_listed"),
        ],
    ),
    Claim(
        "What an app needs is read before it is connected",
        &[
            Duty("MERCHANT", "review permissions carefully"),
            Said("Merchants should review what data an app needs before connecting it.", "roles_stated"),
        ],
    ),
];

const KEPT_SECURE: &[Claim] = &[
    Claim(
        "Eleven habits",
        &[
            Unmeasured("Use trusted third-party providers", "own judgement"),
            Unmeasured("Keep provider accounts secure", "not seen from here"),
            Said("Use strong passwords", "passwords_strong"),
            Said("Enable two-factor authentication where available", "second_factor"),
            Said("Limit team access", "need_to_know"),
            Said("Grant only required permissions", "permissions_needed"),
            Said("Remove unused integrations", "unused_flagged"),
            Said("Rotate API keys where needed", "credentials_rotated"),
            Said("Avoid sharing credentials casually", "tokens_sealed"),
            Said("Review connected apps regularly", "reviews_on_time"),
            Said("Disconnect apps that are no longer required", "unused_flagged"),
        ],
    ),
    Claim(
        "API keys are for few",
        &[
            Said(
                "Merchants should avoid sharing API keys or sensitive credentials with unnecessary team members.",
                "tokens_sealed",
            ),
            Said("If credentials are needed for setup, access should be limited to trusted people.", "need_to_know"),
            Said(
                "Implementation Partners or support teams should receive only the access required for the task.",
                "partners_bounded",
            ),
        ],
    ),
    Claim(
        "Apps have their own policies",
        &[
            Duty(
                "PROVIDER",
                "Third-party apps may have their own privacy policies, data retention rules, security standards, and compliance obligations.",
            ),
            Said(
                "Third-party apps may have their own privacy policies, data retention rules, security standards, and compliance obligations.",
                "roles_stated",
            ),
            Said(
                "Merchants should review provider policies before connecting apps, especially when customer data is involved.",
                "provider_policies",
            ),
        ],
    ),
    Claim(
        "Disconnecting frees the slot, and may stop sharing",
        &[
            Right("disconnection", "Disconnect an app at any time", None),
            Said("Disconnecting an app frees the connected app slot immediately", "slots_freed"),
            Said(
                "and may stop data sharing with that provider, depending on integration behavior.",
                "disconnect_stops",
            ),
        ],
    ),
    Claim(
        "What was shared may stay with the provider",
        &[
            Stays("Payment gateways", "under its own retention and deletion policies"),
            Stays("Logistics providers", "under its own retention and deletion policies"),
            Stays("WhatsApp and messaging providers", "under its own retention and deletion policies"),
            Stays("Analytics tools", "under its own retention and deletion policies"),
            Stays("Ad platforms", "under its own retention and deletion policies"),
            Stays("Marketplaces", "under its own retention and deletion policies"),
            Said(
                "However, data already shared with the third-party provider may remain subject to that provider's own data retention and deletion policies.",
                "receipts_left",
            ),
        ],
    ),
    Claim(
        "Customers' privacy",
        &[
            Said(
                "Payment, logistics, WhatsApp, analytics, advertising, and marketplace tools may process customer-related data.",
                "apps_listed",
            ),
            Duty("MERCHANT", "use customer data lawfully"),
            Unmeasured(
                "Merchants are responsible for using customer data lawfully and communicating required privacy information to customers.",
                "not seen from here",
            ),
        ],
    ),
    Claim(
        "Shared among three",
        &[
            Said(
                "Security is shared across ShopIQ, the merchant, and the connected third-party provider.",
                "roles_stated",
            ),
            Duty("MERCHANT", "Merchants connect only the apps they need"),
            Duty("MERCHANT", "remove unused integrations"),
            Said(
                "Merchants should connect only the apps they need, review permissions carefully, and remove unused integrations.",
                "unused_flagged",
            ),
        ],
    ),
];

const SECRET: &str = "wa_live_R7kq2L_x0pZ";
const CONNECT: &str = "mutation ($input: ConnectAppInput!) { connectApp(input: $input) {
  app { id version slot needed excess touches duties { of text } credential { rotateBy } } userErrors { code } } }";
const DISCONNECT: &str = "mutation ($input: DisconnectAppInput!) { disconnectApp(input: $input) {
  app { state slot receipt { slotFreed credentialsDeleted sharingStopped whatStays providerPolicy } } userErrors { code } } }";
const SLOTS: &str = "query ($tenant: ID!) { slots(tenant: $tenant) { limit taken free } }";
const IDLE: &str = "{ apps(first: 10, filter: { isUnused: true }) { totalCount }
  due: apps(first: 10, filter: { rotationIsDue: true }) { totalCount } }";

fn wish(tenant: &str, name: &str, permissions: &[&str]) -> Value {
    json!({ "tenant": tenant, "kind": "messaging", "name": name, "provider": "WhatsCart Ltd", "credential": SECRET,
            "policyUrl": "https://whatscart.example/privacy", "permissions": permissions })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn shopiq_keeps_its_page() {
    let mut walk = Walk::begin("shopiq").await;
    walk.claims(&[APART, KEPT_SECURE]).await;

    let shop = walk.world.shop("Neem Bazaar", 0).await;
    let owner = walk.world.owner(shop.tenant, "meera").await.caller;
    let needed = ["read_customers", "send_messages"];
    let more = ["read_customers", "send_messages", "export_everything"];
    let app = done(&walk.world, &owner, CONNECT, wish(&shop.id, "one", &more)).await["app"].clone();
    walk.same("What was granted beyond need shows", &app["excess"], &json!(["export_everything"]));
    walk.same("What it needs shows", &app["needed"], &json!(needed));
    let parties = app["duties"].as_array().map_or(0, Vec::len);
    walk.so("Who answers for what stands with the app", parties == 3, parties);
    walk.so("A key has a day of its replacement", app["credential"]["rotateBy"].is_string(), &app);
    walk.so("Credentials are shown to nobody", !walk.is_stored_in_clear(SECRET), "one stands in clear");
    for name in ["two", "three"] {
        done(&walk.world, &owner, CONNECT, wish(&shop.id, name, &needed)).await;
    }
    let told = refused(&walk.world, &owner, CONNECT, wish(&shop.id, "four", &needed)).await;
    walk.same("No slot is left", &told, &"SLOTS_FULL");

    walk.stands("Grant only required permissions", "BROKEN").await;
    walk.stands("Disconnecting an app frees the connected app slot immediately", "NOT_YET_MEASURED").await;
    let input = json!({ "id": app["id"], "version": app["version"] });
    let over = done(&walk.world, &owner, DISCONNECT, input).await["app"].clone();
    let receipt = &over["receipt"];
    walk.same("Disconnecting frees the slot", &receipt["slotFreed"], &1);
    walk.same("Disconnecting deletes the credential", &receipt["credentialsDeleted"], &1);
    walk.same("Sharing stops", &receipt["sharingStopped"], &app["touches"]);
    walk.same("The provider's own policy", &receipt["providerPolicy"], &"https://whatscart.example/privacy");
    let stays = receipt["whatStays"].as_str().unwrap_or("");
    walk.so("What was shared may stay", stays.contains("own retention and deletion policies"), stays);
    let slots = walk.asked(SLOTS, json!({ "tenant": shop.id })).await["slots"].clone();
    walk.same("Free at once", &slots, &json!({ "limit": 3, "taken": 2, "free": 1 }));

    walk.stands("Avoid sharing credentials casually", "HOLDS").await;
    for kept in [
        "WhatsApp providers may access message and customer communication details.",
        "Grant only required permissions",
        "Rotate API keys where needed",
        "Remove unused integrations",
        "Disconnecting an app frees the connected app slot immediately",
        "Merchants should review provider policies before connecting apps, especially when customer data is involved.",
        "However, data already shared with the third-party provider may remain subject to that provider's own data retention and deletion policies.",
    ] {
        walk.stands(kept, "HOLDS").await;
    }
    walk.stands("Payment gateways may access payment and checkout-related data.", "NOT_YET_MEASURED").await;
    walk.stands("Review connected apps regularly", "NOT_YET_MEASURED").await;
    walk.stands(
        "Implementation Partners or support teams should receive only the access required for the task.",
        "NOT_YET_MEASURED",
    )
    .await;
    walk.world.later(Duration::days(181));
    let idle = walk.asked(IDLE, json!({})).await;
    walk.same("Unused integrations show", &idle["apps"]["totalCount"], &2);
    walk.same("Keys that are due show", &idle["due"]["totalCount"], &2);
    walk.stands("Rotate API keys where needed", "BROKEN").await;
    walk.stands("Remove unused integrations", "AT_RISK").await;
    walk.world.later(Duration::days(3));
    walk.stands("Remove unused integrations", "BROKEN").await;
    walk.end();
}
