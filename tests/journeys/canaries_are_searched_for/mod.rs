//! What is told by platforms, and shown to them, is marked; then everything happens that may happen to a store, and the
//! marks are looked for wherever something may be left: no token stands anywhere, nothing of a person in clear.

mod needles;
mod places;
mod story;

use std::time::SystemTime;

use harness::course::Course;
use harness::draft::Draft;
use harness::world::World;
use rightsdesk_server::floor::kernel::{Instant, Watch};

use self::needles::{Needles, ways};
use self::places::Places;

/// What whatever is about a person holds.
const PERSON: &str = "qzxkvwjlumbfp";
/// What the telephones of shops begin with.
const PHONES: &str = "+120255501";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_token_stands_anywhere_and_nothing_of_a_person_in_clear() {
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
    let control = "everywhereplanted-word";
    // The figures hold what the product put there, and so does the control.
    let controls = [control, "rightsdesk_sync_page_seconds"].map(|word| ("the control", word));
    let all = Needles::of(tokens.chain(persons).chain(controls));
    places.plant(control);
    said.answers.push(control.to_owned());
    let everywhere = places.look(&all, &said.answers, begun);
    for (place, found) in &everywhere {
        let planted: Vec<_> = found.iter().filter(|what| what.starts_with("the control")).collect();
        assert!(!planted.is_empty(), "nothing would be found in {place}");
        let leaked: Vec<_> = found.iter().filter(|what| !what.starts_with("the control")).collect();
        assert!(leaked.is_empty(), "{place}: {leaked:#?}");
    }
    println!(
        "{} tokens and {} words in {} ways each, in {} places: {:?}",
        said.tokens.len(),
        persons.len(),
        ways(PERSON).len(),
        everywhere.len(),
        everywhere.keys().collect::<Vec<_>>()
    );
}
