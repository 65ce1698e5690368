//! What is wrong of somebody, and what is right: named value by value, by staff or by the person's own words. What was
//! sold for how much is a fact of the books and is not put right by anybody's word. Pure.

use serde_json::{Value, json};

use super::intake::SubjectKind;
use crate::floor::kernel::vocabulary::vocabulary;
use crate::floor::kernel::{CorrectionId, Error, Flaws, Instant, Personal, RequestId, Result, StaffId, StoreId};
use crate::floor::mail;

vocabulary! {
    /// What became of something that is to be put right.
    pub enum CorrectionState {
        /// It is to be put right.
        Named = "named",
        /// Something else was named in its place.
        Dropped = "dropped",
        /// It stands there now.
        Done = "done",
        /// There is nothing there that could be put right.
        Nothing = "nothing",
    }
}

/// Tables of ours, and what of them may be put right.
pub const CORRECTABLE: &[(&str, &[&str])] = &[
    ("customers", &["given_name", "family_name", "mail", "phone", "address"]),
    ("order_contacts", &["handle", "mail", "phone", "address"]),
    ("members", &["name", "mail"]),
];

/// Something that is to be put right; what is right stays sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    pub id: CorrectionId,
    pub request: RequestId,
    /// The table of ours.
    pub about: String,
    pub field: String,
    /// At one store alone; everywhere where none is named.
    pub store: Option<StoreId>,
    pub named_at: Instant,
    /// Nobody where the person's own words named it.
    pub named_by: Option<StaffId>,
    pub state: CorrectionState,
    pub settled_at: Option<Instant>,
    /// How many rows were put right.
    pub rows: i32,
}

/// Something that somebody names.
#[derive(Clone)]
pub struct Named {
    pub about: String,
    pub field: String,
    pub store: Option<StoreId>,
    pub value: Personal,
}

/// The most bytes of a value.
const MOST: usize = 400;
/// The most lines of an address.
const MOST_LINES: usize = 6;

impl Named {
    /// The same in the shape in which it stands in our records, or all that is wrong with it.
    pub fn checked(self) -> Result<Self> {
        let mut flaws = Flaws::default();
        let fields = CORRECTABLE.iter().find(|(about, _)| *about == self.about).map(|(_, fields)| *fields);
        match fields {
            None => {
                let advice = "name customers, order_contacts or members: what else is held is no value of a person's";
                flaws.add("about", advice);
            }
            Some(fields) if !fields.contains(&self.field.as_str()) => {
                flaws.add("field", format!("name one of {}", fields.join(", ")));
            }
            Some(_) => {}
        }
        let value = Personal::new(self.value.disclose().trim());
        let text = value.disclose();
        let is_address = self.field == "address";
        let is_sound = |text: &str| !text.is_empty() && text.len() <= MOST && !text.contains(char::is_control);
        let is_whole = if is_address { lines(text).iter().all(|line| is_sound(line)) } else { is_sound(text) };
        if !is_whole || (is_address && !(1..=MOST_LINES).contains(&lines(text).len())) {
            flaws.add("value", "give one line of at most 400 bytes; of an address up to six");
        } else if self.field == "mail" && !mail::is_address(&value) {
            flaws.add("value", "give one mail address");
        } else if self.field == "phone" && text.bytes().filter(u8::is_ascii_digit).count() < 5 {
            flaws.add("value", "give a telephone number");
        }
        let value = if is_address { Personal::new(json!({ "lines": lines(text) }).to_string()) } else { value };
        flaws.or(Self { value, ..self })
    }
}

/// A value as somebody is told it: the lines of an address after one another.
pub fn in_one_line(field: &str, value: &Personal) -> String {
    let text = value.disclose();
    let address: Option<Value> = if field == "address" { serde_json::from_str(text).ok() } else { None };
    let lines = address.as_ref().and_then(|address| address["lines"].as_array());
    let joined = |lines: &Vec<Value>| lines.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ");
    lines.map_or_else(|| text.to_owned(), joined)
}

fn lines(text: &str) -> Vec<&str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect()
}

/// By what people call a field, in the languages that letters are written in; in lower case.
type Called = (&'static str, &'static [&'static str]);

const MAIL: Called =
    ("mail", &["mail", "email", "e-mail", "email address", "e-mail address", "e-mail-adresse", "courriel", "correo"]);

/// Of a merchant's buyer.
const OF_BUYERS: &[Called] = &[
    ("given_name", &["first name", "given name", "vorname", "prénom", "nombre", "nome próprio", "given_name"]),
    (
        "family_name",
        &["last name", "family name", "surname", "nachname", "nom", "apellido", "sobrenome", "family_name"],
    ),
    MAIL,
    ("phone", &["phone", "phone number", "telephone", "telefon", "téléphone", "teléfono", "telefone"]),
];

/// Of a merchant's own user.
const OF_MEMBERS: &[Called] =
    &[("name", &["name", "full name", "nom complet", "nombre completo", "nome completo"]), MAIL];

/// The most that one letter names.
const MOST_NAMED: usize = 20;

/// What the person's own words name, a line each: what it is, a colon, what is right. Whatever else they say is for staff.
/// What is no such value is left out, and so is what they name a second time.
pub fn named_in(words: &Personal, of: SubjectKind) -> Vec<Named> {
    let (about, fields) = match of {
        SubjectKind::Shopper => ("customers", OF_BUYERS),
        SubjectKind::Member => ("members", OF_MEMBERS),
        SubjectKind::Visitor => return Vec::new(),
    };
    let mut all: Vec<Named> = Vec::new();
    for line in words.disclose().lines() {
        let Some((called, value)) = line.split_once(':') else { continue };
        let called = called.trim().trim_start_matches(['-', '*', '•']).trim().to_lowercase();
        let Some((field, _)) = fields.iter().find(|(_, words)| words.contains(&called.as_str())) else { continue };
        let named =
            Named { about: about.to_owned(), field: (*field).to_owned(), store: None, value: Personal::new(value) };
        let Ok(named) = named.checked() else { continue };
        if all.len() < MOST_NAMED && !all.iter().any(|known| known.field == named.field) {
            all.push(named);
        }
    }
    all
}

/// What is said where a correction is to be carried out and nothing is named.
pub fn nothing_named() -> Error {
    Error::refused("NOTHING_NAMED", "say what is wrong and what is right first: name a value of the person")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(about: &str, field: &str, value: &str) -> Named {
        Named { about: about.to_owned(), field: field.to_owned(), store: None, value: Personal::new(value) }
    }

    fn flaw(named: Named) -> Option<String> {
        match named.checked() {
            Err(Error::Invalid(flaws)) => flaws.iter().next().map(|flaw| flaw.field.clone()),
            _ => None,
        }
    }

    #[test]
    fn a_value_of_a_person_is_put_right_and_no_fact_of_the_books() {
        assert!(named("customers", "mail", " ada@new.example ").checked().is_ok());
        assert_eq!(flaw(named("orders", "total", "1")).as_deref(), Some("about"));
        assert_eq!(flaw(named("customers", "country", "DE")).as_deref(), Some("field"));
        assert_eq!(flaw(named("customers", "mail", "ada")).as_deref(), Some("value"));
        assert_eq!(flaw(named("customers", "phone", "12")).as_deref(), Some("value"));
        assert_eq!(flaw(named("customers", "given_name", "A\nB")).as_deref(), Some("value"));
    }

    #[test]
    fn an_address_stands_line_by_line_as_it_does_in_the_records() {
        let address = named("customers", "address", "Lange Gasse 1\n\n 10115 Berlin ").checked().expect("sound");
        assert_eq!(address.value.disclose(), r#"{"lines":["Lange Gasse 1","10115 Berlin"]}"#);
        assert_eq!(in_one_line("address", &address.value), "Lange Gasse 1, 10115 Berlin");
        assert_eq!(in_one_line("given_name", &Personal::new("{}")), "{}");
    }

    #[test]
    fn the_persons_own_words_name_what_they_say_line_by_line() {
        let words = "Hello,\nmy name is wrong.\n- First name: Ada\nNachname: Lovelace\nE-Mail: ada\nmail: ada@new.example\n\
                     mail: other@new.example\nWhen: yesterday";
        let named = named_in(&Personal::new(words), SubjectKind::Shopper);
        let said: Vec<_> = named.iter().map(|one| (one.field.as_str(), one.value.disclose())).collect();
        assert_eq!(
            said,
            [("given_name", "Ada"), ("family_name", "Lovelace"), ("mail", "ada@new.example")],
            "what is no address is no correction, and the first counts"
        );
        let of_member = named_in(&Personal::new("Name: Ada Lovelace"), SubjectKind::Member);
        assert!(matches!(&of_member[..], [one] if one.about == "members" && one.field == "name"));
    }
}
