//! What each field of the schema asks of a caller, declared beside the field and summed by the roof. A field without a
//! rule fails a law; that the rule is kept is tried as every kind of caller by another.

use crate::floor::access::Permission;

/// Who may have a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Anyone, signed in or not.
    Nothing,
    /// A session, whole or with the password alone.
    Session,
    /// Anyone who is signed in.
    Caller,
    /// Whoever has the object has its fields.
    Parent,
    /// This permission, for the tenant or the house it concerns.
    Permission(Permission),
    /// What is one's own, or this permission for what is others'.
    OwnOr(Permission),
    /// One of these.
    AnyOf(&'static [Permission]),
}

/// A field, as `Type.field` or `Type.*` for the fields of a type that are not named by themselves.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    pub field: &'static str,
    pub needs: Needs,
}

pub const fn rule(field: &'static str, needs: Needs) -> Rule {
    Rule { field, needs }
}
