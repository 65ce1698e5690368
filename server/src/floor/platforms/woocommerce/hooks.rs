//! What a store is asked to tell. A key that only reads makes no hooks.

use serde_json::{Value, json};

use super::super::read::{id, rows, text};
use super::super::talk::{later, send};
use super::super::{Fate, KnownHook, NewHook, Topic, Visit};
use super::{ask, call, yes};
use crate::floor::egress::Call;
use crate::floor::kernel::Secret;

const PATH: &str = "/wp-json/wc/v3/webhooks";
const WRITES: &[&str] = &["write", "read_write"];

pub(super) const TOPICS: &[Topic] = &[
    Topic { name: "customer.created", scopes: WRITES },
    Topic { name: "customer.updated", scopes: WRITES },
    Topic { name: "customer.deleted", scopes: WRITES },
    Topic { name: "order.created", scopes: WRITES },
    Topic { name: "order.updated", scopes: WRITES },
    Topic { name: "order.deleted", scopes: WRITES },
    Topic { name: "order.restored", scopes: WRITES },
    Topic { name: "product.created", scopes: WRITES },
    Topic { name: "product.updated", scopes: WRITES },
    Topic { name: "product.deleted", scopes: WRITES },
    Topic { name: "product.restored", scopes: WRITES },
];

/// Those that a store has given up on are not among them.
pub(super) async fn list(visit: Visit<'_>, access: &Secret) -> Result<Vec<KnownHook>, Fate> {
    let call = ask(visit, &[PATH, "?per_page=100&status=active"].concat(), access)?;
    let answer = yes(send(visit.out, call).await?)?;
    let told = answer.json::<Value>().filter(Value::is_array).ok_or_else(|| later(&answer))?;
    let known = |row: &Value| {
        Some(KnownHook { id: id(&row["id"])?, topic: text(&row["topic"])?, to: text(&row["delivery_url"])? })
    };
    Ok(rows(&told).iter().filter_map(known).collect())
}

pub(super) async fn create(visit: Visit<'_>, access: &Secret, hook: NewHook<'_>) -> Result<String, Fate> {
    let document = json!({
        "name": "Privacy desk", "topic": hook.topic, "delivery_url": hook.to.as_str(),
        "secret": hook.secret.map(Secret::expose),
    });
    let call = call(visit, "POST", PATH, access, |url| Call::json(url, &document))?;
    let answer = yes(send(visit.out, call).await?)?;
    answer.json::<Value>().and_then(|told| id(&told["id"])).ok_or_else(|| later(&answer))
}

/// One that is gone is gone.
pub(super) async fn delete(visit: Visit<'_>, access: &Secret, hook: &str) -> Result<(), Fate> {
    let path = [PATH, "/", hook, "?force=true"].concat();
    let call = call(visit, "DELETE", &path, access, Call::delete)?;
    let answer = send(visit.out, call).await?;
    if answer.status == 404 { Ok(()) } else { yes(answer).map(|_| ()) }
}
