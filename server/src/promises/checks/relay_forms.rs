//! What was relayed, against the table of fields by destinations.

use futures_util::FutureExt;

use super::{Asked, Check, Look};
use crate::floor::kernel::{Instant, Result};
use crate::floor::policy::Policy;
use crate::relay::{self, Figure};

pub const CHECK: Check = Check::hourly(
    "relay_forms",
    "each field that the book of disclosures says was relayed since the policy holds left in the form that the policy gives \
     its recipient, and none left that the recipient does not get",
    "{ disclosureFigures { recipient category fields form times lastAt } }",
    |asked| look(asked).boxed(),
);

async fn look(asked: Asked) -> Result<Look> {
    let from = asked.policy().effective.get_ref().0.and_time(chrono::NaiveTime::MIN).and_utc();
    let figures = asked.desk(move |tx| relay::figures(tx, Instant::from_utc(from))).await?;
    let about: Vec<(&Figure, String)> = figures
        .iter()
        .flat_map(|figure| figure.fields.iter().map(move |field| (figure, format!("{}.{field}", figure.category))))
        .filter(|(figure, field)| {
            asked.is_about(&figure.recipient) || asked.is_about(&figure.category) || asked.is_about(field)
        })
        .collect();
    let wrong = about.iter().filter(|(figure, field)| !is_given(asked.policy(), figure, field));
    let faults: Vec<String> =
        wrong.map(|(figure, field)| format!("{field} left {} for {}", figure.form, figure.recipient)).collect();
    let times: i64 = about.iter().map(|(figure, _)| figure.times).sum();
    let look = Look::unless(format!("{times} fields relayed"), &faults);
    Ok(look.only_if(!about.is_empty(), "nothing of it was relayed yet"))
}

fn is_given(policy: &Policy, figure: &Figure, field: &str) -> bool {
    let recipient = policy.recipients.iter().find(|one| *one.code.get_ref() == figure.recipient);
    let place = policy.fields_of(field).and_then(|places| places.first().copied());
    recipient.zip(place).is_some_and(|(recipient, place)| recipient.form_of(place).code() == figure.form)
}
