//! Writing an object: in parts under a place of its own, synced, read back, and only then given its key.
//! Whatever fails on the way leaves nothing under the key, and the part that was written is taken away.

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt};
use object_store::path::Path;
use object_store::{MultipartUpload, ObjectStoreExt};
use sha2::{Digest, Sha256};

use super::key::Blob;
use super::{Blobs, outcome};
use crate::floor::kernel::{Error, Result};

/// The largest object: what a bucket moves in one step.
pub const LARGEST: u64 = 5 * 1024 * 1024 * 1024;

/// One part; a write holds two of them at most.
pub(super) const PART: usize = 8 * 1024 * 1024;

/// An object that lies whole under its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    pub bytes: u64,
    /// SHA-256 over all of it, as it was handed in and as it was read back.
    pub digest: [u8; 32],
}

impl Blobs {
    /// Writes the object. An error of the source breaks the write off and comes back as it is. An object that lies
    /// there already is replaced at once, so that a write may be repeated.
    pub async fn put(&self, blob: Blob, source: impl Stream<Item = Result<Bytes>> + Send) -> Result<Written> {
        let incoming = blob.incoming(&self.prefix);
        let placed = self.place(blob, &incoming, source).await;
        if placed.is_err() {
            // It may never have begun to exist; what stays in spite of this is found by `tidy`.
            let _ = self.store.delete(&incoming).await;
        }
        if let Ok(written) = &placed {
            metrics::counter!("rightsdesk_object_bytes_total", "direction" => "in").increment(written.bytes);
        }
        self.prune(&incoming);
        placed
    }

    /// Writes bytes that are in memory anyway.
    pub async fn put_bytes(&self, blob: Blob, bytes: Bytes) -> Result<Written> {
        self.put(blob, futures_util::stream::iter([Ok(bytes)])).await
    }

    async fn place(
        &self,
        blob: Blob,
        incoming: &Path,
        source: impl Stream<Item = Result<Bytes>> + Send,
    ) -> Result<Written> {
        let written = self.write(incoming, source).await?;
        let read_back = self.read_back(incoming).await?;
        if read_back != written {
            return Err(Error::internal("an object was read back differently than it was written"));
        }
        self.reveal(incoming, &blob.at(&self.prefix)).await.map_err(|error| outcome::of(&error))?;
        Ok(written)
    }

    /// Gives it its key in one step. In a bucket that is a copy, after which the incoming one is merely clutter.
    async fn reveal(&self, incoming: &Path, at: &Path) -> object_store::Result<()> {
        if self.folder.is_some() {
            return self.store.rename(incoming, at).await;
        }
        self.store.copy(incoming, at).await?;
        let _ = self.store.delete(incoming).await;
        Ok(())
    }

    async fn write(&self, at: &Path, source: impl Stream<Item = Result<Bytes>> + Send) -> Result<Written> {
        let mut source = std::pin::pin!(source);
        let mut part = BytesMut::new();
        let mut digest = Sha256::new();
        let mut bytes = 0_u64;
        let mut upload: Option<Box<dyn MultipartUpload>> = None;
        while let Some(chunk) = source.next().await {
            let taken = match chunk {
                Ok(chunk) => {
                    bytes += chunk.len() as u64;
                    digest.update(&chunk);
                    self.take(at, &mut upload, &mut part, chunk, bytes).await
                }
                Err(error) => Err(error),
            };
            if let Err(error) = taken {
                give_up(upload).await;
                return Err(error);
            }
        }
        self.finish(at, upload, part.freeze()).await?;
        Ok(Written { bytes, digest: digest.finalize().into() })
    }

    async fn take(
        &self,
        at: &Path,
        upload: &mut Option<Box<dyn MultipartUpload>>,
        part: &mut BytesMut,
        mut chunk: Bytes,
        bytes: u64,
    ) -> Result<()> {
        if bytes > LARGEST {
            return Err(Error::invalid("object", "keep it under 5 GiB"));
        }
        while !chunk.is_empty() {
            part.extend_from_slice(&chunk.split_to(chunk.len().min(PART - part.len())));
            if part.len() < PART {
                continue;
            }
            if upload.is_none() {
                *upload = Some(self.store.put_multipart(at).await.map_err(|error| outcome::of(&error))?);
            }
            if let Some(upload) = upload {
                upload.put_part(part.split().freeze().into()).await.map_err(|error| outcome::of(&error))?;
            }
        }
        Ok(())
    }

    async fn finish(&self, at: &Path, upload: Option<Box<dyn MultipartUpload>>, rest: Bytes) -> Result<()> {
        let Some(mut upload) = upload else {
            return self.store.put(at, rest.into()).await.map(drop).map_err(|error| outcome::of(&error));
        };
        let mut sent = Ok(());
        if !rest.is_empty() {
            sent = upload.put_part(rest.into()).await;
        }
        let completed = match sent {
            Ok(()) => upload.complete().await.map(drop),
            Err(error) => Err(error),
        };
        if let Err(error) = completed {
            give_up(Some(upload)).await;
            return Err(outcome::of(&error));
        }
        Ok(())
    }
}

async fn give_up(upload: Option<Box<dyn MultipartUpload>>) {
    if let Some(mut upload) = upload {
        let _ = upload.abort().await;
    }
}
