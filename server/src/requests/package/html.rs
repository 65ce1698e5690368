//! The page of a package that a person reads: what the law wants said, what was left out, and the first rows of each table.
//! It stands alone: no script, nothing from elsewhere, the language's own side to begin on. Pure.

use std::sync::LazyLock;

use serde_json::Value;

use super::json::is_money;
use super::legal::{About, Limit};
use super::model::LeftOut;
use super::reading::{Cells, Left, Sheet};
use super::words::Words;
use crate::floor::datamap::Form;
use crate::floor::html::{Frame, Html, Style};
use crate::floor::policy::Policy;
use crate::floor::tongues::fill;

static STYLE: LazyLock<Style> = LazyLock::new(|| Style::new(include_str!("page.css")));

/// Rows of a table that the page shows; all of them stand in its files.
pub const SHOWN: usize = 50;

/// What a table came to. Its rows are somebody's and never print.
#[derive(Clone, Default)]
pub struct Seen {
    pub rows: u64,
    pub first: Vec<Cells>,
    pub left_out: Left,
}

/// What the page is drawn from.
pub struct Page<'a> {
    pub about: &'a About,
    pub is_given: bool,
    pub words: &'a Words,
    pub dir: &'static str,
    pub policy: &'a Policy,
    /// Each table of the package with what it came to.
    pub tables: &'a [(Sheet, Seen)],
    /// What is withheld of each table by its own nature.
    pub own: &'a [(&'static str, &'static str)],
    /// Kinds of values that a law forbids to hand out, and where it says so.
    pub forbidden: &'a [(String, String)],
}

impl Page<'_> {
    pub fn drawn(&self) -> String {
        let title = self.filled(&self.words.title);
        let frame = Frame { lang: &self.about.language, dir: self.dir, title: &title, style: &STYLE, is_listed: false };
        frame.around(
            |_| {},
            |html| {
                html.tag("main", &[], |html| {
                    html.line("h1", &[], &title);
                    self.lead(html);
                    section(html, &self.words.data, |html| self.data(html));
                    self.law(html);
                    section(html, &self.words.withheld, |html| self.withheld(html));
                    section(html, &self.words.files, |html| html.line("p", &[], &self.words.files_text));
                });
            },
        )
    }

    fn filled(&self, sentence: &str) -> String {
        let slots = [
            ("operator", self.about.operator.as_str()),
            ("day", self.about.made_on.as_str()),
            ("reference", self.about.reference.as_str()),
            ("merchant", self.about.merchant.as_deref().unwrap_or_default()),
        ];
        fill(sentence, &slots)
    }

    fn lead(&self, html: &mut Html) {
        let (words, about) = (self.words, self.about);
        html.line("p", &[], &self.filled(if self.is_given { &words.given } else { &words.lead }));
        if about.merchant.is_some() {
            html.line("p", &[], &self.filled(&words.merchant));
        }
        let facts = [
            (&words.asked, Some(&about.asked_on)),
            (&words.made, Some(&about.made_on)),
            (&words.contact, Some(&about.contact)),
            (&words.officer, about.officer.as_ref()),
            (&words.representative, about.representative.as_ref()),
        ];
        html.tag("dl", &[], |html| {
            for (label, value) in facts {
                if let Some(value) = value {
                    html.line("dt", &[("class", "quiet")], label);
                    html.line("dd", &[], value);
                }
            }
        });
    }

    fn data(&self, html: &mut Html) {
        for (sheet, seen) in self.tables {
            html.line("h3", &[], &self.name(sheet));
            if seen.rows == 0 {
                html.line("p", &[("class", "quiet")], &self.words.nothing);
                continue;
            }
            html.line("p", &[("class", "quiet")], &fill(&self.words.rows, &[("n", &seen.rows.to_string())]));
            html.tag("div", &[("class", "scroll"), ("tabindex", "0")], |html| self.table(html, sheet, seen));
            let more = seen.rows.saturating_sub(seen.first.len() as u64);
            if more > 0 {
                let (more, file) = (more.to_string(), ["csv/", sheet.table.name, ".csv"].concat());
                html.line("p", &[], &fill(&self.words.more, &[("n", &more), ("file", &file)]));
            }
        }
    }

    /// What a table is called: what the policy calls its kind of data, and what it is called in the files.
    fn name(&self, sheet: &Sheet) -> String {
        let (name, policy) = (spelled(sheet.table.name), self.policy);
        let title = sheet
            .table
            .listed_as(policy)
            .map(|category| category.title.in_locale(policy.spoken(&self.about.language), policy.first_locale()));
        title.map_or_else(|| name.clone(), |title| [title, " · ", &name].concat())
    }

    fn table(&self, html: &mut Html, sheet: &Sheet, seen: &Seen) {
        html.tag("table", &[], |html| {
            html.tag("thead", &[], |html| {
                html.tag("tr", &[], |html| {
                    for (column, _) in &sheet.columns {
                        html.line("th", &[("scope", "col")], &spelled(column.name));
                    }
                });
            });
            html.tag("tbody", &[], |html| {
                for row in &seen.first {
                    html.tag("tr", &[], |html| {
                        for ((column, form), cell) in sheet.columns.iter().zip(row) {
                            let text = cell.as_deref().map(|text| self.told(sheet, (column.name, *form), text));
                            html.line("td", &[("dir", "auto")], text.as_deref().unwrap_or_default());
                        }
                    });
                }
            });
        });
    }

    /// A value as people read it.
    fn told(&self, sheet: &Sheet, (name, form): (&str, Form), text: &str) -> String {
        match form {
            Form::Truth if text == "true" => self.words.yes.clone(),
            Form::Truth => self.words.no.clone(),
            Form::Number if is_money(sheet, name, form) => money(text),
            Form::Number => text.to_owned(),
            Form::Document | Form::Text => match serde_json::from_str::<Value>(text) {
                Ok(told @ (Value::Object(_) | Value::Array(_))) => flat(&told),
                _ => text.to_owned(),
            },
        }
    }

    fn law(&self, html: &mut Html) {
        let (words, about) = (self.words, self.about);
        section(html, &words.purposes, |html| {
            let purposes = about.purposes.iter().map(|purpose| with(&purpose.title, purpose.ground.as_deref()));
            list(html, purposes);
        });
        section(html, &words.categories, |html| {
            let sourced = |sources: &[String]| {
                (!sources.is_empty()).then(|| [words.source.as_str(), ": ", &sources.join("; ")].concat())
            };
            let categories =
                about.categories.iter().map(|category| with(&category.title, sourced(&category.sources).as_deref()));
            list(html, categories);
        });
        section(html, &words.recipients, |html| {
            let recipients = about.recipients.iter().map(|one| {
                let what = if one.got_something { &words.got } else { &words.may_get };
                let parts = [
                    one.service.clone(),
                    one.regions.join(", "),
                    one.safeguard.clone().unwrap_or_default(),
                    what.clone(),
                ];
                let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
                with(&one.name, Some(&parts.join("; ")))
            });
            list(html, recipients);
        });
        let limits = |limits: &[Limit]| {
            let limit = |limit: &Limit| {
                let ground = limit.ground.as_ref().map(|ground| ["; ", ground].concat()).unwrap_or_default();
                with(&limit.title, Some(&[limit.window.as_str(), &ground].concat()))
            };
            limits.iter().map(limit).collect::<Vec<_>>()
        };
        section(html, &words.retention, |html| list(html, limits(&about.retention)));
        if !about.keeps.is_empty() {
            section(html, &words.keeps, |html| list(html, limits(&about.keeps)));
        }
        section(html, &words.rights, |html| {
            html.line("p", &[], &self.filled(&words.rights_text));
            list(html, about.rights.iter().cloned());
            for complaint in &about.complaint {
                html.line("p", &[], complaint);
            }
            html.line("p", &[], &about.automated_decisions);
            list(html, about.regimes.iter().map(|regime| with(&regime.title, Some(&regime.law))));
        });
    }

    fn withheld(&self, html: &mut Html) {
        let words = self.words;
        let mut told = Vec::new();
        for (sheet, seen) in self.tables {
            let table = self.name(sheet);
            let mut lines: Vec<String> = Vec::new();
            let told_of = |sentence: &str, column: &str, number: u64| {
                let (column, number) = (spelled(column), number.to_string());
                fill(sentence, &[("table", &table), ("column", &column), ("n", &number)])
            };
            for (why, rows) in &seen.left_out.rows {
                let told = told_of(&words.withheld_rows, "", *rows);
                lines.push([told.as_str(), ". ", words.left_out(*why)].concat());
            }
            for ((column, why), cells) in &seen.left_out.cells {
                let told = told_of(&words.withheld_cells, column, *cells);
                lines.push([told.as_str(), ". ", words.left_out(*why)].concat());
            }
            for (column, cells) in &seen.left_out.others {
                let told = told_of(&words.withheld_cells, column, *cells);
                lines.push([told.as_str(), ". ", words.left_out(LeftOut::OthersRights)].concat());
            }
            for (column, cells) in &seen.left_out.shut {
                lines.push(told_of(&words.withheld_shut, column, *cells));
            }
            lines.sort();
            told.extend(lines);
        }
        if told.is_empty() {
            html.line("p", &[], &words.withheld_none);
        } else {
            list(html, told);
        }
        let forbidden = self
            .forbidden
            .iter()
            .map(|(kind, cite)| fill(&words.withheld_law, &[("column", &spelled(kind)), ("cite", cite)]));
        list(html, forbidden);
        if !self.own.is_empty() {
            html.line("p", &[], &words.withheld_own);
            list(html, self.own.iter().map(|(table, column)| [spelled(table), spelled(column)].join(": ")));
        }
        if !self.is_given {
            html.line("p", &[], &words.withheld_file);
        }
    }
}

fn section(html: &mut Html, title: &str, inside: impl FnOnce(&mut Html)) {
    html.tag("section", &[], |html| {
        html.line("h2", &[], title);
        inside(html);
    });
}

fn list(html: &mut Html, lines: impl IntoIterator<Item = String>) {
    let mut lines = lines.into_iter().peekable();
    if lines.peek().is_some() {
        html.tag("ul", &[], |html| {
            for line in lines {
                html.line("li", &[], &line);
            }
        });
    }
}

fn with(title: &str, beside: Option<&str>) -> String {
    match beside.filter(|beside| !beside.is_empty()) {
        Some(beside) => [title, " (", beside, ")"].concat(),
        None => title.to_owned(),
    }
}

/// A name of ours as words: `placed_at` as “placed at”.
fn spelled(name: &str) -> String {
    name.replace('_', " ")
}

/// So many millionths as people write an amount.
fn money(text: &str) -> String {
    let Ok(millionths) = text.parse::<i64>() else { return text.to_owned() };
    let (sign, size) = (if millionths < 0 { "-" } else { "" }, millionths.unsigned_abs());
    let fraction = format!("{:06}", size % 1_000_000);
    let fraction = fraction.trim_end_matches('0');
    format!("{sign}{}.{fraction:0<2}", size / 1_000_000)
}

/// A document on one line.
fn flat(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let told = fields.values().map(flat).filter(|part| !part.is_empty());
            told.collect::<Vec<_>>().join(", ")
        }
        Value::Array(items) => items.iter().map(flat).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", "),
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_and_addresses_are_told_as_people_read_them() {
        let told = ["19990000", "-500000", "1", "0", "x"].map(money);
        assert_eq!(told, ["19.99", "-0.50", "0.000001", "0.00", "x"]);
        let address = serde_json::json!({ "name": "Asha", "lines": ["1 Mall Road", null], "city": "Lahore" });
        let told = flat(&address);
        assert!(told.contains("1 Mall Road") && told.contains("Lahore") && !told.contains("null"), "{told}");
    }
}
