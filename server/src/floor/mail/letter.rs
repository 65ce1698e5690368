//! A letter, and how it is written for the post. Whatever could begin a header of its own is refused, not repaired.

use lettre::Message;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{self, Mailbox};

use crate::floor::kernel::{Error, Flaws, Instant, Personal, Result};

/// Headers that a letter may bring beside `X-…`; the others are ours to set, or nobody's.
const HEADERS: &[&str] = &[
    "auto-submitted",
    "content-language",
    "in-reply-to",
    "list-unsubscribe",
    "list-unsubscribe-post",
    "precedence",
    "references",
];

/// Longer texts belong into a package, not into a letter.
const LONGEST: usize = 256 * 1024;

/// A letter to one person. It has no `Debug`: it is personal through and through.
#[derive(Clone)]
pub struct Letter {
    /// The bare address, without a name.
    pub to: Personal,
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// Where an answer goes, if not to the sender.
    pub reply_to: Option<Personal>,
    /// The same for the same letter, however often it is sent: letters, digits, `.`, `_` and `-`.
    pub message_id: String,
    /// Further headers, by name and value.
    pub headers: Vec<(String, String)>,
}

impl Letter {
    /// One that the desk writes by itself, and that no program is to answer.
    pub fn automatic(to: Personal, subject: String, text: String, message_id: String) -> Self {
        let headers = vec![("Auto-Submitted".to_owned(), "auto-generated".to_owned())];
        Self { to, subject, text, reply_to: None, message_id, headers }
    }

    /// As it goes over the wire.
    pub(super) fn written(&self, from: &Mailbox, at: Instant) -> Result<Message> {
        let mut flaws = Flaws::default();
        let to = address(&self.to);
        if to.is_none() {
            flaws.add("to", "give one address");
        }
        let reply_to = self.reply_to.as_ref().map(address);
        if reply_to == Some(None) {
            flaws.add("replyTo", "give one address");
        }
        if self.subject.contains(char::is_control) {
            flaws.add("subject", "keep it on one line");
        }
        if self.text.len() > LONGEST {
            flaws.add("text", "keep it under 256 KiB");
        }
        if self.text.contains(|letter: char| letter.is_control() && !matches!(letter, '\n' | '\r' | '\t')) {
            flaws.add("text", "leave control characters out");
        }
        if !is_id(&self.message_id) {
            flaws.add("messageId", "letters, digits, dots, dashes and underscores, 128 at most, and no dot in front");
        }
        let headers =
            self.headers.iter().filter_map(|(name, value)| header(name, value, &mut flaws)).collect::<Vec<_>>();
        let Some(to) = flaws.or(to)? else {
            return Err(Error::internal("a letter without an address passed its check"));
        };

        let mut message = Message::builder()
            .from(from.clone())
            .to(Mailbox::new(None, to))
            .subject(self.subject.as_str())
            .message_id(Some(format!("<{}@{}>", self.message_id, from.email.domain())))
            .date(at.utc().into())
            .header(ContentType::TEXT_PLAIN);
        if let Some(reply_to) = reply_to.flatten() {
            message = message.reply_to(Mailbox::new(None, reply_to));
        }
        for header in headers {
            message = message.raw_header(header);
        }
        message
            .body(self.text.clone())
            .map_err(|_: lettre::error::Error| Error::internal("a letter could not be written"))
    }
}

/// Whether a letter can be addressed so.
pub fn is_address(text: &Personal) -> bool {
    text.disclose().len() <= 254 && address(text).is_some()
}

fn address(text: &Personal) -> Option<lettre::Address> {
    let text = text.disclose();
    if text.contains(|letter: char| letter.is_control() || letter.is_whitespace()) { None } else { text.parse().ok() }
}

fn is_id(text: &str) -> bool {
    (1..=128).contains(&text.len())
        && !text.starts_with('.')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
}

fn header(name: &str, value: &str, flaws: &mut Flaws) -> Option<HeaderValue> {
    let lower = name.to_ascii_lowercase();
    let is_ours = lower.starts_with("x-") || HEADERS.contains(&lower.as_str());
    let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') && name.len() <= 64;
    if !is_ours || !is_name {
        flaws.add("headers", "a letter may bring X-… and a few others, and no other header");
        return None;
    }
    if value.contains(char::is_control) {
        flaws.add("headers", "keep each value on one line");
        return None;
    }
    HeaderName::new_from_ascii(name.to_owned())
        .ok()
        .map(|name| message::header::HeaderValue::new(name, value.to_owned()))
}
