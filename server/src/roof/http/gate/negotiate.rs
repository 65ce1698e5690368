//! In which media type a call came and in which its answer goes.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use serde::Serialize;

/// The media type of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::roof::http) enum Speech {
    /// `application/json`: the status says little, as most clients expect of it.
    Json,
    /// `application/graphql-response+json`: the status says what became of the call.
    Graphql,
}

impl Speech {
    /// What the caller would rather have; `None` where he takes neither.
    pub fn wanted(headers: &HeaderMap) -> Option<Self> {
        let mut best = None;
        let mut named = false;
        for line in headers.get_all(header::ACCEPT).iter().filter_map(|line| line.to_str().ok()) {
            for range in line.split(',').map(str::trim).filter(|range| !range.is_empty()) {
                named = true;
                let (kind, weight) = weighed(range);
                let speech = match kind.to_ascii_lowercase().as_str() {
                    "application/graphql-response+json" => Self::Graphql,
                    "application/json" | "application/*" | "*/*" => Self::Json,
                    _ => continue,
                };
                // Of two that are as dear, the one that says more.
                let rank = (weight, speech == Self::Graphql);
                if weight > 0 && best.is_none_or(|(_, best)| rank > best) {
                    best = Some((speech, rank));
                }
            }
        }
        match best {
            Some((speech, _)) => Some(speech),
            None => (!named).then_some(Self::Json),
        }
    }

    pub fn answer(self, status: StatusCode, body: &impl Serialize) -> Response {
        let kind = match self {
            Self::Json => "application/json; charset=utf-8",
            Self::Graphql => "application/graphql-response+json; charset=utf-8",
        };
        // Only a map with keys that are no text fails here, and no answer has one.
        let mut answer = Response::new(Body::from(serde_json::to_vec(body).unwrap_or_default()));
        *answer.status_mut() = status;
        answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        answer
    }
}

/// A range and its weight in thousandths.
fn weighed(range: &str) -> (&str, u32) {
    let mut parts = range.split(';').map(str::trim);
    let kind = parts.next().unwrap_or_default();
    let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    let thousandths = |text: &str| {
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        let part = format!("{part:0<3}");
        Some((whole.parse::<u32>().ok()? * 1000).saturating_add(part.get(..3)?.parse().ok()?).min(1000))
    };
    (kind, weight.map_or(Some(1000), thousandths).unwrap_or(0))
}

/// `application/json`, alone or in UTF-8. Anything a browser sends without asking first is refused.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let Some(media) = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()) else { return false };
    let mut parts = media.split(';').map(str::trim);
    let json = parts.next().is_some_and(|kind| kind.eq_ignore_ascii_case("application/json"));
    json && parts
        .all(|part| part.eq_ignore_ascii_case("charset=utf-8") || part.eq_ignore_ascii_case("charset=\"utf-8\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(accept: &'static str) -> Option<Speech> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
        Speech::wanted(&headers)
    }

    #[test]
    fn the_caller_chooses_and_json_is_what_is_usual() {
        use Speech::{Graphql, Json};
        assert_eq!(Speech::wanted(&HeaderMap::new()), Some(Json));
        for (accept, speech) in [
            ("*/*", Some(Json)),
            ("", Some(Json)),
            ("application/*", Some(Json)),
            ("application/json", Some(Json)),
            ("application/graphql-response+json", Some(Graphql)),
            ("APPLICATION/GraphQL-Response+json; charset=utf-8", Some(Graphql)),
            ("application/json, application/graphql-response+json", Some(Graphql)),
            ("application/graphql-response+json;q=0.5, application/json;q=0.9", Some(Json)),
            ("application/graphql-response+json, application/json;q=0.9", Some(Graphql)),
            ("application/graphql-response+json;q=0, */*", Some(Json)),
            ("application/json;q=nonsense", None),
            ("application/json;q=0.000", None),
            ("text/html", None),
            ("text/html, */*;q=0.1", Some(Json)),
        ] {
            assert_eq!(wanted(accept), speech, "{accept}");
        }
    }
}
