//! The trust pages and the notices have words for every language a policy is written in, and for the same languages; and
//! each language says all that English does: the same keys, the same slots, and a word for every code that the policies use.

use std::collections::{BTreeMap, BTreeSet};

use harness::tree::root;
use rightsdesk_server::floor::policy::{CHECKS, SHIPPED, parse};
use rightsdesk_server::{processors, requests, trust};

/// Who speaks, whether it does a language, where its words are, and the least of them.
type Speaker = (&'static str, fn(&str) -> bool, &'static str, usize);

const SPEAKERS: [Speaker; 3] = [
    ("the trust pages", trust::speaks, "server/src/trust/words", 150),
    ("notices", processors::speaks, "server/src/processors/words", 30),
    ("letters to people", requests::speaks, "server/src/requests/letters/words", 90),
];

#[test]
fn trust_speaks_every_language_of_the_policies() {
    for (name, text) in SHIPPED {
        let policy = parse(text).expect("a policy");
        for locale in policy.locales.get_ref() {
            for (who, speaks, folder, _) in SPEAKERS {
                assert!(speaks(locale), "{name} is written in {locale}, and {who} not: add {folder}/{locale}.toml");
            }
        }
    }
    assert!(SPEAKERS.iter().all(|(_, speaks, ..)| !speaks("tlh")));
}

/// A desk takes up a policy in any language that its pages speak: its notices speak it too.
#[test]
fn there_are_words_in_these_languages_and_no_others() {
    for (who, speaks, folder, _) in SPEAKERS {
        let files = files(folder);
        assert!(files.keys().eq(["de", "en", "es", "fr", "hi", "pt", "ur"]), "{who}: {:?}", files.keys());
        for language in files.keys() {
            assert!(speaks(language), "{folder}/{language}.toml cannot be read: its shape is not that of en.toml");
        }
    }
}

#[test]
fn every_language_says_what_english_says() {
    for (_, _, folder, least) in SPEAKERS {
        says_what_english_says(&files(folder), least);
    }
}

fn says_what_english_says(files: &Files, least: usize) {
    let english = &files["en"];
    assert!(english.len() > least && files.len() >= 2, "the law saw only {} words", english.len());
    for (locale, words) in files {
        let lacking: Vec<_> = english.keys().filter(|key| !words.contains_key(*key)).collect();
        let more: Vec<_> = words.keys().filter(|key| !english.contains_key(*key)).collect();
        assert!(lacking.is_empty() && more.is_empty(), "{locale} lacks {lacking:?} and has {more:?} too many");
        for (key, word) in words {
            assert!(!word.trim().is_empty(), "{locale}: {key} is empty");
            assert_eq!(slots(word), slots(&english[key]), "{locale}: the slots of {key} differ");
        }
    }
}

#[test]
fn every_code_of_the_policies_has_a_word() {
    let english = &files("server/src/trust/words")["en"];
    let mut mute = BTreeSet::new();
    for (name, text) in SHIPPED {
        let policy = parse(text).expect("a policy");
        let mut need = |list: &str, code: &str| {
            // A region of somebody's cloud is called the same everywhere.
            let is_region = list == "place" && code.contains('-');
            if !is_region && !english.contains_key(&format!("codes.{list}.{code}")) {
                mute.insert(format!("{name}: codes.{list}.{code}"));
            }
        };
        need("place", &policy.operator.country);
        policy.scopes.iter().for_each(|scope| need("feature", &scope.feature));
        policy.recipients.iter().flat_map(|one| &one.regions).for_each(|place| need("place", place.get_ref()));
        policy.region.iter().for_each(|region| need("place", &region.home));
        policy.region.iter().flat_map(|region| &region.pinned).for_each(|place| need("place", place.get_ref()));
        policy.retention.iter().for_each(|rule| need("anchor", &rule.anchor));
        policy.keeps.iter().for_each(|keep| need("anchor", &keep.anchor));
        policy.rights.iter().for_each(|right| need("right", right.right.get_ref()));
        policy.rights.iter().flat_map(|right| &right.regimes).for_each(|one| need("regime", one.get_ref()));
    }
    mute.extend(CHECKS.iter().map(|check| format!("codes.check.{check}")).filter(|key| !english.contains_key(key)));
    assert!(mute.is_empty(), "no words in en.toml for:\n{}", mute.into_iter().collect::<Vec<_>>().join("\n"));
}

/// Every word of every language, by its dotted key.
type Files = BTreeMap<String, BTreeMap<String, String>>;

fn files(folder: &str) -> Files {
    let folder = std::fs::read_dir(root().join(folder)).expect("the words");
    folder
        .map(|entry| {
            let path = entry.expect("a file").path();
            let text = std::fs::read_to_string(&path).expect("text");
            let mut words = BTreeMap::new();
            flatten("", &toml::from_str(&text).expect("TOML"), &mut words);
            (path.file_stem().expect("a name").to_string_lossy().into_owned(), words)
        })
        .collect()
}

fn flatten(at: &str, value: &toml::Value, words: &mut BTreeMap<String, String>) {
    let key = |name: &str| if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") };
    match value {
        toml::Value::Table(table) => table.iter().for_each(|(name, value)| flatten(&key(name), value, words)),
        // How many numbers take the first form is each language's own matter.
        toml::Value::Array(list) if at == "speech.one" => {
            words.insert(at.to_owned(), format!("{list:?}"));
        }
        toml::Value::Array(list) => {
            list.iter().enumerate().for_each(|(number, value)| flatten(&key(&number.to_string()), value, words));
        }
        other => {
            words.insert(at.to_owned(), other.as_str().map_or_else(|| other.to_string(), str::to_owned));
        }
    }
}

/// What stands in braces.
fn slots(word: &str) -> BTreeSet<&str> {
    word.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(slot, _)| slot).collect()
}
