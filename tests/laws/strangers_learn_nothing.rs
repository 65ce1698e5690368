//! Every root field, as nobody, as each role, as partner, member and key, with ids of one's own, of another's and made
//! up: whoever may not gets a refusal that tells nothing, and what is another's is answered as what was never there.
//! A field without a declared rule fails, and so does an id argument whose kind this law does not know.

use std::collections::{BTreeMap, BTreeSet};

use harness::asked::{ask, ask_of, desk_seat, done};
use harness::goods;
use harness::wishes::wish;
use harness::world::World;
use rightsdesk_server::floor::access::{Bounds, Caller, Permission, Role, Seat, Session};
use rightsdesk_server::floor::graphql::{Needs, Rule, tenant_node_id, tenant_place};
use rightsdesk_server::floor::kernel::{
    ApiKeyId, AppId, CampaignId, CustomerId, DestinationId, GrantId, HoldId, IntakeIdentifierId, MemberId, MessageId,
    NoticeId, ObjectionId, OrderId, PackageId, PlanId, PolicyId, ProcessorId, ProductId, PromiseId, ProviderTaskId,
    ReceiptId, RecipientTaskId, RedactionId, Ref, ReportId, RequestId, ReviewItemId, SavedViewId, SelectionId,
    SessionId, StaffId, StoreGrantId, StoreId, SubjectId, SubscriberId, TenantId,
};
use rightsdesk_server::floor::platforms::Good;
use rightsdesk_server::floor::regulations::Right;
use rightsdesk_server::roof::schema;
use rightsdesk_server::staff::{SignIn, recognise};
use serde_json::{Value, json};
use uuid::Uuid;

type Ids = BTreeMap<&'static str, String>;

/// What an id argument leads to, by where it stands. `node` and `nodes` are tried with every kind.
const IDS: &[(&str, &str)] = &[
    ("node.id", "any"),
    ("nodes.ids", "any"),
    ("tenant.id", "tenant"),
    ("staffMember.id", "staff"),
    ("store.id", "store"),
    ("deliveries.store", "store"),
    ("PrivacyNoticeFilter.tenant", "tenant"),
    ("recordOfProcessing.tenant", "tenant"),
    ("policyVersion.id", "policy"),
    ("policyDiff.id", "policy"),
    ("PublishPolicyInput.id", "policy"),
    ("WithdrawPolicyInput.id", "policy"),
    ("app.id", "app"),
    ("slots.tenant", "tenant"),
    ("AppFilter.tenant", "tenant"),
    ("ConnectAppInput.tenant", "tenant"),
    ("DisconnectAppInput.id", "app"),
    ("ChangeAppPermissionsInput.id", "app"),
    ("SetAppCredentialInput.id", "app"),
    ("AskProviderToEraseInput.app", "app"),
    ("SettleProviderTaskInput.id", "provider_task"),
    ("RevealProviderNoteInput.id", "provider_task"),
    ("TenantFilter.ids", "tenant"),
    ("StoreFilter.tenant", "tenant"),
    ("SessionFilter.staff", "staff"),
    ("GrantFilter.tenant", "tenant"),
    ("GrantFilter.staff", "staff"),
    ("EventFilter.tenant", "tenant"),
    ("AccessFilter.tenant", "tenant"),
    ("AccessFilter.subject", "member"),
    ("AccessFilter.grant", "grant"),
    ("auditStanding.tenant", "tenant"),
    ("changes.tenant", "tenant"),
    ("InviteStaffInput.tenants", "tenant"),
    ("ChangeStaffInput.id", "staff"),
    ("ChangeStaffInput.tenants", "tenant"),
    ("RenewInvitationInput.id", "staff"),
    ("DisableStaffInput.id", "staff"),
    ("EnableStaffInput.id", "staff"),
    ("EndSessionInput.id", "session"),
    ("ChangeTenantInput.id", "tenant"),
    ("CloseTenantInput.id", "tenant"),
    ("ReopenTenantInput.id", "tenant"),
    ("AddMemberInput.tenant", "tenant"),
    ("ChangeMemberInput.id", "member"),
    ("RemoveMemberInput.id", "member"),
    ("CreateApiKeyInput.tenant", "tenant"),
    ("RotateApiKeyInput.id", "key"),
    ("RevokeApiKeyInput.id", "key"),
    ("GiveGrantInput.staff", "staff"),
    ("GiveGrantInput.tenant", "tenant"),
    ("EndGrantInput.id", "grant"),
    ("BreakGlassInput.tenant", "tenant"),
    ("ReviewBreakGlassInput.id", "grant"),
    ("RevealGrantReasonInput.id", "grant"),
    ("RevealMemberInput.id", "member"),
    ("AddStoreInput.tenant", "tenant"),
    ("RecordGrantInput.store", "store"),
    ("TurnSyncInput.id", "store"),
    ("ConnectStoreInput.id", "store"),
    ("syncs.store", "store"),
    ("syncRuns.store", "store"),
    ("stockWrites.store", "store"),
    ("StartSyncInput.store", "store"),
    ("PauseSyncInput.store", "store"),
    ("ResumeSyncInput.store", "store"),
    ("SetStockInput.store", "store"),
    ("catalogueWrites.store", "store"),
    ("SetListingInput.product", "product"),
    ("RevokeScopesInput.id", "store"),
    ("DisconnectStoreInput.id", "store"),
    ("RevealStaffMemberInput.id", "staff"),
    ("recordCounts.store", "store"),
    ("subject.tenant", "tenant"),
    ("OrderFilter.tenant", "tenant"),
    ("OrderFilter.store", "store"),
    ("CustomerFilter.tenant", "tenant"),
    ("CustomerFilter.store", "store"),
    ("ProductFilter.tenant", "tenant"),
    ("ProductFilter.store", "store"),
    ("LedgerFilter.tenant", "tenant"),
    ("LedgerFilter.order", "order"),
    ("ReportFilter.tenant", "tenant"),
    ("OpenReportInput.id", "report"),
    ("SupplierFilter.tenant", "tenant"),
    ("SnapshotFilter.tenant", "tenant"),
    ("UsageFilter.tenant", "tenant"),
    ("UsageFilter.member", "member"),
    ("BillingFilter.tenant", "tenant"),
    ("OrderAtInput.store", "store"),
    ("RecordLedgerEntryInput.tenant", "tenant"),
    ("LinkSupplierInput.tenant", "tenant"),
    ("RecordSupplierSnapshotInput.tenant", "tenant"),
    ("RecordUsageInput.member", "member"),
    ("RecordBillingInput.tenant", "tenant"),
    ("processor.id", "processor"),
    ("ObjectionFilter.tenant", "tenant"),
    ("SubscribeInput.tenant", "tenant"),
    ("UnsubscribeInput.id", "subscriber"),
    ("ObjectToNoticeInput.notice", "notice"),
    ("ObjectToNoticeInput.tenant", "tenant"),
    ("AnswerObjectionInput.id", "objection"),
    ("WithdrawObjectionInput.id", "objection"),
    ("RevealObjectionInput.id", "objection"),
    ("campaign.id", "campaign"),
    ("reviewItem.id", "review_item"),
    ("DecideReviewItemInput.id", "review_item"),
    ("SignOffCampaignInput.id", "campaign"),
    ("ExportCampaignInput.id", "campaign"),
    ("RevealReviewReasonInput.id", "review_item"),
    ("CheckPromiseInput.id", "promise"),
    ("destinations.tenant", "tenant"),
    ("shared.store", "store"),
    ("DisclosureFilter.tenant", "tenant"),
    ("DisclosureFilter.subject", "subject"),
    ("SetDestinationInput.tenant", "tenant"),
    ("SetDestinationInput.store", "store"),
    ("TurnDestinationInput.id", "destination"),
    ("RelayEventInput.store", "store"),
    ("recipientTask.id", "recipient_task"),
    ("recipientWays.tenant", "tenant"),
    ("RecipientTaskFilter.tenant", "tenant"),
    ("RecipientTaskFilter.request", "request"),
    ("SettleTaskInput.id", "recipient_task"),
    ("GiveUpTaskInput.id", "recipient_task"),
    ("RetryTaskInput.id", "recipient_task"),
    ("RevealTaskInput.id", "recipient_task"),
    ("SetRecipientWayInput.tenant", "tenant"),
    ("RemoveRecipientWayInput.tenant", "tenant"),
    ("request.id", "request"),
    ("colleagues.tenant", "tenant"),
    ("requestsOfMail.tenant", "tenant"),
    ("ccpaTable.tenant", "tenant"),
    ("rightsOffered.tenant", "tenant"),
    ("RequestFilter.tenant", "tenant"),
    ("RequestFilter.store", "store"),
    ("RequestFilter.owner", "staff"),
    ("TakeRequestInput.tenant", "tenant"),
    ("TakeRequestInput.store", "store"),
    ("TakeRequestInput.appealOf", "request"),
    ("StatedIdentifier.store", "store"),
    ("AskForProofInput.id", "request"),
    ("AskForProofInput.identifier", "identifier"),
    ("JudgeIdentifierInput.id", "request"),
    ("JudgeIdentifierInput.identifier", "identifier"),
    ("JudgeMandateInput.id", "request"),
    ("MarkSpamInput.id", "request"),
    ("JoinRequestInput.id", "request"),
    ("JoinRequestInput.original", "request"),
    ("AssignRequestInput.id", "request"),
    ("AssignRequestInput.owner", "staff"),
    ("PauseRequestInput.id", "request"),
    ("ResumeRequestInput.id", "request"),
    ("WithdrawPauseInput.id", "request"),
    ("ExtendRequestInput.id", "request"),
    ("WithdrawExtensionInput.id", "request"),
    ("RefuseRequestInput.id", "request"),
    ("WithdrawRequestInput.id", "request"),
    ("SettleRequestInput.id", "request"),
    ("SetLateReasonInput.id", "request"),
    ("SetSpecialCaseInput.id", "request"),
    ("DrawPlanInput.id", "request"),
    ("SubmitPlanInput.id", "request"),
    ("ApprovePlanInput.id", "request"),
    ("ReturnPlanInput.id", "request"),
    ("NameCorrectionInput.id", "request"),
    ("NameCorrectionInput.store", "store"),
    ("DropCorrectionInput.id", "request"),
    ("DropCorrectionInput.store", "store"),
    ("RevealCorrectionInput.id", "request"),
    ("RevealCorrectionInput.store", "store"),
    ("LiftRestrictionInput.id", "request"),
    ("StopRequestInput.id", "request"),
    ("AskToLiftTombstonesInput.id", "request"),
    ("LiftTombstonesInput.id", "request"),
    ("PlaceHoldInput.id", "request"),
    ("PlaceHoldInput.order", "order"),
    ("ReleaseHoldInput.id", "hold"),
    ("ReleasePackageInput.id", "request"),
    ("LeaveOutOfPackageInput.id", "request"),
    ("PutBackIntoPackageInput.id", "request"),
    ("PutBackIntoPackageInput.redaction", "redaction"),
    ("OpenPackageRowsInput.id", "package"),
    ("RevealPlanReasonInput.id", "plan"),
    ("RevealHoldReasonInput.id", "hold"),
    ("WriteToPersonInput.id", "request"),
    ("WriteToPersonInput.draft", "message"),
    ("AskPersonInput.id", "request"),
    ("HandRequestOnInput.id", "request"),
    ("LetterPreviewInput.id", "request"),
    ("LetterPreviewInput.draft", "message"),
    ("holds.tenant", "tenant"),
    ("NoteOnRequestInput.id", "request"),
    ("SaveDraftInput.id", "request"),
    ("SaveDraftInput.draft", "message"),
    ("RevealRequestMessagesInput.id", "request"),
    ("SaveViewInput.id", "view"),
    ("DeleteViewInput.id", "view"),
    ("FreezeSelectionInput.ids", "request"),
    ("AssignSelectionInput.selection", "selection"),
    ("AssignSelectionInput.owner", "staff"),
    ("ExtendSelectionInput.selection", "selection"),
    ("RefuseSelectionInput.selection", "selection"),
];

/// As many fields as one document may ask for, with some to spare.
const MOST_FIELDS: usize = 400;

/// Mutations that concern the caller's own session or secret and take no id: there is nobody else's to try them with.
const OWN: &[&str] = &["signOut", "changePassword", "stepUp"];

/// The schema as introspection tells it.
struct Told {
    types: BTreeMap<String, Value>,
    roots: Vec<(&'static str, String)>,
}

impl Told {
    async fn new() -> Self {
        const ASK: &str = "{__schema{queryType{name}mutationType{name}subscriptionType{name}
            types{kind name fields(includeDeprecated:true){name args{name type{...t}}type{...t}}
                  inputFields{name type{...t}}enumValues{name}possibleTypes{name}}}}
            fragment t on __Type{kind name ofType{kind name ofType{kind name ofType{kind name}}}}";
        let answer = schema::desk(true, SignIn::default()).execute(ASK).await;
        assert!(answer.errors.is_empty(), "{:?}", answer.errors);
        let whole = answer.data.into_json().expect("JSON")["__schema"].clone();
        let roots = [("query", "queryType"), ("mutation", "mutationType"), ("subscription", "subscriptionType")]
            .into_iter()
            .filter_map(|(word, key)| Some((word, whole[key]["name"].as_str()?.to_owned())))
            .collect();
        let types = list(&whole["types"]).map(|one| (text(&one["name"]), one.clone())).collect();
        Self { types, roots }
    }

    fn fields(&self, name: &str) -> impl Iterator<Item = &Value> {
        self.types.get(name).into_iter().flat_map(|one| list(&one["fields"]))
    }

    fn kind(&self, name: &str) -> String {
        text(&self.types[name]["kind"])
    }

    /// What to select of a type: its own facts and, a little deeper, those of what it leads to. Where it may be any of many
    /// types, their own facts only: the roots ask for the rest.
    fn selection(&self, name: &str, depth: usize, holds: &dyn Fn(&str, &str) -> bool) -> String {
        match self.kind(name).as_str() {
            "SCALAR" | "ENUM" => return String::new(),
            "INTERFACE" | "UNION" => {
                let arms = list(&self.types[name]["possibleTypes"]).map(|one| {
                    format!("... on {0} {1}", text(&one["name"]), self.selection(&text(&one["name"]), 0, holds))
                });
                return format!("{{__typename {}}}", arms.collect::<Vec<_>>().join(" "));
            }
            _ => {}
        }
        let mut chosen = vec!["__typename".to_owned()];
        for field in self.fields(name) {
            let (own, target) = (text(&field["name"]), named(&field["type"]));
            let is_leaf = matches!(self.kind(&target).as_str(), "SCALAR" | "ENUM");
            if !holds(name, &own) || (!is_leaf && depth == 0) {
                continue;
            }
            // A list below a list is asked for shortly.
            let page = if target.ends_with("Connection") { "(first:2)" } else { "" };
            if is_leaf {
                chosen.push(own);
            } else if !list(&field["args"]).any(|arg| is_required(&arg["type"])) {
                chosen.push(format!("{own}{page} {}", self.selection(&target, depth - 1, holds)));
            }
        }
        format!("{{{}}}", chosen.join(" "))
    }

    /// A value for an argument: what must be given, and every id.
    fn value(&self, path: &str, name: &str, of: &Value, ids: &Ids) -> String {
        if text(&of["kind"]) == "NON_NULL" {
            return self.value(path, name, &of["ofType"], ids);
        }
        if text(&of["kind"]) == "LIST" {
            return format!("[{}]", self.value(path, name, &of["ofType"], ids));
        }
        let kind = text(&of["name"]);
        match (text(&of["kind"]).as_str(), kind.as_str()) {
            ("SCALAR", "ID") => {
                let led = IDS.iter().find(|(known, _)| *known == path);
                let (_, led) =
                    led.unwrap_or_else(|| panic!("{path} takes an id of a kind that this law does not know"));
                format!("{:?}", ids[led])
            }
            ("SCALAR", "Int") if name == "year" => "2026".to_owned(),
            ("SCALAR", "Int") => "1".to_owned(),
            ("SCALAR", "Boolean") => "true".to_owned(),
            ("SCALAR", "DateTime") => "\"2099-01-01T00:00:00Z\"".to_owned(),
            // What every kind of person has.
            ("ENUM", "PersonalField") => "MAIL".to_owned(),
            ("ENUM", _) => text(&self.types[&kind]["enumValues"][0]["name"]),
            ("INPUT_OBJECT", _) => {
                let fields =
                    list(&self.types[&kind]["inputFields"]).filter(|field| self.is_given(field)).map(|field| {
                        let own = text(&field["name"]);
                        format!("{own}:{}", self.value(&format!("{kind}.{own}"), &own, &field["type"], ids))
                    });
                format!("{{{}}}", fields.collect::<Vec<_>>().join(" "))
            }
            _ => format!("{:?}", word(name)),
        }
    }

    /// Required, an id, why what that id names is opened, or a filter that holds one.
    fn is_given(&self, argument: &Value) -> bool {
        let name = named(&argument["type"]);
        let holds_an_id = || list(&self.types[&name]["inputFields"]).any(|field| named(&field["type"]) == "ID");
        let says_why = argument["name"] == "draftReason";
        is_required(&argument["type"]) || name == "ID" || says_why || holds_an_id()
    }

    /// A document for one root field.
    fn document(&self, word: &str, field: &Value, ids: &Ids, holds: &dyn Fn(&str, &str) -> bool) -> String {
        let own = text(&field["name"]);
        let mut arguments: Vec<String> = list(&field["args"])
            .filter(|argument| self.is_given(argument))
            .map(|argument| {
                let name = text(&argument["name"]);
                format!("{name}:{}", self.value(&format!("{own}.{name}"), &name, &argument["type"], ids))
            })
            .collect();
        let target = named(&field["type"]);
        if target.ends_with("Connection") {
            arguments.push("first:2".to_owned());
        }
        let arguments = if arguments.is_empty() { String::new() } else { format!("({})", arguments.join(" ")) };
        // As deep as one document may go.
        let selections = (1..=4).rev().map(|depth| self.selection(&target, depth, holds));
        let is_fit = |selection: &String| {
            let names = selection.split(|letter: char| !letter.is_alphanumeric());
            names.filter(|name| !name.is_empty()).count() < MOST_FIELDS
        };
        let selection = selections.into_iter().find(is_fit).unwrap_or_default();
        format!("{word}{{{own}{arguments} {selection}}}")
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The name at the bottom of a type.
fn named(of: &Value) -> String {
    if of["ofType"].is_null() { text(&of["name"]) } else { named(&of["ofType"]) }
}

fn is_required(of: &Value) -> bool {
    of["kind"] == "NON_NULL"
}

/// A word that fits an argument of this name.
fn word(name: &str) -> &'static str {
    match name {
        "mail" | "value" => "someone.new@example.com",
        "handle" => "newcomer",
        "ticket" => "T-77",
        "locale" => "en",
        "region" => "eu",
        "month" => "2026-11",
        "about" => "customers",
        "field" => "mail",
        _ => "a word that is long enough to pass",
    }
}

fn rule_of(type_name: &str, field: &str) -> Vec<&'static Rule> {
    let (own, whole) = (format!("{type_name}.{field}"), format!("{type_name}.*"));
    let named: Vec<_> = schema::rules().filter(|rule| rule.field == own).collect();
    if named.is_empty() { schema::rules().filter(|rule| rule.field == whole).collect() } else { named }
}

#[tokio::test]
async fn every_field_has_one_rule_and_every_rule_a_field() {
    let told = Told::new().await;
    let mut used = BTreeSet::new();
    for (name, one) in &told.types {
        if one["kind"] != "OBJECT" || name.starts_with("__") {
            continue;
        }
        for field in told.fields(name) {
            let rules = rule_of(name, &text(&field["name"]));
            assert_eq!(
                rules.len(),
                1,
                "{name}.{} has {} rules: declare one beside it",
                text(&field["name"]),
                rules.len()
            );
            used.extend(rules.iter().map(|rule| rule.field));
        }
    }
    assert!(used.len() > 20, "the law sees no schema");
    let idle: Vec<_> = schema::rules().map(|rule| rule.field).filter(|field| !used.contains(field)).collect();
    assert!(idle.is_empty(), "these rules are of no field: {idle:?}");
}

/// One who asks.
struct Asker {
    name: String,
    caller: Option<Caller>,
    /// Limited to the tenant of the cast.
    is_bound: bool,
}

impl Asker {
    fn may(&self, needs: Needs) -> bool {
        let held = self.caller.as_ref().filter(|caller| caller.session().is_none_or(|shown| shown.fresh_at.is_some()));
        let holds = |permission: &Permission| held.is_some_and(|caller| caller.permissions().contains(permission));
        match needs {
            Needs::Nothing | Needs::Parent => true,
            Needs::Session => self.caller.as_ref().is_some_and(|caller| caller.session().is_some()),
            Needs::Caller => held.is_some(),
            // What this law asks for is never the asker's own.
            Needs::Permission(permission) | Needs::OwnOr(permission) => holds(&permission),
            Needs::AnyOf(permissions) => permissions.iter().any(holds),
        }
    }
}

/// A desk with two tenants, `yours` and `theirs`, and everyone who may come to it.
struct Cast {
    world: World,
    schema: schema::Desk,
    askers: Vec<Asker>,
    yours: Ids,
    theirs: Ids,
    made_up: Ids,
}

impl Cast {
    async fn new() -> Self {
        let world = World::new().await;
        let ops = desk_seat(&world, &[Role::Ops]);
        let (yours, your_tenant) = furnish(&world, &ops).await;
        let (theirs, _) = furnish(&world, &ops).await;
        let mut askers = vec![Asker { name: "nobody".to_owned(), caller: None, is_bound: false }];
        for role in Role::ALL {
            let token = world.staff(&[*role]).await.token;
            let caller = recognise(&world.tools, &token).await.expect("signed in");
            askers.push(Asker { name: role.to_string(), caller: Some(caller), is_bound: false });
        }
        let half = Session { id: SessionId::fresh(), fresh_at: None, is_fresh: false };
        let admin = Seat::new(&[Role::Admin], &[], Bounds::Desk);
        let until = world.tools.watch.now().plus(chrono::Duration::days(1));
        let partner = world.partner(Permission::LENDABLE, &[your_tenant], until).await;
        let lent = Seat::new(&[], Permission::LENDABLE, Bounds::Named(vec![your_tenant]));
        let owner =
            Seat::new(&[], &[Permission::SeeTenants, Permission::KeepMembers], Bounds::Named(vec![your_tenant]));
        for (name, caller, is_bound) in [
            ("half signed in", Caller::staff(StaffId::fresh(), admin, half), false),
            ("partner", recognise(&world.tools, &partner.token).await.expect("signed in"), true),
            ("member", Caller::member(MemberId::fresh(), owner), true),
            ("key", Caller::api_key(ApiKeyId::fresh(), lent), true),
        ] {
            askers.push(Asker { name: name.to_owned(), caller: Some(caller), is_bound });
        }
        let nobodys = TenantId::fresh();
        let made_up = BTreeMap::from([
            ("tenant", tenant_node_id(nobodys).to_string()),
            ("member", Ref::new(nobodys, MemberId::fresh()).to_string()),
            ("key", Ref::new(nobodys, ApiKeyId::fresh()).to_string()),
            ("grant", Ref::new(nobodys, GrantId::fresh()).to_string()),
            ("staff", Ref::of_house(StaffId::fresh()).to_string()),
            ("session", Ref::of_house(SessionId::fresh()).to_string()),
            ("promise", Ref::of_house(PromiseId::fresh()).to_string()),
            ("policy", Ref::of_house(PolicyId::fresh()).to_string()),
            ("campaign", Ref::of_house(CampaignId::fresh()).to_string()),
            ("review_item", Ref::of_house(ReviewItemId::fresh()).to_string()),
            ("app", Ref::new(nobodys, AppId::fresh()).to_string()),
            ("app_receipt", Ref::new(nobodys, ReceiptId::fresh()).to_string()),
            ("provider_task", Ref::new(nobodys, ProviderTaskId::fresh()).to_string()),
            ("processor", Ref::of_house(ProcessorId::fresh()).to_string()),
            ("notice", Ref::of_house(NoticeId::fresh()).to_string()),
            ("subscriber", Ref::of_house(SubscriberId::fresh()).to_string()),
            ("objection", Ref::of_house(ObjectionId::fresh()).to_string()),
            ("store", Ref::new(nobodys, StoreId::fresh()).to_string()),
            ("store_grant", Ref::new(nobodys, StoreGrantId::fresh()).to_string()),
            ("order", Ref::new(nobodys, OrderId::fresh()).to_string()),
            ("customer", Ref::new(nobodys, CustomerId::fresh()).to_string()),
            ("product", Ref::new(nobodys, ProductId::fresh()).to_string()),
            ("report", Ref::new(nobodys, ReportId::fresh()).to_string()),
            ("destination", Ref::new(nobodys, DestinationId::fresh()).to_string()),
            ("recipient_task", Ref::new(nobodys, RecipientTaskId::fresh()).to_string()),
            ("subject", Ref::new(nobodys, SubjectId::fresh()).to_string()),
            ("request", Ref::new(nobodys, RequestId::fresh()).to_string()),
            ("identifier", Ref::new(nobodys, IntakeIdentifierId::fresh()).to_string()),
            ("plan", Ref::new(nobodys, PlanId::fresh()).to_string()),
            ("package", Ref::new(nobodys, PackageId::fresh()).to_string()),
            ("redaction", Ref::new(nobodys, RedactionId::fresh()).to_string()),
            ("message", Ref::new(nobodys, MessageId::fresh()).to_string()),
            ("hold", Ref::new(nobodys, HoldId::fresh()).to_string()),
            ("view", Ref::of_house(SavedViewId::fresh()).to_string()),
            ("selection", Ref::of_house(SelectionId::fresh()).to_string()),
        ]);
        let schema = schema::desk(false, world.sign_in.clone());
        Self { world, schema, askers, yours, theirs, made_up }
    }

    async fn ask(&self, asker: &Asker, document: &str) -> Value {
        let variables = json!({});
        let mut answer = ask_of(&self.schema, &self.world, asker.caller.as_ref(), (document, variables)).await;
        if let Some(answer) = answer.as_object_mut() {
            answer.remove("extensions");
        }
        answer
    }
}

/// A tenant with a member, a key, a grant and a store, and a colleague with a session, by their ids.
async fn furnish(world: &World, ops: &Caller) -> (Ids, TenantId) {
    let made = |document: &'static str, input: Value| async move {
        let made = done(world, ops, document, input).await;
        let thing = made.as_object().expect("a payload").values().find(|value| value["id"].is_string()).cloned();
        text(&thing.unwrap_or_else(|| panic!("nothing was made: {made}"))["id"])
    };
    let tenant = made(
        "mutation($input:OpenTenantInput!){openTenant(input:$input){tenant{id}userErrors{message}}}",
        json!({"legalName": "Zaitoon Home", "locale": "en", "region": "EU", "plan": "growth", "appSlots": 2}),
    )
    .await;
    let member = made(
        "mutation($input:AddMemberInput!){addMember(input:$input){member{id}userErrors{message}}}",
        json!({"tenant": tenant, "name": "Asma Qureshi", "mail": "asma@zaitoon.example", "role": "OWNER"}),
    )
    .await;
    let key = done(
        world,
        ops,
        "mutation($input:CreateApiKeyInput!){createApiKey(input:$input){created{apiKey{id}}userErrors{message}}}",
        json!({"tenant": tenant, "name": "shop", "permissions": ["SEE_TENANTS"], "expiresAt": "2027-01-01T00:00:00Z"}),
    )
    .await;
    let colleague = world.staff(&[Role::Support]).await;
    let session = recognise(&world.tools, &colleague.token).await.expect("signed in").session().expect("a session").id;
    let staff = Ref::of_house(colleague.id).to_string();
    let approver = desk_seat(world, &[Role::Approver]);
    let grant = done(
        world,
        &approver,
        "mutation($input:GiveGrantInput!){giveGrant(input:$input){grant{id}userErrors{message}}}",
        json!({"staff": staff, "tenant": tenant, "ticket": "T-77", "endsAt": hence(world)}),
    )
    .await;
    let place = tenant_place(&async_graphql::ID(tenant.clone())).expect("a tenant's id");
    let (processor, notice, subscriber, objection) = told_and_objected(world, place);
    let review = done(
        world,
        ops,
        "mutation($input:OpenCampaignInput!){openCampaign(input:$input){campaign{id items(first:1){nodes{id}}}userErrors{message}}}",
        json!({"title": "Seats of the spring", "covers": ["STAFF"]}),
    )
    .await["campaign"]
        .clone();
    let store = made(
        "mutation($input:AddStoreInput!){addStore(input:$input){store{id}userErrors{message}}}",
        json!({"tenant": tenant, "platform": "shopify", "domain": format!("{}.example", StoreId::fresh().uuid()),
               "name": "Zaitoon Home", "region": "EU"}),
    )
    .await;
    let connected = done(
        world,
        ops,
        "mutation($input:RecordGrantInput!){recordGrant(input:$input){store{grants{nodes{id}}}userErrors{message}}}",
        json!({"store": store, "scopes": ["read_orders"]}),
    )
    .await;
    let promises = ask(world, Some(ops), "{promises(first:1){nodes{id}}}", json!({})).await;
    let policy = world.tools.policy.in_force().expect("a policy").id;
    let (app, receipt, task) = former_app(world, &tenant);
    let [order, customer, product] = goods(world, &store).await;
    let (request, identifier) = asked(world, place).await;
    let mut ids = BTreeMap::from([
        ("policy", Ref::of_house(policy).to_string()),
        ("campaign", text(&review["id"])),
        ("review_item", text(&review["items"]["nodes"][0]["id"])),
        ("app", app),
        ("app_receipt", receipt),
        ("order", order),
        ("customer", customer),
        ("product", product),
        ("provider_task", task),
        ("promise", text(&promises["data"]["promises"]["nodes"][0]["id"])),
        ("store", store.clone()),
        ("store_grant", text(&connected["store"]["grants"]["nodes"][0]["id"])),
        ("report", report(world, place)),
        ("destination", destination(world, place, &store)),
        ("subject", Ref::new(place, SubjectId::fresh()).to_string()),
        ("tenant", tenant.clone()),
        ("member", member),
        ("key", text(&key["created"]["apiKey"]["id"])),
        ("grant", text(&grant["grant"]["id"])),
        ("staff", staff),
        ("session", Ref::of_house(session).to_string()),
        ("processor", Ref::of_house(processor).to_string()),
        ("notice", Ref::of_house(notice).to_string()),
        ("subscriber", Ref::of_house(subscriber).to_string()),
        ("objection", Ref::of_house(objection).to_string()),
        ("request", request.to_string()),
        ("identifier", Ref::new(place, identifier).to_string()),
        ("recipient_task", recipient_task(world, request)),
        ("view", Ref::of_house(SavedViewId::fresh()).to_string()),
        ("selection", Ref::of_house(SelectionId::fresh()).to_string()),
    ]);
    ids.extend(unmade(place));
    (ids, place)
}

/// What a request would have that was worked further.
fn unmade(place: TenantId) -> [(&'static str, String); 5] {
    [
        ("plan", Ref::new(place, PlanId::fresh()).to_string()),
        ("package", Ref::new(place, PackageId::fresh()).to_string()),
        ("redaction", Ref::new(place, RedactionId::fresh()).to_string()),
        ("message", Ref::new(place, MessageId::fresh()).to_string()),
        ("hold", Ref::new(place, HoldId::fresh()).to_string()),
    ]
}

/// What somebody asks for, and the address they go by.
async fn asked(world: &World, tenant: TenantId) -> (Ref<RequestId>, IntakeIdentifierId) {
    let taken = world.asks(wish(tenant, &[Right::Deletion], "ada@example.com")).await;
    let of = taken.intake.uuid();
    let ids = world.base.lines(&format!("select id::text as line from intake_identifiers where intake_id = '{of}'"));
    let identifier = ids[0].parse::<Uuid>().expect("an id");
    (Ref::new(tenant, taken.requests[0].id), IntakeIdentifierId::from_uuid(identifier))
}

/// An order, a buyer and a product that the store's platform told of.
async fn goods(world: &World, store: &str) -> [String; 3] {
    let at: Ref<StoreId> = store.parse().expect("a store's id");
    let page = vec![
        Good::Order(goods::order("1", "ada@example.com", 1)),
        Good::Customer(goods::customer("c1", "ada@example.com", 1)),
        Good::Product(goods::product("p", 1)),
    ];
    world.take_in(at, page).await.expect("taken");
    let id = |table: &str| {
        let ids =
            world.base.lines(&format!("select id::text as line from {table} where store_id = '{}'", at.id.uuid()));
        ids[0].parse::<Uuid>().expect("an id")
    };
    [
        Ref::new(at.tenant, OrderId::from_uuid(id("orders"))).to_string(),
        Ref::new(at.tenant, CustomerId::from_uuid(id("customers"))).to_string(),
        Ref::new(at.tenant, ProductId::from_uuid(id("products"))).to_string(),
    ]
}

/// Where a store has its events sent. The policy of this law relays none, so it is put there by hand.
fn destination(world: &World, tenant: TenantId, store: &str) -> String {
    let (id, store) = (DestinationId::fresh(), store.parse::<Ref<StoreId>>().expect("a store's id").id);
    let (whose, of, secret) = (tenant.uuid(), id.uuid(), GrantId::fresh().uuid());
    world.base.tamper(&format!(
        "insert into secrets (tenant_id, id, kind, kek_version, dek, ct)
         values ('{whose}', '{secret}', 'relay_signing', 1, '\\x00', '\\x00');
         insert into destinations (tenant_id, id, store_id, recipient, url, region, secret_id, since)
         values ('{whose}', '{of}', '{}', 'segment', 'https://api.segment.io/', 'US', '{secret}', now())",
        store.uuid()
    ));
    Ref::new(tenant, id).to_string()
}

/// What a recipient is told for a request, put there by hand.
fn recipient_task(world: &World, request: Ref<RequestId>) -> String {
    let id = RecipientTaskId::fresh();
    world.base.tamper(&format!(
        "insert into recipient_tasks (tenant_id, id, request_id, reference, right_code, regulation, recipient, categories, kind,
                                      sealed_under, zone, submitted_at, opened_at, until)
         values ('{}', '{}', '{}', 'R-0000007', 'deletion', 'gdpr', 'segment', '{{customer}}', 'manual', gen_random_uuid(),
                 'UTC', now(), now(), now())",
        request.tenant.uuid(),
        id.uuid(),
        request.id.uuid()
    ));
    Ref::new(request.tenant, id).to_string()
}

/// A monthly file that is still to be made.
fn report(world: &World, tenant: TenantId) -> String {
    let id = ReportId::fresh();
    world.base.tamper(&format!(
        "insert into reports (tenant_id, id, kind, month, blob_id, due_at)
         values ('{}', '{}', 'stock', '2026-01-01', gen_random_uuid(), now())",
        tenant.uuid(),
        id.uuid()
    ));
    Ref::new(tenant, id).to_string()
}

/// An app that was disconnected, its receipt and its provider's task. The policy of this law connects none, so they are
/// put there by hand.
fn former_app(world: &World, tenant: &str) -> (String, String, String) {
    let tenant = tenant_place(&async_graphql::ID(tenant.to_owned())).expect("a tenant's id");
    let (app, receipt, task) = (AppId::fresh(), ReceiptId::fresh(), ProviderTaskId::fresh());
    let [whose, of, left, asked] = [tenant.uuid(), app.uuid(), receipt.uuid(), task.uuid()];
    world.base.tamper(&format!(
        "insert into apps (tenant_id, id, kind, name, provider, state, granted, connected_at, connected_by, disconnected_at)
         values ('{whose}', '{of}', 'messaging', 'WhatsCart', 'WhatsCart Ltd', 'disconnected', '{{}}', now(), 'house', now());
         insert into app_receipts (tenant_id, id, app_id, at, by_actor, slot, credentials_deleted, jobs_cancelled, withdrawn,
                                   sharing_stopped, what_stays, offers_erasure)
         values ('{whose}', '{left}', '{of}', now(), 'house', 1, 0, 0, '{{}}', '{{}}', 'everything', true);
         insert into provider_tasks (tenant_id, id, app_id, kind, opened_at, opened_by, until)
         values ('{whose}', '{asked}', '{of}', 'erase', now(), 'house', now() + interval '30 days')"
    ));
    (Ref::new(tenant, app).to_string(), Ref::new(tenant, receipt).to_string(), Ref::new(tenant, task).to_string())
}

/// A sub-processor of the list, a notice about it, and a merchant that is told of it and objects.
fn told_and_objected(world: &World, tenant: TenantId) -> (ProcessorId, NoticeId, SubscriberId, ObjectionId) {
    let (processor, notice) = (ProcessorId::fresh(), NoticeId::fresh());
    let (subscriber, objection) = (SubscriberId::fresh(), ObjectionId::fresh());
    let (house, code) = (TenantId::HOUSE.uuid(), processor.uuid().as_simple().to_string());
    world.base.tamper(&format!(
        "insert into processors (tenant_id, id, code, state, shown_version, listed_on)
         values ('{house}', '{processor}', '{code}', 'in_force', 1, now());
         insert into processor_versions (tenant_id, processor_id, policy_version, name, service, purposes, receives, forms,
                                         regions, transfer, from_on)
         values ('{house}', '{processor}', 1, 'Postmark', 'Mail', '{{}}', '{{}}', '{{}}', '{{}}', 'none', now());
         insert into notices (tenant_id, id, kind, processor_id, processor_name, policy_version, announced_at,
                              effective_on, objection_until, locales, texts)
         values ('{house}', '{notice}', 'added', '{processor}', 'Postmark', 1, now(), now()::date + 30, now()::date + 30,
                 '{{en}}', '{{It comes.}}');
         insert into subscribers (tenant_id, id, merchant_id, subject_id, locale, state, asked_at, live_at)
         values ('{house}', '{subscriber}', '{tenant}', gen_random_uuid(), 'en', 'live', now(), now());
         insert into objections (tenant_id, id, notice_id, merchant_id, objected_at, objected_by, reason, answer_by)
         values ('{house}', '{objection}', '{notice}', '{tenant}', now(), 'house', 'sealed', now()::date + 30)",
        processor = processor.uuid(),
        notice = notice.uuid(),
        subscriber = subscriber.uuid(),
        objection = objection.uuid(),
        tenant = tenant.uuid(),
    ));
    (processor, notice, subscriber, objection)
}

fn hence(world: &World) -> String {
    world.tools.watch.now().plus(chrono::Duration::days(2)).to_string()
}

/// The codes of the errors of a call, without repetition.
fn codes(answer: &Value) -> BTreeSet<String> {
    list(&answer["errors"]).map(|error| text(&error["extensions"]["code"])).collect()
}

/// An answer without what differs from call to call.
fn bare(answer: &Value) -> Value {
    let errors: Vec<_> = list(&answer["errors"])
        .map(|error| json!([error["message"], error["extensions"]["code"], error["path"]]))
        .collect();
    let mut data = answer["data"].clone();
    // The moment at which it stood so.
    if let Some(figures) = data["requestFigures"].as_object_mut() {
        figures.remove("at");
    }
    json!([data, errors])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strangers_learn_nothing() {
    let (told, cast) = (Told::new().await, Cast::new().await);
    let mut tried = 0;
    for (word, root) in told.roots.iter().filter(|(word, _)| *word != "subscription") {
        for field in told.fields(root) {
            let name = text(&field["name"]);
            let needs = rule_of(root, &name)[0].needs;
            if OWN.contains(&name.as_str()) || matches!(needs, Needs::Nothing) {
                continue;
            }
            for asker in &cast.askers {
                let holds = |of: &str, field: &str| rule_of(of, field).iter().all(|rule| asker.may(rule.needs));
                for kinds in kinds_of(&name) {
                    let document = |ids: &Ids| told.document(word, field, &narrowed(ids, kinds), &holds);
                    let elsewhere = cast.ask(asker, &document(&cast.theirs)).await;
                    let nowhere = cast.ask(asker, &document(&cast.made_up)).await;
                    tried += 2;
                    let whom = format!("{} asks {name}", asker.name);
                    if !asker.may(needs) {
                        refused(&whom, asker, needs, &elsewhere);
                    }
                    if asker.is_bound || !asker.may(needs) {
                        assert_eq!(bare(&elsewhere), bare(&nowhere), "{whom}: another's is told from nobody's");
                    }
                    if asker.may(needs) && *word == "query" {
                        let own = cast.ask(asker, &document(&cast.yours)).await;
                        let said = codes(&own);
                        assert!(said.is_empty() || said.iter().all(|code| code == "NOT_FOUND"), "{whom}: {own}");
                        tried += 1;
                    }
                }
            }
        }
    }
    assert!(tried > 300, "the law tried only {tried} calls");
}

/// Nothing of the thing is told, and why in a word that is the same for everyone.
fn refused(whom: &str, asker: &Asker, needs: Needs, answer: &Value) {
    let stranger = !asker.may(Needs::Caller) || needs == Needs::Session;
    let expected: &[&str] = if stranger { &["UNAUTHENTICATED"] } else { &["FORBIDDEN", "NOT_FOUND"] };
    let is_empty = answer["data"].as_object().is_none_or(|data| data.values().all(Value::is_null));
    let said = codes(answer);
    assert!(is_empty, "{whom}: {answer}");
    assert!(!said.is_empty() && said.iter().all(|code| expected.contains(&code.as_str())), "{whom}: {answer}");
}

/// `node` and `nodes` are asked with every kind of id.
fn kinds_of(field: &str) -> Vec<Option<&'static str>> {
    let every = [
        "tenant",
        "member",
        "key",
        "grant",
        "staff",
        "session",
        "store",
        "store_grant",
        "order",
        "customer",
        "product",
        "policy",
        "app",
        "app_receipt",
        "provider_task",
        "subscriber",
        "objection",
        "campaign",
        "review_item",
        "promise",
        "request",
        "recipient_task",
    ]
    .map(Some)
    .to_vec();
    if matches!(field, "node" | "nodes") { every } else { vec![None] }
}

fn narrowed(ids: &Ids, kind: Option<&'static str>) -> Ids {
    let mut ids = ids.clone();
    if let Some(kind) = kind {
        ids.insert("any", ids[kind].clone());
    }
    ids
}

/// A field below another that asks for more than its parent is refused by itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_field_that_asks_for_more_than_its_parent_is_refused_by_itself() {
    const KINDS: &[(&str, &str)] = &[
        ("Tenant", "tenant"),
        ("Member", "member"),
        ("ApiKey", "key"),
        ("Grant", "grant"),
        ("StaffMember", "staff"),
        ("Session", "session"),
        ("Processor", "processor"),
        ("Notice", "notice"),
        ("Campaign", "campaign"),
        ("ReviewItem", "review_item"),
    ];
    let (told, cast) = (Told::new().await, Cast::new().await);
    let roots: Vec<&str> = told.roots.iter().map(|(_, root)| root.as_str()).collect();
    let mut tried = 0;
    for rule in schema::rules().filter(|rule| !matches!(rule.needs, Needs::Parent)) {
        let (of, name) = rule.field.split_once('.').expect("Type.field");
        if roots.contains(&of) {
            continue;
        }
        let (_, kind) = KINDS.iter().find(|(known, _)| *known == of).unwrap_or_else(|| panic!("no way to a {of}"));
        let field = told.fields(of).find(|field| field["name"] == name).expect("a field of the schema");
        let target = named(&field["type"]);
        let (page, below) =
            (if target.ends_with("Connection") { "(first:2)" } else { "" }, told.selection(&target, 0, &|_, _| true));
        let document = format!("{{node(id:{:?}){{... on {of}{{{name}{page}{below}}}}}}}", cast.yours[kind]);
        for asker in cast.askers.iter().filter(|asker| asker.may(Needs::Caller)) {
            let answer = cast.ask(asker, &document).await;
            let is_there = !answer["data"]["node"].is_null() && !answer["data"]["node"][name].is_null();
            let (whom, may) = (format!("{} asks for {}", asker.name, rule.field), asker.may(rule.needs));
            assert!(may || !is_there, "{whom}: {answer}");
            assert!(!may || codes(&answer).is_empty(), "{whom}: {answer}");
            tried += 1;
        }
    }
    assert!(tried > 0 || schema::rules().all(|rule| !rule.field.contains("apiKeys")), "nothing was tried");
}
