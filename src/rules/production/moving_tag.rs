//! Tags of images that move.

use crate::masking::{Name, Text};

/// A tag that is given to another image again and again.
#[derive(Clone, Copy)]
pub(super) enum Moving {
    Latest,
    /// The name of a branch or a channel.
    Named,
}

/// Names of branches and channels.
const NAMED: [&str; 25] = [
    "main",
    "master",
    "trunk",
    "head",
    "develop",
    "dev",
    "development",
    "staging",
    "stage",
    "prod",
    "production",
    "release",
    "stable",
    "unstable",
    "edge",
    "nightly",
    "canary",
    "beta",
    "testing",
    "current",
    "snapshot",
    "last",
    "alpine",
    "slim",
    "distroless",
];

/// What may follow the name of a channel without making it a version: the base of the image.
const VARIANTS: [&str; 10] = [
    "alpine",
    "slim",
    "debian",
    "bookworm",
    "bullseye",
    "ubuntu",
    "distroless",
    "amd64",
    "arm64",
    "fpm",
];

/// Whether a tag is given to another image again and again.
pub(super) fn is_moving(tag: &str) -> bool {
    Moving::read(tag).is_some()
}

impl Moving {
    /// What a tag is, if it moves.
    pub(super) fn read(tag: &str) -> Option<Moving> {
        let mut parts = tag.split('-');
        let (first, last) = (parts.next(), parts.next_back());
        if first == Some("latest") || last == Some("latest") {
            return Some(Moving::Latest);
        }
        let (name, variant) = tag.split_once('-').unwrap_or((tag, ""));
        let is_named = NAMED.iter().any(|named| name.eq_ignore_ascii_case(named));
        (is_named && (variant.is_empty() || VARIANTS.contains(&variant))).then_some(Moving::Named)
    }

    /// What images have in common that are said once.
    pub(super) fn shown(self, tag: &str) -> Text {
        match self {
            Moving::Latest => "latest".into(),
            Moving::Named => Text::of(&Name(tag)),
        }
    }
}
