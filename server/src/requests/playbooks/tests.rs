use super::*;
use crate::floor::datamap::{Map, Portion, Table, fact, key, personal};
use crate::floor::journal::hex;
use crate::floor::kernel::{AppId, Day, HoldId, Instant, StaffId, StoreId, SubjectId, TenantId};
use crate::floor::policy::{Policy, parse, shipped};
use crate::requests::model::{DataRole, Hold, HoldKind, Source, digest};
use crate::requests::plan::{self, Bound, HeldOrders, KnownAt, Reached, Recent, Touching, compare, is_alike};

const CUSTOMERS: Table = Table::of_tenant("customers")
    .label("customer")
    .about("subject_id")
    .listed(&["customer"])
    .ages("updated_at")
    .erased_by(crate::floor::datamap::Row::Deleted)
    .given()
    .columns(&[key("id"), key("store_id"), personal("mail", "mail")]);
const ORDERS: Table = Table::of_tenant("orders")
    .about("subject_id")
    .listed(&["order"])
    .ages("placed_at")
    .erased_by(crate::floor::datamap::Row::Cleared)
    .given()
    .columns(&[key("id"), key("store_id"), fact("name").disclosed()]);
const CONTACTS: Table = Table::of_tenant("order_contacts")
    .label("order_contact")
    .about_through("id", "orders")
    .listed(&["customer"])
    .erased_by(crate::floor::datamap::Row::Deleted)
    .given()
    .columns(&[key("id"), personal("mail", "mail")]);
const LINES: Table = Table::of_tenant("order_lines")
    .about_through("order_id", "orders")
    .listed(&["order"])
    .given()
    .columns(&[key("order_id"), fact("title").disclosed()]);
const MONEY: Table = Table::of_tenant("ledger_entries")
    .about("subject_id")
    .listed(&["financial"])
    .ages("at")
    .erased_by(crate::floor::datamap::Row::Cleared)
    .columns(&[key("id"), key("order_id"), fact("amount").disclosed()]);
const BOOK: Table = Table::of_tenant("disclosures")
    .about("subject_id")
    .operators("disclosure_book")
    .ages("at")
    .columns(&[key("id"), fact("recipient").disclosed()]);
static TABLES: [Table; 6] = [CUSTOMERS, ORDERS, CONTACTS, LINES, MONEY, BOOK];

fn map() -> Map {
    Map::new(&TABLES)
}

fn policy() -> Policy {
    parse(shipped("sooperseller").expect("it comes along")).expect("it is sound")
}

fn day(text: &str) -> Day {
    Day(text.parse().expect("a day"))
}

fn store() -> StoreId {
    StoreId::from_uuid(uuid::Uuid::from_u128(7))
}

fn portion(table: usize, part: i32, rows: i64, recent: i64, latest: &str) -> Portion {
    let store = Some(store()).filter(|_| table < 4);
    Portion { table: &TABLES[table], store, part, rows, recent, latest: Some(day(latest)) }
}

fn order(placed_on: &str, payment: &str, fulfilment: &str) -> Recent {
    let word = |word: &str| Some(word.to_owned()).filter(|word| !word.is_empty());
    Recent {
        placed_on: day(placed_on),
        store: Some(store()),
        is_cancelled: false,
        payment: word(payment),
        fulfilment: word(fulfilment),
        is_held: false,
    }
}

/// Somebody with a shop, orders, a parcel of money, a recipient and an app.
fn estate(portions: &[Portion], recent: &[Recent], by: (DataRole, Source)) -> Estate {
    estate_with(portions, (recent, &HeldOrders::default()), by)
}

/// The same, some of whose orders are held.
fn estate_with(
    portions: &[Portion],
    (recent, held): (&[Recent], &HeldOrders),
    (role, source): (DataRole, Source),
) -> Estate {
    let policy = policy();
    let is_bound = !plan::is_instructed(source);
    Estate {
        is_whole: false,
        case: None,
        role,
        source,
        is_known: true,
        categories: plan::categories(&policy),
        pieces: plan::pieces(map(), &policy, portions, (recent, held), (day("2026-06-01"), is_bound)),
        stores: vec![KnownAt { store: store(), platform: "shopify".to_owned(), rows: 3, hears_wishes: true }],
        given: plan::given(&policy, |recipient| recipient.code.get_ref() == "leopards"),
        reached: vec![
            Reached { recipient: "leopards".to_owned(), category: "customer".to_owned(), times: 2 },
            Reached { recipient: "segment".to_owned(), category: "order".to_owned(), times: 5 },
        ],
        apps: vec![Touching { app: AppId::from_uuid(uuid::Uuid::from_u128(9)), category: "customer".to_owned() }],
        purposes: plan::uses(&policy),
        holds: Vec::new(),
        put_right: Vec::new(),
    }
}

fn usual() -> Vec<Portion> {
    vec![
        portion(0, 0, 1, 1, "2026-05-01"),
        portion(1, 0, 2, 2, "2024-05-01"),
        portion(2, 0, 2, 2, "2024-05-01"),
        portion(3, 0, 8, 8, "2024-05-01"),
        portion(4, 0, 5, 3, "2024-05-01"),
        portion(5, 0, 2, 2, "2026-05-01"),
    ]
}

/// A line in short.
fn short(line: &PlanLine) -> String {
    let ground = line.ground.as_deref().map(|ground| format!(" {ground}")).unwrap_or_default();
    let until = line.until_on.map(|day| format!(" until {day}")).unwrap_or_default();
    let whom = line.recipient.as_deref().map(|whom| format!(" to {whom}")).unwrap_or_default();
    format!("{} {} {} {}{whom}{ground}{until}", line.category, line.place, line.rows, line.action)
}

fn planned(right: Right, estate: &Estate) -> Vec<String> {
    of(right).expect("a playbook").plan(estate).iter().map(short).collect()
}

const AS_CONTROLLER: (DataRole, Source) = (DataRole::Controller, Source::Web);
const AS_PROCESSOR: (DataRole, Source) = (DataRole::Processor, Source::Web);

#[test]
fn every_right_has_one_playbook_and_those_that_give_or_take_away_want_two_people() {
    assert_eq!(REGISTRY.len(), Right::ALL.len());
    for right in Right::ALL {
        let playbook = of(*right).expect("a playbook");
        assert_eq!(playbook.right(), *right);
        let wants = matches!(right, Right::Access | Right::Portability | Right::Deletion | Right::Appeal);
        assert_eq!(
            (playbook.wants_second_person(), playbook.cools_off()),
            (wants, *right == Right::Deletion),
            "{right}"
        );
    }
}

#[test]
fn a_deletion_says_of_each_piece_what_becomes_of_it_and_why() {
    let told = planned(Right::Deletion, &estate(&usual(), &[], AS_PROCESSOR));
    assert_eq!(
        told,
        [
            "account desk 0 nothing",
            "order orders 2 anonymise",
            "order order_lines 8 anonymise",
            "customer customers 1 delete",
            "customer order_contacts 2 delete",
            "financial ledger_entries 3 keep keep:tax until 2029-05-01",
            "financial ledger_entries 2 anonymise",
            "usage desk 0 nothing",
            "disclosure_book disclosures 2 keep law:legal_obligation",
            "customer store 3 tell to shopify",
            "customer recipient 2 by_hand to leopards",
            "order recipient 5 tell to segment",
            "customer app 0 by_hand to app_00000000000000000000000000000009",
            "request merchant 0 tell to merchant",
        ]
    );
}

#[test]
fn what_is_sold_and_not_delivered_stays_with_its_buyer_and_what_may_be_disputed_by_itself() {
    let open = [order("2026-05-20", "paid", ""), order("2026-04-01", "PAID", "Fulfilled")];
    assert_eq!(open.each_ref().map(Recent::bound), [Some(Bound::Open), Some(Bound::Chargeback)]);
    let mut portions = usual();
    portions.push(portion(1, Bound::Open.part(), 1, 1, "2026-05-20"));
    portions.push(portion(2, Bound::Open.part(), 1, 1, "2026-05-20"));
    portions.push(portion(1, Bound::Chargeback.part(), 1, 1, "2026-04-01"));
    let told = planned(Right::Deletion, &estate(&portions, &open, AS_CONTROLLER));
    for line in [
        "order orders 2 anonymise",
        "order orders 1 keep open_order until 2026-09-17",
        "order orders 1 keep chargeback_window until 2026-07-30",
        "customer customers 1 keep open_order until 2026-09-17",
        "customer order_contacts 1 keep open_order until 2026-09-17",
        "customer order_contacts 2 delete",
        "customer store 3 by_hand to shopify open_order until 2026-09-17",
    ] {
        assert!(told.iter().any(|told| told == line), "{line}: {told:#?}");
    }
    // A payment that may be disputed stops the shop from nothing else.
    let disputed = [order("2026-04-01", "paid", "fulfilled")];
    let mut few = usual();
    few.push(portion(1, Bound::Chargeback.part(), 1, 1, "2026-04-01"));
    let told = planned(Right::Deletion, &estate(&few, &disputed, AS_CONTROLLER));
    assert!(told.contains(&"customer store 3 tell to shopify".to_owned()), "{told:#?}");
    // A merchant's platform that asks has weighed the merchant's own orders, and needs not be told.
    let told = planned(Right::Deletion, &estate(&portions, &open, (DataRole::Processor, Source::Shopify)));
    let stays = |line: &&String| line.contains("open_order") || line.contains("shopify") || line.contains("merchant");
    assert_eq!(told.iter().filter(stays).count(), 0, "{told:#?}");
}

#[test]
fn an_order_that_ended_before_anybody_paid_binds_nobody() {
    let voided = Recent { is_cancelled: true, ..order("2026-05-20", "voided", "") };
    let refunded = Recent { is_cancelled: true, ..order("2026-05-20", "refunded", "") };
    assert_eq!((voided.bound(), refunded.bound()), (None, Some(Bound::Chargeback)));
}

#[test]
fn a_hold_stops_all_that_cannot_be_undone_and_nothing_else() {
    let mut estate = estate(&usual(), &[], AS_PROCESSOR);
    estate.holds.push(Hold {
        tenant: TenantId::fresh(),
        id: HoldId::fresh(),
        reference: "H-7K4QD2M".to_owned(),
        subject: SubjectId::fresh(),
        order: None,
        kind: HoldKind::Litigation,
        placed_at: Instant::EPOCH,
        placed_by: StaffId::fresh(),
        review_on: day("2027-01-01"),
        released: None,
        version: 1,
    });
    let told = planned(Right::Deletion, &estate);
    assert!(told.contains(&"customer customers 1 keep hold:H-7K4QD2M until 2027-01-01".to_owned()), "{told:#?}");
    assert!(
        told.contains(&"order recipient 5 keep to segment hold:H-7K4QD2M until 2027-01-01".to_owned()),
        "{told:#?}"
    );
    let undone =
        |line: &&String| [" delete", " anonymise", " tell to s", " by_hand"].iter().any(|verb| line.contains(verb));
    assert_eq!(told.iter().filter(undone).count(), 0, "{told:#?}");
    let access = planned(Right::Access, &estate);
    assert!(access.iter().all(|line| !line.contains("hold:")), "{access:#?}");
}

#[test]
fn an_order_that_is_held_stays_with_what_hangs_on_it_and_the_rest_goes() {
    let orders = [(uuid::Uuid::from_u128(1), "H-DISPUTE"), (uuid::Uuid::from_u128(2), "H-CHARGED")];
    let held: HeldOrders = orders.into_iter().map(|(order, reference)| (order, reference.to_owned())).collect();
    let (first, second) = (held.part_of("H-DISPUTE"), held.part_of("H-CHARGED"));
    let mut portions = usual();
    portions.push(portion(1, first, 1, 1, "2026-05-20"));
    portions.push(portion(2, first, 1, 1, "2026-05-20"));
    portions.push(portion(3, first, 4, 4, "2026-05-20"));
    portions.push(portion(4, first, 1, 1, "2026-05-20"));
    portions.push(portion(1, second, 1, 1, "2022-05-20"));
    let told = planned(Right::Deletion, &estate_with(&portions, (&[], &held), AS_PROCESSOR));
    for line in [
        "order orders 2 anonymise",
        "order orders 1 keep order_hold:H-DISPUTE",
        "order orders 1 keep order_hold:H-CHARGED",
        "order order_lines 8 anonymise",
        "order order_lines 4 keep order_hold:H-DISPUTE",
        "customer customers 1 delete",
        "customer order_contacts 2 delete",
        "customer order_contacts 1 keep order_hold:H-DISPUTE",
        "financial ledger_entries 1 keep order_hold:H-DISPUTE",
        "financial ledger_entries 3 keep keep:tax until 2029-05-01",
    ] {
        assert!(told.iter().any(|told| told == line), "{line}: {told:#?}");
    }
    let at_the_shop: Vec<&String> = told.iter().filter(|line| line.contains("to shopify")).collect();
    let [line] = &at_the_shop[..] else { panic!("one line: {told:#?}") };
    assert!(line.starts_with("customer store 3 by_hand to shopify order_hold:"), "{line}");
    assert!(told.contains(&"order recipient 5 tell to segment".to_owned()), "others are told of the rest: {told:#?}");
}

#[test]
fn a_hold_comes_before_whatever_else_binds_an_order() {
    let held: HeldOrders = [(uuid::Uuid::from_u128(1), "H-DISPUTE".to_owned())].into_iter().collect();
    let open = [Recent { is_held: true, ..order("2026-05-20", "paid", "") }, order("2026-04-20", "paid", "")];
    let mut portions = usual();
    portions.push(portion(1, held.part_of("H-DISPUTE"), 1, 1, "2026-05-20"));
    portions.push(portion(1, Bound::Open.part(), 1, 1, "2026-04-20"));
    let told = planned(Right::Deletion, &estate_with(&portions, (&open, &held), AS_CONTROLLER));
    for line in [
        "order orders 1 keep order_hold:H-DISPUTE",
        "order orders 1 keep open_order until 2026-08-18",
        // Somebody waits for it all the same.
        "customer customers 1 keep open_order until 2026-09-17",
        "customer store 3 by_hand to shopify order_hold:H-DISPUTE",
    ] {
        assert!(told.iter().any(|told| told == line), "{line}: {told:#?}");
    }
    // A merchant's own word weighs its open orders, and nobody's hold.
    let told =
        planned(Right::Deletion, &estate_with(&portions, (&open, &held), (DataRole::Processor, Source::Shopify)));
    assert!(told.contains(&"order orders 1 keep order_hold:H-DISPUTE".to_owned()), "{told:#?}");
    assert!(told.iter().all(|line| !line.contains("open_order")), "{told:#?}");
}

#[test]
fn what_a_person_gets_is_all_that_is_told_and_what_they_take_along_is_what_they_gave() {
    let estate = estate(&usual(), &[], AS_CONTROLLER);
    let access = planned(Right::Access, &estate);
    assert!(access.contains(&"financial ledger_entries 5 disclose".to_owned()), "{access:#?}");
    assert!(access.contains(&"disclosure_book disclosures 2 disclose".to_owned()), "{access:#?}");
    let taken = planned(Right::Portability, &estate);
    assert!(taken.contains(&"customer customers 1 disclose".to_owned()), "{taken:#?}");
    assert!(taken.contains(&"financial desk 0 nothing".to_owned()), "{taken:#?}");
    assert!(taken.iter().all(|line| !line.contains("disclosures")), "{taken:#?}");
}

#[test]
fn of_nobody_everything_was_looked_for() {
    let mut nobody = estate(&[], &[], AS_CONTROLLER);
    (nobody.is_known, nobody.stores, nobody.reached) = (false, Vec::new(), Vec::new());
    for right in [Right::Access, Right::Portability, Right::Deletion, Right::Correction, Right::Restriction] {
        let told = planned(right, &nobody);
        let empty: Vec<String> = nobody.categories.iter().map(|code| format!("{code} desk 0 nothing")).collect();
        assert_eq!(told, empty, "{right}");
    }
}

#[test]
fn the_other_rights_say_what_is_put_right_fenced_stopped_and_answered() {
    let estate = estate(&usual(), &[], AS_PROCESSOR);
    let corrected = planned(Right::Correction, &estate);
    assert!(corrected.contains(&"customer customers 1 correct".to_owned()), "{corrected:#?}");
    assert!(corrected.contains(&"customer store 3 tell to shopify".to_owned()), "{corrected:#?}");
    assert!(corrected.contains(&"financial desk 0 nothing".to_owned()), "money is no value of theirs: {corrected:#?}");
    let named = Estate { put_right: vec!["order_contacts".to_owned()], ..estate.clone() };
    let corrected = planned(Right::Correction, &named);
    assert!(corrected.contains(&"customer order_contacts 2 correct".to_owned()), "{corrected:#?}");
    assert!(!corrected.contains(&"customer customers 1 correct".to_owned()), "nothing is wrong there: {corrected:#?}");
    let fenced = planned(Right::Restriction, &estate);
    assert!(fenced.contains(&"financial ledger_entries 5 restrict".to_owned()), "{fenced:#?}");
    assert!(fenced.iter().all(|line| !line.contains("disclosures")), "{fenced:#?}");
    for right in [Right::Objection, Right::OptOut, Right::Complaint, Right::Appeal] {
        let told = planned(right, &estate);
        assert_eq!(told.last().map(String::as_str), Some("request letter 0 answer"), "{right}");
        assert!(told.contains(&"request merchant 0 tell to merchant".to_owned()), "{right}: {told:#?}");
    }
}

#[test]
fn who_opts_out_is_kept_from_every_destination_and_who_objects_from_what_is_weighed() {
    let policy = parse(shipped("littledata").expect("it comes along")).expect("it is sound");
    let mut relayed = estate(&[], &[], AS_PROCESSOR);
    relayed.categories = plan::categories(&policy);
    relayed.given =
        plan::given(&policy, |recipient| ["facebook", "segment", "aws"].contains(&recipient.code.get_ref().as_str()));
    relayed.purposes = plan::uses(&policy);
    let told = planned(Right::OptOut, &relayed);
    for destination in ["facebook", "segment"] {
        assert!(told.contains(&format!("customer recipient 0 suppress to {destination}")), "{told:#?}");
    }
    assert!(told.iter().all(|line| !line.contains("aws")), "a host is no destination: {told:#?}");
    let told = planned(Right::Objection, &relayed);
    assert!(told.contains(&"customer purpose 0 stop to relay".to_owned()), "{told:#?}");

    let policy = parse(shipped("inventorysync").expect("it comes along")).expect("it is sound");
    let mut weighed = estate(&[], &[], AS_CONTROLLER);
    (weighed.categories, weighed.purposes) = (plan::categories(&policy), plan::uses(&policy));
    let stop = "technical purpose 0 stop to safety".to_owned();
    assert!(planned(Right::Objection, &weighed).contains(&stop));
    weighed.case = Some("direct_marketing".to_owned());
    assert!(!planned(Right::Objection, &weighed).contains(&stop), "nothing there is marketing");
}

#[test]
fn the_same_estate_gives_the_same_plan_and_what_came_is_seen() {
    let lines = |portions: &[Portion]| of(Right::Deletion).expect("one").plan(&estate(portions, &[], AS_PROCESSOR));
    let (one, other) = (lines(&usual()), lines(&usual()));
    assert_eq!(digest(&one), digest(&other));
    let mut more = usual();
    more[0].rows = 4;
    let grown = lines(&more);
    assert!(digest(&grown) != digest(&one) && is_alike(&one, &grown));
    let differences = compare(&one, &grown);
    let [counted] = &differences[..] else { panic!("{differences:#?}") };
    let rows = |line: &Option<PlanLine>| line.as_ref().map(|line| line.rows);
    assert_eq!((rows(&counted.was), rows(&counted.is)), (Some(1), Some(4)));
    let fewer = lines(&[&usual()[..3], &usual()[4..]].concat());
    assert!(!is_alike(&one, &fewer));
    let gone: Vec<_> = compare(&one, &fewer).into_iter().filter(|line| line.is.is_none()).collect();
    assert_eq!(gone.len(), 1, "{gone:#?}");
    assert!(compare(&one, &other).is_empty());
}

#[test]
fn silence_is_never_done() {
    let lines = of(Right::Deletion).expect("one").plan(&estate(&usual(), &[], AS_CONTROLLER));
    let settle = |receipts: &[Receipt]| of(Right::Deletion).expect("one").settle(&lines, receipts);
    let wants = |line: &PlanLine| !matches!(line.action, PlannedAction::Nothing | PlannedAction::Keep);
    let due: Vec<usize> = (0..lines.len()).filter(|at| wants(&lines[*at])).collect();
    assert_eq!(settle(&[]), Settlement::NotYet(due.len()));
    let mut receipts: Vec<Receipt> = due.iter().map(|line| Receipt { line: *line, came: Came::Done }).collect();
    let kept = vec!["keep:tax".to_owned(), "law:legal_obligation".to_owned()];
    assert_eq!(settle(&receipts), Settlement::InPart(kept.clone()));
    receipts[0].came = Came::AlreadyGone;
    assert_eq!(settle(&receipts), Settlement::InPart(kept));
    receipts[1].came = Came::NotDone("recipient_refused".to_owned());
    assert!(
        matches!(settle(&receipts), Settlement::InPart(grounds) if grounds.contains(&"recipient_refused".to_owned()))
    );
    assert_eq!(settled(&[plan::answer()], &[Receipt { line: 0, came: Came::Done }]), Settlement::Whole);
}

#[test]
fn a_plan_has_the_digest_that_anybody_finds() {
    let first = PlanLine { store: Some(store()), ..plan::line("customer", "customers", 1, PlannedAction::Delete) };
    let kept = plan::Kept { ground: "keep:tax".to_owned(), until: Some(day("2029-05-01")) };
    let second = plan::keep(plan::line("financial", "ledger_entries", 3, PlannedAction::Keep), kept);
    assert_eq!(
        hex(&digest(&[first, second])),
        "655053f65bce409c54e25a2cd6948554e1d917909c4af38f65d21cd5ee6952b8",
        "as docs/formats.md has it"
    );
}

#[test]
fn what_ends_with_an_account_is_what_the_page_ties_to_it() {
    let policy = policy();
    let rule = |category: &str| plan::own_rule(&policy, category).map(|rule| rule.code.get_ref().clone());
    assert_eq!((rule("account"), rule("inventory"), rule("connection")), (None, None, None));
    assert_eq!(rule("customer").as_deref(), Some("orders"));
    assert_eq!(rule("usage").as_deref(), Some("usage"));
}
