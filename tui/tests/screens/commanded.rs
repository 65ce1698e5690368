//! What scripts do with requests: references in, a line for each out, and an exit code for each way it can end.

use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::double::Double;
use crate::scenes::asked::{DIGEST, planned, rows, seat, whole};
use crate::scenes::carried::{carried, package, packed, proofs, steps, tasks};
use crate::scenes::people::page;

/// Exit code, stdout, stderr of a command against a desk, with this on stdin.
fn run(desk: &Double, arguments: &[&str], stdin: &str) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rightsdesk"));
    command
        .env("RIGHTSDESK_TOKEN", "rds_invented")
        .env("XDG_STATE_HOME", "/nonexistent")
        .env("XDG_CONFIG_HOME", "/nonexistent")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.args(arguments).args(["--server", &desk.url]).spawn().unwrap();
    // A command that needs no input may have ended.
    _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
    let out = child.wait_with_output().unwrap();
    (out.status.code(), String::from_utf8(out.stdout).unwrap(), String::from_utf8(out.stderr).unwrap())
}

type Asked = Arc<Mutex<Vec<Value>>>;

/// A desk that knows two requests, and lets only one of them be changed.
fn desk() -> (Double, Asked) {
    let asked: Asked = Arc::default();
    let heard = asked.clone();
    let desk = Double::answering(move |call| {
        let body: Value = serde_json::from_str(&call.body).unwrap();
        let text = crate::documents::text(&body);
        let variables = &body["variables"];
        if text.starts_with("mutation") {
            heard.lock().unwrap().push(variables["input"].clone());
        }
        let flaw =
            |code: &str| json!([{ "message": "its law was extended once already", "field": null, "code": code }]);
        let is_good = variables["input"]["id"] == "req_1";
        let errors = if is_good { json!([]) } else { flaw("REFUSED") };
        let moved = json!({ "before": "2026-11-25", "after": "2027-01-25" });
        let reference = variables["reference"].as_str().unwrap_or_default();
        let known = [("R-2QX8M0A", "req_1"), ("R-9KD3P1B", "req_2"), ("R-9C0VE8J", "req_4")];
        let found = known.iter().find(|(known, _)| *known == reference);
        let data = json!({
            "requestByReference": found.map(|(reference, id)| json!({ "id": id, "reference": reference, "version": 3 })),
            "requests": page(rows()), "request": whole("OPEN", &[]), "colleagues": [seat("ana")],
            "viewer": null, "assignRequest": { "userErrors": errors },
            "extendRequest": { "moved": if is_good { moved } else { Value::Null }, "userErrors": errors },
            "refuseRequest": { "userErrors": errors },
        });
        let wanted = data.as_object().unwrap().iter().filter(|(name, _)| {
            text.lines().any(|line| line.trim_start().split(['(', ' ', '{']).next() == Some(name.as_str()))
        });
        let wanted: serde_json::Map<String, Value> =
            wanted.map(|(name, value)| (name.clone(), value.clone())).collect();
        (200, json!({ "data": wanted }).to_string())
    });
    (desk, asked)
}

#[test]
fn the_queue_is_columns_a_shape_or_references_for_the_next_command() {
    let (desk, _) = desk();
    let (code, out, err) = run(&desk, &["requests", "list", "due:<3d right:deletion"], "");
    assert!(code == Some(0) && out.contains("R-2QX8M0A") && out.contains("say-why-late"), "{out}{err}");
    let (_, out, _) = run(&desk, &["requests", "list", "--json"], "");
    let told: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&told["shape"], &told["total"]), (&json!("rightsdesk.requests/1"), &json!(7)));
    let (_, out, _) = run(&desk, &["requests", "list", "--refs"], "");
    assert_eq!((out.lines().count(), out.lines().next()), (7, Some("R-2QX8M0A")));
    let (_, out, _) = run(&desk, &["requests", "list", "--csv"], "");
    assert!(out.starts_with("REF,DUE,LATE") && !out.contains('@'), "{out}");
    let (_, out, _) = run(&desk, &["requests", "list", "--help"], "");
    assert!(out.contains("due: <7d") && out.contains("tenant: its id"), "{out}");
}

#[test]
fn one_is_shown_by_its_reference_masked() {
    let (desk, _) = desk();
    let (code, out, err) = run(&desk, &["requests", "show", "r-2qx8m0a", "--json"], "");
    let told: Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out}{err}"));
    assert_eq!((code, &told["shape"]), (Some(0), &json!("rightsdesk.request/1")));
    assert_eq!(told["intake"]["identifiers"][0]["value"]["masked"], "mail of sub·k3f3q");
    assert_eq!(run(&desk, &["requests", "show", "R-NOWHERE"], "").0, Some(4));
}

#[test]
fn references_on_stdin_are_worked_one_by_one_and_nine_says_that_some_failed() {
    let (desk, asked) = desk();
    let arguments = ["requests", "extend", "--reason", "too many", "--json", "-"];
    let (code, out, err) = run(&desk, &arguments, "R-2QX8M0A\nR-9KD3P1B\nR-NOWHERE\n");
    let lines: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((code, lines.len()), (Some(9), 3), "{out}{err}");
    assert_eq!((&lines[0]["done"], &lines[0]["after"]), (&json!(true), &json!("2027-01-25")));
    assert_eq!(lines[1]["refusal"], "its law was extended once already");
    assert!(lines[2]["refusal"].as_str().unwrap().contains("no request R-NOWHERE"));
    assert!(err.contains("2 of 3 were refused"), "{err}");
    let sent = asked.lock().unwrap()[0].clone();
    assert_eq!((&sent["version"], &sent["reason"]), (&json!(3), &json!("too many")));
    assert!(sent["idempotencyKey"].as_str().is_some_and(|key| key.len() == 40), "{sent}");
}

#[test]
fn one_that_is_refused_ends_with_its_own_code() {
    let (desk, asked) = desk();
    let (code, out, _) = run(&desk, &["requests", "assign", "--to", "ana", "R-2QX8M0A"], "");
    assert_eq!((code, out.as_str()), (Some(0), "R-2QX8M0A  done\n"));
    assert_eq!(asked.lock().unwrap()[0]["owner"], "stf_ana");
    assert_eq!(run(&desk, &["requests", "assign", "--to", "nobody", "R-9KD3P1B"], "").0, Some(3));
    assert_eq!(run(&desk, &["requests", "assign", "--to", "zoe", "R-2QX8M0A"], "").0, Some(4));
}

#[test]
fn a_refusal_is_said_twice() {
    let (desk, asked) = desk();
    let refuse = |confirm: &str, more: &[&str]| {
        let mut arguments =
            vec!["requests", "refuse", "--ground", "legal-claims", "--reason", "a claim", "--confirm", confirm];
        arguments.extend(more);
        run(&desk, &arguments, "")
    };
    assert_eq!(refuse("R-9KD3P1B", &["R-2QX8M0A"]).0, Some(2));
    assert!(asked.lock().unwrap().is_empty());
    assert_eq!(refuse("R-2QX8M0A", &["R-2QX8M0A"]).0, Some(0));
    assert_eq!(asked.lock().unwrap()[0]["ground"], "LEGAL_CLAIMS");
    assert_eq!(refuse("2", &["R-2QX8M0A", "R-9KD3P1B"]).0, Some(9));
    let (code, _, err) =
        run(&desk, &["requests", "refuse", "--ground", "boredom", "--reason", "x", "--confirm", "x", "x"], "");
    assert!(code == Some(2) && err.contains("legal-claims"), "{err}");
}

#[test]
fn a_plan_is_approved_by_the_digest_that_was_read_and_a_code() {
    let tries = Arc::new(Mutex::new(0));
    let counted = tries.clone();
    let desk = Double::answering(move |call| {
        let body: Value = serde_json::from_str(&call.body).unwrap();
        let text = crate::documents::text(&body);
        if text.contains("approvePlan") {
            let mut tries = counted.lock().unwrap();
            *tries += 1;
            let error = json!({ "message": "show it again", "extensions": { "code": "STEP_UP_REQUIRED" } });
            if *tries == 1 {
                return (200, json!({ "data": null, "errors": [error] }).to_string());
            }
            assert_eq!(body["variables"]["input"]["confirm"], "R-9C0VE8J");
            let plan = json!({ "id": "pln_1", "number": 1, "digest": DIGEST, "state": "APPROVED", "startsAt": "2026-11-26T14:40:00Z" });
            return (200, json!({ "data": { "approvePlan": { "plan": plan, "userErrors": [] } } }).to_string());
        }
        if text.contains("stepUp") {
            assert_eq!(body["variables"]["code"], "123456");
            return (200, json!({ "data": { "stepUp": { "userErrors": [] } } }).to_string());
        }
        let plan = json!({ "id": "pln_1", "number": 1, "digest": DIGEST });
        let mut data = planned(&[plan], &[]);
        data["requestByReference"] = json!({ "id": "req_4", "reference": "R-9C0VE8J", "version": 5 });
        (200, json!({ "data": data }).to_string())
    });
    let approve = |plan: &str, confirm: &str| {
        let arguments = ["requests", "approve", "R-9C0VE8J", "--plan", plan, "--confirm", confirm, "--code-stdin"];
        run(&desk, &arguments, "123456\n")
    };
    assert_eq!(approve(DIGEST, "R-2QX8M0A").0, Some(2));
    assert_eq!(approve("0000000000", "R-9C0VE8J").0, Some(5));
    let (code, out, err) = approve(&DIGEST[..12], "R-9C0VE8J");
    assert_eq!((code, out.as_str()), (Some(0), "R-9C0VE8J is approved, it starts 2026-11-26T14:40:00Z\n"), "{err}");
    assert_eq!(*tries.lock().unwrap(), 2);
}

/// A desk where one request is carried out; its proofs are these, and what is changed is heard.
fn carrying(proofs: &Value) -> (Double, Asked) {
    let asked: Asked = Arc::default();
    let (heard, proofs) = (asked.clone(), proofs.clone());
    let desk = Double::answering(move |call| {
        let body: Value = serde_json::from_str(&call.body).unwrap();
        let text = crate::documents::text(&body);
        let data = if text.starts_with("mutation") {
            heard.lock().unwrap().push(body["variables"]["input"].clone());
            let done = || json!({ "userErrors": [] });
            let file = json!({ "file": { "base64": "AP9kb25l", "bytes": 6 }, "userErrors": [] });
            json!({ "stopRequest": done(), "retryTask": done(), "releasePackage": done(), "revealTaskFile": file })
        } else if text.contains("CarryingOut") {
            carried("IN_PROGRESS", "2026-11-23T12:50:00Z", &steps(5), &tasks())
        } else if text.contains("PackagesOfRequest") {
            packed(&[package(2, "MADE"), package(1, "REPLACED")], &[])
        } else if text.contains("ProofsOfRequest") {
            proofs.clone()
        } else {
            json!({ "requestByReference": { "id": "req_3", "reference": "R-7K4QD2C", "version": 3 } })
        };
        (200, json!({ "data": data }).to_string())
    });
    (desk, asked)
}

#[test]
fn steps_and_recipients_are_columns_or_shapes() {
    let (desk, _) = carrying(&proofs());
    let (code, out, err) = run(&desk, &["requests", "tasks", "r-7k4qd2c"], "");
    let silent = out.lines().find(|line| line.contains("postex")).unwrap_or_else(|| panic!("{out}{err}"));
    assert!(code == Some(0) && silent.starts_with("silent"), "{out}{err}");
    let (_, out, _) = run(&desk, &["requests", "steps", "R-7K4QD2C", "--json"], "");
    let told: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&told["shape"], &told["total"]), (&json!("rightsdesk.steps/1"), &json!(13)));
    assert_eq!((&told["rows"][4]["place"], &told["rows"][5]["state"]), (&json!("customers"), &json!("WAITING")));
    let (_, out, _) = run(&desk, &["requests", "package", "R-7K4QD2C", "--json"], "");
    let told: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&told["shape"], &told["number"]), (&json!("rightsdesk.package/1"), &json!(2)));
    assert_eq!(run(&desk, &["requests", "package", "R-7K4QD2C", "--number", "9"], "").0, Some(4));
}

#[test]
fn what_was_signed_is_printed_to_the_byte_or_not_at_all() {
    let (desk, _) = carrying(&proofs());
    let signed = |at: &str| proofs().pointer(at).and_then(Value::as_str).map(str::to_owned).unwrap();
    let first = signed("/request/evidence/0/signed");
    let second = signed("/request/evidence/1/signed");
    let (code, out, err) = run(&desk, &["requests", "evidence", "R-7K4QD2C"], "");
    assert_eq!((code, out), (Some(0), format!("{first}\n{second}\n")), "{err}");
    let (_, out, _) = run(&desk, &["requests", "evidence", "R-7K4QD2C", "--number", "2"], "");
    assert_eq!(out, format!("{second}\n"));
    let (_, out, _) = run(&desk, &["requests", "certificate", "R-7K4QD2C", "--json"], "");
    let told: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(told["rows"][0]["document"], signed("/request/certificates/0/signed").as_str());
    assert_eq!(run(&desk, &["requests", "certificate", "R-7K4QD2C", "--number", "7"], "").0, Some(4));

    let mut other = proofs();
    other["request"]["certificates"][0]["signed"] = json!(signed("/request/certificates/0/signed").replace("212", "2"));
    let (desk, _) = carrying(&other);
    let (code, out, err) = run(&desk, &["requests", "certificate", "R-7K4QD2C"], "");
    assert!(code == Some(1) && out.is_empty() && err.contains("not the certificate that was signed"), "{out}{err}");
}

#[test]
fn what_is_carried_out_is_stopped_retried_and_released_by_what_was_seen() {
    let (desk, asked) = carrying(&proofs());
    let last = || asked.lock().unwrap().last().cloned().unwrap_or_default();
    let (code, out, err) = run(&desk, &["requests", "stop", "R-7K4QD2C", "--reason", "she wrote again"], "");
    assert_eq!((code, out.as_str()), (Some(0), "R-7K4QD2C  done\n"), "{err}");
    assert_eq!((&last()["version"], &last()["reason"]), (&json!(3), &json!("she wrote again")));
    assert_eq!(run(&desk, &["requests", "retry", "R-7K4QD2C", "klaviyo"], "").0, Some(0));
    assert_eq!((&last()["id"], &last()["version"]), (&json!("rtk_6"), &json!(2)));
    assert_eq!(run(&desk, &["requests", "retry", "R-7K4QD2C", "nobody"], "").0, Some(4));
    let file = Command::new(env!("CARGO_BIN_EXE_rightsdesk"))
        .env("RIGHTSDESK_TOKEN", "rds_invented")
        .env("XDG_STATE_HOME", "/nonexistent")
        .env("XDG_CONFIG_HOME", "/nonexistent")
        .args(["requests", "attachment", "R-7K4QD2C", "segment", "--server", &desk.url])
        .output()
        .unwrap();
    assert_eq!((file.status.code(), file.stdout), (Some(0), b"\x00\xffdone".to_vec()), "to the byte");
    assert_eq!(last()["id"], "rtk_2");
    let release = |package: &str, confirm: &str| {
        run(&desk, &["requests", "release", "R-7K4QD2C", "--package", package, "--confirm", confirm], "")
    };
    assert_eq!(release(DIGEST, "R-2QX8M0A").0, Some(2));
    assert_eq!(release("0000000000", "R-7K4QD2C").0, Some(5));
    let (code, _, err) = release(&DIGEST[..12], "R-7K4QD2C");
    assert_eq!((code, &last()["manifest"]), (Some(0), &json!(DIGEST)), "{err}");
}
