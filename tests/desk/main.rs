//! A desk that journeys may kill: the product's own parts in a process of their own, driven by one word.
//! It says `ready <postmaster> <address>` on standard output, and stops in order when its standard input ends.

use std::io::{Read, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::bail;
use harness::{janitor, scratch};
use rightsdesk_server::roof::cluster::{self, Cluster, SUPERUSER, Setup};

fn main() -> ExitCode {
    if let Some(code) = cluster::launched() {
        return code;
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
        _ => bail!("e2e-desk open <data> [<bin>] | throwaway"),
    }
}

fn open(setup: Setup) -> anyhow::Result<()> {
    let cluster = Cluster::open(setup)?;
    say(&format!("ready {} {}", cluster.postmaster().unwrap_or(0), cluster.url("postgres", SUPERUSER)))?;
    until_told()?;
    cluster.stop();
    Ok(())
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
