//! A desk over a database that came back from a backup: its keys, its journal and its folders are those of today.

use rightsdesk_server::floor::ledger::{Ledger, Limits};
use rightsdesk_server::floor::tools::Tools;
use rightsdesk_server::staff::SignIn;

use crate::base::Base;
use crate::world::World;

impl World {
    /// A backup of the database as it stands now, to come back later.
    pub async fn backup(&self) -> &'static Base {
        let base = self.base;
        let copied = tokio::task::spawn_blocking(move || base.come_back()).await.expect("a copy");
        // Every connection of the pool was cut: whoever comes first makes them anew.
        for _ in 0..20 {
            let scope = self.scope(rightsdesk_server::floor::kernel::TenantId::HOUSE);
            let _ = self.ledger.read(&scope, |_| Ok(())).await;
        }
        Box::leak(Box::new(copied))
    }

    /// The same desk after its database was lost and this one came back.
    #[must_use]
    pub fn restored(&self, base: &'static Base) -> Self {
        let limits = Limits { connections: 8, ..Limits::default() };
        let ledger = Ledger::open(&base.online, limits, self.tools.watch.clone());
        let tools = Tools { ledger: ledger.clone(), ..self.tools.clone() };
        Self { base, keys: self.keys.clone(), ledger, tools, sign_in: SignIn::default(), tenant: self.tenant }
    }
}
