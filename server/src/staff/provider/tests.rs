//! Both calls of the grant, against a provider on loopback that says whatever the test wants.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use chrono::Duration;
use serde_json::{Value, json};

use super::wire::{Answered, Lent, ask, exchange};
use crate::floor::egress::Egress;
use crate::floor::issuers::{self, Issuers, Login, Settings};
use crate::floor::kernel::{Instant, Reach, Result, Secret, Watch};

/// What it says of itself, what it answers, and what it heard.
#[derive(Default)]
struct Mind {
    described: Value,
    answer: (u16, Value),
    heard: Vec<(Option<String>, String)>,
}

struct Double {
    url: String,
    mind: Arc<Mutex<Mind>>,
    issuers: Issuers,
}

impl Double {
    async fn new(change: impl FnOnce(&mut Value, &mut Login)) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("its address"));
        let mind = Arc::new(Mutex::new(Mind::default()));
        let (told, asked) = (Arc::clone(&mind), Arc::clone(&mind));
        let describe = move || async move { told.lock().expect("its mind").described.to_string() };
        let answer = move |headers: HeaderMap, body: String| async move {
            let mut mind = asked.lock().expect("its mind");
            let authorization = headers.get("authorization").and_then(|value| value.to_str().ok()).map(str::to_owned);
            mind.heard.push((authorization, body));
            let (status, answer) = &mind.answer;
            (StatusCode::from_u16(*status).expect("a status"), answer.to_string())
        };
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(describe))
            .route("/device", post(answer.clone()))
            .route("/token", post(answer));
        tokio::spawn(async move { axum::serve(listener, router).await });
        let mut described = json!({
            "issuer": url, "jwks_uri": format!("{url}/jwks"), "token_endpoint": format!("{url}/token"),
            "device_authorization_endpoint": format!("{url}/device"),
        });
        let mut login = Login {
            issuer: url.clone(),
            client_id: "the desk".to_owned(),
            client_secret: Some(Secret::new("a:b/ü")),
            acr: Vec::new(),
            amr: vec!["mfa".to_owned()],
            max_age: Duration::minutes(5),
            desk: "http://desk.example".to_owned(),
        };
        change(&mut described, &mut login);
        mind.lock().expect("its mind").described = described;
        let settings = Settings { login: Some(login), ..Settings::default() };
        let hosts = issuers::hosts(&settings, Reach::House).unwrap_or_default();
        let egress = Egress::open(hosts, Reach::House).expect("a way out");
        Self { url, mind, issuers: Issuers::new(settings, &egress, &Watch::held(Instant::EPOCH)) }
    }

    fn answers(&self, status: u16, answer: Value) {
        self.mind.lock().expect("its mind").answer = (status, answer);
    }

    fn codes(&self) -> Value {
        json!({ "device_code": "D", "user_code": "ABCD-EFGH", "expires_in": 1800, "interval": 7,
                "verification_uri": format!("{}/activate", self.url) })
    }

    async fn ask(&self) -> Result<Lent> {
        let (issuer, login) = self.issuers.login()?;
        ask(issuer, login, "the-nonce", "the-verifier".to_owned()).await
    }

    async fn exchange(&self) -> Result<Answered> {
        let (issuer, login) = self.issuers.login()?;
        exchange(issuer, login, &Secret::new(r#"{"device_code":"D","verifier":"V"}"#)).await
    }

    fn last(&self) -> (Option<String>, String) {
        self.mind.lock().expect("its mind").heard.pop().expect("a call")
    }
}

#[tokio::test]
async fn a_code_is_asked_for_with_all_that_is_demanded() {
    let double = Double::new(|described, login| {
        described["claims_parameter_supported"] = json!(true);
        described["code_challenge_methods_supported"] = json!(["S256"]);
        login.acr = vec!["gold".to_owned(), "silver".to_owned()];
    })
    .await;
    double.answers(200, double.codes());

    let lent = double.ask().await.expect("codes");

    assert_eq!(
        (lent.user_code.as_str(), lent.seconds, lent.step),
        ("ABCD-EFGH", 600, 7),
        "never more than ten minutes"
    );
    let (authorization, body) = double.last();
    assert_eq!(authorization.as_deref(), Some("Basic dGhlK2Rlc2s6YSUzQWIlMkYlQzMlQkM="), "encoded, then put together");
    for part in [
        "scope=openid&",
        "nonce=the-nonce",
        "max_age=300",
        "prompt=login",
        "acr_values=gold+silver",
        "code_challenge_method=S256",
        "auth_time",
        "client_id=the+desk",
    ] {
        assert!(body.contains(part), "{part} is missing in {body}");
    }
    assert!(!body.contains("the-verifier"));
    double.answers(400, json!({ "error": "authorization_pending" }));
    let _ = double.exchange().await;
    assert!(double.last().1.contains("code_verifier=V"));
}

#[tokio::test]
async fn the_desk_is_a_client_in_the_way_that_the_provider_takes() {
    let post = Double::new(|described, _| {
        described["token_endpoint_auth_methods_supported"] = json!(["private_key_jwt", "client_secret_post"]);
    })
    .await;
    let public = Double::new(|_, login| login.client_secret = None).await;
    for (double, secret) in [(post, true), (public, false)] {
        double.answers(200, double.codes());
        double.ask().await.expect("codes");
        let (authorization, body) = double.last();
        assert_eq!((authorization, body.contains("client_secret=")), (None, secret), "{body}");
    }
}

#[tokio::test]
async fn a_page_on_another_host_is_nowhere_to_send_people() {
    let double = Double::new(|_, _| {}).await;
    let with = |name: &str, value: Value| {
        let mut codes = double.codes();
        codes[name] = value;
        codes
    };
    for (name, value) in [
        ("verification_uri", json!("http://login.example/activate")),
        ("verification_uri", json!("javascript:alert(1)")),
        ("verification_uri", json!("nowhere")),
        ("user_code", json!("<b>")),
        ("iss", json!("https://other.example")),
        ("device_code", Value::Null),
        ("expires_in", json!("soon")),
    ] {
        double.answers(200, with(name, value.clone()));
        assert_eq!(double.ask().await.err().map(|error| error.code()), Some("PROVIDER"), "{name}: {value}");
    }
    double.answers(200, with("verification_uri_complete", json!("http://login.example/activate?user_code=x")));
    assert!(
        double.ask().await.expect("codes").page.as_str().ends_with("/activate"),
        "the plain page is ours to send to"
    );
    let whole = format!("{}/activate?user_code=ABCD-EFGH", double.url);
    double.answers(200, with("verification_uri_complete", json!(whole)));
    assert_eq!(double.ask().await.expect("codes").page.as_str(), whole);
    double.answers(401, json!({ "error": "invalid_client" }));
    assert!(double.ask().await.is_err());
}

#[tokio::test]
async fn a_provider_without_the_device_grant_is_told_apart_from_one_that_is_away() {
    let without = Double::new(|described, _| described["device_authorization_endpoint"] = Value::Null).await;
    assert_eq!(without.ask().await.err().map(|error| error.code()), Some("PROVIDER"));
    let mut away = Double::new(|_, _| {}).await;
    away.mind.lock().expect("its mind").described = json!("away");
    assert_eq!(away.ask().await.err().map(|error| error.code()), Some("UNAVAILABLE"));
    away.issuers = Issuers::default();
    assert_eq!(away.ask().await.err().map(|error| error.code()), Some("PROVIDER"), "none is set up");
}

#[tokio::test]
async fn every_answer_about_a_yes_has_its_meaning() {
    let double = Double::new(|_, _| {}).await;
    let said = |outcome: Result<Answered>| match outcome {
        Ok(Answered::Pending) => "pending",
        Ok(Answered::SlowDown) => "slow down",
        Ok(Answered::Denied) => "denied",
        Ok(Answered::Ended) => "ended",
        Ok(Answered::Token(_)) => "token",
        Err(error) => error.code(),
    };
    for (status, answer, wanted) in [
        (400, json!({ "error": "authorization_pending" }), "pending"),
        (400, json!({ "error": "slow_down", "error_description": "hush" }), "slow down"),
        (400, json!({ "error": "access_denied" }), "denied"),
        (400, json!({ "error": "expired_token" }), "ended"),
        (400, json!({ "error": "invalid_grant" }), "ended"),
        (401, json!({ "error": "invalid_client" }), "PROVIDER"),
        (400, json!({ "error": "whatever" }), "UNAVAILABLE"),
        (500, json!("oh"), "UNAVAILABLE"),
        (200, json!({ "access_token": "x" }), "UNAVAILABLE"),
        (400, json!({ "id_token": "x.y.z" }), "UNAVAILABLE"),
        (200, json!({ "id_token": "x.y.z", "error": "access_denied" }), "denied"),
        (200, json!({ "id_token": "x.y.z", "iss": "https://other.example" }), "PROVIDER"),
        (200, json!({ "id_token": "x.y.z", "iss": double.url }), "token"),
    ] {
        double.answers(status, answer.clone());
        assert_eq!(said(double.exchange().await), wanted, "{status} {answer}");
    }
}
