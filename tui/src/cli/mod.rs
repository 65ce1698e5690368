//! The same verbs without the console: results on stdout, words on stderr, an exit code for each kind of ending.
//!
//! Nothing but `sign-in` prompts, and that only at a terminal; nothing personal is printed unmasked.

mod carrying;
mod door;
mod estate;
pub mod exit;
pub mod keymap;
mod nouns;
mod print;
mod reads;
mod requests;
mod shops;
mod status;

use std::future::{Future, ready};
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use clap_complete::Shell;

use crate::api::asker::Ways;
use crate::api::client::Client;
use crate::api::keep::Keep;
use crate::config::{Config, Flags};
use crate::console;
#[cfg(feature = "local")]
use crate::local;
use crate::screens::REGISTRY;
use crate::terminal::pump::Arrival;

use door::Errand;
use exit::{Code, say};
use reads::Read;

/// The privacy desk of a multi-tenant e-commerce platform. Without a command, the console.
#[derive(Parser, Debug)]
#[command(name = "rightsdesk", version, after_help = AFTER)]
struct Arguments {
    #[command(flatten)]
    flags: Flags,
    #[cfg(feature = "local")]
    #[command(flatten)]
    settings: local::Settings,
    #[command(subcommand)]
    command: Option<Command>,
}

const AFTER: &str = "In the console, ? lists the keys and : finds every verb. RIGHTSDESK_TOKEN holds the key for a desk \
                     that asks for one.";

#[derive(Subcommand, Debug)]
enum Command {
    /// Say whether the desk answers, its version and how quickly
    Status {
        /// For programs instead of for people
        #[arg(long)]
        json: bool,
    },
    /// Sign in at a desk elsewhere and keep the session for the console and the other commands
    SignIn(door::Given),
    /// End the session and forget its token
    SignOut,
    /// Say who is signed in, and what that allows
    Whoami {
        /// For programs instead of for people
        #[arg(long)]
        json: bool,
    },
    /// Work the requests of people: list, show, assign, extend, refuse, approve, carry out, and the tables of them
    #[command(subcommand)]
    Requests(requests::Requests),
    /// Look at the merchants
    #[command(subcommand)]
    Tenants(reads::Looks),
    /// Look at the merchants' shops, where each differs from the policy, and connect one
    #[command(subcommand)]
    Stores(shops::Stores),
    /// Look at what platforms ask for people's sake
    #[command(subcommand)]
    PrivacyNotices(reads::Lists),
    /// Look at what left, to whom and in which form
    #[command(subcommand)]
    Disclosures(reads::Lists),
    /// Look at what recipients of people's data are told, and who is silent
    #[command(subcommand)]
    Recipients(reads::Lists),
    /// Look at how many stores differ from the policy, and in which way
    #[command(subcommand)]
    Drift(reads::Only),
    /// Look at what merchants have connected
    #[command(subcommand)]
    Apps(reads::Looks),
    /// Look at each sentence of the operator's page, and how it stands
    #[command(subcommand)]
    Promises(reads::Looks),
    /// Look at the versions of the policy, and what each changed
    #[command(subcommand)]
    Policies(estate::Policies),
    /// Look at what is held, and who is given it
    #[command(subcommand)]
    Map(estate::Maps),
    /// Look at reviews of access, and take their evidence along
    #[command(subcommand)]
    Reviews(reads::Reviews),
    /// Look at the operator's sub-processors
    #[command(subcommand)]
    Processors(reads::Looks),
    /// Look at what was announced to merchants
    #[command(subcommand)]
    Notices(reads::Lists),
    /// Look at who objects to what was announced
    #[command(subcommand)]
    Objections(reads::Lists),
    /// Look at the desk's seats
    #[command(subcommand)]
    Seats(reads::Lists),
    /// Look at sessions, and end one
    #[command(subcommand)]
    Sessions(reads::Sessions),
    /// Look at who may open whose data
    #[command(subcommand)]
    Grants(reads::Lists),
    /// Look at what was done
    #[command(subcommand)]
    Events(reads::Lists),
    /// Look at who opened whose data
    #[command(subcommand)]
    Accesses(reads::Lists),
    /// Print the keys of the console
    Keymap {
        /// As a table for a page
        #[arg(long)]
        markdown: bool,
    },
    /// Print the completions for a shell
    Completions { shell: Shell },
    #[cfg(feature = "local")]
    #[command(flatten)]
    Server(local::Command),
}

/// What the arguments may be; completions and tests read it.
pub fn grammar() -> clap::Command {
    reads::with_words(Arguments::command())
}

/// Carries out what the arguments ask for.
pub fn main() -> ExitCode {
    #[cfg(feature = "local")]
    if let Some(ended) = local::launched() {
        return ended;
    }
    // An error means that a provider stands already, which is what is wanted.
    _ = rustls::crypto::ring::default_provider().install_default();
    let given = grammar().get_matches();
    let arguments = Arguments::from_arg_matches(&given).unwrap_or_else(|error| error.exit());
    let flags = arguments.flags;
    let way = match arguments.command {
        Some(Command::Completions { shell }) => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut grammar(), "rightsdesk", &mut script);
            return exit::print(&String::from_utf8_lossy(&script)).into();
        }
        Some(Command::Keymap { markdown }) => return exit::print(&keymap::print(markdown, flags.read_only)).into(),
        #[cfg(feature = "local")]
        Some(Command::Server(_)) if flags.server.is_some() => {
            say(
                "--server or RIGHTSDESK_SERVER names a desk elsewhere, and this command works on the settings: leave it out",
            );
            return Code::Usage.into();
        }
        #[cfg(feature = "local")]
        Some(Command::Server(command)) => return local::run(&command, arguments.settings),
        Some(Command::Status { json }) => Way::Status { json },
        Some(Command::SignIn(given)) => Way::Door(Errand::SignIn(given)),
        Some(Command::SignOut) => Way::Door(Errand::SignOut),
        Some(Command::Whoami { json }) => Way::Door(Errand::WhoAmI { json }),
        Some(Command::Requests(what)) => Way::Read(what.of()),
        Some(Command::Tenants(what)) => Way::Read(what.of(&nouns::TENANTS)),
        Some(Command::Stores(what)) => Way::Read(what.of()),
        Some(Command::PrivacyNotices(what)) => Way::Read(what.of(&nouns::PRIVACY_NOTICES)),
        Some(Command::Disclosures(what)) => Way::Read(what.of(&nouns::DISCLOSURES)),
        Some(Command::Recipients(what)) => Way::Read(what.of(&nouns::RECIPIENTS)),
        Some(Command::Drift(what)) => Way::Read(what.of(&nouns::DRIFT)),
        Some(Command::Apps(what)) => Way::Read(what.of(&nouns::APPS)),
        Some(Command::Promises(what)) => Way::Read(what.of(&nouns::PROMISES)),
        Some(Command::Policies(what)) => Way::Read(what.of()),
        Some(Command::Map(what)) => Way::Read(what.of()),
        Some(Command::Reviews(what)) => Way::Read(what.of(&nouns::REVIEWS)),
        Some(Command::Processors(what)) => Way::Read(what.of(&nouns::PROCESSORS)),
        Some(Command::Notices(what)) => Way::Read(what.of(&nouns::NOTICES)),
        Some(Command::Objections(what)) => Way::Read(what.of(&nouns::OBJECTIONS)),
        Some(Command::Seats(what)) => Way::Read(what.of(&nouns::SEATS)),
        Some(Command::Sessions(what)) => Way::Read(what.of(&nouns::SESSIONS)),
        Some(Command::Grants(what)) => Way::Read(what.of(&nouns::GRANTS)),
        Some(Command::Events(what)) => Way::Read(what.of(&nouns::EVENTS)),
        Some(Command::Accesses(what)) => Way::Read(what.of(&nouns::ACCESSES)),
        None => Way::Console,
    };
    let config = Config::gather(flags);
    if let Some(url) = config.server.clone() {
        return match Client::new(&url, None) {
            Ok(client) => {
                let ways = ways(&config, &client);
                way.go(&config, false, ready(Ok(Arrival { client, ways, words: None }))).into()
            }
            Err(unusable) => {
                say(&unusable.to_string());
                Code::Usage.into()
            }
        };
    }
    #[cfg(feature = "local")]
    return on_a_desk_of_its_own(way, config, arguments.settings).into();
    #[cfg(not(feature = "local"))]
    {
        say("this program has no server inside: name a desk with --server URL");
        Code::Usage.into()
    }
}

/// How to be somebody at a desk elsewhere: the token given, or the one that was kept.
fn ways(config: &Config, client: &Client) -> Ways {
    let keep = config.states.as_ref().map(|states| Keep::new(states, &client.shown_url()));
    Ways { token: config.key.clone(), keep, file: None }
}

/// Boots a desk, goes the way on it, and stops it.
#[cfg(feature = "local")]
fn on_a_desk_of_its_own(way: Way, mut config: Config, settings: local::Settings) -> Code {
    // The key is for a desk elsewhere.
    config.key = None;
    let went = local::settings(settings).and_then(local::boot_local).map(|mut desk| {
        let code = way.go(&config, true, desk.arrival());
        (code, desk.stop())
    });
    match went {
        Ok((_, Some(offer))) if local::installed(&offer) => local::begin_again(),
        Ok((code, _)) | Err(code) => code,
    }
}

/// What is done on a desk.
enum Way {
    Console,
    Status { json: bool },
    Door(Errand),
    Read(Read),
}

impl Way {
    fn go(self, config: &Config, is_local: bool, desk: impl Future<Output = Result<Arrival, String>>) -> Code {
        match self {
            Self::Console => console::open(console::model(config, REGISTRY, is_local), console::looks(config), desk),
            Self::Status { json } => status::run(config, is_local, json, desk),
            Self::Door(errand) => door::run(&errand, desk),
            Self::Read(read) => reads::run(&read, desk),
        }
    }
}
