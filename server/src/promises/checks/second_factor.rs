//! Two things to sit down.

use futures_util::FutureExt;

use super::{Asked, Check, Look};
use crate::floor::kernel::Result;
use crate::staff::seats::queries::active;
use crate::staff::sessions::queries::whole_without_factor;

pub const CHECK: Check = Check::hourly(
    "second_factor",
    "each open seat has a second factor, and no session that is whole belongs to one that has none",
    "{ staff { nodes { handle secondFactor } } }",
    |asked| look(asked).boxed(),
);

async fn look(asked: Asked) -> Result<Look> {
    let (seats, sessions) = asked.house(|tx| Ok((active(tx)?, whole_without_factor(tx)?))).await?;
    let now = asked.tools.watch.now();
    let open: Vec<_> = seats.iter().filter(|seat| seat.is_open(now)).collect();
    let bare = open.iter().filter(|seat| seat.must_enrol()).count();
    let figure = format!("{} of {} seats", open.len() - bare, open.len());
    Ok(match (sessions, bare) {
        ((_, whole @ 1..), _) => Look::broken(figure, format!("{whole} sessions are whole without a second factor")),
        ((by_file @ 1.., _), _) => {
            Look::at_risk(figure, format!("{by_file} sessions came by this machine's token file, which asks for none"))
        }
        (_, 1..) => Look::at_risk(figure, format!("{bare} seats have yet to enrol: they may sign in for nothing else")),
        _ => Look::holds(figure).only_if(!open.is_empty(), "nobody has a seat yet"),
    })
}
