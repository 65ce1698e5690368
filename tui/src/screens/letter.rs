//! A letter to the person, in the words of staff: written here or in an editor, kept as a draft on the server a second
//! after the last key, and sent by a dialog that names whose it is.
//!
//! What is written survives Esc, a lock and the end of the console; it is sealed where it is kept.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::api::acts;
use crate::api::requests::{self, Request};
use crate::core::action::{Action, Cli, Danger, Effect, Effects, On, Scope, Target, Verb, Why};
use crate::core::area::Area;
use crate::core::ask::{Answer, Ask};
use crate::core::canvas::Canvas;
use crate::core::due::{self, Moment};
use crate::core::form::{Field, Form};
use crate::core::input;
use crate::core::one::{One, Whole};
use crate::core::page::{Body, Line, Page, Section, Tone};
use crate::core::preview::{self, Letter as Preview};
use crate::core::question::Question;
use crate::core::screen::{Ctx, Entry, Screen, Shape};
use crate::core::shell;

use super::course::{self, LETTER as KIND, Matter};
use super::shared::{fact, moment, verb, word};

const PLACE: &str = "letter";

pub const ENTRY: Entry = Entry {
    name: PLACE,
    title: "Letter",
    shape: Shape::Detail { kind: KIND },
    opener: None,
    verbs: &[LINE, EDITOR, PREVIEW, READY, SEND],
    open: |_| Box::new(Letter::new()),
};

const WHY: Cli = Cli::None("a letter is written where it can be read again before it goes");
const LINE: Verb = Verb {
    hint: "write",
    cli: WHY,
    ..Verb::new(
        "letter.write",
        "write",
        "Takes the keys into the text; in it, begins a line",
        Scope::Place(PLACE),
        &["Enter"],
    )
};
const EDITOR: Verb = Verb {
    hint: "editor",
    cli: WHY,
    ..Verb::new(
        "letter.editor",
        "in your editor",
        "Gives the text to your editor, and takes it back",
        Scope::Place(PLACE),
        &["Ctrl-e"],
    )
};
const READY: Verb = Verb {
    hint: "send",
    cli: WHY,
    ..Verb::new("letter.ready", "send…", "Asks whether the letter is to go", Scope::Place(PLACE), &["Ctrl-s"])
};
const SEND: Verb = Verb {
    on: On::Nothing,
    danger: Danger::Confirm,
    needs: Some("work_requests"),
    cli: WHY,
    ..verb("letter.send", "send the letter…", "Sends it to the person by mail", PLACE, &["a s"])
};

const PREVIEW: Verb = Verb {
    hint: "how it reads",
    cli: WHY,
    ..Verb::new(
        "letter.preview",
        "how it reads",
        "Shows the letter as it would leave, as the server words it; again takes it away",
        Scope::Place(PLACE),
        &["Ctrl-p"],
    )
};

static REQUEST: Whole = Whole { place: PLACE, tag: "request", document: requests::request, at: "/request" };

/// After the last key.
const CALM: TimeDelta = TimeDelta::seconds(1);
/// After a draft was not kept.
const AGAIN: TimeDelta = TimeDelta::seconds(5);
/// From this width on, the letter stands beside its text.
const WIDE: u16 = 120;
const KEPT: &str = "kept";
const READ: &str = "read";

/// How the draft on the server stands to what is written.
#[derive(Clone, PartialEq)]
enum Draft {
    /// Nothing was written since it was kept.
    Same(Option<Moment>),
    /// The last key, since.
    Waits(Moment),
    /// It is being kept.
    Goes,
    /// It was not kept, since when and why: it is tried again.
    Failed(Moment, String),
}

struct Letter {
    request: One<Request>,
    text: Area,
    is_writing: bool,
    /// The message that is written over.
    id: Option<String>,
    draft: Draft,
    /// The letter as it would leave, and whether something was written since.
    seen: Option<(Preview, bool)>,
}

impl Letter {
    fn new() -> Self {
        Self {
            request: One::new(&REQUEST),
            text: Area::default(),
            is_writing: true,
            id: None,
            draft: Draft::Same(None),
            seen: None,
        }
    }

    fn opened(&mut self, link: &str) -> Effects {
        let (of, draft) = link.split_once(' ').map_or((link, None), |(of, draft)| (of, Some(draft)));
        let mut effects = self.request.open(of);
        if let Some(draft) = draft {
            // Its own writer goes on with it: that, too, is a look that is noted.
            self.id = Some(draft.to_owned());
            self.is_writing = false;
            let variables = json!({ "input": { "id": of, "reason": "to go on with a draft" } });
            effects.push(ask(READ, acts::reveal(), variables));
        }
        effects
    }

    fn read(&mut self, answer: &Answer) -> Effects {
        let said = |tone, words: String| vec![Effect::Then(Action::Said(tone, words))];
        let data = match &answer.outcome {
            Ok(data) => data,
            Err(trouble) => return said(Tone::Bad, format!("the draft stays shut: {trouble}")),
        };
        let messages = data.pointer("/revealRequestMessages/messages").and_then(Value::as_array);
        let is_it = |one: &&Value| one["message"]["id"].as_str() == self.id.as_deref();
        let lines = messages.and_then(|messages| messages.iter().find(is_it)?["lines"].as_array());
        match lines {
            Some(lines) => {
                let text: Vec<&str> = lines.iter().filter_map(Value::as_str).collect();
                self.text = Area::being(&text.join("\n"));
                self.is_writing = true;
                Effects::new()
            }
            None => said(Tone::Warn, "that draft is no longer there".to_owned()),
        }
    }

    fn touched(&mut self, ctx: &Ctx) {
        self.draft = Draft::Waits(ctx.now);
        if let Some((_, is_old)) = &mut self.seen {
            *is_old = true;
        }
    }

    /// Asks how it reads, or takes that away where it is of now.
    fn preview(&mut self) -> Effects {
        if matches!(self.seen, Some((_, false))) {
            self.seen = None;
            return Effects::new();
        }
        let input = json!({ "id": self.request.id(), "kind": "MESSAGE", "words": self.text.text() });
        vec![ask(preview::TAG, requests::letter_preview(), json!({ "input": input }))]
    }

    fn reads(&mut self, answer: &Answer) -> Effects {
        match Preview::read(answer) {
            Ok(letter) => self.seen = Some((letter, matches!(self.draft, Draft::Waits(_)))),
            Err(trouble) => {
                return vec![Effect::Then(Action::Said(Tone::Bad, format!("no letter to read: {trouble}")))];
            }
        }
        Effects::new()
    }

    /// How it reads, where somebody looks at that.
    fn reading(&self) -> Option<Section> {
        let (letter, is_old) = self.seen.as_ref()?;
        let mut section = letter.section(0);
        if *is_old {
            section.note = Line::of(Tone::Warn, "▲ without the last keys: Ctrl-p again");
        }
        Some(section)
    }

    /// Keeps what is written on the server.
    fn keep(&mut self) -> Effects {
        if self.text.text().trim().is_empty() {
            self.draft = Draft::Same(None);
            return Effects::new();
        }
        self.draft = Draft::Goes;
        let input = json!({ "id": self.request.id(), "draft": self.id, "body": self.text.text() });
        vec![ask(KEPT, acts::save_draft::document(), json!({ "input": input }))]
    }

    fn kept(&mut self, answer: &Answer, ctx: &Ctx) -> Effects {
        let kept = answer.read::<acts::save_draft::Change>().map(|change| change.save_draft.message);
        let is_old = matches!(self.draft, Draft::Waits(_));
        match kept {
            Ok(message) => {
                self.id = message.map(|message| message.id.into_inner()).or_else(|| self.id.take());
                if !is_old {
                    self.draft = Draft::Same(Some(ctx.now));
                }
            }
            Err(trouble) if !is_old => self.draft = Draft::Failed(ctx.now, trouble.to_string()),
            Err(_) => {}
        }
        Effects::new()
    }

    fn does(&mut self, verb: &Verb, ctx: &Ctx) -> Effects {
        match verb.id {
            id if id == shell::ESCAPE.id => {
                self.is_writing = false;
                let is_kept = !matches!(self.draft, Draft::Waits(_) | Draft::Failed(..));
                return if is_kept { Effects::new() } else { self.keep() };
            }
            id if id == PREVIEW.id => return self.preview(),
            id if id == LINE.id && !self.is_writing => {
                self.is_writing = true;
                return Effects::new();
            }
            id if id == LINE.id => self.text.push('\n'),
            id if id == EDITOR.id => {
                return vec![Effect::Edit { to: PLACE, text: self.text.text().to_owned() }];
            }
            id if id == READY.id => {
                self.is_writing = false;
                return vec![Effect::Then(Action::Do(&SEND, Target::default()))];
            }
            id if id == input::LEFT.id => return self.moved(|text| text.step(-1)),
            id if id == input::RIGHT.id => return self.moved(|text| text.step(1)),
            id if id == input::PREVIOUS.id => return self.moved(|text| _ = text.line(-1)),
            id if id == input::NEXT.id => return self.moved(|text| _ = text.line(1)),
            id if id == input::BACK.id => self.text.erase(),
            _ => return Effects::new(),
        }
        self.touched(ctx);
        Effects::new()
    }

    fn moved(&mut self, by: impl FnOnce(&mut Area)) -> Effects {
        by(&mut self.text);
        Effects::new()
    }

    fn state(&self, ctx: &Ctx) -> Line {
        match &self.draft {
            Draft::Same(None) => Line::dim("nothing is kept yet"),
            Draft::Same(Some(at)) => {
                Line::of(Tone::Good, "✓ ") + Line::dim(format!("kept {}", due::second(*at, ctx.zone())))
            }
            Draft::Waits(_) | Draft::Goes => Line::dim("is being kept"),
            Draft::Failed(_, why) => Line::of(Tone::Bad, format!("✗ not kept: {why}")) + Line::dim(", tried again"),
        }
    }

    fn head(&self, ctx: &Ctx) -> Section {
        self.request.section("letter", "To the person", |request| {
            let proved =
                request.intake.identifiers.iter().filter(|one| matches!(one.kind.0.as_str(), "MAIL" | "AGENT"));
            let to: Vec<String> = proved.map(|one| one.value.masked.clone()).collect();
            let to = if to.is_empty() {
                Line::of(Tone::Warn, "▲ no address is known: it cannot go by mail")
            } else {
                Line::plain(to.join(", "))
            };
            let last = request.messages.iter().rev().find(|one| one.way.0 == "IN");
            let last = last.map_or(Line::dim("the person wrote nothing yet"), |one| {
                Line::plain("the person wrote ") + moment(one.made_at, ctx)
            });
            vec![
                fact("about", "About", course::right(&request.right.0, request.special_case.as_ref())),
                fact("to", "To", to + Line::dim(format!(", in {}", request.locale))),
                fact("last", "Before", last),
                fact("stage", "Stage", word(Tone::Plain, &request.stage.0)),
            ]
        })
    }

    fn body(&self, ctx: &Ctx) -> Section {
        let field = Field::area("body", "Letter").optional().hint("the greeting and the end are the desk's");
        let field = field.being([self.text.text()]);
        let mut form = Form::of(vec![field]);
        if let Some(area) = form.area() {
            *area = self.text.clone();
        }
        Section {
            id: "text",
            title: "Letter",
            note: self.state(ctx),
            body: Body::Form { form, is_heard: self.is_writing },
        }
    }
}

fn ask(tag: &'static str, document: String, variables: Value) -> Effect {
    Effect::Ask(Ask { to: PLACE, tag, document, variables, is_again: false })
}

impl Screen for Letter {
    fn update(&mut self, action: &Action, ctx: &Ctx) -> Effects {
        match action {
            Action::Linked(link) => return self.opened(&link.id),
            Action::Answered(answer) if answer.tag == KEPT => return self.kept(answer, ctx),
            Action::Answered(answer) if answer.tag == preview::TAG => return self.reads(answer),
            // A letter is about a person; its text is its writer's, and stays.
            Action::Locked => self.seen = None,
            Action::Answered(answer) if answer.tag == READ => return self.read(answer),
            Action::Answered(answer) => _ = self.request.hear(answer),
            Action::Woken => return self.keep(),
            Action::Typed(c) => {
                self.text.push(*c);
                self.touched(ctx);
            }
            Action::Pasted(text) => {
                self.text.paste(text);
                self.touched(ctx);
            }
            Action::Edited { text: Ok(text), .. } => {
                self.text = Area::being(text);
                self.touched(ctx);
            }
            Action::Edited { text: Err(words), .. } => {
                return vec![Effect::Then(Action::Said(Tone::Bad, words.clone()))];
            }
            Action::Changed(verb, _) if **verb == SEND => {
                self.text.clear();
                (self.id, self.draft, self.seen) = (None, Draft::Same(None), None);
                self.is_writing = false;
                return self.request.ask();
            }
            Action::Do(verb, _) => return self.does(verb, ctx),
            Action::SignedIn | Action::Returned | Action::Changed(..) => return self.request.ask(),
            _ => {}
        }
        Effects::new()
    }

    fn page(&self, ctx: &Ctx) -> Page {
        let title = Line::plain("Letter");
        let sections = [self.head(ctx), self.body(ctx)].into_iter().chain(self.reading()).collect();
        Page { title, sections, foot: Line::default() }
    }

    fn view(&self, ctx: &Ctx, canvas: &mut dyn Canvas) {
        let area = canvas.area();
        let head = self.head(ctx);
        let (top, below) = area.cut_top((canvas.height(&head, area.width) + 1).min(area.height / 2));
        canvas.section(top, &head);
        let Some(letter) = self.reading() else { return canvas.section(below, &self.body(ctx)) };
        if area.width < WIDE {
            // The line that is written stays in view above it.
            let (text, under) = below.cut_top((below.height / 3).max(4));
            canvas.section(text, &self.body(ctx));
            return canvas.section(under, &letter);
        }
        let (left, right) = below.columns(below.width / 2);
        canvas.section(left, &self.body(ctx));
        canvas.section(right, &letter);
        canvas.divide(left);
    }

    fn target(&self, _: &Ctx) -> Target {
        Target(self.request.held().map(|request| request.id.inner().to_owned()).into_iter().collect())
    }

    fn refusals(&self, _: &Ctx) -> Vec<(&'static str, Why)> {
        let said = self.request.held().and_then(|request| {
            let write = request.acts.iter().find(|one| one.act.0 == "WRITE")?;
            write.refusal.clone()
        });
        let empty = self.text.text().trim().is_empty().then(|| "nothing is written".to_owned());
        let unseen = empty.clone().filter(|_| self.seen.is_none()).map(|why| (PREVIEW.id, why));
        said.or(empty).map(|why| (SEND.id, why)).into_iter().chain(unseen).collect()
    }

    fn has_fields(&self) -> bool {
        self.is_writing
    }

    fn takes_text(&self) -> bool {
        self.is_writing
    }

    fn wakes(&self, _: &Ctx) -> Option<Moment> {
        match self.draft {
            Draft::Waits(since) => Some(since + CALM),
            Draft::Failed(since, _) => Some(since + AGAIN),
            Draft::Same(_) | Draft::Goes => None,
        }
    }

    fn crumb(&self) -> Option<String> {
        self.request.held().map(|request| format!("Letter, {}", request.reference))
    }

    fn question(&self, verb: &Verb, _: &Target, _: &Ctx) -> Option<Question> {
        let request = self.request.held().filter(|_| *verb == SEND)?;
        let matter = Matter { id: request.id.inner(), reference: &request.reference, version: request.version };
        let words = self.text.text().split_whitespace().count();
        Some(Question {
            effects: vec![
                Line::plain(format!("{words} words go to the person by mail, in {}.", request.locale)),
                Line::dim("It stands among its letters; what is sent is not taken back."),
            ],
            order: Some(matter.unversioned(
                acts::write::document(),
                json!({ "body": self.text.text(), "draft": self.id }),
                "the letter goes",
            )),
            ..matter.question()
        })
    }
}
