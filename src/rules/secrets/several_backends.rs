//! `secrets/several-backends`.

use crate::masking::{Name, text};
use crate::rules::{AppContext, Check, Reporter, rule};

rule! {
    /// An environment enables more than one secret backend.
    ///
    /// ## What it does
    ///
    /// Reports the second backend that an environment enables, and every further one.
    ///
    /// ## Why it matters
    ///
    /// Both write the same Secrets, and the one that writes last wins, until the other one writes again.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// secrets:
    ///   aws: {enabled: true, region: eu-central-1, prefix: shop/prod}
    ///   vault: {enabled: true, address: "https://vault.example.com:8200", role: shop-prod, prefix: shop/prod}
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// secrets:
    ///   aws: {enabled: false}
    ///   vault: {enabled: true, address: "https://vault.example.com:8200", role: shop-prod, prefix: shop/prod}
    /// ```
    ///
    /// ## References
    ///
    /// - [Moving from one backend to another](../../secrets/README.md#moving-from-one-backend-to-another)
    "secrets/several-backends", Error, Check::App(check)
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    for selected in &cx.secrets().environments {
        let environment = selected.values.environment;
        let mut enabled = selected.selections.enabled.iter();
        let Some(first) = enabled.next() else {
            continue;
        };
        for other in enabled {
            let message = text!(
                "{} enables both `{}` and `{}`, and both write the same Secrets",
                Name(&environment.name),
                Name(&other.backend.key),
                Name(&first.backend.key)
            );
            let finding = out
                .finding(other.location(), message)
                .at(other.path(""))
                .environment(&environment.name)
                .note(first.location(), "also enabled")
                .help("set `enabled: false` in all but one");
            out.push(finding);
        }
    }
}
