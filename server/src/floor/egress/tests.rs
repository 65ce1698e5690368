//! The way out, tried against hosts on loopback that misbehave.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use url::Url;

use super::*;

const NOBODY: Consignment = Consignment::NoPersonalData { to: "the double" };

/// A host that gives every caller these bytes and then holds the line or hangs up.
async fn host(answer: Vec<u8>, holds: bool) -> (Url, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = Url::parse(&format!("http://{}/", listener.local_addr().expect("its address"))).expect("an address");
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((mut line, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::SeqCst);
            let answer = answer.clone();
            tokio::spawn(async move {
                let mut heard = [0; 4096];
                let _ = line.read(&mut heard).await;
                let _ = line.write_all(&answer).await;
                if holds {
                    tokio::time::sleep(Duration::from_secs(30)).await;
                }
            });
        }
    });
    (url, asked)
}

fn to(urls: &[&Url]) -> Egress {
    Egress::within(urls.iter().filter_map(|url| Host::of(url)), Reach::House, Duration::from_millis(800))
        .expect("a way")
}

#[tokio::test]
async fn an_answer_is_read_whatever_its_status() {
    let (url, _) = host(b"HTTP/1.1 400 No\r\ncontent-length: 12\r\n\r\n{\"error\":\"x\"}"[..].into(), false).await;
    let answer = to(&[&url]).send(NOBODY, Call::get(url)).await.expect("an answer");
    assert_eq!((answer.status, answer.is_success()), (400, false));
}

#[tokio::test]
async fn a_host_that_no_setting_names_is_never_called() {
    let (named, _) = host(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}".to_vec(), false).await;
    let (other, asked) = host(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}".to_vec(), false).await;
    let egress = to(&[&named]);
    assert!(egress.send(NOBODY, Call::get(named.clone())).await.is_ok());
    assert!(matches!(egress.send(NOBODY, Call::get(other)).await, Err(Error::Internal(_))));
    let strict = Egress::open(Host::of(&named), Reach::World).expect("a way");
    assert!(!strict.permits(&named), "production goes neither in the clear nor to itself");
    assert_eq!(asked.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let (further, asked) = host(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}".to_vec(), false).await;
    let away = format!("HTTP/1.1 302 Away\r\nlocation: {further}\r\ncontent-length: 0\r\n\r\n");
    let (url, _) = host(away.into_bytes(), false).await;
    let answer = to(&[&url, &further]).send(NOBODY, Call::get(url)).await.expect("an answer");
    assert_eq!((answer.status, asked.load(Ordering::SeqCst)), (302, 0));
}

#[tokio::test]
async fn what_is_too_long_or_never_ends_is_let_go() {
    let long = |head: &str| [head.as_bytes(), &vec![b' '; LARGEST + 1]].concat();
    for (answer, holds) in [
        (long(&format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", LARGEST + 1)), false),
        (long("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n"), false),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{".to_vec(), false),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{".to_vec(), true),
        (Vec::new(), true),
    ] {
        let (url, _) = host(answer, holds).await;
        let begun = Instant::now();
        let refused = to(&[&url]).send(NOBODY, Call::get(url)).await.err();
        assert!(matches!(refused, Some(Error::Unavailable { whom: "the double", .. })), "{refused:?}");
        assert!(begun.elapsed() < Duration::from_secs(3), "held on for {:?}", begun.elapsed());
    }
}

#[tokio::test]
async fn a_form_is_encoded_and_a_bearer_of_line_ends_is_not_sent() {
    let (url, asked) = host(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}".to_vec(), false).await;
    let egress = to(&[&url]);
    let form = || Call::form(url.clone(), [("client_id", "a&b=c"), ("scope", "openid")]);
    let request = form().into_request().expect("a request");
    let body = request.body().and_then(reqwest::Body::as_bytes).unwrap_or_default();
    assert_eq!(body, b"client_id=a%26b%3Dc&scope=openid");
    let smuggled = form().authorized(crate::floor::kernel::Secret::new("Basic x\r\nx-other: y"));
    assert!(egress.send(NOBODY, smuggled).await.is_err());
    assert_eq!(asked.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_tenants_word_opens_no_host_of_ours_unless_the_operator_listed_it_away_from_production() {
    let (url, asked) = host(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}".to_vec(), false).await;
    let theirs = || Call::get(url.clone()).theirs();
    assert!(matches!(to(&[]).send(NOBODY, theirs()).await, Err(Error::Internal(_))));
    let strict = Egress::open(Host::of(&url), Reach::World).expect("a way");
    assert!(matches!(strict.send(NOBODY, theirs()).await, Err(Error::Internal(_))));
    assert_eq!(asked.load(Ordering::SeqCst), 0);
    assert!(to(&[&url]).send(NOBODY, theirs()).await.is_ok());
}

#[tokio::test]
async fn a_consignment_goes_to_its_recipients_own_host_in_the_forms_it_may_get() {
    let (url, asked) = host(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}".to_vec(), false).await;
    let (other, _) = host(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}".to_vec(), false).await;
    let egress = to(&[&url, &other]);
    let of = |field: &str, form| Carried { field: field.to_owned(), form };
    let shared = |carries| Shared {
        recipient: "facebook".to_owned(),
        host: Host::of(&url).expect("a host"),
        purpose: "relay".to_owned(),
        carries,
        may: vec![of("customer.email", "hashed"), of("browser.ip", "truncated_hashed")],
    };
    for (carries, url) in [
        (vec![of("customer.email", "raw")], &url),
        (vec![of("customer.email", "hashed"), of("payment.information", "hashed")], &url),
        (vec![of("customer.email", "hashed")], &other),
        (Vec::new(), &url),
    ] {
        assert!(matches!(egress.share(&shared(carries), Call::get(url.clone())).await, Err(Error::Internal(_))));
    }
    assert_eq!(asked.load(Ordering::SeqCst), 0);
    let sent = egress.share(&shared(vec![of("customer.email", "hashed")]), Call::get(url.clone())).await;
    let sent = sent.expect("sent");
    assert!(sent.has_left && sent.answer.is_ok_and(|answer| answer.is_success()));
}

#[tokio::test]
async fn what_reached_nobody_did_not_leave_and_what_was_not_answered_did() {
    let (mute, _) = host(Vec::new(), false).await;
    let gone = {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        Url::parse(&format!("http://{}/", listener.local_addr().expect("its address"))).expect("an address")
    };
    for (url, has_left) in [(mute, true), (gone, false)] {
        let field = Carried { field: "cart.contents".to_owned(), form: "raw" };
        let (host, purpose) = (Host::of(&url).expect("a host"), "relay".to_owned());
        let carries = vec![field.clone()];
        let shared = Shared { recipient: "google".to_owned(), host, purpose, carries, may: vec![field] };
        let sent = to(&[&url]).share(&shared, Call::get(url.clone())).await.expect("a try");
        assert!(sent.answer.is_err());
        assert_eq!(sent.has_left, has_left, "{url}");
    }
}

#[test]
fn a_family_of_shops_is_permitted_and_counted_as_one() {
    let egress = to(&[]).with_families(["shops.example"]);
    let permits = |text: &str| egress.permits(&Url::parse(text).expect("an address"));
    assert!(
        permits("https://a.shops.example/admin")
            && !permits("https://shops.example")
            && !permits("https://a.b.example")
    );
    let shop = Host::parse("a", "a.shops.example").expect("a host");
    assert_eq!(egress.named(&shop).as_deref(), Some("*.shops.example"));
}

#[test]
fn a_document_and_headers_of_its_own_go_along_unseen() {
    let url = Url::parse("https://shop.example/x").expect("an address");
    let call = Call::json(url, &serde_json::json!({"a": 1})).with("x-key", crate::floor::kernel::Secret::new("k:s"));
    let request = call.into_request().expect("a request");
    assert_eq!(request.body().and_then(reqwest::Body::as_bytes), Some(&b"{\"a\":1}"[..]));
    assert!(request.headers()["x-key"].is_sensitive() && request.headers()["content-type"] == "application/json");
}
