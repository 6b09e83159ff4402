//! What becomes of a shared path that differs between two environments.

use std::sync::Arc;

use crate::git::{Commit, Incomplete};
use crate::masking::{Name, Text, text};

/// The state of a shared path that differs between an environment and the one that it is promoted to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// The earlier environment moved on; the later one has what the earlier one had before, or an addition or a removal
    /// that has not been promoted.
    Pending(Since),
    /// The later environment has a value that the earlier one never had.
    Hotfix(Since),
    /// The later environment had what the earlier one has, and left it: somebody took it back there.
    TakenBack(Since),
    /// The history does not tell.
    Unknown(Why),
}

/// When a path began to differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Since {
    /// By a commit.
    Commit(Arc<Commit>),
    /// By a change that is in no commit yet.
    Uncommitted,
}

/// Why a state is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// The workspace is in no git repository.
    NoRepository,
    /// Git cannot be asked.
    Git(Text),
    /// The repository has no commit that could be read.
    NoCommit,
    /// A values file is in no commit: it is new, or ignored.
    NotCommitted(Arc<str>),
    /// A values file is a link.
    Link(Arc<str>),
    /// A values file is in a repository of its own inside of this one: a submodule.
    Elsewhere(Arc<str>),
    /// The clone is shallow.
    Shallow,
    /// The history is longer than envlint reads.
    TooLong,
    /// Each was given its own value: when one of the files was added, by one commit for both, or one after the other.
    NeverEqual,
    /// A transform makes the value, and no commit tells since when.
    Transformed,
    /// The values files are the same here: another layer makes the difference.
    OtherLayer,
    /// The value is encrypted, and each encryption is another text.
    Encrypted,
    /// A values file has several documents.
    SeveralDocuments,
    /// A values file has no values.
    NoValues,
}

impl State {
    /// The word for it, in every format.
    pub fn as_str(&self) -> &'static str {
        match self {
            State::Pending(_) => "pending",
            State::Hotfix(_) | State::TakenBack(_) => "hotfix",
            State::Unknown(_) => "unknown",
        }
    }

    /// When it began, where that is known.
    pub fn since(&self) -> Option<&Since> {
        match self {
            State::Pending(since) | State::Hotfix(since) | State::TakenBack(since) => Some(since),
            State::Unknown(_) => None,
        }
    }

    /// Since when the later environment is as somebody made it out of order; none where it is not.
    pub fn out_of_order(&self) -> Option<&Since> {
        match self {
            State::Hotfix(since) | State::TakenBack(since) => Some(since),
            State::Pending(_) | State::Unknown(_) => None,
        }
    }
}

impl Since {
    /// In seconds since 1970; what is in no commit is the newest.
    pub fn time(&self) -> i64 {
        match self {
            Since::Commit(commit) => commit.time,
            Since::Uncommitted => i64::MAX,
        }
    }

    /// `since 3f2c1a9 (2026-11-20, Ada)`.
    pub fn said(&self) -> Text {
        match self {
            Since::Commit(commit) => text!(
                "since {} ({}, {})",
                Name(commit.short()),
                Name(commit.date()),
                Name(&commit.author)
            ),
            Since::Uncommitted => "since a change that is not committed".into(),
        }
    }
}

impl Why {
    /// Whether it is for the lack of a history that tells anything, and not for what the history tells.
    pub fn is_without_history(&self) -> bool {
        matches!(
            self,
            Why::NoRepository
                | Why::Git(_)
                | Why::NoCommit
                | Why::NotCommitted(_)
                | Why::Link(_)
                | Why::Elsewhere(_)
                | Why::Shallow
                | Why::TooLong
        )
    }

    /// The reason, as the end of a sentence.
    pub fn said(&self) -> Text {
        match self {
            Why::NoRepository => "there is no git repository".into(),
            Why::Git(problem) => problem.clone(),
            Why::NoCommit => "git has no commit that it can read".into(),
            Why::NotCommitted(file) => text!("{} is in no commit", Name(file)),
            Why::Link(file) => text!("{} is a link", Name(file)),
            Why::Elsewhere(file) => {
                text!("{} is in a repository of its own (a submodule)", Name(file))
            }
            Why::Shallow => "this clone is shallow".into(),
            Why::TooLong => "the history is longer than envlint reads".into(),
            Why::NeverEqual => "each was given its own value, from the start or later".into(),
            Why::Transformed => {
                "`promotion.transforms` makes another value now, and no commit tells since when"
                    .into()
            }
            Why::OtherLayer => "the difference is in another layer".into(),
            Why::Encrypted => "the values are encrypted".into(),
            Why::SeveralDocuments => "a values file has several documents".into(),
            Why::NoValues => "a values file has no values".into(),
        }
    }
}

impl From<Incomplete> for Why {
    fn from(incomplete: Incomplete) -> Why {
        match incomplete {
            Incomplete::Shallow => Why::Shallow,
            Incomplete::Failed => Why::NoCommit,
            Incomplete::TooLong => Why::TooLong,
        }
    }
}
