//! The frame around everything: header, tabs, body, notice row and footer, with layers and the prefix pop-up above.
//!
//! It reads tabs from the registry and every key from the keymap; it knows no screen by name.

use std::ops::Range;

use ratatui::buffer::Buffer;

use crate::core::action::{Scope, Verb};
use crate::core::canvas::{Area, Canvas};
use crate::core::connection::Standing;
use crate::core::due;
use crate::core::keymap::Key;
use crate::core::me::Me;
use crate::core::model::{Model, Open};
use crate::core::notice::OPENER;
use crate::core::page::{Body, Line, Row, Rows, Section, Tone};
use crate::core::screen::Shape;
use crate::core::shell;
use crate::terminal::theme::Theme;

use super::canvas::Painter;
use super::{Drawn, Hit, line};

/// The verbs that find all others.
const PALETTE: &str = "palette.open";
const HELP: &str = "help.open";
/// The smallest terminal that can hold what must be seen.
const SMALLEST: (u16, u16) = (60, 16);

/// Draws the model; returns where things are and when the first word changes.
pub fn view(model: &Model, buffer: &mut Buffer, theme: &Theme, is_ascii: bool) -> Drawn {
    let whole = Area { x: buffer.area.x, y: buffer.area.y, width: buffer.area.width, height: buffer.area.height };
    buffer.set_style(buffer.area, theme.ground);
    let mut painter = Painter { buffer, theme, area: whole, drawn: Drawn::default(), is_dimmed: false, is_ascii };
    if whole.width < SMALLEST.0 || whole.height < SMALLEST.1 {
        let (width, height) = SMALLEST;
        let words = format!("{width}x{height} needed, this is {}x{}", whole.width, whole.height);
        painter.line(whole.x, whole.y + whole.height / 2, whole.width, &Line::plain(words));
    } else {
        parts(&mut painter, model, whole);
    }
    let drawn = painter.drawn;
    if is_ascii {
        to_ascii(buffer);
    }
    drawn
}

fn parts(painter: &mut Painter<'_>, model: &Model, whole: Area) {
    if let Some(at) =
        model.layers.iter().rposition(|open| matches!(open.entry.shape, Shape::Alone { .. } | Shape::Whole))
    {
        return alone(painter, model, at, whole);
    }
    let (header, rest) = whole.cut_top(1);
    let (tabs, rest) = rest.cut_top(1);
    let (footer, rest) = rest.cut_bottom(1);
    let (notice, rest) = rest.cut_bottom(1);
    let (title, body) = rest.cut_top(u16::from(model.ctx.connection.is_offline() || model.stack.len() > 1));
    head(painter, model, header);
    tab_row(painter, model, tabs);
    title_row(painter, model, title);
    painter.area = body;
    // Old, or beside the point while a layer hears the keys.
    painter.is_dimmed = model.ctx.connection.is_offline() || !model.layers.is_empty();
    if let Some(open) = model.stack.last() {
        open.screen.view(&model.ctx, painter);
    }
    painter.is_dimmed = false;
    notice_row(painter, model, notice);
    for open in &model.layers {
        painter.drawn.cursor = None;
        layer(painter, model, open, body);
    }
    foot(painter, model, footer);
    prefix(painter, model, rest);
}

/// One place and what is above it, with nothing of what is beneath.
fn alone(painter: &mut Painter<'_>, model: &Model, at: usize, whole: Area) {
    let (footer, body) = whole.cut_bottom(1);
    let above = model.layers.get(at + 1..).unwrap_or_default();
    match model.layers.get(at) {
        Some(open) if open.entry.shape == Shape::Whole => {
            painter.area = body;
            painter.is_dimmed = !above.is_empty();
            open.screen.view(&model.ctx, painter);
            painter.is_dimmed = false;
        }
        // Two boxes on an empty screen would only be in each other's way.
        Some(open) if above.is_empty() => layer(painter, model, open, body),
        _ => {}
    }
    for open in above {
        painter.drawn.cursor = None;
        layer(painter, model, open, body);
    }
    foot(painter, model, footer);
}

fn head(painter: &mut Painter<'_>, model: &Model, area: Area) {
    let ctx = &model.ctx;
    let trip = ctx.connection.last_trip().map(due::took).unwrap_or_default();
    let link = match &ctx.connection.standing {
        Standing::Starting => Line::of(Tone::Warn, "○ starting"),
        Standing::Trying => Line::of(Tone::Warn, "○ connecting"),
        Standing::Live { .. } => Line::of(Tone::Good, "●") + Line::plain(format!(" live {trip}")),
        Standing::Offline { since, .. } => {
            Line::of(Tone::Bad, "✗ offline ") + Line::word(Tone::Plain, due::stopwatch(*since, ctx.now))
        }
    };
    let wall =
        Line::word(Tone::Plain, due::wall(ctx.now, ctx.zone())) + Line::plain(format!(" {}", due::zone(ctx.zone())));
    let who = match &ctx.me {
        Me::Someone(person) => Line::plain(person.title()),
        Me::Unknown => Line::dim("guest"),
        Me::Nobody | Me::Halfway { .. } => Line::of(Tone::Warn, "signed out"),
    };
    let bar = || Line::dim(" │ ");
    let mut right = who + bar() + link.clone() + bar() + wall;
    let mut left = Line::plain(format!(" · {}", ctx.desk.name()));
    if ctx.keymap.is_read_only() {
        left = left + Line::plain(" · ") + Line::of(Tone::Warn, "read only");
    }
    let name = " Rightsdesk";
    let taken = name.len() + line::width(&left) + 3;
    if taken + line::width(&right) > usize::from(area.width) {
        right = link;
    }
    let used = u16::try_from(line::width(&right)).unwrap_or(0) + 1;
    painter.put(area.x, area.y, name, painter.theme.name);
    let from = area.x + 11;
    let room = area.width.saturating_sub(used + 12);
    painter.line(from, area.y, room, &left);
    painter.line(area.x + area.width.saturating_sub(used), area.y, used, &right);
}

/// The screens by name. Where not all fit, those around the one that is shown, and a mark where others are.
fn tab_row(painter: &mut Painter<'_>, model: &Model, area: Area) {
    let here = model.stack.iter().rev().find(|open| open.entry.shape == Shape::Screen).map(|open| open.entry.name);
    let tabs: Vec<_> = model.registry.iter().filter(|entry| entry.shape == Shape::Screen).collect();
    let widths: Vec<usize> = tabs.iter().map(|entry| line::width(&Line::plain(entry.title))).collect();
    let at = tabs.iter().position(|entry| Some(entry.name) == here).unwrap_or(0);
    let room = usize::from(area.width.saturating_sub(2));
    let gap = if widths.iter().sum::<usize>() + 2 * widths.len().saturating_sub(1) <= room { 2 } else { 1 };
    let shown = shown_tabs(&widths, at, gap, room);
    let mut x = area.x + 1;
    let more = |painter: &mut Painter<'_>, x: u16| painter.line(x, area.y, 1, &Line::dim("…"));
    if shown.start > 0 {
        x += more(painter, x) + 1;
    }
    for (entry, width) in tabs.iter().zip(&widths).take(shown.end).skip(shown.start) {
        let width = u16::try_from(*width).unwrap_or(0);
        if Some(entry.name) == here {
            painter.put(x, area.y, entry.title, painter.theme.tab);
        } else {
            painter.line(x, area.y, width, &Line::plain(entry.title));
        }
        if let Some(opener) = entry.opener {
            painter.drawn.hits.push((Area { x, width, ..area }, Hit::Verb(opener)));
        }
        x += width + u16::try_from(gap).unwrap_or(1);
    }
    if shown.end < tabs.len() {
        more(painter, x);
    }
}

/// As many tabs as there is room for, from the first on, or from as far on that the one at `at` is among them.
fn shown_tabs(widths: &[usize], at: usize, gap: usize, room: usize) -> Range<usize> {
    let mark = 1 + gap;
    let taken = |from: usize, to: usize| {
        let names: usize =
            widths.get(from..to).unwrap_or_default().iter().sum::<usize>() + gap * (to - from).saturating_sub(1);
        names + if from > 0 { mark } else { 0 } + if to < widths.len() { mark } else { 0 }
    };
    let from = (0..=at).find(|from| taken(*from, at + 1) <= room).unwrap_or(at);
    let to = (at + 1..=widths.len()).rev().find(|to| taken(from, *to) <= room).unwrap_or(at + 1);
    from..to.min(widths.len())
}

/// Where one is, and how old what one sees is when the server does not answer.
fn title_row(painter: &mut Painter<'_>, model: &Model, area: Area) {
    if area.height == 0 {
        return;
    }
    painter.rule(area, "━");
    let ctx = &model.ctx;
    let crumb = |open: &Open| open.screen.crumb().unwrap_or_else(|| open.entry.title.to_owned());
    let crumbs: Vec<_> = model.stack.iter().map(crumb).collect();
    let mut line = Line::of(Tone::Strong, format!(" {} ", crumbs.join(" ▸ ")));
    if let Standing::Offline { since, next_try, .. } = &ctx.connection.standing {
        let age = match ctx.connection.answered_at {
            Some(at) => format!(" · this is from {}", due::second(at, ctx.zone())),
            None => " · never reached".to_owned(),
        };
        let key = shell::CHECK.keys.first().copied().unwrap_or_default();
        line = line
            + Line::plain("━ ")
            + Line::of(Tone::Bad, "OFFLINE ")
            + Line::word(Tone::Bad, due::stopwatch(*since, ctx.now))
            + Line::plain(age)
            + Line::plain(" · next try ")
            + Line::word(Tone::Plain, due::countdown(*next_try, ctx.now))
            + Line::plain(", ")
            + Line::of(Tone::Key, key)
            + Line::plain(": now ");
    }
    painter.line(area.x + 1, area.y, area.width - 1, &line);
}

fn notice_row(painter: &mut Painter<'_>, model: &Model, area: Area) {
    let notices = &model.ctx.notices;
    let mut room = area.width.saturating_sub(2);
    if notices.past().len() > 0 {
        let opener = model.ctx.keymap.verbs().find(|verb| verb.id == OPENER);
        let unseen = notices.unseen();
        let tone = if unseen > 0 { Tone::Warn } else { Tone::Dim };
        let past = notices.past().len();
        let words = if past == 1 { "1 notice".to_owned() } else { format!("{past} notices") };
        let key = opener.and_then(|verb| verb.keys.first().copied()).unwrap_or_default();
        let right =
            Line::of(Tone::Key, key) + Line::of(tone, format!(" {unseen} unseen")) + Line::dim(format!(" · {words}"));
        let width = u16::try_from(line::width(&right)).unwrap_or(0);
        let x = area.x + area.width.saturating_sub(width + 1);
        painter.line(x, area.y, width, &right);
        if let Some(verb) = opener {
            painter.drawn.hits.push((Area { x, width, ..area }, Hit::Verb(verb)));
        }
        room = room.saturating_sub(width + 2);
    }
    if let Some((tone, text)) = notices.shown() {
        painter.line(area.x + 1, area.y, room, &Line::of(tone, text));
    }
}

fn layer(painter: &mut Painter<'_>, model: &Model, open: &Open, body: Area) {
    let (Shape::Layer { width, height } | Shape::Alone { width, height }) = open.entry.shape else { return };
    let page = open.screen.page(&model.ctx);
    let width = width.min(body.width.saturating_sub(4));
    let most = height.min(body.height);
    let x = body.x + (body.width - width) / 2;
    let wanted =
        page.sections.iter().map(|section| painter.height(section, width - 2) + u16::from(!section.title.is_empty()));
    // A person's letter is as long as it is, and there are seconds to read it: it may have all the room.
    let is_secret = page.sections.iter().any(|section| matches!(section.body, Body::Secret(_)));
    let height = wanted.fold(2, u16::saturating_add).min(if is_secret { body.height } else { most });
    let y = body.y + (body.height - height.max(most)) / 3;
    let inside = framed(painter, Area { x, y, width, height }, &page.title, &page.foot);
    painter.area = inside;
    open.screen.view(&model.ctx, painter);
    if open.screen.takes_text() && (open.screen.is_a_list() || painter.drawn.cursor.is_none()) {
        let end = u16::try_from(line::width(&page.title)).unwrap_or(0);
        painter.drawn.cursor = Some((x + 1 + end, y));
    }
}

/// A box with a heading, and what is inside of it.
fn framed(painter: &mut Painter<'_>, area: Area, title: &Line, foot: &Line) -> Area {
    let wide = usize::from(area.width.saturating_sub(2));
    let bottom = area.y + area.height - 1;
    let rule = painter.theme.rule;
    painter.clear(area);
    painter.put(area.x, area.y, &format!("┌{}┐", "─".repeat(wide)), rule);
    painter.put(area.x, bottom, &format!("└{}┘", "─".repeat(wide)), rule);
    for y in area.y + 1..bottom {
        painter.put(area.x, y, "│", rule);
        painter.put(area.x + area.width - 1, y, "│", rule);
    }
    let room = area.width.saturating_sub(4);
    let spaced = |line: &Line| Line::plain(" ") + line.clone().strong() + Line::plain(" ");
    painter.line(area.x + 1, area.y, room, &spaced(title));
    if !foot.0.is_empty() {
        painter.line(area.x + 2, bottom, room, &(Line::plain(" ") + foot.clone() + Line::plain(" ")));
    }
    Area { x: area.x + 1, y: area.y + 1, width: area.width - 2, height: area.height - 2 }
}

/// The hints of the keymap, as many as fit.
fn foot(painter: &mut Painter<'_>, model: &Model, area: Area) {
    let scopes = model.scopes();
    let keymap = &model.ctx.keymap;
    let heard = keymap.heard(&scopes);
    let prefixes = shell::PREFIXES.iter().filter_map(|(prefix, word)| {
        let key = Key::named(prefix)?;
        let is_heard = model.layers.is_empty() && !keymap.after(&scopes, &[key]).is_empty();
        is_heard.then_some((*prefix, *word, None))
    });
    let verbs = heard
        .iter()
        .filter(|verb| !verb.hint.is_empty() && verb.refusal(&model.target_for(verb), &model.ctx).is_none());
    let hints = verbs.filter_map(|verb| Some((*verb.keys.first()?, verb.hint, Some(*verb))));
    let mut hints: Vec<(&str, &str, Option<&'static Verb>)> = prefixes.chain(hints).collect();
    let width = |hint: &(&str, &str, Option<&Verb>)| hint.0.chars().count() + hint.1.chars().count() + 4;
    while hints.iter().map(width).sum::<usize>() > usize::from(area.width) + 2 {
        // What every screen has leaves before what this one has; palette and help name the rest, and stay.
        let finds = [PALETTE, HELP];
        let is_common = |verb: &Verb| verb.scope == Scope::Global && !finds.contains(&verb.id);
        let common = hints.iter().position(|(_, _, verb)| verb.is_some_and(is_common));
        // Then the last of its own: what comes first is what is done most.
        let is_own = |verb: &Verb| !finds.contains(&verb.id);
        let last = || hints.iter().rposition(|(_, _, verb)| verb.is_some_and(is_own));
        let leaves = common.or_else(last).unwrap_or(0);
        hints.remove(leaves);
    }
    let mut x = area.x + 1;
    for (key, word, verb) in &hints {
        let hint = Line::of(Tone::Key, *key) + Line::plain(format!(" {word}"));
        let took = painter.line(x, area.y, area.width, &hint);
        if let Some(verb) = verb {
            painter.drawn.hits.push((Area { x, width: took, ..area }, Hit::Verb(verb)));
        }
        x += took + 3;
    }
}

/// What may follow the keys pressed so far, with the reason beside what is off.
fn prefix(painter: &mut Painter<'_>, model: &Model, above: Area) {
    if model.pending.is_empty() {
        return;
    }
    let scopes: Vec<Scope> = model.scopes();
    let mut after = model.ctx.keymap.after(&scopes, &model.pending);
    let off = |verb: &Verb| verb.refusal(&model.target_for(verb), &model.ctx);
    if after.len() + 2 > usize::from(above.height) {
        // Where not all fit, what can be done stays in view.
        after.sort_by_key(|(_, verb)| off(verb).is_some());
    }
    let rows = after.into_iter().map(|(keys, verb)| {
        let off = off(verb);
        let tone = if off.is_some() { Tone::Dim } else { Tone::Plain };
        let why = off.map(|why| Line::dim(format!("off: {why}"))).unwrap_or_default();
        Row { id: verb.id.to_owned(), cells: vec![Line::of(Tone::Key, keys), Line::of(tone, verb.title), why] }
    });
    let mut rows = Rows { heads: Vec::new(), rows: rows.collect(), cursor: None, none: "", leaves: &[] };
    let pressed: Vec<_> = model.pending.iter().map(Key::to_string).collect();
    let pressed = pressed.join(" ");
    let word = shell::PREFIXES.iter().find(|(prefix, _)| *prefix == pressed).map_or("", |(_, word)| *word);
    let title = Line::of(Tone::Key, pressed) + Line::plain(format!(" {word}"));
    let widest = rows.rows.iter().map(|row| row.cells.iter().map(|cell| line::width(cell) + 2).sum::<usize>()).max();
    let width = u16::try_from(widest.unwrap_or(0) + 6).unwrap_or(u16::MAX).max(24).min(above.width.saturating_sub(2));
    let height = u16::try_from(rows.rows.len() + 2).unwrap_or(u16::MAX).min(above.height);
    if rows.rows.iter().all(|row| row.cells.get(2).is_some_and(|why| why.0.is_empty())) {
        // Where nothing is off, the words have that room.
        rows.rows.iter_mut().for_each(|row| row.cells.truncate(2));
    }
    let (below, _) = above.cut_bottom(height);
    let inside = framed(painter, Area { x: below.x + 1, width, ..below }, &title, &Line::default());
    let section = Section { id: "after", title: "", note: Line::default(), body: Body::Rows(rows) };
    painter.section(inside, &section);
}

/// Our glyphs for fonts that lack them, or take two cells for them.
fn to_ascii(buffer: &mut Buffer) {
    for cell in &mut buffer.content {
        let plain = match cell.symbol() {
            "─" | "━" | "·" | "—" | "−" => "-",
            "│" | "▏" => "|",
            "┌" | "┐" | "└" | "┘" | "├" | "┤" | "┬" | "┴" | "┼" | "✓" => "+",
            "●" | "•" => "*",
            "○" => "o",
            "✗" | "×" => "x",
            "▲" => "!",
            "▸" | "→" => ">",
            "≤" => "<",
            "«" | "»" => "\"",
            "…" => "~",
            "▁" | "▂" => "_",
            "▃" | "▄" | "▅" => "=",
            "▆" | "▇" | "█" => "#",
            "░" => ".",
            _ => continue,
        };
        cell.set_symbol(plain);
    }
}

#[cfg(test)]
mod tests {
    use super::shown_tabs;

    #[test]
    fn the_tab_that_is_shown_is_always_among_those_that_fit() {
        let widths = [4, 7, 6, 4, 6, 10, 3, 8, 5, 5, 6, 8, 8];
        assert_eq!(shown_tabs(&widths, 0, 2, 118), 0..13);
        assert_eq!(shown_tabs(&widths, 0, 1, 78), 0..11);
        assert_eq!(shown_tabs(&widths, 12, 1, 78), 3..13);
        for room in 12..120 {
            for at in 0..widths.len() {
                assert!(shown_tabs(&widths, at, 1, room).contains(&at), "{at} in {room}");
            }
        }
        assert_eq!(shown_tabs(&[], 0, 1, 78), 0..0);
    }
}
