//! Who the server says that we are, and the two ways of being somebody that need no person: the local desk's file and
//! signing out.

use cynic::{MutationBuilder, QueryBuilder};

use crate::core::ask::{Ask, Trouble};
use crate::core::due::Moment;
use crate::core::me::{Factor, Kind, Me, Pass, Person};
use crate::core::secret::Secret;

use super::ask;
use super::client::Client;
use super::schema::{ServerQuery, UserError, Word, schema};

/// Their answers are read here and go to no place.
const NOWHERE: &str = "";

pub const DOCUMENTS: &[ask::Document] = &[
    ask::query::<ServerQuery, ()>,
    ask::query::<ViewerQuery, ()>,
    ask::mutation::<FileMutation, FileMutationVariables>,
    ask::mutation::<SignOutMutation, ()>,
];

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Query")]
pub struct ViewerQuery {
    viewer: Option<Viewer>,
}

#[derive(cynic::QueryFragment)]
struct Viewer {
    kind: Word<schema::ViewerKind>,
    name: String,
    permissions: Vec<Word<schema::Permission>>,
    stage: Option<Word<schema::SessionStage>>,
    must_enrol: bool,
    fresh_until: Option<Moment>,
    staff: Option<Seat>,
    session: Option<OwnSession>,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "StaffMember")]
struct Seat {
    id: cynic::Id,
    handle: String,
    roles: Vec<Word<schema::Role>>,
    second_factor: Option<Word<schema::SecondFactor>>,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Session")]
struct OwnSession {
    method: Word<schema::SignInMethod>,
    expires_at: Moment,
}

/// What a sign-in hands out.
#[derive(cynic::QueryFragment)]
pub struct SignedIn {
    token: String,
    stage: Word<schema::SessionStage>,
    must_enrol: bool,
    device: Option<String>,
}

#[derive(cynic::QueryFragment)]
pub struct SignInPayload {
    pub sign_in: Option<SignedIn>,
    pub user_errors: Vec<UserError>,
}

#[derive(cynic::QueryVariables)]
pub struct FileMutationVariables {
    token: String,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "FileMutationVariables")]
pub struct FileMutation {
    #[arguments(input: { token: $token })]
    sign_in_with_file: SignInPayload,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation")]
pub struct SignOutMutation {
    #[arguments(input: {})]
    pub sign_out: SignOutPayload,
}

#[derive(cynic::QueryFragment)]
pub struct SignOutPayload {
    pub user_errors: Vec<UserError>,
}

impl SignedIn {
    pub fn pass(self) -> Pass {
        Pass {
            token: Secret::new(self.token),
            device: self.device.map(Secret::new),
            is_whole: self.stage.0 == "FULL",
            must_enrol: self.must_enrol,
        }
    }
}

/// Who the bearer of this client's token is.
pub async fn who_am_i(client: &Client) -> Result<Me, Trouble> {
    let asked = ask::of(NOWHERE, "viewer", &ViewerQuery::build(()));
    let answer = run(client, asked).await?;
    Ok(answer.read::<ViewerQuery>()?.viewer.map_or(Me::Nobody, Viewer::me))
}

/// Exchanges the local desk's file for a session.
pub async fn sign_in_with_file(client: &Client, file: &Secret) -> Result<Pass, Trouble> {
    let operation = FileMutation::build(FileMutationVariables { token: file.expose().to_owned() });
    let answer = run(client, ask::of(NOWHERE, "file", &operation)).await?;
    let signed_in = answer.read::<FileMutation>()?.sign_in_with_file.sign_in;
    signed_in.map(SignedIn::pass).ok_or_else(|| Trouble::Strange("it gave no session".to_owned()))
}

/// Ends the session of this client's token.
pub async fn sign_out(client: &Client) -> Result<(), Trouble> {
    let operation = SignOutMutation::build(());
    run(client, ask::of(NOWHERE, "sign-out", &operation)).await.map(drop)
}

async fn run(client: &Client, asked: Ask) -> Result<crate::core::ask::Answer, Trouble> {
    let data = client.ask(&asked).await?;
    Ok(asked.answer(Ok(data)))
}

impl Viewer {
    fn me(self) -> Me {
        match &self.stage {
            Some(stage) if stage.0 == "PASSWORD" => Me::Halfway { must_enrol: self.must_enrol },
            _ => Me::Someone(self.person()),
        }
    }

    fn person(self) -> Person {
        let kind = match self.kind.0.as_str() {
            "STAFF" => Kind::Staff,
            "MEMBER" => Kind::Member,
            _ => Kind::Key,
        };
        let method = self.session.as_ref().map(|session| session.method.0.as_str());
        let second = self.staff.as_ref().and_then(|seat| seat.second_factor.as_ref()).map(|factor| factor.0.as_str());
        let factor = match (method, second) {
            (None, _) => Factor::None,
            (Some("FILE"), _) => Factor::File,
            (Some("PROVIDER"), _) | (_, Some("PROVIDER")) => Factor::Provider,
            (Some(_), _) => Factor::Code,
        };
        let ends_at = self.session.map(|session| session.expires_at);
        let id = self.staff.as_ref().map(|seat| seat.id.inner().to_owned());
        let seat = self.staff.map(|seat| (seat.handle, seat.roles.iter().map(Word::code).collect()));
        let (name, roles) = seat.unwrap_or((self.name, Vec::new()));
        let permissions = self.permissions.iter().map(Word::code).collect();
        Person { kind, id, name, roles, permissions, factor, fresh_until: self.fresh_until, ends_at }
    }
}
