//! The files that a chart is made of.

use std::sync::Arc;

/// One file of a chart. Cloning shares the bytes.
#[derive(Clone, Debug)]
pub struct SourceFile {
    name: Arc<str>,
    data: Arc<[u8]>,
}

impl SourceFile {
    /// A file; a UTF-8 byte order mark is dropped, as Helm does with every file that it loads.
    pub(crate) fn new(name: String, data: Vec<u8>) -> SourceFile {
        let data = match data.strip_prefix(b"\xef\xbb\xbf") {
            Some(rest) => Arc::from(rest),
            None => Arc::from(data),
        };
        SourceFile {
            name: name.into(),
            data,
        }
    }

    /// The path relative to its chart, with `/`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The bytes.
    pub fn data(&self) -> &[u8] {
        &self.data
    }

    /// The bytes, shared.
    pub(crate) fn shared_data(&self) -> Arc<[u8]> {
        Arc::clone(&self.data)
    }

    /// The text, with U+FFFD in place of bytes that are not UTF-8.
    pub fn text(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.data)
    }

    /// Whether both have the same bytes in memory.
    pub(crate) fn is_same(&self, other: &SourceFile) -> bool {
        Arc::ptr_eq(&self.data, &other.data)
    }

    /// The same file under another name: a file of a subchart loses the prefix of its directory.
    pub(crate) fn renamed(&self, name: &str) -> SourceFile {
        SourceFile {
            name: name.into(),
            data: Arc::clone(&self.data),
        }
    }
}
