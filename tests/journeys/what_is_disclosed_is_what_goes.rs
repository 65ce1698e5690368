//! What a package hands out or says that it withholds is what an erasure takes away, makes nobody's, or keeps on a ground that
//! it states: column by column, of persons of many shapes. There is no third set. And whoever is nearly called so, shares a
//! telephone or goes by the same address at another merchant's stays byte for byte.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read};

use futures_util::TryStreamExt;
use harness::asked::desk_seat;
use harness::goods::{customer, order};
use harness::planned::BEGIN;
use harness::wishes::wish;
use harness::world::World;
use rightsdesk_server::floor::access::{Caller, Role};
use rightsdesk_server::floor::datamap::{About, Class, Column, Fate, Reason, Row, Table};
use rightsdesk_server::floor::kernel::{Instant, Personal, Ref, RequestId, StoreId, TenantId, Watch};
use rightsdesk_server::floor::platforms::{Customer, Good, Order};
use rightsdesk_server::floor::regulations::Right;
use rightsdesk_server::requests::{self, Asking, COOLING_OFF, Plan, PlannedAction, SubjectKind};
use rightsdesk_server::roof::map::MAP;
use serde_json::{Map, Value};
use uuid::Uuid;

/// What stands in rows about people and is no word about them: our own numbers, counts and marks of time.
const OURS: &[(&str, &[&str])] = &[
    ("access_log", &["ticket"]),
    ("corrected_values", &["about", "at", "field", "until"]),
    ("customers", &["generation", "sealed_by"]),
    ("disclosures", &["count", "way"]),
    ("ledger_entries", &["recorded_at"]),
    ("members", &["login_bidx_v", "mail_bidx_v", "mail_gen", "name_gen", "version"]),
    ("order_contacts", &["generation", "sealed_by"]),
    ("order_lines", &["place", "platform_id"]),
    ("orders", &["generation", "taken_at", "updated_at"]),
    ("shipments", &["generation", "number", "recorded_at", "sealed_by"]),
    ("subject_identifiers", &["bidx_v", "kind", "made_at", "tells"]),
];

/// How somebody is known.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each says one thing of a person, and all go together")]
struct Shape {
    number: usize,
    /// They bought and have no account.
    is_guest: bool,
    /// They were taken for two, until an account told.
    is_merged: bool,
    /// Something of theirs was put right.
    is_put_right: bool,
    /// They wanted nothing new to be written.
    is_restricted: bool,
    has_phone: bool,
    /// Each order: at which of the shops, and what binds it.
    orders: Vec<(usize, Bound)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bound {
    Nothing,
    /// It is not delivered.
    Open,
    /// Its payment may still be disputed.
    Disputed,
    Cancelled,
}

/// The same numbers every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

impl Shape {
    fn drawn(number: usize, dice: &mut Dice) -> Self {
        let is_guest = number & 1 == 1;
        let bounds = [Bound::Nothing, Bound::Open, Bound::Disputed, Bound::Cancelled];
        let count = dice.roll(3) + 1;
        let orders = (0..count).map(|_| {
            let bound = bounds[usize::try_from(dice.roll(4)).expect("a side")];
            (usize::try_from(dice.roll(2)).expect("a side"), bound)
        });
        let orders = [(0, bounds[number % 4])].into_iter().chain(orders).collect();
        Self {
            number,
            is_guest,
            is_merged: number & 2 == 2,
            is_put_right: number & 4 == 0 && !is_guest,
            is_restricted: number == 1,
            has_phone: number % 3 != 1,
            orders,
        }
    }

    fn mail(&self) -> String {
        format!("p{}@mail.example", self.number)
    }

    /// The address that they were taken for somebody else by.
    fn second(&self) -> String {
        format!("p{}@work.example", self.number)
    }

    fn account(&self) -> String {
        format!("p{}-c", self.number)
    }

    fn phone(&self) -> Option<Personal> {
        self.has_phone.then(|| Personal::new(format!("+49 170 55{:05}", self.number)))
    }

    /// What the shop at this place has of them, page by page.
    fn pages(&self, at: usize) -> Vec<Vec<Good>> {
        let mut pages = Vec::new();
        let buyer = (!self.is_guest || self.is_merged).then(|| self.account());
        if self.is_merged {
            let bought = Order {
                customer: buyer.clone(),
                ..bought(&format!("p{}-w", self.number), &self.second(), Bound::Nothing)
            };
            pages.push(vec![Good::Order(bought)]);
        }
        let named = |one: Order| Order { phone: self.phone(), ..one };
        let own = self.orders.iter().enumerate().filter(|(_, (store, _))| *store == at);
        let own =
            own.map(|(place, (_, bound))| named(bought(&format!("p{}-{place}", self.number), &self.mail(), *bound)));
        pages.push(own.map(Good::Order).collect());
        if self.is_merged {
            let bought =
                Order { customer: buyer, ..bought(&format!("p{}-m", self.number), &self.mail(), Bound::Nothing) };
            pages.push(vec![Good::Order(bought)]);
        }
        if !self.is_guest {
            let account = Customer { phone: self.phone(), ..customer(&self.account(), &self.mail(), 2) };
            pages.push(vec![Good::Customer(account)]);
        }
        pages
    }

    /// Others who could be taken for them: one of the same name and nearly the same address, one who shares the telephone.
    fn others(&self) -> Vec<Good> {
        let (same, account) = (self.number, format!("d{}-c", self.number));
        let named = customer(&self.account(), "", 1);
        let namesake = Customer {
            id: account,
            mail: Some(Personal::new(format!("p{same}@mail.example.org"))),
            phone: self.phone(),
            ..named
        };
        let household = Order {
            phone: self.phone(),
            ..bought(&format!("d{same}-o"), &format!("p{same}.sen@mail.example"), Bound::Nothing)
        };
        let alone = Order { mail: None, phone: self.phone(), ..bought(&format!("d{same}-p"), "", Bound::Nothing) };
        let mut all = vec![Good::Customer(namesake), Good::Order(household)];
        all.extend(self.has_phone.then_some(Good::Order(alone)));
        all
    }
}

/// An order that this binds.
fn bought(id: &str, mail: &str, bound: Bound) -> Order {
    let long_ago = Instant::from_micros(1_700_000_000_000_000);
    let lately = Instant::from_micros(BEGIN).plus(chrono::Duration::days(-20));
    let one = order(id, mail, 1);
    let delivered = Some("fulfilled".to_owned());
    match bound {
        Bound::Nothing => Order { placed_at: long_ago, fulfilment: delivered, ..one },
        Bound::Open => Order { placed_at: lately, ..one },
        Bound::Disputed => Order { placed_at: lately, fulfilment: delivered, ..one },
        Bound::Cancelled => {
            Order { placed_at: lately, cancelled_at: Some(lately), payment: Some("pending".to_owned()), ..one }
        }
    }
}

/// A table and one of its columns.
type Spot = (&'static str, String);
/// Rows as they are stored, by their table and what tells them apart.
type Images = BTreeMap<(&'static str, String), Map<String, Value>>;

/// What somebody was handed out.
struct Told {
    /// What the package holds columns for, and what it says it withholds.
    handed: BTreeSet<Spot>,
    withheld: BTreeSet<Spot>,
    /// Columns with something in them.
    filled: BTreeSet<Spot>,
    /// Columns of which some values are another's, and left out.
    of_others: BTreeSet<Spot>,
    rows: BTreeMap<&'static str, usize>,
}

struct Scene {
    world: World,
    tenant: TenantId,
    stores: [Ref<StoreId>; 2],
    other: Ref<StoreId>,
    support: Caller,
    approver: Caller,
}

impl Scene {
    async fn begins() -> Self {
        let world = World::alone_under("sooperseller", Watch::held(Instant::from_micros(BEGIN))).await;
        let tenant = world.shop("Zaitoon Home", 1).await.tenant;
        let one = world.store(tenant, "zaitoon.example", &["read_orders"]).await;
        let two = world.store(tenant, "bazaar.example", &["read_orders"]).await;
        let other = world.shop("Qamar Textiles", 0).await.tenant;
        let other = world.store(other, "qamar.example", &["read_orders"]).await;
        let (support, approver) = (desk_seat(&world, &[Role::Support]), desk_seat(&world, &[Role::Approver]));
        Self { world, tenant, stores: [one, two], other, support, approver }
    }

    fn lines(&self, sql: &str) -> Vec<String> {
        self.world.base.lines(sql)
    }

    async fn works(&self) {
        for _ in 0..20 {
            self.world.base.tamper(
                "update jobs set retry_at = now() where retry_at > now();
                 update lanes set retry_at = now() where retry_at > now()",
            );
            if self.world.work().await == 0 {
                return;
            }
        }
    }

    /// The person comes to be known, and so do others who could be taken for them, here and elsewhere.
    async fn meets(&self, shape: &Shape) {
        for (at, store) in self.stores.iter().enumerate() {
            for page in shape.pages(at).into_iter().filter(|page| !page.is_empty()) {
                self.world.take_in(*store, page).await.expect("taken in");
            }
        }
        self.world.take_in(self.stores[0], shape.others()).await.expect("taken in");
        for page in shape.pages(0) {
            self.world.take_in(self.other, page).await.expect("taken in");
        }
        // Money, parcels, what went out, and events beside it: of every second order.
        self.world.base.tamper(&format!(
            "insert into ledger_entries (tenant_id, id, order_id, subject_id, kind, amount, currency, at, recorded_at)
             select tenant_id, gen_random_uuid(), id, subject_id, 'payment', 50000000, 'EUR', placed_at, placed_at from orders
              where platform_id like '_{n}-%' and platform_id !~ '-1$';
             insert into shipments (tenant_id, id, order_id, number, subject_id, courier, generation, state, recorded_at)
             select tenant_id, gen_random_uuid(), id, 1, subject_id, 'TCS', 0, 'shipped', placed_at from orders
              where platform_id like '_{n}-%' and platform_id !~ '-2$';
             insert into disclosures (tenant_id, id, at, recipient, store_id, subject_id, category, fields, form, count, purpose,
                                      way)
             select tenant_id, gen_random_uuid(), placed_at, 'leopards', store_id, subject_id, 'customer', '{{name}}', 'raw', 1,
                    'courier', 'relay' from orders where platform_id like '_{n}-0';
             insert into usage_events (tenant_id, id, subject_id, kind, at)
             select tenant_id, gen_random_uuid(), subject_id, 'page', placed_at from orders where platform_id like '_{n}-0'",
            n = shape.number
        ));
        if shape.is_put_right {
            let words = "Please mend this.\nFirst name: Aasha";
            let asking =
                Asking { words: Some(Personal::new(words)), ..wish(self.tenant, &[Right::Correction], &shape.mail()) };
            self.carried(asking).await;
        }
        if shape.is_restricted {
            self.carried(wish(self.tenant, &[Right::Restriction], &shape.mail())).await;
        }
    }

    /// What takes effect here without a second person.
    async fn carried(&self, asking: Asking) {
        let at = self.asked(asking).await;
        let tools = &self.world.tools;
        let plan = requests::draw_plan(tools, &self.support, at, None).await.expect("drawn");
        requests::submit_plan(tools, &self.support, at, None, plan.digest, None).await.expect("submitted");
        self.works().await;
    }

    async fn asked(&self, asking: Asking) -> Ref<RequestId> {
        let tenant = asking.tenant;
        let opened = self.world.asks_and_proves(asking).await;
        self.works().await;
        Ref::new(tenant, opened[0].id)
    }

    /// A plan that a second person agreed to.
    async fn approved(&self, at: Ref<RequestId>) -> Plan {
        let tools = &self.world.tools;
        let plan = requests::find_plan(tools, &self.support, at, None).await.expect("readable").expect("a plan");
        requests::submit_plan(tools, &self.support, at, None, plan.digest, None).await.expect("submitted");
        let reference = self.stands(at).await.reference;
        let plan = requests::approve_plan(tools, &self.approver, at, plan.digest, &reference, None).await;
        self.works().await;
        plan.expect("approved")
    }

    async fn stands(&self, at: Ref<RequestId>) -> requests::Request {
        requests::find_request(&self.world.tools, &self.support, at).await.expect("shown").request
    }

    /// The package that somebody gets who asks to know.
    async fn told(&self, asking: Asking) -> Told {
        let at = self.asked(asking).await;
        // What is looked at from now on came after they asked.
        self.world.later(chrono::Duration::minutes(1));
        self.approved(at).await;
        let tools = &self.world.tools;
        let made = requests::list_packages(tools, &self.support, at).await.expect("packages").remove(0);
        let read = made.made.expect("it lies there").manifest;
        let released = requests::release_package(tools, &self.approver, at, read, None).await.expect("released");
        self.works().await;
        let contact = Ref::new(at.tenant, self.stands(at).await.intake);
        let fetchable = requests::packages_for_person(tools, contact).await.expect("shown").remove(0);
        let pieces = tools.blobs.get(released.blob().expect("a file")).await.expect("it lies there");
        let sealed: Vec<_> = pieces.try_collect().await.expect("whole");
        told_in(&unpacked(&sealed.concat(), fetchable.passphrase.disclose()))
    }

    /// All ids of whoever goes by what begins so.
    fn ids(&self, beginning: &str) -> Vec<Uuid> {
        let sql = format!(
            "with named as (
               select subject_id from orders where tenant_id = '{0}' and platform_id like '{beginning}-%'
                union select subject_id from customers where tenant_id = '{0}' and platform_id like '{beginning}-%'
             ), roots as (
               select coalesce(s.same_as, s.id) as id from subjects s join named on named.subject_id = s.id
             )
             select id::text as line from roots union select s.id::text from subjects s join roots on s.same_as = roots.id",
            self.tenant.uuid()
        );
        self.lines(&sql).iter().map(|id| id.parse().expect("an id")).collect()
    }

    /// Everything that tables about people hold, of these; of everybody at a tenant where nobody is named.
    fn images(&self, tenant: TenantId, of: Option<&[Uuid]>) -> Images {
        let mut all = Images::new();
        for table in MAP.about_people() {
            let whose = of.map_or_else(|| "true".to_owned(), |ids| whose(table, ids));
            let apart = if table.column("id").is_some() {
                "t.id::text".to_owned()
            } else {
                let key = table.row_key();
                if table.column("place").is_some() {
                    format!("t.{key} || '/' || t.place")
                } else {
                    format!("t.{key}::text")
                }
            };
            let sql = format!(
                "select {apart} || chr(31) || to_jsonb(t)::text as line from {} t where t.tenant_id = '{}' and {whose}",
                table.name,
                tenant.uuid()
            );
            for line in self.lines(&sql) {
                let (apart, row) = line.split_once('\u{1f}').expect("two parts");
                let Ok(Value::Object(row)) = serde_json::from_str(row) else { panic!("no row: {row}") };
                all.insert((table.name, apart.to_owned()), row);
            }
        }
        all
    }

    /// Every row that says whose it is, of these or of a whole tenant, as it is stored; whatever table it stands in.
    fn stored(&self, tenant: TenantId, of: Option<&[Uuid]>) -> BTreeSet<String> {
        let named = "select distinct c.table_name as line from information_schema.columns c
                      join information_schema.tables t on t.table_schema = c.table_schema and t.table_name = c.table_name
                     where c.table_schema = 'public' and c.column_name = 'subject_id' and t.table_type = 'BASE TABLE' order by 1";
        let mut all = BTreeSet::new();
        for table in self.lines(named) {
            let whose = of.map_or_else(|| "true".to_owned(), |ids| format!("t.subject_id in ({})", listed(ids)));
            let sql =
                format!("select t::text as line from {table} t where t.tenant_id = '{}' and {whose}", tenant.uuid());
            all.extend(self.lines(&sql).into_iter().map(|row| format!("{table} {row}")));
        }
        let rows = "select s::text as line from subjects s where s.tenant_id =";
        let whose = of.map_or_else(String::new, |ids| format!(" and s.id in ({})", listed(ids)));
        all.extend(self.lines(&format!("{rows} '{}'{whose}", tenant.uuid())));
        let images = self.images(tenant, of);
        all.extend(images.into_iter().map(|((table, apart), row)| format!("{table} {apart} {}", Value::Object(row))));
        all
    }
}

fn listed(ids: &[Uuid]) -> String {
    let ids: Vec<String> = ids.iter().map(|id| format!("'{id}'")).collect();
    if ids.is_empty() { "null".to_owned() } else { ids.join(", ") }
}

/// Which rows of a table are theirs.
fn whose(table: &Table, ids: &[Uuid]) -> String {
    match table.about {
        About::Subject(column) => format!("t.{column} in ({})", listed(ids)),
        About::Through { column, table: parent } => {
            let parent = MAP.table(parent).expect("a table of the map");
            format!("t.{column} in (select t.id from {} t where {})", parent.name, whose(parent, ids))
        }
        About::Nobody => panic!("{} is about nobody", table.name),
    }
}

/// What a sealed package holds, by the names of its files.
fn unpacked(sealed: &[u8], passphrase: &str) -> BTreeMap<String, Vec<u8>> {
    let key = age::scrypt::Identity::new(passphrase.to_owned().into());
    let clear = age::decrypt(&key, sealed).expect("it opens");
    let mut archive = zip::ZipArchive::new(Cursor::new(clear)).expect("an archive");
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

/// A spot as a package names it; none where it is in no table about people.
fn spot(one: &Value) -> Option<Spot> {
    let table = MAP.about_people().find(|table| one["table"] == table.name)?;
    Some((table.name, one["column"].as_str()?.to_owned()))
}

fn told_in(files: &BTreeMap<String, Vec<u8>>) -> Told {
    let document = |name: &str| serde_json::from_slice::<Value>(&files[name]).expect("JSON");
    let (withheld, schema) = (document("withheld.json"), document("schema.json"));
    let spots = |part: &Value| part.as_array().expect("a list").iter().filter_map(spot).collect::<BTreeSet<_>>();
    let mut told = Told {
        handed: BTreeSet::new(),
        withheld: spots(&withheld["by_nature"]),
        filled: BTreeSet::new(),
        of_others: spots(&withheld["of_others"]),
        rows: BTreeMap::new(),
    };
    for file in ["intakes", "request_messages"] {
        let is_named = |one: &Value| one["table"] == file;
        let by_nature = withheld["by_nature"].as_array().expect("a list");
        assert!(by_nature.iter().any(is_named), "nothing is said of {file}");
    }
    assert_eq!(withheld["unreadable"], Value::Array(Vec::new()), "something of theirs opens no more");
    for table in MAP.about_people() {
        let Some(columns) = schema["$defs"][table.name]["items"]["required"].as_array() else { continue };
        told.handed.extend(columns.iter().map(|column| (table.name, column.as_str().expect("a name").to_owned())));
        let rows = document(&format!("data/{}.json", table.name));
        let rows = rows.as_array().expect("rows");
        told.rows.insert(table.name, rows.len());
        for row in rows {
            let filled = row.as_object().expect("a row").iter().filter(|(_, value)| !value.is_null());
            told.filled.extend(filled.map(|(column, _)| (table.name, column.clone())));
        }
    }
    told
}

/// A book of ours, in which the law wants every row.
fn is_book(table: &Table) -> bool {
    table.erased_by == Row::Kept && matches!(table.about, About::Subject(_))
}

/// What a package says is what stood there: no more, no less.
fn is_all_of_it(shape: &str, told: &Told, before: &Images) {
    for table in MAP.about_people().filter(|table| !is_book(table) && told.rows.contains_key(table.name)) {
        let rows: Vec<_> = before.iter().filter(|((name, _), _)| *name == table.name).map(|(_, row)| row).collect();
        assert_eq!(told.rows[table.name], rows.len(), "{shape}: rows of {}", table.name);
        for column in table.disclosed() {
            let at = (table.name, column.name.to_owned());
            let is_filled = rows.iter().any(|row| row.get(column.name).is_some_and(|value| !value.is_null()));
            assert!(told.handed.contains(&at), "{shape}: {at:?} is handed out by the map, and in no package");
            assert!(
                told.filled.contains(&at) == is_filled || told.of_others.contains(&at),
                "{shape}: {at:?} is filled in the rows: {is_filled}"
            );
        }
    }
}

/// The ground that a plan states for rows of a table from this shop.
fn ground<'a>(plan: &'a Plan, table: &Table, row: &Map<String, Value>) -> Vec<&'a str> {
    let store = row.get("store_id").and_then(Value::as_str).and_then(|id| id.parse::<Uuid>().ok());
    let is_of = |of: Option<StoreId>| store.is_none() || of.map(StoreId::uuid) == store;
    let kept = plan.lines.iter().filter(|line| line.action == PlannedAction::Keep && line.place == table.name);
    kept.filter(|line| is_of(line.store)).filter_map(|line| line.ground.as_deref()).collect()
}

/// What became of every column of every row of theirs: gone, another's, or kept on a stated ground; and told before, or no
/// word about them.
fn has_gone((shape, ids): (&str, &[Uuid]), (told, plan): (&Told, &Plan), (before, after): (&Images, &Images)) -> usize {
    let (mut looked, is_theirs) = (0, |value: Option<&Value>| {
        value.and_then(Value::as_str).and_then(|id| id.parse::<Uuid>().ok()).is_some_and(|id| ids.contains(&id))
    });
    for ((name, apart), row) in before {
        let table = MAP.table(name).expect("a table of the map");
        let left = after.get(&(*name, apart.clone()));
        let grounds = ground(plan, table, row);
        if let (Some(left), About::Subject(column), false) = (left, table.about, is_book(table)) {
            let is_held = grounds.iter().any(|ground| ground.starts_with("hold:"));
            assert!(!is_theirs(left.get(column)) || is_held, "{shape}: a row of {name} names them still");
        }
        for column in table.columns {
            let was = row.get(column.name).filter(|value| !value.is_null());
            let Some(was) = was else { continue };
            looked += 1;
            let at = (*name, column.name.to_owned());
            let is_told = told.handed.contains(&at) || told.withheld.contains(&at);
            let is_ours = matches!(column.class, Class::Key)
                || OURS.iter().any(|(table, columns)| table == name && columns.contains(&column.name));
            assert!(is_told || is_ours, "{shape}: {at:?} is neither handed out nor said to be withheld");
            assert!(!(is_told && is_ours && !matches!(column.class, Class::Key)), "{at:?} is told and called ours");
            let stays = left.is_some_and(|left| left.get(column.name) == Some(was));
            // What nobody may change is shut with its key, which is looked at by itself.
            let is_shut = column.is_sealed() && is_book(table);
            if stays && is_told && !is_shut {
                assert!(
                    column.kept.is_some() || !grounds.is_empty(),
                    "{shape}: {at:?} stays on no ground: {:#?}",
                    plan.lines
                );
            }
        }
    }
    looked
}

/// What stands in a column, where anything does.
fn filled<'r>(row: &'r Map<String, Value>, column: &str) -> Option<&'r Value> {
    // An envelope that was emptied is there and holds nothing.
    row.get(column).filter(|value| !value.is_null() && *value != "\\x")
}

/// The order that a row is, or hangs on, as it stood then.
fn order_of<'i>(table: &Table, row: &Map<String, Value>, before: &'i Images) -> Option<&'i Map<String, Value>> {
    let column = match table.about {
        _ if table.name == "orders" => "id",
        About::Through { column, table: "orders" } => column,
        _ => "order_id",
    };
    before.get(&("orders", row.get(column)?.as_str()?.to_owned()))
}

/// Why a row stays, where it does.
fn reason(table: &Table, row: &Map<String, Value>, before: &Images) -> Reason {
    let is_open = |order: &Map<String, Value>| order.get("fulfilment").is_none_or(Value::is_null);
    if order_of(table, row, before).is_none_or(is_open) { Reason::OpenOrder } else { Reason::Chargeback }
}

/// Whose a row is now, by itself or by what it hangs on.
fn whose_now<'i>(table: &Table, row: &'i Map<String, Value>, after: &'i Images) -> Option<&'i Value> {
    match table.about {
        About::Subject(column) => filled(row, column),
        About::Through { column, table: parent } => {
            let parent = MAP.table(parent).expect("a table of the map");
            whose_now(parent, after.get(&(parent.name, row.get(column)?.as_str()?.to_owned()))?, after)
        }
        About::Nobody => None,
    }
}

/// Whether a column must be as it was, or filled as it was, in a row that stays: where its reason needs it, and where it says
/// nothing of a person. None where nobody has to look.
fn is_to_stay(table: &Table, column: &Column, reason: Option<Reason>) -> Option<bool> {
    let is_looked_at = table.about != About::Subject(column.name)
        && !matches!(column.class, Class::Derived(_))
        && !matches!(column.fate, Fate::Stays | Fate::WithKey);
    is_looked_at.then(|| column.is_needed_by(reason))
}

/// What went over to nobody's name is as many rows, table by table and shop by shop, as the plan says that a ground keeps; each
/// holds of the person what its ground needs, and nothing else. What is nobody's at all holds nothing. Says how many went over.
fn stays_as_planned(shape: &str, plan: &Plan, (before, after): (&Images, &Images)) -> i64 {
    let mut stayed: BTreeMap<(&str, Option<Uuid>), i64> = BTreeMap::new();
    for ((name, apart), row) in before {
        let table = MAP.table(name).expect("a table of the map");
        let Some(left) = after.get(&(*name, apart.clone())).filter(|_| !is_book(table)) else { continue };
        let id = |row: &Map<String, Value>| row.get("store_id")?.as_str()?.parse::<Uuid>().ok();
        let is_kept = whose_now(table, left, after).is_some();
        if is_kept {
            let store = id(row).or_else(|| id(order_of(table, row, before)?));
            *stayed.entry((table.name, store)).or_default() += 1;
        }
        let why = is_kept.then(|| reason(table, row, before));
        for column in table.columns {
            let (Some(was), is) = (filled(row, column.name), filled(left, column.name)) else { continue };
            let Some(is_needed) = is_to_stay(table, column, why) else { continue };
            // What is sealed is sealed anew; a surrogate stands where something else stood.
            let stays = if column.is_sealed() { is.is_some() } else { is == Some(was) };
            assert_eq!(stays, is_needed, "{shape}: {name}.{} of a row that stays for {why:?}", column.name);
        }
    }
    let mut planned: BTreeMap<(&str, Option<Uuid>), i64> = BTreeMap::new();
    for line in plan.lines.iter().filter(|line| line.action == PlannedAction::Keep) {
        let ground = line.ground.as_deref().expect("a ground");
        let table = MAP.table(&line.place).expect("a table of the map");
        // Books stay as they are, and of what is facts alone nobody is named.
        let is_of_facts = ground.starts_with("keep:") && table.erased_by == Row::Cleared;
        if !is_book(table) && !is_of_facts {
            *planned.entry((table.name, line.store.map(StoreId::uuid))).or_default() += line.rows;
        }
    }
    assert_eq!(stayed, planned, "{shape}: {:#?}", plan.lines);
    stayed.values().sum()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_persons_of_every_shape_what_is_told_is_what_goes_and_nobody_else_is_touched() {
    const PERSONS: usize = 8;
    let (scene, mut dice) = (Scene::begins().await, Dice(7));
    let shapes: Vec<Shape> = (0..PERSONS).map(|number| Shape::drawn(number, &mut dice)).collect();
    for shape in &shapes {
        scene.meets(shape).await;
    }
    let mut told = Vec::new();
    for shape in &shapes {
        told.push(scene.told(wish(scene.tenant, &[Right::Access], &shape.mail())).await);
    }
    let (mut looked, mut kept) = (0, 0);
    // One half of them, then the other: who comes later is another to who went before.
    for wave in [0..PERSONS / 2, PERSONS / 2..PERSONS] {
        let mut going = Vec::new();
        for number in wave.clone() {
            let shape = &shapes[number];
            let at = scene.asked(wish(scene.tenant, &[Right::Deletion], &shape.mail())).await;
            let plan = scene.approved(at).await;
            let ids = scene.ids(&format!("p{number}"));
            assert_eq!(ids.len(), if shape.is_merged { 2 } else { 1 }, "{shape:?}");
            let before = scene.images(scene.tenant, Some(&ids));
            is_all_of_it(&format!("{shape:?}"), &told[number], &before);
            going.push((number, ids, plan, before));
        }
        let others: Vec<Uuid> = (0..PERSONS)
            .flat_map(|number| {
                let staying = if number >= wave.end { scene.ids(&format!("p{number}")) } else { Vec::new() };
                scene.ids(&format!("d{number}")).into_iter().chain(staying)
            })
            .collect();
        assert!(others.len() >= PERSONS * 2, "there are others: {}", others.len());
        let here = scene.stored(scene.tenant, Some(&others));
        let there = scene.stored(scene.other.tenant, None);
        assert!(there.len() > PERSONS * 5, "the other merchant knows them too: {}", there.len());

        scene.world.later(COOLING_OFF);
        scene.works().await;
        let scanned = "select count(*)::text as line from request_steps where name = 'scan' and state = 'done'";
        assert_eq!(scene.lines(scanned), [wave.end.to_string()], "all of them are erased");
        let after = scene.images(scene.tenant, None);
        for (number, ids, plan, before) in &going {
            let shape = format!("{:?}", shapes[*number]);
            looked += has_gone((&shape, ids), (&told[*number], plan), (before, &after));
            kept += stays_as_planned(&shape, plan, (before, &after));
            let keys = format!(
                "select count(*)::text as line from subject_keys where subject_id in ({}) and wrapped is not null",
                listed(ids)
            );
            assert_eq!(scene.lines(&keys), ["0"], "{shape}: a key of theirs opens still");
        }
        assert_eq!(scene.stored(scene.tenant, Some(&others)), here, "somebody else's row is another");
        assert_eq!(scene.stored(scene.other.tenant, None), there, "another merchant's row is another");
    }
    assert!(looked > 500, "the property looked at {looked} values");
    assert!(kept > 10, "the property looked at {kept} rows that stay");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_merchants_own_user_what_is_told_is_what_goes() {
    let scene = Scene::begins().await;
    let shop = scene.world.shop("Gulshan Crafts", 2).await;
    let (member, colleague) = (&shop.members[0], &shop.members[1]);
    scene.world.base.tamper(&format!(
        "insert into usage_events (tenant_id, id, subject_id, kind, at)
         select m.tenant_id, gen_random_uuid(), m.subject_id, 'page ' || n, '2026-09-20T10:00:00Z'
           from members m, generate_series(1, 3) as n where m.tenant_id = '{}'",
        shop.tenant.uuid()
    ));
    // The same address buys at the merchant's shop: that is another person's, as far as the user is meant.
    let store = scene.world.store(shop.tenant, "gulshan.example", &["read_orders"]).await;
    let bought = bought("b-1", &member.mail, Bound::Nothing);
    scene.world.take_in(store, vec![Good::Order(bought)]).await.expect("taken in");
    let asking = |right| Asking { subject_kind: SubjectKind::Member, ..wish(shop.tenant, &[right], &member.mail) };
    let told = scene.told(asking(Right::Access)).await;
    assert!(told.filled.contains(&("members", "name".to_owned())), "{:?}", told.filled);
    assert!(told.filled.contains(&("members", "mail".to_owned())), "the address that was proved is no other's");
    assert!(!told.filled.contains(&("orders", "name".to_owned())), "a buyer's orders are told to the user");

    let ids = [member.subject.uuid()];
    let at = scene.asked(asking(Right::Deletion)).await;
    let plan = scene.approved(at).await;
    let before = scene.images(shop.tenant, Some(&ids));
    is_all_of_it("a member", &told, &before);
    let buyer =
        scene.lines(&format!("select subject_id::text as line from orders where tenant_id = '{}'", shop.tenant.uuid()));
    let others = [colleague.subject.uuid(), buyer[0].parse().expect("an id")];
    let asked = scene.lines("select distinct subject_id::text as line from requests");
    assert_eq!(asked, [member.subject.uuid().to_string()], "the user asked, and not the buyer of the same address");
    let here = scene.stored(shop.tenant, Some(&others));
    scene.world.later(COOLING_OFF);
    scene.works().await;
    let scanned = "select count(*)::text as line from request_steps where name = 'scan' and state = 'done'";
    assert_eq!(scene.lines(scanned), ["1"], "the user is erased");
    let after = scene.images(shop.tenant, None);
    let looked = has_gone(("a member", &ids), (&told, &plan), (&before, &after));
    assert_eq!(stays_as_planned("a member", &plan, (&before, &after)), 0, "no ground keeps anything of a user");
    assert!(looked > 15, "the property looked at {looked} values");
    assert_eq!(scene.stored(shop.tenant, Some(&others)), here, "somebody else's row is another");
}
