//! The same done to many: what was chosen is fixed, what comes or changes meanwhile is not swept along, and of each it is told
//! what came of it; what was done is done once, however often it is asked for.

use harness::asked::{desk_seat, done, refused, sitting};
use harness::people::Person;
use harness::wishes::wish_from;
use harness::world::World;
use rightsdesk_server::floor::access::{Bounds, Caller, Role, Seat};
use rightsdesk_server::floor::graphql::node_id;
use rightsdesk_server::floor::kernel::{Instant, Ref, TenantId, Watch};
use rightsdesk_server::floor::regulations::Right;
use rightsdesk_server::requests::Request;
use serde_json::{Value, json};

const FREEZE: &str = "mutation ($input: FreezeSelectionInput!) { freezeSelection(input: $input) {
  selection { id count isCut endsAt } userErrors { code message } } }";
const ASSIGN: &str = "mutation ($input: AssignSelectionInput!) { assignSelection(input: $input) {
  results { next done refused items { id reference refusal { code message } } } userErrors { code message } } }";
const EXTEND: &str = "mutation ($input: ExtendSelectionInput!) { extendSelection(input: $input) {
  results { next done refused items { id reference refusal { code message } } } userErrors { code message } } }";
const REFUSE: &str = "mutation ($input: RefuseSelectionInput!) { refuseSelection(input: $input) {
  results { next done refused items { reference refusal { code message } } } userErrors { code message } } }";
const SPAM: &str =
    "mutation ($input: MarkSpamInput!) { markSpam(input: $input) { request { version } userErrors { code } } }";

struct Desk {
    world: World,
    tenant: TenantId,
    mira: Person,
}

impl Desk {
    async fn open() -> Self {
        let world = World::alone_under("inventorysync", Watch::held(Instant::from_micros(1_790_000_000_000_000))).await;
        let mira = world.staff(&[Role::Support]).await;
        let tenant = world.shop("Zaitoon Home", 0).await.tenant;
        Self { world, tenant, mira }
    }

    fn support(&self) -> Caller {
        sitting(&self.world, self.mira.id, Seat::new(&[Role::Support], &[], Bounds::Desk))
    }

    async fn asked(&self, names: &[&str]) -> Vec<Request> {
        let mut asked = Vec::new();
        for name in names {
            let wish = wish_from("DE", self.tenant, &[Right::Access], &format!("{name}@mail.example"));
            asked.extend(self.world.asks_and_proves(wish).await);
        }
        asked
    }

    async fn frozen(&self, input: Value) -> Value {
        done(&self.world, &self.support(), FREEZE, input).await["selection"].clone()
    }

    async fn to_all(&self, document: &str, input: Value) -> Value {
        done(&self.world, &self.support(), document, input).await["results"].clone()
    }

    fn events(&self, action: &str) -> usize {
        let sql = format!("select action as line from audit_events where action = '{action}'");
        self.world.base.lines(&sql).len()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bulk_tells_of_each() {
    let desk = Desk::open().await;
    let asked = desk.asked(&["a", "b", "c"]).await;
    let chosen = desk.frozen(json!({ "filter": { "text": "right:access" } })).await;
    assert_eq!((&chosen["count"], &chosen["isCut"]), (&json!(3), &json!(false)));

    // One comes after the choice, and one of the chosen changes.
    let late = desk.asked(&["d"]).await.remove(0);
    let spam = json!({ "id": node_id(Ref::new(desk.tenant, asked[1].id)) });
    done(&desk.world, &desk.support(), SPAM, spam).await;

    let wish = |from: i32| json!({ "selection": chosen["id"], "from": from, "first": 2, "team": "emea" });
    let first = desk.to_all(ASSIGN, wish(0)).await;
    assert_eq!(first["next"], 2);
    let second = desk.to_all(ASSIGN, wish(2)).await;
    assert_eq!(second["next"], Value::Null);
    let items: Vec<Value> =
        [&first, &second].iter().flat_map(|part| part["items"].as_array().unwrap().clone()).collect();
    assert_eq!(items.len(), 3);
    for (request, item) in asked.iter().zip(&items) {
        assert_eq!(item["reference"], json!(request.reference), "in the order that was chosen");
    }
    let codes: Vec<&Value> = items.iter().map(|item| &item["refusal"]["code"]).collect();
    assert_eq!(codes, [&Value::Null, &json!("CONFLICT"), &Value::Null]);
    assert!(!items.iter().any(|item| item["reference"] == json!(late.reference)));

    // Asked for again it is done once.
    let told = desk.events("request.assigned");
    assert_eq!(told, 2);
    let again = desk.to_all(ASSIGN, wish(0)).await;
    assert_eq!((&again["done"], &again["refused"]), (&json!(1), &json!(1)));
    assert_eq!(desk.events("request.assigned"), told);

    // Nobody else's, and not for ever.
    let stranger = desk_seat(&desk.world, &[Role::Support]);
    assert_eq!(refused(&desk.world, &stranger, ASSIGN, wish(0)).await, "EXPIRED");
    desk.world.later(chrono::Duration::minutes(11));
    assert_eq!(refused(&desk.world, &desk.support(), ASSIGN, wish(0)).await, "EXPIRED");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_are_extended_and_refused_each_by_its_own_law() {
    let desk = Desk::open().await;
    let asked = desk.asked(&["a", "b"]).await;
    let ids: Vec<_> = asked.iter().map(|request| node_id(Ref::new(desk.tenant, request.id))).collect();
    let made_up = node_id(Ref::new(desk.tenant, rightsdesk_server::floor::kernel::RequestId::fresh()));
    let chosen = desk.frozen(json!({ "ids": [ids[0], ids[1], made_up, "nonsense"] })).await;
    assert_eq!(chosen["count"], 2, "what is not there cannot be chosen");
    let extended = desk
        .to_all(EXTEND, json!({ "selection": chosen["id"], "regime": "eu_gdpr", "reason": "a wave of them" }))
        .await;
    assert_eq!((&extended["done"], &extended["refused"]), (&json!(2), &json!(0)), "{extended}");
    let letters = "select kind as line from request_messages where kind = 'extended'";
    assert_eq!(desk.world.base.lines(letters).len(), 2, "each has its own letter");

    let chosen = desk.frozen(json!({ "filter": {} })).await;
    let twice = desk
        .to_all(EXTEND, json!({ "selection": chosen["id"], "regime": "eu_gdpr", "reason": "a wave of them" }))
        .await;
    assert_eq!(twice["items"][0]["refusal"]["code"], "CANNOT_EXTEND", "{twice}");
    let no =
        json!({ "selection": chosen["id"], "ground": "UNFOUNDED_EXCESSIVE", "reason": "the same script each time" });
    let refused = desk.to_all(REFUSE, no).await;
    assert_eq!((&refused["done"], &refused["next"]), (&json!(2), &Value::Null), "{refused}");
    assert_eq!(desk.frozen(json!({ "filter": {} })).await["count"], 0);
}
