//! `rightsdesk requests steps`, `tasks`, `package`, `certificate`, `evidence`, and what scripts do about them: how far a request
//! is carried out, and what proves it.
//!
//! A document that is signed is printed as it was signed, or not at all; rows of a person are opened in the console alone.

use std::io::{self, IsTerminal, Write};

use clap::Args;
use data_encoding::BASE64;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::api::carrying::{self, acts};
use crate::api::client::document_id;
use crate::core::ask::{Ask, Trouble};
use crate::core::chain::hex;
use crate::screens::door::calls;

use super::door::{Ended, Visit};
use super::exit::Code;
use super::print;
use super::reads::{Form, ask};
use super::requests::{code, meant, no_such, with_a_code};

/// A package that was read, to be let go.
#[derive(Args, Clone, Debug)]
pub struct Release {
    reference: String,
    /// The digest of its list of files that you read, or its first eight letters
    #[arg(long, value_name = "DIGEST")]
    package: String,
    /// The reference once more
    #[arg(long)]
    confirm: String,
    /// Take the authenticator's code from stdin
    #[arg(long)]
    code_stdin: bool,
}

/// A recipient of a request.
#[derive(Args, Clone, Debug)]
pub struct Recipient {
    reference: String,
    /// Its code in the policy, or the task's id
    recipient: String,
}

/// The file that was attached for a recipient.
#[derive(Args, Clone, Debug)]
pub struct Attachment {
    #[command(flatten)]
    recipient: Recipient,
    /// Take the authenticator's code from stdin
    #[arg(long)]
    code_stdin: bool,
}

/// Which document of a request.
#[derive(Args, Clone, Debug)]
pub struct Documents {
    reference: String,
    /// This one alone; without it, all of them, a line each
    #[arg(long, value_name = "N")]
    number: Option<i32>,
    /// With what is known of each, for programs
    #[arg(long)]
    json: bool,
}

const STEPS: &[(&str, &str)] = &[
    ("N", "/position"),
    ("STATE", "/state"),
    ("STEP", "/name"),
    ("WHERE", "/place"),
    ("ROWS", "/rows"),
    ("TRIES", "/attempts"),
    ("CAME OF IT", "/outcome"),
    ("BEGUN", "/begunAt"),
    ("DONE", "/finishedAt"),
];

const TASKS: &[(&str, &str)] = &[
    ("STATE", "/state"),
    ("RECIPIENT", "/recipient"),
    ("HOW", "/kind"),
    ("ANSWER", "/answer"),
    ("DUE", "/until"),
    ("BY HAND", "/isByHand"),
    ("UNSURE", "/isUnsure"),
    ("TRIES", "/tries"),
    ("ENDED", "/endedAt"),
    ("ID", "/id"),
];

/// A request as this document has it.
async fn found(visit: &Visit, reference: &str, document: String) -> Result<Value, Ended> {
    let (id, _) = meant(visit, reference).await?;
    let mut data = ask(visit, document, json!({ "id": id })).await?;
    match data["request"].take() {
        Value::Null => Err(no_such(reference).into()),
        request => Ok(request),
    }
}

fn list(request: &mut Value, name: &str) -> Vec<Value> {
    match request[name].take() {
        Value::Array(rows) => rows,
        _ => Vec::new(),
    }
}

pub async fn steps(visit: &Visit, reference: &str, form: Form) -> Result<String, Ended> {
    let rows = list(&mut found(visit, reference, carrying::carrying()).await?, "steps");
    let total = json!(rows.len());
    Ok(print::table(("steps", "step"), STEPS, rows, &total, form))
}

pub async fn tasks(visit: &Visit, reference: &str, form: Form) -> Result<String, Ended> {
    let rows = list(&mut found(visit, reference, carrying::carrying()).await?, "tasks");
    let total = json!(rows.len());
    Ok(print::table(("tasks", "task"), TASKS, rows, &total, form))
}

/// The newest package, or the one of this number, with what was left out of it.
pub async fn package(visit: &Visit, reference: &str, number: Option<i32>, form: Form) -> Result<String, Ended> {
    let mut request = found(visit, reference, carrying::packages()).await?;
    let packages = list(&mut request, "packages");
    let is_it = |one: &Value| number.is_none_or(|number| one["number"] == number);
    let nothing = || Ended(Code::NotFound, format!("{reference} has no such package"));
    let mut package = packages.into_iter().find(is_it).ok_or_else(nothing)?;
    package["redactions"] = Value::Array(list(&mut request, "redactions"));
    Ok(print::one("package", package, form))
}

/// Certificates or sealed evidence: each as it was signed, a line each; what arrived is held against its digest.
pub async fn documents(visit: &Visit, wish: &Documents, what: &'static str) -> Result<String, Ended> {
    let (id, _) = meant(visit, &wish.reference).await?;
    let (document, variables) = (carrying::proofs(), json!({ "id": id }));
    let mut data = visit.client.exact(&Ask { to: "", tag: "", document, variables, is_again: false }).await?;
    let mut all = list(&mut data["request"], if what == "evidence" { "evidence" } else { "certificates" });
    all.retain(|one| wish.number.is_none_or(|number| one["number"] == number));
    if all.is_empty() {
        return Err(Ended(Code::NotFound, format!("{} has no such {what}", wish.reference)));
    }
    let mut told = String::new();
    for one in &mut all {
        let signed = one["signed"].as_str().unwrap_or_default();
        if hex(&Sha256::digest(signed)) != one["digest"].as_str().unwrap_or_default()
            || signed.contains(char::is_control)
        {
            return Err(Ended(Code::Failed, format!("what arrived is not the {what} that was signed")));
        }
        if !wish.json {
            // To the byte for a file; on a terminal nothing acts on it.
            let is_shown = !signed.is_ascii() && io::stdout().is_terminal();
            told += &if is_shown { print::ascii(signed) } else { signed.to_owned() };
            told.push('\n');
            continue;
        }
        if let Some(members) = one.as_object_mut()
            && let Some(document) = members.remove("signed")
        {
            members.insert("document".to_owned(), document);
        }
    }
    if wish.json {
        let form = Form { json: true, ..Form::default() };
        let (plural, singular) = if what == "evidence" { ("evidence", "evidence") } else { ("certificates", what) };
        let total = json!(all.len());
        told = print::ascii(&print::table((plural, singular), &[], all, &total, form));
    }
    Ok(told)
}

/// What one recipient of a request is told.
async fn task(visit: &Visit, of: &Recipient) -> Result<Value, Ended> {
    let Recipient { reference, recipient } = of;
    let tasks = list(&mut found(visit, reference, carrying::carrying()).await?, "tasks");
    let is_it = |task: &Value| task["id"] == recipient.as_str() || task["recipient"] == recipient.as_str();
    let mut meant = tasks.into_iter().filter(is_it);
    let task = meant.next().ok_or_else(|| Ended(Code::NotFound, format!("{reference} is told to no {recipient}")))?;
    if meant.next().is_some() {
        return Err(Ended(Code::Usage, format!("{recipient} is told more than once: give the id that tasks prints")));
    }
    Ok(task)
}

/// Has a recipient told once more.
pub async fn retry(visit: &Visit, wish: &Recipient) -> Result<String, Ended> {
    let task = task(visit, wish).await?;
    let mut input = json!({ "id": task["id"], "version": task["version"] });
    let document = acts::retry::document();
    let key = document_id(&format!("{document}{input}"));
    input["idempotencyKey"] = json!(key.get(..40).unwrap_or(&key));
    ask(visit, document, json!({ "input": input })).await?;
    Ok(format!("{} is told once more\n", wish.recipient))
}

/// The file as it was attached, for another program or a file; a terminal gets none of it.
pub async fn attachment(visit: &Visit, wish: &Attachment) -> Result<String, Ended> {
    if io::stdout().is_terminal() {
        let words = "a file is for no terminal: send it elsewhere, such as > answer.eml";
        return Err(Ended(Code::Usage, words.to_owned()));
    }
    let task = task(visit, &wish.recipient).await?;
    let variables = json!({ "input": { "id": task["id"] } });
    let call = Ask { to: "", tag: "", document: acts::open_file(), variables, is_again: false };
    let data = match visit.client.exact(&call).await {
        Err(Trouble::StepUp) => {
            let code = code(wish.code_stdin)?;
            visit.client.ask(&calls::step_up("", code.expose())).await?;
            visit.client.exact(&call).await
        }
        outcome => outcome,
    }?;
    let file = data.pointer("/revealTaskFile/file/base64").and_then(Value::as_str);
    let bytes = file.and_then(|file| BASE64.decode(file.as_bytes()).ok());
    let bytes = bytes.ok_or_else(|| Ended(Code::NotFound, "no file is attached".to_owned()))?;
    let written = io::stdout().write_all(&bytes).and_then(|()| io::stdout().flush());
    written.map_err(|error| Ended(Code::Failed, error.to_string()))?;
    Ok(String::new())
}

/// By the digest of the list that was read, the reference said twice, and a factor shown now.
pub async fn release(visit: &Visit, wish: &Release) -> Result<String, Ended> {
    let Release { reference, package, confirm, code_stdin } = wish;
    if !confirm.eq_ignore_ascii_case(reference) {
        return Err(Ended(Code::Usage, format!("--confirm says {confirm}, but it is about {reference}")));
    }
    let request = found(visit, reference, carrying::packages()).await?;
    let manifest = request.pointer("/packages/0/manifest").and_then(Value::as_str);
    let nothing = || Ended(Code::NotFound, format!("{reference} has no package that lies there whole"));
    let manifest = manifest.ok_or_else(nothing)?;
    if package.len() < 8 || !manifest.starts_with(&package.to_lowercase()) {
        let words = format!("the package is another one now, digest {manifest}: read it before you let it go");
        return Err(Ended(Code::Changed, words));
    }
    let input = json!({ "input": { "id": request["id"], "manifest": manifest } });
    with_a_code(visit, acts::release::document(), input, *code_stdin).await?;
    let said = request["reference"].as_str().unwrap_or(reference);
    Ok(format!("the package of {said} may be fetched\n"))
}
