//! `autoscaling/fights-replicas`.

use envlint_yaml::{Path, Value};

use crate::manifests::RenderedObject;
use crate::masking::text;
use crate::rules::{AppContext, Check, Reporter, rule};

rule! {
    /// A workload sets its replicas, and an autoscaler scales it.
    ///
    /// ## What it does
    ///
    /// Compares each HorizontalPodAutoscaler and ScaledObject that the chart renders with the workload that it scales, and
    /// reports a workload that also has `spec.replicas`. Zero replicas turn the autoscaler off and are left alone.
    ///
    /// ## Why it matters
    ///
    /// Each deployment sets the number back, until the autoscaler raises it again: pods are stopped while they are needed.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # templates/deployment.yaml
    /// spec:
    ///   replicas: {{ .Values.replicas }}
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml
    /// # templates/deployment.yaml
    /// spec:
    ///   {{- if not .Values.autoscaling.enabled }}
    ///   replicas: {{ .Values.replicas }}
    ///   {{- end }}
    /// ```
    ///
    /// ## References
    ///
    /// - [Kubernetes: migrating to horizontal autoscaling](https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#migrating-deployments-and-statefulsets-to-horizontal-autoscaling)
    "autoscaling/fights-replicas", Warning, Check::App(check)
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    for values in &cx.environments {
        let objects = cx.manifests.objects(values.name()).unwrap_or_default();
        for scaler in objects.iter().filter(|object| is_scaler(object)) {
            let Some(workload) = objects.iter().find(|object| scales(scaler, object)) else {
                continue;
            };
            let replicas = workload.at(&["spec", "replicas"]);
            if !matches!(replicas, Some(Value::Int(number)) if *number > 0) {
                continue;
            }
            let path = Path::root().key("spec").key("replicas");
            let Some(place) = cx.manifests.place_of(values.name(), workload, Some(&path)) else {
                continue;
            };
            let file = format!("{}:{}", place.source.path, place.span.start);
            let message = text!(
                "{} sets `spec.replicas`, and {} scales it",
                workload.called(),
                scaler.called()
            );
            let mut finding = out
                .finding(place, message)
                .environment(values.name())
                .help("leave `replicas` out of the template where the autoscaler is turned on")
                .once_of(file, "replicas", workload.called())
                .ending(", so each deployment sets the number back");
            if let Some(other) = cx.manifests.place_of(values.name(), scaler, None) {
                finding = finding.note(other, "what scales it");
            }
            out.push(finding);
        }
    }
}

fn is_scaler(object: &RenderedObject) -> bool {
    matches!(
        (object.kind.as_str(), object.group()),
        ("HorizontalPodAutoscaler", "autoscaling") | ("ScaledObject", "keda.sh")
    )
}

fn scales(scaler: &RenderedObject, workload: &RenderedObject) -> bool {
    scaler.scaled() == Some((&*workload.kind, &*workload.name))
        && scaler.namespace == workload.namespace
        && matches!(
            workload.kind.as_str(),
            "Deployment" | "StatefulSet" | "ReplicaSet" | "Rollout"
        )
}
