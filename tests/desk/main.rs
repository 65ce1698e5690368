//! A desk that journeys may kill: the product's own parts in a process of their own, driven by one word.
//! It says `ready <postmaster> <address>` on standard output, and stops in order when its standard input ends.

mod worker;

use std::io::{Read, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::bail;
use harness::{bells, janitor, scratch};
use rightsdesk_server::floor::kernel::{Mode, Secret, Watch};
use rightsdesk_server::floor::ledger::{Ledger, Limits};
use rightsdesk_server::floor::vault::{KeySource, Vault};
use rightsdesk_server::roof::cluster::{self, Cluster, SUPERUSER, Setup};

fn main() -> ExitCode {
    if let Some(code) = cluster::launched() {
        return code;
    }
    // The product's own commands, as the product's own programs carry them out; `work` with an address is a journey's.
    let mut words = std::env::args().skip(1);
    match words.next().as_deref() {
        Some(
            "serve" | "migrate" | "bootstrap" | "staff" | "restore" | "keys" | "schema" | "policy" | "record" | "audit"
            | "verify-audit" | "verify-evidence" | "backlog",
        ) => {
            return rightsdesk_server::main();
        }
        Some("work") if words.next().is_some_and(|word| word.starts_with("--")) => return rightsdesk_server::main(),
        _ => {}
    }
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            let _ = writeln!(std::io::stderr(), "{why:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> anyhow::Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["__janitor", folder] => Ok(janitor::serve(Path::new(folder))?),
        ["open", data] => open(Setup::new(data, cluster::own_launcher()?)),
        ["open", data, bin] => {
            let setup = Setup::new(data, cluster::own_launcher()?);
            open(Setup { bin: Some(bin.into()), ..setup })
        }
        ["throwaway"] => {
            let shared = harness::cluster::shared()?;
            say(&format!("ready {} {}", shared.cluster().postmaster().unwrap_or(0), scratch::root()?.display()))?;
            until_told()
        }
        ["rotate", url, keys] => rotate(url, keys),
        ["work", url, lease, slots] => {
            worker::work(url, lease.parse()?, slots.parse()?, async |_| Ok(bells::registry()))
        }
        ["tick", url, lease, slots] => {
            worker::work(url, lease.parse()?, slots.parse()?, async |_| Ok(bells::ticking()))
        }
        ["stores", url, lease, slots, keys, public_url, met] => {
            let registry = async |ledger: &Ledger| worker::of_the_product(ledger, keys, public_url, met).await;
            worker::work(url, lease.parse()?, slots.parse()?, registry)
        }
        ["erasing", url, lease, slots, abode] => {
            let registry = async |ledger: &Ledger| worker::where_it_lives(ledger, abode).await;
            worker::work(url, lease.parse()?, slots.parse()?, registry)
        }
        _ => {
            bail!(
                "e2e-desk open <data> [<bin>] | throwaway | rotate <url> <keys> | work|tick <url> <lease ms> <slots> | \
                 stores <url> <lease ms> <slots> <keys> <public url> <platforms> | erasing <url> <lease ms> <slots> <abode>"
            )
        }
    }
}

fn open(setup: Setup) -> anyhow::Result<()> {
    let cluster = Cluster::open(setup)?;
    say(&format!("ready {} {}", cluster.postmaster().unwrap_or(0), cluster.url("postgres", SUPERUSER)))?;
    until_told()?;
    cluster.stop();
    Ok(())
}

/// Turns every key of a desk and says `page <secrets>` after each page, so that a journey knows when to kill.
fn rotate(url: &str, keys: &str) -> anyhow::Result<()> {
    let ledger = Ledger::open(&Secret::new(url), Limits::default(), Watch::host());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let vault = Vault::open(&ledger, KeySource::Folder(keys.into()), Mode::Development).await?;
        let end = vault.rotate(&ledger, |progress| drop(say(&format!("page {}", progress.secrets)))).await?;
        say(&format!("done {} {} {}", end.version, end.secrets, end.shut))?;
        Ok(())
    })
}

fn say(line: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout();
    writeln!(out, "{line}")?;
    out.flush()
}

fn until_told() -> anyhow::Result<()> {
    std::io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}
