//! A policy file is checked, shown and compared by command, before it is anybody's and without a database.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use harness::{desk, scratch};
use rightsdesk_server::floor::policy::{SHIPPED, shipped};
use serde_json::{Value, json};

fn run(words: &[&str]) -> Output {
    Command::new(desk::program()).arg("policy").args(words).output().expect("it runs")
}

fn said(of: &[u8]) -> String {
    String::from_utf8(of.to_vec()).expect("text")
}

fn file(name: &str, edit: impl Fn(&str) -> String) -> PathBuf {
    let path = scratch::folder("policy-files").expect("a folder").join(name);
    fs::write(&path, edit(shipped("sooperseller").expect("it comes along"))).expect("written");
    path
}

#[test]
fn a_check_says_every_fault_with_file_and_line_and_ends_with_one() {
    let names: Vec<&str> = std::iter::once("check").chain(SHIPPED.iter().map(|(name, _)| *name)).collect();
    let fine = run(&names);
    assert_eq!((fine.status.code(), said(&fine.stderr)), (Some(0), String::new()));

    let bad = file("bad.toml", |old| {
        old.replacen("check = \"tls\"", "check = \"tsl\"", 1).replacen("privacy@sooperseller.com", "nobody", 1)
    });
    let bad = bad.to_str().expect("a path");
    let faulty = run(&["check", "shopiq", bad]);
    assert_eq!(faulty.status.code(), Some(1));
    let told = said(&faulty.stderr);
    let text = fs::read_to_string(bad).expect("there");
    let at = |needle: &str| text.lines().position(|line| line == needle).expect("there") + 1;
    let lines: Vec<_> = told.lines().collect();
    assert_eq!(lines.len(), 2, "{told}");
    assert!(lines[0].starts_with(&format!("{bad}:{}: ", at("contact = \"nobody\""))), "{told}");
    assert!(lines[1].starts_with(&format!("{bad}:{}: there is no check `tsl`", at("check = \"tsl\""))), "{told}");

    let nowhere = run(&["check", "no-such-policy"]);
    assert_eq!(nowhere.status.code(), Some(1));
    assert!(said(&nowhere.stderr).contains("sooperseller"), "it names those that come along");
}

#[test]
fn a_policy_is_shown_in_words_and_as_json() {
    let shown = run(&["show", "sooperseller"]);
    assert_eq!(shown.status.code(), Some(0));
    let words = said(&shown.stdout);
    for part in
        ["sooperseller 1, from 2026-01-01", "shopify read_orders", "leopards", "90 days", "What the page promises"]
    {
        assert!(words.contains(part), "{part}: {words}");
    }
    let shown = run(&["show", "sooperseller", "--json"]);
    let whole: Value = serde_json::from_slice(&shown.stdout).expect("JSON");
    assert_eq!((&whole["name"], &whole["announces"]["days"]), (&json!("sooperseller"), &json!(30)));
}

#[test]
fn a_comparison_says_what_changed_by_meaning() {
    let new = file("new.toml", |old| {
        old.replacen("window = { days = 90 }", "window = { days = 60 }", 1).replacen(
            "\n# What we hold\n",
            "\n\n# Data\n",
            1,
        )
    });
    let new = new.to_str().expect("a path");
    let diff = run(&["diff", "sooperseller", new]);
    assert_eq!(diff.status.code(), Some(0));
    let told = said(&diff.stdout);
    assert!(told.starts_with("retention usage changed: shorter: from 90 days to 60 days (line "), "{told}");
    assert_eq!(told.lines().count(), 1, "{told}");

    let diff = run(&["diff", "sooperseller", new, "--json"]);
    let changes: Value = serde_json::from_slice(&diff.stdout).expect("JSON");
    assert_eq!(changes.as_array().map(Vec::len), Some(1));
    let change = &changes[0];
    assert_eq!((&change["before"], &change["after"]), (&json!("90 days"), &json!("60 days")));
    assert_eq!((&change["isMaterial"], &change["worsens"]), (&json!(true), &json!(false)));

    let same = run(&["diff", "sooperseller", "sooperseller"]);
    assert_eq!((same.status.code(), said(&same.stdout).as_str()), (Some(0), "nothing is otherwise\n"));
    let broken = file("broken.toml", |old| old.replacen("essential = true", "esential = true", 1));
    let unread = run(&["diff", "sooperseller", broken.to_str().expect("a path")]);
    assert_eq!(unread.status.code(), Some(1));
    assert!(said(&unread.stderr).contains("unknown field `esential`"), "{unread:?}");
}
