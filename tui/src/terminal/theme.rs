//! Four themes: what a tone looks like. Word first, glyph second, colour third: mono says the same without the third.
//!
//! Colours are of the 256 that every terminal has; nothing is ever drawn in reverse.

use ratatui::style::{Color, Modifier, Style};

use crate::core::page::Tone;

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Name {
    /// Light letters on a dark ground
    Dark,
    /// Dark letters on a light ground
    Light,
    /// White, black and few bright colours
    Contrast,
    /// No colour at all; bold, dim and underline remain
    Mono,
}

/// The looks of one theme.
#[derive(Clone, Copy, Debug)]
pub struct Theme {
    /// The ground everything stands on.
    pub ground: Style,
    /// The program's name.
    pub name: Style,
    /// The open tab.
    pub tab: Style,
    pub rule: Style,
    pub heading: Style,
    /// Under the chosen row, added to what stands there.
    pub chosen: Style,
    /// Half blocks of a QR code: light on dark whatever the ground is, so that a phone can read them.
    pub blocks: Style,
    /// A light and a dark module, each filling its cells.
    pub modules: (Style, Style),
    dim: Style,
    good: Style,
    warn: Style,
    bad: Style,
    key: Style,
}

impl Theme {
    pub fn of(name: Name) -> Self {
        match name {
            Name::Dark => colours(Style::new(), [75, 240, 252, 236, 245, 114, 221, 210, 117]),
            Name::Light => colours(Style::new(), [25, 250, 238, 254, 242, 28, 94, 160, 25]),
            Name::Contrast => colours(
                Style::new().fg(Color::Indexed(231)).bg(Color::Indexed(16)),
                [231, 231, 231, 19, 252, 120, 226, 217, 123],
            ),
            Name::Mono => mono(),
        }
    }

    pub fn tone(&self, tone: Tone) -> Style {
        match tone {
            Tone::Plain => Style::new(),
            Tone::Dim => self.dim,
            Tone::Strong => Style::new().add_modifier(Modifier::BOLD),
            Tone::Good => self.good,
            Tone::Warn => self.warn,
            Tone::Bad => self.bad,
            Tone::Key => self.key,
        }
    }
}

const WHITE: Color = Color::Indexed(231);
const BLACK: Color = Color::Indexed(16);

/// In this order: name, rule, heading, chosen (a ground), dim, good, warn, bad, key.
fn colours(ground: Style, [name, rule, heading, chosen, dim, good, warn, bad, key]: [u8; 9]) -> Theme {
    let letters = |n| Style::new().fg(Color::Indexed(n));
    Theme {
        ground,
        name: letters(name).add_modifier(Modifier::BOLD),
        tab: letters(name).add_modifier(Modifier::BOLD | Modifier::UNDERLINED),
        rule: letters(rule),
        heading: letters(heading).add_modifier(Modifier::BOLD),
        chosen: Style::new().bg(Color::Indexed(chosen)),
        blocks: Style::new().fg(WHITE).bg(BLACK),
        modules: (Style::new().fg(WHITE).bg(WHITE), Style::new().fg(BLACK).bg(BLACK)),
        dim: letters(dim),
        good: letters(good),
        warn: letters(warn),
        bad: letters(bad).add_modifier(Modifier::BOLD),
        key: letters(key).add_modifier(Modifier::BOLD),
    }
}

fn mono() -> Theme {
    let with = |modifier| Style::new().add_modifier(modifier);
    Theme {
        ground: Style::new(),
        name: with(Modifier::BOLD),
        tab: with(Modifier::BOLD | Modifier::UNDERLINED),
        rule: with(Modifier::DIM),
        heading: with(Modifier::BOLD),
        chosen: with(Modifier::BOLD),
        blocks: Style::new(),
        modules: (Style::new(), Style::new()),
        dim: with(Modifier::DIM),
        good: Style::new(),
        warn: with(Modifier::UNDERLINED),
        bad: with(Modifier::BOLD | Modifier::UNDERLINED),
        key: with(Modifier::BOLD),
    }
}
