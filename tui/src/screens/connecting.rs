//! A store on its way to being connected: the link for its merchant, drawn and written, and how far it has come, told as it
//! happens.
//!
//! The link goes with this place; it is in no list and no notice.

use chrono::Duration;
use serde_json::json;

use crate::api::stores::{self, Standing, StoreConnecting};
use crate::core::action::{Action, Effect, Effects, Link, Scope, Target, Verb};
use crate::core::ask::{Answer, Ask, Trouble};
use crate::core::canvas::Canvas;
use crate::core::due::{self, Moment};
use crate::core::list;
use crate::core::one::{One, Whole};
use crate::core::page::{Body, Fact, Line, Page, Section, Tone};
use crate::core::qr::Qr;
use crate::core::screen::{Ctx, Entry, Screen, Shape};

use super::shared::{fact, verb, word};

const PLACE: &str = "connecting";

/// What a store's connecting is opened as.
pub const KIND: &str = PLACE;

pub const ENTRY: Entry = Entry {
    name: PLACE,
    title: "Connecting",
    shape: Shape::Detail { kind: KIND },
    opener: None,
    verbs: &[COPY, SWAP, READING, RENEW],
    open: |_| {
        Box::new(Connecting {
            store: One::new(&STORE),
            link: None,
            trouble: None,
            is_swapped: false,
            asked_at: None,
            is_live: false,
        })
    },
};

const RENEW: Verb = list::renews("connecting.refresh", PLACE);
const COPY: Verb = Verb {
    hint: "copy the link",
    off: |at, _| (!at.0.iter().any(|on| on == LINK)).then(|| "there is no link".to_owned()),
    ..Verb::new(
        "connecting.copy",
        "copy the link",
        "Hands the link to the clipboard of the terminal",
        Scope::Place(PLACE),
        &["y"],
    )
};
const SWAP: Verb = Verb {
    hint: "swap light and dark",
    off: |at, _| (!at.0.iter().any(|on| on == LINK)).then(|| "there is no picture".to_owned()),
    ..Verb::new(
        "connecting.swap",
        "swap light and dark",
        "Swaps light and dark of the QR code, for a terminal whose ground is light",
        Scope::Place(PLACE),
        &["Ctrl-t"],
    )
};
const READING: Verb = Verb {
    hint: "reading",
    ..verb("connecting.reading", "how it is read", "Shows each shelf and how far its reading has come", PLACE, &["v"])
};

/// What the keys would act on.
const LINK: &str = "link";
const BEGIN: &str = "begin";
const CHANGES: &str = "changes";

/// Between two looks while nobody tells.
const OFTEN: Duration = Duration::seconds(2);
/// The least columns for words beside the picture.
const BESIDE: u16 = 34;

static STORE: Whole = Whole { place: PLACE, tag: "standing", document: stores::standing, at: "/store" };

struct Given {
    url: String,
    /// Whose page it leads to.
    leads_to: String,
    ends_at: Moment,
    qr: Option<Qr>,
}

struct Connecting {
    store: One<Standing>,
    link: Option<Given>,
    trouble: Option<Trouble>,
    is_swapped: bool,
    /// When the server was asked last, to ask again in time.
    asked_at: Option<Moment>,
    /// The server tells by itself.
    is_live: bool,
}

impl Connecting {
    fn begin(&mut self, id: &str, ctx: &Ctx) -> Effects {
        self.asked_at = Some(ctx.now);
        let variables = json!({ "input": { "id": id } });
        let ask = Ask { to: PLACE, tag: BEGIN, document: stores::connect::document(), variables, is_again: false };
        let mut effects = vec![Effect::Ask(ask)];
        effects.extend(self.store.open(id));
        effects
    }

    fn look(&mut self, ctx: &Ctx) -> Effects {
        self.asked_at = Some(ctx.now);
        self.store.ask()
    }

    fn hear(&mut self, answer: &Answer, ctx: &Ctx) -> Effects {
        match answer.tag {
            BEGIN => {
                match given(answer) {
                    Ok(link) => (self.link, self.trouble) = (Some(link), None),
                    Err(trouble) => self.trouble = Some(trouble),
                }
                self.look(ctx)
            }
            CHANGES => self.look(ctx),
            _ => {
                self.store.hear(answer);
                Effects::new()
            }
        }
    }

    /// How the try stands that this place began.
    fn outcome(&self) -> Option<&str> {
        self.link.as_ref()?;
        Some(self.store.held()?.handshake.as_ref()?.outcome.0.as_str())
    }

    fn is_waiting(&self) -> bool {
        self.trouble.is_none() && self.outcome().is_none_or(|outcome| matches!(outcome, "WAITING" | "TAKEN"))
    }

    /// The link, while it is good.
    fn good(&self, ctx: &Ctx) -> Option<&Given> {
        self.link.as_ref().filter(|link| self.is_waiting() && ctx.now < link.ends_at)
    }

    fn now(&self, ctx: &Ctx) -> Line {
        if let Some(trouble) = &self.trouble {
            return Line::of(Tone::Bad, format!("✗ {trouble}"));
        }
        let Some(link) = &self.link else { return Line::dim("asking for a link") };
        let code = self.store.held().and_then(|held| held.handshake.as_ref()?.code.clone());
        match self.outcome().unwrap_or("WAITING") {
            "WAITING" if ctx.now >= link.ends_at => {
                Line::of(Tone::Warn, "▲ ") + Line::plain("the link lapsed, nobody came back: begin again")
            }
            "WAITING" => Line::of(Tone::Warn, "○ ") + Line::plain("waits for its merchant"),
            "TAKEN" => Line::of(Tone::Warn, "○ ") + Line::plain("its merchant is back, the platform is asked"),
            "CONNECTED" => Line::of(Tone::Good, "✓ ") + Line::plain("connected; it is read now"),
            "DENIED" => Line::of(Tone::Bad, "✗ ") + Line::plain("its merchant said no: nothing was granted"),
            "REPLACED" => Line::of(Tone::Warn, "▲ ") + Line::plain("another link took its place"),
            "FAILED" => {
                let why = code.as_deref().unwrap_or("no word why").replace('_', " ");
                Line::of(Tone::Bad, "✗ ") + Line::plain(format!("the platform did not connect it: {why}"))
            }
            code => word(Tone::Plain, code),
        }
    }

    fn facts(&self, ctx: &Ctx) -> Vec<Fact> {
        let mut facts = Vec::new();
        if let Some(store) = self.store.held() {
            let platform = Line::dim(format!(", {}", store.platform));
            facts.push(fact("store", "Store", Line::plain(store.domain.clone()).strong() + platform));
            facts.push(fact("tenant", "Tenant", Line::plain(store.tenant.legal_name.clone())));
        }
        facts.push(fact("now", "Now", self.now(ctx)));
        if let Some(link) = self.good(ctx) {
            facts.push(fact("ends", "Good for", Line::word(Tone::Plain, due::left(link.ends_at, ctx.now))));
            facts.push(fact("leads_to", "Leads to", Line::plain(link.leads_to.clone())));
            facts.push(fact("link", "Link", Line::of(Tone::Strong, link.url.clone())));
        }
        facts
    }

    fn sections(&self, ctx: &Ctx) -> Vec<Section> {
        let section = |id, title, body| Section { id, title, note: Line::default(), body };
        let mut sections = vec![section(PLACE, "Connecting", Body::Facts(self.facts(ctx)))];
        if self.good(ctx).is_some() {
            let words = "Hand it to whoever owns the shop. It leads to the platform, asks for what the policy lists, and \
                         is good once.";
            sections.push(section("words", "", Body::Words(vec![Line::default(), Line::dim(words)])));
        }
        sections
    }
}

fn given(answer: &Answer) -> Result<Given, Trouble> {
    let data = answer.outcome.as_ref().map_err(Clone::clone)?;
    let strange = || Trouble::Strange("its answer has another shape".to_owned());
    let begun = data.pointer("/connectStore/begun").ok_or_else(strange)?;
    let begun: StoreConnecting = serde::Deserialize::deserialize(begun).map_err(|_| strange())?;
    let page = begun.url.ok_or_else(strange)?;
    let leads_to = page.split('/').nth(2).unwrap_or_default().to_owned();
    let url = begun.short_url.unwrap_or(page);
    Ok(Given { qr: Qr::of(&url), url, leads_to, ends_at: begun.ends_at })
}

impl Screen for Connecting {
    fn update(&mut self, action: &Action, ctx: &Ctx) -> Effects {
        match action {
            Action::Linked(link) => self.begin(&link.id, ctx),
            Action::Answered(answer) => self.hear(answer, ctx),
            Action::Line { is_up, .. } => {
                self.is_live = *is_up;
                // What happened before somebody told is not told of.
                self.look(ctx)
            }
            Action::Woken | Action::Returned | Action::SignedIn | Action::Changed(..) => self.look(ctx),
            Action::Do(verb, _) if **verb == RENEW => self.look(ctx),
            Action::Do(verb, _) if **verb == COPY => {
                self.good(ctx).map(|link| Effect::Copy(link.url.clone())).into_iter().collect()
            }
            Action::Do(verb, _) if **verb == SWAP => {
                self.is_swapped = !self.is_swapped;
                Effects::new()
            }
            Action::Do(verb, _) if **verb == READING => {
                vec![Effect::Then(Action::Open(Link { kind: super::reading::KIND, id: self.store.id().to_owned() }))]
            }
            _ => Effects::new(),
        }
    }

    fn page(&self, ctx: &Ctx) -> Page {
        Page { title: Line::plain(ENTRY.title), sections: self.sections(ctx), foot: Line::default() }
    }

    fn view(&self, ctx: &Ctx, canvas: &mut dyn Canvas) {
        let mut area = canvas.area();
        if let Some(qr) = self.good(ctx).and_then(|link| link.qr.as_ref()) {
            let room = area.cut_right(BESIDE).1;
            if let Some(taken) = canvas.qr(room, qr, self.is_swapped) {
                area = area.cut_right(area.width.saturating_sub(taken.width)).0;
            } else {
                let words = Body::Words(vec![Line::of(Tone::Warn, "A larger window draws the link too.")]);
                let (last, above) = area.cut_bottom(1);
                canvas.section(last, &Section { id: "room", title: "", note: Line::default(), body: words });
                area = above;
            }
        }
        for section in self.sections(ctx) {
            let height = canvas.height(&section, area.width) + u16::from(!section.title.is_empty());
            let (here, below) = area.cut_top(height);
            canvas.section(here, &section);
            area = below;
        }
    }

    fn target(&self, ctx: &Ctx) -> Target {
        Target(vec![if self.good(ctx).is_some() { LINK } else { self.store.id() }.to_owned()])
    }

    fn wakes(&self, ctx: &Ctx) -> Option<Moment> {
        let is_asked = !self.is_live && self.good(ctx).is_some();
        self.asked_at.filter(|_| is_asked).map(|at| at + OFTEN)
    }

    fn follows(&self, _: &Ctx) -> Vec<Ask> {
        let ask = |variables| Ask { to: PLACE, tag: CHANGES, document: stores::followed(), variables, is_again: false };
        let store = self.store.held().filter(|_| self.is_waiting());
        store.map(|store| ask(json!({ "id": store.tenant.id }))).into_iter().collect()
    }

    fn crumb(&self) -> Option<String> {
        Some("connecting".to_owned())
    }
}
