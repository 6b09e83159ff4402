//! `schema/secrets`.

use crate::rules::{AppContext, Check, Reporter, rule};
use crate::secrets::MistakeSort;

rule! {
    /// A setting of a secret backend is misspelt, or its value has the wrong form.
    ///
    /// ## What it does
    ///
    /// Compares the `secrets:` block of every environment with the settings of the seven backends, and reports unknown
    /// keys, numbers instead of text, and words that are not allowed. Backends that are not enabled are ignored, and so
    /// is a `secrets:` block with another layout. Without an inventory in `envlint.yaml` and without an enabled backend in any
    /// environment, the block is the chart's own.
    ///
    /// ## Why it matters
    ///
    /// Helm and the operators silently ignore a misspelt key and use a default: the secrets of another path, or none.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// secrets:
    ///   externalSecrets:
    ///     enabled: true
    ///     provider: AWS
    ///     regoin: eu-central-1
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// secrets:
    ///   externalSecrets:
    ///     enabled: true
    ///     provider: aws
    ///     region: eu-central-1
    /// ```
    ///
    /// `envlint explain secrets` lists the settings of every backend, and `schemas/secrets.schema.json` describes them to
    /// an editor.
    ///
    /// ## References
    ///
    /// - [The secret backends](../../secrets/README.md)
    "schema/secrets", Error, Check::App(check)
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    // Without an inventory and without a backend in any environment, `secrets:` is a block of the chart's own.
    let secrets = cx.secrets();
    if secrets.inventory.is_empty() && secrets.enabled().next().is_none() {
        return;
    }
    for selected in &secrets.environments {
        let settings = selected
            .selections
            .enabled
            .iter()
            .flat_map(|selection| &selection.mistakes);
        for mistake in selected.selections.mistakes.iter().chain(settings) {
            if mistake.own == MistakeSort::Malformed {
                out.push(out.mistake(mistake, selected.values.environment));
            }
        }
    }
}
