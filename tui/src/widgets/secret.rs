//! The one widget that paints what must not be seen for long.

use unicode_width::UnicodeWidthStr;

use crate::core::canvas::Area;
use crate::core::page::{Line, Tone};
use crate::core::scrub::scrub;
use crate::core::secret::Secret;

use super::canvas::Painter;
use super::line;

const INDENT: u16 = 3;

fn lines(value: &Secret, width: u16) -> Vec<Line> {
    let room = usize::from(width.saturating_sub(INDENT + 1));
    let wrapped = |text: &str| line::wrap(&Line::of(Tone::Strong, scrub(text)), room);
    value.expose().split('\n').flat_map(wrapped).collect()
}

/// Its rows, with one above and one below.
pub fn height(value: &Secret, width: u16) -> usize {
    let room = usize::from(width.saturating_sub(INDENT + 1)).max(1);
    value.expose().width().div_ceil(room).max(lines(value, width).len()) + 2
}

pub fn draw(painter: &mut Painter<'_>, area: Area, value: &Secret) {
    let (_, rest) = area.cut_top(1);
    for (y, line) in (rest.y..rest.y + rest.height.saturating_sub(1)).zip(lines(value, area.width)) {
        painter.line(area.x + INDENT, y, area.width.saturating_sub(INDENT + 1), &line);
    }
}
