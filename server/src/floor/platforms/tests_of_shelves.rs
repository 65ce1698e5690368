//! Shelves as platforms tell of them, answered from documents: what is asked, what is read, where it goes on.

use super::super::kernel::Secret;
use super::tests::{Double, at};
use super::*;

/// A shop at a platform that answers so, one answer after the other.
struct Shop {
    double: Double,
    platforms: Platforms,
    kept: super::Shop,
    code: &'static str,
}

impl Shop {
    async fn open(code: &'static str, answers: &[(u16, &'static str)]) -> Self {
        let double = Double::open(answers).await;
        let shop = match code {
            "shopify" => "a.myshopify.com".to_owned(),
            "woocommerce" => double.url.clone(),
            _ => "12345".to_owned(),
        };
        Self { platforms: double.platforms(), double, kept: super::Shop::kept(shop), code }
    }

    async fn read(&self, of: Shelf, since: Option<Instant>, after: Option<&str>) -> Result<Page, Fate> {
        let (platform, setup) = self.platforms.find(self.code).expect("set up");
        let ask = Ask { of, since, after, most: 2 };
        platform.read(self.platforms.visit(setup, &self.kept, at(1_800_000_000)), &self.access(), ask).await
    }

    async fn set(&self, item: &str, quantity: i32, from: Option<i32>) -> Result<Stocked, Fate> {
        let (platform, setup) = self.platforms.find(self.code).expect("set up");
        let set = SetStock { item: item.to_owned(), place: "7".to_owned(), quantity, from, key: "k-1".to_owned() };
        platform.set_stock(self.platforms.visit(setup, &self.kept, at(0)), &self.access(), &set).await
    }

    fn access(&self) -> Secret {
        Secret::new(if self.code == "woocommerce" { "ck_a:cs_b" } else { "t" })
    }

    /// The address of every call so far.
    fn asked(&self) -> Vec<String> {
        self.double.heard().into_iter().map(|heard| heard.line).collect()
    }
}

fn only_order(page: &Page) -> &Order {
    match page.goods.as_slice() {
        [Good::Order(order)] => order,
        _ => panic!("one order"),
    }
}

fn clear(value: Option<&super::super::kernel::Personal>) -> Option<&str> {
    value.map(super::super::kernel::Personal::disclose)
}

const COST: &str = r#""extensions":{"cost":{"requestedQueryCost":300,"actualQueryCost":120,"throttleStatus":
    {"maximumAvailable":2000,"currentlyAvailable":100,"restoreRate":100}}}"#;

#[tokio::test]
async fn shopify_tells_orders_for_a_price_and_the_rest_of_their_lines_when_asked() {
    let page = format!(
        r##"{{"data":{{"page":{{"nodes":[{{"id":"gid://shopify/Order/1","name":"#1001","createdAt":"2026-01-02T03:04:05Z",
        "updatedAt":"2026-01-02T03:04:06Z","cancelledAt":null,"displayFinancialStatus":"PARTIALLY_PAID",
        "displayFulfillmentStatus":null,"email":null,"phone":"","currentTotalPriceSet":{{"shopMoney":{{"amount":"12.345","currencyCode":"KWD"}}}},
        "customer":null,"shippingAddress":null,"lineItems":{{"nodes":[{{"id":"gid://shopify/LineItem/5","sku":"S","title":"T",
        "quantity":2,"variant":null,"originalUnitPriceSet":{{"shopMoney":{{"amount":"6.0","currencyCode":"KWD"}}}}}}],
        "pageInfo":{{"hasNextPage":true,"endCursor":"l"}}}}}}],"pageInfo":{{"hasNextPage":true,"endCursor":"n"}}}}}},{COST},
        "errors":[{{"message":"x","extensions":{{"code":"ACCESS_DENIED"}}}}]}}"##
    );
    let more = r#"{"data":{"page":{"lineItems":{"nodes":[{"id":"gid://shopify/LineItem/6","sku":null,"quantity":1}],
        "pageInfo":{"hasNextPage":false,"endCursor":"l2"}}}}}"#;
    let shop = Shop::open("shopify", &[(200, page.leak()), (200, more)]).await;
    let page = shop.read(Shelf::Orders, Some(at(1_700_000_000)), None).await.expect("a page");
    let order = only_order(&page);
    assert_eq!((order.id.as_str(), order.name.as_str(), order.lines.len()), ("1", "#1001", 2));
    assert_eq!(order.total, Some(Money { micros: 12_345_000, currency: *b"KWD" }));
    assert_eq!((order.payment.as_deref(), order.fulfilment.as_deref()), (Some("partially_paid"), None));
    assert!(order.mail.is_none() && order.phone.is_none() && order.ships_to.is_none() && order.customer.is_none());
    assert_eq!((page.next.as_deref(), page.rest, page.calls), (Some("c.n"), Duration::from_secs(2), 2));
    let heard = shop.double.heard();
    assert!(heard[0].body.contains("updated_at:>='2023-11-14T22:13:20.000Z'") && heard[0].body.contains("UPDATED_AT"));
    assert!(heard[1].body.contains(r#""after":"l""#) && heard[1].body.contains("... on Order"));
}

#[tokio::test]
async fn shopify_rests_as_long_as_its_budget_needs_and_says_what_is_not_granted() {
    let empty =
        format!(r#"{{"data":{{"page":{{"nodes":[],"pageInfo":{{"hasNextPage":false,"endCursor":null}}}}}},{COST}}}"#);
    let denied = r#"{"data":{"page":null},"errors":[{"message":"x","extensions":{"code":"ACCESS_DENIED"}}]}"#;
    let throttled = format!(r#"{{"errors":[{{"message":"Throttled","extensions":{{"code":"THROTTLED"}}}}],{COST}}}"#);
    let answers = [(200, &*empty.leak()), (200, denied), (200, throttled.leak()), (200, r#"[{"something":[7]}]"#)];
    let shop = Shop::open("shopify", &answers).await;
    let read = async || shop.read(Shelf::Products, Some(at(0)), None).await;
    assert_eq!(read().await.map(|page| (page.rest, page.next)), Ok((Duration::from_secs(2), None)));
    assert_eq!(read().await.err(), Some(Fate::NOT_GRANTED));
    assert_eq!(read().await.err(), Some(Fate::Again { after: Duration::from_secs(2) }));
    assert!(matches!(read().await.err(), Some(Fate::Again { .. })));
}

#[tokio::test]
async fn shopify_makes_a_file_of_what_was_never_read_and_the_list_takes_over_where_it_cannot() {
    let looks =
        |status: &str| format!(r#"{{"data":{{"page":{{"status":"{status}","rootObjectCount":"1","url":null}}}}}}"#);
    let begun = r#"{"data":{"page":{"bulkOperation":{"id":"gid://shopify/BulkOperation/9"},"userErrors":[]}}}"#;
    let busy = r#"{"data":{"page":{"bulkOperation":null,"userErrors":[{"code":"OPERATION_IN_PROGRESS"}]}}}"#;
    let answers = [
        (200, begun),
        (200, &*looks("RUNNING").leak()),
        (200, looks("COMPLETED").leak()),
        (200, looks("FAILED").leak()),
        (200, busy),
    ];
    let shop = Shop::open("shopify", &answers).await;
    let first = shop.read(Shelf::Orders, None, None).await.expect("begun");
    assert_eq!((first.next.as_deref(), first.goods.len()), (Some("b.9.0"), 0));
    let read = async || shop.read(Shelf::Orders, None, Some("b.9.0")).await.expect("a look");
    assert_eq!(read().await.next.as_deref(), Some("b.9.0"));
    assert_eq!(read().await.next, None, "nothing is no file");
    assert_eq!(read().await.next.as_deref(), Some("c."));
    assert!(matches!(shop.read(Shelf::Orders, None, None).await.err(), Some(Fate::Again { .. })));
    let heard = shop.double.heard();
    assert!(heard[0].body.contains("groupObjects: true") && heard[0].body.contains("lineItems { edges { node"));
}

#[tokio::test]
async fn shopify_sets_stock_under_a_key_and_not_over_what_moved() {
    let stale = r#"{"data":{"page":{"userErrors":[{"code":"CHANGE_FROM_QUANTITY_STALE"}]}}}"#;
    let answers = [(200, r#"{"data":{"page":{"userErrors":[]}}}"#), (200, stale)];
    let shop = Shop::open("shopify", &answers).await;
    assert_eq!(shop.set("11", 3, Some(5)).await, Ok(Stocked::Done));
    assert_eq!(shop.set("11", 3, None).await, Ok(Stocked::Moved));
    let heard = shop.double.heard();
    for part in [r#""key":"k-1""#, "@idempotent(key: $key)", "gid://shopify/Location/7", r#""changeFromQuantity":5"#] {
        assert!(heard[0].body.contains(part), "{part}: {}", heard[0].body);
    }
}

#[tokio::test]
async fn ebay_goes_on_before_the_gap_that_a_changed_order_leaves() {
    let page = |total: u32| {
        format!(
            r#"{{"total":{total},"next":"https://x/sell/fulfillment/v1/order?limit=2&offset=4","orders":[{{"orderId":"03-1",
            "creationDate":"2026-01-02T03:04:05.000Z","lastModifiedDate":"2026-01-02T03:04:06.000Z","buyer":{{"username":"b"}},
            "pricingSummary":{{"total":{{"value":"7.00","currency":"EUR"}}}},"lineItems":[{{"lineItemId":"1","sku":"S",
            "quantity":2,"lineItemCost":{{"value":"7.00","currency":"EUR"}}}}]}}]}}"#
        )
    };
    let shop = Shop::open("ebay", &[(200, page(9).leak()), (200, page(7).leak()), (403, "{}"), (401, "{}")]).await;
    let first = shop.read(Shelf::Orders, Some(at(1_790_000_000)), None).await.expect("a page");
    assert_eq!(first.next.as_deref(), Some("1800000000000000.4.9"));
    let order = only_order(&first);
    assert_eq!((clear(order.handle.as_ref()), order.customer.as_deref()), (Some("b"), None));
    assert_eq!(order.lines[0].price.map(|price| price.micros), Some(3_500_000));
    let second = shop.read(Shelf::Orders, None, first.next.as_deref()).await.expect("a page");
    assert_eq!(second.next.as_deref(), Some("1800000000000000.2.7"), "two left the list");
    assert_eq!(shop.read(Shelf::Orders, None, None).await.err(), Some(Fate::NOT_GRANTED));
    assert_eq!(shop.read(Shelf::Orders, None, None).await.err(), Some(Fate::Stale));
    assert!(shop.read(Shelf::Customers, None, None).await.is_ok_and(|page| page.calls == 0));
    assert!(shop.asked()[0].contains("lastmodifieddate%3A%5B2026%2D"));
}

#[tokio::test]
async fn etsy_goes_on_from_the_time_of_the_last_receipt() {
    const PAGE: &str = r#"{"count":5,"results":[{"receipt_id":1,"created_timestamp":1000,"updated_timestamp":2000,
        "name":"Q","first_line":"1 Way","second_line":null,"city":"","country_iso":"de","is_paid":true,"status":"Paid",
        "grandtotal":{"amount":1234,"divisor":100,"currency_code":"EUR"},"transactions":[]}]}"#;
    let shop = Shop::open("etsy", &[(200, PAGE), (200, PAGE)]).await;
    let first = shop.read(Shelf::Orders, Some(at(1_500)), None).await.expect("a page");
    assert_eq!((first.next.as_deref(), first.calls), (Some("12345.2000.0"), 2));
    let order = only_order(&first);
    let address = order.ships_to.as_ref().expect("an address");
    assert_eq!((address.lines.len(), address.city.is_none(), address.country.as_deref()), (1, true, Some("DE")));
    let second = shop.read(Shelf::Orders, None, first.next.as_deref()).await.expect("a page");
    assert_eq!(second.next.as_deref(), Some("12345.2000.1"), "all of them are of one second");
    assert!(shop.asked()[1].ends_with("offset=0&sort_on=updated&sort_order=asc&min_last_modified=2000"));
}

#[tokio::test]
async fn etsy_takes_its_inventory_back_whole_and_as_it_was() {
    const WHOLE: &str = r#"{"products":[{"product_id":1,"sku":"A","is_deleted":false,"property_values":[],"offerings":[
        {"offering_id":2,"quantity":5,"is_enabled":true,"is_deleted":false,"price":{"amount":1999,"divisor":100,"currency_code":"EUR"}}]},
        {"product_id":3,"sku":"B","is_deleted":true,"offerings":[]}],"price_on_property":[]}"#;
    let shop = Shop::open("etsy", &[(200, WHOLE), (200, "{}"), (200, WHOLE), (200, WHOLE), (200, WHOLE)]).await;
    assert_eq!(shop.set("77:A", 3, Some(5)).await, Ok(Stocked::Done));
    assert_eq!(shop.set("77:A", 3, Some(4)).await, Ok(Stocked::Moved));
    assert_eq!(shop.set("77:A", 5, Some(4)).await, Ok(Stocked::Done), "it is so already");
    assert_eq!(shop.set("77:C", 5, None).await, Ok(Stocked::Gone));
    let heard = shop.double.heard();
    let sent: serde_json::Value = serde_json::from_str(&heard[1].body).expect("a document");
    let product = serde_json::json!({"sku":"A","property_values":[],"offerings":[{"quantity":3,"is_enabled":true,"price":19.99}]});
    assert_eq!((heard[1].line.starts_with("PUT "), &sent["products"]), (true, &serde_json::json!([product])));
}

#[tokio::test]
async fn a_stores_list_needs_its_measure_and_a_guest_is_no_customer() {
    const ORDER: &str = r#"[{"id":9,"number":"9","status":"processing","currency":"EUR","total":"10.50","customer_id":0,
        "date_created_gmt":"2026-01-02T03:04:05","date_modified_gmt":null,"date_paid_gmt":null,"shipping":{"first_name":"",
        "address_1":""},"billing":{"first_name":"Q","last_name":"","address_1":"1 Way","email":"q@a.example"},
        "line_items":[{"id":1,"name":"T","product_id":4,"variation_id":0,"sku":"","quantity":3,"subtotal":"10.50","price":3.5}]}]"#;
    let order: serde_json::Value = serde_json::from_str::<serde_json::Value>(ORDER).expect("rows")[0].take();
    let order = woocommerce::goods::order(&order).expect("an order");
    assert_eq!((order.customer, order.payment, order.fulfilment.as_deref()), (None, None, Some("processing")));
    assert_eq!((order.lines[0].price.map(|price| price.micros), order.lines[0].sku.clone()), (Some(3_500_000), None));
    let address = order.ships_to.expect("the bill's");
    assert_eq!((clear(address.name.as_ref()), address.province.is_none()), (Some("Q"), true));
    let shop = Shop::open("woocommerce", &[(200, ORDER)]).await;
    let unmeasured = shop.read(Shelf::Orders, Some(at(1_700_000_000)), None).await.err();
    assert!(matches!(unmeasured, Some(Fate::Again { .. })), "a list without its headers is none");
    assert!(shop.asked()[0].contains("modified_after=2023-11-14T22%3A13%3A19"));
}

#[tokio::test]
async fn an_answer_of_another_shape_breaks_nothing() {
    const ODD: [&str; 6] = [
        r#"[{"something":["else",7,null]}]"#,
        r#""text""#,
        r#"{"data":{"page":"text"}}"#,
        r#"{"data":{"page":[7]}}"#,
        r#"{"availability":"text","products":[7]}"#,
        r#"{"products":[{"sku":"s","offerings":7}],"availability":{"shipToLocationAvailability":[7]}}"#,
    ];
    for code in ["shopify", "ebay", "etsy", "woocommerce"] {
        for odd in ODD {
            let shop = Shop::open(code, &[(200, odd); 3]).await;
            assert!(shop.read(Shelf::Orders, Some(at(0)), None).await.is_err(), "{code}: {odd}");
            assert!(shop.set("1", 5, None).await != Ok(Stocked::Moved), "{code}: {odd}");
        }
    }
}
