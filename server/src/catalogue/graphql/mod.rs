//! The face of the policy: what holds, its versions, and how it is changed.

mod parts;
mod people;
mod versions;
mod words;

use std::sync::Arc;

use async_graphql::connection::{Connection, EmptyFields};
use async_graphql::{Context, ID, Object};

pub use people::{PolicyAppKind, PolicyDuty};
pub use versions::PolicyVersionNode;
pub use words::{FieldForm, LegalGround, Sensitivity, Transfer};

use self::parts::{
    PolicyCategory, PolicyKeep, PolicyMatrix, PolicyOperator, PolicyPurpose, PolicyRecipient, PolicyRegion,
    PolicyRetention, PolicyScope, Speech,
};
use self::people::{PolicyCookie, PolicyRight};
use self::versions::{PolicyCheck, PolicyDiff, ProposePolicyInput, PublishPolicyInput, WithdrawPolicyInput};
use self::words::ForbiddenUse;
use super::actions;
use super::model::Version;
use crate::floor::access::Permission;
use crate::floor::graphql::{
    Date, Listed, Needs, PageArgs, Rule, asking, connection, instant_key, once, payload, place, rule,
};
use crate::floor::kernel::{Day, Error, PolicyId, Ref, Result};
use crate::floor::policy::Adopted;

/// What each field asks of a caller.
pub const RULES: &[Rule] = &[
    rule("Query.policy", Needs::Nothing),
    rule("Query.policyVersions", Needs::Permission(Permission::SeeQueue)),
    rule("Query.policyVersion", Needs::Permission(Permission::SeeQueue)),
    rule("Query.policyDiff", Needs::Permission(Permission::SeeQueue)),
    rule("Query.checkPolicy", Needs::Permission(Permission::KeepPolicy)),
    rule("Policy.*", Needs::Parent),
    rule("PolicyOperator.*", Needs::Parent),
    rule("PolicyRegion.*", Needs::Parent),
    rule("PolicyScope.*", Needs::Parent),
    rule("PolicyCategory.*", Needs::Parent),
    rule("PolicyField.*", Needs::Parent),
    rule("PolicyPurpose.*", Needs::Parent),
    rule("PolicyRecipient.*", Needs::Parent),
    rule("PolicyReceives.*", Needs::Parent),
    rule("PolicyWindow.*", Needs::Parent),
    rule("PolicyRetention.*", Needs::Parent),
    rule("PolicyKeep.*", Needs::Parent),
    rule("PolicyMatrix.*", Needs::Parent),
    rule("PolicyMatrixRow.*", Needs::Parent),
    rule("PolicyRight.*", Needs::Parent),
    rule("PolicyAppKind.*", Needs::Parent),
    rule("PolicyCookie.*", Needs::Parent),
    rule("PolicyDuty.*", Needs::Parent),
    rule("PolicyVersion.*", Needs::Parent),
    rule("PolicyVersionConnection.*", Needs::Parent),
    rule("PolicyVersionEdge.*", Needs::Parent),
    rule("PolicyDiff.*", Needs::Parent),
    rule("PolicyChange.*", Needs::Parent),
    rule("PolicyCheck.*", Needs::Parent),
    rule("PolicyFault.*", Needs::Parent),
    rule("Mutation.proposePolicy", Needs::Permission(Permission::KeepPolicy)),
    rule("Mutation.publishPolicy", Needs::Permission(Permission::PublishPolicy)),
    rule("Mutation.withdrawPolicy", Needs::AnyOf(&[Permission::KeepPolicy, Permission::PublishPolicy])),
    rule("ProposePolicyPayload.*", Needs::Parent),
    rule("PublishPolicyPayload.*", Needs::Parent),
    rule("WithdrawPolicyPayload.*", Needs::Parent),
];

/// What can be asked about the policy.
#[derive(Default)]
pub struct CatalogueQuery;

#[Object]
impl CatalogueQuery {
    /// The operator's policy in force. It is public: so is the page it was written from.
    async fn policy(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The language of its texts, such as hi; where it is not written in it, its first.")]
        locale: Option<String>,
    ) -> Result<PolicyNode> {
        let adopted = asking(ctx)?.tools.policy.in_force()?;
        let locale = adopted.policy.spoken(&locale.unwrap_or_default()).to_owned();
        Ok(PolicyNode { adopted, locale })
    }

    /// Every version of the policy, newest first.
    async fn policy_versions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the beginning, or after the cursor: 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, or before the cursor: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, PolicyVersionNode, Listed, EmptyFields>> {
        let asking = asking(ctx)?;
        let sort = "policies.newest";
        let page = PageArgs { first, after, last, before }.page(sort)?;
        let (rows, total) = actions::list(&asking.tools, asking.caller()?, page.clone()).await?;
        let key = |version: &Version| (instant_key(version.proposed_at), version.id.uuid());
        Ok(connection(sort, &page, rows, total, key, PolicyVersionNode))
    }

    /// One version of the policy.
    async fn policy_version(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The version's id.")] id: ID,
    ) -> Result<Option<PolicyVersionNode>> {
        match find_policy_version(ctx, &id).await {
            Err(Error::NotFound(_)) => Ok(None),
            found => found,
        }
    }

    /// What is otherwise between a version and the one it replaces.
    async fn policy_diff(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The version's id.")] id: ID,
    ) -> Result<PolicyDiff> {
        let asking = asking(ctx)?;
        let caller = asking.caller()?;
        caller.permit_house(Permission::SeeQueue)?;
        let (from, to, changes) = actions::compare(&asking.tools, caller, house(&id)?).await?;
        let changes = changes.into_iter().map(Into::into).collect();
        Ok(PolicyDiff { from: from.map(PolicyVersionNode), to: PolicyVersionNode(to), changes })
    }

    /// Looks at the text of a policy as at a proposal, and stores nothing.
    async fn check_policy(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The whole text of the file.")] text: String,
    ) -> Result<PolicyCheck> {
        let asking = asking(ctx)?;
        let judged = actions::judge(&asking.tools, asking.caller()?, &text).await?;
        Ok(PolicyCheck {
            can_be_kept: judged.faults.is_empty(),
            faults: judged.faults.into_iter().map(Into::into).collect(),
            changes: judged.changes.into_iter().map(Into::into).collect(),
        })
    }
}

payload! {
    /// What came of proposing a change of the policy.
    ProposePolicyPayload {
        /// The version, proposed.
        version: PolicyVersionNode
    }
}
payload! {
    /// What came of publishing a change of the policy.
    PublishPolicyPayload {
        /// The version, announced.
        version: PolicyVersionNode
    }
}
payload! {
    /// What came of withdrawing a change of the policy.
    WithdrawPolicyPayload {
        /// The version, withdrawn.
        version: PolicyVersionNode
    }
}

/// What can be done with the policy.
#[derive(Default)]
pub struct CatalogueMutation;

#[Object]
impl CatalogueMutation {
    /// Writes a change of the policy down, if it can be kept. Another person publishes it.
    async fn propose_policy(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change.")] input: ProposePolicyInput,
    ) -> Result<ProposePolicyPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let proposed = actions::propose(&asking.tools, asking.caller()?, input.text, once).await;
        ProposePolicyPayload::of(proposed.map(PolicyVersionNode))
    }

    /// Publishes what somebody else proposed: it is announced now, and holds from its day on. Wants a second factor of
    /// the last five minutes.
    async fn publish_policy(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which version.")] input: PublishPolicyInput,
    ) -> Result<PublishPolicyPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let caller = asking.caller()?;
        caller.permit_house(Permission::PublishPolicy)?;
        let published = actions::publish(&asking.tools, caller, house(&input.id)?, once).await;
        PublishPolicyPayload::of(published.map(PolicyVersionNode))
    }

    /// Takes back a version that does not hold yet. Once it is announced, only who may publish takes it back, with a
    /// second factor of the last five minutes.
    async fn withdraw_policy(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which version.")] input: WithdrawPolicyInput,
    ) -> Result<WithdrawPolicyPayload> {
        let asking = asking(ctx)?;
        let once = once(ctx, input.idempotency_key.as_deref())?;
        let withdrawn = actions::withdraw(&asking.tools, asking.caller()?, house(&input.id)?, once).await;
        WithdrawPolicyPayload::of(withdrawn.map(PolicyVersionNode))
    }
}

/// The version behind an id, for whoever may see versions.
pub async fn find_policy_version(ctx: &Context<'_>, id: &ID) -> Result<Option<PolicyVersionNode>> {
    let asking = asking(ctx)?;
    let scope = asking.caller()?.permit_house(Permission::SeeQueue)?;
    let found = actions::find(&asking.tools, &scope, house(id)?).await?;
    Ok(found.map(PolicyVersionNode))
}

/// A version stands among the house's rows and nowhere else.
fn house(id: &ID) -> Result<PolicyId> {
    let at = place::<PolicyId>(id, "policy version")?;
    if at == Ref::of_house(at.id) { Ok(at.id) } else { Err(Error::NotFound("policy version")) }
}

/// What the operator promises, in one language.
pub struct PolicyNode {
    adopted: Arc<Adopted>,
    locale: String,
}

impl PolicyNode {
    fn speech(&self) -> Speech<'_> {
        Speech { policy: &self.adopted.policy, locale: &self.locale }
    }
}

#[Object(name = "Policy")]
impl PolicyNode {
    /// What it is called, in one word.
    async fn name(&self) -> &str {
        self.adopted.policy.name.get_ref()
    }

    /// Its version; it grows with every change.
    async fn version(&self) -> u32 {
        *self.adopted.policy.version.get_ref()
    }

    /// The day from which it holds.
    async fn effective_on(&self) -> Date {
        Date(Day(self.adopted.policy.effective.get_ref().0))
    }

    /// Its title.
    async fn title(&self) -> String {
        self.speech().say(&self.adopted.policy.title)
    }

    /// The languages it is written in; the first is that of texts that are in no other.
    async fn locales(&self) -> &[String] {
        self.adopted.policy.locales.get_ref()
    }

    /// Who promises.
    async fn operator(&self) -> PolicyOperator {
        PolicyOperator::of(&self.adopted.policy.operator)
    }

    /// Days between the announcement of a change and the day it holds.
    async fn announce_days(&self) -> u32 {
        self.adopted.policy.announces.days
    }

    /// Days in which a new sub-processor may be objected to.
    async fn objection_days(&self) -> u32 {
        self.adopted.policy.announces.objection_days
    }

    /// Whether the page shows how each promise stands.
    async fn standing_is_public(&self) -> bool {
        self.adopted.policy.announces.standing
    }

    /// What is ruled out for everybody.
    async fn forbids(&self) -> Vec<ForbiddenUse> {
        self.adopted.policy.forbids.iter().map(|forbidden| (*forbidden).into()).collect()
    }

    /// Where data stays; null where the page does not say.
    async fn region(&self) -> Option<PolicyRegion> {
        self.adopted.policy.region.as_ref().map(PolicyRegion::of)
    }

    /// The platforms whose stores may be connected.
    async fn platforms(&self) -> Vec<String> {
        parts::codes(&self.adopted.policy.platforms)
    }

    /// What stores are asked for, and why.
    async fn scopes(&self) -> Vec<PolicyScope> {
        self.adopted.policy.scopes.iter().map(|scope| PolicyScope::of(scope, self.speech())).collect()
    }

    /// What is held.
    async fn categories(&self) -> Vec<PolicyCategory> {
        self.adopted.policy.categories.iter().map(|category| PolicyCategory::of(category, self.speech())).collect()
    }

    /// What it is used for; nothing else is a purpose.
    async fn purposes(&self) -> Vec<PolicyPurpose> {
        self.adopted.policy.purposes.iter().map(|purpose| PolicyPurpose::of(purpose, self.speech())).collect()
    }

    /// Who may be given what.
    async fn recipients(&self) -> Vec<PolicyRecipient> {
        self.adopted.policy.recipients.iter().map(|recipient| PolicyRecipient::of(recipient, self.speech())).collect()
    }

    /// How long it is kept.
    async fn retention(&self) -> Vec<PolicyRetention> {
        self.adopted.policy.retention.iter().map(|rule| PolicyRetention::of(rule, self.speech())).collect()
    }

    /// What the law lets the operator keep when a person asks for deletion.
    async fn keeps(&self) -> Vec<PolicyKeep> {
        self.adopted.policy.keeps.iter().map(|keep| PolicyKeep::of(keep, self.speech())).collect()
    }

    /// What people may ask.
    async fn rights(&self) -> Vec<PolicyRight> {
        self.adopted.policy.rights.iter().map(|right| PolicyRight::of(right, self.speech())).collect()
    }

    /// What merchants may connect.
    async fn app_kinds(&self) -> Vec<PolicyAppKind> {
        let (policy, locale) = (&self.adopted.policy, &self.locale);
        policy.app_kinds.iter().map(|kind| PolicyAppKind::of(kind, policy, locale)).collect()
    }

    /// What the pages set.
    async fn cookies(&self) -> Vec<PolicyCookie> {
        self.adopted.policy.cookies.iter().map(|cookie| PolicyCookie::of(cookie, self.speech())).collect()
    }

    /// Who answers for what.
    async fn duties(&self) -> Vec<PolicyDuty> {
        PolicyDuty::all(&self.adopted.policy, &self.locale)
    }

    /// Fields by destinations.
    async fn matrix(&self) -> PolicyMatrix {
        PolicyMatrix::of(self.speech())
    }
}
