//! Whatever is done to the books with a superuser's rights, `verify-audit` finds it and says where.

use harness::audited::{Audited, FIRST, NOW, SECOND};
use rightsdesk_server::audit::verify::Kind;
use rightsdesk_server::floor::kernel::TenantId;

/// What somebody does, with `T` for the tenant, and what is found: kind, seq, until.
type Deed = (&'static str, &'static str, Kind, u64, Option<u64>);

const DEEDS: &[Deed] = &[
    (
        "the time",
        "update audit_events set at = at + interval '1 microsecond' where T and seq = 7",
        Kind::Edited,
        7,
        None,
    ),
    ("a time beyond time", "update audit_events set at = 'infinity' where T and seq = 7", Kind::Edited, 7, None),
    ("the actor", "update audit_events set actor = 'house ' where T and seq = 7", Kind::Edited, 7, None),
    (
        "the actor, to none",
        "alter table audit_events alter actor drop not null; update audit_events set actor = null where T and seq = 7",
        Kind::Edited,
        7,
        None,
    ),
    ("the action", "update audit_events set action = 'test.nodded' where T and seq = 7", Kind::Edited, 7, None),
    ("the object", "update audit_events set object = object || '1' where T and seq = 7", Kind::Edited, 7, None),
    ("the payload", "update audit_events set payload = 'link=9' where T and seq = 7", Kind::Edited, 7, None),
    ("the payload, to none", "update audit_events set payload = null where T and seq = 7", Kind::Edited, 7, None),
    (
        "the payload with its hash",
        "update audit_events set payload = 'link=9', payload_hash = sha256('link=9') where T and seq = 7",
        Kind::Edited,
        7,
        None,
    ),
    (
        "the payload and its hash, to none",
        "update audit_events set payload = null, payload_hash = null where T and seq = 7",
        Kind::Edited,
        7,
        None,
    ),
    ("the hash", "update audit_events set hash = sha256('x') where T and seq = 7", Kind::Edited, 7, None),
    (
        "the hash, cut short",
        "alter table audit_events drop constraint audit_events_hash_length;
         update audit_events set hash = '' where T and seq = 7",
        Kind::Edited,
        7,
        None,
    ),
    ("the seq, out of the way", "update audit_events set seq = -7 where T and seq = 7", Kind::Inserted, 0, None),
    (
        "an edit with every hash after it",
        "update audit_events set actor = 'house ' where T and seq = 15; select forge(:ID)",
        Kind::Rewritten,
        FIRST + 1,
        Some(SECOND),
    ),
    ("a row in the middle", "delete from audit_events where T and seq = 15", Kind::Deleted, 15, None),
    ("rows in the middle", "delete from audit_events where T and seq between 15 and 17", Kind::Deleted, 15, Some(17)),
    ("the first row", "delete from audit_events where T and seq = 1", Kind::Deleted, 1, None),
    (
        "a row in the middle, and the rest moved up",
        "delete from audit_events where T and seq = 15; select shift(:ID, 15, -1)",
        Kind::Deleted,
        15,
        None,
    ),
    (
        "a row in the middle, with every hash after it",
        "delete from audit_events where T and seq = 15; select shift(:ID, 15, -1); select forge(:ID)",
        Kind::Rewritten,
        FIRST + 1,
        Some(SECOND),
    ),
    (
        "two neighbours swapped",
        "update audit_events set seq = -seq where T and seq in (15, 16);
         update audit_events set seq = 31 + seq where T and seq < 0 and seq = -15;
         update audit_events set seq = 15 where T and seq = -16",
        Kind::Swapped,
        15,
        Some(16),
    ),
    (
        "two distant rows swapped",
        "update audit_events set seq = -seq where T and seq in (5, 25);
         update audit_events set seq = 30 + seq where T and seq < 0",
        Kind::Swapped,
        5,
        Some(25),
    ),
    (
        "a row put in",
        "select shift(:ID, 14, 1);
         insert into audit_events select tenant_id, 15, at, 'house ', action, object, null, null, hash
           from audit_events where T and seq = 14",
        Kind::Inserted,
        15,
        None,
    ),
    (
        "a row put in, with every hash after it",
        "select shift(:ID, 14, 1);
         insert into audit_events select tenant_id, 15, at, 'house ', action, object, null, null, hash
           from audit_events where T and seq = 14;
         select forge(:ID)",
        Kind::Rewritten,
        FIRST + 1,
        Some(SECOND),
    ),
    ("the tail, the head left", "delete from audit_events where T and seq > 28", Kind::TailCut, 29, Some(NOW)),
    (
        "the tail, older than the last checkpoint, head and all",
        "delete from audit_events where T and seq > 18; select forge(:ID)",
        Kind::TailCut,
        19,
        Some(SECOND),
    ),
    (
        "a tenant, head and all",
        "delete from audit_events where T; delete from audit_heads where T",
        Kind::TenantDropped,
        1,
        Some(SECOND),
    ),
    ("all rows of a tenant", "delete from audit_events where T", Kind::TailCut, 1, Some(NOW)),
    ("the head's seq", "update audit_heads set seq = 30 where T", Kind::HeadAltered, NOW, None),
    ("the head's hash", "update audit_heads set hash = sha256('x') where T", Kind::HeadAltered, NOW, None),
    ("the head", "delete from audit_heads where T", Kind::HeadAltered, NOW, None),
    (
        "what the auditor may see",
        "create policy blind on audit_events as restrictive for select to rd_auditor using (not (tenant_id = :ID and seq = 15))",
        Kind::Deleted,
        15,
        None,
    ),
];

/// Puts the schema back too, where a deed changed it.
const MEND: &str = "
drop policy if exists blind on audit_events;
alter table audit_events alter actor set not null;
alter table audit_events drop constraint if exists audit_events_hash_length;
alter table audit_events add constraint audit_events_hash_length check (octet_length(hash) = 32);";

fn deed(sql: &str, tenant: TenantId) -> String {
    let id = format!("'{}'", tenant.uuid());
    sql.replace("where T", &format!("where tenant_id = {id}")).replace(":ID", &id)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_chain_detects_tampering() {
    let desk = Audited::new().await;
    let report = desk.verify(None).await;
    assert!(report.faults.is_empty(), "left alone: {:?}", report.faults);
    // The house and two tenants; the keys' and the births' events are the house's.
    assert_eq!((report.chains, report.checkpoints, report.pieces), (3, 2, 0));
    assert_eq!(report.beyond, 2 * (NOW - SECOND));

    for tenant in desk.tenants {
        for (what, sql, kind, seq, until) in DEEDS {
            let fault = desk.fault_of(&deed(sql, tenant)).await.unwrap_or_else(|| panic!("{what}: not seen"));
            assert_eq!(
                (fault.kind, fault.tenant, fault.seq, fault.until),
                (*kind, tenant, *seq, *until),
                "{what}: {fault}"
            );
            desk.world.base.tamper(MEND);
        }
    }
    assert!(desk.verify(None).await.faults.is_empty(), "put back");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cut_newer_than_the_last_checkpoint_is_honestly_unseen() {
    let desk = Audited::new().await;
    let cut = format!("delete from audit_events where T and seq > {}; select forge(:ID)", SECOND + 2);

    assert_eq!(desk.fault_of(&deed(&cut, desk.tenants[0])).await, None);

    // The next checkpoint, a minute later at most, closes the gap.
    desk.world.later(chrono::Duration::minutes(1));
    desk.world.work().await;
    let seen = std::fs::read(desk.checkpoints()).expect("checkpoints");
    desk.world.base.tamper(&deed(&cut, desk.tenants[0]));
    std::fs::write(desk.checkpoints(), seen).expect("as it was");
    let fault = desk.verify(None).await.faults.remove(0);
    assert_eq!((fault.kind, fault.tenant, fault.seq), (Kind::TailCut, desk.tenants[0], SECOND + 3));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_faults_are_each_told_and_the_first_first() {
    let desk = Audited::new().await;
    let [one, other] = desk.tenants;
    desk.world.base.tamper(&deed("update audit_events set actor = '' where T and seq = 9", other));
    desk.world.base.tamper(&deed("update audit_events set actor = '' where T and seq in (12, 4)", one));
    desk.world.base.tamper(&deed("delete from audit_events where T and seq = 3", TenantId::HOUSE));
    let faults: Vec<_> = desk.verify(None).await.faults.iter().map(|fault| (fault.tenant, fault.seq)).collect();
    assert_eq!(faults, [(TenantId::HOUSE, 3), (one, 4), (other, 9)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_file_of_checkpoints_betrays_what_is_done_to_it() {
    let desk = Audited::new().await;
    let lines = desk.lines();
    assert_eq!(lines.len(), 2);
    let kept = desk.keep(&lines[1]);
    let altered = |report: &rightsdesk_server::audit::verify::Report| {
        let fault = report.faults.first().unwrap_or_else(|| panic!("not seen"));
        assert_eq!(fault.kind, Kind::CheckpointAltered, "{fault}");
        fault.clone()
    };

    // Another's file, whole in itself and signed with another key.
    let other = Audited::new().await;
    desk.write_lines(&other.lines());
    let fault = altered(&desk.verify(None).await);
    assert_eq!((fault.line, fault.told), (Some(1), "was not signed by the key it names"));

    // A line less at the beginning.
    desk.write_lines(&lines[1..]);
    let fault = altered(&desk.verify(None).await);
    assert_eq!((fault.line, fault.told), (Some(1), "does not follow the line before"));
    assert_eq!((fault.tenant, fault.seq), (desk.tenants[0], SECOND));

    // A head rewritten by hand.
    let hash = &lines[1][lines[1].find("\"hash\":\"").expect("a hash") + 8..][..64];
    desk.write_lines(&[lines[0].clone(), lines[1].replace(hash, &"0".repeat(64))]);
    let fault = altered(&desk.verify(None).await);
    assert_eq!((fault.line, fault.tenant, fault.seq), (Some(2), desk.tenants[0], SECOND));

    // The line of the middle gone, with a third written honestly.
    desk.put_back();
    harness::audited::note(&desk.world, desk.tenants[1], 1).await;
    desk.world.later(chrono::Duration::minutes(1));
    desk.world.work().await;
    let three: Vec<String> =
        std::fs::read_to_string(desk.checkpoints()).expect("three").lines().map(str::to_owned).collect();
    assert_eq!(three.len(), 3);
    assert!(desk.verify(None).await.faults.is_empty());
    desk.write_lines(&[three[0].clone(), three[2].clone()]);
    assert_eq!(altered(&desk.verify(None).await).line, Some(2));
    desk.write_lines(&[three[1].clone(), three[0].clone(), three[2].clone()]);
    assert_eq!(altered(&desk.verify(None).await).line, Some(1));

    // An older file put in place of the newer: only who kept a line can tell.
    desk.write_lines(&lines[..1]);
    assert!(desk.verify(None).await.faults.is_empty());
    let fault = altered(&desk.verify(Some(kept.clone())).await);
    assert_eq!((fault.tenant, fault.seq), (desk.tenants[0], SECOND), "{fault}");
    // And what was done to the books under its cover is found by the kept line itself.
    let cut = deed("delete from audit_events where T and seq > 15; select forge(:ID)", desk.tenants[0]);
    desk.world.base.tamper(&cut);
    let faults = desk.verify(Some(kept)).await.faults;
    assert_eq!((faults[1].kind, faults[1].tenant, faults[1].seq), (Kind::TailCut, desk.tenants[0], 16));

    // No file at all.
    std::fs::remove_file(desk.checkpoints()).expect("removed");
    assert_eq!(altered(&desk.verify(None).await).told, "there is no file of checkpoints");
}
