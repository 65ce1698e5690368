//! What was announced to merchants, newest first: from when it holds, until when they may object, how far its letters have
//! come, and the words of the chosen one beneath.

use crate::api::processors::{self, Notice};
use crate::core::action::{Action, Effects, Link, Target, Verb};
use crate::core::canvas::Canvas;
use crate::core::list::{self, Looks, Source};
use crate::core::page::{Body, Line, Page, Section, Tone};
use crate::core::screen::{Ctx, Entry, Screen, Shape};

use super::listing::{Listed, Listing};
use super::processors::{date, window};
use super::shared::{go, moment, word};

const PLACE: &str = "announced";

pub const ENTRY: Entry = Entry {
    name: PLACE,
    title: "Announced",
    shape: Shape::Screen,
    opener: Some(&GO),
    verbs: &[GO, list::opens("announced.open", PLACE), list::renews("announced.refresh", PLACE)],
    open: |_| Box::new(Announced { notices: Listing::new(&LISTED) }),
};

const GO: Verb = go(
    "announced.go",
    "what was announced",
    "Changes as merchants were told of them, and whether the letters arrived",
    &["g n"],
    Some("see_queue"),
    "notices list",
);

static LISTED: Listed<Notice> = Listed {
    source: Source {
        place: PLACE,
        tag: "announced",
        document: processors::notices,
        at: "/notices",
        id: |notice| notice.id.inner().to_owned(),
    },
    looks: Looks {
        title: "Announced",
        heads: &["Announced", "What", "Whom", "From", "Objections", "Letters", "Policy"],
        leaves: &[6, 5],
        none: "nothing was announced yet",
        is_heard: true,
    },
    cells: |notice, ctx| {
        let whom = notice.processor.as_ref().map_or(Line::dim("the policy"), |of| Line::plain(of.name.clone()));
        vec![
            moment(notice.announced_at, ctx),
            kind(notice),
            whom,
            Line::plain(date(notice.effective_on)),
            window(notice.objection_until, ctx),
            letters(notice),
            Line::dim(format!("v{}", notice.policy_version)),
        ]
    },
    terms: &[],
    first: "",
    orders: &[],
    leads: |notice| {
        let of = notice.processor.as_ref()?;
        Some(Link { kind: "processor", id: of.id.inner().to_owned() })
    },
    question: |_, _, _| None,
};

/// What it announces, or that it was taken back.
pub fn kind(notice: &Notice) -> Line {
    let is_back = notice.withdrawn_at.is_some();
    let told = word(if is_back { Tone::Dim } else { Tone::Plain }, &notice.kind.0);
    if is_back { told + Line::dim(", taken back") } else { told }
}

/// How many letters were taken, and what became of the others.
pub fn letters(notice: &Notice) -> Line {
    let Notice { reached, waiting, failed, .. } = notice;
    let waits = if *waiting > 0 { Line::dim(format!(", {waiting} to send")) } else { Line::default() };
    let fails = if *failed > 0 { Line::of(Tone::Bad, format!(", ✗ {failed} refused")) } else { Line::default() };
    Line::plain(format!("{reached} taken")) + waits + fails
}

struct Announced {
    notices: Listing<Notice>,
}

impl Announced {
    fn sections(&self, ctx: &Ctx) -> [Section; 2] {
        let words = self.notices.list().chosen().map(|notice| notice.text.lines().map(Line::plain).collect());
        let body = Body::Words(words.unwrap_or_default());
        let words = Section { id: "text", title: "As it was worded", note: Line::default(), body };
        [self.notices.section(true, ctx), words]
    }
}

impl Screen for Announced {
    fn update(&mut self, action: &Action, ctx: &Ctx) -> Effects {
        self.notices.follow(action, ctx)
    }

    fn page(&self, ctx: &Ctx) -> Page {
        Page { title: Line::plain(ENTRY.title), sections: self.sections(ctx).into(), foot: Line::default() }
    }

    fn view(&self, ctx: &Ctx, canvas: &mut dyn Canvas) {
        let [list, words] = self.sections(ctx);
        let area = canvas.area();
        let wanted = (canvas.height(&words, area.width) + 1).min(area.height / 2);
        let (below, above) = area.cut_bottom(wanted);
        canvas.section(above, &list);
        canvas.section(below, &words);
    }

    fn target(&self, _: &Ctx) -> Target {
        self.notices.list().target()
    }

    fn is_a_list(&self) -> bool {
        true
    }
}
