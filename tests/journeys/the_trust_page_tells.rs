//! The public pages, read over real HTTP as strangers read them.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use harness::page::{Node, Page, fetch, json, send};
use harness::post::token_in;
use harness::world::World;
use rightsdesk_server::floor::kernel::{Instant, PolicyId, TenantId, Watch};
use rightsdesk_server::floor::ledger::{Event, Witnessed};
use rightsdesk_server::floor::policy::{Adopted, Moment, SHIPPED, Turn, parse, shipped};
use rightsdesk_server::processors;
use serde_json::Value;

const PAGES: [&str; 7] = [
    "/trust",
    "/trust/scopes",
    "/trust/data",
    "/trust/processors",
    "/trust/retention",
    "/trust/fields",
    "/trust/promises",
];

fn at() -> Instant {
    Instant::from_utc("2026-11-21T09:00:00Z".parse::<DateTime<Utc>>().expect("a time"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_of_every_policy_is_whole_in_each_of_its_languages() {
    for (name, text) in SHIPPED {
        let policy = parse(text).expect("a policy");
        let world = World::alone_under(name, Watch::held(at())).await;
        let desk = world.serve().await;
        for path in PAGES {
            for locale in policy.locales.get_ref() {
                let page = Page::open(&desk, &format!("{path}?lang={locale}")).await;
                assert_eq!(page.status, 200, "{name} {path}");
                assert_eq!(page.one("html").attribute("lang"), Some(locale.as_str()));
                let dir = if ["ar", "fa", "he", "ur"].contains(&locale.as_str()) { "rtl" } else { "ltr" };
                assert_eq!(page.one("html").attribute("dir"), Some(dir));
                assert_eq!(page.header("content-language"), locale);
                is_well_built(&page, path);
                is_closed_to_all_else(&page);
                assert!(page.words().contains(&policy.operator.name), "{name} {path}");
                assert!(!page.words().contains(['{', '}']), "a slot was left open in {name} {path}");
            }
        }
    }
}

/// What assistive programs hold on to.
fn is_well_built(page: &Page, path: &str) {
    let root = &page.root;
    assert!(!page.one("h1").text().is_empty() && page.one("title").text().contains(&page.one("h1").text()));
    for landmark in ["header", "main", "footer"] {
        page.one(landmark);
    }
    let skip = root.all("a")[0];
    assert_eq!(skip.attribute("href"), Some("#content"), "the first link skips to the content");
    assert_eq!(page.one("main").attribute("id"), Some("content"));
    for nav in root.all("nav") {
        assert!(nav.attribute("aria-label").is_some());
    }
    let current = root.all("a").into_iter().filter(|link| link.attribute("aria-current") == Some("page"));
    assert_eq!(current.map(|link| link.attribute("href").map(bare)).collect::<Vec<_>>(), [Some(path)]);
    for table in root.all("table") {
        assert_eq!(table.all("caption").len(), 1);
        assert!(!table.all("caption")[0].text().is_empty());
        let scopes = ["col", "row", "rowgroup"];
        let has_scope = |th: &&Node| th.attribute("scope").is_some_and(|scope| scopes.contains(&scope));
        assert!(table.all("th").iter().all(has_scope), "a header of {path} says not of what it is one");
        let columns = table.all("thead")[0].all("th").len();
        for row in table.all("tbody").iter().flat_map(|body| body.all("tr")) {
            assert!(row.cells().len() == columns || row.attribute("class") == Some("group"), "{path}: {}", row.text());
        }
    }
    for wide in root.all("section").iter().filter(|one| one.attribute("class") == Some("wide")) {
        assert!(wide.attribute("tabindex") == Some("0") && wide.attribute("aria-label").is_some());
    }
    let all = ["section", "article", "tr", "li", "h2", "main"].iter().flat_map(|name| root.all(name));
    let mut names: Vec<_> = all.filter_map(|node| node.attribute("id")).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count, "an id stands twice in {path}");
    let levels = ["h1", "h2", "h3", "h4"].map(|name| root.all(name).len());
    assert!(levels[3] == 0 && (levels[2] == 0 || levels[1] > 0), "headings leave a level out");
}

fn bare(link: &str) -> &str {
    link.split('?').next().unwrap_or(link)
}

/// No script, no cookie, nothing from elsewhere.
fn is_closed_to_all_else(page: &Page) {
    for name in ["script", "img", "iframe", "object", "embed", "base"] {
        assert!(page.root.all(name).is_empty(), "<{name}> stands in a page");
    }
    assert!(!page.text.contains("<script") && !page.text.contains("url(") && !page.text.contains("@import"));
    assert!(page.headers.get("set-cookie").is_none());
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    for part in ["base-uri 'none'", "frame-ancestors 'none'", "form-action '"] {
        assert!(policy.contains(part), "{policy}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
    assert_eq!(page.header("x-content-type-options"), "nosniff");
    for link in page.root.all("a") {
        let to = link.attribute("href").expect("a link leads somewhere");
        assert!(["/trust", "#", "https://", "http://", "mailto:"].iter().any(|good| to.starts_with(good)), "{to}");
    }
    let is_attribute_alone = |node: &Node| {
        node.attributes.iter().any(|(name, _)| name == "style" || name.starts_with("on") || name == "src")
    };
    assert!(page.root.find(&is_attribute_alone).is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_pages_say_what_the_policy_says() {
    let desk = World::alone_under("sooperseller", Watch::held(at())).await.serve().await;

    let summary = Page::open(&desk, "/trust").await;
    for part in ["SooperSeller Privacy Policy", "Pakistan", "privacy@sooperseller.com", "1 January 2026", "30 days"] {
        assert!(summary.words().contains(part), "{part} is missing in {}", summary.words());
    }
    assert!(summary.words().contains("We never sell personal data."));

    let scopes = Page::open(&desk, "/trust/scopes").await;
    assert_eq!(
        scopes.row("read_customers"),
        [
            "read_customers",
            "Shipping details (name, address, phone, email), solely for courier booking",
            "Customer Data",
            "Reads only",
            "▲ High",
            "Booking couriers"
        ]
    );

    let data = Page::open(&desk, "/trust/data").await;
    assert_eq!(data.row("Password (hashed)"), ["Password (hashed)", "Yes", "Yes", "Yes"]);
    assert!(data.row("Correction")[2].contains("30 days"));
    assert!(data.words().contains("you remain the data controller"));

    let processors = Page::open(&desk, "/trust/processors").await;
    let leopards = processors.row("Leopards Courier");
    assert!(leopards[1].starts_with("Creating and managing courier consignments"), "{leopards:?}");
    assert_eq!(leopards[2], "Recipient name, Shipping address, Phone, Prices ● As it is");
    assert_eq!(leopards[3..], ["Pakistan", "No transfer abroad", "3 November 2025"]);

    let retention = Page::open(&desk, "/trust/retention").await;
    assert_eq!(retention.row("Usage and log data")[1..], ["90 days", "The event", "Deleted"]);
    assert_eq!(retention.row("Order and customer data")[1..], ["2 years", "The order’s date", "Made anonymous"]);

    let fields = Page::open(&desk, "/trust/fields").await;
    let head = fields.root.all("thead")[0].all("tr")[0].cells();
    let (phone, email) = (fields.row("Phone"), fields.row("Recipient name"));
    let to = |name: &str| head.iter().position(|cell| cell.starts_with(name)).expect("a column");
    assert_eq!((phone[to("PostEx")].as_str(), phone[to("Shopify")].as_str()), ("● As it is", "– Never"));
    assert_eq!(email[to("Held")], "2 years from: The order’s date");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_json_of_a_page_holds_its_rows() {
    let desk = World::alone_under("sooperseller", Watch::held(at())).await.serve().await;
    for path in PAGES {
        let (page, data) = (Page::open(&desk, path).await, json(&desk, &format!("{path}.json")).await);
        let part = path.strip_prefix("/trust/").unwrap_or("summary");
        assert_eq!(data["shape"], format!("rightsdesk.trust.{part}/1"));
        assert_eq!((&data["policy"], &data["version"]), (&"sooperseller".into(), &1.into()));
        assert_eq!((&data["effectiveOn"], &data["locale"]), (&"2026-01-01".into(), &"en".into()));
        let words = page.words();
        let mut told = 0;
        each_text(&data, &mut |key, text| {
            if ["title", "word", "words", "reason", "name", "text"].contains(&key) {
                told += 1;
                assert!(words.contains(text), "{path}: {key} {text:?} is not on the page: {words}");
            }
        });
        assert!(told > 3 || path == "/trust/promises", "{path} told {told} texts");
    }
    let answer = fetch(&desk, "/trust/retention.json", &[]).await;
    assert_eq!(answer.headers()["content-type"], "application/json; charset=utf-8");
    assert_eq!(answer.headers()["access-control-allow-origin"], "*");
    let usage = &json(&desk, "/trust/retention.json").await["rules"][3];
    assert_eq!((&usage["code"], &usage["kept"]["lasts"]), (&"usage".into(), &"P90D".into()));
    assert_eq!((&usage["anchor"]["code"], &usage["then"]["code"]), (&"event_time".into(), &"delete".into()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_that_asks_for_json_gets_it_at_the_pages_own_address() {
    let desk = World::alone_under("sooperseller", Watch::held(at())).await.serve().await;
    for path in PAGES {
        let asked = fetch(&desk, path, &[("accept", "application/json")]).await;
        assert_eq!(asked.headers()["content-type"], "application/json; charset=utf-8");
        assert!(asked.headers().get_all("vary").iter().any(|one| one == "accept, accept-language"));
        let named = fetch(&desk, &format!("{path}.json"), &[("accept", "text/html")]).await;
        assert_eq!(asked.headers()["etag"], named.headers()["etag"]);
        assert_eq!(asked.bytes().await.expect("JSON"), named.bytes().await.expect("JSON"));
    }
    let browser = [("accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")];
    assert_eq!(fetch(&desk, "/trust", &browser).await.headers()["content-type"], "text/html; charset=utf-8");
}

fn each_text(value: &Value, see: &mut dyn FnMut(&str, &str)) {
    match value {
        Value::Object(parts) => {
            for (key, part) in parts {
                match part {
                    Value::String(text) => see(key, text),
                    other => each_text(other, see),
                }
            }
        }
        Value::Array(parts) => parts.iter().for_each(|part| each_text(part, see)),
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_may_be_kept_and_asked_about() {
    let desk = World::alone_under("sooperseller", Watch::held(at())).await.serve().await;
    for path in ["/trust", "/trust/retention.json"] {
        let first = fetch(&desk, path, &[]).await;
        assert_eq!(first.headers()["cache-control"], "public, max-age=60");
        let varies: Vec<_> = first.headers().get_all("vary").iter().map(|one| one.to_str().expect("text")).collect();
        assert!(varies.join(",").contains("accept-language"), "{varies:?}");
        let tag = first.headers()["etag"].to_str().expect("text").to_owned();
        assert!(tag.starts_with("W/\"") && tag.len() > 20);

        let again = fetch(&desk, path, &[("if-none-match", &format!("\"other\", {tag}"))]).await;
        assert_eq!((again.status().as_u16(), again.headers()["etag"].to_str().ok()), (304, Some(&*tag)));
        assert!(again.bytes().await.expect("nothing").is_empty());
        assert_eq!(fetch(&desk, path, &[("if-none-match", "W/\"other\"")]).await.status(), 200);

        let packed = fetch(&desk, path, &[("accept-encoding", "gzip")]).await;
        assert_eq!(
            (&packed.headers()["content-encoding"], &packed.headers()["etag"]),
            (&"gzip".parse().unwrap(), &tag.parse().unwrap())
        );

        #[expect(clippy::disallowed_methods, reason = "the reader here is a stranger, who has no egress")]
        let head = reqwest::Client::new().head(format!("{}{path}", desk.url())).send().await.expect("an answer");
        assert_eq!((head.status().as_u16(), head.headers()["etag"].to_str().ok()), (200, Some(&*tag)));
        assert!(head.bytes().await.expect("nothing").is_empty());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_there_is_a_page_too() {
    let desk = World::alone_under("sooperseller", Watch::held(at())).await.serve().await;
    for path in ["/trust/nowhere", "/trust/scopes/<script>alert(1)</script>", "/trust/a/b/c"] {
        let page = Page::open(&desk, path).await;
        assert_eq!((page.status, page.one("h1").text().as_str()), (404, "There is no such page"));
        assert!(page.text.contains("noindex") && !page.text.contains("alert(1)"));
        is_closed_to_all_else(&page);
        assert_eq!(page.header("cache-control"), "private, no-store");
    }
    assert_eq!(Page::open(&desk, "/trust/").await.one("h1").text(), "SooperSeller Privacy Policy");
    let odd = Page::open(&desk, "/trust?lang=%22%3E%3Cscript%3E&lang=%ff").await;
    assert_eq!((odd.status, odd.one("html").attribute("lang")), (200, Some("en")));
    is_closed_to_all_else(&odd);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hostile_text_of_a_policy_stays_text() {
    let world = World::alone_under("sooperseller", Watch::held(at())).await;
    let hostile = "\\\"><script>alert('x')</script><b onmouseover=alert(1)>&";
    let text = shipped("sooperseller")
        .expect("a policy")
        .replace("title = \"SooperSeller Privacy Policy\"", &format!("title = \"{hostile}\""))
        .replace("name = \"PostEx\"", &format!("name = \"{hostile}\""))
        .replace("https://postex.pk/privacy-policy", "javascript:alert(document.domain)")
        .replace("site = \"https://sooperseller.com\"", "site = \"JavaScript:alert(1)\"")
        .replace("title = \"Phone\"", &format!("title = \"{hostile}\""))
        .replace("Products and variants for inventory mapping", hostile)
        .replace("privacy@sooperseller.com", "javascript:alert(1)//@x");
    let policy = parse(&text).expect("a policy");
    world.tools.policy.open(Arc::new(Adopted { id: PolicyId::fresh(), policy }));
    let desk = world.serve().await;
    let mut seen = 0;
    for path in PAGES {
        let page = Page::open(&desk, path).await;
        is_closed_to_all_else(&page);
        is_well_built(&page, path);
        seen += page.words().matches("<script>alert('x')</script>").count();
    }
    assert!(seen > 4, "the hostile text was shown {seen} times");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_gets_his_language_and_keeps_the_one_he_chose() {
    let world = World::alone_under("sooperseller", Watch::held(at())).await;
    let text = shipped("sooperseller")
        .expect("a policy")
        .replace("locales = [\"en\"]", "locales = [\"en\", \"ur\", \"hi\"]")
        .replace("title = \"Usage and log data\"", "title = { en = \"Usage and log data\", ur = \"استعمال کا ڈیٹا\" }");
    let policy = parse(&text).expect("a policy");
    world.tools.policy.open(Arc::new(Adopted { id: PolicyId::fresh(), policy }));
    let desk = world.serve().await;

    let page = Page::with(&desk, "/trust/retention", &[("accept-language", "fr, ur-PK;q=0.8, en;q=0.5")]).await;
    assert_eq!((page.one("html").attribute("lang"), page.one("html").attribute("dir")), (Some("ur"), Some("rtl")));
    assert!(page.words().contains("استعمال کا ڈیٹا"));
    // What the policy says in English alone is marked as English, so that it is read out as such.
    let foreign = page.root.find(&|node| node.attribute("lang") == Some("en") && node.name == "span");
    assert_eq!(foreign.expect("a text in English").text(), "Order and customer data");
    assert!(page.root.all("a").iter().all(|link| link.attribute("href") != Some("/trust/data?lang=ur")));

    let chosen = Page::with(&desk, "/trust/retention?lang=hi", &[("accept-language", "ur")]).await;
    assert_eq!((chosen.one("html").attribute("lang"), chosen.one("html").attribute("dir")), (Some("hi"), Some("ltr")));
    assert!(chosen.root.all("a").iter().any(|link| link.attribute("href") == Some("/trust/data?lang=hi")));
    let tongues: Vec<_> =
        chosen.root.all("a").into_iter().filter(|link| link.attribute("hreflang").is_some()).collect();
    let names: Vec<_> = tongues.iter().map(|link| (link.attribute("lang").expect("a language"), link.text())).collect();
    assert_eq!(
        names.iter().map(|(lang, name)| (*lang, name.as_str())).collect::<Vec<_>>(),
        [("en", "English"), ("ur", "اردو"), ("hi", "हिन्दी")]
    );
    let others = chosen.root.all("link").into_iter().filter(|link| link.attribute("hreflang").is_some());
    assert_eq!(
        others.map(|link| (link.attribute("hreflang"), link.attribute("href"))).collect::<Vec<_>>(),
        [
            (Some("en"), Some("https://desk.example/trust/retention?lang=en")),
            (Some("ur"), Some("https://desk.example/trust/retention?lang=ur")),
            (Some("hi"), Some("https://desk.example/trust/retention?lang=hi")),
            (Some("x-default"), Some("https://desk.example/trust/retention"))
        ]
    );
    let lost = Page::open(&desk, "/trust/nowhere?lang=ur").await;
    assert_eq!((lost.status, lost.one("html").attribute("dir")), (404, Some("rtl")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn anyone_asks_on_the_page_to_be_told_and_to_be_told_no_more() {
    let world = World::alone_under("sooperseller", Watch::held(at())).await;
    let desk = world.serve().await;
    let mailbox = world.tools.mail.mailbox().expect("letters are kept in memory");

    let list = Page::open(&desk, "/trust/processors").await;
    assert!(list.header("content-security-policy").contains("form-action 'self'"));
    let form = list.one("form");
    assert_eq!((form.attribute("method"), form.all("input").len()), (Some("post"), 1));
    assert_eq!(list.one("label").attribute("for"), list.one("input").attribute("id"));
    let to = form.attribute("action").expect("where it leads").to_owned();

    let wrong = send(&desk, &to, &[("mail", "nobody")]).await;
    assert_eq!((wrong.status, wrong.one("h1").text().as_str()), (422, "That is no mail address"));
    let asked = send(&desk, &to, &[("mail", " ayesha@shop.example ")]).await;
    assert_eq!((asked.status, asked.one("h1").text().as_str()), (200, "Look into your mail"));
    is_closed_to_all_else(&asked);
    world.work().await;
    let token = token_in(&mailbox.letters_to("ayesha@shop.example").pop().expect("a letter").letter.text);

    // Fetched ahead of the reader, the link changes nothing and tells nobody where it led.
    let path = format!("/trust/notices/confirm?token={token}");
    for _ in 0..2 {
        let question = Page::open(&desk, &path).await;
        assert_eq!((question.status, question.one("h1").text().as_str()), (200, "Shall we tell you of changes?"));
        assert_eq!(
            (question.header("referrer-policy"), question.header("cache-control")),
            ("no-referrer", "private, no-store")
        );
        is_closed_to_all_else(&question);
        let to = question.one("form").attribute("action").expect("where it leads").to_owned();
        assert!(to.starts_with(&path), "{to}");
    }
    assert_eq!(send(&desk, &path, &[]).await.one("h1").text(), "You will be told");
    let again = send(&desk, &path, &[]).await;
    assert_eq!((again.status, again.one("h1").text().as_str()), (404, "This link leads nowhere any more"));

    // Whether an address is known shows in no answer, and it gets no second letter.
    mailbox.empty();
    let known = send(&desk, &to, &[("mail", "ayesha@shop.example")]).await;
    assert_eq!(known.text, asked.text);
    world.work().await;
    assert!(mailbox.letters_to("ayesha@shop.example").is_empty());

    assert_eq!(send(&desk, "/trust/notices/leave?token=rdn_nothing", &[]).await.status, 404);
    assert_eq!(
        Page::open(&desk, "/trust/notices/leave?token=x&lang=en").await.one("h1").text(),
        "Shall we stop writing to you?"
    );
    let long = "x".repeat(5000);
    assert_eq!(send(&desk, &to, &[("mail", &long)]).await.status, 422);

    let feed = fetch(&desk, "/trust/notices.atom", &[]).await;
    assert_eq!(feed.headers()["content-type"], "application/atom+xml; charset=utf-8");
    assert_eq!(feed.headers()["cache-control"], "public, max-age=60");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_of_the_list_is_told_before_it_holds_and_so_is_how_promises_stand() {
    let world = World::alone_under("sooperseller", Watch::held(at())).await;
    let before = world.tools.policy.in_force().expect("a policy");
    let text = shipped("sooperseller").expect("a policy").replace("version = 1", "version = 2").replace(
        "[[recipient]]\ncode = \"postex\"",
        "[[recipient]]\ncode = \"tcs\"\nname = \"TCS <b>\"\nkind = \"processor\"\nservice = \"Shipment booking\"\n\
         purposes = [\"courier\"]\nregions = [\"PK\"]\ntransfer = \"none\"\nagreement = 2026-10-01\n\
         receives = [{ what = [\"customer.phone\"], form = \"raw\" }]\n\n[[recipient]]\ncode = \"postex\"",
    );
    let after = Adopted { id: PolicyId::fresh(), policy: parse(&text).expect("a policy") };
    let vault = world.tools.vault.clone();
    let announced = world.ledger.write(world.scope(TenantId::HOUSE), move |tx| {
        let turn = Turn { before: Some(&before), after: &after, moment: Moment::Published };
        let events = processors::follow(tx, &vault, &turn)?;
        let first = Witnessed::new((), Event::new("test.turned", "policy", after.id.uuid()));
        Ok(events.into_iter().fold(first, Witnessed::and))
    });
    announced.await.expect("announced");
    let desk = world.serve().await;

    let list = Page::open(&desk, "/trust/processors").await;
    is_well_built(&list, "/trust/processors");
    is_closed_to_all_else(&list);
    let coming = list.id("announced-tcs").cells();
    assert!(coming[0].starts_with("TCS <b>") && coming[2].ends_with("● As it is"), "{coming:?}");
    assert!(list.row("PostEx")[0].contains("On the list since"), "{:?}", list.row("PostEx"));
    let history = list.id("history").text();
    assert!(history.contains("New sub-processor TCS <b>") && history.contains("Takes effect on"), "{history}");
    let data = json(&desk, "/trust/processors.json").await;
    assert_eq!((&data["announced"][0]["code"], &data["notices"][0]["kind"]["code"]), (&"tcs".into(), &"added".into()));

    let promises = Page::open(&desk, "/trust/promises").await;
    let data = json(&desk, "/trust/promises.json").await;
    let told: Vec<_> = data["sections"]
        .as_array()
        .expect("sections")
        .iter()
        .flat_map(|one| one["promises"].as_array().expect("promises"))
        .collect();
    assert!(!told.is_empty() && told.iter().all(|one| one["standing"]["code"].is_string()), "{data}");
    // Nobody has looked yet, so none is said to hold.
    assert!(told.iter().all(|one| one["standing"]["code"] != "holds"));
    assert!(promises.words().contains("Not yet measured") && !promises.words().contains("✓"));
}
