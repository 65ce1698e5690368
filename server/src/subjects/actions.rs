//! The gate: who these persons are, whether anything of theirs may be written, and the key it is sealed with.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::model::{Identifier, IdentifierKind, Named, Passed, Standing, dialled, is_somebodys};
use super::queries::tombstones::{self, Digest};
use super::queries::{self, Entry, Mark, Row};
use super::turns::{Guests, Turn};
use crate::floor::kernel::{Error, Personal, Result, StoreId, SubjectId, TenantId};
use crate::floor::ledger::{Tx, WriteTx};
use crate::floor::vault::{BlindIndex, FieldIndex, Index, Key, Sealer, Shut, SubjectKey, Vault};

/// How often somebody else may be first before we give up and are asked again.
const TRIES: usize = 4;

/// Finds or makes the subject of each of these persons, holds its row until the transaction ends, and says how it stands.
/// A fixed number of statements, however many persons there are. Whoever turns out to be two is the older one from then on.
pub fn gate(tx: &mut WriteTx, vault: &Vault, persons: &[Named<'_>]) -> Result<Vec<Passed>> {
    gate_in_turn(tx, vault, persons, &mut Turn::alone())
}

/// The same for a page behind another. Whom that one let in is known by it and held once it has ended; where it cannot be
/// told from it alone who somebody is, its end is waited for here.
pub fn gate_in_turn(tx: &mut WriteTx, vault: &Vault, persons: &[Named<'_>], turn: &mut Turn) -> Result<Vec<Passed>> {
    if persons.is_empty() {
        turn.let_in(Guests::default);
        return Ok(Vec::new());
    }
    let key = vault.index_key(tx)?.map_err(|_| Error::internal("the tenant's index key is not at hand"))?;
    let mut marks = Marks::of(&key, persons)?;
    let mut graves = Graves::of(vault, tx.tenant()?, persons);
    let lent = match turn.guests().map(|guests| lent(&marks, guests)) {
        Some(Some(lent)) => lent,
        Some(None) => {
            turn.come(tx, vault)?;
            vec![None; persons.len()]
        }
        None => vec![None; persons.len()],
    };
    let mut passed: Vec<Option<Passed>> = Vec::with_capacity(persons.len());
    let (mut others, mut own) = (Vec::new(), Vec::new());
    for (person, lent) in lent.into_iter().enumerate() {
        if let Some(guest) = &lent {
            let beside = marks.0[person].iter().filter(|(_, tells)| !tells).map(|(mark, _)| mark);
            turn.borrow(guest.subject, beside);
        } else {
            others.push((std::mem::take(&mut marks.0[person]), std::mem::take(&mut graves.0[person])));
            own.push(person);
        }
        passed.push(lent);
    }
    let (others, graves): (Vec<_>, Vec<_>) = others.into_iter().unzip();
    let others = Marks(others);
    for (person, one) in own.iter().zip(admitted(tx, vault, &others, &Graves(graves))?) {
        passed[*person] = Some(one);
    }
    let passed: Vec<Passed> =
        passed.into_iter().collect::<Option<_>>().ok_or_else(|| Error::internal("somebody came to no end"))?;
    turn.let_in(|| {
        // Those who were lent go by what they went by before: `others` has given their marks away.
        let mut all = marks;
        for (person, own) in own.into_iter().zip(others.0) {
            all.0[person] = own;
        }
        let named =
            all.0.into_iter().zip(&passed).flat_map(|(own, passed)| {
                own.into_iter().filter(|(_, tells)| *tells).map(move |(mark, _)| (mark, passed))
            });
        Guests::of(named)
    });
    Ok(passed)
}

/// Those whom the page before let in. `None` where somebody goes by something that it does not know of them: they may be
/// more than it says.
fn lent(marks: &Marks, guests: &Guests) -> Option<Vec<Option<Passed>>> {
    let one = |own: &Vec<(Mark, bool)>| {
        let mut found = own.iter().filter(|(_, tells)| *tells).map(|(mark, _)| guests.find(mark));
        let first = found.next().flatten();
        let agree = found.all(|other| other.map(|other| other.subject) == first.as_ref().map(|first| first.subject));
        agree.then_some(first)
    };
    marks.0.iter().map(one).collect()
}

/// The gate itself.
fn admitted(tx: &mut WriteTx, vault: &Vault, marks: &Marks, graves: &Graves) -> Result<Vec<Passed>> {
    if marks.0.is_empty() {
        return Ok(Vec::new());
    }
    for _ in 0..TRIES {
        let known = queries::find(tx, &marks.telling())?;
        let roots: BTreeSet<SubjectId> = known.values().copied().collect();
        let rows = queries::hold(tx, roots.iter().copied().collect())?;
        if rows.iter().any(|row| row.same_as.is_some()) {
            continue; // merged while we waited
        }
        // Asked once their rows are held: whoever buries one of them held them too.
        let buried = tombstones::met(tx, &graves.all())?;
        let lessened;
        let marks = if buried.is_empty() {
            marks
        } else {
            lessened = marks.without(|person| graves.is_of_order(person, &buried));
            &lessened
        };
        let mut sealers = vault.sealers::<SubjectKey>(tx, &roots.iter().copied().collect::<Vec<_>>())?;
        let groups = Group::of(marks, &known, &rows, &sealers, |person| graves.is_met(person, &buried));
        let made: Vec<_> =
            groups.iter().filter(|group| group.is_new && !group.is_gone).map(|group| group.subject).collect();
        if !queries::make(tx, &made, new(marks, &groups, &known))? {
            continue; // somebody else named one of them at the same moment
        }
        sealers.extend(vault.first_sealers::<SubjectKey>(tx, &made)?);
        let doubles: Vec<_> =
            groups.iter().flat_map(|group| group.doubles.iter().map(|double| (*double, group.subject))).collect();
        queries::merge(tx, &doubles)?;
        let known = groups.iter().filter(|group| !group.is_gone && !group.is_new);
        let beside = known.flat_map(|group| group.beside(marks).map(|mark| (mark, group.subject)));
        queries::stand_beside(tx, beside.map(|(mark, subject)| Entry::beside(mark, subject)).collect())?;
        tombstones::count(tx, &buried)?;
        return passed(marks.0.len(), &groups, sealers);
    }
    Err(Error::Conflict)
}

/// What is to be written down of these groups that says who they are; and of those who are new, what stands beside it.
fn new(marks: &Marks, groups: &[Group], known: &BTreeMap<Mark, SubjectId>) -> Vec<Entry> {
    let mut new = Vec::new();
    for group in groups.iter().filter(|group| !group.is_gone) {
        let telling = group.telling(marks).filter(|mark| !known.contains_key(*mark));
        new.extend(telling.map(|mark| Entry::telling(mark, group.subject)));
        if group.is_new {
            new.extend(group.beside(marks).map(|mark| Entry::beside(mark, group.subject)));
        }
    }
    new
}

/// Somebody who is known already, as at the gate: their row is held until the transaction ends. Whoever proved to be
/// another is that other.
pub fn greet(tx: &mut WriteTx, vault: &Vault, subject: SubjectId) -> Result<Passed> {
    let mut subject = subject;
    for _ in 0..TRIES {
        let row = queries::hold(tx, vec![subject])?.pop().ok_or(Error::NotFound("person"))?;
        let Some(stays) = row.same_as else {
            let standing = match vault.known_sealer::<SubjectKey>(tx, subject)? {
                _ if row.erased_at.is_some() => Standing::Gone,
                Ok(_) if row.restricted_at.is_some() => Standing::Fenced,
                Ok(sealer) => Standing::Welcome(Arc::new(sealer)),
                Err(Shut::Forgotten) => Standing::Gone,
                Err(_) => return Err(Error::internal("a person's key is not at hand")),
            };
            return Ok(Passed { subject, standing });
        };
        subject = stays;
    }
    Err(Error::Conflict)
}

/// Whom a mail address tells of, in the pinned tenant's records. A tenant that never indexed anybody has nobody to find.
pub fn find(tx: &mut Tx, vault: &Vault, mail: &Personal) -> Result<Option<SubjectId>> {
    let Ok(key) = vault.find_index_key(tx)? else { return Ok(None) };
    let kind = IdentifierKind::Mail;
    let mark = Mark { kind, scope: String::new(), index: key.field(kind.label())?.of(mail) };
    Ok(queries::find(tx, &BTreeSet::from([&mark]))?.into_values().next())
}

/// Who of the pinned tenant's these are, as far as anybody is known by what they go by.
pub fn known(tx: &mut Tx, vault: &Vault, persons: &[Named<'_>]) -> Result<Vec<SubjectId>> {
    let Ok(key) = vault.find_index_key(tx)? else { return Ok(Vec::new()) };
    let marks = Marks::of(&key, persons)?;
    let found: BTreeSet<SubjectId> = queries::find(tx, &marks.telling())?.into_values().collect();
    Ok(found.into_iter().collect())
}

/// The blind index under which a value of this kind is known in the tenant whose key this is, and the store it counts in.
/// None for what tells of nobody.
pub fn trace(
    key: &Key<Index>,
    kind: IdentifierKind,
    store: Option<StoreId>,
    value: &Personal,
) -> Result<Option<Trace>> {
    let value = match kind {
        IdentifierKind::Phone => dialled(value),
        IdentifierKind::Mail => Some(value.clone()).filter(|mail| is_somebodys(mail.disclose())),
        _ => Some(value.clone()),
    };
    let Some(value) = value else { return Ok(None) };
    let scope = match (kind.is_of_a_store(), store) {
        (true, Some(store)) => store.uuid().to_string(),
        (true, None) => return Ok(None),
        (false, _) => String::new(),
    };
    let index = key.field(kind.label())?.of(&value);
    Ok(Some(Trace(Mark { kind, scope, index })))
}

/// From now on somebody is found by this too; their row is held by whoever says so. Nothing where it is another's already.
pub fn go_by(tx: &mut WriteTx, subject: SubjectId, trace: &Trace) -> Result<()> {
    queries::go_by(tx, &trace.0, subject)
}

/// One thing somebody goes by, unreadable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace(Mark);

impl Trace {
    /// From where it is kept beside a sealed value.
    pub fn kept(kind: IdentifierKind, store: Option<StoreId>, index: BlindIndex) -> Self {
        let scope = store.filter(|_| kind.is_of_a_store()).map(|store| store.uuid().to_string());
        Self(Mark { kind, scope: scope.unwrap_or_default(), index })
    }

    pub fn index(&self) -> BlindIndex {
        self.0.index
    }
}

/// Who of the pinned tenant's these tell of; the one who has been known longest first.
pub fn traced(tx: &mut Tx, traces: &[Trace]) -> Result<Vec<SubjectId>> {
    if traces.is_empty() {
        return Ok(Vec::new());
    }
    let marks: BTreeSet<&Mark> = traces.iter().map(|trace| &trace.0).collect();
    let found: BTreeSet<SubjectId> = queries::find(tx, &marks)?.into_values().collect();
    Ok(found.into_iter().collect())
}

/// Those of these traces that tell of somebody else than these persons.
pub fn of_others(tx: &mut Tx, traces: &[Trace], persons: &[SubjectId]) -> Result<Vec<Trace>> {
    if traces.is_empty() {
        return Ok(Vec::new());
    }
    let marks: BTreeSet<&Mark> = traces.iter().map(|trace| &trace.0).collect();
    let (known, own) = (queries::find(tx, &marks)?, queries::roots(tx, persons)?);
    let others = known.into_iter().filter(|(_, subject)| !own.contains(subject));
    Ok(others.map(|(mark, _)| Trace(mark)).collect())
}

fn passed(
    persons: usize,
    groups: &[Group],
    mut sealers: HashMap<SubjectId, Result<Sealer<SubjectKey>, Shut>>,
) -> Result<Vec<Passed>> {
    let mut passed: Vec<Option<Passed>> = vec![None; persons];
    for group in groups {
        let standing = match sealers.remove(&group.subject) {
            _ if group.is_gone => Standing::Gone,
            Some(Ok(_)) if group.is_fenced => Standing::Fenced,
            Some(Ok(sealer)) => Standing::Welcome(Arc::new(sealer)),
            _ => return Err(Error::internal("a person's key is not at hand")),
        };
        for person in &group.persons {
            passed[*person] = Some(Passed { subject: group.subject, standing: standing.clone() });
        }
    }
    passed.into_iter().collect::<Option<_>>().ok_or_else(|| Error::internal("somebody is in no group"))
}

/// What each person goes by, as blind indexes.
struct Marks(Vec<Vec<(Mark, bool)>>);

impl Marks {
    fn of(key: &Key<Index>, persons: &[Named<'_>]) -> Result<Self> {
        let mut fields: HashMap<IdentifierKind, FieldIndex> = HashMap::new();
        for kind in IdentifierKind::ALL {
            fields.insert(*kind, key.field(kind.label())?);
        }
        let mark = |Identifier { kind, scope, value, tells }| {
            let index = fields.get(&kind)?.of(&value);
            Some((Mark { kind, scope, index }, tells))
        };
        Ok(Self(persons.iter().map(|person| person.identifiers().into_iter().filter_map(mark).collect()).collect()))
    }

    /// The same without what these go by: nobody is one with them.
    fn without(&self, left_out: impl Fn(usize) -> bool) -> Self {
        let own = self.0.iter().enumerate();
        Self(own.map(|(person, own)| if left_out(person) { Vec::new() } else { own.clone() }).collect())
    }

    fn telling(&self) -> BTreeSet<&Mark> {
        self.0.iter().flatten().filter(|(_, tells)| *tells).map(|(mark, _)| mark).collect()
    }
}

/// By what each person is known again who was erased: of what tells who somebody is, and of the order that they are named in,
/// which buries that order alone.
struct Graves(Vec<(Vec<Digest>, Vec<Digest>)>);

impl Graves {
    fn of(vault: &Vault, tenant: TenantId, persons: &[Named<'_>]) -> Self {
        let keys = vault.suppress_keys();
        let of = |person: &Named<'_>| {
            let identifiers = person.identifiers();
            let telling = identifiers.iter().filter(|identifier| identifier.tells);
            let digests = |one: &Identifier| one.digests(&keys, tenant).into_iter().map(|(_, digest)| digest);
            (telling.flat_map(digests).collect(), person.order().iter().flat_map(digests).collect())
        };
        Self(persons.iter().map(of).collect())
    }

    fn all(&self) -> Vec<Digest> {
        let all = self.0.iter().flat_map(|(telling, order)| telling.iter().chain(order));
        all.copied().collect::<BTreeSet<_>>().into_iter().collect()
    }

    fn is_of_order(&self, person: usize, buried: &BTreeSet<Digest>) -> bool {
        self.0[person].1.iter().any(|digest| buried.contains(digest))
    }

    fn is_met(&self, person: usize, buried: &BTreeSet<Digest>) -> bool {
        self.is_of_order(person, buried) || self.0[person].0.iter().any(|digest| buried.contains(digest))
    }
}

/// Those of the persons who are one, because they share what tells or a subject.
struct Group {
    persons: Vec<usize>,
    subject: SubjectId,
    is_new: bool,
    is_gone: bool,
    is_fenced: bool,
    /// The other subjects it was taken for.
    doubles: Vec<SubjectId>,
}

impl Group {
    fn of(
        marks: &Marks,
        known: &BTreeMap<Mark, SubjectId>,
        rows: &[Row],
        sealers: &HashMap<SubjectId, Result<Sealer<SubjectKey>, Shut>>,
        is_buried: impl Fn(usize) -> bool,
    ) -> Vec<Self> {
        let mut leader: Vec<usize> = (0..marks.0.len()).collect();
        let (mut by_mark, mut by_root) = (HashMap::new(), HashMap::new());
        for (person, own) in marks.0.iter().enumerate() {
            for (mark, _) in own.iter().filter(|(_, tells)| *tells) {
                let first = *by_mark.entry(mark).or_insert(person);
                join(&mut leader, first, person);
                if let Some(root) = known.get(mark) {
                    let first = *by_root.entry(*root).or_insert(person);
                    join(&mut leader, first, person);
                }
            }
        }
        let mut together: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for person in 0..leader.len() {
            together.entry(lead(&mut leader, person)).or_default().push(person);
        }
        let age: HashMap<SubjectId, _> = rows.iter().map(|row| (row.id, row.made_at)).collect();
        let group = |persons: Vec<usize>| {
            let telling = persons.iter().flat_map(|person| &marks.0[*person]).filter_map(|(mark, _)| known.get(mark));
            let mut roots: Vec<SubjectId> = telling.copied().collect::<BTreeSet<_>>().into_iter().collect();
            roots.sort_by_key(|root| (age.get(root).copied(), *root));
            let is_erased = |root| rows.iter().any(|row| row.id == root && row.erased_at.is_some());
            let is_gone = roots.iter().any(|root| matches!(sealers.get(root), Some(Err(Shut::Forgotten))))
                || roots.iter().any(|root| is_erased(*root))
                || persons.iter().any(|person| is_buried(*person));
            let is_restricted = |root| rows.iter().any(|row| row.id == root && row.restricted_at.is_some());
            let is_fenced = roots.iter().any(|root| is_restricted(*root));
            let mut roots = roots.into_iter();
            let oldest = roots.next();
            let subject = oldest.unwrap_or_else(SubjectId::fresh);
            let doubles = if is_gone { Vec::new() } else { roots.collect() };
            Self { persons, subject, is_new: oldest.is_none(), is_gone, is_fenced, doubles }
        };
        together.into_values().map(group).collect()
    }

    fn telling<'m>(&self, marks: &'m Marks) -> impl Iterator<Item = &'m Mark> {
        self.marks(marks, true)
    }

    fn beside<'m>(&self, marks: &'m Marks) -> impl Iterator<Item = &'m Mark> {
        self.marks(marks, false)
    }

    fn marks<'m>(&self, marks: &'m Marks, telling: bool) -> impl Iterator<Item = &'m Mark> {
        let own = self.persons.iter().flat_map(|person| &marks.0[*person]);
        own.filter(move |(_, tells)| *tells == telling).map(|(mark, _)| mark).collect::<BTreeSet<_>>().into_iter()
    }
}

fn lead(leader: &mut [usize], mut person: usize) -> usize {
    while leader[person] != person {
        leader[person] = leader[leader[person]];
        person = leader[person];
    }
    person
}

fn join(leader: &mut [usize], one: usize, other: usize) {
    let (one, other) = (lead(leader, one), lead(leader, other));
    leader[one.max(other)] = one.min(other);
}
