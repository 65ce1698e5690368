//! The doubles of the platforms, called as their callers call them: what the platforms' own documents say is what they
//! do. No line of the desk's own side takes part.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER};
use hmac::{Hmac, KeyInit, Mac};
use p256::ecdsa::signature::hazmat::PrehashVerifier;
use p256::ecdsa::{Signature, VerifyingKey};
use p256::pkcs8::DecodePublicKey;
use reqwest::{Client, Method, Response, Url};
use rightsdesk_server::floor::kernel::{Instant, Secret, Watch};
use rightsdesk_server::roof::demo::street::{App, Fault, Hook, Kind, Stand, Street, digest};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const BACK: &str = "http://127.0.0.1:9/back";
const SECRET: &str = "made-up-secret";
const SHOP: &str = "teehaus.myshopify.com";
const SCOPE: &str = "https://api.ebay.com/oauth/api_scope";

/// A street, the watch it goes by, and a browser that follows nobody.
struct Visit {
    street: Street,
    watch: Watch,
    client: Client,
}

async fn visit() -> Visit {
    let watch = Watch::held(Instant::from_micros(1_790_000_000_000_000));
    let street = Street::open(watch.clone()).await.expect("it opens");
    let app = App {
        id: "app-1".to_owned(),
        secret: Secret::new(SECRET),
        title: "Rights <desk>".to_owned(),
        back: Url::parse(BACK).expect("an address"),
        runame: Some("Rights-desk-1".to_owned()),
        required: vec!["read_orders".to_owned()],
        optional: vec!["write_inventory".to_owned(), "read_inventory".to_owned(), "read_customers".to_owned()],
    };
    for stand in [&street.shopify, &street.ebay, &street.etsy] {
        stand.register(app.clone());
    }
    let client = Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().expect("a client");
    Visit { street, watch, client }
}

type Fields<'a> = &'a [(&'a str, &'a str)];

impl Visit {
    /// Looks at the page and posts its form with this answer.
    async fn agree(&self, page: &str, query: Fields<'_>, answer: Fields<'_>) -> Response {
        let page = Url::parse_with_params(page, query).expect("an address");
        let shown = self.client.get(page.clone()).send().await.expect("an answer");
        if shown.status() != 200 {
            return shown;
        }
        let shown = shown.text().await.expect("text");
        assert!(shown.contains("allow</button>") && shown.contains("deny</button>"), "{shown}");
        assert!(!shown.contains("<script") && !shown.contains("<desk>"), "{shown}");
        self.form(page.as_str(), &[query, answer].concat()).send().await.expect("an answer")
    }

    fn form(&self, to: &str, fields: Fields<'_>) -> reqwest::RequestBuilder {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.client.post(to).header("content-type", "application/x-www-form-urlencoded").body(body)
    }

    async fn post(&self, to: &str, body: &Value) -> (u16, Value) {
        told(self.client.post(to).json(body)).await
    }

    /// Consent to these scopes and the tokens that come of it.
    async fn shopify(&self, scopes: &str) -> Value {
        let to = self.street.shopify.shop_url(SHOP);
        let query = [("client_id", "app-1"), ("scope", scopes), ("redirect_uri", BACK), ("state", "s-1")];
        let sent = self.agree(&format!("{to}/admin/oauth/authorize"), &query, &[("answer", "allow")]).await;
        let ask =
            json!({ "client_id": "app-1", "client_secret": SECRET, "code": carried(&sent)["code"], "expiring": "1" });
        let (status, tokens) = self.post(&format!("{to}/admin/oauth/access_token"), &ask).await;
        assert_eq!(status, 200, "{tokens}");
        tokens
    }

    async fn graphql(&self, token: &Value, document: &str, variables: &Value) -> Value {
        let to = format!("{}/admin/api/2026-10/graphql.json", self.street.shopify.shop_url(SHOP));
        let token = token["access_token"].as_str().expect("a token");
        let body = json!({ "query": document, "variables": variables });
        let (status, told) = told(self.client.post(to).header("x-shopify-access-token", token).json(&body)).await;
        assert_eq!(status, 200, "{told}");
        told
    }
}

async fn told(call: reqwest::RequestBuilder) -> (u16, Value) {
    let answer = call.send().await.expect("an answer");
    (answer.status().as_u16(), answer.json().await.expect("JSON"))
}

/// What the browser carries to where it is sent.
fn carried(sent: &Response) -> HashMap<String, String> {
    assert_eq!(sent.status(), 302);
    let to = sent.headers()["location"].to_str().expect("text");
    Url::parse(to).expect("an address").query_pairs().into_owned().collect()
}

fn signed(secret: &[u8], message: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("any length");
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}

type Heard = Arc<Mutex<Vec<(HeaderMap, Bytes)>>>;

/// A place of ours that hears what is posted, and answers so.
async fn listening(status: u16) -> (Url, Heard) {
    let heard = Heard::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = Url::parse(&format!("http://{}/hook", listener.local_addr().expect("an address"))).expect("an address");
    let kept = Arc::clone(&heard);
    let answers = move |call: Request| {
        let kept = Arc::clone(&kept);
        async move {
            let (parts, body) = call.into_parts();
            let body = axum::body::to_bytes(body, 1 << 20).await.expect("a body");
            kept.lock().expect("held").push((parts.headers, body));
            StatusCode::from_u16(status).expect("a status").into_response()
        }
    };
    tokio::spawn(async { axum::serve(listener, Router::new().fallback(answers)).await });
    (url, heard)
}

#[tokio::test]
async fn shopify_sends_a_browser_back_with_a_proof_and_lets_a_code_in_once() {
    let visit = visit().await;
    let to = visit.street.shopify.shop_url(SHOP);
    let page = format!("{to}/admin/oauth/authorize");
    let query =
        [("client_id", "app-1"), ("scope", "read_orders,read_products"), ("redirect_uri", BACK), ("state", "s 1/ü")];
    visit.street.shopify.grant_instead(SHOP, &["read_products"]);

    let back = carried(&visit.agree(&page, &query, &[("answer", "allow")]).await);
    let mut pairs: Vec<(&String, &String)> = back.iter().filter(|(name, _)| *name != "hmac").collect();
    pairs.sort();
    let message = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish().replace('+', "%20");
    assert_eq!(back["hmac"], HEXLOWER.encode(&signed(SECRET.as_bytes(), message.as_bytes())));
    assert_eq!(
        (back["shop"].as_str(), back["state"].as_str(), back["timestamp"].as_str()),
        (SHOP, "s 1/ü", "1790000000")
    );

    let ask = |code: &str, secret: &str| json!({ "client_id": "app-1", "client_secret": secret, "code": code, "expiring": "1" });
    let token = format!("{to}/admin/oauth/access_token");
    let (status, told) = visit.post(&token, &ask(&back["code"], "wrong")).await;
    assert_eq!((status, told["error"].as_str()), (400, Some("invalid_client")));
    let (status, told) = visit.post(&token, &ask(&back["code"], SECRET)).await;
    assert_eq!((status, told["scope"].as_str(), told["expires_in"].as_u64()), (200, Some("read_products"), Some(3600)));
    assert_eq!(told["refresh_token_expires_in"], 7_776_000);
    let live = visit.street.shopify.tokens(SHOP);
    assert_eq!(live[0].access, digest(told["access_token"].as_str().expect("a token")));
    let (status, told) = visit.post(&token, &ask(&back["code"], SECRET)).await;
    assert_eq!((status, told["error"].as_str()), (400, Some("invalid_request")));

    let late = carried(&visit.agree(&page, &query, &[("answer", "allow")]).await);
    visit.watch.later(chrono::Duration::seconds(60));
    assert_eq!(visit.post(&token, &ask(&late["code"], SECRET)).await.0, 400);
    let denied = carried(&visit.agree(&page, &query, &[("answer", "deny")]).await);
    assert_eq!((denied["error"].as_str(), denied.contains_key("code")), ("access_denied", false));
    for wrong in [("client_id", "app-2"), ("redirect_uri", "http://127.0.0.1:9/other")] {
        let query: Vec<_> = query.iter().map(|pair| if pair.0 == wrong.0 { wrong } else { *pair }).collect();
        assert_eq!(visit.agree(&page, &query, &[]).await.status(), 400);
    }
    let calls = visit.street.shopify.calls();
    assert!(calls.iter().all(|call| call.shop.as_deref() == Some(SHOP) && !call.path.contains("code")), "{calls:?}");
}

#[tokio::test]
async fn shopify_lets_an_old_refresh_token_try_again_until_its_replacement_is_used() {
    let visit = visit().await;
    let first = visit.shopify("read_orders").await;
    let to = format!("{}/admin/oauth/access_token", visit.street.shopify.shop_url(SHOP));
    let refresh = async |of: &Value| {
        let ask = json!({ "client_id": "app-1", "client_secret": SECRET, "grant_type": "refresh_token", "refresh_token": of["refresh_token"] });
        visit.post(&to, &ask).await
    };

    let (_, lost) = refresh(&first).await;
    let (status, second) = refresh(&first).await;
    assert_eq!(status, 200);
    assert_ne!(lost["refresh_token"], second["refresh_token"]);
    assert_eq!(refresh(&second).await.0, 200);
    let (status, told) = refresh(&first).await;
    assert_eq!(status, 401);
    assert!(told["error_description"].as_str().is_some_and(|why| why.contains("requires an active refresh_token")));
    assert_eq!(refresh(&second).await.0, 200, "its own replacement was not used yet");
    visit.watch.later(chrono::Duration::days(31));
    assert_eq!(refresh(&second).await.0, 401, "thirty days after its first use it is over");
    assert!(visit.street.shopify.tokens(SHOP).is_empty() && visit.street.shopify.is_installed(SHOP));
}

#[tokio::test]
async fn shopify_tells_its_scopes_and_takes_them_back() {
    let visit = visit().await;
    let token = visit.shopify("read_orders,read_inventory,write_inventory").await;
    let revoke = "mutation Give($scopes: [String!]!) { appRevokeAccessScopes(scopes: $scopes) { revoked { handle } userErrors { code } } }";
    let code = async |scope: &str| {
        let told = visit.graphql(&token, revoke, &json!({ "scopes": [scope] })).await;
        told["data"]["appRevokeAccessScopes"]["userErrors"][0]["code"].as_str().map(str::to_owned)
    };
    for (scope, refused) in [
        ("nonsense", "UNKNOWN_SCOPES"),
        ("read_orders", "CANNOT_REVOKE_REQUIRED_SCOPES"),
        ("read_inventory", "CANNOT_REVOKE_IMPLIED_SCOPES"),
        ("read_themes", "CANNOT_REVOKE_UNDECLARED_SCOPES"),
    ] {
        assert_eq!(code(scope).await.as_deref(), Some(refused));
    }
    assert_eq!(code("write_inventory").await, None);

    let told =
        visit.graphql(&token, "{ currentAppInstallation { accessScopes { handle description } } }", &json!({})).await;
    assert_eq!(told["data"]["currentAppInstallation"]["accessScopes"][1]["handle"], "read_inventory");
    let rest = format!("{}/admin/oauth/access_scopes.json", visit.street.shopify.shop_url(SHOP));
    let shown = token["access_token"].as_str().expect("a token");
    let (_, told) = told_with(&visit, &rest, shown).await;
    assert_eq!(told, json!({ "access_scopes": [{ "handle": "read_orders" }, { "handle": "read_inventory" }] }));

    let by_host = visit.street.shopify.url().join("admin/oauth/access_scopes.json").expect("an address");
    let by_host = visit.client.get(by_host).header("x-shopify-access-token", shown);
    assert_eq!(told_by(by_host.try_clone().expect("plain")).await, 404, "there is no shop at the bare address");
    assert_eq!(told_by(by_host.header("host", SHOP)).await, 200);

    let (hook, heard) = listening(200).await;
    visit.street.shopify.subscribe(Hook::new(hook, Secret::new(SECRET)));
    visit.graphql(&token, "mutation { appUninstall { userErrors { code } } }", &json!({})).await;
    assert_eq!(told_with(&visit, &rest, shown).await.0, 401);
    assert!(!visit.street.shopify.is_installed(SHOP));
    let heard = heard.lock().expect("held");
    assert_eq!((heard.len(), &heard[0].0["x-shopify-topic"]), (1, &"app/uninstalled".parse().expect("a value")));
}

async fn told_by(call: reqwest::RequestBuilder) -> u16 {
    told(call).await.0
}

async fn told_with(visit: &Visit, to: &str, token: &str) -> (u16, Value) {
    told(visit.client.get(to).header("x-shopify-access-token", token)).await
}

#[tokio::test]
async fn shopify_lists_by_cursor_for_a_price_and_sets_stock_once() {
    let visit = visit().await;
    let token = visit.shopify("read_orders,write_inventory").await;
    let list = "query($after: String) { orders(first: 100, after: $after, sortKey: UPDATED_AT) { nodes { id } pageInfo { hasNextPage endCursor } } }";
    let (mut after, mut ids, mut pages) = (Value::Null, Vec::new(), 0);
    loop {
        let told = visit.graphql(&token, list, &json!({ "after": after })).await;
        let page = &told["data"]["orders"];
        assert_eq!(told["extensions"]["cost"]["requestedQueryCost"], 102.0);
        ids.extend(page["nodes"].as_array().expect("rows").iter().map(|row| row["id"].to_string()));
        (after, pages) = (page["pageInfo"]["endCursor"].clone(), pages + 1);
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    ids.dedup();
    assert_eq!((pages, ids.len()), (3, 260));

    let told = visit.graphql(&token, "{ customers(first: 1) { nodes { id } } }", &json!({})).await;
    assert_eq!(told["errors"][0]["extensions"]["code"], "ACCESS_DENIED");
    visit.street.shopify.drain(SHOP);
    let told = visit.graphql(&token, list, &json!({})).await;
    assert_eq!(told["errors"][0]["extensions"]["code"], "THROTTLED");
    assert_eq!(told["extensions"]["cost"]["actualQueryCost"], Value::Null);
    visit.watch.later(chrono::Duration::seconds(2));
    assert!(visit.graphql(&token, list, &json!({})).await["errors"].is_null());

    let told = visit.graphql(&token, "{ inventoryItems(first: 1) { nodes { id } } }", &json!({})).await;
    let item = &told["data"]["inventoryItems"]["nodes"][0];
    let there = item["inventoryLevels"]["nodes"][0]["quantities"][0]["quantity"].as_i64().expect("a quantity");
    let set = async |key: &str, from: i64| {
        let document = format!(
            "mutation Set($input: X!) {{ inventorySetQuantities(input: $input) {key} {{ userErrors {{ code }} }} }}"
        );
        let row = json!({ "inventoryItemId": item["id"], "locationId": "gid://shopify/Location/655441491", "quantity": 7, "changeFromQuantity": from });
        let input = json!({ "name": "available", "reason": "correction", "quantities": [row] });
        visit.graphql(&token, &document, &json!({ "input": input })).await
    };
    assert!(set("", there).await["errors"][0]["message"].as_str().is_some_and(|why| why.contains("@idempotent")));
    let once = set("@idempotent(key: \"k-1\")", there).await;
    assert_eq!(
        once["data"]["inventorySetQuantities"]["inventoryAdjustmentGroup"]["changes"][0]["quantityAfterChange"],
        7
    );
    assert_eq!(set("@idempotent(key: \"k-1\")", there).await["data"], once["data"], "the same key, the same answer");
    let stale = set("@idempotent(key: \"k-2\")", 99).await;
    assert_eq!(stale["data"]["inventorySetQuantities"]["userErrors"][0]["code"], "CHANGE_FROM_QUANTITY_STALE");
}

#[tokio::test]
async fn ebay_knows_an_address_by_name_and_never_turns_a_refresh_token() {
    let visit = visit().await;
    let base = visit.street.ebay.url().as_str().trim_end_matches('/').to_owned();
    let scopes = format!("{SCOPE}/sell.fulfillment.readonly {SCOPE}/sell.inventory");
    let query = [
        ("client_id", "app-1"),
        ("redirect_uri", "Rights-desk-1"),
        ("response_type", "code"),
        ("scope", scopes.as_str()),
        ("state", "s-1"),
    ];
    let sent =
        visit.agree(&format!("{base}/oauth2/authorize"), &query, &[("answer", "allow"), ("shop", "quirin_tea")]).await;
    let back = carried(&sent);
    assert_eq!(back["state"], "s-1");

    let token = async |secret: &str, fields: Fields<'_>| {
        let basic = format!("Basic {}", BASE64.encode(format!("app-1:{secret}").as_bytes()));
        told(visit.form(&format!("{base}/identity/v1/oauth2/token"), fields).header("authorization", basic)).await
    };
    let redeem = [("grant_type", "authorization_code"), ("code", &back["code"]), ("redirect_uri", "Rights-desk-1")];
    assert_eq!(token("wrong", &redeem).await.0, 401);
    let (status, tokens) = token(SECRET, &redeem).await;
    assert_eq!(
        (status, tokens["expires_in"].as_u64(), tokens["refresh_token_expires_in"].as_u64()),
        (200, Some(7200), Some(47_304_000))
    );
    assert_eq!(token(SECRET, &redeem).await.1["error"], "invalid_grant");

    let refresh = tokens["refresh_token"].as_str().expect("a token");
    let narrow = format!("{SCOPE}/sell.inventory");
    let again = [("grant_type", "refresh_token"), ("refresh_token", refresh), ("scope", narrow.as_str())];
    let (status, narrowed) = token(SECRET, &again).await;
    assert_eq!((status, narrowed.get("refresh_token")), (200, None));
    let wide = format!("{SCOPE}/sell.finances");
    let wider = [("grant_type", "refresh_token"), ("refresh_token", refresh), ("scope", wide.as_str())];
    assert_eq!(token(SECRET, &wider).await.1["error"], "invalid_scope");

    let orders = format!("{base}/sell/fulfillment/v1/order?limit=200&offset=200");
    let list = async |of: &Value| {
        told(visit.client.get(&orders).bearer_auth(of["access_token"].as_str().expect("a token"))).await
    };
    let (_, page) = list(&tokens).await;
    assert_eq!(
        (page["total"].as_u64(), page["orders"].as_array().map(Vec::len), page.get("next")),
        (Some(260), Some(60), None)
    );
    assert_eq!(list(&narrowed).await.0, 403);
    visit.street.ebay.throw_out("quirin_tea");
    assert_eq!(list(&tokens).await.0, 401);
    assert_eq!(token(SECRET, &again).await.1["error"], "invalid_grant");
}

#[tokio::test]
async fn etsy_wants_its_proof_and_turns_every_refresh_token() {
    let visit = visit().await;
    let base = visit.street.etsy.url().as_str().trim_end_matches('/').to_owned();
    let verifier = "a-verifier-of-forty-three-letters-or-even-more";
    let challenge = BASE64URL_NOPAD.encode(&Sha256::digest(verifier.as_bytes()));
    let query = [
        ("response_type", "code"),
        ("client_id", "app-1"),
        ("redirect_uri", BACK),
        ("scope", "shops_r transactions_r"),
        ("state", "s-1"),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ];
    let page = format!("{base}/oauth/connect");
    assert_eq!(visit.agree(&page, &query[..5], &[]).await.status(), 400, "without a challenge nobody comes in");
    let token = async |fields: Fields<'_>| told(visit.form(&format!("{base}/v3/public/oauth/token"), fields)).await;
    let redeem = async |verifier: &str| {
        let back = carried(&visit.agree(&page, &query, &[("answer", "allow"), ("shop", "4711")]).await);
        let fields = [
            ("grant_type", "authorization_code"),
            ("client_id", "app-1"),
            ("redirect_uri", BACK),
            ("code", &back["code"]),
            ("code_verifier", verifier),
        ];
        token(&fields).await
    };
    assert_eq!(redeem("another").await.1["error"], "invalid_grant");
    let (status, tokens) = redeem(verifier).await;
    let access = tokens["access_token"].as_str().expect("a token").to_owned();
    assert_eq!(
        (status, tokens["expires_in"].as_u64(), access.split('.').next()),
        (200, Some(3600), Some("1000004711"))
    );

    let receipts = async |access: &str, key: &str| {
        let to = format!("{base}/v3/application/shops/4711/receipts?limit=100&offset=200");
        visit.client.get(to).header("x-api-key", key).bearer_auth(access).send().await.expect("an answer")
    };
    assert_eq!(receipts(&access, "app-1").await.status(), 403, "the key is both its halves");
    let listed = receipts(&access, &format!("app-1:{SECRET}")).await;
    assert!(listed.headers().contains_key("x-remaining-today") && listed.headers()["x-limit-per-second"] == "10");
    let listed: Value = listed.json().await.expect("JSON");
    assert_eq!((listed["count"].as_u64(), listed["results"].as_array().map(Vec::len)), (Some(260), Some(60)));

    let old = tokens["refresh_token"].as_str().expect("a token");
    let refresh = [("grant_type", "refresh_token"), ("client_id", "app-1"), ("refresh_token", old)];
    assert_eq!(token(&refresh).await.0, 200);
    assert_eq!(token(&refresh).await.1["error"], "invalid_grant", "it was replaced");
    visit.watch.later(chrono::Duration::hours(1));
    assert_eq!(receipts(&access, &format!("app-1:{SECRET}")).await.status(), 401);
}

#[tokio::test]
async fn woocommerce_posts_its_keys_before_the_browser_is_back() {
    let visit = visit().await;
    let stand = &visit.street.woocommerce;
    let site = stand.shop_url("teehaus.example");
    let page = format!("{site}/wc-auth/v1/authorize");
    let agree = async |callback: &Url, scope: &str| {
        let query = [
            ("app_name", "Rights <desk>"),
            ("scope", scope),
            ("user_id", "state-1"),
            ("return_url", BACK),
            ("callback_url", callback.as_str()),
        ];
        visit.agree(&page, &query, &[("answer", "allow")]).await
    };
    let (broken, _) = listening(500).await;
    assert_eq!(agree(&broken, "read").await.status(), 401);
    assert!(!stand.is_installed("teehaus.example"), "keys that did not arrive never were");
    let outside = Url::parse("http://desk.example/callback").expect("an address");
    assert_eq!(agree(&outside, "read").await.status(), 401);

    let (callback, heard) = listening(200).await;
    let back = carried(&agree(&callback, "read").await);
    assert_eq!((back["success"].as_str(), back["user_id"].as_str()), ("1", "state-1"));
    let keys: Value = serde_json::from_slice(&heard.lock().expect("held")[0].1).expect("JSON");
    assert_eq!((keys["user_id"].as_str(), keys["key_permissions"].as_str()), (Some("state-1"), Some("read")));
    let key = (keys["consumer_key"].as_str().expect("a key"), keys["consumer_secret"].as_str().expect("a secret"));

    let orders = format!("{site}/wp-json/wc/v3/orders");
    let basic = async |method: Method, to: &str, (key, secret): (&str, &str)| {
        told(visit.client.request(method, to).basic_auth(key, Some(secret))).await
    };
    assert_eq!(basic(Method::GET, &orders, key).await.0, 401, "in the clear nobody shows a secret");
    let page_of = oauth1(&orders, key, ("n-1", visit.watch.now()));
    let listed = visit.client.get(page_of.clone()).send().await.expect("an answer");
    assert_eq!((listed.status().as_u16(), &listed.headers()["x-wp-total"]), (200, &"260".parse().expect("a value")));
    assert!(
        listed.headers()["link"].to_str().is_ok_and(|link| link.contains("page=2") && link.ends_with("rel=\"next\""))
    );
    assert_eq!(
        told(visit.client.get(page_of)).await.1["code"],
        "woocommerce_rest_authentication_error",
        "a nonce is for once"
    );
    let stranger = oauth1(&orders, ("ck_nobody", "cs"), ("n-2", visit.watch.now()));
    assert_eq!(told(visit.client.get(stranger)).await.1["code"], "woocommerce_rest_cannot_view");

    stand.as_if_secure(true);
    assert_eq!(basic(Method::GET, &orders, key).await.0, 200);
    let customer = format!("{site}/wp-json/wc/v3/customers/191000");
    assert_eq!(basic(Method::DELETE, &customer, key).await.1["code"], "woocommerce_rest_authentication_error");
}

/// An address with a signature in its query.
fn oauth1(to: &str, (key, secret): (&str, &str), (nonce, at): (&str, Instant)) -> Url {
    let encoded = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let at = at.utc().timestamp().to_string();
    let query = [
        ("oauth_consumer_key", key),
        ("oauth_nonce", nonce),
        ("oauth_signature_method", "HMAC-SHA256"),
        ("oauth_timestamp", &at),
    ];
    let pairs = query.map(|(name, value)| format!("{name}={value}")).join("&");
    let base = format!("GET&{}&{}", encoded(to), encoded(&pairs));
    let signature = BASE64.encode(&signed(format!("{secret}&").as_bytes(), base.as_bytes()));
    Url::parse_with_params(to, query.into_iter().chain([("oauth_signature", signature.as_str())])).expect("an address")
}

#[tokio::test]
async fn woocommerce_forgets_a_customer_but_not_what_stands_on_orders() {
    let visit = visit().await;
    let stand = &visit.street.woocommerce;
    stand.as_if_secure(true);
    let site = stand.shop_url("teehaus.example");
    let (callback, heard) = listening(200).await;
    let query = [
        ("app_name", "Desk"),
        ("scope", "read_write"),
        ("user_id", "s"),
        ("return_url", BACK),
        ("callback_url", callback.as_str()),
    ];
    visit.agree(&format!("{site}/wc-auth/v1/authorize"), &query, &[("answer", "allow")]).await;
    let keys: Value = serde_json::from_slice(&heard.lock().expect("held")[0].1).expect("JSON");
    let call = async |method: Method, path: &str, body: Value| {
        let to = format!("{site}/wp-json/wc/v3/{path}");
        let (key, secret) = (keys["consumer_key"].as_str().expect("a key"), keys["consumer_secret"].as_str());
        told(visit.client.request(method, to).basic_auth(key, secret).json(&body)).await
    };
    let order = call(Method::GET, "orders?per_page=1", Value::Null).await.1[0].clone();
    let (customer, mail) = (order["customer_id"].to_string(), order["billing"]["email"].as_str().expect("a mail"));
    let found = call(Method::GET, &format!("customers?email={mail}"), Value::Null).await.1;
    assert_eq!(found[0]["id"].to_string(), customer);

    assert_eq!(call(Method::DELETE, &format!("customers/{customer}"), Value::Null).await.0, 501);
    assert_eq!(call(Method::DELETE, &format!("customers/{customer}?force=true"), Value::Null).await.0, 200);
    assert_eq!(call(Method::GET, &format!("customers/{customer}"), Value::Null).await.0, 404);
    let path = format!("orders/{}", order["id"]);
    let (_, kept) = call(Method::GET, &path, Value::Null).await;
    assert_eq!((&kept["customer_id"], &kept["billing"]), (&json!(0), &order["billing"]), "its data stays behind");
    assert_eq!(call(Method::PUT, &path, json!({ "billing": { "email": "" } })).await.0, 400);
    let wiped = json!({ "billing": { "first_name": "[deleted]", "email": "deleted@site.invalid" } });
    let (_, wiped) = call(Method::PUT, &path, wiped).await;
    assert_eq!((&wiped["billing"]["first_name"], &wiped["total"]), (&json!("[deleted]"), &order["total"]));
}

#[tokio::test]
async fn faults_come_as_ordered_and_go() {
    let visit = visit().await;
    let stand: &Stand = &visit.street.shopify;
    let to = format!("{}/admin/oauth/access_scopes.json", stand.shop_url(SHOP));
    let token = visit.shopify("read_orders").await;
    let shown = token["access_token"].as_str().expect("a token");
    let call = async || visit.client.get(&to).header("x-shopify-access-token", shown).send().await;
    let path = "/admin/oauth/access_scopes";

    stand.order(Fault::once(path, Kind::TooMany { after: Duration::from_secs(2) }));
    let answer = call().await.expect("an answer");
    assert_eq!((answer.status().as_u16(), &answer.headers()["retry-after"]), (429, &"2.0".parse().expect("a value")));
    stand.order(Fault { path: path.to_owned(), kind: Kind::Fails, times: Some(2) });
    for expected in [500, 500, 200] {
        assert_eq!(call().await.expect("an answer").status(), expected);
    }
    stand.order(Fault::once(path, Kind::Truncated));
    let cut = call().await.expect("a head");
    assert!(cut.status() == 200 && cut.text().await.is_err(), "half of it is not all of it");
    stand.order(Fault::once(path, Kind::Lies));
    assert!(call().await.expect("an answer").json::<Value>().await.expect("JSON").is_array());
    stand.order(Fault::once(path, Kind::Slow(Duration::from_millis(150))));
    let begun = std::time::Instant::now();
    assert_eq!(call().await.expect("an answer").status(), 200);
    assert!(begun.elapsed() >= Duration::from_millis(150));

    let refresh = json!({ "client_id": "app-1", "client_secret": SECRET, "grant_type": "refresh_token", "refresh_token": token["refresh_token"] });
    stand.order(Fault::always("/admin/oauth/access_token", Kind::DropsAfterActing));
    let lost =
        visit.client.post(format!("{}/admin/oauth/access_token", stand.shop_url(SHOP))).json(&refresh).send().await;
    assert!(lost.is_err(), "nobody answers");
    assert_eq!(stand.tokens(SHOP).len(), 2, "yet it was done");
    assert_eq!(stand.calls().last().expect("a call").status, None);
    stand.lift();
    let (status, _) = visit.post(&format!("{}/admin/oauth/access_token", stand.shop_url(SHOP)), &refresh).await;
    assert_eq!(status, 200);
    assert_eq!(stand.calls().iter().filter(|call| call.auth.as_deref() == Some(&digest(shown))).count(), 7);
}

#[tokio::test]
async fn each_platform_signs_what_it_sends() {
    let visit = visit().await;
    let Street { shopify, ebay, etsy, woocommerce, .. } = &visit.street;
    let (hook, heard) = listening(200).await;
    let last = || heard.lock().expect("held").last().cloned().expect("a delivery");
    let under = |secret: &[u8], body: &[u8]| BASE64.encode(&signed(secret, body));

    shopify.subscribe(Hook::new(hook.clone(), Secret::new(SECRET)));
    let made = shopify.deliveries(SHOP, "shop/redact", &json!({ "shop_id": 954_889, "shop_domain": SHOP }));
    for _ in 0..2 {
        assert_eq!(shopify.post(&made[0]).await.0, Some(200));
    }
    let (headers, body) = last();
    assert_eq!(headers["x-shopify-hmac-sha256"], under(SECRET.as_bytes(), &body));
    assert_eq!(
        heard.lock().expect("held")[0].0["x-shopify-webhook-id"],
        headers["x-shopify-webhook-id"],
        "it was repeated"
    );

    etsy.subscribe(Hook::new(hook.clone(), Secret::new(format!("whsec_{}", BASE64.encode(b"a made up key")))));
    etsy.send("4711", "order.paid", &json!({ "resource_url": "https://api.example/receipts/1" })).await;
    let (headers, body) = last();
    let text = |name: &str| headers[name].to_str().expect("text").to_owned();
    let message = format!("{}.{}.{}", text("webhook-id"), text("webhook-timestamp"), String::from_utf8_lossy(&body));
    assert_eq!(text("webhook-signature"), format!("v1,{}", under(b"a made up key", message.as_bytes())));

    woocommerce.subscribe(Hook::new(hook.clone(), Secret::new("per hook")));
    woocommerce.send("teehaus.example", "order.updated", &json!({ "id": 7 })).await;
    let (headers, body) = last();
    assert_eq!(headers["x-wc-webhook-signature"], under(b"per hook", &body));
    let ping = heard.lock().expect("held").iter().rev().nth(1).cloned().expect("a ping");
    assert_eq!((&ping.1[..], ping.0.contains_key("x-wc-webhook-signature")), (&b"webhook_id=1"[..], false));

    ebay.subscribe(Hook::new(hook.clone(), Secret::new("")));
    let gone = json!({ "username": "buyer_1", "userId": "u1", "eiasToken": "nY+sHZ2PrBmdj6" });
    ebay.send("quirin_tea", "MARKETPLACE_ACCOUNT_DELETION", &gone).await;
    let (headers, body) = last();
    let proof: Value =
        serde_json::from_slice(&BASE64.decode(headers["x-ebay-signature"].as_bytes()).expect("base64")).expect("JSON");
    let base = ebay.url().as_str().trim_end_matches('/').to_owned();
    let basic = format!("Basic {}", BASE64.encode(format!("app-1:{SECRET}").as_bytes()));
    let token = visit
        .form(&format!("{base}/identity/v1/oauth2/token"), &[("grant_type", "client_credentials"), ("scope", SCOPE)]);
    let (_, token) = told(token.header("authorization", basic)).await;
    let key = format!("{base}/commerce/notification/v1/public_key/{}", proof["kid"].as_str().expect("a key's id"));
    let (_, key) = told(visit.client.get(key).bearer_auth(token["access_token"].as_str().expect("a token"))).await;
    let pem = key["key"].as_str().expect("a key");
    assert!(!pem.contains('\n'), "it comes on one line");
    let der = pem.trim_start_matches("-----BEGIN PUBLIC KEY-----").trim_end_matches("-----END PUBLIC KEY-----");
    let key = VerifyingKey::from_public_key_der(&BASE64.decode(der.as_bytes()).expect("base64")).expect("a key");
    let signature = BASE64.decode(proof["signature"].as_str().expect("text").as_bytes()).expect("base64");
    let signature = Signature::from_der(&signature).expect("a signature");
    assert!(key.verify_prehash(&sha1::Sha1::digest(&body), &signature).is_ok());
    assert!(!ebay.challenge(&hook, &Secret::new("v".repeat(32))).await, "it does not know the answer");
}
