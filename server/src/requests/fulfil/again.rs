//! A database that came back from a backup is brought up to the journal: whoever was erased since is erased again, found by
//! id, and by what they went by where they stand here under another. Until then nobody is served.
//!
//! It erases nobody of whom no line that was written here says so, opens values only to find them again by their digests,
//! and keeps what the policy keeps of anybody else. It may be run again, and killed anywhere.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::steps::whole::{self, ACCOUNT_LINE, STORE_LINE};
use crate::floor::access::{Caller, One, Permission, Scope};
use crate::floor::datamap::{Apart, Map, Picked, Row, Table};
use crate::floor::journal::{Tombstone, standing_stones};
use crate::floor::kernel::{Error, IntakeId, RequestId, Result, StoreId, SubjectId, TenantId};
use crate::floor::ledger::{Event, Role, Tx, Witnessed, WriteTx};
use crate::floor::policy::Policy;
use crate::floor::regulations::Right;
use crate::floor::tools::Tools;
use crate::floor::vault::{SubjectKey, Vault};
use crate::requests::asking::{ACCOUNT, CLOSURE, SHOP};
use crate::requests::jobs::forget_earlier;
use crate::requests::model::{DataRole, PlanLine, PlannedAction, Request, Source, Stage, reference};
use crate::requests::plan::{Estate, part_of, reason_of};
use crate::requests::queries::{ending, estate, fulfilling, holds, keeps, restoring};
use crate::requests::{package, playbooks};
use crate::subjects::{self, IdentifierKind, Stone, TombstoneReason};
use crate::tenants;

/// What the access book says of a look for whoever was erased.
const VIEW: &str = "restore";

/// What the journal calls the line of somebody who goes by nothing.
pub const SUBJECT_LINE: &str = "subject";

/// So many of the last lines tell whether a database is older than the journal.
const LAST: usize = 2_000;

/// How many persons are looked through at a time.
const PAGE: i64 = 500;

/// What was erased again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Replayed {
    /// Lines of the journal that the database did not know.
    pub lines: u64,
    pub persons: u64,
    /// Whole shops and accounts.
    pub wholes: u64,
    pub rows: u64,
    pub keys: u64,
}

impl Replayed {
    fn add(&mut self, other: Self) {
        self.lines += other.lines;
        self.persons += other.persons;
        self.wholes += other.wholes;
        self.rows += other.rows;
        self.keys += other.keys;
    }
}

/// Refuses a database that is older than the journal: somebody who was erased stands in it.
pub async fn require_upheld(tools: &Tools) -> Result<()> {
    let mut stones = standing_stones(tools.journal.tombstones.path(), tools.vault.public_keys()?).await?;
    let last = stones.split_off(stones.len().saturating_sub(LAST));
    let mut lines = 0;
    for (tenant, stones) in by_tenant(last) {
        lines += missing(tools, tenant, stones).await?.len();
    }
    if lines == 0 {
        return Ok(());
    }
    Err(Error::refused(
        "OLDER_THAN_JOURNAL",
        format!(
            "this database is older than the journal of tombstones: {lines} of its last lines are unknown to it, and people \
             who were erased may stand in it again; run `rightsdesk-server restore` before anybody is served"
        ),
    ))
}

/// Brings the database up to the journal.
pub async fn replay(tools: &Tools) -> Result<Replayed> {
    // Whoever answers calls may not take away what a job may.
    let tools = &Tools { ledger: tools.ledger.as_role(Role::Worker), ..tools.clone() };
    let stones = standing_stones(tools.journal.tombstones.path(), tools.vault.public_keys()?).await?;
    let mut all = Replayed::default();
    for (tenant, stones) in by_tenant(stones) {
        let stones = missing(tools, tenant, stones).await?;
        if !stones.is_empty() {
            all.add(erase_again(tools, tenant, stones).await?);
        }
    }
    let house = Caller::house().permit_house(Permission::KeepHouse)?;
    let told = Event::new("desk.restored", "desk", Uuid::nil()).count("lines", all.lines).count("persons", all.persons);
    let told = told.count("wholes", all.wholes).count("rows", all.rows).count("keys", all.keys);
    tools.ledger.write(house, move |_| Ok(Witnessed::new((), told))).await?;
    Ok(all)
}

fn by_tenant(stones: Vec<Tombstone>) -> BTreeMap<TenantId, Vec<Tombstone>> {
    let mut all: BTreeMap<TenantId, Vec<Tombstone>> = BTreeMap::new();
    for stone in stones {
        all.entry(stone.tenant).or_default().push(stone);
    }
    all
}

fn hand(tenant: TenantId) -> Result<Scope<One>> {
    Caller::house().permit(Permission::KeepHouse, tenant)
}

/// The lines of a tenant that its rows do not know. What is under way is gone on with by itself; of a tenant that stands here
/// no more nothing stands.
async fn missing(tools: &Tools, tenant: TenantId, stones: Vec<Tombstone>) -> Result<Vec<Tombstone>> {
    let scope = hand(tenant)?;
    let found = tools.ledger.read(&scope, move |tx| {
        if tenants::tenant(tx, tenant)?.is_none() {
            return Ok(Vec::new());
        }
        let named = |stone: &&Tombstone| IdentifierKind::of_label(&stone.kind).is_some();
        let named: Vec<_> = stones.iter().filter(named).map(|stone| (stone.digest, stone.at)).collect();
        let known = subjects::known_stones(tx, &named)?;
        let begun = restoring::under_way(tx)?;
        let nameless: Vec<SubjectId> =
            stones.iter().filter(|stone| stone.kind == SUBJECT_LINE).map(|stone| stone.subject).collect();
        let unerased = restoring::unerased(tx, &nameless)?;
        let wholes: Vec<SubjectId> = stones.iter().filter(|stone| is_whole(stone)).map(|stone| stone.subject).collect();
        let gone: BTreeSet<SubjectId> = subjects::erased(tx, &wholes)?.into_iter().collect();
        let is_missing = |stone: &Tombstone| {
            let is_unknown = match stone.kind.as_str() {
                STORE_LINE | ACCOUNT_LINE => !gone.contains(&stone.subject),
                SUBJECT_LINE => unerased.contains(&stone.subject),
                _ => !known.contains(&stone.digest),
            };
            is_unknown && !begun.contains(&stone.subject.uuid())
        };
        Ok(stones.into_iter().filter(is_missing).collect())
    });
    found.await
}

/// Whether a line is about everybody at once.
fn is_whole(line: &Tombstone) -> bool {
    matches!(line.kind.as_str(), STORE_LINE | ACCOUNT_LINE)
}

/// What one tenant's lines say, done again.
async fn erase_again(tools: &Tools, tenant: TenantId, stones: Vec<Tombstone>) -> Result<Replayed> {
    let mut done = Replayed { lines: stones.len() as u64, ..Replayed::default() };
    let mut persons: BTreeMap<SubjectId, Vec<Stone>> = BTreeMap::new();
    for line in &stones {
        match line.kind.as_str() {
            STORE_LINE | ACCOUNT_LINE => done.add(whole_again(tools, tenant, line).await?),
            SUBJECT_LINE => {
                persons.entry(line.subject).or_default();
            }
            _ => persons.entry(line.subject).or_default().extend(stone_of(line)),
        }
    }
    let digests: BTreeMap<[u8; 32], SubjectId> =
        persons.iter().flat_map(|(person, stones)| stones.iter().map(|stone| (stone.digest, *person))).collect();
    // Before anything is kept under nobody's name: what is kept bears what the person went by at a shop.
    let mut known = tools.ledger.read(&hand(tenant)?, restoring::keepers).await?;
    known.extend(persons.keys());
    let others = under_other_ids(tools, tenant, (&digests, &known)).await?;
    for (other, erased) in others {
        tracing::warn!(person = %other, erased = %erased, "somebody who was erased stood here under another id");
        done.add(person_again(tools, tenant, (other, Vec::new())).await?);
    }
    // With the stones the lines are known: that comes last.
    for (person, stones) in persons {
        done.add(person_again(tools, tenant, (person, stones)).await?);
    }
    Ok(done)
}

fn stone_of(line: &Tombstone) -> Option<Stone> {
    let kind = IdentifierKind::of_label(&line.kind)?;
    Some(Stone { kind, scope: line.scope.clone(), digest: line.digest, key: line.kv })
}

/// One person's erasure, done again: buried first, then rows, what a ground keeps under nobody's name, keys and files. It is
/// looked for afterwards, and not ended before nothing is found.
async fn person_again(tools: &Tools, tenant: TenantId, (person, stones): (SubjectId, Vec<Stone>)) -> Result<Replayed> {
    let (lane, map, vault, adopted) = (hand(tenant)?, tools.map, tools.vault.clone(), tools.policy.in_force()?);
    // First what is no row: once the stones stand, nobody looks for it again.
    let persons = tools.ledger.read(&lane, move |tx| estate::persons(tx, person)).await?;
    clear_files(tools, &lane, &persons).await?;
    let written = tools.ledger.write(lane, move |tx| {
        fulfilling::pass_gate(tx)?;
        restoring::stand(tx, person)?;
        let persons = estate::persons(tx, person)?;
        holds::take_person(tx, &persons)?;
        let lines = lines_of(tx, (&adopted.policy, map), (tenant, person))?;
        subjects::bury(tx, &persons, None, (TombstoneReason::Erased, &stones))?;
        let kept = keep(tx, (&vault, map, &adopted.policy), &persons, &lines)?;
        let rows = kept + clear(tx, map, (&persons, None), |_| false)?;
        let mut keys = 0;
        for person in &persons {
            keys += u64::from(vault.forget::<SubjectKey>(tx, *person)?);
        }
        let left = map.left_of(tx, &persons)?;
        if let Some(left) = left.first() {
            return Err(Error::internal(format!("{} rows of {} are left of somebody", left.rows, left.table.name)));
        }
        let told = Event::new("subject.erased_again", "subject", person.uuid()).count("rows", rows).count("keys", keys);
        Ok(Witnessed::new((rows, keys), told))
    });
    let (rows, keys) = written.await?;
    Ok(Replayed { persons: 1, rows, keys, ..Replayed::default() })
}

/// Packages of these persons, the links that lead to them, and what earlier contacts of theirs were made of.
async fn clear_files(tools: &Tools, lane: &Scope<One>, persons: &[SubjectId]) -> Result<()> {
    package::clear(tools, lane, persons).await?;
    match forget_earlier(tools, lane, (RequestId::fresh(), IntakeId::fresh()), persons).await {
        // A hold that stood when the backup was made: whoever lets it go has the rest go by its time.
        Ok(_) | Err(Error::Conflict | Error::Refused(_)) => Ok(()),
        Err(other) => Err(other),
    }
}

/// What would become of each piece if the person asked now: that tells what a ground keeps. A hold on the person that stood when
/// the backup was made was let go of before the person was erased; one on an order keeps it until it is let go here too.
fn lines_of(
    tx: &mut Tx,
    (policy, map): (&Policy, Map),
    (tenant, person): (TenantId, SubjectId),
) -> Result<Vec<PlanLine>> {
    let request = deletion_of(tx, tenant, (Some(person), None, None))?;
    let estate = Estate { holds: Vec::new(), ..estate::of(tx, policy, map, &request)? };
    Ok(playbooks::of(Right::Deletion)?.plan(&estate))
}

/// A deletion as it would be asked for now. It stands in no table.
fn deletion_of(
    tx: &mut Tx,
    tenant: TenantId,
    (subject, case, store): (Option<SubjectId>, Option<String>, Option<StoreId>),
) -> Result<Request> {
    let (id, now) = (RequestId::fresh(), tx.now()?);
    Ok(Request {
        tenant,
        id,
        intake: IntakeId::fresh(),
        reference: reference(id),
        right: Right::Deletion,
        case,
        source: Source::Console,
        role: DataRole::Processor,
        locale: "en".to_owned(),
        store,
        subject,
        received_at: now,
        stage: Stage::Open { since: now },
        ground: None,
        original: None,
        appeal_of: None,
        due: None,
        answered_at: None,
        late_reason: None,
        owner: None,
        team: None,
        is_test: false,
        moved_at: now,
        version: 1,
    })
}

/// What a ground keeps goes over to a subject of nobody's name.
fn keep(
    tx: &mut WriteTx,
    (vault, map, policy): (&Vault, Map, &Policy),
    persons: &[SubjectId],
    lines: &[PlanLine],
) -> Result<u64> {
    let is_kept = |line: &&PlanLine| {
        let ground = line.ground.as_deref().unwrap_or_default();
        line.action == PlannedAction::Keep && !ground.starts_with("law:") && !ground.starts_with("retention:")
    };
    let kept: Vec<&PlanLine> = lines.iter().filter(is_kept).collect();
    if kept.is_empty() {
        return Ok(0);
    }
    let ((apart, held), today) = (estate::bound_of(tx, (persons, lines))?, tx.now()?.day());
    let keeper = subjects::make_keeper(tx)?;
    let mover = vault.mover(tx, persons, keeper)?;
    let mut rows = 0;
    for table in map.children_first() {
        for line in kept.iter().filter(|line| line.place == table.name) {
            let why = line.ground.as_deref().unwrap_or_default();
            let is_by_policy = why.starts_with("keep:");
            // What stays of these is facts alone: they are cleared of whom they are about.
            if is_by_policy && table.erased_by == Row::Cleared {
                continue;
            }
            let since = is_by_policy.then(|| estate::kept_from(policy, table, today)).flatten();
            let part = part_of(why, &held);
            let picked = Picked { persons, store: Some(line.store), apart: &apart, part, since };
            let kept = map.hand_over(tx, table, (&picked, reason_of(why, policy)), (&mover, keeper))?;
            if kept > 0 {
                keeps::add(tx, keeper, None, line)?;
            }
            rows += kept as u64;
        }
    }
    Ok(rows)
}

/// Clears what stands of these persons, at one shop or everywhere, but for some tables.
fn clear(
    tx: &mut WriteTx,
    map: Map,
    (persons, shop): (&[SubjectId], Option<StoreId>),
    stays: impl Fn(&Table) -> bool,
) -> Result<u64> {
    let (apart, mut rows) = (Apart { table: "orders", key: "order_id", rows: Vec::new() }, 0);
    for table in map.children_first().filter(|table| table.erased_by != Row::Kept && !stays(table)) {
        let picked = Picked { persons, store: shop.map(Some), apart: &apart, part: None, since: None };
        rows += map.clear(tx, table, &picked)? as u64;
    }
    Ok(rows)
}

/// Whoever stands here under another id and goes by what somebody went by who was erased.
async fn under_other_ids(
    tools: &Tools,
    tenant: TenantId,
    (digests, known): (&BTreeMap<[u8; 32], SubjectId>, &BTreeSet<SubjectId>),
) -> Result<Vec<(SubjectId, SubjectId)>> {
    let (mut found, mut last) = (Vec::new(), SubjectId::from_uuid(Uuid::nil()));
    if digests.is_empty() {
        return Ok(found);
    }
    loop {
        let mut behind = tools.ledger.read(&hand(tenant)?, move |tx| restoring::persons_behind(tx, last, PAGE)).await?;
        let Some(end) = behind.last().copied() else { return Ok(found) };
        last = end;
        behind.retain(|person| !known.contains(person));
        if met(tools, tenant, &behind, digests).await?.is_none() {
            continue;
        }
        for person in behind {
            if let Some(erased) = met(tools, tenant, &[person], digests).await? {
                found.push((person, erased));
            }
        }
    }
}

/// Whether any of these goes by what somebody went by who was erased: opened on record, and told as that person's id alone.
async fn met(
    tools: &Tools,
    tenant: TenantId,
    persons: &[SubjectId],
    digests: &BTreeMap<[u8; 32], SubjectId>,
) -> Result<Option<SubjectId>> {
    let (vault, persons) = (tools.vault.clone(), persons.to_vec());
    let opened = tools.ledger.reveal(hand(tenant)?, "restore", move |tx| {
        fulfilling::matches_in_records(tx, &vault, &persons, (&BTreeSet::new(), VIEW))
    });
    let known = opened.await?;
    let stones = known
        .iter()
        .filter(|one| one.tells)
        .flat_map(|one| subjects::stones(&tools.vault, tenant, one.kind, one.store, &one.value));
    Ok(stones.into_iter().find_map(|stone| digests.get(&stone.digest).copied()))
}

/// A whole shop or account, done again.
async fn whole_again(tools: &Tools, tenant: TenantId, line: &Tombstone) -> Result<Replayed> {
    let store = (line.kind == STORE_LINE).then(|| StoreId::from_uuid(line.subject.uuid()));
    whole::disconnect(tools, tenant, store).await?;
    let case = match line.reason.as_str() {
        SHOP => SHOP,
        CLOSURE => CLOSURE,
        _ => ACCOUNT,
    };
    let (scope, map, vault, adopted) = (hand(tenant)?, tools.map, tools.vault.clone(), tools.policy.in_force()?);
    let whole_id = line.subject;
    let written = tools.ledger.write(scope.clone(), move |tx| {
        fulfilling::pass_gate(tx)?;
        let request = deletion_of(tx, tenant, (None, Some(case.to_owned()), store))?;
        let estate = Estate { holds: Vec::new(), ..estate::of(tx, &adopted.policy, map, &request)? };
        let lines = playbooks::of(Right::Deletion)?.plan(&estate);
        let keepers = restoring::keepers(tx)?;
        let mut persons = whole::everybody(tx, map, &request, &lines)?.unwrap_or_default();
        persons.retain(|person| !keepers.contains(person));
        holds::take_person(tx, &persons)?;
        let mut rows = keep(tx, (&vault, map, &adopted.policy), &persons, &lines)?;
        let stays = whole::staying(&lines);
        rows += clear(tx, map, (&persons, store), |table| {
            stays.contains(table.name) || (store.is_some() && table.name == whole::IDENTIFIERS)
        })?;
        rows += remove_own(tx, map, (&adopted.policy, &lines), store)?;
        let going = map.without_rows(tx, &persons, whole::IDENTIFIERS)?;
        ending::unname(tx, (&persons, &going), store)?;
        subjects::bury(tx, &going, None, (TombstoneReason::Erased, &[]))?;
        let mut keys = 0;
        for person in &going {
            keys += u64::from(vault.forget::<SubjectKey>(tx, *person)?);
        }
        if store.is_none() {
            tenants::end_now(tx)?;
            tenants::unname(tx)?;
        }
        let told = Event::new("whole.erased_again", "tenant", tenant.uuid()).code("case", case).count("rows", rows);
        Ok(Witnessed::new((going, rows, keys), told))
    });
    let (going, rows, keys) = written.await?;
    clear_files(tools, &scope, &going).await?;
    // By that the line is known here from now on.
    let marked = tools.ledger.write(scope, move |tx| {
        restoring::stand(tx, whole_id)?;
        Ok(Witnessed::new((), Event::new("whole.known_again", "tenant", tenant.uuid())))
    });
    marked.await?;
    Ok(Replayed { wholes: 1, rows, keys, ..Replayed::default() })
}

/// What is the merchant's own and about nobody goes with the account.
fn remove_own(
    tx: &mut WriteTx,
    map: Map,
    (policy, lines): (&Policy, &[PlanLine]),
    store: Option<StoreId>,
) -> Result<u64> {
    let (today, mut rows) = (tx.now()?.day(), 0);
    if store.is_some() {
        return Ok(rows);
    }
    let goes = |table: &&'static Table| {
        lines.iter().any(|line| line.place == table.name && line.action == PlannedAction::Delete)
    };
    for table in map.ending_with_account().filter(|table| table.ends_with_account).filter(goes) {
        rows += map.remove_of_nobody(tx, table, estate::kept_from(policy, table, today))?;
    }
    Ok(rows)
}
