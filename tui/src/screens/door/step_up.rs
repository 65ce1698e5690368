//! A second factor, shown again: opens when the server asks for one, and what waited is sent again by itself.
//!
//! Esc leaves it, and what waited is refused.

use crate::core::action::{Action, Effect, Effects, Scope, Verb};
use crate::core::ask::{Answer, Trouble};
use crate::core::due::Moment;
use crate::core::input::{Fields, Shown};
use crate::core::me::{self, Factor};
use crate::core::page::{Line, Page};
use crate::core::screen::{Ctx, Entry, Screen, Shape};
use crate::core::shell;

use super::browser::{Browser, Turn};
use super::calls::{self, Part};
use super::{told, told_of_a_code, verb, words};

const NAME: &str = me::STEP_UP;

pub const ENTRY: Entry = Entry {
    name: NAME,
    title: "Second factor",
    shape: Shape::Layer { width: 64, height: 14 },
    opener: None,
    verbs: &[SEND, BROWSER],
    open: |_| Box::new(StepUp(Factors::default())),
};

const SEND: Verb =
    verb("step-up.send", "go on", "Shows the code to the server", "go on", Scope::Place(NAME), &["Enter"]);
const BROWSER: Verb = verb(
    "step-up.browser",
    "in the browser instead",
    "Shows the second factor at your company's identity provider",
    "browser",
    Scope::Place(NAME),
    &["Ctrl-o"],
);

struct StepUp(Factors);

impl Screen for StepUp {
    fn update(&mut self, action: &Action, ctx: &Ctx) -> Effects {
        match action {
            Action::SteppedUp => vec![Effect::Then(Action::Close)],
            Action::Do(verb, _) if **verb == shell::ESCAPE => {
                vec![Effect::Then(Action::Close), Effect::Then(Action::StepUpDropped)]
            }
            action => {
                let (effects, is_shown) = self.0.follow(NAME, (&SEND, &BROWSER), action, ctx);
                effects.into_iter().chain(is_shown.then_some(Effect::Then(Action::SteppedUp))).collect()
            }
        }
    }

    fn page(&self, ctx: &Ctx) -> Page {
        let mut page = Page {
            title: Line::plain("Your second factor, once more"),
            sections: vec![words(vec![
                Line::plain("What you asked for waits for it and goes on by itself."),
                Line::default(),
            ])],
            foot: Line::dim("Esc: nothing is done"),
        };
        self.0.add_to(&mut page, ctx);
        page
    }

    fn has_fields(&self) -> bool {
        self.0.has_code()
    }

    fn takes_text(&self) -> bool {
        self.0.has_code()
    }

    fn takes(&self, c: char) -> bool {
        self.0.takes(c)
    }

    fn hears_escape(&self) -> bool {
        true
    }

    fn wakes(&self, _: &Ctx) -> Option<Moment> {
        self.0.wakes()
    }
}

/// The ways to show a second factor again; the lock has them too.
pub struct Factors {
    code: Fields,
    browser: Option<Browser>,
    is_sent: bool,
    said: Option<Line>,
}

impl Default for Factors {
    fn default() -> Self {
        let code = Fields::new([("code", "Code", Shown::Code)]);
        Self { code, browser: None, is_sent: false, said: None }
    }
}

impl Factors {
    /// Follows what happens; whether the factor was shown.
    pub fn follow(
        &mut self,
        to: &'static str,
        (send, browse): (&Verb, &Verb),
        action: &Action,
        ctx: &Ctx,
    ) -> (Effects, bool) {
        let provider = ctx.me.person().is_some_and(|person| person.factor == Factor::Provider);
        let effects = match action {
            Action::Opened if provider => self.browse(to),
            Action::Do(verb, _) if *verb == browse => self.browse(to),
            Action::Do(verb, _) if *verb == send && !self.is_sent => self.send(to, ctx),
            Action::Answered(answer) => return self.hear(answer, ctx),
            action => {
                if let Some(browser) = &mut self.browser {
                    browser.follow(to, action, ctx)
                } else {
                    if !self.is_sent {
                        self.code.follow(action);
                    }
                    Effects::new()
                }
            }
        };
        (effects, false)
    }

    fn browse(&mut self, to: &'static str) -> Effects {
        let (browser, effects) = Browser::begin(to, None);
        *self = Self { browser: Some(browser), ..Self::default() };
        effects
    }

    fn send(&mut self, to: &'static str, ctx: &Ctx) -> Effects {
        self.said = None;
        if ctx.me.person().is_some_and(|person| person.factor == Factor::File) {
            self.is_sent = true;
            return vec![Effect::ShowFile];
        }
        if self.browser.is_none() {
            self.said = self.code.missing();
        }
        if self.browser.is_some() || self.said.is_some() {
            return Effects::new();
        }
        self.is_sent = true;
        vec![Effect::Ask(calls::step_up(to, self.code.text("code")))]
    }

    fn hear(&mut self, answer: &Answer, ctx: &Ctx) -> (Effects, bool) {
        if let (Some(browser), Some(part)) = (&mut self.browser, Part::of(answer)) {
            match browser.hear(part, answer, ctx) {
                Turn::Goes => {}
                Turn::Passed(pass) => return (vec![Effect::Then(Action::Passed(pass))], true),
                Turn::Over(trouble) => *self = Self { said: Some(told(&trouble)), ..Self::default() },
            }
            return (Effects::new(), false);
        }
        if !self.is_sent {
            return (Effects::new(), false);
        }
        self.is_sent = false;
        let Err(trouble) = &answer.outcome else { return (Effects::new(), true) };
        self.fail(trouble);
        (Effects::new(), false)
    }

    pub fn fail(&mut self, trouble: &Trouble) {
        self.is_sent = false;
        self.said = Some(told_of_a_code(trouble));
        if !matches!(trouble, Trouble::Unreached(_)) {
            self.code.again("code");
        }
    }

    pub fn is_sent(&self) -> bool {
        self.is_sent
    }

    pub fn has_code(&self) -> bool {
        self.browser.is_none()
    }

    /// Nothing was typed yet, so that a letter may mean something else.
    pub fn takes(&self, c: char) -> bool {
        self.has_code() && self.code.takes(c)
    }

    pub fn wakes(&self) -> Option<Moment> {
        self.browser.as_ref().and_then(Browser::wakes)
    }

    pub fn add_to(&self, page: &mut Page, ctx: &Ctx) {
        let is_local = ctx.me.person().is_some_and(|person| person.factor == Factor::File);
        match &self.browser {
            Some(browser) => page.sections.push(browser.section(ctx)),
            None if is_local => {
                page.sections.push(words(vec![Line::plain("This machine's own file opens it: Enter shows it.")]));
            }
            None => page.sections.push(self.code.section(!self.is_sent)),
        }
        let said = if self.is_sent { Some(Line::dim("asking")) } else { self.said.clone() };
        page.sections.extend(said.map(|said| words(vec![Line::default(), said])));
    }
}
