//! The whole program as a person runs it: server, worker and private Postgres in one. Killed under load at any moment,
//! told to stop, and joined by a command.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use harness::base::Base;
use harness::books::links_of;
use harness::program::{Program, base_of, command};
use harness::scratch;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use rightsdesk_server::floor::access::{Caller, Permission};
use rightsdesk_server::floor::jobs::{SweepJobs, enqueue};
use rightsdesk_server::floor::kernel::TenantId;
use rightsdesk_server::floor::ledger::{Event, Ledger, Limits, Witnessed, migrations};
use rightsdesk_server::roof::cluster::at_work_in;
use uuid::Uuid;

/// A tenant, and what its writers were promised.
#[derive(Clone)]
struct Load {
    ledger: Ledger,
    tenant: TenantId,
    promised: Arc<Mutex<Vec<Uuid>>>,
    over: Arc<AtomicBool>,
}

impl Load {
    /// Writes an event and a job together, again and again, whatever becomes of the desk meanwhile.
    async fn write(self) {
        while !self.over.load(Ordering::SeqCst) {
            let (note, scope) = (Uuid::new_v4(), Caller::house().permit(Permission::KeepHouse, self.tenant));
            let written = self.ledger.write(scope.expect("the house may"), move |tx| {
                enqueue(tx, &SweepJobs {})?;
                Ok(Witnessed::new((), Event::new("test.noted", "note", note)))
            });
            match written.await {
                Ok(()) => self.promised.lock().expect("whole").push(note),
                Err(_) => tokio::time::sleep(Duration::from_millis(5)).await,
            }
        }
    }

    fn promised(&self) -> usize {
        self.promised.lock().expect("whole").len()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_kills_of_the_whole_desk_lose_nothing_it_acknowledged() {
    const KILLS: usize = 50;
    let data = scratch::folder("whole-desk").expect("a folder");
    let mut program = Program::start(&data);
    let base = base_of(&data);
    let ledger = base.ledger(Limits::default());
    let tenant = TenantId::fresh();
    ledger.begin_books(&Caller::house(), tenant).await.expect("books");
    let load = Load { ledger, tenant, promised: Arc::default(), over: Arc::default() };
    let writers: Vec<_> = (0..2).map(|_| tokio::spawn(load.clone().write())).collect();
    let mut starts = Vec::new();

    for _ in 0..KILLS {
        // Once more under load, and then at a moment that nobody chose.
        let before = load.promised();
        wait(Duration::from_secs(30), || load.promised() > before).await;
        tokio::time::sleep(Duration::from_millis(rand::random_range(0..120))).await;
        program.signal(Signal::SIGKILL);
        program.child.wait().expect("gone");
        program = tokio::task::block_in_place(|| Program::start(&data));
        starts.push(program.took);
    }
    load.over.store(true, Ordering::SeqCst);
    for writer in writers {
        writer.await.expect("a writer");
    }

    starts.sort();
    let promised = load.promised.lock().expect("whole").clone();
    println!(
        "{} promises over {KILLS} kills; start to ready: median {:?}, slowest {:?}",
        promised.len(),
        starts[KILLS / 2],
        starts[KILLS - 1]
    );
    let kept = base.lines(&format!("select object as line from audit_events where tenant_id = '{}'", tenant.uuid()));
    let kept: std::collections::HashSet<&str> = kept.iter().filter_map(|object| object.strip_prefix("note:")).collect();
    let lost: Vec<_> = promised.iter().filter(|note| !kept.contains(note.to_string().as_str())).collect();
    assert!(lost.is_empty(), "{} of {} are lost", lost.len(), promised.len());
    assert!(promised.len() > KILLS, "not one for each kill");
    assert_eq!(links_of(&base, tenant), kept.len() as u64 + 1);
    let jobs = base.lines(&format!("select count(*)::text as line from jobs where tenant_id = '{}'", tenant.uuid()));
    assert_eq!(jobs, [kept.len().to_string()], "an event and its job are there together or not at all");
    program.signal(Signal::SIGTERM);
    assert!(program.child.wait().expect("ended").success());
    wait(Duration::from_secs(10), || at_work_in(&data.join("postgres")).is_empty()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn told_to_stop_it_leaves_in_order_and_comes_back_quickly() {
    let data = scratch::folder("told-to-stop").expect("a folder");
    let mut starts = Vec::new();
    for _ in 0..6 {
        let mut program = tokio::task::block_in_place(|| Program::start(&data));
        starts.push(program.took);
        program.signal(Signal::SIGTERM);
        assert!(program.child.wait().expect("ended").success(), "SIGTERM is no failure");
        assert!(at_work_in(&data.join("postgres")).is_empty(), "Postgres stops with it");
    }
    let mut later = starts.split_off(1);
    later.sort();
    println!("first start {:?}; later ones: median {:?}, slowest {:?}", starts[0], later[2], later[4]);
    assert!(later[2] < Duration::from_secs(2), "{later:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_desk_is_refused_and_a_command_is_let_in() {
    let data = scratch::folder("second-desk").expect("a folder");
    let program = tokio::task::block_in_place(|| Program::start(&data));

    let second = command(&data, &["serve", "--http-listen", "127.0.0.1:0"]).output().expect("ended");
    let said = String::from_utf8_lossy(&second.stderr).into_owned();
    assert_eq!(second.status.code(), Some(1), "{said}");
    assert!(said.contains(&program.child.id().to_string()), "it names who has it: {said}");

    let rotated = command(&data, &["keys", "rotate"]).output().expect("ended");
    assert!(rotated.status.success(), "{}", String::from_utf8_lossy(&rotated.stderr));
    let status = command(&data, &["keys", "status"]).output().expect("ended");
    let table = String::from_utf8_lossy(&status.stdout).into_owned();
    assert!(table.contains("root            1  retired") && table.contains("root            2  active"), "{table}");

    let alive = ask(&program.url, "/readyz");
    assert!(alive.starts_with("HTTP/1.1 200"), "the desk went on meanwhile: {alive}");
    program.signal(Signal::SIGTERM);
    let mut child = program.child;
    child.wait().expect("ended");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_a_database_of_its_own_nothing_is_started_and_nothing_odd_is_accepted() {
    let data = scratch::folder("given-database").expect("a folder");
    let base = harness::base::fresh();
    let serve = |url: &str| {
        let mut command = command(&data, &["serve", "--http-listen", "127.0.0.1:0"]);
        command.env("DATABASE_URL", url);
        command
    };
    let said = |ended: std::process::Output| String::from_utf8_lossy(&ended.stderr).into_owned();

    let mut program = Program::run(serve(base.online.expose()));
    assert!(ask(&program.url, "/readyz").starts_with("HTTP/1.1 200"));
    assert!(!data.join("postgres").exists() && !data.join("run").exists(), "a Postgres was laid out");
    program.signal(Signal::SIGTERM);
    wait(Duration::from_secs(1), || ask(&program.url, "/readyz").starts_with("HTTP/1.1 503")).await;
    assert!(program.child.wait().expect("ended").success());
    a_worker_beside_it_does_what_is_enqueued(&data, &base).await;

    let powers = said(serve(base.admin.expose()).output().expect("ended"));
    assert!(powers.contains("it is superuser") && !powers.contains(base.admin.expose()), "{powers}");

    migrations::revert_all(&base.migrator).expect("reverted");
    let older = said(serve(base.online.expose()).output().expect("ended"));
    assert!(older.contains("rightsdesk migrate"), "{older}");

    let mut migrate = command(&data, &["migrate"]);
    let migrated = migrate.env("RIGHTSDESK_DATABASE_MIGRATOR_URL", base.migrator.expose()).output().expect("ended");
    assert!(migrated.status.success(), "{}", said(migrated));
    assert!(!data.join("postgres").exists(), "it migrated a Postgres of its own instead");
    let keys = scratch::folder("given-database-keys").expect("a folder");
    let mut again = serve(base.online.expose());
    again.env("RIGHTSDESK_KEYS_FOLDER", keys.join("keys"));
    let mut program = Program::run(again);
    program.signal(Signal::SIGTERM);
    program.child.wait().expect("ended");
}

async fn a_worker_beside_it_does_what_is_enqueued(data: &Path, base: &Base) {
    let ledger = base.ledger(Limits::default());
    let scope = Caller::house().permit(Permission::KeepHouse, TenantId::HOUSE).expect("the house may");
    let job = ledger.write(scope, |tx| {
        let job = enqueue(tx, &SweepJobs {})?;
        Ok(Witnessed::new(job, Event::new("test.asked", "job", job.uuid())))
    });
    let job = job.await.expect("enqueued").uuid();
    let mut command = command(data, &["work"]);
    let mut worker = command.env("DATABASE_URL", base.online.expose()).spawn().expect("it starts");

    wait(Duration::from_secs(30), || {
        base.lines(&format!("select state as line from jobs where id = '{job}'")) == ["done"]
    })
    .await;

    kill(Pid::from_raw(worker.id().cast_signed()), Signal::SIGTERM).expect("it is ours");
    assert!(worker.wait().expect("ended").success());
}

#[test]
fn settings_that_cannot_be_used_are_told_together_and_end_with_two() {
    let data: PathBuf = scratch::folder("flawed").expect("a folder");
    let mut flawed = command(&data, &["serve", "--http-listen", "everywhere", "--jobs-at-once", "0"]);
    flawed
        .args(["--log-filter", "loud", "--blobs-place", "ftp://nowhere", "--mail-from", "nobody"])
        .env("RIGHTSDESK_HTPP_LISTEN", "x");
    let ended = flawed.env("RIGHTSDESK_MAIL_WAY", "pigeon:").output().expect("ended");
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert_eq!(ended.status.code(), Some(2), "{said}");
    let named =
        ["http.listen", "jobs.at_once", "RIGHTSDESK_HTPP_LISTEN", "log.filter", "blobs.place", "mail.way", "mail.from"];
    for name in named {
        assert!(said.contains(name), "{name} is missing in: {said}");
    }
}

/// The least that speaks HTTP.
fn ask(url: &str, path: &str) -> String {
    let at = url.trim_start_matches("http://");
    let mut line = TcpStream::connect(at).expect("connected");
    write!(line, "GET {path} HTTP/1.1\r\nhost: {at}\r\nconnection: close\r\n\r\n").expect("asked");
    let mut answer = String::new();
    line.read_to_string(&mut answer).expect("answered");
    answer
}

async fn wait(longest: Duration, mut until: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !until() {
        assert!(begun.elapsed() < longest, "nothing happened for {longest:?}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
