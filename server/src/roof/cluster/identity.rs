//! As whom Postgres runs. It refuses to be root, so a program that is root hands folder and process to an
//! unprivileged user; any other program runs it as itself. Nobody ever gains a right here.

use std::os::unix::fs::{MetadataExt, PermissionsExt, lchown};
use std::path::{Path, PathBuf};

use nix::unistd::{Gid, Uid, User, geteuid};

use super::Trouble;

/// The user behind the processes and files of the cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Identity {
    /// The user of this program.
    Own,
    /// Another one, because this program is root.
    Lowered { uid: Uid, gid: Gid, name: String },
}

impl Identity {
    /// Follows the owner of data that is already there, so that a desk opened by a user and then by root stays the
    /// user's.
    pub(super) fn of(postgres: &Path) -> Result<Self, Trouble> {
        let owner = match std::fs::symlink_metadata(postgres) {
            Ok(found) => Some((found.uid(), found.gid())),
            Err(why) if why.kind() == std::io::ErrorKind::NotFound => None,
            Err(why) => return Err(Trouble::at(postgres, why)),
        };
        let own = geteuid();
        match owner {
            Some((owner, _)) if !own.is_root() && owner != own.as_raw() => {
                Err(Trouble::NotYours { folder: postgres.into(), owner })
            }
            Some((owner @ 1.., group)) if own.is_root() => {
                let uid = Uid::from_raw(owner);
                let name = User::from_uid(uid).ok().flatten().map_or_else(|| owner.to_string(), |user| user.name);
                Ok(Self::Lowered { uid, gid: Gid::from_raw(group), name })
            }
            _ if own.is_root() => Self::unprivileged(),
            _ => Ok(Self::Own),
        }
    }

    fn unprivileged() -> Result<Self, Trouble> {
        ["postgres", "nobody"]
            .into_iter()
            .find_map(|name| User::from_name(name).ok().flatten())
            .filter(|user| !user.uid.is_root())
            .map(|user| Self::Lowered { uid: user.uid, gid: user.gid, name: user.name })
            .ok_or(Trouble::NobodyToRunAs)
    }

    pub(super) fn uid(&self) -> Uid {
        match self {
            Self::Own => geteuid(),
            Self::Lowered { uid, .. } => *uid,
        }
    }

    /// Whether the system knows a name for this user; `initdb` insists on one.
    pub(super) fn has_a_name(&self) -> bool {
        User::from_uid(self.uid()).ok().flatten().is_some()
    }

    /// Makes a folder that only this user may enter, or takes an existing one that is already so.
    pub(super) fn private_folder(&self, folder: &Path) -> Result<(), Trouble> {
        let at = |why| Trouble::at(folder, why);
        match std::fs::create_dir(folder) {
            Ok(()) => self.own(folder)?,
            Err(why) if why.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(why) => return Err(at(why)),
        }
        let found = std::fs::symlink_metadata(folder).map_err(at)?;
        if !found.is_dir() {
            return Err(Trouble::Strange { folder: folder.into() });
        }
        if found.uid() != self.uid().as_raw() {
            // A root that was interrupted between making and handing over finishes here; nobody else may.
            if !(geteuid().is_root() && found.uid() == 0) {
                return Err(Trouble::NotYours { folder: folder.into(), owner: found.uid() });
            }
            self.own(folder)?;
        }
        std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700)).map_err(at)
    }

    /// Hands one path over to this user. A link is not followed.
    pub(super) fn own(&self, path: &Path) -> Result<(), Trouble> {
        match self {
            Self::Own => Ok(()),
            Self::Lowered { uid, gid, .. } => {
                lchown(path, Some(uid.as_raw()), Some(gid.as_raw())).map_err(|why| Trouble::at(path, why))
            }
        }
    }

    /// The first folder on the way to `folder` that this user may not enter.
    pub(super) fn shut_out_of(&self, folder: &Path) -> Option<PathBuf> {
        let Self::Lowered { uid, gid, .. } = self else { return None };
        let mut way: Vec<&Path> = folder.ancestors().collect();
        way.reverse();
        way.into_iter().find(|step| shut(step, uid.as_raw(), gid.as_raw())).map(Path::to_path_buf)
    }
}

fn shut(folder: &Path, uid: u32, gid: u32) -> bool {
    let Ok(found) = std::fs::metadata(folder) else { return false };
    let enter = match () {
        () if found.uid() == uid => 0o100,
        () if found.gid() == gid => 0o010,
        () => 0o001,
    };
    found.mode() & enter == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shut_folder_on_the_way_is_named() {
        let root = tempfile::tempdir().unwrap();
        let inner = root.path().join("open/shut/inner");
        std::fs::create_dir_all(&inner).unwrap();
        let mode = |path: &Path, mode| std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
        mode(root.path(), 0o711);
        mode(&root.path().join("open"), 0o755);
        mode(&root.path().join("open/shut"), 0o700);
        let stranger = Identity::Lowered { uid: Uid::from_raw(54_321), gid: Gid::from_raw(54_321), name: "x".into() };
        assert_eq!(stranger.shut_out_of(&inner), Some(root.path().join("open/shut")));
        mode(&root.path().join("open/shut"), 0o711);
        assert_eq!(stranger.shut_out_of(&inner), None);
        assert_eq!(Identity::Own.shut_out_of(&inner), None);
    }
}
