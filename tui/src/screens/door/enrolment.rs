//! A second factor for a seat that has none: a QR code for the authenticator, the first code from it, and the recovery
//! codes, which are seen once.
//!
//! What it shows is on no other page and goes with it.

use crate::core::action::{Action, Effect, Effects, Scope, Target, Verb};
use crate::core::ask::Answer;
use crate::core::canvas::Canvas;
use crate::core::input::{Fields, Shown};
use crate::core::me;
use crate::core::page::{Body, Line, Page, Section, Tone};
use crate::core::qr::Qr;
use crate::core::screen::{Ctx, Entry, Screen, Shape};
use crate::core::secret::Secret;
use crate::core::shell;

use super::browser::grouped;
use super::{calls, told_of_a_code, verb, words};

const NAME: &str = me::ENROLMENT;

pub const ENTRY: Entry = Entry {
    name: NAME,
    title: "Second factor",
    shape: Shape::Whole,
    opener: None,
    verbs: &[SEND, SWAP, KEPT],
    open: |_| Box::new(Enrolment { step: Step::Beginning, is_sent: false, is_swapped: false, said: None }),
};

const HERE: Scope = Scope::Place(NAME);

const SEND: Verb = Verb {
    off: |at, _| at.0.contains(&CODES.to_owned()).then(|| "that is done: keep the codes".to_owned()),
    ..verb("enrolment.send", "go on", "Sends the first code of the authenticator", "go on", HERE, &["Enter"])
};
const SWAP: Verb = Verb {
    off: |at, _| (!at.0.contains(&PICTURE.to_owned())).then(|| "there is no picture".to_owned()),
    ..verb(
        "enrolment.swap",
        "swap light and dark",
        "Swaps light and dark of the QR code, for a terminal whose ground is light",
        "swap light and dark",
        HERE,
        &["Ctrl-t"],
    )
};
const KEPT: Verb = Verb {
    off: |at, _| (!at.0.contains(&CODES.to_owned())).then(|| "there are none yet".to_owned()),
    ..verb(
        "enrolment.kept",
        "I have kept them",
        "Says that the recovery codes were kept; they are not shown again",
        "I have kept them",
        HERE,
        &["y"],
    )
};

/// What the keys would act on.
const PICTURE: &str = "picture";
const CODES: &str = "codes";

/// The least columns for words beside the picture.
const BESIDE: u16 = 30;

enum Step {
    Beginning,
    Shown { secret: Secret, qr: Option<Qr>, code: Fields },
    Codes(Vec<Secret>),
}

struct Enrolment {
    step: Step,
    is_sent: bool,
    is_swapped: bool,
    said: Option<Line>,
}

impl Enrolment {
    fn send(&mut self) -> Effects {
        if self.is_sent {
            return Effects::new();
        }
        self.said = match &mut self.step {
            Step::Shown { code, .. } => code.missing(),
            Step::Beginning | Step::Codes(_) => None,
        };
        if self.said.is_some() {
            return Effects::new();
        }
        let ask = match &self.step {
            Step::Beginning => calls::begin_enrolment(NAME),
            Step::Shown { code, .. } => calls::confirm_enrolment(NAME, code.text("code")),
            Step::Codes(_) => return Effects::new(),
        };
        self.is_sent = true;
        vec![Effect::Ask(ask)]
    }

    fn hear(&mut self, answer: &Answer) -> Effects {
        self.is_sent = false;
        let heard = match &mut self.step {
            Step::Beginning => calls::enrolment(answer).map(|enrolment| {
                let qr = Qr::of(&enrolment.uri);
                let code = Fields::new([("code", "Code", Shown::Code)]);
                self.step = Step::Shown { secret: Secret::new(enrolment.secret), qr, code };
                Effects::new()
            }),
            Step::Shown { .. } => calls::enrolled(answer).map(|(pass, codes)| {
                self.said = None;
                self.step = Step::Codes(codes.into_iter().map(Secret::new).collect());
                vec![Effect::Then(Action::Passed(pass))]
            }),
            Step::Codes(_) => Ok(Effects::new()),
        };
        heard.unwrap_or_else(|trouble| {
            if trouble == crate::core::ask::Trouble::SignIn {
                // The console has opened the sign-in beneath.
                return vec![Effect::Then(Action::Close)];
            }
            if let Step::Shown { code, .. } = &mut self.step {
                code.again("code");
            }
            self.said = Some(told_of_a_code(&trouble));
            Effects::new()
        })
    }

    fn said(&self) -> Option<Section> {
        let said = if self.is_sent { Some(Line::dim("asking")) } else { self.said.clone() };
        said.map(|said| words(vec![Line::default(), said]))
    }
}

fn headed(title: &'static str, lines: Vec<Line>) -> Section {
    Section { id: "enrolment", title, note: Line::default(), body: Body::Words(lines) }
}

impl Screen for Enrolment {
    fn update(&mut self, action: &Action, _: &Ctx) -> Effects {
        match action {
            Action::Opened => self.send(),
            Action::Answered(answer) => self.hear(answer),
            Action::Do(verb, _) if **verb == SEND => self.send(),
            Action::Do(verb, _) if **verb == SWAP => {
                self.is_swapped = !self.is_swapped;
                Effects::new()
            }
            Action::Do(verb, _) if **verb == KEPT => vec![Effect::Then(Action::Close)],
            Action::Do(verb, _) if **verb == shell::ESCAPE => {
                if matches!(self.step, Step::Codes(_)) {
                    self.said =
                        Some(Line::of(Tone::Warn, "Without them, a lost phone is a lost seat: keep them first."));
                    return Effects::new();
                }
                vec![Effect::Then(Action::Close), Effect::Then(Action::SignOut)]
            }
            action => {
                if let (Step::Shown { code, .. }, false) = (&mut self.step, self.is_sent) {
                    code.follow(action);
                }
                Effects::new()
            }
        }
    }

    fn page(&self, _: &Ctx) -> Page {
        let mut sections = Vec::new();
        match &self.step {
            Step::Beginning => {
                let line = if self.is_sent { "asking for a secret" } else { "Enter tries again" };
                sections.push(headed("Your second factor", vec![Line::default(), Line::dim(line)]));
                sections.extend(self.said().filter(|_| !self.is_sent));
            }
            Step::Shown { secret, code, .. } => {
                sections.push(headed(
                    "Your second factor",
                    vec![
                        Line::default(),
                        Line::plain("Scan the picture with an authenticator, or type its key there:"),
                        Line::default(),
                        Line::of(Tone::Strong, grouped(secret.expose())),
                        Line::default(),
                        Line::plain("Then type the code that it shows."),
                        Line::default(),
                    ],
                ));
                sections.push(code.section(!self.is_sent));
                sections.extend(self.said());
            }
            Step::Codes(codes) => {
                let mut lines = vec![
                    Line::default(),
                    Line::plain(
                        "Each opens this seat once without the authenticator. They are shown now and never again:",
                    ),
                    Line::plain("print them, or put them where you keep your passwords."),
                    Line::default(),
                ];
                lines.extend(codes.iter().map(|code| Line::of(Tone::Strong, format!("  {}", code.expose()))));
                lines.extend([Line::default(), Line::of(Tone::Key, "y") + Line::plain(" I have kept them")]);
                sections.push(headed("Recovery codes", lines));
                sections.extend(self.said());
            }
        }
        Page { title: Line::plain("Second factor"), sections, foot: Line::default() }
    }

    fn view(&self, ctx: &Ctx, canvas: &mut dyn Canvas) {
        let page = self.page(ctx);
        let mut area = canvas.area();
        if let Step::Shown { qr, .. } = &self.step {
            let room = area.cut_right(BESIDE).1;
            if let Some(taken) = qr.as_ref().and_then(|qr| canvas.qr(room, qr, self.is_swapped)) {
                area = area.cut_right(area.width.saturating_sub(taken.width)).0;
            } else {
                let words = words(vec![Line::of(Tone::Warn, "A larger window shows the picture too.")]);
                let (last, above) = area.cut_bottom(1);
                canvas.section(last, &words);
                area = above;
            }
        }
        for section in &page.sections {
            let height = canvas.height(section, area.width) + u16::from(!section.title.is_empty());
            let (here, below) = area.cut_top(height);
            canvas.section(here, section);
            area = below;
        }
    }

    fn target(&self, _: &Ctx) -> Target {
        let on = match &self.step {
            Step::Beginning => "",
            Step::Shown { .. } => PICTURE,
            Step::Codes(_) => CODES,
        };
        Target(vec![on.to_owned()])
    }

    fn has_fields(&self) -> bool {
        matches!(self.step, Step::Shown { .. })
    }

    fn takes_text(&self) -> bool {
        matches!(self.step, Step::Shown { .. })
    }

    fn takes(&self, c: char) -> bool {
        matches!(&self.step, Step::Shown { code, .. } if code.takes(c))
    }

    fn hears_escape(&self) -> bool {
        true
    }
}
