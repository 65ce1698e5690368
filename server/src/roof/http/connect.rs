//! Where merchants set out for platforms and are sent back to: what the browser brought is handed on, and the answer is
//! the way there or a page of words. It shows nothing of what came, and says to whoever cannot sign no more than that.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use url::form_urlencoded;

use super::gate::Gate;
use super::pages::page;
use crate::floor::html::Html;
use crate::floor::kernel::Secret;
use crate::floor::platforms::Query;
use crate::stores::{Landed, come_back, lead_on, take_keys};

/// Longest query that is read.
const LONGEST: usize = 8 * 1024;

/// Longest body of keys that is read.
pub const KEYS: usize = 16 * 1024;

/// `GET /connect/rdc_…`: on to the platform's own page, which asks for what the policy lists.
pub async fn go(State(gate): State<Arc<Gate>>, Path(state): Path<String>) -> Response {
    match lead_on(&gate.edge.doorman.tools, Secret::new(state)).await {
        Ok(Some(url)) => Redirect::to(url.as_str()).into_response(),
        Ok(None) => page(StatusCode::GONE, "This link leads nowhere any more", again),
        Err(error) => error.into_response(),
    }
}

/// `GET /connect/shopify/back?code=…&state=…`
pub async fn back(State(gate): State<Arc<Gate>>, Path(platform): Path<String>, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    if query.len() > LONGEST {
        return page(StatusCode::URI_TOO_LONG, "This is not what a platform sends", again);
    }
    let query = Query(form_urlencoded::parse(query.as_bytes()).into_owned().collect());
    match come_back(&gate.edge.doorman.tools, &platform, query).await {
        Ok(Landed::Connected(store)) => page(StatusCode::OK, "Your store is connected", |html| {
            html.line("p", &[("class", "code")], &store.domain);
            html.line("p", &[], "You can close this page. What it granted stands at the desk.");
        }),
        Ok(Landed::Denied) => page(StatusCode::OK, "You said no", |html| {
            html.line("p", &[], "Nothing was granted and nothing is connected. You can close this page.");
        }),
        Ok(Landed::Lapsed) => page(StatusCode::GONE, "This link leads nowhere any more", again),
        Ok(Landed::Forged(why)) => {
            tracing::warn!(platform, why, "whoever came back could not show that a platform sent them");
            page(StatusCode::UNAUTHORIZED, "This is not what the platform sends", again)
        }
        Ok(Landed::Failed(why)) => {
            tracing::warn!(platform, why, "a platform gave no token");
            page(StatusCode::BAD_GATEWAY, "The platform did not connect your store", again)
        }
        Err(error) => error.into_response(),
    }
}

/// `POST /connect/woocommerce/keys`, from the store itself. It wants to hear that they came, and nothing else.
pub async fn keys(State(gate): State<Arc<Gate>>, Path(platform): Path<String>, body: Bytes) -> Response {
    match take_keys(&gate.edge.doorman.tools, &platform, &body).await {
        Ok(Landed::Connected(_)) => StatusCode::OK.into_response(),
        Ok(Landed::Lapsed | Landed::Denied) => StatusCode::GONE.into_response(),
        Ok(Landed::Forged(why) | Landed::Failed(why)) => {
            tracing::warn!(platform, why, "keys that were handed over are not kept");
            StatusCode::UNAUTHORIZED.into_response()
        }
        Err(error) => error.into_response(),
    }
}

fn again(html: &mut Html) {
    html.line(
        "p",
        &[],
        "Nothing was changed. Begin again where you got the link: each is good once, for a quarter of an hour.",
    );
}
