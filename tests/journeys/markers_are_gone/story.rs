//! A buyer of whom everything holds a mark, and all that is done about her: by her shop, by herself, by people at the desk.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read, Write};
use std::path::PathBuf;

use chrono::Duration;
use futures_util::{StreamExt, TryStreamExt};
use harness::asked::{desk_seat, done, partner};
use harness::base::{Base, fresh};
use harness::course::{BEGIN, Course, SECRET};
use harness::draft::Draft;
use harness::goods::{customer, order};
use harness::page::{Page, send};
use harness::scratch;
use harness::wishes::{goes_by, wish, wish_from};
use harness::world::World;
use rightsdesk_server::floor::access::{Caller, Permission, Role};
use rightsdesk_server::floor::blobs::Kind;
use rightsdesk_server::floor::graphql::node_id;
use rightsdesk_server::floor::kernel::ids::RecipientTaskId;
use rightsdesk_server::floor::kernel::{Instant, IntakeId, Personal, Ref, RequestId, Secret, StoreId, TenantId, Watch};
use rightsdesk_server::floor::mail::{Coming, Mail, Way};
use rightsdesk_server::floor::platforms::{Address, Customer, Good, Order};
use rightsdesk_server::floor::regulations::Right;
use rightsdesk_server::propagation;
use rightsdesk_server::requests::package::LeftOut;
use rightsdesk_server::requests::{self, Asking, COOLING_OFF, GoesBy, HoldKind, Named, NewHold, Spot, Stage};
use rightsdesk_server::roof::demo::street::{Counts, Goods, Hook, buyer};
use serde_json::json;
use uuid::Uuid;

const SHOP: &str = "zaitoon.myshopify.com";
/// Of whom the shop's own double tells: one buyer, and what she bought.
const FEW: Counts = Counts { customers: 1, orders: 3, products: 1 };
/// What a mail system shows that hands letters over.
const POST: &str = "post-office-post-office-post-office";

/// Hers, and the one of an order; no other number is like them.
const PHONES: [&str; 3] = ["+49170555801134", "+49170555812357", "+49170555823468"];

/// What is planted in clear, so that the search is known to find.
pub const CONTROL: &str = "qxcontrolzvkj";

/// What is written down somewhere, each by a door of its own.
const NAMES: [&str; 32] = [
    "shop",
    "given",
    "family",
    "recipient",
    "street",
    "city",
    "province",
    "postcode",
    "handle",
    "shipto",
    "shipstreet",
    "shipcity",
    "tracking",
    "custid",
    "orderid",
    "hooked",
    "formwords",
    "formname",
    "formorder",
    "maillines",
    "mailtitle",
    "right",
    "note",
    "message",
    "herwords",
    "look",
    "cutout",
    "held",
    "judged",
    "named",
    "longer",
    "returned",
];

/// What is written down while she is erased.
const LATE: &str = "gaveup";

/// A word that stands nowhere else.
pub fn mark(name: &str) -> String {
    format!("qx{name}zvkj")
}

fn said(name: &str) -> Personal {
    Personal::new(mark(name))
}

/// All that are looked for.
pub fn all_marks() -> BTreeSet<String> {
    marks().into_iter().chain([mark(LATE)]).collect()
}

/// All that stand somewhere before she is erased.
pub fn marks() -> BTreeSet<String> {
    let numbers = PHONES.map(|phone| phone.trim_start_matches('+').to_owned());
    NAMES.into_iter().map(mark).chain(numbers).chain([CONTROL.to_owned()]).collect()
}

/// Her address, as the shop has it: what every value of its people holds stands in it.
fn mail() -> String {
    buyer(SHOP, 0).mail.replacen(".0@", &format!("{}.0@", mark("shop")), 1)
}

/// An operator who keeps buyers, their orders, and the courier's reference of a parcel.
fn policy() -> String {
    let was = "  { code = \"status\", title = \"Status\", key = \"system.operations\" },\n]\n\n[[category]]\ncode = \"customer\"";
    let is = was.replace(
        "},\n]",
        "},\n  { code = \"tracking\", title = \"Tracking numbers\", key = \"user.unique_id\", personal = true },\n]",
    );
    Draft::of("sooperseller").saying(was, &is).text()
}

/// A desk that keeps all it keeps below one folder, and its merchant's shop.
pub struct Desk {
    pub course: Course,
    pub home: PathBuf,
    at: Option<Ref<StoreId>>,
    support: Caller,
    approver: Caller,
}

impl Desk {
    pub async fn opens() -> Self {
        let home = scratch::folder("markers").expect("a folder");
        let base: &'static Base = Box::leak(Box::new(tokio::task::spawn_blocking(fresh).await.expect("a database")));
        let watch = Watch::held(Instant::from_micros(BEGIN));
        let mut world = World::at(base, &home, policy(), watch.clone()).await;
        let coming = Coming { address: None, maildir: None, secret: Some(Secret::new(POST)) };
        let mail = Mail::open(Way::Memory, "privacy@desk.example", watch).expect("a way for mail");
        world.tools.mail = mail.hearing(coming);
        let course = Course::of(world).await;
        let support = desk_seat(&course.world, &[Role::Support]);
        let approver = desk_seat(&course.world, &[Role::Approver]);
        Self { course, home, at: None, support, approver }
    }

    fn tenant(&self) -> TenantId {
        self.course.shop.tenant
    }

    fn at(&self) -> Ref<StoreId> {
        self.at.expect("the shop is connected")
    }

    pub fn lines(&self, sql: &str) -> Vec<String> {
        self.course.world.base.lines(sql)
    }

    fn id(&self, sql: &str) -> Uuid {
        let ids = self.lines(sql);
        assert_eq!(ids.len(), 1, "{sql}: {ids:?}");
        ids[0].parse().expect("an id")
    }

    /// Everything that is due; who was told to come back later comes at once.
    pub async fn works(&self) {
        for _ in 0..60 {
            self.course.world.base.tamper(
                "update jobs set retry_at = now() where retry_at > now();
                 update lanes set retry_at = now() where retry_at > now()",
            );
            if self.course.world.work().await == 0 {
                return;
            }
        }
    }

    /// Until nothing is read any more of what the shop tells.
    async fn reads(&self) {
        for _ in 0..100 {
            self.works().await;
            let left = "select ((select count(*) from syncs where state = 'running')
                                + (select count(*) from deliveries where state = 'waiting'))::text as line";
            if self.lines(left) == ["0"] {
                return;
            }
            self.course.world.later(Duration::seconds(6));
        }
        panic!("it does not end: {:?}", self.lines("select shelf || ' ' || state as line from syncs"));
    }

    /// By the shop's own pages, and by what it tells, which lies there still.
    pub async fn is_told_of_her(&mut self) {
        self.works().await;
        let stand = self.course.stand("shopify");
        stand.keep(SHOP, FEW);
        stand.mark(SHOP, &mark("shop"));
        let at = self.course.connected("shopify", "zaitoon").await;
        self.at = Some(at);
        self.course.world.later(Duration::minutes(1));
        self.reads().await;
        self.course.world.take_in(at, goods()).await.expect("taken in");
        self.sends("orders/updated", &hooked("#9002", 9_000_001)).await;
    }

    /// What lies there is worked; and her merchant's program tells of a parcel.
    pub async fn takes_it_up(&self) {
        self.reads().await;
        self.is_told_of_a_parcel().await;
        let persons = "select count(distinct subject_id)::text as line from orders";
        assert_eq!(self.lines(persons), ["1"], "all of it is hers: {:?}", self.lines(ORDERS));
        assert_eq!(self.lines("select count(*)::text as line from orders"), ["5"], "{:?}", self.lines(ORDERS));
        // Nothing of it binds anybody any more.
        self.course.world.base.tamper("update orders set placed_at = '2025-03-01T00:00:00Z'");
    }

    async fn tells(&self, topic: &str, body: &serde_json::Value) {
        self.sends(topic, body).await;
        self.reads().await;
    }

    async fn sends(&self, topic: &str, body: &serde_json::Value) {
        let fates = self.course.street.shopify.send(SHOP, topic, body).await;
        assert!(!fates.is_empty() && fates.iter().all(|fate| fate.0 == Some(200)), "{topic}: {fates:?}");
    }

    async fn is_told_of_a_parcel(&self) {
        const SHIPMENT: &str = "mutation ($input: RecordShipmentInput!) { recordShipment(input: $input) {
          order { id } userErrors { code field } } }";
        let world = &self.course.world;
        let program = partner(world, &[Permission::SeeTenants, Permission::KeepStores], &[self.tenant()]);
        let input = json!({ "order": { "store": self.at().to_string(), "platformId": mark("orderid") }, "number": 1,
            "courier": "TCS", "tracking": mark("tracking"), "state": "SHIPPED" });
        done(world, &program, SHIPMENT, input).await;
    }

    /// By the page for everybody, by a letter, by the platform's notice; and what people at the desk make of it.
    pub async fn is_asked_by_her(&self) {
        self.writes_a_letter().await;
        self.is_noticed().await;
        self.course.world.later(Duration::days(1));
        self.asks_to_be_put_right().await;
        self.asks_on_the_page().await;
    }

    async fn writes_a_letter(&self) {
        let letter = format!(
            "From: Asha <{}>\r\nTo: privacy+{}@desk.example\r\nSubject: Antrag {}\r\nMessage-ID: <qx1@mail.example>\r\n\
             Content-Language: de\r\n\r\nBitte löschen Sie alle meine Daten. {}\r\n",
            mail(),
            self.tenant(),
            mark("mailtitle"),
            mark("maillines")
        );
        let call = reqwest::Client::new().post(format!("{}/intake/mail", self.course.desk.url()));
        let call = call.header("authorization", format!("Bearer {POST}")).header("content-type", "message/rfc822");
        assert_eq!(call.body(letter.into_bytes()).send().await.expect("an answer").status().as_u16(), 202);
        self.works().await;
        let at = self.request("mail");
        requests::mark_spam(&self.course.world.tools, &self.support, at, None, None).await.expect("set aside");
    }

    /// The one request that came by this way.
    fn request(&self, source: &str) -> Ref<RequestId> {
        let of = format!(
            "select r.id::text as line from requests r join intakes i on i.tenant_id = r.tenant_id and i.id = r.intake_id
              where i.source = '{source}' and r.closed_at is null"
        );
        Ref::new(self.tenant(), RequestId::from_uuid(self.id(&of)))
    }

    async fn is_noticed(&self) {
        let to = format!("{}/webhooks/shopify", self.course.desk.url()).parse().expect("an address");
        let mut hook = Hook::new(to, Secret::new(SECRET));
        hook.topic = Some("customers/data_request".to_owned());
        self.course.street.shopify.subscribe(hook);
        let asked = json!({ "shop_id": 954_889, "shop_domain": SHOP, "orders_requested": [],
            "customer": { "id": 191_000, "email": mail(), "phone": PHONES[2] }, "data_request": { "id": "9999" } });
        self.tells("customers/data_request", &asked).await;
        let at = self.request("shopify");
        let tools = &self.course.world.tools;
        requests::write_note(tools, &self.support, at, said("note"), None).await.expect("noted");
        requests::withdraw(tools, &self.support, at, None, None).await.expect("withdrawn");
        self.works().await;
    }

    async fn asks_to_be_put_right(&self) {
        let words = format!("Please mend this.\nFirst name: {}", mark("right"));
        let wish = wish_from("DE", self.tenant(), &[Right::Correction], &mail());
        let mut asking = Asking { words: Some(Personal::new(words)), ..wish };
        asking.identifiers.push(goes_by(GoesBy::Phone, PHONES[0]));
        let opened = self.course.world.asks_and_proves(asking).await;
        self.works().await;
        let at = Ref::new(self.tenant(), opened[0].id);
        self.is_worked_by_hand(at).await;
        requests::withdraw(&self.course.world.tools, &self.support, at, None, None).await.expect("withdrawn");
        self.works().await;
    }

    /// People at the desk judge her number, name what is right, and take longer for it; each time they say why.
    async fn is_worked_by_hand(&self, at: Ref<RequestId>) {
        let (tools, support) = (&self.course.world.tools, &self.support);
        let shown = requests::find_request(tools, support, at).await.expect("shown");
        let number = shown.identifiers.iter().find(|one| one.kind == GoesBy::Phone).expect("her number").id;
        requests::judge(tools, support, at, number, said("judged"), true, None).await.expect("judged");
        let (about, field) = ("customers".to_owned(), "family_name".to_owned());
        let named = Named { about, field, store: None, value: said("named") };
        requests::name_correction(tools, support, (at, None), named, None).await.expect("named");
        let gdpr = (Some("eu_gdpr".to_owned()), None);
        requests::extend(tools, support, at, None, gdpr, said("longer"), None).await.expect("extended");
        self.works().await;
    }

    /// What she types on the page, and what is done until her package lies there.
    async fn asks_on_the_page(&self) {
        const ASK: &str = "/trust/ask";
        let desk = &self.course.desk;
        let page = Page::open(desk, &format!("{ASK}?who=shopper&lang=en")).await;
        let forms = page.root.all("form");
        let leads = |form: &str| form.split('?').next() == Some(ASK);
        let form = forms.into_iter().find(|form| form.attribute("action").is_some_and(leads)).expect("a form");
        let hidden = form.all("input").into_iter().filter(|input| input.attribute("type") == Some("hidden"));
        let hidden =
            hidden.map(|input| (input.attribute("name").expect("a name"), input.attribute("value").expect("a value")));
        let (mail, name, bought, words) = (mail(), mark("formname"), mark("formorder"), mark("formwords"));
        let typed = [
            ("right", "access"),
            ("whose", "myself"),
            ("mail", mail.as_str()),
            ("locale", "en"),
            ("shop", SHOP),
            ("order", bought.as_str()),
            ("name", name.as_str()),
            ("words", words.as_str()),
        ];
        let all: Vec<(&str, &str)> = hidden.chain(typed).collect();
        assert_eq!(send(desk, form.attribute("action").expect("where it leads"), &all).await.status, 200);
        self.works().await;

        let (world, tools) = (&self.course.world, &self.course.world.tools);
        let at = self.request("web");
        let contact = self.contact_of(at);
        requests::prove_by_code(tools, contact, &world.code(&mail)).await.expect("proved");
        self.works().await;
        requests::person_writes(tools, contact, Some(at.id), said("herwords"), None).await.expect("written");
        requests::write_message(tools, &self.support, at, None, said("message"), None).await.expect("written");
        self.works().await;
        self.is_sent_back(at).await;
        self.approved(at).await;
    }

    /// Whoever is to approve it sends it back first.
    async fn is_sent_back(&self, at: Ref<RequestId>) {
        let tools = &self.course.world.tools;
        let plan = requests::find_plan(tools, &self.support, at, None).await.expect("readable").expect("a plan");
        requests::submit_plan(tools, &self.support, at, None, plan.digest, None).await.expect("submitted");
        requests::return_plan(tools, &self.approver, at, said("returned"), None).await.expect("returned");
        self.works().await;
    }

    async fn approved(&self, at: Ref<RequestId>) {
        let tools = &self.course.world.tools;
        let plan = requests::find_plan(tools, &self.support, at, None).await.expect("readable").expect("a plan");
        requests::submit_plan(tools, &self.support, at, None, plan.digest, None).await.expect("submitted");
        let reference = self.stands(at).await.reference;
        requests::approve_plan(tools, &self.approver, at, plan.digest, &reference, None).await.expect("approved");
        self.works().await;
    }

    async fn stands(&self, at: Ref<RequestId>) -> requests::Request {
        requests::find_request(&self.course.world.tools, &self.support, at).await.expect("shown").request
    }

    /// Her package, looked at and cut by people at the desk, let go, and unpacked by her; the wish is answered with it.
    pub async fn packed(&self) -> BTreeMap<String, Vec<u8>> {
        let tools = &self.course.world.tools;
        let at = self.request("web");
        let both = desk_seat(&self.course.world, &[Role::Support, Role::Approver]);
        let first = requests::list_packages(tools, &both, at).await.expect("packages").remove(0);
        let place = Ref::new(at.tenant, first.id);
        let rows = requests::open_rows(tools, &both, place, ("order_lines".to_owned(), (0, None)), said("look"));
        let row = rows.await.expect("opened").rows[0].row;
        let spot = Spot { place: "order_lines".to_owned(), row, field: Some("title".to_owned()) };
        requests::leave_out(tools, &both, at, (spot, LeftOut::TradeSecret), said("cutout"), None).await.expect("cut");
        self.works().await;
        let made = requests::list_packages(tools, &both, at).await.expect("packages").remove(0);
        let read = made.made.expect("it lies there").manifest;
        requests::release_package(tools, &self.approver, at, read, None).await.expect("released");
        self.works().await;

        let fetchable = requests::packages_for_person(tools, self.contact_of(at)).await.expect("shown").remove(0);
        let made = requests::list_packages(tools, &both, at).await.expect("packages").remove(0);
        let pieces = tools.blobs.get(made.blob().expect("a file")).await.expect("it lies there");
        let sealed: Vec<_> = pieces.try_collect().await.expect("whole");
        let files = unpacked(&sealed.concat(), fetchable.passphrase.disclose());
        let stage = self.stands(at).await.stage;
        assert!(matches!(stage, Stage::Closed { .. }), "she was answered: {stage:?}");
        self.is_held_for_a_while(at).await;
        files
    }

    async fn is_held_for_a_while(&self, at: Ref<RequestId>) {
        let tools = &self.course.world.tools;
        let new = NewHold { kind: HoldKind::Fraud, order: None, reason: said("held"), review_on: None };
        let hold = requests::place_hold(tools, &self.support, at, new, None).await.expect("held");
        let place = Ref::new(at.tenant, hold.id);
        requests::release_hold(tools, &self.approver, place, None).await.expect("let go");
        self.works().await;
    }

    /// Her erasure, as far as it comes while recipients do not answer.
    pub async fn erases_her(&self) -> Ref<RequestId> {
        let world = &self.course.world;
        world.later(Duration::days(1));
        let opened = world.asks_and_proves(wish(self.tenant(), &[Right::Deletion], &mail())).await;
        self.works().await;
        let at = Ref::new(self.tenant(), opened[0].id);
        self.approved(at).await;
        world.later(COOLING_OFF);
        self.works().await;
        at
    }

    /// Its end: whoever does not answer is given up, in words. Whose keys open what the wish itself is made of: the contact's
    /// that it was asked by, and those of what was said of recipients.
    pub async fn ends_it(&self, at: Ref<RequestId>) -> BTreeSet<Uuid> {
        let tools = &self.course.world.tools;
        let mut owners = BTreeSet::from([self.contact_of(at).id.uuid()]);
        let open = "select id::text || ' ' || version as line from recipient_tasks
                     where state in ('waiting', 'sent', 'acknowledged', 'silent') order by id";
        for task in self.lines(open) {
            let (id, version) = task.split_once(' ').expect("two words");
            let id = id.parse::<Uuid>().expect("an id");
            let task = Ref::new(at.tenant, RecipientTaskId::from_uuid(id));
            let said = (version.parse().expect("a number"), said(LATE));
            propagation::give_up(tools, &self.support, task, said, None).await.expect("given up");
            owners.insert(id);
        }
        self.works().await;
        let stage = self.stands(at).await.stage;
        let steps = "select name || ' ' || state as line from request_steps order by position";
        assert!(matches!(stage, Stage::Closed { .. }), "it ended: {stage:?}, {:?}", self.lines(steps));
        owners
    }

    /// How many packages lie there. They are sealed with what their person alone has: no mark is found in them.
    pub async fn packages(&self) -> usize {
        self.course.world.tools.blobs.list(Kind::Package).count().await
    }

    /// The contact that a request was made of.
    fn contact_of(&self, at: Ref<RequestId>) -> Ref<IntakeId> {
        let of = format!("select intake_id::text as line from requests where id = '{}'", at.id.uuid());
        Ref::new(at.tenant, IntakeId::from_uuid(self.id(&of)))
    }

    /// The whole shop is read once more, its buyer and what she bought changed, and it tells of her. How many were turned
    /// away.
    pub async fn is_offered_her_again(&self) -> i64 {
        const START: &str =
            "mutation ($input: StartSyncInput!) { startSync(input: $input) { syncs { state } userErrors { code } } }";
        const REFUSED: &str = "select coalesce(sum(refused), 0)::text as line from sync_runs";
        let refused = || self.lines(REFUSED)[0].parse::<i64>().expect("a number");
        let before = refused();
        let stand = self.course.stand("shopify");
        stand.edit(SHOP, Goods::Customer, 0);
        for place in 0..FEW.orders {
            stand.edit(SHOP, Goods::Order, place);
        }
        self.course.world.base.tamper("update syncs set watermark = null where state <> 'running'");
        done(&self.course.world, &self.course.ops, START, json!({ "store": node_id(self.at()) })).await;
        self.reads().await;
        let again = refused() - before;
        self.tells("orders/updated", &hooked("#9003", 9_000_002)).await;
        self.tells("orders/updated", &hooked("#9002", 9_000_001)).await;
        self.course.world.take_in(self.at(), goods()).await.expect("a page");
        self.works().await;
        again
    }

    /// A word in clear where something could be left: in a table, a packed file, the log.
    pub fn plants_the_control(&self) {
        self.course.world.base.tamper(&format!(
            "create table planted (plain text, bytes bytea); insert into planted values ('{CONTROL}', '{CONTROL}')"
        ));
        let mut packed = zip::ZipWriter::new(Cursor::new(Vec::new()));
        packed.start_file("one", zip::write::SimpleFileOptions::DEFAULT).expect("begun");
        packed.write_all(CONTROL.repeat(40).as_bytes()).expect("written");
        std::fs::write(self.planted(), packed.finish().expect("whole").into_inner()).expect("written");
        tracing::info!(target: "rightsdesk_canaries", "this is {CONTROL}, and nobody's");
    }

    fn planted(&self) -> PathBuf {
        self.home.join("blobs").join("planted")
    }

    pub fn takes_the_control_away(&self) {
        self.course.world.base.tamper("drop table planted");
        std::fs::remove_file(self.planted()).expect("removed");
    }
}

/// What an assertion about orders tells.
const ORDERS: &str = "select name || ' ' || coalesce(subject_id::text, 'nobody') as line from orders order by name";

/// What a sealed package holds, by the names of its files.
fn unpacked(sealed: &[u8], passphrase: &str) -> BTreeMap<String, Vec<u8>> {
    let key = age::scrypt::Identity::new(passphrase.to_owned().into());
    let mut archive =
        zip::ZipArchive::new(Cursor::new(age::decrypt(&key, sealed).expect("it opens"))).expect("an archive");
    let mut files = BTreeMap::new();
    for at in 0..archive.len() {
        let mut one = archive.by_index(at).expect("a file");
        let mut bytes = Vec::new();
        one.read_to_end(&mut bytes).expect("read");
        let name = one.name().expect("a name").into_owned();
        files.insert(name, bytes);
    }
    files
}

/// A page of the shop's of which every value has a mark of its own.
fn goods() -> Vec<Good> {
    let address = |names: [&str; 3]| Address {
        name: Some(said(names[0])),
        lines: vec![said(names[1])],
        city: Some(said(names[2])),
        province: Some(said("province")),
        zip: Some(said("postcode")),
        country: Some("DE".to_owned()),
        phone: None,
    };
    let hers = Customer {
        id: mark("custid"),
        given_name: Some(said("given")),
        family_name: Some(said("family")),
        phone: Some(Personal::new(PHONES[0])),
        address: Some(address(["recipient", "street", "city"])),
        ..customer("c", &mail(), 1)
    };
    let mut bought = Order {
        id: mark("orderid"),
        name: "#9001".to_owned(),
        customer: Some(mark("custid")),
        handle: Some(said("handle")),
        phone: Some(Personal::new(PHONES[1])),
        ships_to: Some(address(["shipto", "shipstreet", "shipcity"])),
        ..order("9001", &mail(), 1)
    };
    bought.lines.truncate(1);
    vec![Good::Customer(hers), Good::Order(bought)]
}

/// What the shop tells of an order of hers.
fn hooked(name: &str, id: u64) -> serde_json::Value {
    let hooked = mark("hooked");
    let address = json!({ "first_name": hooked, "last_name": hooked, "name": hooked, "address1": hooked, "city": hooked,
        "zip": hooked, "phone": PHONES[1], "country_code": "DE", "country": "Germany" });
    let at = Instant::from_micros(BEGIN).to_string();
    json!({ "id": id, "name": name, "created_at": at, "updated_at": at, "currency": "EUR", "current_total_price": "5.00",
        "financial_status": "paid", "fulfillment_status": "fulfilled", "email": mail(), "phone": PHONES[1], "note": hooked,
        "customer": { "id": 191_000, "email": mail(), "first_name": hooked }, "shipping_address": address,
        "billing_address": address, "line_items": [] })
}
