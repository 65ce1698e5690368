//! The same verbs without the console: results on stdout, words on stderr, an exit code for each kind of ending.
//!
//! Nothing here prompts, and nothing personal is printed unmasked.

pub mod exit;
mod keymap;
mod status;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};
use clap_complete::Shell;

use crate::api::client::Client;
use crate::config::{Config, Flags};
use crate::console;
use crate::screens::REGISTRY;

use exit::{Code, say};

/// The privacy desk of a multi-tenant e-commerce platform. Without a command, the console.
#[derive(Parser, Debug)]
#[command(name = "rightsdesk", version, after_help = AFTER)]
struct Arguments {
    #[command(flatten)]
    flags: Flags,
    #[command(subcommand)]
    command: Option<Command>,
}

const AFTER: &str = "In the console, ? lists the keys and : finds every verb. RIGHTSDESK_TOKEN holds the key for a desk that \
                     asks for one.";

#[derive(Subcommand, Debug)]
enum Command {
    /// Say whether the desk answers, its version and how quickly
    Status {
        /// For programs instead of for people
        #[arg(long)]
        json: bool,
    },
    /// Print the keys of the console
    Keymap {
        /// As a table for a page
        #[arg(long)]
        markdown: bool,
    },
    /// Print the completions for a shell
    Completions { shell: Shell },
}

/// Carries out what the arguments ask for.
pub fn main() -> ExitCode {
    // An error means that a provider stands already, which is what is wanted.
    _ = rustls::crypto::ring::default_provider().install_default();
    let Arguments { flags, command } = Arguments::parse();
    let code = match command {
        Some(Command::Completions { shell }) => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), "rightsdesk", &mut script);
            exit::print(&String::from_utf8_lossy(&script))
        }
        Some(Command::Keymap { markdown }) => exit::print(&keymap::print(markdown, flags.read_only)),
        Some(Command::Status { json }) => on_a_desk(flags, |config, client| status::run(&config, &client, false, json)),
        None => on_a_desk(flags, |config, client| {
            let model = console::model(&config, REGISTRY, false);
            console::open(model, console::looks(&config), std::future::ready(Ok(client)))
        }),
    };
    ExitCode::from(code as u8)
}

/// Runs on the desk the settings name.
fn on_a_desk(flags: Flags, run: impl FnOnce(Config, Client) -> Code) -> Code {
    let config = Config::gather(flags);
    let Some(url) = config.server.clone() else {
        say("name a desk: --server URL");
        return Code::Usage;
    };
    match Client::new(&url, config.key.as_deref()) {
        Ok(client) => run(config, client),
        Err(unusable) => {
            say(&unusable.to_string());
            Code::Usage
        }
    }
}
