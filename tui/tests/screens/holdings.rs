//! What the screens of the estate do: figures lead to their rows, faults are found and mended by keys alone.

use chrono::TimeDelta;
use rightsdesk::core::action::{Action, Effects};
use rightsdesk::core::ask::Answer;
use serde_json::{Value, json};

use crate::hands::{asks, press, seen};
use crate::scenes::estate::{drift, ended_app, ended_store, one_app, one_store, reading};
use crate::scenes::shops::{connected, connecting, privacy, sharing};

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
fn a_store_is_disconnected_and_what_came_from_it_stays_unless_it_is_said() {
    let ended = |keys| {
        let mut stage = one_store().press(keys).later(1).write("branded-tees.example");
        sent(&press(&mut stage, "Enter"))
    };
    assert_eq!(ended("a D Ctrl-s"), json!({ "id": "sto_1", "version": 7, "forget": false }));
    assert_eq!(ended("a D Down Ctrl-s"), json!({ "id": "sto_1", "version": 7, "forget": true }));
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
        (ended_app(), ["slot 4 is free", "jobs cancelled: 2", "its provider is to be asked"]),
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

#[test]
fn a_reading_that_is_told_of_is_not_asked_for_until_the_line_is_down() {
    let line = |is_up| Action::Line { to: "reading", is_up };
    let told = |running: bool| {
        let state = if running { "RUNNING" } else { "IDLE" };
        json!({ "syncs": [{
            "shelf": "ORDERS", "state": state, "done": 5_000, "estimated": 6_200, "ratePerMinute": null,
            "secondsLeft": null, "nextDueAt": null, "lastPageAt": null, "pausedAt": null, "isBehind": false,
            "failure": null,
        }] })
    };
    let stage = reading();
    let followed = stage.model.follows();
    assert!(matches!(&followed[..], [ask] if ask.document.starts_with("subscription") && ask.to == "reading"));
    let stage = stage.then(line(true)).hears("reading", "syncs", told(true)).size(200, 60);
    assert!(seen(&stage).contains("5000 of 6200"), "{}", seen(&stage));
    assert_ne!(stage.model.wakes(), Some((stage.now + TimeDelta::seconds(2)).to_utc()), "nobody asks");
    let mut stage = stage;
    let ended = Answer { to: "reading", tag: "syncs", outcome: Ok(told(false)) };
    assert!(matches!(asks(&stage.does(Action::Answered(ended)))[..], [ask] if ask.tag == "runs"), "a run is over");
    let stage = stage.hears("reading", "syncs", told(true)).then(line(false));
    assert_eq!(stage.model.wakes(), Some((stage.now + TimeDelta::seconds(2)).to_utc()), "as before");
    assert!(stage.press("q q").model.follows().is_empty(), "what is closed follows nothing");
}

#[test]
fn a_link_is_made_once_it_was_agreed_to_and_shown_until_its_merchant_is_back() {
    let mut asked = one_store().press("a c").later(1);
    let effects = press(&mut asked, "y");
    let begins = asks(&effects).into_iter().find(|ask| ask.tag == "begin").map(|ask| ask.variables.clone());
    assert_eq!(begins, Some(json!({ "input": { "id": "sto_1" } })));

    let stage = connecting().size(120, 40);
    let shown = seen(&stage);
    for told in ["waits for its merchant", "https://desk.example/connect/rdc_Jx2", "branded-tees.myshopify.com", "█▀"]
    {
        assert!(shown.contains(told), "{told}: {shown}");
    }
    assert!(seen(&connecting().size(80, 24)).contains("█▀"), "the smallest terminal draws it too");
    assert!(matches!(&stage.model.follows()[..], [ask] if ask.variables == json!({ "id": "ten_4" })));
    let mut stage = stage;
    let told =
        Answer { to: "connecting", tag: "changes", outcome: Ok(json!({ "changes": { "cursor": "a", "node": null } })) };
    assert!(matches!(asks(&stage.does(Action::Answered(told)))[..], [ask] if ask.tag == "standing"));
    // Somebody sits there, or it locks.
    let later = (0..4).fold(connecting(), |stage, _| stage.later(250).press("Ctrl-t"));
    assert!(seen(&later).contains("the link lapsed"), "{}", seen(&later));

    let mut stage = connected();
    assert!(!seen(&stage).contains("rdc_") && seen(&stage).contains("✓ connected"), "{}", seen(&stage));
    assert!(stage.model.follows().is_empty());
    press(&mut stage, "v");
    assert_eq!(stage.model.stack.last().map(|open| open.entry.name), Some("reading"));
}

#[test]
fn what_was_shared_is_told_field_by_recipient_with_what_left_otherwise_than_the_policy_says() {
    let stage = sharing().size(200, 60);
    let shown = seen(&stage);
    for told in ["▲ hashed, raw", "1 of 3 fields go to nobody", "facebook at https://api.facebook.example", "cut short"]
    {
        assert!(shown.contains(told), "{told}: {shown}");
    }
    assert!(!shown.contains("elsewhere"), "what another store of the tenant has is not this one's: {shown}");
}

#[test]
fn what_a_platform_asks_leads_to_its_store() {
    let mut stage = privacy();
    assert!(seen(&stage).contains("OVERDUE"), "{}", seen(&stage));
    press(&mut stage, "Enter");
    assert_eq!(stage.model.stack.last().map(|open| open.entry.name), Some("store"));
}
