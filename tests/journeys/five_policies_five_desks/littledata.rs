//! Littledata's page "Shopify data security". What stands below its last table speaks to programs, and claims nothing.

use harness::asked::ask;
use rightsdesk_server::floor::policy::shipped;
use serde_json::json;

use super::claims::Sight::{
    Category, Duty, Field, Forms, Platforms, Purpose, Recipient, Recipients, Region, Said, Source, Title, Unmeasured,
    Window,
};
use super::claims::{Claim, End, Flow, Form, Span};
use super::walk::Walk;

const ALL: &[(&str, Form)] = &[
    ("Google Analytics", Form::Raw),
    ("Segment", Form::Raw),
    ("Facebook", Form::Hashed),
    ("Pinterest", Form::Raw),
    ("TikTok", Form::Raw),
    ("Klaviyo", Form::Raw),
];
const NOT_GOOGLE: &[(&str, Form)] = &[
    ("Google Analytics", Form::Never),
    ("Segment", Form::Raw),
    ("Facebook", Form::Hashed),
    ("Pinterest", Form::Raw),
    ("TikTok", Form::Raw),
    ("Klaviyo", Form::Raw),
];
const NOBODY: &[(&str, Form)] = &[
    ("Google Analytics", Form::Never),
    ("Segment", Form::Never),
    ("Facebook", Form::Never),
    ("Pinterest", Form::Never),
    ("TikTok", Form::Never),
    ("Klaviyo", Form::Never),
];
const CUT: &[(&str, Form)] = &[
    ("Google Analytics", Form::Truncated),
    ("Segment", Form::Truncated),
    ("Facebook", Form::TruncatedHashed),
    ("Pinterest", Form::Truncated),
    ("TikTok", Form::Truncated),
    ("Klaviyo", Form::Truncated),
];
const REUSED: &str = "Fields stored for reuse with other events for the same customer";

const CLAIMS: &[Claim] = &[
    Claim("The page's name", &[Title("Shopify data security")]),
    Claim(
        "Webhooks and answers of Shopify, over SSL",
        &[
            Platforms(&["shopify"]),
            Source("Customer", "Shopify webhooks"),
            Source("Customer", "Shopify API responses"),
            Said("Littledata's systems accept webhooks and API responses from Shopify (all using SSL)", "tls"),
        ],
    ),
    Claim(
        "Hosted in AWS US-East-1",
        &[
            Recipient("Amazon Web Services", "PROCESSOR", "AWS US-East-1"),
            Said("hosted in AWS US-East-1", "region_pinned"),
        ],
    ),
    Claim(
        "Forwarded to data destinations",
        &[
            Purpose("Processing the data for forwarding to data destinations", None),
            Recipient("Google Analytics", "DESTINATION", "Relayed to Google"),
            Recipient("Segment", "DESTINATION", "Relayed to Segment"),
            Said(
                "and process the data for forwarding to data destinations (Google Analytics or Segment).",
                "recipients_allowed",
            ),
        ],
    ),
    Claim(
        "Never leaves the USA",
        &[Region("us-east-1", &["US"]), Said("The data never leaves the USA.", "region_pinned")],
    ),
    Claim(
        "Few people, least privilege, second factor",
        &[
            Unmeasured(
                "All access to Littledata's secure systems is limited to a handful of senior full-time employees",
                "contracts of employment",
            ),
            Said("on a least privilege basis", "need_to_know"),
            Said("using multi-factor authentication.", "second_factor"),
        ],
    ),
    Claim(
        "The tracking script, for a while",
        &[
            Source("Browser", "Our tracking script in the end user's browser"),
            Said(
                "Our tracking script also tracks some pseudo-anonymous fields from the end user's browser and stores them temporarily in the cloud for use in this event processing.",
                "relay_store",
            ),
        ],
    ),
    Claim(
        "As little as possible",
        &[
            Duty("PLATFORM", "We store and process as little personally identifiable data as possible"),
            Said(
                "Our policy is to store and process as little personally identifiable (PII) data as possible",
                "holdings",
            ),
        ],
    ),
    Claim(
        "Two months for refunds and errors",
        &[
            Window("Non-PII data, for refunds and error investigation", Span::Months(2), "The event", End::Deleted),
            Purpose("Refunds and error investigation", None),
            Said(
                "We also store non-PII data in our MongoDB instance, for up to 2 months after the event, to use in refunds and error investigation.",
                "retention",
            ),
        ],
    ),
    Claim(
        "Encrypted in transit and at rest",
        &[Said("All data is encrypted in transit", "tls"), Said("and at rest", "encryption")],
    ),
    Claim(
        "Payment information",
        &[
            Field("Payment", "Payment information", Flow::Never),
            Forms("Payment information", NOBODY),
            Said("Payment information: not received, not stored, relayed to nobody", "never_held"),
        ],
    ),
    Claim(
        "Physical address",
        &[
            Field("Customer", "Physical address", Flow::Kept),
            Forms("Physical address", NOT_GOOGLE),
            Said(
                "Physical address: relayed to Segment, Facebook, Pinterest, TikTok and Klaviyo, not to Google",
                "relay_forms",
            ),
        ],
    ),
    Claim(
        "Email address",
        &[
            Field("Customer", "Email address", Flow::Kept),
            Forms("Email address", NOT_GOOGLE),
            Said(
                "Email address: relayed to Segment, Facebook, Pinterest, TikTok and Klaviyo, not to Google",
                "relay_forms",
            ),
        ],
    ),
    Claim(
        "Customer name",
        &[
            Field("Customer", "Customer name", Flow::Passes),
            Forms("Customer name", NOT_GOOGLE),
            Said(
                "Customer name: not stored; relayed to Segment, Facebook, Pinterest, TikTok and Klaviyo, not to Google",
                "relay_forms",
            ),
        ],
    ),
    Claim(
        "Partial IP address",
        &[
            Field("Browser", "Partial IP address", Flow::Kept),
            Forms("Partial IP address", CUT),
            Said(
                "Partial IP address: relayed to Google, Segment, Facebook, Pinterest, TikTok and Klaviyo",
                "relay_forms",
            ),
        ],
    ),
    Claim(
        "Platform specific client ID",
        &[
            Field("Browser", "Platform specific client ID", Flow::Kept),
            Forms("Platform specific client ID", ALL),
            Said(
                "Platform specific client ID (GA client ID / Segment Anonymous ID / fbp / fbc): relayed to Google, Segment, Facebook, Pinterest, TikTok and Klaviyo",
                "relay_forms",
            ),
        ],
    ),
    Claim(
        "Shopify customer number",
        &[
            Field("Customer", "Shopify customer number", Flow::Kept),
            Forms("Shopify customer number", ALL),
            Said(
                "Shopify customer number: relayed to Google, Segment, Facebook, Pinterest, TikTok and Klaviyo",
                "relay_forms",
            ),
        ],
    ),
    Claim(
        "Shopping cart",
        &[
            Field("Shopping cart", "Contents of the shopping cart (item name, sku and quantity)", Flow::Kept),
            Forms("Contents of the shopping cart (item name, sku and quantity)", ALL),
            Said(
                "Contents of the shopping cart (item name, sku and quantity): relayed to Google, Segment, Facebook, Pinterest, TikTok and Klaviyo",
                "relay_forms",
            ),
        ],
    ),
    Claim(
        "Phone number",
        &[
            Field("Customer", "Phone Number", Flow::Kept),
            Forms("Phone Number", NOT_GOOGLE),
            Said(
                "Phone Number: relayed to Segment, Facebook, Pinterest, TikTok and Klaviyo, not to Google",
                "relay_forms",
            ),
        ],
    ),
    Claim(
        "A month for reuse, and nothing else",
        &[
            Window(REUSED, Span::Months(1), "The event", End::Deleted),
            Said(
                "We store some fields for up to a month for reuse with other events for the same customer.",
                "relay_store",
            ),
            Category(
                "Customer",
                &["Physical address", "Email address", "Customer name", "Shopify customer number", "Phone Number"],
            ),
            Category("Browser", &["Partial IP address", "Platform specific client ID"]),
            Said("Any fields not specified here are not stored.", "relay_store"),
        ],
    ),
    Claim(
        "Apart from what tells who it is",
        &[Said(
            "These fields are not stored with any other data which could be used to infer the customer.",
            "relay_store",
        )],
    ),
    Claim("Facebook gets it hashed", &[Said("All data relayed to Facebook is hashed.", "relay_forms")]),
    Claim("The last octet", &[Said("Last octet is anonymized", "relay_forms")]),
    Claim(
        "Six destinations, a host, and the store",
        &[Recipients(&[
            "Amazon Web Services",
            "Shopify",
            "Google Analytics",
            "Segment",
            "Facebook",
            "Pinterest",
            "TikTok",
            "Klaviyo",
        ])],
    ),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn littledata_keeps_its_page() {
    let mut walk = Walk::begin("littledata").await;
    walk.claims(&[CLAIMS]).await;

    walk.stands("The data never leaves the USA.", "HOLDS").await;
    walk.stands("hosted in AWS US-East-1", "HOLDS").await;
    walk.stands("Payment information: not received, not stored, relayed to nobody", "HOLDS").await;
    let abroad =
        shipped("littledata").expect("it comes along").replace("regions = [\"us-east-1\"]", "regions = [\"DE\"]");
    let question = "query ($text: String!) { checkPolicy(text: $text) { canBeKept } }";
    let checked = walk.asked(question, json!({ "text": abroad })).await;
    walk.same(
        "Never leaves the USA: a host abroad cannot be written down",
        &checked["checkPolicy"]["canBeKept"],
        &false,
    );

    let told = walk.page("/promises").await.words();
    walk.so("Text that speaks to programs promises nothing", !told.contains("ask="), "it stands among the promises");
    let stranger = ask(&walk.world, None, "{ stores(first: 1) { totalCount } }", json!({})).await;
    walk.same("Least privilege: a stranger", &stranger["errors"][0]["extensions"]["code"], &"UNAUTHENTICATED");
    walk.end();
}
