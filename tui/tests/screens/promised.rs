//! What the screens of promises, policies and maps do: a figure leads to its rows, a look is asked for, a version is
//! published by typing its name, and the matrix can be read at any width.

use rightsdesk::core::action::Action;
use serde_json::json;

use crate::hands::{asks, press, seen, sent};
use crate::scenes::Stage;
use crate::scenes::vows::{
    diff, map, matrix, matrix_of, one_file, one_promise, one_version, policy, promise_rows, promises,
};

fn said(stage: &Stage) -> String {
    stage.model.ctx.notices.shown().map(|(_, text)| text.to_owned()).unwrap_or_default()
}

fn here(stage: &Stage) -> &'static str {
    stage.model.stack.last().map_or("", |open| open.entry.name)
}

#[test]
fn a_promise_is_followed_from_its_sentence_to_its_rows() {
    let mut stage = one_promise();
    assert!(seen(&stage).contains("✗ BROKEN") && seen(&stage).contains("2 stores grant a scope"), "{}", seen(&stage));
    let effects = press(&mut stage, "Enter");
    assert_eq!(here(&stage), "stores");
    assert_eq!(asks(&effects)[0].variables["filter"], json!({ "hasDrift": true }));

    let mut bare = promise_rows()[4].clone();
    bare["evidence"] = json!("the log of this desk");
    let stage = one_promise().hears("promise", "promise", json!({ "node": bare })).press("Enter");
    assert_eq!((here(&stage), said(&stage).as_str()), ("promise", "no screen shows it, but: the log of this desk"));
}

#[test]
fn the_evidence_of_every_check_that_names_a_list_leads_to_it() {
    for (evidence, place) in [
        ("{ stores(filter: { drift: [NOT_LISTED] }) { nodes { domain } } }", "stores"),
        ("{ stores(filter: { state: [DISCONNECTED] }) { nodes { domain } } }", "stores"),
        ("{ dataMap { name category } policy { categories { code } } }", "map"),
        ("{ policy { recipients { code } } }", "policy"),
        ("{ policyVersions { nodes { version } } }", "policy"),
        ("{ staff { nodes { handle } } }", "staff"),
        ("{ tenants { nodes { legalName } } }", "tenants"),
        ("{ accesses { nodes { at } } }", "accesses"),
    ] {
        let mut promise = promise_rows()[0].clone();
        promise["evidence"] = json!(evidence);
        let mut stage = one_promise().hears("promise", "promise", json!({ "node": promise }));
        let effects = press(&mut stage, "Enter");
        assert!(here(&stage) == place && !asks(&effects).is_empty(), "{evidence}: {}", here(&stage));
    }
}

#[test]
fn a_look_is_asked_for_and_its_outcome_is_told() {
    for (mut stage, place) in [(promises(), "promises"), (one_promise(), "promise")] {
        assert_eq!(sent(&press(&mut stage, "a c")), json!({ "id": "prm_1" }));
        let looked = json!({ "checkPromise": { "promise": promise_rows()[0], "userErrors": [] } });
        let answer = rightsdesk::core::ask::Answer { to: place, tag: "looked", outcome: Ok(looked) };
        let effects = stage.does(Action::Answered(answer));
        assert!(!asks(&effects).is_empty(), "what is shown is asked for anew");
        assert_eq!(said(&stage), "looked at promise_1: ✗ BROKEN, 2 of 41 stores");
        let stage = stage.refused(place, "looked", "FORBIDDEN", "needs see_queue");
        assert_eq!(said(&stage), "needs see_queue");
    }
}

#[test]
fn promises_are_narrowed_by_standing_and_section() {
    let mut stage = promises().press("/").write("standing:broken,at-risk");
    let effects = press(&mut stage, "Ctrl-s");
    assert_eq!(asks(&effects)[0].variables["filter"], json!({ "standing": ["BROKEN", "AT_RISK"] }));
    let mut stage = promises().press("/").write("Data security");
    let effects = press(&mut stage, "Ctrl-s");
    assert_eq!(asks(&effects)[0].variables["filter"], json!({ "section": "Data security" }));
}

#[test]
fn what_was_published_is_read_in_full_at_eighty_columns() {
    let seen = seen(&promises().size(80, 24));
    assert!(seen.contains("needs, and say why we need") && seen.contains("counted: 2 of 41 stores"), "{seen}");
}

#[test]
fn a_version_is_published_by_its_name_typed_and_by_a_second_factor() {
    let mut stage = one_version().press("a P").later(1);
    assert!(seen(&stage).contains("4, of them 3 material, 1 that people may lose by"), "{}", seen(&stage));
    assert!(asks(&press(&mut stage, "Enter")).is_empty(), "not without its name");
    let mut stage = one_version().press("a P").later(1).write("littledata v4");
    let effects = press(&mut stage, "Enter");
    assert_eq!(sent(&effects), json!({ "id": "pol_4" }));
    let ask = asks(&effects)[0].clone();
    stage = stage.then(Action::StepUpNeeded(ask.clone()));
    assert_eq!(stage.model.layers.iter().map(|open| open.entry.name).collect::<Vec<_>>(), ["dialog", "step-up"]);
    let effects = stage.does(Action::SteppedUp);
    assert!(asks(&effects).iter().any(|again| again.is_again && again.variables == ask.variables), "{effects:?}");
    let stage = stage.hears("dialog", "sent", json!({ "publishPolicy": { "userErrors": [] } }));
    assert!(stage.model.ctx.notices.past().any(|notice| notice.text.starts_with("littledata v4 is announced")));
}

#[test]
fn a_version_is_withdrawn_by_who_may() {
    let mut stage = one_version().press("a W").later(1).write("littledata v4");
    assert_eq!(sent(&press(&mut stage, "Enter")), json!({ "id": "pol_4" }));
    for (permissions, may) in [(&["see_queue"][..], false), (&["publish_policy"], true), (&["keep_policy"], true)] {
        let stage = one_version().known(crate::scenes::person("mira", &["support"], permissions)).press("a W");
        assert_eq!(!stage.model.layers.is_empty(), may, "{permissions:?}: {}", said(&stage));
    }
}

#[test]
fn a_change_is_read_in_full_with_what_was_before_and_is_after() {
    let seen = seen(&one_version().press("j").size(80, 24));
    for words in ["~ changed", "− 90 days, then deleted", "+ 60 days, then deleted", "line 88", "▲ worse", "words"]
    {
        assert!(seen.contains(words), "{words}\n{seen}");
    }
    assert_eq!(diff()["changes"].as_array().unwrap().len(), 4);
}

#[test]
fn versions_lead_to_what_is_otherwise_in_them() {
    let mut stage = policy().press("j");
    assert!(seen(&stage).contains("✗ held back 22 Nov 2026"), "{}", seen(&stage));
    let effects = press(&mut stage, "Enter");
    assert_eq!((here(&stage), &asks(&effects)[0].variables), ("version", &json!({ "id": "pol_3" })));
}

#[test]
fn the_file_of_a_version_is_read_line_by_line() {
    let mut stage = policy().press("j");
    let effects = press(&mut stage, "f");
    assert_eq!((here(&stage), &asks(&effects)[0].variables), ("file", &json!({ "id": "pol_3" })));
    let mut stage = one_version().press("j j");
    let effects = press(&mut stage, "f");
    assert_eq!((here(&stage), &asks(&effects)[0].variables), ("file", &json!({ "id": "pol_4" })));

    let top = seen(&one_file().size(80, 24));
    assert!(top.contains("littledata-4.toml") && top.contains("1 of 86") && top.contains("operator's own."), "{top}");
    let end = seen(&one_file().size(80, 24).press("G"));
    assert!(end.contains("86 of 86") && end.contains("86  # and line 79") && !end.contains("format = 1"), "{end}");
    assert_eq!(one_file().press("j j j").model.target().0, ["4"]);
}

#[test]
fn the_columns_are_those_of_the_chosen_table() {
    assert!(seen(&map()).contains("mail_bidx") && !seen(&map()).contains("sealed"));
    let stage = map().press("j");
    assert!(seen(&stage).contains("▲ secret") && !seen(&stage).contains("mail_bidx"), "{}", seen(&stage));
    let mut stage = map().press("Tab j");
    assert_eq!(stage.model.target().0, ["name"]);
    assert_eq!(asks(&press(&mut stage, "r")).len(), 1);
}

#[test]
fn the_matrix_can_be_read_at_eighty_columns() {
    let seen_all = seen(&matrix().size(80, 24));
    for words in ["aws", "goog", "face", "klav", "mail address → GOOGLE: goes", "held: up to 1 month"] {
        assert!(seen_all.contains(words), "{words}\n{seen_all}");
    }
    let wide = seen(&matrix().size(120, 40));
    assert!(wide.contains("facebook") && wide.contains("pinterest") && wide.contains("Held"), "{wide}");
    // Where not all destinations fit, those around the chosen one do.
    let stage = matrix_of(14).size(80, 24).press("l l l l l l l l l l l l l l l l");
    assert!(
        seen(&stage).contains("PARTNER_13: goes") || seen(&stage).contains("PARTNER_13: never"),
        "{}",
        seen(&stage)
    );
    assert!(seen(&stage.press("h")).contains("PARTNER_12: "));
}
