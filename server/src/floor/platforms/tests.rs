//! What the platforms share, and their calls against a double on loopback that answers as it is told.

use std::collections::VecDeque;
use std::sync::{Arc, LazyLock, Mutex};

use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use chrono::DateTime;
use http::{HeaderName, HeaderValue};
use proptest::prelude::*;

use super::*;
use crate::floor::kernel::Reach;

/// A desk with an app at every platform.
pub(super) fn settings(addresses: &[String]) -> Settings {
    let secret = |text: &str| Some(Secret::new(text));
    Settings {
        shopify: secret("client_id=app-1 client_secret=hush former_secret=hush-before"),
        ebay: secret(concat!(
            "client_id=app:2 client_secret=s/2 redirect_name=Ru-Name ",
            "verification_token=71745723-d031-455c-bfa5-f90d11b4f20a"
        )),
        etsy: secret("client_id=keystring client_secret=shared webhook_secret=whsec_c2VjcmV0LWtleQ=="),
        addresses: addresses.to_vec(),
        hosts: Vec::new(),
    }
}

pub(super) fn platforms() -> Platforms {
    static OPEN: LazyLock<Platforms> =
        LazyLock::new(|| Platforms::open(&settings(&[]), Reach::World).expect("a desk that is set up"));
    OPEN.clone()
}

pub(super) fn at(seconds: i64) -> Instant {
    Instant::from_utc(DateTime::from_timestamp(seconds, 0).expect("a time"))
}

pub(super) fn headers<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> HeaderMap {
    let pair = |(name, value): (&str, &str)| {
        let name = HeaderName::from_bytes(name.as_bytes()).expect("a name");
        (name, HeaderValue::from_bytes(value.as_bytes()).expect("a value"))
    };
    pairs.into_iter().map(pair).collect()
}

pub(super) fn query(pairs: &[(&str, &str)]) -> Query {
    Query(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
}

/// What one call brought: method, address, headers, body.
pub(super) struct Heard {
    pub(super) line: String,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

#[derive(Clone, Default)]
pub(super) struct Double {
    answers: Arc<Mutex<VecDeque<(u16, &'static str)>>>,
    heard: Arc<Mutex<Vec<Heard>>>,
    pub(super) url: String,
}

impl Double {
    pub(super) async fn open(answers: &[(u16, &'static str)]) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("its address"));
        let answers = Arc::new(Mutex::new(answers.iter().copied().collect()));
        let double = Self { answers, url, ..Self::default() };
        let router = Router::new().fallback(answer).with_state(double.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        double
    }

    pub(super) fn heard(&self) -> Vec<Heard> {
        std::mem::take(&mut *self.heard.lock().expect("unharmed"))
    }

    /// A desk that meets every platform here, and lists this host for stores.
    pub(super) fn platforms(&self) -> Platforms {
        let addresses = ["shopify=URL/{shop}", "ebay=URL", "ebay_auth=URL", "etsy=URL", "etsy_auth=URL"];
        let mut settings = settings(&addresses.map(|address| address.replace("URL", &self.url)));
        settings.hosts = vec![self.url.replace("http://", "")];
        Platforms::open(&settings, Reach::House).expect("a desk that is set up")
    }
}

async fn answer(State(double): State<Double>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.expect("a body");
    let heard = Heard {
        line: format!("{} {}", parts.method, parts.uri),
        headers: parts.headers,
        body: String::from_utf8(body.to_vec()).expect("text"),
    };
    double.heard.lock().expect("unharmed").push(heard);
    let (status, body) = double.answers.lock().expect("unharmed").pop_front().expect("an answer for every call");
    Response::builder().status(status).header("retry-after", "7").body(body.into()).expect("an answer")
}

#[test]
fn every_platform_is_found_by_its_code_and_a_bare_desk_knows_only_what_needs_no_app() {
    let bare = Platforms::open(&Settings::default(), Reach::World).expect("a desk");
    let set_up = platforms();
    for platform in REGISTRY {
        assert!(find(platform.code()).is_some() && set_up.find(platform.code()).is_some());
        assert_eq!(bare.find(platform.code()).is_some(), platform.code() == "woocommerce");
    }
    assert!(find("amazon").is_none() && set_up.find("").is_none());
}

#[test]
fn production_calls_the_platforms_where_they_are_and_no_store_by_name() {
    let platforms = platforms();
    let permits = |text: &str| platforms.out().permits(&Url::parse(text).expect("an address"));
    assert!(permits("https://api.ebay.com/x") && permits("https://api.etsy.com/x"));
    assert!(permits("https://a-shop.myshopify.com/x"));
    for text in ["https://auth.ebay.com", "https://myshopify.com", "https://store.example", "https://127.0.0.1"] {
        assert!(!permits(text), "{text}");
    }
}

#[test]
fn settings_that_do_not_fit_are_told_apart_and_never_repeated() {
    let told = |settings: &Settings, reach| Platforms::flaws(settings, reach).to_string();
    assert_eq!(told(&settings(&[]), Reach::World), "");
    let secret = |text: &str| Some(Secret::new(text));
    for (wrong, field) in [
        (Settings { shopify: secret("client_id=swordfish"), ..Settings::default() }, "platforms.shopify"),
        (Settings { shopify: secret("swordfish"), ..Settings::default() }, "platforms.shopify"),
        (
            Settings { shopify: secret("client_id=a client_secret= x=swordfish"), ..Settings::default() },
            "platforms.shopify",
        ),
        (
            Settings {
                ebay: secret("client_id=a client_secret=b redirect_name=c verification_token=swordfish"),
                ..Settings::default()
            },
            "platforms.ebay",
        ),
        (
            Settings { etsy: secret("client_id=a client_secret=b webhook_secret=swordfish"), ..Settings::default() },
            "platforms.etsy",
        ),
    ] {
        let told = told(&wrong, Reach::World);
        assert!(told.contains(field) && !told.contains("swordfish"), "{told}");
    }
    let addressed = |text: &str| Settings { addresses: vec![text.to_owned()], ..Settings::default() };
    for text in [
        "amazon=https://a.example",
        "ebay",
        "ebay=https://{shop}",
        "shopify=https://shops.example",
        "ebay=https://a:swordfish@a.example",
        "ebay=https://a.example?x",
    ] {
        let told = told(&addressed(text), Reach::House);
        assert!(told.contains("platforms.addresses") && !told.contains("swordfish"), "{text}: {told}");
    }
    let street = addressed("shopify=http://127.0.0.1:9001/{shop}");
    assert_eq!(told(&street, Reach::House), "");
    assert_ne!(told(&street, Reach::World), "");
}

#[tokio::test]
async fn an_answer_says_whether_to_try_again_or_that_it_is_over() {
    let soon = |seconds| Fate::Again { after: Duration::from_secs(seconds) };
    for (code, shop) in [("shopify", "a.myshopify.com"), ("ebay", "seller"), ("etsy", "shop")] {
        for (answer, fate) in [
            ((503, ""), soon(7)),
            ((429, "{}"), soon(7)),
            ((200, "not what was asked"), soon(10)),
            ((200, r#"{"access_token":""}"#), soon(10)),
            ((400, r#"{"error":"invalid_grant"}"#), Fate::Over("ended")),
            ((400, r#"{"error":"invalid_client"}"#), soon(3600)),
            ((401, r#"{"error":"swordfish"}"#), soon(3600)),
            ((302, ""), soon(3600)),
        ] {
            let double = Double::open(&[answer]).await;
            let (platforms, shop) = (double.platforms(), Shop::kept(shop));
            let (platform, setup) = platforms.find(code).expect("set up");
            let visit = platforms.visit(setup, &shop, at(1_000));
            let told = platform.refresh(visit, &Secret::new("r")).await.err();
            assert_eq!(told, Some(fate), "{code}: {answer:?}");
        }
        let double = Double::open(&[(400, r#"{"error":"invalid_request"}"#)]).await;
        let (platforms, shop) = (double.platforms(), Shop::kept(shop));
        let (platform, setup) = platforms.find(code).expect("set up");
        let back = Url::parse("https://desk.example/back").expect("an address");
        let (secret, visit) = (Secret::new("c"), platforms.visit(setup, &shop, at(1_000)));
        let code = Code { code: &secret, verifier: Some(&secret), back: &back };
        assert_eq!(platform.exchange(visit, code).await.err(), Some(Fate::Over("refused")), "a code is good once");
    }
}

#[tokio::test]
async fn a_platform_that_is_away_is_tried_again() {
    let double = Double::open(&[]).await;
    let mut settings = settings(&["etsy=http://127.0.0.1:1".to_owned()]);
    settings.hosts = vec![double.url.replace("http://", "")];
    let platforms = Platforms::open(&settings, Reach::House).expect("a desk");
    let (etsy, setup) = platforms.find("etsy").expect("set up");
    let shop = Shop::kept("shop");
    let told = etsy.refresh(platforms.visit(setup, &shop, at(0)), &Secret::new("r")).await.err();
    assert!(matches!(told, Some(Fate::Again { .. })), "{told:?}");
}

const NAMES: [&str; 12] = [
    "x-shopify-hmac-sha256",
    "x-shopify-topic",
    "x-shopify-shop-domain",
    "x-ebay-signature",
    "webhook-id",
    "webhook-timestamp",
    "webhook-signature",
    "x-wc-webhook-id",
    "x-wc-webhook-topic",
    "x-wc-webhook-signature",
    "x-wc-webhook-source",
    "shopify-hmac-sha256",
];

proptest! {
    #[test]
    fn nothing_that_comes_panics_and_nothing_unsigned_passes(
        values in proptest::collection::vec((0..NAMES.len(), proptest::collection::vec(any::<u8>(), 0..600)), 0..8),
        pairs in proptest::collection::vec(("hmac|shop|code|timestamp|error|success|ids\\[\\]|.{0,8}", ".{0,80}"), 0..8),
        body in proptest::collection::vec(any::<u8>(), 0..400),
        now in any::<i64>(),
    ) {
        let platforms = platforms();
        let mut headers = HeaderMap::new();
        for (name, value) in values {
            if let Ok(value) = HeaderValue::from_bytes(&value) {
                headers.append(NAMES[name], value);
            }
        }
        let key = PublicKey::read(ebay::tests::KEY).expect("a key");
        let (hooks, query, now) = ([Secret::new("s"), Secret::new("")], Query(pairs), Instant::from_micros(now));
        for platform in REGISTRY {
            let (_, setup) = platforms.find(platform.code()).expect("set up");
            let _ = platform.signer(&headers);
            let _ = platform.handed_over(&body);
            let _ = platform.returned(setup, &Shop::kept("a.myshopify.com"), &query, now);
            for by in [By::App, By::Hook(&hooks), By::Key(&key)] {
                prop_assert!(platform.verify(setup, by, &headers, &body, now).is_err());
            }
        }
    }

    #[test]
    fn a_shop_keeps_its_form(typed in "\\PC{0,40}|[a-z0-9.:/_-]{0,60}|[a-zA-Z0-9-]{1,10}\\.myshopify\\.com/{0,3}") {
        let platforms = platforms();
        for platform in REGISTRY {
            let (_, setup) = platforms.find(platform.code()).expect("set up");
            if let Some(shop) = platform.shop(setup, &typed) {
                prop_assert_eq!(platform.shop(setup, shop.as_str()), Some(shop));
            }
        }
    }
}
