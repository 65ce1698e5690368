//! Tables that say what they are: a caption, headers with their scope, and on a narrow screen each row as a card of
//! its own, whose cells bring their headers along.

use crate::floor::html::Html;

/// What stands in a cell.
pub type Cell<'a> = &'a dyn Fn(&mut Html);

/// A table on its way, row by row.
pub struct Rows<'a> {
    html: &'a mut Html,
    columns: &'a [&'a str],
}

/// A table with these columns, of which the first is each row's own header. Roles are written out, because a browser
/// that lays rows out as cards may forget them.
pub fn table(html: &mut Html, caption: &str, columns: &[&str], rows: impl FnOnce(&mut Rows<'_>)) {
    html.tag("table", &[("role", "table"), ("class", "cards")], |html| {
        html.line("caption", &[], caption);
        html.tag("thead", &[("role", "rowgroup")], |html| {
            html.tag("tr", &[("role", "row")], |html| {
                for column in columns {
                    html.line("th", &[("role", "columnheader"), ("scope", "col")], column);
                }
            });
        });
        html.tag("tbody", &[("role", "rowgroup")], |html| rows(&mut Rows { html, columns }));
    });
}

impl Rows<'_> {
    /// A row that can be linked to by this id, where it has one.
    pub fn row(&mut self, id: Option<&str>, cells: &[Cell<'_>]) {
        let columns = self.columns;
        let mut attributes = vec![("role", "row")];
        attributes.extend(id.map(|id| ("id", id)));
        self.html.tag("tr", &attributes, |html| {
            for (at, (cell, column)) in cells.iter().zip(columns).enumerate() {
                if at == 0 {
                    html.tag("th", &[("role", "rowheader"), ("scope", "row")], cell);
                } else {
                    // Held together: as a card, the cell puts its header beside what it holds.
                    html.tag("td", &[("role", "cell"), ("data-label", column)], |html| html.tag("div", &[], cell));
                }
            }
        });
    }
}

/// What is wider than a small screen scrolls by itself, also from the keyboard.
pub fn wide(html: &mut Html, label: &str, inside: impl FnOnce(&mut Html)) {
    html.tag("section", &[("class", "wide"), ("tabindex", "0"), ("aria-label", label)], inside);
}
