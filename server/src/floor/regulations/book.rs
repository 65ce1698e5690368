//! The regimes and calendars that come with the program, read once. It never reads a disk.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::calendar::Calendar;
use super::check::check;
use super::fault::Fault;
use super::regime::Regime;

/// Name and text, as `server/regimes/` holds them.
pub const REGIMES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/regimes.rs"));

/// Name and text, as `server/regimes/calendars/` holds them.
pub const CALENDARS: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/calendars.rs"));

/// Every regime there is, and the calendars they count by.
#[derive(Debug, Clone, Default)]
pub struct Book {
    regimes: BTreeMap<String, Regime>,
    calendars: BTreeMap<String, Calendar>,
}

/// The book that comes along. A fault in it is the program's; a law sees to it that there is none.
pub fn shipped() -> Result<&'static Book, &'static Fault> {
    static BOOK: LazyLock<Result<Book, Fault>> = LazyLock::new(|| {
        Book::read(REGIMES, CALENDARS).map_err(|faults| {
            faults.into_iter().next().unwrap_or_else(|| Fault::new("regimes", "unreadable for no reason"))
        })
    });
    BOOK.as_ref()
}

impl Book {
    /// Reads files, each with its name, or tells all that is wrong with them.
    pub fn read(regimes: &[(&str, &str)], calendars: &[(&str, &str)]) -> Result<Self, Vec<Fault>> {
        let mut book = Self::default();
        let mut faults = Vec::new();
        for (file, text) in calendars {
            match Calendar::parse(file, text) {
                Ok(calendar) => drop(book.calendars.insert(calendar.code.clone(), calendar)),
                Err(fault) => faults.push(fault),
            }
        }
        let known: Vec<&Calendar> = book.calendars.values().collect();
        let mut sound = BTreeMap::new();
        for (file, text) in regimes {
            match toml::from_str::<Regime>(text) {
                Ok(regime) => {
                    faults.extend(check(file, &regime, &known));
                    sound.insert(regime.code.clone(), regime);
                }
                Err(error) => faults.push(Fault::of_toml(file, text, &error)),
            }
        }
        book.regimes = sound;
        faults.sort();
        if faults.is_empty() { Ok(book) } else { Err(faults) }
    }

    pub fn regimes(&self) -> impl Iterator<Item = &Regime> {
        self.regimes.values()
    }

    pub fn regime(&self, code: &str) -> Option<&Regime> {
        self.regimes.get(code)
    }

    pub fn calendars(&self) -> impl Iterator<Item = &Calendar> {
        self.calendars.values()
    }

    pub fn calendar(&self, code: &str) -> Option<&Calendar> {
        self.calendars.get(code)
    }

    /// The calendar that a regime counts by at a place (`DE`, `GB-SCT`); a region without one of its own has its
    /// country's. None where the regime has as many calendars as places and this one is not known: dates do not roll then.
    pub fn calendar_at(&self, regime: &Regime, place: Option<&str>) -> Option<&Calendar> {
        let wanted = regime.calendar.as_deref()?;
        if let Some(named) = self.calendar(wanted) {
            return Some(named);
        }
        let place = place?;
        let country = place.split('-').next().unwrap_or(place);
        [place, country].into_iter().find_map(|place| {
            self.calendars()
                .find(|known| known.family.as_deref() == Some(wanted) && known.places.iter().any(|of| of == place))
        })
    }
}
