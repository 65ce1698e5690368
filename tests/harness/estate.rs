//! Apps of merchants, as journeys need them: kinds out of the policy in force, owners, credentials.

use rightsdesk_server::apps::NewApp;
use rightsdesk_server::floor::access::Caller;
use rightsdesk_server::floor::kernel::{Personal, Secret, TenantId};
use rightsdesk_server::floor::policy::AppKind;
use rightsdesk_server::tenants::{self, MemberRole, NewMember};

use crate::world::World;

/// Somebody who looks after a merchant on the merchant's own side, and where he is written to.
pub struct Owner {
    pub caller: Caller,
    pub mail: String,
}

impl World {
    /// A kind of the policy in force that touches people and needs two permissions at least.
    pub fn kind(&self) -> AppKind {
        let adopted = self.tools.policy.in_force().expect("a policy");
        let policy = &adopted.policy;
        let is_personal = |touched: &str| {
            policy.categories.iter().any(|category| {
                let code = category.code.get_ref();
                let names = |field: &str| touched == code || touched == format!("{code}.{field}");
                category.fields.iter().any(|field| field.personal && names(field.code.get_ref()))
            })
        };
        let fits = |kind: &&AppKind| {
            kind.needs.len() > 1 && kind.touches.iter().any(|touched| is_personal(touched.get_ref().as_str()))
        };
        policy.app_kinds.iter().find(fits).expect("such a kind").clone()
    }

    pub async fn owner(&self, tenant: TenantId, name: &str) -> Owner {
        let mail = format!("{name}@{}.example", tenant.uuid().as_simple());
        let new = NewMember {
            tenant,
            name: Personal::new(name),
            mail: Personal::new(mail.clone()),
            role: MemberRole::Owner,
            login: None,
        };
        let member = tenants::add_member(&self.tools, &Caller::house(), new, None).await.expect("added");
        Owner { caller: Caller::member(member.id, MemberRole::Owner.seat(tenant)), mail }
    }

    /// An app of that kind by this name, which is to be connected.
    pub fn new_app(&self, tenant: TenantId, name: &str, credential: Option<&str>) -> NewApp {
        let kind = self.kind();
        NewApp {
            tenant,
            kind: kind.code.get_ref().clone(),
            name: name.to_owned(),
            provider: "Provider Ltd".to_owned(),
            policy_url: Some("https://provider.example/privacy".to_owned()),
            region: None,
            permissions: kind.needs,
            credential: credential.map(Secret::new),
        }
    }
}
