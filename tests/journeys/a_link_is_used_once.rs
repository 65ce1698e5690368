//! A link to a package is one person's, once: of many who use it together one gets the file, whoever looks ahead of the person
//! uses nothing, and whoever was erased has no link left, be it ever so young.

use chrono::Duration;
use futures_util::future::join_all;
use harness::page::Page;
use reqwest::Method;
use rightsdesk_server::floor::regulations::Right;
use rightsdesk_server::requests::{COOLING_OFF, FOLLOW_PATH, Stage};
use rightsdesk_server::roof::http::Listening;
use sha2::{Digest, Sha256};

use super::a_package_is_made_and_fetched::{Asked, LINK, PAGE, browser, consumed, file, led_on, pressed, sent};

/// Programs that open every link which somebody writes to somebody.
const PREVIEWS: [&str; 10] = [
    "WhatsApp/2.23.20.0",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "Twitterbot/1.0",
    "TelegramBot (like TwitterBot)",
    "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
    "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5 skype-url-preview@microsoft.com",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) BingPreview/1.0b",
    "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
    "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
];

/// What a browser says along with a look of which nobody knows yet.
const AHEAD: [(&str, &str); 5] = [
    ("purpose", "prefetch"),
    ("sec-purpose", "prefetch;prerender"),
    ("x-moz", "prefetch"),
    ("range", "bytes=0-0"),
    ("if-modified-since", "Mon, 21 Sep 2026 10:00:00 GMT"),
];

/// How often somebody comes again who is told that too many are there.
const PATIENCE: usize = 50;

const USED: &str = "select count(used_at)::text || ' ' || count(session) as line from package_links";

/// What a link's page has to use it by, and the link's own secret.
fn secret(form: &(String, Vec<(String, String)>)) -> &str {
    &form.1.iter().find(|(name, _)| name == "token").expect("a token").1
}

/// One call of a stranger: status, whether it was given a session, and what it got.
async fn looked(desk: &Listening, method: Method, path: &str, said: &[(&str, &str)]) -> (u16, bool, Vec<u8>) {
    let call = browser().request(method, format!("{}{path}", desk.url()));
    let call = said.iter().fold(call, |call, (name, value)| call.header(*name, *value));
    let answer = call.send().await.expect("an answer");
    let (status, has_session) = (answer.status().as_u16(), answer.headers().contains_key("set-cookie"));
    (status, has_session, answer.bytes().await.expect("bytes").to_vec())
}

/// Uses a link and goes where that leads: what is there, or what is said instead. Whoever is told that too many are there comes
/// again.
async fn fetched(desk: &Listening, form: &(String, Vec<(String, String)>)) -> (u16, Vec<u8>) {
    let mut answer = consumed(desk, form, None).await;
    for _ in 0..PATIENCE {
        if answer.status().as_u16() != 503 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        answer = consumed(desk, form, None).await;
    }
    let status = answer.status().as_u16();
    if status != 303 {
        return (status, answer.bytes().await.expect("bytes").to_vec());
    }
    let (to, cookie) = led_on(&answer);
    let (status, _, bytes) = file(desk, &to, &cookie, None).await;
    (status, bytes)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_hundred_who_use_a_link_together_one_gets_the_file() {
    let asked = Asked::approved(Right::Access).await;
    let digest = asked.released().await.made.expect("it lies there").digest;
    let desk = asked.scene.world.serve().await;
    let form = sent(&pressed(&desk, &asked.own_page(&desk).await, LINK).await, PAGE);
    let files = join_all((0..100).map(|_| fetched(&desk, &form))).await;
    let got: Vec<_> = files.iter().filter(|(status, _)| *status == 200).collect();
    assert_eq!(got.len(), 1, "{:?}", files.iter().map(|(status, _)| *status).collect::<Vec<_>>());
    assert_eq!(<[u8; 32]>::from(Sha256::digest(&got[0].1)), digest, "it is whole");
    let others: Vec<_> = files.iter().filter(|(status, _)| *status != 200).collect();
    assert!(others.iter().all(|(status, page)| *status == 410 && !page.starts_with(b"age-encryption.org")));
    assert_eq!(asked.scene.lines(USED), ["1 1"]);
    let told = "select count(*)::text as line from audit_events where action = 'package.fetched'";
    assert_eq!(asked.scene.lines(told), ["1"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_looks_ahead_of_the_person_uses_nothing() {
    let asked = Asked::approved(Right::Access).await;
    asked.released().await;
    let desk = asked.scene.world.serve().await;
    let form = sent(&pressed(&desk, &asked.own_page(&desk).await, LINK).await, PAGE);
    let page = format!("{PAGE}?token={}&lang=en", secret(&form));
    let place = format!("{PAGE}/file?token={}&lang=en", secret(&form));

    let agents = PREVIEWS.iter().map(|agent| ("user-agent", *agent));
    for said in agents.chain(AHEAD) {
        for method in [Method::GET, Method::HEAD] {
            let (status, has_session, bytes) = looked(&desk, method.clone(), &page, &[said]).await;
            assert!(status == 200 && !has_session, "{method} of the page, {said:?}: {status}");
            assert!(!bytes.starts_with(b"age-encryption.org"), "{said:?} got the file");
            let (status, has_session, bytes) = looked(&desk, method.clone(), &place, &[said]).await;
            assert!(status == 410 && !has_session, "{method} of the file, {said:?}: {status}");
            assert!(!bytes.starts_with(b"age-encryption.org"), "{said:?} got the file");
        }
    }
    // Programs that try other words than a browser has.
    for method in [Method::PUT, Method::DELETE, Method::PATCH] {
        for path in [&page, &place] {
            let (status, has_session, _) = looked(&desk, method.clone(), path, &[]).await;
            assert!((400..500).contains(&status) && !has_session, "{method} of {path}: {status}");
        }
    }
    // Whoever sends the form from elsewhere, or without what the page put into it, is shown the page.
    let bare = (form.0.clone(), form.1.iter().filter(|(name, _)| name == "token").cloned().collect());
    assert_eq!(led_on_to(&consumed(&desk, &bare, None).await), PAGE);
    let forged = form.1.iter().map(|(name, value)| {
        let value = if name == "form" { value.chars().rev().collect() } else { value.clone() };
        (name.clone(), value)
    });
    assert_eq!(led_on_to(&consumed(&desk, &(form.0.clone(), forged.collect()), None).await), PAGE);
    assert_eq!(asked.scene.lines(USED), ["0 0"], "nothing was used");

    // The person comes after all of them, and gets it.
    let (to, cookie) = led_on(&consumed(&desk, &form, None).await);
    let (status, _, bytes) = file(&desk, &to, &cookie, None).await;
    assert!(status == 200 && bytes.starts_with(b"age-encryption.org"), "{status}");
    assert_eq!(asked.scene.lines(USED), ["1 1"]);
}

/// The page that somebody is sent back to who used nothing.
fn led_on_to(answer: &reqwest::Response) -> String {
    assert!(answer.headers().get("set-cookie").is_none(), "a session was given");
    let location = answer.headers().get("location").map_or("", |value| value.to_str().expect("text"));
    location.split('?').next().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_erased_has_no_link_left_however_young_it_is() {
    let asked = Asked::approved(Right::Access).await;
    asked.released().await;
    asked.works().await;
    let (scene, desk) = (&asked.scene, asked.scene.world.serve().await);
    let stage = scene.stands(asked.at).await.stage;
    assert!(matches!(stage, Stage::Closed { .. }), "she was answered: {stage:?}");
    let erasure = scene.asks(Right::Deletion).await;
    let digest = scene.plan(erasure).await.digest;
    scene.submits(erasure, digest).await.expect("submitted");
    scene.approves(&scene.approver, erasure, digest).await.expect("approved");

    // Five minutes before it begins, she makes two links, and fetches by one of them.
    scene.world.later(COOLING_OFF - Duration::minutes(5));
    asked.works().await;
    let used = sent(&pressed(&desk, &asked.own_page(&desk).await, LINK).await, PAGE);
    let (to, cookie) = led_on(&consumed(&desk, &used, None).await);
    assert_eq!(file(&desk, &to, &cookie, None).await.0, 200);
    let young = sent(&pressed(&desk, &asked.own_page(&desk).await, LINK).await, PAGE);
    let page = format!("{PAGE}?token={}&lang=en", secret(&young));
    assert_eq!(Page::open(&desk, &page).await.status, 200, "it leads on");

    scene.world.later(Duration::minutes(5));
    asked.works().await;
    let files = "select state as line from request_steps where name = 'files'";
    assert_eq!(scene.lines(files), ["done"], "she is erased");
    assert_eq!(file(&desk, &to, &cookie, None).await.0, 410, "what broke off is not gone on with");
    assert_eq!(file(&desk, &to, &cookie, Some("bytes=100-")).await.0, 410);
    for form in [&used, &young] {
        for cookie in [None, Some(cookie.as_str())] {
            assert_eq!(consumed(&desk, form, cookie).await.status().as_u16(), 410);
        }
        let page = Page::open(&desk, &format!("{PAGE}?token={}&lang=en", secret(form))).await;
        assert_eq!(page.status, 410);
        let made_up = Page::open(&desk, &format!("{PAGE}?token=rdp_made_up&lang=en")).await;
        assert_eq!(page.text, made_up.text, "what was hers is told from what never was");
    }
    // The page of the earlier contact went with what it was made of; that of the erasure is there until its own time.
    let follow = |letter: usize| {
        let letters = scene.world.tools.mail.mailbox().expect("kept in memory").letters_to(harness::planned::ASHA);
        let links = letters.iter().flat_map(|kept| kept.letter.text.split_whitespace());
        let links = links.filter(|word| word.contains(FOLLOW_PATH));
        let mut links: Vec<String> =
            links.map(|link| link.trim_start_matches("https://desk.example").to_owned()).collect();
        if letter == 0 { links.remove(0) } else { links.pop().expect("a link") }
    };
    let (first, last) = (follow(0), follow(1));
    assert_ne!(first, last);
    let gone = Page::open(&desk, &first).await.status;
    assert!(matches!(gone, 404 | 410), "{gone}");
    assert_eq!(Page::open(&desk, &last).await.status, 200);
}
