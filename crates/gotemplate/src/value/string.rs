//! Go strings: immutable bytes, usually but not always UTF-8.

use std::borrow::{Borrow, Cow};
use std::fmt;
use std::sync::Arc;

/// A Go string: shared, immutable bytes that may be invalid UTF-8 (a decoded base64 keystore, a binary file of a chart).
/// Cloning is cheap. Ordering is by bytes, as in Go.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GoString(Arc<[u8]>);

impl GoString {
    /// The bytes of the string.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The length in bytes, as Go's `len`.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether the string is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text, when the bytes are valid UTF-8.
    pub fn to_str(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }

    /// The text, with U+FFFD in place of invalid bytes.
    pub fn to_str_lossy(&self) -> Cow<'_, str> {
        lossy(&self.0)
    }
}

/// The text of bytes, with U+FFFD for what is not UTF-8. Nearly all bytes are, and the standard library's function of that
/// name has no fast way for them.
pub(crate) fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(bytes),
    }
}

impl Default for GoString {
    fn default() -> Self {
        GoString(Arc::from([]))
    }
}

impl AsRef<[u8]> for GoString {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Borrow<[u8]> for GoString {
    fn borrow(&self) -> &[u8] {
        &self.0
    }
}

impl From<&str> for GoString {
    fn from(text: &str) -> Self {
        GoString(Arc::from(text.as_bytes()))
    }
}

impl From<String> for GoString {
    fn from(text: String) -> Self {
        GoString(Arc::from(text.into_bytes()))
    }
}

impl From<Cow<'_, str>> for GoString {
    fn from(text: Cow<'_, str>) -> Self {
        match text {
            Cow::Borrowed(text) => text.into(),
            Cow::Owned(text) => text.into(),
        }
    }
}

impl From<&[u8]> for GoString {
    fn from(bytes: &[u8]) -> Self {
        GoString(Arc::from(bytes))
    }
}

impl From<Vec<u8>> for GoString {
    fn from(bytes: Vec<u8>) -> Self {
        GoString(Arc::from(bytes))
    }
}

impl From<Arc<[u8]>> for GoString {
    fn from(bytes: Arc<[u8]>) -> Self {
        GoString(bytes)
    }
}

impl PartialEq<str> for GoString {
    fn eq(&self, other: &str) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl PartialEq<&str> for GoString {
    fn eq(&self, other: &&str) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl fmt::Display for GoString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_str_lossy())
    }
}

impl fmt::Debug for GoString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.to_str_lossy())
    }
}
