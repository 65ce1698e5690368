//! What people asked before there was this desk is brought along from a table: every flaw at once, all or nothing unless
//! the good lines are wanted, and with the dates on which it came.

use std::path::{Path, PathBuf};

use harness::program::{Program, base_of, command};
use harness::scratch;
use harness::world::World;
use nix::sys::signal::Signal;
use rightsdesk_server::floor::access::Caller;
use rightsdesk_server::floor::kernel::{Error, TenantId};
use rightsdesk_server::requests::{Flawed, Imported, import_backlog};

const HEADING: &str = "received_at,right,mail,reference,place,words\n";

async fn brought(world: &World, tenant: TenantId, (table, flawed): (&str, Flawed)) -> Imported {
    let file = [HEADING, table].concat().into_bytes();
    import_backlog(&world.tools, &Caller::house(), tenant, (file, flawed)).await.expect("read")
}

fn requests(world: &World, tenant: TenantId) -> Vec<String> {
    world.base.lines(&format!(
        "select concat_ws(' ', to_char(received_at at time zone 'UTC', 'YYYY-MM-DD'), right_code, source, stage) as line
           from requests where tenant_id = '{}' order by received_at, right_code",
        tenant.uuid()
    ))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sound_file_is_taken_line_by_line_with_the_dates_it_came_and_only_once() {
    let world = World::new().await;
    let shop = world.shop("Zaitoon Home", 0).await;
    let table =
        "2026-08-01,deletion,asha@example.com,T-1,DE,\n2026-08-02,access;portability,b@example.com,T-2,,please\n";
    let imported = brought(&world, shop.tenant, (table, Flawed::StopsAll)).await;

    assert_eq!((imported.taken, imported.before, imported.flaws.len()), (2, 0, 0));
    assert_eq!(
        requests(&world, shop.tenant),
        ["2026-08-01 deletion csv received", "2026-08-02 access csv received", "2026-08-02 portability csv received"]
    );
    let clocks = world.base.lines(&format!(
        "select distinct r.right_code || ' ' || c.due_on as line from request_clocks c
           join requests r on r.tenant_id = c.tenant_id and r.id = c.request_id
          where c.tenant_id = '{}' and c.regime = 'eu_gdpr' and r.right_code = 'deletion' and c.kind = 'answer'",
        shop.tenant.uuid()
    ));
    assert_eq!(clocks, ["deletion 2026-09-01"], "its clock runs from the day it came");

    let again = brought(&world, shop.tenant, (table, Flawed::StopsAll)).await;
    assert_eq!((again.taken, again.before), (0, 2));
    assert_eq!(requests(&world, shop.tenant).len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_flaw_stops_all_and_every_flaw_is_told_with_its_line() {
    let world = World::new().await;
    let shop = world.shop("Zaitoon Home", 0).await;
    let table = "soon,deletion,asha@example.com,T-1,,\n2026-08-01,deletion,b@example.com,T-2,,\n2026-08-01,forget,nobody,T-3,Graz,\n";
    let imported = brought(&world, shop.tenant, (table, Flawed::StopsAll)).await;

    let told: Vec<(u64, &str)> = imported.flaws.iter().map(|flaw| (flaw.line, flaw.field.as_str())).collect();
    assert_eq!(told, [(2, "received_at"), (4, "mail"), (4, "place"), (4, "right")]);
    assert_eq!((imported.taken, requests(&world, shop.tenant).len()), (0, 0));

    let imported = brought(&world, shop.tenant, (table, Flawed::StaysBehind)).await;
    assert_eq!((imported.taken, imported.flaws.len()), (1, 4));
    assert_eq!(requests(&world, shop.tenant), ["2026-08-01 deletion csv received"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_is_the_merchants_own_and_a_merchant_is_one_that_is_served() {
    let world = World::new().await;
    let (shop, other) = (world.shop("Zaitoon Home", 0).await, world.shop("Neem Bazaar", 0).await);
    let (own, strange) =
        (world.store(shop.tenant, "zaitoon.example", &[]).await, world.store(other.tenant, "neem.example", &[]).await);
    let file = format!(
        "received_at,right,store,order\n2026-08-01,deletion,{},1001\n2026-08-01,deletion,{},1002\n",
        own.id, strange.id
    );
    let house = Caller::house();
    let imported = import_backlog(&world.tools, &house, shop.tenant, (file.into_bytes(), Flawed::StaysBehind)).await;
    let imported = imported.expect("read");
    assert_eq!((imported.taken, imported.flaws.len()), (1, 1));
    assert_eq!((imported.flaws[0].line, imported.flaws[0].field.as_str()), (3, "store"));

    let file = [HEADING, "2026-08-01,access,a@example.com,,,\n"].concat().into_bytes();
    let nowhere = import_backlog(&world.tools, &house, TenantId::fresh(), (file, Flawed::StopsAll)).await;
    assert!(matches!(nowhere, Err(Error::NotFound("tenant"))));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_brings_a_file_by_command() {
    let data = scratch::folder("backlog").expect("a folder");
    let file = |name: &str, table: &str| -> PathBuf {
        let path = data.join(name);
        std::fs::write(&path, [HEADING, table].concat()).expect("written");
        path
    };
    let good = file("good.csv", "2026-08-01,access,asha@example.com,T-1,,\n");
    let mixed = file("mixed.csv", "2026-08-01,access,b@example.com,T-2,,\nsoon,access,c@example.com,T-3,,\n");
    let mut program = Program::start(&data);
    let run = |data: &Path, file: &Path, more: &[&str]| {
        let words = [&["backlog", "import", file.to_str().expect("a path")], more].concat();
        let said = command(data, &words).output().expect("it ran");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (said.status.code(), text(&said.stdout), text(&said.stderr))
    };

    let (code, said, trouble) = run(&data, &good, &[]);
    assert_eq!((code, said.as_str()), (Some(0), "1 taken, 0 known before, 0 flaws\n"), "{trouble}");
    let (code, said, trouble) = run(&data, &mixed, &[]);
    assert_eq!((code, said.as_str()), (Some(1), "0 taken, 0 known before, 1 flaws\n"), "{trouble}");
    assert!(trouble.contains("mixed.csv:3: received_at: "), "{trouble}");
    let (code, said, _) = run(&data, &mixed, &["--keep-good"]);
    assert_eq!((code, said.as_str()), (Some(1), "1 taken, 0 known before, 1 flaws\n"));
    let taken = base_of(&data)
        .lines("select source as line from intakes where tenant_id = '00000000-0000-0000-0000-000000000000'");
    assert_eq!(taken, ["csv", "csv"]);

    program.signal(Signal::SIGTERM);
    assert!(program.child.wait().expect("it ends").success());
}
