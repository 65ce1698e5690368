//! What the page says is never received or kept has no column here.

use futures_util::FutureExt;

use super::{Asked, Check, Look};
use crate::floor::datamap::{Category, Column, Table};

pub const CHECK: Check = Check::daily(
    "never_held",
    "no column of the data map stands under the category of a field that the policy says is never received or never kept, \
     and holds that field",
    "{ dataMap { name category columns { name field } } }",
    |asked| async move { Ok(look(&asked)) }.boxed(),
);

fn look(asked: &Asked) -> Look {
    let (mut fields, mut faults) = (0, Vec::new());
    for category in &asked.policy().categories {
        let code = category.code.get_ref();
        let never = category.fields.iter().filter(|field| {
            let whole = format!("{code}.{}", field.code.get_ref());
            !(field.received && field.stored) && (asked.is_about(code) || asked.is_about(&whole))
        });
        for field in never {
            fields += 1;
            let field = field.code.get_ref();
            let columns = asked.tools.map.tables().filter(|table| is_under(table, code)).flat_map(|table| {
                table.columns.iter().filter(|column| holds(column, field)).map(move |column| (table.name, column.name))
            });
            faults.extend(columns.map(|(table, column)| format!("{table}.{column} holds {code}.{field}")));
        }
    }
    if fields == 0 {
        return Look::broken("0 fields", "the policy names no field that is never received or kept");
    }
    Look::unless(format!("{fields} fields, none of them held"), &faults)
}

fn is_under(table: &Table, category: &str) -> bool {
    matches!(table.category, Some(Category::Policy(own)) if own == category)
}

/// By the kind of its value, or by its own name.
fn holds(column: &Column, field: &str) -> bool {
    let is_same = |word: &str| word == field || (word == "mail" && field == "email");
    column.mask().is_some_and(is_same) || is_same(column.name)
}
