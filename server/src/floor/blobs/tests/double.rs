//! A bucket that speaks S3 over real HTTP and fails on demand. It checks no signature; it notes that there is one.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;

use super::PART;

#[derive(Debug, Clone)]
pub struct Call {
    pub method: String,
    pub path: String,
    pub query: String,
    pub bytes: usize,
    pub is_signed: bool,
    pub is_copy: bool,
}

#[derive(Default)]
struct Inside {
    objects: BTreeMap<String, Vec<u8>>,
    uploads: BTreeMap<String, BTreeMap<u32, Vec<u8>>>,
    calls: Vec<Call>,
    lies: bool,
    failure: Option<(String, String, u16)>,
}

#[derive(Clone)]
pub struct Double {
    pub address: SocketAddr,
    inside: Arc<Mutex<Inside>>,
}

impl Double {
    pub fn at(address: SocketAddr) -> Self {
        Self { address, inside: Arc::default() }
    }

    pub async fn open() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let double = Self::at(listener.local_addr().expect("an address"));
        let app = Router::new().fallback(answer).with_state(Arc::clone(&double.inside));
        tokio::spawn(async move { axum::serve(listener, app).await });
        double
    }

    pub fn keys(&self) -> Vec<String> {
        self.inside.lock().expect("inside").objects.keys().cloned().collect()
    }

    pub fn open_uploads(&self) -> usize {
        self.inside.lock().expect("inside").uploads.len()
    }

    pub fn calls(&self) -> Vec<Call> {
        self.inside.lock().expect("inside").calls.clone()
    }

    /// Returns other bytes than it was given.
    pub fn lie(&self, lies: bool) {
        self.inside.lock().expect("inside").lies = lies;
    }

    /// Answers calls of this method, with this in their query, by this status.
    pub fn fail(&self, method: &str, query: &str, status: u16) {
        self.inside.lock().expect("inside").failure = Some((method.to_owned(), query.to_owned(), status));
    }
}

fn reply(status: u16, body: impl Into<Body>) -> Response {
    Response::builder()
        .status(status)
        .header("etag", "\"0123456789abcdef0123456789abcdef\"")
        .header("last-modified", "Thu, 01 Jan 2026 00:00:00 GMT")
        .body(body.into())
        .expect("a reply")
}

async fn answer(State(inside): State<Arc<Mutex<Inside>>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, 2 * PART).await.expect("a body").to_vec();
    let path = parts.uri.path().to_owned();
    let query: BTreeMap<String, String> =
        url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    let header =
        |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let copied = header("x-amz-copy-source");
    let call = Call {
        method: parts.method.to_string(),
        path: path.clone(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        bytes: body.len(),
        is_signed: header("authorization").starts_with("AWS4-HMAC-SHA256 Credential=AKIADESK/"),
        is_copy: !copied.is_empty(),
    };
    let mut inside = inside.lock().expect("inside");
    inside.calls.push(call.clone());
    if let Some((method, part, status)) = &inside.failure
        && *method == call.method
        && call.query.contains(part.as_str())
    {
        return reply(*status, "<Error><Code>InternalError</Code><Message>swordfish</Message></Error>");
    }
    let key = path.trim_start_matches("/desk-objects").trim_start_matches('/').to_owned();
    let upload = query.get("uploadId");
    match (call.method.as_str(), upload) {
        ("POST", None) if query.contains_key("uploads") => {
            let id = format!("upload-{}", inside.calls.len());
            inside.uploads.insert(id.clone(), BTreeMap::new());
            let xml = "<InitiateMultipartUploadResult><Bucket>b</Bucket><Key>k</Key><UploadId>";
            reply(200, format!("{xml}{id}</UploadId></InitiateMultipartUploadResult>"))
        }
        ("PUT", Some(id)) => {
            let part = query["partNumber"].parse().expect("a number");
            inside.uploads.get_mut(id).expect("an upload").insert(part, body);
            reply(200, "")
        }
        ("POST", Some(id)) => {
            let parts = inside.uploads.remove(id).expect("an upload");
            inside.objects.insert(key, parts.into_values().flatten().collect());
            let xml = "<CompleteMultipartUploadResult><Location>l</Location><Bucket>b</Bucket><Key>k</Key>";
            reply(200, format!("{xml}<ETag>\"e\"</ETag></CompleteMultipartUploadResult>"))
        }
        ("DELETE", Some(id)) => {
            inside.uploads.remove(id);
            reply(204, "")
        }
        ("PUT", None) if call.is_copy => {
            let source = copied.trim_start_matches('/').trim_start_matches("desk-objects/");
            let bytes = inside.objects.get(source).cloned().expect("a source");
            inside.objects.insert(key, bytes);
            reply(200, "<CopyObjectResult><ETag>\"e\"</ETag></CopyObjectResult>")
        }
        ("PUT", None) => {
            inside.objects.insert(key, body);
            reply(200, "")
        }
        ("DELETE", None) => {
            inside.objects.remove(&key);
            reply(204, "")
        }
        ("GET", None) if query.contains_key("list-type") => reply(200, list(&inside, &query)),
        ("GET", None) => match inside.objects.get(&key) {
            Some(bytes) if inside.lies => reply(200, bytes.iter().map(|byte| !byte).collect::<Vec<u8>>()),
            Some(bytes) => reply(200, bytes.clone()),
            None => reply(404, "<Error><Code>NoSuchKey</Code></Error>"),
        },
        _ => reply(501, ""),
    }
}

/// One object a page, so that paging is seen to work.
fn list(inside: &Inside, query: &BTreeMap<String, String>) -> String {
    let prefix = query.get("prefix").cloned().unwrap_or_default();
    let after = query.get("continuation-token").cloned().unwrap_or_default();
    let mut matching = inside.objects.iter().filter(|(key, _)| key.starts_with(&prefix) && **key > after);
    let first = matching.next();
    let mut xml = "<ListBucketResult><Name>b</Name><Prefix></Prefix><MaxKeys>1</MaxKeys>".to_owned();
    if let Some((key, bytes)) = first {
        let size = bytes.len();
        let at = "2026-01-01T00:00:00.000Z";
        let _ = write!(
            xml,
            "<Contents><Key>{key}</Key><Size>{size}</Size><LastModified>{at}</LastModified><ETag>\"e\"</ETag></Contents>"
        );
        if matching.next().is_some() {
            let _ = write!(xml, "<IsTruncated>true</IsTruncated><NextContinuationToken>{key}</NextContinuationToken>");
        }
    }
    xml + "</ListBucketResult>"
}
