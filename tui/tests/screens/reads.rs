//! The lists as commands: columns for people, versioned shapes for programs, masks and scrubbed words for both, and an
//! exit code for each way it can end.

use std::process::Command;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::double::Double;
use crate::scenes::estate::store_rows;
use crate::scenes::people::{page, seat_rows, tenant, tenant_rows};
use crate::scenes::reviewed::campaign_rows;

/// Exit code, stdout, stderr of a command against a desk that says this.
fn run(desk: &Double, arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rightsdesk"));
    command
        .env("RIGHTSDESK_TOKEN", "rds_invented")
        .env("XDG_STATE_HOME", "/nonexistent")
        .env("XDG_CONFIG_HOME", "/nonexistent");
    let out = command.args(arguments).args(["--server", &desk.url]).output().unwrap();
    (out.status.code(), String::from_utf8(out.stdout).unwrap(), String::from_utf8(out.stderr).unwrap())
}

fn saying(data: &Value) -> Double {
    Double::saying(200, json!({ "data": data }).to_string())
}

#[test]
fn a_list_is_columns_or_a_versioned_shape() {
    let desk = saying(&json!({ "tenants": page(tenant_rows()) }));
    let (code, out, _) = run(&desk, &["tenants", "list"]);
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!((code, lines.len()), (Some(0), 7));
    assert!(
        lines[0].starts_with("ID     NAME") && lines[2].contains("Lahore Living    closing  processor  EU"),
        "{out}"
    );

    let (code, out, _) = run(&desk, &["tenants", "list", "--json"]);
    let told: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &told["shape"], &told["total"]), (Some(0), &json!("rightsdesk.tenants/1"), &json!(6)));
    assert_eq!(told["rows"][3]["legalName"], "Zaitoon Home");

    let (_, out, _) = run(&desk, &["tenants", "list", "--jsonl"]);
    let first: Value = serde_json::from_str(out.lines().next().unwrap()).unwrap();
    assert_eq!((out.lines().count(), &first["shape"]), (6, &json!("rightsdesk.tenant/1")));

    let desk = saying(&json!({ "staff": page(seat_rows()) }));
    let (_, out, _) = run(&desk, &["seats", "list"]);
    assert!(out.contains("omar") && out.contains("admin") && !out.contains('@'), "{out}");
}

#[test]
fn what_there_is_one_of_is_shown_without_an_id() {
    let drift = json!({
        "stores": 41, "withDrift": 6, "notListed": 2, "missing": 1, "unused": 4, "writesWhileSyncIsOff": 0,
    });
    let desk = saying(&json!({ "drift": drift, "stores": page(store_rows()) }));
    let (code, out, _) = run(&desk, &["drift", "show", "--json"]);
    let told: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &told["shape"], &told["withDrift"]), (Some(0), &json!("rightsdesk.drift/1"), &json!(6)));
    let (code, out, _) = run(&desk, &["stores", "list", "is:drifted"]);
    assert!(code == Some(0) && out.contains("connected           not-listed,missing"), "{out}");
}

#[test]
fn a_review_is_listed_with_its_rows_and_taken_along_as_it_was_signed() {
    let items = json!({ "items": page(vec![json!({ "id": "rvi_1", "decision": "KEEP", "label": "Whatscart" })]) });
    let desk = saying(&json!({ "campaigns": page(campaign_rows()), "campaign": items }));
    let (code, out, _) = run(&desk, &["reviews", "list"]);
    assert!(code == Some(0) && out.contains("2026-11-20  yes      After the drift of October  open"), "{out}");
    let (code, out, _) = run(&desk, &["reviews", "items", "cmp_2", "is:open"]);
    assert!(code == Some(0) && out.contains("rvi_1  keep"), "{out}");
    let nobody = saying(&json!({ "campaign": null }));
    assert_eq!(run(&nobody, &["reviews", "items", "cmp_9"]).0, Some(4));

    // Longer than a text for people, and with a letter that no terminal is to see.
    let document = format!("\"北\u{202e}{}\"", "x".repeat(5000));
    let digest = "534dcdafcbb201950462aca65e5f3c842f8e2bdfb6039396f9007e50ce316785";
    let signed = |json: &str| {
        let evidence = json!({ "json": json, "digest": digest, "signature": "aa", "key": 1, "publicKey": "bb" });
        saying(&json!({ "exportCampaign": { "evidence": evidence, "userErrors": [] } }))
    };
    let (code, out, _) = run(&signed(&document), &["reviews", "export", "cmp_2"]);
    let told: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        (code, &told["shape"], &told["json"]),
        (Some(0), &json!("rightsdesk.review-evidence/1"), &json!(document))
    );
    assert!(out.is_ascii(), "{out}");
    let (code, out, err) = run(&signed("{}"), &["reviews", "export", "cmp_2"]);
    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert!(err.contains("not the document that was signed"), "{err}");
}

#[test]
fn what_the_server_sends_is_scrubbed_on_its_way_out() {
    let desk = saying(&json!({ "tenants": page(vec![tenant(1, "a\u{1b}[2Jb\u{202e}c", "ACTIVE")]) }));
    for form in [&["tenants", "list"][..], &["tenants", "list", "--json"], &["tenants", "list", "--jsonl"]] {
        let (_, out, _) = run(&desk, form);
        assert!(out.contains("<U+202E>") && !out.contains(['\u{1b}', '\u{202e}']), "{form:?}: {out}");
    }
}

#[test]
fn each_ending_has_its_code() {
    let one = saying(&json!({ "tenant": tenant(4, "Zaitoon Home", "ACTIVE") }));
    let (code, out, _) = run(&one, &["tenants", "show", "ten_4", "--json"]);
    let told: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &told["shape"]), (Some(0), &json!("rightsdesk.tenant/1")));
    let (code, _, err) = run(&saying(&json!({ "tenant": null })), &["tenants", "show", "ten_9"]);
    assert_eq!((code, err.as_str()), (Some(4), "rightsdesk: no such tenant, or none for you\n"));

    let no = |code: &str| json!({ "data": null, "errors": [{ "message": "no", "extensions": { "code": code } }] });
    for (said, expected) in [("FORBIDDEN", 3), ("NOT_FOUND", 4), ("STEP_UP_REQUIRED", 3), ("UNAUTHENTICATED", 8)] {
        let desk = Double::saying(200, no(said).to_string());
        assert_eq!(run(&desk, &["sessions", "end", "ses_1"]).0, Some(expected), "{said}");
    }
    let gone = Double { url: "http://127.0.0.1:1".to_owned() };
    assert_eq!(run(&gone, &["grants", "list"]).0, Some(7));
    assert_eq!(run(&gone, &["events", "list", "--json", "--jsonl"]).0, Some(2));
}

#[test]
fn a_list_is_narrowed_by_the_words_of_the_console() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let heard = asked.clone();
    let desk = Double::answering(move |call| {
        let body: Value = serde_json::from_str(&call.body).unwrap();
        heard.lock().unwrap().push(body["variables"].clone());
        let tenants = page(vec![tenant(4, "Zaitoon Home", "ACTIVE")]);
        (200, json!({ "data": { "tenants": tenants, "events": page(Vec::new()) } }).to_string())
    });
    let (code, _, err) = run(&desk, &["events", "list", "tenant:zai on:tenant:x since:2026-11-01T00:00:00Z"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    let asked = std::mem::take(&mut *asked.lock().unwrap());
    assert_eq!(asked[0], json!({ "filter": { "nameBegins": "zai" }, "first": 2 }), "a name is looked up");
    let filter = json!({ "tenant": "ten_4", "object": "tenant:x", "since": "2026-11-01T00:00:00Z" });
    assert_eq!(asked[1]["filter"], filter);

    let (code, _, err) = run(&desk, &["tenants", "list", "state:gone"]);
    assert_eq!((code, err.as_str()), (Some(2), "rightsdesk: state: takes active, closing, closed\n"));
    let (_, out, _) = run(&desk, &["grants", "list", "--help"]);
    assert!(out.contains("is: live, unreviewed") && out.contains("tenant: its id"), "{out}");
}

#[test]
fn a_table_for_spreadsheets_runs_nothing() {
    let desk = saying(&json!({ "tenants": page(vec![tenant(1, "=cmd(\"x\"), Ltd", "ACTIVE")]) }));
    let (_, out, _) = run(&desk, &["tenants", "list", "--csv"]);
    assert!(out.contains("ten_1,\"'=cmd(\"\"x\"\"), Ltd\",active,processor,EU,"), "{out}");
}

#[test]
fn more_than_was_asked_for_is_said() {
    let mut rows = page(tenant_rows());
    rows["totalCount"] = json!(900);
    let (_, out, err) = run(&saying(&json!({ "tenants": rows })), &["tenants", "list", "--limit", "6"]);
    assert_eq!((out.lines().count(), err.as_str()), (7, "rightsdesk: 6 of 900; --limit fetches more\n"));
}

#[test]
fn a_store_is_connected_by_a_link_that_is_printed_and_waited_for() {
    let link = "https://desk.example/connect/rdc_invented";
    let desk = |outcomes: &'static [&'static str], code: Option<&'static str>| {
        let asked = Mutex::new(outcomes.iter());
        Double::answering(move |call| {
            let body: Value = serde_json::from_str(&call.body).unwrap();
            if crate::documents::text(&body).starts_with("mutation") {
                let begun =
                    json!({ "url": "https://a.example/long", "shortUrl": link, "endsAt": "2099-01-01T00:00:00Z" });
                return (200, json!({ "data": { "connectStore": { "begun": begun, "userErrors": [] } } }).to_string());
            }
            let outcome = asked.lock().unwrap().next().unwrap_or(&"CONNECTED");
            let handshake = json!({ "outcome": outcome, "code": code });
            (200, json!({ "data": { "store": { "domain": "a.myshopify.com", "handshake": handshake } } }).to_string())
        })
    };
    let waits = desk(&["WAITING", "TAKEN", "CONNECTED"], None);
    let (code, out, err) = run(&waits, &["stores", "connect", "sto_1"]);
    assert_eq!((code, out.as_str()), (Some(0), format!("{link}\na.myshopify.com is connected\n").as_str()), "{err}");
    assert!(err.contains("█▀"), "it is drawn: {err}");
    for (outcome, expected) in [("DENIED", 3), ("FAILED", 3), ("REPLACED", 5)] {
        let said: &'static [&'static str] = Box::leak(Box::new([outcome]));
        let (code, _, err) = run(&desk(said, Some("not_taken")), &["stores", "connect", "sto_1", "--no-picture"]);
        assert_eq!(code, Some(expected), "{outcome}: {err}");
        assert!(!err.contains('█') && (outcome != "FAILED" || err.contains("not taken")), "{err}");
    }
}

#[test]
fn what_is_of_one_store_is_listed() {
    let shared = json!([{ "field": "customer.mail", "title": "Mail", "cells": [
        { "recipient": "facebook", "isOn": true, "form": "hashed", "formsSent": ["hashed"], "times": 91, "lastAt": null },
        { "recipient": "google", "isOn": true, "form": "never", "formsSent": [], "times": 0, "lastAt": null },
    ] }]);
    let delivery = json!({ "topic": "orders/create", "receivedAt": "2026-11-23T12:31:07Z", "state": "DONE", "outcome": "changed" });
    let desk = saying(&json!({ "shared": shared, "deliveries": page(vec![delivery]) }));
    let (code, out, _) = run(&desk, &["stores", "shared", "sto_1"]);
    assert!(code == Some(0) && out.contains("customer.mail  facebook  yes") && !out.contains("google"), "{out}");
    let (code, out, _) = run(&desk, &["stores", "deliveries", "sto_1"]);
    assert!(code == Some(0) && out.contains("orders/create  done   changed"), "{out}");
    let (_, out, _) = run(&desk, &["disclosures", "list", "--help"]);
    assert!(out.contains("tenant: its id"), "{out}");
}
