//! A mistake in the configuration or on the command line: what keeps envlint from doing its work (exit status 2).

use super::{Location, Note};

/// One thing that is wrong with what envlint was told.
#[derive(Debug, Clone)]
pub struct Problem {
    /// What is wrong, and why it matters.
    pub message: String,
    /// The way out.
    pub help: Option<String>,
    /// Where, when it is in a file.
    pub location: Option<Location>,
    /// Other places that explain it.
    pub related: Vec<Note>,
}

impl Problem {
    /// A problem at a place in a file.
    pub fn at(location: Location, message: impl Into<String>) -> Self {
        Problem {
            message: message.into(),
            help: None,
            location: Some(location),
            related: Vec::new(),
        }
    }

    /// A problem that no line of a file shows.
    pub fn without_place(message: impl Into<String>) -> Self {
        Problem {
            message: message.into(),
            help: None,
            location: None,
            related: Vec::new(),
        }
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
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)?;
        match &self.help {
            Some(help) => write!(f, "; {help}"),
            None => Ok(()),
        }
    }
}
