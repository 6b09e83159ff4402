//! Places in files that a person can edit.

use std::fmt;
use std::sync::Arc;

use envlint_yaml::{Position, Span};

use super::Source;
use crate::masking::{Say, Speech, Text, text};

/// A place in a file that a person can edit.
#[derive(Debug, Clone)]
pub struct Location {
    /// The file.
    pub source: Arc<Source>,
    /// Byte range in the file's text; may be empty, then it is a point.
    pub span: Span,
}

impl Location {
    /// A place in `source`.
    pub fn new(source: &Arc<Source>, span: Span) -> Self {
        Location {
            source: Arc::clone(source),
            span,
        }
    }

    /// The first byte of the file: for findings about the file as a whole.
    pub fn start_of(source: &Arc<Source>) -> Self {
        Location::new(source, Span { start: 0, end: 0 })
    }

    /// Line and column of the first character, counted from one.
    pub fn start(&self) -> Position {
        self.source.document.position(self.span.start)
    }

    /// Line and column just after the last character, counted from one.
    pub fn end(&self) -> Position {
        self.source.document.position(self.span.end)
    }
}

/// `environments/prod/values.yaml:3:14`
impl Say for Location {
    fn say(&self, speech: &mut Speech<'_, '_>) -> fmt::Result {
        let start = self.start();
        speech.text(&text!(
            "{}:{}:{}",
            self.source.name(),
            start.line,
            start.column
        ))
    }
}

/// A second place that explains a finding: the other environment's value, the first of two keys.
#[derive(Debug, Clone)]
pub struct Note {
    /// Where.
    pub location: Location,
    /// What is to be seen there.
    pub message: Text,
}
