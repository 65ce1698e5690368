//! What the screens of requests do: the due word comes first, many are worked at once and told one by one, a plan is read
//! before it is approved, dates stand before and after, and letters outlive the console.

use rightsdesk::core::action::{Action, Effect, Link};
use serde_json::{Value, json};

use crate::hands::{asks, press, seen, sent};
use crate::scenes::Stage;
use crate::scenes::asked::{
    DIGEST, back, changed_plan, desk, extended, extending_letter, frozen, holds, letter, letter_read, news, next_rows,
    paused, plan, planned, preview, queue, reports, request, rows, visits, whole, working,
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
    assert!(seen(&stage).contains("Queue «EU this week»"), "{}", seen(&stage));
    let mut stage = queue().press("/").write("owner:none").press("Enter").press("W").write("nobody's");
    assert_eq!(sent(&press(&mut stage, "Ctrl-s")), json!({ "filter": "owner:none", "name": "nobody's" }));
    let stage = working().press("w 9").hears("queue", "views", json!({ "savedViews": [] }));
    assert!(said(&stage).contains("there is no view 9 yet"), "{}", said(&stage));
}

#[test]
fn what_was_done_is_told_with_the_name_of_whoever_did_it() {
    let stage = request().press("Tab Tab Tab");
    assert!(seen(&stage).contains("zeynep") && !seen(&stage).contains("staff …"), "{}", seen(&stage));
    assert!(seen(&stage).contains("our own aim"), "{}", seen(&stage));
}

#[test]
fn a_note_is_about_one_and_says_so_where_others_are_marked() {
    let mut stage = queue().press("Space Space");
    assert!(asks(&press(&mut stage, "a n")).is_empty() && layer(&stage) != Some("dialog"), "{}", seen(&stage));
    assert!(said(&stage).contains("a note is about one request"), "{}", said(&stage));
    let stage = queue().press("a n");
    assert_eq!(layer(&stage), Some("dialog"));
}

#[test]
fn a_request_is_handed_to_any_colleague_by_whoever_works_requests() {
    let colleagues = json!({ "colleagues": [{ "id": "stf_zeynep", "handle": "zeynep" }] });
    let stage = queue().press("a o").hears("dialog", "owner", colleagues);
    assert!(seen(&stage).contains("zeynep"), "{}", seen(&stage));
}

#[test]
fn what_is_marked_is_frozen_then_worked_page_by_page_and_told_one_by_one() {
    let mut stage = queue().press("Space Space a o").hears("dialog", "owner", json!({ "colleagues": [] }));
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
        "delete 99, anonymise 212 rows, for ever; 10 stay",
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
    assert!(
        effects.iter().any(
            |effect| matches!(effect, Effect::Ask(ask) if ask.variables["filter"] == json!({ "text": "is:second" }))
        )
    );
    let mut stage = desk().press("Tab Tab");
    let effects = press(&mut stage, "Enter");
    assert!(
        effects.iter().any(
            |effect| matches!(effect, Effect::Ask(ask) if ask.variables["filter"] == json!({ "text": "owner:me" }))
        )
    );
}

#[test]
fn somebody_is_found_by_a_mail_address_that_stands_nowhere_afterwards() {
    let asked = || {
        let stage = queue().press("@").hears("dialog", "tenant", json!({ "tenants": page(tenant_rows()) }));
        stage.write("zait").press("Tab").write("asma@shopper.example")
    };
    let effects = press(&mut asked(), "Ctrl-s");
    assert_eq!(asks(&effects)[0].variables, json!({ "tenant": "ten_4", "mail": "asma@shopper.example" }));
    let found = |rows: Vec<Value>| asked().press("Ctrl-s").hears("queue", "found", json!({ "requestsOfMail": rows }));
    let mut stage = found(rows().into_iter().take(2).collect());
    let shown = seen(&stage);
    assert!(shown.contains("of one mail address") && shown.contains("R-2QX8M0A"), "{shown}");
    assert!(!shown.contains("R-0JZ6W3D") && !shown.contains("asma@"), "{shown}");
    assert!(asks(&press(&mut stage, "*")).is_empty(), "no filter says which these are");
    assert!(asks(&press(&mut stage, "Esc")).iter().any(|ask| ask.tag == "requests"), "the queue is back");
    assert!(!format!("{:?}", press(&mut stage, "/")).contains("asma@") && !seen(&stage).contains("asma@"));
    assert!(said(&found(Vec::new())).contains("nobody of that tenant"));
    assert!(seen(&queue().press("/")).contains("By a mail address: @"), "the filter says where");
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
fn that_it_is_about_a_child_is_said_when_it_is_asked_and_when_it_comes_to_light() {
    let tenants = json!({ "tenants": page(tenant_rows()) });
    let mut stage = queue().press("a t").hears("dialog", "tenant", tenants);
    stage = stage.press("BackTab Down Ctrl-s").later(1);
    assert_eq!(sent(&press(&mut stage, "y"))["rights"], json!([{ "right": "ACCESS", "specialCase": "child" }]));

    let set = |keys| {
        let mut stage = request().press(keys).later(1);
        sent(&press(&mut stage, "y"))
    };
    assert_eq!(set("a k Down Ctrl-s"), json!({ "id": "req_3", "version": 3, "specialCase": "child" }));
    assert_eq!(set("a k Ctrl-s"), json!({ "id": "req_3", "version": 3, "specialCase": null }));
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

#[test]
fn rows_follow_the_server_and_none_moves_under_the_cursor() {
    let stage = queue();
    let lines = stage.model.follows();
    assert!(
        matches!(&lines[..], [line] if line.to == "queue" && line.document.starts_with("subscription")),
        "{lines:?}"
    );
    assert_eq!(lines[0].variables, json!({ "tenant": "ten_4" }));
    assert!(stage.press("j Enter").model.follows().iter().all(|line| line.to != "queue"), "what is shown alone");

    let picture = seen(&news());
    assert!(picture.contains("1 new, 1 left: r shows it"), "{picture}");
    assert!(!picture.contains("R-5TT0K9K") && picture.contains("not here now"), "{picture}");
    let row = picture.lines().find(|line| line.starts_with(" >")).unwrap_or_else(|| panic!("{picture}"));
    assert!(row.contains("R-7K4QD2C") && row.contains("a second person reads"), "{row}");
    let mut stage = news();
    assert_eq!(asks(&press(&mut stage, "r"))[0].tag, "requests");
    let mut rows = crate::scenes::asked::rows();
    rows.reverse();
    let stage = stage.hears("queue", "requests", json!({ "requests": page(rows) }));
    let picture = seen(&stage);
    assert!(picture.lines().any(|line| line.starts_with(" >") && line.contains("R-7K4QD2C")), "{picture}");
    assert!(!picture.contains("r shows it"), "{picture}");
}

#[test]
fn changes_told_at_once_are_looked_at_together_and_a_lock_looks_at_nothing() {
    let told = json!({ "changes": { "cursor": "a", "node": "req_1", "object": "request:1" } });
    let mut stage = queue();
    for _ in 0..50 {
        stage = stage.hears("queue", "changes", told.clone());
    }
    assert_eq!(stage.model.wakes(), Some((stage.now + chrono::TimeDelta::milliseconds(250)).to_utc()));
    let soon = stage.now + chrono::TimeDelta::milliseconds(250);
    assert_eq!(asks(&stage.does(Action::Time(soon))).len(), 1);
    let locked = queue().later(300);
    assert!(locked.model.follows().is_empty());
    assert!(locked.model.wakes().is_none_or(|at| at > (locked.now + chrono::TimeDelta::minutes(5)).to_utc()));
}

#[test]
fn what_somebody_else_does_to_the_open_request_is_told_and_shown() {
    let mut request_now = whole("PAUSED", &[]);
    let events = request_now["timeline"].as_array_mut().unwrap();
    let mut event = events[0].clone();
    (event["seq"], event["action"]) = (json!(9), json!("request.paused"));
    events.push(event);
    let other = json!({ "changes": { "cursor": "a", "node": "req_1", "object": "request:1" } });
    let stage = request().hears("request", "changes", other);
    assert!(stage.model.wakes() > Some((stage.now + chrono::TimeDelta::seconds(1)).to_utc()), "not about this one");
    let mine = json!({ "changes": { "cursor": "b", "node": "req_3", "object": "request:3" } });
    let mut stage = request().press("Tab Tab").hears("request", "changes", mine);
    let soon = stage.now + chrono::TimeDelta::milliseconds(250);
    assert_eq!(asks(&stage.does(Action::Time(soon)))[0].tag, "request");
    let stage = stage.hears("request", "request", json!({ "request": request_now }));
    assert_eq!(said(&stage), "R-7K4QD2C: request paused");
    assert!(seen(&stage).contains("paused"), "{}", seen(&stage));
}

#[test]
fn an_owner_is_taken_back_within_ten_seconds_upon_the_version_the_change_left() {
    let given = || {
        let mut stage = request().press("a o").hears("dialog", "owner", json!({ "colleagues": [] }));
        press(&mut stage, "Ctrl-s");
        stage.hears("dialog", "sent", json!({ "assignRequest": { "userErrors": [] } }))
    };
    assert_eq!(said(&given()), "R-7K4QD2C: its owner is said; u takes it back");
    let mut stage = given();
    let input = sent(&press(&mut stage, "u"));
    assert_eq!(input, json!({ "id": "req_3", "version": 4, "owner": "stf_mira", "team": null }));
    assert!(asks(&press(&mut stage, "u")).is_empty(), "once");
    let answer = rightsdesk::core::ask::Answer { to: "undo", tag: "undo", outcome: Ok(json!({})) };
    let effects = stage.does(Action::Answered(answer));
    assert_eq!(
        (said(&stage).as_str(), asks(&effects)[0].tag),
        ("R-7K4QD2C: its owner is who it was before", "request")
    );
    let late = given().later(11).press("u");
    assert_eq!(said(&late), "take it back, off: that was more than 10 s ago");
    assert_eq!(said(&request().press("u")), "take it back, off: nothing was done that can be taken back");
}

#[test]
fn a_letter_is_read_before_it_is_sent_and_outlives_no_lock() {
    let mut stage = request().press("a e Tab Tab").write("a dispute");
    let effects = press(&mut stage, "Ctrl-p");
    let input = json!({ "id": "req_3", "kind": "EXTENDED", "regime": "EU_GDPR", "until": null, "reason": "a dispute" });
    assert_eq!(asks(&effects)[0].variables["input"], input);
    let picture = seen(&extending_letter());
    assert!(picture.contains("25 Nov 2026 → 25 Jan 2027") && picture.contains("bis zum 25. Januar"), "{picture}");
    let back = extending_letter().press("Esc");
    assert!(seen(&back).contains("a dispute") && !seen(&back).contains("Ihr Team"), "what was typed is there");
    let locked = extending_letter().later(300);
    assert!(!seen(&locked).contains("Ihr Team"));
    let refused = request().press("a e Tab Tab").write("x").press("Ctrl-p").refused(
        "dialog",
        "preview",
        "REFUSED",
        "it was extended once already",
    );
    assert!(seen(&refused).contains("✗ it was extended once already"), "{}", seen(&refused));

    let mut stage = letter();
    let effects = press(&mut stage, "Ctrl-p");
    assert_eq!(asks(&effects)[0].variables["input"]["kind"], "MESSAGE");
    for (width, height) in [(80, 24), (120, 40)] {
        let picture = seen(&letter_read().size(width, height));
        assert!(picture.contains("Ihr Team") && picture.contains("We still ask the courier."), "{picture}");
    }
    assert!(seen(&letter_read().write("!")).contains("without the last keys"));
    assert!(!seen(&letter_read().press("Ctrl-p")).contains("Ihr Team"));
    let early = letter().hears("letter", "preview", preview());
    assert!(seen(&early).contains("without the last keys"), "it was written on meanwhile");
}

#[test]
fn a_draft_that_was_not_kept_is_kept_again() {
    let stage = letter().millis(1000).refused("letter", "kept", "UNAVAILABLE", "the database is away");
    assert!(seen(&stage).contains("not kept: the database is away"), "{}", seen(&stage));
    let mut stage = stage;
    let again = stage.now + chrono::TimeDelta::seconds(5);
    assert_eq!(asks(&stage.does(Action::Time(again)))[0].tag, "kept");
}

#[test]
fn what_came_is_told_since_the_last_visit_and_not_since_yesterday() {
    let mut stage = working();
    let answer = rightsdesk::core::ask::Answer { to: "desk", tag: "visits", outcome: Ok(visits()) };
    let effects = stage.does(Action::Answered(answer));
    assert_eq!(asks(&effects)[0].variables["since"], "2026-11-20T16:40:00Z");
    let picture = seen(&back());
    assert!(picture.contains("Since you left") && picture.contains("Second person, mine"), "{picture}");
    let away = back().then(Action::Answered(rightsdesk::core::ask::Answer {
        to: "desk",
        tag: "load",
        outcome: Err(rightsdesk::core::ask::Trouble::Unreached("no route".to_owned())),
    }));
    assert!(seen(&away).contains("214 open"), "what was there stays: {}", seen(&away));
    assert!(seen(&back().size(80, 24)).contains("+ 9 in: 5 shopify"), "{}", seen(&back().size(80, 24)));
    let refused = working().refused("desk", "load", "FORBIDDEN", "you may not: see_queue");
    assert!(seen(&refused).contains("✗ you may not: see_queue"), "{}", seen(&refused));
}

#[test]
fn a_day_of_the_strip_leads_to_its_rows() {
    let words = |stage: &mut Stage| {
        let effects = press(stage, "Enter");
        let filter = |effect: &Effect| match effect {
            Effect::Ask(ask) if ask.tag == "requests" => Some(ask.variables["filter"]["text"].clone()),
            _ => None,
        };
        effects.iter().find_map(filter).unwrap_or_default()
    };
    assert_eq!(words(&mut desk().press("l")), "is:late");
    assert_eq!(words(&mut desk().press("l l l")), "due:2026-11-24 -is:late");
    assert_eq!(words(&mut desk().press("l j")), "due:2026-11-29 -is:late");
    assert_eq!(words(&mut desk().size(80, 24).press("l j j")), "due:>2026-11-29");
}

#[test]
fn a_range_is_marked_and_its_references_are_copied() {
    let mut stage = queue().press("Space j v");
    assert!(seen(&stage).contains("3 marked"), "{}", seen(&stage));
    let effects = press(&mut stage, "y");
    assert!(matches!(&effects[..], [Effect::Copy(text)] if text == "R-2QX8M0A R-9KD3P1B R-7K4QD2C"), "{effects:?}");
    let effects = press(&mut queue(), "y");
    assert!(matches!(&effects[..], [Effect::Copy(text)] if text == "R-2QX8M0A"), "{effects:?}");
}

#[test]
fn a_hold_whose_review_is_over_says_so_and_is_released_by_its_reference() {
    let picture = seen(&holds());
    assert!(picture.contains("✗ OVERDUE") && picture.contains("2 Jan 2027"), "{picture}");
    let mut stage = holds().press("j a H").later(1).write("H-18Q2X7A");
    assert_eq!(sent(&press(&mut stage, "Enter")), json!({ "id": "hld_2" }));
    let mut stage = holds().press("x").later(1);
    assert_eq!(sent(&press(&mut stage, "y")), json!({ "id": "hld_1" }));
}

#[test]
fn the_person_is_asked_without_a_pause_and_a_merchant_is_told_that_it_is_his() {
    let mut stage = request().press("a q").write("which account?").press("Ctrl-s").later(1);
    assert_eq!(sent(&press(&mut stage, "y")), json!({ "id": "req_3", "question": "which account?" }));
    let mut asked = request().press("a q").write("which account?");
    let effects = press(&mut asked, "Ctrl-p");
    let input = json!({ "id": "req_3", "kind": "ASK", "words": "which account?" });
    assert_eq!(asks(&effects)[0].variables["input"], input);
    let mut stage = request().press("a g Ctrl-s").later(1);
    let input = sent(&press(&mut stage, "y"));
    assert_eq!((&input["id"], &input["version"]), (&json!("req_3"), &json!(3)));
}

#[test]
fn who_was_slower_keeps_what_was_typed_and_sends_it_upon_what_is_so_now() {
    let mut stage = request().press("a e Tab Tab").write("a dispute").press("Ctrl-s").later(1);
    press(&mut stage, "y");
    let stage = stage.refused("dialog", "sent", "CONFLICT", "somebody changed it meanwhile: read it again");
    assert!(seen(&stage).contains("somebody changed it meanwhile"), "{}", seen(&stage));
    let mut now = whole("OPEN", &[]);
    now["version"] = json!(4);
    now["extensions"][0]["before"] = json!("2026-12-09");
    let stage = stage.hears("request", "request", json!({ "request": now }));
    let picture = seen(&stage);
    for words in ["a dispute", "9 Dec 2026 → 25 Jan 2027", "another was quicker"] {
        assert!(picture.contains(words), "{words}\n{picture}");
    }
    let mut stage = stage.press("Ctrl-s").later(1);
    let input = sent(&press(&mut stage, "y"));
    assert_eq!((&input["version"], &input["reason"]), (&json!(4), &json!("a dispute")));
}

#[test]
fn a_longer_time_that_moves_no_date_is_said_before_anybody_is_told() {
    let mut kept = whole("OPEN", &[]);
    kept["extensions"][0]["dueOn"] = json!("2026-11-24");
    let opened = queue().press("j j Enter").hears("request", "request", json!({ "request": kept }));
    let stage = opened.press("a e");
    assert!(seen(&stage).contains("but the request"), "{}", seen(&stage));
    assert!(!seen(&request().press("a e")).contains("but the request"));
}

#[test]
fn a_tenant_beyond_the_first_hundred_is_found_by_its_letters() {
    let row = |n: u32, name: &str| {
        let mut row = tenant_rows().remove(3);
        (row["id"], row["legalName"]) = (json!(format!("ten_{n}")), json!(name));
        row
    };
    let hundred = (100..200).map(|n| row(n, &format!("Shop {n}"))).collect();
    let mut stage = queue().press("a t").hears("dialog", "tenant", json!({ "tenants": page(hundred) }));
    let effects = stage.does(Action::Typed('z'));
    assert_eq!(asks(&effects)[0].variables, json!({ "filter": { "nameBegins": "z" }, "first": 100 }));
    let last = row(300, "Zaitoon Home");
    stage = stage.hears("dialog", "tenant", json!({ "tenants": page(vec![last]) }));
    assert!(seen(&stage).contains("(•) Zaitoon Home"), "{}", seen(&stage));
}

#[test]
fn the_keys_begin_at_a_plan_that_is_to_be_read_once_all_is_proved() {
    let mut proved = whole("OPEN", &[]);
    let identifiers = proved["intake"]["identifiers"].as_array_mut().unwrap();
    identifiers.retain(|one| one["proof"] != "NONE" || one["kind"] == "NAME");
    let mut order = identifiers[0].clone();
    (order["id"], order["kind"], order["proof"]) = (json!("iid_9"), json!("ORDER"), json!("NONE"));
    identifiers.push(order);
    let opened = queue().press("j j Enter").hears("request", "request", json!({ "request": proved }));
    assert_eq!(place(&opened.press("Enter")), "plan");
    assert_eq!(place(&request().press("Enter")), "request", "the phone is to be proved first");
}

#[test]
fn tab_goes_past_what_holds_nothing_where_all_of_it_is_in_view() {
    let mut bare = whole("OPEN", &[]);
    (bare["plan"], bare["holds"], bare["messages"]) = (json!(null), json!([]), json!([]));
    let opened = || queue().press("j j Enter").hears("request", "request", json!({ "request": bare.clone() }));
    let heard =
        |stage: &Stage, title: &str| seen(stage).lines().any(|line| line.contains(title) && line.contains("1 of 3"));
    assert!(heard(&opened().size(120, 40).press("Tab Tab"), "Timeline"));
    let narrow = seen(&opened().size(80, 24).press("Tab Tab"));
    assert!(narrow.contains("no plan yet: a p draws one"), "{narrow}");
}

#[test]
fn what_is_wrong_with_a_filter_is_said_however_long_it_is() {
    let words = "at column 1: write one of these: open, paused, awaiting_approval, in_progress, closed, received, any";
    let refused = queue()
        .size(80, 24)
        .press("/")
        .write("stage:bogus")
        .press("Enter")
        .refused("queue", "requests", "INVALID", words);
    assert!(seen(&refused).contains("✗ at column 1: write one of these"), "{}", seen(&refused));
}
