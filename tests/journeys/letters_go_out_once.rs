//! Whoever asks is written to in their own language, of everything that is owed to them, and of each thing once.

use chrono::Duration;
use harness::asked::desk_seat;
use harness::shop::Shop;
use harness::world::World;
use rightsdesk_server::floor::access::{Caller, Role};
use rightsdesk_server::floor::jobs::{self, Ticket};
use rightsdesk_server::floor::kernel::{Instant, MessageId, Personal, Ref, RequestId, Watch};
use rightsdesk_server::floor::ledger::{Event, Witnessed};
use rightsdesk_server::floor::mail::Kept;
use rightsdesk_server::floor::regulations::{MustName, PauseGround, Right};
use rightsdesk_server::requests::{
    self, Asking, Desk, FOLLOW_PATH, GoesBy, Ground, Mandate, MessageKind, MessageState, NotDone, Proof, Rest,
    SendLetter, Slots, Source, Stated, SubjectKind, Taken, Wanted, Way,
};

/// A Monday in March, at noon.
const MONDAY: &str = "2027-03-01T12:00:00Z";

const LANGUAGES: [&str; 7] = ["en", "de", "fr", "es", "pt", "hi", "ur"];

struct Town {
    world: World,
    shop: Shop,
    staff: Caller,
}

impl Town {
    async fn opens() -> Self {
        let at = Instant::from_utc(MONDAY.parse().expect("a moment"));
        let world = World::alone(Watch::held(at)).await;
        let shop = world.shop("Zaitoon Home", 0).await;
        let staff = desk_seat(&world, &[Role::Support]);
        Self { world, shop, staff }
    }

    fn asking(&self, mail: &str, locale: &str, rights: &[Right]) -> Asking {
        let stated = Stated { kind: GoesBy::Mail, store: None, value: Personal::new(mail), proof: Proof::None };
        Asking {
            source: Source::Web,
            tenant: self.shop.tenant,
            subject_kind: SubjectKind::Shopper,
            store: None,
            delivery: None,
            rights: rights.iter().map(|right| Wanted { right: *right, case: None }).collect(),
            identifiers: vec![stated],
            words: None,
            original: None,
            locale: Some(locale.to_owned()),
            place: Some("DE".to_owned()),
            received_at: None,
            notice: None,
            mandate: Mandate::None,
            is_test: false,
            appeal_of: None,
        }
    }

    async fn receives(&self, asking: Asking) -> Taken {
        requests::receive(&self.world.tools, &Caller::house(), asking).await.expect("taken in")
    }

    fn at(&self, taken: &Taken) -> Ref<RequestId> {
        Ref::new(self.shop.tenant, taken.requests[0].id)
    }

    /// Somebody who is proved by now.
    async fn proved(&self, mail: &str, locale: &str, rights: &[Right]) -> Taken {
        let mut asking = self.asking(mail, locale, rights);
        asking.identifiers[0].proof = Proof::Member;
        let taken = self.receives(asking).await;
        self.world.work().await;
        taken
    }

    /// The letters to an address since it was asked last.
    fn letters(&self, mail: &str) -> Vec<Kept> {
        self.world.tools.mail.mailbox().expect("letters are kept in memory").letters_to(mail)
    }

    async fn last(&self, mail: &str) -> Kept {
        self.world.work().await;
        self.letters(mail).pop().expect("a letter")
    }

    /// Has a letter written that no verb of the desk writes yet.
    async fn writes(&self, at: Ref<RequestId>, kind: MessageKind, slots: Slots) -> Option<MessageId> {
        let (vault, adopted) = (self.world.tools.vault.clone(), self.world.tools.policy.in_force().expect("a policy"));
        let request =
            requests::find_request(&self.world.tools, &Caller::house(), at).await.expect("the request").request;
        let written = self.world.ledger.write(self.world.scope(at.tenant), move |tx| {
            let desk = Desk { vault: &vault, policy: &adopted.policy };
            let id = requests::queue_letter(tx, &desk, &request, kind, slots)?;
            Ok(Witnessed::new(id, Event::new("request.wrote", "request", at.id.uuid())))
        });
        written.await.expect("queued")
    }

    /// The same letter is to be sent once more, as if a worker had died with its word in hand.
    async fn again(&self, message: MessageId) {
        let ticket = Ticket::of(&SendLetter { message }).expect("a ticket");
        let tenant = self.shop.tenant;
        let queued = self.world.ledger.bookkeep(Some(tenant), move |tx| Ok(jobs::redeem(tx, ticket)));
        queued.await.expect("queued");
        self.world.work().await;
    }

    fn states(&self) -> Vec<String> {
        self.world.base.lines("select distinct state as line from request_messages where way = 'out' order by 1")
    }
}

fn header<'a>(kept: &'a Kept, name: &str) -> Option<&'a str> {
    kept.letter.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_asks_is_told_that_it_came_what_happens_next_and_until_when() {
    let town = Town::opens().await;
    let mail = "asha@example.com";
    let taken = town.receives(town.asking(mail, "en", &[Right::Access, Right::Deletion])).await;
    town.world.work().await;
    let letters = town.letters(mail);
    assert_eq!(letters.len(), 2, "the word that it came, and a code");
    let came = letters.iter().find(|kept| kept.letter.subject.contains("we have your request")).expect("it came");
    let text = &came.letter.text;
    for request in &taken.requests {
        assert!(text.contains(&request.reference), "{text}");
        let due = request.due.as_ref().expect("a date").on.0.format("%-d %B %Y").to_string();
        assert!(text.contains(&due), "{due}: {text}");
    }
    let until = "14 March 2027";
    assert!(text.contains(until) && text.contains("Received: 1 March 2027"), "{text}");
    assert!(text.contains("SooperSeller acts for Zaitoon Home"), "{text}");
    let link = text.lines().find(|line| line.starts_with("https://")).expect("a link");
    assert!(link.starts_with(&["https://desk.example", FOLLOW_PATH, "?token="].concat()), "{link}");
    let secret = link.split_once("token=").and_then(|(_, rest)| rest.split_once('&')).expect("a secret").0;
    let led = requests::follow(&town.world.tools, &rightsdesk_server::floor::kernel::Secret::new(secret)).await;
    assert_eq!(led.expect("an answer").map(|at| at.id), Some(taken.intake), "the link leads to the contact");

    let code = letters.iter().find(|kept| kept.letter.subject.contains("code")).expect("a code");
    let digits = code.letter.text.lines().find(|line| line.len() == 6 && line.parse::<u32>().is_ok());
    assert!(!code.letter.text.contains("https://"), "the page is not for whoever has this address");
    let proved =
        requests::prove_by_code(&town.world.tools, Ref::new(town.shop.tenant, taken.intake), digits.expect("digits"));
    assert!(proved.await.expect("an answer").is_proved());

    assert_eq!(town.states(), ["sent"]);
    let open = "select count(*)::text as line from request_clocks where kind = 'acknowledgement' and met_at is null";
    assert_eq!(town.world.base.lines(open), ["0"], "the word that it came has left");
    let jobs = town.world.base.lines("select string_agg(payload, ' ') as line from jobs");
    assert!(!jobs[0].contains(mail) && !jobs[0].contains(secret), "{jobs:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_named_by_a_forger_gets_few_letters_a_day_and_everybody_else_theirs() {
    let town = Town::opens().await;
    let (victim, other) = ("victim@example.com", "other@example.com");
    for _ in 0..12 {
        town.receives(town.asking(victim, "en", &[Right::Access])).await;
    }
    town.receives(town.asking(other, "en", &[Right::Access])).await;
    town.world.work().await;
    let told =
        |mail: &str, what: &str| town.letters(mail).iter().filter(|kept| kept.letter.subject.contains(what)).count();
    let (came, code) = ("we have your request", "your code");
    assert_eq!((told(victim, came), told(victim, code)), (5, 10), "and every request is kept");
    assert_eq!(town.world.base.lines("select count(*)::text as line from requests"), ["13"]);
    assert_eq!((told(other, came), told(other, code)), (1, 1));

    town.world.later(Duration::hours(25));
    town.receives(town.asking(victim, "en", &[Right::Access])).await;
    town.world.work().await;
    assert_eq!(told(victim, came), 6, "another day");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_that_nobody_proved_gets_nothing_once_it_is_known_who_asked() {
    let town = Town::opens().await;
    let (tools, named) = (&town.world.tools, "named@example.com");
    let mut asking = town.asking(named, "en", &[Right::Access]);
    let phone = Personal::new("+49 30 901820");
    asking.identifiers.push(Stated { kind: GoesBy::Phone, store: None, value: phone, proof: Proof::None });
    let at = town.at(&town.receives(asking).await);
    town.world.work().await;
    let before = town.letters(named).len();
    let shown = requests::find_request(tools, &town.staff, at).await.expect("shown");
    let of = |kind: GoesBy| shown.identifiers.iter().find(|one| one.kind == kind).expect("it was said").id;
    let heard = Personal::new("She called from it and named her last order.");
    requests::judge(tools, &town.staff, at, of(GoesBy::Phone), heard, true, None).await.expect("judged");
    let words = || Personal::new("Which order do you mean?");
    town.writes(at, MessageKind::Ask, Slots { words: Some(words()), ..Slots::default() }).await;
    town.world.work().await;
    assert_eq!(town.letters(named).len(), before, "anybody could have named that address");

    let saw = Personal::new("She wrote from it, too.");
    requests::judge(tools, &town.staff, at, of(GoesBy::Mail), saw, true, None).await.expect("judged");
    let asked = town.writes(at, MessageKind::Ask, Slots { words: Some(words()), ..Slots::default() }).await;
    assert!(asked.is_some());
    town.world.work().await;
    assert!(town.letters(named).len() > before, "once it is proved it is written to");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_language_says_each_thing_that_is_owed() {
    let town = Town::opens().await;
    let tools = &town.world.tools;
    for language in LANGUAGES {
        let mail = format!("{language}@example.com");
        let taken = town.proved(&mail, language, &[Right::Access]).await;
        let (at, reference) = (town.at(&taken), &taken.requests[0].reference);
        let reason = || Personal::new("Because {code} of it all\u{202e}");
        let mut seen = vec![town.letters(&mail).pop().expect("the word that it came")];

        let paused = requests::pause(tools, &town.staff, at, None, PauseGround::ScopeAsked, reason(), None).await;
        paused.expect("paused");
        seen.push(town.last(&mail).await);
        town.world.later(Duration::days(2));
        requests::resume(tools, &town.staff, at, None, None).await.expect("resumed");
        seen.push(town.last(&mail).await);
        let gdpr = (Some("eu_gdpr".to_owned()), None);
        let extended = requests::extend(tools, &town.staff, at, None, gdpr, reason(), None).await;
        let moved = extended.expect("extended");
        let longer = town.last(&mail).await;
        for due in [&moved.before, &moved.after] {
            let on = due.as_ref().expect("a date").on;
            assert!(longer.letter.text.contains(&on.0.format("%Y").to_string()), "{}", longer.letter.text);
        }
        seen.push(longer);
        requests::withdraw_extension(tools, &town.staff, at, None, None).await.expect("withdrawn");
        seen.push(town.last(&mail).await);
        for (kind, slots) in [
            (MessageKind::HandedOn, Slots::default()),
            (MessageKind::Joined, Slots { original: Some("R-0123456".to_owned()), ..Slots::default() }),
            (MessageKind::Ask, Slots { words: Some(reason()), ..Slots::default() }),
            (MessageKind::Code, Slots { code: Some(Personal::new("123456")), ..Slots::default() }),
        ] {
            town.writes(at, kind, slots).await.expect("queued");
            seen.push(town.last(&mail).await);
        }
        let written = requests::write_message(tools, &town.staff, at, None, reason(), None).await.expect("queued");
        assert_eq!((written.way, written.state), (Way::Out, MessageState::Queued));
        seen.push(town.last(&mail).await);
        let refused = requests::refuse(tools, &town.staff, at, None, Ground::LegalObligation, reason(), None).await;
        refused.expect("refused");
        let no = town.last(&mail).await;
        assert!(no.letter.text.contains("privacy@") || no.letter.text.contains('@'), "whom to write to");
        seen.push(no);

        let subjects: std::collections::BTreeSet<_> = seen.iter().map(|kept| &kept.letter.subject).collect();
        assert_eq!(subjects.len(), seen.len(), "{language}: two letters of one name: {subjects:?}");
        for kept in &seen {
            let (subject, text) = (&kept.letter.subject, &kept.letter.text);
            assert!(subject.contains(reference.as_str()) && subject.contains("SooperSeller"), "{subject}");
            assert!(!text.contains("{operator}") && !text.contains("{reference}"), "{text}");
            assert!(!text.contains('\u{202e}'), "what turns the direction of a text around is shown: {text}");
            assert_eq!(header(kept, "Content-Language"), Some(language));
            let is_rtl = language == "ur";
            assert_eq!(text.starts_with('\u{200f}') && subject.starts_with('\u{200f}'), is_rtl, "{text}");
            if is_rtl {
                assert!(subject.contains(&format!("\u{2068}{reference}\u{2069}")), "{subject}");
                let links = text.lines().filter(|line| line.contains("https://desk"));
                assert!(links.into_iter().all(|line| line.starts_with("https://")), "a link stands bare: {text}");
            }
        }
        let words = seen.iter().filter(|kept| kept.letter.text.contains("Because {code} of it all")).count();
        assert_eq!(words, 5, "{language}: what staff wrote stands as they wrote it");
    }
    assert_eq!(town.states(), ["sent"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_language_says_why_the_rest_was_not_done() {
    let town = Town::opens().await;
    let until = Some(Instant::from_utc(MONDAY.parse().expect("a moment")).day());
    let of = |what: Option<&str>, why| Rest { what: what.map(str::to_owned), why, until: None };
    for language in LANGUAGES {
        let mail = format!("{language}@example.com");
        let at = town.at(&town.proved(&mail, language, &[Right::Deletion]).await);
        let rest = vec![
            Rest { until, ..of(Some("Bills"), NotDone::Ground(Ground::LegalObligation)) },
            of(Some("Orders"), NotDone::Ground(Ground::ContractActive)),
            of(None, NotDone::OwnTime),
            of(Some("Names"), NotDone::Impossible),
            of(Some("Leopards Courier"), NotDone::Refused),
            of(None, NotDone::GivenUp),
        ];
        town.writes(at, MessageKind::Answered, Slots { rest, ..Slots::default() }).await.expect("queued");
        let text = town.last(&mail).await.letter.text;
        let paragraph = text.split("\n\n").find(|words| words.contains("Leopards Courier")).expect("a paragraph");
        let lines: std::collections::BTreeSet<&str> = paragraph.lines().collect();
        assert_eq!(lines.len(), 6, "{language}: {text}");
        assert!(["Bills", "Orders", "Names", "2027"].iter().all(|word| paragraph.contains(word)), "{text}");
        assert!(!text.contains('{') && text.matches("2027").count() >= 2, "{text}");
        assert!(language == "en" || !text.contains("privacy page") && !text.contains("refused"), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_names_where_somebody_turns_who_does_not_agree() {
    let town = Town::opens().await;
    let tools = &town.world.tools;
    let (virginian, german) = ("virginia@example.com", "german@example.com");
    for (mail, place) in [(virginian, "US-VA"), (german, "DE")] {
        let mut asking = town.asking(mail, "en", &[Right::Deletion]);
        asking.place = Some(place.to_owned());
        asking.identifiers[0].proof = Proof::Member;
        let at = town.at(&town.receives(asking).await);
        town.world.work().await;
        let reason = Personal::new("The invoice stays ten years.");
        let refused = requests::refuse(tools, &town.staff, at, None, Ground::LegalObligation, reason, None).await;
        refused.expect("refused");
    }
    town.world.work().await;
    let text = |mail: &str| town.letters(mail).pop().expect("a letter").letter.text;
    let (far, near) = (text(virginian), text(german));
    assert!(far.contains("A law obliges us") && far.contains("The invoice stays ten years."), "{far}");
    assert!(far.contains("You may ask us to look at it again"), "{far}");
    assert!(near.contains("data protection authority") && near.contains("You may go to court"), "{near}");
    let slots = Slots { must_name: MustName::ALL.to_vec(), ..Slots::default() };
    let taken = town.proved("denied@example.com", "en", &[Right::Deletion]).await;
    town.writes(town.at(&taken), MessageKind::Refused, slots).await.expect("queued");
    let all = town.last("denied@example.com").await.letter.text;
    for route in ["authority", "court", "look at it again", "attorney general", "neither to be sold nor shared"] {
        assert!(all.contains(route), "{route}: {all}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_letter_leaves_once_and_sent_again_is_the_same_letter() {
    let town = Town::opens().await;
    let mail = "once@example.com";
    let taken = town.proved(mail, "en", &[Right::Access]).await;
    let at = town.at(&taken);
    let body = Personal::new("Which order do you mean?");
    let written = requests::write_message(&town.world.tools, &town.staff, at, None, body, None).await.expect("queued");
    town.world.work().await;
    assert_eq!(town.letters(mail).len(), 2);
    town.again(written.id).await;
    assert_eq!(town.letters(mail).len(), 2, "what has left is not sent again");

    // The worker died after the letter had left, and before its word of it.
    town.world.base.tamper(&format!(
        "update request_messages set state = 'queued', sent_at = null where id = '{}'",
        written.id.uuid()
    ));
    town.again(written.id).await;
    let letters = town.letters(mail);
    assert_eq!(letters.len(), 3, "mail alone cannot tell");
    assert_eq!(letters[1].letter.message_id, letters[2].letter.message_id, "but it is the same letter");
    assert_eq!(letters[1].letter.message_id, Ref::new(town.shop.tenant, written.id).to_string());
    assert!(header(&letters[1], "Auto-Submitted").is_none(), "somebody wrote it");
    assert!(header(&letters[0], "Auto-Submitted").is_some(), "nobody wrote that");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_only_the_reader_may_know_is_gone_once_the_letter_has_left() {
    let town = Town::opens().await;
    let (tools, mail) = (&town.world.tools, "asha@example.com");
    let taken = town.receives(town.asking(mail, "en", &[Right::Access])).await;
    let at = town.at(&taken);
    let person = Ref::new(town.shop.tenant, taken.intake);
    town.world.work().await;
    let unproved = requests::messages_for_person(tools, person).await;
    assert_eq!(unproved.err().expect("refused").code(), "UNPROVED");
    requests::write_note(tools, &town.staff, at, Personal::new("She sounds angry."), None).await.expect("noted");
    requests::person_writes(tools, person, None, Personal::new("Hurry, please."), None).await.expect("heard");

    let read = requests::read_messages(tools, &town.staff, at, Personal::new("To answer her.")).await.expect("opened");
    let kinds: Vec<_> = read.iter().map(|(message, ..)| (message.way, message.kind)).collect();
    assert_eq!(kinds.len(), 4, "{kinds:?}");
    for (message, title, body) in &read {
        let text = [title.disclose(), body.disclose()].concat();
        assert!(!text.contains("token=") && !text.contains("rdq_"), "{text}");
        if message.kind == MessageKind::Code {
            assert!(text.contains("(the code)") && !text.lines().any(|line| line.parse::<u32>().is_ok()), "{text}");
        }
    }
    let looks = "select coalesce(ticket, '') || ' ' || (reason is not null) as line from access_log where purpose = 'read_messages'";
    assert_eq!(town.world.base.lines(looks), [format!("{} true", taken.requests[0].reference)]);
    let listed = requests::list_messages(tools, &town.staff, at).await.expect("listed");
    assert_eq!(listed.len(), 4);

    let identifier = requests::find_request(tools, &town.staff, at).await.expect("shown").identifiers[0].id;
    let seen = Personal::new("I know her voice.");
    requests::judge(tools, &town.staff, at, identifier, seen, true, None).await.expect("judged");
    let hers = requests::messages_for_person(tools, person).await.expect("opened");
    assert!(hers.iter().all(|(message, ..)| message.way != Way::Note && message.kind != MessageKind::Code));
    assert!(hers.iter().any(|(.., body)| body.disclose() == "Hurry, please."));
    let auditor = desk_seat(&town.world, &[Role::Auditor]);
    let denied = requests::read_messages(tools, &auditor, at, Personal::new("Curious.")).await;
    assert_eq!(denied.err().expect("refused").code(), "FORBIDDEN");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_draft_is_written_over_and_becomes_the_letter() {
    let town = Town::opens().await;
    let (tools, mail) = (&town.world.tools, "draft@example.com");
    let at = town.at(&town.proved(mail, "en", &[Right::Access]).await);
    let first = requests::save_draft(tools, &town.staff, at, None, Personal::new("Dear"), None).await.expect("kept");
    let body = Personal::new("Dear Asha, which order?");
    let second = requests::save_draft(tools, &town.staff, at, Some(first.id), body.clone(), None).await.expect("kept");
    assert_eq!((first.id, second.state), (second.id, MessageState::Draft));
    town.world.work().await;
    assert_eq!(town.letters(mail).len(), 1, "a draft goes nowhere");
    let sent =
        requests::write_message(tools, &town.staff, at, Some(first.id), body.clone(), None).await.expect("queued");
    assert_eq!(sent.id, first.id);
    assert!(town.last(mail).await.letter.text.contains("Dear Asha, which order?"));
    let twice = requests::write_message(tools, &town.staff, at, Some(first.id), body, None).await;
    assert_eq!(twice.expect_err("refused").code(), "NO_DRAFT");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_nobody_proves_in_time_ends_with_a_letter_and_nobody_else_is_written_to() {
    let town = Town::opens().await;
    let (mail, tested) = ("late@example.com", "tested@example.com");
    let taken = town.receives(town.asking(mail, "de", &[Right::Access, Right::Correction])).await;
    town.receives(Asking { is_test: true, ..town.asking(tested, "en", &[Right::Access]) }).await;
    town.world.work().await;
    let before = town.letters(mail).len();
    town.world.later(Duration::days(13));
    town.world.work().await;
    assert_eq!(town.letters(mail).len(), before, "a day is left");
    town.world.later(Duration::days(1) + Duration::minutes(20));
    town.world.work().await;
    town.world.work().await;
    let letters = town.letters(mail);
    assert_eq!(letters.len(), before + 1, "one letter for both");
    let last = &letters.last().expect("a letter").letter;
    assert!(last.subject.contains("ist geschlossen"), "{}", last.subject);
    assert!(taken.requests.iter().all(|request| last.text.contains(&request.reference)), "{}", last.text);
    let stages = "select distinct stage || ' ' || outcome as line from requests where not is_test";
    assert_eq!(town.world.base.lines(stages), ["closed expired"]);
    assert!(town.letters(tested).is_empty(), "of a test nobody is told");
}
