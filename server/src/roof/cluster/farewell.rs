//! The last words of a process of ours: the tail of what it wrote to standard error, kept in memory for the one
//! sentence that explains why it died. It never grows, and never reaches a file.

use std::io::Read;
use std::path::Path;
use std::process::ChildStderr;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::Trouble;
use crate::floor::kernel::text::scrub;

const KEPT: usize = 4096;

/// Listens to one process until nobody holds the other end of its pipe.
pub(super) struct Farewell {
    tail: Arc<Mutex<Vec<u8>>>,
    listener: Option<JoinHandle<()>>,
}

impl Farewell {
    pub(super) fn listen(pipe: Option<ChildStderr>) -> Self {
        let tail = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&tail);
        let listener = pipe.and_then(|mut pipe| {
            let listen = move || {
                let mut chunk = [0; 1024];
                while let Ok(read @ 1..) = pipe.read(&mut chunk) {
                    let mut tail = kept.lock().unwrap_or_else(PoisonError::into_inner);
                    tail.extend_from_slice(chunk.get(..read).unwrap_or_default());
                    let surplus = tail.len().saturating_sub(KEPT);
                    tail.drain(..surplus);
                }
            };
            thread::Builder::new().name("postgres-words".into()).spawn(listen).ok()
        });
        Self { tail, listener }
    }

    /// What was said, once the process is gone. Does not wait for a straggler that still holds the pipe.
    pub(super) fn words(&self) -> String {
        let patience = Instant::now() + Duration::from_millis(300);
        while self.listener.as_ref().is_some_and(|listener| !listener.is_finished()) && Instant::now() < patience {
            thread::sleep(Duration::from_millis(5));
        }
        let tail = self.tail.lock().unwrap_or_else(PoisonError::into_inner);
        telling(&String::from_utf8_lossy(&tail))
    }

    /// The trouble that a process which ended too early has told of.
    pub(super) fn trouble(&self, folder: &Path) -> Trouble {
        explain(self.words(), folder)
    }
}

/// The lines that say what went wrong, or the last ones if none does.
fn telling(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(scrub).filter(|line| !line.trim().is_empty()).collect();
    let grave = |line: &&String| ["FATAL:", "PANIC:", "error:", "HINT:"].iter().any(|mark| line.contains(mark));
    let chosen: Vec<&String> = lines.iter().filter(grave).collect();
    let chosen = if chosen.is_empty() { lines.iter().collect() } else { chosen };
    let last = chosen.get(chosen.len().saturating_sub(4)..).unwrap_or_default();
    let words = last.iter().map(|line| line.as_str()).collect::<Vec<_>>().join(" / ");
    if words.is_empty() { "none".into() } else { words }
}

fn explain(words: String, folder: &Path) -> Trouble {
    let says = |text: &str| words.contains(text);
    if says("No space left on device") && says("shared memory") {
        Trouble::NoSharedMemory { words }
    } else if says("No space left on device") || says("Disk quota exceeded") || says("Disc quota exceeded") {
        Trouble::DiskFull { folder: folder.into() }
    } else if says("could not create shared memory") || says("could not resize shared memory") {
        Trouble::NoSharedMemory { words }
    } else {
        Trouble::DidNotStart { folder: folder.into(), words }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grave_lines_are_told_and_the_chatter_is_not() {
        let said = "LOG:  starting\nFATAL:  no \u{1b}[31mroom\nLOG:  shut down\n";
        assert_eq!(telling(said), "FATAL:  no \\u{1b}[31mroom");
        assert_eq!(telling(""), "none");
    }

    #[test]
    fn a_full_disk_is_recognised() {
        let words = "FATAL:  could not write lock file \"postmaster.pid\": No space left on device".to_owned();
        assert!(matches!(explain(words, Path::new("/d")), Trouble::DiskFull { .. }));
        assert!(matches!(explain("FATAL:  tired".into(), Path::new("/d")), Trouble::DidNotStart { .. }));
    }
}
