//! What a ground keeps of somebody who was erased is what the ground needs and no more. It goes once its last day is over, with
//! the key that opened it; a hold keeps it longer, and the books stay whole.

use chrono::Duration;
use harness::goods::{order, second};
use harness::planned::{ASHA, Planned};
use rightsdesk_server::floor::jobs;
use rightsdesk_server::floor::kernel::{Personal, TenantId};
use rightsdesk_server::floor::ledger::{Event, Witnessed};
use rightsdesk_server::floor::platforms::{Good, Order};
use rightsdesk_server::floor::regulations::Right;
use rightsdesk_server::requests::{COOLING_OFF, EndKeeps};

/// What is held of buyers under nobody's name, and what keeps it.
const KEPT: &str = "select t.line from (
    select 'c ' || c::text as line from customers c
    union all select 'o ' || o::text from orders o
    union all select 'x ' || x::text from order_contacts x
    union all select 'k ' || k::text from subject_keys k
    union all select 'u ' || u::text from keeps u) t order by 1";

/// What stands of whom each order went to.
const CONTACTS: &str = "select o.name || case when x.handle is null then '' else ' handle' end
        || case when x.mail is null then '' else ' mail' end || case when x.phone is null then '' else ' phone' end
        || case when x.address is null then '' else ' address' end as line
   from order_contacts x join orders o on o.id = x.id order by 1";

/// Those rows that have nobody's name on them and are kept all the same.
const STANDING: &str =
    "select place || ' ' || ground || ' ' || until_on as line from keeps where ended_at is null order by 1";

/// To whom they went over.
const KEEPER: &str = "(select subject_id from request_persons where part = 'keeper')";

struct Kept(Planned);

impl Kept {
    /// Asha is erased, who waits for two things until the 25th of September, and whose third was paid for so lately that it may
    /// be disputed until the 15th of October. It is the 24th.
    async fn begins() -> Self {
        let scene = Planned::begins().await;
        let (phone, handle) = (Some(Personal::new("+49 170 5500001")), Some(Personal::new("asha_buys")));
        let with =
            |one: Order| Order { phone: phone.clone(), handle: handle.clone(), customer: Some("c1".to_owned()), ..one };
        let disputed = Order {
            fulfilment: Some("fulfilled".to_owned()),
            placed_at: second(20 * 86_400),
            ..order("3", ASHA, 21 * 86_400)
        };
        scene.comes_in(vec![Good::Order(with(disputed)), Good::Order(with(order("4", ASHA, 1)))]).await;
        scene.world.base.tamper(
            "insert into shipments (tenant_id, id, order_id, number, subject_id, courier, generation, state, recorded_at)
             select tenant_id, gen_random_uuid(), id, 1, subject_id, 'TCS', 0, 'shipped', placed_at from orders
              where platform_id in ('3', '4')",
        );
        let at = scene.asks(Right::Deletion).await;
        let digest = scene.plan(at).await.digest;
        scene.submits(at, digest).await.expect("submitted");
        scene.approves(&scene.approver, at, digest).await.expect("approved");
        scene.world.later(COOLING_OFF);
        let kept = Self(scene);
        kept.works().await;
        kept
    }

    async fn works(&self) {
        while self.0.world.work().await > 0 {}
    }

    /// The look of a day.
    async fn looks(&self) {
        let written = self.0.world.ledger.write(self.0.world.scope(TenantId::HOUSE), |tx| {
            let id = jobs::enqueue(tx, &EndKeeps {})?;
            Ok(Witnessed::new((), Event::new("test.looks", "job", id.uuid())))
        });
        written.await.expect("enqueued");
        self.works().await;
    }

    fn lines(&self, sql: &str) -> Vec<String> {
        self.0.lines(sql)
    }

    fn one(&self, sql: &str) -> String {
        self.lines(sql).pop().expect("a line")
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_stays_of_a_person_is_what_each_ground_needs() {
    let kept = Kept::begins().await;
    assert_eq!(kept.lines(CONTACTS), ["#2 mail address", "#3 mail", "#4 mail phone address"]);
    let named = "select count(*) || '' as line from orders where customer = 'c1'";
    assert_eq!(kept.one(named), "0", "no order says which account it was bought with");
    let orders = format!("select platform_id as line from orders where subject_id = {KEEPER} order by 1");
    assert_eq!(kept.lines(&orders), ["2", "3", "4"], "each is known at its shop still");
    let account = format!(
        "select num_nonnulls(given_name, family_name) || ' '
                || num_nonnulls(mail, phone, address, country, wants_mail, created_at) || ' ' || (platform_id = 'c1') as line
           from customers where subject_id = {KEEPER}"
    );
    assert_eq!(kept.lines(&account), ["2 0 false"], "of the account there is whose it was");
    let standing = kept.lines(STANDING);
    for line in [
        "customers open_order 2026-09-25",
        "order_contacts chargeback_window 2026-10-15",
        "order_contacts open_order 2026-09-25",
        "orders chargeback_window 2026-10-15",
        "orders open_order 2026-09-25",
        "shipments chargeback_window 2026-10-15",
    ] {
        assert!(standing.iter().any(|one| one == line), "{line}: {standing:#?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_kept_goes_on_the_day_after_its_last_and_what_is_bound_longer_stays() {
    let kept = Kept::begins().await;
    let all = kept.lines(KEPT);
    kept.looks().await;
    assert_eq!(kept.lines(KEPT), all, "nothing is over yet");

    kept.0.world.later(Duration::days(2));
    kept.looks().await;
    assert_eq!(kept.lines(CONTACTS), ["#3 mail"]);
    let orders = format!("select platform_id as line from orders where subject_id = {KEEPER} order by 1");
    assert_eq!(kept.lines(&orders), ["3"]);
    assert_eq!(kept.one("select count(*) || '' as line from orders where platform_id in ('2', '4')"), "0");
    assert_eq!(kept.one(&format!("select count(*) || '' as line from customers where subject_id = {KEEPER}")), "0");
    assert_eq!(kept.one("select count(*) || '' as line from shipments"), "1");
    let standing = kept.lines(STANDING);
    assert!(!standing.is_empty() && standing.iter().all(|one| one.contains("chargeback_window")), "{standing:#?}");
    let opens =
        format!("select count(*) || '' as line from subject_keys where subject_id = {KEEPER} and wrapped is not null");
    assert_eq!(kept.one(&opens), "1", "what is bound longer opens still");

    kept.0.world.later(Duration::days(20));
    kept.looks().await;
    assert_eq!(kept.lines(CONTACTS), Vec::<String>::new());
    assert_eq!(kept.lines(&orders), Vec::<String>::new());
    assert_eq!(kept.one("select count(*) || '' as line from shipments"), "0");
    assert_eq!(kept.lines(STANDING), Vec::<String>::new());
    assert_eq!(kept.one(&opens), "0", "nobody opens what an old copy holds of it");
    let books = "select name || ' ' || total as line from orders order by 1";
    let totals = ["#1 50000000", "#2 50000000", "#3 50000000", "#4 50000000"];
    assert_eq!(kept.lines(books), totals, "the books stay whole");
    let told = kept.lines("select object as line from audit_events where action = 'request.keep_ended'");
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told.iter().all(|object| object.starts_with("request:")), "{told:?}");

    let all = kept.lines(KEPT);
    kept.looks().await;
    assert_eq!(kept.lines(KEPT), all, "once more it changes nothing");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hold_on_the_person_keeps_what_was_kept() {
    let kept = Kept::begins().await;
    kept.0.world.base.tamper(
        "insert into holds (tenant_id, id, reference, subject_id, kind, reason, placed_at, placed_by, review_on)
         select tenant_id, gen_random_uuid(), 'H-TESTED', subject_id, 'litigation', '\\x00', now(), gen_random_uuid(),
                '2027-01-01' from request_persons where part = 'person' order by subject_id limit 1",
    );
    kept.0.world.later(Duration::days(22));
    let contacts = kept.lines(CONTACTS);
    kept.looks().await;
    assert_eq!(kept.lines(CONTACTS), contacts, "somebody sues, and it is wanted");
    assert_eq!(contacts.len(), 3);
    kept.0.world.base.tamper("update holds set released_at = now(), released_by = gen_random_uuid()");
    kept.looks().await;
    assert_eq!(kept.lines(CONTACTS), Vec::<String>::new());
    assert_eq!(kept.lines(STANDING), Vec::<String>::new());
}
