//! What a document may ask for, reckoned before the library sees it. The library expands fragments before it compares
//! its own limits, and a chain of them, each spread twice, doubles with every link; here each fragment is reckoned
//! once, so the time taken grows with the document's length and with nothing else.

use std::collections::HashMap;

use async_graphql::Name;
use async_graphql::Positioned;
use async_graphql::parser::types::{
    Directive, ExecutableDocument, FragmentDefinition, OperationDefinition, OperationType, Selection, SelectionSet,
};

/// How much one document may ask for, with its fragments written out.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    pub fields: u32,
    pub depth: u32,
    pub aliases: u32,
    /// Root fields of a query; a mutation has one.
    pub roots: u32,
    pub fragments: usize,
    /// On any one place of the document.
    pub directives: usize,
}

impl Limits {
    pub const USUAL: Self = Self { fields: 500, depth: 10, aliases: 20, roots: 10, fragments: 20, directives: 5 };
    /// For documents that ask for the schema alone, where a setting offers it.
    pub const CURIOUS: Self = Self { fields: 2_000, depth: 20, ..Self::USUAL };
}

/// Which limit a document is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TooCostly {
    Fields,
    Depth,
    Aliases,
    Roots,
    Fragments,
    Directives,
    /// A fragment that spreads itself, or one that is not there.
    Spread,
}

impl TooCostly {
    /// What to do about it. Nothing of the document is repeated.
    pub const fn advice(self) -> &'static str {
        match self {
            Self::Fields => "the document asks for more than 500 fields: ask in parts",
            Self::Depth => "the document is deeper than 10 levels",
            Self::Aliases => "the document has more than 20 aliases",
            Self::Roots => "ask for at most 10 root fields, of a mutation for one",
            Self::Fragments => "the document has more than 20 fragments",
            Self::Directives => "there are more than 5 directives in one place",
            Self::Spread => "a fragment spreads itself or one that is not there",
        }
    }
}

/// Refuses a document that is over a limit.
pub fn check(document: &ExecutableDocument, offers_schema: bool) -> Result<(), TooCostly> {
    if document.fragments.len() > Limits::USUAL.fragments {
        return Err(TooCostly::Fragments);
    }
    for (_, operation) in document.operations.iter() {
        let operation = &operation.node;
        let limits = if offers_schema && is_curious(operation) { Limits::CURIOUS } else { Limits::USUAL };
        let mut reckoning = Reckoning { limits, fragments: &document.fragments, known: HashMap::new() };
        reckoning.directives(&operation.directives)?;
        let whole = reckoning.set(&operation.selection_set.node)?;
        let roots = if operation.ty == OperationType::Query { limits.roots } else { 1 };
        if whole.width > roots {
            return Err(TooCostly::Roots);
        }
        whole.within(limits)?;
    }
    Ok(())
}

/// Every root field is the schema's own.
fn is_curious(operation: &OperationDefinition) -> bool {
    operation
        .selection_set
        .node
        .items
        .iter()
        .all(|item| matches!(&item.node, Selection::Field(field) if field.node.name.node.starts_with("__")))
}

/// What a selection comes to. Counts stop at their ceiling instead of turning over.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    fields: u32,
    depth: u32,
    aliases: u32,
    /// Fields on its own level.
    width: u32,
}

impl Sum {
    fn and(self, other: Self) -> Self {
        Self {
            fields: self.fields.saturating_add(other.fields),
            depth: self.depth.max(other.depth),
            aliases: self.aliases.saturating_add(other.aliases),
            width: self.width.saturating_add(other.width),
        }
    }

    fn within(self, limits: Limits) -> Result<(), TooCostly> {
        match () {
            () if self.fields > limits.fields => Err(TooCostly::Fields),
            () if self.depth > limits.depth => Err(TooCostly::Depth),
            () if self.aliases > limits.aliases => Err(TooCostly::Aliases),
            () => Ok(()),
        }
    }
}

struct Reckoning<'a> {
    limits: Limits,
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    /// Fragments reckoned so far; `None` while one is being reckoned, so that a circle is seen.
    known: HashMap<&'a Name, Option<Sum>>,
}

impl<'a> Reckoning<'a> {
    fn set(&mut self, set: &'a SelectionSet) -> Result<Sum, TooCostly> {
        let mut sum = Sum::default();
        for item in &set.items {
            sum = sum.and(self.selection(&item.node)?);
        }
        Ok(sum)
    }

    fn selection(&mut self, selection: &'a Selection) -> Result<Sum, TooCostly> {
        match selection {
            Selection::Field(field) => {
                let field = &field.node;
                self.directives(&field.directives)?;
                let inner = self.set(&field.selection_set.node)?;
                Ok(Sum {
                    fields: inner.fields.saturating_add(1),
                    depth: inner.depth.saturating_add(1),
                    aliases: inner.aliases.saturating_add(u32::from(field.alias.is_some())),
                    width: 1,
                })
            }
            Selection::InlineFragment(inline) => {
                self.directives(&inline.node.directives)?;
                self.set(&inline.node.selection_set.node)
            }
            Selection::FragmentSpread(spread) => {
                self.directives(&spread.node.directives)?;
                self.fragment(&spread.node.fragment_name.node)
            }
        }
    }

    fn fragment(&mut self, name: &Name) -> Result<Sum, TooCostly> {
        let (name, fragment) = self.fragments.get_key_value(name).ok_or(TooCostly::Spread)?;
        if let Some(known) = self.known.get(name) {
            return known.ok_or(TooCostly::Spread);
        }
        self.known.insert(name, None);
        self.directives(&fragment.node.directives)?;
        let sum = self.set(&fragment.node.selection_set.node)?;
        self.known.insert(name, Some(sum));
        Ok(sum)
    }

    fn directives(&self, directives: &[Positioned<Directive>]) -> Result<(), TooCostly> {
        if directives.len() > self.limits.directives { Err(TooCostly::Directives) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::parser::parse_query;

    fn verdict(document: &str) -> Result<(), TooCostly> {
        check(&parse_query(document).expect("it parses"), false)
    }

    /// N fragments, each spread twice by the one before.
    fn doubling(links: usize) -> String {
        let link = |to: usize| format!("fragment f{} on Query{{...f{to} ...f{to}}}", to - 1);
        let chain = (1..=links).map(link).collect::<Vec<_>>().concat();
        format!("{{...f0}}{chain}fragment f{links} on Query{{__typename}}")
    }

    #[test]
    fn each_limit_is_kept_and_reached() {
        let deep = |levels: usize| format!("{}a{}", "{a".repeat(levels - 1) + "{", "}".repeat(levels));
        let many = |word: &str, times: usize| format!("{{a{{{}}}}}", word.repeat(times));
        let roots = |kind: &str, times: usize| format!("{kind}{{{}}}", "a ".repeat(times));
        assert_eq!(verdict(&deep(10)), Ok(()));
        assert_eq!(verdict(&deep(11)), Err(TooCostly::Depth));
        assert_eq!(verdict(&many("b ", 499)), Ok(()));
        assert_eq!(verdict(&many("b ", 500)), Err(TooCostly::Fields));
        assert_eq!(verdict(&many("__typename ", 200_000)), Err(TooCostly::Fields));
        assert_eq!(verdict(&many("c:b ", 20)), Ok(()));
        assert_eq!(verdict(&many("c:b ", 21)), Err(TooCostly::Aliases));
        assert_eq!(verdict(&roots("query", 10)), Ok(()));
        assert_eq!(verdict(&roots("query", 11)), Err(TooCostly::Roots));
        assert_eq!(verdict(&roots("mutation", 2)), Err(TooCostly::Roots));
        assert_eq!(verdict(&format!("{{a {}}}", "@skip(if:true) ".repeat(6))), Err(TooCostly::Directives));
    }

    #[test]
    fn a_chain_that_doubles_is_refused_however_long() {
        assert_eq!(verdict(&doubling(3)), Ok(()));
        for links in 9..=19 {
            assert_eq!(verdict(&doubling(links)), Err(TooCostly::Roots), "{links} links");
            let below = doubling(links).replacen("{...f0}", "{a{...f0}}", 1);
            assert_eq!(verdict(&below), Err(TooCostly::Fields), "{links} links");
        }
        assert_eq!(verdict(&doubling(40)), Err(TooCostly::Fragments));
    }

    #[test]
    fn a_circle_or_a_missing_fragment_is_refused() {
        assert_eq!(verdict("{...a} fragment a on Query{...b} fragment b on Query{...a}"), Err(TooCostly::Spread));
        assert_eq!(verdict("{...a}"), Err(TooCostly::Spread));
    }
}
