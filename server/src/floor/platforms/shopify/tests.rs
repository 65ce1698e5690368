//! Shopify's own examples, and what somebody else might send.

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use proptest::prelude::*;
use serde_json::Value;
use sha2::Sha256;

use super::super::tests::{Double, at, headers, platforms, query};
use super::*;

fn vectors(text: &str) -> Value {
    serde_json::from_str(text).expect("vectors")
}

fn cases<'a>(vectors: &'a Value, under: &str) -> &'a Vec<Value> {
    vectors[under].as_array().expect("cases")
}

fn text<'a>(case: &'a Value, name: &str) -> &'a str {
    case[name].as_str().expect("a text")
}

/// The pairs of a case as a browser brings them, the last first.
fn brought(case: &Value) -> Query {
    let mut pairs = Vec::new();
    for (name, value) in case["params"].as_object().expect("pairs").iter().rev() {
        match value {
            Value::Array(items) => {
                pairs.extend(items.iter().map(|item| (name.clone(), item.as_str().expect("a text").to_owned())));
            }
            value => pairs.push((name.clone(), value.as_str().expect("a text").to_owned())),
        }
    }
    pairs.push(("hmac".to_owned(), text(case, "hmac_hex").to_owned()));
    Query(pairs)
}

#[test]
fn a_callback_is_shopifys_exactly_where_the_examples_say_so() {
    let vectors = vectors(include_str!("../vectors/shopify_oauth_hmac.json"));
    let all: Vec<_> = cases(&vectors, "cases").iter().chain(cases(&vectors, "negative")).collect();
    assert_eq!(all.len(), 6);
    for case in all {
        let (secret, valid) = (text(case, "secret").as_bytes(), case["valid"].as_bool().expect("a verdict"));
        let is_shopifys = |keys| callback::is_shopifys(keys, &brought(case));
        assert_eq!(is_shopifys([secret, b""]), valid, "{}", case["name"]);
        assert_eq!(is_shopifys([b"new", secret]), valid, "the former secret, {}", case["name"]);
        assert!(!is_shopifys([b"new", b""]) && !is_shopifys([b"", b""]), "{}", case["name"]);
    }
    for case in cases(&vectors["shop_domain_rule"], "cases") {
        assert_eq!(named(text(case, "in")).is_some(), case["ok"].as_bool().expect("a verdict"), "{case}");
    }
}

#[test]
fn a_shop_is_its_bare_name() {
    assert_eq!(named("A-Shop.MyShopify.com//").map(|shop| shop.to_string()).as_deref(), Some("a-shop.myshopify.com"));
    for typed in [
        "https://a.myshopify.com",
        "a.myshopify.com/admin",
        "a.myshopify.com\n",
        "a.myshopify.com.",
        "myshopify.com",
        ".myshopify.com",
        "a_myshopify.com",
        "ä.myshopify.com",
        "a.myshopify.com@evil.example",
        "a.myshopify.io",
    ] {
        assert_eq!(named(typed), None, "{typed}");
    }
}

fn signed(secret: &str, pairs: &[(&str, &str)]) -> Query {
    let mut sorted: Vec<_> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    sorted.sort();
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key");
    mac.update(sorted.join("&").as_bytes());
    let made = HEXLOWER.encode(&mac.finalize().into_bytes());
    query(&[pairs, &[("hmac", &made)]].concat())
}

#[test]
fn what_comes_back_is_taken_from_the_shop_that_was_asked_and_in_time() {
    let (platforms, shop) = (platforms(), Shop::kept("a.myshopify.com"));
    let (shopify, setup) = platforms.find("shopify").expect("set up");
    let pairs = [("code", "c"), ("shop", "a.myshopify.com"), ("state", "s"), ("timestamp", "1000")];
    let came = |query: &Query, now| match shopify.returned(setup, &shop, query, at(now)) {
        Ok(Came::Code(code)) => Ok(code.expose().to_owned()),
        Ok(_) => Ok("denied".to_owned()),
        Err(Refusal(why)) => Err(why),
    };
    for secret in ["hush", "hush-before"] {
        assert_eq!(came(&signed(secret, &pairs), 1_000).as_deref(), Ok("c"), "{secret}");
    }
    assert_eq!(
        (came(&signed("hush", &pairs), 910), came(&signed("hush", &pairs), 909)),
        (Ok("c".into()), Err("too_old"))
    );
    assert_eq!(
        (came(&signed("hush", &pairs), 1_090), came(&signed("hush", &pairs), 1_091)),
        (Ok("c".into()), Err("too_old"))
    );
    assert_eq!(came(&signed("other", &pairs), 1_000), Err("signature"));
    assert_eq!(came(&query(&pairs), 1_000), Err("signature"));
    for (name, value, why) in [
        ("shop", "b.myshopify.com", "shop"),
        ("shop", "a.myshopify.com.evil.example", "shop"),
        ("timestamp", "", "timestamp"),
        ("timestamp", "-9223372036854775808", "too_old"),
        ("timestamp", "99999999999999999999", "timestamp"),
        ("code", "", "code"),
    ] {
        let other = pairs.map(|(key, was)| (key, if key == name { value } else { was }));
        assert_eq!(came(&signed("hush", &other), 1_000), Err(why), "{name}={value}");
    }
    let twice = [("code", "mine"), ("code", "c"), ("shop", "a.myshopify.com"), ("timestamp", "1000")];
    assert_eq!(came(&signed("hush", &twice), 1_000), Err("code"));
    let denied = [("error", "access_denied"), ("shop", "a.myshopify.com"), ("timestamp", "1000")];
    assert_eq!(came(&signed("hush", &denied), 1_000).as_deref(), Ok("denied"));
}

#[test]
fn a_delivery_is_shopifys_exactly_where_the_examples_say_so() {
    let vectors = vectors(include_str!("../vectors/shopify_webhook_hmac.json"));
    assert_eq!(cases(&vectors, "cases").len(), 4);
    for case in cases(&vectors, "cases") {
        let given = case["headers"].as_object().into_iter().flatten();
        let given: Vec<_> = given.map(|(name, value)| (name.as_str(), value.as_str().expect("a text"))).collect();
        let own = [("X-Shopify-Hmac-Sha256", text(case, "hmac_b64")), ("X-Shopify-Topic", "products/create")];
        let headers = headers(if given.is_empty() { own.to_vec() } else { given });
        let (secret, body) = (text(case, "secret").as_bytes(), text(case, "body").as_bytes());
        let valid = case["valid"].as_bool().expect("a verdict");
        for keys in [[secret, b""], [b"new", secret]] {
            assert_eq!(webhook::verify(keys, &headers, body).is_ok(), valid, "{}", case["name"]);
        }
        assert!(webhook::verify([b"new", b""], &headers, body).is_err());
        assert!(webhook::verify([secret, b""], &headers, &body[1..]).is_err());
    }
}

fn delivery(body: &str, shop: &str, extra: &[(&str, &str)]) -> Result<Delivery, Refusal> {
    let made = super::super::signature::sign(b"hush", body.as_bytes()).expect("signed");
    let own = [("x-shopify-hmac-sha256", made.as_str()), ("x-shopify-topic", "t"), ("x-shopify-shop-domain", shop)];
    webhook::verify([b"hush", b""], &headers(own.into_iter().chain(extra.iter().copied())), body.as_bytes())
}

#[test]
fn a_delivery_names_one_shop_inside_and_outside() {
    let vectors = vectors(include_str!("../vectors/shopify_compliance_payloads.json"));
    for (topic, payload) in vectors["payloads"].as_object().expect("payloads") {
        let body = payload.to_string().replace("{shop}", "a");
        let taken = delivery(&body, "a.myshopify.com", &[]).expect(topic);
        assert_eq!((taken.shop, taken.body), (Some(Shop::kept("a.myshopify.com")), body.clone().into_bytes()));
        assert_eq!(delivery(&body, "b.myshopify.com", &[]).err(), Some(Refusal("shop")), "{topic}");
        assert_eq!(delivery(&body, "", &[]).err(), Some(Refusal("shop")), "{topic}");
    }
    for (topic, payload) in vectors["other_topics"].as_object().expect("payloads") {
        assert!(delivery(&payload.to_string(), "a.myshopify.com", &[]).is_ok(), "{topic}");
    }
}

#[test]
fn a_delivery_is_known_again_by_its_id_or_by_what_it_says() {
    let with = |extra: &[(&str, &str)]| delivery("{}", "a.myshopify.com", extra).expect("signed");
    assert_eq!(with(&[("x-shopify-webhook-id", "w-1")]).id, "w-1");
    assert_eq!(with(&[]).id, with(&[]).id);
    let at = with(&[("x-shopify-triggered-at", "2026-01-01T00:00:00.5Z")]).at.expect("a time");
    assert_eq!(at.to_string(), "2026-01-01T00:00:00.500Z");
    assert_eq!(with(&[("x-shopify-triggered-at", "yesterday")]).at, None);
}

#[test]
fn consent_is_asked_at_the_shop() {
    let (platforms, shop) = (platforms(), Shop::kept("a.myshopify.com"));
    let (shopify, setup) = platforms.find("shopify").expect("set up");
    let back = Url::parse("https://desk.example/back?x=1").expect("an address");
    let scopes = ["read_products".to_owned(), "read_orders".to_owned()];
    let ask =
        Consent { shop: &shop, scopes: &scopes, state: "s&s", challenge: None, asker: "", back: &back, keys_to: &back };
    assert_eq!(
        shopify.consent(setup, &ask).expect("an address").as_str(),
        "https://a.myshopify.com/admin/oauth/authorize?client_id=app-1&scope=read_products%2Cread_orders\
         &redirect_uri=https%3A%2F%2Fdesk.example%2Fback%3Fx%3D1&state=s%26s"
    );
}

#[tokio::test]
async fn a_code_becomes_a_pair_and_a_pair_the_next() {
    const PAIR: &str = r#"{"access_token":"a","scope":"read_products,write_products","expires_in":3600,
        "refresh_token":"r","refresh_token_expires_in":7776000,"more":[1]}"#;
    let double =
        Double::open(&[(200, PAIR), (200, PAIR), (401, "This request requires an active refresh_token")]).await;
    let (platforms, shop) = (double.platforms(), Shop::kept("a.myshopify.com"));
    let (shopify, setup) = platforms.find("shopify").expect("set up");
    let visit = platforms.visit(setup, &shop, at(1_000));
    let (code, back) = (Secret::new("c"), Url::parse("https://desk.example/back").expect("an address"));
    let tokens = shopify.exchange(visit, Code { code: &code, verifier: None, back: &back }).await.expect("tokens");
    assert_eq!((tokens.access.expose(), tokens.access_ends), ("a", Some(at(4_600))));
    assert_eq!(tokens.refresh.map(|token| token.expose().to_owned()).as_deref(), Some("r"));
    assert_eq!(tokens.refresh_ends, Some(at(7_777_000)));
    assert_eq!(tokens.scopes.as_deref(), Some(&["read_products".to_owned(), "write_products".to_owned()][..]));
    let refresh = Secret::new("r");
    assert!(shopify.refresh(visit, &refresh).await.is_ok());
    assert_eq!(shopify.refresh(visit, &refresh).await.err(), Some(Fate::Over("ended")));
    let heard = double.heard();
    assert_eq!(heard[0].line, "POST /a.myshopify.com/admin/oauth/access_token");
    let sent: Vec<Value> = heard.iter().map(|heard| serde_json::from_str(&heard.body).expect("a document")).collect();
    assert_eq!(sent[0], json!({"client_id": "app-1", "client_secret": "hush", "code": "c", "expiring": "1"}));
    assert_eq!((&sent[1]["grant_type"], &sent[1]["refresh_token"]), (&json!("refresh_token"), &json!("r")));
}

#[tokio::test]
async fn a_shop_says_what_is_granted_and_takes_it_back() {
    let double = Double::open(&[
        (200, r#"{"data":{"currentAppInstallation":{"accessScopes":[{"handle":"read_products"}]}}}"#),
        (401, r#"{"errors":"[API] Invalid API key or access token"}"#),
        (
            200,
            r#"{"errors":[{"message":"Throttled","extensions":{"code":"THROTTLED"}}],"extensions":{"cost":
            {"requestedQueryCost":252,"actualQueryCost":null,"throttleStatus":{"maximumAvailable":1000.0,
            "currentlyAvailable":2,"restoreRate":100.0}}}}"#,
        ),
        (200, r#"{"data":{"appUninstall":{"userErrors":[]}}}"#),
        (200, r#"{"data":{"appUninstall":{"userErrors":[{"code":"APP_NOT_INSTALLED"}]}}}"#),
        (200, r#"{"data":{"appUninstall":{"userErrors":[{"code":"INSUFFICIENT"}]}}}"#),
        (200, r#"{"data":{"appRevokeAccessScopes":{"userErrors":[]}}}"#),
        (200, r#"{"data":{"appRevokeAccessScopes":{"userErrors":[{"code":"CANNOT_REVOKE_REQUIRED_SCOPES"}]}}}"#),
        (200, r#"{"errors":[{"message":"x"}],"data":null}"#),
    ])
    .await;
    let (platforms, shop, access) = (double.platforms(), Shop::kept("a.myshopify.com"), Secret::new("t"));
    let (shopify, setup) = platforms.find("shopify").expect("set up");
    let visit = platforms.visit(setup, &shop, at(0));
    assert_eq!(shopify.granted(visit, &access).await, Ok(Some(vec!["read_products".to_owned()])));
    assert_eq!(shopify.granted(visit, &access).await, Err(Fate::Stale));
    let wait = Fate::Again { after: std::time::Duration::from_secs(3) };
    assert_eq!(shopify.granted(visit, &access).await, Err(wait));
    assert_eq!(shopify.revoke(visit, &access, Back::Everything).await, Ok(Revoked::Done));
    assert_eq!(shopify.revoke(visit, &access, Back::Everything).await, Ok(Revoked::AlreadyGone));
    assert!(matches!(shopify.revoke(visit, &access, Back::Everything).await, Ok(Revoked::ByHand(_))));
    let scopes = ["write_products".to_owned()];
    assert_eq!(shopify.revoke(visit, &access, Back::Scopes(&scopes)).await, Ok(Revoked::Done));
    assert!(matches!(shopify.revoke(visit, &access, Back::Scopes(&scopes)).await, Ok(Revoked::ByHand(_))));
    assert!(matches!(shopify.revoke(visit, &access, Back::Scopes(&scopes)).await, Err(Fate::Again { .. })));
    let heard = double.heard();
    assert_eq!(heard[0].line, "POST /a.myshopify.com/admin/api/2026-10/graphql.json");
    assert!(heard.iter().all(|heard| heard.headers["x-shopify-access-token"] == "t"));
    assert!(heard[6].body.contains(r#"{"scopes":["write_products"]}"#));
}

proptest! {
    #[test]
    fn no_letter_of_a_signed_callback_can_be_changed(code in "[ -~]{1,30}", at in 0_usize..30, other in "[ -~]") {
        let pairs = [("code", code.as_str()), ("shop", "a.myshopify.com")];
        let escaped: String = url::form_urlencoded::byte_serialize(code.as_bytes()).collect();
        let made = signed("hush", &[("code", &escaped.replace('+', "%20")), ("shop", "a.myshopify.com")]);
        let hmac = made.one("hmac").expect("a signature").to_owned();
        let keys = || [&b"hush"[..], b""];
        prop_assert!(callback::is_shopifys(keys(), &query(&[&pairs[..], &[("hmac", &hmac)]].concat())));
        let mut changed = code.clone();
        let place = at.min(code.len() - 1);
        changed.replace_range(place..=place, &other);
        let pairs = [("code", changed.as_str()), ("shop", "a.myshopify.com"), ("hmac", &hmac)];
        prop_assert_eq!(callback::is_shopifys(keys(), &query(&pairs)), changed == code);
    }
}
