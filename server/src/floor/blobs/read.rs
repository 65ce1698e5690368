//! Reading objects, listing them, and clearing away what writers that died have left.

use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{GetOptions, GetRange, ObjectStore, ObjectStoreExt};
use sha2::{Digest, Sha256};

use super::key::{Blob, INCOMING, Kind};
use super::{Blobs, Written, outcome};
use crate::floor::kernel::{Instant, Result};

/// A write that has not ended after a day has no writer any more.
const DEAD: chrono::Duration = chrono::Duration::hours(24);

/// An object on its way out, in pieces; it can break off, and then says so.
pub type Body = BoxStream<'static, Result<Bytes>>;

/// An object that lies there, whether a row knows it or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    pub blob: Blob,
    pub bytes: u64,
    /// When it was written, by the store's own clock.
    pub at: Instant,
}

impl Blobs {
    /// The object, piece by piece. Its digest is with the row, and whoever sends it on compares.
    pub async fn get(&self, blob: Blob) -> Result<Body> {
        let found = self.store.get(&blob.at(&self.prefix)).await.map_err(|error| outcome::of_one(&error))?;
        let pieces = found.into_stream().map_err(|error| outcome::of(&error));
        let counted = pieces.inspect_ok(|piece| {
            metrics::counter!("rightsdesk_object_bytes_total", "direction" => "out").increment(piece.len() as u64);
        });
        Ok(counted.boxed())
    }

    /// The object from this byte on, for whoever had what stands before it.
    pub async fn get_from(&self, blob: Blob, from: u64) -> Result<Body> {
        let options = GetOptions { range: Some(GetRange::Offset(from)), ..GetOptions::default() };
        let found = self.store.get_opts(&blob.at(&self.prefix), options).await;
        let pieces = found.map_err(|error| outcome::of_one(&error))?.into_stream();
        Ok(pieces.map_err(|error| outcome::of(&error)).boxed())
    }

    /// All objects of one kind, page by page as they are asked for and in no order: whoever sweeps compares them with
    /// the rows and deletes those that no row knows *and* that are older than any write may take.
    pub fn list(&self, kind: Kind) -> BoxStream<'static, Result<Found>> {
        let prefix = self.prefix.clone();
        let listed = self.store.list(Some(&prefix.clone().join(kind.code())));
        let ours = listed.map_err(|error| outcome::of(&error)).try_filter_map(move |meta| {
            let blob = Blob::read(&prefix, &meta.location);
            let found = blob.map(|blob| Found { blob, bytes: meta.size, at: Instant::from_utc(meta.last_modified) });
            std::future::ready(Ok(found))
        });
        ours.boxed()
    }

    /// Removes what writers left that died a day ago or longer: how many. Parts of a broken upload that a bucket keeps
    /// out of sight are for a lifecycle rule of the bucket.
    pub async fn tidy(&self) -> Result<usize> {
        let before = self.watch.now().plus(-DEAD).utc();
        let mut listed = self.store.list(Some(&self.prefix.clone().join(INCOMING)));
        let mut removed = 0;
        while let Some(meta) = listed.next().await {
            let meta = meta.map_err(|error| outcome::of(&error))?;
            if meta.last_modified < before {
                match self.store.delete(&meta.location).await {
                    Ok(()) => removed += 1,
                    Err(object_store::Error::NotFound { .. }) => {}
                    Err(error) => return Err(outcome::of(&error)),
                }
            }
        }
        Ok(removed + self.tidy_folder(before).await)
    }

    pub(super) async fn read_back(&self, at: &Path) -> Result<Written> {
        let mut pieces = self.store.get(at).await.map_err(|error| outcome::of(&error))?.into_stream();
        let mut digest = Sha256::new();
        let mut bytes = 0;
        while let Some(piece) = pieces.next().await {
            let piece = piece.map_err(|error| outcome::of(&error))?;
            bytes += piece.len() as u64;
            digest.update(&piece);
        }
        Ok(Written { bytes, digest: digest.finalize().into() })
    }
}
