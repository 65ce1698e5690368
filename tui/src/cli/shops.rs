//! What is read of one store, and how it is connected: the link is printed and drawn, and the command waits until its
//! merchant has come back, or nobody can any more.

use std::io::{self, Write};
use std::time::Duration;

use clap::Subcommand;
use serde_json::{Value, json};

use crate::api::sharing;
use crate::api::stores::{self, StoreConnecting};
use crate::core::qr::Qr;
use crate::terminal::pump::clock;

use super::door::{Ended, Visit};
use super::exit::{Code, say};
use super::nouns;
use super::print;
use super::reads::{Form, List, Read, ask};

/// Between two looks.
const OFTEN: Duration = Duration::from_secs(1);

/// The merchants' shops.
#[derive(Subcommand, Clone, Debug)]
pub enum Stores {
    /// List them
    List(List),
    /// Show one by its id
    Show {
        id: String,
        #[command(flatten)]
        form: Form,
    },
    /// Print and draw the link by which its merchant connects one, and wait for the merchant to come back
    Connect {
        id: String,
        /// Draw nothing
        #[arg(long)]
        no_picture: bool,
    },
    /// List the readings of one
    Readings {
        id: String,
        #[command(flatten)]
        list: List,
    },
    /// List what its platform told by itself
    Deliveries {
        id: String,
        #[command(flatten)]
        list: List,
    },
    /// List what was written to one, and by whose leave
    Writes {
        id: String,
        #[command(flatten)]
        list: List,
    },
    /// Show what of its data went to whom, in which form
    Shared {
        id: String,
        #[command(flatten)]
        form: Form,
    },
}

/// What is done with one.
#[derive(Clone, Debug)]
pub enum Wish {
    Connect { id: String, draws: bool },
    Shared(String, Form),
}

impl Stores {
    pub fn of(self) -> Read {
        match self {
            Self::List(list) => Read::List(&nouns::STORES, list),
            Self::Show { id, form } => Read::Show(&nouns::STORES, id, form),
            Self::Connect { id, no_picture } => Read::Shop(Wish::Connect { id, draws: !no_picture }),
            Self::Readings { id, list } => Read::Part(&nouns::READINGS, id, list),
            Self::Deliveries { id, list } => Read::Part(&nouns::DELIVERIES, id, list),
            Self::Writes { id, list } => Read::Part(&nouns::WRITES, id, list),
            Self::Shared { id, form } => Read::Shop(Wish::Shared(id, form)),
        }
    }
}

pub async fn carry_out(visit: &Visit, wish: &Wish) -> Result<String, Ended> {
    match wish {
        Wish::Connect { id, draws } => connect(visit, id, *draws).await,
        Wish::Shared(id, form) => shared(visit, id, *form).await,
    }
}

/// The link, then how it ended.
async fn connect(visit: &Visit, id: &str, draws: bool) -> Result<String, Ended> {
    let data = ask(visit, stores::connect::document(), json!({ "input": { "id": id } })).await?;
    let strange = || Ended(Code::Failed, "its answer has another shape".to_owned());
    let begun = data.pointer("/connectStore/begun").ok_or_else(strange)?;
    let begun: StoreConnecting = serde::Deserialize::deserialize(begun).map_err(|_| strange())?;
    let link = begun.short_url.or(begun.url).ok_or_else(strange)?;
    show(&link, draws).map_err(|error| Ended(Code::Failed, error.to_string()))?;
    loop {
        let data = ask(visit, stores::standing(), json!({ "id": id })).await?;
        let store = &data["store"];
        if let Some(ended) = ended(store, &store["handshake"]) {
            return ended;
        }
        if clock().to_utc() >= begun.ends_at {
            return Err(Ended(Code::Failed, "the link lapsed, and nobody came back".to_owned()));
        }
        tokio::time::sleep(OFTEN).await;
    }
}

/// The link is a result and goes out at once: whoever reads it acts while this waits. Its picture is for eyes.
fn show(link: &str, draws: bool) -> io::Result<()> {
    if let Some(code) = Qr::of(link).filter(|_| draws) {
        let lines = code.lines().join("\n");
        writeln!(io::stderr(), "{lines}")?;
    }
    writeln!(io::stdout(), "{link}")?;
    io::stdout().flush()?;
    say("good once, for a quarter of an hour; this waits for whoever opens it");
    Ok(())
}

/// How the try ended; nothing while it is under way.
fn ended(store: &Value, handshake: &Value) -> Option<Result<String, Ended>> {
    let domain = store["domain"].as_str().unwrap_or("the store");
    let refused = |why: String| Some(Err(Ended(Code::Refused, why)));
    match handshake["outcome"].as_str()? {
        "WAITING" | "TAKEN" => None,
        "CONNECTED" => Some(Ok(format!("{domain} is connected\n"))),
        "DENIED" => refused("its merchant said no: nothing was granted".to_owned()),
        "REPLACED" => Some(Err(Ended(Code::Changed, "another link took its place".to_owned()))),
        _ => {
            let why = handshake["code"].as_str().unwrap_or("no word why").replace('_', " ");
            refused(format!("the platform did not connect it: {why}"))
        }
    }
}

/// A row for each field and recipient, where something may go or went.
async fn shared(visit: &Visit, id: &str, form: Form) -> Result<String, Ended> {
    let data = ask(visit, sharing::shared(), json!({ "id": id })).await?;
    let fields = data["shared"].as_array().cloned().unwrap_or_default();
    let row = |field: &Value, cell: &Value| {
        let mut row = cell.clone();
        row["field"] = field["field"].clone();
        row["title"] = field["title"].clone();
        row
    };
    let cells = |field: &Value| -> Vec<Value> {
        let cells = field["cells"].as_array().map(Vec::as_slice).unwrap_or_default();
        cells.iter().filter(|cell| cell["times"] != 0 || cell["form"] != "never").map(|cell| row(field, cell)).collect()
    };
    let rows: Vec<Value> = fields.iter().flat_map(cells).collect();
    let total = json!(rows.len());
    Ok(print::rows(&nouns::SHARED, rows, &total, form))
}
