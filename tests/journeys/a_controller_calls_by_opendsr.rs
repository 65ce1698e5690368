//! A controller's machine asks by OpenDSR: with its key, once under its own id, answered in signed words, told what
//! becomes of it at a host that the operator listed, and never by a word that names anybody.

#![expect(clippy::disallowed_methods, reason = "the controller here is a stranger, who has no egress")]

use chrono::Duration;
use data_encoding::BASE64;
use harness::abroad::{Abroad, Fault};
use harness::shop::Shop;
use harness::world::{World, forenoon};
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{DerSignature, VerifyingKey};
use reqwest::header::HeaderMap;
use reqwest::{Client, Method};
use rightsdesk_server::floor::access::{Caller, Permission};
use rightsdesk_server::floor::kernel::{TenantId, Watch};
use rightsdesk_server::floor::vault::CallKey;
use rightsdesk_server::roof::http::Listening;
use rightsdesk_server::tenants::{self, NewKey};
use serde_json::{Value, json};
use url::Url;

const ID: &str = "a7551968-d5d6-44b2-9831-815ac9017798";

/// A desk that controllers may call, a merchant with a key, and where it wants to be told.
struct Line {
    world: World,
    desk: Listening,
    shop: Shop,
    key: String,
    abroad: Abroad,
    callback: Url,
}

/// An answer, unread.
struct Answer {
    status: u16,
    headers: HeaderMap,
    body: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.body))
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }
}

impl Line {
    async fn opens() -> Self {
        let mut world = World::alone(Watch::held(forenoon())).await;
        let (abroad, url) = Abroad::opens(&mut world).await;
        let (desk, shop) = (world.serve().await, world.shop("Zaitoon Home", 0).await);
        let key = key(&world, shop.tenant, &[Permission::TakeRequests]).await;
        world.work().await;
        Self { world, desk, shop, key, abroad, callback: url.join("told").expect("an address") }
    }

    fn wish(&self) -> Value {
        json!({
            "regulation": "gdpr",
            "subject_request_id": ID,
            "subject_request_type": "erasure",
            "submitted_time": "2026-03-01T15:00:00Z",
            "subject_identities": [
                { "identity_type": "email", "identity_value": "johndoe@example.com", "identity_format": "raw" },
                { "identity_type": "controller_customer_id", "identity_value": "c-77", "identity_format": "raw" },
            ],
            "status_callback_urls": [self.callback.as_str()],
        })
    }

    async fn call(&self, method: Method, path: &str, key: &str, body: Option<&str>) -> Answer {
        let call = Client::new().request(method, format!("{}{path}", self.desk.url()));
        let call = if key.is_empty() { call } else { call.bearer_auth(key) };
        let call = match body {
            Some(body) => call.header("content-type", "application/json").body(body.to_owned()),
            None => call,
        };
        let answer = call.send().await.expect("an answer");
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Answer { status, headers, body: answer.text().await.expect("text") }
    }

    async fn ask(&self, wish: &Value) -> Answer {
        self.call(Method::POST, "/v2/requests", &self.key, Some(&wish.to_string())).await
    }

    async fn look(&self) -> Answer {
        self.call(Method::GET, &format!("/v2/requests/{ID}"), &self.key, None).await
    }

    async fn take_back(&self) -> Answer {
        self.call(Method::DELETE, &format!("/v2/requests/{ID}"), &self.key, None).await
    }

    /// The key that the desk's certificate shows.
    async fn shown(&self) -> VerifyingKey {
        let discovery = self.call(Method::GET, "/discovery", "", None).await.json();
        let at = discovery["processor_certificate"].as_str().expect("an address").to_owned();
        assert_eq!(at, "https://desk.example/v2/certificate");
        let pem = self.call(Method::GET, "/v2/certificate", "", None).await.body;
        let own = pem.lines().skip(1).take_while(|line| !line.starts_with("-----"));
        let inner: String = own.collect();
        let der = BASE64.decode(inner.as_bytes()).expect("base 64");
        // The point of a P-256 key, as a certificate holds it: 66 bytes, no bit unused, not compressed.
        let begin = der.windows(4).position(|four| four == [0x03, 0x42, 0x00, 0x04]).expect("a key") + 3;
        VerifyingKey::from_sec1_bytes(&der[begin..begin + 65]).expect("a point")
    }

    fn lines(&self, sql: &str) -> Vec<String> {
        self.world.base.lines(sql)
    }
}

async fn key(world: &World, tenant: TenantId, permissions: &[Permission]) -> String {
    let new = NewKey {
        tenant,
        name: "opendsr".to_owned(),
        permissions: permissions.to_vec(),
        expires_at: world.tools.watch.now().plus(Duration::days(30)),
    };
    let made = tenants::create_api_key(&world.tools, &Caller::house(), new, None).await.expect("made");
    made.secret.expect("shown once").expose().to_owned()
}

fn is_signed(shown: &VerifyingKey, signature: &str, body: &[u8]) -> bool {
    let signature = BASE64.decode(signature.as_bytes()).expect("base 64");
    DerSignature::from_bytes(&signature).is_ok_and(|signature| shown.verify(body, &signature).is_ok())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_taken_once_and_every_answer_is_signed() {
    let line = Line::opens().await;
    let shown = line.shown().await;

    let first = line.ask(&line.wish()).await;
    assert_eq!(first.status, 201, "{}", first.body);
    assert_eq!(first.header("x-opendsr-processor-domain"), "desk.example");
    assert!(is_signed(&shown, first.header("x-opendsr-signature"), first.body.as_bytes()));
    assert!(!is_signed(&shown, first.header("x-opendsr-signature"), b"{}"));
    let receipt = first.json();
    assert_eq!(receipt["subject_request_id"], ID);
    assert_eq!(receipt["controller_id"], line.shop.tenant.to_string());
    let sent = BASE64.encode(line.wish().to_string().as_bytes());
    assert_eq!(receipt["encoded_request"], sent);
    assert!(receipt.get("processor_signature").is_none(), "it cannot sign itself");

    let asked = line.lines("select concat_ws(' ', right_code, source, role, stage) as line from requests");
    assert_eq!(asked, ["deletion opendsr processor open"]);
    assert_eq!(line.lines("select proof as line from intake_identifiers"), ["signature", "signature"]);
    let due = line
        .lines("select to_char(due_at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"') as line from requests");
    assert_eq!(receipt["expected_completion_time"], due[0].as_str());

    line.world.later(Duration::hours(5));
    let again = line.ask(&line.wish()).await;
    assert_eq!((again.status, &again.body), (201, &first.body), "the same call has the same answer");
    let mut other = line.wish();
    other["subject_request_type"] = json!("access");
    let other = line.ask(&other).await;
    assert_eq!((other.status, other.json()["error"]["code"].clone()), (409, json!(409)));
    assert!(is_signed(&shown, other.header("x-opendsr-signature"), other.body.as_bytes()));
    assert_eq!(line.lines("select id::text as line from intakes").len(), 1);

    let told = line.look().await;
    assert_eq!((told.status, told.json()["request_status"].clone()), (200, json!("pending")));
    assert!(is_signed(&shown, told.header("x-opendsr-signature"), told.body.as_bytes()));
    let stored = line.lines("select row_to_json(c)::text as line from controller_calls c").concat();
    assert!(!stored.contains(&sent) && !stored.contains("johndoe"), "{stored}");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_operator_bought_a_certificate_its_key_signs_and_its_chain_is_shown() {
    let line = Line::opens().await;
    let made = line.shown().await;
    let bought = |domain: &str| {
        let key = rcgen::KeyPair::generate().expect("a key");
        let wanted = rcgen::CertificateParams::new([domain.to_owned()]).expect("a domain");
        (key.serialize_pem(), wanted.self_signed(&key).expect("a certificate").pem())
    };
    let ((key, own), (other, voucher)) = (bought("desk.example"), bought("authority.example"));
    let folder = harness::scratch::folder("bought").expect("a folder");
    let (chain_at, key_at, other_at) = (folder.join("chain.pem"), folder.join("key.pem"), folder.join("other.pem"));
    let chain = [own, voucher].concat();
    for (at, text) in [(&chain_at, &chain), (&key_at, &key), (&other_at, &other)] {
        std::fs::write(at, text).expect("written");
    }
    assert!(CallKey::at(&chain_at, &other_at).is_err(), "a chain that shows another key is refused");
    assert!(CallKey::at(&folder.join("none.pem"), &key_at).is_err());
    line.world.tools.vault.answer_with(CallKey::at(&chain_at, &key_at).expect("they fit")).expect("given");

    let pem = line.call(Method::GET, "/v2/certificate", "", None).await.body;
    assert_eq!(pem, chain);
    let shown = line.shown().await;
    let answer = line.ask(&line.wish()).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    assert!(is_signed(&shown, answer.header("x-opendsr-signature"), answer.body.as_bytes()));
    assert!(
        !is_signed(&made, answer.header("x-opendsr-signature"), answer.body.as_bytes()),
        "the made key signs no more"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_controllers_own_key_opens_what_it_asked_for() {
    let line = Line::opens().await;
    assert_eq!(line.ask(&line.wish()).await.status, 201);
    let other = line.world.shop("Neem Bazaar", 0).await;
    let others = key(&line.world, other.tenant, &[Permission::TakeRequests]).await;
    let poor = key(&line.world, line.shop.tenant, &[Permission::SeeTenants]).await;
    let (at, body) = (format!("/v2/requests/{ID}"), line.wish().to_string());

    for (key, expected) in [("", 401), ("rda_nobody", 401), (poor.as_str(), 403)] {
        assert_eq!(line.call(Method::POST, "/v2/requests", key, Some(&body)).await.status, expected);
        assert_eq!(line.call(Method::GET, &at, key, None).await.status, expected);
        assert_eq!(line.call(Method::DELETE, &at, key, None).await.status, expected);
    }
    let strange = line.call(Method::GET, &at, &others, None).await;
    let unknown = line.call(Method::GET, &at.replace("a7551968", "b7551968"), &others, None).await;
    assert_eq!((strange.status, &strange.body), (404, &unknown.body), "another's is as one that never was");
    assert_eq!(line.call(Method::DELETE, &at, &others, None).await.status, 404);
    assert_eq!(line.call(Method::GET, "/v2/requests/nonsense", &line.key, None).await.status, 404);
    assert_eq!(
        line.call(Method::POST, "/v2/requests", &others, Some(&body)).await.status,
        201,
        "ids are each one's own"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_told_at_once_and_names_nobody() {
    let line = Line::opens().await;
    let mut wrong = line.wish();
    wrong["regulation"] = json!("lgpd");
    wrong["subject_identities"][0]["identity_value"] = json!("swordfish");
    wrong["status_callback_urls"] = json!(["https://swordfish.example/told"]);
    let told = line.ask(&wrong).await;
    assert_eq!(told.status, 400);
    let error = told.json()["error"].clone();
    let reasons: Vec<&str> =
        error["errors"].as_array().expect("a list").iter().filter_map(|one| one["reason"].as_str()).collect();
    assert_eq!(reasons, ["regulation", "subject_identities.0.identity_value", "status_callback_urls.0"]);
    assert!(!told.body.contains("swordfish") && error["code"] == 400);

    let at = format!("{}/v2/requests", line.desk.url());
    let plain = Client::new().post(&at).bearer_auth(&line.key).body(line.wish().to_string());
    assert_eq!(plain.send().await.expect("an answer").status(), 415);
    let long = json!({ "x": "y".repeat(70_000) });
    assert_eq!(line.ask(&long).await.status, 413);
    assert_eq!(line.lines("select id::text as line from intakes").len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_pending_is_taken_back_and_the_controller_is_told_until_it_hears() {
    let line = Line::opens().await;
    let shown = line.shown().await;
    assert_eq!(line.ask(&line.wish()).await.status, 201);

    let cancelled = line.take_back().await;
    assert_eq!((cancelled.status, cancelled.json()["subject_request_id"].clone()), (202, json!(ID)));
    assert_eq!(line.look().await.json()["request_status"], "cancelled");
    let again = line.take_back().await;
    assert_eq!((again.status, again.json()["error"]["code"].clone()), (409, json!(409)));
    assert_eq!(line.lines("select concat_ws(' ', stage, outcome) as line from requests"), ["closed withdrawn"]);

    line.abroad.will(&[Fault::Answers(503)]);
    line.world.later(Duration::minutes(2));
    line.world.work().await;
    line.world.base.tamper(
        "update jobs set retry_at = now() where retry_at > now(); update lanes set retry_at = now() where retry_at > now()",
    );
    line.world.work().await;
    let calls = line.abroad.calls();
    assert_eq!(calls.len(), 2, "it was away once");
    for call in &calls {
        assert!(is_signed(&shown, &call.header("x-opendsr-signature"), &call.body));
        assert_eq!(call.header("x-opendsr-processor-domain"), "desk.example");
        let told = call.document();
        assert_eq!((&told["request_status"], &told["subject_request_id"]), (&json!("cancelled"), &json!(ID)));
        assert_eq!(told["status_callback_url"], line.callback.as_str());
        assert!(!String::from_utf8_lossy(&call.body).contains("johndoe"));
    }
    line.world.later(Duration::minutes(5));
    line.world.work().await;
    assert_eq!(line.abroad.calls().len(), 2, "told once");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_routes_and_headers_of_opengdpr_are_honoured() {
    let line = Line::opens().await;
    let mut old = line.wish();
    old.as_object_mut().expect("an object").remove("regulation");
    let asked = line.call(Method::POST, "/opengdpr_requests", &line.key, Some(&old.to_string())).await;
    assert_eq!(asked.status, 201, "{}", asked.body);
    assert_eq!(asked.header("x-opengdpr-processor-domain"), "desk.example");
    assert_eq!(asked.header("x-opengdpr-signature"), asked.header("x-opendsr-signature"));
    let told = line.call(Method::GET, &format!("/opengdpr_requests/{ID}"), &line.key, None).await;
    assert_eq!(told.json()["request_status"], "pending");
    assert_eq!(line.look().await.header("x-opengdpr-signature"), "");
    assert_eq!(line.ask(&old).await.status, 400, "the newer routes want to know the law");
}
