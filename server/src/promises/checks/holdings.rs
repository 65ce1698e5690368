//! What is held is what the page says is held.

use futures_util::FutureExt;

use super::{Asked, Check, Look};
use crate::floor::datamap::Category;
use crate::floor::kernel::Result;

pub const CHECK: Check = Check::daily(
    "holdings",
    "each table of the data map that holds rows under a category does so under one of the policy's own, and each category \
     that is promised is one",
    "{ dataMap { name category } policy { categories { code } } }",
    |asked| look(asked).boxed(),
);

async fn look(asked: Asked) -> Result<Look> {
    let map = asked.tools.map;
    let held = asked.desk(move |tx| map.holdings(tx)).await?;
    let listed = |code: &str| asked.policy().categories.iter().any(|category| category.code.get_ref() == code);
    let mut faults: Vec<String> = Vec::new();
    let (mut tables, mut rows) = (0, 0);
    for held in held {
        match held.table.listed_as(asked.policy()) {
            Some(category) if asked.is_about(category.code.get_ref()) => {
                tables += 1;
                rows += held.rows;
            }
            Some(_) => {}
            None if held.rows == 0 && matches!(held.table.category, Some(Category::Listed(_))) => {}
            None => {
                faults.push(format!("{} rows of {} stand under no category of the policy", held.rows, held.table.name));
            }
        }
    }
    for code in asked.of.iter().map(|of| of.split('.').next().unwrap_or(of)).filter(|code| !listed(code)) {
        faults.push(format!("the policy lists no category {code}"));
    }
    let look = Look::unless(format!("{rows} rows in {tables} tables"), &faults);
    Ok(look.only_if(tables > 0, "no table holds anything of it yet"))
}
