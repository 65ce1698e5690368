//! The log's own net is thrown a token nobody else has seen.

use data_encoding::HEXLOWER;
use futures_util::FutureExt;
use sha2::{Digest, Sha256};

use super::{Asked, Check, Look};
use crate::floor::kernel::ids::LookId;

pub const CHECK: Check = Check::hourly(
    "logs_redact",
    "made-up tokens in the forms that platforms give them are handed to what writes the log, and none may come out again",
    "the log of this desk",
    |asked| async move { Ok(look(&asked)) }.boxed(),
);

fn look(asked: &Asked) -> Look {
    let fresh = HEXLOWER.encode(&Sha256::digest(LookId::fresh().uuid().as_bytes()));
    let tokens = [
        format!("shpat_{}", &fresh[..32]),
        format!("shpua_{}", &fresh[32..]),
        format!("Bearer {fresh}"),
        format!("rds_{fresh}"),
    ];
    let told: Vec<String> = tokens
        .iter()
        .filter(|token| {
            (asked.tools.facts.redacts)(&format!("the store answered {token} today")).contains(&fresh[..16])
                || (asked.tools.facts.redacts)(&format!("the store answered {token} today")).contains(&fresh[32..48])
        })
        .map(|token| format!("a token of the form {}… came out in clear", token.chars().take(6).collect::<String>()))
        .collect();
    Look::unless(format!("{} of {} tokens blanked", tokens.len() - told.len(), tokens.len()), &told)
}
