//! What is kept of stores can be read, page by page, and no value of anybody's is in it.

use harness::asked::{ask, desk_seat, partner};
use harness::goods::{customer, level, order, product, second};
use harness::world::World;
use rightsdesk_server::floor::access::{Caller, Permission, Role};
use rightsdesk_server::floor::graphql::tenant_node_id;
use rightsdesk_server::floor::kernel::{Ref, StoreId};
use rightsdesk_server::floor::ledger::counting;
use rightsdesk_server::floor::platforms::{Good, Order};
use serde_json::{Value, json};

const ORDERS: &str = "query ($filter: OrderFilter!, $first: Int, $after: String) {
  orders(filter: $filter, first: $first, after: $after) { totalCount pageInfo { hasNextPage endCursor } nodes {
    id storeId name person placedAt total { value currency } lines { sku quantity price { value } }
    contact { handle { masked } mail { masked kind } phone { masked } address { masked kind } country } } } }";
const CUSTOMERS: &str = "query ($filter: CustomerFilter!) { customers(filter: $filter) { totalCount nodes {
  id person givenName { masked } familyName { masked } mail { masked } phone { masked } address { masked } country } } }";
const PRODUCTS: &str = "query ($filter: ProductFilter!) { products(filter: $filter) { totalCount nodes {
  title status variants { sku price { value currency } } } } }";
const SUBJECT: &str = "query ($tenant: ID!, $mail: String!) { subject(tenant: $tenant, mail: $mail) {
  id person storeIds rows { table count } } }";
const COUNTS: &str =
    "query ($store: ID!) { recordCounts(store: $store) { customers orders products variants inventory } }";

async fn shop(world: &World) -> Ref<StoreId> {
    let tenant = world.shop("Zaitoon Home", 0).await.tenant;
    world.store(tenant, &format!("{}.example", tenant.uuid().as_simple()), &["read_orders"]).await
}

async fn told(world: &World, caller: &Caller, document: &str, variables: Value) -> Value {
    let answer = ask(world, Some(caller), document, variables).await;
    assert!(answer.get("errors").is_none(), "{answer}");
    answer["data"].as_object().and_then(|data| data.values().next().cloned()).expect("one field")
}

fn placed(number: i64) -> Good {
    let order = order(&number.to_string(), &format!("buyer.{number}@example.com"), 1);
    Good::Order(Order { placed_at: second(number), ..order })
}

#[tokio::test]
async fn orders_are_walked_newest_first_and_none_is_missed_or_doubled() {
    let world = World::new().await;
    let (at, ops) = (shop(&world).await, desk_seat(&world, &[Role::Ops]));
    world.take_in(at, (0..7).map(placed).collect()).await.expect("taken");
    let (mut names, mut after) = (Vec::new(), Value::Null);
    loop {
        let filter = json!({ "tenant": tenant_node_id(at.tenant), "store": at.to_string() });
        let page = told(&world, &ops, ORDERS, json!({ "filter": filter, "first": 3, "after": after })).await;
        assert_eq!(page["totalCount"], 7);
        names.extend(page["nodes"].as_array().expect("nodes").iter().map(|order| order["name"].clone()));
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
    assert_eq!(names, ["#6", "#5", "#4", "#3", "#2", "#1", "#0"]);
    let span =
        json!({ "tenant": tenant_node_id(at.tenant), "placedAfter": second(2).utc(), "placedBefore": second(5).utc() });
    let page = told(&world, &ops, ORDERS, json!({ "filter": span })).await;
    assert_eq!(
        (&page["nodes"][0]["name"], &page["nodes"][1]["name"], &page["totalCount"]),
        (&json!("#4"), &json!("#3"), &json!(2))
    );
}

#[tokio::test]
async fn what_is_personal_answers_with_a_mask() {
    let world = World::new().await;
    let (at, ops) = (shop(&world).await, desk_seat(&world, &[Role::Support]));
    let page = vec![
        Good::Order(order("1", "ada@example.com", 1)),
        Good::Customer(customer("c1", "ada@example.com", 1)),
        Good::Product(product("p", 1)),
        Good::Level(level("item-p-1", 4, 1)),
    ];
    world.take_in(at, page).await.expect("taken");
    let filter = json!({ "filter": { "tenant": tenant_node_id(at.tenant) } });
    let orders = told(&world, &ops, ORDERS, filter.clone()).await;
    let order = &orders["nodes"][0];
    assert_eq!(order["total"], json!({ "value": "50.00", "currency": "EUR" }));
    assert_eq!(order["lines"].as_array().map(Vec::len), Some(4));
    assert_eq!(order["contact"]["mail"]["masked"], format!("mail of {}", order["person"].as_str().expect("a handle")));
    assert_eq!(order["contact"]["address"]["kind"], "ADDRESS");
    assert_eq!((&order["contact"]["phone"], &order["contact"]["country"]), (&Value::Null, &json!("DE")));
    let customers = told(&world, &ops, CUSTOMERS, filter).await;
    let customer = &customers["nodes"][0];
    assert_eq!((&customer["person"], &customer["phone"]), (&order["person"], &Value::Null));
    let skus = |begins: &str| json!({ "filter": { "tenant": tenant_node_id(at.tenant), "skuBegins": begins } });
    let products = told(&world, &ops, PRODUCTS, skus("SKU-")).await;
    assert_eq!(
        products["nodes"][0]["variants"][1],
        json!({ "sku": "SKU-2", "price": { "value": "9.00", "currency": "EUR" } })
    );
    assert_eq!(told(&world, &ops, PRODUCTS, skus("SKU_")).await["totalCount"], 0);
    let whole = format!("{orders}{customers}{products}");
    for planted in ["ada@", "Given", "Family", "Street", "City", "ZIP", "Recipient"] {
        assert!(!whole.contains(planted), "{planted} is in {whole}");
    }
    let counts = told(&world, &ops, COUNTS, json!({ "store": at.to_string() })).await;
    assert_eq!(counts, json!({ "customers": 1, "orders": 1, "products": 1, "variants": 2, "inventory": 1 }));
    let node = "query ($id: ID!) { node(id: $id) { id ... on Order { name } ... on Customer { country } } }";
    for id in [&order["id"], &customer["id"]] {
        assert_eq!(&told(&world, &ops, node, json!({ "id": id })).await["id"], id);
    }
}

#[tokio::test]
async fn a_person_is_found_by_a_whole_address_and_the_look_is_noted() {
    let world = World::new().await;
    let (at, ops) = (shop(&world).await, desk_seat(&world, &[Role::Support]));
    let other = world.store(at.tenant, &format!("b{}.example", at.tenant.uuid().as_simple()), &["read_orders"]).await;
    world.take_in(at, vec![Good::Order(order("1", "ada@example.com", 1))]).await.expect("taken");
    world.take_in(other, vec![Good::Customer(customer("c1", "Ada@Example.com", 1))]).await.expect("taken");
    let looks = || {
        let of = at.tenant.uuid();
        world.base.lines(&format!(
            "select view || ' for ' || purpose || ' of ' || coalesce(subject_id::text, 'nobody') as line from access_log
              where tenant_id = '{of}'"
        ))
    };
    let look = |mail: &str| json!({ "tenant": tenant_node_id(at.tenant), "mail": mail });
    assert_eq!(told(&world, &ops, SUBJECT, look("ada@example")).await, Value::Null);
    assert_eq!(looks().len(), 0, "nobody was found");
    let found = told(&world, &ops, SUBJECT, look(" ADA@example.com ")).await;
    let rows = ["customers 1", "orders 1", "order_contacts 1", "order_lines 4", "shipments 0", "ledger_entries 0"];
    let told = found["rows"].as_array().expect("rows").iter();
    let told: Vec<_> = told.map(|row| format!("{} {}", row["table"].as_str().unwrap_or(""), row["count"])).collect();
    assert_eq!(told[..6], rows);
    assert_eq!(found["storeIds"].as_array().map(Vec::len), Some(2));
    let subject =
        world.base.lines(&format!("select id::text as line from subjects where tenant_id = '{}'", at.tenant.uuid()));
    assert_eq!(looks(), [format!("subjects.mail for search of {}", subject[0])]);

    let bound = partner(&world, &[Permission::SeeTenants], &[world.neighbour().await]);
    let answer = ask(&world, Some(&bound), SUBJECT, look("ada@example.com")).await;
    assert!(answer["data"]["subject"].is_null() && answer.get("errors").is_some(), "{answer}");
    assert_eq!(looks().len(), 1);
}

#[tokio::test]
async fn a_page_asks_the_same_number_of_questions_however_many_orders_it_holds() {
    let world = World::new().await;
    let ops = desk_seat(&world, &[Role::Ops]);
    let mut asked = Vec::new();
    for size in [1, 60] {
        let at = shop(&world).await;
        world.take_in(at, (0..size).map(placed).collect()).await.expect("taken");
        let page = json!({ "filter": { "tenant": tenant_node_id(at.tenant) }, "first": 100 });
        let (answer, statements) = counting(ask(&world, Some(&ops), ORDERS, page)).await;
        assert_eq!(answer["data"]["orders"]["totalCount"], size, "{answer}");
        asked.push(statements);
    }
    assert_eq!(asked[0], asked[1]);
}
