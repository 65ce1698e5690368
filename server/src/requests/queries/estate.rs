//! What is known of a person, counted for a plan: rows by table and shop, who got something of them, whom it binds. It reads
//! counts, codes and days, and opens nothing.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension, QueryableByName, RunQueryDsl};
use uuid::Uuid;

use super::{corrections, fulfilling, holds, identifiers};
use crate::floor::datamap::{Apart, Category, Map, Row, Span, Table, Whose};
use crate::floor::kernel::{AppId, Day, Instant, IntakeId, Result, StoreId, SubjectId};
use crate::floor::ledger::{Tx, statement};
use crate::floor::platforms;
use crate::floor::policy::Policy;
use crate::floor::regulations::Right;
use crate::requests::asking::{CHILD, CLOSURE, whole};
use crate::requests::model::{DataRole, Hold, Intake, PlanLine, Request};
use crate::requests::plan::{self, CHARGEBACK, Estate, HeldBy, HeldOrders, KnownAt, Reached, Recent, Touching};

/// The estate of whom a request is about; of everybody at a shop, where it is about a whole shop.
pub fn of(tx: &mut Tx, policy: &Policy, map: Map, request: &Request) -> Result<Estate> {
    let today = tx.now()?.day();
    let everybody = whole(request);
    // A whole shop is nobody's by name, and so is a whole account.
    let persons = if everybody.is_some() { Vec::new() } else { persons_of(tx, request)? };
    let whose = everybody.unwrap_or_else(|| Whose::Person(persons.clone()));
    let (holds, held) = held(tx, request, &whose)?;
    let recent = recent(tx, &persons, today, &held)?;
    let apart = Apart { table: "orders", key: "order_id", rows: told_apart(&recent, &held) };
    let spans = |table: &Table| span(policy, table, today, request.received_at);
    let portions = map.count(tx, &whose, &apart, spans)?;
    let recent: Vec<Recent> = recent.into_iter().map(|(_, order)| order).collect();
    let is_bound = may_bind(request);
    let asked_on = request.received_at.day();
    let mut reached = reached(tx, &whose)?;
    let destinations = destinations(tx, request.store)?;
    let is_given =
        |code: &str| destinations.iter().any(|to| to == code) || reached.iter().any(|to| to.recipient == code);
    let given = plan::given(policy, |recipient| is_given(recipient.code.get_ref()));
    let mut pieces = plan::pieces(map, policy, &portions, (&recent, &held), (asked_on, is_bound));
    if request.case.as_deref() == Some(CLOSURE) {
        plan::keep_by_rules(&mut pieces, policy);
        // Nobody is asked to forget what we keep.
        reached.retain(|to| plan::own_rule(policy, &to.category).is_none());
    }
    Ok(Estate {
        is_whole: !matches!(whose, Whose::Person(_)),
        case: request.case.clone(),
        role: request.role,
        source: request.source,
        is_known: !matches!(whose, Whose::Person(_)) || !persons.is_empty(),
        categories: plan::categories(policy),
        pieces,
        stores: known_at(tx, &persons)?,
        given,
        reached,
        apps: touching(tx, policy)?,
        purposes: plan::uses(policy),
        holds,
        put_right: match request.right {
            Right::Correction => corrections::named_tables(tx, request.id)?,
            _ => Vec::new(),
        },
    })
}

/// What holds all of these, and the orders of theirs that are held by themselves: no other right than erasing stops for those.
fn held(tx: &mut Tx, request: &Request, whose: &Whose) -> Result<(Vec<Hold>, HeldOrders)> {
    let persons = match whose {
        Whose::Person(persons) => persons,
        // Nobody takes a shop's people apart: what holds one of them, or an order, holds them all.
        Whose::Shop(store) => return Ok((holds::standing_at(tx, *store)?, HeldOrders::default())),
        Whose::Account => return Ok((holds::standing_anywhere(tx)?, HeldOrders::default())),
    };
    let (on_persons, on_orders): (Vec<Hold>, Vec<Hold>) =
        holds::standing(tx, persons)?.into_iter().partition(|hold| hold.order.is_none());
    let is_told_apart = request.right == Right::Deletion && !on_orders.is_empty();
    let held = if is_told_apart { holds::on_orders(tx, persons)? } else { HeldOrders::default() };
    Ok((on_persons, held))
}

/// How a table's rows are dated: what a keep of the policy covers is recent; of our own books the person gets, and loses,
/// what they had when they asked, or every look at the request would change its plan.
fn span(policy: &Policy, table: &Table, today: Day, asked: Instant) -> Span {
    let since = kept_from(policy, table, today);
    let is_book = matches!(table.category, Some(Category::Operator(_))) && table.erased_by == Row::Kept;
    Span { since, until: is_book.then_some(asked) }
}

/// What is not older than this is kept under the policy's keep of a table; none where it keeps nothing, or knows no day.
pub fn kept_from(policy: &Policy, table: &Table, today: Day) -> Option<Instant> {
    let kept = plan::keep_of(policy, table).and_then(|keep| plan::kept_since(*keep.window.get_ref(), today));
    kept.map(|day| Instant::from_utc(day.0.and_time(chrono::NaiveTime::MIN).and_utc()))
}

/// The orders of these persons that something binds, each with the part it is counted as, and those of them that the lines of
/// a plan say are held, whether they are still or not.
pub fn bound(
    tx: &mut Tx,
    request: &Request,
    (persons, lines): (&[SubjectId], &[PlanLine]),
) -> Result<(Apart, HeldOrders)> {
    let (today, held) = (tx.now()?.day(), held_by(tx, lines)?);
    let is_bound = may_bind(request) && whole(request).is_none();
    let recent = if is_bound { recent(tx, persons, today, &held)? } else { Vec::new() };
    Ok((Apart { table: "orders", key: "order_id", rows: told_apart(&recent, &held) }, held))
}

/// The orders that lines of a plan say are held.
fn held_by(tx: &mut Tx, lines: &[PlanLine]) -> Result<HeldOrders> {
    let named = |line: &PlanLine| match HeldBy::of(line.ground.as_deref()?)? {
        HeldBy::Order(reference) => Some(reference.to_owned()),
        HeldBy::Person(_) => None,
    };
    let references: BTreeSet<String> = lines.iter().filter_map(named).collect();
    holds::named(tx, references.into_iter().collect())
}

/// Whether orders bind that are not done. A merchant who gives the word has weighed its own; what is a child's is deleted
/// promptly.
fn may_bind(request: &Request) -> bool {
    !plan::is_instructed(request.source) && request.case.as_deref() != Some(CHILD)
}

/// The same as they would bind if the person asked now.
pub fn bound_of(tx: &mut Tx, (persons, lines): (&[SubjectId], &[PlanLine])) -> Result<(Apart, HeldOrders)> {
    let (today, held) = (tx.now()?.day(), held_by(tx, lines)?);
    let recent = recent(tx, persons, today, &held)?;
    Ok((Apart { table: "orders", key: "order_id", rows: told_apart(&recent, &held) }, held))
}

/// Who ever got something of these persons.
pub fn reached_by(tx: &mut Tx, persons: &[SubjectId]) -> Result<Vec<Reached>> {
    reached(tx, &Whose::Person(persons.to_vec()))
}

/// Each order once: who holds it comes before what binds it by time.
fn told_apart(recent: &[(Uuid, Recent)], held: &HeldOrders) -> Vec<(Uuid, i32)> {
    let by_time = recent.iter().filter_map(|(id, order)| Some((*id, order.bound()?.part())));
    let parts: BTreeMap<Uuid, i32> = by_time.chain(held.parts()).collect();
    parts.into_iter().collect()
}

/// By which ids whom a request is about is known now: by all that was proved, and by what came to be known since. Whoever
/// asks as a merchant's user is that user, whatever the same address bought.
pub fn persons_of(tx: &mut Tx, request: &Request) -> Result<Vec<SubjectId>> {
    let mut all = found(tx, request)?;
    // What they are found by may be gone already.
    all.extend(fulfilling::persons(tx, request.id)?);
    Ok(all.into_iter().collect())
}

/// The same of a request whose persons nobody wrote down: nothing of theirs is gone.
pub fn found(tx: &mut Tx, request: &Request) -> Result<BTreeSet<SubjectId>> {
    let mut named = match request.role {
        DataRole::Controller => members(tx, request.intake)?,
        DataRole::Processor => Vec::new(),
    };
    if named.is_empty() {
        named = identifiers::subjects(tx, request.intake)?;
        named.extend(request.subject);
    }
    let mut all = BTreeSet::new();
    for subject in BTreeSet::from_iter(named) {
        if !all.contains(&subject) {
            all.extend(persons(tx, subject)?);
        }
    }
    Ok(all)
}

/// Whom a contact is about, by what was proved. Who asks as a merchant's own user is meant as that user, and not as the buyer who
/// goes by the same address.
pub fn whom(tx: &mut Tx, intake: &Intake) -> Result<Option<SubjectId>> {
    let user = match intake.role {
        DataRole::Controller => members(tx, intake.id)?.first().copied(),
        DataRole::Processor => None,
    };
    if user.is_some() {
        return Ok(user);
    }
    identifiers::subject(tx, intake.id)
}

/// The id that somebody goes by now who may have been taken for several.
pub fn root(tx: &mut Tx, subject: SubjectId) -> Result<SubjectId> {
    let row: Option<Person> =
        statement("select coalesce(same_as, id) as id from subjects where tenant_id = ? and id = ?")
            .bind::<SqlUuid, _>(tx.tenant()?)
            .bind::<SqlUuid, _>(subject)
            .get_result(tx.conn())
            .optional()?;
    Ok(row.map_or(subject, |row| row.id))
}

/// The merchant's users whose address was proved.
fn members(tx: &mut Tx, intake: IntakeId) -> Result<Vec<SubjectId>> {
    let tenant = tx.tenant()?;
    let rows: Vec<Person> = statement(
        "select m.subject_id as id from intake_identifiers i
           join members m on m.tenant_id = ? and m.mail_bidx = i.bidx
          where i.tenant_id = ? and i.intake_id = ? and i.kind = 'mail' and i.proof <> 'none' order by m.subject_id",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(intake)
    .load(tx.conn())?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

#[derive(QueryableByName)]
struct Person {
    #[diesel(sql_type = SqlUuid)]
    id: SubjectId,
}

/// All ids that a subject was ever given: they may have been taken for several before they proved to be one.
pub fn persons(tx: &mut Tx, subject: SubjectId) -> Result<Vec<SubjectId>> {
    let tenant = tx.tenant()?;
    let rows: Vec<Person> = statement(
        "with root as (
           select coalesce((select same_as from subjects where tenant_id = ? and id = ?), ?) as id
         )
         select id from root
          union
         select s.id from subjects s, root where s.tenant_id = ? and s.same_as = root.id order by id",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(subject)
    .bind::<SqlUuid, _>(subject)
    .bind::<SqlUuid, _>(tenant)
    .load(tx.conn())?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

#[derive(QueryableByName)]
struct Bought {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    store_id: StoreId,
    #[diesel(sql_type = Timestamptz)]
    placed_at: DateTime<Utc>,
    #[diesel(sql_type = Bool)]
    is_cancelled: bool,
    #[diesel(sql_type = Nullable<Text>)]
    payment: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    fulfilment: Option<String>,
}

/// Nothing binds an order that was placed before then.
pub fn bound_since(today: Day) -> DateTime<Utc> {
    today.0.checked_sub_days(CHARGEBACK).unwrap_or(today.0).and_time(chrono::NaiveTime::MIN).and_utc()
}

/// The person's orders whose payment may still be disputed.
fn recent(tx: &mut Tx, persons: &[SubjectId], today: Day, held: &HeldOrders) -> Result<Vec<(Uuid, Recent)>> {
    if persons.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<Bought> = statement(
        "select id, store_id, placed_at, cancelled_at is not null as is_cancelled, payment, fulfilment from orders
          where tenant_id is not distinct from ? and subject_id = any(?) and placed_at >= ? order by id",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<Array<SqlUuid>, _>(persons.to_vec())
    .bind::<Timestamptz, _>(bound_since(today))
    .load(tx.conn())?;
    let order = |row: Bought| {
        let recent = Recent {
            placed_on: Instant::from_utc(row.placed_at).day(),
            store: Some(row.store_id),
            is_cancelled: row.is_cancelled,
            payment: row.payment,
            fulfilment: row.fulfilment,
            is_held: held.is_held(row.id),
        };
        (row.id, recent)
    };
    Ok(rows.into_iter().map(order).collect())
}

#[derive(QueryableByName)]
struct Told {
    #[diesel(sql_type = Text)]
    recipient: String,
    #[diesel(sql_type = Text)]
    category: String,
    #[diesel(sql_type = BigInt)]
    times: i64,
}

/// Who ever got something of these, as the book of disclosures has it.
fn reached(tx: &mut Tx, whose: &Whose) -> Result<Vec<Reached>> {
    let tenant = tx.tenant()?;
    let asked = match whose {
        Whose::Person(persons) => statement(
            "select d.recipient, d.category, sum(d.count)::bigint as times from (select distinct id from unnest(?) as n (id)) as n,
                    lateral (select recipient, category, count from disclosures
                              where tenant_id is not distinct from ? and subject_id = n.id
                                and (way <> 'request' or store_id is null) offset 0) as d
              group by 1, 2 order by 1, 2",
        )
        .bind::<Array<SqlUuid>, _>(persons.clone())
        .bind::<SqlUuid, _>(tenant),
        Whose::Shop(store) => statement(
            "select recipient, category, sum(count)::bigint as times from disclosures
              where tenant_id = ? and store_id = ? group by 1, 2 order by 1, 2",
        )
        .bind::<SqlUuid, _>(tenant)
        .bind::<SqlUuid, _>(*store),
        Whose::Account => statement(
            "select recipient, category, sum(count)::bigint as times from disclosures
              where tenant_id = ? group by 1, 2 order by 1, 2",
        )
        .bind::<SqlUuid, _>(tenant),
    };
    let rows: Vec<Told> = asked.load(tx.conn())?;
    let reached = |row: Told| Reached { recipient: row.recipient, category: row.category, times: row.times };
    Ok(rows.into_iter().map(reached).collect())
}

#[derive(QueryableByName)]
struct Code {
    #[diesel(sql_type = Text)]
    code: String,
}

/// Where events of the tenant's shops go; where one shop is meant, of that.
fn destinations(tx: &mut Tx, store: Option<StoreId>) -> Result<Vec<String>> {
    let rows: Vec<Code> = statement(
        "select distinct recipient as code from destinations
          where tenant_id = ? and state = 'on' and (store_id is null or ?::uuid is null or store_id = ?) order by 1",
    )
    .bind::<SqlUuid, _>(tx.tenant()?)
    .bind::<Nullable<SqlUuid>, _>(store)
    .bind::<Nullable<SqlUuid>, _>(store)
    .load(tx.conn())?;
    Ok(rows.into_iter().map(|row| row.code).collect())
}

#[derive(QueryableByName)]
struct Shop {
    #[diesel(sql_type = SqlUuid)]
    id: StoreId,
    #[diesel(sql_type = Text)]
    platform: String,
    #[diesel(sql_type = Bool)]
    is_connected: bool,
    #[diesel(sql_type = BigInt)]
    rows: i64,
}

/// The shops that know the person, by the customers and orders they told of.
fn known_at(tx: &mut Tx, persons: &[SubjectId]) -> Result<Vec<KnownAt>> {
    if persons.is_empty() {
        return Ok(Vec::new());
    }
    let tenant = tx.tenant()?;
    let rows: Vec<Shop> = statement(
        "select s.id, s.platform, s.state = 'connected' as is_connected, known.rows
           from (select told.store_id, count(*) as rows
                   from (select store_id from customers where tenant_id is not distinct from ? and subject_id = any(?)
                          union all
                         select store_id from orders where tenant_id is not distinct from ? and subject_id = any(?)) told
                  group by told.store_id) known
           join stores s on s.tenant_id = ? and s.id = known.store_id order by s.id",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<Array<SqlUuid>, _>(persons.to_vec())
    .bind::<SqlUuid, _>(tenant)
    .bind::<Array<SqlUuid>, _>(persons.to_vec())
    .bind::<SqlUuid, _>(tenant)
    .load(tx.conn())?;
    let known = |shop: Shop| {
        let hears = platforms::find(&shop.platform).is_some_and(platforms::Platform::hears_wishes);
        KnownAt { store: shop.id, hears_wishes: hears && shop.is_connected, platform: shop.platform, rows: shop.rows }
    };
    Ok(rows.into_iter().map(known).collect())
}

#[derive(QueryableByName)]
struct Connected {
    #[diesel(sql_type = SqlUuid)]
    id: AppId,
    #[diesel(sql_type = Text)]
    kind: String,
}

/// The tenant's connected apps, with what of people each touches by its kind.
fn touching(tx: &mut Tx, policy: &Policy) -> Result<Vec<Touching>> {
    let rows: Vec<Connected> =
        statement("select id, kind from apps where tenant_id = ? and state = 'connected' order by id")
            .bind::<SqlUuid, _>(tx.tenant()?)
            .load(tx.conn())?;
    let listed = plan::categories(policy);
    let mut all = Vec::new();
    for app in rows {
        let kind = policy.app_kinds.iter().find(|kind| kind.code.get_ref() == &app.kind);
        for category in &listed {
            let names = |touched: &str| touched.split('.').next() == Some(category.as_str());
            if kind.is_some_and(|kind| kind.touches.iter().any(|touched| names(touched.get_ref()))) {
                all.push(Touching { app: app.id, category: category.clone() });
            }
        }
    }
    Ok(all)
}
