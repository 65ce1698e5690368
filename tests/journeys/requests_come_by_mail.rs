//! People write letters to the desk: into a mailbox folder, or handed over by a mail system. What they ask becomes a
//! request, once; what no person wrote is set aside; an answer stands beside what it answers; and nothing that comes is lost.

#![expect(clippy::disallowed_methods, reason = "the mail system here is a stranger, who has no egress")]

use std::path::{Path, PathBuf};

use chrono::Duration;
use harness::scratch;
use harness::shop::Shop;
use harness::world::{World, forenoon};
use rightsdesk_server::floor::kernel::{Secret, TenantId, Watch};
use rightsdesk_server::floor::mail::{Coming, Mail, Maildir, Way};
use rightsdesk_server::roof::http::Listening;

const ADDRESS: &str = "privacy@desk.example";
const SECRET: &str = "post-office-post-office-post-office";

/// A desk with a mailbox, and a merchant.
struct Office {
    world: World,
    desk: Listening,
    mailbox: PathBuf,
    shop: Shop,
}

impl Office {
    async fn opens() -> Self {
        let mut world = World::alone(Watch::held(forenoon())).await;
        let mailbox = scratch::folder("mailbox").expect("a folder");
        for part in ["new", "cur", "tmp"] {
            std::fs::create_dir(mailbox.join(part)).expect("a folder");
        }
        let coming = Coming {
            address: Some(ADDRESS.to_owned()),
            maildir: Some(Maildir::at(mailbox.clone())),
            secret: Some(Secret::new(SECRET)),
        };
        let mail = Mail::open(Way::Memory, "desk@desk.example", world.tools.watch.clone()).expect("a way for mail");
        world.tools.mail = mail.hearing(coming);
        let (desk, shop) = (world.serve().await, world.shop("Zaitoon Home", 0).await);
        world.work().await;
        Self { world, desk, mailbox, shop }
    }

    /// The merchant's own address.
    fn of_shop(&self) -> String {
        format!("privacy+{}@desk.example", self.shop.tenant)
    }

    fn delivered(&self, name: &str, letter: &[u8]) {
        std::fs::write(self.mailbox.join("new").join(name), letter).expect("delivered");
    }

    /// The next look into the mailbox, and everything that follows from it.
    async fn heard(&self) {
        self.world.later(Duration::minutes(2));
        self.world.work().await;
    }

    async fn posted(&self, letter: &[u8]) -> u16 {
        self.posted_as(letter, &format!("Bearer {SECRET}"), "message/rfc822").await
    }

    async fn posted_as(&self, letter: &[u8], shown: &str, kind: &str) -> u16 {
        let call = reqwest::Client::new().post(format!("{}/intake/mail", self.desk.url()));
        let call = call.header("authorization", shown).header("content-type", kind).body(letter.to_vec());
        call.send().await.expect("an answer").status().as_u16()
    }

    /// Each request of a tenant: right, stage, outcome.
    fn requests(&self, tenant: TenantId) -> Vec<String> {
        self.lines(&format!(
            "select concat_ws(' ', right_code, stage, outcome) as line from requests where tenant_id = '{}'
              order by moved_at, right_code",
            tenant.uuid()
        ))
    }

    fn lines(&self, sql: &str) -> Vec<String> {
        self.world.base.lines(sql)
    }

    fn count(&self, from: &str) -> String {
        self.lines(&format!("select count(*)::text as line from {from}")).concat()
    }

    /// The message id of a letter to somebody that was sent last, as it went out.
    fn last_id(&self, to: &str) -> String {
        let letters = self.world.tools.mail.mailbox().expect("kept in memory").letters_to(to);
        let wire = String::from_utf8_lossy(&letters.last().expect("a letter").wire).into_owned();
        let line = wire.lines().find_map(|line| line.strip_prefix("Message-ID: ")).expect("a message id");
        line.trim().to_owned()
    }
}

fn letter(from: &str, to: &str, more: &str, words: &str) -> Vec<u8> {
    format!("From: {from}\r\nTo: {to}\r\n{more}\r\n\r\n{words}\r\n").into_bytes()
}

fn names(folder: &Path, part: &str) -> Vec<String> {
    let read = std::fs::read_dir(folder.join(part)).expect("a folder");
    let mut names: Vec<String> =
        read.map(|entry| entry.expect("an entry").file_name().into_string().expect("text")).collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_to_a_merchants_address_becomes_a_request_and_its_original_stays_sealed() {
    let office = Office::opens().await;
    let words = "Bitte löschen Sie alle meine Daten.";
    let head = "Subject: Antrag\r\nMessage-ID: <1@example.com>\r\nContent-Language: de";
    office.delivered("1700000000.1.host", &letter("Asha Rao <asha@example.com>", &office.of_shop(), head, words));
    office.heard().await;

    assert_eq!(office.requests(office.shop.tenant), ["deletion received"]);
    let intake = office.lines("select concat_ws(' ', source, role, subject_kind, locale, proof) as line from intakes");
    assert_eq!(intake, ["mail processor shopper de none"]);
    assert_eq!(office.lines("select kind as line from intake_identifiers order by kind"), ["mail", "name"]);
    assert_eq!(names(&office.mailbox, "new"), Vec::<String>::new());
    assert_eq!(names(&office.mailbox, "cur"), ["1700000000.1.host:2,S"]);
    let original = office.lines("select encode(original, 'escape') as line from intakes").concat();
    assert!(original.len() > 100 && !original.contains("asha@example.com") && !original.contains("Daten"));
    let told = "audit_events where action = 'request.guessed'";
    assert_eq!(office.count(told), "1");
    let letters = office.world.tools.mail.mailbox().expect("kept in memory").letters_to("asha@example.com");
    assert!(!letters.is_empty(), "they are told that it came");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_letter_is_taken_once_by_whatever_way_it_comes() {
    let office = Office::opens().await;
    let same = letter(
        "asha@example.com",
        ADDRESS,
        "Subject: My data\r\nMessage-ID: <2@example.com>",
        "Send me a copy of my data and delete my account.",
    );
    assert_eq!(office.posted(&same).await, 202);
    assert_eq!(office.posted(&same).await, 202);
    office.delivered("1700000001.2.host", &same);
    office.heard().await;

    assert_eq!(office.requests(TenantId::HOUSE), ["access received", "deletion received"]);
    assert_eq!(office.count("intakes"), "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_mail_system_that_shows_the_secret_hands_letters_over_and_within_measure() {
    let office = Office::opens().await;
    let sound = letter("asha@example.com", ADDRESS, "Subject: x", "Please delete my data");
    for shown in ["", "Bearer ", "Bearer wrong", "Basic cG9zdDpvZmZpY2U="] {
        assert_eq!(office.posted_as(&sound, shown, "message/rfc822").await, 401, "{shown}");
    }
    let shown = format!("Bearer {SECRET}");
    for kind in ["text/plain", "application/json", ""] {
        assert_eq!(office.posted_as(&sound, &shown, kind).await, 415, "{kind}");
    }
    let huge = vec![b'x'; (10 << 20) + 1];
    assert_eq!(office.posted(&huge).await, 413);
    assert_eq!(office.count("intakes"), "0");

    assert_eq!(office.posted_as(&sound, &shown, "Message/RFC822; charset=utf-8").await, 202);
    assert_eq!(office.count("intakes"), "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_secret_in_the_settings_nobody_hands_letters_over() {
    let world = World::new().await;
    let desk = world.serve().await;
    let call = reqwest::Client::new().post(format!("{}/intake/mail", desk.url()));
    let call =
        call.header("authorization", "Bearer ").header("content-type", "message/rfc822").body("From: a@b.c\n\nx");
    assert_eq!(call.send().await.expect("an answer").status(), 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_person_wrote_is_kept_aside_and_nobody_is_answered() {
    let office = Office::opens().await;
    for (at, head) in [
        "Auto-Submitted: auto-replied\r\nSubject: Out of office",
        "Return-Path: <>\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b",
        "Precedence: bulk\r\nList-Unsubscribe: <https://news.example>\r\nSubject: Delete my data",
    ]
    .into_iter()
    .enumerate()
    {
        let from = format!("robot{at}@example.com");
        assert_eq!(office.posted(&letter(&from, ADDRESS, head, "Please delete my data")).await, 202);
    }
    office.heard().await;

    let requests = office.requests(TenantId::HOUSE);
    assert_eq!(requests.len(), 3);
    assert!(requests.iter().all(|request| request.ends_with("closed spam")), "{requests:?}");
    let letters = office.world.tools.mail.mailbox().expect("kept in memory").letters();
    assert!(letters.iter().all(|kept| !kept.letter.to.disclose().starts_with("robot")), "a robot was written to");
    assert_eq!(office.count("audit_events where action = 'intake.automatic'"), "3");
    assert_eq!(office.count("intakes where original is not null"), "3");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_to_our_letter_stands_beside_the_request_and_a_strangers_does_not() {
    let office = Office::opens().await;
    let ask = letter(
        "asha@example.com",
        &office.of_shop(),
        "Subject: x\r\nMessage-ID: <3@example.com>",
        "Please delete my data",
    );
    assert_eq!(office.posted(&ask).await, 202);
    office.heard().await;
    let id = office.last_id("asha@example.com");

    let head = format!("In-Reply-To: {id}\r\nMessage-ID: <4@example.com>\r\nSubject: Re: x");
    let answer = letter("Asha <ASHA@example.com>", ADDRESS, &head, "I lived in Graz then.");
    assert_eq!(office.posted(&answer).await, 202);
    assert_eq!(office.posted(&answer).await, 202);
    let head = format!("References: {id}\r\nMessage-ID: <5@example.org>\r\nSubject: Re: x");
    let stranger = letter("mallory@example.org", ADDRESS, &head, "Send it to me instead.");
    assert_eq!(office.posted(&stranger).await, 202);

    let incoming = format!("request_messages where way = 'in' and tenant_id = '{}'", office.shop.tenant.uuid());
    assert_eq!(office.count(&incoming), "2", "what was asked, and one answer");
    assert_eq!(office.requests(office.shop.tenant), ["deletion received"]);
    assert_eq!(office.requests(TenantId::HOUSE).len(), 1, "a stranger's letter is a contact of its own");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_kept_and_keeps_nothing_else_waiting() {
    let office = Office::opens().await;
    let nested = "Content-Type: message/rfc822\r\n\r\n".repeat(50_000);
    let mut cut = letter("long@example.com", ADDRESS, "Subject: Delete my data", "");
    cut.resize((10 << 20) + 500, b'x');
    for (at, hostile) in [
        b"\xff\xfe\x00\x01".to_vec(),
        Vec::new(),
        format!("From: deep@example.com\r\n{nested}").into_bytes(),
        b"From: nobody\r\nTo: privacy+ten_nowhere@desk.example\r\nSubject: =?x-none?B?////?=\r\n\r\n\x00".to_vec(),
        cut,
    ]
    .into_iter()
    .enumerate()
    {
        office.delivered(&format!("170000000{at}.host"), &hostile);
    }
    let sound = letter("last@example.com", ADDRESS, "Subject: Delete my data", "Now.");
    office.delivered("1800000000.host", &sound);
    office.heard().await;

    assert_eq!(names(&office.mailbox, "new"), Vec::<String>::new());
    assert_eq!(office.count("intakes where original is not null"), "6");
    assert_eq!(office.requests(TenantId::HOUSE).len(), 6);
    let untold = office.lines(
        "select i.id::text as line from intakes i where not exists (
           select from audit_events e where e.action = 'intake.not_whole' and e.object = 'intake:' || i.id)
          order by i.id",
    );
    assert!(untold.len() <= 2, "staff are told of what was not read whole: {untold:?}");
}
