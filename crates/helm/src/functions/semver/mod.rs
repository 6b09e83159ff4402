//! Versions and constraints as Masterminds/semver v3.5 reads them (the library behind Helm's `semver` and
//! `semverCompare`). The `semver` crate follows Cargo's grammar, which rejects `1.2`, `v1.2.3`, `>=1 <2` and `1.2 || 2`
//! and compares pre-releases by other rules, so it is no substitute.

mod constraint;
mod table;
mod version;

pub(crate) use constraint::Constraints;
pub(super) use table::{TABLE, WithoutPointer};
pub(crate) use version::Version;
