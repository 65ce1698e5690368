//! `cargo bench`: what the doors cost, as ratios to the bare thing in the same run. Each pair is measured in turns,
//! round by round, and the medians are compared, because a machine is noisier between runs than within one.
//! Prints the rows of `docs/benchmarks.md`.

#![expect(clippy::print_stdout, clippy::expect_used, reason = "a bench prints its figures, or fails")]

use std::time::{Duration, Instant};

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use diesel::connection::SimpleConnection;
use diesel::r2d2::{ConnectionManager, Pool};
use diesel::sql_types::{Text, Uuid as SqlUuid};
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl};
use harness::{desk, scratch};
use rightsdesk_server::floor::access::{Caller, Permission};
use rightsdesk_server::floor::jobs::{Ended, Halt, Job, Pace, Queue, Run, Suspects, enqueue};
use rightsdesk_server::floor::kernel::{JobId, Mode, Personal, Secret, SubjectId, TenantId, Watch};
use rightsdesk_server::floor::ledger::{Event, Ledger, Limits, Role, Witnessed, migrations, statement};
use rightsdesk_server::floor::vault::{Key, KeySource, Place, SubjectKey, Vault};
use rightsdesk_server::roof::cluster::{Cluster, SUPERUSER, Setup};
use serde::{Deserialize, Serialize};
use tokio::runtime::Runtime;
use uuid::Uuid;

const CONNECTIONS: u32 = 4;

fn main() -> anyhow::Result<()> {
    println!("| what | ours | bare | ratio |\n|---|---|---|---|");
    for throwaway in [false, true] {
        let bench = Bench::open(throwaway)?;
        let how = if throwaway { "no fsync" } else { "durable" };
        if !throwaway {
            bench.ciphers()?;
        }
        bench.reads(how)?;
        bench.writes(how);
        bench.jobs(how)?;
    }
    Ok(())
}

struct Bench {
    runtime: Runtime,
    ledger: Ledger,
    vault: Vault,
    bare: Pool<ConnectionManager<PgConnection>>,
    tenant: TenantId,
    /// The first is `tenant`.
    tenants: Vec<TenantId>,
    _cluster: Cluster,
}

impl Bench {
    fn open(throwaway: bool) -> anyhow::Result<Self> {
        let data = scratch::folder(if throwaway { "bench-throwaway" } else { "bench" })?;
        let setup = Setup { throwaway, ..Setup::new(&data, desk::program()) };
        let cluster = Cluster::open(setup)?;
        let url = |database: &str, login: &str| Secret::new(cluster.url(database, login));
        migrations::install(&url("postgres", SUPERUSER), "bench")?;
        migrations::migrate(&url("bench", "rd_migrator"))?;
        PgConnection::establish(url("bench", SUPERUSER).expose())?.batch_execute(
            "create table bench_rows (tenant_id uuid, id uuid, note text, primary key (tenant_id, id));
             grant select, insert on bench_rows to rd_api, rightsdesk;
             create table bench_jobs (tenant_id uuid, id uuid, state text, due_at timestamptz, primary key (tenant_id, id));
             create index on bench_jobs (tenant_id, due_at) where state = 'ready';
             grant select, insert, update on bench_jobs to rightsdesk;",
        )?;
        let online = url("bench", "rightsdesk");
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let ledger = Ledger::open(&online, Limits { connections: CONNECTIONS, ..Limits::default() }, Watch::host());
        let bare = Pool::builder()
            .max_size(CONNECTIONS)
            .test_on_check_out(false)
            .build(ConnectionManager::new(online.expose()))?;
        let tenants: Vec<TenantId> = (0..4).map(|_| TenantId::fresh()).collect();
        for tenant in &tenants {
            runtime.block_on(ledger.begin_books(&Caller::house(), *tenant))?;
        }
        let vault = runtime.block_on(Vault::open(&ledger, KeySource::Folder(data.join("keys")), Mode::Development))?;
        Ok(Self { runtime, ledger, vault, bare, tenant: tenants[0], tenants, _cluster: cluster })
    }

    fn scope(&self) -> rightsdesk_server::floor::access::Scope<rightsdesk_server::floor::access::One> {
        Caller::house().permit(Permission::KeepHouse, self.tenant).expect("the house may")
    }

    /// Envelopes against the cipher alone, in one thread.
    fn ciphers(&self) -> anyhow::Result<()> {
        let subject = SubjectId::fresh();
        let key: Key<SubjectKey> = self.runtime.block_on(async {
            let (vault, tenant) = (self.vault.clone(), self.tenant);
            let made = vault.clone();
            self.ledger
                .write(self.scope(), move |tx| {
                    made.sealer::<SubjectKey>(tx, subject)?
                        .map_err(|_| rightsdesk_server::floor::kernel::Error::Conflict)?;
                    Ok(Witnessed::new((), Event::new("bench.keyed", "tenant", tenant.uuid())))
                })
                .await?;
            self.ledger
                .reveal(self.scope(), "bench", move |tx| {
                    vault
                        .subject_key(tx, subject, "bench")?
                        .map_err(|_| rightsdesk_server::floor::kernel::Error::Conflict)
                })
                .await
        })?;
        let cipher = Aes256Gcm::new(&[7; 32].into());
        for size in [32_u32, 1024, 64 * 1024] {
            let text = "x".repeat(size as usize);
            let clear = Personal::new(text.clone());
            let place =
                Place { tenant: self.tenant, table: "order_contact", column: "email", row: Uuid::nil(), generation: 0 };
            let aad = [0_u8; 123];
            let sealed = key.seal_personal(&place, &clear)?;
            let bare =
                cipher.encrypt(&Nonce::from([1; 12]), Payload { msg: text.as_bytes(), aad: &aad }).expect("sealed");
            let times = (20_000 * 32 / (size + 200)).max(200);
            let rate = |span: Duration| format!("{:.0} MB/s", f64::from(size * times) / span.as_secs_f64() / 1e6);
            report(
                &format!("seal {size} B, one thread"),
                rate,
                || (0..times).for_each(|_| drop(key.seal_personal(&place, &clear))),
                || {
                    for at in 0..times {
                        let mut nonce = [0; 12];
                        nonce[..8].copy_from_slice(&(u64::from(at)).to_be_bytes());
                        drop(cipher.encrypt(&Nonce::from(nonce), Payload { msg: text.as_bytes(), aad: &aad }));
                    }
                },
            );
            report(
                &format!("open {size} B, one thread"),
                rate,
                || (0..times).for_each(|_| drop(key.open_personal(&place, &sealed))),
                || {
                    (0..times)
                        .for_each(|_| drop(cipher.decrypt(&Nonce::from([1; 12]), Payload { msg: &bare, aad: &aad })));
                },
            );
        }
        Ok(())
    }

    /// A point read behind the fence against the same statement in a read-only transaction on the same kind of pool.
    fn reads(&self, how: &str) -> anyhow::Result<()> {
        let id = Uuid::new_v4();
        let (tenant, scope) = (self.tenant.uuid(), self.scope());
        self.insert_bare(tenant, id)?;
        let times = 400_u32;
        let rate = |span: Duration| format!("{:.0} /s", f64::from(times) / span.as_secs_f64());
        for bare_transaction in [true, false] {
            let against = if bare_transaction { "in a transaction" } else { "without a transaction" };
            report(
                &format!("read, {how}, against the bare select {against}"),
                rate,
                || {
                    self.runtime.block_on(async {
                        for _ in 0..times {
                            self.ledger
                                .read(&scope, move |tx| Ok(select(tenant, id).get_result::<Note>(tx.conn())?))
                                .await
                                .expect("read");
                        }
                    });
                },
                || {
                    self.runtime.block_on(async {
                        for _ in 0..times {
                            self.hop(move |conn| {
                                if bare_transaction {
                                    conn.build_transaction()
                                        .read_only()
                                        .run(|conn| select(tenant, id).get_result::<Note>(conn))
                                } else {
                                    select(tenant, id).get_result::<Note>(conn)
                                }
                            })
                            .await;
                        }
                    });
                },
            );
        }
        Ok(())
    }

    /// A write with its chained event against the same insert, committed, on the same kind of pool.
    fn writes(&self, how: &str) {
        for (at_once, tenants) in [(1_u32, 1), (4, 4), (4, 1)] {
            let times = 100 * at_once;
            let tenant = self.tenant;
            let rate = move |span: Duration| format!("{:.0} /s", f64::from(times) / span.as_secs_f64());
            report(
                &format!("write with its event, {how}, {at_once} at once, tenants: {tenants}"),
                rate,
                || {
                    self.at_once(at_once, tenants, times, move |ledger, scope, _| async move {
                        let changed = ledger.write(scope, move |tx| {
                            let id = Uuid::new_v4();
                            insert(tenant.uuid(), id).execute(tx.conn())?;
                            Ok(Witnessed::new((), Event::new("bench.written", "row", id)))
                        });
                        changed.await.expect("written");
                    });
                },
                || {
                    self.at_once(at_once, tenants, times, move |_, _, pool| async move {
                        let done = tokio::task::spawn_blocking(move || {
                            let mut conn = take(&pool);
                            conn.transaction(|conn| insert(tenant.uuid(), Uuid::new_v4()).execute(conn))
                        });
                        done.await.expect("no panic").expect("inserted");
                    });
                },
            );
        }
    }

    /// Claim and finish against the bare pair of statements on one connection.
    fn jobs(&self, how: &str) -> anyhow::Result<()> {
        let queue = Queue::new(&self.ledger.as_role(Role::Worker), Pace::default());
        let tenant = self.tenant.uuid();
        for batch in [1_usize, 16] {
            let (times, rounds) = (64_u32, 12);
            for _ in 0..rounds + 2 {
                self.fill(times)?;
            }
            let rate = move |span: Duration| format!("{:.0} jobs/s", f64::from(times) / span.as_secs_f64());
            report(
                &format!("claim and finish, {how}, {batch} at a time"),
                rate,
                || {
                    self.runtime.block_on(async {
                        let mut done = 0;
                        while done < times {
                            let claims = queue.claim(batch, Suspects::None).await.expect("claimed");
                            assert!(!claims.is_empty(), "the lane ran dry");
                            let outcomes: Vec<_> =
                                claims.into_iter().map(|claim| queue.judge(claim, &Ended::Done)).collect();
                            done += u32::try_from(queue.settle(&outcomes).await.expect("settled")).expect("few");
                        }
                    });
                },
                || {
                    self.runtime.block_on(async {
                        for _ in 0..times {
                            let id = self.hop(move |conn| claim_bare(tenant).get_result::<Claimed>(conn)).await.id;
                            self.hop(move |conn| finish_bare(tenant, id).execute(conn)).await;
                        }
                    });
                },
            );
        }
        Ok(())
    }

    fn fill(&self, jobs: u32) -> anyhow::Result<()> {
        let tenant = self.tenant;
        self.runtime.block_on(self.ledger.write(self.scope(), move |tx| {
            for _ in 0..jobs {
                enqueue(tx, &Nothing { id: JobId::fresh() })?;
            }
            Ok(Witnessed::new((), Event::new("bench.filled", "tenant", tenant.uuid())))
        }))?;
        let mut conn = take(&self.bare);
        for _ in 0..jobs {
            statement("insert into bench_jobs values (?, ?, 'ready', now())")
                .bind::<SqlUuid, _>(tenant.uuid())
                .bind::<SqlUuid, _>(Uuid::new_v4())
                .execute(&mut *conn)?;
        }
        Ok(())
    }

    fn insert_bare(&self, tenant: Uuid, id: Uuid) -> anyhow::Result<()> {
        insert(tenant, id).execute(&mut *take(&self.bare))?;
        Ok(())
    }

    /// One blocking hop with a connection of the bare pool, as the ledger makes one.
    async fn hop<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut PgConnection) -> diesel::QueryResult<T> + Send + 'static,
    ) -> T {
        let pool = self.bare.clone();
        let hop = tokio::task::spawn_blocking(move || work(&mut take(&pool)));
        hop.await.expect("no panic").expect("answered")
    }

    fn at_once<F, Fut>(&self, at_once: u32, tenants: usize, times: u32, work: F)
    where
        F: Fn(
                Ledger,
                rightsdesk_server::floor::access::Scope<rightsdesk_server::floor::access::One>,
                Pool<ConnectionManager<PgConnection>>,
            ) -> Fut
            + Copy
            + Send
            + 'static,
        Fut: Future<Output = ()> + Send,
    {
        self.runtime.block_on(async {
            let tasks: Vec<_> = (0..at_once as usize)
                .map(|place| {
                    let scope = Caller::house().permit(Permission::KeepHouse, self.tenants[place % tenants]);
                    let (ledger, scope, pool) = (self.ledger.clone(), scope.expect("the house may"), self.bare.clone());
                    tokio::spawn(async move {
                        for _ in 0..times / at_once {
                            work(ledger.clone(), scope.clone(), pool.clone()).await;
                        }
                    })
                })
                .collect();
            for task in tasks {
                task.await.expect("no panic");
            }
        });
    }
}

/// Measures both in turns and prints a row.
fn report(what: &str, rate: impl Fn(Duration) -> String, ours: impl Fn(), bare: impl Fn()) {
    ours();
    bare();
    let (mut of_ours, mut of_bare, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..11 {
        let (ours, bare) = (timed(&ours), timed(&bare));
        ratios.push(ours.as_secs_f64() / bare.as_secs_f64());
        of_ours.push(ours);
        of_bare.push(bare);
    }
    of_ours.sort();
    of_bare.sort();
    ratios.sort_by(f64::total_cmp);
    println!("| {what} | {} | {} | {:.2} |", rate(of_ours[5]), rate(of_bare[5]), ratios[5]);
}

fn timed(work: &impl Fn()) -> Duration {
    let begun = Instant::now();
    work();
    begun.elapsed()
}

fn take(
    pool: &Pool<ConnectionManager<PgConnection>>,
) -> diesel::r2d2::PooledConnection<ConnectionManager<PgConnection>> {
    pool.get_timeout(Duration::from_secs(5)).expect("a connection")
}

fn insert(tenant: Uuid, id: Uuid) -> rightsdesk_server::floor::ledger::Statement {
    statement("insert into bench_rows (tenant_id, id, note) values (?, ?, 'note')")
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(id)
}

fn select(tenant: Uuid, id: Uuid) -> rightsdesk_server::floor::ledger::Statement {
    statement("select note from bench_rows where tenant_id = ? and id = ?")
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(id)
}

fn claim_bare(tenant: Uuid) -> rightsdesk_server::floor::ledger::Statement {
    statement(
        "update bench_jobs set state = 'running' where tenant_id = ? and id = (
           select id from bench_jobs where tenant_id = ? and state = 'ready' and due_at <= now()
            order by due_at limit 1 for update skip locked) returning id",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(tenant)
}

fn finish_bare(tenant: Uuid, id: Uuid) -> rightsdesk_server::floor::ledger::Statement {
    statement("update bench_jobs set state = 'done' where tenant_id = ? and id = ?")
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(id)
}

#[derive(QueryableByName)]
struct Note {
    #[diesel(sql_type = Text)]
    #[expect(dead_code, reason = "read so that the row is decoded")]
    note: String,
}

#[derive(QueryableByName)]
struct Claimed {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// A job that is never run: the bench measures the queue.
#[derive(Serialize, Deserialize)]
struct Nothing {
    id: JobId,
}

impl Job for Nothing {
    const NAME: &'static str = "bench_nothing";

    async fn run(self, _: Run) -> Result<(), Halt> {
        Ok(())
    }
}
