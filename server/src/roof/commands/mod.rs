//! The verbs a terminal has, apart from the console's own. One file each; this is their list.
//! Results go to standard output, words to standard error.

mod audit;
mod backlog;
mod bootstrap;
mod keys;
mod migrate;
mod policy;
mod record;
mod restore;
mod schema;
mod serve;
mod settings;
mod staff;
mod verify_audit;
mod verify_evidence;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

pub use settings::Given;

use super::boot::{self, Duties, flawed};
use super::cluster;
use super::config::{Config, Sources};
use crate::floor::kernel::Error;

/// What can be done without the console.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Answer calls until told to stop (Ctrl-C or SIGTERM); on a desk of its own, carry out its jobs too
    Serve,
    /// Carry out jobs until told to stop; run as many as you like beside `serve`
    Work,
    /// Bring the database to the schema of this program
    Migrate,
    /// Print the GraphQL contract
    Schema,
    /// Look at policy files: check, show, compare
    #[command(subcommand)]
    Policy(policy::Verb),
    /// Make the first admin of a desk that has none, and print the invitation, once
    Bootstrap(bootstrap::Who),
    /// Make seats for the desk's people
    #[command(subcommand)]
    Staff(staff::Verb),
    /// After a database came back from a backup: erase again whoever was erased since, before anybody is served
    Restore,
    /// Look after the keys
    #[command(subcommand)]
    Keys(keys::Verb),
    /// Bring along what people asked before there was this desk
    #[command(subcommand)]
    Backlog(backlog::Verb),
    /// Write the record of processing that Art. 30 GDPR wants
    Record(record::Wish),
    /// Take the audit along
    #[command(subcommand)]
    Audit(audit::Verb),
    /// Prove that the books are the ones that were written, or say where they are not (exit code 10)
    VerifyAudit(verify_audit::Wish),
    /// Prove that the evidence of a request is what was sealed, or say where it is not (exit code 10)
    VerifyEvidence(verify_evidence::Wish),
}

/// Settings given as flags, and the file that holds others.
#[derive(Debug, Args)]
pub struct Settings {
    /// Read settings from this TOML file (`RIGHTSDESK_CONFIG` works too)
    #[arg(long, global = true, value_name = "FILE", help_heading = "Settings")]
    config: Option<PathBuf>,
    #[command(flatten)]
    given: Given,
}

impl Settings {
    /// The settings in force, or all that is wrong with them.
    pub fn read(self) -> Result<Config, Error> {
        let (config, mut flaws) = Config::draft(&Sources::gather(self.given.0, self.config.as_deref())?);
        flaws.extend(boot::flaws_of(&config));
        flaws.or(config)
    }
}

/// The server's command line, without the console.
#[derive(Debug, Parser)]
#[command(name = "rightsdesk-server", version, about = "The privacy desk of a multi-tenant e-commerce platform")]
struct Line {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    settings: Settings,
}

/// The whole of a program that has no console.
pub fn main() -> ExitCode {
    if let Some(ended) = cluster::launched() {
        return ended;
    }
    boot::prepare();
    let line = Line::parse();
    run(&line.command, line.settings)
}

/// Carries a command out and says how it ended.
pub fn run(command: &Command, settings: Settings) -> ExitCode {
    if matches!(command, Command::Schema) {
        return ended(schema::run());
    }
    if let Command::Policy(verb) = command {
        return policy::run(verb, settings);
    }
    if let Command::VerifyEvidence(wish) = command {
        return match verify_evidence::run(wish, settings) {
            Ok(code) => code,
            Err(error) => ended(Err(error)),
        };
    }
    let config = match settings.read() {
        Ok(config) => config,
        Err(error) => return usage(&error),
    };
    let telemetry = match boot::telemetry_of(&config.log, config.mode) {
        Ok(telemetry) => telemetry,
        Err(flaws) => return usage(&flaws.into()),
    };
    match command {
        Command::Serve => ended(serve::run(config, telemetry, Duties::Serve)),
        Command::Work => ended(serve::run(config, telemetry, Duties::Work)),
        Command::Migrate => ended(migrate::run(config)),
        Command::Bootstrap(who) => ended(bootstrap::run(who.clone(), config, telemetry)),
        Command::Staff(verb) => ended(staff::run(verb.clone(), config, telemetry)),
        Command::Restore => ended(restore::run(config, telemetry)),
        Command::Keys(verb) => ended(keys::run(*verb, config, telemetry)),
        Command::Backlog(verb) => ended(backlog::run(verb.clone(), config, telemetry)),
        Command::Record(wish) => ended(record::run(wish, config, telemetry)),
        Command::Audit(verb) => ended(audit::run(verb, config)),
        Command::VerifyAudit(wish) => match verify_audit::run(wish, config) {
            Ok(code) => code,
            Err(error) => ended(Err(error)),
        },
        Command::Schema | Command::Policy(_) | Command::VerifyEvidence(_) => ExitCode::SUCCESS,
    }
}

fn ended(outcome: anyhow::Result<()>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if matches!(error.downcast_ref(), Some(Error::Invalid(_))) => {
            error.downcast::<Error>().map_or(ExitCode::FAILURE, |error| usage(&error))
        }
        Err(error) => {
            say(&format!("rightsdesk: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn usage(error: &Error) -> ExitCode {
    match error {
        Error::Invalid(flaws) => say(&format!("rightsdesk: these settings cannot be used\n{}", flawed(flaws))),
        other => say(&format!("rightsdesk: {other}")),
    }
    ExitCode::from(2)
}

fn say(words: &str) {
    let _ = writeln!(std::io::stderr(), "{words}");
}

fn print(result: &str) -> anyhow::Result<()> {
    std::io::stdout().write_all(result.as_bytes())?;
    Ok(())
}
