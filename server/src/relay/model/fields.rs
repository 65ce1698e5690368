//! Fields of an event: which the policy lets in, and in which form each recipient gets them. Which kind of value a field
//! holds is told by its key in the taxonomy, whatever a policy calls it. A value of no shape of its kind is let go.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::floor::egress::Carried;
use crate::floor::forms::{Meta, hashed, truncated, truncated_hashed};
use crate::floor::policy::{About, Category, Field, Form, Policy, Recipient};

/// Values by `category.field`. They do not print.
#[derive(Default, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Fields(pub BTreeMap<String, Value>);

/// Longest value that is taken, and most things in a cart.
const LONGEST: usize = 1024;
const MOST_ITEMS: usize = 250;

/// What a field holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Mail,
    Phone,
    Name,
    Address,
    Network,
    Cart,
    Text,
}

impl Kind {
    fn of(field: &Field) -> Self {
        match field.key.as_ref().map_or("", |key| key.get_ref().as_str()) {
            "user.contact.email" => Self::Mail,
            "user.contact.phone_number" => Self::Phone,
            "user.name" => Self::Name,
            "user.contact.address" => Self::Address,
            "user.device.ip_address" => Self::Network,
            "user.behavior.purchase_history" => Self::Cart,
            _ => Self::Text,
        }
    }

    /// What a part of it is to Meta. A value that is whole has the empty part; what is no part of it is none.
    fn meta(self, part: &str) -> Option<Meta> {
        Some(match (self, part) {
            (Self::Mail, "") => Meta::Mail,
            (Self::Phone, "") => Meta::Phone,
            (Self::Name, "first") => Meta::FirstName,
            (Self::Name, "last") => Meta::LastName,
            (Self::Address, "city") => Meta::City,
            (Self::Address, "province") => Meta::State,
            (Self::Address, "zip") => Meta::Zip,
            (Self::Address, "country") => Meta::Country,
            (Self::Address, "line1" | "line2")
            | (Self::Cart, "name" | "sku" | "quantity")
            | (Self::Name | Self::Network | Self::Text, "") => Meta::Plain,
            _ => return None,
        })
    }
}

/// A field of an event by how long it stays.
#[derive(Default, Clone)]
pub struct Sifted {
    /// What leads to a person.
    pub linked: Fields,
    /// What leads to nobody.
    pub facts: Fields,
    /// What passes through and is not kept.
    pub passing: Fields,
    /// What was let go: the policy does not list it, says that it is never received, or it fits no shape.
    pub dropped: BTreeSet<String>,
}

/// Sorts what came by what the policy says of it. Addresses of the network are cut short here, before anything else.
pub fn sifted(policy: &Policy, told: Fields) -> Sifted {
    let mut sifted = Sifted::default();
    for (name, value) in told.0 {
        let fit = field_of(policy, &name).filter(|(category, field)| field.received && is_of_a_shop(category));
        let fit = fit.and_then(|(category, field)| Some((category, field, fitting(Kind::of(field), value)?)));
        let Some((category, field, value)) = fit else {
            sifted.dropped.insert(name);
            continue;
        };
        let into = match (field.stored, category.about) {
            (false, _) => &mut sifted.passing,
            (true, About::Nobody) => &mut sifted.facts,
            (true, _) => &mut sifted.linked,
        };
        into.0.insert(name, value);
    }
    sifted
}

fn is_of_a_shop(category: &Category) -> bool {
    matches!(category.about, About::Shopper | About::Nobody)
}

fn field_of<'p>(policy: &'p Policy, name: &str) -> Option<(&'p Category, &'p Field)> {
    let (category, code) = name.split_once('.')?;
    let category = policy.category(category)?;
    category.fields.iter().find(|field| field.code.get_ref() == code).map(|field| (category, field))
}

/// The value in the shape of its kind, without what is no part of it.
fn fitting(kind: Kind, value: Value) -> Option<Value> {
    let is_short = |text: &str| !text.trim().is_empty() && text.len() <= LONGEST;
    match value {
        Value::String(text) if kind == Kind::Network => truncated(&text).map(Value::String),
        Value::String(text) => (kind.meta("").is_some() && is_short(&text)).then_some(Value::String(text)),
        Value::Object(parts) if matches!(kind, Kind::Name | Kind::Address) => parts_of(kind, parts, is_short),
        Value::Array(items) if kind == Kind::Cart && items.len() <= MOST_ITEMS => {
            let items = items.into_iter().map(|item| match item {
                Value::Object(parts) => parts_of(kind, parts, is_short),
                _ => None,
            });
            Some(Value::Array(items.collect::<Option<_>>()?)).filter(|items| *items != Value::Array(Vec::new()))
        }
        _ => None,
    }
}

fn parts_of(kind: Kind, parts: Map<String, Value>, is_short: impl Fn(&str) -> bool) -> Option<Value> {
    let fits = |part: &str, value: &Value| kind.meta(part).is_some() && value.as_str().is_some_and(&is_short);
    let parts: Map<_, _> = parts.into_iter().filter(|(part, value)| !part.is_empty() && fits(part, value)).collect();
    (!parts.is_empty()).then_some(Value::Object(parts))
}

/// What a recipient is given of an event.
pub struct Built {
    /// Field by field, below their categories.
    pub data: Value,
    pub carries: Vec<Carried>,
}

/// Each field in the form this recipient gets it in, or not at all.
pub fn built(policy: &Policy, recipient: &Recipient, fields: &Fields) -> Built {
    let (mut data, mut carries) = (Map::new(), Vec::new());
    for (name, value) in &fields.0 {
        let Some((category, field)) = field_of(policy, name) else { continue };
        let form = recipient.form_of((category, field));
        let Some(value) = formed(Kind::of(field), form, value) else { continue };
        let group = data.entry(category.code.get_ref().clone()).or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(group) = group {
            group.insert(field.code.get_ref().clone(), value);
        }
        carries.push(Carried { field: name.clone(), form: form.code() });
    }
    Built { data: Value::Object(data), carries }
}

fn formed(kind: Kind, form: Form, value: &Value) -> Option<Value> {
    match form {
        Form::Raw => Some(value.clone()),
        Form::Truncated if kind == Kind::Network => value.as_str().and_then(truncated).map(Value::String),
        Form::TruncatedHashed if kind == Kind::Network => value.as_str().and_then(truncated_hashed).map(Value::String),
        // Nothing else is known to be cut short.
        Form::Never | Form::Truncated | Form::TruncatedHashed => None,
        Form::Hashed => hashed_whole(kind, "", value),
    }
}

fn hashed_whole(kind: Kind, part: &str, value: &Value) -> Option<Value> {
    match value {
        Value::String(text) => hashed(kind.meta(part)?, text).map(Value::String),
        Value::Object(parts) => {
            let parts = parts.iter().filter_map(|(part, value)| Some((part.clone(), hashed_whole(kind, part, value)?)));
            Some(parts.collect::<Map<_, _>>()).filter(|parts| !parts.is_empty()).map(Value::Object)
        }
        Value::Array(items) => {
            let items: Vec<_> = items.iter().filter_map(|item| hashed_whole(kind, part, item)).collect();
            (!items.is_empty()).then_some(Value::Array(items))
        }
        _ => None,
    }
}

impl Fields {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text of the field of this key in the taxonomy.
    pub fn text_of(&self, policy: &Policy, key: &str) -> Option<&str> {
        self.0.iter().find_map(|(name, value)| {
            let (_, field) = field_of(policy, name)?;
            (field.key.as_ref()?.get_ref() == key).then(|| value.as_str())?
        })
    }

    /// Puts a value in the shopper's field of this key in the taxonomy, where the policy has one.
    pub fn put(&mut self, policy: &Policy, key: &str, value: Value) {
        let of_shoppers = policy.categories.iter().filter(|category| category.about == About::Shopper);
        let mut fields = of_shoppers.flat_map(|category| category.fields.iter().map(move |field| (category, field)));
        let found = fields.find(|(_, field)| field.key.as_ref().is_some_and(|known| known.get_ref() == key));
        if let Some((category, field)) = found {
            self.0.insert(format!("{}.{}", category.code.get_ref(), field.code.get_ref()), value);
        }
    }
}
