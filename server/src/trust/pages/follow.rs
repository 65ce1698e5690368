//! The person's own page, behind the link of a letter: how it stands, what comes next and until when, what was written, and
//! what they may do themselves. Before they are proved it tells references, rights and dates, and nothing of them.

use super::course::Course;
use super::parts::{Entry, hidden, option, summary};
use super::{badge, fact, lead, section};
use crate::floor::html::Html;
use crate::floor::kernel::{Day, Instant, Personal};
use crate::floor::regulations::{PauseGround, zone};
use crate::floor::tongues::language;
use crate::requests::{
    Carried, ClockEventRow, ClockMove, FOLLOW_PATH, Fetchable, Followed, FollowedRequest, GoesBy, Identifier, Intake,
    MOST_TRIES, Message, Outcome, Proof, Request, Stage, Way,
};
use crate::trust::frame::Sheet;
use crate::trust::reader::Reader;
use crate::trust::web::{Fetching, Steps, Wrong};

/// A letter or message with its title and its words in clear.
pub type Opened = (Message, Personal, Personal);

/// What was just done, where something was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    Proved,
    Sent,
    Written,
    Withdrawn,
    Appealed,
}

impl Said {
    const ALL: [Self; 5] = [Self::Proved, Self::Sent, Self::Written, Self::Withdrawn, Self::Appealed];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Proved => "proved",
            Self::Sent => "sent",
            Self::Written => "written",
            Self::Withdrawn => "withdrawn",
            Self::Appealed => "appealed",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|said| said.code() == code)
    }
}

/// What every page behind a link is drawn with.
#[derive(Clone, Copy)]
pub struct Behind<'a> {
    /// The link's own secret, to go along with what is sent back.
    pub token: &'a str,
    pub seal: &'a str,
    pub wrongs: &'a [Wrong],
}

impl Behind<'_> {
    /// Where a page behind this link stands, with the language that it is read in.
    fn to(&self, reader: &Reader<'_>, path: &str) -> String {
        format!("{}{}", self.tongues(path), reader.locale)
    }

    /// The same up to the name of a language.
    fn tongues(&self, path: &str) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        format!("{path}?{}&lang=", query.append_pair("token", self.token).finish())
    }

    /// The same about one of the things that were asked.
    pub(super) fn tongues_of(&self, path: &str, reference: &str) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        format!("{path}?{}&lang=", query.append_pair("of", reference).append_pair("token", self.token).finish())
    }

    /// A form that does one thing. Its link goes along unseen, and not in an address that others would write down.
    fn form(&self, html: &mut Html, reader: &Reader<'_>, path: &str, inside: impl FnOnce(&mut Html)) {
        let to = format!("{path}?lang={}", reader.locale);
        html.tag("form", &[("method", "post"), ("action", &to), ("novalidate", "")], |html| {
            hidden(html, "form", self.seal);
            hidden(html, "token", self.token);
            inside(html);
        });
    }

    fn sheet<'a>(&'a self, reader: &'a Reader<'_>, title: &'a str, tongues: &'a str) -> Sheet<'a> {
        let mark = (!self.wrongs.is_empty()).then_some(reader.words.ask.error.as_str());
        Sheet { title, mark, tongues: Some(tongues), ..Sheet::default() }
    }

    fn entry<'a>(&'a self, reader: &'a Reader<'_>, name: &'static str, label: &'a str) -> Entry<'a> {
        Entry { name, label, hint: None, wrongs: self.wrongs, is_required: true, words: reader.words }
    }
}

/// How everything stands that was asked in one contact.
pub struct Follow<'a> {
    pub behind: Behind<'a>,
    pub followed: &'a Followed,
    /// None before the person is proved.
    pub messages: Option<&'a [Opened]>,
    pub said: Option<Said>,
    /// What the person may fetch; nothing before they are proved.
    pub packages: &'a [Fetchable],
    /// What was typed and could not be sent.
    pub typed: &'a Personal,
    pub now: Instant,
}

impl Follow<'_> {
    pub fn page(&self, reader: &Reader<'_>) -> String {
        let words = &reader.words.follow;
        let tongues = self.behind.tongues(FOLLOW_PATH);
        self.behind.sheet(reader, &words.title, &tongues).around(reader, |html| {
            summary(html, reader.words, None, self.behind.wrongs, |field| match field {
                "code" | "message" => field.to_owned(),
                _ => "content".to_owned(),
            });
            if let Some(said) = self.said {
                let said = match said {
                    Said::Proved => &words.said_proved,
                    Said::Sent => &words.said_sent,
                    Said::Written => &words.said_written,
                    Said::Withdrawn => &words.said_withdrawn,
                    Said::Appealed => &words.said_appealed,
                };
                html.tag("p", &[("class", "said"), ("role", "status")], |html| html.text(said));
            }
            lead(html, &words.lead);
            if self.waits_for_proof() {
                section(html, "prove", &words.prove_title, |html| self.prove(html, reader));
            }
            section(html, "asked", &words.requests, |html| {
                html.tag("ol", &[("class", "promises")], |html| {
                    for one in &self.followed.requests {
                        html.tag("li", &[], |html| self.one(html, reader, one));
                    }
                });
            });
            if !self.packages.is_empty() {
                section(html, "packages", &reader.words.package.title, |html| self.to_fetch(html, reader));
            }
            section(html, "messages", &words.messages, |html| self.letters(html, reader));
            self.deeds(html, reader);
        })
    }

    fn waits_for_proof(&self) -> bool {
        !self.followed.intake.is_proved() && self.is_open()
    }

    fn is_open(&self) -> bool {
        self.followed.requests.iter().any(|one| !one.request.stage.is_closed())
    }

    /// What is gone does not come back: from then on nothing is taken back here.
    fn may_withdraw(&self) -> bool {
        let is_begun = |one: &FollowedRequest| one.carried.as_ref().is_some_and(Carried::is_begun);
        let mut open = self.followed.requests.iter().filter(|one| !one.request.stage.is_closed()).peekable();
        open.peek().is_some() && !open.any(is_begun)
    }

    fn prove(&self, html: &mut Html, reader: &Reader<'_>) {
        let words = &reader.words.follow;
        let waits = |one: &Identifier| one.kind == GoesBy::Mail && one.proof == Proof::None;
        let is_good = |one: &Identifier| {
            waits(one) && one.tries < MOST_TRIES && one.code_until.is_some_and(|until| until > self.now)
        };
        if self.followed.identifiers.iter().any(is_good) {
            html.line("p", &[], &words.prove);
            self.behind.form(html, reader, Steps::PROVE, |html| {
                self.behind.entry(reader, "code", &words.code).line(
                    html,
                    &[
                        ("type", "text"),
                        ("autocomplete", "one-time-code"),
                        ("inputmode", "numeric"),
                        ("maxlength", "20"),
                        ("dir", "ltr"),
                        ("class", "code"),
                    ],
                );
                html.line("button", &[("type", "submit")], &words.prove_send);
            });
        } else {
            html.line("p", &[], &words.no_code);
        }
        html.tag("div", &[("class", "anew")], |html| {
            html.line("p", &[], &words.anew);
            self.behind.form(html, reader, Steps::ANEW, |html| {
                html.line("button", &[("type", "submit"), ("class", "second")], &words.anew_send);
            });
        });
        if let Some(until) = self.followed.intake.prove_until {
            // The last whole day, as the letter says it.
            let day = day_of(&self.followed.intake, until);
            let day = Day(day.0.pred_opt().unwrap_or(day.0));
            html.tag("p", &[("class", "hint")], |html| {
                html.fill(&words.until_proof, |html, _| reader.day(html, day.0));
            });
        }
    }

    fn one(&self, html: &mut Html, reader: &Reader<'_>, one: &FollowedRequest) {
        let (words, request, intake) = (&reader.words.follow, &one.request, &self.followed.intake);
        let (stage, tone) = standing(request);
        html.tag("h3", &[("id", &request.reference)], |html| {
            html.text(&reader.words.code("right", request.right.code()));
        });
        html.tag("dl", &[("class", "facts")], |html| {
            fact(html, &words.stage, |html| badge(html, tone, sign(tone), &reader.words.code("stage", stage)));
            fact(html, &words.reference, |html| html.line("bdi", &[], &request.reference));
            fact(html, &words.received, |html| reader.day(html, day_of(intake, request.received_at).0));
            if let Stage::Closed { at, .. } = request.stage {
                fact(html, &words.closed, |html| reader.day(html, day_of(intake, at).0));
            }
            fact(html, &words.next, |html| {
                html.text(&reader.words.code("next", stage));
                let is_awaited = !request.stage.is_closed() && request.answered_at.is_none();
                if let Some(due) = request.due.as_ref().filter(|_| is_awaited) {
                    html.text(" ");
                    let until = if request.is_late(self.now) { &words.late } else { &words.until };
                    html.fill(until, |html, _| reader.day(html, due.on.0));
                }
            });
            if !one.moves.is_empty() {
                fact(html, &words.moves, |html| moves(html, reader, intake, &one.moves));
            }
            let is_ready = self.packages.iter().any(|ready| ready.request == request.id);
            Course { behind: self.behind, intake, one, is_ready, now: self.now }.put(html, reader);
        });
        if self.may_appeal(request) {
            html.tag("p", &[("class", "after")], |html| {
                let to = [self.behind.tongues_of(Steps::APPEAL, &request.reference).as_str(), reader.locale].concat();
                html.line("a", &[("href", &to)], &reader.words.appeal.link);
            });
        }
    }

    fn may_appeal(&self, request: &Request) -> bool {
        let is_refused =
            matches!(request.stage, Stage::Closed { outcome: Outcome::Refused | Outcome::PartlyFulfilled, .. });
        is_refused && self.followed.intake.is_proved()
    }

    /// What lies there for the person, and what opens it.
    fn to_fetch(&self, html: &mut Html, reader: &Reader<'_>) {
        let words = &reader.words.package;
        html.line("p", &[], &words.text);
        for one in self.packages {
            let asked = self.followed.requests.iter().find(|followed| followed.request.id == one.request);
            let reference = asked.map_or("", |followed| followed.request.reference.as_str());
            html.tag("dl", &[("class", "facts")], |html| {
                fact(html, &reader.words.follow.reference, |html| html.line("bdi", &[], reference));
                fact(html, &words.passphrase, |html| html.line("code", &[("dir", "ltr")], one.passphrase.disclose()));
                fact(html, &words.until, |html| reader.day(html, day_of(&self.followed.intake, one.until).0));
                fact(html, &words.size, |html| html.text(&one.bytes.to_string()));
            });
            self.behind.form(html, reader, Fetching::LINK, |html| {
                hidden(html, "package", &one.package.to_string());
                html.line("button", &[("type", "submit")], &words.link);
            });
        }
        html.line("p", &[("class", "hint")], &words.once);
        html.line("p", &[("class", "hint")], &words.open);
    }

    fn letters(&self, html: &mut Html, reader: &Reader<'_>) {
        let words = &reader.words.follow;
        let Some(messages) = self.messages else {
            html.line("p", &[], &words.messages_locked);
            return;
        };
        if messages.is_empty() {
            html.line("p", &[], &words.messages_none);
            return;
        }
        html.tag("ol", &[("class", "promises letters")], |html| {
            for (message, title, body) in messages {
                html.tag("li", &[("class", if message.way == Way::In { "yours" } else { "ours" })], |html| {
                    html.tag("p", &[("class", "under")], |html| {
                        html.text(if message.way == Way::In { &words.yours } else { &words.ours });
                        html.text(&reader.words.speech.comma);
                        reader.day(html, day_of(&self.followed.intake, message.sent_at.unwrap_or(message.made_at)).0);
                    });
                    let mut attributes = vec![("dir", "auto")];
                    if message.way != Way::In && language(&message.locale) != reader.language() {
                        attributes.push(("lang", language(&message.locale)));
                    }
                    html.tag("div", &attributes, |html| {
                        if !title.disclose().is_empty() {
                            html.line("h3", &[], title.disclose());
                        }
                        for block in body.disclose().split("\n\n").filter(|block| !block.trim().is_empty()) {
                            html.line("p", &[("dir", "auto")], block.trim());
                        }
                    });
                });
            }
        });
    }

    /// What the person may do, once proved.
    fn deeds(&self, html: &mut Html, reader: &Reader<'_>) {
        if !self.followed.intake.is_proved() {
            return;
        }
        let words = &reader.words.talk;
        section(html, "talk", &words.title, |html| {
            self.behind.form(html, reader, Steps::WRITE, |html| {
                let requests = &self.followed.requests;
                if requests.len() > 1 {
                    let about = Entry { is_required: false, ..self.behind.entry(reader, "about", &words.about) };
                    about.put(html, |html, attributes| {
                        html.tag("select", &attributes, |html| {
                            option(html, "", true, &[], &words.all);
                            for FollowedRequest { request, .. } in requests {
                                let right = reader.words.code("right", request.right.code());
                                let name = [request.reference.as_str(), " · ", &right].concat();
                                option(html, &request.reference, false, &[], &name);
                            }
                        });
                    });
                }
                self.behind.entry(reader, "message", &words.words).lines(html, self.typed.disclose());
                html.line("button", &[("type", "submit")], &words.send);
            });
        });
        if self.may_withdraw() {
            html.tag("p", &[("class", "after")], |html| {
                let to = self.behind.to(reader, Steps::WITHDRAW);
                html.line("a", &[("href", &to)], &reader.words.withdraw.link);
            });
        }
    }
}

fn moves(html: &mut Html, reader: &Reader<'_>, intake: &Intake, moves: &[ClockEventRow]) {
    let words = &reader.words.follow;
    html.tag("ul", &[("class", "moves")], |html| {
        for one in moves {
            html.tag("li", &[], |html| {
                reader.day(html, day_of(intake, one.at).0);
                html.text(": ");
                html.text(&reader.words.code("move", one.what.code()));
                html.text(". ");
                match (one.before_on, one.after_on) {
                    // A date that stands still is told when its time goes on.
                    _ if one.what == ClockMove::Paused => {}
                    (Some(before), Some(after)) if before != after => {
                        html.fill(&words.moved, |html, slot| {
                            reader.day(html, if slot == "before" { before.0 } else { after.0 });
                        });
                    }
                    (_, Some(after)) => html.fill(&words.still, |html, _| reader.day(html, after.0)),
                    _ => {}
                }
            });
        }
    });
}

/// Where it is in the person's eyes, and how that looks.
fn standing(request: &Request) -> (&'static str, &'static str) {
    match request.stage {
        Stage::Received => ("received", "care"),
        Stage::Open { .. } => ("open", "plain"),
        Stage::Paused { on: PauseGround::IdentityAsked, .. } => ("paused_identity_asked", "care"),
        Stage::Paused { on: PauseGround::ScopeAsked, .. } => ("paused_scope_asked", "care"),
        Stage::Paused { on: PauseGround::FeeAsked, .. } => ("paused_fee_asked", "care"),
        Stage::AwaitingApproval { .. } => ("awaiting_approval", "plain"),
        Stage::InProgress { .. } => ("in_progress", "plain"),
        Stage::Closed { outcome, .. } => {
            let tone = match outcome {
                Outcome::Fulfilled | Outcome::PartlyFulfilled => "good",
                Outcome::Refused => "bad",
                _ => "plain",
            };
            (outcome.code(), tone)
        }
    }
}

fn sign(tone: &str) -> &'static str {
    match tone {
        "good" => "✓",
        "bad" => "✕",
        "care" => "!",
        _ => "●",
    }
}

/// The day that a moment falls on where the contact's days end.
pub(super) fn day_of(intake: &Intake, at: Instant) -> Day {
    zone(&intake.zone).map_or_else(|| at.day(), |zone| Day(at.utc().with_timezone(&zone).date_naive()))
}

/// Whether all of it is to be withdrawn.
pub fn withdrawing(reader: &Reader<'_>, behind: Behind<'_>) -> String {
    let words = &reader.words.withdraw;
    let tongues = behind.tongues(Steps::WITHDRAW);
    behind.sheet(reader, &words.title, &tongues).around(reader, |html| {
        summary(html, reader.words, None, behind.wrongs, |_| "content".to_owned());
        lead(html, &words.text);
        behind.form(html, reader, Steps::WITHDRAW, |html| html.line("button", &[("type", "submit")], &words.yes));
        back(html, reader, behind, &words.back);
    })
}

/// Why a refusal is to be looked at again.
pub fn appealing(reader: &Reader<'_>, behind: Behind<'_>, reference: &str, typed: &Personal) -> String {
    let words = &reader.words.appeal;
    let tongues = behind.tongues_of(Steps::APPEAL, reference);
    behind.sheet(reader, &words.title, &tongues).around(reader, |html| {
        summary(html, reader.words, None, behind.wrongs, |field| {
            if field == "message" { field.to_owned() } else { "content".to_owned() }
        });
        html.tag("p", &[("class", "lead")], |html| {
            html.fill(&words.text, |html, _| html.line("bdi", &[], reference));
        });
        behind.form(html, reader, Steps::APPEAL, |html| {
            hidden(html, "of", reference);
            behind.entry(reader, "message", &words.words).lines(html, typed.disclose());
            html.line("button", &[("type", "submit")], &words.send);
        });
        back(html, reader, behind, &reader.words.follow.title);
    })
}

pub(super) fn back(html: &mut Html, reader: &Reader<'_>, behind: Behind<'_>, label: &str) {
    html.tag("p", &[("class", "after")], |html| {
        html.line("a", &[("href", &behind.to(reader, FOLLOW_PATH))], label);
    });
}

/// Nothing stands under the link: it is over, or never was; that is one page.
pub fn gone(reader: &Reader<'_>) -> String {
    let words = &reader.words.gone;
    Sheet { title: &words.title, ..Sheet::default() }.around(reader, |html| {
        lead(html, &words.text);
        html.tag("p", &[], |html| {
            let to = format!("{}?lang={}", crate::requests::ASK_PATH, reader.locale);
            html.line("a", &[("href", &to)], &words.ask);
        });
    })
}

/// Too much came from one network.
pub fn busy(reader: &Reader<'_>) -> String {
    let words = &reader.words.busy;
    Sheet { title: &words.title, ..Sheet::default() }.around(reader, |html| lead(html, &words.text))
}
