//! Parts of the pages that people fill in: a field with its name, its hint and what is wrong with it, and the list of all
//! that is wrong, which is read out first.

use crate::floor::html::Html;
use crate::trust::web::Wrong;
use crate::trust::words::Words;

/// A field, on its way to a page.
pub struct Entry<'a> {
    pub name: &'static str,
    pub label: &'a str,
    pub hint: Option<&'a str>,
    pub wrongs: &'a [Wrong],
    pub is_required: bool,
    pub words: &'a Words,
}

type Attributes<'a> = Vec<(&'static str, &'a str)>;

impl Entry<'_> {
    /// The field, around what is typed or chosen there, which is given what it goes by.
    pub fn put(&self, html: &mut Html, input: impl FnOnce(&mut Html, Attributes<'_>)) {
        let (hint, flaw) = (format!("{}-hint", self.name), format!("{}-flaw", self.name));
        let wrong: Vec<_> = self.wrongs.iter().filter(|wrong| wrong.field == self.name).collect();
        html.tag("div", &[("class", class(!wrong.is_empty()))], |html| {
            html.line("label", &[("for", self.name)], self.label);
            let mut about = Vec::new();
            if let Some(words) = self.hint {
                html.line("p", &[("class", "hint"), ("id", &hint)], words);
                about.push(hint.as_str());
            }
            if !wrong.is_empty() {
                flaws(html, &flaw, &wrong, self.words);
                about.push(flaw.as_str());
            }
            let about = about.join(" ");
            let mut attributes = vec![("id", self.name), ("name", self.name)];
            if !about.is_empty() {
                attributes.push(("aria-describedby", &about));
            }
            if !wrong.is_empty() {
                attributes.push(("aria-invalid", "true"));
            }
            if self.is_required {
                attributes.push(("aria-required", "true"));
            }
            input(html, attributes);
        });
    }

    /// One line of text.
    pub fn line(&self, html: &mut Html, more: &[(&'static str, &str)]) {
        self.put(html, |html, attributes| {
            let attributes: Attributes<'_> = attributes.into_iter().chain(more.iter().copied()).collect();
            html.lone("input", &attributes);
        });
    }

    /// Several lines of text.
    pub fn lines(&self, html: &mut Html, text: &str) {
        self.put(html, |html, mut attributes| {
            attributes.extend([("rows", "6"), ("dir", "auto")]);
            // A line end at the beginning is the markup's, and not part of the text.
            html.tag("textarea", &attributes, |html| {
                html.text("\n");
                html.text(text);
            });
        });
    }
}

/// Several fields that answer one question.
pub struct Group<'a> {
    pub name: &'static str,
    pub legend: &'a str,
    pub hint: Option<&'a str>,
    pub wrongs: &'a [Wrong],
    pub words: &'a Words,
}

impl Group<'_> {
    pub fn put(&self, html: &mut Html, inside: impl FnOnce(&mut Html)) {
        let (hint, flaw) = (format!("{}-hint", self.name), format!("{}-flaw", self.name));
        let wrong: Vec<_> = self.wrongs.iter().filter(|wrong| wrong.field == self.name).collect();
        let mut about = Vec::new();
        about.extend(self.hint.map(|_| hint.as_str()));
        if !wrong.is_empty() {
            about.push(&flaw);
        }
        let about = about.join(" ");
        let mut attributes = vec![("class", class(!wrong.is_empty()))];
        if !about.is_empty() {
            attributes.push(("aria-describedby", &about));
        }
        html.tag("fieldset", &attributes, |html| {
            html.line("legend", &[], self.legend);
            if let Some(words) = self.hint {
                html.line("p", &[("class", "hint"), ("id", &hint)], words);
            }
            if !wrong.is_empty() {
                flaws(html, &flaw, &wrong, self.words);
            }
            inside(html);
        });
    }
}

fn class(is_wrong: bool) -> &'static str {
    if is_wrong { "field is-wrong" } else { "field" }
}

fn flaws(html: &mut Html, id: &str, wrong: &[&Wrong], words: &Words) {
    html.tag("p", &[("class", "flaw"), ("id", id)], |html| {
        html.line("strong", &[], &words.ask.error);
        for wrong in wrong {
            html.text(" ");
            html.text((wrong.says)(&words.flaws));
        }
    });
}

/// All that is wrong, each with the way to its field. A browser begins to read here.
pub fn summary(html: &mut Html, words: &Words, lead: Option<&str>, wrongs: &[Wrong], place: impl Fn(&str) -> String) {
    if wrongs.is_empty() {
        return;
    }
    let attributes = [
        ("class", "wrongs"),
        ("id", "wrongs"),
        ("role", "alert"),
        ("tabindex", "-1"),
        ("autofocus", ""),
        ("aria-labelledby", "wrongs-heading"),
    ];
    html.tag("section", &attributes, |html| {
        html.line("h2", &[("id", "wrongs-heading")], &words.ask.wrong_title);
        if let Some(lead) = lead {
            html.line("p", &[], lead);
        }
        html.tag("ul", &[], |html| {
            for wrong in wrongs {
                let to = format!("#{}", place(wrong.field));
                html.tag("li", &[], |html| html.line("a", &[("href", &to)], (wrong.says)(&words.flaws)));
            }
        });
    });
}

/// What goes along with a form and nobody types.
pub fn hidden(html: &mut Html, name: &str, value: &str) {
    html.lone("input", &[("type", "hidden"), ("name", name), ("value", value)]);
}

/// Something to choose, with its name beneath or beside it.
pub fn choice(
    html: &mut Html,
    kind: &str,
    (name, value): (&str, &str),
    is_chosen: bool,
    label: impl FnOnce(&mut Html),
) {
    let id = format!("{name}-{value}");
    html.tag("div", &[("class", "choice")], |html| {
        let mut attributes = vec![("type", kind), ("id", id.as_str()), ("name", name), ("value", value)];
        if is_chosen {
            attributes.push(("checked", ""));
        }
        html.lone("input", &attributes);
        html.tag("label", &[("for", &id)], label);
    });
}

/// A line of a list to choose from.
pub fn option(html: &mut Html, value: &str, is_chosen: bool, more: &[(&'static str, &str)], text: &str) {
    let mut attributes = vec![("value", value)];
    if is_chosen {
        attributes.push(("selected", ""));
    }
    attributes.extend_from_slice(more);
    html.line("option", &attributes, text);
}
