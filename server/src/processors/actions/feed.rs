//! The notices as an Atom feed, for readers and machines that follow without an address.

use std::fmt::Write;

use super::super::FEED_PATH;
use super::super::texts::title;
use super::super::words::{Words, speaks};
use super::history;
use crate::floor::kernel::text::scrub;
use crate::floor::kernel::{Instant, Result};
use crate::floor::tongues::{ENGLISH, fill};
use crate::floor::tools::Tools;

/// The page that tells the same to people.
const PROCESSORS_PATH: &str = "/trust/processors";

/// How a feed is asked for.
#[derive(Debug, Clone, Copy)]
pub struct FeedOf<'a> {
    /// Where the reader reached this desk.
    pub base_url: &'a str,
    pub locale: &'a str,
    /// The reader named the language, so links keep it.
    pub is_named: bool,
}

/// The newest notices as Atom 1.0 (RFC 4287), each in the language asked for where it was worded in it.
pub async fn atom(tools: &Tools, asked: FeedOf<'_>) -> Result<String> {
    let adopted = tools.policy.in_force()?;
    let (operator, first) = (&adopted.policy.operator.name, adopted.policy.first_locale());
    let lang = [asked.locale, first].into_iter().find(|one| speaks(one)).unwrap_or(ENGLISH);
    let newest = history(tools).await?;
    let updated = newest.first().map_or(Instant::EPOCH, |notice| notice.announced_at);
    let mut feed = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"{lang}\">\n\
         <id>{own}</id>\n<title>{title}</title>\n<updated>{updated}</updated>\n\
         <author><name>{author}</name></author>\n<link rel=\"self\" type=\"application/atom+xml\" href=\"{own}\"/>\n",
        lang = plain(lang),
        own = asked.link(FEED_PATH),
        title = plain(&fill(&Words::of(&[lang])?.feed, &[("operator", operator)])),
        author = plain(operator),
    );
    for notice in &newest {
        let (text, lang) = notice.told_in(asked.locale, first);
        let _ = write!(
            feed,
            "<entry xml:lang=\"{lang}\">\n<id>urn:uuid:{}</id>\n<title>{}</title>\n<published>{at}</published>\n\
             <updated>{}</updated>\n<link rel=\"alternate\" href=\"{}\"/>\n<category term=\"{}\"/>\n\
             <content type=\"text\">{}</content>\n</entry>\n",
            notice.id.uuid(),
            plain(&title(Words::of(&[lang])?, operator, notice)),
            notice.withdrawn_at.unwrap_or(notice.announced_at),
            asked.link(PROCESSORS_PATH),
            notice.kind.code(),
            text.lines().map(plain).collect::<Vec<_>>().join("\n"),
            lang = plain(lang),
            at = notice.announced_at,
        );
    }
    feed.push_str("</feed>\n");
    Ok(feed)
}

impl FeedOf<'_> {
    /// Where a path of this desk is for this reader, as an attribute or a text.
    fn link(&self, path: &str) -> String {
        let asked = if self.is_named { format!("?lang={}", self.locale) } else { String::new() };
        plain(&[self.base_url.trim_end_matches('/'), path, &asked].concat())
    }
}

/// A line of text between tags or in quotes, as text and as nothing else. What XML cannot hold is shown as what it is.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for letter in scrub(text).chars() {
        let _ = match letter {
            '&' => plain.write_str("&amp;"),
            '<' => plain.write_str("&lt;"),
            '>' => plain.write_str("&gt;"),
            '"' => plain.write_str("&quot;"),
            // Not characters to XML, though they are to Unicode.
            '\u{fffe}' | '\u{ffff}' => plain.write_char('\u{fffd}'),
            letter => plain.write_char(letter),
        };
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_is_markup() {
        assert_eq!(plain("a<b> & \"c\"\u{1}\u{ffff}"), "a&lt;b&gt; &amp; &quot;c&quot;\\u{1}\u{fffd}");
    }
}
