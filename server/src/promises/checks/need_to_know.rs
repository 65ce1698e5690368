//! Nobody looks by role alone.

use futures_util::FutureExt;

use super::{Asked, Check, Look};
use crate::floor::kernel::{Result, TenantId};
use crate::grants::{Looks, looks};

pub const CHECK: Check = Check::hourly(
    "need_to_know",
    "each look of staff into a merchant's people names a grant of that person that was live at that moment; glass that was \
     broken is looked into within a day",
    "{ accesses { nodes { at actor view grant } } grants(filter: { awaitsReview: true }) { nodes { id } } }",
    |asked| look(asked).boxed(),
);

async fn look(asked: Asked) -> Result<Look> {
    // Colleagues' addresses need no grant: ground, second factor and record are asked for there.
    let mut sum = Looks::default();
    for found in
        asked.each(|tx, _| if tx.tenant()? == TenantId::HOUSE { Ok(Looks::default()) } else { looks(tx) }).await?
    {
        sum.all += found.all;
        sum.without_leave += found.without_leave;
        sum.unreviewed += found.unreviewed;
    }
    let figure = format!("{} of {} looks under leave", sum.all - sum.without_leave, sum.all);
    Ok(match sum {
        Looks { without_leave: 1.., .. } => {
            Look::broken(figure, format!("{} looks were under no leave that covered them", sum.without_leave))
        }
        Looks { unreviewed: 1.., .. } => {
            Look::at_risk(figure, format!("{} looks through broken glass wait for review", sum.unreviewed))
        }
        Looks { .. } => Look::holds(figure).only_if(sum.all > 0, "nobody has looked at anybody yet"),
    })
}
