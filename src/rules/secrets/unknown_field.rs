//! `secrets/unknown-field`.

use crate::manifests::objects::ViolationSort;
use crate::rules::{AppContext, Check, Reporter, WorkspaceContext, rule};

rule! {
    /// The API server drops a field from an object.
    ///
    /// ## What it does
    ///
    /// Compares the objects of the secret operators that the workspace keeps as plain YAML with their definitions, and reports
    /// every field that is not listed, also in the YAML that `parameters` of a SecretProviderClass holds as text.
    ///
    /// So are the objects that the charts of apps render, those in branches that no environment takes included: they are
    /// rendered with their switches on, and what is wrong with them is a warning.
    ///
    /// ## Why it matters
    ///
    /// The API server silently drops fields that it does not know, so a misspelt setting has no effect.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// apiVersion: external-secrets.io/v1
    /// kind: SecretStore
    /// metadata: {name: shop}
    /// spec:
    ///   provider:
    ///     azurekv:
    ///       vaultUri: https://kv-shop.vault.azure.net
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// apiVersion: external-secrets.io/v1
    /// kind: SecretStore
    /// metadata: {name: shop}
    /// spec:
    ///   provider:
    ///     azurekv:
    ///       vaultUrl: https://kv-shop.vault.azure.net
    /// ```
    ///
    /// ## References
    ///
    /// - [Kubernetes: field pruning](https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#field-pruning)
    "secrets/unknown-field", Error, Check::Workspace(check), Check::App(check_rendered)
}

fn check(cx: &WorkspaceContext<'_>, out: &mut Reporter<'_>) {
    out.violations(cx, ViolationSort::UnknownField);
}

fn check_rendered(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    out.rendered_violations(cx, ViolationSort::UnknownField);
}
