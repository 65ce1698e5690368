//! Looks for words wherever bytes lie, in whatever way somebody may have written them.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD, Encoding, HEXLOWER, HEXUPPER};

/// A word that stands somewhere: which one, written how, and where.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    pub word: String,
    pub way: &'static str,
    pub place: String,
}

/// What betrays a word, by its first three bytes.
pub struct Needles {
    forms: Vec<(Vec<u8>, (String, &'static str))>,
    begins: Vec<bool>,
    by_beginning: HashMap<[u8; 3], Vec<usize>>,
}

/// Each way in which a word may be written.
pub fn ways(word: &str) -> Vec<(&'static str, Vec<u8>)> {
    let bytes = word.as_bytes();
    let each = |form: &dyn Fn(char) -> String| word.chars().map(form).collect::<String>().into_bytes();
    let utf16 = |order: fn(u16) -> [u8; 2]| word.encode_utf16().flat_map(order).collect::<Vec<u8>>();
    let json = serde_json::to_string(word).expect("JSON");
    let mut ways = vec![
        ("as it is", bytes.to_vec()),
        ("in small letters", word.to_lowercase().into_bytes()),
        ("in capitals", word.to_uppercase().into_bytes()),
        ("backwards", word.chars().rev().collect::<String>().into_bytes()),
        ("in UTF-16, the low byte first", utf16(u16::to_le_bytes)),
        ("in UTF-16, the high byte first", utf16(u16::to_be_bytes)),
        ("in hex", HEXLOWER.encode(bytes).into_bytes()),
        ("in hex of capitals", HEXUPPER.encode(bytes).into_bytes()),
        ("in percents", bytes.iter().flat_map(|byte| format!("%{byte:02X}").into_bytes()).collect()),
        ("in percents where needed", url::form_urlencoded::byte_serialize(bytes).collect::<String>().into_bytes()),
        ("as JSON", json.as_bytes()[1..json.len() - 1].to_vec()),
        ("as JSON in numbers", each(&|letter| format!("\\u{:04x}", u32::from(letter)))),
    ];
    for (name, encoding) in [("in base64", BASE64_NOPAD), ("in base64 for addresses", BASE64URL_NOPAD)] {
        ways.extend((0..3).map(|shift| (name, within(&encoding, bytes, shift))));
    }
    ways
}

/// What of a word is sure to show in base64, where it begins so many bytes after a whole group.
fn within(encoding: &Encoding, bytes: &[u8], shift: usize) -> Vec<u8> {
    let text = encoding.encode(&[&vec![0; shift], bytes].concat()).into_bytes();
    let from = (shift * 8).div_ceil(6);
    let to = (shift + bytes.len()) * 8 / 6;
    text[from..to].to_vec()
}

impl Needles {
    pub fn of<'w>(words: impl IntoIterator<Item = (&'w str, &'w str)>) -> Self {
        let mut seen = BTreeSet::new();
        let mut forms = Vec::new();
        for (name, word) in words {
            assert!(word.len() >= 9, "{name} is so short that it stands anywhere by chance");
            for (way, form) in ways(word) {
                if seen.insert(form.clone()) {
                    forms.push((form, (name.to_owned(), way)));
                }
            }
        }
        let (mut begins, mut by_beginning) = (vec![false; 1 << 24], HashMap::<_, Vec<usize>>::new());
        for (at, (form, _)) in forms.iter().enumerate() {
            let beginning = [form[0], form[1], form[2]];
            begins[index(beginning)] = true;
            by_beginning.entry(beginning).or_default().push(at);
        }
        Self { forms, begins, by_beginning }
    }

    /// The ways in which any of them is looked for.
    pub fn ways(&self) -> impl Iterator<Item = &'static str> {
        self.forms.iter().map(|(_, (_, way))| *way)
    }

    /// Which of them stand there, and how.
    pub fn found_in(&self, bytes: &[u8], place: &str) -> BTreeSet<Finding> {
        let mut found = BTreeSet::new();
        for (at, window) in bytes.windows(3).enumerate() {
            let beginning = [window[0], window[1], window[2]];
            if !self.begins[index(beginning)] {
                continue;
            }
            for form in &self.by_beginning[&beginning] {
                let (form, (word, way)) = &self.forms[*form];
                if bytes[at..].starts_with(form) {
                    found.insert(Finding { word: word.clone(), way, place: place.to_owned() });
                }
            }
        }
        found
    }

    /// The same in every file below a folder.
    pub fn found_below(&self, folder: &Path) -> BTreeSet<Finding> {
        let mut found = BTreeSet::new();
        let mut folders = vec![folder.to_owned()];
        while let Some(folder) = folders.pop() {
            // Postgres takes files away while they are looked at.
            for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
                let Ok(kind) = entry.file_type() else { continue };
                if kind.is_dir() {
                    folders.push(entry.path());
                } else if kind.is_file() {
                    let bytes = std::fs::read(entry.path()).unwrap_or_default();
                    found.extend(self.found_in(&bytes, &entry.path().display().to_string()));
                }
            }
        }
        found
    }
}

fn index([first, second, third]: [u8; 3]) -> usize {
    usize::from(first) << 16 | usize::from(second) << 8 | usize::from(third)
}

#[test]
fn whatever_way_a_word_is_written_it_is_found() {
    let word = "Käthe+swordfish/7";
    let needles = Needles::of([("it", word)]);
    for (way, form) in ways(word) {
        for shift in 0..4 {
            let bytes = [&vec![b'x'; shift], &form[..], b"yz"].concat();
            assert!(!needles.found_in(&bytes, "").is_empty(), "{way}");
        }
    }
    for shift in 0..6 {
        let around = [&vec![b'~'; shift], word.as_bytes(), b"~?~"].concat();
        for text in [BASE64_NOPAD.encode(&around), BASE64URL_NOPAD.encode(&around)] {
            assert!(!needles.found_in(text.as_bytes(), "").is_empty(), "{shift} bytes in: {text}");
        }
    }
    assert!(needles.found_in(b"The path of a sword and of a fish, K\xc3\xa4the+sword", "").is_empty());
}
