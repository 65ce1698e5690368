//! The words a page's claims are written down in. They say what must be seen, and never how it is looked for.

/// A claim of the page, in short words, and what must be seen of it.
pub struct Claim(pub &'static str, pub &'static [Sight]);

pub type Text = &'static str;
pub type List = &'static [&'static str];

/// Something that must be seen, both ways.
pub enum Sight {
    /// What the page is called.
    Title(Text),
    /// Where people write to.
    Contact(Text),
    /// The first day, for programs and for people.
    Effective(Text, Text),
    /// What the operator is towards shoppers.
    Role(Text, Text),
    /// Where its own systems are, and what data never leaves.
    Region(Text, List),
    /// Platforms that may be connected, these and no others.
    Platforms(List),
    /// A platform's permission, its reason, and whether it may change data.
    Scope(Text, Text, Text, Access),
    /// The permissions of a platform, these and no others.
    Scopes(Text, List),
    /// What a category holds, this and nothing else.
    Category(Text, List),
    /// A category, and where it comes from.
    Source(Text, Text),
    /// A field of a category, and how far it comes.
    Field(Text, Text, Flow),
    /// A field and the form in which each of these gets it.
    Forms(Text, &'static [(Text, Form)]),
    /// What this recipient gets, in this form, and nothing else.
    Gets(Text, List, Form),
    /// This recipient gets every field that is kept.
    GetsAll(Text),
    /// A recipient, its kind, and what it does.
    Recipient(Text, Text, Text),
    /// The recipients, these and no others.
    Recipients(List),
    /// A recipient whose own policy is named.
    OwnPolicy(Text),
    /// What is kept, its window, the day it counts from, and what happens then.
    Window(Text, Span, Text, End),
    /// What the law has the operator keep, on which ground.
    Keeps(Text, Text),
    /// A right, in words, with the days until it is answered where the page names them.
    Right(Text, Text, Option<u32>),
    /// A right that the page names under a law.
    Regime(Text, Text),
    /// A purpose, and its ground where the page names one.
    Purpose(Text, Option<Text>),
    /// What is ruled out for everybody: as programs and as people read it.
    Never(Text, Text),
    /// Cookies, these and no others, all of them essential.
    Cookies(List),
    /// Who answers for what.
    Duty(Text, Text),
    /// A sentence that a check holds the desk to.
    Said(Text, Text),
    /// A sentence that no machine can hold it to, and why.
    Unmeasured(Text, Text),
    /// A kind of app, what of which categories it touches, and what it may be granted.
    AppKind(Text, List, List),
    /// What stays with the provider of such an app.
    Stays(Text, Text),
    /// Words of a page in another of the policy's languages.
    In(Text, Text, Text),
}

#[derive(Clone, Copy, PartialEq)]
pub enum Access {
    Reads,
    Writes,
}

#[derive(Clone, Copy)]
pub enum Flow {
    Kept,
    Passes,
    Never,
}

#[derive(Clone, Copy)]
pub enum Form {
    Raw,
    Hashed,
    Truncated,
    TruncatedHashed,
    Never,
}

#[derive(Clone, Copy)]
pub enum Span {
    Hours(u32),
    Days(u32),
    Months(u32),
    Years(u32),
    WhileActive,
    WhileConnected,
    ForEver,
}

#[derive(Clone, Copy)]
pub enum End {
    Deleted,
    Anonymous,
    Kept,
}

impl Form {
    pub const fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Raw => ("RAW", "● As it is"),
            Self::Hashed => ("HASHED", "Hashed"),
            Self::Truncated => ("TRUNCATED", "Cut short"),
            Self::TruncatedHashed => ("TRUNCATED_HASHED", "Cut short and hashed"),
            Self::Never => ("NEVER", "– Never"),
        }
    }
}

impl Span {
    pub fn names(self) -> (&'static str, Option<u32>, String) {
        let counted = |unit, count, word: &str| {
            (unit, Some(count), if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") })
        };
        match self {
            Self::Hours(count) => counted("HOURS", count, "hour"),
            Self::Days(count) => counted("DAYS", count, "day"),
            Self::Months(count) => counted("MONTHS", count, "month"),
            Self::Years(count) => counted("YEARS", count, "year"),
            Self::WhileActive => ("WHILE_ACCOUNT_ACTIVE", None, "While the account is active".to_owned()),
            Self::WhileConnected => ("WHILE_CONNECTED", None, "While the store is connected".to_owned()),
            Self::ForEver => ("FOR_EVER", None, "For ever".to_owned()),
        }
    }
}

impl End {
    pub const fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Deleted => ("DELETE", "Deleted"),
            Self::Anonymous => ("ANONYMISE", "Made anonymous"),
            Self::Kept => ("KEEP", "Kept"),
        }
    }
}
