//! A QR code as light and dark modules: what a phone reads off the terminal. Drawing it is the canvas's part.

use qrcode::{Color, EcLevel, QrCode};
use std::fmt;

/// Light modules around the code: four by the book, two at the least that phones still read well, one in need.
pub const QUIET: [usize; 3] = [4, 2, 1];

#[derive(Clone, PartialEq, Eq)]
pub struct Qr {
    width: usize,
    dark: Vec<bool>,
}

impl fmt::Debug for Qr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Qr({})", self.width)
    }
}

impl Qr {
    /// The smallest code for this text, with as much correction as that size has room for; `None` for a text that is
    /// too long for any.
    pub fn of(text: &str) -> Option<Self> {
        let smallest = QrCode::with_error_correction_level(text, EcLevel::L).ok()?;
        let better = QrCode::with_error_correction_level(text, EcLevel::M).ok();
        let code = better.filter(|code| code.version() == smallest.version()).unwrap_or(smallest);
        let width = code.width();
        let dark = code.into_colors().into_iter().map(|color| color == Color::Dark).collect();
        Some(Self { width, dark })
    }

    /// Modules in a row without the quiet zone.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The code as lines of half blocks, light painted, for a terminal whose ground is dark.
    pub fn lines(&self) -> Vec<String> {
        let [_, quiet, _] = QUIET;
        let all = self.width + 2 * quiet;
        let half = |x: usize, y: usize| match (self.is_dark(x, y, quiet), self.is_dark(x, y + 1, quiet)) {
            (false, false) => '█',
            (false, true) => '▀',
            (true, false) => '▄',
            (true, true) => ' ',
        };
        (0..all).step_by(2).map(|y| (0..all).map(|x| half(x, y)).collect()).collect()
    }

    /// Whether the module there is dark, counted from the corner of a quiet zone this wide.
    pub fn is_dark(&self, x: usize, y: usize, quiet: usize) -> bool {
        let (Some(x), Some(y)) = (x.checked_sub(quiet), y.checked_sub(quiet)) else { return false };
        x < self.width && y < self.width && self.dark.get(y * self.width + x).copied().unwrap_or(false)
    }
}
