//! Typed ids: a word for people, 16 bytes for the database. Made by us (UUIDv7), never by a sequence.
//! An id is an address, not a capability.

use std::fmt;

use data_encoding::BASE64URL_NOPAD;
use uuid::Uuid;

/// Declares an id type: its prefix is its text form everywhere (API, commands, logs).
macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[derive(diesel::expression::AsExpression, diesel::deserialize::FromSqlRow)]
        #[diesel(sql_type = diesel::sql_types::Uuid)]
        #[serde(transparent)]
        pub struct $name(uuid::Uuid);

        impl $name {
            pub const PREFIX: &'static str = $prefix;

            /// A fresh id; later ones sort later.
            #[expect(clippy::disallowed_methods, reason = "the one place that makes ids")]
            pub fn fresh() -> Self {
                Self(uuid::Uuid::now_v7())
            }

            pub const fn from_uuid(uuid: uuid::Uuid) -> Self {
                Self(uuid)
            }

            pub const fn uuid(self) -> uuid::Uuid {
                self.0
            }
        }

        impl $crate::floor::kernel::ids::Addressed for $name {
            const PREFIX: &'static str = $prefix;

            fn from_uuid(uuid: uuid::Uuid) -> Self {
                Self(uuid)
            }

            fn uuid(&self) -> uuid::Uuid {
                self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}_{}", Self::PREFIX, self.0.as_simple())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::floor::kernel::ids::NotAnId;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $crate::floor::kernel::ids::parse(Self::PREFIX, text).map(Self)
            }
        }

        impl diesel::serialize::ToSql<diesel::sql_types::Uuid, diesel::pg::Pg> for $name {
            fn to_sql<'b>(
                &'b self,
                out: &mut diesel::serialize::Output<'b, '_, diesel::pg::Pg>,
            ) -> diesel::serialize::Result {
                diesel::serialize::ToSql::<diesel::sql_types::Uuid, diesel::pg::Pg>::to_sql(&self.0, out)
            }
        }

        impl diesel::deserialize::FromSql<diesel::sql_types::Uuid, diesel::pg::Pg> for $name {
            fn from_sql(bytes: diesel::pg::PgValue<'_>) -> diesel::deserialize::Result<Self> {
                diesel::deserialize::FromSql::<diesel::sql_types::Uuid, diesel::pg::Pg>::from_sql(bytes).map(Self)
            }
        }
    };
}

id!(
    /// A merchant organisation; the nil id is the house, the operator itself.
    TenantId,
    "ten"
);
id!(
    /// One of the operator's people.
    StaffId,
    "stf"
);
id!(
    /// The person data is about.
    SubjectId,
    "sub"
);
id!(
    /// A data request.
    RequestId,
    "req"
);
id!(
    /// A piece of durable work.
    JobId,
    "job"
);

id!(
    /// A row of the access book.
    AccessId,
    "acc"
);
id!(
    /// A wrapped key.
    KeyId,
    "key"
);
id!(
    /// A stored secret.
    SecretId,
    "sec"
);

id!(
    /// An object that a row stands for.
    BlobId,
    "obj"
);

id!(
    /// A merchant's own user.
    MemberId,
    "mem"
);
id!(
    /// A staff member's signed-in session.
    SessionId,
    "ses"
);
id!(
    /// A leave to open personal data.
    GrantId,
    "grt"
);
id!(
    /// A key of a frontend or partner.
    ApiKeyId,
    "apk"
);
id!(
    /// A sign-in through the identity provider that is under way.
    DeviceSignInId,
    "dev"
);

id!(
    /// A version of the operator's policy.
    PolicyId,
    "pol"
);
id!(
    /// A shop on a platform, connected to a tenant.
    StoreId,
    "sto"
);
id!(
    /// A try to connect a store.
    HandshakeId,
    "hsk"
);
id!(
    /// What a store granted us, from one moment to the next.
    StoreGrantId,
    "sgr"
);
id!(
    /// One reading of a store's shelf.
    SyncRunId,
    "syr"
);
id!(
    /// One write of how much there is at a store.
    StockWriteId,
    "stw"
);
id!(
    /// A monthly file.
    ReportId,
    "rpt"
);
id!(
    /// One change of what a store sells.
    CatalogueWriteId,
    "ctw"
);
id!(
    /// One call for a store's sake, while it is under way.
    StoreCallId,
    "scl"
);
id!(
    /// A third party that a tenant connected.
    AppId,
    "app"
);
id!(
    /// What was left behind by a disconnection.
    ReceiptId,
    "rct"
);
id!(
    /// What one recipient of a person's data is to be told, for one request.
    RecipientTaskId,
    "rtk"
);
id!(
    /// How a recipient is reached.
    RecipientWayId,
    "rwy"
);
id!(
    /// What a provider is asked to do with what it still has.
    ProviderTaskId,
    "ptk"
);
id!(
    /// A review of who may what.
    CampaignId,
    "cmp"
);
id!(
    /// One row that a review decides about.
    ReviewItemId,
    "rvi"
);
id!(
    /// A sub-processor on the list.
    ProcessorId,
    "prc"
);
id!(
    /// A change that was told to subscribers.
    NoticeId,
    "ntc"
);
id!(
    /// By what an erased person is known again.
    TombstoneId,
    "tmb"
);
id!(
    /// What was done, signed.
    CertificateId,
    "crt"
);
id!(
    /// Rows that stay for a ground, of nobody's name.
    KeepId,
    "kps"
);
id!(
    /// Something that whom a request is about goes by.
    RequestMatchId,
    "rmt"
);
id!(
    /// Somebody who is told of changes.
    SubscriberId,
    "sbs"
);
id!(
    /// A merchant's no to a change.
    ObjectionId,
    "obn"
);
id!(
    /// A row of the promise ledger.
    PromiseId,
    "prm"
);
id!(
    /// One look at a promise.
    LookId,
    "lok"
);
id!(
    /// What a platform sent by itself.
    DeliveryId,
    "dlv"
);
id!(
    /// What a platform asks for a person's sake.
    PrivacyNoticeId,
    "pnt"
);
id!(
    /// Where a store was asked to tell us of something.
    HookId,
    "hok"
);

id!(
    /// Where a merchant has events sent.
    DestinationId,
    "dst"
);
id!(
    /// An event on its way to destinations.
    RelayedEventId,
    "rev"
);
id!(
    /// One event to one destination.
    RelayDeliveryId,
    "rdl"
);
id!(
    /// A row of the book of disclosures.
    DisclosureId,
    "dsc"
);

impl TenantId {
    /// The operator as a tenant of its own.
    pub const HOUSE: Self = Self::from_uuid(Uuid::nil());
}

id!(
    /// What somebody is found by.
    IdentifierId,
    "idf"
);
id!(
    /// A buyer with an account at a shop.
    CustomerId,
    "cus"
);
id!(
    /// What was bought.
    OrderId,
    "ord"
);
id!(
    /// What a shop sells.
    ProductId,
    "pdt"
);

id!(
    /// A parcel of an order.
    ShipmentId,
    "shp"
);
id!(
    /// A line of a merchant's books of money.
    LedgerEntryId,
    "ldg"
);
id!(
    /// Where a merchant buys what he sells.
    SupplierLinkId,
    "spl"
);
id!(
    /// What a supplier asked at a time.
    SupplierSnapshotId,
    "sps"
);
id!(
    /// What a member used.
    UsageEventId,
    "usg"
);
id!(
    /// What a billing provider told.
    BillingEventId,
    "bil"
);

id!(
    /// A contact by which something was asked.
    IntakeId,
    "int"
);
id!(
    /// One thing that somebody who asks goes by.
    IntakeIdentifierId,
    "iid"
);
id!(
    /// A due date of a request.
    ClockId,
    "clk"
);
id!(
    /// What became of a request's time.
    ClockEventId,
    "cev"
);
id!(
    /// What would be done about a request.
    PlanId,
    "pln"
);
id!(
    /// A letter, message or note of a request.
    MessageId,
    "msg"
);
id!(
    /// What stops an erasure.
    HoldId,
    "hld"
);
id!(
    /// A filter of the queue that somebody keeps.
    SavedViewId,
    "vue"
);
id!(
    /// Requests that somebody chose, to do the same with each.
    SelectionId,
    "sel"
);
id!(
    /// What somebody asked not to be done with what is held of them.
    FenceId,
    "fnc"
);
id!(
    /// What is to be put right of somebody.
    CorrectionId,
    "cor"
);
id!(
    /// A value that was put right.
    CorrectedValueId,
    "cov"
);
id!(
    /// What proves how a request was answered.
    EvidenceId,
    "evi"
);

id!(
    /// A copy of what is held of a person, for them to fetch.
    PackageId,
    "pkg"
);
id!(
    /// The link by which a package is fetched.
    PackageLinkId,
    "pkl"
);
id!(
    /// What staff left out of a package.
    RedactionId,
    "rdn"
);

/// The text is no id of the kind that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAnId;

impl fmt::Display for NotAnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an id of this kind")
    }
}

impl std::error::Error for NotAnId {}

pub(crate) fn parse(prefix: &str, text: &str) -> Result<Uuid, NotAnId> {
    let hex = text.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('_')).ok_or(NotAnId)?;
    if hex.len() != 32 || hex.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Err(NotAnId);
    }
    Uuid::try_parse(hex).map_err(|_| NotAnId)
}

/// A row of a tenant: no query of ours knows one without the other. Its text form is what the API calls an id: prefix,
/// then tenant and row together. It is an address, not a capability.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ref<Id> {
    pub tenant: TenantId,
    pub id: Id,
}

/// What kind of row a [`Ref`] leads to.
pub trait Addressed: Copy {
    const PREFIX: &'static str;
    fn from_uuid(uuid: Uuid) -> Self;
    fn uuid(&self) -> Uuid;
}

impl<Id: Addressed> Ref<Id> {
    pub const fn new(tenant: TenantId, id: Id) -> Self {
        Self { tenant, id }
    }

    /// A row of the operator's own.
    pub const fn of_house(id: Id) -> Self {
        Self { tenant: TenantId::HOUSE, id }
    }
}

impl<Id: Addressed> fmt::Display for Ref<Id> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = [0; 32];
        bytes[..16].copy_from_slice(self.tenant.uuid().as_bytes());
        bytes[16..].copy_from_slice(self.id.uuid().as_bytes());
        write!(f, "{}_{}", Id::PREFIX, BASE64URL_NOPAD.encode(&bytes))
    }
}

impl<Id: Addressed> std::str::FromStr for Ref<Id> {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let tail = text.strip_prefix(Id::PREFIX).and_then(|rest| rest.strip_prefix('_')).ok_or(NotAnId)?;
        let bytes = BASE64URL_NOPAD.decode(tail.as_bytes()).map_err(|_| NotAnId)?;
        let (tenant, id) = bytes.split_at_checked(16).ok_or(NotAnId)?;
        let uuid = |part: &[u8]| Uuid::from_slice(part).map_err(|_| NotAnId);
        Ok(Self { tenant: TenantId::from_uuid(uuid(tenant)?), id: Id::from_uuid(uuid(id)?) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_one_text_form() {
        let id = RequestId::fresh();
        assert_eq!(id.to_string().parse(), Ok(id));
        assert!(id.to_string().starts_with("req_"));
        assert_eq!(id.to_string().to_uppercase().parse::<RequestId>(), Err(NotAnId));
        assert_eq!(StaffId::fresh().to_string().parse::<RequestId>(), Err(NotAnId));
        assert_eq!(id.uuid().to_string().parse::<RequestId>(), Err(NotAnId));
    }

    #[test]
    fn an_address_has_one_text_form() {
        let place = Ref::new(TenantId::fresh(), MemberId::fresh());
        assert_eq!(place.to_string().parse(), Ok(place));
        assert_eq!(place.to_string().len(), 4 + 43);
        assert_eq!(place.to_string().parse::<Ref<GrantId>>(), Err(NotAnId));
        assert_eq!("mem_".parse::<Ref<MemberId>>(), Err(NotAnId));
        assert_eq!(format!("{place}A").parse::<Ref<MemberId>>(), Err(NotAnId));
    }

    #[test]
    fn later_ids_sort_later() {
        let ids: Vec<_> = (0..64).map(|_| JobId::fresh()).collect();
        assert!(ids.is_sorted());
    }
}
