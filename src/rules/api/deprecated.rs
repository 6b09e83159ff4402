//! `api/deprecated`.

use crate::manifests::objects::ViolationSort;
use crate::rules::{AppContext, Check, Reporter, rule};

rule! {
    /// An object has an API version that Kubernetes will stop serving.
    ///
    /// ## What it does
    ///
    /// Looks at the objects that the chart renders for each environment whose cluster's version `envlint.yaml` gives
    /// (`kubernetes: "1.34"`), and reports API versions that are deprecated there, with their successor and the version
    /// that removes them. Without a cluster's version it says nothing.
    ///
    /// ## Why it matters
    ///
    /// The next upgrade of the cluster may remove the version, and then the release can be neither upgraded nor installed.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # envlint.yaml
    /// kubernetes: "1.25"
    /// # templates/scaler.yaml
    /// apiVersion: autoscaling/v2beta2
    /// kind: HorizontalPodAutoscaler
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # templates/scaler.yaml
    /// apiVersion: autoscaling/v2
    /// kind: HorizontalPodAutoscaler
    /// ```
    ///
    /// ## References
    ///
    /// - [Kubernetes: deprecation policy](https://kubernetes.io/docs/reference/using-api/deprecation-policy/)
    "api/deprecated", Warning, Check::App(check)
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    out.rendered_violations(cx, ViolationSort::Deprecated);
}
