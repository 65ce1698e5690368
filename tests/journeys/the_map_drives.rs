//! What is declared beside a table is what happens to a person: what is told is what is held, what is forgotten is gone,
//! and nobody else is touched.

use harness::shop::Shop;
use harness::world::World;
use rightsdesk_server::floor::access::{Caller, One, Permission, Role as Seat, Scope};
use rightsdesk_server::floor::datamap::{Map, Row};
use rightsdesk_server::floor::kernel::{SubjectId, TenantId, Watch};
use rightsdesk_server::floor::ledger::{Event, Ledger, Role, Witnessed};
use rightsdesk_server::floor::vault::{Shut, SubjectKey};

/// A person's package, opened: table, column, value.
async fn package(world: &World, tenant: TenantId, subject: SubjectId) -> Vec<(String, String, Option<String>)> {
    let (map, vault) = (world.tools.map, world.tools.vault.clone());
    let opened = world.ledger.reveal(world.scope(tenant), "package", move |tx| {
        let held = map.disclose(tx, subject)?;
        let key = vault.subject_key(tx, subject, "package")?;
        let mut package = Vec::new();
        for (table, cell) in held
            .iter()
            .flat_map(|held| held.rows.iter().map(move |row| (held.table, row)))
            .flat_map(|(table, row)| row.cells.iter().map(move |cell| (table.name, cell)))
        {
            let value = match &key {
                Ok(key) => cell.open(key).unwrap_or_else(|shut| panic!("{table}.{}: {shut:?}", cell.column.name)),
                Err(Shut::Forgotten) => Some("forgotten".to_owned()),
                Err(other) => panic!("{other:?}"),
            };
            package.push((table.to_owned(), cell.column.name.to_owned(), value));
        }
        Ok(package)
    });
    opened.await.expect("a package")
}

/// Clears every table of the person and then destroys the key; how many rows that touched.
async fn forgotten(world: &World, scope: Scope<One>, subject: SubjectId) -> usize {
    let (map, vault): (Map, _) = (world.tools.map, world.tools.vault.clone());
    let worker: Ledger = world.ledger.as_role(Role::Worker);
    let written = worker.write(scope, move |tx| {
        let mut touched = 0;
        for table in map.about_people().rev() {
            touched += map.forget(tx, table, subject)?;
        }
        vault.forget::<SubjectKey>(tx, subject)?;
        Ok(Witnessed::new(touched, Event::new("test.forgot", "subject", subject.uuid())))
    });
    written.await.expect("forgotten")
}

/// Every value of one table's columns, but the rows of one person.
fn others(world: &World, shop: &Shop, at: usize) -> Vec<String> {
    let but = shop.members[at].subject.uuid();
    world.base.lines(&format!("select m::text as line from members m where subject_id <> '{but}' order by id"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_is_told_everything_and_forgotten_wholly() {
    let world = World::alone(Watch::host()).await;
    let shop = world.shop("Zaitoon Home", 3).await;
    let imke = &shop.members[1];

    let told = package(&world, shop.tenant, imke.subject).await;
    let has = |column: &str, value: &str| {
        let wanted = ("members".to_owned(), column.to_owned(), Some(value.to_owned()));
        assert!(told.contains(&wanted), "{column} is not told: {told:?}");
    };
    has("name", &imke.name);
    has("mail", &imke.mail);
    has("role", "member");
    has("state", "active");
    // That somebody looked, this very look not being on record before it ends.
    assert!(told.iter().all(|(table, ..)| table == "members"), "{told:?}");
    let again = package(&world, shop.tenant, imke.subject).await;
    assert!(again.contains(&("access_log".to_owned(), "view".to_owned(), Some("package".to_owned()))), "{again:?}");

    let beside = others(&world, &shop, 1);
    assert_eq!(forgotten(&world, world.scope(shop.tenant), imke.subject).await, 1);
    assert_eq!(forgotten(&world, world.scope(shop.tenant), imke.subject).await, 0, "it was done already");

    let left = package(&world, shop.tenant, imke.subject).await;
    assert!(left.iter().all(|(table, ..)| table == "access_log"), "only who looked is kept: {left:?}");
    assert_eq!(others(&world, &shop, 1), beside, "a neighbour was touched");
    let rows =
        world.base.lines(&format!("select id::text as line from members where subject_id = '{}'", imke.subject.uuid()));
    assert!(rows.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_seat_stays_and_what_was_personal_in_it_goes() {
    let world = World::alone(Watch::host()).await;
    let (mira, sana) = (world.staff(&[Seat::Support]).await, world.staff(&[Seat::Approver]).await);
    let subject_of = |id| {
        world.base.lines(&format!("select subject_id::text as line from staff where id = '{id}'"))[0]
            .parse()
            .map(SubjectId::from_uuid)
            .expect("an id")
    };
    let mirror = |id| world.base.lines(&format!("select s::text as line from staff s where id = '{id}'"));
    let (subject, beside) = (subject_of(mira.id.uuid()), mirror(sana.id.uuid()));
    let told = package(&world, TenantId::HOUSE, subject).await;
    assert!(told.contains(&("staff".to_owned(), "mail".to_owned(), Some(mira.mail.clone()))), "{told:?}");
    assert!(told.iter().any(|(table, column, _)| table == "sessions" && column == "started_at"), "{told:?}");
    let before = world.base.lines("select mail_bidx::text as line from staff order by id");

    let house = Caller::house().permit_house(Permission::KeepHouse).expect("the house may");
    assert!(forgotten(&world, house.clone(), subject).await >= 3, "a seat, its sessions, its codes");
    assert_eq!(forgotten(&world, house, subject).await, 0);

    let seat = world.base.lines(&format!(
        "select handle || ' ' || octet_length(mail) || ' ' || (password_hash is null) || ' ' || (totp_secret_id is null)
                || ' ' || octet_length(mail_bidx) as line from staff where id = '{}'",
        mira.id.uuid()
    ));
    assert_eq!(seat, [format!("{} 0 true true 16", mira.handle)]);
    let after = world.base.lines("select mail_bidx::text as line from staff order by id");
    assert_eq!(before.iter().filter(|index| !after.contains(index)).count(), 1, "one pseudonym became another");
    let hanging = world.base.lines(&format!(
        "select 'session' as line from sessions where staff_id = '{0}'
         union all select 'code' from recovery_codes where staff_id = '{0}'
         union all select 'secret' from secrets where kind = 'staff_totp' and id not in
           (select totp_secret_id from staff where totp_secret_id is not null)",
        mira.id.uuid()
    ));
    assert!(hanging.is_empty(), "{hanging:?}");
    assert_eq!(mirror(sana.id.uuid()), beside, "a colleague was touched");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_map_counts_what_is_held_and_sees_what_is_not_sealed() {
    let world = World::alone(Watch::host()).await;
    let shop = world.shop("Zaitoon Home", 3).await;
    let (map, desk) = (world.tools.map, Caller::house().permit_desk(Permission::SeeQueue));
    let desk = world.ledger.desk_scope(desk.expect("the house may"), "map").await.expect("traced");
    let held = world.ledger.desk(&desk, move |tx| map.holdings(tx)).await.expect("figures");
    let rows = |name: &str| held.iter().find(|held| held.table.name == name).map(|held| held.rows);
    assert_eq!((rows("members"), rows("tenants"), rows("jobs")), (Some(3), Some(1), None));
    assert_eq!(map.mask("members", "mail"), Some("mail"));
    assert_eq!(map.mask("members", "role"), None);
    assert_eq!(map.table("members").map(|table| table.erased_by), Some(Row::Deleted));

    let bare = async || {
        let cells =
            world.ledger.read(&world.scope(shop.tenant), move |tx| map.sealed_cells(tx)).await.expect("figures");
        let names = cells.iter().find(|cells| (cells.table.as_str(), cells.column.as_str()) == ("members", "name"));
        assert_eq!(names.map(|names| names.filled), Some(3));
        cells.iter().map(|cells| cells.bare).sum::<i64>()
    };
    assert_eq!(bare().await, 0);
    world.base.tamper(&format!("update members set name = 'Imke Harms' where id = '{}'", shop.members[0].id.uuid()));
    assert_eq!(bare().await, 1);
}
