//! Tokens, credentials and second-factor seeds.

use futures_util::FutureExt;

use super::encryption::{any, bare, figure};
use super::{Asked, Check, Look};
use crate::floor::datamap::{Cells, Class};
use crate::floor::kernel::Result;

pub const CHECK: Check = Check::hourly(
    "tokens_sealed",
    "every cell of every column that the data map calls a sealed secret begins as an envelope does; what is kept only to be \
     compared is a digest",
    "{ dataMap { name columns { name class } } }",
    |asked| look(asked).boxed(),
);

async fn look(asked: Asked) -> Result<Look> {
    let map = asked.tools.map;
    let is_secret = |cell: &Cells| {
        let column = map.table(&cell.table).and_then(|table| table.column(&cell.column));
        column.is_some_and(|column| matches!(column.class, Class::Secret { .. }))
    };
    let cells = asked.each(|tx, tools| tools.map.sealed_cells(tx)).await?;
    let cells: Vec<Cells> = cells.into_iter().flatten().filter(is_secret).collect();
    Ok(Look::unless(figure(&cells), &bare(&cells)).only_if(any(&cells), "no secret is held yet"))
}
