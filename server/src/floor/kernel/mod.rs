//! Words that every other module speaks: time, ids, errors, secrets, vocabularies.
//! The kernel never does I/O and never reads the host's clock but through a [`time::Watch`].

pub mod error;
pub mod ids;
pub mod mode;
pub mod reach;
pub mod secret;
pub mod text;
pub mod time;
pub mod vocabulary;

pub use error::{Error, Flaw, Flaws, Refusal, Report, Result};
pub use ids::{
    Addressed, ApiKeyId, AppId, BlobId, CampaignId, CatalogueWriteId, CertificateId, ClockEventId, ClockId,
    CorrectedValueId, CorrectionId, CustomerId, DeliveryId, DestinationId, DeviceSignInId, DisclosureId, EvidenceId,
    FenceId, GrantId, HandshakeId, HoldId, HookId, IntakeId, IntakeIdentifierId, JobId, KeepId, MemberId, MessageId,
    NoticeId, ObjectionId, OrderId, PackageId, PackageLinkId, PlanId, PolicyId, PrivacyNoticeId, ProcessorId,
    ProductId, PromiseId, ProviderTaskId, ReceiptId, RecipientTaskId, RecipientWayId, RedactionId, Ref,
    RelayDeliveryId, RelayedEventId, ReportId, RequestId, RequestMatchId, ReviewItemId, SavedViewId, SelectionId,
    SessionId, StaffId, StockWriteId, StoreCallId, StoreGrantId, StoreId, SubjectId, SubscriberId, SyncRunId, TenantId,
    TombstoneId,
};
pub use mode::Mode;
pub use reach::Reach;
pub use secret::{Personal, Sealed, Secret};
pub use time::{Day, Instant, Watch};
