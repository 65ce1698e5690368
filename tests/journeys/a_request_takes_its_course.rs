//! A request on its way to an answer: its time stands still where the law has that, is made longer once and by notice, and
//! whatever is taken back leaves the date as it was; what is refused says why, and to whom one may complain.

use chrono::Duration;
use harness::asked::desk_seat;
use harness::wishes::{wish, wish_from};
use harness::world::World;
use rightsdesk_server::floor::access::Role;
use rightsdesk_server::floor::kernel::{Day, Error, Instant, Personal, Ref, RequestId, StaffId, TenantId, Watch};
use rightsdesk_server::floor::ledger::Once;
use rightsdesk_server::floor::regulations::{Kind, PauseGround, Right};
use rightsdesk_server::requests::{self, Ground, LateReason, Moved, Outcome, Request, Stage};

const ASHA: &str = "asha@mail.example";

struct Case {
    world: World,
    tenant: TenantId,
    at: Ref<RequestId>,
}

impl Case {
    /// An open request of somebody in this place, received on 2026-09-21.
    async fn of(policy: &str, place: &str, right: Right) -> Self {
        let begin = Instant::from_micros(1_790_000_000_000_000);
        let world = World::alone_under(policy, Watch::held(begin)).await;
        let tenant = world.shop("Zaitoon Home", 0).await.tenant;
        let opened = world.asks_and_proves(wish_from(place, tenant, &[right], ASHA)).await;
        let at = Ref::new(tenant, opened[0].id);
        Self { world, tenant, at }
    }

    async fn stands(&self) -> Request {
        let shown = requests::find_request(&self.world.tools, &self.world.support(), self.at).await;
        shown.expect("shown").request
    }

    async fn due(&self) -> String {
        self.stands().await.due.expect("a date").on.to_string()
    }

    async fn pauses(&self, on: PauseGround) -> Result<Moved, Error> {
        let reason = Personal::new("which of the two shops do you mean?");
        requests::pause(&self.world.tools, &self.world.support(), self.at, None, on, reason, None).await
    }

    async fn resumes(&self) -> Result<Moved, Error> {
        requests::resume(&self.world.tools, &self.world.support(), self.at, None, None).await
    }

    async fn extends(&self) -> Result<Moved, Error> {
        self.extends_under(None).await
    }

    async fn extends_under(&self, regime: Option<&str>) -> Result<Moved, Error> {
        let reason = Personal::new("it is spread over nine shops");
        let regime = regime.map(str::to_owned);
        requests::extend(&self.world.tools, &self.world.support(), self.at, None, (regime, None), reason, None).await
    }

    async fn refuses(&self) -> Result<Request, Error> {
        let reason = Personal::new("the books have to be kept for five years");
        let ground = Ground::LegalObligation;
        requests::refuse(&self.world.tools, &self.world.support(), self.at, None, ground, reason, None).await
    }

    async fn last_letter(&self) -> String {
        self.world.work().await;
        let mut letters = self.world.tools.mail.mailbox().expect("kept in memory").letters_to(ASHA);
        letters.pop().expect("a letter").letter.text
    }

    fn letters(&self) -> Vec<String> {
        let sql =
            "select kind as line from request_messages where way = 'out' and kind not in ('code', 'acknowledgement')
                    order by made_at, id";
        self.world.base.lines(sql)
    }
}

fn days(moved: &Moved) -> (String, String) {
    let day = |due: &Option<rightsdesk_server::requests::Due>| due.as_ref().expect("a date").on.to_string();
    (day(&moved.before), day(&moved.after))
}

fn refusal<T>(outcome: Result<T, Error>) -> (String, String) {
    let error = outcome.err().expect("refused");
    (error.code().to_owned(), error.to_string())
}

fn on(before: &str, after: &str) -> (String, String) {
    (before.to_owned(), after.to_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pause_shows_both_dates_and_taken_back_it_was_never_there() {
    let case = Case::of("inventorysync", "DE", Right::Access).await;
    case.world.days(2);
    let paused = case.pauses(PauseGround::ScopeAsked).await.expect("paused");
    assert_eq!(days(&paused), on("2026-10-21", "2026-10-21"), "while it stands still nobody knows the new one");
    assert!(matches!(paused.request.stage, Stage::Paused { on: PauseGround::ScopeAsked, .. }));
    assert_eq!(refusal(case.pauses(PauseGround::ScopeAsked).await).0, "ILLEGAL_STEP");
    case.world.days(5);
    let resumed = case.resumes().await.expect("resumed");
    assert_eq!(days(&resumed), on("2026-10-21", "2026-10-26"), "five days did not count");
    assert!(matches!(resumed.request.stage, Stage::Open { .. }));
    assert_eq!(refusal(case.resumes().await).0, "ILLEGAL_STEP");

    let tools = &case.world.tools;
    let withdrawn =
        requests::withdraw_pause(tools, &case.world.support(), case.at, None, None).await.expect("withdrawn");
    assert_eq!(days(&withdrawn), on("2026-10-26", "2026-10-21"));
    let twice = requests::withdraw_pause(tools, &case.world.support(), case.at, None, None).await;
    assert_eq!(refusal(twice).0, "NOT_PAUSED");
    assert_eq!(case.letters(), ["paused", "resumed", "resumed"]);
    let shown = requests::find_request(tools, &case.world.support(), case.at).await.expect("shown");
    let told: Vec<_> = shown.events.iter().map(|event| (event.before_on.map(day), event.after_on.map(day))).collect();
    let some = |one: &str, other: &str| (Some(one.to_owned()), Some(other.to_owned()));
    assert_eq!(
        told,
        [some("2026-10-21", "2026-10-21"), some("2026-10-21", "2026-10-26"), some("2026-10-26", "2026-10-21")]
    );
    let sealed =
        case.world.base.lines("select coalesce(encode(reason, 'escape'), '-') as line from request_clock_events");
    assert!(sealed.iter().all(|reason| !reason.contains("shops")), "the reason is sealed");
}

fn day(day: Day) -> String {
    day.to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_extension_counts_from_receipt_is_granted_once_and_can_be_taken_back() {
    let case = Case::of("inventorysync", "DE", Right::Deletion).await;
    case.world.days(10);
    let longer = case.extends().await.expect("extended");
    assert_eq!(days(&longer), on("2026-10-21", "2026-12-21"), "three months from receipt");
    let (code, words) = refusal(case.extends().await);
    assert_eq!(code, "EXTENDED");
    assert!(words.contains("2026-10-01") && words.contains("once"), "{words}");
    let tools = &case.world.tools;
    let support = case.world.support();
    let back = requests::withdraw_extension(tools, &support, case.at, None, None).await.expect("withdrawn");
    assert_eq!(days(&back), on("2026-12-21", "2026-10-21"));
    let twice = requests::withdraw_extension(tools, &support, case.at, None, None).await;
    assert_eq!(refusal(twice).0, "NOT_EXTENDED");
    assert_eq!(
        days(&case.extends().await.expect("again")),
        on("2026-10-21", "2026-12-21"),
        "what was taken back is not there"
    );
    assert_eq!(case.letters(), ["extended", "extension_withdrawn", "extended"]);

    let late = Case::of("inventorysync", "DE", Right::Deletion).await;
    late.world.days(31);
    let (code, words) = refusal(late.extends().await);
    assert_eq!(code, "OVERDUE");
    assert!(words.contains("2026-10-21"), "{words}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pause_and_an_extension_together_come_to_one_date_and_either_can_be_taken_back() {
    let case = Case::of("inventorysync", "DE", Right::Access).await;
    case.world.days(2);
    case.pauses(PauseGround::ScopeAsked).await.expect("paused");
    case.world.days(5);
    case.resumes().await.expect("resumed");
    let longer = case.extends().await.expect("extended");
    assert_eq!(days(&longer).0, "2026-10-26");
    assert_eq!(days(&longer).1, "2026-12-28", "the 26th is a holiday and a Saturday");
    let (tools, support) = (&case.world.tools, case.world.support());
    let unpaused = requests::withdraw_pause(tools, &support, case.at, None, None).await.expect("withdrawn");
    assert_eq!(days(&unpaused).1, "2026-12-21");
    let shorter = requests::withdraw_extension(tools, &support, case.at, None, None).await.expect("withdrawn");
    assert_eq!(days(&shorter).1, "2026-10-21", "nothing of either is left");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_the_law_has_no_pause_or_the_page_no_longer_time_that_is_said_in_words() {
    let case = Case::of("inventorysync", "US-CA", Right::Access).await;
    let (code, words) = refusal(case.pauses(PauseGround::IdentityAsked).await);
    assert_eq!(code, "NO_PAUSE");
    assert!(words.contains("never stands still") && words.contains("2026-11-05"), "{words}");
    assert_eq!(days(&case.extends().await.expect("extended")), on("2026-11-05", "2026-12-20"), "ninety days in all");

    let promised = Case::of("sooperseller", "FR", Right::Access).await;
    promised.world.days(1);
    // Thirty days of the page and a month of the law end on one day here; the page's are never more.
    let (code, words) = refusal(promised.extends_under(Some("operator_promise")).await);
    assert_eq!(code, "NO_EXTENSION", "{words}");
    let longer = promised.extends_under(Some("eu_gdpr")).await.expect("the law's own time");
    assert_eq!(days(&longer), on("2026-10-21", "2026-10-21"), "the page is worked by all the same");
    assert_eq!(longer.after.as_ref().expect("a date").regime, "operator_promise");
    assert_eq!(refusal(promised.extends().await).0, "NO_EXTENSION");

    // Nobody is told a day that the desk does not work by, neither when it is told nor when it is taken back.
    let told = promised.last_letter().await;
    assert!(told.contains("We still mean to answer by 21 October 2026."), "{told}");
    assert!(!told.contains("December") && !told.contains("from now on"), "{told}");
    let (tools, support) = (&promised.world.tools, promised.world.support());
    requests::withdraw_extension(tools, &support, promised.at, None, None).await.expect("withdrawn");
    let told = promised.last_letter().await;
    assert!(told.contains("you have our answer by 21 October 2026, as before"), "{told}");
    assert!(!told.contains("December") && !told.contains("the earlier time"), "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_is_an_answer_and_can_be_looked_at_again() {
    let case = Case::of("inventorysync", "US-VA", Right::Deletion).await;
    case.world.days(3);
    let refused = case.refuses().await.expect("refused");
    assert!(matches!(refused.stage, Stage::Closed { outcome: Outcome::Refused, .. }));
    assert_eq!((refused.ground, refused.answered_at.is_some()), (Some(Ground::LegalObligation), true));
    assert_eq!(refusal(case.refuses().await).0, "ILLEGAL_STEP");
    let shown = requests::find_request(&case.world.tools, &case.world.support(), case.at).await.expect("shown");
    assert!(shown.clocks.iter().all(|row| row.met_at.is_some()), "an answer meets its dates");
    let sealed = "select encode(payload, 'escape') as line from audit_events where action = 'request.reasoned'";
    let sealed = case.world.base.lines(sealed);
    assert!(sealed.len() == 1 && !sealed[0].contains("five years"));

    case.world.days(4);
    let intake = Ref::new(case.tenant, refused.intake);
    let appeal = requests::appeal_by_person(&case.world.tools, intake, refused.id, Personal::new("I was no customer"));
    let appeal = appeal.await.expect("an appeal");
    let request = &appeal.requests[0];
    assert_eq!((request.right, request.appeal_of), (Right::Appeal, Some(refused.id)));
    assert!(matches!(request.stage, Stage::Open { .. }), "the same addresses under the same proof");
    let due = request.due.as_ref().expect("a date");
    assert_eq!(
        (due.regime.as_str(), due.on.to_string().as_str()),
        ("us_va", "2026-11-27"),
        "sixty days from its own receipt"
    );
    let shown =
        requests::find_request(&case.world.tools, &case.world.support(), Ref::new(case.tenant, request.id)).await;
    assert_eq!(shown.expect("shown").clocks[0].clock.kind, Kind::Appeal);
    let again = requests::appeal_by_person(&case.world.tools, intake, refused.id, Personal::new("again")).await;
    assert!(!again.expect("the same").is_new);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_date_that_runs_on_through_a_pause_is_late_when_it_is_over() {
    // The law's time stands still, the page's promise does not know of that.
    let case = Case::of("sooperseller", "DE", Right::Access).await;
    case.pauses(PauseGround::IdentityAsked).await.expect("paused under the law");
    let stands = case.stands().await;
    assert_eq!(stands.due.as_ref().map(|due| due.regime.as_str()), Some("operator_promise"));
    case.world.days(40);
    assert!(case.stands().await.is_late(case.world.tools.watch.now()));
    let (tools, support) = (&case.world.tools, case.world.support());
    let why = requests::set_late_reason(tools, &support, case.at, None, LateReason::Identity, None).await;
    why.expect("it is late");

    let still = Case::of("inventorysync", "DE", Right::Access).await;
    still.pauses(PauseGround::IdentityAsked).await.expect("paused");
    still.world.days(40);
    assert!(!still.stands().await.is_late(still.world.tools.watch.now()));
    let (tools, support) = (&still.world.tools, still.world.support());
    let why = requests::set_late_reason(tools, &support, still.at, None, LateReason::Identity, None).await;
    assert_eq!(refusal(why).0, "NOT_LATE");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_taken_back_set_aside_or_joined_ends_and_nothing_follows() {
    let case = Case::of("inventorysync", "DE", Right::Access).await;
    let (tools, support, tenant) = (&case.world.tools, case.world.support(), case.tenant);
    let another = async |right: Right, mail: &str| {
        let taken = case.world.asks(wish(tenant, &[right], mail)).await;
        Ref::new(tenant, taken.requests[0].id)
    };
    let twin = another(Right::Access, ASHA).await;
    let other_right = another(Right::Objection, ASHA).await;
    let junk = another(Right::Access, "junk@mail.example").await;
    let to_other = requests::join(tools, &support, other_right, None, case.at.id, None).await;
    assert_eq!(refusal(to_other).0, "OTHER_RIGHT");
    assert_eq!(refusal(requests::join(tools, &support, twin, None, twin.id, None).await).0, "INVALID");
    let joined = requests::join(tools, &support, twin, None, case.at.id, None).await.expect("joined");
    assert_eq!(joined.original, Some(case.at.id));
    assert!(matches!(joined.stage, Stage::Closed { outcome: Outcome::Duplicate, .. }));
    assert_eq!(case.letters(), ["joined"]);
    case.world.work().await;
    let letters = tools.mail.mailbox().expect("letters are kept in memory").letters_to(ASHA);
    let original = case.stands().await.reference;
    assert!(
        letters
            .iter()
            .any(|kept| kept.letter.text.contains(&original) && kept.letter.subject.contains("an earlier one"))
    );
    let back = requests::join(tools, &support, case.at, None, twin.id, None).await;
    assert_eq!(refusal(back).0, "ILLEGAL_STEP", "nobody is answered by two that stand for each other");
    let spam = requests::mark_spam(tools, &support, junk, None, None).await.expect("set aside");
    assert!(matches!(spam.stage, Stage::Closed { outcome: Outcome::Spam, .. }));
    let by_staff = requests::withdraw(tools, &support, other_right, None, None).await.expect("withdrawn");
    assert!(matches!(by_staff.stage, Stage::Closed { outcome: Outcome::Withdrawn, .. }));

    let intake = Ref::new(tenant, case.stands().await.intake);
    requests::withdraw_by_person(tools, intake).await.expect("withdrawn");
    assert!(matches!(case.stands().await.stage, Stage::Closed { outcome: Outcome::Withdrawn, .. }));
    assert_eq!(refusal(requests::withdraw_by_person(tools, intake).await).0, "ILLEGAL_STEP");
    assert_eq!(refusal(case.extends().await).0, "ILLEGAL_STEP");
    let open = "select count(*)::text as line from request_clocks where met_at is null";
    assert_eq!(case.world.base.lines(open), ["0"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_works_it_is_one_of_the_desk_and_two_who_change_it_at_once_do_not_overwrite_each_other() {
    let case = Case::of("inventorysync", "DE", Right::Access).await;
    let colleague = case.world.staff(&[Role::Support]).await;
    let (tools, support) = (&case.world.tools, case.world.support());
    let assign = async |version, owner, team: Option<&str>, once| {
        requests::assign(tools, &support, case.at, version, (owner, team.map(str::to_owned)), once).await
    };
    let nobody = assign(None, Some(StaffId::fresh()), Some(" "), None).await;
    let Err(Error::Invalid(flaws)) = nobody else { panic!("flaws") };
    assert_eq!(flaws.iter().map(|flaw| flaw.field.as_str()).collect::<Vec<_>>(), ["owner", "team"]);
    let version = case.stands().await.version;
    let once = Once { key: [7; 32], input: [1; 32] };
    let first = assign(Some(version), Some(colleague.id), Some("returns"), Some(once)).await.expect("assigned");
    assert_eq!((first.owner, first.team.as_deref(), first.version), (Some(colleague.id), Some("returns"), version + 1));
    let repeated = assign(Some(version), Some(colleague.id), Some("returns"), Some(once)).await.expect("the same");
    assert_eq!(repeated.version, version + 1, "the same wish is heard once");
    assert_eq!(refusal(assign(Some(version), None, None, None).await).0, "CONFLICT");
    let ops = desk_seat(&case.world, &[Role::Ops]);
    let other = requests::assign(tools, &ops, case.at, None, (None, None), None).await;
    assert_eq!(refusal(other).0, "FORBIDDEN");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_late_says_why_and_what_is_not_has_nothing_to_explain() {
    let case = Case::of("inventorysync", "DE", Right::Access).await;
    let (tools, support) = (&case.world.tools, case.world.support());
    let explain = async || requests::set_late_reason(tools, &support, case.at, None, LateReason::Volume, None).await;
    assert_eq!(refusal(explain().await).0, "NOT_LATE");
    case.world.days(31);
    assert_eq!(case.due().await, "2026-10-21");
    let (code, words) = refusal(case.pauses(PauseGround::IdentityAsked).await);
    assert_eq!(code, "OVERDUE", "{words}");
    assert_eq!(explain().await.expect("noted").late_reason, Some(LateReason::Volume));
    let refused = case.refuses().await.expect("late, and answered");
    assert!(refused.is_late(tools.watch.now()));
    case.world.later(Duration::days(400));
    assert!(refused.is_late(tools.watch.now()), "late it stays");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_done_by_hand_is_told_in_words() {
    let case = Case::of("inventorysync", "DE", Right::Correction).await;
    let (tools, support) = (&case.world.tools, case.world.support());
    let settle = async |is_whole| {
        let reason = Personal::new("your address is right by now at all three shops");
        requests::settle_by_hand(tools, &support, case.at, None, is_whole, reason, None).await
    };
    assert_eq!(refusal(settle(true).await).0, "ILLEGAL_STEP", "no plan of it was approved");
    case.world.base.tamper("update requests set stage = 'in_progress', plan_id = id");
    let settled = settle(false).await.expect("settled");
    assert!(matches!(settled.stage, Stage::Closed { outcome: Outcome::PartlyFulfilled, .. }));
    assert!(settled.answered_at.is_some());
    assert_eq!(case.letters(), ["answered"]);
}
