//! A database comes back from a backup of the day before: nobody is served from it until everybody is erased again who was
//! erased since, whole shops included, and then nobody of them is readable or written of anew.

use std::process::Command;
use std::time::Duration;

use harness::audited::{found, public_key};
use harness::goods::customer;
use harness::planned::{ASHA, Planned, code};
use harness::program::{Program, command};
use harness::scratch;
use nix::sys::signal::Signal;
use rightsdesk_server::audit::actions::note_restore;
use rightsdesk_server::floor::access::Caller;
use rightsdesk_server::floor::kernel::{Personal, Ref, RequestId, StoreId};
use rightsdesk_server::floor::platforms::Good;
use rightsdesk_server::floor::regulations::Right;
use rightsdesk_server::requests::{self, Asking, COOLING_OFF, Notice, SHOP, Source, SubjectKind, Wanted};

/// Asha's deletion, approved and not begun.
async fn approved(scene: &Planned) -> Ref<RequestId> {
    let at = scene.asks(Right::Deletion).await;
    let digest = scene.plan(at).await.digest;
    scene.submits(at, digest).await.expect("submitted");
    scene.approves(&scene.approver, at, digest).await.expect("approved");
    at
}

async fn works(scene: &Planned) {
    while scene.world.work().await > 0 {}
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_was_erased_since_is_erased_again_before_anybody_is_served() {
    let scene = Planned::begins().await;
    scene.comes_in(vec![Good::Customer(customer("c5", "bilal@mail.example", 1))]).await;
    approved(&scene).await;
    let backup = scene.world.backup().await;
    scene.world.later(COOLING_OFF);
    works(&scene).await;
    requests::require_upheld(&scene.world.tools).await.expect("the database of today knows the journal");
    let asha = backup.lines("select subject_id::text as line from customers where platform_id = 'c1'").remove(0);

    // The backup comes back: she stands in it, and nobody is served.
    let old = scene.world.restored(backup);
    let named = format!("select count(*) || '' as line from customers where subject_id = '{asha}'");
    assert_eq!(backup.lines(&named), ["1"]);
    assert_eq!(code(requests::require_upheld(&old.tools).await), "OLDER_THAN_JOURNAL");

    let done = requests::replay(&old.tools).await.expect("erased again");
    assert!(done.persons == 1 && done.lines > 0 && done.keys > 0 && done.rows > 0, "{done:?}");
    requests::require_upheld(&old.tools).await.expect("it knows the journal now");
    let left = format!(
        "select (select count(*) from customers where subject_id = '{asha}')
              + (select count(*) from orders where subject_id = '{asha}')
              + (select count(*) from ledger_entries where subject_id = '{asha}')
              + (select count(*) from subject_identifiers where subject_id = '{asha}')
              + (select count(*) from subject_keys where subject_id = '{asha}' and wrapped is not null) || '' as line"
    );
    assert_eq!(backup.lines(&left), ["0"]);
    assert_eq!(backup.lines("select name as line from orders order by 1"), ["#1", "#2"], "the books stay whole");
    let kept = "select (c.mail is null) || ' ' || (k.until_on is not null) as line from keeps k
                  join customers c on c.subject_id = k.keeper_id where k.place = 'customers' and k.ended_at is null";
    assert_eq!(backup.lines(kept), ["true true"], "what an order binds is what it needs, and has its last day");
    let other = "select count(*) || '' as line from customers c join subject_keys k on k.subject_id = c.subject_id
                  where c.platform_id = 'c5' and k.wrapped is not null";
    assert_eq!(backup.lines(other), ["1"], "nobody else is touched");

    // She does not come back with the next sync either, and once more changes nothing.
    old.take_in(scene.store, vec![Good::Customer(customer("c1", ASHA, 9))]).await.expect("a page");
    assert_eq!(backup.lines(&named), ["0"]);
    let again = requests::replay(&old.tools).await.expect("nothing to do");
    assert_eq!((again.lines, again.persons), (0, 0), "{again:?}");
    let told = backup.lines("select action as line from audit_events where action = 'desk.restored'");
    assert_eq!(told.len(), 2);
}

/// How a program ended that is not to go on, and all that it said.
fn ended(mut command: Command) -> (Option<i32>, String) {
    let mut child = command.spawn().expect("it starts");
    for _ in 0..300 {
        if child.try_wait().expect("it is ours").is_some() {
            break;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    let _ = child.kill();
    let told = child.wait_with_output().expect("over");
    (told.status.code(), String::from_utf8_lossy(&[told.stdout, told.stderr].concat()).into_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_program_itself_serves_nobody_from_it_until_it_was_told_to_restore() {
    let scene = Planned::begins().await;
    approved(&scene).await;
    let backup = scene.world.backup().await;
    scene.world.later(COOLING_OFF);
    works(&scene).await;
    let asha = backup.lines("select subject_id::text as line from customers where platform_id = 'c1'").remove(0);
    let named = format!(
        "select exists (select from customers where subject_id = '{asha}') || ' ' ||
                exists (select from subject_keys where subject_id = '{asha}' and wrapped is not null) as line"
    );
    assert_eq!(backup.lines(&named), ["true true"]);

    // The desk's keys and its journal, over yesterday's database.
    let data = scratch::folder("came-back").expect("a folder");
    let journal = scene.world.tools.journal.tombstones.path().parent().expect("its folder").to_owned();
    let program = |words: &[&str]| {
        let mut program = command(&data, words);
        program
            .env("DATABASE_URL", backup.online.expose())
            .env("RIGHTSDESK_KEYS_FOLDER", &scene.world.keys)
            .env("RIGHTSDESK_AUDIT_FOLDER", &journal);
        program
    };
    let (serve, work) = (["serve", "--http-listen", "127.0.0.1:0"], ["work"]);
    for words in [&serve[..], &work[..]] {
        let (code, said) = tokio::task::block_in_place(|| ended(program(words)));
        assert_eq!(code, Some(1), "{words:?}: {said}");
        let told = ["older than the journal of tombstones", "run `rightsdesk-server restore`"];
        assert!(told.iter().all(|words| said.contains(words)), "{words:?}: {said}");
        assert!(!said.contains("the desk answers at"), "{words:?}: {said}");
    }
    assert_eq!(backup.lines(&named), ["true true"], "whoever is refused erases nobody either");

    let (code, said) = tokio::task::block_in_place(|| ended(program(&["restore"])));
    assert!(code == Some(0) && said.contains(": 1 persons and 0 shops or accounts erased again"), "{said}");
    assert_eq!(backup.lines(&named), ["false false"]);
    let mut desk = tokio::task::block_in_place(|| Program::run(program(&serve)));
    desk.signal(Signal::SIGTERM);
    assert!(desk.child.wait().expect("ended").success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_stands_in_it_under_another_id_is_found_by_what_they_went_by() {
    let scene = Planned::begins().await;
    approved(&scene).await;
    let backup = scene.world.backup().await;
    scene.world.later(COOLING_OFF);
    works(&scene).await;
    // As if the backup had known her under another id.
    backup.tamper(
        "create table other_id as select subject_id as was, gen_random_uuid() as now from customers where platform_id = 'c1';
         insert into subjects (tenant_id, id, made_at) select s.tenant_id, o.now, s.made_at from subjects s, other_id o
          where s.id = o.was;
         update subject_keys set subject_id = (select now from other_id) where subject_id = (select was from other_id);",
    );
    let moved =
        "update TABLE set subject_id = (select now from other_id) where subject_id = (select was from other_id)";
    for table in ["customers", "orders", "ledger_entries", "subject_identifiers"] {
        backup.tamper(&moved.replace("TABLE", table));
    }
    let old = scene.world.restored(backup);
    let done = requests::replay(&old.tools).await.expect("erased again");
    assert!(done.persons >= 2, "{done:?}");
    let left = "select count(*) || '' as line from customers c join other_id o on o.now = c.subject_id";
    assert_eq!(backup.lines(left), ["0"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shop_that_was_forgotten_since_is_forgotten_again() {
    let scene = Planned::begins().await;
    let at = asks_of_shop(&scene, scene.store).await;
    let digest = scene.plan(at).await.digest;
    scene.submits(at, digest).await.expect("submitted");
    scene.approves(&scene.approver, at, digest).await.expect("approved");
    let backup = scene.world.backup().await;
    scene.world.later(COOLING_OFF);
    works(&scene).await;
    requests::require_upheld(&scene.world.tools).await.expect("the database of today knows the journal");

    let old = scene.world.restored(backup);
    assert_eq!(code(requests::require_upheld(&old.tools).await), "OLDER_THAN_JOURNAL");
    let done = requests::replay(&old.tools).await.expect("forgotten again");
    assert_eq!(done.wholes, 1, "{done:?}");
    requests::require_upheld(&old.tools).await.expect("it knows the journal now");
    assert_eq!(backup.lines("select count(*) || '' as line from customers"), ["0"]);
    let state = backup.lines("select state as line from stores");
    assert_eq!(state, ["disconnected"]);
}

/// A platform has everything of this shop forgotten.
async fn asks_of_shop(scene: &Planned, store: Ref<StoreId>) -> Ref<RequestId> {
    let asking = Asking {
        source: Source::Shopify,
        store: Some(store.id),
        delivery: Some("shop-1".to_owned()),
        rights: vec![Wanted { right: Right::Deletion, case: Some(SHOP.to_owned()) }],
        identifiers: Vec::new(),
        words: None::<Personal>,
        notice: Some(Notice { platform: "shopify".to_owned(), name: "shop/redact".to_owned() }),
        ..harness::wishes::wish(scene.tenant, &[Right::Deletion], "nobody@mail.example")
    };
    let taken = requests::receive(&scene.world.tools, &Caller::house(), asking).await.expect("taken in");
    works(scene).await;
    Ref::new(scene.tenant, taken.requests[0].id)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_merchants_own_user_who_goes_by_nothing_is_erased_again_too() {
    let scene = Planned::begins().await;
    let mail = format!("quirin.0@{}.example", scene.tenant.uuid().as_simple());
    let asking =
        Asking { subject_kind: SubjectKind::Member, ..harness::wishes::wish(scene.tenant, &[Right::Deletion], &mail) };
    let opened = scene.world.asks_and_proves(asking).await;
    works(&scene).await;
    let at = Ref::new(scene.tenant, opened[0].id);
    let digest = scene.plan(at).await.digest;
    scene.submits(at, digest).await.expect("submitted");
    scene.approves(&scene.approver, at, digest).await.expect("approved");
    let backup = scene.world.backup().await;
    scene.world.later(COOLING_OFF);
    works(&scene).await;
    let members = "select count(*) || '' as line from members";
    assert_eq!(scene.lines(members), ["0"]);
    let old = scene.world.restored(backup);
    assert_eq!(backup.lines(members), ["1"]);
    assert_eq!(code(requests::require_upheld(&old.tools).await), "OLDER_THAN_JOURNAL");
    requests::replay(&old.tools).await.expect("erased again");
    assert_eq!(backup.lines(members), ["0"]);
    requests::require_upheld(&old.tools).await.expect("it knows the journal now");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_erased_on_the_word_of_a_journal_that_was_altered() {
    let scene = Planned::begins().await;
    approved(&scene).await;
    let backup = scene.world.backup().await;
    scene.world.later(COOLING_OFF);
    works(&scene).await;
    let path = scene.world.tools.journal.tombstones.path().to_owned();
    let written = std::fs::read_to_string(&path).expect("a journal");
    let altered = written.replacen(r#""reason":"erased""#, r#""reason":"erasee""#, 1);
    assert_ne!(altered, written);
    std::fs::write(&path, altered).expect("written");
    let old = scene.world.restored(backup);
    assert_eq!(code(requests::replay(&old.tools).await), "JOURNAL_NOT_WHOLE");
    assert_eq!(backup.lines("select count(*) || '' as line from customers where platform_id = 'c1'"), ["1"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn links_that_were_lost_with_the_database_are_told_from_a_cut() {
    let scene = Planned::begins().await;
    approved(&scene).await;
    scene.world.later(chrono::Duration::minutes(5));
    works(&scene).await;
    let (backup, public) = (scene.world.backup().await, public_key(&scene.world));
    scene.world.later(COOLING_OFF);
    works(&scene).await;
    // What was done then is vouched for by the next checkpoint.
    scene.world.later(chrono::Duration::hours(2));
    works(&scene).await;
    let old = scene.world.restored(backup);
    let before = found(&old, &public, None).await;
    assert!(
        !before.faults.is_empty() && before.restored == 0,
        "a cut is a cut as long as nobody signs for it: {before:?}"
    );
    assert!(note_restore(&old.tools).await.expect("noted") > 0);
    requests::replay(&old.tools).await.expect("erased again");
    let after = found(&old, &public, None).await;
    assert!(after.faults.is_empty() && after.restored == 1, "{after:?}");
    assert_eq!(note_restore(&old.tools).await.expect("nothing to note"), 0, "it is written down once");
    // Whoever cuts it now is seen as before.
    backup.tamper(
        "alter table audit_events disable trigger all;
         delete from audit_events e where e.seq > 3 and e.tenant_id <> '00000000-0000-0000-0000-000000000000';
         update audit_heads h set seq = 3, hash = (select hash from audit_events e where e.tenant_id = h.tenant_id and e.seq = 3)
          where h.tenant_id <> '00000000-0000-0000-0000-000000000000' and h.seq > 3",
    );
    assert!(!found(&old, &public, None).await.faults.is_empty());
}
