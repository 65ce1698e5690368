//! The list of sub-processors changes: it is announced, everyone who wants to know is told once, a merchant objects and is
//! answered, and only then does it hold.

use std::sync::Arc;
use std::time::Duration as StdDuration;

use chrono::Duration;
use harness::asked::{ask, desk_seat, done, refused};
use harness::draft::Draft;
use harness::page::fetch;
use harness::post::{Post, token_in};
use harness::shop::Shop;
use harness::world::World;
use rightsdesk_server::floor::access::{Bounds, Caller, Permission, Role, Seat};
use rightsdesk_server::floor::jobs::{Pace, Worker};
use rightsdesk_server::floor::kernel::{ApiKeyId, Error, Instant, Personal, PolicyId, TenantId, Watch};
use rightsdesk_server::floor::ledger::{Event, Witnessed};
use rightsdesk_server::floor::policy::{Adopted, Moment, Turn, parse, shipped};
use rightsdesk_server::processors::{self, FeedOf, ProcessorState};
use rightsdesk_server::roof::workers;
use serde_json::{Value, json};

const LIST: &str =
    "{ processors { totalCount nodes { id code name state listedOn endsOn objectionUntil regions transfer
  receives { what form } versions { policyVersion fromOn inForceAt untilOn withdrawnAt regions } } } }";
const NOTICES: &str =
    "{ notices { nodes { id kind policyVersion effectiveOn objectionUntil withdrawnAt text reached waiting
  failed processor { code } } } }";
const OBJECT: &str = "mutation ($input: ObjectToNoticeInput!) { objectToNotice(input: $input) {
  objection { id state answerBy by answeredAt tenant { legalName } notice { kind } reason { masked } }
  userErrors { code message } } }";
const ANSWER: &str = "mutation ($input: AnswerObjectionInput!) { answerObjection(input: $input) {
  objection { state answeredBy answer { masked } } userErrors { code } } }";
const REVEAL: &str = "mutation ($input: RevealObjectionInput!) { revealObjection(input: $input) {
  revealed { reason answer accessId } userErrors { code } } }";

const POSTMARK: &str = r#"
[[recipient]]
code = "postmark"
name = "Postmark"
kind = "processor"
service = { en = "Mail", hi = "डाक" }
purposes = ["notices"]
regions = ["US", "IE"]
transfer = "standard_clauses"
agreement = 2026-08-01
receives = [{ what = ["account.email"], form = "raw" }]
"#;

/// A desk, and the versions of its policy that come and go.
struct Estate {
    world: World,
    shop: Shop,
}

impl Estate {
    async fn founded() -> Self {
        let world = World::alone(Watch::held(Instant::from_micros(1_790_000_000_000_000))).await;
        let shop = world.shop("Meera Crafts", 0).await;
        Self { world, shop }
    }

    /// Addresses that said yes.
    async fn told(&self, addresses: usize, locale: &str) -> Vec<String> {
        let mut told = Vec::new();
        for number in 0..addresses {
            let mail = format!("{locale}.{number}@shop.example");
            processors::ask_by_mail(&self.world.tools, Some(&mail), Personal::new(&mail), locale).await.expect("asked");
            self.world.work().await;
            let mailbox = self.world.tools.mail.mailbox().expect("letters are kept in memory");
            let letter = mailbox.letters_to(&mail).pop().expect("a letter").letter.text;
            assert!(processors::confirm(&self.world.tools, &token_in(&letter)).await.expect("confirmed"));
            mailbox.empty();
            told.push(mail);
        }
        told
    }

    async fn turn(&self, before: &Adopted, after: &Adopted, moment: Moment) -> Result<(), Error> {
        let vault = self.world.tools.vault.clone();
        let adopted = |one: &Adopted| Adopted { id: one.id, policy: one.policy.clone() };
        let (before, after) = (adopted(before), adopted(after));
        let written = self.world.ledger.write(self.world.scope(TenantId::HOUSE), move |tx| {
            let turn = Turn { before: Some(&before), after: &after, moment };
            let events = processors::follow(tx, &vault, &turn)?;
            let first = Witnessed::new((), Event::new("test.turned", "policy", after.id.uuid()));
            Ok(events.into_iter().fold(first, Witnessed::and))
        });
        written.await
    }

    async fn asked(&self, document: &str) -> Value {
        let answer = ask(&self.world, Some(&self.ops()), document, json!({})).await;
        assert!(answer.get("errors").is_none(), "{answer}");
        answer["data"].clone()
    }

    async fn processor(&self, code: &str) -> Value {
        let listed = self.asked(LIST).await["processors"]["nodes"].clone();
        let found = listed.as_array().expect("nodes").iter().find(|node| node["code"] == code).cloned();
        found.unwrap_or_else(|| panic!("{code} is not on the list"))
    }

    async fn notices(&self) -> Vec<Value> {
        self.asked(NOTICES).await["notices"]["nodes"].as_array().expect("nodes").clone()
    }

    fn ops(&self) -> Caller {
        desk_seat(&self.world, &[Role::Ops])
    }

    /// The merchant's own key.
    fn merchant(&self) -> Caller {
        let seat = Seat::new(&[], &[Permission::SeeTenants], Bounds::Named(vec![self.shop.tenant]));
        Caller::api_key(ApiKeyId::fresh(), seat)
    }
}

fn first() -> Adopted {
    let text = shipped("sooperseller").expect("a policy that comes along");
    Adopted { id: PolicyId::fresh(), policy: parse(text).expect("sound") }
}

/// M&P, as the first policy has it.
fn mnp() -> &'static str {
    let text = shipped("sooperseller").expect("a policy that comes along");
    let here = &text[text.find("[[recipient]]\ncode = \"mnp\"").expect("M&P")..];
    here.split("\n\n").next().expect("its end")
}

/// The first policy with other words in it, as a version that holds from a day on.
fn version(number: u32, day: &str, more: &str, changes: &[(&str, &str)]) -> Adopted {
    let draft = Draft::of("sooperseller").version(number, day);
    let draft = changes.iter().fold(draft, |draft, (from, to)| draft.saying(from, to));
    Adopted { id: PolicyId::fresh(), policy: parse(&draft.and(more).text()).expect("sound") }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_sub_processor_is_announced_objected_to_settled_and_comes() {
    let estate = Estate::founded().await;
    let world = &estate.world;
    let listed = estate.asked(LIST).await["processors"].clone();
    assert_eq!(listed["totalCount"], 4);
    assert!(listed["nodes"].as_array().expect("nodes").iter().all(|node| node["state"] == "IN_FORCE"), "{listed}");
    assert!(estate.notices().await.is_empty(), "the first list is announced to nobody");
    let (english, hindi) = (estate.told(2, "en").await, estate.told(1, "hi").await);

    let (before, after) = (first(), version(2, "2026-11-01", POSTMARK, &[]));
    estate.turn(&before, &after, Moment::Published).await.expect("announced");
    let postmark = estate.processor("postmark").await;
    assert_eq!(
        (&postmark["state"], &postmark["objectionUntil"], &postmark["listedOn"]),
        (&json!("ANNOUNCED"), &json!("2026-10-21"), &json!("2026-09-21"))
    );
    assert_eq!(postmark["receives"], json!([{ "what": "Account Data: Email", "form": "RAW" }]));
    let notices = estate.notices().await;
    assert_eq!(notices.len(), 1, "{notices:?}");
    assert_eq!(
        (&notices[0]["kind"], &notices[0]["waiting"], &notices[0]["reached"]),
        (&json!("ADDED"), &json!(3), &json!(0))
    );

    while world.work().await > 0 {}
    let mailbox = world.tools.mail.mailbox().expect("letters are kept in memory");
    assert_eq!(mailbox.letters().len(), 3);
    let to_english = mailbox.letters_to(&english[0])[0].clone();
    let wire = String::from_utf8_lossy(&to_english.wire).into_owned();
    assert!(wire.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click"), "{wire}");
    assert!(to_english.letter.text.contains("From 2026-11-01, SooperSeller uses Postmark as a sub-processor."));
    assert!(to_english.letter.text.contains("https://desk.example/trust/notices/leave?token=rdn_"));
    let to_hindi = mailbox.letters_to(&hindi[0])[0].letter.clone();
    assert!(to_hindi.text.contains("डाक") && to_hindi.text.contains("आपत्ति"), "{}", to_hindi.text);
    let notice = estate.notices().await[0].clone();
    assert_eq!((&notice["reached"], &notice["waiting"], &notice["failed"]), (&json!(3), &json!(0), &json!(0)));

    let merchant = estate.merchant();
    let no =
        json!({ "notice": notice["id"], "tenant": estate.shop.id, "reason": "Not without our consent, says Asma" });
    let objection = done(world, &merchant, OBJECT, no.clone()).await["objection"].clone();
    assert_eq!((&objection["state"], &objection["answerBy"]), (&json!("OPEN"), &json!("2026-11-01")));
    assert!(!objection.to_string().contains("Asma"), "{objection}");
    assert_eq!(refused(world, &merchant, OBJECT, no.clone()).await, "TAKEN");
    world.later(Duration::days(41));
    let kept = estate.turn(&before, &after, Moment::InForce).await;
    assert!(matches!(&kept, Err(Error::Refused(no)) if no.why.contains("stays announced")), "{kept:?}");
    assert_eq!(estate.processor("postmark").await["state"], "ANNOUNCED");
    let late = ask(world, Some(&merchant), OBJECT, json!({ "input": no })).await;
    let said = late["data"]["objectToNotice"]["userErrors"][0].clone();
    assert_eq!(said, json!({ "code": "EXPIRED", "message": "objections to this notice were taken until 2026-10-21" }));

    let opened = done(world, &estate.ops(), REVEAL, json!({ "id": objection["id"] })).await["revealed"].clone();
    assert_eq!((&opened["reason"], &opened["answer"]), (&json!("Not without our consent, says Asma"), &Value::Null));
    let settled = json!({ "id": objection["id"], "state": "SETTLED", "answer": "Your mails stay in the EU" });
    assert_eq!(refused(world, &merchant, ANSWER, settled.clone()).await, "FORBIDDEN");
    done(world, &estate.ops(), ANSWER, settled.clone()).await;
    assert_eq!(refused(world, &estate.ops(), ANSWER, settled).await, "REFUSED");
    let opened = done(world, &merchant, REVEAL, json!({ "id": objection["id"] })).await["revealed"].clone();
    assert_eq!(opened["answer"], "Your mails stay in the EU");
    let looks = world.base.lines(
        "select split_part(actor, ':', 1) || ' ' || split_part(purpose, ':', 1) as line from access_log
          where view = 'objections.words' order by at, id",
    );
    assert_eq!(looks, ["staff reveal", "house reveal for key"]);

    estate.turn(&before, &after, Moment::InForce).await.expect("it holds");
    let postmark = estate.processor("postmark").await;
    assert_eq!((&postmark["state"], &postmark["objectionUntil"]), (&json!("IN_FORCE"), &Value::Null));
    assert!(postmark["versions"][0]["inForceAt"].is_string(), "{postmark}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_that_dies_among_the_letters_leaves_nobody_out_and_tells_nobody_another_thing() {
    let estate = Estate::founded().await;
    let world = &estate.world;
    let told = estate.told(24, "en").await;
    estate.turn(&first(), &version(2, "2026-11-01", POSTMARK, &[]), Moment::Published).await.expect("announced");
    let mailbox = world.tools.mail.mailbox().expect("letters are kept in memory");

    let pace =
        Pace { lease: StdDuration::from_millis(600), first_retry: StdDuration::from_millis(10), ..Pace::default() };
    let worker = || {
        let registry = workers::registry().with(&world.tools);
        Worker::new(&world.ledger, world.tools.watch.clone(), registry, pace.clone())
    };
    let dying = worker();
    let hand = tokio::spawn(async move { dying.serve(std::future::pending()).await });
    while mailbox.letters().len() < 5 {
        tokio::time::sleep(StdDuration::from_millis(1)).await;
    }
    hand.abort();
    assert!(hand.await.is_err_and(|ended| ended.is_cancelled()));
    let states = "select state || ' ' || count(*) as line from notice_deliveries group by state order by state";
    let left = world.base.lines(states);
    assert!(left.len() == 2 && left[1].starts_with("waiting"), "it died too late: {left:?}");

    let successor = worker();
    while world.base.lines(states) != ["sent 24"] {
        successor.step().await.expect("the queue answers");
        tokio::time::sleep(StdDuration::from_millis(50)).await;
    }
    world.base.tamper(
        "update jobs set state = 'ready', ended_at = null, retry_at = now(), crashes = 1 where name = 'deliver_notice';
         update lanes set suspect_at = now()",
    );
    successor.step().await.expect("the queue answers");

    for mail in &told {
        let mut ids: Vec<_> = mailbox.letters_to(mail).into_iter().map(|kept| kept.letter.message_id).collect();
        ids.dedup();
        assert_eq!(ids.len(), 1, "{mail} was told one thing");
    }
    // Whoever was written to at the very moment of its death may find the same letter twice, and nobody else.
    assert!(mailbox.letters().len() <= told.len() + 1, "{} letters", mailbox.letters().len());
    let proven = world.base.lines("select count(*)::text as line from audit_events where action = 'notice.sent'");
    assert_eq!(proven, ["24"]);
    let looked = world
        .base
        .lines("select distinct actor || ' ' || view as line from access_log where purpose = 'deliver_notice'");
    assert_eq!(looked, ["house subscribers.mail"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_that_takes_no_letters_is_tried_three_times_and_silences_nobody() {
    let mut estate = Estate::founded().await;
    estate.told(3, "en").await;
    let post = Post::refusing(Some("en.1@")).await;
    post.serve(&mut estate.world);
    estate.turn(&first(), &version(2, "2026-11-01", POSTMARK, &[]), Moment::Published).await.expect("announced");

    for (reached, waiting, failed) in [(2, 1, 0), (2, 1, 0), (2, 0, 1), (2, 0, 1)] {
        estate.world.work().await;
        let notice = estate.notices().await[0].clone();
        let standing = (&notice["reached"], &notice["waiting"], &notice["failed"]);
        assert_eq!(standing, (&json!(reached), &json!(waiting), &json!(failed)));
        // A quarter of an hour goes by for the queue.
        estate
            .world
            .base
            .tamper("update jobs set retry_at = now() where retry_at is not null; update lanes set retry_at = now()");
    }
    assert_eq!(post.letters().len(), 2, "each letter was taken once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_changes_and_what_leaves_is_told_and_a_withdrawn_version_leaves_all_as_it_was() {
    let estate = Estate::founded().await;
    let world = &estate.world;
    let before = first();
    // M&P leaves, PostEx is given the mail too, hosting is merely worded otherwise, and orders are kept for one year.
    let text = shipped("sooperseller").expect("a policy that comes along");
    let postex = text[text.find("code = \"postex\"").expect("PostEx")..].split("\n\n").next().expect("its end");
    let told = postex.replace("\"customer.phone\", ", "\"customer.phone\", \"customer.email\", ");
    let edits = [
        (mnp(), ""),
        (postex, told.as_str()),
        ("service = \"Infrastructure; all data, encrypted at rest\"", "service = \"Infrastructure\""),
        ("window = { years = 2 }", "window = { years = 1 }"),
    ];
    let after = version(2, "2026-11-01", "", &edits);
    estate.turn(&before, &after, Moment::Published).await.expect("announced");
    let mut kinds: Vec<_> =
        estate.notices().await.iter().map(|one| (text_of(one, "kind"), one["processor"]["code"].clone())).collect();
    kinds.sort_by(|one, other| one.0.cmp(&other.0));
    assert_eq!(
        kinds,
        [
            ("CHANGED".to_owned(), json!("postex")),
            ("POLICY_CHANGED".to_owned(), Value::Null),
            ("REMOVED".to_owned(), json!("mnp")),
        ]
    );
    let changed = estate.notices().await.into_iter().find(|one| one["kind"] == "CHANGED").expect("a notice");
    let said = text_of(&changed, "text");
    assert!(
        said.contains("Customer Data: Email (as it is)") && said.contains("before:") && !said.contains("PK"),
        "{said}"
    );
    let leaving = estate.processor("mnp").await;
    assert_eq!((&leaving["state"], &leaving["endsOn"]), (&json!("ENDING"), &json!("2026-11-01")));
    let hosting = estate.processor("hosting").await;
    assert_eq!((&hosting["versions"][0]["policyVersion"], &hosting["objectionUntil"]), (&json!(2), &Value::Null));
    let removal = estate.notices().await.into_iter().find(|one| one["kind"] == "REMOVED").expect("a notice");
    let merchant = estate.merchant();
    let no = |notice: &Value| json!({ "notice": notice["id"], "tenant": estate.shop.id, "reason": "No" });
    assert_eq!(refused(world, &merchant, OBJECT, no(&removal)).await, "REFUSED", "there is no window to object in");

    let upheld = done(world, &merchant, OBJECT, no(&changed)).await["objection"]["id"].clone();
    done(world, &estate.ops(), ANSWER, json!({ "id": upheld, "state": "UPHELD", "answer": "You are right" })).await;
    let kept = estate.turn(&before, &after, Moment::InForce).await;
    assert!(matches!(&kept, Err(Error::Refused(no)) if no.why.contains("withdraw the version")), "{kept:?}");
    let neighbour = world.shop("Neem Bazaar", 0).await;
    let seat = Seat::new(&[], &[Permission::SeeTenants], Bounds::Named(vec![neighbour.tenant]));
    let other = Caller::api_key(ApiKeyId::fresh(), seat);
    let open = json!({ "notice": changed["id"], "tenant": neighbour.id, "reason": "Nor us" });
    let open = done(world, &other, OBJECT, open).await["objection"].clone();
    let own = ask(world, Some(&other), "{ objections { totalCount nodes { id } } }", json!({})).await;
    assert_eq!(own["data"]["objections"], json!({ "totalCount": 1, "nodes": [{ "id": open["id"] }] }));

    estate.turn(&before, &after, Moment::Withdrawn).await.expect("withdrawn");
    let seen = "query ($id: ID!) { node(id: $id) { ... on Objection { state answeredAt answer { masked } } } }";
    let seen = ask(world, Some(&other), seen, json!({ "id": open["id"] })).await["data"]["node"].clone();
    assert_eq!((&seen["state"], &seen["answer"]), (&json!("SETTLED"), &Value::Null), "nothing is left to object to");
    for code in ["mnp", "postex", "hosting"] {
        let one = estate.processor(code).await;
        assert_eq!(
            (&one["state"], &one["endsOn"], &one["objectionUntil"]),
            (&json!("IN_FORCE"), &Value::Null, &Value::Null)
        );
    }
    let notices = estate.notices().await;
    assert!(
        notices.len() == 4 && text_of(&notices[0], "text").contains("takes back what was announced for 2026-11-01")
    );
    assert!(notices[1..].iter().all(|one| one["withdrawnAt"].is_string()) && notices[0]["withdrawnAt"].is_null());
    assert_eq!(refused(world, &merchant, OBJECT, no(&changed)).await, "REFUSED", "nothing is to come");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_left_may_come_again_after_the_window_that_was_promised_and_the_feed_tells_all_of_it() {
    let estate = Estate::founded().await;
    let world = &estate.world;
    let before = first();
    let again = version(3, "2026-12-01", "", &[(mnp(), "")]);
    estate.turn(&before, &again, Moment::Published).await.expect("announced");
    estate.turn(&before, &again, Moment::InForce).await.expect("it holds");
    let gone = estate.processor("mnp").await;
    assert_eq!((&gone["state"], &gone["versions"][0]["untilOn"]), (&json!("ENDED"), &json!("2026-12-01")));
    let back = version(4, "2027-01-01", "", &[]);
    estate.turn(&again, &back, Moment::Published).await.expect("announced");
    assert_eq!(estate.processor("mnp").await["state"], "ANNOUNCED", "who left may come again");
    estate.turn(&again, &back, Moment::Withdrawn).await.expect("withdrawn");
    let left = estate.processor("mnp").await;
    assert_eq!((&left["state"], &left["endsOn"]), (&json!("ENDED"), &json!("2026-12-01")), "it left the day it left");
    // A version that would let merchants object for no time at all does not shorten its own window.
    let back = version(5, "2027-01-01", "", &[("objection_days = 30", "objection_days = 0")]);
    estate.turn(&again, &back, Moment::Published).await.expect("announced");
    let early = estate.turn(&again, &back, Moment::InForce).await;
    assert!(matches!(&early, Err(Error::Refused(no)) if no.why.contains("may object until 2026-10-21")), "{early:?}");
    world.later(Duration::days(30));
    estate.turn(&again, &back, Moment::InForce).await.expect("it holds");
    let come = estate.processor("mnp").await;
    assert_eq!((&come["state"], come["versions"].as_array().map(Vec::len)), (&json!("IN_FORCE"), Some(3)));

    let notices = processors::history(&world.tools).await.expect("notices").len();
    assert_eq!(notices, 5, "it leaves, comes again, does not, comes again, and the window is another");
    let listed = processors::list(&world.tools).await.expect("the list");
    assert_eq!(listed.iter().filter(|one| one.state == ProcessorState::InForce).count(), 4);
    let asked = FeedOf { base_url: "https://desk.example/", locale: "en", is_named: false };
    let feed = processors::atom(&world.tools, asked).await.expect("a feed");
    assert!(
        feed.starts_with("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\"")
    );
    assert!(feed.contains("SooperSeller: M&amp;P becomes a sub-processor on 2027-01-01"), "{feed}");
    assert_eq!(feed.matches("<entry ").count(), notices);
    let strangers = ask(
        world,
        None,
        "{ processors { totalCount } notices { totalCount nodes { text(locale: \"hi\") } } }",
        json!({}),
    )
    .await;
    assert_eq!(
        (&strangers["data"]["processors"]["totalCount"], &strangers["data"]["notices"]["totalCount"]),
        (&json!(4), &json!(notices))
    );
    let counted = ask(world, None, "{ notices { nodes { reached } } }", json!({})).await;
    assert_eq!(counted["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "how many are told is nobody's business");
}

/// A policy that is written in German first, and in Urdu.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everyone_is_told_in_the_language_they_read() {
    let estate = Estate::founded().await;
    let world = &estate.world;
    let written = ("locales = [\"en\"]", "locales = [\"de-AT\", \"ur\"]");
    let service = POSTMARK.replace("{ en = \"Mail\", hi = \"डाक\" }", "{ de-AT = \"Briefe\", ur = \"ڈاک\" }");
    let (before, after) = (version(1, "2026-01-01", "", &[written]), version(2, "2026-11-01", &service, &[written]));
    world.tools.policy.open(Arc::new(before.clone()));
    let mut told = Vec::new();
    for locale in ["de", "ur-PK", "hi", "it"] {
        told.extend(estate.told(1, locale).await);
    }
    estate.turn(&before, &after, Moment::Published).await.expect("announced");
    while world.work().await > 0 {}
    let mailbox = world.tools.mail.mailbox().expect("letters are kept in memory");
    let says = [
        (
            "wird am 2026-11-01 Unterauftragsverarbeiter",
            "Was er tut: Briefe",
            "Händler können bis 2026-10-21 widersprechen.",
        ),
        ("2026-11-01 سے Postmark ذیلی پروسیسر ہوگا", "کام: ڈاک", "تاجر 2026-10-21 تک اعتراض کر سکتے ہیں۔"),
        ("2026-11-01 से Postmark उप-प्रोसेसर होगा", "काम: Briefe", "व्यापारी 2026-10-21 तक आपत्ति कर सकते हैं।"),
        // Nobody wrote Italian words: it is told in the policy's first language.
        (
            "wird am 2026-11-01 Unterauftragsverarbeiter",
            "Was er tut: Briefe",
            "Händler können bis 2026-10-21 widersprechen.",
        ),
    ];
    for (to, (title, service, window)) in told.iter().zip(says) {
        let letter = mailbox.letters_to(to)[0].letter.clone();
        assert!(letter.subject.contains(title), "{to}: {}", letter.subject);
        assert!(letter.text.contains(service) && letter.text.contains(window), "{to}: {}", letter.text);
    }

    let texts = estate
        .asked("{ notices { nodes { first: text ur: text(locale: \"UR\") de: text(locale: \"de\") it: text(locale: \"it\") } } }")
        .await["notices"]["nodes"][0]
        .clone();
    assert!(texts["first"].to_string().starts_with("\"Ab 2026-11-01 setzt SooperSeller Postmark"), "{texts}");
    assert!(texts["de"] == texts["first"] && texts["it"] == texts["first"], "{texts}");
    assert!(
        texts["ur"].to_string().contains("2026-11-01 سے SooperSeller ذیلی پروسیسر کے طور پر Postmark سے کام لے گا۔"),
        "{texts}"
    );

    let desk = world.serve().await;
    for (path, lang, title, own) in [
        ("/trust/notices.atom", "de-AT", "SooperSeller: Unterauftragsverarbeiter und Erklärung", "notices.atom\""),
        ("/trust/notices.atom?lang=ur", "ur", "SooperSeller: ذیلی پروسیسرز اور پالیسی", "notices.atom?lang=ur\""),
        (
            "/trust/notices.atom?lang=it",
            "de-AT",
            "SooperSeller: Unterauftragsverarbeiter und Erklärung",
            "notices.atom\"",
        ),
    ] {
        let feed = fetch(&desk, path, &[]).await.text().await.expect("a feed");
        assert!(feed.contains(&format!("Atom\" xml:lang=\"{lang}\">")), "{path}: {feed}");
        assert!(feed.contains(&format!("<entry xml:lang=\"{lang}\">")), "{path}: {feed}");
        assert!(feed.contains(title) && feed.contains(own), "{path}: {feed}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_desk_whose_policy_is_older_than_its_list_announces_only_what_is_new() {
    let estate = Estate::founded().await;
    estate.world.base.tamper("delete from processor_versions; delete from processors");
    estate.turn(&first(), &version(2, "2026-11-01", POSTMARK, &[]), Moment::Published).await.expect("announced");
    let mut listed: Vec<_> = processors::list(&estate.world.tools).await.expect("the list");
    listed.retain(|one| one.state == ProcessorState::InForce);
    assert_eq!(listed.len(), 4, "what held is on the list");
    assert!(listed.iter().all(|one| one.shown().is_some_and(|shown| shown.policy_version == 1)));
    let notices = estate.notices().await;
    assert_eq!((notices.len(), &notices[0]["processor"]["code"]), (1, &json!("postmark")), "{notices:?}");
}

fn text_of(node: &Value, field: &str) -> String {
    node[field].as_str().unwrap_or_else(|| panic!("{field} in {node}")).to_owned()
}
