//! A partner's seat is for a task.

use futures_util::FutureExt;

use super::{Asked, Check, Look};
use crate::floor::kernel::Result;
use crate::staff::seats::queries::active;

pub const CHECK: Check = Check::hourly(
    "partners_bounded",
    "each open seat that was given single permissions or tenants, as partners' are, names the tenants it reaches and has an \
     end",
    "{ staff { nodes { handle tenants { legalName } endsAt } } }",
    |asked| look(asked).boxed(),
);

async fn look(asked: Asked) -> Result<Look> {
    let seats = asked.house(active).await?;
    let now = asked.tools.watch.now();
    let partners: Vec<_> = seats
        .iter()
        .filter(|seat| seat.is_open(now))
        .filter(|seat| seat.authority.tenants.is_some() || !seat.authority.permissions.is_empty())
        .collect();
    let unbounded = partners.iter().filter(|seat| seat.authority.tenants.is_none() || seat.authority.ends_at.is_none());
    let faults: Vec<String> = unbounded.map(|seat| format!("the seat {} has no bounds", seat.handle)).collect();
    let bounded = partners.len() - faults.len();
    let look = Look::unless(format!("{bounded} of {} partners' seats", partners.len()), &faults);
    Ok(look.only_if(!partners.is_empty(), "no partner has a seat yet"))
}
