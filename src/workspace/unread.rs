//! What was not read, and why.

use super::discover::Unclaimed;

/// A file that looks like values or says what is deployed, and was not made use of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unread {
    /// The file, relative to the workspace's root.
    pub file: String,
    /// The place in it, where it is not the whole: line and column, from one.
    pub place: Option<(usize, usize)>,
    /// Why.
    pub reason: String,
    /// Whether it looks like values: then something may be deployed that nobody checks.
    pub is_values: bool,
}

impl From<Unclaimed> for Unread {
    fn from(file: Unclaimed) -> Self {
        Unread {
            file: file.path,
            place: None,
            reason: file.reason,
            is_values: true,
        }
    }
}
