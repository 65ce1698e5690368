//! One-time codes: of all who show the same one at once, one succeeds; and only the database's time counts.

use chrono::Duration;
use harness::people::{PASSWORD, Person, code};
use harness::world::World;
use rightsdesk_server::floor::access::{Caller, Role};
use rightsdesk_server::floor::kernel::{Instant, Personal, Result, Secret, Watch};
use rightsdesk_server::staff::sign_in::{confirm, sign_in, step_up};
use rightsdesk_server::staff::{Origin, SignedIn, recognise};

const BLOCKS: usize = if option_env!("RIGHTSDESK_FULL_COUNTS").is_some() { 20 } else { 2 };
const ROUNDS: usize = 50;

/// A moment that tests hold, far from any host's clock.
fn some_day() -> Watch {
    Watch::held(Instant::from_micros(1_900_000_000_000_000))
}

async fn halfway(world: &World, person: &Person) -> Caller {
    let shown = (Personal::new(person.mail.clone()), Secret::new(PASSWORD), None);
    let half = sign_in(&world.tools, &world.sign_in, Origin::default(), shown).await.expect("the password");
    recognise(&world.tools, half.token.expose()).await.expect("halfway")
}

async fn shows(world: &World, half: &Caller, code: String) -> Result<SignedIn> {
    confirm(&world.tools, &world.sign_in, Origin::default(), (Some(half), code)).await
}

async fn whole(world: &World, person: &Person) -> Caller {
    world.later(Duration::minutes(4));
    let half = halfway(world, person).await;
    let signed_in = shows(world, &half, person.code(world.tools.watch.now())).await.expect("whole");
    recognise(&world.tools, signed_in.token.expose()).await.expect("a session")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_works_once() {
    let world = World::alone(some_day()).await;
    let mira = world.staff(&[Role::Support]).await;
    for block in 0..BLOCKS {
        world.later(Duration::minutes(16));
        let (left, right) = (halfway(&world, &mira).await, halfway(&world, &mira).await);
        let now = || mira.code(world.tools.watch.now());
        let (one, other) = tokio::join!(shows(&world, &left, now()), shows(&world, &right, now()));
        assert_eq!(
            usize::from(one.is_ok()) + usize::from(other.is_ok()),
            1,
            "two consoles with one code, block {block}"
        );

        let (one, other) = (whole(&world, &mira).await, whole(&world, &mira).await);
        for round in 0..ROUNDS {
            world.later(Duration::seconds(200));
            let (first, second) =
                tokio::join!(step_up(&world.tools, &one, now()), step_up(&world.tools, &other, now()));
            let refused = [first.err(), second.err()].into_iter().flatten().collect::<Vec<_>>();
            assert_eq!(refused.len(), 1, "one success in round {round} of block {block}");
            assert_eq!(refused[0].code(), "WRONG_CREDENTIALS", "{:?}", refused[0]);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_the_databases_time_counts_and_it_never_takes_an_older_step() {
    let world = World::alone(some_day()).await;
    let mira = world.staff(&[Role::Support]).await;
    let half = halfway(&world, &mira).await;
    let now = world.tools.watch.now();

    for (span, why) in [(30, "the step to come"), (-60, "two steps ago"), (-30, "the step it was enrolled with")] {
        let code = mira.code(now.plus(Duration::seconds(span)));
        assert!(shows(&world, &half, code).await.is_err(), "{why}");
    }
    let hosts = code(&mira.secret, Watch::host().now());
    assert!(shows(&world, &half, hosts).await.is_err(), "the host's clock decides nothing");
    world.later(Duration::seconds(30));
    shows(&world, &half, mira.code(now)).await.expect("the step before is still good");

    // The clock is set back: a later step was taken already.
    world.later(Duration::seconds(60));
    let half = halfway(&world, &mira).await;
    shows(&world, &half, mira.code(world.tools.watch.now())).await.expect("of this moment");
    let half = halfway(&world, &mira).await;
    world.later(Duration::seconds(-60));
    assert!(shows(&world, &half, mira.code(world.tools.watch.now())).await.is_err(), "an older step than the last");
}
