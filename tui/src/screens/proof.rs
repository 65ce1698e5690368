//! A document that proves how a request was answered: a certificate or sealed evidence, line by line, and whether what arrived is
//! what was signed. It is copied whole from here, or printed by a command.
//!
//! It judges no signature: whoever wants to know verifies the document with the public key, without this desk.

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::api::carrying::{self, Proved};
use crate::core::action::{Action, Cli, Effect, Effects, Scope, Target, Verb, Why};
use crate::core::canvas::Canvas;
use crate::core::chain::hex;
use crate::core::due::Moment;
use crate::core::list::{self, Looks};
use crate::core::one::{One, Whole};
use crate::core::page::{Fact, Line, Page, Row, Section, Tone};
use crate::core::screen::{Ctx, Entry, Screen, Shape};

use super::carried::PROOF as KIND;
use super::panes::{Parts, is_for_all, panes};
use super::shared::{fact, moment};

const PLACE: &str = "proof";

pub const ENTRY: Entry = Entry {
    name: PLACE,
    title: "Proof",
    shape: Shape::Detail { kind: KIND },
    opener: None,
    verbs: &[RENEW, COPY],
    open: |_| {
        Box::new(OneScreen {
            request: One::new(&PROOFS),
            which: (String::new(), 0),
            text: Vec::new(),
            lines: Parts::default(),
        })
    },
};

const RENEW: Verb = list::renews("proof.refresh", PLACE);
const COPY: Verb = Verb {
    hint: "copy",
    cli: Cli::Form("requests certificate"),
    ..Verb::new(
        "proof.copy",
        "copy the document",
        "Hands the whole document to the clipboard, as it was signed",
        Scope::Place(PLACE),
        &["y"],
    )
};

static PROOFS: Whole = Whole { place: PLACE, tag: "proof", document: carrying::proofs, at: "/request" };

const LINES: Looks = Looks { title: "The document", heads: &[], leaves: &[], none: "it is not there", is_heard: true };

struct OneScreen {
    request: One<Proved>,
    /// A certificate or evidence, and its number.
    which: (String, i32),
    /// It, laid out to be read.
    text: Vec<String>,
    lines: Parts,
}

/// One document, whichever kind it is of.
#[derive(Clone, Copy)]
struct Document<'a> {
    made_at: Moment,
    digest: &'a str,
    signed: &'a str,
}

impl Document<'_> {
    /// Whether what arrived is the very text that the digest is of.
    fn is_whole(&self) -> bool {
        hex(&Sha256::digest(self.signed)) == self.digest
    }

    fn lines(&self) -> Vec<String> {
        let laid_out = serde_json::from_str::<Value>(self.signed).ok().map(|value| format!("{value:#}"));
        laid_out.unwrap_or_else(|| self.signed.to_owned()).lines().map(str::to_owned).collect()
    }
}

impl OneScreen {
    fn document(&self) -> Option<Document<'_>> {
        let (kind, number) = &self.which;
        let request = self.request.held()?;
        if kind == "certificate" {
            let one = request.certificates.iter().find(|one| one.number == *number)?;
            return Some(Document { made_at: one.made_at, digest: &one.digest, signed: &one.signed });
        }
        let one = request.evidence.iter().find(|one| one.number == *number)?;
        Some(Document { made_at: one.made_at, digest: &one.digest, signed: &one.signed })
    }

    fn facts(&self, request: &Proved, ctx: &Ctx) -> Vec<Fact> {
        let (kind, number) = &self.which;
        let Some(document) = self.document() else {
            return vec![fact(
                "none",
                "Which",
                Line::dim(format!("there is no {kind} {number} of {}", request.reference)),
            )];
        };
        let many = if kind == "certificate" { request.certificates.len() } else { request.evidence.len() };
        let whole = if document.is_whole() {
            Line::of(Tone::Good, "✓ it arrived as it was signed")
        } else {
            Line::of(Tone::Bad, "✗ what arrived is not what was signed: do not hand it on")
        };
        let command = if kind == "certificate" { "certificate" } else { "evidence" };
        vec![
            fact(
                "which",
                "Which",
                Line::plain(format!("{kind} {number}")).strong()
                    + Line::dim(format!(" of {many}, of {}", request.reference)),
            ),
            fact("made", "Signed", moment(document.made_at, ctx)),
            fact("digest", "Digest", Line::plain(document.digest.to_owned())),
            fact("whole", "Whole", whole),
            fact(
                "file",
                "As a file",
                Line::plain(format!("rightsdesk requests {command} {} > {kind}.jsonl", request.reference)),
            ),
        ]
    }

    fn ids(&self) -> Vec<String> {
        (1..=self.text.len()).map(|n| n.to_string()).collect()
    }

    fn sections(&self, ctx: &Ctx) -> (Section, [Section; 1]) {
        let top = self.request.section("proof", "Proof", |request| self.facts(request, ctx));
        let row = |(n, text): (usize, &String)| Row { id: (n + 1).to_string(), cells: vec![Line::plain(text.clone())] };
        let rows = self.request.held().map(|_| self.text.iter().enumerate().map(row).collect());
        (top, [self.lines.section("lines", &LINES, rows)])
    }
}

impl Screen for OneScreen {
    fn update(&mut self, action: &Action, ctx: &Ctx) -> Effects {
        match action {
            Action::Linked(link) => {
                let mut parts = link.id.split(' ');
                let id = parts.next().unwrap_or_default().to_owned();
                let kind = parts.next().unwrap_or("certificate").to_owned();
                self.which = (kind, parts.next().and_then(|number| number.parse().ok()).unwrap_or(1));
                self.text.clear();
                self.request.open(&id)
            }
            Action::Answered(answer) => {
                if self.request.hear(answer) {
                    self.text = self.document().map(|document| document.lines()).unwrap_or_default();
                }
                Effects::new()
            }
            Action::Do(verb, _) if **verb == COPY => {
                self.document().map(|document| Effect::Copy(document.signed.to_owned())).into_iter().collect()
            }
            action if is_for_all(action, &RENEW) && !self.request.id().is_empty() => self.request.renew(action),
            action => {
                let ids = self.ids();
                self.lines.follow(action, &ids, ctx)
            }
        }
    }

    fn page(&self, ctx: &Ctx) -> Page {
        let (top, lists) = self.sections(ctx);
        let title = Line::plain(self.crumb().unwrap_or_default());
        Page { title, sections: std::iter::once(top).chain(lists).collect(), foot: Line::default() }
    }

    fn view(&self, ctx: &Ctx, canvas: &mut dyn Canvas) {
        let (top, lists) = self.sections(ctx);
        panes(canvas, &top, &lists, 0);
    }

    fn target(&self, _: &Ctx) -> Target {
        self.lines.target(&self.ids())
    }

    fn refusals(&self, _: &Ctx) -> Vec<(&'static str, Why)> {
        let why = match self.document() {
            None => Some("there is nothing to copy"),
            Some(document) if !document.is_whole() => Some("what arrived is not what was signed"),
            Some(_) => None,
        };
        why.map(|why| (COPY.id, why.to_owned())).into_iter().collect()
    }

    fn is_a_list(&self) -> bool {
        true
    }

    fn crumb(&self) -> Option<String> {
        let (kind, number) = &self.which;
        self.request.held().map(|request| format!("{}, {kind} {number}", request.reference))
    }
}
