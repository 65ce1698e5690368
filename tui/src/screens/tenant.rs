//! One tenant: what it is to us, its members, masked, and its keys. Everything that is done to it is done here.

use serde_json::json;

use crate::api::tenants::{self, ApiKey, Member, Tenant};
use crate::core::action::{Action, Danger, Effects, Target, Verb};
use crate::core::canvas::Canvas;
use crate::core::due;
use crate::core::form::{Field, Form, Opt};
use crate::core::list::{self, Looks, Source};
use crate::core::one::{One, Whole};
use crate::core::page::{Fact, Line, Page, Section, Tone};
use crate::core::question::{Once, Order, Question};
use crate::core::screen::{Ctx, Entry, Screen, Shape};

use super::listing::{Listed, Listing};
use super::panes::{is_for_all, panes, whole};
use super::shared::{
    LENDABLE, OPENED, ago, break_glass, ends, fact, opts, order, reasons, some, tenant_state, unless, verb, word, words,
};

const PLACE: &str = "tenant";

pub const ENTRY: Entry = Entry {
    name: PLACE,
    title: "Tenant",
    shape: Shape::Detail { kind: "tenant" },
    opener: None,
    verbs: VERBS,
    open: |_| {
        Box::new(OneScreen {
            tenant: One::new(&TENANT),
            members: Listing::new(&MEMBERS),
            keys: Listing::new(&KEYS),
            is_on_keys: false,
        })
    },
};

const RENEW: Verb = list::renews("tenant.refresh", PLACE);
const TURN: Verb = list::turns("tenant.pane", PLACE);
const CHANGE: Verb = Verb {
    danger: Danger::Confirm,
    ..whole("tenant.change", "change the tenant…", "Changes its facts", PLACE, &["a e"], "keep_tenants")
};
const CLOSE: Verb = Verb {
    danger: Danger::Typed,
    ..whole(
        "tenant.close",
        "close the tenant…",
        "Begins the thirty days to the end of its account",
        PLACE,
        &["a C"],
        "keep_tenants",
    )
};
const REOPEN: Verb = Verb {
    danger: Danger::Confirm,
    ..whole(
        "tenant.reopen",
        "reopen the tenant…",
        "Takes the wish to close back while it can be",
        PLACE,
        &["a o"],
        "keep_tenants",
    )
};
const GLASS: Verb = Verb {
    danger: Danger::Typed,
    ..whole(
        "tenant.glass",
        "break the glass…",
        "Opens its data for an hour without leave; it alarms",
        PLACE,
        &["a B"],
        "break_glass",
    )
};
const ADD: Verb = Verb {
    danger: Danger::Notify,
    ..whole("tenant.add-member", "add a member…", "Adds one of the merchant's people", PLACE, &["a m"], "keep_tenants")
};
const REMOVE: Verb = Verb {
    off: |target, _| unless(target, "mem_", "choose a member: Tab"),
    danger: Danger::Confirm,
    needs: Some("keep_tenants"),
    ..verb("tenant.remove-member", "remove the member…", "Takes the chosen member's way in away", PLACE, &["a r"])
};
const REVEAL: Verb = Verb {
    off: |target, _| unless(target, "mem_", "choose a member: Tab"),
    hint: "reveal",
    needs: Some("see_data"),
    ..verb("tenant.reveal", "reveal a field…", "Opens one field of the chosen member for 30 s, logged", PLACE, &["x"])
};
const CREATE: Verb = Verb {
    danger: Danger::Confirm,
    ..whole("tenant.create-key", "create a key…", "Makes a key for a frontend", PLACE, &["a k"], "keep_api_keys")
};
const ROTATE: Verb = Verb {
    off: |target, _| unless(target, "apk_", "choose a key: Tab"),
    danger: Danger::Confirm,
    needs: Some("keep_api_keys"),
    ..verb("tenant.rotate-key", "rotate the key…", "Makes a successor; both work for a while", PLACE, &["a t"])
};
const REVOKE: Verb = Verb {
    off: |target, _| unless(target, "apk_", "choose a key: Tab"),
    danger: Danger::Typed,
    needs: Some("keep_api_keys"),
    ..verb("tenant.revoke-key", "revoke the key…", "Ends the chosen key at once", PLACE, &["a V"])
};

const VERBS: &[Verb] = &[RENEW, TURN, REVEAL, CHANGE, CLOSE, REOPEN, GLASS, ADD, REMOVE, CREATE, ROTATE, REVOKE];

const CREATED: Once = Once {
    at: "/created/secret",
    what: "API key",
    advice: "It is shown this once. Select it with the mouse (Shift) and hand it over by a safe way.",
};

static TENANT: Whole = Whole { place: PLACE, tag: "tenant", document: tenants::tenant, at: "/tenant" };

static MEMBERS: Listed<Member> = Listed::of(
    Source {
        place: PLACE,
        tag: "members",
        document: tenants::members,
        at: "/tenant/members",
        id: |member| member.id.inner().to_owned(),
    },
    Looks {
        title: "Members, masked",
        heads: &["Name", "Role", "State", "Mail", "Way in", "Added"],
        leaves: &[5, 4, 3],
        none: "nobody",
        is_heard: true,
    },
    |member, ctx| {
        vec![
            Line::plain(member.name.masked.clone()),
            word(Tone::Plain, &member.role.0),
            word(if member.state.0 == "ACTIVE" { Tone::Plain } else { Tone::Dim }, &member.state.0),
            Line::plain(member.mail.masked.clone()),
            Line::dim(if member.has_login { "its provider" } else { "none" }),
            Line::plain(due::day(member.added_at, ctx.zone())),
        ]
    },
);

static KEYS: Listed<ApiKey> = Listed::of(
    Source {
        place: PLACE,
        tag: "keys",
        document: tenants::api_keys,
        at: "/tenant/apiKeys",
        id: |key| key.id.inner().to_owned(),
    },
    Looks {
        title: "API keys",
        heads: &["Name", "State", "Ends", "Hint", "Used", "May"],
        leaves: &[5, 4],
        none: "no key",
        is_heard: true,
    },
    |key, ctx| {
        let tone = match key.state.0.as_str() {
            "LIVE" => Tone::Plain,
            "OVERLAPPING" => Tone::Warn,
            _ => Tone::Dim,
        };
        vec![
            Line::plain(key.name.clone()),
            word(tone, &key.state.0),
            ends(Some(key.expires_at), ctx),
            Line::dim(format!("…{}", key.hint)),
            ago(key.last_used_at, ctx),
            Line::dim(words(key.permissions.iter().map(|permission| &permission.0))),
        ]
    },
);

struct OneScreen {
    tenant: One<Tenant>,
    members: Listing<Member>,
    keys: Listing<ApiKey>,
    /// The keys of the keyboard are on the list of API keys.
    is_on_keys: bool,
}

fn facts(tenant: &Tenant, ctx: &Ctx) -> Vec<Fact> {
    let role = word(Tone::Plain, &tenant.our_role.0)
        + tenant.role_note.as_ref().map(|why| Line::dim(format!(", {why}"))).unwrap_or_default();
    let mut facts = vec![
        fact("legal_name", "Legal name", Line::plain(tenant.legal_name.clone()).strong()),
        fact("state", "State", tenant_state(tenant, ctx)),
        fact("our_role", "We are its", role),
        fact("plan", "Plan", Line::plain(tenant.plan.clone()) + Line::dim(format!(", {} app slots", tenant.app_slots))),
        fact("region", "Region", Line::plain(tenant.region.clone()) + Line::dim(format!(", {}", tenant.locale))),
        fact("reference", "Reference", some(tenant.reference.as_ref())),
        fact("opened_at", "Opened", Line::plain(due::day(tenant.opened_at, ctx.zone()))),
    ];
    if let (Some(since), Some(on)) = (tenant.closing_at, tenant.closes_on) {
        let told = Line::of(Tone::Warn, on.format("%-d %b %Y").to_string())
            + Line::dim(format!(", asked for {}", due::day(since, ctx.zone())));
        facts.push(fact("closes_on", "Data goes on", told));
    }
    facts
}

impl OneScreen {
    fn sections(&self, ctx: &Ctx) -> (Section, [Section; 2]) {
        let tenant = self.tenant.section("tenant", "Tenant", |tenant| facts(tenant, ctx));
        (tenant, [self.members.section(!self.is_on_keys, ctx), self.keys.section(self.is_on_keys, ctx)])
    }
}

impl Screen for OneScreen {
    fn update(&mut self, action: &Action, ctx: &Ctx) -> Effects {
        match action {
            Action::Linked(link) => {
                let mut effects = self.tenant.open(&link.id);
                effects.extend(self.members.of(&link.id, ctx));
                effects.extend(self.keys.of(&link.id, ctx));
                effects
            }
            Action::Answered(answer) if self.tenant.hear(answer) => Effects::new(),
            Action::Do(verb, _) if **verb == TURN => {
                self.is_on_keys = !self.is_on_keys;
                Effects::new()
            }
            action if is_for_all(action, &RENEW) => {
                let mut effects = self.tenant.renew(action);
                effects.extend(self.members.follow(action, ctx));
                effects.extend(self.keys.follow(action, ctx));
                effects
            }
            action if self.is_on_keys => self.keys.follow(action, ctx),
            action => self.members.follow(action, ctx),
        }
    }

    fn page(&self, ctx: &Ctx) -> Page {
        let (tenant, panes) = self.sections(ctx);
        let title = Line::plain(self.crumb().unwrap_or_default());
        Page { title, sections: [tenant].into_iter().chain(panes).collect(), foot: Line::default() }
    }

    fn view(&self, ctx: &Ctx, canvas: &mut dyn Canvas) {
        let (tenant, sections) = self.sections(ctx);
        panes(canvas, &tenant, &sections, usize::from(self.is_on_keys));
    }

    fn target(&self, _: &Ctx) -> Target {
        if self.is_on_keys { self.keys.list().target() } else { self.members.list().target() }
    }

    fn is_a_list(&self) -> bool {
        true
    }

    fn crumb(&self) -> Option<String> {
        self.tenant.held().map(|tenant| tenant.legal_name.clone())
    }

    fn question(&self, verb: &Verb, target: &Target, ctx: &Ctx) -> Option<Question> {
        let tenant = self.tenant.held()?;
        if [REMOVE, REVEAL].contains(verb) {
            return Some(about_member(verb, self.members.row(target)?, tenant));
        }
        if [ROTATE, REVOKE].contains(verb) {
            return Some(about_key(verb, self.keys.row(target)?, tenant, ctx));
        }
        self.about_tenant(verb, tenant)
    }
}

impl OneScreen {
    fn about_tenant(&self, verb: &Verb, tenant: &Tenant) -> Option<Question> {
        let Tenant { legal_name: name, .. } = tenant;
        let version = json!({ "id": tenant.id, "version": tenant.version });
        let question = Question { object: name.clone(), ..Question::default() };
        let (members, keys) = (self.members.list().total().unwrap_or(0), self.keys.list().total().unwrap_or(0));
        Some(match verb.id {
            id if id == CLOSE.id => Question {
                effects: vec![
                    Line::plain("Its account data is gone 30 days from now; until then it can be reopened."),
                    Line::dim(format!("On its lists: {members} members, {keys} keys.")),
                ],
                order: Some(order(tenants::close::document(), version, format!("{name} is closing"))),
                ..question
            },
            id if id == REOPEN.id => Question {
                effects: vec![Line::plain("The wish to close is taken back; nothing of it is gone yet.")],
                order: Some(order(tenants::reopen::document(), version, format!("{name} is open again"))),
                ..question
            },
            id if id == CHANGE.id => Question {
                form: Form::of(vec![
                    Field::words("legalName", "Legal name").being([name]),
                    Field::words("locale", "Locale").being([&tenant.locale]),
                    Field::words("region", "Region").being([&tenant.region]),
                    Field::words("plan", "Plan").being([&tenant.plan]),
                    Field::number("appSlots", "App slots").being([tenant.app_slots.to_string()]),
                    Field::one("ourRole", "We are its", opts(&["PROCESSOR", "CONTROLLER", "JOINT"]))
                        .being([&tenant.our_role.0]),
                    Field::words("roleNote", "Why").optional().being(&tenant.role_note),
                    Field::words("reference", "Reference").optional().being(&tenant.reference),
                ]),
                order: Some(order(tenants::change::document(), version, format!("{name} is changed"))),
                ..question
            },
            id if id == GLASS.id => break_glass(Some((tenant.id.inner(), name))),
            id if id == ADD.id => Question {
                effects: vec![Line::dim("Name and address are sealed; from then on they are masked here.")],
                form: Form::of(vec![
                    Field::words("name", "Name"),
                    Field::words("mail", "Mail"),
                    Field::one("role", "Role", opts(&["MEMBER", "OWNER"])),
                    Field::words("login.issuer", "Way in: provider")
                        .optional()
                        .hint("issuer of the tenant's own tokens"),
                    Field::words("login.subject", "Way in: person").optional().hint("subject in those tokens"),
                ]),
                order: Some(order(
                    tenants::add_member::document(),
                    json!({ "tenant": tenant.id }),
                    format!("{name} has one member more"),
                )),
                ..question
            },
            id if id == CREATE.id => Question {
                effects: vec![Line::plain("Whoever holds it acts for this tenant. It is shown once.")],
                form: Form::of(vec![
                    Field::words("name", "What uses it"),
                    Field::several("permissions", "It may", opts(LENDABLE)),
                    Field::time("expiresAt", "Ends"),
                ]),
                order: Some(Order {
                    once: Some(CREATED),
                    ..order(
                        tenants::create_key::document(),
                        json!({ "tenant": tenant.id }),
                        format!("a key for {name} is made"),
                    )
                }),
                ..question
            },
            _ => return None,
        })
    }
}

fn about_member(verb: &Verb, member: &Member, tenant: &Tenant) -> Question {
    let whose = format!("{} · {}", member.name.masked, tenant.legal_name);
    if *verb == REMOVE {
        return Question {
            object: whose,
            effects: vec![Line::plain("Its way in ends at once; what is held of the person stays until it is due.")],
            order: Some(order(
                tenants::remove_member::document(),
                json!({ "id": member.id, "version": member.version }),
                format!("{} is removed", member.name.masked),
            )),
            ..Question::default()
        };
    }
    let fields = vec![Opt::new("MAIL", member.mail.masked.clone()), Opt::new("NAME", member.name.masked.clone())];
    let mut form = vec![Field::one("field", "Field", fields)];
    form.extend(reasons());
    let mut order = order(tenants::reveal_member::document(), json!({ "id": member.id }), "it was logged".to_owned());
    order.input.remove("idempotencyKey");
    order.once = Some(OPENED);
    Question {
        object: whose,
        effects: vec![Line::plain("Shown for 30 s, logged with the reason, then masked again.")],
        form: Form::of(form),
        order: Some(order),
        ..Question::default()
    }
}

fn about_key(verb: &Verb, key: &ApiKey, tenant: &Tenant, ctx: &Ctx) -> Question {
    let question = Question { object: format!("{} · {}", key.name, tenant.legal_name), ..Question::default() };
    let used =
        key.last_used_at.map_or("never used".to_owned(), |at| format!("last used {}", due::age(at, ctx.now).text));
    if *verb == REVOKE {
        return Question {
            effects: vec![Line::plain(format!("It opens nothing from now on; {used}."))],
            reference: key.name.clone(),
            order: Some(order(
                tenants::revoke_key::document(),
                json!({ "id": key.id }),
                format!("the key {} is revoked", key.name),
            )),
            ..question
        };
    }
    Question {
        effects: vec![Line::plain(format!(
            "A successor is made and shown once; the old one works on for a while, {used}."
        ))],
        form: Form::of(vec![
            Field::number("overlapMinutes", "Both work for").being(["60"]).hint("minutes"),
            Field::time("expiresAt", "Successor ends").optional(),
        ]),
        order: Some(Order {
            once: Some(CREATED),
            ..order(
                tenants::rotate_key::document(),
                json!({ "id": key.id }),
                format!("the key {} is rotated", key.name),
            )
        }),
        ..question
    }
}
