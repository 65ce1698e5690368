//! Carries out what was admitted: paid for before, settled after, a bounded number at once, and no panic goes further.

use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use async_graphql::{Response, Value, value};
use axum::http::StatusCode;
use futures_util::stream::BoxStream;
use futures_util::{FutureExt, StreamExt};
use serde::Serialize;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::document::{Admitted, Way, admit};
use super::read::Wish;
use super::refuse::Refused;
use crate::floor::graphql::{Asking, dress, spent};
use crate::roof::http::Edge;
use crate::roof::http::budget::{Budget, Payer, Short, Standing};

/// Operations carried out at once, for each core.
const AT_ONCE: usize = 4;
/// How long one may wait for its turn.
const TURN: Duration = Duration::from_millis(500);

/// What stands behind every way in.
pub(in crate::roof::http) struct Gate {
    pub edge: Edge,
    budget: Budget,
    turns: Semaphore,
}

/// What came of an operation.
pub(in crate::roof::http) struct Answer {
    pub response: Response,
    /// The library found the document wrong: nothing was carried out, and there is no `data`.
    pub never_ran: bool,
}

impl Gate {
    pub fn new(edge: Edge) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let budget = Budget::new(edge.graphql.points, edge.graphql.points_per_second);
        Self { edge, budget, turns: Semaphore::new(AT_ONCE * cores) }
    }

    pub fn admit(&self, wish: Wish, asking: Asking, way: Way) -> Result<Admitted, Refused> {
        admit(&self.edge.graphql, wish, asking, way)
    }

    /// A query or a mutation.
    pub async fn carry_out(&self, admitted: Admitted, call: &str) -> Result<Answer, Refused> {
        let (payer, bill) = (Payer::of(&admitted.asking), admitted.bill);
        self.charge(&payer, bill.points)?;
        let Ok(_turn) = self.turn().await else {
            self.budget.settle(&payer, bill.points, 0, Instant::now());
            let words = "as much is under way as this server can do at once: try again in a second";
            return Err(Refused::later(StatusCode::SERVICE_UNAVAILABLE, "BUSY", words, Duration::from_secs(1)));
        };
        let mut response = shielded(self.edge.desk.execute(admitted.request)).await?;
        let never_ran = never_ran(&response);
        let actual = if never_ran { 1 } else { spent(bill.kind, &response.data) };
        let standing = self.budget.settle(&payer, bill.points, actual, Instant::now());
        dress(&mut response, call);
        if !never_ran {
            response.extensions.insert("cost".to_owned(), cost(bill.points, actual, standing));
        }
        Ok(Answer { response, never_ran })
    }

    /// A subscription: paid for once, and then as long as it lasts.
    pub fn follow(&self, admitted: Admitted, call: String) -> Result<BoxStream<'static, Answer>, Refused> {
        self.charge(&Payer::of(&admitted.asking), admitted.bill.points)?;
        let answers = AssertUnwindSafe(self.edge.desk.execute_stream(admitted.request)).catch_unwind();
        let answers = answers.map(move |answer| {
            let mut response = answer.unwrap_or_else(|_| {
                let failed = crate::floor::kernel::Error::internal("a subscription panicked");
                Response::from_errors(vec![
                    async_graphql::Error::from(failed).into_server_error(async_graphql::Pos::default()),
                ])
            });
            let never_ran = never_ran(&response);
            dress(&mut response, &call);
            Answer { response, never_ran }
        });
        Ok(answers.boxed())
    }

    fn charge(&self, payer: &Payer, points: u32) -> Result<(), Refused> {
        match self.budget.charge(payer, points, Instant::now()) {
            Ok(_) => Ok(()),
            Err(Short::For(span)) => {
                let words = "the budget of cost points is spent for now: wait, or ask for less";
                Err(Refused::later(StatusCode::TOO_MANY_REQUESTS, "THROTTLED", words, span))
            }
            Err(Short::Ever) => {
                let words = "this may cost more points than a caller ever has: ask for smaller pages";
                Err(Refused::new(StatusCode::BAD_REQUEST, "TOO_COSTLY", words))
            }
        }
    }

    async fn turn(&self) -> Result<SemaphorePermit<'_>, ()> {
        tokio::time::timeout(TURN, self.turns.acquire()).await.map_err(|_| ())?.map_err(|_| ())
    }
}

/// A panic of a resolver is an answer like any other, and ends nothing but its own operation.
async fn shielded<T>(running: impl Future<Output = T>) -> Result<T, Refused> {
    AssertUnwindSafe(running).catch_unwind().await.map_err(|_| Refused::failed())
}

/// An error of a field has its path; one of the document has none.
fn never_ran(response: &Response) -> bool {
    response.data == Value::Null
        && !response.errors.is_empty()
        && response.errors.iter().all(|error| error.path.is_empty())
}

fn cost(requested: u32, actual: u32, standing: Standing) -> Value {
    value!({
        "requestedQueryCost": requested,
        "actualQueryCost": actual,
        "throttleStatus": {
            "maximumAvailable": (standing.most),
            "currentlyAvailable": (standing.left),
            "restoreRate": (standing.each_second),
        },
    })
}

/// The form of an answer: what never ran has no `data`, not even null.
#[derive(Serialize)]
pub(in crate::roof::http) struct Body<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a Value>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [async_graphql::ServerError],
    #[serde(skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    extensions: &'a std::collections::BTreeMap<String, Value>,
}

impl Answer {
    pub fn body(&self) -> Body<'_> {
        let Response { data, errors, extensions, .. } = &self.response;
        Body { data: (!self.never_ran).then_some(data), errors, extensions }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_of_a_resolver_is_an_answer() {
        struct Query;
        #[async_graphql::Object]
        impl Query {
            async fn broken(&self, of: Option<i32>) -> i32 {
                of.expect("a fault of ours")
            }
        }
        let schema = async_graphql::Schema::new(Query, async_graphql::EmptyMutation, async_graphql::EmptySubscription);
        let refused = shielded(schema.execute("{ broken }")).await.expect_err("refused");
        assert_eq!((refused.status.as_u16(), refused.code), (500, "INTERNAL"));
        assert!(!refused.words.contains("fault of ours"));
    }
}
