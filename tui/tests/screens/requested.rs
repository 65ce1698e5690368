//! What the screens of requests do: the due word comes first, many are worked at once and told one by one, a plan is read
//! before it is approved, dates stand before and after, and letters outlive the console.

use rightsdesk::core::action::{Action, Effect, Link};
use serde_json::json;

use crate::hands::{asks, press, seen, sent};
use crate::scenes::Stage;
use crate::scenes::asked::{
    DIGEST, changed_plan, desk, extended, frozen, letter, next_rows, paused, plan, planned, queue, reports, request,
    working,
};
use crate::scenes::people::{page, tenant_rows};

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
fn the_due_word_comes_first_at_every_width_and_never_leaves() {
    for (width, height) in [(80, 24), (120, 40), (200, 60)] {
        let picture = seen(&queue().size(width, height));
        for (due, reference) in [
            ("OVERDUE 2 d", "R-2QX8M0A"),
            ("today 9 h", "R-9KD3P1B"),
            ("1 d 9 h", "R-7K4QD2C"),
            ("paused 4 d", "R-8PE1N4E"),
        ] {
            let is_row = |line: &&str| line.contains(reference) && line.contains(due);
            let line = picture.lines().find(is_row).unwrap_or_else(|| panic!("{picture}"));
            assert!(line.find(due).is_some_and(|at| at < line.find(reference).unwrap()), "{line}");
        }
    }
    assert!(seen(&queue().size(200, 60)).contains("promise, 30 days, end of"), "beside the list, in full");
}

#[test]
fn the_words_of_the_filter_go_to_the_server_and_a_tenant_is_looked_up() {
    let mut stage = queue().press("/").write("due:<7d -owner:me");
    let effects = press(&mut stage, "Enter");
    assert_eq!(asks(&effects)[0].variables["filter"], json!({ "text": "due:<7d -owner:me" }));
    assert_eq!(asks(&effects)[0].variables["orderBy"], json!({ "field": "DUE_AT", "direction": "ASC" }));
    let mut stage = queue().press("/").write("tenant:zai right:access");
    let effects = press(&mut stage, "Enter");
    assert_eq!(asks(&effects)[0].variables["filter"], json!({ "nameBegins": "zai" }));
    let effects = stage.does(Action::Answered(rightsdesk::core::ask::Answer {
        to: "queue",
        tag: "whose",
        outcome: Ok(json!({ "tenants": page(tenant_rows().into_iter().skip(3).take(1).collect()) })),
    }));
    assert_eq!(asks(&effects)[0].variables["filter"], json!({ "text": "right:access", "tenant": "ten_4" }));
}

#[test]
fn a_view_of_mine_is_two_keys_away_and_kept_by_one() {
    let mut stage = working();
    let effects = press(&mut stage, "w 2");
    assert_eq!((place(&stage), asks(&effects)[0].tag), ("queue", "views"));
    let effects = stage.does(Action::Answered(rightsdesk::core::ask::Answer {
        to: "queue",
        tag: "views",
        outcome: Ok(json!({ "savedViews": crate::scenes::asked::views() })),
    }));
    assert_eq!(asks(&effects)[0].variables["filter"], json!({ "text": "regime:EU_GDPR due:<7d" }));
    let mut stage = queue().press("/").write("owner:none").press("Enter").press("W").write("nobody's");
    assert_eq!(sent(&press(&mut stage, "Ctrl-s")), json!({ "filter": "owner:none", "name": "nobody's" }));
    let stage = working().press("w 9").hears("queue", "views", json!({ "savedViews": [] }));
    assert!(said(&stage).contains("there is no view 9 yet"), "{}", said(&stage));
}

#[test]
fn what_is_marked_is_frozen_then_worked_page_by_page_and_told_one_by_one() {
    let mut stage = queue().press("Space Space a o").hears("dialog", "owner", json!({ "staff": page(Vec::new()) }));
    assert!(seen(&stage).contains("2 requests") && layer(&stage) == Some("dialog"), "{}", seen(&stage));
    stage = stage.press("Ctrl-s").later(1);
    let effects = press(&mut stage, "y");
    assert_eq!(asks(&effects)[0].variables["input"], json!({ "ids": ["req_1", "req_2"] }));
    let selection = json!({ "id": "sel_3", "count": 2, "endsAt": "2026-11-23T13:12:11Z", "isCut": false });
    let answer = |tag, data| Action::Answered(rightsdesk::core::ask::Answer { to: "queue", tag, outcome: Ok(data) });
    let effects =
        stage.does(answer("freeze-marks", json!({ "freezeSelection": { "selection": selection, "userErrors": [] } })));
    let input = &asks(&effects)[0].variables["input"];
    assert_eq!(
        (&input["selection"], &input["from"], &input["owner"]),
        (&json!("sel_3"), &json!(0), &json!("stf_mira"))
    );
    let one = json!([{ "id": "req_1", "reference": "R-2QX8M0A", "refusal": null }]);
    let results = json!({ "items": one, "next": 1, "done": 1, "refused": 0 });
    let effects = stage.does(answer("bulk", json!({ "assignSelection": { "results": results, "userErrors": [] } })));
    assert_eq!(asks(&effects)[0].variables["input"]["from"], json!(1), "the next page");
}

#[test]
fn of_many_the_danger_is_a_class_higher_and_their_number_is_typed() {
    let asked = || frozen().press("a e Tab").write("too many").press("Ctrl-s").later(1);
    assert!(seen(&asked()).contains("to be typed: 38"), "{}", seen(&asked()));
    assert!(asks(&press(&mut asked(), "y")).is_empty() && asks(&press(&mut asked(), "Enter")).is_empty());
    let mut stage = asked().write("38");
    let effects = press(&mut stage, "Enter");
    let input = &asks(&effects)[0].variables["input"];
    assert_eq!((&input["selection"], &input["reason"]), (&json!("sel_1"), &json!("too many")), "frozen already");
    let let_go = frozen().press("Esc");
    assert!(!seen(&let_go).contains("all 38 marked"), "{}", seen(&let_go));
}

#[test]
fn what_was_refused_among_many_says_why_and_is_tried_again_alone() {
    let mut stage = extended();
    let picture = seen(&stage);
    assert!(
        picture.contains("1 done, 1 refused") && picture.contains("its law was extended once already"),
        "{picture}"
    );
    let effects = press(&mut stage, "a t");
    assert_eq!(asks(&effects)[0].variables["input"], json!({ "ids": ["req_2"] }));
    let mut copied = extended();
    assert!(matches!(&press(&mut copied, "y")[..], [Effect::Copy(text)] if text.contains("R-9KD3P1B")));
}

#[test]
fn n_walks_what_is_next_for_me_without_going_back() {
    let mut stage = request();
    let effects = press(&mut stage, "n");
    assert_eq!((place(&stage), asks(&effects)[0].tag), ("request", "next"));
    let effects = stage.does(Action::Answered(rightsdesk::core::ask::Answer {
        to: "request",
        tag: "next",
        outcome: Ok(json!({ "nextRequests": next_rows() })),
    }));
    assert_eq!(asks(&effects)[0].variables["id"], "req_4", "the one after the one that was open");
    let stage = working().press("n").hears("request", "next", json!({ "nextRequests": [] }));
    assert_eq!(said(&stage), "nothing waits for you now");
}

#[test]
fn what_may_not_be_done_is_off_in_the_words_of_the_server() {
    let stage = request().press("a F");
    assert_eq!(said(&stage), "settle by hand…, off: it cannot be settled: it is open: no plan of it was approved");
    let menu = seen(&request().size(200, 60).press("a"));
    assert!(menu.contains("off: its plan was not submitted yet") && menu.contains("off: it is not late"), "{menu}");
    let stage = paused().press("a e");
    assert_eq!(said(&stage), "extend…, off: it is paused: let its time go on first");
}

#[test]
fn old_and_new_date_stand_before_and_after_an_extension() {
    let stage = request().press("a e");
    let picture = seen(&stage);
    assert!(picture.contains("GDPR: 25 Nov 2026 → 25 Jan 2027"), "{picture}");
    assert!(picture.contains("off: the operator's page promises no longer time"), "{picture}");
    let mut stage = stage.press("Tab Tab").write("a dispute").press("Ctrl-s").later(1);
    let input = sent(&press(&mut stage, "y"));
    assert_eq!(
        input,
        json!({ "id": "req_3", "version": 3, "regime": "EU_GDPR", "until": null, "reason": "a dispute" })
    );
    let moved = json!({ "before": "2026-11-24", "after": "2026-11-24" });
    let same = stage.hears("dialog", "sent", json!({ "extendRequest": { "moved": moved, "userErrors": [] } }));
    assert_eq!(said(&same), "R-7K4QD2C: extended, by letter: due 24 Nov 2026, as before");
    let mut stage = request().press("a e Tab Tab").write("a dispute").press("Ctrl-s").later(1);
    press(&mut stage, "y");
    let moved = json!({ "before": "2026-11-25", "after": "2027-01-25" });
    let later = stage.hears("dialog", "sent", json!({ "extendRequest": { "moved": moved, "userErrors": [] } }));
    assert_eq!(said(&later), "R-7K4QD2C: extended, by letter: was due 25 Nov 2026, is due 25 Jan 2027");
}

#[test]
fn one_key_pauses_and_lets_go_on_as_its_stage_has_it() {
    let stage = request().press("a z");
    assert!(seen(&stage).contains("off: no law that counts here lets it wait for a fee"), "{}", seen(&stage));
    let mut stage = stage.press("Tab").write("which account?").press("Ctrl-s").later(1);
    let input = sent(&press(&mut stage, "y"));
    assert_eq!((&input["on"], &input["reason"]), (&json!("IDENTITY_ASKED"), &json!("which account?")));
    let mut stage = paused().press("a z").later(1);
    assert_eq!(sent(&press(&mut stage, "y")), json!({ "id": "req_3", "version": 3 }));
}

#[test]
fn refusing_takes_a_ground_words_and_the_reference_typed() {
    let asked = || request().press("a R Tab").write("tax law").press("Ctrl-s").later(1);
    assert!(asks(&press(&mut asked(), "Enter")).is_empty());
    let mut stage = asked().write("R-7K4QD2C");
    let input = sent(&press(&mut stage, "Enter"));
    assert_eq!((&input["ground"], &input["reason"]), (&json!("LEGAL_OBLIGATION"), &json!("tax law")));
}

#[test]
fn what_the_person_goes_by_is_judged_one_by_one() {
    let off = request().press("Tab a i");
    assert_eq!(said(&off), "identity…, off: choose what the person goes by: Tab");
    let mut stage = request().press("j a i Down Tab").write("another voice").press("Ctrl-s").later(1);
    assert!(seen(&stage).contains("R-7K4QD2C · phone"), "{}", seen(&stage));
    let input = sent(&press(&mut stage, "y"));
    assert_eq!(input, json!({ "id": "req_3", "identifier": "iid_2", "isProved": false, "reason": "another voice" }));
    let mut stage = request().press("a c").later(1);
    assert_eq!(sent(&press(&mut stage, "y")), json!({ "id": "req_3", "identifier": "iid_1" }));
}

#[test]
fn a_plan_is_drawn_at_once_and_opened_to_be_read() {
    let mut stage = request();
    let effects = press(&mut stage, "a p");
    assert_eq!(asks(&effects)[0].variables["input"], json!({ "id": "req_3" }));
    let stage = stage.hears("request", "drawn", json!({ "drawPlan": { "plan": null, "userErrors": [] } }));
    assert_eq!(place(&stage), "plan");
    let refused =
        request().press("a p").refused("request", "drawn", "ILLEGAL_STEP", "nobody proved yet that they may ask");
    assert_eq!(said(&refused), "no plan: nobody proved yet that they may ask");
}

#[test]
fn a_plan_is_approved_only_when_it_was_read_to_its_end_and_by_its_digest() {
    let early = plan().press("a A");
    assert_eq!(said(&early), "approve…, off: read it to its end first: 1 of 9 lines");
    let asked = || plan().press("j j j j j j j j a A").later(1);
    let picture = seen(&asked());
    for words in [
        "311 rows go for ever, 10 stay",
        "after 72 h",
        "Prepared by ana, you: mira",
        "Told: zaitoon-home.example, postex",
    ] {
        assert!(picture.contains(words), "{words}\n{picture}");
    }
    assert!(asks(&press(&mut asked(), "Enter")).is_empty(), "Enter is Cancel until it is typed");
    let mut pasted = asked().then(Action::Pasted("R-9C0VE8J".to_owned()));
    assert!(asks(&press(&mut pasted, "Enter")).is_empty(), "no paste");
    let mut stage = asked().write("R-9C0VE8J");
    let input = sent(&press(&mut stage, "Enter"));
    assert_eq!(input, json!({ "id": "req_4", "digest": DIGEST, "confirm": "R-9C0VE8J" }));
}

#[test]
fn a_plan_that_is_another_now_comes_with_its_difference() {
    let mut stage = plan().press("G a A").later(1).write("R-9C0VE8J");
    press(&mut stage, "Enter");
    let refusal = rightsdesk::core::ask::Refusal {
        code: "PLAN_CHANGED".to_owned(),
        words: "what is held has changed: read the new plan".to_owned(),
        field: Vec::new(),
    };
    let trouble = rightsdesk::core::ask::Trouble::Refused(vec![refusal]);
    let effects = stage.does(Action::Answered(rightsdesk::core::ask::Answer {
        to: "dialog",
        tag: "sent",
        outcome: Err(trouble),
    }));
    assert_eq!(asks(&effects)[0].tag, "plan", "it is looked up anew");
    let picture = seen(&changed_plan());
    assert!(
        picture.contains("Difference to the plan before") && picture.contains("−") && picture.contains("214"),
        "{picture}"
    );
    let old = changed_plan().press("h a s");
    assert_eq!(said(&old), "submit…, off: this is an old plan: l shows the newest");
    let mut back = plan().press("a r").write("a courier is missing").press("Ctrl-s").later(1);
    assert_eq!(sent(&press(&mut back, "y")), json!({ "id": "req_4", "reason": "a courier is missing" }));
}

#[test]
fn nothing_planned_says_so() {
    let stage = request().press("a A").hears("plan", "plan", planned(&[], &[]));
    assert!(seen(&stage).contains("none was drawn yet"), "{}", seen(&stage));
}

#[test]
fn a_letter_is_kept_a_second_after_the_last_key_and_goes_by_a_dialog() {
    let stage = letter();
    let woken = stage.model.wakes().unwrap();
    assert!((woken - stage.now.to_utc()).num_milliseconds() <= 1000);
    let mut stage = stage.millis(1000);
    let effects = stage.does(Action::Time(stage.now));
    let kept = asks(&effects);
    // The moment of the clock wakes it, once.
    let body = "Your copy comes by Friday.\n\nWe still ask the courier.";
    if let Some(ask) = kept.first() {
        assert_eq!(ask.variables["input"]["body"], body);
    }
    let message = json!({ "id": "msg_9", "madeAt": "2026-11-23T13:02:12Z" });
    stage = stage.hears("letter", "kept", json!({ "saveDraft": { "message": message, "userErrors": [] } }));
    assert!(seen(&stage).contains("✓ kept"), "{}", seen(&stage));
    let mut stage = stage.press("Ctrl-s").later(1);
    assert!(seen(&stage).contains("10 words go to the person by mail, in de"), "{}", seen(&stage));
    assert_eq!(sent(&press(&mut stage, "y")), json!({ "id": "req_3", "body": body, "draft": "msg_9" }));
}

#[test]
fn a_letter_goes_through_the_editor_and_comes_back() {
    let mut stage = letter();
    let effects = press(&mut stage, "Ctrl-e");
    assert!(
        matches!(&effects[..], [Effect::Edit { to: "letter", text }] if text.starts_with("Your copy")),
        "{effects:?}"
    );
    let stage = stage.then(Action::Edited { to: "letter", text: Ok("Dear one,\nhere it is.".to_owned()) });
    assert!(seen(&stage).contains("here it is."));
    let stage = stage.then(Action::Edited { to: "letter", text: Err("vi: not found".to_owned()) });
    assert_eq!(said(&stage), "vi: not found");
    let mut stage = request().press("a n").write("a note");
    let effects = press(&mut stage, "Ctrl-e");
    assert!(matches!(&effects[..], [Effect::Edit { to: "dialog", text }] if text == "a note"), "{effects:?}");
    let mut stage = stage.then(Action::Edited { to: "dialog", text: Ok("a longer\nnote".to_owned()) });
    assert_eq!(sent(&press(&mut stage, "Ctrl-s")), json!({ "id": "req_3", "body": "a longer\nnote" }));
}

#[test]
fn a_draft_is_gone_on_with_and_a_letter_is_read_by_itself() {
    let mut stage = request().press("Tab Tab Tab");
    let effects = press(&mut stage, "Enter");
    assert_eq!(place(&stage), "letter");
    assert_eq!(asks(&effects)[1].variables["input"]["id"], "req_3");
    let words = |id: &str, text: &[&str]| json!({ "message": { "id": id }, "title": "", "lines": text });
    let opened = json!([words("msg_1", &["no"]), words("msg_3", &["Dear one,", "soon."])]);
    let stage =
        stage.hears("letter", "read", json!({ "revealRequestMessages": { "messages": opened, "userErrors": [] } }));
    assert!(seen(&stage).contains("soon."), "{}", seen(&stage));

    let mut stage = request().press("Tab Tab Tab j j x").write("caller asks").press("Ctrl-s");
    stage = stage.hears(
        "dialog",
        "sent",
        json!({ "revealRequestMessages": { "messages": opened_again(), "userErrors": [] } }),
    );
    let picture = seen(&stage);
    assert!(picture.contains("Where is my copy?") && !picture.contains("other words"), "{picture}");
}

fn opened_again() -> serde_json::Value {
    json!([
        { "message": { "id": "msg_1" }, "title": "My copy", "lines": ["Where is my copy?"] },
        { "message": { "id": "msg_3" }, "title": "", "lines": ["other words"] },
    ])
}

#[test]
fn every_number_of_the_desk_leads_to_its_rows() {
    let picture = seen(&desk());
    for words in
        ["214 open", "✗ 3", "11 within 3 days", "say why it is late", "identity proof", "+ 9 in: 5 shopify", "w 2"]
    {
        assert!(picture.contains(words), "{words}\n{picture}");
    }
    let mut stage = desk();
    press(&mut stage, "Enter");
    assert_eq!(place(&stage), "request");
    let mut stage = desk().press("Tab j");
    let effects = press(&mut stage, "Enter");
    assert_eq!(place(&stage), "queue");
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Ask(ask) if ask.variables["filter"] == json!({ "text": "stage:awaiting_approval" }))));
    let mut stage = desk().press("Tab Tab");
    let effects = press(&mut stage, "Enter");
    assert!(
        effects.iter().any(
            |effect| matches!(effect, Effect::Ask(ask) if ask.variables["filter"] == json!({ "text": "owner:me" }))
        )
    );
}

#[test]
fn reports_walk_through_years_and_months() {
    let mut stage = reports();
    assert!(
        seen(&stage).contains("to be published by 1 Jul 2027") && seen(&stage).contains("114, 95 %"),
        "{}",
        seen(&stage)
    );
    let effects = press(&mut stage, "h");
    assert_eq!(asks(&effects)[0].variables, json!({ "year": 2025 }));
    let effects = press(&mut stage, "Tab h h");
    assert_eq!(asks(&effects).last().unwrap().variables, json!({ "month": "2026-09" }));
}

#[test]
fn what_was_asked_by_telephone_is_taken_in() {
    let mut stage = queue().press("a t").hears("dialog", "tenant", json!({ "tenants": page(tenant_rows()) }));
    stage = stage.write("zait").press("Tab Tab Tab").write("asma@shopper.example").press("Ctrl-s").later(1);
    let input = sent(&press(&mut stage, "y"));
    assert_eq!((&input["tenant"], &input["rights"]), (&json!("ten_4"), &json!([{ "right": "ACCESS" }])));
    assert_eq!(input["identifiers"], json!([{ "kind": "MAIL", "value": "asma@shopper.example" }]));
    let taken = json!({ "requests": [{ "id": "req_8", "reference": "R-5TT0K9K" }], "isNew": true });
    let stage = stage.hears("dialog", "sent", json!({ "takeRequest": { "taken": taken, "userErrors": [] } }));
    assert_eq!(said(&stage), "it is taken in: R-5TT0K9K");
}

#[test]
fn a_hold_is_released_by_another_who_types_its_reference() {
    let mut stage = request().press("a H").later(1).write("H-18Q2X");
    assert_eq!(sent(&press(&mut stage, "Enter")), json!({ "id": "hld_1" }));
}

#[test]
fn other_requests_of_the_person_are_one_key_away() {
    let stage = request().press("BackTab Enter");
    assert_eq!(place(&stage), "request");
    let again = stage.then(Action::Open(Link { kind: "request", id: "req_1".to_owned() }));
    assert_eq!(again.model.stack.iter().filter(|open| open.entry.name == "request").count(), 1);
}
