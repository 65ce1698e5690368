//! What a document may ask for, reckoned before the library sees it. The library expands fragments before it compares
//! its own limits, and a chain of them, each spread twice, doubles with every link; here each fragment is reckoned
//! once, so the time taken grows with the document's length and with nothing else.

mod reckoning;
mod skim;
mod tally;

use async_graphql::Variables;
use async_graphql::parser::types::{DocumentOperations, ExecutableDocument, OperationDefinition, OperationType};

pub use skim::skim;
pub use tally::tally;

/// How much one document may ask for, with its fragments written out.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    pub fields: u32,
    pub depth: u32,
    pub aliases: u32,
    /// Root fields of a query; a mutation has one.
    pub roots: u32,
    pub operations: usize,
    pub fragments: usize,
    /// On any one place of the document.
    pub directives: usize,
    /// Rows of one page.
    pub page: u32,
}

impl Limits {
    pub const USUAL: Self = Self {
        fields: 500,
        depth: 10,
        aliases: 20,
        roots: 10,
        operations: 10,
        fragments: 20,
        directives: 5,
        page: 100,
    };
    /// For documents that ask for the schema alone, where a setting offers it.
    pub const CURIOUS: Self = Self { fields: 2_000, depth: 20, ..Self::USUAL };
}

/// Rows of a page that names no size, as `connection` gives them.
const USUAL_PAGE: u32 = 50;
/// What a change costs beside what it answers.
const CHANGE: u32 = 10;

/// Which limit a document is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TooCostly {
    Words,
    Nesting,
    Fields,
    Depth,
    Aliases,
    Roots,
    Operations,
    Fragments,
    Directives,
    Page,
    /// A fragment that spreads itself, or one that is not there.
    Spread,
    /// A string that does not end.
    Open,
}

impl TooCostly {
    /// What to do about it. Nothing of the document is repeated.
    pub const fn advice(self) -> &'static str {
        match self {
            Self::Words => "the document has more than 2500 words and signs: ask in parts",
            Self::Nesting => "the document has more than 40 brackets within each other",
            Self::Fields => "the document asks for more than 500 fields: ask in parts",
            Self::Depth => "the document is deeper than 10 levels",
            Self::Aliases => "the document has more than 20 aliases",
            Self::Roots => "ask for at most 10 root fields, of a mutation or a subscription for one",
            Self::Operations => "the document has more than 10 operations",
            Self::Fragments => "the document has more than 20 fragments",
            Self::Directives => "there are more than 5 directives in one place",
            Self::Page => "ask for at most 100 rows or ids at once",
            Self::Spread => "a fragment spreads itself or one that is not there",
            Self::Open => "a string in the document does not end",
        }
    }

    /// Whether it is wrong in itself, and not only too much.
    pub const fn is_broken(self) -> bool {
        matches!(self, Self::Spread | Self::Open)
    }
}

/// What the operation that is to be carried out comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bill {
    pub kind: OperationType,
    /// One for each object that may be answered, at least one; more for a change.
    pub points: u32,
}

/// The operation a call means; `None` where its document leaves it open or has none of that name.
pub fn meant<'a>(document: &'a ExecutableDocument, name: Option<&str>) -> Option<&'a OperationDefinition> {
    match (&document.operations, name) {
        (DocumentOperations::Single(only), None) => Some(&only.node),
        (DocumentOperations::Multiple(all), None) if all.len() == 1 => all.values().next().map(|only| &only.node),
        (DocumentOperations::Multiple(all), Some(name)) => all.get(name).map(|one| &one.node),
        _ => None,
    }
}

/// Refuses a document that is over a limit in any of its operations or fragments, and reckons what `meant` costs.
pub fn reckon(
    document: &ExecutableDocument,
    meant: &OperationDefinition,
    variables: &Variables,
    offers_schema: bool,
) -> Result<Bill, TooCostly> {
    if document.fragments.len() > Limits::USUAL.fragments {
        return Err(TooCostly::Fragments);
    }
    if document.operations.iter().count() > Limits::USUAL.operations {
        return Err(TooCostly::Operations);
    }
    let mut points = 0;
    for (_, operation) in document.operations.iter() {
        let whole = reckoning::operation(document, &operation.node, variables, offers_schema)?;
        if std::ptr::eq(&raw const operation.node, meant) {
            points = whole;
        }
    }
    let change = if meant.ty == OperationType::Mutation { CHANGE } else { 0 };
    Ok(Bill { kind: meant.ty, points: points.max(1).saturating_add(change) })
}

/// What an answer came to, of a bill for the same operation.
pub fn spent(kind: OperationType, data: &async_graphql::Value) -> u32 {
    let change = if kind == OperationType::Mutation { CHANGE } else { 0 };
    tally(data).max(1).saturating_add(change)
}
