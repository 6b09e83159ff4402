//! `secrets/inventory-not-covered`.

use super::seal_command;
use crate::masking::{Name, text};
use crate::rules::{AppContext, Check, Reporter, rule};
use crate::secrets::app::missing_ciphertexts;

rule! {
    /// An environment lacks a sealed value for a key of the inventory.
    ///
    /// ## What it does
    ///
    /// Reports the keys of the inventory that an environment with sealed secrets has no value for, and names an
    /// environment that has one. The other backends read a remote store, which envlint does not see.
    ///
    /// ## Why it matters
    ///
    /// The Secret lacks the key, or is never created: what works in one environment fails in the next.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # envlint.yaml
    /// secrets:
    ///   database: {username: {}, password: {}}
    ///
    /// # environments/prod/values.yaml
    /// secrets:
    ///   sealedSecrets:
    ///     enabled: true
    ///     encryptedData:
    ///       database:
    ///         username: AgBy3i4OJSWK+PiTySYZZA9rO43cGDEq…
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # environments/prod/values.yaml
    /// secrets:
    ///   sealedSecrets:
    ///     enabled: true
    ///     encryptedData:
    ///       database:
    ///         username: AgBy3i4OJSWK+PiTySYZZA9rO43cGDEq…
    ///         password: AgCK1c8fR0ZcJ3bDqpW3mZ8e2n0dXvUq…
    /// ```
    ///
    /// ## References
    ///
    /// - [Sealed Secrets](../../secrets/sealed-secrets.md)
    "secrets/inventory-not-covered", Error, Check::App(check)
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    let secrets = cx.secrets();
    for (environment, selection) in secrets.enabled() {
        let Some(data) = selection.given.get("encryptedData") else {
            continue;
        };
        for (secret, key) in missing_ciphertexts(selection, &secrets.inventory) {
            let other = secrets
                .enabled()
                .find_map(|(other, selection)| Some((other, selection.ciphertext(secret, key)?)));
            let place = data
                .tree
                .get(secret)
                .map_or(data.tree.key_location(), |tree| tree.key_location());
            let message = text!(
                "{} has no sealed value for the key `{}` of the secret `{}`",
                Name(&environment.name),
                Name(&key),
                Name(&secret)
            );
            let mut finding = out
                .finding(place, message)
                .at(selection.path("encryptedData").key(secret).key(key))
                .environment(&environment.name)
                .help(text!(
                    "seal it: `{}`",
                    Name(&seal_command(cx, &environment.name, secret, key))
                ));
            if let Some((other, tree)) = other {
                finding = finding.note(tree.key_location(), text!("{} has it", Name(&other.name)));
            }
            out.push(finding);
        }
    }
}
