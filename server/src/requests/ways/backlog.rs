//! A backlog that is brought along, as a table with a heading: every flaw of every line is told at once with its line and
//! column, and what is sound stands ready to be taken in. A day without a time begins at its beginning, so that its clock
//! errs early.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use csv::{ReaderBuilder, StringRecord, Trim};
use sha2::{Digest, Sha256};

use super::super::asking::{Asking, Stated, Wanted};
use super::super::model::{GoesBy, Mandate, Proof, Source, SubjectKind};
use crate::floor::journal::hex;
use crate::floor::kernel::{Instant, Personal, StoreId, TenantId};
use crate::floor::policy::Policy;
use crate::floor::regulations::Right;

/// The most lines of one file.
pub const MOST_LINES: usize = 20_000;
/// The most bytes of one file.
pub const LARGEST: usize = 32 << 20;

/// What a heading may name, and what each column holds.
pub const COLUMNS: &[(&str, &str)] = &[
    ("received_at", "when it came: 2026-03-01 or 2026-03-01T09:30:00Z"),
    ("right", "what is asked for; several with a semicolon between them"),
    ("case", "the special case of a single right, such as direct_marketing"),
    ("reference", "what you call it: the same is taken once"),
    ("subject_kind", "shopper, member or visitor"),
    ("mail", "an address of the person"),
    ("phone", "a telephone number"),
    ("name", "what the person is called"),
    ("store", "the store that customer, handle and order belong to, as str_…"),
    ("customer", "the platform's id of the buyer"),
    ("handle", "what the platform calls the buyer"),
    ("order", "the platform's id of an order"),
    ("locale", "the language to answer in"),
    ("place", "where the person is: DE, US-CA"),
    ("words", "what the person wrote"),
    ("test", "yes, where it is only tried"),
];

/// The columns of what somebody goes by.
const IDENTIFIERS: &[(&str, GoesBy)] = &[
    ("mail", GoesBy::Mail),
    ("phone", GoesBy::Phone),
    ("customer", GoesBy::Customer),
    ("handle", GoesBy::Handle),
    ("order", GoesBy::Order),
    ("name", GoesBy::Name),
];

/// What is wrong, where. It never repeats a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineFlaw {
    /// The first line of the file is 1.
    pub line: u64,
    pub field: String,
    pub advice: String,
}

/// A line that is sound.
pub struct Line {
    pub line: u64,
    pub asking: Asking,
}

/// A file, read.
#[derive(Default)]
pub struct Backlog {
    pub good: Vec<Line>,
    pub flaws: Vec<LineFlaw>,
}

/// Whose backlog it is, and what its lines are held against.
#[derive(Clone, Copy)]
pub struct Bringing<'a> {
    pub tenant: TenantId,
    pub now: Instant,
    pub policy: &'a Policy,
}

/// Reads a whole file.
pub fn read(file: &[u8], bringing: Bringing<'_>) -> Backlog {
    let mut backlog = Backlog::default();
    if file.len() > LARGEST {
        backlog.flaw(1, "file", "keep a file below 32 MiB: divide it");
        return backlog;
    }
    let file = file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file);
    let heading = file.split(|byte| *byte == b'\n').next().unwrap_or_default();
    // What a spreadsheet writes where the comma is a decimal sign.
    let delimiter = if heading.contains(&b';') && !heading.contains(&b',') { b';' } else { b',' };
    let mut reader = ReaderBuilder::new().flexible(true).trim(Trim::All).delimiter(delimiter).from_reader(file);
    let Some(columns) = reader.headers().ok().and_then(|heading| backlog.columns(&heading.clone())) else {
        if backlog.flaws.is_empty() {
            backlog.flaw(1, "heading", "write it in UTF-8, with the names of the columns in the first line");
        }
        return backlog;
    };
    let (mut record, mut seen) = (StringRecord::new(), HashMap::new());
    let mut lines = 0;
    loop {
        let before = reader.position().line();
        match reader.read_record(&mut record) {
            Ok(false) => break,
            Ok(true) if record.iter().all(str::is_empty) => {}
            Ok(true) => {
                lines += 1;
                let line = record.position().map_or(before, csv::Position::line);
                if lines > MOST_LINES {
                    backlog.flaw(line, "file", "bring at most 20000 lines at a time: divide the file");
                    break;
                }
                backlog.line(line, (&columns, &record), bringing, &mut seen);
            }
            Err(_) => {
                let line = if before == 0 { 1 } else { before };
                backlog.flaw(line, "line", "write it in UTF-8, with its quotes closed");
                if reader.is_done() || reader.position().line() <= before {
                    break;
                }
            }
        }
    }
    if lines == 0 && backlog.flaws.is_empty() {
        backlog.flaw(1, "file", "there is no line below the heading");
    }
    backlog.flaws.sort();
    backlog
}

impl Backlog {
    fn flaw(&mut self, line: u64, field: impl Into<String>, advice: impl Into<String>) {
        self.flaws.push(LineFlaw { line, field: field.into(), advice: advice.into() });
    }

    /// Where each column stands; none where the heading itself is flawed.
    fn columns(&mut self, heading: &StringRecord) -> Option<HashMap<&'static str, usize>> {
        let mut columns = HashMap::new();
        for (at, name) in heading.iter().enumerate() {
            let name = name.to_lowercase();
            match COLUMNS.iter().find(|(known, _)| *known == name) {
                Some((known, _)) if columns.insert(*known, at).is_some() => {
                    self.flaw(1, *known, "this column stands there twice");
                }
                Some(_) => {}
                None => {
                    let known: Vec<&str> = COLUMNS.iter().map(|(known, _)| *known).collect();
                    let advice = format!("column {} has a name that is not known: {}", at + 1, known.join(", "));
                    self.flaw(1, "heading", advice);
                }
            }
        }
        for wanted in ["received_at", "right"] {
            if !columns.contains_key(wanted) {
                self.flaw(1, wanted, "this column is missing");
            }
        }
        if !IDENTIFIERS.iter().any(|(name, kind)| *kind != GoesBy::Name && columns.contains_key(name)) {
            self.flaw(1, "mail", "give a column that says who asks: mail, phone, customer, handle or order");
        }
        self.flaws.is_empty().then_some(columns)
    }

    fn line(
        &mut self,
        line: u64,
        (columns, record): (&HashMap<&'static str, usize>, &StringRecord),
        bringing: Bringing<'_>,
        seen: &mut HashMap<String, u64>,
    ) {
        if record.len() != columns.len() {
            let advice = format!("it has {} fields and the heading {}", record.len(), columns.len());
            self.flaw(line, "line", advice);
            return;
        }
        let field = |name: &str| columns.get(name).and_then(|at| record.get(*at)).filter(|value| !value.is_empty());
        let begun = self.flaws.len();
        let mut asking = Asking {
            delivery: Some(delivery(field("reference"), record)),
            locale: field("locale").map(str::to_owned),
            place: field("place").map(str::to_owned),
            words: field("words").map(Personal::new),
            ..nothing(bringing.tenant)
        };
        let names = self.identifiers(&mut asking, line, field);
        self.facts(&mut asking, line, field);
        for flaw in asking.flaws(bringing.now, bringing.policy) {
            let field = column(&flaw.field, &names);
            // One word on a field is enough: what could not be read is missing too.
            if !self.flaws[begun..].iter().any(|told| told.field == field) {
                self.flaw(line, field, flaw.advice);
            }
        }
        if let Some(before) = asking.delivery.clone().and_then(|delivery| seen.insert(delivery, line)) {
            let field = if field("reference").is_some() { "reference" } else { "line" };
            self.flaw(line, field, format!("the same stands in line {before}"));
        }
        if self.flaws.len() == begun {
            self.good.push(Line { line, asking });
        }
    }

    /// What the person goes by, and the column that each of it stands in.
    fn identifiers<'r>(
        &mut self,
        asking: &mut Asking,
        line: u64,
        field: impl Fn(&str) -> Option<&'r str>,
    ) -> Vec<&'static str> {
        let store = field("store").map(str::parse::<StoreId>);
        if matches!(store, Some(Err(_))) {
            self.flaw(line, "store", "give the id of a store, as str_…");
        }
        let store = store.and_then(Result::ok);
        let mut names = Vec::new();
        for (name, kind) in IDENTIFIERS {
            let Some(value) = field(name) else { continue };
            let of_a_store = matches!(kind, GoesBy::Customer | GoesBy::Handle | GoesBy::Order);
            let store = store.filter(|_| of_a_store);
            asking.identifiers.push(Stated { kind: *kind, store, value: Personal::new(value), proof: Proof::None });
            names.push(*name);
        }
        asking.store = store;
        names
    }

    /// Rights, dates and words of a closed list.
    fn facts<'r>(&mut self, asking: &mut Asking, line: u64, field: impl Fn(&str) -> Option<&'r str>) {
        let case = field("case").map(str::to_owned);
        for right in field("right").unwrap_or_default().split(';').map(str::trim).filter(|right| !right.is_empty()) {
            match Right::from_code(&right.to_lowercase()) {
                Some(Right::Appeal) => {
                    self.flaw(line, "right", "an appeal is brought in the console, where its refusal is");
                }
                Some(right) => asking.rights.push(Wanted { right, case: case.clone() }),
                None => {
                    let known: Vec<&str> = Right::ALL.iter().map(|right| right.code()).collect();
                    self.flaw(line, "right", format!("choose of: {}", known.join(", ")));
                }
            }
        }
        if case.is_some() && asking.rights.len() > 1 {
            self.flaw(line, "case", "a special case belongs to one right: give each a line of its own");
        }
        match field("received_at").map(moment) {
            Some(Some(at)) => asking.received_at = Some(at),
            Some(None) => {
                self.flaw(line, "received_at", "give a day or a moment, such as 2026-03-01 or 2026-03-01T09:30:00Z");
            }
            None => self.flaw(line, "received_at", "say when it came: its clocks run from there"),
        }
        match field("subject_kind").map(SubjectKind::from_code) {
            Some(Some(kind)) => asking.subject_kind = kind,
            Some(None) => self.flaw(line, "subject_kind", "choose of: shopper, member, visitor"),
            None => {}
        }
        match field("test").map(str::to_lowercase).as_deref() {
            Some("yes") => asking.is_test = true,
            Some("no") | None => {}
            Some(_) => self.flaw(line, "test", "say yes or no"),
        }
    }
}

/// Nothing asked yet, by nobody.
fn nothing(tenant: TenantId) -> Asking {
    let is_house = tenant == TenantId::HOUSE;
    Asking {
        source: Source::Csv,
        tenant,
        subject_kind: if is_house { SubjectKind::Visitor } else { SubjectKind::Shopper },
        store: None,
        delivery: None,
        rights: Vec::new(),
        identifiers: Vec::new(),
        words: None,
        original: None,
        locale: None,
        place: None,
        received_at: None,
        notice: None,
        mandate: Mandate::None,
        is_test: false,
        appeal_of: None,
    }
}

/// What it is called, or, where it has no name, what its line comes to: the same file brought twice is taken once.
fn delivery(reference: Option<&str>, record: &StringRecord) -> String {
    let mut digest = Sha256::new();
    let kind = if let Some(reference) = reference {
        digest.update(reference);
        "reference:"
    } else {
        for field in record {
            digest.update(field);
            digest.update([0x1f]);
        }
        "line:"
    };
    [kind, &hex(&digest.finalize())].concat()
}

fn moment(text: &str) -> Option<Instant> {
    let day = text.parse::<NaiveDate>().ok().map(|day| day.and_time(NaiveTime::MIN).and_utc());
    let moment = day.or_else(|| text.parse::<DateTime<Utc>>().ok())?;
    Some(Instant::from_utc(moment))
}

/// The column that a flaw of an asking is about.
fn column(field: &str, names: &[&'static str]) -> String {
    let mut parts = field.split('.');
    let (head, at) = (parts.next().unwrap_or_default(), parts.next().and_then(|at| at.parse::<usize>().ok()));
    let column = match (head, parts.next()) {
        ("identifiers", Some("store")) => "store",
        ("identifiers", _) => at.and_then(|at| names.get(at)).copied().unwrap_or("mail"),
        ("rights", Some("case")) => "case",
        ("rights", _) => "right",
        ("receivedAt", _) => "received_at",
        ("delivery", _) => "reference",
        (other, _) => other,
    };
    column.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::policy::{parse, shipped};
    use proptest::prelude::*;

    fn of(file: &str) -> Backlog {
        of_bytes(file.as_bytes())
    }

    fn of_bytes(file: &[u8]) -> Backlog {
        let policy = parse(shipped("sooperseller").expect("it comes along")).expect("it is sound");
        let now = Instant::from_micros(1_790_000_000_000_000);
        read(file, Bringing { tenant: TenantId::fresh(), now, policy: &policy })
    }

    fn told(file: &str) -> Vec<(u64, String)> {
        of(file).flaws.into_iter().map(|flaw| (flaw.line, flaw.field)).collect()
    }

    #[test]
    fn a_sound_table_is_read_line_by_line() {
        let backlog =
            of("\u{feff}received_at,right,mail,place,words,test\n2026-08-01,deletion,asha@example.com,DE,\"weg, \
             bitte\nheute\",\n2026-08-02T09:30:00+02:00,access;portability,b@example.com,,,yes\n");
        assert_eq!(backlog.flaws, []);
        let [first, second] = &backlog.good[..] else { panic!("two lines") };
        assert_eq!((first.line, second.line), (2, 4));
        assert_eq!(first.asking.received_at.map(|at| at.to_string()).as_deref(), Some("2026-08-01T00:00:00.000Z"));
        assert_eq!(second.asking.received_at.map(|at| at.to_string()).as_deref(), Some("2026-08-02T07:30:00.000Z"));
        assert_eq!(second.asking.rights.len(), 2);
        assert!(second.asking.is_test && !first.asking.is_test);
        assert_eq!(first.asking.words.as_ref().map(Personal::disclose), Some("weg, bitte\nheute"));
    }

    #[test]
    fn a_spreadsheet_may_divide_by_semicolons() {
        let backlog = of("received_at;right;mail\r\n2026-08-01;deletion;asha@example.com\r\n");
        assert_eq!((backlog.good.len(), backlog.flaws.len()), (1, 0));
    }

    #[test]
    fn every_flaw_of_every_line_comes_back_with_its_column() {
        let table = "received_at,right,mail,store,order,place,subject_kind,test\n\
             soon,forget,nobody,,,Berlin,robot,perhaps\n\
             2026-08-01,deletion,asha@example.com,,,,,\n\
             2126-08-01,deletion;deletion,,,7,,,\n\
             2026-08-01,deletion,asha@example.com,shop,,,,\n\
             2026-08-01,deletion\n";
        let of_line = |wanted: u64| -> Vec<String> {
            let told = told(table).into_iter().filter(|(line, _)| *line == wanted);
            told.map(|(_, field)| field).collect()
        };
        assert_eq!(of_line(2), ["mail", "place", "received_at", "right", "subject_kind", "test"]);
        assert_eq!(of_line(4), ["received_at", "right", "store"]);
        assert_eq!(of_line(5), ["store"]);
        assert_eq!(of_line(6), ["line"]);
        let backlog = of(table);
        assert_eq!(backlog.good.iter().map(|line| line.line).collect::<Vec<_>>(), [3]);
    }

    #[test]
    fn the_same_line_twice_is_one() {
        let row = "2026-08-01,deletion,asha@example.com,\n";
        assert_eq!(told(&format!("received_at,right,mail,reference\n{row}{row}")), [(3, "line".to_owned())]);
        let rows = "2026-08-01,deletion,a@example.com,T-1\n2026-08-02,access,b@example.com,T-1\n";
        assert_eq!(told(&format!("received_at,right,mail,reference\n{rows}")), [(3, "reference".to_owned())]);
    }

    #[test]
    fn a_heading_that_is_none_is_told_before_its_lines() {
        for (file, field) in [
            ("", "received_at"),
            ("colour,right,received_at,mail\nred,access,2026-08-01,a@example.com\n", "heading"),
            ("right,mail\naccess,a@example.com\n", "received_at"),
            ("right,right,received_at,mail\n", "right"),
            ("right,received_at,name\naccess,2026-08-01,Asha\n", "mail"),
            ("right,received_at,mail\n", "file"),
        ] {
            assert!(told(file).contains(&(1, field.to_owned())), "{file}: {:?}", told(file));
        }
    }

    #[test]
    fn what_is_no_text_is_told_with_its_line() {
        let backlog =
            of_bytes(b"received_at,right,mail\n2026-08-01,access,a\xff@example.com\n2026-08-01,access,b@example.com\n");
        assert_eq!(backlog.flaws.iter().map(|flaw| flaw.line).collect::<Vec<_>>(), [2]);
        assert_eq!(backlog.good.len(), 1);
    }

    #[test]
    fn no_flaw_repeats_a_value() {
        let backlog = of("received_at,right,mail,place\nswordfish,swordfish,swordfish,swordfish\n");
        assert!(backlog.flaws.len() > 3 && !format!("{:?}", backlog.flaws).contains("swordfish"));
    }

    proptest! {
        #[test]
        fn no_bytes_break_it(file in proptest::collection::vec(any::<u8>(), 0..500)) {
            let heading = b"received_at,right,mail\n";
            let backlog = of_bytes(&[&heading[..], &file].concat());
            prop_assert!(backlog.good.len() <= file.len());
        }
    }
}
