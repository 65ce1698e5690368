//! What goes wrong on demand. A fault never happens by itself: somebody ordered it, for a path and a number of times.

use std::time::Duration;

/// A way in which a platform lets its callers down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// 429, with the headers that the platform sends along. Nothing is done.
    TooMany { after: Duration },
    /// 500. Nothing is done.
    Fails,
    /// This status, with no word of what was asked. Nothing is done.
    Answers(u16),
    /// It is done, and answered so much later.
    Slow(Duration),
    /// It is done, and half of the answer arrives.
    Truncated,
    /// 200 with JSON of a shape that nobody expects. Nothing is done.
    Lies,
    /// It is done, and the connection ends without an answer.
    DropsAfterActing,
    /// 500, with all that the caller showed and with whatever word the people of shops are marked by. Nothing is done.
    Blabs,
    /// It is done, and what comes is no JSON any more.
    Garbles,
}

/// An order: calls whose path begins so meet this, so many times or until it is lifted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub path: String,
    pub kind: Kind,
    pub times: Option<u32>,
}

impl Fault {
    pub fn once(path: &str, kind: Kind) -> Self {
        Self { path: path.to_owned(), kind, times: Some(1) }
    }

    pub fn always(path: &str, kind: Kind) -> Self {
        Self { path: path.to_owned(), kind, times: None }
    }
}

/// What this call meets, counted off the order that it falls under.
pub(super) fn met(orders: &mut Vec<Fault>, path: &str) -> Option<Kind> {
    let at = orders.iter().position(|order| path.starts_with(&order.path))?;
    let kind = orders[at].kind;
    if let Some(times) = &mut orders[at].times {
        *times = times.saturating_sub(1);
        if *times == 0 {
            orders.remove(at);
        }
    }
    Some(kind)
}
