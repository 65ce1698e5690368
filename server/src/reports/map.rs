//! What is held of files: keys, times and counts. The files name nobody.

use crate::floor::datamap::{Table, fact, key};

pub const REPORTS: Table =
    Table::of_tenant("reports").listed(&["report", "product", "inventory"]).ages("made_at").columns(&[
        key("id"),
        fact("kind"),
        fact("month"),
        key("blob_id"),
        fact("due_at"),
        fact("made_at"),
        fact("rows"),
        fact("bytes"),
        fact("digest").because("of a file in which nobody is named"),
    ]);
