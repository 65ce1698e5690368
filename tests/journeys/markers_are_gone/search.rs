//! Looks for marks wherever the desk keeps something: in rows as they are stored, in what any key opens that is there still,
//! in files and what they are packed of, in the journal and in the log; in every way in which somebody may have written
//! them.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use harness::logs;
use harness::world::World;
use rightsdesk_server::floor::datamap::Of;
use rightsdesk_server::floor::kernel::{Sealed, SubjectId, TenantId};
use rightsdesk_server::floor::vault::{Header, Place, Purpose};
use rightsdesk_server::roof::map::MAP;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::journeys::canaries_are_searched_for::needles::Needles;

/// A mark that stands somewhere.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hit {
    pub mark: String,
    pub way: &'static str,
    /// A table, a table's column that a key opened, a file, or the log.
    pub place: String,
    /// Whose key opened it, where one did: a person's, a contact's, a hold's.
    pub owner: Option<Uuid>,
}

/// What is looked for, and where.
pub struct Search {
    needles: Needles,
    home: PathBuf,
}

/// A value as it is stored, that some key may open.
#[derive(Debug, Clone)]
struct Envelope {
    tenant: TenantId,
    label: &'static str,
    table: &'static str,
    column: &'static str,
    row: Uuid,
    generation: u32,
    bytes: Vec<u8>,
}

impl Search {
    /// For these marks, in what a desk keeps below this folder.
    pub fn of(marks: &BTreeSet<String>, home: &Path) -> Self {
        let digests: Vec<(String, String)> =
            marks.iter().map(|mark| (mark.clone(), HEXLOWER.encode(&Sha256::digest(mark)))).collect();
        let plain = marks.iter().map(|mark| (mark.as_str(), mark.as_str()));
        let digests = digests.iter().map(|(mark, digest)| (mark.as_str(), digest.as_str()));
        Self { needles: Needles::of(plain.chain(digests)), home: home.to_owned() }
    }

    /// Everywhere.
    pub async fn look(&self, world: &World) -> BTreeSet<Hit> {
        let mut hits = self.in_rows(world);
        for (envelope, owner, clear) in opened(world).await {
            let place = format!("{}.{}", envelope.table, envelope.column);
            hits.extend(self.within(&clear, &place, Some(owner)));
        }
        let mut files = 0;
        for path in below(&self.home) {
            let bytes = std::fs::read(&path).unwrap_or_default();
            hits.extend(self.within(&bytes, &path.display().to_string(), None));
            files += 1;
        }
        assert!(files > 1, "there are keys and a journal below {}", self.home.display());
        hits.extend(self.within(&logs::heard(), "the log", None));
        hits
    }

    /// In these bytes, in what they say once they are unfolded, and in what is packed in them.
    pub fn within(&self, bytes: &[u8], place: &str, owner: Option<Uuid>) -> BTreeSet<Hit> {
        let mut hits = BTreeSet::new();
        for layer in layers(bytes) {
            let found = self.needles.found_in(&layer, place);
            hits.extend(found.into_iter().map(|found| Hit {
                mark: found.word,
                way: found.way,
                place: found.place,
                owner,
            }));
        }
        hits
    }

    /// In every row of every table, as text and as the bytes that stand in it.
    fn in_rows(&self, world: &World) -> BTreeSet<Hit> {
        let tables = world.base.lines(
            "select quote_ident(table_schema) || '.' || quote_ident(table_name) as line from information_schema.tables
              where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')",
        );
        assert!(tables.len() > 60, "{} tables", tables.len());
        let mut hits = BTreeSet::new();
        for table in tables {
            // A row as text has every backslash twice.
            let rows = world.base.lines(&format!("select t::text as line from {table} t"));
            let rows = rows.join("\n").replace(r"\\", r"\");
            hits.extend(self.within(rows.as_bytes(), &table, None));
            hits.extend(self.within(&bytes_in(&rows), &table, None));
        }
        hits
    }
}

/// What stands in rows as bytes.
fn bytes_in(rows: &str) -> Vec<u8> {
    let mut all = Vec::new();
    for part in rows.split("\\x").skip(1) {
        let digits = part.bytes().take_while(u8::is_ascii_hexdigit).count();
        let even = digits - digits % 2;
        if let Ok(bytes) = HEXLOWER.decode(&part.as_bytes()[..even]) {
            all.extend(bytes);
            all.push(b'\n');
        }
    }
    all
}

/// The bytes themselves, as they read where lines were broken and letters written as codes, and what they are packed of.
fn layers(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut layers = vec![bytes.to_vec()];
    if bytes.contains(&b'=') {
        layers.push(unfolded(bytes));
    }
    assert!(!bytes.starts_with(&[0x1f, 0x8b]), "something is packed in a way that nobody unpacks here");
    if bytes.starts_with(b"PK\x03\x04") {
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("an archive");
        for at in 0..archive.len() {
            let mut inside = Vec::new();
            archive.by_index(at).expect("a file").read_to_end(&mut inside).expect("read");
            layers.extend(self::layers(&inside));
        }
    }
    layers
}

/// Quoted-printable, read.
fn unfolded(bytes: &[u8]) -> Vec<u8> {
    let (mut plain, mut rest) = (Vec::with_capacity(bytes.len()), bytes);
    while let Some((first, after)) = rest.split_first() {
        let code = after.get(..2).and_then(|code| std::str::from_utf8(code).ok());
        let byte = code.and_then(|code| u8::from_str_radix(code, 16).ok());
        rest = match (first, byte) {
            (b'=', _) if after.starts_with(b"\r\n") => &after[2..],
            (b'=', _) if after.starts_with(b"\n") => &after[1..],
            (b'=', Some(byte)) => {
                plain.push(byte);
                &after[2..]
            }
            _ => {
                plain.push(*first);
                after
            }
        };
    }
    plain
}

fn below(folder: &Path) -> Vec<PathBuf> {
    let (mut files, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files
}

/// Every value about a person that stands somewhere, sealed.
fn envelopes(world: &World) -> Vec<Envelope> {
    let mut all = Vec::new();
    for table in MAP.tables().filter(|table| table.of == Of::Tenant) {
        for column in table.columns.iter().filter(|column| column.mask().is_some()) {
            let lines = world.base.lines(&format!(
                "select concat_ws(' ', tenant_id, {}, {}, encode({}, 'hex')) as line from {} where octet_length({}) > 0",
                table.row_key(),
                column.generation.unwrap_or("0"),
                column.name,
                table.name,
                column.name
            ));
            all.extend(lines.iter().map(|line| {
                let words: Vec<&str> = line.split(' ').collect();
                let [tenant, row, generation, bytes] = words[..] else { panic!("{}: {line}", table.name) };
                Envelope {
                    tenant: TenantId::from_uuid(tenant.parse().expect("an id")),
                    label: table.label.unwrap_or(table.name),
                    table: table.name,
                    column: column.name,
                    row: row.parse().expect("an id"),
                    generation: generation.parse().expect("a number"),
                    bytes: HEXLOWER.decode(bytes.as_bytes()).expect("hex"),
                }
            }));
        }
    }
    all
}

/// Who has a key that opens something still, by tenant.
fn owners(world: &World, of: &str) -> BTreeMap<Uuid, Vec<Uuid>> {
    let (table, owner) = of.split_once('.').expect("two words");
    let sql = format!("select concat_ws(' ', tenant_id, {owner}) as line from {table} where wrapped is not null");
    let mut all: BTreeMap<Uuid, Vec<Uuid>> = BTreeMap::new();
    for line in world.base.lines(&sql) {
        let (tenant, owner) = line.split_once(' ').expect("two ids");
        all.entry(tenant.parse().expect("an id")).or_default().push(owner.parse().expect("an id"));
    }
    all
}

/// Whatever opens, with every key that is there: each value in clear, and whose key that was.
async fn opened(world: &World) -> Vec<(Envelope, Uuid, Vec<u8>)> {
    let (subjects, contacts) = (owners(world, "subject_keys.subject_id"), owners(world, "request_keys.owner_id"));
    let mut by_tenant: BTreeMap<Uuid, Vec<Envelope>> = BTreeMap::new();
    for envelope in envelopes(world) {
        by_tenant.entry(envelope.tenant.uuid()).or_default().push(envelope);
    }
    let mut all = Vec::new();
    for (tenant, envelopes) in by_tenant {
        let persons: Vec<SubjectId> =
            subjects.get(&tenant).into_iter().flatten().map(|id| SubjectId::from_uuid(*id)).collect();
        let contacts = contacts.get(&tenant).cloned().unwrap_or_default();
        let (vault, scope) = (world.tools.vault.clone(), world.scope(TenantId::from_uuid(tenant)));
        let clear = world.ledger.reveal(scope, "test", move |tx| {
            let mut clear = Vec::new();
            for (person, key) in vault.subject_keys(tx, &persons, "test")? {
                let key = key.unwrap_or_else(|shut| panic!("the key of {person:?}: {shut:?}"));
                for envelope in sealed_under(&envelopes, key.id()) {
                    let (place, sealed) = (place(envelope), Sealed::from_bytes(envelope.bytes.clone()));
                    let is_blob = Header::parse(&envelope.bytes).is_some_and(|header| header.purpose == Purpose::Blob);
                    let value = if is_blob {
                        key.open_blob(&place, &sealed).map(|clear| clear.bytes().to_vec())
                    } else {
                        key.open_personal(&place, &sealed).map(|clear| clear.disclose().as_bytes().to_vec())
                    };
                    clear.extend(value.ok().map(|value| (envelope.clone(), person.uuid(), value)));
                }
            }
            for owner in contacts {
                let key = vault.request_key(tx, owner, "test")?;
                let key = key.unwrap_or_else(|shut| panic!("the key of {owner}: {shut:?}"));
                for envelope in sealed_under(&envelopes, key.id()) {
                    let value = key.open_blob(&place(envelope), &Sealed::from_bytes(envelope.bytes.clone()));
                    clear.extend(value.ok().map(|value| (envelope.clone(), owner, value.bytes().to_vec())));
                }
            }
            Ok(clear)
        });
        all.extend(clear.await.expect("opened"));
    }
    all
}

fn sealed_under(envelopes: &[Envelope], key: Uuid) -> impl Iterator<Item = &Envelope> {
    envelopes.iter().filter(move |one| Header::parse(&one.bytes).is_some_and(|header| header.key_id == key))
}

fn place(of: &Envelope) -> Place<'static> {
    Place { tenant: of.tenant, table: of.label, column: of.column, row: of.row, generation: of.generation }
}

#[test]
fn what_was_broken_into_lines_or_packed_is_found_all_the_same() {
    let mark = "qxswordfishzvkj".to_owned();
    let search = Search::of(&BTreeSet::from([mark.clone()]), Path::new("."));
    let found = |bytes: &[u8]| !search.within(bytes, "here", None).is_empty();
    assert!(found(b"a qxsword=\r\nfishzvkj of it") && found(b"qx=73wordfishzvkj") && found(b"QXSWORDFISHZVKJ"));
    assert!(found(HEXLOWER.encode(&Sha256::digest(&mark)).as_bytes()), "a digest that is not keyed tells");
    let mut packed = zip::ZipWriter::new(Cursor::new(Vec::new()));
    packed.start_file("one", zip::write::SimpleFileOptions::default()).expect("begun");
    std::io::Write::write_all(&mut packed, "qxswordfishzvkj ".repeat(40).as_bytes()).expect("written");
    let packed = packed.finish().expect("whole").into_inner();
    assert!(found(&packed), "what is packed is not unpacked");
    assert!(found(&bytes_in(&format!("(1,\"\\x{}\")", HEXLOWER.encode(b"to qxswordfishzvkj")))));
    assert!(!found(b"a swordfish, and a path of it"));
}
