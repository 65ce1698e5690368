//! What of a store's went to whom: field by field of the policy in which form, how often and when last; where its merchant
//! has events sent; and beside it the book of what left. No value is in any of them.

use crate::api::sharing::{self, Destination, Disclosure, SharedCell, SharedField, TERMS};
use crate::api::stores::StoreNamed;
use crate::core::action::{Action, Effects, Target, Verb};
use crate::core::canvas::Canvas;
use crate::core::list::{self, Looks, Source};
use crate::core::one::{One, Whole};
use crate::core::page::{Fact, Line, Page, Row, Section, Tone};
use crate::core::screen::{Ctx, Entry, Screen, Shape};

use super::listing::{Listed, Listing};
use super::panes::{Parts, is_for_all, panes};
use super::shared::{ago, fact, moment, node, word};

const PLACE: &str = "sharing";

/// What it is opened as, with the id of the store.
pub const KIND: &str = PLACE;

pub const ENTRY: Entry = Entry {
    name: PLACE,
    title: "What was shared",
    shape: Shape::Detail { kind: KIND },
    opener: None,
    verbs: &[RENEW, TURN],
    open: |_| {
        Box::new(OneScreen {
            shared: One::new(&SHARED),
            destinations: One::new(&DESTINATIONS),
            cells: Parts::default(),
            book: Listing::new(&BOOK),
            is_on_book: false,
        })
    },
};

const RENEW: Verb = list::renews("sharing.refresh", PLACE);
const TURN: Verb = list::turns("sharing.pane", PLACE);

static SHARED: Whole = Whole { place: PLACE, tag: "shared", document: sharing::shared, at: "" };
static DESTINATIONS: Whole =
    Whole { place: PLACE, tag: "destinations", document: sharing::destinations, at: "/destinations" };

static BOOK: Listed<Disclosure> = Listed {
    source: Source {
        place: PLACE,
        tag: "book",
        document: sharing::disclosures,
        at: "/disclosures",
        id: |one| format!("{} {} {} {}", one.at, one.recipient, one.category, one.form),
    },
    looks: Looks {
        title: "The book of what left, of all its tenant's stores",
        heads: &["When", "To", "Fields", "Form", "Of how many", "About", "How"],
        leaves: &[6, 5, 4],
        none: "nothing left yet",
        is_heard: true,
    },
    cells: |one, ctx| {
        vec![
            moment(one.at, ctx),
            Line::plain(one.recipient.clone()),
            Line::dim(format!("{}: ", one.category)) + Line::plain(one.fields.join(", ")),
            form(&one.form),
            Line::plain(one.count.to_string()),
            one.subject.as_ref().map_or(Line::dim("—"), |subject| node(subject.inner())),
            word(Tone::Dim, &one.way),
        ]
    },
    terms: TERMS,
    first: "",
    orders: &[],
    leads: |_| None,
    question: |_, _, _| None,
};

const CELLS: Looks = Looks {
    title: "What went to whom",
    heads: &["Field", "To", "By the policy", "Went as", "Times", "Last"],
    leaves: &[4, 5],
    none: "by the policy nothing goes to anybody, and nothing went",
    is_heard: true,
};

#[derive(serde::Deserialize)]
struct Shared {
    store: Option<StoreNamed>,
    shared: Vec<SharedField>,
}

/// A form in words.
fn form(code: &str) -> Line {
    match code {
        "never" => Line::dim("never"),
        "raw" => Line::of(Tone::Warn, "raw"),
        "truncated" => Line::plain("cut short"),
        "hashed" => Line::plain("hashed"),
        "truncated_hashed" => Line::plain("cut short, hashed"),
        code => word(Tone::Plain, code),
    }
}

/// A cell in which something may go or went.
fn is_told(cell: &SharedCell) -> bool {
    cell.times > 0 || cell.form != "never"
}

fn row(field: &SharedField, cell: &SharedCell, ctx: &Ctx) -> Row {
    let to = if cell.is_on { Line::plain(cell.recipient.clone()) } else { Line::dim(cell.recipient.clone()) };
    let is_other = cell.forms_sent.iter().any(|sent| *sent != cell.form);
    let mark = if is_other { Line::of(Tone::Warn, "▲ ") } else { Line::default() };
    let went = cell.forms_sent.iter().enumerate().fold(mark, |line, (n, sent)| {
        let comma = if n == 0 { Line::default() } else { Line::plain(", ") };
        line + comma + form(sent)
    });
    let went = if cell.forms_sent.is_empty() { Line::dim("nothing") } else { went };
    Row {
        id: id(field, cell),
        cells: vec![
            Line::plain(field.title.clone()),
            to,
            form(&cell.form),
            went,
            Line::plain(cell.times.to_string()),
            ago(cell.last_at, ctx),
        ],
    }
}

fn id(field: &SharedField, cell: &SharedCell) -> String {
    format!("{} {}", field.field, cell.recipient)
}

struct OneScreen {
    shared: One<Shared>,
    destinations: One<Vec<Destination>>,
    cells: Parts,
    book: Listing<Disclosure>,
    is_on_book: bool,
}

impl OneScreen {
    /// Every field by every destination, where something may go or went.
    fn told(&self) -> impl Iterator<Item = (&SharedField, &SharedCell)> {
        let fields = self.shared.held().map(|held| held.shared.as_slice()).unwrap_or_default();
        fields.iter().flat_map(|field| field.cells.iter().filter(|cell| is_told(cell)).map(move |cell| (field, cell)))
    }

    fn ids(&self) -> Vec<String> {
        self.told().map(|(field, cell)| id(field, cell)).collect()
    }

    fn facts(&self, shared: &Shared, ctx: &Ctx) -> Vec<Fact> {
        let mut facts = Vec::new();
        if let Some(StoreNamed { domain, tenant }) = &shared.store {
            facts.push(fact("store", "Store", Line::plain(domain.clone()).strong()));
            facts.push(fact("tenant", "Tenant", Line::plain(tenant.legal_name.clone())));
        }
        let quiet = shared.shared.iter().filter(|field| !field.cells.iter().any(is_told)).count();
        let all = shared.shared.len();
        facts.push(fact("kept", "Kept here", Line::plain(format!("{quiet} of {all} fields go to nobody"))));
        let destinations = self.destinations.held().map(Vec::as_slice).unwrap_or_default();
        let own = |one: &&Destination| one.store.as_ref().is_none_or(|store| store.inner() == self.shared.id());
        for one in destinations.iter().filter(own) {
            let is_on = one.state.0 == "ON";
            let mark = if is_on { Line::of(Tone::Good, "● ") } else { Line::dim("○ off, ") };
            let told = format!("{} at {}, {}", one.recipient, one.url, one.region);
            let since = Line::dim(", since ") + moment(one.since, ctx);
            facts.push(fact("destination", "Events go to", mark + Line::plain(told) + since));
        }
        if destinations.is_empty() {
            facts.push(fact("destination", "Events go to", Line::dim("nobody")));
        }
        facts
    }

    fn sections(&self, ctx: &Ctx) -> (Section, [Section; 2]) {
        let top = self.shared.section("shared", "What was shared", |shared| self.facts(shared, ctx));
        let rows = self.shared.held().map(|_| self.told().map(|(field, cell)| row(field, cell, ctx)).collect());
        let looks = Looks { is_heard: !self.is_on_book, ..CELLS };
        (top, [self.cells.section("cells", &looks, rows), self.book.section(self.is_on_book, ctx)])
    }

    /// Whose it is came with it: the rest is asked of the tenant.
    fn of_the_tenant(&mut self, ctx: &Ctx) -> Effects {
        let held = self.shared.held().and_then(|held| held.store.as_ref());
        let Some(tenant) = held.map(|store| store.tenant.id.inner().to_owned()) else { return Effects::new() };
        let mut effects = self.destinations.open(&tenant);
        effects.extend(self.book.narrow(&format!("tenant:{tenant}"), ctx));
        effects
    }
}

impl Screen for OneScreen {
    fn update(&mut self, action: &Action, ctx: &Ctx) -> Effects {
        match action {
            Action::Linked(link) => self.shared.open(&link.id),
            Action::Answered(answer) if self.shared.hear(answer) => self.of_the_tenant(ctx),
            Action::Answered(answer) if self.destinations.hear(answer) => Effects::new(),
            Action::Do(verb, _) if **verb == TURN => {
                self.is_on_book = !self.is_on_book;
                Effects::new()
            }
            Action::Answered(_) => self.book.follow(action, ctx),
            // The rest is asked once this is answered.
            action if is_for_all(action, &RENEW) => self.shared.renew(action),
            action if self.is_on_book => self.book.follow(action, ctx),
            action => self.cells.follow(action, &self.ids(), ctx),
        }
    }

    fn page(&self, ctx: &Ctx) -> Page {
        let (top, parts) = self.sections(ctx);
        Page {
            title: Line::plain(ENTRY.title),
            sections: [top].into_iter().chain(parts).collect(),
            foot: Line::default(),
        }
    }

    fn view(&self, ctx: &Ctx, canvas: &mut dyn Canvas) {
        let (top, parts) = self.sections(ctx);
        panes(canvas, &top, &parts, usize::from(self.is_on_book));
    }

    fn target(&self, _: &Ctx) -> Target {
        if self.is_on_book { self.book.list().target() } else { self.cells.target(&self.ids()) }
    }

    fn is_a_list(&self) -> bool {
        true
    }

    fn crumb(&self) -> Option<String> {
        Some("shared".to_owned())
    }
}
