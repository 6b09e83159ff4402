//! `autoscaling/missing-autoscaler`.

use envlint_yaml::Path;

use crate::manifests::RenderedObject;
use crate::masking::{ObjectName, text};
use crate::resolve::EnvironmentValues;
use crate::rules::{AppContext, Check, Finding, Reporter, Wanted, rule};
use crate::source::Confidence;
use crate::values::{Located, plain_key};

rule! {
    /// Autoscaling is turned on, and the chart makes no autoscaler.
    ///
    /// ## What it does
    ///
    /// Reports a switch for autoscaling (`autoscaling.enabled: true`) that takes `replicas` out of a workload, where no template
    /// of the chart makes a HorizontalPodAutoscaler, a ScaledObject or another autoscaler.
    ///
    /// Ignored are charts without one of their subcharts, charts with custom resources of which an operator may make the
    /// autoscaler, and workloads that an autoscaler of another app, of a plain manifest or of `kubectl autoscale` has as its
    /// `scaleTargetRef`.
    ///
    /// ## Why it matters
    ///
    /// Nothing sets the number of pods: a new Deployment starts with one, whatever `replicaCount` says.
    ///
    /// ## Example
    ///
    /// ```yaml
    /// # templates/deployment.yaml
    /// spec:
    ///   {{- if not .Values.autoscaling.enabled }}
    ///   replicas: {{ .Values.replicaCount }}
    ///   {{- end }}
    ///
    /// # environments/prod/values.yaml, with no template for an autoscaler
    /// replicaCount: 3
    /// autoscaling: {enabled: true, minReplicas: 3, maxReplicas: 10}
    /// ```
    ///
    /// ## Use instead
    ///
    /// Add a template for the autoscaler, or leave the number to the values:
    ///
    /// ```yaml
    /// # environments/prod/values.yaml
    /// replicaCount: 3
    /// autoscaling: {enabled: false}
    /// ```
    ///
    /// ## References
    ///
    /// - [Kubernetes: horizontal pod autoscaling](https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/)
    "autoscaling/missing-autoscaler", Warning, Check::App(check)
}

fn check(cx: &AppContext<'_>, out: &mut Reporter<'_>) {
    for values in &cx.environments {
        let name = values.name();
        let objects = cx.manifests.all_objects(name).unwrap_or_default();
        let open = objects.iter().filter(|object| leaves_number_open(object));
        let open: Vec<&RenderedObject> = open.collect();
        let mut all = objects.iter();
        let makes = all.any(|object| is_autoscaler(&object.kind) || object.scaled().is_some());
        if open.is_empty() || makes || cx.manifests.may_make(name, &is_autoscaler) {
            continue;
        }
        for workload in open {
            if let Some(finding) = of_workload(cx, values, workload, out) {
                out.push(finding);
            }
        }
    }
}

fn leaves_number_open(object: &RenderedObject) -> bool {
    matches!(
        (object.kind.as_str(), object.group()),
        ("Deployment" | "StatefulSet", "apps")
    ) && !object.is_hook
        && object.at(&["spec", "replicas"]).is_none()
}

fn is_autoscaler(kind: &str) -> bool {
    kind.ends_with("Autoscaler") || kind == "ScaledObject"
}

fn of_workload(
    cx: &AppContext<'_>,
    values: &EnvironmentValues<'_>,
    workload: &RenderedObject,
    out: &Reporter<'_>,
) -> Option<Finding> {
    let name = values.name();
    let key = (&*workload.kind, &*workload.name, &*workload.template);
    // The values of a subchart lie elsewhere.
    let is_own = !workload.template.contains("/charts/");
    let template = cx.manifests.template_of(name, key).filter(|_| is_own)?;
    let text = template.source.text().get(template.span.start..)?;
    let text = text.split("\n---").next().unwrap_or(text);
    let switch = switch_of(text)?;
    let root = values.effective.as_ref()?;
    let value = Located::at(root, &switch).filter(|value| value.tree().as_bool() == Some(true))?;
    let message = text!(
        "`{}` is turned on, so {} has no `replicas`, and no template of the chart makes an autoscaler for it",
        switch,
        workload.called()
    );
    let finding = out.written(cx, values, &value, message);
    let mark = finding.line_mark();
    let namespace = workload.namespace.clone();
    let namespace = namespace.unwrap_or_else(|| cx.app.namespace(name));
    let finding = finding
        .note(template, "the template that leaves `replicas` out")
        .help("add a template for the autoscaler, or turn the switch off so that the values' number of replicas counts")
        .once_of(mark, "no autoscaler", workload.called())
        .confidence(Confidence::Medium)
        .ending(text!(
            ": a new {} starts with one pod",
            ObjectName(&workload.kind)
        ));
    Some(finding.unless_elsewhere(
        &namespace,
        Wanted::Scaler {
            kind: workload.kind.clone(),
            name: workload.name.clone(),
        },
    ))
}

/// The switch for autoscaling that an action asks before a template writes `replicas:`.
fn switch_of(text: &str) -> Option<Path> {
    let mut asked = None;
    for line in text.lines().map(str::trim) {
        if line.starts_with("replicas:") {
            return asked.flatten();
        }
        let action = line
            .strip_prefix("{{")
            .map(|action| action.trim_start_matches('-'));
        let action = action.map(str::trim_start).unwrap_or_default();
        if action.starts_with("if ") {
            asked = Some(switch_in(action));
        } else if action.starts_with("end") {
            asked = None;
        }
    }
    None
}

/// The only value that a condition asks for, where its path speaks of autoscaling.
fn switch_in(condition: &str) -> Option<Path> {
    let mut named = condition.split(".Values.").skip(1);
    let named = named.next().filter(|_| named.next().is_none())?;
    let is_part = |char: char| char.is_ascii_alphanumeric() || matches!(char, '.' | '_');
    let end = named.find(|char| !is_part(char)).unwrap_or(named.len());
    let path = named.get(..end)?;
    let speaks = ["autoscal", "hpa", "keda"];
    let small = plain_key(path);
    let is_switch = condition.contains("not ") && speaks.iter().any(|word| small.contains(word));
    is_switch.then(|| {
        path.split('.')
            .fold(Path::root(), |path, key| path.key(key))
    })
}

#[cfg(test)]
mod tests {
    use super::switch_of;

    #[test]
    fn the_switch_is_what_is_asked_before_the_number() {
        for (text, expected) in [
            (
                "spec:\n  {{- if not .Values.autoscaling.enabled }}\n  replicas: 1\n  {{- end }}\n",
                Some("autoscaling.enabled"),
            ),
            (
                "spec:\n  {{ if not .Values.web.hpa.enabled -}}\n  replicas: 1\n",
                Some("web.hpa.enabled"),
            ),
            ("spec:\n  {{- if .Values.replicas }}\n  replicas: 1\n", None),
            (
                "{{- if not .Values.autoscaling.enabled }}\nx: y\n{{- end }}\nreplicas: 1\n",
                None,
            ),
            (
                "{{- if not (or .Values.autoscaling.enabled .Values.keda) }}\nreplicas: 1\n",
                None,
            ),
            ("spec: {}\n", None),
        ] {
            let found = switch_of(text).map(|path| path.to_string());
            assert_eq!(found.as_deref(), expected, "{text}");
        }
    }
}
