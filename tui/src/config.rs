//! The settings of the console: flags, then the environment, then `$XDG_CONFIG_HOME/rightsdesk/config.toml`.
//!
//! Read once. A flaw in the file is told with its line and the console starts anyway; a key is never taken from an
//! argument, because arguments are seen by everyone on the machine.

use std::path::PathBuf;

use chrono::TimeDelta;
use clap::Args;
use etcetera::{BaseStrategy, choose_base_strategy};
use serde::Deserialize;

use crate::core::me::LOCKS_AFTER;
use crate::core::secret::Secret;
use crate::terminal::editor::Editor;
use crate::terminal::theme::Name;

/// How the console looks and which desk it opens.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Console")]
pub struct Flags {
    /// Open the desk at this address instead of one of your own
    #[arg(long, global = true, value_name = "URL", env = "RIGHTSDESK_SERVER")]
    pub server: Option<String>,
    /// Colours: chosen by `NO_COLOR` and the terminal's own ground when not given
    #[arg(long, value_name = "NAME", env = "RIGHTSDESK_THEME")]
    pub theme: Option<Name>,
    /// Draw with ASCII alone
    #[arg(long, env = "RIGHTSDESK_ASCII")]
    pub ascii: bool,
    /// Leave out every verb that changes anything
    #[arg(long, env = "RIGHTSDESK_READ_ONLY")]
    pub read_only: bool,
}

#[derive(Clone, Debug)]
pub struct Config {
    pub server: Option<String>,
    /// Sent with every call, before any that was kept.
    pub key: Option<Secret>,
    pub theme: Name,
    pub is_ascii: bool,
    pub is_read_only: bool,
    /// Time without a key until the console locks.
    pub locks_after: TimeDelta,
    /// Where tokens are kept between two runs.
    pub states: Option<PathBuf>,
    /// The busy counter in the window title.
    pub tells_busy: bool,
    /// Where longer texts are written.
    pub editor: Editor,
    /// What is wrong with the file, in words.
    pub flaws: Vec<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Whole {
    #[serde(default)]
    console: Section,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Section {
    server: Option<String>,
    theme: Option<Name>,
    #[serde(default)]
    ascii: bool,
    #[serde(default)]
    read_only: bool,
    lock_minutes: Option<u8>,
}

impl Config {
    /// The settings of this process.
    #[expect(clippy::disallowed_methods, reason = "the console's settings are read here, once")]
    pub fn gather(flags: Flags) -> Self {
        let path = file();
        let text = path.as_ref().and_then(|path| std::fs::read_to_string(path).ok());
        let mut config = Self::read(flags, |name| std::env::var(name).ok(), text.as_deref());
        let path = path.unwrap_or_default();
        config.states = choose_base_strategy().ok().and_then(|base| base.state_dir());
        config.flaws.iter_mut().for_each(|flaw| *flaw = format!("{}: {flaw}", path.display()));
        config
    }

    /// The same from a lookup and a text, for tests.
    pub fn read(flags: Flags, env: impl Fn(&str) -> Option<String>, file: Option<&str>) -> Self {
        let env = |name: &str| env(name).filter(|value| !value.is_empty());
        let (section, mut wrong) = match toml::from_str::<Whole>(file.unwrap_or_default()) {
            Ok(whole) => (whole.console, Vec::new()),
            Err(error) => (Section::default(), vec![flaw(file.unwrap_or_default(), &error)]),
        };
        let locks_after = match section.lock_minutes.map(|minutes| TimeDelta::minutes(i64::from(minutes))) {
            Some(asked) if asked > TimeDelta::zero() && asked <= LOCKS_AFTER => asked,
            Some(_) => {
                wrong.push(format!("lock_minutes may be 1 to {0}: {0} holds", LOCKS_AFTER.num_minutes()));
                LOCKS_AFTER
            }
            None => LOCKS_AFTER,
        };
        let plain = env("NO_COLOR").is_some() || env("TERM").is_some_and(|term| term == "dumb");
        let mono = plain.then_some(Name::Mono);
        Self {
            server: flags.server.or(section.server),
            key: env("RIGHTSDESK_TOKEN").map(Secret::new),
            theme: flags.theme.or(mono).or(section.theme).unwrap_or_else(|| ground(env("COLORFGBG"))),
            is_ascii: flags.ascii || section.ascii,
            is_read_only: flags.read_only || section.read_only,
            locks_after,
            states: None,
            editor: Editor {
                command: env("VISUAL").or_else(|| env("EDITOR")).unwrap_or_else(|| "vi".to_owned()),
                folder: env("XDG_RUNTIME_DIR").map_or_else(std::env::temp_dir, PathBuf::from),
            },
            tells_busy: env("RIGHTSDESK_E2E").is_some_and(|on| on == "1"),
            flaws: wrong,
        }
    }
}

fn file() -> Option<PathBuf> {
    choose_base_strategy().ok().map(|base| base.config_dir().join("rightsdesk").join("config.toml"))
}

/// The flaw with its line and column, without the text around it.
fn flaw(text: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    format!("line {line}, column {column}: {}", error.message().replace('\n', " "))
}

/// What a terminal says of its own colours: `15;0` is white on black.
fn ground(colours: Option<String>) -> Name {
    let ground = colours.and_then(|colours| colours.rsplit(';').next()?.parse::<u8>().ok());
    if ground.is_some_and(|n| n == 7 || n == 15) { Name::Light } else { Name::Dark }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(flags: Flags, env: &[(&str, &str)], file: &str) -> Config {
        let find = |name: &str| env.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        Config::read(flags, find, Some(file))
    }

    #[test]
    fn flags_win_over_the_file_and_no_color_over_its_theme() {
        let file = "[console]\nserver = \"https://a\"\ntheme = \"light\"\nread_only = true\n";
        let config = read(Flags::default(), &[("RIGHTSDESK_TOKEN", "t"), ("NO_COLOR", "1")], file);
        assert_eq!((config.server.as_deref(), config.key), (Some("https://a"), Some(Secret::new("t"))));
        assert!((config.theme == Name::Mono) && config.is_read_only && config.flaws.is_empty());

        let flags = Flags { server: Some("https://b".to_owned()), theme: Some(Name::Contrast), ..Flags::default() };
        let config = read(flags, &[("NO_COLOR", "1")], file);
        assert_eq!((config.server.as_deref(), config.theme), (Some("https://b"), Name::Contrast));
    }

    #[test]
    fn an_empty_no_color_is_none_and_the_ground_decides() {
        assert_eq!(read(Flags::default(), &[("NO_COLOR", "")], "").theme, Name::Dark);
        assert_eq!(read(Flags::default(), &[("COLORFGBG", "0;15")], "").theme, Name::Light);
    }

    #[test]
    fn the_lock_may_only_come_sooner() {
        let told = |file| read(Flags::default(), &[], file);
        assert_eq!(told("[console]\nlock_minutes = 2\n").locks_after, TimeDelta::minutes(2));
        for wrong in ["[console]\nlock_minutes = 0\n", "[console]\nlock_minutes = 6\n"] {
            let config = told(wrong);
            assert_eq!((config.locks_after, config.flaws.len()), (LOCKS_AFTER, 1));
        }
    }

    #[test]
    fn a_flaw_has_a_place_and_stops_nothing() {
        let config = read(Flags::default(), &[], "[console]\nascii = true\ncolour = \"red\"\n");
        assert!(config.flaws[0].starts_with("line 3, column 1: unknown field `colour`"), "{:?}", config.flaws);
    }
}
