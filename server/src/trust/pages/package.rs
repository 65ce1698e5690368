//! What stands behind the link of a package: that it may be fetched once, that a download which broke off may go on, or that
//! it leads nowhere any more. To look uses nothing.

use super::lead;
use super::parts::hidden;
use crate::requests::Door;
use crate::trust::frame::Sheet;
use crate::trust::reader::Reader;
use crate::trust::web::Fetching;

/// What the page is drawn with.
#[derive(Clone, Copy)]
pub struct Behind<'a> {
    /// The link's own secret, to go along with what is sent back.
    pub token: &'a str,
    pub seal: &'a str,
}

/// The page of a package that may be fetched.
pub fn fetching(reader: &Reader<'_>, behind: Behind<'_>, door: &Door) -> String {
    let words = &reader.words.package;
    let tongues = tongues(behind.token);
    let sheet = Sheet { title: &words.page_title, tongues: Some(&tongues), ..Sheet::default() };
    sheet.around(reader, |html| {
        let (text, button) =
            if door.is_used { (&words.resume_text, &words.resume) } else { (&words.page_text, &words.fetch) };
        html.tag("p", &[("class", "lead")], |html| {
            html.fill(text, |html, _| html.line("bdi", &[], &door.reference));
        });
        let to = format!("{}?lang={}", Fetching::PAGE, reader.locale);
        html.tag("form", &[("method", "post"), ("action", &to)], |html| {
            hidden(html, "form", behind.seal);
            hidden(html, "token", behind.token);
            html.line("button", &[("type", "submit")], button);
        });
        html.line("p", &[("class", "hint")], &words.open);
    })
}

/// Where the same stands in every language.
fn tongues(token: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    format!("{}?{}&lang=", Fetching::PAGE, query.append_pair("token", token).finish())
}

/// It was used, it is over, or it never led anywhere; that is one page.
pub fn gone(reader: &Reader<'_>) -> String {
    let words = &reader.words.package;
    Sheet { title: &words.gone_title, ..Sheet::default() }.around(reader, |html| lead(html, &words.gone_text))
}
