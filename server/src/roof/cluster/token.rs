//! The token file beside a desk's own Postgres: who may read it has the machine. Written whole or not at all, for its
//! owner alone; it is never read here.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::Trouble;
use crate::floor::kernel::Secret;

/// Puts another token in the place of the last one.
pub fn write_token(data: &Path, token: &Secret) -> Result<(), Trouble> {
    let (place, beside) = (data.join("token"), data.join("token.new"));
    let at = |why| Trouble::at(&place, why);
    // Left by one that was killed in between; it may have been made by other hands with other rights.
    match std::fs::remove_file(&beside) {
        Err(why) if why.kind() != std::io::ErrorKind::NotFound => return Err(at(why)),
        _ => {}
    }
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside).map_err(at)?;
    file.write_all(token.expose().as_bytes()).and_then(|()| file.write_all(b"\n")).map_err(at)?;
    file.sync_all().map_err(at)?;
    std::fs::rename(&beside, &place).map_err(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn it_is_its_owners_alone_and_another_each_time() {
        let data = tempfile::tempdir().unwrap();
        for text in ["rdf_first", "rdf_second"] {
            std::fs::write(data.path().join("token.new"), "left behind").unwrap();
            write_token(data.path(), &Secret::new(text)).unwrap();
            let place = data.path().join("token");
            assert_eq!(std::fs::read_to_string(&place).unwrap().trim(), text);
            assert_eq!(std::fs::metadata(&place).unwrap().permissions().mode() & 0o777, 0o600);
            assert!(!data.path().join("token.new").exists());
        }
    }
}
