//! What a recipient knows a person by, in clear: it is here for the length of one call, and otherwise sealed. It has no
//! `Debug`.

use serde::{Deserialize, Serialize};

/// What one recipient or store knows a person by.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Matches {
    /// Mail addresses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mails: Vec<String>,
    /// Phone numbers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub phones: Vec<String>,
    /// The platform's ids of the buyer: at this store, or as the recipient got them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub customers: Vec<String>,
    /// The platform's ids of the orders that bear the buyer's name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub orders: Vec<String>,
    /// What is to be put right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correction: Option<Corrected>,
}

/// What is to stand there from now on; none stays as it is.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Corrected {
    pub given_name: Option<String>,
    pub family_name: Option<String>,
    pub mail: Option<String>,
    pub phone: Option<String>,
    /// In one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    #[serde(default, skip_serializing_if = "OnOrders::is_empty")]
    pub on_orders: OnOrders,
}

/// The same of what stands on the person's orders.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnOrders {
    pub handle: Option<String>,
    pub mail: Option<String>,
    pub phone: Option<String>,
    pub address: Option<String>,
}

impl OnOrders {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Corrected {
    /// Whether a platform's own call carries any of it.
    pub const fn is_for_a_call(&self) -> bool {
        self.given_name.is_some() || self.family_name.is_some() || self.mail.is_some() || self.phone.is_some()
    }

    /// Each value, by what it is called in a letter.
    pub fn said(&self) -> Vec<(&'static str, &str)> {
        let on = &self.on_orders;
        let all = [
            ("First name", &self.given_name),
            ("Last name", &self.family_name),
            ("Mail", &self.mail),
            ("Phone", &self.phone),
            ("Address", &self.address),
            ("Name on orders", &on.handle),
            ("Mail on orders", &on.mail),
            ("Phone on orders", &on.phone),
            ("Address on orders", &on.address),
        ];
        all.into_iter().filter_map(|(called, value)| Some((called, value.as_deref()?))).collect()
    }
}

impl Matches {
    /// Whether there is nothing that anybody is known by.
    pub const fn names_nobody(&self) -> bool {
        self.mails.is_empty() && self.phones.is_empty() && self.customers.is_empty() && self.orders.is_empty()
    }

    /// The same in one order, each once, so that the calls that are made of it are the same on every try.
    #[must_use]
    pub fn in_order(mut self) -> Self {
        for mail in &mut self.mails {
            *mail = mail.trim().to_lowercase();
        }
        for list in [&mut self.mails, &mut self.phones, &mut self.customers, &mut self.orders] {
            list.retain(|one| !one.trim().is_empty());
            list.sort_unstable();
            list.dedup();
        }
        self
    }

    /// Whether nothing is known by which anybody could be found.
    pub fn is_empty(&self) -> bool {
        [&self.mails, &self.phones, &self.customers, &self.orders].into_iter().all(Vec::is_empty)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_matched_by_stands_in_one_order_and_once() {
        let mails = ["B@x.example", "a@x.example ", "b@X.example", " "].map(str::to_owned).to_vec();
        let matches = Matches { mails, ..Matches::default() }.in_order();
        assert_eq!(matches.mails, ["a@x.example", "b@x.example"]);
        assert!(!matches.is_empty() && Matches::default().is_empty());
    }
}
