//! The record of processing as a table, one line per purpose, for whoever keeps it in a spreadsheet. No cell in it is
//! taken for a formula.

use ::csv::{QuoteStyle, Terminator, WriterBuilder};

use super::record::{Data, Limit, Part, Receiver, Record};
use crate::floor::kernel::{Error, Result};

const HEAD: [&str; 15] = [
    "part",
    "policy",
    "version",
    "controller or processor",
    "contact",
    "representative",
    "data protection officer",
    "on behalf of",
    "purpose",
    "ground",
    "categories of subjects",
    "categories of data",
    "recipients",
    "transfers and safeguards",
    "erasure limits",
];

impl Record {
    /// Lines end as RFC 4180 has it. What is done for security stands in a last line of its own.
    pub fn csv(&self) -> Result<String> {
        let part = match self.part {
            Part::Controller => "controller",
            Part::Processor => "processor",
        };
        let behalf = listed(&self.on_behalf_of, |one| format!("{} ({}, {})", one.name, one.region, one.id));
        let head = [
            part.to_owned(),
            self.policy.clone(),
            self.version.to_string(),
            format!("{}, {}", self.operator.name, self.operator.country),
            self.operator.contact.clone(),
            self.operator.representative.clone().unwrap_or_default(),
            self.operator.protection_officer.clone().unwrap_or_default(),
            behalf,
        ];
        let mut lines = vec![HEAD.map(str::to_owned).to_vec()];
        for entry in &self.entries {
            let leaves: Vec<&Receiver> = entry.recipients.iter().filter(|one| one.transfer.is_some()).collect();
            let rest = [
                entry.purpose.clone(),
                entry.ground.unwrap_or_default().to_owned(),
                entry.subjects.join("; "),
                listed(&entry.data, data),
                listed(&entry.recipients, |one| format!("{}: {}", one.name, one.service)),
                listed(&leaves, |one| {
                    format!("{} ({}): {}", one.name, one.regions.join(", "), one.transfer.unwrap_or_default())
                }),
                listed(&entry.erasure, limit),
            ];
            lines.push([head.as_slice(), rest.as_slice()].concat());
        }
        let rest = ["Security measures", "", "", &self.security.join("; "), "", "", ""].map(str::to_owned);
        lines.push([head.as_slice(), rest.as_slice()].concat());
        spreadsheet(&lines)
    }
}

fn data(data: &Data) -> String {
    format!("{}: {}", data.category, data.fields.join(", "))
}

fn limit(limit: &Limit) -> String {
    let kept = limit.kept_under.map(|ground| format!(", kept under {ground}")).unwrap_or_default();
    format!("{}: {} from {}{kept}", limit.title, limit.window, limit.anchor)
}

fn listed<T>(items: &[T], word: impl Fn(&T) -> String) -> String {
    items.iter().map(word).collect::<Vec<_>>().join("; ")
}

/// Lines as RFC 4180 has them, each cell in quotes.
pub fn spreadsheet(lines: &[Vec<String>]) -> Result<String> {
    let odd = |error: &dyn std::fmt::Display| Error::internal(format!("a table that cannot be written: {error}"));
    let mut writer =
        WriterBuilder::new().quote_style(QuoteStyle::Always).terminator(Terminator::CRLF).from_writer(Vec::new());
    for line in lines {
        writer.write_record(line.iter().map(|cell| guarded(cell))).map_err(|error| odd(&error))?;
    }
    let bytes = writer.into_inner().map_err(|error| odd(&error))?;
    String::from_utf8(bytes).map_err(|error| odd(&error))
}

/// A cell that a spreadsheet would reckon with begins with an apostrophe.
pub fn guarded(cell: &str) -> String {
    let guard = if cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) { "'" } else { "" };
    format!("{guard}{cell}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula_and_quotes_are_doubled() {
        for cell in ["=1+1", "+1", "-1", "@sum", "\tx", "\rx", "\nx"] {
            assert_eq!(guarded(cell), format!("'{cell}"));
        }
        let cells = ["say \"no\"", "=1"].map(str::to_owned).to_vec();
        assert_eq!(spreadsheet(&[cells]).expect("a table"), "\"say \"\"no\"\"\",\"'=1\"\r\n");
    }
}
