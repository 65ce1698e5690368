//! A review of seats from its opening to its evidence: what is extracted is all there is, nobody decides about himself,
//! what is to go is gone and proven, and nothing changes once it is signed off.

use std::collections::BTreeMap;

use chrono::Duration;
use diesel::RunQueryDsl;
use harness::asked::{ask, done, refused, sitting};
use harness::books::links_of;
use harness::people::Person;
use harness::world::World;
use rightsdesk_server::floor::access::{Bounds, Caller, Permission, Role, Seat};
use rightsdesk_server::floor::graphql::node_id;
use rightsdesk_server::floor::kernel::{Instant, Personal, Ref, TenantId, Watch};
use rightsdesk_server::floor::ledger::{Event, Witnessed, statement};
use rightsdesk_server::floor::vault::verify;
use rightsdesk_server::reviews::{EVIDENCE, digest_of_lines, line_of};
use rightsdesk_server::staff::{Authority, Invitation, recognise, seats};
use serde_json::{Value, json};

const OPEN: &str = "mutation ($input: OpenCampaignInput!) { openCampaign(input: $input) {
  campaign { id title covers state dueOn isOverdue openedBy { handle } figures { rows open }
    extract { takenAt queryVersion rows digest isWhole counts { subject rows } } } userErrors { code field } } }";
const DECIDE: &str = "mutation ($input: DecideReviewItemInput!) { decideReviewItem(input: $input) {
  item { id decision decidedBy { handle } exceptionUntil isDueAgain revocation dueOn hindrance provenAt proof version }
  userErrors { code field message } } }";
const SIGN: &str = "mutation ($input: SignOffCampaignInput!) { signOffCampaign(input: $input) {
  campaign { state signedOffBy { handle } evidenceDigest } userErrors { code message } } }";
const EXPORT: &str = "mutation ($input: ExportCampaignInput!) { exportCampaign(input: $input) {
  evidence { json digest signature key publicKey } userErrors { code } } }";
const REVEAL: &str = "mutation ($input: RevealReviewReasonInput!) { revealReviewReason(input: $input) {
  revealed { value accessId } userErrors { code } } }";
const CHANGE: &str = "mutation ($input: ChangeStaffInput!) { changeStaff(input: $input) {
  staffMember { version } userErrors { code } } }";
const ITEMS: &str = "query ($id: ID!, $filter: ReviewItemFilter) { campaign(id: $id) {
  figures { rows open kept changed revoked unproven exceptions } extract { isWhole }
  items(filter: $filter) { totalCount nodes { id label object subject part tenant { id } version decision revocation
    isDueAgain isOverdue facts { name value } } } } }";

/// A Monday.
const MORNING: i64 = 1_799_049_600_000_000;

/// A desk with an admin, an approver, one of ops and one of support.
struct Desk {
    world: World,
    ada: Person,
    ibrahim: Person,
    omar: Person,
    mira: Person,
}

impl Desk {
    async fn open() -> Self {
        let world = World::alone(Watch::held(Instant::from_micros(MORNING))).await;
        let (ada, ibrahim) = (world.staff(&[Role::Admin]).await, world.staff(&[Role::Approver]).await);
        let (omar, mira) = (world.staff(&[Role::Ops]).await, world.staff(&[Role::Support]).await);
        Self { world, ada, ibrahim, omar, mira }
    }

    fn admin(&self) -> Caller {
        self.seat(&self.ada, Role::Admin)
    }

    fn approver(&self) -> Caller {
        self.seat(&self.ibrahim, Role::Approver)
    }

    fn ops(&self) -> Caller {
        self.seat(&self.omar, Role::Ops)
    }

    fn seat(&self, person: &Person, role: Role) -> Caller {
        sitting(&self.world, person.id, Seat::new(&[role], &[], Bounds::Desk))
    }

    async fn campaign(&self) -> Value {
        let new = json!({ "title": "Seats of the winter", "covers": ["STAFF"] });
        done(&self.world, &self.ops(), OPEN, new).await["campaign"].clone()
    }

    async fn look(&self, campaign: &Value, filter: Value) -> Value {
        let variables = json!({ "id": campaign["id"], "filter": filter });
        ask(&self.world, Some(&self.approver()), ITEMS, variables).await["data"]["campaign"].clone()
    }

    /// Rows by label.
    async fn rows(&self, campaign: &Value) -> BTreeMap<String, Value> {
        let nodes = self.look(campaign, json!({})).await["items"]["nodes"].clone();
        let rows = nodes.as_array().expect("rows").iter();
        rows.map(|row| (row["label"].as_str().expect("a label").to_owned(), row.clone())).collect()
    }

    async fn row(&self, campaign: &Value, person: &Person) -> Value {
        self.rows(campaign).await[&person.handle].clone()
    }

    /// Decides about somebody's row as it stands.
    async fn decide(&self, campaign: &Value, by: &Caller, about: &Person, more: Value) -> Value {
        done(&self.world, by, DECIDE, self.wish(campaign, about, more).await).await["item"].clone()
    }

    async fn wish(&self, campaign: &Value, about: &Person, more: Value) -> Value {
        let row = self.row(campaign, about).await;
        let mut wish = json!({ "id": row["id"], "version": row["version"], "reason": "Looked at with the team" });
        wish.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        wish
    }

    /// Every row is kept by somebody who may.
    async fn keep_all(&self, campaign: &Value) {
        let (ada, ibrahim) = (self.admin(), self.approver());
        for (by, about) in
            [(&ada, &self.ibrahim), (&ibrahim, &self.ada), (&ibrahim, &self.omar), (&ibrahim, &self.mira)]
        {
            self.decide(campaign, by, about, json!({ "decision": "KEEP" })).await;
        }
    }
}

fn facts(row: &Value) -> BTreeMap<String, String> {
    let facts = row["facts"].as_array().expect("facts").iter();
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    facts.map(|fact| (text(&fact["name"]), text(&fact["value"]))).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_seat_that_was_revoked_is_gone_and_proven() {
    let desk = Desk::open().await;
    let world = &desk.world;
    let support = desk.seat(&desk.mira, Role::Support);
    let wish = json!({ "title": "Seats", "covers": ["STAFF"] });
    assert_eq!(refused(world, &support, OPEN, wish).await, "FORBIDDEN");
    let token = desk.mira.token.clone();
    world.later(Duration::minutes(1));
    assert!(recognise(&world.tools, &token).await.is_ok(), "she is at the desk");
    let campaign = desk.campaign().await;
    assert_eq!(campaign["extract"]["rows"], 4);
    assert_eq!(campaign["extract"]["counts"], json!([{ "subject": "STAFF", "rows": 4 }]));
    assert_eq!((&campaign["extract"]["isWhole"], &campaign["isOverdue"]), (&json!(true), &json!(false)));
    assert_eq!((&campaign["dueOn"], &campaign["openedBy"]["handle"]), (&json!("2027-02-03"), &json!(desk.omar.handle)));
    assert!(world.staff(&[Role::Support]).await.id != desk.mira.id, "who comes later is in no extract");
    let rows = desk.rows(&campaign).await;
    assert_eq!(rows.len(), 4);
    let (admin, mira) = (facts(&rows[&desk.ada.handle]), facts(&rows[&desk.mira.handle]));
    assert_eq!((admin["roles"].as_str(), mira["roles"].as_str()), ("admin", "support"));
    assert!(admin["privileged"].contains("keep_staff") && mira["privileged"] == "break_glass");
    assert_eq!((mira["second_factor"].as_str(), mira["tenants"].as_str()), ("totp", "all"));
    assert_eq!((mira["given_by"].as_str(), mira["ends_at"].as_str()), ("house", "never"));
    assert_eq!(mira["last_seen"], "2027-01-04T08:01:00Z");
    assert_eq!(rows[&desk.mira.handle]["object"], json!(node_id(Ref::of_house(desk.mira.id))));

    let approver = desk.approver();
    let revoke = desk.wish(&campaign, &desk.mira, json!({ "decision": "REVOKE" })).await;
    world.later(Duration::minutes(6));
    assert_eq!(refused(world, &approver, DECIDE, revoke.clone()).await, "STEP_UP_REQUIRED");
    let item = done(world, &desk.approver(), DECIDE, revoke.clone()).await["item"].clone();
    assert_eq!((&item["decision"], &item["revocation"]), (&json!("REVOKE"), &json!("PROVEN")));
    assert_eq!((&item["provenAt"], &item["dueOn"]), (&json!("2027-01-04T08:07:00+00:00"), &json!("2027-01-11")));
    assert!(recognise(&world.tools, &token).await.is_err(), "her session is dead");
    let link = world.base.lines(&format!(
        "select action || ', link ' || seq || ' of the house (' || encode(hash, 'hex') || ')' as line from audit_events
          where object = 'staff:{}' and action = 'staff.disabled'",
        desk.mira.id.uuid()
    ));
    let proof = item["proof"].as_str().expect("a proof");
    assert_eq!(proof, format!("{}; read back 2027-01-04T08:07:00.000Z: gone", link[0]));
    assert_eq!(refused(world, &desk.approver(), DECIDE, revoke).await, "CONFLICT");
    let keep = desk.wish(&campaign, &desk.mira, json!({ "decision": "KEEP" })).await;
    assert_eq!(refused(world, &desk.approver(), DECIDE, keep).await, "REFUSED", "she is gone already");
    let seen = desk.look(&campaign, json!({ "decision": "REVOKE" })).await;
    assert_eq!(
        seen["figures"],
        json!({ "rows": 4, "open": 3, "kept": 0, "changed": 0, "revoked": 1, "unproven": 0, "exceptions": 0 })
    );
    assert_eq!(seen["items"]["totalCount"], 1);
    links_of(world.base, TenantId::HOUSE);

    let sealed = world.base.lines("select encode(reason, 'escape') as line from review_items where reason is not null");
    assert!(sealed.len() == 1 && !sealed[0].contains("team"), "{sealed:?}");
    let revealed = done(world, &desk.admin(), REVEAL, json!({ "id": item["id"] })).await["revealed"].clone();
    assert_eq!(revealed["value"], "Looked at with the team");
    let looks = world.base.lines("select actor as line from access_log where view = 'review_items.reason'");
    assert_eq!(looks, [format!("staff:{}", desk.ada.id.uuid())]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_decides_about_himself_or_about_what_he_gave() {
    let desk = Desk::open().await;
    let world = &desk.world;
    let authority = Authority { roles: vec![Role::Support], permissions: Vec::new(), tenants: None, ends_at: None };
    let wanted = Invitation { handle: "noor".to_owned(), mail: Personal::new("noor@desk.example"), authority };
    let noor = seats::invite(&world.tools, &desk.admin(), wanted, None).await.expect("invited").staff;
    let campaign = desk.campaign().await;
    let rows = desk.rows(&campaign).await;
    assert_eq!(facts(&rows["noor"])["given_by"], desk.ada.handle);
    let keep =
        |row: &Value| json!({ "id": row["id"], "version": row["version"], "decision": "KEEP", "reason": "Needed" });

    let own = &rows[&desk.ada.handle];
    assert_eq!(refused(world, &desk.admin(), DECIDE, keep(own)).await, "SAME_PERSON", "her own seat");
    assert_eq!(refused(world, &desk.admin(), DECIDE, keep(&rows["noor"])).await, "SAME_PERSON", "she invited him");
    done(world, &desk.approver(), DECIDE, keep(&rows["noor"])).await;

    // What was given since the extract bars as well.
    let mira = &rows[&desk.mira.handle];
    let change =
        json!({ "id": mira["object"], "version": version_of(world, &desk.mira), "roles": ["SUPPORT", "AUDITOR"] });
    done(world, &desk.admin(), CHANGE, change).await;
    assert_eq!(refused(world, &desk.admin(), DECIDE, keep(mira)).await, "SAME_PERSON");
    assert!(noor.id != desk.mira.id);

    let mut wordless = keep(mira);
    wordless["reason"] = json!(" ");
    assert_eq!(refused(world, &desk.approver(), DECIDE, wordless).await, "INVALID");
    let mut endless = keep(mira);
    endless["exceptionUntil"] = json!("2027-01-04");
    assert_eq!(refused(world, &desk.approver(), DECIDE, endless).await, "INVALID");
    let mut once = keep(mira);
    once["idempotencyKey"] = json!("once");
    let first = done(world, &desk.approver(), DECIDE, once.clone()).await;
    assert_eq!(done(world, &desk.approver(), DECIDE, once).await, first);
    assert_eq!(refused(world, &desk.ops(), DECIDE, keep(mira)).await, "CONFLICT", "he saw an older version");
    assert_eq!(desk.decide(&campaign, &desk.ops(), &desk.mira, json!({ "decision": "KEEP" })).await["version"], 3);
}

fn version_of(world: &World, person: &Person) -> i32 {
    let version = format!("select version::text as line from staff where id = '{}'", person.id.uuid());
    world.base.lines(&version)[0].parse().expect("a number")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_is_due_until_the_seat_is_narrower_and_the_last_admin_stays() {
    let desk = Desk::open().await;
    let world = &desk.world;
    let campaign = desk.campaign().await;
    let approver = desk.approver();
    let item = desk.decide(&campaign, &approver, &desk.omar, json!({ "decision": "CHANGE" })).await;
    assert_eq!((&item["revocation"], &item["dueOn"]), (&json!("DUE"), &json!("2027-01-11")));
    world.work().await;
    let row = |person| desk.row(&campaign, person);
    assert_eq!(row(&desk.omar).await["revocation"], "DUE", "nothing is narrower yet");
    let change = |roles: Value| json!({ "id": node_id(Ref::of_house(desk.omar.id)), "version": version_of(world, &desk.omar), "roles": roles });
    done(world, &desk.admin(), CHANGE, change(json!(["OPS", "AUDITOR"]))).await;
    world.later(Duration::minutes(5));
    world.work().await;
    assert_eq!(row(&desk.omar).await["revocation"], "DUE", "wider is not narrower");
    world.later(Duration::days(8));
    world.work().await;
    assert_eq!(row(&desk.omar).await["isOverdue"], true);
    done(world, &desk.admin(), CHANGE, change(json!(["AUDITOR"]))).await;
    world.later(Duration::minutes(5));
    world.work().await;
    assert_eq!(row(&desk.omar).await["revocation"], "DUE", "an auditor reads the books, which ops may not");
    let authority = json!({ "id": node_id(Ref::of_house(desk.omar.id)), "version": version_of(world, &desk.omar), "roles": ["OPS"],
                            "endsAt": "2027-03-01T00:00:00Z" });
    done(world, &desk.admin(), CHANGE, authority).await;
    world.later(Duration::minutes(5));
    world.work().await;
    let narrowed = row(&desk.omar).await;
    assert_eq!((&narrowed["revocation"], &narrowed["isOverdue"]), (&json!("PROVEN"), &json!(false)));

    let stuck = desk.decide(&campaign, &desk.approver(), &desk.ada, json!({ "decision": "REVOKE" })).await;
    assert_eq!((&stuck["revocation"], &stuck["hindrance"]), (&json!("DUE"), &json!("LAST_ADMIN")));
    world.staff(&[Role::Admin]).await;
    world.later(Duration::minutes(5));
    world.work().await;
    assert_eq!(row(&desk.ada).await["revocation"], "PROVEN", "there is another admin now, and the job went on");
    assert!(recognise(&world.tools, &desk.ada.token).await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_exception_ends_and_the_row_is_due_again() {
    let desk = Desk::open().await;
    let world = &desk.world;
    let campaign = desk.campaign().await;
    let until = json!({ "decision": "KEEP", "exceptionUntil": "2027-01-10" });
    let item = desk.decide(&campaign, &desk.approver(), &desk.mira, until).await;
    assert_eq!((&item["exceptionUntil"], &item["isDueAgain"]), (&json!("2027-01-10"), &json!(false)));
    let open = || desk.look(&campaign, json!({ "open": true }));
    assert_eq!(open().await["items"]["totalCount"], 3);
    assert_eq!(open().await["figures"]["exceptions"], 1);
    world.work().await;
    world.later(Duration::days(6));
    world.work().await;
    assert_eq!(open().await["items"]["totalCount"], 3, "its last day");
    world.later(Duration::days(1));
    world.work().await;
    world.work().await;
    let seen = open().await;
    assert_eq!((&seen["items"]["totalCount"], &seen["figures"]["exceptions"]), (&json!(4), &json!(0)));
    assert_eq!(desk.look(&campaign, json!({ "open": false })).await["items"]["totalCount"], 0);
    assert_eq!(desk.row(&campaign, &desk.mira).await["isDueAgain"], true);
    let flagged = world.base.lines("select object as line from audit_events where action = 'review.exception_ended'");
    assert_eq!(flagged.len(), 1, "it is told once");
    let mailbox = world.tools.mail.mailbox().expect("letters are kept in memory");
    let told = |person: &Person| {
        let letters = mailbox.letters_to(&person.mail);
        letters
            .iter()
            .filter(|sent| sent.letter.text.contains("1 exceptions of Seats of the winter have ended"))
            .count()
    };
    assert_eq!((told(&desk.ibrahim), told(&desk.ada), told(&desk.omar), told(&desk.mira)), (1, 1, 1, 0));
    desk.decide(&campaign, &desk.approver(), &desk.mira, json!({ "decision": "KEEP" })).await;
    assert_eq!(open().await["items"]["totalCount"], 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_signed_off_by_another_and_nothing_changes_any_more() {
    let desk = Desk::open().await;
    let world = &desk.world;
    let campaign = desk.campaign().await;
    let id = json!({ "id": campaign["id"] });
    desk.keep_all(&campaign).await;
    desk.decide(&campaign, &desk.approver(), &desk.mira, json!({ "decision": "CHANGE" })).await;
    let sign = |by: Caller| {
        let id = id.clone();
        async move { ask(world, Some(&by), SIGN, json!({ "input": id })).await["data"]["signOffCampaign"].clone() }
    };
    let unproven = sign(desk.admin()).await["userErrors"][0].clone();
    assert_eq!(unproven["code"], "REFUSED");
    let why = unproven["message"].as_str().expect("why");
    assert!(
        why.contains("0 not decided, 1 not proven") && why.contains(&format!("{}: not proven", desk.mira.handle)),
        "{why}"
    );
    let excepted = json!({ "decision": "CHANGE", "exceptionUntil": "2027-02-01" });
    desk.decide(&campaign, &desk.approver(), &desk.mira, excepted).await;
    let stale = desk.admin();
    world.later(Duration::minutes(6));
    assert_eq!(refused(world, &stale, SIGN, id.clone()).await, "STEP_UP_REQUIRED");
    assert_eq!(sign(desk.ops()).await["userErrors"][0]["code"], "SAME_PERSON", "he opened it");
    let signed = sign(desk.admin()).await["campaign"].clone();
    assert_eq!((&signed["state"], &signed["signedOffBy"]["handle"]), (&json!("SIGNED_OFF"), &json!(desk.ada.handle)));

    let again = desk.wish(&campaign, &desk.mira, json!({ "decision": "KEEP" })).await;
    assert_eq!(refused(world, &desk.approver(), DECIDE, again).await, "REFUSED");
    assert_eq!(refused(world, &desk.admin(), SIGN, id.clone()).await, "REFUSED");
    for sql in [
        "update review_items set version = version + 1, decision = 'keep', revocation = 'none', due_on = null",
        "update review_campaigns set state = 'open', signed_off_at = null, signed_off_by = null, evidence_digest = null",
    ] {
        assert_eq!(rows_changed(world, sql).await, Some(0), "Postgres itself holds what was signed off: {sql}");
    }
    for sql in [
        "update review_items set facts = '{}'",
        "update review_campaigns set digest = sha256('x')",
        "update review_extracts set counted = 0",
        "delete from review_items",
    ] {
        assert_eq!(rows_changed(world, sql).await, None, "nobody online may: {sql}");
    }
    let evidence = done(world, &desk.ops(), EXPORT, id.clone()).await["evidence"].clone();
    assert_eq!(evidence["digest"], signed["evidenceDigest"]);
    world.base.tamper("update review_items set proof = null, exception_until = '2028-01-01' where decision = 'change'");
    assert_eq!(refused(world, &desk.ops(), EXPORT, id).await, "REFUSED", "it is not what was signed off");
}

/// How many rows a statement of the server's own role changes; none where it may not.
async fn rows_changed(world: &World, sql: &'static str) -> Option<usize> {
    let scope = Caller::house().permit(Permission::KeepHouse, TenantId::HOUSE).expect("the house may");
    let written = world.ledger.write(scope, move |tx| {
        let rows = statement(sql).execute(tx.conn())?;
        Ok(Witnessed::new(rows, Event::new("test.tried", "campaign", TenantId::HOUSE.uuid())))
    });
    written.await.ok()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_outsider_verifies_the_evidence_with_the_public_key_alone() {
    let desk = Desk::open().await;
    let world = &desk.world;
    let campaign = desk.campaign().await;
    desk.keep_all(&campaign).await;
    desk.decide(&campaign, &desk.approver(), &desk.mira, json!({ "decision": "REVOKE" })).await;
    done(world, &desk.admin(), SIGN, json!({ "id": campaign["id"] })).await;
    let auditor = desk.seat(&world.staff(&[Role::Auditor]).await, Role::Auditor);
    let evidence = done(world, &auditor, EXPORT, json!({ "id": campaign["id"] })).await["evidence"].clone();

    let text = |name: &str| evidence[name].as_str().expect("text").to_owned();
    let unhex = |text: &str| data_encoding::HEXLOWER.decode(text.as_bytes()).expect("hexadecimal");
    let (document, signature) = (text("json"), unhex(&text("signature")));
    let public = world.tools.vault.sign_key().expect("a key").public();
    assert_eq!(unhex(&text("publicKey")), public);
    assert!(verify(&public, EVIDENCE, document.as_bytes(), &signature));
    for at in (0..document.len()).step_by(97) {
        let mut changed = document.clone().into_bytes();
        changed[at] ^= 1;
        assert!(!verify(&public, EVIDENCE, &changed, &signature), "byte {at}");
    }
    let digest =
        |bytes: &[u8]| -> String { data_encoding::HEXLOWER.encode(&<sha2::Sha256 as sha2::Digest>::digest(bytes)) };
    assert_eq!(digest(document.as_bytes()), text("digest"));

    let told: Value = serde_json::from_str(&document).expect("JSON");
    let items = told["items"].as_array().expect("items");
    let lines: Vec<_> = items.iter().map(|item| line_of(item).expect("a line")).collect();
    let extract = &told["extract"];
    assert_eq!(data_encoding::HEXLOWER.encode(&digest_of_lines(&lines)), extract["digest"].as_str().expect("a digest"));
    assert_eq!((&extract["rows"], items.len()), (&json!({ "staff": 4 }), 4));
    assert_eq!((&told["state"], &told["covers"]), (&json!("signed_off"), &json!(["staff"])));
    let mira = items.iter().find(|item| item["label"] == desk.mira.handle.as_str()).expect("her row");
    assert_eq!((&mira["decision"]["what"], &mira["revocation"]["state"]), (&json!("revoke"), &json!("proven")));
    assert!(mira["revocation"]["proof"].as_str().is_some_and(|proof| proof.starts_with("staff.disabled, link ")));
    assert_eq!(told["people"][mira["decision"]["by"].as_str().expect("who")], desk.ibrahim.handle.as_str());
    assert!(
        !document.contains("with the team") && !document.contains("@desk.example"),
        "words and addresses stay at home"
    );
    let link = world.base.lines(&format!(
        "select encode(hash, 'hex') || ' ' || convert_from(payload, 'UTF8') as line from audit_events
          where tenant_id = '{}' and seq = {}",
        TenantId::HOUSE.uuid(),
        extract["event"]["seq"]
    ));
    let bound = format!(
        "{} query=1 staff=4 digest={}",
        extract["event"]["hash"].as_str().expect("a hash"),
        extract["digest"].as_str().expect("a digest")
    );
    assert_eq!(link, [bound], "the books bind the extract");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_is_missing_or_changed_is_found() {
    let desk = Desk::open().await;
    let world = &desk.world;
    let campaign = desk.campaign().await;
    desk.keep_all(&campaign).await;
    world
        .base
        .tamper("create table kept_items as table review_items; create table kept_campaigns as table review_campaigns");
    let put_back = || {
        world.base.tamper(
            "delete from review_items; insert into review_items select * from kept_items;
             update review_campaigns c set digest = k.digest, query_version = k.query_version from kept_campaigns k",
        );
    };
    let whole = || async { desk.look(&campaign, json!({})).await["extract"]["isWhole"].clone() };
    let mira = desk.mira.handle.as_str();
    for sql in [
        format!("delete from review_items where label = '{mira}'"),
        format!("update review_items set facts = replace(facts, 'support', 'auditor') where label = '{mira}'"),
        format!("update review_items set barred = '{{}}' where label = '{mira}'"),
        "update review_items set label = 'nobody' where id = (select id from review_items order by id limit 1)".to_owned(),
        "insert into review_items (tenant_id, id, campaign_id, subject, of_tenant, object_id, part, label, facts, barred)
         select tenant_id, gen_random_uuid(), campaign_id, subject, of_tenant, gen_random_uuid(), '', 'one more', '{}', '{}'
           from review_items limit 1"
            .to_owned(),
        "update review_campaigns set digest = sha256('another')".to_owned(),
        "update review_campaigns set query_version = 2".to_owned(),
    ] {
        assert_eq!(whole().await, true);
        world.base.tamper(&sql);
        assert_eq!(whole().await, false, "{sql}");
        let outcome = refused(world, &desk.admin(), SIGN, json!({ "id": campaign["id"] })).await;
        assert_eq!(outcome, "REFUSED", "{sql}");
        put_back();
    }
    done(world, &desk.admin(), SIGN, json!({ "id": campaign["id"] })).await;
}

/// What is read first and last in a snapshot is of one moment, whatever others commit in between.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_extract_is_of_one_moment() {
    let desk = Desk::open().await;
    let world = &desk.world;
    let scope = Caller::house().permit_desk(Permission::ReviewAccess).expect("the house may");
    let scope = world.ledger.desk_scope(scope, "access review").await.expect("traced");
    let base = world.base;
    let counted = world.ledger.snapshot(&scope, move |tx| {
        let count = |tx: &mut rightsdesk_server::floor::ledger::Tx| {
            Ok::<_, rightsdesk_server::floor::kernel::Error>(statement("select from staff").execute(tx.conn())?)
        };
        let before = count(tx)?;
        base.tamper("delete from sessions; delete from recovery_codes; delete from staff");
        Ok((before, count(tx)?))
    });
    assert_eq!(counted.await.expect("counted"), (4, 4));
    let after = world.ledger.snapshot(&scope, |tx| Ok(statement("select from staff").execute(tx.conn())?));
    assert_eq!(after.await.expect("counted"), 0);
}
