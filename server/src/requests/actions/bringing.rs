//! Bringing in what comes as a text of somebody else's making. A letter is never lost, whatever stands in it: where nothing
//! else of it can be kept, its original is. A backlog is held against all its rules before the first line is taken.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::messaging::person_writes;
use super::receiving::{receive, take_aside, take_in};
use super::{Doors, event, witnessed};
use crate::floor::access::{Caller, Permission};
use crate::floor::kernel::text::normalise;
use crate::floor::kernel::{Error, Instant, IntakeId, Personal, Ref, RequestId, Result, StoreId, TenantId};
use crate::floor::ledger::{Event, Once};
use crate::floor::tools::Tools;
use crate::requests::asking::{Asking, Stated, Taken, Wanted};
use crate::requests::model::{GoesBy, Mandate, Proof, Source, SubjectKind};
use crate::requests::queries::{identifiers, intakes, messages, requests};
use crate::requests::ways::backlog::{self, Bringing, Line, LineFlaw};
use crate::requests::ways::mail::{self, Letter, Nature};
use crate::requests::ways::{Guessed, guess};
use crate::tenants::{self, TenantState};

/// A letter as a mail system hands it over.
pub struct Post {
    pub raw: Vec<u8>,
    /// When it came into the mailbox, where that is known.
    pub at: Option<Instant>,
    /// Whether there is more of it than was handed over.
    pub is_cut: bool,
}

/// What became of a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Brought {
    /// Somebody asks for something.
    Taken(Ref<IntakeId>),
    /// It came before.
    Before(Ref<IntakeId>),
    /// It answers a letter of ours, and stands beside it.
    Answered(Ref<RequestId>),
    /// No person wrote it; it is kept and nobody is written to.
    Aside(Ref<IntakeId>),
}

/// Takes a letter in, once.
pub async fn bring_letter(tools: &Tools, post: Post) -> Result<Brought> {
    let Post { raw, at, is_cut } = post;
    let (raw, ours) = (Arc::new(raw), tools.mail.address());
    let of = Arc::clone(&raw);
    // Off the threads that answer calls; and one that breaks the reader is kept all the same.
    let letter = if let Ok(letter) = tokio::task::spawn_blocking(move || mail::read(&of, &ours)).await {
        letter
    } else {
        tracing::warn!("a letter could not be read: it is kept as it came");
        mail::illegible(&raw)
    };
    if letter.nature == Nature::Written
        && let Some(request) = answered(tools, &letter).await?
    {
        return Ok(Brought::Answered(request));
    }
    let tenant = whose(tools, letter.tag.as_deref()).await?;
    let now = tools.watch.now();
    let guessed = guess(&letter.subject, &letter.text);
    let asking = asking_of(tenant, &letter, &guessed, (raw.to_vec(), at.map(|at| at.min(now))));
    let told = Told { guessed, nature: letter.nature, is_whole: letter.is_legible && !is_cut };
    let taken = match take(tools, &asking, &told).await {
        // What stands in it is none of what we keep: then it is kept as it came, for staff to read.
        Err(Error::Invalid(_)) => take(tools, &bare(asking), &Told { is_whole: false, ..told }).await?,
        outcome => outcome?,
    };
    let at = Ref::new(tenant, taken.intake);
    Ok(match (taken.is_new, letter.nature) {
        (false, _) => Brought::Before(at),
        (true, Nature::Written) => Brought::Taken(at),
        (true, Nature::Automatic(_)) => Brought::Aside(at),
    })
}

/// Whose mailbox it was sent to: the merchant behind the plus, by id or by what their identity provider calls them. A
/// letter to nobody we serve is the operator's own.
async fn whose(tools: &Tools, tag: Option<&str>) -> Result<TenantId> {
    let Some(tag) = tag else { return Ok(TenantId::HOUSE) };
    let found = match tag.to_lowercase().parse::<TenantId>() {
        Ok(id) => Some(id),
        Err(_) => tenants::tenant_by_reference(tools, tag).await?,
    };
    let Some(id) = found else { return Ok(TenantId::HOUSE) };
    let scope = Caller::house().permit(Permission::KeepHouse, id)?;
    let tenant = tools.ledger.read(&scope, move |tx| tenants::tenant(tx, id)).await?;
    let is_served = tenant.is_some_and(|tenant| tenant.state != TenantState::Closed);
    Ok(if is_served { id } else { TenantId::HOUSE })
}

/// The request whose letter it answers, with what it says put beside that. Only who was written to answers: anybody may
/// have been shown a letter of ours.
async fn answered(tools: &Tools, letter: &Letter) -> Result<Option<Ref<RequestId>>> {
    let (Some(from), Some(words)) = (&letter.from, letter.words()) else { return Ok(None) };
    let from = normalise(from.disclose());
    for at in &letter.answers {
        let (scope, id) = (Caller::house().permit(Permission::KeepHouse, at.tenant)?, at.id);
        let found = tools.ledger.read(&scope, move |tx| {
            let request = messages::of_letter(tx, id)?;
            request.map(|request| requests::get(tx, request)).transpose()
        });
        let Some(request) = found.await? else { continue };
        let (vault, intake) = (tools.vault.clone(), request.intake);
        let opened = tools
            .ledger
            .reveal(scope, "answer", move |tx| identifiers::open(tx, &vault, intake, "intake_identifiers.value"));
        let is_theirs = opened.await?.iter().any(|(identifier, value)| {
            matches!(identifier.kind, GoesBy::Mail | GoesBy::Agent) && normalise(value.disclose()) == from
        });
        if is_theirs {
            let key: [u8; 32] = Sha256::digest(["letter\0", &letter.delivery].concat()).into();
            let once = Some(Once { key, input: key });
            person_writes(tools, Ref::new(at.tenant, intake), Some(request.id), words, once).await?;
            return Ok(Some(Ref::new(at.tenant, request.id)));
        }
    }
    Ok(None)
}

fn asking_of(tenant: TenantId, letter: &Letter, guessed: &Guessed, (raw, at): (Vec<u8>, Option<Instant>)) -> Asking {
    let stated = |kind, value: Option<&Personal>| {
        let value = value.cloned()?;
        Some(Stated { kind, store: None, value, proof: Proof::None })
    };
    let identifiers = [stated(GoesBy::Mail, letter.from.as_ref()), stated(GoesBy::Name, letter.name.as_ref())];
    Asking {
        source: Source::Mail,
        tenant,
        subject_kind: if tenant == TenantId::HOUSE { SubjectKind::Visitor } else { SubjectKind::Shopper },
        store: None,
        delivery: Some(letter.delivery.clone()),
        rights: guessed.rights.iter().map(|right| Wanted { right: *right, case: None }).collect(),
        identifiers: identifiers.into_iter().flatten().collect(),
        words: letter.words(),
        original: Some(raw),
        locale: letter.locale.clone(),
        place: None,
        received_at: at,
        notice: None,
        mandate: Mandate::None,
        is_test: false,
        appeal_of: None,
    }
}

/// The same with nothing but its original.
fn bare(asking: Asking) -> Asking {
    Asking { identifiers: Vec::new(), words: None, locale: None, received_at: None, ..asking }
}

/// What is told of a letter beside what was taken in.
#[derive(Clone)]
struct Told {
    guessed: Guessed,
    nature: Nature,
    is_whole: bool,
}

async fn take(tools: &Tools, asking: &Asking, told: &Told) -> Result<Taken> {
    let scope = Caller::house().permit(Permission::TakeRequests, asking.tenant)?;
    let doors = Doors::of(tools)?;
    let attempt = || {
        let (doors, asking, told) = (doors.clone(), asking.clone(), told.clone());
        tools.ledger.write(scope.clone(), move |tx| {
            let (taken, mut events) = match told.nature {
                Nature::Written => take_in(tx, &doors.desk(), None, asking)?,
                Nature::Automatic(_) => take_aside(tx, &doors.desk(), asking)?,
            };
            if taken.is_new {
                events.extend(told.of(&taken));
            } else {
                events.push(Event::new("call.repeated", "intake", taken.intake.uuid()));
            }
            witnessed(taken, events)
        })
    };
    match attempt().await {
        // The same came at this very moment, and stands by now.
        Err(Error::Conflict) => attempt().await,
        outcome => outcome,
    }
}

impl Told {
    /// Which right it was taken for and how surely, and what else staff should know before they read it.
    fn of(&self, taken: &Taken) -> Vec<Event> {
        let mut events: Vec<Event> = match self.nature {
            Nature::Written => {
                let guessed = taken.requests.iter().map(|request| {
                    event("request.guessed", request)
                        .code("right", request.right.code())
                        .code("sureness", self.guessed.sureness.code())
                });
                guessed.collect()
            }
            Nature::Automatic(why) => {
                vec![Event::new("intake.automatic", "intake", taken.intake.uuid()).code("why", why)]
            }
        };
        if !self.is_whole {
            events.push(Event::new("intake.not_whole", "intake", taken.intake.uuid()));
        }
        events
    }
}

/// What becomes of a file in which some lines are flawed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flawed {
    /// Nothing of it is taken.
    StopsAll,
    /// What is sound is taken, and the rest is told.
    StaysBehind,
}

/// What came of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Imported {
    pub taken: usize,
    /// Lines that were taken before.
    pub before: usize,
    /// What is wrong with the others.
    pub flaws: Vec<LineFlaw>,
}

/// Brings a backlog along. Killed anywhere, the same file is simply brought again.
pub async fn import_backlog(
    tools: &Tools,
    caller: &Caller,
    tenant: TenantId,
    (file, flawed): (Vec<u8>, Flawed),
) -> Result<Imported> {
    let scope = caller.permit(Permission::TakeRequests, tenant)?;
    if tenant != TenantId::HOUSE {
        let found = tools.ledger.read(&scope, move |tx| tenants::tenant(tx, tenant)).await?;
        found.ok_or(Error::NotFound("tenant"))?.require_open()?;
    }
    let (adopted, now) = (tools.policy.in_force()?, tools.watch.now());
    let read =
        tokio::task::spawn_blocking(move || backlog::read(&file, Bringing { tenant, now, policy: &adopted.policy }));
    let read = read.await.map_err(|_| Error::internal("the reading of a backlog was broken off"))?;
    let stores: Vec<StoreId> = read.good.iter().filter_map(|line| line.asking.store).collect();
    let known = tools.ledger.read(&scope, move |tx| {
        let mut known = HashMap::new();
        for store in stores {
            if let Entry::Vacant(unknown) = known.entry(store) {
                unknown.insert(intakes::has_store(tx, store)?);
            }
        }
        Ok(known)
    });
    let known = known.await?;
    let has_its_store = |line: &Line| line.asking.store.is_none_or(|store| known.get(&store) == Some(&true));
    let (good, strange): (Vec<Line>, Vec<Line>) = read.good.into_iter().partition(has_its_store);
    let mut imported = Imported { flaws: read.flaws, ..Imported::default() };
    let nowhere = |line: Line| {
        let advice = "this merchant has no such store".to_owned();
        LineFlaw { line: line.line, field: "store".to_owned(), advice }
    };
    imported.flaws.extend(strange.into_iter().map(nowhere));
    imported.flaws.sort();
    if !imported.flaws.is_empty() && flawed == Flawed::StopsAll {
        return Ok(imported);
    }
    for Line { line, asking } in good {
        match receive(tools, caller, asking).await {
            Ok(taken) if taken.is_new => imported.taken += 1,
            Ok(_) => imported.before += 1,
            // What changed since it was held against its rules.
            Err(Error::Invalid(flaws)) => {
                let told =
                    flaws.iter().map(|flaw| LineFlaw { line, field: flaw.field.clone(), advice: flaw.advice.clone() });
                imported.flaws.extend(told);
            }
            Err(other) => return Err(other),
        }
    }
    Ok(imported)
}
