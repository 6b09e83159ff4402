//! `suppression/without-reason`.

use crate::rules::{Check, rule};

rule! {
    /// A comment suppresses a finding without a reason.
    ///
    /// ## What it does
    ///
    /// Reports every `# envlint: ignore[…]` with nothing after the bracket. The comment still suppresses what it names.
    ///
    /// ## Why it matters
    ///
    /// Nobody can tell later whether the exception is still needed, so it stays forever.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// replicas: 1 # envlint: ignore[production/single-replica]
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// replicas: 1 # envlint: ignore[production/single-replica] holds a lock, fails over by itself
    /// ```
    ///
    /// ## References
    ///
    /// - [The configuration of envlint](https://github.com/envlint/envlint/blob/main/docs/configuration.md)
    "suppression/without-reason", Warning, Check::Elsewhere
}
