//! What stands in the database, as somebody meets it who has the key folder and none of our code; and what becomes of
//! it when it is moved by hand.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use harness::aside::nothing_may_be_skipped;
use harness::safe::{Safe, scope, witness};
use rightsdesk_server::floor::kernel::{Personal, SubjectId};
use rightsdesk_server::floor::ledger::Witnessed;
use rightsdesk_server::floor::vault::{Opening, Place, Shut, SubjectKey};
use uuid::Uuid;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_envelope_that_was_moved_by_hand_does_not_open() {
    let safe = Safe::new().await;
    let (ours, theirs) = (safe.tenant().await, safe.tenant().await);
    let ids = safe.put(ours, vec!["one".into(), "two".into()]).await;
    let other = safe.put(theirs, vec!["three".into()]).await[0];
    let is_foreign = |opened: Vec<Opening<String>>| opened.iter().all(|opened| *opened == Err(Shut::Foreign));
    let (one, two) = (ids[0].uuid(), ids[1].uuid());

    safe.base.tamper(&format!("update secrets s set ct = o.ct from secrets o where s.id = '{one}' and o.id = '{two}'"));
    assert!(is_foreign(safe.read(ours, vec![ids[0]]).await), "another row's ciphertext");
    safe.base.tamper(&format!(
        "update secrets s set ct = o.ct, dek = o.dek, kek_version = o.kek_version from secrets o
          where s.id = '{one}' and o.id = '{two}'"
    ));
    assert!(is_foreign(safe.read(ours, vec![ids[0]]).await), "another row's ciphertext and key");
    safe.base.tamper(&format!("update secrets set generation = generation + 1 where id = '{two}'"));
    assert!(is_foreign(safe.read(ours, vec![ids[1]]).await), "another generation");
    safe.base.tamper(&format!("update secrets set tenant_id = '{}' where id = '{}'", ours.uuid(), other.uuid()));
    assert!(is_foreign(safe.read(ours, vec![other]).await), "another tenant's row");

    let end = safe.vault.rotate(&safe.ledger, |_| ()).await.expect("a rotation steps over what is shut");
    assert_eq!((end.secrets, end.shut > 0, end.retired), (0, true, 1));
    let draining = safe.base.lines(&format!(
        "select version::text as line from tenant_keys where tenant_id = '{}' and state = 'draining'",
        ours.uuid()
    ));
    assert_eq!(draining, ["1"], "the key of what is shut is kept");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_independent_script_opens_what_is_stored() {
    let Some(python) = python() else {
        assert!(!nothing_may_be_skipped(), "python3 with the package cryptography is missing");
        println!("NOT TRIED: this needs python3 with the package cryptography, which .ci/run installs");
        return;
    };
    let script = |keys: &Path, verb, input: &str| script(python, keys, verb, input);
    let safe = Safe::new().await;
    let tenant = safe.tenant().await;
    let id = safe.put(tenant, vec!["shpat_independent".into()]).await[0];
    let subject = SubjectId::fresh();
    let place = Place { tenant, table: "order_contact", column: "email", row: Uuid::from_u128(5), generation: 3 };
    let vault = safe.vault.clone();
    let sealed = safe.ledger.write(scope(tenant), move |tx| {
        let key = vault.sealer::<SubjectKey>(tx, subject)?.expect("a key");
        Ok(Witnessed::new(key.seal_personal(&place, &Personal::new("ada@example.com"))?, witness(tenant)))
    });
    let envelope: String =
        sealed.await.expect("sealed").bytes().iter().fold(String::new(), |s, b| s + &format!("{b:02x}"));
    safe.vault.rotate(&safe.ledger, |_| ()).await.expect("rotated");

    let secret = safe.base.lines(&format!(
        "select json_build_object('tenant', s.tenant_id, 'label', s.kind, 'row', s.id, 'generation', s.generation,
                  'dek', encode(s.dek, 'hex'), 'ct', encode(s.ct, 'hex'), 'kek',
                  json_build_object('id', k.id, 'version', k.version, 'wrapped', encode(k.wrapped, 'hex')))::text as line
           from secrets s join tenant_keys k
             on k.tenant_id = s.tenant_id and k.purpose = 'kek' and k.version = s.kek_version
          where s.id = '{}'", id.uuid()
    ));
    let personal = safe.base.lines(&format!(
        "select json_build_object('tenant', tenant_id, 'label', 'order_contact', 'column', 'email', 'row', '{}',
                  'generation', 3, 'envelope', '{envelope}', 'key',
                  json_build_object('table', 'subject_key', 'id', id, 'wrapped', encode(wrapped, 'hex')))::text as line
           from subject_keys where subject_id = '{}'",
        place.row,
        subject.uuid()
    ));
    let keys = safe.keys.path().join("keys");
    assert_eq!(script(&keys, "secret", &secret[0]), Ok("shpat_independent".to_owned()));
    assert_eq!(script(&keys, "personal", &personal[0]), Ok("ada@example.com".to_owned()));
    assert_eq!(script(&keys, "known-answers", ""), Ok("the known answers hold".to_owned()));
    for flawed in [
        secret[0].replace("store_secret", "store_tokens"),
        personal[0].replace("\"generation\" : 3", "\"generation\" : 2"),
    ] {
        assert!(flawed != secret[0] && flawed != personal[0], "the flaw was made: {flawed}");
        let verb = if flawed.contains("\"ct\"") { "secret" } else { "personal" };
        assert!(script(&keys, verb, &flawed).is_err(), "moved, and still it opened");
    }
}

/// One that speaks ciphers: the first on the path, or the system's own.
pub(super) fn python() -> Option<&'static str> {
    ["python3", "/usr/bin/python3"].into_iter().find(|python| {
        let found = Command::new(python).args(["-c", "import cryptography"]).output();
        found.is_ok_and(|found| found.status.success())
    })
}

fn script(python: &str, keys: &Path, verb: &str, input: &str) -> Result<String, String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/independent/open_envelope.py");
    let mut child = Command::new(python)
        .args([path, "--keys"])
        .arg(keys)
        .arg(verb)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("python3 is there");
    child.stdin.take().expect("its input").write_all(input.as_bytes()).expect("written");
    let ended = child.wait_with_output().expect("ends");
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).trim().to_owned();
    if ended.status.success() { Ok(text(ended.stdout)) } else { Err(text(ended.stderr)) }
}
