//! What stands around every page: who speaks, the other pages, the other languages, and what it was drawn from.

use std::sync::LazyLock;

use super::pages::Place;
use super::reader::Reader;
use super::words::Words;
use crate::floor::html::{Frame, Html, Style};
use crate::floor::policy::Policy;
use crate::floor::tongues::language;
use crate::processors::FEED_PATH;
use crate::requests::ASK_PATH;

/// The style of these pages.
pub static STYLE: LazyLock<Style> = LazyLock::new(|| Style::new(include_str!("page.css")));

/// A page of its own, or what an answer says where there is none.
#[derive(Default)]
pub struct Sheet<'a> {
    pub title: &'a str,
    /// Which of the pages it is, if it is one.
    pub place: Option<Place>,
    /// What stands before the title where a browser shows it alone: that something is wrong.
    pub mark: Option<&'a str>,
    /// It is the page where people ask.
    pub is_ask: bool,
    /// Where the same stands in every language there are words for: all up to the name of the language.
    pub tongues: Option<&'a str>,
}

impl Sheet<'_> {
    /// The whole document, around what `main` puts under its heading.
    pub fn around(&self, reader: &Reader<'_>, main: impl FnOnce(&mut Html)) -> String {
        let (words, policy) = (reader.words, reader.policy);
        let operator = policy.operator.name.as_str();
        let mark = self.mark.map(|mark| format!("{mark} ")).unwrap_or_default();
        let title = format!("{mark}{} · {operator}", self.title);
        let frame = Frame {
            lang: reader.locale,
            dir: &words.speech.dir,
            title: &title,
            style: &STYLE,
            is_listed: self.place.is_some() || (self.is_ask && self.mark.is_none()),
        };
        frame.around(
            |head| self.head(head, reader),
            |html| {
                html.line("a", &[("class", "skip"), ("href", "#content")], &words.frame.skip);
                html.tag("header", &[], |html| self.top(html, reader));
                html.tag("main", &[("id", "content"), ("tabindex", "-1")], |html| {
                    html.line("h1", &[], self.title);
                    main(html);
                });
                html.tag("footer", &[], |html| self.foot(html, reader));
            },
        )
    }

    fn head(&self, html: &mut Html, reader: &Reader<'_>) {
        let Some(place) = self.place else { return };
        for locale in reader.policy.locales.get_ref() {
            let to = format!("{}{}?lang={locale}", reader.base, place.path());
            html.lone("link", &[("rel", "alternate"), ("hreflang", locale), ("href", &to)]);
        }
        let default = format!("{}{}", reader.base, place.path());
        // Where the reader's own wish decides.
        html.lone("link", &[("rel", "alternate"), ("hreflang", "x-default"), ("href", &default)]);
        let data = reader.to(&place.data());
        html.lone("link", &[("rel", "alternate"), ("type", "application/json"), ("href", &data)]);
        let feed = reader.to(FEED_PATH);
        html.lone("link", &[("rel", "alternate"), ("type", "application/atom+xml"), ("href", &feed)]);
    }

    fn top(&self, html: &mut Html, reader: &Reader<'_>) {
        let words = reader.words;
        html.tag("p", &[("class", "whose")], |html| {
            html.tag("a", &[("href", &reader.to(Place::Summary.path()))], |html| {
                html.line("bdi", &[], &reader.policy.operator.name);
            });
            html.line("span", &[], &words.frame.trust);
        });
        html.tag("nav", &[("aria-label", &words.frame.pages)], |html| {
            html.tag("ul", &[], |html| {
                for place in Place::ALL {
                    let to = reader.to(place.path());
                    let mut attributes = vec![("href", to.as_str())];
                    if self.place == Some(*place) {
                        attributes.push(("aria-current", "page"));
                    }
                    html.tag("li", &[], |html| html.line("a", &attributes, place.nav(words)));
                }
                let to = reader.to(ASK_PATH);
                let mut attributes = vec![("href", to.as_str())];
                if self.is_ask {
                    attributes.push(("aria-current", "page"));
                }
                html.tag("li", &[], |html| html.line("a", &attributes, &words.ask.nav));
            });
        });
    }

    fn foot(&self, html: &mut Html, reader: &Reader<'_>) {
        let (words, policy) = (&reader.words.frame, reader.policy);
        html.tag("p", &[], |html| {
            html.fill(&words.policy, |html, slot| match slot {
                "version" => html.text(&policy.version.get_ref().to_string()),
                _ => reader.day(html, policy.effective.get_ref().0),
            });
            html.text(" ");
            html.text(&words.drawn);
        });
        html.tag("p", &[], |html| {
            html.fill(&words.contact, |html, _| mail(html, &policy.operator.contact));
        });
        if let Some(place) = self.place {
            html.tag("p", &[], |html| {
                html.line("a", &[("href", &reader.to(&place.data())), ("type", "application/json")], &words.data);
            });
            languages(html, reader, reader.policy.locales.get_ref(), &format!("{}?lang=", place.path()));
        }
        if let Some(to) = self.tongues {
            languages(html, reader, &tongues(reader.policy), to);
        }
    }
}

/// The languages that the pages of people speak: every one there are words for, the policy's own first.
pub fn tongues(policy: &Policy) -> Vec<String> {
    let own = policy.locales.get_ref();
    let is_new = |other: &String| own.iter().all(|own| language(own) != other);
    own.iter().cloned().chain(Words::locales().into_iter().filter(is_new)).collect()
}

/// The same page in other languages.
fn languages(html: &mut Html, reader: &Reader<'_>, locales: &[String], page: &str) {
    if locales.len() < 2 {
        return;
    }
    html.tag("nav", &[("aria-label", &reader.words.frame.languages)], |html| {
        html.tag("ul", &[], |html| {
            for locale in locales {
                let to = format!("{page}{locale}");
                let mut attributes = vec![("href", to.as_str()), ("lang", locale), ("hreflang", locale)];
                if locale == reader.locale {
                    attributes.push(("aria-current", "true"));
                }
                let name = Words::of(locale).map_or(locale.as_str(), |words| &words.speech.name);
                html.tag("li", &[], |html| html.line("a", &attributes, name));
            }
        });
    });
}

/// A mail address as a link, or whatever else the policy gives there as text.
pub fn mail(html: &mut Html, contact: &str) {
    html.tag("bdi", &[], |html| {
        if contact.contains('@') && !contact.contains([' ', '?', '&']) {
            html.link(&format!("mailto:{contact}"), contact);
        } else {
            html.link(contact, contact);
        }
    });
}
