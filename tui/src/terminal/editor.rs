//! The person's own editor: a text goes out in a file that nobody else can read, and comes back as it was left.
//!
//! Editors that are known leave no copies of it behind. The file is gone afterwards, however that ended.

use std::fs::{self, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, id};

use crate::api::pulse::dice;

/// More than any letter; what is longer is not taken back.
const LONGEST: u64 = 64 * 1024;

/// Which editor, and where its file may lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Editor {
    /// The command and its arguments.
    pub command: String,
    pub folder: PathBuf,
}

/// Keeps no swap, backup, undo or history of what was edited.
const QUIET: &[(&str, &[&str])] = &[
    ("vim", &["-n", "-i", "NONE", "--cmd", "set nobackup nowritebackup noundofile"]),
    ("nvim", &["-n", "-i", "NONE", "--cmd", "set nobackup nowritebackup noundofile"]),
];

impl Editor {
    /// What was written, or why nothing was.
    pub fn edit(&self, text: &str, run: impl FnOnce(&mut Command) -> io::Result<ExitStatus>) -> Result<String, String> {
        let file = Scrap::of(&self.folder, text).map_err(|error| format!("no file for the editor: {error}"))?;
        let mut words = self.command.split_whitespace();
        let program = words.next().ok_or_else(|| "EDITOR names no editor".to_owned())?;
        let mut command = Command::new(program);
        let name = Path::new(program).file_name().and_then(|name| name.to_str()).unwrap_or_default();
        for (_, arguments) in QUIET.iter().filter(|(known, _)| *known == name) {
            command.args(*arguments);
        }
        let status = run(command.args(words).arg(&file.0)).map_err(|error| format!("{program}: {error}"))?;
        if !status.success() {
            return Err(format!("{program} ended otherwise than well: the text is as it was"));
        }
        file.read().map_err(|error| format!("what was written cannot be read: {error}"))
    }
}

/// A file of our own; it goes when it is let go of.
struct Scrap(PathBuf);

impl Scrap {
    fn of(folder: &Path, text: &str) -> io::Result<Self> {
        let scrap = Self(folder.join(format!("rightsdesk-{}-{:x}.txt", id(), dice().to_bits())));
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&scrap.0)?;
        file.write_all(text.as_bytes())?;
        Ok(scrap)
    }

    fn read(&self) -> io::Result<String> {
        let mut text = String::new();
        fs::File::open(&self.0)?.take(LONGEST).read_to_string(&mut text)?;
        Ok(text.trim_end().to_owned())
    }
}

impl Drop for Scrap {
    fn drop(&mut self) {
        // An editor may have replaced it, or taken it away.
        _ = fs::remove_file(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_text_goes_out_for_our_eyes_alone_and_comes_back_as_it_was_left() {
        let folder = tempfile::tempdir().unwrap();
        let editor = Editor { command: "/usr/bin/vim -u NONE".to_owned(), folder: folder.path().to_owned() };
        let written = editor.edit("Dear one", |command| {
            let told: Vec<_> = command.get_args().map(|word| word.to_string_lossy().into_owned()).collect();
            let file = told.last().unwrap();
            assert!(told.contains(&"-n".to_owned()) && told.contains(&"NONE".to_owned()), "{told:?}");
            assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
            fs::write(file, "Dear one,\nhere it is.\n\n").unwrap();
            Command::new("true").status()
        });
        assert_eq!(written.as_deref(), Ok("Dear one,\nhere it is."));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left");
        assert!(editor.edit("x", |_| Command::new("false").status()).is_err());
        assert!(editor.edit("x", |_| Err(io::ErrorKind::NotFound.into())).is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
