//! Merchants who read the notices of sub-processors by API. Nobody is written to: these addresses are nobody's.

use rand::RngExt;
use rand::rngs::StdRng;

use super::Plot;
use super::tenants::DAY;
use crate::floor::access::Caller;
use crate::processors::{NewSubscription, subscribe};

pub(super) fn plan(plot: &mut Plot<'_>, mut dice: StdRng) {
    for merchant in 0..plot.merchants.len() {
        if !dice.random_ratio(1, 3) || plot.merchants[merchant].closes {
            continue;
        }
        let locale = plot.merchants[merchant].new.locale.clone();
        plot.at_desk(plot.ago(dice.random_range(DAY..100 * DAY)), async move |desk| {
            let new = NewSubscription { tenant: desk.merchants[merchant], mail: None, locale };
            subscribe(&desk.tools, &Caller::house(), new, None).await.map(drop)
        });
    }
}
