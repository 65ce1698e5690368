//! The pieces of an estate: what was counted, told apart by what becomes of it and by what stands against that.

use chrono::{Days, Months, NaiveDate};

use super::binding::{Bound, Recent};
use super::held::{HeldBy, HeldOrders};
use super::{Fate, Kept, Piece, UNLISTED};
use crate::floor::datamap::{About, Map, Portion, Row, Table};
use crate::floor::kernel::Day;
use crate::floor::policy::{self, Ground, Policy, Window};

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

/// What merely ends with an account leaves alone what the page keeps by a time of its own.
pub fn keep_by_rules(pieces: &mut [Piece], policy: &Policy) {
    for piece in pieces.iter_mut().filter(|piece| piece.kept.is_none()) {
        if let Some(rule) = own_rule(policy, &piece.category) {
            piece.kept = Some(Kept { ground: format!("retention:{}", rule.code.get_ref()), until: None });
        }
    }
}

/// The rule by which a category has a time of its own; none where it ends with the account or a connection.
pub fn own_rule<'p>(policy: &'p Policy, category: &str) -> Option<&'p policy::Retention> {
    let mut rules = policy.retention.iter();
    let rule = rules.find(|rule| rule.categories.iter().any(|listed| listed.get_ref() == category))?;
    (!matches!(rule.anchor.as_str(), "account_closure" | "disconnection")).then_some(rule)
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
        // What is about nobody is the merchant's, and goes with the account.
        (Row::Deleted, _) | (Row::Kept, About::Nobody) => Fate::Deleted,
        (Row::Cleared, _) => Fate::Anonymised,
        (Row::Kept, About::Through { table: parent, .. }) => {
            map.table(parent).map_or(Fate::Anonymised, |parent| fate(map, parent))
        }
        (Row::Kept, About::Subject(_)) => {
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
    (recent, held): (&[Recent], &HeldOrders),
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
        if let Some(reference) = held.reference_of(portion.part) {
            // It has no day: nobody knows when it is let go.
            let kept = Kept { ground: HeldBy::Order(reference).ground(), until: None };
            pieces.push(Piece { kept: Some(kept), ..whole });
            continue;
        }
        let bound = Bound::ALL.into_iter().find(|bound| bound.part() == portion.part).filter(|_| is_bound);
        if let Some(bound) = bound {
            let of = recent.iter().filter(|order| {
                let is_here = portion.store.is_none() || order.store == portion.store;
                order.bound() == Some(bound) && !order.is_held && is_here
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
