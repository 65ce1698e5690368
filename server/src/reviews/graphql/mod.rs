//! The face of reviews.

mod inputs;
mod nodes;
mod words;

use std::sync::Arc;

use async_graphql::connection::{Connection, EmptyFields};
use async_graphql::{Context, ID, Object};

pub use nodes::{CampaignNode, ReviewItemNode};

use self::inputs::{
    DecideReviewItemInput, ExportCampaignInput, OpenCampaignInput, RevealReviewReasonInput, SignOffCampaignInput,
};
use self::nodes::EvidenceNode;
use super::actions::{self, Shown};
use crate::floor::access::Permission;
use crate::floor::graphql::{
    Listed, Needs, PageArgs, Rule, asking, connection, instant_key, once, payload, place, rule,
};
use crate::floor::kernel::{Error, Result};
use crate::grants::RevealedReasonNode;

/// Those who may read what was reviewed.
const READERS: Needs = Needs::AnyOf(&[Permission::ReviewAccess, Permission::SeeStaff]);

/// What each field asks of a caller.
pub const RULES: &[Rule] = &[
    rule("Query.campaigns", READERS),
    rule("Query.campaign", READERS),
    rule("Query.reviewItem", READERS),
    rule("Campaign.*", Needs::Parent),
    rule("CampaignConnection.*", Needs::Parent),
    rule("CampaignEdge.*", Needs::Parent),
    rule("CampaignFigures.*", Needs::Parent),
    rule("ReviewExtract.*", Needs::Parent),
    rule("ReviewCount.*", Needs::Parent),
    rule("ReviewItem.*", Needs::Parent),
    rule("ReviewItemConnection.*", Needs::Parent),
    rule("ReviewItemEdge.*", Needs::Parent),
    rule("ReviewFact.*", Needs::Parent),
    rule("ReviewEvidence.*", Needs::Parent),
    rule("Mutation.openCampaign", Needs::Permission(Permission::ReviewAccess)),
    rule("Mutation.decideReviewItem", Needs::Permission(Permission::ReviewAccess)),
    rule("Mutation.signOffCampaign", Needs::Permission(Permission::ReviewAccess)),
    rule("Mutation.exportCampaign", READERS),
    rule("Mutation.revealReviewReason", Needs::Permission(Permission::ReviewAccess)),
    rule("OpenCampaignPayload.*", Needs::Parent),
    rule("DecideReviewItemPayload.*", Needs::Parent),
    rule("SignOffCampaignPayload.*", Needs::Parent),
    rule("ExportCampaignPayload.*", Needs::Parent),
    rule("RevealReviewReasonPayload.*", Needs::Parent),
];

/// What can be asked about reviews.
#[derive(Default)]
pub struct ReviewQuery;

#[Object]
impl ReviewQuery {
    /// Campaigns, newest first.
    async fn campaigns(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the beginning, or after the cursor: 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, or before the cursor: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, CampaignNode, Listed, EmptyFields>> {
        let asking = asking(ctx)?;
        let caller = asking.caller()?;
        let sort = "campaigns.newest";
        let page = PageArgs { first, after, last, before }.page(sort)?;
        let (rows, total) = actions::list_campaigns(&asking.tools, caller, page.clone()).await?;
        let key = |shown: &Shown| (instant_key(shown.campaign.opened_at), shown.campaign.id.uuid());
        Ok(connection(sort, &page, rows, total, key, |shown| CampaignNode(Arc::new(shown))))
    }

    /// One campaign; null where there is none.
    async fn campaign(&self, ctx: &Context<'_>, #[graphql(desc = "Which.")] id: ID) -> Result<Option<CampaignNode>> {
        none_if_missing(find_campaign(ctx, &id).await)
    }

    /// One row of a campaign; null where there is none.
    async fn review_item(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] id: ID,
    ) -> Result<Option<ReviewItemNode>> {
        none_if_missing(find_review_item(ctx, &id).await)
    }
}

fn none_if_missing<T>(found: Result<Option<T>>) -> Result<Option<T>> {
    match found {
        Err(Error::NotFound(_)) => Ok(None),
        found => found,
    }
}

payload! {
    /// What came of opening a campaign.
    OpenCampaignPayload {
        /// The campaign, with everything there was.
        campaign: CampaignNode
    }
}
payload! {
    /// What came of deciding about a row.
    DecideReviewItemPayload {
        /// The row, decided; taken away and proven already, where that could be done at once.
        item: ReviewItemNode
    }
}
payload! {
    /// What came of signing off.
    SignOffCampaignPayload {
        /// The campaign, of which nothing changes any more.
        campaign: CampaignNode
    }
}
payload! {
    /// What came of asking for evidence.
    ExportCampaignPayload {
        /// The document and its signature.
        evidence: EvidenceNode
    }
}
payload! {
    /// What came of opening the words of a decision.
    RevealReviewReasonPayload {
        /// The words in clear.
        revealed: RevealedReasonNode
    }
}

/// What can be done with reviews.
#[derive(Default)]
pub struct ReviewMutation;

#[Object]
impl ReviewMutation {
    /// Opens a campaign over everything there is of its kinds at this moment.
    async fn open_campaign(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The campaign.")] input: OpenCampaignInput,
    ) -> Result<OpenCampaignPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let opened = actions::open_campaign(&asking.tools, asking.caller()?, input.read(), once).await;
        OpenCampaignPayload::of(opened.map(|shown| CampaignNode(Arc::new(shown))))
    }

    /// Decides about a row, or decides otherwise until the campaign is signed off: never about one's own, nor about what
    /// one gave. To take something away wants a second factor of the last five minutes.
    async fn decide_review_item(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What, and why.")] input: DecideReviewItemInput,
    ) -> Result<DecideReviewItemPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let at = (place(&input.id, "review item")?, input.version);
        let decided = actions::decide_item(&asking.tools, asking.caller()?, at, input.read(), once).await;
        DecideReviewItemPayload::of(decided.map(ReviewItemNode))
    }

    /// Signs off a campaign that another person opened, once every row is decided and what was to go is proven gone or
    /// excepted. Wants a second factor of the last five minutes.
    async fn sign_off_campaign(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which campaign.")] input: SignOffCampaignInput,
    ) -> Result<SignOffCampaignPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let at = place(&input.id, "campaign")?;
        let signed = actions::sign_off(&asking.tools, asking.caller()?, at, once).await;
        SignOffCampaignPayload::of(signed.map(|shown| CampaignNode(Arc::new(shown))))
    }

    /// All of a campaign as one signed document, for whoever was not there.
    async fn export_campaign(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which campaign.")] input: ExportCampaignInput,
    ) -> Result<ExportCampaignPayload> {
        let asking = asking(ctx)?;
        let at = place(&input.id, "campaign")?;
        let exported = actions::export_campaign(&asking.tools, asking.caller()?, at).await;
        ExportCampaignPayload::of(exported.and_then(EvidenceNode::of))
    }

    /// Opens the words that somebody gave for a decision, and writes down who looked before it answers. Wants a second
    /// factor of the last five minutes.
    async fn reveal_review_reason(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of which row.")] input: RevealReviewReasonInput,
    ) -> Result<RevealReviewReasonPayload> {
        let asking = asking(ctx)?;
        let at = place(&input.id, "review item")?;
        let revealed = actions::reveal_reason(&asking.tools, asking.caller()?, at).await;
        RevealReviewReasonPayload::of(revealed.map(|revealed| RevealedReasonNode::of(&revealed)))
    }
}

/// The campaign behind an id, for `node`.
pub async fn find_campaign(ctx: &Context<'_>, id: &ID) -> Result<Option<CampaignNode>> {
    let asking = asking(ctx)?;
    let found = actions::find_campaign(&asking.tools, asking.caller()?, place(id, "campaign")?).await?;
    Ok(found.map(|shown| CampaignNode(Arc::new(shown))))
}

/// The row behind an id, for `node`.
pub async fn find_review_item(ctx: &Context<'_>, id: &ID) -> Result<Option<ReviewItemNode>> {
    let asking = asking(ctx)?;
    let found = actions::find_item(&asking.tools, asking.caller()?, place(id, "review item")?).await?;
    Ok(found.map(ReviewItemNode))
}
