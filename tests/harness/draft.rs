//! A policy that comes along, said otherwise. An edit that finds nothing, or more than one place, fails: a test never goes
//! on with a file as it was.

use rightsdesk_server::floor::policy::shipped;

/// What an operator says who keeps customers.
const CUSTOMERS: &str = r#"[[category]]
code = "customer"
title = "Customer data"
about = "shopper"
sources = ["The platforms you connect"]
field = [
  { code = "name", title = "Recipient name", key = "user.name", personal = true },
  { code = "address", title = "Shipping address", key = "user.contact.address", personal = true },
  { code = "phone", title = "Phone", key = "user.contact.phone_number", personal = true },
  { code = "email", title = "Email", key = "user.contact.email", personal = true },
]

[[scope]]
platform = "shopify"
name = "read_customers"
reason = "Who ordered, and where it is sent"
categories = ["customer"]
sensitivity = "high"
feature = "sales_events"
"#;

/// A text in the making.
#[derive(Clone)]
pub struct Draft(String);

impl Draft {
    /// The policy of this name, as it comes along.
    pub fn of(name: &str) -> Self {
        Self(shipped(name).expect("a policy that comes along").to_owned())
    }

    /// An operator who keeps stock in step, and customers and orders of persons beside it.
    pub fn with_persons() -> Self {
        Self::of("inventorysync")
            .saying(
                "title = \"Sales event data\"\nabout = \"nobody\"",
                "title = \"Sales event data\"\nabout = \"shopper\"",
            )
            .saying(r#""stock", "sales", "support"]"#, r#""stock", "sales", "support", "customer"]"#)
            .and(CUSTOMERS)
    }

    /// The next version of the first, to hold from this day on.
    #[must_use]
    pub fn version(self, number: u32, day: &str) -> Self {
        self.saying("\nversion = 1\n", &format!("\nversion = {number}\n"))
            .saying("\neffective = 2026-01-01\n", &format!("\neffective = {day}\n"))
    }

    /// These words stand there once, and others take their place.
    #[must_use]
    pub fn saying(self, was: &str, is: &str) -> Self {
        assert_eq!(self.0.matches(was).count(), 1, "how often the policy says {was:?}");
        Self(self.0.replacen(was, is, 1))
    }

    /// The block that begins so is gone, up to the next empty line.
    #[must_use]
    pub fn without(self, beginning: &str) -> Self {
        let found = self.0.find(beginning).unwrap_or_else(|| panic!("there is no {beginning:?}"));
        let length = self.0[found..].find("\n\n").expect("an empty line behind it") + 2;
        let block = self.0[found..found + length].to_owned();
        self.saying(&block, "")
    }

    /// A block more, at the end.
    #[must_use]
    pub fn and(self, block: &str) -> Self {
        Self(format!("{}\n{block}", self.0))
    }

    pub fn text(self) -> String {
        self.0
    }
}
