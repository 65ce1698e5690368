//! A letter to the desk, read: from whom, to whom, in which words, in answer to what, and whether a person wrote it at
//! all. Whatever somebody may put into a letter, it is read as far as it can be and never further: what cannot be read is
//! a letter without words, and its original is kept by whoever asked.

use std::borrow::Cow;

use mail_parser::{Addr, Address, HeaderName, HeaderValue, Message, MessageParser, MimeHeaders};
use sha2::{Digest, Sha256};

use crate::floor::journal::hex;
use crate::floor::kernel::{MessageId, Personal, Ref};
use crate::floor::mail::is_address;

/// The most bytes of a letter that are taken; what follows is left where it is.
pub const LARGEST: usize = 10 << 20;

/// What is shown of its words; the original holds the rest.
const LONGEST: usize = 18_000;

/// Letters within letters beyond this are not taken apart.
const NESTED: usize = 20;

/// Why nobody is to be answered: no person wrote it to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nature {
    /// Somebody wrote it.
    Written,
    /// A program did, by a word of ours.
    Automatic(&'static str),
}

/// A letter, as far as it could be read.
pub struct Letter {
    /// By what the same is known again.
    pub delivery: String,
    /// What stands behind the plus of the address of ours that it was sent to.
    pub tag: Option<String>,
    pub from: Option<Personal>,
    /// What the sender calls themselves.
    pub name: Option<Personal>,
    pub subject: String,
    /// In plain words, without controls.
    pub text: String,
    pub locale: Option<String>,
    /// The letters of ours that it answers, nearest first.
    pub answers: Vec<Ref<MessageId>>,
    pub nature: Nature,
    /// Whether it could be read, and to its end.
    pub is_legible: bool,
}

impl Letter {
    /// What was written, with what it is about.
    pub fn words(&self) -> Option<Personal> {
        let both = [self.subject.as_str(), self.text.as_str()];
        let words = both.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n");
        (!words.is_empty()).then(|| Personal::new(words))
    }
}

/// Reads a letter. `ours` is the address that people write to.
pub fn read(raw: &[u8], ours: &str) -> Letter {
    let parser = MessageParser::default();
    // Letters within letters are freed one inside the other: too many of them would exhaust the stack.
    let is_nested = is_nested_deeply(raw);
    let parsed = if is_nested { parser.parse_headers(raw) } else { parser.parse(raw) };
    let Some(message) = parsed.filter(|message| !message.headers().is_empty()) else { return illegible(raw) };
    let sender = [message.from(), message.reply_to(), message.sender()].into_iter().flatten();
    let sender = sender.filter_map(Address::first).find(|one| one.address().is_some_and(is_somebodys));
    let from = sender.and_then(Addr::address).map(str::trim).map(str::to_owned);
    let name = sender.and_then(Addr::name).map(|name| line(name, 200)).filter(|name| !name.is_empty());
    let subject = line(message.subject().unwrap_or_default(), 400);
    let text = text(&message);
    let nature = nature(&message, from.as_deref(), ours);
    Letter {
        delivery: delivery(raw, message.message_id(), from.as_deref()),
        tag: tag(&message, ours),
        is_legible: !is_nested && (from.is_some() || !subject.is_empty() || !text.is_empty()),
        from: from.map(Personal::new),
        name: name.map(Personal::new),
        subject,
        text,
        locale: locale(&message),
        answers: answers(&message),
        nature,
    }
}

/// What is no letter, and is kept all the same.
pub fn illegible(raw: &[u8]) -> Letter {
    Letter {
        delivery: delivery(raw, None, None),
        tag: None,
        from: None,
        name: None,
        subject: String::new(),
        text: String::new(),
        locale: None,
        answers: Vec::new(),
        nature: Nature::Written,
        is_legible: false,
    }
}

fn is_nested_deeply(raw: &[u8]) -> bool {
    let mark = b"message/";
    let mut found = 0;
    let mut rest = raw;
    while let Some(at) = rest.iter().position(|byte| byte.eq_ignore_ascii_case(&b'm')) {
        rest = &rest[at..];
        if rest.len() >= mark.len() && rest[..mark.len()].eq_ignore_ascii_case(mark) {
            found += 1;
        }
        if found > NESTED {
            return true;
        }
        rest = &rest[1..];
    }
    false
}

/// The same letter of the same sender, however often it is handed over. Nobody else can use its name up: whoever sends it
/// counts, and so it is no word of theirs that is kept but a digest.
fn delivery(raw: &[u8], id: Option<&str>, from: Option<&str>) -> String {
    let digest = match id.map(str::trim).filter(|id| !id.is_empty()) {
        Some(id) => Sha256::new()
            .chain_update(from.unwrap_or_default().to_lowercase())
            .chain_update([0])
            .chain_update(id)
            .finalize(),
        None => Sha256::digest(raw),
    };
    let kind = if id.is_some() { "id" } else { "letter" };
    [kind, ":", &hex(&digest)].concat()
}

fn is_somebodys(address: &str) -> bool {
    is_address(&Personal::new(address.trim()))
}

/// Text on one line, without controls and no longer than this many bytes.
fn line(text: &str, most: usize) -> String {
    let clean: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    cut(clean.split_whitespace().collect::<Vec<_>>().join(" "), most)
}

fn cut(mut text: String, most: usize) -> String {
    if text.len() > most {
        let end = (0..=most).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
        text.truncate(end);
    }
    text
}

/// Its plain text; where it has none, what its markup says.
fn text(message: &Message<'_>) -> String {
    let mut text = String::new();
    for at in 0..message.text_body_count().min(NESTED) {
        let Some(part) = message.body_text(at) else { continue };
        let part: Cow<'_, str> =
            if part.len() > 4 * LONGEST { cut(part.into_owned(), 4 * LONGEST).into() } else { part };
        let kept = part.chars().filter(|letter| *letter == '\n' || *letter == '\t' || !letter.is_control());
        text.extend(kept);
        text.push('\n');
        if text.len() > LONGEST {
            break;
        }
    }
    cut(text, LONGEST).trim().to_owned()
}

/// The first language that it says it is written in.
fn locale(message: &Message<'_>) -> Option<String> {
    let said = match message.header(HeaderName::ContentLanguage)? {
        HeaderValue::Text(text) => text.to_string(),
        HeaderValue::TextList(list) => list.first()?.to_string(),
        _ => return None,
    };
    let first = said.split(',').next()?.trim().to_owned();
    let language = first.split('-').next().unwrap_or_default();
    let is_tag = first.len() <= 35
        && (2..=3).contains(&language.len())
        && language.bytes().all(|byte| byte.is_ascii_alphabetic())
        && first
            .split('-')
            .all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()));
    is_tag.then_some(first)
}

/// The letters of ours that it names. Their names are the places of our own messages, so no other's is taken for one.
fn answers(message: &Message<'_>) -> Vec<Ref<MessageId>> {
    let ids = |value: &HeaderValue<'_>| -> Vec<String> {
        match value {
            HeaderValue::Text(text) => vec![text.to_string()],
            HeaderValue::TextList(list) => list.iter().rev().take(50).map(ToString::to_string).collect(),
            _ => Vec::new(),
        }
    };
    let mut answers = Vec::new();
    for id in ids(message.in_reply_to()).into_iter().chain(ids(message.references())) {
        let local = id.split('@').next().unwrap_or_default().trim();
        if let Ok(at) = local.parse::<Ref<MessageId>>()
            && !answers.contains(&at)
            && answers.len() < 10
        {
            answers.push(at);
        }
    }
    answers
}

/// What stands behind the plus, wherever the address of ours does: where it was delivered to counts before what it says.
fn tag(message: &Message<'_>, ours: &str) -> Option<String> {
    let (local, domain) = ours.rsplit_once('@')?;
    let of_ours = |address: &str| {
        let (theirs, at) = address.trim().trim_matches(['<', '>']).rsplit_once('@')?;
        let (own, tag) = theirs.split_once('+')?;
        let is_ours = own.eq_ignore_ascii_case(local) && at.eq_ignore_ascii_case(domain);
        (is_ours && !tag.is_empty() && tag.len() <= 64).then(|| tag.to_owned())
    };
    for header in ["Delivered-To", "X-Original-To", "Envelope-To", "X-Forwarded-To"] {
        let said = message.header_raw(header).and_then(|value| value.split(',').find_map(of_ours));
        if said.is_some() {
            return said;
        }
    }
    let named = [message.to(), message.cc()].into_iter().flatten().flat_map(Address::iter);
    named.take(200).filter_map(Addr::address).find_map(of_ours)
}

/// Whether a person wrote it. A program that is answered answers back.
fn nature(message: &Message<'_>, from: Option<&str>, ours: &str) -> Nature {
    let said = |header: &str| message.header_raw(header).map(|value| value.trim().to_lowercase()).unwrap_or_default();
    let is = |header: &str, words: &[&str]| words.iter().any(|word| said(header).starts_with(word));
    let is_report = message.content_type().is_some_and(|kind| {
        kind.ctype().eq_ignore_ascii_case("multipart")
            && kind.subtype().is_some_and(|sub| sub.eq_ignore_ascii_case("report"))
    });
    let sender = from.unwrap_or_default().to_lowercase();
    let local = sender.split('@').next().unwrap_or_default();
    if said("Return-Path") == "<>" || is_report || matches!(local, "mailer-daemon" | "postmaster") {
        return Nature::Automatic("bounce");
    }
    let is_own =
        ours.eq_ignore_ascii_case(&sender) || sender.starts_with("no-reply@") || sender.starts_with("noreply@");
    let submitted = said("Auto-Submitted");
    let answers_itself = ["X-Autoreply", "X-Autorespond", "X-Auto-Reply"].iter().any(|header| !said(header).is_empty());
    if is_own || answers_itself || !(submitted.is_empty() || submitted.starts_with("no")) || is("Precedence", &["auto"])
    {
        return Nature::Automatic("automatic");
    }
    // A list that carries our own address is how some mail systems share a mailbox: people write to it.
    let domain = ours.rsplit_once('@').map_or("", |(_, domain)| domain).to_lowercase();
    let list = said("List-Id");
    let is_of_ours = !domain.is_empty() && list.trim_end_matches('>').ends_with(&domain);
    let is_list = !list.is_empty() || !said("List-Unsubscribe").is_empty() || is("Precedence", &["list"]);
    if is("Precedence", &["bulk", "junk"]) || (is_list && !is_of_ours) {
        return Nature::Automatic("bulk");
    }
    if is("X-Spam-Flag", &["yes"]) {
        return Nature::Automatic("marked_as_spam");
    }
    Nature::Written
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::kernel::TenantId;
    use proptest::prelude::*;

    const OURS: &str = "privacy@desk.example";

    fn of(text: &str) -> Letter {
        read(text.replace('\n', "\r\n").as_bytes(), OURS)
    }

    fn from(letter: &Letter) -> &str {
        letter.from.as_ref().map_or("", Personal::disclose)
    }

    #[test]
    fn a_letter_is_read() {
        let letter = of("From: Asha Rao <asha@example.com>\nTo: Desk <privacy+ten_1@desk.example>\n\
             Subject: =?UTF-8?Q?L=C3=B6schung?=\nMessage-ID: <1@example.com>\nContent-Language: de-AT, en\n\
             Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\n\
             Bitte l=F6schen Sie meine Daten.\n");
        assert_eq!((from(&letter), letter.tag.as_deref()), ("asha@example.com", Some("ten_1")));
        assert_eq!(letter.name.as_ref().map(Personal::disclose), Some("Asha Rao"));
        assert_eq!(letter.words().expect("words").disclose(), "Löschung\n\nBitte löschen Sie meine Daten.");
        assert_eq!((letter.locale.as_deref(), letter.nature), (Some("de-AT"), Nature::Written));
    }

    #[test]
    fn of_two_forms_the_plain_one_is_read_and_markup_where_it_stands_alone() {
        let letter = of("From: a@example.com\nContent-Type: multipart/alternative; boundary=b\n\n--b\n\
             Content-Type: text/plain\n\nplain\n--b\nContent-Type: text/html\n\n<p>marked</p>\n--b--\n");
        assert_eq!(letter.text, "plain");
        let letter =
            of("From: a@example.com\nContent-Type: text/html\n\n<p>Please <b>delete</b> it</p><script>x()</script>");
        assert!(letter.text.contains("Please delete it"), "{}", letter.text);
    }

    #[test]
    fn the_same_letter_has_one_name_and_nobody_else_can_use_it_up() {
        let sent = |from: &str, id: &str| of(&format!("From: {from}\nMessage-ID: {id}\n\nx")).delivery;
        assert_eq!(sent("a@example.com", "<1@x>"), sent("A@Example.com", "<1@x>"));
        assert_ne!(sent("a@example.com", "<1@x>"), sent("b@example.com", "<1@x>"));
        assert_ne!(of("From: a@example.com\n\nx").delivery, of("From: a@example.com\n\ny").delivery);
        assert!(sent("a@example.com", &format!("<{}@x>", "1".repeat(900))).len() < 200);
    }

    #[test]
    fn an_answer_names_the_letter_of_ours() {
        let at = Ref::new(TenantId::fresh(), MessageId::fresh());
        let answers = |head: &str| of(&format!("From: a@example.com\n{head}\n\nx")).answers;
        assert_eq!(answers(&format!("In-Reply-To: <{at}@desk.example>")), [at]);
        assert_eq!(answers(&format!("References: <other@x> <{at}@desk.example>\n <later@x>")), [at]);
        assert_eq!(answers("In-Reply-To: <request@desk.example>"), []);
    }

    #[test]
    fn what_no_person_wrote_is_known_for_it() {
        let nature = |head: &str| of(&format!("From: a@example.com\n{head}\n\nx")).nature;
        for (head, why) in [
            ("Auto-Submitted: auto-replied", "automatic"),
            ("X-Autoreply: yes", "automatic"),
            ("Return-Path: <>", "bounce"),
            ("Content-Type: multipart/report; report-type=delivery-status; boundary=b", "bounce"),
            ("Precedence: bulk", "bulk"),
            ("List-Unsubscribe: <https://example.com>", "bulk"),
            ("List-Id: <news.example.com>", "bulk"),
            ("X-Spam-Flag: YES", "marked_as_spam"),
        ] {
            assert_eq!(nature(head), Nature::Automatic(why), "{head}");
        }
        for head in ["Auto-Submitted: no", "List-Id: Desk <privacy.desk.example>", "X-Spam-Flag: NO"] {
            assert_eq!(nature(head), Nature::Written, "{head}");
        }
        for sender in ["MAILER-DAEMON@example.com", "privacy@desk.example"] {
            assert_ne!(of(&format!("From: {sender}\n\nx")).nature, Nature::Written, "{sender}");
        }
    }

    #[test]
    fn where_it_was_delivered_counts_before_what_it_says() {
        let letter =
            of("From: a@example.com\nDelivered-To: privacy+one@desk.example\nTo: privacy+two@desk.example\n\nx");
        assert_eq!(letter.tag.as_deref(), Some("one"));
        assert_eq!(of("From: a@example.com\nTo: privacy@desk.example, x+two@desk.example\n\nx").tag, None);
    }

    #[test]
    fn hostile_letters_are_read_as_far_as_they_can_be() {
        let nested = "Content-Type: message/rfc822\n\n".repeat(100_000);
        let part = |at: &str| ["Content-Type: multipart/mixed; boundary=b", at, "\n\n--b", at, "\n"].concat();
        let parts: String = (0..20_000).map(|at: u32| part(&at.to_string())).collect();
        let crowd = "a@example.com, ".repeat(50_000);
        for raw in [
            format!("From: a@example.com\n{nested}"),
            format!("From: a@example.com\n{parts}"),
            format!("From: a@example.com\nTo: {crowd}\n\nx"),
            format!("From: a@example.com\nSubject: {}\n\n{}", "s".repeat(100_000), "t".repeat(1_000_000)),
            "From: a@example.com\nContent-Type: text/plain; charset=x-nothing\n\nx\u{0}\u{1b}[31m".to_owned(),
            "From: a@example.com\nContent-Transfer-Encoding: base64\n\n%%%%".to_owned(),
        ] {
            let letter = of(&raw);
            assert_eq!(from(&letter), "a@example.com");
            assert!(letter.words().is_none_or(|words| words.disclose().len() <= 20_000));
            assert!(!letter.text.contains(['\u{0}', '\u{1b}']) && !letter.subject.contains(char::is_control));
        }
        for raw in [&b""[..], b"\n\n\n", b"\xff\xfe\x00", &[0; 4096], b"no headers at all"] {
            assert!(read(raw, OURS).from.is_none());
        }
    }

    proptest! {
        #[test]
        fn no_bytes_break_it(raw in proptest::collection::vec(any::<u8>(), 0..2_000)) {
            let letter = read(&raw, OURS);
            prop_assert!(letter.delivery.len() <= 200);
        }

        #[test]
        fn no_headers_break_it(head in "(From|To|Content-Type|Content-Transfer-Encoding|Subject|References): \\PC{0,200}") {
            let letter = read([&head, "\r\n\r\nx"].concat().as_bytes(), OURS);
            prop_assert!(letter.subject.len() <= 400);
        }
    }
}
