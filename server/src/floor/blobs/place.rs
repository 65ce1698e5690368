//! The setting that says where objects lie, read once and refused with a reason that never repeats it.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{BackoffConfig, ClientOptions, ObjectStore, RetryConfig};
use url::Url;

use super::client::Connector;
use crate::floor::kernel::{Error, Flaw, Reach, Result, Secret, reach};

const FIELD: &str = "blobs.place";

/// Where objects lie.
#[derive(Clone)]
pub enum Place {
    Folder(PathBuf),
    Bucket(Bucket),
}

/// A bucket that speaks S3.
#[derive(Clone)]
pub struct Bucket {
    pub name: String,
    pub prefix: Path,
    pub region: String,
    /// Another one than Amazon's.
    pub endpoint: Option<String>,
    pub credentials: Credentials,
}

/// What opens a bucket; from the settings, never from the surroundings of the process.
#[derive(Clone)]
pub struct Credentials {
    pub key: Secret,
    pub secret: Secret,
    pub session: Option<Secret>,
}

impl Place {
    /// Reads `/path`, `folder:/path` or `s3://bucket/prefix?region=…&endpoint=…`.
    pub fn parse(setting: &str, credentials: Option<Credentials>, reach: Reach) -> Result<Self, Flaw> {
        let flaw = |advice: &str| Err(Flaw::new(FIELD, advice));
        if setting.starts_with("s3:") {
            let Some(credentials) = credentials else {
                return flaw("a bucket needs its key and secret in blobs.key and blobs.secret");
            };
            return Bucket::parse(setting, credentials, reach).map(Self::Bucket);
        }
        if credentials.is_some() {
            return flaw("a key and a secret are for a bucket, and this is none");
        }
        let path = PathBuf::from(setting.strip_prefix("folder:").unwrap_or(setting));
        if !path.is_absolute() {
            return flaw("give the whole path of a folder, or s3://bucket/prefix?region=…");
        }
        Ok(Self::Folder(path))
    }
}

impl Bucket {
    fn parse(setting: &str, credentials: Credentials, reach: Reach) -> Result<Self, Flaw> {
        let flaw = |advice: &str| Flaw::new(FIELD, advice);
        let url = Url::parse(setting).map_err(|_| flaw("this is no address: s3://bucket/prefix?region=…"))?;
        let is_open = !url.username().is_empty() || url.password().is_some();
        if is_open {
            return Err(flaw("leave key and secret out of the address: they are blobs.key and blobs.secret"));
        }
        let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.');
        let name = url.host_str().filter(|name| (3..=63).contains(&name.len()) && name.bytes().all(is_letter));
        let name = name.ok_or_else(|| flaw("name the bucket: s3://bucket"))?.to_owned();
        if url.port().is_some() || url.fragment().is_some() {
            return Err(flaw("leave port and fragment out; another server is given by endpoint="));
        }
        let prefix = Path::from_url_path(url.path().trim_matches('/')).map_err(|_| flaw("this prefix is no path"))?;
        let (mut region, mut endpoint) = (None, None);
        for (key, value) in url.query_pairs() {
            match key.as_ref() {
                "region" if is_region(&value) && region.is_none() => region = Some(value.into_owned()),
                "endpoint" if endpoint.is_none() => endpoint = Some(checked(&value, reach)?),
                "region" => return Err(flaw("a region is letters, digits and dashes, once")),
                _ => return Err(flaw("an address of a bucket knows region= and endpoint=, each once")),
            }
        }
        let region = match (region, &endpoint) {
            (Some(region), _) => region,
            (None, Some(_)) => "us-east-1".to_owned(),
            (None, None) => return Err(flaw("name the region: s3://bucket?region=…")),
        };
        Ok(Self { name, prefix, region, endpoint, credentials })
    }
}

fn is_region(text: &str) -> bool {
    (1..=40).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn checked(endpoint: &str, reach: Reach) -> Result<String, Flaw> {
    let flaw = |advice: &str| Flaw::new(FIELD, advice);
    let url = Url::parse(endpoint).map_err(|_| flaw("the endpoint is no address: https://objects.example"))?;
    let ("http" | "https", Some(host)) = (url.scheme(), url.host_str()) else {
        return Err(flaw("the endpoint is no address: https://objects.example"));
    };
    let is_bare = url.username().is_empty() && url.password().is_none() && url.query().is_none() && url.path() == "/";
    if !is_bare {
        return Err(flaw("an endpoint is scheme, host and port, and nothing more"));
    }
    if reach == Reach::World && (url.scheme() == "http" || reach::is_loopback(host)) {
        return Err(flaw("production keeps objects over https and on another machine, or in a folder"));
    }
    Ok(endpoint.trim_end_matches('/').to_owned())
}

pub(super) fn folder(path: &std::path::Path) -> Result<(Arc<dyn ObjectStore>, Arc<std::path::Path>)> {
    let flaw = || Error::invalid(FIELD, "the folder for objects cannot be made or is no folder");
    let made = DirBuilder::new().recursive(true).mode(0o700).create(path);
    let root = made.and_then(|()| path.canonicalize()).map_err(|_| flaw())?;
    let store = LocalFileSystem::new_with_prefix(&root).map_err(|_| flaw())?.with_fsync(true);
    Ok((Arc::new(store), root.into()))
}

pub(super) fn bucket(bucket: &Bucket) -> Result<Arc<dyn ObjectStore>> {
    let Bucket { name, prefix: _, region, endpoint, credentials } = bucket;
    // A call that fails is tried once more at once; what lasts longer is the caller's to repeat.
    let retry =
        RetryConfig { backoff: BackoffConfig::default(), max_retries: 1, retry_timeout: Duration::from_secs(10) };
    let is_clear = endpoint.as_ref().is_some_and(|endpoint| endpoint.starts_with("http:"));
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(name)
        .with_region(region)
        .with_access_key_id(credentials.key.expose())
        .with_secret_access_key(credentials.secret.expose())
        .with_client_options(ClientOptions::new().with_allow_http(is_clear))
        .with_allow_http(is_clear)
        .with_disable_bulk_delete(true)
        .with_retry(retry)
        .with_http_connector(Connector);
    if let Some(session) = &credentials.session {
        builder = builder.with_token(session.expose());
    }
    if let Some(endpoint) = endpoint {
        builder = builder.with_endpoint(endpoint);
    }
    let store = builder.build().map_err(|_| Error::invalid(FIELD, "no client could be made for this bucket"))?;
    Ok(Arc::new(store))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credentials() -> Credentials {
        Credentials { key: Secret::new("AKIAswordfish"), secret: Secret::new("swordfish"), session: None }
    }

    #[test]
    fn a_place_is_read_from_its_setting() {
        assert!(matches!(Place::parse("/var/objects", None, Reach::World), Ok(Place::Folder(_))));
        assert!(matches!(Place::parse("folder:/var/objects", None, Reach::World), Ok(Place::Folder(_))));
        let setting = "s3://desk-objects/a/b?region=eu-central-1&endpoint=https%3A%2F%2Fobjects.example%3A9000/";
        let Ok(Place::Bucket(bucket)) = Place::parse(setting, Some(credentials()), Reach::World) else {
            panic!("a bucket")
        };
        assert_eq!(
            (bucket.name.as_str(), bucket.prefix.as_ref(), bucket.region.as_str()),
            ("desk-objects", "a/b", "eu-central-1")
        );
        assert_eq!(bucket.endpoint.as_deref(), Some("https://objects.example:9000"));
    }

    #[test]
    fn a_flaw_never_repeats_the_setting() {
        for setting in [
            "",
            "objects",
            "folder:objects",
            "s3:",
            "s3://",
            "s3://desk-objects",
            "s3://desk:swordfish@desk-objects?region=a",
            "s3://Desk_Objects?region=a",
            "s3://desk-objects?region=a&secret=swordfish",
            "s3://desk-objects?region=a&region=b",
            "s3://desk-objects?region=swordfish!",
            "s3://desk-objects?endpoint=swordfish",
            "s3://desk-objects:9000?region=a",
            "s3://desk-objects?endpoint=https://a.example/swordfish",
            "s3://desk-objects?endpoint=ftp://a.example",
            "s3://desk-objects/../other?region=a%20b",
            "https://swordfish.example/bucket",
            "/var/objects",
        ] {
            let flaw = Place::parse(setting, Some(credentials()), Reach::House)
                .err()
                .unwrap_or_else(|| panic!("a flaw: {setting}"));
            assert!(flaw.field == FIELD && !flaw.advice.contains("swordfish"), "{setting}");
        }
        assert!(Place::parse("s3://desk-objects?region=a", None, Reach::House).is_err());
        for endpoint in ["http://objects.example", "https://127.0.0.1:9000", "https://localhost"] {
            let setting = format!("s3://desk-objects?endpoint={endpoint}");
            assert!(Place::parse(&setting, Some(credentials()), Reach::World).is_err(), "{endpoint}");
            assert!(Place::parse(&setting, Some(credentials()), Reach::House).is_ok(), "{endpoint}");
        }
    }
}
