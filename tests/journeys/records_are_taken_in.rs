//! What platforms tell is kept: once, sealed, the newest version, and about one person for each who is one.

use harness::goods::{customer, level, order, product, second};
use harness::world::World;
use rightsdesk_server::floor::datamap::Map;
use rightsdesk_server::floor::kernel::{Instant, Personal, Ref, StoreId, SubjectId, TenantId, Watch};
use rightsdesk_server::floor::ledger::{Event, Witnessed, counting};
use rightsdesk_server::floor::platforms::{Customer, Good, Order, Shelf};
use rightsdesk_server::floor::vault::SubjectKey;
use rightsdesk_server::records::{Again, TakenIn};
use rightsdesk_server::roof::map::MAP;

const NONE: TakenIn = TakenIn { new: 0, changed: 0, older: 0, refused: 0 };
const TABLES: [&str; 7] = ["customers", "orders", "order_contacts", "order_lines", "products", "variants", "inventory"];

async fn shop(world: &World) -> Ref<StoreId> {
    let tenant = world.shop("Zaitoon Home", 0).await.tenant;
    world.store(tenant, &format!("{}.example", tenant.uuid().as_simple()), &["read_orders"]).await
}

/// What a tenant holds, without ids, envelopes and our own times: the same whenever the same was told.
fn state(world: &World, tenant: TenantId) -> Vec<String> {
    let told = [
        "select 'customer ' || platform_id || coalesce(country, '-') || wants_mail || updated_at || num_nonnulls(given_name,
           family_name, mail, phone, address) as line, tenant_id from customers",
        "select 'order ' || o.platform_id || ' ' || o.name || o.updated_at || coalesce(o.payment, '-') || o.total || ' '
           || coalesce(c.country, '-') || num_nonnulls(c.handle, c.mail, c.phone, c.address) as line, o.tenant_id
           from orders o left join order_contacts c on (c.tenant_id, c.id) = (o.tenant_id, o.id)",
        "select 'line ' || o.platform_id || ' ' || l.place || l.platform_id || l.sku || l.quantity || l.price, l.tenant_id
           from order_lines l join orders o on (l.tenant_id, l.order_id) = (o.tenant_id, o.id)",
        "select 'product ' || platform_id || title || status || updated_at, tenant_id from products",
        "select 'variant ' || p.platform_id || v.place || v.platform_id || v.sku || v.item, v.tenant_id
           from variants v join products p on (v.tenant_id, v.product_id) = (p.tenant_id, p.id)",
        "select 'level ' || item || place || available || updated_at, tenant_id from inventory",
    ];
    let whole = told.join(" union all ");
    world.base.lines(&format!("select line from ({whole}) t where tenant_id = '{}' order by line", tenant.uuid()))
}

fn count(world: &World, table: &str, tenant: TenantId) -> i64 {
    let sql = format!("select count(*)::text as line from {table} where tenant_id = '{}'", tenant.uuid());
    world.base.lines(&sql)[0].parse().expect("a count")
}

/// Whom the tenant's records are about, without those who proved to be another.
fn persons(world: &World, tenant: TenantId) -> Vec<SubjectId> {
    let sql =
        format!("select id::text as line from subjects where tenant_id = '{}' and same_as is null", tenant.uuid());
    world.base.lines(&sql).iter().map(|id| SubjectId::from_uuid(id.parse().expect("an id"))).collect()
}

/// The same twice: an order that changed once, its buyer, a product that changed once, and stock.
fn story() -> Vec<Good> {
    let mut changed = order("1", "ada@example.com", 2);
    changed.lines.truncate(1);
    changed.payment = Some("refunded".to_owned());
    vec![
        Good::Order(Order { customer: Some("c1".to_owned()), ..order("1", "ada@example.com", 1) }),
        Good::Order(Order { customer: Some("c1".to_owned()), ..changed }),
        Good::Customer(customer("c1", "ada@example.com", 1)),
        Good::Customer(Customer { wants_mail: Some(false), ..customer("c1", "ada@example.com", 3) }),
        Good::Level(level("item-p-1", 4, 1)),
        Good::Level(level("item-p-1", 3, 2)),
        Good::Product(product("p", 1)),
        Good::Product(product("p", 5)),
    ]
}

#[tokio::test]
async fn the_same_page_twice_has_no_effect() {
    let world = World::new().await;
    let at = shop(&world).await;
    assert_eq!(world.take_in(at, story()).await.expect("taken"), TakenIn { new: 4, older: 4, ..NONE });
    let (held, envelopes) = (state(&world, at.tenant), world.base.lines(&dump(at.tenant)));
    assert_eq!(held.len(), 1 + 1 + 1 + 1 + 2 + 1, "{held:#?}");
    assert!(held.iter().any(|line| line.contains("refunded")), "{held:#?}");
    assert_eq!(world.take_in(at, story()).await.expect("taken"), TakenIn { older: 8, ..NONE });
    assert_eq!((state(&world, at.tenant), world.base.lines(&dump(at.tenant))), (held, envelopes));
}

/// Of an order, its buyer, a product and stock: as they were, or as they were later in the same second.
fn of_one_second(is_later: bool) -> Vec<Good> {
    let mut bought = Order { customer: Some("c1".to_owned()), ..order("1", "ada@example.com", 9) };
    bought.payment = Some(if is_later { "paid" } else { "pending" }.to_owned());
    let mut sold = product("p", 9);
    sold.status = Some(if is_later { "archived" } else { "active" }.to_owned());
    vec![
        Good::Order(bought),
        Good::Customer(Customer { wants_mail: Some(is_later), ..customer("c1", "ada@example.com", 9) }),
        Good::Level(level("item-p-1", if is_later { 3 } else { 4 }, 9)),
        Good::Product(sold),
    ]
}

#[tokio::test]
async fn what_changed_twice_in_a_second_is_as_it_was_told_last() {
    let world = World::new().await;
    let at = shop(&world).await;
    let settled = world.take_in(at, of_one_second(false)).await.expect("taken");
    assert_eq!(settled, TakenIn { new: 4, ..NONE });
    // What had been read when its second was over stays.
    let early = state(&world, at.tenant);
    for again in [Again::NEVER, Again::since(second(10))] {
        let taken = world.take_in_again(at, of_one_second(true), again).await.expect("taken");
        assert_eq!((taken, state(&world, at.tenant)), (TakenIn { older: 4, ..NONE }, early.clone()));
    }
    let taken = world.take_in_again(at, of_one_second(true), Again::since(second(9))).await.expect("taken");
    assert_eq!(taken, TakenIn { changed: 4, ..NONE });
    let late = state(&world, at.tenant);
    for word in ["paid", "archived", "item-p-1hall3"] {
        assert!(late.iter().any(|line| line.contains(word)), "{word}: {late:#?}");
    }
    assert_eq!(late.len(), early.len());
    // Stock that says the same is the same.
    let taken =
        world.take_in_again(at, vec![Good::Level(level("item-p-1", 3, 9))], Again::ALWAYS).await.expect("taken");
    assert_eq!(taken, TakenIn { older: 1, ..NONE });
}

#[tokio::test]
async fn whatever_the_order_the_state_is_the_same() {
    let world = World::new().await;
    let mut states = Vec::new();
    for turn in 0..4 {
        let (at, mut goods) = (shop(&world).await, story());
        match turn {
            0 => {}
            1 => goods.reverse(),
            2 => goods.rotate_left(3),
            _ => goods.swap(0, 1),
        }
        for good in goods {
            world.take_in(at, vec![good]).await.expect("taken");
        }
        assert_eq!(persons(&world, at.tenant).len(), 1, "turn {turn}");
        states.push(state(&world, at.tenant));
    }
    assert!(states.iter().all(|state| *state == states[0]), "{states:#?}");
}

#[tokio::test]
async fn one_person_in_two_stores_is_one_subject_and_a_borrowed_telephone_is_none() {
    let world = World::new().await;
    let one = shop(&world).await;
    let other = world.store(one.tenant, &format!("b{}.example", one.tenant.uuid().as_simple()), &["read_orders"]).await;
    world.take_in(one, vec![Good::Order(order("1", "Ada@Example.com", 1))]).await.expect("taken");
    world.take_in(other, vec![Good::Customer(customer("1", " ada@example.com", 1))]).await.expect("taken");
    assert_eq!(persons(&world, one.tenant).len(), 1);

    let phone = || Some(Personal::new("+49 170 1234567"));
    let known = Order { phone: phone(), ..order("2", "ada@example.com", 1) };
    let borrowed = Order { phone: phone(), ..order("3", "bea@example.com", 1) };
    let alone = |id: &str| Order { phone: phone(), mail: None, ..order(id, "", 1) };
    let page = [known, borrowed, alone("4"), alone("5")].map(Good::Order);
    world.take_in(one, page.into()).await.expect("taken");
    assert_eq!(persons(&world, one.tenant).len(), 3, "Ada, Bea, and whoever has nothing but the telephone");
    let whose = |id: &str| {
        let sql = format!(
            "select subject_id::text as line from orders where tenant_id = '{}' and platform_id = '{id}'",
            one.tenant.uuid()
        );
        world.base.lines(&sql)
    };
    assert_eq!((whose("1") == whose("2"), whose("4") == whose("5")), (true, true));
    assert!(whose("2") != whose("3") && whose("3") != whose("4") && whose("2") != whose("4"));
}

#[tokio::test]
async fn two_who_prove_to_be_one_are_the_older_one_and_what_was_sealed_still_opens() {
    let world = World::new().await;
    let at = shop(&world).await;
    world.take_in(at, vec![Good::Order(order("1", "ada@example.com", 1))]).await.expect("taken");
    let first = persons(&world, at.tenant)[0];
    let by_id = |at: i64, mail| Customer { mail: Some(Personal::new(mail)), ..customer("c1", "", at) };
    world.take_in(at, vec![Good::Customer(by_id(1, "countess@example.com"))]).await.expect("taken");
    assert_eq!(persons(&world, at.tenant).len(), 2);
    world.take_in(at, vec![Good::Customer(by_id(2, "ada@example.com"))]).await.expect("taken");
    assert_eq!(persons(&world, at.tenant), [first], "the older stays");
    let rows = format!(
        "select subject_id::text as line from customers where tenant_id = '{0}' union select subject_id::text from orders
          where tenant_id = '{0}'",
        at.tenant.uuid()
    );
    assert_eq!(world.base.lines(&rows), [first.uuid().to_string()]);
    // By the address of the one that went, too.
    world.take_in(at, vec![Good::Order(order("2", "countess@example.com", 1))]).await.expect("taken");
    assert_eq!(persons(&world, at.tenant), [first]);

    let (map, vault): (Map, _) = (MAP, world.tools.vault.clone());
    let opened = world.ledger.reveal(world.scope(at.tenant), "test", move |tx| {
        let key = vault.subject_key(tx, first, "test")?.unwrap_or_else(|shut| panic!("{shut:?}"));
        let cells = map.disclose(tx, first)?.into_iter().flat_map(|held| held.rows).flat_map(|row| row.cells);
        Ok(cells.filter_map(|cell| cell.open(&key).unwrap_or_else(|shut| panic!("{shut:?}"))).collect::<Vec<_>>())
    });
    let opened = opened.await.expect("a package").join(" ");
    for value in ["Givenc1", "ada@example.com", "countess@example.com", "\"lines\":[\"Street1\"]", "\"zip\":\"ZIP2\""] {
        assert!(opened.contains(value), "{value} is not in {opened}");
    }
}

/// Everything the tenant's rows hold, as text.
fn dump(tenant: TenantId) -> String {
    let tables = TABLES.iter().chain(&["subjects", "subject_identifiers", "subject_keys", "departed"]);
    let one = |table| format!("select t::text as line from {table} t where tenant_id = '{}'", tenant.uuid());
    tables.map(one).collect::<Vec<_>>().join(" union all ")
}

#[tokio::test]
async fn nothing_personal_stands_in_clear_and_another_tenant_sees_nothing() {
    let world = World::new().await;
    let (at, beside) = (shop(&world).await, world.neighbour().await);
    let buyer = Order {
        handle: Some(Personal::new("ada_the_first")),
        phone: Some(Personal::new("+491701234567")),
        ..order("1", "ada@example.com", 1)
    };
    let page = || vec![Good::Customer(customer("c1", "ada@example.com", 1)), Good::Order(buyer)];
    world.take_in(at, page()).await.expect("taken");
    let held = world.base.lines(&dump(at.tenant)).join("\n");
    assert!(held.contains("Kettle") && held.contains("#1"), "{held}");
    for planted in ["ada@", "ada_the", "Givenc1", "Familyc1", "Street", "City", "ZIP", "Recipient", "170123"] {
        let hex = data_encoding::HEXLOWER.encode(planted.as_bytes());
        assert!(!held.contains(planted) && !held.contains(&hex), "{planted} stands there in clear");
    }
    let seen = world.ledger.read(&world.scope(beside), |tx| MAP.holdings(tx)).await.expect("figures");
    assert!(seen.iter().filter(|held| TABLES.contains(&held.table.name)).all(|held| held.rows == 0));
    let own = world.ledger.read(&world.scope(at.tenant), |tx| MAP.holdings(tx)).await.expect("figures");
    assert!(own.iter().any(|held| (held.table.name, held.rows) == ("order_lines", 4)));
}

#[tokio::test]
async fn a_page_of_ten_and_of_two_hundred_take_as_many_statements() {
    let world = World::new().await;
    let mut asked = Vec::new();
    for size in [10, 200] {
        let at = shop(&world).await;
        let page = |version: i64| {
            let one = |number: i64| {
                let (id, mail) = (number.to_string(), format!("buyer.{number}@example.com"));
                [
                    Good::Order(Order {
                        phone: Some(Personal::new(format!("+49170{number:06}"))),
                        ..order(&id, &mail, version)
                    }),
                    Good::Customer(customer(&id, &mail, version)),
                    Good::Product(product(&id, version)),
                    Good::Level(level(&id, 5, version)),
                ]
            };
            (0..size).flat_map(one).collect::<Vec<_>>()
        };
        let goods = usize::try_from(size).expect("a size") * 4;
        let (first, statements) = counting(world.take_in(at, page(1))).await;
        assert_eq!(first.expect("taken"), TakenIn { new: goods, ..NONE });
        let (second, again) = counting(world.take_in(at, page(2))).await;
        assert_eq!(second.expect("taken"), TakenIn { changed: goods, ..NONE });
        asked.push((statements, again));
    }
    assert_eq!(asked[0], asked[1]);
    assert!(asked[0].0 < 50, "{asked:?}");
}

#[tokio::test]
async fn two_hundred_and_fifty_orders_of_four_lines_take_as_many_statements_as_one() {
    let world = World::new().await;
    let mut asked = Vec::new();
    for size in [1, 250] {
        let at = shop(&world).await;
        let one = |number: usize| Good::Order(order(&number.to_string(), &format!("buyer.{number}@example.com"), 1));
        let (taken, statements) = counting(world.take_in(at, (0..size).map(one).collect())).await;
        assert_eq!(taken.expect("taken"), TakenIn { new: size, ..NONE });
        assert_eq!(count(&world, "order_lines", at.tenant), i64::try_from(size * 4).expect("a count"));
        asked.push(statements);
    }
    assert_eq!(asked[0], asked[1]);
}

#[tokio::test]
async fn what_the_platform_took_away_does_not_come_back_by_an_older_page() {
    let world = World::held(second(100)).await;
    let at = shop(&world).await;
    world.take_in(at, story()).await.expect("taken");
    assert_eq!(world.take_out(at, Shelf::Orders, &["1", "never seen"]).await, 1);
    assert_eq!(world.take_out(at, Shelf::Orders, &["1"]).await, 0);
    assert_eq!((count(&world, "order_contacts", at.tenant), count(&world, "order_lines", at.tenant)), (0, 0));
    let old = |id: &str| Good::Order(order(id, "ada@example.com", 90));
    assert_eq!(
        world.take_in(at, vec![old("1"), old("never seen")]).await.expect("taken"),
        TakenIn { older: 2, ..NONE }
    );
    let restored = vec![Good::Order(order("1", "ada@example.com", 101))];
    assert_eq!(world.take_in(at, restored).await.expect("taken"), TakenIn { new: 1, ..NONE });
    assert_eq!(count(&world, "departed", at.tenant), 1);
    for (shelf, id) in [(Shelf::Customers, "c1"), (Shelf::Products, "p"), (Shelf::Inventory, "item-p-1")] {
        assert_eq!(world.take_out(at, shelf, &[id]).await, 1, "{shelf}");
    }
}

#[tokio::test]
async fn of_somebody_who_was_erased_nothing_is_written() {
    let world = World::new().await;
    let at = shop(&world).await;
    world.take_in(at, vec![Good::Order(order("1", "ada@example.com", 1))]).await.expect("taken");
    let (ada, vault) = (persons(&world, at.tenant)[0], world.tools.vault.clone());
    let erased = world.ledger.write(world.scope(at.tenant), move |tx| {
        vault.forget::<SubjectKey>(tx, ada)?;
        Ok(Witnessed::new((), Event::new("test.forgot", "subject", ada.uuid())))
    });
    erased.await.expect("erased");
    let before = world.base.lines(&dump(at.tenant));
    let page = vec![
        Good::Order(order("1", "ada@example.com", 2)),
        Good::Order(Order { customer: Some("c9".to_owned()), ..order("2", "ada@example.com", 1) }),
        Good::Customer(customer("c9", "other@example.com", 1)),
    ];
    assert_eq!(world.take_in(at, page).await.expect("taken"), TakenIn { refused: 3, ..NONE });
    assert_eq!(world.base.lines(&dump(at.tenant)), before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_comes_through_two_gates_at_once_is_one() {
    let world = World::new().await;
    for round in 0..12 {
        let at = shop(&world).await;
        let page = |first: usize| {
            let one =
                |number: usize| Good::Customer(customer(&format!("c{number}"), &format!("b{number}@example.com"), 1));
            let mut page: Vec<Good> = (0..8).map(one).collect();
            page.rotate_left(first);
            page
        };
        let (one, other) = tokio::join!(world.take_in(at, page(round % 8)), world.take_in(at, page(3)));
        let (one, other) = (one.expect("taken"), other.expect("taken"));
        assert_eq!((one.new + other.new, one.older + other.older), (8, 8), "round {round}");
        assert_eq!(persons(&world, at.tenant).len(), 8);
        assert_eq!((count(&world, "subjects", at.tenant), count(&world, "subject_keys", at.tenant)), (8, 8));
    }
}

#[tokio::test]
async fn no_more_is_kept_than_the_policy_lists() {
    let held = Watch::held(Instant::from_micros(1_790_000_000_000_000));
    for (policy, rows, values) in [
        ("sooperseller", [1, 1, 1, 4, 1, 2, 1], 2),
        // No category of customers: an order's number, items and amounts, and that it has a buyer.
        ("dropshipped", [0, 1, 0, 4, 1, 2, 1], 0),
        // Sales are about nobody.
        ("inventorysync", [0, 1, 0, 4, 1, 2, 1], 0),
        ("littledata", [1, 1, 0, 4, 0, 0, 0], 0),
    ] {
        let world = World::alone_under(policy, held.clone()).await;
        let at = shop(&world).await;
        let page = vec![
            Good::Customer(customer("c1", "ada@example.com", 1)),
            Good::Order(Order { customer: Some("c1".to_owned()), ..order("1", "ada@example.com", 1) }),
            Good::Product(product("p", 1)),
            Good::Level(level("item-p-1", 4, 1)),
        ];
        world.take_in(at, page).await.expect("taken");
        assert_eq!(TABLES.map(|table| count(&world, table, at.tenant)), rows, "{policy}");
        let names = world.base.lines(
            "select count(*)::text as line from (select given_name from customers union all select family_name from customers)
              t where given_name is not null",
        );
        assert_eq!(names, [values.to_string()], "{policy}");
        let told = world.base.lines("select (subject_id is not null)::text as line from orders");
        assert_eq!(told, [matches!(policy, "sooperseller" | "dropshipped").to_string()], "{policy}");
    }
}
