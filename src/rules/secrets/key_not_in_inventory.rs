//! `secrets/key-not-in-inventory`.

use crate::masking::{Name, text};
use crate::rules::{AppContext, Check, Reporter, rule};

rule! {
    /// A sealed value belongs to a secret or key that the inventory does not list.
    ///
    /// ## What it does
    ///
    /// Reports sealed values under `encryptedData` whose secret or key is not in the inventory: `secrets:` in
    /// `envlint.yaml`.
    ///
    /// ## Why it matters
    ///
    /// Nothing renders it. Either the name is misspelt and the app waits for the right key, or nobody needs the secret.
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
    /// - [Sealed Secrets](../../secrets/sealed-secrets.md)
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
                    "envlint.yaml lists no key `{}` of the secret `{}`, so this sealed value is never used",
                    Name(&key),
                    Name(&secret)
                ),
                None => text!(
                    "envlint.yaml lists no secret `{}`, so this sealed value is never used",
                    Name(&secret)
                ),
            };
            let near = match known {
                Some(known) => out.nearest(&key, known.keys.iter().map(|key| key.name.as_str())),
                None => out.nearest(
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
                    "add it under `secrets:` in envlint.yaml, or remove it here",
                );
            out.push(finding);
        }
    }
}
