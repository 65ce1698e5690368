//! Letters, messages and notes: shown sealed, written, and opened with a record of who looked.

use async_graphql::{Context, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};

use super::super::actions;
use super::super::model::{self, Message, Request};
use super::inputs::{
    AskPersonInput, LetterPreviewInput, NoteOnRequestInput, RevealRequestMessagesInput, SaveDraftInput,
    WriteToPersonInput, draft, request,
};
use super::nodes::RequestNode;
use super::words::{MessageKind, MessageState, MessageWay};
use crate::floor::graphql::{Date, Mask, MaskKind, asking, node_id, once, payload};
use crate::floor::kernel::{Error, Instant, Personal, Ref, Result, SubjectId, TenantId};
use crate::staff::graphql::StaffMember;

/// A letter, message or note; its words stay sealed.
#[derive(SimpleObject)]
#[graphql(name = "RequestMessage")]
pub struct MessageNode {
    /// Its id.
    id: ID,
    /// Which way it goes.
    way: MessageWay,
    /// What it is.
    kind: MessageKind,
    /// In which language.
    locale: String,
    /// When it was written.
    made_at: DateTime<Utc>,
    /// By whom; nobody where the desk itself or the person wrote it.
    made_by: Option<StaffMember>,
    /// How far it has come.
    state: MessageState,
    /// When it left.
    sent_at: Option<DateTime<Utc>>,
    /// What it says, sealed.
    body: Mask,
}

impl MessageNode {
    /// Those of a request, oldest first.
    pub async fn all(ctx: &Context<'_>, of: &RequestNode) -> Result<Vec<Self>> {
        let asking = asking(ctx)?;
        let messages = actions::list_messages(&asking.tools, asking.caller()?, of.at()).await?;
        Self::shown(ctx, of.request(), messages).await
    }

    async fn shown(ctx: &Context<'_>, of: &Request, messages: Vec<Message>) -> Result<Vec<Self>> {
        let authors = messages.iter().filter_map(|message| message.made_by).collect();
        let seats = actions::seats(&asking(ctx)?.tools, authors).await?;
        let seat = |message: &Message| message.made_by.and_then(|id| seats.get(&id).cloned());
        Ok(messages.iter().map(|message| Self::of((of.tenant, of.subject), message, seat(message))).collect())
    }

    async fn one(ctx: &Context<'_>, tenant: TenantId, message: Message) -> Result<Self> {
        let seats = actions::seats(&asking(ctx)?.tools, message.made_by.into_iter().collect()).await?;
        let seat = message.made_by.and_then(|id| seats.get(&id).cloned());
        Ok(Self::of((tenant, None), &message, seat))
    }

    fn of(
        (tenant, subject): (TenantId, Option<SubjectId>),
        message: &Message,
        author: Option<crate::staff::StaffMember>,
    ) -> Self {
        let is_persons = message.way == model::Way::In;
        let subject = subject.filter(|_| is_persons);
        Self {
            id: node_id(Ref::new(tenant, message.id)),
            way: message.way.into(),
            kind: message.kind.into(),
            locale: message.locale.clone(),
            made_at: message.made_at.utc(),
            made_by: author.map(StaffMember),
            state: message.state.into(),
            sent_at: message.sent_at.map(Instant::utc),
            body: subject.map_or_else(Mask::words, |subject| Mask::of(MaskKind::Words, subject)),
        }
    }

    pub fn is_draft(&self) -> bool {
        self.state == MessageState::Draft
    }
}

/// A message with its words in clear. The record of the look stands already.
#[derive(SimpleObject)]
pub struct RevealedMessage {
    /// The message.
    message: MessageNode,
    /// Its title; empty where it has none.
    title: String,
    /// What it says. What only the person may know, such as a code, is left out.
    body: String,
}

payload! {
    /// What came of writing to the person.
    WriteToPersonPayload {
        /// The letter, queued.
        message: MessageNode
    }
}
payload! {
    /// What came of a question.
    AskPersonPayload {
        /// The letter, queued.
        message: MessageNode
    }
}
payload! {
    /// What came of a note.
    NoteOnRequestPayload {
        /// The note.
        message: MessageNode
    }
}
payload! {
    /// What came of keeping a draft.
    SaveDraftPayload {
        /// The draft.
        message: MessageNode
    }
}
payload! {
    /// What came of opening messages.
    RevealRequestMessagesPayload {
        /// The messages in clear, oldest first.
        messages: Vec<RevealedMessage>
    }
}

/// A letter as it would be sent. It was not, and nothing was done.
#[derive(SimpleObject)]
pub struct LetterPreview {
    /// Its title.
    title: String,
    /// What it says. What only the person may know, such as a code or the link of their page, is left out.
    body: String,
    /// The language it is in.
    locale: String,
    /// Whether it would leave: somebody is written to, and there is an address.
    is_sent: bool,
    /// The day it tells as the old one.
    before: Option<Date>,
    /// The day it tells as the new one.
    after: Option<Date>,
}

impl From<actions::Previewed> for LetterPreview {
    fn from(letter: actions::Previewed) -> Self {
        Self {
            title: letter.title.disclose().to_owned(),
            body: letter.body.disclose().to_owned(),
            locale: letter.locale,
            is_sent: letter.is_sent,
            before: letter.before.map(Date),
            after: letter.after.map(Date),
        }
    }
}

/// What can be asked about letters.
#[derive(Default)]
pub struct MessageQuery;

#[Object]
impl MessageQuery {
    /// A letter as it would be sent, if the request exists for the caller: composed from what is given, with the dates that
    /// doing it would bring. What could not be done is refused as doing it would be. The words of a draft open for whoever may
    /// see data, with a second factor of the last five minutes, and the look is on record.
    async fn letter_preview(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which letter, and what is filled in.")] input: LetterPreviewInput,
    ) -> Result<Option<LetterPreview>> {
        let asking = asking(ctx)?;
        let caller = asking.caller()?;
        let at = request(&input.id)?;
        let draft = draft(at, input.draft.as_ref())?;
        let letter = actions::preview_letter(&asking.tools, caller, at, input.read(draft)).await?;
        Ok(Some(letter.into()))
    }
}

/// What is written about requests.
#[derive(Default)]
pub struct MessageMutation;

#[Object]
impl MessageMutation {
    /// Writes to the person, in words of one's own or those of a draft: sealed at once, and sent by the desk.
    async fn write_to_person(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is written.")] input: WriteToPersonInput,
    ) -> Result<WriteToPersonPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let at = request(&input.id)?;
        let draft = draft(at, input.draft.as_ref())?;
        let body = Personal::new(input.body);
        let written = actions::write_message(&asking.tools, asking.caller()?, at, draft, body, once).await;
        WriteToPersonPayload::of(shown(ctx, at.tenant, written).await)
    }

    /// Asks the person something by letter; no date moves. Where the time is to stand still until the answer, pause it.
    async fn ask_person(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked.")] input: AskPersonInput,
    ) -> Result<AskPersonPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let at = request(&input.id)?;
        let question = Personal::new(input.question);
        let asked = actions::ask_person(&asking.tools, asking.caller()?, at, question, once).await;
        AskPersonPayload::of(shown(ctx, at.tenant, asked).await)
    }

    /// Notes something for colleagues; it goes nowhere.
    async fn note_on_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is noted.")] input: NoteOnRequestInput,
    ) -> Result<NoteOnRequestPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let at = request(&input.id)?;
        let body = Personal::new(input.body);
        let noted = actions::write_note(&asking.tools, asking.caller()?, at, body, once).await;
        NoteOnRequestPayload::of(shown(ctx, at.tenant, noted).await)
    }

    /// Keeps what is to be written to the person, or writes over what was kept before.
    async fn save_draft(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is kept.")] input: SaveDraftInput,
    ) -> Result<SaveDraftPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let at = request(&input.id)?;
        let draft = draft(at, input.draft.as_ref())?;
        let body = Personal::new(input.body);
        let kept = actions::save_draft(&asking.tools, asking.caller()?, at, draft, body, once).await;
        SaveDraftPayload::of(shown(ctx, at.tenant, kept).await)
    }

    /// Opens all that was written about a request, and writes down who looked and why before it answers. Wants a second factor
    /// of the last five minutes.
    async fn reveal_request_messages(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of which request, and why.")] input: RevealRequestMessagesInput,
    ) -> Result<RevealRequestMessagesPayload> {
        let asking = asking(ctx)?;
        let at = request(&input.id)?;
        let reason = Personal::new(input.reason);
        let opened = match actions::read_messages(&asking.tools, asking.caller()?, at, reason).await {
            Ok(opened) => {
                let found = actions::find_listed(&asking.tools, asking.caller()?, at).await?;
                let of = found.ok_or(Error::NotFound("request"))?;
                let (messages, words): (Vec<_>, Vec<_>) =
                    opened.into_iter().map(|(message, title, body)| (message, (title, body))).unzip();
                let shown = MessageNode::shown(ctx, &of, messages).await?;
                let revealed = shown.into_iter().zip(words).map(|(message, (title, body))| RevealedMessage {
                    message,
                    title: title.disclose().to_owned(),
                    body: body.disclose().to_owned(),
                });
                Ok(revealed.collect())
            }
            Err(error) => Err(error),
        };
        RevealRequestMessagesPayload::of(opened)
    }
}

async fn shown(ctx: &Context<'_>, tenant: TenantId, written: Result<Message>) -> Result<MessageNode> {
    MessageNode::one(ctx, tenant, written?).await
}
