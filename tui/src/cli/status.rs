//! `rightsdesk status`: the first screen of the console as lines or JSON; its exit code says whether the desk answers.

use std::future::Future;
use std::time::Duration;

use serde_json::Value;

use crate::config::Config;
use crate::console;
use crate::core::action::Action;
use crate::core::ask::Trouble;
use crate::core::connection::News;
use crate::core::update::update;
use crate::screens::REGISTRY;
use crate::terminal::pump::Arrival;

use super::exit::{self, Code, say};

/// The version of the shape of the JSON.
const SHAPE: &str = "rightsdesk.status/1";

pub fn run(config: &Config, is_local: bool, json: bool, desk: impl Future<Output = Result<Arrival, String>>) -> Code {
    let asked = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(ask(desk)),
        Err(error) => Err(error.to_string()),
    };
    let (url, found) = match asked {
        Ok(asked) => asked,
        Err(words) => {
            say(&words);
            return Code::Failed;
        }
    };
    let mut model = console::model(config, REGISTRY, is_local);
    update(&mut model, Action::Arrived(url));
    let trouble = found.as_ref().err().map(|trouble| (Code::from(trouble), trouble.to_string()));
    let news = found.unwrap_or_else(|trouble| News::Missed { why: trouble.to_string(), next_in: Duration::ZERO });
    update(&mut model, Action::Connection(news));
    let Some(home) = model.stack.first() else { return Code::Failed };
    let page = home.screen.page(&model.ctx);
    let text = if json {
        let mut shape = page.json();
        if let Value::Object(members) = &mut shape {
            members.insert("shape".to_owned(), Value::from(SHAPE));
        }
        format!("{shape:#}\n")
    } else {
        page.lines().iter().fold(String::new(), |text, line| text + line.trim_end() + "\n")
    };
    let printed = exit::print(&text);
    match trouble {
        None => printed,
        Some((code, words)) => {
            say(&format!("{} does not answer: {words}", model.ctx.desk.name()));
            code
        }
    }
}

async fn ask(desk: impl Future<Output = Result<Arrival, String>>) -> Result<(String, Result<News, Trouble>), String> {
    let Arrival { client, .. } = desk.await?;
    Ok((client.shown_url(), client.check().await))
}
