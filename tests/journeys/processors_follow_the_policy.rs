//! A version with a new sub-processor is published by the desk: the list goes with it, step by step, and a merchant's no
//! holds it back.

use chrono::Duration;
use harness::asked::{ask, desk_seat, done};
use harness::draft::Draft;
use harness::post::token_in;
use harness::shop::Shop;
use harness::world::World;
use rightsdesk_server::floor::access::{Bounds, Caller, Permission, Role, Seat};
use rightsdesk_server::floor::kernel::{ApiKeyId, Instant, Personal, Watch};
use rightsdesk_server::processors;
use serde_json::{Value, json};

const PROPOSE: &str = "mutation ($input: ProposePolicyInput!) { proposePolicy(input: $input) {
  version { id } userErrors { code message } } }";
const PUBLISH: &str = "mutation ($input: PublishPolicyInput!) { publishPolicy(input: $input) {
  version { state } userErrors { code message } } }";
const WITHDRAW: &str = "mutation ($input: WithdrawPolicyInput!) { withdrawPolicy(input: $input) {
  version { state } userErrors { code message } } }";
const OBJECT: &str = "mutation ($input: ObjectToNoticeInput!) { objectToNotice(input: $input) {
  objection { id state } userErrors { code message } } }";
const ANSWER: &str = "mutation ($input: AnswerObjectionInput!) { answerObjection(input: $input) {
  objection { state } userErrors { code message } } }";
const STANDING: &str = "{ policy { version } policyVersions(first: 1) { nodes { state heldBackOn } }
  processors { nodes { code state } } notices { nodes { id kind waiting reached processor { code } } } }";

const POST: &str = r#"[[recipient]]
code = "post"
name = "Post"
kind = "processor"
service = "Letters"
purposes = ["notices"]
regions = ["PK"]
agreement = 2025-12-01
receives = [{ what = ["account.email"], form = "raw" }]
"#;

const ASMA: &str = "asma@zaitoon.example";

struct Desk {
    world: World,
    shop: Shop,
}

impl Desk {
    /// A desk that tells one address of changes.
    async fn opens() -> Self {
        let world = World::alone(Watch::held(Instant::from_micros(1_790_000_000_000_000))).await;
        let shop = world.shop("Zaitoon Home", 0).await;
        let desk = Self { world, shop };
        let tools = &desk.world.tools;
        processors::ask_by_mail(tools, None, Personal::new(ASMA), "en").await.expect("asked");
        desk.world.work().await;
        let letter = desk.letters().pop().expect("a letter");
        assert!(processors::confirm(tools, &token_in(&letter)).await.expect("confirmed"));
        desk
    }

    fn letters(&self) -> Vec<String> {
        let mailbox = self.world.tools.mail.mailbox().expect("letters are kept in memory");
        mailbox.letters_to(ASMA).into_iter().map(|kept| kept.letter.text).collect()
    }

    fn seat(&self, role: Role) -> Caller {
        desk_seat(&self.world, &[role])
    }

    /// Proposed by one, published by another: a new sub-processor from 21 October on.
    async fn publishes(&self) -> Value {
        let text = Draft::of("sooperseller").version(2, "2026-10-21").and(POST).text();
        let ops = self.seat(Role::Ops);
        let id = done(&self.world, &ops, PROPOSE, json!({ "text": text })).await["version"]["id"].clone();
        assert!(self.standing().await["notices"]["nodes"] == json!([]), "a proposal is announced to nobody");
        let approver = self.seat(Role::Approver);
        let published = done(&self.world, &approver, PUBLISH, json!({ "id": id })).await;
        assert_eq!(published["version"]["state"], "ANNOUNCED", "{published}");
        id
    }

    async fn objects(&self, notice: &Value) -> Value {
        let seat = Seat::new(&[], &[Permission::SeeTenants], Bounds::Named(vec![self.shop.tenant]));
        let merchant = Caller::api_key(ApiKeyId::fresh(), seat);
        let no = json!({ "notice": notice["id"], "tenant": self.shop.id, "reason": "Not our customers' mail" });
        done(&self.world, &merchant, OBJECT, no).await["objection"]["id"].clone()
    }

    async fn answers(&self, id: &Value, state: &str) {
        let answer = json!({ "id": id, "state": state, "answer": "It receives what the list says" });
        let answered = done(&self.world, &self.seat(Role::Ops), ANSWER, answer).await;
        assert_eq!(answered["objection"]["state"], state, "{answered}");
    }

    async fn standing(&self) -> Value {
        let answer = ask(&self.world, Some(&self.seat(Role::Ops)), STANDING, json!({})).await;
        assert!(answer.get("errors").is_none(), "{answer}");
        answer["data"].clone()
    }

    /// How the new sub-processor stands, and which version holds.
    async fn stands(&self) -> (String, i64) {
        let standing = self.standing().await;
        let listed = standing["processors"]["nodes"].as_array().expect("a list").clone();
        let post = listed.iter().find(|one| one["code"] == "post").expect("on the list");
        let state = post["state"].as_str().expect("a state").to_owned();
        (state, standing["policy"]["version"].as_i64().expect("a number"))
    }

    async fn days_go_by(&self, days: i64) {
        self.world.later(Duration::days(days));
        while self.world.work().await > 0 {}
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_published_is_announced_at_once_and_held_back_until_a_no_is_answered() {
    let desk = Desk::opens().await;
    desk.publishes().await;
    let announced = desk.standing().await["notices"]["nodes"].clone();
    assert_eq!(announced.as_array().map(Vec::len), Some(1), "{announced}");
    let notice = &announced[0];
    assert_eq!((&notice["kind"], &notice["processor"]["code"]), (&json!("ADDED"), &json!("post")));
    assert_eq!(notice["waiting"], 1, "its letter is in the same transaction");
    desk.days_go_by(0).await;
    let letters = desk.letters();
    assert!(letters.len() == 2 && letters[1].contains("SooperSeller uses Post as a sub-processor"), "{letters:?}");

    desk.days_go_by(29).await;
    let objection = desk.objects(notice).await;
    desk.days_go_by(1).await;
    assert_eq!(desk.stands().await, ("ANNOUNCED".to_owned(), 1), "its day has come, and nobody answered");
    let version = desk.standing().await["policyVersions"]["nodes"][0].clone();
    assert_eq!(version, json!({ "state": "ANNOUNCED", "heldBackOn": "2026-10-21" }));

    desk.answers(&objection, "DECLINED").await;
    desk.days_go_by(1).await;
    assert_eq!(desk.stands().await, ("IN_FORCE".to_owned(), 2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_merchant_is_right_about_never_comes_and_everyone_told_of_it_is_told_so() {
    let desk = Desk::opens().await;
    let version = desk.publishes().await;
    let notice = desk.standing().await["notices"]["nodes"][0].clone();
    let objection = desk.objects(&notice).await;
    desk.answers(&objection, "UPHELD").await;
    desk.days_go_by(60).await;
    assert_eq!(desk.stands().await, ("ANNOUNCED".to_owned(), 1), "it waits to be withdrawn");
    done(&desk.world, &desk.seat(Role::Approver), WITHDRAW, json!({ "id": version })).await;
    desk.days_go_by(0).await;
    assert_eq!(desk.stands().await, ("WITHDRAWN".to_owned(), 1));
    let last = desk.letters().pop().expect("a letter");
    assert!(last.contains("takes back what was announced for 2026-10-21"), "{last}");
}
