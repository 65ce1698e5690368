//! `rightsdesk sign-in`, `sign-out` and `whoami`; and how every other command becomes somebody.
//!
//! It asks only where someone sits at a terminal, and prints neither a password nor a code nor a token.

use std::fmt::Write;
use std::future::Future;
use std::io::{self, BufRead};

use clap::Args;
use serde_json::{Value, json};

use crate::api::asker::Ways;
use crate::api::client::Client;
use crate::api::keep::read_private;
use crate::api::viewer;
use crate::core::ask::{Ask, Trouble};
use crate::core::input::Shown;
use crate::core::me::{Me, Pass, Person};
use crate::core::secret::Secret;
use crate::screens::door::calls::{self, Part};
use crate::terminal::prompt;
use crate::terminal::pump::Arrival;

use super::exit::{self, Code, say};

/// The version of the shape of the JSON.
const SHAPE: &str = "rightsdesk.whoami/1";
const NOBODY: &str = "nobody is signed in: rightsdesk sign-in";

/// Where mail, password and code come from; without these, they are asked for.
#[derive(Args, Clone, Debug)]
pub struct Given {
    /// The mail address of the seat
    #[arg(long, value_name = "MAIL")]
    mail: Option<String>,
    /// Take the password from the first line of stdin
    #[arg(long)]
    password_stdin: bool,
    /// Take the authenticator's code from the next line of stdin
    #[arg(long)]
    code_stdin: bool,
}

/// Why a command ends early.
pub struct Ended(pub Code, pub String);

impl From<Trouble> for Ended {
    fn from(trouble: Trouble) -> Self {
        Self(Code::from(&trouble), trouble.to_string())
    }
}

/// The three commands of the door.
#[derive(Clone, Debug)]
pub enum Errand {
    SignIn(Given),
    SignOut,
    WhoAmI { json: bool },
}

/// A desk, and a client that carries a token where there is one.
pub struct Visit {
    pub client: Client,
    pub ways: Ways,
    /// What the client carries.
    token: Option<Secret>,
    words: Option<tokio::sync::mpsc::UnboundedReceiver<String>>,
}

/// Comes to the desk with the token that is given or kept, or with the file of the local desk.
pub async fn visit(desk: impl Future<Output = Result<Arrival, String>>) -> Result<Visit, Ended> {
    let Arrival { client, ways, words } = desk.await.map_err(|words| Ended(Code::Failed, words))?;
    let (mut token, unbelieved) = ways.token();
    if let Some(words) = unbelieved {
        say(&words);
    }
    if let Some(file) = &ways.file {
        let shown = read_private(file).map_err(|words| Ended(Code::Failed, words))?;
        let shown = shown.ok_or_else(|| Ended(Code::SignIn, format!("{} is not there", file.display())))?;
        token = Some(viewer::sign_in_with_file(&client, &shown).await?.token.clone());
    }
    let client = bearing(client, token.as_ref())?;
    Ok(Visit { client, ways, token, words })
}

fn bearing(client: Client, token: Option<&Secret>) -> Result<Client, Ended> {
    client.bearing(token).map_err(|unusable| Ended(Code::Usage, unusable.to_string()))
}

/// Carries an errand out on a desk.
pub fn run(errand: &Errand, desk: impl Future<Output = Result<Arrival, String>>) -> Code {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            say(&error.to_string());
            return Code::Failed;
        }
    };
    let carried = runtime.block_on(async {
        let visit = visit(desk).await?;
        let done = match errand {
            Errand::SignIn(given) => sign_in(&visit, given).await,
            Errand::SignOut => sign_out(&visit).await,
            Errand::WhoAmI { json } => who_am_i(&visit, *json).await,
        };
        // A server inside speaks until the errand is done.
        drop(visit.words);
        done
    });
    match carried {
        Ok(result) => exit::print(&result),
        Err(Ended(code, words)) => {
            say(&words);
            code
        }
    }
}

async fn who_am_i(visit: &Visit, json: bool) -> Result<String, Ended> {
    let Me::Someone(person) = known(visit).await? else { return Err(Ended(Code::SignIn, NOBODY.to_owned())) };
    Ok(if json { format!("{:#}\n", shape(visit, &person)) } else { lines(visit, &person) })
}

/// A stranger is nobody; what the server says of a token is another matter.
async fn known(visit: &Visit) -> Result<Me, Ended> {
    if visit.token.is_none() {
        return Ok(Me::Nobody);
    }
    match viewer::who_am_i(&visit.client).await {
        Err(Trouble::SignIn) => Ok(Me::Nobody),
        said => Ok(said?),
    }
}

fn shape(visit: &Visit, person: &Person) -> Value {
    json!({
        "shape": SHAPE,
        "server": visit.client.shown_url(),
        "name": person.name,
        "roles": person.roles,
        "permissions": person.permissions,
        "freshUntil": person.fresh_until.map(|at| at.to_rfc3339()),
        "endsAt": person.ends_at.map(|at| at.to_rfc3339()),
    })
}

fn lines(visit: &Visit, person: &Person) -> String {
    let mut text = format!("{} at {}\n", person.title(), visit.client.shown_url());
    let ends = person.ends_at.map(|at| at.format("until %Y-%m-%d %H:%M UTC\n").to_string());
    text.push_str(&ends.unwrap_or_default());
    for permission in &person.permissions {
        // Writing into a String cannot fail.
        _ = writeln!(text, "  {permission}");
    }
    text
}

async fn sign_out(visit: &Visit) -> Result<String, Ended> {
    if visit.token.is_none() {
        return Err(Ended(Code::Done, "nobody was signed in".to_owned()));
    }
    visit.ways.forget(visit.token.as_ref());
    match viewer::sign_out(&visit.client).await {
        Ok(()) | Err(Trouble::SignIn) => Ok("signed out\n".to_owned()),
        Err(trouble) => Err(Ended(
            Code::from(&trouble),
            format!("the token is forgotten here, but the session goes on there: {trouble}"),
        )),
    }
}

async fn sign_in(visit: &Visit, given: &Given) -> Result<String, Ended> {
    if visit.ways.file.is_some() {
        return who_am_i(visit, false).await;
    }
    // Before a password is spent on a sign-in that cannot be finished here.
    for (is_given, instead) in [
        (given.mail.is_some(), "--mail"),
        (given.password_stdin, "--password-stdin"),
        (given.code_stdin, "--code-stdin"),
    ] {
        if !is_given && !prompt::can_ask() {
            return Err(Ended(Code::Usage, format!("nobody can be asked here: {instead} gives it")));
        }
    }
    let mut stdin = io::stdin().lock();
    let mail = match &given.mail {
        Some(mail) => Secret::new(mail.as_str()),
        None => asked("Mail", Shown::Plain)?,
    };
    let password = if given.password_stdin { line(&mut stdin)? } else { asked("Password", Shown::Dots)? };
    let device = visit.ways.device().map(|device| device.expose().to_owned());
    let client = bearing(visit.client.clone(), None)?;
    let half = send(&client, Part::Password, calls::password("", mail.expose(), password.expose(), device)).await?;
    drop(password);
    if half.must_enrol {
        let words = "this seat has no second factor yet: open the console, it draws the code for your authenticator";
        return Err(Ended(Code::Refused, words.to_owned()));
    }
    let whole = if half.is_whole {
        half
    } else {
        let code = if given.code_stdin { line(&mut stdin)? } else { asked("Code", Shown::Code)? };
        send(&bearing(client, Some(&half.token))?, Part::Code, calls::code("", code.expose())).await?
    };
    visit.ways.keep(&whole).map_err(|words| Ended(Code::Failed, words))?;
    let client = bearing(visit.client.clone(), Some(&whole.token))?;
    let Me::Someone(person) = viewer::who_am_i(&client).await? else { return Err(Trouble::SignIn.into()) };
    let overruled = visit.ways.token.is_some();
    if overruled {
        say("RIGHTSDESK_TOKEN is set and goes before this sign-in");
    }
    Ok(format!("signed in as {}\n", person.title()))
}

async fn send(client: &Client, part: Part, ask: Ask) -> Result<Pass, Ended> {
    let data = client.ask(&ask).await?;
    Ok(calls::pass(part, &ask.answer(Ok(data)))?)
}

fn line(stdin: &mut impl BufRead) -> Result<Secret, Ended> {
    let mut text = zeroize::Zeroizing::new(String::new());
    let read = stdin.read_line(&mut text).map_err(|error| Ended(Code::Failed, error.to_string()))?;
    let line = text.trim_end_matches(['\r', '\n']);
    if read == 0 || line.is_empty() {
        return Err(Ended(Code::Usage, "stdin has no line for it".to_owned()));
    }
    Ok(Secret::new(line))
}

fn asked(question: &str, shown: Shown) -> Result<Secret, Ended> {
    let answer = prompt::ask(question, shown).map_err(|error| Ended(Code::Failed, error.to_string()))?;
    answer.filter(|text| !text.is_empty()).ok_or_else(|| Ended(Code::Interrupted, "signed in nobody".to_owned()))
}
