//! A purpose without a ground in law is none.

use futures_util::FutureExt;

use super::{Asked, Check, Look};

pub const CHECK: Check = Check::hourly(
    "grounds_stated",
    "each purpose of the policy names its ground in law, as the record of processing shows it",
    "{ recordOfProcessing(part: CONTROLLER) { entries { purpose ground } } }",
    |asked| async move { Ok(look(&asked)) }.boxed(),
);

fn look(asked: &Asked) -> Look {
    let purposes: Vec<_> =
        asked.policy().purposes.iter().filter(|purpose| asked.is_about(purpose.code.get_ref())).collect();
    let bare: Vec<String> = purposes
        .iter()
        .filter(|purpose| purpose.ground.is_none())
        .map(|purpose| format!("the purpose {} names no ground", purpose.code.get_ref()))
        .collect();
    let stated = purposes.len() - bare.len();
    let look = Look::unless(format!("{stated} of {} purposes", purposes.len()), &bare);
    look.only_if(!purposes.is_empty(), "the policy names no such purpose")
}
