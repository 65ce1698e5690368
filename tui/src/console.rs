//! The console from its first to its last byte: a seat, a model, the loop, and words on stderr only after the terminal
//! has been given back.

use std::future::Future;
use std::io::{self, IsTerminal};
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::cli::exit::{Code, say};
use crate::config::Config;
use crate::core::action::{Action, Exit};
use crate::core::model::Model;
use crate::core::page::Tone;
use crate::core::screen::{Desk, Entry};
use crate::core::update::update;
use crate::terminal::fall::{self, Net};
use crate::terminal::guard::{Seat, Tty};
use crate::terminal::keys;
use crate::terminal::pump::{self, Arrival, Failure, Looks};
use crate::terminal::theme::Theme;

/// A console as these settings want it, before anything has happened.
pub fn model(config: &Config, registry: &'static [Entry], is_local: bool) -> Model {
    let desk = Desk { url: None, is_local };
    let now = pump::clock();
    let mut model = Model::new(registry, keys::table(registry, config.is_read_only), desk, now.to_utc());
    model.ctx.locks_after = config.locks_after;
    update(&mut model, Action::Time(now));
    for flaw in &config.flaws {
        update(&mut model, Action::Said(Tone::Warn, flaw.clone()));
    }
    model
}

pub fn looks(config: &Config) -> Looks {
    let editor = config.editor.clone();
    Looks { theme: Theme::of(config.theme), is_ascii: config.is_ascii, tells_busy: config.tells_busy, editor }
}

/// Opens the console on the terminal of this process and stays until it is left.
pub fn open(model: Model, looks: Looks, desk: impl Future<Output = Result<Arrival, String>>) -> Code {
    if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        say("the console needs a terminal; `rightsdesk status --json` does without");
        return Code::Usage;
    }
    let net = Net::spread();
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let mut seat = Tty::open()?;
            let ended = pump::run(&mut seat, model, looks, desk).await;
            seat.leave();
            ended
        })
    }));
    // The seat is dropped and the terminal restored, however this ended.
    drop(net);
    let failure = match outcome {
        Ok(Ok(Exit::Left)) => return Code::Done,
        Ok(Ok(Exit::Interrupted)) => return Code::Interrupted,
        Ok(Err(failure)) => failure,
        Err(_) => Failure::Fell(fall::own().unwrap_or_default()),
    };
    say(&failure.to_string());
    Code::Failed
}
