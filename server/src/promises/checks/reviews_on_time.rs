//! Who and what may do what is looked over each quarter, and in time.

use futures_util::FutureExt;

use super::{Asked, Check, Look};
use crate::floor::kernel::Result;
use crate::reviews::{Campaign, ReviewSubject, campaigns, quarter_before};

pub const CHECK: Check = Check::hourly(
    "reviews_on_time",
    "a review of it was signed off in this quarter or the one before, and none that is open is past its day; of kinds of apps \
     it is the review of apps, and where nothing is named that of everything",
    "{ campaigns { nodes { title covers state dueOn isOverdue signedOffAt } } }",
    |asked| look(asked).boxed(),
);

async fn look(asked: Asked) -> Result<Look> {
    let (all, today) = asked.house(|tx| Ok((campaigns(tx)?, tx.now()?.day()))).await?;
    let wanted = if asked.of.is_empty() { ReviewSubject::ALL } else { &[ReviewSubject::Apps] };
    let about: Vec<&Campaign> = all.iter().filter(|one| wanted.iter().any(|subject| one.covers(*subject))).collect();
    let since = quarter_before(today);
    let signed: Vec<&&Campaign> = about.iter().filter(|one| one.is_signed_off_since(&since)).collect();
    let late = about.iter().filter(|one| one.is_overdue(today));
    let mut faults: Vec<String> = late.map(|one| format!("{} was due on {}", one.title, one.due_on)).collect();
    let figure = format!("{} reviews signed off since {since}, {} overdue", signed.len(), faults.len());
    let is_missing = |subject: &&ReviewSubject| !signed.iter().any(|one| one.covers(**subject));
    let missing = wanted.iter().filter(is_missing);
    faults.extend(missing.map(|subject| format!("no review of {subject} was signed off since {since}")));
    // A desk whose first review is still under way has kept nothing yet, and broken nothing.
    if !about.iter().any(|one| one.signed_off.is_some() || one.is_overdue(today)) {
        return Ok(Look::nothing_yet("no review has been signed off or due yet"));
    }
    Ok(Look::unless(figure, &faults))
}
