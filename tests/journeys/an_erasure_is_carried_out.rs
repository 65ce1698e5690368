//! An approved deletion is carried out to its end: what nothing binds goes, what a ground keeps goes over to nobody's name,
//! nobody else is touched, the person does not come back, and what was done is signed.

use chrono::Duration;
use harness::asked::desk_seat;
use harness::goods::{customer, order};
use harness::planned::{ASHA, Planned, code};
use harness::wishes::wish;
use rightsdesk_server::apps::{self, ProviderTaskState};
use rightsdesk_server::floor::access::Role;
use rightsdesk_server::floor::jobs::{self, Ticket};
use rightsdesk_server::floor::journal::canonical;
use rightsdesk_server::floor::kernel::ids::RecipientTaskId;
use rightsdesk_server::floor::kernel::{Instant, Personal, ProviderTaskId, Ref, RequestId, StoreId, TenantId};
use rightsdesk_server::floor::ledger::{Event, Witnessed};
use rightsdesk_server::floor::platforms::Good;
use rightsdesk_server::floor::regulations::Right;
use rightsdesk_server::floor::vault::verify;
use rightsdesk_server::grants;
use rightsdesk_server::propagation::{self, Settling, TaskState};
use rightsdesk_server::requests::{
    self, Asking, COOLING_OFF, CarryOut, HoldKind, LookAfterFulfilment, NewHold, Outcome, Stage, StepName, StepState,
};
use serde_json::Value;
use uuid::Uuid;

/// Who is nearly called so and somebody else.
const NEARLY: &str = "asha@mail.example.org";

/// The rows of everybody else, as they are stored.
const OTHERS: &str = "select t.line from (
    select 'c ' || c::text as line from customers c where c.platform_id like 'decoy%'
    union all select 'o ' || o::text from orders o where o.platform_id like 'decoy%'
    union all select 'x ' || x::text from order_contacts x join orders o on o.id = x.id where o.platform_id like 'decoy%'
    union all select 'i ' || i::text from subject_identifiers i join customers c on c.subject_id = i.subject_id
               where c.platform_id like 'decoy%'
    union all select 'k ' || k::text from subject_keys k join customers c on c.subject_id = k.subject_id
               where c.platform_id like 'decoy%') t order by 1";

/// Everything that is held of buyers, as it is stored.
const ALL: &str = "select t.line from (
    select 'c ' || c::text as line from customers c
    union all select 'o ' || o::text from orders o
    union all select 'x ' || x::text from order_contacts x
    union all select 's ' || s::text from subjects s
    union all select 'k ' || k::text from subject_keys k
    union all select 'i ' || i::text from subject_identifiers i) t order by 1";

struct Erased {
    scene: Planned,
    second: Ref<StoreId>,
    at: Ref<RequestId>,
}

impl Erased {
    /// Asha is known in two shops, and others are who are nearly called so; her deletion is approved.
    async fn approved() -> Self {
        Self::approved_from(None).await
    }

    /// The same of somebody who asks from there.
    async fn approved_from(place: Option<&str>) -> Self {
        let scene = Planned::begins().await;
        let second = scene.world.store(scene.tenant, "bazaar.example", &["read_orders"]).await;
        let known = vec![Good::Customer(customer("c7", ASHA, 1)), Good::Order(delivered("71", ASHA))];
        scene.world.take_in(second, known).await.expect("taken in");
        let decoys = vec![Good::Customer(customer("decoy1", NEARLY, 1)), Good::Order(delivered("decoy2", NEARLY))];
        scene.comes_in(decoys).await;
        let asking = Asking { place: place.map(str::to_owned), ..wish(scene.tenant, &[Right::Deletion], ASHA) };
        let opened = scene.world.asks_and_proves(asking).await;
        scene.world.work().await;
        let at = Ref::new(scene.tenant, opened[0].id);
        let digest = scene.plan(at).await.digest;
        scene.submits(at, digest).await.expect("submitted");
        scene.approves(&scene.approver, at, digest).await.expect("approved");
        Self { scene, second, at }
    }

    /// The cooling-off goes by, and everybody works as long as there is work.
    async fn cooled_off(&self) {
        self.scene.world.later(COOLING_OFF);
        self.works().await;
    }

    async fn works(&self) {
        while self.scene.world.work().await > 0 {}
    }

    async fn carried(&self) -> Vec<(StepName, StepState)> {
        let steps = requests::list_steps(&self.scene.world.tools, &self.scene.support, self.at).await.expect("steps");
        steps.into_iter().map(|step| (step.name, step.state)).collect()
    }

    /// It is begun once more, as after a crash.
    async fn begun_again(&self) {
        let request = self.at.id;
        let written = self.scene.world.ledger.write(self.scene.world.scope(self.scene.tenant), move |tx| {
            jobs::enqueue(tx, &CarryOut { request })?;
            Ok(Witnessed::new((), Event::new("test.begun_again", "request", request.uuid())))
        });
        written.await.expect("enqueued");
        self.works().await;
    }

    /// Whoever is awaited is given up.
    async fn gives_up(&self) {
        self.scene.gives_up().await;
        self.works().await;
    }

    /// The page's own promise, which no law makes longer, is kept; the law's date is the one that is open.
    fn leaves_the_date_to_the_law(&self) {
        self.scene.world.base.tamper("update request_clocks set met_at = now() where regime = 'operator_promise'");
    }

    async fn extends(&self) {
        let (tools, why) = (&self.scene.world.tools, Personal::new("it is spread over two shops"));
        let extended = requests::extend(tools, &self.scene.support, self.at, None, (None, None), why, None).await;
        extended.expect("extended");
    }

    /// The last moment of the answer.
    async fn due(&self) -> Instant {
        self.scene.stands(self.at).await.due.expect("a date").at
    }

    /// Some hours before that moment.
    async fn comes_near(&self, due: Instant) {
        self.scene.world.later(due.since(self.scene.world.tools.watch.now()) - Duration::hours(20));
        self.works().await;
    }

    /// Whether there is an answer, and how many certificates.
    async fn answered(&self) -> (bool, usize) {
        let (scene, tools) = (&self.scene, &self.scene.world.tools);
        let certificates = requests::list_certificates(tools, &scene.support, self.at).await.expect("read");
        (scene.stands(self.at).await.answered_at.is_some(), certificates.len())
    }

    fn one(&self, sql: &str) -> String {
        self.scene.lines(sql).pop().expect("a line")
    }
}

fn delivered(id: &str, mail: &str) -> rightsdesk_server::floor::platforms::Order {
    let long_ago = rightsdesk_server::floor::kernel::Instant::from_micros(1_700_000_000_000_000);
    rightsdesk_server::floor::platforms::Order {
        fulfilment: Some("fulfilled".to_owned()),
        placed_at: long_ago,
        ..order(id, mail, 1)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_erased_is_gone_from_every_shop_and_nobody_else_is_touched() {
    let erased = Erased::approved().await;
    let (scene, others) = (&erased.scene, erased.scene.lines(OTHERS));
    let asha = erased.one("select subject_id::text as line from customers where platform_id = 'c1'");
    assert!(others.len() >= 5, "the decoys are there: {others:?}");
    erased.works().await;
    assert!(erased.carried().await.is_empty(), "nothing runs while it cools off");
    erased.cooled_off().await;

    let carried = erased.carried().await;
    let done: Vec<_> = carried.iter().filter(|(_, state)| *state == StepState::Done).map(|(name, _)| *name).collect();
    for name in [
        StepName::Compare,
        StepName::Match,
        StepName::Tombstone,
        StepName::Keep,
        StepName::Forget,
        StepName::Files,
        StepName::Key,
        StepName::Scan,
    ] {
        assert!(done.contains(&name), "{name}: {carried:?}");
    }
    assert!(carried.contains(&(StepName::Certificate, StepState::Waiting)), "recipients are awaited: {carried:?}");

    // Whatever nothing binds is gone, in both shops.
    let left = format!(
        "select (select count(*) from customers where subject_id = '{asha}')
              + (select count(*) from orders where subject_id = '{asha}')
              + (select count(*) from subject_identifiers where subject_id = '{asha}')
              + (select count(*) from ledger_entries where subject_id = '{asha}') || '' as line"
    );
    assert_eq!(erased.one(&left), "0");
    assert_eq!(erased.one("select count(*) || '' as line from customers where platform_id = 'c7'"), "0");
    assert_eq!(erased.one("select count(*) || '' as line from orders where platform_id in ('1', '71')"), "0");
    assert_eq!(scene.lines("select name as line from orders where name in ('#1', '#71') order by 1"), ["#1", "#71"]);
    // What was bought stays for the books, and none of its lines leads back to her at the shop.
    let bought = "select distinct o.name || ' ' || l.title || ' ' || (l.variant is not null) || ' '
                         || case l.platform_id when '' then 'of nobody' else 'of the shop' end as line
                    from order_lines l join orders o on o.id = l.order_id where o.name in ('#1', '#2', '#71') order by 1";
    assert_eq!(
        scene.lines(bought),
        ["#1 Kettle true of nobody", "#2 Kettle true of the shop", "#71 Kettle true of nobody"],
        "but for the order that is not delivered"
    );
    let key = format!("select coalesce(wrapped::text, 'gone') as line from subject_keys where subject_id = '{asha}'");
    assert_eq!(erased.one(&key), "gone");

    // The order that is not delivered stays, of nobody's name, and opens under nobody's key but that.
    let keeper = erased.one("select subject_id::text as line from orders where platform_id = '2'");
    assert_ne!(keeper, asha);
    let sealed = format!(
        "select count(*) || '' as line from order_contacts x join orders o on o.id = x.id
           join subject_keys k on k.subject_id = '{keeper}' and substring(x.mail from 11 for 16) = uuid_send(k.id)
          where o.platform_id = '2' and k.wrapped is not null"
    );
    assert_eq!(erased.one(&sealed), "1");
    // It is whole as far as somebody is to get it, and of the account there is but whose it was.
    let sent = "select (x.mail is not null) || ' ' || (x.address is not null) as line
                  from order_contacts x join orders o on o.id = x.id where o.platform_id = '2'";
    assert_eq!(erased.one(sent), "true true");
    let account = format!(
        "select (given_name is not null) || ' ' || (family_name is not null) || ' ' || (platform_id = 'c1') || ' '
                || num_nonnulls(mail, phone, address, country, wants_mail, created_at) as line
           from customers where subject_id = '{keeper}'"
    );
    assert_eq!(scene.lines(&account), ["true true false 0"]);
    assert_eq!(erased.one("select count(*) || '' as line from customers where platform_id = 'c1'"), "0");
    let named = format!("select count(*) || '' as line from subject_identifiers where subject_id = '{keeper}'");
    assert_eq!(erased.one(&named), "0");

    assert_eq!(scene.lines(OTHERS), others, "nobody else's row is another");

    // The shop that owes her goods still needs to know her: it is told by hand, once that is over. The other forgets her now.
    let told = |store: Ref<StoreId>| {
        erased.one(&format!(
            "select kind || ' ' || coalesce(advice like 'An order at this store%', false) as line from recipient_tasks
              where store_id = '{}'",
            store.id.uuid()
        ))
    };
    assert_eq!((told(scene.store), told(erased.second)), ("manual true".to_owned(), "platform false".to_owned()));
    let open =
        "select id::text || ' ' || version as line from recipient_tasks where kind = 'manual' and store_id is not null";
    let task = erased.one(open);
    let (id, version) = task.split_once(' ').expect("two words");
    let task = Ref::new(scene.tenant, RecipientTaskId::from_uuid(id.parse().expect("an id")));
    let version = version.parse().expect("a version");
    let retried = propagation::retry(&scene.world.tools, &scene.support, task, version, None).await;
    assert_eq!(code(retried), "REFUSED", "no program takes from it what it needs to deliver");

    // Begun once more, it changes nothing.
    let all = scene.lines(ALL);
    erased.begun_again().await;
    assert_eq!(scene.lines(ALL), all);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_was_erased_does_not_come_back() {
    let erased = Erased::approved().await;
    erased.cooled_off().await;
    let scene = &erased.scene;
    let stones = erased.one("select count(*) || '' as line from tombstones where lifted_at is null");
    let path = scene.world.tools.journal.tombstones.path().to_owned();
    let lines = std::fs::read_to_string(path).expect("a journal");
    assert_eq!(lines.lines().count().to_string(), stones, "each stone stands in the journal");
    assert!(!lines.contains("asha") && lines.contains(r#""type":"set""#), "{lines}");

    let all = scene.lines(ALL);
    let again = || vec![Good::Customer(customer("c7", ASHA, 9)), Good::Order(order("72", ASHA, 9))];
    scene.world.take_in(erased.second, again()).await.expect("a page");
    let otherwise = vec![Good::Customer(customer("c8", " Asha@Mail.Example ", 9))];
    scene.world.take_in(erased.second, otherwise).await.expect("a page");
    // The shop has redacted whom it names; the order alone is known.
    let redacted = rightsdesk_server::floor::platforms::Order { mail: None, ..order("71", ASHA, 10) };
    scene.world.take_in(erased.second, vec![Good::Order(redacted)]).await.expect("a page");
    assert_eq!(scene.lines(ALL), all, "nothing is written of her");
    let hits = scene.lines("select hits::text as line from tombstones where hits > 0");
    assert!(!hits.is_empty(), "who was turned away is counted");

    // Her neighbour of nearly the same name is welcome.
    scene.comes_in(vec![Good::Order(order("decoy9", NEARLY, 9))]).await;
    assert_eq!(erased.one("select count(*) || '' as line from orders where platform_id = 'decoy9'"), "1");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hold_that_the_plan_does_not_know_of_stops_it() {
    let erased = Erased::approved().await;
    let (scene, all) = (&erased.scene, erased.scene.lines(ALL));
    // As one that was placed while the step before was at work, when nobody had looked at its request yet.
    scene.world.base.tamper(
        "insert into holds (tenant_id, id, reference, subject_id, kind, reason, placed_at, placed_by, review_on)
         select tenant_id, gen_random_uuid(), 'H-TESTED', subject_id, 'litigation', '\\x00', placed_at, gen_random_uuid(),
                current_date + 100 from orders where platform_id = '1'",
    );
    erased.cooled_off().await;
    assert_eq!(scene.lines(ALL), all, "nothing of hers is gone");
    assert!(matches!(scene.stands(erased.at).await.stage, Stage::Open { .. }), "it is read again");
    let told = scene.lines("select action as line from audit_events where action = 'request.plan_overtaken'");
    assert_eq!(told.len(), 1);
    assert_eq!(erased.one("select count(*) || '' as line from tombstones"), "0");
    let plan = scene.plan(erased.at).await;
    let held = plan.lines.iter().filter(|line| line.ground.as_deref() == Some("hold:H-TESTED")).count();
    assert!(held > 0, "the new plan keeps what is held: {:?}", plan.lines);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_stopped_while_it_cools_off_and_no_more_once_it_was_begun() {
    let erased = Erased::approved().await;
    let (scene, all) = (&erased.scene, erased.scene.lines(ALL));
    let (tools, why) = (&scene.world.tools, || Personal::new("the merchant called"));
    let blank = requests::stop_carrying(tools, &scene.support, erased.at, None, Personal::new(" "), None).await;
    assert_eq!(code(blank), "INVALID");
    let stopped = requests::stop_carrying(tools, &scene.support, erased.at, None, why(), None).await.expect("stopped");
    assert!(matches!(stopped.stage, Stage::Open { .. }));
    erased.cooled_off().await;
    assert_eq!(scene.lines(ALL), all);
    assert_eq!(
        code(requests::stop_carrying(tools, &scene.support, erased.at, None, why(), None).await),
        "ILLEGAL_STEP"
    );

    let erased = Erased::approved().await;
    let (scene, tools) = (&erased.scene, &erased.scene.world.tools);
    erased.cooled_off().await;
    assert_eq!(code(requests::stop_carrying(tools, &scene.support, erased.at, None, why(), None).await), "BEGUN");
    assert_eq!(code(requests::withdraw(tools, &scene.support, erased.at, None, None).await), "BEGUN");
    let held = NewHold { kind: HoldKind::Fraud, order: None, reason: why(), review_on: None };
    requests::place_hold(tools, &scene.support, erased.at, held, None).await.expect("placed all the same");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_done_is_certified_with_those_named_who_are_awaited_and_supplemented_once_they_settle() {
    let erased = Erased::approved().await;
    erased.cooled_off().await;
    let (scene, tools) = (&erased.scene, &erased.scene.world.tools);
    let certificates = || requests::list_certificates(tools, &scene.support, erased.at);
    assert!(certificates().await.expect("read").is_empty(), "recipients are awaited, and there is time");

    let due = scene.stands(erased.at).await.due.expect("a date").at;
    let left = due.since(tools.watch.now()) - Duration::hours(20);
    scene.world.later(left);
    erased.works().await;
    let first = certificates().await.expect("read");
    let [first] = &first[..] else { panic!("one certificate: {first:?}") };
    let document: Value = serde_json::from_str(&first.document).expect("JSON");
    let look = erased.one("select looked_through || ' ' || left_over as line from request_steps where name = 'scan'");
    assert_eq!(format!("{} {}", document["scan"]["columns"], document["scan"]["rows_left"]), look);
    assert!(look.ends_with(" 0"), "{look}");
    let bound: Vec<&Value> =
        document["recipients"].as_array().expect("a list").iter().filter(|one| !one["ground"].is_null()).collect();
    let [shop] = &bound[..] else { panic!("one shop has an open order: {document}") };
    assert_eq!((&shop["place"], &shop["ground"]), (&Value::from("store"), &Value::from("open_order")));
    let awaited = document["recipients"].as_array().expect("recipients");
    assert!(!awaited.is_empty() && awaited.iter().all(|one| one["state"] != "done"), "{document}");
    assert!(!first.document.contains("asha"), "it names nobody");
    let asked = scene.stands(erased.at).await;
    assert!(asked.answered_at.is_some() && matches!(asked.stage, Stage::InProgress { .. }), "{asked:?}");
    let letters = tools.mail.mailbox().expect("letters are kept in memory").letters_to(ASHA);
    let is_awaited =
        letters.iter().any(|kept| kept.letter.text.contains("have not answered yet: we go on asking them"));
    assert!(is_awaited, "who asked is told that others are awaited, and not that they refuse: {}", letters.len());

    // Whoever has the public key needs nothing else of ours.
    let mut unsigned = document.clone();
    let signature = unsigned.as_object_mut().expect("an object").remove("sig").expect("a signature");
    let signature = data_encoding::BASE64.decode(signature.as_str().expect("text").as_bytes()).expect("base64");
    let keys = tools.vault.public_keys().expect("public keys");
    let public = keys.get(first.key_version).expect("its key");
    let bytes = canonical(&unsigned).expect("canonical");
    assert!(verify(public, "rightsdesk/certificate/1", &bytes, &signature));
    assert!(!verify(public, "rightsdesk/checkpoint/1", &bytes, &signature));

    erased.gives_up().await;
    let all = certificates().await.expect("read");
    assert_eq!((all.len(), all[1].supplements), (2, Some(first.id)), "{all:?}");
    let stage = scene.stands(erased.at).await.stage;
    assert!(matches!(stage, Stage::Closed { outcome: Outcome::PartlyFulfilled, .. }), "{stage:?}");
    assert_eq!(erased.one("select count(*) || '' as line from request_matches"), "0");
    let key = format!(
        "select coalesce(wrapped::text, 'gone') as line from request_keys where owner_id = '{}'",
        erased.at.id.uuid()
    );
    assert_eq!(erased.one(&key), "gone");
}

/// Twice, right after a person's key is gone, somebody brings a row of theirs back; and whatever stands of them when a
/// certificate is written is counted.
const COMES_BACK: &str = "
    create table known as select tenant_id, id, store_id, platform_id, subject_id, mail, updated_at, taken_at
      from customers where platform_id = 'c7';
    create table comings (at timestamptz);
    create function comes_back() returns trigger language plpgsql security definer set search_path = public as $$
    begin
      if (select count(*) from comings) < 2 then
        insert into comings values (now());
        insert into customers (tenant_id, id, store_id, platform_id, subject_id, mail, updated_at, taken_at)
        select tenant_id, id, store_id, platform_id, subject_id, mail, updated_at, taken_at from known;
      end if;
      return null;
    end $$;
    create trigger comes_back after update on request_steps for each row
      when (new.name = 'key' and new.state = 'done' and old.state <> 'done') execute function comes_back();
    create table certified (rows_left bigint);
    create function looks() returns trigger language plpgsql security definer set search_path = public as $$
    begin
      insert into certified select count(*) from customers c join known k on k.subject_id = c.subject_id;
      return null;
    end $$;
    create trigger looks after insert on certificates for each row execute function looks()";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn as_long_as_the_scan_finds_something_there_is_no_certificate() {
    let erased = Erased::approved().await;
    erased.scene.world.base.tamper(COMES_BACK);
    erased.cooled_off().await;
    assert_eq!(erased.one("select count(*) || '' as line from comings"), "2", "it came back between the steps");
    erased.gives_up().await;

    let told = erased.scene.lines(
        "select action as line from audit_events
          where action in ('request.scan_found', 'request.scanned', 'request.certified') order by tenant_id, seq",
    );
    assert_eq!(told[..3], ["request.scan_found", "request.scan_found", "request.scanned"], "{told:?}");
    assert!(!told[3..].contains(&"request.scan_found".to_owned()), "{told:?}");
    assert_eq!(told.last().map(String::as_str), Some("request.certified"), "{told:?}");
    assert_eq!(erased.one("select count(*) || '' as line from customers where platform_id = 'c7'"), "0");
    assert_eq!(erased.scene.lines("select rows_left || '' as line from certified"), ["0"], "it was gone by then");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_whose_date_moved_while_recipients_are_awaited_comes_by_the_new_one() {
    let erased = Erased::approved_from(Some("DE")).await;
    erased.leaves_the_date_to_the_law();
    erased.cooled_off().await;
    assert_eq!(erased.answered().await, (false, 0), "recipients are awaited, and there is time");
    let first = erased.due().await;
    erased.extends().await;
    assert!(erased.due().await > first, "the date is another");
    erased.comes_near(first).await;
    assert_eq!(erased.answered().await, (false, 0), "it is not due any more when it was at first");
    erased.comes_near(erased.due().await).await;
    assert_eq!(erased.answered().await, (true, 1), "the last moment it was told of is near");
    assert_eq!(
        erased.one("select count(*) || '' as line from recipient_tasks where state in ('done', 'refused')"),
        "0"
    );

    // What was taken back is due sooner than anybody meant to look.
    let erased = Erased::approved_from(Some("DE")).await;
    erased.leaves_the_date_to_the_law();
    let first = erased.due().await;
    erased.extends().await;
    erased.cooled_off().await;
    let (tools, support) = (&erased.scene.world.tools, &erased.scene.support);
    requests::withdraw_extension(tools, support, erased.at, None, None).await.expect("withdrawn");
    assert_eq!(erased.due().await, first);
    erased.comes_near(first).await;
    assert_eq!(erased.answered().await, (true, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_asked_reads_what_stays_on_which_ground_and_who_refused() {
    let erased = Erased::approved().await;
    erased.cooled_off().await;
    let (scene, tools) = (&erased.scene, &erased.scene.world.tools);
    let courier =
        erased.one("select id::text || ' ' || version as line from recipient_tasks where recipient = 'leopards'");
    let (id, version) = courier.split_once(' ').expect("two words");
    let at = Ref::new(scene.tenant, RecipientTaskId::from_uuid(id.parse::<Uuid>().expect("an id")));
    let settling = Settling {
        version: version.parse().expect("a version"),
        state: TaskState::Refused,
        words: Some(Personal::new("they keep their way bills")),
        proof: None,
    };
    propagation::settle_by_hand(tools, &scene.support, at, settling, None).await.expect("written down");
    erased.gives_up().await;
    let stage = scene.stands(erased.at).await.stage;
    assert!(matches!(stage, Stage::Closed { outcome: Outcome::PartlyFulfilled, .. }), "{stage:?}");

    let letters = tools.mail.mailbox().expect("letters are kept in memory").letters_to(ASHA);
    let answer = letters.iter().map(|kept| &kept.letter.text).find(|text| text.contains("here you find why"));
    let answer = answer.expect("the answer");
    for told in [
        "Financial Data: A law obliges us to keep these data. These data stay until 14 November 2028.",
        "A contract with you still needs these data. These data stay until ",
        "Leopards Courier: We asked for it there, and it was refused.",
        "We had no final answer from there, and we do not go on asking.",
    ] {
        assert!(answer.contains(told), "{told}: {answer}");
    }
    assert_eq!(answer.matches("Leopards Courier").count(), 1, "{answer}");
    assert!(!answer.contains("way bills"), "what they wrote is the desk's to know: {answer}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_after_an_erasure_is_sealed_with_it() {
    let erased = Erased::approved().await;
    erased.cooled_off().await;
    erased.gives_up().await;
    let (scene, tools) = (&erased.scene, &erased.scene.world.tools);
    // Whoever was told to come back later, when the letter has left, comes at once.
    let sealed = async || {
        scene.world.base.tamper(
            "update jobs set retry_at = now() where retry_at > now();
             update lanes set retry_at = now() where retry_at > now()",
        );
        erased.works().await;
        let all = requests::evidence_of(tools, &scene.support, erased.at).await.expect("readable");
        String::from_utf8(all.last().expect("evidence").document.clone()).expect("text")
    };
    assert!(!sealed().await.contains("request.lifting_asked"));
    let why = Personal::new("she bought again and asks for her account");
    requests::ask_to_lift(tools, &scene.support, erased.at, why, None).await.expect("asked");
    let told = sealed().await;
    assert!(told.contains("request.lifting_asked") && !told.contains("request.tombstones_lifted"));
    requests::lift_tombstones(tools, &scene.approver, erased.at, None).await.expect("lifted");
    assert!(sealed().await.contains("request.tombstones_lifted"));
}

/// What a provider was asked of an app that is disconnected. The policy of this journey connects none, so it is put there by
/// hand.
fn asked_of_provider(scene: &Planned) -> Ref<ProviderTaskId> {
    let (whose, task, now) = (scene.tenant.uuid(), ProviderTaskId::fresh(), scene.world.tools.watch.now());
    scene.world.base.tamper(&format!(
        "with app as (
           insert into apps (tenant_id, id, kind, name, provider, state, granted, connected_at, connected_by, disconnected_at)
           values ('{whose}', gen_random_uuid(), 'messaging', 'WhatsCart', 'WhatsCart Ltd', 'disconnected', '{{}}', '{now}',
                   'house', '{now}') returning id)
         insert into provider_tasks (tenant_id, id, app_id, kind, opened_at, opened_by, until)
         select '{whose}', '{}', id, 'erase', '{now}', 'house', '{now}' from app",
        task.uuid()
    ));
    Ref::new(scene.tenant, task)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_words_of_staff_that_no_erasure_takes_along_go_with_the_time_of_closed_requests() {
    let erased = Erased::approved().await;
    erased.cooled_off().await;
    let (scene, tools) = (&erased.scene, &erased.scene.world.tools);
    let why = || Personal::new("Asha Zaman bought again, and asks for her account");
    let broken = async || {
        let ground = grants::Ground { ticket: None, reason: Some(why()) };
        grants::break_glass(tools, &scene.support, scene.tenant, ground, None).await.expect("leave")
    };
    requests::ask_to_lift(tools, &scene.support, erased.at, why(), None).await.expect("asked");
    let (first, task) = (broken().await, asked_of_provider(scene));
    let (ops, waived) = (desk_seat(&scene.world, &[Role::Ops]), (ProviderTaskState::Waived, Some(why())));
    apps::settle_provider_task(tools, &ops, task, waived, None).await.expect("let be");
    let words = "select distinct w.place || ' ' || (k.wrapped is not null) as line
                   from (select 'leave' as place, id from grants where reason is not null
                         union all select 'provider', id from provider_tasks where note is not null
                         union all select 'tombstone', id from tombstones where words is not null) w
                   join request_keys k on k.owner_id = w.id order by 1";
    let all = ["leave true", "provider true", "tombstone true"];
    let lived = async |days: i64| {
        scene.world.days(days);
        for _ in 0..12 {
            if scene.world.work().await == 0 {
                break;
            }
        }
        scene.world.work().await;
    };
    lived(700).await;
    assert_eq!(scene.lines(words), all, "their two years are not over");

    let later = broken().await;
    assert_ne!(first.id, later.id);
    lived(60).await;
    let left = ["leave false", "leave true", "provider false", "tombstone false"];
    assert_eq!(scene.lines(words), left, "what was written since has its own time");
    let told = scene.lines("select action as line from audit_events where action = 'tenant.words_forgotten'");
    assert_eq!(told.len(), 1, "once, and for all of them");
    // The wish stands, without its words: nobody writes others over them, and a second person may still agree.
    assert_eq!(code(requests::ask_to_lift(tools, &scene.support, erased.at, why(), None).await), "ASKED");
    requests::lift_tombstones(tools, &scene.approver, erased.at, None).await.expect("lifted");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_was_erased_is_welcome_again_once_two_persons_say_so() {
    let erased = Erased::approved().await;
    erased.cooled_off().await;
    let (scene, tools) = (&erased.scene, &erased.scene.world.tools);
    let again = || vec![Good::Customer(customer("c7", ASHA, 20))];
    let why = || Personal::new("she bought again and asks for her account");
    assert_eq!(code(requests::lift_tombstones(tools, &scene.approver, erased.at, None).await), "NOT_ASKED");
    requests::ask_to_lift(tools, &scene.support, erased.at, why(), None).await.expect("asked");
    scene.world.take_in(erased.second, again()).await.expect("a page");
    let known = "select count(*) || '' as line from customers where platform_id = 'c7'";
    assert_eq!(erased.one(known), "0", "one person's word is not enough");
    requests::lift_tombstones(tools, &scene.approver, erased.at, None).await.expect("lifted");
    scene.world.take_in(erased.second, again()).await.expect("a page");
    assert_eq!(erased.one(known), "1");
    let lines = std::fs::read_to_string(tools.journal.tombstones.path()).expect("a journal");
    let (set, lifted) = (lines.matches(r#""type":"set""#).count(), lines.matches(r#""type":"lift""#).count());
    assert!(set > 0 && set == lifted, "{set} were set and {lifted} lifted");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_step_commits_after_a_hold_that_it_did_not_see() {
    const PERSONS: usize = 8;
    let scene = Planned::begins().await;
    let mut asked = Vec::new();
    for number in 0..PERSONS {
        let (id, mail) = (format!("p{number}"), format!("p{number}@mail.example"));
        let goods = vec![Good::Customer(customer(&id, &mail, 1)), Good::Order(delivered(&format!("{id}-1"), &mail))];
        scene.comes_in(goods).await;
        let opened = scene.world.asks_and_proves(wish(scene.tenant, &[Right::Deletion], &mail)).await;
        scene.world.work().await;
        let at = Ref::new(scene.tenant, opened[0].id);
        let digest = scene.plan(at).await.digest;
        scene.submits(at, digest).await.expect("submitted");
        scene.approves(&scene.approver, at, digest).await.expect("approved");
        asked.push(at);
    }
    scene.world.later(COOLING_OFF);
    let working = async {
        for _ in 0..30 {
            scene.world.work().await;
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    };
    let holding = async {
        let mut held = Vec::new();
        for at in &asked {
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
            let new = || NewHold {
                kind: HoldKind::Litigation,
                order: None,
                reason: Personal::new("she sued"),
                review_on: None,
            };
            let placed = loop {
                match requests::place_hold(&scene.world.tools, &scene.support, *at, new(), None).await {
                    Ok(placed) => break placed,
                    Err(error) => assert_eq!(error.code(), "CONFLICT"),
                }
            };
            held.push((at.id.uuid(), placed.id.uuid()));
        }
        held
    };
    let ((), held) = tokio::join!(working, holding);
    for (request, hold) in held {
        let after = format!(
            "select s.action as line from audit_events s
              where s.object = 'request:{request}' and s.action = 'request.step_done'
                and s.seq > (select seq from audit_events where object = 'hold:{hold}' and action = 'hold.placed')"
        );
        assert_eq!(scene.lines(&after), Vec::<String>::new(), "of {request}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_put_aside_goes_also_with_a_request_that_was_closed_by_hand() {
    let erased = Erased::approved().await;
    erased.cooled_off().await;
    let (scene, tools) = (&erased.scene, &erased.scene.world.tools);
    let aside = "select count(*) || '' as line from request_matches";
    assert_ne!(erased.one(aside), "0", "recipients are to be told whom it is about");
    let why = Personal::new("The rest was settled on the telephone.");
    requests::settle_by_hand(tools, &scene.support, erased.at, None, true, why, None).await.expect("settled");
    erased.works().await;
    assert_ne!(erased.one(aside), "0", "recipients are awaited still");
    erased.gives_up().await;
    assert_eq!(erased.one(aside), "0");
    let key = format!(
        "select count(*) || '' as line from request_keys where owner_id = '{}' and wrapped is not null",
        erased.at.id.uuid()
    );
    assert_eq!(erased.one(&key), "0", "and so is what opened it");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_somebodys_key_sealed_is_found_wherever_it_lies() {
    let erased = Erased::approved().await;
    let scene = &erased.scene;
    let plant = |columns: &str| {
        scene.world.base.tamper(&format!(
            "update order_contacts x set {columns}
               from orders o, (select c.mail from customers c where c.platform_id = 'c1') as hers
              where o.id = x.id and o.platform_id = 'decoy2'"
        ));
    };
    // Beside what is another's, in a row that names another.
    let own = erased.one(
        "select encode(x.mail, 'hex') as line from order_contacts x join orders o on o.id = x.id
          where o.platform_id = 'decoy2'",
    );
    plant("phone = hers.mail");
    erased.cooled_off().await;
    let found = || scene.lines("select action as line from audit_events where action = 'request.scan_found'").len();
    assert!(found() > 0 && erased.carried().await.contains(&(StepName::Scan, StepState::Waiting)), "it is not clean");
    // As all there is in such a row. Her own values are gone by now: it is copied within the row.
    scene.world.base.tamper(
        "update order_contacts x set mail = phone, address = null, handle = null, phone = null
           from orders o where o.id = x.id and o.platform_id = 'decoy2'",
    );
    let (before, left) =
        (found(), || erased.one("select left_over::text as line from request_steps where name = 'scan'"));
    assert_ne!(left(), "0", "the step says what its look found");
    erased.begun_again().await;
    assert!(found() > before, "it is found by the key of the first value too");
    assert_ne!(left(), "0");
    scene.world.base.tamper(&format!(
        "update order_contacts x set mail = decode('{own}', 'hex')
           from orders o where o.id = x.id and o.platform_id = 'decoy2'"
    ));
    erased.begun_again().await;
    assert!(erased.carried().await.contains(&(StepName::Scan, StepState::Done)), "then it is clean");
    assert_eq!(left(), "0");
    assert!(erased.carried().await.contains(&(StepName::Certificate, StepState::Waiting)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_that_calls_its_buyer_what_the_shop_called_her_is_found() {
    let erased = Erased::approved().await;
    let scene = &erased.scene;
    scene.world.base.tamper("update orders set customer = 'c1' where platform_id = 'decoy2'");
    erased.cooled_off().await;
    let look = || erased.one("select state || ' ' || left_over as line from request_steps where name = 'scan'");
    assert_eq!(look(), "waiting 1");
    scene.world.base.tamper("update orders set customer = null where platform_id = 'decoy2'");
    erased.begun_again().await;
    assert_eq!(look(), "done 0");
}

/// Asha's erasure, of which something is left: its last look is still to come.
async fn unfinished() -> Erased {
    let erased = Erased::approved().await;
    erased.scene.world.base.tamper(
        "update order_contacts x set phone = hers.mail
           from orders o, (select c.mail from customers c where c.platform_id = 'c1') as hers
          where o.id = x.id and o.platform_id = 'decoy2'",
    );
    erased.cooled_off().await;
    assert!(erased.carried().await.contains(&(StepName::Scan, StepState::Waiting)), "it is not clean");
    erased
}

/// Somebody goes by the address that Asha went by.
fn goes_by_hers(subject: &str) -> String {
    format!(
        "insert into subject_identifiers (tenant_id, id, subject_id, kind, scope, bidx, bidx_v, tells, made_at)
         select tenant_id, gen_random_uuid(), {subject}, 'mail', '', bidx, bidx_v, true,
                to_timestamp(1790000000) + interval '72 hours' from request_matches where kind = 'mail' limit 1"
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_stood_there_before_and_goes_by_the_same_is_left_to_people() {
    let erased = unfinished().await;
    let scene = &erased.scene;
    let neighbour = "(select subject_id from customers where platform_id = 'decoy1')";
    scene.world.base.tamper(&goes_by_hers(neighbour));
    let others = scene.lines(OTHERS);
    erased.begun_again().await;
    assert_eq!(scene.lines(OTHERS), others, "nobody goes of whom nobody approved anything");
    let taken_up = format!("select count(*) || '' as line from request_persons where subject_id = {neighbour}");
    assert_eq!(erased.one(&taken_up), "0");
    let why = "select name || ' ' || outcome as line from request_steps where state = 'sent_back'";
    assert_eq!(scene.lines(why), ["scan somebody_else"]);
    assert!(matches!(scene.stands(erased.at).await.stage, Stage::Open { .. }), "people read it again");
    assert_eq!(erased.one("select count(*) || '' as line from certificates"), "0");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_was_made_anew_of_what_the_person_goes_by_goes_too() {
    let erased = unfinished().await;
    let scene = &erased.scene;
    let anew = "'ffffffff-0000-7000-8000-00000000abcd'::uuid";
    scene.world.base.tamper(&format!(
        "insert into subjects (tenant_id, id, made_at)
         select tenant_id, {anew}, to_timestamp(1790000000) + interval '72 hours' from request_matches limit 1"
    ));
    scene.world.base.tamper(&goes_by_hers(anew));
    erased.begun_again().await;
    let found = format!("select count(*) || '' as line from subject_identifiers where subject_id = {anew}");
    assert_eq!(erased.one(&found), "0", "nobody is found by it any more");
    let gone = format!("select (erased_at is not null)::text as line from subjects where id = {anew}");
    assert_eq!(erased.one(&gone), "true");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn by_what_somebody_came_in_meanwhile_is_looked_for_before_they_are_buried() {
    let erased = Erased::approved().await;
    let scene = &erased.scene;
    // As if she came in by another number when it was put aside already what she goes by; nothing says which number.
    scene.world.base.tamper(
        "insert into subject_identifiers (tenant_id, id, subject_id, kind, scope, bidx, bidx_v, tells, made_at)
         select tenant_id, gen_random_uuid(), subject_id, 'customer', store_id::text, decode(repeat('ab', 16), 'hex'), 1, true,
                to_timestamp(1790000000) + interval '72 hours' from customers where platform_id = 'c1'",
    );
    erased.cooled_off().await;
    let tried = erased.one("select attempt::text as line from request_steps where name = 'match'");
    assert_eq!(tried, "3", "it is looked for again, and not for ever");
    assert!(erased.carried().await.contains(&(StepName::Tombstone, StepState::Done)));
    let left = "select count(*) || '' as line from subject_identifiers where bidx = decode(repeat('ab', 16), 'hex')";
    assert_eq!(erased.one(left), "0");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_worker_after_worker_died_with_is_taken_up_again_once_and_by_itself() {
    let erased = Erased::approved().await;
    let scene = &erased.scene;
    // However often it was tried: whoever was given up three times waits longer than at first, and not for ever.
    let given_up = "update jobs set state = 'quarantined', code = 'CRASHED', retry_at = null, attempt = attempt + 30,
                           started_at = coalesce(started_at, now()),
                           ended_at = now() - interval '6 seconds'
                     where name = 'carry_out'";
    scene.world.base.tamper(given_up);
    scene.world.base.tamper(
        "insert into job_attempts (tenant_id, job_id, attempt, started_at, ended_at, fate, code)
         select tenant_id, id, 1000 + number, now(), now(), 'quarantined', 'CRASHED' from jobs, generate_series(1, 3) number
          where name = 'carry_out'",
    );
    assert!(erased.carried().await.is_empty(), "nobody is at it");
    erased.cooled_off().await;
    let look = async || {
        let written = scene.world.ledger.write(scene.world.scope(TenantId::HOUSE), |tx| {
            let id = jobs::enqueue(tx, &LookAfterFulfilment { is_thorough: false })?;
            Ok(Witnessed::new((), Event::new("test.looks", "job", id.uuid())))
        });
        written.await.expect("enqueued");
        erased.works().await;
    };
    look().await;
    assert!(erased.carried().await.is_empty(), "it lies for twenty seconds");
    scene.world.base.tamper("update jobs set ended_at = now() - interval '21 seconds' where name = 'carry_out'");
    look().await;
    assert!(erased.carried().await.contains(&(StepName::Scan, StepState::Done)), "{:?}", erased.carried().await);
    let told = || scene.lines("select action as line from audit_events where action in ('job.put_back', 'job.let_go')");
    assert_eq!(told(), ["job.put_back"]);

    // Where another that is the same waits already, nobody wants the one that was given up.
    scene.world.base.tamper(given_up);
    scene.world.base.tamper("update jobs set ended_at = now() - interval '1 hour' where name = 'carry_out'");
    let request = erased.at.id;
    let written = scene.world.ledger.write(scene.world.scope(scene.tenant), move |tx| {
        let later = Ticket::of(&CarryOut { request })?.due(tx.now()?.plus(Duration::days(1)));
        let _ = jobs::redeem(tx, later);
        Ok(Witnessed::new((), Event::new("test.enqueued", "request", request.uuid())))
    });
    written.await.expect("enqueued");
    look().await;
    assert!(
        told().contains(&"job.let_go".to_owned()) && !told()[1..].contains(&"job.put_back".to_owned()),
        "{:?}",
        told()
    );
}
