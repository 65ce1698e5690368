//! A letter leaves: its words and its address are opened in one short write, that it left is noted in another, and between
//! the two stands the mail door. Killed anywhere in between it goes out again as the same letter, by the same message id.

use serde::{Deserialize, Serialize};

use crate::floor::access::{One, Scope};
use crate::floor::jobs::{Halt, Job, Run};
use crate::floor::kernel::{Error, MessageId, Personal, Ref, Result, Secret};
use crate::floor::ledger::{Event, RevealTx, Tx, Witnessed};
use crate::floor::mail::Letter;
use crate::floor::regulations::Kind;
use crate::floor::tools::Tools;
use crate::floor::vault::Vault;
use crate::requests::actions::nearness;
use crate::requests::clocks;
use crate::requests::letters::{FOLLOW_PATH, Words, spoken};
use crate::requests::model::{Identifier, Intake, Message, MessageKind, MessageState, Request};
use crate::requests::queries::messages::Content;
use crate::requests::queries::{identifiers, intakes, messages, requests};

/// How often a letter that is refused is tried.
const TRIES: i32 = 3;

/// Between two tries of a letter that was refused.
const AGAIN: std::time::Duration = std::time::Duration::from_mins(15);

/// Sends a letter that waits, once.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct SendLetter {
    pub message: MessageId,
}

/// How a try ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tried {
    Sent,
    /// The mail server does not take it.
    Refused,
    /// There is no address, or neither it nor the words open any more.
    Unaddressed,
}

impl Job for SendLetter {
    const NAME: &'static str = "send_letter";

    async fn run(self, run: Run) -> Result<(), Halt> {
        let (tools, lane) = (run.tools()?, run.scope()?);
        let Some(waiting) = self.open(&tools, lane.clone()).await? else { return Ok(()) };
        let Waiting { message, to, content } = waiting;
        let tried = match (to, &content) {
            (Some(to), Some(content)) => {
                let letter = letter(&tools, Ref::new(lane.tenant(), self.message), &message, (to, content))?;
                run.hold().await?;
                match tools.mail.send(&letter).await {
                    Ok(()) => Tried::Sent,
                    Err(Error::Refused(_)) if run.attempt < TRIES => return Err(Halt::SlowDown { after: AGAIN }),
                    // An address that is none is refused before anybody is asked.
                    Err(Error::Refused(_) | Error::Invalid(_)) => Tried::Refused,
                    Err(other) => return Err(other.into()),
                }
            }
            _ => Tried::Unaddressed,
        };
        match self.settle(&tools, lane, tried, content).await {
            Ok(()) => Ok(()),
            // Another run noted it; unless it was the lease, which the queue tells by itself.
            Err(Error::Conflict) => Ok(run.hold().await?),
            Err(other) => Err(other.into()),
        }
    }
}

/// A letter that is to leave, where it goes and what it says, as far as both open.
struct Waiting {
    message: Message,
    to: Option<Personal>,
    content: Option<Content>,
}

impl SendLetter {
    async fn open(self, tools: &Tools, lane: Scope<One>) -> Result<Option<Waiting>> {
        let (id, vault) = (self.message, tools.vault.clone());
        let opened = tools.ledger.reveal(lane, Self::NAME, move |tx| {
            let queued = messages::one(tx, id)?.filter(|message| message.state == MessageState::Queued);
            let Some(message) = queued else { return Ok(None) };
            let (_, intake) = about(tx, &message)?;
            let found = messages::open(tx, &vault, intake.id, vec![message.clone()], VIEW)?;
            let content = found.into_iter().next().map(|(_, content)| content);
            let to = match &content {
                Some(content) => address(tx, &vault, &intake, content)?,
                None => None,
            };
            Ok(Some(Waiting { message, to, content }))
        });
        opened.await
    }

    /// Notes where the letter is. What only its reader may know is dropped from it, once it has left or never will.
    async fn settle(self, tools: &Tools, lane: Scope<One>, tried: Tried, content: Option<Content>) -> Result<()> {
        let (id, vault) = (self.message, tools.vault.clone());
        let bared = content.filter(|content| content.body.is_secret());
        let bared = bared.map(|content| Content { body: content.body.without_secrets(), ..content });
        let settled = tools.ledger.write(lane, move |tx| {
            let held = messages::lock(tx, id)?.filter(|message| message.state == MessageState::Queued);
            let message = held.ok_or(Error::Conflict)?;
            let (_, intake) = about(tx, &message)?;
            if let Some(content) = bared {
                messages::write_over(tx, &vault, intake.id, (id, MessageState::Queued), &content)?;
            }
            let (state, action) = match tried {
                Tried::Sent => (MessageState::Sent, "letter.sent"),
                Tried::Refused => (MessageState::Failed, "letter.refused"),
                Tried::Unaddressed => (MessageState::Failed, "letter.unaddressed"),
            };
            messages::settle(tx, id, state)?;
            if tried == Tried::Sent && message.kind == MessageKind::Acknowledgement {
                let asked = requests::of_intake(tx, intake.id)?;
                let (asked, now): (Vec<_>, _) = (asked.iter().map(|request| request.id).collect(), tx.now()?);
                clocks::meet(tx, &asked, Kind::Acknowledgement, now)?;
            }
            let told = Event::new(action, "request_message", id.uuid()).code("kind", message.kind.code());
            Ok(Witnessed::new((), told))
        });
        settled.await
    }
}

/// What the access book says was looked at.
const VIEW: &str = "request_messages.body";

fn about(tx: &mut Tx, message: &Message) -> Result<(Request, Intake)> {
    let request = requests::get(tx, message.request)?;
    let intake = intakes::get(tx, request.intake)?;
    Ok((request, intake))
}

/// The address that a letter goes to: the one it names, or the nearest of the person's.
fn address(tx: &mut RevealTx, vault: &Vault, intake: &Intake, content: &Content) -> Result<Option<Personal>> {
    let known = identifiers::open(tx, vault, intake.id, "intake_identifiers.value")?;
    let near = |one: &Identifier| match content.body.to {
        Some(to) => (one.id == to).then_some(0),
        None => nearness(one.kind, one.proof, intake),
    };
    let nearest = known.into_iter().filter_map(|(one, value)| Some((near(&one)?, value)));
    Ok(nearest.min_by_key(|(nearness, _)| *nearness).map(|(_, value)| value))
}

fn letter(tools: &Tools, at: Ref<MessageId>, message: &Message, (to, content): (Personal, &Content)) -> Result<Letter> {
    let adopted = tools.policy.in_force()?;
    let locales = [message.locale.as_str(), adopted.policy.first_locale()];
    let words = Words::of(&locales)?;
    let link = |secret: &Secret| {
        let parts = [&tools.public_url, FOLLOW_PATH, "?token=", secret.expose(), "&lang=", &message.locale];
        Personal::new(parts.concat())
    };
    let text = content.body.letter(words, link);
    let subject = content.title.as_ref().map_or("", Personal::disclose).to_owned();
    let is_by_hand = matches!(message.kind, MessageKind::Message | MessageKind::Ask);
    let mut letter = Letter::automatic(to, subject, [text.disclose(), "\n"].concat(), at.to_string());
    if is_by_hand {
        letter.headers.clear();
    }
    letter.headers.push(("Content-Language".to_owned(), spoken(&locales).to_owned()));
    Ok(letter)
}
