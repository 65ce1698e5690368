//! The lists of the console as commands: `tenants`, `seats`, `sessions`, `grants`, `events`, `accesses`. The same
//! documents, filters and masks; columns for people, JSON of a versioned shape for programs.
//!
//! The nouns are the console's own: `staff` and `audit` are the commands of the operator's own machine.

use std::future::Future;

use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};
use unicode_width::UnicodeWidthStr;

use crate::api::ask::Document;
use crate::api::{books, staff, tenants};
use crate::core::ask::{Ask, Trouble};
use crate::core::scrub::scrub;
use crate::core::window::PAGE;
use crate::terminal::pump::Arrival;

use super::door::{Ended, Visit, visit};
use super::exit::{self, Code, say};

/// How the answer is printed.
#[derive(Args, Clone, Copy, Debug, Default)]
pub struct Form {
    /// One JSON document of a versioned shape
    #[arg(long, conflicts_with = "jsonl")]
    json: bool,
    /// One JSON object a line
    #[arg(long)]
    jsonl: bool,
}

/// How much of a list.
#[derive(Args, Clone, Copy, Debug)]
pub struct Reach {
    #[command(flatten)]
    form: Form,
    /// Most rows that are fetched
    #[arg(long, default_value_t = 1000, value_name = "ROWS")]
    limit: usize,
}

/// When, for the books: RFC 3339.
#[derive(Args, Clone, Debug, Default)]
pub struct Span {
    /// From this moment on, such as 2026-11-01T00:00:00Z
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Before this moment
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
}

#[derive(Subcommand, Clone, Debug)]
pub enum Tenants {
    /// List the merchants within reach
    List {
        /// Only those whose legal name begins so
        #[arg(long)]
        name: Option<String>,
        /// Only in this state: active, closing, closed
        #[arg(long)]
        state: Vec<String>,
        #[command(flatten)]
        reach: Reach,
    },
    /// Show one merchant by its id
    Show {
        id: String,
        #[command(flatten)]
        form: Form,
    },
}

#[derive(Subcommand, Clone, Debug)]
pub enum Seats {
    /// List the seats of the desk
    List {
        /// Only in this state: invited, active, disabled
        #[arg(long)]
        state: Vec<String>,
        /// Only with this role
        #[arg(long)]
        role: Option<String>,
        #[command(flatten)]
        reach: Reach,
    },
}

#[derive(Subcommand, Clone, Debug)]
pub enum Sessions {
    /// List where you are signed in
    List {
        /// Everyone's, with the permission
        #[arg(long)]
        everyone: bool,
        /// Ended ones too
        #[arg(long)]
        ended: bool,
        #[command(flatten)]
        reach: Reach,
    },
    /// End a session by its id
    End { id: String },
}

#[derive(Subcommand, Clone, Debug)]
pub enum Grants {
    /// List who may open whose data
    List {
        /// Only on this tenant
        #[arg(long, value_name = "ID")]
        tenant: Option<String>,
        /// Only those that are open now
        #[arg(long)]
        live: bool,
        /// Only broken glass that nobody has reviewed
        #[arg(long)]
        awaits_review: bool,
        #[command(flatten)]
        reach: Reach,
    },
}

#[derive(Subcommand, Clone, Debug)]
pub enum Events {
    /// List what was done; of the house, unless a tenant is named
    List {
        #[arg(long, value_name = "ID")]
        tenant: Option<String>,
        /// By this one, such as house or staff:…
        #[arg(long)]
        actor: Option<String>,
        /// This was done, such as tenant.opened
        #[arg(long)]
        action: Option<String>,
        /// To this, such as tenant:…
        #[arg(long)]
        object: Option<String>,
        #[command(flatten)]
        span: Span,
        #[command(flatten)]
        reach: Reach,
    },
}

#[derive(Subcommand, Clone, Debug)]
pub enum Accesses {
    /// List who opened whose data; of the house, unless a tenant is named
    List {
        #[arg(long, value_name = "ID")]
        tenant: Option<String>,
        #[arg(long)]
        actor: Option<String>,
        #[arg(long)]
        ticket: Option<String>,
        #[command(flatten)]
        span: Span,
        #[command(flatten)]
        reach: Reach,
    },
}

/// One of them.
#[derive(Clone, Debug)]
pub enum Read {
    Tenants(Tenants),
    Seats(Seats),
    Sessions(Sessions),
    Grants(Grants),
    Events(Events),
    Accesses(Accesses),
}

/// A list as a command knows it.
struct Listing {
    /// The shape of one row; of the whole, its plural.
    noun: &'static str,
    document: Document,
    at: &'static str,
    /// Head and place in a row.
    columns: &'static [(&'static str, &'static str)],
}

const TENANTS: Listing = Listing {
    noun: "tenant",
    document: tenants::tenants,
    at: "/tenants",
    columns: &[
        ("ID", "/id"),
        ("NAME", "/legalName"),
        ("STATE", "/state"),
        ("WE ARE", "/ourRole"),
        ("REGION", "/region"),
        ("PLAN", "/plan"),
        ("OPENED", "/openedAt"),
    ],
};
const SEATS: Listing = Listing {
    noun: "seat",
    document: staff::seats,
    at: "/staff",
    columns: &[
        ("ID", "/id"),
        ("NAME", "/handle"),
        ("ROLES", "/roles"),
        ("STATE", "/state"),
        ("ENDS", "/endsAt"),
        ("2ND", "/secondFactor"),
        ("SEEN", "/lastSeenAt"),
    ],
};
const SESSIONS: Listing = Listing {
    noun: "session",
    document: staff::sessions,
    at: "/sessions",
    columns: &[
        ("ID", "/id"),
        ("WHO", "/staff/handle"),
        ("STAGE", "/stage"),
        ("BY", "/method"),
        ("STARTED", "/startedAt"),
        ("SEEN", "/lastSeenAt"),
        ("ENDED", "/endedAt"),
    ],
};
const GRANTS: Listing = Listing {
    noun: "grant",
    document: staff::grants,
    at: "/grants",
    columns: &[
        ("ID", "/id"),
        ("WHO", "/staff/handle"),
        ("TENANT", "/tenant/legalName"),
        ("KIND", "/kind"),
        ("TICKET", "/ticket"),
        ("ENDS", "/endsAt"),
        ("LIVE", "/isLive"),
        ("REVIEWED", "/reviewedAt"),
    ],
};
const EVENTS: Listing = Listing {
    noun: "event",
    document: books::events,
    at: "/events",
    columns: &[
        ("SEQ", "/seq"),
        ("WHEN", "/at"),
        ("WHO", "/actor"),
        ("DID", "/action"),
        ("ON", "/object"),
        ("FACTS", "/facts"),
    ],
};
const ACCESSES: Listing = Listing {
    noun: "access",
    document: books::accesses,
    at: "/accesses",
    columns: &[
        ("WHEN", "/at"),
        ("WHO", "/actor"),
        ("SAW", "/view"),
        ("OF", "/subject"),
        ("FOR", "/purpose"),
        ("TICKET", "/ticket"),
    ],
};

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
    let words = |words: &[String]| Value::from(words.iter().map(|word| word.to_uppercase()).collect::<Vec<_>>());
    match read {
        Read::Tenants(Tenants::Show { id, form }) => show(visit, id, *form).await,
        Read::Sessions(Sessions::End { id }) => end(visit, id).await,
        Read::Tenants(Tenants::List { name, state, reach }) => {
            let filter = json!({ "nameBegins": name, "state": words(state) });
            list(visit, &TENANTS, filter, *reach).await
        }
        Read::Seats(Seats::List { state, role, reach }) => {
            let role = role.as_ref().map(|role| role.to_uppercase());
            list(visit, &SEATS, json!({ "state": words(state), "role": role }), *reach).await
        }
        Read::Sessions(Sessions::List { everyone, ended, reach }) => {
            let filter = json!({ "everyone": everyone.then_some(true), "live": (!ended).then_some(true) });
            list(visit, &SESSIONS, filter, *reach).await
        }
        Read::Grants(Grants::List { tenant, live, awaits_review, reach }) => {
            let (live, review) = (live.then_some(true), awaits_review.then_some(true));
            list(visit, &GRANTS, json!({ "tenant": tenant, "live": live, "awaitsReview": review }), *reach).await
        }
        Read::Events(Events::List { tenant, actor, action, object, span, reach }) => {
            let Span { since, until } = span;
            let filter = json!({
                "tenant": tenant, "actor": actor, "action": action, "object": object, "since": since, "until": until,
            });
            list(visit, &EVENTS, filter, *reach).await
        }
        Read::Accesses(Accesses::List { tenant, actor, ticket, span, reach }) => {
            let Span { since, until } = span;
            let filter = json!({ "tenant": tenant, "actor": actor, "ticket": ticket, "since": since, "until": until });
            list(visit, &ACCESSES, filter, *reach).await
        }
    }
}

async fn ask(visit: &Visit, document: String, variables: Value) -> Result<Value, Trouble> {
    visit.client.ask(&Ask { to: "", tag: "", document, variables, is_again: false }).await
}

async fn list(visit: &Visit, listing: &Listing, filter: Value, reach: Reach) -> Result<String, Ended> {
    let is_said = |value: &Value| !value.is_null() && value.as_array().is_none_or(|items| !items.is_empty());
    let filter: Map<_, _> = match filter {
        Value::Object(members) => members.into_iter().filter(|(_, value)| is_said(value)).collect(),
        _ => Map::new(),
    };
    let (mut rows, mut after, mut total) = (Vec::new(), Value::Null, Value::Null);
    while rows.len() < reach.limit {
        let first = PAGE.min(reach.limit - rows.len());
        let data =
            ask(visit, (listing.document)(), json!({ "filter": filter, "first": first, "after": after })).await?;
        let strange = || Ended(Code::Failed, "its answer has another shape".to_owned());
        let connection = data.pointer(listing.at).ok_or_else(strange)?;
        let edges = connection["edges"].as_array().ok_or_else(strange)?;
        rows.extend(edges.iter().map(|edge| edge["node"].clone()));
        total = connection["totalCount"].clone();
        after = edges.last().map_or(Value::Null, |edge| edge["cursor"].clone());
        if connection["pageInfo"]["hasNextPage"] != true || after.is_null() {
            break;
        }
    }
    let told = rows.len();
    if total.as_u64().is_some_and(|total| total > told as u64) {
        say(&format!("{told} of {total}; --limit fetches more"));
    }
    Ok(printed(listing, rows, &total, reach.form))
}

fn printed(listing: &Listing, rows: Vec<Value>, total: &Value, form: Form) -> String {
    if form.json {
        let shape = format!("rightsdesk.{}s/1", listing.noun);
        return format!("{:#}\n", json!({ "shape": shape, "total": total, "rows": rows }));
    }
    if form.jsonl {
        return rows.into_iter().fold(String::new(), |text, row| text + &shaped(listing.noun, row).to_string() + "\n");
    }
    columns(listing.columns, &rows)
}

fn shaped(noun: &str, row: Value) -> Value {
    let mut members = match row {
        Value::Object(members) => members,
        _ => Map::new(),
    };
    members.insert("shape".to_owned(), json!(format!("rightsdesk.{noun}/1")));
    Value::Object(members)
}

/// Heads and rows, each column as wide as its widest cell.
fn columns(columns: &[(&str, &str)], rows: &[Value]) -> String {
    let heads = columns.iter().map(|(head, _)| (*head).to_owned()).collect::<Vec<_>>();
    let cells = rows.iter().map(|row| columns.iter().map(|(_, at)| cell(at, row.pointer(at))).collect());
    let lines: Vec<Vec<String>> = std::iter::once(heads).chain(cells).collect();
    let width = |n: usize| lines.iter().filter_map(|line| line.get(n)).map(|cell| cell.width()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns.len()).map(width).collect();
    let mut text = String::new();
    for line in &lines {
        let mut row = String::new();
        for (cell, width) in line.iter().zip(&widths) {
            row.push_str(cell);
            row.push_str(&" ".repeat(width - cell.width() + 2));
        }
        text.push_str(row.trim_end());
        text.push('\n');
    }
    text
}

/// Members whose values are words of the contract.
const WORDS: &[&str] = &["/state", "/ourRole", "/roles", "/secondFactor", "/stage", "/method", "/kind"];

/// A value as people read it; what is not there is a dash.
fn cell(at: &str, value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => "-".to_owned(),
        Some(Value::String(text)) => {
            let is_word = WORDS.contains(&at);
            scrub(&if is_word { text.to_lowercase() } else { text.clone() })
        }
        Some(Value::Array(items)) if items.is_empty() => "-".to_owned(),
        Some(Value::Array(items)) => items.iter().map(|item| cell(at, Some(item))).collect::<Vec<_>>().join(","),
        Some(Value::Bool(is_so)) => if *is_so { "yes" } else { "no" }.to_owned(),
        Some(other) => other.to_string(),
    }
}

async fn show(visit: &Visit, id: &str, form: Form) -> Result<String, Ended> {
    let mut data = ask(visit, tenants::tenant(), json!({ "id": id })).await?;
    let tenant = data["tenant"].take();
    if tenant.is_null() {
        return Err(Ended(Code::NotFound, "no such tenant, or none for you".to_owned()));
    }
    if form.json || form.jsonl {
        let shaped = shaped("tenant", tenant);
        return Ok(if form.json { format!("{shaped:#}\n") } else { format!("{shaped}\n") });
    }
    let Value::Object(members) = &tenant else { return Ok(String::new()) };
    let width = members.keys().map(String::len).max().unwrap_or(0);
    let line =
        |(name, value): (&String, &Value)| format!("{name:width$}  {}\n", cell(&format!("/{name}"), Some(value)));
    Ok(members.iter().map(line).collect())
}

async fn end(visit: &Visit, id: &str) -> Result<String, Ended> {
    ask(visit, staff::end_session::document(), json!({ "input": { "id": id } })).await?;
    Ok("the session has ended\n".to_owned())
}
