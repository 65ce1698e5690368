//! Nobody turns an epoch by hand: time goes by, it is turned and destroyed, and from then on no old copy of the database opens
//! what was erased. What is held of others opens all the while, and an epoch that something still stands under stays.

use chrono::Duration;
use harness::safe::witness;
use harness::world::{World, forenoon};
use rightsdesk_server::floor::kernel::{Day, Mode, Personal, Sealed, SubjectId, Watch};
use rightsdesk_server::floor::ledger::Witnessed;
use rightsdesk_server::floor::vault::{FileKind, KeySource, KeyState, Opening, Place, Shut, SubjectKey, Vault, epochs};
use uuid::Uuid;

/// Two people of whom something is sealed.
struct Two {
    world: World,
    living: (SubjectId, Sealed),
    erased: (SubjectId, Sealed),
}

fn place(world: &World) -> Place<'static> {
    let row = Uuid::from_u128(1);
    Place { tenant: world.tenant, table: "order_contact", column: "email", row, generation: 0 }
}

async fn works(world: &World) {
    while world.work().await > 0 {}
}

impl Two {
    async fn begin() -> Self {
        let world = World::alone(Watch::held(forenoon())).await;
        // The schedules are planted.
        works(&world).await;
        let (john, jane, place, vault) =
            (SubjectId::fresh(), SubjectId::fresh(), place(&world), world.tools.vault.clone());
        let tenant = world.tenant;
        let sealed = world.ledger.write(world.scope(tenant), move |tx| {
            let john =
                vault.sealer::<SubjectKey>(tx, john)?.expect("a key").seal_personal(&place, &Personal::new("john"))?;
            let jane =
                vault.sealer::<SubjectKey>(tx, jane)?.expect("a key").seal_personal(&place, &Personal::new("jane"))?;
            Ok(Witnessed::new((john, jane), witness(tenant)))
        });
        let (of_john, of_jane) = sealed.await.expect("sealed");
        Self { world, living: (john, of_john), erased: (jane, of_jane) }
    }

    /// The statement that brings the row of this person's key back as it stands now, as an old copy of the database would.
    fn copy_of(&self, person: SubjectId) -> String {
        let of = format!(
            "select format('update subject_keys set wrapped = %L, epoch = %s, destroyed_at = null where subject_id = %L',
                           wrapped::text, epoch, subject_id) as line
               from subject_keys where subject_id = '{}'",
            person.uuid()
        );
        self.world.base.lines(&of).remove(0)
    }

    fn forgets(&self, person: SubjectId) {
        self.world.base.tamper(&format!(
            "update subject_keys set wrapped = null, epoch = null, destroyed_at = now() where subject_id = '{}'",
            person.uuid()
        ));
    }

    async fn days_go_by(&self, days: i64) {
        self.world.later(Duration::days(days));
        works(&self.world).await;
    }

    async fn epochs(&self) -> Vec<(u32, KeyState)> {
        epochs_of(&self.world, &self.world.tools.vault).await
    }

    fn is_on_disk(&self, version: u32) -> bool {
        self.world.keys.join(FileKind::Epoch.file_name(version)).exists()
    }

    /// The day that a certificate would name now.
    async fn gone_by(&self) -> Option<Day> {
        let scope = self.world.scope(self.world.tenant);
        self.world.ledger.read(&scope, epochs::gone_by).await.expect("readable")
    }

    async fn reads(&self, who: &(SubjectId, Sealed)) -> Opening<String> {
        reads(&self.world, &self.world.tools.vault, who).await
    }
}

async fn epochs_of(world: &World, vault: &Vault) -> Vec<(u32, KeyState)> {
    let status = vault.status(&world.ledger).await.expect("status");
    status.into_iter().filter(|key| key.kind == FileKind::Epoch).map(|key| (key.version, key.state)).collect()
}

/// A vault as a process has it that starts now.
async fn fresh_vault(world: &World) -> Vault {
    let source = KeySource::Folder(world.keys.clone());
    Vault::open(&world.ledger, source, Mode::Development).await.expect("the vault opens")
}

async fn reads(world: &World, vault: &Vault, (person, sealed): &(SubjectId, Sealed)) -> Opening<String> {
    let (vault, person, sealed, place) = (vault.clone(), *person, sealed.clone(), place(world));
    let look = world.ledger.reveal(world.scope(world.tenant), "test", move |tx| {
        let key = vault.subject_key(tx, person, "email")?;
        Ok(key.and_then(|key| key.open_personal(&place, &sealed)).map(|clear| clear.disclose().to_owned()))
    });
    look.await.expect("the look")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_its_time_no_old_copy_opens_what_was_erased() {
    let two = Two::begin().await;
    let said = two.gone_by().await.expect("a day");
    let (old, erased) = (two.copy_of(two.erased.0), two.erased.0);
    two.forgets(erased);

    two.days_go_by(29).await;
    assert_eq!(two.epochs().await, [(1, KeyState::Active)]);
    two.days_go_by(1).await;
    assert_eq!(two.epochs().await, [(1, KeyState::Retired), (2, KeyState::Active)]);
    assert_eq!(two.reads(&two.living).await.as_deref(), Ok("john"));
    two.world.base.tamper(&old);
    assert_eq!(two.reads(&two.erased).await.as_deref(), Ok("jane"), "the copy is a whole one, and recent ones open");
    two.forgets(erased);
    two.days_go_by(6).await;
    assert!(two.is_on_disk(1), "a dump opens for seven days at least");

    two.days_go_by(1).await;
    assert_eq!(two.epochs().await, [(1, KeyState::Destroyed), (2, KeyState::Active)]);
    assert!(!two.is_on_disk(1) && two.is_on_disk(2));
    assert_eq!(two.world.tools.watch.now().day(), said, "as every certificate said");
    assert_eq!(two.reads(&two.living).await.as_deref(), Ok("john"));
    two.world.base.tamper(&old);
    assert_eq!(two.reads(&two.erased).await, Err(Shut::Forgotten));
    let fresh = fresh_vault(&two.world).await;
    assert_eq!(reads(&two.world, &fresh, &two.erased).await, Err(Shut::Forgotten));
    assert_eq!(reads(&two.world, &fresh, &two.living).await.as_deref(), Ok("john"));
    let told = "select action || ' ' || count(*) as line from audit_events
                 where action like 'key.%' and encode(payload, 'escape') like '%epoch%' group by action order by 1";
    assert_eq!(two.world.base.lines(told), ["key.destroyed 1", "key.made 2"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_epoch_that_something_stands_under_stays_and_no_day_is_said() {
    let two = Two::begin().await;
    let (old, shut) = (two.copy_of(two.living.0), two.erased.0);
    two.days_go_by(30).await;
    assert_eq!(two.epochs().await, [(1, KeyState::Retired), (2, KeyState::Active)]);
    // What came back under it, and what opens under nothing.
    two.world.base.tamper(&old);
    let broken =
        format!("update subject_keys set epoch = 1, wrapped = 'no envelope' where subject_id = '{}'", shut.uuid());
    two.world.base.tamper(&broken);

    two.days_go_by(8).await;
    assert_eq!(two.epochs().await, [(1, KeyState::Retired), (2, KeyState::Active)]);
    assert!(two.is_on_disk(1), "a row stands under it");
    assert_eq!(two.reads(&two.living).await.as_deref(), Ok("john"));
    let stands = format!("select epoch::text as line from subject_keys where subject_id = '{}'", two.living.0.uuid());
    assert_eq!(two.world.base.lines(&stands), ["2"], "it was brought along");
    assert_eq!(two.gone_by().await, None, "nobody could keep a day");
    let behind = two.world.tools.vault.epochs_behind(&two.world.ledger).await.expect("counted");
    assert_eq!(behind, 1);

    two.forgets(shut);
    two.world.later(Duration::hours(1));
    works(&two.world).await;
    assert_eq!(two.epochs().await, [(1, KeyState::Destroyed), (2, KeyState::Active)]);
    assert!(!two.is_on_disk(1) && two.gone_by().await.is_some());
    assert_eq!(two.reads(&two.living).await.as_deref(), Ok("john"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_that_died_between_the_row_and_the_file_is_followed() {
    let two = Two::begin().await;
    let file = two.world.keys.join(FileKind::Epoch.file_name(1));
    let secret = std::fs::read(&file).expect("the key");
    two.days_go_by(30).await;
    two.days_go_by(7).await;
    assert!(!two.is_on_disk(1));
    std::fs::write(&file, secret).expect("as if it had died before the file went");

    two.world.later(Duration::hours(1));
    works(&two.world).await;

    assert!(!two.is_on_disk(1));
    assert_eq!(two.epochs().await, [(1, KeyState::Destroyed), (2, KeyState::Active)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_of_before_a_turning_opens_with_the_keys_of_today() {
    let two = Two::begin().await;
    two.days_go_by(28).await;
    let backup = two.world.backup().await;
    two.days_go_by(2).await;
    assert_eq!(two.epochs().await, [(1, KeyState::Retired), (2, KeyState::Active)]);

    let old = two.world.restored(backup);
    let vault = fresh_vault(&old).await;
    assert_eq!(reads(&old, &vault, &two.living).await.as_deref(), Ok("john"));
    assert_eq!(epochs_of(&old, &vault).await, [(1, KeyState::Draining), (2, KeyState::Active)]);

    // It counts as old as the first, so it is turned at once.
    vault.tend_epochs(&old.ledger).await.expect("a round");
    assert_eq!(epochs_of(&old, &vault).await, [(1, KeyState::Retired), (2, KeyState::Retired), (3, KeyState::Active)]);
    assert_eq!(reads(&old, &fresh_vault(&old).await, &two.living).await.as_deref(), Ok("john"));
}
