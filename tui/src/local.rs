//! The server inside: boots a desk of one's own on this machine, and lends its commands. The only file that names the
//! server crate; what comes out of here is an address, and from there the console cannot tell the difference.
//!
//! The desk answers on a free port of this machine alone, whatever the settings for `serve` say, and ends with the
//! console. Its words never go to the terminal the console draws on: warnings arrive as notices.

use std::future::Future;
use std::io::{self, IsTerminal, Write};
use std::mem;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rightsdesk_server::cluster::{InstallOffer, Trouble, install_offer};
use rightsdesk_server::roof::boot::flawed;
use rightsdesk_server::roof::demo::Planted;
use rightsdesk_server::roof::telemetry::{self, Telemetry, Writer};
pub use rightsdesk_server::{Command, Settings, run};
use rightsdesk_server::{Config, Duties, boot};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;
use tokio::time::{MissedTickBehavior, interval};

use crate::api::asker::Ways;
use crate::api::client::Client;
use crate::cli::exit::{Code, say};
use crate::terminal::pump::Arrival;

/// How often the server's words are looked through.
const LISTENS: Duration = Duration::from_secs(15);

/// Where the server puts what opens a desk of one's own, for its owner alone.
const TOKEN_FILE: &str = "token";

/// For the first line of `main`: this program may have been started to become Postgres.
pub fn launched() -> Option<ExitCode> {
    rightsdesk_server::cluster::launched()
}

/// A desk that is being started on a thread of its own.
pub struct Desk {
    arrival: Option<oneshot::Receiver<Result<Arrival, String>>>,
    stop: oneshot::Sender<()>,
    thread: JoinHandle<anyhow::Result<Option<String>>>,
}

/// The settings a desk inside is started with, or the code to end with; flaws are told.
pub fn settings(settings: Settings) -> Result<Config, Code> {
    let flaws = match settings.read() {
        Ok(config) => return Ok(config),
        Err(rightsdesk_server::floor::kernel::Error::Invalid(flaws)) => flawed(&flaws),
        Err(other) => other.to_string(),
    };
    say(&format!("these settings cannot be used\n{flaws}"));
    Err(Code::Usage)
}

/// Starts a desk with these settings; it is on its way when this returns.
pub fn boot_local(mut config: Config) -> Result<Desk, Code> {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let telemetry = listen(&lines).map_err(|flaws| {
        say(&flaws);
        Code::Usage
    })?;
    let here = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    if config.http.public_url.ends_with(&config.http.listen.to_string()) {
        config.http.public_url = format!("http://{here}");
    }
    config.http.listen = here;
    config.http.tls = None;
    let (arrive, arrival) = oneshot::channel();
    let (stop, stopped) = oneshot::channel();
    let begin = move || -> anyhow::Result<Option<String>> {
        tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()?
            .block_on(live(config, telemetry, lines, arrive, stopped))
    };
    let thread = thread::Builder::new().name("desk".to_owned()).spawn(begin).map_err(|error| {
        say(&error.to_string());
        Code::Failed
    })?;
    Ok(Desk { arrival: Some(arrival), stop, thread })
}

impl Desk {
    /// Where it answers, once it does, or the words why it never will.
    pub fn arrival(&mut self) -> impl Future<Output = Result<Arrival, String>> + use<> {
        let arrival = self.arrival.take();
        async move {
            let Some(arrival) = arrival else { return std::future::pending().await };
            arrival.await.unwrap_or_else(|_| Err("the desk fell over while it was being started".to_owned()))
        }
    }

    /// Calls and jobs in flight finish, then Postgres stops, and what is told once is told; whether a missing Postgres
    /// could be installed.
    pub fn stop(self) -> Option<InstallOffer> {
        // The thread may have ended by itself.
        _ = self.stop.send(());
        let failure = match self.thread.join().ok()? {
            Ok(told) => {
                told.as_deref().into_iter().for_each(say);
                return None;
            }
            Err(failure) => failure,
        };
        let is_missing = matches!(failure.downcast_ref(), Some(Trouble::Missing { .. }));
        install_offer().filter(|_| is_missing)
    }
}

/// Asks once at the terminal; true when Postgres is there now.
pub fn installed(offer: &InstallOffer) -> bool {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return false;
    }
    _ = write!(io::stderr(), "Install it now with `{}`? [y/N] ", offer.line);
    let mut answer = String::new();
    let is_wanted = io::stdin().read_line(&mut answer).is_ok() && matches!(answer.trim(), "y" | "Y" | "yes");
    if !is_wanted {
        return false;
    }
    offer.run().map_err(|trouble| say(&trouble.to_string())).is_ok()
}

/// Becomes this very program anew, with the same arguments; comes back only where the system refuses.
pub fn begin_again() -> Code {
    use std::os::unix::process::CommandExt;
    let Ok(own) = rightsdesk_server::cluster::own_launcher() else { return Code::Failed };
    let refused = std::process::Command::new(own).args(std::env::args_os().skip(1)).exec();
    say(&format!("PostgreSQL is installed; start again ({refused})"));
    Code::Failed
}

async fn live(
    config: Config,
    telemetry: Telemetry,
    lines: Arc<Mutex<Vec<u8>>>,
    arrive: oneshot::Sender<Result<Arrival, String>>,
    mut stopped: oneshot::Receiver<()>,
) -> anyhow::Result<Option<String>> {
    let file = config.data.join(TOKEN_FILE);
    let running = match boot(config, telemetry, Duties::Serve).await {
        Ok(running) => running,
        Err(error) => {
            // The console may have been left meanwhile.
            _ = arrive.send(Err(format!("{error:#}")));
            return Err(error);
        }
    };
    let (tell, words) = unbounded_channel();
    _ = arrive.send(arrived(&running.url().unwrap_or_default(), file, words));
    let mut turn = interval(LISTENS);
    turn.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = &mut stopped => break,
            _ = turn.tick() => pass_on(&lines, &tell),
        }
    }
    let told = running.planted.as_ref().map(Planted::told);
    running.stop().await?;
    Ok(told)
}

fn arrived(url: &str, file: PathBuf, words: UnboundedReceiver<String>) -> Result<Arrival, String> {
    let client = Client::new(url, None).map_err(|unusable| unusable.to_string())?;
    Ok(Arrival { client, ways: Ways { file: Some(file), ..Ways::default() }, words: Some(words) })
}

/// The server's warnings, kept in memory until the console takes them.
fn listen(lines: &Arc<Mutex<Vec<u8>>>) -> Result<Telemetry, String> {
    let settings = telemetry::Settings {
        filter: "warn".to_owned(),
        writer: Writer::Memory(lines.clone()),
        ..telemetry::Settings::default()
    };
    telemetry::install(&settings).map_err(|flaws| flawed(&flaws))
}

fn pass_on(lines: &Mutex<Vec<u8>>, tell: &UnboundedSender<String>) {
    let taken = mem::take(&mut *lines.lock().unwrap_or_else(PoisonError::into_inner));
    for line in String::from_utf8_lossy(&taken).lines() {
        // A console that is gone needs no warnings.
        _ = tell.send(line.to_owned());
    }
}
