//! All SQL of this slice: rows to models and back.

pub mod clocks;
pub mod controllers;
pub mod corrections;
pub mod ending;
pub mod estate;
pub mod evidence;
pub mod figures;
pub mod fulfilling;
pub mod holds;
pub mod identifiers;
pub mod intakes;
pub mod keeps;
pub mod messages;
pub mod packages;
pub mod plans;
pub mod promises;
pub mod queue;
pub mod reminders;
pub mod requests;
pub mod restoring;
pub mod views;
