//! What the screens of the estate do: figures lead to their rows, faults are found and mended by keys alone.

use chrono::TimeDelta;
use rightsdesk::core::action::{Action, Effects};
use serde_json::{Value, json};

use crate::hands::{asks, press, seen};
use crate::scenes::estate::{drift, ended_app, ended_store, one_app, one_store, reading};

/// The input of the one change that was sent.
fn sent(effects: &Effects) -> Value {
    let [ask] = asks(effects)[..] else { panic!("{effects:?}") };
    let mut input = ask.variables["input"].clone();
    assert!(input["idempotencyKey"].as_str().is_some_and(|key| key.len() > 20), "{input}");
    input.as_object_mut().unwrap().remove("idempotencyKey");
    input
}

#[test]
fn a_figure_of_the_drift_leads_to_the_stores_behind_it() {
    let mut stage = drift().press("j j");
    let effects = press(&mut stage, "Enter");
    assert_eq!(asks(&effects)[0].variables["filter"], json!({ "drift": ["NOT_LISTED"] }));
    assert_eq!(stage.model.stack.last().map(|open| open.entry.name), Some("stores"));
}

#[test]
fn scopes_that_differ_stand_chosen_and_are_revoked_with_a_reason() {
    let asked = || one_store().press("a R Ctrl-s").later(1);
    assert!(asks(&press(&mut asked(), "Enter")).is_empty(), "not without the domain, typed");
    let mut stage = asked().write("branded-tees.example");
    assert_eq!(
        sent(&press(&mut stage, "Enter")),
        json!({
            "id": "sto_1", "version": 7, "reason": "NOT_LISTED",
            "scopes": ["read_customers", "write_products", "write_inventory"],
        })
    );
}

#[test]
fn what_a_platform_shows_is_taken_down_as_it_is() {
    let mut stage = one_store().press("a g Ctrl-s").later(1);
    let input = sent(&press(&mut stage, "y"));
    assert_eq!(input["store"], json!("sto_1"));
    let granted = ["read_customers", "write_products", "write_inventory", "read_reports", "read_products"];
    assert_eq!(input["scopes"], json!(granted), "nothing changed: what it granted stands chosen");
}

#[test]
fn the_sync_is_turned_to_what_it_is_not() {
    let mut stage = one_store().press("a y").later(1);
    assert_eq!(sent(&press(&mut stage, "y")), json!({ "id": "sto_1", "version": 7, "isOn": true }));
}

#[test]
fn what_ended_leaves_a_receipt_in_sight() {
    for (stage, words) in [
        (ended_store(), ["deleted with its key", "3 cancelled", "stays under its own policy"]),
        (ended_app(), ["slot 4 is free", "jobs cancelled: 2", "a e asks its provider"]),
    ] {
        let seen = seen(&stage.size(200, 60));
        assert!(words.iter().all(|word| seen.contains(word)), "{seen}");
    }
}

#[test]
fn a_new_credential_is_dots_and_goes_out_once() {
    let mut stage = one_app().press("a t").write("sk-invented-77").press("Ctrl-s").later(1);
    assert!(!seen(&stage).contains("invented"));
    let input = sent(&press(&mut stage, "y"));
    assert_eq!(input, json!({ "id": "app_2", "version": 4, "credential": "sk-invented-77" }));
    assert!(!seen(&stage).contains("invented"));
}

#[test]
fn a_provider_is_asked_and_its_task_settled() {
    let mut stage = ended_app().press("a e").later(1);
    assert_eq!(sent(&press(&mut stage, "y")), json!({ "app": "app_3" }));
    let mut stage = ended_app().press("Tab a s");
    stage = stage.write("conf").press("Tab").write("gone on Monday").press("Ctrl-s").later(1);
    let input = sent(&press(&mut stage, "y"));
    assert_eq!(input, json!({ "id": "ptk_1", "state": "CONFIRMED", "note": "gone on Monday" }));
}

#[test]
fn a_reading_under_way_is_followed_and_can_be_held() {
    let mut stage = reading().size(200, 60);
    let shown = seen(&stage);
    for told in ["1 of 4 shelves are read, 1 behind", "4310 of 6200", "off: its merchant does not let us", "held since"]
    {
        assert!(shown.contains(told), "{told}: {shown}");
    }
    assert_eq!(stage.model.wakes(), Some((stage.now + TimeDelta::seconds(2)).to_utc()), "it looks again by itself");
    let asked = stage.does(Action::Time(stage.now + TimeDelta::seconds(2)));
    assert!(matches!(asks(&asked)[..], [ask] if ask.tag == "syncs"), "{asked:?}");

    let mut asked = reading().press("a p").later(1);
    assert_eq!(sent(&press(&mut asked, "y")), json!({ "store": "sto_1" }));
}
