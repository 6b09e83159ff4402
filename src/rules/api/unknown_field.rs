//! `api/unknown-field`.

use crate::manifests::objects::ViolationSort;
use crate::rules::{AppContext, Check, Reporter, WorkspaceContext, rule};

rule! {
    /// A Kubernetes object has a field that does not exist.
    ///
    /// ## What it does
    ///
    /// Compares the objects that the chart renders for each environment with the fields that Kubernetes knows, in the version
    /// that `kubernetes:` of `envlint.yaml` gives for the environment. Without it, a field that any version from 1.25 to 1.37
    /// knows is fine. Of a workload in a version that is gone (`extensions/v1beta1`), the pods are compared with those of its
    /// successor. In a chart that is no part of the workspace, a finding is a warning. So is one
    /// about an object in a branch that no environment takes: it is rendered with its switch on.
    ///
    /// The objects that say what is deployed are compared with their definitions, also where they are plain YAML: Application,
    /// ApplicationSet (without its generators) and AppProject of Argo CD 3.6; HelmRelease, Kustomization, HelmRepository,
    /// GitRepository, OCIRepository, HelmChart and Bucket of Flux 2.9, in the versions of the API that these serve.
    ///
    /// ## Why it matters
    ///
    /// `kubectl` refuses the object, and the API server drops the field without a word where nobody asks it to be strict: a
    /// misspelt or misplaced setting has no effect.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # templates/deployment.yaml
    /// spec:
    ///   containers:
    ///     - name: shop
    ///       readynessProbe: {httpGet: {path: /, port: 80}}
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # templates/deployment.yaml
    /// spec:
    ///   containers:
    ///     - name: shop
    ///       readinessProbe: {httpGet: {path: /, port: 80}}
    /// ```
    ///
    /// ## References
    ///
    /// - [Kubernetes: field validation](https://kubernetes.io/docs/reference/using-api/api-concepts/#field-validation)
    "api/unknown-field", Error, Check::Workspace(check), Check::App(check_rendered)
}

fn check(cx: &WorkspaceContext<'_>, out: &mut Reporter<'_>) {
    out.violations(cx, ViolationSort::UnknownApiField);
}

fn check_rendered(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    out.rendered_violations(cx, ViolationSort::UnknownApiField);
}
