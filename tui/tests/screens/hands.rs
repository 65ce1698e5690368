//! What a scene's test does with the console: keys are pressed, what is seen is read, what is asked is looked at.

use rightsdesk::core::action::{Action, Effect, Effects};
use rightsdesk::core::ask::Ask;
use rightsdesk::core::keymap::sequence;
use rightsdesk::terminal::theme::Name;
use serde_json::Value;

use crate::pictures::{draw, text};
use crate::scenes::Stage;

pub fn seen(stage: &Stage) -> String {
    text(&draw(stage, Name::Dark, false).0)
}

pub fn press(stage: &mut Stage, keys: &str) -> Effects {
    sequence(keys).unwrap().into_iter().flat_map(|key| stage.does(Action::Key(key))).collect()
}

pub fn asks(effects: &Effects) -> Vec<&Ask> {
    effects.iter().filter_map(|effect| if let Effect::Ask(ask) = effect { Some(ask) } else { None }).collect()
}

/// The input of the one change that was sent, without its own key.
pub fn sent(effects: &Effects) -> Value {
    let [ask] = asks(effects)[..] else { panic!("{effects:?}") };
    let mut input = ask.variables["input"].clone();
    input.as_object_mut().unwrap().remove("idempotencyKey");
    input
}
