//! Why an app is not promoted.

use envlint_yaml::Path;

use crate::masking::Text;
use crate::source::Diagnostic;

/// What stood in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// A condition of `promotion.stop`.
    Stop,
    /// A shared path holds what is taken for a secret.
    Secret,
    /// The target has a value that the source never had.
    Hotfix,
    /// Nothing is promoted to the target at this time.
    Freeze,
    /// Nobody has declared yet what belongs to an environment.
    Undeclared,
    /// The target has changes that are not committed.
    Uncommitted,
    /// The environment before production never had the value.
    Untested,
    /// The source has hardly anything of what the target has.
    Removal,
    /// An environment of an earlier wave does not have the value yet.
    Wave,
    /// Another app has the same values file, and its promotion does not write the same text.
    SharedFile,
    /// The target's text cannot be changed as needed: anchors, several documents.
    Edit,
    /// The result would have an error of this rule that was not there before.
    Finding(&'static str),
}

impl Reason {
    /// The word for it, in every format.
    pub fn as_str(self) -> &'static str {
        match self {
            Reason::Stop => "stop",
            Reason::Secret => "secret",
            Reason::Hotfix => "hotfix",
            Reason::Freeze => "freeze",
            Reason::Undeclared => "undeclared",
            Reason::Uncommitted => "uncommitted",
            Reason::Untested => "untested",
            Reason::Removal => "removal",
            Reason::Wave => "wave",
            Reason::SharedFile => "shared-file",
            Reason::Edit => "edit",
            Reason::Finding(_) => "finding",
        }
    }

    /// The rule of the finding that stood in the way.
    pub fn rule(self) -> Option<&'static str> {
        match self {
            Reason::Finding(rule) => Some(rule),
            _ => None,
        }
    }

    /// The rule, or else the word: what a report calls it.
    pub fn label(self) -> &'static str {
        self.rule().unwrap_or(self.as_str())
    }
}

/// One reason why an app is not promoted. Its place is in a file as it is today.
pub type Refusal = Diagnostic<Reason>;

impl Refusal {
    /// A refusal without path, help or place: the builder methods add them.
    pub fn because(reason: Reason, message: impl Into<Text>) -> Self {
        Diagnostic::with(None, message, reason)
    }

    /// One that is about a path.
    pub(super) fn of(reason: Reason, path: &Path, message: impl Into<Text>) -> Self {
        Refusal::because(reason, message).at(path.clone())
    }
}
