//! Each check is shown a fault made for it: the promise is broken, says so with its evidence, and stands again once the
//! fault is mended. A check that could see no fault would be none.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::Duration;
use harness::asked::{ask, desk_seat, done};
use harness::people::Person;
use harness::shop::Shop;
use harness::wishes::wish;
use harness::world::{World, forenoon};
use rightsdesk_server::apps::{connect_app, disconnect_app};
use rightsdesk_server::floor::access::{Caller, Permission, Role};
use rightsdesk_server::floor::blobs::{Blob, Kind};
use rightsdesk_server::floor::datamap::{Map, Table, personal};
use rightsdesk_server::floor::graphql::node_id;
use rightsdesk_server::floor::kernel::{BlobId, Mode, PolicyId, PromiseId, Ref, Secret, StoreId, Watch};
use rightsdesk_server::floor::ledger::{Event, Witnessed};
use rightsdesk_server::floor::mail::Coming;
use rightsdesk_server::floor::policy::{Adopted, Moment, Policy, Region, Turn, parse, shipped};
use rightsdesk_server::floor::regulations::Right;
use rightsdesk_server::floor::tools::Facts;
use rightsdesk_server::promises::{checks, follow};
use rightsdesk_server::requests::Proof;
use rightsdesk_server::roof::http::Listening;
use rightsdesk_server::stores::turn_sync;
use rightsdesk_server::syncs::map::{CATALOGUE_WRITES, STOCK_WRITES, SYNC_RUNS};
use serde_json::{Value, json};

const CHECK: &str = "mutation ($input: CheckPromiseInput!) { checkPromise(input: $input) {
  promise { standing figure why checkedAt evidence history(first: 4) { nodes { standing figure } } }
  userErrors { code } } }";
const DISCONNECT: &str = "mutation ($input: DisconnectStoreInput!) { disconnectStore(input: $input) {
  store { state } userErrors { code } } }";

/// What is done to a desk that keeps its word.
enum Deed {
    /// As somebody with the run of the host would, and how it is undone.
    Sql(&'static str, &'static str),
    /// In the policy.
    Policy(fn(&mut Policy)),
    /// In the program that runs.
    Program(fn(&mut Facts)),
    /// In what is declared of the tables.
    Map(&'static [Table]),
}

/// The history of reading, with a name in it.
const NAMING: &[Table] = &[SYNC_RUNS.columns(&[personal("called", "name")]), STOCK_WRITES, CATALOGUE_WRITES];

/// A check, the fault it is shown, and how the promise stands without it.
type Fault = (&'static str, Deed, &'static str);

#[expect(clippy::too_many_lines, reason = "a line or two per check")]
fn faults() -> Vec<Fault> {
    use Deed::{Map, Policy, Program, Sql};
    let (holds, kept) = (
        "HOLDS",
        "update staff s set tenants = k.tenants, ends_at = k.ends_at, totp_step = k.totp_step,
        password_hash = k.password_hash from kept_staff k where k.id = s.id",
    );
    vec![
        // While sessions live.
        ("second_factor", Sql("update staff set totp_step = null", kept), holds),
        (
            "access_logged",
            Sql("grant update on access_log to rd_api", "revoke update on access_log from rd_api"),
            holds,
        ),
        (
            "account_closure",
            Sql(
                "update tenants set state = 'closed', closing_at = now() - interval '500 days',
                        closes_on = (now() - interval '470 days')::date, closed_at = now() - interval '470 days'",
                "update tenants set state = 'active', closing_at = null, closes_on = null, closed_at = null",
            ),
            "NOT_YET_MEASURED",
        ),
        (
            "answers",
            Sql(
                "update request_clocks set met_at = due_at + interval '1 day' where regime = 'operator_promise'",
                "update request_clocks set met_at = null where regime = 'operator_promise'",
            ),
            holds,
        ),
        (
            "answers",
            Sql(
                "update request_clocks set due_at = due_at - interval '60 days' where regime = 'operator_promise'",
                "update request_clocks set due_at = due_at + interval '60 days' where regime = 'operator_promise'",
            ),
            holds,
        ),
        ("apps_listed", Policy(|policy| policy.app_kinds.clear()), holds),
        (
            "chain_whole",
            Sql(
                "update audit_events set actor = actor || ' ' where seq = 1",
                "update audit_events set actor = rtrim(actor) where seq = 1",
            ),
            holds,
        ),
        (
            "children",
            Sql(
                "update requests set right_code = 'deletion', special_case = 'child', opened_at = opened_at - interval '400 days'",
                "update requests set right_code = 'access', special_case = null, opened_at = opened_at + interval '400 days'",
            ),
            "NOT_YET_MEASURED",
        ),
        (
            "deletion_everywhere",
            Sql(
                "update requests set right_code = 'deletion', stage = 'closed', outcome = 'fulfilled', closed_at = received_at;
                 insert into request_steps (tenant_id, plan_id, position, request_id, name, state, attempt, begun_at, finished_at)
                 select tenant_id, id, 0, request_id, 'tombstone', 'done', 1, drawn_at, drawn_at from request_plans",
                "delete from request_steps;
                 update requests set right_code = 'access', stage = 'open', outcome = null, closed_at = null",
            ),
            "NOT_YET_MEASURED",
        ),
        (
            "early_deletion",
            Sql(
                "update requests set right_code = 'deletion', due_at = due_at - interval '400 days'",
                "update requests set right_code = 'access', due_at = due_at + interval '400 days'",
            ),
            "NOT_YET_MEASURED",
        ),
        ("cookies_essential", Policy(|policy| policy.cookies[0].essential = false), holds),
        (
            "credentials_rotated",
            Sql(
                "update apps set credential_set_at = credential_set_at - interval '100 days'",
                "update apps set credential_set_at = credential_set_at + interval '100 days'",
            ),
            holds,
        ),
        (
            "disconnect_stops",
            Sql(
                "insert into store_calls (tenant_id, id, store_id, until)
                 select tenant_id, gen_random_uuid(), id, now() + interval '1 day' from stores where domain = 'over.example'",
                "delete from store_calls",
            ),
            holds,
        ),
        (
            "disconnect_stops",
            Sql(
                "update audit_events set object = 'store:' || (select id from stores where domain = 'over.example')
                  where action = 'stock.sending'",
                "update audit_events set object = 'store:' || (select store_id from stock_writes) where action = 'stock.sending'",
            ),
            holds,
        ),
        (
            "disconnect_stops",
            Sql(
                "insert into destinations (tenant_id, id, store_id, recipient, url, region, secret_id, since)
                 select s.tenant_id, gen_random_uuid(), s.id, 'google', 'https://google.example', 'US', x.id, now()
                   from stores s join secrets x on x.tenant_id = s.tenant_id where s.domain = 'over.example' limit 1",
                "delete from destinations",
            ),
            holds,
        ),
        (
            "drift",
            Sql(
                "update stores set sync_is_on = false; insert into store_scopes (tenant_id, store_id, name, granted_at)
                 select tenant_id, id, 'read_all_orders', connected_at from stores where state = 'connected'",
                "delete from store_scopes where name = 'read_all_orders'",
            ),
            holds,
        ),
        (
            "encryption",
            Sql(
                "update members set mail = convert_to('imke@shop.example', 'UTF8')",
                "update members m set mail = k.mail from kept_members k where k.id = m.id",
            ),
            holds,
        ),
        ("grounds_stated", Policy(|policy| policy.purposes[0].ground = None), holds),
        ("holdings", Policy(|policy| policy.categories.retain(|one| one.code.get_ref() != "account")), holds),
        ("logs_redact", Program(|facts| facts.redacts = str::to_owned), holds),
        ("mail_intake", Policy(|policy| "elsewhere@desk.example".clone_into(&mut policy.operator.contact)), holds),
        (
            "mail_intake",
            Sql(
                "insert into intakes (tenant_id, id, source, role, subject_kind, locale, zone, received_at, made_at, proof, proved_at)
                 select tenant_id, gen_random_uuid(), 'mail', role, subject_kind, locale, zone, received_at, made_at, proof,
                        proved_at from intakes limit 1",
                "delete from intakes where source = 'mail'",
            ),
            holds,
        ),
        (
            "modes_apart",
            Sql(
                "update keyring set mode = 'demo' where kind = 'sign'",
                "update keyring set mode = 'development' where kind = 'sign'",
            ),
            holds,
        ),
        (
            "need_to_know",
            Sql(
                "insert into access_log (tenant_id, id, at, actor, subject_id, view, purpose)
                 select tenant_id, gen_random_uuid(), at, actor, subject_id, view, 'unasked' from access_log
                  where purpose = 'under leave'",
                "delete from access_log where purpose = 'unasked'",
            ),
            holds,
        ),
        (
            "never_held",
            Policy(|policy| {
                let account = policy.categories.iter_mut().find(|one| one.code.get_ref() == "account");
                let mail = account.and_then(|one| one.fields.iter_mut().find(|field| field.code.get_ref() == "email"));
                mail.expect("a field").stored = false;
            }),
            holds,
        ),
        (
            "oauth_only",
            Sql(
                "update secrets set kind = 'store_password' where kind = 'store_token'",
                "update secrets set kind = 'store_token' where kind = 'store_password'",
            ),
            holds,
        ),
        (
            "partners_bounded",
            Sql("update staff set tenants = null, ends_at = null where tenants is not null", kept),
            holds,
        ),
        (
            "passwords_strong",
            Sql("update staff set password_hash = regexp_replace(password_hash, 'm=[0-9]+', 'm=64')", kept),
            holds,
        ),
        (
            "permissions_needed",
            Sql(
                "update apps set granted = granted || 'export_everything'::text where state = 'connected'",
                "update apps set granted = array_remove(granted, 'export_everything')",
            ),
            holds,
        ),
        (
            "policy_announced",
            Sql(
                "update policies set published_at = published_at + interval '1 day' where version = 2",
                "update policies set published_at = published_at - interval '1 day' where version = 2",
            ),
            holds,
        ),
        (
            "processors_announced",
            Sql("update notices set policy_version = 3", "update notices set policy_version = 2"),
            holds,
        ),
        (
            "processors_announced",
            Sql(
                "update notices set objection_until = objection_until + 60",
                "update notices set objection_until = objection_until - 60",
            ),
            holds,
        ),
        (
            "processors_listed",
            Policy(|policy| policy.recipients.retain(|one| one.code.get_ref() != "leopards")),
            holds,
        ),
        (
            "processors_listed",
            Sql(
                "update processors set state = 'announced' where code = 'leopards'",
                "update processors set state = 'in_force' where code = 'leopards'",
            ),
            holds,
        ),
        (
            "processors_listed",
            Sql(
                "update processor_versions set agreement_on = agreement_on - 1",
                "update processor_versions set agreement_on = agreement_on + 1",
            ),
            holds,
        ),
        (
            "provider_policies",
            Sql("update apps set policy_url = null", "update apps set policy_url = 'https://provider.example/privacy'"),
            holds,
        ),
        (
            "receipts_left",
            Sql("delete from app_receipts", "insert into app_receipts select * from kept_receipts"),
            holds,
        ),
        (
            "recipients_allowed",
            Policy(|policy| {
                let given = policy.recipients.iter_mut().find(|one| one.is_given());
                given.expect("a recipient").purposes.clear();
            }),
            holds,
        ),
        (
            "region_pinned",
            Policy(|policy| policy.region.as_mut().expect("a region").pinned.retain(|one| one.get_ref() == "US")),
            holds,
        ),
        (
            "relay_forms",
            Sql(
                "insert into disclosures (tenant_id, id, at, recipient, category, fields, form, count, purpose, way, reference)
                 select tenant_id, gen_random_uuid(), at, recipient, category, fields, 'hashed', 1, purpose, way, id
                   from disclosures",
                "delete from disclosures where form = 'hashed'",
            ),
            holds,
        ),
        (
            "relay_forms",
            Sql(
                "insert into disclosures (tenant_id, id, at, recipient, category, fields, form, count, purpose, way, reference)
                 select tenant_id, gen_random_uuid(), at, recipient, 'card', '{number}', form, 1, purpose, way, id
                   from disclosures",
                "delete from disclosures where category = 'card'",
            ),
            holds,
        ),
        (
            "relay_store",
            Sql(
                "update relayed_events set linked_until = linked_until - interval '40 days'",
                "update relayed_events set linked_until = linked_until + interval '40 days'",
            ),
            holds,
        ),
        (
            "relay_store",
            Sql(
                "update relayed_events set passing_key = gen_random_uuid()",
                "update relayed_events set passing_key = null",
            ),
            holds,
        ),
        (
            "reports_end",
            Sql(
                "update reports set made_at = made_at - interval '3 years'",
                "update reports set made_at = made_at + interval '3 years'",
            ),
            holds,
        ),
        (
            "reports_end",
            Sql(
                "update reports set blob_id = gen_random_uuid()",
                "update reports r set blob_id = k.blob_id from kept_reports k where k.id = r.id",
            ),
            holds,
        ),
        (
            "reviews_on_time",
            Sql(
                "update review_campaigns set due_on = due_on - 60 where state = 'open'",
                "update review_campaigns set due_on = due_on + 60 where state = 'open'",
            ),
            holds,
        ),
        (
            "reviews_on_time",
            Sql(
                "update review_campaigns set signed_off_at = signed_off_at - interval '200 days' where state = 'signed_off'",
                "update review_campaigns set signed_off_at = signed_off_at + interval '200 days' where state = 'signed_off'",
            ),
            holds,
        ),
        (
            "rights_offered",
            Sql(
                "update requests set stage = 'received'; update intakes set proved_at = proved_at - interval '2 hours'",
                "update requests set stage = 'open'; update intakes set proved_at = proved_at + interval '2 hours'",
            ),
            holds,
        ),
        (
            "rights_offered",
            Sql(
                "create table kept_due as select id, due_on, due_at, driving from requests;
                 update requests set due_on = null, due_at = null, driving = null",
                "update requests r set due_on = k.due_on, due_at = k.due_at, driving = k.driving from kept_due k
                  where k.id = r.id",
            ),
            holds,
        ),
        (
            "roles_stated",
            Sql("update tenants set our_role = 'joint'", "update tenants set our_role = 'processor'"),
            holds,
        ),
        (
            "slots_freed",
            Sql(
                "insert into secrets select tenant_id, gen_random_uuid(), kind, generation, kek_version, dek, ct, made_at,
                   sealed_at from secrets where kind = 'app_credential'",
                "delete from secrets where kind = 'app_credential'
                    and id not in (select credential_id from apps where credential_id is not null)",
            ),
            holds,
        ),
        (
            "slots_freed",
            Sql(
                "insert into jobs (tenant_id, id, name, payload, due_at)
                 select tenant_id, gen_random_uuid(), 'call_it', id::text, now() from apps where state = 'disconnected'",
                "delete from jobs where name = 'call_it'",
            ),
            holds,
        ),
        ("sync_history", Sql("delete from sync_runs", "insert into sync_runs select * from kept_runs"), holds),
        (
            "sync_history",
            Sql(
                "update sync_runs set outcome = 'running', ended_at = null",
                "update sync_runs set outcome = 'done', ended_at = started_at",
            ),
            holds,
        ),
        (
            "sync_history",
            Sql("update sync_runs set pages = 0", "update sync_runs set pages = 1"),
            holds,
        ),
        ("sync_history", Map(NAMING), holds),
        (
            "sync_only_while_on",
            Sql(
                "update audit_events set action = 'store.sync_turned_off' where action = 'store.sync_turned_on'",
                "update audit_events set action = 'store.sync_turned_on' where action = 'store.sync_turned_off'",
            ),
            holds,
        ),
        (
            "sync_only_while_on",
            Sql(
                "update stock_writes set cause_id = (select id from stores where domain = 'over.example')",
                "update stock_writes set cause_id = (select id from stores where domain = 'zaitoon.example')",
            ),
            holds,
        ),
        ("scopes_listed", Policy(|policy| policy.scopes.clear()), holds),
        // A desk of this kind may speak in clear to its own machine: nothing is measured there.
        ("tls", Program(|facts| facts.mode = Mode::Production), "NOT_YET_MEASURED"),
        (
            "tokens_deleted",
            Sql(
                "insert into secrets select tenant_id, gen_random_uuid(), kind, generation, kek_version, dek, ct, made_at,
                   sealed_at from secrets where kind = 'store_token'",
                "delete from secrets where kind = 'store_token'
                    and id not in (select token_id from stores where token_id is not null)",
            ),
            holds,
        ),
        (
            "tokens_sealed",
            Sql(
                "update secrets set ct = convert_to('shpat_5e1f', 'UTF8')",
                "update secrets s set ct = k.ct from kept_secrets k where k.id = s.id",
            ),
            holds,
        ),
        (
            "unused_flagged",
            Sql(
                "update review_items set object_id = gen_random_uuid()",
                "update review_items set object_id = (select id from apps where name = 'Idle')",
            ),
            holds,
        ),
        (
            "write_on_action",
            Sql(
                "update catalogue_writes set actor = 'member:' || gen_random_uuid()",
                "update catalogue_writes set actor = (select actor from audit_events where action = 'catalogue.asked')",
            ),
            holds,
        ),
        (
            "write_on_action",
            Sql("delete from catalogue_writes", "insert into catalogue_writes select * from kept_changes"),
            holds,
        ),
    ]
}

/// A promise for each check, over a policy that could keep every one of them.
fn sound() -> Policy {
    let mut text = shipped("sooperseller").expect("it comes along").to_owned();
    text.push_str(
        "\n[[category]]\ncode = \"card\"\ntitle = \"Cards\"\nabout = \"shopper\"\nsources = [\"None\"]\nfield = [\n
         { code = \"number\", title = \"Card number\", personal = true, received = false, stored = false } ]\n
         [[category]]\ncode = \"event\"\ntitle = \"Events\"\nabout = \"nobody\"\nsources = [\"Shops\"]\nfield = [\n
         { code = \"kind\", title = \"Kind and time of the event\", key = \"system.operations\" } ]\n
         [[retention]]\ncode = \"events\"\ntitle = \"Events\"\ncategories = [\"event\"]\nanchor = \"event_time\"\n
         window = { months = 2 }\nend = \"delete\"\n
         [[app_kind]]\ncode = \"messaging\"\ntitle = \"Messaging\"\ntouches = [\"account\"]\nrotate_days = 90\n
         needs = [\"read_customers\", \"send_messages\"]\nstays = \"What was sent stays with the provider.\"\n",
    );
    for check in checks::all() {
        let name = check.name;
        let promise = format!(
            "\n[[promise]]\ncode = \"trial_{name}\"\nsection = \"Trials\"\ntext = \"We keep {name}\"\ncheck = \"{name}\"\n"
        );
        text.push_str(&promise);
    }
    let mut policy = parse(&text).expect("sound");
    let given = policy.recipients.iter().filter(|one| one.is_given());
    let pinned: Vec<_> = given.flat_map(|one| one.regions.clone()).collect();
    policy.region = Some(Region { home: pinned[0].get_ref().clone(), pinned });
    policy
}

/// Opens the book at this policy, its promises with it.
async fn promise(world: &World, policy: Policy) {
    let after = Arc::new(Adopted { id: PolicyId::fresh(), policy });
    let (vault, turned) = (world.tools.vault.clone(), Arc::clone(&after));
    let house = Caller::house().permit_house(Permission::KeepHouse).expect("the house may");
    let written = world.ledger.write(house, move |tx| {
        let turn = Turn { before: None, after: &turned, moment: Moment::InForce };
        let done = Witnessed::new((), Event::new("test.turned", "policy", turned.id.uuid()));
        Ok(follow(tx, &vault, &turn)?.into_iter().fold(done, Witnessed::and))
    });
    written.await.expect("followed");
    world.tools.policy.open(after);
}

/// A desk at which each check has something to look at, and all of it is in order.
async fn furnished() -> (World, Listening) {
    let mut world = World::alone(Watch::held(forenoon())).await;
    let coming = Coming { address: Some(sound().operator.contact), maildir: None, secret: Some(Secret::new("post")) };
    world.tools.mail = world.tools.mail.clone().hearing(coming);
    let desk = world.serve().await;
    world.found_at(&desk.url());
    let (shop, ops) = (world.shop("Zaitoon Home", 2).await, desk_seat(&world, &[Role::Ops]));
    let all = ["read_orders", "read_customers", "read_products"];
    let stores =
        [world.store(shop.tenant, "zaitoon.example", &all).await, world.store(shop.tenant, "oud.example", &all).await];
    let over = world.store(shop.tenant, "over.example", &all).await;
    let gone = done(&world, &ops, DISCONNECT, json!({ "id": node_id(over), "version": 2 })).await;
    assert_eq!(gone["store"]["state"], "DISCONNECTED");
    let (mira, ibrahim) = (world.staff(&[Role::Support]).await, world.staff(&[Role::Approver]).await);
    let until = world.tools.watch.now().plus(Duration::days(30));
    world.partner(&[Permission::SeeTenants], &[shop.tenant], until).await;
    seen_under_leave(&world, &shop, &mira, &ibrahim);
    connected(&world, &shop).await;
    reviewed(&world);
    world.base.tamper(
        "create table kept_staff as select * from staff; create table kept_secrets as select * from secrets;
         create table kept_members as select * from members;
         insert into policies select tenant_id, gen_random_uuid(), name, 2, effective_on, text, digest, 'past', proposed_at,
           proposed_by, in_force_at, published_by, in_force_at + interval '30 days', in_force_at + interval '31 days'
           from policies where version = 1",
    );
    announced(&world);
    relayed(&world);
    synced(&world, &ops, stores).await;
    reported(&world, &shop).await;
    asked(&world, &shop).await;
    // A checkpoint is taken, so that the books have somebody to vouch for them.
    world.work().await;
    world.later(Duration::minutes(6));
    world.work().await;
    (world, desk)
}

/// One app in use, one that nobody used for long, and one that is over.
async fn connected(world: &World, shop: &Shop) {
    world.tools.policy.open(Arc::new(Adopted { id: PolicyId::fresh(), policy: sound() }));
    let owner = world.owner(shop.tenant, "meera").await.caller;
    for (name, credential) in
        [("Talk", Some("wa_live_R7kq2L_x0pZ")), ("Idle", None), ("Over", Some("wa_live_q0Lx9R_7pZk"))]
    {
        let app = connect_app(&world.tools, &owner, world.new_app(shop.tenant, name, credential), None).await;
        let app = app.expect("connected");
        if name == "Over" {
            let at = Ref::new(shop.tenant, app.id);
            disconnect_app(&world.tools, &owner, (at, app.version), None).await.expect("disconnected");
        }
    }
    world.base.tamper(
        "update apps set connected_at = connected_at - interval '200 days' where name = 'Idle';
         create table kept_receipts as select * from app_receipts",
    );
}

/// The review of the quarter is signed off, and another one asks about what is unused.
fn reviewed(world: &World) {
    let now = world.tools.watch.now();
    world.base.tamper(&format!(
        "insert into review_campaigns (tenant_id, id, title, state, opened_at, due_on, taken_at, query_version, digest,
           signed_off_at, signed_off_by, evidence_digest)
         select h.id, gen_random_uuid(), c.title, c.state, '{now}', date '{day}' + 10, '{now}', 1, sha256(''),
           case c.state when 'signed_off' then timestamptz '{now}' end,
           case c.state when 'signed_off' then gen_random_uuid() end,
           case c.state when 'signed_off' then sha256('') end
           from (values ('Everything', 'signed_off'), ('What is idle', 'open')) as c (title, state),
                (values (uuid '00000000-0000-0000-0000-000000000000')) as h (id);
         insert into review_extracts select c.tenant_id, c.id, s.subject, 1
           from review_campaigns c, (values ('apps'), ('scopes'), ('staff')) as s (subject);
         insert into review_items (tenant_id, id, campaign_id, subject, of_tenant, object_id, part, label, facts, barred)
         select c.tenant_id, gen_random_uuid(), c.id, 'apps', a.tenant_id, a.id, '', a.name, '{{}}', '{{}}'
           from review_campaigns c, apps a where c.state = 'open' and a.name = 'Idle'",
        day = now.day(),
    ));
}

/// One of the sub-processors came with the second version, of which everybody was told.
fn announced(world: &World) {
    world.base.tamper(
        "update processor_versions v set policy_version = 2, in_force_at = p.in_force_at from policies p, processors x
          where p.version = 2 and x.code = 'mnp' and v.processor_id = x.id;
         update processors set shown_version = 2 where code = 'mnp';
         insert into notices (tenant_id, id, kind, processor_id, processor_name, policy_version, announced_at, effective_on,
           objection_until, locales, texts)
         select x.tenant_id, gen_random_uuid(), 'added', x.id, x.code, 2, p.published_at, p.effective_on,
           (p.in_force_at - interval '1 day')::date, array['en'], array['It comes.']
           from policies p, processors x where p.version = 2 and x.code = 'mnp'",
    );
}

/// Something was relayed, and is held for a while.
fn relayed(world: &World) {
    let (policy, now) = (sound(), world.tools.watch.now());
    let given = policy.recipients.iter().find(|one| one.is_given()).expect("a recipient");
    let mut places = policy.matrix().into_iter().map(|row| (row.category, row.field));
    let (category, field) = places
        .find(|place| given.form_of(*place) == rightsdesk_server::floor::policy::Form::Raw)
        .expect("a field it gets");
    world.base.tamper(&format!(
        "insert into disclosures (tenant_id, id, at, recipient, category, fields, form, count, purpose, way)
         select tenant_id, gen_random_uuid(), '{now}', '{}', '{}', '{{{}}}', 'raw', 1, 'relay', 'relay'
           from stores where domain = 'zaitoon.example';
         insert into relayed_events (tenant_id, id, store_id, kind, happened_at, received_at, linked_key, linked_until,
                                     expires_at)
         select tenant_id, gen_random_uuid(), id, 'order', '{now}', '{now}', gen_random_uuid(), '{now}'::timestamptz + interval '30 days',
                '{now}'::timestamptz + interval '60 days' from stores where domain = 'zaitoon.example'",
        given.code.get_ref(),
        category.code.get_ref(),
        field.code.get_ref(),
    ));
}

/// A quantity flowed from one store to the other, where orders were read and a person changed a title.
async fn synced(world: &World, ops: &Caller, [from, to]: [Ref<StoreId>; 2]) {
    for at in [from, to] {
        turn_sync(&world.tools, &Caller::house(), (at, 2), true, None).await.expect("turned");
    }
    let scope = ops.permit(Permission::KeepStores, to.tenant).expect("whoever keeps stores may");
    let told = world.ledger.write(scope, move |_| {
        let told = |action| Event::new(action, "store", to.id.uuid());
        let stock = told("stock.sending").code("leave", "sync").digest("write", &[7; 32]);
        let done = Witnessed::new((), stock).and(told("sync.began").code("shelf", "orders").code("kind", "initial"));
        let done = done.and(told("sync.ended").code("shelf", "orders").count("rows", 2));
        let title = |action| told(action).code("what", "title").digest("write", &[8; 32]);
        Ok(done.and(title("catalogue.asked")).and(title("catalogue.sending")))
    });
    told.await.expect("written");
    world.base.tamper(&format!(
        "insert into syncs (tenant_id, store_id, shelf, every_s, due_at)
         select tenant_id, '{to}', 'orders', 900, at + interval '30 days' from audit_events where action = 'sync.began';
         insert into sync_runs (tenant_id, id, store_id, shelf, kind, started_at, ended_at, pages, calls, new, outcome)
         select tenant_id, gen_random_uuid(), '{to}', 'orders', 'initial', at, at, 1, 1, 2, 'done'
           from audit_events where action = 'sync.began';
         insert into stock_writes (tenant_id, id, store_id, item, place, sku, quantity, key, leave, cause_id, cause_item, cause_at,
                                   actor, at, tried_at, state, answered_at)
         select tenant_id, gen_random_uuid(), '{to}', '632', '', 'K-1', 5, decode(repeat('07', 32), 'hex'), 'sync', '{from}',
                '632', at, 'house', at, at, 'sent', at from audit_events where action = 'stock.sending';
         insert into catalogue_writes (tenant_id, id, store_id, product_id, product, title, seen_at, known_at, key, cause_id,
                                       actor, at, tried_at, state, answered_at)
         select tenant_id, gen_random_uuid(), '{to}', gen_random_uuid(), '632', 'Soap', at, at, decode(repeat('08', 32), 'hex'),
                gen_random_uuid(), actor, at, at, 'sent', at from audit_events where action = 'catalogue.asked';
         create table kept_runs as select * from sync_runs; create table kept_changes as select * from catalogue_writes",
        from = from.id.uuid(),
        to = to.id.uuid(),
    ));
}

/// A month's file was made.
async fn reported(world: &World, shop: &Shop) {
    let file = Blob { tenant: shop.tenant, id: BlobId::fresh(), kind: Kind::Report };
    world.tools.blobs.put_bytes(file, "a file".into()).await.expect("written");
    let now = world.tools.watch.now();
    world.base.tamper(&format!(
        "insert into reports (tenant_id, id, kind, month, blob_id, due_at, made_at, rows, bytes, digest)
         values ('{}', gen_random_uuid(), 'stock', '2026-01-01', '{}', '{now}', '{now}', 0, 6, sha256('a file'));
         create table kept_reports as select * from reports",
        shop.tenant.uuid(),
        file.id.uuid(),
    ));
}

/// Somebody who is signed in asked for a copy.
async fn asked(world: &World, shop: &Shop) {
    let mut asking = wish(shop.tenant, &[Right::Access], &shop.members[0].mail);
    asking.identifiers[0].proof = Proof::Member;
    world.asks(asking).await;
}

fn seen_under_leave(world: &World, shop: &Shop, staff: &Person, by: &Person) {
    let (tenant, now) = (shop.tenant.uuid(), world.tools.watch.now());
    world.base.tamper(&format!(
        "insert into grants (tenant_id, id, kind, staff_id, ticket, given_by, starts_at, ends_at)
         values ('{tenant}', gen_random_uuid(), 'given', '{}', 'DESK-7', '{}', '{now}', '{}');
         insert into access_log (tenant_id, id, at, actor, subject_id, view, purpose, grant_id)
         select tenant_id, gen_random_uuid(), starts_at, 'staff:' || staff_id, '{}', 'member', 'under leave', id from grants",
        staff.id.uuid(),
        by.id.uuid(),
        now.plus(Duration::hours(2)),
        shop.members[0].subject.uuid(),
    ));
}

/// The promise of this check, looked at.
async fn checked(world: &World, ops: &Caller, check: &str) -> Value {
    let id = world.base.lines(&format!("select id::text as line from promises where code = 'trial_{check}'"));
    let id = PromiseId::from_uuid(id[0].parse().expect("an id"));
    done(world, ops, CHECK, json!({ "id": node_id(Ref::of_house(id)) })).await["promise"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_check_sees_the_fault_that_is_made_for_it() {
    let looking: BTreeSet<&str> = checks::all().filter(|one| one.waits_for().is_none()).map(|one| one.name).collect();
    let faults = faults();
    assert_eq!(looking, faults.iter().map(|(name, ..)| *name).collect(), "each check that looks has its fault here");

    let (mut world, _desk) = furnished().await;
    let ops = desk_seat(&world, &[Role::Ops]);
    promise(&world, sound()).await;
    let (facts, map) = (world.tools.facts, world.tools.map);
    for (check, deed, without) in faults {
        let before = checked(&world, &ops, check).await;
        assert_eq!(before["standing"], without, "{check} before: {before}");
        match &deed {
            Deed::Sql(made, _) => world.base.tamper(made),
            Deed::Program(make) => make(&mut world.tools.facts),
            Deed::Map(tables) => world.tools.map = Map::new(tables),
            Deed::Policy(make) => {
                let mut policy = sound();
                make(&mut policy);
                world.tools.policy.open(Arc::new(Adopted { id: PolicyId::fresh(), policy }));
            }
        }
        world.later(Duration::minutes(1));
        let broken = checked(&world, &ops, check).await;
        assert_eq!(broken["standing"], "BROKEN", "{check}: {broken}");
        assert!(broken["why"].as_str().is_some_and(|why| why.len() > 10), "{check} does not say why: {broken}");
        assert!(broken["figure"].is_string() && broken["checkedAt"].is_string(), "{check}: {broken}");
        match &deed {
            Deed::Sql(_, mended) => world.base.tamper(mended),
            Deed::Program(_) => world.tools.facts = facts,
            Deed::Map(_) => world.tools.map = map,
            Deed::Policy(_) => {
                world.tools.policy.open(Arc::new(Adopted { id: PolicyId::fresh(), policy: sound() }));
            }
        }
        world.later(Duration::minutes(1));
        let after = checked(&world, &ops, check).await;
        assert_eq!(after["standing"], without, "{check} after: {after}");
        // What we do ourselves counts in the books.
        let is_counted = matches!(check, "access_logged" | "chain_whole");
        assert!(is_counted || after["figure"] == before["figure"], "{check}: {before} {after}");
        let history = after["history"]["nodes"].as_array().expect("a history").clone();
        let stood: Vec<&Value> = history.iter().map(|look| &look["standing"]).take(3).collect();
        assert_eq!(stood[..2], [&json!(without), &json!("BROKEN")], "{check}: {history:?}");
        assert_eq!(history[1]["figure"], broken["figure"], "{check}: {history:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_evidence_of_each_check_is_a_question_that_is_answered() {
    let (world, _desk) = furnished().await;
    let admin = desk_seat(&world, &[Role::Admin, Role::Ops]);
    for check in checks::all().filter(|one| one.evidence.starts_with('{')) {
        let answer = ask(&world, Some(&admin), check.evidence, json!({})).await;
        assert!(answer.get("errors").is_none(), "{}: {answer}", check.name);
    }
}
