//! The fields of a form below one another: label, what is typed or chosen, what is wrong beneath it.
//!
//! The field under the keys stays in view, and the hardware cursor stands in it.

use unicode_width::UnicodeWidthStr;

use crate::core::area::Area;
use crate::core::canvas::Area as Place;
use crate::core::form::{Choice, Field, Form, Kind};
use crate::core::page::{Line, Tone};

use super::canvas::Painter;
use super::line;

const INDENT: u16 = 3;
const GAP: u16 = 2;
/// Stands for a space at which no line breaks, until the lines are broken.
const TOGETHER: &str = "\u{a0}";

/// The lines of a field: the label stands beside the first.
fn lines(field: &Field, is_here: bool, room: usize) -> Vec<Line> {
    if let Kind::Area(area) = &field.kind {
        let mut lines = written(area, field, is_here, room);
        lines.extend(complaint(field, room));
        return lines;
    }
    let mut value = match &field.kind {
        Kind::Choice(choice) => options(choice, is_here),
        kind => {
            let typed = kind.shown();
            let shown = if is_here { tail(&typed, room) } else { typed.clone() };
            let caret = if is_here { "▏" } else { "" };
            let hint = if typed.is_empty() { field.hint } else { "" };
            Line::plain(shown) + Line::of(Tone::Key, caret) + Line::dim(hint)
        }
    };
    if !is_here && value.text().is_empty() {
        value = Line::dim(if field.is_required { "needed" } else { "none" });
    }
    let mut lines = line::wrap(&value, room);
    for span in lines.iter_mut().flat_map(|line| &mut line.0) {
        span.text = span.text.replace(TOGETHER, " ");
    }
    lines.extend(complaint(field, room));
    lines
}

fn complaint(field: &Field, room: usize) -> Vec<Line> {
    let told = |error: &String| line::wrap(&Line::of(Tone::Bad, format!("✗ {error}")), room);
    field.error.as_ref().map(told).unwrap_or_default()
}

/// Most lines of a text that the keys are not in.
const GLANCE: usize = 3;

/// The lines of a text as they were written, the caret among them.
fn written(area: &Area, field: &Field, is_here: bool, room: usize) -> Vec<Line> {
    let (before, behind) = area.halves();
    if !is_here {
        let none = || vec![Line::dim(if field.is_required { "needed" } else { "none" })];
        let mut lines: Vec<Line> =
            area.text().split('\n').flat_map(|text| line::wrap(&Line::plain(text), room)).collect();
        if lines.len() > GLANCE {
            lines.truncate(GLANCE);
            lines.push(Line::dim("…"));
        }
        return if area.text().trim().is_empty() { none() } else { lines };
    }
    let (above, begun) = before.rsplit_once('\n').map_or((None, before), |(above, begun)| (Some(above), begun));
    let (rest, below) = behind.split_once('\n').map_or((behind, None), |(rest, below)| (rest, Some(below)));
    let hint = if area.text().is_empty() { field.hint } else { "" };
    let here = Line::plain(begun) + Line::of(Tone::Key, "▏") + Line::plain(rest) + Line::dim(hint);
    let plain = |text: Option<&str>| text.map(|text| text.split('\n').map(Line::plain).collect::<Vec<_>>());
    let all = plain(above).into_iter().flatten().chain([here]).chain(plain(below).into_iter().flatten());
    all.flat_map(|text| line::wrap(&text, room)).collect()
}

/// The end of a text that is longer than its room, so that the caret is seen.
fn tail(text: &str, room: usize) -> String {
    let mut shown = text;
    while shown.width() + 1 > room {
        let mut chars = shown.chars();
        chars.next();
        shown = chars.as_str();
    }
    shown.to_owned()
}

/// Most options of a list, of which one is chosen, that are drawn at once: letters bring the others.
const MOST: usize = 15;

fn options(choice: &Choice, is_here: bool) -> Line {
    if choice.waits {
        return Line::dim("asking the server");
    }
    let chosen: Vec<_> = choice.options.iter().filter(|option| choice.is_chosen(option)).collect();
    if !is_here && !chosen.is_empty() {
        return Line::plain(chosen.iter().map(|option| option.label.as_str()).collect::<Vec<_>>().join(", "));
    }
    if !is_here && !choice.is_several && choice.options.len() > MOST {
        return Line::default();
    }
    let (shown, at) = choice.shown();
    let mut line = Line::default();
    if is_here && !choice.narrowed().is_empty() {
        line = line + Line::of(Tone::Key, "/ ") + Line::of(Tone::Strong, choice.narrowed()) + Line::plain("  ");
    }
    if shown.is_empty() {
        return line + Line::dim("nothing to choose");
    }
    let many = shown.len();
    let most = if choice.is_several { many } else { MOST };
    let first = at.saturating_sub(most / 2).min(many.saturating_sub(most));
    for (n, option) in shown.iter().enumerate().skip(first).take(most) {
        let mark = match (choice.is_several, choice.is_chosen(option)) {
            (true, true) => "[x] ",
            (true, false) => "[ ] ",
            (false, true) => "(•) ",
            (false, false) => "( ) ",
        };
        let tone = if is_here && n == at { Tone::Key } else { Tone::Plain };
        // A space inside of an option must not be where its line breaks.
        let label = format!("{mark}{}", option.label).replace(' ', TOGETHER);
        line = line + Line::of(tone, label) + Line::plain("  ");
    }
    if many > most {
        line = line + Line::dim(format!("{} more: type letters of it", many - most));
    }
    line
}

fn label_width(form: &Form) -> u16 {
    let widest = form.fields.iter().map(|field| field.label.width()).max().unwrap_or(0);
    u16::try_from(widest).unwrap_or(0).max(10)
}

fn room(form: &Form, width: u16) -> usize {
    usize::from(width.saturating_sub(INDENT + label_width(form) + GAP + 1))
}

pub fn height(form: &Form, is_heard: bool, width: u16) -> usize {
    let room = room(form, width);
    form.fields.iter().enumerate().map(|(n, field)| lines(field, is_heard && n == form.focus(), room).len()).sum()
}

pub fn draw(painter: &mut Painter<'_>, area: Place, form: &Form, is_heard: bool) {
    let (labels, room) = (label_width(form), room(form, area.width));
    let mut rows = Vec::new();
    for (n, field) in form.fields.iter().enumerate() {
        let is_here = is_heard && n == form.focus();
        for (at, line) in lines(field, is_here, room).into_iter().enumerate() {
            let label = if at == 0 { field.label } else { "" };
            rows.push((is_here, label, line));
        }
    }
    // The caret stays in view, or the end of the field that has none.
    let has_caret = |line: &Line| line.0.iter().any(|span| span.text == "▏");
    let at_caret = rows.iter().position(|(is_here, _, line)| *is_here && has_caret(line));
    let last_here = at_caret.or_else(|| rows.iter().rposition(|(is_here, ..)| *is_here)).unwrap_or(0);
    let top = (last_here + 1).saturating_sub(usize::from(area.height));
    for (y, (is_here, label, line)) in (area.y..area.y + area.height).zip(rows.into_iter().skip(top)) {
        let tone = if is_here { Tone::Strong } else { Tone::Dim };
        if is_here && !label.is_empty() {
            painter.line(area.x + 1, y, 1, &Line::of(Tone::Strong, ">"));
        }
        painter.line(area.x + INDENT, y, labels, &Line::of(tone, label));
        let x = area.x + INDENT + labels + GAP;
        let caret = line.0.iter().take_while(|span| span.text != "▏").map(|span| span.text.width()).sum::<usize>();
        let has_caret = has_caret(&line);
        painter.line(x, y, u16::try_from(room).unwrap_or(u16::MAX), &line);
        if is_here && (has_caret || painter.drawn.cursor.is_none()) {
            let caret = if has_caret { u16::try_from(caret).unwrap_or(0) } else { 0 };
            painter.drawn.cursor = Some((x + caret, y));
        }
    }
}
