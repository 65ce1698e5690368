//! Markup, written from the outside in. Names of tags and attributes stand in the program; all else is escaped.

use crate::floor::tongues::{Piece, pieces};

/// Markup on its way to a page.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Html(String);

/// Names that stand in the program, values from anywhere.
type Attributes<'a> = &'a [(&'static str, &'a str)];

impl Html {
    /// Text, as text and as nothing else.
    pub fn text(&mut self, text: &str) {
        for letter in text.chars() {
            match letter {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                letter => self.0.push(letter),
            }
        }
    }

    /// An element and what stands in it.
    pub fn tag(&mut self, name: &'static str, attributes: Attributes<'_>, inside: impl FnOnce(&mut Self)) {
        self.lone(name, attributes);
        inside(self);
        self.0.push_str("</");
        self.0.push_str(name);
        self.0.push('>');
    }

    /// An element that holds nothing but text.
    pub fn line(&mut self, name: &'static str, attributes: Attributes<'_>, text: &str) {
        self.tag(name, attributes, |inside| inside.text(text));
    }

    /// An element that has no end.
    pub fn lone(&mut self, name: &'static str, attributes: Attributes<'_>) {
        self.0.push('<');
        self.0.push_str(name);
        for (attribute, value) in attributes {
            self.0.push(' ');
            self.0.push_str(attribute);
            self.0.push_str("=\"");
            self.text(value);
            self.0.push('"');
        }
        self.0.push('>');
    }

    /// A link to somewhere else. An address that is none of the web's or of mail's stays text.
    pub fn link(&mut self, to: &str, text: &str) {
        let scheme = to.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
        if matches!(scheme.as_deref(), Some("https" | "http" | "mailto")) {
            self.line("a", &[("href", to), ("rel", "noopener noreferrer")], text);
        } else {
            self.text(text);
        }
    }

    /// Words with `{slots}`, each filled by its name.
    pub fn fill(&mut self, words: &str, mut slot: impl FnMut(&mut Self, &str)) {
        for piece in pieces(words) {
            match piece {
                Piece::Words(words) => self.text(words),
                Piece::Slot(name) => slot(self, name),
            }
        }
    }

    /// What the program itself wrote as raw text: a style, a doctype.
    pub(super) fn own(&mut self, text: &str) {
        self.0.push_str(text);
    }

    pub fn into_text(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Html)) -> String {
        let mut html = Html::default();
        write(&mut html);
        html.into_text()
    }

    #[test]
    fn text_and_values_never_become_markup() {
        let hostile = "\"><script>alert('x')</script>&";
        let page = written(|html| html.line("p", &[("title", hostile)], hostile));
        assert_eq!(page.matches('<').count(), 2, "{page}");
        assert!(page.starts_with("<p title=\"&quot;&gt;&lt;script&gt;") && page.ends_with("&amp;</p>"), "{page}");
    }

    #[test]
    fn a_link_leads_to_the_web_or_to_mail_and_nowhere_else() {
        for good in ["https://desk.example/a?b=1&c=2", "HTTP://desk.example", "mailto:privacy@desk.example"] {
            assert!(written(|html| html.link(good, "there")).starts_with("<a href="), "{good}");
        }
        for bad in
            ["javascript:alert(1)", " javascript:alert(1)", "data:text/html,x", "java\nscript:alert(1)", "/x", ""]
        {
            assert_eq!(written(|html| html.link(bad, "there")), "there", "{bad}");
        }
    }

    #[test]
    fn slots_are_filled_by_name_and_what_is_filled_in_is_text() {
        let page = written(|html| html.fill("since {date}, <by> {who}", |html, slot| html.line("b", &[], slot)));
        assert_eq!(page, "since <b>date</b>, &lt;by&gt; <b>who</b>");
        assert_eq!(written(|html| html.fill("broken {off", Html::text)), "broken off");
    }
}
