//! Every policy that comes along can be kept; a policy that cannot is told all that is wrong with it, each with its line.

use rightsdesk_server::floor::policy::{CHECKS, Fault, SHIPPED, check, parse, shipped};

/// An edit that spoils a sound policy, and what is said of it.
struct Bad {
    from: &'static str,
    to: &'static str,
    /// What the lines that are pointed at hold.
    at: &'static str,
    reason: &'static str,
    /// How many faults it makes.
    faults: usize,
}

const fn bad(from: &'static str, to: &'static str, at: &'static str, reason: &'static str, faults: usize) -> Bad {
    Bad { from, to, at, reason, faults }
}

const FORMS: &str = "receives = [{ what = [\"customer.name\"";

const BADS: &[Bad] = &[
    bad(
        "right = \"access\"\ntitle",
        "right = \"access\"\nregimes = [\"eu_gpdr\"]\ntitle",
        "eu_gpdr",
        "there is no regime `eu_gpdr`",
        1,
    ),
    bad("essential = true", "esential = true", "esential", "unknown field `esential`", 1),
    bad("effective = 2026-01-01", "effective = 2026-02-31", "effective", "", 1),
    bad("effective = 2026-01-01", "effective = 2226-01-01", "effective", "no policy begins on such a day", 1),
    bad("format = 1", "format = 9", "format = 9", "format 9 is not known", 1),
    bad("contact = \"privacy@sooperseller.com\"", "contact = \"nobody\"", "nobody", "the mail address", 1),
    bad("platforms = [\"shopify\"]", "platforms = [\"daraz\"]", "platform = ", "there is no platform `shopify`", 3),
    bad("categories = [\"inventory\"]\nsens", "categories = [\"stock\"]\nsens", "\"stock\"]", "no category `stock`", 1),
    bad("needs = [\"order\"]", "needs = [\"order.colour\"]", "order.colour", "there is no field `order.colour`", 1),
    bad("key = \"system\" },", "key = \"systems\" },", "\"systems\"", "fideslang has no key `systems`", 1),
    bad(
        "reason = \"Products and variants for inventory mapping\"",
        "reason = \" \"",
        "name = \"read_products\"",
        "asked for without a reason",
        1,
    ),
    bad(
        "categories = [\"usage\"]\nanchor",
        "categories = []\nanchor",
        "code = \"usage\"",
        "the category `usage` has no retention rule",
        1,
    ),
    bad(
        "window = { days = 90 }\nend = \"delete\"",
        "window = \"for_ever\"\nend = \"keep\"",
        "window = \"for_ever\"",
        "`usage.ip`",
        1,
    ),
    bad("window = { days = 90 }", "window = { days = 0 }", "{ days = 0 }", "over before it begins", 1),
    bad("agreement = 2025-11-10\n", "", "code = \"postex\"", "the sub-processor `postex` has no agreement", 1),
    bad("regions = [\"US\"]\ntransfer = \"standard_clauses\"", "regions = [\"US\"]", "regions = [\"US\"]", "ground", 1),
    bad(
        "\"order.prices\"], form",
        "\"order.prices\", \"customer.email\"], form",
        FORMS,
        "`leopards` gets customer.email, which no purpose of its needs",
        1,
    ),
    bad(
        "key = \"user.contact.phone_number\", personal = true",
        "key = \"user.contact.phone_number\", personal = true, received = false",
        "receives = ",
        "never received, and yet sent on",
        5,
    ),
    bad("# How long", "[region]\nhome = \"PK\"\npinned = [\"PK\"]", "regions = ", "which data never leaves", 4),
    bad(
        "who = [\"member\", \"shopper\"]\nanswer = { days = 30 }",
        "who = [\"member\", \"shopper\"]",
        "check = \"answers\"",
        "the right `access` names no window",
        1,
    ),
    bad("check = \"tls\"", "check = \"tsl\"", "\"tsl\"", "there is no check `tsl`", 1),
    bad("check = \"tls\"", "", "code = \"tls\"", "nothing looks after `tls`", 1),
    bad("of = [\"tracking\"]", "of = [\"trucking\"]", "\"trucking\"", "nothing called `trucking`", 1),
    bad("essential = true", "essential = false", "cookies_essential", "`session` is not essential", 5),
    bad("title = \"Usage Data\"", "title = { en = \"Usage\", fr = \"Usage\" }", "fr =", "`fr` is no language", 1),
    bad("title = \"Usage Data\"", "title = { fr = \"Usage\" }", "fr =", "", 2),
];

fn faults(text: &str) -> Vec<Fault> {
    match parse(text) {
        Ok(policy) => check(text, &policy, CHECKS),
        Err(fault) => vec![fault],
    }
}

#[test]
fn every_policy_that_comes_along_can_be_kept_and_is_read_from_what_it_is_written_as() {
    assert_eq!(SHIPPED.len(), 5);
    for (name, text) in SHIPPED {
        assert_eq!(faults(text), [], "{name}");
        let policy = parse(text).expect("sound");
        assert_eq!(policy.name.get_ref(), name);
        for promise in &policy.promises {
            assert!(promise.check.is_some() != promise.unmeasured.is_some(), "{name}: {}", promise.code);
        }
    }
}

#[test]
fn bad_policies_are_refused_by_line() {
    let sound = shipped("sooperseller").expect("it comes along");
    for Bad { from, to, at, reason, faults: expected } in BADS {
        assert!(sound.contains(from), "there is no {from:?} to spoil");
        let text = sound.replacen(from, to, 1);
        let found = faults(&text);
        assert_eq!(found.len(), *expected, "{to:?}: {found:#?}");
        for Fault { line, reason: said } in &found {
            let pointed = text.lines().nth(line - 1).unwrap_or_default();
            assert!(pointed.contains(at), "{to:?}: line {line} is {pointed:?}: {said}");
            assert!(said.contains(reason), "{to:?}: {said}");
        }
    }
}

#[test]
fn all_that_is_wrong_is_told_at_once_from_the_top_down() {
    let sound = shipped("sooperseller").expect("it comes along");
    let one_each =
        BADS.iter().filter(|bad| ["tsl", "stock", "trucking", "nobody"].iter().any(|word| bad.at.contains(word)));
    let text = one_each.clone().fold(sound.to_owned(), |text, bad| text.replacen(bad.from, bad.to, 1));
    let lines: Vec<_> = faults(&text).iter().map(|fault| fault.line).collect();
    assert_eq!((lines.len(), one_each.count()), (4, 4));
    assert!(lines.is_sorted(), "{lines:?}");
}
