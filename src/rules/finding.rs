//! One violation, and the source text it points at.

use std::sync::Arc;

use envlint_yaml::{Path, Span};

use crate::source::{Location, Note, Severity};

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
