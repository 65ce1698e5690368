//! Both books in the API: page by page in both directions, by filter, within bounds, and never a word that is sealed.

use chrono::Duration;
use harness::asked::{ask, desk_seat, done, partner};
use harness::audited::note;
use harness::people::refusal;
use harness::world::{World, forenoon};
use rightsdesk_server::floor::access::{Caller, Permission, Role};
use rightsdesk_server::floor::graphql::tenant_node_id;
use rightsdesk_server::floor::kernel::ids::AccessId;
use rightsdesk_server::floor::kernel::{GrantId, Ref, TenantId, Watch};
use serde_json::{Value, json};
use uuid::Uuid;

const EVENTS: &str = "query ($filter: EventFilter, $first: Int, $after: String, $last: Int, $before: String) {
  events(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
    totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    nodes { seq at atMicros actor action object facts payloadHash hash tenant { legalName } } } }";
const ACCESSES: &str = "query ($filter: AccessFilter, $first: Int, $after: String, $last: Int, $before: String) {
  accesses(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
    totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    nodes { id at actor subject view purpose ticket grant hasReason tenant { legalName } } } }";
const STANDING: &str = "query ($tenant: ID) { auditStanding(tenant: $tenant) {
  seq hash covered checkpoint { at chains digest key } tenant { legalName } } }";

async fn answered(world: &World, caller: &Caller, document: &str, variables: Value) -> Value {
    let answer = ask(world, Some(caller), document, variables).await;
    assert!(answer.get("errors").is_none(), "{answer}");
    answer["data"].as_object().expect("data").values().next().expect("one field").clone()
}

fn column(list: &Value, name: &str) -> Vec<Value> {
    list["nodes"].as_array().expect("nodes").iter().map(|node| node[name].clone()).collect()
}

/// A world where its tenant is a merchant of some name.
async fn world() -> World {
    let world = World::alone(Watch::held(forenoon())).await;
    world.base.tamper(&format!(
        "insert into tenants (tenant_id, legal_name, locale, region, plan, app_slots, opened_at)
         values ('{}', 'Zaitoon Home', 'en', 'EU', 'growth', 1, now())",
        world.tenant.uuid()
    ));
    world
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_are_read_page_by_page_and_by_what_they_tell() {
    let world = world().await;
    let auditor = desk_seat(&world, &[Role::Auditor]);
    note(&world, world.tenant, 9).await;
    let of = |filter: Value| {
        let mut filter = filter;
        filter["tenant"] = json!(tenant_node_id(world.tenant).to_string());
        filter
    };

    let all = answered(&world, &auditor, EVENTS, json!({ "filter": of(json!({})) })).await;
    assert_eq!(column(&all, "seq"), (1..=10).rev().map(Value::from).collect::<Vec<_>>(), "newest first");
    assert_eq!(all["totalCount"], 10);
    let newest = &all["nodes"][0];
    assert_eq!(
        (&newest["actor"], &newest["action"], &newest["facts"]),
        (&"house".into(), &"test.noted".into(), &"link=8".into())
    );
    assert_eq!(newest["tenant"]["legalName"], "Zaitoon Home");
    assert_eq!(newest["atMicros"], world.tools.watch.now().micros().to_string());
    let hashes = world.base.lines(&format!(
        "select encode(hash, 'hex') as line from audit_events where tenant_id = '{}' order by seq desc",
        world.tenant.uuid()
    ));
    assert_eq!(column(&all, "hash"), hashes.into_iter().map(Value::from).collect::<Vec<_>>());

    // On and back again, and the last first.
    let mut seen = Vec::new();
    let mut page = answered(&world, &auditor, EVENTS, json!({ "filter": of(json!({})), "first": 4 })).await;
    loop {
        seen.extend(column(&page, "seq"));
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
        let after = &page["pageInfo"]["endCursor"];
        page = answered(&world, &auditor, EVENTS, json!({ "filter": of(json!({})), "first": 4, "after": after })).await;
    }
    assert_eq!(seen, column(&all, "seq"));
    let before = &page["pageInfo"]["startCursor"];
    let back = json!({ "filter": of(json!({})), "last": 3, "before": before });
    let back = answered(&world, &auditor, EVENTS, back).await;
    assert_eq!(column(&back, "seq"), [5, 4, 3]);
    assert_eq!((&back["pageInfo"]["hasPreviousPage"], &back["pageInfo"]["hasNextPage"]), (&true.into(), &true.into()));
    let oldest = answered(&world, &auditor, EVENTS, json!({ "filter": of(json!({})), "last": 2 })).await;
    assert_eq!(column(&oldest, "seq"), [2, 1]);

    // By what they tell.
    let counted = async |filter: Value| {
        answered(&world, &auditor, EVENTS, json!({ "filter": of(filter) })).await["totalCount"].clone()
    };
    let own = format!("tenant:{}", world.tenant.uuid());
    assert_eq!(counted(json!({ "action": "books.begun" })).await, 1);
    assert_eq!(counted(json!({ "object": own, "actor": "house" })).await, 10);
    assert_eq!(counted(json!({ "actor": "staff:nobody" })).await, 0);
    let now = world.tools.watch.now();
    assert_eq!(counted(json!({ "since": now.utc(), "until": now.plus(Duration::seconds(1)).utc() })).await, 10);
    assert_eq!(counted(json!({ "until": now.utc() })).await, 0);

    // The house's own chain belongs to no tenant.
    let house = answered(&world, &auditor, EVENTS, json!({ "filter": { "action": "books.begun" } })).await;
    assert_eq!((&house["nodes"][0]["tenant"], &house["nodes"][0]["object"]), (&Value::Null, &own.into()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn accesses_say_who_looked_and_keep_the_words_shut() {
    let world = world().await;
    let admin = desk_seat(&world, &[Role::Admin]);
    let auditor = desk_seat(&world, &[Role::Auditor]);
    let tenant = tenant_node_id(world.tenant).to_string();
    let add = "mutation ($input: AddMemberInput!) { addMember(input: $input) { member { id mail { masked } } userErrors { code } } }";
    let imke = json!({ "tenant": tenant, "name": "Imke Harms", "mail": "imke@example.com", "role": "OWNER" });
    let member = done(&world, &admin, add, imke).await["member"].clone();
    let grant = GrantId::fresh();
    for (minutes, subject, more) in [
        (
            3_u8,
            "(select subject_id from members limit 1)",
            format!("'{}', 'DSR-7', 'words that are sealed'", grant.uuid()),
        ),
        (2, "gen_random_uuid()", "null, 'DSR-7', null".to_owned()),
        (1, "null", "null, null, null".to_owned()),
    ] {
        world.base.tamper(&format!(
            "insert into access_log (tenant_id, id, at, actor, subject_id, view, purpose, grant_id, ticket, reason)
             values ('{}', gen_random_uuid(), now() - interval '{minutes} minutes', 'staff:{}', {subject},
                     'members.mail', 'case', {more})",
            world.tenant.uuid(),
            Uuid::from_u128(u128::from(minutes))
        ));
    }

    let all = answered(&world, &auditor, ACCESSES, json!({ "filter": { "tenant": tenant } })).await;
    assert_eq!(all["totalCount"], 3);
    let oldest = &all["nodes"][2];
    assert_eq!(oldest["hasReason"], true);
    assert!(!all.to_string().contains("words that are sealed"));
    assert_eq!(column(&all, "hasReason"), [false, false, true]);
    assert_eq!(oldest["grant"], Ref::new(world.tenant, grant).to_string());
    let handle = oldest["subject"].as_str().expect("a handle");
    assert!(handle.starts_with("sub·") && member["mail"]["masked"] == format!("mail of {handle}"), "{oldest} {member}");
    assert_eq!(
        (&all["nodes"][0]["subject"], &all["nodes"][0]["tenant"]["legalName"]),
        (&Value::Null, &"Zaitoon Home".into())
    );

    let found = async |filter: Value| {
        let mut filter = filter;
        filter["tenant"] = tenant.clone().into();
        answered(&world, &auditor, ACCESSES, json!({ "filter": filter })).await["totalCount"].clone()
    };
    assert_eq!(found(json!({ "subject": member["id"] })).await, 1);
    assert_eq!(found(json!({ "ticket": "DSR-7" })).await, 2);
    assert_eq!(found(json!({ "grant": Ref::new(world.tenant, grant).to_string() })).await, 1);
    assert_eq!(found(json!({ "actor": format!("staff:{}", Uuid::from_u128(2)) })).await, 1);

    // Pages go both ways.
    let filter = json!({ "tenant": tenant });
    let first = answered(&world, &auditor, ACCESSES, json!({ "filter": filter, "first": 2 })).await;
    let after = &first["pageInfo"]["endCursor"];
    let second = answered(&world, &auditor, ACCESSES, json!({ "filter": filter, "first": 2, "after": after })).await;
    assert_eq!(column(&second, "id"), [oldest["id"].clone()]);
    let before = &second["pageInfo"]["startCursor"];
    let back = answered(&world, &auditor, ACCESSES, json!({ "filter": filter, "last": 2, "before": before })).await;
    assert_eq!(column(&back, "id"), column(&first, "id"));

    // Each is a node of its own, for whoever may read the book.
    let node = "query ($id: ID!) { node(id: $id) { id ... on Access { view } } }";
    let id = json!({ "id": oldest["id"] });
    assert_eq!(answered(&world, &auditor, node, id.clone()).await["view"], "members.mail");
    let support = desk_seat(&world, &[Role::Support]);
    assert_eq!(answered(&world, &support, node, id).await, Value::Null);

    // A desk view of somebody stands in the house's book.
    let house = answered(&world, &auditor, ACCESSES, json!({})).await;
    assert_eq!(house["totalCount"], 0);
    answered(&world, &auditor, "{ tenants(first: 1) { totalCount } }", json!({})).await;
    let house = answered(&world, &auditor, ACCESSES, json!({})).await;
    assert_eq!((&house["nodes"][0]["view"], &house["nodes"][0]["tenant"]), (&"desk tenants".into(), &Value::Null));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_chain_says_how_far_the_checkpoints_vouch_for_it() {
    let world = world().await;
    let auditor = desk_seat(&world, &[Role::Auditor]);
    let tenant = json!({ "tenant": tenant_node_id(world.tenant).to_string() });
    let none = answered(&world, &auditor, STANDING, tenant.clone()).await;
    assert_eq!((&none["seq"], &none["checkpoint"], &none["covered"]), (&1.into(), &Value::Null, &Value::Null));

    world.work().await;
    world.later(Duration::minutes(1));
    world.work().await;
    note(&world, world.tenant, 2).await;

    let standing = answered(&world, &auditor, STANDING, tenant).await;
    assert_eq!((&standing["seq"], &standing["covered"]), (&3.into(), &1.into()));
    assert_eq!(standing["tenant"]["legalName"], "Zaitoon Home");
    let checkpoint = &standing["checkpoint"];
    assert_eq!((&checkpoint["chains"], &checkpoint["key"]), (&2.into(), &1.into()));
    let last = world.tools.journal.checkpoints.standing().await.expect("read").last.expect("a line");
    assert_eq!(checkpoint["digest"], rightsdesk_server::floor::journal::hex(&last.digest));
    assert_eq!(answered(&world, &auditor, STANDING, json!({})).await["tenant"], Value::Null, "the house's");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn books_out_of_reach_do_not_exist() {
    let world = world().await;
    let theirs = world.neighbour().await;
    let id = |tenant: TenantId| tenant_node_id(tenant).to_string();
    let made_up = id(TenantId::fresh());
    let auditor = desk_seat(&world, &[Role::Auditor]);
    let support = desk_seat(&world, &[Role::Support]);
    let reader = partner(&world, &[Permission::ReadBooks], &[world.tenant]);
    let seer = partner(&world, &[Permission::SeeTenants], &[world.tenant]);
    let strange = Ref::new(theirs, AccessId::fresh()).to_string();

    for (document, under) in [(EVENTS, true), (ACCESSES, true), (STANDING, false)] {
        let about = |tenant: Option<String>| match (under, tenant) {
            (true, Some(tenant)) => json!({ "filter": { "tenant": tenant } }),
            (false, Some(tenant)) => json!({ "tenant": tenant }),
            (_, None) => json!({}),
        };
        let code = async |caller: Option<&Caller>, tenant: Option<String>| {
            let answer = ask(&world, caller, document, about(tenant)).await;
            refusal(&answer).to_owned()
        };
        assert_eq!(code(None, Some(id(world.tenant))).await, "UNAUTHENTICATED");
        assert_eq!(code(Some(&reader), Some(id(world.tenant))).await, "");
        assert_eq!(code(Some(&reader), None).await, "FORBIDDEN", "the house's books are the desk's");
        assert_eq!(code(Some(&reader), Some(id(TenantId::HOUSE))).await, "FORBIDDEN");
        for caller in [&reader, &seer] {
            let foreign = ask(&world, Some(caller), document, about(Some(id(theirs)))).await;
            let nobodys = ask(&world, Some(caller), document, about(Some(made_up.clone()))).await;
            assert_eq!((refusal(&foreign), foreign.clone()), ("NOT_FOUND", nobodys));
        }
        assert_eq!(code(Some(&seer), Some(id(world.tenant))).await, "FORBIDDEN");
        assert_eq!(code(Some(&support), Some(id(theirs))).await, "FORBIDDEN");
        assert_eq!(code(Some(&auditor), Some(id(theirs))).await, "");
        assert_eq!(code(Some(&auditor), Some(made_up.clone())).await, "NOT_FOUND");
        assert_eq!(code(Some(&auditor), Some("ten_nonsense".to_owned())).await, "NOT_FOUND");
    }
    let node = "query ($id: ID!) { node(id: $id) { id } }";
    assert_eq!(ask(&world, Some(&reader), node, json!({ "id": strange })).await["data"]["node"], Value::Null);
    let foreign = json!({ "filter": { "tenant": id(world.tenant), "subject": format!("mem_{}", &strange[4..]) } });
    assert_eq!(refusal(&ask(&world, Some(&reader), ACCESSES, foreign).await), "NOT_FOUND");
}
