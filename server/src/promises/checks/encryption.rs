//! What must be sealed is, with a key that there is.

use futures_util::FutureExt;

use super::{Asked, Check, Look};
use crate::floor::datamap::Cells;
use crate::floor::kernel::Result;
use crate::floor::vault::stranded;

pub const CHECK: Check = Check::daily(
    "encryption",
    "every cell of every column that the data map calls personal or secret begins as an envelope of AES-256-GCM does, and \
     hangs on a key that is in use",
    "{ dataMap { name columns { name class } } }",
    |asked| look(asked).boxed(),
);

async fn look(asked: Asked) -> Result<Look> {
    let cells: Vec<Cells> = asked.each(|tx, tools| tools.map.sealed_cells(tx)).await?.into_iter().flatten().collect();
    let stranded = asked.desk(stranded).await?;
    let mut faults = bare(&cells);
    if stranded > 0 {
        faults.push(format!("{stranded} rows hang on a key that is gone"));
    }
    Ok(Look::unless(figure(&cells), &faults).only_if(any(&cells), "nothing sealed is held yet"))
}

/// Whether there is a cell at all.
pub(super) fn any(cells: &[Cells]) -> bool {
    cells.iter().any(|cell| cell.filled > 0)
}

/// How many cells are sealed.
pub(super) fn figure(cells: &[Cells]) -> String {
    let (filled, bare) = cells.iter().fold((0, 0), |(filled, bare), cell| (filled + cell.filled, bare + cell.bare));
    format!("{} of {filled} values sealed", filled - bare)
}

/// The columns that hold something else.
pub(super) fn bare(cells: &[Cells]) -> Vec<String> {
    let bare = cells.iter().filter(|cell| cell.bare > 0);
    bare.map(|cell| format!("{} values of {}.{} are not sealed", cell.bare, cell.table, cell.column)).collect()
}
