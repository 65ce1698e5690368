//! A merchant connects a store at its platform and comes back: the desk asks for what the policy lists, takes a code once,
//! believes no one who cannot sign, and gives the token back when the connection ends.

use harness::asked::{ask, desk_seat, done, refusal_in};
use harness::page::{Page, fetch};
use harness::shop::Shop;
use harness::world::World;
use rightsdesk_server::floor::access::{Caller, Role};
use rightsdesk_server::floor::graphql::node_id;
use rightsdesk_server::floor::kernel::{Instant, Mode, Ref, Secret, StoreId, Watch};
use rightsdesk_server::floor::platforms::{Platforms, Settings};
use rightsdesk_server::roof::demo::street::{App, Street};
use rightsdesk_server::roof::http::Listening;
use rightsdesk_server::stores::{self, NewStore};
use serde_json::{Value, json};
use url::Url;

const CONNECT: &str = "mutation ($input: ConnectStoreInput!) { connectStore(input: $input) {
  begun { url endsAt store { state handshake { outcome scopes code } } } userErrors { code message } } }";
const STORE: &str = "query ($id: ID!) { store(id: $id) { version state driftKinds handshake { outcome code }
  scopes { name isGranted verdict } receipt { tokenDeleted } } }";
const DISCONNECT: &str = "mutation ($input: DisconnectStoreInput!) { disconnectStore(input: $input) {
  store { state receipt { tokenDeleted } } userErrors { code } } }";

const SHOP: &str = "zaitoon-home.myshopify.com";
const DESK: &str = "https://desk.example";

/// A desk with an app at a platform, and the platform.
struct Course {
    world: World,
    street: Street,
    desk: Listening,
    ops: Caller,
    shop: Shop,
}

impl Course {
    async fn begins() -> Self {
        let mut world = World::alone(Watch::held(Instant::from_micros(1_790_000_000_000_000))).await;
        let street = Street::open(world.tools.watch.clone()).await.expect("a street");
        let secret = Secret::new("hush".repeat(8));
        street.shopify.register(App {
            id: "desk-app".to_owned(),
            secret: secret.clone(),
            title: "The privacy desk".to_owned(),
            back: format!("{DESK}/connect/shopify/back").parse().expect("an address"),
            runame: None,
            required: Vec::new(),
            optional: Vec::new(),
        });
        let settings = Settings {
            shopify: Some(Secret::new(format!("client_id=desk-app client_secret={}", secret.expose()))),
            addresses: vec![format!("shopify={}", street.shopify.shop_url("{shop}"))],
            ..Settings::default()
        };
        world.tools.platforms = Platforms::open(&settings, Mode::Development.reach()).expect("platforms");
        let (desk, ops) = (world.serve().await, desk_seat(&world, &[Role::Ops]));
        let shop = world.shop("Zaitoon Home", 0).await;
        Self { world, street, desk, ops, shop }
    }

    async fn store(&self, domain: &str) -> Ref<StoreId> {
        let new = NewStore {
            tenant: self.shop.tenant,
            platform: "shopify".to_owned(),
            domain: domain.to_owned(),
            name: "Zaitoon Home".to_owned(),
            region: "EU".to_owned(),
        };
        let store = stores::add_store(&self.world.tools, &Caller::house(), new, None).await.expect("added");
        Ref::new(self.shop.tenant, store.id)
    }

    /// The link that a merchant is given.
    async fn link(&self, at: Ref<StoreId>) -> Url {
        let input = json!({ "id": node_id(at) });
        let begun = done(&self.world, &self.ops, CONNECT, input).await["begun"].clone();
        assert_eq!(begun["store"]["handshake"]["outcome"], "WAITING", "{begun}");
        begun["url"].as_str().expect("a link").parse().expect("an address")
    }

    async fn seen(&self, at: Ref<StoreId>) -> Value {
        ask(&self.world, Some(&self.ops), STORE, json!({ "id": node_id(at) })).await["data"]["store"].clone()
    }

    /// What the merchant's browser is sent back to, once the merchant has answered.
    async fn answered(&self, link: &Url, answer: &str) -> Url {
        let browser =
            reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a browser");
        let asked = browser.get(link.clone()).send().await.expect("a page");
        assert!(asked.status().is_success(), "{}", asked.text().await.unwrap_or_default());
        let carried: Vec<(String, String)> = link.query_pairs().into_owned().collect();
        let form = carried.into_iter().chain([("answer".to_owned(), answer.to_owned())]);
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let mut to = link.clone();
        to.set_query(None);
        let call = browser.post(to).header("content-type", "application/x-www-form-urlencoded").body(body);
        let sent = call.send().await.expect("an answer");
        let location = sent.headers().get("location").expect("a way back").to_str().expect("text");
        assert!(location.starts_with(DESK), "{location}");
        location.parse().expect("an address")
    }

    /// The page that the desk shows to whoever comes back so.
    async fn back(&self, to: &Url) -> Page {
        let path = to.as_str().strip_prefix(DESK).expect("ours");
        Page::of(fetch(&self.desk, path, &[]).await).await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_merchant_says_yes_once_and_the_store_is_connected_with_what_it_granted() {
    let course = Course::begins().await;
    let at = course.store(SHOP).await;
    let link = course.link(at).await;
    let asked: Vec<String> = link
        .query_pairs()
        .filter(|(name, _)| name == "scope")
        .flat_map(|(_, scopes)| scopes.split(',').map(str::to_owned).collect::<Vec<_>>())
        .collect();
    let policy = course.world.tools.policy.in_force().expect("a policy");
    let listed: Vec<String> = policy.policy.scopes.iter().map(|scope| scope.name.get_ref().clone()).collect();
    assert_eq!(asked, listed, "what the policy lists, and no other");

    let back = course.answered(&link, "allow").await;
    let page = course.back(&back).await;
    assert!(page.status == 200 && page.text.contains("Your store is connected"), "{}", page.text);
    let store = course.seen(at).await;
    assert_eq!(
        (&store["state"], &store["handshake"]["outcome"]),
        (&json!("CONNECTED"), &json!("CONNECTED")),
        "{store}"
    );
    assert_eq!(store["driftKinds"], json!([]), "{store}");
    assert_eq!(course.street.shopify.tokens(SHOP).len(), 1);

    let again = course.back(&back).await;
    assert_eq!(again.status, 410, "a link is good once");
    assert_eq!(course.seen(at).await["handshake"]["outcome"], "CONNECTED");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_cannot_sign_uses_no_link_up_and_whoever_says_no_grants_nothing() {
    let course = Course::begins().await;
    let at = course.store(SHOP).await;
    let back = course.answered(&course.link(at).await, "allow").await;

    let forged: Vec<(String, String)> = back
        .query_pairs()
        .map(|(name, value)| {
            let value = if name == "code" { "another".to_owned() } else { value.into_owned() };
            (name.into_owned(), value)
        })
        .collect();
    let mut other = back.clone();
    other.query_pairs_mut().clear().extend_pairs(&forged);
    assert_eq!(course.back(&other).await.status, 401);
    let mut stateless = back.clone();
    stateless.query_pairs_mut().clear().append_pair("code", "x").append_pair("state", "rdc_guessed");
    assert_eq!(course.back(&stateless).await.status, 410);
    assert_eq!(course.back(&back).await.status, 200, "the link was not used up by either");

    let second = course.store("second.myshopify.com").await;
    let former = course.link(second).await;
    let link = course.link(second).await;
    let late = course.answered(&former, "allow").await;
    assert_eq!(course.back(&late).await.status, 410, "another link took its place");
    let denied = course.answered(&link, "deny").await;
    let page = course.back(&denied).await;
    assert!(page.text.contains("You said no"), "{}", page.text);
    let store = course.seen(second).await;
    assert_eq!((&store["state"], &store["handshake"]["outcome"]), (&json!("PENDING"), &json!("DENIED")), "{store}");

    let link = course.link(second).await;
    let back = course.answered(&link, "allow").await;
    course.world.later(chrono::Duration::minutes(16));
    assert_eq!(course.back(&back).await.status, 410, "its time is over");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_granted_beyond_the_list_is_drift_and_a_desk_without_an_app_says_so() {
    let course = Course::begins().await;
    let at = course.store(SHOP).await;
    course.street.shopify.grant_instead(SHOP, &["read_orders", "read_gift_cards"]);
    let back = course.answered(&course.link(at).await, "allow").await;
    assert_eq!(course.back(&back).await.status, 200);
    let store = course.seen(at).await;
    assert_eq!(store["driftKinds"], json!(["NOT_LISTED", "MISSING"]), "{store}");

    let mut world = World::alone(Watch::held(Instant::from_micros(1_790_000_000_000_000))).await;
    world.tools.platforms = Platforms::open(&Settings::default(), Mode::Development.reach()).expect("platforms");
    let (ops, shop) = (desk_seat(&world, &[Role::Ops]), world.shop("Zaitoon Home", 0).await);
    let at = world.store(shop.tenant, SHOP, &[]).await;
    let answer = ask(&world, Some(&ops), CONNECT, json!({ "input": { "id": node_id(at) } })).await;
    let (code, words) = refusal_in(&answer);
    assert!(code == "PLATFORM" && words.contains("platforms.shopify"), "{code} {words}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_is_disconnected_gives_its_token_back_and_calls_no_more() {
    let course = Course::begins().await;
    let at = course.store(SHOP).await;
    let back = course.answered(&course.link(at).await, "allow").await;
    assert_eq!(course.back(&back).await.status, 200);
    assert!(course.street.shopify.is_installed(SHOP));

    let version = course.seen(at).await["version"].clone();
    let input = json!({ "id": node_id(at), "version": version });
    let over = done(&course.world, &course.ops, DISCONNECT, input).await["store"].clone();
    assert_eq!(over, json!({ "state": "DISCONNECTED", "receipt": { "tokenDeleted": true } }));
    let kinds = "select kind as line from secrets where kind like 'store%' order by 1";
    assert_eq!(course.world.base.lines(kinds), ["store_ending"], "nothing but the way back is left");
    let before = course.street.shopify.calls().len();
    while course.world.work().await > 0 {}
    assert!(!course.street.shopify.is_installed(SHOP), "the platform forgot it");
    assert!(course.world.base.lines(kinds).is_empty());
    let calls = course.street.shopify.calls();
    assert_eq!(calls.len(), before + 1, "one call left, and it was the revocation");
}
