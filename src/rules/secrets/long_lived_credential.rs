//! `secrets/long-lived-credential`.

use crate::masking::{Said, text};
use crate::rules::{AppContext, Check, Reporter, rule};

rule! {
    /// A static key is used where workload identity exists.
    ///
    /// ## What it does
    ///
    /// Reports settings that name a static access key, service account key or API key.
    ///
    /// ## Why it matters
    ///
    /// The key never expires, the cluster stores it as a Secret, and anyone who copies it can use it from anywhere.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// secrets:
    ///   externalSecrets:
    ///     enabled: true
    ///     region: eu-central-1
    ///     prefix: shop/prod
    ///     accessKeySecretRef: aws-access-key
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// secrets:
    ///   externalSecrets:
    ///     enabled: true
    ///     region: eu-central-1
    ///     prefix: shop/prod
    ///     roleArn: arn:aws:iam::111111111111:role/shop-prod
    /// ```
    ///
    /// ## References
    ///
    /// - [AWS: IAM roles for service accounts](https://docs.aws.amazon.com/eks/latest/userguide/iam-roles-for-service-accounts.html)
    /// - [Google Cloud: workload identity](https://cloud.google.com/kubernetes-engine/docs/how-to/workload-identity)
    /// - [IBM Cloud: trusted profiles](https://cloud.ibm.com/docs/account?topic=account-create-trusted-profile)
    "secrets/long-lived-credential", Warning, Check::App(check)
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    let secrets = cx.secrets();
    for (environment, selection) in secrets.enabled() {
        for setting in selection.backend.settings {
            let (Some(instead), Some(given)) =
                (setting.long_lived, selection.given.get(setting.path))
            else {
                continue;
            };
            if !selection.applies(setting.case) {
                continue;
            }
            let path = selection.path(setting.path);
            let finding = out
                .finding(
                    given.tree.location(),
                    text!("`{}` is a static key that never expires", path),
                )
                .at(path)
                .environment(&environment.name)
                .help(text!("use {}", Said(&instead)));
            out.push(finding);
        }
    }
}
