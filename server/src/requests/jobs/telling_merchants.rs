//! The word to a merchant that somebody asked about data they decide about. It names a request and its date, and nobody.

use serde::{Deserialize, Serialize};

use crate::floor::jobs::{Halt, Job, Run};
use crate::floor::kernel::{Error, MemberId, Personal, RequestId, Result};
use crate::floor::ledger::{Event, Witnessed};
use crate::floor::mail::Letter;
use crate::requests::model::Request;
use crate::requests::queries::requests;
use crate::tenants::write_to_owners;

/// Writes to the owners of a tenant that a request was handed on to them, once.
#[derive(Debug, Serialize, Deserialize)]
pub struct TellMerchant {
    pub request: RequestId,
}

/// What the book calls it.
const TOLD: &str = "request.merchant_told";

const NOTHING: &str = "a merchant to be told";

impl Job for TellMerchant {
    const NAME: &'static str = "tell_merchant";

    async fn run(self, run: Run) -> Result<(), Halt> {
        let (lane, tools, id) = (run.scope()?, run.tools()?, self.request);
        let found = run.ledger.read(&lane, move |tx| Ok((requests::get(tx, id)?, requests::is_told(tx, id, TOLD)?)));
        let (request, is_told) = found.await?;
        if is_told || request.stage.is_closed() {
            return Ok(());
        }
        run.hold().await?;
        let operator = tools.policy.in_force()?.policy.operator.name.clone();
        let write = |member, mail| letter(&request, (&operator, &tools.public_url), member, mail);
        let letters = write_to_owners(&tools, run.job.tenant, Self::NAME, write).await?;
        let told = run.ledger.write(lane, move |tx| {
            let request = requests::lock(tx, id)?;
            if requests::is_told(tx, request.id, TOLD)? {
                return Err(Error::NotFound(NOTHING));
            }
            Ok(Witnessed::new((), Event::new(TOLD, "request", id.uuid()).count("letters", letters)))
        });
        match told.await {
            Ok(()) | Err(Error::NotFound(NOTHING)) => Ok(()),
            Err(other) => Err(other.into()),
        }
    }
}

fn letter(request: &Request, (operator, desk): (&str, &str), member: MemberId, to: Personal) -> Letter {
    let (reference, right) = (&request.reference, request.right.code().replace('_', " "));
    let due = request.due.as_ref().map(|due| format!("Answer by: {}\n", due.on)).unwrap_or_default();
    let text = format!(
        "One of your customers asked {operator} about personal data that you decide about. {operator} acts for you and \
         passes the request on.\n\nReference: {reference}\nWhat is asked: {right}\nReceived: {}\n{due}\n\
         Look at it in your account at {desk} and tell us what you decide: we carry it out. Who asks stands there and not \
         in this letter.\n",
        request.received_at.day(),
    );
    let id = format!("handed-on-{}-{}", request.id.uuid().as_simple(), member.uuid().as_simple());
    Letter::automatic(to, format!("{operator}: a customer's request for you, {reference}"), text, id)
}
