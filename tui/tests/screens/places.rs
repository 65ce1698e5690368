//! What the screens of people do: rows lead on, changes carry ids and versions, reveals go, a tampered book is found.

use rightsdesk::core::action::{Action, Cli, Danger, Effect, Effects, Link, Scope};
use rightsdesk::core::chain::Seen;
use rightsdesk::core::filter::Takes;
use rightsdesk::screens::{FILTERS, REGISTRY};
use serde_json::{Value, json};

use crate::hands::{asks, press, seen};
use crate::scenes::estate::{ended_app, one_app, one_store};
use crate::scenes::people::{
    accesses, audit, audit_broken, audit_checked, events, links, look_here, one_tenant, page, revealed, seated,
    sessions, staff, tenant, tenant_rows, tenants,
};
use crate::scenes::vows::one_version;
use crate::scenes::{SCENES, Stage};

fn sent(effects: &Effects) -> Value {
    let [ask] = asks(effects)[..] else { panic!("{effects:?}") };
    ask.variables["input"].clone()
}

fn said(stage: &Stage) -> String {
    stage.model.ctx.notices.shown().map(|(_, text)| text.to_owned()).unwrap_or_default()
}

#[test]
fn a_row_leads_to_its_tenant_and_back() {
    let stage = one_tenant();
    assert!(seen(&stage).contains("Tenants ▸ Zaitoon Home") && seen(&stage).contains("mail of sub·k3f1q"));
    let mut stage = stage;
    let effects = press(&mut stage, "q");
    assert_eq!(
        asks(&effects).iter().map(|ask| ask.tag).collect::<Vec<_>>(),
        ["tenants"],
        "what is seen again is asked"
    );
    assert_eq!(stage.model.stack.last().map(|open| open.entry.name), Some("tenants"));
    let again = stage.then(Action::Open(Link { kind: "tenant", id: "ten_1".to_owned() }));
    assert_eq!(again.model.stack.iter().filter(|open| open.entry.name == "tenant").count(), 1);
    assert_eq!(said(&again.then(Action::Open(Link { kind: "star", id: "1".to_owned() }))), "nothing here opens a star");
}

#[test]
fn a_refresh_and_a_filter_keep_the_cursor_on_its_tenant() {
    let mut stage = tenants().press("j j j");
    assert_eq!(stage.model.target().0, ["ten_4"]);
    assert_eq!(asks(&press(&mut stage, "r"))[0].variables["first"], json!(100));
    let mut rows = tenant_rows();
    rows.insert(0, tenant(9, "Aarau Atelier", "ACTIVE"));
    stage = stage.hears("tenants", "tenants", json!({ "tenants": page(rows) }));
    assert_eq!(stage.model.target().0, ["ten_4"]);
    assert!(seen(&stage).contains("5 of 7"));

    stage = stage.press("/").write("zai");
    let effects = press(&mut stage, "Ctrl-s");
    assert_eq!(asks(&effects)[0].variables["filter"], json!({ "nameBegins": "zai" }));
    assert_eq!(asks(&effects)[0].variables["orderBy"], json!({ "field": "NAME", "direction": "ASC" }));
}

#[test]
fn the_next_page_is_asked_for_before_the_last_row_is_reached() {
    let rows: Vec<Value> = (0..100).map(|n| tenant(n, &format!("Tenant {n:03}"), "ACTIVE")).collect();
    let mut first = page(rows);
    first["pageInfo"]["hasNextPage"] = json!(true);
    first["totalCount"] = json!(5_000);
    let mut stage = seated().press("g e").hears("tenants", "tenants", json!({ "tenants": first }));
    let effects = press(&mut stage, "j");
    assert_eq!(asks(&effects)[0].variables["after"], json!("at-99"));
    assert!(asks(&press(&mut stage, "j")).is_empty(), "once");
    let effects = press(&mut stage, "G");
    assert_eq!(asks(&effects)[0].variables["last"], json!(100));
    let tail: Vec<Value> = (4_900..5_000).map(|n| tenant(n, &format!("Tenant {n}"), "ACTIVE")).collect();
    let mut last = page(tail);
    last["pageInfo"]["hasPreviousPage"] = json!(true);
    last["totalCount"] = json!(5_000);
    stage = stage.hears("tenants", "tenants", json!({ "tenants": last }));
    assert!(seen(&stage).contains("Tenant 4999") && seen(&stage).contains("5000 of 5000"), "{}", seen(&stage));
}

#[test]
fn closing_a_tenant_takes_its_name_typed_and_its_version() {
    let mut stage = one_tenant().press("a C").later(1).write("Zaitoon Home");
    let input = sent(&press(&mut stage, "Enter"));
    assert_eq!((&input["id"], &input["version"]), (&json!("ten_4"), &json!(3)));
    let stage = stage.hears("dialog", "sent", json!({ "closeTenant": { "userErrors": [] } }));
    assert_eq!(said(&stage), "Zaitoon Home is closing");
}

#[test]
fn a_seat_is_invited_with_roles_or_as_a_partner() {
    let mut stage = staff().press("a i").write("leila").press("Tab").write("leila@desk.example").press("Tab");
    stage = stage.write("sup").press("Space").press("Ctrl-s").later(1);
    let input = sent(&press(&mut stage, "y"));
    assert_eq!(
        (&input["handle"], &input["roles"], &input["tenants"], &input["endsAt"]),
        (&json!("leila"), &json!(["SUPPORT"]), &Value::Null, &Value::Null)
    );
    let invited = json!({ "inviteStaff": { "invited": { "invitation": "rdi_marker" }, "userErrors": [] } });
    let stage = stage.hears("dialog", "sent", invited);
    assert!(seen(&stage).contains("rdi_marker"));
    assert!(!seen(&stage.press("j")).contains("marker"));
}

#[test]
fn leave_is_given_for_one_tenant_until_an_end() {
    let mut stage = staff().press("j j a g");
    stage = stage.hears("dialog", "tenant", json!({ "tenants": page(tenant_rows()) }));
    stage = stage.write("zait").press("Tab").write("R-7K4QD").press("Ctrl-s").later(1);
    let input = sent(&press(&mut stage, "y"));
    assert_eq!((&input["staff"], &input["tenant"]), (&json!("stf_3"), &json!("ten_4")));
    assert_eq!(input["endsAt"], json!("2026-11-23T21:02:11Z"), "eight hours, unless said otherwise");
}

#[test]
fn broken_glass_takes_typing_and_a_reason() {
    let mut stage = one_tenant().press("a B").write("the courier stands at her door").press("Ctrl-s").later(1);
    assert!(seen(&stage).contains("It alarms at once"));
    assert!(asks(&press(&mut stage, "Enter")).is_empty());
    let mut stage = one_tenant().press("a B").write("at her door").press("Ctrl-s").later(1).write("Zaitoon Home");
    assert_eq!(sent(&press(&mut stage, "Enter"))["tenant"], json!("ten_4"));
}

#[test]
fn what_one_may_not_is_off_and_says_what_it_needs() {
    let reader = crate::scenes::person("mira", &["support"], &["see_tenants"]);
    let stage = one_tenant().known(reader).press("a C");
    assert!(stage.model.layers.is_empty());
    assert_eq!(said(&stage), "close the tenant…, off: needs keep_tenants");
}

#[test]
fn offline_nothing_is_changed_and_nothing_waits_to_be() {
    let stage = one_tenant().missed("connection refused", 4).later(42).press("a C");
    assert!(stage.model.layers.is_empty());
    assert_eq!(said(&stage), "close the tenant…, off: offline since 0:42");
    assert!(seen(&stage).contains("OFFLINE") && seen(&stage).contains("name of sub·k3f1q"), "reading goes on");
}

#[test]
fn a_revealed_value_shows_and_goes() {
    let stage = revealed();
    assert!(seen(&stage).contains("asma@shopper.example") && seen(&stage).contains("in 30 s"), "{}", seen(&stage));
    let hidden = |stage: &Stage| !seen(stage).contains("asma@");
    assert!(hidden(&revealed().later(30)), "on time");
    assert!(hidden(&revealed().then(Action::Blurred)), "on blur");
    assert!(hidden(&revealed().press("L")), "with the first key");
    assert!(hidden(&revealed().later(29).then(Action::Do(lock(), <_>::default()))), "under the lock");
    assert!(
        hidden(&revealed().then(Action::Open(Link { kind: "tenant", id: "ten_1".to_owned() }))),
        "on another screen"
    );
    let stage = revealed();
    assert!(stage.model.ctx.notices.past().all(|notice| !notice.text.contains("asma@")));
    let stage = stage.later(30);
    for keys in ["!", "? / a s m a", ": a s m a"] {
        assert!(hidden(&revealed().later(30).press(keys)), "{keys}");
    }
    assert!(!format!("{:?}", stage.model.layers.len()).contains("asma@"));
}

#[test]
fn a_value_that_comes_while_the_console_is_locked_is_not_shown() {
    let value = json!({ "value": "asma@shopper.example", "hideAfterSeconds": 30 });
    let mut stage = one_tenant().press("x Tab").write("R-7K4QD");
    press(&mut stage, "Ctrl-s");
    let stage = stage.later(300);
    assert_eq!(stage.model.layers.last().map(|open| open.entry.name), Some("lock"));
    let stage = stage.hears("dialog", "sent", json!({ "revealMember": { "revealed": value, "userErrors": [] } }));
    assert_eq!(stage.model.layers.iter().map(|open| open.entry.name).collect::<Vec<_>>(), ["lock"]);
    assert!(!seen(&stage).contains("asma@"));
}

#[test]
fn a_second_factor_comes_between_a_dialog_and_its_answer() {
    let mut stage = one_tenant().press("a C").later(1).write("Zaitoon Home");
    let effects = press(&mut stage, "Enter");
    let ask = asks(&effects)[0].clone();
    stage = stage.then(Action::StepUpNeeded(ask.clone()));
    assert_eq!(stage.model.layers.iter().map(|open| open.entry.name).collect::<Vec<_>>(), ["dialog", "step-up"]);
    let effects = stage.does(Action::SteppedUp);
    assert!(asks(&effects).iter().any(|again| again.is_again && again.variables == ask.variables), "{effects:?}");
    let stage = stage.hears("dialog", "sent", json!({ "closeTenant": { "userErrors": [] } }));
    assert!(!stage.model.layers.iter().any(|open| open.entry.name == "dialog"));
    assert!(stage.model.ctx.notices.past().any(|notice| notice.text == "Zaitoon Home is closing"));
}

fn lock() -> &'static rightsdesk::core::action::Verb {
    REGISTRY.iter().find(|entry| entry.name == "lock").and_then(|entry| entry.opener).unwrap()
}

#[test]
fn a_reveal_says_who_what_and_why() {
    let mut stage = one_tenant().press("x Down Tab").write("R-7K4QD").press("Tab").write("caller asks");
    let effects = press(&mut stage, "Ctrl-s");
    let input = sent(&effects);
    assert_eq!(
        input,
        json!({ "id": "mem_1", "field": "NAME", "ticket": "R-7K4QD", "reason": "caller asks" }),
        "and no key that would make a repeated reveal the same one"
    );
}

#[test]
fn a_whole_chain_is_said_to_be_whole_and_remembered() {
    let mut stage = audit().press("c");
    let effects = stage.does(Action::Answered(rightsdesk::core::ask::Answer {
        to: "audit",
        tag: "check",
        outcome: Ok(events(&links(40))),
    }));
    let Some(Effect::Remember { chain, seen: kept }) = effects.first() else { panic!("{effects:?}") };
    assert_eq!((chain.as_str(), kept.seq), ("house", 40));
    assert!(seen(&stage).contains("✓ whole up to 40"), "{}", seen(&stage));
}

#[test]
fn a_tampered_link_is_named() {
    let stage = audit_broken();
    assert!(seen(&stage).contains("✗ 12 does not fit the one before it"), "{}", seen(&stage));
    assert!(said(&stage).contains("the chain does not hold: 12"));
}

#[test]
fn the_next_check_begins_with_what_was_seen_here() {
    let known = Seen { seq: 40, hash: [1; 32], at: "2026-11-22T10:00:00Z".parse().unwrap() };
    let stage = audit().then(Action::Recalled { to: "audit", chain: "house".to_owned(), seen: Some(known) });
    assert!(seen(&stage).contains("up to 40, head …01010101"));
    let stage = stage.press("c").hears("audit", "check", events(&links(40)));
    assert!(seen(&stage).contains("✗ 40 is not what you saw"), "{}", seen(&stage));
    let other = Seen { seq: 1, hash: [1; 32], at: "2026-11-22T10:00:00Z".parse().unwrap() };
    let stage = audit().then(Action::Recalled { to: "audit", chain: "ten_1".to_owned(), seen: Some(other) });
    assert!(seen(&stage).contains("never on this machine"), "of another chain");
}

#[test]
fn what_waits_for_a_second_look_is_on_the_first_screen() {
    let stage = look_here();
    assert!(seen(&stage).contains("✗ broken glass ana on Zaitoon Home"), "{}", seen(&stage));
    assert!(seen(&stage).contains("▲ seat of omar ends in 7 d"), "{}", seen(&stage));
}

#[test]
fn hostile_names_stay_in_their_cells() {
    let harm = "\u{1b}[2J<U+202E>\u{202e}\u{200b}evil\u{7}".repeat(20);
    // What a client lets in is scrubbed; a screen is not trusted to be the last to look.
    let clean = rightsdesk::core::scrub::scrub(&harm);
    let rows = vec![
        tenant(1, &clean, "ACTIVE"),
        tenant(2, "北山商店 नीम बाज़ार 👩‍👩‍👧‍👦", "CLOSING"),
        tenant(3, &"x".repeat(400), "ACTIVE"),
    ];
    for (width, height) in [(60, 16), (80, 24), (200, 60)] {
        let stage = seated().press("g e").hears("tenants", "tenants", json!({ "tenants": page(rows.clone()) }));
        let stage = stage.size(width, height);
        let picture = seen(&stage);
        assert!(!picture.chars().any(|c| c.is_control() && c != '\n' || ('\u{202a}'..='\u{202e}').contains(&c)));
        assert!(picture.contains("active") && picture.contains("closing"), "no name pushes the state out\n{picture}");
    }
}

#[test]
fn every_changing_verb_asks_as_its_danger_says() {
    let mut asked = 0;
    let stages: &[fn() -> Stage] = &[
        tenants,
        one_tenant,
        || one_tenant().press("Tab"),
        staff,
        || staff().press("Tab"),
        sessions,
        accesses,
        crate::scenes::asked::queue,
        crate::scenes::asked::request,
        crate::scenes::asked::paused,
        crate::scenes::asked::plan,
        crate::scenes::carried::cooling,
        || crate::scenes::carried::told().press("j j j"),
        crate::scenes::carried::rights,
        || crate::scenes::carried::reading().press("G"),
        crate::scenes::carried::opened,
        || crate::scenes::carried::reading().press("Tab Tab j"),
    ];
    for make in stages {
        let before = make();
        let place = before.model.stack.last().unwrap().entry.name;
        let (scopes, target) = (before.model.scopes(), before.model.target());
        for verb in before.model.ctx.keymap.heard(&scopes) {
            if !verb.danger.changes()
                || verb.scope != Scope::Place(place)
                || verb.refusal(&target, &before.model.ctx).is_some()
            {
                continue;
            }
            let Some(keys) = verb.keys.first() else { continue };
            let mut stage = make();
            let effects = press(&mut stage, keys);
            let sends = asks(&effects).iter().any(|ask| !ask.is_query());
            assert!(!sends || verb.danger == Danger::Notify, "{}: sent before it asked", verb.id);
            if verb.danger >= Danger::Confirm {
                assert_eq!(stage.model.layers.last().map(|open| open.entry.name), Some("dialog"), "{}", verb.id);
            }
            let told = seen(&stage);
            let mut stage = stage.later(1);
            for _ in 0..12 {
                let effects = press(&mut stage, "Enter");
                assert!(asks(&effects).iter().all(|ask| ask.is_query()), "{}: Enter changed something", verb.id);
            }
            assert!(
                verb.danger == Danger::Notify || told.contains("leave"),
                "{}: no way out is shown\n{told}",
                verb.id
            );
            asked += 1;
        }
    }
    assert!(asked > 15, "{asked}");
}

#[test]
fn read_only_reaches_no_change_on_any_of_these() {
    let table = rightsdesk::terminal::keys::table(REGISTRY, true);
    assert!(table.verbs().all(|verb| !verb.danger.changes()));
}

#[test]
fn every_verb_of_these_names_its_command_or_why_there_is_none() {
    for entry in REGISTRY {
        for verb in entry.verbs {
            if let Cli::None(why) = verb.cli {
                assert!(why.len() > 10, "{}", verb.id);
            }
        }
    }
}

#[test]
fn every_list_says_so_when_the_server_refuses_or_is_away() {
    let refused =
        crate::scenes::people::seated().press("g e").refused("tenants", "tenants", "FORBIDDEN", "needs see_tenants");
    assert!(seen(&refused).contains("✗ needs see_tenants"), "{}", seen(&refused));
    assert!(seen(&refused.press("r")).contains("not known") || !SCENES.is_empty());
    assert!(seen(&audit_checked()).contains("whole up to 40"));
}

/// The fields of an input object of the contract, and which of them must be given.
fn input_fields(contract: &str, name: &str) -> Vec<(String, bool)> {
    let body = contract.split(&format!("\ninput {name} {{")).nth(1).unwrap_or_else(|| panic!("no input {name}"));
    let body: String = body.split('}').next().unwrap().split("\"\"\"").step_by(2).collect();
    let words: Vec<&str> = body.split([':', ' ', '\n']).map(str::trim).filter(|word| !word.is_empty()).collect();
    words.chunks(2).map(|field| (field[0].to_owned(), field[1].ends_with('!'))).collect()
}

#[test]
fn what_a_change_sends_fits_the_contract() {
    let contract = include_str!("../../../server/schema.graphql");
    let mut looked_at = 0;
    let stages: &[fn() -> Stage] = &[
        tenants,
        one_tenant,
        || one_tenant().press("Tab"),
        staff,
        || staff().press("Tab"),
        sessions,
        one_store,
        one_app,
        || ended_app().press("Tab"),
        one_version,
        crate::scenes::reviewed::campaigns,
        crate::scenes::reviewed::one_campaign,
        crate::scenes::listed::objections,
        crate::scenes::asked::queue,
        crate::scenes::asked::request,
        || crate::scenes::asked::request().press("Tab Tab Tab"),
        crate::scenes::asked::paused,
        crate::scenes::asked::plan,
        crate::scenes::asked::letter,
        crate::scenes::carried::cooling,
        || crate::scenes::carried::told().press("j j j"),
        crate::scenes::carried::rights,
        || crate::scenes::carried::reading().press("G"),
        crate::scenes::carried::opened,
        || crate::scenes::carried::reading().press("Tab Tab j"),
    ];
    for make in stages {
        let stage = make();
        let open = stage.model.stack.last().unwrap();
        let target = stage.model.target();
        for verb in open.entry.verbs {
            let Some(question) = open.screen.question(verb, &target, &stage.model.ctx) else { continue };
            // What is given another shape than the form's is looked at where that is made.
            let Some(order) = question.order.filter(|order| order.shape.is_none()) else { continue };
            let name = order.document.split("$input: ").nth(1).and_then(|rest| rest.split('!').next()).unwrap();
            let fields = input_fields(contract, name);
            let typed = question.form.fields.iter().map(|field| (field.name.to_owned(), field.is_required));
            let fixed = order.input.keys().map(|name| (name.clone(), true));
            let sent: Vec<(String, bool)> = typed.chain(fixed).collect();
            for (name, _) in &sent {
                let outer = name.split('.').next().unwrap();
                assert!(fields.iter().any(|(field, _)| field == outer), "{}: {name} is in no {:?}", verb.id, fields);
            }
            for (field, _) in fields.iter().filter(|(_, is_needed)| *is_needed) {
                let is_sent = sent.iter().any(|(name, is_needed)| name == field && *is_needed);
                assert!(is_sent, "{}: {field} may be missing", verb.id);
            }
            looked_at += 1;
        }
    }
    assert!(looked_at > 15, "{looked_at}");
}

/// The values of an enum of the contract.
fn values(contract: &str, name: &str) -> Vec<String> {
    let body = contract.split(&format!("\nenum {name} {{")).nth(1).unwrap_or_else(|| panic!("no enum {name}"));
    let body: String = body.split('}').next().unwrap().split("\"\"\"").step_by(2).collect();
    body.split_whitespace().map(str::to_owned).collect()
}

#[test]
fn what_a_list_is_narrowed_by_fits_the_contract() {
    let contract = include_str!("../../../server/schema.graphql");
    for (input, terms) in FILTERS {
        let body = contract.split(&format!("\ninput {input} {{")).nth(1).unwrap_or_else(|| panic!("no input {input}"));
        let body: String = body.split('}').next().unwrap().split("\"\"\"").step_by(2).collect();
        for term in *terms {
            let of = body.lines().find_map(|line| line.trim().strip_prefix(&format!("{}: ", term.field)));
            let of = of.unwrap_or_else(|| panic!("{input} has no {}", term.field));
            let name = of.trim_matches(['[', ']', '!']);
            match term.takes {
                Takes::Text | Takes::Tenant | Takes::Whole(_) => {
                    assert!(["String", "ID"].contains(&name), "{input}.{}: {of}", term.field);
                }
                Takes::Texts => assert_eq!(of.trim_end_matches('!'), "[String!]", "{input}.{}", term.field),
                Takes::Since | Takes::Before => assert_eq!(name, "DateTime", "{input}.{}", term.field),
                Takes::So(_) => assert_eq!(name, "Boolean", "{input}.{}", term.field),
                Takes::One(codes) | Takes::Several(codes) => {
                    let mut codes: Vec<_> = codes.iter().map(|code| (*code).to_owned()).collect();
                    codes.sort();
                    assert_eq!(codes, values(contract, name), "{input}.{}", term.field);
                    assert_eq!(of.starts_with('['), matches!(term.takes, Takes::Several(_)), "{input}.{}", term.field);
                }
            }
        }
    }
}

#[test]
fn one_widget_alone_paints_a_secret_and_no_screen_opens_one() {
    let tree = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = |folder: &str| {
        let found = std::fs::read_dir(tree.join(folder)).unwrap().map(|entry| entry.unwrap().path());
        found.filter(|path| path.extension().is_some_and(|kind| kind == "rs")).collect::<Vec<_>>()
    };
    for path in files("widgets").into_iter().chain(files("screens")) {
        let opens = std::fs::read_to_string(&path).unwrap().contains(".expose()");
        assert!(!opens || path.ends_with("widgets/secret.rs"), "{} opens a secret", path.display());
    }
}
