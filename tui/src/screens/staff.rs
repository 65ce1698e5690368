//! Seats and grants: who is at the desk, what each may, until when; and who may open whose data, and why.

use serde_json::json;

use crate::api::staff::{self, GRANT_TERMS, Grant, ROLES, SEAT_TERMS, Seat};
use crate::core::action::{Action, Danger, Effects, Link, On, Target, Verb};
use crate::core::canvas::Canvas;
use crate::core::due;
use crate::core::form::{Field, Form, Values};
use crate::core::list::{self, Looks, Source};
use crate::core::page::{Line, Page, Tone};
use crate::core::question::{Once, Order, Question};
use crate::core::screen::{Ctx, Entry, Screen, Shape};

use super::listing::{Listed, Listing};
use super::shared::{
    LENDABLE, OPENED, ago, break_glass, ends, go, moment, opts, order, reasons, some, tenants_to_choose, unless, verb,
    word, words,
};

const PLACE: &str = "staff";

pub const ENTRY: Entry = Entry {
    name: PLACE,
    title: "Staff",
    shape: Shape::Screen,
    opener: Some(&GO),
    verbs: VERBS,
    open: |_| Box::new(Staff { seats: Listing::new(&SEATS), grants: Listing::new(&GRANTS), is_on_grants: false }),
};

const GO: Verb = go(
    "staff.go",
    "staff and grants",
    "Seats, their roles and ends, and the leave each has to open data",
    &["g f"],
    Some("see_staff"),
    "seats list",
);
const OPEN: Verb = list::opens("staff.open", PLACE);
const RENEW: Verb = list::renews("staff.refresh", PLACE);
const TURN: Verb = list::turns("staff.pane", PLACE);
const INVITE: Verb = Verb {
    on: On::Nothing,
    danger: Danger::Confirm,
    needs: Some("keep_staff"),
    ..verb("staff.invite", "invite…", "Makes a seat and the invitation to it", PLACE, &["a i"])
};
const CHANGE: Verb = Verb {
    off: |target, _| unless(target, "stf_", "choose a seat: Tab"),
    danger: Danger::Confirm,
    needs: Some("keep_staff"),
    ..verb("staff.change", "change the seat…", "Changes its roles, its tenants and its end", PLACE, &["a e"])
};
const DISABLE: Verb = Verb {
    off: |target, _| unless(target, "stf_", "choose a seat: Tab"),
    danger: Danger::Typed,
    needs: Some("keep_staff"),
    ..verb(
        "staff.disable",
        "disable the seat…",
        "Ends the seat's sessions at once and lets it in no more",
        PLACE,
        &["a D"],
    )
};
const ENABLE: Verb = Verb {
    off: |target, _| unless(target, "stf_", "choose a seat: Tab"),
    danger: Danger::Confirm,
    needs: Some("keep_staff"),
    ..verb("staff.enable", "enable the seat…", "Lets a disabled seat in again", PLACE, &["a o"])
};
const INVITE_AGAIN: Verb = Verb {
    off: |target, _| unless(target, "stf_", "choose a seat: Tab"),
    danger: Danger::Confirm,
    needs: Some("keep_staff"),
    ..verb(
        "staff.renew",
        "invite anew…",
        "For a lost factor or invitation: password and second factor are set anew",
        PLACE,
        &["a w"],
    )
};
const REVEAL: Verb = Verb {
    off: |target, _| unless(target, "stf_", "choose a seat: Tab"),
    hint: "reveal",
    needs: Some("keep_staff"),
    ..verb("staff.reveal", "reveal the mail…", "Opens the address of the chosen seat for 30 s, logged", PLACE, &["x"])
};
const GIVE: Verb = Verb {
    off: |target, _| unless(target, "stf_", "choose a seat: Tab"),
    danger: Danger::Confirm,
    needs: Some("give_grants"),
    ..verb("staff.give", "give leave…", "Gives the chosen seat leave to open one tenant's data", PLACE, &["a g"])
};
const END: Verb = Verb {
    off: |target, _| unless(target, "grt_", "choose a grant: Tab"),
    danger: Danger::Confirm,
    ..verb("staff.end-grant", "end the grant…", "Ends the chosen grant at once", PLACE, &["a q"])
};
const REVIEW: Verb = Verb {
    off: |target, _| unless(target, "grt_", "choose a grant: Tab"),
    danger: Danger::Confirm,
    needs: Some("give_grants"),
    ..verb(
        "staff.review",
        "review broken glass…",
        "Says that you have looked at why the glass was broken",
        PLACE,
        &["a v"],
    )
};
const GLASS: Verb = Verb {
    on: On::Nothing,
    danger: Danger::Typed,
    needs: Some("break_glass"),
    ..verb(
        "staff.glass",
        "break the glass…",
        "Opens a tenant's data for an hour without leave; it alarms",
        PLACE,
        &["a B"],
    )
};

const VERBS: &[Verb] = &[
    GO,
    OPEN,
    list::narrows("staff.filter", PLACE),
    RENEW,
    TURN,
    REVEAL,
    INVITE,
    CHANGE,
    DISABLE,
    ENABLE,
    INVITE_AGAIN,
    GIVE,
    END,
    REVIEW,
    GLASS,
];

const INVITED: Once = Once {
    at: "/invited/invitation",
    what: "invitation",
    advice: "It is shown this once. Select it with the mouse (Shift) and hand it over by a safe way.",
};

static SEATS: Listed<Seat> = Listed {
    source: Source {
        place: PLACE,
        tag: "seats",
        document: staff::seats,
        at: "/staff",
        id: |seat| seat.id.inner().to_owned(),
    },
    looks: Looks {
        title: "Seats",
        heads: &["Name", "Roles", "Ends", "2nd", "Seen", "Tenants", "Note"],
        leaves: &[5, 4, 3],
        none: "no seat fits",
        is_heard: true,
    },
    cells: seat_cells,
    terms: SEAT_TERMS,
    first: "",
    orders: &[],
    leads: |_| None,
    question: |verb, seat, _| match verb.id {
        id if id == INVITE.id => Some(invite()),
        id if id == GLASS.id => Some(break_glass(None)),
        id => about_seat(id, seat?),
    },
};

static GRANTS: Listed<Grant> = Listed {
    source: Source {
        place: PLACE,
        tag: "grants",
        document: staff::grants,
        at: "/grants",
        id: |grant| grant.id.inner().to_owned(),
    },
    looks: Looks {
        title: "Grants",
        heads: &["Who", "Tenant", "State", "Kind", "Ticket", "Given by", "Since"],
        leaves: &[6, 5, 3],
        none: "no grant fits",
        is_heard: true,
    },
    cells: grant_cells,
    terms: GRANT_TERMS,
    first: "",
    orders: &[],
    leads: |grant| Some(Link { kind: "tenant", id: grant.tenant.id.inner().to_owned() }),
    question: |verb, grant, ctx| match verb.id {
        id if id == INVITE.id => Some(invite()),
        id if id == GLASS.id => Some(break_glass(None)),
        id => about_grant(id, grant?, ctx),
    },
};

/// From this width on, both panes.
const WIDE: u16 = 120;

struct Staff {
    seats: Listing<Seat>,
    grants: Listing<Grant>,
    is_on_grants: bool,
}

/// How a grant stands.
fn standing(grant: &Grant, ctx: &Ctx) -> Line {
    let is_glass = grant.kind.0 == "BREAK_GLASS";
    match (grant.is_live, is_glass && grant.reviewed_at.is_none()) {
        (true, waits) => {
            let tone = if waits { Tone::Bad } else { Tone::Plain };
            Line::of(tone, if waits { "✗ open, unreviewed " } else { "open " })
                + Line::word(tone, due::left(grant.ends_at, ctx.now))
        }
        (false, true) => Line::of(Tone::Warn, "▲ awaits review"),
        (false, false) => Line::dim("over"),
    }
}

fn seat_cells(seat: &Seat, ctx: &Ctx) -> Vec<Line> {
    let mut roles = words(seat.roles.iter().map(|role| &role.0));
    if roles.is_empty() {
        roles = format!("partner: {}", words(seat.permissions.iter().map(|permission| &permission.0)));
    }
    let tenants = seat
        .tenants
        .as_ref()
        .map(|tenants| tenants.iter().map(|tenant| tenant.legal_name.as_str()).collect::<Vec<_>>().join(", "));
    let factor = match &seat.second_factor {
        Some(factor) => Line::of(Tone::Good, "✓ ") + word(Tone::Plain, &factor.0),
        None => Line::of(Tone::Warn, "none"),
    };
    let note = match (seat.state.0.as_str(), seat.invited_until) {
        ("INVITED", Some(until)) if until > ctx.now => {
            Line::of(Tone::Warn, "invited, ") + Line::word(Tone::Warn, due::left(until, ctx.now))
        }
        ("INVITED", _) => Line::of(Tone::Warn, "▲ invitation over"),
        ("DISABLED", _) => Line::dim("disabled"),
        _ => Line::default(),
    };
    vec![
        Line::plain(seat.handle.clone()),
        Line::plain(roles),
        ends(seat.ends_at, ctx),
        factor,
        ago(seat.last_seen_at, ctx),
        tenants.map_or(Line::dim("all"), Line::plain),
        note,
    ]
}

fn grant_cells(grant: &Grant, ctx: &Ctx) -> Vec<Line> {
    vec![
        Line::plain(grant.staff.handle.clone()),
        Line::plain(grant.tenant.legal_name.clone()),
        standing(grant, ctx),
        word(if grant.kind.0 == "BREAK_GLASS" { Tone::Warn } else { Tone::Plain }, &grant.kind.0),
        some(grant.ticket.as_ref()),
        some(grant.given_by.as_ref().map(|seat| &seat.handle)),
        moment(grant.starts_at, ctx),
    ]
}

impl Screen for Staff {
    fn update(&mut self, action: &Action, ctx: &Ctx) -> Effects {
        match action {
            Action::Opened | Action::SignedIn | Action::Returned | Action::Changed(..) | Action::Answered(_) => {
                let mut effects = self.seats.follow(action, ctx);
                effects.extend(self.grants.follow(action, ctx));
                effects
            }
            Action::Do(verb, _) if **verb == RENEW => {
                let mut effects = self.seats.follow(action, ctx);
                effects.extend(self.grants.follow(action, ctx));
                effects
            }
            Action::Do(verb, _) if **verb == TURN => {
                self.is_on_grants = !self.is_on_grants;
                Effects::new()
            }
            // A seat leads to what was given to it.
            Action::Do(verb, target) if **verb == OPEN && !self.is_on_grants => {
                self.is_on_grants = true;
                let seat = target.0.first().map(String::as_str).unwrap_or_default();
                self.grants.narrow(&format!("seat:{seat}"), ctx)
            }
            action if self.is_on_grants => self.grants.follow(action, ctx),
            action => self.seats.follow(action, ctx),
        }
    }

    fn page(&self, ctx: &Ctx) -> Page {
        let sections = vec![self.seats.section(!self.is_on_grants, ctx), self.grants.section(self.is_on_grants, ctx)];
        Page { title: Line::plain("Staff"), sections, foot: Line::default() }
    }

    fn view(&self, ctx: &Ctx, canvas: &mut dyn Canvas) {
        let area = canvas.area();
        let (seats, grants) =
            (self.seats.section(!self.is_on_grants, ctx), self.grants.section(self.is_on_grants, ctx));
        if area.width < WIDE {
            canvas.section(area, if self.is_on_grants { &grants } else { &seats });
            return;
        }
        let (top, below) = area.cut_top(area.height / 2);
        canvas.section(top, &seats);
        canvas.section(below, &grants);
    }

    fn target(&self, _: &Ctx) -> Target {
        if self.is_on_grants { self.grants.list().target() } else { self.seats.list().target() }
    }

    fn is_a_list(&self) -> bool {
        true
    }

    fn question(&self, verb: &Verb, target: &Target, ctx: &Ctx) -> Option<Question> {
        if self.is_on_grants {
            return self.grants.question(verb, target, ctx);
        }
        self.seats.question(verb, target, ctx)
    }
}

/// Roles, permissions, tenants and the end of a seat; a partner's seat has no role, and names its tenants.
fn scope(seat: Option<&Seat>) -> Vec<Field> {
    let codes = |codes: Vec<&str>| codes.into_iter().map(str::to_owned).collect::<Vec<_>>();
    let roles = seat.map(|seat| codes(seat.roles.iter().map(|role| role.0.as_str()).collect())).unwrap_or_default();
    let added = seat.filter(|seat| seat.roles.is_empty());
    let added =
        added.map(|seat| codes(seat.permissions.iter().map(|one| one.0.as_str()).collect())).unwrap_or_default();
    let tenants = seat.and_then(|seat| seat.tenants.as_ref());
    let tenants: Vec<_> = tenants.into_iter().flatten().map(|tenant| tenant.id.inner().to_owned()).collect();
    let ends = seat.and_then(|seat| seat.ends_at).map(|at| at.to_rfc3339());
    vec![
        Field::several("roles", "Roles", opts(ROLES)).optional().being(roles),
        Field::several("permissions", "A partner may", opts(LENDABLE)).optional().being(added),
        Field::several_to_come("tenants", "In tenants").or_null().being(tenants),
        Field::time("endsAt", "Ends").optional().being(ends),
    ]
}

fn invite() -> Question {
    let mut fields = vec![Field::words("handle", "Handle").hint("mira"), Field::words("mail", "Mail")];
    fields.extend(scope(None));
    Question {
        object: "A new seat".to_owned(),
        effects: vec![
            Line::plain("Choose roles, or what a partner may in which tenants."),
            Line::dim("Who holds the invitation sets the password and the second factor."),
        ],
        form: Form::of(fields),
        order: Some(Order {
            once: Some(INVITED),
            ..order(staff::invite::document(), json!({}), "the seat is made; its invitation waits".to_owned())
        }),
        lookups: vec![tenants_to_choose("tenants")],
        ..Question::default()
    }
}

fn about_seat(verb: &str, seat: &Seat) -> Option<Question> {
    let version = json!({ "id": seat.id, "version": seat.version });
    let by_id = json!({ "id": seat.id });
    let handle = &seat.handle;
    let question = Question { object: handle.clone(), ..Question::default() };
    Some(match verb {
        id if id == CHANGE.id => Question {
            effects: vec![Line::plain("Its sessions end: the change holds from the next sign-in on.")],
            form: Form::of(scope(Some(seat))),
            order: Some(order(staff::change::document(), version, format!("the seat of {handle} is changed"))),
            lookups: vec![tenants_to_choose("tenants")],
            ..question
        },
        id if id == DISABLE.id => Question {
            effects: vec![
                Line::plain("Its sessions end at once; it signs in no more."),
                Line::dim("What it did stays in the books."),
            ],
            order: Some(order(staff::disable::document(), version, format!("the seat of {handle} is disabled"))),
            ..question
        },
        id if id == ENABLE.id => Question {
            effects: vec![Line::plain("It signs in again with the password and second factor it had.")],
            order: Some(order(staff::enable::document(), version, format!("the seat of {handle} is enabled"))),
            ..question
        },
        id if id == INVITE_AGAIN.id => Question {
            effects: vec![Line::plain("Password, second factor and recovery codes are void; its sessions end.")],
            order: Some(Order {
                once: Some(INVITED),
                ..order(staff::renew::document(), by_id, format!("{handle} is invited anew"))
            }),
            ..question
        },
        id if id == REVEAL.id => {
            let mut order = order(staff::reveal::document(), by_id, "it was logged".to_owned());
            order.input = Values::from_iter([("id".to_owned(), json!(seat.id)), ("field".to_owned(), json!("MAIL"))]);
            order.once = Some(OPENED);
            Question {
                effects: vec![Line::plain("Its mail address is shown for 30 s, logged with the reason.")],
                form: Form::of(reasons()),
                order: Some(order),
                ..question
            }
        }
        id if id == GIVE.id => Question {
            effects: vec![Line::plain(
                "It may open that tenant's data until the end you set, each time with a reason.",
            )],
            form: Form::of(vec![
                Field::one_to_come("tenant", "Tenant"),
                Field::words("ticket", "Ticket").optional().hint("such as R-9C0VE"),
                Field::words("reason", "Reason").optional().hint("a ticket or a reason is needed"),
                Field::time("endsAt", "Ends").being(["8 h"]),
            ]),
            order: Some(order(
                staff::give::document(),
                json!({ "staff": seat.id }),
                format!("{handle} may open data until the end of the grant"),
            )),
            lookups: vec![tenants_to_choose("tenant")],
            ..question
        },
        _ => return None,
    })
}

fn about_grant(verb: &str, grant: &Grant, ctx: &Ctx) -> Option<Question> {
    let by_id = json!({ "id": grant.id });
    let object = format!("{} · {}", grant.staff.handle, grant.tenant.legal_name);
    let since = due::minute(grant.starts_at, ctx.now, ctx.zone());
    let (effect, document, done) = match verb {
        id if id == END.id => {
            ("No reveal under it from now on.".to_owned(), staff::end_grant::document(), "the grant has ended")
        }
        id if id == REVIEW.id => {
            let words = format!("Broken {since}. Look at the accesses under it first: g x.");
            (words, staff::review::document(), "the broken glass is reviewed")
        }
        _ => return None,
    };
    let order = Some(order(document, by_id, done.to_owned()));
    Some(Question { object, effects: vec![Line::plain(effect)], order, ..Question::default() })
}
