//! `secrets/incomplete-backend`.

use crate::masking::text;
use crate::rules::{AppContext, Check, Reporter, rule};
use crate::secrets::MistakeSort;

rule! {
    /// An enabled secret backend lacks a setting, or has nothing to read.
    ///
    /// ## What it does
    ///
    /// Reports every required setting of an enabled backend that is missing or empty, and a backend that is enabled
    /// while the inventory is empty.
    ///
    /// ## Why it matters
    ///
    /// The operator accepts the object and fails later, in the cluster: the pods wait for a Secret that is never
    /// created.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// secrets:
    ///   vault:
    ///     enabled: true
    ///     address: https://vault.example.com:8200
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// secrets:
    ///   vault:
    ///     enabled: true
    ///     address: https://vault.example.com:8200
    ///     role: shop-prod
    ///     prefix: shop/prod
    /// ```
    ///
    /// ## References
    ///
    /// - [The secret backends](../../secrets/README.md)
    "secrets/incomplete-backend", Error, Check::App(check)
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    let secrets = cx.secrets();
    for (environment, selection) in secrets.enabled() {
        for mistake in &selection.mistakes {
            if mistake.own == MistakeSort::Incomplete {
                out.push(out.mistake(mistake, environment));
            }
        }
        if secrets.inventory.is_empty() {
            let message = text!(
                "`{}` is enabled, but envlint.yaml lists no secrets that it could read",
                selection.path("")
            );
            let finding = out
                .finding(selection.location(), message)
                .at(selection.path(""))
                .environment(&environment.name)
                .help("list the app's secrets under `secrets:` in envlint.yaml, or disable the backend");
            out.push(finding);
        }
    }
}
