//! Every job a worker runs and every schedule it keeps, a line each. It holds no work of its own.

use crate::apps::{MindProviders, RemindOfRotation};
use std::time::Duration;

use crate::audit::jobs::{Checkpoint, SweepAccesses, SweepAnswers};
use crate::audit::model::LOOK;
use crate::catalogue::PutPolicyInForce;
use crate::floor::jobs::{Registry, Rhythm, Schedule, SweepJobs, Ticket};
use crate::floor::vault::epochs;
use crate::grants::AlarmOfBreakGlass;
use crate::inbox::{MatchClosedAccount, SweepInbox, WorkDelivery};
use crate::processors::{AskSubscriber, DeliverNotice, SweepSubscribers};
use crate::promises::jobs::{EVERY, LookAtPromises, TellOfPromises};
use crate::propagation::{MindRecipient, TellRecipient};
use crate::relay::{RelayEvent, SweepRelay};
use crate::reports::{MakeReports, OrderReports, SweepReports};
use crate::requests::{
    AskForProof, CarryOut, DigestRequests, DrawPlan, EndAccounts, EndKeeps, ExpireUnproved, ForgetRequests,
    HearMailbox, LiftRestrictions, LookAfterFulfilment, LookAtControllers, MakePackage, RemindOfRequests, SealEvidence,
    SendLetter, SweepPackages, TellController, TellMerchant, TellOfRequest,
};
use crate::reviews::{OpenQuarterlyReview, ProveRevocations, RemindOfReviews};
use crate::staff::jobs::SweepSignIns;
use crate::stores::{RevokeAtPlatform, SubscribeStore, TellOfLostConnection, WatchConnections};
use crate::subjects::jobs::TendEpochs;
use crate::syncs::{LookAfterSyncs, PullPage, SetListingAtPlatform, SetStockAtPlatform, TellOfBehind};
use crate::tenants::CloseTenants;

/// How long at most until a decision of a review is read back.
const PROOF: std::time::Duration = std::time::Duration::from_mins(5);

pub fn registry() -> Registry {
    let daily = |hour, minute| Rhythm::Daily { hour, minute };
    of_apps(of_requests(of_keys(Registry::new())))
        .job::<SweepJobs>()
        .schedule(Schedule { name: "sweep_jobs", rhythm: daily(3, 10), ticket: || Ticket::of(&SweepJobs {}) })
        .job::<AlarmOfBreakGlass>()
        .job::<DeliverNotice>()
        .job::<AskSubscriber>()
        .job::<SweepSubscribers>()
        .schedule(Schedule {
            name: "sweep_subscribers",
            rhythm: Rhythm::Every(Duration::from_hours(1)),
            ticket: || Ticket::of(&SweepSubscribers {}),
        })
        .job::<SweepSignIns>()
        .schedule(Schedule { name: "sweep_sign_ins", rhythm: daily(3, 20), ticket: || Ticket::of(&SweepSignIns {}) })
        .job::<CloseTenants>()
        .schedule(Schedule { name: "close_tenants", rhythm: daily(0, 5), ticket: || Ticket::of(&CloseTenants {}) })
        .job::<PutPolicyInForce>()
        .schedule(Schedule {
            name: "put_policy_in_force",
            rhythm: daily(0, 1),
            ticket: || Ticket::of(&PutPolicyInForce {}),
        })
        .job::<RevokeAtPlatform>()
        .job::<WatchConnections>()
        .schedule(Schedule {
            name: "watch_connections",
            rhythm: daily(6, 10),
            ticket: || Ticket::of(&WatchConnections {}),
        })
        .job::<TellOfLostConnection>()
        .job::<SubscribeStore>()
        .job::<WorkDelivery>()
        .job::<MatchClosedAccount>()
        .job::<SweepInbox>()
        .schedule(Schedule { name: "sweep_inbox", rhythm: daily(3, 50), ticket: || Ticket::of(&SweepInbox {}) })
        .job::<PullPage>()
        .job::<SetStockAtPlatform>()
        .job::<SetListingAtPlatform>()
        .job::<TellOfBehind>()
        .job::<LookAfterSyncs>()
        .schedule(Schedule {
            name: "look_after_syncs",
            rhythm: Rhythm::Every(Duration::from_mins(1)),
            ticket: || Ticket::of(&LookAfterSyncs {}),
        })
        .job::<TellRecipient>()
        .job::<MindRecipient>()
        .job::<RelayEvent>()
        .job::<SweepRelay>()
        .schedule(Schedule {
            name: "sweep_relay",
            rhythm: Rhythm::Every(Duration::from_hours(1)),
            ticket: || Ticket::of(&SweepRelay {}),
        })
        .job::<OrderReports>()
        .schedule(Schedule { name: "order_reports", rhythm: daily(1, 20), ticket: || Ticket::of(&OrderReports {}) })
        .job::<MakeReports>()
        .job::<SweepReports>()
        .schedule(Schedule { name: "sweep_reports", rhythm: daily(4, 10), ticket: || Ticket::of(&SweepReports {}) })
        .job::<DrawPlan>()
        .job::<OpenQuarterlyReview>()
        .schedule(Schedule {
            name: "open_quarterly_review",
            rhythm: daily(0, 10),
            ticket: || Ticket::of(&OpenQuarterlyReview {}),
        })
        .job::<RemindOfReviews>()
        .schedule(Schedule {
            name: "remind_of_reviews",
            rhythm: daily(5, 0),
            ticket: || Ticket::of(&RemindOfReviews {}),
        })
        .job::<ProveRevocations>()
        .schedule(Schedule {
            name: "prove_revocations",
            rhythm: Rhythm::Every(PROOF),
            ticket: || Ticket::of(&ProveRevocations {}),
        })
        .job::<Checkpoint>()
        .schedule(Schedule { name: "checkpoint", rhythm: Rhythm::Every(LOOK), ticket: || Ticket::of(&Checkpoint {}) })
        .job::<LookAtPromises>()
        .schedule(Schedule {
            name: "look_at_promises",
            rhythm: Rhythm::Every(EVERY),
            ticket: || Ticket::of(&LookAtPromises {}),
        })
        .job::<TellOfPromises>()
        .job::<SweepAnswers>()
        .schedule(Schedule { name: "sweep_answers", rhythm: daily(3, 30), ticket: || Ticket::of(&SweepAnswers {}) })
        .job::<SweepAccesses>()
        .schedule(Schedule { name: "sweep_accesses", rhythm: daily(3, 40), ticket: || Ticket::of(&SweepAccesses {}) })
}

/// The keys over people's keys.
fn of_keys(registry: Registry) -> Registry {
    registry.job::<TendEpochs>().schedule(Schedule {
        name: "tend_epochs",
        rhythm: Rhythm::Every(epochs::LOOK),
        ticket: || Ticket::of(&TendEpochs {}),
    })
}

/// What time does to connected apps, and to what their providers are asked.
fn of_apps(registry: Registry) -> Registry {
    let daily = |hour, minute| Rhythm::Daily { hour, minute };
    registry
        .job::<RemindOfRotation>()
        .schedule(Schedule {
            name: "remind_of_rotation",
            rhythm: daily(6, 0),
            ticket: || Ticket::of(&RemindOfRotation {}),
        })
        .job::<MindProviders>()
        .schedule(Schedule { name: "mind_providers", rhythm: daily(6, 20), ticket: || Ticket::of(&MindProviders {}) })
}

/// What people ask: plans, proof, letters and reminders; letters that came, and controllers that are to be told.
fn of_requests(registry: Registry) -> Registry {
    let every_minute = Rhythm::Every(Duration::from_mins(1));
    registry
        .job::<HearMailbox>()
        .schedule(Schedule { name: "hear_mailbox", rhythm: every_minute, ticket: || Ticket::of(&HearMailbox {}) })
        .job::<LookAtControllers>()
        .schedule(Schedule {
            name: "look_at_controllers",
            rhythm: every_minute,
            ticket: || Ticket::of(&LookAtControllers {}),
        })
        .job::<TellController>()
        .job::<TellMerchant>()
        .job::<MakePackage>()
        .job::<SweepPackages>()
        .schedule(Schedule {
            name: "sweep_packages",
            rhythm: Rhythm::Every(Duration::from_hours(1)),
            ticket: || Ticket::of(&SweepPackages {}),
        })
        .job::<AskForProof>()
        .job::<CarryOut>()
        .job::<LookAfterFulfilment>()
        .schedule(Schedule {
            name: "look_after_fulfilment",
            rhythm: Rhythm::Every(Duration::from_secs(30)),
            ticket: || Ticket::of(&LookAfterFulfilment { is_thorough: false }),
        })
        .schedule(Schedule {
            name: "look_after_all_fulfilment",
            rhythm: Rhythm::Every(Duration::from_mins(15)),
            ticket: || Ticket::of(&LookAfterFulfilment { is_thorough: true }),
        })
        .job::<EndAccounts>()
        .schedule(Schedule {
            name: "end_accounts",
            rhythm: Rhythm::Every(Duration::from_mins(15)),
            ticket: || Ticket::of(&EndAccounts {}),
        })
        .job::<SendLetter>()
        .job::<ExpireUnproved>()
        .schedule(Schedule {
            name: "expire_unproved",
            rhythm: Rhythm::Every(Duration::from_mins(15)),
            ticket: || Ticket::of(&ExpireUnproved {}),
        })
        .job::<SealEvidence>()
        .job::<LiftRestrictions>()
        .schedule(Schedule {
            name: "lift_restrictions",
            rhythm: Rhythm::Every(Duration::from_mins(15)),
            ticket: || Ticket::of(&LiftRestrictions {}),
        })
        .job::<ForgetRequests>()
        .schedule(Schedule {
            name: "forget_requests",
            rhythm: Rhythm::Daily { hour: 4, minute: 20 },
            ticket: || Ticket::of(&ForgetRequests {}),
        })
        .job::<EndKeeps>()
        .schedule(Schedule {
            name: "end_keeps",
            rhythm: Rhythm::Daily { hour: 4, minute: 40 },
            ticket: || Ticket::of(&EndKeeps {}),
        })
        .job::<RemindOfRequests>()
        .schedule(Schedule {
            name: "remind_of_requests",
            rhythm: Rhythm::Every(Duration::from_hours(1)),
            ticket: || Ticket::of(&RemindOfRequests {}),
        })
        .job::<TellOfRequest>()
        .job::<DigestRequests>()
        .schedule(Schedule {
            name: "digest_requests",
            rhythm: Rhythm::Every(Duration::from_hours(1)),
            ticket: || Ticket::of(&DigestRequests {}),
        })
}
