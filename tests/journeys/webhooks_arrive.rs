//! Platforms post what happened: what is proved is taken once and sealed, what is not is told no and leaves nothing,
//! whatever it is and whoever sends it.

use data_encoding::BASE64;
use harness::shop::Shop;
use harness::world::World;
use rightsdesk_server::floor::access::Caller;
use rightsdesk_server::floor::kernel::{Instant, Mode, Ref, Secret, StoreId, Watch};
use rightsdesk_server::floor::platforms::{Platforms, Settings};
use rightsdesk_server::roof::demo::street::{App, Delivery, Hook, Stand, Street};
use rightsdesk_server::roof::http::Listening;
use rightsdesk_server::stores::{self, NewStore, Reading, Tokens};
use serde_json::{Value, json};
use url::Url;

const SHOP: &str = "zaitoon-home.myshopify.com";
const DESK: &str = "https://desk.example";
const TOKEN: &str = "verify-me-verify-me-verify-me-verify-me";

/// A desk with an app at each platform, and the platforms.
struct Course {
    world: World,
    street: Street,
    desk: Listening,
    shop: Shop,
    out: reqwest::Client,
}

impl Course {
    async fn begins() -> Self {
        let mut world =
            World::alone_under("inventorysync", Watch::held(Instant::from_micros(1_790_000_000_000_000))).await;
        let street = Street::open(world.tools.watch.clone()).await.expect("a street");
        let app = |id: &str, stand: &Stand| {
            stand.register(App {
                id: id.to_owned(),
                secret: Secret::new("hush".repeat(8)),
                title: "The privacy desk".to_owned(),
                back: format!("{DESK}/connect/back").parse().expect("an address"),
                runame: Some("desk-back".to_owned()),
                required: Vec::new(),
                optional: Vec::new(),
            });
            format!("client_id={id} client_secret={}", "hush".repeat(8))
        };
        let (shopify, ebay, etsy) =
            (app("desk-app", &street.shopify), app("desk-ebay", &street.ebay), app("desk-etsy", &street.etsy));
        let at = |stand: &Stand| stand.url().as_str().trim_end_matches('/').to_owned();
        let settings = Settings {
            shopify: Some(Secret::new(shopify)),
            ebay: Some(Secret::new(format!("{ebay} redirect_name=desk-back verification_token={TOKEN}"))),
            etsy: Some(Secret::new(format!("{etsy} webhook_secret={}", etsy_secret()))),
            addresses: vec![
                format!("shopify={}", street.shopify.shop_url("{shop}")),
                format!("ebay={}", at(&street.ebay)),
                format!("ebay_auth={}", at(&street.ebay)),
                format!("etsy={}", at(&street.etsy)),
                format!("etsy_auth={}", at(&street.etsy)),
            ],
            ..Settings::default()
        };
        world.tools.platforms = Platforms::open(&settings, Mode::Development.reach()).expect("platforms");
        let desk = world.serve().await;
        let shop = world.shop("Zaitoon Home", 0).await;
        let course = Self { world, street, desk, shop, out: reqwest::Client::builder().build().expect("a client") };
        for (stand, path, secret) in [
            (&course.street.shopify, "shopify", "hush".repeat(8)),
            (&course.street.ebay, "ebay", String::new()),
            (&course.street.etsy, "etsy", etsy_secret()),
        ] {
            stand.subscribe(Hook::new(course.at(path), Secret::new(secret)));
        }
        course
    }

    fn at(&self, path: &str) -> Url {
        format!("{}/webhooks/{path}", self.desk.url()).parse().expect("an address")
    }

    /// A store at this platform, connected.
    async fn store(&self, platform: &str, domain: &str) -> Ref<StoreId> {
        let new = NewStore {
            tenant: self.shop.tenant,
            platform: platform.to_owned(),
            domain: domain.to_owned(),
            name: "Zaitoon Home".to_owned(),
            region: "EU".to_owned(),
        };
        let store = stores::add_store(&self.world.tools, &Caller::house(), new, None).await.expect("added");
        let at = Ref::new(self.shop.tenant, store.id);
        let access = Secret::new(format!("shpat_{}", store.id.uuid().as_simple()));
        let tokens = Some(Tokens { access, ends_at: None, refresh: None });
        let reading = Reading { scopes: vec!["read_orders".to_owned()], tokens };
        stores::record_grant(&self.world.tools, &Caller::house(), at, reading, None).await.expect("connected");
        at
    }

    /// What a delivery is answered with.
    async fn post(&self, delivery: &Delivery) -> u16 {
        self.sent(reqwest::Method::POST, delivery).await
    }

    async fn sent(&self, method: reqwest::Method, delivery: &Delivery) -> u16 {
        let mut call = self.out.request(method, delivery.to.clone()).body(delivery.body.clone());
        for (name, value) in &delivery.headers {
            call = call.header(name, value);
        }
        call.send().await.expect("an answer").status().as_u16()
    }

    /// What is in the inbox: whose, from where, about what, and whether a body is there.
    fn inbox(&self) -> Vec<String> {
        self.world.base.lines(
            "select case when tenant_id = '00000000-0000-0000-0000-000000000000' then 'house' else 'tenant' end
                    || ' ' || platform || ' ' || topic || ' ' || state || ' ' || (body is not null)
                    || case when store_id is null then '' else ' store' end as line
               from deliveries order by id",
        )
    }
}

fn etsy_secret() -> String {
    format!("whsec_{}", BASE64.encode(b"a made up key"))
}

fn one(made: Vec<Delivery>) -> Delivery {
    made.into_iter().next().expect("a delivery")
}

fn without(delivery: &Delivery, name: &str) -> Delivery {
    let headers = delivery.headers.iter().filter(|(known, _)| known != name).cloned().collect();
    Delivery { headers, ..delivery.clone() }
}

fn with(delivery: &Delivery, name: &str, value: &str) -> Delivery {
    let mut changed = without(delivery, name);
    changed.headers.push((name.to_owned(), value.to_owned()));
    changed
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_platform_signed_is_taken_once_and_whatever_else_comes_is_told_no() {
    let course = Course::begins().await;
    course.store("shopify", SHOP).await;
    course.store("etsy", "123456.etsy.com").await;
    let order = json!({ "id": 7, "email": "aurelia@mail.example" });
    let shopify = one(course.street.shopify.deliveries(SHOP, "orders/create", &order));
    let etsy =
        one(course.street.etsy.deliveries("123456", "order.paid", &json!({ "resource_url": "https://etsy.example" })));
    let closed = json!({ "username": "quirin", "userId": "u-1", "eiasToken": "e-1" });
    let ebay = one(course.street.ebay.deliveries("", "MARKETPLACE_ACCOUNT_DELETION", &closed));
    for (delivery, answer) in [(&shopify, 200), (&etsy, 200), (&ebay, 204)] {
        for _ in 0..3 {
            assert_eq!(course.post(delivery).await, answer, "{}", delivery.to);
        }
    }
    let taken = [
        "tenant shopify orders/create waiting true store",
        "tenant etsy order.paid waiting true store",
        "house ebay MARKETPLACE_ACCOUNT_DELETION waiting true",
    ];
    assert_eq!(course.inbox(), taken);
    let keys = course.street.ebay.calls().iter().filter(|call| call.path.contains("public_key")).count();
    assert_eq!(keys, 1, "a key is kept for a while");
    let sealed = course.world.base.lines("select encode(body, 'escape') as line from deliveries").join(" ");
    assert!(!sealed.contains("aurelia") && !sealed.contains("quirin"), "{sealed}");

    for delivery in [&shopify, &etsy, &ebay] {
        let mut altered = delivery.clone();
        altered.body[0] = b'[';
        let mut cut = delivery.clone();
        cut.body.truncate(delivery.body.len() / 2);
        let unsigned = Delivery { headers: Vec::new(), ..delivery.clone() };
        let elsewhere = Delivery { to: course.at("woocommerce"), ..delivery.clone() };
        let further = Delivery { to: format!("{}/more", delivery.to).parse().expect("an address"), ..delivery.clone() };
        let nowhere = Delivery { to: course.at("nobody"), ..delivery.clone() };
        let large = Delivery { body: vec![b'x'; 3 * 1024 * 1024], ..delivery.clone() };
        for forged in [altered, cut, unsigned, elsewhere, further, nowhere, large] {
            assert_eq!(course.post(&forged).await, 401, "{}", forged.to);
        }
        for method in ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "SHRUG"] {
            let method = reqwest::Method::from_bytes(method.as_bytes()).expect("a method");
            assert_eq!(course.sent(method.clone(), delivery).await, 401, "{method} {}", delivery.to);
        }
    }
    let later = "x-shopify-webhook-id";
    assert_eq!(course.post(&with(&shopify, "x-shopify-hmac-sha256", &BASE64.encode(&[7; 32]))).await, 401);
    assert_eq!(course.inbox(), taken, "nothing of that left a trace");
    assert_eq!(course.post(&with(&shopify, later, "another")).await, 200, "another delivery of the same");
    assert_eq!(course.inbox().len(), 4);

    // Etsy says when it signed: a signature is no use for ever.
    course.world.later(chrono::Duration::minutes(6));
    assert_eq!(course.post(&etsy).await, 401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shop_in_a_header_is_believed_where_nothing_that_is_signed_says_otherwise() {
    let course = Course::begins().await;
    course.store("shopify", SHOP).await;
    let redact = json!({ "shop_id": 1, "shop_domain": SHOP, "customer": { "id": 9 }, "orders_to_redact": [] });
    let delivery = one(course.street.shopify.deliveries(SHOP, "customers/redact", &redact));
    let another = with(&delivery, "x-shopify-shop-domain", "another.myshopify.com");
    assert_eq!(course.post(&another).await, 401);
    assert_eq!(course.post(&without(&delivery, "x-shopify-shop-domain")).await, 401);
    assert!(course.inbox().is_empty());
    assert_eq!(course.post(&delivery).await, 200);
    let stranger = one(course.street.shopify.deliveries("nobody.myshopify.com", "orders/create", &json!({ "id": 1 })));
    assert_eq!(course.post(&stranger).await, 200);
    assert_eq!(
        course.inbox(),
        ["tenant shopify customers/redact waiting true store", "house shopify orders/create waiting true"]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ebay_is_answered_when_it_asks_who_we_are_and_nobody_makes_us_ask_it_for_ever() {
    let course = Course::begins().await;
    let answer: Value = {
        let mut asked = course.at("ebay");
        asked.query_pairs_mut().append_pair("challenge_code", "a71016e1-6ee9-446f-8b59-b2af9a1d6d17");
        let answer = course.out.get(asked).send().await.expect("an answer");
        assert_eq!(
            (answer.status().as_u16(), &answer.headers()["content-type"]),
            (200, &"application/json".parse().expect("a value"))
        );
        serde_json::from_str(&answer.text().await.expect("text")).expect("JSON")
    };
    let told = format!("a71016e1-6ee9-446f-8b59-b2af9a1d6d17{TOKEN}{DESK}/webhooks/ebay");
    let digest = <sha2::Sha256 as sha2::Digest>::digest(told);
    assert_eq!(answer["challengeResponse"], data_encoding::HEXLOWER.encode(&digest));
    assert_eq!(course.out.get(course.at("ebay")).send().await.expect("an answer").status(), 401);

    let closed = json!({ "username": "quirin", "userId": "u-1", "eiasToken": "e-1" });
    let ebay = one(course.street.ebay.deliveries("", "MARKETPLACE_ACCOUNT_DELETION", &closed));
    let text = &ebay.headers.iter().find(|(name, _)| name == "x-ebay-signature").expect("signed").1;
    let claim: Value = serde_json::from_slice(&BASE64.decode(text.as_bytes()).expect("base64")).expect("JSON");
    for number in 0..40 {
        let mut claim = claim.clone();
        claim["kid"] = uuid::Uuid::from_u128(number).to_string().into();
        let forged = with(&ebay, "x-ebay-signature", &BASE64.encode(claim.to_string().as_bytes()));
        assert_eq!(course.post(&forged).await, 401);
    }
    let asked = course.street.ebay.calls().iter().filter(|call| call.path.contains("public_key")).count();
    assert!(asked <= 20, "{asked}");
    course.world.later(chrono::Duration::minutes(2));
    assert_eq!(course.post(&ebay).await, 204);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_nobody_worked_is_gone_after_a_week_with_its_key() {
    let course = Course::begins().await;
    course.store("shopify", SHOP).await;
    let order = json!({ "id": 7, "email": "aurelia@mail.example" });
    assert_eq!(course.post(&one(course.street.shopify.deliveries(SHOP, "orders/create", &order))).await, 200);
    let keys = "select (wrapped is not null)::text as line from request_keys";
    assert_eq!(course.world.base.lines(keys), ["true"]);
    // Whoever was to work it is gone.
    course.world.base.tamper("delete from jobs");
    while course.world.work().await > 0 {}
    course.world.later(chrono::Duration::days(8));
    while course.world.work().await > 0 {}
    assert_eq!(course.inbox(), ["tenant shopify orders/create failed false store"]);
    assert_eq!(course.world.base.lines(keys), ["false"]);
}
