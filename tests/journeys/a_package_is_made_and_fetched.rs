//! Who asks to know gets everything that is held, in files that say what they are: made whole or not at all, cut by staff
//! with a reason, let go by somebody else, fetched once by a link of the person's own page, and gone with the person.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::sync::LazyLock;

use chrono::Duration;
use data_encoding::{BASE64, HEXLOWER};
use futures_util::TryStreamExt;
use futures_util::future::join_all;
use harness::asked::desk_seat;
use harness::goods::order;
use harness::page::{Node, Page, fetch, send};
use harness::planned::{ASHA, Planned, code};
use harness::scratch;
use reqwest::header::{HeaderMap, RANGE};
use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use rightsdesk_server::floor::access::{Caller, Role};
use rightsdesk_server::floor::blobs::Kind;
use rightsdesk_server::floor::datamap::{Row, Table};
use rightsdesk_server::floor::jobs::enqueue;
use rightsdesk_server::floor::journal::canonical;
use rightsdesk_server::floor::kernel::{Error, Personal, Ref, RequestId, SubjectId};
use rightsdesk_server::floor::ledger::{Event, Witnessed};
use rightsdesk_server::floor::platforms::{Good, Order};
use rightsdesk_server::floor::regulations::Right;
use rightsdesk_server::floor::vault::verify;
use rightsdesk_server::requests::package::{LeftOut, Package, PackageState, clear};
use rightsdesk_server::requests::{self, FOLLOW_PATH, HoldKind, NewHold, Spot, SweepPackages};
use rightsdesk_server::roof::http::Listening;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::the_persons_pages_tell_what_is_done::outsider;

pub(super) const LINK: &str = "/trust/ask/package";
pub(super) const PAGE: &str = "/trust/package";

/// A name of goods that a spreadsheet would reckon with.
const FORMULA: &str = "=HYPERLINK(\"https://evil.example\",\"Kettle\")";

/// Somebody whose wish to know is carried out.
pub(super) struct Asked {
    pub scene: Planned,
    pub at: Ref<RequestId>,
    subject: SubjectId,
}

impl Asked {
    /// Asha's data, with goods of an odd name, money that went out, and more events than are read at a time.
    pub async fn approved(right: Right) -> Self {
        Self::approved_while(right, None).await
    }

    /// The same, while this goes on.
    async fn approved_while(right: Right, goes_on: Option<&str>) -> Self {
        let mut odd = order("9", ASHA, 1);
        odd.lines[0].title = Some(FORMULA.to_owned());
        Self::approved_with(right, vec![Good::Order(odd)], goes_on).await
    }

    /// The same, with these of the shop's goods.
    async fn approved_with(right: Right, goods: Vec<Good>, goes_on: Option<&str>) -> Self {
        let scene = Planned::begins().await;
        scene.comes_in(goods).await;
        let subject = scene.lines("select subject_id::text as line from orders where platform_id = '1'");
        let subject = SubjectId::from_uuid(subject[0].parse().expect("an id"));
        scene.world.base.tamper(
            "insert into ledger_entries (tenant_id, id, order_id, subject_id, kind, amount, currency, at, recorded_at)
             select tenant_id, gen_random_uuid(), id, subject_id, 'expense', -1250000, 'EUR', placed_at, placed_at from orders
              where platform_id = '9';
             insert into usage_events (tenant_id, id, subject_id, kind, at)
             select tenant_id, gen_random_uuid(), subject_id, '@sum ' || n, placed_at from orders, generate_series(1, 1300) as n
              where platform_id = '9'",
        );
        let at = scene.asks(right).await;
        // What is looked at from now on came after she asked.
        scene.world.later(Duration::minutes(1));
        let digest = scene.plan(at).await.digest;
        scene.submits(at, digest).await.expect("submitted");
        scene.approves(&scene.approver, at, digest).await.expect("approved");
        if let Some(goes_on) = goes_on {
            scene.world.base.tamper(goes_on);
        }
        let asked = Self { scene, at, subject };
        asked.works().await;
        asked
    }

    pub async fn works(&self) {
        while self.scene.world.work().await > 0 {}
    }

    /// What ended is swept.
    async fn sweeps(&self) {
        let world = &self.scene.world;
        let swept = world.ledger.write(world.scope(rightsdesk_server::floor::kernel::TenantId::HOUSE), |tx| {
            enqueue(tx, &SweepPackages {})?;
            Ok(Witnessed::new((), Event::new("test.enqueued", "house", uuid::Uuid::nil())))
        });
        swept.await.expect("enqueued");
        self.works().await;
    }

    async fn packages(&self) -> Vec<Package> {
        let scene = &self.scene;
        requests::list_packages(&scene.world.tools, &scene.support, self.at).await.expect("packages")
    }

    pub async fn released(&self) -> Package {
        let (scene, package) = (&self.scene, self.packages().await.remove(0));
        let read = package.made.expect("it lies there").manifest;
        let tools = &scene.world.tools;
        requests::release_package(tools, &scene.approver, self.at, read, None).await.expect("released")
    }

    /// How many rows stand in each file of the table that is longer than what is read at a time.
    fn long_files(&self) -> Vec<String> {
        self.scene
            .lines("select rows::text as line from package_files where name like '%/usage_events.%' order by name")
    }

    /// Asha's own page, as the letter leads there.
    pub async fn own_page(&self, desk: &Listening) -> Page {
        let mailbox = self.scene.world.tools.mail.mailbox().expect("letters are kept in memory");
        let letters = mailbox.letters_to(ASHA);
        let mut words = letters.iter().flat_map(|kept| kept.letter.text.split_whitespace());
        let link = words.find(|word| word.contains(FOLLOW_PATH)).expect("a link");
        Page::open(desk, link.strip_prefix("https://desk.example").expect("it leads to us")).await
    }

    /// Everything that the map hands out of her, table by table, each row by its columns.
    async fn held(&self, is_given: bool) -> BTreeMap<String, Vec<BTreeMap<String, Option<String>>>> {
        let world = &self.scene.world;
        let (map, vault, subject) = (world.tools.map, world.tools.vault.clone(), self.subject);
        let asked_at = self.scene.stands(self.at).await.received_at;
        let is_book = |table: &Table| table.erased_by == Row::Kept && table.name.ends_with("_log");
        let opened = world.ledger.reveal(world.scope(self.scene.tenant), "test", move |tx| {
            let key = vault.subject_key(tx, subject, "test")?.expect("her key");
            let mut all = BTreeMap::new();
            for held in map.disclose(tx, subject)?.iter().filter(|held| held.table.is_given || !is_given) {
                let mut rows = Vec::new();
                for line in &held.rows {
                    let value = |cell: &rightsdesk_server::floor::datamap::Cell| cell.open(&key).expect("it opens");
                    rows.push(line.cells.iter().map(|cell| (cell.column.name.to_owned(), value(cell))).collect());
                }
                if is_book(held.table) {
                    // The looks of whoever made the package came after she asked.
                    let before = asked_at.utc().to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
                    rows.retain(|row: &BTreeMap<String, Option<String>>| {
                        row["at"].as_deref().is_some_and(|at| at[..19] <= before[..19])
                    });
                }
                all.insert(held.table.name.to_owned(), rows);
            }
            Ok(all)
        });
        opened.await.expect("opened")
    }
}

/// Whenever something is read for a package, this is done at the end of the look.
fn at_each_look(does: &str) -> String {
    format!(
        "create function goes_on() returns trigger language plpgsql security definer as $$ begin {does} return null; end $$;
         create trigger goes_on after insert on access_log for each row when (new.view = 'packages') execute function goes_on()"
    )
}

/// The form of a page that leads there.
fn form<'a>(page: &'a Page, to: &str) -> &'a Node {
    let leads = |form: &&Node| form.attribute("action").is_some_and(|action| action.split('?').next() == Some(to));
    page.root.all("form").into_iter().find(leads).unwrap_or_else(|| panic!("no form to {to} in {}", page.text))
}

/// What a form sends along unseen, and where it leads.
pub(super) fn sent(page: &Page, to: &str) -> (String, Vec<(String, String)>) {
    let form = form(page, to);
    let hidden = form.all("input").into_iter().filter(|input| input.attribute("type") == Some("hidden"));
    let pair = |input: &Node| {
        let of = |name| input.attribute(name).expect("it has one").to_owned();
        (of("name"), of("value"))
    };
    (form.attribute("action").expect("where it leads").to_owned(), hidden.map(pair).collect())
}

/// Presses the button that leads there.
pub(super) async fn pressed(desk: &Listening, page: &Page, to: &str) -> Page {
    let (action, hidden) = sent(page, to);
    let pairs: Vec<(&str, &str)> = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    send(desk, &action, &pairs).await
}

/// A browser that goes nowhere by itself. Made once, since that takes a while, and everybody who calls comes by a way of their own.
pub(super) fn browser() -> Client {
    static BROWSER: LazyLock<Client> = LazyLock::new(|| {
        let builder = Client::builder().redirect(Policy::none()).pool_max_idle_per_host(0);
        builder.build().expect("a client")
    });
    BROWSER.clone()
}

/// Uses what a link's page has to use it by.
pub(super) async fn consumed(
    desk: &Listening,
    (action, hidden): &(String, Vec<(String, String)>),
    cookie: Option<&str>,
) -> Response {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(hidden).finish();
    let call = browser().post(format!("{}{action}", desk.url())).body(body);
    let call = call.header("content-type", "application/x-www-form-urlencoded");
    let call = match cookie {
        Some(cookie) => call.header("cookie", cookie),
        None => call,
    };
    call.send().await.expect("an answer")
}

/// What stands where a browser of this session is led to.
pub(super) async fn file(desk: &Listening, path: &str, cookie: &str, range: Option<&str>) -> (u16, HeaderMap, Vec<u8>) {
    let call = browser().get(format!("{}{path}", desk.url())).header("cookie", cookie);
    let call = match range {
        Some(range) => call.header(RANGE, range),
        None => call,
    };
    let answer = call.send().await.expect("an answer");
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    (status, headers, answer.bytes().await.expect("bytes").to_vec())
}

fn said<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).map_or("", |value| value.to_str().expect("text"))
}

/// Where whoever used a link is sent, and what their browser goes on with.
pub(super) fn led_on(answer: &Response) -> (String, String) {
    assert_eq!(answer.status().as_u16(), 303);
    let cookie = said(answer.headers(), "set-cookie").split(';').next().expect("a pair");
    (said(answer.headers(), "location").to_owned(), cookie.to_owned())
}

/// What a sealed package holds, by the names of its files.
pub(super) fn unpacked(sealed: &[u8], passphrase: &str) -> BTreeMap<String, Vec<u8>> {
    let key = age::scrypt::Identity::new(passphrase.to_owned().into());
    let zipped = age::decrypt(&key, sealed).expect("it opens");
    let mut archive = zip::ZipArchive::new(Cursor::new(zipped)).expect("an archive");
    let mut files = BTreeMap::new();
    for at in 0..archive.len() {
        let mut one = archive.by_index(at).expect("a file");
        let mut bytes = Vec::new();
        one.read_to_end(&mut bytes).expect("read");
        let name = one.name().expect("a name").into_owned();
        files.insert(name, bytes);
    }
    files
}

/// A value as the map tells it.
pub(super) fn told(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

fn rows(files: &BTreeMap<String, Vec<u8>>, table: &str) -> Vec<BTreeMap<String, Option<String>>> {
    let rows: Vec<Value> = serde_json::from_slice(&files[&format!("data/{table}.json")]).expect("JSON");
    let row =
        |row: &Value| row.as_object().expect("a row").iter().map(|(name, value)| (name.clone(), told(value))).collect();
    rows.iter().map(row).collect()
}

fn sorted(mut rows: Vec<BTreeMap<String, Option<String>>>) -> Vec<BTreeMap<String, Option<String>>> {
    rows.sort();
    rows
}

/// The same, by a script that knows none of our code.
fn an_outsider_verifies_it(files: &BTreeMap<String, Vec<u8>>, public: &[u8]) {
    let folder = scratch::folder("package").expect("a folder");
    for (name, bytes) in files {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, bytes).expect("written");
    }
    let words = ["package", folder.to_str().expect("text")];
    let Some((holds, said)) = outsider(public, &words, b"") else { return };
    assert!(holds && said.starts_with("whole: R-"), "{said}");
    std::fs::write(folder.join("data/customers.json"), b"[]").expect("written");
    assert!(outsider(public, &words, b"").is_some_and(|(holds, _)| !holds), "changed, and still it held");
}

/// The passphrase as the page shows it.
pub(super) fn passphrase_on(page: &Page) -> String {
    let shown: Vec<String> = page.root.all("code").into_iter().map(Node::text).collect();
    assert_eq!(shown.len(), 1, "{shown:?}");
    shown[0].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_package_holds_is_what_the_map_hands_out() {
    let asked = Asked::approved(Right::Access).await;
    let desk = asked.scene.world.serve().await;
    let made = asked.packages().await;
    assert_eq!((made.len(), made[0].state, made[0].is_given), (1, PackageState::Made, false));
    assert!(asked.own_page(&desk).await.root.all("code").is_empty(), "nothing is shown before it is released");
    asked.released().await;

    let page = asked.own_page(&desk).await;
    let passphrase = passphrase_on(&page);
    let letters = asked.scene.world.tools.mail.mailbox().expect("a mailbox").letters_to(ASHA);
    assert!(letters.iter().all(|kept| !kept.letter.text.contains(&passphrase)), "a letter tells the passphrase");
    assert_eq!(
        asked.scene.lines("select count(*)::text as line from request_packages where opener is not null"),
        ["1"]
    );

    let linked = pressed(&desk, &page, LINK).await;
    let answer = consumed(&desk, &sent(&linked, PAGE), None).await;
    let cookie = said(answer.headers(), "set-cookie");
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict") && cookie.contains("Path=/trust/package")
    );
    let (to, cookie) = led_on(&answer);
    let (status, headers, sealed) = file(&desk, &to, &cookie, None).await;
    assert_eq!(
        (status, said(&headers, "cache-control"), said(&headers, "referrer-policy")),
        (200, "no-store", "no-referrer")
    );
    let digest = asked.packages().await[0].made.expect("made").digest;
    assert_eq!(<[u8; 32]>::from(Sha256::digest(&sealed)), digest);
    assert!(!String::from_utf8_lossy(&sealed).contains("customers"), "a name stands in clear");

    let files = unpacked(&sealed, &passphrase);
    let held = asked.held(false).await;
    assert!(held.keys().any(|table| table == "customers") && held["usage_events"].len() == 1_300);
    for (table, rows_held) in &held {
        assert_eq!(sorted(rows(&files, table)), sorted(rows_held.clone()), "{table}");
    }
    let empty: Vec<&String> = files
        .keys()
        .filter(|name| {
            name.strip_prefix("data/").is_some_and(|name| !held.contains_key(name.trim_end_matches(".json")))
        })
        .collect();
    assert!(empty.iter().all(|name| files[*name] == b"[]"), "{empty:?} hold something");

    let lines = String::from_utf8(files["csv/order_lines.csv"].clone()).expect("text");
    assert!(lines.contains("\"'=HYPERLINK(\"\"https://evil.example\"\",\"\"Kettle\"\")\""), "{lines}");
    let money = String::from_utf8(files["csv/ledger_entries.csv"].clone()).expect("text");
    assert!(money.contains(",-1250000,") && !money.contains("'-"), "{money}");
    let used = String::from_utf8(files["csv/usage_events.csv"].clone()).expect("text");
    assert_eq!((used.lines().count(), used.matches("\"'@sum ").count()), (1_301, 1_300));

    let manifest: Value = serde_json::from_slice(&files["manifest.json"]).expect("JSON");
    for one in manifest["files"].as_array().expect("files") {
        let bytes = &files[one["name"].as_str().expect("a name")];
        assert_eq!(one["sha256"], HEXLOWER.encode(&Sha256::digest(bytes)), "{one}");
    }
    assert_eq!(manifest["files"].as_array().map(Vec::len), Some(files.len() - 1));
    let mut signed = manifest.clone();
    let signature = signed.as_object_mut().expect("an object").remove("sig").expect("a signature");
    let signature = BASE64.decode(signature.as_str().expect("text").as_bytes()).expect("base64");
    let public = asked.scene.world.tools.vault.sign_key().expect("a key").public();
    assert!(verify(&public, "rightsdesk/package/1", &canonical(&signed).expect("canonical"), &signature));

    an_outsider_verifies_it(&files, &public);

    let about: Value = serde_json::from_slice(&files["about.json"]).expect("JSON");
    for part in ["purposes", "categories", "recipients", "retention", "rights", "complaint"] {
        assert!(about[part].as_array().is_some_and(|part| !part.is_empty()), "nothing is said of {part}: {about}");
    }
    let leopards = about["recipients"].as_array().expect("recipients").iter().find(|one| one["got_something"] == true);
    assert!(leopards.is_some(), "{about}");
    let html = String::from_utf8(files["index.html"].clone()).expect("text");
    assert!(html.starts_with("<!doctype html>") && html.contains("Familyc1") && !html.contains("<script"), "{html}");
    let withheld: Value = serde_json::from_slice(&files["withheld.json"]).expect("JSON");
    assert!(withheld["by_nature"].as_array().is_some_and(|own| own.iter().any(|one| one["column"] == "reason")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_files_of_a_long_table_end_with_the_same_row_whatever_is_written_meanwhile() {
    // Each comes after all that were there.
    let used = "insert into usage_events (tenant_id, id, subject_id, kind, at)
         select tenant_id, ('ffffffff-ffff-4fff-8fff-' || lpad(to_hex(count(*)), 12, '0'))::uuid, subject_id, 'meanwhile', min(at)
           from usage_events where tenant_id = new.tenant_id group by 1, 3;";
    let asked = Asked::approved_while(Right::Access, Some(&at_each_look(used))).await;
    assert_eq!(asked.packages().await[0].state, PackageState::Made);
    let files = asked.long_files();
    assert!(files.len() == 2 && files[0] == files[1], "{files:?}");
    let held = asked.scene.lines("select count(*)::text as line from usage_events");
    assert_ne!(held[..1], files[..1], "nothing was written down after the first of them");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_the_files_of_a_table_would_differ_both_are_made_anew() {
    // It comes once, before what was read already.
    let used = "insert into usage_events (tenant_id, id, subject_id, kind, at)
         select tenant_id, '00000000-0000-0000-0000-000000000001'::uuid, subject_id, 'meanwhile', at
           from usage_events where tenant_id = new.tenant_id limit 1 on conflict do nothing;";
    let asked = Asked::approved_while(Right::Access, Some(&at_each_look(used))).await;
    asked.scene.world.base.tamper(
        "update jobs set retry_at = now() where retry_at > now();
         update lanes set retry_at = now() where retry_at > now()",
    );
    asked.works().await;
    assert_eq!(asked.packages().await[0].state, PackageState::Made);
    assert_eq!(asked.long_files(), ["1301", "1301"]);
    let fates = asked.scene.lines(
        "select a.fate as line from job_attempts a join jobs j on j.tenant_id = a.tenant_id and j.id = a.job_id
          where j.name = 'make_package' order by a.attempt",
    );
    assert_eq!(fates, ["retried", "done"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_staff_leave_out_is_recorded_and_somebody_else_lets_the_rest_go() {
    let asked = Asked::approved(Right::Access).await;
    let (scene, at) = (&asked.scene, asked.at);
    let tools = &scene.world.tools;
    let both = desk_seat(&scene.world, &[Role::Support, Role::Approver]);
    let first = asked.packages().await.remove(0);
    let reason = || Personal::new("a neighbour's address");
    let place = Ref::new(at.tenant, first.id);
    let opened = requests::open_rows(tools, &both, place, ("order_contacts".to_owned(), (0, None)), reason()).await;
    let opened = opened.expect("opened");
    assert_eq!((opened.rows.len(), opened.next), (3, None));
    let address = opened.columns.iter().position(|column| *column == "address").expect("a column");
    assert!(opened.rows.iter().all(|row| row.cells[address].as_deref().is_some_and(|cell| cell.contains("Street"))));

    let cell = Spot { place: "order_contacts".to_owned(), row: opened.rows[0].row, field: Some("address".to_owned()) };
    let whole = Spot { row: opened.rows[1].row, field: None, ..cell.clone() };
    let odd = Spot { field: Some("subject_id".to_owned()), ..cell.clone() };
    assert_eq!(code(requests::leave_out(tools, &both, at, (odd, LeftOut::NotTheirs), reason(), None).await), "INVALID");
    requests::leave_out(tools, &both, at, (cell.clone(), LeftOut::OthersRights), reason(), None)
        .await
        .expect("left out");
    let again = requests::leave_out(tools, &both, at, (cell, LeftOut::OthersRights), reason(), None).await;
    assert_eq!(code(again), "LEFT_OUT");
    requests::leave_out(tools, &both, at, (whole, LeftOut::NotTheirs), reason(), None).await.expect("left out");
    asked.works().await;
    let stands = asked.packages().await;
    assert_eq!(stands.iter().map(|one| one.state).collect::<Vec<_>>()[..1], [PackageState::Made]);
    assert_eq!((stands[0].number, stands[0].made.expect("made").left_out), (3, 2));
    assert!(stands[1..].iter().all(|one| one.state == PackageState::Replaced));

    let read = stands[0].made.expect("made").manifest;
    let release = async |by: &Caller, read: [u8; 32]| code(requests::release_package(tools, by, at, read, None).await);
    assert_eq!(release(&scene.support, read).await, "FORBIDDEN");
    assert_eq!(release(&both, read).await, "SECOND_PERSON");
    assert_eq!(release(&scene.approver, first.made.expect("made").manifest).await, "PACKAGE_CHANGED");
    let released = asked.released().await;
    assert_eq!(released.released.map(|release| release.by), scene.approver.staff_id());
    assert_eq!(release(&scene.approver, read).await, "RELEASED");
    let told = scene.lines("select action as line from audit_events where action like 'package.%' order by seq");
    assert_eq!(told.iter().filter(|action| *action == "package.left_out").count(), 2, "{told:?}");
    assert_eq!(told.last().map(String::as_str), Some("package.released"));
    let reasons = scene.lines("select encode(reason, 'escape') as line from package_redactions");
    assert!(reasons.iter().all(|reason| !reason.contains("neighbour")), "a reason stands in clear");

    let desk = scene.world.serve().await;
    let page = asked.own_page(&desk).await;
    let linked = pressed(&desk, &page, LINK).await;
    let answer = consumed(&desk, &sent(&linked, PAGE), None).await;
    let (to, cookie) = led_on(&answer);
    let files = unpacked(&file(&desk, &to, &cookie, None).await.2, &passphrase_on(&page));
    let contacts = rows(&files, "order_contacts");
    assert_eq!((contacts.len(), contacts.iter().filter(|row| row["address"].is_none()).count()), (2, 1));
    let withheld: Value = serde_json::from_slice(&files["withheld.json"]).expect("JSON");
    let why: Vec<&str> =
        withheld["by_staff"].as_array().expect("a list").iter().filter_map(|one| one["why"].as_str()).collect();
    assert!(why.contains(&"others_rights") && why.contains(&"not_theirs") && why.len() == 2, "{withheld}");

    // What ended is swept: its file first, then its name.
    asked.sweeps().await;
    let lie: Vec<_> = tools.blobs.list(Kind::Package).try_collect().await.expect("a list");
    assert_eq!(lie.len(), 1, "only the one that stands lies there");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_number_by_which_somebody_else_is_known_is_not_handed_out() {
    let number = || Some(Personal::new("+49 170 1112223"));
    let neighbours = Order { mail: None, phone: number(), ..order("8", ASHA, 1) };
    let own = Order { phone: number(), ..order("9", ASHA, 1) };
    let asked = Asked::approved_with(Right::Access, vec![Good::Order(neighbours), Good::Order(own)], None).await;
    assert_eq!(asked.packages().await[0].made.expect("made").left_out, 1);
    asked.released().await;
    let desk = asked.scene.world.serve().await;
    let page = asked.own_page(&desk).await;
    let linked = pressed(&desk, &page, LINK).await;
    let (to, cookie) = led_on(&consumed(&desk, &sent(&linked, PAGE), None).await);
    let files = unpacked(&file(&desk, &to, &cookie, None).await.2, &passphrase_on(&page));
    let contacts = rows(&files, "order_contacts");
    assert!(contacts.len() == 3 && contacts.iter().all(|row| row["phone"].is_none()), "{contacts:?}");
    let withheld: Value = serde_json::from_slice(&files["withheld.json"]).expect("JSON");
    assert_eq!(withheld["of_others"], serde_json::json!([{ "table": "order_contacts", "column": "phone", "rows": 1 }]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_is_used_once_and_what_breaks_off_is_resumed_by_the_same_browser() {
    let asked = Asked::approved(Right::Access).await;
    asked.released().await;
    let desk = asked.scene.world.serve().await;
    let page = asked.own_page(&desk).await;
    let linked = pressed(&desk, &page, LINK).await;
    assert_eq!(linked.status, 200);
    let form = sent(&linked, PAGE);
    let token = form.1.iter().find(|(name, _)| name == "token").expect("a token").1.clone();
    let path = format!("{PAGE}?token={token}&lang=en");

    // Whoever looks ahead of the person uses nothing.
    for _ in 0..3 {
        let looked = Page::open(&desk, &path).await;
        assert_eq!(
            (looked.status, looked.header("cache-control"), looked.header("referrer-policy")),
            (200, "no-store", "no-referrer")
        );
        assert!(looked.headers.get("set-cookie").is_none());
        let head = browser().head(format!("{}{path}", desk.url())).send().await.expect("an answer");
        assert_eq!(head.status().as_u16(), 200);
        assert_eq!(fetch(&desk, &format!("{PAGE}/file?token={token}"), &[]).await.status().as_u16(), 410);
    }
    let used = "select count(used_at)::text || ' ' || count(*) as line from package_links";
    assert_eq!(asked.scene.lines(used), ["0 1"]);
    assert!(asked.scene.lines("select l::text as line from package_links l").iter().all(|row| !row.contains(&token)));

    let answers = join_all((0..100).map(|_| consumed(&desk, &form, None))).await;
    let (won, lost): (Vec<&Response>, Vec<&Response>) = answers.iter().partition(|answer| answer.status() == 303);
    assert_eq!((won.len(), lost.len()), (1, 99));
    assert!(lost.iter().all(|answer| answer.status().as_u16() == 410));
    assert_eq!(asked.scene.lines(used), ["1 1"]);
    let (to, cookie) = led_on(won[0]);

    let (status, headers, whole) = file(&desk, &to, &cookie, None).await;
    assert_eq!((status, said(&headers, "accept-ranges")), (200, "bytes"));
    let (status, headers, rest) = file(&desk, &to, &cookie, Some("bytes=100-")).await;
    assert_eq!((status, rest.as_slice()), (206, &whole[100..]));
    let range = format!("bytes 100-{}/{}", whole.len() - 1, whole.len());
    assert_eq!(said(&headers, "content-range"), range);
    assert_eq!(file(&desk, &to, &cookie, Some(&format!("bytes={}-", whole.len()))).await.0, 416);
    assert_eq!(file(&desk, &to, "rd_package=another", None).await.0, 410, "another browser goes on with it");
    assert_eq!(consumed(&desk, &form, Some(&cookie)).await.status().as_u16(), 303, "the same one is led back");
    asked.scene.world.later(Duration::minutes(10));
    assert_eq!(file(&desk, &to, &cookie, Some("bytes=100-")).await.0, 410);
    assert_eq!(consumed(&desk, &form, Some(&cookie)).await.status().as_u16(), 410);
    assert_eq!(Page::open(&desk, &path).await.status, 410);

    // Another link may be made while the package is there, and ends the one before; each has its day.
    let page = asked.own_page(&desk).await;
    let second = pressed(&desk, &page, LINK).await;
    let third = pressed(&desk, &page, LINK).await;
    assert_eq!(consumed(&desk, &sent(&second, PAGE), None).await.status().as_u16(), 410);
    asked.scene.world.later(Duration::hours(24));
    let late = sent(&third, PAGE);
    let token = late.1.iter().find(|(name, _)| name == "token").expect("a token").1.clone();
    let gone = Page::open(&desk, &format!("{PAGE}?token={token}&lang=de")).await;
    assert_eq!((gone.status, gone.one("h1").text().as_str()), (410, "Dieser Link führt nirgendwohin mehr"));
    let made_up = Page::open(&desk, &format!("{PAGE}?token=rdp_made_up&lang=de")).await;
    assert_eq!((made_up.status, made_up.text), (410, gone.text), "what never led anywhere is told from what is over");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_let_go_or_cut_of_a_request_that_is_over() {
    let asked = Asked::approved(Right::Access).await;
    let (scene, at) = (&asked.scene, asked.at);
    let tools = &scene.world.tools;
    let read = asked.packages().await.remove(0).made.expect("it lies there").manifest;
    requests::withdraw(tools, &scene.support, at, None, None).await.expect("taken back");
    let released = requests::release_package(tools, &scene.approver, at, read, None).await;
    assert_eq!(code(released), "ILLEGAL_STEP");
    let spot = Spot { place: "orders".to_owned(), row: uuid::Uuid::nil(), field: None };
    let cut = (spot, LeftOut::OthersRights);
    let cut = requests::leave_out(tools, &scene.support, at, cut, Personal::new("a neighbour's"), None).await;
    assert_eq!(code(cut), "ILLEGAL_STEP");
    assert_eq!(asked.packages().await.len(), 1, "and none is made anew");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_that_nobody_lets_go_does_not_lie_there_for_ever() {
    let asked = Asked::approved(Right::Access).await;
    let (scene, tools) = (&asked.scene, &asked.scene.world.tools);
    assert_eq!(asked.packages().await[0].state, PackageState::Made);
    let words = Personal::new("She was shown all of it at the counter.");
    requests::settle_by_hand(tools, &scene.support, asked.at, None, true, words, None).await.expect("settled");
    asked.sweeps().await;
    let package = asked.packages().await.remove(0);
    assert_eq!((package.state, package.file), (PackageState::Gone, None));
    let lie: Vec<_> = tools.blobs.list(Kind::Package).try_collect().await.expect("a list");
    assert!(lie.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_erased_takes_packages_and_links_along() {
    let asked = Asked::approved(Right::Access).await;
    asked.released().await;
    let (scene, tools) = (&asked.scene, &asked.scene.world.tools);
    let desk = scene.world.serve().await;
    let page = asked.own_page(&desk).await;
    let linked = pressed(&desk, &page, LINK).await;
    let form = sent(&linked, PAGE);
    let answer = consumed(&desk, &form, None).await;
    let (to, cookie) = led_on(&answer);
    assert_eq!(file(&desk, &to, &cookie, None).await.0, 200);
    let linked_again = sent(&pressed(&desk, &asked.own_page(&desk).await, LINK).await, PAGE);

    for gone in [1, 0] {
        let lane = scene.world.scope(scene.tenant);
        assert_eq!(clear(tools, &lane, &[asked.subject]).await.expect("cleared"), gone, "run again it finds nothing");
    }
    assert_eq!(file(&desk, &to, &cookie, None).await.0, 410);
    for form in [&form, &linked_again] {
        assert_eq!(consumed(&desk, form, Some(&cookie)).await.status().as_u16(), 410);
    }
    assert!(asked.own_page(&desk).await.root.all("code").is_empty());
    let lie: Vec<_> = tools.blobs.list(Kind::Package).try_collect().await.expect("a list");
    assert!(lie.is_empty());
    let stands = "select state || ' ' || (opener is null) || ' ' || (blob_id is null) as line from request_packages";
    assert_eq!(scene.lines(stands), ["gone true true"]);
    assert!(scene.lines("select 'x' as line from package_subjects").is_empty());
    assert!(scene.lines("select 'x' as line from keyholes where kind = 'package_link'").is_empty());
    let told = scene.lines(
        "select action as line from audit_events
          where action in ('package.ended', 'package.cleared', 'package.all_ended', 'package.all_cleared') order by seq",
    );
    assert_eq!(told, ["package.all_ended", "package.all_cleared"], "each looked whether somebody holds the person");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whose_erasure_was_broken_off_by_a_hold_keeps_what_leads_to_their_packages() {
    let asked = Asked::approved(Right::Access).await;
    asked.released().await;
    let (scene, tools) = (&asked.scene, &asked.scene.world.tools);
    // As if a worker had died when everything had ended and nothing was gone.
    scene.world.base.tamper("update request_packages set state = 'gone', ended_at = now(), opener = null");
    let named = "select (p.blob_id is not null)::text as line from request_packages p
                   join package_subjects s on s.tenant_id = p.tenant_id and s.package_id = p.id";
    let (lane, whom) = (scene.world.scope(scene.tenant), [asked.subject]);
    let new = NewHold { kind: HoldKind::Litigation, order: None, reason: Personal::new("she sued"), review_on: None };
    let hold = requests::place_hold(tools, &scene.support, asked.at, new, None).await.expect("held");
    assert!(matches!(clear(tools, &lane, &whom).await, Err(Error::Conflict)));
    assert_eq!(scene.lines(named), ["true"]);
    let released = requests::release_hold(tools, &scene.approver, Ref::new(scene.tenant, hold.id), None).await;
    released.expect("let go");
    assert_eq!(clear(tools, &lane, &whom).await.expect("cleared"), 1, "whoever runs it again finds what is left");
    assert!(scene.lines(named).is_empty());
    let lie: Vec<_> = tools.blobs.list(Kind::Package).try_collect().await.expect("a list");
    assert!(lie.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_taken_along_came_from_the_person() {
    let asked = Asked::approved(Right::Portability).await;
    let package = asked.released().await;
    assert!(package.is_given);
    let desk = asked.scene.world.serve().await;
    let page = asked.own_page(&desk).await;
    let linked = pressed(&desk, &page, LINK).await;
    let answer = consumed(&desk, &sent(&linked, PAGE), None).await;
    let (to, cookie) = led_on(&answer);
    let files = unpacked(&file(&desk, &to, &cookie, None).await.2, &passphrase_on(&page));
    for (table, held) in asked.held(true).await {
        assert_eq!(sorted(rows(&files, &table)), sorted(held), "{table}");
    }
    for others in ["ledger_entries", "disclosures", "access_log", "shipments"] {
        assert!(!files.contains_key(&format!("data/{others}.json")), "{others} did not come from her");
    }
}
