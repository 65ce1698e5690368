//! Signing in: mail and password, then the code; or the browser, a recovery code, or an invitation to a new seat. On a
//! desk of one's own, the machine's file.
//!
//! It opens by itself when the server knows nobody, and closes when it does.

use crate::core::action::{Action, Effect, Effects, Scope, Target, Verb};
use crate::core::ask::{Answer, Trouble};
use crate::core::due::Moment;
use crate::core::input::{Fields, Shown};
use crate::core::me;
use crate::core::page::{Body, Fact, Line, Page, Section, Tone};
use crate::core::screen::{Ctx, Entry, Screen, Shape};
use crate::core::shell;

use super::browser::{Browser, Turn};
use super::calls::{self, Part};
use super::{told, told_of_a_code, verb, words};

const NAME: &str = me::SIGN_IN;

pub const ENTRY: Entry = Entry {
    name: NAME,
    title: "Sign in",
    shape: Shape::Layer { width: 64, height: 16 },
    opener: Some(&OPEN),
    verbs: &[OPEN, SEND, SEAT, BROWSER, RECOVER, INVITED],
    open: |ctx| Box::new(SignIn::new(ctx)),
};

const HERE: Scope = Scope::Place(NAME);

const OPEN: Verb = Verb {
    off: |_, ctx| ctx.me.person().map(|person| format!("{} is signed in", person.name)),
    ..verb("sign-in.open", "sign in", "Signs in with a second factor", "", Scope::Global, &["g u"])
};
const SEND: Verb = Verb {
    off: |at, _| (stands(at) == "browser").then(|| "it goes on in the browser".to_owned()),
    ..verb("sign-in.send", "go on", "Sends what was typed", "go on", HERE, &["Enter"])
};
const BROWSER: Verb = Verb {
    off: |at, _| (stands(at) == "browser").then(|| "it goes on there".to_owned()),
    ..verb(
        "sign-in.browser",
        "in the browser instead",
        "Signs in with your company's identity provider, in any browser",
        "browser",
        HERE,
        &["Ctrl-o"],
    )
};
const SEAT: Verb = Verb {
    off: |at, _| (stands(at) != "file").then(|| "it is asked for already".to_owned()),
    ..verb(
        "sign-in.seat",
        "another seat",
        "Signs in with mail and password on a desk that its machine's file opens",
        "another seat",
        HERE,
        &["Ctrl-p"],
    )
};
const RECOVER: Verb = Verb {
    off: |at, _| (stands(at) != Part::Code.tag()).then(|| "it stands for the code alone".to_owned()),
    ..verb(
        "sign-in.recover",
        "a recovery code",
        "Takes a recovery code in the place of the authenticator's",
        "recovery code",
        HERE,
        &["Ctrl-r"],
    )
};
const INVITED: Verb = Verb {
    off: |at, _| {
        let begins = [Part::Password.tag(), "file"].contains(&stands(at));
        (!begins).then(|| "a sign-in has begun: Esc goes back".to_owned())
    },
    ..verb(
        "sign-in.invited",
        "I have an invitation",
        "Takes a new seat with the invitation that was handed to you",
        "invitation",
        HERE,
        &["Ctrl-n"],
    )
};

/// The step that the keys would act on.
fn stands(at: &Target) -> &str {
    at.0.first().map_or("", String::as_str)
}

enum Step {
    /// The file of this machine.
    File,
    Password(Fields),
    Code(Fields),
    Recovery(Fields),
    Invitation(Fields),
    Browser(Browser),
}

struct SignIn {
    step: Step,
    /// Shown once the password was right.
    mail: String,
    is_sent: bool,
    said: Option<Line>,
}

impl SignIn {
    fn new(ctx: &Ctx) -> Self {
        Self { step: Step::first(ctx), mail: String::new(), is_sent: false, said: None }
    }

    fn go(&mut self, step: Step, said: Option<Line>) {
        *self = Self { step, is_sent: false, said, mail: std::mem::take(&mut self.mail) };
    }

    fn send(&mut self, ctx: &Ctx) -> Effects {
        if self.is_sent {
            return Effects::new();
        }
        self.said = self.step.fields_mut().and_then(Fields::missing);
        if self.said.is_some() {
            return Effects::new();
        }
        let device = || ctx.device.as_ref().map(|device| device.expose().to_owned());
        let ask = match &mut self.step {
            Step::File => {
                self.is_sent = true;
                return vec![Effect::ShowFile];
            }
            Step::Browser(_) => return Effects::new(),
            Step::Password(fields) => {
                self.mail = fields.text("mail").to_owned();
                calls::password(NAME, fields.text("mail"), fields.text("password"), device())
            }
            Step::Code(fields) => calls::code(NAME, fields.text("code")),
            Step::Recovery(fields) => calls::recovery(NAME, fields.text("recovery")),
            Step::Invitation(fields) if fields.text("password") != fields.text("again") => {
                fields.again("again");
                self.said = Some(Line::of(Tone::Bad, "the two passwords differ: type the second once more"));
                return Effects::new();
            }
            Step::Invitation(fields) => calls::invitation(NAME, fields.text("invitation"), fields.text("password")),
        };
        self.is_sent = true;
        vec![Effect::Ask(ask)]
    }

    fn hear(&mut self, answer: &Answer, ctx: &Ctx) -> Effects {
        let Some(part) = Part::of(answer) else { return Effects::new() };
        if let Step::Browser(browser) = &mut self.step {
            match browser.hear(part, answer, ctx) {
                Turn::Goes => return Effects::new(),
                Turn::Passed(pass) => return vec![Effect::Then(Action::Passed(pass))],
                Turn::Over(trouble) => self.go(Step::password(), Some(told(&trouble))),
            }
            return Effects::new();
        }
        // Only what stands there may be answered: a step that was left hears nothing.
        if !self.is_sent || self.step.part() != Some(part) {
            return Effects::new();
        }
        self.is_sent = false;
        match calls::pass(part, answer) {
            Ok(pass) => {
                let (is_whole, must_enrol) = (pass.is_whole, pass.must_enrol);
                if !is_whole && !must_enrol {
                    self.go(Step::code(), None);
                } else {
                    // Until the server has said who this is.
                    self.is_sent = true;
                    self.step.wipe();
                }
                vec![Effect::Then(Action::Passed(pass))]
            }
            Err(trouble) => {
                self.refused(&trouble);
                Effects::new()
            }
        }
    }

    fn refused(&mut self, trouble: &Trouble) {
        let said = Some(told(trouble));
        let is_over = *trouble == Trouble::SignIn || trouble.code() == Some("EXPIRED");
        match &mut self.step {
            Step::Code(_) | Step::Recovery(_) if is_over => self.go(Step::password(), said),
            // Not reached, it can be sent again as it stands.
            _ if matches!(trouble, Trouble::Unreached(_)) => self.said = said,
            Step::Password(fields) => {
                fields.again("password");
                self.said = said;
            }
            Step::Code(fields) => {
                fields.again("code");
                self.said = Some(told_of_a_code(trouble));
            }
            Step::Recovery(fields) => {
                fields.again("recovery");
                self.said = said;
            }
            Step::Invitation(fields) => {
                let about = match trouble {
                    Trouble::Refused(refusals) => refusals.first().and_then(|refusal| refusal.field.last()),
                    _ => None,
                };
                if about.is_some_and(|field| field == "password") {
                    fields.again("again");
                    fields.again("password");
                }
                self.said = said;
            }
            Step::File | Step::Browser(_) => self.said = said,
        }
    }

    /// Back to what stood there before; from the first of them, away.
    fn escape(&mut self, ctx: &Ctx) -> Effects {
        let before = match &self.step {
            Step::File => None,
            Step::Password(_) => ctx.desk.is_local.then_some(Step::File),
            Step::Recovery(_) => Some(Step::code()),
            Step::Code(_) => Some(Step::password()),
            Step::Invitation(_) | Step::Browser(_) => Some(Step::first(ctx)),
        };
        let Some(before) = before else { return vec![Effect::Then(Action::Close)] };
        self.go(before, None);
        Effects::new()
    }

    fn fields(&mut self) -> Option<&mut Fields> {
        if self.is_sent {
            return None;
        }
        self.step.fields_mut()
    }
}

impl Step {
    fn first(ctx: &Ctx) -> Self {
        if ctx.desk.is_local { Self::File } else { Self::password() }
    }

    fn password() -> Self {
        Self::Password(Fields::new([("mail", "Mail", Shown::Plain), ("password", "Password", Shown::Dots)]))
    }

    fn code() -> Self {
        Self::Code(Fields::new([("code", "Code", Shown::Code)]))
    }

    fn recovery() -> Self {
        Self::Recovery(Fields::new([("recovery", "Recovery", Shown::Dots)]))
    }

    fn invitation() -> Self {
        Self::Invitation(Fields::new([
            ("invitation", "Invitation", Shown::Dots),
            ("password", "New password", Shown::Dots),
            ("again", "Once more", Shown::Dots),
        ]))
    }

    /// What it sends.
    fn part(&self) -> Option<Part> {
        match self {
            Self::Password(_) => Some(Part::Password),
            Self::Code(_) => Some(Part::Code),
            Self::Recovery(_) => Some(Part::Recovery),
            Self::Invitation(_) => Some(Part::Invitation),
            Self::File | Self::Browser(_) => None,
        }
    }

    fn fields(&self) -> Option<&Fields> {
        match self {
            Self::Password(fields) | Self::Code(fields) | Self::Recovery(fields) | Self::Invitation(fields) => {
                Some(fields)
            }
            Self::File | Self::Browser(_) => None,
        }
    }

    fn fields_mut(&mut self) -> Option<&mut Fields> {
        match self {
            Self::Password(fields) | Self::Code(fields) | Self::Recovery(fields) | Self::Invitation(fields) => {
                Some(fields)
            }
            Self::File | Self::Browser(_) => None,
        }
    }

    fn wipe(&mut self) {
        if let Some(fields) = self.fields_mut() {
            fields.clear();
        }
    }
}

impl Screen for SignIn {
    fn update(&mut self, action: &Action, ctx: &Ctx) -> Effects {
        match action {
            Action::Answered(answer) => self.hear(answer, ctx),
            Action::FileShown(Err(trouble)) => {
                self.is_sent = false;
                self.said = Some(told(trouble));
                Effects::new()
            }
            Action::Do(verb, _) if **verb == SEND => self.send(ctx),
            Action::Do(verb, _) if **verb == SEAT => {
                self.go(Step::password(), None);
                Effects::new()
            }
            Action::Do(verb, _) if **verb == shell::ESCAPE => self.escape(ctx),
            Action::Do(verb, _) if **verb == BROWSER => {
                let invitation = match &self.step {
                    Step::Invitation(fields) => Some(fields.text("invitation")).filter(|text| !text.is_empty()),
                    _ => None,
                };
                let (browser, effects) = Browser::begin(NAME, invitation.map(str::to_owned));
                self.go(Step::Browser(browser), None);
                effects
            }
            Action::Do(verb, _) if **verb == RECOVER => {
                self.go(Step::recovery(), None);
                Effects::new()
            }
            Action::Do(verb, _) if **verb == INVITED => {
                self.go(Step::invitation(), None);
                Effects::new()
            }
            action => {
                if let Step::Browser(browser) = &mut self.step {
                    return browser.follow(NAME, action, ctx);
                }
                if let Some(fields) = self.fields() {
                    fields.follow(action);
                }
                Effects::new()
            }
        }
    }

    fn page(&self, ctx: &Ctx) -> Page {
        let mut sections = Vec::new();
        let plain = |text: &'static str| words(vec![Line::plain(text), Line::default()]);
        match &self.step {
            Step::File => sections.push(words(vec![
                Line::plain("This desk runs on this machine, and a file of yours opens it."),
                Line::dim("Enter shows the file and signs you in."),
            ])),
            Step::Browser(browser) => sections.push(browser.section(ctx)),
            Step::Code(_) | Step::Recovery(_) => {
                let fact = |id, name, value| Fact { id, name, value, exact: serde_json::Value::Null };
                sections.push(Section {
                    id: "so-far",
                    title: "",
                    note: Line::default(),
                    body: Body::Facts(vec![
                        fact("mail", "Mail", Line::plain(self.mail.clone())),
                        fact("password", "Password", Line::of(Tone::Good, "✓ right")),
                    ]),
                });
            }
            Step::Invitation(_) => {
                sections.push(plain("15 characters or more, or fewer that are hard to guess; spaces are welcome."));
            }
            Step::Password(_) => {}
        }
        sections.extend(self.step.fields().map(|fields| fields.section(!self.is_sent)));
        let said = match (&self.said, self.is_sent) {
            (_, true) => Line::dim("asking"),
            (Some(said), false) => said.clone(),
            (None, false) => hint(&self.step),
        };
        sections.push(words(vec![Line::default(), said]));
        let foot = match ctx.desk.url.as_deref() {
            Some(url) if url.starts_with("https") => Line::dim("TLS ✓"),
            Some(_) => Line::dim("this machine alone"),
            None => Line::dim("the desk is not there yet"),
        };
        Page { title: Line::plain(format!("Sign in to {}", ctx.desk.name())), sections, foot }
    }

    fn target(&self, _: &Ctx) -> Target {
        let step = match &self.step {
            Step::File => "file",
            Step::Browser(_) => "browser",
            step => step.part().map_or("", Part::tag),
        };
        Target(vec![step.to_owned()])
    }

    fn has_fields(&self) -> bool {
        self.step.fields().is_some()
    }

    fn takes_text(&self) -> bool {
        self.step.fields().is_some()
    }

    fn takes(&self, c: char) -> bool {
        self.step.fields().is_some_and(|fields| fields.takes(c))
    }

    fn hears_escape(&self) -> bool {
        true
    }

    fn wakes(&self, _: &Ctx) -> Option<Moment> {
        match &self.step {
            Step::Browser(browser) => browser.wakes(),
            _ => None,
        }
    }
}

/// What can be done instead, beside what stands there.
fn hint(step: &Step) -> Line {
    match step {
        Step::Password(_) => {
            Line::of(Tone::Key, "Ctrl-o") + Line::dim(" in the browser instead, with your company's sign-in")
        }
        Step::Code(_) => {
            Line::dim("Six digits from your authenticator; ")
                + Line::of(Tone::Key, "Ctrl-r")
                + Line::dim(" a recovery code")
        }
        Step::Recovery(_) => Line::dim("One of the codes you kept; it works once."),
        Step::Invitation(_) => Line::of(Tone::Key, "Ctrl-o") + Line::dim(" with your company's sign-in, no password"),
        Step::File => {
            Line::of(Tone::Key, "Ctrl-p")
                + Line::dim(" another seat, ")
                + Line::of(Tone::Key, "Ctrl-n")
                + Line::dim(" with an invitation")
        }
        Step::Browser(_) => Line::default(),
    }
}
