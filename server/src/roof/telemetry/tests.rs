//! What is told, and what is not, by both formats, by panics and to a collector.

use std::sync::{Arc, Mutex};

use super::*;

const CANARIES: &[&str] =
    &["swordfish", "ada@example.com", "rds_q83vEjRWeJCrze8S", "shpat_0a1b2c3d4e5f", "4915112345678"];

fn told(format: Format, filter: &str, tell: impl FnOnce()) -> String {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let settings =
        Settings { format, filter: filter.to_owned(), otlp: None, writer: Writer::Memory(Arc::clone(&lines)) };
    let (subscriber, _) = assemble(&settings).expect("good settings");
    tracing::subscriber::with_default(subscriber, tell);
    let bytes = lines.lock().expect("lines").clone();
    String::from_utf8(bytes).expect("text")
}

fn careless() {
    let span = tracing::trace_span!("stores.connect", store.id = 7, token = "swordfish", note = tracing::field::Empty);
    let _entered = span.enter();
    span.record("note", "written by ada@example.com");
    tracing::trace!(password = "swordfish", user.email = %"ada@example.com", "opened with rds_q83vEjRWeJCrze8S");
    tracing::debug!(error = ?std::io::Error::other("shpat_0a1b2c3d4e5f refused for +4915112345678"), "failed");
    let error: &(dyn std::error::Error + 'static) = &std::io::Error::other("no such member ada@example.com");
    tracing::error!(
        error,
        attempt = 3,
        done = false,
        "password=swordfish\u{1b}[2J\nnext: {:?}",
        Some("rds_q83vEjRWeJCrze8S")
    );
}

#[test]
fn canaries_never_reach_the_writer_in_either_format() {
    for format in [Format::Readable, Format::Json] {
        let told = told(format, "trace", careless);
        assert_eq!(told.lines().count(), 3, "{told}");
        for canary in CANARIES {
            assert!(!told.contains(canary), "{canary}: {told}");
        }
        assert!(!told.contains('\u{1b}'));
        assert!(told.contains("stores.connect") && told.contains("attempt"));
    }
}

#[test]
fn a_json_line_is_one_object_with_its_spans() {
    let told = told(Format::Json, "info", || {
        let _outer = tracing::info_span!("requests.open", request.id = "req_1").entered();
        let _inner = tracing::info_span!("jobs.run", attempt = 2).entered();
        tracing::info!(steps = 4, late = true, "plan drawn");
    });
    let line: serde_json::Value = serde_json::from_str(&told).expect("one object");
    assert_eq!(line["level"], "INFO");
    assert_eq!(line["message"], "plan drawn");
    assert_eq!(line["fields"], serde_json::json!({ "steps": 4, "late": true }));
    assert_eq!(
        line["spans"],
        serde_json::json!([{ "span": "requests.open", "request.id": "req_1" }, { "span": "jobs.run", "attempt": 2 }])
    );
}

#[test]
fn a_readable_line_reads() {
    let told = told(Format::Readable, "", || {
        let _span = tracing::info_span!("requests.open", request.id = "req_1").entered();
        tracing::info!(steps = 4, why = "two words", "plan drawn");
        tracing::debug!("not at this level");
    });
    let (_, line) = told.split_once(' ').expect("time first");
    assert_eq!(line, " INFO telemetry::tests: plan drawn steps=4 why=\"two words\" | requests.open request.id=req_1\n");
}

#[test]
fn other_crates_are_heard_from_info_upwards_only() {
    let told = told(Format::Readable, "trace", || {
        tracing::trace!(target: "hyper::proto", "frame swordfish");
        tracing::debug!(target: "diesel", "select 'swordfish'");
        tracing::warn!(target: "hyper::proto", "odd peer");
        tracing::trace!("ours");
    });
    assert!(!told.contains("swordfish") && told.contains("odd peer") && told.contains("ours"), "{told}");
}

#[test]
fn bad_settings_are_flaws() {
    for filter in ["loud", "info,=", "x=y=z", "[span{email=\"a\"}]=trace", "info,", "Info"] {
        let flaws = check(&Settings { filter: filter.to_owned(), ..Settings::default() });
        assert!(!flaws.is_empty(), "{filter}");
    }
    for filter in ["", " warn ", "off", "info,rightsdesk_server::floor::jobs=debug"] {
        assert!(check(&Settings { filter: filter.to_owned(), ..Settings::default() }).is_empty(), "{filter}");
    }
}

#[test]
fn a_collector_is_reached_as_the_mode_allows() {
    let flawed = |endpoint: &str, reach| {
        let otlp = Some(Otlp { endpoint: endpoint.to_owned(), reach });
        !check(&Settings { otlp, ..Settings::default() }).is_empty()
    };
    assert!(flawed("http://collector.example/v1/traces", Reach::World));
    assert!(flawed("https://127.0.0.1:4318/v1/traces", Reach::World));
    assert!(flawed("https://desk:word@collector.example/v1/traces", Reach::World));
    assert!(flawed("collector", Reach::House));
    assert_eq!(flawed("https://collector.example/v1/traces", Reach::World), !spans::are_possible());
    assert_eq!(flawed("http://127.0.0.1:4318/v1/traces", Reach::House), !spans::are_possible());
}

#[test]
fn letters_and_objects_leave_nothing_of_theirs_in_the_log() {
    use crate::floor::blobs::{Blob, Blobs, Credentials, Kind, Place};
    use crate::floor::kernel::{BlobId, Personal, Secret, TenantId, Watch};
    use crate::floor::mail::{Letter, Mail, Way};

    let letter = Letter {
        to: Personal::new("ada@example.com"),
        subject: "swordfish".to_owned(),
        text: "swordfish".to_owned(),
        reply_to: None,
        message_id: "letter_1".to_owned(),
        headers: Vec::new(),
    };
    let blob = Blob { tenant: TenantId::fresh(), id: BlobId::fresh(), kind: Kind::Letter };
    let closed = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let post = Way::parse(&format!("smtp://desk:swordfish@{closed}"), Reach::House).expect("a way");
    let keys = Credentials { key: Secret::new("swordfish"), secret: Secret::new("swordfish"), session: None };
    let bucket = format!("s3://desk-objects/ada@example.com?endpoint=http://{closed}");
    let bucket = Place::parse(&bucket, Some(keys), Reach::House).expect("a place");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");

    for format in [Format::Readable, Format::Json] {
        let told = told(format, "trace", || {
            runtime.block_on(async {
                for way in [Way::Memory, post.clone()] {
                    let mail = Mail::open(way, "privacy@shop.example", Watch::host()).expect("a way for letters");
                    tracing::info!(sent = ?mail.send(&letter).await.map_err(|error| error.to_string()));
                }
                let blobs = Blobs::open(&bucket, Watch::host()).expect("a place for objects");
                let put = blobs.put_bytes(blob, bytes::Bytes::from_static(b"swordfish")).await;
                tracing::info!(put = ?put.expect_err("nobody is there"));
            });
        });
        assert!(told.lines().count() >= 3, "{told}");
        for canary in CANARIES {
            assert!(!told.contains(canary), "{canary}: {told}");
        }
    }
}

/// The one test that may install for the whole process: the others assemble for themselves.
#[test]
fn a_panic_is_told_without_its_payload() {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let settings = Settings { writer: Writer::Memory(Arc::clone(&lines)), ..Settings::default() };
    let telemetry = install(&settings).expect("the first time");
    assert!(install(&settings).is_err());

    let _ = std::thread::spawn(|| "swordfish".parse::<u8>().map_err(|_| "swordfish").expect("a panic")).join();
    drop(std::panic::take_hook());
    telemetry.stop();
    telemetry.stop();

    let told = String::from_utf8(lines.lock().expect("lines").clone()).expect("text");
    assert!(told.contains("panic at=") && told.contains("telemetry/tests.rs"), "{told}");
    assert!(!told.contains("swordfish"), "{told}");
    assert!(telemetry.render().contains("rightsdesk_panics_total"));
}

#[cfg(feature = "otlp")]
#[test]
fn spans_go_out_redacted_and_are_flushed_at_the_stop() {
    use std::io::{Read, Write};

    let collector = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = collector.local_addr().expect("an address").port();
    let taken = std::thread::spawn(move || {
        let (mut call, _) = collector.accept().expect("a call");
        call.set_read_timeout(Some(std::time::Duration::from_millis(300))).expect("a time-out");
        let mut bytes = Vec::new();
        let _ = call.read_to_end(&mut bytes);
        let _ = call.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        bytes
    });
    let otlp = Some(Otlp { endpoint: format!("http://127.0.0.1:{port}/v1/traces"), reach: Reach::House });
    let settings = Settings { filter: "trace".to_owned(), otlp, ..Settings::default() };
    let settings = Settings { writer: Writer::Memory(Arc::default()), ..settings };
    let (subscriber, spans) = assemble(&settings).expect("good settings");
    tracing::subscriber::with_default(subscriber, careless);

    drop(spans);

    let sent = taken.join().expect("the collector");
    let sent = String::from_utf8_lossy(&sent);
    assert!(sent.starts_with("POST /v1/traces") && sent.contains("stores.connect"), "{sent}");
    for canary in CANARIES {
        assert!(!sent.contains(canary), "{canary}: {sent}");
    }
}
