//! A question at the terminal of a command: one line, seen or not. The console itself never uses it.

use std::io::{self, IsTerminal, Write};

use crossterm::event::{Event, KeyCode, KeyEventKind, KeyModifiers, read};
use crossterm::terminal::{disable_raw_mode, enable_raw_mode};

use crate::core::input::{Input, Shown};
use crate::core::secret::Secret;

/// Whether someone sits there who can be asked.
pub fn can_ask() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal()
}

/// Asks for one line; nothing when the person would rather not.
pub fn ask(question: &str, shown: Shown) -> io::Result<Option<Secret>> {
    let mut input = Input::new(if shown == Shown::Plain { Shown::Plain } else { Shown::Dots });
    enable_raw_mode()?;
    let answered = typed(question, &mut input);
    disable_raw_mode()?;
    _ = writeln!(io::stderr());
    Ok(answered?.then(|| input.take()))
}

fn typed(question: &str, input: &mut Input) -> io::Result<bool> {
    loop {
        let mut out = io::stderr();
        write!(out, "\r\x1b[K{question}: {}", input.shown())?;
        out.flush()?;
        match read()? {
            Event::Paste(text) => input.paste(&text),
            Event::Key(key) if key.kind != KeyEventKind::Release => {
                let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
                match key.code {
                    KeyCode::Enter => return Ok(true),
                    KeyCode::Char('c' | 'd') if ctrl => return Ok(false),
                    KeyCode::Char('u') if ctrl => input.clear(),
                    KeyCode::Esc => return Ok(false),
                    KeyCode::Backspace => input.erase(),
                    KeyCode::Char(c) if !ctrl => input.push(c),
                    _ => {}
                }
            }
            _ => {}
        }
    }
}
