//! The policies that come with the program, by name.

/// A policy file as somebody named it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// A name of those that come along, or a path.
    pub from: String,
    pub text: String,
}

/// Name and text, as `server/policies/` holds them.
pub const SHIPPED: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/policies.rs"));

/// The text of a policy that comes along.
pub fn shipped(name: &str) -> Option<&'static str> {
    SHIPPED.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

#[cfg(test)]
mod tests {
    use super::super::{CHECKS, check, parse};
    use super::*;

    #[test]
    fn every_policy_that_comes_along_can_be_kept() {
        for (name, text) in SHIPPED {
            let policy = parse(text).unwrap_or_else(|fault| panic!("{name}: {fault}"));
            assert_eq!(policy.name.get_ref(), name);
            assert_eq!(check(text, &policy, CHECKS), [], "{name}");
        }
    }
}
