//! Keys are turned while people work and processes are killed: every acknowledged secret opens afterwards, nothing
//! stands under an old key, and a desk with the wrong keys does not start.

use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use harness::desk;
use harness::safe::{Safe, open, scope, witness};
use rand::RngExt;
use rightsdesk_server::floor::kernel::{Error, Mode, Personal, SubjectId, TenantId};
use rightsdesk_server::floor::ledger::{Ledger, Witnessed};
use rightsdesk_server::floor::vault::{
    FileKind, KeySource, KeyState, Place, RequestKey, SecretId, Shut, SubjectKey, Vault,
};
use uuid::Uuid;

/// Secrets that are rotated under load. The full count runs before a release.
const SECRETS: usize = if option_env!("RIGHTSDESK_FULL_COUNTS").is_some() { 100_000 } else { 10_000 };
const TENANTS: usize = 4;
const KILLS: usize = if option_env!("RIGHTSDESK_FULL_COUNTS").is_some() { 50 } else { 5 };

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rotation_under_load_and_kills_loses_no_secret() {
    let safe = Arc::new(Safe::new().await);
    let mut homes = Vec::new();
    let mut expected: HashMap<SecretId, (TenantId, String)> = HashMap::new();
    for _ in 0..TENANTS {
        let tenant = safe.tenant().await;
        let mut own = Vec::new();
        for batch in 0..SECRETS / TENANTS / 500 {
            let values: Vec<String> = (0..500).map(|at| format!("token {batch}/{at}")).collect();
            let ids = safe.put(tenant, values.clone()).await;
            expected.extend(ids.iter().zip(values).map(|(id, value)| (*id, (tenant, value))));
            own.extend(ids);
        }
        homes.push((tenant, own));
    }

    let busy = Arc::new(AtomicBool::new(true));
    let writers: Vec<_> =
        homes.into_iter().map(|(tenant, own)| tokio::spawn(work(safe.clone(), busy.clone(), tenant, own))).collect();
    let began = Instant::now();
    let (url, keys) = (safe.base.online.expose().to_owned(), safe.keys.path().join("keys"));
    let (root, killed) = tokio::task::spawn_blocking(move || rotate_with_kills(&url, &keys)).await.expect("the killer");
    let took = began.elapsed();
    busy.store(false, Ordering::SeqCst);
    let mut meanwhile = 0;
    for writer in writers {
        let (changed, gone, count) = writer.await.expect("a writer that met no failure");
        expected.extend(changed);
        for id in gone {
            expected.remove(&id);
        }
        meanwhile += count;
    }
    println!("{SECRETS} secrets, {killed} kills, {meanwhile} calls meanwhile, {:.1} s in all", took.as_secs_f64());

    let mut roots = versions(&safe, FileKind::Root).await;
    assert_eq!(roots.pop(), Some((root, KeyState::Active)));
    assert!(!roots.is_empty() && roots.iter().all(|(_, state)| *state == KeyState::Retired), "{roots:?}");
    let strays = safe.base.lines(
        "select count(*)::text as line from secrets s where not exists (select from tenant_keys k
          where k.tenant_id = s.tenant_id and k.purpose = 'kek' and k.version = s.kek_version and k.state = 'active')",
    );
    assert_eq!(strays, ["0"], "secrets under an old key");
    assert_eq!(safe.base.lines("select count(*)::text as line from secrets"), [expected.len().to_string()]);
    let strays =
        safe.base.lines(&format!("select count(*)::text as line from tenant_keys where root_version <> {root}"));
    assert_eq!(strays, ["0"], "tenants' keys under an old root");
    everything_opens(&safe, &expected).await;

    let began = Instant::now();
    let end = safe.vault.rotate(&safe.ledger, |_| ()).await.expect("rotates again");
    let took = began.elapsed().as_secs_f64();
    assert_eq!((end.version, end.secrets, end.shut), (root + 1, expected.len() as u64, 0));
    let rate = f64::from(u32::try_from(end.secrets).expect("a count")) / took;
    println!("undisturbed: {} secrets in {took:.2} s, {rate:.0} rows a second", end.secrets);
    everything_opens(&safe, &expected).await;
    let newest = safe.base.lines("select distinct max(version)::text as line from tenant_keys group by tenant_id");
    assert_eq!(newest, [(root + 1).to_string()], "one kek a tenant and rotation, however often it was broken off");
}

/// Overwrites, adds, deletes and reads one tenant's secrets until told to stop. Returns what it was acknowledged.
type Work = (HashMap<SecretId, (TenantId, String)>, Vec<SecretId>, usize);

async fn work(safe: Arc<Safe>, busy: Arc<AtomicBool>, tenant: TenantId, mut own: Vec<SecretId>) -> Work {
    let (mut changed, mut gone, mut count) = (HashMap::new(), Vec::new(), 0);
    while busy.load(Ordering::SeqCst) {
        let at = rand::rng().random_range(0..own.len());
        let value = format!("written {count}");
        match count % 4 {
            0 => {
                let id = safe.put(tenant, vec![value.clone()]).await[0];
                own.push(id);
                changed.insert(id, (tenant, value));
            }
            1 => {
                let id = own.swap_remove(at);
                safe.delete(tenant, id).await;
                changed.remove(&id);
                gone.push(id);
            }
            2 => {
                safe.reseal(tenant, own[at], value.clone()).await;
                changed.insert(own[at], (tenant, value));
            }
            _ => {
                let opened = safe.read(tenant, vec![own[at]]).await.remove(0);
                assert!(opened.is_ok(), "shut in the middle of a rotation: {opened:?}");
            }
        }
        count += 1;
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    (changed, gone, count)
}

/// Starts rotations as processes and kills them after a few pages, until one is let through. Returns the root it
/// ended with, and how many were killed: one that had ended before the kill reached it counts as let through.
fn rotate_with_kills(url: &str, keys: &std::path::Path) -> (u32, usize) {
    let mut killed = 0;
    loop {
        let mut child = Command::new(desk::program())
            .arg("rotate")
            .arg(url)
            .arg(keys)
            .stdout(Stdio::piped())
            .spawn()
            .expect("e2e-desk starts");
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines().map_while(Result::ok);
        if killed < KILLS {
            if killed == 0 {
                // Before it has said anything: somewhere between its start and its first page.
                std::thread::sleep(Duration::from_millis(rand::rng().random_range(20..120)));
            } else {
                lines.by_ref().take(rand::rng().random_range(1..=3)).for_each(drop);
            }
            child.kill().expect("killed");
            killed += 1;
        }
        let last = lines.last().unwrap_or_default();
        let ended = child.wait().expect("ends");
        if let Some(done) = last.strip_prefix("done ") {
            let words: Vec<u32> = done.split(' ').map(|word| word.parse().expect("a number")).collect();
            assert_eq!(words[2], 0, "shut: {last}");
            return (words[0], killed);
        }
        assert!(!ended.success() && killed <= KILLS, "a rotation that nobody killed broke off: {last}");
    }
}

async fn everything_opens(safe: &Safe, expected: &HashMap<SecretId, (TenantId, String)>) {
    let mut by_tenant: HashMap<TenantId, Vec<(SecretId, &str)>> = HashMap::new();
    for (id, (tenant, value)) in expected {
        by_tenant.entry(*tenant).or_default().push((*id, value));
    }
    for (tenant, secrets) in by_tenant {
        for page in secrets.chunks(1000) {
            let opened = safe.read(tenant, page.iter().map(|(id, _)| *id).collect()).await;
            for ((id, value), opened) in page.iter().zip(opened) {
                assert_eq!(opened.as_deref(), Ok(*value), "{id}");
            }
        }
    }
}

async fn versions(safe: &Safe, kind: FileKind) -> Vec<(u32, KeyState)> {
    let status = safe.vault.status(&safe.ledger).await.expect("status");
    status.into_iter().filter(|key| key.kind == kind).map(|key| (key.version, key.state)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_epoch_turns_and_the_forgotten_stay_forgotten() {
    let safe = Safe::new().await;
    let tenant = safe.tenant().await;
    let (living, erased, never) = (SubjectId::fresh(), SubjectId::fresh(), SubjectId::fresh());
    let request = Uuid::from_u128(7);
    let place = Place { tenant, table: "order_contact", column: "email", row: Uuid::from_u128(1), generation: 0 };

    let vault = safe.vault.clone();
    let sealed = safe.ledger.write(scope(tenant), move |tx| {
        let john =
            vault.sealer::<SubjectKey>(tx, living)?.expect("a key").seal_personal(&place, &Personal::new("john"))?;
        let jane =
            vault.sealer::<SubjectKey>(tx, erased)?.expect("a key").seal_personal(&place, &Personal::new("jane"))?;
        let mail = vault.sealer::<RequestKey>(tx, request)?.expect("a key").seal_blob(&place, b"please forget me")?;
        assert!(vault.forget::<SubjectKey>(tx, erased)? && vault.forget::<SubjectKey>(tx, never)?);
        assert!(!vault.forget::<SubjectKey>(tx, erased)?, "twice is free");
        assert_eq!(vault.sealer::<SubjectKey>(tx, erased)?.err(), Some(Shut::Forgotten), "no second key");
        assert_eq!(vault.sealer::<SubjectKey>(tx, never)?.err(), Some(Shut::Forgotten), "not even a first one");
        Ok(Witnessed::new((john, jane, mail), witness(tenant)))
    });
    let (john, jane, mail) = sealed.await.expect("sealed");

    let end = safe.vault.turn_epoch(&safe.ledger, |_| ()).await.expect("turns");
    assert_eq!((end.version, end.keys, end.shut, end.retired), (2, 2, 0, 1));
    assert_eq!(versions(&safe, FileKind::Epoch).await, [(1, KeyState::Retired), (2, KeyState::Active)]);
    safe.vault.destroy(&safe.ledger, FileKind::Epoch, 1).await.expect("destroyed");
    assert!(safe.vault.destroy(&safe.ledger, FileKind::Epoch, 2).await.is_err(), "the active one is needed");
    assert!(!safe.keys.path().join("keys/epoch-000001.key").exists());

    let vault = open(&safe.ledger, &safe.keys).await.expect("starts without the destroyed epoch");
    let look = safe.ledger.reveal(scope(tenant), "test", move |tx| {
        let key = vault.subject_key(tx, living, "email")?.expect("john's key");
        assert_eq!(key.open_personal(&place, &john).expect("opens").disclose(), "john");
        assert_eq!(key.open_personal(&place, &jane).err(), Some(Shut::Foreign));
        assert_eq!(vault.subject_key(tx, erased, "email")?.err(), Some(Shut::Forgotten));
        let key = vault.request_key(tx, request, "intake")?.expect("the request's key");
        assert_eq!(key.open_blob(&place, &mail).expect("opens").bytes(), b"please forget me");
        Ok(())
    });
    look.await.expect("the look");
    let seen = safe.base.lines("select count(*)::text as line from access_log where subject_id is not null");
    assert_eq!(seen, ["2"], "one access row per person looked at");
}

/// Two whole turnings by another process, while `safe`'s own stands still.
fn overtake(safe: &Safe, turn: &impl AsyncFn(&Vault, &Ledger)) {
    tokio::task::block_in_place(|| {
        tokio::runtime::Handle::current().block_on(async {
            let other = open(&safe.ledger, &safe.keys).await.expect("opens");
            turn(&other, &safe.ledger).await;
            turn(&other, &safe.ledger).await;
        });
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_helper_that_was_overtaken_puts_nothing_back_under_an_old_root() {
    let safe = Safe::new().await;
    let mut expected = HashMap::new();
    for at in 0..3 {
        let tenant = safe.tenant().await;
        let value = format!("token {at}");
        expected.insert(safe.put(tenant, vec![value.clone()]).await[0], (tenant, value));
    }

    let mut pages = 0;
    let late = safe.vault.rotate(&safe.ledger, |_| {
        pages += 1;
        if pages == 1 {
            overtake(&safe, &async |vault, ledger| {
                vault.rotate(ledger, |_| ()).await.expect("rotates");
            });
        }
    });
    let end = late.await.expect("goes on under the root that is active");

    assert_eq!((end.version, end.shut), (3, 0));
    let roots = safe.base.lines("select distinct root_version::text as line from tenant_keys where purpose = 'kek'");
    assert_eq!(roots, ["3"]);
    for old in [1, 2] {
        safe.vault.destroy(&safe.ledger, FileKind::Root, old).await.expect("nothing needs it");
    }
    everything_opens(&safe, &expected).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_helper_that_was_overtaken_puts_nothing_back_under_an_old_epoch() {
    let safe = Safe::new().await;
    for _ in 0..3 {
        let (tenant, vault) = (safe.tenant().await, safe.vault.clone());
        let made = safe.ledger.write(scope(tenant), move |tx| {
            assert!(vault.sealer::<SubjectKey>(tx, SubjectId::fresh())?.is_ok());
            Ok(Witnessed::new((), witness(tenant)))
        });
        made.await.expect("a person's key");
    }

    let mut pages = 0;
    let late = safe.vault.turn_epoch(&safe.ledger, |_| {
        pages += 1;
        if pages == 1 {
            overtake(&safe, &async |vault, ledger| {
                vault.turn_epoch(ledger, |_| ()).await.expect("turns");
            });
        }
    });
    let end = late.await.expect("goes on under the epoch that is active");

    assert_eq!((end.version, end.shut), (3, 0));
    assert_eq!(safe.base.lines("select distinct epoch::text as line from subject_keys"), ["3"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_rows_stand_under_is_not_destroyed() {
    let safe = Safe::new().await;
    let tenant = safe.tenant().await;
    safe.put(tenant, vec!["one".into()]).await;
    safe.vault.rotate(&safe.ledger, |_| ()).await.expect("rotated");
    assert_eq!(versions(&safe, FileKind::Root).await, [(1, KeyState::Retired), (2, KeyState::Active)]);
    safe.base.tamper("update tenant_keys set root_version = 1 where purpose = 'kek' and state = 'active'");

    let refused = safe.vault.destroy(&safe.ledger, FileKind::Root, 1).await;

    assert!(matches!(&refused, Err(Error::Refused(refusal)) if refusal.code == "KEY_IN_USE"), "{refused:?}");
    assert!(safe.keys.path().join("keys/root-0001.key").exists());
    assert_eq!(versions(&safe, FileKind::Root).await[0], (1, KeyState::Retired));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tenant_whose_active_key_is_shut_ends_no_rotation() {
    let safe = Safe::new().await;
    let (shut, sound) = (safe.tenant().await, safe.tenant().await);
    assert!(shut < sound, "the rotation comes to it first");
    let theirs = safe.put(shut, vec!["one".into()]).await;
    let ours = safe.put(sound, vec!["two".into()]).await;
    let shut_id = shut.uuid();
    safe.base.tamper(&format!(
        "update tenant_keys set state = 'draining' where tenant_id = '{shut_id}';
         insert into tenant_keys (tenant_id, id, purpose, version, made_under, root_version, wrapped)
         select tenant_id, gen_random_uuid(), 'kek', 2, 9, 1, 'no envelope' from tenant_keys where tenant_id = '{shut_id}'"
    ));

    let end = safe.vault.rotate(&safe.ledger, |_| ()).await.expect("goes on");

    assert_eq!((end.version, end.secrets), (2, 1), "the sound one's");
    assert!(end.shut >= 2, "the key, and the secret that cannot be brought under it: {end:?}");
    assert_eq!(safe.read(shut, theirs).await.remove(0).as_deref(), Ok("one"), "the draining key still opens it");
    assert_eq!(safe.read(sound, ours).await.remove(0).as_deref(), Ok("two"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_desk_with_the_wrong_keys_does_not_start() {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    let safe = Safe::new().await;
    let folder = safe.keys.path().join("keys");
    let root = folder.join("root-0001.key");
    let good = fs::read(&root).expect("the key");
    let write = |path: &std::path::Path, bytes: &[u8]| {
        let _ = fs::remove_file(path);
        fs::write(path, bytes).expect("written");
        fs::set_permissions(path, fs::Permissions::from_mode(0o400)).expect("chmod");
    };
    let refusal = async || open(&safe.ledger, &safe.keys).await.err().expect("refused");

    write(&root, &good[..31]);
    fs::remove_file(folder.join("epoch-000001.key")).expect("gone");
    let told = refusal().await;
    assert!(told.contains("root-0001.key is 31 bytes long"), "{told}");
    assert!(told.contains("epoch-000001.key is missing"), "all at once: {told}");

    let safe = Safe::new().await;
    let folder = safe.keys.path().join("keys");
    let refusal = async || open(&safe.ledger, &safe.keys).await.err().expect("refused");
    let root = folder.join("root-0001.key");
    let good = fs::read(&root).expect("the key");
    write(&root, &[b'K'; 32]);
    let told = refusal().await;
    assert!(told.contains("root-0001.key is not the key") && !told.contains("KKKK"), "{told}");
    write(&root, &good);
    write(&folder.join("root-0002.key"), &[b'K'; 32]);
    let told = refusal().await;
    assert!(told.contains("does not know") && told.contains("root-0002.key"), "{told}");
    fs::remove_file(folder.join("root-0002.key")).expect("gone");
    let source = KeySource::Folder(folder.clone());
    let told = Vault::open(&safe.ledger, source, Mode::Production).await.err().expect("refused").to_string();
    assert!(told.contains("mode development") && told.contains("mode production"), "{told}");
    open(&safe.ledger, &safe.keys).await.expect("and with everything right it starts");

    // Killed after the row committed and before the file got its name: the next start completes it.
    fs::rename(&root, folder.join("root-0001.key.new")).expect("renamed");
    open(&safe.ledger, &safe.keys).await.expect("completes the key");
    assert!(root.exists());
    // Killed before the row committed: a leftover nobody used.
    write(&folder.join("root-0002.key.new"), &[b'K'; 32]);
    open(&safe.ledger, &safe.keys).await.expect("starts beside a leftover");
    safe.vault.rotate(&safe.ledger, |_| ()).await.expect("and turns over it");
    assert_ne!(fs::read(folder.join("root-0002.key")).expect("the new root"), [b'K'; 32]);
}
