//! A vault to try: with a database and a key folder of its own, and the verbs a slice would use on it.

use std::time::Duration;

use rightsdesk_server::floor::access::{Caller, One, Permission, Scope};
use rightsdesk_server::floor::kernel::{Mode, Secret, TenantId};
use rightsdesk_server::floor::ledger::{Event, Ledger, Limits, Witnessed};
use rightsdesk_server::floor::vault::{KeySource, Opening, SecretId, SecretKind, Vault};

use crate::base::{Base, fresh};

pub const KIND: SecretKind = SecretKind::new("store_secret");

/// A desk's own database, its key folder and the vault over both.
pub struct Safe {
    pub base: Base,
    pub ledger: Ledger,
    pub keys: tempfile::TempDir,
    pub vault: Vault,
}

impl Safe {
    pub async fn new() -> Self {
        let base = fresh();
        let ledger = base.ledger(Limits { connections: 4, patience: Duration::from_secs(20), prepare: true });
        let keys = tempfile::tempdir().expect("a folder");
        let vault = open(&ledger, &keys).await.unwrap_or_else(|error| panic!("the vault opens: {error}"));
        Self { base, ledger, keys, vault }
    }

    pub async fn tenant(&self) -> TenantId {
        let tenant = TenantId::fresh();
        self.ledger.begin_books(&Caller::house(), tenant).await.expect("books");
        tenant
    }

    pub async fn put(&self, tenant: TenantId, values: Vec<String>) -> Vec<SecretId> {
        let vault = self.vault.clone();
        let put = self.ledger.write(scope(tenant), move |tx| {
            let secrets: Vec<Secret> = values.into_iter().map(Secret::new).collect();
            Ok(Witnessed::new(vault.put_all(tx, KIND, &secrets)?, witness(tenant)))
        });
        put.await.expect("stored")
    }

    pub async fn reseal(&self, tenant: TenantId, id: SecretId, value: String) {
        let vault = self.vault.clone();
        let reseal = self.ledger.write(scope(tenant), move |tx| {
            vault.reseal(tx, KIND, id, &Secret::new(value))?;
            Ok(Witnessed::new((), witness(tenant)))
        });
        reseal.await.expect("resealed");
    }

    pub async fn delete(&self, tenant: TenantId, id: SecretId) {
        let vault = self.vault.clone();
        let delete = self.ledger.write(scope(tenant), move |tx| {
            assert!(vault.delete(tx, id)?);
            Ok(Witnessed::new((), witness(tenant)))
        });
        delete.await.expect("deleted");
    }

    pub async fn read(&self, tenant: TenantId, ids: Vec<SecretId>) -> Vec<Opening<String>> {
        let vault = self.vault.clone();
        let look = self.ledger.reveal(scope(tenant), "test", move |tx| {
            ids.iter()
                .map(|id| Ok(vault.open_secret(tx, KIND, *id)?.map(|secret| secret.expose().to_owned())))
                .collect()
        });
        look.await.expect("the read itself")
    }
}

pub async fn open(ledger: &Ledger, keys: &tempfile::TempDir) -> Result<Vault, String> {
    let source = KeySource::Folder(keys.path().join("keys"));
    Vault::open(ledger, source, Mode::Development).await.map_err(|error| error.to_string())
}

pub fn scope(tenant: TenantId) -> Scope<One> {
    Caller::house().permit(Permission::KeepHouse, tenant).expect("the house may")
}

pub fn witness(tenant: TenantId) -> Event {
    Event::new("secret.changed", "tenant", tenant.uuid())
}
