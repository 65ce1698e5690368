//! What a screen may draw with: areas, sections and rules between them.
//!
//! Screens lay out with this and never meet the drawing library; `widgets/canvas.rs` is the hand behind it.

use super::page::{Page, Section};
use super::qr::Qr;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Area {
    pub x: u16,
    pub y: u16,
    pub width: u16,
    pub height: u16,
}

impl Area {
    /// The upper `height` rows, and what is below them.
    pub fn cut_top(self, height: u16) -> (Self, Self) {
        let height = height.min(self.height);
        (Self { height, ..self }, Self { y: self.y + height, height: self.height - height, ..self })
    }

    /// The lower `height` rows, and what is above them.
    pub fn cut_bottom(self, height: u16) -> (Self, Self) {
        let (above, below) = self.cut_top(self.height - height.min(self.height));
        (below, above)
    }

    /// The right `width` columns, and what is left of them.
    pub fn cut_right(self, width: u16) -> (Self, Self) {
        let width = width.min(self.width);
        let left = self.width - width;
        (Self { x: self.x + left, width, ..self }, Self { width: left, ..self })
    }

    /// Two columns with one column of cells between them for a rule.
    pub fn columns(self, left: u16) -> (Self, Self) {
        let left = left.min(self.width);
        let right = self.width.saturating_sub(left + 1);
        (Self { width: left, ..self }, Self { x: self.x + self.width - right, width: right, ..self })
    }

    pub fn holds(self, x: u16, y: u16) -> bool {
        x >= self.x && y >= self.y && x - self.x < self.width && y - self.y < self.height
    }
}

pub trait Canvas {
    fn area(&self) -> Area;
    /// A section with its rule, cut to the area.
    fn section(&mut self, area: Area, section: &Section);
    /// A rule from top to bottom between two columns; it joins the rules it meets.
    fn divide(&mut self, left: Area);
    /// The sections of a page below one another.
    fn page(&mut self, page: &Page);
    /// A QR code in the upper left corner, with as much quiet around it as there is room for: what it took, or nothing
    /// where it does not fit. Swapped, light and dark change places.
    fn qr(&mut self, area: Area, code: &Qr, is_swapped: bool) -> Option<Area>;
    /// How many rows a section would like at this width.
    fn height(&self, section: &Section, width: u16) -> u16;
}
