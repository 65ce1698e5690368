//! A connection over the years: its token is renewed by whoever needs it and by nobody twice, kept alive where nobody does,
//! its end is warned of, and what a platform has ended is told and not asked for again.

use std::sync::Arc;

use chrono::Duration;
use harness::course::{BEGIN, Course};
use rightsdesk_server::floor::access::{Caller, Permission};
use rightsdesk_server::floor::kernel::{Error, Instant, Ref, Result, Secret, StoreId};
use rightsdesk_server::roof::demo::street::{Fault, Kind};
use rightsdesk_server::stores::open_access;
use serde_json::json;

async fn opened(course: &Course, at: Ref<StoreId>) -> Result<Secret> {
    let lane = Caller::house().permit(Permission::KeepStores, at.tenant).expect("the house may");
    open_access(&course.world.tools, &lane, at.id).await.map(|(_, access)| access)
}

fn letters(course: &Course) -> Vec<String> {
    let mailbox = course.world.tools.mail.mailbox().expect("letters are kept in memory");
    let letters = mailbox.letters_to(&course.owner.mail).into_iter().map(|kept| kept.letter.subject);
    // That nobody read it for days is told too, and elsewhere.
    letters.filter(|subject| !subject.contains("fell behind")).collect()
}

/// Renewals that reached a platform.
fn renewals(course: &Course, platform: &str) -> usize {
    let calls = course.stand(platform).calls();
    calls.iter().filter(|call| call.path.contains("token") && call.method == "POST").count()
}

/// So many days go by, and then what is due is done.
async fn days(course: &Course, days: i64) {
    course.world.later(Duration::days(days));
    while course.world.work().await > 0 {}
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_is_renewed_by_its_use_and_by_one_of_many_who_want_it() {
    let course = Arc::new(Course::begins().await);
    for platform in ["shopify", "ebay", "etsy"] {
        let at = course.connected(platform, "zaitoon").await;
        let first = opened(&course, at).await.expect("it is connected");
        let again = opened(&course, at).await.expect("it is connected");
        assert_eq!(first.expose(), again.expose(), "{platform}: what is good is not renewed");
        let before = renewals(&course, platform);

        course.world.later(Duration::hours(3));
        let racing: Vec<_> = (0..8)
            .map(|_| {
                let course = Arc::clone(&course);
                tokio::spawn(async move { opened(&course, at).await })
            })
            .collect();
        let mut fresh = Vec::new();
        for one in racing {
            match one.await.expect("it ran") {
                Ok(access) => fresh.push(access),
                Err(Error::Unavailable { .. }) => {}
                Err(other) => panic!("{platform}: {other:?}"),
            }
        }
        assert!(!fresh.is_empty() && fresh.iter().all(|access| access.expose() != first.expose()), "{platform}");
        assert_eq!(renewals(&course, platform), before + 1, "{platform}: one renews, the others wait");
        let domain = course.called(platform, "zaitoon");
        let live = course.stand(platform).tokens(&domain);
        let known = rightsdesk_server::roof::demo::street::digest(opened(&course, at).await.expect("renewed").expose());
        assert!(live.iter().any(|token| token.access == known), "{platform}: the platform lets the new one in");
    }
    let secrets =
        "select kind || ' ' || count(*) as line from secrets where kind like 'store%' group by kind order by 1";
    assert_eq!(course.world.base.lines(secrets), ["store_refresh 3", "store_token 3"], "no former one is kept");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_platform_cannot_answer_now_is_asked_again_and_costs_no_connection() {
    let course = Course::begins().await;
    let at = course.connected("shopify", "zaitoon").await;
    course.world.later(Duration::hours(2));
    course.street.shopify.order(Fault::always("/admin/oauth/access_token", Kind::Fails));
    assert!(matches!(opened(&course, at).await, Err(Error::Unavailable { .. })));
    course.street.shopify.lift();
    opened(&course, at).await.expect("the same token may be brought again, and nobody is waited for");
    assert_eq!(course.seen(at).await["state"], "CONNECTED");
    assert!(letters(&course).is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_platform_has_ended_is_told_once_and_not_asked_for_again() {
    let course = Course::begins().await;
    let at = course.connected("shopify", "zaitoon").await;
    let domain = course.called("shopify", "zaitoon");
    course.street.shopify.throw_out(&domain);
    course.world.later(Duration::hours(2));
    assert!(matches!(opened(&course, at).await, Err(Error::Refused(_))));
    while course.world.work().await > 0 {}
    let store = course.seen(at).await;
    assert_eq!((&store["state"], &store["lapsesAt"]), (&json!("NEEDS_RECONNECTING"), &json!(null)), "{store}");
    assert_eq!(letters(&course), ["Zaitoon Home is not connected any more"]);
    let kept = "select kind as line from secrets where kind like 'store%'";
    assert!(course.world.base.lines(kept).is_empty(), "what opens nothing is not kept");
    let calls = course.street.shopify.calls().len();
    assert!(matches!(opened(&course, at).await, Err(Error::Refused(_))));
    assert_eq!(course.street.shopify.calls().len(), calls, "a platform that said its last word is left alone");

    let back = course.answered(&course.link(at).await, "allow").await;
    assert_eq!(course.back(&back).await.status, 200);
    assert_eq!(course.seen(at).await["state"], "CONNECTED", "connected anew, with the scopes it had");
    opened(&course, at).await.expect("a token");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_nobody_uses_is_kept_alive_where_it_turns_and_warned_of_where_it_does_not() {
    let course = Course::begins().await;
    let (shopify, ebay) = (course.connected("shopify", "zaitoon").await, course.connected("ebay", "zaitoon").await);
    let lapses = course.seen(ebay).await["lapsesAt"].clone();
    for _ in 0..6 {
        days(&course, 20).await;
    }
    opened(&course, shopify).await.expect("its ninety days are over, and it is connected");
    assert!(letters(&course).is_empty(), "nothing to warn of: {:?}", letters(&course));

    course.street.shopify.throw_out(&course.called("shopify", "zaitoon"));
    for (left, warned) in [(61, 0), (60, 1), (59, 1), (30, 2), (29, 2), (7, 3), (1, 3)] {
        let gone = course.world.tools.watch.now().since(Instant::from_micros(BEGIN));
        days(&course, 548 - left - gone.num_days()).await;
        let told = letters(&course);
        let of_ebay = told.iter().filter(|subject| subject.starts_with("Zaitoon Home is connected until"));
        assert_eq!(of_ebay.count(), warned, "{left} days before: {told:?}");
    }
    assert_eq!(course.seen(ebay).await["lapsesAt"], lapses, "its use does not turn it");
}
