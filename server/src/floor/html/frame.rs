//! The frame of a document, and the policy that it is sent with.

use data_encoding::BASE64;
use sha2::{Digest, Sha256};

use super::Html;

/// What all pages have in common: paper and ink by day and by night, letters, focus.
const BASE: &str = include_str!("base.css");

/// The one style of a page. Nothing else may be loaded for it.
pub struct Style {
    css: String,
    digest: String,
}

/// Where forms of a page may lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forms {
    /// It has none.
    Nowhere,
    /// To the desk itself.
    Home,
}

impl Style {
    /// A page's own style over the common one.
    pub fn new(own: &str) -> Self {
        let css = format!("{BASE}{own}");
        let digest = BASE64.encode(&Sha256::digest(&css));
        Self { css, digest }
    }

    /// The content security policy of pages in this style.
    pub fn policy(&self, forms: Forms) -> String {
        let forms = match forms {
            Forms::Nowhere => "'none'",
            Forms::Home => "'self'",
        };
        format!(
            "default-src 'none'; style-src 'sha256-{}'; base-uri 'none'; form-action {forms}; frame-ancestors 'none'",
            self.digest
        )
    }
}

/// A document's own facts.
pub struct Frame<'a> {
    pub lang: &'a str,
    pub dir: &'a str,
    pub title: &'a str,
    pub style: &'a Style,
    /// Whether those who list the web may list it.
    pub is_listed: bool,
}

impl Frame<'_> {
    /// The whole document.
    pub fn around(&self, head: impl FnOnce(&mut Html), body: impl FnOnce(&mut Html)) -> String {
        let mut html = Html::default();
        html.own("<!doctype html>\n");
        html.tag("html", &[("lang", self.lang), ("dir", self.dir)], |html| {
            html.tag("head", &[], |html| {
                html.lone("meta", &[("charset", "utf-8")]);
                html.line("title", &[], self.title);
                html.lone("meta", &[("name", "viewport"), ("content", "width=device-width, initial-scale=1")]);
                html.lone("meta", &[("name", "color-scheme"), ("content", "light dark")]);
                if !self.is_listed {
                    html.lone("meta", &[("name", "robots"), ("content", "noindex")]);
                }
                head(html);
                html.tag("style", &[], |html| html.own(&self.style.css));
            });
            html.tag("body", &[], body);
        });
        html.into_text()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_names_the_very_style_that_the_page_carries() {
        let style = Style::new("p{margin:0}");
        let frame = Frame { lang: "en", dir: "ltr", title: "a < b", style: &style, is_listed: false };
        let page = frame.around(|_| {}, |body| body.line("p", &[], "x"));
        let carried = page.split_once("<style>").and_then(|(_, rest)| rest.split_once("</style>")).expect("a style").0;
        let digest = BASE64.encode(&Sha256::digest(carried));
        assert!(style.policy(Forms::Nowhere).contains(&format!("style-src 'sha256-{digest}'")));
        assert!(page.contains("<title>a &lt; b</title>") && page.contains("noindex"), "{page}");
    }
}
