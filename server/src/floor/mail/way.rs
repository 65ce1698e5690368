//! The setting that says how letters leave, read once and refused with a reason.
//! It never repeats the setting in a flaw: a password may stand in it.

use std::path::PathBuf;

use percent_encoding::percent_decode_str;
use url::Url;

use crate::floor::kernel::{Flaw, Reach, Secret, reach};

const FIELD: &str = "mail.way";

/// How letters leave.
#[derive(Clone)]
pub enum Way {
    /// To a mail server.
    Smtp(Smtp),
    /// One file a letter, for a desk that tries itself out.
    Folder(PathBuf),
    /// Kept until the program ends, for tests.
    Memory,
}

/// A mail server.
#[derive(Clone)]
pub struct Smtp {
    pub host: String,
    pub port: u16,
    pub encryption: Encryption,
    /// Name and password.
    pub login: Option<(Secret, Secret)>,
}

/// When the line to the mail server is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encryption {
    /// From the first byte.
    Wrapped,
    /// After the greeting, or nothing is sent.
    Required,
    /// Never: on this very machine, in the modes demo and development.
    Clear,
}

impl Way {
    /// Reads `smtp://user:password@host:587`, `smtps://…`, `folder:/path` or `memory:`. Signs with a meaning of their
    /// own in a name or password are percent-encoded.
    pub fn parse(setting: &str, reach: Reach) -> Result<Self, Flaw> {
        let flaw = |advice: &str| Err(Flaw::new(FIELD, advice));
        let is_house = reach == Reach::House;
        match setting.split_once(':') {
            Some(("memory", "")) if is_house => Ok(Self::Memory),
            Some(("folder", path)) if is_house => {
                let path = PathBuf::from(path);
                if path.is_absolute() { Ok(Self::Folder(path)) } else { flaw("give the whole path: folder:/path") }
            }
            Some(("memory" | "folder", _)) => {
                flaw("production sends letters to a mail server: give smtp:// or smtps://")
            }
            Some(("smtp" | "smtps", _)) => Smtp::parse(setting, reach).map(Self::Smtp),
            _ => flaw("give smtp://user:password@host:587, smtps://user:password@host, folder:/path or memory:"),
        }
    }
}

impl Smtp {
    fn parse(setting: &str, reach: Reach) -> Result<Self, Flaw> {
        let flaw = |advice: &str| Flaw::new(FIELD, advice);
        let url = Url::parse(setting).map_err(|_| flaw("this is no address of a mail server: smtp://host:587"))?;
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(|| flaw("name the mail server's host"))?;
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return Err(flaw("leave out what follows host and port; encode / ? # in a password as %2F %3F %23"));
        }
        let is_here = reach::is_loopback(host);
        let (encryption, usual) = match url.scheme() {
            "smtps" => (Encryption::Wrapped, 465),
            _ if is_here && reach == Reach::House => (Encryption::Clear, 25),
            _ => (Encryption::Required, 587),
        };
        if is_here && reach == Reach::World {
            return Err(flaw("production sends letters to another machine"));
        }
        let login = match (url.username(), url.password()) {
            ("", None) => None,
            (name, Some(word)) if !name.is_empty() && !word.is_empty() => Some((plain(name)?, plain(word)?)),
            _ => return Err(flaw("give name and password, or neither")),
        };
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        Ok(Self { host, port: url.port().unwrap_or(usual), encryption, login })
    }
}

fn plain(encoded: &str) -> Result<Secret, Flaw> {
    let text = percent_decode_str(encoded).decode_utf8();
    text.map(Secret::new).map_err(|_| Flaw::new(FIELD, "name and password are percent-encoded UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn smtp(setting: &str, reach: Reach) -> Smtp {
        match Way::parse(setting, reach) {
            Ok(Way::Smtp(server)) => server,
            _ => panic!("a mail server: {setting}"),
        }
    }

    #[test]
    fn a_mail_server_is_read_from_its_address() {
        let server = smtp("smtp://desk%40shop:p%2Fw%3A%25@mail.example:2525", Reach::World);
        let (name, word) = server.login.as_ref().expect("a login");
        assert_eq!((name.expose(), word.expose()), ("desk@shop", "p/w:%"));
        assert_eq!(
            (server.host.as_str(), server.port, server.encryption),
            ("mail.example", 2525, Encryption::Required)
        );

        let server = smtp("smtps://mail.example", Reach::World);
        assert_eq!((server.port, server.encryption), (465, Encryption::Wrapped));
        assert!(server.login.is_none());
        assert_eq!(smtp("smtp://mail.example", Reach::House).encryption, Encryption::Required);
        assert_eq!(smtp("smtp://127.0.0.1:2525", Reach::House).encryption, Encryption::Clear);
        assert_eq!(smtp("smtp://[::1]:2525", Reach::House).host, "::1");
    }

    #[test]
    fn folder_and_memory_are_for_the_house() {
        assert!(matches!(Way::parse("memory:", Reach::House), Ok(Way::Memory)));
        assert!(matches!(Way::parse("folder:/var/letters", Reach::House), Ok(Way::Folder(_))));
        for setting in ["memory:", "folder:/var/letters", "smtp://localhost", "smtps://127.0.0.1"] {
            assert!(Way::parse(setting, Reach::World).is_err(), "{setting}");
        }
    }

    #[test]
    fn a_flaw_never_repeats_the_setting() {
        for setting in [
            "",
            "swordfish",
            "smtp:",
            "smtp://",
            "smtp://desk:swordfish@",
            "smtp://desk:swordfish@mail.example/inbox",
            "smtp://desk:sword/fish@mail.example",
            "smtp://swordfish@mail.example",
            "smtp://:swordfish@mail.example",
            "smtp://desk:swordfish@mail.example:99999",
            "http://desk:swordfish@mail.example",
            "folder:swordfish",
            "memory:swordfish",
            "smtp://desk:swordfish%ff@mail.example",
            "smtp://desk:swordfish@mail.example?tls=off",
        ] {
            let flaw = Way::parse(setting, Reach::House).err().unwrap_or_else(|| panic!("a flaw: {setting}"));
            assert_eq!(flaw.field, FIELD);
            assert!(!flaw.advice.contains("swordfish"), "{setting}");
        }
    }
}
