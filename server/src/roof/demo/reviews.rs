//! A review that somebody has just opened over everything there is, with no row of it decided yet.

use chrono::Duration;
use rand::rngs::StdRng;

use super::Plot;
use crate::floor::access::Caller;
use crate::reviews::{NewCampaign, ReviewSubject, open_campaign};

pub(super) fn plan(plot: &mut Plot<'_>, _: StdRng) {
    plot.at_desk(plot.now, async |desk| {
        let due_on = Some(desk.tools.watch.now().plus(Duration::days(21)).day());
        let new = NewCampaign { title: "Who may what".to_owned(), covers: ReviewSubject::ALL.to_vec(), due_on };
        open_campaign(&desk.tools, &Caller::house(), new, None).await.map(drop)
    });
}
