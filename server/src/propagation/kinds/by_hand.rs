//! By a person, who writes down what came back: nothing is sent from here.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::{Came, Kind, Telling};
use crate::floor::kernel::Result;
use crate::propagation::model::TaskKind;

pub struct ByHand;

const ADVICE: &str = "Ask this recipient, and write down what comes back: attach the answer.";

impl Kind for ByHand {
    fn kind(&self) -> TaskKind {
        TaskKind::Manual
    }

    fn tell<'a>(&'a self, telling: &'a Telling<'a>) -> BoxFuture<'a, Result<Came>> {
        let advice = telling.task.advice.clone().unwrap_or_else(|| ADVICE.to_owned());
        async move { Ok(Came::by_hand("by_hand", advice)) }.boxed()
    }
}
