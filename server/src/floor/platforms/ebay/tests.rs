//! eBay's own examples, and what somebody else might send.

use p256::ecdsa::signature::hazmat::PrehashSigner;
use p256::ecdsa::{DerSignature, SigningKey};
use p256::pkcs8::EncodePublicKey;
use p256::pkcs8::der::pem::LineEnding;
use serde_json::{Value, json};
use sha1::{Digest, Sha1};

use super::super::tests::{Double, at, headers, platforms, query};
use super::*;

pub(in super::super) const KEY: &str = r#"{"key":"-----BEGIN PUBLIC KEY-----MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEZhhxXKtR+TOvtDbgTPCkSof02qgBB7IsYOyf76ilExJ/upAa/vKIKheOoCyOpcLmi4t0b4uepb7LLjmMr90FUg==-----END PUBLIC KEY-----","algorithm":"ECDSA","digest":"SHA1"}"#;

#[test]
fn a_challenge_is_answered_as_in_the_examples() {
    let vectors: Value = serde_json::from_str(include_str!("../vectors/ebay_challenge.json")).expect("vectors");
    let platforms = platforms();
    let (_, setup) = platforms.find("ebay").expect("set up");
    for case in vectors["cases"].as_array().expect("cases") {
        let text = |name: &str| case[name].as_str().expect("a text");
        let answered = notice::answer(text("challenge_code"), text("verification_token"), text("endpoint"));
        assert_eq!(answered, text("challengeResponse"));
        assert_eq!(challenge(setup, text("challenge_code"), text("endpoint")), Some(answered));
    }
    assert_eq!(challenge(setup, &"x".repeat(10_000), "https://desk.example"), None);
    let bare = platforms.find("etsy").expect("set up").1;
    assert_eq!(challenge(bare, "x", "https://desk.example"), None, "without a token there is nothing to prove");
}

#[test]
fn a_notice_is_ebays_exactly_where_the_examples_say_so() {
    let vectors: Value = serde_json::from_str(include_str!("../vectors/ebay_signature.json")).expect("vectors");
    assert_eq!(vectors["cases"].as_array().map(Vec::len), Some(3));
    for case in vectors["cases"].as_array().expect("cases") {
        let text = |name: &str| case[name].as_str().expect("a text");
        let key = PublicKey::read(&case["public_key_response"].to_string()).expect("a key");
        let headers = headers([("X-EBAY-SIGNATURE", text("x_ebay_signature"))]);
        let valid = case["valid"].as_bool().expect("a verdict");
        let taken = notice::verify(&key, &headers, text("body").as_bytes());
        assert_eq!(taken.as_ref().err(), (!valid).then_some(&Refusal("signature")), "{}", case["name"]);
        assert_eq!(
            Ebay.signer(&headers),
            Ok(Signer::Key(case["decoded_header"]["kid"].as_str().expect("a kid").into()))
        );
        if let Ok(taken) = taken {
            assert_eq!(taken.topic, "MARKETPLACE_ACCOUNT_DELETION");
            assert!(taken.id.starts_with("49feeaeb") && taken.at.is_some());
            let spaced = text("body").replace(',', ", ").replace("\":", "\" : ");
            let again = notice::verify(&key, &headers, spaced.as_bytes()).expect("the compact form verifies");
            assert_eq!(again.body, text("body").as_bytes(), "only what verified is acted on");
            let forged = spaced.replace("test_user", "other_user");
            assert!(notice::verify(&key, &headers, forged.as_bytes()).is_err());
        }
    }
}

fn header(alg: &str, kid: &str, signature: &[u8], digest: &str) -> HeaderMap {
    let claim = json!({"alg": alg, "kid": kid, "signature": BASE64.encode(signature), "digest": digest});
    headers([("x-ebay-signature", BASE64.encode(claim.to_string().as_bytes()).as_str())])
}

#[test]
fn a_header_that_is_cut_or_odd_is_refused() {
    let own = SigningKey::from_slice(&[7; 32]).expect("a key");
    let pem = own.verifying_key().to_public_key_pem(LineEnding::LF).expect("a key");
    let read = |algorithm: &str, digest: &str| {
        PublicKey::read(&json!({"key": pem, "algorithm": algorithm, "digest": digest}).to_string())
    };
    let key = read("ECDSA", "SHA1").expect("a key on several lines is one too");
    assert!(read("RSA", "SHA1").is_none() && read("ECDSA", "SHA256").is_none() && PublicKey::read("").is_none());
    let body = br#"{"metadata":{"topic":"t"},"notification":{"notificationId":"n"}}"#;
    let signature: DerSignature = own.sign_prehash(&Sha1::digest(body)).expect("signed");
    let (signature, kid) = (signature.as_bytes(), "9936261a-7d7b-4621-a0f1-96ccb428af49");
    assert!(notice::verify(&key, &header("ecdsa", kid, signature, "SHA1"), body).is_ok());
    assert!(notice::verify(&key, &header("ECDSA", kid, signature, "sha1"), body).is_ok());
    for cut in 0..signature.len() {
        assert!(notice::verify(&key, &header("ecdsa", kid, &signature[..cut], "SHA1"), body).is_err(), "{cut}");
    }
    for odd in [
        header("none", kid, signature, "SHA1"),
        header("ecdsa", kid, signature, "SHA256"),
        header("ecdsa", "../../oauth", signature, "SHA1"),
        headers([("x-ebay-signature", "")]),
        headers([("x-ebay-signature", "e30=")]),
        headers([("x-ebay-signature", "é")]),
        headers([("x-ebay-signature", "A".repeat(5_000).as_str())]),
        HeaderMap::new(),
    ] {
        assert_eq!(notice::verify(&key, &odd, body).err(), Some(Refusal("signature")));
        assert!(Ebay.signer(&odd).is_err());
    }
    let platforms = platforms();
    let (ebay, setup) = platforms.find("ebay").expect("set up");
    let headers = header("ecdsa", kid, signature, "SHA1");
    assert!(ebay.verify(setup, By::App, &headers, body, at(0)).is_err(), "without the key nothing is proved");
    assert!(ebay.verify(setup, By::Key(&key), &headers, body, at(0)).is_ok());
}

#[test]
fn what_comes_back_is_a_code_or_an_error() {
    let (platforms, shop) = (platforms(), Shop::kept("seller"));
    let (ebay, setup) = platforms.find("ebay").expect("set up");
    let came = |pairs: &[(&str, &str)]| ebay.returned(setup, &shop, &query(pairs), at(0));
    assert!(matches!(came(&[("code", "c"), ("state", "s")]), Ok(Came::Code(code)) if code.expose() == "c"));
    assert!(matches!(came(&[("error", "access_denied")]), Ok(Came::Denied)));
    assert_eq!(came(&[("error", "server_error")]).err(), Some(Refusal("platform")));
    for odd in [&[][..], &[("code", "")], &[("code", "c"), ("code", "d")], &[("code", "c"), ("error", "x")]] {
        assert_eq!(came(odd).err(), Some(Refusal("code")), "{odd:?}");
    }
}

#[tokio::test]
async fn a_refresh_token_stays_and_nothing_is_revoked_from_here() {
    let double = Double::open(&[
        (200, r#"{"access_token":"a","expires_in":7200,"refresh_token":"r","refresh_token_expires_in":47304000}"#),
        (200, r#"{"access_token":"b","expires_in":7200}"#),
        (400, r#"{"error":"invalid_scope"}"#),
    ])
    .await;
    let (platforms, shop) = (double.platforms(), Shop::kept("seller"));
    let (ebay, setup) = platforms.find("ebay").expect("set up");
    let visit = platforms.visit(setup, &shop, at(0));
    let back = Url::parse("https://desk.example/back").expect("an address");
    let scopes = ["https://api.ebay.com/oauth/api_scope".to_owned(), "x".to_owned()];
    let ask =
        Consent { shop: &shop, scopes: &scopes, state: "s", challenge: None, asker: "", back: &back, keys_to: &back };
    let asked = ebay.consent(setup, &ask).expect("an address");
    assert!(
        asked.as_str().contains(
            "redirect_uri=Ru-Name&response_type=code&scope=https%3A%2F%2Fapi.ebay.com%2Foauth%2Fapi_scope+x&"
        )
    );
    let (code, refresh) = (Secret::new("c"), Secret::new("r"));
    let first = ebay.exchange(visit, Code { code: &code, verifier: None, back: &back }).await.expect("tokens");
    assert_eq!((first.refresh.is_some(), first.refresh_ends, first.scopes), (true, Some(at(47_304_000)), None));
    let next = ebay.refresh(visit, &refresh).await.expect("tokens");
    assert_eq!((next.access.expose(), next.refresh.is_none()), ("b", true));
    assert_eq!(ebay.refresh(visit, &refresh).await.err(), Some(Fate::Over("scope")));
    assert!(matches!(ebay.revoke(visit, &code, Back::Everything).await, Ok(Revoked::ByHand(_))));
    let heard = double.heard();
    assert_eq!(heard[0].line, "POST /identity/v1/oauth2/token");
    assert_eq!(heard[0].body, "grant_type=authorization_code&code=c&redirect_uri=Ru-Name");
    let basic = ["Basic ", &BASE64.encode(b"app%3A2:s%2F2")].concat();
    assert!(heard.iter().all(|heard| heard.headers["authorization"] == basic.as_str()));
}

#[tokio::test]
async fn a_key_is_fetched_by_a_uuid_alone() {
    let double = Double::open(&[
        (200, r#"{"access_token":"app","expires_in":7200}"#),
        (200, KEY),
        (200, r#"{"access_token":"app","expires_in":7200}"#),
        (404, "{}"),
    ])
    .await;
    let platforms = double.platforms();
    let (_, setup) = platforms.find("ebay").expect("set up");
    let kid = "9936261a-7d7b-4621-a0f1-96ccb428af49";
    let fetched = async |kid: &str| public_key(platforms.out(), setup, kid, at(0)).await.err();
    assert_eq!(fetched("../public").await, Some(Fate::Over("kid")));
    assert_eq!(fetched(kid).await, None);
    assert_eq!(fetched(kid).await, Some(Fate::Over("kid")));
    let heard = double.heard();
    assert_eq!(heard.len(), 4);
    assert_eq!(heard[1].line, format!("GET /commerce/notification/v1/public_key/{kid}"));
    assert_eq!(heard[1].headers["authorization"], "Bearer app");
}
