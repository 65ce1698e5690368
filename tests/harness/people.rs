//! People at the desk, signed in as people are, and how they ask. Nobody here exists.

use std::sync::atomic::{AtomicU32, Ordering};

use reqwest::Client;
use rightsdesk_server::floor::access::{Caller, Permission, Role};
use rightsdesk_server::floor::kernel::{Instant, Personal, Secret, StaffId, TenantId};
use rightsdesk_server::staff::sign_in::{accept, begin_enrolment, confirm_enrolment};
use rightsdesk_server::staff::{Authority, Invitation, Origin, recognise, seats};
use serde_json::{Value, json};
use totp_rs::{Algorithm, Builder};

use crate::world::World;

/// What everybody here signs in with.
pub const PASSWORD: &str = "correct horse battery staple";

/// Somebody with a seat, wholly signed in.
pub struct Person {
    pub id: StaffId,
    pub handle: String,
    pub mail: String,
    /// Of the second factor.
    pub secret: String,
    /// The bearer of a whole session.
    pub token: String,
    /// What keeps the console known.
    pub device: String,
    pub recovery_codes: Vec<String>,
}

impl Person {
    /// The code of this moment.
    pub fn code(&self, at: Instant) -> String {
        code(&self.secret, at)
    }
}

impl World {
    /// A colleague with these roles.
    pub async fn staff(&self, roles: &[Role]) -> Person {
        let roles = roles.to_vec();
        self.person(Authority { roles, permissions: Vec::new(), tenants: None, ends_at: None }).await
    }

    /// A partner who may this for these tenants until then.
    pub async fn partner(&self, permissions: &[Permission], tenants: &[TenantId], until: Instant) -> Person {
        let (permissions, tenants) = (permissions.to_vec(), Some(tenants.to_vec()));
        self.person(Authority { roles: Vec::new(), permissions, tenants, ends_at: Some(until) }).await
    }

    async fn person(&self, authority: Authority) -> Person {
        static PEOPLE: AtomicU32 = AtomicU32::new(0);
        let handle = format!("person{}", PEOPLE.fetch_add(1, Ordering::SeqCst));
        let mail = format!("{handle}@desk.example");
        let (tools, desk, from) = (&self.tools, &self.sign_in, Origin::default);
        let wanted = Invitation { handle: handle.clone(), mail: Personal::new(mail.clone()), authority };
        let invited = seats::invite(tools, &Caller::house(), wanted, None).await.expect("invited");
        let invitation = invited.token.expect("an invitation");
        let half = accept(tools, desk, from(), (invitation, Secret::new(PASSWORD))).await.expect("accepted");
        let half = recognise(tools, half.token.expose()).await.expect("halfway in");
        let secret = begin_enrolment(tools, Some(&half)).await.expect("an enrolment").secret.expose().to_owned();
        // With the code of the step before, so that the one of this moment is still good for whoever comes after.
        let first = code(&secret, tools.watch.now().plus(chrono::Duration::seconds(-30)));
        let enrolled = confirm_enrolment(tools, desk, from(), (Some(&half), first)).await.expect("enrolled");
        let text = |secret: &Secret| secret.expose().to_owned();
        Person {
            id: invited.staff.id,
            handle,
            mail,
            secret,
            token: text(&enrolled.signed_in.token),
            device: enrolled.signed_in.device.as_ref().map(text).expect("a token of the console"),
            recovery_codes: enrolled.recovery_codes.iter().map(text).collect(),
        }
    }
}

/// What an authenticator with this secret shows at this moment.
pub fn code(secret: &str, at: Instant) -> String {
    let secret = totp_rs::Secret::try_from_base32(secret).expect("base 32");
    let totp = Builder::new().with_algorithm(Algorithm::SHA1).with_digits(6).with_secret(secret).build();
    let seconds = u64::try_from(at.micros() / 1_000_000).expect("after 1970");
    totp.expect("a secret long enough").generate(seconds).to_string()
}

/// One call; the whole answer. `url` is the desk's, without a path.
#[expect(clippy::disallowed_methods, reason = "the caller here is a stranger, who has no egress")]
pub async fn ask(url: &str, token: Option<&str>, document: &str, variables: Value) -> Value {
    let call = Client::new().post(format!("{url}/graphql")).json(&json!({ "query": document, "variables": variables }));
    let call = token.into_iter().fold(call, reqwest::RequestBuilder::bearer_auth);
    let answer = call.send().await.expect("an answer").text().await.expect("text");
    serde_json::from_str(&answer).expect("JSON")
}

/// The code of the first error of a call that was refused.
pub fn refusal(answer: &Value) -> &str {
    answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_default()
}
