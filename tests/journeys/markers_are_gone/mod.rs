//! Whatever can be written down about a person is marked, by the doors that it comes through: the shop's own pages, what it
//! tells, the page for everybody, letters, people at the desk. Then the person is erased, and the marks are looked for
//! wherever the desk keeps something, with every key that is there still: they are gone, and stay gone when the shop offers
//! the person again.

#![expect(clippy::disallowed_methods, reason = "whoever calls here is a stranger, who has no egress")]

mod search;
mod story;

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use chrono::Duration;
use harness::logs;
use rightsdesk_server::floor::datamap::Of;
use rightsdesk_server::floor::jobs;
use rightsdesk_server::floor::kernel::TenantId;
use rightsdesk_server::floor::ledger::{Event, Witnessed};
use rightsdesk_server::requests::ForgetRequests;
use rightsdesk_server::roof::map::MAP;
use uuid::Uuid;

use self::search::{Hit, Search};
use self::story::{CONTROL, Desk, all_marks, marks};

/// What of people is sealed, and holds no mark of hers in this story. Everything else that the map calls personal does.
const OTHERS: [(&str, &str); 14] = [
    ("grants.reason", "words about a colleague's task, under the grant's own key: no erasure of a buyer touches it"),
    ("members.mail", "a merchant's people"),
    ("members.name", "a merchant's people"),
    ("objections.answer", "words to a merchant about a company"),
    ("objections.reason", "a merchant's words about a company"),
    ("provider_tasks.note", "words about a company that a merchant left, under the task's own key"),
    ("relayed_events.facts", "this operator relays nothing"),
    ("relayed_events.linked", "this operator relays nothing"),
    ("relayed_events.passing", "this operator relays nothing"),
    (
        "request_messages.title",
        "sentences of ours, with the operator's name and a reference: nobody's words come into it",
    ),
    ("review_items.reason", "words about colleagues, shops and programs"),
    ("staff.mail", "the operator's people"),
    ("subscribers.mail", "a merchant's people, who want to hear of companies"),
    ("tombstones.words", "written when somebody wants her back, which is after this story"),
];

/// In a process of its own, which alone keeps its log.
#[test]
fn of_whoever_is_erased_no_mark_is_left_anywhere() {
    if logs::are_kept() {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        return runtime.expect("a runtime").block_on(everything_is_searched());
    }
    let own = format!("{}::of_whoever_is_erased_no_mark_is_left_anywhere", module_path!());
    let own = own.split_once("::").expect("a crate").1;
    let mut run = Command::new(std::env::current_exe().expect("this program"));
    let run = run.args(["--exact", own, "--nocapture"]).env(logs::KEPT, "yes").output().expect("a process");
    let said = format!("{}{}", String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert!(run.status.success() && said.contains("1 passed"), "{said}");
}

async fn everything_is_searched() {
    let mut desk = Desk::opens().await;
    let search = Search::of(&all_marks(), &desk.home);
    desk.is_told_of_her().await;
    let mut seen = places(&search.look(&desk.course.world).await);
    desk.takes_it_up().await;
    desk.is_asked_by_her().await;
    let package = desk.packed().await;
    let in_package: BTreeSet<String> =
        package.iter().flat_map(|(name, bytes)| search.within(bytes, name, None)).map(|hit| hit.mark).collect();
    for mark in ["given", "street", "tracking", "handle"].map(story::mark) {
        assert!(in_package.contains(&mark), "{mark} is not in her package: {in_package:?}");
    }
    seen.extend(is_found_now(&desk, &search).await);

    let erasure = desk.erases_her().await;
    seen.extend(places(&search.look(&desk.course.world).await));
    let its_own = desk.ends_it(erasure).await;
    let hits = search.look(&desk.course.world).await;
    seen.extend(places(&hits));
    each_column_is_known(&seen);
    none_is_left(&desk, &hits, &its_own, "once she is erased").await;

    // The shop offers her again, page by page and by what it tells.
    let refused = desk.is_offered_her_again().await;
    assert!(refused > 0, "the shop offered her, and nobody turned her away");
    none_is_left(&desk, &search.look(&desk.course.world).await, &its_own, "once the shop offered her again").await;

    // What the wish itself was made of has its own time.
    desk.course.world.tools.keeping.request_months = 0;
    desk.course.world.later(Duration::days(1));
    let enqueued = desk.course.world.ledger.write(desk.course.world.scope(TenantId::HOUSE), |tx| {
        jobs::enqueue(tx, &ForgetRequests {})?;
        Ok(Witnessed::new((), Event::new("test.enqueued", "house", Uuid::nil())))
    });
    enqueued.await.expect("enqueued");
    desk.works().await;
    let nobody = BTreeSet::new();
    none_is_left(&desk, &search.look(&desk.course.world).await, &nobody, "once the time of her wish was over").await;
}

/// The columns in which something of hers was opened.
fn places(hits: &BTreeSet<Hit>) -> BTreeSet<String> {
    let opened = hits.iter().filter(|hit| hit.owner.is_some() && hit.mark != CONTROL);
    opened.map(|hit| hit.place.clone()).collect()
}

/// Whatever the map calls personal held a mark of hers at some time, or is known to be somebody else's.
fn each_column_is_known(seen: &BTreeSet<String>) {
    let mut mapped = BTreeSet::new();
    for table in MAP.tables().filter(|table| table.of == Of::Tenant) {
        let personal = table.columns.iter().filter(|column| column.mask().is_some());
        mapped.extend(personal.map(|column| format!("{}.{}", table.name, column.name)));
    }
    let others: BTreeSet<String> = OTHERS.iter().map(|(place, _)| (*place).to_owned()).collect();
    let both: Vec<&String> = seen.intersection(&others).collect();
    assert!(both.is_empty(), "these hold marks of hers after all: {both:?}");
    let known: BTreeSet<String> = seen.union(&others).cloned().collect();
    let missing: Vec<&String> = mapped.difference(&known).collect();
    assert!(missing.is_empty(), "nothing of hers was opened in {missing:?}, but in {seen:?}");
    let made_up: Vec<&String> = known.difference(&mapped).collect();
    assert!(made_up.is_empty(), "the map knows no {made_up:?}");
}

/// The search finds every mark as long as she is there, and what is planted in clear. Where something of hers was opened.
async fn is_found_now(desk: &Desk, search: &Search) -> BTreeSet<String> {
    assert!(desk.packages().await > 0, "her package lies there");
    desk.plants_the_control();
    let hits = search.look(&desk.course.world).await;
    let mut by_mark: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for hit in &hits {
        by_mark.entry(&hit.mark).or_default().insert(&hit.place);
    }
    let missing: Vec<String> = marks().into_iter().filter(|mark| !by_mark.contains_key(mark.as_str())).collect();
    assert!(missing.is_empty(), "these would not be found: {missing:?}, of {by_mark:#?}");
    let control: BTreeSet<&str> =
        by_mark[CONTROL].iter().map(|place| if place.contains("/blobs/") { "a file" } else { *place }).collect();
    assert_eq!(control, BTreeSet::from(["a file", "public.planted", "the log"]), "would not be found elsewhere");
    // Of a person nothing stands in clear but by what a platform calls them.
    let clear: BTreeSet<(&str, &str)> = hits
        .iter()
        .filter(|hit| hit.owner.is_none() && hit.mark != CONTROL)
        .map(|hit| (hit.mark.as_str(), hit.place.as_str()))
        .collect();
    for (mark, place) in clear {
        assert!(["public.customers", "public.orders"].contains(&place), "{mark} stands in {place} in clear");
    }
    desk.takes_the_control_away();
    places(&hits)
}

/// None is left, but for what her wish itself is made of, as long as that has its time; and no package, whatever it holds.
async fn none_is_left(desk: &Desk, hits: &BTreeSet<Hit>, but: &BTreeSet<Uuid>, when: &str) {
    assert_eq!(desk.packages().await, 0, "{when}: a package lies there");
    // What was logged of the control stays logged.
    let is_control = |hit: &&Hit| hit.mark == CONTROL && hit.place == "the log";
    let is_its_own = |hit: &&Hit| hit.owner.is_some_and(|owner| but.contains(&owner));
    let left: Vec<&Hit> = hits.iter().filter(|hit| !is_control(hit) && !is_its_own(hit)).collect();
    assert!(left.is_empty(), "{when}: {left:#?}");
}
