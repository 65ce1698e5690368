//! What is carried out of a request, in the words that the request and the places behind it share: steps, recipients, package,
//! proof and the brake; and the questions that more than one of them asks.
//!
//! It is no screen. Whether something may be done is the server's to say; here stands what can be seen of it.

use serde_json::json;

use crate::api::carrying::{CertificateHead, EvidenceHead, ListedTask, PackageHead, Step, Task, TaskHead, acts};
use crate::core::action::{Cli, Danger, Verb, Why};
use crate::core::due::{self, Moment};
use crate::core::form::{Form, spoken};
use crate::core::page::{Line, Row, Tone};
use crate::core::question::Question;
use crate::core::screen::Ctx;

use super::course::{self, Matter};
use super::panes::whole;
use super::shared::{moment, word};

/// What the carrying out of a request, its package and a proof of it are opened as.
pub const CARRYING: &str = "carrying";
pub const PACKAGE: &str = "package";
pub const PROOF: &str = "proof";
/// What all recipients of a tenant's are opened as, with the words that narrow them.
pub const RECIPIENTS: &str = "recipients";

/// The row of what is done on this desk.
pub const STEPS: &str = "steps";

/// Cells of a bar.
const BAR: usize = 10;

/// Steps that take what nothing brings back.
const FINAL: &[&str] = &["TOMBSTONE", "KEEP", "FORGET", "FILES", "KEY"];

/// The brake of a place.
pub const fn stops(id: &'static str, place: &'static str) -> Verb {
    Verb {
        danger: Danger::Confirm,
        needs: None,
        cli: Cli::Form("requests stop"),
        off: |_, ctx| {
            let may = ctx.me.may("work_requests") || ctx.me.may("approve_plans");
            (!may).then(|| ctx.me.lacks("work_requests"))
        },
        ..whole(
            id,
            "brake: stop it…",
            "Stops what was approved, as long as nothing of it is gone, with a reason",
            place,
            &["a b"],
            "work_requests",
        )
    }
}

/// How it stands with stopping it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Brake {
    /// Nothing is being carried out.
    Off,
    /// It begins then.
    Cools(Moment),
    /// It goes on, and nothing of it is gone.
    Goes,
    /// What is gone does not come back.
    Begun,
}

impl Brake {
    pub fn of(stage: &str, starts_at: Option<Moment>, steps: &[Step], ctx: &Ctx) -> Self {
        let is_tried = |step: &Step| step.name.0 == "TOMBSTONE" && step.attempts > 0;
        let is_gone = |step: &Step| FINAL.contains(&step.name.0.as_str()) && step.state.0 == "DONE";
        match starts_at {
            _ if stage != "IN_PROGRESS" => Self::Off,
            _ if steps.iter().any(|step| is_gone(step) || is_tried(step)) => Self::Begun,
            Some(at) if at > ctx.now => Self::Cools(at),
            _ => Self::Goes,
        }
    }

    /// How long it can be stopped still, and by which keys.
    pub fn line(self, ctx: &Ctx) -> Option<Line> {
        let keys = || Line::plain(": ") + Line::of(Tone::Key, "a b") + Line::plain(" stops it");
        match self {
            Self::Off => None,
            Self::Cools(at) => Some(
                Line::of(Tone::Warn, "○ cools off, ")
                    + Line::word(Tone::Warn, due::left(at, ctx.now))
                    + Line::of(Tone::Warn, " left")
                    + keys()
                    + Line::dim("; starts ")
                    + moment(at, ctx),
            ),
            Self::Goes => Some(Line::of(Tone::Warn, "● nothing is gone yet") + keys()),
            Self::Begun => Some(Line::dim("it was begun: what is gone does not come back")),
        }
    }

    /// Why it cannot be stopped.
    pub fn refusal(self) -> Option<Why> {
        match self {
            Self::Off => Some("nothing of it is being carried out".to_owned()),
            Self::Begun => Some("it was begun, and what is gone does not come back".to_owned()),
            Self::Cools(_) | Self::Goes => None,
        }
    }

    /// Asked plainly, because whoever stops it may be in a hurry.
    pub fn question(self, matter: Matter<'_>, ctx: &Ctx) -> Question {
        let stands = match self {
            Self::Cools(at) => {
                Line::plain("It would start ")
                    + moment(at, ctx)
                    + Line::plain(", in ")
                    + Line::word(Tone::Warn, due::left(at, ctx.now))
                    + Line::plain(".")
            }
            _ => Line::plain("It is under way, and nothing of it is gone yet."),
        };
        Question {
            effects: vec![
                stands,
                Line::of(Tone::Warn, "Stopped, nothing of what was approved is done."),
                Line::dim("The request is open again; its plan is read and approved anew."),
            ],
            form: Form::of(vec![course::reason("why it stops, such as that the person wrote again; sealed")]),
            order: Some(matter.order(acts::stop::document(), json!({}), "it is stopped and open again")),
            ..matter.question()
        }
    }
}

/// What a step does, as people say it.
pub fn step(code: &str) -> String {
    match code {
        "COMPARE" => "held against what was approved",
        "MATCH" => "whom to tell of is put aside",
        "ACT" => "takes effect in our records",
        "PACKAGE" => "package made, read, fetched",
        "TOMBSTONE" => "tombstone: nothing is written",
        "KEEP" => "what is kept loses the name",
        "FORGET" => "rows cleared",
        "FILES" => "files and links gone",
        "KEY" => "the person's key destroyed",
        "TELL" => "recipients told",
        "SCAN" => "looked whether anything is left",
        "CERTIFICATE" => "certificate signed",
        "SETTLE" => "settled and answered",
        "REQUEST_KEY" => "the request's key destroyed",
        code => return spoken(code),
    }
    .to_owned()
}

/// How far a step has come; one that is tried again says so.
pub fn step_state(step: &Step) -> Line {
    match (step.state.0.as_str(), step.begun_at, step.attempts) {
        ("DONE", ..) => Line::of(Tone::Good, "✓ done"),
        ("SENT_BACK", ..) => Line::of(Tone::Bad, "✗ sent back"),
        ("WAITING", Some(_), tries) if tries > 1 => Line::of(Tone::Warn, format!("● try {tries}")),
        ("WAITING", Some(_), _) => Line::of(Tone::Good, "● ") + Line::plain("under way"),
        ("WAITING", None, _) => Line::dim("○ waits"),
        (code, ..) => word(Tone::Plain, code),
    }
}

/// How many steps are done, of how many, and on how many rows.
pub fn progress(steps: &[Step]) -> (usize, usize, i64) {
    let done = steps.iter().filter(|step| step.state.0 == "DONE").count();
    (done, steps.len(), steps.iter().map(|step| i64::from(step.rows)).sum())
}

/// `5 of 9 █████░░░░░ rows cleared, 1204 rows`.
pub fn steps_line(steps: &[Step]) -> Line {
    let (done, all, rows) = progress(steps);
    let full = done * BAR / all.max(1);
    let bar = Line::of(Tone::Good, "█".repeat(full)) + Line::dim("░".repeat(BAR - full));
    let next = steps.iter().find(|step| step.state.0 != "DONE").map(|now| format!("  {}", step(&now.name.0)));
    let rows = if rows > 0 { format!("  {rows} rows") } else { String::new() };
    Line::plain(format!("{done} of {all}  ")) + bar + Line::plain(next.unwrap_or_default()) + Line::dim(rows)
}

/// What a recipient is told, as far as every place shows it.
#[derive(Clone, Copy)]
pub struct Telling<'a> {
    pub id: &'a str,
    pub recipient: &'a str,
    pub kind: &'a str,
    pub state: &'a str,
    pub is_by_hand: bool,
    pub is_unsure: bool,
    pub answer: Option<&'a str>,
    pub tries: i32,
    pub until: Moment,
}

impl<'a> From<&'a TaskHead> for Telling<'a> {
    fn from(task: &'a TaskHead) -> Self {
        Self {
            id: task.id.inner(),
            recipient: &task.recipient,
            kind: &task.kind.0,
            state: &task.state.0,
            is_by_hand: task.is_by_hand,
            is_unsure: task.is_unsure,
            answer: task.answer.as_deref(),
            tries: task.tries,
            until: task.until,
        }
    }
}

impl<'a> From<&'a ListedTask> for Telling<'a> {
    fn from(task: &'a ListedTask) -> Self {
        Self {
            id: task.id.inner(),
            recipient: &task.recipient,
            kind: &task.kind.0,
            state: &task.state.0,
            is_by_hand: task.is_by_hand,
            is_unsure: task.is_unsure,
            answer: task.answer.as_deref(),
            tries: task.tries,
            until: task.until,
        }
    }
}

impl<'a> From<&'a Task> for Telling<'a> {
    fn from(task: &'a Task) -> Self {
        Self {
            id: task.id.inner(),
            recipient: &task.recipient,
            kind: &task.kind.0,
            state: &task.state.0,
            is_by_hand: task.is_by_hand,
            is_unsure: task.is_unsure,
            answer: task.answer.as_deref(),
            tries: task.tries,
            until: task.until,
        }
    }
}

impl Telling<'_> {
    /// Nothing more is waited for.
    pub fn has_ended(&self) -> bool {
        matches!(self.state, "DONE" | "ALREADY_GONE" | "REFUSED" | "GIVEN_UP")
    }

    /// The word first; silence is never told as anything else.
    pub fn state(&self) -> Line {
        match self.state {
            "SILENT" => Line::of(Tone::Warn, "▲ silent"),
            _ if self.is_by_hand => Line::of(Tone::Warn, "▲ by hand"),
            "WAITING" if self.is_unsure => Line::of(Tone::Warn, "▲ unsure"),
            "WAITING" if self.tries > 0 => Line::of(Tone::Warn, format!("● try {}", self.tries + 1)),
            code => task_word(code),
        }
    }

    /// From when on its silence is told as such.
    pub fn due(&self, ctx: &Ctx) -> Line {
        if self.has_ended() { Line::dim("—") } else { course::deadline(self.until, ctx) }
    }

    /// How it is told, and what came back last.
    pub fn way(&self) -> Line {
        let answer = self.answer.map(|answer| Line::plain(format!(", {}", answer.replace('_', " "))));
        Line::dim(way(self.kind)) + answer.unwrap_or_default()
    }

    pub fn row(&self, ctx: &Ctx) -> Row {
        let cells = vec![self.state(), Line::plain(self.recipient.to_owned()).strong(), self.due(ctx), self.way()];
        Row { id: self.id.to_owned(), cells }
    }
}

/// How a recipient stands, by its word alone.
pub fn task_word(code: &str) -> Line {
    match code {
        "WAITING" => Line::dim("○ waits"),
        "SENT" => Line::plain("○ told"),
        "ACKNOWLEDGED" => Line::of(Tone::Good, "● ") + Line::plain("works on it"),
        "DONE" => Line::of(Tone::Good, "✓ done"),
        "ALREADY_GONE" => Line::of(Tone::Good, "✓ already gone"),
        "REFUSED" => Line::of(Tone::Bad, "✗ refused"),
        "SILENT" => Line::of(Tone::Warn, "▲ silent"),
        "GIVEN_UP" => Line::dim("✗ given up"),
        code => word(Tone::Plain, code),
    }
}

/// By what a recipient is told.
pub fn way(kind: &str) -> String {
    match kind {
        "PLATFORM" => "its platform".to_owned(),
        "TEMPLATE" => "its interface".to_owned(),
        "OPEN_DSR" => "OpenDSR".to_owned(),
        "MAIL" => "letter with a link".to_owned(),
        "MANUAL" => "by a person".to_owned(),
        kind => spoken(kind),
    }
}

/// `2 of 6 have ended, 1 silent, 1 refused, 1 by hand`.
pub fn told<'a>(tasks: impl Iterator<Item = Telling<'a>>) -> Line {
    let tasks: Vec<Telling<'a>> = tasks.collect();
    if tasks.is_empty() {
        return Line::dim("nobody");
    }
    let count = |is_it: &dyn Fn(&Telling<'a>) -> bool| tasks.iter().filter(|task| is_it(task)).count();
    let ended = count(&Telling::has_ended);
    let tone = if ended == tasks.len() { Tone::Good } else { Tone::Plain };
    let parts = [
        (count(&|task| task.state == "SILENT"), "silent", Tone::Warn),
        (count(&|task| task.state == "REFUSED"), "refused", Tone::Bad),
        (count(&|task| task.is_by_hand && !task.has_ended()), "by hand", Tone::Warn),
        (count(&|task| task.state == "GIVEN_UP"), "given up", Tone::Dim),
    ];
    let line = Line::of(tone, format!("{ended} of {} have ended", tasks.len()));
    let some = parts.into_iter().filter(|(many, ..)| *many > 0);
    some.fold(line, |line, (many, what, tone)| line + Line::plain(", ") + Line::of(tone, format!("{many} {what}")))
}

/// How far a package has come.
pub fn package_state(code: &str) -> Line {
    match code {
        "ORDERED" => Line::of(Tone::Good, "● ") + Line::plain("is made"),
        "MADE" => Line::of(Tone::Warn, "▲ to be read"),
        "RELEASED" => Line::of(Tone::Good, "✓ may be fetched"),
        "REPLACED" => Line::dim("replaced"),
        "GONE" => Line::dim("gone"),
        code => word(Tone::Plain, code),
    }
}

pub fn package(one: &PackageHead, ctx: &Ctx) -> Row {
    let left = one.left_out.filter(|left| *left > 0).map(|left| format!(", {left} left out")).unwrap_or_default();
    let rows = one.rows.map_or_else(String::new, |rows| format!("{rows} rows{left}"));
    let until = match (one.state.0.as_str(), one.expires_at) {
        ("RELEASED", Some(at)) => course::deadline(at, ctx),
        _ => Line::dim("—"),
    };
    Row {
        id: one.id.inner().to_owned(),
        cells: vec![
            package_state(&one.state.0),
            Line::plain(format!("package {}", one.number)).strong(),
            until,
            Line::plain(rows),
        ],
    }
}

fn proof(id: String, what: &str, number: i32, (digest, made_at): (&str, Moment), ctx: &Ctx) -> Row {
    Row {
        id,
        cells: vec![
            Line::of(Tone::Good, "✓ signed"),
            Line::plain(format!("{what} {number}")).strong(),
            moment(made_at, ctx),
            Line::dim(course::digest(digest)),
        ],
    }
}

/// What proves it: certificates, then sealed evidence.
pub fn proofs(certificates: &[CertificateHead], evidence: &[EvidenceHead], ctx: &Ctx) -> Vec<Row> {
    let certificate = |one: &CertificateHead| {
        let id = format!("certificate_{}", one.number);
        proof(id, "certificate", one.number, (&one.digest, one.made_at), ctx)
    };
    let sealed = |one: &EvidenceHead| {
        let id = format!("evidence_{}", one.number);
        proof(id, "evidence", one.number, (&one.digest, one.made_at), ctx)
    };
    certificates.iter().map(certificate).chain(evidence.iter().map(sealed)).collect()
}

/// What is done on this desk, in one row.
pub fn desk(steps: &[Step]) -> Option<Row> {
    let (done, all, _) = progress(steps);
    let state = match steps.iter().find(|step| step.state.0 != "DONE") {
        _ if all == 0 => return None,
        None => Line::of(Tone::Good, "✓ done"),
        Some(_) if steps.iter().any(|step| step.state.0 == "SENT_BACK") => Line::of(Tone::Bad, "✗ sent back"),
        Some(now) if now.begun_at.is_some() || done > 0 => Line::of(Tone::Good, "● ") + Line::plain("under way"),
        Some(_) => Line::dim("○ waits"),
    };
    let cells = vec![state, Line::plain("this desk").strong(), Line::dim("—"), steps_line(steps)];
    Some(Row { id: STEPS.to_owned(), cells })
}

/// Where a row of these leads: the kind, and the id behind that of the request.
pub fn leads(request: &str, row: &str) -> Option<(&'static str, String)> {
    match row.split_once('_') {
        None if row == STEPS => Some((CARRYING, request.to_owned())),
        Some(("rtk", _)) => Some((CARRYING, format!("{request} {row}"))),
        Some(("pkg", _)) => Some((PACKAGE, format!("{request} {row}"))),
        Some((what @ ("certificate" | "evidence"), number)) => Some((PROOF, format!("{request} {what} {number}"))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_leads_to_what_it_is_about() {
        assert_eq!(leads("req_1", "rtk_7"), Some((CARRYING, "req_1 rtk_7".to_owned())));
        assert_eq!(leads("req_1", "certificate_2"), Some((PROOF, "req_1 certificate 2".to_owned())));
        assert_eq!(leads("req_1", "pkg_2"), Some((PACKAGE, "req_1 pkg_2".to_owned())));
        assert_eq!((leads("req_1", "msg_1"), leads("req_1", "step_1")), (None, None));
    }
}
