//! Attacks on signing in: storms of guesses from everywhere, headers that lie, aliases and batches, and a stop watch.
//! What counts is how many guesses are compared, and that nobody who belongs here stays outside.

#![expect(clippy::disallowed_methods, reason = "the caller here is a stranger, who has no egress")]

use std::time::{Duration, Instant as Stop};

use futures_util::{StreamExt, stream};
use harness::people::{PASSWORD, Person, ask, code};
use harness::world::World;
use reqwest::Client;
use rightsdesk_server::floor::access::Role;
use rightsdesk_server::floor::kernel::{Error, Instant, Personal, Result, Secret, Watch};
use rightsdesk_server::staff::sign_in::{confirm, sign_in};
use rightsdesk_server::staff::{Origin, SignedIn, recognise};
use serde_json::json;

const FULL: bool = option_env!("RIGHTSDESK_FULL_COUNTS").is_some();
const GUESSES: usize = if FULL { 100_000 } else { 10_000 };
const SAMPLES: usize = if FULL { 1_000 } else { 25 };

/// A moment that tests hold.
fn some_day() -> Watch {
    Watch::held(Instant::from_micros(1_800_000_000_000_000))
}

async fn tries(world: &World, source: usize, mail: &str, password: &str, device: Option<&str>) -> Result<SignedIn> {
    let origin = Origin { source: Some(format!("198.51.{source}.0/24")), client: None };
    let shown = (Personal::new(mail), Secret::new(password), device.map(Secret::new));
    sign_in(&world.tools, &world.sign_in, origin, shown).await
}

/// What one who was not let in is told.
fn told<T>(outcome: Result<T>) -> (&'static str, String) {
    let error = outcome.err().expect("refused");
    (error.code(), error.to_string())
}

async fn storm(world: &World, accounts: &[String], guesses: usize) {
    let one = async |at: usize| {
        let mail = &accounts[at % accounts.len()];
        // However it is written, it is one account.
        let mail = match at % 3 {
            0 => mail.clone(),
            1 => mail.to_uppercase(),
            _ => format!("  {mail}\t"),
        };
        let outcome = tries(world, at % 50, &mail, &format!("guess number {at}"), None).await;
        assert!(matches!(outcome.err(), Some(Error::Refused(_))), "a guess was answered otherwise than refused");
    };
    stream::iter(0..guesses).map(one).buffer_unordered(8).collect::<()>().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_storm_over_twenty_accounts_is_compared_five_times_each() {
    let world = World::alone(some_day()).await;
    let (mira, noor) = (world.staff(&[Role::Support]).await, world.staff(&[Role::Ops]).await);
    let nobody = (0..18).map(|at| format!("nobody{at}@desk.example"));
    let accounts: Vec<String> = [mira.mail.clone(), noor.mail.clone()].into_iter().chain(nobody).collect();

    storm(&world, &accounts, GUESSES).await;

    assert_eq!(world.sign_in.checks(), 100, "five of each account reached the hash, whoever asked from wherever");
    let counted = "select cardinality(marks)::text as line from throttles where kind = 'password_account'";
    assert!(world.base.lines(counted).iter().all(|counted| counted == "5"), "{:?}", world.base.lines(counted));

    let (here, elsewhere) =
        (tries(&world, 7, &mira.mail, PASSWORD, None), tries(&world, 7, "who@desk.example", "?", None));
    assert_eq!(told(here.await).0, "THROTTLED", "in the middle of the storm");
    let known = tries(&world, 7, &mira.mail, PASSWORD, Some(&mira.device)).await.expect("a known console gets in");
    assert!(!known.must_enrol);
    let foreign = tries(&world, 7, &mira.mail, PASSWORD, Some(&noor.device)).await;
    assert_eq!(told(foreign).0, "THROTTLED", "another's console is known for nobody else");
    assert_eq!(told(elsewhere.await).0, "WRONG_CREDENTIALS", "an account nobody tried has its own five");
    let unknown = told(tries(&world, 7, &accounts[5], "?", None).await);
    assert_eq!(unknown, told(tries(&world, 7, &noor.mail, "?", None).await), "the same words for both");

    // What was refused was not counted: whoever keeps knocking does not make it longer.
    world.later(chrono::Duration::minutes(14));
    storm(&world, &accounts, GUESSES / 10).await;
    world.later(chrono::Duration::seconds(61));
    tries(&world, 7, &mira.mail, PASSWORD, None).await.expect("a quarter of an hour is the longest");
    let before = world.sign_in.checks();
    storm(&world, &accounts, GUESSES / 10).await;
    assert_eq!(world.sign_in.checks() - before, 99, "and five again for each, of which one was hers");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_network_and_all_together_have_budgets_too() {
    let world = World::alone(some_day()).await;
    let one = async |at: usize, source: usize| tries(&world, source, &format!("n{at}@desk.example"), "?", None).await;

    for at in 0..60 {
        let code = told(one(at, 1).await).0;
        assert_eq!(code, if at < 30 { "WRONG_CREDENTIALS" } else { "THROTTLED" }, "guess {at} from one network");
    }
    // As if as many had tried from everywhere, but for a dozen.
    world.base.tamper("update throttles set marks = array_fill(last_at, array[288]) where kind = 'password_all'");
    for at in 100..130 {
        let code = told(one(at, at).await).0;
        assert_eq!(
            code,
            if at < 112 { "WRONG_CREDENTIALS" } else { "THROTTLED" },
            "guess {at} from a network of its own"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn headers_aliases_and_batches_are_no_discount() {
    let world = World::alone(some_day()).await;
    let url = format!("{}/graphql", world.serve().await.url());
    let one = "mutation ($input: SignInInput!) { signIn(input: $input) { userErrors { code } } }";

    for at in 0..60_u8 {
        let variables = json!({ "input": { "mail": format!("n{at}@desk.example"), "password": "?" } });
        let call = Client::new().post(&url).header("x-forwarded-for", format!("203.0.{at}.9"));
        let call = call.header("forwarded", format!("for=203.0.{at}.9")).header("x-real-ip", format!("203.0.{at}.9"));
        call.json(&json!({ "query": one, "variables": variables })).send().await.expect("an answer");
    }
    assert_eq!(world.sign_in.checks(), 30, "a network is where the line ends, not what a header says");

    let alias = |at| {
        format!("a{at}: signIn(input: {{ mail: \"m{at}@desk.example\", password: \"?\" }}) {{ userErrors {{ code }} }}")
    };
    let many: String = (0..20).map(alias).collect();
    let aliased = Client::new().post(&url).json(&json!({ "query": format!("mutation {{ {many} }}") }));
    let batch = json!({ "query": one, "variables": { "input": { "mail": "b@desk.example", "password": "?" } } });
    let batched = Client::new().post(&url).json(&json!([batch, batch]));
    for refused in [aliased, batched] {
        let answer = refused.send().await.expect("an answer");
        assert!(answer.status().is_client_error(), "{}", answer.status());
    }
    assert_eq!(world.sign_in.checks(), 30);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_watch_does_not_tell_who_has_a_seat() {
    let world = World::alone(some_day()).await;
    let mira = world.staff(&[Role::Support]).await;
    let mut spans = [Vec::new(), Vec::new()];
    for at in 0..SAMPLES {
        for (mail, spans) in [mira.mail.as_str(), "nobody@desk.example"].into_iter().zip(&mut spans) {
            let begun = Stop::now();
            assert_eq!(told(tries(&world, at % 50, mail, "a wrong guess", None).await).0, "WRONG_CREDENTIALS");
            spans.push(begun.elapsed());
        }
        world.later(chrono::Duration::minutes(4));
    }
    let [known, unknown] = spans.map(median);
    let ratio = known.as_secs_f64() / unknown.as_secs_f64();
    assert!((0.7..1.4).contains(&ratio), "a seat {known:?}, none {unknown:?}");
}

fn median(mut spans: Vec<Duration>) -> Duration {
    spans.sort_unstable();
    spans[spans.len() / 2]
}

async fn halfway(world: &World, person: &Person) -> rightsdesk_server::floor::access::Caller {
    let half = tries(world, 1, &person.mail, PASSWORD, None).await.expect("the password");
    recognise(&world.tools, half.token.expose()).await.expect("halfway")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_has_the_password_has_ten_tries_at_the_code() {
    let world = World::alone(some_day()).await;
    let mira = world.staff(&[Role::Support]).await;
    let half = halfway(&world, &mira).await;
    let right = mira.code(world.tools.watch.now());
    let shown = |code: String| confirm(&world.tools, &world.sign_in, Origin::default(), (Some(&half), code));

    // One was shown when the factor was enrolled.
    for at in 0..9 {
        let wrong = format!("{:06}", (right.parse::<u32>().expect("digits") + 1 + at) % 1_000_000);
        assert_eq!(told(shown(wrong).await).0, "WRONG_CREDENTIALS", "try {at}");
    }
    assert_eq!(told(shown(right).await).0, "THROTTLED", "even the right one");

    world.later(chrono::Duration::seconds(15 * 60 + 1));
    let half = halfway(&world, &mira).await;
    let right = code(&mira.secret, world.tools.watch.now());
    confirm(&world.tools, &world.sign_in, Origin::default(), (Some(&half), right)).await.expect("a quarter later");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_answer_says_the_same_whatever_is_wrong() {
    let world = World::alone(some_day()).await;
    let url = world.serve().await.url();
    let mira = world.staff(&[Role::Support]).await;
    let sign_in = "mutation ($input: SignInInput!) { signIn(input: $input) { signIn { token } userErrors { code message field } } }";
    let answer = async |mail: &str, password: &str| {
        let input = json!({ "input": { "mail": mail, "password": password } });
        ask(&url, None, sign_in, input).await["data"]["signIn"].clone()
    };

    let wrong = answer(&mira.mail, "a wrong guess").await;

    assert_eq!(wrong["userErrors"][0]["code"], "WRONG_CREDENTIALS", "{wrong}");
    assert_eq!(wrong, answer("nobody@desk.example", PASSWORD).await);
    assert_eq!(wrong, answer("", "").await);
    assert_eq!(wrong, answer(&mira.mail, &"x".repeat(5_000)).await);
}
