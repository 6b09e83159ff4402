//! `secrets/invalid-remote-name`.

use crate::rules::{AppContext, Check, Reporter, rule};
use crate::secrets::remote_names;

rule! {
    /// A secret has a name that the store or the cluster refuses.
    ///
    /// ## What it does
    ///
    /// Joins the prefix and the names of the inventory as the selected store requires, and reports names that it
    /// refuses. Azure Key Vault accepts letters, digits and `-`, at most 127; Google Secret Manager also `_`, at most
    /// 255; the AWS Parameter Store requires a leading `/` in a name that contains one. Names of secrets and keys that
    /// Kubernetes refuses are reported too, and a secret that lacks the keys of its type, or has one that the Secrets Store
    /// CSI driver fails on.
    ///
    /// ## Why it matters
    ///
    /// The secret can never be created under that name, and the operator reports that it is missing.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// secrets:
    ///   azure:
    ///     enabled: true
    ///     keyvaultName: kv-shop-prod
    ///     tenantId: 00000000-0000-0000-0000-000000000001
    ///     clientId: 00000000-0000-0000-0000-000000000002
    ///     prefix: shop/prod
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// secrets:
    ///   azure:
    ///     enabled: true
    ///     keyvaultName: kv-shop-prod
    ///     tenantId: 00000000-0000-0000-0000-000000000001
    ///     clientId: 00000000-0000-0000-0000-000000000002
    ///     prefix: shop-prod
    /// ```
    ///
    /// ## References
    ///
    /// - [Azure Key Vault: names](https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates#object-identifiers)
    /// - [Types of Secrets](https://kubernetes.io/docs/concepts/configuration/secret/#secret-types)
    /// - [Google Secret Manager: names](https://cloud.google.com/secret-manager/docs/creating-and-accessing-secrets)
    "secrets/invalid-remote-name", Error, Check::App(check)
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    let secrets = cx.secrets();
    for (environment, selection) in secrets.enabled() {
        for mistake in remote_names::check(selection, &secrets.inventory) {
            out.push(out.mistake(&mistake, environment));
        }
    }
}
