//! The one keymap: the shell's verbs and each screen's, joined; and what a terminal sends, told as keys and actions.
//!
//! Nothing else in the program knows a key.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEventKind};

use crate::core::action::{Action, Size};
use crate::core::input;
use crate::core::keymap::{Code, Key, Keymap};
use crate::core::screen::Entry;
use crate::core::shell;
use crate::widgets::{Drawn, Hit};

/// Rows a notch of the wheel turns.
const NOTCH: isize = 3;

/// The table of a registry; read only, verbs that change anything are not in it.
pub fn table(registry: &'static [Entry], read_only: bool) -> Keymap {
    let slices = [shell::VERBS, input::VERBS].into_iter().chain(registry.iter().map(|entry| entry.verbs));
    Keymap::join(slices, read_only)
}

/// What an event of the terminal means; clicks are looked up in what was drawn last.
pub fn action(event: Event, drawn: &Drawn) -> Option<Action> {
    match event {
        Event::Key(event) => key(event).map(Action::Key),
        Event::Paste(text) => Some(Action::Pasted(text)),
        Event::Resize(width, height) => Some(Action::Size(Size { width, height })),
        Event::FocusGained => Some(Action::Focused),
        Event::FocusLost => Some(Action::Blurred),
        Event::Mouse(mouse) => match mouse.kind {
            MouseEventKind::Down(MouseButton::Left) => match drawn.hit(mouse.column, mouse.row)? {
                Hit::Verb(verb) => Some(Action::Pressed(verb)),
                Hit::Row(id) => Some(Action::Picked(id.clone())),
            },
            MouseEventKind::ScrollDown => Some(Action::Wheel(NOTCH)),
            MouseEventKind::ScrollUp => Some(Action::Wheel(-NOTCH)),
            _ => None,
        },
    }
}

fn key(event: KeyEvent) -> Option<Key> {
    if event.kind == KeyEventKind::Release {
        return None;
    }
    let code = match event.code {
        KeyCode::Char(c) => Code::Char(c),
        KeyCode::Enter => Code::Enter,
        KeyCode::Esc => Code::Esc,
        KeyCode::Tab => Code::Tab,
        KeyCode::BackTab => Code::BackTab,
        KeyCode::Backspace => Code::Backspace,
        KeyCode::Delete => Code::Delete,
        KeyCode::Insert => Code::Insert,
        KeyCode::Up => Code::Up,
        KeyCode::Down => Code::Down,
        KeyCode::Left => Code::Left,
        KeyCode::Right => Code::Right,
        KeyCode::Home => Code::Home,
        KeyCode::End => Code::End,
        KeyCode::PageUp => Code::PageUp,
        KeyCode::PageDown => Code::PageDown,
        KeyCode::F(n) => Code::Function(n),
        _ => return None,
    };
    let has = |modifier| event.modifiers.contains(modifier);
    Some(Key { code, ctrl: has(KeyModifiers::CONTROL), alt: has(KeyModifiers::ALT) })
}
