//! What happens when something panics: it is noted and a flag is raised; nothing is printed and no mode is touched here.
//!
//! A panic of the console's own thread (its loop or any of its tasks) ends the console: the guard restores the terminal
//! first and only then are the words printed. A panic elsewhere, such as in the server inside, is told as a notice.

use std::panic::{self, PanicHookInfo};
use std::sync::{Mutex, PoisonError};
use std::thread;

use tokio::sync::Notify;

type Hook = Box<dyn Fn(&PanicHookInfo<'_>) + Sync + Send + 'static>;

static NOTED: Mutex<Noted> = Mutex::new(Noted { own: None, others: Vec::new() });
static RAISED: Notify = Notify::const_new();

struct Noted {
    own: Option<String>,
    others: Vec<String>,
}

/// The hook, as long as this lives; the one before is put back afterwards.
pub struct Net {
    before: Option<Hook>,
}

impl Net {
    /// Catches what falls from now on; the calling thread is the console's own.
    pub fn spread() -> Self {
        let own = thread::current().id();
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let words = words(info);
            with(
                |noted| if thread::current().id() == own { noted.own = Some(words) } else { noted.others.push(words) },
            );
            RAISED.notify_one();
        }));
        Self { before: Some(before) }
    }
}

impl Drop for Net {
    fn drop(&mut self) {
        if let Some(before) = self.before.take().filter(|_| !thread::panicking()) {
            panic::set_hook(before);
        }
    }
}

/// Waits until something has fallen.
pub async fn raised() {
    RAISED.notified().await;
}

/// What ends the console.
pub fn own() -> Option<String> {
    with(|noted| noted.own.take())
}

/// What fell on other threads since the last look.
pub fn others() -> Vec<String> {
    with(|noted| std::mem::take(&mut noted.others))
}

fn with<T>(look: impl FnOnce(&mut Noted) -> T) -> T {
    look(&mut NOTED.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Where, and nothing else: what a panic carries may be a value, so it is never read.
fn words(info: &PanicHookInfo<'_>) -> String {
    info.location().map_or_else(|| "an unknown place".to_owned(), |at| format!("{}:{}", within(at.file()), at.line()))
}

/// The path within its crate: where that lies on the machine that built it is nobody's business.
fn within(file: &str) -> &str {
    let source = ["/src/", "/tests/"].iter().filter_map(|folder| file.rfind(folder)).max();
    let start = source.and_then(|at| file.get(..at)?.rfind('/')).map_or(0, |at| at + 1);
    file.get(start..).unwrap_or(file)
}
