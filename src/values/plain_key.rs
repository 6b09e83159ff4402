//! Keys as people mean them, however they write them.

use std::ops::Deref;

/// Most keys have no more letters and digits. What asks for them asks often, so these take no memory of their own.
const SHORT: usize = 32;

/// A key without case and without what joins its words.
#[derive(Debug)]
pub struct PlainKey {
    short: [u8; SHORT],
    length: usize,
    /// The key, where it is longer.
    long: Option<String>,
}

/// A key without case and without what joins its words: `replica_count` and `replicaCount` are one.
pub fn plain_key(key: &str) -> PlainKey {
    let bytes = key.bytes().filter(u8::is_ascii_alphanumeric);
    let mut plain = PlainKey {
        short: [0; SHORT],
        length: 0,
        long: None,
    };
    for byte in bytes {
        let Some(place) = plain.short.get_mut(plain.length) else {
            let chars = key.chars().filter(char::is_ascii_alphanumeric);
            plain.long = Some(chars.map(|char| char.to_ascii_lowercase()).collect());
            break;
        };
        *place = byte.to_ascii_lowercase();
        plain.length += 1;
    }
    plain
}

impl Deref for PlainKey {
    type Target = str;

    fn deref(&self) -> &str {
        let short = || self.short.get(..self.length);
        let short = || short().and_then(|short| std::str::from_utf8(short).ok());
        self.long.as_deref().or_else(short).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::{SHORT, plain_key};

    #[test]
    fn keys_are_alike_however_they_are_written() {
        for key in [
            "replicaCount",
            "replica_count",
            "REPLICA-COUNT",
            "replicaC\u{f6}ount",
        ] {
            assert_eq!(&*plain_key(key), "replicacount", "{key}");
        }
        assert_eq!(&*plain_key(""), "");
        for length in [SHORT - 1, SHORT, SHORT + 1, 3 * SHORT] {
            let key = "Ab-".repeat(length);
            assert_eq!(&*plain_key(&key), "ab".repeat(length), "{length}");
            let key = "A".repeat(length);
            assert_eq!(&*plain_key(&key), "a".repeat(length), "{length}");
        }
    }
}
