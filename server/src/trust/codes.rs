//! The policy's closed lists as codes: what JSON says, and what words are looked up by.

use crate::floor::policy::{
    About, Duties, Ending, Forbidden, Form, Ground, Our, RecipientKind, Sensitivity, Transfer, While,
};

/// A closed list, and the code of each of its values.
pub trait Code {
    /// The table of words that tells it.
    const LIST: &'static str;

    fn code(self) -> &'static str;
}

macro_rules! codes {
    ($name:ident, $list:literal, $($variant:ident = $code:literal),+) => {
        impl Code for $name {
            const LIST: &'static str = $list;

            fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }
        }

        #[cfg(test)]
        impl $name {
            pub fn codes() -> (&'static str, &'static [&'static str]) {
                ($list, &[$($code),+])
            }
        }
    };
}

codes!(About, "about", Shopper = "shopper", Member = "member", Visitor = "visitor", Nobody = "nobody");
codes!(Duties, "duties", Platform = "platform", Merchant = "merchant", Provider = "provider");
codes!(Ending, "ending", Delete = "delete", Anonymise = "anonymise", Keep = "keep");
codes!(
    Forbidden,
    "never",
    Sale = "sale",
    AiTraining = "ai_training",
    Advertising = "advertising",
    DataBroking = "data_broking",
    Analytics = "analytics"
);
codes!(
    Form,
    "form",
    Never = "never",
    TruncatedHashed = "truncated_hashed",
    Hashed = "hashed",
    Truncated = "truncated",
    Raw = "raw"
);
codes!(
    Ground,
    "ground",
    Consent = "consent",
    Contract = "contract",
    LegalObligation = "legal_obligation",
    LegitimateInterest = "legitimate_interest",
    LegalClaims = "legal_claims"
);
codes!(Our, "role", Processor = "processor", Controller = "controller", Joint = "joint");
codes!(
    RecipientKind,
    "recipient",
    Processor = "processor",
    Destination = "destination",
    Platform = "platform",
    Authority = "authority"
);
codes!(Sensitivity, "sensitivity", Low = "low", Medium = "medium", High = "high");
codes!(
    Transfer,
    "transfer",
    None = "none",
    Adequacy = "adequacy",
    StandardClauses = "standard_clauses",
    BindingRules = "binding_rules",
    Consent = "consent"
);
codes!(While, "while", AccountActive = "account_active", Connected = "connected");
