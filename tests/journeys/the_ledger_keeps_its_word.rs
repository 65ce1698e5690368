//! Stories of the ledger: who may see what, what a write leaves behind, and what happens when things break.

use diesel::RunQueryDsl;
use diesel::connection::SimpleConnection;
use harness::base::fresh;
use harness::books::links_of;
use harness::world::World;
use rightsdesk_server::floor::access::{Caller, Permission};
use rightsdesk_server::floor::kernel::{Error, SubjectId, TenantId};
use rightsdesk_server::floor::ledger::{Event, Limits, Witnessed, counting, inspect, statement};
use uuid::Uuid;

fn noted(tenant: TenantId) -> Event {
    Event::new("test.noted", "tenant", tenant.uuid())
}

#[tokio::test]
async fn every_write_is_a_link_and_the_chain_is_whole() {
    let world = World::new().await;
    for count in 0..5 {
        let event = noted(world.tenant).count("rows", count).code("kind", "order");
        world.ledger.write(world.scope(world.tenant), |_| Ok(Witnessed::new((), event))).await.expect("written");
    }

    assert_eq!(links_of(world.base, world.tenant), 6, "the birth of the books and five writes");
}

#[tokio::test]
async fn a_write_that_fails_leaves_nothing() {
    let world = World::new().await;
    let tenant = world.tenant;
    let before = events_of(&world, tenant);

    let refused: Result<(), Error> = world
        .ledger
        .write(world.scope(tenant), move |tx| {
            statement(
                "insert into access_log (tenant_id, id, at, actor, view, purpose) values (?, ?, now(), 'a', 'b', 'c')",
            )
            .bind::<diesel::sql_types::Uuid, _>(tenant)
            .bind::<diesel::sql_types::Uuid, _>(Uuid::new_v4())
            .execute(tx.conn())?;
            tx.conn().batch_execute("select 1 / 0")?;
            Ok(Witnessed::new((), noted(tenant)))
        })
        .await;

    assert!(matches!(refused, Err(Error::Internal(_))));
    assert_eq!(events_of(&world, tenant), before);
}

#[tokio::test]
async fn a_tenant_without_books_cannot_be_written() {
    let world = World::new().await;
    let nobody = TenantId::fresh();

    let refused = world.ledger.write(world.scope(nobody), move |_| Ok(Witnessed::new((), noted(nobody)))).await;

    assert!(matches!(refused, Err(Error::NotFound("tenant"))));
}

#[tokio::test]
async fn what_is_written_at_once_is_chained_in_one_order() {
    let world = World::with(Limits { connections: 8, ..Limits::default() }).await;
    let tenant = world.tenant;

    let writes = (0..64).map(|_| {
        let (ledger, scope) = (world.ledger.clone(), world.scope(tenant));
        tokio::spawn(async move { ledger.write(scope, move |_| Ok(Witnessed::new((), noted(tenant)))).await })
    });
    for write in writes.collect::<Vec<_>>() {
        write.await.expect("no panic").expect("written");
    }

    let gaps = world.base.lines(&format!(
        "select count(*) || ' ' || max(seq) || ' ' || count(distinct hash) as line from audit_events where tenant_id = '{}'",
        tenant.uuid()
    ));
    assert_eq!(gaps, ["65 65 65"]);
}

#[tokio::test]
async fn a_pool_of_one_never_lets_one_tenant_see_another() {
    let world = World::with(Limits { connections: 2, ..Limits::default() }).await;
    let (mine, theirs) = (world.tenant, world.neighbour().await);

    for round in 0..40 {
        let tenant = if round % 2 == 0 { mine } else { theirs };
        if round % 5 == 0 {
            // A transaction broken off by a panic must not lend its pin to the next.
            let broken =
                world.ledger.read(&world.scope(tenant), |_| -> Result<(), Error> { panic!("on purpose") }).await;
            assert!(matches!(broken, Err(Error::Internal(_))));
        }
        let seen = world.ledger.read(&world.scope(tenant), tenants_seen).await.expect("read");
        assert_eq!(seen, [tenant.uuid()]);
    }
}

#[tokio::test]
async fn without_a_pin_there_are_no_rows() {
    let world = World::new().await;

    let seen = world.ledger.bookkeep(None, |tx| tenants_seen(tx)).await.expect("read");

    assert!(seen.is_empty());
}

#[tokio::test]
async fn a_read_is_held_read_only_by_postgres_itself() {
    let world = World::new().await;

    let refused = world
        .ledger
        .read(&world.scope(world.tenant), |tx| Ok(tx.conn().batch_execute("update audit_heads set seq = seq + 1")?))
        .await;

    assert!(matches!(refused, Err(Error::Internal(_))));
}

#[tokio::test]
async fn nobody_online_may_change_or_remove_what_the_books_say() {
    let world = World::new().await;
    for attempt in [
        "update audit_events set action = 'nothing'",
        "delete from audit_events",
        "truncate audit_events",
        "delete from access_log",
        "delete from audit_heads",
        "set role rd_owner",
        "alter table audit_events disable row level security",
    ] {
        let refused = world
            .ledger
            .write(world.scope(world.tenant), move |tx| {
                tx.conn().batch_execute(attempt)?;
                Ok(Witnessed::new((), noted(TenantId::HOUSE)))
            })
            .await;
        assert!(refused.is_err(), "{attempt} went through");
    }
}

#[tokio::test]
async fn a_reveal_names_each_person_once_and_only_if_it_commits() {
    let world = World::new().await;
    let (ann, bob) = (SubjectId::fresh(), SubjectId::fresh());

    let looked = world.ledger.reveal(world.scope(world.tenant), "support", move |tx| {
        tx.note(Some(ann), "order_contact.email");
        tx.note(Some(ann), "order_contact.email");
        tx.note(Some(bob), "order_contact.email");
        Ok(())
    });
    looked.await.expect("looked");
    let failed: Result<(), Error> = world
        .ledger
        .reveal(world.scope(world.tenant), "support", move |tx| {
            tx.note(Some(ann), "order_contact.phone");
            Err(Error::NotFound("contact"))
        })
        .await;

    assert!(failed.is_err());
    let rows = world.base.lines(&format!(
        "select subject_id || ' ' || view || ' ' || purpose || ' ' || actor as line from access_log
          where tenant_id = '{}' order by line",
        world.tenant.uuid()
    ));
    let mut wanted = [ann, bob].map(|subject| format!("{} order_contact.email support house", subject.uuid()));
    wanted.sort();
    assert_eq!(rows, wanted);
}

#[tokio::test]
async fn a_span_leaves_its_trace_before_it_opens_and_reaches_no_further() {
    let world = World::new().await;
    let (near, far) = (world.neighbour().await, world.neighbour().await);
    let permit = Caller::house().permit_span(Permission::SeeData, &[world.tenant, near]).expect("permitted");

    let scope = world.ledger.span(permit, "quarterly review").await.expect("traced");
    let mut seen = world.ledger.read(&scope, tenants_seen).await.expect("read");

    seen.sort();
    let mut wanted = [world.tenant.uuid(), near.uuid()];
    wanted.sort();
    assert_eq!(seen, wanted);
    assert!(!seen.contains(&far.uuid()));
    let trace = world.base.lines(&format!(
        "select purpose as line from access_log where tenant_id = '{}' and view like '%{}%'",
        Uuid::nil(),
        world.tenant
    ));
    assert_eq!(trace, ["quarterly review"]);
}

#[tokio::test]
async fn the_desk_sees_no_column_it_was_not_granted() {
    let world = World::new().await;
    let permit = Caller::house().permit_desk(Permission::SeeQueue).expect("permitted");

    let scope = world.ledger.desk_scope(permit, "queue").await.expect("traced");
    let refused = world.ledger.desk(&scope, |tx| Ok(statement("select name from members").execute(tx.conn())?)).await;

    assert!(matches!(refused, Err(Error::Internal(_))));
}

#[tokio::test]
async fn the_statements_of_a_call_are_counted() {
    let world = World::new().await;

    let (_, asked) = counting(world.ledger.read(&world.scope(world.tenant), tenants_seen)).await;

    assert_eq!(asked, 3, "begin and pin in one, the question, commit");
}

#[test]
fn a_database_that_breaks_the_bargain_is_refused_with_every_reason() {
    let base = fresh();
    assert!(inspect(&base.online).expect("it answers").is_empty());

    let flaws = inspect(&base.admin).expect("it answers");

    let said: Vec<String> = flaws.iter().map(|flaw| format!("{}: {}", flaw.field, flaw.advice)).collect();
    assert!(said.iter().any(|flaw| flaw.contains("superuser")), "{said:?}");
}

fn tenants_seen(tx: &mut rightsdesk_server::floor::ledger::Tx) -> Result<Vec<Uuid>, Error> {
    #[derive(diesel::QueryableByName)]
    struct Row {
        #[diesel(sql_type = diesel::sql_types::Uuid)]
        tenant_id: Uuid,
    }
    let rows = statement("select tenant_id from audit_heads").load::<Row>(tx.conn())?;
    Ok(rows.into_iter().map(|row| row.tenant_id).collect())
}

fn events_of(world: &World, tenant: TenantId) -> Vec<String> {
    world.base.lines(&format!("select seq::text as line from audit_events where tenant_id = '{}'", tenant.uuid()))
}
