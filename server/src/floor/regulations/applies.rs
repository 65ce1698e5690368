//! Which regimes may apply to what was asked. It is asked with what is known at intake and errs towards more of them: a
//! clock too many is seen and left alone, one too few is missed.

use super::book::Book;
use super::regime::{Offer, Regime};
use super::words::{Right, Whose};

/// What is known of a request when it comes.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    pub right: Right,
    /// The special case, such as `direct_marketing`, where it is known.
    pub case: Option<&'a str>,
    /// Whether we only carry out for a merchant what was asked.
    pub is_processor: bool,
    /// Where the person is, as far as it is known: `DE`, `US`, `US-CA`.
    pub place: Option<&'a str>,
    /// The platform whose notice it is.
    pub notice_of: Option<&'a str>,
    /// The name of the notice in that platform's list, such as `customers/redact`.
    pub notice: Option<&'a str>,
    /// The regimes that the policy names at this right.
    pub named: &'a [&'a str],
    /// What the operator's page promises by itself.
    pub promise: Option<&'a Regime>,
}

/// A regime that may apply, with the rule for what was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Applies<'a> {
    pub regime: &'a Regime,
    pub offer: Offer<'a>,
    pub whose: Whose,
    pub why: Why,
}

/// Why a regime may apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// The platform's own notice.
    Notice,
    /// It holds where the person is.
    Place,
    /// The policy names it, and nobody knows where the person is.
    Named,
    /// The operator's page promises it to everybody.
    Promised,
}

impl Book {
    /// The regimes that may apply, by code; each with the rule for this right or case.
    pub fn applying<'a>(&'a self, asked: &Asked<'a>) -> Vec<Applies<'a>> {
        let statutory = if asked.is_processor { Whose::Merchants } else { Whose::Ours };
        let mut found: Vec<Applies<'a>> = Vec::new();
        for regime in self.regimes() {
            let Some(why) = why(regime, asked) else { continue };
            let whose = if why == Why::Notice { Whose::Ours } else { statutory };
            found.extend(offer(regime, asked).map(|offer| Applies { regime, offer, whose, why }));
        }
        let promised = asked.promise.and_then(|regime| {
            let offer = offer(regime, asked)?;
            Some(Applies { regime, offer, whose: Whose::Ours, why: Why::Promised })
        });
        found.extend(promised);
        found
    }
}

fn offer<'a>(regime: &'a Regime, asked: &Asked<'_>) -> Option<Offer<'a>> {
    let noticed = asked.notice.filter(|_| regime.platform.is_some());
    if let Some(notice) = noticed {
        return regime.offers().find(|offer| offer.name == notice);
    }
    asked.case.map_or_else(|| regime.offer(asked.right), |case| regime.offer_for(asked.right, case))
}

fn why(regime: &Regime, asked: &Asked<'_>) -> Option<Why> {
    if regime.platform.is_some() {
        return (regime.platform.as_deref() == asked.notice_of).then_some(Why::Notice);
    }
    let is_named = asked.named.contains(&regime.code.as_str());
    let Some(place) = asked.place else { return is_named.then_some(Why::Named) };
    let country = place.split('-').next().unwrap_or(place);
    if regime.places.iter().any(|holds| holds == place || holds == country) {
        return Some(Why::Place);
    }
    // Of the United States it is known that one of their acts may hold, not which.
    let is_region_unknown = place == country;
    let holds_in_a_region =
        regime.places.iter().any(|holds| holds.split_once('-').is_some_and(|(known, _)| known == country));
    (is_named && is_region_unknown && holds_in_a_region).then_some(Why::Named)
}
