//! What goes into a package, read leaf by leaf and opened with the person's own key, so that it takes the same memory
//! however much that is. Each leaf is a look of its own in the book of accesses. What staff left out never leaves here.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value as Json;
use uuid::Uuid;

use super::model::{LeftOut, Redaction};
use crate::floor::access::{One, Scope};
use crate::floor::datamap::{About, Category, Cell, Column, Form, Forms, Leaf, Line, Map, Row as Fate, Table, Value};
use crate::floor::kernel::{Error, Instant, Personal, Result, SubjectId};
use crate::floor::ledger::{Ledger, RevealTx};
use crate::floor::vault::{BlindIndex, Key, Opening, Shut, SubjectKey, Vault};
use crate::subjects::{IdentifierKind, Trace, trace, traced};

/// Rows that are read at a time, over as many tables as they fill.
const AT_ONCE: u16 = 500;

/// What the book of accesses calls it.
const VIEW: &str = "packages";

/// One table as it goes into a package.
#[derive(Debug, Clone)]
pub struct Sheet {
    pub table: &'static Table,
    /// What is given of a row, in the order of the map, and how it is written.
    pub columns: Vec<(&'static Column, Form)>,
}

impl Sheet {
    fn of(table: &'static Table, forms: &Forms, forbidden: &[String]) -> Self {
        let is_given = |column: &&'static Column| !is_forbidden(column, forbidden);
        let form = |column: &'static Column| {
            let known = forms.get(&(table.name.to_owned(), column.name.to_owned())).copied();
            let form = if column.is_sealed() { None } else { known };
            (column, form.unwrap_or(Form::Text))
        };
        Self { table, columns: table.disclosed().filter(is_given).map(form).collect() }
    }
}

/// Whether a law forbids to hand out values of this kind.
pub fn is_forbidden(column: &Column, forbidden: &[String]) -> bool {
    column.mask().is_some_and(|kind| forbidden.iter().any(|word| word == kind))
}

/// A row in clear: a value for each column of its sheet.
pub type Cells = Vec<Option<String>>;

/// Rows of one sheet that follow each other, and whether they are its last.
pub struct Opened {
    /// Which of the sheets.
    pub sheet: usize,
    pub rows: Vec<Cells>,
    pub is_last: bool,
    pub left_out: Left,
    /// Of each person the last row that was read, whether it was left out or not.
    pub ends: Ends,
}

impl Opened {
    fn of(sheet: usize) -> Self {
        Self { sheet, rows: Vec::new(), is_last: false, left_out: Left::default(), ends: Ends::new() }
    }
}

/// The last row of each person, by their place among the persons. Whoever is in none has no row.
pub type Ends = HashMap<usize, Uuid>;

/// How far is read on from a mark.
#[derive(Clone)]
pub enum Far {
    /// As much as is read at a time, over as many sheets as that fills.
    On,
    /// Within its sheet.
    Sheet,
    /// Within its sheet, as far as it was read before: what was written down since is not in it.
    Again(Arc<Ends>),
}

impl Far {
    fn end_of(&self, person: usize) -> Option<Uuid> {
        match self {
            Self::On | Self::Sheet => None,
            // Nobody's row has the nil id: nothing is read of whoever had none.
            Self::Again(ends) => Some(ends.get(&person).copied().unwrap_or(Uuid::nil())),
        }
    }
}

/// What was left out of some rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Left {
    /// Whole rows, by why.
    pub rows: HashMap<LeftOut, u64>,
    /// Cells, by column and why.
    pub cells: HashMap<(&'static str, LeftOut), u64>,
    /// Cells, by column, by which somebody else is known here.
    pub others: HashMap<&'static str, u64>,
    /// Cells, by column, that open no more.
    pub shut: HashMap<&'static str, u64>,
}

impl Left {
    pub fn add(&mut self, other: Self) {
        for (why, rows) in other.rows {
            *self.rows.entry(why).or_default() += rows;
        }
        for (what, cells) in other.cells {
            *self.cells.entry(what).or_default() += cells;
        }
        for (column, cells) in other.others {
            *self.others.entry(column).or_default() += cells;
        }
        for (column, cells) in other.shut {
            *self.shut.entry(column).or_default() += cells;
        }
    }

    pub fn count(&self) -> u64 {
        self.rows.values().chain(self.cells.values()).chain(self.others.values()).sum()
    }
}

/// Where reading stands: before a row of a person in a sheet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Mark {
    pub sheet: usize,
    person: usize,
    after: Option<Uuid>,
}

impl Mark {
    /// Before the first row of a sheet.
    pub const fn before(sheet: usize) -> Self {
        Self { sheet, person: 0, after: None }
    }
}

/// What a package is read from.
#[derive(Clone)]
pub struct Source {
    pub map: Map,
    pub vault: Vault,
    pub persons: Vec<SubjectId>,
    /// By what they go who asked, as far as they proved it: that is no other's.
    pub proved: Vec<BlindIndex>,
    pub sheets: Vec<Sheet>,
    pub redactions: Redacted,
    /// Of our own books the person gets what stood there when they asked.
    pub asked_at: Instant,
}

/// The tables of a package: all that hold something to tell, or those that hold what came from the person.
pub fn tables(map: Map, is_given: bool) -> Vec<&'static Table> {
    let told = |table: &&'static Table| table.disclosed().next().is_some() && (table.is_given || !is_given);
    map.about_people().filter(told).collect()
}

/// Those tables as sheets.
pub fn sheets(tables: &[&'static Table], forms: &Forms, forbidden: &[String]) -> Vec<Sheet> {
    tables.iter().map(|table| Sheet::of(table, forms, forbidden)).collect()
}

/// Until when rows of a table are in a package: of our own books, which grow with every look, until it was asked for.
pub fn until(table: &Table, asked_at: Instant) -> Option<Instant> {
    let is_book = matches!(table.category, Some(Category::Operator(_))) && table.erased_by == Fate::Kept;
    (is_book && table.about != About::Nobody).then_some(asked_at)
}

/// What staff left out, by where it stands.
#[derive(Debug, Clone, Default)]
pub struct Redacted {
    rows: HashMap<(String, Uuid), LeftOut>,
    cells: HashMap<(String, Uuid), HashMap<String, LeftOut>>,
}

impl Redacted {
    pub fn of(redactions: &[Redaction]) -> Self {
        let mut all = Self::default();
        for one in redactions.iter().filter(|one| one.lifted.is_none()) {
            let at = (one.place.clone(), one.row);
            match &one.field {
                None => {
                    all.rows.insert(at, one.code);
                }
                Some(field) => {
                    all.cells.entry(at).or_default().insert(field.clone(), one.code);
                }
            }
        }
        all
    }

    /// Why a row is left out, where it is.
    pub fn row(&self, table: &Table, row: Uuid) -> Option<LeftOut> {
        self.rows.get(&(table.name.to_owned(), row)).copied()
    }

    /// The columns that are left out of a row, and why.
    pub fn fields(&self, table: &'static Table, row: Uuid) -> Vec<(&'static str, LeftOut)> {
        let Some(fields) = self.cells.get(&(table.name.to_owned(), row)) else { return Vec::new() };
        table.disclosed().filter_map(|column| Some((column.name, *fields.get(column.name)?))).collect()
    }
}

impl Source {
    /// Reads on from a mark, as much as is read at a time; where nothing follows, the mark is gone.
    pub async fn read(
        &self,
        ledger: &Ledger,
        lane: &Scope<One>,
        from: Mark,
        far: Far,
    ) -> Result<(Vec<Opened>, Option<Mark>)> {
        let source = self.clone();
        ledger.reveal(lane.clone(), VIEW, move |tx| source.leaves(tx, from, &far)).await
    }

    fn leaves(&self, tx: &mut RevealTx, from: Mark, far: &Far) -> Result<(Vec<Opened>, Option<Mark>)> {
        let (mut all, mut at, mut room) = (Vec::new(), from, usize::from(AT_ONCE));
        let keys = self.vault.subject_keys(tx, &self.persons, VIEW)?;
        while let Some(sheet) = self.sheets.get(at.sheet) {
            let mut opened = Opened::of(at.sheet);
            while let Some(person) = self.persons.get(at.person) {
                let most = u16::try_from(room).unwrap_or(AT_ONCE).max(1);
                let (to, until) = (far.end_of(at.person), until(sheet.table, self.asked_at));
                let leaf = Leaf { after: at.after, to, until, most };
                let lines = self.map.leaf(tx, sheet.table, *person, leaf)?;
                let (read, last) = (lines.len(), lines.last().map(|line| line.row));
                let key = keys.get(person);
                for line in &lines {
                    self.open(sheet, line, key, &mut opened)?;
                }
                opened.ends.extend(last.map(|row| (at.person, row)));
                room = room.saturating_sub(read);
                if read < usize::from(most) {
                    at = Mark { person: at.person + 1, after: None, ..at };
                } else {
                    at.after = last;
                }
                if room == 0 {
                    break;
                }
            }
            opened.is_last = at.person >= self.persons.len();
            let is_last = opened.is_last;
            all.push(opened);
            if is_last {
                at = Mark::before(at.sheet + 1);
            }
            if !is_last || room == 0 || !matches!(far, Far::On) {
                break;
            }
        }
        self.withhold_others(tx, &mut all)?;
        let is_over = at.sheet >= self.sheets.len();
        Ok((all, (!is_over).then_some(at)))
    }

    /// Takes out by what somebody else is known in these records: it stands beside the person's own, and is another's.
    fn withhold_others(&self, tx: &mut RevealTx, all: &mut [Opened]) -> Result<()> {
        let Ok(key) = self.vault.find_index_key(tx)? else { return Ok(()) };
        let mut spots = Vec::new();
        for (at, opened) in all.iter().enumerate() {
            let columns = self.sheets.get(opened.sheet).into_iter().flat_map(|sheet| sheet.columns.iter().enumerate());
            for (number, kind) in columns.filter_map(|(number, (column, _))| Some((number, tells(column)?))) {
                for (row, cells) in opened.rows.iter().enumerate() {
                    let Some(Some(value)) = cells.get(number) else { continue };
                    let Some(told) = kind.in_cell(value) else { continue };
                    let trace = trace(&key, kind.identifier(), None, &told)?;
                    if let Some(trace) = trace.filter(|trace| !self.proved.contains(&trace.index())) {
                        spots.push(((at, row, number, kind), trace));
                    }
                }
            }
        }
        let is_other = |found: Vec<SubjectId>| found.iter().any(|subject| !self.persons.contains(subject));
        let traces: Vec<Trace> = spots.iter().map(|(_, trace)| trace.clone()).collect();
        if !is_other(traced(tx, &traces)?) {
            return Ok(());
        }
        for ((at, row, number, kind), trace) in spots {
            if !is_other(traced(tx, &[trace])?) {
                continue;
            }
            let Some(opened) = all.get_mut(at) else { continue };
            let column = self.sheets.get(opened.sheet).and_then(|sheet| sheet.columns.get(number));
            let cell = opened.rows.get_mut(row).and_then(|cells| cells.get_mut(number));
            if let (Some((column, _)), Some(cell)) = (column, cell) {
                *cell = cell.take().and_then(|value| kind.without(&value));
                *opened.left_out.others.entry(column.name).or_default() += 1;
            }
        }
        Ok(())
    }

    /// A row in clear, without what is left out of it.
    fn open(
        &self,
        sheet: &Sheet,
        line: &Line,
        key: Option<&Opening<Key<SubjectKey>>>,
        into: &mut Opened,
    ) -> Result<()> {
        let at = (sheet.table.name.to_owned(), line.row);
        if let Some(why) = self.redactions.rows.get(&at) {
            *into.left_out.rows.entry(*why).or_default() += 1;
            return Ok(());
        }
        let hidden = self.redactions.cells.get(&at);
        let mut cells = Vec::with_capacity(sheet.columns.len());
        for (column, _) in &sheet.columns {
            let cell = line.cells.iter().find(|cell| cell.column.name == column.name);
            let cell = cell.ok_or_else(|| Error::internal("a row that lacks a column of its table"))?;
            if let Some(why) = hidden.and_then(|fields| fields.get(column.name)) {
                *into.left_out.cells.entry((column.name, *why)).or_default() += 1;
                cells.push(None);
                continue;
            }
            cells.push(opened(cell, key).unwrap_or_else(|_| {
                *into.left_out.shut.entry(column.name).or_default() += 1;
                None
            }));
        }
        into.rows.push(cells);
        Ok(())
    }
}

/// What in a cell tells who somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tells {
    /// All of it.
    Whole(IdentifierKind),
    /// The telephone that stands in an address.
    PhoneWithin,
}

/// What a number is called within an address as it is kept.
const PHONE: &str = "phone";

impl Tells {
    const fn identifier(self) -> IdentifierKind {
        match self {
            Self::Whole(kind) => kind,
            Self::PhoneWithin => IdentifierKind::Phone,
        }
    }

    fn in_cell(self, value: &str) -> Option<Personal> {
        match self {
            Self::Whole(_) => Some(Personal::new(value)),
            Self::PhoneWithin => {
                let address: Json = serde_json::from_str(value).ok()?;
                address.get(PHONE).and_then(Json::as_str).map(Personal::new)
            }
        }
    }

    /// What is left of a cell once that is taken out.
    fn without(self, value: &str) -> Option<String> {
        let Self::PhoneWithin = self else { return None };
        match serde_json::from_str(value) {
            Ok(Json::Object(mut address)) => {
                address.remove(PHONE);
                Some(Json::Object(address).to_string())
            }
            _ => None,
        }
    }
}

/// By what a value of this column tells who somebody is, where it does.
fn tells(column: &Column) -> Option<Tells> {
    match column.mask() {
        Some("mail") => Some(Tells::Whole(IdentifierKind::Mail)),
        Some("phone") => Some(Tells::Whole(IdentifierKind::Phone)),
        Some("address") => Some(Tells::PhoneWithin),
        _ => None,
    }
}

/// The value of a cell; what is not sealed needs no key.
pub fn opened(cell: &Cell, key: Option<&Opening<Key<SubjectKey>>>) -> std::result::Result<Option<String>, Shut> {
    match (&cell.value, key) {
        (Value::Nothing, _) => Ok(None),
        (Value::Plain(text), _) => Ok(Some(text.clone())),
        (Value::Sealed { .. }, Some(Ok(key))) => cell.open(key),
        (Value::Sealed { .. }, Some(Err(shut))) => Err(*shut),
        (Value::Sealed { .. }, None) => Err(Shut::UnknownKey),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_stands_in_an_address_is_found_there_and_the_rest_stays() {
        let address = r#"{"lines":["Street 1"],"city":"Lahore","phone":"+92 300 1112223"}"#;
        let found = Tells::PhoneWithin.in_cell(address).expect("a number");
        assert_eq!(found.disclose(), "+92 300 1112223");
        let left = Tells::PhoneWithin.without(address).expect("the rest");
        let left: Json = serde_json::from_str(&left).expect("JSON");
        assert_eq!(left, serde_json::json!({ "lines": ["Street 1"], "city": "Lahore" }));
        assert!(Tells::PhoneWithin.in_cell("Street 1").is_none(), "what is no address tells nobody");
        assert_eq!(Tells::Whole(IdentifierKind::Mail).without("ada@example.com"), None);
    }
}
