//! Files beside a desk's own Postgres that say how it is reached: its token, with which whoever reads it has the machine, and
//! where a demo's street takes orders. Written whole or not at all, for their owner alone; they are never read here.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::Trouble;
use crate::floor::kernel::Secret;

/// Puts another token in the place of the last one.
pub fn write_token(data: &Path, token: &Secret) -> Result<(), Trouble> {
    write(data, "token", token.expose())
}

/// Says where the street of the demo that runs now takes orders.
pub fn write_street(data: &Path, address: &str) -> Result<(), Trouble> {
    write(data, "street", address)
}

fn write(data: &Path, name: &str, line: &str) -> Result<(), Trouble> {
    let (place, beside) = (data.join(name), data.join(format!("{name}.new")));
    let at = |why| Trouble::at(&place, why);
    // Left by one that was killed in between; it may have been made by other hands with other rights.
    match std::fs::remove_file(&beside) {
        Err(why) if why.kind() != std::io::ErrorKind::NotFound => return Err(at(why)),
        _ => {}
    }
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside).map_err(at)?;
    file.write_all(line.as_bytes()).and_then(|()| file.write_all(b"\n")).map_err(at)?;
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
