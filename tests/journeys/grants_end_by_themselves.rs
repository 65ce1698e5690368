//! Leave to look is given by another, for a ground and a time, and is over to the second.

use chrono::Duration;
use harness::asked::{ask, done, refused, sitting};
use harness::people::Person;
use harness::world::World;
use rightsdesk_server::floor::access::{Bounds, Caller, Permission, Role, Seat};
use rightsdesk_server::floor::graphql::node_id;
use rightsdesk_server::floor::kernel::{Instant, Ref, Watch};
use serde_json::{Value, json};

const GIVE: &str = "mutation ($input: GiveGrantInput!) { giveGrant(input: $input) {
  grant { id kind isLive ticket endsAt staff { handle } givenBy { handle } tenant { id } } userErrors { code field } } }";
const END: &str = "mutation ($input: EndGrantInput!) { endGrant(input: $input) {
  grant { isLive endedAt } userErrors { code } } }";
const REVEAL: &str = "mutation ($input: RevealMemberInput!) { revealMember(input: $input) {
  revealed { value field accessId } userErrors { code field } } }";
const REVEAL_STAFF: &str = "mutation ($input: RevealStaffMemberInput!) { revealStaffMember(input: $input) {
  revealed { value accessId } userErrors { code field } } }";

const NOON: i64 = 1_790_000_000_000_000;

async fn world() -> World {
    World::alone(Watch::held(Instant::from_micros(NOON))).await
}

/// The person, who showed the second factor just now.
fn caller(world: &World, person: &Person, roles: &[Role]) -> Caller {
    sitting(world, person.id, Seat::new(roles, &[], Bounds::Desk))
}

fn at(span: Duration) -> String {
    Instant::from_micros(NOON).plus(span).to_string()
}

fn staff_id(person: &Person) -> Value {
    json!(node_id(Ref::of_house(person.id)))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn grants_end_by_themselves() {
    let world = world().await;
    let shop = world.shop("Neem Bazaar", 2).await;
    let (mira, ibrahim) = (world.staff(&[Role::Support]).await, world.staff(&[Role::Approver]).await);
    let approver = caller(&world, &ibrahim, &[Role::Approver]);
    let give =
        json!({ "staff": staff_id(&mira), "tenant": shop.id, "ticket": "DESK-1042", "endsAt": at(Duration::hours(2)) });
    let grant = done(&world, &approver, GIVE, give).await["grant"].clone();
    assert_eq!(grant["kind"], "GIVEN");
    assert_eq!(grant["givenBy"]["handle"], ibrahim.handle.as_str());

    let reveal = json!({ "id": shop.member(1), "field": "NAME", "reason": "She asks for her own data by phone" });
    let mira_now = || caller(&world, &mira, &[Role::Support]);
    let revealed = done(&world, &mira_now(), REVEAL, reveal.clone()).await["revealed"].clone();
    assert_eq!((&revealed["value"], &revealed["field"]), (&json!(shop.members[1].name), &json!("NAME")));
    let access = world.base.lines(&format!(
        "select actor || ' ' || subject_id || ' ' || view || ' ' || purpose || ' ' || (grant_id is not null) || ' '
                || (reason is not null) || ' ' || encode(reason, 'escape') as line
           from access_log where tenant_id = '{}'",
        shop.tenant.uuid()
    ));
    let row = format!("staff:{} {} members.name reveal true true", mira.id.uuid(), shop.members[1].subject.uuid());
    assert!(access.len() == 1 && access[0].starts_with(&row) && !access[0].contains("phone"), "{access:?}");

    let stale = mira_now();
    world.later(Duration::minutes(6));
    assert_eq!(refused(&world, &stale, REVEAL, reveal.clone()).await, "STEP_UP_REQUIRED");
    world.later(Duration::minutes(114) - Duration::seconds(1));
    done(&world, &mira_now(), REVEAL, reveal.clone()).await;
    world.later(Duration::seconds(1));
    assert_eq!(refused(&world, &mira_now(), REVEAL, reveal).await, "NO_GRANT", "to the second");
    assert_eq!(refused(&world, &mira_now(), END, json!({ "id": grant["id"] })).await, "EXPIRED");
    let seen = ask(&world, Some(&mira_now()), "{ grants { totalCount nodes { id isLive endedAt } } }", json!({})).await;
    assert_eq!(seen["data"]["grants"]["nodes"], json!([{ "id": grant["id"], "isLive": false, "endedAt": null }]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn leave_is_given_by_another_to_one_who_can_use_it() {
    let world = world().await;
    let (shop, other) = (world.shop("Neem Bazaar", 1).await, world.shop("Zaitoon Home", 1).await);
    let (mira, ibrahim) = (world.staff(&[Role::Support]).await, world.staff(&[Role::Approver]).await);
    let ops = world.staff(&[Role::Ops]).await;
    let until = Instant::from_micros(NOON).plus(Duration::days(60));
    let partner = world.partner(&[Permission::SeeData], &[other.tenant], until).await;
    let approver = caller(&world, &ibrahim, &[Role::Approver]);
    let give = |staff: &Person, more: Value| {
        let mut input = json!({ "staff": staff_id(staff), "tenant": shop.id, "ticket": "DESK-1", "endsAt": at(Duration::days(30)) });
        input.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        input
    };
    let no = |input: Value| refused(&world, &approver, GIVE, input);
    assert_eq!(no(give(&ibrahim, json!({}))).await, "SAME_PERSON");
    assert_eq!(no(give(&ops, json!({}))).await, "REFUSED");
    assert_eq!(no(give(&partner, json!({}))).await, "REFUSED");
    assert_eq!(no(give(&mira, json!({ "endsAt": at(Duration::seconds(30 * 86_400 + 1)) }))).await, "INVALID");
    assert_eq!(no(give(&mira, json!({ "endsAt": at(Duration::zero()) }))).await, "INVALID");
    assert_eq!(no(give(&mira, json!({ "ticket": null }))).await, "INVALID");
    assert_eq!(no(give(&mira, json!({ "ticket": "Imke Harms" }))).await, "INVALID");
    let support = caller(&world, &mira, &[Role::Support]);
    assert_eq!(refused(&world, &support, GIVE, give(&mira, json!({}))).await, "FORBIDDEN");

    let to_mira = done(&world, &approver, GIVE, give(&mira, json!({ "idempotencyKey": "a" }))).await["grant"].clone();
    let again = done(&world, &approver, GIVE, give(&mira, json!({ "idempotencyKey": "a" }))).await["grant"].clone();
    assert_eq!(to_mira, again);
    let elsewhere = done(&world, &approver, GIVE, give(&partner, json!({ "tenant": other.id }))).await["grant"].clone();
    let partner =
        sitting(&world, partner.id, Seat::new(&[], &[Permission::SeeData], Bounds::Named(vec![other.tenant])));
    let listed = |caller: Caller, filter: &'static str| {
        let world = &world;
        async move {
            let document = format!("{{ grants{filter} {{ nodes {{ id }} }} }}");
            let answer = ask(world, Some(&caller), &document, json!({})).await;
            answer["data"]["grants"]["nodes"].as_array().unwrap_or_else(|| panic!("{answer}")).clone()
        }
    };
    let (first, second) = (json!({ "id": to_mira["id"] }), json!({ "id": elsewhere["id"] }));
    assert_eq!(listed(approver.clone(), "").await, [second.clone(), first.clone()]);
    assert_eq!(listed(support.clone(), "").await, std::slice::from_ref(&first));
    assert_eq!(listed(partner.clone(), "").await, std::slice::from_ref(&second));
    assert!(listed(approver.clone(), "(filter: { kind: BREAK_GLASS })").await.is_empty());
    assert_eq!(listed(approver.clone(), "(filter: { live: true })").await.len(), 2);
    assert!(listed(approver.clone(), "(filter: { live: false })").await.is_empty());
    assert!(listed(approver.clone(), "(filter: { tenant: \"ten_x\" })").await.is_empty());
    let document = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }";
    let nodes = ask(&world, Some(&partner), document, json!({ "ids": [to_mira["id"], elsewhere["id"]] })).await;
    assert_eq!(nodes["data"]["nodes"], json!([null, second]));

    assert_eq!(refused(&world, &partner, END, json!({ "id": to_mira["id"] })).await, "NOT_FOUND");
    let ended = done(&world, &support, END, json!({ "id": to_mira["id"] })).await["grant"].clone();
    assert_eq!(ended["isLive"], false);
    let reveal = json!({ "id": shop.member(0), "field": "MAIL", "ticket": "DESK-1" });
    assert_eq!(refused(&world, &support, REVEAL, reveal.clone()).await, "NO_GRANT");
    assert_eq!(refused(&world, &partner, REVEAL, reveal).await, "NOT_FOUND");
    let made_up = json!({ "id": node_id(Ref::new(other.tenant, rightsdesk_server::floor::kernel::MemberId::fresh())),
                          "field": "MAIL", "ticket": "DESK-1" });
    assert_eq!(refused(&world, &partner, REVEAL, made_up).await, "NOT_FOUND");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_colleagues_address_is_opened_by_who_keeps_seats_or_by_himself() {
    let world = world().await;
    let (mira, admin) = (world.staff(&[Role::Support]).await, world.staff(&[Role::Admin]).await);
    let reveal = json!({ "id": staff_id(&mira), "field": "MAIL", "ticket": "DESK-9" });
    for seat in [caller(&world, &admin, &[Role::Admin]), caller(&world, &mira, &[Role::Support])] {
        let revealed = done(&world, &seat, REVEAL_STAFF, reveal.clone()).await["revealed"].clone();
        assert_eq!(revealed["value"], mira.mail.as_str());
    }
    let support = caller(&world, &mira, &[Role::Support]);
    let theirs = json!({ "id": staff_id(&admin), "field": "MAIL", "ticket": "DESK-9" });
    assert_eq!(refused(&world, &support, REVEAL_STAFF, theirs).await, "FORBIDDEN");
    let name = json!({ "id": staff_id(&mira), "field": "NAME", "ticket": "DESK-9" });
    assert_eq!(refused(&world, &support, REVEAL_STAFF, name).await, "INVALID");
    let groundless = json!({ "id": staff_id(&mira), "field": "MAIL" });
    assert_eq!(refused(&world, &support, REVEAL_STAFF, groundless).await, "INVALID");
    let looks = world.base.lines("select actor as line from access_log where purpose = 'reveal' order by at, id");
    assert_eq!(looks.len(), 2);
}
