//! Who wants to be told says so twice, learns nothing of others, and is forgotten when he wants no more.

use chrono::Duration;
use harness::asked::{ask, desk_seat, done, refused};
use harness::shop::Shop;
use harness::world::World;
use rightsdesk_server::floor::access::{Bounds, Caller, Permission, Role, Seat};
use rightsdesk_server::floor::kernel::{ApiKeyId, Instant, Personal, Watch};
use rightsdesk_server::processors;
use serde_json::{Value, json};

const BY_MAIL: &str = "mutation ($input: SubscribeByMailInput!) { subscribeByMail(input: $input) {
  answer { message } userErrors { code field } } }";
const SUBSCRIBE: &str = "mutation ($input: SubscribeInput!) { subscribe(input: $input) {
  subscriber { id state since locale mail { masked } tenant { legalName } } userErrors { code } } }";
const UNSUBSCRIBE: &str = "mutation ($input: UnsubscribeInput!) { unsubscribe(input: $input) {
  subscriber { id state mail { masked } } userErrors { code } } }";
const LIST: &str = "{ subscribers { totalCount nodes { id state mail { masked kind } tenant { legalName } } } }";

const ASMA: &str = "asma@zaitoon.example";

struct Desk {
    world: World,
    shop: Shop,
}

impl Desk {
    async fn opens() -> Self {
        let world = World::alone(Watch::held(Instant::from_micros(1_790_000_000_000_000))).await;
        let shop = world.shop("Zaitoon Home", 0).await;
        Self { world, shop }
    }

    /// The answer to somebody who asks for an address.
    async fn asks(&self, mail: &str) -> Value {
        ask(&self.world, None, BY_MAIL, json!({ "input": { "mail": mail, "locale": "en" } })).await
    }

    /// How many letters an address has, and the token in the last.
    fn letters(&self, mail: &str) -> (usize, String) {
        let letters = self.world.tools.mail.mailbox().expect("letters are kept in memory").letters_to(mail);
        let token = letters.last().and_then(|last| {
            let text = last.letter.text.split_once("token=")?.1;
            Some(text.split_whitespace().next()?.to_owned())
        });
        (letters.len(), token.unwrap_or_default())
    }

    async fn confirms(&self, token: &str) -> bool {
        processors::confirm(&self.world.tools, token).await.expect("an answer")
    }

    async fn leaves(&self, token: &str) -> bool {
        processors::leave(&self.world.tools, token).await.expect("an answer")
    }

    fn states(&self) -> Vec<String> {
        self.world.base.lines("select state as line from subscribers order by asked_at, id")
    }

    fn ops(&self) -> Caller {
        desk_seat(&self.world, &[Role::Ops])
    }

    fn merchant(&self) -> Caller {
        let seat = Seat::new(&[], &[Permission::SeeTenants], Bounds::Named(vec![self.shop.tenant]));
        Caller::api_key(ApiKeyId::fresh(), seat)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_is_told_after_its_own_yes_and_whoever_asks_hears_the_same_of_everyone() {
    let desk = Desk::opens().await;
    let first = desk.asks(ASMA).await;
    assert!(
        first["data"]["subscribeByMail"]["answer"]["message"].as_str().is_some_and(|text| text.contains("48 hours"))
    );
    desk.world.work().await;
    let (count, token) = desk.letters(ASMA);
    assert!(count == 1 && token.starts_with("rdy_"), "{token}");
    assert_eq!(desk.asks("Asma@Zaitoon.example").await, first, "asked a moment ago");
    desk.world.work().await;
    assert_eq!(desk.letters(ASMA).0, 1, "one letter an hour");
    assert!(!desk.confirms("rdy_made-up").await && !desk.leaves(&token).await, "a link does what it is for");

    assert!(desk.confirms(&token).await);
    assert!(!desk.confirms(&token).await, "once");
    desk.world.later(Duration::hours(2));
    assert_eq!(desk.asks(ASMA).await, first, "told already");
    desk.world.work().await;
    assert_eq!(desk.letters(ASMA).0, 1, "who is told already gets no letter");
    assert_eq!(desk.asks("nobody@nowhere.example").await, first);
    let flawed = desk.asks("no address").await;
    assert_eq!(flawed["data"]["subscribeByMail"]["userErrors"], json!([{ "code": "INVALID", "field": ["mail"] }]));

    let listed = ask(&desk.world, Some(&desk.ops()), LIST, json!({})).await["data"]["subscribers"].clone();
    assert_eq!(listed["totalCount"], 4);
    assert!(
        !listed.to_string().contains("zaitoon.example") && listed["nodes"][0]["mail"]["kind"] == "MAIL",
        "{listed}"
    );
    let kept = desk
        .world
        .base
        .lines("select encode(mail, 'escape') || encode(leave_token, 'escape') as line from subscribers");
    assert!(kept.iter().all(|row| !row.contains("asma") && !row.contains("rdn_")), "sealed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_that_never_says_yes_is_forgotten_and_two_letters_make_one_subscription() {
    let desk = Desk::opens().await;
    desk.asks(ASMA).await;
    desk.world.work().await;
    let (_, first) = desk.letters(ASMA);
    desk.world.later(Duration::hours(47));
    desk.asks(ASMA).await;
    desk.world.work().await;
    let (count, second) = desk.letters(ASMA);
    assert_eq!(count, 2, "the hour is long over");
    assert!(desk.confirms(&second).await && desk.confirms(&first).await, "whoever says yes twice is told once");
    assert_eq!(desk.states(), ["ended", "live"]);

    desk.asks("silent@nowhere.example").await;
    desk.world.work().await;
    let (_, late) = desk.letters("silent@nowhere.example");
    desk.world.later(Duration::hours(49));
    assert!(!desk.confirms(&late).await, "48 hours are over");
    desk.world.work().await;
    assert_eq!(desk.states(), ["ended", "live"], "it is forgotten");
    let keys = desk.world.base.lines("select count(*)::text as line from subject_keys where wrapped is not null");
    assert_eq!(keys, ["1"], "with its key");
    let links = desk.world.base.lines("select kind as line from keyholes");
    assert_eq!(links, ["subscriber_leave"], "and its links");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_leaves_by_the_link_is_forgotten() {
    let desk = Desk::opens().await;
    desk.asks(ASMA).await;
    desk.world.work().await;
    assert!(desk.confirms(&desk.letters(ASMA).1).await);
    desk.world.base.tamper(
        "insert into notices (tenant_id, id, kind, policy_version, announced_at, effective_on, locales, texts)
         values ('00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000007', 'policy_changed', 2, now(),
                 now()::date + 30, '{en}', '{It changes.}');
         insert into notice_deliveries (tenant_id, notice_id, subscriber_id)
         select tenant_id, '00000000-0000-0000-0000-000000000007', id from subscribers;
         insert into jobs (tenant_id, id, name, payload, due_at)
         values ('00000000-0000-0000-0000-000000000000', gen_random_uuid(), 'deliver_notice',
                 '{\"notice\":\"00000000-0000-0000-0000-000000000007\"}', 'epoch');
         update lanes set due_at = 'epoch'",
    );
    desk.world.work().await;
    let (count, leave) = desk.letters(ASMA);
    assert!(count == 2 && leave.starts_with("rdn_"), "{count} {leave}");
    assert!(desk.leaves(&leave).await);
    assert!(!desk.leaves(&leave).await, "the link leads nowhere any more");
    let row = desk.world.base.lines(
        "select state || ' ' || (mail is null and mail_bidx is null and leave_token is null) as line from subscribers",
    );
    assert_eq!(row, ["ended true"]);
    let keys =
        desk.world.base.lines("select (wrapped is null and destroyed_at is not null)::text as line from subject_keys");
    assert_eq!(keys, ["true"], "whatever a backup still holds of it stays shut");
    let unasked = desk.world.base.lines("select kind as line from keyholes");
    assert!(unasked.is_empty(), "{unasked:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strangers_may_ask_so_often_and_no_more() {
    let desk = Desk::opens().await;
    let asked = |network: usize, number: usize| {
        let tools = desk.world.tools.clone();
        async move {
            let mail = Personal::new(format!("{number}@n{network}.example"));
            processors::ask_by_mail(&tools, Some(&format!("203.0.{network}.0/24")), mail, "en").await.is_ok()
        }
    };
    for number in 0..10 {
        assert!(asked(0, number).await, "{number}");
    }
    assert!(!asked(0, 10).await, "of one network");
    assert!(asked(1, 0).await, "and not of another");
    desk.world.later(Duration::minutes(16));
    assert!(asked(0, 10).await);
    let mut taken = 1;
    for network in 2..40 {
        for number in 0..10 {
            taken += usize::from(asked(network, number).await);
        }
    }
    assert_eq!(taken, 300, "of all networks together");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_merchant_reads_notices_at_once_or_lets_an_address_say_yes() {
    let desk = Desk::opens().await;
    let (world, merchant) = (&desk.world, desk.merchant());
    let reader = json!({ "tenant": desk.shop.id, "locale": "hi-IN", "idempotencyKey": "one" });
    let read = done(world, &merchant, SUBSCRIBE, reader.clone()).await["subscriber"].clone();
    assert_eq!((&read["state"], &read["mail"], &read["locale"]), (&json!("LIVE"), &Value::Null, &json!("hi")));
    assert_eq!(done(world, &merchant, SUBSCRIBE, reader).await["subscriber"]["id"], read["id"]);
    let again = json!({ "tenant": desk.shop.id, "locale": "en" });
    assert_eq!(done(world, &merchant, SUBSCRIBE, again).await["subscriber"]["id"], read["id"], "one is enough");

    let wish = json!({ "tenant": desk.shop.id, "mail": ASMA, "locale": "en" });
    let asked = done(world, &merchant, SUBSCRIBE, wish).await["subscriber"].clone();
    assert_eq!((&asked["state"], &asked["tenant"]["legalName"]), (&json!("UNCONFIRMED"), &json!("Zaitoon Home")));
    world.work().await;
    assert!(desk.confirms(&desk.letters(ASMA).1).await);

    let neighbour = world.shop("Neem Bazaar", 0).await;
    let foreign = json!({ "tenant": neighbour.id, "locale": "en" });
    assert_eq!(refused(world, &merchant, SUBSCRIBE, foreign).await, "NOT_FOUND");
    let seat = Seat::new(&[], &[Permission::SeeTenants], Bounds::Named(vec![neighbour.tenant]));
    let other = Caller::api_key(ApiKeyId::fresh(), seat);
    assert_eq!(refused(world, &other, UNSUBSCRIBE, json!({ "id": asked["id"] })).await, "NOT_FOUND");
    let ended = done(world, &merchant, UNSUBSCRIBE, json!({ "id": asked["id"] })).await["subscriber"].clone();
    assert_eq!(ended, json!({ "id": asked["id"], "state": "ENDED", "mail": null }));
    let support = desk_seat(world, &[Role::Support]);
    let denied = refused(world, &support, UNSUBSCRIBE, json!({ "id": read["id"] })).await;
    assert_eq!(denied, "FORBIDDEN", "who only looks ends nobody's");
    done(world, &desk.ops(), UNSUBSCRIBE, json!({ "id": read["id"] })).await;
    assert_eq!(desk.states(), ["ended", "ended"]);
}
