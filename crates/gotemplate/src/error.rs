//! Errors in Go's wording, with the place and the chain of causes kept apart.

use std::fmt;
use std::ops::Range;

/// What kind of refusal an error is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ErrorKind {
    /// The text of a template does not parse
    Parse,
    /// A template failed while it was executed
    Exec,
    /// A function refused its work
    Function,
    /// A limit of [`Limits`](crate::Limits) was reached
    Limit(Limit),
}

/// The limit that was reached.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Limit {
    /// Templates within templates
    Depth,
    /// Bytes of output
    Output,
    /// Nodes executed
    Steps,
}

/// Where in a template an error is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Location {
    /// The name under which the text was parsed: in Helm, the file
    pub file: String,
    /// The name of the template that was executed or parsed: the file's, or that of a `define` in it
    pub template: String,
    /// The line, from 1
    pub line: usize,
    /// Go's column: the bytes before it on its line, so the first column is 0. Parse errors have none.
    pub column: Option<usize>,
    /// The bytes of the offending part in the template's text
    pub span: Range<usize>,
    /// The offending part as Go prints it, without spaces that do not matter; empty for parse errors
    pub context: String,
}

/// An error of parsing, of execution, or of a function.
///
/// [`Display`](fmt::Display) gives Go's whole text, with the texts of all causes. The parts are there too:
/// [`location`](Error::location) and [`message`](Error::message) of this error alone, and [`source`](Error::cause) for
/// the one that it wraps, which is what `errors.Unwrap` gives in Go.
#[derive(Debug)]
pub struct Error(Box<Repr>);

#[derive(Debug)]
struct Repr {
    kind: ErrorKind,
    message: String,
    location: Option<Location>,
    suggestion: Option<String>,
    cause: Option<Error>,
}

impl Error {
    /// An error of a function, with its text.
    pub fn new(message: impl Into<String>) -> Error {
        Error::with_kind(ErrorKind::Function, message)
    }

    /// An error that wraps another, as Go's `fmt.Errorf("…: %w", cause)`: the text is `context`, `": "` and the cause's text.
    pub fn wrap(context: impl fmt::Display, cause: Error) -> Error {
        let mut error = Error::new(format!("{context}: "));
        error.0.cause = Some(cause);
        error
    }

    /// A function that would make more than is made here.
    pub fn too_much(message: impl Into<String>) -> Error {
        Error::with_kind(ErrorKind::Limit(Limit::Output), message)
    }

    pub(crate) fn with_kind(kind: ErrorKind, message: impl Into<String>) -> Error {
        Error(Box::new(Repr {
            kind,
            message: message.into(),
            location: None,
            suggestion: None,
            cause: None,
        }))
    }

    pub(crate) fn at(mut self, location: Location) -> Error {
        self.0.location = Some(location);
        self
    }

    pub(crate) fn suggest(mut self, suggestion: Option<String>) -> Error {
        self.0.suggestion = suggestion;
        self
    }

    pub(crate) fn caused_by(mut self, cause: Error) -> Error {
        self.0.cause = Some(cause);
        self
    }

    /// The kind of this error alone.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The limit that ended the work, here or in a cause.
    pub fn limit(&self) -> Option<Limit> {
        self.chain().find_map(|error| match error.kind() {
            ErrorKind::Limit(limit) => Some(limit),
            _ => None,
        })
    }

    /// What happened, without the place. When there is a cause, this ends with `": "` and the cause's text follows.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Where it happened, for errors of parsing and execution.
    pub fn location(&self) -> Option<&Location> {
        self.0.location.as_ref()
    }

    /// A way out, in words that follow "did you mean": a name that exists. For a field of nothing it is the key that may
    /// have been meant before: `image` for `.Values.imag.tag`.
    pub fn suggestion(&self) -> Option<&str> {
        self.0.suggestion.as_deref()
    }

    /// The error that this one wraps.
    pub fn cause(&self) -> Option<&Error> {
        self.0.cause.as_ref()
    }

    /// This error, the one it wraps, and so on to the innermost.
    pub fn chain(&self) -> impl Iterator<Item = &Error> {
        std::iter::successors(Some(self), |error| error.cause())
    }

    fn own_text(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(Location {
            file,
            template,
            line,
            column,
            context,
            ..
        }) = self.location()
        {
            write!(f, "template: {file}:{line}")?;
            if let Some(column) = column {
                let template = crate::strconv::quote(template.as_bytes());
                write!(f, ":{column}: executing {template} at <{context}>")?;
            }
            f.write_str(": ")?;
        }
        f.write_str(self.message())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.chain().try_for_each(|error| error.own_text(f))
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause().map(|cause| cause as _)
    }
}

impl From<&str> for Error {
    fn from(message: &str) -> Error {
        Error::new(message)
    }
}

impl From<String> for Error {
    fn from(message: String) -> Error {
        Error::new(message)
    }
}

impl Drop for Repr {
    /// Chains are as long as templates call each other deeply: they are taken apart one by one.
    fn drop(&mut self) {
        let mut next = self.cause.take();
        while let Some(mut error) = next {
            next = error.0.cause.take();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_holds_all_causes() {
        let inner = Error::with_kind(ErrorKind::Exec, "boom").at(Location {
            file: "a.yaml".into(),
            template: "b".into(),
            line: 3,
            column: Some(4),
            span: 0..1,
            context: ".x".into(),
        });
        let outer = Error::wrap("error during work", inner);
        assert_eq!(
            outer.to_string(),
            "error during work: template: a.yaml:3:4: executing \"b\" at <.x>: boom"
        );
        assert_eq!(outer.cause().map(Error::message), Some("boom"));
    }
}
