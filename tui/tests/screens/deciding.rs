//! What the screens of reviews do: an overdue campaign is seen, its rows are decided with a reason, and another person
//! signs off.

use serde_json::json;

use crate::hands::{asks, press, seen, sent};
use crate::scenes::reviewed::{campaigns, one_campaign, signed_off};

#[test]
fn an_overdue_campaign_says_so_first() {
    let seen = seen(&campaigns());
    let line = seen.lines().find(|line| line.contains("After the drift")).unwrap();
    assert!(line.contains("✗ OVERDUE 2 d") && line.contains("▲ 2 not proven"), "{seen}");
    assert!(seen.contains("✓ signed off"), "{seen}");
}

#[test]
fn a_row_is_kept_with_a_reason_and_an_end_of_its_exception() {
    let mut stage = one_campaign().press("a k").write("couriers call by it").press("Tab").write("2026-12-31");
    stage = stage.press("Ctrl-s").later(1);
    assert_eq!(
        sent(&press(&mut stage, "y")),
        json!({
            "id": "rvi_1", "version": 2, "decision": "KEEP", "reason": "couriers call by it",
            "exceptionUntil": "2026-12-31",
        })
    );
}

#[test]
fn a_row_is_changed_without_an_exception_unless_one_is_said() {
    let mut stage = one_campaign().press("a c").write("no media").press("Ctrl-s").later(1);
    let input = sent(&press(&mut stage, "y"));
    assert_eq!((&input["decision"], input["exceptionUntil"].is_null()), (&json!("CHANGE"), true));
}

#[test]
fn a_row_is_revoked_only_by_typing_what_goes() {
    let asked = || one_campaign().press("G a D").write("left in May").press("Ctrl-s").later(1);
    assert!(asks(&press(&mut asked(), "Enter")).is_empty(), "not without its name, typed");
    let mut stage = asked().write("read_reports");
    let input = sent(&press(&mut stage, "Enter"));
    assert_eq!((&input["id"], &input["decision"]), (&json!("rvi_4"), &json!("REVOKE")));
}

#[test]
fn what_was_found_of_a_row_stands_beside_it_and_behind_tab() {
    let wide = seen(&one_campaign());
    assert!(wide.contains("contacts.write media.read") && wide.contains("24 Aug"), "{wide}");
    let narrow = seen(&one_campaign().size(80, 24).press("j j Tab"));
    assert!(narrow.contains("✗ revoke, unproven, OVERDUE 3 d") && narrow.contains("last admin"), "{narrow}");
    let mut stage = one_campaign().press("Tab j j a k").write("still").press("Ctrl-s").later(1);
    assert_eq!(sent(&press(&mut stage, "y"))["id"], "rvi_1", "the row, not a line about it");
}

#[test]
fn a_campaign_is_signed_off_by_its_title_and_names_its_evidence() {
    let mut stage = one_campaign().press("a S").later(1);
    assert!(seen(&stage).contains("4 are open, 2 revoked are not proven"), "{}", seen(&stage));
    stage = stage.write("After the drift of October");
    assert_eq!(sent(&press(&mut stage, "Enter")), json!({ "id": "cmp_2" }));
    assert!(seen(&signed_off()).contains("rightsdesk reviews export"), "{}", seen(&signed_off()));
}

#[test]
fn rows_are_narrowed_to_those_still_open() {
    let mut stage = one_campaign().press("/").write("is:open subject:apps");
    let effects = press(&mut stage, "Enter");
    let ask = asks(&effects)[0];
    assert_eq!(ask.variables["filter"], json!({ "open": true, "subject": "APPS" }));
    assert_eq!(ask.variables["id"], "cmp_2");
}

#[test]
fn a_new_campaign_covers_everything_unless_it_is_told_otherwise() {
    let mut stage = campaigns().press("a n").write("Autumn").press("Ctrl-s").later(1);
    let input = sent(&press(&mut stage, "y"));
    assert_eq!((&input["title"], &input["covers"]), (&json!("Autumn"), &json!(["APPS", "SCOPES", "STAFF"])));
}

#[test]
fn a_reason_is_opened_by_itself_and_with_no_key_of_its_own() {
    let mut stage = one_campaign().press("a x").later(1);
    let effects = press(&mut stage, "y");
    assert_eq!(asks(&effects)[0].variables["input"], json!({ "id": "rvi_1" }));
}
