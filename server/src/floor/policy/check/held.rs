//! What is held, opened, used and kept: scopes, categories, purposes, retention rules and lawful keeps.

use std::collections::{BTreeMap, BTreeSet};

use super::super::words::{is_category, is_use};
use super::super::{Category, Ending, Name, Window};
use super::{Page, at, is_code};

pub(super) fn look(page: &mut Page<'_>) {
    scopes(page);
    categories(page);
    purposes(page);
    retention(page);
    keeps(page);
}

fn scopes(page: &mut Page<'_>) {
    let mut seen = BTreeSet::new();
    for scope in &page.policy.scopes {
        let (platform, name) = (scope.platform.get_ref(), scope.name.get_ref());
        if scope.reason.is_empty() {
            page.fault(at(&scope.name), format!("the scope `{name}` is asked for without a reason"));
        }
        if !page.policy.platforms.contains(&scope.platform) {
            page.fault(at(&scope.platform), format!("there is no platform `{platform}`"));
        }
        if name.trim().is_empty() {
            page.fault(at(&scope.name), "name the scope as the platform does");
        }
        if !seen.insert((platform, name)) {
            page.fault(at(&scope.name), format!("the scope `{name}` stands here twice"));
        }
        if !is_code(&scope.feature) {
            page.fault(at(&scope.name), format!("the feature of `{name}` is named by a code, such as order_sync"));
        }
        for category in &scope.categories {
            page.leads_to_category(category);
        }
    }
}

fn categories(page: &mut Page<'_>) {
    let policy = page.policy;
    page.codes("category", policy.categories.iter().map(|category| &category.code));
    for category in &policy.categories {
        let code = category.code.get_ref();
        page.codes("field", category.fields.iter().map(|field| &field.code));
        if category.fields.is_empty() {
            page.fault(at(&category.code), format!("the category `{code}` has no field"));
        }
        if category.sources.is_empty() {
            page.fault(at(&category.code), format!("say where `{code}` comes from"));
        }
        for key in category.fields.iter().filter_map(|field| field.key.as_ref()) {
            if !is_category(key.get_ref()) {
                page.fault(at(key), format!("fideslang has no key `{key}` for data"));
            }
        }
        if category.is_held() && policy.retention_of(code).is_none() {
            page.fault(at(&category.code), format!("the category `{code}` has no retention rule"));
        }
    }
}

fn purposes(page: &mut Page<'_>) {
    let policy = page.policy;
    page.codes("purpose", policy.purposes.iter().map(|purpose| &purpose.code));
    for purpose in &policy.purposes {
        if let Some(key) = purpose.key.as_ref().filter(|key| !is_use(key.get_ref())) {
            page.fault(at(key), format!("fideslang has no key `{key}` for a use"));
        }
        for need in &purpose.needs {
            page.leads(need);
        }
        if let Some(use_of) = purpose.amounts_to.as_ref().filter(|use_of| policy.forbids.contains(use_of.get_ref())) {
            let reason = format!("`{}` amounts to {use_of}, which the page forbids", purpose.code);
            page.fault(use_of.span().start, reason);
        }
    }
}

fn retention(page: &mut Page<'_>) {
    let policy = page.policy;
    page.codes("retention rule", policy.retention.iter().map(|rule| &rule.code));
    let mut ruled: BTreeMap<&str, &str> = BTreeMap::new();
    for rule in &policy.retention {
        let code = rule.code.get_ref();
        window(page, &rule.code, &rule.anchor, (*rule.window.get_ref(), rule.window.span().start));
        if (*rule.window.get_ref() == Window::ForEver) != (rule.end == Ending::Keep) {
            let reason =
                format!("`{code}` contradicts itself: what is kept for ever ends with keep, and nothing else does");
            page.fault(rule.window.span().start, reason);
        }
        for category in &rule.categories {
            page.leads_to_category(category);
            if let Some(first) = ruled.insert(category.get_ref(), code) {
                let reason = format!("the category `{category}` has two retention rules, `{first}` and `{code}`");
                page.fault(at(category), reason);
            }
        }
        not_for_ever(page, &rule.categories, (*rule.window.get_ref(), rule.window.span().start));
    }
}

fn keeps(page: &mut Page<'_>) {
    let policy = page.policy;
    page.codes("keep", policy.keeps.iter().map(|keep| &keep.code));
    for keep in &policy.keeps {
        window(page, &keep.code, &keep.anchor, (*keep.window.get_ref(), keep.window.span().start));
        for category in &keep.categories {
            page.leads_to_category(category);
        }
        not_for_ever(page, &keep.categories, (*keep.window.get_ref(), keep.window.span().start));
    }
}

fn window(page: &mut Page<'_>, code: &Name, anchor: &str, (window, place): (Window, usize)) {
    if window.hours() == Some(0) {
        page.fault(place, format!("the window of `{code}` is over before it begins"));
    }
    if !is_code(anchor) {
        page.fault(at(code), format!("say from which date `{code}` runs, such as order_date"));
    }
}

/// What tells of a person is kept for a time.
fn not_for_ever(page: &mut Page<'_>, categories: &[Name], (window, place): (Window, usize)) {
    if window != Window::ForEver {
        return;
    }
    let personal = |category: &Category| {
        let fields = category.fields.iter().filter(|field| field.personal && field.is_held());
        fields.map(|field| format!("`{}.{}`", category.code, field.code)).collect::<Vec<_>>()
    };
    let kept = categories.iter().filter_map(|name| page.policy.category(name.get_ref()));
    let personal: Vec<_> = kept.flat_map(personal).collect();
    if !personal.is_empty() {
        page.fault(place, format!("{} would be kept for ever, and tell of a person", personal.join(", ")));
    }
}
