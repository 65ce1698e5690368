//! What is told by platforms, and shown to them, is marked; then everything happens that may happen to a store, and the
//! marks are looked for wherever something may be left: no token stands anywhere, nothing of a person in clear.

pub mod needles;
mod places;
mod story;

use std::collections::BTreeSet;
use std::process::Command;
use std::time::SystemTime;

use harness::course::Course;
use harness::draft::Draft;
use harness::logs;
use harness::world::World;
use rightsdesk_server::floor::kernel::{Instant, Watch};

use self::needles::Needles;
use self::places::Places;

/// What whatever is about a person holds.
const PERSON: &str = "qzxkvwjlumbfp";
/// What the telephones of shops begin with.
const PHONES: &str = "+120255501";

/// What is planted, so that nobody takes a place that is not looked at for one where nothing is.
const CONTROL: &str = "everywhereplanted-word";
/// What the figures hold: the product put it there.
const FIGURE: &str = "rightsdesk_sync_page_seconds";

/// In a process of its own, which alone keeps its log.
#[test]
fn no_token_stands_anywhere_and_nothing_of_a_person_in_clear() {
    if logs::are_kept() {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        return runtime.expect("a runtime").block_on(everything_is_searched());
    }
    let own = format!("{}::no_token_stands_anywhere_and_nothing_of_a_person_in_clear", module_path!());
    let own = own.split_once("::").expect("a crate").1;
    let mut run = Command::new(std::env::current_exe().expect("this program"));
    let run = run.args(["--exact", own, "--nocapture"]).env(logs::KEPT, "yes").output().expect("a process");
    let said = format!("{}{}", String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert!(run.status.success() && said.contains("1 passed"), "{said}");
}

#[expect(clippy::disallowed_methods, reason = "compared with what the file system says of its files")]
async fn everything_is_searched() {
    let begun = SystemTime::now();
    let places = tokio::task::spawn_blocking(Places::open).await.expect("a Postgres");
    let text = Draft::with_persons().text();
    let watch = Watch::held(Instant::from_micros(harness::course::BEGIN));
    let course = Course::of(World::at(places.base("stores"), &places.home.join("stores"), text, watch).await).await;
    let littledata = Draft::of("littledata").text();
    let watch = Watch::held(harness::world::forenoon());
    let relay = World::at(places.base("relay"), &places.home.join("relay"), littledata, watch).await;

    let mut said = story::of_stores(&course).await;
    said.extend(story::of_a_relay(relay).await);

    let tokens = said.tokens.iter().map(|token| ("a token", token.as_str()));
    let persons = [("somebody", PERSON), ("a telephone", PHONES)];
    assert!(said.tokens.len() > 30, "{} tokens prove little", said.tokens.len());
    let planted = [("the control", CONTROL), ("a figure", FIGURE)];
    let all = Needles::of(tokens.chain(persons).chain(planted));
    places.plant(CONTROL);
    said.answers.push(CONTROL.to_owned());
    let everywhere = places.look(&all, &said.answers, begun);
    for (place, found) in &everywhere {
        let (known, leaked): (Vec<_>, Vec<_>) =
            found.iter().partition(|found| ["the control", "a figure"].contains(&found.word.as_str()));
        assert!(leaked.is_empty(), "{place}: {leaked:#?}");
        let seen: BTreeSet<&str> = known.iter().map(|found| found.way).collect();
        assert_eq!(ways_into(place).difference(&seen).collect::<Vec<_>>(), [&""; 0], "would not be found in {place}");
    }
}

/// In which ways the control was left there.
fn ways_into(place: &str) -> BTreeSet<&'static str> {
    if ["the log", "the figures", "what was answered"].contains(&place) {
        return BTreeSet::from(["as it is"]);
    }
    let mut ways: BTreeSet<_> = Needles::of([("the control", CONTROL)]).ways().collect();
    if place.starts_with("the dump") {
        // What is not text is dumped in hex; the files below it are searched for those.
        ways.retain(|way| !way.contains("UTF-16"));
    }
    ways
}
