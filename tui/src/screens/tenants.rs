//! Tenants: the merchants within reach, by name or by age. What is done to one of them is done on its own screen.

use serde_json::json;

use crate::api::tenants::{self, Tenant};
use crate::core::action::{Action, Danger, Effect, Effects, Link, On, Target, Verb};
use crate::core::due;
use crate::core::form::{Field, Form, Opt, Values};
use crate::core::list::{self, List, Looks, Source};
use crate::core::page::{Line, Page, Tone};
use crate::core::question::Question;
use crate::core::screen::{Ctx, Entry, Screen, Shape};

use super::shared::{filter, go, opts, order, some, tenant_state, told, verb, word};

const PLACE: &str = "tenants";

pub const ENTRY: Entry = Entry {
    name: PLACE,
    title: "Tenants",
    shape: Shape::Screen,
    opener: Some(&GO),
    verbs: &[GO, OPEN, FIND, RENEW, NEW],
    open: |_| Box::new(Tenants { list: List::new(&SOURCE), filter: Values::new() }),
};

const GO: Verb = go(
    "tenants.go",
    "tenants",
    "The merchants: who they are to us, and how long they stay",
    &["g e"],
    Some("see_tenants"),
    "tenants list",
);
const OPEN: Verb = list::opens("tenants.open", PLACE);
const FIND: Verb = list::narrows("tenants.filter", PLACE);
const RENEW: Verb = list::renews("tenants.refresh", PLACE);
const NEW: Verb = Verb {
    on: On::Nothing,
    danger: Danger::Notify,
    needs: Some("keep_tenants"),
    ..verb("tenants.new", "open a tenant…", "Opens an account for a merchant", PLACE, &["a n"])
};

static SOURCE: Source<Tenant> = Source {
    place: PLACE,
    tag: "tenants",
    document: tenants::tenants,
    at: "/tenants",
    id: |tenant| tenant.id.inner().to_owned(),
};

struct Tenants {
    list: List<Tenant>,
    filter: Values,
}

impl Tenants {
    fn begin(&mut self) -> Effects {
        let mut said = self.filter.clone();
        let order = said.remove("order");
        let mut variables = filter(&said);
        let field = order.unwrap_or_else(|| json!("NAME"));
        let direction = if field == "NAME" { "ASC" } else { "DESC" };
        variables.insert("orderBy".to_owned(), json!({ "field": field, "direction": direction }));
        self.list.begin(variables)
    }
}

impl Screen for Tenants {
    fn update(&mut self, action: &Action, ctx: &Ctx) -> Effects {
        match action {
            Action::Opened | Action::SignedIn => self.begin(),
            Action::Returned | Action::Changed(..) => self.list.refresh(),
            Action::Answered(answer) => {
                self.list.hear(answer, ctx);
                Effects::new()
            }
            Action::Do(verb, _) if **verb == RENEW => self.list.refresh(),
            Action::Do(verb, target) if **verb == OPEN => {
                let link = target.0.first().map(|id| Link { kind: "tenant", id: id.clone() });
                link.map(|link| Effect::Then(Action::Open(link))).into_iter().collect()
            }
            Action::Agreed(verb, _, values) if **verb == FIND => {
                self.filter.clone_from(values);
                self.begin()
            }
            action => self.list.follow(action, ctx),
        }
    }

    fn page(&self, ctx: &Ctx) -> Page {
        let looks = Looks {
            title: "Tenants",
            heads: &["Name", "State", "We are", "Region", "Plan", "Slots", "Opened", "Its reference"],
            leaves: &[7, 4, 3, 5, 6],
            none: "no tenant is within reach, or none fits the filter",
            is_heard: true,
        };
        let cells = |tenant: &Tenant| {
            vec![
                Line::plain(tenant.legal_name.clone()),
                tenant_state(tenant, ctx),
                word(Tone::Plain, &tenant.our_role.0),
                Line::plain(tenant.region.clone()),
                Line::plain(tenant.plan.clone()),
                Line::plain(tenant.app_slots.to_string()),
                Line::plain(due::day(tenant.opened_at, ctx.zone())),
                some(tenant.reference.as_ref()),
            ]
        };
        let mut section = self.list.section("tenants", &looks, ctx, cells);
        section.note = Line::of(Tone::Key, told(&self.filter)) + Line::plain("  ") + section.note;
        Page { title: Line::plain("Tenants"), sections: vec![section], foot: Line::default() }
    }

    fn target(&self, _: &Ctx) -> Target {
        self.list.target()
    }

    fn is_a_list(&self) -> bool {
        true
    }

    fn question(&self, verb: &Verb, _: &Target, _: &Ctx) -> Option<Question> {
        if *verb == FIND {
            let held = |name: &str| self.filter.get(name).and_then(|value| value.as_str().map(str::to_owned));
            let states = self.filter.get("state").and_then(|value| value.as_array()).cloned().unwrap_or_default();
            let by = vec![Opt::new("NAME", "name"), Opt::new("OPENED_AT", "newest first")];
            let order = held("order").unwrap_or_else(|| "NAME".to_owned());
            let form = Form::of(vec![
                Field::words("nameBegins", "Name begins").optional().being(held("nameBegins")),
                Field::several("state", "State", opts(&["ACTIVE", "CLOSING", "CLOSED"]))
                    .optional()
                    .being(states.iter().filter_map(|state| state.as_str())),
                Field::one("order", "In order of", by).being([order]),
            ]);
            return Some(Question { object: "Tenants that fit all of this".to_owned(), form, ..Question::default() });
        }
        (*verb == NEW).then(|| Question {
            object: "A new tenant".to_owned(),
            effects: vec![Line::dim("Its account stands at once; members and keys come after.")],
            form: Form::of(vec![
                Field::words("legalName", "Legal name"),
                Field::words("locale", "Locale").hint("de-AT"),
                Field::words("region", "Region").hint("EU, US-CA"),
                Field::words("plan", "Plan"),
                Field::number("appSlots", "App slots").being(["10"]),
                Field::one("ourRole", "We are its", opts(&["PROCESSOR", "CONTROLLER", "JOINT"])),
                Field::words("roleNote", "Why").optional().hint("where it is not the usual"),
                Field::words("reference", "Its reference").optional().hint("what its own identity provider calls it"),
            ]),
            order: Some(order(tenants::open::document(), json!({}), "the tenant is open".to_owned())),
            ..Question::default()
        })
    }
}
