//! The making of a package: leaf by leaf out of the tables, through the archive, into the place of objects. At no moment
//! more is held than a leaf, the first rows of each table and what the place of objects has not taken yet.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use futures_util::stream;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::archive::Archive;
use super::html::{Page, SHOWN, Seen};
use super::legal::{About, Ground, forbidden};
use super::model::{Packed, Redaction};
use super::reading::{Cells, Far, Mark, Opened, Redacted, Sheet, Source, sheets, tables};
use super::words::Words;
use super::{csv, json, withheld};
use crate::floor::access::{One, Scope};
use crate::floor::blobs::{Blob, Written};
use crate::floor::datamap::{Forms, Table};
use crate::floor::journal::hex;
use crate::floor::kernel::{Day, Error, Instant, PackageId, Result, Secret, SubjectId};
use crate::floor::ledger::Ledger;
use crate::floor::policy::Policy;
use crate::floor::tools::Tools;
use crate::floor::vault::{BlindIndex, SignKey};
use crate::requests::letters;
use crate::requests::model::{Request, SubjectKind};

/// What a signature of a manifest says it is of.
pub const CONTEXT: &str = "rightsdesk/package/1";

/// Pieces on their way to the place of objects.
const AHEAD: usize = 2;

/// Everything that a package is made from, but its rows.
pub struct Brief {
    pub id: PackageId,
    pub number: i16,
    pub is_given: bool,
    pub request: Request,
    pub kind: SubjectKind,
    pub locale: String,
    pub merchant: Option<String>,
    pub regimes: Vec<String>,
    pub reached: BTreeSet<String>,
    pub persons: Vec<SubjectId>,
    /// By what they go who asked, as far as they proved it.
    pub proved: Vec<BlindIndex>,
    pub redactions: Vec<Redaction>,
    pub asked_on: Day,
    pub made_at: Instant,
    pub made_on: Day,
}

/// What it came to.
pub struct Came {
    pub files: Vec<Packed>,
    pub rows: u64,
    pub left_out: u64,
    pub manifest: [u8; 32],
    pub written: Written,
}

/// Makes a package under this name. Nobody knows of it before its row says so.
pub async fn pack(
    tools: &Tools,
    lane: &Scope<One>,
    (brief, policy): (&Brief, &Policy),
    (blob, passphrase): (Blob, &Secret),
) -> Result<Came> {
    let (send, receive) = mpsc::channel::<Result<Bytes>>(AHEAD);
    let pieces =
        stream::unfold(receive, |mut receive| async move { receive.recv().await.map(|piece| (piece, receive)) });
    let packing = async {
        let packed = Box::pin(packed(tools, lane, (brief, policy), passphrase, &send)).await;
        if packed.is_err() {
            // Whoever writes the object breaks off with it, and leaves nothing under its name.
            let _ = send.send(Err(Error::internal("a package was broken off"))).await;
        }
        drop(send);
        packed
    };
    let (written, packed) = tokio::join!(tools.blobs.put(blob, pieces), packing);
    let (files, rows, left_out, manifest) = packed?;
    Ok(Came { files, rows, left_out, manifest, written: written? })
}

type Made = (Vec<Packed>, u64, u64, [u8; 32]);

async fn packed(
    tools: &Tools,
    lane: &Scope<One>,
    (brief, policy): (&Brief, &Policy),
    passphrase: &Secret,
    send: &mpsc::Sender<Result<Bytes>>,
) -> Result<Made> {
    let (held, map) = (tables(tools.map, brief.is_given), tools.map);
    let forms = forms(tools, lane).await?;
    let forbidden = forbidden(&brief.regimes);
    let kinds: Vec<String> = forbidden.iter().map(|(kind, _)| kind.clone()).collect();
    let source = Source {
        map,
        vault: tools.vault.clone(),
        persons: brief.persons.clone(),
        proved: brief.proved.clone(),
        sheets: sheets(&held, forms, &kinds),
        redactions: Redacted::of(&brief.redactions),
        asked_at: brief.request.received_at,
    };
    let (secret, at) = (passphrase.clone(), brief.made_at);
    let archive = work(move || Archive::begin(&secret, at)).await?;
    let mut packer = Packer { ledger: &tools.ledger, lane, source, archive: Some(archive), send, seen: Vec::new() };
    packer.data().await?;
    let (words, letters) = (Words::of(&[&brief.locale])?, letters::Words::of(&[&brief.locale])?);
    let ground = Ground {
        policy,
        request: &brief.request,
        kind: brief.kind,
        merchant: brief.merchant.clone(),
        regimes: &brief.regimes,
        reached: &brief.reached,
        asked_on: brief.asked_on,
        made_on: brief.made_on,
    };
    let about = ground.told(&brief.locale, words, letters);
    let whole: Vec<&'static Table> = held.iter().copied().chain(withheld::beside(map, brief.is_given)).collect();
    let beside = Beside { brief, policy, words, letters, about, held: &whole, forbidden: &forbidden };
    let sign = tools.vault.sign_key()?;
    Box::pin(packer.beside(&beside, &sign)).await
}

/// How the columns of all tables about people are written: asked for once, since no table changes while the desk runs.
async fn forms(tools: &Tools, lane: &Scope<One>) -> Result<&'static Forms> {
    static FORMS: OnceLock<Forms> = OnceLock::new();
    if let Some(known) = FORMS.get() {
        return Ok(known);
    }
    let map = tools.map;
    let read = tools.ledger.read(lane, move |tx| map.forms(tx, &tables(map, false))).await?;
    Ok(FORMS.get_or_init(|| read))
}

/// What stands beside the rows.
struct Beside<'a> {
    brief: &'a Brief,
    policy: &'a Policy,
    words: &'static Words,
    letters: &'static letters::Words,
    about: About,
    /// The tables of the package, and behind them those that tell of the person and are in none.
    held: &'a [&'static Table],
    forbidden: &'a [(String, String)],
}

/// A package on its way.
struct Packer<'a> {
    ledger: &'a Ledger,
    lane: &'a Scope<One>,
    source: Source,
    /// Taken while it is written on.
    archive: Option<Archive>,
    send: &'a mpsc::Sender<Result<Bytes>>,
    /// What each sheet came to, in their order.
    seen: Vec<Seen>,
}

impl Packer<'_> {
    /// Writes on, away from where others are served, and passes on what came of it.
    async fn write(&mut self, change: impl FnOnce(&mut Archive) -> Result<()> + Send + 'static) -> Result<()> {
        let mut archive = self.archive.take().ok_or_else(|| Error::internal("a package that is written on twice"))?;
        let (archive, piece) = work(move || {
            change(&mut archive)?;
            let piece = archive.take();
            Ok((archive, piece))
        })
        .await?;
        self.archive = Some(archive);
        pass_on(self.send, piece).await
    }

    /// Every table, as JSON and as lines of a spreadsheet. One that is read at once is written twice from what was read;
    /// a longer one is read once for each.
    async fn data(&mut self) -> Result<()> {
        let mut from = Some(Mark::default());
        while let Some(mark) = from {
            let (leaves, next) = self.source.read(self.ledger, self.lane, mark, Far::On).await?;
            from = next;
            for leaf in leaves {
                if leaf.is_last {
                    self.whole(leaf).await?;
                } else {
                    // It is read on by itself, and what follows it after that.
                    from = self.long(leaf, next).await?;
                }
            }
        }
        Ok(())
    }

    /// A table that was read at once.
    async fn whole(&mut self, leaf: Opened) -> Result<()> {
        let Some(sheet) = self.source.sheets.get(leaf.sheet).cloned() else { return Ok(()) };
        let Opened { rows, left_out, .. } = leaf;
        let count = rows.len() as u64;
        let first: Vec<Cells> = rows.iter().take(SHOWN).cloned().collect();
        self.seen.push(Seen { rows: count, first, left_out });
        self.write(move |archive| {
            archive.file(&name("data", &sheet, "json"), 0)?;
            archive.write(b"[")?;
            json_rows(archive, &sheet, &rows, true)?;
            archive.write(b"]")?;
            archive.file(&name("csv", &sheet, "csv"), 0)?;
            archive.write([csv::BEGIN, &csv::head(&sheet)].concat().as_bytes())?;
            csv_rows(archive, &sheet, &rows)
        })
        .await
    }

    /// A table that is longer than what is read at a time, from its first leaf on: where to go on after it.
    async fn long(&mut self, first: Opened, next: Option<Mark>) -> Result<Option<Mark>> {
        let at = first.sheet;
        let Some(sheet) = self.source.sheets.get(at).cloned() else { return Ok(None) };
        let mut ends = first.ends.clone();
        self.seen.push(Seen::default());
        let begun = sheet.clone();
        self.write(move |archive| {
            archive.file(&name("data", &begun, "json"), u64::MAX)?;
            archive.write(b"[")
        })
        .await?;
        let (mut leaf, mut from, mut is_first) = (Some(first), next, true);
        let after = loop {
            let Some(Opened { rows, left_out, is_last, .. }) = leaf.take() else { break from };
            if let Some(seen) = self.seen.last_mut() {
                seen.rows += rows.len() as u64;
                let room = SHOWN.saturating_sub(seen.first.len());
                seen.first.extend(rows.iter().take(room).cloned());
                seen.left_out.add(left_out);
            }
            let (sheet, begins) = (sheet.clone(), is_first);
            is_first = is_first && rows.is_empty();
            self.write(move |archive| json_rows(archive, &sheet, &rows, begins)).await?;
            let Some(mark) = from.filter(|_| !is_last) else { break from };
            let (mut leaves, next) = self.source.read(self.ledger, self.lane, mark, Far::Sheet).await?;
            (leaf, from) = (leaves.pop(), next);
            ends.extend(leaf.iter().flat_map(|leaf| &leaf.ends));
        };
        let begun = sheet.clone();
        self.write(move |archive| {
            archive.write(b"]")?;
            archive.file(&name("csv", &begun, "csv"), u64::MAX)?;
            archive.write([csv::BEGIN, &csv::head(&begun)].concat().as_bytes())
        })
        .await?;
        let (mut from, mut again, far) = (Some(Mark::before(at)), 0, Far::Again(Arc::new(ends)));
        while let Some(mark) = from.filter(|mark| mark.sheet == at) {
            let (leaves, next) = self.source.read(self.ledger, self.lane, mark, far.clone()).await?;
            for Opened { rows, .. } in leaves {
                let sheet = sheet.clone();
                again += rows.len() as u64;
                self.write(move |archive| csv_rows(archive, &sheet, &rows)).await?;
            }
            from = next;
        }
        // Rows went or came within what was read: both files are made anew.
        let is_same = self.seen.last().is_some_and(|seen| seen.rows == again);
        if is_same { Ok(after) } else { Err(Error::Conflict) }
    }

    /// What stands beside the rows, and the list of it all.
    async fn beside(mut self, beside: &Beside<'_>, sign: &SignKey) -> Result<Made> {
        let Beside { brief, policy, words, letters, about, held, forbidden } = beside;
        let tables: Vec<(Sheet, Seen)> =
            self.source.sheets.iter().cloned().zip(std::mem::take(&mut self.seen)).collect();
        let rows = tables.iter().map(|(_, seen)| seen.rows).sum();
        let left_out = tables.iter().map(|(_, seen)| seen.left_out.count()).sum();
        let own = withheld::own(held).into_iter().filter(|(table, ..)| !withheld::is_file(table));
        let own: Vec<(&str, &str)> = own.map(|(table, column, _)| (table, column)).collect();
        let page = Page {
            about,
            is_given: brief.is_given,
            words,
            dir: letters.speech.dir.code(),
            policy,
            tables: &tables,
            own: &own,
            forbidden,
        };
        let files = [
            ("index.html", page.drawn().into_bytes()),
            ("about.json", about.bytes()?),
            ("schema.json", json::schema(&self.source.sheets, policy, &brief.locale)?),
            ("withheld.json", json::bytes(&withheld::document(held, &tables, forbidden))?),
        ];
        self.write(move |archive| {
            for (name, bytes) in files {
                archive.file(name, 0)?;
                archive.write(&bytes)?;
            }
            archive.close();
            Ok(())
        })
        .await?;
        let packed = self.archive.as_ref().map(|archive| archive.files.clone()).unwrap_or_default();
        let manifest = manifest(brief, about, &packed, sign)?;
        let archive = self.archive.take().ok_or_else(|| Error::internal("a package that is written on twice"))?;
        let (piece, files) = work(move || {
            let mut archive = archive;
            archive.file("manifest.json", 0)?;
            archive.write(&manifest)?;
            archive.end()
        })
        .await?;
        pass_on(self.send, piece).await?;
        let digest = files.last().map(|file| file.digest);
        let digest = digest.ok_or_else(|| Error::internal("a package without its manifest"))?;
        Ok((files, rows, left_out, digest))
    }
}

/// The list of what a package holds, signed.
fn manifest(brief: &Brief, about: &About, files: &[Packed], sign: &SignKey) -> Result<Vec<u8>> {
    let files: Vec<Value> = files
        .iter()
        .map(|file| json!({ "name": file.name, "rows": file.rows, "bytes": file.bytes, "sha256": hex(&file.digest) }))
        .collect();
    let mut document = json!({
        "v": 1,
        "package_id": brief.id.to_string(),
        "number": brief.number,
        "reference": brief.request.reference,
        "right": brief.request.right.code(),
        "holds": if brief.is_given { "given" } else { "all" },
        "operator": about.operator,
        "policy_version": about.policy_version,
        "regimes": brief.regimes,
        "language": brief.locale,
        "made_at": brief.made_at.utc().format("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "files": files,
        "key": sign.version(),
    });
    let signature = sign.sign(CONTEXT, &json::bytes(&document)?);
    if let Value::Object(fields) = &mut document {
        fields.insert("sig".to_owned(), Value::String(data_encoding::BASE64.encode(&signature)));
    }
    json::bytes(&document)
}

fn json_rows(archive: &mut Archive, sheet: &Sheet, rows: &[Cells], begins: bool) -> Result<()> {
    let mut text = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        if at > 0 || !begins {
            text.push(b',');
        }
        text.extend(json::row(sheet, row)?);
    }
    archive.count(rows.len() as u64);
    archive.write(&text)
}

fn csv_rows(archive: &mut Archive, sheet: &Sheet, rows: &[Cells]) -> Result<()> {
    let text: String = rows.iter().map(|row| csv::row(sheet, row)).collect();
    archive.count(rows.len() as u64);
    archive.write(text.as_bytes())
}

fn name(folder: &str, sheet: &Sheet, kind: &str) -> String {
    [folder, "/", sheet.table.name, ".", kind].concat()
}

async fn pass_on(send: &mpsc::Sender<Result<Bytes>>, piece: Bytes) -> Result<()> {
    if piece.is_empty() {
        return Ok(());
    }
    // Whoever takes it says by itself what stood in its way.
    send.send(Ok(piece)).await.map_err(|_| Error::unavailable("the place of objects"))
}

/// Work that takes its time, away from where others are served.
async fn work<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|_| Error::internal("a package was broken off by a panic"))?
}
