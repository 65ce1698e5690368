//! Accesses: who opened whose data, in which view, for what. No row holds a personal value; reasons stay sealed.

use crate::api::books::{self, Access};
use crate::core::action::{Action, Effects, Target, Verb};
use crate::core::due;
use crate::core::form::{Field, Form, Values};
use crate::core::list::{self, List, Looks, Source};
use crate::core::page::{Line, Page, Tone};
use crate::core::question::Question;
use crate::core::screen::{Ctx, Entry, Screen, Shape};

use super::shared::{filter, go, short_id, some, tenants_to_choose, told};

const PLACE: &str = "accesses";

pub const ENTRY: Entry = Entry {
    name: PLACE,
    title: "Accesses",
    shape: Shape::Screen,
    opener: Some(&GO),
    verbs: &[GO, FIND, RENEW],
    open: |_| Box::new(Accesses { list: List::new(&SOURCE), filter: Values::new() }),
};

const GO: Verb = go(
    "accesses.go",
    "accesses",
    "Who opened whose data, when and for what",
    &["g x"],
    Some("read_books"),
    "accesses list",
);
const FIND: Verb = list::narrows("accesses.filter", PLACE);
const RENEW: Verb = list::renews("accesses.refresh", PLACE);

static SOURCE: Source<Access> = Source {
    place: PLACE,
    tag: "accesses",
    document: books::accesses,
    at: "/accesses",
    id: |access| access.id.inner().to_owned(),
};

struct Accesses {
    list: List<Access>,
    filter: Values,
}

impl Screen for Accesses {
    fn update(&mut self, action: &Action, ctx: &Ctx) -> Effects {
        match action {
            Action::Opened | Action::SignedIn => self.list.begin(filter(&self.filter)),
            Action::Returned => self.list.refresh(),
            Action::Answered(answer) => {
                self.list.hear(answer, ctx);
                Effects::new()
            }
            Action::Do(verb, _) if **verb == RENEW => self.list.refresh(),
            Action::Agreed(verb, _, values) if **verb == FIND => {
                self.filter.clone_from(values);
                self.list.begin(filter(&self.filter))
            }
            action => self.list.follow(action, ctx),
        }
    }

    fn page(&self, ctx: &Ctx) -> Page {
        let looks = Looks {
            title: "Accesses",
            heads: &["When", "Who", "Saw", "Of", "For", "Ticket", "Reason", "Tenant"],
            leaves: &[7, 4, 6],
            none: "nobody opened anything that fits",
            is_heard: true,
        };
        let cells = |access: &Access| {
            vec![
                Line::plain(due::minute(access.at, ctx.now, ctx.zone())),
                Line::plain(short_id(&access.actor)),
                Line::plain(access.view.clone()),
                some(access.subject.as_ref()),
                Line::plain(access.purpose.clone()),
                some(access.ticket.as_ref()),
                if access.has_reason { Line::plain("sealed") } else { Line::dim("—") },
                access.tenant.as_ref().map_or(Line::dim("the house"), |tenant| Line::plain(tenant.legal_name.clone())),
            ]
        };
        let mut section = self.list.section("accesses", &looks, ctx, cells);
        section.note = Line::of(Tone::Key, told(&self.filter)) + Line::plain("  ") + section.note;
        Page { title: Line::plain("Accesses"), sections: vec![section], foot: Line::default() }
    }

    fn target(&self, _: &Ctx) -> Target {
        self.list.target()
    }

    fn is_a_list(&self) -> bool {
        true
    }

    fn question(&self, verb: &Verb, _: &Target, _: &Ctx) -> Option<Question> {
        let held = |name: &str| self.filter.get(name).and_then(|value| value.as_str().map(str::to_owned));
        (*verb == FIND).then(|| Question {
            object: "Accesses that fit all of this".to_owned(),
            form: Form::of(vec![
                Field::one_to_come("tenant", "Tenant")
                    .optional()
                    .being(held("tenant"))
                    .hint("the house, where none is"),
                Field::words("actor", "Who").optional().being(held("actor")),
                Field::words("ticket", "Ticket").optional().being(held("ticket")),
                Field::time("since", "Since").optional().being(held("since")),
                Field::time("until", "Until").optional().being(held("until")),
            ]),
            lookups: vec![tenants_to_choose("tenant")],
            ..Question::default()
        })
    }
}
