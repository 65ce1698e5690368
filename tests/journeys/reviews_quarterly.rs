//! Each quarter has its review, whoever forgets it is reminded, and what is late is shown as late.

use chrono::Duration;
use harness::asked::{ask, done, sitting};
use harness::people::Person;
use harness::world::World;
use rightsdesk_server::floor::access::{Bounds, Caller, Role, Seat};
use rightsdesk_server::floor::kernel::{Instant, Watch};
use serde_json::{Value, json};

const CAMPAIGNS: &str =
    "{ campaigns { totalCount nodes { title covers state openedAt openedBy { handle } dueOn isOverdue
  figures { rows open } } } }";
const OPEN: &str = "mutation ($input: OpenCampaignInput!) { openCampaign(input: $input) {
  campaign { id } userErrors { code field } } }";

/// The last day of a quarter, at noon.
const NEW_YEARS_EVE: i64 = 1_798_718_400_000_000;

async fn desk() -> (World, Person, Person) {
    let world = World::alone(Watch::held(Instant::from_micros(NEW_YEARS_EVE))).await;
    let (ibrahim, mira) = (world.staff(&[Role::Approver]).await, world.staff(&[Role::Support]).await);
    world.work().await;
    (world, ibrahim, mira)
}

fn approver(world: &World, person: &Person) -> Caller {
    sitting(world, person.id, Seat::new(&[Role::Approver], &[], Bounds::Desk))
}

async fn campaigns(world: &World, person: &Person) -> Value {
    ask(world, Some(&approver(world, person)), CAMPAIGNS, json!({})).await["data"]["campaigns"].clone()
}

/// A day goes by, and each job of it is done.
async fn a_day(world: &World) {
    world.later(Duration::days(1));
    world.work().await;
    world.work().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_quarter_has_its_review_and_reminds_of_it() {
    let (world, ibrahim, mira) = desk().await;
    assert_eq!(campaigns(&world, &ibrahim).await["totalCount"], 0);
    a_day(&world).await;
    let listed = campaigns(&world, &ibrahim).await;
    let first = &listed["nodes"][0];
    assert_eq!((&listed["totalCount"], &first["title"]), (&json!(1), &json!("Access review 2027 Q1")));
    assert_eq!((&first["dueOn"], &first["openedBy"]), (&json!("2027-01-31"), &Value::Null));
    assert_eq!(first["figures"], json!({ "rows": 2, "open": 2 }));

    let mailbox = world.tools.mail.mailbox().expect("letters are kept in memory");
    let mut days = Vec::new();
    for day in 2..=60 {
        let before = mailbox.letters_to(&ibrahim.mail).len();
        a_day(&world).await;
        let late = campaigns(&world, &ibrahim).await["nodes"][0]["isOverdue"].clone();
        assert_eq!(late, day > 31, "day {day}");
        match mailbox.letters_to(&ibrahim.mail).len() - before {
            0 => {}
            1 => days.push(day),
            many => panic!("{many} letters on day {day}"),
        }
    }
    assert_eq!(days, [17, 24, 30, 38, 45, 52, 59], "14, 7 and 1 days before the 31st, and each week after it");
    assert!(mailbox.letters_to(&mira.mail).is_empty(), "she reviews nothing");
    let letters = mailbox.letters_to(&ibrahim.mail);
    let texts: Vec<_> = letters.iter().map(|sent| sent.letter.text.clone()).collect();
    assert!(
        texts[0].starts_with("Access review 2027 Q1 is due on 2027-01-31: 2 of 2 rows are not decided"),
        "{texts:?}"
    );
    assert!(texts[6].starts_with("Access review 2027 Q1 was due on 2027-01-31"), "{texts:?}");
    let told = world
        .base
        .lines("select convert_from(payload, 'UTF8') as line from audit_events where action = 'review.reminded'");
    assert_eq!(told, ["letters=1"; 7]);

    for _ in 60..=92 {
        a_day(&world).await;
    }
    let listed = campaigns(&world, &ibrahim).await;
    let titles: Vec<_> =
        listed["nodes"].as_array().expect("campaigns").iter().map(|one| one["title"].clone()).collect();
    assert_eq!(titles, [json!("Access review 2027 Q2"), json!("Access review 2027 Q1")]);
    assert_eq!(listed["nodes"][1]["isOverdue"], true, "and the missed one stays late");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_review_of_everything_is_the_one_of_its_quarter() {
    let (world, ibrahim, _) = desk().await;
    let wish = json!({ "title": "Everything, early", "covers": EVERYTHING });
    world.later(Duration::hours(12) + Duration::minutes(5));
    done(&world, &approver(&world, &ibrahim), OPEN, wish.clone()).await;
    done(&world, &approver(&world, &ibrahim), OPEN, wish).await;
    a_day(&world).await;
    assert_eq!(campaigns(&world, &ibrahim).await["totalCount"], 2, "two by hand, and none beside them");
    let quarters = world.base.lines("select coalesce(quarter, '-') as line from review_campaigns order by id");
    assert_eq!(quarters, ["2027Q1", "-"]);
}

const EVERYTHING: [&str; 3] = ["APPS", "SCOPES", "STAFF"];
