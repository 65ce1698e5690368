//! The hand behind the canvas: sections with their rules, facts, words and lists, put into the cells of a frame.
//!
//! Rules join where they meet. A line that does not fit is cut, never wrapped into another's cells.

use ratatui::buffer::{Buffer, CellDiffOption, CellWidth};
use ratatui::layout::Position;
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

use crate::core::canvas::{Area, Canvas};
use crate::core::page::{Blank, Body, Fact, Line, Page, Section, Tone};
use crate::core::qr::{QUIET, Qr};
use crate::terminal::theme::Theme;

use super::{Drawn, Hit, form, line, secret, table};

/// Cells left of a fact or a word.
const INDENT: u16 = 3;
const GAP: u16 = 2;
/// The least cells for the names of facts and fields.
const NAMES: u16 = 10;

pub struct Painter<'a> {
    pub buffer: &'a mut Buffer,
    pub theme: &'a Theme,
    pub area: Area,
    pub drawn: Drawn,
    /// Everything in a dim voice.
    pub is_dimmed: bool,
    pub is_ascii: bool,
}

impl Painter<'_> {
    /// One line, cut to its room; returns the cells it took.
    pub fn line(&mut self, x: u16, y: u16, room: u16, text: &Line) -> u16 {
        let mut at = x;
        for span in &line::cut(text, usize::from(room)).0 {
            let style = self.theme.tone(span.tone);
            let style = if self.is_dimmed { style.patch(self.theme.tone(Tone::Dim)) } else { style };
            let width = u16::try_from(span.text.width()).unwrap_or(u16::MAX);
            self.put(at, y, &span.text, style);
            at = at.saturating_add(width);
            self.drawn.changes(span.until);
        }
        at - x
    }

    /// Text in a style of the frame itself.
    pub fn put(&mut self, x: u16, y: u16, text: &str, style: Style) {
        let frame = self.buffer.area;
        if frame.contains(Position { x, y }) {
            let (end, _) = self.buffer.set_stringn(x, y, text, usize::from(frame.right() - x), style);
            cover(self.buffer, (x, end), y);
        }
    }

    /// A horizontal rule over the whole width of an area's first row.
    pub fn rule(&mut self, area: Area, symbol: &str) {
        self.put(area.x, area.y, &symbol.repeat(usize::from(area.width)), self.theme.rule);
    }

    pub fn choose(&mut self, area: Area) {
        let chosen = self.theme.chosen;
        self.cells(area, |cell| _ = cell.set_style(chosen));
        self.drawn.cursor = Some((area.x + 1, area.y));
    }

    pub fn clear(&mut self, area: Area) {
        let ground = self.theme.ground;
        for y in area.y..area.y.saturating_add(area.height) {
            cut_off(self.buffer, area.x, y);
        }
        self.cells(area, |cell| {
            cell.reset();
            cell.set_style(ground);
        });
    }

    fn cells(&mut self, area: Area, mut each: impl FnMut(&mut ratatui::buffer::Cell)) {
        for y in area.y..area.y.saturating_add(area.height) {
            for x in area.x..area.x.saturating_add(area.width) {
                if let Some(cell) = self.buffer.cell_mut(Position { x, y }) {
                    each(cell);
                }
            }
        }
    }

    fn facts(&mut self, area: Area, facts: &[Fact]) {
        let names = name_width(facts);
        let x = area.x + INDENT + names + GAP;
        let room = (area.x + area.width).saturating_sub(x);
        let mut y = area.y;
        for fact in facts {
            let mut name = Line::dim(fact.name);
            for value in line::wrap(&fact.value, usize::from(room)) {
                if y >= area.y + area.height {
                    return;
                }
                self.line(area.x + INDENT, y, names, &std::mem::take(&mut name));
                self.line(x, y, room, &value);
                y += 1;
            }
        }
    }

    fn blanks(&mut self, area: Area, blanks: &[Blank]) {
        let widest = blanks.iter().map(|blank| blank.name.width()).max().unwrap_or(0);
        let names = u16::try_from(widest).unwrap_or(0).max(NAMES);
        let x = area.x + INDENT + names + GAP;
        let room = (area.x + area.width).saturating_sub(x + 1);
        for (y, blank) in (area.y..area.y + area.height).zip(blanks) {
            let line = Area { y, height: 1, ..area };
            self.drawn.hits.push((line, Hit::Row(blank.id.to_owned())));
            let name = if blank.caret.is_some() { Line::plain(blank.name).strong() } else { Line::dim(blank.name) };
            self.line(area.x + INDENT, y, names, &name);
            let Some(caret) = blank.caret else {
                self.line(x, y, room, &blank.shown);
                continue;
            };
            self.line(area.x + 1, y, 1, &Line::of(Tone::Strong, ">"));
            // What is far to the left makes room for the cursor.
            let skipped = (caret + 1).saturating_sub(usize::from(room));
            let shown = line::skip(&blank.shown, skipped);
            let at = x + u16::try_from(caret - skipped).unwrap_or(0);
            self.line(x, y, room, &shown);
            if line::width(&shown) <= caret - skipped {
                self.line(at, y, 1, &Line::plain("▏"));
            }
            self.drawn.cursor = Some((at, y));
        }
    }

    fn words(&mut self, area: Area, words: &[Line]) {
        let room = area.width.saturating_sub(INDENT + 1);
        let lines = words.iter().flat_map(|words| line::wrap(words, usize::from(room)));
        for (y, line) in (area.y..area.y + area.height).zip(lines) {
            self.line(area.x + INDENT, y, room, &line);
        }
    }

    fn symbol(&self, x: Option<u16>, y: Option<u16>) -> &str {
        let at = x.zip(y).map(|(x, y)| Position { x, y });
        at.and_then(|at| self.buffer.cell(at)).map_or("", |cell| cell.symbol())
    }
}

impl Canvas for Painter<'_> {
    fn area(&self) -> Area {
        self.area
    }

    fn section(&mut self, area: Area, section: &Section) {
        if area.height == 0 || area.width == 0 {
            return;
        }
        let mut body = area;
        if !section.title.is_empty() {
            let (head, rest) = area.cut_top(1);
            body = rest;
            self.rule(head, "─");
            let heading = format!(" {} ", section.title);
            self.put(head.x + 1, head.y, &heading, self.theme.heading);
            let used = u16::try_from(heading.width()).unwrap_or(0) + 2;
            let mut note = u16::try_from(line::width(&section.note)).unwrap_or(u16::MAX);
            // What is wrong is said as far as there is room; any other note whole or not at all.
            if section.note.0.iter().any(|span| span.tone == Tone::Bad) {
                note = note.min(head.width.saturating_sub(used + 4));
            }
            if note > 0 && note.saturating_add(used + 3) < head.width {
                let x = head.x + head.width - note - 3;
                self.put(x, head.y, " ", self.theme.rule);
                let took = self.line(x + 1, head.y, note, &section.note);
                self.put(x + 1 + took, head.y, " ", self.theme.rule);
            }
        }
        match &section.body {
            Body::Facts(facts) => self.facts(body, facts),
            Body::Rows(rows) => table::draw(self, body, rows),
            Body::Words(words) => self.words(body, words),
            Body::Fields(blanks) => self.blanks(body, blanks),
            Body::Secret(value) => secret::draw(self, body, value),
            Body::Form { form, is_heard } => form::draw(self, body, form, *is_heard),
        }
    }

    fn divide(&mut self, left: Area) {
        let Some(x) = left.x.checked_add(left.width) else { return };
        for y in left.y..left.y + left.height {
            let is_rule = |symbol: &str| symbol == "─";
            let before = is_rule(self.symbol(x.checked_sub(1), Some(y)));
            let after = is_rule(self.symbol(x.checked_add(1), Some(y)));
            let first = y == left.y;
            let joint = match (before, after, first) {
                (true, true, true) => "┬",
                (true, true, false) => "┼",
                (true, false, _) => "┤",
                (false, true, _) => "├",
                (false, false, _) => "│",
            };
            self.put(x, y, joint, self.theme.rule);
        }
    }

    fn page(&mut self, page: &Page) {
        let mut rest = self.area;
        for section in &page.sections {
            let (area, below) = rest.cut_top(self.height(section, rest.width) + u16::from(!section.title.is_empty()));
            self.section(area, section);
            rest = below;
        }
    }

    fn qr(&mut self, area: Area, code: &Qr, is_swapped: bool) -> Option<Area> {
        let size = |quiet: usize| {
            let modules = u16::try_from(code.width() + 2 * quiet).ok()?;
            let (width, height) = if self.is_ascii { (modules * 2, modules) } else { (modules, modules.div_ceil(2)) };
            (width <= area.width && height <= area.height).then_some((quiet, Area { width, height, ..area }))
        };
        let (quiet, taken) = QUIET.into_iter().find_map(size)?;
        let is_dark = |x: u16, y: u16| code.is_dark(usize::from(x), usize::from(y), quiet) != is_swapped;
        let (light, dark) = self.theme.modules;
        for y in 0..taken.height {
            for x in 0..taken.width {
                let (symbol, style) = if self.is_ascii {
                    if is_dark(x / 2, y) { ("#", dark) } else { (" ", light) }
                } else {
                    // Light is what is painted: a terminal's own ground is dark more often than not.
                    let symbol = match (is_dark(x, y * 2), is_dark(x, y * 2 + 1)) {
                        (false, false) => "█",
                        (false, true) => "▀",
                        (true, false) => "▄",
                        (true, true) => " ",
                    };
                    (symbol, self.theme.blocks)
                };
                self.put(area.x + x, area.y + y, symbol, style);
            }
        }
        Some(taken)
    }

    fn height(&self, section: &Section, width: u16) -> u16 {
        let rows: usize = match &section.body {
            Body::Facts(facts) => {
                let room = usize::from(width.saturating_sub(INDENT + name_width(facts) + GAP));
                facts.iter().map(|fact| line::wrap(&fact.value, room).len()).sum()
            }
            Body::Rows(rows) => table::height(rows),
            Body::Secret(value) => secret::height(value, width),
            Body::Form { form, is_heard } => form::height(form, *is_heard, width),
            Body::Words(words) => {
                let room = usize::from(width.saturating_sub(INDENT + 1));
                words.iter().map(|words| line::wrap(words, room).len()).sum()
            }
            Body::Fields(blanks) => blanks.len(),
        };
        u16::try_from(rows).unwrap_or(u16::MAX)
    }
}

fn name_width(facts: &[Fact]) -> u16 {
    let widest = facts.iter().map(|fact| fact.name.width()).max().unwrap_or(0);
    u16::try_from(widest).unwrap_or(0).max(NAMES)
}

/// Cells that a wide cluster reaches into are drawn anew once it is gone: a terminal may have put a part of it there (क ा in
/// two cells, each by itself), and wipes no more than the cell that is written.
fn cover(buffer: &mut Buffer, (from, to): (u16, u16), y: u16) {
    let mut x = from;
    while x < to {
        let wide = buffer.cell(Position { x, y }).map_or(1, CellWidth::cell_width).max(1);
        for beneath in x + 1..(x + wide).min(to) {
            if let Some(cell) = buffer.cell_mut(Position { x: beneath, y }) {
                cell.set_diff_option(CellDiffOption::AlwaysUpdate);
            }
        }
        x += wide;
    }
}

/// A cluster that reaches over the edge of what is cleared goes whole, or it would cover what is drawn there.
fn cut_off(buffer: &mut Buffer, edge: u16, y: u16) {
    /// No cluster takes more cells.
    const WIDEST: u16 = 4;
    for x in edge.saturating_sub(WIDEST)..edge {
        if let Some(cell) = buffer.cell_mut(Position { x, y }).filter(|cell| x + cell.cell_width() > edge) {
            cell.set_symbol(" ");
        }
    }
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;

    use super::*;

    fn row(text: &str) -> Buffer {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 8, 1));
        let (end, _) = buffer.set_stringn(0, 0, text, 8, Style::default());
        cover(&mut buffer, (0, end), 0);
        buffer
    }

    #[test]
    fn what_a_cluster_of_several_cells_leaves_is_wiped_whole() {
        let columns = |before: &str, after: &str| {
            let (before, after) = (row(before), row(after));
            before.diff(&after).into_iter().map(|(x, ..)| x).collect::<Vec<_>>()
        };
        assert_eq!(columns("हाट", "   "), [0, 1, 2], "its second cell too");
        assert!(columns("हाट", "हाट").is_empty(), "nothing is written twice");
        assert_eq!(columns("北山", "a"), [0, 1, 2, 3]);
    }

    #[test]
    fn a_cluster_does_not_reach_into_what_is_drawn_beside_it() {
        let mut buffer = row("a北山b");
        cut_off(&mut buffer, 2, 0);
        let text: String = buffer.content.iter().map(ratatui::buffer::Cell::symbol).collect();
        assert_eq!(text, "a  山 b  ");
        cut_off(&mut buffer, 3, 0);
        assert_eq!(buffer[(3, 0)].symbol(), "山", "what ends before the edge stays");
    }
}
