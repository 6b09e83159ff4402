//! One violation, and the source text it points at.

use std::sync::Arc;

use envlint_yaml::{Path, Position, Span};

use super::Severity;
use crate::workspace::Source;

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

/// A second place that explains a finding: the other environment's value, the first of two keys.
#[derive(Debug, Clone)]
pub struct Note {
    /// Where.
    pub location: Location,
    /// What is to be seen there.
    pub message: String,
}

/// A mechanical repair: the replacement of byte ranges of the finding's own file.
#[derive(Debug, Clone)]
pub struct Fix {
    /// What the repair does, in the imperative: "quote the version".
    pub title: String,
    /// Safe repairs keep the meaning of the file and are applied by `--fix`.
    pub safe: bool,
    /// Replacements, which do not overlap.
    pub edits: Vec<(Span, String)>,
}

/// One violation of one rule.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The rule's name, `category/name`.
    pub rule: &'static str,
    /// How bad it is, after the configuration had its say.
    pub severity: Severity,
    /// The app it belongs to; none for the workspace as a whole.
    pub app: Option<Arc<str>>,
    /// The environment it belongs to; none when it is about several.
    pub environment: Option<Arc<str>>,
    /// The value it is about.
    pub path: Option<Path>,
    /// What is wrong, and why it matters. Must not hold a value that may be secret.
    pub message: String,
    /// The way out.
    pub help: Option<String>,
    /// Where to look.
    pub location: Location,
    /// Other places that explain it.
    pub related: Vec<Note>,
    /// A mechanical repair, where there is one.
    pub fix: Option<Fix>,
}

impl Finding {
    /// A finding without app, environment, path, help, notes or fix: the builder methods add them.
    pub fn new(
        rule: &'static str,
        severity: Severity,
        location: Location,
        message: impl Into<String>,
    ) -> Self {
        Finding {
            rule,
            severity,
            app: None,
            environment: None,
            path: None,
            message: message.into(),
            help: None,
            location,
            related: Vec::new(),
            fix: None,
        }
    }

    /// Says which value it is about.
    pub fn at(mut self, path: Path) -> Self {
        self.path = Some(path);
        self
    }

    /// Says which environment it belongs to.
    pub fn environment(mut self, environment: &Arc<str>) -> Self {
        self.environment = Some(Arc::clone(environment));
        self
    }

    /// Says the way out.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds a second place that explains it.
    pub fn note(mut self, location: Location, message: impl Into<String>) -> Self {
        self.related.push(Note {
            location,
            message: message.into(),
        });
        self
    }

    /// Adds a mechanical repair.
    pub fn fix(mut self, fix: Fix) -> Self {
        self.fix = Some(fix);
        self
    }

    /// The order of every report: file, line, column, rule (design, section 6), then what tells equals apart.
    pub fn sort_key(&self) -> impl Ord + '_ {
        (
            &self.location.source.path,
            self.location.span.start,
            self.rule,
            &self.app,
            &self.environment,
            &self.message,
        )
    }
}
