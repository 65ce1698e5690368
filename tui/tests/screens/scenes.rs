//! Moments of the console, made by actions alone: what snapshots, laws and the pictures of the README draw.

use std::time::Duration;

use chrono::{DateTime, FixedOffset, TimeDelta};
use rightsdesk::api::schema::{Server, ServerQuery};
use rightsdesk::core::action::{Action, Effects, Size};
use rightsdesk::core::connection::News;
use rightsdesk::core::keymap::{Code, Key, Keymap, sequence};
use rightsdesk::core::model::Model;
use rightsdesk::core::page::Tone;
use rightsdesk::core::screen::Desk;
use rightsdesk::core::scrub::Clean;
use rightsdesk::core::update::update;
use rightsdesk::screens::REGISTRY;
use rightsdesk::terminal::keys;

pub struct Scene {
    pub name: &'static str,
    pub make: fn() -> Stage,
}

pub const SCENES: &[Scene] = &[
    Scene { name: "starting", make: starting },
    Scene { name: "desk", make: live },
    Scene { name: "remote", make: remote },
    Scene { name: "offline", make: offline },
    Scene { name: "never-reached", make: never_reached },
    Scene { name: "help", make: || live().press("?") },
    Scene { name: "help-search", make: || live().press("? / z o n") },
    Scene { name: "palette", make: || live().press(":") },
    Scene { name: "palette-search", make: || live().press(": s e") },
    Scene { name: "notices", make: || offline().press("!") },
    Scene { name: "prefix", make: || live().press("g") },
    Scene { name: "remark", make: || live().press("Z") },
];

/// A model and the hour it is there.
pub struct Stage {
    pub model: Model,
    pub now: DateTime<FixedOffset>,
}

impl Stage {
    pub fn new(keymap: Keymap, desk: Desk) -> Self {
        let now: DateTime<FixedOffset> = "2026-11-23T14:02:10+01:00".parse().unwrap();
        let mut stage = Self { model: Model::new(REGISTRY, keymap, desk, now.to_utc()), now };
        stage.does(Action::Time(now));
        stage.size(120, 36)
    }

    pub fn does(&mut self, action: Action) -> Effects {
        update(&mut self.model, action)
    }

    pub fn then(mut self, action: Action) -> Self {
        self.does(action);
        self
    }

    pub fn later(self, seconds: i64) -> Self {
        self.millis(seconds * 1000)
    }

    pub fn millis(mut self, millis: i64) -> Self {
        self.now += TimeDelta::milliseconds(millis);
        let now = self.now;
        self.then(Action::Time(now))
    }

    pub fn size(self, width: u16, height: u16) -> Self {
        self.then(Action::Size(Size { width, height }))
    }

    /// Presses keys by name, one after the other.
    pub fn press(mut self, keys: &str) -> Self {
        for key in sequence(keys).unwrap() {
            self.does(Action::Key(key));
        }
        self
    }

    /// Types a text, letter by letter.
    pub fn write(mut self, text: &str) -> Self {
        for c in text.chars() {
            self.does(Action::Key(Key::plain(Code::Char(c))));
        }
        self
    }

    pub fn answered(self, version: &str, micros: u64) -> Self {
        let answer = ServerQuery { server: Server { version: Clean(version.to_owned()) } };
        self.then(Action::Connection(answer.news(Duration::from_micros(micros))))
    }

    pub fn missed(self, why: &str, seconds: u64) -> Self {
        self.then(Action::Connection(News::Missed { why: why.to_owned(), next_in: Duration::from_secs(seconds) }))
    }
}

pub fn starting() -> Stage {
    Stage::new(keys::table(REGISTRY, false), Desk { is_local: true, ..Desk::default() })
}

pub fn live() -> Stage {
    let mut stage = starting().later(2).then(Action::Arrived("http://127.0.0.1:41999".to_owned()));
    for (n, trip) in [2_900u64, 900, 800, 1_100, 700, 900, 2_100, 800, 900, 700, 1_300, 900].into_iter().enumerate() {
        stage = stage.answered("0.1.0", trip).later(if n < 11 { 15 } else { 0 });
    }
    stage.later(1_640)
}

pub fn remote() -> Stage {
    let desk = Desk { has_key: true, ..Desk::default() };
    Stage::new(keys::table(REGISTRY, true), desk)
        .later(1)
        .then(Action::Arrived("https://desk.example".to_owned()))
        .answered("0.1.0", 43_000)
        .later(2 * 86_400)
        .answered("0.2.0", 231_000)
        .then(Action::Said(Tone::Warn, "config.toml: line 3, column 1: unknown field `colour`".to_owned()))
}

pub fn offline() -> Stage {
    live()
        .missed("connection refused", 1)
        .later(2)
        .missed("connection refused", 8)
        .later(40)
        .missed("no answer within 10 s", 24)
        .later(2)
}

pub fn never_reached() -> Stage {
    Stage::new(keys::table(REGISTRY, false), Desk::default())
        .then(Action::Arrived("https://desk.example".to_owned()))
        .missed("failed to lookup address information: Name or service not known", 4)
        .later(1)
}
