//! The look into the mailbox folder: what waits there is taken in, letter by letter, and moves on once it was. A letter
//! that cannot be taken now stays where it is, and keeps no other waiting.

use serde::{Deserialize, Serialize};

use crate::floor::jobs::{Halt, Job, Run};
use crate::floor::kernel::{Error, Result};
use crate::floor::mail::Maildir;
use crate::floor::tools::Tools;
use crate::requests::actions::{Post, bring_letter};
use crate::requests::ways::mail::LARGEST;

/// How many letters one look takes in.
const MOST: usize = 200;

/// Takes in what waits in the mailbox folder.
#[derive(Debug, Serialize, Deserialize)]
pub struct HearMailbox {}

impl Job for HearMailbox {
    const NAME: &'static str = "hear_mailbox";

    async fn run(self, run: Run) -> Result<(), Halt> {
        let tools = run.tools()?;
        let Some(maildir) = tools.mail.maildir().cloned() else { return Ok(()) };
        for name in maildir.waiting(MOST).await? {
            if run.is_stopping() {
                return Err(Halt::GiveBack);
            }
            run.hold().await?;
            match hear(&tools, &maildir, &name).await {
                Ok(()) => {}
                Err(Error::Unavailable { whom, after }) => return Err(Error::Unavailable { whom, after }.into()),
                Err(Error::Internal(report)) => {
                    let reference = report.reference.as_simple().to_string();
                    tracing::error!(%reference, story = report.story(), "a letter was not taken and stays in the mailbox");
                }
                Err(other) => {
                    tracing::warn!(code = other.code(), "a letter was not taken and stays in the mailbox");
                }
            }
        }
        Ok(())
    }
}

async fn hear(tools: &Tools, maildir: &Maildir, name: &str) -> Result<()> {
    let Some(lying) = maildir.read(name, LARGEST).await? else { return Ok(()) };
    bring_letter(tools, Post { raw: lying.raw, at: Some(lying.at), is_cut: lying.is_cut }).await?;
    maildir.seen(name).await
}
