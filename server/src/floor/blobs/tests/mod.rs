//! Objects in a real folder and in a bucket that speaks real HTTP.

mod double;

use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use sha2::{Digest, Sha256};

use super::write::PART;
use super::*;
use crate::floor::kernel::{BlobId, Instant, Reach, Secret, TenantId};
use double::Double;

fn blob(kind: Kind) -> Blob {
    Blob { tenant: TenantId::fresh(), id: BlobId::fresh(), kind }
}

fn in_folder(path: &std::path::Path) -> Blobs {
    let place =
        Place::parse(&path.display().to_string(), None, Reach::World).unwrap_or_else(|flaw| panic!("{}", flaw.advice));
    Blobs::open(&place, Watch::host()).expect("a folder for objects")
}

fn in_bucket(double: &Double) -> Blobs {
    let credentials = Credentials { key: Secret::new("AKIADESK"), secret: Secret::new("swordfish"), session: None };
    let setting = format!("s3://desk-objects/shop?endpoint=http://{}", double.address);
    let place =
        Place::parse(&setting, Some(credentials), Reach::House).unwrap_or_else(|flaw| panic!("{}", flaw.advice));
    Blobs::open(&place, Watch::host()).expect("a bucket for objects")
}

/// Two parts and a rest, in chunks that fit neither.
fn large() -> (Vec<Result<Bytes>>, Vec<u8>) {
    let all: Vec<u8> = (0..2 * PART + 12_345).map(|at| u8::try_from(at % 251).unwrap_or_default()).collect();
    let chunks = all.chunks(1_000_003).map(|chunk| Ok(Bytes::copy_from_slice(chunk))).collect();
    (chunks, all)
}

async fn whole(blobs: &Blobs, blob: Blob) -> Result<Vec<u8>> {
    let pieces: Vec<Bytes> = blobs.get(blob).await?.try_collect().await?;
    Ok(pieces.concat())
}

async fn keeps_its_word(blobs: &Blobs) {
    let small = blob(Kind::Letter);
    let written = blobs.put_bytes(small, Bytes::from_static(b"sealed")).await.expect("written");
    assert_eq!(written, Written { bytes: 6, digest: Sha256::digest(b"sealed").into() });
    assert_eq!(whole(blobs, small).await.expect("read"), b"sealed");
    blobs.put_bytes(small, Bytes::from_static(b"anew")).await.expect("written again");
    assert_eq!(whole(blobs, small).await.expect("read"), b"anew");
    let empty = Blob { id: BlobId::fresh(), ..small };
    assert_eq!(blobs.put(empty, stream::empty()).await.expect("written").bytes, 0);

    let big = blob(Kind::Package);
    let (chunks, all) = large();
    let written = blobs.put(big, stream::iter(chunks)).await.expect("written");
    assert_eq!(written, Written { bytes: all.len() as u64, digest: Sha256::digest(&all).into() });
    assert!(whole(blobs, big).await.expect("read") == all);

    let letters: Vec<Found> = blobs.list(Kind::Letter).try_collect().await.expect("listed");
    let mut listed: Vec<_> = letters.iter().map(|found| (found.blob.id, found.bytes)).collect();
    listed.sort_unstable();
    assert_eq!(listed, [(small.id, 4), (empty.id, 0)]);
    assert_eq!(blobs.list(Kind::Evidence).count().await, 0);

    let broken = blob(Kind::Package);
    let (mut chunks, _) = large();
    chunks.push(Err(Error::Conflict));
    let error = blobs.put(broken, stream::iter(chunks)).await.expect_err("broken off");
    assert_eq!(error.code(), "CONFLICT");
    assert_eq!(whole(blobs, broken).await.expect_err("nothing").code(), "NOT_FOUND");

    for blob in [small, empty, big, big, broken] {
        blobs.delete(blob).await.expect("deleted");
    }
    assert_eq!(whole(blobs, big).await.expect_err("gone").code(), "NOT_FOUND");
    for kind in Kind::ALL {
        assert_eq!(blobs.list(*kind).count().await, 0);
    }
}

fn files(path: &std::path::Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(path).expect("read").flatten() {
        if entry.path().is_dir() {
            found.extend(files(&entry.path()));
        } else {
            found.push(entry.path().display().to_string());
        }
    }
    found
}

#[tokio::test]
async fn a_folder_keeps_its_word() {
    let place = tempfile::tempdir().expect("a folder");
    keeps_its_word(&in_folder(&place.path().join("objects"))).await;
    assert_eq!(files(place.path()), Vec::<String>::new());
}

#[tokio::test]
async fn a_bucket_keeps_its_word() {
    let double = Double::open().await;
    keeps_its_word(&in_bucket(&double)).await;
    assert_eq!(double.keys(), Vec::<String>::new());
    assert_eq!(double.open_uploads(), 0);
    let calls = double.calls();
    assert!(calls.iter().all(|call| call.is_signed && call.path.starts_with("/desk-objects")), "{calls:?}");
    assert!(calls.iter().any(|call| call.method == "PUT" && call.query.contains("partNumber=3")));
    assert!(calls.iter().any(|call| call.query.contains("continuation-token=")));
    assert!(calls.iter().all(|call| call.bytes <= PART));
}

#[tokio::test]
async fn an_object_shows_only_once_it_was_read_back_the_same() {
    let double = Double::open().await;
    let blobs = in_bucket(&double);
    let blob = blob(Kind::Evidence);
    double.lie(true);
    let error = blobs.put_bytes(blob, Bytes::from_static(b"sealed")).await.expect_err("a liar");
    assert_eq!(error.code(), "INTERNAL");
    assert_eq!(double.keys(), Vec::<String>::new());

    double.lie(false);
    blobs.put_bytes(blob, Bytes::from_static(b"sealed")).await.expect("written");
    let calls = double.calls();
    let copy = calls.iter().position(|call| call.is_copy).expect("a copy");
    assert_eq!(calls[copy - 1].method, "GET", "read back before it gets its key");
}

#[tokio::test]
async fn each_failure_of_a_bucket_is_one_outcome() {
    let cases: [(&str, &str, u16, &str); 6] = [
        ("PUT", "", 403, "INTERNAL"),
        ("PUT", "", 404, "INTERNAL"),
        ("PUT", "", 503, "UNAVAILABLE"),
        ("PUT", "partNumber=2", 507, "UNAVAILABLE"),
        ("POST", "uploadId=", 500, "UNAVAILABLE"),
        ("GET", "", 500, "UNAVAILABLE"),
    ];
    for (method, query, status, code) in cases {
        let double = Double::open().await;
        let blobs = in_bucket(&double);
        double.fail(method, query, status);
        let (chunks, _) = large();
        let source =
            if query.is_empty() { stream::iter(vec![Ok(Bytes::from_static(b"sealed"))]) } else { stream::iter(chunks) };
        let error = blobs.put(blob(Kind::Package), source).await.expect_err("not written");
        assert_eq!(error.code(), code, "{method} {query} {status}");
        assert!(!format!("{error} {error:?}").contains("swordfish"), "{error:?}");
        assert_eq!(double.keys(), Vec::<String>::new(), "{method} {query} {status}");
        assert_eq!(double.open_uploads(), 0);
    }
}

#[tokio::test]
async fn a_bucket_that_is_away_is_unavailable_in_time() {
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("an address");
    let blobs = in_bucket(&Double::at(free));
    let tried = blobs.put_bytes(blob(Kind::Letter), Bytes::from_static(b"sealed"));
    let error = tokio::time::timeout(Duration::from_secs(10), tried).await.expect("in time").expect_err("nobody");
    assert_eq!(error.code(), "UNAVAILABLE");
}

#[tokio::test]
async fn a_folder_without_room_is_unavailable_and_shows_nothing() {
    let place = tempfile::tempdir().expect("a folder");
    let blobs = in_folder(place.path());
    // A file where the folder for incoming objects should be: nothing can be written.
    std::fs::write(place.path().join("incoming"), b"").expect("an obstacle");
    let error = blobs.put_bytes(blob(Kind::Letter), Bytes::from_static(b"sealed")).await.expect_err("no room");
    assert_eq!(error.code(), "UNAVAILABLE");
    // It can be written, but not get its key.
    std::fs::remove_file(place.path().join("incoming")).expect("room");
    std::fs::write(place.path().join("letter"), b"").expect("an obstacle");
    let error = blobs.put_bytes(blob(Kind::Letter), Bytes::from_static(b"sealed")).await.expect_err("no key");
    assert_eq!(error.code(), "UNAVAILABLE");
    assert_eq!(files(place.path()).len(), 1, "only the obstacle");
}

#[tokio::test]
async fn what_a_killed_writer_left_is_no_object_and_goes_after_a_day() {
    let place = tempfile::tempdir().expect("a folder");
    let blobs = in_folder(place.path());
    let blob = blob(Kind::Package);
    let left = place.path().join(blob.incoming(&Path::default()).to_string());
    std::fs::create_dir_all(left.parent().expect("a parent")).expect("folders");
    std::fs::write(&left, b"half").expect("a whole file without a key");
    std::fs::write(left.with_extension("x#1"), b"half").expect("a staged file");

    assert_eq!(whole(&blobs, blob).await.expect_err("no object").code(), "NOT_FOUND");
    assert_eq!(blobs.list(Kind::Package).count().await, 0);
    assert_eq!(blobs.tidy().await.expect("tidied"), 0, "a writer may still be at it");

    let later = Watch::held(Instant::from_utc(Watch::host().now().utc() + chrono::Duration::hours(25)));
    let later = Blobs { watch: later, ..blobs };
    assert_eq!(later.tidy().await.expect("tidied"), 2);
    assert_eq!(files(place.path()), Vec::<String>::new());
}

#[tokio::test]
async fn strange_files_are_left_alone() {
    let place = tempfile::tempdir().expect("a folder");
    let blobs = in_folder(place.path());
    std::fs::create_dir_all(place.path().join("letter/ten_1")).expect("folders");
    std::fs::write(place.path().join("letter/ten_1/readme"), b"hello").expect("a file");
    assert_eq!(blobs.list(Kind::Letter).count().await, 0);
}
