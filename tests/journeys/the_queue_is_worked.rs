//! The queue as it is worked through the API: narrowed, sorted, walked page by page and counted; what nobody proved, what is
//! spam and what is a test stay out of sight until somebody asks for them. Whoever opens one request finds its clocks, what is
//! next, and why what cannot be done cannot.

use chrono::Duration;
use harness::asked::{ask, desk_seat, done, partner, refused, sitting};
use harness::people::Person;
use harness::wishes::{wish, wish_from};
use harness::world::World;
use rightsdesk_server::floor::access::{Bounds, Caller, Permission, Role, Seat};
use rightsdesk_server::floor::graphql::{node_id, tenant_node_id};
use rightsdesk_server::floor::kernel::{Instant, Ref, RequestId, TenantId, Watch};
use rightsdesk_server::floor::regulations::Right;
use rightsdesk_server::requests::{Asking, Request};
use serde_json::{Value, json};

/// 2026-09-21.
const BEGIN: i64 = 1_790_000_000_000_000;

const LIST: &str = "query ($text: String, $order: RequestOrder, $first: Int, $after: String, $last: Int, $before: String) {
  requests(filter: { text: $text }, orderBy: $order, first: $first, after: $after, last: $last, before: $before) {
    totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    nodes { reference right stage outcome nextAction waitingFor isLate owner { handle } tenant { legalName } due { regime on } } } }";

const ASSIGN: &str = "mutation ($input: AssignRequestInput!) { assignRequest(input: $input) {
  request { id version owner { handle } team } userErrors { code message } } }";
const SPAM: &str =
    "mutation ($input: MarkSpamInput!) { markSpam(input: $input) { request { stage outcome } userErrors { code } } }";

struct Desk {
    world: World,
    tenant: TenantId,
    mira: Person,
}

impl Desk {
    async fn open() -> Self {
        let world = World::alone_under("inventorysync", Watch::held(Instant::from_micros(BEGIN))).await;
        let mira = world.staff(&[Role::Support]).await;
        let tenant = world.shop("Zaitoon Home", 0).await.tenant;
        Self { world, tenant, mira }
    }

    fn support(&self) -> Caller {
        sitting(&self.world, self.mira.id, Seat::new(&[Role::Support], &[], Bounds::Desk))
    }

    async fn proved(&self, place: &str, right: Right, mail: &str) -> Request {
        let opened = self.world.asks_and_proves(wish_from(place, self.tenant, &[right], mail)).await;
        opened.into_iter().next().expect("one")
    }

    async fn list(&self, text: &str) -> Value {
        self.page(json!({ "text": text })).await
    }

    async fn page(&self, variables: Value) -> Value {
        let answer = ask(&self.world, Some(&self.support()), LIST, variables).await;
        assert!(answer.get("errors").is_none(), "{answer}");
        answer["data"]["requests"].clone()
    }

    async fn references(&self, text: &str) -> Vec<String> {
        references(&self.list(text).await)
    }

    async fn one(&self, at: Ref<RequestId>, selection: &str) -> Value {
        let document = format!("query ($id: ID!) {{ request(id: $id) {{ {selection} }} }}");
        let answer = ask(&self.world, Some(&self.support()), &document, json!({ "id": node_id(at) })).await;
        assert!(answer.get("errors").is_none(), "{answer}");
        answer["data"]["request"].clone()
    }
}

fn at(request: &Request) -> Ref<RequestId> {
    Ref::new(request.tenant, request.id)
}

fn references(list: &Value) -> Vec<String> {
    let nodes = list["nodes"].as_array().into_iter().flatten();
    nodes.map(|node| node["reference"].as_str().expect("a reference").to_owned()).collect()
}

const BY_MAIL: &str =
    "query ($tenant: ID!, $mail: String!) { requestsOfMail(tenant: $tenant, mail: $mail) { reference } }";
const BY_REFERENCE: &str = "query ($it: String!) { requestByReference(reference: $it) { id reference } }";
const REFUSE: &str = "mutation ($input: RefuseRequestInput!) { refuseRequest(input: $input) {
      request { stage ground } userErrors { code message } } }";
const FIGURES: &str = "query ($since: DateTime) { requestFigures(since: $since) { open overdue dueSoon later
      days { on count } waiting { what count oldestAt endsAt } byRight { right count } bySource { source count }
      week { received closed late } since { received bySource { source count } spam joined } }
      ccpaTable(year: 2026) { publishBy rows { kind received denied other } }
      timeliness(month: \"2026-09\") { received closed inTime late medianDays lateReasons { reason count } } }";
const OF_TENANT: &str =
    "query ($tenant: ID!) { ccpaTable(year: 2026, tenant: $tenant) { rows { kind received denied other } } }";
const SAVE: &str = "mutation ($input: SaveViewInput!) { saveView(input: $input) {
      view { id name filter position count } userErrors { code message field } } }";
const VIEWS: &str = "{ savedViews { name filter position count } }";
const DELETE: &str =
    "mutation ($input: DeleteViewInput!) { deleteView(input: $input) { views { name } userErrors { code } } }";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_queue_is_worked() {
    let desk = Desk::open().await;
    let mut due = Vec::new();
    for (days, mail) in [(0, "a@mail.example"), (1, "b@mail.example"), (1, "c@mail.example")] {
        desk.world.days(days);
        due.push(desk.proved("DE", Right::Access, mail).await.reference);
    }
    let deletion = desk.proved("DE", Right::Deletion, "d@mail.example").await;
    let unproved = desk.world.asks(wish(desk.tenant, &[Right::Access], "e@mail.example")).await.requests.remove(0);
    let test = Asking { is_test: true, ..wish(desk.tenant, &[Right::Access], "f@mail.example") };
    let test = desk.world.asks(test).await.requests.remove(0);

    // What is worked, the earliest clock first, and nothing else.
    let listed = desk.list("").await;
    assert_eq!(listed["totalCount"], 4);
    let all = references(&listed);
    assert_eq!(all[..2], due[..2]);
    assert!(all.contains(&deletion.reference) && !all.contains(&unproved.reference) && !all.contains(&test.reference));
    assert_eq!(listed["nodes"][0]["tenant"]["legalName"], "Zaitoon Home");
    assert_eq!(desk.references("is:unproved").await, std::slice::from_ref(&unproved.reference));
    assert_eq!(desk.references("is:test").await, Vec::<String>::new(), "nobody proved it, so it is not worked");
    assert_eq!(desk.references("is:test stage:any").await, std::slice::from_ref(&test.reference));
    assert_eq!(desk.references("right:deletion").await, std::slice::from_ref(&deletion.reference));
    assert_eq!(desk.references("-right:access").await, std::slice::from_ref(&deletion.reference));
    assert_eq!(desk.references(&deletion.reference.to_lowercase()).await, std::slice::from_ref(&deletion.reference));
    assert_eq!(desk.references("regime:eu_gdpr due:<7d").await, Vec::<String>::new());
    assert_eq!(desk.list("regime:EU_GDPR,operator_promise").await["totalCount"], 4);

    // Page by page, there and back, none twice.
    let first = desk.page(json!({ "first": 2 })).await;
    assert_eq!((&first["pageInfo"]["hasNextPage"], references(&first)), (&json!(true), all[..2].to_vec()));
    let second = desk.page(json!({ "first": 2, "after": first["pageInfo"]["endCursor"] })).await;
    assert_eq!((&second["pageInfo"]["hasNextPage"], references(&second)), (&json!(false), all[2..].to_vec()));
    let back = desk.page(json!({ "last": 2, "before": second["pageInfo"]["startCursor"] })).await;
    assert_eq!(references(&back), all[..2]);
    let falling = desk.page(json!({ "order": { "field": "DUE_AT", "direction": "DESC" } })).await;
    assert_eq!(references(&falling), all.iter().rev().cloned().collect::<Vec<_>>());
    let wrong = json!({ "order": { "field": "DUE_AT", "direction": "ASC" }, "text": "stage:closed" });
    let refused_order = ask(&desk.world, Some(&desk.support()), LIST, wrong).await;
    assert_eq!(refused_order["errors"][0]["extensions"]["code"], "INVALID");

    // Whose it is.
    let mine = json!({ "id": node_id(at(&deletion)), "owner": node_id(Ref::of_house(desk.mira.id)), "team": "emea" });
    let assigned = done(&desk.world, &desk.support(), ASSIGN, mine.clone()).await;
    assert_eq!(assigned["request"]["owner"]["handle"], json!(desk.mira.handle));
    assert_eq!(desk.references("owner:me").await, std::slice::from_ref(&deletion.reference));
    assert_eq!(desk.references("team:emea").await, std::slice::from_ref(&deletion.reference));
    assert_eq!(desk.list("owner:none").await["totalCount"], 3);
    assert_eq!(desk.list("-owner:me").await["totalCount"], 3);
    let stale = json!({ "id": node_id(at(&deletion)), "version": 1 });
    assert_eq!(refused(&desk.world, &desk.support(), ASSIGN, stale).await, "CONFLICT");

    // Spam is set aside and out of sight.
    let spam = json!({ "id": node_id(at(&unproved)), "idempotencyKey": "spam-1" });
    for _ in 0..2 {
        let marked = done(&desk.world, &desk.support(), SPAM, spam.clone()).await;
        assert_eq!(marked["request"]["outcome"], "SPAM", "the same key is done once and told again");
    }
    assert!(!desk.references("").await.contains(&unproved.reference));
    assert_eq!(desk.references("is:spam").await, std::slice::from_ref(&unproved.reference));
    assert_eq!(desk.references("is:unproved").await, Vec::<String>::new());

    // Late.
    assert_eq!(desk.list("late").await["totalCount"], 0);
    desk.world.days(40);
    let late = desk.list("late").await;
    assert_eq!(late["totalCount"], 4);
    assert_eq!((&late["nodes"][0]["isLate"], &late["nodes"][0]["nextAction"]), (&json!(true), &json!("SAY_WHY_LATE")));
    assert_eq!(desk.list("-is:late").await["totalCount"], 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_tells_its_clocks_and_what_is_next() {
    let desk = Desk::open().await;
    let request = desk.proved("DE", Right::Access, "asha@mail.example").await;
    let other = desk.proved("DE", Right::Correction, "asha@mail.example").await;
    let told = desk
        .one(
            at(&request),
            "reference stage nextAction waitingFor person { masked kind } due { regime title on daysLeft }
             clocks { regime kind whose on basis isDriving daysLeft } acts { act refusal }
             pauses { on before after refusal } extensions { regime before after refusal }
             intake { proof identifiers { kind value { masked kind } proof tries } }
             related { reference } relatedCount holds { id } isHeld draftCount
             messages { way kind state body { masked } } timeline { action actor }",
        )
        .await;
    assert_eq!(told["stage"], "OPEN");
    assert_eq!(told["due"]["daysLeft"], 30);
    let driving: Vec<&Value> =
        told["clocks"].as_array().expect("clocks").iter().filter(|clock| clock["isDriving"] == true).collect();
    assert_eq!(driving.len(), 1);
    assert_eq!(driving[0]["on"], told["due"]["on"]);
    assert!(driving[0]["basis"].as_str().expect("words").contains("from 2026-09-21"), "{driving:?}");
    let mail = &told["intake"]["identifiers"][0];
    assert_eq!((&mail["kind"], &mail["proof"]), (&json!("MAIL"), &json!("CODE")));
    assert!(!told.to_string().contains("asha@"), "an address leaves by no list: {told}");
    let refusal = |act: &str| {
        let acts = told["acts"].as_array().expect("acts");
        acts.iter().find(|tried| tried["act"] == act).unwrap_or_else(|| panic!("no {act}"))["refusal"].clone()
    };
    assert_eq!(refusal("ASSIGN"), Value::Null);
    assert_eq!(refusal("REFUSE"), Value::Null);
    assert_eq!(refusal("RESUME"), "it cannot be resumed: it is open: no plan of it was approved");
    assert_eq!(refusal("SET_LATE_REASON"), "it is not late: there is nothing to explain");
    assert!(refusal("APPROVE_PLAN").as_str().expect("words").contains("approve_plans"), "support approves nothing");
    assert_eq!(told["extensions"][0]["before"], told["due"]["on"]);
    assert_eq!(told["related"][0]["reference"], json!(other.reference));
    let actions: Vec<_> =
        told["timeline"].as_array().expect("events").iter().map(|event| event["action"].clone()).collect();
    assert!(
        actions.iter().any(|action| action.as_str().is_some_and(|action| action.starts_with("request."))),
        "{actions:?}"
    );

    // Who did it is told by the name that colleagues know.
    let mine = json!({ "id": node_id(at(&request)), "owner": node_id(Ref::of_house(desk.mira.id)) });
    done(&desk.world, &desk.support(), ASSIGN, mine).await;
    let told = desk.one(at(&request), "timeline { actor action by { handle } }").await;
    let events = told["timeline"].as_array().expect("events");
    let given = events.iter().find(|event| event["action"] == "request.assigned").expect("it is told");
    assert_eq!(given["by"]["handle"], json!(desk.mira.handle), "{given}");
    assert!(events.iter().any(|event| event["by"].is_null()), "the house has no seat: {told}");

    // By the address, exactly; the look is on record.
    let looks = "select count(*)::text as line from access_log where view = 'intake_identifiers.mail'";
    let before = desk.world.base.lines(looks);
    let of_mail = json!({ "tenant": tenant_node_id(desk.tenant), "mail": "Asha@mail.example" });
    let found = ask(&desk.world, Some(&desk.support()), BY_MAIL, of_mail).await;
    assert_eq!(found["data"]["requestsOfMail"].as_array().map(Vec::len), Some(2), "{found}");
    assert_ne!(desk.world.base.lines(looks), before);

    // By the reference, from the desk and from within reach; elsewhere it is not there.
    let neighbour = desk.world.neighbour().await;
    let it = json!({ "it": request.reference.to_lowercase() });
    for (caller, is_there) in [
        (desk.support(), true),
        (partner(&desk.world, &[Permission::SeeTenants], &[desk.tenant]), true),
        (partner(&desk.world, &[Permission::SeeTenants], &[neighbour]), false),
    ] {
        let found = ask(&desk.world, Some(&caller), BY_REFERENCE, it.clone()).await;
        assert_eq!(found["data"]["requestByReference"]["reference"] == json!(request.reference), is_there, "{found}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_queue_is_told_in_numbers() {
    let desk = Desk::open().await;
    for mail in ["a@mail.example", "b@mail.example"] {
        desk.proved("US-CA", Right::Deletion, mail).await;
    }
    desk.world.asks(wish(desk.tenant, &[Right::Access], "e@mail.example")).await;
    desk.world.asks(Asking { is_test: true, ..wish(desk.tenant, &[Right::Access], "f@mail.example") }).await;
    let refused = desk.proved("US-CA", Right::Access, "g@mail.example").await;
    let no =
        json!({ "id": node_id(at(&refused)), "ground": "UNFOUNDED_EXCESSIVE", "reason": "the ninth time this week" });
    assert_eq!(done(&desk.world, &desk.support(), REFUSE, no).await["request"]["stage"], "CLOSED");

    let since = (desk.world.tools.watch.now().plus(-Duration::days(1))).utc();
    let figures = ask(&desk.world, Some(&desk.support()), FIGURES, json!({ "since": since })).await;
    assert!(figures.get("errors").is_none(), "{figures}");
    let told = &figures["data"]["requestFigures"];
    assert_eq!((&told["open"], &told["overdue"]), (&json!(2), &json!(0)));
    assert_eq!(told["byRight"], json!([{ "right": "DELETION", "count": 2 }]));
    assert_eq!(told["bySource"], json!([{ "source": "WEB", "count": 2 }]));
    assert_eq!(told["days"].as_array().map(Vec::len), Some(28));
    let days: i64 =
        told["days"].as_array().expect("days").iter().map(|day| day["count"].as_i64().expect("a count")).sum();
    assert_eq!(days + told["later"].as_i64().expect("a count"), 2);
    let waits = |what: &str| {
        let found = told["waiting"].as_array().expect("waiting").iter().find(|row| row["what"] == what).cloned();
        found.unwrap_or_else(|| panic!("nothing waits for {what}: {told}"))
    };
    assert_eq!((&waits("PROOF")["count"], &waits("US")["count"]), (&json!(1), &json!(2)));
    assert!(!waits("PROOF")["endsAt"].is_null());
    assert_eq!(told["week"], json!({ "received": 4, "closed": 1, "late": 0 }));
    assert_eq!(told["since"]["received"], 4);
    let timely = &figures["data"]["timeliness"];
    assert_eq!((&timely["received"], &timely["closed"], &timely["inTime"]), (&json!(4), &json!(1), &json!(1)));
    assert_eq!(figures["data"]["ccpaTable"]["publishBy"], "2027-07-01");

    // Of one merchant's people, whose service provider the operator is.
    let of = ask(&desk.world, Some(&desk.support()), OF_TENANT, json!({ "tenant": tenant_node_id(desk.tenant) })).await;
    let rows = of["data"]["ccpaTable"]["rows"].as_array().expect("rows");
    let row = |kind: &str| rows.iter().find(|row| row["kind"] == kind).expect("each kind has a row").clone();
    assert_eq!(row("DELETE"), json!({ "kind": "DELETE", "received": 2, "denied": 0, "other": 0 }));
    // The page names California's law to everybody, so what came from nobody knows where counts too.
    assert_eq!(row("KNOW"), json!({ "kind": "KNOW", "received": 2, "denied": 1, "other": 1 }));
    assert_eq!(row("LIMIT")["received"], 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn support_hands_a_request_to_a_colleague_by_name() {
    const COLLEAGUES: &str = "query ($tenant: ID) { colleagues(tenant: $tenant) { id handle } }";
    let desk = Desk::open().await;
    let deletion = desk.proved("DE", Right::Deletion, "a@mail.example").await;
    let other = desk.world.staff(&[Role::Support]).await;
    desk.world.staff(&[Role::Approver]).await;
    let until = desk.world.tools.watch.now().plus(Duration::days(1));
    desk.world.partner(&[Permission::SeeTenants], &[desk.tenant], until).await;
    let seat = |id, handle: &str| json!({ "id": node_id(Ref::of_house(id)), "handle": handle });
    let mut expected = vec![seat(desk.mira.id, &desk.mira.handle), seat(other.id, &other.handle)];
    expected.sort_by_key(|seat| seat["handle"].to_string());
    for tenant in [json!(null), json!(tenant_node_id(desk.tenant))] {
        let told = ask(&desk.world, Some(&desk.support()), COLLEAGUES, json!({ "tenant": tenant })).await;
        assert_eq!(told["data"]["colleagues"], json!(expected), "who works requests, and nobody else: {told}");
    }
    let mine = json!({ "id": node_id(at(&deletion)), "owner": node_id(Ref::of_house(other.id)) });
    let assigned = done(&desk.world, &desk.support(), ASSIGN, mine).await;
    assert_eq!(assigned["request"]["owner"]["handle"], json!(other.handle));
    let auditor = desk_seat(&desk.world, &[Role::Auditor]);
    let refused = ask(&desk.world, Some(&auditor), COLLEAGUES, json!({})).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN", "{refused}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_view_is_kept_by_name_and_counts_live() {
    let desk = Desk::open().await;
    desk.proved("DE", Right::Access, "a@mail.example").await;
    let view = json!({ "name": "EU this month", "filter": "Regime:EU_GDPR,operator_promise  due:<40d" });
    let saved = done(&desk.world, &desk.support(), SAVE, view.clone()).await["view"].clone();
    assert_eq!(saved["filter"], "regime:EU_GDPR,operator_promise due:<40d");
    assert_eq!(saved["count"], 1);
    assert_eq!(refused(&desk.world, &desk.support(), SAVE, view).await, "TAKEN");
    let wrong = json!({ "name": "w", "filter": "stage:opne" });
    let answer = ask(&desk.world, Some(&desk.support()), SAVE, json!({ "input": wrong })).await;
    let flaw = &answer["data"]["saveView"]["userErrors"][0];
    assert!(
        flaw["message"].as_str().is_some_and(|words| words.starts_with("at column 1: a stage is one of")),
        "{flaw}"
    );
    let anew = json!({ "id": saved["id"], "name": "Mine", "filter": "owner:me" });
    done(&desk.world, &desk.support(), SAVE, anew).await;
    let kept = ask(&desk.world, Some(&desk.support()), VIEWS, json!({})).await;
    let mine = json!([{ "name": "Mine", "filter": "owner:me", "position": 0, "count": 0 }]);
    assert_eq!(kept["data"]["savedViews"], mine);
    let others = ask(&desk.world, Some(&desk_seat(&desk.world, &[Role::Support])), VIEWS, json!({})).await;
    assert_eq!(others["data"]["savedViews"], json!([]), "a view is its keeper's alone");
    let left = done(&desk.world, &desk.support(), DELETE, json!({ "id": saved["id"] })).await;
    assert_eq!(left["views"], json!([]));
}
