//! What is known of a person when a plan is drawn, as counts and codes: the estate. It is put together here from what was
//! counted, so that a right's playbook only has to say what becomes of each piece. Pure; it reads no value of anybody's.

use std::collections::BTreeMap;

use chrono::{Days, Months, NaiveDate};

use super::model::{DataRole, Hold, PlanLine, PlannedAction, Source};
use crate::floor::datamap::{About, Map, Portion, Row, Table};
use crate::floor::kernel::{AppId, Day, StoreId};
use crate::floor::policy::{self, Ground, Policy, Recipient, RecipientKind, Window};
use crate::floor::regulations::Right;

/// How long after an order a payment may still be disputed. No law says it: it is ours, from what card schemes allow.
pub const CHARGEBACK: Days = Days::new(120);

/// The category of what is held although the policy in force lists nothing of the kind.
pub const UNLISTED: &str = "unlisted";

/// The category of lines that are about the request itself.
pub const REQUEST: &str = "request";

/// Recipients with an interface of their own by which a person's wish can be passed on. (RULES §8; with others somebody
/// has to write.)
const WITH_INTERFACE: &[&str] =
    &["clerk", "google", "klaviyo", "mailchimp", "pinterest", "resend", "segment", "stripe"];

/// All that a plan is drawn from.
#[derive(Debug, Clone)]
pub struct Estate {
    pub right: Right,
    /// The special case of it.
    pub case: Option<String>,
    pub role: DataRole,
    pub source: Source,
    /// Whether anybody in the tenant's records was found to be the person.
    pub is_known: bool,
    /// What the policy in force holds of people, in its own order.
    pub categories: Vec<String>,
    pub pieces: Vec<Piece>,
    pub stores: Vec<KnownAt>,
    pub reached: Vec<Reached>,
    /// What a destination of the tenant's, or whoever got something of the person, may be given of people.
    pub given: Vec<Given>,
    pub apps: Vec<Touching>,
    pub purposes: Vec<Use>,
    pub holds: Vec<Hold>,
}

/// Rows of one table that share their fate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    pub category: String,
    pub table: &'static Table,
    pub store: Option<StoreId>,
    pub rows: i64,
    /// What forgetting does to them.
    pub fate: Fate,
    /// What stands against it.
    pub kept: Option<Kept>,
}

/// What forgetting does to rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Deleted,
    /// They stay and tell of nobody.
    Anonymised,
    /// They are a book of ours that the law wants whole.
    Kept(Ground),
}

/// Why something stays, and until when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub ground: String,
    pub until: Option<Day>,
}

/// A shop that knows the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownAt {
    pub store: StoreId,
    pub platform: String,
    pub rows: i64,
    /// It is connected, and its platform lets an app pass wishes on.
    pub hears_wishes: bool,
}

/// Who got something of the person, as the book of disclosures has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    pub recipient: String,
    pub category: String,
    /// How often.
    pub times: i64,
}

/// A category of which a recipient may be given something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    pub recipient: String,
    pub category: String,
    /// Whether it gets a merchant's events.
    pub is_destination: bool,
    pub purposes: Vec<String>,
}

/// An app that touches a category of what is held of people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touching {
    pub app: AppId,
    pub category: String,
}

/// What data of people are used for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    pub code: String,
    pub categories: Vec<String>,
    pub ground: Option<Ground>,
    pub is_marketing: bool,
    /// Events go to destinations for it.
    pub is_relay: bool,
}

/// An order that was placed within the time of a dispute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recent {
    pub placed_on: Day,
    pub store: Option<StoreId>,
    pub is_cancelled: bool,
    pub payment: Option<String>,
    pub fulfilment: Option<String>,
}

/// What binds an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bound {
    /// It is not paid or not delivered.
    Open,
    /// Its payment may still be disputed.
    Chargeback,
}

impl Bound {
    pub const ALL: [Self; 2] = [Self::Open, Self::Chargeback];

    /// The part that its rows are counted as.
    pub const fn part(self) -> i32 {
        match self {
            Self::Open => 1,
            Self::Chargeback => 2,
        }
    }

    const fn ground(self) -> &'static str {
        match self {
            Self::Open => "open_order",
            Self::Chargeback => "chargeback_window",
        }
    }
}

impl Recent {
    /// What binds it. A word of a platform's that we do not know counts as not done: when in doubt it stays.
    pub fn bound(&self) -> Option<Bound> {
        let is_one_of = |word: &Option<String>, known: &[&str]| {
            word.as_deref().is_some_and(|word| known.iter().any(|known| word.eq_ignore_ascii_case(known)))
        };
        let is_paid =
            is_one_of(&self.payment, &["paid", "refunded", "partially_refunded", "fully_refunded", "completed"]);
        let is_delivered = is_one_of(&self.fulfilment, &["fulfilled", "completed", "delivered", "shipped"]);
        match (self.is_cancelled, is_paid, is_delivered) {
            (true, false, _) => None,
            (true, true, _) | (false, true, true) => Some(Bound::Chargeback),
            (false, ..) => Some(Bound::Open),
        }
    }

    /// The last day on which it binds.
    pub fn until(&self) -> Day {
        Day(self.placed_on.0.checked_add_days(CHARGEBACK).unwrap_or(self.placed_on.0))
    }
}

/// Whether whoever asks may give the word for the person's data: a merchant's platform, or a merchant's own system. Then
/// the merchant has weighed its own open orders, and knows of the request.
pub const fn is_instructed(source: Source) -> bool {
    matches!(source, Source::Shopify | Source::Ebay | Source::Opendsr)
}

/// From which day what is kept under a policy's keep is not over yet; none where it has no time that can be counted.
pub fn kept_since(window: Window, today: Day) -> Option<Day> {
    let since = match window {
        Window::Hours(hours) => today.0.checked_sub_days(Days::new(u64::from(hours.div_ceil(24)))),
        Window::Days(days) => today.0.checked_sub_days(Days::new(u64::from(days))),
        Window::Months(months) => today.0.checked_sub_months(Months::new(months)),
        Window::Years(years) => today.0.checked_sub_months(Months::new(years.saturating_mul(12))),
        Window::While(_) | Window::ForEver => None,
    };
    since.map(Day)
}

fn kept_until(window: Window, from: Day) -> Option<Day> {
    let after: Option<NaiveDate> = match window {
        Window::Hours(hours) => from.0.checked_add_days(Days::new(u64::from(hours.div_ceil(24)))),
        Window::Days(days) => from.0.checked_add_days(Days::new(u64::from(days))),
        Window::Months(months) => from.0.checked_add_months(Months::new(months)),
        Window::Years(years) => from.0.checked_add_months(Months::new(years.saturating_mul(12))),
        Window::While(_) | Window::ForEver => None,
    };
    after.map(Day)
}

/// The keep of a policy under which a table's rows stay: of several, the one that lasts longest.
pub fn keep_of<'p>(policy: &'p Policy, table: &Table) -> Option<&'p policy::Keep> {
    let listed = table.listed_as(policy)?;
    let keeps = policy.keeps.iter().filter(|keep| keep.categories.iter().any(|kept| kept == &listed.code));
    keeps.max_by_key(|keep| keep.window.get_ref().hours().unwrap_or(u64::MAX))
}

/// What forgetting does to a table's rows, be it by what they hang on.
fn fate(map: Map, table: &Table) -> Fate {
    match (table.erased_by, table.about) {
        (Row::Deleted, _) => Fate::Deleted,
        (Row::Cleared, _) => Fate::Anonymised,
        (Row::Kept, About::Through { table: parent, .. }) => {
            map.table(parent).map_or(Fate::Anonymised, |parent| fate(map, parent))
        }
        (Row::Kept, _) => {
            let ground = table.columns.iter().find_map(|column| column.kept);
            Fate::Kept(ground.unwrap_or(Ground::LegalObligation))
        }
    }
}

/// The pieces of an estate, in the policy's order and then the package's.
pub fn pieces(
    map: Map,
    policy: &Policy,
    portions: &[Portion],
    recent: &[Recent],
    (asked_on, is_bound): (Day, bool),
) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for portion in portions {
        let table = portion.table;
        let category = table.category.and_then(|category| category.under(policy)).unwrap_or(UNLISTED);
        let whole = Piece {
            category: category.to_owned(),
            table,
            store: portion.store,
            rows: portion.rows,
            fate: fate(map, table),
            kept: None,
        };
        let bound = Bound::ALL.into_iter().find(|bound| bound.part() == portion.part).filter(|_| is_bound);
        if let Some(bound) = bound {
            let of = recent.iter().filter(|order| {
                order.bound() == Some(bound) && (portion.store.is_none() || order.store == portion.store)
            });
            let until = of.map(Recent::until).max();
            pieces.push(Piece { kept: Some(Kept { ground: bound.ground().to_owned(), until }), ..whole });
            continue;
        }
        let keep = keep_of(policy, table).filter(|_| portion.recent > 0);
        if let Some(keep) = keep {
            let ground = format!("keep:{}", keep.code);
            let until = kept_until(*keep.window.get_ref(), portion.latest.unwrap_or(asked_on));
            pieces.push(Piece { rows: portion.recent, kept: Some(Kept { ground, until }), ..whole.clone() });
            pieces.extend(
                (portion.rows > portion.recent).then(|| Piece { rows: portion.rows - portion.recent, ..whole }),
            );
        } else {
            pieces.push(whole);
        }
    }
    bind_buyers(&mut pieces, recent, is_bound);
    let place = |piece: &Piece| {
        let listed = policy.categories.iter().position(|category| category.code.get_ref() == &piece.category);
        let table = map.about_people().position(|table| table.name == piece.table.name);
        (listed.unwrap_or(usize::MAX), table)
    };
    pieces.sort_by_key(place);
    pieces
}

/// A shop that still owes somebody goods or waits for their money needs to know them: what hangs on no order stays there too.
fn bind_buyers(pieces: &mut [Piece], recent: &[Recent], is_bound: bool) {
    for piece in pieces.iter_mut().filter(|piece| is_bound && piece.table.name == "customers" && piece.kept.is_none()) {
        let open = recent.iter().filter(|order| order.bound() == Some(Bound::Open) && order.store == piece.store);
        if let Some(until) = open.map(Recent::until).max() {
            piece.kept = Some(Kept { ground: Bound::Open.ground().to_owned(), until: Some(until) });
        }
    }
}

/// What the policy in force holds of people.
pub fn categories(policy: &Policy) -> Vec<String> {
    let people = policy.categories.iter().filter(|category| category.about != policy::About::Nobody);
    people.filter(|category| category.is_held()).map(|category| category.code.get_ref().clone()).collect()
}

/// What these recipients may be given of people, in the policy's order.
pub fn given(policy: &Policy, is_there: impl Fn(&Recipient) -> bool) -> Vec<Given> {
    let mut all = Vec::new();
    for recipient in policy.recipients.iter().filter(|recipient| is_there(recipient)) {
        for category in policy.categories.iter().filter(|category| category.about != policy::About::Nobody) {
            let gets = |field| recipient.form_of((category, field)) != policy::Form::Never;
            if category.fields.iter().any(gets) {
                all.push(Given {
                    recipient: recipient.code.get_ref().clone(),
                    category: category.code.get_ref().clone(),
                    is_destination: recipient.kind == RecipientKind::Destination,
                    purposes: recipient.purposes.iter().map(|purpose| purpose.get_ref().clone()).collect(),
                });
            }
        }
    }
    all
}

/// What the policy uses data of people for.
pub fn uses(policy: &Policy) -> Vec<Use> {
    let is_of_people =
        |code: &str| policy.category(code).is_some_and(|category| category.about != policy::About::Nobody);
    let relays = |code: &str| {
        let mut destinations = policy.recipients.iter().filter(|to| to.kind == RecipientKind::Destination);
        destinations.any(|to| to.purposes.iter().any(|purpose| purpose.get_ref() == code))
    };
    let mut all = Vec::new();
    for purpose in &policy.purposes {
        let mut categories: Vec<String> = Vec::new();
        for need in &purpose.needs {
            let category = need.get_ref().split('.').next().unwrap_or_default();
            if is_of_people(category) && !categories.iter().any(|known| known == category) {
                categories.push(category.to_owned());
            }
        }
        let is_advertising = |key: &str| key.starts_with("marketing") || key.starts_with("personalize");
        all.push(Use {
            code: purpose.code.get_ref().clone(),
            categories,
            ground: purpose.ground,
            is_marketing: purpose.key.as_ref().is_some_and(|key| is_advertising(key.get_ref()))
                || purpose
                    .amounts_to
                    .as_ref()
                    .is_some_and(|use_of| *use_of.get_ref() == policy::Forbidden::Advertising),
            is_relay: relays(purpose.code.get_ref()),
        });
    }
    all
}

impl Estate {
    /// A line for each category, in the policy's order: what `fate` says of its pieces, or that there is nothing. What it
    /// says nothing of is left out.
    pub fn lines(&self, fate: impl Fn(&Piece) -> Option<(PlannedAction, Option<Kept>)>) -> Vec<PlanLine> {
        let mut lines: Vec<PlanLine> = Vec::new();
        let said: Vec<_> = self.pieces.iter().filter_map(|piece| Some((piece, fate(piece)?))).collect();
        let listed = |code: &str| self.categories.iter().any(|category| category == code);
        for category in &self.categories {
            let mut of = said.iter().filter(|(piece, _)| &piece.category == category).peekable();
            if of.peek().is_none() {
                lines.push(line(category, "desk", 0, PlannedAction::Nothing));
            }
            of.for_each(|(piece, said)| put(&mut lines, piece, said));
        }
        let others = said.iter().filter(|(piece, _)| !listed(&piece.category));
        others.for_each(|(piece, said)| put(&mut lines, piece, said));
        lines
    }

    /// What whoever got something of the person is told.
    pub fn tell_recipients(&self) -> impl Iterator<Item = PlanLine> {
        self.reached.iter().map(|reached| {
            let action = match WITH_INTERFACE.contains(&reached.recipient.as_str()) {
                true => PlannedAction::Tell,
                false => PlannedAction::ByHand,
            };
            let recipient = Some(reached.recipient.clone());
            PlanLine { recipient, ..line(&reached.category, "recipient", reached.times, action) }
        })
    }

    /// The shops that know the person: each is told by its platform's own call, or by hand. Whoever told us is not told.
    pub fn tell_stores(&self) -> impl Iterator<Item = PlanLine> {
        let others = self.stores.iter().filter(|known| known.platform != self.source.code());
        others.map(|known| {
            let action = if known.hears_wishes { PlannedAction::Tell } else { PlannedAction::ByHand };
            let there = self.pieces.iter().find(|piece| piece.store == Some(known.store));
            let category = there.map_or(UNLISTED, |piece| piece.category.as_str());
            let (store, recipient) = (Some(known.store), Some(known.platform.clone()));
            PlanLine { store, recipient, ..line(category, "store", known.rows, action) }
        })
    }

    /// What connected apps have is under their providers' own policies: somebody asks there.
    pub fn ask_providers(&self) -> impl Iterator<Item = PlanLine> {
        self.apps.iter().filter(|_| self.is_known).map(|touching| {
            let recipient = Some(touching.app.to_string());
            PlanLine { recipient, ..line(&touching.category, "app", 0, PlannedAction::ByHand) }
        })
    }

    /// The merchant decides where we carry out for one, so the merchant is told; unless the request is its own word.
    pub fn tell_merchant(&self) -> Option<PlanLine> {
        let is_told = self.role == DataRole::Processor && !is_instructed(self.source);
        let recipient = Some("merchant".to_owned());
        is_told.then(|| PlanLine { recipient, ..line(REQUEST, "merchant", 0, PlannedAction::Tell) })
    }

    /// The first hold that stands: nothing that cannot be undone happens to what it names.
    pub fn hold(&self) -> Option<Kept> {
        let hold = self.holds.iter().min_by_key(|hold| (hold.placed_at, hold.id))?;
        Some(Kept { ground: format!("hold:{}", hold.reference), until: Some(hold.review_on) })
    }
}

/// A line with nothing beside it.
pub fn line(category: &str, place: &str, rows: i64, action: PlannedAction) -> PlanLine {
    PlanLine {
        category: category.to_owned(),
        place: place.to_owned(),
        store: None,
        recipient: None,
        rows,
        action,
        ground: None,
        until_on: None,
    }
}

/// An answer in words.
pub fn answer() -> PlanLine {
    line(REQUEST, "letter", 0, PlannedAction::Answer)
}

/// What is kept carries its ground and day, whatever the line was.
pub fn keep(line: PlanLine, kept: Kept) -> PlanLine {
    PlanLine { action: PlannedAction::Keep, ground: Some(kept.ground), until_on: kept.until, ..line }
}

/// Adds a piece to the line that it belongs to.
fn put(lines: &mut Vec<PlanLine>, piece: &Piece, (action, kept): &(PlannedAction, Option<Kept>)) {
    let new = PlanLine { store: piece.store, ..line(&piece.category, piece.table.name, piece.rows, *action) };
    let new = kept.clone().map_or_else(|| new.clone(), |kept| keep(new.clone(), kept));
    let is_same = |known: &&mut PlanLine| {
        let alike =
            |line: &PlanLine| (line.category.clone(), line.place.clone(), line.store, line.action, line.ground.clone());
        alike(known) == alike(&new)
    };
    match lines.iter_mut().find(is_same) {
        Some(known) => {
            known.rows += new.rows;
            known.until_on = known.until_on.max(new.until_on);
        }
        None => lines.push(new),
    }
}

/// One line that is not what it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub was: Option<PlanLine>,
    pub is: Option<PlanLine>,
}

/// What tells a line from others of its plan: all but its count and its day.
fn identity(line: &PlanLine) -> (String, String, Option<StoreId>, Option<String>, PlannedAction, Option<String>) {
    let PlanLine { category, place, store, recipient, action, ground, .. } = line.clone();
    (category, place, store, recipient, action, ground)
}

/// What differs between two plans: lines that came, went, or have another count or day. In the order of the later one, what
/// went after it.
pub fn compare(before: &[PlanLine], after: &[PlanLine]) -> Vec<Difference> {
    let mut was: BTreeMap<_, Vec<&PlanLine>> = BTreeMap::new();
    for line in before.iter().rev() {
        was.entry(identity(line)).or_default().push(line);
    }
    let mut all = Vec::new();
    for line in after {
        let known = was.get_mut(&identity(line)).and_then(Vec::pop);
        if known != Some(line) {
            all.push(Difference { was: known.cloned(), is: Some(line.clone()) });
        }
    }
    let left = |line: &&PlanLine| was.get(&identity(line)).is_some_and(|rest| rest.contains(line));
    all.extend(before.iter().filter(left).map(|line| Difference { was: Some(line.clone()), is: None }));
    all
}

/// Whether two plans say the same but for counts and days: what a second person read is still what would be done.
pub fn is_alike(before: &[PlanLine], after: &[PlanLine]) -> bool {
    compare(before, after).iter().all(|difference| difference.was.is_some() && difference.is.is_some())
}
