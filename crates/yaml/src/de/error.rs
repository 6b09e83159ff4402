//! What is wrong with a value, and where.

use std::fmt::{self, Display};

use serde::de::{Error, Expected, Unexpected};

use crate::path::{Path, Segment};
use crate::span::Span;

/// Why a value does not fit its type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeErrorKind {
    /// A key that the type does not have.
    UnknownField {
        /// The key.
        field: String,
        /// The keys that the type has.
        expected: &'static [&'static str],
    },
    /// A name that is none of an enum's.
    UnknownVariant {
        /// The name.
        variant: String,
        /// The names of the enum.
        expected: &'static [&'static str],
    },
    /// A key is missing.
    MissingField(&'static str),
    /// Anything else, as a sentence without a full stop.
    Other(String),
}

/// A value that does not fit its type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeError {
    content: Box<Content>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Content {
    kind: DeErrorKind,
    span: Option<Span>,
    /// From the inside out.
    path: Vec<Segment>,
}

impl DeError {
    fn new(kind: DeErrorKind) -> DeError {
        DeError {
            content: Box::new(Content {
                kind,
                span: None,
                path: Vec::new(),
            }),
        }
    }

    /// What is wrong.
    pub fn kind(&self) -> &DeErrorKind {
        &self.content.kind
    }

    /// The word that is not known and the words that are: for an unknown field or an unknown name of an enum.
    pub fn unknown(&self) -> Option<(&str, &'static [&'static str])> {
        match self.kind() {
            DeErrorKind::UnknownField { field, expected } => Some((field, expected)),
            DeErrorKind::UnknownVariant { variant, expected } => Some((variant, expected)),
            DeErrorKind::MissingField(_) | DeErrorKind::Other(_) => None,
        }
    }

    /// Where: the key for an unknown field, the value for anything else.
    pub fn span(&self) -> Span {
        self.content.span.unwrap_or_default()
    }

    /// The path from the node that was read to the value that is wrong. For an unknown or missing field this is the map.
    pub fn path(&self) -> Path {
        self.content.path.iter().rev().cloned().collect()
    }

    /// Keeps the innermost place.
    pub(super) fn or_at(mut self, span: Span) -> DeError {
        self.content.span.get_or_insert(span);
        self
    }

    pub(super) fn under(mut self, segment: Segment) -> DeError {
        self.content.path.push(segment);
        self
    }
}

impl Display for DeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.content.kind {
            DeErrorKind::UnknownField { field, expected } => {
                write!(f, "unknown field `{field}`")?;
                write_expected(f, expected)
            }
            DeErrorKind::UnknownVariant { variant, expected } => {
                write!(f, "unknown value `{variant}`")?;
                write_expected(f, expected)
            }
            DeErrorKind::MissingField(field) => write!(f, "missing field `{field}`"),
            DeErrorKind::Other(message) => f.write_str(message),
        }
    }
}

fn write_expected(f: &mut fmt::Formatter<'_>, expected: &[&str]) -> fmt::Result {
    let Some((last, before)) = expected.split_last() else {
        return Ok(());
    };
    f.write_str(", expected ")?;
    for (at, word) in before.iter().enumerate() {
        write!(f, "{}`{word}`", if at == 0 { "" } else { ", " })?;
    }
    write!(f, "{}`{last}`", if before.is_empty() { "" } else { " or " })
}

impl std::error::Error for DeError {}

impl Error for DeError {
    fn custom<T: Display>(message: T) -> DeError {
        DeError::new(DeErrorKind::Other(message.to_string()))
    }

    /// In the words of YAML instead of those of Rust.
    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn Expected) -> DeError {
        let found = match unexpected {
            Unexpected::Unit | Unexpected::Option => "null".to_owned(),
            Unexpected::Seq => "a list".to_owned(),
            Unexpected::Map => "a map".to_owned(),
            Unexpected::Unsigned(number) => format!("the number {number}"),
            Unexpected::Signed(number) => format!("the number {number}"),
            Unexpected::Float(number) => format!("the number {number}"),
            Unexpected::Bool(value) => format!("the boolean {value}"),
            Unexpected::Str(_) => "text".to_owned(),
            Unexpected::UnitVariant => "a name alone".to_owned(),
            other => other.to_string(),
        };
        DeError::new(DeErrorKind::Other(format!(
            "found {found}, expected {expected}"
        )))
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> DeError {
        DeError::new(DeErrorKind::UnknownField {
            field: field.to_owned(),
            expected,
        })
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> DeError {
        DeError::new(DeErrorKind::UnknownVariant {
            variant: variant.to_owned(),
            expected,
        })
    }

    fn missing_field(field: &'static str) -> DeError {
        DeError::new(DeErrorKind::MissingField(field))
    }
}
