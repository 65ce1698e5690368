//! What stands at the top: format, name, version, day, languages, operator, platforms and region.

use std::collections::BTreeSet;

use chrono::Datelike;

use super::super::places::Step::Key;
use super::{Page, at, is_place, is_within};

/// The one edition of the format that this program reads.
const FORMAT: u32 = 1;

pub(super) fn look(page: &mut Page<'_>) {
    let policy = page.policy;
    if *policy.format.get_ref() != FORMAT {
        page.fault(policy.format.span().start, format!("format {} is not known: {FORMAT} is", policy.format));
    }
    if i32::try_from(*policy.version.get_ref()).is_ok_and(|version| version < 1)
        || *policy.version.get_ref() > 1_000_000
    {
        page.fault(policy.version.span().start, "a version is a number from 1 to 1000000");
    }
    if !(2000..2200).contains(&policy.effective.get_ref().0.year()) {
        page.fault(policy.effective.span().start, "no policy begins on such a day: give one from the year 2000 on");
    }
    page.codes("policy", [&policy.name]);
    page.codes("platform", &policy.platforms);
    languages(page);
    operator(page);
    region(page);
}

fn languages(page: &mut Page<'_>) {
    let locales = &page.policy.locales;
    let mut seen = BTreeSet::new();
    if locales.get_ref().is_empty() {
        page.fault(locales.span().start, "name the language of the texts, such as \"en\"");
    }
    for locale in locales.get_ref() {
        if !is_tag(locale) {
            page.fault(locales.span().start, format!("`{locale}` is no language tag, such as en or pt-BR"));
        }
        if !seen.insert(locale) {
            page.fault(locales.span().start, format!("the language `{locale}` stands here twice"));
        }
    }
}

/// A tag as BCP 47 has them: a language of two or three letters, then subtags.
fn is_tag(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let language = parts.next().unwrap_or_default();
    matches!(language.len(), 2 | 3)
        && language.bytes().all(|byte| byte.is_ascii_lowercase())
        && parts.all(|part| (2..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

fn operator(page: &mut Page<'_>) {
    let operator = &page.policy.operator;
    let is_web = |address: &str| address.starts_with("https://") && address.len() > "https://".len();
    let mut wrong = Vec::new();
    if operator.name.trim().is_empty() {
        wrong.push(("name", "say who promises"));
    }
    if !is_web(&operator.site) {
        wrong.push(("site", "give an address that begins with https://"));
    }
    if operator.page.as_deref().is_some_and(|page| !is_web(page)) {
        wrong.push(("page", "give an address that begins with https://"));
    }
    if !operator.contact.split_once('@').is_some_and(|(who, place)| !who.is_empty() && place.contains('.')) {
        wrong.push(("contact", "give the mail address that people write to"));
    }
    if operator.country.len() != 2 || !operator.country.bytes().all(|byte| byte.is_ascii_uppercase()) {
        wrong.push(("country", "give a country by its two letters, such as PK"));
    }
    if operator.time_zone != "UTC" && !operator.time_zone.contains('/') {
        wrong.push(("time_zone", "give a time zone by its name, such as Asia/Karachi, or UTC"));
    }
    for (key, reason) in wrong {
        page.fault_of(&[Key("operator"), Key(key)], reason);
    }
}

fn region(page: &mut Page<'_>) {
    let Some(region) = &page.policy.region else { return };
    let home = [Key("region"), Key("home")];
    if !is_place(&region.home) {
        page.fault_of(&home, format!("`{}` is no country or region, such as US or us-east-1", region.home));
    }
    for pinned in region.pinned.iter().filter(|pinned| !is_place(pinned.get_ref())) {
        page.fault(at(pinned), format!("`{pinned}` is no country or region, such as US or EEA"));
    }
    let bounds: Vec<_> = region.pinned.iter().map(|pinned| pinned.get_ref().as_str()).collect();
    if !bounds.is_empty() && !is_within(&region.home, &bounds) {
        page.fault_of(&home, format!("`{}` is outside {}, which data never leaves", region.home, bounds.join(" and ")));
    }
}
