//! What somebody restricted, objected to or opted out of is obeyed by whoever writes or sends, at once and later; and what
//! was wrong of them is right in the records themselves, with digests of both and no value.

use harness::abroad::{Abroad, Fault, merchant};
use harness::asked::{ask, done, refused};
use harness::goods::order;
use harness::planned::{ASHA, Planned, code, short};
use harness::wishes::wish;
use harness::world::{World, forenoon};
use rightsdesk_server::floor::access::Caller;
use rightsdesk_server::floor::datamap::Cell;
use rightsdesk_server::floor::graphql::{node_id, tenant_node_id};
use rightsdesk_server::floor::jobs;
use rightsdesk_server::floor::kernel::{Personal, Ref, RequestId, StoreId, SubjectId, Watch};
use rightsdesk_server::floor::ledger::{Event, Witnessed};
use rightsdesk_server::floor::platforms::{Customer, Good};
use rightsdesk_server::floor::regulations::Right;
use rightsdesk_server::requests::{self, COOLING_OFF, CarryOut, CorrectionState, HoldKind, NewHold, Stage};
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;

const SET: &str = "mutation ($input: SetDestinationInput!) { setDestination(input: $input) {
  set { destination { id } } userErrors { code message } } }";
const RELAY: &str = "mutation ($input: RelayEventInput!) { relayEvent(input: $input) {
  event { id } userErrors { code message } } }";
const SHARED: &str = "query ($store: ID!) { shared(store: $store) { field cells { recipient times withheld } } }";
const NAME: &str = "mutation ($input: NameCorrectionInput!) { nameCorrection(input: $input) {
  request { corrections { about field state isInTheirWords rows value { masked } } } userErrors { code field } } }";
const LIFT: &str = "mutation ($input: LiftRestrictionInput!) { liftRestriction(input: $input) {
  request { fences { kind code warnedAt endsAt until } } userErrors { code } } }";

/// Works until nothing is left that is due; who was told to come back later comes at once.
async fn works(world: &World) {
    for _ in 0..12 {
        world.base.tamper(
            "update jobs set retry_at = now() where retry_at > now();
             update lanes set retry_at = now() where retry_at > now()",
        );
        if world.work().await == 0 {
            return;
        }
    }
}

/// What would be done is sent on as it stands, and carried out as far as it can be.
async fn carried_out(world: &World, at: Ref<RequestId>) {
    let support = world.support();
    let plan = requests::draw_plan(&world.tools, &support, at, None).await.expect("drawn");
    requests::submit_plan(&world.tools, &support, at, None, plan.digest, None).await.expect("submitted");
    works(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_new_is_stored_of_whoever_restricted_it_until_they_were_told_that_this_ends() {
    let scene = Planned::begins().await;
    let at = scene.asks(Right::Restriction).await;
    carried_out(&scene.world, at).await;
    let fences =
        scene.lines("select kind || ' ' || code || ' ' || coalesce(until::text, 'stands') as line from subject_fences");
    assert_eq!(fences, ["restriction  stands"]);
    assert_eq!(scene.lines("select count(restricted_at)::text as line from subjects"), ["1"]);

    let comes = async |number: &str| {
        let goods =
            vec![Good::Order(order(number, ASHA, 1)), Good::Order(order(&format!("{number}b"), "bo@mail.example", 1))];
        scene.world.take_in(scene.store, goods).await.expect("taken in").refused
    };
    assert_eq!(comes("3").await, 1, "hers is not, and another's is");
    let held = "select platform_id as line from orders order by platform_id";
    assert_eq!(scene.lines(held), ["1", "2", "3b"], "what was there stays");

    // The way is still free for what the law lets be done: a package, another wish.
    let access = scene.asks(Right::Access).await;
    assert!(short(&scene.plan(access).await.lines).contains(&"customer customers 1 disclose".to_owned()));

    let lift = |words: &str, days: i64| {
        let (words, support) = (Personal::new(words), scene.support.clone());
        let tools = scene.world.tools.clone();
        async move { requests::lift_restriction(&tools, &support, (at, None), (words, days), None).await }
    };
    assert_eq!(code(lift(" ", 7).await), "INVALID");
    assert_eq!(code(lift("it was looked at", 0).await), "INVALID");
    let input = json!({ "id": node_id(at), "words": "We have looked at it: it ends in a week.", "days": 7 });
    let told = done(&scene.world, &scene.support, LIFT, input).await;
    let fence = &told["request"]["fences"][0];
    assert!(fence["warnedAt"].is_string() && fence["endsAt"].is_string() && fence["until"].is_null(), "{told}");
    works(&scene.world).await;
    let letters = scene.world.tools.mail.mailbox().expect("kept in memory").letters_to(ASHA);
    assert!(letters.iter().any(|kept| kept.letter.text.contains("it ends in a week")), "she was told");
    scene.world.days(5);
    works(&scene.world).await;
    assert_eq!(comes("4").await, 1, "the day has not come");
    scene.world.days(3);
    works(&scene.world).await;
    works(&scene.world).await;
    assert_eq!(comes("5").await, 0, "it ended on its day");
    assert_eq!(scene.lines("select count(restricted_at)::text as line from subjects"), ["0"]);
    let told = scene.lines("select action as line from audit_events where action like 'request.%lift%' order by seq");
    assert_eq!(told, ["request.lifting_announced", "request.restriction_lifted"]);
    assert_eq!(code(lift("again", 7).await), "NOT_RESTRICTED");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hold_stops_erasing_and_no_other_right() {
    let scene = Planned::begins().await;
    let at = scene.asks(Right::Restriction).await;
    let new = NewHold {
        kind: HoldKind::Litigation,
        order: None,
        reason: Personal::new("a court asked for it"),
        review_on: None,
    };
    requests::place_hold(&scene.world.tools, &scene.support, at, new, None).await.expect("held");
    carried_out(&scene.world, at).await;
    assert_eq!(scene.lines("select count(restricted_at)::text as line from subjects"), ["1"]);
    let told = scene.lines("select action as line from audit_events where action = 'request.plan_overtaken'");
    assert!(told.is_empty(), "it was sent back: {told:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restriction_does_not_end_while_nobody_was_told() {
    let scene = Planned::begins().await;
    let at = scene.asks(Right::Restriction).await;
    carried_out(&scene.world, at).await;
    let words = Personal::new("It ends.");
    requests::lift_restriction(&scene.world.tools, &scene.support, (at, None), (words, 1), None).await.expect("told");
    scene.world.base.tamper("update request_messages set state = 'failed' where kind = 'message'");
    scene.world.days(30);
    works(&scene.world).await;
    assert_eq!(scene.lines("select count(restricted_at)::text as line from subjects"), ["1"]);
}

/// A restriction whose end came long ago and whose row nobody can write to, before all others in line.
fn stuck(scene: &Planned) {
    let tenant = scene.tenant.uuid();
    scene.world.base.tamper(&format!(
        "insert into intakes (tenant_id, id, source, role, subject_kind, locale, zone, received_at, made_at, proof, proved_at)
         values ('{tenant}', '00000000-0000-0000-0000-000000000008', 'console', 'processor', 'shopper', 'en', 'UTC',
                 '2001-01-01', '2001-01-01', 'judged', '2001-01-01');
         insert into requests (tenant_id, id, intake_id, reference, right_code, source, role, locale, received_at, stage,
                               opened_at, closed_at, answered_at, outcome, moved_at)
         values ('{tenant}', '00000000-0000-0000-0000-000000000007', '00000000-0000-0000-0000-000000000008', 'R-0000007',
                 'restriction', 'console', 'processor', 'en', '2001-01-01', 'closed', '2001-01-01', '2001-01-02', '2001-01-02',
                 'fulfilled', '2001-01-02');
         insert into subjects (tenant_id, id, made_at, restricted_at)
         values ('{tenant}', '00000000-0000-0000-0000-000000000009', '2001-01-01', '2001-01-02');
         insert into subject_fences (tenant_id, id, subject_id, kind, request_id, since, warned_at, ends_at)
         values ('{tenant}', '00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000009', 'restriction',
                 '00000000-0000-0000-0000-000000000007', '2001-01-02', '2001-01-03', '2001-01-04');
         create function stuck() returns trigger language plpgsql as $$ begin raise exception 'stuck'; end $$;
         create trigger stuck before update on subject_fences for each row
           when (old.id = '00000000-0000-0000-0000-00000000000a') execute function stuck()",
    ));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restriction_that_cannot_be_lifted_keeps_none_behind_it() {
    let scene = Planned::begins().await;
    let at = scene.asks(Right::Restriction).await;
    carried_out(&scene.world, at).await;
    stuck(&scene);
    let words = Personal::new("It ends.");
    requests::lift_restriction(&scene.world.tools, &scene.support, (at, None), (words, 1), None).await.expect("told");
    works(&scene.world).await;
    scene.world.days(3);
    works(&scene.world).await;
    works(&scene.world).await;
    let stands = "select (until is null)::text as line from subject_fences order by request_id";
    assert_eq!(scene.lines(stands), ["true", "false"]);
    scene.world.base.tamper("drop trigger stuck on subject_fences");
    scene.world.days(1);
    works(&scene.world).await;
    works(&scene.world).await;
    assert_eq!(scene.lines(stands), ["false", "false"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_proves_to_be_a_restricted_person_is_restricted_too() {
    let scene = Planned::begins().await;
    let at = scene.asks(Right::Restriction).await;
    carried_out(&scene.world, at).await;
    // Somebody of another address turns out to be her by an account of both.
    let other = harness::goods::customer("c9", "asha@work.example", 1);
    scene.comes_in(vec![Good::Customer(other)]).await;
    let both = harness::goods::customer("c9", ASHA, 2);
    let taken = scene.world.take_in(scene.store, vec![Good::Customer(both)]).await.expect("taken in");
    assert_eq!(taken.refused, 1);
    let root =
        scene.lines("select count(*)::text as line from subjects where same_as is null and restricted_at is not null");
    assert_eq!(root, ["1"]);
    let theirs = scene.world.take_in(scene.store, vec![Good::Order(order("7", "asha@work.example", 1))]).await;
    assert_eq!(theirs.expect("taken in").refused, 1, "by the other address as well");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_is_put_right_in_the_records_and_digests_stay() {
    let scene = Planned::begins().await;
    let mut asking = wish(scene.tenant, &[Right::Correction], ASHA);
    asking.words = Some(Personal::new("Please mend this.\nFirst name: Aasha\nmail: aasha@new.example"));
    let opened = scene.world.asks_and_proves(asking).await;
    let at = Ref::new(scene.tenant, opened[0].id);
    works(&scene.world).await;
    let named = requests::corrections_of(&scene.world.tools, &scene.support, at).await.expect("readable");
    let said: Vec<_> = named.iter().map(|one| (one.field.as_str(), one.named_by.is_none(), one.state)).collect();
    assert_eq!(said, [("given_name", true, CorrectionState::Named), ("mail", true, CorrectionState::Named)]);

    let wrong = json!({ "id": node_id(at), "about": "orders", "field": "total", "value": "1" });
    assert_eq!(refused(&scene.world, &scene.support, NAME, wrong).await, "INVALID");
    let input = json!({ "id": node_id(at), "about": "customers", "field": "phone", "value": "+49 30 123456" });
    let told = done(&scene.world, &scene.support, NAME, input).await;
    let rows = told["request"]["corrections"].as_array().expect("rows").clone();
    assert_eq!(rows.len(), 3, "{told}");
    assert!(!told.to_string().contains("aasha@new"), "what is right stays sealed: {told}");
    works(&scene.world).await;
    let lines = short(&scene.plan(at).await.lines);
    assert!(lines.contains(&"customer customers 1 correct".to_owned()), "{lines:#?}");
    assert!(!lines.iter().any(|line| line.contains("order_contacts")), "nothing is wrong there: {lines:#?}");

    let before = values(&scene).await;
    assert!(before.contains(&("mail".to_owned(), ASHA.to_owned())), "{before:?}");
    carried_out(&scene.world, at).await;
    let after = values(&scene).await;
    for (field, value) in [("given_name", "Aasha"), ("mail", "aasha@new.example"), ("phone", "+49 30 123456")] {
        assert!(after.contains(&(field.to_owned(), value.to_owned())), "{field}: {after:?}");
    }
    assert!(after.contains(&("family_name".to_owned(), "Familyc1".to_owned())), "the rest is as it was: {after:?}");

    let digests = scene.lines(
        "select field || ' ' || (was_digest is not null) || ' ' || (was_digest is distinct from is_digest) as line
           from corrected_values order by field",
    );
    assert_eq!(digests, ["given_name true true", "mail true true", "phone false true"]);
    for table in ["corrected_values", "request_corrections", "audit_events", "recipient_tasks"] {
        let held = scene.lines(&format!("select t::text as line from {table} t")).join("\n");
        assert!(!held.contains("aasha@new") && !held.contains("6161736861406e6577"), "{table}");
    }
    // She is found by what is right from now on, and by what it was.
    for mail in ["aasha@new.example", ASHA] {
        let taken = scene.world.take_in(scene.store, vec![Good::Order(order(mail, mail, 1))]).await;
        taken.expect("taken in");
    }
    assert_eq!(scene.lines("select count(distinct subject_id)::text as line from orders"), ["1"]);
    // The shop and whoever got her name are to be told of it.
    let told = scene.lines("select recipient as line from recipient_tasks order by recipient");
    assert_eq!(told, ["leopards", "shopify"]);
    // Run again, it puts nothing right twice.
    let generation = "select generation::text as line from customers";
    let stands = scene.lines(generation);
    let written = scene.world.ledger.write(scene.world.scope(scene.tenant), move |tx| {
        jobs::enqueue(tx, &CarryOut { request: at.id })?;
        Ok(Witnessed::new((), Event::new("test.again", "request", at.id.uuid())))
    });
    written.await.expect("asked for again");
    works(&scene.world).await;
    assert_eq!(scene.lines(generation), stands);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_put_right_stays_while_the_shop_tells_what_stood_there_before() {
    const STREET: &str = "Lange Gasse 1";
    let scene = Planned::begins().await;
    let at = scene.asks(Right::Correction).await;
    for (about, field, value) in [
        ("customers", "given_name", "Aasha"),
        ("customers", "phone", "+49 30 123456"),
        ("customers", "address", STREET),
        ("order_contacts", "mail", "aasha@new.example"),
        ("order_contacts", "address", STREET),
    ] {
        let input = json!({ "id": node_id(at), "about": about, "field": field, "value": value });
        done(&scene.world, &scene.support, NAME, input).await;
    }
    works(&scene.world).await;
    carried_out(&scene.world, at).await;

    // The shop has not heard of it, and tells of her as it knows her; what else it tells is its newer word.
    let known =
        |at| Customer { family_name: Some(Personal::new("Qureshi")), ..harness::goods::customer("c1", ASHA, at) };
    let stands = async |given: &str| {
        let buyer = values(&scene).await;
        for (field, value) in [("given_name", given), ("family_name", "Qureshi"), ("phone", "+49 30 123456")] {
            assert!(buyer.contains(&(field.to_owned(), value.to_owned())), "{field}: {buyer:?}");
        }
        assert!(buyer.iter().any(|(field, value)| field == "address" && value.contains(STREET)), "{buyer:?}");
        let contacts = values_of(&scene, "order_contacts").await;
        let of = |field: &'static str| {
            let told = contacts.iter().filter(move |(name, _)| name == field);
            told.map(|(_, value)| value.as_str())
        };
        assert_eq!(of("mail").collect::<Vec<_>>(), ["aasha@new.example", "aasha@new.example"], "{contacts:?}");
        assert!(of("address").count() == 2 && of("address").all(|value| value.contains(STREET)), "{contacts:?}");
    };
    for seconds in [2, 3] {
        scene.comes_in(vec![Good::Customer(known(seconds)), Good::Order(order("1", ASHA, seconds))]).await;
        stands("Aasha").await;
    }
    assert_eq!(
        scene
            .lines("select coalesce(fulfilment, '-') || ' ' || generation as line from orders where platform_id = '1'"),
        ["- 2"],
        "the order itself is as the shop tells it"
    );

    // What is neither is its own word, and from then on so is everything it says there.
    let other = Customer { given_name: Some(Personal::new("Asha Bibi")), ..known(4) };
    scene.comes_in(vec![Good::Customer(other)]).await;
    stands("Asha Bibi").await;
    scene.comes_in(vec![Good::Customer(known(5))]).await;
    stands("Givenc1").await;
    let ended = scene.lines("select about || ' ' || field as line from corrected_values where until is not null");
    assert_eq!(ended, ["customers given_name"]);
}

/// What stands in the buyer's own row, in clear.
async fn values(scene: &Planned) -> Vec<(String, String)> {
    values_of(scene, "customers").await
}

/// What stands in the buyer's rows of a table, in clear.
async fn values_of(scene: &Planned, table: &'static str) -> Vec<(String, String)> {
    let hers = scene.lines("select subject_id::text as line from customers where platform_id = 'c1'");
    let subject: Uuid = hers[0].parse().expect("an id");
    let subject = SubjectId::from_uuid(subject);
    let (vault, map) = (scene.world.tools.vault.clone(), scene.world.tools.map);
    let opened = scene.world.ledger.reveal(scene.world.scope(scene.tenant), "test", move |tx| {
        let key = vault.subject_key(tx, subject, "test")?.expect("a key");
        let all = map.disclose(tx, subject)?;
        let rows = all.into_iter().filter(|part| part.table.name == table).flat_map(|part| part.rows);
        let told = |cell: &Cell| Some((cell.column.name.to_owned(), cell.open(&key).expect("it opens")?));
        Ok(rows.flat_map(|row| row.cells.iter().filter_map(told).collect::<Vec<_>>()).collect::<Vec<_>>())
    });
    opened.await.expect("opened")
}

/// Asha's own words name what is right of her, and it is carried out.
async fn put_right(scene: &Planned, words: &str) -> Ref<RequestId> {
    let mut asking = wish(scene.tenant, &[Right::Correction], ASHA);
    asking.words = Some(Personal::new(words));
    let opened = scene.world.asks_and_proves(asking).await;
    let at = Ref::new(scene.tenant, opened[0].id);
    works(&scene.world).await;
    carried_out(&scene.world, at).await;
    at
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn by_what_somebody_else_is_known_nobody_is_put_right() {
    let scene = Planned::begins().await;
    scene.comes_in(vec![Good::Customer(harness::goods::customer("c5", "bilal@mail.example", 1))]).await;
    let at = put_right(&scene, "First name: Aasha\nmail: bilal@mail.example").await;
    let named = requests::corrections_of(&scene.world.tools, &scene.support, at).await.expect("readable");
    let said: Vec<_> = named.iter().map(|one| (one.field.as_str(), one.state)).collect();
    assert_eq!(said, [("given_name", CorrectionState::Done), ("mail", CorrectionState::Nothing)]);
    let after = values(&scene).await;
    assert!(after.contains(&("mail".to_owned(), ASHA.to_owned())), "it stays as it was: {after:?}");
    assert!(after.contains(&("given_name".to_owned(), "Aasha".to_owned())), "and the rest is right: {after:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_erased_takes_nobody_along_whose_address_stands_in_their_rows() {
    let scene = Planned::begins().await;
    scene.comes_in(vec![Good::Customer(harness::goods::customer("c5", "bilal@mail.example", 1))]).await;
    let marks = || scene.lines("select id::text as line from subject_identifiers where kind = 'mail' order by 1");
    let before = marks();
    put_right(&scene, "mail: shared@mail.example").await;
    let after = values(&scene).await;
    assert!(after.contains(&("mail".to_owned(), "shared@mail.example".to_owned())), "{after:?}");
    let new = marks().into_iter().find(|mark| !before.contains(mark)).expect("she is found by it");
    // As where it was Bilal's already when it was written into her row.
    scene.world.base.tamper(&format!(
        "update subject_identifiers set subject_id = (select subject_id from customers where platform_id = 'c5')
          where id = '{new}'"
    ));
    let his = "select c::text as line from customers c where c.platform_id = 'c5'
                union all select k::text from subject_keys k join customers c on c.subject_id = k.subject_id
                           where c.platform_id = 'c5'
                union all select i::text from subject_identifiers i join customers c on c.subject_id = i.subject_id
                           where c.platform_id = 'c5' order by 1";
    let before = scene.lines(his);
    assert_eq!(before.len(), 5, "his row, his key and what he goes by: {before:?}");

    let at = scene.asks(Right::Deletion).await;
    works(&scene.world).await;
    let digest = scene.plan(at).await.digest;
    scene.submits(at, digest).await.expect("submitted");
    scene.approves(&scene.approver, at, digest).await.expect("approved");
    scene.world.later(COOLING_OFF);
    works(&scene.world).await;
    assert_eq!(scene.lines("select state as line from request_steps where name = 'scan'"), ["done"]);
    assert_eq!(scene.lines(his), before, "nothing of his is another");
    scene.comes_in(vec![Good::Order(order("b9", "shared@mail.example", 9))]).await;
    let bought = "select (o.subject_id = c.subject_id)::text as line from orders o, customers c
                   where o.platform_id = 'b9' and c.platform_id = 'c5'";
    assert_eq!(scene.lines(bought), ["true"], "he is welcome by it");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_correction_that_names_nothing_is_not_begun() {
    let scene = Planned::begins().await;
    let at = scene.asks(Right::Correction).await;
    let plan = scene.plan(at).await;
    assert_eq!(code(scene.submits(at, plan.digest).await), "NOTHING_NAMED");
    assert!(matches!(scene.stands(at).await.stage, Stage::Open { .. }));
}

/// A merchant abroad who has events sent, and a buyer of theirs.
struct Relaying {
    world: World,
    abroad: Abroad,
    url: Url,
    store: Ref<StoreId>,
    program: Caller,
}

const ASMA: &str = "asma.q@example.com";

impl Relaying {
    async fn begins(recipients: &[&str]) -> Self {
        let mut world = World::alone_under("littledata", Watch::held(forenoon())).await;
        let (abroad, url) = Abroad::opens(&mut world).await;
        let (store, program) = merchant(&world).await;
        let scene = Self { world, abroad, url, store, program };
        for recipient in recipients {
            scene.sends_to(recipient).await;
        }
        scene
    }

    /// The merchant has events sent there.
    async fn sends_to(&self, recipient: &str) {
        let url = self.url.join(recipient).expect("a path").to_string();
        let tenant = tenant_node_id(self.store.tenant);
        let input = json!({ "tenant": tenant, "recipient": recipient, "url": url, "region": "US" });
        done(&self.world, &self.program, SET, input).await;
    }

    fn told(&self, mail: &str) -> Value {
        json!({ "store": node_id(self.store), "kind": "ORDER", "fields": [
            { "field": "customer.email", "value": mail }, { "field": "customer.number", "value": mail } ] })
    }

    async fn relays(&self, mail: &str) {
        done(&self.world, &self.program, RELAY, self.told(mail)).await;
        works(&self.world).await;
    }

    fn calls(&self) -> usize {
        self.abroad.calls().len()
    }

    /// Somebody asks for this, and it is carried out as far as it can be.
    async fn asks(&self, right: Right, mail: &str) {
        let asking = wish(self.store.tenant, &[right], mail);
        let opened = if right == Right::OptOut {
            self.world.asks(asking).await.requests
        } else {
            self.world.asks_and_proves(asking).await
        };
        works(&self.world).await;
        carried_out(&self.world, Ref::new(self.store.tenant, opened[0].id)).await;
    }

    async fn withheld(&self, recipient: &str) -> i64 {
        let shared = ask(&self.world, Some(&self.program), SHARED, json!({ "store": node_id(self.store) })).await;
        let row = shared["data"]["shared"][0]["cells"].as_array().expect("cells").clone();
        let cell = row.iter().find(|cell| cell["recipient"] == recipient).expect("a cell");
        cell["withheld"].as_i64().expect("a count")
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_forbids_it_is_relayed_nowhere_and_nobody_else_is_kept_back() {
    for right in [Right::OptOut, Right::Objection, Right::Restriction] {
        let scene = Relaying::begins(&["segment", "facebook"]).await;
        scene.relays(ASMA).await;
        assert_eq!(scene.calls(), 2, "{right}");
        scene.asks(right, ASMA).await;
        scene.abroad.forgets();
        assert_eq!(refused(&scene.world, &scene.program, RELAY, scene.told(ASMA)).await, "REFUSED", "{right}");
        works(&scene.world).await;
        assert_eq!(scene.calls(), 0, "{right}");
        scene.relays("bo@example.com").await;
        assert_eq!(scene.calls(), 2, "{right}: another's goes");
        for recipient in ["segment", "facebook"] {
            assert_eq!(scene.withheld(recipient).await, 1, "{right}: the ledger of sharing tells of it");
        }
        let kinds = scene.world.base.lines("select distinct kind as line from relay_withheld");
        assert_eq!(kinds, [right.code()]);
        let named = scene.world.base.lines("select w::text as line from relay_withheld w").join("\n");
        assert!(!named.contains("asma"), "it names nobody: {named}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_accepted_before_is_looked_at_again_before_it_is_sent() {
    let scene = Relaying::begins(&["segment"]).await;
    scene.abroad.will(&[Fault::Answers(500)]);
    done(&scene.world, &scene.program, RELAY, scene.told(ASMA)).await;
    scene.world.work().await;
    assert_eq!(scene.calls(), 1, "it waits to be tried again");
    scene.world.base.tamper("update jobs set retry_at = now() + interval '1 day' where name = 'relay_event'");
    let asking = wish(scene.store.tenant, &[Right::OptOut], ASMA);
    let opened = scene.world.asks(asking).await.requests;
    scene.world.work().await;
    let (at, support) = (Ref::new(scene.store.tenant, opened[0].id), scene.world.support());
    let plan = requests::draw_plan(&scene.world.tools, &support, at, None).await.expect("drawn");
    requests::submit_plan(&scene.world.tools, &support, at, None, plan.digest, None).await.expect("submitted");
    scene.world.work().await;
    let fences = scene.world.base.lines("select code as line from subject_fences order by code");
    assert!(fences.contains(&"*".to_owned()), "{fences:?}");
    works(&scene.world).await;
    assert_eq!(scene.calls(), 1, "nothing left after she opted out");
    let stands = scene.world.base.lines("select state || ' ' || answer as line from relay_deliveries");
    assert_eq!(stands, ["refused opt_out"]);
    assert_eq!(scene.withheld("segment").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_opt_out_holds_for_whoever_comes_later_and_for_places_set_up_later() {
    let scene = Relaying::begins(&[]).await;
    scene.asks(Right::OptOut, "noor@example.com").await;
    assert_eq!(scene.world.base.lines("select count(*)::text as line from subjects"), ["1"], "so that she is known");
    let held = scene.world.base.lines("select count(*)::text as line from customers");
    assert_eq!(held, ["0"], "and nothing is held of her");
    scene.sends_to("segment").await;
    let told = scene.told("noor@example.com");
    assert_eq!(refused(&scene.world, &scene.program, RELAY, told).await, "REFUSED");
    assert_eq!(scene.withheld("segment").await, 1);
}
