//! A key as it is answered; its token leaves with the answer to whoever made it, and never again.

use async_graphql::{Context, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};

use super::super::actions::{self, Made};
use super::super::model::{ApiKey, Tenant};
use super::TenantNode;
use super::words::ApiKeyState;
use crate::floor::graphql::{Asking, PermissionWord, asking, node_id};
use crate::floor::kernel::{Error, Instant, Ref, Result};

/// A frontend's key, and whose it is.
#[derive(Clone)]
pub struct ApiKeyNode {
    pub key: ApiKey,
    pub tenant: Tenant,
}

/// A frontend's key: of one tenant, with named permissions and an end.
#[Object(name = "ApiKey")]
impl ApiKeyNode {
    /// Its id.
    pub async fn id(&self) -> ID {
        node_id(Ref::new(self.key.tenant, self.key.id))
    }

    /// The tenant it opens.
    async fn tenant(&self) -> TenantNode {
        TenantNode(self.tenant.clone())
    }

    /// What uses it.
    async fn name(&self) -> &str {
        &self.key.name
    }

    /// The last letters of its token, to tell keys apart.
    async fn hint(&self) -> &str {
        &self.key.hint
    }

    /// What it may.
    async fn permissions(&self) -> Vec<PermissionWord> {
        self.key.permissions.iter().copied().map(PermissionWord::from).collect()
    }

    /// Who made it, as the books name him.
    async fn made_by(&self) -> &str {
        &self.key.made_by
    }

    /// When it was made.
    async fn made_at(&self) -> DateTime<Utc> {
        self.key.made_at.utc()
    }

    /// When it ends.
    async fn expires_at(&self) -> DateTime<Utc> {
        self.key.expires_at.utc()
    }

    /// When it was last used, to the minute.
    async fn last_used_at(&self) -> Option<DateTime<Utc>> {
        self.key.seen_at.map(Instant::utc)
    }

    /// How it stands now.
    async fn state(&self, ctx: &Context<'_>) -> Result<ApiKeyState> {
        Ok(self.key.state(asking(ctx)?.tools.watch.now()).into())
    }

    /// Its successor, where it was rotated.
    async fn replaced_by(&self, ctx: &Context<'_>) -> Result<Option<Self>> {
        let Some(id) = self.key.replaced_by else { return Ok(None) };
        let asking = asking(ctx)?;
        let at = Ref::new(self.key.tenant, id);
        let found = actions::find_api_key(&asking.tools, asking.caller()?, at).await?;
        Ok(found.map(|(key, tenant)| Self { key, tenant }))
    }
}

/// A key that was just made.
#[derive(SimpleObject)]
pub struct CreatedApiKey {
    /// The key.
    api_key: ApiKeyNode,
    /// Its token, this once; null where the call is a repeated one.
    secret: Option<String>,
}

/// A key that was made, as it is answered.
pub(super) async fn made(asking: &Asking, made: Result<Made>) -> Result<CreatedApiKey> {
    let Made { key, secret } = made?;
    let api_key = whole(asking, Ok(key)).await?;
    Ok(CreatedApiKey { api_key, secret: secret.map(|secret| secret.expose().to_owned()) })
}

/// A changed key with its tenant.
pub(super) async fn whole(asking: &Asking, changed: Result<ApiKey>) -> Result<ApiKeyNode> {
    let key = changed?;
    let tenant = actions::find_tenant(&asking.tools, asking.caller()?, key.tenant).await?;
    Ok(ApiKeyNode { key, tenant: tenant.ok_or(Error::NotFound("tenant"))? })
}
