//! Merchants with buyers of whom others were told, all of whom asked to be forgotten; and workers that carry it out in
//! processes of their own. Nobody here exists.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use rand::RngExt;
use rand::rngs::StdRng;
use rightsdesk_server::floor::access::{Caller, Role};
use rightsdesk_server::floor::egress::{Egress, Host};
use rightsdesk_server::floor::graphql::tenant_node_id;
use rightsdesk_server::floor::journal::Journal;
use rightsdesk_server::floor::kernel::{Mode, Ref, RequestId, StoreId, TenantId, Watch};
use rightsdesk_server::floor::ledger::Ledger;
use rightsdesk_server::floor::mail::{Encryption, Mail, Smtp, Way};
use rightsdesk_server::floor::platforms::{Good, Order};
use rightsdesk_server::floor::regulations::Right;
use rightsdesk_server::floor::tools::Tools;
use rightsdesk_server::requests;
use rightsdesk_server::roof::demo::street::{Counts, buyer};
use serde::{Deserialize, Serialize};
use serde_json::json;
use url::Url;

use crate::asked::{desk_seat, done};
use crate::base::{Base, fresh};
use crate::course::{Course, Met};
use crate::desk::program;
use crate::draft::Draft;
use crate::goods::{customer, order};
use crate::post::Post;
use crate::scratch;
use crate::wishes::wish;
use crate::world::{World, blobs, tools};
use crate::yard::Hand;

const SET: &str = "mutation ($input: SetRecipientWayInput!) { setRecipientWay(input: $input) {
  way { kind } userErrors { code message field } } }";

/// Where the recipient that is asked by letter takes letters.
pub const COURIER: &str = "privacy@courier.example";

/// Those who are told by a program, beside the store's own platform; by which kind, and with what that wants to know.
pub const TOLD: [(&str, &str); 5] =
    [("segment", "TEMPLATE"), ("resend", "TEMPLATE"), ("stripe", "TEMPLATE"), ("dsr", "OPEN_DSR"), ("courier", "MAIL")];

/// What a worker in a process of its own shares with the desk that hired it, beside the database: the folder with keys,
/// objects and journals, and where everybody is found.
#[derive(Serialize, Deserialize)]
pub struct Abode {
    home: PathBuf,
    public_url: String,
    met: Met,
    recipients: String,
    post: SocketAddr,
}

impl Abode {
    /// What it works with.
    pub async fn tools(self, ledger: &Ledger) -> Tools {
        let watch = Watch::host();
        let mut tools = tools(ledger, self.home.join("keys"), Mode::Development, watch.clone()).await;
        tools.blobs = blobs(&self.home.join("blobs"), watch.clone());
        tools.journal = Journal::open(self.home.join("audit")).expect("a place for journals");
        tools.platforms = self.met.platforms();
        tools.egress = way_to(&self.recipients);
        let (host, port) = (self.post.ip().to_string(), self.post.port());
        let way = Way::Smtp(Smtp { host, port, encryption: Encryption::Clear, login: None });
        tools.mail = Mail::open(way, "desk@desk.example", watch).expect("a way for letters");
        tools.public_url = self.public_url;
        tools
    }
}

fn way_to(url: &str) -> Egress {
    let host = Host::of(&Url::parse(url).expect("an address"));
    Egress::open(host, Mode::Development.reach()).expect("a way out")
}

/// A merchant with one shop.
pub struct Trade {
    pub tenant: TenantId,
    pub store: Ref<StoreId>,
    /// What the platform calls the shop.
    pub shop: String,
}

/// Somebody who asked.
pub struct Asked {
    pub at: Ref<RequestId>,
    pub trade: usize,
    pub mail: String,
    /// What the platform calls them.
    pub customer: String,
}

pub struct Erasing {
    pub course: Course,
    pub post: Post,
    pub trades: Vec<Trade>,
    pub asked: Vec<Asked>,
    pub support: Caller,
    pub approver: Caller,
    home: PathBuf,
}

impl Erasing {
    /// So many merchants, each with a shop that has room for so many buyers, on a street whose recipients know nobody yet.
    pub async fn begins(trades: usize, buyers: usize) -> Self {
        let base: &'static Base = Box::leak(Box::new(tokio::task::spawn_blocking(fresh).await.expect("a database")));
        let home = scratch::folder("erasing").expect("a folder");
        let world = World::at(base, &home, Draft::with_persons().text(), Watch::host()).await;
        let mut course = Course::of(world).await;
        course.world.tools.egress = way_to(course.street.recipients.url.as_str());
        let (support, approver) =
            (desk_seat(&course.world, &[Role::Support]), desk_seat(&course.world, &[Role::Approver]));
        let post = Post::open().await;
        let mut erasing = Self { course, post, trades: Vec::new(), asked: Vec::new(), support, approver, home };
        for number in 0..trades {
            let trade = erasing.opens(number, buyers).await;
            erasing.trades.push(trade);
        }
        erasing
    }

    async fn opens(&self, number: usize, buyers: usize) -> Trade {
        let (course, name) = (&self.course, format!("zaitoon{number}"));
        let tenant = course.world.shop(&format!("Zaitoon Home {number}"), 0).await.tenant;
        let shop = course.on_street("woocommerce", &name);
        course.stand("woocommerce").keep(&shop, Counts { customers: buyers, orders: 1, products: 1 });
        let store = course.connected_for(tenant, "woocommerce", &name).await;
        // What is told here is told by the tests: the shop's own buyers go by the same numbers. A shop that nobody has begun to
        // read would be read from the next full minute on, in the midst of it all.
        self.tamper(&format!(
            "insert into syncs (tenant_id, store_id, shelf, every_s, due_at)
             select '{}', '{}', shelf, 86400, now() + interval '1 day'
               from unnest(array['customers', 'orders', 'products', 'inventory']) as shelf on conflict do nothing",
            tenant.uuid(),
            store.id.uuid()
        ));
        while course.world.work().await > 0 {}
        self.tamper("update syncs set due_at = now() + interval '1 day'");
        Trade { tenant, store, shop }
    }

    /// Every recipient that a program tells is set up for every merchant.
    pub async fn sets_up(&self) {
        let recipients = &self.course.street.recipients;
        for trade in &self.trades {
            for (recipient, kind) in TOLD {
                let mut way = json!({ "tenant": tenant_node_id(trade.tenant), "recipient": recipient, "kind": kind });
                if kind == "MAIL" {
                    way["address"] = COURIER.into();
                } else {
                    way["address"] = recipients.at(recipient).into();
                    way["credential"] = "let-me-in".into();
                }
                let set = done(&self.course.world, &self.course.ops, SET, way).await;
                assert_eq!(set["userErrors"].as_array().map(Vec::len), Some(0), "{recipient}: {set}");
            }
        }
    }

    /// The next buyer: bought one thing long ago and one whose payment may still be disputed, and `told` got something of them.
    pub async fn buys(&self, number: usize, told: &[&str]) -> (usize, String, String) {
        let at = number % self.trades.len();
        let trade = &self.trades[at];
        let (id, mail) = (buyer(&trade.shop, number).id.to_string(), format!("buyer{number}@mail.example"));
        let now = self.course.world.tools.watch.now();
        let bought = |order_number: usize, days: i64| Order {
            customer: Some(id.clone()),
            placed_at: now.plus(-chrono::Duration::days(days)),
            fulfilment: Some("fulfilled".to_owned()),
            ..order(&order_number.to_string(), &mail, 1)
        };
        let goods = vec![
            Good::Customer(customer(&id, &mail, 1)),
            Good::Order(bought(7_000_000 + 2 * number, 1_100)),
            Good::Order(bought(7_000_001 + 2 * number, 20)),
        ];
        self.course.world.take_in(trade.store, goods).await.expect("taken in");
        if !told.is_empty() {
            self.course.world.base.tamper(&format!(
                "insert into disclosures (tenant_id, id, at, recipient, store_id, subject_id, category, fields, form, count,
                                          purpose, way)
                 select c.tenant_id, gen_random_uuid(), now(), w.code, c.store_id, c.subject_id, 'customer', '{{email}}',
                        'raw', 1, 'service', 'relay'
                   from customers c cross join unnest(array['{}']) as w (code)
                  where c.tenant_id = '{}' and c.platform_id = '{id}'",
                told.join("', '"),
                trade.tenant.uuid(),
            ));
            for recipient in ["resend", "stripe"] {
                self.course.street.recipients.knows(recipient, &mail);
            }
        }
        (at, id, mail)
    }

    /// The next buyer asks to be forgotten, is who they say, and a second person approves what is planned.
    pub async fn asks(&mut self, number: usize, told: &[&str]) {
        let (trade, customer, mail) = self.buys(number, told).await;
        let (world, tenant) = (&self.course.world, self.trades[trade].tenant);
        let opened = world.asks_and_proves(wish(tenant, &[Right::Deletion], &mail)).await;
        while world.work().await > 0 {}
        let at = Ref::new(tenant, opened[0].id);
        let plan = requests::find_plan(&world.tools, &self.support, at, None).await.expect("readable").expect("a plan");
        requests::submit_plan(&world.tools, &self.support, at, None, plan.digest, None).await.expect("submitted");
        let reference = opened[0].reference.clone();
        let approved = requests::approve_plan(&world.tools, &self.approver, at, plan.digest, &reference, None);
        approved.await.expect("approved");
        self.asked.push(Asked { at, trade, mail, customer });
    }

    /// A worker in a process of its own.
    pub fn hired(&self, lease: Duration, slots: usize) -> Hand {
        let abode = Abode {
            home: self.home.clone(),
            public_url: self.course.desk.url(),
            met: Met::on(&self.course.street),
            recipients: self.course.street.recipients.url.to_string(),
            post: self.post.at(),
        };
        let mut command = Command::new(program());
        command.args(["erasing", self.course.world.base.online.expose()]);
        command.args([lease.as_millis().to_string(), slots.to_string()]);
        command.arg(serde_json::to_string(&abode).expect("JSON"));
        Hand::hired(command)
    }

    /// Their cooling-off is over.
    pub fn cool_off(&self, asked: &[Asked]) {
        let ids = asked.iter().map(|one| format!("'{}'", one.at.id.uuid())).collect::<Vec<_>>().join(", ");
        if ids.is_empty() {
            return;
        }
        self.tamper(&format!(
            "update request_plans set starts_at = decided_at where state = 'approved' and request_id in ({ids});
             update jobs set due_at = now() where name = 'carry_out' and state = 'ready'
                and (payload::json ->> 'request')::uuid in ({ids});
             update lanes set due_at = least(due_at, now())"
        ));
    }

    /// Whoever works on it and is to be asked later how things stand is asked at once. What failed is tried again in its own
    /// time.
    pub fn ask_at_once(&self) {
        self.tamper(
            "update jobs j set due_at = now()
              where j.name = 'tell_recipient' and j.state = 'ready' and j.retry_at is null and j.due_at > now()
                and exists (select from recipient_tasks t
                             where t.tenant_id = j.tenant_id and t.id = (j.payload::json ->> 'task')::uuid
                               and t.state = 'acknowledged');
             update lanes set due_at = least(due_at, now())",
        );
    }

    /// Works in this process until nothing is left that is due.
    pub async fn works(&self) {
        for _ in 0..100 {
            if self.course.world.work().await == 0 {
                return;
            }
        }
        panic!("it does not end");
    }

    /// Whoever was told to come back later comes at once.
    pub fn come_back(&self) {
        self.tamper(
            "update jobs set retry_at = now() where retry_at > now();
             update lanes set retry_at = now() where retry_at > now()",
        );
    }

    /// How often a shop was called to delete this buyer, whatever it answered.
    pub fn calls_to_delete(&self, one: &Asked) -> usize {
        let (shop, end) = (&self.trades[one.trade].shop, format!("/customers/{}", one.customer));
        let calls = self.course.stand("woocommerce").calls();
        let of_theirs = calls.iter().filter(|call| call.method == "DELETE" && call.shop.as_ref() == Some(shop));
        of_theirs.filter(|call| call.path.split('?').next().is_some_and(|path| path.ends_with(&end))).count()
    }

    pub fn lines(&self, sql: &str) -> Vec<String> {
        self.course.world.base.lines(sql)
    }

    pub fn count(&self, sql: &str) -> usize {
        self.lines(&format!("select ({sql})::text as line"))[0].parse().expect("a number")
    }

    pub fn tamper(&self, sql: &str) {
        self.course.world.base.tamper(sql);
    }
}

/// One of these, by the dice.
pub fn one_of<T: Copy>(dice: &mut StdRng, all: &[T]) -> T {
    all[dice.random_range(0..all.len())]
}
