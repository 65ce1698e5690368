//! Signing in, in the API. Each token leaves once and is nowhere to be read again.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};

use super::sessions::{Session, SessionStage};
use super::{desk, origin};
use crate::floor::graphql::{asking, payload};
use crate::floor::kernel::{Personal, Result, Secret};
use crate::staff::{self, sign_in};

/// A session that was just made.
#[derive(SimpleObject)]
pub struct SignedIn {
    /// The bearer token of what follows, shown once. The one the call came with is dead.
    token: String,
    /// How much the session was shown.
    stage: SessionStage,
    /// Whether a second factor has to be enrolled before anything else.
    must_enrol: bool,
    /// When the session ends at the latest.
    expires_at: DateTime<Utc>,
    /// What keeps this console known: sent with the next sign-in, others' guesses do not count against it.
    device: Option<String>,
}

impl From<staff::SignedIn> for SignedIn {
    fn from(signed_in: staff::SignedIn) -> Self {
        Self {
            token: signed_in.token.expose().to_owned(),
            stage: signed_in.session.stage.into(),
            must_enrol: signed_in.must_enrol,
            expires_at: signed_in.session.expires_at.utc(),
            device: signed_in.device.map(|device| device.expose().to_owned()),
        }
    }
}

/// What a second factor's authenticator needs, shown once.
#[derive(SimpleObject)]
pub struct Enrolment {
    /// The secret in base 32, to be typed.
    secret: String,
    /// The same as an otpauth address, to be scanned.
    uri: String,
}

/// A second factor that was proved.
#[derive(SimpleObject)]
pub struct Enrolled {
    /// The whole session.
    sign_in: SignedIn,
    /// For the day the authenticator is lost: each once, shown once.
    recovery_codes: Vec<String>,
}

/// The first half of signing in.
#[derive(InputObject)]
struct SignInInput {
    /// The mail address of the seat.
    mail: String,
    /// The password.
    password: String,
    /// The token that keeps this console known, from an earlier sign-in.
    device: Option<String>,
}

/// The second half of signing in.
#[derive(InputObject)]
struct ConfirmSignInInput {
    /// The authenticator's code of this moment.
    code: String,
}

/// The way in on the day the authenticator is lost.
#[derive(InputObject)]
struct RecoverSignInInput {
    /// One of the codes that were shown at enrolment.
    recovery_code: String,
}

/// The way in at a desk of one's own.
#[derive(InputObject)]
struct SignInWithFileInput {
    /// What stands in the token file.
    token: String,
}

/// Nothing is asked.
#[derive(InputObject)]
struct BeginEnrolmentInput {
    /// Not used: an input has at least one field.
    client_mutation_id: Option<String>,
}

/// The proof that the authenticator has the secret.
#[derive(InputObject)]
struct ConfirmEnrolmentInput {
    /// The authenticator's code of this moment.
    code: String,
}

/// An invitation taken up.
#[derive(InputObject)]
struct AcceptInvitationInput {
    /// The token of the invitation.
    invitation: String,
    /// The password to sign in with from now on.
    password: String,
}

/// The second factor shown again.
#[derive(InputObject)]
struct StepUpInput {
    /// The authenticator's code of this moment.
    code: String,
}

/// Another password.
#[derive(InputObject)]
struct ChangePasswordInput {
    /// The one until now.
    current: String,
    /// The one from now on.
    new: String,
}

payload! {
    /// What came of a step of signing in.
    SignInPayload {
        /// The session.
        sign_in: SignedIn
    }
}

payload! {
    /// The beginning of an enrolment.
    BeginEnrolmentPayload {
        /// What the authenticator needs.
        enrolment: Enrolment
    }
}

payload! {
    /// The end of an enrolment.
    ConfirmEnrolmentPayload {
        /// The whole session and the recovery codes.
        enrolled: Enrolled
    }
}

payload! {
    /// A session made fresh again.
    StepUpPayload {
        /// The session.
        session: Session
    }
}

payload! {
    /// Another password set.
    ChangePasswordPayload {
        /// The session that takes the place of all others.
        sign_in: SignedIn
    }
}

/// Signing in.
#[derive(Default)]
pub struct SignInMutation;

#[Object]
impl SignInMutation {
    /// Mail address and password: a session that may show the second factor, or enrol one, and nothing else.
    async fn sign_in(&self, ctx: &Context<'_>, #[graphql(desc = "Who.")] input: SignInInput) -> Result<SignInPayload> {
        let asking = asking(ctx)?;
        let shown = (Personal::new(input.mail), Secret::new(input.password), input.device.map(Secret::new));
        let signed_in = sign_in::sign_in(&asking.tools, desk(ctx)?, origin(asking), shown).await;
        SignInPayload::of(signed_in.map(Into::into))
    }

    /// The second factor, behind the password: a whole session.
    async fn confirm_sign_in(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The code.")] input: ConfirmSignInInput,
    ) -> Result<SignInPayload> {
        let asking = asking(ctx)?;
        let shown = (asking.caller.as_ref(), input.code);
        let signed_in = sign_in::confirm(&asking.tools, desk(ctx)?, origin(asking), shown).await;
        SignInPayload::of(signed_in.map(Into::into))
    }

    /// A recovery code, behind the password: the lost second factor is gone, and another may be enrolled.
    async fn recover_sign_in(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The code.")] input: RecoverSignInInput,
    ) -> Result<SignInPayload> {
        let asking = asking(ctx)?;
        let shown = (asking.caller.as_ref(), Secret::new(input.recovery_code));
        let signed_in = sign_in::recover(&asking.tools, desk(ctx)?, origin(asking), shown).await;
        SignInPayload::of(signed_in.map(Into::into))
    }

    /// The token file of a desk of one's own: a whole session of its first admin.
    async fn sign_in_with_file(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token.")] input: SignInWithFileInput,
    ) -> Result<SignInPayload> {
        let asking = asking(ctx)?;
        let token = Secret::new(input.token.trim());
        let signed_in = sign_in::sign_in_with_file(&asking.tools, desk(ctx)?, origin(asking), token).await;
        SignInPayload::of(signed_in.map(Into::into))
    }

    /// A new second factor for a seat that has none.
    async fn begin_enrolment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Nothing.")] input: BeginEnrolmentInput,
    ) -> Result<BeginEnrolmentPayload> {
        let _ = input.client_mutation_id;
        let asking = asking(ctx)?;
        let begun = sign_in::begin_enrolment(&asking.tools, asking.caller.as_ref()).await;
        BeginEnrolmentPayload::of(begun.map(|enrolment| Enrolment {
            secret: enrolment.secret.expose().to_owned(),
            uri: enrolment.uri.expose().to_owned(),
        }))
    }

    /// The first code of a new second factor: a whole session, and the recovery codes.
    async fn confirm_enrolment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The code.")] input: ConfirmEnrolmentInput,
    ) -> Result<ConfirmEnrolmentPayload> {
        let asking = asking(ctx)?;
        let shown = (asking.caller.as_ref(), input.code);
        let enrolled = sign_in::confirm_enrolment(&asking.tools, desk(ctx)?, origin(asking), shown).await;
        ConfirmEnrolmentPayload::of(enrolled.map(|enrolled| Enrolled {
            sign_in: enrolled.signed_in.into(),
            recovery_codes: enrolled.recovery_codes.iter().map(|code| code.expose().to_owned()).collect(),
        }))
    }

    /// Takes up an invitation with a password: a session that may enrol a second factor.
    async fn accept_invitation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The invitation and the password.")] input: AcceptInvitationInput,
    ) -> Result<SignInPayload> {
        let asking = asking(ctx)?;
        let shown = (Secret::new(input.invitation.trim()), Secret::new(input.password));
        let signed_in = sign_in::accept(&asking.tools, desk(ctx)?, origin(asking), shown).await;
        SignInPayload::of(signed_in.map(Into::into))
    }

    /// The second factor shown again: for five minutes, what is dangerous may be done.
    async fn step_up(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The code.")] input: StepUpInput,
    ) -> Result<StepUpPayload> {
        let asking = asking(ctx)?;
        let fresh = sign_in::step_up(&asking.tools, asking.caller()?, input.code).await;
        StepUpPayload::of(fresh.map(Session::from))
    }

    /// Sets another password; all other sessions end.
    async fn change_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The old one and the new.")] input: ChangePasswordInput,
    ) -> Result<ChangePasswordPayload> {
        let asking = asking(ctx)?;
        let words = (Secret::new(input.current), Secret::new(input.new));
        let changed =
            sign_in::change_password(&asking.tools, desk(ctx)?, origin(asking), asking.caller()?, words).await;
        ChangePasswordPayload::of(changed.map(Into::into))
    }
}
