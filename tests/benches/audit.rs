//! `cargo bench --bench audit`: what it costs to prove that the books are whole, as a ratio to the bare hashing of the
//! same bytes in the same run. Prints the rows of `docs/benchmarks.md`.

#![expect(clippy::print_stdout, clippy::expect_used, reason = "a bench prints its figures, or fails")]

use std::collections::BTreeSet;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use harness::{desk, scratch};
use rightsdesk_server::audit::actions::export;
use rightsdesk_server::audit::model::{Entry, Head};
use rightsdesk_server::audit::verify::{Books, Case, Export, Walk, verify};
use rightsdesk_server::floor::access::Caller;
use rightsdesk_server::floor::journal::{Checkpoint, Journal, Mark};
use rightsdesk_server::floor::kernel::{self, Mode, Secret, TenantId, Watch};
use rightsdesk_server::floor::ledger::chain::{GENESIS, Link};
use rightsdesk_server::floor::ledger::{Ledger, Limits, migrations};
use rightsdesk_server::floor::vault::{KeySource, PublicKeys, Vault};
use rightsdesk_server::roof::cluster::{Cluster, SUPERUSER, Setup};
use sha2::{Digest, Sha256};
use tokio::runtime::Runtime;

const LINKS: u32 = 1_000_000;
const ROUNDS: usize = 5;

fn main() -> anyhow::Result<()> {
    println!("| what | ours | bare | ratio |\n|---|---|---|---|");
    let texts = texts();
    in_memory(&texts);
    for chains in [1, 4] {
        let bench = Bench::open(chains)?;
        bench.postgres(&texts);
        if chains == 1 {
            bench.file(&texts)?;
        }
    }
    Ok(())
}

/// A chain of links such as an action writes: a staff member, a verb, a request, a fact beside it.
fn chain(links: u32) -> Vec<Entry> {
    let mut prev = GENESIS;
    let tenant = TenantId::HOUSE;
    (1..=i64::from(links))
        .map(|seq| {
            let payload = format!("n={seq}").into_bytes();
            let mut entry = Entry {
                seq,
                micros: 1_767_225_600_000_000 + seq,
                actor: "staff:55555555-5555-4555-8555-555555555555".to_owned(),
                action: "request.opened".to_owned(),
                object: format!("request:{seq:032x}"),
                payload_hash: Some(Sha256::digest(&payload).to_vec()),
                payload: Some(payload),
                ..Entry::default()
            };
            let covered: [u8; 32] = entry.payload_hash.as_deref().expect("one").try_into().expect("32 bytes");
            let link = Link {
                tenant,
                seq: seq.unsigned_abs(),
                at: kernel::Instant::from_micros(entry.micros),
                actor: &entry.actor,
                action: &entry.action,
                object: &entry.object,
                payload: Some(&covered),
                prev: &prev,
            };
            prev = link.hash();
            entry.hash = prev.to_vec();
            entry
        })
        .collect()
}

/// The bytes that a link's hash covers, and its payload: what nobody can prove a chain without hashing.
fn texts() -> Vec<(Vec<u8>, Vec<u8>)> {
    let lp = |parts: &[&[u8]]| -> Vec<u8> {
        parts
            .iter()
            .flat_map(|part| [&u32::try_from(part.len()).expect("short").to_be_bytes()[..], part].concat())
            .collect()
    };
    let rows = chain(LINKS);
    let mut prev = GENESIS.to_vec();
    rows.into_iter()
        .map(|row| {
            let covered = row.payload_hash.expect("one");
            let text = lp(&[
                b"rightsdesk/audit/1",
                TenantId::HOUSE.uuid().as_bytes(),
                &row.seq.to_be_bytes(),
                &row.micros.to_be_bytes(),
                row.actor.as_bytes(),
                row.action.as_bytes(),
                row.object.as_bytes(),
                &covered,
                &prev,
            ]);
            prev = row.hash;
            (text, row.payload.expect("one"))
        })
        .collect()
}

fn bare(texts: &[(Vec<u8>, Vec<u8>)]) {
    for (text, payload) in texts {
        black_box((Sha256::digest(text), Sha256::digest(payload)));
    }
}

/// The walk alone, rows in memory.
fn in_memory(texts: &[(Vec<u8>, Vec<u8>)]) {
    let rows = chain(LINKS);
    let head = rows.last().map(|row| Head { seq: row.seq, hash: row.hash.clone() });
    report(
        "verify, rows in memory, one thread",
        || {
            let mut walk = Walk::new(TenantId::HOUSE, Vec::new());
            assert!(rows.iter().all(|row| walk.step(row).is_ok()));
            assert_eq!(walk.end(head.as_ref()), Ok(()));
        },
        || bare(texts),
    );
}

struct Bench {
    runtime: Runtime,
    ledger: Ledger,
    folder: PathBuf,
    checkpoints: PathBuf,
    chains: u32,
    _cluster: Cluster,
}

impl Bench {
    fn open(chains: u32) -> anyhow::Result<Self> {
        let data = scratch::folder("bench-audit")?;
        let cluster = Cluster::open(Setup { throwaway: true, ..Setup::new(&data, desk::program()) })?;
        let url = |database: &str, login: &str| Secret::new(cluster.url(database, login));
        migrations::install(&url("postgres", SUPERUSER), "bench")?;
        migrations::migrate(&url("bench", "rd_migrator"))?;
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let ledger = Ledger::open(&url("bench", "rightsdesk"), Limits::default(), Watch::host());
        let mut admin = PgConnection::establish(url("bench", SUPERUSER).expose())?;
        admin.batch_execute(FILL)?;
        let mut marks = Vec::new();
        for _ in 0..chains {
            let tenant = TenantId::fresh();
            runtime.block_on(ledger.begin_books(&Caller::house(), tenant))?;
            admin.batch_execute(&format!("select fill('{}', {})", tenant.uuid(), LINKS / chains))?;
            marks.push(tenant);
        }
        admin.batch_execute("vacuum analyze audit_events")?;
        let journal = Journal::open(data.join("audit"))?;
        let checkpoints = runtime.block_on(async {
            let vault = Vault::open(&ledger, KeySource::Folder(data.join("keys")), Mode::Development).await?;
            let mut heads = Vec::new();
            for tenant in marks {
                let mut reader = Books::of(&ledger).reader(tenant);
                let head = loop {
                    let (sheaf, next) = reader.next().await?;
                    if sheaf.is_last {
                        break sheaf.head.expect("a head");
                    }
                    reader = next;
                };
                let hash = head.hash.try_into().expect("32 bytes");
                heads.push(Mark { tenant, seq: head.seq.unsigned_abs(), hash });
            }
            let line = Checkpoint { at: Watch::host().now(), heads, lost: Vec::new() };
            journal.checkpoints.turn().await?.append(line, &vault.sign_key()?).await?;
            anyhow::Ok(journal.checkpoints.path().to_owned())
        })?;
        Ok(Self { runtime, ledger, folder: data.join("keys"), checkpoints, chains, _cluster: cluster })
    }

    fn prove(&self, books: Books) {
        let keys = PublicKeys::at(&self.folder).expect("public keys");
        let case = Case { books, checkpoints: self.checkpoints.clone(), keys, kept: None };
        let report = self.runtime.block_on(verify(case)).expect("verified");
        assert!(report.faults.is_empty() && report.links >= u64::from(LINKS), "{:?}", report.faults);
    }

    fn postgres(&self, texts: &[(Vec<u8>, Vec<u8>)]) {
        let chains = if self.chains == 1 { "one chain".to_owned() } else { format!("{} chains", self.chains) };
        report(&format!("verify, out of Postgres, {chains}"), || self.prove(Books::of(&self.ledger)), || bare(texts));
    }

    fn file(&self, texts: &[(Vec<u8>, Vec<u8>)]) -> anyhow::Result<()> {
        let path = self.folder.join("books.jsonl");
        self.runtime.block_on(export(&Books::of(&self.ledger), &path, None, BTreeSet::new()))?;
        let open = |path: &Path| Books::Export(Arc::new(Export::open(path).expect("an export")));
        report("verify, out of an export, one chain", || self.prove(open(&path)), || bare(texts));
        Ok(())
    }
}

const FILL: &str = "
create function lp(x bytea) returns bytea language sql immutable as $$ select int4send(octet_length(x)) || x $$;
create function fill(whose uuid, links integer) returns void language plpgsql as $$
declare
  head audit_heads;
  moment bigint := 1767225600000000;
  facts bytea;
  begin
  select * into head from audit_heads where tenant_id = whose;
  for n in 1..links loop
    facts := convert_to('n=' || n, 'UTF8');
    head.seq := head.seq + 1;
    head.hash := sha256(lp('rightsdesk/audit/1'::bytea) || lp(uuid_send(whose)) || lp(int8send(head.seq))
                        || lp(int8send(moment + n)) || lp('staff:55555555-5555-4555-8555-555555555555'::bytea)
                        || lp('request.opened'::bytea) || lp(convert_to('request:' || lpad(to_hex(n), 32, '0'), 'UTF8'))
                        || lp(sha256(facts)) || lp(head.hash));
    insert into audit_events values (whose, head.seq, timestamptz 'epoch' + (moment + n) * interval '1 microsecond',
      'staff:55555555-5555-4555-8555-555555555555', 'request.opened', 'request:' || lpad(to_hex(n), 32, '0'),
      sha256(facts), facts, head.hash);
  end loop;
  update audit_heads set seq = head.seq, hash = head.hash where tenant_id = whose;
end $$;";

/// Measures both in turns and prints a row.
fn report(what: &str, ours: impl Fn(), bare: impl Fn()) {
    ours();
    bare();
    let (mut of_ours, mut of_bare, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let (ours, bare) = (timed(&ours), timed(&bare));
        ratios.push(ours.as_secs_f64() / bare.as_secs_f64());
        of_ours.push(ours);
        of_bare.push(bare);
    }
    of_ours.sort();
    of_bare.sort();
    ratios.sort_by(f64::total_cmp);
    let middle = ROUNDS / 2;
    let rate = |span: Duration| format!("{:.0} links/s", f64::from(LINKS) / span.as_secs_f64());
    println!("| {what} | {} | {} | {:.2} |", rate(of_ours[middle]), rate(of_bare[middle]), ratios[middle]);
}

fn timed(work: &impl Fn()) -> Duration {
    let begun = Instant::now();
    work();
    begun.elapsed()
}
