//! Letters kept in memory, in the order they were sent; a letter sent twice lies here twice, so that a test sees it.

use std::sync::{Arc, Mutex, PoisonError};

use lettre::Message;

use super::Letter;

/// What would have gone out.
#[derive(Clone)]
pub struct Kept {
    pub letter: Letter,
    /// With all headers, as a server would get it.
    pub wire: Vec<u8>,
}

/// A handle to the letters that one [`super::Mail`] keeps; clones read the same ones.
#[derive(Clone, Default)]
pub struct Mailbox(Arc<Mutex<Vec<Kept>>>);

impl Mailbox {
    /// All letters so far.
    pub fn letters(&self) -> Vec<Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The letters to one address, oldest first.
    pub fn letters_to(&self, address: &str) -> Vec<Kept> {
        self.letters().into_iter().filter(|kept| kept.letter.to.disclose().eq_ignore_ascii_case(address)).collect()
    }

    /// Takes all letters out.
    pub fn empty(&self) -> Vec<Kept> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn keep(&self, letter: &Letter, message: &Message) {
        let kept = Kept { letter: letter.clone(), wire: message.formatted() };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(kept);
    }
}
