//! Pages as text: markup of this program's own words around text that is only ever text, the frame of a document, and
//! what a browser may load for it: one style, by its digest. It knows no page, no language and no script.

mod frame;
mod markup;

pub use frame::{Forms, Frame, Style};
pub use markup::Html;
