//! `verify-evidence`: is this what was sealed about a request? It needs the document and the public key, and neither a
//! server nor a secret, so that whoever was handed the document proves it by himself.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::Settings;
use crate::floor::journal::{Lines, NOTHING, hex};
use crate::floor::kernel::Error;
use crate::floor::vault::PublicKeys;
use crate::requests::evidence::{Fault, Report, verify};

/// What says that it does not hold.
const NOT_WHOLE: u8 = 10;

/// What is verified, and by which key.
#[derive(Debug, Clone, Args)]
pub struct Wish {
    /// The evidence as it was handed out: a document, or all of a request's line by line
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The public key (sign-0001.pub), or a folder of such; by default the key folder
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,
    /// For programs instead of for people
    #[arg(long)]
    json: bool,
}

pub(super) fn run(wish: &Wish, settings: Settings) -> anyhow::Result<ExitCode> {
    let keys = match &wish.keys {
        Some(path) => PublicKeys::at(path)?,
        None => of_the_desk(&settings.read()?.keys.folder)?,
    };
    let reports = read(wish, &keys)?;
    super::print(&if wish.json { for_programs(&reports) } else { for_people(&reports) })?;
    let holds = reports.iter().all(|report| report.faults.is_empty());
    Ok(if holds { ExitCode::SUCCESS } else { ExitCode::from(NOT_WHOLE) })
}

/// The public keys of the desk that is set up here. Whoever was handed a document alone gives one.
fn of_the_desk(folder: &Path) -> Result<PublicKeys, Error> {
    let keys = if folder.is_dir() { PublicKeys::at(folder)? } else { PublicKeys::default() };
    if keys.is_empty() {
        return Err(Error::invalid(folder.display().to_string(), "holds no public key: give --keys sign-NNNN.pub"));
    }
    Ok(keys)
}

/// Each document of a file, and that each continues the one before it where that stands there too.
fn read(wish: &Wish, keys: &PublicKeys) -> Result<Vec<Report>, Error> {
    let name = wish.file.display().to_string();
    let unreadable = |error: std::io::Error| Error::invalid(name.clone(), format!("cannot be read: {}", error.kind()));
    let mut lines = Lines::open(&wish.file, 0).map_err(unreadable)?;
    let mut reports: Vec<Report> = Vec::new();
    while let Some(found) = lines.read().map_err(unreadable)? {
        let mut report = verify(found.text, keys);
        let follows = match reports.last() {
            Some(before) => report.prev == before.digest && report.number == before.number + 1,
            None => report.number != 1 || report.prev == hex(&NOTHING),
        };
        if !follows && report.faults.is_empty() {
            report.faults.push(Fault("it does not continue the evidence before it".to_owned()));
        }
        reports.push(report);
    }
    if reports.is_empty() {
        return Err(Error::invalid(name, "holds nothing"));
    }
    Ok(reports)
}

fn for_people(reports: &[Report]) -> String {
    let mut text = String::new();
    for report in reports {
        let Report { reference, number, digest, key, events, plans, .. } = report;
        if let Some((first, others)) = report.faults.split_first() {
            let _ = writeln!(text, "not whole: {}", first.0);
            for fault in others {
                let _ = writeln!(text, "also: {}", fault.0);
            }
        } else {
            let _ = writeln!(text, "whole: {reference}, evidence {number}, signed with key {key}");
        }
        let _ = writeln!(text, "{events} rows of the books, {plans} plans; SHA-256 {digest}");
    }
    text
}

fn for_programs(reports: &[Report]) -> String {
    let report = |report: &Report| {
        json!({
            "whole": report.faults.is_empty(), "reference": report.reference, "number": report.number,
            "digest": report.digest, "key": report.key, "events": report.events, "plans": report.plans,
            "faults": report.faults.iter().map(|fault| &fault.0).collect::<Vec<_>>(),
        })
    };
    let whole = reports.iter().all(|report| report.faults.is_empty());
    let text = json!({ "whole": whole, "evidence": reports.iter().map(report).collect::<Vec<_>>() });
    format!("{text}\n")
}
