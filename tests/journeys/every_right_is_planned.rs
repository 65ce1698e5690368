//! Each right, asked of us as controller and as processor, by people of the European Union, California and Brazil, as far as
//! the approved plan, or the refusal and the appeal against it.

use harness::asked::desk_seat;
use harness::goods::{customer, order};
use harness::planned::{BEGIN, code};
use harness::wishes::wish_from;
use harness::world::World;
use rightsdesk_server::floor::access::{Caller, Role};
use rightsdesk_server::floor::kernel::{Instant, Personal, Ref, RequestId, TenantId, Watch};
use rightsdesk_server::floor::platforms::Good;
use rightsdesk_server::floor::regulations::Right;
use rightsdesk_server::requests::{
    self, Asking, DataRole, Ground, Outcome, PlanState, PlannedAction, Stage, SubjectKind, playbook,
};

const RIGHTS: [Right; 8] = [
    Right::Access,
    Right::Portability,
    Right::Deletion,
    Right::Correction,
    Right::Restriction,
    Right::Objection,
    Right::OptOut,
    Right::Complaint,
];

struct Desk {
    world: World,
    tenant: TenantId,
    support: Caller,
    approver: Caller,
}

impl Desk {
    async fn opens(policy: &str) -> (Self, String) {
        let world = World::alone_under(policy, Watch::held(Instant::from_micros(BEGIN))).await;
        let shop = world.shop("Zaitoon Home", 1).await;
        let store = world.store(shop.tenant, "zaitoon.example", &["read_orders"]).await;
        for (number, place) in (1..).zip(["de", "us", "br"]) {
            let mail = format!("asha@{place}.example");
            let goods = vec![
                Good::Customer(customer(&format!("c{number}"), &mail, 1)),
                Good::Order(order(&number.to_string(), &mail, 1)),
            ];
            world.take_in(store, goods).await.expect("taken in");
        }
        let (support, approver) = (desk_seat(&world, &[Role::Support]), desk_seat(&world, &[Role::Approver]));
        (Self { world, tenant: shop.tenant, support, approver }, shop.members[0].mail.clone())
    }

    /// Plans one request as far as that goes by its right.
    async fn plans(&self, at: Ref<RequestId>, right: Right) {
        let tools = &self.world.tools;
        let plan = requests::find_plan(tools, &self.support, at, None).await.expect("readable").expect("a plan");
        assert!(!plan.lines.is_empty(), "{right}");
        assert_eq!(plan.state, PlanState::Drawn, "{right}");
        let submitted =
            requests::submit_plan(tools, &self.support, at, None, plan.digest, None).await.expect("submitted");
        let shown = requests::find_request(tools, &self.support, at).await.expect("shown").request;
        let wants = playbook(right).expect("a playbook").wants_second_person();
        assert_eq!(matches!(shown.stage, Stage::AwaitingApproval { .. }), wants, "{right}");
        if wants {
            assert_eq!(submitted.starts_at, None);
            let approved = requests::approve_plan(tools, &self.approver, at, plan.digest, &shown.reference, None)
                .await
                .expect("approved");
            assert_eq!(approved.state, PlanState::Approved, "{right}");
        }
        let shown = requests::find_request(tools, &self.support, at).await.expect("shown").request;
        assert!(matches!(shown.stage, Stage::InProgress { .. }), "{right}: {:?}", shown.stage);
    }

    /// Whoever asks has all rights planned; then a refusal is appealed against, and that is planned too.
    async fn serves(&self, asking: Asking, role: DataRole, regime: &str) {
        let opened = self.world.asks_and_proves(asking.clone()).await;
        self.world.work().await;
        assert_eq!(opened.len(), RIGHTS.len());
        for request in &opened {
            let at = Ref::new(self.tenant, request.id);
            assert_eq!((request.role, request.due.is_some()), (role, true), "{}", request.right);
            if matches!(request.right, Right::Access | Right::Deletion | Right::Correction) {
                let shown = requests::find_request(&self.world.tools, &self.support, at).await.expect("shown");
                let regimes: Vec<_> = shown.clocks.iter().map(|row| row.clock.basis.regime.clone()).collect();
                assert!(regimes.iter().any(|known| known == regime), "{} of {regime}: {regimes:?}", request.right);
            }
            self.plans(at, request.right).await;
            let plan = requests::find_plan(&self.world.tools, &self.support, at, None).await.expect("readable");
            let lines = plan.expect("a plan").lines;
            let tells_merchant = lines.iter().any(|line| line.place == "merchant");
            assert_eq!(tells_merchant, role == DataRole::Processor, "{}", request.right);
            let is_found = lines.iter().any(|line| line.rows > 0);
            let by_what_is_held = [Right::Access, Right::Deletion, Right::Correction, Right::Restriction];
            assert_eq!(is_found && by_what_is_held.contains(&request.right), by_what_is_held.contains(&request.right));
            if request.right == Right::Deletion {
                assert!(lines.iter().any(|line| line.action != PlannedAction::Nothing), "{lines:?}");
            }
        }
        let again = Asking { rights: vec![requests::Wanted { right: Right::Access, case: None }], ..asking.clone() };
        let refused = self.world.asks_and_proves(again).await;
        let at = Ref::new(self.tenant, refused[0].id);
        let why = || Personal::new("the same was asked three times this week");
        let (tools, ground) = (&self.world.tools, Ground::UnfoundedExcessive);
        let closed = requests::refuse(tools, &self.support, at, None, ground, why(), None).await.expect("refused");
        assert!(matches!(closed.stage, Stage::Closed { outcome: Outcome::Refused, .. }));
        assert_eq!(code(requests::draw_plan(tools, &self.support, at, None).await), "ILLEGAL_STEP");

        let rights = vec![requests::Wanted { right: Right::Appeal, case: None }];
        let appeal = Asking { rights, appeal_of: Some(at.id), ..asking };
        let appealed = self.world.asks_and_proves(appeal).await;
        self.world.work().await;
        self.plans(Ref::new(self.tenant, appealed[0].id), Right::Appeal).await;
    }
}

/// What is to be put right, in words of theirs.
fn right_is() -> Personal {
    Personal::new("First name: Aasha\nName: Aasha Rahimi")
}

const PLACES: [(&str, &str); 3] = [("DE", "eu_gdpr"), ("US-CA", "us_ca"), ("BR", "br_lgpd")];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shopper_of_a_merchant_has_every_right_planned_under_three_laws() {
    let (desk, _) = Desk::opens("sooperseller").await;
    for (place, regime) in PLACES {
        let mail = format!("asha@{}.example", &place[..2].to_lowercase());
        let asking = Asking { words: Some(right_is()), ..wish_from(place, desk.tenant, &RIGHTS, &mail) };
        desk.serves(asking, DataRole::Processor, regime).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_merchants_own_user_has_every_right_planned_under_three_laws() {
    let (desk, mail) = Desk::opens("inventorysync").await;
    for (place, regime) in PLACES {
        let asking = wish_from(place, desk.tenant, &RIGHTS, &mail);
        let asking = Asking { subject_kind: SubjectKind::Member, words: Some(right_is()), ..asking };
        desk.serves(asking, DataRole::Controller, regime).await;
    }
}
