//! The words that narrow a list: `state:closing tenant:zaitoon is:drifted -is:unused`. One grammar for the line behind `/`
//! and for the commands. Where the server reads the words itself, they go to it as they are.
//!
//! It asks nobody: that a tenant is named by the beginning of its name is for the one who asks to look up.

use chrono::FixedOffset;
use serde_json::{Value, json};

use super::due::Moment;
use super::form::{self, Values};
use super::page::{Line, Tone};

/// One word of a list's filter, and the field of the contract that it fills.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    pub word: &'static str,
    pub field: &'static str,
    pub takes: Takes,
}

/// What stands behind the colon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    Text,
    /// Any of what is said, by commas or word for word.
    Texts,
    /// A tenant: its id, or how its name begins.
    Tenant,
    /// A day or minute, or how long ago.
    Since,
    /// A day or minute, or how long from now.
    Before,
    /// One of these words of the contract.
    One(&'static [&'static str]),
    /// Any of these words of the contract.
    Several(&'static [&'static str]),
    /// The line as it was typed, but for the words of other terms: the server reads it. Its words, and what each takes.
    Whole(&'static [(&'static str, &'static str)]),
    /// Said after `is:` and, for the contrary, after `-is:`; several terms share that word.
    So(&'static str),
}

pub const fn term(word: &'static str, field: &'static str, takes: Takes) -> Term {
    Term { word, field, takes }
}

/// `is:drifted` for a field that is true or false.
pub const fn so(value: &'static str, field: &'static str) -> Term {
    Term { word: "is", field, takes: Takes::So(value) }
}

/// A word of the contract as it is typed: `NOT_LISTED` is `not-listed`.
pub fn typed(code: &str) -> String {
    code.to_lowercase().replace('_', "-")
}

/// The filter of the contract, or what is wrong with the words.
pub fn parse(terms: &[Term], text: &str, now: Moment, zone: FixedOffset) -> Result<Values, String> {
    let mut values = Values::new();
    let mut bare = Vec::new();
    let whole = terms.iter().find(|term| matches!(term.takes, Takes::Whole(_)));
    for piece in pieces(text)? {
        let is_known = |(word, _): (&str, &str)| terms.iter().any(|term| Some(term) != whole && term.word == word);
        if whole.is_some() && !piece.split_once(':').is_some_and(is_known) {
            bare.push(quoted(piece));
            continue;
        }
        match piece.split_once(':') {
            Some((word, value)) if !value.is_empty() => put(terms, word, value, &mut values, (now, zone))?,
            Some((word, _)) => return Err(format!("{word}: says nothing behind its colon")),
            None => bare.push(piece),
        }
    }
    if let Some(whole) = whole {
        if !bare.is_empty() {
            values.insert(whole.field.to_owned(), json!(bare.join(" ")));
        }
        return Ok(values);
    }
    // Words without a colon mean what the list is mostly looked for by.
    if let (Some(first), false) = (terms.first(), bare.is_empty()) {
        if first.takes != Takes::Text {
            return Err(format!("«{}» needs a word before it: {}", bare.join(" "), words(terms)));
        }
        values.insert(first.field.to_owned(), json!(bare.join(" ")));
    }
    Ok(values)
}

fn put(
    terms: &[Term],
    word: &str,
    value: &str,
    values: &mut Values,
    (now, zone): (Moment, FixedOffset),
) -> Result<(), String> {
    let (name, is_so) = word.strip_prefix('-').map_or((word, true), |name| (name, false));
    let mut fitting = terms.iter().filter(|term| term.word == name).peekable();
    if fitting.peek().is_none() || (!is_so && name != "is") {
        return Err(format!("there is no {word}: here, but {}", words(terms)));
    }
    let taken = fitting.find_map(|term| {
        let said = match term.takes {
            Takes::Text | Takes::Tenant | Takes::Whole(_) => json!(value),
            Takes::Since => json!(form::written(form::moment(value, now, zone, -1)?)),
            Takes::Before => json!(form::written(form::moment(value, now, zone, 1)?)),
            Takes::One(codes) => json!(known(codes, value)?),
            Takes::Texts => and(values, term.field, value.split(',').collect()),
            Takes::Several(codes) => {
                let more: Option<Vec<_>> = value.split(',').map(|value| known(codes, value)).collect();
                and(values, term.field, more?)
            }
            Takes::So(so) => (so == value).then(|| json!(is_so))?,
        };
        Some((term.field.to_owned(), said))
    });
    let (field, said) = taken.ok_or_else(|| format!("{name}: takes {}", choices(terms, name)))?;
    values.insert(field, said);
    Ok(())
}

/// What was said of a field before, and this too.
fn and(values: &Values, field: &str, more: Vec<&str>) -> Value {
    let mut all = values.get(field).and_then(Value::as_array).cloned().unwrap_or_default();
    all.extend(more.into_iter().map(Value::from));
    Value::from(all)
}

fn known(codes: &[&'static str], value: &str) -> Option<&'static str> {
    codes.iter().copied().find(|code| typed(code) == value.to_lowercase())
}

/// A word as it has to be typed.
fn quoted(piece: String) -> String {
    match piece.split_once(':') {
        _ if !piece.contains(char::is_whitespace) => piece,
        Some((word, value)) => format!("{word}:\"{value}\""),
        None => format!("\"{piece}\""),
    }
}

/// The words of a line; what is in quotes is one.
fn pieces(text: &str) -> Result<Vec<String>, String> {
    let (mut pieces, mut piece, mut is_quoted) = (Vec::new(), String::new(), false);
    for c in text.chars() {
        match c {
            '"' => is_quoted = !is_quoted,
            c if c.is_whitespace() && !is_quoted => pieces.push(std::mem::take(&mut piece)),
            c => piece.push(c),
        }
    }
    pieces.push(piece);
    pieces.retain(|piece| !piece.is_empty());
    if is_quoted { Err("a quote is not closed".to_owned()) } else { Ok(pieces) }
}

/// `state:, tenant: or is:`.
fn words(terms: &[Term]) -> String {
    let mut words: Vec<&str> = terms.iter().map(|term| term.word).collect();
    words.dedup();
    words.iter().map(|word| format!("{word}:")).collect::<Vec<_>>().join(", ")
}

/// What a word takes, for people.
pub fn choices(terms: &[Term], word: &str) -> String {
    let fitting = terms.iter().filter(|term| term.word == word);
    let told = fitting.map(|term| match term.takes {
        Takes::Text | Takes::Texts => "letters".to_owned(),
        Takes::Whole(_) => "words that the server reads".to_owned(),
        Takes::Tenant => "its id, or how its name begins".to_owned(),
        Takes::Since => "2026-11-30, or 8h or 30d ago".to_owned(),
        Takes::Before => "2026-11-30, or 8h or 30d from now".to_owned(),
        Takes::One(codes) | Takes::Several(codes) => {
            codes.iter().map(|code| typed(code)).collect::<Vec<_>>().join(", ")
        }
        Takes::So(so) => so.to_owned(),
    });
    told.collect::<Vec<_>>().join(", ")
}

/// What can be said, a line for each word.
pub fn told(terms: &'static [Term]) -> impl Iterator<Item = Line> {
    let is_first = |(n, term): &(usize, &Term)| terms.iter().position(|other| other.word == term.word) == Some(*n);
    let line = |word: &str, takes: &str| Line::of(Tone::Key, format!("{word}:")) + Line::dim(format!(" {takes}"));
    terms.iter().enumerate().filter(is_first).flat_map(move |(_, term)| match term.takes {
        Takes::Whole(words) => words.iter().map(|(word, takes)| line(word, takes)).collect(),
        _ => vec![line(term.word, &choices(terms, term.word))],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TERMS: &[Term] = &[
        term("name", "nameBegins", Takes::Text),
        term("tenant", "tenant", Takes::Tenant),
        term("state", "state", Takes::Several(&["PENDING", "NEEDS_RECONNECTING"])),
        term("kind", "kind", Takes::One(&["BREAK_GLASS"])),
        term("since", "since", Takes::Since),
        term("ends", "endsBefore", Takes::Before),
        so("drifted", "hasDrift"),
        so("unused", "isUnused"),
    ];

    fn parsed(text: &str) -> Result<Value, String> {
        let now = "2026-11-23T13:00:00Z".parse().unwrap();
        parse(TERMS, text, now, FixedOffset::east_opt(0).unwrap()).map(Value::Object)
    }

    #[test]
    fn words_fill_the_fields_of_the_contract() {
        for (text, filter) in [
            ("", json!({})),
            ("zaitoon ho", json!({ "nameBegins": "zaitoon ho" })),
            ("name:\"Zaitoon Home\"", json!({ "nameBegins": "Zaitoon Home" })),
            ("state:pending state:Needs-Reconnecting", json!({ "state": ["PENDING", "NEEDS_RECONNECTING"] })),
            ("state:pending,needs-reconnecting", json!({ "state": ["PENDING", "NEEDS_RECONNECTING"] })),
            (
                "kind:break-glass is:drifted -is:unused",
                json!({
                    "kind": "BREAK_GLASS", "hasDrift": true, "isUnused": false,
                }),
            ),
            (
                "since:8h ends:30d",
                json!({
                    "since": "2026-11-23T05:00:00Z", "endsBefore": "2026-12-23T13:00:00Z",
                }),
            ),
            ("tenant:ten_4", json!({ "tenant": "ten_4" })),
        ] {
            assert_eq!(parsed(text), Ok(filter), "{text}");
        }
    }

    #[test]
    fn what_the_server_reads_goes_as_it_was_typed() {
        const READ: &[Term] = &[
            term("text", "text", Takes::Whole(&[("due", "<7d"), ("owner", "me")])),
            term("tenant", "tenant", Takes::Tenant),
        ];
        let now: Moment = "2026-11-23T13:00:00Z".parse().unwrap();
        let read = |text| parse(READ, text, now, FixedOffset::east_opt(0).unwrap()).map(Value::Object);
        assert_eq!(read(""), Ok(json!({})));
        assert_eq!(
            read("due:<7d -owner:me tenant:\"Zaitoon Home\" team:\"a b\" late"),
            Ok(json!({ "text": "due:<7d -owner:me team:\"a b\" late", "tenant": "Zaitoon Home" }))
        );
        let told: Vec<String> = told(READ).map(|line| line.text()).collect();
        assert_eq!(told, ["due: <7d", "owner: me", "tenant: its id, or how its name begins"]);
    }

    #[test]
    fn what_cannot_be_meant_is_told_with_what_can() {
        for (text, words) in [
            ("drift:x", "there is no drift: here, but name:, tenant:, state:, kind:, since:, ends:, is:"),
            ("state:gone", "state: takes pending, needs-reconnecting"),
            ("state:", "state: says nothing behind its colon"),
            ("is:late", "is: takes drifted, unused"),
            ("-state:pending", "there is no -state: here, but name:, tenant:, state:, kind:, since:, ends:, is:"),
            ("since:later", "since: takes 2026-11-30, or 8h or 30d ago"),
            ("name:\"Zaitoon", "a quote is not closed"),
        ] {
            assert_eq!(parsed(text), Err(words.to_owned()), "{text}");
        }
    }
}
