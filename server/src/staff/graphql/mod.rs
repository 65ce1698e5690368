//! The API's face of seats, sessions and signing in. It decides nothing: it reads inputs, calls the actions and puts
//! what they answer into words.

mod provider;
mod seats;
mod sessions;
mod sign_in;
mod viewer;

pub use provider::{DeviceSignIn, ProviderMutation};
pub use seats::{SeatMutation, SeatQuery, StaffMember, find as find_staff_member};
pub use sessions::{Session, SessionMutation, SessionQuery, SessionStage, find as find_session};
pub use sign_in::{SignInMutation, SignInPayload, SignedIn};
pub use viewer::{Viewer, ViewerQuery};

use async_graphql::{Context, MergedObject};

use crate::floor::access::Permission::{KeepStaff, SeeStaff};
use crate::floor::graphql::{Asking, Needs, Rule, rule};
use crate::floor::kernel::{Error, Result};
use crate::staff::{Origin, SignIn};

/// What is asked of staff.
#[derive(MergedObject, Default)]
pub struct StaffQuery(ViewerQuery, SeatQuery, SessionQuery);

/// What is done by and to staff.
#[derive(MergedObject, Default)]
pub struct StaffMutation(SignInMutation, ProviderMutation, SessionMutation, SeatMutation);

/// Who may have which field of this slice.
pub const RULES: &[Rule] = &[
    rule("Query.viewer", Needs::Nothing),
    rule("Query.staff", Needs::Permission(SeeStaff)),
    rule("Query.staffMember", Needs::OwnOr(SeeStaff)),
    rule("Query.sessions", Needs::OwnOr(SeeStaff)),
    rule("Mutation.signIn", Needs::Nothing),
    rule("Mutation.signInWithFile", Needs::Nothing),
    rule("Mutation.acceptInvitation", Needs::Nothing),
    rule("Mutation.beginDeviceSignIn", Needs::Nothing),
    rule("Mutation.pollDeviceSignIn", Needs::Nothing),
    rule("Mutation.confirmSignIn", Needs::Session),
    rule("Mutation.recoverSignIn", Needs::Session),
    rule("Mutation.beginEnrolment", Needs::Session),
    rule("Mutation.confirmEnrolment", Needs::Session),
    rule("Mutation.signOut", Needs::Session),
    rule("Mutation.stepUp", Needs::Caller),
    rule("Mutation.changePassword", Needs::Caller),
    rule("Mutation.endSession", Needs::OwnOr(KeepStaff)),
    rule("Mutation.inviteStaff", Needs::Permission(KeepStaff)),
    rule("Mutation.changeStaff", Needs::Permission(KeepStaff)),
    rule("Mutation.renewInvitation", Needs::Permission(KeepStaff)),
    rule("Mutation.disableStaff", Needs::Permission(KeepStaff)),
    rule("Mutation.enableStaff", Needs::Permission(KeepStaff)),
    rule("Viewer.*", Needs::Parent),
    rule("StaffMember.*", Needs::Parent),
    rule("StaffMemberConnection.*", Needs::Parent),
    rule("StaffMemberEdge.*", Needs::Parent),
    rule("Session.*", Needs::Parent),
    rule("SessionConnection.*", Needs::Parent),
    rule("SessionEdge.*", Needs::Parent),
    rule("SignedIn.*", Needs::Parent),
    rule("DeviceSignIn.*", Needs::Parent),
    rule("Enrolment.*", Needs::Parent),
    rule("Enrolled.*", Needs::Parent),
    rule("Invited.*", Needs::Parent),
    rule("SignInPayload.*", Needs::Parent),
    rule("BeginEnrolmentPayload.*", Needs::Parent),
    rule("ConfirmEnrolmentPayload.*", Needs::Parent),
    rule("BeginDeviceSignInPayload.*", Needs::Parent),
    rule("StepUpPayload.*", Needs::Parent),
    rule("ChangePasswordPayload.*", Needs::Parent),
    rule("SignOutPayload.*", Needs::Parent),
    rule("EndSessionPayload.*", Needs::Parent),
    rule("InviteStaffPayload.*", Needs::Parent),
    rule("ChangeStaffPayload.*", Needs::Parent),
    rule("RenewInvitationPayload.*", Needs::Parent),
    rule("DisableStaffPayload.*", Needs::Parent),
    rule("EnableStaffPayload.*", Needs::Parent),
];

fn desk<'a>(ctx: &Context<'a>) -> Result<&'a SignIn> {
    ctx.data::<SignIn>().map_err(|_| Error::internal("the schema was built without its way to sign in"))
}

fn origin(asking: &Asking) -> Origin {
    Origin { source: asking.source.clone(), client: asking.client.clone() }
}
