//! A platform's password has no place here.

use futures_util::FutureExt;

use super::{Asked, Check, Look};
use crate::floor::datamap::Category;
use crate::floor::kernel::Result;
use crate::floor::vault::secret_kinds;

pub const CHECK: Check = Check::hourly(
    "oauth_only",
    "no column of the data map but those of the operator's own people holds a password, and no stored secret is of a kind \
     that is one",
    "{ dataMap { name columns { name class } } }",
    |asked| look(asked).boxed(),
);

async fn look(asked: Asked) -> Result<Look> {
    let merchants = asked.tools.map.tables().filter(|table| !matches!(table.category, Some(Category::Operator(_))));
    let columns = merchants.flat_map(|table| table.columns.iter().map(move |column| (table.name, column.name)));
    let mut faults: Vec<String> = columns
        .filter(|(_, column)| is_password(column))
        .map(|(table, column)| format!("{table}.{column} holds a password"))
        .collect();
    let kinds = asked.desk(secret_kinds).await?;
    faults.extend(kinds.iter().filter(|kind| is_password(kind)).map(|kind| format!("secrets of the kind {kind}")));
    Ok(Look::unless(format!("{} kinds of secrets, none a password", kinds.len()), &faults))
}

fn is_password(name: &str) -> bool {
    name.split('_').any(|word| matches!(word, "password" | "passwd" | "pwd" | "passphrase"))
}
