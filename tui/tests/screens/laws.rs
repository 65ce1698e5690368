//! The laws of the keymap, walked verb by verb.

use std::collections::HashSet;

use rightsdesk::cli;
use rightsdesk::core::action::{Action, Cli, Danger, Effect, Effects, On, Scope, Verb, always};
use rightsdesk::core::dialog;
use rightsdesk::core::input;
use rightsdesk::core::keymap::{Code, Key, Meaning, sequence};
use rightsdesk::core::model::Model;
use rightsdesk::core::page::{Line, Page};
use rightsdesk::core::screen::{Ctx, Desk, Entry, Screen, Shape};
use rightsdesk::core::shell;
use rightsdesk::core::update::update;
use rightsdesk::screens::REGISTRY;
use rightsdesk::terminal::keys;
use rightsdesk::terminal::theme::Name;

use crate::pictures::{draw, text};
use crate::scenes::{SCENES, Stage};

fn verbs() -> impl Iterator<Item = &'static Verb> {
    shell::VERBS.iter().chain(input::VERBS).chain(REGISTRY.iter().flat_map(|entry| entry.verbs))
}

/// The verb of this id.
pub fn named(id: &str) -> &'static Verb {
    verbs().find(|verb| verb.id == id).unwrap()
}

#[test]
fn every_verb_has_an_id_of_its_own_help_and_a_command_or_a_reason() {
    let mut ids = HashSet::new();
    let command = cli::grammar();
    for verb in verbs() {
        assert!(ids.insert(verb.id), "{} twice", verb.id);
        assert!(!verb.title.is_empty() && verb.help.len() > verb.title.len() / 2, "{}", verb.id);
        match verb.cli {
            Cli::Form(form) => {
                let name = form.split(' ').next().unwrap();
                assert!(command.find_subcommand(name).is_some(), "{}: no command {form}", verb.id);
            }
            Cli::None(why) => assert!(!why.is_empty(), "{}", verb.id),
        }
    }
}

#[test]
fn every_key_has_a_name_and_every_opener_is_among_its_verbs() {
    for verb in verbs() {
        for keys in verb.keys {
            assert!(sequence(keys).is_some(), "{}: {keys}", verb.id);
        }
    }
    for entry in REGISTRY {
        assert!(entry.opener.is_none_or(|opener| entry.verbs.contains(opener)), "{}", entry.name);
    }
}

#[test]
fn no_screen_rebinds_a_key_that_is_heard_there_anyway() {
    let common: HashSet<Vec<Key>> = verbs()
        .filter(|verb| !matches!(verb.scope, Scope::Place(_) | Scope::Fields))
        .flat_map(|verb| verb.keys.iter().filter_map(|keys| sequence(keys)))
        .collect();
    for entry in REGISTRY.iter().filter(|entry| entry.shape == Shape::Screen) {
        for verb in entry.verbs.iter().filter(|verb| matches!(verb.scope, Scope::Place(_))) {
            for keys in verb.keys.iter().filter_map(|keys| sequence(keys)) {
                let clash = common.iter().find(|other| other.starts_with(&keys) || keys.starts_with(other));
                assert_eq!(clash, None, "{}", verb.id);
            }
        }
    }
}

#[test]
fn no_sequence_hides_another() {
    let stage = crate::scenes::starting();
    for place in REGISTRY {
        let screen = (place.open)(&stage.model.ctx);
        let heard = |verb: &&Verb| match verb.scope {
            Scope::Place(name) => name == place.name,
            Scope::Global => place.shape == Shape::Screen,
            Scope::Lists => screen.is_a_list(),
            Scope::Fields => screen.has_fields(),
            Scope::Everywhere => true,
        };
        let all: Vec<_> = verbs()
            .filter(heard)
            .flat_map(|verb| verb.keys.iter().filter_map(move |keys| Some((verb.id, sequence(keys)?))))
            .collect();
        for (id, keys) in &all {
            for (other, longer) in all.iter().filter(|(other, _)| other != id) {
                assert!(!longer.starts_with(keys), "{}: {id} hides {other}", place.name);
            }
        }
    }
}

#[test]
fn nothing_above_notify_sits_on_one_key_and_no_change_begins_outside_a() {
    for verb in verbs().filter(|verb| verb.danger.changes()) {
        for keys in verb.keys.iter().filter_map(|keys| sequence(keys)) {
            assert!(keys.len() > 1 && keys[0] == Key::plain(Code::Char('a')), "{}", verb.id);
        }
    }
}

#[test]
fn deleting_keys_mean_something_in_text_only() {
    for verb in verbs() {
        for key in verb.keys.iter().filter_map(|keys| sequence(keys)).flatten() {
            if matches!(key.code, Code::Backspace | Code::Delete) {
                assert!(matches!(verb.scope, Scope::Place(_) | Scope::Fields) && !verb.danger.changes(), "{}", verb.id);
            }
        }
    }
}

/// All that could look different after a key.
fn fingerprint(stage: &Stage, effects: &Effects) -> String {
    let model = &stage.model;
    format!("{}{effects:?}{:?}{:?}", text(&draw(stage, Name::Dark, false).0), model.exit, model.ctx.is_utc)
}

#[test]
fn every_key_that_is_shown_fires() {
    let mut fired = 0;
    for scene in SCENES.iter().filter(|scene| scene.name != "prefix") {
        let made = || (scene.make)();
        let stage = made();
        let (scopes, target) = (stage.model.scopes(), stage.model.target());
        let is_text = |keys: &[Key]| keys[0].text().is_some_and(|c| stage.model.takes(c));
        for verb in stage.model.ctx.keymap.heard(&scopes) {
            for keys in verb.keys.iter().filter_map(|keys| sequence(keys)).filter(|keys| !is_text(keys)) {
                let meaning = stage.model.ctx.keymap.meaning(&scopes, &keys);
                assert_eq!(meaning, Meaning::Verb(verb), "{}: {}", scene.name, verb.id);
                if verb.hint.is_empty() || verb.refusal(&target, &stage.model.ctx).is_some() {
                    continue;
                }
                let mut after = made();
                let before = fingerprint(&after, &Effects::new());
                let effects: Effects = keys.iter().flat_map(|key| after.does(Action::Key(*key))).collect();
                for effect in &effects {
                    let is_known = !matches!(effect, Effect::Ask(ask) if !crate::documents::is_known(ask));
                    assert!(is_known, "{}: {effect:?} is not in the list of documents", verb.id);
                }
                assert_ne!(fingerprint(&after, &effects), before, "{}: {} does nothing", scene.name, verb.id);
                fired += 1;
            }
        }
    }
    assert!(fired > 30, "{fired}");
}

#[test]
fn what_the_footer_shows_is_in_the_table() {
    for scene in SCENES.iter().filter(|scene| scene.name != "prefix") {
        let stage = (scene.make)();
        let seen = text(&draw(&stage, Name::Dark, false).0);
        let footer = seen.lines().last().unwrap_or_default();
        let heard = stage.model.ctx.keymap.heard(&stage.model.scopes());
        for hint in footer.split("   ").map(str::trim).filter(|hint| !hint.is_empty()) {
            let (key, word) = hint.split_once(' ').unwrap();
            let is_verb = heard.iter().any(|verb| verb.keys.first() == Some(&key) && verb.hint == word);
            assert!(is_verb || shell::PREFIXES.contains(&(key, word)), "{}: {hint}", scene.name);
        }
    }
}

const ERASE: Verb = Verb {
    id: "test.erase",
    title: "erase everything",
    help: "Erases everything there is",
    hint: "erase",
    scope: Scope::Place("test"),
    keys: &["a E"],
    on: On::Nothing,
    danger: Danger::TwoPersons,
    needs: None,
    cli: Cli::None("a test"),
    off: always,
};
const GO: Verb = Verb {
    id: "test.go",
    title: "test",
    hint: "",
    scope: Scope::Global,
    keys: &["g x"],
    danger: Danger::Safe,
    ..ERASE
};
static DANGEROUS: &[Entry] = &[
    Entry {
        name: "test",
        title: "Test",
        shape: Shape::Screen,
        opener: Some(&GO),
        verbs: &[GO, ERASE],
        open: |_| Box::new(Dangerous { erased: false }),
    },
    dialog::ENTRY,
];

struct Dangerous {
    erased: bool,
}

impl Screen for Dangerous {
    fn update(&mut self, action: &Action, _: &Ctx) -> Effects {
        self.erased |= matches!(action, Action::Do(verb, _) | Action::Agreed(verb, ..) if **verb == ERASE);
        Effects::new()
    }

    fn page(&self, _: &Ctx) -> Page {
        Page { title: Line::plain(if self.erased { "gone" } else { "there" }), ..Page::default() }
    }
}

fn on_the_dangerous_screen(read_only: bool) -> Stage {
    let now = crate::scenes::starting().now;
    let table = keys::table(DANGEROUS, read_only);
    Stage { model: Model::new(DANGEROUS, table, Desk::default(), now.to_utc()), now }.size(100, 30)
}

fn is_erased(stage: &Stage) -> bool {
    stage.model.stack[0].screen.page(&stage.model.ctx).title.text() == "gone"
}

#[test]
fn read_only_leaves_no_changing_verb_reachable() {
    let asked = on_the_dangerous_screen(false).press("a E").later(1).write(ERASE.title).press("Enter");
    assert!(is_erased(&asked), "it can be reached at all");

    let stage = on_the_dangerous_screen(true);
    assert!(stage.model.ctx.keymap.verbs().all(|verb| !verb.danger.changes()));
    assert!(!text(&draw(&stage, Name::Dark, false).0).contains("erase"));
    let stage = stage.press("a E");
    assert!(!is_erased(&stage));
    let mut stage = stage.press("g");
    assert!(!text(&draw(&stage, Name::Dark, false).0).contains("erase"));
    stage.model.pending.clear();
    update(&mut stage.model, Action::Pressed(&ERASE));
    assert!(!is_erased(&stage), "not by a click either");
    update(&mut stage.model, Action::Do(&ERASE, <_>::default()));
    assert!(!is_erased(&stage), "and not by any action");
}

#[test]
fn the_page_of_keys_is_the_table() {
    let page = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/keys.md");
    let kept = std::fs::read_to_string(page).unwrap_or_default();
    let told = "docs/keys.md is old: cargo run -q -- keymap --markdown > docs/keys.md";
    assert!(kept == cli::keymap::print(true, false), "{told}");
}
