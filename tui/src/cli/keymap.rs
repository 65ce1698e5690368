//! `rightsdesk keymap`: the one table of keys, printed.

use std::fmt::Write;

use crate::core::action::{Cli, Danger, Scope, Verb};
use crate::screens::REGISTRY;
use crate::terminal::keys;

/// Every verb with its keys, where they are heard, what it does and its command.
pub fn print(markdown: bool, read_only: bool) -> String {
    let table = keys::table(REGISTRY, read_only);
    let mut text = String::new();
    if markdown {
        text.push_str("# Keys of the console\n\nPrinted by `rightsdesk keymap --markdown` from the one table.\n\n");
        text.push_str("| keys | where | does | danger | command |\n| --- | --- | --- | --- | --- |\n");
    }
    for verb in table.verbs() {
        let keys = keys_of(verb, markdown);
        let line = if markdown {
            format!("| {keys} | {} | {} | {} | {} |", place(verb), verb.help, danger(verb), command(verb))
        } else {
            format!("{keys:16} {:12} {}", place(verb), verb.help)
        };
        // Writing into a String cannot fail.
        _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

fn keys_of(verb: &Verb, markdown: bool) -> String {
    if verb.keys.is_empty() {
        return "palette only".to_owned();
    }
    let quoted: Vec<String> =
        verb.keys.iter().map(|keys| if markdown { format!("`{keys}`") } else { (*keys).to_owned() }).collect();
    quoted.join(if markdown { " " } else { ", " })
}

fn place(verb: &Verb) -> &'static str {
    match verb.scope {
        Scope::Everywhere => "everywhere",
        Scope::Global => "screens",
        Scope::Lists => "lists",
        Scope::Fields => "fields",
        Scope::Place(name) => name,
    }
}

fn danger(verb: &Verb) -> &'static str {
    match verb.danger {
        Danger::Safe => "safe",
        Danger::Notify => "notify",
        Danger::Confirm => "confirm",
        Danger::Typed => "typed",
        Danger::TwoPersons => "two persons",
    }
}

fn command(verb: &Verb) -> String {
    match verb.cli {
        Cli::Form(form) => format!("`rightsdesk {form}`"),
        Cli::None(why) => format!("none: {why}"),
    }
}
