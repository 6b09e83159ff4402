//! `secrets/unserved-api-version`.

use crate::manifests::objects::ViolationSort;
use crate::rules::{AppContext, Check, Reporter, WorkspaceContext, rule};

rule! {
    /// An object has an API version that the API server does not serve.
    ///
    /// ## What it does
    ///
    /// Looks at the objects of the External Secrets Operator, the Vault Secrets Operator, Sealed Secrets and the
    /// Secrets Store CSI driver that the workspace keeps as plain YAML, and reports those whose `apiVersion` is not
    /// served. The definitions that `schemas.crds` of `envlint.yaml` names replace the built-in ones.
    ///
    /// ## Why it matters
    ///
    /// The API server refuses the object, and with it the whole release.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// apiVersion: external-secrets.io/v1beta1
    /// kind: ExternalSecret
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// apiVersion: external-secrets.io/v1
    /// kind: ExternalSecret
    /// ```
    ///
    /// ## References
    ///
    /// - [External Secrets Operator: the move to v1](https://external-secrets.io/latest/introduction/deprecation-policy/)
    "secrets/unserved-api-version", Error, Check::Workspace(check), Check::App(check_rendered)
}

fn check(cx: &WorkspaceContext<'_>, out: &mut Reporter<'_>) {
    out.violations(cx, ViolationSort::Unserved);
}

fn check_rendered(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    out.rendered_violations(cx, ViolationSort::Unserved);
}
