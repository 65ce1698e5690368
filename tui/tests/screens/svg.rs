//! The pictures of the documents, drawn from the scenes of the snapshots, so that none shows an invented screen. Every
//! run of letters is placed at its cell, wide ones over two; lines of boxes are paths, which always join.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier};
use rightsdesk::terminal::theme::{Name, Theme};
use rightsdesk::widgets::view;
use unicode_width::UnicodeWidthStr;

use crate::scenes::SCENES;

/// A cell, in the units of the picture.
const WIDE: u16 = 9;
const HIGH: u16 = 20;
const MARGIN: u16 = 14;
const FONTS: &str = "ui-monospace, 'Cascadia Mono', 'JetBrains Mono', 'DejaVu Sans Mono', Menlo, Consolas, \
                     'Noto Sans Mono CJK SC', 'Noto Sans Devanagari', monospace";

/// Picture, scene, size, theme.
const PICTURES: &[(&str, &str, (u16, u16), Name)] = &[
    ("desk-dark", "desk", (120, 30), Name::Dark),
    ("desk-light", "desk", (120, 30), Name::Light),
    ("offline-dark", "offline", (120, 30), Name::Dark),
    ("help-dark", "help", (120, 30), Name::Dark),
    ("palette-light", "palette", (120, 30), Name::Light),
    ("desk-80x24", "desk", (80, 24), Name::Dark),
    ("desk-mono", "desk", (80, 24), Name::Mono),
    ("tenant-dark", "tenant", (120, 30), Name::Dark),
    ("close-dark", "tenant-close", (120, 30), Name::Dark),
    ("staff-light", "staff", (120, 30), Name::Light),
    ("audit-dark", "audit-checked", (120, 30), Name::Dark),
];

/// Every picture with the file it belongs in.
pub fn pictures() -> impl Iterator<Item = (PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/pictures");
    PICTURES.iter().map(move |(picture, scene, (width, height), theme)| {
        let scene = SCENES.iter().find(|other| other.name == *scene).unwrap();
        let stage = (scene.make)().size(*width, *height);
        let mut buffer = Buffer::empty(Rect::new(0, 0, *width, *height));
        view(&stage.model, &mut buffer, &Theme::of(*theme), false);
        (folder.join(format!("{picture}.svg")), svg(&buffer, *theme))
    })
}

fn svg(buffer: &Buffer, theme: Name) -> String {
    let (ground, letters) = match theme {
        Name::Light => ("#fdfdfb", "#24292f"),
        _ => ("#14171c", "#d8dce2"),
    };
    let (width, height) = (buffer.area.width * WIDE + 2 * MARGIN, buffer.area.height * HIGH + 2 * MARGIN);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         font-family=\"{FONTS}\" font-size=\"15\" fill=\"{letters}\">\n\
         <rect width=\"{width}\" height=\"{height}\" rx=\"8\" fill=\"{ground}\"/>\n"
    );
    for y in 0..buffer.area.height {
        row(&mut svg, buffer, y, letters);
    }
    svg.push_str("</svg>\n");
    svg
}

fn row(svg: &mut String, buffer: &Buffer, y: u16, letters: &str) {
    let mut x = 0;
    while x < buffer.area.width {
        let cell = &buffer[(x, y)];
        let from = x;
        let mut text = String::new();
        let mut cells = 0;
        while let Some(next) =
            buffer.cell((x, y)).filter(|next| look(next) == look(cell) && is_line(next) == is_line(cell))
        {
            let wide = u16::try_from(next.symbol().width()).unwrap().max(1);
            text.push_str(next.symbol());
            x += wide;
            cells += wide;
            // A wide letter stands alone: fonts disagree about two cells.
            if wide > 1 || is_line(next) {
                break;
            }
        }
        let (left, top) = (MARGIN + from * WIDE, MARGIN + y * HIGH);
        if let Some(colour) = colour(cell.bg) {
            writeln!(
                svg,
                "<rect x=\"{left}\" y=\"{top}\" width=\"{}\" height=\"{HIGH}\" fill=\"{colour}\"/>",
                cells * WIDE
            )
            .unwrap();
        }
        let ink = colour(cell.fg).unwrap_or_else(|| letters.to_owned());
        if is_line(cell) {
            line(svg, cell.symbol(), left, top, &ink);
        } else if !text.trim().is_empty() {
            letters_at(svg, &text, cell, (left, top), &ink);
        }
    }
}

fn letters_at(svg: &mut String, text: &str, cell: &Cell, (left, top): (u16, u16), ink: &str) {
    let lead = u16::try_from(text.len() - text.trim_start().len()).unwrap();
    let text = text.trim();
    let width = u16::try_from(text.width()).unwrap() * WIDE;
    let mut style = format!(" fill=\"{ink}\"");
    for (modifier, attribute) in [
        (Modifier::BOLD, " font-weight=\"bold\""),
        (Modifier::DIM, " opacity=\"0.6\""),
        (Modifier::UNDERLINED, " text-decoration=\"underline\""),
    ] {
        if cell.modifier.contains(modifier) {
            style.push_str(attribute);
        }
    }
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    writeln!(
        svg,
        "<text x=\"{}\" y=\"{}\" textLength=\"{width}\" lengthAdjust=\"spacingAndGlyphs\" xml:space=\"preserve\"{style}>{text}</text>",
        left + lead * WIDE,
        top + 15
    )
    .unwrap();
}

/// What makes two cells one run.
fn look(cell: &Cell) -> (Color, Color, Modifier) {
    (cell.fg, cell.bg, cell.modifier)
}

fn is_line(cell: &Cell) -> bool {
    !arms(cell.symbol()).is_empty() || bar(cell.symbol()).is_some()
}

/// The ends a line symbol reaches: left, right, up, down.
fn arms(symbol: &str) -> &'static str {
    match symbol {
        "─" | "━" => "lr",
        "│" => "ud",
        "┌" => "rd",
        "┐" => "ld",
        "└" => "ru",
        "┘" => "lu",
        "├" => "rud",
        "┤" => "lud",
        "┬" => "lrd",
        "┴" => "lru",
        "┼" => "lrud",
        _ => "",
    }
}

/// Eighths of a cell that a bar fills.
fn bar(symbol: &str) -> Option<u16> {
    ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
        .iter()
        .position(|bar| *bar == symbol)
        .map(|at| u16::try_from(at + 1).unwrap())
}

fn line(svg: &mut String, symbol: &str, left: u16, top: u16, ink: &str) {
    if let Some(eighths) = bar(symbol) {
        let high = HIGH * eighths / 8;
        writeln!(
            svg,
            "<rect x=\"{left}\" y=\"{}\" width=\"{}\" height=\"{high}\" fill=\"{ink}\"/>",
            top + HIGH - high,
            WIDE - 1
        )
        .unwrap();
        return;
    }
    let (x, y) = (f32::from(left) + f32::from(WIDE) / 2.0, top + HIGH / 2);
    let mut path = String::new();
    for arm in arms(symbol).chars() {
        let (to_x, to_y) = match arm {
            'l' => (f32::from(left), y),
            'r' => (f32::from(left + WIDE), y),
            'u' => (x, top),
            _ => (x, top + HIGH),
        };
        write!(path, "M{x} {y}L{to_x} {to_y}").unwrap();
    }
    let wide = if symbol == "━" { "2" } else { "1" };
    writeln!(svg, "<path d=\"{path}\" stroke=\"{ink}\" stroke-width=\"{wide}\" fill=\"none\"/>").unwrap();
}

/// The colour a terminal would show: the cube and the greys of the 256.
fn colour(colour: Color) -> Option<String> {
    let Color::Indexed(n) = colour else { return None };
    let (red, green, blue) = if n >= 232 {
        let grey = 8 + (n - 232) * 10;
        (grey, grey, grey)
    } else {
        let step = |n: u8| if n == 0 { 0 } else { 55 + n * 40 };
        let n = n.saturating_sub(16);
        (step(n / 36), step(n / 6 % 6), step(n % 6))
    };
    Some(format!("#{red:02x}{green:02x}{blue:02x}"))
}
