//! What an extract found: one row for each thing that may do something, in a form that has one digest.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::floor::journal::canonical;
use crate::floor::kernel::vocabulary::vocabulary;
use crate::floor::kernel::{Error, Result, StaffId, TenantId};

vocabulary! {
    /// What kinds of things are reviewed.
    pub enum ReviewSubject {
        /// Apps that tenants connected.
        Apps = "apps",
        /// What stores granted.
        Scopes = "scopes",
        /// Seats at the desk.
        Staff = "staff",
    }
}

/// What stands before the lines that a digest is over: kind and version of their form.
const CONTEXT: &[u8] = b"rightsdesk/review-extract/1\n";

/// Ids, codes and dates by name. Never a personal value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts(BTreeMap<String, String>);

impl Facts {
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.0.insert(name.to_owned(), value.into());
        self
    }

    /// What is known under this name; nothing where there is nothing.
    pub fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// The words under this name.
    pub fn words(&self, name: &str) -> Vec<&str> {
        self.get(name).split_whitespace().collect()
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// As it is stored.
    pub fn text(&self) -> String {
        self.value().to_string()
    }

    /// From its stored text; `None` where that is not what this program writes.
    pub fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok().map(Self)
    }

    pub fn value(&self) -> Value {
        self.iter().map(|(name, value)| (name.to_owned(), value.into())).collect::<serde_json::Map<_, _>>().into()
    }
}

/// A thing, or a part of one, that may do something: as it stood in the snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub subject: ReviewSubject,
    /// Whose it is; the house's own is the house's.
    pub tenant: TenantId,
    pub object: Uuid,
    /// Such as one scope of a store; empty where the object is taken as a whole.
    pub part: String,
    pub label: String,
    pub facts: Facts,
    /// Who may not decide: the reviewed, and who provisioned it.
    pub barred: Vec<StaffId>,
}

impl Found {
    /// The order in which a campaign holds its rows.
    pub fn order(&self, other: &Self) -> std::cmp::Ordering {
        let (one, two) = (self, other);
        (one.subject, one.tenant, &one.label, one.object, &one.part).cmp(&(
            two.subject,
            two.tenant,
            &two.label,
            two.object,
            &two.part,
        ))
    }

    /// As an outsider reads it.
    pub fn value(&self) -> Value {
        json!({
            "subject": self.subject.code(),
            "tenant": self.tenant.uuid(),
            "object": self.object,
            "part": self.part,
            "label": self.label,
            "facts": self.facts.value(),
            "barred": self.barred.iter().map(|staff| staff.uuid()).collect::<Vec<_>>(),
        })
    }
}

pub type Digest = [u8; 32];

/// The digest over the lines of an extract, as they come.
pub struct Lines {
    so_far: Sha256,
}

impl Default for Lines {
    fn default() -> Self {
        Self { so_far: Sha256::new_with_prefix(CONTEXT) }
    }
}

impl Lines {
    pub fn add(&mut self, found: &Found) -> Result<()> {
        let line =
            line_of(&found.value()).ok_or_else(|| Error::internal("a row of an extract has no canonical form"))?;
        self.so_far.update(line);
        self.so_far.update(b"\n");
        Ok(())
    }

    pub fn digest(self) -> Digest {
        self.so_far.finalize().into()
    }
}

/// The line of a row, from the row as an outsider has it.
pub fn line_of(row: &Value) -> Option<Vec<u8>> {
    const OWN: [&str; 7] = ["subject", "tenant", "object", "part", "label", "facts", "barred"];
    let row = row.as_object()?;
    let own: serde_json::Map<String, Value> =
        OWN.iter().map(|name| Some(((*name).to_owned(), row.get(*name)?.clone()))).collect::<Option<_>>()?;
    canonical(&Value::Object(own))
}

/// The digest of lines that an outsider made with [`line_of`].
pub fn digest_of_lines(lines: &[Vec<u8>]) -> Digest {
    let mut so_far = Sha256::new_with_prefix(CONTEXT);
    for line in lines {
        so_far.update(line);
        so_far.update(b"\n");
    }
    so_far.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found() -> Found {
        Found {
            subject: ReviewSubject::Staff,
            tenant: TenantId::HOUSE,
            object: Uuid::from_u128(7),
            part: String::new(),
            label: "mira".to_owned(),
            facts: Facts::default().with("roles", "support").with("last_seen", "never"),
            barred: vec![StaffId::from_uuid(Uuid::from_u128(7))],
        }
    }

    #[test]
    fn a_row_has_the_line_that_is_published() {
        let line = line_of(&found().value()).expect("plain");
        let published = concat!(
            r#"{"barred":["00000000-0000-0000-0000-000000000007"],"facts":{"last_seen":"never","roles":"support"},"#,
            r#""label":"mira","object":"00000000-0000-0000-0000-000000000007","part":"","subject":"staff","#,
            r#""tenant":"00000000-0000-0000-0000-000000000000"}"#,
        );
        assert_eq!(String::from_utf8(line).expect("text"), published);
    }

    #[test]
    fn a_digest_changes_with_every_fact_and_with_the_order() {
        let digest = |rows: &[Found]| {
            let mut lines = Lines::default();
            for row in rows {
                lines.add(row).expect("plain");
            }
            lines.digest()
        };
        let other = Found { label: "omar".to_owned(), ..found() };
        let wider = Found { facts: found().facts.with("roles", "admin"), ..found() };
        let all = [
            digest(&[]),
            digest(&[found()]),
            digest(&[wider]),
            digest(&[found(), other.clone()]),
            digest(&[other, found()]),
        ];
        for (at, one) in all.iter().enumerate() {
            assert!(all.iter().skip(at + 1).all(|two| one != two), "{at}");
        }
        let line = line_of(&found().value()).expect("plain");
        assert_eq!(digest_of_lines(&[line]), digest(&[found()]));
    }

    #[test]
    fn facts_come_back_as_they_were_stored() {
        let facts = found().facts;
        assert_eq!(Facts::read(&facts.text()), Some(facts));
        assert_eq!(Facts::read("[1]"), None);
    }
}
