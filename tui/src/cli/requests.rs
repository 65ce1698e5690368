//! `rightsdesk requests`: the queue as a list, one request, and what scripts do to many. References come as arguments or
//! on stdin; what came of each is a line of its own.
//!
//! Nothing that cannot be taken back goes without the reference, or the number of them, being said once more.

use std::io::{self, BufRead, Write};

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use crate::api::carrying::acts as stops;
use crate::api::client::document_id;
use crate::api::requests::{self as api, GROUNDS, RIGHTS};
use crate::api::{acts, figures, viewer};
use crate::core::ask::{Refusal, Trouble};
use crate::core::filter::typed;
use crate::core::input::Shown;
use crate::core::me::Me;
use crate::core::secret::Secret;
use crate::core::window::PAGE;
use crate::screens::door::calls;
use crate::terminal::prompt;

use super::carrying;
use super::door::{Ended, Visit};
use super::exit::Code;
use super::nouns;
use super::print;
use super::reads::{Form, List, Read, ask, listed};

/// The requests of people.
#[derive(Subcommand, Clone, Debug)]
pub enum Requests {
    /// List the queue: what is proved and open, the earliest clock first
    List(Queue),
    /// List what you should do next
    Next {
        #[command(flatten)]
        form: Form,
    },
    /// Show one by its reference or id
    Show {
        reference: String,
        /// Its plans with their lines instead, the newest first
        #[arg(long)]
        plan: bool,
        #[command(flatten)]
        form: Form,
    },
    /// Say who works them, and in which team; what is not said is taken away
    Assign {
        #[command(flatten)]
        which: Which,
        /// Whose they are: a seat's name, me, or nobody
        #[arg(long, value_name = "SEAT")]
        to: String,
        #[arg(long)]
        team: Option<String>,
    },
    /// Take the longer time that a law lets, by letter
    Extend {
        #[command(flatten)]
        which: Which,
        /// Why the time does not suffice; it stands in the letter
        #[arg(long)]
        reason: String,
        /// The law's code, where several could be meant
        #[arg(long)]
        regime: Option<String>,
        /// Until this day, where the law leaves it open
        #[arg(long, value_name = "YYYY-MM-DD")]
        until: Option<chrono::NaiveDate>,
    },
    /// Refuse for a ground that the law has, by letter
    Refuse {
        #[command(flatten)]
        which: Which,
        #[arg(long, value_parser = ground)]
        ground: String,
        /// What is refused, and why; it stands in the letter
        #[arg(long)]
        reason: String,
        /// The reference once more, or how many they are
        #[arg(long)]
        confirm: String,
    },
    /// Approve a plan that you have read
    Approve {
        reference: String,
        /// The digest that you read, or its first eight letters
        #[arg(long, value_name = "DIGEST")]
        plan: String,
        /// The reference once more
        #[arg(long)]
        confirm: String,
        /// Take the authenticator's code from stdin
        #[arg(long)]
        code_stdin: bool,
    },
    /// Stop what was approved, as long as nothing of it is gone
    Stop {
        #[command(flatten)]
        which: Which,
        /// Why; it stays sealed
        #[arg(long)]
        reason: String,
    },
    /// Show how far one is carried out, step by step
    Steps {
        reference: String,
        #[command(flatten)]
        form: Form,
    },
    /// Show what each recipient is told, and how it stands
    Tasks {
        reference: String,
        #[command(flatten)]
        form: Form,
    },
    /// Have a recipient told once more
    Retry(carrying::Recipient),
    /// Print the file that proves what came back from a recipient, as it was attached; the look is logged
    Attachment(carrying::Attachment),
    /// Show what the person gets, file by file, and what was left out
    Package {
        reference: String,
        /// This one instead of the newest
        #[arg(long, value_name = "N")]
        number: Option<i32>,
        #[command(flatten)]
        form: Form,
    },
    /// Let a package go that you have read, and that somebody else made ready
    Release(carrying::Release),
    /// Print what was certified, as it was signed
    Certificate(carrying::Documents),
    /// Print the sealed evidence, as it was signed: a file of it is what verify-evidence takes
    Evidence(carrying::Documents),
    /// Show the year as California wants it published
    Ccpa {
        year: i32,
        #[command(flatten)]
        form: Form,
    },
    /// Show how a month was answered
    Timeliness {
        /// Such as 2026-11
        month: String,
        #[arg(long)]
        regime: Option<String>,
        #[arg(long, value_parser = right)]
        right: Option<String>,
        #[arg(long)]
        team: Option<String>,
        #[command(flatten)]
        form: Form,
    },
}

/// What of the queue is listed.
#[derive(Args, Clone, Debug)]
pub struct Queue {
    #[command(flatten)]
    list: List,
    /// References alone, one a line, for another command's stdin
    #[arg(long, conflicts_with_all = ["json", "jsonl", "csv"])]
    refs: bool,
}

/// Which requests are meant, and how what came of them is told.
#[derive(Args, Clone, Debug)]
pub struct Which {
    /// References or ids; - takes them from stdin, one a line
    #[arg(required = true, value_name = "REF")]
    references: Vec<String>,
    /// How each line is told
    #[arg(long, value_enum, default_value = "text")]
    lines: Lines,
    /// The same as --lines json
    #[arg(long)]
    json: bool,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum Lines {
    Text,
    Json,
}

/// What is done, once the arguments are read.
#[derive(Clone, Debug)]
pub struct Wish(Requests);

impl Requests {
    pub fn of(self) -> Read {
        match self {
            Self::List(Queue { list, refs: false }) => Read::List(&nouns::REQUESTS, list),
            other => Read::Requests(Box::new(Wish(other))),
        }
    }
}

fn ground(said: &str) -> Result<String, String> {
    one_of(GROUNDS, said)
}

fn right(said: &str) -> Result<String, String> {
    one_of(RIGHTS, said)
}

fn one_of(codes: &[&str], said: &str) -> Result<String, String> {
    let found = codes.iter().find(|code| typed(code) == typed(said));
    let told = || codes.iter().map(|code| typed(code)).collect::<Vec<_>>().join(", ");
    found.map(|code| (*code).to_owned()).ok_or_else(|| format!("one of {}", told()))
}

pub async fn carry_out(visit: &Visit, wish: &Wish) -> Result<String, Ended> {
    match &wish.0 {
        Requests::List(Queue { list, .. }) => {
            let (rows, _) = listed(visit, &nouns::REQUESTS, list, <_>::default()).await?;
            Ok(rows
                .iter()
                .filter_map(|row| row["reference"].as_str())
                .fold(String::new(), |text, one| text + one + "\n"))
        }
        Requests::Next { form } => {
            let data = ask(visit, figures::next(), json!({ "first": PAGE })).await?;
            let rows = data["nextRequests"].as_array().cloned().unwrap_or_default();
            let total = json!(rows.len());
            Ok(print::rows(&nouns::NEXT_REQUESTS, rows, &total, *form))
        }
        Requests::Show { reference, plan, form } => show(visit, reference, *plan, *form).await,
        Requests::Assign { which, to, team } => {
            let owner = seat(visit, to).await?;
            let input = json!({ "owner": owner, "team": team });
            each(visit, &which.references()?, which.is_json(), &acts::assign::document(), &input).await
        }
        Requests::Extend { which, reason, regime, until } => {
            let input = json!({ "reason": reason, "regime": regime, "until": until });
            each(visit, &which.references()?, which.is_json(), &acts::extend::document(), &input).await
        }
        Requests::Refuse { which, ground, reason, confirm } => {
            let references = which.references()?;
            let expected = match references.as_slice() {
                [only] => only.clone(),
                many => many.len().to_string(),
            };
            if !confirm.eq_ignore_ascii_case(&expected) {
                return Err(Ended(Code::Usage, format!("--confirm says {confirm}, but it is about {expected}")));
            }
            let input = json!({ "ground": ground, "reason": reason });
            each(visit, &references, which.is_json(), &acts::refuse::document(), &input).await
        }
        Requests::Approve { reference, plan, confirm, code_stdin } => {
            approve(visit, reference, plan, confirm, *code_stdin).await
        }
        Requests::Stop { which, reason } => {
            let input = json!({ "reason": reason });
            each(visit, &which.references()?, which.is_json(), &stops::stop::document(), &input).await
        }
        Requests::Steps { reference, form } => carrying::steps(visit, reference, *form).await,
        Requests::Tasks { reference, form } => carrying::tasks(visit, reference, *form).await,
        Requests::Retry(wish) => carrying::retry(visit, wish).await,
        Requests::Attachment(wish) => carrying::attachment(visit, wish).await,
        Requests::Package { reference, number, form } => carrying::package(visit, reference, *number, *form).await,
        Requests::Release(wish) => carrying::release(visit, wish).await,
        Requests::Certificate(wish) => carrying::documents(visit, wish, "certificate").await,
        Requests::Evidence(wish) => carrying::documents(visit, wish, "evidence").await,
        Requests::Ccpa { year, form } => {
            let data = ask(visit, figures::ccpa(), json!({ "year": year })).await?;
            let rows = data.pointer("/ccpaTable/rows").and_then(Value::as_array).cloned().unwrap_or_default();
            let total = json!(rows.len());
            Ok(print::rows(&nouns::CCPA, rows, &total, *form))
        }
        Requests::Timeliness { month, regime, right, team, form } => {
            let variables = json!({ "month": month, "regime": regime, "right": right, "team": team });
            let data = ask(visit, figures::timeliness(), variables).await?;
            Ok(print::one("timeliness", data["timeliness"].clone(), *form))
        }
    }
}

impl Which {
    /// The references as they were given; stdin is read where it was asked for.
    fn references(&self) -> Result<Vec<String>, Ended> {
        let mut all = Vec::new();
        for reference in &self.references {
            if reference == "-" {
                for line in io::stdin().lock().lines() {
                    let line = line.map_err(|error| Ended(Code::Failed, error.to_string()))?;
                    all.extend(line.split_whitespace().map(str::to_owned));
                }
            } else {
                all.push(reference.clone());
            }
        }
        if all.is_empty() { Err(Ended(Code::Usage, "no request was named".to_owned())) } else { Ok(all) }
    }

    fn is_json(&self) -> bool {
        self.json || self.lines == Lines::Json
    }
}

/// The id of a request, and the version that is there now.
pub async fn meant(visit: &Visit, reference: &str) -> Result<(String, Option<i64>), Trouble> {
    if reference.starts_with("req_") {
        return Ok((reference.to_owned(), None));
    }
    let data = ask(visit, api::by_reference(), api::referred(reference)).await?;
    let found = &data["requestByReference"];
    match found["id"].as_str() {
        Some(id) => Ok((id.to_owned(), found["version"].as_i64())),
        None => Err(no_such(reference)),
    }
}

pub fn no_such(reference: &str) -> Trouble {
    let words = format!("no request {reference}, or none for you");
    Trouble::Refused(vec![Refusal { code: "NOT_FOUND".to_owned(), words, field: Vec::new() }])
}

async fn show(visit: &Visit, reference: &str, plan: bool, form: Form) -> Result<String, Ended> {
    let (id, _) = meant(visit, reference).await?;
    let document = if plan { api::plans() } else { api::request() };
    let data = ask(visit, document, json!({ "id": id })).await?;
    let found = data["request"].clone();
    if found.is_null() {
        return Err(no_such(reference).into());
    }
    Ok(print::one(if plan { "request-plans" } else { "request" }, found, form))
}

/// The id of a seat by its name; nobody's is null.
async fn seat(visit: &Visit, said: &str) -> Result<Value, Ended> {
    if said == "nobody" {
        return Ok(Value::Null);
    }
    if said.starts_with("stf_") {
        return Ok(json!(said));
    }
    // One's own name takes no look at the others.
    if let Me::Someone(me) = viewer::who_am_i(&visit.client).await? {
        if said == "me" || me.name == said {
            let none = || Ended(Code::Usage, "a key has no seat: name one".to_owned());
            return me.id.map(|id| json!(id)).ok_or_else(none);
        }
    } else if said == "me" {
        return Err(Trouble::SignIn.into());
    }
    let data = ask(visit, api::colleagues(), json!({})).await?;
    let found = data["colleagues"].as_array().into_iter().flatten().find(|seat| seat["handle"] == said);
    let none = || Ended(Code::NotFound, format!("nobody called {said} can be given a request"));
    found.map(|seat| seat["id"].clone()).ok_or_else(none)
}

/// Does it to each, one after the other; each tells what came of it at once.
async fn each(
    visit: &Visit,
    references: &[String],
    is_json: bool,
    document: &str,
    input: &Value,
) -> Result<String, Ended> {
    let mut troubles = Vec::new();
    for reference in references {
        let outcome = one(visit, reference, document, input).await;
        tell(reference, &outcome, is_json).map_err(|error| Ended(Code::Failed, error.to_string()))?;
        if let Err(trouble) = outcome {
            // Whom nobody answers, nobody answers the next time either.
            let is_over = matches!(trouble, Trouble::Unreached(_) | Trouble::SignIn | Trouble::StepUp);
            if is_over {
                return Err(trouble.into());
            }
            troubles.push(trouble);
        }
    }
    match troubles.as_slice() {
        [] => Ok(String::new()),
        [only] if references.len() == 1 => Err(Ended(Code::from(only), only.to_string())),
        some => Err(Ended(Code::Some, format!("{} of {} were refused", some.len(), references.len()))),
    }
}

async fn one(visit: &Visit, reference: &str, document: &str, input: &Value) -> Result<Value, Trouble> {
    let (id, version) = meant(visit, reference).await?;
    let mut input = input.clone();
    input["id"] = json!(id);
    input["version"] = json!(version);
    // The same call with the same words is done once, however often a script sends it.
    let wish = document_id(&format!("{document}{input}"));
    input["idempotencyKey"] = json!(wish.get(..40).unwrap_or(&wish));
    ask(visit, document.to_owned(), json!({ "input": input })).await
}

fn tell(reference: &str, outcome: &Result<Value, Trouble>, is_json: bool) -> io::Result<()> {
    let refusal = outcome.as_ref().err().map(ToString::to_string);
    let moved = outcome.as_ref().ok().and_then(|data| data.as_object()?.values().next()?.get("moved").cloned());
    let mut out = io::stdout().lock();
    if is_json {
        let line = json!({
            "shape": "rightsdesk.outcome/1", "reference": reference, "done": refusal.is_none(), "refusal": refusal,
            "before": moved.as_ref().map(|moved| &moved["before"]), "after": moved.as_ref().map(|moved| &moved["after"]),
        });
        writeln!(out, "{line}")?;
    } else {
        let dates = moved.as_ref().and_then(|moved| Some((moved["before"].as_str()?, moved["after"].as_str()?)));
        let dates = dates.map(|(before, after)| {
            if before == after { format!("  due {after}, as before") } else { format!("  {before} -> {after}") }
        });
        let dates = dates.unwrap_or_default();
        match &refusal {
            None => writeln!(out, "{reference}  done{dates}")?,
            Some(why) => writeln!(out, "{reference}  refused: {why}")?,
        }
    }
    out.flush()
}

/// By the digest that was read, the reference said twice, and a factor shown now.
async fn approve(visit: &Visit, reference: &str, plan: &str, confirm: &str, code_stdin: bool) -> Result<String, Ended> {
    if !confirm.eq_ignore_ascii_case(reference) {
        return Err(Ended(Code::Usage, format!("--confirm says {confirm}, but it is about {reference}")));
    }
    let (id, _) = meant(visit, reference).await?;
    let data = ask(visit, api::plans(), json!({ "id": id })).await?;
    let newest = data.pointer("/request/plans/0").ok_or_else(|| no_such(reference))?;
    let digest = newest["digest"].as_str().unwrap_or_default();
    if plan.len() < 8 || !digest.starts_with(&plan.to_lowercase()) {
        let words = format!("the plan is another one now, digest {digest}: read it before you approve it");
        return Err(Ended(Code::Changed, words));
    }
    let said = data.pointer("/request/reference").and_then(Value::as_str).unwrap_or(reference);
    let input = json!({ "input": { "id": id, "digest": digest, "confirm": said } });
    let approved = with_a_code(visit, acts::approve_plan::document(), input, code_stdin).await?;
    let starts = approved.pointer("/approvePlan/plan/startsAt").and_then(Value::as_str);
    Ok(format!("{said} is approved{}\n", starts.map(|at| format!(", it starts {at}")).unwrap_or_default()))
}

/// A call that takes a second factor; where it is wanted, it is asked for and the call sent again.
pub async fn with_a_code(visit: &Visit, document: String, input: Value, from_stdin: bool) -> Result<Value, Ended> {
    let outcome = match ask(visit, document.clone(), input.clone()).await {
        Err(Trouble::StepUp) => {
            let code = code(from_stdin)?;
            visit.client.ask(&calls::step_up("", code.expose())).await?;
            ask(visit, document, input).await
        }
        outcome => outcome,
    };
    Ok(outcome?)
}

pub fn code(from_stdin: bool) -> Result<Secret, Ended> {
    if from_stdin {
        let mut line = zeroize::Zeroizing::new(String::new());
        io::stdin().lock().read_line(&mut line).map_err(|error| Ended(Code::Failed, error.to_string()))?;
        return Ok(Secret::new(line.trim()));
    }
    if !prompt::can_ask() {
        return Err(Ended(Code::Refused, "it takes your second factor: --code-stdin gives it".to_owned()));
    }
    let answer = prompt::ask("Code", Shown::Code).map_err(|error| Ended(Code::Failed, error.to_string()))?;
    answer.ok_or_else(|| Ended(Code::Interrupted, "nothing was approved".to_owned()))
}
