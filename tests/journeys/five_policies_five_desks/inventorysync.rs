//! InventorySync.io's "Privacy Policy".

use harness::asked::{done, refused};
use harness::world::World;
use rightsdesk_server::floor::access::Caller;
use rightsdesk_server::floor::graphql::node_id;
use serde_json::{Value, json};

use super::claims::Sight::{
    Category, Contact, Cookies, Duty, Effective, Field, Forms, Gets, Never, OwnPolicy, Platforms, Purpose, Recipient,
    Recipients, Regime, Right, Said, Source, Title, Unmeasured, Window,
};
use super::claims::{Claim, End, Flow, Form, Span};
use super::walk::Walk;

const ACCOUNT: &[Claim] = &[
    Claim("In force since March", &[Title("InventorySync.io Privacy Policy"), Effective("2026-03-01", "1 March 2026")]),
    Claim(
        "Accounts, through Clerk",
        &[
            Category("Account Information", &["Name", "Email address"]),
            Source("Account Information", "Clerk, when you create an account"),
            Said(
                "When you create an account, we collect your name and email address through our authentication provider, Clerk.",
                "holdings",
            ),
            Purpose("Identify you and manage your account", None),
            Said("This information is used to identify you and manage your account.", "purposes_listed"),
        ],
    ),
    Claim(
        "Stripe takes payments, and cards never come here",
        &[
            Said("Subscription payments are processed by Stripe.", "processors_listed"),
            Field("Card data", "Full credit card number", Flow::Never),
            Field("Card data", "Expiration date", Flow::Never),
            Field("Card data", "CVV", Flow::Never),
            Said(
                "We do not store, process, or have access to your full credit card number, expiration date, or CVV.",
                "never_held",
            ),
            Unmeasured("Stripe handles all payment data in accordance with PCI-DSS standards.", "assessor"),
            Category("Payment Information", &["Transaction reference", "Subscription status", "Billing email"]),
            Source("Payment Information", "Stripe"),
            Said(
                "We receive only a transaction reference, subscription status, and billing email from Stripe.",
                "holdings",
            ),
        ],
    ),
    Claim(
        "Four platforms",
        &[
            Platforms(&["shopify", "ebay", "etsy", "woocommerce"]),
            Category("OAuth access tokens and refresh tokens", &["Access tokens", "Refresh tokens"]),
            Said("OAuth access tokens and refresh tokens (encrypted at rest)", "tokens_sealed"),
            Field("Shop or store names", "Shop or store name", Flow::Kept),
            Said("Shop or store names", "holdings"),
            Category("Product SKUs, titles, and pricing information", &["SKUs", "Titles", "Pricing information"]),
            Said("Product SKUs, titles, and pricing information", "holdings"),
            Category("Inventory quantities across connected platforms", &["Inventory quantities"]),
            Said("Inventory quantities across connected platforms", "holdings"),
            Category("Sales event data", &["Order amounts", "Quantities sold", "Timestamps"]),
            Said("Sales event data (order amounts, quantities sold, timestamps)", "holdings"),
            Category("Sync history and audit logs", &["Sync history", "Audit logs"]),
            Said("Sync history and audit logs", "holdings"),
        ],
    ),
    Claim(
        "Collected by itself",
        &[
            Category("Automatically Collected Information", &["IP address", "Browser type", "Referring URL"]),
            Said(
                "We may collect standard technical information such as your IP address, browser type, and referring URL when you visit our website.",
                "holdings",
            ),
            Never("ANALYTICS", "We never give it to analytics companies."),
            Said("We do not use third-party analytics or tracking tools at this time.", "recipients_allowed"),
        ],
    ),
    Claim(
        "What it is used for",
        &[
            Purpose("Provide, maintain, and improve the inventory synchronization service", Some("CONTRACT")),
            Said("Provide, maintain, and improve the inventory synchronization service", "purposes_listed"),
            Purpose("Synchronize inventory quantities across your connected e-commerce platforms", Some("CONSENT")),
            Said("Synchronize inventory quantities across your connected e-commerce platforms", "sync_only_while_on"),
            Purpose("Generate analytics and insights about your product performance", None),
            Said("Generate analytics and insights about your product performance", "purposes_listed"),
            Purpose("Send sync alerts", None),
            Purpose("Send token expiry notifications", None),
            Purpose("Send monthly inventory reports", None),
            Purpose("Send contact form confirmations", None),
            Said(
                "Send transactional emails including sync alerts, token expiry notifications, monthly inventory reports, and contact form confirmations",
                "letters_listed",
            ),
            Purpose("Process subscription payments and manage your billing", None),
            Said("Process subscription payments and manage your billing", "purposes_listed"),
            Purpose("Respond to your support requests and inquiries", None),
            Said("Respond to your support requests and inquiries", "purposes_listed"),
            Purpose("Detect and prevent technical issues, abuse, or fraud", None),
            Said("Detect and prevent technical issues, abuse, or fraud", "purposes_listed"),
        ],
    ),
];

const OTHERS: &[Claim] = &[
    Claim(
        "Each third party has its own policy",
        &[
            Duty("PROVIDER", "Each third-party service has its own privacy policy governing the data it processes."),
            OwnPolicy("Clerk"),
            OwnPolicy("Stripe"),
            OwnPolicy("Resend"),
            OwnPolicy("Railway"),
            OwnPolicy("Cloudflare"),
        ],
    ),
    Claim(
        "Clerk gets name, email and session",
        &[
            Recipient("Clerk", "PROCESSOR", "Authentication and user management"),
            Gets("Clerk", &["Name", "Email address", "Session data"], Form::Raw),
            Said(
                "Clerk — Authentication and user management. Processes your name, email, and session data.",
                "processors_listed",
            ),
        ],
    ),
    Claim(
        "Stripe gets what is billed",
        &[
            Recipient("Stripe", "PROCESSOR", "handles all credit card and billing data"),
            Forms("Billing email", &[("Stripe", Form::Raw), ("Resend", Form::Never)]),
            Said("Stripe — Payment processing. Handles all credit card and billing data.", "processors_listed"),
        ],
    ),
    Claim(
        "Resend gets the address and what it delivers",
        &[
            Recipient("Resend", "PROCESSOR", "Transactional email delivery"),
            Gets("Resend", &["Email address", "Monthly report PDFs"], Form::Raw),
            Said(
                "Resend — Transactional email delivery. Receives your email address to deliver alerts, reports, and contact confirmations.",
                "processors_listed",
            ),
        ],
    ),
    Claim(
        "Railway hosts",
        &[
            Recipient("Railway", "PROCESSOR", "Backend application hosting"),
            Said("Railway — Backend application hosting.", "processors_listed"),
        ],
    ),
    Claim(
        "Cloudflare serves the pages",
        &[
            Recipient("Cloudflare", "PROCESSOR", "Frontend hosting (Cloudflare Pages) and DNS/CDN"),
            Said("Cloudflare — Frontend hosting (Cloudflare Pages) and DNS/CDN.", "processors_listed"),
        ],
    ),
    Claim(
        "The platforms, by tokens that were authorized",
        &[
            Recipient("Shopify", "PLATFORM", "E-commerce platform you connect"),
            Recipient("eBay", "PLATFORM", "E-commerce platform you connect"),
            Recipient("Etsy", "PLATFORM", "E-commerce platform you connect"),
            Recipient("WooCommerce", "PLATFORM", "E-commerce platform you connect"),
            Said(
                "Shopify, eBay, Etsy, WooCommerce — E-commerce platforms you connect to our Service. We access your store data via their APIs using OAuth tokens you authorize.",
                "oauth_only",
            ),
            Duty("PLATFORM", "using OAuth tokens you authorize"),
            Said("using OAuth tokens you authorize.", "scopes_listed"),
        ],
    ),
    Claim(
        "Neither sold nor given for marketing",
        &[
            Recipients(&[
                "Clerk",
                "Stripe",
                "Resend",
                "Railway",
                "Cloudflare",
                "Shopify",
                "eBay",
                "Etsy",
                "WooCommerce",
            ]),
            Never("SALE", "We never sell personal data."),
            Never("ADVERTISING", "We never give it to advertisers."),
            Said(
                "We do not sell, rent, or share your personal information with third parties for their marketing purposes.",
                "recipients_allowed",
            ),
        ],
    ),
    Claim(
        "Security",
        &[
            Said(
                "All OAuth tokens and platform credentials are encrypted at rest using AES-256-GCM encryption",
                "encryption",
            ),
            Said("All data in transit is encrypted via TLS/HTTPS", "tls"),
            Unmeasured(
                "Database access is restricted to the application layer with no public exposure",
                "from outside",
            ),
            Unmeasured(
                "Authentication sessions are managed by Clerk with industry-standard security practices",
                "Clerk's own",
            ),
            Said("Payment data is handled entirely by Stripe and never touches our servers", "never_held"),
        ],
    ),
];

const TIMES: &[Claim] = &[
    Claim(
        "Account data: as long as the account",
        &[
            Window("Account data", Span::WhileActive, "Closing of the account", End::Deleted),
            Said(
                "Account data — Retained for as long as your account is active. Deleted upon account deletion request.",
                "account_closure",
            ),
        ],
    ),
    Claim(
        "Sync history and audit logs: for ever",
        &[
            Window("Sync history and audit logs", Span::ForEver, "The event", End::Kept),
            Said("Sync history and audit logs — Retained indefinitely", "sync_history"),
            Said("to provide a complete audit trail for your records.", "chain_whole"),
        ],
    ),
    Claim(
        "Reports: twelve months",
        &[
            Window("Monthly report PDFs", Span::Months(12), "The day it was made", End::Deleted),
            Said("Monthly report PDFs — Retained for 12 months, then automatically deleted.", "reports_end"),
        ],
    ),
    Claim(
        "Caches: hours",
        &[
            Window("Cache data", Span::Hours(24), "The moment it was cached", End::Deleted),
            Said(
                "Cache data — Stored in Redis with automatic expiration (typically seconds to hours, depending on the data type).",
                "caches_end",
            ),
        ],
    ),
    Claim(
        "Tokens: as long as the connection",
        &[
            Window("Platform tokens", Span::WhileConnected, "Disconnecting", End::Deleted),
            Said(
                "Platform tokens — Stored encrypted for as long as the platform connection is active.",
                "tokens_sealed",
            ),
            Said("Deleted when you disconnect a platform or delete your account.", "tokens_deleted"),
        ],
    ),
    Claim(
        "Rights of everybody",
        &[
            Right("access", "copy of the personal data we hold about you", None),
            Said("Access your data — Request a copy of the personal data we hold about you", "rights_offered"),
            Right("portability", "your data in a portable format", None),
            Said("Export your data — Receive your data in a portable format", "rights_offered"),
            Right("deletion", "deletion of your account and associated data", None),
            Said("Delete your data — Request deletion of your account and associated data", "deletion_everywhere"),
            Right("disconnection", "access to any connected e-commerce platform at any time", None),
            Said(
                "Disconnect platforms — Revoke access to any connected e-commerce platform at any time",
                "disconnect_stops",
            ),
        ],
    ),
    Claim(
        "Rights in the EEA",
        &[
            Regime("access", "eu_gdpr"),
            Regime("correction", "eu_gdpr"),
            Regime("deletion", "eu_gdpr"),
            Regime("portability", "eu_gdpr"),
            Regime("restriction", "eu_gdpr"),
            Regime("objection", "eu_gdpr"),
            Said(
                "If you are located in the EEA, you have additional rights under the General Data Protection Regulation, including the right to access, rectification, erasure, data portability, restriction of processing, and the right to object to processing.",
                "rights_offered",
            ),
            Purpose("Generate analytics and insights about your product performance", Some("LEGITIMATE_INTEREST")),
            Said(
                "Our legal basis for processing your data is (a) your consent when connecting platforms, (b) performance of a contract (providing the Service), and (c) our legitimate interests in operating and improving the Service.",
                "grounds_stated",
            ),
        ],
    ),
    Claim(
        "Rights in California",
        &[
            Regime("access", "us_ca"),
            Regime("deletion", "us_ca"),
            Regime("opt_out", "us_ca"),
            Said(
                "If you are a California resident, the California Consumer Privacy Act grants you the right to know what personal information we collect, request deletion of your data, and opt out of the sale of your information.",
                "rights_offered",
            ),
            Said("We do not sell your personal information.", "recipients_allowed"),
            Unmeasured("You will not be discriminated against for exercising your CCPA rights.", "prices and service"),
            Contact("support@inventorysync.io"),
            Said("To exercise any of these rights, please contact us at support@inventorysync.io.", "mail_intake"),
        ],
    ),
    Claim(
        "Cookies of Clerk alone",
        &[
            Cookies(&["Authentication, provided by Clerk", "Session management, provided by Clerk"]),
            Said(
                "Our Service uses cookies strictly for authentication and session management, provided by Clerk. These are essential cookies required for the Service to function properly.",
                "cookies_essential",
            ),
            Said(
                "We do not use third-party tracking cookies, advertising cookies, or analytics cookies. We do not participate in cross-site tracking.",
                "cookies_essential",
            ),
        ],
    ),
    Claim(
        "Children",
        &[
            Unmeasured(
                "Our Service is not directed to individuals under the age of 16. We do not knowingly collect personal information from children.",
                "age",
            ),
            Said(
                "If we become aware that a child under 16 has provided us with personal data, we will take steps to delete that information promptly.",
                "children",
            ),
            Said(
                "If you believe a child has provided us with their data, please contact us at support@inventorysync.io.",
                "mail_intake",
            ),
        ],
    ),
    Claim(
        "Changes are told",
        &[
            Purpose("Notify you of material changes to this policy", None),
            Said(
                "When we make material changes, we will notify you by updating the effective date at the top of this page and, where appropriate, sending a notification to the email address associated with your account.",
                "policy_announced",
            ),
        ],
    ),
    Claim(
        "Contact",
        &[Said(
            "If you have any questions about this Privacy Policy, your data, or your rights, please contact us",
            "mail_intake",
        )],
    ),
];

const ADD: &str =
    "mutation ($input: AddStoreInput!) { addStore(input: $input) { store { id version } userErrors { code } } }";
const DISCONNECT: &str = "mutation ($input: DisconnectStoreInput!) { disconnectStore(input: $input) {
  store { state receipt { tokenDeleted } } userErrors { code } } }";
const SEE: &str = "query ($id: ID!) { store(id: $id) { version driftKinds } }";

async fn add(world: &World, ops: &Caller, platform: &str, tenant: &str) -> Value {
    let input = json!({ "tenant": tenant, "platform": platform, "domain": format!("{platform}.example"), "name": "Neem",
                        "region": "US" });
    done(world, ops, ADD, input).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn inventorysync_keeps_its_page() {
    let mut walk = Walk::begin("inventorysync").await;
    walk.claims(&[ACCOUNT, OTHERS, TIMES]).await;

    let shop = walk.world.shop("Neem Bazaar", 0).await;
    for platform in ["shopify", "ebay", "etsy", "woocommerce"] {
        let added = add(&walk.world, &walk.ops, platform, &shop.id).await;
        walk.same(&format!("A store on {platform} is taken in"), &added["userErrors"], &json!([]));
    }
    let other =
        json!({ "tenant": shop.id, "platform": "amazon", "domain": "neem.example", "name": "Neem", "region": "US" });
    let told = refused(&walk.world, &walk.ops, ADD, other).await;
    walk.so("No platform beside the four", told == "INVALID" || told == "REFUSED", &told);

    let scopes = ["read_products", "read_inventory", "read_orders", "read_customers"];
    let at = walk.world.store(shop.tenant, "zaitoon.example", &scopes).await;
    let store = walk.asked(SEE, json!({ "id": node_id(at) })).await["store"].clone();
    let told = store["driftKinds"].to_string();
    walk.so("A customer's data is not asked for, and a grant of it shows", told.contains("NOT_LISTED"), told);
    walk.stands("using OAuth tokens you authorize.", "BROKEN").await;
    let token = format!("shpat_{}", at.id.uuid().as_simple());
    walk.so("Tokens are sealed", !walk.is_stored_in_clear(&token), "a token stands in clear");
    let input = json!({ "id": node_id(at), "version": store["version"] });
    let ended = done(&walk.world, &walk.ops, DISCONNECT, input).await["store"].clone();
    walk.same("A token goes when the platform is disconnected", &ended["receipt"]["tokenDeleted"], &true);
    walk.stands("Deleted when you disconnect a platform or delete your account.", "HOLDS").await;
    walk.stands("Payment data is handled entirely by Stripe and never touches our servers", "HOLDS").await;
    walk.stands("We do not sell your personal information.", "HOLDS").await;
    walk.stands("Subscription payments are processed by Stripe.", "HOLDS").await;
    let cookies = "We do not use third-party tracking cookies, advertising cookies, or analytics cookies. We do not participate in cross-site tracking.";
    walk.stands(cookies, "HOLDS").await;
    walk.end();
}
