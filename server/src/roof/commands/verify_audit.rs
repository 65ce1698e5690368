//! `verify-audit`: are these the books that were written? It needs no running server, no secret key and no right to
//! write, so that whoever proves it need not be trusted with more than the answer.

use std::fmt::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use serde_json::json;

use crate::audit::verify::{Books, Case, Export, Fault, Report, verify};
use crate::floor::journal::{Checkpoint, Document, hex};
use crate::floor::vault::PublicKeys;
use crate::roof::boot;
use crate::roof::config::Config;

/// What says that the books are not whole.
const NOT_WHOLE: u8 = 10;

/// Against what the books are held.
#[derive(Debug, Clone, Args)]
pub struct Wish {
    /// An export instead of the database of the settings
    #[arg(long, value_name = "FILE")]
    books: Option<PathBuf>,
    /// The file of checkpoints; by default the one in `audit.folder`
    #[arg(long, value_name = "FILE")]
    checkpoints: Option<PathBuf>,
    /// The public key of the checkpoints (sign-0001.pub), or a folder of such; by default the key folder
    #[arg(long, value_name = "FILE")]
    public: Option<PathBuf>,
    /// A checkpoint that you kept yourself: the file must still hold it
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// For programs instead of for people
    #[arg(long)]
    json: bool,
}

pub(super) fn run(wish: &Wish, config: Config) -> anyhow::Result<ExitCode> {
    let keys = PublicKeys::at(wish.public.as_ref().unwrap_or(&config.keys.folder))?;
    let checkpoints = wish.checkpoints.clone().unwrap_or_else(|| config.audit.folder.join(Checkpoint::FILE));
    let (postgres, books) = if let Some(path) = &wish.books {
        (None, Books::Export(Arc::new(Export::open(path)?)))
    } else {
        let (postgres, ledger) = boot::look(config.data, config.database)?;
        (postgres, Books::of(&ledger))
    };
    let case = Case { books, checkpoints, keys, kept: wish.from.clone() };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let begun = Instant::now();
    let report = runtime.block_on(verify(case));
    let took = begun.elapsed();
    drop(runtime);
    if let Some(postgres) = postgres {
        postgres.stop();
    }
    let report = report.map_err(boot::told)?;
    super::print(&if wish.json { for_programs(&report, took) } else { for_people(&report, took) })?;
    Ok(if report.faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(NOT_WHOLE) })
}

/// Links a second, as a whole number.
fn rate(report: &Report, took: Duration) -> u128 {
    u128::from(report.links) * 1_000 / took.as_millis().max(1)
}

fn for_people(report: &Report, took: Duration) -> String {
    let mut text = String::new();
    if let Some((first, others)) = report.faults.split_first() {
        let _ = writeln!(text, "not whole: {first}");
        for fault in others {
            let _ = writeln!(text, "also: {fault}");
        }
    } else {
        text.push_str("whole\n");
    }
    let Report { chains, links, beyond, checkpoints, pieces, .. } = report;
    let _ = writeln!(text, "{chains} chains, {links} links hold, {} a second", rate(report, took));
    let _ = write!(text, "{checkpoints} checkpoints");
    if let Some(last) = report.last {
        let _ = write!(text, ", the last of {} ({})", last.at, hex(&last.digest));
    }
    let _ = writeln!(text, "; {beyond} links are newer than the checkpoints, so a cut among them would not be seen");
    if report.restored > 0 {
        let times = report.restored;
        let _ = writeln!(text, "a backup came back {times} times: of what was lost with the database nothing is said");
    }
    if *pieces > 0 {
        let _ = writeln!(text, "{pieces} lines of the checkpoints were broken off by crashes");
    }
    if !report.whole {
        text.push_str("an export of one chain: whether others are missing was not looked at\n");
    }
    text
}

fn for_programs(report: &Report, took: Duration) -> String {
    let fault = |fault: &Fault| {
        json!({
            "kind": fault.kind.code(), "tenant": fault.tenant.to_string(), "seq": fault.seq, "until": fault.until,
            "line": fault.line, "told": fault.told,
        })
    };
    let last = report.last.map(|last| json!({"at": last.at.utc(), "digest": hex(&last.digest), "key": last.key}));
    let text = json!({
        "whole": report.faults.is_empty(), "chains": report.chains, "links": report.links, "beyond": report.beyond,
        "checkpoints": report.checkpoints, "pieces": report.pieces, "restored": report.restored, "last": last, "everyChain": report.whole,
        "faults": report.faults.iter().map(fault).collect::<Vec<_>>(),
        "milliseconds": u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
    });
    format!("{text}\n")
}
