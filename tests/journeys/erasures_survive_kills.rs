//! Erasures are carried out by processes that are killed at any moment, with recipients that act and then drop their answer:
//! nobody is lost or half erased, nothing is done twice, and nothing is certified before it is true.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use harness::erasing::{Asked, COURIER, Erasing, TOLD, one_of};
use harness::post::token_in;
use harness::yard::{Hand, turn};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rightsdesk_server::floor::kernel::{Error, MessageId, Ref};
use rightsdesk_server::propagation::{self, Answered, TaskState};
use rightsdesk_server::roof::demo::street::{Fault, Kind, Standing};

/// Buyers who did not ask.
const DECOYS: usize = 4;
const MERCHANTS: usize = 4;
const LEASE: Duration = Duration::from_millis(500);
const SEED: u64 = 41;
/// How many may be on their way at a time.
const MOST: usize = 80;
/// From the last kill to the last end.
const SOON: Duration = Duration::from_mins(1);

/// Where things go wrong at recipients.
const DOORS: [&str; 4] = ["/segment/regulations", "/resend/contacts", "/stripe/v1/customers", "/dsr/requests"];

/// Certificates that tell of what had not happened when they were made.
const EARLY: &str = "select r.reference || ' ' || c.number as line
    from certificates c join requests r on r.tenant_id = c.tenant_id and r.id = c.request_id
   where exists (select from request_steps s
                  where s.tenant_id = c.tenant_id and s.request_id = c.request_id
                    and s.name not in ('certificate', 'settle', 'request_key')
                    and (s.state <> 'done' or s.finished_at > c.made_at))
      or not exists (select from request_steps s
                      where s.tenant_id = c.tenant_id and s.request_id = c.request_id and s.name = 'scan')
      or exists (select from recipient_tasks t
                  where t.tenant_id = c.tenant_id and t.request_id = c.request_id
                    and (t.ended_at is null or t.ended_at > c.made_at))";

/// Ids of whoever was erased.
const ERASED: &str = "select subject_id from request_persons where part = 'person'";

/// Everything that is held of these buyers of the platform's, as it is stored.
fn held_of(customers: &[String]) -> String {
    let ids = customers.iter().map(|id| format!("'{id}'")).collect::<Vec<_>>().join(", ");
    format!(
        "with others as (select * from customers where platform_id in ({ids}))
         select t.line from (
           select 'c ' || o::text as line from others o
           union all select 'o ' || o::text from orders o join others on others.subject_id = o.subject_id
           union all select 'x ' || x::text from order_contacts x join orders o on o.id = x.id
                                            join others on others.subject_id = o.subject_id
           union all select 'i ' || i::text from subject_identifiers i join others on others.subject_id = i.subject_id
           union all select 's ' || s::text from subjects s join others on others.subject_id = s.id
           union all select 'k ' || k::text from subject_keys k join others on others.subject_id = k.subject_id) t
          order by 1"
    )
}

/// How many: two thousand with `E2E_ERASURES=2000`, a thousand kills with `E2E_KILLS=1000`.
#[expect(clippy::disallowed_methods, reason = "said by whoever runs the tests, and no setting of the desk")]
fn wanted(name: &str, otherwise: usize) -> usize {
    std::env::var(name).ok().and_then(|said| said.parse().ok()).unwrap_or(otherwise)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_killed_nobody_is_half_erased_and_nothing_is_done_twice_or_certified_early() {
    let _turn = turn().await;
    let (erasures, kills) = (wanted("E2E_ERASURES", 12), wanted("E2E_KILLS", 10));
    let mut scene = Erasing::begins(MERCHANTS, erasures + DECOYS).await;
    scene.sets_up().await;
    let told: Vec<&str> = TOLD.iter().map(|(recipient, _)| *recipient).collect();
    for number in 0..erasures {
        scene.asks(number, &told).await;
    }
    let mut others = Vec::new();
    for number in erasures..erasures + DECOYS {
        others.push(scene.buys(number, &told).await.1);
    }
    let (others, theirs) = (held_of(&others), scene.lines(&held_of(&others)));
    assert!(theirs.len() > 5 * DECOYS, "those who did not ask are there: {}", theirs.len());
    let marks = scene.lines(
        "select encode(i.bidx, 'hex') as line from subject_identifiers i join requests r on r.subject_id = i.subject_id
          where r.right_code = 'deletion'",
    );
    assert!(marks.len() >= erasures, "who is to go is known by something: {}", marks.len());
    let mut storm = Storm::gathers(&scene);
    let (begun, mut killed) = (Instant::now(), 0);
    while killed < kills || storm.cooled < scene.asked.len() {
        let patience = Duration::from_mins(2) + Duration::from_secs(4) * u32::try_from(kills + erasures).expect("few");
        assert!(begun.elapsed() < patience, "after {killed} kills: {:#?}", storm.standing());
        storm.rages(killed, kills).await;
        killed += 1;
    }
    let (raged, ended) = (begun.elapsed(), storm.blows_over().await);
    let broken = storm.broken_off();
    println!(
        "{killed} kills over {erasures} erasures in {raged:?}, the last of them ended {ended:?} after the last kill; \
         {} letters, {} deeds of recipients; broken off: {broken:?}",
        scene.post.letters_to(COURIER).len(),
        scene.course.street.recipients.deeds().len()
    );
    assert!(broken.values().sum::<usize>() > 0, "no kill hit anything: {broken:?}");

    every_request_ended(&scene);
    nothing_is_left(&scene, &marks);
    what_a_ground_keeps_is_whole(&scene);
    everybody_was_told_once(&scene);
    assert_eq!(scene.lines(&others), theirs, "nobody else's row is another");
}

/// Two processes that carry out what was approved, killed in turn.
struct Storm<'s> {
    scene: &'s Erasing,
    dice: StdRng,
    hands: Vec<Hand>,
    /// How many may be carried out by now.
    cooled: usize,
    /// How many letters were read.
    read: usize,
}

impl<'s> Storm<'s> {
    fn gathers(scene: &'s Erasing) -> Self {
        scene.course.street.recipients.finish();
        let hands = (0..2).map(|_| scene.hired(LEASE, 6)).collect();
        Self { scene, dice: StdRng::seed_from_u64(SEED), hands, cooled: 0, read: 0 }
    }

    /// More is carried out, something goes wrong, and one of the two is killed: at any moment, or just when a recipient has
    /// done what it was told and nobody has written it down yet.
    async fn rages(&mut self, number: usize, kills: usize) {
        let asked = &self.scene.asked;
        let wanted = (asked.len() * (number + 1)).div_ceil(kills.max(1)).min(asked.len());
        if wanted > self.cooled && self.open() < MOST {
            let until = wanted.min(self.cooled + MOST);
            self.scene.cool_off(&asked[self.cooled..until]);
            self.cooled = until;
        }
        self.goes_wrong();
        if self.dice.random_range(0..3) == 0 {
            let before = self.deeds();
            for _ in 0..60 {
                tokio::time::sleep(Duration::from_millis(5)).await;
                if self.deeds() > before {
                    break;
                }
            }
            let moment = self.dice.random_range(0..40);
            tokio::time::sleep(Duration::from_millis(moment)).await;
        } else {
            let moment = self.dice.random_range(30..700);
            tokio::time::sleep(Duration::from_millis(moment)).await;
        }
        let which = self.dice.random_range(0..self.hands.len());
        self.hands.swap_remove(which).kill();
        self.hands.push(self.scene.hired(LEASE, 6));
        self.recipients_go_on().await;
        self.nothing_is_early();
    }

    /// Recipients act and drop their answers, are slow, or fail.
    fn goes_wrong(&mut self) {
        let slow = Kind::Slow(Duration::from_millis(80));
        let kinds = [Kind::DropsAfterActing, Kind::DropsAfterActing, Kind::Truncated, slow, Kind::Fails];
        for _ in 0..2 {
            let (door, kind) = (one_of(&mut self.dice, &DOORS), one_of(&mut self.dice, &kinds));
            self.scene.course.street.recipients.order(Fault::once(door, kind));
        }
        let kind = one_of(&mut self.dice, &kinds);
        self.scene.course.stand("woocommerce").order(Fault::once("/", kind));
    }

    /// What takes its time is over, and whoever got a letter answers it.
    async fn recipients_go_on(&mut self) {
        self.scene.course.street.recipients.stands(Standing::Completed);
        let letters = self.scene.post.letters_to(COURIER);
        for letter in &letters[self.read..] {
            let token = token_in(&letter.text());
            let answered = Answered { state: TaskState::Done, words: None };
            let tools = &self.scene.course.world.tools;
            match propagation::answer_by_link(tools, &token, answered).await {
                Ok(_) => self.read += 1,
                // Somebody else was at it: it is answered the next time.
                Err(Error::Conflict | Error::Unavailable { .. }) => break,
                Err(other) => panic!("the desk does not answer: {other:?}"),
            }
        }
        self.scene.ask_at_once();
    }

    fn nothing_is_early(&self) {
        let early = self.scene.lines(EARLY);
        assert!(early.is_empty(), "certified before it was true: {early:?}");
    }

    /// Nobody is killed any more: how long it takes until all of it has ended.
    async fn blows_over(&mut self) -> Duration {
        let begun = Instant::now();
        self.scene.course.stand("woocommerce").lift();
        while self.open() > 0 || self.unsent() > 0 || self.given_up() > 0 {
            assert!(begun.elapsed() < SOON, "not ended in time: {:#?}", self.standing());
            self.recipients_go_on().await;
            self.nothing_is_early();
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        let ended = begun.elapsed();
        self.nothing_is_early();
        self.hands.clear();
        ended
    }

    /// Requests that are being carried out.
    fn open(&self) -> usize {
        self.scene.count(
            "select count(*) from requests r join request_plans p on p.tenant_id = r.tenant_id and p.id = r.plan_id
              where r.right_code = 'deletion' and r.stage <> 'closed' and p.starts_at <= now()",
        )
    }

    /// Letters that have not left.
    fn unsent(&self) -> usize {
        self.scene.count("select count(*) from request_messages where state = 'queued'")
    }

    /// Jobs that were given up, and that the desk puts back by itself: also where what they were about has ended meanwhile.
    fn given_up(&self) -> usize {
        self.scene.count(
            "select count(*) from jobs where state in ('dead', 'quarantined') and name in ('carry_out', 'tell_recipient')",
        )
    }

    fn deeds(&self) -> usize {
        self.scene.course.street.recipients.deeds().len()
    }

    /// Attempts that ended with their process, by what they were at.
    fn broken_off(&self) -> BTreeMap<String, usize> {
        let rows = self.scene.lines(
            "select j.name || ' ' || count(*) as line from job_attempts a
               join jobs j on j.tenant_id = a.tenant_id and j.id = a.job_id
              where a.code = 'CRASHED' and j.name in ('carry_out', 'tell_recipient') group by j.name",
        );
        let parts = rows.iter().filter_map(|row| row.split_once(' '));
        parts.map(|(name, count)| (name.to_owned(), count.parse().expect("a count"))).collect()
    }

    /// For a person who wonders.
    fn standing(&self) -> Vec<String> {
        self.scene.lines(
            "select name || ' ' || state || ' ' || coalesce(code, '') || ' attempt ' || attempt || ' x' || count(*) as line
               from jobs where state <> 'done' group by name, state, code, attempt
             union all
             select 'step ' || s.name || ' ' || s.state || ' x' || count(*) from request_steps s group by s.name, s.state
             union all
             select 'task ' || recipient || ' ' || kind || ' ' || state || ' ' || coalesce(answer, '') || ' x' || count(*)
               from recipient_tasks group by recipient, kind, state, answer
             union all
             select 'request ' || stage || ' ' || coalesce(outcome, '') || ' x' || count(*) from requests
              group by stage, outcome",
        )
    }
}

/// Nobody is lost: every request is answered and certified once, with every recipient's word.
fn every_request_ended(scene: &Erasing) {
    let odd = scene.lines(
        "select reference || ' ' || stage || ' ' || coalesce(outcome, '') as line from requests
          where right_code = 'deletion' and (stage <> 'closed' or outcome not in ('fulfilled', 'partly_fulfilled'))",
    );
    assert!(odd.is_empty(), "{odd:#?}");
    let certified = scene.lines(
        "select count(*) || ' of ' || count(distinct request_id) || ' up to ' || max(number) as line from certificates",
    );
    assert_eq!(certified, [format!("{0} of {0} up to 1", scene.asked.len())]);
    // Those that a program or a letter tells, and the shop's own platform.
    let recipients = TOLD.len() + 1;
    let named = scene.lines(&format!(
        "select document as line from certificates
          where json_array_length(document::json -> 'recipients') <> {recipients}
             or document::json #>> '{{scan,rows_left}}' <> '0'
             or exists (select from json_array_elements(document::json -> 'recipients') t
                         where t ->> 'state' not in ('done', 'already_gone'))"
    ));
    assert!(named.is_empty(), "{named:#?}");
    let counted_twice = scene.lines(
        "select s.tenant_id || ' ' || s.name || ' ' || s.place || ' ' || s.rows || ' of ' || l.rows as line from request_steps s
           join request_plan_lines l on l.tenant_id = s.tenant_id and l.plan_id = s.plan_id and l.position = s.line
          where s.place in ('customers', 'orders', 'order_contacts', 'subject_identifiers') and s.rows > l.rows",
    );
    assert!(counted_twice.is_empty(), "{counted_twice:#?}");
}

/// Nobody is half erased: by no id, by no index, under no key and by no word is anything of them left.
fn nothing_is_left(scene: &Erasing, marks: &[String]) {
    // What tells of the desk's own doing by ids alone, and the books that the law wants whole.
    const BOOKS: [&str; 9] = [
        "access_log",
        "disclosures",
        "holds",
        "intake_identifiers",
        "recipient_tasks",
        "request_persons",
        "requests",
        "subject_keys",
        "tombstones",
    ];
    let named = scene.lines(
        "select c.table_name || ' ' || c.column_name || ' ' || c.data_type as line from information_schema.columns c
           join information_schema.tables t on t.table_schema = c.table_schema and t.table_name = c.table_name
          where c.table_schema = 'public' and t.table_type = 'BASE TABLE'
            and (c.column_name = 'subject_id' or c.data_type = 'bytea') order by 1",
    );
    let keys = format!("select uuid_send(id) from subject_keys where subject_id in ({ERASED})");
    let (mut ids, mut envelopes) = (0, 0);
    for line in &named {
        let [table, column, kind] = line.splitn(3, ' ').collect::<Vec<_>>()[..] else { panic!("three words: {line}") };
        let left = match (column, kind) {
            ("subject_id", _) if BOOKS.contains(&table) => continue,
            // A contact is the record of the wish itself: it names whom it was about, as the request does, and nobody beside.
            ("subject_id", _) if table == "intakes" => format!(
                "select count(*) from intakes i where i.subject_id in ({ERASED}) and i.forgotten_at is null
                    and not exists (select from requests r join request_persons p
                                                on p.tenant_id = r.tenant_id and p.request_id = r.id and p.part = 'person'
                                     where r.tenant_id = i.tenant_id and r.intake_id = i.id and p.subject_id = i.subject_id)"
            ),
            ("subject_id", _) => {
                ids += 1;
                format!("select count(*) from {table} where subject_id in ({ERASED})")
            }
            // The reason of a look at somebody is shut with the key, in a book that nobody changes.
            ("reason", _) if table == "access_log" => continue,
            _ => {
                envelopes += 1;
                format!("select count(*) from {table} where substring({column} from 11 for 16) in ({keys})")
            }
        };
        assert_eq!(scene.count(&left), 0, "{table}.{column}");
    }
    assert!(ids > 5 && envelopes > 20, "there was something to look through: {ids}, {envelopes}");
    let open_keys = format!("select count(*) from subject_keys where wrapped is not null and subject_id in ({ERASED})");
    assert_eq!(scene.count(&open_keys), 0, "somebody's key is there");
    let marks = marks.iter().map(|mark| format!("'{mark}'")).collect::<Vec<_>>().join(", ");
    let found = format!("select count(*) from subject_identifiers where encode(bidx, 'hex') in ({marks})");
    assert_eq!(scene.count(&found), 0, "somebody is found by what they went by");

    // What was put aside to carry it out is gone with it.
    let aside = "select (select count(*) from request_matches)
        + (select count(*) from recipient_tasks where matches is not null)
        + (select count(*) from request_keys k join requests r on r.tenant_id = k.tenant_id and r.id = k.owner_id
            where r.right_code = 'deletion' and k.wrapped is not null)";
    assert_eq!(scene.count(aside), 0);

    // Nobody comes back: each stone stands, and stood in the journal first.
    let bare =
        format!("select count(*) from ({ERASED} except select subject_id from tombstones where lifted_at is null) t");
    assert_eq!(scene.count(&bare), 0, "somebody was erased and is not known again");
    let path = scene.course.world.tools.journal.tombstones.path().to_owned();
    let journal = std::fs::read_to_string(path).expect("a journal");
    for stone in scene.lines("select encode(digest, 'hex') as line from tombstones") {
        assert!(journal.contains(&stone), "a stone that the journal does not know");
    }
    assert!(!journal.contains(r#""type":"lift""#), "nobody was held");
}

/// What a ground keeps stays whole, of nobody's name and under a key that opens it.
fn what_a_ground_keeps_is_whole(scene: &Erasing) {
    let all = scene.asked.len();
    let orders = "select count(*) from orders where name like '#700%'";
    assert_eq!(scene.count(orders), 2 * (all + DECOYS), "the books are whole");
    let at_its_shop =
        |one: &Asked| format!("('{}'::uuid, '{}')", scene.trades[one.trade].store.id.uuid(), one.customer);
    let customers = scene.asked.iter().map(at_its_shop).collect::<Vec<_>>().join(", ");
    let keepers = "select subject_id from request_persons where part = 'keeper'";
    let strays = format!(
        "select (select count(*) from customers where (store_id, platform_id) in ({customers}) and subject_id not in ({keepers}))
              + (select count(*) from orders where (store_id, customer) in ({customers})
                                               and (subject_id is null or subject_id not in ({keepers})))"
    );
    assert_eq!(scene.count(&strays), 0, "a row that no ground keeps names somebody");
    let kept = format!("select count(*) from orders where subject_id in ({keepers})");
    assert_eq!(scene.count(&kept), all, "the order of each whose payment may be disputed");
    let whole = format!(
        "select count(*) from orders o join order_contacts x on x.tenant_id = o.tenant_id and x.id = o.id
           join subject_keys k on k.tenant_id = o.tenant_id and k.subject_id = o.subject_id and k.wrapped is not null
          where o.subject_id in ({keepers}) and substring(x.mail from 11 for 16) = uuid_send(k.id)
            and x.address is null and x.phone is null"
    );
    assert_eq!(scene.count(&whole), all, "who may dispute it can still be read, and not where they live");
}

/// Whoever is no better off by being told twice was told once, and everybody was told.
fn everybody_was_told_once(scene: &Erasing) {
    let recipients = &scene.course.street.recipients;
    let mut deeds: BTreeMap<(String, String), usize> = BTreeMap::new();
    for deed in recipients.deeds() {
        *deeds.entry(deed).or_default() += 1;
    }
    let twice: Vec<_> = deeds.iter().filter(|(_, times)| **times > 1).collect();
    assert!(twice.is_empty(), "done twice: {twice:?}");
    for one in &scene.asked {
        for (recipient, whom) in [("segment", &one.customer), ("resend", &one.mail), ("stripe", &one.mail)] {
            let done = deeds.get(&(recipient.to_owned(), whom.clone()));
            assert_eq!(done, Some(&1), "{recipient} was not told of {whom}");
        }
        for recipient in ["resend", "stripe"] {
            assert!(!recipients.knows_still(recipient, &one.mail), "{recipient} knows {}", one.mail);
        }
    }
    let processed = deeds.keys().filter(|(recipient, _)| recipient == "dsr").count();
    assert_eq!((processed, recipients.asked().len()), (scene.asked.len(), scene.asked.len()));
    assert_eq!(deeds.len(), 4 * scene.asked.len(), "nobody was told of who did not ask");

    // A letter that may have left goes out again under the id that it had.
    let letters = scene.post.letters_to(COURIER);
    let ids: BTreeSet<&str> = letters.iter().map(|letter| letter.header("Message-ID")).collect();
    assert_eq!(ids.len(), scene.asked.len());
    // What was answered by 404 was gone already, and no deed.
    let mut gone: Vec<(String, String)> = scene
        .course
        .stand("woocommerce")
        .erasures()
        .into_iter()
        .map(|(shop, customer)| (shop, customer.to_string()))
        .collect();
    gone.sort_unstable();
    let at_its_shop = |one: &Asked| (scene.trades[one.trade].shop.clone(), one.customer.clone());
    let mut asked: Vec<(String, String)> = scene.asked.iter().map(at_its_shop).collect();
    asked.sort_unstable();
    assert_eq!(gone, asked, "each shop deleted everybody once, and nobody else");
    everybody_was_answered_once(scene);
}

/// Everybody has one answer: one letter, which came under one id however often it left.
fn everybody_was_answered_once(scene: &Erasing) {
    for one in &scene.asked {
        let written = scene.lines(&format!(
            "select id::text as line from request_messages
              where request_id = '{}' and way = 'out' and kind = 'answered'",
            one.at.id.uuid()
        ));
        let [id] = written.as_slice() else { panic!("{} has {} answers", one.mail, written.len()) };
        let id = Ref::new(one.at.tenant, MessageId::from_uuid(id.parse().expect("an id"))).to_string();
        let letters = scene.post.letters_to(&one.mail);
        let came = letters.iter().filter(|letter| letter.header("Message-ID").contains(&id)).count();
        assert!(came > 0, "{} was never answered", one.mail);
    }
}
