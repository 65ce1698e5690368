//! A merchant connects a store at its platform and comes back: the desk asks for what the policy lists, takes a code once,
//! believes no one who cannot sign, and gives the token back when the connection ends.

use harness::asked::{ask, desk_seat, done, refusal_in};
use harness::course::Course;
use harness::page::fetch;
use harness::world::World;
use rightsdesk_server::floor::access::Role;
use rightsdesk_server::floor::graphql::node_id;
use rightsdesk_server::floor::kernel::{Instant, Mode, Watch};
use rightsdesk_server::floor::platforms::{Platforms, Settings};
use serde_json::json;

const DISCONNECT: &str = "mutation ($input: DisconnectStoreInput!) { disconnectStore(input: $input) {
  store { state receipt { tokenDeleted } } userErrors { code } } }";
const CONNECT: &str =
    "mutation ($input: ConnectStoreInput!) { connectStore(input: $input) { userErrors { code message } } }";

const SHOP: &str = "zaitoon-home.myshopify.com";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_merchant_says_yes_once_and_the_store_is_connected_with_what_it_granted() {
    let course = Course::under("sooperseller").await;
    let at = course.store("shopify", SHOP).await;
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
    let course = Course::under("sooperseller").await;
    let at = course.store("shopify", SHOP).await;
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

    let second = course.store("shopify", "second.myshopify.com").await;
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
    let course = Course::under("sooperseller").await;
    let at = course.store("shopify", SHOP).await;
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
    let course = Course::under("sooperseller").await;
    let at = course.store("shopify", SHOP).await;
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_platform_is_connected_in_its_own_way_with_what_the_policy_lists() {
    let course = Course::begins().await;
    let policy = course.world.tools.policy.in_force().expect("a policy");
    for platform in ["shopify", "ebay", "etsy", "woocommerce"] {
        let at = course.connected(platform, "zaitoon-home").await;
        let store = course.seen(at).await;
        let granted: Vec<&str> = store["scopes"]
            .as_array()
            .expect("scopes")
            .iter()
            .filter(|scope| scope["isGranted"] == true)
            .map(|scope| scope["name"].as_str().expect("a name"))
            .collect();
        let listed: Vec<&str> = policy.policy.scopes_of(platform).map(|scope| scope.name.get_ref().as_str()).collect();
        assert_eq!(granted, listed, "{platform}");
        // Sync is off yet, and so what writes is not needed yet.
        assert_eq!(store["state"], "CONNECTED", "{platform}: {store}");
        assert_eq!(store["driftKinds"], json!(["WRITES_WHILE_SYNC_IS_OFF"]), "{platform}: {store}");
        // Keys of a shop's own live until the merchant takes them back.
        assert_eq!(store["tokenEndsAt"].is_null(), platform == "woocommerce", "{platform}: {store}");
        assert_eq!(store["lapsesAt"].is_null(), platform == "woocommerce", "{platform}: {store}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_that_open_nothing_and_keys_that_nobody_asked_for_are_not_taken() {
    let course = Course::begins().await;
    let at = course.store("woocommerce", &course.called("woocommerce", "zaitoon")).await;
    let link = course.link(at).await;
    let state = link.query_pairs().find(|(name, _)| name == "user_id").expect("a state").1.into_owned();
    let post = async |state: &str| {
        let keys = json!({
            "key_id": 7, "user_id": state, "consumer_key": format!("ck_{}", "0".repeat(40)),
            "consumer_secret": format!("cs_{}", "0".repeat(40)), "key_permissions": "read_write",
        });
        let to = format!("{}/connect/woocommerce/keys", course.desk.url());
        let program = reqwest::Client::builder().build().expect("a program");
        let call = program.post(to).header("content-type", "application/json").body(keys.to_string());
        call.send().await.expect("an answer").status().as_u16()
    };
    assert_eq!(post(&state).await, 401, "made-up keys open nothing");
    assert_eq!(post("rdc_guessed").await, 410, "nobody began that");
    assert_eq!(course.seen(at).await["handshake"]["outcome"], "WAITING", "neither uses the link up");

    let back = course.answered(&link, "allow").await;
    assert_eq!(course.back(&back).await.status, 200);
    assert_eq!(course.seen(at).await["state"], "CONNECTED");
    assert_eq!(post(&state).await, 410, "the link is used up");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_short_link_leads_where_the_long_one_does_as_long_as_it_is_good() {
    const BOTH: &str = "mutation ($input: ConnectStoreInput!) { connectStore(input: $input) { begun { url shortUrl } userErrors { code } } }";
    let course = Course::under("sooperseller").await;
    let at = course.store("shopify", SHOP).await;
    let begun = done(&course.world, &course.ops, BOTH, json!({ "id": node_id(at) })).await["begun"].clone();
    let (long, short) = (begun["url"].as_str().expect("a link"), begun["shortUrl"].as_str().expect("a link"));
    assert!(short.starts_with(&course.desk.url()) && short.len() < 80, "{short}");
    let path = &short[course.desk.url().len()..];

    let page = fetch(&course.desk, path, &[]).await;
    assert_eq!((page.url().as_str(), page.status().as_u16()), (long, 200), "on to the platform's own page");
    assert_eq!(course.back(&short.replace("rdc_", "rdc_x").parse().expect("an address")).await.status, 410);

    let back = course.answered(&long.parse().expect("an address"), "allow").await;
    assert_eq!(course.back(&back).await.status, 200, "looking at it used nothing up");
    assert_eq!(fetch(&course.desk, path, &[]).await.status().as_u16(), 410, "a link is good once");
}
