//! `secrets/key-not-in-inventory`.

use crate::masking::{Name, text};
use crate::rules::{AppContext, Check, Reporter, rule};
use crate::source::nearest;

rule! {
    /// A sealed value of a secret or key that the inventory does not name.
    ///
    /// ## What it does
    ///
    /// Reports sealed values under `encryptedData` whose secret or key the inventory of `envlint.yaml` does not name.
    ///
    /// ## Why it matters
    ///
    /// It is rendered nowhere: the app waits for a key that is misspelt here, or somebody keeps a secret that nobody needs.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # envlint.yaml
    /// secrets:
    ///   database: {password: {}}
    ///
    /// # environments/prod/values.yaml
    /// secrets:
    ///   sealedSecrets:
    ///     enabled: true
    ///     encryptedData:
    ///       database:
    ///         passwrod: AgBy3i4OJSWK+PiTySYZZA9rO43cGDEq…
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
    ///         password: AgBy3i4OJSWK+PiTySYZZA9rO43cGDEq…
    /// ```
    ///
    /// ## References
    ///
    /// - [Sealed Secrets](../secrets/sealed-secrets.md)
    "secrets/key-not-in-inventory", Error, Check::App(check)
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    let secrets = cx.secrets();
    if secrets.inventory.is_empty() {
        return;
    }
    for (environment, selection) in secrets.enabled() {
        for (secret, key, tree) in selection.ciphertexts() {
            let known = secrets.inventory.get(&secret);
            if known.is_some_and(|known| known.key(&key).is_some()) {
                continue;
            }
            let message = match known {
                Some(_) => text!(
                    "the inventory names no key `{}` of `{}`: the sealed value is used nowhere",
                    Name(&key),
                    Name(&secret)
                ),
                None => text!(
                    "the inventory names no secret `{}`: the sealed value is used nowhere",
                    Name(&secret)
                ),
            };
            let near = match known {
                Some(known) => nearest(&key, known.keys.iter().map(|key| key.name.as_str())),
                None => nearest(
                    &secret,
                    secrets
                        .inventory
                        .secrets
                        .iter()
                        .map(|secret| secret.name.as_str()),
                ),
            };
            let finding = out
                .finding(tree.key_location(), message)
                .at(selection.path("encryptedData").key(&*secret).key(&*key))
                .environment(&environment.name)
                .suggest_or(
                    near,
                    "add it under `secrets:` of envlint.yaml, or remove it here",
                );
            out.push(finding);
        }
    }
}
