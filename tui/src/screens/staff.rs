//! Seats and grants: who is at the desk, what each may, until when; and who may open whose data, and why.

use serde_json::{Value, json};

use crate::api::staff::{self, Grant, Seat};
use crate::core::action::{Action, Danger, Effect, Effects, Link, On, Target, Verb};
use crate::core::canvas::Canvas;
use crate::core::due;
use crate::core::form::{Field, Form, Opt, Values};
use crate::core::list::{self, List, Looks, Source};
use crate::core::page::{Line, Page, Section, Tone};
use crate::core::question::{Once, Order, Question};
use crate::core::screen::{Ctx, Entry, Screen, Shape};

use super::shared::{
    LENDABLE, OPENED, ROLES, ago, break_glass, ends, filter, go, moment, opts, order, reasons, some, tenants_to_choose,
    told, unless, verb, word, words,
};

const PLACE: &str = "staff";

pub const ENTRY: Entry = Entry {
    name: PLACE,
    title: "Staff",
    shape: Shape::Screen,
    opener: Some(&GO),
    verbs: VERBS,
    open: |_| Box::new(Staff::default()),
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
const FIND: Verb = list::narrows("staff.filter", PLACE);
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

const VERBS: &[Verb] =
    &[GO, OPEN, FIND, RENEW, TURN, REVEAL, INVITE, CHANGE, DISABLE, ENABLE, INVITE_AGAIN, GIVE, END, REVIEW, GLASS];

const INVITED: Once = Once {
    at: "/invited/invitation",
    what: "invitation",
    advice: "It is shown this once. Select it with the mouse (Shift) and hand it over by a safe way.",
};

static SEATS: Source<Seat> =
    Source { place: PLACE, tag: "seats", document: staff::seats, at: "/staff", id: |seat| seat.id.inner().to_owned() };

static GRANTS: Source<Grant> = Source {
    place: PLACE,
    tag: "grants",
    document: staff::grants,
    at: "/grants",
    id: |grant| grant.id.inner().to_owned(),
};

/// From this width on, both panes.
const WIDE: u16 = 120;

struct Staff {
    seats: List<Seat>,
    grants: List<Grant>,
    seat_filter: Values,
    grant_filter: Values,
    is_on_grants: bool,
}

impl Default for Staff {
    fn default() -> Self {
        Self {
            seats: List::new(&SEATS),
            grants: List::new(&GRANTS),
            seat_filter: Values::new(),
            grant_filter: Values::new(),
            is_on_grants: false,
        }
    }
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

impl Staff {
    fn renew(&mut self) -> Effects {
        let mut effects = self.seats.refresh();
        effects.extend(self.grants.refresh());
        effects
    }

    fn seat_rows(&self, ctx: &Ctx) -> Section {
        let looks = Looks {
            title: "Seats",
            heads: &["Name", "Roles", "Ends", "2nd", "Seen", "Tenants", "Note"],
            leaves: &[5, 4, 3],
            none: "no seat fits",
            is_heard: !self.is_on_grants,
        };
        let mut section = self.seats.section("seats", &looks, ctx, |seat| {
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
        });
        section.note = Line::of(Tone::Key, told(&self.seat_filter)) + Line::plain("  ") + section.note;
        section
    }

    fn grant_rows(&self, ctx: &Ctx) -> Section {
        let looks = Looks {
            title: "Grants",
            heads: &["Who", "Tenant", "State", "Kind", "Ticket", "Given by", "Since"],
            leaves: &[6, 5, 3],
            none: "no grant fits",
            is_heard: self.is_on_grants,
        };
        let mut section = self.grants.section("grants", &looks, ctx, |grant| {
            vec![
                Line::plain(grant.staff.handle.clone()),
                Line::plain(grant.tenant.legal_name.clone()),
                standing(grant, ctx),
                word(if grant.kind.0 == "BREAK_GLASS" { Tone::Warn } else { Tone::Plain }, &grant.kind.0),
                some(grant.ticket.as_ref()),
                some(grant.given_by.as_ref().map(|seat| &seat.handle)),
                moment(grant.starts_at, ctx),
            ]
        });
        section.note = Line::of(Tone::Key, told(&self.grant_filter)) + Line::plain("  ") + section.note;
        section
    }
}

impl Screen for Staff {
    fn update(&mut self, action: &Action, ctx: &Ctx) -> Effects {
        match action {
            Action::Opened | Action::SignedIn => {
                let mut effects = self.seats.begin(filter(&self.seat_filter));
                effects.extend(self.grants.begin(filter(&self.grant_filter)));
                effects
            }
            Action::Returned | Action::Changed(..) => self.renew(),
            Action::Answered(answer) => {
                let _is_mine = self.seats.hear(answer, ctx) || self.grants.hear(answer, ctx);
                Effects::new()
            }
            Action::Do(verb, _) if **verb == RENEW => self.renew(),
            Action::Do(verb, _) if **verb == TURN => {
                self.is_on_grants = !self.is_on_grants;
                Effects::new()
            }
            Action::Do(verb, target) if **verb == OPEN => {
                // A grant leads to its tenant; a seat to what was given to it.
                let id = target.0.first().map(String::as_str).unwrap_or_default();
                if let Some(grant) = self.grants.find(id) {
                    let link = Link { kind: "tenant", id: grant.tenant.id.inner().to_owned() };
                    return vec![Effect::Then(Action::Open(link))];
                }
                self.is_on_grants = true;
                self.grant_filter = Values::from_iter([("staff".to_owned(), json!(id))]);
                self.grants.begin(filter(&self.grant_filter))
            }
            Action::Agreed(verb, _, values) if **verb == FIND => {
                if self.is_on_grants {
                    self.grant_filter.clone_from(values);
                    self.grant_filter.retain(|_, value| *value != json!(""));
                    for value in self.grant_filter.values_mut().filter(|value| **value == json!("yes")) {
                        *value = json!(true);
                    }
                    return self.grants.begin(filter(&self.grant_filter));
                }
                self.seat_filter.clone_from(values);
                self.seats.begin(filter(&self.seat_filter))
            }
            action if self.is_on_grants => self.grants.follow(action, ctx),
            action => self.seats.follow(action, ctx),
        }
    }

    fn page(&self, ctx: &Ctx) -> Page {
        let sections = vec![self.seat_rows(ctx), self.grant_rows(ctx)];
        Page { title: Line::plain("Staff"), sections, foot: Line::default() }
    }

    fn view(&self, ctx: &Ctx, canvas: &mut dyn Canvas) {
        let area = canvas.area();
        let (seats, grants) = (self.seat_rows(ctx), self.grant_rows(ctx));
        if area.width < WIDE {
            canvas.section(area, if self.is_on_grants { &grants } else { &seats });
            return;
        }
        let (top, below) = area.cut_top(area.height / 2);
        canvas.section(top, &seats);
        canvas.section(below, &grants);
    }

    fn target(&self, _: &Ctx) -> Target {
        if self.is_on_grants { self.grants.target() } else { self.seats.target() }
    }

    fn is_a_list(&self) -> bool {
        true
    }

    fn question(&self, verb: &Verb, target: &Target, ctx: &Ctx) -> Option<Question> {
        let id = target.0.first().map(String::as_str).unwrap_or_default();
        match verb.id {
            verb if verb == FIND.id => Some(self.narrow()),
            verb if verb == INVITE.id => Some(invite()),
            verb if verb == GLASS.id => Some(break_glass(None)),
            verb if verb == END.id || verb == REVIEW.id => about_grant(verb, self.grants.find(id)?, ctx),
            verb => about_seat(verb, self.seats.find(id)?),
        }
    }
}

impl Staff {
    fn narrow(&self) -> Question {
        let held = |values: &Values, name: &str| values.get(name).and_then(|value| value.as_str().map(str::to_owned));
        let states = self.seat_filter.get("state").and_then(Value::as_array).cloned().unwrap_or_default();
        let (object, fields) = if self.is_on_grants {
            let yes = || vec![Opt::new("", "all"), Opt::new("yes", "only these")];
            let fields = vec![
                Field::one_to_come("tenant", "Tenant").optional(),
                Field::one("live", "Open now", yes()),
                Field::one("awaitsReview", "Awaits review", yes()),
            ];
            ("Grants that fit all of this", fields)
        } else {
            let fields = vec![
                Field::several("state", "State", opts(&["INVITED", "ACTIVE", "DISABLED"]))
                    .optional()
                    .being(states.iter().filter_map(Value::as_str)),
                Field::one("role", "Role", opts(ROLES)).optional().being(held(&self.seat_filter, "role")),
                Field::time("endsBefore", "Ends before").optional().being(held(&self.seat_filter, "endsBefore")),
            ];
            ("Seats that fit all of this", fields)
        };
        let lookups = if self.is_on_grants { vec![tenants_to_choose("tenant")] } else { Vec::new() };
        Question { object: object.to_owned(), form: Form::of(fields), lookups, ..Question::default() }
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
