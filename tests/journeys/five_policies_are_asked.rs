//! Five policies, five desks: what each page lets people ask can be asked there, by every way that it names, and is answered
//! by the day that it promises or the law gives. What is expected is typed from the pages, and never read from the policies.

#![expect(clippy::disallowed_methods, reason = "the mail system here is a stranger, who has no egress")]

use harness::asked::{ask, desk_seat};
use harness::page::{Page, send};
use harness::planned::code;
use harness::wishes::{wish, wish_from};
use harness::world::World;
use rightsdesk_server::floor::access::{Caller, Role};
use rightsdesk_server::floor::graphql::tenant_node_id;
use rightsdesk_server::floor::kernel::{Instant, Personal, Ref, RequestId, Secret, TenantId, Watch};
use rightsdesk_server::floor::mail::{Coming, Mail, Way};
use rightsdesk_server::floor::regulations::Right;
use rightsdesk_server::requests::{self, Asking, Ground, Named, Outcome, Stage, SubjectKind};
use rightsdesk_server::roof::http::Listening;
use serde_json::{Value, json};

/// A Monday.
const MONDAY: &str = "2026-11-02T18:00:00Z";
const SECRET: &str = "post-office-post-office-post-office";
const OFFERED: &str =
    "query ($tenant: ID!, $kind: SubjectKind!) { rightsOffered(tenant: $tenant, subjectKind: $kind) { right } }";
const TAKE: &str = "mutation ($input: TakeRequestInput!) { takeRequest(input: $input) {
  taken { requests { right stage source } } userErrors { code message field } } }";

/// What a page says.
struct Said {
    policy: &'static str,
    contact: &'static str,
    /// Who may ask for what.
    rights: &'static [(&'static str, &'static [&'static str])],
    /// Asked from here, for this: the regime that is worked by, and its day.
    dates: &'static [(Option<&'static str>, Right, &'static str, &'static str)],
}

const PAGES: [Said; 5] = [
    Said {
        policy: "dropshipped",
        contact: "privacy@dropshipped.example",
        rights: &[("member", &["deletion"]), ("shopper", &["deletion"])],
        // The page names no time: a law does, or a target of the desk's own.
        dates: &[
            (None, Right::Deletion, "desk_target", "2026-12-02"),
            (Some("DE"), Right::Deletion, "eu_gdpr", "2026-12-02"),
            (Some("US-CA"), Right::Deletion, "us_ca", "2026-12-17"),
        ],
    },
    Said {
        policy: "shopiq",
        contact: "privacy@shopiq.example",
        rights: &[
            ("member", &["access", "correction", "deletion", "complaint"]),
            ("shopper", &["access", "correction", "deletion", "complaint"]),
            ("visitor", &["access", "correction", "deletion", "complaint"]),
        ],
        dates: &[(Some("DE"), Right::Access, "eu_gdpr", "2026-12-02")],
    },
    Said {
        policy: "sooperseller",
        contact: "privacy@sooperseller.com",
        rights: &[
            ("member", &["access", "correction", "deletion", "portability", "restriction", "objection"]),
            ("shopper", &["access", "correction", "deletion", "portability", "restriction", "objection"]),
        ],
        // «We will respond within 30 days», wherever somebody is.
        dates: &[
            (None, Right::Access, "operator_promise", "2026-12-02"),
            (None, Right::Objection, "operator_promise", "2026-12-02"),
            (Some("US-CA"), Right::Correction, "operator_promise", "2026-12-02"),
        ],
    },
    Said {
        policy: "inventorysync",
        contact: "support@inventorysync.io",
        rights: &[
            ("member", &["access", "portability", "deletion", "correction", "restriction", "objection", "opt_out"]),
            ("shopper", &["access", "portability", "deletion", "correction", "restriction", "objection", "opt_out"]),
            ("visitor", &["access", "portability", "deletion", "correction", "restriction", "objection", "opt_out"]),
        ],
        dates: &[
            (Some("DE"), Right::Portability, "eu_gdpr", "2026-12-02"),
            (Some("US-CA"), Right::Access, "us_ca", "2026-12-17"),
            (Some("US-CA"), Right::OptOut, "us_ca", "2026-11-23"),
        ],
    },
    Said {
        policy: "littledata",
        contact: "privacy@littledata.example",
        rights: &[("member", &["access", "deletion"]), ("shopper", &["access", "deletion", "objection", "opt_out"])],
        dates: &[
            (Some("DE"), Right::Access, "eu_gdpr", "2026-12-02"),
            (Some("US-CA"), Right::OptOut, "us_ca", "2026-11-23"),
        ],
    },
];

struct Desk {
    world: World,
    http: Listening,
    tenant: TenantId,
    support: Caller,
    approver: Caller,
}

impl Desk {
    async fn opens(said: &Said) -> Self {
        let at = Instant::from_utc(MONDAY.parse().expect("a moment"));
        let mut world = World::alone_under(said.policy, Watch::held(at)).await;
        let coming =
            Coming { address: Some(said.contact.to_owned()), maildir: None, secret: Some(Secret::new(SECRET)) };
        let mail = Mail::open(Way::Memory, "desk@desk.example", world.tools.watch.clone()).expect("a way for mail");
        world.tools.mail = mail.hearing(coming);
        let http = world.serve().await;
        let tenant = world.shop("Zaitoon Home", 0).await.tenant;
        world.work().await;
        let (support, approver) = (desk_seat(&world, &[Role::Support]), desk_seat(&world, &[Role::Approver]));
        Self { world, http, tenant, support, approver }
    }

    async fn asked(&self, document: &str, variables: Value) -> Value {
        let answer = ask(&self.world, Some(&self.support), document, variables).await;
        assert!(answer.get("errors").is_none(), "{answer}");
        answer["data"].clone()
    }

    /// The boxes of the page where people of this kind ask.
    async fn boxes(&self, who: &str) -> (Page, Vec<String>) {
        let page = Page::open(&self.http, &format!("/trust/ask?who={who}&lang=en")).await;
        assert_eq!(page.status, 200, "{who}");
        let boxes = page.root.all("input").into_iter().filter(|input| input.attribute("name") == Some("right"));
        let codes = boxes.filter_map(|input| input.attribute("value").map(str::to_owned)).collect();
        (page, codes)
    }

    /// What a browser sends with the form that leads to asking.
    async fn fills(&self, page: &Page, typed: &[(&str, &str)]) -> Page {
        let is_it = |action: &str| action.split('?').next() == Some("/trust/ask");
        let forms = page.root.all("form");
        let form = forms.into_iter().find(|form| form.attribute("action").is_some_and(is_it)).expect("a form");
        let inputs = form.all("input").into_iter().filter(|input| input.attribute("type") == Some("hidden"));
        let hidden = inputs.filter_map(|input| Some((input.attribute("name")?, input.attribute("value")?)));
        let all: Vec<(&str, &str)> = hidden.chain(typed.iter().copied()).collect();
        send(&self.http, form.attribute("action").expect("where it leads"), &all).await
    }

    async fn posts(&self, letter: &str) -> u16 {
        let call = reqwest::Client::new().post(format!("{}/intake/mail", self.http.url()));
        let call = call.header("authorization", format!("Bearer {SECRET}")).header("content-type", "message/rfc822");
        call.body(letter.replace('\n', "\r\n")).send().await.expect("an answer").status().as_u16()
    }

    fn count(&self, from: &str) -> usize {
        let lines = self.world.base.lines(&format!("select count(*)::text as line from {from}"));
        lines.concat().parse().expect("a number")
    }

    fn letter(&self, mail: &str) -> String {
        let letters = self.world.tools.mail.mailbox().expect("kept in memory").letters_to(mail);
        letters.last().expect("a letter").letter.text.clone()
    }

    /// Worked to its end: planned, read by a second person where its right wants one, and answered in time.
    async fn answers(&self, at: Ref<RequestId>, right: Right) {
        let tools = &self.world.tools;
        if right == Right::Correction {
            let (about, field) = ("customers".to_owned(), "given_name".to_owned());
            let named = Named { about, field, store: None, value: Personal::new("Aasha") };
            requests::name_correction(tools, &self.support, (at, None), named, None).await.expect("named");
        }
        self.world.work().await;
        let plan = requests::find_plan(tools, &self.support, at, None).await.expect("readable").expect("a plan");
        requests::submit_plan(tools, &self.support, at, None, plan.digest, None).await.expect("submitted");
        let stands = requests::find_request(tools, &self.support, at).await.expect("shown").request;
        if matches!(stands.stage, Stage::AwaitingApproval { .. }) {
            let own = requests::approve_plan(tools, &self.support, at, plan.digest, &stands.reference, None).await;
            assert_eq!(code(own), "FORBIDDEN", "{right}");
            let read = requests::approve_plan(tools, &self.approver, at, plan.digest, &stands.reference, None).await;
            read.expect("approved");
        }
        self.world.days(1);
        let words = Personal::new("Here it is, as you asked.");
        let closed =
            requests::settle_by_hand(tools, &self.support, at, None, true, words, None).await.expect("settled");
        assert!(matches!(closed.stage, Stage::Closed { outcome: Outcome::Fulfilled, .. }), "{right}");
        assert!(!closed.is_late(tools.watch.now()), "{right} was answered late");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_page_lets_people_ask_for_what_it_says_and_for_nothing_else() {
    for said in &PAGES {
        let desk = Desk::opens(said).await;
        for (who, rights) in said.rights {
            let (_, boxes) = desk.boxes(who).await;
            assert_eq!(boxes, *rights, "{} to a {who}", said.policy);
            let told = json!({ "tenant": tenant_node_id(desk.tenant), "kind": who.to_uppercase() });
            let told = desk.asked(OFFERED, told).await["rightsOffered"].clone();
            let told: Vec<String> = told
                .as_array()
                .expect("a list")
                .iter()
                .filter_map(|one| one["right"].as_str())
                .map(str::to_lowercase)
                .collect();
            let mut wanted: Vec<&str> = rights.iter().copied().chain(["complaint", "appeal"]).collect();
            wanted.sort_unstable();
            wanted.dedup();
            let mut told: Vec<&str> = told.iter().map(String::as_str).collect();
            told.sort_unstable();
            assert_eq!(told, wanted, "{} to a {who}: beside them, to complain and to appeal", said.policy);
        }
        let others =
            ["member", "shopper", "visitor"].into_iter().filter(|who| !said.rights.iter().any(|(kind, _)| kind == who));
        for who in others {
            let (_, boxes) = desk.boxes(who).await;
            assert!(boxes.is_empty(), "{} to a {who}: {boxes:?}", said.policy);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_page_is_asked_by_form_by_mail_and_by_call() {
    for said in &PAGES {
        let desk = Desk::opens(said).await;
        let (who, rights) = said.rights[0];
        let (page, _) = desk.boxes(who).await;
        let typed = [("right", rights[0]), ("whose", "myself"), ("mail", "form@mail.example"), ("locale", "en")];
        let thanks = desk.fills(&page, &typed).await;
        assert_eq!(thanks.status, 200, "{}: {}", said.policy, thanks.words());

        let words = "Please delete my account.";
        let letter =
            format!("From: mail@mail.example\nTo: {}\nMessage-ID: <1@mail.example>\n\n{words}\n", said.contact);
        assert_eq!(desk.posts(&letter).await, 202, "{}", said.policy);

        let input = json!({
            "tenant": tenant_node_id(desk.tenant), "subjectKind": "SHOPPER", "rights": [{ "right": "DELETION" }],
            "identifiers": [{ "kind": "MAIL", "value": "call@mail.example" }],
        });
        let taken = desk.asked(TAKE, json!({ "input": input })).await["takeRequest"].clone();
        assert_eq!(taken["userErrors"], json!([]), "{}: {taken}", said.policy);
        desk.world.work().await;

        let came = "select source || ' ' || right_code || ' ' || stage as line from requests order by 1";
        let told = desk.world.base.lines(came);
        let wanted = [
            "console deletion received".to_owned(),
            "mail deletion received".to_owned(),
            format!("web {} received", rights[0]),
        ];
        assert_eq!(told, wanted, "{}", said.policy);
        for mail in ["form@mail.example", "mail@mail.example", "call@mail.example"] {
            let letters = desk.world.tools.mail.mailbox().expect("kept in memory").letters_to(mail);
            assert_eq!(letters.len(), 2, "{}: {mail} is told that it came, and gets a code", said.policy);
        }
        assert!(desk.count("request_clocks where kind = 'answer'") >= 3, "{}", said.policy);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_page_is_answered_by_the_day_it_promises_or_the_law_gives() {
    for said in &PAGES {
        let desk = Desk::opens(said).await;
        for (number, (place, right, regime, day)) in said.dates.iter().enumerate() {
            let mail = format!("asha{number}@mail.example");
            let asking = match place {
                Some(place) => wish_from(place, desk.tenant, &[*right], &mail),
                None => wish(desk.tenant, &[*right], &mail),
            };
            let taken = desk.world.asks(asking).await;
            let due = taken.requests[0].due.as_ref().expect("a date");
            let told = (due.regime.as_str(), due.on.to_string());
            assert_eq!(told, (*regime, (*day).to_owned()), "{}: {right} from {place:?}", said.policy);
        }
        // Every right of the page, by whoever may ask for it first, to its answer; and one of them to a lawful no.
        let (who, rights) = said.rights.iter().max_by_key(|(_, rights)| rights.len()).expect("some");
        let kind = SubjectKind::from_code(who).expect("a kind");
        let all: Vec<Right> = rights.iter().map(|code| Right::from_code(code).expect("a right")).collect();
        let asking = wish_from("DE", desk.tenant, &all, "all@mail.example");
        let opened = desk.world.asks_and_proves(Asking { subject_kind: kind, ..asking }).await;
        for request in &opened {
            desk.answers(Ref::new(desk.tenant, request.id), request.right).await;
        }
        desk.world.work().await;
        assert!(desk.letter("all@mail.example").contains("Here it is, as you asked."), "{}", said.policy);

        let asking = wish_from("DE", desk.tenant, &all[..1], "no@mail.example");
        let opened = desk.world.asks_and_proves(Asking { subject_kind: kind, ..asking }).await;
        let at = Ref::new(desk.tenant, opened[0].id);
        let why = Personal::new("It was asked three times this week.");
        let (tools, ground) = (&desk.world.tools, Ground::UnfoundedExcessive);
        requests::refuse(tools, &desk.support, at, None, ground, why, None).await.expect("refused");
        desk.world.work().await;
        let no = desk.letter("no@mail.example");
        assert!(no.contains("three times this week") && no.contains("You may complain"), "{}: {no}", said.policy);
    }
}
