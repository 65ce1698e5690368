use std::collections::BTreeSet;
use std::fs;

use serde::Deserialize;

use super::*;
use crate::floor::vault::testing::sign_key;

#[derive(Debug, Serialize, Deserialize)]
struct Word {
    word: u32,
}

impl Document for Word {
    const CONTEXT: &'static str = "rightsdesk/test/1";
    const FILE: &'static str = "words.jsonl";
    type Standing = Vec<u32>;

    fn stand(self, _: &Line, standing: &mut Vec<u32>) {
        standing.push(self.word);
    }
}

async fn say(book: &Book<Word>, word: u32) {
    book.turn().await.expect("a turn").append(Word { word }, &sign_key(0, 1)).await.expect("appended");
}

/// Every whole line follows the one before; returns their number and that of the pieces between them.
fn chain(path: &Path) -> (usize, usize) {
    let text = fs::read(path).expect("a file");
    assert_eq!(text.last(), Some(&b'\n'));
    let (mut prev, mut whole, mut pieces) = (NOTHING, 0, 0);
    for piece in text.split(|byte| *byte == b'\n').filter(|piece| !piece.is_empty()) {
        match Line::read(piece) {
            Some(line) => {
                assert_eq!(line.prev, prev);
                (prev, whole) = (line.digest, whole + 1);
            }
            None => pieces += 1,
        }
    }
    (whole, pieces)
}

#[tokio::test]
async fn a_line_that_broke_off_is_closed_by_the_next_and_the_chain_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    say(&Book::at(folder.path().to_owned()), 1).await;
    let path = folder.path().join(Word::FILE);
    let first = fs::read(&path).expect("a line");
    for cut in [0, 1, first.len() / 2, first.len() - 2, first.len() - 1] {
        let book = Book::<Word>::at(folder.path().to_owned());
        say(&book, 2).await;
        let whole = fs::read(&path).expect("lines");
        let last = whole.len() - first.len();
        fs::write(&path, &whole[..last + cut]).expect("as a crash leaves it");

        let heir = Book::<Word>::at(folder.path().to_owned());
        say(&heir, 3).await;

        let said = heir.standing().await.expect("read");
        let survived = cut == first.len() - 1;
        assert_eq!(said.last_chunk(), Some(&if survived { [2, 3] } else { [1, 3] }), "cut after {cut} bytes");
        let (lines, pieces) = chain(&path);
        assert_eq!((lines, pieces), (said.len(), usize::from(!survived && cut > 0)), "cut after {cut} bytes");
        fs::write(&path, &first).expect("anew");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn several_may_append_at_once_and_each_sees_all() {
    let folder = tempfile::tempdir().expect("a folder");
    let books: Vec<_> = (0..4).map(|_| Book::<Word>::at(folder.path().to_owned())).collect();
    let tasks: Vec<_> = (0..40_u32)
        .map(|word| {
            let book = books[word as usize % 4].clone();
            tokio::spawn(async move { say(&book, word).await })
        })
        .collect();
    for task in tasks {
        task.await.expect("no panic");
    }
    assert_eq!(chain(books[0].path()), (40, 0));
    for book in books {
        let said: BTreeSet<u32> = book.standing().await.expect("read").into_iter().collect();
        assert_eq!(said, (0..40).collect());
    }
}

#[tokio::test]
async fn nobody_appends_while_another_has_the_turn() {
    let folder = tempfile::tempdir().expect("a folder");
    let book = Book::<Word>::at(folder.path().to_owned());
    let turn = book.turn().await.expect("a turn");
    let other = Book::<Word>::at(folder.path().to_owned());
    assert!(other.clone().try_turn().expect("a look").is_none());
    assert!(other.standing().await.expect("readers do not wait").is_empty());
    drop(turn);
    assert!(other.try_turn().expect("a look").is_some());
}

#[tokio::test]
async fn a_file_that_shrank_is_read_anew() {
    let folder = tempfile::tempdir().expect("a folder");
    let book = Book::<Word>::at(folder.path().to_owned());
    say(&book, 1).await;
    let first = fs::read(book.path()).expect("a line");
    say(&book, 2).await;
    fs::write(book.path(), first).expect("an older file");
    assert_eq!(book.standing().await.expect("read"), [1]);
    say(&book, 3).await;
    assert_eq!(chain(book.path()), (2, 0));
}
