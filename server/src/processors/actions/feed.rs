//! The notices as an Atom feed, for readers and machines that follow without an address.

use std::fmt::Write;

use super::super::texts::{Tongue, title};
use super::super::{FEED_PATH, model::Notice};
use super::history;
use crate::floor::kernel::text::scrub;
use crate::floor::kernel::{Instant, Result};
use crate::floor::tools::Tools;

/// The newest notices as Atom 1.0 (RFC 4287), in English; `base_url` is where the reader reached this desk.
pub async fn atom(tools: &Tools, base_url: &str) -> Result<String> {
    let adopted = tools.policy.in_force()?;
    let operator = &adopted.policy.operator.name;
    let newest = history(tools).await?;
    let base = base_url.trim_end_matches('/');
    let updated = newest.first().map_or(Instant::EPOCH, |notice| notice.announced_at);
    let mut feed = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"en\">\n\
         <id>{base}{FEED_PATH}</id>\n<title>{title}</title>\n<updated>{updated}</updated>\n\
         <author><name>{operator}</name></author>\n<link rel=\"self\" type=\"application/atom+xml\" href=\"{base}{FEED_PATH}\"/>\n",
        base = plain(base),
        title = plain(&format!("{operator}: sub-processors and policy")),
        operator = plain(operator),
    );
    for notice in &newest {
        feed.push_str(&entry(operator, base, notice));
    }
    feed.push_str("</feed>\n");
    Ok(feed)
}

fn entry(operator: &str, base: &str, notice: &Notice) -> String {
    format!(
        "<entry>\n<id>urn:uuid:{}</id>\n<title>{}</title>\n<published>{at}</published>\n<updated>{}</updated>\n\
         <link rel=\"alternate\" href=\"{}/trust/processors\"/>\n<category term=\"{}\"/>\n<content type=\"text\">{}</content>\n\
         </entry>\n",
        notice.id.uuid(),
        plain(&title(Tongue::English, operator, notice)),
        notice.withdrawn_at.unwrap_or(notice.announced_at),
        plain(base),
        notice.kind.code(),
        notice.text(Tongue::English.tag()).lines().map(plain).collect::<Vec<_>>().join("\n"),
        at = notice.announced_at,
    )
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
