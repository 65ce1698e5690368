//! Where calls come in: each is read whole, meets the fault that is ordered for it, and is written down without what
//! it carried. It never knows what a platform answers.

use std::future::pending;
use std::io;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::http::{HeaderMap, Request, StatusCode, header};
use axum::response::Response;
use bytes::Bytes;
use data_encoding::HEXLOWER;
use futures_util::future::BoxFuture;
use futures_util::{StreamExt, stream};
use http_body_util::{BodyExt, Limited};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use serde_json::json;
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};
use url::{Url, form_urlencoded};

use super::asked::{Asked, json as answered};
use super::faults::Kind;
use super::stand::Stand;
use super::{Platform, ebay, etsy, shopify, woocommerce};
use crate::floor::kernel::{Instant, Watch};

/// More than any honest call carries.
const LARGEST: usize = 1 << 20;

/// After so long half of an answer has left.
const FLUSHED: Duration = Duration::from_millis(20);

/// A call that was received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub at: Instant,
    pub method: String,
    pub path: String,
    pub shop: Option<String>,
    /// The digest of what the caller showed to be let in.
    pub auth: Option<String>,
    /// None where the connection was dropped.
    pub status: Option<u16>,
}

/// Says which token it was without saying the token.
pub fn digest(value: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(value.as_bytes())[..8])
}

/// The connection is over, without an answer.
#[derive(Debug, thiserror::Error)]
#[error("dropped")]
pub(super) struct Dropped;

pub(super) async fn open(platform: Platform, watch: Watch) -> io::Result<(Arc<Stand>, JoinHandle<()>)> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let url = Url::parse(&format!("http://{}/", listener.local_addr()?)).map_err(io::Error::other)?;
    let stand = Arc::new(Stand::new(platform, url, watch)?);
    let door = Door(Arc::clone(&stand));
    let task = tokio::spawn(async move {
        let mut open = JoinSet::new();
        loop {
            tokio::select! {
                come = listener.accept() => {
                    let Ok((stream, _)) = come else { continue };
                    let door = TowerToHyperService::new(door.clone());
                    open.spawn(async move {
                        // How a connection ended is the caller's to tell.
                        let _ = Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), door).await;
                    });
                }
                () = ended(&mut open) => {}
            }
        }
    });
    Ok((stand, task))
}

async fn ended(open: &mut JoinSet<()>) {
    if open.join_next().await.is_none() {
        pending::<()>().await;
    }
}

#[derive(Clone)]
struct Door(Arc<Stand>);

impl<B> tower::Service<Request<B>> for Door
where
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<axum::BoxError>,
{
    type Response = Response;
    type Error = Dropped;
    type Future = BoxFuture<'static, Result<Response, Dropped>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Dropped>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, call: Request<B>) -> Self::Future {
        let stand = Arc::clone(&self.0);
        stand.comes();
        Box::pin(async move {
            let (head, body) = call.into_parts();
            let body = Limited::new(body, LARGEST).collect().await.map_err(|_| Dropped)?.to_bytes();
            let host = head.uri.authority().map(ToString::to_string);
            let asked = read(&stand, host, head.method, head.uri.path(), head.uri.query(), head.headers, body);
            let answer = serve(&stand, &asked).await;
            let status = answer.as_ref().ok().map(|answer| answer.status().as_u16());
            stand.note(Seen {
                at: stand.now(),
                method: asked.method.to_string(),
                path: asked.path.clone(),
                shop: asked.shop.clone(),
                auth: shown(&asked).map(digest),
                status,
            });
            answer
        })
    }
}

/// A shop is told by the host, as the platform does it, or where all shops share one address by the first step of the
/// path: the step that has a dot in it.
fn read(
    stand: &Stand,
    host: Option<String>,
    method: axum::http::Method,
    path: &str,
    query: Option<&str>,
    headers: HeaderMap,
    body: Bytes,
) -> Asked {
    let host = host
        .or_else(|| headers.get(header::HOST)?.to_str().ok().map(str::to_owned))
        .unwrap_or_else(|| stand.url.authority().to_owned());
    let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    let (shop, site, path) = if first.contains('.') {
        (Some(first.to_owned()), format!("http://{host}/{first}"), &path[first.len() + 1..])
    } else {
        let name = host.split(':').next().unwrap_or_default();
        let own = stand.url.host_str() != Some(name) && name != "localhost";
        let shop = own.then(|| match (stand.platform, name.strip_suffix(".localhost")) {
            (Platform::Shopify, Some(name)) => format!("{name}.myshopify.com"),
            _ => name.to_owned(),
        });
        (shop, format!("http://{host}"), path)
    };
    let query = form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned().collect();
    let path = if path.is_empty() { "/" } else { path }.to_owned();
    Asked { method, shop, site, path, query, headers, body }
}

/// What lets a caller in, wherever it is shown.
fn shown(asked: &Asked) -> Option<&str> {
    [asked.header("authorization"), asked.header("x-shopify-access-token"), asked.query("oauth_consumer_key")]
        .into_iter()
        .find(|shown| !shown.is_empty())
}

async fn serve(stand: &Arc<Stand>, asked: &Asked) -> Result<Response, Dropped> {
    match stand.meets(&asked.path) {
        Some(Kind::TooMany { after }) => Ok(match stand.platform {
            Platform::Shopify => shopify::too_many(after),
            Platform::Ebay => ebay::too_many(after),
            Platform::Etsy => etsy::too_many(after),
            Platform::Woocommerce => woocommerce::too_many(after),
        }),
        Some(Kind::Fails) => Ok(answered(StatusCode::INTERNAL_SERVER_ERROR, &json!({ "errors": "Internal error" }))),
        Some(Kind::Answers(status)) => Ok(answered(StatusCode::from_u16(status).unwrap_or_default(), &json!({}))),
        Some(Kind::Lies) => Ok(answered(StatusCode::OK, &json!([{ "something": ["else", 7, null] }]))),
        Some(Kind::Slow(delay)) => {
            let answer = acted(stand, asked).await;
            tokio::time::sleep(delay).await;
            Ok(answer)
        }
        Some(Kind::DropsAfterActing) => {
            acted(stand, asked).await;
            Err(Dropped)
        }
        Some(Kind::Blabs) => {
            let marks: Vec<String> = stand.within().marks.values().cloned().collect();
            let body = String::from_utf8_lossy(&asked.body);
            let said = format!("{marks:?} {:?} {:?} {} {body}", asked.headers, asked.query, asked.path);
            Ok(answered(StatusCode::INTERNAL_SERVER_ERROR, &json!({ "errors": said })))
        }
        Some(Kind::Garbles) => garbled(acted(stand, asked).await).await,
        Some(Kind::Truncated) => halved(acted(stand, asked).await).await,
        None => Ok(acted(stand, asked).await),
    }
}

async fn acted(stand: &Arc<Stand>, asked: &Asked) -> Response {
    match stand.platform {
        Platform::Shopify => shopify::answer(stand, asked).await,
        Platform::Ebay => ebay::answer(stand, asked),
        Platform::Etsy => etsy::answer(stand, asked),
        Platform::Woocommerce => woocommerce::answer(stand, asked).await,
    }
}

/// As long as it was, without its end.
async fn garbled(answer: Response) -> Result<Response, Dropped> {
    let (head, body) = answer.into_parts();
    let mut whole = body.collect().await.map_err(|_| Dropped)?.to_bytes().to_vec();
    if let Some(last) = whole.last_mut() {
        *last = b',';
    }
    Ok(Response::from_parts(head, Body::from(whole)))
}

/// All of its length is announced, half of it comes.
async fn halved(answer: Response) -> Result<Response, Dropped> {
    let (mut head, body) = answer.into_parts();
    let whole = body.collect().await.map_err(|_| Dropped)?.to_bytes();
    head.headers.insert(header::CONTENT_LENGTH, whole.len().into());
    let half = whole.slice(..whole.len() / 2);
    let rest = async {
        // What was written goes out first.
        tokio::time::sleep(FLUSHED).await;
        Err(Dropped)
    };
    Ok(Response::from_parts(head, Body::from_stream(stream::iter([Ok(half)]).chain(stream::once(rest)))))
}
