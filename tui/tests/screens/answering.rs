//! What the screens of sub-processors do: versions are held against each other, letters are counted, objections answered.

use serde_json::json;

use crate::hands::{asks, press, seen};
use crate::scenes::listed::{announced, objections, one_processor, processors};

#[test]
fn a_version_says_what_it_says_otherwise_than_the_one_before() {
    let picture = seen(&one_processor().size(200, 60));
    assert!(picture.contains("where, ground") && picture.contains("the first"), "{picture}");
    assert!(seen(&processors()).contains("open, 10 d"), "{}", seen(&processors()));
}

#[test]
fn a_notice_tells_its_letters_and_leads_to_whom_it_is_about() {
    let mut stage = announced().size(200, 60);
    let picture = seen(&stage);
    assert!(picture.contains("57 taken, 3 to send, ✗ 1 refused"), "{picture}");
    assert!(picture.contains("keeps copies for us in the United States"), "{picture}");
    press(&mut stage, "Enter");
    assert_eq!(stage.model.stack.last().map(|open| open.entry.name), Some("processor"));
}

#[test]
fn an_objection_is_due_and_is_answered_in_words() {
    let picture = seen(&objections());
    assert!(picture.contains("✗ OVERDUE 2 d") && picture.contains("declined"), "{picture}");
    let mut stage = objections().press("a w").write("decl").press("Tab").write("it is needed").press("Ctrl-s").later(1);
    let effects = press(&mut stage, "y");
    let mut input = asks(&effects)[0].variables["input"].clone();
    input.as_object_mut().unwrap().remove("idempotencyKey");
    assert_eq!(input, json!({ "id": "obn_4", "state": "DECLINED", "answer": "it is needed" }));
}
