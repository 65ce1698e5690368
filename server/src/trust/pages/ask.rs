//! The page where people ask: who they are here, what may be asked then and by when it is answered, and the form.

use super::parts::{Entry, Group, choice, hidden, option, summary};
use super::{fact, lead};
use crate::floor::html::Html;
use crate::floor::policy;
use crate::floor::regulations::{self, Period, Right, Term};
use crate::requests::{ASK_PATH, Request, SubjectKind};
use crate::trust::frame::{Sheet, mail, tongues};
use crate::trust::places::PLACES;
use crate::trust::reader::Reader;
use crate::trust::web::{Filled, Wrong, asks_for_children, offered};
use crate::trust::words::Words;

/// The kinds of people, in the order of the page.
const KINDS: [SubjectKind; 3] = [SubjectKind::Shopper, SubjectKind::Member, SubjectKind::Visitor];

/// Who may ask for anything here.
pub fn kinds(policy: &policy::Policy) -> Vec<SubjectKind> {
    KINDS.into_iter().filter(|kind| !offered(policy, *kind).is_empty()).collect()
}

fn sheet<'a>(words: &'a Words, to: &'a str) -> Sheet<'a> {
    Sheet { title: &words.ask.title, is_ask: true, tongues: Some(to), ..Sheet::default() }
}

/// Where the page of this kind of person stands, with the language that it is read in.
fn path(reader: &Reader<'_>, who: SubjectKind) -> String {
    format!("{ASK_PATH}?who={who}&lang={}", reader.locale)
}

/// The question before all others.
pub fn doors(reader: &Reader<'_>) -> String {
    let (words, operator) = (&reader.words.ask, reader.policy.operator.name.as_str());
    let tongues = format!("{ASK_PATH}?lang=");
    sheet(reader.words, &tongues).around(reader, |html| {
        lead(html, &words.lead);
        let kinds = kinds(reader.policy);
        if kinds.is_empty() {
            html.tag("p", &[], |html| {
                html.fill(&words.none, |html, _| mail(html, &reader.policy.operator.contact));
            });
            return;
        }
        html.line("h2", &[], &words.first);
        html.tag("ul", &[("class", "doors")], |html| {
            for kind in kinds {
                let (title, text) = match kind {
                    SubjectKind::Shopper => (&words.shopper, &words.shopper_text),
                    SubjectKind::Member => (&words.member, &words.member_text),
                    SubjectKind::Visitor => (&words.visitor, &words.visitor_text),
                };
                html.tag("li", &[], |html| {
                    html.tag("a", &[("href", &path(reader, kind))], |html| named(html, title, operator));
                    html.tag("span", &[("class", "under")], |html| named(html, text, operator));
                });
            }
        });
    })
}

/// Words with the operator's name in them, which keeps its own direction.
fn named(html: &mut Html, words: &str, operator: &str) {
    html.fill(words, |html, _| html.line("bdi", &[], operator));
}

/// The form, with what was typed and what is wrong with it.
pub struct Form<'a> {
    pub who: SubjectKind,
    pub filled: &'a Filled,
    pub wrongs: &'a [Wrong],
    pub seal: &'a str,
    /// The browser asks by itself to be left out of sale and sharing, and that may be asked for here.
    pub has_signal: bool,
}

impl Form<'_> {
    pub fn page(&self, reader: &Reader<'_>) -> String {
        let (words, who) = (&reader.words.ask, self.who);
        let tongues = format!("{ASK_PATH}?who={who}&lang=");
        let mark = (!self.wrongs.is_empty()).then_some(words.error.as_str());
        Sheet { mark, ..sheet(reader.words, &tongues) }.around(reader, |html| {
            summary(html, reader.words, Some(&words.wrong), self.wrongs, |field| self.place(reader, field));
            lead(html, &words.lead);
            html.tag("p", &[], |html| {
                let said = match who {
                    SubjectKind::Shopper => &words.as_shopper,
                    SubjectKind::Member => &words.as_member,
                    SubjectKind::Visitor => &words.as_visitor,
                };
                named(html, said, &reader.policy.operator.name);
                html.text(" ");
                html.line("a", &[("href", &format!("{ASK_PATH}?lang={}", reader.locale))], &words.change);
            });
            let to = path(reader, who);
            html.tag("form", &[("method", "post"), ("action", &to), ("novalidate", ""), ("class", "ask")], |html| {
                hidden(html, "form", self.seal);
                hidden(html, "who", who.code());
                self.rights(html, reader);
                self.shop(html, reader);
                self.whose(html, reader);
                self.person(html, reader);
                self.rest(html, reader);
                trap(html, &words.trap);
                html.line("p", &[("class", "hint")], &words.privacy);
                html.line("button", &[("type", "submit"), ("id", "send")], &words.send);
            });
        })
    }

    /// Where a link from the list of what is wrong leads.
    fn place(&self, reader: &Reader<'_>, field: &str) -> String {
        match field {
            "rights" => offered(reader.policy, self.who)
                .first()
                .map_or_else(|| "content".to_owned(), |right| format!("right-{right}")),
            "form" | "other" | "busy" => "send".to_owned(),
            other => other.to_owned(),
        }
    }

    fn entry<'a>(
        &'a self,
        reader: &'a Reader<'_>,
        name: &'static str,
        (label, hint): (&'a str, Option<&'a str>),
    ) -> Entry<'a> {
        Entry { name, label, hint, wrongs: self.wrongs, is_required: false, words: reader.words }
    }

    fn rights(&self, html: &mut Html, reader: &Reader<'_>) {
        let words = &reader.words.ask;
        let group = Group {
            name: "rights",
            legend: &words.rights,
            hint: Some(&words.rights_hint),
            wrongs: self.wrongs,
            words: reader.words,
        };
        group.put(html, |html| {
            if self.has_signal {
                html.line("p", &[("class", "note")], &words.gpc);
            }
            for right in offered(reader.policy, self.who) {
                let is_chosen = self.filled.asks_for(right) || (self.has_signal && right == Right::OptOut);
                choice(html, "checkbox", ("right", right.code()), is_chosen, |html| {
                    html.text(&reader.words.code("right", right.code()));
                    let listed = reader.policy.rights.iter().find(|listed| listed.right.get_ref() == right.code());
                    if let Some(listed) = listed {
                        html.tag("span", &[("class", "under")], |html| reader.said(&listed.title).put(html));
                        html.line("span", &[("class", "under")], &by_when(reader, right, listed));
                    }
                });
            }
        });
    }

    fn shop(&self, html: &mut Html, reader: &Reader<'_>) {
        if self.who == SubjectKind::Visitor {
            return;
        }
        let words = &reader.words.ask;
        let hint = words.shop_hint.replace("{operator}", &reader.policy.operator.name);
        self.entry(reader, "shop", (&words.shop, Some(&hint))).line(
            html,
            &[
                ("type", "text"),
                ("inputmode", "url"),
                ("autocapitalize", "none"),
                ("spellcheck", "false"),
                ("maxlength", "200"),
                ("dir", "ltr"),
                ("value", self.filled.shop.disclose()),
            ],
        );
    }

    fn whose(&self, html: &mut Html, reader: &Reader<'_>) {
        let words = &reader.words.ask;
        let group = Group { name: "whose", legend: &words.whose, hint: None, wrongs: self.wrongs, words: reader.words };
        group.put(html, |html| {
            let is_other = self.filled.is_for_another;
            choice(html, "radio", ("whose", "myself"), !is_other, |html| html.text(&words.myself));
            choice(html, "radio", ("whose", "another"), is_other, |html| html.text(&words.another));
            self.entry(reader, "agent", (&words.agent, Some(&words.agent_hint))).line(
                html,
                &[
                    ("type", "email"),
                    ("autocomplete", "off"),
                    ("maxlength", "254"),
                    ("dir", "ltr"),
                    ("value", self.filled.agent.disclose()),
                ],
            );
            if asks_for_children(reader.policy, &offered(reader.policy, self.who)) {
                choice(html, "checkbox", ("child", "yes"), self.filled.is_of_child, |html| html.text(&words.child));
            }
        });
    }

    fn person(&self, html: &mut Html, reader: &Reader<'_>) {
        let (words, filled) = (&reader.words.ask, self.filled);
        let you = Group {
            name: "you",
            legend: &words.you,
            hint: Some(&words.you_other),
            wrongs: self.wrongs,
            words: reader.words,
        };
        you.put(html, |html| {
            let address = self.entry(reader, "mail", (&words.mail, Some(&words.mail_hint)));
            Entry { is_required: true, ..address }.line(
                html,
                &[
                    ("type", "email"),
                    ("autocomplete", "email"),
                    ("maxlength", "254"),
                    ("dir", "ltr"),
                    ("value", filled.mail.disclose()),
                ],
            );
        });
        let more = Group {
            name: "more",
            legend: &words.more,
            hint: Some(&words.more_hint),
            wrongs: self.wrongs,
            words: reader.words,
        };
        more.put(html, |html| {
            self.entry(reader, "name", (&words.name, None)).line(
                html,
                &[
                    ("type", "text"),
                    ("autocomplete", "name"),
                    ("maxlength", "200"),
                    ("dir", "auto"),
                    ("value", filled.name.disclose()),
                ],
            );
            self.entry(reader, "phone", (&words.phone, Some(&words.phone_hint))).line(
                html,
                &[
                    ("type", "tel"),
                    ("autocomplete", "tel"),
                    ("maxlength", "40"),
                    ("dir", "ltr"),
                    ("value", filled.phone.disclose()),
                ],
            );
            self.entry(reader, "order", (&words.order, None)).line(
                html,
                &[
                    ("type", "text"),
                    ("autocomplete", "off"),
                    ("maxlength", "80"),
                    ("dir", "ltr"),
                    ("value", filled.order.disclose()),
                ],
            );
            self.entry(reader, "place", (&words.place, Some(&words.place_hint))).put(html, |html, mut attributes| {
                attributes.push(("dir", "auto"));
                html.tag("select", &attributes, |html| {
                    option(html, "", filled.place.is_empty(), &[], &words.place_none);
                    for (code, name) in PLACES {
                        option(html, code, filled.place == *code, &[], name);
                    }
                });
            });
        });
    }

    fn rest(&self, html: &mut Html, reader: &Reader<'_>) {
        let words = &reader.words.ask;
        self.entry(reader, "words", (&words.words, Some(&words.words_hint))).lines(html, self.filled.words.disclose());
        self.entry(reader, "locale", (&words.locale, None)).put(html, |html, attributes| {
            html.tag("select", &attributes, |html| {
                for locale in tongues(reader.policy) {
                    let name = Words::of(&locale).map_or(locale.as_str(), |words| &words.speech.name);
                    option(html, &locale, self.filled.locale == locale, &[("lang", &locale)], name);
                }
            });
        });
    }
}

/// A field that is shown to nobody: what is typed there was typed by a program.
fn trap(html: &mut Html, words: &str) {
    html.tag("div", &[("class", "trap"), ("aria-hidden", "true")], |html| {
        html.line("label", &[("for", "website")], words);
        let attributes =
            [("type", "text"), ("id", "website"), ("name", "website"), ("tabindex", "-1"), ("autocomplete", "off")];
        html.lone("input", &attributes);
    });
}

/// By when a right is answered: what the page promises, else what the laws give that it names.
fn by_when(reader: &Reader<'_>, right: Right, listed: &policy::Right) -> String {
    let (words, data) = (&reader.words.ask, &reader.words.data);
    if let Some(window) = listed.answer {
        return data.within.replace("{span}", &reader.span(window).words);
    }
    let laws = listed.regimes.iter().filter_map(|code| {
        let regime = regulations::shipped().ok()?.regime(code.get_ref())?;
        let (Term::Within(period) | Term::Promptly(period) | Term::WithoutUndueDelay(period)) =
            regime.offer(right)?.rule.answer.term
        else {
            return None;
        };
        let span = lasting(reader, period);
        let law = words.or_by.replace("{law}", &reader.words.code("regime", code.get_ref()));
        Some([data.within.replace("{span}", &span), law].join(" "))
    });
    let laws: Vec<String> = laws.collect();
    if laws.is_empty() { data.by_law.clone() } else { laws.join(" · ") }
}

fn lasting(reader: &Reader<'_>, period: Period) -> String {
    let span = &reader.words.span;
    let count = match period {
        Period::Hours(_) => &span.hours,
        Period::Days(_) => &span.days,
        Period::BusinessDays(_) => &span.working_days,
        Period::Months(_) => &span.months,
    };
    reader.words.count(count, usize::from(period.count()))
}

/// What is said of one right that was asked for.
pub struct Noted {
    pub reference: String,
    pub right: Right,
    pub due: Option<chrono::NaiveDate>,
}

impl Noted {
    pub fn of(request: &Request) -> Self {
        let due = request.due.as_ref().map(|due| due.on.0);
        Self { reference: request.reference.clone(), right: request.right, due }
    }
}

/// It is taken in.
pub fn thanks(reader: &Reader<'_>, noted: &[Noted]) -> String {
    let words = &reader.words.ask;
    Sheet { title: &words.thanks_title, ..Sheet::default() }.around(reader, |html| {
        lead(html, &words.thanks);
        html.tag("section", &[("aria-labelledby", "asked-heading")], |html| {
            html.line("h2", &[("id", "asked-heading")], &words.thanks_list);
            html.tag("dl", &[("class", "facts")], |html| {
                for one in noted {
                    fact(html, &reader.words.code("right", one.right.code()), |html| {
                        html.line("strong", &[], &one.reference);
                        if let Some(due) = one.due {
                            html.text(" ");
                            html.tag("span", &[("class", "under")], |html| {
                                html.fill(&reader.words.follow.until, |html, _| reader.day(html, due));
                            });
                        }
                    });
                }
            });
        });
        html.line("p", &[("class", "after")], &words.thanks_spam);
        html.tag("p", &[], |html| {
            html.line("a", &[("href", &format!("{ASK_PATH}?lang={}", reader.locale))], &words.again);
        });
    })
}
