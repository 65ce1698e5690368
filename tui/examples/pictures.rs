//! `cargo run -p rightsdesk --example pictures`: draws the pictures of the documents into `docs/pictures/`.

#![expect(clippy::unwrap_used, reason = "a picture that cannot be drawn has no caller to tell")]

use std::fs;

#[path = "../tests/screens/scenes.rs"]
mod scenes;
#[path = "../tests/screens/svg.rs"]
mod svg;

fn main() {
    for (file, picture) in svg::pictures() {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, picture).unwrap();
    }
}
