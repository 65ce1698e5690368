//! What a shop is asked to tell. The topics that are for people's sake are not here: they stand in the app's own settings
//! and come in any case.

use serde::Deserialize;
use serde_json::json;

use super::super::{Fate, KnownHook, NewHook, Topic, Visit};
use super::admin::ask;
use crate::floor::kernel::Secret;

const LIST: &str = "{ webhookSubscriptions(first: 250) { nodes { id topic uri } } }";
const CREATE: &str = "mutation($topic: WebhookSubscriptionTopic!, $hook: WebhookSubscriptionInput!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: $hook) { webhookSubscription { id } userErrors { field } } }";

const CUSTOMERS: &[&str] = &["read_customers", "write_customers"];
const ORDERS: &[&str] = &["read_orders", "write_orders"];
const PRODUCTS: &[&str] = &["read_products", "write_products"];
const INVENTORY: &[&str] = &["read_inventory", "write_inventory"];

pub(super) const TOPICS: &[Topic] = &[
    Topic { name: "app/uninstalled", scopes: &[] },
    Topic { name: "app/scopes_update", scopes: &[] },
    Topic { name: "customers/create", scopes: CUSTOMERS },
    Topic { name: "customers/update", scopes: CUSTOMERS },
    Topic { name: "customers/delete", scopes: CUSTOMERS },
    Topic { name: "orders/create", scopes: ORDERS },
    Topic { name: "orders/updated", scopes: ORDERS },
    Topic { name: "orders/delete", scopes: ORDERS },
    Topic { name: "products/create", scopes: PRODUCTS },
    Topic { name: "products/update", scopes: PRODUCTS },
    Topic { name: "products/delete", scopes: PRODUCTS },
    Topic { name: "inventory_levels/update", scopes: INVENTORY },
    Topic { name: "inventory_levels/disconnect", scopes: INVENTORY },
];

/// The word of the enum.
fn word(topic: &str) -> String {
    topic.replace('/', "_").to_ascii_uppercase()
}

pub(super) async fn list(visit: Visit<'_>, access: &Secret) -> Result<Vec<KnownHook>, Fate> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Data {
        webhook_subscriptions: Nodes,
    }
    #[derive(Deserialize)]
    struct Nodes {
        nodes: Vec<Node>,
    }
    #[derive(Deserialize)]
    struct Node {
        id: String,
        topic: String,
        uri: Option<String>,
    }
    let data: Data = ask(visit, access, LIST, json!({})).await?;
    let known = data.webhook_subscriptions.nodes.into_iter().filter_map(|node| {
        let topic = TOPICS.iter().find(|topic| word(topic.name) == node.topic)?;
        Some(KnownHook { id: node.id, topic: topic.name.to_owned(), to: node.uri? })
    });
    Ok(known.collect())
}

pub(super) async fn create(visit: Visit<'_>, access: &Secret, hook: NewHook<'_>) -> Result<String, Fate> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Data {
        webhook_subscription_create: Made,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Made {
        webhook_subscription: Option<Named>,
    }
    #[derive(Deserialize)]
    struct Named {
        id: String,
    }
    let variables = json!({ "topic": word(hook.topic), "hook": { "uri": hook.to.as_str(), "format": "JSON" } });
    let data: Data = ask(visit, access, CREATE, variables).await?;
    data.webhook_subscription_create.webhook_subscription.map(|made| made.id).ok_or(Fate::Over("topic"))
}
