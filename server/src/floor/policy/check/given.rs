//! Who gets what: recipients, their purposes, forms, regions and agreements.

use std::collections::BTreeMap;

use super::super::matrix::Place;
use super::super::places::Step::{Key, Nth};
use super::super::{Form, Name, Recipient, RecipientKind, Transfer};
use super::{Page, at, is_place, is_within};

pub(super) fn look(page: &mut Page<'_>) {
    let policy = page.policy;
    page.codes("recipient", policy.recipients.iter().map(|recipient| &recipient.code));
    for (nth, recipient) in policy.recipients.iter().enumerate() {
        let knows_its_purposes = purposes(page, recipient);
        receives(page, recipient, knows_its_purposes);
        regions(page, recipient);
        agreement(page, (nth, recipient));
        if let Some(own) = &recipient.policy
            && !own.starts_with("https://")
        {
            page.fault_of(&[Key("recipient"), Nth(nth), Key("policy")], "give an address that begins with https://");
        }
        for host in recipient.hosts.iter().filter(|host| !is_host(host)) {
            let reason = format!("`{host}` is no host, such as api.example.com or *.example.com");
            page.fault_of(&[Key("recipient"), Nth(nth), Key("hosts")], reason);
        }
    }
}

fn is_host(host: &str) -> bool {
    let name = host.strip_prefix("*.").unwrap_or(host);
    let is_label = |label: &str| {
        !label.is_empty()
            && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    name.contains('.') && name.split('.').all(is_label)
}

/// Whether all of its purposes are known.
fn purposes(page: &mut Page<'_>, recipient: &Recipient) -> bool {
    let policy = page.policy;
    let mut are_known = true;
    for name in &recipient.purposes {
        let Some(purpose) = policy.purposes.iter().find(|purpose| purpose.code == *name) else {
            page.fault(at(name), format!("there is no purpose `{name}`"));
            are_known = false;
            continue;
        };
        if let Some(use_of) = purpose.amounts_to.as_ref().filter(|use_of| policy.forbids.contains(use_of.get_ref())) {
            let reason = format!("`{}` is there for {use_of}, which the page forbids", recipient.code);
            page.fault(at(name), reason);
        }
    }
    if recipient.purposes.is_empty() && recipient.is_given() {
        page.fault(at(&recipient.code), format!("`{}` is given data for no purpose", recipient.code));
    }
    are_known
}

fn receives(page: &mut Page<'_>, recipient: &Recipient, knows_its_purposes: bool) {
    let mut listed: BTreeMap<&str, Form> = BTreeMap::new();
    for receives in &recipient.receives {
        for name in &receives.what {
            if let Some(form) = listed.insert(name.get_ref(), receives.form) {
                let code = &recipient.code;
                page.fault(
                    at(name),
                    if form == receives.form {
                        format!("`{name}` stands here twice for `{code}`")
                    } else {
                        format!("the forms contradict: `{name}` goes to `{code}` {form} and {}", receives.form)
                    },
                );
            }
            if page.leads(name) && receives.form != Form::Never {
                sent(page, recipient, name, knows_its_purposes);
            }
        }
    }
}

/// A field or category that does leave.
fn sent(page: &mut Page<'_>, recipient: &Recipient, name: &Name, knows_its_purposes: bool) {
    let policy = page.policy;
    let whole = |(category, field): Place<'_>| format!("{}.{}", category.code, field.code);
    let leaving: Vec<_> = policy.fields_of(name.get_ref()).unwrap_or_default();
    let leaving: Vec<_> = leaving.into_iter().filter(|place| recipient.form_of(*place) != Form::Never).collect();
    for place in leaving.iter().filter(|(_, field)| !field.received) {
        page.fault(at(name), format!("the forms contradict: `{}` is never received, and yet sent on", whole(*place)));
    }
    if !knows_its_purposes || recipient.purposes.is_empty() {
        return;
    }
    let needed: Vec<_> = policy
        .purposes
        .iter()
        .filter(|purpose| recipient.purposes.contains(&purpose.code))
        .flat_map(|purpose| &purpose.needs)
        .filter_map(|need| policy.fields_of(need.get_ref()))
        .flatten()
        .map(whole)
        .collect();
    let idle: Vec<_> = leaving.into_iter().map(whole).filter(|field| !needed.contains(field)).collect();
    if !idle.is_empty() {
        let reason = format!("`{}` gets {}, which no purpose of its needs", recipient.code, idle.join(", "));
        page.fault(at(name), reason);
    }
}

fn regions(page: &mut Page<'_>, recipient: &Recipient) {
    let policy = page.policy;
    if recipient.regions.is_empty() {
        page.fault(at(&recipient.code), format!("say where `{}` works", recipient.code));
    }
    let pinned: Vec<&str> =
        policy.region.iter().flat_map(|region| &region.pinned).map(|name| name.get_ref().as_str()).collect();
    let mut home = pinned.clone();
    home.push(&policy.operator.country);
    if is_within(&policy.operator.country, &["EEA"]) {
        home.push("EEA");
    }
    for region in &recipient.regions {
        if !is_place(region.get_ref()) {
            page.fault(at(region), format!("`{region}` is no country or region, such as US or EEA"));
            continue;
        }
        if recipient.is_given() && !pinned.is_empty() && !is_within(region.get_ref(), &pinned) {
            let reason = format!(
                "`{}` works in {region}, outside {}, which data never leaves",
                recipient.code,
                pinned.join(" and ")
            );
            page.fault(at(region), reason);
        }
        let is_outside = !is_within(region.get_ref(), &home);
        if recipient.kind == RecipientKind::Processor && is_outside && recipient.transfer == Transfer::None {
            let reason = format!("`{}` works in {region} without a ground for the transfer", recipient.code);
            page.fault(at(region), reason);
        }
    }
}

fn agreement(page: &mut Page<'_>, (nth, recipient): (usize, &Recipient)) {
    let place = [Key("recipient"), Nth(nth), Key("agreement")];
    match recipient.agreement {
        None if recipient.kind == RecipientKind::Processor => {
            page.fault(at(&recipient.code), format!("the sub-processor `{}` has no agreement", recipient.code));
        }
        Some(made) if made > *page.policy.effective.get_ref() => {
            page.fault_of(&place, format!("the agreement with `{}` comes after the policy begins", recipient.code));
        }
        _ => {}
    }
}
