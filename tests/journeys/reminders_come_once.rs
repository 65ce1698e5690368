//! Staff are reminded of each request on its days and once, whoever works it; what was missed while nobody worked is told
//! once, and what is overdue raises the alarm. The full count runs with `E2E_REQUESTS=10000`.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Duration, NaiveDate};
use futures_util::future::join_all;
use harness::asked::sitting;
use harness::people::Person;
use harness::shop::Shop;
use harness::world::World;
use rightsdesk_server::floor::access::{Bounds, Caller, Role, Seat};
use rightsdesk_server::floor::kernel::{Instant, Personal, Ref, RequestId, StaffId, Watch};
use rightsdesk_server::floor::mail::Kept;
use rightsdesk_server::floor::regulations::{PauseGround, Right};
use rightsdesk_server::requests::{self, Asking, GoesBy, Mandate, Proof, Source, Stated, SubjectKind, Wanted};

/// A Monday in February, at noon: no day of these weeks is short or long.
const MONDAY: &str = "2027-02-01T12:00:00Z";

/// Requests that come in over a week: ten thousand with `E2E_REQUESTS=10000`.
#[expect(clippy::disallowed_methods, reason = "said by whoever runs the tests, and no setting of the desk")]
fn count() -> usize {
    std::env::var("E2E_REQUESTS").ok().and_then(|count| count.parse().ok()).unwrap_or(21)
}

struct Town {
    world: World,
    shops: Vec<Shop>,
    mira: Person,
    ibrahim: Person,
    /// Every letter there was, as they were taken out of the mailbox.
    letters: Vec<Kept>,
}

impl Town {
    async fn opens() -> Self {
        let at = Instant::from_utc(MONDAY.parse().expect("a moment"));
        let world = World::alone(Watch::held(at)).await;
        let mut shops = Vec::new();
        for name in ["Zaitoon Home", "Neem Bazaar", "Nordlicht"] {
            shops.push(world.shop(name, 0).await);
        }
        let (mira, ibrahim) = (world.staff(&[Role::Support]).await, world.staff(&[Role::Approver]).await);
        world.work().await;
        let mut town = Self { world, shops, mira, ibrahim, letters: Vec::new() };
        town.collect();
        town.letters.clear();
        town
    }

    fn support(&self) -> Caller {
        sitting(&self.world, self.mira.id, Seat::new(&[Role::Support], &[], Bounds::Desk))
    }

    /// What somebody who is signed in asks, at this moment or so long before it.
    async fn asks(&self, number: usize, before: Duration) -> Ref<RequestId> {
        let shop = &self.shops[number % self.shops.len()];
        let value = Personal::new(["somebody", &number.to_string(), "@example.com"].concat());
        let right = [Right::Access, Right::Deletion, Right::Correction][number % 3];
        let place = ["DE", "US-CA", "GB", "BR"][number % 4];
        let asking = Asking {
            source: Source::Web,
            tenant: shop.tenant,
            subject_kind: SubjectKind::Shopper,
            store: None,
            delivery: None,
            rights: vec![Wanted { right, case: None }],
            identifiers: vec![Stated { kind: GoesBy::Mail, store: None, value, proof: Proof::Member }],
            words: None,
            original: None,
            locale: Some("en".to_owned()),
            place: Some(place.to_owned()),
            received_at: Some(self.world.tools.watch.now().plus(-before)),
            notice: None,
            mandate: Mandate::None,
            is_test: false,
            appeal_of: None,
        };
        let taken = requests::receive(&self.world.tools, &Caller::house(), asking).await.expect("taken in");
        Ref::new(shop.tenant, taken.requests[0].id)
    }

    async fn all_ask(&self, numbers: std::ops::Range<usize>) -> Vec<Ref<RequestId>> {
        let mut asked = Vec::new();
        let numbers: Vec<usize> = numbers.collect();
        for (at, chunk) in numbers.chunks(8).enumerate() {
            asked.extend(join_all(chunk.iter().map(|number| self.asks(*number, Duration::zero()))).await);
            if at % 25 == 24 {
                self.is_counted();
            }
        }
        asked
    }

    /// What Postgres does by itself each minute, but not for tests.
    fn is_counted(&self) {
        self.world.base.tamper("analyze");
    }

    async fn is_given_to(&self, at: Ref<RequestId>, owner: StaffId) {
        requests::assign(&self.world.tools, &self.support(), at, None, (Some(owner), None), None)
            .await
            .expect("assigned");
    }

    /// A day goes by, and each job of it is done.
    async fn a_day(&mut self) {
        self.world.later(Duration::days(1));
        self.world.work().await;
        self.collect();
    }

    fn collect(&mut self) {
        let mailbox = self.world.tools.mail.mailbox().expect("letters are kept in memory");
        self.letters.extend(mailbox.empty());
    }

    /// The letters about what is due, by what they are about and whom they went to; each id once.
    fn reminders(&self) -> BTreeMap<String, String> {
        let mut told = BTreeMap::new();
        for kept in self.letters.iter().filter(|kept| kept.letter.message_id.starts_with("remind-")) {
            let (id, to) = (kept.letter.message_id.clone(), kept.letter.to.disclose().to_owned());
            assert!(told.insert(id.clone(), to).is_none(), "{id} came twice");
        }
        told
    }

    /// What was told, and on which day of the contact's own zone: `id about day told`.
    fn told(&self) -> BTreeSet<String> {
        let rows = self.world.base.lines(
            "select m.request_id || ' ' || m.about || ' ' || m.day || ' ' || (m.told_at at time zone i.zone)::date as line
               from request_reminders m
               join requests r on r.tenant_id = m.tenant_id and r.id = m.request_id
               join intakes i on i.tenant_id = r.tenant_id and i.id = r.intake_id",
        );
        rows.into_iter().collect()
    }

    /// What is to be told of everything that is open, reckoned by itself from its dates.
    fn expected(&self, until: NaiveDate) -> BTreeSet<String> {
        let rows = self.world.base.lines(
            "select id || ' ' || due_on || ' ' || target_on || ' ' || (received_at at time zone 'UTC')::date as line
               from requests where stage = 'open' and not is_test",
        );
        let mut first: BTreeMap<String, NaiveDate> = BTreeMap::new();
        for row in rows {
            let words: Vec<&str> = row.split(' ').collect();
            let day = |at: usize| words[at].parse::<NaiveDate>().expect("a day");
            let (id, due, target, from) = (words[0], day(1), day(2), day(3) + Duration::days(1));
            let mut on = from;
            while on <= until {
                let about = match (due - on).num_days() {
                    left if left < 0 => Some(("overdue", due)),
                    0 => Some(("last_day", due)),
                    1..=3 => Some(("due_soon", due)),
                    _ if on >= target => Some(("target", target)),
                    _ => None,
                };
                if let Some((about, of)) = about {
                    first.entry(format!("{id} {about} {of}")).or_insert(on);
                }
                on += Duration::days(1);
            }
        }
        first.into_iter().map(|(what, on)| format!("{what} {on}")).collect()
    }

    fn events(&self, action: &str) -> usize {
        let counted = format!("select count(*)::text as line from audit_events where action = '{action}'");
        self.world.base.lines(&counted)[0].parse().expect("a count")
    }

    fn today(&self) -> NaiveDate {
        self.world.tools.watch.now().day().0
    }

    fn mailbox(&self) -> String {
        self.world.tools.policy.in_force().expect("a policy").policy.operator.contact.clone()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_reminder_comes_on_its_day_and_once() {
    let mut town = Town::opens().await;
    let (all, mut asked) = (count(), Vec::new());
    for day in 0..7 {
        let some = town.all_ask(all * day / 7..all * (day + 1) / 7).await;
        for (number, at) in some.iter().enumerate() {
            if number % 2 == 0 {
                town.is_given_to(*at, town.mira.id).await;
            }
        }
        asked.extend(some);
        town.a_day().await;
    }
    for _ in 7..42 {
        town.a_day().await;
    }
    let (told, expected) = (town.told(), town.expected(town.today()));
    let (missing, more): (Vec<_>, Vec<_>) =
        (expected.difference(&told).take(5).collect(), told.difference(&expected).take(5).collect());
    assert!(missing.is_empty() && more.is_empty(), "missing {missing:?}, too many {more:?}");
    assert!(told.len() >= all * 3, "{} of {all} requests: the journey saw too little", told.len());

    let letters = town.reminders();
    let owned: BTreeSet<String> =
        town.world.base.lines("select id::text as line from requests where owner_id is not null").into_iter().collect();
    let (mut escalated, mut overdue) = (0, 0);
    for line in &told {
        let words: Vec<&str> = line.split(' ').collect();
        let (id, about, day) = (words[0].replace('-', ""), words[1], words[2]);
        let key = format!("remind-{id}-{about}-{day}-");
        let to: Vec<&String> =
            letters.range(key.clone()..).take_while(|(id, _)| id.starts_with(&key)).map(|it| it.1).collect();
        let first = if owned.contains(words[0]) { town.mira.mail.clone() } else { town.mailbox() };
        assert!(to.contains(&&first), "{line} went to {to:?}");
        let presses = matches!(about, "last_day" | "overdue");
        assert_eq!(to.len(), if presses { 2 } else { 1 }, "{line}");
        assert_eq!(to.contains(&&town.ibrahim.mail), presses, "{line}");
        escalated += usize::from(presses);
        overdue += usize::from(about == "overdue");
    }
    assert_eq!(letters.len(), told.len() + escalated, "a letter that nothing tells of");
    assert_eq!((town.events("request.reminded"), town.events("request.alarm")), (told.len(), overdue));

    let digests: Vec<&str> = town
        .letters
        .iter()
        .filter(|kept| kept.letter.to.disclose() == town.mira.mail)
        .map(|kept| kept.letter.message_id.as_str())
        .filter(|id| id.starts_with("digest-"))
        .collect();
    let once: BTreeSet<_> = digests.iter().collect();
    assert!(once.len() == digests.len() && digests.len() > 10, "one each morning: {digests:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_missed_while_nobody_worked_is_told_once_and_what_is_overdue_raises_the_alarm() {
    let mut town = Town::opens().await;
    let all = count().min(60);
    for number in 0..all {
        // Half of them end while nobody works, half of them after it.
        let before = Duration::days(if number % 2 == 0 { 20 } else { 0 });
        town.asks(number, before).await;
    }
    town.world.work().await;
    town.collect();
    let before = town.told();
    town.world.later(Duration::days(29));
    town.world.work().await;
    town.collect();
    let now = town.world.tools.watch.now();
    let told = town.told();
    let at_once: Vec<&String> = told.difference(&before).collect();
    let rows = town.world.base.lines(&format!(
        "select id || ' ' || (due_at <= timestamptz 'epoch' + {0} * interval '1 microsecond') || ' ' ||
                (target_on <= (timestamptz 'epoch' + {0} * interval '1 microsecond')::date) as line from requests",
        now.micros()
    ));
    let (mut overdue, mut in_time) = (0, 0);
    for row in rows {
        let words: Vec<&str> = row.split(' ').collect();
        let of: Vec<&&String> = at_once.iter().filter(|line| line.starts_with(words[0])).collect();
        match (words[1], words[2]) {
            ("true", _) => {
                assert!(of.len() == 1 && of[0].contains(" overdue "), "told once, of what presses most: {of:?}");
                overdue += 1;
            }
            (_, "true") => {
                assert!(of.len() == 1 && !of[0].contains(" overdue "), "told while there is time: {of:?}");
                in_time += 1;
            }
            _ => assert!(of.is_empty(), "nothing is to be told yet: {of:?}"),
        }
    }
    assert!(overdue > 0 && in_time > 0, "{overdue} {in_time}: the journey saw one side only");
    assert_eq!(town.events("request.alarm"), overdue, "the alarm was raised for each");
    town.reminders();

    // From there on the days that are still to come are kept as ever.
    for _ in 0..4 {
        town.a_day().await;
    }
    let later: Vec<String> = town.told().difference(&told).cloned().collect();
    for line in later.iter().filter(|line| line.contains(" last_day ")) {
        let words: Vec<&str> = line.split(' ').collect();
        assert_eq!(words[2], words[3], "on its day: {line}");
    }
    town.reminders();
    let mornings = town
        .letters
        .iter()
        .filter(|kept| kept.letter.message_id.starts_with("digest-") && kept.letter.to.disclose() == town.mira.mail);
    assert!(mornings.count() <= 6, "the mornings that nobody worked are not told one by one");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_stands_still_is_told_of_as_such_and_what_has_ended_no_more() {
    let mut town = Town::opens().await;
    let (still, ended, moved) = (4, 8, 12);
    let mut ids = Vec::new();
    for number in [still, ended, moved] {
        ids.push(town.asks(number, Duration::zero()).await);
    }
    let (tools, staff) = (town.world.tools.clone(), town.support());
    town.a_day().await;
    let reason = || Personal::new("There is much of it.");
    requests::pause(&tools, &staff, ids[0], None, PauseGround::ScopeAsked, reason(), None).await.expect("paused");
    requests::withdraw(&tools, &staff, ids[1], None, None).await.expect("withdrawn");
    for _ in 1..45 {
        town.a_day().await;
    }
    let about = |at: Ref<RequestId>| -> Vec<String> {
        let told = town.told();
        let own = told.iter().filter(|line| line.starts_with(&at.id.uuid().to_string()));
        own.map(|line| line.split(' ').nth(1).unwrap_or_default().to_owned()).collect()
    };
    assert!(about(ids[1]).is_empty(), "nobody hurries for what is over: {:?}", about(ids[1]));
    let own = about(ids[2]);
    assert!(own.contains(&"overdue".to_owned()) && own.contains(&"last_day".to_owned()), "{own:?}");
    // One regime's time may run on while the others stand still: then that one is told of.
    let clocks = town.world.base.lines(&format!(
        "select bool_and(is_paused)::text as line from request_clocks c join requests r
             on r.tenant_id = c.tenant_id and r.id = c.request_id and c.regime = r.driving
          where r.id = '{}' and c.kind in ('answer', 'appeal')",
        ids[0].id.uuid()
    ));
    let own = about(ids[0]);
    if clocks == ["true"] {
        assert_eq!(own, ["pause_ends"]);
    } else {
        assert!(!own.contains(&"pause_ends".to_owned()), "{own:?}");
    }
}
