//! The lists of the console as commands: the same documents, filter words and masks; columns for people, JSON of a
//! versioned shape for programs, CSV for tables.
//!
//! The nouns are the console's own: `staff` and `audit` are the commands of the operator's own machine.

use std::future::Future;

use clap::{Args, Command, Subcommand};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::api::{reviews, staff, tenants};
use crate::core::ask::{Ask, Trouble};
use crate::core::chain::hex;
use crate::core::filter::{self, Takes, Term};
use crate::core::window::PAGE;
use crate::terminal::pump::{Arrival, clock};

use super::door::{Ended, Visit, visit};
use super::estate;
use super::exit::{self, Code, say};
use super::nouns::{NOUNS, Noun, REVIEW_ITEMS, Sole};
use super::print;
use super::requests;
use super::shops;

/// How the answer is printed.
#[derive(Args, Clone, Copy, Debug, Default)]
pub struct Form {
    /// One JSON document of a versioned shape
    #[arg(long, conflicts_with_all = ["jsonl", "csv"])]
    pub json: bool,
    /// One JSON object a line
    #[arg(long, conflicts_with = "csv")]
    pub jsonl: bool,
    /// A table for spreadsheets; what could be a formula is text
    #[arg(long)]
    pub csv: bool,
}

/// Which rows, and how many of them.
#[derive(Args, Clone, Debug)]
pub struct List {
    /// What narrows the list; below, what can be said. A word that begins with - stands behind another in one quote
    words: Vec<String>,
    #[command(flatten)]
    form: Form,
    /// Most rows that are fetched
    #[arg(long, default_value_t = 1000, value_name = "ROWS")]
    limit: usize,
}

/// A noun that is listed only.
#[derive(Subcommand, Clone, Debug)]
pub enum Lists {
    /// List them
    List(List),
}

/// A noun that is listed, and shown one by one.
#[derive(Subcommand, Clone, Debug)]
pub enum Looks {
    /// List them
    List(List),
    /// Show one by its id
    Show {
        id: String,
        #[command(flatten)]
        form: Form,
    },
}

/// What there is only one of.
#[derive(Subcommand, Clone, Debug)]
pub enum Only {
    /// Show it
    Show {
        #[command(flatten)]
        form: Form,
    },
}

#[derive(Subcommand, Clone, Debug)]
pub enum Sessions {
    /// List where you are signed in
    List(List),
    /// End a session by its id
    End { id: String },
}

#[derive(Subcommand, Clone, Debug)]
pub enum Reviews {
    /// List the campaigns
    List(List),
    /// Show one by its id
    Show {
        id: String,
        #[command(flatten)]
        form: Form,
    },
    /// List the rows of one: open, subject and decision narrow them
    Items {
        id: String,
        #[command(flatten)]
        list: List,
    },
    /// Print all of one as a signed document, to be checked by whoever was not there
    Export { id: String },
}

/// What is read of which noun.
#[derive(Clone, Debug)]
pub enum Read {
    List(&'static Noun, List),
    /// The part of the thing of this id.
    Part(&'static Noun, String, List),
    Show(&'static Noun, String, Form),
    Sole(&'static Sole, Form),
    Estate(estate::Wish),
    Shop(shops::Wish),
    Requests(Box<requests::Wish>),
    EndSession(String),
    Evidence(String),
}

impl Lists {
    pub fn of(self, noun: &'static Noun) -> Read {
        match self {
            Self::List(list) => Read::List(noun, list),
        }
    }
}

impl Looks {
    pub fn of(self, noun: &'static Noun) -> Read {
        match self {
            Self::List(list) => Read::List(noun, list),
            Self::Show { id, form } => Read::Show(noun, id, form),
        }
    }
}

impl Only {
    pub fn of(self, sole: &'static Sole) -> Read {
        match self {
            Self::Show { form } => Read::Sole(sole, form),
        }
    }
}

impl Reviews {
    pub fn of(self, noun: &'static Noun) -> Read {
        match self {
            Self::List(list) => Read::List(noun, list),
            Self::Show { id, form } => Read::Show(noun, id, form),
            Self::Items { id, list } => Read::Part(&REVIEW_ITEMS, id, list),
            Self::Export { id } => Read::Evidence(id),
        }
    }
}

impl Sessions {
    pub fn of(self, noun: &'static Noun) -> Read {
        match self {
            Self::List(list) => Read::List(noun, list),
            Self::End { id } => Read::EndSession(id),
        }
    }
}

/// The grammar with the words of each list in its help.
pub fn with_words(grammar: Command) -> Command {
    NOUNS.iter().fold(grammar, |grammar, noun| {
        let words: Vec<String> = filter::told(noun.terms).map(|line| format!("  {}", line.text())).collect();
        let help = if words.is_empty() { String::new() } else { format!("Words:\n{}", words.join("\n")) };
        grammar.mut_subcommand(noun.command, |command| command.mut_subcommand("list", |list| list.after_help(help)))
    })
}

/// Carries one out on a desk.
pub fn run(read: &Read, desk: impl Future<Output = Result<Arrival, String>>) -> Code {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            say(&error.to_string());
            return Code::Failed;
        }
    };
    let told = runtime.block_on(async { carry_out(&visit(desk).await?, read).await });
    match told {
        Ok(text) => exit::print(&text),
        Err(Ended(code, words)) => {
            say(&words);
            code
        }
    }
}

async fn carry_out(visit: &Visit, read: &Read) -> Result<String, Ended> {
    match read {
        Read::List(noun, list) => rows(visit, noun, list, Map::new()).await,
        Read::Part(noun, id, list) => rows(visit, noun, list, Map::from_iter([("id".to_owned(), json!(id))])).await,
        Read::Show(noun, id, form) => show(visit, noun, id, *form).await,
        Read::Sole(sole, form) => {
            let data = ask(visit, (sole.document)(), json!({})).await?;
            let told = data.pointer(sole.at).cloned().unwrap_or_default();
            Ok(print::one(sole.name, told, *form))
        }
        Read::Estate(wish) => estate::carry_out(visit, wish).await,
        Read::Shop(wish) => shops::carry_out(visit, wish).await,
        Read::Requests(wish) => requests::carry_out(visit, wish).await,
        Read::EndSession(id) => {
            ask(visit, staff::end_session::document(), json!({ "input": { "id": id } })).await?;
            Ok("the session has ended\n".to_owned())
        }
        Read::Evidence(id) => evidence(visit, id).await,
    }
}

pub async fn ask(visit: &Visit, document: String, variables: Value) -> Result<Value, Trouble> {
    visit.client.ask(&Ask { to: "", tag: "", document, variables, is_again: false }).await
}

/// The filter that the words mean; a tenant's name is looked up.
async fn meant(visit: &Visit, terms: &'static [Term], words: &str) -> Result<Value, Ended> {
    let now = clock();
    let mut filter =
        filter::parse(terms, words, now.to_utc(), *now.offset()).map_err(|words| Ended(Code::Usage, words))?;
    let whose = terms.iter().find(|term| term.takes == Takes::Tenant).map(|term| term.field);
    let said = whose.and_then(|field| filter.get_mut(field));
    if let Some(Value::String(begins)) = said
        && !begins.starts_with("ten_")
    {
        let variables = json!({ "filter": { "nameBegins": begins }, "first": 2 });
        let found = ask(visit, tenants::tenants(), variables).await;
        *begins = tenants::the_one(&found)?;
    }
    Ok(Value::Object(filter))
}

async fn rows(visit: &Visit, noun: &'static Noun, list: &List, variables: Map<String, Value>) -> Result<String, Ended> {
    let (rows, total) = listed(visit, noun, list, variables).await?;
    Ok(print::rows(noun, rows, &total, list.form))
}

/// The rows that fit, as many as are wanted, and how many there are.
pub async fn listed(
    visit: &Visit,
    noun: &'static Noun,
    list: &List,
    mut variables: Map<String, Value>,
) -> Result<(Vec<Value>, Value), Ended> {
    let words = if list.words.is_empty() { noun.first.to_owned() } else { list.words.join(" ") };
    let is_part = !variables.is_empty();
    if !noun.terms.is_empty() {
        variables.insert("filter".to_owned(), meant(visit, noun.terms, &words).await?);
    }
    let (mut rows, mut total) = (Vec::new(), Value::Null);
    while rows.len() < list.limit {
        variables.insert("first".to_owned(), json!(PAGE.min(list.limit - rows.len())));
        let data = ask(visit, (noun.list)(), Value::Object(variables.clone())).await?;
        let strange = || Ended(Code::Failed, "its answer has another shape".to_owned());
        let nowhere =
            || if is_part { Ended(Code::NotFound, "no such thing, or none for you".to_owned()) } else { strange() };
        let connection = data.pointer(noun.at).ok_or_else(nowhere)?;
        if let Some(all) = connection.as_array() {
            rows.extend(all.iter().take(list.limit).cloned());
            total = json!(all.len());
            break;
        }
        let edges = connection["edges"].as_array().ok_or_else(strange)?;
        rows.extend(edges.iter().map(|edge| edge["node"].clone()));
        total = connection["totalCount"].clone();
        let after = edges.last().map_or(Value::Null, |edge| edge["cursor"].clone());
        if connection["pageInfo"]["hasNextPage"] != true || after.is_null() {
            break;
        }
        variables.insert("after".to_owned(), after);
    }
    let told = rows.len();
    if total.as_u64().is_some_and(|total| total > told as u64) {
        say(&format!("{told} of {total}; --limit fetches more"));
    }
    Ok((rows, total))
}

/// All of a campaign and the desk's signature under it; what arrived is held against what was signed.
async fn evidence(visit: &Visit, id: &str) -> Result<String, Ended> {
    let (document, variables) = (reviews::export::document(), json!({ "input": { "id": id } }));
    let data = visit.client.exact(&Ask { to: "", tag: "", document, variables, is_again: false }).await?;
    let evidence = data.pointer("/exportCampaign/evidence").cloned().unwrap_or_default();
    let text = |name: &str| evidence[name].as_str().unwrap_or_default();
    if hex(&Sha256::digest(text("json"))) != text("digest") {
        return Err(Ended(Code::Failed, "what arrived is not the document that was signed".to_owned()));
    }
    Ok(print::ascii(&print::one("review-evidence", evidence, Form { json: true, ..Form::default() })))
}

async fn show(visit: &Visit, noun: &'static Noun, id: &str, form: Form) -> Result<String, Ended> {
    let Some((document, at)) = noun.one else { return Err(Ended(Code::Usage, "none is shown alone".to_owned())) };
    let data = ask(visit, document(), json!({ "id": id })).await?;
    // Of a node of another kind nothing is told but its type.
    let found = data.pointer(at).cloned().map(|mut found| {
        found.as_object_mut().and_then(|members| members.remove("__typename"));
        found
    });
    match found.filter(|found| found.as_object().is_some_and(|members| !members.is_empty())) {
        None => Err(Ended(Code::NotFound, format!("no such {}, or none for you", noun.singular.replace('-', " ")))),
        Some(thing) => Ok(print::one(noun.singular, thing, form)),
    }
}
