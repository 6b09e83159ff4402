//! `api/removed`.

use crate::manifests::objects::ViolationSort;
use crate::rules::{AppContext, Check, Reporter, rule};

rule! {
    /// An object has an API version that Kubernetes no longer serves.
    ///
    /// ## What it does
    ///
    /// Compares the objects that the chart renders for each environment with the API versions that Kubernetes served in its
    /// versions up to 1.37, and names the successor. The version of an environment's cluster is the `kubernetes:` of
    /// `envlint.yaml`. Without it, a version that Kubernetes 1.25 still served is a warning: the cluster may be old enough.
    ///
    /// Objects in branches that no environment takes are looked at, too, with their switches on; what is wrong with them is
    /// an info.
    ///
    /// ## Why it matters
    ///
    /// The API server refuses the object, and with it the whole release. Helm cannot even upgrade or remove a release that
    /// holds such an object.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # templates/budget.yaml
    /// apiVersion: policy/v1beta1
    /// kind: PodDisruptionBudget
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # templates/budget.yaml
    /// apiVersion: policy/v1
    /// kind: PodDisruptionBudget
    /// ```
    ///
    /// ## References
    ///
    /// - [Kubernetes: deprecated API migration guide](https://kubernetes.io/docs/reference/using-api/deprecation-guide/)
    "api/removed", Error, Check::App(check)
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    out.rendered_violations(cx, ViolationSort::Removed);
}
