//! Keys by name, and the one table that says which verb a sequence of them means.
//!
//! It knows no terminal: `terminal/keys.rs` turns what a terminal sends into `Key`, and joins the verbs into this table.
//! A verb that is left out of the table cannot be reached by any key, click or palette.

use std::fmt;

use super::action::{Scope, Verb};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    pub code: Code,
    pub ctrl: bool,
    pub alt: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    Char(char),
    Enter,
    Esc,
    Tab,
    BackTab,
    Backspace,
    Delete,
    Insert,
    Up,
    Down,
    Left,
    Right,
    Home,
    End,
    PageUp,
    PageDown,
    Function(u8),
}

const NAMES: &[(&str, Code)] = &[
    ("Enter", Code::Enter),
    ("Esc", Code::Esc),
    ("Tab", Code::Tab),
    ("BackTab", Code::BackTab),
    ("Backspace", Code::Backspace),
    ("Delete", Code::Delete),
    ("Insert", Code::Insert),
    ("Up", Code::Up),
    ("Down", Code::Down),
    ("Left", Code::Left),
    ("Right", Code::Right),
    ("Home", Code::Home),
    ("End", Code::End),
    ("PgUp", Code::PageUp),
    ("PgDn", Code::PageDown),
    ("Space", Code::Char(' ')),
];

impl Key {
    pub const fn plain(code: Code) -> Self {
        Self { code, ctrl: false, alt: false }
    }

    /// The character this key writes into a text, if it writes one.
    pub fn text(self) -> Option<char> {
        match self.code {
            Code::Char(c) if !self.ctrl && !self.alt && !c.is_control() => Some(c),
            _ => None,
        }
    }

    /// A key by the name the table uses: `j`, `G`, `Ctrl-d`, `PgDn`, `Space`.
    pub fn named(name: &str) -> Option<Self> {
        let (ctrl, name) = name.strip_prefix("Ctrl-").map_or((false, name), |rest| (true, rest));
        let (alt, name) = name.strip_prefix("Alt-").map_or((false, name), |rest| (true, rest));
        let named = NAMES.iter().find(|(known, _)| *known == name).map(|(_, code)| *code);
        let code = named.or_else(|| {
            let mut chars = name.chars();
            match (chars.next(), chars.next()) {
                (Some(c), None) => Some(Code::Char(c)),
                _ => None,
            }
        });
        code.map(|code| Self { code, ctrl, alt })
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.ctrl { "Ctrl-" } else { "" })?;
        f.write_str(if self.alt { "Alt-" } else { "" })?;
        match (NAMES.iter().find(|(_, code)| *code == self.code), self.code) {
            (Some((name, _)), _) => f.write_str(name),
            (None, Code::Char(c)) => write!(f, "{c}"),
            (None, Code::Function(n)) => write!(f, "F{n}"),
            (None, _) => Ok(()),
        }
    }
}

/// A sequence such as `g d`; `None` when a key in it has no such name.
pub fn sequence(keys: &str) -> Option<Vec<Key>> {
    keys.split(' ').map(Key::named).collect()
}

/// What a sequence means in a set of scopes.
#[derive(Debug, PartialEq)]
pub enum Meaning {
    Verb(&'static Verb),
    /// The beginning of others.
    Prefix,
    Nothing,
}

#[derive(Clone)]
struct Binding {
    keys: Vec<Key>,
    verb: &'static Verb,
}

/// Every reachable verb with its keys, in the order in which places contribute them.
#[derive(Clone)]
pub struct Keymap {
    verbs: Vec<&'static Verb>,
    bindings: Vec<Binding>,
    read_only: bool,
}

impl Keymap {
    /// Joins slices of verbs; read only, a verb that changes anything is not in the table at all.
    pub fn join(slices: impl IntoIterator<Item = &'static [Verb]>, read_only: bool) -> Self {
        let verbs: Vec<_> = slices.into_iter().flatten().filter(|verb| !(read_only && verb.danger.changes())).collect();
        let bindings = verbs
            .iter()
            .flat_map(|verb| verb.keys.iter().filter_map(|keys| sequence(keys)).map(move |keys| Binding { keys, verb }))
            .collect();
        Self { verbs, bindings, read_only }
    }

    pub fn is_read_only(&self) -> bool {
        self.read_only
    }

    pub fn verbs(&self) -> impl Iterator<Item = &'static Verb> + '_ {
        self.verbs.iter().copied()
    }

    /// The verbs heard in these scopes, the innermost first.
    pub fn heard(&self, scopes: &[Scope]) -> Vec<&'static Verb> {
        scopes.iter().flat_map(|scope| self.verbs().filter(move |verb| verb.scope == *scope)).collect()
    }

    pub fn meaning(&self, scopes: &[Scope], keys: &[Key]) -> Meaning {
        for scope in scopes {
            let mut inside = self.bindings.iter().filter(|binding| binding.verb.scope == *scope);
            if let Some(binding) = inside.clone().find(|binding| binding.keys == keys) {
                return Meaning::Verb(binding.verb);
            }
            if inside.any(|binding| binding.keys.starts_with(keys)) {
                return Meaning::Prefix;
            }
        }
        Meaning::Nothing
    }

    /// What may follow these keys: the rest of each sequence, and where it leads.
    pub fn after(&self, scopes: &[Scope], keys: &[Key]) -> Vec<(String, &'static Verb)> {
        let rest = |binding: &Binding| {
            let rest = binding.keys.strip_prefix(keys).filter(|rest| !rest.is_empty())?;
            Some((rest.iter().map(Key::to_string).collect::<Vec<_>>().join(" "), binding.verb))
        };
        scopes
            .iter()
            .flat_map(|scope| self.bindings.iter().filter(move |b| b.verb.scope == *scope).filter_map(rest))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_reads_as_it_is_written() {
        for name in ["j", "G", "Ctrl-d", "PgDn", "Space", "Esc", "?", "Alt-x", "-", "é"] {
            assert_eq!(Key::named(name).unwrap().to_string(), name);
        }
        assert_eq!(sequence("g nowhere"), None);
        assert_eq!(Key::named("Space").unwrap().text(), Some(' '));
        assert_eq!(Key::named("Ctrl-d").unwrap().text(), None);
    }
}
