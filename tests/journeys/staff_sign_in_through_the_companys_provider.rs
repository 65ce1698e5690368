//! Staff sign in through their company's identity provider: the real `oidc-provider` on loopback, its pages filled in as
//! a person does, and this desk asked over HTTP as a console does.

use chrono::{DateTime, Duration, Utc};
use harness::provider::{CLIENT, Person, Provider, attribute};
use harness::world::World;
use reqwest::Client;
use rightsdesk_server::floor::access::{Caller, Role};
use rightsdesk_server::floor::issuers::{Login, Settings};
use rightsdesk_server::floor::kernel::{Personal, Secret, Watch};
use rightsdesk_server::roof::http::Listening;
use rightsdesk_server::staff::{self, Authority, Invitation};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invitation_ties_a_seat_to_a_person_at_the_provider() {
    let Some(story) = Story::begin().await else { return };
    let invitation = story.invite("mira").await;

    let begun = story.begin_sign_in(None, Some(&invitation)).await;
    assert_eq!(begun["intervalSeconds"], 5);
    assert_eq!(story.poll(None, &begun).await.code(), "PENDING");
    assert_eq!(story.poll(None, &begun).await.code(), "SLOW_DOWN", "the interval is kept");
    story.wait(6);
    assert_eq!(story.poll(None, &begun).await.code(), "SLOW_DOWN", "five seconds more between two tries");
    story.wait(16);

    // She signs in, but with a password alone.
    Person::new().allow(&story.page(&begun).await, "ada").await;
    let refused = story.poll(None, &begun).await;
    assert_eq!(refused.code(), "PROVIDER");
    assert!(refused.message().contains("second factor"), "{}", refused.message());
    story.wait(6);
    assert_eq!(story.poll(None, &begun).await.code(), "EXPIRED", "a refused sign-in is over");

    // Somebody else's, and she says so.
    let begun = story.begin_sign_in(None, Some(&invitation)).await;
    Person::new().refuse(&story.page(&begun).await).await;
    assert_eq!(story.poll(None, &begun).await.code(), "PROVIDER");

    let begun = story.begin_sign_in(None, Some(&invitation)).await;
    Person::new().allow(&story.page(&begun).await, "mira").await;
    let signed_in = story.poll(None, &begun).await.signed_in();
    assert_eq!((&signed_in["stage"], &signed_in["mustEnrol"]), (&json!("FULL"), &json!(false)));
    let viewer = story.viewer(&token(&signed_in)).await;
    assert_eq!(viewer["data"]["viewer"]["staff"]["secondFactor"], "PROVIDER", "{viewer}");
    assert_eq!(viewer["data"]["viewer"]["session"]["method"], "PROVIDER");
    story.wait(6);
    assert_eq!(story.poll(None, &begun).await.code(), "EXPIRED", "one yes is one session");

    // The invitation is used up. From now on she comes without one, and a stranger comes in vain.
    let again = story.ask(None, BEGIN, json!({ "invitation": invitation })).await;
    assert_eq!(again["data"]["beginDeviceSignIn"]["userErrors"][0]["code"], "EXPIRED", "{again}");
    for (account, outcome) in [("mira", None), ("noor", Some("PROVIDER"))] {
        let begun = story.begin_sign_in(None, None).await;
        Person::new().allow(&story.page(&begun).await, account).await;
        let polled = story.poll(None, &begun).await;
        assert_eq!(polled.0["userErrors"][0]["code"].as_str(), outcome, "{account}");
    }

    // What a sign-in left behind is gone, and no code of the provider ever stood anywhere in clear.
    assert_eq!(story.count("device_sign_ins", "true"), "0");
    assert_eq!(story.count("secrets", "kind = 'device_code'"), "0");
    let actions = story.world.base.lines(
        "select string_agg(distinct action, ' ' order by action) as line from audit_events where actor like 'staff:%'",
    );
    assert_eq!(actions, ["session.begun staff.accepted"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_seat_belongs_to_one_person_and_a_class_of_sign_in_may_be_enough() {
    let Some(story) = Story::begin().await else { return };
    let (kims, other) = (story.invite("kim").await, story.invite("other").await);
    let begun = story.begin_sign_in(None, Some(&kims)).await;
    Person::new().allow(&story.page(&begun).await, "kim").await;
    story.poll(None, &begun).await.signed_in();

    let begun = story.begin_sign_in(None, Some(&other)).await;
    Person::new().allow(&story.page(&begun).await, "kim").await;
    assert_eq!(story.poll(None, &begun).await.code(), "TAKEN");

    // An invitation that was renewed while she was away is the old one no more.
    let begun = story.begin_sign_in(None, Some(&other)).await;
    let seat = story.world.base.lines("select id::text as line from staff where handle = 'other'");
    let id = rightsdesk_server::floor::kernel::StaffId::from_uuid(seat[0].parse().expect("an id"));
    staff::seats::renew(&story.world.tools, &Caller::house(), id, None).await.expect("renewed");
    Person::new().allow(&story.page(&begun).await, "noor").await;
    assert_eq!(story.poll(None, &begun).await.code(), "EXPIRED");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_sign_in_and_one_that_ran_out_let_nobody_in() {
    let Some(story) = Story::begin().await else { return };
    let invitation = story.invite("mira").await;
    let begun = story.begin_sign_in(None, Some(&invitation)).await;
    Person::new().allow(&story.page(&begun).await, "mira").await;
    story.wait(302);
    let refused = story.poll(None, &begun).await;
    assert_eq!(refused.code(), "PROVIDER");
    assert!(refused.message().contains("too old"), "{}", refused.message());

    let begun = story.begin_sign_in(None, Some(&invitation)).await;
    let page = begun["page"].as_str().expect("a page").to_owned();
    assert_eq!(story.see(&page).await.0, 200);
    story.wait(601);
    let (status, _, text) = story.see(&page).await;
    assert!(status == 404 && text.contains("No such sign-in"), "{text}");
    assert_eq!(story.poll(None, &begun).await.code(), "EXPIRED");
    let made_up = json!({ "attempt": "rdd_made-up" });
    assert_eq!(story.poll(None, &made_up).await.code(), "EXPIRED", "like one that never was");

    // What ran out is swept away with its secret when the next begins.
    story.begin_sign_in(None, None).await;
    assert_eq!(story.count("device_sign_ins", "true"), "1");
    assert_eq!(story.count("secrets", "kind = 'device_code'"), "1");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_live_session_is_made_fresh_by_the_same_person_and_no_other() {
    let Some(story) = Story::begin().await else { return };
    for account in ["mira", "noor"] {
        let begun = story.begin_sign_in(None, Some(&story.invite(account).await)).await;
        Person::new().allow(&story.page(&begun).await, account).await;
        story.poll(None, &begun).await.signed_in();
    }
    let begun = story.begin_sign_in(None, None).await;
    Person::new().allow(&story.page(&begun).await, "mira").await;
    let first = token(&story.poll(None, &begun).await.signed_in());
    let before = story.viewer(&first).await["data"]["viewer"].clone();
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;

    let begun = story.begin_sign_in(Some(&first), None).await;
    Person::new().allow(&story.page(&begun).await, "noor").await;
    assert_eq!(story.poll(Some(&first), &begun).await.code(), "PROVIDER", "somebody else");

    let begun = story.begin_sign_in(Some(&first), None).await;
    Person::new().allow(&story.page(&begun).await, "mira").await;
    assert_eq!(story.poll(None, &begun).await.code(), "PROVIDER", "not from the session that asked");
    story.wait(6);
    let second = token(&story.poll(Some(&first), &begun).await.signed_in());

    let after = story.viewer(&second).await["data"]["viewer"].clone();
    assert_eq!(before["session"]["id"], after["session"]["id"], "it is the same session");
    let until = |viewer: &Value| viewer["freshUntil"].as_str().and_then(|at| at.parse::<DateTime<Utc>>().ok());
    assert!(until(&after) > until(&before), "{before} {after}");
    let former = story.viewer(&first).await;
    assert_eq!(former["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "the former token is no more: {former}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn our_page_tells_who_asks_and_sends_people_to_the_provider_alone() {
    let Some(story) = Story::begin().await else { return };
    let begun = story.begin_sign_in(None, None).await;
    let code = begun["userCode"].as_str().expect("a code");
    let page = begun["page"].as_str().expect("a page");
    assert_eq!(page, format!("http://desk.example/sign-in/device?code={code}"));

    let (status, headers, text) = story.see(page).await;

    assert_eq!(status, 200);
    for part in [code, "Did you start this sign-in?", "rightsdesk-console/9", "127.0.0.0/24"] {
        assert!(text.contains(part), "{part} is missing in {text}");
    }
    assert!(attribute(&text, "href").expect("a link").starts_with(&format!("{}/device", story.provider.issuer)));
    assert_eq!(text.matches("href=").count(), 1);
    assert!(!text.contains("<script") && headers.get("set-cookie").is_none());
    let policy = headers["content-security-policy"].to_str().expect("text");
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-") && policy.contains("frame-ancestors 'none'"));
    assert_eq!(headers["cache-control"], "private, no-store");
    for other in ["", "?code=", "?code=ABCD-EFGH", "?code=%3Cscript%3E", "?code=a&code=b"] {
        let (status, headers, text) = story.see(&format!("http://desk.example/sign-in/device{other}")).await;
        assert!(status == 404 && text.contains("No such sign-in"), "{other}: {text}");
        assert!(headers.contains_key("content-security-policy") && !text.contains("&lt;"), "{other}");
    }
}

const BEGIN: &str = "mutation ($input: BeginDeviceSignInInput!) { beginDeviceSignIn(input: $input) {
  deviceSignIn { attempt userCode page expiresAt intervalSeconds } userErrors { code message } } }";
const POLL: &str = "mutation ($input: PollDeviceSignInInput!) { pollDeviceSignIn(input: $input) {
  signIn { token stage mustEnrol expiresAt device } userErrors { code message } } }";
const VIEWER: &str = "{ viewer { kind freshUntil staff { handle secondFactor } session { id method } } }";

/// A desk that believes a real provider, and a console that asks it.
struct Story {
    world: World,
    provider: Provider,
    desk: Listening,
    console: Client,
}

/// What a poll came to.
struct Polled(Value);

impl Story {
    async fn begin() -> Option<Self> {
        let provider = Provider::start()?;
        let mut world = World::alone(Watch::held(Watch::host().now())).await;
        let login = Login {
            issuer: provider.issuer.clone(),
            client_id: CLIENT.0.to_owned(),
            client_secret: Some(Secret::new(CLIENT.1)),
            acr: vec!["urn:example:two-factors".to_owned()],
            amr: vec!["mfa".to_owned(), "hwk".to_owned()],
            max_age: Duration::minutes(5),
            desk: "http://desk.example".to_owned(),
        };
        world.believe(Settings { login: Some(login), ..Settings::default() });
        let desk = world.serve().await;
        let console = Client::builder().user_agent("rightsdesk-console/9").no_proxy().build().expect("a client");
        Some(Self { world, provider, desk, console })
    }

    fn wait(&self, seconds: i64) {
        self.world.later(Duration::seconds(seconds));
    }

    async fn invite(&self, handle: &str) -> String {
        let authority = Authority { roles: vec![Role::Ops], permissions: Vec::new(), tenants: None, ends_at: None };
        let mail = Personal::new(format!("{handle}@desk.example"));
        let wanted = Invitation { handle: handle.to_owned(), mail, authority };
        let invited = staff::seats::invite(&self.world.tools, &Caller::house(), wanted, None).await.expect("invited");
        invited.token.expect("a token").expose().to_owned()
    }

    async fn ask(&self, bearer: Option<&str>, document: &str, input: Value) -> Value {
        let call = self.console.post(format!("{}/graphql", self.desk.url()));
        let call = bearer.into_iter().fold(call, reqwest::RequestBuilder::bearer_auth);
        let call = call.json(&json!({ "query": document, "variables": { "input": input } }));
        let answer = call.send().await.expect("an answer").text().await.expect("text");
        serde_json::from_str(&answer).expect("JSON")
    }

    async fn begin_sign_in(&self, bearer: Option<&str>, invitation: Option<&str>) -> Value {
        let answer = self.ask(bearer, BEGIN, json!({ "invitation": invitation })).await;
        let begun = answer["data"]["beginDeviceSignIn"]["deviceSignIn"].clone();
        assert!(begun.is_object(), "{answer}");
        begun
    }

    async fn poll(&self, bearer: Option<&str>, begun: &Value) -> Polled {
        let answer = self.ask(bearer, POLL, json!({ "attempt": begun["attempt"] })).await;
        assert!(answer["errors"].is_null(), "{answer}");
        Polled(answer["data"]["pollDeviceSignIn"].clone())
    }

    async fn viewer(&self, token: &str) -> Value {
        self.ask(Some(token), VIEWER, Value::Null).await
    }

    /// Our page under the address a person was given, at the port where this desk really answers.
    async fn see(&self, page: &str) -> (u16, reqwest::header::HeaderMap, String) {
        let here = page.replace("http://desk.example", &self.desk.url());
        let answer = self.console.get(here).send().await.expect("a page");
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        (status, headers, answer.text().await.expect("text"))
    }

    /// The provider's page that ours leads to.
    async fn page(&self, begun: &Value) -> String {
        let (status, _, text) = self.see(begun["page"].as_str().expect("a page")).await;
        assert_eq!(status, 200, "{text}");
        attribute(&text, "href").expect("the way on")
    }

    fn count(&self, table: &str, what: &str) -> String {
        self.world.base.lines(&format!("select count(*)::text as line from {table} where {what}")).concat()
    }
}

impl Polled {
    fn code(&self) -> &str {
        self.0["userErrors"][0]["code"].as_str().unwrap_or_else(|| panic!("it was not refused: {}", self.0))
    }

    fn message(&self) -> &str {
        self.0["userErrors"][0]["message"].as_str().unwrap_or_default()
    }

    fn signed_in(self) -> Value {
        assert!(self.0["signIn"].is_object(), "{}", self.0);
        self.0["signIn"].clone()
    }
}

fn token(signed_in: &Value) -> String {
    signed_in["token"].as_str().expect("a token").to_owned()
}
