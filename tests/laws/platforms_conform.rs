//! Every platform of the registry is run against its double, whatever comes to the registry: connected, renewed, read to
//! the end through every fault, written to once, asked to forget, given back; and nobody who forges is believed.

use std::collections::BTreeSet;
use std::time::Duration;

use harness::asked::{desk_seat, done};
use harness::course::Course;
use rightsdesk_server::floor::access::{Caller, Permission, Role};
use rightsdesk_server::floor::graphql::node_id;
use rightsdesk_server::floor::kernel::{Instant, Ref, Secret, StoreId};
use rightsdesk_server::floor::platforms::{
    Ask, Fate, Forgotten, Good, Keeps, Listed, Money, Page, Platform, REGISTRY, Relisting, SetListing, SetStock, Shelf,
    Stocked, VariantAt, Visit, Whom,
};
use rightsdesk_server::roof::demo::street::{Counts, Fault, Goods, Kind, Sold};
use rightsdesk_server::stores::open_access;
use serde_json::json;

const DISCONNECT: &str = "mutation ($input: DisconnectStoreInput!) { disconnectStore(input: $input) {
  store { state receipt { whatStays } } userErrors { code } } }";

const KEPT: Counts = Counts { customers: 23, orders: 61, products: 17 };
const FAULTS: &[Kind] = &[
    Kind::TooMany { after: Duration::from_secs(2) },
    Kind::Fails,
    Kind::Truncated,
    Kind::Lies,
    Kind::DropsAfterActing,
];

struct Conforming<'c> {
    course: &'c Course,
    platform: &'static dyn Platform,
    at: Ref<StoreId>,
}

impl Conforming<'_> {
    /// The token as it is by now.
    async fn access(&self) -> Secret {
        let lane = Caller::house().permit(Permission::KeepStores, self.at.tenant).expect("the house may");
        let opened = open_access(&self.course.world.tools, &lane, self.at.id).await;
        opened.unwrap_or_else(|error| panic!("{}: {error:?}", self.platform.code())).1
    }

    /// One page, through the faults that are ordered: how often it had to be asked.
    async fn page(&self, ask: Ask<'_>) -> (Page, usize) {
        let (_, setup) = self.course.world.tools.platforms.find(self.platform.code()).expect("set up");
        let typed = self.course.called(self.platform.code(), "zaitoon");
        let shop = self.platform.shop(setup, &typed).expect("a shop");
        for tries in 1..20 {
            let out = self.course.world.tools.platforms.out();
            let visit = Visit { out, setup, shop: &shop, now: self.course.world.tools.watch.now() };
            match self.platform.read(visit, &self.access().await, ask).await {
                Ok(page) => {
                    self.course.world.later(chrono::Duration::from_std(page.rest).expect("a while"));
                    return (page, tries);
                }
                Err(Fate::Again { after }) => {
                    self.course.world.later(chrono::Duration::from_std(after).expect("a while"));
                }
                Err(other) => panic!("{}: {other:?} at {:?}", self.platform.code(), ask.of),
            }
        }
        panic!("{}: {:?} has no end", self.platform.code(), ask.of);
    }

    /// A whole shelf, in pages of ten.
    async fn shelf(&self, of: Shelf) -> Vec<Good> {
        let (mut goods, mut after) = (Vec::new(), None::<String>);
        loop {
            let (page, _) = self.page(Ask { of, since: None, after: after.as_deref(), most: 10 }).await;
            assert_eq!(page.unread, 0, "{}: {of:?}", self.platform.code());
            assert!(page.goods.iter().all(|good| good.shelf() == of), "{}: {of:?}", self.platform.code());
            goods.extend(page.goods);
            after = page.next;
            if after.is_none() {
                return goods;
            }
        }
    }
}

fn ids(goods: &[Good]) -> Vec<String> {
    let mut ids: Vec<String> = goods
        .iter()
        .map(|good| match good {
            Good::Customer(customer) => customer.id.clone(),
            Good::Order(order) => order.id.clone(),
            Good::Product(product) => product.id.clone(),
            Good::Level(level) => format!("{} at {}", level.item, level.place),
        })
        .collect();
    ids.sort();
    ids.dedup();
    ids
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn platforms_conform() {
    for platform in REGISTRY.iter().copied() {
        let code = platform.code();
        let course = Course::begins().await;
        let stand = course.stand(code);
        stand.keep(&course.on_street(code, "zaitoon"), KEPT);

        grants_all_that_opens(&course, platform);
        is_connected_by_nobody_else(&course, platform).await;
        let at = course.connected(code, "zaitoon").await;
        let lane = Caller::house().permit(Permission::KeepStores, at.tenant).expect("the house may");
        let (_, first) = open_access(&course.world.tools, &lane, at.id).await.expect("a token");
        course.world.later(chrono::Duration::hours(3));
        let (store, access) = open_access(&course.world.tools, &lane, at.id).await.expect("a token");
        assert_eq!(
            access.expose() == first.expose(),
            store.token_ends_at.is_none(),
            "{code}: what has ended is renewed"
        );

        let conforming = Conforming { course: &course, platform, at };
        is_read_through_every_fault(&conforming).await;
        writes_once(&conforming).await;
        relists_once(&conforming).await;
        forgets_or_says_who_does(&conforming).await;
        is_given_back(&conforming).await;
    }
}

/// Whatever opens a shelf is granted, beside what the policy asks for: this is about the platform, not about a policy.
fn grants_all_that_opens(course: &Course, platform: &'static dyn Platform) {
    let policy = course.world.tools.policy.in_force().expect("a policy");
    let listed = policy.policy.scopes_of(platform.code()).map(|scope| scope.name.get_ref().as_str());
    let opening = Shelf::ALL.iter().filter_map(|of| platform.opens(*of).last().copied());
    let opening = opening.chain(platform.lets_listings_be_set().iter().copied());
    let scopes: BTreeSet<&str> = listed.chain(opening).chain(["write_customer_data_erasure"]).collect();
    let granted: Vec<&str> = match platform.code() {
        "woocommerce" => vec!["read_write"],
        _ => scopes.into_iter().collect(),
    };
    course.stand(platform.code()).grant_instead(&course.on_street(platform.code(), "zaitoon"), &granted);
}

/// A state that nobody gave, and a code that the platform never made.
async fn is_connected_by_nobody_else(course: &Course, platform: &'static dyn Platform) {
    let code = platform.code();
    let at = course.store(code, &course.called(code, "zaitoon")).await;
    let link = course.link(at).await;
    let state =
        link.query_pairs().find(|(name, _)| name == "state" || name == "user_id").expect("a state").1.into_owned();
    for (state, made_up) in [("rdc_guessed", "made-up"), (state.as_str(), "made-up")] {
        let mut back = link.clone();
        back.set_path(&format!("/connect/{code}/back"));
        back.query_pairs_mut().clear().append_pair("code", made_up).append_pair("state", state);
        let page = course.back(&back).await;
        assert!([401, 410, 502].contains(&page.status), "{code}: {}", page.status);
        assert_eq!(course.seen(at).await["state"], "PENDING", "{code}");
    }
    let version = course.seen(at).await["version"].clone();
    done(&course.world, &course.ops, DISCONNECT, json!({ "id": node_id(at), "version": version })).await;
}

async fn is_read_through_every_fault(conforming: &Conforming<'_>) {
    let (platform, course) = (conforming.platform, conforming.course);
    let code = platform.code();
    let stand = course.stand(code);
    for of in Shelf::ALL.iter().copied() {
        let quiet = conforming.shelf(of).await;
        let expected = match (platform.keeps(of), of) {
            (Keeps::Nothing, _) => 0,
            (_, Shelf::Customers) => KEPT.customers,
            (_, Shelf::Orders) => KEPT.orders,
            (_, Shelf::Products | Shelf::Inventory) => KEPT.products,
        };
        assert_eq!(ids(&quiet).len(), expected, "{code}: {of:?}");
        if platform.keeps(of) == Keeps::Nothing {
            continue;
        }
        for kind in FAULTS {
            // What this page is asked with is good before anything goes wrong.
            conforming.access().await;
            stand.order(Fault::once("/", *kind));
            let since = Some(Instant::EPOCH);
            let (page, tries) = conforming.page(Ask { of, since, after: None, most: 10 }).await;
            assert!(!page.goods.is_empty(), "{code}: {of:?} through {kind:?}");
            assert_eq!(tries, 2, "{code}: {of:?} through {kind:?}");
            stand.lift();
        }
    }
    let since = course.world.tools.watch.now();
    course.world.later(chrono::Duration::minutes(5));
    stand.edit(&course.on_street(code, "zaitoon"), Goods::Order, 4);
    let (page, _) = conforming.page(Ask { of: Shelf::Orders, since: Some(since), after: None, most: 50 }).await;
    assert_eq!(ids(&page.goods).len(), 1, "{code}: what changed, and nothing else");
}

async fn writes_once(conforming: &Conforming<'_>) {
    let (platform, course) = (conforming.platform, conforming.course);
    let code = platform.code();
    let stand = course.stand(code);
    let Some(Good::Level(level)) = conforming.shelf(Shelf::Inventory).await.into_iter().next() else {
        panic!("{code} tells of no stock")
    };
    let quantity = level.available + 5;
    let set =
        SetStock { item: level.item, place: level.place, quantity, from: Some(level.available), key: "k-1".to_owned() };
    let (_, setup) = course.world.tools.platforms.find(code).expect("set up");
    let shop = platform.shop(setup, &course.called(code, "zaitoon")).expect("a shop");
    let before = stand.written().len();
    for try_ in 0..2 {
        let out = course.world.tools.platforms.out();
        let visit = Visit { out, setup, shop: &shop, now: course.world.tools.watch.now() };
        let done = platform.set_stock(visit, &conforming.access().await, &set).await;
        assert!(matches!(done, Ok(Stocked::Done)), "{code}: try {try_}: {done:?}");
        course.world.later(chrono::Duration::seconds(30));
    }
    assert_eq!(stand.written().len(), before + 1, "{code}: the same write twice is one");
}

/// What is sold is called and priced otherwise, once each, and not where it is another by now.
async fn relists_once(conforming: &Conforming<'_>) {
    let (platform, course) = (conforming.platform, conforming.course);
    let code = platform.code();
    let stand = course.stand(code);
    let Some(Good::Product(product)) = conforming.shelf(Shelf::Products).await.into_iter().next() else {
        panic!("{code} sells nothing")
    };
    let of = VariantAt { id: product.variants[0].id.clone(), item: product.variants[0].item.clone() };
    let price = |micros| Relisting::Price {
        of: of.clone(),
        to: Money { micros, currency: *b"EUR" },
        from: product.variants[0].price,
    };
    let title = |from: &str| Relisting::Title { to: "Sage, dried".to_owned(), from: from.to_owned() };
    let (_, setup) = course.world.tools.platforms.find(code).expect("set up");
    let shop = platform.shop(setup, &course.called(code, "zaitoon")).expect("a shop");
    let before = stand.relisted().len();
    let wishes = [price(7_250_000), price(7_250_000), title(&product.title), title(&product.title), title("Thyme")];
    for wish in wishes {
        let out = course.world.tools.platforms.out();
        let visit = Visit { out, setup, shop: &shop, now: course.world.tools.watch.now() };
        let set = SetListing { product: product.id.clone(), wish: wish.clone(), seen: product.updated_at };
        let done = platform.set_listing(visit, &conforming.access().await, &set).await;
        assert_eq!(done, Ok(Listed::Done), "{code}: {wish:?}");
        course.world.later(chrono::Duration::seconds(30));
    }
    let what: Vec<Sold> = stand.relisted().into_iter().skip(before).map(|one| one.what).collect();
    assert_eq!(what, [Sold::For(725), Sold::As("Sage, dried".to_owned())], "{code}: the same change twice is one");
    let moved = Relisting::Title { to: "Mint".to_owned(), from: product.title.clone() };
    for (product, wish, came) in
        [(product.id.clone(), moved.clone(), Listed::Moved), ("999999999".to_owned(), moved, Listed::Gone)]
    {
        let out = course.world.tools.platforms.out();
        let visit = Visit { out, setup, shop: &shop, now: course.world.tools.watch.now() };
        let set = SetListing { product, wish, seen: Instant::EPOCH };
        assert_eq!(platform.set_listing(visit, &conforming.access().await, &set).await, Ok(came), "{code}");
    }
}

async fn forgets_or_says_who_does(conforming: &Conforming<'_>) {
    let (platform, course) = (conforming.platform, conforming.course);
    let code = platform.code();
    let (_, setup) = course.world.tools.platforms.find(code).expect("set up");
    let shop = platform.shop(setup, &course.called(code, "zaitoon")).expect("a shop");
    let customer = ids(&conforming.shelf(Shelf::Customers).await).into_iter().next();
    let whom = Whom { customer, orders: Vec::new() };
    let out = course.world.tools.platforms.out();
    let visit = Visit { out, setup, shop: &shop, now: course.world.tools.watch.now() };
    match platform.forget(visit, &conforming.access().await, &whom).await {
        // Some take the wish and forget by and by, some forget at once.
        Ok(Forgotten::Done) => {
            let is_asked = course.stand(code).erasures().len() == 1;
            let left = ids(&conforming.shelf(Shelf::Customers).await);
            assert!(
                is_asked || whom.customer.is_some_and(|gone| !left.contains(&gone)),
                "{code}: it is said to be done"
            );
        }
        // Whoever may not ask says so, or says who can.
        Ok(Forgotten::ByHand(who)) => assert!(who.len() > 20, "{code}: {who}"),
        Err(fate) => assert_eq!(fate, Fate::NOT_GRANTED, "{code}"),
        Ok(Forgotten::AlreadyGone) => panic!("{code} does not know whom it told of"),
    }
}

async fn is_given_back(conforming: &Conforming<'_>) {
    let Conforming { course, platform, at } = conforming;
    let code = platform.code();
    let version = course.seen(*at).await["version"].clone();
    // A second factor of just now.
    let ops = desk_seat(&course.world, &[Role::Ops]);
    let input = json!({ "id": node_id(*at), "version": version });
    let over = done(&course.world, &ops, DISCONNECT, input).await["store"].clone();
    let stand = course.stand(code);
    let calls = stand.calls().len();
    while course.world.work().await > 0 {}
    assert!(stand.calls().len() <= calls + 1, "{code}: one call at most, and it gives the token back");
    let events = "select convert_from(payload, 'UTF8') as line from audit_events where action = 'store.given_back'";
    let told = course.world.base.lines(events).join(" ");
    let is_by_hand = told.contains("by_hand");
    assert_eq!(stand.is_installed(&course.on_street(code, "zaitoon")), is_by_hand, "{code}: {told}");

    // What no app can take back, its merchant is told to: in the receipt, and in a letter.
    assert_eq!(platform.ended_by_hand().is_some(), is_by_hand, "{code}: {told}");
    let letters = course.world.tools.mail.mailbox().expect("in memory").letters_to(&course.owner.mail);
    let letters: Vec<_> = letters.into_iter().map(|kept| kept.letter).collect();
    let letters: Vec<_> = letters.iter().filter(|letter| letter.subject.contains("end our access")).collect();
    assert_eq!(letters.len(), usize::from(is_by_hand), "{code}");
    let stays = over["receipt"]["whatStays"].as_str().expect("words");
    if let Some(how) = platform.ended_by_hand() {
        assert!(stays.contains(how) && letters[0].text.contains(how), "{code}: {stays}");
    } else {
        assert!(!stays.contains("until the merchant ends it"), "{code}: {stays}");
    }
}
