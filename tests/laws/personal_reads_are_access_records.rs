//! Every personal value that was answered has its row in the access book, and every such row its answer: none is missing
//! and none is too many, whatever people ask for and however it is refused.

use std::collections::BTreeSet;

use chrono::Duration;
use futures_util::future::join_all;
use harness::asked::{ask, sitting};
use harness::shop::Shop;
use harness::world::World;
use rand::RngExt;
use rand::seq::IndexedRandom;
use rightsdesk_server::floor::access::{Bounds, Caller, Permission, Role, Seat, Session};
use rightsdesk_server::floor::graphql::node_id;
use rightsdesk_server::floor::kernel::ids::AccessId;
use rightsdesk_server::floor::kernel::{Instant, Ref, SessionId, StaffId, Watch};
use serde_json::{Value, json};

/// The full count runs before a release.
const READS: usize = if option_env!("RIGHTSDESK_FULL_COUNTS").is_some() { 10_000 } else { 1_000 };
const AT_ONCE: usize = 8;

const REVEAL: &str = "mutation ($input: RevealMemberInput!) { done: revealMember(input: $input) {
  revealed { value accessId } userErrors { code } } }";
const REVEAL_STAFF: &str = "mutation ($input: RevealStaffMemberInput!) { done: revealStaffMember(input: $input) {
  revealed { value accessId } userErrors { code } } }";
const GIVE: &str =
    "mutation ($input: GiveGrantInput!) { giveGrant(input: $input) { grant { id } userErrors { code } } }";
const END: &str = "mutation ($input: EndGrantInput!) { endGrant(input: $input) { grant { id } userErrors { code } } }";
const BREAK: &str =
    "mutation ($input: BreakGlassInput!) { breakGlass(input: $input) { grant { id } userErrors { code } } }";
const MASKED: [&str; 4] = [
    "{ tenants { nodes { legalName members { nodes { id name { masked } mail { masked } tenant { legalName } } } } } }",
    "query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Member { name { masked } mail { masked } } } }",
    "{ staff { nodes { handle mail { masked } } } }",
    "{ grants { nodes { id staff { handle mail { masked } } tenant { legalName members { nodes { mail { masked } } } } } } }",
];

/// Somebody who asks, and the seat.
struct Seated {
    id: StaffId,
    seat: Seat,
    mail: String,
}

/// One value as it was answered: the row it names, who asked, about whom, and which field.
type Answered = (String, String, String, &'static str);

struct Town {
    world: World,
    shops: Vec<Shop>,
    people: Vec<Seated>,
}

impl Town {
    async fn build() -> Self {
        let world = World::alone(Watch::held(Instant::from_micros(1_790_000_000_000_000))).await;
        let mut shops = Vec::new();
        for name in ["Zaitoon Home", "Neem Bazaar", "北山商店", "Nordlicht"] {
            shops.push(world.shop(name, 4).await);
        }
        let mut people = Vec::new();
        for roles in [&[Role::Support][..], &[Role::Support], &[Role::Approver], &[Role::Admin], &[Role::Auditor]] {
            let person = world.staff(roles).await;
            people.push(Seated { id: person.id, seat: Seat::new(roles, &[], Bounds::Desk), mail: person.mail });
        }
        let reach = vec![shops[0].tenant, shops[1].tenant];
        let may = [Permission::SeeTenants, Permission::SeeData];
        let until = world.tools.watch.now().plus(Duration::days(400));
        let person = world.partner(&may, &reach, until).await;
        people.push(Seated { id: person.id, seat: Seat::new(&[], &may, Bounds::Named(reach)), mail: person.mail });
        Self { world, shops, people }
    }

    /// Somebody, whose second factor is mostly fresh.
    fn somebody(&self) -> (&Seated, Caller) {
        let person = self.people.choose(&mut rand::rng()).expect("people");
        if rand::random_bool(0.9) {
            return (person, sitting(&self.world, person.id, person.seat.clone()));
        }
        let long_ago = self.world.tools.watch.now().plus(Duration::minutes(-6));
        let session = Session { id: SessionId::fresh(), fresh_at: Some(long_ago), is_fresh: false };
        (person, Caller::staff(person.id, person.seat.clone(), session))
    }

    fn shop(&self) -> &Shop {
        self.shops.choose(&mut rand::rng()).expect("shops")
    }

    /// Nothing in clear stands in an answer that did not reveal it.
    fn reads_nothing(&self, answer: &Value) {
        let text = answer.to_string();
        let customers = self.shops.iter().flat_map(|shop| &shop.members);
        let secrets = customers.flat_map(|one| [&one.name, &one.mail]).chain(self.people.iter().map(|one| &one.mail));
        for secret in secrets {
            assert!(!text.contains(secret.as_str()), "{text}");
        }
    }

    /// One read of any kind; what it answered in clear.
    async fn read(&self) -> Option<Answered> {
        match rand::rng().random_range(0..10) {
            0..=2 => self.masked().await,
            3 => self.colleague().await,
            _ => self.customer().await,
        }
    }

    async fn masked(&self) -> Option<Answered> {
        let (_, caller) = self.somebody();
        let document = MASKED.choose(&mut rand::rng()).expect("documents");
        let ids: Vec<_> = self.shops.iter().map(|shop| shop.member(0)).collect();
        self.reads_nothing(&ask(&self.world, Some(&caller), document, json!({ "ids": ids })).await);
        None
    }

    async fn customer(&self) -> Option<Answered> {
        let ((person, caller), shop) = (self.somebody(), self.shop());
        let at = rand::rng().random_range(0..shop.members.len());
        let customer = &shop.members[at];
        let (field, view, value) = if rand::random() {
            ("NAME", "members.name", &customer.name)
        } else {
            ("MAIL", "members.mail", &customer.mail)
        };
        let input = grounded(json!({ "id": shop.member(at), "field": field }));
        let answer = ask(&self.world, Some(&caller), REVEAL, json!({ "input": input })).await;
        self.heard(&answer, value, (person.id, customer.subject.uuid().to_string(), view))
    }

    async fn colleague(&self) -> Option<Answered> {
        let ((person, caller), other) = (self.somebody(), self.people.choose(&mut rand::rng()).expect("people"));
        let input = grounded(json!({ "id": node_id(Ref::of_house(other.id)), "field": "MAIL" }));
        let answer = ask(&self.world, Some(&caller), REVEAL_STAFF, json!({ "input": input })).await;
        let row = format!("select subject_id::text as line from staff where id = '{}'", other.id.uuid());
        let subject = self.world.base.lines(&row).remove(0);
        self.heard(&answer, &other.mail, (person.id, subject, "staff.mail"))
    }

    fn heard(
        &self,
        answer: &Value,
        value: &str,
        (who, about, view): (StaffId, String, &'static str),
    ) -> Option<Answered> {
        let revealed = &answer["data"]["done"]["revealed"];
        if revealed.is_null() {
            self.reads_nothing(answer);
            return None;
        }
        assert_eq!(revealed["value"], value, "somebody else's value was answered");
        let row: Ref<AccessId> = revealed["accessId"].as_str().and_then(|id| id.parse().ok()).expect("the row's id");
        Some((row.id.uuid().to_string(), format!("staff:{}", who.uuid()), about, view))
    }

    /// Between the reads, leave comes and goes, and so does time.
    async fn stir(&self) {
        let ((person, caller), shop) = (self.somebody(), self.shop());
        let other = self.people.choose(&mut rand::rng()).expect("people");
        let ends = self.world.tools.watch.now().plus(Duration::minutes(rand::rng().random_range(1..90))).to_string();
        let (document, input) = match rand::rng().random_range(0..4) {
            0 => (BREAK, json!({ "tenant": shop.id, "reason": "It burns" })),
            1 => {
                let own = "select tenant_id || ' ' || id as line from grants where ended_at is null order by random() limit 1";
                let Some(line) = self.world.base.lines(own).pop() else { return };
                let (tenant, id) = line.split_once(' ').expect("two ids");
                let (tenant, id) = (tenant.parse().expect("an id"), id.parse().expect("an id"));
                let grant = rightsdesk_server::floor::kernel::GrantId::from_uuid(id);
                let at = Ref::new(rightsdesk_server::floor::kernel::TenantId::from_uuid(tenant), grant);
                (END, json!({ "id": node_id(at) }))
            }
            _ => (
                GIVE,
                json!({ "staff": node_id(Ref::of_house(other.id)), "tenant": shop.id, "ticket": "DESK-5", "endsAt": ends }),
            ),
        };
        let _ = person;
        self.reads_nothing(&ask(&self.world, Some(&caller), document, json!({ "input": input })).await);
        self.world.later(Duration::minutes(rand::rng().random_range(0..5)));
    }

    fn rows(&self) -> BTreeSet<String> {
        let rows = "select id || ' ' || actor || ' ' || subject_id || ' ' || view as line from access_log where subject_id is not null";
        self.world.base.lines(rows).into_iter().collect()
    }
}

/// Mostly with a ground, in one form or another.
fn grounded(mut input: Value) -> Value {
    match rand::rng().random_range(0..10) {
        0 => {}
        1..=5 => input["ticket"] = json!("DESK-1042"),
        _ => input["reason"] = json!("She asks for it herself"),
    }
    input
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn personal_reads_are_access_records() {
    let town = Town::build().await;
    // What was opened while people took their seats is another story.
    let before = town.rows();
    let mut answered = Vec::new();
    for round in 0..READS / AT_ONCE {
        if round % 2 == 0 {
            town.stir().await;
        }
        let reads = join_all((0..AT_ONCE).map(|_| town.read())).await;
        answered
            .extend(reads.into_iter().flatten().map(|(row, who, about, view)| format!("{row} {who} {about} {view}")));
    }
    let told: BTreeSet<String> = answered.iter().cloned().collect();
    assert_eq!(told.len(), answered.len(), "two answers name one row");
    let written: BTreeSet<String> = town.rows().difference(&before).cloned().collect();
    let missing: Vec<_> = told.difference(&written).collect();
    let unheard: Vec<_> = written.difference(&told).collect();
    assert!(
        missing.is_empty() && unheard.is_empty(),
        "answered without a row: {missing:?}; rows without an answer: {unheard:?}"
    );
    assert!(
        told.len() > READS / 50 && told.len() < READS,
        "{} of {READS} reads revealed: the law sees one side only",
        told.len()
    );
}
