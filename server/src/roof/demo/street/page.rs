//! The page on which a merchant agrees or does not: plain forms, no script. It never decides; the platform does.

use axum::http::StatusCode;
use axum::response::Response;

use super::asked::{Asked, Pairs, html};

/// What the page names.
pub(super) struct Consent<'a> {
    pub platform: &'a str,
    pub app: &'a str,
    /// The shop, and whether the merchant may say here that it is another.
    pub shop: &'a str,
    pub is_open: bool,
    pub scopes: &'a [String],
}

/// Who asks is answered by the same path: what came in the query comes back in the form, with the answer.
pub(super) fn consent(asked: &Asked, told: &Consent<'_>) -> Response {
    let carried: String = asked.query.iter().map(|(name, value)| input("hidden", name, value)).collect();
    let scopes: Vec<String> = told.scopes.iter().map(|scope| format!("<li>{}</li>", plain(scope))).collect();
    let shop = if told.is_open { input("text", "shop", told.shop) } else { String::new() };
    let form = |answer: &str| {
        format!(
            "<form method=\"post\" action=\"\">{carried}{shop}{}<button>{answer}</button></form>\n",
            input("hidden", "answer", answer)
        )
    };
    let page = format!(
        "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>{platform}: {app}</title>\n\
         <h1>{app}</h1>\n<p>asks for access to <b>{shop}</b> at {platform}:</p>\n<ul>{scopes}</ul>\n{}{}</html>\n",
        form("allow"),
        form("deny"),
        platform = plain(told.platform),
        app = plain(told.app),
        shop = plain(told.shop),
        scopes = scopes.concat(),
    );
    html(StatusCode::OK, page)
}

/// A page that says why nobody is sent anywhere.
pub(super) fn refused(status: StatusCode, why: &str) -> Response {
    html(status, format!("<!doctype html>\n<html lang=\"en\"><title>Refused</title>\n<p>{}</p></html>\n", plain(why)))
}

/// What the form brings, if this call is its answer: everything that was asked, and whether it is allowed.
pub(super) fn answered(asked: &Asked) -> Option<(Pairs, bool)> {
    (asked.method == axum::http::Method::POST).then(|| {
        let form = asked.form();
        let allowed = form.iter().any(|(name, value)| name == "answer" && value == "allow");
        (form, allowed)
    })
}

fn input(kind: &str, name: &str, value: &str) -> String {
    format!("<input type=\"{kind}\" name=\"{}\" value=\"{}\">", plain(name), plain(value))
}

fn plain(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
