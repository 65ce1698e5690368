//! What the page says is never received or kept has no column here.

use futures_util::FutureExt;

use super::{Asked, Check, Look};
use crate::floor::datamap::{Category, Cells, Column, Table, is_field};
use crate::floor::kernel::Result;

pub const CHECK: Check = Check::daily(
    "never_held",
    "no column of the data map stands under the category of a field that the policy says is never received or never kept, \
     and holds that field; a column that other policies fill is empty",
    "{ dataMap { name category columns { name field } } }",
    |asked| look(asked).boxed(),
);

async fn look(asked: Asked) -> Result<Look> {
    let cells: Vec<Cells> = asked.each(|tx, tools| tools.map.sealed_cells(tx)).await?.into_iter().flatten().collect();
    let is_filled = |table: &Table, column: &Column| {
        let is_it = |cell: &&Cells| (cell.table.as_str(), cell.column.as_str()) == (table.name, column.name);
        cells.iter().filter(is_it).any(|cell| cell.filled > 0)
    };
    let (mut fields, mut faults) = (0, Vec::new());
    for category in &asked.policy().categories {
        let code = category.code.get_ref();
        let never = category.fields.iter().filter(|field| {
            let whole = format!("{code}.{}", field.code.get_ref());
            !field.is_held() && (asked.is_about(code) || asked.is_about(&whole))
        });
        for field in never {
            fields += 1;
            let field = field.code.get_ref();
            let is_under =
                |table: &&Table| table.listed_as(asked.policy()).is_some_and(|own| own.code.get_ref() == code);
            let columns = asked.tools.map.tables().filter(is_under).flat_map(|table| {
                table.columns.iter().filter(|column| holds(column, field)).map(move |column| (table, column))
            });
            let held = columns.filter(|(table, column)| {
                !matches!(table.category, Some(Category::Listed(_))) || is_filled(table, column)
            });
            faults.extend(held.map(|(table, column)| format!("{}.{} holds {code}.{field}", table.name, column.name)));
        }
    }
    if fields == 0 {
        return Ok(Look::broken("0 fields", "the policy names no field that is never received or kept"));
    }
    Ok(Look::unless(format!("{fields} fields, none of them held"), &faults))
}

/// By the kind of its value, or by its own name.
fn holds(column: &Column, field: &str) -> bool {
    column.mask().is_some_and(|mask| is_field(mask, field)) || is_field(column.name, field)
}
