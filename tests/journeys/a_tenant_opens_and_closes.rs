//! A merchant's account from its first day to its last, and the merchant's own users in it.

use chrono::Duration;
use harness::asked::{ask, desk_seat, done, partner, refused};
use harness::world::World;
use rightsdesk_server::floor::access::{Caller, Permission, Role};
use rightsdesk_server::floor::graphql::tenant_node_id;
use rightsdesk_server::floor::kernel::{Instant, TenantId, Watch};
use rightsdesk_server::tenants;
use serde_json::{Value, json};

const OPEN: &str = "mutation ($input: OpenTenantInput!) { openTenant(input: $input) {
  tenant { id legalName reference state version ourRole closesOn } userErrors { code field message } } }";
const CHANGE: &str = "mutation ($input: ChangeTenantInput!) { changeTenant(input: $input) {
  tenant { plan reference roleNote version } userErrors { code } } }";
const CLOSE: &str = "mutation ($input: CloseTenantInput!) { closeTenant(input: $input) {
  tenant { state closesOn version } userErrors { code } } }";
const REOPEN: &str = "mutation ($input: ReopenTenantInput!) { reopenTenant(input: $input) {
  tenant { state closesOn version } userErrors { code } } }";
const ADD: &str = "mutation ($input: AddMemberInput!) { addMember(input: $input) {
  member { id role hasLogin state version name { masked kind } mail { masked } tenant { legalName } } userErrors { code } } }";
const CHANGE_MEMBER: &str = "mutation ($input: ChangeMemberInput!) { changeMember(input: $input) {
  member { role hasLogin version } userErrors { code } } }";
const REMOVE: &str = "mutation ($input: RemoveMemberInput!) { removeMember(input: $input) {
  member { state removedAt } userErrors { code } } }";

fn zaitoon(reference: &str) -> Value {
    json!({ "legalName": "Zaitoon Home GmbH", "reference": reference, "locale": "de-AT", "region": "EU",
            "plan": "growth", "appSlots": 3 })
}

fn with(mut input: Value, more: Value) -> Value {
    let Value::Object(more) = more else { panic!("an object") };
    input.as_object_mut().expect("an object").extend(more);
    input
}

async fn world() -> World {
    World::alone(Watch::held(Instant::from_micros(1_790_000_000_000_000))).await
}

/// Opens one and gives its id in both forms.
async fn opened(world: &World, admin: &Caller, reference: &str) -> (String, TenantId) {
    let answer = done(world, admin, OPEN, zaitoon(reference)).await;
    let id = answer["tenant"]["id"].as_str().expect("an id").to_owned();
    let tenant = tenants::tenant_by_reference(&world.tools, reference).await.expect("an answer").expect("it is known");
    assert_eq!(id, tenant_node_id(tenant).as_str());
    (id, tenant)
}

#[tokio::test]
async fn a_tenant_closes_thirty_days_after_the_wish_and_nobody_comes_in_any_more() {
    let world = world().await;
    let admin = desk_seat(&world, &[Role::Admin]);
    let (id, tenant) = opened(&world, &admin, "org-7").await;
    let login = json!({ "issuer": "https://id.example", "subject": "42" });
    let imke =
        json!({ "tenant": id, "name": "Imke Harms", "mail": "imke@example.com", "role": "OWNER", "login": login });
    done(&world, &admin, ADD, imke).await;
    let comes_in = || async {
        tenants::member_by_login(&world.tools, tenant, "https://id.example", "42").await.expect("an answer").is_some()
    };
    assert!(comes_in().await);

    let closing = done(&world, &admin, CLOSE, json!({ "id": id, "version": 1 })).await;
    assert_eq!(closing["tenant"], json!({ "state": "CLOSING", "closesOn": "2026-10-21", "version": 2 }));
    assert_eq!(refused(&world, &admin, CLOSE, json!({ "id": id, "version": 1 })).await, "CONFLICT");
    assert_eq!(refused(&world, &admin, CLOSE, json!({ "id": id, "version": 2 })).await, "NOT_ACTIVE");
    world.work().await;
    world.later(Duration::days(10));
    world.work().await;
    let active = done(&world, &admin, REOPEN, json!({ "id": id, "version": 2 })).await;
    assert_eq!(active["tenant"], json!({ "state": "ACTIVE", "closesOn": null, "version": 3 }));

    done(&world, &admin, CLOSE, json!({ "id": id, "version": 3 })).await;
    world.later(Duration::days(29));
    world.work().await;
    assert!(comes_in().await, "the last day but one");
    world.later(Duration::days(1));
    world.work().await;
    let seen = ask(
        &world,
        Some(&admin),
        "query($id: ID!) { tenant(id: $id) { state closedAt version } }",
        json!({ "id": id }),
    )
    .await;
    assert_eq!(seen["data"]["tenant"]["state"], "CLOSED", "{seen}");
    assert!(!comes_in().await);
    assert_eq!(refused(&world, &admin, REOPEN, json!({ "id": id, "version": 5 })).await, "NOT_ACTIVE");
    assert_eq!(refused(&world, &admin, CHANGE, json!({ "id": id, "version": 5, "plan": "none" })).await, "NOT_ACTIVE");
    // What becomes of the account's data is a request of its own.
    let own = format!(
        "select count(*)::text as line from audit_events where tenant_id = '{}' and object not like 'request:%'",
        tenant.uuid()
    );
    assert_eq!(world.base.lines(&own), ["7"], "books, opening, a member, three wishes and the end");
}

#[tokio::test]
async fn an_account_that_cannot_be_closed_keeps_none_behind_it() {
    let world = world().await;
    let admin = desk_seat(&world, &[Role::Admin]);
    let mut stuck = Vec::new();
    for reference in ["org-15", "org-16", "org-17"] {
        let (id, tenant) = opened(&world, &admin, reference).await;
        done(&world, &admin, CLOSE, json!({ "id": id, "version": 1 })).await;
        stuck.push(tenant);
    }
    let (stuck, also) = (stuck[0].uuid(), stuck[1].uuid());
    world.base.tamper(&format!(
        "create function stuck() returns trigger language plpgsql as $$ begin raise exception 'stuck'; end $$;
         create trigger stuck before update on tenants for each row
           when (new.state = 'closed' and old.tenant_id in ('{stuck}', '{also}')) execute function stuck()"
    ));
    world.work().await;
    world.later(Duration::days(30));
    for _ in 0..3 {
        world.work().await;
    }
    let states = || world.base.lines("select reference || ' ' || state as line from tenants order by 1");
    assert_eq!(states(), ["org-15 closing", "org-16 closing", "org-17 closed"]);
    let fates = "select distinct a.fate as line from job_attempts a join jobs j on j.id = a.job_id
                  where j.name = 'close_tenants' and a.fate = 'retried'";
    assert_eq!(world.base.lines(fates), ["retried"], "and that two were not closed is told");

    world.base.tamper("drop trigger stuck on tenants");
    world.later(Duration::days(1));
    for _ in 0..3 {
        world.work().await;
    }
    assert_eq!(states(), ["org-15 closed", "org-16 closed", "org-17 closed"]);
}

#[tokio::test]
async fn opening_again_with_the_same_key_is_the_same_tenant() {
    let world = world().await;
    let admin = desk_seat(&world, &[Role::Admin]);
    let wish = with(zaitoon("org-8"), json!({ "idempotencyKey": "first-of-may" }));
    let (first, second) =
        tokio::join!(done(&world, &admin, OPEN, wish.clone()), done(&world, &admin, OPEN, wish.clone()));
    assert_eq!(first, second);
    assert_eq!(done(&world, &admin, OPEN, wish.clone()).await, first);
    let other = with(wish, json!({ "plan": "scale" }));
    assert_eq!(refused(&world, &admin, OPEN, other).await, "IDEMPOTENCY_KEY_REUSED");
    assert_eq!(refused(&world, &admin, OPEN, zaitoon(" ORG-8")).await, "INVALID");
    assert_eq!(refused(&world, &admin, OPEN, zaitoon("ORG-8")).await, "TAKEN");
    let rows = world.base.lines("select count(*)::text as line from tenants");
    assert_eq!(rows, ["1"]);
    let support = desk_seat(&world, &[Role::Support]);
    assert_eq!(refused(&world, &support, OPEN, zaitoon("org-9")).await, "FORBIDDEN");
}

#[tokio::test]
async fn a_change_says_what_is_to_be_otherwise_and_all_that_is_wrong_with_it() {
    let world = world().await;
    let ops = desk_seat(&world, &[Role::Ops]);
    let (id, tenant) = opened(&world, &ops, "org-10").await;
    let change = json!({ "id": id, "version": 1, "plan": "scale", "reference": null, "roleNote": "joint checkout" });
    let changed = done(&world, &ops, CHANGE, change).await;
    assert_eq!(
        changed["tenant"],
        json!({ "plan": "scale", "reference": null, "roleNote": "joint checkout", "version": 2 })
    );
    assert_eq!(tenants::tenant_by_reference(&world.tools, "org-10").await.expect("an answer"), None);
    let (_, other) = opened(&world, &ops, "org-10").await;
    assert_ne!(other, tenant);
    let flawed = json!({ "input": { "id": id, "version": 2, "region": "Europe", "appSlots": -1 } });
    let document =
        "mutation ($input: ChangeTenantInput!) { changeTenant(input: $input) { userErrors { field code } } }";
    let answer = ask(&world, Some(&ops), document, flawed).await;
    assert_eq!(
        answer["data"]["changeTenant"]["userErrors"],
        json!([{ "field": ["region"], "code": "INVALID" }, { "field": ["appSlots"], "code": "INVALID" }])
    );
}

#[tokio::test]
async fn members_stay_masked_and_are_kept_by_their_owner() {
    let world = world().await;
    let admin = desk_seat(&world, &[Role::Admin]);
    let (id, tenant) = opened(&world, &admin, "org-11").await;
    let login = json!({ "issuer": "https://id.example", "subject": "Owner-1" });
    let imke =
        json!({ "tenant": id, "name": "Imke Harms", "mail": "imke@example.com", "role": "OWNER", "login": login });
    let added = done(&world, &admin, ADD, imke.clone()).await;
    let shown = added.to_string();
    assert!(!shown.contains("Harms") && !shown.contains("example.com"), "{shown}");
    assert_eq!(refused(&world, &admin, ADD, imke).await, "TAKEN");

    let by = |subject: &'static str| tenants::member_by_login(&world.tools, tenant, "https://id.example", subject);
    assert!(by("owner-1").await.expect("an answer").is_none(), "a login means what it is to the letter");
    let owner = by("Owner-1").await.expect("an answer").expect("she is known");
    let jon = json!({ "tenant": id, "name": "Jon", "mail": "jon@example.com", "role": "MEMBER" });
    let jon = done(&world, &owner, ADD, jon).await["member"].clone();
    assert_eq!(jon["tenant"]["legalName"], "Zaitoon Home GmbH");
    let change = json!({ "id": jon["id"], "version": 1, "mail": "IMKE@example.com " });
    assert_eq!(refused(&world, &owner, CHANGE_MEMBER, change).await, "INVALID");
    let change = json!({ "id": jon["id"], "version": 1, "mail": "IMKE@example.com" });
    assert_eq!(refused(&world, &owner, CHANGE_MEMBER, change).await, "TAKEN");
    let change = json!({ "id": jon["id"], "version": 1, "name": "Jon Stamp", "mail": "j@example.com",
                         "login": { "issuer": "https://id.example", "subject": "7" } });
    let changed = done(&world, &owner, CHANGE_MEMBER, change).await;
    assert_eq!(changed["member"], json!({ "role": "MEMBER", "hasLogin": true, "version": 2 }));

    let member = by("7").await.expect("an answer").expect("he is known");
    assert_eq!(refused(&world, &member, REMOVE, json!({ "id": jon["id"], "version": 2 })).await, "FORBIDDEN");
    let removed = done(&world, &owner, REMOVE, json!({ "id": jon["id"], "version": 2 })).await;
    assert_eq!(removed["member"]["state"], "REMOVED");
    assert!(by("7").await.expect("an answer").is_none());
    assert_eq!(refused(&world, &owner, REMOVE, json!({ "id": jon["id"], "version": 3 })).await, "NOT_FOUND");

    let sealed = world.base.lines("select encode(name, 'escape') || encode(mail, 'escape') as line from members");
    assert!(sealed.len() == 2 && sealed.iter().all(|row| !row.contains("Harms") && !row.contains("example")));
}

#[tokio::test]
async fn what_is_out_of_reach_does_not_exist() {
    let world = world().await;
    let admin = desk_seat(&world, &[Role::Admin]);
    let (own, first) = opened(&world, &admin, "org-12").await;
    let (second, also) = opened(&world, &admin, "org-13").await;
    let (foreign, _) = opened(&world, &admin, "org-14").await;
    let jon = json!({ "tenant": foreign, "name": "Jon", "mail": "jon@example.com", "role": "MEMBER" });
    let jon = done(&world, &admin, ADD, jon).await["member"]["id"].clone();
    let made_up = tenant_node_id(TenantId::fresh());

    let one = partner(&world, &[Permission::SeeTenants], &[first]);
    let two = partner(&world, &[Permission::SeeTenants], &[first, also]);
    let listed = |caller: Caller| {
        let world = &world;
        async move {
            let document = "{ tenants(orderBy: { field: OPENED_AT, direction: DESC }) { totalCount nodes { id } } }";
            let answer = ask(world, Some(&caller), document, json!({})).await;
            let nodes = answer["data"]["tenants"]["nodes"].as_array().expect("nodes").clone();
            assert_eq!(answer["data"]["tenants"]["totalCount"], nodes.len());
            nodes.iter().map(|node| node["id"].as_str().expect("an id").to_owned()).collect::<Vec<_>>()
        }
    };
    assert_eq!(listed(one.clone()).await, std::slice::from_ref(&own));
    assert_eq!(listed(two).await.len(), 2);
    assert_eq!(listed(admin.clone()).await.len(), 3);

    let document = "query ($id: ID!) { tenant(id: $id) { id } }";
    for id in [foreign.as_str(), made_up.as_str(), "ten_nonsense", ""] {
        let answer = ask(&world, Some(&one), document, json!({ "id": id })).await;
        assert_eq!(answer, json!({ "data": { "tenant": null } }), "{id}");
    }
    let document = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }";
    let answer = ask(&world, Some(&one), document, json!({ "ids": [own, foreign, jon, made_up, "x"] })).await;
    assert_eq!(answer["data"]["nodes"][0]["__typename"], "Tenant", "{answer}");
    assert!((1..5).all(|at| answer["data"]["nodes"][at].is_null()), "{answer}");
    let answer = ask(&world, Some(&admin), document, json!({ "ids": [second, jon] })).await;
    assert_eq!(answer["data"]["nodes"][1]["__typename"], "Member", "{answer}");
    assert_eq!(refused(&world, &one, CLOSE, json!({ "id": foreign, "version": 1 })).await, "NOT_FOUND");
    assert_eq!(refused(&world, &one, CLOSE, json!({ "id": made_up, "version": 1 })).await, "NOT_FOUND");
    let stranger = ask(&world, None, "{ tenants { totalCount } }", json!({})).await;
    assert_eq!(stranger["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
}

#[tokio::test]
async fn a_list_is_walked_from_both_ends_without_a_gap() {
    let world = world().await;
    let admin = desk_seat(&world, &[Role::Admin]);
    for number in 0..7 {
        let name = if number % 2 == 0 { "Zaitoon 50%" } else { "neem_bazaar" };
        let wish = with(zaitoon(&format!("walk-{number}")), json!({ "legalName": name }));
        done(&world, &admin, OPEN, wish).await;
    }
    let page = |arguments: &str| {
        let document = format!(
            "{{ tenants({arguments}) {{ totalCount pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }}
                 nodes {{ id }} }} }}"
        );
        let (world, admin) = (&world, &admin);
        async move {
            let answer = ask(world, Some(admin), &document, json!({})).await;
            assert!(answer.get("errors").is_none(), "{answer}");
            answer["data"]["tenants"].clone()
        }
    };
    for order in ["NAME, direction: ASC", "NAME, direction: DESC", "OPENED_AT, direction: ASC"] {
        let whole = page(&format!("orderBy: {{ field: {order} }}")).await;
        let whole = whole["nodes"].as_array().expect("nodes").clone();
        let (mut forward, mut backward) = (Vec::new(), Vec::new());
        let (mut after, mut before) = (String::new(), String::new());
        for _ in 0..3 {
            let next = page(&format!("orderBy: {{ field: {order} }}, first: 3{after}")).await;
            forward.extend(next["nodes"].as_array().expect("nodes").clone());
            after = format!(", after: {}", next["pageInfo"]["endCursor"]);
            assert_eq!(next["pageInfo"]["hasNextPage"], forward.len() < 7);
            let last = page(&format!("orderBy: {{ field: {order} }}, last: 3{before}")).await;
            backward = [last["nodes"].as_array().expect("nodes").clone(), backward].concat();
            before = format!(", before: {}", last["pageInfo"]["startCursor"]);
            assert_eq!(last["pageInfo"]["hasPreviousPage"], backward.len() < 7);
        }
        assert_eq!((forward.len(), &forward), (7, &whole), "{order}");
        assert_eq!(backward, whole, "{order}");
    }
    let begins = |text: &str| {
        let arguments = format!("filter: {{ nameBegins: {}, state: [ACTIVE] }}", json!(text));
        let page = &page;
        async move { page(&arguments).await["totalCount"].as_i64() }
    };
    assert_eq!(begins("ZAITOON").await, Some(4));
    assert_eq!(begins("neem_").await, Some(3));
    assert_eq!(begins("Zaitoon_").await, Some(0), "no sign in it stands for another");
    assert_eq!(begins("%").await, Some(0));
}
