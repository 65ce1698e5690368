//! Data stays where the page says it stays.

use futures_util::FutureExt;

use super::{Asked, Check, Look};
use crate::floor::policy::{Form, Recipient, RecipientKind};

pub const CHECK: Check = Check::hourly(
    "region_pinned",
    "the region of the operator's own systems, and every region of each recipient that is given anything, lie within those \
     the policy pins; what an authority may demand by law is left out",
    "{ policy { region { home pinned } recipients { code regions } } }",
    |asked| async move { Ok(look(&asked)) }.boxed(),
);

fn look(asked: &Asked) -> Look {
    let Some(region) = asked.policy().region.as_ref().filter(|region| !region.pinned.is_empty()) else {
        return Look::broken("0 regions", "the policy pins no region");
    };
    let within = |place: &str| region.pinned.iter().any(|pinned| lies_within(place, pinned.get_ref()));
    let gets = |one: &&Recipient| {
        one.kind != RecipientKind::Authority
            && asked.is_about(one.code.get_ref())
            && one.receives.iter().any(|given| given.form != Form::Never)
    };
    let given: Vec<&Recipient> = asked.policy().recipients.iter().filter(gets).collect();
    let mut faults: Vec<String> = Vec::new();
    if !within(&region.home) {
        faults.push(format!("the operator's own systems are in {}", region.home));
    }
    for one in &given {
        let out = one.regions.iter().map(toml::Spanned::get_ref).filter(|place| !within(place));
        faults.extend(out.map(|place| format!("{} works in {place}", one.code.get_ref())));
    }
    Look::unless(format!("{} recipients and our own {}", given.len(), region.home), &faults)
}

/// `us-east-1` lies within `us` and within itself.
fn lies_within(place: &str, pinned: &str) -> bool {
    let (place, pinned) = (place.to_lowercase(), pinned.to_lowercase());
    place == pinned || place.strip_prefix(&pinned).is_some_and(|rest| rest.starts_with('-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_lies_within_its_country_and_no_other() {
        assert!(lies_within("us-east-1", "US"));
        assert!(lies_within("us-east-1", "us-east-1"));
        assert!(!lies_within("US", "us-east-1"));
        assert!(!lies_within("usa", "us"));
        assert!(!lies_within("EU", "US"));
    }
}
