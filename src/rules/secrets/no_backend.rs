//! `secrets/no-backend`.

use envlint_yaml::Path;

use crate::masking::{Name, Text, text};
use crate::resolve::AppSecrets;
use crate::rules::{AppContext, Check, Reporter, rule};
use crate::workspace::Tier;

rule! {
    /// A production environment selects no secret backend.
    ///
    /// ## What it does
    ///
    /// Reports an environment of the production tier that enables no backend, where the app has secrets: the inventory
    /// names some, or another environment enables a backend.
    ///
    /// ## Why it matters
    ///
    /// The app's secrets are missing, or come from a Secret that somebody created by hand and nobody rotates.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # environments/staging/values.yaml
    /// secrets:
    ///   vault: {enabled: true, address: "https://vault.example.com:8200", role: shop-staging, prefix: shop/staging}
    ///
    /// # environments/prod/values.yaml
    /// secrets:
    ///   vault: {enabled: false}
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # environments/prod/values.yaml
    /// secrets:
    ///   vault: {enabled: true, address: "https://vault.example.com:8200", role: shop-prod, prefix: shop/prod}
    /// ```
    ///
    /// ## References
    ///
    /// - [The secret backends](../../secrets/README.md)
    "secrets/no-backend", Error, Check::App(check)
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    let secrets = cx.secrets();
    let Some(reason) = reason(secrets) else {
        return;
    };
    // The inventory of the whole configuration is that of every app that has none of its own.
    let of_all = !cx.workspace.config.secrets.is_empty() && cx.workspace.apps.len() > 1;
    for selected in &secrets.environments {
        let environment = selected.values.environment;
        if environment.tier != Tier::Production || !selected.selections.enabled.is_empty() {
            continue;
        }
        let block = selected
            .values
            .values
            .as_ref()
            .and_then(|values| values.get("secrets"));
        let place = match &block {
            Some(block) => Some(block.key_location()),
            None => selected.values.file.start(),
        };
        let Some(location) = place else { continue };
        let message = text!(
            "{} selects no secret backend, but {}",
            Name(&environment.name),
            reason
        );
        let finding = out
            .finding(location, message)
            .at(Path::root().key("secrets"))
            .environment(&environment.name)
            .help(match of_all {
                true => {
                    "enable one of the seven under `secrets:`; if the app needs none of these secrets, move `secrets:` of envlint.yaml to the apps that do (`apps:`, `secrets:`)"
                }
                false => "enable one of the seven under `secrets:`; `envlint explain secrets` compares them",
            });
        out.push(finding);
    }
}

/// Why the app should have a backend; none when it need not.
fn reason(secrets: &AppSecrets<'_>) -> Option<Text> {
    if let Some(secret) = secrets.inventory.secrets.first() {
        return Some(text!("the app needs secrets (`{}`)", Name(&secret.name)));
    }
    let (environment, selection) = secrets.enabled().next()?;
    Some(text!(
        "{} enables `{}`",
        Name(&environment.name),
        Name(&selection.backend.key)
    ))
}
