//! Tenants: the merchants within reach, by name or by age. What is done to one of them is done on its own screen.

use serde_json::json;

use crate::api::tenants::{self, TERMS, Tenant};
use crate::core::action::{Danger, Link, On, Verb};
use crate::core::due;
use crate::core::form::{Field, Form};
use crate::core::list::{self, Looks, Source};
use crate::core::page::{Line, Tone};
use crate::core::question::Question;
use crate::core::screen::{Ctx, Entry, Shape};

use super::listing::{Listed, Listing, Order};
use super::shared::{go, opts, order, some, tenant_state, verb, word};

const PLACE: &str = "tenants";

pub const ENTRY: Entry = Entry {
    name: PLACE,
    title: "Tenants",
    shape: Shape::Screen,
    opener: Some(&GO),
    verbs: &[
        GO,
        list::opens("tenants.open", PLACE),
        list::narrows("tenants.filter", PLACE),
        list::sorts("tenants.sort", PLACE),
        list::renews("tenants.refresh", PLACE),
        NEW,
    ],
    open: |_| Box::new(Listing::new(&LISTED)),
};

const GO: Verb = go(
    "tenants.go",
    "tenants",
    "The merchants: who they are to us, and how long they stay",
    &["g e"],
    Some("see_tenants"),
    "tenants list",
);
const NEW: Verb = Verb {
    on: On::Nothing,
    danger: Danger::Notify,
    needs: Some("keep_tenants"),
    ..verb("tenants.new", "open a tenant…", "Opens an account for a merchant", PLACE, &["a n"])
};

static LISTED: Listed<Tenant> = Listed {
    source: Source {
        place: PLACE,
        tag: "tenants",
        document: tenants::tenants,
        at: "/tenants",
        id: |tenant| tenant.id.inner().to_owned(),
    },
    looks: Looks {
        title: "Tenants",
        heads: &["Name", "State", "We are", "Region", "Plan", "Slots", "Opened", "Its reference"],
        leaves: &[7, 4, 3, 5, 6],
        none: "no tenant is within reach, or none fits the filter",
        is_heard: true,
    },
    cells,
    terms: TERMS,
    first: "",
    orders: &[
        Order { words: "by name", field: "NAME", direction: "ASC" },
        Order { words: "newest first", field: "OPENED_AT", direction: "DESC" },
    ],
    leads: |tenant| Some(Link { kind: "tenant", id: tenant.id.inner().to_owned() }),
    question,
};

fn cells(tenant: &Tenant, ctx: &Ctx) -> Vec<Line> {
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
}

fn question(verb: &Verb, _: Option<&Tenant>, _: &Ctx) -> Option<Question> {
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
