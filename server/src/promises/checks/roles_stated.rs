//! Who decides, and who processes.

use futures_util::FutureExt;

use super::{Asked, Check, Look};
use crate::floor::kernel::Result;
use crate::floor::policy::Our;
use crate::tenants::{OurRole, Tenant};

pub const CHECK: Check = Check::hourly(
    "roles_stated",
    "for each merchant our role is the one the policy states, or a note says why it is another; and the policy says what each \
     side answers for",
    "{ tenants { nodes { legalName ourRole roleNote } } policy { duties { of text } } }",
    |asked| look(asked).boxed(),
);

async fn look(asked: Asked) -> Result<Look> {
    let stated = asked.policy().operator.role;
    let merchants = asked.merchants().await?;
    let is_plain = |tenant: &&Tenant| is_same(tenant.our_role, stated) || tenant.role_note.is_some();
    let plain = merchants.iter().filter(is_plain).count();
    let figure = format!("{plain} of {} merchants", merchants.len());
    if asked.policy().duties.is_empty() {
        return Ok(Look::broken(figure, "the policy says of no side what it answers for"));
    }
    Ok(match merchants.len() - plain {
        0 => Look::holds(figure).only_if(!merchants.is_empty(), "there is no merchant yet"),
        strange => Look::broken(figure, format!("{strange} merchants have another role of ours, and no note says why")),
    })
}

const fn is_same(ours: OurRole, stated: Our) -> bool {
    matches!(
        (ours, stated),
        (OurRole::Processor, Our::Processor) | (OurRole::Controller, Our::Controller) | (OurRole::Joint, Our::Joint)
    )
}
