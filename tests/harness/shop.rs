//! A merchant with users of its own, opened as the desk opens them.

use async_graphql::ID;
use rightsdesk_server::floor::access::Caller;
use rightsdesk_server::floor::graphql::{node_id, tenant_node_id};
use rightsdesk_server::floor::kernel::{MemberId, Personal, Ref, Secret, StoreId, SubjectId, TenantId};
use rightsdesk_server::stores::{self, NewStore, Reading, Tokens};
use rightsdesk_server::tenants::{self, MemberRole, NewMember, NewTenant, OurRole};

use crate::world::World;

/// A merchant.
pub struct Shop {
    pub tenant: TenantId,
    pub id: ID,
    pub members: Vec<Customer>,
}

/// One of its users, and what nobody sees unasked.
pub struct Customer {
    pub id: MemberId,
    pub subject: SubjectId,
    pub name: String,
    pub mail: String,
}

impl Shop {
    /// What the API calls one of its members.
    pub fn member(&self, at: usize) -> ID {
        node_id(Ref::new(self.tenant, self.members[at].id))
    }
}

impl World {
    /// A merchant with this name and this many users.
    pub async fn shop(&self, name: &str, members: usize) -> Shop {
        let house = Caller::house();
        let new = NewTenant {
            legal_name: name.to_owned(),
            reference: None,
            locale: "en".to_owned(),
            region: "EU".to_owned(),
            plan: "growth".to_owned(),
            app_slots: 3,
            our_role: OurRole::Processor,
            role_note: None,
        };
        let tenant = tenants::open_tenant(&self.tools, &house, new, None).await.expect("opened").id;
        let mut shop = Shop { tenant, id: tenant_node_id(tenant), members: Vec::new() };
        for number in 0..members {
            let name = format!("Quirin {number} of {}", tenant.uuid().as_simple());
            let mail = format!("quirin.{number}@{}.example", tenant.uuid().as_simple());
            let new = NewMember {
                tenant,
                name: Personal::new(name.clone()),
                mail: Personal::new(mail.clone()),
                role: MemberRole::Member,
                login: None,
            };
            let member = tenants::add_member(&self.tools, &house, new, None).await.expect("added");
            shop.members.push(Customer { id: member.id, subject: member.subject, name, mail });
        }
        shop
    }

    /// A store of this tenant, connected with these scopes and a token; with none, on record only.
    pub async fn store(&self, tenant: TenantId, domain: &str, scopes: &[&str]) -> Ref<StoreId> {
        let new = NewStore {
            tenant,
            platform: "shopify".to_owned(),
            domain: domain.to_owned(),
            name: domain.replace(".example", ""),
            region: "EU".to_owned(),
        };
        let id = stores::add_store(&self.tools, &Caller::house(), new, None).await.expect("added").id;
        let at = Ref::new(tenant, id);
        if !scopes.is_empty() {
            let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
            let access = Secret::new(format!("shpat_{}", id.uuid().as_simple()));
            let reading = Reading { scopes, tokens: Some(Tokens { access, ends_at: None, refresh: None }) };
            stores::record_grant(&self.tools, &Caller::house(), at, reading, None).await.expect("connected");
        }
        at
    }
}
