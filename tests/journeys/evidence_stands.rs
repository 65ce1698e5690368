//! What proves how a request was answered is sealed when it is closed, names nobody, and is proved by anyone who has the
//! public key; it outlives what the request was made of, which goes in time unless somebody holds it.

use std::io::Write;
use std::process::{Command, Stdio};

use harness::aside::nothing_may_be_skipped;
use harness::asked::{ask, desk_seat};
use harness::planned::{ASHA, Planned, code};
use harness::scratch;
use harness::wishes::{wish, wish_from};
use rightsdesk_server::floor::access::Role;
use rightsdesk_server::floor::graphql::{node_id, tenant_node_id};
use rightsdesk_server::floor::kernel::{Personal, Ref, RequestId};
use rightsdesk_server::floor::regulations::Right;
use rightsdesk_server::floor::vault::PublicKeys;
use rightsdesk_server::requests::evidence::verify;
use rightsdesk_server::requests::{self, Evidence, Ground, HoldKind, NewHold};
use serde_json::{Value, json};

const SHOWN: &str = "query ($id: ID!) { request(id: $id) { evidence { number digest document madeAt } } }";

const FIGURES: &str = "query ($tenant: ID!) {
      ccpaTable(year: 2026, tenant: $tenant) { rows { kind received complied partly denied unverifiable exempt other
        medianDays meanDays } }
      timeliness(month: \"2026-09\") { received closed inTime late extended paused medianDays meanDays slowestDays
        lateReasons { reason count } } }";

/// Works until nothing is left that is due; who was told to come back later comes at once.
async fn works(scene: &Planned) {
    for _ in 0..12 {
        scene.world.base.tamper(
            "update jobs set retry_at = now() where retry_at > now();
             update lanes set retry_at = now() where retry_at > now()",
        );
        if scene.world.work().await == 0 {
            return;
        }
    }
}

/// She complains in words, and is answered in words.
async fn answered(scene: &Planned) -> Ref<RequestId> {
    let mut asking = wish(scene.tenant, &[Right::Complaint], ASHA);
    asking.words = Some(Personal::new("You lost my parcel, and I am Asha Zaman of Lahore."));
    let opened = scene.world.asks_and_proves(asking).await;
    let at = Ref::new(scene.tenant, opened[0].id);
    works(scene).await;
    let plan = scene.plan(at).await;
    scene.submits(at, plan.digest).await.expect("submitted");
    works(scene).await;
    let words = Personal::new("Dear Asha Zaman, it was found.");
    let settled = requests::settle_by_hand(&scene.world.tools, &scene.support, at, None, true, words, None).await;
    settled.expect("settled");
    works(scene).await;
    at
}

async fn evidence(scene: &Planned, at: Ref<RequestId>) -> Vec<Evidence> {
    requests::evidence_of(&scene.world.tools, &scene.support, at).await.expect("readable")
}

/// A colleague notes something about it, which comes later.
async fn noted(scene: &Planned, at: Ref<RequestId>) {
    let words = Personal::new("One thing more.");
    requests::write_note(&scene.world.tools, &scene.support, at, words, None).await.expect("noted");
}

/// What the newest evidence tells, which holds, with its number.
async fn newest(scene: &Planned, at: Ref<RequestId>) -> (i16, Value) {
    let sealed = evidence(scene, at).await;
    let last = sealed.last().expect("evidence");
    assert_eq!(faults(&last.document, &keys(scene)), Vec::<String>::new());
    let document: Value = serde_json::from_slice(&last.document).expect("JSON");
    (last.number, document["told"].clone())
}

fn tells(told: &Value, action: &str) -> bool {
    told["events"].as_array().is_some_and(|events| events.iter().any(|event| event["action"] == action))
}

fn keys(scene: &Planned) -> PublicKeys {
    PublicKeys::at(&scene.world.keys).expect("public keys")
}

fn faults(document: &[u8], keys: &PublicKeys) -> Vec<String> {
    verify(document, keys).faults.into_iter().map(|fault| fault.0).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_asked_promised_approved_and_answered_is_sealed_and_names_nobody() {
    let scene = Planned::begins().await;
    let at = answered(&scene).await;
    let sealed = evidence(&scene, at).await;
    let [one] = &sealed[..] else { panic!("one document: {}", sealed.len()) };
    assert_eq!(one.number, 1);
    let report = verify(&one.document, &keys(&scene));
    assert_eq!(report.faults, []);
    assert_eq!(report.reference, scene.stands(at).await.reference);
    assert!(report.events > 5 && report.plans == 1, "{report:?}");

    let document: Value = serde_json::from_slice(&one.document).expect("JSON");
    let told = &document["told"];
    assert_eq!(told["request"]["outcome"], "fulfilled");
    let dates = told["clocks"]["dates"].as_array().expect("dates");
    assert!(!dates.is_empty() && dates.iter().all(|date| date["clock"]["basis"]["cite"].is_string()), "{dates:#?}");
    let identifiers = told["intake"]["identifiers"].as_array().expect("identifiers");
    assert!(
        identifiers.iter().any(|one| one["proof"] == "code" && one["value_sha256"].is_string()),
        "{identifiers:#?}"
    );
    let letters = told["letters"].as_array().expect("letters");
    let answer = letters.iter().find(|letter| letter["kind"] == "answered").expect("the answer");
    assert!(answer["state"] == "sent" && answer["body_sha256"].is_string(), "sealed once it has left: {answer}");
    let actions: Vec<_> = told["events"].as_array().expect("events").iter().map(|event| &event["action"]).collect();
    assert!(actions.contains(&&json!("request.settled")) && actions.contains(&&json!("request.plan_submitted")));
    let text = String::from_utf8(one.document.clone()).expect("text");
    for named in [ASHA, "Zaman", "Lahore", "parcel"] {
        assert!(!text.contains(named), "{named}");
    }

    let answer = ask(&scene.world, Some(&scene.support), SHOWN, json!({ "id": node_id(at) })).await;
    let shown = &answer["data"]["request"]["evidence"][0];
    assert_eq!(shown["document"].as_str(), Some(text.as_str()), "{answer}");
    let said = scene.lines("select action as line from audit_events where action = 'request.evidence_sealed'");
    assert_eq!(said.len(), 1);

    // Whoever comes to seal what was sealed already seals nothing: two things that come together are in one document.
    noted(&scene, at).await;
    noted(&scene, at).await;
    works(&scene).await;
    assert_eq!(evidence(&scene, at).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_books_tell_of_one_is_sealed_without_reading_what_they_tell_of_the_others() {
    const OTHERS: i64 = 20_000;
    let scene = Planned::begins().await;
    let base = &scene.world.base;
    base.tamper(&format!(
        "insert into audit_events (tenant_id, seq, at, actor, action, object, hash)
         select '{}', -number, now(), 'system', 'request.read', 'request:' || gen_random_uuid(), sha256('') from
           generate_series(1, {OTHERS}) number",
        scene.tenant.uuid()
    ));
    let at = answered(&scene).await;
    assert_eq!(evidence(&scene, at).await.len(), 1);
    // Whoever leaves hands in how much they read.
    base.tamper(
        "select pg_terminate_backend(pid, 5000) from pg_stat_activity
          where datname = current_database() and pid <> pg_backend_pid()",
    );
    let read =
        "select (seq_tup_read + idx_tup_fetch)::text as line from pg_stat_user_tables where relname = 'audit_events'";
    let read: i64 = base.lines(read)[0].parse().expect("a count");
    assert!((1..OTHERS).contains(&read), "{read} rows of the books were read");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_later_is_sealed_in_another_that_continues_it() {
    let scene = Planned::begins().await;
    let at = answered(&scene).await;
    // However long ago it was closed, a letter is waited for until it has left.
    scene.world.days(3);
    let words = Personal::new("One thing more.");
    requests::write_message(&scene.world.tools, &scene.support, at, None, words, None).await.expect("written");
    works(&scene).await;
    let (number, told) = newest(&scene, at).await;
    assert!(number == 2 && tells(&told, "request.wrote"), "{told:#}");
    let letters = told["letters"].as_array().expect("letters");
    assert!(letters.iter().all(|letter| letter["state"] != "queued"), "{letters:#?}");

    let contact = Ref::new(scene.tenant, scene.stands(at).await.intake);
    let words = Personal::new("Thank you, and good bye.");
    requests::person_writes(&scene.world.tools, contact, Some(at.id), words, None).await.expect("written");
    works(&scene).await;
    let (number, told) = newest(&scene, at).await;
    assert!(number == 3 && tells(&told, "request.person_wrote"), "{told:#}");

    let (sealed, keys) = (evidence(&scene, at).await, keys(&scene));
    let reports: Vec<_> = sealed.iter().map(|one| verify(&one.document, &keys)).collect();
    assert!(reports.iter().all(|report| report.faults.is_empty()), "{reports:?}");
    assert!(reports.windows(2).all(|two| two[1].prev == two[0].digest), "each continues the one before: {reports:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restriction_that_ends_after_its_request_is_sealed_as_one_that_ended() {
    let scene = Planned::begins().await;
    let (tools, support) = (&scene.world.tools, &scene.support);
    let at = scene.asks(Right::Restriction).await;
    scene.submits(at, scene.plan(at).await.digest).await.expect("submitted");
    works(&scene).await;
    let words = Personal::new("It stands, and whoever got it is asked.");
    requests::settle_by_hand(tools, support, at, None, false, words, None).await.expect("settled");
    works(&scene).await;
    let stands = |told: &Value| told["receipts"]["fences"][0]["until"].is_null();
    let (first, told) = newest(&scene, at).await;
    assert!(stands(&told) && told["receipts"]["fences"][0]["since"].is_string(), "{told:#}");

    let words = Personal::new("We have looked at it.");
    requests::lift_restriction(tools, support, (at, None), (words, 7), None).await.expect("announced");
    works(&scene).await;
    let (announced, told) = newest(&scene, at).await;
    assert!(announced > first && tells(&told, "request.lifting_announced"), "{told:#}");
    scene.world.days(8);
    works(&scene).await;
    works(&scene).await;
    let (lifted, told) = newest(&scene, at).await;
    assert!(lifted > announced && tells(&told, "request.restriction_lifted") && !stands(&told), "{told:#}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_becomes_of_a_package_is_sealed_though_its_request_was_closed() {
    let scene = Planned::begins().await;
    let (tools, support) = (&scene.world.tools, &scene.support);
    let at = scene.asks(Right::Access).await;
    let digest = scene.plan(at).await.digest;
    scene.submits(at, digest).await.expect("submitted");
    scene.approves(&scene.approver, at, digest).await.expect("approved");
    works(&scene).await;
    let package = requests::list_packages(tools, support, at).await.expect("packages").remove(0);
    let read = package.made.expect("it lies there").manifest;
    requests::release_package(tools, &scene.approver, at, read, None).await.expect("released");
    works(&scene).await;
    let request = scene.stands(at).await;
    assert!(request.stage.is_closed(), "{:?}", request.stage);
    let (first, told) = newest(&scene, at).await;
    assert!(!tells(&told, "package.fetched"), "{told:#}");

    let contact = Ref::new(scene.tenant, request.intake);
    let link = requests::link_to_package(tools, contact, package.id).await.expect("a link");
    let link = requests::behind_package_link(tools, &link).await.expect("known").expect("it leads there");
    assert!(requests::fetch_package(tools, link).await.expect("asked").is_some(), "it is hers");
    works(&scene).await;
    let (fetched, told) = newest(&scene, at).await;
    assert!(fetched > first && tells(&told, "package.fetched"), "{told:#}");
    assert_eq!(told["receipts"]["packages"][0]["state"], "released");

    // It lies there for its time, and what ended is swept.
    scene.world.days(31);
    works(&scene).await;
    scene.world.days(1);
    works(&scene).await;
    let (ended, told) = newest(&scene, at).await;
    assert!(ended > fetched && tells(&told, "package.ended") && tells(&told, "package.cleared"), "{told:#}");
    assert_eq!(told["receipts"]["packages"][0]["state"], "gone");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_became_of_a_request_is_proved_unless_nobody_asked() {
    let scene = Planned::begins().await;
    let (tools, support) = (&scene.world.tools, &scene.support);
    let complaint = || wish(scene.tenant, &[Right::Complaint], ASHA);
    let (first, second) =
        (scene.world.asks_and_proves(complaint()).await, scene.world.asks_and_proves(complaint()).await);
    let joined = Ref::new(scene.tenant, second[0].id);
    requests::join(tools, support, joined, None, first[0].id, None).await.expect("joined");
    let asking = wish_from("US-CA", scene.tenant, &[Right::Deletion], "nobody@mail.example");
    let unproved = Ref::new(scene.tenant, scene.world.asks(asking).await.requests[0].id);
    let asking = wish(scene.tenant, &[Right::Access], "cheap@pills.example");
    let spam = Ref::new(scene.tenant, scene.world.asks(asking).await.requests[0].id);
    requests::mark_spam(tools, support, spam, None, None).await.expect("set aside");
    noted(&scene, spam).await;
    works(&scene).await;
    scene.world.days(15);
    works(&scene).await;
    works(&scene).await;
    for (at, outcome) in [(joined, "duplicate"), (unproved, "expired")] {
        let (number, told) = newest(&scene, at).await;
        assert_eq!((number, told["request"]["outcome"].as_str()), (1, Some(outcome)));
    }
    assert!(evidence(&scene, spam).await.is_empty(), "nobody asked for anything");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_byte_that_is_another_is_seen_and_so_are_books_that_were_rewritten() {
    let scene = Planned::begins().await;
    let at = answered(&scene).await;
    let document = evidence(&scene, at).await.remove(0).document;
    let keys = keys(&scene);
    for at in (0..document.len()).step_by(97) {
        let mut changed = document.clone();
        changed[at] ^= 1;
        assert!(!faults(&changed, &keys).is_empty(), "byte {at}");
    }
    let other = PublicKeys::one(1, [7; 32]);
    assert_eq!(faults(&document, &other), ["its signature does not hold: it was changed, or another key signed it"]);
    assert_eq!(faults(b"{}", &keys), ["it is no document in canonical form, or was changed"]);

    // Whoever has the run of the database and rewrites a row has evidence sealed that shows it.
    scene.world.base.tamper("update audit_events set actor = 'house' where action = 'request.settled'");
    noted(&scene, at).await;
    works(&scene).await;
    let sealed = evidence(&scene, at).await;
    let told = faults(&sealed.last().expect("evidence").document, &keys);
    assert!(told.iter().any(|fault| fault.contains("it is not what its hash covers")), "{told:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_outsider_proves_it_with_none_of_our_code_and_with_the_program_alone() {
    let scene = Planned::begins().await;
    let at = answered(&scene).await;
    let document = evidence(&scene, at).await.remove(0).document;
    let key = scene.world.keys.join("sign-0001.pub");
    let file = scratch::folder("evidence").expect("a folder").join("evidence.jsonl");
    std::fs::write(&file, [document.as_slice(), b"\n"].concat()).expect("written");
    let changed = file.with_file_name("changed.jsonl");
    let text = String::from_utf8(document.clone()).expect("text").replace("fulfilled", "withdrawn");
    std::fs::write(&changed, text.as_bytes()).expect("written");

    let program = |path: &std::path::Path| {
        let mut command = Command::new(harness::desk::program());
        let ended = command.args(["verify-evidence", "--keys"]).arg(&key).arg(path).output().expect("it runs");
        (ended.status.code(), String::from_utf8_lossy(&ended.stdout).into_owned())
    };
    let (code, said) = program(&file);
    assert!(code == Some(0) && said.starts_with("whole: R-"), "{code:?} {said}");
    let (code, said) = program(&changed);
    assert!(code == Some(10) && said.starts_with("not whole: "), "{code:?} {said}");

    // Whoever was handed a document and nothing else is told what is wanted, and not that it does not hold.
    let bare = scratch::folder("no-keys").expect("a folder");
    for folder in [bare.clone(), bare.join("nowhere")] {
        let mut command = Command::new(harness::desk::program());
        let command = command.arg("verify-evidence").arg(&file).env("RIGHTSDESK_KEYS_FOLDER", folder);
        let ended = command.output().expect("it runs");
        let said = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert!(ended.status.code() == Some(2) && said.contains("give --keys sign-NNNN.pub"), "{said}");
    }

    let python = ["python3", "/usr/bin/python3"].into_iter().find(|python| {
        let found = Command::new(python).args(["-c", "import cryptography"]).output();
        found.is_ok_and(|found| found.status.success())
    });
    let Some(python) = python else {
        assert!(!nothing_may_be_skipped(), "python3 with the package cryptography is missing");
        println!("NOT TRIED: this needs python3 with the package cryptography, which .ci/run installs");
        return;
    };
    let script = |input: &[u8]| {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/independent/verify_evidence.py");
        let mut command = Command::new(python);
        let command = command.args([path, "--key"]).arg(&key).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.stderr(Stdio::piped()).spawn().expect("python3 is there");
        child.stdin.take().expect("its input").write_all(input).expect("written");
        let ended = child.wait_with_output().expect("ends");
        (ended.status.success(), String::from_utf8_lossy(&ended.stdout).into_owned())
    };
    let (holds, said) = script(&document);
    assert!(holds && said.starts_with("whole: R-"), "{said}");
    assert!(!script(text.as_bytes()).0, "changed, and still it held");
}

/// What is left of a contact's own words and addresses.
fn left(scene: &Planned) -> Vec<String> {
    scene.lines(
        "select 'value' as line from intake_identifiers where value is not null or bidx is not null
          union all select 'letter' from request_messages where title is not null or body is not null
          union all select 'original' from intakes where original is not null
          union all select 'key' from request_keys k join intakes i on i.id = k.owner_id where k.wrapped is not null",
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_request_was_made_of_goes_in_time_and_what_proves_it_stays() {
    let scene = Planned::begins().await;
    let at = answered(&scene).await;
    let closed = scene.stands(at).await;
    scene.world.days(700);
    works(&scene).await;
    works(&scene).await;
    assert!(!left(&scene).is_empty(), "its two years are not over");
    scene.world.days(40);
    works(&scene).await;
    works(&scene).await;
    assert_eq!(left(&scene), Vec::<String>::new());
    let told = scene.lines("select action as line from audit_events where action = 'intake.forgotten'");
    assert_eq!(told.len(), 1);
    let stands = scene.stands(at).await;
    assert_eq!((stands.stage, stands.due, stands.reference), (closed.stage, closed.due, closed.reference));
    let sealed = evidence(&scene, at).await;
    assert!(faults(&sealed[0].document, &keys(&scene)).is_empty(), "it proves what is gone");
    let messages = requests::read_messages(&scene.world.tools, &scene.support, at, Personal::new("to look")).await;
    assert_eq!(code(messages), "FORGOTTEN", "there is nothing to be read any more");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_figures_of_a_year_and_of_a_month_are_the_same_once_it_is_forgotten() {
    let scene = Planned::begins().await;
    answered(&scene).await;
    let asking = wish_from("US-CA", scene.tenant, &[Right::Access], "ninth@mail.example");
    let refused = Ref::new(scene.tenant, scene.world.asks_and_proves(asking).await[0].id);
    let why = Personal::new("the ninth time this week");
    let ground = Ground::UnfoundedExcessive;
    requests::refuse(&scene.world.tools, &scene.support, refused, None, ground, why, None).await.expect("refused");
    scene.world.asks(wish_from("US-CA", scene.tenant, &[Right::Deletion], "nobody@mail.example")).await;
    works(&scene).await;
    scene.world.days(15);
    works(&scene).await;
    works(&scene).await;
    let figures = async || {
        let tenant = json!({ "tenant": tenant_node_id(scene.tenant) });
        let told = ask(&scene.world, Some(&scene.support), FIGURES, tenant).await;
        assert!(told.get("errors").is_none(), "{told}");
        told["data"].clone()
    };
    let before = figures().await;
    let rows = before["ccpaTable"]["rows"].as_array().expect("rows");
    let row = |kind: &str| rows.iter().find(|row| row["kind"] == kind).expect("each kind has a row").clone();
    assert_eq!((&row("KNOW")["denied"], &row("DELETE")["unverifiable"]), (&json!(1), &json!(1)), "{before:#}");
    assert_eq!(before["timeliness"]["closed"], 2, "{before:#}");

    scene.world.days(760);
    works(&scene).await;
    scene.world.days(1);
    works(&scene).await;
    works(&scene).await;
    assert_eq!(left(&scene), Vec::<String>::new());
    assert_eq!(figures().await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hold_on_the_person_keeps_it_until_it_is_let_go() {
    let scene = Planned::begins().await;
    let at = answered(&scene).await;
    let reason = Personal::new("a court asked for it");
    let new = NewHold { kind: HoldKind::Litigation, order: None, reason, review_on: None };
    let hold = requests::place_hold(&scene.world.tools, &scene.support, at, new, None).await.expect("held");
    scene.world.days(800);
    works(&scene).await;
    works(&scene).await;
    assert!(!left(&scene).is_empty(), "it is held");
    let colleague = desk_seat(&scene.world, &[Role::Approver]);
    let place = Ref::new(scene.tenant, hold.id);
    requests::release_hold(&scene.world.tools, &colleague, place, None).await.expect("let go");
    scene.world.days(1);
    works(&scene).await;
    works(&scene).await;
    assert_eq!(left(&scene), Vec::<String>::new());
}

/// A contact of long ago whose row nobody can write to.
fn stuck(scene: &Planned) {
    let tenant = scene.tenant.uuid();
    scene.world.base.tamper(&format!(
        "insert into intakes (tenant_id, id, source, role, subject_kind, locale, zone, received_at, made_at, proof, proved_at)
         values ('{tenant}', '00000000-0000-0000-0000-000000000008', 'console', 'processor', 'shopper', 'en', 'UTC',
                 '2001-01-01', '2001-01-01', 'judged', '2001-01-01');
         insert into requests (tenant_id, id, intake_id, reference, right_code, source, role, locale, received_at, stage,
                               opened_at, closed_at, answered_at, outcome, moved_at)
         values ('{tenant}', '00000000-0000-0000-0000-000000000007', '00000000-0000-0000-0000-000000000008', 'R-0000007',
                 'access', 'console', 'processor', 'en', '2001-01-01', 'closed', '2001-01-01', '2001-01-02', '2001-01-02',
                 'fulfilled', '2001-01-02');
         create function stuck() returns trigger language plpgsql as $$ begin raise exception 'stuck'; end $$;
         create trigger stuck before update on intakes for each row
           when (old.id = '00000000-0000-0000-0000-000000000008') execute function stuck()",
    ));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_contact_that_cannot_be_let_go_keeps_none_behind_it() {
    let scene = Planned::begins().await;
    answered(&scene).await;
    stuck(&scene);
    scene.world.days(800);
    works(&scene).await;
    works(&scene).await;
    assert_eq!(left(&scene), Vec::<String>::new(), "the one behind it has gone");
    let forgotten = || {
        scene.lines(
            "select (id = '00000000-0000-0000-0000-000000000008') || ' ' || (forgotten_at is not null) as line from intakes
              order by received_at",
        )
    };
    assert_eq!(forgotten(), ["true false", "false true"]);
    let told = scene.lines(
        "select distinct a.fate as line from job_attempts a join jobs j on j.id = a.job_id
          where j.name = 'forget_requests' and a.fate = 'retried'",
    );
    assert_eq!(told, ["retried"], "and that it was not done is told");
    scene.world.base.tamper("drop trigger stuck on intakes");
    scene.world.days(1);
    works(&scene).await;
    works(&scene).await;
    assert_eq!(forgotten(), ["true true", "false true"]);
}
