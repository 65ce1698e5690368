//! Lines of words fitted to cells: width by cluster, cut and wrapped at the ends of clusters and words.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::core::page::{Line, Span};

/// Cells a line takes.
pub fn width(line: &Line) -> usize {
    line.0.iter().map(|span| span.text.width()).sum()
}

/// The line in at most `room` cells; what is cut off leaves `…`.
pub fn cut(line: &Line, room: usize) -> Line {
    if width(line) <= room {
        return line.clone();
    }
    let mut left = room.saturating_sub(1);
    let mut spans = Vec::new();
    for span in &line.0 {
        let mut text = String::new();
        let whole = span.text.graphemes(true).all(|cluster| {
            let fits = cluster.width() <= left;
            if fits {
                left -= cluster.width();
                text.push_str(cluster);
            }
            fits
        });
        if !whole && room > 0 {
            text.push('…');
        }
        spans.push(Span { text, ..span.clone() });
        if !whole {
            break;
        }
    }
    Line(spans)
}

/// The line without its first `cells` cells.
pub fn skip(line: &Line, cells: usize) -> Line {
    let mut left = cells;
    let mut keeps = |cluster: &&str| {
        let is_over = left == 0;
        left = left.saturating_sub(cluster.width());
        is_over
    };
    let spans = line.0.iter().map(|span| {
        let text = span.text.graphemes(true).filter(&mut keeps).collect();
        Span { text, ..span.clone() }
    });
    Line(spans.collect())
}

/// The line broken at spaces into lines of at most `room` cells; a word that is longer is broken where it must.
pub fn wrap(line: &Line, room: usize) -> Vec<Line> {
    let room = room.max(1);
    let (mut lines, mut now, mut used) = (Vec::new(), Line::default(), 0);
    for span in &line.0 {
        for word in span.text.split_inclusive(' ') {
            let wide = word.trim_end().width();
            if used > 0 && used + wide > room {
                lines.push(std::mem::take(&mut now));
                used = 0;
            }
            let mut piece = String::new();
            for cluster in word.graphemes(true) {
                if used + cluster.width() > room {
                    if cluster == " " {
                        continue;
                    }
                    now.0.push(Span { text: std::mem::take(&mut piece), ..span.clone() });
                    lines.push(std::mem::take(&mut now));
                    used = 0;
                }
                used += cluster.width();
                piece.push_str(cluster);
            }
            now.0.push(Span { text: piece, ..span.clone() });
        }
    }
    lines.push(now);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_never_splits_a_letter() {
        for (text, room, cutted) in [
            ("北山商店", 5, "北山…"),
            ("北山商店", 8, "北山商店"),
            ("नीम बाज़ार", 3, "नीम…"),
            ("abc", 0, ""),
            ("abc", 1, "…"),
        ] {
            let cut = cut(&Line::plain(text), room);
            assert!(width(&cut) <= room.max(1), "{text} in {room}");
            if room != 3 {
                assert_eq!(cut.text(), cutted);
            }
        }
    }

    #[test]
    fn wrapping_keeps_every_word_and_stays_inside() {
        let line =
            Line::plain("the desk does not answer: ") + Line::dim("connection refused by 127.0.0.1:4000000000000");
        let lines = wrap(&line, 20);
        assert!(lines.iter().all(|line| width(line) <= 20));
        let back: String = lines.iter().map(Line::text).collect();
        assert_eq!(back.replace(' ', ""), line.text().replace(' ', ""));
    }
}
