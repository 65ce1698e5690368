//! What the places of the door say to the server. Each token and code is in an answer once and kept nowhere here.

#![expect(dead_code, reason = "the client reads what a payload complains of; here it is selected")]

use cynic::MutationBuilder;

use crate::api::ask::{self, Document, of};
use crate::api::schema::{UserError, schema};
use crate::api::viewer::{SignInPayload, SignedIn};
use crate::core::ask::{Answer, Ask, Trouble};
use crate::core::due::Moment;
use crate::core::me::Pass;

/// Everything the door can send.
pub const DOCUMENTS: &[Document] = &[
    ask::mutation::<SignIn, SignInVariables>,
    ask::mutation::<ConfirmSignIn, CodeVariables>,
    ask::mutation::<RecoverSignIn, CodeVariables>,
    ask::mutation::<AcceptInvitation, AcceptInvitationVariables>,
    ask::mutation::<BeginDevice, BeginDeviceVariables>,
    ask::mutation::<PollDevice, PollDeviceVariables>,
    ask::mutation::<BeginEnrolment, ()>,
    ask::mutation::<ConfirmEnrolment, CodeVariables>,
    ask::mutation::<StepUp, CodeVariables>,
];

#[derive(cynic::QueryVariables)]
pub struct SignInVariables {
    pub mail: String,
    pub password: String,
    pub device: Option<String>,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "SignInVariables")]
pub struct SignIn {
    #[arguments(input: { mail: $mail, password: $password, device: $device })]
    sign_in: SignInPayload,
}

#[derive(cynic::QueryVariables)]
pub struct CodeVariables {
    pub code: String,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "CodeVariables")]
pub struct ConfirmSignIn {
    #[arguments(input: { code: $code })]
    confirm_sign_in: SignInPayload,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "CodeVariables")]
pub struct RecoverSignIn {
    #[arguments(input: { recoveryCode: $code })]
    recover_sign_in: SignInPayload,
}

#[derive(cynic::QueryVariables)]
pub struct AcceptInvitationVariables {
    pub invitation: String,
    pub password: String,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "AcceptInvitationVariables")]
pub struct AcceptInvitation {
    #[arguments(input: { invitation: $invitation, password: $password })]
    accept_invitation: SignInPayload,
}

#[derive(cynic::QueryVariables)]
pub struct BeginDeviceVariables {
    pub invitation: Option<String>,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "BeginDeviceVariables")]
pub struct BeginDevice {
    #[arguments(input: { invitation: $invitation })]
    begin_device_sign_in: BeginDeviceSignInPayload,
}

#[derive(cynic::QueryFragment)]
pub struct BeginDeviceSignInPayload {
    device_sign_in: Option<DeviceSignIn>,
    user_errors: Vec<UserError>,
}

#[derive(cynic::QueryFragment)]
pub struct DeviceSignIn {
    pub attempt: String,
    pub user_code: String,
    pub page: String,
    pub expires_at: Moment,
    pub interval_seconds: i32,
}

#[derive(cynic::QueryVariables)]
pub struct PollDeviceVariables {
    pub attempt: String,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "PollDeviceVariables")]
pub struct PollDevice {
    #[arguments(input: { attempt: $attempt })]
    poll_device_sign_in: SignInPayload,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation")]
pub struct BeginEnrolment {
    #[arguments(input: {})]
    begin_enrolment: BeginEnrolmentPayload,
}

#[derive(cynic::QueryFragment)]
pub struct BeginEnrolmentPayload {
    enrolment: Option<Enrolment>,
    user_errors: Vec<UserError>,
}

#[derive(cynic::QueryFragment)]
pub struct Enrolment {
    pub secret: String,
    pub uri: String,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "CodeVariables")]
pub struct ConfirmEnrolment {
    #[arguments(input: { code: $code })]
    confirm_enrolment: ConfirmEnrolmentPayload,
}

#[derive(cynic::QueryFragment)]
pub struct ConfirmEnrolmentPayload {
    enrolled: Option<Enrolled>,
    user_errors: Vec<UserError>,
}

#[derive(cynic::QueryFragment)]
pub struct Enrolled {
    sign_in: SignedIn,
    recovery_codes: Vec<String>,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "CodeVariables")]
pub struct StepUp {
    #[arguments(input: { code: $code })]
    step_up: StepUpPayload,
}

#[derive(cynic::QueryFragment)]
pub struct StepUpPayload {
    user_errors: Vec<UserError>,
}

/// A part of a sign-in, by the tag it is asked and answered under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Password,
    Code,
    Recovery,
    Invitation,
    Device,
    Poll,
}

impl Part {
    const ALL: [Self; 6] = [Self::Password, Self::Code, Self::Recovery, Self::Invitation, Self::Device, Self::Poll];

    pub fn tag(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Code => "code",
            Self::Recovery => "recovery",
            Self::Invitation => "invitation",
            Self::Device => "device",
            Self::Poll => "poll",
        }
    }

    pub fn of(answer: &Answer) -> Option<Self> {
        Self::ALL.into_iter().find(|part| part.tag() == answer.tag)
    }
}

pub fn password(to: &'static str, mail: &str, password: &str, device: Option<String>) -> Ask {
    let variables = SignInVariables { mail: mail.to_owned(), password: password.to_owned(), device };
    of(to, Part::Password.tag(), &SignIn::build(variables))
}

pub fn code(to: &'static str, code: &str) -> Ask {
    of(to, Part::Code.tag(), &ConfirmSignIn::build(CodeVariables { code: code.to_owned() }))
}

pub fn recovery(to: &'static str, code: &str) -> Ask {
    of(to, Part::Recovery.tag(), &RecoverSignIn::build(CodeVariables { code: code.to_owned() }))
}

pub fn invitation(to: &'static str, invitation: &str, password: &str) -> Ask {
    let variables = AcceptInvitationVariables { invitation: invitation.to_owned(), password: password.to_owned() };
    of(to, Part::Invitation.tag(), &AcceptInvitation::build(variables))
}

pub fn begin_device(to: &'static str, invitation: Option<String>) -> Ask {
    of(to, Part::Device.tag(), &BeginDevice::build(BeginDeviceVariables { invitation }))
}

pub fn poll_device(to: &'static str, attempt: &str) -> Ask {
    of(to, Part::Poll.tag(), &PollDevice::build(PollDeviceVariables { attempt: attempt.to_owned() }))
}

pub fn begin_enrolment(to: &'static str) -> Ask {
    of(to, "begin", &BeginEnrolment::build(()))
}

pub fn confirm_enrolment(to: &'static str, code: &str) -> Ask {
    of(to, "confirm", &ConfirmEnrolment::build(CodeVariables { code: code.to_owned() }))
}

pub fn step_up(to: &'static str, code: &str) -> Ask {
    of(to, "step-up", &StepUp::build(CodeVariables { code: code.to_owned() }))
}

/// What a part of a sign-in handed out.
pub fn pass(part: Part, answer: &Answer) -> Result<Pass, Trouble> {
    let payload = match part {
        Part::Password => answer.read::<SignIn>()?.sign_in,
        Part::Code => answer.read::<ConfirmSignIn>()?.confirm_sign_in,
        Part::Recovery => answer.read::<RecoverSignIn>()?.recover_sign_in,
        Part::Invitation => answer.read::<AcceptInvitation>()?.accept_invitation,
        Part::Device | Part::Poll => answer.read::<PollDevice>()?.poll_device_sign_in,
    };
    payload.sign_in.map(SignedIn::pass).ok_or_else(nothing)
}

pub fn device(answer: &Answer) -> Result<DeviceSignIn, Trouble> {
    answer.read::<BeginDevice>()?.begin_device_sign_in.device_sign_in.ok_or_else(nothing)
}

pub fn enrolment(answer: &Answer) -> Result<Enrolment, Trouble> {
    answer.read::<BeginEnrolment>()?.begin_enrolment.enrolment.ok_or_else(nothing)
}

pub fn enrolled(answer: &Answer) -> Result<(Pass, Vec<String>), Trouble> {
    let enrolled = answer.read::<ConfirmEnrolment>()?.confirm_enrolment.enrolled.ok_or_else(nothing)?;
    Ok((enrolled.sign_in.pass(), enrolled.recovery_codes))
}

fn nothing() -> Trouble {
    Trouble::Strange("it says neither yes nor no".to_owned())
}
