//! What people may ask and merchants may connect: rights, kinds of apps, cookies.

use super::super::places::Step::{Key, Nth};
use super::super::words::RIGHTS;
use super::{Page, at, is_code};
use crate::floor::regulations;

pub(super) fn look(page: &mut Page<'_>) {
    rights(page);
    app_kinds(page);
    let policy = page.policy;
    page.codes("cookie", policy.cookies.iter().map(|cookie| &cookie.code));
}

fn rights(page: &mut Page<'_>) {
    let policy = page.policy;
    page.codes("right", policy.rights.iter().map(|right| &right.right));
    for (nth, right) in policy.rights.iter().enumerate() {
        let name = &right.right;
        if !RIGHTS.contains(&name.get_ref().as_str()) {
            page.fault(at(name), format!("there is no right `{name}`: {}", RIGHTS.join(", ")));
        }
        if right.who.is_empty() {
            page.fault(at(name), format!("say who has the right `{name}`"));
        }
        if right.answer.is_some_and(|window| window.hours().unwrap_or(0) == 0) {
            let place = [Key("right"), Nth(nth), Key("answer")];
            page.fault_of(&place, "an answer comes within hours, days, months or years");
        }
        for regime in right.regimes.iter().filter(|regime| !is_code(regime.get_ref())) {
            page.fault(at(regime), format!("`{regime}` is no regime's code, such as eu_gdpr"));
        }
        let is_unknown =
            |code: &str| is_code(code) && regulations::shipped().is_ok_and(|book| book.regime(code).is_none());
        for regime in right.regimes.iter().filter(|regime| is_unknown(regime.get_ref())) {
            page.fault(at(regime), format!("there is no regime `{regime}`: nothing would be answered by its dates"));
        }
    }
}

fn app_kinds(page: &mut Page<'_>) {
    let policy = page.policy;
    page.codes("kind of app", policy.app_kinds.iter().map(|kind| &kind.code));
    for (nth, kind) in policy.app_kinds.iter().enumerate() {
        for touched in &kind.touches {
            page.leads(touched);
        }
        if kind.touches.is_empty() {
            page.fault(at(&kind.code), format!("say which data an app of the kind `{}` touches", kind.code));
        }
        if kind.needs.iter().all(|permission| permission.trim().is_empty()) {
            page.fault(at(&kind.code), format!("say which permissions an app of the kind `{}` needs", kind.code));
        }
        if kind.rotate_days == 0 {
            let place = [Key("app_kind"), Nth(nth), Key("rotate_days")];
            page.fault_of(&place, "credentials last a day at least");
        }
    }
}
