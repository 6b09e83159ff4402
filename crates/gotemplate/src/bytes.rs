//! Finding bytes in the texts of templates.
//!
//! By memchr's plain searches: its vector ones ask the processor what it can do before the first of them (`CPUID`),
//! which takes longer on a virtual machine than to search all templates of a usual chart.

use memchr::arch::all::memchr::{One, Three};
use memchr::memmem;

/// What is longer is no delimiter, and a plain search for it could compare each byte of a text with all of it.
const SHORT: usize = 16;

/// Where `what` begins in `text`; at its start when `what` is empty.
pub fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    let Some((first, others)) = what.split_first() else {
        return Some(0);
    };
    if what.len() > SHORT {
        return memmem::find(text, what);
    }
    let first = One::new(*first);
    let mut start = 0;
    loop {
        start += first.find(text.get(start..)?)? + 1;
        if text.get(start..)?.starts_with(others) {
            return Some(start - 1);
        }
    }
}

/// Where the first of three bytes is.
pub(crate) fn find_any(text: &[u8], [a, b, c]: [u8; 3]) -> Option<usize> {
    Three::new(a, b, c).find(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn finds_what_a_slow_search_finds(text in "[ab{]{0,24}", what in "[ab{]{0,3}") {
            let found = find(text.as_bytes(), what.as_bytes());
            prop_assert_eq!(found, text.find(&what));
        }
    }
}
