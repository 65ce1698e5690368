use super::*;
use crate::floor::vault::signing;
use crate::floor::vault::testing::hex;

fn desk() -> (tempfile::TempDir, KeyFiles) {
    let home = tempfile::tempdir().expect("a folder");
    let files = KeyFiles::open(KeySource::Folder(home.path().join("keys"))).expect("opens");
    (home, files)
}

fn prepared(files: &KeyFiles, kind: FileKind, version: u32) -> KeyBytes {
    let key = files.draw(kind, version).expect("drawn");
    files.prepare(kind, version, &key).expect("prepared");
    key
}

fn made(files: &KeyFiles, kind: FileKind, version: u32) -> KeyBytes {
    let key = prepared(files, kind, version);
    files.publish(kind, version).expect("published");
    key
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("there").mode() & 0o7777
}

fn chmod(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("chmod");
}

#[test]
fn a_key_is_made_once_and_readable_to_its_owner_only() {
    let (_home, files) = desk();
    let key = made(&files, FileKind::Root, 1);
    assert!(files.read(FileKind::Root, 1).expect("reads").bytes() == key.bytes());
    assert_eq!(mode(files.folder()), 0o700);
    assert_eq!(mode(&files.folder().join("root-0001.key")), 0o400);
    let again = files.draw(FileKind::Root, 1).err();
    assert_eq!(again, Some(KeyFault::Exists(files.folder().join("root-0001.key"))));
    files.publish(FileKind::Root, 1).expect("publishing twice is free");
    assert_eq!(fs::read_dir(files.folder()).expect("lists").count(), 1);
}

#[test]
fn keys_are_listed_by_kind_and_version_and_nothing_else_is() {
    let (_home, files) = desk();
    for (kind, version) in [(FileKind::Sign, 1), (FileKind::Epoch, 12), (FileKind::Root, 2), (FileKind::Root, 1)] {
        made(&files, kind, version);
    }
    prepared(&files, FileKind::Suppress, 1);
    fs::write(files.folder().join("root-3.key"), b"").expect("a stranger");
    fs::write(files.folder().join("notes.txt"), b"").expect("a stranger");
    let found = files.list().expect("lists");
    assert_eq!(found, [(FileKind::Root, 1), (FileKind::Root, 2), (FileKind::Epoch, 12), (FileKind::Sign, 1)]);
    assert!(files.folder().join("epoch-000012.key").exists());
}

#[test]
fn a_file_that_others_can_read_is_refused() {
    let (_home, files) = desk();
    made(&files, FileKind::Root, 1);
    let path = files.folder().join("root-0001.key");
    for open in [0o440, 0o404, 0o644] {
        chmod(&path, open);
        assert_eq!(files.read(FileKind::Root, 1).err(), Some(KeyFault::FileOpen(path.clone())));
    }
    chmod(&path, 0o400);
    assert!(files.read(FileKind::Root, 1).is_ok());
    chmod(files.folder(), 0o750);
    let folder = files.folder().to_owned();
    assert_eq!(KeyFiles::open(KeySource::Folder(folder.clone())).err(), Some(KeyFault::FolderOpen(folder)));
}

#[test]
fn a_short_long_or_missing_file_is_named_and_its_content_is_not() {
    let (_home, files) = desk();
    made(&files, FileKind::Epoch, 7);
    let path = files.folder().join("epoch-000007.key");
    for length in [0, 31, 33] {
        chmod(&path, 0o600);
        fs::write(&path, vec![b'K'; length]).expect("written");
        let fault = files.read(FileKind::Epoch, 7).err().expect("refused");
        assert_eq!(fault, KeyFault::Length(path.clone(), length as u64));
        let told = fault.to_string();
        assert!(told.contains("epoch-000007.key") && !told.contains("KK"), "{told}");
    }
    fs::remove_file(&path).expect("gone");
    assert_eq!(files.read(FileKind::Epoch, 7).err(), Some(KeyFault::Missing(path.clone())));
    fs::create_dir(&path).expect("a folder");
    assert_eq!(files.read(FileKind::Epoch, 7).err(), Some(KeyFault::NotAFile(path)));
}

#[test]
fn a_key_that_was_prepared_can_be_published_by_the_next_start() {
    let (_home, files) = desk();
    let key = prepared(&files, FileKind::Root, 1);
    let next = KeyFiles::open(KeySource::Folder(files.folder().to_owned())).expect("opens");
    assert!(next.read(FileKind::Root, 1).is_err());
    assert!(next.read_prepared(FileKind::Root, 1).expect("prepared").bytes() == key.bytes());
    next.publish(FileKind::Root, 1).expect("published");
    assert!(next.read(FileKind::Root, 1).expect("reads").bytes() == key.bytes());
}

#[test]
fn a_leftover_nobody_used_gives_way() {
    let (_home, files) = desk();
    let first = prepared(&files, FileKind::Root, 1);
    let second = made(&files, FileKind::Root, 1);
    assert!(first.bytes() != second.bytes());
    assert!(files.read(FileKind::Root, 1).expect("reads").bytes() == second.bytes());
}

#[test]
fn a_destroyed_key_is_gone_and_its_public_half_stays() {
    let (_home, files) = desk();
    let key = SignKey::new(&made(&files, FileKind::Sign, 1), 1);
    files.destroy(FileKind::Sign, 1).expect("destroyed");
    files.destroy(FileKind::Sign, 1).expect("destroying twice is free");
    assert!(files.read(FileKind::Sign, 1).is_err());
    let public = fs::read(files.folder().join("sign-0001.pub")).expect("the public key");
    let signature = key.sign("rightsdesk/checkpoint/1", b"{}");
    assert!(signing::verify(&public, "rightsdesk/checkpoint/1", b"{}", &signature));
}

#[test]
fn a_root_can_be_given_by_a_setting() {
    let home = tempfile::tempdir().expect("a folder");
    let open = |text: String| {
        KeyFiles::open(KeySource::GivenRoot { root: Secret::new(text), folder: home.path().join("keys") })
    };
    let (one, two) = ("0a".repeat(32), "F0".repeat(32));
    let files = open(format!("{one}\n")).expect("one root");
    assert_eq!(hex(files.read(FileKind::Root, 1).expect("given").bytes()), one);
    assert_eq!(files.draw(FileKind::Root, 2).err(), Some(KeyFault::Given(2)));
    made(&files, FileKind::Epoch, 1);
    assert_eq!(files.list().expect("lists"), [(FileKind::Root, 1), (FileKind::Epoch, 1)]);

    let files = open(format!("1:{one}, 2:{two}")).expect("two roots");
    assert_eq!(hex(files.draw(FileKind::Root, 2).expect("given").bytes()), two.to_lowercase());
    files.publish(FileKind::Root, 2).expect("nothing to do");
    assert!(!files.folder().join("root-0002.key").exists());

    for wrong in
        [one[1..].to_owned(), format!("{one}0"), "x".repeat(64), format!("0:{one}"), format!("1:{one},1:{two}")]
    {
        let fault = open(wrong.clone()).err().expect("refused");
        assert_eq!(fault, KeyFault::GivenForm);
        assert!(!fault.to_string().contains(&wrong));
    }
}
