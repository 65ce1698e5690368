//! Etsy's calls and deliveries, signed as Standard Webhooks say.

use super::super::signature::sign;
use super::super::tests::{Double, at, headers, platforms};
use super::*;

const BODY: &str = r#"{"event_type":"ORDER_PAID","resource_url":"https://api.etsy.com/v3/x","shop_id":"12345"}"#;

fn signature(key: &[u8], id: &str, seconds: &str, body: &str) -> String {
    ["v1,", &sign(key, [id, ".", seconds, ".", body].concat().as_bytes()).expect("signed")].concat()
}

fn deliver(id: &str, seconds: &str, signatures: &str, now: i64) -> Result<Delivery, Refusal> {
    let headers = headers([("webhook-id", id), ("webhook-timestamp", seconds), ("webhook-signature", signatures)]);
    let secrets = ["whsec_c2VjcmV0LWtleQ==", "whsec_Zm9ybWVy"];
    verify(secrets, &headers, BODY.as_bytes(), at(now))
}

/// The example that Standard Webhooks gives.
#[test]
fn the_published_example_holds() {
    let body = r#"{"test": 2432232314}"#;
    let key = key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("a key");
    let made = signature(&key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body);
    assert_eq!(made, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

#[test]
fn any_signature_of_the_list_may_match_and_time_counts_both_ways() {
    let (now, before) = (signature(b"secret-key", "m", "1000", BODY), signature(b"former", "m", "1000", BODY));
    for signatures in [now.clone(), before, format!("v1,AAAA v2,x {now}")] {
        let taken = deliver("m", "1000", &signatures, 1_000).expect("signed");
        assert_eq!(
            (taken.id.as_str(), taken.topic.as_str(), taken.shop),
            ("m", "ORDER_PAID", Some(Shop::kept("12345")))
        );
    }
    for (at, why) in [(700, None), (1_300, None), (699, Some("too_old")), (1_301, Some("too_old"))] {
        assert_eq!(deliver("m", "1000", &now, at).err(), why.map(Refusal));
    }
    for (id, seconds, signatures) in [
        ("n", "1000", now.as_str()),
        ("m", "1001", &now),
        ("m", "1000", &now[3..]),
        ("m", "1000", ""),
        ("m", "1000", "v1,é"),
    ] {
        assert_eq!(deliver(id, seconds, signatures, 1_000).err(), Some(Refusal("signature")));
    }
    let odd = signature(b"secret-key", "m", "soon", BODY);
    assert_eq!(deliver("m", "soon", &odd, 1_000).err(), Some(Refusal("timestamp")));
    let ancient = signature(b"secret-key", "m", "-9223372036854775808", BODY);
    assert_eq!(deliver("m", "-9223372036854775808", &ancient, 1_000).err(), Some(Refusal("too_old")));
    assert!(key("whsec_").is_none() && key("c2VjcmV0").is_none() && key("whsec_é").is_none());
}

#[test]
fn consent_goes_with_a_challenge_or_not_at_all() {
    let platforms = platforms();
    let (etsy, setup) = platforms.find("etsy").expect("set up");
    assert!(etsy.uses_pkce());
    let shop = etsy.shop(setup, "MyShop.etsy.com").expect("a shop");
    assert_eq!(shop.as_str(), "myshop");
    assert!(["", "abc", "a shop", "https://etsy.com", "a.b.c.d"].iter().all(|typed| etsy.shop(setup, typed).is_none()));
    let back = Url::parse("https://desk.example/back").expect("an address");
    let scopes = ["shops_r".to_owned(), "listings_r".to_owned()];
    let mut ask =
        Consent { shop: &shop, scopes: &scopes, state: "s", challenge: None, asker: "", back: &back, keys_to: &back };
    assert_eq!(etsy.consent(setup, &ask), Err(Refusal("challenge")));
    ask.challenge = Some("ch");
    assert_eq!(
        etsy.consent(setup, &ask).expect("an address").as_str(),
        "https://www.etsy.com/oauth/connect?response_type=code&client_id=keystring&redirect_uri=https%3A%2F%2Fdesk.example\
         %2Fback&scope=shops_r+listings_r&state=s&code_challenge=ch&code_challenge_method=S256"
    );
}

#[tokio::test]
async fn a_pair_is_replaced_and_its_end_is_reckoned() {
    const PAIR: &str = r#"{"access_token":"12.a","token_type":"Bearer","expires_in":3600,"refresh_token":"12.r"}"#;
    let double =
        Double::open(&[(200, PAIR), (200, PAIR), (200, r#"{"scopes":["shops_r"]}"#), (200, r#"["a"]"#), (401, "{}")])
            .await;
    let platforms = double.platforms();
    let (etsy, setup) = platforms.find("etsy").expect("set up");
    let (shop, secret) = (Shop::kept("myshop"), Secret::new("x"));
    let visit = platforms.visit(setup, &shop, at(0));
    let back = Url::parse("https://desk.example/back").expect("an address");
    let without = Code { code: &secret, verifier: None, back: &back };
    assert_eq!(etsy.exchange(visit, without).await.err(), Some(Fate::Over("verifier")));
    let code = Code { verifier: Some(&secret), ..without };
    assert!(etsy.exchange(visit, code).await.is_ok_and(|tokens| tokens.refresh_ends == Some(at(90 * 86_400))));
    assert!(etsy.refresh(visit, &secret).await.is_ok_and(|tokens| tokens.refresh.is_some()));
    assert_eq!(etsy.granted(visit, &secret).await, Ok(Some(vec!["shops_r".to_owned()])));
    assert_eq!(etsy.granted(visit, &secret).await, Ok(Some(vec!["a".to_owned()])));
    assert_eq!(etsy.granted(visit, &secret).await, Err(Fate::Stale));
    assert!(matches!(etsy.revoke(visit, &secret, Back::Everything).await, Ok(Revoked::ByHand(_))));
    let heard = double.heard();
    assert_eq!(heard[0].line, "POST /v3/public/oauth/token");
    assert!(heard[0].body.contains("code_verifier=x") && heard[1].body.contains("grant_type=refresh_token"));
    assert!(heard.iter().all(|heard| heard.headers["x-api-key"] == "keystring:shared"));
    assert_eq!((heard[2].line.as_str(), heard[2].body.as_str()), ("POST /v3/application/scopes", "token=x"));
}
