//! Every way we know to make a token pass that should not, and a provider on loopback whose keys turn.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::routing::get;
use chrono::Duration;
use data_encoding::BASE64URL_NOPAD;
use ed25519_dalek::Signer as _;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use super::*;
use crate::floor::egress::Host;
use crate::floor::kernel::Reach;

/// A provider with a key of each kind.
struct Double {
    url: String,
    edwards: ed25519_dalek::SigningKey,
    curve: p256::ecdsa::SigningKey,
    documents: Arc<Mutex<(Value, Value)>>,
    asked: Arc<AtomicUsize>,
}

fn now() -> Instant {
    Instant::from_micros(1_800_000_000_000_000)
}

impl Double {
    async fn new() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("its address"));
        let asked = Arc::new(AtomicUsize::new(0));
        let described =
            json!({ "issuer": url, "jwks_uri": format!("{url}/jwks"), "token_endpoint": format!("{url}/token") });
        let documents = Arc::new(Mutex::new((described, Value::Null)));
        let serve =
            |pick: fn(&(Value, Value)) -> Value, documents: &Arc<Mutex<(Value, Value)>>, asked: &Arc<AtomicUsize>| {
                let (documents, asked) = (Arc::clone(documents), Arc::clone(asked));
                get(move || async move {
                    asked.fetch_add(1, Ordering::SeqCst);
                    pick(&documents.lock().expect("the documents")).to_string()
                })
            };
        let router = Router::new()
            .route("/.well-known/openid-configuration", serve(|both| both.0.clone(), &documents, &asked))
            .route("/jwks", serve(|both| both.1.clone(), &documents, &asked));
        tokio::spawn(async move { axum::serve(listener, router).await });
        let double = Self {
            url,
            edwards: ed25519_dalek::SigningKey::from_bytes(&[7; 32]),
            curve: p256::ecdsa::SigningKey::from_slice(&[9; 32]).expect("a key"),
            documents,
            asked,
        };
        double.publish(&json!([double.edwards_key("ed"), double.curve_key("ec")]));
        double
    }

    fn publish(&self, keys: &Value) {
        self.documents.lock().expect("the documents").1 = json!({ "keys": keys });
    }

    fn edwards_key(&self, kid: &str) -> Value {
        let x = BASE64URL_NOPAD.encode(self.edwards.verifying_key().as_bytes());
        json!({ "kty": "OKP", "crv": "Ed25519", "x": x, "kid": kid, "use": "sig" })
    }

    fn curve_key(&self, kid: &str) -> Value {
        let point = self.curve.verifying_key().to_sec1_point(false);
        let part = |bytes: Option<_>| BASE64URL_NOPAD.encode(&<[u8]>::to_vec(Option::expect(bytes, "a coordinate")));
        json!({ "kty": "EC", "crv": "P-256", "x": part(point.x().map(|x| &x[..])), "y": part(point.y().map(|y| &y[..])),
                "kid": kid, "use": "sig" })
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        let encode = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
        let signed = format!("{}.{}", encode(header), encode(claims));
        let signature = match header["alg"].as_str() {
            Some("EdDSA") => self.edwards.sign(signed.as_bytes()).to_bytes().to_vec(),
            Some("ES256") => {
                let signature: p256::ecdsa::Signature =
                    p256::ecdsa::signature::Signer::sign(&self.curve, signed.as_bytes());
                signature.to_bytes().to_vec()
            }
            Some("HS256") => {
                // With what everyone can read, as those do who hope that a key is a key.
                let mut mac = Hmac::<Sha256>::new_from_slice(self.edwards.verifying_key().as_bytes()).expect("a key");
                mac.update(signed.as_bytes());
                mac.finalize().into_bytes().to_vec()
            }
            _ => Vec::new(),
        };
        format!("{signed}.{}", BASE64URL_NOPAD.encode(&signature))
    }

    fn claims(&self) -> Value {
        let at = now().micros() / 1_000_000;
        json!({ "iss": self.url, "sub": "mira", "aud": "desk", "iat": at, "exp": at + 300 })
    }

    fn issuer(&self, watch: &Watch, keys_at: Option<String>) -> Issuer {
        let host = Host::of(&self.url.parse().expect("an address"));
        Issuer::new(&self.url, keys_at, Egress::open(host, Reach::House).expect("a way"), watch.clone())
    }
}

fn with(mut value: Value, name: &str, other: Value) -> Value {
    value[name] = other;
    value
}

async fn doubt(issuer: &Issuer, token: &str) -> Option<&'static str> {
    let outcome = issuer.prove(token, Audience::Only("desk"), now()).await.expect("the provider answers");
    outcome.err().map(|Doubt(why)| why)
}

#[tokio::test]
async fn a_token_that_is_whole_proves_what_it_says() {
    let double = Double::new().await;
    let issuer = double.issuer(&Watch::held(now()), None);
    for header in [
        json!({ "alg": "EdDSA", "kid": "ed", "typ": "JWT" }),
        json!({ "alg": "ES256", "kid": "ec" }),
        json!({ "alg": "EdDSA" }),
    ] {
        let token = double.sign(&header, &double.claims());
        let claims = issuer.prove(&token, Audience::Only("desk"), now()).await.expect("answers").expect("proof");
        assert_eq!(claims.text("sub"), Some("mira"), "{header}");
    }
    assert_eq!(double.asked.load(Ordering::SeqCst), 2, "description and keys are asked for once");
}

#[tokio::test]
async fn a_token_with_anything_wrong_in_it_proves_nothing() {
    let double = Double::new().await;
    let issuer = double.issuer(&Watch::held(now()), None);
    let at = now().micros() / 1_000_000;
    let (header, claims) = (json!({ "alg": "EdDSA", "kid": "ed" }), double.claims());
    let whole = double.sign(&header, &claims);
    let parts: Vec<&str> = whole.split('.').collect();
    let other = double.sign(&header, &with(claims.clone(), "sub", json!("ada")));
    let without = |name: &str| {
        let mut claims = claims.clone();
        claims.as_object_mut().expect("claims").remove(name);
        claims
    };
    let mut cases = vec![
        ("unsigned", format!("{}.{}.", parts[0], parts[1])),
        ("another's claims", format!("{}.{}.{}", parts[0], other.split('.').nth(1).expect("claims"), parts[2])),
        ("two parts", format!("{}.{}", parts[0], parts[1])),
        ("five parts, as if encrypted", format!("{whole}.x.y")),
        ("padding", format!("{whole}=")),
        ("a space", format!("{} .{}.{}", parts[0], parts[1], parts[2])),
        ("empty", String::new()),
        ("dots", "..".to_owned()),
        ("too long", double.sign(&header, &with(claims.clone(), "pad", json!("x".repeat(LARGEST))))),
    ];
    for (name, header) in [
        ("alg none", json!({ "alg": "none" })),
        ("alg None", json!({ "alg": "None", "kid": "ed" })),
        ("HS256 with the public key", json!({ "alg": "HS256", "kid": "ed" })),
        ("RS256 naming another kind of key", json!({ "alg": "RS256", "kid": "ed" })),
        ("PS256", json!({ "alg": "PS256", "kid": "ed" })),
        ("ES256 naming the other key", json!({ "alg": "ES256", "kid": "ed" })),
        ("a key nobody knows", json!({ "alg": "EdDSA", "kid": "other" })),
        ("a key of its own", json!({ "alg": "EdDSA", "kid": "own", "jwk": double.edwards_key("own") })),
        ("critical extras", json!({ "alg": "EdDSA", "kid": "ed", "crit": ["exp"] })),
        ("a nested token", json!({ "alg": "EdDSA", "kid": "ed", "cty": "JWT" })),
        ("a logout token", json!({ "alg": "EdDSA", "kid": "ed", "typ": "logout+jwt" })),
        ("no algorithm", json!({ "kid": "ed" })),
    ] {
        cases.push((name, double.sign(&header, &claims)));
    }
    for (name, claims) in [
        ("no issuer", without("iss")),
        ("another issuer", with(claims.clone(), "iss", json!("https://other.example"))),
        ("the issuer with a slash", with(claims.clone(), "iss", json!(format!("{}/", double.url)))),
        ("no audience", without("aud")),
        ("another audience", with(claims.clone(), "aud", json!("shop"))),
        ("an audience beside us", with(claims.clone(), "aud", json!(["desk", "shop"]))),
        ("another party", with(claims.clone(), "azp", json!("shop"))),
        ("no end", without("exp")),
        ("an end that is no time", with(claims.clone(), "exp", json!("never"))),
        ("an end beyond all time", with(claims.clone(), "exp", json!(u64::MAX))),
        ("ended a minute ago", with(claims.clone(), "exp", json!(at - 60))),
        ("begins in two minutes", with(claims.clone(), "nbf", json!(at + 120))),
        ("made in two minutes", with(claims.clone(), "iat", json!(at + 120))),
        ("claims that are a list", json!([])),
    ] {
        cases.push((name, double.sign(&header, &claims)));
    }
    for (name, token) in cases {
        assert!(doubt(&issuer, &token).await.is_some(), "{name} was believed");
    }
    assert_eq!(doubt(&issuer, &whole).await, None);
    for (name, claims) in [
        ("ended within the skew", with(claims.clone(), "exp", json!(at - 59))),
        ("made within the skew", with(claims.clone(), "iat", json!(at + 59))),
        ("a fraction of a second", with(claims.clone(), "exp", json!(300.5 + 1_800_000_000_f64))),
        ("the same party", with(with(claims.clone(), "azp", json!("desk")), "aud", json!(["desk"]))),
    ] {
        assert_eq!(doubt(&issuer, &double.sign(&header, &claims)).await, None, "{name}");
    }
}

#[tokio::test]
async fn no_bit_of_a_token_may_be_turned() {
    let double = Double::new().await;
    let issuer = double.issuer(&Watch::held(now()), None);
    let whole = double.sign(&json!({ "alg": "ES256", "kid": "ec" }), &double.claims());
    assert_eq!(doubt(&issuer, &whole).await, None);
    for at in 0..whole.len() {
        let mut bytes = whole.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        let turned = String::from_utf8(bytes).expect("text");
        assert!(doubt(&issuer, &turned).await.is_some(), "letter {at} may be another");
    }
}

#[tokio::test]
async fn a_new_key_is_asked_for_once_a_minute_at_most() {
    let double = Double::new().await;
    let watch = Watch::held(now());
    let issuer = double.issuer(&watch, Some(format!("{}/jwks", double.url)));
    let token = |kid: &str| double.sign(&json!({ "alg": "EdDSA", "kid": kid }), &double.claims());
    assert_eq!(doubt(&issuer, &token("ed")).await, None);

    double.publish(&json!([double.edwards_key("next")]));
    for _ in 0..50 {
        assert!(doubt(&issuer, &token("next")).await.is_some());
    }
    assert_eq!(double.asked.load(Ordering::SeqCst), 1, "within the minute nobody is asked");

    watch.later(Duration::seconds(61));
    let (one, two) = (token("next"), token("next"));
    let (one, two) = tokio::join!(doubt(&issuer, &one), doubt(&issuer, &two));
    assert_eq!((one, two, double.asked.load(Ordering::SeqCst)), (None, None, 2));
    assert!(doubt(&issuer, &token("ed")).await.is_some(), "the former key is no more");
}

#[tokio::test]
async fn keys_serve_on_for_a_day_while_their_source_is_away() {
    let double = Double::new().await;
    let watch = Watch::held(now());
    let issuer = double.issuer(&watch, Some(format!("{}/jwks", double.url)));
    let token = double.sign(&json!({ "alg": "EdDSA", "kid": "ed" }), &double.claims());
    assert_eq!(doubt(&issuer, &token).await, None);
    double.documents.lock().expect("the documents").1 = json!("away");

    watch.later(Duration::hours(2));
    assert_eq!(doubt(&issuer, &token).await, None);
    watch.later(Duration::hours(23));
    let away = issuer.prove(&token, Audience::Only("desk"), now()).await;
    assert!(matches!(away, Err(Error::Unavailable { .. })));
}

#[tokio::test]
async fn a_provider_that_calls_itself_otherwise_or_sends_us_elsewhere_is_not_believed() {
    for (name, other) in [
        ("issuer", "https://other.example".to_owned()),
        ("jwks_uri", "http://127.0.0.1:9/jwks".to_owned()),
        ("token_endpoint", "http://169.254.169.254/token".to_owned()),
        ("device_authorization_endpoint", "http://other.example/device".to_owned()),
    ] {
        let double = Double::new().await;
        double.documents.lock().expect("the documents").0[name] = json!(other);
        let issuer = double.issuer(&Watch::held(now()), None);
        let refused = issuer.metadata().await.err().map(|error| error.code());
        assert_eq!(refused, Some("PROVIDER"), "{name}");
    }
}

#[tokio::test]
async fn a_merchants_token_names_a_subject_and_a_tenant() {
    let double = Double::new().await;
    let watch = Watch::held(now());
    let tokens = |audience: Option<&str>| Tokens {
        issuer: double.url.clone(),
        keys: Some(format!("{}/jwks", double.url)),
        audience: audience.map(str::to_owned),
        tenant_claim: "tenant".to_owned(),
        subject_claim: "sub".to_owned(),
    };
    let issuers = |audience| {
        let settings = Settings { tokens: Some(tokens(audience)), ..Settings::default() };
        let hosts = hosts(&settings, Reach::House).unwrap_or_default();
        Issuers::new(settings, &Egress::open(hosts, Reach::House).expect("a way"), &watch)
    };
    let (anyone, api) = (issuers(None), issuers(Some("api")));
    let claims = with(with(double.claims(), "tenant", json!("shop-7")), "aud", json!(["web", "api"]));
    let mut bare = claims.clone();
    bare.as_object_mut().expect("claims").remove("aud");
    let sign = |claims: &Value| double.sign(&json!({ "alg": "EdDSA", "kid": "ed", "typ": "at+jwt" }), claims);
    let named = |bearer: Option<Bearer>| bearer.map(|bearer| (bearer.subject, bearer.tenant));
    let whole = Some(("mira".to_owned(), "shop-7".to_owned()));

    assert_eq!(named(api.bearer(&sign(&claims), now()).await.expect("answers")), whole);
    assert_eq!(named(anyone.bearer(&sign(&bare), now()).await.expect("answers")), whole);
    assert_eq!(named(anyone.bearer(&sign(&claims), now()).await.expect("answers")), None, "meant for somebody");
    assert_eq!(named(api.bearer(&sign(&bare), now()).await.expect("answers")), None, "meant for nobody");
    for tenant in [json!(""), json!(7), json!(["shop-7"]), json!("x".repeat(256)), Value::Null] {
        let other = sign(&with(claims.clone(), "tenant", tenant));
        assert_eq!(named(api.bearer(&other, now()).await.expect("answers")), None);
    }
    assert!(Issuers::default().bearer(&sign(&claims), now()).await.expect("nobody is asked").is_none());
}
