//! Staff look at a letter before they send it; they ask people things, and hand on what a merchant decides.

use harness::asked::{ask, desk_seat, partner};
use harness::planned::{ASHA, BEGIN, code};
use harness::wishes::wish_from;
use harness::world::World;
use rightsdesk_server::floor::access::{Caller, Permission, Role};
use rightsdesk_server::floor::graphql::node_id;
use rightsdesk_server::floor::kernel::{Instant, Personal, Ref, RequestId, TenantId, Watch};
use rightsdesk_server::floor::regulations::Right;
use rightsdesk_server::requests::{self, Asking, SubjectKind};
use serde_json::{Value, json};

const PREVIEW: &str = "query ($input: LetterPreviewInput!) { letterPreview(input: $input) {
  title body locale isSent before after } }";
const ASK: &str = "mutation ($input: AskPersonInput!) { askPerson(input: $input) {
  message { kind state way } userErrors { code } } }";
const HAND: &str = "mutation ($input: HandRequestOnInput!) { handRequestOn(input: $input) {
  request { stage } userErrors { code message } } }";
const EXTEND: &str = "mutation ($input: ExtendRequestInput!) { extendRequest(input: $input) {
  moved { before after } userErrors { code message } } }";

struct Desk {
    world: World,
    tenant: TenantId,
    support: Caller,
    owner: String,
    at: Ref<RequestId>,
}

impl Desk {
    /// A German asks a merchant's desk for her data, under a page that names no time of its own.
    async fn opens() -> Self {
        let world = World::alone_under("inventorysync", Watch::held(Instant::from_micros(BEGIN))).await;
        let tenant = world.shop("Zaitoon Home", 0).await.tenant;
        let owner = world.owner(tenant, "meera").await.mail;
        let opened = world.asks_and_proves(wish_from("DE", tenant, &[Right::Access], ASHA)).await;
        world.work().await;
        let support = desk_seat(&world, &[Role::Support]);
        Self { tenant, support, owner, at: Ref::new(tenant, opened[0].id), world }
    }

    async fn looks(&self, caller: &Caller, kind: &str, more: Value) -> Value {
        let mut input = json!({ "id": node_id(self.at), "kind": kind });
        for (name, value) in more.as_object().expect("an object") {
            input[name] = value.clone();
        }
        ask(&self.world, Some(caller), PREVIEW, json!({ "input": input })).await
    }

    async fn preview(&self, kind: &str, more: Value) -> Value {
        let answer = self.looks(&self.support, kind, more).await;
        assert!(answer.get("errors").is_none(), "{answer}");
        answer["data"]["letterPreview"].clone()
    }

    async fn does(&self, document: &str, more: Value) -> Value {
        let mut input = json!({ "id": node_id(self.at) });
        for (name, value) in more.as_object().expect("an object") {
            input[name] = value.clone();
        }
        let answer = ask(&self.world, Some(&self.support), document, json!({ "input": input })).await;
        assert!(answer.get("errors").is_none(), "{answer}");
        answer["data"].as_object().and_then(|data| data.values().next()).expect("one field").clone()
    }

    async fn last(&self, mail: &str) -> (String, String) {
        self.world.work().await;
        let mut letters = self.world.tools.mail.mailbox().expect("kept in memory").letters_to(mail);
        let last = letters.pop().expect("a letter").letter;
        (last.subject, last.text)
    }

    fn count(&self, from: &str) -> String {
        self.world.base.lines(&format!("select count(*)::text as line from {from}")).concat()
    }
}

/// The first refusal of a question.
fn refusal(answer: &Value) -> &str {
    answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_else(|| panic!("nothing was refused: {answer}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_letter_is_read_as_it_will_be_sent_and_nothing_happens() {
    let desk = Desk::opens().await;
    let before = (desk.count("request_messages"), desk.count("request_clock_events"), desk.count("audit_events"));
    let seen = desk.preview("EXTENDED", json!({ "reason": "Your orders fill nine folders." })).await;
    assert_eq!((&seen["locale"], &seen["isSent"]), (&json!("en"), &json!(true)), "{seen}");
    let after = (desk.count("request_messages"), desk.count("request_clock_events"), desk.count("audit_events"));
    assert_eq!(after, before, "to look at it does nothing");

    let moved = desk.does(EXTEND, json!({ "reason": "Your orders fill nine folders." })).await["moved"].clone();
    assert_eq!((&moved["before"], &moved["after"]), (&seen["before"], &seen["after"]), "the dates are those");
    let (title, text) = desk.last(ASHA).await;
    assert_eq!(seen["title"], title.as_str());
    let body = seen["body"].as_str().expect("a body");
    let withheld = "(the link to the person's own page)";
    assert!(body.contains(withheld) && body.contains("nine folders"), "{body}");
    let without = |text: &str| {
        let lines = text.trim().lines().filter(|line| *line != withheld && !line.starts_with("https://"));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(without(body), without(&text));

    let own = json!({ "words": "Which shop?", "locale": "de" });
    let german = desk.preview("ASK", own).await;
    assert_eq!(german["locale"], "de");
    let told = german["body"].as_str().expect("a body");
    assert!(told.contains("Which shop?") && !told.contains("Hello"), "{told}");
    let no = json!({ "reason": "They are another's too.", "ground": "OTHERS_RIGHTS" });
    let no = desk.preview("REFUSED", no).await;
    let told = no["body"].as_str().expect("a body");
    assert!(told.contains("They are another's too.") && told.contains("You may complain"), "{told}");
    let coded = desk.preview("CODE", json!({})).await;
    assert!(coded["body"].as_str().is_some_and(|body| body.contains("(the code)")), "{coded}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_could_not_be_done_is_not_shown_as_if_it_could() {
    let desk = Desk::opens().await;
    for (kind, more, code) in [
        ("EXTENDED", json!({}), "INVALID"),
        ("REFUSED", json!({ "reason": "no" }), "INVALID"),
        ("PAUSED", json!({ "reason": "who?" }), "INVALID"),
        ("PAUSED", json!({ "reason": "pay", "on": "FEE_ASKED" }), "NO_SUCH_PAUSE"),
        ("RESUMED", json!({}), "ILLEGAL_STEP"),
        ("NOTE", json!({}), "INVALID"),
        ("ASK", json!({}), "INVALID"),
        ("MESSAGE", json!({ "words": "hello", "locale": "tlh" }), "INVALID"),
    ] {
        let answer = desk.looks(&desk.support, kind, more.clone()).await;
        let told = refusal(&answer);
        assert!(told == code || (told == "REFUSED" && code != "INVALID"), "{kind} {more}: {answer}");
    }
    let neighbour = desk.world.neighbour().await;
    let stranger = partner(&desk.world, &[Permission::SeeTenants, Permission::WorkRequests], &[neighbour]);
    let nothing = desk.looks(&stranger, "MESSAGE", json!({ "words": "hello" })).await;
    assert_eq!(nothing["data"]["letterPreview"], Value::Null, "{nothing}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_words_of_a_draft_open_with_a_reason_for_whoever_may_see_data() {
    let desk = Desk::opens().await;
    let words = Personal::new("We found your jug.");
    let kept = requests::save_draft(&desk.world.tools, &desk.support, desk.at, None, words, None).await.expect("kept");
    let draft = node_id(Ref::new(desk.tenant, kept.id));
    let looks = "access_log where view = 'request_messages.body' and purpose = 'read_messages'";
    let before = desk.count(looks);

    let unsaid = desk.looks(&desk.support, "MESSAGE", json!({ "draft": draft })).await;
    assert_eq!(refusal(&unsaid), "INVALID");
    let poor = partner(&desk.world, &[Permission::SeeTenants, Permission::WorkRequests], &[desk.tenant]);
    let given = json!({ "draft": draft, "draftReason": "to send it" });
    let barred = desk.looks(&poor, "MESSAGE", given.clone()).await;
    assert!(barred["errors"].is_array(), "{barred}");
    assert_eq!(desk.count(looks), before);

    let seen = desk.preview("MESSAGE", given).await;
    assert!(seen["body"].as_str().is_some_and(|body| body.contains("We found your jug.")), "{seen}");
    assert_ne!(desk.count(looks), before, "who looked is on record");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_goes_out_as_one_and_moves_no_date() {
    let desk = Desk::opens().await;
    let due = "select due_on || ' ' || stage as line from requests";
    let before = desk.world.base.lines(due);
    let asked = desk.does(ASK, json!({ "question": "Which of the two jugs?" })).await;
    assert_eq!(asked["message"], json!({ "kind": "ASK", "state": "QUEUED", "way": "OUT" }), "{asked}");
    let (title, text) = desk.last(ASHA).await;
    assert!(title.contains("a question about") && text.contains("Which of the two jugs?"), "{title} {text}");
    assert_eq!(desk.world.base.lines(due), before);
    assert_eq!(desk.count("audit_events where action = 'request.asked'"), "1");

    requests::withdraw(&desk.world.tools, &desk.support, desk.at, None, None).await.expect("withdrawn");
    let late = requests::ask_person(&desk.world.tools, &desk.support, desk.at, Personal::new("Still?"), None).await;
    assert_eq!(code(late), "ILLEGAL_STEP");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_merchant_decides_is_handed_on_once_and_both_are_told() {
    let desk = Desk::opens().await;
    let handed = desk.does(HAND, json!({ "reason": "They keep your orders." })).await;
    assert_eq!(handed["request"]["stage"], "OPEN", "it stays open: {handed}");
    let (title, text) = desk.last(ASHA).await;
    assert!(
        title.contains("we have passed on") && text.contains("Zaitoon Home") && text.contains("your orders"),
        "{text}"
    );
    let (title, text) = desk.last(&desk.owner).await;
    let reference = desk.world.base.lines("select reference as line from requests").concat();
    assert!(title.contains("a customer's request for you") && text.contains(&reference), "{title} {text}");
    assert!(!text.contains(ASHA) && text.contains("Answer by"), "it names nobody: {text}");
    let told = "audit_events where action in ('request.handed_on', 'request.merchant_told')";
    assert_eq!(desk.count(told), "2");

    let tools = &desk.world.tools;
    let again = requests::hand_on(tools, &desk.support, desk.at, None, None, None).await;
    assert_eq!(code(again), "HANDED_ON");
    let ours = wish_from("DE", desk.tenant, &[Right::Access], &desk.owner);
    let opened = desk.world.asks_and_proves(Asking { subject_kind: SubjectKind::Member, ..ours }).await;
    let at = Ref::new(desk.tenant, opened[0].id);
    assert_eq!(code(requests::hand_on(tools, &desk.support, at, None, None, None).await), "OURS_TO_ANSWER");
    requests::withdraw(tools, &desk.support, desk.at, None, None).await.expect("withdrawn");
    assert_eq!(code(requests::hand_on(tools, &desk.support, desk.at, None, None, None).await), "ILLEGAL_STEP");
}
