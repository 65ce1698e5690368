//! What a folder keeps that a bucket does not: empty folders of incoming objects, and files of writes that were killed,
//! which the store itself hides.

use std::fs;
use std::path::Path;
use std::time::SystemTime;

use chrono::{DateTime, Utc};

use super::Blobs;
use super::key::INCOMING;

impl Blobs {
    /// Takes away the folders of an incoming object once they are empty.
    pub(super) fn prune(&self, incoming: &object_store::path::Path) {
        let Some(root) = self.folder.clone() else { return };
        let incoming = incoming.to_string();
        tokio::task::spawn_blocking(move || {
            let at = root.join(incoming);
            // The object's own folder only: the tenant's is another writer's too.
            if let Some(own) = at.parent() {
                let _ = fs::remove_dir(own);
            }
        });
    }

    /// Removes files of writes that were killed before this moment: how many.
    pub(super) async fn tidy_folder(&self, before: DateTime<Utc>) -> usize {
        let Some(root) = self.folder.clone() else { return 0 };
        let removed = tokio::task::spawn_blocking(move || sweep(&root.join(INCOMING), before.into()));
        removed.await.unwrap_or_default()
    }
}

fn sweep(folder: &Path, before: SystemTime) -> usize {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    let mut removed = 0;
    for entry in entries.flatten() {
        let Ok(meta) = entry.metadata() else { continue };
        if meta.is_dir() {
            removed += sweep(&entry.path(), before);
            // Only an empty one goes.
            let _ = fs::remove_dir(entry.path());
        } else if meta.modified().is_ok_and(|at| at < before) && fs::remove_file(entry.path()).is_ok() {
            removed += 1;
        }
    }
    removed
}
