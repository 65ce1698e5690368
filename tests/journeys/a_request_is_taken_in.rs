//! What people ask is taken in whole: each right by itself with every date that may apply, the same but once, whatever was
//! said sealed, and nothing opened before somebody proved that they may ask.

use std::collections::BTreeMap;

use chrono::Duration;
use harness::asked::{desk_seat, done, partner, refused};
use harness::goods::{customer, order};
use harness::wishes::{goes_by, wish, wish_from};
use harness::world::World;
use rightsdesk_server::floor::access::{Caller, Permission, Role};
use rightsdesk_server::floor::graphql::tenant_node_id;
use rightsdesk_server::floor::kernel::{Error, Instant, Personal, Ref, TenantId, Watch};
use rightsdesk_server::floor::platforms::Good;
use rightsdesk_server::floor::regulations::{Kind, Right};
use rightsdesk_server::requests::{
    self, Asking, DataRole, GoesBy, Mandate, Proof, Request, Source, Stage, Stated, SubjectKind, Taken, Wanted,
};
use serde_json::json;

const ASHA: &str = "asha@mail.example";

/// 2026-09-21, a Monday, early in Los Angeles.
const BEGIN: Instant = Instant::EPOCH;

fn begin() -> Instant {
    BEGIN.plus(Duration::seconds(1_790_000_000))
}

async fn desk(policy: &str) -> (World, TenantId) {
    let world = World::alone_under(policy, Watch::held(begin())).await;
    let tenant = world.shop("Zaitoon Home", 0).await.tenant;
    (world, tenant)
}

fn count(world: &World, sql: &str) -> String {
    world.base.lines(&format!("select count(*)::text as line from {sql}"))[0].clone()
}

fn due(request: &Request) -> (String, String) {
    let due = request.due.as_ref().expect("nothing is without a date");
    (due.regime.clone(), due.on.to_string())
}

fn code_of<T>(outcome: Result<T, Error>) -> String {
    outcome.err().map(|error| error.code().to_owned()).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_contact_that_asks_for_two_rights_is_two_requests_each_with_its_own_dates() {
    let (world, tenant) = desk("inventorysync").await;
    let words = Some(Personal::new("Please tell me what you know, then delete all of it. Asha"));
    let asking = Asking { words, ..wish_from("DE", tenant, &[Right::Access, Right::Deletion], ASHA) };
    let taken = world.asks(asking).await;

    let [access, deletion] = &taken.requests[..] else { panic!("two rights, two requests") };
    assert_eq!((access.right, deletion.right), (Right::Access, Right::Deletion));
    assert_eq!((access.intake, deletion.intake), (taken.intake, taken.intake));
    assert_eq!((access.stage, access.role), (Stage::Received, DataRole::Processor));
    assert!(access.reference.starts_with("R-") && access.reference != deletion.reference);
    assert_eq!(due(access), ("eu_gdpr".to_owned(), "2026-10-21".to_owned()));
    assert!(access.due.as_ref().and_then(|due| due.target_on).is_some_and(|day| day.to_string() == "2026-10-15"));

    let shown =
        requests::find_request(&world.tools, &world.support(), Ref::new(tenant, access.id)).await.expect("shown");
    assert_eq!(shown.related, [Ref::new(tenant, deletion.id)], "what the same person asks is shown together");
    let [answer] = &shown.clocks[..] else { panic!("one law at this place: {:?}", shown.clocks) };
    assert_eq!((answer.clock.kind, answer.clock.basis.zone.as_str()), (Kind::Answer, "America/Los_Angeles"));
    assert!(shown.intake.prove_until.is_some_and(|until| until == begin().plus(Duration::days(14))));

    world.work().await;
    let letters = world.tools.mail.mailbox().expect("a mailbox").letters_to(ASHA);
    let kinds = "select kind as line from request_messages where way = 'out' order by kind";
    assert_eq!(world.base.lines(kinds), ["acknowledgement", "code"], "one of each for the whole contact");
    assert_eq!(letters.len(), 2);
    let kept = "select encode(i.value, 'escape') || coalesce(encode(t.original, 'escape'), '') as line
                  from intake_identifiers i join intakes t on (t.tenant_id, t.id) = (i.tenant_id, i.intake_id)";
    assert!(world.base.lines(kept).iter().all(|row| !row.contains("asha")), "sealed");
    let told = "select count(*)::text as line from audit_events where action = 'request.received'";
    assert_eq!(world.base.lines(told), ["2"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_that_is_wrong_with_it_is_said_at_once_and_nothing_is_kept() {
    let (world, tenant) = desk("inventorysync").await;
    let elsewhere = world.store(world.shop("Qamar", 0).await.tenant, "qamar.example", &[]).await;
    let wrong = Asking {
        store: Some(elsewhere.id),
        locale: Some("?".to_owned()),
        identifiers: vec![goes_by(GoesBy::Mail, "no address"), goes_by(GoesBy::Phone, "12")],
        ..wish_from("Berlin", tenant, &[], ASHA)
    };
    let refused = requests::receive(&world.tools, &Caller::house(), wrong).await;
    let Err(Error::Invalid(flaws)) = refused else { panic!("flaws") };
    let fields: Vec<&str> = flaws.iter().map(|flaw| flaw.field.as_str()).collect();
    assert_eq!(fields, ["rights", "identifiers.0.value", "identifiers.1.value", "locale", "place", "store"]);
    assert_eq!((count(&world, "intakes"), count(&world, "requests")), ("0".to_owned(), "0".to_owned()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_delivery_is_taken_once_and_answered_as_it_was_then() {
    let (world, tenant) = desk("inventorysync").await;
    let asking = Asking { delivery: Some("form-7".to_owned()), ..wish(tenant, &[Right::Access], ASHA) };
    let first = world.asks(asking.clone()).await;
    assert!(first.is_new && first.follow.is_some());
    let (again, at_once) = tokio::join!(world.asks(asking.clone()), world.asks(asking.clone()));
    for taken in [again, at_once] {
        assert!(!taken.is_new && taken.follow.is_none(), "its secret was told then");
        assert_eq!((taken.intake, taken.requests[0].id), (first.intake, first.requests[0].id));
    }
    let both = Asking { delivery: Some("form-8".to_owned()), ..asking };
    let (one, other): (Taken, Taken) = tokio::join!(world.asks(both.clone()), world.asks(both));
    assert_eq!((one.intake, one.is_new ^ other.is_new), (other.intake, true), "of two at one moment one is first");
    assert_eq!(count(&world, "intakes"), "2");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_opens_before_proof_and_a_code_is_good_for_a_while_and_a_few_tries() {
    let (world, tenant) = desk("inventorysync").await;
    let taken = world.asks(wish_from("DE", tenant, &[Right::Access, Right::Objection], ASHA)).await;
    let at = Ref::new(tenant, taken.intake);
    let tries = async |code: &str| code_of(requests::prove_by_code(&world.tools, at, code).await);
    assert_eq!(tries("000000").await, "NO_CODE", "none was sent yet");
    world.work().await;
    let code = world.code(ASHA);
    let wrong = if code == "111111" { "222222" } else { "111111" };
    for _ in 0..4 {
        assert_eq!(tries(wrong).await, "WRONG_CODE");
    }
    assert_eq!(tries(wrong).await, "CODE_USED_UP");
    assert_eq!(tries(&code).await, "CODE_USED_UP", "it was tried too often, right as it may be");
    assert!(world.requests(at).await.iter().all(|request| request.stage == Stage::Received));

    assert_eq!(code_of(requests::ask_for_proof_again(&world.tools, at).await), "THROTTLED", "a moment ago");
    world.later(Duration::minutes(2));
    requests::ask_for_proof_again(&world.tools, at).await.expect("another");
    world.work().await;
    let second = world.code(ASHA);
    world.later(Duration::minutes(16));
    assert_eq!(tries(&second).await, "CODE_EXPIRED");
    requests::ask_for_proof_again(&world.tools, at).await.expect("a third");
    world.work().await;
    let third = world.code(ASHA);
    let proved = requests::prove_by_code(&world.tools, at, &[" ", &third].concat()).await.expect("proved");
    assert_eq!((proved.proof, proved.is_proved()), (Proof::Code, true));
    let opened = world.requests(at).await;
    assert!(
        opened.iter().all(|request| matches!(request.stage, Stage::Open { .. })),
        "one proof for all that is asked"
    );
    assert_eq!(due(&opened[0]).1, "2026-10-21", "the date counts from receipt, whatever the proof takes");
    assert!(requests::prove_by_code(&world.tools, at, "000000").await.is_ok(), "what is proved stays so");

    let kept = "select coalesce(encode(code_digest, 'hex'), '-') as line from intake_identifiers";
    assert_eq!(world.base.lines(kept), ["-"], "the digest goes with its use");
    let book = world.base.lines("select coalesce(encode(payload, 'escape'), '') as line from audit_events").join(" ");
    assert!(!book.contains("asha") && !book.contains(&third));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_thing_that_somebody_goes_by_is_proved_by_itself_and_only_what_is_proved_tells_who_they_are() {
    let (world, tenant) = desk("sooperseller").await;
    let at = world.store(tenant, "zaitoon.example", &["read_orders"]).await;
    let known = vec![Good::Customer(customer("c1", ASHA, 1)), Good::Order(order("1", "boris@mail.example", 1))];
    world.take_in(at, known).await.expect("taken in");
    let mut asking = wish_from("DE", tenant, &[Right::Access], ASHA);
    asking.identifiers.push(goes_by(GoesBy::Mail, "boris@mail.example"));
    let taken = world.asks(asking).await;
    assert_eq!(taken.requests[0].subject, None, "nobody proved to be anybody");
    world.work().await;
    let boris = world.code("boris@mail.example");
    let place = Ref::new(tenant, taken.intake);
    requests::prove_by_code(&world.tools, place, &world.code(ASHA)).await.expect("proved");

    let support = world.support();
    let shown = requests::find_request(&world.tools, &support, Ref::new(tenant, taken.requests[0].id));
    let shown = shown.await.expect("shown");
    let proofs: Vec<Proof> = shown.identifiers.iter().map(|one| one.proof).collect();
    assert_eq!(proofs, [Proof::Code, Proof::None]);
    let hers = shown.request.subject.expect("she is known");
    assert_eq!(shown.intake.subject, Some(hers));
    requests::prove_by_code(&world.tools, place, &boris).await.expect("proved too");
    let both = requests::find_request(&world.tools, &world.support(), Ref::new(tenant, taken.requests[0].id)).await;
    assert!(both.expect("shown").identifiers.iter().all(|one| one.proof == Proof::Code));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_wish_under_a_key_that_was_used_is_told_so_and_not_lost() {
    const TAKE: &str = "mutation ($input: TakeRequestInput!) { takeRequest(input: $input) {
        taken { isNew requests { reference } } userErrors { code message } } }";
    let (world, tenant) = desk("inventorysync").await;
    let support = world.support();
    let wish = |mail: &str| {
        json!({ "tenant": tenant_node_id(tenant), "subjectKind": "SHOPPER", "rights": [{ "right": "ACCESS" }],
            "identifiers": [{ "kind": "MAIL", "value": mail }], "idempotencyKey": "letter-7" })
    };
    let first = done(&world, &support, TAKE, wish(ASHA)).await;
    let again = done(&world, &support, TAKE, wish(ASHA)).await;
    assert_eq!((&first["taken"]["isNew"], &again["taken"]["isNew"]), (&json!(true), &json!(false)));
    assert_eq!(first["taken"]["requests"], again["taken"]["requests"]);
    let other = refused(&world, &support, TAKE, wish("boris@mail.example")).await;
    assert_eq!(other, "IDEMPOTENCY_KEY_REUSED");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_no_code_reaches_staff_judge_and_say_why() {
    let (world, tenant) = desk("inventorysync").await;
    let mut asking = wish_from("DE", tenant, &[Right::Access], ASHA);
    asking.identifiers = vec![goes_by(GoesBy::Phone, "+49 30 901820"), goes_by(GoesBy::Name, "Asha Rao")];
    let taken = world.asks(asking).await;
    let (support, at) = (world.support(), Ref::new(tenant, taken.requests[0].id));
    let shown = requests::find_request(&world.tools, &support, at).await.expect("shown");
    let (phone, name) = (shown.identifiers[0].id, shown.identifiers[1].id);
    let judge = async |identifier, why: &str, is_proved| {
        requests::judge(&world.tools, &support, at, identifier, Personal::new(why), is_proved, None).await
    };
    let asked = requests::ask_for_proof(&world.tools, &support, at, phone, None).await;
    assert_eq!(code_of(asked), "NO_WAY");
    assert_eq!(code_of(judge(phone, " ", true).await), "INVALID");
    assert_eq!(code_of(judge(name, "she said so", true).await), "NO_WAY");
    let rejected = judge(phone, "somebody else answered there", false).await.expect("judged");
    assert_eq!(rejected.stage, Stage::Received);
    let judged = judge(phone, "she called back from that number", true).await.expect("judged");
    assert!(matches!(judged.stage, Stage::Open { .. }));

    // What was no proof after all opens nothing: it waits for one again, and nobody is told anything until then.
    let taken_back = judge(phone, "it was her sister who answered", false).await.expect("judged");
    assert_eq!((taken_back.stage, taken_back.subject), (Stage::Received, None));
    let place = Ref::new(tenant, taken.intake);
    let followed = requests::shown_to_person(&world.tools, place).await.expect("shown");
    assert!(!followed.intake.is_proved() && followed.intake.prove_until.is_some_and(|until| until > begin()));
    assert_eq!(code_of(requests::messages_for_person(&world.tools, place).await), "UNPROVED");
    assert_eq!(code_of(requests::draw_plan(&world.tools, &support, at, None).await), "ILLEGAL_STEP");
    let again = judge(phone, "now it was she", true).await.expect("judged");
    assert!(matches!(again.stage, Stage::Open { .. }));
    let ops = desk_seat(&world, &[Role::Ops]);
    let other = requests::judge(&world.tools, &ops, at, phone, Personal::new("I think so"), true, None).await;
    assert_eq!(code_of(other), "FORBIDDEN");
    let book = world.base.lines("select coalesce(encode(payload, 'escape'), '') as line from audit_events").join(" ");
    assert!(!book.contains("called back") && !book.contains("somebody else"), "words stay sealed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_speaks_for_another_shows_a_mandate() {
    let (world, tenant) = desk("inventorysync").await;
    let mut asking = Asking { mandate: Mandate::Claimed, ..wish_from("US-CA", tenant, &[Right::Deletion], ASHA) };
    asking.identifiers.push(goes_by(GoesBy::Agent, "agent@rights.example"));
    let taken = world.asks(asking).await;
    let (support, at) = (world.support(), Ref::new(tenant, taken.requests[0].id));
    let saw = Personal::new("signed by her, with a copy of her card");
    let shown = requests::judge_mandate(&world.tools, &support, at, saw, true, None).await.expect("judged");
    assert!(matches!(shown.stage, Stage::Open { .. }));
    let shown = requests::find_request(&world.tools, &support, at).await.expect("shown");
    let proofs: Vec<(GoesBy, Proof)> = shown.identifiers.iter().map(|one| (one.kind, one.proof)).collect();
    assert_eq!(proofs, [(GoesBy::Mail, Proof::Mandate), (GoesBy::Agent, Proof::None)]);
    assert_eq!((shown.intake.mandate, shown.intake.proof), (Mandate::Shown, Proof::Mandate));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_asks_for_no_proof_is_open_at_once_and_the_rest_of_the_contact_waits() {
    let (world, tenant) = desk("inventorysync").await;
    let alone = world.asks(wish_from("US-CA", tenant, &[Right::OptOut], ASHA)).await;
    assert!(matches!(alone.requests[0].stage, Stage::Open { .. }));
    assert_eq!(due(&alone.requests[0]), ("us_ca".to_owned(), "2026-10-12".to_owned()), "fifteen business days");
    let both = world.asks(wish_from("US-CA", tenant, &[Right::OptOut, Right::Deletion], "b@mail.example")).await;
    let stages: Vec<&str> = both.requests.iter().map(|request| request.stage.code()).collect();
    assert_eq!(stages, ["open", "received"]);
    let at = Ref::new(tenant, both.requests[1].id);
    let shown = requests::find_request(&world.tools, &world.support(), at).await.expect("shown");
    let kinds: Vec<Kind> = shown.clocks.iter().map(|row| row.clock.kind).collect();
    assert_eq!(kinds, [Kind::Acknowledgement, Kind::Answer], "California wants the word that it came");
    assert_eq!(due(&shown.request), ("us_ca".to_owned(), "2026-11-05".to_owned()), "the answer is what is worked by");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_policy_gives_the_time_that_its_page_says_and_nothing_is_without_a_date() {
    let mut seen = BTreeMap::new();
    for policy in ["dropshipped", "shopiq", "sooperseller", "inventorysync", "littledata"] {
        let (world, tenant) = desk(policy).await;
        let taken = world.asks(wish(tenant, &[Right::Deletion], ASHA)).await;
        seen.insert(policy, due(&taken.requests[0]));
    }
    let said = |regime: &str, on: &str| (regime.to_owned(), on.to_owned());
    assert_eq!(seen["dropshipped"], said("desk_target", "2026-10-21"), "its page names no time, and no law is known");
    assert_eq!(seen["sooperseller"], said("operator_promise", "2026-10-21"), "thirty days");
    assert_eq!(seen["inventorysync"], said("eu_gdpr", "2026-10-21"), "named by the page: the stricter of the two");
    assert_eq!(seen["littledata"], said("eu_gdpr", "2026-10-21"));
    assert_eq!(seen["shopiq"].0, "in_dpdp");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backlog_keeps_the_day_it_came_and_a_test_is_no_request_to_anybody() {
    let (world, tenant) = desk("inventorysync").await;
    let received_at = Some(begin().plus(-Duration::days(20)));
    let old = Asking { source: Source::Csv, received_at, ..wish_from("DE", tenant, &[Right::Access], ASHA) };
    let taken = world.asks(old).await;
    assert_eq!(due(&taken.requests[0]).1, "2026-10-01");
    let tried = Asking { is_test: true, ..wish_from("DE", tenant, &[Right::Access], "tester@mail.example") };
    let tried = world.asks(tried).await;
    assert!(tried.requests[0].is_test && tried.follow.is_none());
    world.work().await;
    assert_eq!(world.tools.mail.mailbox().expect("a mailbox").letters().len(), 0);
    let shown = requests::find_request(&world.tools, &world.support(), Ref::new(tenant, taken.requests[0].id)).await;
    let until = shown.expect("shown").intake.prove_until.expect("a day");
    assert!(until > begin(), "what came long ago can still be proved");
}

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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_nobody_proved_is_let_go_of_and_one_that_cannot_be_keeps_none_behind_it() {
    let (world, tenant) = desk("inventorysync").await;
    let stuck = world.asks(wish_from("DE", tenant, &[Right::Access], ASHA)).await.intake.uuid();
    world.days(1);
    world.asks(wish_from("DE", tenant, &[Right::Access], "boris@mail.example")).await;
    works(&world).await;
    world.base.tamper(&format!(
        "create function stuck() returns trigger language plpgsql as $$ begin raise exception 'stuck'; end $$;
         create trigger stuck before update on requests for each row when (old.intake_id = '{stuck}')
           execute function stuck()"
    ));
    world.days(15);
    works(&world).await;
    let standing = || {
        world.base.lines(&format!(
            "select (intake_id = '{stuck}') || ' ' || stage || ' ' || coalesce(outcome, '') as line from requests
              order by received_at"
        ))
    };
    assert_eq!(standing(), ["true received ", "false closed expired"]);
    let told = world.base.lines(
        "select distinct a.fate as line from job_attempts a join jobs j on j.id = a.job_id
          where j.name = 'expire_unproved' and a.fate = 'retried'",
    );
    assert_eq!(told, ["retried"], "that it was not done is told");
    world.base.tamper("drop trigger stuck on requests");
    world.later(Duration::minutes(20));
    works(&world).await;
    assert_eq!(standing(), ["true closed expired", "false closed expired"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_asks_the_same_again_is_shown_beside_the_first() {
    let (world, tenant) = desk("inventorysync").await;
    let first = world.asks(wish_from("DE", tenant, &[Right::Access], ASHA)).await;
    let again = world.asks(wish_from("DE", tenant, &[Right::Access], "ASHA@mail.example")).await;
    world.asks(wish_from("DE", tenant, &[Right::Access], "boris@mail.example")).await;
    let shown = requests::find_request(&world.tools, &world.support(), Ref::new(tenant, again.requests[0].id)).await;
    assert_eq!(shown.expect("shown").related, [Ref::new(tenant, first.requests[0].id)]);
    let alike = "select convert_from(payload, 'utf8') as line from audit_events where action = 'request.received'
                  order by seq";
    let told = world.base.lines(alike);
    assert!(told[0].ends_with("alike=0") && told[1].ends_with("alike=1") && told[2].ends_with("alike=0"), "{told:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_take_requests_in_is_told_by_permission_and_reach() {
    let (world, tenant) = desk("inventorysync").await;
    let elsewhere = world.shop("Qamar", 0).await.tenant;
    let lent = partner(&world, &[Permission::TakeRequests], &[tenant]);
    assert!(requests::receive(&world.tools, &lent, wish(tenant, &[Right::Access], ASHA)).await.is_ok());
    let other = requests::receive(&world.tools, &lent, wish(elsewhere, &[Right::Access], ASHA)).await;
    assert_eq!(code_of(other), "NOT_FOUND");
    let auditor = desk_seat(&world, &[Role::Auditor]);
    let refused = requests::receive(&world.tools, &auditor, wish(tenant, &[Right::Access], ASHA)).await;
    assert_eq!(code_of(refused), "FORBIDDEN");
    let house = Caller::house();
    let nowhere = requests::receive(&world.tools, &house, wish(TenantId::fresh(), &[Right::Access], ASHA));
    assert_eq!(code_of(nowhere.await), "NOT_FOUND");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_asks_the_operator_and_is_proved_by_having_signed_in() {
    let (world, tenant) = desk("sooperseller").await;
    let mail =
        Stated { kind: GoesBy::Mail, store: None, value: Personal::new("meera@zaitoon.example"), proof: Proof::Member };
    let asking = Asking {
        subject_kind: SubjectKind::Member,
        source: Source::Api,
        rights: vec![Wanted { right: Right::Access, case: None }],
        identifiers: vec![mail],
        ..wish(tenant, &[], ASHA)
    };
    let taken = world.asks(asking).await;
    let request = &taken.requests[0];
    assert_eq!((request.role, request.stage.code()), (DataRole::Controller, "open"));
    assert_eq!(due(request).0, "operator_promise");
}
