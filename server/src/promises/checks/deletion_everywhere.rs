//! A deletion is one everywhere: here, at the shops and at every recipient, or it says where not and why.

use futures_util::FutureExt;

use super::{Asked, Check, Look};
use crate::floor::kernel::Result;
use crate::requests;

pub const CHECK: Check = Check::hourly(
    "deletion_everywhere",
    "each deletion of the last year that took something away and is ended was followed by a look that found nothing left, has \
     its certificate, and has no recipient of whom it is not known what came of it",
    "{ requests(first: 50) { nodes { reference right stage outcome } } }",
    |asked| look(asked).boxed(),
);

async fn look(asked: Asked) -> Result<Look> {
    let found = asked.desk(requests::reach_of_deletions).await?;
    let faults = super::counted([
        (found.unscanned, "deletions ended before a look found nothing left"),
        (found.uncertified, "deletions ended without a certificate"),
        (found.unheard, "deletions ended with a recipient of whom nothing is known"),
    ]);
    let look = Look::unless(format!("{} deletions carried out to their end", found.done), &faults);
    Ok(look.only_if(found.done > 0, "no deletion was carried out to its end yet"))
}
