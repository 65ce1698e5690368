//! Signing in through the company's identity provider, in the API.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};

use super::sign_in::SignInPayload;
use super::{desk, origin};
use crate::floor::graphql::{asking, payload};
use crate::floor::kernel::{Result, Secret};
use crate::staff::provider;

/// A sign-in that waits for the person's yes at the identity provider.
#[derive(SimpleObject)]
pub struct DeviceSignIn {
    /// Stands for this sign-in when it is asked about; shown once.
    attempt: String,
    /// The code that the person finds on the page and at the provider.
    user_code: String,
    /// Where the person goes, on any device with a browser.
    page: String,
    /// When it ends.
    expires_at: DateTime<Utc>,
    /// How many seconds to wait between two questions about it.
    interval_seconds: i32,
}

impl From<provider::Begun> for DeviceSignIn {
    fn from(begun: provider::Begun) -> Self {
        Self {
            attempt: begun.attempt.expose().to_owned(),
            user_code: begun.user_code,
            page: begun.page,
            expires_at: begun.expires_at.utc(),
            interval_seconds: begun.step,
        }
    }
}

/// A sign-in through the identity provider.
#[derive(InputObject)]
struct BeginDeviceSignInInput {
    /// The token of an invitation, where this is the first time.
    invitation: Option<String>,
}

/// A question about one.
#[derive(InputObject)]
struct PollDeviceSignInInput {
    /// What stands for it.
    attempt: String,
}

payload! {
    /// A sign-in begun.
    BeginDeviceSignInPayload {
        /// What the person needs to go on.
        device_sign_in: DeviceSignIn
    }
}

/// Signing in through the company's identity provider.
#[derive(Default)]
pub struct ProviderMutation;

#[Object]
impl ProviderMutation {
    /// Begins a sign-in at the identity provider. With a whole session as bearer it will make that one fresh again.
    async fn begin_device_sign_in(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "An invitation, if there is one.")] input: BeginDeviceSignInInput,
    ) -> Result<BeginDeviceSignInPayload> {
        let asking = asking(ctx)?;
        let invitation = input.invitation.map(|token| Secret::new(token.trim()));
        let begun = provider::begin(&asking.tools, asking.caller.as_ref(), origin(asking), invitation.as_ref()).await;
        BeginDeviceSignInPayload::of(begun.map(Into::into))
    }

    /// Asks whether the person has said yes: then a whole session; until then the user error `PENDING` or `SLOW_DOWN`.
    /// A step up is asked about with the session that began it as bearer, and gives that session another token.
    async fn poll_device_sign_in(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: PollDeviceSignInInput,
    ) -> Result<SignInPayload> {
        let asking = asking(ctx)?;
        let (caller, attempt) = (asking.caller.as_ref(), Secret::new(input.attempt.trim()));
        let polled = provider::poll(&asking.tools, desk(ctx)?.lives, caller, &attempt, origin(asking)).await;
        SignInPayload::of(polled.map(Into::into))
    }
}
