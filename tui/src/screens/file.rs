//! One version of the policy as its file has it, line by line, and beneath it the chosen line in full. It colours nothing
//! and judges nothing: what is otherwise in it stands on the version's own screen.

use crate::api::policies::{self, File};
use crate::core::action::{Action, Effects, Target, Verb};
use crate::core::canvas::Canvas;
use crate::core::list::{self, Looks};
use crate::core::one::{One, Whole};
use crate::core::page::{Body, Line, Page, Row, Section};
use crate::core::screen::{Ctx, Entry, Screen, Shape};

use super::panes::{Parts, beneath, is_for_all};
use super::shared::POLICY_FILE;

const PLACE: &str = "file";

pub const ENTRY: Entry = Entry {
    name: PLACE,
    title: "File",
    shape: Shape::Detail { kind: POLICY_FILE },
    opener: None,
    verbs: &[RENEW],
    open: |_| Box::new(OneFile { file: One::new(&FILE), lines: Parts::default() }),
};

const RENEW: Verb = list::renews("file.refresh", PLACE);

static FILE: Whole = Whole { place: PLACE, tag: "file", document: policies::file, at: "/policyVersion" };

const LINES: Looks = Looks { title: "File", heads: &[], leaves: &[], none: "the file says nothing", is_heard: true };

struct OneFile {
    file: One<File>,
    lines: Parts,
}

/// As an editor counts them, for a line of which somebody speaks.
fn rows(lines: &[String]) -> Vec<Row> {
    let width = lines.len().to_string().len();
    let row = |(n, text): (usize, &String)| Row {
        id: (n + 1).to_string(),
        cells: vec![Line::dim(format!("{:>width$}", n + 1)), Line::plain(text.clone())],
    };
    lines.iter().enumerate().map(row).collect()
}

impl OneFile {
    fn lines(&self) -> &[String] {
        self.file.held().map(|file| file.lines.0.as_slice()).unwrap_or_default()
    }

    fn ids(&self) -> Vec<String> {
        (1..=self.lines().len()).map(|n| n.to_string()).collect()
    }

    fn sections(&self) -> [Section; 2] {
        let Section { note, .. } = self.file.section(PLACE, LINES.title, |_| Vec::new());
        let mut lines = self.lines.section("lines", &LINES, self.file.held().map(|file| rows(&file.lines.0)));
        if note != Line::default() {
            lines.note = note;
        }
        let Target(on) = self.lines.target(&self.ids());
        let number = on.first().and_then(|id| id.parse::<usize>().ok());
        let chosen = number.and_then(|number| self.lines().get(number.checked_sub(1)?));
        let note = number.map(|number| Line::dim(format!("line {number}"))).unwrap_or_default();
        let body = Body::Words(chosen.map(|text| Line::plain(text.trim())).into_iter().collect());
        [lines, Section { id: "chosen", title: "In full", note, body }]
    }
}

impl Screen for OneFile {
    fn update(&mut self, action: &Action, ctx: &Ctx) -> Effects {
        match action {
            Action::Linked(link) => self.file.open(&link.id),
            Action::Answered(answer) => {
                self.file.hear(answer);
                Effects::new()
            }
            action if is_for_all(action, &RENEW) => self.file.ask(),
            action => {
                let ids = self.ids();
                self.lines.follow(action, &ids, ctx)
            }
        }
    }

    fn page(&self, _: &Ctx) -> Page {
        let title = Line::plain(self.crumb().unwrap_or_default());
        Page { title, sections: self.sections().into(), foot: Line::default() }
    }

    fn view(&self, _: &Ctx, canvas: &mut dyn Canvas) {
        let [lines, chosen] = self.sections();
        beneath(canvas, &lines, &chosen);
    }

    fn target(&self, _: &Ctx) -> Target {
        self.lines.target(&self.ids())
    }

    fn is_a_list(&self) -> bool {
        true
    }

    fn crumb(&self) -> Option<String> {
        self.file.held().map(|file| format!("{}-{}.toml", file.name, file.version))
    }
}
