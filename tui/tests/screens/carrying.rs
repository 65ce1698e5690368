//! What the places do that show how a request is carried out: silence is shown as silence, the brake says how long is left,
//! rows of a package open for a reason and for a while, and what is released is what was read.

use chrono::TimeDelta;
use rightsdesk::core::action::{Action, Effect};
use serde_json::json;

use crate::hands::{asks, press, seen, sent};
use crate::scenes::asked::DIGEST;
use crate::scenes::carried::{
    beside, carried, certified, cooling, leaf, opened, package, packed, proofs, reading, recipients, rights, silent,
    steps, tasks, told, under_way,
};
use crate::scenes::{Stage, person};

fn said(stage: &Stage) -> String {
    stage.model.ctx.notices.shown().map(|(_, text)| text.to_owned()).unwrap_or_default()
}

fn place(stage: &Stage) -> &'static str {
    stage.model.stack.last().map(|open| open.entry.name).unwrap_or_default()
}

fn layer(stage: &Stage) -> Option<&'static str> {
    stage.model.layers.last().map(|open| open.entry.name)
}

#[test]
fn a_silent_recipient_is_shown_as_silent_at_every_width() {
    for (width, height) in [(80, 24), (120, 40), (200, 50)] {
        let picture = seen(&told().size(width, height));
        let line = picture.lines().find(|line| line.contains("postex")).unwrap_or_else(|| panic!("{picture}"));
        assert!(line.contains("silent") && line.contains("OVERDUE"), "{line}");
        assert!(picture.contains("3 of 7 have ended"), "{picture}");
        assert!(picture.contains("1 silent, 1 refused, 1 by hand"), "{picture}");
    }
    let picture = seen(&told());
    for (recipient, stands) in [("segment", "already gone"), ("klaviyo", "unsure"), ("helpdesk", "by hand")] {
        let line = picture.lines().find(|line| line.contains(recipient)).unwrap_or_else(|| panic!("{picture}"));
        assert!(line.contains(stands), "{line}");
    }
}

#[test]
fn steps_are_shown_as_they_go_and_followed() {
    let stage = under_way();
    let picture = seen(&stage);
    assert!(picture.contains("5 of 13") && picture.contains("● under way"), "{picture}");
    let lines = stage.model.follows();
    assert!(lines.iter().any(|line| line.to == "carrying" && line.document.starts_with("subscription")), "{lines:?}");
    let mine = json!({ "changes": { "cursor": "b", "node": "req_3", "object": "request:3" } });
    let mut stage = stage.hears("carrying", "changes", mine);
    let soon = stage.now + chrono::TimeDelta::milliseconds(250);
    assert_eq!(asks(&stage.does(Action::Time(soon)))[0].tag, "carrying");
    let now = carried("IN_PROGRESS", "2026-11-23T12:50:00Z", &steps(9), &tasks());
    let picture = seen(&stage.hears("carrying", "carrying", now));
    assert!(picture.contains("9 of 13"), "{picture}");
}

#[test]
fn the_brake_says_how_long_is_left_and_takes_a_reason() {
    let stage = cooling();
    let picture = seen(&stage);
    assert!(picture.contains("cools off, 3 d left") && picture.contains("a b stops it"), "{picture}");
    let asked = stage.press("a b");
    let picture = seen(&asked);
    assert!(
        picture.contains("It would start") && picture.contains("nothing of what was approved is done"),
        "{picture}"
    );
    let mut stage = asked.write("she wrote again").press("Ctrl-s").later(1);
    assert_eq!(sent(&press(&mut stage, "y")), json!({ "id": "req_3", "version": 3, "reason": "she wrote again" }));

    let mut begun = under_way();
    assert!(asks(&press(&mut begun, "a b")).is_empty() && layer(&begun) != Some("dialog"));
    assert!(said(&begun).contains("what is gone does not come back"), "{}", said(&begun));
    let over = crate::scenes::asked::request().press("a b");
    assert!(said(&over).contains("nothing of it is being carried out"), "{}", said(&over));
}

#[test]
fn the_request_shows_what_is_carried_out_and_leads_there() {
    for (width, height) in [(80, 24), (120, 40)] {
        let picture = seen(&beside().size(width, height));
        for words in ["this desk", "postex", "5 of 13"] {
            assert!(picture.contains(words), "{words}\n{picture}");
        }
    }
    assert!(!seen(&crate::scenes::asked::request()).contains("Carried out"), "nothing is carried out of it yet");
    assert_eq!(place(&beside().press("Enter")), "carrying");
    assert_eq!(place(&beside().press("a K")), "package");
    assert!(said(&crate::scenes::asked::request().press("a K")).contains("there is no package of it"));
    // This desk, seven recipients, then the package and the certificate.
    let down = |keys: usize| (0..keys).fold(beside(), |stage, _| stage.press("j"));
    assert_eq!(place(&down(8).press("Enter")), "package");
    assert_eq!(place(&down(9).press("Enter")), "proof");
    let stage = down(4).press("Enter").hears(
        "carrying",
        "carrying",
        carried("IN_PROGRESS", "2026-11-23T12:50:00Z", &steps(13), &tasks()),
    );
    let row = seen(&stage).lines().find(|line| line.contains("postex")).map(str::to_owned).unwrap_or_default();
    assert!(row.contains("> "), "the keys are on the row it was opened for: {row}");
}

#[test]
fn what_came_back_is_written_down_with_what_proves_it() {
    let asked = || told().press("j j j a f");
    assert!(seen(&asked()).contains("R-7K4QD2C · postex") && seen(&asked()).contains("silent"), "{}", seen(&asked()));
    let mut stage = asked().press("Tab").write("they did it").press("Tab").write("done").press("Ctrl-s").later(1);
    let input = sent(&press(&mut stage, "y"));
    let words = json!({ "id": "rtk_4", "version": 2, "state": "DONE", "words": "they did it", "proof": "ZG9uZQ==" });
    assert_eq!(input, words);
    let ended = told().press("a f");
    assert!(said(&ended).contains("it has ended"), "{}", said(&ended));
    let elsewhere = told().press("Tab a f");
    assert!(said(&elsewhere).contains("choose a recipient"), "{}", said(&elsewhere));
}

#[test]
fn a_recipient_is_tried_again_or_given_up_by_its_name() {
    let asked = told().press("j j j j j a t").later(1);
    assert!(seen(&asked).contains("Something was sent and not answered"), "{}", seen(&asked));
    let mut stage = asked;
    assert_eq!(sent(&press(&mut stage, "y")), json!({ "id": "rtk_6", "version": 2 }));
    let asked = || told().press("j j j a u").write("they are closed").press("Ctrl-s").later(1);
    assert!(asks(&press(&mut asked(), "Enter")).is_empty(), "its name is to be typed");
    let mut stage = asked().write("postex");
    let input = sent(&press(&mut stage, "Enter"));
    assert_eq!(input, json!({ "id": "rtk_4", "version": 2, "reason": "they are closed" }));
}

#[test]
fn how_a_recipient_is_reached_is_said_for_all_requests_of_its_tenant() {
    let ops = || told().known(person("mira", &["ops"], &["see_queue", "keep_stores"]));
    let asked = ops().press("j j j a h");
    assert!(seen(&asked).contains("for every request of Zaitoon Home"), "{}", seen(&asked));
    let asked = asked.press("Down Tab").write("https://dsr.postex.example/v2").press("Tab Tab").write("hush-hush");
    assert!(!seen(&asked).contains("hush"), "nobody reads it over a shoulder: {}", seen(&asked));
    let mut stage = asked.press("Ctrl-s").later(1);
    let way = json!({
        "tenant": "ten_4", "recipient": "postex", "kind": "OPEN_DSR", "address": "https://dsr.postex.example/v2",
        "parts": null, "credential": "hush-hush",
    });
    assert_eq!(sent(&press(&mut stage, "y")), way);

    let asked = ops().press("j j j j a h Tab Tab").write("list=7f3a, data_centre=us6");
    let mut stage = asked.press("Ctrl-s").later(1);
    let input = sent(&press(&mut stage, "y"));
    let parts = json!([{ "name": "list", "value": "7f3a" }, { "name": "data_centre", "value": "us6" }]);
    assert_eq!((&input["kind"], &input["parts"], &input["address"]), (&json!("TEMPLATE"), &parts, &json!(null)));

    let store = ops().press("a h");
    assert!(said(&store).contains("a store is told by its own platform"), "{}", said(&store));
    let worker = told().press("j j j a h");
    assert_ne!(layer(&worker), Some("dialog"), "whoever works requests keeps no keys to recipients");
}

#[test]
fn a_recipient_is_shown_in_full_with_all_that_was_done() {
    let picture = seen(&silent());
    for words in ["The chosen recipient", "OpenDSR", "reminded", "contact fields, orders"] {
        assert!(picture.contains(words), "{words}\n{picture}");
    }
    assert!(!seen(&silent().press("z")).contains("The chosen recipient"));
}

#[test]
fn who_is_silent_of_all_a_tenant_is_one_key_away_and_leads_back() {
    let mut stage = told();
    let effects = press(&mut stage, "o");
    assert_eq!(asks(&effects)[0].variables["filter"], json!({ "tenant": "ten_4", "states": ["SILENT"] }));
    let picture = seen(&recipients());
    assert!(picture.contains("OVERDUE") && picture.contains("leopards"), "{picture}");
    let mut stage = recipients();
    let effects = press(&mut stage, "j Enter");
    assert!(place(&stage) == "carrying" && asks(&effects)[0].variables["id"] == "req_5", "{effects:?}");
}

#[test]
fn words_that_came_back_are_shown_once_and_logged() {
    let mut stage = told().press("j j j x").later(1);
    assert_eq!(asks(&press(&mut stage, "y"))[0].variables["input"], json!({ "id": "rtk_4" }));
    let words = json!({ "value": "we erased her", "hideAfterSeconds": 30 });
    let stage = stage.hears("dialog", "sent", json!({ "revealTaskWords": { "words": words, "userErrors": [] } }));
    assert!(layer(&stage) == Some("shown") && seen(&stage).contains("we erased her"), "{}", seen(&stage));
    assert!(!seen(&stage.later(31)).contains("we erased her"));
}

#[test]
fn what_is_put_right_is_named_by_table_and_field_and_stays_masked() {
    let picture = seen(&rights().press("z"));
    for words in
        ["customers, mail", "mail of sub·k3f3q", "nothing is done with it", "not for marketing", "nothing to segment"]
    {
        assert!(picture.contains(words), "{words}\n{picture}");
    }
    let mut stage = rights().press("a c Down Down Tab").write("new@shopper.example").press("Ctrl-s").later(1);
    let input = sent(&press(&mut stage, "y"));
    let named =
        json!({ "id": "req_3", "version": 3, "about": "customers", "field": "mail", "value": "new@shopper.example" });
    assert_eq!(input, named);
    let mut stage = rights().press("a d").later(1);
    let input = sent(&press(&mut stage, "y"));
    assert_eq!(input, json!({ "id": "req_3", "version": 3, "about": "customers", "field": "mail", "store": "sto_1" }));
    let other = told().press("a c");
    assert!(said(&other).contains("it asks for another right"), "{}", said(&other));
}

#[test]
fn a_restriction_ends_by_a_letter_first() {
    let mut stage = rights().press("a l").write("the dispute is over").press("Ctrl-s").later(1);
    let input = sent(&press(&mut stage, "y"));
    assert_eq!(input, json!({ "id": "req_3", "version": 3, "words": "the dispute is over", "days": null }));
    let free = told().press("a l");
    assert!(said(&free).contains("nothing is restricted"), "{}", said(&free));
}

#[test]
fn whoever_was_erased_is_welcome_again_by_two_persons_typing() {
    let mut stage = told().press("a w").write("she asked for it").press("Ctrl-s").later(1).write("R-7K4QD2C");
    assert_eq!(sent(&press(&mut stage, "Enter")), json!({ "id": "req_3", "reason": "she asked for it" }));
    let mut stage = told().press("a W").later(1).write("R-7K4QD2C");
    assert_eq!(sent(&press(&mut stage, "Enter")), json!({ "id": "req_3" }));
    assert!(said(&rights().press("a w")).contains("nobody was erased"));
}

#[test]
fn rows_of_a_package_open_for_a_reason_and_for_a_while() {
    let shut = reading().press("Tab");
    assert!(seen(&shut).contains("shut: x on a file of data"), "{}", seen(&shut));
    assert!(said(&reading().press("j j j x")).contains("it holds no rows"));
    let mut stage = reading().press("j x").write("who else is named");
    let effects = press(&mut stage, "Enter");
    let input = json!({ "id": "pkg_2", "table": "orders", "after": null, "reason": "who else is named" });
    assert_eq!(asks(&effects)[0].variables["input"], input);
    let picture = seen(&opened());
    for words in ["#1002", "placed at", "1 left out", "4 of 5 columns say something", "in 300 s"] {
        assert!(picture.contains(words), "{words}\n{picture}");
    }
    let stage = opened();
    assert_eq!(stage.model.wakes().map(|at| at <= (stage.now + TimeDelta::minutes(5)).to_utc()), Some(true));
    let kept = opened().later(200).press("k");
    assert!(seen(&kept).contains("#1001") && !seen(&kept).contains("#1002"), "one at a time: {}", seen(&kept));
    let over = kept.later(101);
    assert!(seen(&over).contains("Package") && !seen(&over).contains("#1001"), "{}", seen(&over));
    assert!(!seen(&opened().press("X")).contains("#1002"), "and when somebody shuts them");
}

#[test]
fn the_next_rows_are_asked_for_with_the_same_reason() {
    let mut stage = opened();
    let effects = press(&mut stage, "m");
    let after = "0:00000000-0000-4000-8000-000000000003";
    let input = json!({ "id": "pkg_2", "table": "orders", "after": after, "reason": "who else is named" });
    assert_eq!(asks(&effects)[0].variables["input"], input);
    let stage = stage.hears("package", "rows", leaf(None));
    assert!(seen(&stage.press("G")).contains("#1003"));
    let stage = opened().press("m").hears("package", "rows", leaf(None));
    assert!(said(&stage.press("m")).contains("these are all of them"));
    let refused =
        reading().press("j x").write("y").press("Enter").refused("package", "rows", "FORBIDDEN", "you may not");
    assert_eq!(said(&refused), "its rows stay shut: you may not");
}

#[test]
fn a_row_or_a_column_of_it_is_left_out_and_put_back() {
    let asked = || opened().press("a l");
    assert!(seen(&asked()).contains("the whole row") && seen(&asked()).contains("gift note"), "{}", seen(&asked()));
    let mut stage = asked().press("Tab Tab").write("it is his brother's").press("Ctrl-s").later(1);
    let input = sent(&press(&mut stage, "y"));
    assert_eq!(
        input,
        json!({
            "id": "req_1", "table": "orders", "row": "00000000-0000-4000-8000-000000000002", "column": null,
            "code": "OTHERS_RIGHTS", "reason": "it is his brother's",
        })
    );
    let mut stage = asked().press("Down Down Down Down Tab Tab").write("a name").press("Ctrl-s").later(1);
    assert_eq!(sent(&press(&mut stage, "y"))["column"], "gift_note");
    let mut stage = reading().press("Tab Tab j a u").later(1);
    assert_eq!(sent(&press(&mut stage, "y")), json!({ "id": "req_1", "redaction": "rdn_1" }));
    let back = reading().press("Tab Tab a u");
    assert!(said(&back).contains("it was put back already"), "{}", said(&back));
}

#[test]
fn a_package_is_released_only_when_it_was_read_and_by_its_list() {
    let early = reading().press("a K");
    assert_eq!(said(&early), "release…, off: read what it holds to its end first: 1 of 6 files");
    let asked = || reading().press("j j j j j a K").later(1);
    let picture = seen(&asked());
    for words in ["213 rows in 6 files", "Made ready by ana, you: mira", "Left out, with a reason each: 1"] {
        assert!(picture.contains(words), "{words}\n{picture}");
    }
    assert!(asks(&press(&mut asked(), "Enter")).is_empty(), "Enter is Cancel until it is typed");
    let mut stage = asked().write("R-2QX8M0A");
    assert_eq!(sent(&press(&mut stage, "Enter")), json!({ "id": "req_1", "manifest": DIGEST }));
    let old = reading().press("h a K");
    assert!(said(&old).contains("this is an old package"), "{}", said(&old));
    let made = reading().hears("package", "package", packed(&[package(2, "ORDERED")], &[])).press("a K");
    assert!(said(&made).contains("it is being made"), "{}", said(&made));
}

#[test]
fn a_certificate_is_read_and_copied_whole_and_never_when_it_is_another() {
    let mut stage = certified();
    let picture = seen(&stage);
    for words in ["it arrived as it was signed", "\"reference\": \"R-7K4QD2C\"", "rightsdesk requests certificate"] {
        assert!(picture.contains(words), "{words}\n{picture}");
    }
    let text = proofs()["request"]["certificates"][0]["signed"].as_str().map(str::to_owned).unwrap();
    assert!(matches!(&press(&mut stage, "y")[..], [Effect::Copy(copied)] if *copied == text));
    let mut other = proofs();
    other["request"]["certificates"][0]["signed"] = json!(text.replace("212", "2"));
    let mut stage = certified().hears("proof", "proof", other);
    assert!(seen(&stage).contains("not what was signed"), "{}", seen(&stage));
    assert!(press(&mut stage, "y").is_empty() || said(&stage).contains("not what was signed"));
}
