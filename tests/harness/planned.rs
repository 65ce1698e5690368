//! A merchant with a buyer whom plans are drawn of: goods, money, somebody who got something, and people who plan and
//! approve. Nobody here exists.

use rightsdesk_server::floor::access::{Bounds, Caller, Role, Seat, Session};
use rightsdesk_server::floor::kernel::ids::RecipientTaskId;
use rightsdesk_server::floor::kernel::{
    Error, Instant, Personal, Ref, RequestId, SessionId, StaffId, StoreId, TenantId, Watch,
};
use rightsdesk_server::floor::platforms::Good;
use rightsdesk_server::floor::regulations::Right;
use rightsdesk_server::propagation;
use rightsdesk_server::requests::{self, Plan, PlanLine, Request};

use crate::asked::desk_seat;
use crate::goods::{customer, order};
use crate::wishes::wish;
use crate::world::World;

/// Whom it is about.
pub const ASHA: &str = "asha@mail.example";

/// 2026-09-21, 116 days after everything was bought.
pub const BEGIN: i64 = 1_790_000_000_000_000;

pub struct Planned {
    pub world: World,
    pub tenant: TenantId,
    pub store: Ref<StoreId>,
    pub support: Caller,
    pub approver: Caller,
}

impl Planned {
    /// Asha bought two things at a shop, one of which is not delivered; her bill stands in the books, and a courier got her
    /// address.
    pub async fn begins() -> Self {
        let begin = Instant::from_micros(BEGIN);
        let world = World::alone_under("sooperseller", Watch::held(begin)).await;
        let tenant = world.shop("Zaitoon Home", 1).await.tenant;
        let store = world.store(tenant, "zaitoon.example", &["read_orders"]).await;
        let delivered = rightsdesk_server::floor::platforms::Order {
            fulfilment: Some("fulfilled".to_owned()),
            placed_at: Instant::from_micros(1_700_000_000_000_000),
            ..order("1", ASHA, 1)
        };
        let goods =
            vec![Good::Customer(customer("c1", ASHA, 1)), Good::Order(delivered), Good::Order(order("2", ASHA, 1))];
        world.take_in(store, goods).await.expect("taken in");
        world.base.tamper(
            "insert into ledger_entries (tenant_id, id, order_id, subject_id, kind, amount, currency, at, recorded_at)
             select tenant_id, gen_random_uuid(), id, subject_id, 'payment', 50000000, 'EUR', placed_at, placed_at from orders
              where platform_id = '1';
             insert into disclosures (tenant_id, id, at, recipient, store_id, subject_id, category, fields, form, count, purpose,
                                      way)
             select tenant_id, gen_random_uuid(), placed_at, 'leopards', store_id, subject_id, 'customer', '{name}', 'raw', 1,
                    'courier', 'relay' from orders where platform_id = '1'",
        );
        let (support, approver) = (desk_seat(&world, &[Role::Support]), desk_seat(&world, &[Role::Approver]));
        Self { world, tenant, store, support, approver }
    }

    /// Asha asks for this, and proves that she is.
    pub async fn asks(&self, right: Right) -> Ref<RequestId> {
        let opened = self.world.asks_and_proves(wish(self.tenant, &[right], ASHA)).await;
        self.world.work().await;
        Ref::new(self.tenant, opened[0].id)
    }

    /// The newest plan.
    pub async fn plan(&self, at: Ref<RequestId>) -> Plan {
        let found = requests::find_plan(&self.world.tools, &self.support, at, None).await;
        found.expect("readable").expect("a plan")
    }

    pub async fn stands(&self, at: Ref<RequestId>) -> Request {
        requests::find_request(&self.world.tools, &self.support, at).await.expect("shown").request
    }

    pub async fn submits(&self, at: Ref<RequestId>, digest: [u8; 32]) -> Result<Plan, Error> {
        requests::submit_plan(&self.world.tools, &self.support, at, None, digest, None).await
    }

    pub async fn approves(&self, by: &Caller, at: Ref<RequestId>, digest: [u8; 32]) -> Result<Plan, Error> {
        let reference = self.stands(at).await.reference;
        requests::approve_plan(&self.world.tools, by, at, digest, &reference, None).await
    }

    /// Whoever is awaited is given up.
    pub async fn gives_up(&self) {
        let open = "select id::text || ' ' || version as line from recipient_tasks where ended_at is null order by id";
        for task in self.lines(open) {
            let (id, version) = task.split_once(' ').expect("two words");
            let at = Ref::new(self.tenant, RecipientTaskId::from_uuid(id.parse().expect("an id")));
            let said = (version.parse().expect("a version"), Personal::new("they do not answer"));
            propagation::give_up(&self.world.tools, &self.support, at, said, None).await.expect("given up");
        }
    }

    /// More of the shop's goods come in.
    pub async fn comes_in(&self, goods: Vec<Good>) {
        self.world.take_in(self.store, goods).await.expect("taken in");
    }

    pub fn lines(&self, sql: &str) -> Vec<String> {
        self.world.base.lines(sql)
    }
}

/// Somebody of these roles whose second factor was shown long ago.
pub fn stale(roles: &[Role]) -> Caller {
    let session = Session { id: SessionId::fresh(), fresh_at: None, is_fresh: false };
    Caller::staff(StaffId::fresh(), Seat::new(roles, &[], Bounds::Desk), session)
}

/// The code of what was refused.
pub fn code<T>(outcome: Result<T, Error>) -> &'static str {
    outcome.err().expect("refused").code()
}

/// A plan's lines in short.
pub fn short(lines: &[PlanLine]) -> Vec<String> {
    let short = |line: &PlanLine| {
        let whom = line.recipient.as_deref().map(|whom| format!(" to {whom}")).unwrap_or_default();
        let ground = line.ground.as_deref().map(|ground| format!(" {ground}")).unwrap_or_default();
        let until = line.until_on.map(|day| format!(" until {day}")).unwrap_or_default();
        format!("{} {} {} {}{whom}{ground}{until}", line.category, line.place, line.rows, line.action)
    };
    lines.iter().map(short).collect()
}
