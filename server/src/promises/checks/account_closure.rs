//! With an account goes what the page ties to it, in its time.

use chrono::Duration;
use futures_util::FutureExt;

use super::{Asked, Check, Look};
use crate::floor::kernel::Result;
use crate::floor::policy::{Policy, Window};
use crate::requests;

pub const CHECK: Check = Check::hourly(
    "account_closure",
    "of each account that is closed a request took away what the page ties to it, looked afterwards and found nothing left, \
     within the window that the page names, or 30 days where it names none",
    "{ requests(first: 50) { nodes { reference specialCase stage due { on } } } }",
    |asked| look(asked).boxed(),
);

/// Where the page says that something goes with the account and not by when.
const OTHERWISE: i64 = 30;

async fn look(asked: Asked) -> Result<Look> {
    let window = window(asked.policy(), |category| asked.is_about(category));
    let found = asked.desk(move |tx| requests::ended_accounts(tx, window)).await?;
    let faults = super::counted([(found.late, "accounts were closed longer ago than the page lets their data be")]);
    let figure = format!("{} of {} closed accounts are empty", found.gone, found.closed);
    let look = Look::unless(figure.clone(), &faults);
    if faults.is_empty() && found.soon > 0 {
        return Ok(Look::at_risk(
            figure,
            format!("the data of {} accounts is to be gone within five days", found.soon),
        ));
    }
    Ok(look.only_if(found.closed > 0, "no account was closed yet"))
}

/// The shortest time of the rules that run from an account's end.
fn window(policy: &Policy, is_about: impl Fn(&str) -> bool) -> Duration {
    let rules = policy.retention.iter().filter(|rule| rule.anchor == "account_closure");
    let about = rules.filter(|rule| rule.categories.iter().any(|category| is_about(category.get_ref())));
    let days = about.filter_map(|rule| match *rule.window.get_ref() {
        Window::Hours(hours) => Some(i64::from(hours.div_ceil(24))),
        Window::Days(days) => Some(i64::from(days)),
        Window::Months(months) => Some(i64::from(months) * 28),
        Window::Years(years) => Some(i64::from(years) * 365),
        Window::While(_) | Window::ForEver => None,
    });
    Duration::days(days.min().unwrap_or(OTHERWISE))
}
