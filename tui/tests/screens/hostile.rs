//! A server that means harm: what it sends reaches no terminal, title, clipboard or pipe as it was.

use std::process::Command;

use rightsdesk::api::client::Client;
use rightsdesk::api::schema::ServerQuery;
use rightsdesk::core::action::{Action, Effect};
use rightsdesk::core::ask::{Refusal, Trouble};
use rightsdesk::terminal::theme::Name;

use crate::double::Double;
use crate::pictures::{draw, text};
use crate::scenes::starting;

/// Clears the screen, rings, sets the title, reads the clipboard, turns the line around, hides letters.
const HARM: &str = "1\\u001b[2J\\u0007\\u001b]2;owned\\u0007\\u001b]52;c;?\\u0007\\u202e\\u2066x\\u200b\\u009b31m";

fn harmed() -> String {
    let answer: ServerQuery = serde_json::from_str(&format!("{{\"server\":{{\"version\":\"{HARM}\"}}}}")).unwrap();
    answer.server.version.0
}

fn is_harmless(text: &str) -> bool {
    let bad = |c: char| {
        c.is_control() && c != '\n' || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}')
    };
    !text.contains(bad)
}

#[test]
fn what_the_server_sends_is_scrubbed_where_it_enters() {
    let version = harmed();
    assert!(is_harmless(&version) && version.contains("<U+202E>"), "{version:?}");
    let stage = starting().answered(&version, 900);
    let seen = text(&draw(&stage, Name::Dark, false).0);
    assert!(seen.contains("<U+202E>") && is_harmless(&seen));
}

#[test]
fn an_address_a_notice_and_a_copy_are_scrubbed_too() {
    let harm = "https://a\u{202e}b\u{1b}]2;x\u{7}";
    let mut stage = starting().then(Action::Arrived(harm.to_owned())).missed(harm, 1).press("!");
    assert!(is_harmless(&text(&draw(&stage, Name::Dark, false).0)));
    let copied = stage.does(Action::Key(rightsdesk::core::keymap::Key::named("y").unwrap()));
    let [Effect::Copy(text)] = copied.as_slice() else { panic!("{copied:?}") };
    assert!(is_harmless(text));
}

#[tokio::test]
async fn a_refusal_is_told_in_scrubbed_words() {
    _ = rustls::crypto::ring::default_provider().install_default();
    let refusal = Double::saying(200, format!("{{\"errors\":[{{\"message\":\"no {HARM}\"}}]}}"));
    let trouble = Client::new(&refusal.url, None).unwrap().check().await.unwrap_err();
    let Trouble::Refused(refusals) = &trouble else { panic!("{trouble:?}") };
    assert!(matches!(refusals.as_slice(), [Refusal { words, .. }] if is_harmless(words)), "{trouble:?}");

    for (status, body, expected) in [
        (401, "{}", Trouble::SignIn),
        (503, "<html>", Trouble::Unreached("not ready (503)".to_owned())),
        (200, "<html>", Trouble::Strange("something else answers there (200)".to_owned())),
        (302, "", Trouble::Strange("something else answers there (302)".to_owned())),
    ] {
        let desk = Double::saying(status, body.to_owned());
        assert_eq!(Client::new(&desk.url, None).unwrap().check().await.unwrap_err(), expected);
    }
    let gone = Client::new("http://127.0.0.1:1", None).unwrap().check().await.unwrap_err();
    assert_eq!(gone, Trouble::Unreached("connection refused".to_owned()));
}

#[test]
fn a_command_prints_scrubbed_words_and_ends_with_its_code() {
    let status = |url: &str, args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rightsdesk"));
        let out = command.args(["status", "--server", url]).args(args).output().unwrap();
        (out.status.code(), String::from_utf8(out.stdout).unwrap(), String::from_utf8(out.stderr).unwrap())
    };
    let hostile = Double::saying(200, format!("{{\"data\":{{\"server\":{{\"version\":\"{HARM}\"}}}}}}"));
    let (code, out, err) = status(&hostile.url, &[]);
    assert!(code == Some(0) && out.contains("<U+202E>") && is_harmless(&out) && err.is_empty(), "{out}{err}");

    let (code, out, _) = status(&hostile.url, &["--json"]);
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        (code, json["shape"].as_str(), json["connection"]["state"].as_str()),
        (Some(0), Some("rightsdesk.status/1"), Some("live"))
    );

    let (code, out, err) = status("http://127.0.0.1:1", &["--json"]);
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, json["connection"]["state"].as_str()), (Some(7), Some("offline")));
    assert_eq!(err, "rightsdesk: 127.0.0.1:1 does not answer: connection refused\n");

    assert_eq!(status("nowhere", &[]).0, Some(2));
    assert_eq!(status(&Double::saying(401, "{}".to_owned()).url, &[]).0, Some(8));
}
