//! A merchant's frontend brings the token of its own identity provider: whom it lets in, and how little it tells those
//! who bring another.

#![expect(clippy::disallowed_methods, reason = "the caller here is a stranger, who has no egress")]

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::routing::get;
use chrono::Duration;
use data_encoding::BASE64URL_NOPAD;
use harness::world::World;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use rightsdesk_server::floor::access::Caller;
use rightsdesk_server::floor::issuers::{Settings, Tokens};
use rightsdesk_server::floor::kernel::{Instant, Personal, TenantId, Watch};
use rightsdesk_server::tenants::{self, Login, MemberRole, NewMember, NewTenant, OurRole};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_merchants_token_maps_to_a_member() {
    let provider = Provider::new().await;
    let mut world = World::alone(Watch::held(Instant::from_micros(1_790_000_000_000_000))).await;
    world.believe(Settings { tokens: Some(provider.settings()), ..Settings::default() });
    let (shop, other) = (tenant(&world, "org-7").await, tenant(&world, "org-8").await);
    member(&world, shop, &provider, "mira").await;
    let desk = world.serve().await;
    let ask = |token: String| viewer(desk.url(), token);
    let claims = provider.claims(&world);
    let whole = provider.sign(&json!({ "alg": "ES256", "kid": "one" }), &claims);

    let (status, answer) = ask(whole.clone()).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(answer["data"]["viewer"]["kind"], "MEMBER", "{answer}");

    let header = json!({ "alg": "ES256", "kid": "one" });
    let with = |name: &str, value: Value| {
        let mut claims = claims.clone();
        claims[name] = value;
        provider.sign(&header, &claims)
    };
    let now = world.tools.watch.now().micros() / 1_000_000;
    let parts: Vec<&str> = whole.split('.').collect();
    let other_claims = with("sub", json!("noor"));
    let cases = [
        ("another issuer", with("iss", json!("http://127.0.0.1:9"))),
        ("another audience", with("aud", json!("shop"))),
        ("no audience", with("aud", Value::Null)),
        ("ended", with("exp", json!(now - 61))),
        ("not begun", with("nbf", json!(now + 61))),
        ("from tomorrow", with("iat", json!(now + 86_400))),
        ("a tenant nobody has", with("tenant", json!("org-9"))),
        ("another's tenant", with("tenant", json!("org-8"))),
        ("no tenant", with("tenant", Value::Null)),
        ("the tenant's id instead of its reference", with("tenant", json!(other.uuid().to_string()))),
        ("a subject nobody has", with("sub", json!("noor"))),
        ("a subject in other letters", with("sub", json!("Mira"))),
        ("unsigned", provider.sign(&json!({ "alg": "none" }), &claims)),
        ("signed with what everyone can read", provider.sign(&json!({ "alg": "HS256", "kid": "one" }), &claims)),
        ("a key nobody published", provider.sign(&json!({ "alg": "ES256", "kid": "nine" }), &claims)),
        ("tampered", [parts[0], other_claims.split('.').nth(1).expect("claims"), parts[2]].join(".")),
        ("cut", whole[..whole.len() - 2].to_owned()),
        ("too long", format!("{whole}{}", "A".repeat(9_000))),
        ("no token at all", "a.b.c".to_owned()),
    ];
    let mut shape = None;
    for (name, token) in cases {
        let (status, mut answer) = ask(token).await;
        assert_eq!(status, 401, "{name}: {answer}");
        for error in answer["errors"].as_array_mut().expect("errors") {
            error["extensions"].as_object_mut().expect("extensions").remove("requestId");
        }
        let shape = shape.get_or_insert_with(|| answer.clone());
        assert_eq!(*shape, answer, "{name} is told another way");
    }

    // The provider turns its key. What the new one signs is believed as soon as it may be asked for.
    provider.turn("two");
    let turned = provider.sign(&json!({ "alg": "ES256", "kid": "two" }), &claims);
    assert_eq!(ask(turned.clone()).await.0, 401, "within the minute of the last look");
    world.later(Duration::seconds(61));
    assert_eq!(ask(turned.clone()).await.0, 200);
    assert_eq!(ask(whole).await.0, 401, "the former key is no more");

    // Who was removed is nobody's member.
    let removed = "update members set state = 'removed', removed_at = now() where tenant_id =";
    world.base.tamper(&format!("{removed} '{}'", shop.uuid()));
    assert_eq!(ask(turned).await.0, 401);
}

/// An identity provider that publishes one key at a time.
struct Provider {
    url: String,
    key: Mutex<SigningKey>,
    published: Arc<Mutex<Value>>,
}

impl Provider {
    async fn new() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("its address"));
        let published = Arc::new(Mutex::new(Value::Null));
        let shown = Arc::clone(&published);
        let described = json!({ "issuer": url, "jwks_uri": format!("{url}/jwks") }).to_string();
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(move || async move { described }))
            .route("/jwks", get(move || async move { shown.lock().expect("the keys").to_string() }));
        tokio::spawn(async move { axum::serve(listener, router).await });
        let provider = Self { url, key: Mutex::new(fresh()), published };
        provider.turn("one");
        provider
    }

    fn settings(&self) -> Tokens {
        Tokens {
            issuer: self.url.clone(),
            keys: None,
            audience: Some("rightsdesk".to_owned()),
            tenant_claim: "tenant".to_owned(),
            subject_claim: "sub".to_owned(),
        }
    }

    fn claims(&self, world: &World) -> Value {
        let now = world.tools.watch.now().micros() / 1_000_000;
        json!({ "iss": self.url, "sub": "mira", "aud": ["web", "rightsdesk"], "tenant": "org-7", "iat": now, "exp": now + 600 })
    }

    /// A new key under this name, and none beside it.
    fn turn(&self, kid: &str) {
        let key = fresh();
        let point = key.verifying_key().to_sec1_point(false);
        let [x, y] = [point.x(), point.y()].map(|part| BASE64URL_NOPAD.encode(part.expect("a coordinate")));
        *self.published.lock().expect("the keys") = json!({ "keys": [{ "kty": "EC", "crv": "P-256", "x": x, "y": y, "kid": kid, "alg": "ES256", "use": "sig" }] });
        *self.key.lock().expect("the key") = key;
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        let encode = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
        let signed = format!("{}.{}", encode(header), encode(claims));
        let key = self.key.lock().expect("the key");
        let signature = match header["alg"].as_str() {
            Some("ES256") => {
                let signature: Signature = key.sign(signed.as_bytes());
                signature.to_bytes().to_vec()
            }
            Some("HS256") => hmac(&key.verifying_key().to_sec1_bytes(), signed.as_bytes()),
            _ => Vec::new(),
        };
        format!("{signed}.{}", BASE64URL_NOPAD.encode(&signature))
    }
}

fn fresh() -> SigningKey {
    loop {
        if let Ok(key) = SigningKey::from_slice(&rand::random::<[u8; 32]>()) {
            return key;
        }
    }
}

fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    use hmac::{Hmac, KeyInit, Mac};
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(key).expect("a key");
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}

async fn tenant(world: &World, reference: &str) -> TenantId {
    let new = NewTenant {
        legal_name: format!("Shop {reference}"),
        reference: Some(reference.to_owned()),
        locale: "en".to_owned(),
        region: "EU".to_owned(),
        plan: "base".to_owned(),
        app_slots: 3,
        our_role: OurRole::Processor,
        role_note: None,
    };
    tenants::open_tenant(&world.tools, &Caller::house(), new, None).await.expect("opened").id
}

async fn member(world: &World, tenant: TenantId, provider: &Provider, subject: &str) {
    let login = Login { issuer: provider.url.clone(), subject: Personal::new(subject) };
    let new = NewMember {
        tenant,
        name: Personal::new("Mira Example"),
        mail: Personal::new("mira@shop.example"),
        role: MemberRole::Owner,
        login: Some(login),
    };
    tenants::add_member(&world.tools, &Caller::house(), new, None).await.expect("added");
}

async fn viewer(url: String, token: String) -> (u16, Value) {
    let call = reqwest::Client::new().post(format!("{url}/graphql")).bearer_auth(token);
    let answer = call.json(&json!({ "query": "{ viewer { kind } }" })).send().await.expect("an answer");
    let status = answer.status().as_u16();
    (status, serde_json::from_str(&answer.text().await.expect("text")).expect("JSON"))
}
