//! What a running store sent and took, and what somebody else might send.

use serde_json::{Value, json};

use super::super::signature::sign;
use super::super::tests::{Double, at, headers, platforms, query};
use super::super::{Platforms, Settings};
use super::*;

fn vectors(text: &str) -> Value {
    serde_json::from_str(text).expect("vectors")
}

#[test]
fn a_store_in_the_clear_is_asked_as_one_took_it() {
    let vectors = vectors(include_str!("../vectors/woocommerce_oauth1.json"));
    let text = |name: &str| vectors[name].as_str().expect("a text");
    let params = vectors["params"].as_object().expect("pairs");
    let param = |name: &str| params[name].as_str().expect("a text");
    let url = Url::parse(text("url")).expect("an address");
    let mut pairs: Vec<_> = params.iter().map(|(name, _)| (name.clone(), param(name).to_owned())).collect();
    pairs.reverse();
    assert_eq!(oauth1::base("GET", &url, &pairs), text("base_string"));
    let asked = Url::parse(&[text("url"), "?per_page=", param("per_page")].concat()).expect("an address");
    let seconds = param("oauth_timestamp").parse().expect("seconds");
    let (key, nonce) = (param("oauth_consumer_key"), param("oauth_nonce"));
    let signed = oauth1::signed("GET", asked.clone(), (key, text("consumer_secret")), nonce, seconds).expect("signed");
    let made: Vec<_> = signed.query_pairs().filter(|(name, _)| name == "oauth_signature").collect();
    assert_eq!(made.len(), 1);
    assert_eq!(made[0].1, text("expected_oauth_signature"));
    let other = oauth1::signed("GET", asked, (key, "cs_other"), nonce, seconds).expect("signed");
    assert_ne!(other, signed);
}

#[test]
fn keys_are_handed_over_as_a_store_did_it() {
    let vectors = vectors(include_str!("../vectors/woocommerce_wc_auth.json"));
    let body = vectors["callback_post"]["body"].as_str().expect("a body");
    let handed = WooCommerce.handed_over(body.as_bytes()).expect("keys");
    assert_eq!(handed.state.expose(), "state-123");
    assert_eq!(
        handed.tokens.access.expose(),
        "ck_aba454d4d7d731613140f5c8a9939f446b80d398:cs_bbbc4342abd27b0872734ddabe1ddcfbe0dfe349"
    );
    assert_eq!(handed.tokens.scopes.as_deref(), Some(&["read_write".to_owned()][..]));
    assert!(handed.tokens.refresh.is_none() && handed.tokens.access_ends.is_none());
    for cut in 0..body.len() {
        assert!(WooCommerce.handed_over(&body.as_bytes()[..cut]).is_err(), "{cut}");
    }
    for (name, value) in [
        ("user_id", json!(7)),
        ("consumer_key", json!("cs_bbbc4342abd27b0872734ddabe1ddcfbe0dfe349")),
        ("consumer_key", json!("ck_")),
        ("consumer_secret", json!("cs_bbbc4342abd27b08\r\nx: y")),
        ("consumer_secret", json!(["cs_bbbc4342abd27b0872734ddabe1ddcfbe0dfe349"])),
        ("key_permissions", json!("admin")),
        ("key_permissions", json!(null)),
    ] {
        let mut odd: Value = serde_json::from_str(body).expect("a body");
        odd[name] = value;
        assert!(WooCommerce.handed_over(odd.to_string().as_bytes()).is_err(), "{odd}");
    }
    for platform in super::super::REGISTRY.iter().filter(|platform| platform.code() != "woocommerce") {
        assert_eq!(platform.handed_over(body.as_bytes()).err(), Some(Refusal("no_hand_over")));
    }
}

#[test]
fn consent_is_asked_at_the_store_as_one_was() {
    let platforms = platforms();
    let (woocommerce, setup) = platforms.find("woocommerce").expect("set up");
    let shop = woocommerce.shop(setup, "https://Store.example/shop/").expect("a shop");
    assert_eq!(shop.as_str(), "store.example/shop");
    let (back, keys_to) = ("https://127.0.0.1:8097/ret", "https://127.0.0.1:8097/cb");
    let (back, keys_to) = (Url::parse(back).expect("an address"), Url::parse(keys_to).expect("an address"));
    let asked = |scope: &str| {
        let scopes = [scope.to_owned()];
        let ask = Consent {
            shop: &shop,
            scopes: &scopes,
            state: "state-123",
            challenge: None,
            asker: "PrivOps",
            back: &back,
            keys_to: &keys_to,
        };
        woocommerce.consent(setup, &ask).expect("an address").to_string()
    };
    let vectors = vectors(include_str!("../vectors/woocommerce_wc_auth.json"));
    let taken = vectors["authorize_request"].as_str().expect("a request").replace("GET ", "https://store.example/shop");
    assert_eq!(asked("read_write"), taken);
    assert_eq!(asked("read"), taken.replace("read_write", "read"));
    let came = |pairs| woocommerce.returned(setup, &shop, &query(pairs), at(0));
    assert!(matches!(came(&[("success", "1"), ("user_id", "s")]), Ok(Came::HandedOver)));
    assert!(matches!(came(&[("success", "0"), ("user_id", "s")]), Ok(Came::Denied)));
    assert!(came(&[]).is_err() && came(&[("success", "1"), ("success", "0")]).is_err());
}

#[test]
fn production_knows_stores_by_public_names_over_tls_alone() {
    let strict = platforms();
    let own = Platforms::open(&Settings::default(), Reach::House).expect("a desk");
    let shop = |platforms: &Platforms, typed: &str| {
        WooCommerce.shop(platforms.find("woocommerce").expect("set up").1, typed).map(|shop| shop.to_string())
    };
    for (typed, kept) in [("store.example", "store.example"), (" https://store.example:443/a/ ", "store.example/a")] {
        assert_eq!(shop(&strict, typed).as_deref(), Some(kept));
    }
    for typed in [
        "http://store.example",
        "store.example:8443",
        "localhost",
        "127.0.0.1",
        "https://[::1]",
        "10.0.0.1",
        "intranet",
        "https://a:b@store.example",
        "https://store.example/?x",
        "https://store.example/#x",
        "ftp://store.example",
        "",
    ] {
        assert_eq!(shop(&strict, typed), None, "{typed}");
    }
    assert_eq!(shop(&own, "http://127.0.0.1:8099/").as_deref(), Some("http://127.0.0.1:8099"));
    assert!(at_of(&strict, "http://store.example").is_none(), "even where a row says so");
}

fn at_of(platforms: &Platforms, shop: &str) -> Option<Url> {
    super::at(platforms.find("woocommerce").expect("set up").1, &Shop::kept(shop), "/x")
}

#[tokio::test]
async fn keys_are_proved_at_their_store_without_a_shoppers_data() {
    let double = Double::open(&[
        (200, "[{\"id\":1}]"),
        (401, r#"{"code":"woocommerce_rest_cannot_view"}"#),
        (301, ""),
        (200, "<html>"),
        (401, "<html>"),
        (404, "{}"),
        (503, ""),
    ])
    .await;
    let platforms = double.platforms();
    let (woocommerce, setup) = platforms.find("woocommerce").expect("set up");
    let shop = woocommerce.shop(setup, &double.url).expect("a shop");
    let (access, visit) = (Secret::new("ck_1:cs_1"), platforms.visit(setup, &shop, at(1_795_229_918)));
    assert_eq!(woocommerce.granted(visit, &access).await, Ok(None));
    for fate in [Fate::Over("keys"), Fate::Over("moved")] {
        assert_eq!(woocommerce.granted(visit, &access).await, Err(fate));
    }
    for answered in ["a page", "a wall", "nothing there", "away"] {
        let fate = woocommerce.granted(visit, &access).await;
        assert!(matches!(fate, Err(Fate::Again { .. })), "{answered}: {fate:?}");
    }
    let heard = double.heard();
    assert!(heard[0].line.starts_with("GET /wp-json/wc/v3/products?per_page=1&_fields=id&oauth_consumer_key=ck_1&"));
    assert!(heard.iter().all(|heard| !heard.headers.contains_key("authorization") && !heard.line.contains("cs_1")));
    let away = Shop::kept("http://127.0.0.1:1");
    let visit = platforms.visit(setup, &away, at(0));
    assert_eq!(woocommerce.granted(visit, &access).await, Err(Fate::Over("address")), "no operator listed it");
}

#[test]
fn over_tls_the_keys_go_as_a_password() {
    assert_eq!(basic(&Secret::new("ck_1:cs_1")).expose(), "Basic Y2tfMTpjc18x");
}

#[test]
fn a_delivery_is_known_by_what_it_says_and_not_by_its_own_id() {
    let platforms = platforms();
    let (woocommerce, setup) = platforms.find("woocommerce").expect("set up");
    let hooks = [Secret::new("now"), Secret::new("before")];
    let deliver = |secret: &[u8], body: &[u8], hook: &str| {
        let made = sign(secret, body).expect("signed");
        let headers = headers([
            ("x-wc-webhook-signature", made.as_str()),
            ("x-wc-webhook-id", hook),
            ("x-wc-webhook-topic", "order.created"),
            ("x-wc-webhook-source", "https://store.example/"),
            ("x-wc-webhook-delivery-id", "the same in one second"),
        ]);
        woocommerce.verify(setup, By::Hook(&hooks), &headers, body, at(0))
    };
    let first = deliver(b"now", b"{\"id\":1}", "7").expect("signed");
    let second = deliver(b"before", b"{\"id\":2}", "7").expect("signed");
    assert_eq!((first.shop, first.topic.as_str()), (Some(Shop::kept("store.example")), "order.created"));
    assert_ne!(first.id, second.id);
    assert_eq!(first.id, deliver(b"now", b"{\"id\":1}", "7").expect("signed").id);
    assert_eq!(deliver(b"other", b"{}", "7").err(), Some(Refusal("signature")));
    for hook in ["", "x", "123456789012345678901"] {
        assert_eq!(deliver(b"now", b"{}", hook).err(), Some(Refusal("topic")), "{hook}");
    }
    let none = headers([("x-wc-webhook-id", "7")]);
    assert_eq!(woocommerce.signer(&none), Ok(Signer::Hook("7".to_owned())));
    let ping = woocommerce.verify(setup, By::Hook(&hooks), &none, b"webhook_id=7", at(0));
    assert_eq!(ping.err(), Some(Refusal("signature")), "the first ping is not signed");
    assert!(woocommerce.verify(setup, By::App, &none, b"", at(0)).is_err());
}
