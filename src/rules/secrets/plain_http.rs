//! `secrets/plain-http`.

use crate::masking::text;
use crate::rules::{AppContext, Check, Reporter, rule};
use crate::secrets::backends::Form;

rule! {
    /// A secret store is read over plain http.
    ///
    /// ## What it does
    ///
    /// Reports an address of Vault or of IBM Cloud Secrets Manager that begins with `http://`.
    ///
    /// ## Why it matters
    ///
    /// The operator's login and every secret cross the network unencrypted.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// secrets:
    ///   vault:
    ///     enabled: true
    ///     address: http://vault.example.com:8200
    ///     role: shop-prod
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
    ///     caCertSecretRef: vault-ca
    /// ```
    ///
    /// ## References
    ///
    /// - [Vault: production hardening](https://developer.hashicorp.com/vault/docs/concepts/production-hardening)
    "secrets/plain-http", Error, Check::App(check)
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    let secrets = cx.secrets();
    for (environment, selection) in secrets.enabled() {
        for setting in selection
            .backend
            .settings
            .iter()
            .filter(|setting| setting.form == Form::Url)
        {
            let given = selection
                .given
                .get(setting.path)
                .filter(|_| selection.applies(setting.case));
            let Some(given) = given.filter(|given| given.text.starts_with("http://")) else {
                continue;
            };
            let path = selection.path(setting.path);
            let message = text!(
                "`{}` uses plain http, so the login and every secret cross the network unencrypted",
                path
            );
            let finding = out
                .finding(given.tree.location(), message)
                .at(path)
                .environment(&environment.name)
                .help("use `https://`; if your own authority signed the server's certificate, name the authority's certificate, too");
            out.push(finding);
        }
    }
}
