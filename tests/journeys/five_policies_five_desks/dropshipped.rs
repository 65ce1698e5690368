//! Dropshipped's page "Security".

use harness::asked::{done, refused};
use rightsdesk_server::floor::graphql::node_id;
use serde_json::json;

use super::claims::Sight::{
    Category, Duty, Field, Forms, Keeps, Never, Platforms, Purpose, Recipient, Recipients, Right, Said, Scope, Scopes,
    Unmeasured, Window,
};
use super::claims::{Access, Claim, End, Flow, Form, Span};
use super::walk::Walk;

const CLAIMS: &[Claim] = &[
    Claim(
        "Only the access that is needed",
        &[
            Platforms(&["shopify"]),
            Said("We only ask for the access needed to run your store workflow.", "scopes_listed"),
            Scopes("Shopify", &["read_products", "write_products", "read_inventory", "write_inventory", "read_orders"]),
        ],
    ),
    Claim(
        "Branded listings, and inventory, prices and tracking kept accurate",
        &[
            Purpose("Creating branded listings from suppliers' products", None),
            Purpose("Keeping inventory, prices and tracking accurate", None),
        ],
    ),
    Claim("What is accessed, and why", &[Said("Here is what we access and why.", "drift")]),
    Claim(
        "OAuth, never a password",
        &[
            Said("You connect Shopify through OAuth.", "oauth_only"),
            Said("We never ask for your Shopify password.", "oauth_only"),
        ],
    ),
    Claim(
        "Tokens are sealed, and in no log",
        &[
            Said("Shopify offline tokens are encrypted at rest", "tokens_sealed"),
            Said("and never printed in logs.", "logs_redact"),
        ],
    ),
    Claim(
        "SOC 2 is being built towards",
        &[Unmeasured("We are building toward SOC 2 controls as part of the production security roadmap.", "auditor")],
    ),
    Claim(
        "read_products",
        &[
            Scope(
                "shopify",
                "read_products",
                "Import product and variant details from Shopify when we need to match or update a listing.",
                Access::Reads,
            ),
            Said(
                "Import product and variant details from Shopify when we need to match or update a listing.",
                "scopes_listed",
            ),
        ],
    ),
    Claim(
        "write_products, by the user's action alone",
        &[
            Scope(
                "shopify",
                "write_products",
                "Create or update products only when you take that action in Dropshipped.",
                Access::Writes,
            ),
            Said("Create or update products only when you take that action in Dropshipped.", "write_on_action"),
        ],
    ),
    Claim(
        "read_inventory",
        &[
            Scope(
                "shopify",
                "read_inventory",
                "Check current inventory item IDs and stock state for variant mapping.",
                Access::Reads,
            ),
            Said("Check current inventory item IDs and stock state for variant mapping.", "scopes_listed"),
        ],
    ),
    Claim(
        "write_inventory, while sync is on",
        &[
            Scope(
                "shopify",
                "write_inventory",
                "Update stock counts when sync is enabled for a connected store.",
                Access::Writes,
            ),
            Said("Update stock counts when sync is enabled for a connected store.", "sync_only_while_on"),
        ],
    ),
    Claim(
        "read_orders",
        &[
            Scope(
                "shopify",
                "read_orders",
                "Read order data needed for tracking sync and reconciliation.",
                Access::Reads,
            ),
            Said("Read order data needed for tracking sync and reconciliation.", "scopes_listed"),
        ],
    ),
    Claim("Only what the workflow needs", &[Said("Only what the workflow needs.", "holdings")]),
    Claim(
        "Account and organization",
        &[
            Category("Your account and organization details", &["Name", "Email", "Organization"]),
            Said("Your account and organization details", "holdings"),
        ],
    ),
    Claim(
        "Store domain and granted scopes",
        &[
            Category("Connected Shopify store domain and granted scopes", &["Store domain", "Granted scopes"]),
            Said("Connected Shopify store domain and granted scopes", "holdings"),
        ],
    ),
    Claim(
        "The sealed token",
        &[
            Category("Encrypted Shopify offline access token", &["Offline access token"]),
            Said("Encrypted Shopify offline access token", "tokens_sealed"),
        ],
    ),
    Claim(
        "Products, variants, inventory and orders",
        &[
            Field("Product, variant and inventory data needed for import and sync", "Products", Flow::Kept),
            Field("Product, variant and inventory data needed for import and sync", "Variants", Flow::Kept),
            Field(
                "Product, variant and inventory data needed for import and sync",
                "Inventory item IDs and stock state",
                Flow::Kept,
            ),
            Field("Order data needed for import and sync", "Order IDs", Flow::Kept),
            Said("Product, variant, inventory, and order data needed for import and sync", "holdings"),
        ],
    ),
    Claim(
        "AliExpress links, supplier SKUs, snapshots",
        &[
            Category(
                "AliExpress product links, supplier SKUs, and imported product snapshots",
                &["Product links", "Supplier SKUs", "Imported product snapshots"],
            ),
            Said("AliExpress product links, supplier SKUs, and imported product snapshots", "holdings"),
        ],
    ),
    Claim(
        "Usage and billing events",
        &[
            Category("Usage events needed for subscriptions and image credits", &["Usage events"]),
            Category("Billing events needed for subscriptions and image credits", &["Billing events"]),
            Said("Usage and billing events needed for subscriptions and image credits", "holdings"),
        ],
    ),
    Claim(
        "Kept while the account is active",
        &[
            Window(
                "Your account, and what its imports, mappings and sync need",
                Span::WhileActive,
                "Closing of the account",
                End::Deleted,
            ),
            Said(
                "We keep data while your account is active so imports, mappings, billing, and sync can work.",
                "account_closure",
            ),
        ],
    ),
    Claim(
        "Shopify can be disconnected anytime",
        &[
            Right("disconnection", "Disconnect Shopify anytime", None),
            Window("Shopify offline tokens", Span::WhileConnected, "Disconnecting", End::Deleted),
            Said("You can disconnect Shopify anytime.", "disconnect_stops"),
        ],
    ),
    Claim(
        "Deletion on request, but for legal and billing reasons",
        &[
            Right("deletion", "Request deletion", None),
            Said("You can also request deletion", "rights_offered"),
            Keeps("Limited records for billing reasons", "LEGAL_OBLIGATION"),
            Keeps("Limited records for legal reasons", "LEGAL_CLAIMS"),
            Said(
                "and we will delete data unless we must keep limited records for legal or billing reasons.",
                "deletion_everywhere",
            ),
        ],
    ),
    Claim(
        "Hosting, database, email, billing and AI providers are listed",
        &[
            Recipient("Hosting provider", "PROCESSOR", "Runs the application"),
            Recipient("Database provider", "PROCESSOR", "database"),
            Recipient("Email provider", "PROCESSOR", "mail"),
            Recipient("Billing provider", "PROCESSOR", "payment"),
            Recipient("AI provider", "PROCESSOR", "images"),
            Recipients(&[
                "Shopify",
                "Hosting provider",
                "Database provider",
                "Email provider",
                "Billing provider",
                "AI provider",
            ]),
            Said(
                "We will list hosting, database, email, billing, and AI providers on the sub-processors page before launch.",
                "processors_listed",
            ),
        ],
    ),
    Claim(
        "Never sold",
        &[Never("SALE", "We never sell personal data."), Said("We never sell your data.", "recipients_allowed")],
    ),
    Claim(
        "No AI is trained on it",
        &[
            Never("AI_TRAINING", "We never train AI on it."),
            Forms("Order IDs", &[("AI provider", Form::Never)]),
            Forms("Offline access token", &[("AI provider", Form::Never), ("Email provider", Form::Never)]),
            Said("We never train AI on your store data.", "recipients_allowed"),
        ],
    ),
    Claim(
        "Products by the user's action alone",
        &[
            Duty("MERCHANT", "Products are created or rewritten by your action alone"),
            Said("We never create or rewrite products without your action.", "write_on_action"),
        ],
    ),
    Claim("Deleted on request", &[Said("We delete your data on request.", "deletion_everywhere")]),
    Claim("Tokens are never logged", &[Said("We never log Shopify access tokens.", "logs_redact")]),
];

const LISTED: [&str; 5] = ["read_products", "write_products", "read_inventory", "write_inventory", "read_orders"];
const SEE: &str = "query ($id: ID!) { store(id: $id) { version driftKinds scopes { name verdict } } }";
const DISCONNECT: &str = "mutation ($input: DisconnectStoreInput!) { disconnectStore(input: $input) {
  store { state receipt { tokenDeleted } } userErrors { code } } }";
const PROCESSORS: &str = "{ processors(first: 20) { nodes { name } } }";
const TURN: &str =
    "mutation ($input: TurnSyncInput!) { turnSync(input: $input) { store { syncIsOn } userErrors { code } } }";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dropshipped_keeps_its_page() {
    let mut walk = Walk::begin("dropshipped").await;
    walk.claims(&[CLAIMS]).await;
    stores(&mut walk).await;

    let listed = walk.asked(PROCESSORS, json!({})).await;
    let mut names: Vec<_> =
        listed["processors"]["nodes"].as_array().expect("a list").iter().map(|one| one["name"].to_string()).collect();
    names.sort();
    let wanted = ["AI", "Billing", "Database", "Email", "Hosting"].map(|kind| format!("\"{kind} provider\""));
    walk.same("The sub-processors page lists five providers", &names, &wanted.to_vec());
    walk.end();
}

/// Of stores: what is granted beyond need shows, what writes while its sync is off shows, and no token is left anywhere.
async fn stores(walk: &mut Walk) {
    let tenant = walk.world.shop("Zaitoon Home", 0).await.tenant;
    let over = walk.world.store(tenant, "over.example", &[&LISTED[..], &["read_customers"]].concat()).await;
    let at = json!({ "id": node_id(over) });
    let store = walk.asked(SEE, at.clone()).await["store"].clone();
    let verdict = |scope: &str| {
        let scopes = store["scopes"].as_array().expect("scopes");
        scopes.iter().find(|one| one["name"] == scope).map(|one| one["verdict"].clone()).unwrap_or_default()
    };
    walk.same("Only the access that is needed: what is beyond it shows", &verdict("read_customers"), &"NOT_LISTED");
    walk.same(
        "Stock is written while sync is on: else it shows",
        &verdict("write_inventory"),
        &"WRITES_WHILE_SYNC_IS_OFF",
    );
    let token = format!("shpat_{}", over.id.uuid().as_simple());
    walk.so("Tokens are sealed", !walk.is_stored_in_clear(&token), "a token stands in clear");

    walk.stands("Here is what we access and why.", "BROKEN").await;
    walk.stands("Shopify offline tokens are encrypted at rest", "HOLDS").await;
    walk.stands("We never ask for your Shopify password.", "HOLDS").await;
    let over = json!({ "id": node_id(over), "version": store["version"] });
    let ended = done(&walk.world, &walk.ops, DISCONNECT, over.clone()).await["store"].clone();
    walk.same("Shopify can be disconnected anytime", &ended["receipt"]["tokenDeleted"], &true);
    let again =
        json!({ "id": over["id"], "version": store["version"].as_i64().map(|version| version + 1), "isOn": true });
    let told = refused(&walk.world, &walk.ops, TURN, again).await;
    walk.same("A disconnected store is synced no more", &told, &"REFUSED");
    let tokens = walk.world.base.lines("select count(*)::text as line from secrets where kind = 'store_token'");
    walk.same("No token outlives the connection", &tokens, &vec!["0"]);
    walk.stands("Here is what we access and why.", "NOT_YET_MEASURED").await;
}
