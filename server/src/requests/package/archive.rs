//! The file of a package: `zip` inside `age`, written from front to back. What was written is taken out as it comes, so
//! that no more of it is held than what nobody took yet. It never reads an archive.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use age::secrecy::SecretString;
use bytes::Bytes;
use sha2::{Digest, Sha256};
use zip::ZipWriter;
use zip::write::{SimpleFileOptions, StreamWriter};

use super::model::Packed;
use crate::floor::kernel::{Error, Instant, Result, Secret};

/// The work that one try at a passphrase takes, as a power of two. Ours hold 150 bits that nobody chose, which no amount of
/// work would make safer.
const WORK: u8 = 10;

/// From this on a part of the archive says its size in the longer way.
const LARGE: u64 = u32::MAX as u64;

/// What was written and not taken yet.
#[derive(Clone, Default)]
struct Outlet(Arc<Mutex<Vec<u8>>>);

impl Outlet {
    fn take(&self) -> Bytes {
        Bytes::from(std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

impl Write for Outlet {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

type Sealing = age::stream::StreamWriter<Outlet>;

/// A package on its way.
pub struct Archive {
    zip: ZipWriter<StreamWriter<Sealing>>,
    outlet: Outlet,
    options: SimpleFileOptions,
    open: Option<Open>,
    /// What it holds so far.
    pub files: Vec<Packed>,
}

/// The file that is being written.
struct Open {
    name: String,
    rows: Option<u64>,
    bytes: u64,
    digest: Sha256,
}

impl Archive {
    /// Begins one that this passphrase opens.
    pub fn begin(passphrase: &Secret, at: Instant) -> Result<Self> {
        let mut recipient = age::scrypt::Recipient::new(SecretString::from(passphrase.expose().to_owned()));
        recipient.set_work_factor(WORK);
        let sealing = age::Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient))
            .map_err(|_| Error::internal("a package that cannot be sealed"))?;
        let outlet = Outlet::default();
        let sealed = sealing.wrap_output(outlet.clone()).map_err(|_| broken())?;
        let options =
            SimpleFileOptions::DEFAULT.compression_method(zip::CompressionMethod::Deflated).unix_permissions(0o600);
        let options = match dated(at) {
            Some(at) => options.last_modified_time(at),
            None => options,
        };
        Ok(Self { zip: ZipWriter::new_stream(sealed), outlet, options, open: None, files: Vec::new() })
    }

    /// Begins a file. `expected` is how long it may get.
    pub fn file(&mut self, name: &str, expected: u64) -> Result<()> {
        self.close();
        let options = self.options.large_file(expected >= LARGE);
        self.zip.start_file(name, options).map_err(|_| broken())?;
        self.open = Some(Open { name: name.to_owned(), rows: None, bytes: 0, digest: Sha256::new() });
        Ok(())
    }

    /// Writes on in the file that was begun.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let open = self.open.as_mut().ok_or_else(broken)?;
        open.bytes += bytes.len() as u64;
        open.digest.update(bytes);
        self.zip.write_all(bytes).map_err(|_| broken())
    }

    /// So many more rows stand in the file that was begun.
    pub fn count(&mut self, rows: u64) {
        if let Some(open) = &mut self.open {
            *open.rows.get_or_insert(0) += rows;
        }
    }

    /// The file that was begun is whole.
    pub fn close(&mut self) {
        if let Some(Open { name, rows, bytes, digest }) = self.open.take() {
            self.files.push(Packed { name, rows, bytes, digest: digest.finalize().into() });
        }
    }

    /// What was written since it was asked last.
    pub fn take(&self) -> Bytes {
        self.outlet.take()
    }

    /// Ends it: the last of what it is, and all that it holds.
    pub fn end(mut self) -> Result<(Bytes, Vec<Packed>)> {
        self.close();
        let sealing = self.zip.finish().map_err(|_| broken())?.into_inner();
        sealing.finish().map_err(|_| broken())?;
        Ok((self.outlet.take(), self.files))
    }
}

fn broken() -> Error {
    Error::internal("a package that cannot be written on")
}

/// A moment as such archives tell it: to two seconds, from 1980 on.
fn dated(at: Instant) -> Option<zip::DateTime> {
    use chrono::{Datelike, Timelike};
    let at = at.utc();
    let [month, day, hour, minute, second] =
        [at.month(), at.day(), at.hour(), at.minute(), at.second().min(59)].map(u8::try_from);
    let year = u16::try_from(at.year()).ok()?;
    zip::DateTime::from_date_and_time(year, month.ok()?, day.ok()?, hour.ok()?, minute.ok()?, second.ok()?).ok()
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn opened(sealed: &[u8], passphrase: &str) -> Option<Vec<u8>> {
        let mut key = age::scrypt::Identity::new(SecretString::from(passphrase.to_owned()));
        key.set_max_work_factor(WORK);
        age::decrypt(&key, sealed).ok()
    }

    #[test]
    fn it_opens_with_its_passphrase_alone_and_holds_what_it_says() {
        let passphrase = Secret::new("7K4QD-2X9AB");
        let mut archive = Archive::begin(&passphrase, Instant::EPOCH).expect("begun");
        let mut sealed = Vec::new();
        archive.file("data/orders.json", 10).expect("a file");
        for _ in 0..3_000 {
            archive.write(b"[\"the same again and again\"]").expect("written");
            archive.count(1);
            sealed.extend(archive.take());
        }
        archive.file("manifest.json", 10).expect("another");
        archive.write(b"{}").expect("written");
        let (rest, files) = archive.end().expect("whole");
        sealed.extend(rest);
        assert_eq!(
            files.iter().map(|file| (file.name.as_str(), file.rows)).collect::<Vec<_>>(),
            [("data/orders.json", Some(3_000)), ("manifest.json", None)]
        );
        assert!(sealed.starts_with(b"age-encryption.org/v1\n-> scrypt "));
        assert!(opened(&sealed, "7K4QD-2X9AC").is_none());
        let zip = opened(&sealed, passphrase.expose()).expect("it opens");
        let mut zip = zip::ZipArchive::new(io::Cursor::new(zip)).expect("an archive");
        let mut clear = Vec::new();
        zip.by_name("data/orders.json").expect("the file").read_to_end(&mut clear).expect("read");
        assert_eq!((clear.len() as u64, <[u8; 32]>::from(Sha256::digest(&clear))), (files[0].bytes, files[0].digest));
    }

    #[test]
    fn what_nobody_took_is_all_that_is_held() {
        let mut archive = Archive::begin(&Secret::new("x"), Instant::EPOCH).expect("begun");
        archive.file("data/noise.json", u64::MAX).expect("a file");
        let (mut most, mut seed) = (0, 1_u64);
        for _ in 0..200 {
            let noise: Vec<u8> = (0..64 * 1024)
                .map(|_| {
                    seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    seed.to_be_bytes()[0]
                })
                .collect();
            archive.write(&noise).expect("written");
            most = most.max(archive.take().len());
        }
        assert!(most < 512 * 1024, "{most}");
    }
}
