//! A page to try queries in. It asks through the gate like anyone else, and only a program built for it has it.

#[cfg(not(debug_assertions))]
compile_error!("the feature graphiql is for development: no release has it");

use async_graphql::http::GraphiQLSource;
use axum::response::Html;

pub(super) async fn page() -> Html<String> {
    Html(GraphiQLSource::build().endpoint("/graphql").subscription_endpoint("/graphql/ws").title("Rightsdesk").finish())
}
