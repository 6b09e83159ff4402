//! Why an app is not promoted.

use serde::Serialize;

use crate::source::Diagnostic;

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

/// One reason why an app is not promoted. Its place is in a file as it is today.
pub type Refusal = Diagnostic<Refused>;

/// What a refusal has besides its diagnostic.
#[derive(Debug, Clone, Copy)]
pub struct Refused {
    /// What stood in the way.
    pub reason: Reason,
    /// The rule of the finding that stood in the way.
    pub rule: Option<&'static str>,
}

impl Refused {
    /// The rule, or else the reason: what a report calls it.
    pub fn label(&self) -> &'static str {
        self.rule.unwrap_or(self.reason.as_str())
    }
}

impl Refusal {
    /// A refusal without path, help or place: the builder methods add them.
    pub fn because(reason: Reason, message: impl Into<String>) -> Self {
        Diagnostic::with(None, message, Refused { reason, rule: None })
    }
}
