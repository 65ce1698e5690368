//! A credential grows old: its owners are told in time, once each time, until it is replaced.

use chrono::Duration;
use harness::asked::{ask, done};
use harness::world::World;
use rightsdesk_server::apps::connect_app;
use rightsdesk_server::floor::kernel::{Instant, Watch};
use serde_json::json;

const LIST: &str = "{ apps { nodes { id version credential { isDue rotateBy } } } }";
const REPLACE: &str = "mutation ($input: SetAppCredentialInput!) { setAppCredential(input: $input) {
  app { version } userErrors { code } } }";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn owners_are_told_that_a_credential_grows_old_each_time_once() {
    let world = World::alone_under("shopiq", Watch::held(Instant::from_micros(1_790_000_000_000_000))).await;
    let shop = world.shop("Zaitoon Home", 1).await;
    let (imke, jon) = (world.owner(shop.tenant, "imke").await, world.owner(shop.tenant, "jon").await);
    let other = world.shop("Neem Bazaar", 0).await;
    let meera = world.owner(other.tenant, "meera").await;
    let secret = Some("wa_live_R7kq2L_x0pZ");
    connect_app(&world.tools, &imke.caller, world.new_app(shop.tenant, "WhatsCart", secret), None)
        .await
        .expect("connected");
    connect_app(&world.tools, &imke.caller, world.new_app(shop.tenant, "Bare", None), None).await.expect("connected");
    connect_app(&world.tools, &meera.caller, world.new_app(other.tenant, "WhatsCart", None), None)
        .await
        .expect("connected");

    let mailbox = world.tools.mail.mailbox().expect("letters are kept in memory");
    let told = || [&imke, &jon, &meera].map(|owner| mailbox.letters_to(&owner.mail).len());
    let life = i64::from(world.kind().rotate_days);
    // Two days at a time would step over one of them; each day has its round, and a second one that finds nothing to do.
    let lived = async |days: i64| {
        for _ in 0..days {
            world.later(Duration::days(1));
            world.work().await;
            world.work().await;
        }
    };
    lived(life - 15).await;
    assert_eq!(told(), [0, 0, 0]);
    lived(1).await;
    assert_eq!(told(), [1, 1, 0], "14 days before");
    lived(13).await;
    assert_eq!(told(), [1, 1, 0]);
    let due = async || ask(&world, Some(&jon.caller), LIST, json!({})).await["data"]["apps"]["nodes"].clone();
    assert_eq!(due().await[1]["credential"]["isDue"], false, "by name, the bare one comes first");
    lived(1).await;
    assert_eq!(told(), [2, 2, 0], "on the day");
    let app = due().await[1].clone();
    assert_eq!(app["credential"]["isDue"], true);
    lived(6).await;
    assert_eq!(told(), [2, 2, 0]);
    lived(8).await;
    assert_eq!(told(), [4, 4, 0], "every week after");

    let letters = mailbox.letters_to(&imke.mail);
    let last = &letters.last().expect("letters").letter;
    let by = app["credential"]["rotateBy"].as_str().expect("a day");
    assert!(last.subject.contains("WhatsCart") && last.text.contains("Zaitoon Home") && last.text.contains(by));
    assert!(!last.text.contains("x0pZ"), "not even the end of it");
    let ids: std::collections::BTreeSet<_> = letters.iter().map(|sent| sent.letter.message_id.clone()).collect();
    assert_eq!(ids.len(), 4, "each is a letter of its own");
    let customer = mailbox.letters_to(&shop.members[0].mail);
    assert!(customer.is_empty(), "who is no owner is told nothing");

    let looks = world.base.lines(
        "select actor || ' ' || view || ' ' || count(*) as line from access_log
          where purpose = 'remind_of_rotation' group by actor, view",
    );
    assert_eq!(looks, ["house members.mail 8"], "whose addresses were opened for it, and how often");
    let events = world.base.lines(
        "select count(*) || ' ' || count(*) filter (where convert_from(payload, 'UTF8') = 'letters=2') as line
           from audit_events where action = 'app.rotation_reminded'",
    );
    assert_eq!(events, ["4 4"]);

    let fresh = json!({ "id": app["id"], "version": app["version"], "credential": "wa_live_another_9Tz1" });
    done(&world, &imke.caller, REPLACE, fresh).await;
    lived(life - 15).await;
    assert_eq!(told(), [4, 4, 0], "another one is young again");
    lived(1).await;
    assert_eq!(told(), [5, 5, 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_desk_that_slept_tells_once_and_not_for_every_day_it_missed() {
    let world = World::alone_under("shopiq", Watch::held(Instant::from_micros(1_790_000_000_000_000))).await;
    let shop = world.shop("Zaitoon Home", 0).await;
    let imke = world.owner(shop.tenant, "imke").await;
    let new = world.new_app(shop.tenant, "WhatsCart", Some("wa_live_R7kq2L_x0pZ"));
    connect_app(&world.tools, &imke.caller, new, None).await.expect("connected");
    world.work().await;
    world.later(Duration::days(i64::from(world.kind().rotate_days) + 30));
    world.work().await;
    world.work().await;
    let letters = world.tools.mail.mailbox().expect("in memory").letters_to(&imke.mail);
    assert_eq!(letters.len(), 1);
}
