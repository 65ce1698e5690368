//! The record of processing as a table, one line per purpose, for whoever keeps it in a spreadsheet. No cell in it is
//! taken for a formula.

use super::record::{Data, Limit, Part, Receiver, Record};

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
    pub fn csv(&self) -> String {
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
        let mut text = line(&HEAD.map(str::to_owned));
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
            text.push_str(&line(&[head.as_slice(), rest.as_slice()].concat()));
        }
        let rest = ["Security measures", "", "", &self.security.join("; "), "", "", ""].map(str::to_owned);
        text.push_str(&line(&[head.as_slice(), rest.as_slice()].concat()));
        text
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

fn line(cells: &[String]) -> String {
    let cells: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
    format!("{}\r\n", cells.join(","))
}

/// A cell in quotes; one that a spreadsheet would reckon with begins with an apostrophe.
fn quoted(cell: &str) -> String {
    let guard = if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    format!("\"{guard}{}\"", cell.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula_and_quotes_are_doubled() {
        for cell in ["=1+1", "+1", "-1", "@sum", "\tx", "\rx"] {
            assert!(quoted(cell).starts_with("\"'"), "{cell:?}");
        }
        assert_eq!(quoted("say \"no\""), "\"say \"\"no\"\"\"");
        assert_eq!(line(&["a".to_owned(), "b".to_owned()]), "\"a\",\"b\"\r\n");
    }
}
