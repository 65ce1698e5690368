//! The schema asked as a given caller, past the edge: what an answer says, and what it refuses.

use async_graphql::{Request, Variables};
use rightsdesk_server::floor::access::{Bounds, Caller, FRESH, Permission, Role, Seat, Session};
use rightsdesk_server::floor::graphql::{Asking, dress};
use rightsdesk_server::floor::kernel::{SessionId, StaffId, TenantId};
use rightsdesk_server::roof::schema;
use serde_json::{Value, json};

use crate::world::World;

/// A document, answered: `data` and `errors` as they leave.
pub async fn ask(world: &World, caller: Option<&Caller>, document: &str, variables: Value) -> Value {
    ask_of(&schema::desk(false, world.sign_in.clone()), world, caller, (document, variables)).await
}

/// The same of a schema that was made before, for whoever asks it a thousand times.
pub async fn ask_of(
    desk: &schema::Desk,
    world: &World,
    caller: Option<&Caller>,
    (document, variables): (&str, Value),
) -> Value {
    let caller = caller.map(|caller| as_of_now(world, caller));
    let asking = Asking { tools: world.tools.clone(), caller, token: None, source: None, client: None };
    let request = Request::new(document).variables(Variables::from_json(variables)).data(asking);
    let mut answer = desk.execute(request).await;
    dress(&mut answer, "a test");
    serde_json::to_value(answer).expect("JSON")
}

/// The caller as a call of this moment finds him: his second factor is as fresh as the world's watch says.
fn as_of_now(world: &World, caller: &Caller) -> Caller {
    let (Some(id), Some(session)) = (caller.staff_id(), caller.session()) else { return caller.clone() };
    let is_fresh = session.is_fresh && session.fresh_at.is_some_and(|at| world.tools.watch.now().since(at) <= FRESH);
    let bounds = caller.named().map_or(Bounds::Desk, |tenants| Bounds::Named(tenants.to_vec()));
    Caller::staff(id, Seat::new(&[], caller.permissions(), bounds), Session { is_fresh, ..session })
}

/// What a mutation answered under its one field. Errors of the call fail.
pub async fn done(world: &World, caller: &Caller, document: &str, input: Value) -> Value {
    let answer = ask(world, Some(caller), document, json!({ "input": input })).await;
    assert!(answer.get("errors").is_none(), "{answer}");
    answer["data"].as_object().expect("data").values().next().expect("one field").clone()
}

/// The code of the first user error, or of the first error of the call.
pub async fn refused(world: &World, caller: &Caller, document: &str, input: Value) -> String {
    refusal_in(&ask(world, Some(caller), document, json!({ "input": input })).await).0
}

/// Code and words of the first user error, or of the first error of the call.
pub fn refusal_in(answer: &Value) -> (String, String) {
    let user = answer["data"].as_object().and_then(|data| data.values().next()?["userErrors"].get(0));
    let (error, code) = match user {
        Some(error) => (error, error["code"].as_str()),
        None => (&answer["errors"][0], answer["errors"][0]["extensions"]["code"].as_str()),
    };
    let code = code.unwrap_or_else(|| panic!("nothing was refused: {answer}"));
    (code.to_owned(), error["message"].as_str().unwrap_or_default().to_owned())
}

/// One of the operator's own people, with a second factor that was shown just now.
pub fn desk_seat(world: &World, roles: &[Role]) -> Caller {
    seated(world, Seat::new(roles, &[], Bounds::Desk))
}

/// A partner, who reaches these tenants and no others.
pub fn partner(world: &World, permissions: &[Permission], tenants: &[TenantId]) -> Caller {
    seated(world, Seat::new(&[], permissions, Bounds::Named(tenants.to_vec())))
}

fn seated(world: &World, seat: Seat) -> Caller {
    sitting(world, StaffId::fresh(), seat)
}

/// Somebody who has a seat, and who showed the second factor just now.
pub fn sitting(world: &World, id: StaffId, seat: Seat) -> Caller {
    let session = Session { id: SessionId::fresh(), fresh_at: Some(world.tools.watch.now()), is_fresh: true };
    Caller::staff(id, seat, session)
}
