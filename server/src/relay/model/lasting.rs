//! How long the temporary store keeps what. The policy says it; the bounds here hold whatever it says.

use chrono::{Duration, Months};

use crate::floor::kernel::Instant;
use crate::floor::policy::{Policy, Window};

/// What is not kept is here for no longer than this, whether or not its deliveries have ended.
pub const PASSES_WITHIN: Duration = Duration::days(1);

/// How often the sweep comes. Everything ends that much before it has to, so that it is gone in time.
pub const SWEPT_EVERY: Duration = Duration::hours(1);

const LINKED_AT_MOST: Duration = Duration::days(31);
const EVENTS_AT_MOST: Duration = Duration::days(61);

/// When the fields of these categories that lead to a person go, and when the rest of the event does.
pub fn ends(policy: &Policy, categories: &[&str], happened_at: Instant) -> (Instant, Instant) {
    let ruled = |is_linked: bool, at_most| {
        let kept = categories.iter().filter_map(|code| policy.category(code));
        let kept = kept.filter(|category| (category.about != crate::floor::policy::About::Nobody) == is_linked);
        let rules = kept.filter_map(|category| policy.retention_of(category.code.get_ref()));
        let ends = rules.filter_map(|rule| after(happened_at, *rule.window.get_ref()));
        ends.fold(happened_at.plus(at_most), Instant::min)
    };
    let (linked, events) = (ruled(true, LINKED_AT_MOST), ruled(false, EVENTS_AT_MOST));
    (linked.min(events).plus(-SWEPT_EVERY), events.plus(-SWEPT_EVERY))
}

/// A month ends on the day of the same number, or on its last.
fn after(at: Instant, window: Window) -> Option<Instant> {
    let months = |count| at.utc().checked_add_months(Months::new(count)).map(Instant::from_utc);
    match window {
        Window::Hours(count) => Some(at.plus(Duration::hours(count.into()))),
        Window::Days(count) => Some(at.plus(Duration::days(count.into()))),
        Window::Months(count) => months(count),
        Window::Years(count) => months(count.saturating_mul(12)),
        Window::While(_) | Window::ForEver => None,
    }
}
