//! Persons as records name them. What says who somebody is differs from what merely stands beside it: nobody reaches
//! another's data by a borrowed telephone.

use std::sync::Arc;

use crate::floor::kernel::text::normalise;
use crate::floor::kernel::vocabulary::vocabulary;
use crate::floor::kernel::{Personal, StoreId, SubjectId, TenantId};
use crate::floor::vault::{Sealer, SubjectKey, SuppressKey};

vocabulary! {
    /// What somebody goes by.
    pub enum IdentifierKind {
        Mail = "mail",
        Phone = "phone",
        /// A platform's id of a buyer.
        Customer = "customer",
        /// What a platform calls a buyer in public.
        Handle = "handle",
        /// An order whose buyer is named in no other way.
        Order = "order",
    }
}

impl IdentifierKind {
    /// The kind whose blind indexes and digests bear this label.
    pub fn of_label(label: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.label() == label)
    }

    /// The label of its blind indexes.
    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::Mail => "email",
            Self::Phone => "phone",
            Self::Customer => "customer_gid",
            Self::Handle => "handle",
            Self::Order => "order",
        }
    }

    /// What a platform says counts within one store.
    pub(super) const fn is_of_a_store(self) -> bool {
        matches!(self, Self::Customer | Self::Handle | Self::Order)
    }
}

/// Somebody, as a record names them.
pub struct Named<'a> {
    pub store: StoreId,
    /// The platform's id of the buyer.
    pub customer: Option<&'a str>,
    pub handle: Option<&'a Personal>,
    pub mail: Option<&'a Personal>,
    pub phones: Vec<&'a Personal>,
    /// The platform's id of the order, where it is one that names them.
    pub order: Option<&'a str>,
}

/// One thing somebody goes by.
pub(super) struct Identifier {
    pub kind: IdentifierKind,
    /// The store it counts in; empty where it counts everywhere.
    pub scope: String,
    pub value: Personal,
    /// Whether it says who somebody is.
    pub tells: bool,
}

impl Identifier {
    /// By what it is known again once who goes by it was erased: a digest for each version of the key, the newest first. None
    /// for what is nobody's.
    pub(super) fn digests(&self, keys: &[SuppressKey], tenant: TenantId) -> Vec<(u32, [u8; 32])> {
        let digest =
            |key: &SuppressKey| (key.version(), key.tombstone(tenant, self.kind.label(), &self.scope, &self.value));
        keys.iter().map(digest).collect()
    }
}

impl Named<'_> {
    /// The order that it is named in. An order that was erased is not written anew, whomever it names by then.
    pub(super) fn order(&self) -> Option<Identifier> {
        let order = self.order.filter(|order| !order.trim().is_empty())?;
        let (kind, scope) = (IdentifierKind::Order, self.store.uuid().to_string());
        Some(Identifier { kind, scope, value: Personal::new(order), tells: false })
    }

    pub(super) fn identifiers(&self) -> Vec<Identifier> {
        let of = |kind: IdentifierKind, value: Personal| Identifier {
            kind,
            scope: if kind.is_of_a_store() { self.store.uuid().to_string() } else { String::new() },
            value,
            tells: true,
        };
        let own = |kind, value: Option<&str>| {
            value.filter(|value| !value.trim().is_empty()).map(|value| of(kind, Personal::new(value)))
        };
        let mut all: Vec<Identifier> = [
            own(IdentifierKind::Customer, self.customer),
            own(IdentifierKind::Handle, self.handle.map(Personal::disclose)),
            own(IdentifierKind::Mail, self.mail.map(Personal::disclose).filter(|mail| is_somebodys(mail))),
        ]
        .into_iter()
        .flatten()
        .collect();
        let is_named = !all.is_empty();
        for (at, phone) in self.phones.iter().filter_map(|phone| dialled(phone)).enumerate() {
            all.push(Identifier { tells: !is_named && at == 0, ..of(IdentifierKind::Phone, phone) });
        }
        if all.is_empty() {
            all.extend(own(IdentifierKind::Order, self.order));
        }
        all
    }
}

/// What comes in place of an address that was erased is nobody's: RFC 2606 keeps that domain free of people.
pub(super) fn is_somebodys(mail: &str) -> bool {
    let mail = normalise(mail);
    mail.contains('@') && !mail.ends_with(".invalid")
}

/// A telephone number without the ways to write it. Which country it is in is not guessed.
pub(super) fn dialled(phone: &Personal) -> Option<Personal> {
    let written = phone.disclose().trim();
    let digits = Personal::new(written.chars().filter(char::is_ascii_digit).collect::<String>());
    if digits.disclose().len() < 5 {
        return None;
    }
    let abroad = digits.disclose().strip_prefix("00").filter(|_| !written.starts_with('+'));
    Some(match abroad {
        Some(number) => Personal::new(["+", number].concat()),
        None if written.starts_with('+') => Personal::new(["+", digits.disclose()].concat()),
        None => digits,
    })
}

/// How somebody stands, as far as writing about them goes.
#[derive(Clone)]
pub enum Standing {
    /// What is written is sealed with this.
    Welcome(Arc<Sealer<SubjectKey>>),
    /// They restricted what is done with what is held of them: it stays, and nothing new is written.
    Fenced,
    /// Erased: nothing is written.
    Gone,
}

/// Somebody who came to the gate. Their row is held until the transaction ends.
#[derive(Clone)]
pub struct Passed {
    pub subject: SubjectId,
    pub standing: Standing,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(mail: Option<&str>, phone: &str) -> Vec<(IdentifierKind, bool)> {
        let (mail, phone) = (mail.map(Personal::new), Personal::new(phone));
        let named = Named {
            store: StoreId::fresh(),
            customer: None,
            handle: None,
            mail: mail.as_ref(),
            phones: vec![&phone],
            order: Some("7"),
        };
        named.identifiers().iter().map(|identifier| (identifier.kind, identifier.tells)).collect()
    }

    #[test]
    fn a_telephone_tells_who_somebody_is_only_where_nothing_else_does() {
        use IdentifierKind::{Mail, Order, Phone};
        assert_eq!(told(Some("ada@example.com"), "+49 170 123456"), [(Mail, true), (Phone, false)]);
        assert_eq!(told(None, "+49 170 123456"), [(Phone, true)]);
        assert_eq!(told(Some("deleted@site.invalid"), "n/a"), [(Order, true)]);
    }

    #[test]
    fn a_number_is_one_however_it_is_written() {
        let dialled = |phone| dialled(&Personal::new(phone)).map(|phone| phone.disclose().to_owned());
        assert_eq!(dialled("+49 (170) 123-456"), dialled("0049170123456"));
        assert_eq!(dialled("0170 123456"), Some("0170123456".to_owned()));
        assert_eq!(dialled("12"), None);
    }
}
