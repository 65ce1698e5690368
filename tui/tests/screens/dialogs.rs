//! The one way to a change: what each danger asks, what Enter does not do, and what stays when the server refuses.

use rightsdesk::core::action::{Action, Cli, Danger, Effects, On, Scope, Target, Verb, always};
use rightsdesk::core::ask::{Ask, Refusal, Trouble};
use rightsdesk::core::dialog;
use rightsdesk::core::form::{Field, Form, Opt, Values};
use rightsdesk::core::model::Model;
use rightsdesk::core::page::{Line, Page};
use rightsdesk::core::question::{Lookup, Once, Order, Question};
use rightsdesk::core::screen::{Ctx, Desk, Entry, Screen, Shape};
use rightsdesk::core::shown;
use rightsdesk::terminal::keys;
use serde_json::{Value, json};

use crate::hands::{asks, press, seen};
use crate::scenes::Stage;

const LOOK: Verb = Verb {
    id: "test.look",
    title: "test",
    help: "Opens the screen of the test",
    hint: "",
    scope: Scope::Global,
    keys: &["g x"],
    on: On::Nothing,
    danger: Danger::Safe,
    needs: None,
    cli: Cli::None("a test"),
    off: always,
};
const NOTE: Verb =
    Verb { id: "test.note", scope: Scope::Place("test"), keys: &["a n"], danger: Danger::Notify, ..LOOK };
const ADD: Verb = Verb { id: "test.add", title: "add a member…", keys: &["a m"], danger: Danger::Confirm, ..NOTE };
const PAUSE: Verb = Verb { id: "test.pause", title: "pause it…", keys: &["a z"], danger: Danger::Confirm, ..NOTE };
const CLOSE: Verb = Verb { id: "test.close", title: "close it…", keys: &["a C"], danger: Danger::Typed, ..NOTE };
const BARE: Verb = Verb { id: "test.bare", title: "forgotten…", keys: &["a B"], danger: Danger::Confirm, ..NOTE };

static REGISTRY: &[Entry] = &[
    Entry {
        name: "test",
        title: "Test",
        shape: Shape::Screen,
        opener: Some(&LOOK),
        verbs: &[LOOK, NOTE, ADD, PAUSE, CLOSE, BARE],
        open: |_| Box::new(Place::default()),
    },
    dialog::ENTRY,
    shown::ENTRY,
];

/// A screen that counts what reaches it.
#[derive(Default)]
struct Place {
    heard: Vec<String>,
}

impl Screen for Place {
    fn update(&mut self, action: &Action, _: &Ctx) -> Effects {
        match action {
            Action::Do(verb, _) => self.heard.push(format!("do {}", verb.id)),
            Action::Agreed(verb, target, _) => self.heard.push(format!("agreed {} {}", verb.id, target.0.join(","))),
            Action::Changed(verb, ..) => self.heard.push(format!("changed {}", verb.id)),
            _ => {}
        }
        Effects::new()
    }

    fn page(&self, _: &Ctx) -> Page {
        Page { title: Line::plain(self.heard.join("; ")), ..Page::default() }
    }

    fn target(&self, _: &Ctx) -> Target {
        Target(vec!["ten_1".to_owned()])
    }

    fn question(&self, verb: &Verb, target: &Target, _: &Ctx) -> Option<Question> {
        let mut input = Values::new();
        input.insert("id".to_owned(), json!(target.0.first()));
        input.insert("idempotencyKey".to_owned(), Value::Null);
        let document =
            "mutation($input: CloseTenantInput!) { closeTenant(input: $input) { tenant { id } } }".to_owned();
        let once = Once { at: "/created/secret", what: "API key", advice: "It is shown this once: hand it over now" };
        let once = (verb.id == "test.pause").then_some(once);
        let order = Some(Order {
            document,
            input,
            done: "Zaitoon Home is closing".to_owned(),
            told: None,
            shape: None,
            once,
            undo: None,
        });
        let object = "Zaitoon Home".to_owned();
        let effects = vec![Line::plain("Its account data goes in 30 days")];
        let question = Question { object, effects, order, ..Question::default() };
        match verb.id {
            "test.add" => Some(Question {
                form: Form::of(vec![
                    Field::words("mail", "Mail"),
                    Field::one("role", "Role", ["OWNER", "MEMBER"].map(Opt::word).to_vec()),
                    Field::several_to_come("tenants", "Tenants").optional(),
                ]),
                lookups: vec![Lookup {
                    field: "tenants",
                    document: "query { tenants { nodes { id } } }".to_owned(),
                    variables: Value::Null,
                    options: |data| {
                        data["tenants"]
                            .as_array()
                            .into_iter()
                            .flatten()
                            .filter_map(Value::as_str)
                            .map(Opt::word)
                            .collect()
                    },
                    begins: None,
                }],
                ..question
            }),
            "test.close" | "test.pause" => Some(question),
            _ => None,
        }
    }
}

fn stage() -> Stage {
    let now = crate::scenes::starting().now;
    let table = keys::table(REGISTRY, false);
    Stage { model: Model::new(REGISTRY, table, Desk::default(), now.to_utc()), now }
        .size(100, 30)
        .then(Action::Time(now))
}

fn heard(stage: &Stage) -> String {
    stage.model.stack[0].screen.page(&stage.model.ctx).title.text()
}

fn answer(ask: &Ask, outcome: Value) -> Action {
    Action::Answered(ask.answer(Ok(outcome)))
}

#[test]
fn a_verb_that_only_notifies_runs_at_once_and_one_above_never_without_its_dialog() {
    assert_eq!(heard(&stage().press("a n")), "do test.note");
    for keys in ["a m", "a z", "a C", "a B"] {
        let asked = stage().press(keys);
        assert_eq!((heard(&asked).as_str(), asked.model.layers.len()), ("", 1), "{keys}");
    }
}

#[test]
fn enter_on_everything_changes_nothing() {
    for keys in ["a m", "a z", "a C", "a B"] {
        let mut stage = stage().press(keys).later(1);
        for _ in 0..20 {
            let effects = press(&mut stage, "Enter");
            assert!(asks(&effects).is_empty(), "{keys}");
        }
        assert_eq!(heard(&stage), "", "{keys}");
    }
}

#[test]
fn a_dialog_names_the_object_and_is_deaf_until_it_can_be_read() {
    let mut stage = stage().press("a z");
    assert!(seen(&stage).contains("Zaitoon Home") && seen(&stage).contains("goes in 30 days"), "{}", seen(&stage));
    stage = stage.millis(299);
    assert!(asks(&press(&mut stage, "y")).is_empty());
    press(&mut stage, "Enter");
    assert_eq!(stage.model.layers.len(), 1, "it is deaf to Enter too");
    stage = stage.millis(1);
    let effects = press(&mut stage, "y");
    let [ask] = asks(&effects)[..] else { panic!("{effects:?}") };
    assert_eq!((ask.to, &ask.variables["input"]["id"]), ("dialog", &json!("ten_1")));
    assert!(ask.variables["input"]["idempotencyKey"].as_str().is_some_and(|key| key.len() > 16));

    let told = stage.then(answer(ask, json!({ "closeTenant": { "userErrors": [] } })));
    assert_eq!((told.model.layers.len(), heard(&told).as_str()), (0, "changed test.pause"));
    assert!(seen(&told).contains("Zaitoon Home is closing"));
}

#[test]
fn y_is_typed_and_never_clicked_and_esc_leaves_everything() {
    let mut stage = stage().press("a z").later(1);
    assert!(asks(&stage.does(Action::Pressed(&dialog::YES))).is_empty());
    let stage = stage.press("Esc");
    assert!(stage.model.layers.is_empty() && heard(&stage).is_empty());
}

#[test]
fn a_typed_verb_wants_the_reference_letter_by_letter() {
    let mut stage = stage().press("a C").later(1);
    press(&mut stage, "y");
    stage = stage.then(Action::Pasted("Zaitoon Home".to_owned()));
    assert!(seen(&stage).contains("pasting is refused"), "{}", seen(&stage));
    let stage = stage.press("Backspace").write("Zaitoon Hom");
    assert!(stage.press("Enter").model.layers.is_empty(), "Enter is Cancel until it matches");

    let mut stage = crate::dialogs::stage().press("a C").later(1).write("Zaitoon Home");
    assert!(seen(&stage).contains("Enter does it"));
    assert_eq!(asks(&press(&mut stage, "Enter")).len(), 1);
    assert!(asks(&press(&mut stage, "Enter")).is_empty(), "once");
}

#[test]
fn a_verb_its_screen_forgot_to_explain_asks_all_the_same() {
    let stage = stage().press("a B").later(1);
    assert!(seen(&stage).contains("ten_1"));
    assert_eq!(heard(&stage.press("y")), "agreed test.bare ten_1");
}

#[test]
fn a_form_keeps_what_was_typed_when_the_server_refuses() {
    let mut stage = stage();
    let effects = press(&mut stage, "a m");
    let [lookup] = asks(&effects)[..] else { panic!("{effects:?}") };
    stage = stage.then(answer(lookup, json!({ "tenants": ["ZAITOON", "MEERA"] })));
    stage = stage.press("Ctrl-s");
    assert!(seen(&stage).contains("✗ this is needed"));
    stage = stage.write("mira@desk.example").press("Tab Down Tab").write("mee").press("Space");
    stage = stage.press("Ctrl-s").later(1);
    assert!(seen(&stage).contains("mira@desk.example") && seen(&stage).contains("y does it"), "{}", seen(&stage));
    let effects = press(&mut stage, "y");
    let [ask] = asks(&effects)[..] else { panic!("{effects:?}") };
    let input = &ask.variables["input"];
    assert_eq!(
        (&input["mail"], &input["role"], &input["tenants"]),
        (&json!("mira@desk.example"), &json!("MEMBER"), &json!(["MEERA"]))
    );
    let refusal = |words: &str, field: &[&str]| Refusal {
        code: "TAKEN".to_owned(),
        words: words.to_owned(),
        field: field.iter().map(|part| (*part).to_owned()).collect(),
    };
    let no = vec![refusal("there is a member with this address", &["mail"]), refusal("the tenant is closing", &[])];
    let key = input["idempotencyKey"].clone();
    stage = stage.then(Action::Answered(ask.answer(Err(Trouble::Refused(no)))));
    let picture = seen(&stage);
    assert!(picture.contains("✗ there is a member") && picture.contains("✗ the tenant is closing"), "{picture}");
    assert!(picture.contains("mira@desk.example"));
    stage = stage.write("x").press("Ctrl-s").later(1);
    let effects = press(&mut stage, "y");
    let input = &asks(&effects)[0].variables["input"];
    assert_eq!(input["mail"], json!("mira@desk.examplex"));
    assert_ne!(input["idempotencyKey"], key, "another input is another wish");
}

#[test]
fn the_same_wish_sent_again_has_the_same_key() {
    let mut stage = stage().press("a m").write("mira@desk.example").press("Ctrl-s").later(1);
    let effects = press(&mut stage, "y");
    let ask = asks(&effects)[0];
    let lost = ask.answer(Err(Trouble::Unreached("no answer within 10 s".to_owned())));
    stage = stage.then(Action::Answered(lost)).press("Ctrl-s").later(1);
    assert_eq!(asks(&press(&mut stage, "y"))[0].variables, ask.variables);
}

#[test]
fn esc_asks_when_something_was_typed() {
    assert!(stage().press("a m Esc").model.layers.is_empty(), "nothing was");
    let stage = stage().press("a m").write("mira").press("Esc");
    assert!(seen(&stage).contains("leave what was typed?"));
    let back = stage.press("Enter");
    assert!(seen(&back).contains("mira") && back.model.layers.len() == 1);
    assert!(back.press("Esc y").model.layers.is_empty());
}

#[test]
fn what_a_field_takes_is_scrubbed_and_a_long_text_shows_its_end() {
    let stage = stage().press("a m").then(Action::Pasted(format!("{}\u{202e}end", "x".repeat(200))));
    assert!(seen(&stage).contains("<U+202E>end▏"), "{}", seen(&stage));
}

/// A key was made, and its secret has come.
fn revealed() -> Stage {
    let mut stage = stage().known(crate::scenes::person("mira", &["ops"], &[])).press("a z").later(1);
    let effects = press(&mut stage, "y");
    let made = json!({ "createApiKey": { "created": { "secret": "rdk_live_marker" }, "userErrors": [] } });
    stage.then(answer(asks(&effects)[0], made))
}

#[test]
fn a_secret_is_shown_once_and_hides_by_itself() {
    let stage = revealed();
    assert!(seen(&stage).contains("rdk_live_marker") && seen(&stage).contains("in 30 s"), "{}", seen(&stage));
    let stage = stage.later(29);
    assert!(seen(&stage).contains("rdk_live_marker") && seen(&stage).contains("in 1 s"));
    assert!(!seen(&stage.later(1)).contains("marker"));
    assert!(!seen(&revealed().later(-1)).contains("marker"), "nor does a clock that is put back keep it");
}

#[test]
fn a_shown_secret_hides_on_any_key_on_blur_on_suspend_and_under_a_layer() {
    for keys in ["j", "Esc", "Ctrl-l", "?", "q", "Ctrl-z"] {
        let hidden = revealed().press(keys);
        assert!(!seen(&hidden).contains("marker") && hidden.model.layers.is_empty(), "{keys}");
        assert_eq!(hidden.model.exit, None, "{keys} does nothing else");
    }
    assert!(!seen(&revealed().then(Action::Blurred)).contains("marker"));
    assert!(!seen(&revealed().then(Action::Do(&PAUSE, Target::default()))).contains("marker"));
    assert!(!seen(&revealed().then(Action::Do(&LOOK, Target::default()))).contains("marker"));
}

#[test]
fn a_shown_secret_is_in_no_notice_and_no_page() {
    let stage = revealed();
    assert!(stage.model.ctx.notices.past().all(|notice| !notice.text.contains("marker")));
    let open = stage.model.layers.last().unwrap();
    let page = open.screen.page(&stage.model.ctx);
    assert!(!format!("{page:?}{:?}{}", page.lines(), page.json()).contains("marker"));
}
