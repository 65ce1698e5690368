//! What places ask and hear: answers find their place, troubles are told apart, and nothing of it prints.

use cynic::QueryBuilder;
use rightsdesk::api::ask;
use rightsdesk::api::client::Client;
use rightsdesk::api::schema::ServerQuery;
use rightsdesk::core::action::{Action, Effect, Effects};
use rightsdesk::core::ask::{Answer, Ask, Refusal, Trouble};
use rightsdesk::core::model::Model;
use rightsdesk::core::page::{Line, Page};
use rightsdesk::core::screen::{Ctx, Desk, Entry, Screen, Shape};
use rightsdesk::screens::REGISTRY;
use rightsdesk::terminal::keys;
use serde_json::{Value, json};

use crate::double::Double;
use crate::scenes::Stage;

const MARKER: &str = "marker-7f3a";

/// A screen that asks when it opens and shows what it heard.
struct Asking(String);

/// A registry of its own: the screen, and help above it.
fn asking() -> &'static [Entry] {
    let help = REGISTRY.iter().find(|entry| entry.name == "help").unwrap();
    let entry =
        |name, shape, of: &Entry, open| Entry { name, title: name, shape, opener: of.opener, verbs: of.verbs, open };
    Box::leak(Box::new([
        entry("asking", Shape::Screen, &REGISTRY[0], |_| Box::new(Asking(String::new()))),
        entry("help", help.shape, help, help.open),
    ]))
}

impl Screen for Asking {
    fn update(&mut self, action: &Action, _: &Ctx) -> Effects {
        match action {
            Action::Opened => return vec![Effect::Ask(ask::of("asking", "version", &ServerQuery::build(())))],
            Action::Answered(answer) => {
                let heard = answer.read::<ServerQuery>().map(|answer| answer.server.version.0);
                self.0 = heard.unwrap_or_else(|trouble| trouble.to_string());
            }
            _ => {}
        }
        Effects::new()
    }

    fn page(&self, _: &Ctx) -> Page {
        Page { title: Line::plain(self.0.clone()), ..Page::default() }
    }
}

fn stage() -> Stage {
    let now = crate::scenes::starting().now;
    let registry = asking();
    let table = keys::table(registry, false);
    Stage { model: Model::new(registry, table, Desk::default(), now.to_utc()), now }.size(100, 30)
}

fn heard(stage: &Stage) -> String {
    stage.model.stack[0].screen.page(&stage.model.ctx).title.text()
}

#[test]
fn an_answer_finds_its_place_beneath_a_layer_and_nobody_else() {
    let stage = stage().press("?");
    assert_eq!(stage.model.layers.len(), 1);
    let answer = |to, version: &str| {
        let outcome = Ok(json!({ "server": { "version": version } }));
        Action::Answered(Answer { to, tag: "version", outcome })
    };
    let stage = stage.then(answer("elsewhere", "1"));
    assert_eq!(heard(&stage), "");
    let stage = stage.then(answer("asking", "2"));
    assert_eq!(heard(&stage), "2");
    let strange = Action::Answered(Answer { to: "asking", tag: "version", outcome: Ok(json!({ "server": 1 })) });
    assert_eq!(heard(&stage.then(strange)), "its answer has another shape");
}

#[test]
fn what_is_asked_and_heard_never_prints() {
    let variables = json!({ "input": { "password": MARKER } });
    let asked = Ask { to: "a", tag: "b", document: "mutation".to_owned(), variables, is_again: false };
    let answer = asked.answer(Ok(json!({ "token": MARKER })));
    let told = format!("{:?}{:?}", Effect::Ask(asked.clone()), Action::Answered(answer.clone()));
    assert!(!told.contains(MARKER) && told.contains("Ask(a b)"), "{told}");
    assert!(!format!("{:?}", Action::StepUpNeeded(asked)).contains(MARKER));
}

fn operation() -> Ask {
    ask::of("a", "b", &ServerQuery::build(()))
}

async fn outcome(status: u16, body: &Value) -> Result<Value, Trouble> {
    _ = rustls::crypto::ring::default_provider().install_default();
    let desk = Double::saying(status, body.to_string());
    Client::new(&desk.url, None).unwrap().ask(&operation()).await
}

#[tokio::test]
async fn troubles_are_told_apart_and_every_text_is_scrubbed() {
    let error =
        |code: &str| json!({ "data": null, "errors": [{ "message": "no\u{202e}", "extensions": { "code": code } }] });
    let refused = |code: &str, field: &[&str]| {
        let field = field.iter().map(|name| (*name).to_owned()).collect();
        Err(Trouble::Refused(vec![Refusal { code: code.to_owned(), words: "no<U+202E>".to_owned(), field }]))
    };
    assert_eq!(outcome(200, &error("UNAUTHENTICATED")).await, Err(Trouble::SignIn));
    assert_eq!(outcome(401, &json!({})).await, Err(Trouble::SignIn));
    assert_eq!(outcome(200, &error("STEP_UP_REQUIRED")).await, Err(Trouble::StepUp));
    assert_eq!(outcome(200, &error("FORBIDDEN")).await, refused("FORBIDDEN", &[]));

    let flaw = json!({ "message": "no\u{202e}", "field": ["mail"], "code": "INVALID" });
    let flawed = json!({ "data": { "signIn": { "signIn": null, "userErrors": [flaw] } } });
    assert_eq!(outcome(200, &flawed).await, refused("INVALID", &["mail"]));

    let fine = json!({ "data": { "rows": [{ "name": "a\u{1b}[2Jb" }], "payload": { "userErrors": [] } } });
    assert_eq!(outcome(200, &fine).await.unwrap()["rows"][0]["name"], "a\u{fffd}[2Jb");
}
