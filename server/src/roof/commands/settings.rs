//! Every setting that is no secret, as a flag of the same name.

use std::collections::HashMap;

use clap::{Arg, ArgMatches, Args, Command, FromArgMatches};

use crate::roof::config::SETTINGS;

/// The flags that were given, by setting.
#[derive(Debug, Default, Clone)]
pub struct Given(pub HashMap<String, String>);

impl FromArgMatches for Given {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut given = Self::default();
        given.update_from_arg_matches(matches)?;
        Ok(given)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        for setting in SETTINGS.iter().filter(|setting| !setting.secret) {
            if let Some(value) = matches.get_one::<String>(setting.key) {
                self.0.insert(setting.key.to_owned(), value.clone());
            }
        }
        Ok(())
    }
}

impl Args for Given {
    fn augment_args(command: Command) -> Command {
        SETTINGS.iter().filter(|setting| !setting.secret).fold(command, |command, setting| {
            let standing = if setting.default.is_empty() { String::new() } else { format!(" [{}]", setting.default) };
            let name = setting.key.rsplit('.').next().unwrap_or(setting.key).to_uppercase();
            let flag = Arg::new(setting.key)
                .long(setting.flag())
                .value_name(name)
                .help(format!("{}{standing}", setting.help))
                .global(true)
                .hide_short_help(true)
                .help_heading("Settings");
            command.arg(if setting.is_switch {
                flag.num_args(0..=1).require_equals(true).default_missing_value("yes").hide_short_help(false)
            } else {
                flag
            })
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}
