//! Merchants from many countries, and their own users.

use rand::RngExt;
use rand::rngs::StdRng;
use rand::seq::{IndexedRandom, SliceRandom};

use super::Plot;
use super::deeds::{Merchant, Person};
use super::names::{COUNTRIES, Country, Word};
use crate::floor::access::Caller;
use crate::floor::kernel::Personal;
use crate::tenants::{self, MemberRole, NewMember, NewTenant, OurRole};

pub(super) const DAY: i64 = 86_400;

/// Each plan, how many apps it lets one connect, and how many merchants of ten are on it.
const PLANS: [(&str, i32, u32); 3] = [("starter", 3, 4), ("growth", 10, 4), ("scale", 30, 2)];

pub(super) fn plan(plot: &mut Plot<'_>, mut dice: StdRng) {
    let mut names: Vec<(&Country, Word, Word)> = COUNTRIES
        .iter()
        .flat_map(|country| {
            country
                .first
                .iter()
                .flat_map(move |first| country.second.iter().map(move |second| (country, *first, *second)))
        })
        .collect();
    names.shuffle(&mut dice);
    for place in 0..plot.amounts.merchants {
        let (country, first, second) = names[place % names.len()];
        // Where there are more merchants than names, a number tells them apart.
        let (again, numbered) = match place / names.len() {
            0 => (String::new(), String::new()),
            round => (format!(" {}", round + 1), format!("-{}", round + 1)),
        };
        let (plan, app_slots, _) = *PLANS.choose_weighted(&mut dice, |(.., of_ten)| *of_ten).unwrap_or(&PLANS[0]);
        let opened_at = plot.ago(dice.random_range(140 * DAY..720 * DAY));
        let mut merchant = Merchant {
            new: NewTenant {
                legal_name: format!("{}{}{}{again}", first.0, country.gap, second.0),
                reference: Some(format!("org-{:05}", 10_000 + place)),
                locale: country.locale.to_owned(),
                region: country.region.to_owned(),
                plan: plan.to_owned(),
                app_slots,
                our_role: OurRole::Processor,
                role_note: None,
            },
            opened_at,
            slug: format!("{}-{}{numbered}", first.1, second.1),
            owner: Person::default(),
            closes: false,
        };
        merchant.owner = people(plot, &mut dice, place, (country, &merchant));
        if dice.random_ratio(1, 40) {
            merchant.closes = true;
            let at = plot.ago(dice.random_range(DAY..20 * DAY));
            plot.deed(place, at, async |hand| {
                tenants::close_tenant(&hand.tools, &Caller::house(), (hand.tenant, 1), None).await.map(drop)
            });
        }
        plot.merchants.push(merchant);
    }
}

/// One who owns the shop, who is told, and up to three who work in it.
fn people(plot: &mut Plot<'_>, dice: &mut StdRng, place: usize, (country, merchant): (&Country, &Merchant)) -> Person {
    let colleagues = dice.random_range(0..=3);
    let [first, second] = country.people;
    let mut owner = Person::default();
    for number in 0..=colleagues {
        let (one, other) = (first[dice.random_range(0..first.len())], second[dice.random_range(0..second.len())]);
        let name = format!("{}{}{}", one.0, country.gap, other.0);
        let mail = format!("{}.{}.{number}@{}.example.com", one.1, other.1, merchant.slug);
        let role = if number == 0 { MemberRole::Owner } else { MemberRole::Member };
        if number == 0 {
            owner = Person { name: name.clone(), mail: mail.clone() };
        }
        let at = merchant.opened_at.plus(chrono::Duration::seconds(dice.random_range(60..DAY) + number * 30 * DAY));
        plot.deed(place, at, async move |hand| {
            let (name, mail) = (Personal::new(name), Personal::new(mail));
            let new = NewMember { tenant: hand.tenant, name, mail, role, login: None };
            tenants::add_member(&hand.tools, &Caller::house(), new, None).await.map(drop)
        });
    }
    owner
}
