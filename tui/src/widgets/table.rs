//! A list in columns: each as wide as its widest cell, the last one as wide as what is left.
//!
//! Only rows in view are drawn. The chosen row has its own ground and a `>` in the gutter.

use crate::core::canvas::Area;
use crate::core::page::{Line, Rows, Tone};

use super::Hit;
use super::canvas::Painter;
use super::line;

const GUTTER: u16 = 3;
const GAP: usize = 2;
/// What the last column is content with, for it may be cut.
const LEAST: usize = 16;

pub fn height(rows: &Rows) -> usize {
    rows.rows.len().max(1) + usize::from(!rows.heads.is_empty())
}

pub fn draw(painter: &mut Painter<'_>, area: Area, rows: &Rows) {
    if rows.rows.is_empty() {
        painter.line(area.x + GUTTER, area.y, area.width.saturating_sub(GUTTER), &Line::dim(rows.none));
        return;
    }
    let room = usize::from(area.width.saturating_sub(GUTTER + 1));
    let kept = kept(rows, room);
    let widths = widths(rows, &kept, room);
    let (head, body) = area.cut_top(u16::from(!rows.heads.is_empty()));
    if head.height > 0 {
        let heads: Vec<Line> = rows.heads.iter().map(|head| Line::dim(head.as_str())).collect();
        cells(painter, head, &heads, &kept, &widths);
    }
    let chosen = rows.cursor.as_ref().and_then(|id| rows.rows.iter().position(|row| row.id == *id));
    let room = usize::from(body.height);
    let last_top = rows.rows.len().saturating_sub(room);
    let top = chosen.map_or(0, |at| at.saturating_sub(room / 2).min(last_top));
    for (y, (n, row)) in (body.y..body.y + body.height).zip(rows.rows.iter().enumerate().skip(top)) {
        let line = Area { y, height: 1, ..body };
        if chosen == Some(n) {
            painter.choose(line);
            painter.line(body.x + 1, y, 1, &Line::of(Tone::Strong, ">"));
        }
        cells(painter, line, &row.cells, &kept, &widths);
        if chosen.is_some() {
            painter.drawn.hits.push((line, Hit::Row(row.id.clone())));
        }
    }
    let below = rows.rows.len().saturating_sub(top + room);
    if chosen.is_none() && below > 0 && room > 0 {
        let last = Area { y: body.y + body.height - 1, height: 1, ..body };
        painter.clear(last);
        painter.line(
            last.x + GUTTER,
            last.y,
            last.width.saturating_sub(GUTTER),
            &Line::dim(format!("and {} more", below + 1)),
        );
    }
}

fn cells(painter: &mut Painter<'_>, area: Area, cells: &[Line], kept: &[usize], widths: &[usize]) {
    let mut x = usize::from(area.x + GUTTER);
    let end = usize::from(area.x + area.width);
    for (cell, width) in kept.iter().filter_map(|column| cells.get(*column)).zip(widths) {
        let room = (*width).min(end.saturating_sub(x));
        painter.line(cast(x), area.y, cast(room), cell);
        x += width + GAP;
    }
}

/// What a column would like.
fn widest(rows: &Rows, column: usize) -> usize {
    let head = rows.heads.get(column).map_or(0, |head| line::width(&Line::plain(head.as_str())));
    rows.rows.iter().filter_map(|row| row.cells.get(column)).map(line::width).max().unwrap_or(0).max(head)
}

/// The columns for which there is room; the others have left in their order.
fn kept(rows: &Rows, room: usize) -> Vec<usize> {
    let columns = rows.rows.iter().map(|row| row.cells.len()).max().unwrap_or(0);
    let mut kept: Vec<usize> = (0..columns).collect();
    for leaver in rows.leaves {
        let last = kept.last().copied();
        let wish = |column: &usize| {
            let widest = widest(rows, *column);
            if Some(*column) == last { widest.min(LEAST) } else { widest }
        };
        if kept.iter().map(|column| wish(column) + GAP).sum::<usize>() <= room + GAP {
            break;
        }
        kept.retain(|column| column != leaver);
    }
    kept
}

fn widths(rows: &Rows, kept: &[usize], room: usize) -> Vec<usize> {
    let mut widths: Vec<usize> = kept.iter().map(|column| widest(rows, *column).min(room / 2)).collect();
    if let Some(last) = widths.pop() {
        let used: usize = widths.iter().map(|width| width + GAP).sum();
        widths.push(room.saturating_sub(used).max(last.min(room)));
    }
    widths
}

fn cast(cells: usize) -> u16 {
    u16::try_from(cells).unwrap_or(u16::MAX)
}
