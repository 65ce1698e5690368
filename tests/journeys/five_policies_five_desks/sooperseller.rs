//! SooperSeller's "Privacy Policy".

use harness::asked::ask;
use rightsdesk_server::floor::graphql::node_id;
use serde_json::json;

use super::claims::Sight::{
    Category, Contact, Cookies, Duty, Field, Gets, GetsAll, Keeps, Never, Platforms, Purpose, Recipient, Recipients,
    Right, Role, Said, Scope, Scopes, Source, Title, Unmeasured, Window,
};
use super::claims::{Access, Claim, End, Flow, Form, Span};
use super::walk::Walk;

const COURIER: &[&str] = &["Recipient name", "Shipping address", "Phone", "Prices"];

const COLLECTED: &[Claim] = &[
    Claim(
        "A platform for ecommerce, which processes for merchants",
        &[Title("SooperSeller Privacy Policy"), Role("PROCESSOR", "Processor")],
    ),
    Claim(
        "Account data",
        &[
            Category("Account Data", &["Name", "Email", "Password (hashed)", "Business name"]),
            Source("Account Data", "Registration form"),
            Said("Account Data: Name, email, password (hashed), business name", "holdings"),
        ],
    ),
    Claim(
        "Order data",
        &[
            Category("Order Data", &["Order IDs", "Line items, quantities and SKUs", "Prices", "Status"]),
            Source("Order Data", "Shopify API sync"),
            Said("Order Data: Order IDs, line items, quantities, SKUs, prices, status", "holdings"),
        ],
    ),
    Claim(
        "Customer data",
        &[
            Category("Customer Data", &["Recipient name", "Shipping address", "Phone", "Email"]),
            Source("Customer Data", "Shopify API sync"),
            Said("Customer Data: Recipient name, shipping address, phone, email", "holdings"),
        ],
    ),
    Claim(
        "Inventory data",
        &[
            Category("Inventory Data", &["SKUs", "Stock levels", "Cost prices", "Locations"]),
            Source("Inventory Data", "Merchant input"),
            Said("Inventory Data: SKUs, stock levels, cost prices, locations", "holdings"),
        ],
    ),
    Claim(
        "Financial data",
        &[
            Category("Financial Data", &["COD amounts", "Payments", "Ledger entries", "Expenses"]),
            Source("Financial Data", "Courier APIs"),
            Source("Financial Data", "Merchant input"),
            Said("Financial Data: COD amounts, payments, ledger entries, expenses", "holdings"),
        ],
    ),
    Claim(
        "Usage data",
        &[
            Category("Usage Data", &["IP address", "Browser type", "Pages visited", "Timestamps"]),
            Source("Usage Data", "Automatically collected"),
            Said("Usage Data: IP address, browser type, pages visited, timestamps", "holdings"),
        ],
    ),
    Claim(
        "For these purposes and no others",
        &[Said(
            "We process personal data only for the following stated purposes and do not use it for any other purpose",
            "purposes_listed",
        )],
    ),
    Claim(
        "Courier consignments",
        &[
            Purpose("Creating and managing courier consignments", None),
            Said("Creating and managing courier consignments (requires name, address, phone)", "purposes_listed"),
        ],
    ),
    Claim(
        "Tracking",
        &[
            Purpose("Tracking shipment status and delivery updates", None),
            Said("Tracking shipment status and delivery updates", "purposes_listed"),
        ],
    ),
    Claim(
        "Syncing orders",
        &[
            Purpose("Syncing orders from Shopify to the SooperSeller dashboard", None),
            Said("Syncing orders from Shopify to the SooperSeller dashboard", "purposes_listed"),
        ],
    ),
    Claim(
        "Reports, reconciliation and ledgers",
        &[
            Purpose("Generating financial reports, COD reconciliation, and ledger entries", None),
            Said("Generating financial reports, COD reconciliation, and ledger entries", "purposes_listed"),
        ],
    ),
    Claim(
        "Notifications to merchants",
        &[
            Purpose("Sending order status notifications to merchants", None),
            Said("Sending order status notifications to merchants", "letters_listed"),
        ],
    ),
    Claim(
        "Stock",
        &[
            Purpose("Inventory management and stock-out processing", None),
            Said("Inventory management and stock-out processing", "purposes_listed"),
        ],
    ),
    Claim(
        "The platform and its support",
        &[
            Purpose("Providing platform functionality and technical support", None),
            Said("Providing platform functionality and technical support", "purposes_listed"),
        ],
    ),
    Claim(
        "What is read of a connected store",
        &[
            Platforms(&["shopify"]),
            Scopes("Shopify", &["read_orders", "read_customers", "read_products"]),
            Said(
                "When a merchant connects their Shopify store, we access and sync the following data on their behalf",
                "scopes_listed",
            ),
            Scope(
                "shopify",
                "read_orders",
                "Orders including line items, fulfillment status and financial amounts are synced to the dashboard",
                Access::Reads,
            ),
            Said("Orders including line items, fulfillment status, and financial amounts", "scopes_listed"),
            Scope(
                "shopify",
                "read_customers",
                "Shipping details (name, address, phone, email), solely for courier booking",
                Access::Reads,
            ),
            Said(
                "Customer shipping details (name, address, phone, email) — used solely for courier booking",
                "recipients_allowed",
            ),
            Scope("shopify", "read_products", "Products and variants for inventory mapping", Access::Reads),
            Said("Products and variants for inventory mapping", "scopes_listed"),
        ],
    ),
    Claim(
        "The merchant decides, the operator processes",
        &[
            Duty("MERCHANT", "you remain the data controller for your customers' personal data"),
            Said(
                "As a merchant using SooperSeller, you remain the data controller for your customers' personal data.",
                "roles_stated",
            ),
            Duty("PLATFORM", "SooperSeller acts as a data processor on your behalf."),
            Said("SooperSeller acts as a data processor on your behalf.", "roles_stated"),
            Duty("MERCHANT", "appropriate legal grounds"),
            Unmeasured(
                "You are responsible for ensuring you have appropriate legal grounds to share your customers' data with us for processing.",
                "merchant's own duty",
            ),
        ],
    ),
];

const SHARED: &[Claim] = &[
    Claim(
        "Shared only where it is needed",
        &[Said(
            "We share personal data only where necessary with the following categories of third parties",
            "recipients_allowed",
        )],
    ),
    Claim(
        "Couriers get name, address, phone and the order's value",
        &[
            Recipient("Leopards Courier", "PROCESSOR", "Shipment booking and tracking"),
            Recipient("M&P", "PROCESSOR", "Shipment booking and tracking"),
            Recipient("PostEx", "PROCESSOR", "Shipment booking and tracking"),
            Gets("Leopards Courier", COURIER, Form::Raw),
            Gets("M&P", COURIER, Form::Raw),
            Gets("PostEx", COURIER, Form::Raw),
            Said(
                "Courier APIs: Leopards, M&P, PostEx — Name, address, phone, order value — Shipment booking & tracking",
                "processors_listed",
            ),
        ],
    ),
    Claim(
        "Shopify gets OAuth tokens and the order sync",
        &[
            Recipient("Shopify", "PLATFORM", "Store integration"),
            Gets(
                "Shopify",
                &["OAuth tokens", "Order IDs", "Line items, quantities and SKUs", "Prices", "Status"],
                Form::Raw,
            ),
            Said("Shopify — OAuth tokens, order sync — Store integration", "recipients_allowed"),
        ],
    ),
    Claim(
        "The host gets all, encrypted at rest",
        &[
            Recipient("Hosting provider", "PROCESSOR", "Infrastructure"),
            GetsAll("Hosting provider"),
            Said("Hosting Provider — All data (encrypted at rest) — Infrastructure", "processors_listed"),
        ],
    ),
    Claim(
        "Authorities, as the law requires",
        &[
            Recipient("Legal and regulatory authorities", "AUTHORITY", "As required by law"),
            Purpose("Legal compliance", Some("LEGAL_OBLIGATION")),
            Said("Legal / Regulatory — As required by law — Legal compliance", "recipients_allowed"),
        ],
    ),
    Claim(
        "Nobody else: no advertisers, brokers or analytics",
        &[
            Recipients(&[
                "Leopards Courier",
                "M&P",
                "PostEx",
                "Shopify",
                "Hosting provider",
                "Legal and regulatory authorities",
            ]),
            Never("ADVERTISING", "We never give it to advertisers."),
            Never("DATA_BROKING", "We never give it to data brokers."),
            Never("ANALYTICS", "We never give it to analytics companies."),
            Said(
                "We do not share data with advertisers, data brokers, analytics companies, or any third party not listed above.",
                "recipients_allowed",
            ),
        ],
    ),
    Claim(
        "Only as long as needed",
        &[Said(
            "We retain personal data only as long as necessary for the purposes described in this policy",
            "retention",
        )],
    ),
    Claim(
        "Orders and customers: two years",
        &[
            Window("Order and customer data", Span::Years(2), "The order’s date", End::Anonymous),
            Said(
                "Order & customer data: Retained for 2 years from order date for financial reconciliation, then deleted or anonymized",
                "retention",
            ),
        ],
    ),
    Claim(
        "Accounts: thirty days after closing",
        &[
            Window("Account data", Span::Days(30), "Closing of the account", End::Deleted),
            Said(
                "Account data: Retained while your account is active; deleted within 30 days of account closure upon request",
                "account_closure",
            ),
        ],
    ),
    Claim(
        "Financial records: five years, for tax",
        &[
            Window("Financial records", Span::Years(5), "The entry’s date", End::Deleted),
            Keeps("Financial records, to comply with tax and accounting regulations", "LEGAL_OBLIGATION"),
            Said("Financial records: Retained for 5 years to comply with tax and accounting regulations", "retention"),
        ],
    ),
    Claim(
        "Usage and logs: ninety days",
        &[
            Window("Usage and log data", Span::Days(90), "The event", End::Deleted),
            Said("Usage/log data: Retained for 90 days then automatically purged", "retention"),
        ],
    ),
    Claim(
        "Early deletion",
        &[
            Right("deletion", "early too", Some(30)),
            Said(
                "You may request early deletion of your data at any time by contacting privacy@sooperseller.com.",
                "early_deletion",
            ),
        ],
    ),
];

const KEPT: &[Claim] = &[
    Claim(
        "Measures",
        &[
            Unmeasured(
                "We implement industry-standard technical and organizational measures to protect personal data",
                "industry standard",
            ),
            Said("All data in transit is encrypted via TLS/HTTPS", "tls"),
            Said("Data at rest is encrypted on our hosting infrastructure", "encryption"),
            Said("Database backups are encrypted and stored separately from production", "backups"),
            Said("Staff access to personal data is limited on a need-to-know basis", "need_to_know"),
            Said("Production and development environments are strictly separated", "modes_apart"),
            Said("Strong password requirements enforced for all staff accounts", "passwords_strong"),
            Said("Access logs maintained for all personal data access", "access_logged"),
            Said("Security incident response procedures are in place", "incident"),
        ],
    ),
    Claim(
        "Six rights",
        &[
            Right("access", "Request a copy of personal data we hold about you", Some(30)),
            Said("Access: Request a copy of personal data we hold about you", "rights_offered"),
            Right("correction", "Request correction of inaccurate data", Some(30)),
            Said("Correction: Request correction of inaccurate data", "rights_offered"),
            Right("deletion", "Request deletion of your personal data", Some(30)),
            Said("Deletion: Request deletion of your personal data", "rights_offered"),
            Right("portability", "Receive your data in a machine-readable format", Some(30)),
            Said("Portability: Receive your data in a machine-readable format", "rights_offered"),
            Right("restriction", "Request we restrict processing of your data", Some(30)),
            Said("Restriction: Request we restrict processing of your data", "rights_offered"),
            Right("objection", "Object to processing based on legitimate interests", Some(30)),
            Said("Objection: Object to processing based on legitimate interests", "rights_offered"),
        ],
    ),
    Claim(
        "Asked for by mail, answered in thirty days",
        &[
            Contact("privacy@sooperseller.com"),
            Said("To exercise any of these rights, contact us at privacy@sooperseller.com.", "mail_intake"),
            Said("We will respond within 30 days.", "answers"),
        ],
    ),
    Claim(
        "Essential cookies alone",
        &[
            Cookies(&[
                "Session cookies: to keep you logged into your dashboard",
                "CSRF tokens: to protect against cross-site request forgery",
                "Preference cookies: to remember your settings",
            ]),
            Said("SooperSeller uses only essential cookies required for platform functionality", "cookies_essential"),
            Said("Session cookies: To keep you logged into your dashboard", "cookies_essential"),
            Said("CSRF tokens: To protect against cross-site request forgery", "cookies_essential"),
            Said("Preference cookies: To remember your settings", "cookies_essential"),
            Said(
                "We do not use advertising cookies, third-party tracking cookies, or analytics cookies that share data with external services.",
                "cookies_essential",
            ),
        ],
    ),
    Claim(
        "Contact",
        &[Said("For any privacy-related questions, data requests, or concerns, please contact us", "mail_intake")],
    ),
    Claim("Passwords are kept", &[Field("Account Data", "Password (hashed)", Flow::Kept)]),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sooperseller_keeps_its_page() {
    let mut walk = Walk::begin("sooperseller").await;
    walk.claims(&[COLLECTED, SHARED, KEPT]).await;

    let tenant = walk.world.shop("Zaitoon Home", 0).await.tenant;
    let listed = ["read_orders", "read_customers", "read_products"];
    let over = walk.world.store(tenant, "over.example", &[&listed[..], &["read_all_orders"]].concat()).await;
    let see = "query ($id: ID!) { store(id: $id) { driftKinds scopes { name verdict } } }";
    let store = walk.asked(see, json!({ "id": node_id(over) })).await["store"].clone();
    walk.same("What was granted beyond the list shows", &store["driftKinds"], &json!(["NOT_LISTED"]));
    let synced = "When a merchant connects their Shopify store, we access and sync the following data on their behalf";
    walk.stands(synced, "BROKEN").await;
    for kept in [
        "Courier APIs: Leopards, M&P, PostEx — Name, address, phone, order value — Shipment booking & tracking",
        "SooperSeller uses only essential cookies required for platform functionality",
        "CSRF tokens: To protect against cross-site request forgery",
    ] {
        walk.stands(kept, "HOLDS").await;
    }
    walk.stands("Production and development environments are strictly separated", "HOLDS").await;

    let page = walk.page("").await;
    let cookie = page.headers.get("set-cookie").is_some();
    walk.so("No cookie for a reader", !cookie, "a trust page sets one");
    let stranger = ask(&walk.world, None, see, json!({ "id": node_id(over) })).await;
    walk.same("Need to know: a stranger", &stranger["errors"][0]["extensions"]["code"], &"UNAUTHENTICATED");
    walk.end();
}
