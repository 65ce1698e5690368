//! Letters by each way; the mail server is a double that speaks real SMTP on loopback.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

use super::*;
use crate::floor::kernel::{Instant, Personal, Reach};

const ADDRESS: &str = "ada@example.com";

fn letter() -> Letter {
    Letter {
        to: Personal::new(ADDRESS),
        subject: "Your request: खाता".to_owned(),
        text: "Dear customer,\nwe received your request.\n.\nThe desk\n".to_owned(),
        reply_to: Some(Personal::new("desk@shop.example")),
        message_id: "req_1.ask_to_verify.1".to_owned(),
        headers: vec![("Auto-Submitted".to_owned(), "auto-generated".to_owned())],
    }
}

fn watch() -> Watch {
    Watch::held(Instant::from_micros(1_767_225_600_000_000))
}

fn open(way: &str) -> Mail {
    let way = Way::parse(way, Reach::House).unwrap_or_else(|flaw| panic!("{}", flaw.advice));
    Mail::open(way, "Privacy desk <privacy@shop.example>", watch()).expect("a way for letters")
}

/// What the double says to a command; `None` is to hang.
type Answer = fn(&str) -> Option<&'static str>;

/// A mail server on loopback that answers each command by `answer`, and keeps what it heard.
async fn server(answer: Answer) -> (SocketAddr, Arc<Mutex<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let heard = Arc::new(Mutex::new(String::new()));
    let ears = Arc::clone(&heard);
    tokio::spawn(async move {
        while let Ok((call, _)) = listener.accept().await {
            let mut call = BufReader::new(call);
            let mut line = String::new();
            let mut is_text = false;
            let Some(greeting) = answer("") else {
                std::future::pending::<()>().await;
                return;
            };
            let _ = call.write_all(greeting.as_bytes()).await;
            while call.read_line(&mut line).await.is_ok_and(|length| length > 0) {
                ears.lock().expect("ears").push_str(&line);
                let word = line.trim_end().to_owned();
                line.clear();
                if is_text && word != "." {
                    continue;
                }
                let Some(reply) = answer(&word) else {
                    std::future::pending::<()>().await;
                    return;
                };
                is_text = reply.starts_with("354");
                let _ = call.write_all(reply.as_bytes()).await;
                if word == "QUIT" {
                    break;
                }
            }
        }
    });
    (address, heard)
}

#[expect(clippy::unnecessary_wraps, reason = "it is an Answer")]
fn polite(command: &str) -> Option<&'static str> {
    Some(match command.split([' ', ':']).next().unwrap_or_default() {
        "" => "220 double ready\r\n",
        "EHLO" => "250-double\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n",
        "DATA" => "354 go on\r\n",
        "QUIT" => "221 bye\r\n",
        _ => "250 fine\r\n",
    })
}

#[tokio::test]
async fn a_letter_arrives_at_a_mail_server() {
    let (address, heard) = server(polite).await;
    open(&format!("smtp://{address}")).send(&letter()).await.expect("sent");

    let heard = heard.lock().expect("heard").clone();
    for line in [
        "EHLO shop.example\r\n",
        "MAIL FROM:<privacy@shop.example>",
        "RCPT TO:<ada@example.com>",
        "From: \"Privacy desk\" <privacy@shop.example>\r\n",
        "Reply-To: desk@shop.example\r\n",
        "Message-ID: <req_1.ask_to_verify.1@shop.example>\r\n",
        "Date: Thu, 01 Jan 2026 00:00:00 +0000\r\n",
        "Auto-Submitted: auto-generated\r\n",
        "Content-Type: text/plain; charset=utf-8\r\n",
        "\r\n..\r\n",
        "Subject: Your request: =?utf-8?b?",
    ] {
        assert!(heard.contains(line), "{line}\n{heard}");
    }
}

#[tokio::test]
async fn each_answer_of_a_mail_server_is_one_outcome() {
    fn at_recipient(command: &str, reply: &'static str) -> Option<&'static str> {
        if command.starts_with("RCPT") { Some(reply) } else { polite(command) }
    }
    let cases: [(Answer, &str); 6] = [
        (|command| at_recipient(command, "550 5.1.1 no such user ada@example.com\r\n"), "LETTER_REFUSED"),
        (|command| at_recipient(command, "451 4.3.0 try later, ada@example.com\r\n"), "UNAVAILABLE"),
        (|command| at_recipient(command, "535 5.7.8 who is ada@example.com\r\n"), "INTERNAL"),
        (|command| at_recipient(command, "nonsense ada@example.com\r\n"), "UNAVAILABLE"),
        (
            |command| if command == "." { Some("552 5.3.4 too big for ada@example.com\r\n") } else { polite(command) },
            "LETTER_REFUSED",
        ),
        (
            |command| if command.is_empty() { Some("421 closing for ada@example.com\r\n") } else { polite(command) },
            "UNAVAILABLE",
        ),
    ];
    for (answer, code) in cases {
        let (address, _) = server(answer).await;
        let error = open(&format!("smtp://{address}")).send(&letter()).await.expect_err("not sent");
        assert_eq!(error.code(), code);
        assert!(!format!("{error} {error:?}").contains("ada"), "{error:?}");
    }
}

#[tokio::test]
async fn a_mail_server_that_hangs_or_is_away_is_unavailable() {
    for hangs_at in ["", "DATA"] {
        let (address, _) = match hangs_at {
            "" => server(|_| None).await,
            _ => server(|command| if command == "DATA" { None } else { polite(command) }).await,
        };
        let mail = open(&format!("smtp://{address}"));
        let Out::Post(post) = mail.out else { panic!("by post") };
        let post = post.impatient(Duration::from_millis(200));
        let message = letter().written(&mail.from, Instant::EPOCH).expect("written");
        let error = tokio::time::timeout(Duration::from_secs(5), post.send(message))
            .await
            .expect("in time")
            .expect_err("not sent");
        assert_eq!(error.code(), "UNAVAILABLE");
    }
    let free = TcpListener::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("an address");
    assert_eq!(open(&format!("smtp://{free}")).send(&letter()).await.expect_err("nobody").code(), "UNAVAILABLE");
}

#[tokio::test]
async fn without_encryption_nothing_is_said() {
    let (address, heard) = server(polite).await;
    let host = address.ip().to_string();
    let login = Some((crate::floor::kernel::Secret::new("desk"), crate::floor::kernel::Secret::new("swordfish")));
    let way = Way::Smtp(Smtp { host, port: address.port(), encryption: Encryption::Required, login });
    let mail = Mail::open(way, "privacy@shop.example", watch()).expect("a way for letters");

    let error = mail.send(&letter()).await.expect_err("not sent");

    assert_eq!(error.code(), "INTERNAL");
    let heard = heard.lock().expect("heard").clone();
    assert!(!heard.contains("AUTH") && !heard.contains("MAIL") && !heard.contains("ada"), "{heard}");
}

#[tokio::test]
async fn a_letter_that_would_bring_headers_of_its_own_is_invalid() {
    let mail = open("memory:");
    let spoils: [fn(&mut Letter); 12] = [
        |letter| letter.to = Personal::new("ada@example.com\r\nBcc: eve@example.com"),
        |letter| letter.to = Personal::new("ada@example.com, eve@example.com"),
        |letter| letter.to = Personal::new("Ada <ada@example.com>"),
        |letter| letter.to = Personal::new(""),
        |letter| letter.subject.push_str("\r\nBcc: eve@example.com"),
        |letter| letter.subject.push('\n'),
        |letter| letter.reply_to = Some(Personal::new("a@b\nX: y")),
        |letter| letter.message_id.push_str("> \r\nX: y"),
        |letter| letter.message_id = "../../etc/letter".to_owned(),
        |letter| letter.headers.push(("X-A: y\r\nBcc".to_owned(), "eve@example.com".to_owned())),
        |letter| letter.headers.push(("X-A".to_owned(), "y\r\nBcc: eve@example.com".to_owned())),
        |letter| letter.headers.push(("Bcc".to_owned(), "eve@example.com".to_owned())),
    ];
    for spoil in spoils {
        let mut letter = letter();
        spoil(&mut letter);
        let error = mail.send(&letter).await.expect_err("invalid");
        assert_eq!(error.code(), "INVALID");
        assert!(!error.to_string().contains("example.com"), "{error}");
    }
    assert!(mail.mailbox().expect("memory").letters().is_empty());
    for from in ["", "privacy", "a@b.example\r\nBcc: eve@example.com"] {
        assert!(Mail::open(Way::Memory, from, watch()).is_err());
    }
}

#[tokio::test]
async fn a_folder_holds_each_letter_once_and_whole() {
    let place = tempfile::tempdir().expect("a folder");
    let path = place.path().join("letters");
    let mail = open(&format!("folder:{}", path.display()));
    mail.send(&letter()).await.expect("kept");
    mail.send(&letter()).await.expect("kept again");

    let names: Vec<_> =
        std::fs::read_dir(&path).expect("read").map(|entry| entry.expect("entry").file_name()).collect();
    assert_eq!(names, ["req_1.ask_to_verify.1.eml"]);
    let text = std::fs::read_to_string(path.join("req_1.ask_to_verify.1.eml")).expect("a letter");
    assert!(text.contains("Message-ID: <req_1.ask_to_verify.1@shop.example>") && text.contains("The desk"));
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_unavailable_and_shows_no_letter() {
    let place = tempfile::tempdir().expect("a folder");
    let path = place.path().join("letters");
    let mail = open(&format!("folder:{}", path.display()));
    // A folder stands where the letter should: it can be written in full, yet not take its name.
    std::fs::create_dir_all(path.join("req_1.ask_to_verify.1.eml")).expect("an obstacle");
    assert_eq!(mail.send(&letter()).await.expect_err("not kept").code(), "UNAVAILABLE");
    assert_eq!(std::fs::read_dir(&path).expect("read").count(), 1, "no partial file stays");

    std::fs::remove_dir_all(&path).expect("gone");
    assert_eq!(mail.send(&letter()).await.expect_err("not kept").code(), "UNAVAILABLE");
}

#[tokio::test]
async fn a_mailbox_keeps_what_was_sent() {
    let mail = open("memory:");
    let mailbox = mail.mailbox().expect("memory");
    mail.send(&letter()).await.expect("kept");
    assert_eq!(mailbox.letters_to("ADA@example.com").len(), 1);
    assert!(mailbox.letters_to("eve@example.com").is_empty());
    let kept = mailbox.empty();
    assert!(String::from_utf8_lossy(&kept[0].wire).contains("auto-generated"));
    assert!(mailbox.letters().is_empty());
}
