//! One changed policy file, with a new sub-processor, a shorter retention and a dropped scope, from the first look at it to
//! the day when the desk keeps what it says: over the edge, with letters that arrive and pages as strangers read them.

use std::collections::BTreeSet;

use harness::audited::{found, public_key};
use harness::books::links_of;
use harness::draft::Draft;
use harness::page::{Page, fetch, json as json_at, send};
use harness::people::Person;
use harness::post::{Arrived, Post, token_in};
use harness::shop::Shop;
use harness::visitor::Visitor;
use harness::world::World;
use rightsdesk_server::floor::access::Role;
use rightsdesk_server::floor::graphql::{node_id, tenant_node_id};
use rightsdesk_server::floor::kernel::{Instant, Ref, StoreId, TenantId, Watch};
use rightsdesk_server::roof::http::Listening;
use serde_json::{Value, json};

const CHECK: &str = "query ($text: String!) { checkPolicy(text: $text) { canBeKept faults { line reason }
  changes { part kind code before after effect isMaterial worsens line } } }";
const PROPOSE: &str = "mutation ($input: ProposePolicyInput!) { proposePolicy(input: $input) {
  version { id state proposedBy } userErrors { code message } } }";
const PUBLISH: &str = "mutation ($input: PublishPolicyInput!) { publishPolicy(input: $input) {
  version { state publishedBy } userErrors { code message } } }";
const DIFF: &str = "query ($id: ID!) { policyDiff(id: $id) { from { version } to { version }
  changes { part kind code before after effect isMaterial worsens line } } }";
const VERSIONS: &str = "{ policyVersions(first: 10) { nodes { version state heldBackOn } } }";
const NOTICES: &str = "{ notices(first: 10) { nodes { id kind effectiveOn objectionUntil processor { code } } } }";
const REACH: &str = "{ notices(first: 10) { nodes { waiting reached failed } } }";
const HOLDS: &str = "{ policy { version scopes { name } retention { code window { words } } }
  processors(first: 20) { nodes { code state objectionUntil } } }";
const KEY: &str = "mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) {
  created { secret } userErrors { code message } } }";
const SUBSCRIBE: &str = "mutation ($input: SubscribeInput!) { subscribe(input: $input) {
  subscriber { id state } userErrors { code message } } }";
const UNSUBSCRIBE: &str = "mutation ($input: UnsubscribeInput!) { unsubscribe(input: $input) {
  subscriber { state } userErrors { code message } } }";
const OBJECT: &str = "mutation ($input: ObjectToNoticeInput!) { objectToNotice(input: $input) {
  objection { id state answerBy } userErrors { code message } } }";
const ANSWER: &str = "mutation ($input: AnswerObjectionInput!) { answerObjection(input: $input) {
  objection { state } userErrors { code message } } }";
const DRIFT: &str = "{ drift { stores withDrift notListed missing }
  stores(filter: { hasDrift: true }, first: 10) { nodes { domain driftKinds } } }";
const STORE: &str = "query ($id: ID!) { store(id: $id) { version driftKinds
  scopes { name verdict isListed isGranted isRevokedHere provenAt }
  grants(first: 1) { nodes { how scopes removed } } } }";
const REVOKE: &str = "mutation ($input: RevokeScopesInput!) { revokeScopes(input: $input) {
  store { driftKinds } userErrors { code message } } }";
const READING: &str = "mutation ($input: RecordGrantInput!) { recordGrant(input: $input) {
  store { state } userErrors { code message } } }";
const PROMISES: &str = "query ($section: String!) { promises(filter: { section: $section }, first: 50) {
  nodes { id code standing figure why evidence checkedAt history(first: 100) { nodes { at standing figure } } } } }";
const LOOK: &str = "mutation ($input: CheckPromiseInput!) { checkPromise(input: $input) {
  promise { standing figure why } userErrors { code message } } }";
const EVENTS: &str =
    "query ($tenant: ID, $after: String) { events(filter: { tenant: $tenant }, first: 100, after: $after) {
  pageInfo { hasNextPage endCursor } nodes { actor action object facts } } }";

/// Somebody who reads the page and is no merchant.
const READER: &str = "asma@reader.example";
/// The scope that the new page no longer asks for.
const DROPPED: &str = "read_customers";
/// The sentence that says which scopes there are, and the heading it stands under.
const SENTENCE: (&str, &str) = ("on_their_behalf", "Shopify & Merchant Customer Data");

const DAKIYA: &str = r#"[[recipient]]
code = "dakiya"
name = "Dakiya Letters"
kind = "processor"
service = "Letters to merchants"
purposes = ["notices"]
regions = ["PK"]
agreement = 2026-09-01
receives = [{ what = ["account.email"], form = "raw" }]
"#;

/// The next version of the page, to hold from this day on. The sentence about what is kept goes with the rule.
fn changed(day: &str) -> String {
    Draft::of("sooperseller")
        .version(2, day)
        .and(DAKIYA)
        .saying("\nwindow = { days = 90 }\n", "\nwindow = { days = 60 }\n")
        .saying("Usage/log data: Retained for 90 days", "Usage/log data: Retained for 60 days")
        .without(&format!("[[scope]]\nplatform = \"shopify\"\nname = \"{DROPPED}\"\n"))
        .text()
}

/// All that is otherwise, and what it comes to.
fn expected(text: &str) -> Value {
    let line = |of: &str| text.lines().position(|line| line.contains(of)).expect("there") + 1;
    json!([
        { "part": "RECIPIENT", "kind": "ADDED", "code": "dakiya", "isMaterial": true, "worsens": true,
          "effect": "new sub-processor: subscribers are told, objections 30 days", "line": line("code = \"dakiya\"") },
        { "part": "RETENTION", "kind": "CHANGED", "code": "usage", "isMaterial": true, "worsens": false,
          "effect": "shorter: from 90 days to 60 days", "line": line("window = { days = 60 }") },
        { "part": "PROMISE", "kind": "CHANGED", "code": "logs_ninety_days", "isMaterial": true, "worsens": true,
          "effect": "text: said in other words", "line": line("Retained for 60 days") },
        { "part": "SCOPE", "kind": "REMOVED", "code": format!("shopify {DROPPED}"), "isMaterial": true, "worsens": false,
          "effect": "dropped scope: stores that granted it drift", "line": null },
    ])
}

/// The changes without the two texts, which are looked at by themselves.
fn without_words(changes: &Value) -> Value {
    let mut changes = changes.clone();
    for change in changes.as_array_mut().expect("changes") {
        let change = change.as_object_mut().expect("a change");
        let (before, after) = (change.remove("before"), change.remove("after"));
        match change["code"].as_str() {
            Some("usage") => assert_eq!((before, after), (Some(json!("90 days")), Some(json!("60 days")))),
            Some("dakiya") => assert_eq!(before, Some(Value::Null)),
            Some("shopify read_customers") => assert_eq!(after, Some(Value::Null)),
            _ => assert_ne!(before, after),
        }
    }
    changes
}

/// A merchant, its way in and where it is written to.
struct Merchant {
    shop: Shop,
    key: Visitor,
    mail: String,
    store: Ref<StoreId>,
}

/// The desk on the way from one version to the next.
struct Course {
    world: World,
    desk: Listening,
    post: Post,
    ops: Person,
    approver: Person,
    auditor: Person,
    /// Its store grants all that the first version asks for.
    zaitoon: Merchant,
    /// Its store grants all but what the second version drops.
    neem: Merchant,
}

impl Course {
    /// 21 September 2026, a little after two.
    async fn begins() -> Self {
        let mut world = World::alone(Watch::held(Instant::from_micros(1_790_000_000_000_000))).await;
        let post = Post::open().await;
        post.serve(&mut world);
        let desk = world.serve().await;
        // Whoever keeps the policy here may publish too: only that somebody else must stands in the way.
        let (ops, approver) = (world.staff(&[Role::Ops, Role::Approver]).await, world.staff(&[Role::Approver]).await);
        let auditor = world.staff(&[Role::Auditor]).await;
        let keeper = Visitor::with(&desk.url(), &ops.token);
        let zaitoon = merchant(&world, &desk, &keeper, ("Zaitoon Home", "zaitoon.example")).await;
        let neem = merchant(&world, &desk, &keeper, ("Neem Bazaar", "neem.example")).await;
        let fewer = json!({ "store": node_id(neem.store), "scopes": ["read_orders", "read_products"] });
        keeper.does(READING, fewer).await;
        Self { world, desk, post, ops, approver, auditor, zaitoon, neem }
    }

    async fn works(&self) {
        while self.world.work().await > 0 {}
    }

    /// A colleague, signed in anew; once after each move of the clock.
    async fn signed_in(&self, person: &Person) -> Visitor {
        person.signs_in(&self.desk.url(), self.world.tools.watch.now()).await
    }

    fn stranger(&self) -> Visitor {
        Visitor::stranger(&self.desk.url())
    }

    fn letters_to(&self, address: &str) -> Vec<Arrived> {
        self.post.letters_to(address)
    }

    /// What everyone sees of what holds: the version, how long usage data is kept, and how the new sub-processor stands.
    async fn holds(&self) -> (i64, String, String) {
        let seen = self.stranger().asks(HOLDS, json!({})).await;
        let window = &one(&seen["policy"]["retention"], "code", "usage")["window"]["words"];
        let state = &one(&seen["processors"]["nodes"], "code", "dakiya")["state"];
        (seen["policy"]["version"].as_i64().expect("a number"), text(window), text(state))
    }

    /// How the newest version stands, and the day on which it was held back.
    async fn newest(&self, by: &Visitor) -> Value {
        by.asks(VERSIONS, json!({})).await["policyVersions"]["nodes"][0].clone()
    }

    /// The pages say this of usage data, and whether the scope is asked for.
    async fn pages_say(&self, window: (&str, &str), asks: bool) {
        let retention = Page::open(&self.desk, "/trust/retention").await;
        assert_eq!(retention.row("Usage and log data")[1], window.0);
        let rules = json_at(&self.desk, "/trust/retention.json").await;
        assert_eq!(one(&rules["rules"], "code", "usage")["kept"]["lasts"], window.1);
        let promises = Page::open(&self.desk, "/trust/promises").await;
        let sentence = promises.id("promise-logs_ninety_days").text();
        assert!(sentence.contains(&format!("Retained for {} then automatically purged", window.0)), "{sentence}");
        let scopes = Page::open(&self.desk, "/trust/scopes").await;
        assert_eq!(scopes.words().contains(DROPPED), asks, "{}", scopes.words());
    }

    /// The promise about scopes, as everyone reads it.
    async fn promise(&self) -> Value {
        let section = json!({ "section": SENTENCE.1 });
        one(&self.stranger().asks(PROMISES, section).await["promises"]["nodes"], "code", SENTENCE.0).clone()
    }

    /// The trust page shows the promise with this sign, in this standing, with this figure.
    async fn promise_is_shown(&self, (sign, standing): (&str, &str), figure: &str) {
        let page = Page::open(&self.desk, "/trust/promises").await;
        let shown = page.id(&format!("promise-{}", SENTENCE.0)).text();
        assert!(shown.contains(sign) && shown.contains(figure), "{shown}");
        let told = json_at(&self.desk, "/trust/promises.json").await;
        let told = &one(&one(&told["sections"], "title", SENTENCE.1)["promises"], "code", SENTENCE.0);
        assert_eq!(told["standing"]["code"], standing, "{told}");
    }

    async fn store(&self, by: &Visitor) -> Value {
        by.asks(STORE, json!({ "id": node_id(self.zaitoon.store) })).await["store"].clone()
    }
}

/// A merchant with a store that grants all the first version asks for, and a key of its own.
async fn merchant(world: &World, desk: &Listening, keeper: &Visitor, (name, domain): (&str, &str)) -> Merchant {
    let shop = world.shop(name, 0).await;
    let store = world.store(shop.tenant, domain, &["read_orders", DROPPED, "read_products"]).await;
    let wish = json!({ "tenant": shop.id, "name": "back office", "permissions": ["SEE_TENANTS"],
                       "expiresAt": world.tools.watch.now().plus(chrono::Duration::days(90)).to_string() });
    let secret = text(&keeper.does(KEY, wish).await["created"]["secret"]);
    Merchant { shop, key: Visitor::with(&desk.url(), &secret), mail: format!("privacy@{domain}"), store }
}

/// The one of a list whose field says so; a text that is told with its language counts as the text.
fn one<'v>(list: &'v Value, field: &str, word: &str) -> &'v Value {
    let says = |one: &&Value| one[field] == word || one[field]["text"] == word;
    list.as_array().and_then(|list| list.iter().find(says)).unwrap_or_else(|| panic!("no {word} in {list}"))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_page_takes_its_course() {
    let course = Course::begins().await;
    course.two_addresses_want_to_be_told_and_one_no_longer().await;
    course.the_file_is_looked_at_and_nothing_is_stored().await;
    course.one_proposes_and_another_publishes().await;
    course.everyone_who_wants_to_be_told_is().await;
    let objection = course.one_objects_in_time_and_another_too_late().await;
    course.its_day_comes_and_it_is_held_back().await;
    course.the_objection_is_answered_and_it_holds(&objection).await;
    course.what_a_store_still_grants_breaks_the_promise().await;
    course.what_is_revoked_and_proven_keeps_it_again().await;
    course.the_books_tell_all_of_it().await;
}

impl Course {
    /// A merchant and a reader say yes by the link in a letter; another merchant says yes, and leaves.
    async fn two_addresses_want_to_be_told_and_one_no_longer(&self) {
        let (zaitoon, neem) = (&self.zaitoon, &self.neem);
        let mut asked = Vec::new();
        for merchant in [zaitoon, neem] {
            let wish = json!({ "tenant": merchant.shop.id, "mail": merchant.mail, "locale": "en" });
            asked.push(merchant.key.does(SUBSCRIBE, wish).await["subscriber"].clone());
        }
        assert!(asked.iter().all(|one| one["state"] == "UNCONFIRMED"), "{asked:?}");
        let form = Page::open(&self.desk, "/trust/processors").await;
        let to = form.one("form").attribute("action").expect("where it leads").to_owned();
        assert_eq!(send(&self.desk, &to, &[("mail", READER)]).await.status, 200);
        self.works().await;
        for mail in [&zaitoon.mail, &neem.mail, READER] {
            let letters = self.letters_to(mail);
            assert_eq!(letters.len(), 1, "{letters:?}");
            let path = format!("/trust/notices/confirm?token={}", token_in(&letters[0].text()));
            let question = Page::open(&self.desk, &path).await;
            let yes = question.one("form").attribute("action").expect("where it leads").to_owned();
            assert_eq!(send(&self.desk, &yes, &[]).await.one("h1").text(), "You will be told");
        }
        let left = neem.key.does(UNSUBSCRIBE, json!({ "id": asked[1]["id"] })).await;
        assert_eq!(left["subscriber"]["state"], "ENDED", "{left}");
    }

    async fn the_file_is_looked_at_and_nothing_is_stored(&self) {
        let ops = Visitor::with(&self.desk.url(), &self.ops.token);
        let stored = || {
            self.world.base.lines(
                "select (select count(*) from policies) || ' ' || (select count(*) from audit_events) || ' ' ||
                        (select count(*) from jobs) as line",
            )
        };
        let (before, text) = (stored(), changed("2026-10-25"));
        let judged = ops.asks(CHECK, json!({ "text": text })).await["checkPolicy"].clone();
        assert_eq!((&judged["canBeKept"], &judged["faults"]), (&json!(true), &json!([])), "{judged}");
        assert_eq!(without_words(&judged["changes"]), expected(&text));
        assert_eq!(stored(), before);
        let version = self.newest(&ops).await;
        assert_eq!(version, json!({ "version": 1, "state": "IN_FORCE", "heldBackOn": null }));
    }

    async fn one_proposes_and_another_publishes(&self) {
        let ops = Visitor::with(&self.desk.url(), &self.ops.token);
        let (code, words) = ops.refused(PROPOSE, json!({ "text": changed("2026-10-20") })).await;
        assert_eq!(code, "REFUSED");
        assert!(words.starts_with("it can hold from 2026-10-21 on at the earliest: "), "{words}");
        let text = changed("2026-10-25");
        let version = ops.does(PROPOSE, json!({ "text": text })).await["version"].clone();
        assert_eq!(version["state"], "PROPOSED");
        let id = json!({ "id": version["id"] });
        let approver = Visitor::with(&self.desk.url(), &self.approver.token);
        let diff = approver.asks(DIFF, id.clone()).await["policyDiff"].clone();
        assert_eq!((&diff["from"]["version"], &diff["to"]["version"]), (&json!(1), &json!(2)));
        assert_eq!(without_words(&diff["changes"]), expected(&text));
        assert_eq!(self.stranger().asks(NOTICES, json!({})).await["notices"]["nodes"], json!([]), "nobody is told yet");

        assert_eq!(ops.refused(PUBLISH, id.clone()).await.0, "SAME_PERSON");
        self.world.later(chrono::Duration::minutes(6));
        assert_eq!(approver.refused(PUBLISH, id.clone()).await.0, "STEP_UP_REQUIRED");
        approver.steps_up(&self.approver, self.world.tools.watch.now()).await;
        let published = approver.does(PUBLISH, id).await["version"].clone();
        assert_eq!(published["state"], "ANNOUNCED");
        assert_ne!(published["publishedBy"], version["proposedBy"]);
    }

    async fn everyone_who_wants_to_be_told_is(&self) {
        let approver = Visitor::with(&self.desk.url(), &self.approver.token);
        let reach = |nodes: Value| nodes["notices"]["nodes"].clone();
        let waits = json!({ "waiting": 2, "reached": 0, "failed": 0 });
        assert_eq!(reach(approver.asks(REACH, json!({})).await), json!([waits, waits]));
        self.works().await;
        let told = json!({ "waiting": 0, "reached": 2, "failed": 0 });
        assert_eq!(reach(approver.asks(REACH, json!({})).await), json!([told, told]));
        for mail in [&self.zaitoon.mail, READER] {
            let letters = self.letters_to(mail);
            let titles: BTreeSet<_> = letters[1..].iter().map(|one| one.header("Subject")).collect();
            let both = [
                "SooperSeller: Dakiya Letters becomes a sub-processor on 2026-10-25",
                "SooperSeller: the policy changes on 2026-10-25",
            ];
            assert_eq!((letters.len(), titles), (3, both.into()));
            let added = letters.iter().find(|one| one.header("Subject") == both[0]).expect("it arrived");
            let said = added.text();
            assert!(said.contains("From 2026-10-25, SooperSeller uses Dakiya Letters as a sub-processor."), "{said}");
            assert!(said.contains("Merchants may object until 2026-10-21."), "{said}");
            assert!(added.header("List-Unsubscribe").contains(&token_in(&said)), "{added:?}");
        }
        assert_eq!(self.letters_to(&self.neem.mail).len(), 1, "who left is told nothing");

        let feed = fetch(&self.desk, "/trust/notices.atom", &[]).await.text().await.expect("text");
        assert_eq!(feed.matches("<entry ").count(), 2, "{feed}");
        assert!(feed.contains("<title>SooperSeller: Dakiya Letters becomes a sub-processor on 2026-10-25</title>"));
        let list = Page::open(&self.desk, "/trust/processors").await;
        let coming = list.id("announced-dakiya").cells();
        assert!(coming[0].starts_with("Dakiya Letters") && coming[5].contains("25 October 2026"), "{coming:?}");
        let history = list.id("history").text();
        assert!(history.contains("From 2026-10-25, version 2 of SooperSeller's policy holds."), "{history}");
        let data = json_at(&self.desk, "/trust/processors.json").await;
        let announced = data["announced"].as_array().expect("a list");
        assert_eq!(announced.len(), 1, "{data}");
        assert_eq!(
            (&announced[0]["code"], &announced[0]["fromOn"], &announced[0]["objectionUntil"]),
            (&json!("dakiya"), &json!("2026-10-25"), &json!("2026-10-21"))
        );
        assert!(data["recipients"].as_array().expect("a list").iter().all(|one| one["code"] != "dakiya"), "{data}");
        self.pages_say(("90 days", "P90D"), true).await;
    }

    /// The objection that came in time.
    async fn one_objects_in_time_and_another_too_late(&self) -> Value {
        let notices = self.zaitoon.key.asks(NOTICES, json!({})).await["notices"]["nodes"].clone();
        let notice = one(&notices, "kind", "ADDED");
        assert_eq!(notice["objectionUntil"], "2026-10-21", "{notice}");
        let no =
            |merchant: &Merchant| json!({ "notice": notice["id"], "tenant": merchant.shop.id, "reason": "Not ours" });
        self.world.until("2026-10-21T23:59:00Z");
        self.works().await;
        let objection = self.zaitoon.key.does(OBJECT, no(&self.zaitoon)).await["objection"].clone();
        assert_eq!((&objection["state"], &objection["answerBy"]), (&json!("OPEN"), &json!("2026-10-25")));
        self.world.until("2026-10-22T00:00:00Z");
        let late = self.neem.key.refused(OBJECT, no(&self.neem)).await;
        let expired = "objections to this notice were taken until 2026-10-21";
        assert_eq!(late, ("EXPIRED".to_owned(), expired.to_owned()));
        objection["id"].clone()
    }

    async fn its_day_comes_and_it_is_held_back(&self) {
        self.world.until("2026-10-24T23:59:00Z");
        self.works().await;
        let approver = self.signed_in(&self.approver).await;
        let waits = json!({ "version": 2, "state": "ANNOUNCED", "heldBackOn": null });
        assert_eq!(self.newest(&approver).await, waits, "its day has not come");
        self.world.until("2026-10-25T00:02:00Z");
        self.works().await;
        let held = json!({ "version": 2, "state": "ANNOUNCED", "heldBackOn": "2026-10-25" });
        assert_eq!(self.newest(&approver).await, held, "nobody answered");
        assert_eq!(self.holds().await, (1, "90 days".to_owned(), "ANNOUNCED".to_owned()));
        self.pages_say(("90 days", "P90D"), true).await;
        let promise = self.promise().await;
        assert_eq!(
            (&promise["standing"], &promise["figure"]),
            (&json!("HOLDS"), &json!("3 scopes listed, 2 of 2 stores within them"))
        );
    }

    async fn the_objection_is_answered_and_it_holds(&self, objection: &Value) {
        let ops = self.signed_in(&self.ops).await;
        let answer = json!({ "id": objection, "state": "DECLINED", "answer": "It gets what the list says" });
        assert_eq!(ops.does(ANSWER, answer).await["objection"]["state"], "DECLINED");
        self.works().await;
        assert_eq!(self.holds().await.0, 1, "it is asked for once a night");
        self.world.until("2026-10-26T00:02:00Z");
        self.works().await;
        assert_eq!(self.holds().await, (2, "60 days".to_owned(), "IN_FORCE".to_owned()));
        self.pages_say(("60 days", "P60D"), false).await;
        let list = Page::open(&self.desk, "/trust/processors").await;
        let since = list.row("Dakiya Letters")[0].clone();
        assert!(since.contains("On the list since"), "{since}");
        assert_eq!(json_at(&self.desk, "/trust/processors.json").await["announced"], json!([]));
        let ops = self.signed_in(&self.ops).await;
        let holds = json!({ "version": 2, "state": "IN_FORCE", "heldBackOn": null });
        assert_eq!(self.newest(&ops).await, holds);
    }

    async fn what_a_store_still_grants_breaks_the_promise(&self) {
        self.world.until("2026-10-26T01:30:00Z");
        self.works().await;
        let ops = self.signed_in(&self.ops).await;
        let drift = ops.asks(DRIFT, json!({})).await;
        assert_eq!(drift["drift"], json!({ "stores": 2, "withDrift": 1, "notListed": 1, "missing": 0 }));
        let drifted = json!([{ "domain": "zaitoon.example", "driftKinds": ["NOT_LISTED"] }]);
        assert_eq!(drift["stores"]["nodes"], drifted);
        let store = self.store(&ops).await;
        let scope = one(&store["scopes"], "name", DROPPED);
        assert_eq!((&scope["verdict"], &scope["isGranted"]), (&json!("NOT_LISTED"), &json!(true)), "{store}");

        // The hourly look found it.
        let promise = self.promise().await;
        assert_eq!(
            (&promise["standing"], &promise["figure"], &promise["why"]),
            (
                &json!("BROKEN"),
                &json!("2 scopes listed, 1 of 2 stores within them"),
                &json!("1 stores granted a scope beyond the list")
            )
        );
        let evidence = ops.asks(&text(&promise["evidence"]), json!({})).await["stores"]["nodes"].clone();
        assert_eq!(evidence.as_array().map(Vec::len), Some(1), "{evidence}");
        assert_eq!(evidence[0]["domain"], "zaitoon.example");
        assert_eq!(one(&evidence[0]["scopes"], "name", DROPPED)["verdict"], "NOT_LISTED");
        self.promise_is_shown(("✕ Broken", "broken"), "2 scopes listed, 1 of 2 stores within them").await;
        let letter = self.letters_to(&self.ops.mail).pop().expect("whoever keeps the policy is told");
        assert!(letter.text().contains("on_their_behalf: BROKEN"), "{letter:?}");
    }

    async fn what_is_revoked_and_proven_keeps_it_again(&self) {
        self.world.until("2026-10-26T02:00:00Z");
        let ops = self.signed_in(&self.ops).await;
        self.world.later(chrono::Duration::minutes(6));
        let at = node_id(self.zaitoon.store);
        let version = self.store(&ops).await["version"].clone();
        let wish = json!({ "id": at, "version": version, "scopes": [DROPPED], "reason": "NOT_LISTED" });
        assert_eq!(ops.refused(REVOKE, wish.clone()).await.0, "STEP_UP_REQUIRED");
        ops.steps_up(&self.ops, self.world.tools.watch.now()).await;
        assert_eq!(ops.does(REVOKE, wish).await["store"]["driftKinds"], json!([]));
        let store = self.store(&ops).await;
        let scope = one(&store["scopes"], "name", DROPPED);
        assert_eq!(
            (&scope["verdict"], &scope["isGranted"], &scope["provenAt"]),
            (&json!("REVOKED"), &json!(true), &Value::Null),
            "the platform has yet to say so"
        );
        let reading = json!({ "store": at, "scopes": ["read_orders", "read_products"] });
        ops.does(READING, reading).await;
        let store = self.store(&ops).await;
        let scope = one(&store["scopes"], "name", DROPPED);
        assert!(scope["isGranted"] == false && scope["provenAt"].is_string(), "{store}");
        let last = json!([{ "how": "READ", "scopes": ["read_orders", "read_products"], "removed": [DROPPED] }]);
        assert_eq!(store["grants"]["nodes"], last);
        let drift = ops.asks(DRIFT, json!({})).await;
        assert_eq!(drift["drift"], json!({ "stores": 2, "withDrift": 0, "notListed": 0, "missing": 0 }));

        let figure = "2 scopes listed, 2 of 2 stores within them";
        let looked = ops.does(LOOK, json!({ "id": self.promise().await["id"] })).await["promise"].clone();
        assert_eq!(looked, json!({ "standing": "HOLDS", "figure": figure, "why": null }));
        self.promise_is_shown(("✓ Holds", "holds"), figure).await;
        let history = self.promise().await["history"]["nodes"].as_array().expect("looks").clone();
        let mut stood: Vec<&Value> = history.iter().map(|look| &look["standing"]).collect();
        stood.dedup();
        assert_eq!(stood, ["HOLDS", "BROKEN", "HOLDS", "NOT_YET_MEASURED"], "{history:?}");
        let broken = one(&json!(history), "standing", "BROKEN").clone();
        assert_eq!(broken["figure"], "2 scopes listed, 1 of 2 stores within them");
    }

    async fn the_books_tell_all_of_it(&self) {
        self.world.later(chrono::Duration::minutes(6));
        self.works().await;
        let auditor = self.signed_in(&self.auditor).await;
        let (ops, approver) = (format!("staff:{}", self.ops.id.uuid()), format!("staff:{}", self.approver.id.uuid()));
        let house = events(&auditor, None).await;
        let of_course = |event: &&Value| {
            let action = event["action"].as_str().expect("an action");
            let of = action.split('.').next().expect("whose");
            ["policy", "processors", "notice", "objection"].contains(&of)
        };
        let told: Vec<_> = house.iter().filter(of_course).map(|event| text(&event["action"])).collect();
        let expected = [
            "policy.in_force",
            "processors.listed",
            "policy.proposed",
            "policy.published",
            "notice.announced",
            "notice.announced",
            "notice.sent",
            "notice.sent",
            "notice.sent",
            "notice.sent",
            "objection.opened",
            "policy.held_back",
            "objection.answered",
            "policy.past",
            "policy.in_force",
            "processors.turned",
        ];
        assert_eq!(told, expected);
        for (action, actor) in
            [("policy.proposed", &ops), ("policy.published", &approver), ("objection.answered", &ops)]
        {
            assert_eq!(one(&json!(house), "action", action)["actor"], actor.as_str());
        }
        let promise =
            self.world.base.lines("select 'promise:' || id as line from promises where code = 'on_their_behalf'");
        let turned = house.iter().filter(|event| event["action"] == "promise.turned" && event["object"] == promise[0]);
        let turned: Vec<_> = turned.map(|event| text(&event["facts"])).collect();
        assert!(turned.len() == 3 && turned[1].contains("to=broken") && turned[2].contains("to=holds"), "{turned:?}");

        let zaitoon = events(&auditor, Some(self.zaitoon.shop.tenant)).await;
        let of_store = zaitoon.iter().filter(|event| text(&event["action"]).starts_with("store."));
        let of_store: Vec<_> = of_store.map(|event| (text(&event["action"]), text(&event["actor"]) == ops)).collect();
        let acts = ["store.scopes_revoked", "store.read", "store.revocation_proven"];
        assert_eq!(of_store[of_store.len() - 3..], acts.map(|act| (act.to_owned(), true)));

        let report = found(&self.world, &public_key(&self.world), None).await;
        assert!(report.faults.is_empty() && report.whole && report.checkpoints > 0, "{report:?}");
        let links = [TenantId::HOUSE, self.zaitoon.shop.tenant].map(|tenant| links_of(self.world.base, tenant));
        assert_eq!(links, [house.len(), zaitoon.len()].map(|count| count as u64), "each link was read");
    }
}

/// A whole chain, oldest first: a merchant's, or the house's.
async fn events(auditor: &Visitor, tenant: Option<TenantId>) -> Vec<Value> {
    let (mut found, mut after) = (Vec::new(), Value::Null);
    loop {
        let page = auditor.asks(EVENTS, json!({ "tenant": tenant.map(tenant_node_id), "after": after })).await;
        let page = &page["events"];
        found.extend(page["nodes"].as_array().expect("events").clone());
        if page["pageInfo"]["hasNextPage"] == false {
            found.reverse();
            return found;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}
