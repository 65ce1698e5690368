//! Whoever asked sees on their own page what is done, at whom it waits and until when, where the answer and the copy are, and
//! reads what was deleted in a certificate of plain words: in seven languages, and nothing of it before they are proved.

use std::io::Write;
use std::process::{Command, Stdio};

use data_encoding::BASE64;
use harness::aside::nothing_may_be_skipped;
use harness::page::{Node, Page, fetch};
use harness::planned::{ASHA, Planned};
use harness::scratch;
use harness::wishes::wish;
use rightsdesk_server::floor::journal::canonical;
use rightsdesk_server::floor::kernel::{Day, Personal, Ref, RequestId};
use rightsdesk_server::floor::regulations::Right;
use rightsdesk_server::floor::vault::verify;
use rightsdesk_server::propagation::{self, Settling, TaskState};
use rightsdesk_server::requests::{self, COOLING_OFF, FOLLOW_PATH};
use rightsdesk_server::roof::http::Listening;
use serde_json::Value;

use super::an_outsider_reads_what_is_stored::python;
use super::the_persons_pages::is_a_persons;

const TONGUES: [&str; 7] = ["en", "de", "es", "fr", "hi", "pt", "ur"];
const CERTIFICATE: &str = "/trust/ask/certificate";

async fn works(scene: &Planned) {
    while scene.world.work().await > 0 {}
}

/// The token of Asha's own page, as the newest letter has it.
fn token(scene: &Planned) -> String {
    let mailbox = scene.world.tools.mail.mailbox().expect("letters are kept in memory");
    let letters = mailbox.letters_to(ASHA);
    let mut words = letters.iter().rev().flat_map(|kept| kept.letter.text.split_whitespace());
    let link = words.find(|word| word.contains(FOLLOW_PATH)).expect("a link");
    link.split("token=").nth(1).and_then(|rest| rest.split('&').next()).expect("a token").to_owned()
}

async fn own_page(desk: &Listening, token: &str, tongue: &str) -> Page {
    let page = Page::open(desk, &format!("{FOLLOW_PATH}?token={token}&lang={tongue}")).await;
    assert_eq!(page.status, 200, "{}", page.text);
    is_a_persons(&page);
    page
}

/// What is done, line by line.
fn course(page: &Page) -> Vec<String> {
    let is_course = |node: &Node| node.name == "ol" && node.attribute("class") == Some("course");
    page.root.find(&is_course).map(|list| list.all("li").iter().map(|item| item.text()).collect()).unwrap_or_default()
}

/// How each of them stands, in English.
fn standing(page: &Page) -> Vec<&'static str> {
    let word = |line: &String| ["Done", "Under way", "To come"].into_iter().find(|word| line.contains(word));
    course(page).iter().map(|line| word(line).unwrap_or_else(|| panic!("{line}"))).collect()
}

fn link_to(page: &Page, path: &str) -> Option<String> {
    let leads = |node: &Node| node.attribute("href").is_some_and(|to| to.split('?').next() == Some(path));
    page.root.find(&leads).and_then(|link| link.attribute("href")).map(str::to_owned)
}

fn written(day: Day) -> String {
    day.0.format("%-d %B %Y").to_string()
}

/// Whoever was told says that it is done, one after the other.
async fn all_answer(scene: &Planned, at: Ref<RequestId>) {
    let tools = &scene.world.tools;
    for task in propagation::every_task_of(tools, at).await.expect("tasks") {
        let settling = Settling {
            version: task.version,
            state: TaskState::Done,
            words: Some(Personal::new("They wrote that it is done.")),
            proof: None,
        };
        let of = Ref::new(task.tenant, task.id);
        propagation::settle_by_hand(tools, &scene.support, of, settling, None).await.expect("written down");
    }
    works(scene).await;
}

async fn approved(scene: &Planned, right: Right) -> Ref<RequestId> {
    let at = scene.asks(right).await;
    let digest = scene.plan(at).await.digest;
    scene.submits(at, digest).await.expect("submitted");
    scene.approves(&scene.approver, at, digest).await.expect("approved");
    at
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erasure_is_followed_to_its_certificate() {
    let scene = Planned::begins().await;
    let desk = scene.world.serve().await;
    let at = approved(&scene, Right::Deletion).await;
    works(&scene).await;
    let (token, reference) = (token(&scene), scene.stands(at).await.reference);

    // While it cools off nothing is gone, and it may be withdrawn.
    let page = own_page(&desk, &token, "en").await;
    let begins = format!("It begins on {}.", written(scene.world.tools.watch.now().plus(COOLING_OFF).day()));
    assert!(page.words().contains(&begins) && course(&page).is_empty(), "{begins}: {}", page.words());
    assert!(link_to(&page, "/trust/ask/withdraw").is_some());

    scene.world.later(COOLING_OFF);
    works(&scene).await;
    let page = own_page(&desk, &token, "en").await;
    assert_eq!(standing(&page), ["Done", "Done", "Done", "Under way", "To come"], "{:?}", course(&page));
    assert!(course(&page)[1].contains("Your data with us is deleted"), "{:?}", course(&page));
    let until = propagation::every_task_of(&scene.world.tools, at).await.expect("tasks")[0].until.day();
    let waits = format!("We wait for the answer until {}.", written(until));
    assert!(page.words().contains(&waits) && page.words().contains("Leopards"), "{waits}: {}", page.words());
    assert!(page.words().contains("is being told."), "{}", page.words());
    assert!(link_to(&page, "/trust/ask/withdraw").is_none(), "what is gone is not taken back");
    assert!(link_to(&page, CERTIFICATE).is_none(), "nothing is certified yet");
    let early = Page::open(&desk, &format!("{CERTIFICATE}?of={reference}&token={token}&lang=en")).await;
    assert_eq!(early.status, 404);

    all_answer(&scene, at).await;
    let page = own_page(&desk, &token, "en").await;
    assert!(standing(&page).iter().all(|word| *word == "Done"), "{:?}", course(&page));
    assert!(page.words().contains("It stands below, among the letters.") && page.words().contains("did it."));
    let to = link_to(&page, CERTIFICATE).expect("a certificate to read");

    let certificate = Page::open(&desk, &to).await;
    is_a_persons(&certificate);
    assert_eq!((certificate.status, certificate.one("h1").text().as_str()), (200, "What was deleted: the certificate"));
    let words = certificate.words();
    for said in [&*reference, "An order of yours is still under way", "Leopards", "did it", "SHA-256"] {
        assert!(words.contains(said), "{said}: {words}");
    }
    assert!(["Deleted", "Made anonymous"].iter().any(|fate| words.contains(fate)), "{words}");
    assert!(!words.contains(ASHA) && !words.contains("Familyc1"), "{words}");

    // The document is the very one that was signed.
    let signed = link_to(&certificate, "/trust/ask/certificate/signed").expect("a file");
    let answer = fetch(&desk, &signed, &[]).await;
    let headers = answer.headers().clone();
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    assert!(header("content-disposition").contains(&format!("{reference}-1.json")), "{headers:?}");
    assert!(header("cache-control").contains("no-store") && header("referrer-policy") == "no-referrer", "{headers:?}");
    let text = answer.text().await.expect("text");
    let mut document: Value = serde_json::from_str(&text).expect("JSON");
    let signature = document.as_object_mut().expect("an object").remove("sig").expect("a signature");
    let signature = BASE64.decode(signature.as_str().expect("text").as_bytes()).expect("base64");
    let public = scene.world.tools.vault.sign_key().expect("a key").public();
    assert!(verify(&public, "rightsdesk/certificate/1", &canonical(&document).expect("canonical"), &signature));
    an_outsider_verifies_it(&scene, &text);

    // In every language, and for nobody else.
    for tongue in TONGUES {
        let page = own_page(&desk, &token, tongue).await;
        assert_eq!(course(&page).len(), 5, "{tongue}");
        let certificate = Page::open(&desk, &to.replace("lang=en", &format!("lang={tongue}"))).await;
        is_a_persons(&certificate);
        assert_eq!(certificate.one("html").attribute("lang"), Some(tongue));
    }
    let made_up = to.replace(&token, &format!("rdq_{}", "a".repeat(token.len() - 4)));
    assert_eq!(Page::open(&desk, &made_up).await.status, 404);
    assert_eq!(Page::open(&desk, &to.replace(&reference, "R-0000000")).await.status, 404);
}

/// The certificate and the journal of tombstones, by a script that knows none of our code.
fn an_outsider_verifies_it(scene: &Planned, certificate: &str) {
    let public = scene.world.tools.vault.sign_key().expect("a key").public();
    let Some((holds, said)) = outsider(&public, &["certificate"], certificate.as_bytes()) else { return };
    assert!(holds && said.starts_with("whole: R-"), "{said}");
    let holds = |what: &str, input: &str| outsider(&public, &[what], input.as_bytes()).is_some_and(|(holds, _)| holds);
    let changed = certificate.replacen("\"tombstones\":", "\"tombstones\":1", 1);
    assert!(changed != certificate && !holds("certificate", &changed), "changed, and still it held");

    let journal = std::fs::read_to_string(scene.world.tools.journal.tombstones.path()).expect("a journal");
    assert!(holds("tombstones", &journal), "{journal}");
    let (_, cut) = journal.split_once('\n').expect("several lines");
    assert!(!holds("tombstones", cut), "its first line is gone, and still it held");
}

/// What a script says that knows none of our code, and whether it holds; none where it cannot be run here.
pub(super) fn outsider(public: &[u8], words: &[&str], input: &[u8]) -> Option<(bool, String)> {
    let Some(python) = python() else {
        assert!(!nothing_may_be_skipped(), "python3 with the package cryptography is missing");
        let _ = writeln!(std::io::stdout(), "NOT TRIED: this needs python3 with the package cryptography");
        return None;
    };
    let key = scratch::folder("outsider").expect("a folder").join("sign-0001.pub");
    std::fs::write(&key, public).expect("written");
    let mut command = Command::new(python);
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/independent/verify_fulfilment.py")).arg("--key").arg(&key);
    let command = command.args(words).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("python3 is there");
    child.stdin.take().expect("its input").write_all(input).expect("written");
    let ended = child.wait_with_output().expect("ends");
    let said = [ended.stdout, ended.stderr].concat();
    Some((ended.status.success(), String::from_utf8_lossy(&said).into_owned()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_is_told_from_its_making_to_its_fetching() {
    let scene = Planned::begins().await;
    let desk = scene.world.serve().await;
    let at = approved(&scene, Right::Access).await;
    works(&scene).await;
    let token = token(&scene);
    let page = own_page(&desk, &token, "en").await;
    assert_eq!(standing(&page), ["Done", "Under way", "To come"], "{:?}", course(&page));
    assert!(course(&page)[1].contains("A second person reads it through"), "{:?}", course(&page));
    assert!(!page.words().contains("fetch it below"), "{}", page.words());

    let (tools, approver) = (&scene.world.tools, &scene.approver);
    let package = requests::list_packages(tools, &scene.support, at).await.expect("packages").remove(0);
    let manifest = package.made.expect("it lies there").manifest;
    requests::release_package(tools, approver, at, manifest, None).await.expect("released");
    works(&scene).await;
    let page = own_page(&desk, &token, "en").await;
    assert_eq!(standing(&page), ["Done"; 3], "{:?}", course(&page));
    assert!(page.words().contains("It is ready: fetch it below."), "{}", page.words());
    assert!(page.id("packages").text().contains("Passphrase"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_in_force_is_told_and_nothing_before_the_proof() {
    let scene = Planned::begins().await;
    let desk = scene.world.serve().await;
    let at = scene.asks(Right::Restriction).await;
    let digest = scene.plan(at).await.digest;
    scene.submits(at, digest).await.expect("submitted");
    works(&scene).await;
    let page = own_page(&desk, &token(&scene), "en").await;
    let lines = course(&page);
    assert!(lines[0].contains("With us your data is kept and used for nothing"), "{lines:?}");
    assert_eq!(standing(&page), ["Done", "Under way", "To come"], "{lines:?}");
    all_answer(&scene, at).await;
    let page = own_page(&desk, &token(&scene), "en").await;
    assert_eq!(standing(&page), ["Done"; 3], "{:?}", course(&page));

    // Somebody else holds a link and proved nothing.
    scene.world.tools.mail.mailbox().expect("a mailbox").empty();
    scene.world.asks(wish(scene.tenant, &[Right::Deletion], ASHA)).await;
    works(&scene).await;
    let page = own_page(&desk, &token(&scene), "en").await;
    assert!(course(&page).is_empty() && !page.words().contains("Who else is told"), "{}", page.words());
}
