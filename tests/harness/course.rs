//! A desk that is set up for every platform, on a street where each has its double: a merchant is given a link, answers
//! there, and comes back.

use rightsdesk_server::floor::access::{Caller, Role};
use rightsdesk_server::floor::graphql::node_id;
use rightsdesk_server::floor::kernel::{Instant, Mode, Ref, Secret, StoreId, TenantId, Watch};
use rightsdesk_server::floor::platforms::{Platforms, Settings};
use rightsdesk_server::roof::demo::street::{App, Stand, Street};
use rightsdesk_server::roof::http::Listening;
use rightsdesk_server::stores::{self, NewStore};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use url::Url;

use crate::asked::{ask, desk_seat, done};
use crate::estate::Owner;
use crate::page::{Page, fetch};
use crate::shop::Shop;
use crate::world::World;

const CONNECT: &str = "mutation ($input: ConnectStoreInput!) { connectStore(input: $input) {
  begun { url endsAt store { state handshake { outcome scopes code } } } userErrors { code message } } }";
const STORE: &str =
    "query ($id: ID!) { store(id: $id) { version state driftKinds tokenEndsAt lapsesAt handshake { outcome code }
  scopes { name isGranted verdict } receipt { tokenDeleted } } }";

/// A moment long past, so that nothing here depends on today.
pub const BEGIN: i64 = 1_790_000_000_000_000;
/// What the desk's app signs with at every platform.
pub const SECRET: &str = "hushhushhushhushhushhushhushhush";

/// A desk with an app at each platform, and the platforms.
pub struct Course {
    pub world: World,
    pub street: Street,
    pub desk: Listening,
    pub ops: Caller,
    pub shop: Shop,
    pub owner: Owner,
}

impl Course {
    pub async fn begins() -> Self {
        Self::under("inventorysync").await
    }

    pub async fn under(policy: &str) -> Self {
        Self::by(policy, Watch::held(Instant::from_micros(BEGIN))).await
    }

    /// The same by another watch.
    pub async fn by(policy: &str, watch: Watch) -> Self {
        Self::of(World::alone_under(policy, watch).await).await
    }

    /// The same in a world that stands.
    pub async fn of(mut world: World) -> Self {
        let street = Street::open(world.tools.watch.clone()).await.expect("a street");
        world.tools.platforms = Met::on(&street).platforms();
        let (desk, ops) = (world.serve_where_it_is_found().await, desk_seat(&world, &[Role::Ops]));
        register(&street, &desk.url());
        let shop = world.shop("Zaitoon Home", 0).await;
        let owner = world.owner(shop.tenant, "meera").await;
        Self { world, street, desk, ops, shop, owner }
    }

    pub fn stand(&self, platform: &str) -> &Stand {
        match platform {
            "shopify" => &self.street.shopify,
            "ebay" => &self.street.ebay,
            "etsy" => &self.street.etsy,
            "woocommerce" => &self.street.woocommerce,
            other => panic!("no stand speaks for {other}"),
        }
    }

    /// What the desk calls a shop of this name.
    pub fn called(&self, platform: &str, name: &str) -> String {
        match platform {
            "shopify" => format!("{name}.myshopify.com"),
            "etsy" => "31415926".to_owned(),
            "woocommerce" => self.street.woocommerce.shop_url(&format!("{name}.example")),
            _ => name.to_owned(),
        }
    }

    /// What the platform calls a shop of this name.
    pub fn on_street(&self, platform: &str, name: &str) -> String {
        if platform == "woocommerce" { format!("{name}.example") } else { self.called(platform, name) }
    }

    /// A store on record that nobody said yes for.
    pub async fn store(&self, platform: &str, domain: &str) -> Ref<StoreId> {
        self.store_of(self.shop.tenant, platform, domain).await
    }

    async fn store_of(&self, tenant: TenantId, platform: &str, domain: &str) -> Ref<StoreId> {
        let new = NewStore {
            tenant,
            platform: platform.to_owned(),
            domain: domain.to_owned(),
            name: "Zaitoon Home".to_owned(),
            region: "EU".to_owned(),
        };
        let store = stores::add_store(&self.world.tools, &Caller::house(), new, None).await.expect("added");
        Ref::new(tenant, store.id)
    }

    /// A store whose merchant said yes.
    pub async fn connected(&self, platform: &str, name: &str) -> Ref<StoreId> {
        self.connected_for(self.shop.tenant, platform, name).await
    }

    /// The same, of another merchant.
    pub async fn connected_for(&self, tenant: TenantId, platform: &str, name: &str) -> Ref<StoreId> {
        let domain = self.called(platform, name);
        if platform == "ebay" {
            self.street.ebay.sign_in(&domain);
        }
        let at = self.store_of(tenant, platform, &domain).await;
        let back = self.answered(&self.link(at).await, "allow").await;
        let page = self.back(&back).await;
        assert_eq!(page.status, 200, "{platform}: {}", self.seen(at).await);
        at
    }

    /// The link that a merchant is given.
    pub async fn link(&self, at: Ref<StoreId>) -> Url {
        let begun = done(&self.world, &self.ops, CONNECT, json!({ "id": node_id(at) })).await["begun"].clone();
        assert_eq!(begun["store"]["handshake"]["outcome"], "WAITING", "{begun}");
        begun["url"].as_str().expect("a link").parse().expect("an address")
    }

    pub async fn seen(&self, at: Ref<StoreId>) -> Value {
        ask(&self.world, Some(&self.ops), STORE, json!({ "id": node_id(at) })).await["data"]["store"].clone()
    }

    /// What the merchant's browser is sent back to, once the merchant has answered.
    pub async fn answered(&self, link: &Url, answer: &str) -> Url {
        answered(&self.desk, link, answer).await
    }

    /// The page that the desk shows to whoever comes back so.
    pub async fn back(&self, to: &Url) -> Page {
        let path = &to[url::Position::BeforePath..];
        Page::of(fetch(&self.desk, path, &[]).await).await
    }
}

/// What the merchant's browser is sent back to by the platform of a link, once the merchant has answered.
pub async fn answered(desk: &Listening, link: &Url, answer: &str) -> Url {
    let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a browser");
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
    assert!(location.starts_with(&desk.url()), "{location}");
    location.parse().expect("an address")
}

/// The desk's app, at every stand that knows apps.
fn register(street: &Street, desk: &str) {
    let back = |platform: &str| format!("{desk}/connect/{platform}/back").parse().expect("an address");
    for (stand, platform) in [(&street.shopify, "shopify"), (&street.ebay, "ebay"), (&street.etsy, "etsy")] {
        stand.register(App {
            id: "desk-app".to_owned(),
            secret: Secret::new(SECRET),
            title: "The privacy desk".to_owned(),
            back: back(platform),
            runame: (platform == "ebay").then(|| "Desk-Name".to_owned()),
            required: Vec::new(),
            optional: Vec::new(),
        });
    }
}

/// How a desk meets the platforms of a street: its apps there, and where each is.
#[derive(Serialize, Deserialize)]
pub struct Met {
    shopify: String,
    ebay: String,
    etsy: String,
    addresses: Vec<String>,
    host: String,
}

impl Met {
    pub fn on(street: &Street) -> Self {
        let said = |more: &str| format!("client_id=desk-app client_secret={SECRET}{more}");
        let bare = |stand: &Stand| stand.url().as_str().trim_end_matches('/').to_owned();
        Self {
            shopify: said(""),
            ebay: said(" redirect_name=Desk-Name verification_token=desk-verification-token-0123456789abcdef"),
            etsy: said(""),
            addresses: vec![
                format!("shopify={}", street.shopify.shop_url("{shop}")),
                format!("ebay={}", bare(&street.ebay)),
                format!("ebay_auth={}", bare(&street.ebay)),
                format!("etsy={}", bare(&street.etsy)),
                format!("etsy_auth={}", bare(&street.etsy)),
            ],
            host: format!("127.0.0.1:{}", street.woocommerce.url().port().expect("a port")),
        }
    }

    pub fn platforms(&self) -> Platforms {
        let settings = Settings {
            shopify: Some(Secret::new(self.shopify.clone())),
            ebay: Some(Secret::new(self.ebay.clone())),
            etsy: Some(Secret::new(self.etsy.clone())),
            addresses: self.addresses.clone(),
            hosts: vec![self.host.clone()],
        };
        Platforms::open(&settings, Mode::Development.reach()).expect("platforms")
    }
}
