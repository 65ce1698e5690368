//! How people ask: one contact, whatever it asks for. What somebody goes by stands apart and is proved by itself.

use crate::floor::kernel::vocabulary::vocabulary;
use crate::floor::kernel::{Instant, IntakeId, IntakeIdentifierId, StaffId, StoreId, SubjectId, TenantId};

vocabulary! {
    /// How it came.
    pub enum Source {
        /// A client of the API.
        Api = "api",
        /// Staff took it down.
        Console = "console",
        /// A backlog that was brought along.
        Csv = "csv",
        /// A notice of eBay.
        Ebay = "ebay",
        /// A letter to the desk's mailbox.
        Mail = "mail",
        /// A controller's call, by OpenDSR.
        Opendsr = "opendsr",
        /// A notice of Shopify.
        Shopify = "shopify",
        /// The person's own page.
        Web = "web",
    }
}

vocabulary! {
    /// What the operator is to the data that is asked about.
    pub enum DataRole {
        /// It decides what is done with them.
        Controller = "controller",
        /// A merchant decides; the operator carries out.
        Processor = "processor",
    }
}

vocabulary! {
    /// Who the person is to a shop.
    pub enum SubjectKind {
        /// A merchant's own user.
        Member = "member",
        /// A merchant's customer.
        Shopper = "shopper",
        /// Who visits the operator's site.
        Visitor = "visitor",
    }
}

vocabulary! {
    /// By what somebody, or one thing they go by, was proved.
    pub enum Proof {
        /// By nothing yet.
        None = "none",
        /// By a code that was sent there.
        Code = "code",
        /// They are signed in.
        Member = "member",
        /// By the signature of the platform that asks for them.
        Signature = "signature",
        /// By what the agent showed.
        Mandate = "mandate",
        /// Staff judged, and said why.
        Judged = "judged",
        /// The right asks for no proof.
        NotNeeded = "not_needed",
    }
}

vocabulary! {
    /// What became of an agent's mandate.
    pub enum Mandate {
        /// Nobody speaks for another.
        None = "none",
        /// Somebody says that they speak for the person.
        Claimed = "claimed",
        /// Staff saw the mandate.
        Shown = "shown",
        /// Staff saw that it is none.
        Rejected = "rejected",
    }
}

vocabulary! {
    /// What somebody goes by.
    pub enum GoesBy {
        Mail = "mail",
        Phone = "phone",
        /// A platform's id of a buyer.
        Customer = "customer",
        /// What a platform calls a buyer in public.
        Handle = "handle",
        Order = "order",
        /// What they are called: it proves nothing and finds nobody.
        Name = "name",
        /// The address of who speaks for them.
        Agent = "agent",
    }
}

/// A contact, as the desk sees it: nothing of whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intake {
    pub tenant: TenantId,
    pub id: IntakeId,
    pub source: Source,
    pub role: DataRole,
    pub subject_kind: SubjectKind,
    pub store: Option<StoreId>,
    pub locale: String,
    pub place: Option<String>,
    pub zone: String,
    pub received_at: Instant,
    pub made_at: Instant,
    pub made_by: Option<StaffId>,
    pub subject: Option<SubjectId>,
    pub proof: Proof,
    pub proved_at: Option<Instant>,
    /// Unproved after this, what was asked is closed.
    pub prove_until: Option<Instant>,
    pub mandate: Mandate,
    pub is_test: bool,
    pub forgotten_at: Option<Instant>,
    pub version: i32,
}

impl Intake {
    pub fn is_proved(&self) -> bool {
        self.proof != Proof::None
    }
}

/// One thing somebody goes by, masked: that it was said, and how it was proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identifier {
    pub id: IntakeIdentifierId,
    pub kind: GoesBy,
    pub store: Option<StoreId>,
    pub proof: Proof,
    pub proved_at: Option<Instant>,
    pub proved_by: Option<StaffId>,
    /// Until when the code that was sent last is good.
    pub code_until: Option<Instant>,
    pub tries: i16,
}
