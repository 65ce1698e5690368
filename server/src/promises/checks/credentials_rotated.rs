//! Credentials of apps, and the day by which another takes their place.

use futures_util::FutureExt;

use super::{Asked, Check, Look};
use crate::floor::kernel::Result;

pub const CHECK: Check = Check::hourly(
    "credentials_rotated",
    "no credential of a connected app is past the day of its replacement, which its kind sets; one whose day is today is a \
     risk",
    "{ apps(filter: { rotationIsDue: true }) { nodes { name credential { setAt rotateBy } } } }",
    |asked| look(asked).boxed(),
);

async fn look(asked: Asked) -> Result<Look> {
    let found = asked.apps().await?;
    let figure = format!("{} of {} credentials", found.with_credential - found.due, found.with_credential);
    Ok(match (found.past, found.due) {
        (past @ 1.., _) => Look::broken(figure, format!("{past} credentials are past the day of their replacement")),
        (_, due @ 1..) => Look::at_risk(figure, format!("{due} credentials are to be replaced today")),
        _ => Look::holds(figure).only_if(found.with_credential > 0, "no app has a credential yet"),
    })
}
