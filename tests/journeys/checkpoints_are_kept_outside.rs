//! Where the chains end is written down outside Postgres, whoever dies meanwhile, and what was written down is proved
//! with the program's own commands.

use std::path::Path;
use std::process::Output;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use harness::audited::{Audited, NOW, note};
use harness::program::{Program, base_of, command};
use harness::scratch;
use harness::world::{World, forenoon};
use harness::yard::brisk;
use nix::sys::signal::Signal;
use rightsdesk_server::audit::jobs::Checkpoint;
use rightsdesk_server::floor::access::{Caller, Permission};
use rightsdesk_server::floor::jobs::{Worker, enqueue};
use rightsdesk_server::floor::journal::Journal;
use rightsdesk_server::floor::kernel::{TenantId, Watch};
use rightsdesk_server::floor::ledger::{Event, Ledger, Limits, Witnessed};
use rightsdesk_server::floor::tools::Tools;
use rightsdesk_server::roof::workers;
use serde_json::Value;

fn verify(data: &Path, more: &[&str]) -> (Option<i32>, Value) {
    let Output { status, stdout, stderr } =
        command(data, &[&["verify-audit", "--json"], more].concat()).output().expect("it runs");
    let said = serde_json::from_slice(&stdout);
    (status.code(), said.unwrap_or_else(|_| panic!("{status}: {}", String::from_utf8_lossy(&stderr))))
}

fn lines(data: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(data.join("audit/checkpoints.jsonl")).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

async fn until(patience: Duration, mut is_so: impl FnMut() -> bool) -> Duration {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < patience, "not so after {patience:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    begun.elapsed()
}

/// Writes events until it is told that it is over.
async fn keep_writing(ledger: Ledger, tenant: TenantId, over: Arc<AtomicBool>) {
    while !over.load(Ordering::SeqCst) {
        let scope = Caller::house().permit(Permission::KeepHouse, tenant).expect("the house may");
        let event = Event::new("test.noted", "tenant", tenant.uuid()).count("n", 1);
        if ledger.write(scope, move |_| Ok(Witnessed::new((), event))).await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_desk_that_is_killed_under_load_keeps_its_checkpoints() {
    const KILLS: usize = if option_env!("RIGHTSDESK_FULL_COUNTS").is_some() { 20 } else { 2 };
    let data = scratch::folder("audited-desk").expect("a folder");
    let mut program = Program::start(&data);
    let base = base_of(&data);
    let ledger = base.ledger(Limits::default());
    let tenant = TenantId::fresh();
    ledger.begin_books(&Caller::house(), tenant).await.expect("books");
    let first = until(Duration::from_mins(1), || !lines(&data).is_empty()).await;
    let over = Arc::new(AtomicBool::new(false));
    let writers: Vec<_> =
        (0..2).map(|_| tokio::spawn(keep_writing(ledger.clone(), tenant, Arc::clone(&over)))).collect();

    // A thousand links are written in no time, so each look finds a checkpoint due.
    let mut waits = Vec::new();
    for kill in 0..KILLS {
        let before = lines(&data).len();
        waits.push(until(Duration::from_mins(1), || lines(&data).len() > before).await);
        tokio::time::sleep(Duration::from_millis(rand::random_range(0..150))).await;
        program.signal(Signal::SIGKILL);
        program.child.wait().expect("gone");
        if kill == 1 {
            // As if it had died in the middle of a line.
            let path = data.join("audit/checkpoints.jsonl");
            let text = std::fs::read(&path).expect("a file");
            std::fs::write(&path, &text[..text.len() - 70]).expect("torn");
        }
        program = tokio::task::block_in_place(|| Program::start(&data));
    }
    let before = lines(&data).len();
    until(Duration::from_mins(1), || lines(&data).len() > before).await;
    let (code, said) = tokio::task::block_in_place(|| verify(&data, &[]));
    assert_eq!((code, &said["whole"]), (Some(0), &Value::Bool(true)), "while it is written to: {said}");
    over.store(true, Ordering::SeqCst);
    for writer in writers {
        writer.await.expect("no panic");
    }
    println!(
        "{} checkpoints over {KILLS} kills; the first after {first:?}, under load after {waits:?}; {said}",
        said["checkpoints"]
    );
    assert_eq!(said["pieces"], 1);

    // An export proves the same elsewhere, with the public key and the file alone.
    let elsewhere = scratch::folder("elsewhere").expect("a folder");
    let books = elsewhere.join("books.jsonl").display().to_string();
    let exported = command(&data, &["audit", "export", "--to", &books]).output().expect("it runs");
    assert!(exported.status.success(), "{}", String::from_utf8_lossy(&exported.stderr));
    let checkpoints = elsewhere.join("checkpoints.jsonl").display().to_string();
    std::fs::copy(data.join("audit/checkpoints.jsonl"), &checkpoints).expect("taken along");
    let public = elsewhere.join("sign-0001.pub").display().to_string();
    std::fs::copy(data.join("keys/sign-0001.pub"), &public).expect("taken along");
    let nowhere = elsewhere.join("no-desk");
    let with = ["--books", &books, "--checkpoints", &checkpoints, "--public", &public];
    let (code, said) = verify(&nowhere, &with);
    assert_eq!((code, &said["chains"]), (Some(0), &Value::from(2)), "{said}");
    let text = std::fs::read_to_string(&books).expect("an export");
    std::fs::write(&books, text.replacen("\"payload\":\"6e3d31\"", "\"payload\":\"6e3d32\"", 1)).expect("edited");
    let (code, said) = verify(&nowhere, &with);
    assert_eq!((code, &said["faults"][0]["kind"], &said["faults"][0]["seq"]), (Some(10), &"edited".into(), &2.into()));

    // Stopped, the books are proved all the same; and what was done to them meanwhile is found.
    base.tamper(&format!("delete from audit_events where tenant_id = '{}' and seq = 5", tenant.uuid()));
    program.signal(Signal::SIGTERM);
    program.child.wait().expect("gone");
    let (code, said) = verify(&data, &[]);
    let fault = &said["faults"][0];
    assert_eq!(code, Some(10));
    assert_eq!(fault["tenant"], tenant.to_string());
    assert_eq!((&fault["kind"], &fault["seq"]), (&"deleted".into(), &5.into()));
    let told = command(&data, &["verify-audit"]).output().expect("it runs");
    let told = String::from_utf8(told.stdout).expect("text");
    assert!(told.starts_with(&format!("not whole: deleted: tenant {tenant}, seq 5 ")), "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_workers_at_once_write_one_chain_of_checkpoints() {
    const ROUNDS: usize = 15;
    let desk = Audited::new().await;
    let (ours, watch) = (desk.world.tools.clone(), desk.world.tools.watch.clone());
    let folder = desk.checkpoints().parent().expect("a folder").to_owned();
    let theirs = Tools { journal: Journal::open(folder).expect("the same folder"), ..ours.clone() };
    let worker = |tools: &Tools| Worker::new(&tools.ledger, watch.clone(), workers::registry().with(tools), brisk());
    let workers = [worker(&ours), worker(&theirs)];
    for _ in 0..ROUNDS {
        note(&desk.world, desk.tenants[0], 2).await;
        desk.world.later(chrono::Duration::minutes(1));
        let looks = desk.world.ledger.write(desk.world.scope(TenantId::HOUSE), |tx| {
            for _ in 0..4 {
                enqueue(tx, &Checkpoint {})?;
            }
            Ok(Witnessed::new((), Event::new("test.enqueued", "tenant", TenantId::HOUSE.uuid())))
        });
        looks.await.expect("enqueued");
        let (one, other) = tokio::join!(workers[0].step(), workers[1].step());
        one.and(other).expect("the queue answers");
    }
    let report = desk.verify(None).await;
    assert!(report.faults.is_empty(), "{:?}", report.faults);
    assert_eq!((report.checkpoints, report.pieces), (2 + ROUNDS as u64, 0), "each minute one line, whoever looks");
    let standing = ours.journal.checkpoints.standing().await.expect("read");
    assert_eq!(standing.heads[&desk.tenants[0]].0, NOW + 2 * ROUNDS as u64);
    let attempts = desk.world.base.lines("select distinct fate as line from job_attempts");
    assert_eq!(attempts, ["done"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_minute_is_the_longest_that_a_link_waits_and_quiet_books_get_no_line() {
    let world = World::alone(Watch::held(forenoon())).await;
    let path = world.tools.journal.checkpoints.path().to_owned();
    let count = || std::fs::read_to_string(&path).unwrap_or_default().lines().count();
    world.work().await;
    // Looks every ten seconds, as a worker makes them.
    let look = async |times: u32| {
        for _ in 0..times {
            world.later(chrono::Duration::seconds(10));
            world.work().await;
        }
    };
    look(1).await;
    assert_eq!(count(), 1, "the first at the first look");
    look(12).await;
    assert_eq!(count(), 1, "nothing moved");
    note(&world, world.tenant, 1).await;
    look(1).await;
    assert_eq!(count(), 2, "the last line is old: at once");
    note(&world, world.tenant, 1).await;
    look(4).await;
    assert_eq!(count(), 2);
    look(1).await;
    assert_eq!(count(), 3, "within the minute");
    note(&world, world.tenant, 999).await;
    look(1).await;
    assert_eq!(count(), 3);
    note(&world, world.tenant, 1).await;
    look(1).await;
    assert_eq!(count(), 4, "a thousand links do not wait for it");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_auditor_needs_no_more_than_to_look() {
    let desk = Audited::new().await;
    desk.world.base.tamper(
        "do $$ begin
           if not exists (select from pg_roles where rolname = 'looks_only') then
             create role looks_only login noinherit;
             grant rd_auditor to looks_only;
           end if;
         end $$",
    );
    let url = desk.world.base.online.expose().replace("//rightsdesk@", "//looks_only@");
    let nowhere = scratch::folder("no-desk").expect("a folder").join("data");
    let (checkpoints, public) = (desk.checkpoints(), desk.public.join("sign-0001.pub"));
    let (checkpoints, public) = (checkpoints.display().to_string(), public.display().to_string());
    let kept = desk.keep(&desk.lines()[0]).display().to_string();
    let look = |more: &[&str]| {
        let words = ["verify-audit", "--json", "--checkpoints", &checkpoints, "--from", &kept];
        let ended = command(&nowhere, &[&words, more].concat()).env("DATABASE_URL", &url).output().expect("it runs");
        (
            ended.status.code(),
            String::from_utf8_lossy(&ended.stdout).into_owned() + &String::from_utf8_lossy(&ended.stderr),
        )
    };

    let (code, said) = look(&["--public", &public]);
    assert!(code == Some(0) && said.contains("\"whole\":true"), "{code:?} {said}");
    assert!(!nowhere.exists(), "nothing is laid out for a look");

    // What it cannot do without is named, and nothing is called whole for the lack of it.
    let (code, said) = look(&[]);
    assert!(code == Some(2) && said.contains("--public"), "{code:?} {said}");
    let (code, said) = look(&["--public", &public, "--books", "/nowhere/books.jsonl"]);
    assert!(code == Some(2) && said.contains("/nowhere/books.jsonl"), "{code:?} {said}");
    let (code, said) = look(&["--public", &kept]);
    assert!(code == Some(2) && said.contains("32 bytes"), "{code:?} {said}");

    // An export overwrites nothing.
    let to = scratch::folder("export").expect("a folder").join("books.jsonl").display().to_string();
    let export = |more: &[&str]| {
        let words = [&["audit", "export", "--to", &to], more].concat();
        command(&nowhere, &words).env("DATABASE_URL", &url).output().expect("it runs").status.code()
    };
    assert_eq!((export(&["--tenant", "nobody"]), export(&[]), export(&[])), (Some(2), Some(0), Some(2)));
    let (code, said) = look(&["--public", &public, "--books", &to]);
    assert!(code == Some(0) && said.contains("\"chains\":3"), "{code:?} {said}");

    // One tenant's chain alone is proved as far as it goes.
    std::fs::remove_file(&to).expect("removed");
    let tenant = desk.tenants[1].to_string();
    assert_eq!(export(&["--tenant", &tenant]), Some(0));
    let (code, said) = look(&["--public", &public, "--books", &to]);
    assert!(code == Some(0) && said.contains("\"everyChain\":false"), "{code:?} {said}");
    let text = std::fs::read_to_string(&to).expect("an export");
    let cut: Vec<&str> = text.lines().filter(|line| !line.contains("\"seq\":20,")).collect();
    std::fs::write(&to, cut.join("\n")).expect("cut");
    let (code, said) = look(&["--public", &public, "--books", &to]);
    assert!(
        code == Some(10) && said.contains("\"seq\":20,\"tenant\":\"") && said.contains("\"deleted\""),
        "{code:?} {said}"
    );
}
