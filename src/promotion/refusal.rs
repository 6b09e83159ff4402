//! Why an app is not promoted.

use envlint_yaml::Path;
use serde::Serialize;

use crate::source::Location;

/// What stood in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// A condition of `promotion.stop`.
    Stop,
    /// A shared path holds what is taken for a secret.
    Secret,
    /// The target's text cannot be changed as needed: anchors, several documents.
    Edit,
    /// The result would have an error that was not there before.
    Finding,
}

impl Reason {
    /// The word for it, in every format.
    pub fn as_str(self) -> &'static str {
        match self {
            Reason::Stop => "stop",
            Reason::Secret => "secret",
            Reason::Edit => "edit",
            Reason::Finding => "finding",
        }
    }
}

/// One reason why an app is not promoted. Never holds a value that may be secret.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// What stood in the way.
    pub reason: Reason,
    /// The value it is about.
    pub path: Option<Path>,
    /// The rule of the finding that stood in the way.
    pub rule: Option<&'static str>,
    /// What is wrong, and why it matters.
    pub message: String,
    /// The way out.
    pub help: Option<String>,
    /// Where, when it is in a file as it is today.
    pub location: Option<Location>,
}

impl Refusal {
    /// A refusal without path, help or place: the builder methods add them.
    pub fn new(reason: Reason, message: impl Into<String>) -> Self {
        Refusal {
            reason,
            path: None,
            rule: None,
            message: message.into(),
            help: None,
            location: None,
        }
    }

    /// Says which value it is about.
    pub fn at(mut self, path: &Path) -> Self {
        self.path = Some(path.clone());
        self
    }

    /// Says the way out.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Says where to look.
    pub fn location(mut self, location: Location) -> Self {
        self.location = Some(location);
        self
    }
}
