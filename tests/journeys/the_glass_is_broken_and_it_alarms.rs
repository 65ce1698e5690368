//! An emergency: somebody opens data without leave, everyone who may ask why is told, and one of them does.

use chrono::Duration;
use harness::asked::{ask, done, refused, sitting};
use harness::books::links_of;
use harness::logs;
use harness::people::Person;
use harness::shop::Shop;
use harness::world::World;
use rightsdesk_server::floor::access::{Bounds, Caller, Role, Seat};
use rightsdesk_server::floor::kernel::{Instant, Watch};
use serde_json::{Value, json};

const BREAK: &str = "mutation ($input: BreakGlassInput!) { breakGlass(input: $input) {
  grant { id kind isLive startsAt endsAt ticket staff { handle } givenBy { handle } tenant { legalName } reviewedAt }
  userErrors { code field } } }";
const REVIEW: &str = "mutation ($input: ReviewBreakGlassInput!) { reviewBreakGlass(input: $input) {
  grant { reviewedAt reviewedBy { handle } } userErrors { code } } }";
const REVEAL: &str = "mutation ($input: RevealMemberInput!) { revealMember(input: $input) {
  revealed { value field hideAfterSeconds accessId } userErrors { code } } }";
const WAITING: &str = "{ grants(filter: { awaitsReview: true }) { totalCount nodes { id staff { handle } } } }";

struct Night {
    world: World,
    shop: Shop,
}

impl Night {
    async fn falls() -> Self {
        let world = World::alone(Watch::held(Instant::from_micros(1_790_000_000_000_000))).await;
        let shop = world.shop("Zaitoon Home", 2).await;
        Self { world, shop }
    }

    fn caller(&self, person: &Person, roles: &[Role]) -> Caller {
        sitting(&self.world, person.id, Seat::new(roles, &[], Bounds::Desk))
    }

    fn emergency(&self) -> Value {
        json!({ "tenant": self.shop.id, "reason": "Her parcel went to her former husband; she is on the line" })
    }
}

/// How often the figure says that it was broken, in all tests of this run.
fn broken_glass() -> usize {
    let told = logs::telemetry().render();
    let line = told.lines().find_map(|line| line.strip_prefix("rightsdesk_break_glass_total "));
    line.map_or(0, |count| count.parse().expect("a count"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_glass_is_broken_and_it_alarms() {
    let night = Night::falls().await;
    let (world, shop) = (&night.world, &night.shop);
    let mira = world.staff(&[Role::Support]).await;
    let ibrahim = world.staff(&[Role::Approver]).await;
    let admin = world.staff(&[Role::Admin]).await;
    let ops = world.staff(&[Role::Ops]).await;
    let support = night.caller(&mira, &[Role::Support]);
    let reveal = json!({ "id": shop.member(0), "field": "MAIL", "ticket": "DESK-7" });
    assert_eq!(refused(world, &support, REVEAL, reveal.clone()).await, "NO_GRANT");

    let before = broken_glass();
    let broken = done(world, &support, BREAK, night.emergency()).await["grant"].clone();
    assert_eq!(broken["kind"], "BREAK_GLASS");
    assert_eq!((&broken["isLive"], &broken["givenBy"]), (&json!(true), &Value::Null));
    assert_eq!(broken["staff"]["handle"], mira.handle.as_str());
    assert!(broken_glass() > before);
    let revealed = done(world, &support, REVEAL, reveal.clone()).await["revealed"].clone();
    assert_eq!(revealed["value"], shop.members[0].mail.as_str());
    assert_eq!(revealed["hideAfterSeconds"], 30);

    world.work().await;
    let mailbox = world.tools.mail.mailbox().expect("letters are kept in memory");
    let to = |person: &Person| mailbox.letters_to(&person.mail);
    assert_eq!((to(&ibrahim).len(), to(&admin).len(), to(&mira).len(), to(&ops).len()), (1, 1, 0, 0));
    let letter = to(&ibrahim)[0].letter.clone();
    assert!(letter.subject.contains(&mira.handle) && letter.text.contains("Zaitoon Home"));
    assert!(!letter.text.contains("husband") && !letter.text.contains("Quirin"));
    world.work().await;
    assert_eq!(mailbox.letters().len(), 2, "the alarm is given once");
    let written = world.base.lines(&format!(
        "select action as line from audit_events where tenant_id = '{}' and object like 'grant:%' order by seq",
        shop.tenant.uuid()
    ));
    assert_eq!(written, ["grant.broken_glass", "grant.alarmed"]);
    links_of(world.base, shop.tenant);
    let opened =
        world.base.lines("select actor || ' ' || view as line from access_log where purpose = 'alarm_of_break_glass'");
    assert_eq!(opened, ["house staff.mail"; 2], "the house says whose addresses it opened for it");

    let approver = night.caller(&ibrahim, &[Role::Approver]);
    let waiting = ask(world, Some(&approver), WAITING, json!({})).await["data"]["grants"].clone();
    assert_eq!(waiting["nodes"], json!([{ "id": broken["id"], "staff": { "handle": mira.handle } }]));
    let review = json!({ "id": broken["id"] });
    assert_eq!(refused(world, &support, REVIEW, review.clone()).await, "FORBIDDEN");
    let reviewed = done(world, &approver, REVIEW, review.clone()).await["grant"].clone();
    assert_eq!(reviewed["reviewedBy"]["handle"], ibrahim.handle.as_str());
    assert_eq!(refused(world, &approver, REVIEW, review).await, "REFUSED");
    assert_eq!(ask(world, Some(&approver), WAITING, json!({})).await["data"]["grants"]["totalCount"], 0);

    world.later(Duration::minutes(60));
    let again = night.caller(&mira, &[Role::Support]);
    assert_eq!(refused(world, &again, REVEAL, reveal).await, "NO_GRANT", "the glass is whole again after an hour");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_breaks_it_without_a_word_or_a_factor_and_nobody_looks_into_his_own() {
    let night = Night::falls().await;
    let world = &night.world;
    let both = world.staff(&[Role::Support, Role::Admin]).await;
    let caller = night.caller(&both, &[Role::Support, Role::Admin]);
    let wordless = json!({ "tenant": night.shop.id, "reason": "  " });
    assert_eq!(refused(world, &caller, BREAK, wordless).await, "INVALID");
    let approver = night.caller(&world.staff(&[Role::Approver]).await, &[Role::Approver]);
    assert_eq!(refused(world, &approver, BREAK, night.emergency()).await, "FORBIDDEN");

    let wish = json!({ "tenant": night.shop.id, "reason": "It burns", "idempotencyKey": "once" });
    let first = done(world, &caller, BREAK, wish.clone()).await["grant"].clone();
    assert_eq!(done(world, &caller, BREAK, wish).await["grant"], first, "one fire, one alarm");
    world.work().await;
    assert_eq!(world.tools.mail.mailbox().expect("in memory").letters().len(), 2);
    assert_eq!(refused(world, &caller, REVIEW, json!({ "id": first["id"] })).await, "SAME_PERSON");

    world.later(Duration::minutes(6));
    assert_eq!(refused(world, &caller, BREAK, night.emergency()).await, "STEP_UP_REQUIRED");
    let sealed = world.base.lines("select encode(reason, 'escape') as line from grants");
    assert!(sealed.iter().all(|reason| !reason.contains("burns")));
}
