//! A promise and its history, as they are answered.

use async_graphql::connection::{Connection, EmptyFields};
use async_graphql::{Context, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};

use super::super::actions;
use super::super::checks;
use super::super::model::{Looked, Promise};
use super::StandingWord;
use crate::floor::graphql::{Listed, PageArgs, asking, connection, instant_key, node_id};
use crate::floor::kernel::{Instant, Ref, Result};

/// One sentence of the page, and how it stands.
pub struct PromiseNode(pub Promise);

/// One sentence of the operator's page, how it is held to, and how it stands.
#[Object(name = "Promise")]
impl PromiseNode {
    /// Its id.
    pub async fn id(&self) -> ID {
        node_id(Ref::of_house(self.0.id))
    }

    /// What the policy calls it.
    async fn code(&self) -> &str {
        &self.0.code
    }

    /// The heading it stands under.
    async fn section(&self) -> &str {
        &self.0.section
    }

    /// The sentence as published, in the policy's first language.
    async fn text(&self) -> &str {
        &self.0.text
    }

    /// How it is measured, in words.
    async fn how(&self) -> &'static str {
        self.check().map_or("no machine can measure it", |check| check.how)
    }

    /// How often it is looked at.
    async fn schedule(&self) -> String {
        match self.check() {
            Some(check) if check.waits_for().is_none() => check.schedule(),
            _ => "never".to_owned(),
        }
    }

    /// How it stands.
    async fn standing(&self) -> StandingWord {
        self.0.standing.into()
    }

    /// What the last look counted.
    async fn figure(&self) -> Option<&str> {
        self.0.figure.as_deref()
    }

    /// The capability that measuring it waits for, where it does.
    async fn waits_for(&self) -> Option<&'static str> {
        self.check().and_then(checks::Check::waits_for)
    }

    /// What is wrong, or why it is not measured.
    async fn why(&self) -> Option<&str> {
        self.0.why.as_deref()
    }

    /// When somebody looked last.
    async fn checked_at(&self) -> Option<DateTime<Utc>> {
        self.0.checked_at.map(Instant::utc)
    }

    /// Since when it stands as it does.
    async fn since(&self) -> DateTime<Utc> {
        self.0.since.utc()
    }

    /// How it stood, newest first: each turn, and else one figure a day.
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the beginning, or after the cursor: 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, or before the cursor: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, LookNode, Listed, EmptyFields>> {
        let asking = asking(ctx)?;
        let scope = actions::may_see(&asking.tools, asking.caller().ok())?;
        let sort = "looks.newest";
        let page = PageArgs { first, after, last, before }.page(sort)?;
        let (rows, total) = actions::history_of(&asking.tools, &scope, self.0.id, page.clone()).await?;
        Ok(connection(sort, &page, rows, total, |look| (instant_key(look.at), look.id), LookNode::from))
    }

    /// Where the rows behind the figure are: a question of the API, a command, or a setting.
    async fn evidence(&self) -> &'static str {
        self.check().map_or("none", |check| check.evidence)
    }
}

impl PromiseNode {
    fn check(&self) -> Option<&'static checks::Check> {
        self.0.check.as_deref().and_then(checks::find)
    }
}

/// How a promise stood once.
#[derive(SimpleObject)]
#[graphql(name = "Look")]
pub struct LookNode {
    /// When.
    at: DateTime<Utc>,
    /// How it stood then.
    standing: StandingWord,
    /// What was counted.
    figure: Option<String>,
}

impl From<Looked> for LookNode {
    fn from(look: Looked) -> Self {
        Self { at: look.at.utc(), standing: look.standing.into(), figure: look.figure }
    }
}
