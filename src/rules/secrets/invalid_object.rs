//! `secrets/invalid-object`.

use crate::manifests::objects::ViolationSort;
use crate::rules::{AppContext, Check, Reporter, WorkspaceContext, rule};

rule! {
    /// The API server or the secret provider refuses an object.
    ///
    /// ## What it does
    ///
    /// Compares the objects of the secret operators that the workspace keeps as plain YAML with their definitions: fields that
    /// are missing, values of the wrong type or form, and what breaks a rule that the definition carries as an expression
    /// (`x-kubernetes-validations`), unless it needs a function that only an API server has. In a SecretProviderClass, the
    /// YAML that `parameters` holds as text is read as the provider reads it, and refused where AWS's, Azure's, Google's and
    /// Vault's refuse it: a name or an alias twice, a missing or unknown `objectType`, no `keyvaultName` or `tenantId`, a name that a Key
    /// Vault cannot have, no version of a secret. So are Secrets that the driver cannot sync: without type or keys, or without the
    /// keys of their type (`tls.crt`, `.dockerconfigjson`).
    ///
    /// So are the objects that the charts of apps render, those in branches that no environment takes included: they are
    /// rendered with their switches on, and what is wrong with them is a warning.
    ///
    /// Ignored: objects that a patch or a replacement of Kustomize changes, and values with a variable that Flux or `envsubst`
    /// fills in (`${cluster}`).
    ///
    /// ## Why it matters
    ///
    /// The API server refuses the object, or the provider fails when the first pod starts.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// apiVersion: secrets.hashicorp.com/v1beta1
    /// kind: VaultStaticSecret
    /// metadata: {name: database}
    /// spec:
    ///   mount: kv
    ///   type: kv2
    ///   path: shop/database
    ///   destination: {name: database}
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// apiVersion: secrets.hashicorp.com/v1beta1
    /// kind: VaultStaticSecret
    /// metadata: {name: database}
    /// spec:
    ///   mount: kv
    ///   type: kv-v2
    ///   path: shop/database
    ///   destination: {name: database}
    /// ```
    ///
    /// ## References
    ///
    /// - [The secret backends](../../secrets/README.md)
    "secrets/invalid-object", Error, Check::Workspace(check), Check::App(check_rendered)
}

fn check(cx: &WorkspaceContext<'_>, out: &mut Reporter<'_>) {
    out.violations(cx, ViolationSort::Invalid);
}

fn check_rendered(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    out.rendered_violations(cx, ViolationSort::Invalid);
}
