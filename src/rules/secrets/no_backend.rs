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
    /// A secret that the inventory lists for all apps counts only where the objects of the app's chart name it, if the chart
    /// is known.
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
    // The inventory of the whole configuration is that of every app that has none of its own.
    let of_all = !cx.workspace.config.secrets.is_empty() && cx.workspace.apps.len() > 1;
    for selected in &secrets.environments {
        let environment = selected.values.environment;
        if environment.tier != Tier::Production || !selected.selections.enabled.is_empty() {
            continue;
        }
        let Some(reason) = reason(cx, secrets, &environment.name) else {
            continue;
        };
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

/// Why the app should have a backend in an environment; none when it need not.
fn reason(cx: &AppContext<'_>, secrets: &AppSecrets<'_>, environment: &str) -> Option<Text> {
    let objects = cx.manifests.objects(environment);
    let own = cx.app.config(cx.workspace);
    let is_own = |name: &str| {
        let mut own = own.into_iter().flat_map(|own| own.secrets.iter());
        own.any(|(known, _)| known.value == name)
    };
    let is_needed = |name: &str| {
        let mut objects = objects.into_iter().flatten();
        is_own(name) || objects.any(|object| object.names(name))
    };
    let mut inventory = secrets.inventory.secrets.iter();
    if let Some(secret) = inventory.find(|secret| objects.is_none() || is_needed(&secret.name)) {
        return Some(text!("the app needs secrets (`{}`)", Name(&secret.name)));
    }
    let (environment, selection) = secrets.enabled().next()?;
    Some(text!(
        "{} enables `{}`",
        Name(&environment.name),
        Name(&selection.backend.key)
    ))
}
