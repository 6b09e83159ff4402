//! What a text is made of, and what is wrong with it.

use std::borrow::Cow;

use crate::node::Style;
use crate::scalar::Tag;

/// A token with its place.
#[derive(Clone, Debug)]
pub(in crate::parse) struct Token<'s> {
    pub(in crate::parse) kind: TokenKind<'s>,
    pub(in crate::parse) start: Mark,
    /// The byte behind it.
    pub(in crate::parse) end: usize,
}

/// What a token is.
#[derive(Clone, Debug)]
pub(in crate::parse) enum TokenKind<'s> {
    StreamEnd,
    /// `%YAML 1.1`, and whether it is this version.
    Version(bool),
    /// `%TAG !e! tag:example.com:`: the handle, and what it stands for.
    TagDirective(&'s str, String),
    DocumentStart,
    DocumentEnd,
    BlockSequenceStart,
    BlockMappingStart,
    BlockEnd,
    FlowSequenceStart,
    FlowSequenceEnd,
    FlowMappingStart,
    FlowMappingEnd,
    BlockEntry,
    FlowEntry,
    Key,
    Value,
    Alias(&'s str),
    Anchor(&'s str),
    Tag(TagToken<'s>),
    Scalar(Cow<'s, str>, Style),
}

/// A tag as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::parse) enum TagToken<'s> {
    /// `!`: the value is read as if it had none.
    Bare,
    /// One that is known, or an application's own.
    Known(Tag),
    /// One with a handle that a directive has to declare, and what follows it: `!shop!api`
    Short(&'s str, String),
}

/// What goyaml refuses, and what it says of it.
#[derive(Clone, Debug)]
pub(in crate::parse) struct Mistake {
    /// What it was doing: `while scanning a simple key`; empty when it does not say.
    pub(in crate::parse) context: &'static str,
    pub(in crate::parse) problem: &'static str,
    /// The byte of the text.
    pub(in crate::parse) at: usize,
    /// The line that it names; none for the first one.
    pub(in crate::parse) line: Option<usize>,
}

/// A place in the text.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::parse) struct Mark {
    /// The byte.
    pub(in crate::parse) at: usize,
    /// The line, from 0.
    pub(in crate::parse) line: usize,
    /// Characters before it on its line.
    pub(super) column: usize,
    /// Characters before it.
    pub(super) index: usize,
}
