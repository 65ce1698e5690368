//! Letters out: by SMTP, into a folder, or into memory that a test reads; and letters in, from the folder that a mail
//! system delivers into. It never words a letter, never reads what one says, and never repeats an address or what a mail
//! server said: neither in an error nor in a log.

mod folder;
mod letter;
mod mailbox;
mod maildir;
mod post;
#[cfg(test)]
mod tests;
mod way;

pub use letter::{Letter, is_address};
pub use mailbox::{Kept, Mailbox};
pub use maildir::{Lying, Maildir};
pub use way::{Encryption, Smtp, Way};

use lettre::message;

use super::kernel::{Error, Result, Secret, Watch};

/// The way letters take, opened.
#[derive(Clone)]
pub struct Mail {
    from: message::Mailbox,
    out: Out,
    coming: Coming,
    watch: Watch,
}

/// By which ways letters come in.
#[derive(Clone, Default)]
pub struct Coming {
    /// The address that people write to; without one, the sender of our own letters.
    pub address: Option<String>,
    /// The folder that a mail system delivers into.
    pub maildir: Option<Maildir>,
    /// What a mail system shows that hands letters over by calls.
    pub secret: Option<Secret>,
}

#[derive(Clone)]
enum Out {
    Post(post::Post),
    Folder(folder::Folder),
    Memory(Mailbox),
}

impl Mail {
    /// `from` is the sender on every letter: `privacy@shop.example` or `Privacy desk <privacy@shop.example>`.
    /// A folder is made if it is missing; a mail server is not called before the first letter.
    pub fn open(way: Way, from: &str, watch: Watch) -> Result<Self> {
        let sender = || Error::invalid("mail.from", "give an address, such as Privacy desk <privacy@shop.example>");
        if from.contains(char::is_control) {
            return Err(sender());
        }
        let from: message::Mailbox = from.parse().map_err(|_| sender())?;
        let out = match way {
            Way::Smtp(server) => Out::Post(post::Post::open(&server, from.email.domain())?),
            Way::Folder(path) => Out::Folder(folder::Folder::open(path)?),
            Way::Memory => Out::Memory(Mailbox::default()),
        };
        Ok(Self { from, out, coming: Coming::default(), watch })
    }

    /// The same, where letters come in by these ways.
    #[must_use]
    pub fn hearing(self, coming: Coming) -> Self {
        Self { coming, ..self }
    }

    /// The address that people write to, bare.
    pub fn address(&self) -> String {
        self.coming.address.clone().unwrap_or_else(|| self.from.email.to_string())
    }

    pub fn maildir(&self) -> Option<&Maildir> {
        self.coming.maildir.as_ref()
    }

    /// What a mail system shows that hands letters over by calls; without one, none is taken.
    pub fn secret(&self) -> Option<&Secret> {
        self.coming.secret.as_ref()
    }

    /// Hands the letter over. `Ok` means that a server, a disk or the memory has it whole; after `Unavailable` it may
    /// have arrived all the same, and the message id is what tells a repeated one.
    pub async fn send(&self, letter: &Letter) -> Result<()> {
        let message = letter.written(&self.from, self.watch.now())?;
        let (way, sent) = match &self.out {
            Out::Post(post) => ("smtp", post.send(message).await),
            Out::Folder(folder) => ("folder", folder.keep(letter.message_id.clone(), message.formatted()).await),
            Out::Memory(mailbox) => {
                mailbox.keep(letter, &message);
                ("memory", Ok(()))
            }
        };
        let fate = match &sent {
            Ok(()) => "sent",
            Err(Error::Refused(_)) => "refused",
            Err(Error::Unavailable { .. }) => "unavailable",
            Err(_) => "failed",
        };
        metrics::counter!("rightsdesk_letters_total", "way" => way, "fate" => fate).increment(1);
        sent
    }

    /// The letters kept in memory, where that is the way they take.
    pub fn mailbox(&self) -> Option<Mailbox> {
        match &self.out {
            Out::Memory(mailbox) => Some(mailbox.clone()),
            Out::Post(_) | Out::Folder(_) => None,
        }
    }
}
