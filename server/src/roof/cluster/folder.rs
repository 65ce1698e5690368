//! The data folder: what lies where, whose it is, and where the socket fits. Everything in it that Postgres may
//! touch is a folder of its own; the rest of the data folder stays closed to it.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use nix::unistd::geteuid;

use super::Trouble;
use super::identity::Identity;

/// The number in the socket's name; no port is opened.
pub(super) const PORT: u16 = 5432;

/// The room for a path in a socket's address, without its closing zero.
pub(super) const SOCKET_PATH: usize = if cfg!(target_os = "macos") { 103 } else { 107 };

/// The data folder, before anybody has been asked whether it is free.
#[derive(Debug)]
pub(super) struct Folder {
    root: PathBuf,
    runtime: Option<PathBuf>,
}

impl Folder {
    /// Makes the folder if it is missing. Touches nothing in it.
    pub(super) fn prepare(data: &Path, runtime: Option<&Path>) -> Result<Self, Trouble> {
        let at = |why| Trouble::at(data, why);
        // Closed to others; where Postgres is one of them it may pass through, and no more.
        let mode = if geteuid().is_root() { 0o711 } else { 0o700 };
        std::fs::DirBuilder::new().recursive(true).mode(mode).create(data).map_err(at)?;
        let root = data.canonicalize().map_err(at)?;
        Ok(Self { root, runtime: runtime.map(Path::to_path_buf) })
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    pub(super) fn holds_data(&self) -> bool {
        self.root.join("postgres").exists()
    }

    pub(super) fn lock(&self) -> PathBuf {
        self.root.join("lock")
    }

    /// Decides as whom Postgres runs here and where its socket is. All of it may be done twice, so a visitor needs no
    /// lock for it.
    pub(super) fn settle(&self) -> Result<Home, Trouble> {
        let postgres = self.root.join("postgres");
        let identity = Identity::of(&postgres)?;
        self.let_in(&identity)?;
        let socket = self.socket(&identity)?;
        Ok(Home { root: self.root.clone(), postgres, socket, identity })
    }

    /// The data folder itself is ours to open for passing through; the folders above it are not.
    fn let_in(&self, identity: &Identity) -> Result<(), Trouble> {
        let at = |why| Trouble::at(&self.root, why);
        let found = std::fs::metadata(&self.root).map_err(at)?;
        let ours = found.uid() == geteuid().as_raw();
        if ours && identity.shut_out_of(&self.root).as_deref() == Some(&self.root) {
            let mode = found.mode() & 0o7777 | 0o001;
            std::fs::set_permissions(&self.root, std::fs::Permissions::from_mode(mode)).map_err(at)?;
        }
        match (identity.shut_out_of(&self.root), identity) {
            (Some(shut), Identity::Lowered { name, .. }) => {
                Err(Trouble::ShutFolder { shut, folder: self.root.clone(), user: name.clone() })
            }
            _ => Ok(()),
        }
    }

    /// `run` in the data folder, or a short name in the runtime folder when that path does not fit an address.
    fn socket(&self, identity: &Identity) -> Result<PathBuf, Trouble> {
        let near = self.root.join("run");
        let mut hasher = DefaultHasher::new();
        self.root.hash(&mut hasher);
        let short = format!("rightsdesk-{:016x}", hasher.finish());
        let far =
            self.runtime.as_ref().and_then(|runtime| runtime.canonicalize().ok()).map(|runtime| runtime.join(short));
        let fits = |folder: &PathBuf| socket_length(folder) <= SOCKET_PATH;
        let enterable = |folder: &PathBuf| folder.parent().is_some_and(|parent| identity.shut_out_of(parent).is_none());
        let length = socket_length(&near);
        let chosen = [Some(near.clone()), far].into_iter().flatten().find(|folder| fits(folder) && enterable(folder));
        let chosen = chosen.ok_or(Trouble::LongPath { socket: near, length, limit: SOCKET_PATH })?;
        identity.private_folder(&chosen)?;
        Ok(chosen)
    }
}

fn socket_length(folder: &Path) -> usize {
    folder.join(format!(".s.PGSQL.{PORT}")).as_os_str().as_bytes().len()
}

/// The data folder, once it is ours alone: where Postgres lives in it, and as whom.
#[derive(Debug, Clone)]
pub(super) struct Home {
    root: PathBuf,
    postgres: PathBuf,
    socket: PathBuf,
    pub(super) identity: Identity,
}

impl Home {
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// The data directory of Postgres.
    pub(super) fn path(&self) -> &Path {
        &self.postgres
    }

    pub(super) fn socket_folder(&self) -> &Path {
        &self.socket
    }

    /// The major that wrote the data, or nothing when there is none yet.
    pub(super) fn written_by(&self) -> Result<Option<u32>, Trouble> {
        let strange = || Trouble::Strange { folder: self.postgres.clone() };
        match std::fs::read_to_string(self.postgres.join("PG_VERSION")) {
            Ok(text) => {
                let major = text.trim().split('.').next().and_then(|major| major.parse().ok());
                major.map(Some).ok_or_else(strange)
            }
            Err(why) if why.kind() == std::io::ErrorKind::NotFound => match std::fs::read_dir(&self.postgres) {
                Ok(mut entries) => entries.next().map_or(Ok(None), |_| Err(strange())),
                Err(_) => Ok(None),
            },
            Err(why) => Err(Trouble::at(&self.postgres, why)),
        }
    }

    /// Removes the socket of an earlier life, with the file beside it that says whose it was. Only when no process
    /// of that life is left: unlike `postmaster.pid` they guard no data.
    pub(super) fn sweep_socket(&self) {
        for name in [format!(".s.PGSQL.{PORT}"), format!(".s.PGSQL.{PORT}.lock")] {
            let _ = std::fs::remove_file(self.socket.join(name));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_path_gets_its_socket_in_the_runtime_folder_or_a_sentence() {
        let root = tempfile::tempdir().unwrap();
        let runtime = tempfile::tempdir().unwrap();
        for folder in [&root, &runtime] {
            std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o711)).unwrap();
        }
        let data = root.path().join("a".repeat(100));
        let refused = Folder::prepare(&data, None).unwrap().settle().unwrap_err().to_string();
        assert!(refused.contains("too long for a socket") && refused.contains("RIGHTSDESK_DATA"), "{refused}");
        let home = Folder::prepare(&data, Some(runtime.path())).unwrap().settle().unwrap();
        assert!(home.socket_folder().starts_with(runtime.path().canonicalize().unwrap()));
        let mode = std::fs::metadata(home.socket_folder()).unwrap().mode() & 0o777;
        assert_eq!(mode, 0o700);
    }

    #[test]
    fn a_folder_of_other_things_is_not_taken_for_data() {
        let root = tempfile::tempdir().unwrap();
        let home = Folder::prepare(root.path(), None).unwrap().settle().unwrap();
        assert_eq!(home.written_by().unwrap(), None);
        std::fs::create_dir(home.path()).unwrap();
        assert_eq!(home.written_by().unwrap(), None);
        std::fs::write(home.path().join("letters.txt"), "mine").unwrap();
        assert!(matches!(home.written_by(), Err(Trouble::Strange { .. })));
        std::fs::write(home.path().join("PG_VERSION"), "16\n").unwrap();
        assert_eq!(home.written_by().unwrap(), Some(16));
    }
}
