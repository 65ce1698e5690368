//! A person without an account asks about himself, proves that he may, follows what he asked, writes and takes it back: over
//! real HTTP, with a parser that forgives nothing.

#![expect(clippy::disallowed_methods, reason = "the reader here is a stranger, who has no egress")]

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, Utc};
use harness::page::{Node, Page, fetch, send};
use harness::world::World;
use rightsdesk_server::floor::access::Caller;
use rightsdesk_server::floor::kernel::{Day, Instant, Personal, Ref, Secret, TenantId, Watch};
use rightsdesk_server::floor::ledger::{Event, KeyholeKind, Witnessed, keyhole};
use rightsdesk_server::floor::policy::{About, SHIPPED, parse};
use rightsdesk_server::floor::regulations::{PauseGround, Right};
use rightsdesk_server::requests::{self, DataRole, FOLLOW_PATH, Followed, GoesBy, Ground, Mandate, Source};
use rightsdesk_server::roof::http::Listening;

const MAIL: &str = "ayesha.quirin@mail.example";
const TONGUES: [&str; 7] = ["en", "de", "es", "fr", "hi", "pt", "ur"];

fn at() -> Instant {
    Instant::from_utc("2026-11-21T09:00:00Z".parse::<DateTime<Utc>>().expect("a time"))
}

async fn world() -> World {
    World::alone_under("sooperseller", Watch::held(at())).await
}

/// The form of a page that leads there.
fn form<'a>(page: &'a Page, to: &str) -> &'a Node {
    let leads = |form: &&Node| form.attribute("action").is_some_and(|action| action.split('?').next() == Some(to));
    page.root.all("form").into_iter().find(leads).unwrap_or_else(|| panic!("no form to {to} in {}", page.text))
}

/// What a browser does with it: what nobody types goes along.
async fn fill(desk: &Listening, page: &Page, to: &str, typed: &[(&str, &str)]) -> Page {
    let form = form(page, to);
    let inputs = form.all("input").into_iter().filter(|input| input.attribute("type") == Some("hidden"));
    let hidden =
        inputs.map(|input| (input.attribute("name").expect("a name"), input.attribute("value").expect("a value")));
    let all: Vec<(&str, &str)> = hidden.chain(typed.iter().copied()).collect();
    send(desk, form.attribute("action").expect("where it leads"), &all).await
}

const ASK: &str = "/trust/ask";

async fn asks(desk: &Listening, who: &str, typed: &[(&str, &str)]) -> Page {
    let page = Page::open(desk, &format!("{ASK}?who={who}&lang=en")).await;
    fill(desk, &page, ASK, typed).await
}

fn sound() -> Vec<(&'static str, &'static str)> {
    vec![("right", "access"), ("whose", "myself"), ("mail", MAIL), ("locale", "en")]
}

/// Everything that is due, and what comes of it.
async fn work(world: &World) {
    for _ in 0..4 {
        world.work().await;
    }
}

/// What was written to the person since it was looked at last.
async fn letters(world: &World) -> Vec<String> {
    work(world).await;
    let mailbox = world.tools.mail.mailbox().expect("letters are kept in memory");
    let letters = mailbox.letters_to(MAIL).into_iter().map(|kept| kept.letter.text).collect();
    mailbox.empty();
    letters
}

fn link_in(letters: &[String]) -> String {
    let found = letters.iter().find_map(|letter| letter.split_whitespace().find(|word| word.contains(FOLLOW_PATH)));
    let link = found.unwrap_or_else(|| panic!("no link in {letters:?}"));
    link.strip_prefix("https://desk.example").unwrap_or_else(|| panic!("{link} leads elsewhere")).to_owned()
}

fn code_in(letters: &[String]) -> String {
    let is_code = |word: &&str| word.len() == 6 && word.bytes().all(|byte| byte.is_ascii_digit());
    let found = letters.iter().find_map(|letter| letter.split_whitespace().find(is_code));
    found.unwrap_or_else(|| panic!("no code in {letters:?}")).to_owned()
}

fn token_in(link: &str) -> &str {
    link.split("token=").nth(1).and_then(|rest| rest.split('&').next()).expect("a token")
}

/// What stands behind a link.
async fn behind(world: &World, link: &str) -> Followed {
    let at = requests::follow(&world.tools, &Secret::new(token_in(link))).await.expect("an answer").expect("somewhere");
    requests::shown_to_person(&world.tools, at).await.expect("an answer")
}

/// What holds for every page of a person: closed to all else, kept by nobody, and to be held on to by assistive programs.
pub(super) fn is_a_persons(page: &Page) {
    assert!(
        page.root.all("script").is_empty() && !page.text.contains("url(") && page.headers.get("set-cookie").is_none()
    );
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    assert!(policy.contains("form-action 'self'") && policy.contains("frame-ancestors 'none'"), "{policy}");
    assert_eq!(page.header("cache-control"), "private, no-store");
    assert_eq!(page.header("referrer-policy"), "no-referrer");
    assert!(!page.words().contains(['{', '}']), "a slot was left open: {}", page.words());
    is_well_built(page);
}

fn is_well_built(page: &Page) {
    let root = &page.root;
    assert!(!page.one("h1").text().is_empty() && page.one("title").text().contains(&page.one("h1").text()));
    assert_eq!(
        (page.one("main").attribute("id"), root.all("a")[0].attribute("href")),
        (Some("content"), Some("#content"))
    );
    let everything = [
        "a", "button", "div", "fieldset", "form", "h2", "h3", "input", "li", "main", "p", "section", "select",
        "textarea",
    ];
    let ids: Vec<&str> =
        everything.iter().flat_map(|name| root.all(name)).filter_map(|node| node.attribute("id")).collect();
    let once: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(once.len(), ids.len(), "an id stands twice: {ids:?}");
    let labels: BTreeSet<&str> = root.all("label").into_iter().filter_map(|label| label.attribute("for")).collect();
    for field in ["input", "select", "textarea"].iter().flat_map(|name| root.all(name)) {
        if field.attribute("type") == Some("hidden") {
            continue;
        }
        let id = field.attribute("id").expect("a field has an id");
        assert!(labels.contains(id), "{id} has no label");
        for about in field.attribute("aria-describedby").into_iter().flat_map(str::split_whitespace) {
            assert!(once.contains(about), "{id} is described by {about}, which is nowhere");
        }
    }
    for group in root.all("fieldset") {
        assert!(!group.all("legend")[0].text().is_empty());
    }
    for link in root.all("a").into_iter().filter_map(|link| link.attribute("href")) {
        let leads = ["/trust", "#", "https://", "http://", "mailto:"].iter().any(|good| link.starts_with(good));
        assert!(leads, "{link}");
        let target = link.strip_prefix('#').filter(|id| !id.is_empty());
        assert!(target.is_none_or(|id| once.contains(id)), "{link} leads nowhere");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_asks_proves_himself_follows_writes_and_takes_it_back() {
    let world = world().await;
    let desk = world.serve().await;
    let mut typed = sound();
    typed.extend([("right", "deletion"), ("words", "Please hurry, I am moving."), ("name", "Ayesha Quirin")]);
    let thanks = asks(&desk, "member", &typed).await;
    assert_eq!((thanks.status, thanks.one("h1").text().as_str()), (200, "We have it"));
    is_a_persons(&thanks);
    assert!(thanks.words().contains("21 December 2026") && !thanks.words().contains(MAIL), "{}", thanks.words());

    let came = letters(&world).await;
    let (link, code) = (link_in(&came), code_in(&came));
    let asked = behind(&world, &link).await;
    assert_eq!((asked.requests.len(), asked.intake.source, asked.intake.role), (2, Source::Web, DataRole::Controller));

    // Fetched ahead of the reader, the link changes nothing; before the proof it shows nothing of him.
    for _ in 0..2 {
        let waiting = Page::open(&desk, &link).await;
        is_a_persons(&waiting);
        assert!(waiting.text.contains("<meta name=\"robots\" content=\"noindex\">"));
        assert_eq!((waiting.status, waiting.one("h1").text().as_str()), (200, "How it stands"));
        for one in &asked.requests {
            assert!(waiting.words().contains(&one.request.reference));
        }
        for secret in [MAIL, "Ayesha Quirin", "moving", code.as_str()] {
            assert!(!waiting.text.contains(secret), "{secret} is told before the proof");
        }
        assert!(waiting.words().contains("It waits for your code") && waiting.words().contains("4 December 2026"));
    }
    let waiting = Page::open(&desk, &link).await;
    let empty = fill(&desk, &waiting, "/trust/ask/prove", &[("code", " ")]).await;
    assert_eq!((empty.status, empty.id("code").attribute("aria-invalid")), (422, Some("true")));
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let refused = fill(&desk, &waiting, "/trust/ask/prove", &[("code", wrong)]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.words().contains("That is not the code.") && refused.one("title").text().starts_with("Error:"));
    is_a_persons(&refused);

    let spaced = format!("{} {}", &code[..3], &code[3..]);
    let proved = fill(&desk, &waiting, "/trust/ask/prove", &[("code", &spaced)]).await;
    assert_eq!(proved.status, 200);
    is_a_persons(&proved);
    assert!(proved.words().contains("We know now that the address is yours."), "{}", proved.words());
    assert!(
        !proved.words().contains("It waits for your code") && proved.words().contains("moving"),
        "{}",
        proved.words()
    );
    assert!(!proved.text.contains(&code), "a code is shown again");
    assert_eq!(Page::open(&desk, &format!("{link}&said=nonsense")).await.status, 200);

    let about = asked.requests[0].request.reference.as_str();
    let written =
        fill(&desk, &proved, "/trust/ask/write", &[("about", about), ("message", "The <b>old</b> flat too")]).await;
    assert!(written.words().contains("We have your message.") && written.words().contains("The <b>old</b> flat too"));
    // The same form sent twice is one message.
    let again =
        fill(&desk, &proved, "/trust/ask/write", &[("about", about), ("message", "The <b>old</b> flat too")]).await;
    assert_eq!(again.words().matches("flat too").count(), 1, "{}", again.words());
    let unsaid = fill(&desk, &proved, "/trust/ask/write", &[("message", " \n ")]).await;
    assert_eq!((unsaid.status, unsaid.id("message").attribute("aria-invalid")), (422, Some("true")));
    let long = "ß".repeat(4_001);
    let too_long = fill(&desk, &proved, "/trust/ask/write", &[("message", &long)]).await;
    assert!(too_long.status == 422 && too_long.words().contains(&long), "what was typed is lost");

    let to = link.replacen(FOLLOW_PATH, "/trust/ask/withdraw", 1);
    for _ in 0..2 {
        let question = Page::open(&desk, &to).await;
        is_a_persons(&question);
        assert_eq!((question.status, question.one("h1").text().as_str()), (200, "Withdraw what you asked?"));
    }
    let question = Page::open(&desk, &to).await;
    let withdrawn = fill(&desk, &question, "/trust/ask/withdraw", &[]).await;
    assert!(withdrawn.words().contains("It is withdrawn.") && withdrawn.words().contains("Withdrawn by you"));
    let twice = fill(&desk, &question, "/trust/ask/withdraw", &[]).await;
    assert_eq!(twice.status, 409);
    assert!(twice.words().contains("This can no longer be done."), "{}", twice.words());
    assert!(behind(&world, &link).await.requests.iter().all(|one| one.request.stage.is_closed()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_flaw_stands_beside_its_field_and_nothing_typed_is_lost() {
    let world = world().await;
    let desk = world.serve().await;
    let long = "x".repeat(4_001);
    let base =
        [("mail", "nobody"), ("phone", "12"), ("order", "7\u{7}"), ("name", "Ayesha"), ("shop", "zaitoon.example")];
    for (field, typed) in [
        ("mail", ("mail", "two@mail.example, three@mail.example")),
        ("phone", ("phone", "call me")),
        ("order", ("order", "a\u{1b}b")),
        ("name", ("name", &*"n".repeat(201))),
        ("shop", ("shop", &*"s".repeat(201))),
        ("place", ("place", "Mars")),
        ("words", ("words", &*long)),
        ("locale", ("locale", "tlh")),
        ("agent", ("whose", "another")),
        ("agent", ("agent", "help@agent.example")),
        ("rights", ("right", "appeal")),
        ("rights", ("right", "opt_out")),
        ("words", ("right", "correction")),
    ] {
        let mut all = vec![("whose", "myself"), ("right", "access"), ("mail", MAIL), ("locale", "en")];
        let is_added = typed.0 == "right";
        all.retain(|(name, _)| is_added || *name != typed.0);
        all.push(typed);
        let page = asks(&desk, "shopper", &all).await;
        assert_eq!(page.status, 422, "{field}: {}", page.words());
        is_a_persons(&page);
        let list = page.id("wrongs");
        assert_eq!(list.all("a").len(), 1, "{field}: {}", list.text());
        let place = list.all("a")[0].attribute("href").expect("a place");
        assert!(
            place == format!("#{field}") || (field == "rights" && place.starts_with("#right-")),
            "{field}: {place}"
        );
        let flaw = page.id(&format!("{field}-flaw")).text();
        assert!(flaw.starts_with("Error:") && flaw.ends_with(&list.all("a")[0].text()), "{field}: {flaw}");
    }
    // All of them at once, and everything that was typed is still there.
    let mut all = base.to_vec();
    all.extend([
        ("words", "My own\nwords"),
        ("right", "deletion"),
        ("locale", "de"),
        ("place", "DE"),
        ("whose", "another"),
    ]);
    let page = asks(&desk, "shopper", &all).await;
    let told: Vec<_> =
        page.id("wrongs").all("a").iter().map(|link| link.attribute("href").expect("a place").to_owned()).collect();
    assert_eq!(told, ["#agent", "#mail", "#phone", "#order"]);
    for (field, value) in [("mail", "nobody"), ("phone", "12"), ("name", "Ayesha"), ("shop", "zaitoon.example")] {
        assert_eq!(page.id(field).attribute("value"), Some(value));
    }
    assert_eq!(page.one("textarea").text(), "My own words");
    for chosen in ["right-deletion", "whose-another"] {
        assert_eq!(page.id(chosen).attribute("checked"), Some(""), "{chosen}");
    }
    let selected: Vec<_> =
        page.root.all("option").into_iter().filter(|option| option.attribute("selected").is_some()).collect();
    assert_eq!(selected.iter().map(|one| one.attribute("value").expect("a value")).collect::<Vec<_>>(), ["DE", "de"]);
    assert!(letters(&world).await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_policies_offer_what_their_page_says() {
    for (name, text) in SHIPPED {
        let policy = parse(text).expect("a policy");
        let desk = World::alone_under(name, Watch::held(at())).await.serve().await;
        let doors = Page::open(&desk, ASK).await;
        is_a_persons(&doors);
        for (who, about) in [("shopper", About::Shopper), ("member", About::Member), ("visitor", About::Visitor)] {
            let listed = policy.rights.iter().filter(|right| right.who.contains(&about));
            let promised: Vec<&str> =
                listed.map(|right| right.right.get_ref().as_str()).filter(|right| *right != "disconnection").collect();
            let leads =
                |link: &&Node| link.attribute("href").is_some_and(|to| to.starts_with(&format!("{ASK}?who={who}")));
            assert_eq!(doors.root.all("a").iter().any(leads), !promised.is_empty(), "{name} {who}");
            let page = Page::open(&desk, &format!("{ASK}?who={who}")).await;
            let boxes = page.root.all("input").into_iter().filter(|input| input.attribute("name") == Some("right"));
            let offered: Vec<&str> = boxes.filter_map(|input| input.attribute("value")).collect();
            assert_eq!(offered, promised, "{name} {who}");
            for right in policy.rights.iter().filter(|right| offered.contains(&right.right.get_ref().as_str())) {
                let title = right.title.in_locale("en", policy.first_locale());
                assert!(page.words().contains(title), "{name} does not say {title}");
            }
            if offered.is_empty() {
                continue;
            }
            is_a_persons(&page);
            let by = |text: &str| page.words().contains(text);
            assert!(
                by("Within 30 days") || by("by GDPR (EU)") || by("by DPDP") || by("Within the time the law gives"),
                "{}",
                page.words()
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_pages_speak_seven_languages_and_two_directions() {
    let world = world().await;
    let desk = world.serve().await;
    for tongue in TONGUES {
        let dir = if tongue == "ur" { "rtl" } else { "ltr" };
        for path in [
            format!("{ASK}?lang={tongue}"),
            format!("{ASK}?who=shopper&lang={tongue}"),
            format!("{FOLLOW_PATH}?token=x&lang={tongue}"),
        ] {
            let page = Page::open(&desk, &path).await;
            let html = page.one("html");
            assert_eq!((html.attribute("lang"), html.attribute("dir")), (Some(tongue), Some(dir)), "{path}");
            is_a_persons(&page);
        }
        let page = Page::open(&desk, &format!("{ASK}?who=shopper&lang={tongue}")).await;
        // What the policy says in English alone is marked as English, so that it is read out as such.
        let is_english = |node: &Node| node.name == "span" && node.attribute("lang") == Some("en");
        assert_eq!(page.root.find(&is_english).is_some(), tongue != "en", "{tongue}");
        let tongues: Vec<&str> = page.root.all("a").into_iter().filter_map(|link| link.attribute("hreflang")).collect();
        assert_eq!(tongues, TONGUES);
        let flawed = fill(&desk, &page, ASK, &[("mail", "nobody"), ("locale", tongue)]).await;
        is_a_persons(&flawed);
        assert_eq!((flawed.status, flawed.one("html").attribute("lang")), (422, Some(tongue)));
        assert_eq!(flawed.id("wrongs").all("a").len(), 2, "{tongue}");
    }
    let read = Page::with(&desk, &format!("{ASK}?who=member"), &[("accept-language", "pt-BR, en;q=0.5")]).await;
    assert_eq!(read.one("html").attribute("lang"), Some("pt"));

    // A page in Hindi and one in Urdu, from the form to the proof.
    for (tongue, stage, own) in
        [("hi", "हम इस पर काम कर रहे हैं", "मेरा डेटा"), ("ur", "ہم اس پر کام کر رہے ہیں", "میرا ڈیٹا")]
    {
        let page = Page::open(&desk, &format!("{ASK}?who=member&lang={tongue}")).await;
        let typed = [("right", "access"), ("mail", MAIL), ("words", own), ("locale", tongue)];
        let thanks = fill(&desk, &page, ASK, &typed).await;
        assert_eq!((thanks.status, thanks.one("html").attribute("lang")), (200, Some(tongue)));
        let came = letters(&world).await;
        let (link, code) = (link_in(&came), code_in(&came));
        assert!(link.ends_with(&format!("lang={tongue}")), "{link}");
        let waiting = Page::open(&desk, &link).await;
        is_a_persons(&waiting);
        let proved = fill(&desk, &waiting, "/trust/ask/prove", &[("code", &code)]).await;
        is_a_persons(&proved);
        assert_eq!(proved.one("html").attribute("lang"), Some(tongue));
        assert!(proved.words().contains(stage) && proved.words().contains(own), "{}", proved.words());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_that_is_none_of_ours_does_nothing() {
    let world = world().await;
    let desk = world.serve().await;
    let page = Page::open(&desk, &format!("{ASK}?who=member&lang=en")).await;
    let seal =
        page.root.all("input").into_iter().find(|input| input.attribute("name") == Some("form")).expect("a seal");
    let seal = seal.attribute("value").expect("a value").to_owned();
    let mut altered = seal.clone().into_bytes();
    altered[40] = if altered[40] == b'A' { b'B' } else { b'A' };
    let altered = String::from_utf8(altered).expect("text");
    for forged in ["", "nonsense", &altered, &seal[..60]] {
        let mut typed = sound();
        typed.extend([("who", "member"), ("form", forged)]);
        let refused = send(&desk, ASK, &typed).await;
        assert_eq!(refused.status, 422, "{forged}");
        assert!(refused.words().contains("This page was open too long."), "{}", refused.words());
        is_a_persons(&refused);
        assert_eq!(refused.id("mail").attribute("value"), Some(MAIL), "what was typed is lost");
    }
    // Another's page sends it with a seal that is sound.
    let mut typed = sound();
    typed.extend([("who", "member"), ("form", &seal)]);
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&typed).finish();
    for (site, status) in [("cross-site", 422), ("same-site", 422), ("same-origin", 200)] {
        let call = reqwest::Client::new().post(format!("{}{ASK}", desk.url())).body(body.clone());
        let call = call.header("content-type", "application/x-www-form-urlencoded").header("sec-fetch-site", site);
        assert_eq!(Page::of(call.send().await.expect("an answer")).await.status, status, "{site}");
    }
    let came = letters(&world).await;
    let link = link_in(&came);
    // A seal of one page is none of another's, and none a day later.
    let seals = [("form", seal.as_str()), ("token", token_in(&link)), ("code", "123456")];
    assert_eq!(send(&desk, "/trust/ask/prove", &seals).await.status, 422);
    let waiting = Page::open(&desk, &link).await;
    world.later(Duration::hours(25));
    let late = fill(&desk, &waiting, "/trust/ask/code", &[]).await;
    assert!(late.status == 422 && late.words().contains("This page was open too long."));
    assert!(letters(&world).await.iter().all(|letter| !letter.contains("your code")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_is_used_up_and_a_new_one_is_sent() {
    let world = world().await;
    let desk = world.serve().await;
    asks(&desk, "member", &sound()).await;
    let came = letters(&world).await;
    let (link, code) = (link_in(&came), code_in(&came));
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let waiting = Page::open(&desk, &link).await;
    let mut last = String::new();
    for _ in 0..5 {
        last = fill(&desk, &waiting, "/trust/ask/prove", &[("code", wrong)]).await.words();
    }
    assert!(last.contains("tried too often and is used up"), "{last}");
    let right = fill(&desk, &waiting, "/trust/ask/prove", &[("code", &code)]).await;
    assert_eq!(right.status, 422, "a used-up code is still good");
    let stands = Page::open(&desk, &link).await;
    assert!(stands.words().contains("No code is good at the moment."), "{}", stands.words());
    assert!(stands.root.all("input").iter().all(|input| input.attribute("name") != Some("code")));

    world.later(Duration::minutes(2));
    let sent = fill(&desk, &stands, "/trust/ask/code", &[]).await;
    assert!(sent.words().contains("a new one is on its way"), "{}", sent.words());
    let soon = fill(&desk, &stands, "/trust/ask/code", &[]).await;
    assert_eq!(soon.status, 429, "{}", soon.words());
    let fresh = code_in(&letters(&world).await);
    let stands = Page::open(&desk, &link).await;
    world.later(Duration::minutes(20));
    let old = fill(&desk, &stands, "/trust/ask/prove", &[("code", &fresh)]).await;
    assert!(old.status == 422 && old.words().contains("This code is too old."), "{}", old.words());
    let sent = fill(&desk, &stands, "/trust/ask/code", &[]).await;
    assert_eq!(sent.status, 200);
    let newest = code_in(&letters(&world).await);
    let proved = fill(&desk, &stands, "/trust/ask/prove", &[("code", &newest)]).await;
    assert!(proved.words().contains("We know now that the address is yours."), "{}", proved.words());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_leads_nowhere_and_what_is_over_are_one_page() {
    let world = world().await;
    let desk = world.serve().await;
    asks(&desk, "member", &sound()).await;
    let link = link_in(&letters(&world).await);
    let token = token_in(&link).to_owned();
    let at = requests::follow(&world.tools, &Secret::new(token.clone())).await.expect("an answer").expect("somewhere");
    let closed = world.ledger.write(world.scope(TenantId::HOUSE), move |tx| {
        keyhole::close(tx, KeyholeKind::IntakeFollow, at.id.uuid())?;
        Ok(Witnessed::new((), Event::new("test.closed", "intake", at.id.uuid())))
    });
    closed.await.expect("closed");
    let made_up = format!("rdq_{}", "a".repeat(token.len() - 4));
    for path in [FOLLOW_PATH, "/trust/ask/withdraw", "/trust/ask/appeal"] {
        let pages = [token.as_str(), &made_up, "", "%00%ff"].map(|token| format!("{path}?token={token}&lang=en"));
        let mut texts = BTreeSet::new();
        for path in &pages {
            let page = Page::open(&desk, path).await;
            assert_eq!((page.status, page.one("h1").text().as_str()), (404, "There is nothing under this link"));
            is_a_persons(&page);
            texts.insert(page.text);
        }
        assert_eq!(texts.len(), 1, "{path} tells one from another");
    }
    for path in ["prove", "code", "write", "withdraw", "appeal"] {
        let path = format!("/trust/ask/{path}?lang=en");
        let ended = send(&desk, &path, &[("token", &token), ("code", "123456")]).await;
        let unknown = send(&desk, &path, &[("token", &made_up), ("code", "123456")]).await;
        assert_eq!((ended.status, unknown.status, ended.text == unknown.text), (404, 404, true), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whether_a_shop_is_known_here_shows_in_no_answer() {
    let world = world().await;
    let desk = world.serve().await;
    let shop = world.shop("Zaitoon Home", 0).await;
    let store = world.store(shop.tenant, "zaitoon-home.example", &["read_orders"]).await;
    let mut said = Vec::new();
    for shop in ["https://www.zaitoon-home.example/", "nobody.example", ""] {
        let mut typed = sound();
        typed.extend([("shop", shop), ("order", "Z-1001"), ("words", "Where are my parcels?")]);
        let begun = std::time::Instant::now();
        let thanks = asks(&desk, "shopper", &typed).await;
        assert!(begun.elapsed() > std::time::Duration::from_millis(400), "an answer came early");
        assert_eq!(thanks.status, 200);
        let words = thanks.words();
        let plain: Vec<&str> = words.split_whitespace().filter(|word| !word.starts_with("R-")).collect();
        said.push(plain.join(" "));
        let link = link_in(&letters(&world).await);
        let asked = behind(&world, &link).await;
        let kinds: Vec<GoesBy> = asked.identifiers.iter().map(|one| one.kind).collect();
        assert_eq!(asked.intake.role, DataRole::Processor);
        if shop.contains("zaitoon") {
            assert_eq!((asked.intake.tenant, asked.intake.store), (store.tenant, Some(store.id)));
            assert!(kinds.contains(&GoesBy::Order), "{kinds:?}");
        } else {
            assert_eq!((asked.intake.tenant, asked.intake.store), (TenantId::HOUSE, None));
            assert_eq!(kinds, [GoesBy::Mail]);
        }
    }
    assert!(said.iter().all(|one| one == &said[0]), "{said:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_speaks_for_another_says_so_and_programs_speak_for_nobody() {
    let world = world().await;
    let desk = world.serve().await;
    let mut typed = vec![("whose", "another"), ("agent", "help@agent.example")];
    typed.extend(sound().into_iter().filter(|(name, _)| *name != "whose"));
    assert_eq!(asks(&desk, "member", &typed).await.status, 200);
    work(&world).await;
    let mailbox = world.tools.mail.mailbox().expect("letters are kept in memory");
    let all: Vec<String> = mailbox.empty().into_iter().map(|kept| kept.letter.text).collect();
    let asked = behind(&world, &link_in(&all)).await;
    assert_eq!(asked.intake.mandate, Mandate::Claimed);
    assert!(asked.identifiers.iter().any(|one| one.kind == GoesBy::Agent));

    let mut typed = sound();
    typed.push(("website", "https://spam.example"));
    let trapped = asks(&desk, "member", &typed).await;
    assert_eq!((trapped.status, trapped.one("h1").text().as_str()), (200, "We have it"));
    assert!(trapped.words().contains("R-") && letters(&world).await.is_empty());
    let field = Page::open(&desk, &format!("{ASK}?who=member")).await;
    assert_eq!(
        (field.id("website").attribute("tabindex"), field.id("website").attribute("autocomplete")),
        (Some("-1"), Some("off"))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_that_asks_to_be_left_out_is_heard_where_that_is_offered() {
    let world = World::alone_under("inventorysync", Watch::held(at())).await;
    let desk = world.serve().await;
    let path = format!("{ASK}?who=visitor&lang=en");
    for (signal, is_heard) in [(Some("1"), true), (Some("0"), false), (Some("true"), false), (None, false)] {
        let headers: Vec<(&'static str, &str)> = signal.map(|signal| ("sec-gpc", signal)).into_iter().collect();
        let page = Page::with(&desk, &path, &headers).await;
        assert_eq!(page.id("right-opt_out").attribute("checked").is_some(), is_heard, "{signal:?}");
        assert_eq!(page.words().contains("Global Privacy Control"), is_heard);
    }
    let page = Page::with(&desk, &path, &[("sec-gpc", "1")]).await;
    let hidden: Vec<(&str, &str)> = form(&page, ASK)
        .all("input")
        .into_iter()
        .filter(|input| input.attribute("type") == Some("hidden"))
        .map(|input| (input.attribute("name").expect("a name"), input.attribute("value").expect("a value")))
        .collect();
    let all: Vec<(&str, &str)> = hidden.into_iter().chain(sound()).collect();
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&all).finish();
    let call = reqwest::Client::new().post(format!("{}{ASK}?lang=en", desk.url())).body(body);
    let call = call.header("content-type", "application/x-www-form-urlencoded").header("sec-gpc", "1");
    let thanks = Page::of(call.send().await.expect("an answer")).await;
    assert!(thanks.words().contains("Opting out") && thanks.words().contains("Access"), "{}", thanks.words());
    let signal = fetch(&desk, "/.well-known/gpc.json", &[]).await;
    assert_eq!(signal.status(), 200);
    let signal: serde_json::Value = serde_json::from_str(&signal.text().await.expect("text")).expect("JSON");
    assert_eq!(signal["gpc"], true);

    let deaf = World::alone_under("sooperseller", Watch::held(at())).await.serve().await;
    let page = Page::with(&deaf, &format!("{ASK}?who=member&lang=en"), &[("sec-gpc", "1")]).await;
    assert!(!page.words().contains("Global Privacy Control"), "it is said to be heard where nobody offers it");
    assert_eq!(fetch(&deaf, "/.well-known/gpc.json", &[]).await.status(), 404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_parent_says_that_it_is_about_a_child_where_the_page_promises_something_of_children() {
    let of_child =
        |page: &Page| page.root.all("input").into_iter().any(|input| input.attribute("name") == Some("child"));
    for (policy, is_asked) in [("inventorysync", true), ("sooperseller", false)] {
        let world = World::alone_under(policy, Watch::held(at())).await;
        let desk = world.serve().await;
        for locale in TONGUES {
            let page = Page::open(&desk, &format!("{ASK}?who=member&lang={locale}")).await;
            is_a_persons(&page);
            assert_eq!(of_child(&page), is_asked, "{policy} {locale}");
        }
        let mut typed = sound();
        typed.extend([("right", "deletion"), ("child", "yes")]);
        let flawed = [&typed[..], &[("phone", "12")]].concat();
        let page = asks(&desk, "member", &flawed).await;
        assert_eq!(page.status, 422);
        assert_eq!(page.words().contains("a parent or guardian"), is_asked);
        if is_asked {
            assert_eq!(page.id("child-yes").attribute("checked"), Some(""), "what was chosen is lost");
        }

        assert_eq!(asks(&desk, "member", &typed).await.status, 200);
        let asked = behind(&world, &link_in(&letters(&world).await)).await;
        let case = |right| {
            let one = asked.requests.iter().find(|one| one.request.right == right).expect("asked");
            one.request.case.clone()
        };
        let child = is_asked.then(|| requests::CHILD.to_owned());
        assert_eq!((case(Right::Deletion), case(Right::Access)), (child, None), "{policy}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_network_asks_ten_times_in_a_quarter_of_an_hour() {
    let world = world().await;
    let desk = world.serve().await;
    let page = Page::open(&desk, &format!("{ASK}?who=member&lang=en")).await;
    let names: Vec<String> = (0..11).map(|number| format!("Ayesha {number}")).collect();
    let mut last = 0;
    for name in &names {
        let mut typed = sound();
        typed.push(("name", name));
        last = fill(&desk, &page, ASK, &typed).await.status;
    }
    assert_eq!(last, 429);
    // What was taken once is counted, and taken once.
    world.later(Duration::minutes(16));
    let mut typed = sound();
    typed.push(("name", &names[0]));
    let again = fill(&desk, &page, ASK, &typed).await;
    assert_eq!(again.status, 200);
    assert_eq!(world.base.lines("select count(*)::text as line from intakes"), ["10"]);
    // All of them name one address, which is written to five times a day for what nobody proved.
    let many = letters(&world).await;
    let links = many.iter().filter(|letter| letter.contains(FOLLOW_PATH)).count();
    assert_eq!(links, 5, "{links} were told that it came");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dates_that_move_are_both_shown_and_a_refusal_is_looked_at_again() {
    let world = World::alone_under("inventorysync", Watch::held(at())).await;
    let desk = world.serve().await;
    let mut typed = sound();
    typed.extend([("right", "objection"), ("place", "DE"), ("words", "Since August.")]);
    assert_eq!(asks(&desk, "visitor", &typed).await.status, 200);
    let came = letters(&world).await;
    let (link, code) = (link_in(&came), code_in(&came));
    let waiting = Page::open(&desk, &link).await;
    fill(&desk, &waiting, "/trust/ask/prove", &[("code", &code)]).await;
    let asked = behind(&world, &link).await;
    let find = |right| asked.requests.iter().find(|one| one.request.right == right).expect("asked").request.clone();
    let (access, objection) = (find(Right::Access), find(Right::Objection));
    let (house, reason) = (Caller::house(), || Personal::new("it is much"));
    let of = |request: &requests::Request| Ref::new(request.tenant, request.id);

    let paused = requests::pause(&world.tools, &house, of(&access), None, PauseGround::ScopeAsked, reason(), None);
    paused.await.expect("paused");
    let page = Page::open(&desk, &link).await;
    is_a_persons(&page);
    assert!(page.words().contains("It waits for you: we asked what exactly you mean"), "{}", page.words());
    world.later(Duration::days(5));
    requests::resume(&world.tools, &house, of(&access), None, None).await.expect("resumed");
    let extended = requests::extend(&world.tools, &house, of(&access), None, (None, None), reason(), None);
    let extended = extended.await.expect("extended");
    let (before, after) = (extended.before.expect("a date").on, extended.after.expect("a date").on);
    assert!(after > before);
    let page = Page::open(&desk, &link).await;
    is_a_persons(&page);
    let told = |day: Day| day.0.format("%-d %B %Y").to_string();
    let moved = format!("Our answer was due on {}; now it is due on {}.", told(before), told(after));
    assert!(page.words().contains(&moved) && page.words().contains("We need longer"), "{moved}: {}", page.words());

    let refused =
        requests::refuse(&world.tools, &house, of(&objection), None, Ground::UnfoundedExcessive, reason(), None);
    refused.await.expect("refused");
    letters(&world).await;
    let page = Page::open(&desk, &link).await;
    let leads = |node: &Node| node.attribute("href").is_some_and(|to| to.starts_with("/trust/ask/appeal"));
    let to = page.root.find(&leads).expect("a way to appeal").attribute("href").expect("a link").to_owned();
    assert!(page.words().contains("Refused") && to.contains(&objection.reference), "{to}");
    let question = Page::open(&desk, &to).await;
    is_a_persons(&question);
    assert_eq!((question.status, question.one("h1").text().as_str()), (200, "Have a refusal looked at again"));
    let unsaid = fill(&desk, &question, "/trust/ask/appeal", &[("message", "")]).await;
    is_a_persons(&unsaid);
    assert_eq!((unsaid.status, unsaid.id("message").attribute("aria-invalid")), (422, Some("true")));
    let appealed = fill(&desk, &question, "/trust/ask/appeal", &[("message", "Nobody looked at my papers.")]).await;
    assert!(appealed.words().contains("Somebody else looks at it now."), "{}", appealed.words());
    let appeal = behind(&world, &link_in(&letters(&world).await)).await;
    assert_eq!(appeal.requests.len(), 1);
    let appeal = &appeal.requests[0].request;
    assert_eq!((appeal.right, appeal.appeal_of), (Right::Appeal, Some(objection.id)));
    // What was not refused is not looked at again, and says so like what is not there.
    let other = to.replace(&objection.reference, &access.reference);
    assert_eq!(Page::open(&desk, &other).await.status, 404);
}
