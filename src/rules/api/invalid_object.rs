//! `api/invalid-object`.

use crate::manifests::objects::ViolationSort;
use crate::rules::{AppContext, Check, Reporter, WorkspaceContext, rule};

rule! {
    /// The API server refuses a Kubernetes object.
    ///
    /// ## What it does
    ///
    /// Compares the objects that the chart renders for each environment with the types of their fields: numbers and booleans
    /// where text must be (labels, annotations, variables), text where a number must be, fields that are missing, kinds that
    /// the API version does not have, and versions that the cluster does not serve yet. So are objects of the right form that
    /// its validation refuses: a Job whose pods restart always, two containers, volumes or ports of one name, a service account
    /// without namespace in a ClusterRoleBinding, `data` of a Secret that is no base64, a port above 65535, fewer replicas than
    /// none, a host of an Ingress that is an address, has a port or capitals.
    ///
    /// Objects in branches that no environment takes are rendered with their switches on. What is wrong with them is a
    /// warning; what is only empty or missing would be filled in with the switch, and is left alone.
    ///
    /// The objects from which Argo CD and Flux deploy are held against their definitions, as in `api/unknown-field`: `version: 1.7`
    /// of a HelmRelease is a number. What they lack is left alone, since an overlay may add it.
    ///
    /// ## Why it matters
    ///
    /// The API server refuses the object, and with it the whole release, often only in the environment whose values make it
    /// so.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # templates/deployment.yaml
    /// env:
    ///   - {name: WORKERS, value: {{ .Values.workers }}}
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # templates/deployment.yaml
    /// env:
    ///   - {name: WORKERS, value: {{ .Values.workers | quote }}}
    /// ```
    ///
    /// ## References
    ///
    /// - [Helm: quote strings, don't quote integers](https://helm.sh/docs/howto/charts_tips_and_tricks/)
    "api/invalid-object", Error, Check::Workspace(check), Check::App(check_rendered)
}

fn check(cx: &WorkspaceContext<'_>, out: &mut Reporter<'_>) {
    out.violations(cx, ViolationSort::InvalidApi);
}

fn check_rendered(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    out.rendered_violations(cx, ViolationSort::InvalidApi);
}
