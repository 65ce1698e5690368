//! Whoever calls a desk over HTTP, with what he shows at its door.

use rightsdesk_server::floor::kernel::Instant;
use serde_json::{Value, json};

use crate::asked::refusal_in;
use crate::people::{PASSWORD, Person, ask};

/// A caller from outside.
pub struct Visitor {
    url: String,
    token: Option<String>,
}

impl Visitor {
    /// One who shows nothing. `url` is the desk's, without a path.
    pub fn stranger(url: &str) -> Self {
        Self { url: url.to_owned(), token: None }
    }

    pub fn with(url: &str, token: &str) -> Self {
        Self { url: url.to_owned(), token: Some(token.to_owned()) }
    }

    /// The data of an answer. Errors of the call fail.
    pub async fn asks(&self, document: &str, variables: Value) -> Value {
        let answer = ask(&self.url, self.token.as_deref(), document, variables).await;
        assert!(answer["errors"].is_null(), "{answer}");
        answer["data"].clone()
    }

    /// What a mutation answered under its one field. Whatever stood in its way fails.
    pub async fn does(&self, document: &str, input: Value) -> Value {
        let data = self.asks(document, json!({ "input": input })).await;
        let done = data.as_object().expect("data").values().next().expect("one field").clone();
        assert_eq!(done["userErrors"], json!([]), "{done}");
        done
    }

    /// Code and words of what stood in the way.
    pub async fn refused(&self, document: &str, input: Value) -> (String, String) {
        let answer = ask(&self.url, self.token.as_deref(), document, json!({ "input": input })).await;
        refusal_in(&answer)
    }

    /// Shows the second factor once more.
    pub async fn steps_up(&self, person: &Person, at: Instant) {
        let document =
            "mutation ($input: StepUpInput!) { stepUp(input: $input) { session { id } userErrors { code } } }";
        self.does(document, json!({ "code": person.code(at) })).await;
    }
}

impl Person {
    /// Signs in from the known console, with password and second factor.
    pub async fn signs_in(&self, url: &str, at: Instant) -> Visitor {
        let first =
            "mutation ($input: SignInInput!) { signIn(input: $input) { signIn { token } userErrors { code } } }";
        let second = "mutation ($input: ConfirmSignInInput!) { confirmSignIn(input: $input) {
            signIn { token } userErrors { code } } }";
        let token = |done: &Value| done["signIn"]["token"].as_str().expect("a token").to_owned();
        let known = json!({ "mail": self.mail, "password": PASSWORD, "device": self.device });
        let half = Visitor::with(url, &token(&Visitor::stranger(url).does(first, known).await));
        Visitor::with(url, &token(&half.does(second, json!({ "code": self.code(at) })).await))
    }
}
