//! The record of processing that Art. 30 GDPR wants, reckoned from the policy and the data map: what the operator does as
//! controller (30(1)), and what it does for its merchants as processor (30(2)). Pure: nothing in it is typed by hand, and
//! it holds no value about a person.

use serde::Serialize;

use super::map::Map;
use super::table::{About as Whose, Category as Heading};
use crate::floor::policy::{
    About, Category, Form, Ground, Keep, Name, Our, Policy, Purpose, Recipient, Retention, Text, Transfer, While,
    Window,
};

/// The shape of the record as JSON.
pub const FORMAT: u32 = 1;

/// Which of the two records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    Controller,
    Processor,
}

/// Everything one part says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    pub format: u32,
    pub part: Part,
    pub policy: String,
    pub version: u32,
    pub operator: Party,
    /// For whom the operator processes; nobody in the controller's part.
    pub on_behalf_of: Vec<Merchant>,
    pub entries: Vec<Entry>,
    pub security: Vec<String>,
}

/// Who answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Party {
    pub name: String,
    pub contact: String,
    pub site: String,
    pub country: String,
    pub representative: Option<String>,
    pub protection_officer: Option<String>,
}

/// A controller for whom the operator processes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Merchant {
    pub id: String,
    pub name: String,
    pub region: String,
}

/// One purpose, and what is done for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    pub purpose: String,
    pub ground: Option<&'static str>,
    pub subjects: Vec<&'static str>,
    pub data: Vec<Data>,
    pub recipients: Vec<Receiver>,
    pub erasure: Vec<Limit>,
}

/// A category of data, with the fields the purpose needs and the tables that hold it here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Data {
    pub category: String,
    pub fields: Vec<String>,
    pub tables: Vec<&'static str>,
}

/// Who is given some of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Receiver {
    pub name: String,
    pub service: String,
    pub regions: Vec<String>,
    /// The safeguard under which it leaves, where it does.
    pub transfer: Option<&'static str>,
}

/// When it goes, or why it stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Limit {
    pub title: String,
    pub window: String,
    pub anchor: String,
    /// The ground on which it is kept although somebody asks for it to go.
    pub kept_under: Option<&'static str>,
}

/// The checks that measure a measure of security.
const SECURITY: &[&str] = &[
    "access_logged",
    "backups",
    "chain_whole",
    "encryption",
    "incident",
    "logs_redact",
    "modes_apart",
    "need_to_know",
    "oauth_only",
    "partners_bounded",
    "passwords_strong",
    "region_pinned",
    "second_factor",
    "tls",
    "tokens_sealed",
];

impl Record {
    /// One part under this policy. `access_months` is how long the book of looks is kept.
    pub fn of(part: Part, policy: &Policy, map: &Map, on_behalf_of: Vec<Merchant>, access_months: u32) -> Self {
        let reader = Reader { policy, map, part };
        let mut entries: Vec<Entry> = policy.purposes.iter().filter_map(|purpose| reader.entry(purpose)).collect();
        if part == Part::Controller {
            entries.push(reader.staff(access_months));
        }
        let operator = &policy.operator;
        Self {
            format: FORMAT,
            part,
            policy: policy.name.get_ref().clone(),
            version: *policy.version.get_ref(),
            operator: Party {
                name: operator.name.clone(),
                contact: operator.contact.clone(),
                site: operator.site.clone(),
                country: operator.country.clone(),
                representative: operator.representative.clone(),
                protection_officer: operator.protection_officer.clone(),
            },
            on_behalf_of,
            entries,
            security: reader.security(),
        }
    }
}

struct Reader<'a> {
    policy: &'a Policy,
    map: &'a Map,
    part: Part,
}

impl Reader<'_> {
    /// Whose data this part is about.
    fn covers(&self, about: About) -> bool {
        let role = self.policy.operator.role;
        match (about, self.part) {
            (About::Nobody, _) => false,
            (About::Member | About::Visitor, part) => part == Part::Controller,
            (About::Shopper, Part::Controller) => role != Our::Processor,
            (About::Shopper, Part::Processor) => role != Our::Controller,
        }
    }

    fn said<'t>(&self, text: &'t Text) -> &'t str {
        let first = self.policy.first_locale();
        text.in_locale(first, first)
    }

    /// A purpose that needs something of those whom this part is about.
    fn entry(&self, purpose: &Purpose) -> Option<Entry> {
        let needed: Vec<(&Category, Vec<&str>)> = self
            .policy
            .categories
            .iter()
            .filter(|category| self.covers(category.about))
            .filter_map(|category| Some((category, needed(purpose, category)?)))
            .collect();
        if needed.is_empty() {
            return None;
        }
        let codes: Vec<&str> = needed.iter().map(|(category, _)| category.code.get_ref().as_str()).collect();
        let mut subjects: Vec<&str> = needed.iter().map(|(category, _)| person(category.about)).collect();
        subjects.sort_unstable();
        subjects.dedup();
        let data = needed.iter().map(|(category, fields)| self.data(category, fields)).collect();
        let receives = |recipient: &&Recipient| Self::receives(recipient, purpose, &codes);
        let recipients = self.policy.recipients.iter().filter(receives).map(|one| self.receiver(one)).collect();
        let ends = self.policy.retention.iter().filter(|rule| named(&rule.categories, &codes));
        let keeps = self.policy.keeps.iter().filter(|keep| named(&keep.categories, &codes));
        let erasure = ends.map(|rule| self.limit(rule)).chain(keeps.map(|keep| self.kept(keep))).collect();
        let (title, ground) = (self.said(&purpose.title).to_owned(), purpose.ground.map(Ground::code));
        Some(Entry { purpose: title, ground, subjects, data, recipients, erasure })
    }

    fn data(&self, category: &Category, fields: &[&str]) -> Data {
        let wanted = category.fields.iter().filter(|field| fields.contains(&field.code.get_ref().as_str()));
        let code = category.code.get_ref();
        let is_of = |table: &&super::Table| table.listed_as(self.policy).is_some_and(|own| own.code.get_ref() == code);
        let tables = self.map.tables().filter(is_of);
        Data {
            category: self.said(&category.title).to_owned(),
            fields: wanted.map(|field| self.said(&field.title).to_owned()).collect(),
            tables: tables.map(|table| table.name).collect(),
        }
    }

    fn receives(recipient: &Recipient, purpose: &Purpose, codes: &[&str]) -> bool {
        let serves = recipient.purposes.iter().any(|code| code.get_ref() == purpose.code.get_ref());
        let given = recipient.receives.iter().filter(|given| given.form != Form::Never).flat_map(|given| &given.what);
        serves && given.map(|what| head(what.get_ref())).any(|category| codes.contains(&category))
    }

    fn receiver(&self, recipient: &Recipient) -> Receiver {
        Receiver {
            name: recipient.name.clone(),
            service: self.said(&recipient.service).to_owned(),
            regions: recipient.regions.iter().map(|region| region.get_ref().clone()).collect(),
            transfer: safeguard(recipient.transfer),
        }
    }

    fn limit(&self, rule: &Retention) -> Limit {
        let (title, window) = (self.said(&rule.title).to_owned(), window(*rule.window.get_ref()));
        Limit { title, window, anchor: rule.anchor.clone(), kept_under: None }
    }

    fn kept(&self, keep: &Keep) -> Limit {
        let (title, window) = (self.said(&keep.title).to_owned(), window(*keep.window.get_ref()));
        Limit { title, window, anchor: keep.anchor.clone(), kept_under: Some(keep.ground.code()) }
    }

    /// The operator's own people, whom no policy for merchants speaks of: what the map holds of them.
    fn staff(&self, access_months: u32) -> Entry {
        let own = |table: &&super::Table| matches!(table.category, Some(Heading::Operator(_)));
        let tables = self.map.tables().filter(own).filter(|table| table.about != Whose::Nobody);
        let data = tables.map(|table| {
            let told = table.columns.iter().filter(|column| column.is_disclosed || column.mask().is_some());
            Data {
                category: table.category.and_then(|own| own.under(self.policy)).unwrap_or_default().to_owned(),
                fields: told.map(|column| column.name.to_owned()).collect(),
                tables: vec![table.name],
            }
        });
        let months = format!("{access_months} months");
        Entry {
            purpose: "Seats at the desk: who may see what, and the record that they did".to_owned(),
            ground: Some(Ground::LegitimateInterest.code()),
            subjects: vec!["staff"],
            data: data.collect(),
            recipients: Vec::new(),
            erasure: vec![
                Limit {
                    title: "Who looked at whose data".to_owned(),
                    window: months,
                    anchor: "at".to_owned(),
                    kept_under: Some(Ground::LegalObligation.code()),
                },
                Limit {
                    title: "Seats, by the handle the books name".to_owned(),
                    window: "while the books are kept".to_owned(),
                    anchor: "seen_at".to_owned(),
                    kept_under: Some(Ground::LegitimateInterest.code()),
                },
            ],
        }
    }

    /// What the page promises of security, in its own words.
    fn security(&self) -> Vec<String> {
        let measured = |check: &str| SECURITY.contains(&check);
        let promises = self.policy.promises.iter().filter(|promise| {
            promise.check.as_ref().is_some_and(|check| measured(check.get_ref()))
                || self.said(&promise.section).to_lowercase().contains("security")
        });
        promises.map(|promise| self.said(&promise.text).to_owned()).collect()
    }
}

/// The personal fields of the category that the purpose needs; none where it needs nothing of it.
fn needed<'a>(purpose: &Purpose, category: &'a Category) -> Option<Vec<&'a str>> {
    let code = category.code.get_ref();
    let needs = |field: &str| {
        purpose.needs.iter().map(toml::Spanned::get_ref).any(|need| match need.split_once('.') {
            None => need == code,
            Some((of, one)) => of == code && one == field,
        })
    };
    let personal = category.fields.iter().filter(|field| field.personal && field.received);
    let fields: Vec<&str> = personal.map(|field| field.code.get_ref().as_str()).filter(|field| needs(field)).collect();
    (!fields.is_empty()).then_some(fields)
}

fn named(categories: &[Name], codes: &[&str]) -> bool {
    categories.iter().any(|category| codes.contains(&head(category.get_ref())))
}

/// The category of `category` or `category.field`.
fn head(what: &str) -> &str {
    what.split('.').next().unwrap_or(what)
}

const fn person(about: About) -> &'static str {
    match about {
        About::Shopper => "shoppers",
        About::Member => "merchants' users",
        About::Visitor => "visitors",
        About::Nobody => "nobody",
    }
}

const fn safeguard(transfer: Transfer) -> Option<&'static str> {
    match transfer {
        Transfer::None => None,
        Transfer::Adequacy => Some("adequacy decision"),
        Transfer::StandardClauses => Some("standard contractual clauses"),
        Transfer::BindingRules => Some("binding corporate rules"),
        Transfer::Consent => Some("consent"),
    }
}

fn window(window: Window) -> String {
    let counted = |count: u32, unit: &str| if count == 1 { format!("1 {unit}") } else { format!("{count} {unit}s") };
    match window {
        Window::Hours(count) => counted(count, "hour"),
        Window::Days(count) => counted(count, "day"),
        Window::Months(count) => counted(count, "month"),
        Window::Years(count) => counted(count, "year"),
        Window::While(While::AccountActive) => "while the account is active".to_owned(),
        Window::While(While::Connected) => "while it is connected".to_owned(),
        Window::ForEver => "for ever".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Table, fact, key, personal};
    use super::*;
    use crate::floor::policy::{parse, shipped};

    const MEMBERS: Table =
        Table::of_tenant("members").about("id").category("account").columns(&[key("id"), personal("name", "name")]);
    const STAFF: Table =
        Table::of_tenant("staff").about("id").operators("staff").columns(&[fact("handle").disclosed()]);
    const MAP: Map = Map::new(&[MEMBERS, STAFF]);

    fn policy() -> Policy {
        parse(shipped("sooperseller").expect("it comes along")).expect("sound")
    }

    #[test]
    fn the_controllers_part_is_about_members_and_staff_and_the_processors_about_shoppers() {
        let own = Record::of(Part::Controller, &policy(), &MAP, Vec::new(), 24);
        let subjects: Vec<_> = own.entries.iter().flat_map(|entry| entry.subjects.clone()).collect();
        assert!(subjects.contains(&"merchants' users") && subjects.contains(&"staff"), "{subjects:?}");
        assert!(!subjects.contains(&"shoppers"));
        let platform = own.entries.iter().find(|entry| entry.purpose.starts_with("Providing")).expect("a purpose");
        assert_eq!(platform.data[0].tables, ["members"]);
        assert!(platform.recipients.iter().any(|one| one.transfer == Some("standard contractual clauses")));
        assert!(platform.erasure.iter().any(|limit| limit.window == "30 days"));

        let theirs = Record::of(Part::Processor, &policy(), &MAP, Vec::new(), 24);
        assert!(theirs.entries.iter().all(|entry| entry.subjects == ["shoppers"]));
        let courier = theirs.entries.iter().find(|entry| entry.purpose.starts_with("Creating")).expect("a purpose");
        assert_eq!(courier.data[0].fields, ["Recipient name", "Shipping address", "Phone"]);
        assert!(courier.recipients.iter().any(|one| one.name == "Leopards Courier"));
    }

    #[test]
    fn a_purpose_that_needs_nothing_of_anybody_is_in_no_part() {
        for part in [Part::Controller, Part::Processor] {
            let record = Record::of(part, &policy(), &MAP, Vec::new(), 24);
            assert!(record.entries.iter().all(|entry| !entry.purpose.starts_with("Inventory")), "{part:?}");
        }
    }

    #[test]
    fn the_table_has_a_line_per_purpose() {
        let record = Record::of(Part::Processor, &policy(), &MAP, Vec::new(), 24);
        let lines = record.csv().expect("a table").lines().count();
        assert_eq!(lines, record.entries.len() + 2, "a head, the purposes, the measures");
    }
}
