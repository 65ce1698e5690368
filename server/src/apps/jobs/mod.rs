//! What time does here: credentials age, and providers that were asked have not answered.

mod minding;
mod rotating;

pub use minding::MindProviders;
pub use rotating::RemindOfRotation;
