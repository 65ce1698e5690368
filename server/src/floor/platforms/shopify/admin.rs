//! The admin's GraphQL: what an app asks a shop about its own grant, and how anything else is asked for its price. It
//! reads no row of a shop's.

use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::super::talk::{LATER, PAGE, later, send, send_of_one};
use super::super::{Fate, Revoked, Visit};
use crate::floor::egress::{Answer, Call};
use crate::floor::kernel::Secret;

const PATH: &str = "/admin/api/2026-10/graphql.json";
const SCOPES: &str = "{ currentAppInstallation { accessScopes { handle } } }";
const UNINSTALL: &str = "mutation { appUninstall { userErrors { code } } }";
const REVOKE: &str = "mutation($scopes: [String!]!) { appRevokeAccessScopes(scopes: $scopes) { userErrors { code } } }";

const REMOVE_IT: &str = "Remove the app in the Shopify admin, under Settings, Apps and sales channels: Shopify did not let it remove itself.";
const REQUIRED: &str = "Shopify revokes only what an app declares as optional. Remove the app in the Shopify admin, under \
     Settings, Apps and sales channels, and connect the store again with fewer scopes.";

#[derive(Deserialize)]
struct Document<T> {
    data: Option<T>,
    #[serde(default)]
    errors: Vec<Problem>,
    extensions: Option<Extensions>,
}

#[derive(Deserialize)]
struct Problem {
    extensions: Option<Coded>,
}

#[derive(Deserialize)]
struct Coded {
    code: Option<String>,
}

#[derive(Deserialize)]
struct Extensions {
    cost: Option<Cost>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Cost {
    requested_query_cost: f64,
    throttle_status: Throttle,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Throttle {
    currently_available: f64,
    restore_rate: f64,
}

impl Cost {
    /// Until the bucket holds enough for the same again. The rate differs by plan, so it is read and never assumed.
    fn wait(&self) -> Duration {
        let missing = (self.requested_query_cost - self.throttle_status.currently_available).max(0.0);
        let seconds = Duration::try_from_secs_f64((missing / self.throttle_status.restore_rate).ceil());
        seconds.unwrap_or(LATER).min(LATER)
    }
}

impl Problem {
    fn is(&self, code: &str) -> bool {
        self.extensions.as_ref().and_then(|coded| coded.code.as_deref()) == Some(code)
    }
}

fn call(visit: Visit<'_>, access: &Secret, query: &str, variables: &Value) -> Result<Call, Fate> {
    let call = Call::json(visit.at(PATH)?, &json!({ "query": query, "variables": variables }));
    Ok(call.with("x-shopify-access-token", access.clone()))
}

/// The document in an answer that was paid for, and how long to rest before the same is asked again.
fn paid<T: DeserializeOwned>(answer: &Answer) -> Result<(Document<T>, Duration), Fate> {
    if answer.status == 401 {
        return Err(Fate::Stale);
    }
    let document = answer.json::<Document<T>>().filter(|_| answer.is_success()).ok_or_else(|| later(answer))?;
    let cost = document.extensions.as_ref().and_then(|extensions| extensions.cost.as_ref());
    let rest = cost.map(Cost::wait);
    if document.errors.iter().any(|problem| problem.is("THROTTLED")) {
        return Err(Fate::Again { after: rest.unwrap_or(Duration::from_secs(2)).max(Duration::from_secs(1)) });
    }
    Ok((document, rest.unwrap_or_default()))
}

pub(super) async fn ask<T: DeserializeOwned>(
    visit: Visit<'_>,
    access: &Secret,
    query: &str,
    variables: Value,
) -> Result<T, Fate> {
    let answer = send(visit.out, call(visit, access, query, &variables)?).await?;
    let (document, _) = paid::<T>(&answer)?;
    document.data.filter(|_| document.errors.is_empty()).ok_or_else(|| later(&answer))
}

/// What a document named `page` at its root brought. Where a shop's data is protected, fields that this app may not see
/// come back empty and are complained of; that alone spoils no page.
pub(super) async fn page(
    visit: Visit<'_>,
    access: &Secret,
    query: &str,
    variables: Value,
) -> Result<(Value, Duration), Fate> {
    told(&send(visit.out, call(visit, access, query, &variables)?.up_to(PAGE)).await?)
}

/// The same for what one person asked for.
pub(super) async fn of_one(visit: Visit<'_>, access: &Secret, query: &str, variables: Value) -> Result<Value, Fate> {
    told(&send_of_one(visit.out, call(visit, access, query, &variables)?).await?).map(|(data, _)| data)
}

fn told(answer: &Answer) -> Result<(Value, Duration), Fate> {
    let (document, rest) = paid::<Value>(answer)?;
    let data = document.data.unwrap_or_default();
    match (document.errors.iter().all(|problem| problem.is("ACCESS_DENIED")), data["page"].is_null()) {
        (true, false) => Ok((data, rest)),
        (true, true) if !document.errors.is_empty() => Err(Fate::NOT_GRANTED),
        (true, true) => Err(super::super::talk::ODD),
        (false, _) => Err(later(answer)),
    }
}

pub(super) async fn scopes(visit: Visit<'_>, access: &Secret) -> Result<Vec<String>, Fate> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Data {
        current_app_installation: Installation,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Installation {
        access_scopes: Vec<Scope>,
    }
    #[derive(Deserialize)]
    struct Scope {
        handle: String,
    }
    let data: Data = ask(visit, access, SCOPES, json!({})).await?;
    Ok(data.current_app_installation.access_scopes.into_iter().map(|scope| scope.handle).collect())
}

#[derive(Deserialize)]
struct Payload {
    #[serde(alias = "appUninstall", alias = "appRevokeAccessScopes")]
    done: Option<Outcome>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Outcome {
    user_errors: Vec<Coded>,
}

pub(super) async fn uninstall(visit: Visit<'_>, access: &Secret) -> Result<Revoked, Fate> {
    let payload: Payload = ask(visit, access, UNINSTALL, json!({})).await?;
    outcome(payload, REMOVE_IT)
}

pub(super) async fn revoke_scopes(visit: Visit<'_>, access: &Secret, scopes: &[String]) -> Result<Revoked, Fate> {
    let payload: Payload = ask(visit, access, REVOKE, json!({ "scopes": scopes })).await?;
    outcome(payload, REQUIRED)
}

fn outcome(payload: Payload, by_hand: &'static str) -> Result<Revoked, Fate> {
    let errors = payload.done.ok_or(Fate::Again { after: LATER })?.user_errors;
    let is_gone = |error: &Coded| matches!(error.code.as_deref(), Some("APP_NOT_INSTALLED" | "APP_NOT_FOUND"));
    Ok(match errors.is_empty() {
        true => Revoked::Done,
        false if errors.iter().all(is_gone) => Revoked::AlreadyGone,
        false => Revoked::ByHand(by_hand),
    })
}
