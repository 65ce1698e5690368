//! Rows and things as text: columns as wide as their widest cell, versioned JSON, CSV that no spreadsheet runs.

use std::fmt::Write;

use serde_json::{Map, Value, json};
use unicode_width::UnicodeWidthStr;

use crate::core::filter::typed;
use crate::core::scrub::scrub;

use super::nouns::Noun;
use super::reads::Form;

pub fn rows(noun: &Noun, rows: Vec<Value>, total: &Value, form: Form) -> String {
    table((noun.command, noun.singular), noun.columns, rows, total, form)
}

/// Rows under columns that may be known only now; the shapes of all and of one.
pub fn table(
    (plural, singular): (&str, &str),
    heads: &[(&str, &str)],
    rows: Vec<Value>,
    total: &Value,
    form: Form,
) -> String {
    if form.json {
        let shape = format!("rightsdesk.{plural}/1");
        return format!("{:#}\n", json!({ "shape": shape, "total": total, "rows": rows }));
    }
    if form.jsonl {
        let line = |text: String, row| text + &shaped(singular, row).to_string() + "\n";
        return rows.into_iter().fold(String::new(), line);
    }
    let names = heads.iter().map(|(head, _)| (*head).to_owned()).collect::<Vec<_>>();
    let cells = |row: &Value| heads.iter().map(|(_, at)| cell(at, row.pointer(at))).collect();
    let lines: Vec<Vec<String>> = std::iter::once(names).chain(rows.iter().map(cells)).collect();
    if form.csv { csv(&lines) } else { columns(&lines) }
}

/// One thing: its members below one another, or as JSON; a list within it is a line for each of its own.
pub fn one(name: &str, thing: Value, form: Form) -> String {
    if form.json || form.jsonl {
        let shaped = shaped(name, thing);
        return if form.json { format!("{shaped:#}\n") } else { format!("{shaped}\n") };
    }
    let mut lines = Vec::new();
    flat("", &thing, &mut lines);
    if form.csv { csv(&lines) } else { columns(&lines) }
}

/// JSON of the same meaning that says every other letter by its number: to the byte, and harmless to a terminal.
pub fn ascii(json: &str) -> String {
    json.chars().fold(String::with_capacity(json.len()), |mut told, c| {
        if c.is_ascii() && c != '\u{7f}' {
            told.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing into a String cannot fail.
                _ = write!(told, "\\u{unit:04x}");
            }
        }
        told
    })
}

/// Name and value of all that is in it, inner things by their path.
fn flat(path: &str, value: &Value, lines: &mut Vec<Vec<String>>) {
    let within = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match value {
        // What is so of the thing itself comes before the lists that belong to it.
        Value::Object(members) => {
            let (lists, own): (Vec<_>, Vec<_>) = members.iter().partition(|(_, value)| is_list(value));
            own.into_iter().chain(lists).for_each(|(name, value)| flat(&within(name), value, lines));
        }
        Value::Array(items) if is_list(value) => {
            items.iter().enumerate().for_each(|(n, item)| flat(&within(&n.to_string()), item, lines));
        }
        value => lines.push(vec![path.to_owned(), cell(path, Some(value))]),
    }
}

fn is_list(value: &Value) -> bool {
    value.as_array().is_some_and(|items| items.iter().any(Value::is_object))
}

fn shaped(noun: &str, row: Value) -> Value {
    let mut members = match row {
        Value::Object(members) => members,
        _ => Map::new(),
    };
    members.insert("shape".to_owned(), json!(format!("rightsdesk.{noun}/1")));
    Value::Object(members)
}

fn columns(lines: &[Vec<String>]) -> String {
    let many = lines.iter().map(Vec::len).max().unwrap_or(0);
    let width = |n: usize| lines.iter().filter_map(|line| line.get(n)).map(|cell| cell.width()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..many).map(width).collect();
    let mut text = String::new();
    for line in lines {
        let mut row = String::new();
        for (cell, width) in line.iter().zip(&widths) {
            row.push_str(cell);
            row.push_str(&" ".repeat(width - cell.width() + 2));
        }
        text.push_str(row.trim_end());
        text.push('\n');
    }
    text
}

fn csv(lines: &[Vec<String>]) -> String {
    let quoted = |cell: &String| {
        // A spreadsheet takes what begins so for a formula.
        let is_formula = cell.starts_with(['=', '+', '-', '@']) && cell != "-";
        let text = if is_formula { format!("'{cell}") } else { cell.clone() };
        if text.contains([',', '"', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
    };
    let row = |line: &Vec<String>| line.iter().map(quoted).collect::<Vec<_>>().join(",") + "\r\n";
    lines.iter().map(row).collect()
}

/// Members whose values are words of the contract.
const WORDS: &[&str] = &[
    "state",
    "ourRole",
    "roles",
    "secondFactor",
    "stage",
    "method",
    "kind",
    "driftKinds",
    "verdict",
    "sensitivity",
    "standing",
    "part",
    "class",
    "whose",
    "erasedBy",
    "keptUnder",
    "covers",
    "subject",
    "decision",
    "revocation",
    "transfer",
    "form",
    "right",
    "nextAction",
    "waitingFor",
    "source",
    "role",
    "outcome",
    "ground",
    "proof",
];

/// A value as people read it; what is not there is a dash.
fn cell(at: &str, value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => "-".to_owned(),
        Some(Value::String(text)) => {
            let is_word = at.rsplit(['/', '.']).next().is_some_and(|name| WORDS.contains(&name));
            if is_word { typed(text) } else { scrub(text) }
        }
        Some(Value::Array(items)) if items.is_empty() => "-".to_owned(),
        Some(Value::Array(items)) => items.iter().map(|item| cell(at, Some(item))).collect::<Vec<_>>().join(","),
        Some(Value::Bool(is_so)) => if *is_so { "yes" } else { "no" }.to_owned(),
        // People need no more of a part; JSON has all of it.
        Some(Value::Number(number)) if number.is_f64() => format!("{:.2}", number.as_f64().unwrap_or_default()),
        Some(other) => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_so_of_a_thing_comes_before_the_lists_that_belong_to_it() {
        let thing = json!({ "acts": [{ "act": "NOTE" }], "days": 1.5, "reference": "R-7K4QD2C" });
        let told = "days        1.50\nreference   R-7K4QD2C\nacts.0.act  NOTE\n";
        assert_eq!(one("request", thing, Form::default()), told);
    }
}
