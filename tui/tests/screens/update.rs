//! The rules of the model, without a terminal.

use proptest::prelude::*;
use rightsdesk::core::action::{Action, Effect, Exit};
use rightsdesk::core::keymap::{Code, Key};
use rightsdesk::core::page::Tone;
use rightsdesk::core::shell;
use rightsdesk::terminal::theme::Name;

use crate::pictures::{draw, text};
use crate::scenes::{SCENES, Stage, live, never_reached, offline, starting};

fn said(stage: &Stage) -> String {
    stage.model.ctx.notices.shown().map(|(_, text)| text.to_owned()).unwrap_or_default()
}

fn screen(stage: &Stage) -> String {
    text(&draw(stage, Name::Dark, false).0)
}

#[test]
fn q_leaves_and_so_does_ctrl_c_twice() {
    assert_eq!(live().press("q").model.exit, Some(Exit::Left));

    let once = live().press("Ctrl-c");
    assert_eq!((once.model.exit, said(&once).as_str()), (None, "Ctrl-c again leaves"));
    assert_eq!(once.press("Ctrl-c").model.exit, Some(Exit::Left));

    assert_eq!(live().press("Ctrl-c t Ctrl-c").model.exit, None, "another key in between begins anew");
}

#[test]
fn a_layer_consumes_or_ignores_and_esc_closes_it() {
    let open = live().press("?");
    assert_eq!(open.model.layers.len(), 1);
    let still = open.press("q t R");
    assert_eq!((still.model.layers.len(), still.model.exit), (1, None), "nothing leaks to the screen beneath");
    assert!(!still.model.ctx.is_utc);
    assert!(still.press("Esc").model.layers.is_empty());
    assert!(live().press("! Ctrl-c").model.layers.is_empty());
}

#[test]
fn in_help_esc_ends_the_search_first() {
    let found = live().size(80, 24).press("? / z o n e");
    assert!(screen(&found).contains("switch the zone") && !screen(&found).contains("leave the screen"));
    let kept = found.press("Enter j");
    assert!(!screen(&kept).contains("leave the screen"), "Enter keeps what was found");
    let whole = live().size(80, 24).press("? / z o n e Esc");
    assert!(screen(&whole).contains("leave the screen") && whole.model.layers.len() == 1);
    assert!(whole.press("Esc").model.layers.is_empty());
}

#[test]
fn the_palette_runs_what_was_found_on_the_screen_beneath() {
    let stage = live().press(": z o n Enter");
    assert!(stage.model.layers.is_empty() && stage.model.ctx.is_utc);
    let stage = live().press(": h e l p Backspace Backspace Backspace Backspace n o t i c Enter");
    assert_eq!(stage.model.layers.last().map(|open| open.entry.name), Some("notices"));
    let stage = live().press(": x x x x Enter");
    assert_eq!(stage.model.layers.len(), 1, "with nothing found, Enter runs nothing");
}

#[test]
fn keys_that_mean_nothing_say_so_and_a_prefix_waits() {
    assert_eq!(said(&live().press("Z")), "Z does nothing here");
    assert_eq!(said(&live().press("g z")), "g z does nothing here");
    let cancelled = live().press("g Esc");
    assert!(cancelled.model.pending.is_empty() && said(&cancelled).is_empty());
    assert_eq!(live().press("g").model.pending.len(), 1);
}

#[test]
fn a_paste_lands_in_text_or_is_only_told() {
    let told = live().then(Action::Pasted("x".repeat(312)));
    assert_eq!(said(&told), "312 characters pasted: nothing here takes text");
    let found = live().press(":").then(Action::Pasted("zo\nne\u{202e}".to_owned()));
    assert!(screen(&found).contains(": zo ne<U+202E>"));
    assert_eq!(found.model.exit, None);
}

#[test]
fn effects_are_asked_for_and_not_done() {
    let mut stage = live();
    for (keys, effect) in [("R", Effect::Check), ("Ctrl-l", Effect::Redraw), ("Ctrl-z", Effect::Suspend)] {
        assert_eq!(stage.does(Action::Key(Key::named(keys).unwrap())), vec![effect]);
    }
    assert_eq!(stage.does(Action::Pressed(&shell::MOUSE)), vec![Effect::Mouse(false)]);
    assert_eq!(stage.does(Action::Pressed(&shell::MOUSE)), vec![Effect::Mouse(true)]);
}

#[test]
fn a_notice_is_copied_by_its_id_even_when_another_has_come() {
    let mut stage = live().then(Action::Said(Tone::Plain, "the first".to_owned())).press("!");
    stage.does(Action::Said(Tone::Plain, "a newer one".to_owned()));
    let copy = stage.does(Action::Key(Key::plain(Code::Char('y'))));
    assert_eq!(copy, vec![Effect::Copy("the first".to_owned())]);
    stage = stage.press("k");
    assert_eq!(stage.does(Action::Key(Key::named("y").unwrap())), vec![Effect::Copy("a newer one".to_owned())]);
    assert_eq!(said(&starting().press("! y")), "copy the notice, off: nothing is chosen");
}

#[test]
fn notices_count_as_unseen_until_they_were_looked_at() {
    let stage = live();
    assert_eq!(stage.model.ctx.notices.unseen(), 2);
    let stage = stage.press("! Esc");
    assert_eq!((stage.model.ctx.notices.unseen(), stage.model.ctx.notices.past().len()), (0, 2));
}

#[test]
fn offline_is_dated_and_coming_back_is_told() {
    let stage = offline();
    let seen = screen(&stage);
    assert!(seen.contains("OFFLINE 0:44 · this is from 14:04:57 · next try in 22 s, R: now"), "{seen}");
    let back = stage.answered("0.1.0", 900);
    assert!(said(&back).ends_with("answers again after 0:44") && !screen(&back).contains("OFFLINE"));
    assert!(screen(&never_reached()).contains("OFFLINE 0:01 · never reached · next try in 3 s"));
}

#[test]
fn a_window_that_gets_the_keyboard_asks_again_unless_it_just_did() {
    let mut stage = live();
    assert_eq!(stage.does(Action::Focused), vec![Effect::Check]);
    stage = stage.answered("0.1.0", 900).later(2);
    assert_eq!(stage.does(Action::Focused), vec![]);
}

#[test]
fn what_was_drawn_can_be_clicked_and_nothing_else() {
    let mut stage = live();
    let (_, drawn) = draw(&stage, Name::Dark, false);
    let hits: Vec<_> = drawn.hits.iter().map(|(area, _)| *area).collect();
    assert!(hits.len() > 5);
    for area in hits {
        assert!(drawn.hit(area.x, area.y).is_some() && drawn.hit(area.x, area.y + 1).is_none_or(|_| true));
    }
    stage = stage.press("?");
    assert_eq!(stage.does(Action::Pressed(&shell::LEAVE)), vec![]);
    assert_eq!(stage.model.exit, None, "a layer hears no clicks meant for the screen beneath");
}

fn any_action() -> impl Strategy<Value = Action> {
    let codes = prop_oneof![
        any::<char>().prop_map(Code::Char),
        "[a-zA-Z:?!/g]".prop_map(|text| Code::Char(text.chars().next().unwrap())),
        prop::sample::select(vec![
            Code::Enter,
            Code::Esc,
            Code::Tab,
            Code::Backspace,
            Code::Delete,
            Code::Up,
            Code::Down,
            Code::Left,
            Code::Right,
            Code::Home,
            Code::End,
            Code::PageUp,
            Code::PageDown,
            Code::Function(1),
        ]),
    ];
    let keys = (codes, prop::bool::weighted(0.1), prop::bool::weighted(0.05))
        .prop_map(|(code, ctrl, alt)| Action::Key(Key { code, ctrl, alt }));
    prop_oneof![
        12 => keys,
        1 => any::<String>().prop_map(Action::Pasted),
        1 => any::<String>().prop_map(|text| Action::Said(Tone::Bad, text)),
        1 => (any::<String>(), any::<u32>()).prop_map(|(why, seconds)| {
            let next_in = std::time::Duration::from_secs(u64::from(seconds));
            Action::Connection(rightsdesk::core::connection::News::Missed { why, next_in })
        }),
        1 => any::<String>().prop_map(|version| {
            let trip = std::time::Duration::from_micros(version.len() as u64);
            Action::Connection(rightsdesk::core::connection::News::Answered { version, trip })
        }),
        1 => any::<String>().prop_map(Action::Arrived),
        1 => any::<i16>().prop_map(|rows| Action::Wheel(isize::from(rows))),
        1 => any::<String>().prop_map(Action::Picked),
        1 => Just(Action::Focused),
        1 => Just(Action::Close),
        1 => (0i64..4_000_000_000).prop_map(|at| {
            Action::Time(chrono::DateTime::from_timestamp(at, 0).unwrap().fixed_offset())
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_at_whatever_size_nothing_panics(
        scene in 0..SCENES.len(),
        actions in prop::collection::vec((any_action(), 0u16..220, 0u16..70), 1..40),
    ) {
        let mut stage = (SCENES[scene].make)();
        for (action, width, height) in actions {
            stage = stage.size(width, height).then(action);
            let (buffer, _) = draw(&stage, Name::Dark, false);
            for cell in &buffer.content {
                prop_assert!(!cell.symbol().chars().any(char::is_control));
            }
        }
    }
}
