//! How far what was approved has come, in the person's own words: what was done and when, who else is told and until when an
//! answer is waited for, and where the answer, the copy and the certificate are. It tells steps, recipients and dates, and no
//! value of anybody's.

use chrono::Duration;

use super::follow::{Behind, day_of};
use super::{badge, fact};
use crate::floor::html::Html;
use crate::floor::kernel::{Day, Instant};
use crate::floor::regulations::Right;
use crate::propagation::{Place, Told};
use crate::requests::package::PackageState;
use crate::requests::{Carried, FollowedRequest, Intake, Outcome, Request, Stage, Step, StepName, StepState};
use crate::trust::reader::Reader;
use crate::trust::web::Steps;

/// What a person is told of as one thing that is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Part {
    code: &'static str,
    is_done: bool,
    at: Option<Instant>,
}

/// What is told of one thing that was asked, as further facts of it.
pub struct Course<'a> {
    pub behind: Behind<'a>,
    pub intake: &'a Intake,
    pub one: &'a FollowedRequest,
    /// The person's copy may be fetched further down on the page.
    pub is_ready: bool,
    pub now: Instant,
}

impl Course<'_> {
    pub fn put(&self, html: &mut Html, reader: &Reader<'_>) {
        let Some(carried) = &self.one.carried else { return };
        let (words, request) = (&reader.words.course, &self.one.request);
        if let Some(starts_at) = carried.starts_at.filter(|at| *at > self.now && !carried.is_begun()) {
            fact(html, &words.title, |html| {
                html.fill(&words.starts, |html, _| reader.day(html, day_of(self.intake, starts_at).0));
            });
            return;
        }
        let parts = parts(request, carried);
        if !parts.is_empty() {
            fact(html, &words.title, |html| self.parts(html, reader, &parts));
        }
        if !carried.tasks.is_empty() {
            fact(html, &words.told, |html| self.recipients(html, reader, &carried.tasks));
        }
        if self.is_ready {
            fact(html, &words.copy, |html| html.line("a", &[("href", "#packages")], &words.copy_ready));
        }
        if let Some(answered_at) = request.answered_at {
            fact(html, &words.answer, |html| {
                html.fill(&words.answered, |html, _| reader.day(html, day_of(self.intake, answered_at).0));
                html.text(" ");
                html.line("a", &[("href", "#messages")], &words.below);
            });
        }
        if carried.certificate.is_some() {
            let to = self.behind.tongues_of(Steps::CERTIFICATE, &request.reference);
            fact(html, &words.certificate, |html| {
                html.line("a", &[("href", &[to.as_str(), reader.locale].concat())], &words.certificate_link);
            });
        }
    }

    fn parts(&self, html: &mut Html, reader: &Reader<'_>, parts: &[Part]) {
        let first = parts.iter().position(|part| !part.is_done);
        html.tag("ol", &[("class", "course")], |html| {
            for (at, part) in parts.iter().enumerate() {
                let (tone, sign, state) = if part.is_done {
                    ("good", "✓", "done")
                } else if first == Some(at) {
                    ("plain", "●", "now")
                } else {
                    ("none", "○", "later")
                };
                html.tag("li", &[], |html| {
                    badge(html, tone, sign, &reader.words.code("progress", state));
                    html.text(" ");
                    html.line("span", &[], &reader.words.code("course", part.code));
                    if let Some(at) = part.at {
                        html.text(" ");
                        html.tag("span", &[("class", "when")], |html| {
                            reader.day(html, day_of(self.intake, at).0);
                        });
                    }
                });
            }
        });
    }

    fn recipients(&self, html: &mut Html, reader: &Reader<'_>, tasks: &[Told]) {
        let words = &reader.words.course;
        html.tag("ul", &[("class", "moves")], |html| {
            for task in tasks {
                html.tag("li", &[], |html| {
                    named(html, reader, task);
                    html.text(": ");
                    html.text(&reader.words.value(task.state));
                    html.text(".");
                    if !task.has_ended() {
                        html.text(" ");
                        html.fill(&words.until, |html, _| reader.day(html, last_day(self.intake, task.until).0));
                    }
                });
            }
        });
    }
}

/// The last day of which anything is left before this moment, which may be the midnight that ends it.
fn last_day(intake: &Intake, until: Instant) -> Day {
    day_of(intake, until.plus(-Duration::seconds(1)))
}

/// What the person knows a recipient as.
fn named(html: &mut Html, reader: &Reader<'_>, task: &Told) {
    let place = match task.place {
        Place::Store(_) => "store",
        Place::Recipient => "recipient",
        Place::App(_) => "app",
    };
    name(html, reader, place, &task.recipient);
}

/// The same by the codes of a certificate.
pub fn name(html: &mut Html, reader: &Reader<'_>, place: &str, code: &str) {
    let words = &reader.words.course;
    match place {
        "store" => html.fill(&words.store, |html, _| html.line("bdi", &[], reader.platform(code))),
        "app" => html.text(&words.app),
        _ => html.line("bdi", &[], reader.platform(code)),
    }
}

/// What is done, in the order in which it is; nothing where nothing was begun, or it ended otherwise.
fn parts(request: &Request, carried: &Carried) -> Vec<Part> {
    let is_over = matches!(
        request.stage,
        Stage::Closed { outcome, .. } if !matches!(outcome, Outcome::Fulfilled | Outcome::PartlyFulfilled)
    );
    if carried.steps.is_empty() || is_over {
        return Vec::new();
    }
    let mut all: Vec<Option<Part>> = match request.right {
        Right::Deletion => vec![
            of_steps("kept_out", carried, &[StepName::Tombstone]),
            of_steps("deleted", carried, &[StepName::Keep, StepName::Forget, StepName::Files, StepName::Key]),
            of_steps("looked", carried, &[StepName::Scan]),
        ],
        Right::Access | Right::Portability => {
            let read = of_steps("read", carried, &[StepName::Package]);
            let lies_there = matches!(carried.package, Some(PackageState::Made | PackageState::Released));
            let copied = |read: Part| Part { code: "copied", is_done: read.is_done || lies_there, at: None };
            vec![read.map(copied), read]
        }
        Right::Correction => vec![of_steps("put_right", carried, &[StepName::Act])],
        Right::Restriction => vec![of_steps("restricted", carried, &[StepName::Act])],
        Right::Objection => vec![of_steps("ended", carried, &[StepName::Act])],
        Right::OptOut => vec![of_steps("passed_on_no_more", carried, &[StepName::Act])],
        _ => Vec::new(),
    };
    if !carried.tasks.is_empty() {
        let is_done = carried.tasks.iter().all(Told::has_ended);
        let at = carried.tasks.iter().filter_map(|task| task.ended_at).max().filter(|_| is_done);
        all.push(Some(Part { code: "told", is_done, at }));
    }
    let answered_at = request.answered_at;
    all.push(Some(Part { code: "answered", is_done: answered_at.is_some(), at: answered_at }));
    all.into_iter().flatten().collect()
}

/// Some steps as one thing; none where they are no part of what is carried out.
fn of_steps(code: &'static str, carried: &Carried, names: &[StepName]) -> Option<Part> {
    let steps: Vec<&Step> = carried.steps.iter().filter(|step| names.contains(&step.name)).collect();
    if steps.is_empty() {
        return None;
    }
    let is_done = steps.iter().all(|step| step.state == StepState::Done);
    let at = steps.iter().filter_map(|step| step.finished_at).max().filter(|_| is_done);
    Some(Part { code, is_done, at })
}
