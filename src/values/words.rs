//! The words that keys are made of.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// How many keys are remembered: those of some charts together.
const MOST_KEYS: usize = 2_048;

/// Longer keys are not remembered, in bytes.
const LONGEST: usize = 64;

thread_local! {
    /// A key stands in many files, and many rules ask for its words.
    static KNOWN: RefCell<HashMap<Box<str>, Rc<[String]>>> = RefCell::default();
}

/// The words that a key is made of, in lower case: `imageTag`, `image_tag` and `IMAGE-TAG` are `image` and `tag`. Those of a
/// key that was asked for before are shared.
pub fn words_of(key: &str) -> Rc<[String]> {
    if key.len() > LONGEST {
        return split(key);
    }
    KNOWN.with_borrow_mut(|known| {
        if let Some(words) = known.get(key) {
            return Rc::clone(words);
        }
        // Whatever strangers call their keys, the memory stays small.
        if known.len() == MOST_KEYS {
            known.clear();
        }
        let words = split(key);
        known.insert(key.into(), Rc::clone(&words));
        words
    })
}

fn split(key: &str) -> Rc<[String]> {
    let mut words: Vec<String> = vec![String::new()];
    let mut before_is_lower = false;
    for c in key.chars() {
        let starts = !c.is_alphanumeric() || (c.is_uppercase() && before_is_lower);
        if starts {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c.is_alphanumeric()) {
            word.extend(c.to_lowercase());
        }
        before_is_lower = c.is_lowercase() || c.is_ascii_digit();
    }
    words.retain(|word| !word.is_empty());
    words.into()
}

#[cfg(test)]
mod tests {
    use super::{MOST_KEYS, words_of};

    #[test]
    fn keys_have_the_same_words_however_they_are_joined() {
        for key in ["imageTag", "image_tag", "IMAGE-TAG", "image.tag"] {
            assert_eq!(*words_of(key), ["image", "tag"], "{key}");
        }
        assert!(words_of("--").is_empty());
    }

    #[test]
    fn more_keys_than_are_remembered_have_words_too() {
        for number in 0..2 * MOST_KEYS {
            assert_eq!(words_of(&format!("key-{number}")).len(), 2);
        }
        assert_eq!(words_of(&"a-".repeat(100)).len(), 100);
    }
}
