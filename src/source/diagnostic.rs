//! What is said of something that is wrong: one type, whoever finds it and wherever it is shown.

use std::fmt::Display;
use std::ops::{Deref, DerefMut};

use envlint_yaml::Path;
use serde::Serialize;

use super::{Location, Note};
use crate::masking::{Name, Text, text};

/// One thing that is wrong: what, where, why it matters, and the way out.
///
/// `Own` is what the finder adds: a finding has a rule and a severity, a refusal its reason; it is reached as if its
/// fields were the diagnostic's. `Place` says whether there always is a place in a file.
#[derive(Debug, Clone)]
pub struct Diagnostic<Own = (), Place = Option<Location>> {
    /// What is wrong, and why it matters.
    pub message: Text,
    /// The way out.
    pub help: Option<Text>,
    /// The name that was meant, where one is near: "did you mean".
    pub suggestion: Option<Text>,
    /// The value it is about.
    pub path: Option<Path>,
    /// Where to look.
    pub location: Place,
    /// Other places that explain it.
    pub related: Vec<Note>,
    /// How sure it is.
    pub confidence: Confidence,
    /// What belongs to the finder.
    pub own: Own,
}

/// A mistake in the configuration or on the command line: what keeps envlint from doing its work (exit status 2).
pub type Problem = Diagnostic;

/// How sure a diagnostic is; apart from how bad it would be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// A guess from names and habits.
    Low,
    /// Likely: what it looks like is seldom something else.
    Medium,
    /// It follows from what the files say.
    High,
}

impl Confidence {
    /// The word for it, in every format.
    pub fn as_str(self) -> &'static str {
        match self {
            Confidence::Low => "low",
            Confidence::Medium => "medium",
            Confidence::High => "high",
        }
    }
}

impl Problem {
    /// A problem at a place in a file.
    pub fn located(location: Location, message: impl Into<Text>) -> Self {
        Diagnostic::with(Some(location), message, ())
    }

    /// A problem that no line of a file shows.
    pub fn without_place(message: impl Into<Text>) -> Self {
        Diagnostic::with(None, message, ())
    }
}

impl<Own, Place> Diagnostic<Own, Place> {
    /// A diagnostic without path, help or notes: the builder methods add them.
    pub fn with(location: Place, message: impl Into<Text>, own: Own) -> Self {
        Diagnostic {
            message: message.into(),
            help: None,
            suggestion: None,
            path: None,
            location,
            related: Vec::new(),
            confidence: Confidence::High,
            own,
        }
    }

    /// Says which value it is about.
    pub fn at(mut self, path: Path) -> Self {
        self.path = Some(path);
        self
    }

    /// Says the way out.
    pub fn help(mut self, help: impl Into<Text>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Says a further fact behind the way out.
    pub fn help_also(mut self, fact: impl Into<Text>) -> Self {
        self.help = Some(match self.help.take() {
            Some(help) => text!("{}; {}", help, fact.into()),
            None => fact.into(),
        });
        self
    }

    /// Says which name was probably meant, if any. The help is what to do otherwise.
    pub fn suggest(mut self, near: Option<impl Display>) -> Self {
        self.suggestion = near.map(|near| Text::of(&Name(near)));
        self
    }

    /// Says which name was probably meant; the way out only when none is near.
    pub fn suggest_or(self, near: Option<impl Display>, help: impl Into<Text>) -> Self {
        match near {
            Some(near) => self.suggest(Some(near)),
            None => self.help(help),
        }
    }

    /// Adds a second place that explains it.
    pub fn note(mut self, location: Location, message: impl Into<Text>) -> Self {
        self.related.push(Note {
            location,
            message: message.into(),
        });
        self
    }

    /// Says how sure it is, where it is not certain.
    pub fn confidence(mut self, confidence: Confidence) -> Self {
        self.confidence = confidence;
        self
    }

    /// The way out as one line: the name that was meant, then what else to do.
    pub fn advice(&self) -> Option<Text> {
        let near = self.suggestion.as_ref();
        match (near, &self.help) {
            (None, None) => None,
            (None, Some(help)) => Some(help.clone()),
            (Some(near), None) => Some(text!("did you mean `{}`?", near)),
            (Some(near), Some(help)) => Some(text!("did you mean `{}`? Otherwise {}", near, help)),
        }
    }

    /// The same, found by somebody else at another place.
    pub fn moved_to<Other, There>(self, location: There, own: Other) -> Diagnostic<Other, There> {
        Diagnostic {
            message: self.message,
            help: self.help,
            suggestion: self.suggestion,
            path: self.path,
            location,
            related: self.related,
            confidence: self.confidence,
            own,
        }
    }
}

impl<Own> Diagnostic<Own> {
    /// Says where to look.
    pub fn location(mut self, location: Location) -> Self {
        self.location = Some(location);
        self
    }
}

impl<Own, Place> Deref for Diagnostic<Own, Place> {
    type Target = Own;

    fn deref(&self) -> &Own {
        &self.own
    }
}

impl<Own, Place> DerefMut for Diagnostic<Own, Place> {
    fn deref_mut(&mut self) -> &mut Own {
        &mut self.own
    }
}
