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
use rightsdesk_server::floor::jobs;
use rightsdesk_server::floor::kernel::TenantId;
use rightsdesk_server::floor::ledger::{Event, Witnessed};
use rightsdesk_server::requests::ForgetRequests;
use uuid::Uuid;

use self::search::{Hit, Search};
use self::story::{CONTROL, Desk, marks};

/// What something of hers was opened in before she is erased: each is written by one of the doors, and holds a mark.
const OPENED: [&str; 17] = [
    "access_log.reason",
    "customers.address",
    "customers.family_name",
    "customers.given_name",
    "customers.mail",
    "customers.phone",
    "holds.reason",
    "intake_identifiers.value",
    "intakes.original",
    "order_contacts.address",
    "order_contacts.handle",
    "order_contacts.mail",
    "order_contacts.phone",
    "package_redactions.reason",
    "privacy_notices.identifiers",
    "request_messages.body",
    "shipments.tracking",
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
    let search = Search::of(&marks(), &desk.home);
    desk.is_told_of_her().await;
    desk.is_asked_by_her().await;
    let package = desk.packed().await;
    let in_package: BTreeSet<String> =
        package.iter().flat_map(|(name, bytes)| search.within(bytes, name, None)).map(|hit| hit.mark).collect();
    for mark in ["given", "street", "tracking", "handle"].map(story::mark) {
        assert!(in_package.contains(&mark), "{mark} is not in her package: {in_package:?}");
    }
    is_found_now(&desk, &search).await;

    let erasure = desk.erases_her().await;
    none_is_left(&search.look(&desk.course.world).await, Some(erasure), "once she is erased");

    // The shop offers her again, page by page and by what it tells.
    let refused = desk.is_offered_her_again().await;
    assert!(refused > 0, "the shop offered her, and nobody turned her away");
    none_is_left(&search.look(&desk.course.world).await, Some(erasure), "once the shop offered her again");

    // What the wish itself was made of has its own time.
    desk.course.world.tools.keeping.request_months = 0;
    desk.course.world.later(Duration::days(1));
    let enqueued = desk.course.world.ledger.write(desk.course.world.scope(TenantId::HOUSE), |tx| {
        jobs::enqueue(tx, &ForgetRequests {})?;
        Ok(Witnessed::new((), Event::new("test.enqueued", "house", Uuid::nil())))
    });
    enqueued.await.expect("enqueued");
    desk.works().await;
    none_is_left(&search.look(&desk.course.world).await, None, "once the time of her wish was over");
}

/// The search finds every mark as long as she is there, and what is planted in clear.
async fn is_found_now(desk: &Desk, search: &Search) {
    desk.plants_the_control();
    let hits = search.look(&desk.course.world).await;
    let mut by_mark: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for hit in &hits {
        by_mark.entry(&hit.mark).or_default().insert(&hit.place);
    }
    let missing: Vec<String> = marks().into_iter().filter(|mark| !by_mark.contains_key(mark.as_str())).collect();
    assert!(missing.is_empty(), "these would not be found: {missing:?}, of {by_mark:#?}");
    let opened: BTreeSet<&str> = hits.iter().filter(|hit| hit.owner.is_some()).map(|hit| hit.place.as_str()).collect();
    let missing: Vec<&str> = OPENED.into_iter().filter(|place| !opened.contains(place)).collect();
    assert!(missing.is_empty(), "nothing of hers was opened in {missing:?}, but in {opened:?}");
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
}

/// None is left, but for what the wish of this contact itself is made of, as long as that has its time.
fn none_is_left(hits: &BTreeSet<Hit>, but: Option<Uuid>, when: &str) {
    // What was logged of the control stays logged.
    let is_control = |hit: &&Hit| hit.mark == CONTROL && hit.place == "the log";
    let left: Vec<&Hit> =
        hits.iter().filter(|hit| !is_control(hit)).filter(|hit| hit.owner.is_none() || hit.owner != but).collect();
    assert!(left.is_empty(), "{when}: {left:#?}");
}
