//! The list of sub-processors against the policy, both ways.

use futures_util::FutureExt;

use super::{Asked, Check, Look};
use crate::floor::kernel::{Day, Result};
use crate::floor::policy::{Policy, Recipient, RecipientKind};
use crate::processors::{Entry, Processor, ProcessorState, on_record};

pub const CHECK: Check = Check::hourly(
    "processors_listed",
    "each sub-processor that the policy names is on the public list, with an agreement and the ground of transfer that the \
     policy gives, and said to be there for the same with the same data; and nobody is on the list whom the policy does not \
     name",
    "{ processors(filter: { state: [IN_FORCE, ENDING] }) { nodes { code agreementOn transfer regions } } }",
    |asked| look(asked).boxed(),
);

async fn look(asked: Asked) -> Result<Look> {
    let record: Vec<Processor> = asked.house(on_record).await?.into_iter().filter(is_listed).collect();
    let policy = asked.policy();
    let named = || policy.recipients.iter().filter(|one| one.kind == RecipientKind::Processor);
    let is_named = |code: &str| named().any(|one| one.code.get_ref() == code);
    let mut faults: Vec<String> = asked
        .of
        .iter()
        .filter(|code| !is_named(code))
        .map(|code| format!("the policy names no sub-processor {code}"))
        .collect();
    let about: Vec<&Recipient> = named().filter(|one| asked.is_about(one.code.get_ref())).collect();
    let wrong: Vec<String> = about.iter().filter_map(|one| fault(policy, one, &record)).collect();
    let figure = format!("{} of {} sub-processors", about.len() - wrong.len(), about.len());
    faults.extend(wrong);
    let strange = record.iter().filter(|one| asked.is_about(&one.code) && !is_named(&one.code));
    faults.extend(strange.map(|one| format!("{} is on the list, and the policy does not name it", one.code)));
    Ok(Look::unless(figure, &faults).only_if(!about.is_empty(), "the policy names no sub-processor"))
}

const fn is_listed(processor: &Processor) -> bool {
    matches!(processor.state, ProcessorState::InForce | ProcessorState::Ending)
}

/// What is wrong with the list's entry of this one, if anything is.
fn fault(policy: &Policy, recipient: &Recipient, record: &[Processor]) -> Option<String> {
    let code = recipient.code.get_ref();
    let Some(shown) = record.iter().find(|one| one.code == *code).and_then(Processor::shown) else {
        return Some(format!("{code} is not on the list"));
    };
    let (entry, wanted) = (&shown.entry, Entry::of(policy, recipient, policy.first_locale()));
    if entry.agreement_on.is_none() || entry.agreement_on != recipient.agreement.map(|day| Day(day.0)) {
        return Some(format!("the list has no agreement with {code}, or not the policy's"));
    }
    if entry.transfer != recipient.transfer {
        return Some(format!("the list gives another ground of transfer for {code}"));
    }
    (*entry != wanted).then(|| format!("the list says otherwise of {code} than the policy"))
}
