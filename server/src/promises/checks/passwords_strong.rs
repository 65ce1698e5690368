//! Passwords as they are stored. What they were when they were set, nobody can see any more.

use futures_util::FutureExt;

use super::{Asked, Check, Look};
use crate::floor::kernel::Result;
use crate::staff::sign_in::password_hashes;

pub const CHECK: Check = Check::hourly(
    "passwords_strong",
    "each stored password is an Argon2id hash that costs a guesser at least what one set today does; the rule of what may be \
     set is asked whenever one is",
    "{ staff { nodes { handle state } } }",
    |asked| look(asked).boxed(),
);

async fn look(asked: Asked) -> Result<Look> {
    let (all, weak) = asked.house(password_hashes).await?;
    let figure = format!("{} of {all} passwords", all - weak);
    Ok(match weak {
        0 => Look::holds(figure).only_if(all > 0, "nobody has set a password yet"),
        weak => Look::broken(figure, format!("{weak} passwords are hashed more weakly: their holders set them anew")),
    })
}
