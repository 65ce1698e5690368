//! The list of sub-processors changes: it is announced, everyone who wants to know is told once, a merchant objects and is
//! answered, and only then does it hold.

use chrono::Duration;
use harness::asked::{ask, desk_seat, done, refused};
use harness::shop::Shop;
use harness::world::World;
use rightsdesk_server::floor::access::{Bounds, Caller, Permission, Role, Seat};
use rightsdesk_server::floor::kernel::{ApiKeyId, Error, Instant, Personal, PolicyId, TenantId, Watch};
use rightsdesk_server::floor::ledger::{Event, Witnessed};
use rightsdesk_server::floor::policy::{Adopted, Moment, Turn, parse, shipped};
use rightsdesk_server::processors;
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
            let token = letter.split("token=").nth(1).and_then(|rest| rest.split_whitespace().next()).expect("a link");
            assert!(processors::confirm(&self.world.tools, token).await.expect("confirmed"));
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

/// The first policy with other words in it, as a version that holds from a day on.
fn version(number: u32, day: &str, more: &str, changes: &[(&str, &str)]) -> Adopted {
    let mut text = shipped("sooperseller").expect("a policy that comes along").to_owned();
    let changes =
        [("version = 1", format!("version = {number}")), ("effective = 2026-01-01", format!("effective = {day}"))]
            .into_iter()
            .chain(changes.iter().map(|(from, to)| (*from, (*to).to_owned())));
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replacen(from, &to, 1);
    }
    Adopted { id: PolicyId::fresh(), policy: parse(&format!("{text}{more}")).expect("sound") }
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
