//! The books: what was done, by whom, on what, with the standing of the chain. The check of the chain runs here, over
//! links fetched page by page, so that the server does not vouch for itself.

use serde_json::{Map, Value, json};

use crate::api::books::{self, EVENT_TERMS, Event, OneStanding, Standing, event_pages};
use crate::core::action::{Action, Cli, Effect, Effects, Link, On, Target, Verb};
use crate::core::ask::{Answer, Ask};
use crate::core::canvas::Canvas;
use crate::core::chain::{self, Seen, Walk, hash_of};
use crate::core::due::{self, Moment};
use crate::core::list::{self, Looks, Source};
use crate::core::page::{Body, Fact, Line, Page, Section, Tone};
use crate::core::question::Question;
use crate::core::screen::{Ctx, Entry, Screen, Shape};
use crate::core::window::PAGE;

use super::listing::{Listed, Listing};
use super::shared::{go, short_id, some, verb};

const PLACE: &str = "audit";
/// The house's own chain, in the file of heads.
const HOUSE: &str = "house";

pub const ENTRY: Entry = Entry {
    name: PLACE,
    title: "Audit",
    shape: Shape::Screen,
    opener: Some(&GO),
    verbs: &[GO, OPEN, list::narrows("audit.filter", PLACE), RENEW, CHECK],
    open: |_| Box::new(Audit::default()),
};

const GO: Verb = go(
    "audit.go",
    "audit",
    "What was done, by whom and on what, and how the chain stands",
    &["g l"],
    Some("read_books"),
    "events list",
);
const OPEN: Verb = list::opens("audit.open", PLACE);
const RENEW: Verb = list::renews("audit.refresh", PLACE);
const CHECK: Verb = Verb {
    hint: "check",
    on: On::Nothing,
    cli: Cli::None("without a console, `verify-audit` checks with the journal's key"),
    ..verb(
        "audit.check",
        "check the chain",
        "Checks every link here, from what you saw last; again stops",
        PLACE,
        &["c"],
    )
};

static LISTED: Listed<Event> = Listed {
    source: Source {
        place: PLACE,
        tag: "events",
        document: books::events,
        at: "/events",
        id: |event| event.seq.to_string(),
    },
    looks: Looks {
        title: "Events",
        heads: &["When", "Seq", "Did", "On", "Who", "Facts", "Link"],
        leaves: &[6, 5, 1],
        none: "nothing that fits was done",
        is_heard: true,
    },
    cells,
    terms: EVENT_TERMS,
    first: "",
    orders: &[],
    leads: |event| event.tenant.as_ref().map(|tenant| Link { kind: "tenant", id: tenant.id.inner().to_owned() }),
    question: |_, _, _| None,
};

fn cells(event: &Event, ctx: &Ctx) -> Vec<Line> {
    vec![
        Line::plain(due::minute(event.at, ctx.now, ctx.zone())),
        Line::dim(event.seq.to_string()),
        Line::plain(event.action.clone()),
        Line::plain(short_id(&event.object)),
        Line::plain(short_id(&event.actor)),
        some(event.facts.as_ref()),
        Line::dim(format!("…{}", event.hash.get(event.hash.len().saturating_sub(4)..).unwrap_or_default())),
    ]
}

struct Audit {
    list: Listing<Event>,
    /// Whose chain it is; the house's where it is no tenant's.
    tenant: Option<String>,
    standing: Option<Standing>,
    trouble: Option<String>,
    seen: Option<Seen>,
    check: Check,
}

#[derive(Default)]
enum Check {
    #[default]
    Not,
    /// Since when, and how far.
    Runs(Moment, Box<Walk>),
    Held {
        at: Moment,
        seq: u64,
        walked: u64,
    },
    Broken {
        at: Moment,
        broken: chain::Break,
    },
    /// It could not be ended, for this reason.
    Stopped(String),
}

impl Default for Audit {
    fn default() -> Self {
        Self { list: Listing::new(&LISTED), tenant: None, standing: None, trouble: None, seen: None, check: Check::Not }
    }
}

/// The id of a chain's tenant, as its links hold it: what a tenant's id begins with; the house has none.
fn tenant_of(id: Option<&str>) -> Option<[u8; 16]> {
    let Some(id) = id else { return Some([0; 16]) };
    let bytes = data_encoding::BASE64URL_NOPAD.decode(id.strip_prefix("ten_")?.as_bytes()).ok()?;
    bytes.get(..16)?.try_into().ok()
}

fn link(event: &Event) -> Option<chain::Link> {
    let payload = match event.payload_hash.as_deref() {
        Some(hash) => Some(hash_of(hash)?),
        None => None,
    };
    Some(chain::Link {
        seq: event.seq.try_into().ok()?,
        micros: event.at_micros.parse().ok()?,
        actor: event.actor.clone(),
        action: event.action.clone(),
        object: event.object.clone(),
        payload,
        hash: hash_of(&event.hash)?,
    })
}

impl Audit {
    fn tenant(&self) -> Option<&str> {
        self.tenant.as_deref()
    }

    /// Whose chain it is, by name where a row says it.
    fn whose(&self) -> String {
        if self.tenant().is_none() {
            return "the house".to_owned();
        }
        let named = self.list.list().rows().find_map(|event| event.tenant.as_ref());
        named.map_or_else(|| "one tenant".to_owned(), |tenant| tenant.legal_name.clone())
    }

    fn chain(&self) -> String {
        self.tenant().unwrap_or(HOUSE).to_owned()
    }

    fn ask(tag: &'static str, document: String, variables: Value) -> Effect {
        Effect::Ask(Ask { to: PLACE, tag, document, variables, is_again: false })
    }

    fn stand(&self) -> Effects {
        let variables = json!({ "tenant": self.tenant() });
        let recall = Effect::Recall { to: PLACE, chain: self.chain() };
        vec![Self::ask("standing", books::standing(), variables), recall]
    }

    /// The list follows; where that leads to another chain, what is known of the one before goes.
    fn follow(&mut self, action: &Action, ctx: &Ctx) -> Effects {
        let mut effects = self.list.follow(action, ctx);
        let is_anew = matches!(action, Action::Opened | Action::SignedIn);
        if is_anew || self.list.said("tenant") != self.tenant() {
            self.tenant = self.list.said("tenant").map(str::to_owned);
            (self.standing, self.seen, self.check) = (None, None, Check::Not);
            effects.extend(self.stand());
        } else if matches!(action, Action::Returned) || matches!(action, Action::Do(verb, _) if **verb == RENEW) {
            effects.extend(self.stand());
        }
        effects
    }

    fn check(&mut self, ctx: &Ctx) -> Effects {
        if matches!(self.check, Check::Runs(..)) {
            self.check = Check::Stopped("stopped by you".to_owned());
            return Effects::new();
        }
        let head = self
            .standing
            .as_ref()
            .and_then(|standing| Some((u64::try_from(standing.seq).ok()?, hash_of(&standing.hash)?)));
        let (Some(head), Some(tenant)) = (head, tenant_of(self.tenant())) else {
            self.check = Check::Stopped("the server does not say how the chain stands".to_owned());
            return Effects::new();
        };
        self.check = Check::Runs(ctx.now, Box::new(Walk::new(tenant, head, self.seen.clone())));
        vec![self.page_after(None)]
    }

    fn page_after(&self, cursor: Option<&str>) -> Effect {
        let of_tenant = self.tenant().map(|id| ("tenant".to_owned(), json!(id)));
        let of_tenant: Map<String, Value> = of_tenant.into_iter().collect();
        Self::ask("check", books::events(), json!({ "filter": of_tenant, "first": PAGE, "after": cursor }))
    }

    /// A page of the check has come.
    fn walk(&mut self, answer: &Answer, ctx: &Ctx) -> Effects {
        let Check::Runs(_, walk) = &mut self.check else { return Effects::new() };
        let page = match answer.read::<books::Events>() {
            Ok(page) => page.events,
            Err(trouble) => {
                self.check = Check::Stopped(trouble.to_string());
                return Effects::new();
            }
        };
        let event_pages::Connection { edges, page_info, .. } = page;
        let links: Option<Vec<_>> = edges.iter().map(|edge| link(&edge.node)).collect();
        let Some(links) = links else {
            self.check = Check::Stopped("a link has another shape than the published one".to_owned());
            return Effects::new();
        };
        if !walk.take(links, page_info.has_next_page) {
            let cursor = edges.last().map(|edge| edge.cursor.as_str());
            return vec![self.page_after(cursor)];
        }
        let (walked, _) = walk.progress();
        if let Some(broken) = walk.broken() {
            self.check = Check::Broken { at: ctx.now, broken };
            let words = format!("the chain does not hold: {} {}", broken.seq, broken.how);
            return vec![Effect::Then(Action::Said(Tone::Bad, words))];
        }
        let Some((seq, hash)) = walk.head() else {
            self.check = Check::Stopped("there is no link yet".to_owned());
            return Effects::new();
        };
        let seen = Seen { seq, hash, at: ctx.now };
        self.seen = Some(seen.clone());
        self.check = Check::Held { at: ctx.now, seq, walked };
        vec![Effect::Remember { chain: self.chain(), seen }]
    }

    fn standing(&self, ctx: &Ctx) -> Section {
        let fact = |id, name, value: Line| Fact { id, name, exact: json!(value.text()), value };
        let at = |at: Moment| due::minute(at, ctx.now, ctx.zone());
        let short = |hash: &str| format!("…{}", hash.get(hash.len().saturating_sub(8)..).unwrap_or_default());
        let server = match (&self.standing, &self.trouble) {
            (Some(Standing { seq, hash, checkpoint, covered }), _) => {
                let told = Line::plain(format!("{seq} links, head {}", short(hash)));
                let covered = covered.map_or(String::new(), |covered| format!(" up to {covered}"));
                told + checkpoint.as_ref().map_or(Line::of(Tone::Warn, ", no checkpoint yet"), |checkpoint| {
                    Line::dim(format!(", signed {}{covered}", at(checkpoint.at)))
                })
            }
            (None, Some(words)) => Line::of(Tone::Bad, format!("✗ {words}")),
            (None, None) => Line::dim("asking"),
        };
        let seen = match &self.seen {
            Some(seen) => {
                Line::plain(format!("up to {}, head {}", seen.seq, short(&chain::hex(&seen.hash))))
                    + Line::dim(format!(", {}", at(seen.at)))
            }
            None => Line::dim("never on this machine"),
        };
        let check = match &self.check {
            Check::Not => Line::dim("c checks every link here, from what you saw last"),
            Check::Runs(since, walk) => {
                let (walked, all) = walk.progress();
                let rate =
                    u64::try_from((ctx.now - *since).num_seconds().max(1)).map_or(walked, |seconds| walked / seconds);
                Line::of(Tone::Warn, format!("{walked} of {all}")) + Line::dim(format!(", {rate} a second; c stops"))
            }
            Check::Held { at: held, seq, walked } => {
                Line::of(Tone::Good, format!("✓ whole up to {seq}"))
                    + Line::dim(format!(", {walked} links looked at, {}", at(*held)))
            }
            Check::Broken { at: found, broken } => {
                Line::of(Tone::Bad, format!("✗ {} {}", broken.seq, broken.how)) + Line::dim(format!(", {}", at(*found)))
            }
            Check::Stopped(why) => Line::of(Tone::Warn, format!("▲ not checked: {why}")),
        };
        Section {
            id: "chain",
            title: "Chain",
            note: Line::plain(self.whose()),
            body: Body::Facts(vec![
                fact("server", "It says", server),
                fact("seen", "You checked", seen),
                fact("check", "This check", check),
            ]),
        }
    }
}

impl Screen for Audit {
    fn update(&mut self, action: &Action, ctx: &Ctx) -> Effects {
        match action {
            Action::Answered(answer) if answer.tag == "check" => self.walk(answer, ctx),
            Action::Answered(answer) if answer.tag == "standing" => {
                match answer.read::<OneStanding>() {
                    Ok(OneStanding { audit_standing }) => (self.standing, self.trouble) = (Some(audit_standing), None),
                    Err(trouble) => self.trouble = Some(trouble.to_string()),
                }
                Effects::new()
            }
            Action::Recalled { chain, seen, .. } => {
                if *chain == self.chain() {
                    self.seen.clone_from(seen);
                }
                Effects::new()
            }
            Action::Do(verb, _) if **verb == CHECK => self.check(ctx),
            Action::Do(verb, target)
                if **verb == OPEN && self.list.row(target).is_some_and(|row| row.tenant.is_none()) =>
            {
                let words = "this event is the house's own".to_owned();
                vec![Effect::Then(Action::Said(Tone::Plain, words))]
            }
            action => self.follow(action, ctx),
        }
    }

    fn page(&self, ctx: &Ctx) -> Page {
        let sections = vec![self.standing(ctx), self.list.section(true, ctx)];
        Page { title: Line::plain("Audit"), sections, foot: Line::default() }
    }

    fn view(&self, ctx: &Ctx, canvas: &mut dyn Canvas) {
        let area = canvas.area();
        let standing = self.standing(ctx);
        let (top, below) = area.cut_top(canvas.height(&standing, area.width) + 1);
        canvas.section(top, &standing);
        canvas.section(below, &self.list.section(true, ctx));
    }

    fn target(&self, _: &Ctx) -> Target {
        self.list.list().target()
    }

    fn is_a_list(&self) -> bool {
        true
    }

    fn question(&self, verb: &Verb, target: &Target, ctx: &Ctx) -> Option<Question> {
        self.list.question(verb, target, ctx)
    }
}
