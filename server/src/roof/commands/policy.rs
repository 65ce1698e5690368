//! `policy check`, `policy show`, `policy diff`: a policy file before it is anybody's. They need no database and store
//! nothing.

use std::fmt::Write;
use std::process::ExitCode;

use clap::Subcommand;
use serde_json::json;

use super::{Settings, ended, print, say, usage};
use crate::floor::kernel::text::scrub;
use crate::floor::policy::{CHECKS, Change, Chosen, Fault, Item, Part, Policy, check, diff, items, parse};
use crate::roof::config::policy_of;

/// What can be done with a policy file.
#[derive(Debug, Clone, Subcommand)]
pub enum Verb {
    /// Say what is wrong with policy files, each fault with its line (exit code 1 where there is one)
    Check {
        /// Policy files, or names of policies that come along
        #[arg(required = true, value_name = "FILE")]
        files: Vec<String>,
    },
    /// Show what a policy says
    Show {
        /// A policy file, or the name of one that comes along; by default the one of the settings
        #[arg(value_name = "NAME|FILE")]
        policy: Option<String>,
        /// As JSON, in every language
        #[arg(long)]
        json: bool,
        /// In this language, where the policy is written in it
        #[arg(long, value_name = "TAG", default_value = "")]
        locale: String,
    },
    /// Say what is otherwise between two policies, and what it comes to
    Diff {
        /// The policy file, or name, that holds
        old: String,
        /// The one that is to hold
        new: String,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
}

pub(super) fn run(verb: &Verb, settings: Settings) -> ExitCode {
    match verb {
        Verb::Check { files } => {
            let faulty = files.iter().filter(|file| is_faulty(file)).count();
            if faulty == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Verb::Show { policy, json, locale } => {
            let chosen = match policy {
                Some(from) => chosen(from),
                None => match settings.read() {
                    Ok(config) => Some(config.policy),
                    Err(error) => return usage(&error),
                },
            };
            let Some((chosen, policy)) = chosen.and_then(read) else { return ExitCode::FAILURE };
            ended(if *json { as_json(&policy) } else { print(&outline(&chosen, &policy, locale)) })
        }
        Verb::Diff { old, new, json } => {
            // Both are read, so that what is wrong with either is told at once.
            let (old, new) = (chosen(old).and_then(read), chosen(new).and_then(read));
            let (Some((was, old)), Some((is, new))) = (old, new) else { return ExitCode::FAILURE };
            let changes = diff((&was.text, &old), (&is.text, &new));
            ended(if *json { changes_as_json(&changes) } else { print(&told(&changes)) })
        }
    }
}

/// What was named, or a word on why it cannot be had.
fn chosen(from: &str) -> Option<Chosen> {
    policy_of(from).inspect_err(|flaw| say(&format!("rightsdesk: {}", flaw.advice))).ok()
}

/// A policy that may be faulty, as long as it can be read.
fn read(chosen: Chosen) -> Option<(Chosen, Policy)> {
    match parse(&chosen.text) {
        Ok(policy) => Some((chosen, policy)),
        Err(fault) => {
            complain(&chosen.from, &fault);
            None
        }
    }
}

fn is_faulty(file: &str) -> bool {
    let Some(chosen) = chosen(file) else { return true };
    let faults = match parse(&chosen.text) {
        Ok(policy) => check(&chosen.text, &policy, CHECKS),
        Err(fault) => vec![fault],
    };
    for fault in &faults {
        complain(&chosen.from, fault);
    }
    !faults.is_empty()
}

fn complain(from: &str, fault: &Fault) {
    say(&format!("{from}:{}: {}", fault.line, scrub(&fault.reason)));
}

fn as_json(policy: &Policy) -> anyhow::Result<()> {
    print(&format!("{}\n", serde_json::to_string_pretty(policy)?))
}

fn changes_as_json(changes: &[Change]) -> anyhow::Result<()> {
    let changes: Vec<_> = changes
        .iter()
        .map(|change| {
            json!({
                "part": change.part.code(),
                "kind": change.kind.code(),
                "code": change.code,
                "before": change.before,
                "after": change.after,
                "effect": change.effect,
                "isMaterial": change.is_material,
                "worsens": change.worsens,
                "line": change.line,
            })
        })
        .collect();
    print(&format!("{}\n", serde_json::to_string_pretty(&changes)?))
}

/// A heading per part, a thing per line, its facts below it.
fn outline(chosen: &Chosen, policy: &Policy, locale: &str) -> String {
    let (locale, first) = (policy.spoken(locale), policy.first_locale());
    let mut shown = format!("{} {}, from {}\n", policy.name, policy.version, policy.effective.get_ref().0);
    let mut under = "";
    for item in items(&chosen.text, policy) {
        let heading = heading(item.part);
        if under != heading {
            let _ = write!(shown, "\n{heading}\n");
            under = heading;
        }
        let Item { code, facts, .. } = item;
        let _ = writeln!(shown, "  {}", scrub(&code));
        for fact in facts.iter().filter(|fact| !fact.value.is_empty()) {
            let _ = writeln!(shown, "      {}: {}", fact.name, scrub(&fact.value.in_words(locale, first)));
        }
    }
    shown
}

fn heading(part: Part) -> &'static str {
    match part {
        Part::Policy => "Policy",
        Part::Operator => "Who promises",
        Part::Announcement => "How changes are told",
        Part::Forbidden => "What nobody may be there for",
        Part::Region => "Where data stays",
        Part::Platform => "Platforms",
        Part::Scope => "What stores are asked for",
        Part::Category | Part::Field => "What is held",
        Part::Purpose => "What it is used for",
        Part::Recipient => "Who gets what",
        Part::Retention => "How long",
        Part::Keep => "What the law lets us keep",
        Part::Right => "What people may ask",
        Part::AppKind => "What merchants may connect",
        Part::Cookie => "Cookies",
        Part::Duty => "Who answers for what",
        Part::Promise => "What the page promises",
    }
}

/// A line per change; what binds nobody is marked as words.
fn told(changes: &[Change]) -> String {
    let mut told = String::new();
    for change in changes {
        let line = change.line.map(|line| format!(" (line {line})")).unwrap_or_default();
        let words = if change.is_material { "" } else { " [words]" };
        let (part, kind, code) = (change.part, change.kind, scrub(&change.code));
        let _ = writeln!(told, "{part} {code} {kind}: {}{words}{line}", scrub(&change.effect));
    }
    if told.is_empty() { "nothing is otherwise\n".to_owned() } else { told }
}
