//! Objects behind rows: packages, letters, evidence, attachments; in a folder, or in a bucket that speaks S3.
//! What arrives here is sealed already: nothing is encrypted, looked into or named after a person here. There are no
//! free paths, and an object is never seen under its key before it is whole, on the disk and read back the same.

mod client;
mod key;
mod leftovers;
mod outcome;
mod place;
mod read;
#[cfg(test)]
mod tests;
mod write;

pub use key::{Blob, Kind};
pub use place::{Bucket, Credentials, Place};
pub use read::{Body, Found};
pub use write::{LARGEST, Written};

use std::sync::Arc;

use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};

use super::kernel::{Error, Result, Watch};

/// The place of objects, opened.
#[derive(Clone)]
pub struct Blobs {
    store: Arc<dyn ObjectStore>,
    /// Stands before every key of ours.
    prefix: Path,
    /// Where the place is a folder: its root.
    folder: Option<Arc<std::path::Path>>,
    watch: Watch,
}

impl Blobs {
    /// A folder is made if it is missing; a bucket must exist, and is not called before the first object.
    pub fn open(place: &Place, watch: Watch) -> Result<Self> {
        match place {
            Place::Folder(path) => {
                let (store, root) = place::folder(path)?;
                Ok(Self { store, prefix: Path::default(), folder: Some(root), watch })
            }
            Place::Bucket(bucket) => {
                let store = place::bucket(bucket)?;
                Ok(Self { store, prefix: bucket.prefix.clone(), folder: None, watch })
            }
        }
    }

    /// Removes the object; one that is not there is removed already. The row goes after it, never before.
    pub async fn delete(&self, blob: Blob) -> Result<()> {
        let at = blob.at(&self.prefix);
        match self.store.delete(&at).await {
            Ok(()) => self.settle(&at).await,
            Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(outcome::of(&error)),
        }
    }

    /// A removed name comes back after a crash of the host unless its folder is on the disk.
    async fn settle(&self, at: &Path) -> Result<()> {
        let Some(root) = self.folder.clone() else { return Ok(()) };
        let at = at.to_string();
        let synced = tokio::task::spawn_blocking(move || {
            let parent = root.join(at);
            std::fs::File::open(parent.parent().unwrap_or(&root))?.sync_all()
        });
        match synced.await {
            Ok(Ok(())) => Ok(()),
            _ => Err(Error::unavailable(outcome::PLACE)),
        }
    }
}
