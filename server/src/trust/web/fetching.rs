//! Packages over HTTP: a link is made on the person's own page, shows what it leads to however often it is looked at, and is
//! used by a button. Who used it gets the file, piece by piece, and may go on within minutes where that broke off. All else
//! is gone.

use axum::Router;
use axum::body::Body;
use axum::extract::rejection::RawFormRejection;
use axum::extract::{DefaultBodyLimit, Extension, RawForm, RawQuery, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use data_encoding::HEXLOWER;
use futures_util::TryStreamExt;
use sha2::{Digest, Sha256};

use super::asking::{answered, drawn};
use super::following::bound;
use super::seal::{is_from_elsewhere, is_ours, seal};
use super::{Source, field, own_choice};
use crate::floor::kernel::{Error, PackageId, Result, Secret};
use crate::floor::tools::Tools;
use crate::requests::{
    Door, FOLLOW_PATH, behind_link, behind_package_link, door_of, fetch_package, file_behind, link_to_package,
};
use crate::trust::pages::follow::busy;
use crate::trust::pages::package::{Behind, fetching, gone};

/// Where packages are fetched.
pub struct Fetching;

impl Fetching {
    /// Where a link is made.
    pub const LINK: &str = "/trust/ask/package";
    /// Where a link leads.
    pub const PAGE: &str = "/trust/package";
    /// Where the file itself stands.
    pub const FILE: &str = "/trust/package/file";
}

/// By which a browser is known again that began a download.
const SESSION: &str = "rd_package";

/// Seconds that it keeps it.
const KEPT: u32 = 600;

/// More than any form of ours holds.
const MOST: usize = 16 * 1024;

pub fn routes() -> Router<Tools> {
    Router::new()
        .route(Fetching::LINK, post(make))
        .route(Fetching::PAGE, get(look).post(fetch))
        .route(Fetching::FILE, get(file))
        .layer(DefaultBodyLimit::max(MOST))
}

/// A call to one of these pages.
struct Call<'a> {
    tools: &'a Tools,
    query: &'a str,
    headers: &'a HeaderMap,
}

impl Call<'_> {
    fn gone(&self) -> Response {
        let drawn = drawn(self.tools, (self.query, self.headers), |reader| Ok((StatusCode::GONE, gone(reader))));
        unkept(answered(drawn, self.headers))
    }

    fn said(&self, outcome: Result<Response>) -> Response {
        unkept(outcome.unwrap_or_else(|error| answered(Err(error), self.headers)))
    }

    /// The token of the link that was opened, as the address has it.
    fn token(&self) -> Secret {
        Secret::new(field(self.query.as_bytes(), "token").unwrap_or_default())
    }

    /// By which the browser is known again, where it is.
    fn session(&self) -> Option<Secret> {
        let cookies = self.headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
        let mut pairs = cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        pairs.find(|(name, _)| *name == SESSION).map(|(_, value)| Secret::new(value))
    }

    fn to(&self, path: &str, token: &Secret) -> Result<Response> {
        let adopted = self.tools.policy.in_force()?;
        let locale = own_choice(&adopted.policy, self.query, self.headers).locale;
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("token", token.expose()).append_pair("lang", &locale);
        Ok(Redirect::to(&[path, "?", &query.finish()].concat()).into_response())
    }
}

/// A link for whoever stands on their own page; the one before leads nowhere any more.
async fn make(
    State(tools): State<Tools>,
    Extension(Source(source)): Extension<Source>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    form: Result<RawForm, RawFormRejection>,
) -> Response {
    let (form, query) = (form.map(|RawForm(form)| form).unwrap_or_default(), query.unwrap_or_default());
    let call = Call { tools: &tools, query: &query, headers: &headers };
    let made = async {
        let token = Secret::new(field(&form, "token").unwrap_or_default());
        let at = match behind_link(&tools, source.as_deref(), &token).await {
            Ok(Some(at)) => at,
            Ok(None) => return Ok(call.gone()),
            Err(Error::Refused(_)) => return Ok(call.busy()),
            Err(other) => return Err(other),
        };
        let sealed = field(&form, "form").unwrap_or_default();
        if is_from_elsewhere(&headers) || !is_ours(&tools, &bound(&token), &sealed)? {
            return call.to(FOLLOW_PATH, &token);
        }
        let package = field(&form, "package").and_then(|id| id.parse::<PackageId>().ok());
        let Some(package) = package else { return Ok(call.gone()) };
        match link_to_package(&tools, at, package).await {
            Ok(link) => call.to(Fetching::PAGE, &link),
            Err(Error::NotFound(_)) => Ok(call.gone()),
            Err(Error::Refused(_)) => Ok(call.busy()),
            Err(other) => Err(other),
        }
    };
    call.said(made.await)
}

impl Call<'_> {
    fn busy(&self) -> Response {
        let status = StatusCode::TOO_MANY_REQUESTS;
        answered(drawn(self.tools, (self.query, self.headers), |reader| Ok((status, busy(reader)))), self.headers)
    }
}

/// What a link leads to. Nothing is used by it, however often it is looked at ahead of the person.
async fn look(State(tools): State<Tools>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let query = query.unwrap_or_default();
    let call = Call { tools: &tools, query: &query, headers: &headers };
    let shown = async {
        let token = call.token();
        let Some(door) = behind(&call, &token).await? else { return Ok(call.gone()) };
        let seal = seal(&tools, &own(&token))?;
        let behind = Behind { token: token.expose(), seal: &seal };
        let drawn = drawn(&tools, (&query, &headers), |reader| Ok((StatusCode::OK, fetching(reader, behind, &door))));
        Ok(answered(drawn, &headers))
    };
    call.said(shown.await)
}

async fn behind(call: &Call<'_>, token: &Secret) -> Result<Option<Door>> {
    let Some(at) = behind_package_link(call.tools, token).await? else { return Ok(None) };
    door_of(call.tools, at, call.session().as_ref()).await
}

/// Uses the link. Of many who do so at once one is sent on to the file; the same browser may be sent there again.
async fn fetch(
    State(tools): State<Tools>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    form: Result<RawForm, RawFormRejection>,
) -> Response {
    let (form, query) = (form.map(|RawForm(form)| form).unwrap_or_default(), query.unwrap_or_default());
    let call = Call { tools: &tools, query: &query, headers: &headers };
    let fetched = async {
        let token = Secret::new(field(&form, "token").unwrap_or_default());
        let sealed = field(&form, "form").unwrap_or_default();
        let Some(at) = behind_package_link(&tools, &token).await? else { return Ok(call.gone()) };
        if is_from_elsewhere(&headers) || !is_ours(&tools, &own(&token), &sealed)? {
            return call.to(Fetching::PAGE, &token);
        }
        let door = door_of(&tools, at, call.session().as_ref()).await?;
        let Some(door) = door else { return Ok(call.gone()) };
        if door.is_used {
            return call.to(Fetching::FILE, &token);
        }
        let Some(session) = fetch_package(&tools, at).await? else { return Ok(call.gone()) };
        let mut answer = call.to(Fetching::FILE, &token)?;
        let cookie = session_cookie(&tools, &session)?;
        answer.headers_mut().insert(header::SET_COOKIE, cookie);
        Ok(answer)
    };
    call.said(fetched.await)
}

/// For this path alone, and for minutes.
fn session_cookie(tools: &Tools, session: &Secret) -> Result<HeaderValue> {
    let secure = if tools.public_url.starts_with("https:") { "; Secure" } else { "" };
    let text = format!(
        "{SESSION}={}; Path={}; Max-Age={KEPT}; HttpOnly; SameSite=Strict{secure}",
        session.expose(),
        Fetching::PAGE
    );
    let mut cookie = HeaderValue::try_from(text).map_err(|_| Error::internal("a session that no header carries"))?;
    cookie.set_sensitive(true);
    Ok(cookie)
}

/// The file, for the browser that used the link: all of it, or what stands after a byte.
async fn file(State(tools): State<Tools>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let query = query.unwrap_or_default();
    let call = Call { tools: &tools, query: &query, headers: &headers };
    let sent = async {
        let door = behind(&call, &call.token()).await?;
        let Some(door) = door.filter(|door| door.is_used) else { return Ok(call.gone()) };
        let Some(made) = door.package.made else { return Ok(call.gone()) };
        let (length, tag) = (made.bytes.unsigned_abs(), format!("\"{}\"", HEXLOWER.encode(&made.digest)));
        let from = match asked_from(&headers, &tag) {
            Some(from) if from >= length => return Ok(beyond(length)),
            Some(from) => from,
            None => 0,
        };
        let Some(body) = file_behind(&tools, &door, from).await? else { return Ok(call.gone()) };
        let pieces = body.map_err(|_| std::io::Error::other("a file that broke off"));
        let mut answer = Response::new(Body::from_stream(pieces));
        if from > 0 {
            *answer.status_mut() = StatusCode::PARTIAL_CONTENT;
            put(&mut answer, header::CONTENT_RANGE, &format!("bytes {from}-{}/{length}", length - 1));
        }
        put(&mut answer, header::CONTENT_LENGTH, &(length - from).to_string());
        put(&mut answer, header::ETAG, &tag);
        put(&mut answer, header::ACCEPT_RANGES, "bytes");
        put(&mut answer, header::CONTENT_TYPE, "application/octet-stream");
        // It is squeezed already, and whoever counts its bytes counts these.
        put(&mut answer, header::CONTENT_ENCODING, "identity");
        let name = format!("attachment; filename=\"{}.zip.age\"", door.reference);
        put(&mut answer, header::CONTENT_DISPOSITION, &name);
        put(&mut answer, header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox");
        Ok(answer)
    };
    call.said(sent.await)
}

/// From which byte on a browser asks for the rest of this very file. Anything else is all of it.
fn asked_from(headers: &HeaderMap, tag: &str) -> Option<u64> {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if text(header::IF_RANGE).is_some_and(|held| held != tag) {
        return None;
    }
    text(header::RANGE)?.trim().strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok()
}

fn beyond(length: u64) -> Response {
    let mut answer = StatusCode::RANGE_NOT_SATISFIABLE.into_response();
    put(&mut answer, header::CONTENT_RANGE, &format!("bytes */{length}"));
    answer
}

fn put(answer: &mut Response, name: HeaderName, value: &str) {
    super::put(answer.headers_mut(), name, value);
}

/// Kept by nobody, and its address is told to nobody.
fn unkept(mut answer: Response) -> Response {
    let set = answer.headers_mut();
    set.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    set.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    answer
}

/// What the seal of a package's page is bound to.
fn own(token: &Secret) -> String {
    ["package ", &HEXLOWER.encode(&Sha256::digest(token.expose()))].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_is_asked_for_by_a_byte_of_the_very_same_file() {
        let asked = |range: &'static str, held: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            headers.insert(header::RANGE, HeaderValue::from_static(range));
            if let Some(held) = held {
                headers.insert(header::IF_RANGE, HeaderValue::from_static(held));
            }
            asked_from(&headers, "\"a\"")
        };
        assert_eq!((asked("bytes=500-", None), asked("bytes=500-", Some("\"a\""))), (Some(500), Some(500)));
        assert_eq!((asked("bytes=500-", Some("\"b\"")), asked("bytes=0-9", None)), (None, None));
        assert_eq!((asked("bytes=-9", None), asked("lines=3-", None)), (None, None));
    }
}
