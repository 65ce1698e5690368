//! The private Postgres on an ordinary day: opened, used, closed, opened again.

use std::os::unix::fs::MetadataExt;
use std::time::Duration;

use anyhow::ensure;
use diesel::sql_types::{BigInt, Text};
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, sql_query};
use harness::desk::{self, Desk};
use harness::scratch;
use rightsdesk_server::roof::cluster::{Cluster, SUPERUSER, Setup, at_work_in};

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

#[derive(QueryableByName)]
struct Value {
    #[diesel(sql_type = Text)]
    value: String,
}

#[test]
fn the_desk_beside_the_tests_is_the_one_cargo_built() {
    assert_eq!(desk::program(), std::path::Path::new(env!("CARGO_BIN_EXE_e2e-desk")));
}

#[test]
fn what_was_written_is_there_after_a_stop_and_a_start() -> anyhow::Result<()> {
    let data = scratch::folder("life")?;
    let cluster = Cluster::open(Setup::new(&data, desk::program()))?;
    let mut connection = PgConnection::establish(&cluster.url("postgres", SUPERUSER))?;
    sql_query("create table kept (n bigint primary key)").execute(&mut connection)?;
    sql_query("insert into kept values (1), (2)").execute(&mut connection)?;
    cluster.stop();
    ensure!(at_work_in(&data.join("postgres")).is_empty(), "a process is left after the stop");
    ensure!(cluster.postmaster().is_none());
    drop(cluster);

    let cluster = Cluster::open(Setup::new(&data, desk::program()))?;
    let mut connection = PgConnection::establish(&cluster.url("postgres", SUPERUSER))?;
    let kept: Row = sql_query("select count(*) as count from kept").get_result(&mut connection)?;

    assert_eq!(kept.count, 2);
    Ok(())
}

#[test]
fn it_is_durable_quiet_and_only_reachable_by_its_owner() -> anyhow::Result<()> {
    let data = scratch::folder("manners")?;
    let cluster = Cluster::open(Setup::new(&data, desk::program()))?;
    let mut connection = PgConnection::establish(&cluster.url("postgres", SUPERUSER))?;
    let mut set = |name: &str| -> anyhow::Result<String> {
        let asked = sql_query("select current_setting($1) as value").bind::<Text, _>(name);
        Ok(asked.get_result::<Value>(&mut connection)?.value)
    };
    for (name, expected) in [
        ("fsync", "on"),
        ("full_page_writes", "on"),
        ("synchronous_commit", "on"),
        ("listen_addresses", ""),
        ("data_checksums", "on"),
        ("jit", "off"),
        ("server_encoding", "UTF8"),
        ("TimeZone", "UTC"),
        ("logging_collector", "off"),
        ("log_statement", "none"),
        ("log_error_verbosity", "terse"),
        ("log_min_error_statement", "panic"),
        ("log_parameter_max_length", "0"),
        ("log_parameter_max_length_on_error", "0"),
        ("log_min_duration_statement", "-1"),
        ("log_connections", "off"),
        ("track_activity_query_size", "100B"),
    ] {
        assert_eq!(set(name)?, expected, "{name}");
    }
    for folder in ["postgres", "run"] {
        assert_eq!(std::fs::metadata(data.join(folder))?.mode() & 0o777, 0o700, "{folder}");
    }
    let door = std::fs::read_to_string(data.join("postgres/pg_hba.conf"))?;
    assert_eq!(door, "local all all trust\n");
    let postmaster = cluster.postmaster().map(nix::unistd::Pid::from_raw);
    ensure!(nix::unistd::getsid(postmaster).ok() == postmaster, "Ctrl-C in our terminal must not reach Postgres");
    let owner = std::fs::metadata(data.join("postgres"))?.uid();
    ensure!(owner != 0, "Postgres must not be root");
    let is_root = nix::unistd::geteuid().is_root();
    ensure!(is_root != (owner == nix::unistd::geteuid().as_raw()), "root hands it over, anyone else keeps it");
    Ok(())
}

#[test]
fn the_second_start_is_ready_well_under_two_seconds() -> anyhow::Result<()> {
    let data = scratch::folder("second")?;
    let (first, cold) = Desk::open(&data)?;
    first.stop()?;

    let mut warm = Vec::new();
    for _ in 0..7 {
        let (desk, ready) = Desk::open(&data)?;
        warm.push(ready.took);
        desk.stop()?;
    }

    warm.sort();
    println!("first start {:?}; later ones: median {:?}, slowest {:?}", cold.took, warm[3], warm[6]);
    ensure!(warm[3] < Duration::from_secs(2), "a later start took {:?}", warm[3]);
    Ok(())
}
