//! `suppression/unused`.

use crate::rules::{Check, rule};

rule! {
    /// A comment suppresses a finding that does not exist.
    ///
    /// ## What it does
    ///
    /// Reports every `# envlint: ignore[…]` that names a rule which finds nothing on its line or, for a comment on a
    /// line of its own, on the line below; that names a rule which does not exist; or that names none. A
    /// comment with another word before the bracket (`# envlint: disable[…]`) suppresses nothing, either. Where only some of
    /// the apps are checked, comments in files that apps share are ignored.
    ///
    /// ## Why it matters
    ///
    /// The mistake was fixed, the comment is misspelt, or it moved to another line. It would hide the next mistake.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # envlint: ignore[production/single-replica] holds a lock
    /// replicas: 3
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// replicas: 3
    /// ```
    ///
    /// ## References
    ///
    /// - [The configuration of envlint](https://github.com/envlint/envlint/blob/main/docs/configuration.md)
    "suppression/unused", Warning, Check::Elsewhere
}
