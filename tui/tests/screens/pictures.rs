//! Every scene at three sizes, as text and as a map of styles in dark and mono.

use std::fmt::Write;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::{Buffer, Cell};
use rightsdesk::terminal::theme::{Name, Theme};
use rightsdesk::widgets::{Drawn, view};

use crate::scenes::{SCENES, Stage};

/// What a person would see.
pub fn draw(stage: &Stage, theme: Name, is_ascii: bool) -> (Buffer, Drawn) {
    let size = stage.model.ctx.size;
    let mut terminal = Terminal::new(TestBackend::new(size.width, size.height)).unwrap();
    let mut drawn = Drawn::default();
    terminal.draw(|frame| drawn = view(&stage.model, frame.buffer_mut(), &Theme::of(theme), is_ascii)).unwrap();
    (terminal.backend().buffer().clone(), drawn)
}

pub fn text(buffer: &Buffer) -> String {
    let width = usize::from(buffer.area.width);
    let mut text = String::new();
    for row in buffer.content.chunks(width) {
        let mut skip = 0;
        let mut line = String::new();
        for cell in row {
            if skip == 0 {
                line.push_str(cell.symbol());
                skip = unicode_width::UnicodeWidthStr::width(cell.symbol()).saturating_sub(1);
            } else {
                skip -= 1;
            }
        }
        writeln!(text, "{}", line.trim_end()).unwrap();
    }
    text
}

/// Runs of cells that look other than the ground, row by row.
fn styles(buffer: &Buffer) -> String {
    let look = |cell: &Cell| format!("{:?} on {:?} {:?}", cell.fg, cell.bg, cell.modifier);
    let plain = look(&Cell::EMPTY);
    let mut map = String::new();
    for (y, row) in buffer.content.chunks(usize::from(buffer.area.width)).enumerate() {
        let mut runs: Vec<(usize, usize, String)> = Vec::new();
        for (x, cell) in row.iter().enumerate() {
            match runs.last_mut() {
                Some((_, end, style)) if *end == x && *style == look(cell) => *end += 1,
                _ => runs.push((x, x + 1, look(cell))),
            }
        }
        let runs: Vec<_> =
            runs.iter().filter(|run| run.2 != plain).map(|(from, to, style)| format!("{from}..{to} {style}")).collect();
        if !runs.is_empty() {
            writeln!(map, "{y:2}  {}", runs.join(" · ").replace("Modifier(0x0)", "").replace(" on Reset", "")).unwrap();
        }
    }
    map
}

#[test]
fn every_scene_looks_as_it_should() {
    for scene in SCENES {
        for (width, height) in [(80, 24), (120, 40), (200, 60)] {
            let stage = (scene.make)().size(width, height);
            let (dark, _) = draw(&stage, Name::Dark, false);
            let (mono, _) = draw(&stage, Name::Mono, false);
            assert_eq!(text(&dark), text(&mono), "a theme changes no word");
            let picture = format!("{}\ndark\n{}\nmono\n{}", text(&dark), styles(&dark), styles(&mono));
            insta::assert_snapshot!(format!("{}-{width}x{height}", scene.name), picture);
        }
    }
}

#[test]
fn ascii_draws_with_ascii_alone() {
    for scene in SCENES {
        let (buffer, _) = draw(&(scene.make)().size(80, 24), Name::Dark, true);
        // The letters of a merchant's name are its own; what we draw with is what is looked at.
        let is_ours = |c: &char| u32::from(*c) < 0x300 || ('\u{2000}'..'\u{2c00}').contains(c);
        let drawn: String = text(&buffer).chars().filter(is_ours).collect();
        assert!(drawn.is_ascii(), "{}: {drawn}", scene.name);
    }
}

#[test]
fn mono_knows_no_colour_and_nothing_is_reversed() {
    use ratatui::style::{Color, Modifier};
    for scene in SCENES {
        for theme in [Name::Dark, Name::Light, Name::Contrast, Name::Mono] {
            let (buffer, _) = draw(&(scene.make)(), theme, false);
            assert!(buffer.content.iter().all(|cell| !cell.modifier.contains(Modifier::REVERSED)));
            if theme == Name::Mono {
                assert!(buffer.content.iter().all(|cell| (cell.fg, cell.bg) == (Color::Reset, Color::Reset)));
            }
        }
    }
}

#[test]
fn a_terminal_that_is_too_small_is_told_so_in_one_line() {
    let (buffer, _) = draw(&(SCENES[1].make)().size(59, 16), Name::Dark, false);
    assert_eq!(text(&buffer).trim(), "60x16 needed, this is 59x16");
    let (buffer, _) = draw(&(SCENES[1].make)().size(60, 16), Name::Dark, false);
    assert!(text(&buffer).contains("Rightsdesk 0.1.0"));
}

#[test]
fn the_one_timer_is_the_first_visible_change() {
    for (scene, seconds) in [("desk", 60), ("offline", 1)] {
        let stage = (SCENES.iter().find(|other| other.name == scene).unwrap().make)();
        let (before, drawn) = draw(&stage, Name::Dark, false);
        let wait = drawn.until.unwrap() - stage.now.to_utc();
        assert!(wait.num_milliseconds() > 0 && wait.num_seconds() <= seconds, "{scene}: {wait}");

        let still = draw(&stage.later(wait.num_seconds() - 1), Name::Dark, false).0;
        assert_eq!(text(&before), text(&still), "{scene} changed before its time");
    }
}

#[test]
fn the_pictures_of_the_documents_are_these() {
    for (file, picture) in crate::svg::pictures() {
        let kept = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(kept == picture, "{} is old: cargo run -p rightsdesk --example pictures", file.display());
    }
}
