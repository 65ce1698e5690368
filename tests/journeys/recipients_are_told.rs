//! Whoever was given something of a person is told what the person wishes: by its interface, by OpenDSR, by letter or by
//! hand. Each act happens once, whatever becomes of its answer; silence is told as silence, and nothing is done without a word
//! that it is.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration as Span;

use axum::http::{HeaderMap, HeaderValue};
use chrono::Duration;
use data_encoding::BASE64;
use futures_util::TryStreamExt;
use harness::abroad::merchant;
use harness::asked::{ask, desk_seat, done, refused};
use harness::course::Course;
use harness::world::World;
use rightsdesk_server::floor::access::{Caller, Role};
use rightsdesk_server::floor::blobs::Kind as Blobs;
use rightsdesk_server::floor::egress::{Egress, Host};
use rightsdesk_server::floor::graphql::{node_id, tenant_node_id};
use rightsdesk_server::floor::jobs::Ticket;
use rightsdesk_server::floor::kernel::{
    Error, Instant, IntakeId, Mode, Personal, RecipientTaskId, Ref, RequestId, StoreId, TenantId, Watch,
};
use rightsdesk_server::floor::ledger::{Event, Witnessed};
use rightsdesk_server::floor::regulations::Right;
use rightsdesk_server::propagation::{
    self, Answered, Corrected, Matches, OnOrders, Place, Regulation, TaskState, Wish,
};
use rightsdesk_server::roof::demo::street::{Counts, Fault, Kind, Standing, Street, buyer};
use rightsdesk_server::stores::TellOfLostConnection;
use serde_json::{Value, json};

const SET: &str = "mutation ($input: SetRecipientWayInput!) { setRecipientWay(input: $input) {
  way { kind address hasCredential parts { name value } } userErrors { code message field } } }";
const SETTLE: &str = "mutation ($input: SettleTaskInput!) { settleTask(input: $input) {
  task { state proof hasFile hasEnded version } userErrors { code message } } }";
const GIVE_UP: &str = "mutation ($input: GiveUpTaskInput!) { giveUpTask(input: $input) {
  task { state } userErrors { code message } } }";
const RETRY: &str = "mutation ($input: RetryTaskInput!) { retryTask(input: $input) {
  task { state kind isByHand } userErrors { code message } } }";
const FILE: &str = "mutation ($input: RevealTaskInput!) { revealTaskFile(input: $input) {
  file { base64 bytes } userErrors { code message } } }";
const WORDS: &str = "mutation ($input: RevealTaskInput!) { revealTaskWords(input: $input) {
  words { value } userErrors { code message } } }";
const TASKS: &str = "query ($filter: RecipientTaskFilter!) { recipientTasks(filter: $filter, first: 50) {
  totalCount nodes { id recipient kind state isByHand advice version attempts { did state answer } } } }";

/// 2026-09-21.
const BEGIN: i64 = 1_790_000_000_000_000;
const MAIL: &str = "asma.q@example.com";
/// What Mailchimp knows the address by.
const MD5: &str = "c6a04d7febc2a8ebec95178dba332211";
const CUSTOMER: &str = "7042918273";
/// What Google's own credential document says, as far as anybody is let in by it.
const GOOGLE: &str =
    r#"{ "client_id": "desk", "client_secret": "let-me-in", "refresh_token": "always", "type": "user" }"#;
const INTERFACES: [&str; 8] = ["clerk", "google", "klaviyo", "mailchimp", "pinterest", "resend", "segment", "stripe"];

/// A merchant whose buyers were told of to others, and all of them on one street.
struct Scene {
    world: World,
    street: Street,
    tenant: TenantId,
    store: Ref<StoreId>,
    ops: Caller,
    support: Caller,
}

impl Scene {
    async fn opens() -> Self {
        let watch = Watch::held(Instant::from_micros(BEGIN));
        let mut world = World::alone_under("littledata", watch.clone()).await;
        let street = Street::open(watch).await.expect("a street");
        let host = Host::of(&street.recipients.url);
        world.tools.egress = Egress::open(host, Mode::Development.reach()).expect("a way out");
        let (store, _) = merchant(&world).await;
        let (ops, support) = (desk_seat(&world, &[Role::Ops]), desk_seat(&world, &[Role::Support]));
        Self { world, street, tenant: store.tenant, store, ops, support }
    }

    fn way(&self, recipient: &str, kind: &str) -> Value {
        let parts: &[(&str, &str)] = match recipient {
            "mailchimp" => &[("data_centre", "us1"), ("list", "buyers")],
            "pinterest" => &[("ad_account", "a1"), ("list", "l1")],
            "google" => &[("property", "UA-1")],
            _ => &[],
        };
        let parts: Vec<Value> = parts.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
        let credential = if recipient == "google" { GOOGLE } else { "let-me-in" };
        json!({ "tenant": tenant_node_id(self.tenant), "recipient": recipient, "kind": kind,
            "address": self.street.recipients.at(recipient), "parts": parts, "credential": credential })
    }

    /// Sets all of these up on the street.
    async fn sets(&self, recipients: &[&str], kind: &str) {
        for recipient in recipients {
            let set = done(&self.world, &self.ops, SET, self.way(recipient, kind)).await;
            assert_eq!(set["way"]["hasCredential"], true, "{recipient}: {set}");
        }
    }

    /// Somebody asked for something; the request stands there.
    fn asked(&self) -> RequestId {
        asked(&self.world, self.tenant)
    }

    async fn tells(&self, request: RequestId, recipient: &str, matches: Matches) -> Ref<RecipientTaskId> {
        let wish = wish(request, (Place::Recipient, recipient), Right::Deletion, matches, &self.world);
        Ref::new(self.tenant, opened(&self.world, self.tenant, wish).await)
    }

    /// Works until nothing waits for another.
    async fn works(&self) {
        works(&self.world).await;
    }

    fn standing(&self) -> Vec<String> {
        self.lines("select recipient || ' ' || state as line from recipient_tasks order by recipient, id")
    }

    fn lines(&self, sql: &str) -> Vec<String> {
        self.world.base.lines(sql)
    }

    async fn later(&self, span: Duration) {
        self.world.later(span);
        self.works().await;
    }

    fn letters(&self, to: &str) -> Vec<String> {
        let mailbox = self.world.tools.mail.mailbox().expect("letters are kept in memory");
        mailbox.letters_to(to).into_iter().map(|kept| kept.letter.text).collect()
    }

    async fn task(&self, at: Ref<RecipientTaskId>) -> Value {
        let filter = json!({ "filter": { "tenant": tenant_node_id(self.tenant) } });
        let tasks = ask(&self.world, Some(&self.support), TASKS, filter).await;
        let nodes = tasks["data"]["recipientTasks"]["nodes"].as_array().expect("tasks").clone();
        let id = node_id(at).to_string();
        nodes.into_iter().find(|node| node["id"] == id.as_str()).unwrap_or_else(|| panic!("{tasks}"))
    }
}

fn known() -> Matches {
    Matches { mails: vec![MAIL.to_owned()], customers: vec![CUSTOMER.to_owned()], ..Matches::default() }
}

fn asked(world: &World, tenant: TenantId) -> RequestId {
    let (request, intake, of) = (RequestId::fresh(), IntakeId::fresh().uuid(), tenant.uuid());
    world.base.tamper(&format!(
        "insert into intakes (tenant_id, id, source, role, subject_kind, locale, zone, received_at, made_at, proof, proved_at)
         values ('{of}', '{intake}', 'console', 'processor', 'shopper', 'en', 'UTC', now(), now(), 'judged', now());
         insert into requests (tenant_id, id, intake_id, reference, right_code, source, role, locale, received_at, stage,
                               opened_at, moved_at)
         values ('{of}', '{0}', '{intake}', upper(right('{0}', 10)), 'deletion', 'console', 'processor', 'en', now(), 'open',
                 now(), now())",
        request.uuid(),
    ));
    request
}

fn wish(request: RequestId, (place, recipient): (Place, &str), right: Right, matches: Matches, world: &World) -> Wish {
    let now = world.tools.watch.now();
    Wish {
        request,
        reference: "R-0000007".to_owned(),
        sealed_under: request.uuid(),
        right,
        regulation: Regulation::Gdpr,
        place,
        recipient: recipient.to_owned(),
        store: if let Place::Store(store) = place { Some(store) } else { None },
        subject: None,
        categories: vec!["customer".to_owned()],
        zone: "UTC".to_owned(),
        submitted_at: now,
        until: now.plus(Duration::days(30)),
        bound_by: None,
        matches,
        // Any job will do that nothing else hands on.
        ticket: Some(Ticket::of(&TellOfLostConnection { store: StoreId::fresh() }).expect("a ticket")),
    }
}

async fn opened(world: &World, tenant: TenantId, wish: Wish) -> RecipientTaskId {
    let vault = world.tools.vault.clone();
    let written = world.ledger.write(world.scope(tenant), move |tx| {
        let first = propagation::open_tasks(tx, &vault, std::slice::from_ref(&wish))?;
        let again = propagation::open_tasks(tx, &vault, std::slice::from_ref(&wish))?;
        assert!(first[0].id == again[0].id && !again[0].is_new, "the same is opened once");
        let told = Event::new("test.opened", "request", wish.request.uuid());
        Ok(Witnessed::new(first[0].id, told))
    });
    written.await.expect("opened")
}

/// Who was told to come back later comes at once.
fn again(world: &World) {
    world.base.tamper(
        "update jobs set retry_at = now() where retry_at > now();
         update lanes set retry_at = now() where retry_at > now()",
    );
}

async fn works(world: &World) {
    for _ in 0..30 {
        again(world);
        if world.work().await == 0 {
            return;
        }
    }
}

/// How often the job was handed on that waited for a task.
fn woken(world: &World) -> String {
    world.base.lines("select count(*)::text as line from jobs where name = 'tell_of_lost_connection'")[0].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_interface_is_told_in_its_own_words_and_once() {
    let scene = Scene::opens().await;
    let recipients = &scene.street.recipients;
    scene.sets(&INTERFACES, "TEMPLATE").await;
    for (recipient, whom) in [("stripe", MAIL), ("clerk", MAIL), ("resend", MAIL), ("mailchimp", MD5)] {
        recipients.knows(recipient, whom);
    }
    let request = scene.asked();
    for recipient in INTERFACES {
        scene.tells(request, recipient, known()).await;
    }
    scene.works().await;
    assert_eq!(
        scene.standing(),
        [
            "clerk done",
            "google done",
            "klaviyo done",
            "mailchimp done",
            "pinterest done",
            "resend done",
            "segment acknowledged",
            "stripe done"
        ]
    );
    let deeds: BTreeMap<String, usize> =
        recipients.deeds().into_iter().fold(BTreeMap::new(), |mut counted, (who, _)| {
            *counted.entry(who).or_default() += 1;
            counted
        });
    assert_eq!(deeds, INTERFACES.into_iter().map(|who| (who.to_owned(), 1)).collect::<BTreeMap<String, usize>>());
    assert_eq!(woken(&scene.world), "7", "whoever waits is woken by each end, and by nothing else");

    // Its status is asked for, and nothing is sent again.
    recipients.finish();
    scene.later(Duration::hours(2)).await;
    assert!(scene.standing().contains(&"segment done".to_owned()), "{:?}", scene.standing());
    assert_eq!((recipients.deeds().len(), woken(&scene.world)), (8, "8".to_owned()));

    // What left stands in the book, in the form in which it left; of an ended task nobody is known any more.
    let book = scene.lines(
        "select recipient || ' ' || category || ' ' || fields::text || ' ' || form || ' ' || purpose as line from disclosures
          where way = 'request' order by 1",
    );
    assert_eq!(book.len(), 8, "{book:?}");
    for row in ["segment customer {number} raw privacy_request", "mailchimp customer {email} hashed privacy_request"] {
        assert!(book.contains(&row.to_owned()), "{book:?}");
    }
    assert_eq!(scene.lines("select count(*)::text as line from recipient_tasks where matches is not null"), ["0"]);
    assert_eq!(scene.lines("select count(*)::text as line from recipient_tasks where proof is null"), ["0"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_done_and_not_answered_is_asked_about_and_never_done_again() {
    let scene = Scene::opens().await;
    let recipients = &scene.street.recipients;
    scene.sets(&["segment", "resend", "mailchimp", "stripe", "clerk"], "TEMPLATE").await;
    scene.sets(&["dsr"], "OPEN_DSR").await;
    for (recipient, whom) in [("stripe", MAIL), ("clerk", MAIL), ("resend", MAIL), ("mailchimp", MD5)] {
        recipients.knows(recipient, whom);
    }
    // Each does what it is asked, and hangs up.
    for path in [
        "/segment/regulations",
        "/resend/contacts",
        "/mailchimp/3.0/lists/buyers/members",
        "/stripe/v1/customers/",
        "/clerk/v1/users/",
        "/dsr/requests",
    ] {
        recipients.order(Fault::once(path, Kind::DropsAfterActing));
    }
    let request = scene.asked();
    for recipient in ["clerk", "dsr", "mailchimp", "resend", "segment", "stripe"] {
        scene.tells(request, recipient, known()).await;
    }
    scene.works().await;
    recipients.finish();
    recipients.stands(Standing::Completed);
    for _ in 0..3 {
        scene.later(Duration::hours(5)).await;
    }
    let open = scene.lines(
        "select recipient || ' ' || state || ' ' || coalesce(answer, '') as line from recipient_tasks
                             where state not in ('done', 'already_gone')",
    );
    assert!(open.is_empty(), "{open:?}");
    let mut deeds: Vec<String> = recipients.deeds().into_iter().map(|(who, _)| who).collect();
    deeds.sort_unstable();
    assert_eq!(deeds, ["clerk", "dsr", "mailchimp", "resend", "segment", "stripe"], "each once");
    let unsure = scene.lines("select count(*)::text as line from recipient_tasks where is_unsure");
    assert_eq!(unsure, ["0"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_that_dies_on_the_way_leaves_a_task_that_asks_first() {
    let scene = Scene::opens().await;
    let recipients = &scene.street.recipients;
    scene.sets(&["segment"], "TEMPLATE").await;
    scene.tells(scene.asked(), "segment", known()).await;
    scene.works().await;
    assert_eq!(recipients.deeds().len(), 1);
    // As if the worker had died before the answer was written down: what was noted before it left is all there is.
    scene.world.base.tamper(
        "update recipient_tasks set state = 'waiting', is_unsure = true, step = 0, refs = '{}', answer = null;
         delete from jobs where name = 'tell_recipient' and state = 'ready';
         update jobs set state = 'ready', ended_at = null, retry_at = now(), crashes = 1 where name = 'tell_recipient';
         update lanes set suspect_at = now()",
    );
    scene.works().await;
    assert_eq!((recipients.deeds().len(), scene.standing()), (1, vec!["segment acknowledged".to_owned()]));
    let refs = scene.lines("select refs::text as line from recipient_tasks");
    assert_eq!(refs, ["{reg_1}"], "it was found under its own name");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_away_is_tried_again_and_who_has_nothing_has_done_it() {
    let scene = Scene::opens().await;
    let recipients = &scene.street.recipients;
    scene.sets(&["resend", "klaviyo", "stripe"], "TEMPLATE").await;
    recipients.order(Fault { path: "/klaviyo".to_owned(), kind: Kind::Fails, times: Some(2) });
    recipients.order(Fault::once("/klaviyo", Kind::TooMany { after: Span::from_secs(3) }));
    let request = scene.asked();
    for recipient in ["klaviyo", "resend", "stripe"] {
        scene.tells(request, recipient, known()).await;
    }
    scene.works().await;
    assert_eq!(scene.standing(), ["klaviyo done", "resend already_gone", "stripe already_gone"]);
    let tries = scene.lines(
        "select a.did || ' ' || a.answer as line from recipient_attempts a join recipient_tasks t on t.id = a.task_id
          where t.recipient = 'klaviyo' order by a.number",
    );
    assert_eq!(tries, ["sent 500", "sent 500", "sent 429", "sent done"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_with_our_key_or_comes_too_soon_is_no_refusal() {
    let scene = Scene::opens().await;
    let recipients = &scene.street.recipients;
    scene.sets(&["clerk", "klaviyo", "pinterest", "resend", "segment"], "TEMPLATE").await;
    recipients.knows("clerk", MAIL);
    let answers =
        [("/clerk", 403), ("/klaviyo", 409), ("/pinterest", 422), ("/resend", 410), ("/segment/regulations", 401)];
    for (path, status) in answers {
        recipients.order(Fault::once(path, Kind::Answers(status)));
    }
    let request = scene.asked();
    let clerk = scene.tells(request, "clerk", known()).await;
    let segment = scene.tells(request, "segment", known()).await;
    for recipient in ["klaviyo", "pinterest", "resend"] {
        scene.tells(request, recipient, known()).await;
    }
    scene.works().await;
    let standing = ["clerk waiting", "klaviyo done", "pinterest refused", "resend already_gone", "segment waiting"];
    assert_eq!(scene.standing(), standing);
    let tries = scene.lines(
        "select a.did || ' ' || a.answer as line from recipient_attempts a join recipient_tasks t on t.id = a.task_id
          where t.recipient = 'klaviyo' order by a.number",
    );
    assert_eq!(tries, ["sent 409", "sent done"]);

    // A key that is not accepted is a person's to look after; then it goes on where it stood.
    for at in [clerk, segment] {
        let task = scene.task(at).await;
        let advice = task["advice"].as_str().expect("what a person does");
        assert!(task["isByHand"] == true && advice.contains("does not accept our key"), "{task}");
        let retry = json!({ "id": node_id(at), "version": task["version"] });
        let retried = done(&scene.world, &scene.support, RETRY, retry).await;
        assert_eq!(retried["task"]["isByHand"], false, "{retried}");
    }
    scene.works().await;
    assert_eq!((scene.standing()[0].as_str(), scene.standing()[4].as_str()), ("clerk done", "segment acknowledged"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_place_that_is_not_there_is_nobody_who_is_gone() {
    let scene = Scene::opens().await;
    let recipients = &scene.street.recipients;
    let all = ["clerk", "google", "klaviyo", "mailchimp", "pinterest", "segment", "stripe"];
    scene.sets(&all, "TEMPLATE").await;
    // Of a list that is mistyped Mailchimp says what it says of somebody who is not in it.
    let mut mistyped = scene.way("mailchimp", "TEMPLATE");
    mistyped["parts"] = json!([{ "name": "data_centre", "value": "us1" }, { "name": "list", "value": "byers" }]);
    done(&scene.world, &scene.ops, SET, mistyped).await;
    recipients.knows("mailchimp", MD5);
    for path in ["/clerk", "/google/analytics", "/klaviyo", "/pinterest", "/segment/regulations", "/stripe"] {
        recipients.order(Fault::once(path, Kind::Answers(404)));
    }
    let request = scene.asked();
    let mut tasks = Vec::new();
    for recipient in all {
        tasks.push(scene.tells(request, recipient, known()).await);
    }
    scene.works().await;
    assert_eq!(scene.standing(), all.map(|recipient| format!("{recipient} waiting")));
    let told = scene.lines(
        "select distinct answer || ' ' || (advice like '%says nothing of the person%')::text as line from recipient_tasks",
    );
    assert_eq!(told, ["404 true"], "a person looks at how they are reached");
    assert!(!recipients.seen().iter().any(|(_, path)| path.contains("/members")), "nothing left for that list");
    let book = "select count(*)::text as line from disclosures where recipient = 'mailchimp'";
    assert_eq!(scene.lines(book), ["0"]);

    // Put right, each is told; who is not there is gone then.
    scene.sets(&["mailchimp"], "TEMPLATE").await;
    for at in tasks {
        let retry = json!({ "id": node_id(at), "version": scene.task(at).await["version"] });
        done(&scene.world, &scene.support, RETRY, retry).await;
    }
    scene.works().await;
    let standing = [
        "clerk already_gone",
        "google done",
        "klaviyo done",
        "mailchimp done",
        "pinterest done",
        "segment acknowledged",
        "stripe already_gone",
    ];
    assert_eq!(scene.standing(), standing);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_recipient_could_not_do_is_no_refusal() {
    let scene = Scene::opens().await;
    let recipients = &scene.street.recipients;
    scene.sets(&["segment"], "TEMPLATE").await;
    let at = scene.tells(scene.asked(), "segment", known()).await;
    scene.works().await;
    for (word, answer) in [("FAILED", "failed"), ("NOT_SUPPORTED", "not_supported")] {
        recipients.ends(word);
        scene.later(Duration::hours(2)).await;
        let task = scene.task(at).await;
        let advice = task["advice"].as_str().expect("what a person does");
        assert!(task["isByHand"] == true && advice.contains("look there at what is missing"), "{task}");
        assert_eq!(
            (task["state"].as_str(), task["attempts"][0]["answer"].as_str()),
            (Some("ACKNOWLEDGED"), Some(answer))
        );
        let known = scene.lines("select (matches is not null)::text as line from recipient_tasks");
        assert_eq!((known, woken(&scene.world)), (vec!["true".to_owned()], "0".to_owned()), "nothing has ended");
        recipients.ends("RUNNING");
        let retry = json!({ "id": node_id(at), "version": task["version"] });
        let retried = done(&scene.world, &scene.support, RETRY, retry).await;
        assert_eq!(retried["task"]["isByHand"], false, "{retried}");
        scene.works().await;
    }
    recipients.finish();
    scene.later(Duration::hours(2)).await;
    assert_eq!((scene.standing(), recipients.deeds().len()), (vec!["segment done".to_owned()], 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_processor_refuses_by_its_own_word_and_by_no_status() {
    let scene = Scene::opens().await;
    let recipients = &scene.street.recipients;
    scene.sets(&["dsr"], "OPEN_DSR").await;
    recipients.order(Fault::once("/dsr/requests", Kind::Answers(400)));
    let at = scene.tells(scene.asked(), "dsr", known()).await;
    scene.works().await;
    let task = scene.task(at).await;
    let advice = task["advice"].as_str().expect("what a person does");
    assert!(task["isByHand"] == true && advice.contains("does not say that it refuses it"), "{task}");
    assert_eq!((task["state"].as_str(), task["attempts"][0]["answer"].as_str()), (Some("WAITING"), Some("400")));

    let retry = json!({ "id": node_id(at), "version": task["version"] });
    done(&scene.world, &scene.support, RETRY, retry).await;
    scene.works().await;
    assert_eq!((scene.standing(), recipients.deeds().len()), (vec!["dsr acknowledged".to_owned()], 1));
    recipients.stands(Standing::Cancelled);
    scene.later(Duration::hours(5)).await;
    assert_eq!(scene.standing(), ["dsr refused"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_processor_is_believed_by_its_signature_alone() {
    let scene = Scene::opens().await;
    let recipients = &scene.street.recipients;
    scene.sets(&["dsr"], "OPEN_DSR").await;
    recipients.signs_wrongly(true);
    let at = scene.tells(scene.asked(), "dsr", known()).await;
    for _ in 0..3 {
        again(&scene.world);
        scene.world.work().await;
    }
    assert_eq!(scene.standing(), ["dsr waiting"], "an answer that anybody could have written is none");
    recipients.signs_wrongly(false);
    scene.works().await;
    assert_eq!((scene.standing(), recipients.deeds().len()), (vec!["dsr acknowledged".to_owned()], 1));
    let (id, call) = recipients.asked().pop().expect("asked");
    assert_eq!((call["regulation"].as_str(), call["subject_request_type"].as_str()), (Some("gdpr"), Some("erasure")));
    assert_eq!(call["subject_identities"].as_array().map(Vec::len), Some(2));

    recipients.stands(Standing::NothingFound);
    recipients.signs_wrongly(true);
    assert!(!heard(&scene, recipients.callback(&id).expect("a callback")).await, "it is not signed as it should be");
    recipients.signs_wrongly(false);
    assert!(heard(&scene, recipients.callback(&id).expect("a callback")).await);
    assert_eq!(scene.standing(), ["dsr already_gone"]);
    assert!(heard(&scene, recipients.callback(&id).expect("a callback")).await, "told again it changes nothing");
    assert_eq!((scene.task(at).await["state"].as_str(), woken(&scene.world).as_str()), (Some("ALREADY_GONE"), "1"));
    // The receipt, which holds the request as it went, is kept nowhere.
    let kept =
        scene.lines("select t::text as line from recipient_tasks t union all select a::text from recipient_attempts a");
    assert!(kept.iter().all(|row| !row.contains(MAIL) && !row.contains("encoded_request")), "{kept:?}");
}

/// What the desk makes of a callback.
async fn heard(scene: &Scene, (to, signature, body): (String, String, String)) -> bool {
    let mut headers = HeaderMap::new();
    headers.insert("x-opendsr-processor-domain", HeaderValue::from_static("127.0.0.1"));
    headers.insert("x-opendsr-signature", signature.parse().expect("a header"));
    let named = to.rsplit('/').next().expect("a task");
    propagation::called_back(&scene.world.tools, named, headers, body.into_bytes()).await.expect("an answer")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_letter_is_sent_reminded_of_told_as_silence_and_answered_under_its_link() {
    const TO: &str = "privacy@courier.example";
    let scene = Scene::opens().await;
    let way = json!({ "tenant": tenant_node_id(scene.tenant), "recipient": "courier", "kind": "MAIL", "address": TO });
    let set = done(&scene.world, &scene.ops, SET, way).await;
    assert_eq!(set["way"]["address"], TO, "{set}");
    let at = scene.tells(scene.asked(), "courier", known()).await;
    scene.works().await;
    assert_eq!((scene.standing(), scene.letters(TO).len()), (vec!["courier sent".to_owned()], 1));

    scene.later(Duration::days(15)).await;
    assert_eq!((scene.standing(), scene.letters(TO).len()), (vec!["courier sent".to_owned()], 2), "reminded once");
    scene.later(Duration::days(16)).await;
    assert_eq!((scene.standing(), scene.letters(TO).len()), (vec!["courier silent".to_owned()], 2));
    assert_eq!(woken(&scene.world), "1", "whoever waits goes on with what is open named");
    assert_eq!(scene.task(at).await["attempts"][0]["answer"], "silent");

    let letter = scene.letters(TO).pop().expect("a letter");
    assert!(letter.contains(MAIL) && letter.contains("before and have no answer"), "{letter}");
    let token =
        letter.split("token=").nth(1).and_then(|rest| rest.split_whitespace().next()).expect("a link").to_owned();
    let shown = propagation::behind_link(&scene.world.tools, &token).await.expect("readable").expect("there");
    assert_eq!((shown.reference.as_str(), shown.state), ("R-0000007", TaskState::Silent));
    let says = |state| Answered { state, words: Some(Personal::new("Deleted on Monday.")) };
    let odd = propagation::answer_by_link(&scene.world.tools, &token, says(TaskState::GivenUp)).await;
    assert!(matches!(odd, Err(Error::Invalid(_))), "a recipient gives nothing up");
    let answered = propagation::answer_by_link(&scene.world.tools, &token, says(TaskState::Done)).await;
    assert!(answered.expect("taken down"));
    assert_eq!((scene.standing(), woken(&scene.world)), (vec!["courier done".to_owned()], "2".to_owned()));
    let again = propagation::answer_by_link(&scene.world.tools, &token, says(TaskState::Refused)).await;
    assert!(!again.expect("an answer"), "the link leads nowhere any more");
    let support = desk_seat(&scene.world, &[Role::Support]);
    let words = done(&scene.world, &support, WORDS, json!({ "id": node_id(at) })).await;
    assert_eq!(words["words"]["value"], "Deleted on Monday.", "{words}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_letter_that_nobody_answered_is_written_anew_where_somebody_wants_it() {
    const TO: &str = "privacy@courier.example";
    let scene = Scene::opens().await;
    let way = json!({ "tenant": tenant_node_id(scene.tenant), "recipient": "courier", "kind": "MAIL", "address": TO });
    done(&scene.world, &scene.ops, SET, way).await;
    let at = scene.tells(scene.asked(), "courier", known()).await;
    scene.works().await;
    let retry = async || {
        let again = json!({ "id": node_id(at), "version": scene.task(at).await["version"] });
        done(&scene.world, &scene.support, RETRY, again).await;
        scene.works().await;
        scene.letters(TO).len()
    };
    assert_eq!(retry().await, 2, "before anybody reminded it");
    scene.later(Duration::days(15)).await;
    assert_eq!(scene.letters(TO).len(), 3, "and it is reminded all the same");
    scene.later(Duration::days(16)).await;
    assert_eq!((scene.standing(), scene.letters(TO).len()), (vec!["courier silent".to_owned()], 3));
    for letters in [4, 5] {
        assert_eq!(retry().await, letters);
        assert_eq!(scene.standing(), ["courier silent"], "it has not answered by that");
    }
    let mailbox = scene.world.tools.mail.mailbox().expect("letters are kept in memory");
    let ids: BTreeSet<String> = mailbox.letters_to(TO).into_iter().map(|kept| kept.letter.message_id).collect();
    assert_eq!(ids.len(), 5, "each is another letter: {ids:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_was_asked_by_hand_and_says_nothing_is_silent() {
    let scene = Scene::opens().await;
    let (asked, forgotten) =
        (scene.tells(scene.asked(), "facebook", known()).await, scene.tells(scene.asked(), "facebook", known()).await);
    let sent = json!({ "id": node_id(asked), "state": "SENT", "version": scene.task(asked).await["version"] });
    let noted = done(&scene.world, &scene.support, SETTLE, sent).await;
    assert_eq!(noted["task"]["state"], "SENT", "{noted}");
    scene.later(Duration::days(31)).await;
    assert_eq!(scene.task(asked).await["state"], "SILENT");
    assert_eq!(scene.task(forgotten).await["state"], "WAITING", "nobody asked it");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_to_put_something_right_is_told_what_is_right() {
    const TO: &str = "privacy@courier.example";
    let scene = Scene::opens().await;
    let way = json!({ "tenant": tenant_node_id(scene.tenant), "recipient": "courier", "kind": "MAIL", "address": TO });
    done(&scene.world, &scene.ops, SET, way).await;
    let tells = async |correction: Option<Corrected>| {
        let (matches, place) = (Matches { correction, ..known() }, (Place::Recipient, "courier"));
        let wish = wish(scene.asked(), place, Right::Correction, matches, &scene.world);
        opened(&scene.world, scene.tenant, wish).await;
        scene.works().await;
    };
    let on_orders = OnOrders { address: Some("Lange Gasse 1, 10115 Berlin".to_owned()), ..OnOrders::default() };
    tells(Some(Corrected { given_name: Some("Asma".to_owned()), on_orders, ..Corrected::default() })).await;
    let letter = scene.letters(TO).pop().expect("a letter");
    assert!(letter.contains("What is right:\n  First name: Asma\n  Address on orders: Lange Gasse 1,"), "{letter}");
    let book =
        scene.lines("select fields::text as line from disclosures where way = 'request' and recipient = 'courier'");
    assert!(
        matches!(&book[..], [one] if ["name", "address", "email"].iter().all(|field| one.contains(field))),
        "{book:?}"
    );

    // Where nothing that was named is for it, a person looks: no letter asks for nobody knows what.
    tells(None).await;
    let asked_by_hand = scene.lines("select answer as line from recipient_tasks where advice is not null");
    assert_eq!((asked_by_hand, scene.letters(TO).len()), (vec!["nothing_named".to_owned()], 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_no_program_may_is_done_by_hand_with_a_word_and_a_proof() {
    let scene = Scene::opens().await;
    let request = scene.asked();
    let at = scene.tells(request, "facebook", known()).await;
    let bare = scene.tells(request, "segment", known()).await;
    scene.works().await;
    let task = scene.task(at).await;
    assert_eq!(
        (task["kind"].as_str(), task["state"].as_str(), task["isByHand"].as_bool()),
        (Some("MANUAL"), Some("WAITING"), Some(true))
    );
    assert_eq!(scene.task(bare).await["isByHand"], true, "nobody set its interface up");

    let settle = |state: &str, version: &Value| json!({ "id": node_id(at), "state": state, "version": version });
    let mut whole = settle("DONE", &task["version"]);
    assert_eq!(refused(&scene.world, &scene.support, SETTLE, whole.clone()).await, "INVALID", "an end wants words");
    whole["words"] = json!("They wrote that it is done.");
    whole["proof"] = json!(BASE64.encode(b"a picture of their letter"));
    let stale = json!({ "id": node_id(at), "state": "DONE", "version": 99, "words": "x" });
    assert_eq!(refused(&scene.world, &scene.support, SETTLE, stale).await, "CONFLICT");
    assert_eq!(refused(&scene.world, &scene.ops, SETTLE, whole.clone()).await, "FORBIDDEN");
    let settled = done(&scene.world, &scene.support, SETTLE, whole.clone()).await;
    assert_eq!(
        (settled["task"]["state"].as_str(), settled["task"]["hasFile"].as_bool()),
        (Some("DONE"), Some(true)),
        "{settled}"
    );
    assert_eq!(refused(&scene.world, &scene.support, SETTLE, whole).await, "CONFLICT");
    let file = done(&scene.world, &scene.support, FILE, json!({ "id": node_id(at) })).await;
    assert_eq!(file["file"]["base64"], BASE64.encode(b"a picture of their letter"), "{file}");

    // Set up meanwhile, it is told; what cannot be told so is given up with a reason.
    let retry = json!({ "id": node_id(bare), "version": scene.task(bare).await["version"] });
    scene.sets(&["segment"], "TEMPLATE").await;
    let retried = done(&scene.world, &scene.support, RETRY, retry).await;
    assert_eq!(retried["task"]["isByHand"], false, "{retried}");
    scene.works().await;
    let task = scene.task(bare).await;
    assert_eq!(task["state"], "ACKNOWLEDGED", "{task}");
    let empty = json!({ "id": node_id(bare), "version": task["version"], "reason": " " });
    assert_eq!(refused(&scene.world, &scene.support, GIVE_UP, empty).await, "INVALID");
    let why = json!({ "id": node_id(bare), "version": task["version"], "reason": "The account was closed years ago." });
    let given_up = done(&scene.world, &scene.support, GIVE_UP, why).await;
    assert_eq!(given_up["task"]["state"], "GIVEN_UP", "{given_up}");
    assert_eq!(woken(&scene.world), "2");
    let all = all_ended(&scene, request).await;
    assert!(all, "{:?}", scene.standing());
    assert_eq!(scene.store.tenant, scene.tenant);
}

async fn all_ended(scene: &Scene, request: RequestId) -> bool {
    let scope = scene.world.scope(scene.tenant);
    scene.world.ledger.read(&scope, move |tx| propagation::all_ended(tx, request)).await.expect("readable")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_data_may_not_go_is_refused_before_anything_goes() {
    let scene = Scene::opens().await;
    let elsewhere = |kind: &str, address: &str| {
        json!({ "tenant": tenant_node_id(scene.tenant), "recipient": "segment", "kind": kind, "address": address,
            "credential": "x" })
    };
    for (kind, address) in [
        ("TEMPLATE", "https://api.segmentapis.com.evil.example"),
        ("TEMPLATE", "http://10.0.0.7/"),
        ("OPEN_DSR", "http://dsr.example/v2"),
        ("OPEN_DSR", "https://10.0.0.7/v2"),
        ("OPEN_DSR", "https://dsr.example:8443/v2"),
        ("OPEN_DSR", "https://:secret@dsr.example/v2"),
        ("MAIL", "nobody"),
        ("PLATFORM", "https://shop.example"),
    ] {
        let code = refused(&scene.world, &scene.ops, SET, elsewhere(kind, address)).await;
        assert_eq!(code, "INVALID", "{kind} {address}");
    }
    assert_eq!(refused(&scene.world, &scene.support, SET, scene.way("segment", "TEMPLATE")).await, "FORBIDDEN");
    assert_eq!(scene.lines("select count(*)::text as line from recipient_ways"), ["0"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_lets_us_in_at_one_place_goes_to_no_other() {
    let scene = Scene::opens().await;
    let recipients = &scene.street.recipients;
    scene.sets(&["segment"], "TEMPLATE").await;
    let at = scene.tells(scene.asked(), "segment", known()).await;
    let way = |kind: &str, place: &str, credential: Option<&str>| {
        let address = if kind == "MAIL" { place.to_owned() } else { recipients.at(place) };
        json!({ "tenant": tenant_node_id(scene.tenant), "recipient": "segment", "kind": kind, "address": address,
            "credential": credential })
    };
    let elsewhere = way("TEMPLATE", "elsewhere", None);
    assert_eq!(refused(&scene.world, &scene.ops, SET, elsewhere).await, "INVALID", "it was given for another place");
    done(&scene.world, &scene.ops, SET, way("TEMPLATE", "segment", None)).await;
    // Whom it was set up for by another kind of telling is not called by the one before, nor with what lets us in there.
    done(&scene.world, &scene.ops, SET, way("OPEN_DSR", "dsr", Some("theirs"))).await;
    scene.works().await;
    assert_eq!((recipients.seen(), scene.task(at).await["isByHand"].clone()), (Vec::new(), json!(true)));
    // Who is written to is let in nowhere, and nothing that let us in is kept.
    let mail = done(&scene.world, &scene.ops, SET, way("MAIL", "privacy@segment.example", None)).await;
    assert_eq!(mail["way"]["hasCredential"], false, "{mail}");
    assert_eq!(scene.lines("select count(*)::text as line from secrets where kind = 'recipient_credential'"), ["0"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_lets_us_in_for_an_hour_is_asked_for_anew() {
    let scene = Scene::opens().await;
    let recipients = &scene.street.recipients;
    let mut bare = scene.way("google", "TEMPLATE");
    bare["credential"] = json!("for-an-hour");
    assert_eq!(refused(&scene.world, &scene.ops, SET, bare).await, "INVALID", "that would be over in an hour");
    scene.sets(&["google"], "TEMPLATE").await;
    for times in 1..=2 {
        let at = scene.tells(scene.asked(), "google", known()).await;
        scene.works().await;
        assert_eq!(scene.task(at).await["state"], "DONE");
        assert_eq!((recipients.let_in(), recipients.deeds().len()), (times, times));
        recipients.runs_out();
    }
    // What was taken back is told to a person, and nothing is tried for ever.
    let mut taken_back = scene.way("google", "TEMPLATE");
    taken_back["credential"] = json!(GOOGLE.replace("always", "no more"));
    done(&scene.world, &scene.ops, SET, taken_back).await;
    let at = scene.tells(scene.asked(), "google", known()).await;
    scene.works().await;
    let task = scene.task(at).await;
    assert_eq!((task["state"].as_str(), task["isByHand"].as_bool()), (Some("WAITING"), Some(true)), "{task}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_written_down_twice_with_one_key_is_written_down_once() {
    let scene = Scene::opens().await;
    let at = scene.tells(scene.asked(), "facebook", known()).await;
    let version = scene.task(at).await["version"].clone();
    let settling = json!({ "id": node_id(at), "state": "DONE", "version": version, "words": "They wrote that it is done.",
        "proof": BASE64.encode(b"their letter"), "idempotencyKey": "01997f00-0000-7000-8000-000000000001" });
    for _ in 0..2 {
        let settled = done(&scene.world, &scene.support, SETTLE, settling.clone()).await;
        assert_eq!(settled["task"]["state"], "DONE", "{settled}");
    }
    assert_eq!(scene.task(at).await["attempts"].as_array().map(Vec::len), Some(1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_written_and_attached_goes_with_the_contact() {
    let scene = Scene::opens().await;
    let request = scene.asked();
    let at = scene.tells(request, "facebook", known()).await;
    let settling = json!({ "id": node_id(at), "state": "DONE", "version": scene.task(at).await["version"],
        "words": "Asma's account is gone, they wrote.", "proof": BASE64.encode(b"their letter") });
    done(&scene.world, &scene.support, SETTLE, settling).await;
    let files = async || {
        let kept: Vec<_> = scene.world.tools.blobs.list(Blobs::Attachment).try_collect().await.expect("a list");
        kept.len()
    };
    assert_eq!(files().await, 1);
    scene.world.base.tamper(&format!(
        "update requests set stage = 'closed', outcome = 'fulfilled', closed_at = now(), moved_at = now() where id = '{}'",
        request.uuid()
    ));
    scene.later(Duration::days(1_500)).await;
    // What is looked for once a day is looked for the day after a desk opens.
    scene.later(Duration::days(1)).await;
    assert_eq!(scene.lines("select (forgotten_at is not null)::text as line from intakes"), ["true"]);
    let support = desk_seat(&scene.world, &[Role::Support]);
    let opened = refused(&scene.world, &support, WORDS, json!({ "id": node_id(at) })).await;
    assert_eq!((opened.as_str(), files().await), ("REFUSED", 0));
    assert_eq!(scene.task(at).await["state"], "DONE", "how it ended stays");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_key_that_a_processor_shows_is_looked_up_every_day() {
    let scene = Scene::opens().await;
    scene.sets(&["dsr"], "OPEN_DSR").await;
    scene.tells(scene.asked(), "dsr", known()).await;
    scene.works().await;
    let since = || scene.lines("select certificate_at::text as line from recipient_ways");
    let first = since();
    scene.later(Duration::hours(5)).await;
    assert_eq!(since(), first, "what was looked up lasts a day");
    scene.later(Duration::hours(25)).await;
    assert_ne!(since(), first);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_is_told_by_its_platforms_own_call() {
    const SHOP: &str = "zaitoon.example";
    let course = Course::begins().await;
    let world = &course.world;
    course.stand("woocommerce").keep(SHOP, Counts { customers: 3, orders: 3, products: 1 });
    let store = course.connected("woocommerce", "zaitoon").await;
    works(world).await;
    // Whoever knows the buyer under two numbers is told of both; of one of them there is nothing any more.
    let customer = buyer(SHOP, 0).id.to_string();
    let of = |more: &[&str]| {
        let more = more.iter().map(|id| (*id).to_owned());
        Matches { customers: std::iter::once(customer.clone()).chain(more).collect(), ..Matches::default() }
    };
    let standing = |right: &str| {
        world.base.lines(&format!(
            "select kind || ' ' || state || ' ' || step as line from recipient_tasks where right_code = '{right}'"
        ))
    };
    let place = (Place::Store(store.id), "woocommerce");

    let correction = Some(Corrected { given_name: Some("Asma".to_owned()), ..Corrected::default() });
    let matches = Matches { correction, ..of(&[]) };
    opened(world, store.tenant, wish(asked(world, store.tenant), place, Right::Correction, matches, world)).await;
    works(world).await;
    assert_eq!(standing("correction"), ["platform done 0"]);

    // What no call of it carries is left to a person, who is not told it where everybody reads.
    let address = Some("Lange Gasse 1, 10115 Berlin".to_owned());
    let on_orders = OnOrders { mail: Some("asma@new.example".to_owned()), ..OnOrders::default() };
    let both = Corrected { given_name: Some("Asma".to_owned()), address, ..Corrected::default() };
    for said in [both, Corrected { on_orders, ..Corrected::default() }] {
        let matches = Matches { correction: Some(said), ..of(&[]) };
        opened(world, store.tenant, wish(asked(world, store.tenant), place, Right::Correction, matches, world)).await;
    }
    works(world).await;
    let by_hand = world.base.lines(
        "select state || ' ' || answer || ': ' || left(advice, 70) as line from recipient_tasks where advice is not null
          order by answer desc",
    );
    assert_eq!(
        by_hand,
        [
            "waiting done: No call of the platform's carries the address. Put it right at the pla",
            "waiting by_hand: No call of the platform's carries what stands on orders. Put it right ",
        ],
    );

    opened(world, store.tenant, wish(asked(world, store.tenant), place, Right::Deletion, of(&["999999"]), world)).await;
    works(world).await;
    assert_eq!(standing("deletion"), ["platform done 1"], "what was done stays done");

    // What no platform takes from an app, a person asks for.
    opened(world, store.tenant, wish(asked(world, store.tenant), place, Right::Restriction, of(&[]), world)).await;
    works(world).await;
    assert_eq!(standing("restriction"), ["manual waiting 0"]);
}
