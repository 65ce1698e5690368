//! Where a policy file has what the model does not remember the place of.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// One step into a file.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step<'a> {
    Key(&'a str),
    Nth(usize),
}

/// The file, value by value.
pub(super) struct Places<'a>(Option<Spanned<DeTable<'a>>>);

impl<'a> Places<'a> {
    pub fn of(text: &'a str) -> Self {
        Self(DeTable::parse(text).ok())
    }

    /// Where these steps lead, as far as they do.
    pub fn at(&self, steps: &[Step<'_>]) -> usize {
        let Some(whole) = &self.0 else { return 0 };
        let Some((Step::Key(first), rest)) = steps.split_first() else { return 0 };
        let Some(mut value) = whole.get_ref().get(*first) else { return 0 };
        for step in rest {
            let next = match (step, value.get_ref()) {
                (Step::Key(key), DeValue::Table(table)) => table.get(*key),
                (Step::Nth(nth), DeValue::Array(list)) => list.get(*nth),
                _ => None,
            };
            let Some(next) = next else { break };
            value = next;
        }
        value.span().start
    }
}
